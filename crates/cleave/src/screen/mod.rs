//! What people see of a run: bars on a terminal, else one line per event, or JSON lines. Everything goes to stderr; stdout is for
//! results.

pub mod agreeing;
pub mod bars;
pub mod bucket_standing;
pub mod going_back;
pub mod lines;
pub(crate) mod looking;
pub mod planned;
pub mod rehearsed;
pub mod standing;

use std::io::{IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};
use std::rc::Rc;

use engine::{Clock, RunEnd, Signal};
use model::event::Verdict;
use model::{Forecast, State};

use crate::words::{self, Words};

/// How a run is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Bars that move.
    Bars,
    /// One line per event.
    Lines,
    /// One JSON object per event.
    Json,
}

impl Style {
    /// Bars only where somebody looks: on a terminal.
    pub fn for_stderr() -> Self {
        if std::io::stderr().is_terminal() {
            Style::Bars
        } else {
            Style::Lines
        }
    }
}

/// The screen of one run.
pub enum Screen {
    /// Bars.
    Bars(Rc<bars::Bars>),
    /// Lines, and where the journal lies.
    Lines(PathBuf),
    /// JSON lines.
    Json,
}

impl Screen {
    /// A screen for a run.
    pub fn new(style: Style, state: &State, clock: Clock, journal: &Path) -> Self {
        match style {
            Style::Bars => Screen::Bars(Rc::new(bars::Bars::new(state, clock, journal))),
            Style::Lines => Screen::Lines(journal.to_owned()),
            Style::Json => Screen::Json,
        }
    }

    /// What the engine tells.
    pub fn subscriber(&self) -> Box<dyn Fn(Signal<'_>)> {
        match self {
            Screen::Bars(bars) => {
                let bars = Rc::clone(bars);
                Box::new(move |signal| bars.tell(&signal))
            }
            Screen::Lines(journal) => {
                let journal = journal.clone();
                Box::new(move |signal| {
                    let line = match signal {
                        Signal::Recorded(recorded, state) => lines::line(recorded, state),
                        Signal::Waiting(end, state) => lines::waiting(end, &state.plan, &journal),
                        Signal::Foretold(forecast, state) => {
                            lines::foretold(forecast, state, &journal)
                                .iter()
                                .for_each(|line| say(line));
                            None
                        }
                        Signal::Progress(..) | Signal::TimePassed => None,
                    };
                    if let Some(line) = line {
                        say(&line);
                    }
                })
            }
            Screen::Json => Box::new(|signal| {
                if let Signal::Recorded(recorded, _) = signal {
                    say(&serde_json::to_string(recorded).expect("an event has only string keys"));
                }
            }),
        }
    }

    /// Leaves the terminal in order.
    pub fn finish(&self) {
        if let Screen::Bars(bars) = self {
            bars.finish();
        }
    }
}

/// A line for people. A terminal that is gone (the connection was lost) does not stop a run.
pub(crate) fn say(line: &str) {
    let _ = writeln!(std::io::stderr().lock(), "{line}");
}

/// Which run this is, said once before its first event: an SRE with two terminals must see which of them does what.
pub fn introduce(style: Style, state: &State, resumed: bool, now: jiff::Timestamp) {
    if style == Style::Json {
        return;
    }
    let settled = state.steps.values().filter(|step| step.status.is_settled()).count();
    let done = if resumed {
        format!("goes on, {settled} of ")
    } else {
        "starts, ".to_owned()
    };
    say(&format!(
        "{}  run {} of {} {done}{} steps; plan {}",
        now.strftime("%Y-%m-%d %H:%M:%SZ"),
        state.run,
        state.plan.migration,
        state.plan.steps.len(),
        state.digest.short()
    ));
}

/// A warning of the preflight.
pub fn warn(text: &str) {
    say(&format!("warning: {text}"));
}

/// The run has ended before.
pub fn already_ended(verdict: Verdict, plan: &model::Plan) {
    say(match verdict {
        Verdict::Completed if moves::retire::is_removal(plan) => {
            "this run has ended: everything that it was to take away is gone"
        }
        Verdict::Completed => "this run has ended: everything has moved",
        Verdict::Unwound => "this run has ended: everything it did has been taken back",
    });
}

/// Why the program leaves, what has been changed, and what to type next.
pub fn farewell(end: &RunEnd, state: &State, at: &Path, now: jiff::Timestamp) {
    let journal = at.display();
    let with = format!("--journal {journal}");
    let removal = moves::retire::is_removal(&state.plan);
    let (again, undo, moved) = match removal {
        true => (
            format!("cleave retire --into {journal}"),
            format!("cleave retire --into {journal} --undo REASON"),
            "everything that it was to take away is gone",
        ),
        false => (
            "cleave run".to_owned(),
            format!("cleave undo RUNBOOK --reason … {with}"),
            "everything has moved",
        ),
    };
    say("");
    match end {
        RunEnd::Completed => match state.left_out().as_slice() {
            [] => say(&format!("done: {moved}")),
            left => {
                say(&format!("done: {moved}, but for what is left for you to do:"));
                for (step, what) in left {
                    say(&format!("  {step}: {}", words::said(what)));
                }
            }
        },
        RunEnd::Unwound => say("done: everything the run did has been taken back"),
        RunEnd::UndoneInPart => say(&format!(
            "done: taken back as far as asked; the same `{again}` goes on from there"
        )),
        RunEnd::WaitingAtGate(gates) => {
            for name in gates {
                let ask = words::question(&state.plan, name);
                say(&Words::WaitingAt.fill(&[name.as_str(), &ask]));
                say(&format!(
                    "  {} {}",
                    Words::Type.say(),
                    standing::answer(&state.plan, name, at)
                ));
            }
            say(&Words::ThenAgain.fill(&[&again]));
        }
        RunEnd::OutsideWindow(opens) => {
            // Where users are disturbed already, the next window is not the only way: this says what else there is.
            let forecast = Forecast::of(state, now);
            let told = forecast
                .iter()
                .flat_map(|forecast| lines::foretold(forecast, state, at));
            told.for_each(|line| say(&line));
            match opens {
                Some(opens) => {
                    say(&format!(
                        "outside the window: the next disturbing step may start at {opens}"
                    ));
                    say(&format!("type the same `{again}` then, or use --wait"));
                }
                None => {
                    say("outside the window, and none that is long enough opens within a year");
                    say(&format!(
                        "  to open one:       cleave extend-window --until … --reason … {with}   then the same `{again}`"
                    ));
                    say(&format!("  to take it back:   {undo}"));
                }
            }
        }
        RunEnd::Paused { by } => say(&format!(
            "paused by {by}; everything is recorded. The same `{again}` goes on"
        )),
        RunEnd::CredentialsExpired { command } => {
            say("paused: your login has expired");
            say(&format!("  type: {command}"));
            say(&Words::ThenAgain.fill(&[&again]));
        }
        RunEnd::NeedsOperator(steps) => {
            for step in steps {
                say(&standing::stopped(state, step));
            }
            if state.has_drifted(steps) {
                say(
                    "what was agreed to is not so any more: the approval is void, what was proved is proved anew, and the gate is asked again",
                );
            }
            say(&format!("what the run has changed: cleave status {with}"));
            say(&format!(
                "to go on:              cleave retry STEP --reason … {with}   then the same `{again}`"
            ));
            say(&format!("to take it all back:   {undo}"));
        }
    }
}
