//! EBS snapshots: seen by whom they are shared with, copied alone, kept while an image stands on them, left by a copy that is cancelled.

use serde_json::json;

use super::super::storage_fixture::{Accounts, SOURCE, SOURCE_KEY, TARGET, TARGET_KEY};
use super::tests::{copy, shared};

const DAY: i64 = 86_400;

#[test]
fn snapshots_are_seen_copied_and_kept_while_in_use() {
    let mut a = shared();
    for (account, input, count) in [
        (SOURCE, json!({"OwnerIds": ["self"]}), 8),
        (TARGET, json!({"OwnerIds": ["self"]}), 0),
        (TARGET, json!({}), 2),
        (TARGET, json!({"RestorableByUserIds": ["self"]}), 2),
        (SOURCE, json!({"RestorableByUserIds": [TARGET]}), 2),
        (
            SOURCE,
            json!({"Filters": [{"Name": "encrypted", "Values": ["false"]}]}),
            4,
        ),
        (SOURCE, json!({"MaxResults": 5}), 5),
    ] {
        let found = a.ok(account, "ec2 DescribeSnapshots", input.clone());
        assert_eq!(
            found["Snapshots"].as_array().map(Vec::len),
            Some(count),
            "{account} {input}"
        );
        assert_eq!(found.get("NextToken").is_some(), count == 5, "{input}");
    }
    let delete = |id: &str| json!({"SnapshotId": id});
    for (account, operation, input, code) in [
        (
            SOURCE,
            "ec2 DeleteSnapshot",
            delete("snap-own"),
            "InvalidSnapshot.InUse",
        ),
        (TARGET, "ec2 DeleteSnapshot", delete("snap-own"), "AuthFailure"),
        (
            TARGET,
            "ec2 DeleteSnapshot",
            delete("snap-plain"),
            "InvalidSnapshot.NotFound",
        ),
        (
            TARGET,
            "ec2 DescribeSnapshots",
            json!({"SnapshotIds": ["snap-plain"]}),
            "InvalidSnapshot.NotFound",
        ),
        (
            SOURCE,
            "ec2 DescribeSnapshots",
            json!({"SnapshotIds": ["snap-own"], "MaxResults": 5}),
            "InvalidParameterCombination",
        ),
        (
            TARGET,
            "ec2 CopySnapshot",
            json!({"SourceSnapshotId": "snap-plain", "SourceRegion": "eu-west-1"}),
            "InvalidSnapshot.NotFound",
        ),
        (
            TARGET,
            "ec2 DeregisterImage",
            json!({"ImageId": "ami-own"}),
            "AuthFailure",
        ),
    ] {
        let shown = input.to_string();
        assert_eq!(a.refused(account, operation, input), code, "{operation} {shown}");
    }
    // A copy of a snapshot alone, without the key: it ends in error.
    let input =
        json!({"SourceSnapshotId": "snap-own", "SourceRegion": "eu-west-1", "Encrypted": true, "KmsKeyId": TARGET_KEY});
    let lost = a.ok(TARGET, "ec2 CopySnapshot", input.clone())["SnapshotId"]
        .as_str()
        .expect("an id")
        .to_owned();
    a.open_key_for_transport(SOURCE_KEY, TARGET);
    let good = a.ok(TARGET, "ec2 CopySnapshot", input)["SnapshotId"]
        .as_str()
        .expect("an id")
        .to_owned();
    a.pass(DAY);
    let states = a.ok(TARGET, "ec2 DescribeSnapshots", json!({"SnapshotIds": [good]}))["Snapshots"][0]["State"].clone();
    assert_eq!(states, "completed");
    a.ok(TARGET, "ec2 DeleteSnapshot", delete(&good));
    assert!(a.cloud.ec2.snapshots.contains_key(&lost));
    // Deregistering leaves the snapshots, which can then be deleted.
    a.ok(SOURCE, "ec2 DeregisterImage", json!({"ImageId": "ami-own"}));
    a.ok(SOURCE, "ec2 DeleteSnapshot", delete("snap-own"));
    assert_eq!(
        a.refused(SOURCE, "ec2 DeleteSnapshot", delete("snap-own")),
        "InvalidSnapshot.NotFound"
    );
}

#[test]
fn a_cancelled_copy_leaves_its_snapshots_which_go_on() {
    let mut a = Accounts::quiet();
    let id = a.ok(SOURCE, "ec2 CopyImage", copy("ami-plain", "copy", None))["ImageId"]
        .as_str()
        .expect("an id")
        .to_owned();
    a.ok(SOURCE, "ec2 DeregisterImage", json!({"ImageId": id}));
    a.pass(DAY);
    let found = a.ok(
        SOURCE,
        "ec2 DescribeSnapshots",
        json!({"Filters": [{"Name": "description", "Values": [format!("*{id}*")]}]}),
    );
    let states: Vec<_> = found["Snapshots"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|s| s["State"].clone())
        .collect();
    assert_eq!(states, ["completed", "completed"]);
    assert!(a.cloud.ec2.copies.is_empty());
}
