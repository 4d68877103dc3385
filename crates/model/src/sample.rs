//! Plans and runs for tests: small ones by hand, and arbitrary ones for properties.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use serde_json::json;

use crate::event::{Direction, Event, Outcome, Recorded, WorldKind};
use crate::failure::{Failure, FailureClass};
use crate::ids::{AccountId, Digest, GateName, Region, ResourceRef, RunId, Side, StepId};
use crate::plan::{AccountAccess, Estimate, GateSpec, PLAN_FORMAT, Phase, Plan, StepSpec, Undo};
use crate::state::{Impossible, State};

pub(crate) fn at(second: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_secs(second)
}

pub(crate) fn id(n: usize) -> StepId {
    ResourceRef::new("thing", "one").step(&format!("s{n}"))
}

pub(crate) fn gate(n: usize) -> GateName {
    GateName::new(format!("g{n}")).expect("a gate name")
}

/// Step `n` needs the steps of `needs` and waits for the gates of `gates`.
pub(crate) fn step(n: usize, needs: &[usize], gates: &[usize]) -> StepSpec {
    StepSpec {
        id: id(n),
        action: "thing.make".into(),
        version: 1,
        resource: ResourceRef::new("thing", "one"),
        side: Side::Source,
        title: format!("makes {n}"),
        phase: Phase::Prepare,
        needs: needs.iter().map(|n| id(*n)).collect(),
        gates: gates.iter().map(|n| gate(*n)).collect(),
        disturbs: false,
        presses_on: false,
        undo: Undo::Auto,
        estimate: Estimate { p50: 10, p90: 20 },
        learned: None,
        patience: 60,
        limit: None,
        input: json!({}),
    }
}

/// A plan of these steps; gate `n` is asked after the steps at place `n`.
pub(crate) fn plan(steps: Vec<StepSpec>, gates: &[&[usize]]) -> Plan {
    let access = |digits: &str| AccountAccess {
        account: AccountId::new(digits).expect("an account"),
        role: None,
        external_id: None,
    };
    Plan {
        format: PLAN_FORMAT,
        migration: "test".into(),
        region: Region::new("ap-northeast-1").expect("a region"),
        accounts: BTreeMap::from([
            (Side::Source, access("111111111111")),
            (Side::Target, access("222222222222")),
        ]),
        runbook: Digest::of(b"runbook"),
        windows: Vec::new(),
        frozen: Vec::new(),
        overrun: Default::default(),
        gates: gates
            .iter()
            .enumerate()
            .map(|(n, after)| GateSpec {
                name: gate(n),
                ask: "Go?".into(),
                after: after.iter().map(|n| id(*n)).collect(),
                typed: None,
                people: 1,
            })
            .collect(),
        limits: BTreeMap::from([("copies".to_owned(), 1)]),
        steps,
        notes: Vec::new(),
        costs: Default::default(),
        rewrites: Vec::new(),
        products: Default::default(),
    }
}

pub(crate) fn started(plan: &Plan) -> State {
    State::begin(&Recorded {
        seq: 1,
        at: at(0),
        event: Event::RunStarted {
            run: RunId::new("0123456789ab").expect("a run id"),
            world: WorldKind::Rehearsal,
            seed: 1,
            plan: Box::new(plan.clone()),
            digest: plan.digest(),
        },
    })
    .expect("a plan without contradictions")
}

pub(crate) fn refusal(class: FailureClass) -> Failure {
    Failure::ours("test", class, "[Test]", "refused")
}

pub(crate) fn intent(step: &StepId, attempt: u32, direction: Direction) -> Event {
    Event::IntentRecorded {
        step: step.clone(),
        attempt,
        direction,
        token: "t".into(),
    }
}

pub(crate) fn accepted(step: &StepId, attempt: u32) -> Event {
    Event::AttemptEnded {
        step: step.clone(),
        attempt,
        outcome: Outcome::Done,
        again_at: None,
    }
}

pub(crate) fn seen(step: &StepId) -> Event {
    Event::OutputSeen {
        step: step.clone(),
        output: json!({"of": step}),
    }
}

pub(crate) fn verified(step: &StepId) -> Event {
    Event::StepVerified {
        step: step.clone(),
        evidence: "looked".into(),
    }
}

/// Applies events one second apart; panics where one is impossible.
pub(crate) fn follow(state: &mut State, events: impl IntoIterator<Item = Event>) {
    for event in events {
        let recorded = Recorded {
            seq: state.last_seq + 1,
            at: state.last_at + SignedDuration::from_secs(1),
            event,
        };
        if let Err(error) = state.apply(&recorded) {
            panic!("{error}: {recorded:?}");
        }
    }
}

/// Everything that a step goes through when nothing goes wrong.
pub(crate) fn whole(step: &StepId) -> Vec<Event> {
    vec![
        intent(step, 1, Direction::Do),
        accepted(step, 1),
        seen(step),
        verified(step),
    ]
}

/// Why an event is impossible; it must leave the state as it was.
pub(crate) fn refused(state: &State, event: Event) -> Impossible {
    let mut tried = state.clone();
    let recorded = Recorded {
        seq: state.last_seq + 1,
        at: at(99),
        event,
    };
    let error = tried.apply(&recorded).expect_err("the event should be impossible");
    assert_eq!(tried, *state, "a refused event has changed the state");
    error
}
