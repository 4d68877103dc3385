//! What others have paid for: each lesson of tools that came before as a test under its own name. Those about commands are in
//! `crates/cleave/tests/lessons.rs` (1, 7 and 8 among them).

use std::sync::LazyLock;
use std::time::Duration;

use engine::RunEnd;
use model::event::{Outcome, PauseReason};
use model::plan::Weight;
use model::state::StepStatus;
use model::{Event, StepId, Undo};
use serde_json::json;
use simcloud::cloud::{Caller, Cloud};
use simcloud::dispatch::RequestRecord;
use simcloud::faults::{Fate, FaultLevel, Nth, Trap};
use simcloud::s3::names::STRANGER;
use simcloud::services::sts;
use whole_runs::bucket_shapes::{bucket, histories, section};
use whole_runs::lives::Lives;
use whole_runs::night::{self, Disturbance, Night, Scenario, in_paused_time};
use whole_runs::round_trip::{self, Mishap};

const SOURCE: &str = "111111111111";
const TARGET: &str = "222222222222";
const BUCKET: &str = "shop-stg-assets";

static SCENARIO: LazyLock<Scenario> = LazyLock::new(|| Scenario::of("shop-staging"));

static UNDISTURBED: LazyLock<Night> = LazyLock::new(|| {
    let night = night::carry_out(&SCENARIO, &Disturbance::default());
    assert_eq!(night.end, Ok(RunEnd::Completed), "{:?}", night.stops());
    night
});

/// On a runtime whose time is paused. The undisturbed night has one of its own, and must be over before.
fn tonight(future: impl Future<Output = ()>) {
    LazyLock::force(&UNDISTURBED);
    in_paused_time(future);
}

/// A night on which this happens to the `nth` call of an operation: it completes all the same, and no law is broken.
fn got_over((operation, nth): (&str, u64), what: Fate) -> Night {
    let trap = Trap {
        nth: Nth::Operation(operation.to_owned(), nth),
        what,
    };
    let night = night::carry_out(
        &SCENARIO,
        &Disturbance {
            traps: vec![trap],
            ..Disturbance::default()
        },
    );
    assert_eq!(
        (night.sprung, &night.end),
        (1, &Ok(RunEnd::Completed)),
        "{:?}",
        night.stops()
    );
    assert_eq!(night.broken, Vec::<String>::new());
    night
}

fn step(kind: &str, name: &str, verb: &str) -> StepId {
    StepId::new(format!("{kind}/{name}/{verb}")).expect("an id")
}

/// The number of the first such event on a quiet night.
fn first(what: &str, which: impl Fn(&Event) -> bool) -> u64 {
    let found = UNDISTURBED.events.iter().find(|recorded| which(&recorded.event));
    found.unwrap_or_else(|| panic!("the run has no {what}")).seq
}

fn verified(of: &StepId) -> u64 {
    first(
        of.as_str(),
        |event| matches!(event, Event::StepVerified { step, .. } if step == of),
    )
}

fn owner(account: &str) -> Caller {
    Caller::root(
        &model::AccountId::new(account).expect("an account"),
        &model::Region::new("ap-northeast-1").expect("a region"),
    )
}

/// The calls of an operation, and how they ended.
fn calls<'a>(night: &'a Night, operation: &'a str) -> impl Iterator<Item = &'a str> {
    let of = night
        .requests
        .iter()
        .filter(move |request| request.operation == operation);
    of.map(|request| request.outcome.as_str())
}

#[test]
fn lesson_2_a_batch_job_that_is_complete_with_failed_tasks_is_a_failed_step() {
    let buckets = [bucket("shop-histories", "enabled", &histories())];
    let (plan, inventory) = round_trip::plan(&section("shop-histories", "batch_from = 1"), &buckets);
    let mishap = Mishap {
        happens: &|cloud| sts::distrust(cloud, "arn:aws:iam::222222222222:role/batch"),
        is_mended: &|_| (),
    };
    let moved = round_trip::carry_out_in_spite_of(&plan, &inventory, (1, FaultLevel::None), Some(mishap));
    let Ok(RunEnd::NeedsOperator(stopped)) = &moved.end else {
        panic!("{:?}", moved.end)
    };
    assert!(moved.calls.contains_key("CreateJob"), "{:?}", moved.calls);
    assert!(moved.stops[0].contains("jobs copied nothing"), "{:?}", moved.stops);
    assert_eq!(stopped.len(), 1, "{stopped:?}");
    assert!(!moved.calls.contains_key("DeleteBucket"), "{:?}", moved.calls);
    assert_eq!(moved.broken, Vec::<String>::new());
}

