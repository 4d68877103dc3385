use model::plan::Weight;
use serde_json::{Value, json};

use super::change_share::{ShareInput, Shared, UnshareInput};
use super::*;
use crate::plan_shape::{blocks, ids, plan, precedes, step};

const SECTIONS: &str = "[[key]]\nalias = \"alias/shop\"\n[[image]]\nname = \"batch-*\"\n";

fn image(id: &str, name: &str, snapshots: &[(&str, Option<&str>)]) -> Value {
    let snapshots = snapshots.iter().enumerate().map(|(n, (id, key))| {
        json!({"id": id, "device": format!("/dev/sd{n}"), "size_gib": 8 * (n + 1), "encrypted": key.is_some(), "key": key})
    });
    json!({"id": id, "name": name, "architecture": "arm64", "snapshots": snapshots.collect::<Vec<_>>()})
}

fn source(images: &[Value]) -> Value {
    json!({"keys": [{"id": "k1", "aliases": ["alias/shop"]}], "images": images})
}

#[test]
fn every_image_that_the_pattern_means_is_moved_with_all_its_snapshots() {
    let images = [
        image("ami-1", "batch-1", &[("snap-1", Some("k1")), ("snap-2", None)]),
        image("ami-2", "web", &[("snap-3", Some("k1"))]),
    ];
    let plan = plan(SECTIONS, &source(&images), &json!({}));
    assert_eq!(
        ids(&plan),
        [
            "key/alias:shop/create_target_key",
            "key/alias:shop/create_target_alias",
            "key/alias:shop/open_source_key",
            "image/batch-1/share_image",
            "image/batch-1/share_snapshot_1",
            "image/batch-1/share_snapshot_2",
            "image/batch-1/copy_image",
            "image/batch-1/unshare_image",
            "image/batch-1/unshare_snapshot_1",
            "image/batch-1/unshare_snapshot_2",
            "key/alias:shop/close_source_key",
            "key/all/prove_independence",
        ]
    );
    let copy: copy_image::Input =
        serde_json::from_value(step(&plan, "image/batch-1/copy_image").input.clone()).expect("its input");
    assert_eq!((copy.image, copy.sizes), (From::Id("ami-1".into()), vec![8, 16]));
    for share in ["share_image", "share_snapshot_1", "share_snapshot_2"] {
        assert!(
            precedes(&plan, &format!("image/batch-1/{share}"), "image/batch-1/copy_image"),
            "{share}"
        );
        assert!(
            precedes(&plan, "image/batch-1/copy_image", &format!("image/batch-1/un{share}")),
            "{share}"
        );
    }
}

#[test]
fn an_image_on_the_default_key_travels_as_a_copy_under_the_transport_key() {
    let images = [image(
        "ami-1",
        "batch-1",
        &[("snap-1", Some("alias/aws/ebs")), ("snap-2", Some("k1"))],
    )];
    let plan = plan(SECTIONS, &source(&images), &json!({}));
    let share: ShareInput =
        serde_json::from_value(step(&plan, "image/batch-1/share_snapshot_2").input.clone()).expect("its input");
    let made = model::StepId::new("image/batch-1/rekey_image").expect("an id");
    assert_eq!(
        share.what,
        Shared::Snapshot(From::SnapshotOf(made.clone(), 1)),
        "the copy's snapshot, not the original's"
    );
    let copy: copy_image::Input =
        serde_json::from_value(step(&plan, "image/batch-1/copy_image").input.clone()).expect("its input");
    assert_eq!(copy.image, From::ImageOf(made));
    assert!(precedes(
        &plan,
        "key/transport/open_source_key",
        "image/batch-1/copy_image"
    ));
    assert!(precedes(
        &plan,
        "image/batch-1/unshare_snapshot_2",
        "image/batch-1/deregister_rekeyed_image"
    ));
    assert!(
        !ids(&plan).contains(&"key/alias:shop/open_source_key"),
        "the copy lies under the transport key alone"
    );
}

#[test]
fn a_snapshot_behind_two_images_is_shared_once_and_until_both_are_copied() {
    let images = [
        image("ami-1", "batch-1", &[("snap-1", Some("k1"))]),
        image("ami-2", "batch-2", &[("snap-1", Some("k1")), ("snap-2", Some("k1"))]),
    ];
    let plan = plan(SECTIONS, &source(&images), &json!({}));
    let of_snap_1 = plan
        .steps
        .iter()
        .filter(|step| step.action == "image.share_snapshot" && step.input["what"]["snapshot"]["id"] == "snap-1");
    assert_eq!(of_snap_1.count(), 1);
    for copy in ["image/batch-1/copy_image", "image/batch-2/copy_image"] {
        assert!(precedes(&plan, "image/batch-1/share_snapshot_1", copy), "{copy}");
        assert!(precedes(&plan, copy, "image/batch-1/unshare_snapshot_1"), "{copy}");
    }
    let unshare = step(&plan, "image/batch-1/unshare_snapshot_1").input.clone();
    serde_json::from_value::<UnshareInput>(unshare).expect("its input");
}

