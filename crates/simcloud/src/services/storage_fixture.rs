//! Two accounts with databases and images on every kind of key, for the tests of RDS and EC2.

use jiff::Timestamp;
use model::ids::{AccountId, Region};
use model::inventory::Inventory;
use serde_json::{Value, json};

use crate::cloud::{Caller, Cloud};
use crate::faults::FaultLevel;

pub(crate) const SOURCE: &str = "111111111111";
pub(crate) const TARGET: &str = "222222222222";
/// The customer key of the source account.
pub(crate) const SOURCE_KEY: &str = "arn:aws:kms:eu-west-1:111111111111:key/00000000-0000-4000-8000-000000000001";
/// The customer key of the target account.
pub(crate) const TARGET_KEY: &str = "arn:aws:kms:eu-west-1:222222222222:key/00000000-0000-4000-8000-000000000002";
/// What a transport statement on a key must admit, with `kms:CreateGrant` as AWS's console writes it.
pub(crate) const TRANSPORT: &[&str] = &[
    "kms:DescribeKey",
    "kms:Decrypt",
    "kms:ReEncrypt*",
    "kms:GenerateDataKey*",
];

/// The simulated accounts and shorthands to call them.
pub(crate) struct Accounts {
    pub(crate) cloud: Cloud,
    pub(crate) source: Caller,
    pub(crate) target: Caller,
}

fn caller(account: &str) -> Caller {
    Caller {
        account: AccountId::new(account).expect("twelve digits"),
        region: Region::new("eu-west-1").expect("a region"),
        principal: format!("arn:aws:sts::{account}:assumed-role/operator/test"),
    }
}

fn database(id: &str, key: Option<&str>) -> Value {
    json!({
        "id": id, "engine": "postgres", "engine_version": "16.4", "class": "db.t4g.medium", "storage_gib": 100,
        "storage_type": "gp3", "encrypted": key.is_some(), "key": key, "subnet_group": "src-db", "security_groups": ["sg-src"],
        "parameter_group": "shop16", "port": 5433, "backup_retention_days": 7, "deletion_protection": true,
        "tags": {"team": "shop", "aws:cloudformation:stack-name": "shop"},
    })
}

fn image(id: &str, snapshot: &str, key: Option<&str>, codes: &[&str]) -> Value {
    json!({
        "id": id, "name": format!("shop-{id}"), "architecture": "arm64", "marketplace_codes": codes, "tags": {"team": "shop"},
        "snapshots": [
            {"id": snapshot, "device": "/dev/xvda", "size_gib": 50, "encrypted": key.is_some(), "key": key},
            {"id": format!("{snapshot}b"), "device": "/dev/xvdb", "size_gib": 200, "encrypted": key.is_some(), "key": key},
        ],
    })
}

impl Accounts {
    pub(crate) fn new(level: FaultLevel, seed: u64) -> Self {
        Self::holding(&json!({}), &json!({}), level, seed)
    }

