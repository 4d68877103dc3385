//! Buckets of every shape, moved under their own names: equal entry by entry, with and without everything that goes wrong.

use engine::RunEnd;
use serde_json::{Value, json};
use simcloud::faults::FaultLevel;
use simcloud::services::sts;
use whole_runs::bucket_shapes::{
    archived, bucket, carrying, histories, key, large, marker, odd_keys, of_every_class, section, version,
};
use whole_runs::night::Scenario;
use whole_runs::round_trip::{Mishap, Moved, carry_out, carry_out_in_spite_of, plan};

fn assert_moved(moved: &Moved, written_since: bool) {
    assert!(
        matches!(moved.end, Ok(RunEnd::Completed)),
        "{:?}: {:?}",
        moved.end,
        moved.stops
    );
    assert_eq!(moved.differences(written_since), Vec::<String>::new());
    assert_eq!(moved.broken, Vec::<String>::new());
}

/// Moves buckets in a quiet night, and in harsh ones, in which applications go on writing.
fn moves_whole(sections: &str, buckets: &[Value], seeds: std::ops::Range<u64>) -> Moved {
    let (plan, inventory) = plan(sections, buckets);
    let quiet = carry_out(&plan, &inventory, 1, FaultLevel::None);
    assert_moved(&quiet, false);
    for seed in seeds {
        let harsh = carry_out(&plan, &inventory, seed, FaultLevel::Harsh);
        assert!(
            matches!(harsh.end, Ok(RunEnd::Completed)),
            "seed {seed}: {:?}: {:?}",
            harsh.end,
            harsh.stops
        );
        assert_eq!(harsh.broken, Vec::<String>::new(), "seed {seed}");
        // In a bucket without versions a key may have been overwritten since, or deleted.
        if buckets.iter().all(|bucket| bucket["versioning"] == "enabled") {
            assert_eq!(harsh.differences(true), Vec::<String>::new(), "seed {seed}");
        }
    }
    quiet
}

#[test]
fn histories_keep_their_order_copied_one_by_one_and_by_jobs() {
    for more in ["", "batch_from = 1"] {
        let buckets = [bucket("shop-histories", "enabled", &histories())];
        let moved = moves_whole(&section("shop-histories", more), &buckets, 1..6);
        assert_eq!(moved.calls.contains_key("CreateJob"), !more.is_empty());
    }
}

#[test]
fn null_versions_and_suspended_versioning_keep_their_order() {
    let null = |size: u64| json!({ "version": { "size": size, "null": true } });
    let objects = [
        key("before", &[null(1), version(2)]),
        key("since", &[version(1), version(2)]),
        key("only", &[null(9)]),
    ];
    let suspended = [
        key("suspended", &[version(1), null(2)]),
        key("back-again", &[version(1), marker(), null(5)]),
    ];
    let plain: Vec<Value> = (0..20).map(|n| key(&format!("plain-{n}"), &[null(n)])).collect();
    let buckets = [
        bucket("shop-since", "enabled", &objects),
        bucket("shop-suspended", "suspended", &suspended),
        bucket("shop-plain", "disabled", &plain),
    ];
    for more in ["", "batch_from = 1"] {
        let sections: String = ["shop-since", "shop-suspended", "shop-plain"]
            .iter()
            .map(|name| section(name, more))
            .collect();
        moves_whole(&sections, &buckets, 1..6);
    }
}

#[test]
fn every_odd_key_arrives_as_it_was() {
    for more in ["", "batch_from = 1"] {
        let buckets = [bucket("shop-odd", "enabled", &odd_keys())];
        moves_whole(&section("shop-odd", more), &buckets, 1..4);
    }
}

#[test]
fn every_storage_class_stays_what_it_was() {
    for more in ["", "batch_from = 1"] {
        let buckets = [bucket("shop-classes", "enabled", &of_every_class())];
        moves_whole(&section("shop-classes", more), &buckets, 1..4);
    }
}

#[test]
fn what_is_archived_is_restored_copied_and_archived_again() {
    for more in ["", "batch_from = 1", "archived = { restore = \"bulk\", days = 5 }"] {
        let buckets = [bucket("shop-archive", "enabled", &archived())];
        let moved = moves_whole(&section("shop-archive", more), &buckets, 1..4);
        assert_eq!(moved.calls["RestoreObject"], 4);
    }
}

/// A bucket under a key, copied by jobs, and one that serves a website by the quickest way.
pub(crate) fn under_a_key() -> Scenario {
    let mut keyed = bucket("shop-keyed", "enabled", &carrying());
    keyed["key"] = "alias/shop".into();
    let mut site = bucket("shop-site", "enabled", &[key("index.html", &[version(3)])]);
    site["documents"] = json!({
        "website": "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument></WebsiteConfiguration>",
        "accelerate": "<AccelerateConfiguration><Status>Enabled</Status></AccelerateConfiguration>",
    });
    let sections = format!(
        "[[key]]\nalias = \"alias/shop\"\n{}{}",
        section("shop-keyed", "batch_from = 1"),
        section("shop-site", "")
    );
    let (plan, inventory) = plan(&sections, &[keyed, site]);
    Scenario { plan, inventory }
}

