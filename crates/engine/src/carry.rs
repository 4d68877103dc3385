//! One turn of one step: look, and then begin, verify or take back as the look tells. A turn ends after at most a few calls and
//! says when the next is worth while; between turns nothing is held but the journal.
//!
//! Three crashes shape the order. Killed before the intent is committed: nothing was called. Killed between intent and answer, or
//! the answer lost: the next turn looks before it acts. Killed between look and verify: the next turn looks again.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use jiff::SignedDuration;
use model::event::{Direction, Outcome};
use model::state::{StepState, StepStatus};
use model::{Advice, Digest, Event, Failure, FailureClass, Said, StepId, StepSpec, Undo};

use crate::clock::Clock;
use crate::registry::Registry;
use crate::retry::{self, Next};
use crate::run::{EngineError, Run, Signal};
use crate::step::{Begun, Observed, Outputs, Step, StepContext, Verified};
use crate::words::Text;

/// What all turns share.
pub(crate) struct Shared {
    pub(crate) run: RefCell<Run>,
    pub(crate) registry: Registry,
    pub(crate) clock: Clock,
    pub(crate) outputs: Outputs,
    pub(crate) rng: RefCell<fastrand::Rng>,
    pub(crate) tell: Box<dyn Fn(Signal<'_>)>,
}

/// How a turn ended.
pub(crate) enum Turn {
    /// Something was recorded: decide anew.
    Moved,
    /// Nothing to record; look again after this long.
    LookAgain(Duration),
    /// The operator must log in before anything else can be done.
    Login(Failure),
}

/// Right after a call that was accepted, or may have been, AWS may not show the thing yet.
const SOON: Duration = Duration::from_secs(2);
/// For so long. EC2, RDS and IAM are eventually consistent: seconds as a rule, sometimes minutes.
const UNSEEN_FOR: SignedDuration = SignedDuration::from_secs(180);
const UNSEEN_EVERY: Duration = Duration::from_secs(10);

impl Shared {
    fn record(&self, events: Vec<Event>) -> Result<(), EngineError> {
        self.run.borrow_mut().record(self.clock.now(), events, &*self.tell)
    }

    fn place(&self, step: &StepId) -> StepState {
        self.run.borrow().state().steps[step].clone()
    }

    fn context(&self, spec: &Rc<StepSpec>, direction: Direction) -> StepContext {
        let run = self.run.borrow();
        let place = &run.state().steps[&spec.id];
        let run = run.state().run.clone();
        StepContext {
            token: token(&run, &spec.id),
            run,
            spec: Rc::clone(spec),
            direction,
            now: self.clock.now(),
            started_at: place.started_at,
            tried_at: place.tried_at,
            attempts: place.attempts,
            retried: place.retried,
            cursor: place.cursor.clone(),
            outputs: Rc::clone(&self.outputs),
        }
    }

    /// One turn forward.
    pub(crate) async fn carry(&self, spec: Rc<StepSpec>) -> Result<Turn, EngineError> {
        let step = self.registry.make(&spec).map_err(EngineError::Plan)?;
        let cx = self.context(&spec, Direction::Do);
        let observed = match step.observe(&cx).await {
            Ok(observed) => observed,
            Err(failure) => return self.look_failed(&spec, failure),
        };
        match observed {
            // Seen before and not seen now: a stale read, or somebody has removed it. Making it again on a stale read would make it
            // twice, so it is looked for until the step's patience ends.
            Observed::Absent if self.place(&spec.id).status == StepStatus::Seen => {
                let what = "it was there, and the last look did not find it any more";
                self.look_failed(&spec, cx.failure(FailureClass::NotFound, "[Vanished]", what))
            }
            Observed::Absent => self.begin(&*step, &spec).await,
            Observed::Underway { progress, look_again } => {
                (self.tell)(Signal::Progress(&spec.id, &progress));
                self.look_worked(&spec)?;
                self.alarm(&spec, progress.alarm.map(String::from))?;
                Ok(Turn::LookAgain(look_again))
            }
            Observed::Present(output) => {
                self.alarm(&spec, None)?;
                let place = self.place(&spec.id);
                if place.status != StepStatus::Seen || place.output.as_ref() != Some(&output) {
                    self.record(vec![Event::OutputSeen {
                        step: spec.id.clone(),
                        output: output.clone(),
                    }])?;
                }
                self.outputs
                    .borrow_mut()
                    .insert(spec.id.clone(), Rc::new(output.clone()));
                self.verify(&*step, &spec, &output).await
            }
            Observed::Foreign { whose } => {
                let what = Text::NotMadeByThisRun.fill(&[whose.as_str()]);
                self.stop(
                    &spec,
                    cx.failure(FailureClass::AlreadyExists, "[Foreign]", what),
                    Advice::Foreign,
                )
            }
            Observed::Stuck { why, advice } => {
                self.stop(&spec, cx.failure(FailureClass::WrongState, "[Stuck]", why), advice)
            }
            Observed::Broken { why } => self.stop(
                &spec,
                cx.failure(FailureClass::WrongState, "[Broken]", why),
                Advice::Broken,
            ),
        }
    }

