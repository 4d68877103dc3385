//! The loop: ask what to do, start it, wait for the first thing that happens, ask again.

use std::pin::pin;
use std::rc::Rc;
use std::time::Duration;

use futures::StreamExt;
use futures::future::{Either, LocalBoxFuture, select};
use futures::stream::FuturesUnordered;
use jiff::Timestamp;
use journal::InboxItem;
use model::event::{PauseReason, Verdict};
use model::state::{GateState, Yes};
use model::{Decision, Digest, Event, Failure, GateName, GateSpec, Said, State, StepId, StepSpec};
use tokio::sync::watch;

use crate::carry::{Shared, Turn};
use crate::clock::Clock;
use crate::outlook::Outlook;
use crate::registry::{Around, Registry};
use crate::run::{EngineError, Run, Signal};
use crate::stop::Stop;
use crate::words::Text;

/// Who opens gates.
pub enum Gatekeeper {
    /// People, through the journal's inbox.
    Inbox,
    /// Every gate is approved at once, in this name: in a rehearsal, or with `--auto-approve` against an endpoint.
    Automatic {
        /// The name that the approvals carry.
        by: String,
    },
    /// The person at this terminal is asked, and the rehearsal's time stands still meanwhile.
    Person(AskPerson),
}

/// Puts a gate and its evidence to a person: whether they agree.
pub type AskPerson = Rc<dyn Fn(&GateSpec, &str) -> bool>;

/// How the run is to be carried out.
pub struct Options {
    /// Wait at gates, outside windows and for a login instead of leaving.
    pub wait: bool,
    /// Who opens gates.
    pub gatekeeper: Gatekeeper,
    /// The command that renews the operator's login, for people to type.
    pub login_command: String,
    /// At most so many steps have a call in flight.
    pub concurrency: usize,
}

/// Why the engine left.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RunEnd {
    /// Everything has moved.
    Completed,
    /// Everything has been taken back.
    Unwound,
    /// People must agree.
    WaitingAtGate(Vec<GateName>),
    /// The next disturbing step may start then; none: no window opens any more.
    OutsideWindow(Option<Timestamp>),
    /// A person or a signal asked for a pause.
    Paused {
        /// Who.
        by: String,
    },
    /// People must decide.
    NeedsOperator(Vec<StepId>),
    /// The operator's login has expired.
    CredentialsExpired {
        /// The command that renews it.
        command: String,
    },
    /// What was to be taken back in part is taken back.
    UndoneInPart,
}

/// Renews the credentials and says whether they are accepted again.
pub type RenewLogin = Box<dyn Fn() -> LocalBoxFuture<'static, bool>>;

/// Carries one run out.
pub struct Engine {
    shared: Shared,
    options: Options,
    stop: watch::Receiver<Stop>,
    renew_login: RenewLogin,
}

/// How often another terminal's wishes are looked for.
const INBOX_EVERY: Duration = Duration::from_secs(2);
/// How often an expired login is tried again.
const LOGIN_EVERY: Duration = Duration::from_secs(30);

type Turns<'a> = FuturesUnordered<LocalBoxFuture<'a, (StepId, Result<Turn, EngineError>)>>;

impl Engine {
    /// An engine for a run. `tell` is called after each event is stored.
    pub fn new(
        run: Run,
        registry: Registry,
        clock: Clock,
        options: Options,
        stop: watch::Receiver<Stop>,
        renew_login: RenewLogin,
        tell: Box<dyn Fn(Signal<'_>)>,
    ) -> Result<Self, EngineError> {
        registry.check(&run.state().plan).map_err(EngineError::Plan)?;
        let outputs = run
            .state()
            .steps
            .iter()
            .filter_map(|(id, step)| step.output.as_ref().map(|output| (id.clone(), Rc::new(output.clone()))));
        let outputs = Rc::new(std::cell::RefCell::new(outputs.collect()));
        // A stream of its own: retries must not depend on what else is drawn from the seed.
        let rng = fastrand::Rng::with_seed(run.state().seed ^ 0x7265_7472_7921 ^ run.state().last_seq);
        let shared = Shared {
            run: run.into(),
            registry,
            clock,
            outputs,
            rng: rng.into(),
            tell,
        };
        Ok(Self {
            shared,
            options,
            stop,
            renew_login,
        })
    }

    /// Puts something around every step.
    pub fn put_around(&mut self, around: Around) {
        self.shared.registry.put_around(around);
    }

    /// The state, as far as it has come.
    pub fn state(&self) -> std::cell::Ref<'_, State> {
        std::cell::Ref::map(self.shared.run.borrow(), Run::state)
    }

