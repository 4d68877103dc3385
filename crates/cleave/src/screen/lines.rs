//! One line per event, for logs and lost terminals.

use std::path::Path;

use jiff::SignedDuration;

use engine::RunEnd;
use model::event::{Direction, Outcome, PauseReason, Verdict};
use model::forecast::Postponed;
use model::{Event, Forecast, Plan, Recorded, State};

use super::planned::duration;
use super::standing;
use crate::words::{self, Happened, Words};

/// The line; none for events that say nothing to people.
pub fn line(recorded: &Recorded, state: &State) -> Option<String> {
    let text = text(&recorded.event, state)?;
    Some(format!("{}  {text}", recorded.at.strftime("%Y-%m-%d %H:%M:%SZ")))
}

/// What the run stays for under `--wait`, where a line is of use: a login that has expired has told its command already.
pub fn waiting(end: &RunEnd, plan: &Plan, journal: &Path) -> Option<String> {
    match end {
        // What each gate asks was said when it was put.
        RunEnd::WaitingAtGate(gates) => {
            let gates = gates.iter().map(|gate| {
                let answer = standing::answer(plan, gate, journal);
                Words::FromAnother.fill(&[gate.as_str(), &answer])
            });
            Some(gates.collect::<Vec<_>>().join("\n"))
        }
        RunEnd::OutsideWindow(Some(opens)) => Some(format!(
            "waiting for the window: the next disturbing step may start at {opens}"
        )),
        RunEnd::OutsideWindow(None)
        | RunEnd::Completed
        | RunEnd::Unwound
        | RunEnd::UndoneInPart
        | RunEnd::Paused { .. }
        | RunEnd::NeedsOperator(_)
        | RunEnd::CredentialsExpired { .. } => None,
    }
}

/// What will not start, or not end, in its window, told ahead of time; nothing where all fits.
pub fn foretold(forecast: &Forecast, state: &State, journal: &Path) -> Vec<String> {
    let postponed = forecast
        .postponed
        .iter()
        .map(|postponed| postponed_line(postponed, state, journal));
    let overruns = forecast.overruns.iter().map(|overruns| {
        format!(
            "window: {} is expected to end at {} (nine in ten by {}), after its window has closed at {}; it goes on being watched",
            overruns.step,
            minute(overruns.ends.likely),
            minute(overruns.ends.late),
            minute(overruns.closes)
        )
    });
    postponed.chain(overruns).collect()
}

fn postponed_line(postponed: &Postponed, state: &State, journal: &Path) -> String {
    let Postponed {
        step,
        ready,
        needs,
        opening,
        starts,
        disturbed,
    } = postponed;
    let closes = match opening {
        Some(opening) if opening.from <= ready.likely => format!("the window that closes at {}", minute(opening.until)),
        Some(opening) => format!("the next window, {} to {}", minute(opening.from), minute(opening.until)),
        None => "any window".to_owned(),
    };
    let starts = match starts {
        Some(starts) => format!("it starts at {}", minute(*starts)),
        None => "no window within a year has the room".to_owned(),
    };
    let takes = duration(*needs);
    if *disturbed {
        let resource = state
            .plan
            .step(step)
            .map_or_else(String::new, |spec| spec.resource.to_string());
        // From when it is ready, late: counted from now, it might be over before.
        let length = SignedDuration::from_secs(i64::try_from(*needs).unwrap_or(i64::MAX));
        let until = ready.late.saturating_add(length).unwrap_or(jiff::Timestamp::MAX);
        return format!(
            "WINDOW: {resource} is disturbed already, and {step} does not fit into {closes}: ready about {}, it takes up to {takes}; without a word \
             {starts}\n  to let it go on:   cleave extend-window --until {} --reason … --journal {journal}\n  to take it back:   cleave \
             undo RUNBOOK --reason … --journal {journal}",
            minute(ready.likely),
            until.strftime("%Y-%m-%dT%H:%M:%SZ"),
            journal = journal.display(),
        );
    }
    let (needs, ready) = (takes, minute(ready.likely));
    format!(
        "window: {step} will not start in {closes}: ready about {ready}, what it begins takes up to {needs}; {starts}"
    )
}

/// A moment to the minute, for people.
pub fn minute(at: jiff::Timestamp) -> String {
    at.strftime("%Y-%m-%d %H:%MZ").to_string()
}

