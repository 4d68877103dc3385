//! The old side of images, volumes, snapshots and a renamed bucket, three days after a whole night: taken away behind their gates, cut off, with lost replies
//! and refusals; and what the target still needs stays.

use std::sync::LazyLock;

use model::State;
use moves::retire::{MayGo, Removal};
use serde_json::{Value, json};
use simcloud::cloud::Cloud;
use simcloud::services::ec2::InstanceState;
use whole_runs::drivers::Driven;
use whole_runs::night::Scenario;
use whole_runs::retirement::{self, Looked, denied, one};

const SOURCE: &str = "111111111111";
const TARGET: &str = "222222222222";
const IMAGE: &str = "image/shop-batch";
const VOLUME: &str = "volume/vol-data";
const COPIED: &str = "volume/vol-copied";
const SNAPSHOT: &str = "volume/snap-copied";
const RESTORED: &str = "volume/snap-restored";
const BUCKET: &str = "bucket/shop-old";
const INSTANCE: &str = "instance/i-erp";
const ALL: [&str; 6] = [IMAGE, VOLUME, COPIED, SNAPSHOT, BUCKET, INSTANCE];

pub(crate) static MOVED: LazyLock<Scenario> = LazyLock::new(|| {
    let role = |names: &[&str]| -> Value {
        let roles = names.iter().map(|name| {
            (
                (*name).to_owned(),
                json!({ "trusts": ["333333333333", "batchoperations.s3.amazonaws.com"] }),
            )
        });
        Value::Object(roles.collect())
    };
    let volume = |id: &str| json!({ "id": id, "size_gib": 8, "type": "gp3", "encrypted": true, "key": "alias/shop", "availability_zone": "ap-northeast-1a" });
    let attached = |id: &str, device: &str| {
        let mut volume = volume(id);
        volume["attached_to"] = json!([{ "instance": "i-erp", "device": device }]);
        volume
    };
    let snapshot = |id: &str| json!({ "id": id, "size_gib": 4, "encrypted": true, "key": "alias/shop" });
    let behind = |id: &str, device: &str| json!({ "id": id, "device": device, "size_gib": 8, "encrypted": true, "key": "alias/shop" });
    let image = |id: &str, name: &str, snapshots: Value| json!({ "id": id, "name": name, "architecture": "x86_64", "snapshots": snapshots });
    let source = json!({
        "keys": [{ "id": "1234abcd-12ab-34cd-56ef-1234567890ab", "aliases": ["alias/shop"] }],
        "images": [
            image("ami-00000000000000001", "shop-batch", json!([behind("snap-00000000000000001", "/dev/xvda"), behind("snap-00000000000000002", "/dev/sdf")])),
            image("ami-00000000000000002", "other", json!([behind("snap-00000000000000003", "/dev/xvda"), behind("snap-00000000000000002", "/dev/sdf")])),
        ],
        "volumes": [volume("vol-data"), volume("vol-copied"), attached("vol-erp", "/dev/xvda"), attached("vol-erp-data", "/dev/sdf")],
        "instances": [{ "id": "i-erp", "state": "running", "type": "m6i.large", "architecture": "x86_64", "root_device": "/dev/xvda",
            "termination_protected": true, "subnet": "subnet-1", "security_groups": ["sg-1"], "tags": { "Name": "erp" } }],
        "ebs_snapshots": [snapshot("snap-copied"), snapshot("snap-restored")],
        "buckets": [{ "name": "shop-old", "versioning": "enabled", "public_access_blocked": true,
            "contents": { "keys": 30, "versions": 40, "delete_markers": 3, "bytes": 4_000_000, "deepest": 3 } }],
    });
    let inventory = json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": {
        SOURCE: { "roles": role(&["cleave-source"]), "regions": { "ap-northeast-1": source } },
        TARGET: { "roles": role(&["cleave-target", "cleave-batch"]), "regions": { "ap-northeast-1": {} } } } });
    let placed = |id: &str| format!("[[volume]]\nid = \"{id}\"\navailability_zone = \"ap-northeast-1c\"\n");
    let copied = |id: &str| format!("[[volume]]\nid = \"{id}\"\nrestore = false\n");
    let runbook = format!(
        "migration = \"shop\"\nregion = \"ap-northeast-1\"\nsource = {{ account = \"{SOURCE}\", role = \"cleave-source\" }}\n\
         target = {{ account = \"{TARGET}\", role = \"cleave-target\", batch_role = \"cleave-batch\" }}\n[[key]]\nalias = \"alias/shop\"\n\
         [[image]]\nname = \"shop-batch\"\n[[instance]]\nid = \"i-erp\"\n[[bucket]]\nname = \"shop-old\"\nversions = \"all\"\nnew_name = \"shop-new\"\n{}{}{}{}",
        placed("vol-data"),
        copied("vol-copied"),
        copied("snap-copied"),
        placed("snap-restored")
    );
    Scenario::written(&runbook, &inventory)
});

fn removal(remove: &[&str]) -> Removal {
    let protected: Vec<&str> = remove.iter().copied().filter(|name| *name == INSTANCE).collect();
    retirement::removal(remove, &protected)
}

fn after(happens: impl FnOnce(&mut Cloud), remove: &[&str]) -> Looked {
    retirement::after(&MOVED, happens, &removal(remove))
}

static REMOVAL: LazyLock<Scenario> = LazyLock::new(|| retirement::scenario(&MOVED, after(|_| {}, &ALL)));

