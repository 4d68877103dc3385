//! The engine over steps that are a table of things: what it records, in which order, and when it leaves. The real steps are driven in `tests/`.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use async_trait::async_trait;
use engine::run::NewRun;
use engine::{
    Begun, Clock, Engine, Gatekeeper, Observed, Options, Progress, Registry, Run, RunEnd, Signal, Step, StepContext,
    StopSwitch, Verified,
};
use jiff::{SignedDuration, Timestamp};
use journal::{Extent, InboxItem, Journal, Stamp};
use model::event::{Outcome, WorldKind};
use model::state::StepStatus;
use model::{Digest, Event, Failure, FailureClass, Plan, RunId, State, StepId};
use serde_json::{Value, json};

/// What stands, and what is to become of calls: by step.
#[derive(Default)]
struct Things {
    there: BTreeMap<String, Value>,
    /// What looks say, before what is there.
    looks: BTreeMap<String, Vec<Result<Observed, FailureClass>>>,
    /// What becomes of calls: with `true` they act all the same.
    calls: BTreeMap<String, Vec<(FailureClass, bool)>>,
    /// What proofs say, before they are right.
    proofs: BTreeMap<String, Vec<Verified>>,
    swept: BTreeMap<String, u64>,
    /// Every call, in order.
    made: Vec<String>,
    logged_in: bool,
}

struct Thing(Rc<RefCell<Things>>);

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
            evidence: format!("{} is right", cx.spec.id.verb()),
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
fn step(verb: &str, needs: &[&str], different: Value) -> Value {
    let mut step = json!({ "id": format!("thing/one/{verb}"), "action": "thing.make", "version": 1, "resource": { "kind": "thing", "name": "one" },
        "side": "source", "title": verb, "phase": "prepare", "needs": needs.iter().map(|need| format!("thing/one/{need}")).collect::<Vec<_>>(),
        "undo": { "can": "auto" }, "estimate": { "p50": 10, "p90": 20 }, "patience": 300, "input": {} });
    for (field, value) in different.as_object().into_iter().flatten() {
        step[field] = value.clone();
    }
    step
}

fn plan(steps: &[Value], different: Value) -> Plan {
    let mut plan = json!({ "format": 1, "migration": "test", "region": "ap-northeast-1", "runbook": Digest::of(b"runbook"), "windows": [], "gates": [], "limits": {},
        "accounts": { "source": { "account": "111111111111" }, "target": { "account": "222222222222" } }, "steps": steps, "notes": [] });
    for (field, value) in different.as_object().into_iter().flatten() {
        plan[field] = value.clone();
    }
    serde_json::from_value(plan).expect("a plan")
}

fn id(verb: &str) -> StepId {
    StepId::new(format!("thing/one/{verb}")).expect("an id")
}

struct Scene {
    things: Rc<RefCell<Things>>,
    journal: Arc<Mutex<Journal>>,
    plan: Plan,
    told: Rc<RefCell<Vec<String>>>,
    by_hand: bool,
    wait: bool,
    concurrency: usize,
    stop: StopSwitch,
}