#[test]
fn lesson_3_a_name_that_somebody_else_has_is_told_from_one_that_is_not_free_yet_and_their_bucket_is_left_alone() {
    let (deleted, won) = (
        step("bucket", BUCKET, "delete_source"),
        step("bucket", BUCKET, "win_name"),
    );
    tonight(async {
        let run = Lives::of(&SCENARIO);
        run.live_until(verified(&deleted)).await;
        run.cloud(|cloud| {
            let settling = cloud.s3.settling.get_mut(BUCKET).expect("its name is being released");
            settling.awaited = true;
        });
        let hour = tokio::time::timeout(Duration::from_secs(3600), run.live()).await;
        assert!(hour.is_err(), "it has given up: {hour:?}");
        assert!(run.state().steps[&won].status.is_under_way());
        let alarms = run.count(|event| matches!(event, Event::AlarmChanged { alarm: Some(text), .. } if text.contains("somebody else has")));
        assert_eq!(alarms, 1, "told once, not each time it is asked");
        let refused = run.cloud(|cloud| {
            let theirs = &cloud.s3.by_name[BUCKET];
            assert_eq!(theirs.owner.as_str(), STRANGER);
            assert!(theirs.stacks.is_empty(), "something was put into a stranger's bucket");
            let asked = cloud
                .requests
                .iter()
                .filter(|request| request.operation == "CreateBucket");
            asked
                .map(|request| request.outcome.clone())
                .collect::<std::collections::BTreeSet<_>>()
        });
        assert!(refused.contains("BucketAlreadyExists"), "{refused:?}");
        // Who had the name gives it up: it is won, and everything goes home.
        run.cloud(|cloud| cloud.s3.by_name.remove(BUCKET));
        let end = run.live().await;
        assert_eq!(end, Ok(RunEnd::Completed), "{:?}", run.stops());
        assert_eq!(run.broken(&end), Vec::<String>::new());
    });
}

#[test]
fn lesson_3_a_name_that_was_just_refused_is_asked_for_without_a_look_before() {
    let requests = UNDISTURBED.requests.iter();
    let of_names: Vec<_> = requests
        .filter(|request| ["HeadBucket", "CreateBucket"].contains(&request.operation.as_str()))
        .collect();
    let refused = |request: &RequestRecord| request.outcome == "OperationAborted";
    let asked = of_names.iter().filter(|request| refused(request)).count();
    let looked = |pair: &&[&RequestRecord]| pair[0].operation == "HeadBucket" && refused(pair[1]);
    let looked = of_names.windows(2).filter(looked).count();
    // Before its first try each name is looked for.
    let deletions = UNDISTURBED.effects.iter();
    let names = deletions.filter(|(what, _)| what.contains("s3 DeleteBucket"));
    let names = names.count();
    assert!(
        asked > names && looked <= names,
        "{asked} refused, {looked} looked for, {names} names"
    );
}

#[test]
fn lesson_3_a_name_whose_answer_was_lost_is_seen_to_be_ours() {
    // The interim bucket is the first that is made, the name the second.
    let night = got_over(("CreateBucket", 2), Fate::LoseReply);
    let made = |night: &Night| {
        let made = night
            .effects
            .iter()
            .filter(|(what, _)| what.contains("s3 CreateBucket"));
        made.map(|(what, count)| (what.clone(), *count)).collect::<Vec<_>>()
    };
    assert_eq!(made(&night), made(&UNDISTURBED));
}