#[test]
fn metadata_tags_and_multipart_etags_under_a_key_of_the_customers() {
    for more in ["", "batch_from = 1", "verify = \"checksums\""] {
        let mut keyed = bucket("shop-keyed", "enabled", &carrying());
        keyed["key"] = "alias/shop".into();
        let plain = bucket("shop-carrying", "enabled", &carrying());
        let sections = format!(
            "[[key]]\nalias = \"alias/shop\"\n{}{}",
            section("shop-keyed", more),
            section("shop-carrying", more)
        );
        moves_whole(&sections, &[keyed, plain], 1..4);
    }
}

#[test]
fn a_websites_redirects_are_carried_although_no_copy_does() {
    let redirect =
        |to: &str| json!({ "version": { "size": 0, "carried": { "redirect": to, "metadata": { "a": "b" } } } });
    let objects = [key("old", &[version(3), redirect("/new")]), key("new", &[version(5)])];
    let mut site = bucket("shop-site", "enabled", &objects);
    site["documents"] = json!({ "website": "<WebsiteConfiguration><IndexDocument><Suffix>index.html</Suffix></IndexDocument></WebsiteConfiguration>" });
    moves_whole(&section("shop-site", "batch_from = 1"), &[site], 1..4);
}

#[test]
fn what_is_too_large_for_one_copy_is_copied_in_parts_at_its_place() {
    let buckets = [bucket("shop-films", "enabled", &large())];
    let moved = moves_whole(&section("shop-films", ""), &buckets, 1..4);
    assert!(moved.calls["UploadPartCopy"] == 5 * 40 * 2, "{:?}", moved.calls);
}

#[test]
fn a_history_of_several_pages_is_copied_in_its_order() {
    a_deep_history(2_500);
}

#[test]
#[ignore = "a minute"]
fn a_history_of_ten_thousand_versions_is_copied_in_its_order() {
    a_deep_history(10_000);
}

fn a_deep_history(versions: u64) {
    let entries: Vec<Value> = (0..versions)
        .map(|n| if n % 100 == 99 { marker() } else { version(n % 7) })
        .collect();
    let buckets = [bucket(
        "shop-deep",
        "enabled",
        &[key("state", &entries), key("other", &[version(1)])],
    )];
    let (plan, inventory) = plan(&section("shop-deep", ""), &buckets);
    assert_moved(&carry_out(&plan, &inventory, 1, FaultLevel::None), false);
}

#[test]
fn an_account_that_may_not_have_global_names_is_found_out_before_the_source_is_touched() {
    let buckets = [bucket("shop-histories", "enabled", &histories())];
    let (plan, mut inventory) = plan(&section("shop-histories", ""), &buckets);
    for account in inventory.accounts.values_mut() {
        account.denies_global_bucket_names = account.roles.contains_key("cleave-target");
    }
    let moved = carry_out(&plan, &inventory, 1, FaultLevel::None);
    assert!(matches!(moved.end, Ok(RunEnd::NeedsOperator(_))), "{:?}", moved.end);
    assert!(moved.stops[0].contains("bucket/Ops/create_ops"), "{:?}", moved.stops);
    assert!(moved.stops[0].contains("service control policy"), "{:?}", moved.stops);
    assert!(!moved.calls.contains_key("PutBucketPolicy"), "{:?}", moved.calls);
    assert_eq!(moved.broken, Vec::<String>::new());
}

#[test]
fn jobs_are_asked_for_again_when_their_role_is_put_right_and_the_step_retried() {
    let buckets = [bucket("shop-histories", "enabled", &histories())];
    let (plan, inventory) = plan(&section("shop-histories", "batch_from = 1"), &buckets);
    let mishap = Mishap {
        happens: &|cloud| sts::distrust(cloud, "arn:aws:iam::222222222222:role/batch"),
        is_mended: &|cloud| {
            for (id, account) in &inventory.accounts {
                sts::fill(cloud, id, account);
            }
        },
    };
    let moved = carry_out_in_spite_of(&plan, &inventory, (1, FaultLevel::None), Some(mishap));
    assert!(moved.stops[0].contains("3 jobs copied nothing"), "{:?}", moved.stops);
    assert_eq!(moved.stops.len(), 1, "{:?}", moved.stops);
    assert_moved(&moved, false);
}