impl Scene {
    fn of(steps: &[Value], different: Value) -> Self {
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
            by_hand: false,
            wait: false,
            concurrency: 16,
            stop: StopSwitch::default(),
        }
    }

    fn put(&self, item: InboxItem) {
        self.journal
            .lock()
            .expect("nobody panicked")
            .put_inbox(&item)
            .expect("it takes it");
    }

    fn events(&self) -> Vec<Event> {
        let events = self.journal.lock().expect("nobody panicked").load().expect("events");
        events.into_iter().map(|recorded| recorded.event).collect()
    }

    fn state(&self) -> State {
        let events = self.journal.lock().expect("nobody panicked").load().expect("events");
        State::fold(&events).expect("they follow").expect("a run")
    }

    fn made(&self) -> Vec<String> {
        self.things.borrow().made.clone()
    }

    /// Kinds of events and their steps' verbs.
    fn history(&self) -> Vec<String> {
        let events = self.events();
        let line = |event: &Event| {
            let step = event
                .step()
                .map_or_else(String::new, |step| format!(" {}", step.verb()));
            format!("{}{step}", event.kind())
        };
        events.iter().map(line).collect()
    }

    fn live(&self) -> RunEnd {
        self.live_and(async {})
    }

    /// One life, and what happens beside it; time is not the wall's.
    fn live_and(&self, beside: impl Future<Output = ()>) -> RunEnd {
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
            let gatekeeper = match self.by_hand {
                true => Gatekeeper::Inbox,
                false => Gatekeeper::Automatic { by: "test".to_owned() },
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
            let told = Rc::clone(&self.told);
            let tell = Box::new(move |signal: Signal<'_>| {
                let word = match signal {
                    Signal::Waiting(end) => format!("waits: {end:?}"),
                    Signal::Progress(step, progress) => format!("{}: {}", step.verb(), progress.text),
                    Signal::Foretold(forecast, _) => format!("postponed: {}", forecast.postponed.len()),
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
            let days = tokio::time::timeout(Duration::from_secs(20 * 86_400), async {
                tokio::join!(engine.carry_out(), beside).0
            });
            days.await.expect("it ends").expect("no error")
        })
    }
}

#[test]
fn a_step_is_looked_at_begun_seen_and_proved_in_the_order_of_needs() {
    let scene = Scene::of(&[step("a", &[], json!({})), step("b", &["a"], json!({}))], json!({}));
    assert_eq!(scene.live(), RunEnd::Completed);
    let each = |verb: &str| {
        ["intent_recorded", "attempt_ended", "output_seen", "step_verified"].map(|kind| format!("{kind} {verb}"))
    };
    let right: Vec<String> = [
        vec!["run_started".to_owned()],
        each("a").to_vec(),
        each("b").to_vec(),
        vec!["run_ended".to_owned()],
    ]
    .concat();
    assert_eq!(scene.history(), right);
    assert_eq!(scene.made(), ["begin a", "begin b"]);
    // Once more: it has ended, and nothing happens.
    assert_eq!(scene.live(), RunEnd::Completed);
    assert_eq!(scene.history(), right);
}

#[test]
fn what_is_there_already_is_proved_and_not_begun() {
    let scene = Scene::of(&[step("a", &[], json!({}))], json!({}));
    scene.things.borrow_mut().there.insert("a".to_owned(), json!(1));
    assert_eq!(scene.live(), RunEnd::Completed);
    assert_eq!(scene.made(), Vec::<String>::new());
}

#[test]
fn a_refused_call_is_made_again_and_a_lost_answer_is_looked_for() {
    let scene = Scene::of(&[step("a", &[], json!({})), step("b", &[], json!({}))], json!({}));
    let fates = [
        ("a", FailureClass::Throttled, false),
        ("b", FailureClass::NoAnswer, true),
    ];
    for (verb, class, acts) in fates {
        scene
            .things
            .borrow_mut()
            .calls
            .insert(verb.to_owned(), vec![(class, acts)]);
    }
    assert_eq!(scene.live(), RunEnd::Completed);
    let mut made = scene.made();
    made.sort();
    assert_eq!(made, ["begin a", "begin a", "begin b"]);
    let (mut again, mut unknown) = (None, 0);
    for event in scene.events() {
        match event {
            Event::AttemptEnded {
                outcome: Outcome::NotDone { .. },
                again_at,
                ..
            } => again = again_at,
            Event::AttemptEnded {
                outcome: Outcome::Unknown { .. },
                again_at,
                ..
            } => {
                // At least two seconds: right after a call AWS may not show the thing yet.
                assert!(
                    again_at.is_some_and(|at| at >= Timestamp::UNIX_EPOCH + SignedDuration::from_secs(2)),
                    "{again_at:?}"
                );
                unknown += 1;
            }
            _ => {}
        }
    }
    assert!(again.is_some());
    assert_eq!(unknown, 1);
}

