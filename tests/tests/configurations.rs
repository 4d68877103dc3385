//! A bucket that is configured with everything there is, moved: what names things of the source names those of the target, what S3
//! refuses is told and left out, and the run ends.

use std::sync::LazyLock;

use engine::RunEnd;
use model::Inventory;
use serde_json::{Value, json};
use simcloud::faults::{Fate, FaultLevel, Nth, Trap};
use whole_runs::bucket_shapes::{bucket, histories, section};
use whole_runs::night::{self, Cut, Disturbance, Night, Scenario};
use whole_runs::points::{sample, try_all};
use whole_runs::round_trip::{Moved, carry_out, plan};
use whole_runs::standing::differences;

const TARGET: &str = "222222222222";
const INSTEAD: &str = "instead = { \"shop-logs\" = \"shop-own-logs\" }";

/// A bucket, those that it names, and the runbook's section.
fn configured(more: &str) -> (Vec<Value>, String) {
    let mut uploads = bucket("shop-uploads", "enabled", &histories());
    let report = |id: &str| {
        format!(
            "<InventoryConfiguration><Destination><S3BucketDestination><AccountId>111111111111</AccountId><Bucket>arn:aws:s3:::shop-lists\
             </Bucket><Format>CSV</Format></S3BucketDestination></Destination><IsEnabled>true</IsEnabled><Id>{id}</Id>\
             <IncludedObjectVersions>All</IncludedObjectVersions><Schedule><Frequency>Weekly</Frequency></Schedule></InventoryConfiguration>"
        )
    };
    uploads["documents"] = json!({
        "abac": "<AbacStatus><Status>Enabled</Status></AbacStatus>",
        "logging": "<BucketLoggingStatus><LoggingEnabled><TargetBucket>shop-logs</TargetBucket><TargetPrefix>111111111111/</TargetPrefix>\
                    </LoggingEnabled></BucketLoggingStatus>",
        "inventory": report("all") + &report("by-the-week"),
        "metrics": "<MetricsConfiguration><Id>a</Id></MetricsConfiguration><MetricsConfiguration><Id>b</Id><Filter><Prefix>b/</Prefix>\
                    </Filter></MetricsConfiguration>",
        "analytics": "<AnalyticsConfiguration><Id>classes</Id><StorageClassAnalysis></StorageClassAnalysis></AnalyticsConfiguration>",
        "intelligent-tiering": "<IntelligentTieringConfiguration><Id>old</Id><Status>Enabled</Status><Tiering><Days>90</Days>\
                                <AccessTier>ARCHIVE_ACCESS</AccessTier></Tiering></IntelligentTieringConfiguration>",
        "notification": "<NotificationConfiguration><QueueConfiguration><Id>made</Id><Queue>arn:aws:sqs:ap-northeast-1:111111111111:made\
                         </Queue><Event>s3:ObjectCreated:*</Event></QueueConfiguration></NotificationConfiguration>",
        "replication": "<ReplicationConfiguration><Role>arn:aws:iam::111111111111:role/replication</Role><Rule><ID>dr</ID><Priority>1\
                        </Priority><Filter><Prefix></Prefix></Filter><Status>Enabled</Status><Destination><Bucket>arn:aws:s3:::shop-dr\
                        </Bucket></Destination><DeleteMarkerReplication><Status>Enabled</Status></DeleteMarkerReplication></Rule>\
                        </ReplicationConfiguration>",
        "lifecycle": "<LifecycleConfiguration><Rule><ID>x</ID><Status>Enabled</Status><Filter><Prefix>tmp/</Prefix></Filter><Expiration>\
                      <Days>9</Days></Expiration></Rule></LifecycleConfiguration>",
    });
    let named = ["shop-logs", "shop-lists", "shop-dr"].map(|name| bucket(name, "enabled", &[]));
    let buckets = std::iter::once(uploads).chain(named).collect();
    (buckets, section("shop-uploads", more))
}

/// The target has the queue and the bucket for logs.
fn provided(mut inventory: Inventory) -> Inventory {
    let target = inventory
        .accounts
        .iter_mut()
        .find(|(id, _)| id.as_str() == TARGET)
        .and_then(|(_, account)| account.regions.values_mut().next())
        .expect("the target's region");
    target.event_destinations = vec!["arn:aws:sqs:ap-northeast-1:222222222222:made".to_owned()];
    target.buckets.push(model::inventory::Bucket {
        name: "shop-own-logs".to_owned(),
        ..model::inventory::Bucket::default()
    });
    inventory
}

