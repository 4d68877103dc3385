//! What images say of themselves, what accounts have set, instances, volumes and their snapshots.

use serde_json::{Value, json};

use super::super::storage_fixture::{Accounts, SOURCE, SOURCE_KEY, TARGET, TARGET_KEY};
use super::tests::{copy, image, launch, volume};
use crate::faults::FaultLevel;

const DAY: i64 = 86_400;

#[test]
fn a_deprecation_date_is_kept_to_the_minute_and_neither_in_the_past_nor_beyond_ten_years() {
    let mut a = Accounts::quiet();
    let dated = |at: &str| json!({"ImageId": "ami-plain", "DeprecateAt": at});
    for refused in ["2026-03-07T12:00:00Z", "2037-01-01T00:00:00Z"] {
        let code = a.refused(SOURCE, "ec2 EnableImageDeprecation", dated(refused));
        assert_eq!(code, "InvalidParameterValue", "{refused}");
    }
    a.ok(SOURCE, "ec2 EnableImageDeprecation", dated("2027-01-02T03:04:31Z"));
    assert_eq!(
        image(&mut a, SOURCE, "ami-plain")["DeprecationTime"],
        "2027-01-02T03:05:00.000Z"
    );
    a.ok(SOURCE, "ec2 DisableImageDeprecation", json!({"ImageId": "ami-plain"}));
    assert_eq!(image(&mut a, SOURCE, "ami-plain")["DeprecationTime"], json!(null));
}

fn one_image(more: Value, snapshot: Value) -> Value {
    let mut snapshots = json!({"id": "snap-x", "device": "/dev/xvda", "size_gib": 8});
    let mut image = json!({"id": "ami-x", "name": "shop-x", "architecture": "arm64"});
    for (of, more) in [(&mut snapshots, snapshot), (&mut image, more)] {
        for (member, value) in more.as_object().into_iter().flatten() {
            of[member] = value.clone();
        }
    }
    image["snapshots"] = json!([snapshots]);
    json!({ "images": [image] })
}

#[test]
fn a_copy_takes_over_how_an_image_boots_and_neither_its_date_nor_its_protection() {
    let settings = json!({"boot_mode": "uefi", "tpm_support": "v2.0", "imds_support": "v2.0", "ena_support": false,
        "deprecated_at": "2027-01-01T00:00:00Z", "deregistration_protection": "enabled-without-cooldown"});
    let held = one_image(json!({ "settings": settings }), json!({}));
    let mut a = Accounts::holding(&held, &json!({}), FaultLevel::None, 7);
    let copied = a.ok(SOURCE, "ec2 CopyImage", copy("ami-x", "shop-y", Some(SOURCE_KEY)));
    a.pass(DAY);
    let copied = image(&mut a, SOURCE, copied["ImageId"].as_str().expect("an id"));
    for (member, value) in [
        ("BootMode", json!("uefi")),
        ("TpmSupport", json!("v2.0")),
        ("ImdsSupport", json!("v2.0")),
        ("EnaSupport", json!(false)),
        ("DeprecationTime", json!(null)),
        ("DeregistrationProtection", json!("disabled")),
    ] {
        assert_eq!(copied[member], value, "{member}");
    }
    let code = a.refused(SOURCE, "ec2 DeregisterImage", json!({"ImageId": "ami-x"}));
    assert_eq!(code, "OperationNotPermitted");
}

#[test]
fn what_is_archived_disabled_or_anothers_can_be_neither_shared_nor_copied() {
    for (more, snapshot, share, copied) in [
        (json!({}), json!({"archived": true}), "IncorrectState", "IncorrectState"),
        (
            json!({}),
            json!({"owner": "333333333333"}),
            "InvalidSnapshot.NotFound",
            "InvalidRequest",
        ),
        (
            json!({"settings": {"state": "disabled"}}),
            json!({}),
            "",
            "InvalidAMIID.Unavailable",
        ),
    ] {
        let mut a = Accounts::holding(&one_image(more, snapshot), &json!({}), FaultLevel::None, 7);
        if !share.is_empty() {
            let code = a.refused(SOURCE, "ec2 ModifySnapshotAttribute", volume("snap-x", TARGET));
            assert_eq!(code, share);
        }
        let code = a.refused(SOURCE, "ec2 CopyImage", copy("ami-x", "shop-y", Some(SOURCE_KEY)));
        assert_eq!(code, copied);
    }
}

