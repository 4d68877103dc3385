//! What ElastiCache refuses, and what becomes of a cache on its way through two buckets.

use jiff::Timestamp;
use model::Inventory;
use model::ids::{AccountId, Region};
use serde_json::{Value, json};

use super::*;
use crate::faults::FaultLevel;
use crate::s3::acl::{self, Asked};
use crate::s3::{names, objects, settings};

const SOURCE: &str = "111111111111";
const TARGET: &str = "222222222222";
const SERVICE: &str = "540804c33a284a299d2547575ce1010f2312ef3da9b3a053c8bc45bf233e4353";

fn world_in(region: &str) -> Cloud {
    let caches = json!([
        { "id": "sessions", "engine": "redis", "engine_version": "7.1.0", "node_type": "cache.r7g.large", "nodes": 2,
          "subnet_group": "src", "parameter_group": "old" },
        { "id": "queue", "engine": "valkey", "engine_version": "8.0.1", "shards": 2, "nodes": 2, "cluster_mode": true,
          "data_mib": 700 },
        { "id": "forms", "engine": "memcached", "kind": "cluster" },
        { "id": "tiered", "engine": "redis", "data_tiering": true },
    ]);
    let inventory = json!({ "format": 1, "observed_at": "2026-11-01T00:00:00Z", "accounts": {
        SOURCE: { "roles": { "cleave-source": { "trusts": [] } }, "regions": { region: {
            "keys": [{ "id": "11111111-aaaa-4aaa-8aaa-aaaaaaaaaaaa" }], "caches": caches, "cache_subnet_groups": ["src"],
            "cache_parameter_groups": ["old"] } } },
        TARGET: { "roles": { "cleave-target": { "trusts": [] } }, "regions": { region: {
            "security_groups": ["sg-1"], "cache_subnet_groups": ["stg"], "cache_user_groups": ["apps"],
            "keys": [{ "id": "22222222-aaaa-4aaa-8aaa-aaaaaaaaaaaa" }] } } } } });
    let inventory = Inventory::parse(&inventory.to_string()).expect("an inventory");
    let start: Timestamp = "2026-11-01T12:00:00Z".parse().expect("a time");
    Cloud::new(&inventory, start, 7, FaultLevel::None)
}

fn world() -> Cloud {
    world_in("ap-northeast-1")
}

fn caller_in(account: &str, region: &str) -> Caller {
    Caller::root(
        &AccountId::new(account).expect("an account"),
        &Region::new(region).expect("a region"),
    )
}

fn caller(account: &str) -> Caller {
    caller_in(account, "ap-northeast-1")
}

fn call(cloud: &mut Cloud, account: &str, operation: &str, input: Value) -> Result<Value, String> {
    let answer = cloud.call(&caller(account), "elasticache", operation, &input);
    answer.map_err(|error| format!("{}: {}", error.code, error.message))
}

#[track_caller]
fn refused(answer: Result<Value, String>, wanted: &str) {
    let refusal = answer.expect_err("it is refused");
    assert!(refusal.contains(wanted), "{refusal} has no {wanted}");
}

fn wait(cloud: &mut Cloud, minutes: i64) {
    let later = cloud.later(60 * minutes);
    cloud.advance(later);
}

fn bucket(cloud: &mut Cloud, account: &str, name: &str) {
    let region = "ap-northeast-1";
    let asked = names::Creation {
        location: Some(region.to_owned()),
        ownership: Some("BucketOwnerPreferred".to_owned()),
        ..names::Creation::default()
    };
    names::create(cloud, &caller(account), name, &asked).expect("a bucket");
}

