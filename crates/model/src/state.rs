//! The state of a run: what its events add up to. [`State::apply`] is the only place where it changes.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::decided::Decided;
use crate::event::{Direction, Event, Outcome, PauseReason, Recorded, Verdict, WorldKind};
pub use crate::gates::{Agreed, GateState, Yes};
use crate::ids::{Digest, GateName, RunId, StepId};
use crate::plan::{Plan, PlanError, StepSpec};
use crate::products::Agreement;
pub use crate::steps::{StepState, StepStatus, Steps};
use crate::window::{Calendar, Opening};

/// What the events of one run add up to. It can be written down and read back; a reader must know that it was written from these events.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "crate::written::Written")]
pub struct State {
    /// The run.
    pub run: RunId,
    /// Where it takes place.
    pub world: WorldKind,
    /// The seed of everything random.
    pub seed: u64,
    /// The plan, with its extensions.
    pub plan: Plan,
    /// The digest of the plan as it was agreed to, without extensions.
    pub digest: Digest,
    /// When it began.
    pub started_at: Timestamp,
    /// The place of the last event.
    pub last_seq: u64,
    /// When the last event was recorded.
    pub last_at: Timestamp,
    /// Every step of the plan.
    pub steps: Steps,
    /// Every gate of the plan.
    pub gates: BTreeMap<GateName, GateState>,
    /// The products whose teams have agreed to the plan.
    pub agreements: BTreeMap<String, Agreement>,
    /// Until when an operator lets the run disturb beyond its windows, and from when.
    pub granted: Option<Opening>,
    /// Set while nothing new is started.
    pub paused: Option<PauseReason>,
    /// Set once the run takes back what it did.
    pub undoing: Option<UndoScope>,
    /// Set at the end.
    pub ended: Option<Verdict>,
    /// The steps that each step has put into the plan.
    pub(crate) extended: BTreeMap<StepId, Vec<StepId>>,
    /// What people decided on the way, in order.
    pub decided: Vec<Decided>,
}

/// How much is taken back.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct UndoScope {
    /// This step and all that needs it; absent: everything.
    pub to: Option<StepId>,
}

/// An event that cannot follow on what went before: the journal is not of this program, or the program is wrong.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum Impossible {
    /// The first event is not `run_started`, or a later one is.
    #[error("event {seq} ({kind}): a journal begins with run_started, once")]
    NotTheBeginning {
        /// Its place.
        seq: u64,
        /// Its kind.
        kind: &'static str,
    },
    /// The sequence has a gap or goes back.
    #[error("event {seq} follows on event {last}")]
    OutOfSequence {
        /// Its place.
        seq: u64,
        /// The place before it.
        last: u64,
    },
    /// A step or gate that the plan does not have.
    #[error("event {seq} ({kind}) names {name:?}, which the plan does not have")]
    Unknown {
        /// Its place.
        seq: u64,
        /// Its kind.
        kind: &'static str,
        /// The name.
        name: String,
    },
    /// The step is not in a state in which this can happen.
    #[error("event {seq} ({kind}) cannot happen to {name:?} while it is {status}")]
    WrongStatus {
        /// Its place.
        seq: u64,
        /// Its kind.
        kind: &'static str,
        /// The step or gate.
        name: String,
        /// How far it is.
        status: &'static str,
    },
    /// The run is over, or not in the mode in which this can happen.
    #[error("event {seq} ({kind}) cannot happen: {why}")]
    WrongMode {
        /// Its place.
        seq: u64,
        /// Its kind.
        kind: &'static str,
        /// Why.
        why: &'static str,
    },
    /// The plan, or its extension, contradicts itself.
    #[error("event {seq}: {error}")]
    BadPlan {
        /// Its place.
        seq: u64,
        /// How.
        error: PlanError,
    },
}

