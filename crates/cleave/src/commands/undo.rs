//! `cleave undo`: takes back what a run did, as a run of its own kind: resumable, with the same journal.

use engine::Gatekeeper;
use journal::InboxItem;

use crate::args::UndoArgs;
use crate::commands::files::Written;
use crate::commands::run::{self, Conduct};
use crate::error::CliError;
use crate::exit;
use crate::screen::Style;
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
        CliError::before(exit::BLOCKED, "there is no run to take back", "Check --journal.").at(args
            .reach
            .journal
            .display()
            .to_string())
    })?;
    if let Some(step) = args.to.as_ref().filter(|step| !state.steps.contains(step)) {
        return Err(CliError::before(
            exit::USAGE,
            format!("the plan has no step {step}"),
            "`cleave status` lists the steps.",
        )
        .at(args.reach.journal.display().to_string()));
    }
    if state.ended.is_some() {
        return Err(CliError::before(
            exit::BLOCKED,
            "the run has ended",
            "What has ended is not taken back by its journal. Its report says what was made where.",
        )
        .at(args.reach.journal.display().to_string())
        .type_this(format!(
            "cleave report run.html --journal {}",
            args.reach.journal.display()
        )));
    }
    // Asked once: an undo that was interrupted goes on.
    let wish = state.undoing.is_none().then(|| InboxItem::Undo {
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
        clock_was_wrong: None,
    };
    run::carry_on(&args.reach, state.plan.clone(), Some(state), conduct)
}