#[test]
fn lesson_3_the_source_bucket_is_whole_until_its_copy_is_proved_and_a_person_has_agreed() {
    let proof = verified(&step("bucket", BUCKET, "prove_interim"));
    let agreed = first(
        "approval",
        |event| matches!(event, Event::GateApproved { gate, .. } if gate.as_str() == format!("hand-over:{BUCKET}")),
    );
    let emptied = first(
        "emptying",
        |event| matches!(event, Event::IntentRecorded { step: of, .. } if *of == step("bucket", BUCKET, "empty_source")),
    );
    assert!(proof < agreed && agreed < emptied, "{proof} {agreed} {emptied}");
    tonight(async {
        let run = Lives::of(&SCENARIO);
        let entries = |cloud: &mut Cloud| cloud.s3.by_name[BUCKET].stacks.values().map(Vec::len).sum::<usize>();
        let before = run.cloud(entries);
        run.live_until(agreed).await;
        assert_eq!(run.cloud(entries), before);
    });
}

#[test]
fn lesson_4_a_name_in_an_accounts_own_namespace_is_an_error_of_the_planner_and_not_a_step() {
    let name = format!("shop-{SOURCE}-ap-northeast-1-an");
    let head = format!(
        "migration = \"shop\"\nregion = \"ap-northeast-1\"\nsource = {{ account = \"{SOURCE}\" }}\ntarget = {{ account = \"{TARGET}\" }}\n"
    );
    let inventory = json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": {
        SOURCE: { "regions": { "ap-northeast-1": { "buckets": [bucket(&name, "enabled", &histories())] } } }, TARGET: {} } });
    let inventory = model::Inventory::parse(&inventory.to_string()).expect("an inventory");
    let refused = match moves::Runbook::parse(&format!("{head}{}", section(&name, ""))) {
        Err(error) => error.to_string(),
        Ok(runbook) => {
            let plan = moves::plan(&runbook, &inventory);
            assert!(
                plan.steps.iter().all(|step| step.resource.name != name),
                "it is planned"
            );
            let blocks = plan.notes.into_iter().filter(|note| note.weight == Weight::Blocks);
            blocks.map(|note| note.text).collect()
        }
    };
    assert!(refused.contains("own namespace"), "{refused:?}");
}

#[test]
fn lesson_5_what_lies_on_awss_default_key_is_re_encrypted_and_what_does_not_is_not() {
    let verbs = |name: &str| {
        let steps = SCENARIO.plan.steps.iter().filter(|step| step.resource.name == name);
        steps.map(|step| step.id.verb().to_owned()).collect::<Vec<_>>()
    };
    assert!(
        verbs("shop-stg").iter().any(|verb| verb == "rekey_snapshot"),
        "{:?}",
        verbs("shop-stg")
    );
    // The same database on a customer's key: it is shared as it is, and re-keyed by the copy in the target.
    let inventory = std::fs::read_to_string("../runbooks/shop-staging/inventory.json").expect("the example");
    let mut inventory: serde_json::Value = serde_json::from_str(&inventory).expect("JSON");
    let databases = &mut inventory["accounts"][SOURCE]["regions"]["ap-northeast-1"]["databases"];
    for database in databases.as_array_mut().expect("a list") {
        database["key"] = "alias/shop".into();
    }
    let runbook = std::fs::read_to_string("../runbooks/shop-staging/runbook.toml").expect("the example");
    let on_own = Scenario::written(&runbook, &inventory);
    let rekeys = |scenario: &Scenario| {
        let steps = scenario
            .plan
            .steps
            .iter()
            .filter(|step| step.resource.kind == "database");
        steps.filter(|step| step.id.verb() == "rekey_snapshot").count()
    };
    assert_eq!((rekeys(&SCENARIO), rekeys(&on_own)), (1, 0));
    for scenario in [&*SCENARIO, &on_own] {
        let keys = |cloud: &Cloud, _: &model::State| {
            let here = cloud
                .rds
                .instances
                .iter()
                .filter(|((account, ..), _)| account.as_str() == TARGET);
            here.map(|(_, instance)| instance.key.clone()).collect::<Vec<_>>()
        };
        let (_, broken, keys) = night::played(scenario, 1, FaultLevel::None, keys);
        assert_eq!(broken, Vec::<String>::new());
        assert_eq!(keys.len(), 1);
        assert!(keys[0].as_deref().is_some_and(|key| key.contains(TARGET)), "{keys:?}");
    }
}

