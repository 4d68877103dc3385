//! A rehearsed undo: the run is carried to where a step is done, left as Ctrl-C would leave it, and taken back by a life of its own, as `cleave
//! undo` does. Where only a part is taken back, another life goes on to the end, as `cleave run` does after that.

use engine::run::SharedJournal;
use engine::{EngineError, Gatekeeper, Run, RunEnd};
use journal::InboxItem;
use model::{Event, Plan, Recorded, StepId};
use std::sync::{Arc, PoisonError};

use super::Stage;

/// What is taken back, and when.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TakenBack {
    /// The run is left when this step is done.
    pub after: StepId,
    /// Only this step and what needs it is taken back, and the run goes on; absent: everything is.
    pub to: Option<StepId>,
}

impl TakenBack {
    /// A step of it that the plan does not have.
    pub fn unknown(&self, plan: &Plan) -> Option<&StepId> {
        let mut named = std::iter::once(&self.after).chain(&self.to);
        named.find(|step| plan.step(step).is_none())
    }
}

/// What became of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Undone {
    /// What was to be.
    pub wanted: TakenBack,
    /// Whether the undo was begun: the step was done, and the run was not over then.
    pub begun: bool,
    /// How many steps were taken back.
    pub steps: usize,
}

impl Undone {
    /// What the events tell of it.
    pub fn of(wanted: &TakenBack, events: &[Recorded]) -> Self {
        let count = |which: fn(&Event) -> bool| events.iter().filter(|recorded| which(&recorded.event)).count();
        Self {
            wanted: wanted.clone(),
            begun: count(|event| matches!(event, Event::UndoRequested { .. })) > 0,
            steps: count(|event| matches!(event, Event::StepUndone { .. })),
        }
    }

    /// Whether a run that came to this end did what it was to show.
    pub fn shown(&self, end: &RunEnd) -> bool {
        let right = match self.wanted.to {
            None => matches!(end, RunEnd::Unwound),
            Some(_) => matches!(end, RunEnd::Completed),
        };
        self.begun && right
    }
}

/// All lives of it. An end before the undo, or of the undo itself, is where a person would stand.
pub(super) async fn carry_on(
    stage: &Stage,
    journal: &SharedJournal,
    run: Run,
    gatekeeper: &dyn Fn() -> Gatekeeper,
    wanted: &TakenBack,
) -> Result<RunEnd, EngineError> {
    let end = stage
        .carry_until(journal, run, gatekeeper(), Some(&wanted.after))
        .await?;
    if !matches!(&end, RunEnd::Paused { by } if by == LEAVES) {
        return Ok(end);
    }
    let by = || LEAVES.to_owned();
    let wish = InboxItem::Undo {
        by: by(),
        reason: format!("to be rehearsed after {}", wanted.after),
        to: wanted.to.clone(),
    };
    let end = next_life(stage, journal, gatekeeper(), wish).await?;
    if end != RunEnd::UndoneInPart {
        return Ok(end);
    }
    next_life(stage, journal, gatekeeper(), InboxItem::Resume { by: by() }).await
}

/// Who the journal says has done it.
pub(super) const LEAVES: &str = "the rehearsal";

async fn next_life(
    stage: &Stage,
    journal: &SharedJournal,
    gatekeeper: Gatekeeper,
    wish: InboxItem,
) -> Result<RunEnd, EngineError> {
    // Somebody has to type the command.
    let clock = &stage.simulated.world.clock;
    clock.sleep_until(clock.after(std::time::Duration::from_secs(60))).await;
    journal
        .lock()
        .unwrap_or_else(PoisonError::into_inner)
        .put_inbox(&wish)?;
    let run = Run::resume(Arc::clone(journal))?;
    stage.carry_on(journal, run, gatekeeper).await
}
