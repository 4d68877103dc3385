//! What a run needs in any world: accounts, registry, engine, and a call log that reaches the journal.

use std::cell::Cell;
use std::rc::Rc;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use aws::{Accounts, CallSink};
use engine::run::SharedJournal;
use engine::{Engine, EngineError, Options, Run, Signal, Stop};
use journal::{Journal, JournalError};
use model::event::WorldKind;
use model::{CallRecord, Event, Failure, FailureClass};
use moves::ListingKeeper;
use tokio::sync::watch;

use crate::durations;
use crate::world::World;

/// AWS calls on their way into the journal. They are written together with the next event, not each for itself: a commit waits for
/// the disk.
#[derive(Clone, Default)]
pub struct PendingCalls(Arc<Mutex<Vec<CallRecord>>>);

impl PendingCalls {
    /// The sink that the accounts are handed.
    pub fn sink(&self) -> CallSink {
        let pending = Arc::clone(&self.0);
        Arc::new(move |call| pending.lock().unwrap_or_else(PoisonError::into_inner).push(call))
    }

    /// Writes what is pending.
    pub fn write(&self, journal: &SharedJournal) {
        let calls = std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        if calls.is_empty() {
            return;
        }
        let mut journal = journal.lock().unwrap_or_else(PoisonError::into_inner);
        // The call log explains; the events decide. A call that cannot be logged must not stop a hand-over: the next event's
        // commit meets the same disk and stops the run with the journal's own error.
        if let Err(error) = journal.record_calls(&calls) {
            tracing::warn!(%error, "calls could not be logged");
        }
    }
}

/// Keeps how far listings are in the run's journal, after every so many pages.
pub fn keeper(journal: &SharedJournal, every: u32) -> ListingKeeper {
    fn lock(journal: &SharedJournal) -> MutexGuard<'_, Journal> {
        journal.lock().unwrap_or_else(PoisonError::into_inner)
    }
    let refused = |error: JournalError| {
        let what = format!(
            "how far a bucket's listing is could not be kept in the journal: {error}. Nothing in AWS was changed by this; make room for the journal and type the same command again"
        );
        Failure::ours("journal", FailureClass::WrongState, "[ListingNotKept]", what)
    };
    let (loading, putting, forgetting) = (Arc::clone(journal), Arc::clone(journal), Arc::clone(journal));
    ListingKeeper {
        every,
        load: Box::new(move |step, bucket| lock(&loading).listing(step, bucket).map_err(refused)),
        put: Box::new(move |parts| lock(&putting).put_listings(parts).map_err(refused)),
        forget: Box::new(move |step, bucket| lock(&forgetting).forget_listing(step, bucket).map_err(refused)),
    }
}

/// A look at the accounts of a run that failed.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct LookFailed(pub Failure);

/// Looks at what a run has left, and at what the target has instead; and the moment of the look.
pub async fn look_back(
    world: &World,
    state: &model::State,
) -> Result<(moves::retire::Seen, jiff::Timestamp), LookFailed> {
    let accounts = Accounts::enter(&world.connection, &state.plan.accounts, &state.plan.region, &state.run);
    // A look lists no bucket; what it is handed must be there all the same.
    let nowhere = Journal::in_memory().map_err(|error| {
        let what = format!("there is no room for a journal in memory: {error}");
        LookFailed(Failure::ours("look", FailureClass::Unexpected, "[NoJournal]", what))
    })?;
    let acting = moves::World {
        accounts,
        dns: Rc::clone(&world.dns),
        hooks: Rc::clone(&world.hooks),
        taken_back: Default::default(),
        listings: world.listings.clone(),
        kept: keeper(&shared(nowhere), world.pages_between_commits),
    };
    let now = world.clock.now();
    let seen = moves::retire::look(state, &acting, now).await.map_err(LookFailed)?;
    Ok((seen, now))
}

/// A journal that several hands hold.
pub fn shared(journal: Journal) -> SharedJournal {
    Arc::new(Mutex::new(journal))
}

/// The engine for a run in a world. `tell` hears of each event after it is stored.
pub fn engine(
    world: &World,
    journal: &SharedJournal,
    calls: &PendingCalls,
    run: Run,
    options: Options,
    stop: watch::Receiver<Stop>,
    tell: Box<dyn Fn(Signal<'_>)>,
) -> Result<Engine, EngineError> {
    let state = run.state();
    let accounts = Accounts::enter(&world.connection, &state.plan.accounts, &state.plan.region, &state.run);
    let acting = Rc::new(moves::World {
        accounts,
        dns: Rc::clone(&world.dns),
        hooks: Rc::clone(&world.hooks),
        taken_back: Default::default(),
        listings: world.listings.clone(),
        kept: keeper(journal, world.pages_between_commits),
    });
    let registry = moves::registry(Rc::clone(&acting));
    let renew = Box::new(move || {
        let acting = Rc::clone(&acting);
        Box::pin(async move { acting.accounts.renew().await.is_ok() }) as futures::future::LocalBoxFuture<'static, bool>
    });
    // What a rehearsal's steps took tells of simcloud.
    let learns = world.kind != WorldKind::Rehearsal;
    let (journal, calls) = (Arc::clone(journal), calls.clone());
    let since = Cell::new(world.clock.now());
    let tell_and_log = Box::new(move |signal: Signal<'_>| {
        if let Signal::Recorded(recorded, state) = signal {
            calls.write(&journal);
            if learns {
                if let Event::RunResumed { .. } = recorded.event {
                    since.set(recorded.at);
                }
                durations::keep(&journal, recorded, state, since.get());
            }
        }
        tell(signal);
    });
    Engine::new(run, registry, world.clock.clone(), options, stop, renew, tell_and_log)
}
