//! Buckets that are replicated instead of copied: equal entry by entry, under the version ids and with the dates that they had, with and
//! without everything that goes wrong; and what replication cannot bring, which stops the run before anything is deleted.

use engine::RunEnd;
use model::Event;
use serde_json::{Value, json};
use simcloud::cloud::Cloud;
use simcloud::faults::FaultLevel;
use simcloud::services::sts;
use whole_runs::bucket_shapes::{bucket, carrying, histories, key, large, odd_keys, of_every_class, section, version};
use whole_runs::night::{self, Cut, Disturbance, Scenario};
use whole_runs::points::try_all;
use whole_runs::round_trip::{Mishap, Moved, carry_out, carry_out_in_spite_of, plan};

const ROUTE: &str = "route = \"replication\"\n";

fn replicated(name: &str, more: &str) -> String {
    section(name, &format!("{ROUTE}{more}"))
}

fn assert_kept(moved: &Moved, written_since: bool, what: &str) {
    assert!(
        matches!(moved.end, Ok(RunEnd::Completed)),
        "{what}: {:?}: {:?}",
        moved.end,
        moved.stops
    );
    assert_eq!(moved.broken, Vec::<String>::new(), "{what}");
    assert_eq!(moved.differences(written_since), Vec::<String>::new(), "{what}");
    assert_eq!(moved.other_ids(), Vec::<String>::new(), "{what}");
}

/// Moves buckets in a quiet night, and in harsh ones, in which applications go on writing.
fn moves_whole(sections: &str, buckets: &[Value], seeds: std::ops::Range<u64>) -> Moved {
    let (plan, inventory) = plan(sections, buckets);
    for seed in seeds {
        let harsh = carry_out(&plan, &inventory, seed, FaultLevel::Harsh);
        assert_kept(&harsh, true, &format!("seed {seed}"));
    }
    let quiet = carry_out(&plan, &inventory, 1, FaultLevel::None);
    assert_kept(&quiet, false, "a quiet night");
    assert!(!quiet.calls.contains_key("CopyObject"), "{:?}", quiet.calls);
    quiet
}

#[test]
fn histories_odd_keys_and_classes_keep_ids_and_dates() {
    let mut objects = histories();
    objects.extend(odd_keys());
    objects.extend(of_every_class());
    let buckets = [bucket("shop-histories", "enabled", &objects)];
    let moved = moves_whole(&replicated("shop-histories", ""), &buckets, 1..6);
    assert!(moved.calls["CreateJob"] >= 2, "{:?}", moved.calls);
}

#[test]
fn metadata_tags_and_multipart_etags_under_a_key_of_the_customers_and_without() {
    for more in ["", "verify = \"checksums\""] {
        let mut keyed = bucket("shop-keyed", "enabled", &carrying());
        keyed["key"] = "alias/shop".into();
        let plain = bucket("shop-carrying", "enabled", &carrying());
        let sections = format!(
            "[[key]]\nalias = \"alias/shop\"\n{}{}",
            replicated("shop-keyed", more),
            replicated("shop-carrying", more)
        );
        moves_whole(&sections, &[keyed, plain], 1..4);
    }
}

#[test]
fn what_is_too_large_for_a_copy_is_replicated_like_the_rest() {
    let buckets = [bucket("shop-films", "enabled", &large())];
    let moved = moves_whole(&replicated("shop-films", ""), &buckets, 1..4);
    assert!(!moved.calls.contains_key("UploadPartCopy"), "{:?}", moved.calls);
}

