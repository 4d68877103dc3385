use std::collections::BTreeSet;
use std::time::Instant;

use jiff::Timestamp;
use serde_json::{Value, json};

use super::night::*;
use super::*;
use crate::faults::FaultLevel;
use crate::s3::objects::{self, Copying, Source};
use crate::s3::{names, settings};
use crate::services::kms;

#[test]
fn a_whole_move_breaks_nothing() {
    let mut night = Night::new();
    night.move_database();
    night.share_image("Add");
    let image = night.copy_image("shop-batch");
    night.share_image("Remove");
    night.copied();
    night.empty(SOURCE, "shop-assets");
    night.s3(|cloud| names::delete(cloud, &caller(SOURCE), "shop-assets"));
    night.pass(4000);
    night.create_bucket(TARGET, "shop-assets");
    night.copy_bucket(INTERIM, "shop-assets");
    night.empty(TARGET, INTERIM);
    night.s3(|cloud| names::delete(cloud, &caller(TARGET), INTERIM));
    night.move_zone();
    at_end(
        &mut night.cloud,
        &lasting(&["shop-stg", &image, "shop-assets", "stg.example.com"]),
    );
    assert_eq!(night.cloud.laws.broken, []);
}

#[test]
fn law_1_a_version_that_is_dropped_after_the_interim_is_not_whole() {
    let mut night = Night::new();
    night.copied();
    let last = night.stacks(INTERIM)["b"][1].id();
    night.delete_version(TARGET, INTERIM, "b", &last);
    assert_eq!(night.broken(), [0; 0], "the source still has it");
    night.empty(SOURCE, "shop-assets");
    night.breaks_only(1, "\"b\"");
    assert_eq!(night.broken().len(), 1);
}

#[test]
fn law_1_an_order_that_is_not_the_sources_is_not_the_same_history() {
    let mut night = Night::new();
    night.create_bucket(TARGET, INTERIM);
    night.admit(SOURCE, "shop-assets", TARGET);
    let stacks = night.stacks("shop-assets");
    night.copy_version("shop-assets", INTERIM, "b", &stacks["b"][1].id());
    night.copy_version("shop-assets", INTERIM, "b", &stacks["b"][0].id());
    night.cloud.laws.proved_equal("shop-assets");
    night.cloud.laws.gate_approved("shop-assets");
    night.delete_version(SOURCE, "shop-assets", "b", &stacks["b"][0].id());
    night.breaks_only(1, "\"b\"");
}

#[test]
fn law_1_the_interim_bucket_is_all_there_is_while_the_name_is_on_its_way() {
    let mut night = Night::new();
    night.copied();
    night.empty(SOURCE, "shop-assets");
    assert_eq!(night.broken(), [0; 0]);
    let first = night.stacks(INTERIM)["a"][1].id();
    night.delete_version(TARGET, INTERIM, "a", &first);
    night.breaks_only(1, "\"a\"");
}

#[test]
fn law_1_a_database_is_kept_until_another_holds_what_was_last_written_to_it() {
    let mut night = Night::new();
    let arn = night.snapshot("early");
    rds::write_data(
        &mut night.cloud,
        &(account(SOURCE), caller(SOURCE).region, "shop-stg".to_owned()),
    );
    assert!(!arn.is_empty());
    night.ok(
        SOURCE,
        "rds DeleteDBInstance",
        json!({"DBInstanceIdentifier": "shop-stg", "SkipFinalSnapshot": true}),
    );
    night.breaks_only(1, "db:shop-stg");

    let mut night = Night::new();
    rds::write_data(
        &mut night.cloud,
        &(account(SOURCE), caller(SOURCE).region, "shop-stg".to_owned()),
    );
    night.snapshot("late");
    night.ok(
        SOURCE,
        "rds DeleteDBInstance",
        json!({"DBInstanceIdentifier": "shop-stg", "SkipFinalSnapshot": true}),
    );
    night.pass(20_000);
    assert_eq!(night.broken(), [0; 0]);
    night.ok(SOURCE, "rds DeleteDBSnapshot", json!({"DBSnapshotIdentifier": "late"}));
    night.breaks_only(1, "db:shop-stg");
}

