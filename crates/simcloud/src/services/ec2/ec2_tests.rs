//! Images and EBS snapshots: shared, copied, described, deleted.

use serde_json::{Value, json};

use super::super::storage_fixture::{Accounts, SOURCE, SOURCE_KEY, TARGET, TARGET_KEY, TRANSPORT};
use super::{image_arn, snapshot_arn};
use crate::faults::FaultLevel;

const DAY: i64 = 86_400;

pub(super) fn copy(image: &str, name: &str, key: Option<&str>) -> Value {
    let mut input = json!({"SourceImageId": image, "SourceRegion": "eu-west-1", "Name": name});
    if let Some(key) = key {
        input["Encrypted"] = json!(true);
        input["KmsKeyId"] = json!(key);
    }
    input
}

pub(super) fn launch(image: &str, with: &str) -> Value {
    json!({"ImageId": image, "LaunchPermission": {"Add": [{"UserId": with}]}})
}

pub(super) fn volume(snapshot: &str, with: &str) -> Value {
    json!({"SnapshotId": snapshot, "Attribute": "createVolumePermission", "OperationType": "add", "UserIds": [with]})
}

/// Everything that a copy of `ami-own` into the target needs but the key.
pub(super) fn shared() -> Accounts {
    let mut a = Accounts::quiet();
    a.ok(SOURCE, "ec2 ModifyImageAttribute", launch("ami-own", TARGET));
    for snapshot in ["snap-own", "snap-ownb"] {
        a.ok(SOURCE, "ec2 ModifySnapshotAttribute", volume(snapshot, TARGET));
    }
    a
}

pub(super) fn image(a: &mut Accounts, account: &str, id: &str) -> Value {
    a.ok(account, "ec2 DescribeImages", json!({"ImageIds": [id]}))["Images"][0].clone()
}

fn backing(a: &mut Accounts, account: &str, id: &str) -> Vec<Value> {
    let devices = image(a, account, id)["BlockDeviceMappings"].clone();
    let ids: Vec<_> = devices
        .as_array()
        .expect("a list")
        .iter()
        .map(|d| d["Ebs"]["SnapshotId"].clone())
        .collect();
    let found = a.ok(account, "ec2 DescribeSnapshots", json!({"SnapshotIds": ids}));
    found["Snapshots"].as_array().expect("a list").clone()
}

#[test]
fn images_are_found_by_owner_name_tag_and_permission() {
    let mut a = shared();
    let filter = |name: &str, value: &str| json!({"Filters": [{"Name": name, "Values": [value]}]});
    for (account, input, ids) in [
        (
            SOURCE,
            json!({"Owners": ["self"]}),
            vec!["ami-default", "ami-market", "ami-own", "ami-plain"],
        ),
        (SOURCE, json!({"Owners": [TARGET]}), vec![]),
        (SOURCE, filter("name", "shop-ami-p*"), vec!["ami-plain"]),
        (
            SOURCE,
            filter("tag:team", "shop"),
            vec!["ami-default", "ami-market", "ami-own", "ami-plain"],
        ),
        (SOURCE, filter("state", "pending"), vec![]),
        (SOURCE, json!({"ExecutableUsers": [TARGET]}), vec!["ami-own"]),
        (TARGET, json!({}), vec!["ami-own"]),
        (TARGET, json!({"Owners": ["self"]}), vec![]),
        (TARGET, json!({"ExecutableUsers": ["self"]}), vec!["ami-own"]),
        (TARGET, filter("owner-id", SOURCE), vec!["ami-own"]),
        (TARGET, filter("tag:team", "shop"), vec![]),
    ] {
        let found = a.ok(account, "ec2 DescribeImages", input.clone())["Images"].clone();
        let found: Vec<&str> = found
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|i| i["ImageId"].as_str())
            .collect();
        assert_eq!(found, ids, "{account} {input}");
    }
    assert_eq!(
        image(&mut a, TARGET, "ami-own")["Tags"],
        json!([]),
        "tags do not cross accounts"
    );
    assert_eq!(
        image(&mut a, SOURCE, "ami-market")["ProductCodes"][0]["ProductCodeType"],
        "marketplace"
    );
    assert_eq!(
        a.refused(TARGET, "ec2 DescribeImages", json!({"ImageIds": ["ami-plain"]})),
        "InvalidAMIID.NotFound"
    );
    assert_eq!(
        a.refused(SOURCE, "ec2 DescribeImages", filter("colour", "red")),
        "InvalidParameterValue"
    );
}