#[test]
fn what_cannot_be_copied_blocks() {
    let mut marketplace = image("ami-1", "batch-1", &[("snap-1", None)]);
    marketplace["marketplace_codes"] = json!(["abc"]);
    let taken = json!({"images": [{"id": "ami-9", "name": "batch-1"}]});
    let cases = [
        (marketplace, json!({}), "Marketplace"),
        (image("ami-1", "batch-1", &[]), json!({}), "instance store"),
        (image("ami-1", "batch-1", &[("snap-1", None)]), taken, "already"),
        (
            image("ami-1", "batch-1", &[("snap-1", Some("unknown"))]),
            json!({}),
            "not in the inventory",
        ),
        (
            image("ami-1", "web", &[("snap-1", None)]),
            json!({}),
            "no image batch-*",
        ),
    ];
    for (image, target, wanted) in cases {
        let plan = plan(SECTIONS, &source(&[image]), &target);
        assert!(
            blocks(&plan).iter().any(|text| text.contains(wanted)),
            "{wanted}: {:?}",
            blocks(&plan)
        );
        assert!(!ids(&plan).iter().any(|id| id.starts_with("image/")), "{wanted}");
    }
}

#[test]
fn what_names_an_image_is_named_in_the_plan_and_told_with_the_new_id() {
    let mut image = image("ami-1", "batch-1", &[("snap-1", Some("k1"))]);
    image["named_by"] = json!(["launch template web, version 3", "Auto Scaling group batch"]);
    let plan = plan(SECTIONS, &source(&[image]), &json!({}));
    let warned = plan.notes.iter().any(|note| {
        note.weight == Weight::Warns
            && note
                .text
                .contains("In the source launch template web, version 3, Auto Scaling group batch name ami-1")
    });
    assert!(warned, "{:?}", plan.notes);
    let copy: copy_image::Input =
        serde_json::from_value(step(&plan, "image/batch-1/copy_image").input.clone()).expect("its input");
    assert_eq!((copy.told.len(), copy.original), (3, From::Id("ami-1".into())));
}

fn noted(plan: &model::Plan, weight: Weight, wanted: &str) -> bool {
    let fits = |note: &&model::plan::Note| note.weight == weight && note.text.contains(wanted);
    plan.notes.iter().any(|note| fits(&note))
}

#[test]
fn a_deprecation_date_is_carried_to_the_minute_and_one_that_ec2_would_refuse_is_told() {
    let dated = |at: &str| {
        let mut image = image("ami-1", "batch-1", &[("snap-1", Some("k1"))]);
        image["settings"] = json!({ "deprecated_at": at });
        plan(SECTIONS, &source(&[image]), &json!({}))
    };
    let carried = dated("2027-01-02T03:04:31Z");
    let input = &step(&carried, "image/batch-1/deprecate_image").input;
    assert_eq!(input["at"], "2027-01-02T03:05:00Z");
    for (at, wanted) in [
        ("2026-11-01T00:00:00Z", "no date in the past"),
        ("2036-11-22T00:00:00Z", "ten years at most"),
    ] {
        let plan = dated(at);
        assert!(!ids(&plan).contains(&"image/batch-1/deprecate_image"), "{at}");
        assert!(noted(&plan, Weight::Warns, wanted), "{at}: {:?}", plan.notes);
    }
}

#[test]
fn an_image_that_cannot_travel_blocks_with_the_way_out() {
    let with = |member: &str, value: Value, of_snapshot: bool| {
        let mut image = image("ami-1", "batch-1", &[("snap-1", Some("k1"))]);
        let of = if of_snapshot {
            &mut image["snapshots"][0]
        } else {
            &mut image
        };
        of[member] = value;
        image
    };
    for (image, wanted) in [
        (with("settings", json!({"state": "disabled"}), false), "enable-image"),
        (with("settings", json!({"state": "pending"}), false), "not available"),
        (with("archived", json!(true), true), "restore-snapshot-tier"),
        (with("owner", json!("333333333333"), true), "belongs to 333333333333"),
    ] {
        let plan = plan(SECTIONS, &source(&[image]), &json!({}));
        assert!(
            blocks(&plan).iter().any(|text| text.contains(wanted)),
            "{wanted}: {:?}",
            blocks(&plan)
        );
        assert!(!ids(&plan).iter().any(|id| id.starts_with("image/")), "{wanted}");
    }
}

#[test]
fn what_the_accounts_have_set_is_told_once_and_blocks_only_where_it_hides_the_image() {
    let images = [
        image("ami-1", "batch-1", &[("snap-1", Some("k1"))]),
        image("ami-2", "batch-2", &[("snap-2", None)]),
    ];
    let mut from = source(&images);
    from["machine_settings"] = json!({"image_block_public_access": "block-new-sharing", "encrypts_by_default": true});
    let allowed = |providers: Value| json!({"machine_settings": {"allowed_images": "enabled", "allowed_image_providers": providers}});
    let plan_of = |target: &Value| plan(SECTIONS, &from, target);
    let hidden = plan_of(&allowed(json!([])));
    assert!(blocks(&hidden)[0].contains("Allowed AMIs"), "{:?}", blocks(&hidden));
    let seen = plan_of(&allowed(json!([crate::plan_shape::SOURCE])));
    assert_eq!(blocks(&seen), Vec::<&str>::new());
    for wanted in [
        "blocks public access",
        "copies are its own",
        "encrypts by default, under alias/aws/ebs",
    ] {
        let told = seen.notes.iter().filter(|note| note.text.contains(wanted));
        assert_eq!(told.count(), 1, "{wanted}: {:?}", seen.notes);
    }
}

#[test]
fn protection_from_deregistration_is_told_and_left_to_people() {
    let mut image = image("ami-1", "batch-1", &[("snap-1", Some("k1"))]);
    image["settings"] = json!({"deregistration_protection": "enabled-with-cooldown"});
    let plan = plan(SECTIONS, &source(&[image]), &json!({}));
    assert!(noted(&plan, Weight::Tells, "protected from deregistration"));
    let told = step(&plan, "image/batch-1/copy_image").input["told"].clone();
    assert!(told.to_string().contains("--image-id {id} --with-cooldown"), "{told}");
}
