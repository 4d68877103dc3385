//! A run survives whatever cuts it off: it is killed after each event, each of its calls fails once, each reply is lost once, it is
//! started twice and taken back. Generic over every step of the plan: a new kind of resource is driven by being in the runbook.
//!
//! A sample of the points is tried each time; `cargo test --workspace --test all crash:: -- --ignored` tries all of them.

use std::sync::LazyLock;

use engine::{Observed, RunEnd};
use model::{Event, FailureClass};
use simcloud::faults::{Fate, Nth, Trap};
use whole_runs::night::{self, Cut, Disturbance, Night, Scenario};
use whole_runs::points::{sample, try_all};
use whole_runs::standing::differences;

static SCENARIO: LazyLock<Scenario> = LazyLock::new(|| Scenario::of("shop-staging"));

/// The run that nothing disturbs: what every other one is compared with.
static UNDISTURBED: LazyLock<Night> = LazyLock::new(|| {
    let night = night::carry_out(&SCENARIO, &Disturbance::default());
    assert_eq!(night.end, Ok(RunEnd::Completed));
    assert_eq!(night.broken, Vec::<String>::new());
    for making in MAKING {
        let made = night.effects.iter().filter(|(what, _)| what.contains(making));
        assert!(
            made.map(|(_, count)| count).sum::<usize>() > 0,
            "the run makes no {making}: nobody would see it made twice"
        );
    }
    night
});

/// The changes that must never happen twice, and that the counted effects must therefore hold.
const MAKING: [&str; 9] = [
    "rds CreateDBSnapshot",
    "rds CopyDBSnapshot",
    "rds RestoreDBInstanceFromDBSnapshot",
    "ec2 CopyImage",
    "kms CreateKey",
    "kms CreateAlias",
    "route53 CreateHostedZone",
    "s3 CreateBucket",
    "s3 CopyObject",
];

/// The actions that make what lasts: over the finished world each of them must see its work, or a second run would begin it again.
const KEPT: [&str; 6] = [
    "key.create_target_key",
    "key.create_target_alias",
    "database.restore_instance",
    "image.copy_image",
    "bucket.win_name",
    "zone.create_zone",
];

/// How many points of each driver are tried where not all are.
const SAMPLE: usize = 24;

/// What is wrong with a run that was to reach the undisturbed one's end.
fn against_undisturbed(night: &Night) -> Vec<String> {
    let mut wrong = Vec::new();
    if night.end != Ok(RunEnd::Completed) {
        wrong.push(format!("it ended with {:?}", night.end));
        wrong.extend(night.stops());
    }
    wrong.extend(night.broken.iter().cloned());
    let done = differences(&UNDISTURBED.effects, &night.effects);
    wrong.extend(done.into_iter().map(|line| format!("effect {line}")));
    if night.end == Ok(RunEnd::Completed) {
        let stands = differences(&UNDISTURBED.standing, &night.standing);
        wrong.extend(stands.into_iter().map(|line| format!("at the end {line}")));
    }
    wrong
}

/// `event 17 (intent_recorded database:shop-stg:copy_to_target)` of the undisturbed run.
fn event_name(seq: u64) -> String {
    let place = usize::try_from(seq).expect("a place in a short run");
    let Some(recorded) = place.checked_sub(1).and_then(|place| UNDISTURBED.events.get(place)) else {
        return format!("event {seq} (there is none)");
    };
    let step = recorded
        .event
        .step()
        .map_or_else(String::new, |step| format!(" {step}"));
    format!("event {seq} ({}{step})", recorded.event.kind())
}

fn crashes() -> Vec<Cut> {
    let last = UNDISTURBED.events.len() as u64;
    (0..last).flat_map(|n| [Cut::After(n), Cut::Upon(n + 1)]).collect()
}

