//! What the role may not read is told, and the rest is found all the same.

use std::collections::BTreeMap;

use aws::Accounts;
use jiff::Timestamp;
use model::plan::AccountAccess;
use model::{Inventory, Region, RunId};
use serde_json::json;
use simcloud::dispatch::lock;
use simcloud::faults::{Fate, FaultLevel, Nth, Trap};

use super::*;
use crate::rehearsal::in_paused_time;
use crate::world;

fn account(level: FaultLevel) -> (world::Simulated, std::sync::Arc<Account>) {
    let parameter = |name: &str| json!({ "Name": name, "Type": "String", "Value": "db-old" });
    let inventory = json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": { "111111111111": {
        "roles": { "cleave-source": { "trusts": ["333333333333"] } }, "regions": { "eu-west-1": { "deployed": {
            "task_definitions": [{ "family": "web", "containerDefinitions": [{ "name": "web", "image": "x", "memory": 128,
                "environment": [{ "name": "HOST", "value": "db-old" }] }] }],
            "services": [{ "cluster": "c", "serviceName": "web", "taskDefinition": "web" }],
            "functions": [{ "FunctionName": "f", "Role": "arn:aws:iam::111111111111:role/f", "PackageType": "Image", "Code": { "ImageUri": "x" },
                "Environment": { "Variables": { "HOST": "db-old" } } }],
            "parameters": (0..12).map(|n| parameter(&format!("/p/{n:02}"))).collect::<Vec<_>>(),
            "launch_templates": [{ "LaunchTemplateName": "web", "LaunchTemplateData": { "KeyName": "db-old" } }],
        } } } } } });
    let inventory = Inventory::parse(&inventory.to_string()).expect("an inventory");
    let start: Timestamp = "2026-11-22T13:00:00Z".parse().expect("a moment");
    let simulated = world::simulated(&inventory, start, 1, level, std::sync::Arc::new(drop));
    let access = AccountAccess {
        account: AccountId::new("111111111111").expect("an account"),
        role: Some("cleave-source".to_owned()),
        external_id: None,
    };
    let region = Region::new("eu-west-1").expect("a region");
    let run = RunId::new("outputs00000").expect("a run");
    let connection = &simulated.world.connection;
    let accounts = Accounts::enter(connection, &[(Side::Source, access)].into(), &region, &run);
    (simulated, accounts.side(Side::Source))
}

fn finder() -> Finder {
    let changed = BTreeMap::from([("db-old".to_owned(), "db-new".to_owned())]);
    Finder::new(&changed).expect("words to look for")
}

fn deny(simulated: &world::Simulated, operation: &str, nth: u64) {
    let nth = Nth::Operation(operation.to_owned(), nth);
    lock(&simulated.cloud).faults.set_trap(Trap {
        nth,
        what: Fate::Denied,
    });
}

#[test]
fn everything_is_found_also_on_a_night_of_throttling() {
    in_paused_time(async {
        let (_simulated, account) = account(FaultLevel::Usual);
        let looked = look_in_account(&account, &finder())
            .await
            .expect("it is looked through");
        assert_eq!((looked.found.len(), looked.things), (15, 15), "{looked:?}");
        assert_eq!(looked.unread, Vec::<String>::new());
    });
}

#[test]
fn what_may_not_be_read_is_named_with_its_permission_and_the_rest_is_found() {
    for (operation, lost) in [
        ("ecs:ListTaskDefinitionFamilies", 0),
        ("ecs:ListClusters", 0),
        ("ecs:DescribeServices", 0),
        ("ecs:DescribeTaskDefinition", 1),
        ("lambda:ListFunctions", 1),
        ("ssm:DescribeParameters", 12),
        ("ec2:DescribeLaunchTemplateVersions", 1),
    ] {
        in_paused_time(async {
            let (simulated, account) = account(FaultLevel::None);
            let (_, name) = operation.split_once(':').expect("service and operation");
            deny(&simulated, name, 1);
            let looked = look_in_account(&account, &finder()).await.expect("the rest is found");
            assert_eq!(looked.found.len(), 15 - lost, "{operation}: {looked:?}");
            assert_eq!(looked.unread.len(), 1, "{operation}: {:?}", looked.unread);
            assert!(
                looked.unread[0].contains(&format!("the role lacks {operation} ")),
                "{:?}",
                looked.unread
            );
        });
    }
}

#[test]
fn a_parameter_that_may_not_be_read_does_not_hide_its_neighbours() {
    in_paused_time(async {
        let (simulated, account) = account(FaultLevel::None);
        // The first ten together, then the third of them alone.
        deny(&simulated, "GetParameters", 1);
        deny(&simulated, "GetParameters", 4);
        let looked = look_in_account(&account, &finder()).await.expect("the rest is found");
        assert_eq!(looked.found.len(), 14, "{looked:?}");
        assert_eq!(looked.unread.len(), 1, "{:?}", looked.unread);
        assert!(
            looked.unread[0].starts_with("parameter /p/02: the role lacks ssm:GetParameters"),
            "{:?}",
            looked.unread
        );
    });
}

#[test]
fn an_account_in_which_nothing_may_be_read_is_a_failure_and_so_is_a_role_that_cannot_be_taken_on() {
    in_paused_time(async {
        let (simulated, account) = account(FaultLevel::None);
        deny(&simulated, "AssumeRole", 1);
        let refused = look_in_account(&account, &finder()).await.expect_err("a failure");
        assert_eq!(
            (refused.service.as_str(), refused.class),
            ("sts", model::FailureClass::Denied)
        );
    });
    in_paused_time(async {
        let (simulated, account) = account(FaultLevel::None);
        for call in 2..100 {
            lock(&simulated.cloud).faults.set_trap(Trap {
                nth: Nth::Call(call),
                what: Fate::Denied,
            });
        }
        let refused = look_in_account(&account, &finder()).await.expect_err("a failure");
        assert_eq!(
            (refused.service.as_str(), refused.class),
            ("ecs", model::FailureClass::Denied)
        );
    });
}