fn text(event: &Event, state: &State) -> Option<String> {
    let title = |step| {
        state
            .spec(step)
            .map_or_else(String::new, |spec| words::said(&spec.title))
    };
    Some(match event {
        Event::RunStarted { run, digest, plan, .. } => Happened::RunStarts.fill(&[
            &run.to_string(),
            &plan.migration.to_string(),
            &plan.steps.len().to_string(),
            digest.short(),
        ]),
        Event::PlanExtended { by, steps, .. } => Happened::StepsKnown.fill(&[by.as_str(), &steps.len().to_string()]),
        Event::IntentRecorded {
            step,
            attempt,
            direction: Direction::Do,
            ..
        } if *attempt == 1 => format!("{step}: {}", title(step)),
        Event::IntentRecorded {
            step,
            attempt,
            direction: Direction::Do,
            ..
        } => Happened::Attempt.fill(&[step.as_str(), &attempt.to_string()]),
        Event::IntentRecorded {
            step,
            direction: Direction::Undo,
            ..
        } => Happened::TakingBack.fill(&[step.as_str()]),
        Event::AttemptEnded {
            outcome: Outcome::Done, ..
        } => return None,
        // "1 of 1" says no more than the line that the step is done.
        Event::SweepAdvanced {
            total: None | Some(0 | 1),
            ..
        } => return None,
        Event::AttemptEnded {
            step,
            outcome: Outcome::NotDone { failure },
            ..
        } => Happened::NotDone.fill(&[
            step.as_str(),
            &failure.class.to_string(),
            &words::failed(failure).to_string(),
        ]),
        Event::AttemptEnded {
            step,
            outcome: Outcome::Unknown { failure },
            ..
        } => Happened::Unknown.fill(&[step.as_str(), &failure.to_string()]),
        Event::LookWorked { step } => Happened::AnsweredAgain.fill(&[step.as_str()]),
        Event::LookFailed { step, failure, .. } => {
            Happened::NoLook.fill(&[step.as_str(), &failure.class.to_string(), &failure.to_string()])
        }
        Event::SweepAdvanced {
            step,
            done,
            total: Some(total),
            ..
        } => Happened::SoFar.fill(&[step.as_str(), &done.to_string(), &total.to_string()]),
        Event::AlarmChanged {
            step,
            alarm: Some(alarm),
        } => Words::AlarmOf.fill(&[step.as_str(), &words::advised(alarm, None)]),
        Event::AlarmChanged { step, alarm: None } => Happened::AlarmOver.fill(&[step.as_str()]),
        Event::OutputSeen { .. } => return None,
        Event::StepVerified { step, evidence } => Happened::Done.fill(&[step.as_str(), &words::said(evidence)]),
        Event::StepStopped { step, failure, advice } => {
            let advice = words::advised(advice, Some(failure.class));
            Words::StepStopped.fill(&[step.as_str(), &words::failed(failure).to_string(), &advice])
        }
        Event::StepRetried { step, by, reason } => Happened::TriedAgain.fill(&[step.as_str(), by, reason]),
        Event::StepSkipped { step, by, reason } => Happened::LeftOut.fill(&[step.as_str(), by, reason]),
        Event::StepUndone { step, evidence } => Happened::Undone.fill(&[step.as_str(), &words::said(evidence)]),
        Event::GateAsked { gate, .. } => Words::GateStands.fill(&[gate.as_str(), &words::question(&state.plan, gate)]),
        Event::GateAgreed { gate, by, .. } => {
            let more = state.still_to_agree(gate);
            Happened::OneAgrees.fill(&[gate.as_str(), by, &more.to_string()])
        }
        Event::GateApproved { gate, by, .. } => Happened::Approved.fill(&[gate.as_str(), by]),
        Event::GateVoided { gate, reason } => Happened::Voided.fill(&[gate.as_str(), &words::said(reason)]),
        Event::ProductAgreed { product, by, words, .. } => match words.as_str() {
            "" => Happened::TeamAgrees.fill(&[product.as_str(), by]),
            words => Happened::TeamAgreesSaying.fill(&[product.as_str(), by, words]),
        },
        Event::WindowExtended { by, reason, until } => Happened::WindowLonger.fill(&[&minute(*until), by, reason]),
        Event::RunPaused {
            reason: PauseReason::Operator { by },
        } => Happened::PausedBy.fill(&[by]),
        Event::RunPaused {
            reason: PauseReason::CredentialsExpired { command },
        } => Happened::LoginExpired.fill(&[command]),
        Event::RunResumed { by } => Happened::GoesOn.fill(&[by]),
        Event::UndoRequested { by, reason, to: None } => Happened::AllTakenBack.fill(&[by, reason]),
        Event::UndoRequested {
            by,
            reason,
            to: Some(to),
        } => Happened::TakenBackTo.fill(&[to.as_str(), by, reason]),
        Event::RunEnded {
            verdict: Verdict::Completed,
        } => Happened::Completed.say().to_owned(),
        Event::RunEnded {
            verdict: Verdict::Unwound,
        } => Happened::Unwound.say().to_owned(),
    })
}