#[test]
fn what_sharing_refuses_and_what_it_notes() {
    let mut a = Accounts::quiet();
    for (account, operation, input, code) in [
        (
            SOURCE,
            "ec2 ModifyImageAttribute",
            launch("ami-default", TARGET),
            "InvalidParameter",
        ),
        (
            SOURCE,
            "ec2 ModifySnapshotAttribute",
            volume("snap-default", TARGET),
            "OperationNotPermitted",
        ),
        (
            SOURCE,
            "ec2 ModifySnapshotAttribute",
            volume("snap-own", "all"),
            "OperationNotPermitted",
        ),
        (
            SOURCE,
            "ec2 ModifyImageAttribute",
            launch("ami-own", "22"),
            "InvalidAMIAttributeItemValue",
        ),
        (
            SOURCE,
            "ec2 ModifyImageAttribute",
            json!({"ImageId": "ami-own", "Attribute": "launchPermission"}),
            "MissingParameter",
        ),
        (
            SOURCE,
            "ec2 ModifySnapshotAttribute",
            json!({"SnapshotId": "snap-own", "CreateVolumePermission": {"Add": [{"UserId": TARGET}], "Remove": [{"UserId": SOURCE}]}}),
            "InvalidParameterCombination",
        ),
        (
            TARGET,
            "ec2 ModifyImageAttribute",
            launch("ami-own", TARGET),
            "InvalidAMIID.NotFound",
        ),
        (
            TARGET,
            "ec2 ModifySnapshotAttribute",
            volume("snap-own", TARGET),
            "InvalidSnapshot.NotFound",
        ),
        (
            TARGET,
            "ec2 DescribeImageAttribute",
            json!({"ImageId": "ami-own", "Attribute": "launchPermission"}),
            "InvalidAMIID.NotFound",
        ),
    ] {
        let shown = input.to_string();
        assert_eq!(a.refused(account, operation, input), code, "{operation} {shown}");
    }
    a.ok(SOURCE, "ec2 ModifyImageAttribute", launch("ami-own", TARGET));
    let other_form =
        json!({"ImageId": "ami-own", "Attribute": "launchPermission", "OperationType": "add", "UserIds": [TARGET]});
    a.ok(SOURCE, "ec2 ModifyImageAttribute", other_form);
    assert_eq!(a.cloud.effects.len(), 1, "the second form says the same");
    assert_eq!(
        a.refused(TARGET, "ec2 ModifyImageAttribute", launch("ami-own", TARGET)),
        "AuthFailure"
    );
    a.ok(
        SOURCE,
        "ec2 ModifySnapshotAttribute",
        json!({"SnapshotId": "snap-own", "CreateVolumePermission": {"Add": [{"UserId": TARGET}]}}),
    );
    let permissions = a.ok(
        SOURCE,
        "ec2 DescribeImageAttribute",
        json!({"ImageId": "ami-own", "Attribute": "launchPermission"}),
    );
    assert_eq!(permissions["LaunchPermissions"], json!([{"UserId": TARGET}]));
    let asked = json!({"SnapshotId": "snap-own", "Attribute": "createVolumePermission"});
    assert_eq!(
        a.ok(SOURCE, "ec2 DescribeSnapshotAttribute", asked)["CreateVolumePermissions"],
        json!([{"UserId": TARGET}])
    );
    let region = a.source.region.clone();
    let owner = a.source.account.clone();
    let expected = [
        (image_arn(&region, "ami-own"), owner.clone(), TARGET.to_owned()),
        (snapshot_arn(&region, "snap-own"), owner, TARGET.to_owned()),
    ];
    assert_eq!(super::shares(&a.cloud), expected);
    a.ok(
        SOURCE,
        "ec2 ModifyImageAttribute",
        json!({"ImageId": "ami-own", "LaunchPermission": {"Remove": [{"UserId": TARGET}]}}),
    );
    assert_eq!(
        a.refused(TARGET, "ec2 DescribeImages", json!({"ImageIds": ["ami-own"]})),
        "InvalidAMIID.NotFound"
    );
}