#[test]
fn what_cannot_pass_by_itself_stops_that_step_and_no_other() {
    for class in [FailureClass::Invalid, FailureClass::Unexpected] {
        let scene = Scene::of(
            &[
                step("a", &[], json!({})),
                step("b", &["a"], json!({})),
                step("c", &[], json!({})),
            ],
            json!({}),
        );
        scene
            .things
            .borrow_mut()
            .calls
            .insert("a".to_owned(), vec![(class, false)]);
        assert_eq!(scene.live(), RunEnd::NeedsOperator(vec![id("a")]));
        let state = scene.state();
        assert_eq!(state.steps[&id("c")].status, StepStatus::Done);
        assert_eq!(state.steps[&id("b")].status, StepStatus::Waiting);
        assert!(
            matches!(&state.steps[&id("a")].status, StepStatus::Stopped { advice } if advice.contains("report it"))
        );
    }
}

#[test]
fn each_class_of_failure_has_an_advice_of_its_own() {
    let mut advices = std::collections::BTreeSet::new();
    for class in [
        FailureClass::Denied,
        FailureClass::NotFound,
        FailureClass::AlreadyExists,
        FailureClass::WrongState,
        FailureClass::Quota,
        FailureClass::Unavailable,
    ] {
        let scene = Scene::of(&[step("a", &[], json!({ "patience": 60 }))], json!({}));
        scene
            .things
            .borrow_mut()
            .looks
            .insert("a".to_owned(), (0..2000).map(|_| Err(class)).collect());
        assert_eq!(scene.live(), RunEnd::NeedsOperator(vec![id("a")]));
        let status = scene.state().steps[&id("a")].status.clone();
        let StepStatus::Stopped { advice } = status else {
            panic!("{status:?}")
        };
        assert!(advice.len() > 20, "{advice}");
        advices.insert(advice);
    }
    assert_eq!(advices.len(), 6, "{advices:#?}");
}

#[test]
fn what_exists_and_is_not_ours_is_broken_or_is_stuck_stops_with_what_to_do() {
    let whose = Observed::Foreign {
        whose: "theirs".to_owned(),
    };
    let broken = Observed::Broken {
        why: "it failed".to_owned(),
    };
    let stuck = Observed::Stuck {
        why: "it hangs".to_owned(),
        advice: "pull".to_owned(),
    };
    for (look, code, advice) in [
        (whose, "[Foreign]", "exists under that name"),
        (broken, "[Broken]", "Remove the failed thing"),
        (stuck, "[Stuck]", "pull"),
    ] {
        let scene = Scene::of(&[step("a", &[], json!({}))], json!({}));
        scene.things.borrow_mut().looks.insert("a".to_owned(), vec![Ok(look)]);
        assert_eq!(scene.live(), RunEnd::NeedsOperator(vec![id("a")]));
        let state = scene.state();
        let place = &state.steps[&id("a")];
        assert_eq!(
            place.last_failure.as_ref().map(|failure| failure.code.as_str()),
            Some(code)
        );
        assert!(
            matches!(&place.status, StepStatus::Stopped { advice: said } if said.contains(advice)),
            "{:?}",
            place.status
        );
        assert_eq!(scene.made(), Vec::<String>::new());
    }
}

#[test]
fn what_was_seen_and_is_gone_is_not_made_a_second_time() {
    let scene = Scene::of(&[step("a", &[], json!({ "patience": 60 }))], json!({}));
    let not_yet = Verified::NotYet {
        why: "not everywhere".to_owned(),
        look_again: Duration::from_secs(5),
    };
    scene.things.borrow_mut().proofs.insert("a".to_owned(), vec![not_yet]);
    let seen = Ok(Observed::Present(json!(1)));
    let gone = (0..500).map(|_| Ok(Observed::Absent));
    scene
        .things
        .borrow_mut()
        .looks
        .insert("a".to_owned(), std::iter::once(seen).chain(gone).collect());
    assert_eq!(scene.live(), RunEnd::NeedsOperator(vec![id("a")]));
    assert_eq!(scene.made(), Vec::<String>::new());
    assert!(scene.told.borrow().contains(&"a: not everywhere".to_owned()));
}

