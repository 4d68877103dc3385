//! What another terminal on this host asks of a running process: `approve`, `pause`, `retry`, `skip`. It goes through the inbox; the
//! process that holds the lease turns it into events.

use std::io::{IsTerminal as _, Write as _};
use std::path::Path;

use jiff::Timestamp;
use journal::{Extent, InboxItem, Journal};
use model::event::WorldKind;
use model::state::{GateState, Yes};
use model::{Digest, State, StepId};

use crate::args::{ApproveArgs, ExtendWindowArgs, JournalArg, StepWish};
use crate::commands::rehearse::write_out;
use crate::error::CliError;
use crate::exit;
use crate::screen::standing;
use crate::words::{self, Failed, ToDo, Words};
use crate::world;

/// Agrees at a gate.
pub fn approve(args: ApproveArgs) -> Result<u8, CliError> {
    let state = state_of(&args.journal)?;
    let Some(gate) = state.plan.gate(&args.gate) else {
        let names: Vec<&str> = state.plan.gates.iter().map(|gate| gate.name.as_str()).collect();
        return Err(CliError::before(
            exit::USAGE,
            Failed::NoGate.fill(&[args.gate.as_str()]),
            ToDo::GatesAre.fill(&[&names.join(", ")]),
        )
        .at(args.journal.display().to_string()));
    };
    if let Some(product) = state.plan.product_behind(&args.gate)
        && state.agreement(product).is_none()
    {
        return Err(CliError::before(
            exit::USAGE,
            Failed::ProductOpens.fill(&[args.gate.as_str(), product]),
            ToDo::ShownBefore,
        )
        .at(args.journal.display().to_string())
        .type_this(standing::answer(&state.plan, &args.gate, &args.journal)));
    }
    let evidence = match &state.gates[&args.gate] {
        GateState::Asked { evidence, .. } => evidence.clone(),
        GateState::Approved { by, at } => {
            write_out(&format!("gate {} was approved by {by} at {at}\n", args.gate))?;
            return Ok(exit::DONE);
        }
        GateState::Voided { reason, .. } => {
            let steps: Vec<&str> = state
                .stopped_behind(&args.gate)
                .into_iter()
                .map(StepId::as_str)
                .collect();
            let step = steps.first().copied().unwrap_or("STEP");
            return Err(CliError::before(
                exit::BLOCKED,
                Failed::FoundOtherwise.fill(&[args.gate.as_str(), reason]),
                ToDo::PutRight.fill(&[&if steps.is_empty() {
                    step.to_owned()
                } else {
                    steps.join(", ")
                }]),
            )
            .at(args.journal.display().to_string())
            .type_this(format!(
                "cleave retry {step} --reason \"…\" --journal {}",
                args.journal.display()
            )));
        }
        GateState::Closed => {
            return Err(CliError::before(
                exit::BLOCKED,
                Failed::GateNotAsked.fill(&[args.gate.as_str()]),
                ToDo::NotAskedYet,
            )
            .at(args.journal.display().to_string())
            .type_this(format!("cleave status --journal {}", args.journal.display())));
        }
    };
    let by = world::user();
    let shown = Digest::of(evidence.as_bytes());
    if state.yes(&args.gate, &by, &state.digest, &shown) == Yes::Again {
        return Err(CliError::before(
            exit::BLOCKED,
            Failed::AgreedAlready.fill(&[&by, args.gate.as_str()]),
            ToDo::SomebodyElse.fill(&[&gate.people.to_string()]),
        )
        .at(args.journal.display().to_string()));
    }
    let wanted = gate.typed.clone().unwrap_or_else(|| "yes".to_owned());
    let typed = match args.typed {
        Some(typed) => typed,
        None if std::io::stdin().is_terminal() => {
            let mut out = std::io::stderr().lock();
            let (ask, typed) = (words::question(&state.plan, &args.gate), format!("{wanted:?}"));
            let shown = Words::TypeToAgree.fill(&[&ask, &words::proofs(&evidence), state.digest.short(), &typed]);
            let _ = write!(out, "{shown}");
            let _ = out.flush();
            let mut line = String::new();
            let _ = std::io::stdin().read_line(&mut line);
            line.trim().to_owned()
        }
        // A gate without a word of its own can be approved by a script that names it.
        None if gate.typed.is_none() => wanted.clone(),
        None => String::new(),
    };
    if typed != wanted {
        return Err(CliError::before(
            exit::BLOCKED,
            Failed::NotApproved.fill(&[args.gate.as_str()]),
            ToDo::MustBeTyped.fill(&[&format!("{wanted:?}")]),
        )
        .at(args.journal.display().to_string()));
    }
    let more = state.still_to_agree(&args.gate).saturating_sub(1);
    let item = InboxItem::Approve {
        gate: args.gate.clone(),
        by,
        digest: state.digest.clone(),
        evidence: shown,
        typed: Some(typed),
    };
    put(&args.journal, &item)?;
    let what = match more {
        0 => Words::GateIsApproved.fill(&[args.gate.as_str()]),
        more => Words::OthersMust.fill(&[args.gate.as_str(), &more.to_string()]),
    };
    told(&args.journal, &what)
}

