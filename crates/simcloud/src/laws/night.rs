//! A night's run in two small accounts, played by hand: for the tests of the laws.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::Inventory;
use model::ids::{AccountId, Region};
use serde_json::{Value, json};

use super::check;
use crate::cloud::{Caller, Cloud};
use crate::faults::FaultLevel;
use crate::s3::names::{self, Creation};
use crate::s3::objects::{self, Copying, Source};
use crate::s3::{self, settings, versions};

pub(super) const SOURCE: &str = "111111111111";
pub(super) const TARGET: &str = "222222222222";
pub(super) const STRANGER: &str = "333333333333";
pub(super) const SOURCE_KEY: &str = "arn:aws:kms:ap-northeast-1:111111111111:key/00000000-0000-4000-8000-000000000001";
pub(super) const SPARE_KEY: &str = "arn:aws:kms:ap-northeast-1:111111111111:key/00000000-0000-4000-8000-000000000009";
pub(super) const TARGET_KEY: &str = "arn:aws:kms:ap-northeast-1:222222222222:key/00000000-0000-4000-8000-000000000002";
pub(super) const INTERIM: &str = "cleave-interim";

pub(super) fn account(id: &str) -> AccountId {
    AccountId::new(id).expect("twelve digits")
}

pub(super) fn caller(id: &str) -> Caller {
    Caller {
        account: account(id),
        region: Region::new("ap-northeast-1").expect("a region"),
        principal: format!("arn:aws:sts::{id}:assumed-role/cleave/test"),
    }
}

pub(super) fn inventory(buckets: Value) -> Inventory {
    let inventory = accounts(buckets);
    Inventory::parse(&inventory.to_string()).expect("an inventory")
}

fn accounts(buckets: Value) -> Value {
    let region = |contents: Value| json!({ "ap-northeast-1": contents });
    let id = |arn: &str| arn.rsplit('/').next().map(str::to_owned);
    json!({"format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": {
        SOURCE: {"regions": region(json!({
            "keys": [{"id": id(SOURCE_KEY), "aliases": ["alias/shop"]}, {"id": id(SPARE_KEY)}],
            "databases": [{"id": "shop-stg", "engine": "postgres", "engine_version": "16.4", "class": "db.t4g.medium",
                "storage_gib": 20, "encrypted": true, "key": "alias/shop", "subnet_group": "src-db"}],
            "clusters": [{"id": "shop-aurora", "engine": "aurora-postgresql", "engine_version": "16.4", "storage_gib": 20,
                "subnet_group": "src-db", "members": [{"id": "shop-aurora-1", "class": "db.r6g.large", "writer": true}]}],
            "images": [{"id": "ami-1", "name": "shop-batch", "snapshots": [
                {"id": "snap-1", "device": "/dev/xvda", "size_gib": 8}, {"id": "snap-2", "device": "/dev/xvdb", "size_gib": 8}]}],
            "caches": [{"id": "sessions", "engine": "redis"}],
            "subnet_groups": {"src-db": {"vpc": "vpc-src", "subnets": ["subnet-1", "subnet-2"]}},
            "buckets": buckets})),
            "zones": [
                {"id": "ZPARENT", "name": "example.com", "records": [
                    {"name": "stg.example.com", "type": "NS", "ttl": 300, "values": ["ns-1.awsdns-01.com.", "ns-2.awsdns-02.net."]}]},
                {"id": "ZSTG", "name": "stg.example.com", "name_servers": ["ns-1.awsdns-01.com", "ns-2.awsdns-02.net"],
                    "records": [{"name": "www.stg.example.com", "type": "A", "ttl": 60, "values": ["192.0.2.1"]}]}]},
        TARGET: {"regions": region(json!({
            "keys": [{"id": id(TARGET_KEY), "aliases": ["alias/shop"]}],
            "subnet_groups": {"stg-db": {"vpc": "vpc-stg", "subnets": ["subnet-8", "subnet-9"]}}}))},
        STRANGER: {},
    }})
}

/// The simulated accounts, and a run in them that these tests play by hand. Every step is checked as a call is.
pub(super) struct Night {
    pub(super) cloud: Cloud,
}

impl Night {
    pub(super) fn with(buckets: Value) -> Self {
        Self::of(&inventory(buckets))
    }

    /// With more in the source's region, and no bucket.
    pub(super) fn holding(more: &Value) -> Self {
        let mut accounts = accounts(json!([]));
        let region = &mut accounts["accounts"][SOURCE]["regions"]["ap-northeast-1"];
        for (member, value) in more.as_object().into_iter().flatten() {
            region[member] = value.clone();
        }
        Self::of(&Inventory::parse(&accounts.to_string()).expect("an inventory"))
    }

