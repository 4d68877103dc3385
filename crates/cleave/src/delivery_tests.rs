//! What the roles may not read is told with the permission, and the rest is judged all the same.

use aws::Accounts;
use jiff::Timestamp;
use model::{Inventory, RunId, Side};
use serde_json::{Value, json};
use simcloud::dispatch::lock;
use simcloud::faults::{Fate, FaultLevel, Nth, Trap};

use super::*;
use crate::rehearsal::in_paused_time;
use crate::world;

const RUNBOOK: &str = "migration = \"shop\"\nregion = \"eu-west-1\"\nsource = { account = \"111111111111\", role = \"cleave-source\" }\n\
                       target = { account = \"222222222222\", role = \"cleave-target\" }\n[delivery]\necr = [\"shop\"]\n\
                       state = { old = \"old-tf\", new = \"new-tf\" }\n[[delivery.oidc]]\nrole = \"deploy\"\nrepository = \"example/shop\"\n";

fn inventory() -> Inventory {
    let account = |role: &str, region: Value| json!({ "roles": { role: { "trusts": ["333333333333"] } }, "regions": { "eu-west-1": region } });
    let repository = json!({ "deployed": { "repositories": [{ "repositoryName": "shop" }] } });
    let inventory = json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": {
        "111111111111": account("cleave-source", repository.clone()),
        "222222222222": account("cleave-target", repository),
        // Somebody else has the name.
        "444444444444": account("other", json!({ "buckets": [{ "name": "new-tf" }] })) } });
    Inventory::parse(&inventory.to_string()).expect("an inventory")
}

/// What is open, and how, when the first call of an operation is denied.
async fn open(denied: Option<&str>) -> Result<Vec<(Verdict, String)>, Failure> {
    open_in(&inventory(), denied).await
}

async fn open_in(inventory: &Inventory, denied: Option<&str>) -> Result<Vec<(Verdict, String)>, Failure> {
    let start: Timestamp = "2026-11-22T13:00:00Z".parse().expect("a moment");
    let simulated = world::simulated(inventory, start, 1, FaultLevel::None, Arc::new(drop));
    if let Some(operation) = denied {
        lock(&simulated.cloud).faults.set_trap(Trap {
            nth: Nth::Operation(operation.to_owned(), 1),
            what: Fate::Denied,
        });
    }
    let runbook = Runbook::parse(RUNBOOK).expect("a runbook");
    let access = BTreeMap::from([
        (Side::Source, runbook.source.access()),
        (Side::Target, runbook.target.access()),
    ]);
    let run = RunId::new("check0000000").expect("a run");
    let accounts = Accounts::enter(&simulated.world.connection, &access, &runbook.region, &run);
    let sides = Sides {
        source: accounts.side(Side::Source),
        target: accounts.side(Side::Target),
    };
    let checks = look(&runbook, &sides, InFiles::default()).await?;
    let found = checks.into_iter().flat_map(|check| check.findings);
    Ok(found
        .map(|one| (one.verdict, format!("{}: {}", one.of, one.what)))
        .collect())
}

#[test]
fn what_is_not_there_is_not_yet_and_what_is_somebody_elses_is_wrong() {
    in_paused_time(async {
        let found = open(None).await.expect("it is looked at");
        let verdicts: Vec<Verdict> = found.iter().map(|(verdict, _)| *verdict).collect();
        let expected = [
            Verdict::NotYet,
            Verdict::NotYet,
            Verdict::Ok,
            Verdict::Wrong,
            Verdict::Ok,
        ];
        assert_eq!(verdicts, expected, "{found:?}");
        assert!(found[3].1.contains("bucket new-tf"), "{found:?}");
    });
}

#[test]
fn what_may_not_be_read_is_told_with_its_permission_and_the_rest_is_judged() {
    for permission in [
        "iam:ListOpenIDConnectProviders",
        "iam:GetRole",
        "ecr:DescribeImages",
        "ecs:ListTaskDefinitionFamilies",
        "ecs:ListClusters",
        "events:ListEventBuses",
        "events:ListRules",
        "scheduler:ListSchedules",
    ] {
        in_paused_time(async {
            let (_, operation) = permission.split_once(':').expect("service and operation");
            let found = open(Some(operation)).await.expect("the rest is judged");
            let unread: Vec<&String> = found
                .iter()
                .filter(|(verdict, _)| *verdict == Verdict::Unread)
                .map(|(_, what)| what)
                .collect();
            assert_eq!(unread.len(), 1, "{permission}: {found:?}");
            assert!(unread[0].contains(&format!("lacks {permission} ")), "{unread:?}");
        });
    }
    in_paused_time(async {
        let refused = open(Some("AssumeRole"))
            .await
            .expect_err("a role that cannot be taken on");
        assert_eq!(refused.service, "sts");
    });
}

#[test]
fn an_image_that_is_used_by_its_digest_is_copied_by_it_where_its_tag_is_another_image_in_the_target() {
    in_paused_time(async {
        let manifest = |content: &str| {
            let kind = "application/vnd.oci.image.manifest.v1+json";
            json!({ "schemaVersion": 2, "mediaType": kind, "annotations": { "of": content } }).to_string()
        };
        let digest = format!("sha256:{}", model::Digest::of(manifest("old").as_bytes()));
        let deployed = |content: &str, named: &str| {
            json!({ "regions": { "eu-west-1": { "deployed": {
                "repositories": [{ "repositoryName": "shop" }],
                "container_images": [{ "repositoryName": "shop", "imageManifest": manifest(content), "imageTag": "latest" }],
                "task_definitions": [{ "family": "web", "containerDefinitions": [{ "name": "web", "memory": 128,
                    "image": format!("111111111111.dkr.ecr.eu-west-1.amazonaws.com/shop{named}") }] }] } } } })
        };
        for (named, copied) in [(format!("@{digest}"), true), (":latest".to_owned(), false)] {
            let mut inventory = serde_json::to_value(inventory()).expect("an inventory");
            for (account, content) in [("111111111111", "old"), ("222222222222", "new")] {
                inventory["accounts"][account]["regions"] = deployed(content, &named)["regions"].clone();
            }
            let inventory = Inventory::parse(&inventory.to_string()).expect("an inventory");
            let found = open_in(&inventory, None).await.expect("it is looked at");
            let of = format!("image shop@{digest}: ");
            let told = found.iter().filter(|(_, what)| what.starts_with(&of));
            let told: Vec<Verdict> = told.map(|(verdict, _)| *verdict).collect();
            assert_eq!(told, vec![Verdict::NotYet; usize::from(copied)], "{named}: {found:?}");
            let note = |one: &&(Verdict, String)| {
                one.0 == Verdict::Note && one.1.contains("its tag latest stands for another image")
            };
            assert_eq!(found.iter().filter(note).count(), 1, "{found:?}");
        }
    });
}