#[test]
fn a_proof_that_is_wrong_stops_the_step() {
    let scene = Scene::of(&[step("a", &[], json!({}))], json!({}));
    scene.things.borrow_mut().proofs.insert(
        "a".to_owned(),
        vec![Verified::Wrong {
            why: "other bytes".to_owned(),
        }],
    );
    assert_eq!(scene.live(), RunEnd::NeedsOperator(vec![id("a")]));
    let failure = scene.state().steps[&id("a")].last_failure.clone().expect("why");
    assert_eq!(
        (failure.code.as_str(), failure.message.as_str()),
        ("[VerifyFailed]", "other bytes")
    );
}

#[test]
fn an_alarm_is_recorded_when_it_comes_up_and_when_it_is_over_and_not_between() {
    let scene = Scene::of(&[step("a", &[], json!({}))], json!({}));
    let underway = |alarm: Option<&str>| {
        let mut progress = Progress::percent(40, "copying");
        progress.alarm = alarm.map(str::to_owned);
        Ok(Observed::Underway {
            progress,
            look_again: Duration::from_secs(10),
        })
    };
    scene.things.borrow_mut().looks.insert(
        "a".to_owned(),
        vec![
            underway(None),
            underway(Some("look")),
            underway(Some("look")),
            underway(None),
        ],
    );
    assert_eq!(scene.live(), RunEnd::Completed);
    let alarms: Vec<Option<String>> = scene
        .events()
        .into_iter()
        .filter_map(|event| match event {
            Event::AlarmChanged { alarm, .. } => Some(alarm),
            _ => None,
        })
        .collect();
    assert_eq!(alarms, [Some("look".to_owned()), None]);
    assert_eq!(
        scene.told.borrow().iter().filter(|told| *told == "a: copying").count(),
        4
    );
}

#[test]
fn a_look_that_works_ends_the_count_of_those_that_failed() {
    let scene = Scene::of(&[step("a", &[], json!({}))], json!({}));
    let underway = || {
        Ok(Observed::Underway {
            progress: Progress::words("copying"),
            look_again: Duration::from_secs(10),
        })
    };
    scene
        .things
        .borrow_mut()
        .looks
        .insert("a".to_owned(), vec![Err(FailureClass::Denied), underway(), underway()]);
    assert_eq!(scene.live(), RunEnd::Completed);
    assert_eq!(
        scene.history().iter().filter(|line| *line == "look_worked a").count(),
        1
    );
}

#[test]
fn a_sweep_keeps_its_cursor_after_each_call_and_leaves_between_two_when_asked() {
    let scene = Scene::of(&[step("a", &[], json!({ "input": { "sweep": 5 } }))], json!({}));
    assert_eq!(scene.live(), RunEnd::Completed);
    assert_eq!(
        scene
            .history()
            .iter()
            .filter(|line| *line == "sweep_advanced a")
            .count(),
        5
    );
    assert_eq!(
        scene
            .history()
            .iter()
            .filter(|line| *line == "intent_recorded a")
            .count(),
        1
    );
    assert_eq!(scene.state().steps[&id("a")].cursor, Some(json!(5)));

    let scene = Scene::of(&[step("a", &[], json!({ "input": { "sweep": 5 } }))], json!({}));
    scene.stop.ask("SIGINT");
    assert_eq!(
        scene.live(),
        RunEnd::Paused {
            by: "SIGINT".to_owned()
        }
    );
    assert_eq!(scene.made(), Vec::<String>::new());
}

