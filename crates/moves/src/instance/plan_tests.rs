use model::Plan;
use model::plan::Weight;
use serde_json::{Value, json};

use crate::plan_shape::{blocks, ids, plan, precedes, step};

const SECTIONS: &str = "[[key]]\nalias = \"alias/shop\"\n[[instance]]\nid = \"i-1\"\n";

fn instance(more: &Value) -> Value {
    let mut instance = json!({"id": "i-1", "state": "running", "type": "m6i.large", "architecture": "x86_64",
        "root_device": "/dev/xvda", "subnet": "subnet-1", "security_groups": ["sg-1"],
        "profile": "arn:aws:iam::111111111111:instance-profile/legacy", "user_data": true, "tags": {"Name": "Legacy: ERP"}});
    for (member, value) in more.as_object().into_iter().flatten() {
        instance[member] = value.clone();
    }
    instance
}

fn source(instance: &Value, keys: [Option<&str>; 2]) -> Value {
    let volume = |id: &str, device: &str, key: Option<&str>| {
        json!({"id": id, "size_gib": 20, "type": "gp3", "encrypted": key.is_some(), "key": key, "availability_zone": "ap-northeast-1a",
            "attached_to": [{"instance": "i-1", "device": device}]})
    };
    json!({"keys": [{"id": "k1", "aliases": ["alias/shop"]}], "instances": [instance],
        "volumes": [volume("vol-data", "/dev/sdf", keys[1]), volume("vol-root", "/dev/xvda", keys[0])]})
}

fn warned(plan: &Plan, wanted: &str) -> bool {
    let warns = plan.notes.iter().filter(|note| note.weight == Weight::Warns);
    warns.into_iter().any(|note| note.text.contains(wanted))
}

#[test]
fn an_instance_is_stopped_behind_its_gate_and_travels_as_an_image_of_all_its_volumes() {
    let sections = format!("[[gate]]\nname = \"erp-off\"\nask = \"Is it off?\"\nbefore = [\"instance\"]\n{SECTIONS}");
    let plan = plan(
        &sections,
        &source(&instance(&json!({})), [Some("k1"), None]),
        &json!({}),
    );
    assert_eq!(
        ids(&plan)[2..],
        [
            "instance/i-1/stop_instance",
            "instance/i-1/create_image",
            "key/alias:shop/open_source_key",
            "instance/i-1/share_image",
            "instance/i-1/share_snapshot_1",
            "instance/i-1/share_snapshot_2",
            "instance/i-1/copy_image",
            "instance/i-1/unshare_image",
            "instance/i-1/unshare_snapshot_1",
            "instance/i-1/unshare_snapshot_2",
            "instance/i-1/deregister_source_image",
            "key/alias:shop/close_source_key",
            "key/all/prove_independence",
        ]
    );
    let stop = step(&plan, "instance/i-1/stop_instance");
    assert_eq!(stop.gates.len(), 1);
    assert!(stop.disturbs);
    let copy = step(&plan, "instance/i-1/copy_image");
    assert_eq!(
        copy.input["name"], "Legacy- ERP",
        "an image's name has fewer characters"
    );
    let told = copy.input["told"][0].as_str().expect("a text");
    assert!(
        told.contains("run-instances --image-id {id} --instance-type m6i.large"),
        "{told}"
    );
    assert!(
        warned(&plan, "STOPPED by this run and stays stopped"),
        "{:?}",
        plan.notes
    );
    for left in ["m6i.large", "subnet-1", "sg-1", "instance-profile/legacy", "user data"] {
        assert!(warned(&plan, left), "{left}");
    }
    assert!(!warned(&plan, "no gate stands before"));
}

#[test]
fn an_instance_on_the_default_key_is_rekeyed_and_the_default_of_the_account_counts_for_what_is_not_encrypted() {
    let on_awss = source(&instance(&json!({})), [Some("alias/aws/ebs"), Some("k1")]);
    let mut by_default = source(&instance(&json!({})), [None, None]);
    by_default["machine_settings"] = json!({"encrypts_by_default": true});
    for source in [on_awss, by_default] {
        let plan = plan(SECTIONS, &source, &json!({}));
        assert!(precedes(&plan, "instance/i-1/create_image", "instance/i-1/rekey_image"));
        assert!(precedes(
            &plan,
            "instance/i-1/rekey_image",
            "instance/i-1/share_snapshot_2"
        ));
        for made in ["deregister_rekeyed_image", "deregister_source_image"] {
            assert!(precedes(
                &plan,
                "instance/i-1/copy_image",
                &format!("instance/i-1/{made}")
            ));
        }
        assert!(warned(&plan, "no gate stands before"));
    }
    let mut under_own = source(&instance(&json!({})), [None, None]);
    under_own["machine_settings"] = json!({"encrypts_by_default": true, "default_key": "k1"});
    let under_own = plan(SECTIONS, &under_own, &json!({}));
    assert!(precedes(
        &under_own,
        "key/alias:shop/open_source_key",
        "instance/i-1/copy_image"
    ));
    assert!(!ids(&under_own).contains(&"instance/i-1/rekey_image"));
    let plain = plan(SECTIONS, &source(&instance(&json!({})), [None, None]), &json!({}));
    assert!(!ids(&plain).contains(&"instance/i-1/rekey_image"));
}

#[test]
fn what_cannot_be_stopped_or_imaged_blocks_with_its_reason() {
    for (more, wanted) in [
        (json!({"auto_scaling_group": "erp"}), "Auto Scaling group erp"),
        (json!({"spot": true}), "Spot"),
        (json!({"stop_protected": true}), "--no-disable-api-stop"),
        (json!({"instance_store_volumes": 2}), "instance_store = \"lose\""),
        (json!({"root_on_instance_store": true}), "rsync"),
        (json!({"root_device": "/dev/sda1"}), "lists no volume as /dev/sda1"),
        (json!({"marketplace_codes": ["abc"]}), "Marketplace"),
        (json!({"state": "terminated"}), "running or stopped"),
        (json!({"id": "i-2"}), "has no instance i-1"),
    ] {
        let plan = plan(SECTIONS, &source(&instance(&more), [None, None]), &json!({}));
        assert!(
            blocks(&plan).iter().any(|text| text.contains(wanted)),
            "{wanted}: {:?}",
            blocks(&plan)
        );
        assert!(!ids(&plan).iter().any(|id| id.starts_with("instance/")), "{wanted}");
    }
    let taken = json!({"images": [{"id": "ami-9", "name": "Legacy- ERP"}]});
    let plan = plan(SECTIONS, &source(&instance(&json!({})), [None, None]), &taken);
    assert!(blocks(&plan)[0].contains("already"), "{:?}", blocks(&plan));
}

#[test]
fn an_instance_store_is_lost_only_where_the_runbook_says_so_or_nothing_is_on_it_any_more() {
    let lose = format!("{SECTIONS}instance_store = \"lose\"\n");
    let running = source(&instance(&json!({"instance_store_volumes": 1})), [None, None]);
    let losing = plan(&lose, &running, &json!({}));
    assert_eq!(blocks(&losing), Vec::<&str>::new());
    assert!(warned(&losing, "is lost when it is stopped"));
    let stopped = json!({"instance_store_volumes": 1, "state": "stopped", "stop_protected": true});
    let stopped = plan(SECTIONS, &source(&instance(&stopped), [None, None]), &json!({}));
    assert_eq!(blocks(&stopped), Vec::<&str>::new());
    assert!(!warned(&stopped, "STOPPED"));
}