fn drive_crashes(points: &[Cut]) {
    let name = |cut: &Cut| cut.name(event_name);
    try_all(points, name, |cut| {
        let night = night::carry_out(
            &SCENARIO,
            &Disturbance {
                cuts: vec![*cut],
                ..Disturbance::default()
            },
        );
        let mut wrong = against_undisturbed(&night);
        // Killed upon its very last event, a run has nothing left to resume for; the second process finds it ended.
        if night.lives != 2 {
            wrong.push(format!("the crash took place {} times", night.lives - 1));
        }
        wrong
    });
}

#[test]
fn a_run_survives_a_crash_after_any_event() {
    drive_crashes(&sample(&crashes(), SAMPLE, 1));
}

#[test]
#[ignore = "all points: minutes"]
fn a_run_survives_a_crash_after_every_event() {
    drive_crashes(&crashes());
}

/// A call of the undisturbed run and what becomes of it.
#[derive(Debug, Clone)]
struct Call {
    nth: Nth,
    what: Fate,
    name: String,
}

fn calls(fates: &[Fate], mutating: bool) -> Vec<Call> {
    let requests = UNDISTURBED
        .requests
        .iter()
        .filter(|request| request.operation != "AssumeRole" || !mutating);
    let requests = requests.filter(|request| request.mutating || !mutating);
    let numbered = (1_u64..).zip(requests);
    let calls = numbered.flat_map(|(n, request)| {
        let nth = if mutating { Nth::Mutating(n) } else { Nth::Call(n) };
        let kind = if mutating { "mutating call" } else { "call" };
        let account = request.account.as_ref().map_or("nobody", |account| account.as_str());
        let name = format!("{kind} {n} ({} {} by {account})", request.service, request.operation);
        fates.iter().map(move |what| Call {
            nth: nth.clone(),
            what: *what,
            name: format!("{what:?} at {name}"),
        })
    });
    calls.collect()
}

fn drive_calls(points: &[Call]) {
    try_all(
        points,
        |call| call.name.clone(),
        |call| {
            let traps = vec![Trap {
                nth: call.nth.clone(),
                what: call.what,
            }];
            let night = night::carry_out(
                &SCENARIO,
                &Disturbance {
                    traps,
                    ..Disturbance::default()
                },
            );
            let mut wrong = against_undisturbed(&night);
            if night.sprung != 1 {
                wrong.push("its trap did not spring".to_owned());
            }
            wrong
        },
    );
}

/// Refused before it acts: for its rate, by a broken service, for a permission that has not spread yet.
const REFUSALS: [Fate; 3] = [Fate::Throttled, Fate::FailBefore, Fate::Denied];
/// Acted, and nobody hears of it.
const SILENCES: [Fate; 3] = [Fate::LoseReply, Fate::FailAfter, Fate::HangAfter];

#[test]
fn a_run_survives_the_refusal_of_any_call() {
    drive_calls(&sample(&calls(&REFUSALS, false), SAMPLE, 2));
}

#[test]
#[ignore = "all points: minutes"]
fn a_run_survives_the_refusal_of_every_call() {
    // The SDK repeats a throttled or failed read by itself; a denied one reaches the step.
    let mut points = calls(&[Fate::Denied], false);
    points.extend(calls(&[Fate::Throttled, Fate::FailBefore], true));
    drive_calls(&points);
}

#[test]
fn a_run_survives_the_loss_of_any_reply() {
    drive_calls(&sample(&calls(&SILENCES, true), SAMPLE, 3));
}

#[test]
#[ignore = "all points: minutes"]
fn a_run_survives_the_loss_of_every_reply() {
    drive_calls(&calls(&SILENCES, true));
}