pub(crate) static SCENARIO: LazyLock<Scenario> = LazyLock::new(|| {
    let (buckets, section) = configured(INSTEAD);
    let (plan, inventory) = plan(&section, &buckets);
    Scenario {
        plan,
        inventory: provided(inventory),
    }
});

fn assert_ended(moved: &Moved) {
    assert_eq!(moved.end, Ok(RunEnd::Completed), "{:?}", moved.stops);
    assert_eq!(moved.broken, Vec::<String>::new());
}

#[test]
fn everything_a_bucket_is_configured_with_arrives_under_the_targets_names() {
    for (seed, level) in (1..8).map(|seed| (seed, if seed == 1 { FaultLevel::None } else { FaultLevel::Harsh })) {
        let moved = carry_out(&SCENARIO.plan, &SCENARIO.inventory, seed, level);
        assert_ended(&moved);
        let there = &moved.configured["shop-uploads"];
        let names: Vec<&str> = there.keys().map(String::as_str).collect();
        let all = [
            "abac",
            "analytics?id=classes",
            "intelligent-tiering?id=old",
            "inventory?id=all",
            "inventory?id=by-the-week",
            "lifecycle",
            "logging",
            "metrics?id=a",
            "metrics?id=b",
            "notification",
            "replication",
        ];
        assert_eq!(names, all);
        assert!(
            there["notification"].contains("arn:aws:sqs:ap-northeast-1:222222222222:made"),
            "{there:?}"
        );
        assert!(there["logging"].contains("<TargetBucket>shop-own-logs<"), "{there:?}");
        assert!(
            there["logging"].contains("<TargetPrefix>111111111111/<"),
            "a prefix is no name: {there:?}"
        );
        assert!(
            there["replication"].contains("arn:aws:iam::222222222222:role/replication"),
            "{there:?}"
        );
        assert!(there["replication"].contains("arn:aws:s3:::shop-dr"), "{there:?}");
        assert!(moved.not_carried().is_empty(), "{:?}", moved.not_carried());
    }
}

#[test]
fn the_plan_shows_every_name_that_changes_and_what_must_be_there() {
    let notes: Vec<&str> = SCENARIO.plan.notes.iter().map(|note| note.text.as_str()).collect();
    for expected in [
        "in its notification configuration, Queue arn:aws:sqs:ap-northeast-1:111111111111:made becomes \
         arn:aws:sqs:ap-northeast-1:222222222222:made",
        "in its logging configuration, TargetBucket shop-logs becomes shop-own-logs",
        "in its replication configuration, Role arn:aws:iam::111111111111:role/replication becomes \
         arn:aws:iam::222222222222:role/replication",
        "iam:PassRole",
        "must let s3.amazonaws.com write on behalf of account 222222222222",
    ] {
        assert!(
            notes.iter().any(|note| note.contains(expected)),
            "{expected}: {notes:#?}"
        );
    }
}

#[test]
fn what_s3_refuses_is_told_tried_again_and_left_out_and_the_run_ends() {
    let (buckets, section) = configured("");
    let (plan, inventory) = plan(&section, &buckets);
    let notes = plan.notes.iter().map(|note| note.text.as_str());
    let warned = notes
        .filter(|note| note.contains("shop-logs stays in the source"))
        .count();
    assert_eq!(warned, 1, "nobody can log into another account's bucket");
    for (seed, level) in [(1, FaultLevel::None), (2, FaultLevel::Harsh), (3, FaultLevel::Harsh)] {
        let moved = carry_out(&plan, &inventory, seed, level);
        assert_ended(&moved);
        let there = &moved.configured["shop-uploads"];
        assert!(
            !there.contains_key("notification") && !there.contains_key("logging"),
            "{there:?}"
        );
        assert!(
            there.contains_key("replication") && there.contains_key("lifecycle"),
            "the rest came: {there:?}"
        );
        let not_carried = moved.not_carried();
        assert!(
            not_carried
                .iter()
                .any(|one| one.contains("arn:aws:sqs:ap-northeast-1:222222222222:made")),
            "{not_carried:?}"
        );
        assert!(
            moved.calls["PutBucketNotification"] >= 15,
            "tried for a while: {:?}",
            moved.calls
        );
    }
}