#[test]
fn a_gate_is_waited_at_and_opened_by_who_agrees_to_what_was_shown() {
    let gates = json!({ "gates": [{ "name": "go", "ask": "go?", "after": ["thing/one/a"], "people": 2 }] });
    let mut scene = Scene::of(
        &[step("a", &[], json!({})), step("b", &["a"], json!({ "gates": ["go"] }))],
        gates,
    );
    scene.by_hand = true;
    let gate = model::GateName::new("go").expect("a name");
    assert_eq!(scene.live(), RunEnd::WaitingAtGate(vec![gate.clone()]));
    let shown = engine::dispatch::evidence(&scene.state(), &gate);
    assert_eq!(shown, "thing/one/a: a is right");
    let yes = |by: &str, evidence: &str| InboxItem::Approve {
        gate: gate.clone(),
        by: by.to_owned(),
        digest: scene.plan.digest(),
        evidence: Digest::of(evidence.as_bytes()),
        typed: None,
    };
    scene.put(yes("one", "something else"));
    scene.put(yes("one", &shown));
    scene.put(yes("one", &shown));
    assert_eq!(scene.live(), RunEnd::WaitingAtGate(vec![gate.clone()]));
    assert_eq!(scene.history().iter().filter(|line| *line == "gate_agreed").count(), 1);
    scene.put(yes("two", &shown));
    assert_eq!(scene.live(), RunEnd::Completed);

    let gates = json!({ "gates": [{ "name": "go", "ask": "go?", "after": [], "people": 3 }] });
    let scene = Scene::of(&[step("b", &[], json!({ "gates": ["go"] }))], gates);
    assert_eq!(scene.live(), RunEnd::Completed, "by itself, under three names");
    assert_eq!(scene.history().iter().filter(|line| *line == "gate_agreed").count(), 2);
}

#[test]
fn outside_of_a_window_it_leaves_or_waits_and_an_operator_can_extend_it() {
    let once = model::Window::Once {
        from: at(86_400),
        until: at(86_400 + 8 * 3600),
    };
    let windows = json!({ "windows": [once] });
    let steps = [step("a", &[], json!({ "disturbs": true }))];
    let mut scene = Scene::of(&steps, windows.clone());
    assert_eq!(scene.live(), RunEnd::OutsideWindow(Some(at(86_400))));
    assert_eq!(scene.made(), Vec::<String>::new());
    scene.wait = true;
    assert_eq!(scene.live(), RunEnd::Completed);
    let begun = scene.state().steps[&id("a")].started_at.expect("it was begun");
    assert!(begun >= at(86_400) && begun < at(86_400 + 60), "{begun}");
    assert!(
        scene
            .told
            .borrow()
            .iter()
            .any(|told| told.starts_with("waits: OutsideWindow"))
    );

    let scene = Scene::of(&steps, windows);
    scene.put(InboxItem::ExtendWindow {
        by: "x".to_owned(),
        reason: "y".to_owned(),
        extent: Extent::Seconds(3600),
    });
    assert_eq!(scene.live(), RunEnd::Completed);
    assert!(scene.state().last_at < at(3600));
}

/// So many seconds of the test's time.
#[expect(
    clippy::disallowed_methods,
    reason = "a person beside the engine, on a runtime whose time is paused"
)]
async fn pass(seconds: u64) {
    tokio::time::sleep(Duration::from_secs(seconds)).await;
}

fn at(second: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second)
}

#[test]
fn a_login_that_expires_pauses_once_and_is_waited_for_or_left_for() {
    let steps = [
        step("a", &[], json!({})),
        step("b", &[], json!({})),
        step("c", &[], json!({})),
    ];
    let mut scene = Scene::of(&steps, json!({}));
    for verb in ["a", "b", "c"] {
        scene
            .things
            .borrow_mut()
            .looks
            .insert(verb.to_owned(), vec![Err(FailureClass::CredentialsExpired)]);
    }
    assert_eq!(
        scene.live(),
        RunEnd::CredentialsExpired {
            command: "log in".to_owned()
        }
    );
    let paused = |scene: &Scene| scene.history().iter().filter(|line| *line == "run_paused").count();
    assert_eq!(paused(&scene), 1);
    assert_eq!(scene.live(), RunEnd::Completed, "typed again");

    scene = Scene::of(&steps, json!({}));
    scene.wait = true;
    scene
        .things
        .borrow_mut()
        .calls
        .insert("a".to_owned(), vec![(FailureClass::CredentialsExpired, false)]);
    let things = Rc::clone(&scene.things);
    let end = scene.live_and(async move {
        pass(300).await;
        things.borrow_mut().logged_in = true;
    });
    assert_eq!((end, paused(&scene)), (RunEnd::Completed, 1));
    assert!(scene.state().last_at >= at(300) && scene.state().last_at < at(400));
}

