//! A host's clock that was set back. Events keep their order all the same, by their numbers; but a step that is to be looked at again
//! "in half a minute" would wait for as long as the clock had been ahead, and windows open and close by the wrong day.

use std::cell::Cell;
use std::path::Path;
use std::time::Duration;

use engine::Clock;
use jiff::{SignedDuration, Timestamp};
use journal::Journal;
use model::event::WorldKind;
use model::state::StepStatus;
use model::{Advice, Event, Failure, FailureClass, State};

use crate::error::CliError;
use crate::exit;
use crate::words::{Failed, ToDo, Words};

/// What two clocks that are right may be apart, or one that is set right by small steps.
fn tolerance(world: WorldKind) -> SignedDuration {
    match world {
        WorldKind::Live | WorldKind::Rehearsal => SignedDuration::from_mins(10),
        // Some hundred times as fast as the wall's, and asked over a network.
        WorldKind::Endpoint => SignedDuration::from_hours(2),
    }
}

/// Refuses to go on with a run whose last event lies ahead, unless a person has said why it does: that is given back where it does.
pub fn check<'a>(
    path: &Path,
    state: &State,
    now: Timestamp,
    (why, command): (Option<&'a str>, &str),
) -> Result<Option<&'a str>, CliError> {
    if state.last_at.duration_since(now) <= tolerance(state.world) {
        return Ok(None);
    }
    if why.is_some() {
        return Ok(why);
    }
    Err(
        CliError::before(exit::BLOCKED, Failed::ClockSetBack, ToDo::ClockSetBack)
            .at(format!(
                "{}: its last event is of {}, and it is {now} now",
                path.display(),
                state.last_at
            ))
            .changed(Words::ByThisNothingSeeStatus.fill(&[&path.display().to_string()]))
            .type_this(format!("{command} --clock-was-wrong \"WHY\"")),
    )
}

/// Has every step that waits until a moment that lies ahead looked at at once, as a person would who tries a stopped step again.
pub fn forget_waits(
    journal: &mut Journal,
    state: &State,
    (by, reason): (&str, &str),
    now: Timestamp,
) -> Result<(), journal::JournalError> {
    let waits = |status: &StepStatus| !matches!(status, StepStatus::Skipped | StepStatus::Undone);
    let steps = state
        .steps
        .iter()
        .filter(|(_, place)| waits(&place.status) && place.again_at.is_some_and(|again_at| again_at > now));
    let events: Vec<Event> = steps
        .flat_map(|(step, _)| {
            let failure = Failure::ours(
                "clock",
                FailureClass::Unexpected,
                "[ClockSetBack]",
                format!("the clock was ahead: the last event is of {}", state.last_at),
            );
            [
                Event::StepStopped {
                    step: step.clone(),
                    failure,
                    advice: Advice::LookedAnew.into(),
                },
                Event::StepRetried {
                    step: step.clone(),
                    by: by.to_owned(),
                    reason: reason.to_owned(),
                },
            ]
        })
        .collect();
    journal.append(state.last_seq, now, &events).map(drop)
}

/// Ends when the clock is behind what it has been in this process. `latest` is kept by whoever hears of events.
#[expect(
    clippy::disallowed_methods,
    reason = "a clock that was set back cannot tell how long to wait before it is looked at"
)]
pub async fn watch(clock: Clock, world: WorldKind, latest: &Cell<Timestamp>) {
    const EVERY: Duration = Duration::from_secs(20);
    loop {
        let now = clock.now();
        if latest.get().duration_since(now) > tolerance(world) {
            return;
        }
        latest.set(latest.get().max(now));
        tokio::time::sleep(EVERY).await;
    }
}

#[cfg(test)]
#[path = "clock_set_back_tests.rs"]
mod tests;