#[test]
fn a_copy_into_another_account_needs_both_permissions_and_the_keys() {
    let mut a = Accounts::quiet();
    let wanted = || copy("ami-own", "copy", Some(TARGET_KEY));
    assert_eq!(a.refused(TARGET, "ec2 CopyImage", wanted()), "InvalidAMIID.NotFound");
    a.ok(SOURCE, "ec2 ModifyImageAttribute", launch("ami-own", TARGET));
    a.ok(SOURCE, "ec2 ModifySnapshotAttribute", volume("snap-own", TARGET));
    // One of two snapshots is not enough.
    assert_eq!(a.refused(TARGET, "ec2 CopyImage", wanted()), "InvalidRequest");
    a.ok(SOURCE, "ec2 ModifySnapshotAttribute", volume("snap-ownb", TARGET));
    // The key is looked at later: the call answers, and the image fails, and stays.
    a.open_key(SOURCE_KEY, TRANSPORT, TARGET);
    let failing = a.ok(TARGET, "ec2 CopyImage", wanted())["ImageId"]
        .as_str()
        .expect("an id")
        .to_owned();
    assert_eq!(image(&mut a, TARGET, &failing)["State"], "pending");
    a.pass(600);
    let failed = image(&mut a, TARGET, &failing);
    assert_eq!(failed["State"], "failed");
    assert!(
        failed["StateReason"]["Message"]
            .as_str()
            .is_some_and(|m| m.contains("not accessible")),
        "{failed}"
    );
    for snapshot in backing(&mut a, TARGET, &failing) {
        assert_eq!(snapshot["State"], "error");
        assert!(
            snapshot["StateMessage"]
                .as_str()
                .is_some_and(|m| m.contains("Given key ID is not accessible"))
        );
    }
    assert_eq!(a.refused(TARGET, "ec2 CopyImage", wanted()), "InvalidAMIName.Duplicate");
    let removed = a.ok(
        TARGET,
        "ec2 DeregisterImage",
        json!({"ImageId": failing, "DeleteAssociatedSnapshots": true}),
    );
    assert_eq!(removed["DeleteSnapshotResults"].as_array().map(Vec::len), Some(2));
    assert!(
        !super::resources(&a.cloud).iter().any(|r| r.owner == a.target.account),
        "nothing is left of it"
    );
    a.open_key_for_transport(SOURCE_KEY, TARGET);
    let mut input = wanted();
    input["TagSpecifications"] = json!([
        {"ResourceType": "image", "Tags": [{"Key": "cleave:step", "Value": "i"}]},
        {"ResourceType": "snapshot", "Tags": [{"Key": "cleave:step", "Value": "s"}]},
    ]);
    input["CopyImageTags"] = json!(true);
    let id = a.ok(TARGET, "ec2 CopyImage", input)["ImageId"]
        .as_str()
        .expect("an id")
        .to_owned();
    a.pass(200);
    let progress: Vec<_> = backing(&mut a, TARGET, &id)
        .iter()
        .map(|s| s["Progress"].as_str().expect("text").to_owned())
        .collect();
    assert!(
        progress.iter().all(|p| p.ends_with('%') && *p != "0%" && *p != "100%"),
        "{progress:?}"
    );
    assert_eq!(
        a.refused(TARGET, "ec2 ModifyImageAttribute", launch(&id, SOURCE)),
        "InvalidAMIID.Unavailable"
    );
    // Its grant is made: closing the key now does not stop the copy.
    a.open_key(SOURCE_KEY, &["kms:DescribeKey"], TARGET);
    a.pass(DAY);
    let done = image(&mut a, TARGET, &id);
    assert_eq!(done["State"], "available");
    assert_eq!(done["Architecture"], "arm64");
    assert_eq!(
        done["Tags"],
        json!([{"Key": "cleave:step", "Value": "i"}]),
        "another account's tags are not copied"
    );
    for snapshot in backing(&mut a, TARGET, &id) {
        assert_eq!(
            (&snapshot["State"], &snapshot["KmsKeyId"]),
            (&json!("completed"), &json!(TARGET_KEY))
        );
        assert_eq!(snapshot["Tags"], json!([{"Key": "cleave:step", "Value": "s"}]));
    }
    let permissions = a.ok(
        TARGET,
        "ec2 DescribeImageAttribute",
        json!({"ImageId": id, "Attribute": "launchPermission"}),
    );
    assert_eq!(
        permissions["LaunchPermissions"],
        json!([]),
        "launch permissions are not copied"
    );
    let region = a.source.region.clone();
    let found = super::resources(&a.cloud);
    let of = |id: &str| {
        found
            .iter()
            .find(|r| r.arn == image_arn(&region, id))
            .expect("it is there")
    };
    assert_eq!(of(&id).digest, of("ami-own").digest);
    assert!(of(&id).usable && of(&id).key.as_deref() == Some(TARGET_KEY));
    assert_ne!(of("ami-plain").digest, of("ami-own").digest);
}

