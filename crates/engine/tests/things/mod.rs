//! The scene of the engine's tests: steps that are a table of things, and an engine over them.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use engine::registry::Around;
use engine::run::NewRun;
use engine::{
    Begun, Clock, Engine, Gatekeeper, Observed, Options, Registry, Run, RunEnd, Signal, Step, StepContext, StopSwitch,
    Verified,
};
use jiff::{SignedDuration, Timestamp};
use journal::{InboxItem, Journal, Stamp};
use model::event::WorldKind;
use model::{Digest, Event, Failure, FailureClass, Plan, RunId, Said, State, StepId};
use serde_json::{Value, json};

/// What stands, and what is to become of calls: by step.
#[derive(Default)]
pub(crate) struct Things {
    pub(crate) there: BTreeMap<String, Value>,
    /// What looks say, before what is there.
    pub(crate) looks: BTreeMap<String, Vec<Result<Observed, FailureClass>>>,
    /// What becomes of calls: with `true` they act all the same.
    pub(crate) calls: BTreeMap<String, Vec<(FailureClass, bool)>>,
    /// What proofs say, before they are right.
    pub(crate) proofs: BTreeMap<String, Vec<Verified>>,
    pub(crate) swept: BTreeMap<String, u64>,
    /// Every call, in order.
    pub(crate) made: Vec<String>,
    pub(crate) logged_in: bool,
    /// How many seconds each call that begins something takes.
    pub(crate) each_takes: u64,
    pub(crate) in_flight: usize,
    pub(crate) most_in_flight: usize,
}

pub(crate) struct Thing(pub(crate) Rc<RefCell<Things>>);

fn next<T>(of: &mut BTreeMap<String, Vec<T>>, verb: &str) -> Option<T> {
    let waiting = of.get_mut(verb).filter(|waiting| !waiting.is_empty())?;
    Some(waiting.remove(0))
}

impl Thing {
    fn call(&self, cx: &StepContext, what: &str, act: impl FnOnce(&mut Things, &str)) -> Result<(), Failure> {
        let verb = cx.spec.id.verb();
        let mut things = self.0.borrow_mut();
        things.made.push(format!("{what} {verb}"));
        let fate = next(&mut things.calls, verb);
        if fate.is_none_or(|(_, acts)| acts) {
            act(&mut things, verb);
        }
        match fate {
            None => Ok(()),
            Some((class, _)) => Err(cx.failure(class, "[Test]", "as the test wants it")),
        }
    }
}

#[async_trait(?Send)]
impl Step for Thing {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let verb = cx.spec.id.verb();
        let mut things = self.0.borrow_mut();
        match next(&mut things.looks, verb) {
            Some(Err(class)) => Err(cx.failure(class, "[Test]", "as the test wants it")),
            Some(Ok(seen)) => Ok(seen),
            None => Ok(things
                .there
                .get(verb)
                .cloned()
                .map_or(Observed::Absent, Observed::Present)),
        }
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let total = cx.spec.input["sweep"].as_u64();
        let tags = cx.tags();
        assert!(cx.made_it(&tags) && !cx.made_it(tags.iter().take(1)), "{tags:?}");
        for key in tags.keys() {
            let mut others = tags.clone();
            others.insert(key.clone(), "another's".to_owned());
            assert!(!cx.made_it(&others), "{others:?}");
        }
        let takes = {
            let mut things = self.0.borrow_mut();
            things.in_flight += 1;
            things.most_in_flight = things.most_in_flight.max(things.in_flight);
            things.each_takes
        };
        if takes > 0 {
            pass(takes).await;
        }
        self.0.borrow_mut().in_flight -= 1;
        self.call(cx, "begin", |things, verb| {
            let swept = things.swept.entry(verb.to_owned()).or_default();
            *swept += 1;
            if total.is_none_or(|total| *swept >= total) {
                things.there.insert(verb.to_owned(), json!({ "token": cx.token }));
            }
        })?;
        let done = self.0.borrow().swept[cx.spec.id.verb()];
        Ok(total.map_or(Begun::Once, |total| Begun::Swept {
            cursor: json!(done),
            done,
            total: Some(total),
            more: done < total,
        }))
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let right = Verified::Right {
            evidence: Said::verbatim(format!("{} is right", cx.spec.id.verb())),
        };
        Ok(next(&mut self.0.borrow_mut().proofs, cx.spec.id.verb()).unwrap_or(right))
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        self.call(cx, "undo", |things, verb| {
            things.there.remove(verb);
        })
    }
}