#[test]
fn a_pause_lets_nothing_new_begin_and_a_second_request_drops_what_is_in_flight() {
    let scene = Scene::of(&[step("a", &[], json!({}))], json!({}));
    scene.put(InboxItem::Pause { by: "x".to_owned() });
    assert_eq!(scene.live(), RunEnd::Paused { by: "x".to_owned() });
    assert_eq!(scene.made(), Vec::<String>::new());
    scene.put(InboxItem::Resume {
        by: "nobody".to_owned(),
    });
    assert_eq!(scene.live(), RunEnd::Completed);
    assert_eq!(
        scene.history().iter().filter(|line| *line == "run_resumed").count(),
        1,
        "the command itself had it go on"
    );

    let scene = Scene::of(
        &[
            step("a", &[], json!({ "presses_on": true })),
            step("b", &["a"], json!({ "presses_on": true })),
        ],
        json!({}),
    );
    let underway = Ok(Observed::Underway {
        progress: Progress::words("long"),
        look_again: Duration::from_secs(86_400),
    });
    scene
        .things
        .borrow_mut()
        .looks
        .insert("a".to_owned(), vec![Ok(Observed::Absent), underway]);
    let stop = scene.stop.clone();
    let end = scene.live_and(async move {
        pass(60).await;
        stop.ask("SIGINT");
        pass(60).await;
        stop.ask("SIGTERM");
    });
    assert_eq!(
        end,
        RunEnd::Paused {
            by: "SIGTERM".to_owned()
        }
    );
    assert!(scene.state().last_at < at(90), "the first was heeded at once");
}

#[test]
fn no_more_steps_have_a_call_in_flight_than_may() {
    let steps: Vec<Value> = (0..6).map(|n| step(&format!("s{n}"), &[], json!({}))).collect();
    let mut scene = Scene::of(&steps, json!({}));
    scene.concurrency = 1;
    assert_eq!(scene.live(), RunEnd::Completed);
    assert_eq!(scene.made().len(), 6);
}

#[test]
fn everything_is_taken_back_last_first_and_what_is_not_ours_or_gone_is_left() {
    let steps = [
        step("a", &[], json!({})),
        step("b", &["a"], json!({})),
        step("c", &["b"], json!({ "undo": { "can": "nothing" } })),
        step("d", &["c"], json!({})),
        step("e", &["d"], json!({})),
    ];
    let scene = Scene::of(&steps, json!({}));
    scene
        .things
        .borrow_mut()
        .proofs
        .insert("e".to_owned(), vec![Verified::Wrong { why: "no".to_owned() }]);
    assert_eq!(scene.live(), RunEnd::NeedsOperator(vec![id("e")]));
    scene.things.borrow_mut().there.remove("d");
    scene.things.borrow_mut().looks.insert(
        "e".to_owned(),
        vec![Ok(Observed::Foreign {
            whose: "theirs".to_owned(),
        })],
    );
    // The first try is refused; it is tried again.
    scene
        .things
        .borrow_mut()
        .calls
        .insert("b".to_owned(), vec![(FailureClass::Throttled, false)]);
    scene.things.borrow_mut().made.clear();
    scene.put(InboxItem::Undo {
        by: "x".to_owned(),
        reason: "y".to_owned(),
        to: None,
    });
    assert_eq!(scene.live(), RunEnd::Unwound);
    assert_eq!(scene.made(), ["undo b", "undo b", "undo a"]);
    let evidence = |verb: &str| scene.state().steps[&id(verb)].evidence.clone().unwrap_or_default();
    assert_eq!(evidence("d"), "it does not exist any more");
    assert!(evidence("e").contains("theirs") && evidence("c").contains("nothing to take back"));
    assert_eq!(scene.live(), RunEnd::Unwound, "asked again, it says how it has ended");
}

