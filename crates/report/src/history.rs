//! What the events tell beyond the state that they add up to: every span of work, every failure, every word of a person.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::event::{Direction, Outcome, PauseReason};
use model::products::gate_of;
use model::{Digest, Event, Failure, FailureClass, GateName, Recorded, StepId};

/// What a step was at, for a while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum SpanKind {
    /// Being done.
    Doing,
    /// Waiting for a person to decide.
    Stopped,
    /// Being taken back.
    Undoing,
}

/// A while.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Span {
    pub(crate) kind: SpanKind,
    pub(crate) from: Timestamp,
    /// Its end; the last event's moment while it is open.
    pub(crate) to: Timestamp,
    /// Whether it had not ended at the last event.
    pub(crate) open: bool,
}

impl Span {
    /// How long it was, in milliseconds.
    pub(crate) fn millis(&self) -> i64 {
        self.to.as_millisecond() - self.from.as_millisecond()
    }
}

/// How a failure was met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum MishapKind {
    /// A mutating call that changed nothing.
    NotDone,
    /// A mutating call of which nothing was known at first.
    Unknown,
    /// A look.
    Look,
    /// It stopped the step.
    Stop,
    /// People were told, and the step went on.
    Alarm,
}

/// What became of the step after a failure.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum After {
    Done(Timestamp),
    Undone(Timestamp),
    Skipped(Timestamp),
}

/// Like failures of one step, until it was through.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Mishap {
    pub(crate) step: StepId,
    pub(crate) kind: MishapKind,
    /// The last of them.
    pub(crate) failure: Failure,
    pub(crate) count: u64,
    pub(crate) first: Timestamp,
    pub(crate) after: Option<After>,
}

/// One time that a gate was asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Asking {
    pub(crate) asked: Timestamp,
    pub(crate) shown: String,
    /// Who agreed before the last of several.
    pub(crate) agreed: Vec<String>,
    pub(crate) approved: Option<Approval>,
    pub(crate) voided: Option<(Timestamp, String)>,
}

/// A person's yes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Approval {
    pub(crate) by: String,
    pub(crate) at: Timestamp,
    pub(crate) digest: Digest,
    pub(crate) evidence: Digest,
}

/// What a person (or an expired login) did to the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Intervention {
    pub(crate) at: Timestamp,
    pub(crate) what: Intervened,
    pub(crate) step: Option<StepId>,
}

/// What was done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Intervened {
    Paused {
        by: String,
    },
    LoginExpired {
        command: String,
    },
    Resumed {
        by: String,
    },
    Retried {
        by: String,
        reason: String,
    },
    Skipped {
        by: String,
        reason: String,
    },
    UndoRequested {
        by: String,
        reason: String,
    },
    ProductAgreed {
        by: String,
        product: String,
        words: String,
    },
    WindowExtended {
        by: String,
        reason: String,
        until: Timestamp,
    },
}

/// What the events tell.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct History {
    pub(crate) spans: BTreeMap<StepId, Vec<Span>>,
    pub(crate) mishaps: Vec<Mishap>,
    pub(crate) gates: BTreeMap<GateName, Vec<Asking>>,
    pub(crate) interventions: Vec<Intervention>,
    /// Whether the last that was heard was of taking back: a look is then part of it.
    undoing: bool,
}

impl History {
    /// Reads events that fold.
    pub(crate) fn of(events: &[Recorded]) -> Self {
        let mut history = Self::default();
        for recorded in events {
            history.read(recorded);
        }
        if let Some(last) = events.last() {
            for span in history.spans.values_mut().flatten().filter(|span| span.open) {
                span.to = last.at;
            }
        }
        history
    }

    /// The spans of a step, none when it was never begun.
    pub(crate) fn spans_of(&self, step: &StepId) -> &[Span] {
        self.spans.get(step).map_or(&[], Vec::as_slice)
    }