#[test]
fn law_1_an_image_is_lost_when_it_is_deregistered_before_its_copy_is_ready() {
    let mut night = Night::new();
    night.ok(SOURCE, "ec2 DeregisterImage", json!({"ImageId": "ami-1"}));
    night.breaks_only(1, "image/ami-1");
}

#[test]
fn law_1_what_a_disabled_key_encrypts_cannot_be_read_unless_somebody_else_disabled_it() {
    let mut night = Night::new();
    kms::disable(&mut night.cloud, SOURCE_KEY);
    night.pass(10);
    at_end(&mut night.cloud, &BTreeSet::new());
    assert_eq!(night.cloud.laws.broken, []);
    let mut night = Night::new();
    night.ok(SOURCE, "kms DisableKey", json!({"KeyId": SOURCE_KEY}));
    night.breaks_only(1, "db:shop-stg");
}

#[test]
fn law_2_a_share_with_a_stranger() {
    let mut night = Night::new();
    let arn = night.snapshot("transport");
    night.share(&arn, "ValuesToAdd", STRANGER);
    night.share(&arn, "ValuesToRemove", STRANGER);
    night.breaks_only(2, "transport admits 333333333333");

    let mut night = Night::new();
    night.admit(SOURCE, "shop-assets", STRANGER);
    night.breaks_only(2, "shop-assets admits 333333333333");

    let mut night = Night::new();
    night.open_key(Some(STRANGER));
    night.breaks_only(2, "admits 333333333333");

    let mut night = Night::new();
    let grant = json!({"KeyId": SOURCE_KEY, "GranteePrincipal": format!("arn:aws:iam::{STRANGER}:root"), "Operations": ["Decrypt"]});
    night.ok(SOURCE, "kms CreateGrant", grant);
    night.breaks_only(2, "admits 333333333333");
}

#[test]
fn law_2_a_grant_that_the_plan_shows_is_none() {
    let mut night = Night::new();
    let shown = format!("shop-assets admits {STRANGER}");
    night.cloud.laws.allowed_lasting.insert(shown);
    night.cloud.laws.allowed_lasting.insert(SOURCE_KEY.to_owned());
    night.admit(SOURCE, "shop-assets", STRANGER);
    night.open_key(Some(TARGET));
    at_end(&mut night.cloud, &lasting(&["CleaveCopy", "CleaveTransport"]));
    assert_eq!(night.cloud.laws.broken, []);
}

#[test]
fn law_2_a_share_that_is_forgotten() {
    let mut night = Night::new();
    let arn = night.snapshot("transport");
    night.share(&arn, "ValuesToAdd", TARGET);
    night.open_key(Some(TARGET));
    night.admit(SOURCE, "shop-assets", TARGET);
    night.share_image("Add");
    assert_eq!(night.broken(), [0; 0]);
    at_end(&mut night.cloud, &lasting(&["transport"]));
    night.breaks_only(2, "although the run is over");
    assert_eq!(night.broken().len(), 6, "{:#?}", night.cloud.laws.broken);
}

/// A night with a private zone in the source, which was there before, and its id.
fn private_zone() -> (Night, String) {
    let mut night = Night::new();
    let vpc = json!({ "VPCRegion": "ap-northeast-1", "VPCId": "vpc-src" });
    let creation = json!({ "Name": "internal.shop", "CallerReference": "before", "VPC": vpc });
    let made = night.ok(SOURCE, "route53 CreateHostedZone", creation);
    night.cloud.laws = Laws::watching(&night.cloud);
    night.cloud.laws.split(&account(SOURCE), &account(TARGET));
    let id = made["HostedZone"]["Id"].as_str().expect("an id");
    (night, id.replace("/hostedzone/", ""))
}

