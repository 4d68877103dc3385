//! EC2 instances that are moved as images: stopped, with all that was in memory on their volumes; volumes and snapshots that are moved as such; on
//! every kind of key, cut off, with lost replies, and taken back.

use std::sync::LazyLock;

use engine::RunEnd;
use model::plan::Weight;
use model::{Inventory, State};
use serde_json::{Value, json};
use simcloud::cloud::Cloud;
use simcloud::faults::FaultLevel;
use simcloud::services::ec2::{Image, InstanceState};
use simcloud::services::kms;
use whole_runs::drivers::Driven;
use whole_runs::hostile;
use whole_runs::night::{self, Cut, Disturbance, Scenario};
use whole_runs::points::try_all;

const SOURCE: &str = "111111111111";
const TARGET: &str = "222222222222";
const AWSS: Option<&str> = Some("alias/aws/ebs");
const OWN: Option<&str> = Some("alias/shop");

fn instance(name: &str, state: &str) -> Value {
    json!({ "id": format!("i-{name}"), "state": state, "type": "m6i.large", "architecture": "x86_64", "root_device": "/dev/xvda",
        "subnet": "subnet-1", "security_groups": ["sg-1"], "user_data": true, "tags": { "Name": name, "team": "shop" } })
}

fn volume(id: &str, at: Option<(&str, &str)>, key: Option<&str>) -> Value {
    let attached: Vec<Value> = at
        .iter()
        .map(|(instance, device)| json!({ "instance": format!("i-{instance}"), "device": device }))
        .collect();
    json!({ "id": id, "size_gib": 8, "type": "gp3", "iops": 4000, "throughput": 250, "encrypted": key.is_some(), "key": key,
        "availability_zone": "ap-northeast-1a", "attached_to": attached, "tags": { "team": "shop" } })
}

fn scenario(contents: &Value, sections: &str) -> Scenario {
    let role = |name: &str| json!({ name: { "trusts": ["333333333333"] } });
    let mut source = json!({ "keys": [{ "id": "1234abcd-12ab-34cd-56ef-1234567890ab", "aliases": ["alias/shop"] }] });
    for (member, value) in contents.as_object().into_iter().flatten() {
        source[member] = value.clone();
    }
    let inventory = json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": {
        SOURCE: { "roles": role("cleave-source"), "regions": { "ap-northeast-1": source } },
        TARGET: { "roles": role("cleave-target"), "regions": { "ap-northeast-1": {} } } } });
    let inventory = Inventory::parse(&inventory.to_string()).expect("an inventory");
    let head = "migration = \"shop\"\nregion = \"ap-northeast-1\"\n\
                source = { account = \"111111111111\", role = \"cleave-source\" }\n\
                target = { account = \"222222222222\", role = \"cleave-target\" }\n[[key]]\nalias = \"alias/shop\"\n";
    let runbook = moves::Runbook::parse(&format!("{head}{sections}")).expect("a runbook");
    let plan = moves::plan(&runbook, &inventory);
    let blocks = plan.notes.iter().filter(|note| note.weight == Weight::Blocks);
    assert_eq!(blocks.count(), 0, "{:?}", plan.notes);
    Scenario { plan, inventory }
}

/// A running instance on a key of each kind, and one that is stopped already; volumes alike, one of them an instance's; the account encrypts by
/// default.
pub(crate) static SCENARIO: LazyLock<Scenario> = LazyLock::new(|| {
    let contents = json!({
        "machine_settings": { "encrypts_by_default": true },
        "instances": [instance("erp", "running"), instance("own", "running"), instance("plain", "running"), instance("off", "stopped")],
        "volumes": [
            volume("vol-erp-data", Some(("erp", "/dev/sdf")), OWN), volume("vol-erp", Some(("erp", "/dev/xvda")), AWSS),
            volume("vol-own", Some(("own", "/dev/xvda")), OWN), volume("vol-own-data", Some(("own", "/dev/sdf")), OWN),
            volume("vol-plain", Some(("plain", "/dev/xvda")), None), volume("vol-off", Some(("off", "/dev/xvda")), OWN),
            volume("vol-free-own", None, OWN), volume("vol-free-awss", None, AWSS), volume("vol-free-plain", None, None),
            volume("vol-copied", None, OWN),
        ],
        "ebs_snapshots": [{ "id": "snap-old", "size_gib": 4, "encrypted": true, "key": "alias/shop", "tags": { "team": "shop" } }],
    });
    let sections: String = ["erp", "own", "plain", "off"]
        .map(|name| format!("[[instance]]\nid = \"i-{name}\"\n"))
        .concat();
    let gate = "[[gate]]\nname = \"off\"\nask = \"Is it off?\"\nbefore = [\"instance\"]\n";
    let placed = [
        "vol-free-own",
        "vol-free-awss",
        "vol-free-plain",
        "vol-own-data",
        "snap-old",
    ]
    .map(|id| format!("[[volume]]\nid = \"{id}\"\navailability_zone = \"ap-northeast-1c\"\n"))
    .concat();
    let copied = "[[volume]]\nid = \"vol-copied\"\nrestore = false\n";
    scenario(&contents, &format!("{gate}{sections}{placed}{copied}"))
});

