//! What a step is to the engine: four verbs. A step never sleeps, loops or waits; it looks once, or makes one call.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use jiff::Timestamp;
use model::event::Direction;
use model::{Failure, FailureClass, RUN_TAG, RunId, Said, StepId, StepSpec};
use serde::de::DeserializeOwned;
use serde_json::Value;

/// One step. Every one passes the generic drivers: run twice, fail at each call, lose each reply, crash after each event.
#[async_trait(?Send)]
pub trait Step {
    /// Looks, read-only and cheaply, whether the thing that the step makes exists.
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure>;

    /// Makes the one mutating call. Its intent is committed; whatever it answers, the engine looks afterwards. A sweep makes the
    /// next few of its many calls and says how far it has come.
    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure>;

    /// Proves, read-only, that what exists is right.
    async fn verify(&self, cx: &StepContext, output: &Value) -> Result<Verified, Failure>;

    /// Makes one call towards the state in which `observe` says [`Observed::Absent`]. Called again while it does not say so.
    async fn undo(&self, cx: &StepContext) -> Result<(), Failure>;

    /// The steps that only now, done, it knows to be necessary. Pure: from its output and its input alone.
    fn extends(&self, _cx: &StepContext, _output: &Value) -> Result<Option<Extension>, Failure> {
        Ok(None)
    }
}

/// What one look saw.
#[derive(Debug, Clone, PartialEq)]
pub enum Observed {
    /// The thing does not exist.
    Absent,
    /// It is being made.
    Underway {
        /// How far it is.
        progress: Progress,
        /// When another look is worth its call.
        look_again: Duration,
    },
    /// It exists, whole; this is what later steps need of it.
    Present(Value),
    /// Something of that name exists, and this run did not make it.
    Foreign {
        /// Whose it is, or how that was seen.
        whose: Said,
    },
    /// Waiting longer will not help by itself: a person must decide.
    Stuck {
        /// Why.
        why: Said,
        /// What can be done.
        advice: Said,
    },
    /// It exists and will never become whole (a failed copy).
    Broken {
        /// Why.
        why: Said,
    },
}

/// How far something is. Shown, never stored.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Progress {
    /// 0 to 1, where it is known.
    pub fraction: Option<f64>,
    /// In words, short.
    pub text: Said,
    /// What people should know and can do while the step goes on by itself. This is stored and told, once when it comes up and once
    /// when it is over.
    pub alarm: Option<Said>,
}

impl Progress {
    /// Progress in per cent.
    pub fn percent(percent: i32, text: impl Into<Said>) -> Self {
        Self {
            fraction: Some(f64::from(percent.clamp(0, 100)) / 100.0),
            text: text.into(),
            alarm: None,
        }
    }

    /// Progress that is only words.
    pub fn words(text: impl Into<Said>) -> Self {
        Self {
            fraction: None,
            text: text.into(),
            alarm: None,
        }
    }
}

/// What `begin` did.
#[derive(Debug, Clone, PartialEq)]
pub enum Begun {
    /// The one call was accepted.
    Once,
    /// A sweep has come so far.
    Swept {
        /// Where it goes on; stored before the next call.
        cursor: Value,
        /// How many are done.
        done: u64,
        /// Of how many, where that is known.
        total: Option<u64>,
        /// Whether there are more.
        more: bool,
    },
}

/// What the proof said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verified {
    /// It is right.
    Right {
        /// What was compared, in words for people.
        evidence: Said,
    },
    /// It cannot be told yet (eventual consistency): look again.
    NotYet {
        /// What is missing.
        why: Said,
        /// When to look again.
        look_again: Duration,
    },
    /// It is wrong.
    Wrong {
        /// What differs.
        why: Said,
    },
}

/// Steps that a step makes known once it is done.
#[derive(Debug, Clone, PartialEq)]
pub struct Extension {
    /// The new steps; their first ones need the step itself.
    pub steps: Vec<StepSpec>,
    /// Steps of the plan that must wait for all of them.
    pub before: Vec<StepId>,
}

/// The outputs of the steps so far, as the engine keeps them.
pub type Outputs = Rc<RefCell<BTreeMap<StepId, Rc<Value>>>>;

/// What a step may know when it acts: itself, its run, the moment, and the outputs of the steps before it.
pub struct StepContext {
    /// The run.
    pub run: RunId,
    /// The step as planned.
    pub spec: Rc<StepSpec>,
    /// Whether it is carried out or taken back.
    pub direction: Direction,
    /// The idempotency token, from run and step, the same for every attempt: 32 lower-case hexadecimal digits.
    pub token: String,
    /// The moment of this look or call.
    pub now: Timestamp,
    /// When the step's first event was recorded: what waiting steps count from.
    pub started_at: Option<Timestamp>,
    /// When its last call was about to be made; absent before the first.
    pub tried_at: Option<Timestamp>,
    /// How many calls were about to be made, the one under way among them.
    pub attempts: u32,
    /// How often a person has had it tried again after it had stopped.
    pub retried: u32,
    /// Where a sweep goes on; absent at its beginning.
    pub cursor: Option<Value>,
    /// The outputs of the steps before.
    pub outputs: Outputs,
}

impl StepContext {
    /// The output of an earlier step, as its type.
    pub fn output<T: DeserializeOwned>(&self, step: &StepId) -> Result<T, Failure> {
        let outputs = self.outputs.borrow();
        let Some(output) = outputs.get(step) else {
            return Err(self.failure(
                FailureClass::Unexpected,
                "[NoOutput]",
                format!("step {step} has no output"),
            ));
        };
        T::deserialize(&**output).map_err(|error| {
            self.failure(
                FailureClass::Unexpected,
                "[BadOutput]",
                format!("the output of step {step}: {error}"),
            )
        })
    }

    /// A failure that the step itself found.
    pub fn failure(&self, class: FailureClass, code: &str, message: impl Into<String>) -> Failure {
        Failure::ours(self.spec.id.as_str(), class, code, message)
    }

    /// The tags that everything made by this step carries.
    pub fn tags(&self) -> BTreeMap<String, String> {
        BTreeMap::from([
            (RUN_TAG.to_owned(), self.run.to_string()),
            ("cleave:step".to_owned(), self.spec.id.to_string()),
        ])
    }

    /// Whether tags say that this step made the thing.
    pub fn made_it<'a>(&self, tags: impl IntoIterator<Item = (&'a String, &'a String)>) -> bool {
        let mut run = false;
        let mut step = false;
        for (key, value) in tags {
            run |= key == RUN_TAG && value == self.run.as_str();
            step |= key == "cleave:step" && value == self.spec.id.as_str();
        }
        run && step
    }

    /// A name for something that the step makes: `cleave-<run>-<stem>`, cut to `longest` characters, distinct by a piece of the token.
    pub fn name(&self, stem: &str, longest: usize) -> String {
        let stem: String = stem
            .to_ascii_lowercase()
            .chars()
            .map(|c| if c.is_ascii_alphanumeric() { c } else { '-' })
            .collect::<String>()
            .split('-')
            .filter(|part| !part.is_empty())
            .collect::<Vec<_>>()
            .join("-");
        let ending = &self.token[..6];
        let head = format!("cleave-{}-{stem}", self.run);
        let head = head[..head.len().min(longest.saturating_sub(7))].trim_end_matches('-');
        format!("{head}-{ending}")
    }
}