#[test]
fn law_2_a_vpc_of_another_that_may_resolve_a_zone() {
    let of =
        |zone: &str, vpc: &str| json!({ "HostedZoneId": zone, "VPC": { "VPCRegion": "ap-northeast-1", "VPCId": vpc } });
    let (mut night, zone) = private_zone();
    let input = of(&zone, "vpc-nobodys");
    night.ok(SOURCE, "route53 CreateVPCAssociationAuthorization", input);
    night.breaks_only(2, "admits nobody known");

    let (mut night, zone) = private_zone();
    let input = of(&zone, "vpc-stg");
    night.ok(SOURCE, "route53 CreateVPCAssociationAuthorization", input.clone());
    night.ok(TARGET, "route53 AssociateVPCWithHostedZone", input);
    assert_eq!(night.broken(), [0; 0]);
    let shown = format!("arn:aws:route53:::hostedzone/{zone}?vpc=vpc-stg");
    night.cloud.laws.allowed_lasting.insert(shown);
    at_end(&mut night.cloud, &lasting(&[]));
    night.breaks_only(2, "?authorized=vpc-stg admits 222222222222 although the run is over");
    assert_eq!(night.broken().len(), 1, "{:#?}", night.cloud.laws.broken);
}

#[test]
fn law_3_a_source_bucket_is_emptied_before_it_is_proved_and_approved() {
    for (proved, approved, words) in [
        (false, false, "is not proved equal and its gate is not approved"),
        (true, false, "its gate is not approved"),
        (false, true, "is not proved equal"),
    ] {
        let mut night = Night::new();
        night.create_bucket(TARGET, INTERIM);
        night.admit(SOURCE, "shop-assets", TARGET);
        night.copy_bucket("shop-assets", INTERIM);
        if proved {
            night.cloud.laws.proved_equal("shop-assets");
        }
        if approved {
            night.cloud.laws.gate_approved("shop-assets");
        }
        // A version that the application has written since is not the source's as it was.
        let body = bytes::Bytes::from_static(b"late");
        let late = night.s3(|cloud| objects::put(cloud, &caller(SOURCE), "shop-assets", "b", body, Default::default()));
        night.delete_version(SOURCE, "shop-assets", "b", &late.id());
        assert_eq!(night.broken(), [0; 0]);
        night.empty(SOURCE, "shop-assets");
        night.breaks_only(3, words);
    }
}

#[test]
fn law_4_the_zone_is_deleted_early() {
    let mut night = Night::new();
    night.delete_source_zone();
    night.breaks_only(4, "www.stg.example.com");
}

/// An empty zone of the target, and the parent's delegation to it before anything was copied.
fn delegated_too_early(night: &mut Night, name: &str, parent: &str, action: &str) {
    let made = night.ok(
        TARGET,
        "route53 CreateHostedZone",
        json!({"Name": name, "CallerReference": "run/early"}),
    );
    let servers = made["DelegationSet"]["NameServers"].as_array().expect("servers");
    let servers: Vec<Value> = servers.iter().map(|server| json!({ "Value": server })).collect();
    night.pass(120);
    assert_eq!(night.broken(), [0; 0], "nobody is sent there yet");
    let set = json!({"Name": name, "Type": "NS", "TTL": 300, "ResourceRecords": servers});
    night.change_records(SOURCE, parent, json!([{"Action": action, "ResourceRecordSet": set}]));
}

#[test]
fn law_4_a_delegation_before_the_records_are_copied() {
    let mut night = Night::new();
    delegated_too_early(&mut night, "stg.example.com", "ZPARENT", "UPSERT");
    night.breaks_only(4, "www.stg.example.com");

    // Names that are carved out of a zone are hidden by the delegation.
    let mut night = Night::new();
    delegated_too_early(&mut night, "www.stg.example.com", "ZSTG", "CREATE");
    night.breaks_only(4, "www.stg.example.com");
}