#[test]
fn under_a_new_name_in_one_hop() {
    let mut keyed = bucket("shop-keyed", "enabled", &histories());
    keyed["key"] = "alias/shop".into();
    let policy = json!({ "Version": "2012-10-17", "Statement": [{ "Sid": "Shop", "Effect": "Allow",
        "Principal": { "AWS": "arn:aws:iam::111111111111:root" }, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::shop-old/*" }] });
    let mut plain = bucket("shop-old", "enabled", &histories());
    plain["policy"] = policy.to_string().into();
    let sections = format!(
        "[[key]]\nalias = \"alias/shop\"\n{}{}",
        replicated("shop-keyed", "new_name = \"shop-keyed-new\""),
        replicated("shop-old", "new_name = \"shop-new\"")
    );
    let (plan, inventory) = plan(&sections, &[keyed, plain]);
    for (seed, level) in [(1, FaultLevel::None), (2, FaultLevel::Harsh), (3, FaultLevel::Harsh)] {
        let moved = carry_out(&plan, &inventory, seed, level).renamed("shop-new", "shop-old");
        assert_kept(
            &moved.renamed("shop-keyed-new", "shop-keyed"),
            level != FaultLevel::None,
            &format!("seed {seed}"),
        );
    }
}

#[test]
fn into_a_bucket_that_terraform_makes() {
    let buckets = [bucket("shop-histories", "enabled", &histories())];
    moves_whole(&replicated("shop-histories", "create = \"terraform\""), &buckets, 1..4);
}

#[test]
fn jobs_go_on_when_the_role_is_put_right_and_the_step_retried() {
    let buckets = [bucket("shop-histories", "enabled", &histories())];
    let (plan, inventory) = plan(&replicated("shop-histories", ""), &buckets);
    let mishap = Mishap {
        happens: &|cloud| sts::distrust(cloud, "arn:aws:iam::111111111111:role/replication"),
        is_mended: &|cloud| {
            for (id, account) in &inventory.accounts {
                sts::fill(cloud, id, account);
            }
        },
    };
    let moved = carry_out_in_spite_of(&plan, &inventory, (1, FaultLevel::None), Some(mishap));
    assert!(moved.stops[0].contains("after 6 jobs"), "{:?}", moved.stops);
    assert_eq!(moved.stops.len(), 1, "{:?}", moved.stops);
    assert_kept(&moved, false, "mended");
}

/// A run in which something cannot be replicated: it stops, says what to do, and nothing of the source is gone.
fn stops(mishap: &dyn Fn(&mut Cloud), words: &str) {
    let objects = [key("a", &[version(100), version(200)]), key("b", &[version(300)])];
    let buckets = [bucket("shop-histories", "enabled", &objects)];
    let (plan, inventory) = plan(&replicated("shop-histories", ""), &buckets);
    let mishap = Mishap {
        happens: mishap,
        is_mended: &|_| {},
    };
    let moved = carry_out_in_spite_of(&plan, &inventory, (1, FaultLevel::None), Some(mishap));
    assert!(matches!(moved.end, Ok(RunEnd::NeedsOperator(_))), "{:?}", moved.end);
    assert!(moved.stops[0].contains(words), "{:?}", moved.stops);
    assert!(moved.stops[0].contains("route = \"copy\""), "{:?}", moved.stops);
    assert!(!moved.calls.contains_key("DeleteObjects"), "{:?}", moved.calls);
    assert_eq!(moved.broken, Vec::<String>::new());
}

#[test]
fn what_was_archived_meanwhile_stops_the_run_before_anything_is_deleted() {
    stops(
        &|cloud| {
            let held = cloud.s3.by_name.get_mut("shop-histories").expect("the bucket");
            let entry = &mut held.stacks.get_mut("a").expect("a key")[0];
            if let simcloud::s3::versions::What::Object(object) = &mut entry.what {
                std::sync::Arc::make_mut(object).class = "GLACIER".into();
            }
        },
        "is archived",
    );
}

#[test]
fn a_null_version_that_no_inventory_told_of_stops_the_run() {
    stops(
        &|cloud| {
            let held = cloud.s3.by_name.get_mut("shop-histories").expect("the bucket");
            held.stacks.get_mut("b").expect("a key")[0].null = true;
        },
        "from before versioning",
    );
}

#[test]
fn an_object_under_a_key_in_a_bucket_without_one_stops_the_run() {
    stops(
        &|cloud| {
            let held = cloud.s3.by_name.get_mut("shop-histories").expect("the bucket");
            let entry = &mut held.stacks.get_mut("b").expect("a key")[0];
            if let simcloud::s3::versions::What::Object(object) = &mut entry.what {
                let key = "arn:aws:kms:ap-northeast-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab";
                std::sync::Arc::make_mut(object).key = Some(key.into());
            }
        },
        "still lacks 1 versions",
    );
}

#[test]
fn replicas_are_replicated_on_by_either_kind_of_manifest() {
    let buckets = [bucket("shop-histories", "enabled", &histories())];
    let (plan, inventory) = plan(&replicated("shop-histories", ""), &buckets);
    let mishap = Mishap {
        happens: &|cloud| cloud.s3.replication.listed_replicas = true,
        is_mended: &|_| {},
    };
    for seed in 1..4 {
        let moved = carry_out_in_spite_of(&plan, &inventory, (seed, FaultLevel::Harsh), Some(mishap));
        assert_kept(&moved, true, &format!("seed {seed}"));
    }
}

/// One bucket under a key, and one without.
pub(crate) fn both() -> Scenario {
    let mut keyed = bucket("shop-keyed", "enabled", &histories());
    keyed["key"] = "alias/shop".into();
    let plain = bucket("shop-old", "enabled", &histories());
    let sections = format!(
        "[[key]]\nalias = \"alias/shop\"\n{}{}",
        replicated("shop-keyed", ""),
        replicated("shop-old", "")
    );
    let (plan, inventory) = plan(&sections, &[keyed, plain]);
    Scenario { plan, inventory }
}

#[test]
fn it_can_be_taken_back_upon_any_event_before_the_hand_over() {
    let scenario = both();
    let undisturbed = night::carry_out(&scenario, &Disturbance::default());
    assert_eq!(undisturbed.end, Ok(RunEnd::Completed));
    let gate = undisturbed.events.iter().find(|recorded| {
        matches!(&recorded.event, Event::GateApproved { gate, .. } if gate.as_str().starts_with("hand-over:"))
    });
    let points: Vec<u64> = (1..gate.expect("a gate").seq).collect();
    let name = |n: &u64| {
        let recorded = usize::try_from(n - 1)
            .ok()
            .and_then(|place| undisturbed.events.get(place));
        format!(
            "taken back upon event {n}: {:?}",
            recorded.and_then(|one| one.event.step())
        )
    };
    try_all(&points, name, |n| {
        let disturbance = Disturbance {
            cuts: vec![Cut::Upon(*n)],
            undo: true,
            ..Disturbance::default()
        };
        let night = night::carry_out(&scenario, &disturbance);
        let mut wrong = night.broken.clone();
        if night.end != Ok(RunEnd::Unwound) {
            wrong.push(format!("it ended with {:?}", night.end));
            wrong.extend(night.stops());
        }
        wrong
    });
}
