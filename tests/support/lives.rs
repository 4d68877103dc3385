//! A run in as many lives as a test wants, over one journal, with somebody who does things to the accounts between and during them.

use std::sync::Arc;
use std::time::Duration;

use cleave::carriage;
use cleave::rehearsal::Stage;
use engine::{Gatekeeper, Run, RunEnd};
use journal::{InboxItem, Journal};
use model::{Event, Recorded, State, StepId};
use simcloud::cloud::Cloud;
use simcloud::dispatch::lock;
use simcloud::faults::FaultLevel;

use crate::language::only_in_english;
use crate::night::{Scenario, stops};

/// The run.
pub struct Lives {
    /// Its stage.
    pub stage: Stage,
    folder: tempfile::TempDir,
}

impl Lives {
    /// The accounts on a quiet night, and a run that has just begun.
    pub fn of(scenario: &Scenario) -> Self {
        let stage = Stage::set(&scenario.plan, &scenario.inventory, 1, FaultLevel::None);
        let folder = tempfile::tempdir().expect("a folder for the journal");
        let mut journal = Journal::create(&folder.path().join("migrations.db")).expect("a new journal");
        stage.stamp(&mut journal).expect("a new journal can be stamped");
        stage.begin(&carriage::shared(journal)).expect("a run");
        Self { stage, folder }
    }

    fn journal(&self) -> Journal {
        Journal::open(&self.folder.path().join("migrations.db")).expect("what a crash leaves can be opened")
    }

    /// One life, gates approved by themselves.
    pub async fn live(&self) -> Result<RunEnd, String> {
        self.one_life(self.journal()).await
    }

    /// One life that ends upon the commit of an event, as on a quiet night it has this number.
    pub async fn live_until(&self, seq: u64) {
        let mut journal = self.journal();
        journal.fail_upon(seq - self.events().len() as u64);
        let end = self.one_life(journal).await;
        assert!(end.is_err(), "it was to be killed, and ended: {end:?}");
    }

    async fn one_life(&self, journal: Journal) -> Result<RunEnd, String> {
        let journal = carriage::shared(journal);
        let run = Run::resume(Arc::clone(&journal)).expect("it has begun");
        let gatekeeper = Gatekeeper::Automatic {
            by: "the test".to_owned(),
        };
        let end = self.stage.carry_on(&journal, run, gatekeeper).await;
        end.map_err(|error| format!("{error:?}"))
    }

    /// One life, and what somebody does to the accounts so long after its beginning.
    pub async fn live_while(&self, after: Duration, meddle: impl FnOnce(&mut Cloud)) -> Result<RunEnd, String> {
        let clock = self.stage.simulated.world.clock.clone();
        let somebody = async {
            clock.sleep_until(clock.after(after)).await;
            self.cloud(meddle);
        };
        tokio::join!(self.live(), somebody).0
    }

    /// Somebody does something to the accounts.
    pub fn cloud<T>(&self, meddle: impl FnOnce(&mut Cloud) -> T) -> T {
        let mut cloud = lock(&self.stage.simulated.cloud);
        cloud.advance(self.stage.simulated.world.clock.now());
        meddle(&mut cloud)
    }

    /// Somebody types another command.
    pub fn put(&self, item: &InboxItem) {
        self.journal().put_inbox(item).expect("it can be written");
    }

    /// `cleave undo`
    pub fn undo(&self) {
        self.put(&InboxItem::Undo {
            by: "the test".to_owned(),
            reason: "not tonight".to_owned(),
            to: None,
        });
    }

    /// `cleave retry`
    pub fn retry(&self, step: &StepId) {
        self.put(&InboxItem::Retry {
            step: step.clone(),
            by: "the test".to_owned(),
            reason: "it is mended".to_owned(),
        });
    }

    /// What was recorded.
    pub fn events(&self) -> Vec<Recorded> {
        self.journal().load().expect("events")
    }

    /// What that adds up to.
    pub fn state(&self) -> State {
        State::fold(&self.events()).expect("events").expect("a run")
    }

    /// Why steps stopped, in words.
    pub fn stops(&self) -> Vec<String> {
        stops(&self.events())
    }

    /// Broken laws.
    pub fn broken(&self, end: &Result<RunEnd, String>) -> Vec<String> {
        let events = self.events();
        let mut broken = self.stage.laws_broken(end.as_ref().ok(), &events);
        broken.extend(only_in_english(&events));
        broken
    }

    /// How many events there are of a kind.
    pub fn count(&self, which: impl Fn(&Event) -> bool) -> usize {
        self.events().iter().filter(|recorded| which(&recorded.event)).count()
    }
}