#[test]
fn law_5_a_key_is_scheduled_for_deletion() {
    let mut night = Night::new();
    night.ok(
        SOURCE,
        "kms ScheduleKeyDeletion",
        json!({"KeyId": SPARE_KEY, "PendingWindowInDays": 30}),
    );
    night.breaks_only(5, "scheduled for deletion");
}

#[test]
fn law_5_what_the_target_has_depends_on_the_sources_key() {
    let mut night = Night::new();
    night.open_key(Some(TARGET));
    night.create_bucket(TARGET, "new");
    night.s3(|cloud| settings::put_encryption(cloud, &caller(TARGET), "new", Some(SOURCE_KEY.to_owned()), true));
    night.open_key(None);
    at_end(&mut night.cloud, &lasting(&["new"]));
    night.breaks_only(5, "bucket new");
}

#[test]
fn law_6_a_step_makes_a_second_one() {
    let mut night = Night::new();
    night.snapshot("first");
    night.snapshot("second");
    night.breaks_only(6, "made a second database snapshot");

    let mut night = Night::new();
    night.share_image("Add");
    night.copy_image("shop-batch");
    assert_eq!(
        night.broken(),
        [0; 0],
        "an image and its two snapshots carry the same tags"
    );
    night.copy_image("shop-batch-2");
    night.breaks_only(6, "made a second image");

    let mut night = Night::new();
    for reference in ["one", "two"] {
        let input = json!({"Name": "stg.example.com", "CallerReference": reference});
        night.ok(TARGET, "route53 CreateHostedZone", input);
    }
    night.breaks_only(6, "made 2 times");
}

#[test]
fn law_6_a_version_is_copied_twice() {
    let mut night = Night::new();
    night.create_bucket(TARGET, INTERIM);
    night.admit(SOURCE, "shop-assets", TARGET);
    let first = night.stacks("shop-assets")["b"][0].id();
    night.copy_version("shop-assets", INTERIM, "b", &first);
    assert_eq!(night.broken(), [0; 0]);
    night.copy_version("shop-assets", INTERIM, "b", &first);
    night.breaks_only(6, "written twice");

    let mut night = Night::new();
    night.copied();
    assert_eq!(night.broken(), [0; 0]);
    night.s3(|cloud| objects::delete(cloud, &caller(TARGET), INTERIM, "a", None));
    night.breaks_only(6, "written twice");
}

#[test]
fn law_6_something_is_left_over_at_the_end() {
    let mut night = Night::new();
    night.snapshot("transport");
    night.create_bucket(TARGET, INTERIM);
    night.share_image("Add");
    let image = night.copy_image("shop-batch");
    night.share_image("Remove");
    night.ok(TARGET, "ec2 DeregisterImage", json!({"ImageId": image}));
    let key = night.ok(TARGET, "kms CreateKey", json!({}));
    assert!(key["KeyMetadata"]["Arn"].is_string(), "keys are exempt");
    at_end(&mut night.cloud, &BTreeSet::new());
    night.breaks_only(6, "left over");
    assert_eq!(night.broken().len(), 4, "{:#?}", night.cloud.laws.broken);
}

#[test]
fn law_6_a_freezing_statement_is_left_over() {
    let mut night = Night::new();
    let policy = json!({"Version": "2012-10-17", "Statement": {"Sid": "CleaveFreeze", "Effect": "Deny", "Principal": "*",
        "Action": "s3:PutObject", "Resource": "arn:aws:s3:::shop-assets/*"}});
    night.s3(|cloud| settings::put_policy(cloud, &caller(SOURCE), "shop-assets", &policy.to_string()));
    at_end(&mut night.cloud, &BTreeSet::new());
    night.breaks_only(6, "CleaveFreeze");
}