fn granting(permissions: &[&'static str]) -> Asked {
    let to = || Some(format!("id={SERVICE}"));
    Asked {
        headers: permissions.iter().map(|permission| (*permission, to())).collect(),
        ..Asked::default()
    }
}

const ALL: [&str; 4] = ["READ", "WRITE", "READ_ACP", "WRITE_ACP"];

fn snapshot(cloud: &mut Cloud, of: &str) {
    let input = json!({ "ReplicationGroupId": of, "SnapshotName": "before" });
    call(cloud, SOURCE, "CreateSnapshot", input).expect("a snapshot");
    wait(cloud, 60);
}

fn export(to: &str) -> Value {
    json!({ "SourceSnapshotName": "before", "TargetSnapshotName": "night", "TargetBucket": to })
}

/// A bucket of the source that holds the export of a cache.
fn exported(of: &str) -> Cloud {
    let mut cloud = world();
    bucket(&mut cloud, SOURCE, "exports");
    acl::put_bucket(&mut cloud, &caller(SOURCE), "exports", &granting(&ALL)).expect("an ACL");
    snapshot(&mut cloud, of);
    call(&mut cloud, SOURCE, "CopySnapshot", export("exports")).expect("an export");
    wait(&mut cloud, 120);
    cloud
}

#[test]
fn memcached_has_no_snapshots_and_a_cache_that_is_busy_takes_none() {
    let mut cloud = world();
    let of = |of: &str, name: &str| json!({ "ReplicationGroupId": of, "SnapshotName": name });
    let of_forms = json!({ "CacheClusterId": "forms", "SnapshotName": "a" });
    refused(
        call(&mut cloud, SOURCE, "CreateSnapshot", of_forms),
        "SnapshotFeatureNotSupportedFault",
    );
    refused(
        call(&mut cloud, SOURCE, "CreateSnapshot", of("none", "a")),
        "ReplicationGroupNotFoundFault",
    );
    refused(
        call(&mut cloud, SOURCE, "CreateSnapshot", of("sessions", "a--b")),
        "InvalidParameterValue",
    );
    call(&mut cloud, SOURCE, "CreateSnapshot", of("sessions", "a")).expect("a snapshot");
    refused(
        call(&mut cloud, SOURCE, "CreateSnapshot", of("sessions", "b")),
        "InvalidReplicationGroupState",
    );
    refused(
        call(&mut cloud, SOURCE, "DeleteSnapshot", json!({ "SnapshotName": "a" })),
        "InvalidSnapshotState",
    );
    wait(&mut cloud, 60);
    refused(
        call(&mut cloud, SOURCE, "CreateSnapshot", of("sessions", "A")),
        "SnapshotAlreadyExistsFault",
    );
}

#[test]
fn twenty_manual_snapshots_a_day_are_the_most() {
    let mut cloud = world();
    for nth in 0..20 {
        let input = json!({ "ReplicationGroupId": "sessions", "SnapshotName": format!("a{nth}") });
        call(&mut cloud, SOURCE, "CreateSnapshot", input).expect("a snapshot");
        wait(&mut cloud, 30);
    }
    let one_more = json!({ "ReplicationGroupId": "sessions", "SnapshotName": "one-more" });
    refused(
        call(&mut cloud, SOURCE, "CreateSnapshot", one_more.clone()),
        "SnapshotQuotaExceededFault",
    );
    wait(&mut cloud, 15 * 60);
    call(&mut cloud, SOURCE, "CreateSnapshot", one_more).expect("the day is over");
}

#[test]
fn an_export_needs_a_bucket_of_ones_own_to_which_elasticache_is_admitted() {
    let mut cloud = world();
    snapshot(&mut cloud, "sessions");
    refused(
        call(&mut cloud, SOURCE, "CopySnapshot", export("none")),
        "does not exist",
    );
    bucket(&mut cloud, TARGET, "theirs");
    acl::put_bucket(&mut cloud, &caller(TARGET), "theirs", &granting(&ALL)).expect("an ACL");
    refused(
        call(&mut cloud, SOURCE, "CopySnapshot", export("theirs")),
        "is not owned by the authenticated user",
    );
    bucket(&mut cloud, SOURCE, "exports");
    for (granted, lacking) in [(&ALL[..0], "READ "), (&ALL[..1], "WRITE "), (&ALL[..2], "READ_ACP ")] {
        acl::put_bucket(&mut cloud, &caller(SOURCE), "exports", &granting(granted)).expect("an ACL");
        let lacking = format!("has not been granted {lacking}");
        refused(call(&mut cloud, SOURCE, "CopySnapshot", export("exports")), &lacking);
    }
    let elsewhere = caller_in(SOURCE, "eu-west-1");
    let asked = names::Creation {
        location: Some("eu-west-1".to_owned()),
        ownership: Some("ObjectWriter".to_owned()),
        ..names::Creation::default()
    };
    names::create(&mut cloud, &elsewhere, "far", &asked).expect("a bucket");
    acl::put_bucket(&mut cloud, &elsewhere, "far", &granting(&ALL)).expect("an ACL");
    refused(
        call(&mut cloud, SOURCE, "CopySnapshot", export("far")),
        "outside of the region",
    );
    let without_bucket = json!({ "SourceSnapshotName": "before", "TargetSnapshotName": "copy" });
    refused(
        call(&mut cloud, SOURCE, "CopySnapshot", without_bucket),
        "NotImplemented",
    );
}

#[test]
fn a_region_that_must_be_switched_on_goes_by_policy_and_not_by_acl() {
    let region = "ap-southeast-3";
    let mut cloud = world_in(region);
    let source = caller_in(SOURCE, region);
    let call = |cloud: &mut Cloud, operation: &str, input: Value| {
        let answer = cloud.call(&source, "elasticache", operation, &input);
        answer.map_err(|error| error.message)
    };
    let input = json!({ "ReplicationGroupId": "sessions", "SnapshotName": "before" });
    call(&mut cloud, "CreateSnapshot", input).expect("a snapshot");
    wait(&mut cloud, 60);
    let asked = names::Creation {
        location: Some(region.to_owned()),
        ownership: Some("ObjectWriter".to_owned()),
        ..names::Creation::default()
    };
    names::create(&mut cloud, &source, "exports", &asked).expect("a bucket");
    acl::put_bucket(&mut cloud, &source, "exports", &granting(&ALL)).expect("an ACL");
    refused(
        call(&mut cloud, "CopySnapshot", export("exports")),
        "has not been granted READ",
    );
    let policy = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow",
        "Principal": { "Service": format!("{region}.elasticache-snapshot.amazonaws.com") },
        "Action": "s3:*", "Resource": ["arn:aws:s3:::exports", "arn:aws:s3:::exports/*"] }] });
    settings::put_policy(&mut cloud, &source, "exports", &policy.to_string()).expect("a policy");
    call(&mut cloud, "CopySnapshot", export("exports")).expect("an export");
}