#[test]
fn where_images_must_be_allowed_a_shared_one_is_seen_only_if_its_owner_is_and_an_own_one_always() {
    let settings = |providers: Value| json!({"machine_settings": {"allowed_images": "enabled", "allowed_image_providers": providers}});
    for (providers, seen) in [(json!([]), false), (json!([SOURCE]), true)] {
        let mut a = Accounts::holding(&json!({}), &settings(providers), FaultLevel::None, 7);
        a.ok(SOURCE, "ec2 ModifyImageAttribute", launch("ami-plain", TARGET));
        for snapshot in ["snap-plain", "snap-plainb"] {
            a.ok(SOURCE, "ec2 ModifySnapshotAttribute", volume(snapshot, TARGET));
        }
        if !seen {
            let code = a.refused(TARGET, "ec2 CopyImage", copy("ami-plain", "copy", Some(TARGET_KEY)));
            assert_eq!(code, "InvalidAMIID.NotFound");
            let by_id = json!({"ImageIds": ["ami-plain"]});
            assert_eq!(a.refused(TARGET, "ec2 DescribeImages", by_id), "InvalidAMIID.NotFound");
            continue;
        }
        let made = a.ok(TARGET, "ec2 CopyImage", copy("ami-plain", "copy", Some(TARGET_KEY)));
        a.pass(DAY);
        let own = image(&mut a, TARGET, made["ImageId"].as_str().expect("an id"));
        assert_eq!(own["State"], "available");
        assert_eq!(
            a.ok(TARGET, "ec2 GetAllowedImagesSettings", json!({}))["State"],
            "enabled"
        );
    }
}

/// A running instance with a root volume on the customer key and a second one on none, and a volume attached to nothing.
fn machines() -> Accounts {
    let volume = |id: &str, key: Option<&str>, at: Value| {
        json!({"id": id, "size_gib": 8, "type": "gp3", "encrypted": key.is_some(), "key": key, "availability_zone": "eu-west-1a",
            "attached_to": at})
    };
    let at = |device: &str| json!([{"instance": "i-1", "device": device}]);
    let mut instance = json!({"id": "i-1", "state": "running", "type": "m6i.large", "architecture": "arm64",
        "root_device": "/dev/xvda", "subnet": "subnet-1", "security_groups": ["sg-src"], "user_data": true, "instance_store_volumes": 2});
    let listed = instance.clone();
    instance["id"] = json!("i-2");
    instance["stop_protected"] = json!(true);
    let mut spot = listed.clone();
    spot["id"] = json!("i-3");
    spot["spot"] = json!(true);
    let held = json!({"instances": [listed, instance, spot], "volumes": [
        volume("vol-data", None, at("/dev/sdf")), volume("vol-root", Some("alias/shop"), at("/dev/xvda")),
        volume("vol-free", Some("alias/shop"), json!([])),
    ]});
    Accounts::holding(&held, &json!({}), FaultLevel::None, 7)
}

fn state(a: &mut Accounts, id: &str) -> Value {
    let found = a.ok(SOURCE, "ec2 DescribeInstances", json!({"InstanceIds": [id]}));
    found["Reservations"][0]["Instances"][0]["State"]["Name"].clone()
}