#[test]
fn under_a_new_name_everything_arrives_in_one_hop_and_the_source_is_closed() {
    for more in ["", "batch_from = 1"] {
        let mut whole = bucket("shop-old", "enabled", &histories());
        let policy = json!({ "Version": "2012-10-17", "Statement": [{ "Sid": "Shop", "Effect": "Allow",
            "Principal": { "AWS": "arn:aws:iam::111111111111:root" }, "Action": "s3:GetObject", "Resource": "arn:aws:s3:::shop-old/*" }] });
        whole["policy"] = policy.to_string().into();
        let buckets = [whole, bucket("shop-cold", "enabled", &archived())];
        let sections = format!(
            "{}{}",
            section("shop-old", &format!("new_name = \"shop-new\"\n{more}")),
            section("shop-cold", &format!("new_name = \"shop-colder\"\n{more}"))
        );
        let (plan, inventory) = plan(&sections, &buckets);
        for (seed, level) in [(1, FaultLevel::None), (2, FaultLevel::Harsh), (3, FaultLevel::Harsh)] {
            let moved = carry_out(&plan, &inventory, seed, level).renamed("shop-new", "shop-old");
            assert_moved(&moved.renamed("shop-colder", "shop-cold"), level != FaultLevel::None);
        }
    }
}

#[test]
fn a_bucket_that_terraform_makes_is_filled() {
    let buckets = [bucket("shop-histories", "enabled", &histories())];
    let moved = moves_whole(&section("shop-histories", "create = \"terraform\""), &buckets, 1..6);
    // The bucket of manifests and the interim one: the third is Terraform's.
    assert_eq!(moved.calls["CreateBucket"], 2);
}

#[test]
fn what_nothing_tells_of_is_proved_by_checksums_computed_where_it_lies() {
    let of = |size: u64, class: &str| json!({ "version": { "size": size, "class": class } });
    let objects = [
        key(
            "large",
            &[of(400_000_000, "STANDARD"), marker(), of(300_000_000, "STANDARD_IA")],
        ),
        key("archived", &[of(10, "GLACIER")]),
        key("small", &[of(5, "STANDARD")]),
    ];
    for more in ["", "new_name = \"shop-new\""] {
        let mut keyed = bucket("shop-keyed", "enabled", &objects);
        keyed["key"] = "alias/shop".into();
        let sections = format!("[[key]]\nalias = \"alias/shop\"\n{}", section("shop-keyed", more));
        let (plan, inventory) = plan(&sections, &[keyed]);
        for (seed, level) in [(1, FaultLevel::None), (2, FaultLevel::Harsh), (3, FaultLevel::Harsh)] {
            let moved = carry_out(&plan, &inventory, seed, level).renamed("shop-new", "shop-keyed");
            assert_moved(&moved, level != FaultLevel::None);
            assert!(moved.calls["CreateJob"] >= 2, "{:?}", moved.calls);
        }
    }
}

#[test]
fn former_users_of_the_source_account_are_admitted_when_the_runbook_says_so() {
    let buckets = [bucket("shop-histories", "enabled", &histories())];
    let kept = "keep_access = [{ principal = \"arn:aws:iam::111111111111:role/cleave-source\", may = \"read\" }]";
    moves_whole(&section("shop-histories", kept), &buckets, 1..3);
    // Under a key of the customer's, the key admits them, too.
    let mut keyed = bucket("shop-keyed", "enabled", &histories());
    keyed["key"] = "alias/shop".into();
    for more in ["", "\nnew_name = \"shop-new\""] {
        let sections = format!(
            "[[key]]\nalias = \"alias/shop\"\n{}",
            section("shop-keyed", &format!("{kept}{more}"))
        );
        let (plan, inventory) = plan(&sections, std::slice::from_ref(&keyed));
        for (seed, level) in [(1, FaultLevel::None), (2, FaultLevel::Harsh)] {
            let moved = carry_out(&plan, &inventory, seed, level).renamed("shop-new", "shop-keyed");
            assert_moved(&moved, level != FaultLevel::None);
            let admits = |line: &&String| line.contains("role/cleave-source, through S3");
            assert_eq!(moved.evidence.iter().filter(admits).count(), 1);
        }
    }
}

#[test]
fn a_key_that_is_nothing_but_white_space_stops_the_run_before_anything_is_deleted() {
    for blank in [" ", "\r\n"] {
        let buckets = [bucket(
            "shop-blank",
            "enabled",
            &[key("a", &[version(1)]), key(blank, &[version(2)])],
        )];
        let (plan, inventory) = plan(&section("shop-blank", "batch_from = 1"), &buckets);
        let moved = carry_out(&plan, &inventory, 1, FaultLevel::None);
        assert!(matches!(moved.end, Ok(RunEnd::NeedsOperator(_))), "{:?}", moved.end);
        assert!(moved.stops[0].contains("nothing but white space"), "{:?}", moved.stops);
        assert!(
            !moved.calls.contains_key("CreateJob") && !moved.calls.contains_key("DeleteObjects"),
            "{:?}",
            moved.calls
        );
        assert_eq!(moved.broken, Vec::<String>::new());
    }
}
