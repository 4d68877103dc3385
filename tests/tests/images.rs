//! Images that are moved: that they arrive as they were, and what is left for people to do once their new ids are known.

use engine::RunEnd;
use model::plan::Weight;
use model::{Inventory, State};
use serde_json::{Value, json};
use simcloud::faults::FaultLevel;
use simcloud::services::ec2::{Image, image_digest};
use whole_runs::night::{self, Disturbance, Scenario};
use whole_runs::points::try_all;

#[test]
fn what_names_an_image_is_told_with_the_images_new_id() {
    let night = night::carry_out(&Scenario::of("three-products"), &Disturbance::default());
    assert_eq!(night.end, Ok(RunEnd::Completed), "{:?}", night.stops());
    let state = State::fold(&night.events).expect("events that follow on each other");
    let state = state.expect("a run");
    let copied = state
        .plan
        .steps
        .iter()
        .find(|step| step.resource.name == "ledger-batch-2026-09" && step.action == "image.copy_image");
    let new = state.output(&copied.expect("it is moved").id).expect("it was copied");
    let new = new["id"].as_str().expect("an id");
    assert_ne!(new, "ami-09c1b2c7ed78e42fb");
    let left: Vec<&str> = state.left_out().into_iter().map(|(_, what)| what).collect();
    for who in [
        "launch template arn:aws:ec2:ap-northeast-1:111111111111:launch-template/lt-0c9d7e5f3a1b2c4d6",
        "Auto Scaling group ledger-batch",
    ] {
        let told = format!("{who} names ami-09c1b2c7ed78e42fb: in the target it must name {new}");
        assert!(left.iter().any(|what| what.starts_with(&told)), "{told}: {left:?}");
    }
}

/// One image of each kind of key, in accounts that encrypt by default and block public sharing.
pub(crate) fn scenario() -> Scenario {
    let image = |name: &str, keys: &[Option<&str>], settings: Value| {
        let snapshots: Vec<Value> = keys
            .iter()
            .enumerate()
            .map(|(n, key)| {
                json!({ "id": format!("snap-{name}-{n}"), "device": format!("/dev/sd{n}"), "size_gib": 8 + n, "encrypted": key.is_some(), "key": key })
            })
            .collect();
        json!({ "id": format!("ami-{name}"), "name": name, "architecture": "arm64", "description": format!("the image {name}"),
            "settings": settings, "snapshots": snapshots, "tags": { "team": "shop" } })
    };
    let uefi = json!({ "boot_mode": "uefi", "tpm_support": "v2.0", "imds_support": "v2.0", "ena_support": true,
        "deprecated_at": "2027-06-01T12:00:20Z", "deregistration_protection": "enabled-without-cooldown" });
    let settings = json!({ "encrypts_by_default": true, "image_block_public_access": "block-new-sharing",
        "snapshot_block_public_access": "block-all-sharing" });
    let mut there = settings.clone();
    there["allowed_images"] = json!("enabled");
    there["allowed_image_providers"] = json!(["111111111111"]);
    let role = |name: &str| json!({ name: { "trusts": ["333333333333"] } });
    let inventory = json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": {
        "111111111111": { "roles": role("cleave-source"), "regions": { "ap-northeast-1": {
            "keys": [{ "id": "1234abcd-12ab-34cd-56ef-1234567890ab", "aliases": ["alias/shop"] }], "machine_settings": settings,
            "images": [
                image("on-awss", &[Some("alias/aws/ebs"), Some("alias/shop")], uefi),
                image("plain", &[None], json!({ "boot_mode": "legacy-bios" })),
                image("on-own", &[Some("alias/shop"), None], json!({ "deprecated_at": "2026-01-01T00:00:00Z" })),
            ] } } },
        "222222222222": { "roles": role("cleave-target"), "regions": { "ap-northeast-1": { "machine_settings": there } } } } });
    let inventory = Inventory::parse(&inventory.to_string()).expect("an inventory");
    let runbook = "migration = \"shop\"\nregion = \"ap-northeast-1\"\n\
                   source = { account = \"111111111111\", role = \"cleave-source\" }\n\
                   target = { account = \"222222222222\", role = \"cleave-target\" }\n\
                   [[key]]\nalias = \"alias/shop\"\n[[image]]\nname = \"*\"\n";
    let runbook = moves::Runbook::parse(runbook).expect("a runbook");
    let plan = moves::plan(&runbook, &inventory);
    let blocks = plan.notes.iter().filter(|note| note.weight == Weight::Blocks);
    assert_eq!(blocks.count(), 0, "{:?}", plan.notes);
    Scenario { plan, inventory }
}

/// One whole run; what is wrong with it, and with the images that it made.
fn moved(scenario: &Scenario, seed: u64, level: FaultLevel) -> Vec<String> {
    night::whole(scenario, seed, level, |cloud, state| {
        let mut wrong = Vec::new();
        let left: Vec<&str> = state.left_out().into_iter().map(|(_, what)| what).collect();
        if !left
            .iter()
            .any(|what| what.contains("enable-image-deregistration-protection --image-id ami-"))
        {
            wrong.push(format!("nobody is told of the protection: {left:?}"));
        }
        let named = |account: &str, name: &str| {
            let found = cloud.ec2.images.values();
            let found: Vec<_> = found
                .filter(|image| image.owner.as_str() == account && image.name == name)
                .collect();
            assert_eq!(found.len(), 1, "{name} in {account}");
            found[0].clone()
        };
        for name in ["on-awss", "plain", "on-own"] {
            let (was, is) = (named("111111111111", name), named("222222222222", name));
            if image_digest(cloud, &was) != image_digest(cloud, &is) {
                wrong.push(format!("{name} does not hold what it held"));
            }
            let date = (name == "on-awss").then(|| "2027-06-01T12:00:00Z".parse().expect("a time"));
            if is.settings.deprecated_at != date {
                wrong.push(format!("{name} is deprecated at {:?}", is.settings.deprecated_at));
            }
            let of_boot = |of: &Image| {
                (
                    of.settings.boot_mode.clone(),
                    of.settings.tpm_support.clone(),
                    of.settings.imds_support.clone(),
                )
            };
            if of_boot(&was) != of_boot(&is)
                || was.description != is.description
                || was.tags.get("team") != is.tags.get("team")
            {
                wrong.push(format!("{name} is not as it was: {is:?}"));
            }
            for device in &is.devices {
                let key = cloud.ec2.snapshots[&device.snapshot].key.clone().unwrap_or_default();
                if !key.contains("222222222222:key/") || simcloud::services::kms::is_aws_managed(cloud, &key) {
                    wrong.push(format!("{name} lies under {key:?}"));
                }
            }
        }
        wrong
    })
}

#[test]
fn images_arrive_as_they_were_in_accounts_that_encrypt_by_default_and_allow_some_images_only() {
    let scenario = scenario();
    let points: Vec<(u64, FaultLevel)> = std::iter::once((1, FaultLevel::None))
        .chain((2..10).map(|seed| (seed, FaultLevel::Harsh)))
        .collect();
    try_all(
        &points,
        |point| format!("{point:?}"),
        |(seed, level)| moved(&scenario, *seed, *level),
    );
}