#[test]
fn an_instance_stops_and_starts_in_its_time_and_what_is_protected_or_spot_does_not() {
    let mut a = machines();
    let this = json!({"InstanceIds": ["i-1"]});
    for (id, code) in [
        ("i-2", "OperationNotPermitted"),
        ("i-3", "UnsupportedOperation"),
        ("i-9", "InvalidInstanceID.NotFound"),
    ] {
        assert_eq!(
            a.refused(SOURCE, "ec2 StopInstances", json!({"InstanceIds": [id]})),
            code
        );
    }
    assert_eq!(
        a.refused(TARGET, "ec2 StopInstances", this.clone()),
        "InvalidInstanceID.NotFound"
    );
    a.ok(SOURCE, "ec2 StopInstances", this.clone());
    assert_eq!(state(&mut a, "i-1"), "stopping");
    assert_eq!(
        a.refused(SOURCE, "ec2 StartInstances", this.clone()),
        "IncorrectInstanceState"
    );
    a.pass(600);
    assert_eq!(state(&mut a, "i-1"), "stopped");
    let effects = a.cloud.effects.len();
    a.ok(SOURCE, "ec2 StopInstances", this.clone());
    assert_eq!(a.cloud.effects.len(), effects, "it is stopped already");
    a.ok(SOURCE, "ec2 StartInstances", this);
    assert_eq!(state(&mut a, "i-1"), "pending");
    a.pass(600);
    assert_eq!(state(&mut a, "i-1"), "running");
}

#[test]
fn what_an_instance_has_in_memory_is_on_its_volumes_only_once_it_has_stopped() {
    let mut a = machines();
    let image_of = |name: &str| json!({"InstanceId": "i-1", "Name": name, "NoReboot": true});
    let early = a.ok(SOURCE, "ec2 CreateImage", image_of("early"))["ImageId"].clone();
    a.pass(DAY);
    a.ok(SOURCE, "ec2 StopInstances", json!({"InstanceIds": ["i-1"]}));
    assert_eq!(
        a.refused(SOURCE, "ec2 CreateImage", image_of("late")),
        "IncorrectInstanceState"
    );
    a.pass(600);
    let late = a.ok(SOURCE, "ec2 CreateImage", image_of("late"))["ImageId"].clone();
    assert_eq!(image(&mut a, SOURCE, late.as_str().expect("an id"))["State"], "pending");
    a.pass(DAY);
    let shown = image(&mut a, SOURCE, late.as_str().expect("an id"));
    assert_eq!(shown["State"], "available");
    assert_eq!(
        shown["BlockDeviceMappings"][0]["DeviceName"], "/dev/xvda",
        "its root first"
    );
    let encrypted: Vec<&Value> = [0, 1]
        .map(|n| &shown["BlockDeviceMappings"][n]["Ebs"]["Encrypted"])
        .into();
    assert_eq!(encrypted, [&json!(true), &json!(false)], "its volumes' own keys");
    let digest = |id: &Value| super::image_digest(&a.cloud, &a.cloud.ec2.images[id.as_str().expect("an id")]);
    assert_ne!(digest(&early), digest(&late));
    for (name, code) in [
        ("late", "InvalidAMIName.Duplicate"),
        ("a:b", "InvalidAMIName.Malformed"),
        ("ab", "InvalidAMIName.Malformed"),
    ] {
        assert_eq!(a.refused(SOURCE, "ec2 CreateImage", image_of(name)), code, "{name}");
    }
}

#[test]
fn a_snapshot_of_a_volume_shows_progress_keeps_its_key_and_five_of_one_are_the_most_at_once() {
    let mut a = machines();
    let of = |volume: &str| json!({"VolumeId": volume, "TagSpecifications": [{"ResourceType": "snapshot", "Tags": [{"Key": "k", "Value": "v"}]}]});
    let made = a.ok(SOURCE, "ec2 CreateSnapshot", of("vol-free"))["SnapshotId"].clone();
    a.pass(30);
    let asked = json!({"Filters": [{"Name": "tag:k", "Values": ["v"]}]});
    let shown = a.ok(SOURCE, "ec2 DescribeSnapshots", asked)["Snapshots"][0].clone();
    let percent = shown["Progress"]
        .as_str()
        .and_then(|text| text.strip_suffix('%'))
        .and_then(|text| text.parse::<u32>().ok());
    assert!(percent.is_some_and(|percent| (1..100).contains(&percent)), "{shown}");
    assert_eq!(shown["VolumeId"], "vol-free");
    assert_eq!(shown["KmsKeyId"], SOURCE_KEY);
    for _ in 0..4 {
        a.ok(SOURCE, "ec2 CreateSnapshot", of("vol-free"));
    }
    assert_eq!(
        a.refused(SOURCE, "ec2 CreateSnapshot", of("vol-free")),
        "ConcurrentSnapshotLimitExceeded"
    );
    assert_eq!(
        a.refused(TARGET, "ec2 CreateSnapshot", of("vol-free")),
        "InvalidVolume.NotFound"
    );
    a.pass(DAY);
    let by_id = json!({ "SnapshotIds": [made] });
    assert_eq!(
        a.ok(SOURCE, "ec2 DescribeSnapshots", by_id)["Snapshots"][0]["State"],
        "completed"
    );
}

