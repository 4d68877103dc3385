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

fn rewrites<'p>(plan: &'p model::Plan, of: &str) -> Vec<&'p model::Rewrite> {
    let rewrites = plan.rewrites.iter();
    rewrites.filter(|one| one.resource.to_string() == of).collect()
}

/// An image whose snapshot lies under a key.
fn image_under(key: &str) -> serde_json::Value {
    json!({"id": "ami-1", "name": "web", "snapshots": [{"id": "snap-1", "device": "/dev/xvda", "size_gib": 8, "encrypted": true, "key": key}]})
}

#[test]
fn a_source_keys_policy_is_shown_as_it_stands_with_what_opens_it_and_what_takes_that_back() {
    // A single statement, without brackets.
    let policy = json!({"Version": "2012-10-17", "Statement": {"Sid": "Ours", "Effect": "Allow",
        "Principal": {"AWS": "arn:aws:iam::111111111111:role/app"}, "Action": "kms:Decrypt", "Resource": "*"}});
    let source =
        json!({"keys": [{"id": "k1", "aliases": ["alias/shop"], "policy": policy}], "images": [image_under("k1")]});
    let plan = plan(&format!("{KEY}[[image]]\nname = \"web\"\n"), &source, &json!({}));
    let [lasting, opened] = rewrites(&plan, "key/alias/shop")[..] else {
        panic!("{:?}", plan.rewrites)
    };

    assert_eq!(lasting.meanwhile, None);
    assert!(lasting.before.contains("111111111111:role/app") && !lasting.before.contains("222222222222"));
    assert!(lasting.after.contains("arn:aws:iam::222222222222:root") && !lasting.after.contains("111111111111"));

    let meanwhile = opened.meanwhile.as_ref().expect("it is closed again");
    assert_eq!(meanwhile.side, model::Side::Source);
    assert!(precedes(&plan, meanwhile.opened.as_str(), meanwhile.closed.as_str()));
    let [before, after] = [&opened.before, &opened.after].map(|text| text.lines().collect::<Vec<_>>());
    let gone = before.iter().filter(|line| {
        !after
            .iter()
            .any(|other| other.trim_end_matches(',') == line.trim_end_matches(','))
    });
    assert_eq!(gone.count(), 0, "nothing of it is taken away: {}", opened.after);
    assert!(
        opened.after.contains("arn:aws:iam::222222222222:root") && opened.after.contains("kms:GrantIsForAWSResource")
    );
}

/// The plan of a bucket, whose objects lie under this key.
fn bucket_under(key: &str, keys: &serde_json::Value, more: &str) -> model::Plan {
    let source = json!({"keys": keys, "buckets": [{"name": "assets", "versioning": "enabled", "key": key}]});
    let inventory = json!({
        "format": 1, "observed_at": "2026-11-22T00:00:00Z",
        "accounts": {
            "111111111111": { "regions": { "ap-northeast-1": source } },
            "222222222222": { "roles": { "batch": { "trusts": ["batchoperations.s3.amazonaws.com"] } }, "regions": {} },
        },
    });
    let inventory = model::Inventory::parse(&inventory.to_string()).expect("an inventory");
    let runbook = format!(
        "migration = \"shop\"\nregion = \"ap-northeast-1\"\nsource = {{ account = \"111111111111\", role = \"s\" }}\n\
         target = {{ account = \"222222222222\", role = \"t\", batch_role = \"batch\" }}\n{KEY}[[bucket]]\nname = \"assets\"\n{more}"
    );
    let runbook = crate::Runbook::parse(&runbook).expect("a runbook");
    crate::plan(&runbook, &inventory)
}

#[test]
fn of_a_source_key_that_the_inventory_does_not_have_what_is_added_is_shown_alone() {
    let plan = bucket_under("arn:aws:kms:ap-northeast-1:111111111111:key/k7", &json!([]), "");
    let opened = plan.rewrites.iter().find(|one| one.meanwhile.is_some());
    let opened = opened.expect("it is opened");
    assert_eq!(opened.before, "");
    assert!(opened.after.contains("kms:ReEncrypt*") && !opened.after.contains("kms:*\""));
    let [lasting] = rewrites(&plan, "key/alias/shop")[..] else {
        panic!("{:?}", plan.rewrites)
    };
    assert!(lasting.before.is_empty() && lasting.after.contains("arn:aws:iam::222222222222:root"));
}

#[test]
fn a_key_that_was_made_for_the_way_is_shown_with_what_opens_it() {
    let source = json!({"keys": [{"id": "k1", "aliases": ["alias/aws/ebs"], "manager": "aws"}], "images": [image_under("alias/aws/ebs")]});
    let plan = plan(&format!("{KEY}[[image]]\nname = \"web\"\n"), &source, &json!({}));
    let [opened] = rewrites(&plan, "key/transport")[..] else {
        panic!("{:?}", plan.rewrites)
    };
    assert!(opened.before.contains("arn:aws:iam::111111111111:root") && opened.meanwhile.is_some());
}

#[test]
fn a_key_of_the_targets_own_to_which_nobody_is_admitted_is_not_shown() {
    let target = json!({"keys": [{"id": "k9", "aliases": ["alias/shop"]}]});
    assert_eq!(plan(KEY, &json!({}), &target).rewrites, []);
}

#[test]
fn who_is_admitted_to_the_targets_key_for_good_stands_in_its_policy_as_it_is_shown() {
    let kept = "keep_access = [{ principal = \"arn:aws:iam::111111111111:role/batch\", may = \"write\" }]\n";
    let plan = bucket_under("alias/shop", &json!([{"id": "k1", "aliases": ["alias/shop"]}]), kept);
    let shown = rewrites(&plan, "key/alias/shop");
    let lasting = shown.iter().find(|one| one.meanwhile.is_none());
    let lasting = lasting.expect("the new key's");
    assert!(
        lasting.after.contains("arn:aws:iam::111111111111:role/batch") && lasting.after.contains("kms:ViaService"),
        "{}",
        lasting.after
    );
    assert!(!lasting.before.contains("role/batch"));
}

#[test]
fn a_policy_without_room_for_the_statements_that_open_the_key_blocks() {
    let plan_with = |bytes: usize| {
        let statement = json!({"Sid": "x".repeat(bytes), "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::111111111111:root"}, "Action": "kms:*", "Resource": "*"});
        let policy = json!({"Version": "2012-10-17", "Statement": [statement]});
        let source = json!({
            "keys": [{"id": "k1", "aliases": ["alias/shop"], "policy": policy}],
            "images": [{"id": "ami-1", "name": "web", "snapshots": [{"id": "snap-1", "device": "/dev/xvda", "size_gib": 8, "encrypted": true, "key": "k1"}]}],
        });
        plan(&format!("{KEY}[[image]]\nname = \"web\"\n"), &source, &json!({}))
    };
    assert!(!plan_with(30_000).is_blocked());
    let full = plan_with(32_600);
    assert!(full.is_blocked());
    let said = blocks(&full);
    assert!(said[0].contains("KMS takes 32768 at most"), "{said:?}");
}