    /// Carries the run on until it ends or must leave.
    pub async fn carry_out(&mut self) -> Result<RunEnd, EngineError> {
        // Killed right upon its last event, a run has ended and nobody has heard of it: whoever asks again is told how.
        let ended = self.state().ended;
        match ended {
            Some(Verdict::Completed) => return Ok(RunEnd::Completed),
            Some(Verdict::Unwound) => return Ok(RunEnd::Unwound),
            None => {}
        }
        self.resume_if_paused()?;
        let Self {
            shared,
            options,
            stop,
            renew_login,
        } = self;
        let shared = &*shared;
        let mut turns: Turns<'_> = FuturesUnordered::new();
        shared.run.borrow_mut().release_all();
        let mut told = None;
        let mut outlook = Outlook::default();
        loop {
            Self::heed_inbox(shared)?;
            if let Some(by) = Self::heed_stop(shared, stop)? {
                // Asked twice: what is in flight is dropped. Its intent is committed, so the next run looks before it acts.
                return Ok(RunEnd::Paused { by });
            }
            let now = shared.clock.now();
            outlook.look(shared, now);
            let mut waits = Waits::default();
            let room = options.concurrency.saturating_sub(turns.len());
            let decisions = shared.run.borrow_mut().take(now, room);
            for decision in decisions {
                match decision {
                    Decision::Carry(id) => {
                        let spec = Self::spec(shared, &id);
                        turns.push(Box::pin(async move { (id, shared.carry(spec).await) }));
                    }
                    Decision::TakeBack(id) => {
                        let spec = Self::spec(shared, &id);
                        turns.push(Box::pin(async move { (id, shared.take_back(spec).await) }));
                    }
                    Decision::Ask(gate) => waits.ask.push(gate),
                    Decision::AwaitGate(gate) => match &options.gatekeeper {
                        Gatekeeper::Inbox => waits.gates.push(gate),
                        // Killed between question and answer: who answers here has not heard the question, and it is put again.
                        Gatekeeper::Automatic { .. } | Gatekeeper::Person(_) => waits.ask.push(gate),
                    },
                    Decision::AwaitWindow(opens) => {
                        waits.window = Some(opens);
                    }
                    Decision::AwaitTime(at) => waits.until(at),
                    Decision::NeedsOperator(step) => waits.operator.push(step),
                    Decision::Rest => waits.resting = true,
                    Decision::UndoneInPart => waits.end = Some(RunEnd::UndoneInPart),
                    Decision::End(Verdict::Completed) => waits.end = Some(RunEnd::Completed),
                    Decision::End(Verdict::Unwound) => waits.end = Some(RunEnd::Unwound),
                }
            }
            if !waits.ask.is_empty() {
                for gate in &waits.ask {
                    Self::ask(shared, options, gate)?;
                }
                continue;
            }
            if turns.is_empty() {
                if let Some(end) = waits.end {
                    Self::record_end(shared, &end)?;
                    return Ok(end);
                }
                if waits.resting && waits.wake.is_none() {
                    match Self::rest(shared, options, renew_login).await? {
                        Some(end) => return Ok(end),
                        None => continue,
                    }
                }
                if let Some(end) = waits.leave(options.wait) {
                    return Ok(end);
                }
                let waits_for = waits.leave(false);
                if waits_for != told {
                    if let Some(end) = &waits_for {
                        (shared.tell)(Signal::Waiting(end, shared.run.borrow().state()));
                    }
                    told = waits_for;
                }
            }
            let Some((id, turn)) = next(&mut turns, &shared.clock, waits.wake_up(&shared.clock, now), stop).await
            else {
                (shared.tell)(Signal::TimePassed);
                continue;
            };
            // In memory only: after a crash every step is looked at at once.
            let look_again = match &turn {
                Ok(Turn::LookAgain(pause)) => Some(shared.clock.after(*pause)),
                Ok(Turn::Moved | Turn::Login(_)) | Err(_) => None,
            };
            shared.run.borrow_mut().release(&id, look_again);
            match turn? {
                Turn::Moved | Turn::LookAgain(_) => {}
                Turn::Login(failure) => Self::pause_for_login(shared, options, &failure)?,
            }
        }
    }