#[test]
fn a_cache_with_data_tiering_has_no_export() {
    let mut cloud = world();
    bucket(&mut cloud, SOURCE, "exports");
    acl::put_bucket(&mut cloud, &caller(SOURCE), "exports", &granting(&ALL)).expect("an ACL");
    snapshot(&mut cloud, "tiered");
    refused(
        call(&mut cloud, SOURCE, "CopySnapshot", export("exports")),
        "InvalidParameterCombination",
    );
}

#[test]
fn an_export_writes_a_file_for_each_shard_once_and_nothing_where_the_grant_is_gone() {
    let mut cloud = exported("queue");
    let keys: Vec<&String> = cloud.s3.by_name["exports"].stacks.keys().collect();
    assert_eq!(keys, ["night-0001.rdb", "night-0002.rdb"]);
    refused(
        call(&mut cloud, SOURCE, "CopySnapshot", export("exports")),
        "already contains an object with key night-0001.rdb",
    );
    let mut again = export("exports");
    again["TargetSnapshotName"] = json!("later");
    call(&mut cloud, SOURCE, "CopySnapshot", again).expect("an export");
    refused(
        call(
            &mut cloud,
            SOURCE,
            "DeleteSnapshot",
            json!({ "SnapshotName": "before" }),
        ),
        "InvalidSnapshotState",
    );
    acl::put_bucket(&mut cloud, &caller(SOURCE), "exports", &Asked::default()).expect("an ACL");
    wait(&mut cloud, 120);
    assert_eq!(cloud.s3.by_name["exports"].stacks.len(), 2);
}