#[test]
fn in_an_account_that_encrypts_by_default_a_snapshot_of_an_open_volume_lies_on_the_default_key() {
    let mut a = machines();
    let here = (a.source.account.clone(), a.source.region.clone());
    a.cloud.ec2.encrypts_by_default.insert(here);
    let made = a.ok(SOURCE, "ec2 CreateSnapshot", json!({"VolumeId": "vol-data"}));
    a.pass(DAY);
    let made = made["SnapshotId"].as_str().expect("an id");
    assert_eq!(
        a.refused(SOURCE, "ec2 ModifySnapshotAttribute", volume(made, TARGET)),
        "OperationNotPermitted"
    );
}

#[test]
fn a_volume_is_made_of_a_snapshot_once_for_a_token_and_refuses_what_its_type_does_not_take() {
    let mut a = machines();
    let wanted = |more: Value| {
        let mut wanted = json!({"SnapshotId": "snap-own", "AvailabilityZone": "eu-west-1b", "VolumeType": "gp3", "Encrypted": true,
            "KmsKeyId": SOURCE_KEY, "Iops": 4000, "Throughput": 250, "ClientToken": "t"});
        for (member, value) in more.as_object().into_iter().flatten() {
            wanted[member] = value.clone();
        }
        wanted
    };
    for (more, code) in [
        (json!({"AvailabilityZone": "us-east-1a"}), "InvalidZone.NotFound"),
        (json!({"SnapshotId": "snap-9"}), "InvalidSnapshot.NotFound"),
        (json!({"VolumeType": "gp2"}), "InvalidParameterCombination"),
        (
            json!({"VolumeType": "gp2", "Throughput": null}),
            "InvalidParameterCombination",
        ),
        (
            json!({"VolumeType": "io2", "Iops": null, "Throughput": null}),
            "MissingParameter",
        ),
        (json!({"Size": 10}), "InvalidParameterValue"),
        (json!({"Encrypted": false}), "InvalidParameterDependency"),
    ] {
        let shown = more.to_string();
        assert_eq!(a.refused(SOURCE, "ec2 CreateVolume", wanted(more)), code, "{shown}");
    }
    let id = a.ok(SOURCE, "ec2 CreateVolume", wanted(json!({})))["VolumeId"].clone();
    let again = a.ok(SOURCE, "ec2 CreateVolume", wanted(json!({})))["VolumeId"].clone();
    assert_eq!(id, again);
    let other = wanted(json!({"Iops": 5000}));
    assert_eq!(
        a.refused(SOURCE, "ec2 CreateVolume", other),
        "IdempotentParameterMismatch"
    );
    assert_eq!(
        a.refused(SOURCE, "ec2 DeleteVolume", json!({ "VolumeId": id })),
        "IncorrectState"
    );
    a.pass(600);
    let shown = a.ok(SOURCE, "ec2 DescribeVolumes", json!({ "VolumeIds": [id] }))["Volumes"][0].clone();
    assert!(shown["CreateTime"].is_string(), "{shown}");
    assert_eq!(
        (&shown["State"], &shown["Size"], &shown["Iops"]),
        (&json!("available"), &json!(50), &json!(4000))
    );
    assert_eq!(
        a.refused(SOURCE, "ec2 DeleteVolume", json!({"VolumeId": "vol-root"})),
        "VolumeInUse"
    );
    a.ok(SOURCE, "ec2 DeleteVolume", json!({ "VolumeId": id }));
}

