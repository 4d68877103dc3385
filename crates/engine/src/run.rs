//! One run as the engine holds it: the journal, the state that its events add up to, and the agenda of that, changed only together.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use jiff::Timestamp;
use journal::{Journal, JournalError};
use model::event::WorldKind;
use model::state::Impossible;
use model::{Agenda, Decision, Digest, Event, Failure, Forecast, Plan, Recorded, RunId, State, StepId};

use crate::dispatch::RunEnd;
use crate::step::Progress;

/// The journal, shared with the sink of the AWS call log. Locked for a commit at a time, never across an await.
pub type SharedJournal = Arc<Mutex<Journal>>;

/// What subscribers (bars, lines, JSON) are told, after it is stored.
pub enum Signal<'a> {
    /// An event was recorded; this is the state after it.
    Recorded(&'a Recorded, &'a State),
    /// A step is so far. Droppable, never stored.
    Progress(&'a StepId, &'a Progress),
    /// Nothing can go on, and the engine stays (`--wait`): for this it would otherwise leave. Told once for each reason.
    Waiting(&'a RunEnd, &'a State),
    /// What will not start in the window in which it is ready, or not end in it, as far as can be told; told when that changes, and when all
    /// fits again. Never stored: it follows from what is.
    Foretold(&'a Forecast, &'a State),
    /// Nothing has happened, and it is later. Droppable, never stored.
    TimePassed,
}

/// What ends the engine itself, not a step.
#[derive(Debug, thiserror::Error)]
pub enum EngineError {
    /// The journal could not be read or written.
    #[error("the journal")]
    Journal(#[from] JournalError),
    /// The events in the journal do not follow on each other.
    #[error("the journal's events")]
    Impossible(#[from] Impossible),
    /// The plan has steps that this program cannot carry out.
    #[error("the plan")]
    Plan(#[source] Failure),
    /// There is nothing to resume.
    #[error("the journal holds no run")]
    NoRun,
}

/// A run that can be carried on.
pub struct Run {
    journal: SharedJournal,
    state: State,
    agenda: Agenda,
}

/// What a new run starts from.
pub struct NewRun {
    /// Its id.
    pub run: RunId,
    /// Where it takes place.
    pub world: WorldKind,
    /// The seed of everything random.
    pub seed: u64,
    /// The plan.
    pub plan: Plan,
}

impl Run {
    /// Begins a run in an empty journal.
    pub fn start(journal: SharedJournal, new: NewRun, now: Timestamp) -> Result<Self, EngineError> {
        let digest: Digest = new.plan.digest();
        let event = Event::RunStarted {
            run: new.run,
            world: new.world,
            seed: new.seed,
            plan: Box::new(new.plan),
            digest,
        };
        let first = Recorded { seq: 1, at: now, event };
        let state = State::begin(&first)?;
        lock(&journal).append(0, now, std::slice::from_ref(&first.event))?;
        let agenda = Agenda::default();
        Ok(Self { journal, state, agenda })
    }

    /// Takes up the run in a journal: loads its events and folds them. There is nothing else to recover.
    pub fn resume(journal: SharedJournal) -> Result<Self, EngineError> {
        let events = lock(&journal).load()?;
        let state = State::fold(&events)?.ok_or(EngineError::NoRun)?;
        let agenda = Agenda::default();
        Ok(Self { journal, state, agenda })
    }

    /// The state.
    pub fn state(&self) -> &State {
        &self.state
    }

    /// What to do next; the steps that it names are the asker's until they are released. See [`Agenda::take`].
    pub(crate) fn take(&mut self, now: Timestamp, room: usize) -> Vec<Decision> {
        self.agenda.take(&self.state, now, room)
    }

    /// A step's turn has ended. See [`Agenda::release`].
    pub(crate) fn release(&mut self, step: &StepId, look_again: Option<Timestamp>) {
        self.agenda.release(&self.state, step, look_again);
    }

    /// No turn is under way. See [`Agenda::release_all`].
    pub(crate) fn release_all(&mut self) {
        self.agenda.release_all();
    }

    /// The journal.
    pub fn journal(&self) -> MutexGuard<'_, Journal> {
        lock(&self.journal)
    }

    /// Stores events and folds them, together or not at all, and tells the subscriber.
    pub fn record(&mut self, now: Timestamp, events: Vec<Event>, tell: &dyn Fn(Signal<'_>)) -> Result<(), EngineError> {
        self.commit(now, events, &[], tell)
    }

    /// Marks one item of the inbox as taken, together with the event that it brings about, if it brings one about.
    pub fn answer(
        &mut self,
        now: Timestamp,
        event: Option<Event>,
        item: u64,
        tell: &dyn Fn(Signal<'_>),
    ) -> Result<(), EngineError> {
        self.commit(now, event.into_iter().collect(), &[item], tell)
    }

    fn commit(
        &mut self,
        now: Timestamp,
        events: Vec<Event>,
        inbox: &[u64],
        tell: &dyn Fn(Signal<'_>),
    ) -> Result<(), EngineError> {
        // Folded first: an impossible event is a mistake of this program and must not reach the journal. Either error ends the
        // engine, so the folded state is never acted upon without its events being stored.
        let from = self.state.last_seq;
        let folded: Vec<Recorded> = (from + 1..)
            .zip(&events)
            .map(|(seq, event)| Recorded {
                seq,
                at: now,
                event: event.clone(),
            })
            .collect();
        for recorded in &folded {
            self.state.apply(recorded)?;
            self.agenda.follow(&self.state, &recorded.event);
        }
        let recorded = lock(&self.journal).append_answering(from, now, &events, inbox)?;
        for recorded in &recorded {
            tell(Signal::Recorded(recorded, &self.state));
        }
        Ok(())
    }
}

/// A poisoned lock means that another holder panicked between two statements of one commit; SQLite has rolled that back.
fn lock(journal: &SharedJournal) -> MutexGuard<'_, Journal> {
    journal.lock().unwrap_or_else(PoisonError::into_inner)
}