    fn of(inventory: &Inventory) -> Self {
        let start: Timestamp = "2026-11-22T13:00:00Z".parse().expect("a time");
        let mut cloud = Cloud::new(inventory, start, 7, FaultLevel::None);
        cloud.laws.split(&account(SOURCE), &account(TARGET));
        Self { cloud }
    }

    pub(super) fn new() -> Self {
        Self::with(
            json!([{"name": "shop-assets", "versioning": "enabled", "tags": {"team": "shop"}, "objects": [
            {"key": "a", "entries": [{"version": {"size": 100}}, {"delete_marker": {}}, {"version": {"size": 200}}]},
            {"key": "b", "entries": [{"version": {"size": 300}}, {"version": {"size": 400}}]}]}]),
        )
    }

    #[track_caller]
    pub(super) fn ok(&mut self, who: &str, operation: &str, input: Value) -> Value {
        let (service, name) = operation.split_once(' ').expect("service and operation");
        let answer = self.cloud.call(&caller(who), service, name, &input);
        answer.unwrap_or_else(|error| panic!("{operation} {input}: {error:?}"))
    }

    pub(super) fn pass(&mut self, seconds: i64) {
        let later = self.cloud.later(seconds);
        self.cloud.advance(later);
    }

    /// An operation of S3, checked as its entry checks it.
    #[track_caller]
    pub(super) fn s3<T>(&mut self, operation: impl FnOnce(&mut Cloud) -> s3::Outcome<T>) -> T {
        let outcome = operation(&mut self.cloud);
        check(&mut self.cloud);
        outcome.unwrap_or_else(|refusal| panic!("{refusal:?}"))
    }

    pub(super) fn create_bucket(&mut self, who: &str, name: &str) {
        let asked = Creation {
            location: Some("ap-northeast-1".to_owned()),
            ..Creation::default()
        };
        self.s3(|cloud| names::create(cloud, &caller(who), name, &asked));
        self.s3(|cloud| settings::put_versioning(cloud, &caller(who), name, true));
    }

    pub(super) fn admit(&mut self, owner: &str, bucket: &str, who: &str) {
        let policy = json!({"Version": "2012-10-17", "Statement": [{"Sid": "CleaveCopy", "Effect": "Allow",
            "Principal": {"AWS": format!("arn:aws:iam::{who}:root")}, "Action": "s3:*",
            "Resource": [format!("arn:aws:s3:::{bucket}"), format!("arn:aws:s3:::{bucket}/*")]}]});
        self.s3(|cloud| settings::put_policy(cloud, &caller(owner), bucket, &policy.to_string()));
    }

    pub(super) fn copy_version(&mut self, from: &str, to: &str, key: &str, id: &str) {
        let source = Source {
            bucket: from.to_owned(),
            key: key.to_owned(),
            version: Some(id.to_owned()),
            ..Source::default()
        };
        self.s3(|cloud| objects::copy(cloud, &caller(TARGET), &source, (to, key), Copying::default()));
    }

    /// Copies every history in its order.
    pub(super) fn copy_bucket(&mut self, from: &str, to: &str) {
        for (key, entries) in self.stacks(from) {
            for entry in entries {
                match entry.object() {
                    Some(_) => self.copy_version(from, to, &key, &entry.id()),
                    None => {
                        self.s3(|cloud| objects::delete(cloud, &caller(TARGET), to, &key, None));
                    }
                }
            }
        }
    }

    pub(super) fn empty(&mut self, who: &str, bucket: &str) {
        for (key, entries) in self.stacks(bucket) {
            for entry in entries {
                self.delete_version(who, bucket, &key, &entry.id());
            }
        }
    }

    pub(super) fn delete_version(&mut self, who: &str, bucket: &str, key: &str, id: &str) {
        self.s3(|cloud| objects::delete(cloud, &caller(who), bucket, key, Some(id)));
    }

    pub(super) fn stacks(&self, bucket: &str) -> BTreeMap<String, Vec<versions::Entry>> {
        self.cloud.s3.by_name[bucket].stacks.clone()
    }

    /// The source bucket with its copy in the interim bucket, proved and approved.
    pub(super) fn copied(&mut self) {
        self.create_bucket(TARGET, INTERIM);
        self.admit(SOURCE, "shop-assets", TARGET);
        self.copy_bucket("shop-assets", INTERIM);
        self.cloud.laws.proved_equal("shop-assets");
        self.cloud.laws.gate_approved("shop-assets");
    }

