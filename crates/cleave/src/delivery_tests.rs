//! What the roles may not read is told with the permission, and the rest is judged all the same.

use aws::Accounts;
use jiff::Timestamp;
use model::{Inventory, RunId, Side};
use serde_json::{Value, json};
use simcloud::dispatch::lock;
use simcloud::faults::{Fate, FaultLevel, Nth, Trap};

use super::*;
use crate::world;

const RUNBOOK: &str = "migration = \"shop\"\nregion = \"eu-west-1\"\nsource = { account = \"111111111111\", role = \"cleave-source\" }\n\
                       target = { account = \"222222222222\", role = \"cleave-target\" }\n[delivery]\necr = [\"shop\"]\n\
                       state = { old = \"old-tf\", new = \"new-tf\" }\n[[delivery.oidc]]\nrole = \"deploy\"\nrepository = \"example/shop\"\n";

fn in_paused_time(future: impl Future<Output = ()>) {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    runtime.expect("a runtime").block_on(future);
}

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
    let start: Timestamp = "2026-11-22T13:00:00Z".parse().expect("a moment");
    let simulated = world::simulated(&inventory(), start, 1, FaultLevel::None, Arc::new(drop));
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
