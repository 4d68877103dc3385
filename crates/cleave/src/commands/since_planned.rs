//! While a run is carried out: what has become new, changed or vanished in the source since the plan, looked for whenever a window opens, and once where nothing restricts
//! the run. Products go on being developed. It tells and stops nothing: what would break the plan is found by the step that meets it.
//!
//! Nothing may be changed here: the world is one that only reads.

use std::cell::Cell;
use std::collections::BTreeSet;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::time::Duration;

use aws_smithy_async::rt::sleep::AsyncSleep as _;
use jiff::SignedDuration;
use journal::Journal;
use model::inventory::{Change, Looked};
use model::{Inventory, Plan, RUN_TAG, State};
use moves::Runbook;

use super::discover::{look_at_accounts, take_over};
use super::discover_shown;
use crate::error::CliError;
use crate::screen;
use crate::world::{self, World};

/// What the plan was made from, and how the accounts are reached.
pub(crate) struct Planned {
    pub(crate) runbook: Runbook,
    pub(crate) inventory: Inventory,
    pub(crate) address: Option<SocketAddr>,
    pub(crate) profile: Option<String>,
    pub(crate) journal: PathBuf,
}

/// Looks at each opening for as long as the run goes on; `under_way` is whether it is at it. Ends where no window opens any more.
pub(crate) async fn at_each_opening(planned: Option<Planned>, plan: &Plan, world: &World, under_way: &Cell<bool>) {
    // Who wrote the inventory by hand may have left out what no plan needs: everything else would be new.
    let Some((planned, looked)) =
        planned.and_then(|planned| planned.inventory.looked.clone().map(|looked| (planned, looked)))
    else {
        return;
    };
    let calendar = plan.calendar();
    let mut asked_until = None;
    loop {
        let now = world.clock.now();
        if calendar.is_unrestricted() {
            under_way.set(true);
            tell(&planned, &looked).await;
            under_way.set(false);
            return;
        }
        let Some(opening) = calendar.current_or_next(asked_until.unwrap_or(now)) else {
            return;
        };
        if !opening.is_open(now) {
            wait(world, opening.from.duration_since(now)).await;
            if world.clock.now() < opening.from {
                continue;
            }
        }
        under_way.set(true);
        tell(&planned, &looked).await;
        under_way.set(false);
        asked_until = Some(opening.until);
    }
}

/// A run that only comes to its first gate is shorter than the look: what is under way is waited for, not for ever.
#[expect(
    clippy::disallowed_methods,
    reason = "a person waits for the command to end, whatever the world's clock says"
)]
pub(crate) async fn finish(looking: impl Future<Output = ()> + Unpin) {
    const AT_MOST: Duration = Duration::from_secs(60);
    futures::future::select(looking, Box::pin(tokio::time::sleep(AT_MOST))).await;
}

/// At most an hour at a time: a clock that is set while it waits is noticed.
async fn wait(world: &World, time: SignedDuration) {
    let most = Duration::from_secs(3600);
    let time = Duration::try_from(time).unwrap_or_default().min(most);
    world.connection.sleep.sleep(time).await;
}

async fn tell(planned: &Planned, looked: &Looked) {
    match changes(planned, looked).await {
        Ok(changes) if changes.is_empty() => {}
        Ok(changes) => {
            let since = planned.inventory.observed_at;
            screen::warn(&format!(
                "the source is not as the plan knows it. What the run does not move stays behind.\n{}",
                discover_shown::changes(since, &changes).trim_end()
            ));
        }
        Err(error) => screen::warn(&format!(
            "whether the source is still as it was planned from could not be looked at: {error}"
        )),
    }
}

async fn changes(planned: &Planned, looked: &Looked) -> Result<Vec<Change>, CliError> {
    let region = &planned.runbook.region;
    let world = world::read_only(planned.address, None, region, planned.profile.as_deref()).await?;
    let seen = look_at_accounts(&world, looked, &planned.runbook).await?;
    let mut now = planned.inventory.clone();
    // What could not be looked at stays as it was, and is no change.
    take_over(&mut now, seen, &planned.runbook);
    let mut changes = planned.inventory.changes(&now);
    let source = planned.runbook.source.account.as_str();
    let own = Own::of(&planned.journal, &now);
    changes.retain(|change| change.account == source && !own.explains(change));
    Ok(changes)
}

/// What the run itself names: what it has made, and what it moves, which it changes on the way.
struct Own {
    /// The run's state as it is written; none before its first step, when nothing can be its doing.
    text: Option<String>,
    /// What carries the run's tag: a copy that is under way has an id that the journal does not know yet.
    tagged: BTreeSet<String>,
}

impl Own {
    fn of(journal: &Path, now: &Inventory) -> Self {
        // At a glance a journal tells it only once its folded state has been written for the first time.
        let glance = || Journal::glance(journal).map(|(_, state)| state);
        let state: Option<State> =
            glance().or_else(|| State::fold(&Journal::open_read_only(journal).ok()?.load().ok()?).ok()?);
        let state = state.filter(has_begun);
        let tagged = state.as_ref().map(|state| now.tagged(RUN_TAG, state.run.as_str()));
        Self {
            text: state.and_then(|state| serde_json::to_string(&state).ok()),
            tagged: tagged.unwrap_or_default(),
        }
    }

    /// Whether the run may be why something is not as it was: its state names it.
    fn explains(&self, change: &Change) -> bool {
        if self.tagged.contains(&change.id) {
            return true;
        }
        let Some(text) = &self.text else { return false };
        let mut named = ["\"", "/", ":"].iter().map(|before| format!("{before}{}\"", change.id));
        named.any(|name| text.contains(&name))
    }
}

fn has_begun(state: &State) -> bool {
    state.steps.values().any(|place| place.attempts > 0)
}