/// Asks for a pause.
pub fn pause(args: JournalArg) -> Result<u8, CliError> {
    state_of(&args.journal)?;
    put(&args.journal, &InboxItem::Pause { by: world::user() })?;
    told(&args.journal, "a pause is asked for")
}

/// Lets the run disturb beyond its windows.
pub fn extend_window(args: ExtendWindowArgs) -> Result<u8, CliError> {
    let state = state_of(&args.journal)?;
    let at = || args.journal.display().to_string();
    if state.calendar().is_unrestricted() {
        let refused = CliError::before(exit::BLOCKED, Failed::WithoutWindows, ToDo::NoWindows);
        return Err(refused.at(at()));
    }
    let extent = match (args.until, args.length) {
        (Some(until), _) => Extent::Until(until),
        (None, length) => Extent::Seconds(length.map_or(0, |length| u64::try_from(length.as_secs()).unwrap_or(0))),
    };
    let now = now_of(&state);
    // The engine leaves out what is over when it reads it: that is better said here.
    if extent.until(now) <= now {
        let end = CliError::before(
            exit::USAGE,
            Failed::EndsBeforeItBegins.fill(&[&now.to_string()]),
            ToDo::TimeToCome,
        );
        return Err(end.at(at()));
    }
    let item = InboxItem::ExtendWindow {
        by: world::user(),
        reason: args.reason,
        extent,
    };
    put(&args.journal, &item)?;
    told(&args.journal, "a longer window is asked for")
}

/// Asks to try a step again.
pub fn retry(args: StepWish) -> Result<u8, CliError> {
    stopped(&args)?;
    put(
        &args.journal,
        &InboxItem::Retry {
            step: args.step.clone(),
            by: world::user(),
            reason: args.reason,
        },
    )?;
    told(&args.journal, &format!("step {} is tried again", args.step))
}

/// Asks to leave out a step.
pub fn skip(args: StepWish) -> Result<u8, CliError> {
    stopped(&args)?;
    put(
        &args.journal,
        &InboxItem::Skip {
            step: args.step.clone(),
            by: world::user(),
            reason: args.reason,
        },
    )?;
    told(&args.journal, &format!("step {} is left out", args.step))
}

fn stopped(args: &StepWish) -> Result<(), CliError> {
    let state = state_of(&args.journal)?;
    if state.stopped().contains(&&args.step) {
        return Ok(());
    }
    let stopped: Vec<&str> = state.stopped().iter().map(|step| step.as_str()).collect();
    Err(CliError::before(
        exit::USAGE,
        Failed::DidNotStop.fill(&[args.step.as_str()]),
        if stopped.is_empty() {
            ToDo::NoStepStopped.into()
        } else {
            ToDo::StepsStopped.fill(&[&stopped.join(", ")])
        },
    )
    .at(args.journal.display().to_string()))
}

pub(crate) fn put(path: &Path, item: &InboxItem) -> Result<(), CliError> {
    let refused = |error| CliError::journal(path, &error);
    let mut journal = Journal::open(path).map_err(refused)?;
    // Nobody would ever read it there.
    if let Some(home) = journal.copy_of(path, &world::host()).map_err(refused)? {
        return Err(CliError::copy(path, &home));
    }
    journal.put_inbox(item).map_err(refused)
}

/// What was done, and who does the rest.
pub(crate) fn told(path: &Path, what: &str) -> Result<u8, CliError> {
    let held = journal::Lease::is_held(path).map_err(|error| CliError::lease(path, &error))?;
    let who = if held { Words::HeededSoon } else { Words::HeededLater };
    write_out(&format!("{}\n", who.fill(&[what])))?;
    Ok(exit::DONE)
}

/// What time it is where a run takes place. In another world than AWS itself the wall's clock is not its clock: the last event is the best that is known
/// of it.
pub(crate) fn now_of(state: &State) -> Timestamp {
    match state.world {
        WorldKind::Live => world::wall_now(),
        WorldKind::Endpoint | WorldKind::Rehearsal => state.last_at,
    }
}

/// The state of the run in a journal.
pub(crate) fn state_of(path: &Path) -> Result<State, CliError> {
    let refused = |error| CliError::journal(path, &error);
    let events = Journal::open_read_only(path)
        .map_err(refused)?
        .load()
        .map_err(refused)?;
    State::fold(&events)
        .map_err(|error| CliError::engine(path, &error.into()))?
        .ok_or_else(|| CliError::no_run(path))
}

#[cfg(test)]
#[path = "wishes_tests.rs"]
mod tests;
