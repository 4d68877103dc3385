//! Events for the tests of this crate: by hand, and at random.

use std::collections::BTreeMap;

use jiff::Timestamp;
use model::event::{Direction, Outcome, PauseReason, Verdict, WorldKind};
use model::plan::{Estimate, GateSpec, PLAN_FORMAT, Phase, StepSpec, Undo};
use model::{Digest, Event, Failure, FailureClass, GateName, Plan, ResourceRef, RunId, Side, StepId};
use proptest::prelude::*;
use serde_json::{Value, json};

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::new(1_790_000_000 + second, 123_456_789).expect("a time")
}

pub(crate) fn step_id(verb: &str) -> StepId {
    ResourceRef::new("database", "shop-stg").step(verb)
}

pub(crate) fn gate_name(name: &str) -> GateName {
    GateName::new(name).expect("a gate's name")
}

pub(crate) fn step_spec(verb: &str) -> StepSpec {
    StepSpec {
        id: step_id(verb),
        action: format!("database.{verb}"),
        version: 1,
        resource: ResourceRef::new("database", "shop-stg"),
        side: Side::Source,
        title: "snapshots the database — 計画".into(),
        phase: Phase::Prepare,
        needs: vec![],
        gates: vec![],
        disturbs: false,
        presses_on: false,
        undo: Undo::Auto,
        estimate: Estimate { p50: 60, p90: 120 },
        learned: None,
        patience: 600,
        limit: None,
        input: json!({"snapshot": "cleave-1", "size": 0.1}),
    }
}

pub(crate) fn run_started(world: WorldKind) -> Event {
    let plan = Plan {
        format: PLAN_FORMAT,
        migration: "shop-staging".into(),
        region: model::Region::new("ap-northeast-1").expect("a region"),
        accounts: BTreeMap::new(),
        runbook: Digest::of(b"runbook"),
        windows: vec![],
        frozen: vec![],
        overrun: Default::default(),
        gates: vec![GateSpec {
            name: gate_name("service-stopped"),
            ask: "Is staging scaled to zero?".into(),
            after: vec![],
            typed: None,
            people: 1,
        }],
        limits: BTreeMap::new(),
        steps: vec![step_spec("take_snapshot"), step_spec("share_snapshot")],
        notes: vec![],
        costs: Default::default(),
        rewrites: Vec::new(),
        products: Default::default(),
    };
    let digest = plan.digest();
    let run = RunId::new("abcdef012345").expect("a run id");
    Event::RunStarted {
        run,
        world,
        seed: u64::MAX,
        plan: Box::new(plan),
        digest,
    }
}

pub(crate) fn intent(verb: &str, attempt: u32, direction: Direction) -> Event {
    Event::IntentRecorded {
        step: step_id(verb),
        attempt,
        direction,
        token: format!("token-{verb}"),
    }
}

/// A run of `length` events, all different.
pub(crate) fn history(length: u32) -> Vec<Event> {
    let steps = (1..length).map(|attempt| intent("take_snapshot", attempt, Direction::Do));
    std::iter::once(run_started(WorldKind::Rehearsal))
        .chain(steps)
        .collect()
}

fn any_json() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        any::<u64>().prop_map(Value::from),
        any::<i64>().prop_map(Value::from),
        any::<f64>().prop_map(Value::from),
        any::<String>().prop_map(Value::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::btree_map(any::<String>(), inner, 0..4)
                .prop_map(|entries| Value::Object(entries.into_iter().collect())),
        ]
    })
}

fn any_time() -> impl Strategy<Value = Timestamp> {
    (-100_000_000_000_i64..200_000_000_000, 0..1_000_000_000_i32)
        .prop_map(|(seconds, nanoseconds)| Timestamp::new(seconds, nanoseconds).expect("a time"))
}

fn any_failure() -> impl Strategy<Value = Failure> {
    (any::<String>(), any::<String>(), any::<Option<String>>()).prop_map(|(code, message, request_id)| Failure {
        request_id,
        ..Failure::ours("database.take_snapshot", FailureClass::Throttled, &code, message)
    })
}

fn any_step() -> impl Strategy<Value = StepId> {
    "[a-z]{1,6}/[a-zA-Z0-9.:*-]{1,12}/[a-z_]{1,12}".prop_map(|text| StepId::new(text).expect("a step id"))
}