#[test]
fn a_run_that_has_ended_does_nothing_when_it_is_started_again() {
    let second = night::carry_out_twice(&SCENARIO);
    assert_eq!(
        (second.events, second.requests),
        (0, 0),
        "events and requests of the second process"
    );
    assert_eq!(second.changes, Vec::<String>::new(), "changes that looking has made");
    assert!(
        second.looks.len() >= SCENARIO.plan.steps.len(),
        "every step was looked at"
    );
    let mut wrong = Vec::new();
    for (step, look) in &second.looks {
        let action = &SCENARIO
            .plan
            .step(step)
            .map_or_else(String::new, |spec| spec.action.clone());
        let sound = match look {
            Ok(Observed::Present(_)) => true,
            // What was made for transport is gone, and what has moved belongs to somebody else: what must be there is what lasts.
            Ok(_) => !KEPT.contains(&action.as_str()),
            // A look that fails begins nothing either; but it must not be the look's own mistake.
            Err(failure) => {
                !KEPT.contains(&action.as_str())
                    && !matches!(failure.class, FailureClass::Invalid | FailureClass::Unexpected)
            }
        };
        if !sound {
            wrong.push(format!("{step}: {look:?}"));
        }
    }
    let kept = SCENARIO
        .plan
        .steps
        .iter()
        .filter(|spec| KEPT.contains(&spec.action.as_str()));
    assert!(
        kept.count() >= KEPT.len(),
        "the runbook makes one of each kind that lasts"
    );
    assert_eq!(wrong, Vec::<String>::new(), "looked at over the finished world");
}

/// Upon each event before a person agrees to hand a bucket's name over: until there everything can be taken back.
fn undos() -> Vec<u64> {
    let gate = UNDISTURBED.events.iter().find(|recorded| {
        matches!(&recorded.event, Event::GateApproved { gate, .. } if gate.as_str().starts_with("hand-over:"))
    });
    let gate = gate.expect("the runbook moves a bucket under its own name");
    (1..gate.seq).collect()
}

fn drive_undos(points: &[Vec<Cut>]) {
    let name = |cuts: &Vec<Cut>| {
        let (Cut::After(n) | Cut::Upon(n) | Cut::UponListing(n) | Cut::DuringCall(n) | Cut::BehindCall(n)) = cuts[0];
        let again = cuts.get(1).map_or_else(String::new, |cut| {
            format!(", and the undo killed {cut:?} of its events")
        });
        format!("taken back upon {}{again}", event_name(n))
    };
    try_all(points, name, |cuts| {
        let night = night::carry_out(
            &SCENARIO,
            &Disturbance {
                cuts: cuts.clone(),
                undo: true,
                ..Disturbance::default()
            },
        );
        let mut wrong = night.broken.clone();
        if night.end != Ok(RunEnd::Unwound) {
            wrong.push(format!("it ended with {:?}", night.end));
            wrong.extend(night.stops());
        }
        if night.lives != cuts.len() + 1 {
            wrong.push(format!("of its {} crashes {} took place", cuts.len(), night.lives - 1));
        }
        wrong
    });
}

fn once(points: &[u64]) -> Vec<Vec<Cut>> {
    points.iter().map(|n| vec![Cut::Upon(*n)]).collect()
}

#[test]
fn a_run_can_be_taken_back_from_any_point_before_the_hand_over() {
    drive_undos(&once(&sample(&undos(), SAMPLE, 5)));
}

#[test]
#[ignore = "all points: minutes"]
fn a_run_can_be_taken_back_from_every_point_before_the_hand_over() {
    drive_undos(&once(&undos()));
}

/// The undo from the last point that has one, killed after each of its own events.
fn interrupted_undos() -> Vec<Vec<Cut>> {
    let from = *undos().last().expect("something happens before the hand-over");
    let whole = Disturbance {
        cuts: vec![Cut::Upon(from)],
        undo: true,
        ..Disturbance::default()
    };
    let events = night::carry_out(&SCENARIO, &whole).events.len() as u64 - from;
    let cuts = (0..events).flat_map(|n| [Cut::After(n), Cut::Upon(n + 1)]);
    cuts.map(|cut| vec![Cut::Upon(from), cut]).collect()
}

#[test]
fn taking_back_survives_a_crash_after_any_of_its_events() {
    drive_undos(&sample(&interrupted_undos(), SAMPLE / 2, 6));
}

#[test]
#[ignore = "all points: minutes"]
fn taking_back_survives_a_crash_after_every_one_of_its_events() {
    drive_undos(&interrupted_undos());
}