    fn record_end(shared: &Shared, end: &RunEnd) -> Result<(), EngineError> {
        let verdict = match end {
            RunEnd::Completed => Verdict::Completed,
            RunEnd::Unwound => Verdict::Unwound,
            RunEnd::WaitingAtGate(_)
            | RunEnd::OutsideWindow(_)
            | RunEnd::Paused { .. }
            | RunEnd::NeedsOperator(_)
            | RunEnd::CredentialsExpired { .. }
            | RunEnd::UndoneInPart => return Ok(()),
        };
        Self::record(shared, Event::RunEnded { verdict })
    }

    /// Once for the whole run, however many calls were refused.
    fn pause_for_login(shared: &Shared, options: &Options, failure: &Failure) -> Result<(), EngineError> {
        if shared.run.borrow().state().paused.is_some() {
            return Ok(());
        }
        tracing::info!(%failure, "credentials are not accepted any more");
        let reason = PauseReason::CredentialsExpired {
            command: options.login_command.clone(),
        };
        Self::record(shared, Event::RunPaused { reason })
    }

    fn spec(shared: &Shared, id: &StepId) -> Rc<StepSpec> {
        let run = shared.run.borrow();
        Rc::new(run.state().spec(id).expect("decide names steps of the plan").clone())
    }

    fn record(shared: &Shared, event: Event) -> Result<(), EngineError> {
        shared
            .run
            .borrow_mut()
            .record(shared.clock.now(), vec![event], &*shared.tell)
    }

    /// A run that was paused goes on because somebody typed the command again.
    fn resume_if_paused(&mut self) -> Result<(), EngineError> {
        let paused = self.shared.run.borrow().state().paused.is_some();
        if paused {
            Self::record(
                &self.shared,
                Event::RunResumed {
                    by: "the run command".into(),
                },
            )
        } else {
            Ok(())
        }
    }

    fn ask(shared: &Shared, options: &Options, name: &GateName) -> Result<(), EngineError> {
        let asked = match shared.run.borrow().state().gates.get(name) {
            Some(GateState::Asked { evidence, .. }) => Some(evidence.clone()),
            Some(GateState::Closed | GateState::Approved { .. } | GateState::Voided { .. }) | None => None,
        };
        let evidence = match asked {
            Some(shown) => shown,
            None => {
                let evidence = evidence(shared.run.borrow().state(), name);
                Self::record(
                    shared,
                    Event::GateAsked {
                        gate: name.clone(),
                        evidence: evidence.clone(),
                    },
                )?;
                evidence
            }
        };
        let by = match &options.gatekeeper {
            Gatekeeper::Inbox => return Ok(()),
            Gatekeeper::Automatic { by } => by.clone(),
            Gatekeeper::Person(ask) => {
                let gate = shared.run.borrow().state().plan.gate(name).cloned();
                if !gate.is_some_and(|gate| ask(&gate, &evidence)) {
                    return Self::record(
                        shared,
                        Event::RunPaused {
                            reason: PauseReason::Operator {
                                by: "the person at the gate".into(),
                            },
                        },
                    );
                }
                "the person at the terminal".to_owned()
            }
        };
        // Where it takes several, whoever answers here speaks for all of them, under names of their own.
        for person in 1.. {
            let name_of = if person == 1 {
                by.clone()
            } else {
                format!("{by} ({person})")
            };
            let evidence = Digest::of(evidence.as_bytes());
            let digest = shared.run.borrow().state().digest.clone();
            let Some(event) = agreeing(shared.run.borrow().state(), name, name_of, digest, evidence) else {
                break;
            };
            Self::record(shared, event)?;
        }
        Ok(())
    }