#[test]
fn law_7_an_undo_that_gives_everything_back_breaks_nothing() {
    let mut night = Night::new();
    let arn = night.snapshot("transport");
    night.share(&arn, "ValuesToAdd", TARGET);
    night.share_image("Add");
    night.copied();
    night.change_records(
        SOURCE,
        "ZSTG",
        json!([{"Action": "DELETE", "ResourceRecordSet": www()},
        {"Action": "CREATE", "ResourceRecordSet": www()}]),
    );
    let key = night.ok(
        TARGET,
        "kms CreateKey",
        json!({"Tags": [{"TagKey": "cleave:run", "TagValue": "abcdefghijkl"}]}),
    );
    let alias = json!({"AliasName": "alias/new", "TargetKeyId": key["KeyMetadata"]["KeyId"]});
    night.ok(TARGET, "kms CreateAlias", alias);
    night.share(&arn, "ValuesToRemove", TARGET);
    night.ok(
        SOURCE,
        "rds DeleteDBSnapshot",
        json!({"DBSnapshotIdentifier": "transport"}),
    );
    night.share_image("Remove");
    night.empty(TARGET, INTERIM);
    night.s3(|cloud| names::delete(cloud, &caller(TARGET), INTERIM));
    night.s3(|cloud| settings::delete_policy(cloud, &caller(SOURCE), "shop-assets"));
    at_undone(&mut night.cloud);
    assert_eq!(night.cloud.laws.broken, []);
}

#[test]
fn law_7_every_difference_is_listed() {
    let mut night = Night::new();
    night.snapshot("transport");
    night.open_key(None);
    night.admit(SOURCE, "shop-assets", TARGET);
    night.create_bucket(TARGET, INTERIM);
    night.share_image("Add");
    let body = bytes::Bytes::from_static(b"marker of the run");
    night.s3(|cloud| objects::put(cloud, &caller(SOURCE), "shop-assets", "left", body, Default::default()));
    night.s3(|cloud| settings::put_tags(cloud, &caller(SOURCE), "shop-assets", Vec::new()));
    let input = json!({"DBInstanceIdentifier": "shop-stg", "BackupRetentionPeriod": 9, "ApplyImmediately": true});
    night.ok(SOURCE, "rds ModifyDBInstance", input);
    night.change_records(
        SOURCE,
        "ZSTG",
        json!([{"Action": "UPSERT", "ResourceRecordSet":
        {"Name": "www.stg.example.com", "Type": "A", "TTL": 30, "ResourceRecords": [{"Value": "192.0.2.1"}]}}]),
    );
    night.pass(20_000);
    assert_eq!(night.broken(), [0; 0]);
    at_undone(&mut night.cloud);
    let lines: Vec<&str> = night
        .cloud
        .laws
        .broken
        .iter()
        .map(|broken| broken.what.as_str())
        .collect();
    assert!(night.broken().iter().all(|law| *law == 7), "{lines:#?}");
    for part in [
        "database snapshot 111111111111/ap-northeast-1/transport was not there",
        "database 111111111111/ap-northeast-1/shop-stg is not as it was",
        "- backup_retention_days",
        "image ami-1 is not as it was",
        "snapshot snap-2 is not as it was",
        "key arn:aws:kms:ap-northeast-1:111111111111:key/00000000-0000-4000-8000-000000000001 is not as it was",
        "zone ZSTG is not as it was",
        "bucket shop-assets: policy was none",
        "bucket shop-assets: tags was",
        "bucket shop-assets: 1 key(s) are not as they were, first \"left\"",
        "bucket cleave-interim was not there",
    ] {
        assert!(lines.iter().any(|line| line.contains(part)), "{part} in {lines:#?}");
    }
}

#[test]
fn a_new_key_that_still_admits_the_other_account_after_undo_is_a_share_that_outlives_the_run() {
    let mut night = Night::new();
    let key = night.ok(TARGET, "kms CreateKey", json!({}));
    let grant = json!({"KeyId": key["KeyMetadata"]["Arn"], "GranteePrincipal": format!("arn:aws:iam::{SOURCE}:root"), "Operations": ["Decrypt"]});
    night.ok(TARGET, "kms CreateGrant", grant);
    at_undone(&mut night.cloud);
    night.breaks_only(2, "although the run is over");
}