#[test]
fn what_elasticache_wrote_no_policy_gives_to_others_until_the_bucket_owns_it() {
    let mut cloud = exported("sessions");
    let policy = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Principal": { "AWS": TARGET },
        "Action": "s3:GetObject", "Resource": "arn:aws:s3:::exports/*" }] });
    settings::put_policy(&mut cloud, &caller(SOURCE), "exports", &policy.to_string()).expect("a policy");
    let read = |cloud: &mut Cloud| objects::locate(cloud, &caller(TARGET), "exports", "night-0001.rdb", None).is_ok();
    assert!(!read(&mut cloud));
    acl::put_bucket(&mut cloud, &caller(SOURCE), "exports", &Asked::default()).expect("an ACL");
    settings::put_ownership(&mut cloud, &caller(SOURCE), "exports", "BucketOwnerEnforced".to_owned()).expect("owned");
    assert!(read(&mut cloud));
}

/// The export in a bucket of the target, which ElastiCache may read.
fn seeded(of: &str, encryption: objects::Encryption) -> Cloud {
    let mut cloud = exported(of);
    bucket(&mut cloud, TARGET, "seeds");
    for (key, stack) in cloud.s3.by_name["exports"].stacks.clone() {
        let content = stack[0].object().expect("a file").content.clone();
        let wanted = objects::Wanted {
            encryption: Some(encryption.clone()),
            ..objects::Wanted::default()
        };
        let target = caller(TARGET);
        let object = objects::keep(&mut cloud, &target, "seeds", wanted, content).expect("an object");
        let order = cloud.s3.next_order();
        objects::write(&mut cloud, "seeds", &key, order, object).expect("an object");
        acl::put_object(&mut cloud, &target, "seeds", &key, &granting(&["READ"])).expect("an ACL");
    }
    cloud
}

fn group(files: &[&str]) -> Value {
    let files: Vec<String> = files.iter().map(|file| format!("arn:aws:s3:::seeds/{file}")).collect();
    json!({ "ReplicationGroupId": "sessions", "ReplicationGroupDescription": "sessions", "CacheNodeType": "cache.r7g.large",
        "CacheSubnetGroupName": "stg", "SecurityGroupIds": ["sg-1"], "EngineVersion": "7.1.0", "NumCacheClusters": 2,
        "AutomaticFailoverEnabled": true, "SnapshotArns": files })
}

fn statuses(cloud: &mut Cloud) -> (Value, Value) {
    let groups = call(cloud, TARGET, "DescribeReplicationGroups", json!({})).expect("groups");
    let clusters = call(cloud, TARGET, "DescribeCacheClusters", json!({})).expect("clusters");
    (
        groups["ReplicationGroups"][0]["Status"].clone(),
        clusters["CacheClusters"][0]["CacheClusterStatus"].clone(),
    )
}

fn with(mut input: Value, member: &str, value: Value) -> Value {
    input[member] = value;
    input
}