const MAKING: [&str; 7] = [
    "ec2 DeregisterImage",
    "ec2 ModifyInstanceAttribute",
    "ec2 TerminateInstances",
    "ec2 DeleteSnapshot",
    "ec2 DeleteVolume",
    "s3 DeleteObject",
    "s3 DeleteBucket",
];

static DRIVEN: LazyLock<Driven> =
    LazyLock::new(|| Driven::after(Some(MOVED.plan.clone()), REMOVAL.clone(), &MAKING, &[]));

#[test]
fn what_was_named_is_gone_and_what_others_stand_on_stays() {
    let night = DRIVEN.undisturbed();
    let standing: Vec<&String> = night.standing.keys().collect();
    let stands = |what: &str| standing.iter().any(|line| line.contains(what));
    assert!(!stands("bucket shop-old"), "{standing:#?}");
    assert!(stands(&format!("bucket shop-new of {TARGET}")));
    let gone: Vec<&String> = night.effects.keys().filter(|what| what.starts_with(SOURCE)).collect();
    let deleted = |what: &str| gone.iter().filter(|line| line.contains(what)).count();
    assert!(
        deleted("DeregisterImage") == 1 && deleted("DeleteVolume") > 0,
        "{gone:#?}"
    );
    let changed: Vec<&String> = night.effects.keys().filter(|what| what.starts_with(TARGET)).collect();
    assert_eq!(changed, Vec::<&String>::new(), "nothing is changed in the target");
    let state = State::fold(DRIVEN.events()).expect("events").expect("a run");
    let left: Vec<&str> = state.left_out().into_iter().map(|(_, what)| what).collect();
    assert!(
        left.len() == 1 && left[0].contains("vol-erp-data of i-erp"),
        "the root goes with it, and the other stays: {left:?}"
    );
}

#[test]
fn a_protected_instance_goes_only_where_that_was_said() {
    let refused = retirement::after(&MOVED, |_| {}, &retirement::removal(&[INSTANCE], &[])).1;
    let refused = refused.expect_err("it refuses to be terminated");
    assert!(
        refused[0].why.contains("--despite-protection instance/i-erp"),
        "{refused:?}"
    );
}

#[test]
fn a_snapshot_behind_another_image_and_one_that_became_a_volume_stay() {
    let (left, plan) = after(|_| {}, &[RESTORED]);
    let told = one(&left, IMAGE).told.join("; ");
    assert!(
        told.contains("snap-00000000000000002 stays: it stands behind ami-00000000000000002 as well"),
        "{told}"
    );
    let refused = plan.expect_err("the target has a volume, and no snapshot");
    assert!(refused[0].why.contains("by hand"), "{refused:?}");
}

#[test]
fn killed_anywhere_a_removal_takes_away_what_an_undisturbed_one_does() {
    DRIVEN.crashes(12);
}

#[test]
fn lost_replies_and_refusals_take_nothing_away_twice() {
    DRIVEN.calls(12);
}

#[test]
fn what_the_target_still_needs_is_refused_with_the_reason() {
    type Happens = fn(&mut Cloud);
    let cases: [(&str, Happens, &str); 9] = [
        (
            INSTANCE,
            |cloud| {
                let old = cloud.ec2.instances.get_mut("i-erp").expect("it is there");
                old.state = InstanceState::Running;
            },
            "it is running: somebody uses it",
        ),
        (
            INSTANCE,
            |cloud| cloud.ec2.images.retain(|_, image| image.owner.as_str() == SOURCE),
            "is not available in the target",
        ),
        (
            IMAGE,
            |cloud| cloud.ec2.images.retain(|_, image| image.owner.as_str() == SOURCE),
            "is gone in the target: this is the only one",
        ),
        (
            IMAGE,
            |cloud| {
                let now = cloud.now;
                let old = cloud.ec2.images.get_mut("ami-00000000000000001").expect("it is there");
                old.permitted.insert("999999999999".to_owned(), now);
            },
            "it is shared with 999999999999",
        ),
        (
            IMAGE,
            |cloud| denied(cloud, "DescribeImageAttribute"),
            "whom it is shared with cannot be looked at",
        ),
        (
            VOLUME,
            |cloud| cloud.ec2.volumes.retain(|_, volume| volume.owner.as_str() == SOURCE),
            "is gone in the target",
        ),
        (
            VOLUME,
            |cloud| {
                let old = cloud.ec2.volumes.get_mut("vol-data").expect("it is there");
                old.attached.insert("i-somebody".to_owned(), "/dev/sdf".to_owned());
            },
            "it is attached to i-somebody",
        ),
        (
            SNAPSHOT,
            |cloud| {
                cloud
                    .ec2
                    .snapshots
                    .retain(|_, snapshot| snapshot.owner.as_str() == SOURCE)
            },
            "is gone in the target",
        ),
        (
            BUCKET,
            |cloud| drop(cloud.s3.by_name.remove("shop-new")),
            "is not the target's: this is the only one",
        ),
    ];
    for (what, happens, why) in cases {
        let (left, plan) = after(happens, &[what]);
        let refused = plan.expect_err("it is refused");
        assert!(
            refused.iter().any(|one| one.why.contains(why)),
            "{what}: {refused:?} without {why}"
        );
        assert_eq!(one(&left, what).may_go(), MayGo::No, "{what}");
    }
}
