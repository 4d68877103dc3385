//! Tells people of gates, failures, windows and the end: by webhook or by a command of theirs. Never in the run's way: what cannot be told is
//! tried again beside it, and given up with a warning. A message names things and commands; it carries no output of commands, no
//! message of AWS and no address.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::rc::Rc;
use std::time::Duration;

use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use engine::{Clock, RunEnd, Signal};
use jiff::Timestamp;
use model::event::{PauseReason, Verdict};
use model::{Event, GateName, State};
use moves::notify::{Channel, NotifySection, Occasion};
use moves::world::{HookCall, RunHook};
use serde_json::{Value, json};
use tokio::sync::mpsc;

use crate::error::CliError;
use crate::exit;
use crate::screen::{self, lines};
use crate::words::{self, Failed, ToDo, Words};
use crate::world;

/// After a failure: so many seconds, and then no more.
const AGAIN: [u64; 4] = [1, 5, 30, 120];
/// How long the program stays after the run for messages that are still on their way.
const AT_THE_END: Duration = Duration::from_secs(15);
/// A command that tells people must not take longer.
const COMMAND: Duration = Duration::from_secs(30);

/// One thing that people are told.
#[derive(Debug, Clone, PartialEq)]
struct Message {
    occasion: Occasion,
    text: String,
    facts: Value,
}

/// Hears what the engine tells, and hands on what people should know.
pub struct Notifier {
    channels: Vec<Outlet>,
    journal: PathBuf,
    host: String,
}

/// Where the messages of one channel go in.
struct Outlet {
    on: BTreeSet<Occasion>,
    sender: mpsc::UnboundedSender<Message>,
    untold: Rc<Cell<usize>>,
}

/// How many messages of each channel have been neither told nor given up.
pub struct Untold(Vec<(String, Rc<Cell<usize>>)>);

/// Carries the messages of all channels out.
pub struct Messengers {
    each: Vec<Messenger>,
}

struct Messenger {
    name: String,
    way: Way,
    waiting: mpsc::UnboundedReceiver<Message>,
    untold: Rc<Cell<usize>>,
}

enum Way {
    Post {
        http: SharedHttpClient,
        time: SharedTimeSource,
        address: String,
        slack: bool,
    },
    Run {
        hook: RunHook,
        argv: Vec<String>,
    },
}

/// The channels of a runbook.
///
/// # Errors
///
/// Where the environment lacks an address that the runbook names: better known before the night than in it.
pub fn channels(
    sections: &[NotifySection],
    journal: &Path,
    (http, time): (&SharedHttpClient, &SharedTimeSource),
    hooks: &RunHook,
) -> Result<(Notifier, Messengers), CliError> {
    let mut notifier = Notifier {
        channels: Vec::new(),
        journal: journal.to_owned(),
        host: world::host(),
    };
    let mut each = Vec::new();
    for section in sections {
        let post = |env: &str, slack: bool| {
            let address = world::variable(env).ok_or_else(|| {
                CliError::before(
                    exit::BLOCKED,
                    Failed::NotSet.fill(&[env]),
                    ToDo::SetWebhook.fill(&[env]),
                )
            })?;
            Ok(Way::Post {
                http: http.clone(),
                time: time.clone(),
                address,
                slack,
            })
        };
        let (name, way) = match &section.by {
            Channel::Slack { env } => (format!("slack ({env})"), post(env, true)?),
            Channel::Webhook { env } => (format!("webhook ({env})"), post(env, false)?),
            Channel::Command { run } => (
                run[0].clone(),
                Way::Run {
                    hook: Rc::clone(hooks),
                    argv: run.clone(),
                },
            ),
        };
        let (sender, waiting) = mpsc::unbounded_channel();
        let untold = Rc::new(Cell::new(0));
        notifier.channels.push(Outlet {
            on: section.on.clone(),
            sender,
            untold: Rc::clone(&untold),
        });
        each.push(Messenger {
            name,
            way,
            waiting,
            untold,
        });
    }
    Ok((notifier, Messengers { each }))
}

