//! The laws over EC2 instances, volumes and their snapshots, each with a fault that breaks it.

use serde_json::json;

use super::night::*;
use super::*;

/// An instance with a volume, a volume of nobody's, and a snapshot of a volume that is gone.
fn night() -> Night {
    let source = json!({
        "instances": [{"id": "i-erp", "state": "running", "type": "m6i.large", "architecture": "x86_64", "root_device": "/dev/xvda",
            "subnet": "subnet-1", "tags": {"Name": "erp"}}],
        "volumes": [
            {"id": "vol-erp", "size_gib": 8, "type": "gp3", "availability_zone": "ap-northeast-1a",
                "attached_to": [{"instance": "i-erp", "device": "/dev/xvda"}]},
            {"id": "vol-free", "size_gib": 8, "type": "gp3", "availability_zone": "ap-northeast-1a"}],
        "ebs_snapshots": [{"id": "snap-old", "size_gib": 4}],
    });
    Night::holding(&source)
}

/// A snapshot of a volume, complete.
fn snapshot_of(night: &mut Night, who: &str, volume: &str, step: &str) -> String {
    let tags = json!([{"ResourceType": "snapshot", "Tags": tags(step)}]);
    let made = night.ok(
        who,
        "ec2 CreateSnapshot",
        json!({"VolumeId": volume, "TagSpecifications": tags}),
    );
    night.pass(7200);
    made["SnapshotId"].as_str().expect("an id").to_owned()
}

fn volume_of(night: &mut Night, who: &str, snapshot: &str, step: &str) -> String {
    let tags = json!([{"ResourceType": "volume", "Tags": tags(step)}]);
    let input = json!({"SnapshotId": snapshot, "AvailabilityZone": "ap-northeast-1c", "VolumeType": "gp3", "TagSpecifications": tags});
    let made = night.ok(who, "ec2 CreateVolume", input);
    night.pass(600);
    made["VolumeId"].as_str().expect("an id").to_owned()
}

fn share(night: &mut Night, snapshot: &str, verb: &str, with: &str) {
    let input = json!({"SnapshotId": snapshot, "Attribute": "createVolumePermission",
        "CreateVolumePermission": {verb: [{"UserId": with}]}});
    night.ok(SOURCE, "ec2 ModifySnapshotAttribute", input);
}

/// The snapshot copied into the target, complete.
fn copied(night: &mut Night, snapshot: &str) -> String {
    share(night, snapshot, "Add", TARGET);
    let tags = json!([{"ResourceType": "snapshot", "Tags": tags("copy")}]);
    let input = json!({"SourceSnapshotId": snapshot, "SourceRegion": "ap-northeast-1", "TagSpecifications": tags});
    let copy = night.ok(TARGET, "ec2 CopySnapshot", input);
    night.pass(7200);
    share(night, snapshot, "Remove", TARGET);
    copy["SnapshotId"].as_str().expect("an id").to_owned()
}

#[test]
fn a_whole_move_of_a_volume_breaks_nothing() {
    let mut night = night();
    let taken = snapshot_of(&mut night, SOURCE, "vol-free", "snapshot");
    let copy = copied(&mut night, &taken);
    let made = volume_of(&mut night, TARGET, &copy, "volume");
    night.ok(TARGET, "ec2 DeleteSnapshot", json!({"SnapshotId": copy}));
    night.ok(SOURCE, "ec2 DeleteSnapshot", json!({"SnapshotId": taken}));
    at_end(&mut night.cloud, &lasting(&[&made]));
    assert_eq!(night.cloud.laws.broken, []);
}

#[test]
fn law_1_a_snapshot_is_lost_unless_a_copy_of_it_is_complete() {
    let mut lost = night();
    lost.ok(SOURCE, "ec2 DeleteSnapshot", json!({"SnapshotId": "snap-old"}));
    lost.breaks_only(1, "snap-old");

    let mut kept = night();
    copied(&mut kept, "snap-old");
    kept.ok(SOURCE, "ec2 DeleteSnapshot", json!({"SnapshotId": "snap-old"}));
    assert_eq!(kept.cloud.laws.broken, []);
}

#[test]
fn law_2_a_volumes_snapshot_shared_with_a_stranger_or_left_shared() {
    let mut to_a_stranger = night();
    share(&mut to_a_stranger, "snap-old", "Add", STRANGER);
    to_a_stranger.breaks_only(2, "snap-old");

    let mut forgotten = night();
    share(&mut forgotten, "snap-old", "Add", TARGET);
    assert_eq!(forgotten.cloud.laws.broken, []);
    at_end(&mut forgotten.cloud, &BTreeSet::new());
    forgotten.breaks_only(2, "snap-old");
}

#[test]
fn law_6_a_step_makes_a_second_volume_or_leaves_one_over() {
    let mut twice = night();
    let taken = snapshot_of(&mut twice, SOURCE, "vol-free", "snapshot");
    let copy = copied(&mut twice, &taken);
    volume_of(&mut twice, TARGET, &copy, "volume");
    assert_eq!(twice.cloud.laws.broken, []);
    volume_of(&mut twice, TARGET, &copy, "volume");
    twice.breaks_only(6, "made a second volume");

    let mut left = night();
    let taken = snapshot_of(&mut left, SOURCE, "vol-free", "snapshot");
    let copy = copied(&mut left, &taken);
    let made = volume_of(&mut left, TARGET, &copy, "volume");
    at_end(&mut left.cloud, &lasting(&[&made]));
    left.breaks_only(6, "left over");
    assert_eq!(left.broken().len(), 2, "both snapshots: {:#?}", left.cloud.laws.broken);
}

#[test]
fn law_7_an_instance_that_stays_stopped_and_a_volume_that_stays_are_listed() {
    let mut night = night();
    night.ok(SOURCE, "ec2 StopInstances", json!({"InstanceIds": ["i-erp"]}));
    night.pass(600);
    let made = volume_of(&mut night, SOURCE, "snap-old", "volume");
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
        "i-erp is not as it was".to_owned(),
        format!("volume {made} was not there"),
    ] {
        assert!(lines.iter().any(|line| line.contains(&part)), "{part} in {lines:#?}");
    }
}

#[test]
fn law_7_what_an_instance_writes_while_it_serves_is_no_difference() {
    let mut night = night();
    night.ok(SOURCE, "ec2 StopInstances", json!({"InstanceIds": ["i-erp"]}));
    night.pass(600);
    night.ok(SOURCE, "ec2 StartInstances", json!({"InstanceIds": ["i-erp"]}));
    night.pass(600);
    at_undone(&mut night.cloud);
    assert_eq!(night.cloud.laws.broken, []);
}