impl State {
    /// Folds a run's events.
    pub fn fold<'a>(events: impl IntoIterator<Item = &'a Recorded>) -> Result<Option<Self>, Impossible> {
        let mut events = events.into_iter();
        let Some(first) = events.next() else { return Ok(None) };
        let mut state = Self::begin(first)?;
        for recorded in events {
            state.apply(recorded)?;
        }
        Ok(Some(state))
    }

    /// The state after the first event.
    pub fn begin(first: &Recorded) -> Result<Self, Impossible> {
        let Recorded { seq, at, event } = first;
        let Event::RunStarted {
            run,
            world,
            seed,
            plan,
            digest,
        } = event
        else {
            return Err(Impossible::NotTheBeginning {
                seq: *seq,
                kind: event.kind(),
            });
        };
        if *seq != 1 {
            return Err(Impossible::OutOfSequence { seq: *seq, last: 0 });
        }
        plan.check().map_err(|error| Impossible::BadPlan { seq: *seq, error })?;
        Ok(Self {
            run: run.clone(),
            world: *world,
            seed: *seed,
            steps: Steps::of(plan),
            gates: plan
                .gates
                .iter()
                .map(|gate| (gate.name.clone(), GateState::default()))
                .collect(),
            plan: (**plan).clone(),
            digest: digest.clone(),
            started_at: *at,
            last_seq: 1,
            last_at: *at,
            agreements: BTreeMap::new(),
            granted: None,
            paused: None,
            undoing: None,
            ended: None,
            extended: BTreeMap::new(),
            decided: Vec::new(),
        })
    }

    /// Folds one more event. On an error nothing has changed.
    pub fn apply(&mut self, recorded: &Recorded) -> Result<(), Impossible> {
        let Recorded { seq, at, event } = recorded;
        let (seq, at, kind) = (*seq, *at, event.kind());
        if seq != self.last_seq + 1 {
            return Err(Impossible::OutOfSequence {
                seq,
                last: self.last_seq,
            });
        }
        if self.ended.is_some() {
            return Err(Impossible::WrongMode {
                seq,
                kind,
                why: "the run has ended",
            });
        }
        match event {
            Event::RunStarted { .. } => return Err(Impossible::NotTheBeginning { seq, kind }),
            Event::PlanExtended { by, steps, before } => self.extend(seq, by, steps, before)?,
            Event::IntentRecorded {
                step,
                attempt,
                direction,
                ..
            } => {
                let undoing = self.undoing.is_some();
                let (place, allowed) = match direction {
                    Direction::Do => {
                        let place = self.step_in(seq, kind, step, |s| {
                            matches!(
                                s,
                                StepStatus::Waiting | StepStatus::Intended | StepStatus::Watching | StepStatus::Refused
                            )
                        })?;
                        (place, !undoing)
                    }
                    Direction::Undo => (self.step_in(seq, kind, step, StepStatus::may_have_effect)?, undoing),
                };
                if !allowed || *attempt != place.attempts + 1 {
                    let why = if allowed {
                        "attempts count up by one"
                    } else {
                        "the run goes the other way"
                    };
                    return Err(Impossible::WrongMode { seq, kind, why });
                }
                place.attempts = *attempt;
                place.again_at = None;
                place.started_at.get_or_insert(at);
                place.tried_at = Some(at);
                place.status = match direction {
                    Direction::Do => StepStatus::Intended,
                    Direction::Undo => StepStatus::Undoing,
                };
            }
            Event::AttemptEnded {
                step,
                attempt,
                outcome,
                again_at,
            } => {
                let place = self.step_in(seq, kind, step, |s| {
                    matches!(s, StepStatus::Intended | StepStatus::Undoing)
                })?;
                if *attempt != place.attempts {
                    return Err(Impossible::WrongMode {
                        seq,
                        kind,
                        why: "another attempt is under way",
                    });
                }
                place.again_at = *again_at;
                let forward = place.status == StepStatus::Intended;
                match outcome {
                    Outcome::Done => {
                        place.refused_since = None;
                        place.last_failure = None;
                        if forward {
                            place.status = StepStatus::Watching;
                        }
                    }
                    Outcome::NotDone { failure } => {
                        place.refused_since.get_or_insert(at);
                        place.last_failure = Some(failure.clone());
                        if forward {
                            place.status = StepStatus::Refused;
                        }
                    }
                    Outcome::Unknown { failure } => {
                        place.last_failure = Some(failure.clone());
                        if forward {
                            place.status = StepStatus::Watching;
                        }
                    }
                }
            }
            Event::LookFailed {
                step,
                failure,
                again_at,
            } => {
                let place = self.step_in(seq, kind, step, |s| {
                    !matches!(s, StepStatus::Skipped | StepStatus::Undone)
                })?;
                place.refused_since.get_or_insert(at);
                place.started_at.get_or_insert(at);
                place.last_failure = Some(failure.clone());
                place.again_at = Some(*again_at);
            }
            Event::LookWorked { step } => {
                let place = self.step_in(seq, kind, step, |s| {
                    !matches!(s, StepStatus::Skipped | StepStatus::Undone)
                })?;
                place.refused_since = None;
            }
            Event::AlarmChanged { step, alarm } => {
                let place = self.step_in(seq, kind, step, |s| {
                    !matches!(s, StepStatus::Skipped | StepStatus::Undone)
                })?;
                place.alarm.clone_from(alarm);
            }
            Event::SweepAdvanced {
                step,
                cursor,
                done,
                total,
            } => {
                let place = self.step_in(seq, kind, step, |s| *s == StepStatus::Intended)?;
                place.cursor = Some(cursor.clone());
                place.swept = Some((*done, *total));
                place.refused_since = None;
            }
            Event::OutputSeen { step, output } => {
                let place = self.step_in(seq, kind, step, |s| {
                    matches!(
                        s,
                        StepStatus::Waiting
                            | StepStatus::Intended
                            | StepStatus::Watching
                            | StepStatus::Refused
                            | StepStatus::Seen
                    )
                })?;
                place.status = StepStatus::Seen;
                place.output = Some(output.clone());
                place.again_at = None;
                place.refused_since = None;
                place.started_at.get_or_insert(at);
            }
            Event::StepVerified { step, evidence } => {
                let place = self.step_in(seq, kind, step, |s| *s == StepStatus::Seen)?;
                place.status = StepStatus::Done;
                place.evidence = Some(evidence.clone());
                place.last_failure = None;
                place.ended_at = Some(at);
            }
            Event::StepStopped { step, failure, advice } => {
                let place = self.step_in(seq, kind, step, |s| {
                    !matches!(s, StepStatus::Skipped | StepStatus::Undone)
                })?;
                place.status = StepStatus::Stopped { advice: advice.clone() };
                place.last_failure = Some(failure.clone());
                place.refused_since.get_or_insert(at);
                place.again_at = None;
                place.started_at.get_or_insert(at);
            }
            Event::StepRetried { step, .. } => {
                let place = self.step_in(seq, kind, step, |s| matches!(s, StepStatus::Stopped { .. }))?;
                place.retried += 1;
                place.status = if place.has_begun() {
                    StepStatus::Watching
                } else {
                    StepStatus::Waiting
                };
                place.refused_since = None;
                place.again_at = None;
                self.ask_anew(step);
            }
            Event::StepSkipped { step, .. } => {
                let place = self.step_in(seq, kind, step, |s| {
                    matches!(
                        s,
                        StepStatus::Waiting | StepStatus::Refused | StepStatus::Stopped { .. }
                    )
                })?;
                place.status = StepStatus::Skipped;
                place.ended_at = Some(at);
                self.ask_anew(step);
            }
            Event::StepUndone { step, evidence } => {
                if self.undoing.is_none() {
                    return Err(Impossible::WrongMode {
                        seq,
                        kind,
                        why: "nobody asked to undo",
                    });
                }
                let place = self.step_in(seq, kind, step, StepStatus::may_have_effect)?;
                place.status = StepStatus::Undone;
                place.evidence = Some(evidence.clone());
                place.last_failure = None;
                place.again_at = None;
                place.ended_at = Some(at);
            }
            Event::GateAsked { gate, evidence } => self.gate_asked((seq, at), gate, evidence)?,
            Event::GateAgreed {
                gate,
                by,
                digest,
                evidence,
            } => self.gate_agreed((seq, at, kind), (gate, by), (digest, evidence), false)?,
            Event::GateApproved {
                gate,
                by,
                digest,
                evidence,
            } => self.gate_agreed((seq, at, kind), (gate, by), (digest, evidence), true)?,
            Event::GateVoided { gate, reason } => self.gate_voided((seq, at), gate, reason)?,
            Event::ProductAgreed {
                product,
                by,
                words,
                digest,
            } => self.product_agreed((seq, at, kind), product, (by, words), digest)?,
            Event::WindowExtended { until, .. } => {
                self.granted = Some(Opening {
                    from: at,
                    until: *until,
                });
            }
            Event::RunPaused { reason } => self.paused = Some(reason.clone()),
            Event::RunResumed { .. } => {
                self.paused = None;
                if self.is_undone_in_part() {
                    self.do_anew();
                }
            }
            Event::UndoRequested { to, .. } => {
                if let Some(step) = to.as_ref().filter(|step| !self.steps.contains(step)) {
                    return Err(Impossible::Unknown {
                        seq,
                        kind,
                        name: step.to_string(),
                    });
                }
                self.undoing = Some(UndoScope { to: to.clone() });
                self.paused = None;
                for step in self.steps.values_mut() {
                    step.again_at = None;
                    step.refused_since = None;
                }
            }
            Event::RunEnded { verdict } => self.ended = Some(*verdict),
        }
        if let Some(step) = event.step() {
            self.steps.count(step);
        }
        self.decided.extend(Decided::of(recorded));
        self.last_seq = seq;
        self.last_at = at;
        Ok(())
    }

    /// The step of this id, as it is planned: found without going through the plan.
    pub fn spec(&self, step: &StepId) -> Option<&StepSpec> {
        self.plan.steps.get(self.steps.place(step)?)
    }

    /// When its disturbing steps may start.
    pub fn calendar(&self) -> Calendar<'_> {
        Calendar {
            granted: self.granted,
            ..self.plan.calendar()
        }
    }

    /// The output of a step that has one.
    pub fn output(&self, step: &StepId) -> Option<&Value> {
        self.steps.get(step)?.output.as_ref()
    }

    /// What steps left out and people have to do instead, in plan order: the texts under `left_out` in their outputs.
    pub fn left_out(&self) -> Vec<(&StepId, &str)> {
        let steps = self.plan.steps.iter().map(|step| &step.id);
        let outputs = steps.filter_map(|id| Some((id, self.output(id)?["left_out"].as_array()?)));
        let texts = outputs.flat_map(|(id, left)| left.iter().filter_map(move |text| Some((id, text.as_str()?))));
        texts.collect()
    }

    /// The steps that stopped for an operator, in plan order.
    pub fn stopped(&self) -> Vec<&StepId> {
        let stopped = |id: &&StepId| matches!(self.steps[*id].status, StepStatus::Stopped { .. });
        self.plan.steps.iter().map(|step| &step.id).filter(stopped).collect()
    }

    fn extend(&mut self, seq: u64, by: &StepId, steps: &[StepSpec], before: &[StepId]) -> Result<(), Impossible> {
        let kind = "plan_extended";
        self.step_in(seq, kind, by, |s| *s == StepStatus::Done)?;
        let mut waiting = Vec::new();
        for later in before {
            self.step_in(seq, kind, later, |s| *s == StepStatus::Waiting)?;
            waiting.extend(self.steps.place(later));
        }
        let bad = |error| Impossible::BadPlan { seq, error };
        let at = self.steps.place(by).map_or(0, |place| place + 1);
        if self.extends_plainly(at, steps, &waiting) {
            grow(&mut self.plan, at, steps, &waiting);
            self.steps.grow(&self.plan, (at, steps.len()), &waiting);
        } else {
            // The whole check goes through the whole plan, on a copy: on an error nothing has changed.
            let mut plan = self.plan.clone();
            grow(&mut plan, at, steps, &waiting);
            plan.check().map_err(bad)?;
            self.plan = plan;
            self.steps.follow(&self.plan);
        }
        let new = steps.iter().map(|step| step.id.clone());
        self.extended.entry(by.clone()).or_default().extend(new);
        Ok(())
    }

    /// Whether an extension cannot contradict the plan, told without going through all of it: its steps wait for no gate, count against
    /// known limits, are new, and need nothing but one another and what is settled; and whoever waits for them stands behind them. A
    /// gate that is not open yet then has nothing new before it.
    fn extends_plainly(&self, at: usize, steps: &[StepSpec], waiting: &[usize]) -> bool {
        let mut new: BTreeSet<&StepId> = BTreeSet::new();
        let plain = |step: &StepSpec, new: &BTreeSet<&StepId>| {
            let known = |needs: &StepId| {
                new.contains(needs)
                    || self
                        .steps
                        .place(needs)
                        .is_some_and(|place| place < at && self.steps.at(place).status.is_settled())
            };
            let limited = step
                .limit
                .as_ref()
                .is_none_or(|limit| self.plan.limits.contains_key(limit));
            step.gates.is_empty() && limited && !self.steps.contains(&step.id) && step.needs.iter().all(known)
        };
        let all = steps.iter().all(|step| plain(step, &new) && new.insert(&step.id));
        let once: BTreeSet<&usize> = waiting.iter().collect();
        all && once.len() == waiting.len() && waiting.iter().all(|place| *place >= at)
    }

    fn step_in(
        &mut self,
        seq: u64,
        kind: &'static str,
        step: &StepId,
        allowed: impl Fn(&StepStatus) -> bool,
    ) -> Result<&mut StepState, Impossible> {
        let Some(place) = self.steps.get_mut(step) else {
            return Err(Impossible::Unknown {
                seq,
                kind,
                name: step.to_string(),
            });
        };
        if allowed(&place.status) {
            Ok(place)
        } else {
            Err(Impossible::WrongStatus {
                seq,
                kind,
                name: step.to_string(),
                status: place.status.word(),
            })
        }
    }
}

/// Puts steps into a plan behind a place, before those that wait for them.
fn grow(plan: &mut Plan, at: usize, steps: &[StepSpec], waiting: &[usize]) {
    for place in waiting {
        let new = steps.iter().map(|step| step.id.clone());
        plan.steps[*place].needs.extend(new);
    }
    plan.steps.splice(at..at, steps.iter().cloned());
}

#[cfg(test)]
#[path = "state_tests.rs"]
mod tests;