#[test]
fn which_key_a_copy_gets_when_none_is_named() {
    let mut a = shared();
    a.open_key_for_transport(SOURCE_KEY, TARGET);
    let key = |a: &mut Accounts, account: &str, input: Value| {
        let id = a.ok(account, "ec2 CopyImage", input)["ImageId"]
            .as_str()
            .expect("an id")
            .to_owned();
        a.pass(DAY);
        assert_eq!(image(a, account, &id)["State"], "available");
        backing(a, account, &id)[0]["KmsKeyId"].as_str().map(str::to_owned)
    };
    assert_eq!(
        key(&mut a, SOURCE, copy("ami-own", "own", None)).as_deref(),
        Some(SOURCE_KEY)
    );
    assert_eq!(key(&mut a, SOURCE, copy("ami-plain", "plain", None)), None);
    assert_eq!(
        key(&mut a, SOURCE, copy("ami-default", "rekeyed", Some("alias/shop"))).as_deref(),
        Some(SOURCE_KEY)
    );
    let default = key(&mut a, TARGET, copy("ami-own", "foreign", None)).expect("encrypted");
    assert!(
        crate::services::kms::is_aws_managed(&a.cloud, &default) && default.contains(TARGET),
        "{default}"
    );
    let here = (a.source.account.clone(), a.source.region.clone());
    a.cloud.ec2.encrypts_by_default.insert(here);
    assert_eq!(
        a.ok(SOURCE, "ec2 GetEbsEncryptionByDefault", json!({}))["EbsEncryptionByDefault"],
        true
    );
    assert_eq!(
        a.ok(SOURCE, "ec2 GetEbsDefaultKmsKeyId", json!({}))["KmsKeyId"],
        "alias/aws/ebs"
    );
    let default = key(&mut a, SOURCE, copy("ami-plain", "plain-2", None)).expect("encrypted by default");
    assert!(crate::services::kms::is_aws_managed(&a.cloud, &default));
}