#[test]
fn a_group_is_filled_with_what_the_files_hold() {
    let mut cloud = seeded("sessions", objects::Encryption::S3);
    call(&mut cloud, TARGET, "CreateReplicationGroup", group(&["night-0001.rdb"])).expect("a group");
    refused(
        call(&mut cloud, TARGET, "CreateReplicationGroup", group(&["night-0001.rdb"])),
        "ReplicationGroupAlreadyExists",
    );
    assert_eq!(statuses(&mut cloud), (json!("creating"), json!("creating")));
    let gone = json!({ "ReplicationGroupId": "sessions" });
    refused(
        call(&mut cloud, TARGET, "DeleteReplicationGroup", gone.clone()),
        "InvalidReplicationGroupState",
    );
    wait(&mut cloud, 60);
    assert_eq!(statuses(&mut cloud), (json!("available"), json!("available")));
    let shards = |account: &str| {
        let place = place(&caller(account), "sessions");
        let shards = &cloud.elasticache.groups[&place].shards;
        shards.iter().map(|shard| *shard.content.digest()).collect::<Vec<_>>()
    };
    assert_eq!(shards(SOURCE), shards(TARGET));
    call(&mut cloud, TARGET, "DeleteReplicationGroup", gone.clone()).expect("it goes");
    wait(&mut cloud, 60);
    refused(
        call(&mut cloud, TARGET, "DescribeReplicationGroups", gone),
        "ReplicationGroupNotFoundFault",
    );
}

#[test]
fn what_a_group_is_to_have_must_be_there_and_its_files_must_be_as_many_as_its_shards() {
    let mut cloud = seeded("queue", objects::Encryption::S3);
    let one = group(&["night-0001.rdb"]);
    let auth = with(one.clone(), "AuthToken", json!("abcdefghijklmnop"));
    let users = with(one.clone(), "UserGroupIds", json!(["nobody"]));
    let shards = json!([{ "Slots": "0-8191", "ReplicaCount": 0 }, { "Slots": "8192-16383", "ReplicaCount": 0 }]);
    let both = group(&["night-0001.rdb", "night-0002.rdb"]);
    let sharded = with(both.clone(), "NodeGroupConfiguration", shards);
    for (input, wanted) in [
        (
            with(one.clone(), "CacheSubnetGroupName", json!("none")),
            "CacheSubnetGroupNotFoundFault",
        ),
        (
            with(one.clone(), "SecurityGroupIds", json!(["sg-9"])),
            "InvalidParameterValue",
        ),
        (
            with(one.clone(), "CacheParameterGroupName", json!("none")),
            "CacheParameterGroupNotFound",
        ),
        (with(one.clone(), "Engine", json!("memcached")), "InvalidParameterValue"),
        (
            with(one.clone(), "SnapshotArns", json!(["arn:aws:s3:::seeds/a,b.rdb"])),
            "InvalidParameterValue",
        ),
        (
            with(one.clone(), "NumCacheClusters", json!(1)),
            "InvalidParameterCombination",
        ),
        (
            with(users, "TransitEncryptionEnabled", json!(true)),
            "UserGroupNotFound",
        ),
        (auth, "InvalidParameterCombination"),
        (both, "InvalidParameterCombination"),
        (
            with(sharded.clone(), "AutomaticFailoverEnabled", json!(false)),
            "InvalidParameterCombination",
        ),
    ] {
        refused(call(&mut cloud, TARGET, "CreateReplicationGroup", input), wanted);
    }
    call(
        &mut cloud,
        TARGET,
        "CreateReplicationGroup",
        with(sharded, "EngineVersion", json!("8.0.1")),
    )
    .expect("a group");
    wait(&mut cloud, 60);
    assert_eq!(statuses(&mut cloud), (json!("available"), json!("available")));
}

