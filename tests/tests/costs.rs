//! What a plan says that AWS will charge for is what its run then asks AWS for.

use engine::RunEnd;
use model::Plan;
use model::cost::{Charge, Span};
use serde_json::Value;
use simcloud::faults::FaultLevel;
use whole_runs::bucket_shapes::{archived, bucket, carrying, histories, key, large, of_every_class, section, version};
use whole_runs::round_trip::{Moved, carry_out, plan};

/// How much of these there will be, as the plan tells.
fn told(plan: &Plan, charges: &[Charge]) -> Span {
    let lines = plan.costs.lines.iter().filter(|line| charges.contains(&line.charge));
    lines.fold(Span::default(), |sum, line| {
        sum.and(line.quantity.expect("the inventory lists the objects"))
    })
}

fn calls(moved: &Moved, operations: &[&str]) -> u64 {
    let counts = operations
        .iter()
        .map(|name| moved.calls.get(*name).copied().unwrap_or(0));
    counts.sum::<usize>() as u64
}

fn assert_within(what: &str, count: u64, told: Span) {
    assert!(
        (told.low..=told.high).contains(&count),
        "{count} {what}; the plan told of {told:?}"
    );
}

fn moved(more: &str, bucket: Value) -> (Plan, Moved) {
    let name = bucket["name"].as_str().expect("it has a name").to_owned();
    let sections = format!("[[key]]\nalias = \"alias/shop\"\n{}", section(&name, more));
    let (plan, inventory) = plan(&sections, &[bucket]);
    let moved = carry_out(&plan, &inventory, 1, FaultLevel::None);
    assert!(
        matches!(moved.end, Ok(RunEnd::Completed)),
        "{:?}: {:?}",
        moved.end,
        moved.stops
    );
    (plan, moved)
}

/// Looks into the bucket of manifests and at whether a bucket is empty: they do not grow with the bucket, and are not priced.
const FEW: u64 = 24;

fn assert_priced(plan: &Plan, moved: &Moved) {
    let listed = told(plan, &[Charge::Listing, Charge::ListingForProof]);
    let listed = Span {
        high: listed.high + FEW,
        ..listed
    };
    assert_within("listings", calls(moved, &["ListObjectVersions"]), listed);
    let copied = told(plan, &[Charge::Copying]);
    let by_jobs = told(plan, &[Charge::JobObjects]);
    let one_by_one = Span {
        low: copied.low.saturating_sub(by_jobs.high),
        high: copied.high.saturating_sub(by_jobs.low),
    };
    assert_within("copies one by one", calls(moved, &["CopyObject"]), one_by_one);
    let in_parts = told(plan, &[Charge::CopyingInParts]);
    let parts = [
        "CreateMultipartUpload",
        "UploadPartCopy",
        "CompleteMultipartUpload",
        "ListParts",
    ];
    assert!(
        calls(moved, &parts) <= in_parts.high + FEW,
        "{in_parts:?}, {:?}",
        moved.calls
    );
    let jobs = told(plan, &[Charge::Jobs, Charge::ChecksumJobs]);
    assert_within("jobs", calls(moved, &["CreateJob"]), jobs);
    assert_within(
        "restores",
        calls(moved, &["RestoreObject"]),
        told(plan, &[Charge::RestoreRequests]),
    );
    let asked = told(plan, &[Charge::Questions, Charge::QuestionsForProof]);
    let asked = Span {
        high: asked.high + FEW,
        ..asked
    };
    assert_within(
        "questions",
        calls(moved, &["HeadObject", "GetObjectAttributes", "GetObjectTagging"]),
        asked,
    );
}

#[test]
fn a_run_makes_the_requests_that_its_plan_prices() {
    for more in ["", "batch_from = 1"] {
        for shape in [histories(), of_every_class(), archived(), large(), carrying()] {
            let (plan, moved) = moved(more, bucket("shop-priced", "enabled", &shape));
            assert_priced(&plan, &moved);
        }
    }
}

#[test]
fn under_a_key_or_a_new_name_or_replicated_too() {
    let many: Vec<Value> = (0..1_200).map(|n| key(&format!("k-{n:05}"), &[version(10)])).collect();
    let plain = bucket("shop-priced", "enabled", &many);
    let mut keyed = plain.clone();
    keyed["key"] = "alias/shop".into();
    for (more, bucket) in [
        ("", &plain),
        ("batch_from = 1", &plain),
        ("", &keyed),
        ("new_name = \"shop-other\"", &plain),
        ("verify = \"checksums\"", &plain),
        ("route = \"replication\"", &plain),
    ] {
        let (plan, moved) = moved(more, bucket.clone());
        assert_priced(&plan, &moved);
    }
}