#[test]
fn what_copying_refuses() {
    let mut a = shared();
    a.ok(SOURCE, "ec2 ModifyImageAttribute", launch("ami-market", TARGET));
    for snapshot in ["snap-market", "snap-marketb"] {
        a.ok(SOURCE, "ec2 ModifySnapshotAttribute", volume(snapshot, TARGET));
    }
    let with = |mut input: Value, member: &str, value: Value| {
        input[member] = value;
        input
    };
    let pending = a.ok(SOURCE, "ec2 CopyImage", copy("ami-plain", "pending", None))["ImageId"]
        .as_str()
        .expect("an id")
        .to_owned();
    for (account, input, code) in [
        (TARGET, copy("ami-market", "copy", None), "InvalidRequest"),
        (SOURCE, copy(&pending, "copy", None), "InvalidAMIID.Unavailable"),
        (
            SOURCE,
            copy("ami-plain", "shop-ami-own", None),
            "InvalidAMIName.Duplicate",
        ),
        (SOURCE, copy("ami-plain", "x", None), "InvalidAMIName.Malformed"),
        (
            SOURCE,
            with(copy("ami-plain", "copy", None), "KmsKeyId", json!("alias/shop")),
            "InvalidParameterCombination",
        ),
        (
            SOURCE,
            with(copy("ami-plain", "copy", None), "SourceRegion", json!("us-east-1")),
            "NotImplemented",
        ),
        (
            SOURCE,
            with(copy("ami-plain", "copy", None), "DryRun", json!(true)),
            "DryRunOperation",
        ),
        (
            SOURCE,
            with(
                copy("ami-plain", "copy", None),
                "TagSpecifications",
                json!([{"ResourceType": "image", "Tags": [{"Key": "aws:x", "Value": "y"}]}]),
            ),
            "InvalidParameterValue",
        ),
    ] {
        let shown = input.to_string();
        assert_eq!(a.refused(account, "ec2 CopyImage", input), code, "{shown}");
    }
    // An image of another account's marketplace can be copied by its owner.
    a.ok(SOURCE, "ec2 CopyImage", copy("ami-market", "own-market", None));
    a.cloud.ec2.quotas.snapshot_copies = 5;
    assert_eq!(
        a.refused(SOURCE, "ec2 CopyImage", copy("ami-plain", "more", None)),
        "ResourceLimitExceeded"
    );
    a.pass(DAY);
    a.ok(SOURCE, "ec2 CopyImage", copy("ami-plain", "more", None));
}

#[test]
fn a_client_token_makes_a_copy_once() {
    let mut a = Accounts::quiet();
    let mut input = copy("ami-plain", "copy", None);
    input["ClientToken"] = json!("token-1");
    let first = a.ok(SOURCE, "ec2 CopyImage", input.clone());
    let second = a.ok(SOURCE, "ec2 CopyImage", input.clone());
    assert_eq!(first, second);
    assert_eq!(a.cloud.effects.len(), 1);
    input["Name"] = json!("another");
    assert_eq!(a.refused(SOURCE, "ec2 CopyImage", input), "IdempotentParameterMismatch");
}

