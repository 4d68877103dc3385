use model::Plan;
use model::plan::Weight;
use serde_json::{Value, json};

use crate::plan_shape::{blocks, ids, plan, precedes, step};

fn sections(id: &str, more: &str) -> String {
    format!("[[key]]\nalias = \"alias/shop\"\n[[volume]]\nid = \"{id}\"\n{more}")
}

const PLACED: &str = "availability_zone = \"ap-northeast-1c\"\n";

fn source(volume: &Value) -> Value {
    let mut one = json!({"id": "vol-1", "size_gib": 20, "type": "gp3", "iops": 4000, "throughput": 250, "encrypted": true, "key": "k1",
        "availability_zone": "ap-northeast-1a", "tags": {"team": "shop", "aws:x": "y"}});
    for (member, value) in volume.as_object().into_iter().flatten() {
        one[member] = value.clone();
    }
    json!({"keys": [{"id": "k1", "aliases": ["alias/shop"]}], "volumes": [one],
        "ebs_snapshots": [{"id": "snap-1", "size_gib": 8, "encrypted": true, "key": "k1", "tags": {"team": "shop"}},
            {"id": "snap-2", "size_gib": 8, "archived": true}, {"id": "snap-3", "size_gib": 8, "state": "pending"}],
        "images": [{"id": "ami-1", "name": "batch", "snapshots": [{"id": "snap-4", "size_gib": 8, "device": "/dev/xvda"}]}],
        "instances": [{"id": "i-on", "state": "running"}, {"id": "i-off", "state": "stopped"}]})
}

fn noted(plan: &Plan, weight: Weight, wanted: &str) -> bool {
    let of = plan.notes.iter().filter(|note| note.weight == weight);
    of.into_iter().any(|note| note.text.contains(wanted))
}

#[test]
fn a_volume_travels_as_a_snapshot_and_is_made_anew_as_it_was() {
    let plan = plan(&sections("vol-1", PLACED), &source(&json!({})), &json!({}));
    assert_eq!(
        ids(&plan)[2..],
        [
            "volume/vol-1/create_snapshot",
            "key/alias:shop/open_source_key",
            "volume/vol-1/share_snapshot",
            "volume/vol-1/copy_to_target",
            "volume/vol-1/unshare_snapshot",
            "volume/vol-1/delete_source_snapshot",
            "volume/vol-1/create_volume",
            "volume/vol-1/delete_target_snapshot",
            "key/alias:shop/close_source_key",
            "key/all/prove_independence",
        ]
    );
    let input = &step(&plan, "volume/vol-1/create_volume").input;
    assert_eq!(input["zone"], "ap-northeast-1c");
    assert_eq!(
        (&input["kind"], &input["gib"], &input["iops"], &input["throughput"]),
        (&json!("gp3"), &json!(20), &json!(4000), &json!(250))
    );
    assert_eq!(input["tags"], json!({"team": "shop"}));
    assert!(precedes(
        &plan,
        "volume/vol-1/create_volume",
        "volume/vol-1/delete_target_snapshot"
    ));
}

#[test]
fn iops_that_ec2_tells_of_a_gp2_are_not_given_to_the_new_one() {
    let gp2 = source(&json!({"type": "gp2", "iops": 100, "throughput": null}));
    let plan = plan(&sections("vol-1", PLACED), &gp2, &json!({}));
    let input = &step(&plan, "volume/vol-1/create_volume").input;
    assert_eq!((&input["kind"], &input["iops"]), (&json!("gp2"), &Value::Null));
}

#[test]
fn a_volume_on_the_default_key_is_rekeyed_and_without_a_restore_the_copy_is_the_end() {
    let on_awss = source(&json!({"key": "alias/aws/ebs"}));
    let plan = plan(&sections("vol-1", "restore = false\n"), &on_awss, &json!({}));
    assert!(precedes(
        &plan,
        "volume/vol-1/rekey_snapshot",
        "volume/vol-1/share_snapshot"
    ));
    for made in ["delete_source_snapshot", "delete_rekeyed_snapshot"] {
        assert!(precedes(
            &plan,
            "volume/vol-1/copy_to_target",
            &format!("volume/vol-1/{made}")
        ));
    }
    assert_eq!(step(&plan, "volume/vol-1/copy_to_target").input["stays"], true);
    let unwanted = ["volume/vol-1/create_volume", "volume/vol-1/delete_target_snapshot"];
    assert!(!ids(&plan).iter().any(|id| unwanted.contains(id)), "{:?}", ids(&plan));
}

#[test]
fn a_snapshot_travels_as_it_is_and_its_copy_stays_beside_the_volume() {
    let plan = plan(&sections("snap-1", PLACED), &source(&json!({})), &json!({}));
    assert_eq!(step(&plan, "volume/snap-1/copy_to_target").input["stays"], true);
    assert_eq!(step(&plan, "volume/snap-1/create_volume").input["kind"], "gp3");
    for unwanted in ["create_snapshot", "delete_source_snapshot", "delete_target_snapshot"] {
        let id = format!("volume/snap-1/{unwanted}");
        assert!(!ids(&plan).contains(&id.as_str()), "{id}");
    }
}

#[test]
fn what_cannot_travel_or_has_no_place_blocks() {
    let held = source(&json!({}));
    for (sections, wanted) in [
        (sections("vol-1", ""), "where shall it lie"),
        (
            sections("vol-1", "availability_zone = \"eu-west-1a\"\n"),
            "no availability zone",
        ),
        (sections("vol-9", PLACED), "has no vol-9"),
        (sections("snap-2", PLACED), "archive tier"),
        (sections("snap-3", PLACED), "not completed"),
        (
            sections("snap-4", PLACED) + "[[image]]\nname = \"batch\"\n",
            "which this runbook moves",
        ),
    ] {
        let plan = plan(&sections, &held, &json!({}));
        assert!(
            blocks(&plan).iter().any(|text| text.contains(wanted)),
            "{wanted}: {:?}",
            blocks(&plan)
        );
        assert!(!ids(&plan).iter().any(|id| id.starts_with("volume/")), "{wanted}");
    }
}

#[test]
fn what_a_snapshot_of_a_volume_in_use_holds_is_told_and_an_instance_that_the_run_stops_is_waited_for() {
    let at = |instance: &str| source(&json!({"attached_to": [{"instance": instance, "device": "/dev/sdf"}]}));
    let running = plan(&sections("vol-1", PLACED), &at("i-on"), &json!({}));
    assert!(
        noted(&running, Weight::Warns, "as after a power failure"),
        "{:?}",
        running.notes
    );
    let stopped = plan(&sections("vol-1", PLACED), &at("i-off"), &json!({}));
    assert!(noted(&stopped, Weight::Tells, "which is stopped: leave it so"));
    let mut moved = at("i-on");
    moved["instances"][0]["root_device"] = json!("/dev/sdf");
    let both = sections("vol-1", PLACED) + "[[instance]]\nid = \"i-on\"\n";
    let both = plan(&both, &moved, &json!({}));
    assert!(precedes(
        &both,
        "instance/i-on/stop_instance",
        "volume/vol-1/create_snapshot"
    ));
    assert!(!noted(&both, Weight::Warns, "power failure"));
}