    /// What goes on by itself may do so for days: patience with looks that fail begins anew after each that works.
    fn look_worked(&self, spec: &StepSpec) -> Result<(), EngineError> {
        if self.place(&spec.id).refused_since.is_some() {
            self.record(vec![Event::LookWorked { step: spec.id.clone() }])?;
        }
        Ok(())
    }

    /// Records an alarm that has come up, or is over.
    fn alarm(&self, spec: &StepSpec, alarm: Option<String>) -> Result<(), EngineError> {
        if self.place(&spec.id).alarm == alarm {
            return Ok(());
        }
        self.record(vec![Event::AlarmChanged {
            step: spec.id.clone(),
            alarm,
        }])
    }

    async fn begin(&self, step: &dyn Step, spec: &Rc<StepSpec>) -> Result<Turn, EngineError> {
        let attempt = self.intend(spec, Direction::Do)?;
        loop {
            // Made anew for each call of a sweep: the cursor has moved.
            let cx = self.context(spec, Direction::Do);
            match step.begin(&cx).await {
                Ok(Begun::Once) => return self.ended(spec, attempt, Outcome::Done, None),
                Ok(Begun::Swept {
                    cursor,
                    done,
                    total,
                    more,
                }) => {
                    self.record(vec![Event::SweepAdvanced {
                        step: spec.id.clone(),
                        cursor,
                        done,
                        total,
                    }])?;
                    let asked_to_rest = self.run.borrow().state().paused.is_some() && !spec.presses_on;
                    if !more || asked_to_rest {
                        return self.ended(spec, attempt, Outcome::Done, None);
                    }
                    // A sweep may be long: between two of its calls a stop is heeded and others have their turn.
                    tokio::task::yield_now().await;
                }
                Err(failure) => return self.attempt_failed(spec, attempt, failure),
            }
        }
    }

    async fn verify(
        &self,
        step: &dyn Step,
        spec: &Rc<StepSpec>,
        output: &serde_json::Value,
    ) -> Result<Turn, EngineError> {
        let cx = self.context(spec, Direction::Do);
        match step.verify(&cx, output).await {
            Ok(Verified::Right { evidence }) => {
                let mut events = vec![Event::StepVerified {
                    step: spec.id.clone(),
                    evidence: evidence.into(),
                }];
                match step.extends(&cx, output) {
                    Ok(Some(extension)) => events.push(Event::PlanExtended {
                        by: spec.id.clone(),
                        steps: extension.steps,
                        before: extension.before,
                    }),
                    Ok(None) => {}
                    Err(failure) => return self.stop(spec, failure, Advice::NotRight),
                }
                self.record(events)?;
                Ok(Turn::Moved)
            }
            Ok(Verified::NotYet { why, look_again }) => {
                (self.tell)(Signal::Progress(&spec.id, &crate::step::Progress::words(why)));
                self.look_worked(spec)?;
                Ok(Turn::LookAgain(look_again))
            }
            Ok(Verified::Wrong { why }) => self.stop(
                spec,
                cx.failure(FailureClass::WrongState, "[VerifyFailed]", why),
                Advice::NotRight,
            ),
            Err(failure) => self.look_failed(spec, failure),
        }
    }