#[test]
fn tags_are_set_found_and_removed() {
    let mut a = shared();
    let tag = |resources: &[&str], key: &str, value: &str| json!({"Resources": resources, "Tags": [{"Key": key, "Value": value}]});
    a.ok(SOURCE, "ec2 CreateTags", tag(&["ami-own", "snap-own"], "k", "v"));
    a.ok(SOURCE, "ec2 CreateTags", tag(&["ami-own", "snap-own"], "k", "v"));
    assert_eq!(
        a.cloud
            .effects
            .iter()
            .filter(|effect| effect.operation == "ec2 CreateTags")
            .count(),
        2
    );
    for (account, input, code) in [
        (SOURCE, tag(&["ami-own"], "aws:k", "v"), "InvalidParameterValue"),
        (
            SOURCE,
            tag(&["ami-own", "snap-none"], "x", "v"),
            "InvalidSnapshot.NotFound",
        ),
        (SOURCE, tag(&["vol-1"], "x", "v"), "InvalidID"),
        (TARGET, tag(&["ami-own"], "x", "v"), "AuthFailure"),
        (TARGET, tag(&["ami-plain"], "x", "v"), "InvalidAMIID.NotFound"),
    ] {
        let shown = input.to_string();
        assert_eq!(a.refused(account, "ec2 CreateTags", input), code, "{shown}");
    }
    let asked =
        json!({"Filters": [{"Name": "key", "Values": ["k"]}, {"Name": "resource-type", "Values": ["snapshot"]}]});
    let found = a.ok(SOURCE, "ec2 DescribeTags", asked.clone())["Tags"].clone();
    assert_eq!(
        found,
        json!([{"Key": "k", "Value": "v", "ResourceId": "snap-own", "ResourceType": "snapshot"}])
    );
    a.ok(SOURCE, "ec2 DeleteTags", tag(&["snap-own"], "k", "another"));
    assert_eq!(
        a.ok(SOURCE, "ec2 DescribeTags", asked.clone())["Tags"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    a.ok(
        SOURCE,
        "ec2 DeleteTags",
        json!({"Resources": ["snap-own"], "Tags": [{"Key": "k"}]}),
    );
    assert_eq!(a.ok(SOURCE, "ec2 DescribeTags", asked)["Tags"], json!([]));
}

#[test]
fn networks_are_those_of_the_inventory() {
    let mut a = Accounts::quiet();
    let groups = a.ok(TARGET, "ec2 DescribeSecurityGroups", json!({"GroupIds": ["sg-stg"]}));
    assert_eq!(groups["SecurityGroups"][0]["VpcId"], "vpc-stg");
    assert_eq!(
        a.refused(TARGET, "ec2 DescribeSecurityGroups", json!({"GroupIds": ["sg-src"]})),
        "InvalidGroup.NotFound"
    );
    let subnets = a.ok(
        SOURCE,
        "ec2 DescribeSubnets",
        json!({"Filters": [{"Name": "vpc-id", "Values": ["vpc-src"]}]}),
    );
    let zones: Vec<_> = subnets["Subnets"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|s| s["AvailabilityZone"].clone())
        .collect();
    assert_eq!(zones, ["eu-west-1a", "eu-west-1c"]);
    assert_eq!(
        a.refused(SOURCE, "ec2 DescribeSubnets", json!({"SubnetIds": ["subnet-8"]})),
        "InvalidSubnetID.NotFound"
    );
    let enabled = a.ok(SOURCE, "ec2 DescribeRegions", json!({}));
    let enabled = enabled["Regions"].as_array().expect("a list");
    assert_eq!(enabled.len(), 17, "into none that asks for it has the account opted");
    assert!(
        enabled.iter().any(|one| one["RegionName"] == "eu-west-1"),
        "{enabled:?}"
    );
    let told = a.ok(
        SOURCE,
        "ec2 DescribeRegions",
        json!({"AllRegions": true, "RegionNames": ["eu-west-1"]}),
    );
    assert_eq!(told["Regions"][0]["OptInStatus"], "opt-in-not-required");
    assert_eq!(a.refused(SOURCE, "ec2 RunInstances", json!({})), "NotImplemented");
}

#[test]
fn the_same_seed_gives_the_same_night_and_a_hostile_one_can_fail() {
    let night = |seed: u64| {
        let mut a = Accounts::new(FaultLevel::Hostile, seed);
        let id = a.ok(SOURCE, "ec2 CopyImage", copy("ami-plain", "copy", None))["ImageId"]
            .as_str()
            .expect("an id")
            .to_owned();
        let mut seen = Vec::new();
        for _ in 0..20 {
            a.pass(300);
            seen.push(image(&mut a, SOURCE, &id)["State"].to_string());
        }
        a.pass(DAY);
        let last = image(&mut a, SOURCE, &id)["State"].as_str().expect("text").to_owned();
        (id, seen, last)
    };
    assert_eq!(night(3), night(3));
    assert_ne!(night(3), night(4));
    let failed = (0..150).filter(|seed| night(*seed).2 == "failed").count();
    assert!((1..40).contains(&failed), "{failed} of 150 failed");
}
