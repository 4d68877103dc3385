//! Zones handed over in each of their shapes: a zone of its own that is delegated anew, and names carved out of the zone that held them. At every
//! instant every name answers, whichever delegation and whichever answer a resolver remembers (law 4).

use std::rc::Rc;
use std::sync::{Arc, LazyLock};

use cleave::carriage;
use cleave::rehearsal::{Rehearsal, Stage, rehearse};
use engine::{Gatekeeper, Run, RunEnd};
use journal::{InboxItem, Journal};
use model::plan::GateSpec;
use model::{AccountId, Phase, Plan, Region, StepId};
use serde_json::{Value, json};
use simcloud::cloud::Caller;
use simcloud::dispatch::lock;
use simcloud::faults::FaultLevel;
use whole_runs::drivers::Driven;
use whole_runs::hostile;
use whole_runs::night::{self, Disturbance, Scenario};
use whole_runs::points::try_all;
use whole_runs::zones::{NAME, SHAPES, SOURCE, Shape, gated, scenario};

/// What is wrong with one night.
fn ended(scenario: &Scenario, seed: u64, level: FaultLevel) -> Vec<String> {
    let rehearsal = Rehearsal {
        plan: scenario.plan.clone(),
        inventory: scenario.inventory.clone(),
        level,
        taken_back: None,
    };
    let ended = rehearse(&rehearsal, seed);
    let mut wrong = ended.law_violations.clone();
    if ended.end != Ok(RunEnd::Completed) {
        wrong.push(format!("it ended with {:?}", ended.end));
    }
    wrong
}

fn nights(count: u64) {
    for shape in SHAPES {
        let scenario = scenario(shape);
        let all: Vec<(u64, FaultLevel)> = (0..count)
            .map(|seed| (seed, if seed == 0 { FaultLevel::None } else { FaultLevel::Harsh }))
            .collect();
        try_all(
            &all,
            |night| format!("{shape:?}, {night:?}"),
            |(seed, level)| ended(&scenario, *seed, *level),
        );
    }
}

#[test]
fn every_name_answers_at_every_instant_of_a_hand_over_of_each_shape() {
    nights(16);
}

#[test]
#[ignore = "minutes: 1000 nights of each shape"]
fn every_name_answers_at_every_instant_of_a_thousand_hand_overs_of_each_shape() {
    nights(1000);
}

#[test]
fn on_hostile_nights_names_arrive_or_the_run_stops_where_every_name_answers() {
    for shape in SHAPES {
        let ended = hostile::nights(&scenario(shape), 1..=8);
        assert_eq!(ended.wrong, Vec::<String>::new(), "{shape:?}: {ended:?}");
        assert!(ended.whole > 0, "{shape:?}: {ended:?}");
    }
}

/// The step refuses by itself: it looks at both zones once more before the one call that moves traffic.
#[test]
fn a_delegation_that_is_put_before_the_copy_is_refused_by_its_own_step() {
    for shape in SHAPES {
        let Scenario { mut plan, inventory } = scenario(shape);
        reorder(&mut plan);
        let rehearsal = Rehearsal {
            plan,
            inventory,
            level: FaultLevel::None,
            taken_back: None,
        };
        let ended = rehearse(&rehearsal, 1);
        assert_eq!(ended.law_violations, Vec::<String>::new(), "{shape:?}");
        assert!(
            matches!(ended.end, Ok(RunEnd::NeedsOperator(_))),
            "{shape:?}: {:?}",
            ended.end
        );
        let stopped = ended
            .events
            .iter()
            .any(|recorded| format!("{:?}", recorded.event).contains("[RecordsDrifted]"));
        assert!(stopped, "{shape:?}: it stopped for another reason");
    }
}

/// The plan with its delegation right behind the new zone, the copy behind that.
fn reorder(plan: &mut Plan) {
    let place = |plan: &Plan, verb: &str| {
        plan.steps
            .iter()
            .position(|step| step.id.verb() == verb)
            .expect("the plan has it")
    };
    let (made, delegate) = (
        plan.steps
            .iter()
            .position(|step| ["create_zone", "adopt_zone"].contains(&step.id.verb()))
            .expect("a zone"),
        place(plan, "delegate"),
    );
    let mut step = plan.steps.remove(delegate);
    step.needs = vec![plan.steps[made].id.clone()];
    step.phase = Phase::Prepare;
    let id = step.id.clone();
    plan.steps.insert(made + 1, step);
    let copy = place(plan, "copy_records");
    plan.steps[copy].needs.push(id);
}