#[test]
fn until_the_accounts_are_named_only_keys_and_names_are_watched() {
    let start: Timestamp = "2026-11-22T13:00:00Z".parse().expect("a time");
    let mut night = Night {
        cloud: Cloud::new(&inventory(json!([])), start, 7, FaultLevel::None),
    };
    night.ok(SOURCE, "ec2 DeregisterImage", json!({"ImageId": "ami-1"}));
    at_end(&mut night.cloud, &BTreeSet::new());
    assert_eq!(night.cloud.laws.broken, []);
    night.ok(
        SOURCE,
        "kms ScheduleKeyDeletion",
        json!({"KeyId": SPARE_KEY, "PendingWindowInDays": 7}),
    );
    night.breaks_only(5, "scheduled");
}

/// As large as the largest ready-made example: 30 buckets of 200 versions, one of them copied and emptied call by call.
/// Returns how many checks there were and how long they took together.
#[expect(
    clippy::disallowed_methods,
    reason = "what is measured is how long the machine takes"
)]
fn move_one_bucket_of_thirty() -> (Night, u32, std::time::Duration) {
    let objects: Vec<Value> = (0..20)
        .map(|key| json!({"key": format!("data/object-{key:03}"), "entries": vec![json!({"version": {"size": 1000}}); 10]}))
        .collect();
    let buckets: Vec<Value> = (0..30)
        .map(|n| json!({"name": format!("shop-{n:02}"), "versioning": "enabled", "objects": objects}))
        .collect();
    let mut night = Night::with(json!(buckets));
    night.create_bucket(TARGET, INTERIM);
    night.admit(SOURCE, "shop-17", TARGET);
    night.cloud.laws.proved_equal("shop-17");
    night.cloud.laws.gate_approved("shop-17");
    let (mut checks, mut spent) = (0, std::time::Duration::ZERO);
    let mut timed = |cloud: &mut Cloud| {
        let began = Instant::now();
        check(cloud);
        spent += began.elapsed();
        checks += 1;
    };
    for (key, entries) in night.stacks("shop-17") {
        for entry in &entries {
            let source = Source {
                bucket: "shop-17".to_owned(),
                key: key.clone(),
                version: Some(entry.id()),
                ..Source::default()
            };
            objects::copy(
                &mut night.cloud,
                &caller(TARGET),
                &source,
                (INTERIM, &key),
                Copying::default(),
            )
            .expect("a copy");
            timed(&mut night.cloud);
            // A call that changes nothing.
            timed(&mut night.cloud);
        }
    }
    for (key, entries) in night.stacks("shop-17") {
        for entry in &entries {
            objects::delete(&mut night.cloud, &caller(SOURCE), "shop-17", &key, Some(&entry.id())).expect("a deletion");
            timed(&mut night.cloud);
        }
    }
    (night, checks, spent)
}

#[test]
fn a_check_looks_at_what_has_changed_and_not_at_what_exists() {
    let (night, checks, _) = move_one_bucket_of_thirty();
    assert_eq!(night.cloud.laws.broken, []);
    assert_eq!(checks, 600);
    // Each of the 200 deletions looks at the source and at the interim bucket; the first also searches for the latter.
    let compared = night.cloud.laws.content.compared();
    assert!((400..450).contains(&compared), "{compared} comparisons");
}

#[test]
#[ignore = "measures time: run it alone, on a machine that does nothing else"]
fn a_check_takes_less_than_fifty_microseconds() {
    let (_, checks, spent) = move_one_bucket_of_thirty();
    let each = spent / checks;
    assert!(each.as_micros() < 50, "{each:?} for each of {checks} checks");
    assert!(each.as_micros() > 0, "nothing was measured");
}