#[test]
fn what_only_people_can_take_back_stops_with_the_guide_and_the_rest_goes() {
    for (undo, code, says) in [
        (
            json!({ "can": "manual", "guide": "pull it out" }),
            "[ByHand]",
            "pull it out",
        ),
        (
            json!({ "can": "none", "reason": "it is gone for good" }),
            "[NoWayBack]",
            "it is gone for good",
        ),
    ] {
        let scene = Scene::of(
            &[
                step("a", &[], json!({})),
                step("b", &["a"], json!({ "undo": undo })),
                step("c", &[], json!({})),
                step("d", &["b"], json!({})),
            ],
            json!({}),
        );
        scene
            .things
            .borrow_mut()
            .proofs
            .insert("d".to_owned(), vec![Verified::Wrong { why: "no".to_owned() }]);
        scene.live();
        scene.put(InboxItem::Undo {
            by: "x".to_owned(),
            reason: "y".to_owned(),
            to: None,
        });
        assert_eq!(scene.live(), RunEnd::NeedsOperator(vec![id("b")]));
        let state = scene.state();
        let statuses = ["a", "b", "c", "d"].map(|verb| state.steps[&id(verb)].status.clone());
        assert_eq!(
            statuses,
            [
                StepStatus::Done,
                StepStatus::Stopped {
                    advice: says.to_owned()
                },
                StepStatus::Undone,
                StepStatus::Undone
            ]
        );
        assert_eq!(
            state.steps[&id("b")]
                .last_failure
                .as_ref()
                .map(|failure| failure.code.as_str()),
            Some(code)
        );
        // Done by hand, and told so.
        scene.things.borrow_mut().there.remove("b");
        scene.put(InboxItem::Retry {
            step: id("b"),
            by: "x".to_owned(),
            reason: "pulled".to_owned(),
        });
        assert_eq!(scene.live(), RunEnd::Unwound);
    }
}

#[test]
fn a_part_is_taken_back_and_done_anew_when_somebody_has_the_run_go_on() {
    let steps = [
        step("a", &[], json!({})),
        step("b", &["a"], json!({})),
        step("c", &[], json!({})),
        step("d", &["b", "c"], json!({})),
    ];
    let scene = Scene::of(&steps, json!({}));
    scene
        .things
        .borrow_mut()
        .proofs
        .insert("d".to_owned(), vec![Verified::Wrong { why: "no".to_owned() }]);
    scene.live();
    scene.put(InboxItem::Undo {
        by: "x".to_owned(),
        reason: "y".to_owned(),
        to: Some(id("b")),
    });
    assert_eq!(scene.live(), RunEnd::UndoneInPart);
    assert_eq!(scene.live(), RunEnd::UndoneInPart, "nobody has said that it goes on");
    assert!(scene.things.borrow().there.contains_key("a") && !scene.things.borrow().there.contains_key("b"));
    scene.put(InboxItem::Resume { by: "x".to_owned() });
    assert_eq!(scene.live(), RunEnd::Completed);
    let begun = |verb: &str| {
        scene
            .made()
            .iter()
            .filter(|made| **made == format!("begin {verb}"))
            .count()
    };
    assert_eq!(["a", "b", "c", "d"].map(begun), [1, 2, 1, 2]);
}