fn any_outcome() -> impl Strategy<Value = Outcome> {
    prop_oneof![
        Just(Outcome::Done),
        any_failure().prop_map(|failure| Outcome::NotDone { failure }),
        any_failure().prop_map(|failure| Outcome::Unknown { failure }),
    ]
}

fn any_gate() -> impl Strategy<Value = GateName> {
    "[a-zA-Z0-9_.:-]{1,20}".prop_map(|name| gate_name(&name))
}

/// Every kind of event, in no order that a run would have.
pub(crate) fn any_event() -> impl Strategy<Value = Event> {
    let text = any::<String>;
    let step = any_step;
    let direction = || prop_oneof![Just(Direction::Do), Just(Direction::Undo)];
    let steps = prop_oneof![
        (step(), any::<u32>(), direction(), text()).prop_map(|(step, attempt, direction, token)| {
            Event::IntentRecorded {
                step,
                attempt,
                direction,
                token,
            }
        }),
        (step(), any::<u32>(), any_outcome(), prop::option::of(any_time())).prop_map(
            |(step, attempt, outcome, again_at)| Event::AttemptEnded {
                step,
                attempt,
                outcome,
                again_at
            }
        ),
        step().prop_map(|step| Event::LookWorked { step }),
        (step(), any_failure(), any_time()).prop_map(|(step, failure, again_at)| Event::LookFailed {
            step,
            failure,
            again_at
        }),
        (step(), prop::option::of(text())).prop_map(|(step, alarm)| Event::AlarmChanged { step, alarm }),
        (step(), any_json(), any::<u64>(), any::<Option<u64>>()).prop_map(|(step, cursor, done, total)| {
            Event::SweepAdvanced {
                step,
                cursor,
                done,
                total,
            }
        }),
        (step(), any_json()).prop_map(|(step, output)| Event::OutputSeen { step, output }),
        (step(), text()).prop_map(|(step, evidence)| Event::StepVerified { step, evidence }),
        (step(), any_failure(), text()).prop_map(|(step, failure, advice)| Event::StepStopped {
            step,
            failure,
            advice
        }),
        (step(), text(), text()).prop_map(|(step, by, reason)| Event::StepRetried { step, by, reason }),
        (step(), text(), text()).prop_map(|(step, by, reason)| Event::StepSkipped { step, by, reason }),
        (step(), text()).prop_map(|(step, evidence)| Event::StepUndone { step, evidence }),
    ];
    let others = prop_oneof![
        Just(run_started(WorldKind::Rehearsal)),
        step().prop_map(|by| Event::PlanExtended {
            by,
            steps: vec![step_spec("copy_wave")],
            before: vec![step_id("check_copy")]
        }),
        (any_gate(), text()).prop_map(|(gate, evidence)| Event::GateAsked { gate, evidence }),
        (any_gate(), text(), text()).prop_map(|(gate, by, seen)| Event::GateApproved {
            gate,
            by,
            digest: Digest::of(b"plan"),
            evidence: Digest::of(seen.as_bytes()),
        }),
        (any_gate(), text(), text()).prop_map(|(gate, by, seen)| Event::GateAgreed {
            gate,
            by,
            digest: Digest::of(b"plan"),
            evidence: Digest::of(seen.as_bytes()),
        }),
        (any_gate(), text()).prop_map(|(gate, reason)| Event::GateVoided { gate, reason }),
        (text(), text(), text()).prop_map(|(product, by, words)| Event::ProductAgreed {
            product,
            by,
            words,
            digest: Digest::of(b"plan"),
        }),
        (text(), text(), any_time()).prop_map(|(by, reason, until)| Event::WindowExtended { by, reason, until }),
        text().prop_map(|by| Event::RunPaused {
            reason: PauseReason::Operator { by }
        }),
        text().prop_map(|command| Event::RunPaused {
            reason: PauseReason::CredentialsExpired { command }
        }),
        text().prop_map(|by| Event::RunResumed { by }),
        (text(), text(), prop::option::of(step())).prop_map(|(by, reason, to)| Event::UndoRequested { by, reason, to }),
        prop_oneof![Just(Verdict::Completed), Just(Verdict::Unwound)].prop_map(|verdict| Event::RunEnded { verdict }),
    ];
    prop_oneof![steps, others]
}