    /// One turn back.
    pub(crate) async fn take_back(&self, spec: Rc<StepSpec>) -> Result<Turn, EngineError> {
        let undone = |evidence: Said| Event::StepUndone {
            step: spec.id.clone(),
            evidence: evidence.into(),
        };
        let step = self.registry.make(&spec).map_err(EngineError::Plan)?;
        let cx = self.context(&spec, Direction::Undo);
        match &spec.undo {
            Undo::Nothing => {
                self.record(vec![undone(Text::LeavesNothing.into())])?;
                return Ok(Turn::Moved);
            }
            Undo::Auto | Undo::Manual { .. } | Undo::None { .. } => {}
        }
        let observed = match step.observe(&cx).await {
            Ok(observed) => observed,
            Err(failure) => return self.look_failed(&spec, failure),
        };
        // Somebody may have to do something for it to go on, as on the way forward.
        let alarm = match &observed {
            Observed::Underway { progress, .. } => progress.alarm.clone().map(String::from),
            _ => None,
        };
        self.alarm(&spec, alarm)?;
        let there = match observed {
            // On the way forward it would be made again, and the token would tell that it is there. Here nobody would ever look for it again: it
            // would be left, and be paid for.
            Observed::Absent if self.may_not_be_seen_yet(&spec) => {
                let progress = crate::step::Progress::words(Text::Looking);
                (self.tell)(Signal::Progress(&spec.id, &progress));
                return Ok(Turn::LookAgain(UNSEEN_EVERY));
            }
            Observed::Absent => {
                self.record(vec![undone(Text::GoneAlready.into())])?;
                return Ok(Turn::Moved);
            }
            Observed::Foreign { whose } => {
                self.record(vec![undone(Text::NotThisRuns.fill(&[whose.as_str()]))])?;
                return Ok(Turn::Moved);
            }
            // What is being made can in general not be deleted yet.
            Observed::Underway { look_again, .. } => return Ok(Turn::LookAgain(look_again)),
            Observed::Present(output) => {
                self.outputs.borrow_mut().insert(spec.id.clone(), Rc::new(output));
                Text::StillThere
            }
            Observed::Stuck { .. } => Text::DoesNotEnd,
            Observed::Broken { .. } => Text::BrokenRemains,
        };
        match &spec.undo {
            Undo::Auto | Undo::Nothing => {}
            Undo::Manual { guide } => {
                return self.stop(&spec, cx.failure(FailureClass::WrongState, "[ByHand]", there), guide);
            }
            Undo::None { reason } => {
                return self.stop(
                    &spec,
                    cx.failure(FailureClass::WrongState, "[NoWayBack]", there),
                    reason,
                );
            }
        }
        let attempt = self.intend(&spec, Direction::Undo)?;
        match step.undo(&self.context(&spec, Direction::Undo)).await {
            Ok(()) => self.ended(&spec, attempt, Outcome::Done, None),
            Err(failure) => self.attempt_failed(&spec, attempt, failure),
        }
    }

    /// Whether a call that may have made it was so recent that AWS may not show it yet. A refusal is no proof that there is nothing: the attempt before
    /// may have made what this one was refused for. What has been seen is shown.
    fn may_not_be_seen_yet(&self, spec: &StepSpec) -> bool {
        let place = self.place(&spec.id);
        let called = match place.status {
            StepStatus::Intended | StepStatus::Watching | StepStatus::Refused | StepStatus::Stopped { .. } => true,
            StepStatus::Waiting
            | StepStatus::Seen
            | StepStatus::Done
            | StepStatus::Skipped
            | StepStatus::Undoing
            | StepStatus::Undone => false,
        };
        let now = self.clock.now();
        called
            && place
                .tried_at
                .is_some_and(|tried| now.duration_since(tried) < UNSEEN_FOR)
    }

    /// Commits the intent, before the call.
    fn intend(&self, spec: &StepSpec, direction: Direction) -> Result<u32, EngineError> {
        let (run, attempt) = {
            let run = self.run.borrow();
            (run.state().run.clone(), run.state().steps[&spec.id].attempts + 1)
        };
        let token = token(&run, &spec.id);
        self.record(vec![Event::IntentRecorded {
            step: spec.id.clone(),
            attempt,
            direction,
            token,
        }])?;
        Ok(attempt)
    }

    fn ended(
        &self,
        spec: &StepSpec,
        attempt: u32,
        outcome: Outcome,
        again_at: Option<jiff::Timestamp>,
    ) -> Result<Turn, EngineError> {
        self.record(vec![Event::AttemptEnded {
            step: spec.id.clone(),
            attempt,
            outcome,
            again_at,
        }])?;
        Ok(Turn::Moved)
    }