/// Open volumes in an account that encrypts by default under a key of its own.
#[test]
fn what_comes_to_lie_on_the_accounts_own_default_key_arrives_without_a_copy_more() {
    let contents = json!({
        "machine_settings": { "encrypts_by_default": true, "default_key": "alias/shop" },
        "instances": [instance("erp", "running")],
        "volumes": [volume("vol-erp", Some(("erp", "/dev/xvda")), None), volume("vol-free", None, None)],
    });
    let sections =
        "[[instance]]\nid = \"i-erp\"\n[[volume]]\nid = \"vol-free\"\navailability_zone = \"ap-northeast-1c\"\n";
    let scenario = scenario(&contents, sections);
    assert!(scenario.plan.steps.iter().all(|step| !step.action.contains("rekey")));
    let wrong = night::whole(&scenario, 1, FaultLevel::None, |cloud, _| {
        let of_target = cloud
            .ec2
            .volumes
            .values()
            .filter(|volume| volume.owner.as_str() == TARGET);
        let wrong = of_target.filter(|volume| !under_targets_key(cloud, volume.key.as_ref()));
        wrong.map(|volume| format!("{volume:?}")).collect()
    });
    assert_eq!(wrong, Vec::<String>::new());
}

fn under_targets_key(cloud: &Cloud, key: Option<&String>) -> bool {
    key.is_some_and(|key| key.contains(&format!("{TARGET}:key/")) && !kms::is_aws_managed(cloud, key))
}

/// What is wrong with the images of the target, and with the instances of the source.
fn wrong_in(cloud: &Cloud, state: &State) -> Vec<String> {
    let mut wrong = Vec::new();
    let left: Vec<&str> = state.left_out().into_iter().map(|(_, what)| what).collect();
    for (id, instance) in &cloud.ec2.instances {
        if instance.state != InstanceState::Stopped {
            wrong.push(format!("{id} is {:?}", instance.state));
        }
        let name = &instance.listed.tags["Name"];
        let copied = |image: &&Image| image.owner.as_str() == TARGET && image.name == *name;
        let Some((ami, copy)) = cloud.ec2.images.iter().find(|(_, image)| copied(image)) else {
            wrong.push(format!("there is no image {name}"));
            continue;
        };
        let told = format!("{id} is not launched in account {TARGET}: aws ec2 run-instances --image-id {ami}");
        if !left.iter().any(|what| what.starts_with(&told)) {
            wrong.push(format!("nobody is told {told}: {left:?}"));
        }
        if copy.tags.get("team").map(String::as_str) != Some("shop") {
            wrong.push(format!("{name} has not its tags: {:?}", copy.tags));
        }
        let volumes = cloud
            .ec2
            .volumes
            .values()
            .filter(|volume| volume.attached.contains_key(id));
        let mut devices = 0;
        for volume in volumes {
            devices += 1;
            let device = copy.devices.iter().find(|device| device.name == volume.attached[id]);
            let held = device.and_then(|device| cloud.ec2.snapshots.get(&device.snapshot));
            // What it had in memory came to its volumes with the stop.
            if held.map(|held| &held.digest) != Some(&volume.digest) {
                wrong.push(format!("{name} does not hold what {:?} holds", volume.attached));
            }
            if !under_targets_key(cloud, held.and_then(|held| held.key.as_ref())) {
                wrong.push(format!(
                    "{name} lies under {:?}",
                    held.and_then(|held| held.key.clone())
                ));
            }
        }
        if copy.devices.len() != devices {
            wrong.push(format!("{name} has {} devices", copy.devices.len()));
        }
    }
    wrong.extend(wrong_volumes(cloud, &left));
    wrong
}