/// `verb` needs `needs`; what else is different about it.
pub(crate) fn step(verb: &str, needs: &[&str], different: Value) -> Value {
    let mut step = json!({ "id": format!("thing/one/{verb}"), "action": "thing.make", "version": 1, "resource": { "kind": "thing", "name": "one" },
        "side": "source", "title": verb, "phase": "prepare", "needs": needs.iter().map(|need| format!("thing/one/{need}")).collect::<Vec<_>>(),
        "undo": { "can": "auto" }, "estimate": { "p50": 10, "p90": 20 }, "patience": 300, "input": {} });
    for (field, value) in different.as_object().into_iter().flatten() {
        step[field] = value.clone();
    }
    step
}

pub(crate) fn plan(steps: &[Value], different: Value) -> Plan {
    let mut plan = json!({ "format": 1, "migration": "test", "region": "ap-northeast-1", "runbook": Digest::of(b"runbook"), "windows": [], "gates": [], "limits": {},
        "accounts": { "source": { "account": "111111111111" }, "target": { "account": "222222222222" } }, "steps": steps, "notes": [] });
    for (field, value) in different.as_object().into_iter().flatten() {
        plan[field] = value.clone();
    }
    serde_json::from_value(plan).expect("a plan")
}

pub(crate) fn id(verb: &str) -> StepId {
    StepId::new(format!("thing/one/{verb}")).expect("an id")
}

pub(crate) struct Scene {
    pub(crate) things: Rc<RefCell<Things>>,
    pub(crate) journal: Arc<Mutex<Journal>>,
    pub(crate) plan: Plan,
    pub(crate) told: Rc<RefCell<Vec<String>>>,
    /// After how many seconds of this life it was told how much will not fit into its window.
    pub(crate) foretold: Rc<RefCell<Vec<(u64, usize)>>>,
    pub(crate) by_hand: bool,
    /// What a person at the terminal answers.
    pub(crate) answers: Option<bool>,
    /// What is put around every step.
    pub(crate) around: Option<Around>,
    pub(crate) wait: bool,
    pub(crate) concurrency: usize,
    pub(crate) stop: StopSwitch,
}

impl Scene {
    pub(crate) fn of(steps: &[Value], different: Value) -> Self {
        let mut journal = Journal::in_memory().expect("memory");
        let stamp = Stamp {
            created_at: Timestamp::UNIX_EPOCH,
            host: "here".to_owned(),
            world: WorldKind::Rehearsal,
        };
        journal.stamp(&stamp).expect("it is new");
        Self {
            things: Rc::default(),
            journal: Arc::new(Mutex::new(journal)),
            plan: plan(steps, different),
            told: Rc::default(),
            foretold: Rc::default(),
            by_hand: false,
            answers: None,
            around: None,
            wait: false,
            concurrency: 16,
            stop: StopSwitch::default(),
        }
    }

    pub(crate) fn put(&self, item: InboxItem) {
        self.journal
            .lock()
            .expect("nobody panicked")
            .put_inbox(&item)
            .expect("it takes it");
    }

    /// Somebody asks for an undo, of everything or to a step.
    pub(crate) fn undo(&self, to: Option<StepId>) {
        self.put(InboxItem::Undo {
            by: "x".to_owned(),
            reason: "y".to_owned(),
            to,
        });
    }

    /// The alarms that came up, and when one was over.
    pub(crate) fn alarms(&self) -> Vec<Option<String>> {
        let alarm = |event| match event {
            Event::AlarmChanged { alarm, .. } => Some(alarm),
            _ => None,
        };
        self.events().into_iter().filter_map(alarm).collect()
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        let events = self.journal.lock().expect("nobody panicked").load().expect("events");
        events.into_iter().map(|recorded| recorded.event).collect()
    }