    fn attempt_failed(&self, spec: &StepSpec, attempt: u32, failure: Failure) -> Result<Turn, EngineError> {
        let outcome = if failure.class.effect_unknown() {
            Outcome::Unknown {
                failure: failure.clone(),
            }
        } else {
            Outcome::NotDone {
                failure: failure.clone(),
            }
        };
        match self.next(spec, &failure) {
            Next::Again(pause) => {
                // After an unknown outcome the next look should come soon: it costs a read and tells.
                let pause = if failure.class.effect_unknown() {
                    pause.max(SOON)
                } else {
                    pause
                };
                self.ended(spec, attempt, outcome, Some(self.clock.after(pause)))
            }
            Next::Login => {
                self.ended(spec, attempt, outcome, None)?;
                Ok(Turn::Login(failure))
            }
            Next::Stop => {
                let stopped = Event::StepStopped {
                    step: spec.id.clone(),
                    advice: advice(failure.class).into(),
                    failure,
                };
                self.record(vec![
                    Event::AttemptEnded {
                        step: spec.id.clone(),
                        attempt,
                        outcome,
                        again_at: None,
                    },
                    stopped,
                ])?;
                Ok(Turn::Moved)
            }
        }
    }

    fn look_failed(&self, spec: &StepSpec, failure: Failure) -> Result<Turn, EngineError> {
        match self.next(spec, &failure) {
            Next::Again(pause) => {
                let again_at = self.clock.after(pause);
                self.record(vec![Event::LookFailed {
                    step: spec.id.clone(),
                    failure,
                    again_at,
                }])?;
                Ok(Turn::Moved)
            }
            Next::Login => Ok(Turn::Login(failure)),
            Next::Stop => {
                let advice = advice(failure.class);
                self.stop(spec, failure, advice)
            }
        }
    }

    fn next(&self, spec: &StepSpec, failure: &Failure) -> Next {
        let place = self.place(&spec.id);
        let patience = Duration::from_secs(spec.patience);
        let now = self.clock.now();
        let mut rng = self.rng.borrow_mut();
        retry::after_failure(
            failure.class,
            place.attempts,
            place.refused_since,
            now,
            patience,
            &mut rng,
        )
    }

    fn stop(&self, spec: &StepSpec, failure: Failure, advice: impl Into<String>) -> Result<Turn, EngineError> {
        let mut events = Vec::new();
        // It was agreed to begin on what had been proved then. What is found now is something else: the yes does not hold for it.
        let forward = self.run.borrow().state().undoing.is_none();
        if forward && drifted(failure.class) && !self.place(&spec.id).has_begun() {
            let gates = self.run.borrow().state().voided_by(spec);
            events.extend(gates.into_iter().map(|gate| Event::GateVoided {
                gate,
                reason: failure.to_string(),
            }));
        }
        events.push(Event::StepStopped {
            step: spec.id.clone(),
            failure,
            advice: advice.into(),
        });
        self.record(events)?;
        Ok(Turn::Moved)
    }
}

/// Whether a failure of this class, before anything was begun, says that what exists is not what was planned and agreed to.
fn drifted(class: FailureClass) -> bool {
    match class {
        FailureClass::NotFound | FailureClass::AlreadyExists | FailureClass::WrongState => true,
        FailureClass::Denied
        | FailureClass::Quota
        | FailureClass::Throttled
        | FailureClass::Unavailable
        | FailureClass::NoAnswer
        | FailureClass::CredentialsExpired
        | FailureClass::Invalid
        | FailureClass::Unexpected => false,
    }
}

/// The idempotency token of a step: from run and step alone, so that every attempt of every process has the same.
pub fn token(run: &model::RunId, step: &StepId) -> String {
    Digest::of(format!("{run}/{step}").as_bytes()).as_str()[..32].to_owned()
}

fn advice(class: FailureClass) -> Advice {
    match class {
        FailureClass::Denied => Advice::Denied,
        FailureClass::NotFound => Advice::NotFound,
        FailureClass::AlreadyExists => Advice::Foreign,
        FailureClass::WrongState => Advice::WrongState,
        FailureClass::Quota => Advice::Quota,
        FailureClass::Throttled | FailureClass::Unavailable | FailureClass::NoAnswer => Advice::Outage,
        FailureClass::CredentialsExpired => Advice::LogIn,
        FailureClass::Invalid | FailureClass::Unexpected => Advice::Refused,
    }
}
