//! Snapshots: made, re-keyed, shared, copied across accounts, described.

use serde_json::{Value, json};

use super::super::storage_fixture::{Accounts, SOURCE, SOURCE_KEY, TARGET, TARGET_KEY, TRANSPORT};
use crate::faults::FaultLevel;

const DAY: i64 = 86_400;

fn arn(account: &str, name: &str) -> String {
    format!("arn:aws:rds:eu-west-1:{account}:snapshot:{name}")
}

fn create(database: &str, name: &str) -> Value {
    json!({"DBInstanceIdentifier": database, "DBSnapshotIdentifier": name})
}

fn copy(from: &str, to: &str, key: Option<&str>) -> Value {
    json!({"SourceDBSnapshotIdentifier": from, "TargetDBSnapshotIdentifier": to, "KmsKeyId": key})
}

fn share(name: &str, with: &[&str]) -> Value {
    json!({"DBSnapshotIdentifier": name, "AttributeName": "restore", "ValuesToAdd": with})
}

/// A snapshot of a database, complete.
fn taken(a: &mut Accounts, database: &str, name: &str) {
    a.ok(SOURCE, "rds CreateDBSnapshot", create(database, name));
    a.pass(DAY);
}

fn one(a: &mut Accounts, account: &str, name: &str) -> Value {
    a.ok(
        account,
        "rds DescribeDBSnapshots",
        json!({"DBSnapshotIdentifier": name}),
    )["DBSnapshots"][0]
        .clone()
}

#[test]
fn a_snapshot_takes_time_and_inherits_its_instances_key() {
    let mut a = Accounts::quiet();
    let made = a.ok(SOURCE, "rds CreateDBSnapshot", create("on-own", "s1"))["DBSnapshot"].clone();
    assert_eq!(
        (&made["Status"], &made["PercentProgress"]),
        (&json!("creating"), &json!(0))
    );
    assert_eq!(made["DBSnapshotArn"], arn(SOURCE, "s1"));
    assert_eq!(made["KmsKeyId"], SOURCE_KEY);
    assert_eq!(
        a.refused(SOURCE, "rds CreateDBSnapshot", create("on-own", "s2")),
        "InvalidDBInstanceState"
    );
    a.pass(120);
    let progress = one(&mut a, SOURCE, "s1")["PercentProgress"].as_i64().expect("a number");
    assert!((1..100).contains(&progress), "{progress}");
    a.pass(DAY);
    let done = one(&mut a, SOURCE, "s1");
    assert_eq!(
        (&done["Status"], &done["PercentProgress"]),
        (&json!("available"), &json!(100))
    );
    assert_eq!(a.cloud.effects.len(), 1);
}

#[test]
fn what_create_and_copy_refuse() {
    let mut a = Accounts::quiet();
    taken(&mut a, "on-own", "s1");
    for (operation, input, code) in [
        (
            "rds CreateDBSnapshot",
            create("on-own", "s1"),
            "DBSnapshotAlreadyExists",
        ),
        ("rds CreateDBSnapshot", create("nothing", "s2"), "DBInstanceNotFound"),
        (
            "rds CreateDBSnapshot",
            create("on-own", "rds:s2"),
            "InvalidParameterValue",
        ),
        (
            "rds CreateDBSnapshot",
            create("on-own", "a--b"),
            "InvalidParameterValue",
        ),
        ("rds CopyDBSnapshot", copy("s1", "s1", None), "DBSnapshotAlreadyExists"),
        ("rds CopyDBSnapshot", copy("s9", "s2", None), "DBSnapshotNotFound"),
        (
            "rds CopyDBSnapshot",
            copy("s1", "s2", Some("alias/none")),
            "KMSKeyNotAccessibleFault",
        ),
        // A key of another account that admits nobody, and its bare id, which is looked up at home.
        (
            "rds CopyDBSnapshot",
            copy("s1", "s2", Some(TARGET_KEY)),
            "KMSKeyNotAccessibleFault",
        ),
        (
            "rds CopyDBSnapshot",
            copy("s1", "s2", TARGET_KEY.rsplit('/').next()),
            "KMSKeyNotAccessibleFault",
        ),
    ] {
        let shown = input.to_string();
        assert_eq!(a.refused(SOURCE, operation, input), code, "{operation} {shown}");
    }
    let mut tagged = copy("s1", "s2", None);
    tagged["CopyTags"] = json!(true);
    a.ok(SOURCE, "rds CopyDBSnapshot", tagged.clone());
    a.ok(
        SOURCE,
        "rds AddTagsToResource",
        json!({"ResourceName": arn(SOURCE, "s1"), "Tags": [{"Key": "a", "Value": "b"}]}),
    );
    tagged["Tags"] = json!([{"Key": "aws:x", "Value": "y"}]);
    tagged["TargetDBSnapshotIdentifier"] = json!("s3");
    assert_eq!(a.refused(SOURCE, "rds CopyDBSnapshot", tagged), "InvalidParameterValue");
    a.cloud.rds.quotas.manual_snapshots = 2;
    assert_eq!(
        a.refused(SOURCE, "rds CopyDBSnapshot", copy("s1", "s4", None)),
        "SnapshotQuotaExceeded"
    );
}