impl Notifier {
    /// Hears a signal of the engine.
    pub fn hear(&self, signal: &Signal<'_>, now: Timestamp) {
        if self.channels.is_empty() {
            return;
        }
        match signal {
            Signal::Recorded(recorded, state) => {
                if let Some((occasion, text, facts)) = self.of_event(&recorded.event, state) {
                    self.tell(occasion, &text, facts, state, recorded.at);
                }
            }
            Signal::Foretold(forecast, state) => {
                for line in lines::foretold(forecast, state, &self.journal) {
                    self.tell(Occasion::Window, &line, json!({}), state, now);
                }
            }
            Signal::Waiting(..) | Signal::Progress(..) | Signal::TimePassed => {}
        }
    }

    /// The run has been taken up again: what it has been waiting for since before this process.
    pub fn taken_up(&self, state: &State, now: Timestamp) {
        for gate in screen::standing::asked(state) {
            let (text, facts) = self.gate(gate, state);
            self.tell(Occasion::Gate, &text, facts, state, now);
        }
    }

    /// The program leaves: what the run stands still for.
    pub fn leaving(&self, end: &RunEnd, state: &State, now: Timestamp) {
        if let RunEnd::OutsideWindow(opens) = end {
            let text = match opens {
                Some(at) => Words::OutsideOpens.fill(&[&lines::minute(*at)]),
                None => Words::OutsideNever.say().to_owned(),
            };
            self.tell(Occasion::Window, &text, json!({}), state, now);
        }
    }

    fn of_event(&self, event: &Event, state: &State) -> Option<(Occasion, String, Value)> {
        let journal = self.journal.display().to_string();
        Some(match event {
            Event::GateAsked { gate, .. } => {
                let (text, facts) = self.gate(gate, state);
                (Occasion::Gate, text, facts)
            }
            Event::GateAgreed { gate, by, .. } => {
                let more = state.still_to_agree(gate);
                let answer = screen::standing::answer(&state.plan, gate, &self.journal);
                let text = Words::OneAgrees.fill(&[gate.as_str(), by, &more.to_string(), &answer]);
                (Occasion::Gate, text, json!({ "gate": gate }))
            }
            Event::GateVoided { gate, .. } => {
                let text = Words::ApprovalVoid.fill(&[gate.as_str(), &journal]);
                (Occasion::Failure, text, json!({ "gate": gate }))
            }
            // The message of AWS or of a command is in the journal: it may hold what nobody else should read.
            Event::StepStopped { step, failure, .. } => {
                let text = Words::StepNeeds.fill(&[step.as_str(), &failure.class.to_string(), &failure.code, &journal]);
                (Occasion::Failure, text, json!({ "step": step, "code": failure.code }))
            }
            Event::AlarmChanged { step, alarm: Some(_) } => {
                let text = Words::Alarm.fill(&[step.as_str(), &journal]);
                (Occasion::Failure, text, json!({ "step": step }))
            }
            Event::RunPaused {
                reason: PauseReason::CredentialsExpired { command },
            } => (
                Occasion::Failure,
                Words::LoginExpired.fill(&[&self.host, command]),
                json!({}),
            ),
            Event::UndoRequested { by, .. } => (Occasion::Done, Words::TakesBack.fill(&[by]), json!({})),
            Event::RunEnded { verdict } => {
                let text = match verdict {
                    Verdict::Completed => Words::Completed.say(),
                    Verdict::Unwound => Words::Unwound.say(),
                };
                (Occasion::Done, text.to_owned(), json!({ "verdict": verdict }))
            }
            Event::RunStarted { .. }
            | Event::PlanExtended { .. }
            | Event::IntentRecorded { .. }
            | Event::AttemptEnded { .. }
            | Event::LookFailed { .. }
            | Event::LookWorked { .. }
            | Event::AlarmChanged { alarm: None, .. }
            | Event::SweepAdvanced { .. }
            | Event::OutputSeen { .. }
            | Event::StepVerified { .. }
            | Event::StepRetried { .. }
            | Event::StepSkipped { .. }
            | Event::StepUndone { .. }
            | Event::GateApproved { .. }
            | Event::ProductAgreed { .. }
            | Event::WindowExtended { .. }
            | Event::RunPaused { .. }
            | Event::RunResumed { .. } => return None,
        })
    }

    fn gate(&self, gate: &GateName, state: &State) -> (String, Value) {
        let ask = words::question(&state.plan, gate);
        let answer = screen::standing::answer(&state.plan, gate, &self.journal);
        let text = Words::GateWaits.fill(&[gate.as_str(), &ask, &self.host, &answer]);
        (text, json!({ "gate": gate, "ask": ask }))
    }