    /// The laws that are broken, by number.
    pub(super) fn broken(&self) -> Vec<u8> {
        self.cloud.laws.broken.iter().map(|broken| broken.law).collect()
    }

    #[track_caller]
    pub(super) fn breaks_only(&self, law: u8, words: &str) {
        let broken = &self.cloud.laws.broken;
        assert!(!broken.is_empty(), "law {law} is not broken");
        for one in broken {
            assert!(one.law == law && one.what.contains(words), "{broken:#?}");
        }
    }

    pub(super) fn snapshot(&mut self, name: &str) -> String {
        let input = json!({"DBInstanceIdentifier": "shop-stg", "DBSnapshotIdentifier": name, "Tags": tags("snapshot")});
        let made = self.ok(SOURCE, "rds CreateDBSnapshot", input);
        self.pass(7200);
        made["DBSnapshot"]["DBSnapshotArn"].as_str().expect("an ARN").to_owned()
    }

    /// A snapshot of the cluster, complete.
    pub(super) fn cluster_snapshot(&mut self, name: &str, step: &str) -> String {
        let input =
            json!({"DBClusterIdentifier": "shop-aurora", "DBClusterSnapshotIdentifier": name, "Tags": tags(step)});
        let made = self.ok(SOURCE, "rds CreateDBClusterSnapshot", input);
        self.pass(7200);
        let made = &made["DBClusterSnapshot"]["DBClusterSnapshotArn"];
        made.as_str().expect("an ARN").to_owned()
    }

    pub(super) fn share_cluster(&mut self, arn: &str, how: &str, with: &str) {
        let input = json!({"DBClusterSnapshotIdentifier": arn, "AttributeName": "restore", how: [with]});
        self.ok(SOURCE, "rds ModifyDBClusterSnapshotAttribute", input);
    }

    /// The cluster restored in the target from a shared snapshot, under a key, with its member.
    pub(super) fn restore_cluster(&mut self, arn: &str, key: Option<&str>) {
        let input = json!({"DBClusterIdentifier": "shop-aurora", "SnapshotIdentifier": arn, "Engine": "aurora-postgresql",
            "DBSubnetGroupName": "stg-db", "KmsKeyId": key, "Tags": tags("restore")});
        self.ok(TARGET, "rds RestoreDBClusterFromSnapshot", input);
        self.pass(7200);
        let input = json!({"DBInstanceIdentifier": "shop-aurora-1", "DBClusterIdentifier": "shop-aurora",
            "Engine": "aurora-postgresql", "DBInstanceClass": "db.r6g.large", "Tags": tags("member")});
        self.ok(TARGET, "rds CreateDBInstance", input);
        self.pass(7200);
    }

    pub(super) fn share(&mut self, arn: &str, how: &str, with: &str) {
        let input = json!({"DBSnapshotIdentifier": arn, "AttributeName": "restore", how: [with]});
        self.ok(SOURCE, "rds ModifyDBSnapshotAttribute", input);
    }

    pub(super) fn open_key(&mut self, to: Option<&str>) {
        let mut statements = vec![json!({"Sid": "Enable IAM User Permissions", "Effect": "Allow",
            "Principal": {"AWS": format!("arn:aws:iam::{SOURCE}:root")}, "Action": "kms:*", "Resource": "*"})];
        if let Some(to) = to {
            statements.push(json!({"Sid": "CleaveTransport", "Effect": "Allow",
                "Principal": {"AWS": format!("arn:aws:iam::{to}:root")}, "Action": "kms:*", "Resource": "*"}));
        }
        let policy = json!({"Version": "2012-10-17", "Statement": statements}).to_string();
        let input = json!({"KeyId": SOURCE_KEY, "PolicyName": "default", "Policy": policy});
        self.ok(SOURCE, "kms PutKeyPolicy", input);
    }

    pub(super) fn change_records(&mut self, who: &str, zone: &str, changes: Value) {
        let input = json!({"HostedZoneId": zone, "ChangeBatch": {"Changes": changes}});
        self.ok(who, "route53 ChangeResourceRecordSets", input);
        self.pass(120);
    }

    pub(super) fn delete_source_zone(&mut self) {
        self.change_records(
            SOURCE,
            "ZSTG",
            json!([{"Action": "DELETE", "ResourceRecordSet": www()}]),
        );
        self.ok(SOURCE, "route53 DeleteHostedZone", json!({"Id": "ZSTG"}));
        self.pass(120);
    }