    /// Turns what other terminals asked for into events. What does not fit the state any more is left out: its sender sees that
    /// in the status.
    fn heed_inbox(shared: &Shared) -> Result<(), EngineError> {
        let received = shared.run.borrow().journal().read_inbox()?;
        for received in received {
            let now = shared.clock.now();
            let event = inbox_event(shared.run.borrow().state(), received.item, now);
            // Taken in the same commit as the event it brings about: a crash can neither lose an approval nor count it twice.
            shared.run.borrow_mut().answer(now, event, received.id, &*shared.tell)?;
        }
        Ok(())
    }

    /// The first request pauses the run; who asked for the second is given back.
    fn heed_stop(shared: &Shared, stop: &mut watch::Receiver<Stop>) -> Result<Option<String>, EngineError> {
        let asked = stop.borrow_and_update().clone();
        let (by, now) = match asked {
            Stop::No => return Ok(None),
            Stop::Soon { by } => (by, false),
            Stop::Now { by } => (by, true),
        };
        if shared.run.borrow().state().paused.is_none() {
            Self::record(
                shared,
                Event::RunPaused {
                    reason: PauseReason::Operator { by: by.clone() },
                },
            )?;
        }
        Ok(now.then_some(by))
    }

    /// The run is paused and nothing is in flight: leave, or wait for the login.
    async fn rest(shared: &Shared, options: &Options, renew_login: &RenewLogin) -> Result<Option<RunEnd>, EngineError> {
        let reason = shared.run.borrow().state().paused.clone();
        match reason {
            Some(PauseReason::Operator { by }) => Ok(Some(RunEnd::Paused { by })),
            Some(PauseReason::CredentialsExpired { command }) => {
                if renew_login().await {
                    Self::record(
                        shared,
                        Event::RunResumed {
                            by: "the renewed login".into(),
                        },
                    )?;
                    return Ok(None);
                }
                if !options.wait {
                    return Ok(Some(RunEnd::CredentialsExpired { command }));
                }
                shared.clock.sleep_until(shared.clock.after(LOGIN_EVERY)).await;
                Ok(None)
            }
            None => Ok(None),
        }
    }
}

/// What a round of decisions leaves to wait for.
#[derive(Default)]
struct Waits {
    wake: Option<Timestamp>,
    ask: Vec<GateName>,
    gates: Vec<GateName>,
    operator: Vec<StepId>,
    window: Option<Option<Timestamp>>,
    resting: bool,
    end: Option<RunEnd>,
}

impl Waits {
    fn until(&mut self, at: Timestamp) {
        self.wake = Some(self.wake.map_or(at, |wake| wake.min(at)));
    }

    /// Nothing is in flight: whether the engine leaves, and why. While some step has a time to go on at, it stays.
    fn leave(&self, wait: bool) -> Option<RunEnd> {
        if self.wake.is_some() {
            return None;
        }
        let opens = self.window.flatten();
        if wait && (!self.gates.is_empty() || opens.is_some()) {
            return None;
        }
        if !self.gates.is_empty() {
            Some(RunEnd::WaitingAtGate(self.gates.clone()))
        } else if !self.operator.is_empty() {
            Some(RunEnd::NeedsOperator(self.operator.clone()))
        } else {
            // What is left when no step can go on, no gate is asked and nobody is needed.
            Some(RunEnd::OutsideWindow(opens))
        }
    }

    /// When to decide again although nothing has happened: another terminal may have put something into the inbox.
    fn wake_up(&self, clock: &Clock, now: Timestamp) -> Timestamp {
        let patience = if self.gates.is_empty() && self.operator.is_empty() {
            LOGIN_EVERY
        } else {
            INBOX_EVERY
        };
        let moments = [self.wake, self.window.flatten().filter(|opens| *opens > now)];
        moments
            .into_iter()
            .flatten()
            .min()
            .unwrap_or(Timestamp::MAX)
            .min(clock.after(patience))
    }
}