#[test]
fn lesson_6_a_stuck_step_needs_an_operator_by_name_and_does_not_stop_the_others() {
    tonight(async {
        let run = Lives::of(&SCENARIO);
        run.live_until(verified(&step("database", "shop-stg", "rekey_snapshot")))
            .await;
        run.cloud(|cloud| {
            // What was re-keyed for transport is gone: the database cannot go on, all else can.
            let mine = cloud
                .rds
                .snapshots
                .keys()
                .filter(|(account, _, name)| account.as_str() == SOURCE && name.contains("cleave"));
            let mine: Vec<_> = mine.cloned().collect();
            assert!(!mine.is_empty());
            cloud.rds.snapshots.retain(|place, _| !mine.contains(place));
        });
        let end = run.live().await;
        let Ok(RunEnd::NeedsOperator(stopped)) = &end else {
            panic!("{end:?}")
        };
        assert!(
            !stopped.is_empty() && stopped.iter().all(|step| step.as_str().starts_with("database/")),
            "{stopped:?}"
        );
        let state = run.state();
        for step in stopped {
            let StepStatus::Stopped { advice } = &state.steps[step].status else {
                panic!("{step}")
            };
            assert!(
                advice.contains("retry the step") || advice.contains("undo"),
                "{step}: {advice}"
            );
        }
        // Nothing that does not need what stopped was held back.
        let mut behind: std::collections::BTreeSet<&StepId> = stopped.iter().collect();
        for step in &state.plan.steps {
            if step.needs.iter().any(|needs| behind.contains(needs)) {
                behind.insert(&step.id);
            }
        }
        let others = state
            .plan
            .steps
            .iter()
            .map(|step| &step.id)
            .filter(|step| !behind.contains(step));
        let held: Vec<&StepId> = others.filter(|step| !state.steps[*step].status.is_settled()).collect();
        assert!(
            held.is_empty() && behind.len() < state.plan.steps.len() / 2,
            "held back: {held:?}"
        );
        // A stop is no loop: asked again, it says the same, and calls nothing that changes.
        let mutating = |cloud: &mut Cloud| {
            cloud
                .requests
                .iter()
                .filter(|request| request.mutating && request.operation != "AssumeRole")
                .count()
        };
        let before = (run.events().len(), run.cloud(mutating));
        assert_eq!(run.live().await, end);
        assert_eq!((run.events().len(), run.cloud(mutating)), before);
    });
}

#[test]
fn lesson_6_an_undo_that_fails_needs_an_operator_with_the_guide_and_the_others_are_taken_back() {
    let image = SCENARIO
        .plan
        .steps
        .iter()
        .find(|step| step.action == "image.copy_image")
        .expect("an image is copied");
    let (image, copied) = (image.id.clone(), verified(&image.id));
    tonight(async {
        let mut scenario = SCENARIO.clone();
        // One that only people take back, as a hook without an undo of its own.
        let place = scenario
            .plan
            .steps
            .iter_mut()
            .find(|step| step.id == image)
            .expect("the same plan");
        place.undo = Undo::Manual {
            guide: "deregister it in the console, and its snapshots".to_owned(),
        };
        let run = Lives::of(&scenario);
        run.live_until(copied).await;
        run.undo();
        let end = run.live().await;
        assert_eq!(end, Ok(RunEnd::NeedsOperator(vec![image.clone()])), "{:?}", run.stops());
        let state = run.state();
        assert_eq!(
            state.steps[&image].status,
            StepStatus::Stopped {
                advice: "deregister it in the console, and its snapshots".to_owned()
            }
        );
        // What the image rests on stays, all else is taken back.
        let standing: Vec<&StepId> = state
            .plan
            .steps
            .iter()
            .map(|step| &step.id)
            .filter(|step| state.steps[*step].status.may_have_effect())
            .collect();
        assert!(
            standing.len() > 1
                && standing.iter().all(|step| {
                    step.as_str().starts_with("image/")
                        || state
                            .plan
                            .steps
                            .iter()
                            .any(|other| other.resource.kind == "image" && other.needs.contains(step))
                }),
            "{standing:?}"
        );
        let undone = run.count(|event| matches!(event, Event::StepUndone { .. }));
        assert!(undone > 3, "{undone}");
        // By hand, and told so: it ends.
        run.cloud(|cloud| {
            let mine: Vec<String> = cloud
                .ec2
                .images
                .iter()
                .filter(|(_, image)| image.owner.as_str() == TARGET)
                .map(|(id, _)| id.clone())
                .collect();
            for id in &mine {
                let caller = owner(TARGET);
                cloud
                    .call(
                        &caller,
                        "ec2",
                        "DeregisterImage",
                        &json!({ "ImageId": id, "DeleteAssociatedSnapshots": true }),
                    )
                    .expect("its owner may");
            }
        });
        run.retry(&image);
        let end = run.live().await;
        assert_eq!(end, Ok(RunEnd::Unwound), "{:?}", run.stops());
        assert_eq!(run.broken(&end), Vec::<String>::new());
    });
}