#[test]
fn a_volume_under_a_key_that_does_not_admit_who_asks_ends_in_error() {
    let mut a = machines();
    a.ok(SOURCE, "ec2 ModifySnapshotAttribute", volume("snap-own", TARGET));
    let closed = json!({"SnapshotId": "snap-own", "AvailabilityZone": "eu-west-1b", "VolumeType": "gp3", "Encrypted": true,
        "KmsKeyId": SOURCE_KEY});
    let id = a.ok(TARGET, "ec2 CreateVolume", closed)["VolumeId"].clone();
    a.pass(600);
    let shown = a.ok(TARGET, "ec2 DescribeVolumes", json!({ "VolumeIds": [id] }));
    assert_eq!(shown["Volumes"][0]["State"], "error");
}

#[test]
fn what_an_instance_is_and_what_comes_with_its_type_is_told() {
    let mut a = machines();
    let found = a.ok(SOURCE, "ec2 DescribeInstances", json!({"InstanceIds": ["i-1"]}));
    let one = &found["Reservations"][0]["Instances"][0];
    assert_eq!(one["BlockDeviceMappings"].as_array().map(Vec::len), Some(2));
    assert_eq!(one["RootDeviceType"], "ebs");
    let of = |attribute: &str| json!({"InstanceId": "i-2", "Attribute": attribute});
    let stop = a.ok(SOURCE, "ec2 DescribeInstanceAttribute", of("disableApiStop"));
    assert_eq!(stop["DisableApiStop"]["Value"], true);
    let data = a.ok(SOURCE, "ec2 DescribeInstanceAttribute", of("userData"));
    assert!(data["UserData"]["Value"].is_string());
    let types = a.ok(
        SOURCE,
        "ec2 DescribeInstanceTypes",
        json!({"InstanceTypes": ["m6i.large"]}),
    );
    assert_eq!(types["InstanceTypes"][0]["InstanceStorageInfo"]["Disks"][0]["Count"], 2);
}

#[test]
fn a_terminated_instance_takes_its_root_along_is_shown_for_an_hour_and_does_not_come_back() {
    let mut a = machines();
    let volumes = a.ok(SOURCE, "ec2 DescribeVolumes", json!({}));
    let goes = |at: &&serde_json::Value| at["DeleteOnTermination"] == true;
    let attached = volumes["Volumes"].as_array().into_iter().flatten();
    let attached = attached.filter_map(|one| one["Attachments"].as_array()).flatten();
    let devices: Vec<&str> = attached.filter(goes).filter_map(|at| at["Device"].as_str()).collect();
    assert_eq!(devices, ["/dev/xvda"], "both calls tell the same");
    let this = json!({"InstanceIds": ["i-1"]});
    let protection = |on: bool| json!({"InstanceId": "i-1", "DisableApiTermination": {"Value": on}});
    a.ok(SOURCE, "ec2 ModifyInstanceAttribute", protection(true));
    let code = a.refused(SOURCE, "ec2 TerminateInstances", this.clone());
    assert_eq!(code, "OperationNotPermitted");
    let code = a.refused(TARGET, "ec2 TerminateInstances", this.clone());
    assert_eq!(code, "InvalidInstanceID.NotFound", "another account's");
    a.ok(SOURCE, "ec2 ModifyInstanceAttribute", protection(false));
    a.ok(SOURCE, "ec2 TerminateInstances", this.clone());
    assert_eq!(state(&mut a, "i-1"), "shutting-down");
    a.pass(600);
    assert_eq!(state(&mut a, "i-1"), "terminated");
    a.ok(SOURCE, "ec2 TerminateInstances", this.clone());
    for refused in ["ec2 StartInstances", "ec2 StopInstances"] {
        assert_eq!(
            a.refused(SOURCE, refused, this.clone()),
            "IncorrectInstanceState",
            "{refused}"
        );
    }
    let volumes = a.ok(SOURCE, "ec2 DescribeVolumes", json!({}));
    let volumes: Vec<(&str, &str)> = volumes["Volumes"]
        .as_array()
        .into_iter()
        .flatten()
        .filter_map(|one| Some((one["VolumeId"].as_str()?, one["State"].as_str()?)))
        .collect();
    assert_eq!(volumes, [("vol-data", "available"), ("vol-free", "available")]);
    a.pass(2 * 3600);
    let code = a.refused(SOURCE, "ec2 DescribeInstances", json!({"InstanceIds": ["i-1"]}));
    assert_eq!(code, "InvalidInstanceID.NotFound");
}
