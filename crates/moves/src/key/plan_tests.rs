use serde_json::json;

use super::{close_source_key, create_alias, create_key, open_source_key};
use crate::plan_shape::{blocks, ids, plan, precedes, step};

const KEY: &str = "[[key]]\nalias = \"alias/shop\"\n";

#[test]
fn a_key_is_made_and_named_and_never_deleted() {
    let plan = plan(
        KEY,
        &json!({"keys": [{"id": "k1", "aliases": ["alias/shop"]}]}),
        &json!({}),
    );
    assert_eq!(
        ids(&plan),
        ["key/alias:shop/create_target_key", "key/alias:shop/create_target_alias"]
    );
    let made = step(&plan, "key/alias:shop/create_target_key");
    assert_eq!(made.undo, model::Undo::Nothing);
    assert_eq!(
        step(&plan, "key/alias:shop/create_target_alias").undo,
        model::Undo::Auto
    );
    serde_json::from_value::<create_key::Input>(made.input.clone()).expect("its input");
    let alias = step(&plan, "key/alias:shop/create_target_alias").input.clone();
    serde_json::from_value::<create_alias::Input>(alias).expect("its input");
    assert!(!plan.is_blocked());
}

#[test]
fn a_key_that_the_target_has_is_used_and_not_made_again() {
    let target = json!({"keys": [{"id": "k9", "aliases": ["alias/shop"]}]});
    let plan = plan(KEY, &json!({}), &target);
    assert_eq!(ids(&plan), ["key/alias:shop/use_target_key"]);
}

#[test]
fn an_alias_of_awss_own_is_refused() {
    let plan = plan("[[key]]\nalias = \"alias/aws/rds\"\n", &json!({}), &json!({}));
    assert!(plan.steps.is_empty() && plan.is_blocked());
    assert!(blocks(&plan)[0].contains("alias/aws/rds"), "{:?}", blocks(&plan));
}

#[test]
fn a_policy_of_its_own_and_a_foreign_writer_are_told() {
    let policy = json!({"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"AWS": "AROAEXAMPLE"}, "Action": "kms:*", "Resource": "*"}]});
    let source = json!({
        "keys": [{"id": "k1", "aliases": ["alias/shop"], "policy": policy, "tags": {"ManagedBy": "terraform"}}],
        "images": [{"id": "ami-1", "name": "web", "snapshots": [{"id": "snap-1", "device": "/dev/xvda", "size_gib": 8, "encrypted": true, "key": "k1"}]}],
    });
    let plan = plan(&format!("{KEY}[[image]]\nname = \"web\"\n"), &source, &json!({}));
    let told = |piece: &str| plan.notes.iter().any(|note| note.text.contains(piece));
    assert!(
        told("principals of its own") && told("was deleted") && told("ManagedBy"),
        "{:?}",
        plan.notes
    );
}

#[test]
fn a_key_under_several_things_is_opened_once_and_closed_behind_all_of_them() {
    let image = |id: &str, name: &str| json!({"id": format!("ami-{id}"), "name": name, "snapshots": [{"id": format!("snap-{id}"), "device": "/dev/xvda", "size_gib": 8, "encrypted": true, "key": "alias/shop"}]});
    let source =
        json!({"keys": [{"id": "k1", "aliases": ["alias/shop"]}], "images": [image("1", "web"), image("2", "batch")]});
    let plan = plan(
        &format!("{KEY}[[image]]\nname = \"web\"\n[[image]]\nname = \"batch\"\n"),
        &source,
        &json!({}),
    );
    let opened = ids(&plan).iter().filter(|id| id.ends_with("open_source_key")).count();
    assert_eq!(opened, 1);
    for copy in ["image/web/copy_image", "image/batch/copy_image"] {
        assert!(precedes(&plan, "key/alias:shop/open_source_key", copy));
        assert!(precedes(&plan, copy, "key/alias:shop/close_source_key"));
    }
    let open: open_source_key::Input =
        serde_json::from_value(step(&plan, "key/alias:shop/open_source_key").input.clone()).expect("its input");
    assert_eq!(
        open.key,
        super::KeyFrom::Arn("arn:aws:kms:ap-northeast-1:111111111111:key/k1".into())
    );
    let close = step(&plan, "key/alias:shop/close_source_key").input.clone();
    serde_json::from_value::<close_source_key::Input>(close).expect("its input");
}