#[test]
fn automated_snapshots_are_there_and_cannot_be_shared_or_deleted() {
    let mut a = Accounts::quiet();
    let input = json!({"SnapshotType": "automated", "DBInstanceIdentifier": "on-own"});
    let found = a.ok(SOURCE, "rds DescribeDBSnapshots", input)["DBSnapshots"].clone();
    assert_eq!(found.as_array().map(Vec::len), Some(1));
    let name = found[0]["DBSnapshotIdentifier"].as_str().expect("a name").to_owned();
    assert_eq!(name, "rds:on-own-2026-03-07-07-00");
    assert_eq!(
        a.refused(SOURCE, "rds ModifyDBSnapshotAttribute", share(&name, &[TARGET])),
        "InvalidParameterValue"
    );
    assert_eq!(
        a.refused(SOURCE, "rds DeleteDBSnapshot", json!({"DBSnapshotIdentifier": name})),
        "InvalidDBSnapshotState"
    );
    // Describe calls take the same name, and a copy of it is a manual one.
    a.ok(
        SOURCE,
        "rds DescribeDBSnapshotAttributes",
        json!({"DBSnapshotIdentifier": name}),
    );
    a.ok(SOURCE, "rds CopyDBSnapshot", copy(&name, "manual", None));
    a.pass(DAY);
    a.ok(SOURCE, "rds ModifyDBSnapshotAttribute", share("manual", &[TARGET]));
}

#[test]
fn what_sharing_refuses() {
    let mut a = Accounts::quiet();
    for (database, name) in [("on-default", "d"), ("on-own", "o"), ("plain", "p")] {
        taken(&mut a, database, name);
    }
    let many: Vec<String> = (0..21).map(|n| format!("3333333333{n:02}")).collect();
    let many: Vec<&str> = many.iter().map(String::as_str).collect();
    for (input, code) in [
        (share("d", &[TARGET]), "InvalidParameterValue"),
        (share("o", &["all"]), "InvalidParameterValue"),
        (share("o", &["22"]), "InvalidParameterValue"),
        (share("o", &many), "SharedSnapshotQuotaExceeded"),
        (share("x", &[TARGET]), "DBSnapshotNotFound"),
    ] {
        let shown = input.to_string();
        assert_eq!(
            a.refused(SOURCE, "rds ModifyDBSnapshotAttribute", input),
            code,
            "{shown}"
        );
    }
    assert_eq!(
        a.refused(
            TARGET,
            "rds DescribeDBSnapshotAttributes",
            json!({"DBSnapshotIdentifier": arn(SOURCE, "o")})
        ),
        "DBSnapshotNotFound"
    );
    a.ok(SOURCE, "rds ModifyDBSnapshotAttribute", share("o", &[TARGET]));
    let effects = a.cloud.effects.len();
    let again = a.ok(SOURCE, "rds ModifyDBSnapshotAttribute", share("o", &[TARGET]));
    assert_eq!(
        again["DBSnapshotAttributesResult"]["DBSnapshotAttributes"][0]["AttributeValues"],
        json!([TARGET])
    );
    assert_eq!(a.cloud.effects.len(), effects, "sharing what is shared changes nothing");
    assert_eq!(
        super::shares(&a.cloud),
        [(arn(SOURCE, "o"), a.source.account.clone(), TARGET.to_owned())]
    );
    let unshare = json!({"DBSnapshotIdentifier": "o", "AttributeName": "restore", "ValuesToRemove": [TARGET]});
    a.ok(SOURCE, "rds ModifyDBSnapshotAttribute", unshare);
    assert!(super::shares(&a.cloud).is_empty());
    // As in 2019: the share is accepted, and the copy fails with the source's key.
    a.cloud.rds.default_key_share_accepted = true;
    a.ok(SOURCE, "rds ModifyDBSnapshotAttribute", share("d", &[TARGET]));
    let refused = a.refused(
        TARGET,
        "rds CopyDBSnapshot",
        copy(&arn(SOURCE, "d"), "t", Some(TARGET_KEY)),
    );
    assert_eq!(refused, "KMSKeyNotAccessibleFault");
}