#[test]
fn lesson_9_a_partial_set_of_name_servers_is_made_whole_and_one_with_strangers_is_nobodys_to_change() {
    let zone = "stg.shop.example.com";
    let compared = first(
        "delegation",
        |event| matches!(event, Event::IntentRecorded { step: of, .. } if *of == step("zone", zone, "delegate")),
    );
    tonight(async {
        let run = Lives::of(&SCENARIO);
        run.live_until(compared).await;
        let state = run.state();
        let made = state.output(&step("zone", zone, "create_zone")).expect("it is made");
        let servers: Vec<String> = made["name_servers"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|name| name.as_str())
            .map(str::to_owned)
            .collect();
        let parent = state.plan.step(&step("zone", zone, "delegate")).expect("a step").input["parent"]["id"]
            .as_str()
            .expect("an id")
            .to_owned();
        // Another tool has put half of the set there.
        let set = |servers: &[String]| {
            let values: Vec<_> = servers.iter().map(|server| json!({ "Value": server })).collect();
            json!({ "HostedZoneId": parent, "ChangeBatch": { "Changes": [{ "Action": "UPSERT", "ResourceRecordSet": {
                "Name": zone, "Type": "NS", "TTL": 60, "ResourceRecords": values } }] } })
        };
        let change = |servers: &[String]| {
            run.cloud(|cloud| cloud.call(&owner(SOURCE), "route53", "ChangeResourceRecordSets", &set(servers)))
                .expect("its owner may");
        };
        change(&[servers[0].clone(), "ns1.stranger.example.".to_owned()]);
        let end = run.live().await;
        let delegate = step("zone", zone, "delegate");
        assert_eq!(
            end,
            Ok(RunEnd::NeedsOperator(vec![delegate.clone()])),
            "{:?}",
            run.stops()
        );
        assert!(
            run.stops()
                .iter()
                .any(|stop| stop.contains(servers[0].trim_end_matches('.'))),
            "it is not said to whom: {:?}",
            run.stops()
        );
        assert!(run.state().steps[&delegate].evidence.is_none());
        change(&servers[..2]);
        run.retry(&delegate);
        let end = run.live().await;
        assert_eq!(end, Ok(RunEnd::Completed), "{:?}", run.stops());
        let stored = run.cloud(|cloud| {
            let asked =
                json!({ "HostedZoneId": parent, "StartRecordName": zone, "StartRecordType": "NS", "MaxItems": "1" });
            cloud.call(&owner(SOURCE), "route53", "ListResourceRecordSets", &asked)
        });
        let stored = stored.expect("its owner may");
        let values = &stored["ResourceRecordSets"][0]["ResourceRecords"];
        assert_eq!(values.as_array().map(Vec::len), Some(servers.len()), "{stored}");
    });
}