#[test]
fn only_what_has_stopped_is_tried_again_or_left_out() {
    let scene = Scene::of(&[step("a", &[], json!({})), step("b", &["a"], json!({}))], json!({}));
    scene.things.borrow_mut().calls.insert(
        "a".to_owned(),
        vec![(FailureClass::Invalid, false), (FailureClass::Invalid, false)],
    );
    let retry = |verb: &str| InboxItem::Retry {
        step: id(verb),
        by: "x".to_owned(),
        reason: "y".to_owned(),
    };
    let skip = |verb: &str| InboxItem::Skip {
        step: id(verb),
        by: "x".to_owned(),
        reason: "y".to_owned(),
    };
    scene.put(retry("a"));
    scene.put(skip("b"));
    assert_eq!(scene.live(), RunEnd::NeedsOperator(vec![id("a")]));
    assert!(
        !scene
            .history()
            .iter()
            .any(|line| line.starts_with("step_retried") || line.starts_with("step_skipped"))
    );
    scene.put(retry("a"));
    assert_eq!(scene.live(), RunEnd::NeedsOperator(vec![id("a")]));
    scene.put(skip("a"));
    assert_eq!(scene.live(), RunEnd::Completed);
    assert_eq!(scene.made(), ["begin a", "begin a", "begin b"]);
}

#[test]
fn what_is_found_before_anything_was_begun_voids_the_yes_it_was_begun_on() {
    let gates = json!({ "gates": [{ "name": "go", "ask": "go?", "after": ["thing/one/a"] }] });
    let scene = Scene::of(
        &[step("a", &[], json!({})), step("b", &["a"], json!({ "gates": ["go"] }))],
        gates,
    );
    scene.things.borrow_mut().looks.insert(
        "b".to_owned(),
        vec![Ok(Observed::Foreign {
            whose: "theirs".to_owned(),
        })],
    );
    assert_eq!(scene.live(), RunEnd::NeedsOperator(vec![id("b")]));
    assert_eq!(scene.history().iter().filter(|line| *line == "gate_voided").count(), 1);
}

#[test]
fn names_are_cut_to_their_length_and_stay_apart() {
    let scene = Scene::of(&[step("a", &[], json!({})), step("b", &[], json!({}))], json!({}));
    let context = |verb: &str| StepContext {
        run: RunId::new("0123456789ab").expect("an id"),
        spec: Rc::new(scene.plan.step(&id(verb)).expect("a step").clone()),
        direction: model::event::Direction::Do,
        token: engine::carry::token(&RunId::new("0123456789ab").expect("an id"), &id(verb)),
        now: at(0),
        started_at: None,
        tried_at: None,
        attempts: 0,
        retried: 0,
        cursor: None,
        outputs: Rc::default(),
    };
    let (a, b) = (context("a"), context("b"));
    assert_eq!(a.token.len(), 32);
    assert_ne!(a.token, b.token);
    let name = a.name("Shop: batch--2026", 63);
    assert_eq!(name, format!("cleave-0123456789ab-shop-batch-2026-{}", &a.token[..6]));
    let short = a.name("Shop: batch--2026", 30);
    assert_eq!(short.len(), 30);
    assert!(short.ends_with(&a.token[..6]) && short != b.name("Shop: batch--2026", 30));
    assert_eq!(
        a.name("x", 20).chars().filter(|c| *c == '-').count(),
        1 + 1,
        "no dash before the last: {}",
        a.name("x", 20)
    );
    assert_eq!(a.output::<Value>(&id("b")).expect_err("none").code, "[NoOutput]");
    a.outputs.borrow_mut().insert(id("b"), Rc::new(json!("text")));
    assert_eq!(a.output::<u32>(&id("b")).expect_err("no number").code, "[BadOutput]");
    assert_eq!(a.output::<String>(&id("b")), Ok("text".to_owned()));
}

#[test]
fn a_plan_of_another_program_is_refused_before_anything_happens() {
    let mut registry = Registry::default();
    registry.add("thing.make", 1, Box::new(|_| Ok(Box::new(Thing(Rc::default())))));
    assert_eq!(registry.actions().collect::<Vec<_>>(), ["thing.make"]);
    let code = |different: Value| {
        registry
            .check(&plan(&[step("a", &[], different)], json!({})))
            .map_err(|failure| failure.code)
    };
    assert_eq!(code(json!({})), Ok(()));
    assert_eq!(
        code(json!({ "action": "thing.break" })),
        Err("[UnknownAction]".to_owned())
    );
    assert_eq!(code(json!({ "version": 2 })), Err("[OtherVersion]".to_owned()));
}