#[test]
fn a_copy_into_another_account_needs_the_share_the_key_and_a_key_of_its_own() {
    let mut a = Accounts::quiet();
    taken(&mut a, "on-own", "s1");
    let shared = arn(SOURCE, "s1");
    let wanted = || copy(&shared, "t1", Some(TARGET_KEY));
    assert_eq!(a.refused(TARGET, "rds CopyDBSnapshot", wanted()), "DBSnapshotNotFound");
    a.ok(SOURCE, "rds ModifyDBSnapshotAttribute", share("s1", &[TARGET]));
    assert_eq!(
        a.refused(TARGET, "rds CopyDBSnapshot", wanted()),
        "KMSKeyNotAccessibleFault"
    );
    // Everything sensible, but no grants: the omission seen most often.
    a.open_key(SOURCE_KEY, TRANSPORT, TARGET);
    assert_eq!(
        a.refused(TARGET, "rds CopyDBSnapshot", wanted()),
        "KMSKeyNotAccessibleFault"
    );
    a.open_key_for_transport(SOURCE_KEY, TARGET);
    assert_eq!(
        a.refused(TARGET, "rds CopyDBSnapshot", copy(&shared, "t1", None)),
        "InvalidParameterCombination"
    );
    let begun = a.ok(TARGET, "rds CopyDBSnapshot", wanted())["DBSnapshot"].clone();
    assert_eq!(
        (&begun["Status"], &begun["KmsKeyId"]),
        (&json!("copying"), &json!(TARGET_KEY))
    );
    assert_eq!(begun["SourceDBSnapshotIdentifier"], shared);
    a.pass(DAY);
    let (from, to) = (one(&mut a, SOURCE, "s1"), one(&mut a, TARGET, "t1"));
    assert_eq!(to["Status"], "available");
    assert_ne!(from["SnapshotCreateTime"], to["SnapshotCreateTime"]);
    assert_eq!(from["OriginalSnapshotCreateTime"], to["OriginalSnapshotCreateTime"]);
    // With the source's key named the copy is accepted, and stays on it: it becomes unusable with the transport's end.
    a.ok(TARGET, "rds CopyDBSnapshot", copy(&shared, "t2", Some(SOURCE_KEY)));
    a.pass(DAY);
    assert_eq!(one(&mut a, TARGET, "t2")["KmsKeyId"], SOURCE_KEY);
    let usable = |a: &Accounts, name: &str| {
        super::resources(&a.cloud)
            .into_iter()
            .find(|r| r.arn == arn(TARGET, name))
            .expect("it is there")
            .usable
    };
    assert_eq!((usable(&a, "t1"), usable(&a, "t2")), (true, true));
    a.open_key(SOURCE_KEY, &["kms:DescribeKey"], TARGET);
    assert_eq!((usable(&a, "t1"), usable(&a, "t2")), (true, false));
    let snapshots = super::resources(&a.cloud)
        .into_iter()
        .filter(|r| ["s1", "t1"].iter().any(|name| r.arn.ends_with(name)));
    let digests: Vec<_> = snapshots.map(|r| r.digest).collect();
    assert_eq!(digests.len(), 2);
    assert_eq!(digests[0], digests[1], "a copy holds what its source held");
}

#[test]
fn a_snapshot_can_be_rekeyed_at_once_under_a_key_of_the_target() {
    let mut a = Accounts::quiet();
    taken(&mut a, "on-default", "d");
    a.open_key_for_transport(TARGET_KEY, SOURCE);
    a.ok(SOURCE, "rds CopyDBSnapshot", copy("d", "d2", Some(TARGET_KEY)));
    a.pass(DAY);
    a.ok(SOURCE, "rds ModifyDBSnapshotAttribute", share("d2", &[TARGET]));
    a.ok(
        TARGET,
        "rds CopyDBSnapshot",
        copy(&arn(SOURCE, "d2"), "t", Some("alias/shop")),
    );
    a.pass(DAY);
    assert_eq!(one(&mut a, TARGET, "t")["KmsKeyId"], TARGET_KEY);
}

#[test]
fn copies_of_one_database_queue_and_count_against_the_quota() {
    let mut a = Accounts::quiet();
    taken(&mut a, "on-own", "s1");
    for n in 0..3 {
        a.ok(
            SOURCE,
            "rds CopyDBSnapshot",
            copy("s1", &format!("c{n}"), Some("alias/aws/rds")),
        );
    }
    a.pass(300);
    let progress = |a: &mut Accounts, name: &str| one(a, SOURCE, name)["PercentProgress"].as_i64().expect("a number");
    assert!(progress(&mut a, "c0") > 0);
    assert_eq!((progress(&mut a, "c1"), progress(&mut a, "c2")), (0, 0));
    assert!(one(&mut a, SOURCE, "c1").get("SnapshotCreateTime").is_none());
    a.cloud.rds.quotas.copies_under_way = 3;
    assert_eq!(
        a.refused(SOURCE, "rds CopyDBSnapshot", copy("s1", "c3", None)),
        "SnapshotQuotaExceeded"
    );
    // Deleting the one under way is its cancellation: the next begins.
    a.ok(SOURCE, "rds DeleteDBSnapshot", json!({"DBSnapshotIdentifier": "c0"}));
    a.pass(300);
    assert!(progress(&mut a, "c1") > 0);
    // One jump over a night completes one after the other.
    a.pass(DAY);
    assert_eq!((progress(&mut a, "c1"), progress(&mut a, "c2")), (100, 100));
}