/// Somebody rewrites half of the old zone while the gate is open: that is copied once a person has said that it is meant, and not before.
#[test]
fn a_third_of_a_zone_that_changed_since_it_was_copied_is_not_copied_without_a_word() {
    let Scenario { plan, inventory } = gated(
        Shape::Delegated,
        "[[gate]]\nname = \"go\"\nask = \"Go?\"\nbefore = [\"zone\"]\n",
    );
    night::in_paused_time(async {
        let stage = Stage::set(&plan, &inventory, 1, FaultLevel::None);
        let mut journal = Journal::in_memory().expect("memory");
        stage.stamp(&mut journal).expect("a new journal can be stamped");
        let journal = carriage::shared(journal);
        let run = stage.begin(&journal).expect("a run");
        let cloud = Arc::clone(&stage.simulated.cloud);
        let rewrite = move |_: &GateSpec, _: &str| {
            let changes: Vec<Value> = (0..8)
                .map(|nth| {
                    let set = json!({ "Name": format!("new-{nth}.{NAME}"), "Type": "A", "TTL": 60, "ResourceRecords": [{ "Value": "192.0.2.77" }] });
                    json!({ "Action": "CREATE", "ResourceRecordSet": set })
                })
                .collect();
            let input = json!({ "HostedZoneId": "ZCHILD", "ChangeBatch": { "Changes": changes } });
            let owner = Caller {
                account: AccountId::new(SOURCE).expect("an account"),
                region: Region::new("ap-northeast-1").expect("a region"),
                principal: format!("arn:aws:iam::{SOURCE}:root"),
            };
            lock(&cloud)
                .call(&owner, "route53", "ChangeResourceRecordSets", &input)
                .expect("the owner may");
            true
        };
        let end = stage
            .carry_on(&journal, run, Gatekeeper::Person(Rc::new(rewrite)))
            .await;
        let end = end.map_err(|error| format!("{error:?}"));
        let late = StepId::new(format!("zone/{NAME}/copy_late_changes")).expect("an id");
        assert_eq!(end, Ok(RunEnd::NeedsOperator(vec![late.clone()])));
        let stopped = night::stops(&journal.lock().expect("nobody panicked").load().expect("events"));
        assert!(
            stopped
                .iter()
                .any(|stop| stop.contains("8 of its 21 record sets changed")),
            "{stopped:?}"
        );

        let word = InboxItem::Retry {
            step: late,
            by: "the test".to_owned(),
            reason: "it is meant".to_owned(),
        };
        journal
            .lock()
            .expect("nobody panicked")
            .put_inbox(&word)
            .expect("it can be written");
        let run = Run::resume(Arc::clone(&journal)).expect("it has begun");
        let automatic = Gatekeeper::Automatic {
            by: "the test".to_owned(),
        };
        let end = stage.carry_on(&journal, run, automatic).await;
        let end = end.map_err(|error| format!("{error:?}"));
        assert_eq!(end, Ok(RunEnd::Completed));
        let events = journal.lock().expect("nobody panicked").load().expect("events");
        assert_eq!(stage.laws_broken(end.as_ref().ok(), &events), Vec::<String>::new());
    });
}

static ADOPTED: LazyLock<Driven> = LazyLock::new(|| {
    let making = ["ChangeResourceRecordSets", "ChangeTagsForResource"];
    Driven::new(scenario(Shape::Adopted), &making, &["ChangeTagsForResource"])
});

#[test]
fn a_zone_that_terraform_has_made_holds_all_in_the_end_and_no_tag_of_the_run() {
    let Scenario { plan, inventory } = scenario(Shape::Adopted);
    let night = night::carry_out(&Scenario { plan, inventory }, &Disturbance::default());
    assert_eq!(night.end, Ok(RunEnd::Completed), "{:?}", night.stops());
    let tagged = night
        .standing
        .keys()
        .any(|what| what.contains("cleave:") && what.contains("ZTERRAFORM"));
    assert!(!tagged, "{:#?}", night.standing);
    assert!(
        night.effects.keys().all(|what| !what.contains("CreateHostedZone")),
        "{:#?}",
        night.effects
    );
}

#[test]
fn adopting_a_zone_survives_crashes_and_lost_replies_and_can_be_taken_back() {
    ADOPTED.crashes(12);
    ADOPTED.calls(12);
    ADOPTED.undos(12);
}

static OUTSIDE: LazyLock<Driven> = LazyLock::new(|| {
    let making = ["CreateHostedZone", "ChangeResourceRecordSets", "ChangeTagsForResource"];
    Driven::new(scenario(Shape::Outside), &making, &["ChangeTagsForResource"])
});

#[test]
fn a_zone_whose_parent_is_not_in_route_53_survives_crashes_and_lost_replies_and_can_be_taken_back() {
    OUTSIDE.crashes(12);
    OUTSIDE.calls(12);
    OUTSIDE.undos(12);
}

static CARVED: LazyLock<Driven> = LazyLock::new(|| {
    let making = ["CreateHostedZone", "ChangeResourceRecordSets", "ChangeTagsForResource"];
    Driven::new(scenario(Shape::CarvedElsewhere), &making, &["ChangeTagsForResource"])
});

#[test]
fn carving_names_out_of_a_zone_survives_a_crash_after_any_event() {
    CARVED.crashes(12);
}

#[test]
fn carving_names_out_of_a_zone_survives_the_loss_of_any_reply_and_the_refusal_of_any_call() {
    CARVED.calls(12);
}

#[test]
fn carving_names_out_of_a_zone_can_be_taken_back_from_any_point() {
    CARVED.undos(12);
}

#[test]
#[ignore = "all points: minutes"]
fn handing_names_over_survives_every_point() {
    ADOPTED.crashes(usize::MAX);
    ADOPTED.calls(usize::MAX);
    ADOPTED.undos(usize::MAX);
    OUTSIDE.crashes(usize::MAX);
    OUTSIDE.calls(usize::MAX);
    OUTSIDE.undos(usize::MAX);
    CARVED.crashes(usize::MAX);
    CARVED.calls(usize::MAX);
    CARVED.undos(usize::MAX);
}
