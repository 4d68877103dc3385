//! A starter can be read as it is, with any block taken in, and with all of them.

use serde_json::{Value, json};

use super::*;
use crate::plan_shape::{SOURCE, TARGET};

fn inventory() -> Inventory {
    let source: Value = json!({
        "keys": [{ "id": "k1", "aliases": ["alias/shop", "alias/old-shop"], "description": "two\nlines" },
            { "id": "k2", "aliases": ["alias/aws/rds"], "manager": "aws" }],
        "databases": [{ "id": "shop-stg", "engine": "postgres", "engine_version": "16.4", "storage_gib": 40, "tags": { "team": "a\n[[bucket]]" } }],
        "clusters": [{ "id": "pay", "engine": "aurora-mysql" }],
        "caches": [{ "id": "sessions", "engine": "valkey" }],
        "buckets": [{ "name": "shop-files", "contents": { "versions": 3, "bytes": 9_000_000 }, "documents": { "cors": "<C/>" } }, { "name": "empty" }],
        "images": [{ "id": "ami-1", "name": "shop \"web\" (2026)" }],
        "instances": [{ "id": "i-1", "type": "m6i.large", "state": "running", "auto_scaling_group": "web" }],
        "volumes": [{ "id": "vol-1", "size_gib": 8 }, { "id": "vol-2", "attached_to": [{ "instance": "i-1", "device": "/dev/xvda" }] }],
        "ebs_snapshots": [{ "id": "snap-1", "size_gib": 8, "description": "before" }],
    });
    let zone = |id: &str, name: &str, private: bool| {
        json!({ "id": id, "name": name, "private": private,
        "vpcs": if private { json!([{ "id": "vpc-1", "region": "ap-northeast-1" }]) } else { json!([]) } })
    };
    let whole = json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": {
        SOURCE: { "regions": { "ap-northeast-1": source },
            "zones": [zone("Z1", "stg.shop.example.com", false), zone("Z2", "shop.example.com", false), zone("Z3", "shop.example.com", false),
                zone("Z4", "internal.shop", true), zone("Z5", "shop.example.com", true)],
            "others": [{ "arn": format!("arn:aws:sqs:ap-northeast-1:{SOURCE}:mails"), "tags": { "product": "shop" } },
                { "arn": format!("arn:aws:sqs:eu-west-1:{SOURCE}:elsewhere") }] },
        TARGET: { "regions": { "ap-northeast-1": { "subnet_groups": { "stg-db": {} }, "security_groups": ["sg-1"] } },
            "zones": [zone("Z9", "example.com", false)] },
    } });
    Inventory::parse(&whole.to_string()).expect("an inventory")
}

fn written() -> String {
    let text = format!(
        "migration = \"shop \\\"x\\\"\"\nregion = \"ap-northeast-1\"\nsource = {{ account = \"{SOURCE}\", role = \"r\", external_id = \"e\" }}\n\
         target = {{ account = \"{TARGET}\", batch_role = \"b\" }}\n"
    );
    starter(&Runbook::parse(&text).expect("a runbook"), &inventory())
}

/// How many sections of any kind it has.
fn sections(runbook: &Runbook) -> usize {
    runbook.keys.len()
        + runbook.databases.len()
        + runbook.clusters.len()
        + runbook.caches.len()
        + runbook.buckets.len()
        + runbook.images.len()
        + runbook.instances.len()
        + runbook.volumes.len()
        + runbook.zones.len()
        + runbook.private_zones.len()
}

#[test]
fn it_is_a_runbook_that_moves_nothing_and_with_every_block_one_that_moves_all_of_it() {
    let text = written();
    let bare = Runbook::parse(&text).expect("as it is");
    assert_eq!((sections(&bare), bare.migration.as_str()), (0, "shop \"x\""), "{text}");
    assert_eq!(bare.source.external_id.as_deref(), Some("e"));
    let whole = Runbook::parse(&taken_in(&text)).expect("with every block");
    assert_eq!(sections(&whole), 15, "{text}");
    assert_eq!(text.matches("decided: (move").count(), 15);
    assert_eq!(
        whole.volumes.iter().map(|one| one.id.as_str()).collect::<Vec<_>>(),
        ["vol-1", "snap-1"]
    );
    let restore = whole.databases[0].restore.as_ref().expect("a table");
    assert_eq!(
        (restore.subnet_group.as_str(), restore.security_groups.as_slice()),
        ("stg-db", &["sg-1".to_owned()][..])
    );
    let parents: Vec<_> = whole
        .zones
        .iter()
        .map(|zone| (zone.name.as_str(), zone.parent.zone.as_str()))
        .collect();
    assert_eq!(
        parents,
        [
            ("shop.example.com", "example.com"),
            ("stg.shop.example.com", "shop.example.com")
        ]
    );
    assert!(text.contains("There are several of this name"), "{text}");
    assert!(
        text.contains(":mails product=shop — decided:") && !text.contains("elsewhere"),
        "{text}"
    );
}

#[test]
fn any_block_can_be_taken_in_by_itself() {
    let text = written();
    let lines: Vec<&str> = text.lines().collect();
    let begins = |line: &&str| line.starts_with("# [[");
    for nth in 0..lines.iter().filter(|line| begins(line)).count() {
        let mut block = 0;
        let taken: Vec<&str> = lines
            .iter()
            .map(|line| {
                block += usize::from(begins(line));
                match line.strip_prefix(OUT) {
                    Some(inside) if block == nth + 1 => inside,
                    _ => line,
                }
            })
            .collect();
        let runbook = Runbook::parse(&taken.join("\n")).expect("with one block");
        assert_eq!(sections(&runbook), 1, "{taken:#?}");
    }
}
