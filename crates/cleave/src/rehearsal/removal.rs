//! A rehearsal of what comes after: the migration's own night, three days, a look, and the removal of what is left, in one simulated AWS and under the same
//! laws.

use std::collections::BTreeSet;
use std::time::Duration;

use model::{Plan, ResourceRef, State};
use moves::Prices;
use moves::retire::{self, How, Left, MayGo, Refused, Removal, Standing};

use super::{Besides, Rehearsal, Rehearsed, Stage, played, with_causes};
use crate::carriage;

/// How long after the night's end it is looked: longer than an old zone must stay.
const LATER: Duration = Duration::from_secs(3 * 86_400);

/// How it went.
pub struct RemovalRehearsed {
    /// The night.
    pub night: Rehearsed,
    /// What was left three days later; nothing where the night did not end, or could not be looked at.
    pub left: Vec<Left>,
    /// What was planned to be taken away; else why not.
    pub plan: Result<Plan, Vec<Refused>>,
    /// The removal.
    pub removal: Option<Rehearsed>,
}

impl RemovalRehearsed {
    /// Whether both reached their end, with no law broken.
    pub fn good(&self) -> bool {
        let good = |run: &Rehearsed| run.completed() && run.law_violations.is_empty();
        good(&self.night) && self.removal.as_ref().is_some_and(good)
    }
}

/// Everything that may go, and the protection of what is protected lifted.
fn all_that_may_go(left: &[Left]) -> Removal {
    let untouched = |one: &&Left| one.removal == How::Cleave && !matches!(one.standing, Standing::Drifted { .. });
    let goes = |one: &&Left| one.may_go() == MayGo::Yes && untouched(one);
    let mut remove: BTreeSet<String> = left.iter().filter(goes).map(|one| one.of.to_string()).collect();
    let after = |one: &&Left| {
        let gone = |of: &ResourceRef| remove.contains(&of.to_string());
        one.may_go() == MayGo::After && untouched(one) && one.after.iter().all(gone)
    };
    let after: Vec<String> = left.iter().filter(after).map(|one| one.of.to_string()).collect();
    remove.extend(after);
    Removal {
        remove,
        despite_protection: left
            .iter()
            .filter(goes)
            .filter(|one| one.protected)
            .map(|one| one.of.to_string())
            .collect(),
    }
}

/// Rehearses both, on this thread, on a runtime of its own whose time is paused. Without `removal` everything goes that may.
pub fn rehearse_removal(rehearsal: &Rehearsal, removal: Option<&Removal>, seed: u64) -> RemovalRehearsed {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime without I/O needs nothing that could be missing");
    runtime.block_on(on_this_runtime(rehearsal, removal, seed))
}

async fn on_this_runtime(rehearsal: &Rehearsal, removal: Option<&Removal>, seed: u64) -> RemovalRehearsed {
    let stage = Stage::set(&rehearsal.plan, &rehearsal.inventory, seed, rehearsal.level);
    let besides = Besides::default();
    let night = played(rehearsal, &besides, &stage, seed).await;
    let state = State::fold(&night.events).ok().flatten();
    let Some(state) = state.filter(|_| night.completed()) else {
        return RemovalRehearsed {
            night,
            left: Vec::new(),
            plan: Err(Vec::new()),
            removal: None,
        };
    };
    let clock = &stage.simulated.world.clock;
    clock.sleep_until(clock.after(LATER)).await;
    let looked = carriage::look_back(&stage.simulated.world, &state).await;
    let (seen, now) = match looked {
        Ok(looked) => looked,
        Err(failed) => {
            let why = with_causes(&failed);
            return RemovalRehearsed {
                night,
                left: Vec::new(),
                plan: Err(vec![Refused {
                    what: "the look".to_owned(),
                    why,
                }]),
                removal: None,
            };
        }
    };
    let prices = Prices::default();
    let left = retire::left(&state, Some(&seen), &prices, now);
    let removal = removal.cloned().unwrap_or_else(|| all_that_may_go(&left));
    let plan = retire::plan(&state, &seen, &removal, (&prices, now));
    let removal = match &plan {
        Ok(plan) => {
            let following = Rehearsal {
                plan: plan.clone(),
                ..rehearsal.clone()
            };
            let mut played = played(&following, &besides, &stage.then(plan), seed).await;
            played.api_calls = played.api_calls.saturating_sub(night.api_calls);
            Some(played)
        }
        Err(_) => None,
    };
    RemovalRehearsed {
        night,
        left,
        plan,
        removal,
    }
}