#[test]
fn shared_snapshots_are_found_by_arn_or_when_asked_for() {
    let mut a = Accounts::quiet();
    taken(&mut a, "on-own", "s1");
    a.ok(
        SOURCE,
        "rds AddTagsToResource",
        json!({"ResourceName": arn(SOURCE, "s1"), "Tags": [{"Key": "a", "Value": "b"}]}),
    );
    a.ok(SOURCE, "rds ModifyDBSnapshotAttribute", share("s1", &[TARGET]));
    for (input, count) in [
        (json!({}), 0),
        (json!({"SnapshotType": "shared"}), 1),
        (json!({"IncludeShared": true}), 1),
        (json!({"IncludeShared": "true"}), 1),
        (json!({"SnapshotType": "manual"}), 0),
        (json!({"DBSnapshotIdentifier": arn(SOURCE, "s1")}), 1),
        (
            json!({"SnapshotType": "shared", "Filters": [{"Name": "engine", "Values": ["mysql"]}]}),
            0,
        ),
    ] {
        let found = a.ok(TARGET, "rds DescribeDBSnapshots", input.clone())["DBSnapshots"].clone();
        assert_eq!(found.as_array().map(Vec::len), Some(count), "{input}");
        for snapshot in found.as_array().into_iter().flatten() {
            assert_eq!(snapshot["TagList"], json!([]), "tags do not cross accounts");
            assert_eq!(snapshot["DBSnapshotIdentifier"], arn(SOURCE, "s1"));
        }
    }
    assert_eq!(
        a.refused(TARGET, "rds DescribeDBSnapshots", json!({"DBSnapshotIdentifier": "s1"})),
        "DBSnapshotNotFound"
    );
    let bad = json!({"Filters": [{"Name": "colour", "Values": ["red"]}]});
    assert_eq!(
        a.refused(SOURCE, "rds DescribeDBSnapshots", bad),
        "InvalidParameterValue"
    );
}

#[test]
fn describe_pages_give_everything_once() {
    let mut a = Accounts::quiet();
    taken(&mut a, "plain", "s");
    a.cloud.rds.quotas.copies_under_way = 100;
    for n in 0..50 {
        a.ok(SOURCE, "rds CopyDBSnapshot", copy("s", &format!("c{n}"), None));
    }
    let (mut names, mut marker) = (std::collections::BTreeSet::new(), Value::Null);
    loop {
        let input = json!({"SnapshotType": "manual", "MaxRecords": 20, "Marker": marker});
        let found = a.ok(SOURCE, "rds DescribeDBSnapshots", input);
        for snapshot in found["DBSnapshots"].as_array().expect("a list") {
            assert!(
                names.insert(snapshot["DBSnapshotIdentifier"].to_string()),
                "shown twice: {snapshot}"
            );
        }
        marker = found["Marker"].clone();
        if marker.is_null() {
            break;
        }
    }
    assert_eq!(names.len(), 51);
    assert_eq!(
        a.refused(SOURCE, "rds DescribeDBSnapshots", json!({"MaxRecords": 5})),
        "InvalidParameterValue"
    );
}

#[test]
fn a_hostile_copy_can_fail_for_good_and_a_fresh_one_may_be_invisible() {
    let (mut failed, mut hidden) = (0, 0);
    for seed in 0..150 {
        let mut a = Accounts::new(FaultLevel::Hostile, seed);
        taken(&mut a, "plain", "s");
        a.ok(SOURCE, "rds CopyDBSnapshot", copy("s", "c", None));
        let seen = a.ok(SOURCE, "rds DescribeDBSnapshots", json!({"SnapshotType": "manual"}));
        hidden += usize::from(seen["DBSnapshots"].as_array().map(Vec::len) == Some(1));
        assert_eq!(
            a.refused(SOURCE, "rds CopyDBSnapshot", copy("s", "c", None)),
            "DBSnapshotAlreadyExists"
        );
        a.pass(DAY);
        let status = one(&mut a, SOURCE, "c")["Status"].clone();
        assert!(status == "available" || status == "failed", "{status}");
        failed += usize::from(status == "failed");
    }
    assert!((1..40).contains(&failed), "{failed} of 150 failed");
    assert!(hidden > 50, "{hidden} of 150 were hidden at first");
}