#[test]
fn files_that_cannot_be_read_or_do_not_fit_fail_the_restore() {
    let failed = (json!("create-failed"), json!("restore-failed"));
    let one = group(&["night-0001.rdb"]);
    let small = with(one.clone(), "CacheNodeType", json!("cache.t4g.micro"));
    let key = objects::Encryption::Kms(Some("22222222-aaaa-4aaa-8aaa-aaaaaaaaaaaa".to_owned()));
    let mut unread = seeded("sessions", objects::Encryption::S3);
    acl::put_object(
        &mut unread,
        &caller(TARGET),
        "seeds",
        "night-0001.rdb",
        &Asked::default(),
    )
    .expect("an ACL");
    let mut large = world();
    let place = place(&caller(SOURCE), "sessions");
    large.elasticache.groups.get_mut(&place).expect("it").shards[0].content = Content::made(5, 600 << 20);
    for (name, mut cloud, input) in [
        ("no grant", unread, one.clone()),
        ("under a key", seeded("sessions", key), one.clone()),
        ("of a shard", seeded("queue", objects::Encryption::S3), one.clone()),
        (
            "none",
            seeded("sessions", objects::Encryption::S3),
            group(&["none.rdb"]),
        ),
        (
            "older engine",
            seeded("sessions", objects::Encryption::S3),
            with(one.clone(), "EngineVersion", json!("6.2.6")),
        ),
    ] {
        call(&mut cloud, TARGET, "CreateReplicationGroup", input).expect("it begins");
        wait(&mut cloud, 60);
        assert_eq!(statuses(&mut cloud), failed, "{name}");
    }
    let mut cloud = seeded("queue", objects::Encryption::S3);
    let cluster = json!({ "CacheClusterId": "one", "CacheNodeType": "cache.t4g.micro", "SnapshotArns": ["arn:aws:s3:::seeds/none.rdb"] });
    call(&mut cloud, TARGET, "CreateCacheCluster", cluster).expect("it begins");
    wait(&mut cloud, 60);
    let clusters = call(&mut cloud, TARGET, "DescribeCacheClusters", json!({})).expect("clusters");
    assert_eq!(clusters["CacheClusters"][0]["CacheClusterStatus"], "restore-failed");
    // 600 MiB on a node with 512.
    bucket(&mut large, SOURCE, "exports");
    acl::put_bucket(&mut large, &caller(SOURCE), "exports", &granting(&ALL)).expect("an ACL");
    snapshot(&mut large, "sessions");
    call(&mut large, SOURCE, "CopySnapshot", export("exports")).expect("an export");
    wait(&mut large, 120);
    acl::put_object(
        &mut large,
        &caller(SOURCE),
        "exports",
        "night-0001.rdb",
        &granting(&["READ"]),
    )
    .expect("an ACL");
    let input = with(small, "SnapshotArns", json!(["arn:aws:s3:::exports/night-0001.rdb"]));
    call(&mut large, TARGET, "CreateReplicationGroup", input.clone()).expect("it begins");
    wait(&mut large, 60);
    assert_eq!(statuses(&mut large), failed, "too large");
    let mut input = with(input, "ReplicationGroupId", json!("a-sessions"));
    input["CacheNodeType"] = json!("cache.t4g.small");
    call(&mut large, TARGET, "CreateReplicationGroup", input).expect("it begins");
    wait(&mut large, 60);
    assert_eq!(statuses(&mut large), (json!("available"), json!("available")));
}

#[test]
fn nobody_sees_another_accounts_caches() {
    let mut cloud = exported("sessions");
    let asked = |operation: &str, member: &str, cloud: &mut Cloud| {
        let answer = call(cloud, TARGET, operation, json!({})).expect("a list");
        assert_eq!(answer[member], json!([]), "{operation}");
    };
    asked("DescribeReplicationGroups", "ReplicationGroups", &mut cloud);
    asked("DescribeCacheClusters", "CacheClusters", &mut cloud);
    asked("DescribeSnapshots", "Snapshots", &mut cloud);
    let arn = "arn:aws:elasticache:ap-northeast-1:111111111111:replicationgroup:sessions";
    refused(
        call(
            &mut cloud,
            TARGET,
            "ListTagsForResource",
            json!({ "ResourceName": arn }),
        ),
        "InvalidARN",
    );
}

