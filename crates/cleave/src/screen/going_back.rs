//! What an undo is about to take back, what it cannot, and what that holds up: shown before it begins.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use model::state::UndoScope;
use model::{State, StepId, StepSpec, Undo};

use crate::words;

/// The steps that may have left something, the last first, by what becomes of them.
pub fn text(state: &State, scope: &UndoScope) -> String {
    let mut state = state.clone();
    let goes_on = state.undoing.as_ref() == Some(scope);
    state.undoing = Some(scope.clone());
    let mut standing: Vec<&StepSpec> = state.undo_scope();
    standing.retain(|step| state.steps[&step.id].status.may_have_effect());
    standing.reverse();
    let mut out = String::new();
    let what = match &scope.to {
        None => "everything that the run did".to_owned(),
        Some(to) => format!("{to} and what needs it"),
    };
    let begins = if goes_on { "goes on taking back" } else { "takes back" };
    let _ = writeln!(out, "{begins} {what}: {} steps may have left something", standing.len());
    // Whatever a step rests on stays while the step itself does.
    let mut stays: BTreeSet<&StepId> = BTreeSet::new();
    let mut held: BTreeSet<&StepId> = BTreeSet::new();
    for step in &standing {
        let stuck = matches!(step.undo, Undo::Manual { .. } | Undo::None { .. });
        if stuck || held.contains(&step.id) {
            stays.insert(&step.id);
            held.extend(&step.needs);
        }
    }
    let by_itself = |step: &&&StepSpec| step.undo == Undo::Auto && !stays.contains(&step.id);
    for step in standing.iter().filter(by_itself) {
        let _ = writeln!(
            out,
            "  {:<7} {:<60} {}",
            step.side.to_string(),
            step.id,
            words::said(&step.title)
        );
    }
    for step in &standing {
        let (how, why) = match &step.undo {
            Undo::Auto | Undo::Nothing => continue,
            Undo::Manual { guide } => ("by hand, where it still stands", guide),
            Undo::None { reason } => ("cannot be taken back, where it still stands", reason),
        };
        let _ = writeln!(
            out,
            "  {:<7} {:<60} {how}: {}",
            step.side.to_string(),
            step.id,
            words::said(why)
        );
    }
    for step in standing
        .iter()
        .filter(|step| step.undo == Undo::Auto && stays.contains(&step.id))
    {
        let _ = writeln!(
            out,
            "  {:<7} {:<60} stays until what rests on it is gone",
            step.side.to_string(),
            step.id
        );
    }
    out
}