/// Waits for the first of: a turn ends, the time comes, somebody asks to stop. A finished turn comes before the timer, so that a
/// rehearsal's events have one order.
async fn next(
    turns: &mut Turns<'_>,
    clock: &Clock,
    wake: Timestamp,
    stop: &watch::Receiver<Stop>,
) -> Option<(StepId, Result<Turn, EngineError>)> {
    let mut stop = stop.clone();
    let interrupted = pin!(async {
        let sleep = pin!(clock.sleep_until(wake));
        let asked = pin!(stop.changed());
        match select(asked, sleep).await {
            // The switch is gone: nobody can ask any more, and only the time is left to wait for.
            Either::Left((Err(_), sleep)) => sleep.await,
            Either::Left((Ok(()), _)) | Either::Right(_) => {}
        }
    });
    if turns.is_empty() {
        interrupted.await;
        return None;
    }
    match select(turns.next(), interrupted).await {
        Either::Left((ended, _)) => ended,
        Either::Right(_) => None,
    }
}

/// What a person is shown at a gate: what the steps before it proved.
pub fn evidence(state: &State, name: &GateName) -> String {
    let Some(gate) = state.plan.gate(name) else {
        return String::new();
    };
    let proofs = gate.after.iter().map(|step| {
        let place = &state.steps[step];
        match (&place.evidence, &place.last_failure) {
            (Some(evidence), _) => format!("{step}: {evidence}"),
            // Left out by a person: whoever agrees should know what stood against it.
            (None, Some(failure)) => format!("{step}: {}", Text::SkippedOver.fill(&[&failure.message])),
            (None, None) => format!("{step}: {}", Said::from(Text::Skipped)),
        }
    });
    proofs.collect::<Vec<_>>().join("\n")
}

/// The event of somebody's yes; none where it counts for nothing.
fn agreeing(state: &State, gate: &GateName, by: String, digest: Digest, evidence: Digest) -> Option<Event> {
    let gate = gate.clone();
    match state.yes(&gate, &by, &digest, &evidence) {
        Yes::Opens => Some(Event::GateApproved {
            gate,
            by,
            digest,
            evidence,
        }),
        Yes::Counts => Some(Event::GateAgreed {
            gate,
            by,
            digest,
            evidence,
        }),
        Yes::Again | Yes::Void => None,
    }
}

fn inbox_event(state: &State, item: InboxItem, now: Timestamp) -> Option<Event> {
    match item {
        InboxItem::Approve {
            gate,
            by,
            digest,
            evidence,
            ..
        } => agreeing(state, &gate, by, digest, evidence),
        InboxItem::Acknowledge {
            product,
            by,
            words,
            digest,
        } => state
            .takes_agreement(&product, &digest)
            .then_some(Event::ProductAgreed {
                product,
                by,
                words,
                digest,
            }),
        InboxItem::ExtendWindow { by, reason, extent } => {
            let until = extent.until(now);
            (!state.calendar().is_unrestricted() && until > now).then_some(Event::WindowExtended { by, reason, until })
        }
        InboxItem::Pause { by } => state.paused.is_none().then_some(Event::RunPaused {
            reason: PauseReason::Operator { by },
        }),
        InboxItem::Resume { by } => {
            (state.paused.is_some() || state.is_undone_in_part()).then_some(Event::RunResumed { by })
        }
        InboxItem::Skip { step, by, reason } => {
            state
                .stopped()
                .contains(&&step)
                .then_some(Event::StepSkipped { step, by, reason })
        }
        InboxItem::Retry { step, by, reason } => {
            state
                .stopped()
                .contains(&&step)
                .then_some(Event::StepRetried { step, by, reason })
        }
        InboxItem::Undo { by, reason, to } => Some(Event::UndoRequested { by, reason, to }),
    }
}