    pub(crate) fn state(&self) -> State {
        let events = self.journal.lock().expect("nobody panicked").load().expect("events");
        State::fold(&events).expect("they follow").expect("a run")
    }

    pub(crate) fn made(&self) -> Vec<String> {
        self.things.borrow().made.clone()
    }

    /// Kinds of events and their steps' verbs.
    pub(crate) fn history(&self) -> Vec<String> {
        let events = self.events();
        let line = |event: &Event| {
            let step = event
                .step()
                .map_or_else(String::new, |step| format!(" {}", step.verb()));
            format!("{}{step}", event.kind())
        };
        events.iter().map(line).collect()
    }

    pub(crate) fn live(&self) -> RunEnd {
        self.live_and(async {})
    }

    /// One life, and what happens beside it; time is not the wall's.
    pub(crate) fn live_and(&self, beside: impl Future<Output = ()>) -> RunEnd {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_time()
            .start_paused(true)
            .build();
        runtime.expect("a runtime").block_on(async {
            let begun = tokio::time::Instant::now();
            let zero = self
                .journal
                .lock()
                .expect("nobody panicked")
                .load()
                .expect("events")
                .last()
                .map_or(Timestamp::UNIX_EPOCH, |last| last.at);
            let clock = Clock::new(
                move || zero + SignedDuration::try_from(begun.elapsed()).expect("short"),
                1.0,
            );
            let new = NewRun {
                run: RunId::new("0123456789ab").expect("an id"),
                world: WorldKind::Rehearsal,
                seed: 1,
                plan: self.plan.clone(),
            };
            let new_one = self
                .journal
                .lock()
                .expect("nobody panicked")
                .load()
                .expect("events")
                .is_empty();
            let run = match new_one {
                true => Run::start(Arc::clone(&self.journal), new, clock.now()),
                false => Run::resume(Arc::clone(&self.journal)),
            };
            let mut registry = Registry::default();
            let things = Rc::clone(&self.things);
            registry.add(
                "thing.make",
                1,
                Box::new(move |_| Ok(Box::new(Thing(Rc::clone(&things))))),
            );
            let gatekeeper = match (self.by_hand, self.answers) {
                (_, Some(answer)) => Gatekeeper::Person(Rc::new(move |_, _| answer)),
                (true, None) => Gatekeeper::Inbox,
                (false, None) => Gatekeeper::Automatic { by: "test".to_owned() },
            };
            let options = Options {
                wait: self.wait,
                gatekeeper,
                login_command: "log in".to_owned(),
                concurrency: self.concurrency,
            };
            let things = Rc::clone(&self.things);
            let renew: engine::dispatch::RenewLogin = Box::new(move || {
                let logged_in = things.borrow().logged_in;
                Box::pin(async move { logged_in })
            });
            let (told, foretold) = (Rc::clone(&self.told), Rc::clone(&self.foretold));
            let tell = Box::new(move |signal: Signal<'_>| {
                let word = match signal {
                    Signal::Waiting(end, _) => format!("waits: {end:?}"),
                    Signal::Progress(step, progress) => format!("{}: {}", step.verb(), progress.text),
                    Signal::Foretold(forecast, _) => {
                        let now = begun.elapsed().as_secs();
                        foretold.borrow_mut().push((now, forecast.postponed.len()));
                        return;
                    }
                    Signal::Recorded(..) | Signal::TimePassed => return,
                };
                told.borrow_mut().push(word);
            });
            let mut engine = Engine::new(
                run.expect("a run"),
                registry,
                clock,
                options,
                self.stop.listen(),
                renew,
                tell,
            )
            .expect("an engine");
            if let Some(around) = &self.around {
                engine.put_around(Rc::clone(around));
            }
            let days = tokio::time::timeout(Duration::from_secs(20 * 86_400), async {
                tokio::join!(engine.carry_out(), beside).0
            });
            days.await.expect("it ends").expect("no error")
        })
    }
}

/// So many seconds of the test's time.
#[expect(
    clippy::disallowed_methods,
    reason = "a person beside the engine, on a runtime whose time is paused"
)]
pub(crate) async fn pass(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second)
}