/// What is wrong with the volumes of the target, and with the snapshots that were to stay.
fn wrong_volumes(cloud: &Cloud, left: &[&str]) -> Vec<String> {
    let mut wrong = Vec::new();
    let of_target: Vec<_> = cloud
        .ec2
        .volumes
        .iter()
        .filter(|(_, volume)| volume.owner.as_str() == TARGET)
        .collect();
    if of_target.len() != 5 {
        wrong.push(format!("the target has {} volumes", of_target.len()));
    }
    for original in [
        "vol-free-own",
        "vol-free-awss",
        "vol-free-plain",
        "vol-own-data",
        "snap-old",
    ] {
        let held = match cloud.ec2.volumes.get(original) {
            Some(volume) => &volume.digest,
            None => &cloud.ec2.snapshots[original].digest,
        };
        let Some((id, is)) = of_target.iter().find(|(_, volume)| volume.digest == *held) else {
            wrong.push(format!("no volume holds what {original} holds"));
            continue;
        };
        let speed = if original == "snap-old" {
            (4, None, None)
        } else {
            (8, Some(4000), Some(250))
        };
        let as_was = (is.size_gib, is.iops, is.throughput) == speed
            && (is.kind.as_str(), is.zone.as_str()) == ("gp3", "ap-northeast-1c")
            && is.tags.get("team").map(String::as_str) == Some("shop");
        if !as_was || !under_targets_key(cloud, is.key.as_ref()) {
            wrong.push(format!("{original} became {is:?}"));
        }
        if !left
            .iter()
            .any(|what| what.starts_with(&format!("{original} is {id} in account {TARGET}")))
        {
            wrong.push(format!("nobody is told of {id}"));
        }
    }
    let behind_image = |id: &String| {
        cloud
            .ec2
            .images
            .values()
            .any(|image| image.devices.iter().any(|device| device.snapshot == *id))
    };
    let stayed = cloud
        .ec2
        .snapshots
        .iter()
        .filter(|(id, one)| one.owner.as_str() == TARGET && !behind_image(id));
    let stayed: Vec<_> = stayed.map(|(_, snapshot)| snapshot).collect();
    for original in [
        &cloud.ec2.volumes["vol-copied"].digest,
        &cloud.ec2.snapshots["snap-old"].digest,
    ] {
        let copies = stayed
            .iter()
            .filter(|copy| copy.digest == *original && under_targets_key(cloud, copy.key.as_ref()));
        if copies.count() != 1 {
            wrong.push(format!("a snapshot that was to stay did not: {stayed:?}"));
        }
    }
    if stayed.len() != 2 {
        wrong.push(format!("{} snapshots stayed in the target", stayed.len()));
    }
    wrong
}

#[test]
fn instances_arrive_as_images_of_what_their_volumes_hold_once_stopped_and_volumes_as_they_were() {
    try_all(
        &night::quiet_and_harsh(8),
        |point| format!("{point:?}"),
        |(seed, level)| night::whole(&SCENARIO, *seed, *level, wrong_in),
    );
}

#[test]
fn on_hostile_nights_instances_and_volumes_arrive_or_the_run_stops_where_nothing_is_lost() {
    hostile::assert_safe(&SCENARIO, 1..=12);
}

#[test]
#[ignore = "minutes: 300 nights"]
fn on_any_hostile_night_instances_and_volumes_arrive_or_the_run_stops_where_nothing_is_lost() {
    hostile::assert_safe(&SCENARIO, 1..=300);
}

static DRIVEN: LazyLock<Driven> = LazyLock::new(|| {
    let making = [
        "StopInstances",
        "CreateImage",
        "CopyImage",
        "CreateSnapshot",
        "CopySnapshot",
        "CreateVolume",
    ];
    Driven::new(SCENARIO.clone(), &making, &[])
});

#[test]
fn moving_machines_survives_a_crash_after_any_event() {
    DRIVEN.crashes(12);
}

#[test]
#[ignore = "all points: minutes"]
fn moving_machines_survives_a_crash_after_every_event() {
    DRIVEN.crashes(usize::MAX);
}

/// What was stopped before is seen, and not begun: killed before that is proved, the next process sees the same.
#[test]
fn a_run_that_is_killed_when_it_has_seen_what_was_there_before_goes_on_and_leaves_it_when_taken_back() {
    let seen = DRIVEN.events().iter().find(|recorded| {
        let step = recorded.event.step().map(ToString::to_string);
        recorded.event.kind() == "output_seen" && step.as_deref() == Some("instance/i-off/stop_instance")
    });
    let seq = seen.expect("it is seen").seq;
    for cut in [Cut::Upon(seq), Cut::After(seq), Cut::Upon(seq + 1)] {
        let wrong = DRIVEN.against_undisturbed(&Disturbance {
            cuts: vec![cut],
            ..Disturbance::default()
        });
        assert_eq!(wrong, Vec::<String>::new(), "{cut:?}");
        let undone = Disturbance {
            cuts: vec![cut],
            undo: true,
            ..Disturbance::default()
        };
        let night = night::carry_out(&SCENARIO, &undone);
        assert_eq!((night.end, night.broken), (Ok(RunEnd::Unwound), Vec::new()), "{cut:?}");
        assert!(
            !night
                .effects
                .keys()
                .any(|what| what.contains("StartInstances") && what.contains("i-off")),
            "{cut:?}: it was stopped before"
        );
    }
}

#[test]
fn moving_machines_survives_the_loss_of_any_reply_and_the_refusal_of_any_call() {
    DRIVEN.calls(12);
}

#[test]
#[ignore = "all points: minutes"]
fn moving_machines_survives_the_loss_of_every_reply_and_the_refusal_of_every_call() {
    DRIVEN.calls(usize::MAX);
}

#[test]
fn moving_machines_can_be_taken_back_from_any_point() {
    DRIVEN.undos(12);
}

#[test]
#[ignore = "all points: minutes"]
fn moving_machines_can_be_taken_back_from_every_point() {
    DRIVEN.undos(usize::MAX);
}