    fn tell(&self, occasion: Occasion, text: &str, mut facts: Value, state: &State, at: Timestamp) {
        let text = format!("{} (run {}): {text}", state.plan.migration, state.run);
        facts["occasion"] = occasion.word().into();
        facts["migration"] = state.plan.migration.as_str().into();
        facts["run"] = state.run.as_str().into();
        facts["plan"] = state.digest.as_str().into();
        facts["host"] = self.host.as_str().into();
        facts["at"] = at.to_string().into();
        facts["text"] = text.as_str().into();
        for outlet in &self.channels {
            if outlet.on.contains(&occasion) {
                let message = Message {
                    occasion,
                    text: text.clone(),
                    facts: facts.clone(),
                };
                // A messenger that is gone has nobody to tell.
                if outlet.sender.send(message).is_ok() {
                    outlet.untold.set(outlet.untold.get() + 1);
                }
            }
        }
    }
}

impl Messengers {
    /// Carries messages out as they come; ends when the notifier is gone and all is told, or given up.
    pub async fn deliver(self) {
        futures::future::join_all(self.each.into_iter().map(Messenger::deliver)).await;
    }

    /// What they have still to tell, at any moment from here on.
    pub fn untold(&self) -> Untold {
        let each = self.each.iter();
        Untold(each.map(|one| (one.name.clone(), Rc::clone(&one.untold))).collect())
    }
}

impl Untold {
    /// Waits for the last messages, but not for long, and warns of those that are dropped.
    pub async fn finish(self, delivering: impl Future<Output = ()>) {
        self.finish_within(delivering, AT_THE_END)
            .await
            .iter()
            .for_each(|line| screen::warn(line));
    }

    async fn finish_within(self, delivering: impl Future<Output = ()>, length: Duration) -> Vec<String> {
        let _ = tokio::time::timeout(length, delivering).await;
        let left = self.0.iter().filter(|(_, untold)| untold.get() > 0);
        let lines = left.map(|(name, untold)| {
            format!(
                "{name} could not be told of the last {}: within {} seconds of the end it took no more",
                match untold.get() {
                    1 => "message".to_owned(),
                    count => format!("{count} messages"),
                },
                length.as_secs()
            )
        });
        lines.collect()
    }
}

impl Messenger {
    async fn deliver(mut self) {
        let wall = Clock::new(world::wall_now, 1.0);
        while let Some(message) = self.waiting.recv().await {
            let mut again = AGAIN.iter();
            loop {
                let why = match self.way.tell(&message).await {
                    Ok(()) => break,
                    Err(why) => why,
                };
                let Some(pause) = again.next() else {
                    screen::warn(&format!(
                        "{} could not be told of a {}: {why}",
                        self.name,
                        message.occasion.word()
                    ));
                    break;
                };
                wall.sleep_until(wall.after(Duration::from_secs(*pause))).await;
            }
            self.untold.set(self.untold.get() - 1);
        }
    }
}

impl Way {
    async fn tell(&self, message: &Message) -> Result<(), String> {
        match self {
            Way::Post {
                http,
                time,
                address,
                slack,
            } => {
                let body = if *slack {
                    json!({ "text": message.text })
                } else {
                    message.facts.clone()
                };
                let posted = aws::unsigned::post_json(http, time, address, body.to_string()).await;
                posted.map_err(|why| why.to_string())
            }
            Way::Run { hook, argv } => {
                let call = HookCall {
                    argv: argv.clone(),
                    stdin: message.facts.to_string(),
                    env: BTreeMap::from([("CLEAVE_OCCASION".to_owned(), message.occasion.word().to_owned())]),
                    timeout: COMMAND,
                    rehearse: Default::default(),
                };
                match hook(call).await {
                    Ok(answer) if answer.exit == Some(0) => Ok(()),
                    Ok(answer) => Err(answer
                        .exit
                        .map_or("it took too long".to_owned(), |code| format!("exit code {code}"))),
                    Err(failure) => Err(failure.code),
                }
            }
        }
    }
}

#[cfg(test)]
#[path = "notify_tests.rs"]
mod tests;