    fn read(&mut self, recorded: &Recorded) {
        let at = recorded.at;
        match &recorded.event {
            Event::RunStarted { .. } | Event::PlanExtended { .. } | Event::RunEnded { .. } => {}
            Event::IntentRecorded { step, direction, .. } => {
                let kind = match direction {
                    Direction::Do => SpanKind::Doing,
                    Direction::Undo => SpanKind::Undoing,
                };
                self.undoing = *direction == Direction::Undo;
                self.enter(step, kind, at);
            }
            Event::AttemptEnded { step, outcome, .. } => match outcome {
                Outcome::Done => {}
                Outcome::NotDone { failure } => self.fail(step, MishapKind::NotDone, failure, at),
                Outcome::Unknown { failure } => self.fail(step, MishapKind::Unknown, failure, at),
            },
            Event::LookFailed { step, failure, .. } => {
                self.stay_or_enter(step, at);
                self.fail(step, MishapKind::Look, failure, at);
            }
            Event::AlarmChanged { step, alarm } => {
                self.stay_or_enter(step, at);
                if let Some(alarm) = alarm {
                    let failure = Failure::ours(step.as_str(), FailureClass::AlreadyExists, "[Alarm]", alarm.clone());
                    self.fail(step, MishapKind::Alarm, &failure, at);
                }
            }
            Event::SweepAdvanced { step, .. } | Event::OutputSeen { step, .. } | Event::LookWorked { step } => {
                self.stay_or_enter(step, at);
            }
            Event::StepVerified { step, .. } => self.leave(step, at, After::Done(at)),
            Event::StepStopped { step, failure, .. } => {
                self.fail(step, MishapKind::Stop, failure, at);
                self.enter(step, SpanKind::Stopped, at);
            }
            Event::StepRetried { step, by, reason } => {
                self.close(step, at);
                let what = Intervened::Retried {
                    by: by.clone(),
                    reason: reason.clone(),
                };
                self.interventions.push(Intervention {
                    at,
                    what,
                    step: Some(step.clone()),
                });
            }
            Event::StepSkipped { step, by, reason } => {
                self.leave(step, at, After::Skipped(at));
                let what = Intervened::Skipped {
                    by: by.clone(),
                    reason: reason.clone(),
                };
                self.interventions.push(Intervention {
                    at,
                    what,
                    step: Some(step.clone()),
                });
            }
            Event::StepUndone { step, .. } => {
                // What was found to be gone already had no call of its own.
                self.enter(step, SpanKind::Undoing, at);
                self.leave(step, at, After::Undone(at));
            }
            Event::GateAsked { gate, evidence } => {
                let asking = Asking {
                    asked: at,
                    shown: evidence.clone(),
                    agreed: Vec::new(),
                    approved: None,
                    voided: None,
                };
                self.gates.entry(gate.clone()).or_default().push(asking);
            }
            Event::GateAgreed { gate, by, .. } => {
                if let Some(asking) = self.gates.get_mut(gate).and_then(|askings| askings.last_mut()) {
                    asking.agreed.push(by.clone());
                }
            }
            Event::GateApproved {
                gate,
                by,
                digest,
                evidence,
            } => {
                if let Some(asking) = self.gates.get_mut(gate).and_then(|askings| askings.last_mut()) {
                    let (digest, evidence) = (digest.clone(), evidence.clone());
                    let mut everybody = asking.agreed.clone();
                    everybody.push(by.clone());
                    asking.approved = Some(Approval {
                        by: everybody.join(", "),
                        at,
                        digest,
                        evidence,
                    });
                }
            }
            Event::GateVoided { gate, reason } => {
                if let Some(asking) = self.gates.get_mut(gate).and_then(|askings| askings.last_mut()) {
                    asking.voided = Some((at, reason.clone()));
                }
            }
            Event::ProductAgreed {
                product,
                by,
                words,
                digest,
            } => {
                if let Some(asking) = self
                    .gates
                    .get_mut(&gate_of(product))
                    .and_then(|askings| askings.last_mut())
                {
                    asking.approved = Some(Approval {
                        by: by.clone(),
                        at,
                        digest: digest.clone(),
                        evidence: Digest::of(asking.shown.as_bytes()),
                    });
                }
                let what = Intervened::ProductAgreed {
                    by: by.clone(),
                    product: product.clone(),
                    words: words.clone(),
                };
                self.interventions.push(Intervention { at, what, step: None });
            }
            Event::WindowExtended { by, reason, until } => {
                let what = Intervened::WindowExtended {
                    by: by.clone(),
                    reason: reason.clone(),
                    until: *until,
                };
                self.interventions.push(Intervention { at, what, step: None });
            }
            Event::RunPaused { reason } => {
                let what = match reason {
                    PauseReason::Operator { by } => Intervened::Paused { by: by.clone() },
                    PauseReason::CredentialsExpired { command } => Intervened::LoginExpired {
                        command: command.clone(),
                    },
                };
                self.interventions.push(Intervention { at, what, step: None });
            }
            Event::RunResumed { by } => {
                self.interventions.push(Intervention {
                    at,
                    what: Intervened::Resumed { by: by.clone() },
                    step: None,
                });
            }
            Event::UndoRequested { by, reason, to } => {
                self.undoing = true;
                // What was being done is not carried further; its undo has a span of its own.
                let steps: Vec<StepId> = self.spans.keys().cloned().collect();
                for step in steps {
                    self.close(&step, at);
                }
                let what = Intervened::UndoRequested {
                    by: by.clone(),
                    reason: reason.clone(),
                };
                self.interventions.push(Intervention {
                    at,
                    what,
                    step: to.clone(),
                });
            }
        }
    }

    fn stay_or_enter(&mut self, step: &StepId, at: Timestamp) {
        if !self.spans_of(step).last().is_some_and(|span| span.open) {
            self.enter(
                step,
                if self.undoing {
                    SpanKind::Undoing
                } else {
                    SpanKind::Doing
                },
                at,
            );
        }
    }

    fn enter(&mut self, step: &StepId, kind: SpanKind, at: Timestamp) {
        let spans = self.spans.entry(step.clone()).or_default();
        if let Some(last) = spans.last_mut().filter(|span| span.open) {
            if last.kind == kind {
                return;
            }
            (last.to, last.open) = (at, false);
        }
        spans.push(Span {
            kind,
            from: at,
            to: at,
            open: true,
        });
    }

    fn close(&mut self, step: &StepId, at: Timestamp) {
        if let Some(last) = self
            .spans
            .get_mut(step)
            .and_then(|spans| spans.last_mut())
            .filter(|span| span.open)
        {
            (last.to, last.open) = (at, false);
        }
    }

    fn leave(&mut self, step: &StepId, at: Timestamp, after: After) {
        self.close(step, at);
        for mishap in self
            .mishaps
            .iter_mut()
            .filter(|mishap| mishap.step == *step && mishap.after.is_none())
        {
            mishap.after = Some(after);
        }
    }

    fn fail(&mut self, step: &StepId, kind: MishapKind, failure: &Failure, at: Timestamp) {
        let like = self.mishaps.iter_mut().find(|mishap| {
            mishap.step == *step
                && mishap.kind == kind
                && mishap.after.is_none()
                && mishap.failure.service == failure.service
                && mishap.failure.operation == failure.operation
                && mishap.failure.code == failure.code
        });
        match like {
            Some(mishap) => {
                mishap.count += 1;
                mishap.failure = failure.clone();
            }
            None => self.mishaps.push(Mishap {
                step: step.clone(),
                kind,
                failure: failure.clone(),
                count: 1,
                first: at,
                after: None,
            }),
        }
    }
}