#[test]
fn what_the_runbook_leaves_is_left_and_said() {
    let (buckets, section) = configured("leave = [\"notification\", \"logging\", \"replication\"]");
    let (plan, inventory) = plan(&section, &buckets);
    let moved = carry_out(&plan, &inventory, 1, FaultLevel::None);
    assert_ended(&moved);
    let there = &moved.configured["shop-uploads"];
    assert!(
        !there.contains_key("replication") && there.contains_key("abac"),
        "{there:?}"
    );
    assert!(
        moved.not_carried()[0].contains("logging, notification, replication"),
        "{:?}",
        moved.not_carried()
    );
}

#[test]
fn a_configuration_that_the_plan_knows_nothing_of_stops_the_run_before_anything_is_touched() {
    let (mut buckets, section) = configured(INSTEAD);
    let (_, inventory) = plan(&section, &buckets);
    let documents = buckets[0]["documents"].as_object_mut().expect("documents");
    documents.retain(|name, _| name == "lifecycle");
    let (plan, _) = plan(&section, &buckets);
    let moved = carry_out(&plan, &provided(inventory), 1, FaultLevel::None);
    assert!(matches!(moved.end, Ok(RunEnd::NeedsOperator(_))), "{:?}", moved.end);
    assert!(
        moved.stops[0].contains("the inventory does not tell of"),
        "{:?}",
        moved.stops
    );
    assert!(moved.stops[0].contains("notification"), "{:?}", moved.stops);
    assert!(!moved.calls.contains_key("PutBucketPolicy"), "{:?}", moved.calls);
}

static UNDISTURBED: LazyLock<Night> = LazyLock::new(|| night::carry_out(&SCENARIO, &Disturbance::default()));

fn against_undisturbed(disturbance: &Disturbance) -> Vec<String> {
    let night = night::carry_out(&SCENARIO, disturbance);
    let mut wrong = night.broken.clone();
    if night.end != Ok(RunEnd::Completed) {
        wrong.push(format!("it ended with {:?}: {:?}", night.end, night.stops()));
    }
    wrong.extend(differences(&UNDISTURBED.standing, &night.standing));
    wrong
}

/// Every event of the steps that configure the new bucket.
fn crashes() -> Vec<Cut> {
    assert_eq!(UNDISTURBED.end, Ok(RunEnd::Completed), "{:?}", UNDISTURBED.stops());
    let numbered = UNDISTURBED.events.iter().zip(1_u64..);
    let configuring = numbered.filter(|(recorded, _)| {
        recorded
            .event
            .step()
            .is_some_and(|step| step.verb().starts_with("apply_"))
    });
    configuring.flat_map(|(_, n)| [Cut::After(n), Cut::Upon(n)]).collect()
}

fn drive_crashes(points: &[Cut]) {
    try_all(
        points,
        |cut| cut.name(|n| format!("event {n}")),
        |cut| {
            against_undisturbed(&Disturbance {
                cuts: vec![*cut],
                ..Disturbance::default()
            })
        },
    );
}

#[test]
fn configuring_a_bucket_survives_a_crash_after_any_event() {
    drive_crashes(&sample(&crashes(), 16, 7));
}

#[test]
#[ignore = "all points: minutes"]
fn configuring_a_bucket_survives_a_crash_after_every_event() {
    drive_crashes(&crashes());
}

#[test]
fn configuring_a_bucket_survives_the_loss_of_any_reply() {
    assert_eq!(UNDISTURBED.end, Ok(RunEnd::Completed), "{:?}", UNDISTURBED.stops());
    let mutating = UNDISTURBED
        .requests
        .iter()
        .filter(|request| request.mutating)
        .zip(1_u64..);
    let configuring = mutating.filter(|(request, _)| {
        [
            "Metrics",
            "Analytics",
            "Tiering",
            "Inventory",
            "Notification",
            "Logging",
            "Replication",
            "Abac",
        ]
        .iter()
        .any(|what| request.operation.starts_with("PutBucket") && request.operation.contains(what))
    });
    let points: Vec<(u64, Fate)> = configuring
        .flat_map(|(_, nth)| [(nth, Fate::LoseReply), (nth, Fate::FailAfter), (nth, Fate::HangBefore)])
        .collect();
    assert!(points.len() >= 27, "{points:?}");
    try_all(
        &sample(&points, 12, 5),
        |point| format!("mutating call {} meets {:?}", point.0, point.1),
        |(nth, what)| {
            against_undisturbed(&Disturbance {
                traps: vec![Trap {
                    nth: Nth::Mutating(*nth),
                    what: *what,
                }],
                ..Disturbance::default()
            })
        },
    );
}