#[test]
fn a_group_goes_only_when_no_cache_has_it_and_one_of_elasticaches_own_never() {
    let mut cloud = world();
    let parameters = |name: &str| json!({ "CacheParameterGroupName": name });
    let subnets = |name: &str| json!({ "CacheSubnetGroupName": name });
    let mut asked = |operation: &str, input: Value| call(&mut cloud, SOURCE, operation, input);
    refused(
        asked("DeleteCacheParameterGroup", parameters("old")),
        "InvalidCacheParameterGroupStateFault",
    );
    refused(asked("DeleteCacheSubnetGroup", subnets("src")), "CacheSubnetGroupInUse");
    refused(
        asked("DeleteCacheParameterGroup", parameters("default.redis7")),
        "InvalidParameterValue",
    );
    refused(
        asked("DeleteCacheSubnetGroup", subnets("default")),
        "InvalidParameterValue",
    );
    refused(
        asked("DeleteCacheParameterGroup", parameters("none")),
        "CacheParameterGroupNotFoundFault",
    );
    refused(
        asked("DeleteCacheSubnetGroup", subnets("none")),
        "CacheSubnetGroupNotFoundFault",
    );
    refused(
        asked("DescribeCacheSubnetGroups", subnets("none")),
        "CacheSubnetGroupNotFoundFault",
    );
    let gone = json!({ "ReplicationGroupId": "sessions", "RetainPrimaryCluster": false });
    asked("DeleteReplicationGroup", gone).expect("it goes");
    // While it goes it is there, and has them.
    refused(asked("DeleteCacheSubnetGroup", subnets("src")), "CacheSubnetGroupInUse");
    wait(&mut cloud, 120);
    let mut asked = |operation: &str, input: Value| call(&mut cloud, SOURCE, operation, input);
    asked("DeleteCacheSubnetGroup", subnets("src")).expect("nothing has it");
    let shown = asked("DescribeCacheParameterGroups", parameters("old")).expect("it is there");
    assert_eq!(shown["CacheParameterGroups"][0]["CacheParameterGroupFamily"], "redis7");
    asked("DeleteCacheParameterGroup", parameters("old")).expect("nothing has it");
    refused(
        asked("DescribeCacheParameterGroups", parameters("old")),
        "CacheParameterGroupNotFoundFault",
    );
    refused(
        asked("DescribeCacheParameters", parameters("old")),
        "CacheParameterGroupNotFoundFault",
    );
}

#[test]
fn cloudwatch_tells_what_clients_asked_a_node_for() {
    let mut cloud = world();
    wait(&mut cloud, 60);
    let asked_at = cloud.now - std::time::Duration::from_secs(600);
    let place = (caller(SOURCE).account, caller(SOURCE).region, "sessions".to_owned());
    let held = cloud.elasticache.groups.get_mut(&place).expect("it is there");
    held.commands.push((asked_at, "sessions-002".to_owned(), true));
    let sum = |cloud: &mut Cloud, metric: &str, node: &str| {
        let metric = json!({ "Namespace": "AWS/ElastiCache", "MetricName": metric,
            "Dimensions": [{ "Name": "CacheClusterId", "Value": node }] });
        let from = cloud.now - std::time::Duration::from_secs(3600);
        let input = json!({ "StartTime": from.to_string(), "EndTime": cloud.now.to_string(), "MetricDataQueries": [
            { "Id": "a", "MetricStat": { "Metric": metric, "Period": 60, "Stat": "Sum" } }] });
        let answer = cloud.call(&caller(SOURCE), "monitoring", "GetMetricData", &input);
        let answer = answer.unwrap_or_else(|error| panic!("{}", error.message));
        let values = answer["MetricDataResults"][0]["Values"]
            .as_array()
            .cloned()
            .unwrap_or_default();
        (values.len(), values.iter().filter_map(Value::as_f64).sum::<f64>())
    };
    let (minutes, written) = sum(&mut cloud, "SetTypeCmds", "sessions-002");
    assert!(minutes > 50 && (written - 1.0).abs() < 1e-9, "{minutes} {written}");
    let (minutes, read) = sum(&mut cloud, "GetTypeCmds", "sessions-002");
    assert!(minutes > 50 && read.abs() < 1e-9, "{minutes} {read}");
    assert_eq!(sum(&mut cloud, "GetTypeCmds", "nobodys").0, 0);
}
