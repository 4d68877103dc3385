//! `cleave undo`: takes back what a run did, as a run of its own kind: resumable, with the same journal. And what `cleave rehearse` is told of it.

use engine::Gatekeeper;
use journal::InboxItem;
use model::Plan;
use model::state::UndoScope;
use serde_json::{Value, json};

use crate::args::{RehearseArgs, UndoArgs};
use crate::commands::files::Written;
use crate::commands::run::{self, Conduct};
use crate::error::CliError;
use crate::exit;
use crate::rehearsal::campaign::Campaign;
use crate::rehearsal::taking_back::TakenBack;
use crate::screen::{self, Style, going_back};
use crate::words::{Failed, ToDo};
use crate::world;

/// Asks the run to take itself back, and carries that out.
pub fn undo(args: UndoArgs) -> Result<u8, CliError> {
    let written = Written::read(&args.runbook, None)?;
    let state = if args.reach.journal.exists() {
        run::existing(&args.reach, &written.runbook)?
    } else {
        None
    };
    let state = state.ok_or_else(|| {
        CliError::before(exit::BLOCKED, Failed::NothingToTakeBack, ToDo::CheckJournal).at(args
            .reach
            .journal
            .display()
            .to_string())
    })?;
    if let Some(step) = args.to.as_ref().filter(|step| !state.steps.contains(step)) {
        return Err(
            CliError::before(exit::USAGE, Failed::NoStep.fill(&[step.as_str()]), ToDo::ListSteps).at(args
                .reach
                .journal
                .display()
                .to_string()),
        );
    }
    if state.ended.is_some() {
        return Err(CliError::before(exit::BLOCKED, Failed::RunEnded, ToDo::EndedForGood)
            .at(args.reach.journal.display().to_string())
            .type_this(format!(
                "cleave report run.html --journal {}",
                args.reach.journal.display()
            )));
    }
    // Asked once: an undo that was interrupted goes on. Another reach is another wish.
    let scope = UndoScope { to: args.to.clone() };
    let goes_on = state.undoing.as_ref() == Some(&scope);
    screen::say(&going_back::text(&state, &scope));
    let to = args.to.as_ref().map_or_else(String::new, |to| format!(" --to {to}"));
    let command = format!(
        "cleave undo {} --reason \"…\"{to} --journal {}{}",
        args.runbook.display(),
        args.reach.journal.display(),
        args.reach.world_words()
    );
    let wish = (!goes_on).then(|| InboxItem::Undo {
        by: world::user(),
        reason: args.reason,
        to: args.to,
    });
    let conduct = Conduct {
        wait: false,
        gatekeeper: Gatekeeper::Inbox,
        style: Style::for_stderr(),
        wish,
        notify: written.runbook.notify,
        command,
        planned: None,
    };
    run::carry_on(&args.reach, state.plan.clone(), Some(state), conduct)
}

/// What a rehearsal is to take back; its steps are the plan's.
pub(crate) fn to_rehearse(args: &RehearseArgs, plan: &Plan) -> Result<Option<TakenBack>, CliError> {
    let Some(after) = args.undo_after.clone() else {
        return Ok(None);
    };
    let wanted = TakenBack {
        after,
        to: args.undo_to.clone(),
    };
    if let Some(step) = wanted.unknown(plan) {
        let steps: Vec<&str> = plan.steps.iter().map(|step| step.id.as_str()).collect();
        let what = Failed::NoStep.fill(&[step.as_str()]);
        let advice = ToDo::StepsAre.fill(&[&steps.join(", ")]);
        return Err(CliError::before(exit::USAGE, what, advice).at(args.runbook.display().to_string()));
    }
    Ok(Some(wanted))
}

/// What came of the undo in rehearsals; null where none was wanted.
pub(crate) fn rehearsed(runs: &Campaign) -> Value {
    let Some(first) = runs.first.as_ref().and_then(|run| run.undone.as_ref()) else {
        return Value::Null;
    };
    json!({
        "after": first.wanted.after,
        "to": first.wanted.to,
        "begun": runs.undo_begun,
        "as_asked": runs.as_asked,
        "steps_taken_back": first.steps,
    })
}