    pub(super) fn move_database(&mut self) {
        let arn = self.snapshot("transport");
        self.open_key(Some(TARGET));
        self.share(&arn, "ValuesToAdd", TARGET);
        let input = json!({"SourceDBSnapshotIdentifier": arn, "TargetDBSnapshotIdentifier": "arrived",
            "KmsKeyId": TARGET_KEY, "Tags": tags("copy")});
        self.ok(TARGET, "rds CopyDBSnapshot", input);
        self.pass(20_000);
        let input = json!({"DBInstanceIdentifier": "shop-stg", "DBSnapshotIdentifier": "arrived",
            "DBSubnetGroupName": "stg-db", "Tags": tags("restore")});
        self.ok(TARGET, "rds RestoreDBInstanceFromDBSnapshot", input);
        self.pass(20_000);
        self.share(&arn, "ValuesToRemove", TARGET);
        self.open_key(None);
        self.ok(
            SOURCE,
            "rds DeleteDBSnapshot",
            json!({"DBSnapshotIdentifier": "transport"}),
        );
        self.ok(
            TARGET,
            "rds DeleteDBSnapshot",
            json!({"DBSnapshotIdentifier": "arrived"}),
        );
        let input = json!({"DBInstanceIdentifier": "shop-stg", "SkipFinalSnapshot": true});
        self.ok(SOURCE, "rds DeleteDBInstance", input);
        self.pass(20_000);
    }

    pub(super) fn share_image(&mut self, verb: &str) {
        for (operation, id, member, attribute) in [
            (
                "ec2 ModifyImageAttribute",
                "ami-1",
                "LaunchPermission",
                "launchPermission",
            ),
            (
                "ec2 ModifySnapshotAttribute",
                "snap-1",
                "CreateVolumePermission",
                "createVolumePermission",
            ),
            (
                "ec2 ModifySnapshotAttribute",
                "snap-2",
                "CreateVolumePermission",
                "createVolumePermission",
            ),
        ] {
            let named = if id == "ami-1" { "ImageId" } else { "SnapshotId" };
            self.ok(
                SOURCE,
                operation,
                json!({named: id, "Attribute": attribute, member: {verb: [{"UserId": TARGET}]}}),
            );
        }
    }

    pub(super) fn copy_image(&mut self, name: &str) -> String {
        let tags: Vec<Value> = ["image", "snapshot"]
            .map(|kind| json!({"ResourceType": kind, "Tags": tags("image")}))
            .into();
        let input = json!({"SourceImageId": "ami-1", "SourceRegion": "ap-northeast-1", "Name": name, "TagSpecifications": tags});
        let copied = self.ok(TARGET, "ec2 CopyImage", input);
        self.pass(20_000);
        copied["ImageId"].as_str().expect("an id").to_owned()
    }

    pub(super) fn move_zone(&mut self) {
        let made = self.ok(
            TARGET,
            "route53 CreateHostedZone",
            json!({"Name": "stg.example.com", "CallerReference": "run/zone"}),
        );
        let id = made["HostedZone"]["Id"]
            .as_str()
            .expect("an id")
            .rsplit('/')
            .next()
            .expect("an id")
            .to_owned();
        let servers: Vec<Value> = made["DelegationSet"]["NameServers"]
            .as_array()
            .expect("servers")
            .clone();
        self.change_records(TARGET, &id, json!([{"Action": "CREATE", "ResourceRecordSet": www()}]));
        let servers: Vec<Value> = servers.iter().map(|server| json!({ "Value": server })).collect();
        self.change_records(
            SOURCE,
            "ZPARENT",
            json!([{"Action": "UPSERT", "ResourceRecordSet":
            {"Name": "stg.example.com", "Type": "NS", "TTL": 300, "ResourceRecords": servers}}]),
        );
        // The old zone's own NS records live in caches for two days.
        self.pass(400_000);
        self.delete_source_zone();
    }
}

pub(super) fn tags(step: &str) -> Value {
    json!([{"Key": "cleave:run", "Value": "abcdefghijkl"}, {"Key": "cleave:step", "Value": format!("kind/resource/{step}")}])
}

pub(super) fn www() -> Value {
    json!({"Name": "www.stg.example.com", "Type": "A", "TTL": 60, "ResourceRecords": [{"Value": "192.0.2.1"}]})
}

pub(super) fn lasting(names: &[&str]) -> BTreeSet<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}