    /// The accounts, with more in the region of each.
    pub(crate) fn holding(more_source: &Value, more_target: &Value, level: FaultLevel, seed: u64) -> Self {
        let regions = |contents: Value| json!({ "eu-west-1": contents });
        let mut inventory = json!({
            "format": 1, "observed_at": "2026-03-01T00:00:00Z",
            "accounts": {
                SOURCE: {"regions": regions(json!({
                    "keys": [{"id": SOURCE_KEY.rsplit('/').next(), "aliases": ["alias/shop"]}],
                    "databases": [
                        database("on-default", Some("alias/aws/rds")), database("on-own", Some("alias/shop")), database("plain", None),
                    ],
                    "images": [
                        image("ami-default", "snap-default", Some("alias/aws/ebs"), &[]),
                        image("ami-own", "snap-own", Some("alias/shop"), &[]),
                        image("ami-plain", "snap-plain", None, &[]),
                        image("ami-market", "snap-market", None, &["prod-1"]),
                    ],
                    "subnet_groups": {"src-db": {"vpc": "vpc-src", "subnets": ["subnet-1", "subnet-2"]}},
                    "security_groups": ["sg-src"],
                    "parameter_groups": [{"name": "shop16", "family": "postgres16", "parameters": {"work_mem": "8192"}}],
                }))},
                TARGET: {"regions": regions(json!({
                    "keys": [{"id": TARGET_KEY.rsplit('/').next(), "aliases": ["alias/shop"]}],
                    "subnet_groups": {"stg-db": {"vpc": "vpc-stg", "subnets": ["subnet-8", "subnet-9"]}},
                    "security_groups": ["sg-stg"],
                    "parameter_groups": [
                        {"name": "stg16", "family": "postgres16", "parameters": {}},
                        {"name": "stg15", "family": "postgres15", "parameters": {}},
                    ],
                }))},
            },
        });
        for (account, more) in [(SOURCE, more_source), (TARGET, more_target)] {
            for (member, value) in more.as_object().into_iter().flatten() {
                inventory["accounts"][account]["regions"]["eu-west-1"][member] = value.clone();
            }
        }
        let inventory = Inventory::parse(&inventory.to_string()).expect("the fixture is an inventory");
        let start: Timestamp = "2026-03-07T13:00:00Z".parse().expect("a time");
        let cloud = Cloud::new(&inventory, start, seed, level);
        Self {
            cloud,
            source: caller(SOURCE),
            target: caller(TARGET),
        }
    }

    pub(crate) fn quiet() -> Self {
        Self::new(FaultLevel::None, 7)
    }

    fn call(&mut self, account: &str, service: &str, operation: &str, input: Value) -> crate::cloud::Answer {
        let caller = match account {
            SOURCE => self.source.clone(),
            TARGET => self.target.clone(),
            other => caller(other),
        };
        self.cloud.call(&caller, service, operation, &input)
    }

    /// The output of a call that succeeds. `operation` begins with the service: `rds CopyDBSnapshot`.
    #[track_caller]
    pub(crate) fn ok(&mut self, account: &str, operation: &str, input: Value) -> Value {
        let (service, name) = operation.split_once(' ').expect("service and operation");
        let shown = input.to_string();
        self.call(account, service, name, input)
            .unwrap_or_else(|e| panic!("{operation} {shown}: {e:?}"))
    }

    /// The code of a call that is refused, which must have changed nothing.
    #[track_caller]
    pub(crate) fn refused(&mut self, account: &str, operation: &str, input: Value) -> String {
        let (service, name) = operation.split_once(' ').expect("service and operation");
        let (effects, shown) = (self.cloud.effects.len(), input.to_string());
        let answer = self.call(account, service, name, input);
        assert_eq!(
            self.cloud.effects.len(),
            effects,
            "{operation} {shown} was refused and left an effect"
        );
        match answer {
            Err(error) => error.code,
            Ok(output) => panic!("{operation} {shown} was accepted: {output}"),
        }
    }

    /// Lets time pass in one jump.
    pub(crate) fn pass(&mut self, seconds: i64) {
        let later = self.cloud.later(seconds);
        self.cloud.advance(later);
    }

    /// Puts statements for another account on a key.
    pub(crate) fn open_key(&mut self, key: &str, actions: &[&str], to: &str) {
        let owner = key.split(':').nth(4).expect("an ARN").to_owned();
        let policy = json!({"Version": "2012-10-17", "Statement": [
            {"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{owner}:root")}, "Action": "kms:*", "Resource": "*"},
            {"Effect": "Allow", "Principal": {"AWS": format!("arn:aws:iam::{to}:root")}, "Action": actions, "Resource": "*"},
        ]});
        let input = json!({"KeyId": key, "PolicyName": "default", "Policy": policy.to_string()});
        self.ok(&owner, "kms PutKeyPolicy", input);
        self.pass(600);
    }

    /// Opens a key as a transport must: the cryptographic actions, and grants.
    pub(crate) fn open_key_for_transport(&mut self, key: &str, to: &str) {
        let actions: Vec<&str> = TRANSPORT.iter().copied().chain(["kms:CreateGrant"]).collect();
        self.open_key(key, &actions, to);
    }
}