#[test]
fn lesson_10_what_was_made_for_transport_is_tracked_and_gone_in_the_end_and_after_an_undo() {
    let transport = |cloud: &mut Cloud| {
        let snapshots = cloud
            .rds
            .snapshots
            .iter()
            .filter(|((account, _, name), _)| account.as_str() == SOURCE && name.starts_with("cleave-"));
        let images = cloud
            .ec2
            .images
            .iter()
            .filter(|(_, image)| image.owner.as_str() == SOURCE && image.tags.contains_key("cleave:run"));
        let buckets = cloud.s3.by_name.keys().filter(|name| name.starts_with("cleave-"));
        (snapshots.count(), images.count(), buckets.count())
    };
    tonight(async {
        let run = Lives::of(&SCENARIO);
        run.live_until(verified(&step("bucket", BUCKET, "prove_interim"))).await;
        let (snapshots, images, buckets) = run.cloud(transport);
        assert!(
            snapshots + images > 0 && buckets > 0,
            "nothing was made for transport: nothing is shown"
        );
        let end = run.live().await;
        assert_eq!((&end, run.cloud(transport)), (&Ok(RunEnd::Completed), (0, 0, 0)));
        assert_eq!(run.broken(&end), Vec::<String>::new());

        let run = Lives::of(&SCENARIO);
        run.live_until(verified(&step("bucket", BUCKET, "prove_interim"))).await;
        run.undo();
        let end = run.live().await;
        assert_eq!(
            (&end, run.cloud(transport)),
            (&Ok(RunEnd::Unwound), (0, 0, 0)),
            "{:?}",
            run.stops()
        );
        assert_eq!(run.broken(&end), Vec::<String>::new());
    });
}

#[test]
fn lesson_11_a_call_that_timed_out_may_have_worked_and_is_looked_for_before_it_is_made_again() {
    for (operation, look) in [
        ("CopyDBSnapshot", "DescribeDBSnapshots"),
        ("RestoreDBInstanceFromDBSnapshot", "DescribeDBInstances"),
    ] {
        let night = got_over((operation, 1), Fate::HangAfter);
        assert_eq!(
            calls(&night, operation).count(),
            calls(&UNDISTURBED, operation).count(),
            "{operation} was called again"
        );
        let hung = night
            .requests
            .iter()
            .position(|request| request.operation == operation && request.outcome == "hung");
        let after = &night.requests[hung.expect("it hung") + 1..];
        assert!(after.iter().any(|request| request.operation == look), "nobody looked");
        let unknown = night.events.iter().filter(|recorded| {
            matches!(
                &recorded.event,
                Event::AttemptEnded {
                    outcome: Outcome::Unknown { .. },
                    ..
                }
            )
        });
        assert_eq!(unknown.count(), 1, "a timeout is no failure");
    }
}

#[test]
fn lesson_12_a_login_that_expires_pauses_the_run_once_and_no_step_fails_by_it() {
    tonight(async {
        let run = Lives::of(&SCENARIO);
        // In the middle of the copies: several steps are under way.
        run.live_until(verified(&step("database", "shop-stg", "create_snapshot")))
            .await;
        let under_way = run
            .state()
            .steps
            .values()
            .filter(|place| place.status.is_under_way())
            .count();
        assert!(under_way > 1, "only {under_way} steps are under way");
        run.cloud(sts::end_logins);
        let end = run.live_while(Duration::from_secs(4 * 3600), sts::log_in).await;
        assert_eq!(end, Ok(RunEnd::Completed), "{:?}", run.stops());
        let paused = run.count(|event| {
            matches!(
                event,
                Event::RunPaused {
                    reason: PauseReason::CredentialsExpired { .. }
                }
            )
        });
        let resumed = run.count(|event| matches!(event, Event::RunResumed { .. }));
        assert_eq!((paused, resumed, run.stops()), (1, 1, Vec::new()));
        let failed = run.count(|event| match event {
            Event::AttemptEnded {
                outcome: Outcome::NotDone { failure } | Outcome::Unknown { failure },
                ..
            }
            | Event::LookFailed { failure, .. } => failure.class == model::FailureClass::CredentialsExpired,
            _ => false,
        });
        assert!(
            failed <= under_way,
            "{failed} items failed for want of a login, {under_way} were under way"
        );
        assert_eq!(run.broken(&end), Vec::<String>::new());
    });
}
