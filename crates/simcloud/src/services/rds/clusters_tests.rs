//! Aurora clusters: snapshots, copies, shares, restores, members.

use serde_json::{Value, json};

use super::super::storage_fixture::{Accounts, SOURCE, SOURCE_KEY, TARGET, TARGET_KEY};
use crate::faults::FaultLevel;

const DAY: i64 = 86_400;

fn cluster(id: &str, key: Option<&str>) -> Value {
    json!({
        "id": id, "engine": "aurora-postgresql", "engine_version": "16.4", "storage_gib": 50, "encrypted": key.is_some(), "key": key,
        "storage_type": "aurora-iopt1", "subnet_group": "src-db", "security_groups": ["sg-src"], "parameter_group": "shop-c16",
        "port": 5433, "deletion_protection": true, "backup_retention_days": 7, "iam_auth": true, "tags": {"team": "shop"},
        "scaling": {"min": 0.5, "max": 8.0},
        "members": [
            {"id": format!("{id}-2"), "class": "db.serverless", "promotion_tier": 2},
            {"id": format!("{id}-1"), "class": "db.r6g.large", "promotion_tier": 1, "writer": true},
        ],
    })
}

fn accounts() -> Accounts {
    let group = |name: &str| json!([{"name": name, "family": "aurora-postgresql16"}]);
    let source = json!({
        "clusters": [cluster("on-default", Some("alias/aws/rds")), cluster("on-own", Some("alias/shop")), cluster("plain", None)],
        "cluster_parameter_groups": group("shop-c16"),
    });
    let target = json!({ "cluster_parameter_groups": group("stg-c16") });
    Accounts::holding(&source, &target, FaultLevel::None, 7)
}

fn arn(account: &str, name: &str) -> String {
    format!("arn:aws:rds:eu-west-1:{account}:cluster-snapshot:{name}")
}

fn create(cluster: &str, name: &str) -> Value {
    json!({"DBClusterIdentifier": cluster, "DBClusterSnapshotIdentifier": name})
}

fn copy(from: &str, to: &str, key: Option<&str>) -> Value {
    json!({"SourceDBClusterSnapshotIdentifier": from, "TargetDBClusterSnapshotIdentifier": to, "KmsKeyId": key})
}

fn share(name: &str, with: &[&str]) -> Value {
    json!({"DBClusterSnapshotIdentifier": name, "AttributeName": "restore", "ValuesToAdd": with})
}

fn taken(a: &mut Accounts, cluster: &str, name: &str) {
    a.ok(SOURCE, "rds CreateDBClusterSnapshot", create(cluster, name));
    a.pass(DAY);
}

/// A snapshot of the cluster on the account's own key, shared, with its key open.
fn shared(a: &mut Accounts) -> String {
    taken(a, "on-own", "s1");
    a.open_key_for_transport(SOURCE_KEY, TARGET);
    a.ok(SOURCE, "rds ModifyDBClusterSnapshotAttribute", share("s1", &[TARGET]));
    arn(SOURCE, "s1")
}

fn restore(snapshot: &str) -> Value {
    json!({
        "DBClusterIdentifier": "moved", "SnapshotIdentifier": snapshot, "Engine": "aurora-postgresql", "EngineVersion": "16.4",
        "DBSubnetGroupName": "stg-db", "VpcSecurityGroupIds": ["sg-stg"], "DBClusterParameterGroupName": "stg-c16",
        "KmsKeyId": TARGET_KEY,
    })
}

fn with(mut input: Value, member: &str, value: Value) -> Value {
    input[member] = value;
    input
}

fn member(id: &str, class: &str) -> Value {
    json!({"DBInstanceIdentifier": id, "DBClusterIdentifier": "moved", "Engine": "aurora-postgresql", "DBInstanceClass": class})
}

fn described(a: &mut Accounts, account: &str, id: &str) -> Value {
    let input = json!({"DBClusterIdentifier": id});
    a.ok(account, "rds DescribeDBClusters", input)["DBClusters"][0].clone()
}

/// The restored cluster, available and without members.
fn restored(a: &mut Accounts, change: impl FnOnce(Value) -> Value) -> Value {
    let arn = shared(a);
    a.ok(TARGET, "rds RestoreDBClusterFromSnapshot", change(restore(&arn)));
    a.pass(DAY);
    described(a, TARGET, "moved")
}

#[test]
fn a_cluster_is_described_with_its_members_and_the_usual_storage_type_is_not_shown() {
    let mut a = accounts();
    let found = described(&mut a, SOURCE, "on-own");
    assert_eq!(found["StorageType"], "aurora-iopt1");
    assert_eq!(found["KmsKeyId"], SOURCE_KEY);
    assert_eq!(
        found["DBClusterMembers"][0]["DBInstanceIdentifier"], "on-own-1",
        "the writer"
    );
    assert_eq!(found["DBClusterMembers"][1]["PromotionTier"], 2);
    let input = json!({"Filters": [{"Name": "db-cluster-id", "Values": ["on-own"]}]});
    let members = a.ok(SOURCE, "rds DescribeDBInstances", input);
    assert_eq!(members["DBInstances"].as_array().map(Vec::len), Some(2));
    let restored = restored(&mut a, |input| input);
    assert!(
        restored.get("StorageType").is_none(),
        "the faster type is lost unless it is named: {restored}"
    );
    let none = json!({"DBClusterIdentifier": "none"});
    assert_eq!(
        a.refused(SOURCE, "rds DescribeDBClusters", none),
        "DBClusterNotFoundFault"
    );
}

#[test]
fn there_are_no_global_databases() {
    let mut a = accounts();
    let all = a.ok(SOURCE, "rds DescribeGlobalClusters", json!({}));
    assert_eq!(all["GlobalClusters"], json!([]));
    let one = json!({"GlobalClusterIdentifier": "world"});
    let refused = a.refused(SOURCE, "rds DescribeGlobalClusters", one);
    assert_eq!(refused, "GlobalClusterNotFoundFault");
}

#[test]
fn a_snapshot_takes_time_inherits_its_clusters_key_and_keeps_the_family_of_codes() {
    let mut a = accounts();
    let made = a.ok(SOURCE, "rds CreateDBClusterSnapshot", create("on-own", "s1"))["DBClusterSnapshot"].clone();
    assert_eq!(
        (&made["Status"], &made["KmsKeyId"]),
        (&json!("creating"), &json!(SOURCE_KEY))
    );
    let busy = a.refused(SOURCE, "rds CreateDBClusterSnapshot", create("on-own", "s2"));
    assert_eq!(busy, "InvalidDBClusterStateFault");
    let early = a.refused(SOURCE, "rds CopyDBClusterSnapshot", copy("s1", "s2", None));
    assert_eq!(early, "InvalidDBClusterSnapshotStateFault");
    a.pass(DAY);
    let long = "a".repeat(64);
    for (operation, input, code) in [
        (
            "CreateDBClusterSnapshot",
            create("on-own", "s1"),
            "DBClusterSnapshotAlreadyExistsFault",
        ),
        (
            "CreateDBClusterSnapshot",
            create("none", "s2"),
            "DBClusterNotFoundFault",
        ),
        (
            "CreateDBClusterSnapshot",
            create("on-own", &long),
            "InvalidParameterValue",
        ),
        (
            "CopyDBClusterSnapshot",
            copy("s9", "s2", None),
            "DBClusterSnapshotNotFoundFault",
        ),
        (
            "CopyDBClusterSnapshot",
            copy("s1", "s2", Some(TARGET_KEY)),
            "KMSKeyNotAccessibleFault",
        ),
        (
            "DeleteDBClusterSnapshot",
            json!({"DBClusterSnapshotIdentifier": "s9"}),
            "DBClusterSnapshotNotFoundFault",
        ),
        // The other family's operations.
        (
            "CopyDBSnapshot",
            json!({"SourceDBSnapshotIdentifier": "s1", "TargetDBSnapshotIdentifier": "x"}),
            "InvalidParameterValue",
        ),
        (
            "ModifyDBSnapshotAttribute",
            json!({"DBSnapshotIdentifier": "s1", "AttributeName": "restore", "ValuesToAdd": [TARGET]}),
            "InvalidParameterValue",
        ),
        (
            "DeleteDBSnapshot",
            json!({"DBSnapshotIdentifier": arn(SOURCE, "s1")}),
            "InvalidParameterValue",
        ),
        (
            "CreateDBSnapshot",
            json!({"DBInstanceIdentifier": "on-own-1", "DBSnapshotIdentifier": "x"}),
            "InvalidParameterValue",
        ),
    ] {
        let shown = input.to_string();
        assert_eq!(
            a.refused(SOURCE, &format!("rds {operation}"), input),
            code,
            "{operation} {shown}"
        );
    }
}

#[test]
fn an_automated_or_default_key_snapshot_cannot_be_shared_and_none_publicly_when_encrypted() {
    let mut a = accounts();
    taken(&mut a, "on-default", "d1");
    taken(&mut a, "on-own", "s1");
    let automated = json!({"DBClusterIdentifier": "on-own", "SnapshotType": "automated"});
    let found = a.ok(SOURCE, "rds DescribeDBClusterSnapshots", automated)["DBClusterSnapshots"][0].clone();
    let name = found["DBClusterSnapshotIdentifier"]
        .as_str()
        .expect("a name")
        .to_owned();
    for input in [share(&name, &[TARGET]), share("d1", &[TARGET]), share("s1", &["all"])] {
        let code = a.refused(SOURCE, "rds ModifyDBClusterSnapshotAttribute", input);
        assert_eq!(code, "InvalidParameterValue");
    }
    a.cloud.rds.quotas.accounts_per_share = 1;
    let two = share("s1", &[TARGET, "333333333333"]);
    let code = a.refused(SOURCE, "rds ModifyDBClusterSnapshotAttribute", two);
    assert_eq!(code, "SharedSnapshotQuotaExceeded");
}

#[test]
fn a_shared_encrypted_snapshot_is_copied_under_a_key_that_must_be_named_and_with_the_sources_key_open() {
    let mut a = accounts();
    taken(&mut a, "on-own", "s1");
    let from = arn(SOURCE, "s1");
    let unseen = a.refused(TARGET, "rds CopyDBClusterSnapshot", copy(&from, "t1", Some(TARGET_KEY)));
    assert_eq!(unseen, "DBClusterSnapshotNotFoundFault");
    a.ok(SOURCE, "rds ModifyDBClusterSnapshotAttribute", share("s1", &[TARGET]));
    let closed = a.refused(TARGET, "rds CopyDBClusterSnapshot", copy(&from, "t1", Some(TARGET_KEY)));
    assert_eq!(closed, "KMSKeyNotAccessibleFault");
    a.open_key_for_transport(SOURCE_KEY, TARGET);
    let unnamed = a.refused(TARGET, "rds CopyDBClusterSnapshot", copy(&from, "t1", None));
    assert_eq!(unnamed, "InvalidParameterCombination");
    let made = a.ok(TARGET, "rds CopyDBClusterSnapshot", copy(&from, "t1", Some(TARGET_KEY)));
    assert_eq!(made["DBClusterSnapshot"]["KmsKeyId"], TARGET_KEY);
    assert_eq!(made["DBClusterSnapshot"]["SourceDBClusterSnapshotArn"], from);
}

#[test]
fn five_copies_at_once_and_no_more() {
    let mut a = accounts();
    taken(&mut a, "on-own", "s1");
    for n in 1..=5 {
        a.ok(SOURCE, "rds CopyDBClusterSnapshot", copy("s1", &format!("c{n}"), None));
    }
    let sixth = a.refused(SOURCE, "rds CopyDBClusterSnapshot", copy("s1", "c6", None));
    assert_eq!(sixth, "SnapshotQuotaExceeded");
    a.pass(DAY);
    a.ok(SOURCE, "rds CopyDBClusterSnapshot", copy("s1", "c6", None));
}

#[test]
fn an_unencrypted_snapshot_is_encrypted_by_its_restore_and_not_by_its_copy() {
    let mut a = accounts();
    taken(&mut a, "plain", "s1");
    a.ok(SOURCE, "rds ModifyDBClusterSnapshotAttribute", share("s1", &[TARGET]));
    let from = arn(SOURCE, "s1");
    let keyed = a.refused(TARGET, "rds CopyDBClusterSnapshot", copy(&from, "t1", Some(TARGET_KEY)));
    assert_eq!(keyed, "InvalidParameterCombination");
    a.ok(TARGET, "rds CopyDBClusterSnapshot", copy(&from, "t1", None));
    a.pass(DAY);
    a.cloud.rds.encrypting_restore_fails = true;
    let failed = a.refused(TARGET, "rds RestoreDBClusterFromSnapshot", restore("t1"));
    assert_eq!(failed, "InternalFailure", "as it was seen in 2018");
    a.cloud.rds.encrypting_restore_fails = false;
    a.ok(TARGET, "rds RestoreDBClusterFromSnapshot", restore("t1"));
    assert_eq!(described(&mut a, TARGET, "moved")["KmsKeyId"], TARGET_KEY);
}

#[test]
fn what_a_restore_leaves_out_is_decided_badly() {
    let mut a = accounts();
    let restored = restored(&mut a, |input| {
        let named = ["DBClusterIdentifier", "SnapshotIdentifier", "Engine"];
        let kept = named
            .iter()
            .map(|member| ((*member).to_owned(), input[*member].clone()));
        Value::Object(kept.collect())
    });
    assert_eq!(
        restored["KmsKeyId"], SOURCE_KEY,
        "the snapshot's, which is the source's"
    );
    assert_eq!(restored["EngineVersion"], "16.6", "the region's default");
    assert_eq!(restored["DBClusterParameterGroup"], "default.aurora-postgresql16");
    assert_eq!(restored["DBSubnetGroup"], "default");
    assert_eq!(restored["DeletionProtection"], false);
    assert_eq!(restored["IAMDatabaseAuthenticationEnabled"], false);
    assert_eq!(restored["DBClusterMembers"], json!([]), "nobody serves it");
    assert!(restored.get("ServerlessV2ScalingConfiguration").is_none());
}

#[test]
fn what_a_restore_refuses() {
    let mut a = accounts();
    let arn = shared(&mut a);
    let input = || restore(&arn);
    for (input, code) in [
        (
            with(input(), "EngineVersion", json!("16.3")),
            "InvalidParameterCombination",
        ),
        (
            with(input(), "Engine", json!("aurora-mysql")),
            "InvalidParameterCombination",
        ),
        (
            with(input(), "DBClusterParameterGroupName", json!("none")),
            "DBClusterParameterGroupNotFound",
        ),
        (
            with(
                input(),
                "DBClusterParameterGroupName",
                json!("default.aurora-postgresql15"),
            ),
            "InvalidParameterCombination",
        ),
        (
            with(input(), "DBSubnetGroupName", json!("none")),
            "DBSubnetGroupNotFoundFault",
        ),
        (
            with(input(), "VpcSecurityGroupIds", json!(["sg-none"])),
            "InvalidParameterValue",
        ),
        (with(input(), "StorageType", json!("gp3")), "StorageTypeNotSupported"),
        (
            with(input(), "KmsKeyId", json!("alias/none")),
            "KMSKeyNotAccessibleFault",
        ),
        (
            with(input(), "SnapshotIdentifier", json!("none")),
            "DBClusterSnapshotNotFoundFault",
        ),
    ] {
        let shown = input.to_string();
        assert_eq!(
            a.refused(TARGET, "rds RestoreDBClusterFromSnapshot", input),
            code,
            "{shown}"
        );
    }
    a.ok(TARGET, "rds RestoreDBClusterFromSnapshot", input());
    let again = a.refused(TARGET, "rds RestoreDBClusterFromSnapshot", input());
    assert_eq!(again, "DBClusterAlreadyExistsFault");
    a.cloud.rds.quotas.clusters = 1;
    let other = with(input(), "DBClusterIdentifier", json!("other"));
    let code = a.refused(TARGET, "rds RestoreDBClusterFromSnapshot", other);
    assert_eq!(code, "DBClusterQuotaExceededFault");
}

#[test]
fn members_join_an_available_cluster_and_the_first_one_writes() {
    let mut a = accounts();
    let arn = shared(&mut a);
    a.ok(TARGET, "rds RestoreDBClusterFromSnapshot", restore(&arn));
    let early = a.refused(TARGET, "rds CreateDBInstance", member("moved-1", "db.r6g.large"));
    assert_eq!(early, "InvalidDBClusterStateFault");
    a.pass(DAY);
    let unscaled = a.refused(TARGET, "rds CreateDBInstance", member("moved-1", "db.serverless"));
    assert_eq!(unscaled, "InvalidDBClusterStateFault");
    let scaling = json!({"DBClusterIdentifier": "moved", "ServerlessV2ScalingConfiguration": {"MinCapacity": 0.5, "MaxCapacity": 4.0}});
    a.ok(TARGET, "rds ModifyDBCluster", scaling);
    let other = with(member("moved-1", "db.r6g.large"), "Engine", json!("aurora-mysql"));
    assert_eq!(
        a.refused(TARGET, "rds CreateDBInstance", other),
        "InvalidParameterCombination"
    );
    let port = with(member("moved-1", "db.r6g.large"), "Port", json!(1));
    assert_eq!(
        a.refused(TARGET, "rds CreateDBInstance", port),
        "InvalidParameterCombination"
    );
    a.ok(TARGET, "rds CreateDBInstance", member("moved-1", "db.serverless"));
    a.ok(
        TARGET,
        "rds CreateDBInstance",
        with(member("moved-2", "db.r6g.large"), "PromotionTier", json!(0)),
    );
    a.pass(DAY);
    let found = described(&mut a, TARGET, "moved");
    let members = &found["DBClusterMembers"];
    assert_eq!(
        members[0],
        json!({"DBInstanceIdentifier": "moved-1", "IsClusterWriter": true,
        "DBClusterParameterGroupStatus": "in-sync", "PromotionTier": 1})
    );
    let one = a.ok(
        TARGET,
        "rds DescribeDBInstances",
        json!({"DBInstanceIdentifier": "moved-2"}),
    );
    let one = &one["DBInstances"][0];
    assert_eq!(
        (&one["DBClusterIdentifier"], &one["KmsKeyId"]),
        (&json!("moved"), &json!(TARGET_KEY))
    );
    assert_eq!(
        one["PubliclyAccessible"], true,
        "nobody said otherwise, and its VPC has a gateway"
    );
}

#[test]
fn a_cluster_is_deleted_only_unprotected_and_without_members() {
    let mut a = accounts();
    restored(&mut a, |input| with(input, "DeletionProtection", json!(true)));
    a.ok(TARGET, "rds CreateDBInstance", member("moved-1", "db.r6g.large"));
    a.ok(TARGET, "rds CreateDBInstance", member("moved-2", "db.r6g.large"));
    a.pass(DAY);
    let delete = json!({"DBClusterIdentifier": "moved", "SkipFinalSnapshot": true});
    assert_eq!(
        a.refused(TARGET, "rds DeleteDBCluster", delete.clone()),
        "InvalidParameterCombination"
    );
    let lift = json!({"DBClusterIdentifier": "moved", "DeletionProtection": false});
    a.ok(TARGET, "rds ModifyDBCluster", lift);
    assert_eq!(
        a.refused(TARGET, "rds DeleteDBCluster", delete.clone()),
        "InvalidDBClusterStateFault"
    );
    a.ok(
        TARGET,
        "rds DeleteDBInstance",
        json!({"DBInstanceIdentifier": "moved-1"}),
    );
    let found = described(&mut a, TARGET, "moved");
    assert_eq!(
        found["DBClusterMembers"][0]["DBInstanceIdentifier"], "moved-2",
        "it took over"
    );
    a.ok(
        TARGET,
        "rds DeleteDBInstance",
        json!({"DBInstanceIdentifier": "moved-2"}),
    );
    a.pass(DAY);
    let unsaid = json!({"DBClusterIdentifier": "moved"});
    assert_eq!(
        a.refused(TARGET, "rds DeleteDBCluster", unsaid.clone()),
        "InvalidParameterCombination"
    );
    a.ok(TARGET, "rds DeleteDBCluster", delete);
    assert_eq!(described(&mut a, TARGET, "moved")["Status"], "deleting");
    a.pass(DAY);
    assert_eq!(
        a.refused(TARGET, "rds DescribeDBClusters", unsaid),
        "DBClusterNotFoundFault"
    );
}

#[test]
fn clusters_and_their_snapshots_carry_tags() {
    let mut a = accounts();
    taken(&mut a, "on-own", "s1");
    for name in [
        arn(SOURCE, "s1"),
        format!("arn:aws:rds:eu-west-1:{SOURCE}:cluster:on-own"),
    ] {
        let add = json!({"ResourceName": name, "Tags": [{"Key": "a", "Value": "b"}]});
        a.ok(SOURCE, "rds AddTagsToResource", add);
        let listed = a.ok(SOURCE, "rds ListTagsForResource", json!({"ResourceName": name}));
        assert!(listed.to_string().contains("\"a\""), "{listed}");
    }
}

#[test]
fn what_a_cluster_of_aurora_and_a_multi_az_one_take_are_told_apart() {
    let mut a = accounts();
    let modify = |more: Value| {
        let mut input = json!({"DBClusterIdentifier": "on-own", "ApplyImmediately": true});
        for (member, value) in more.as_object().expect("members") {
            input[member] = value.clone();
        }
        input
    };
    for refused in [
        json!({"MonitoringInterval": 60}),
        json!({"CACertificateIdentifier": "rds-ca-ecc384-g1"}),
        json!({"DatabaseInsightsMode": "advanced"}),
    ] {
        let code = a.refused(SOURCE, "rds ModifyDBCluster", modify(refused.clone()));
        assert_eq!(code, "InvalidParameterCombination", "{refused}");
    }
    let data_api = modify(json!({"EnableHttpEndpoint": true}));
    assert_eq!(
        a.refused(SOURCE, "rds ModifyDBCluster", data_api),
        "NotImplemented",
        "that member is Serverless v1's"
    );
    let whole = json!({
        "DatabaseInsightsMode": "advanced", "EnablePerformanceInsights": true, "PerformanceInsightsRetentionPeriod": 465,
    });
    a.ok(SOURCE, "rds ModifyDBCluster", modify(whole));
    let arn = json!({"ResourceArn": format!("arn:aws:rds:eu-west-1:{SOURCE}:cluster:on-own")});
    let busy = a.refused(SOURCE, "rds EnableHttpEndpoint", arn.clone());
    assert_eq!(busy, "InvalidResourceStateFault");
    a.pass(DAY);
    a.ok(SOURCE, "rds EnableHttpEndpoint", arn);
    assert_eq!(described(&mut a, SOURCE, "on-own")["HttpEndpointEnabled"], true);
}

#[test]
fn a_restored_multi_az_cluster_needs_class_and_iops_and_has_three_instances_that_go_with_it() {
    let multi = json!({
        "id": "multi", "engine": "postgres", "engine_version": "16.4", "class": "db.r6gd.large", "storage_gib": 100, "storage_type": "io1",
        "settings": {"iops": 1000}, "subnet_group": "src-db", "security_groups": ["sg-src"], "backup_retention_days": 1,
    });
    let mut a = Accounts::holding(&json!({"clusters": [multi]}), &json!({}), FaultLevel::None, 7);
    assert_eq!(
        described(&mut a, SOURCE, "multi")["DBClusterMembers"]
            .as_array()
            .map(Vec::len),
        Some(3)
    );
    taken(&mut a, "multi", "s1");
    let back = |more: &[(&str, Value)]| {
        let mut input = json!({
            "DBClusterIdentifier": "back", "SnapshotIdentifier": "s1", "Engine": "postgres", "EngineVersion": "16.4",
            "DBSubnetGroupName": "src-db", "VpcSecurityGroupIds": ["sg-src"],
        });
        for (member, value) in more {
            input[*member] = value.clone();
        }
        input
    };
    let (class, kind, iops) = (
        ("DBClusterInstanceClass", json!("db.r6gd.large")),
        ("StorageType", json!("io1")),
        ("Iops", json!(1000)),
    );
    for without in [vec![kind.clone(), iops.clone()], vec![class.clone(), kind.clone()]] {
        let code = a.refused(SOURCE, "rds RestoreDBClusterFromSnapshot", back(&without));
        assert_eq!(code, "InvalidParameterCombination", "{without:?}");
    }
    let few = back(&[class.clone(), kind.clone(), ("Iops", json!(40))]);
    assert_eq!(
        a.refused(SOURCE, "rds RestoreDBClusterFromSnapshot", few),
        "InvalidParameterCombination"
    );
    a.ok(SOURCE, "rds RestoreDBClusterFromSnapshot", back(&[class, kind, iops]));
    a.pass(DAY);
    assert_eq!(
        described(&mut a, SOURCE, "back")["DBClusterMembers"]
            .as_array()
            .map(Vec::len),
        Some(3)
    );
    let one = json!({"DBInstanceIdentifier": "back-instance-1", "SkipFinalSnapshot": true});
    assert_eq!(
        a.refused(SOURCE, "rds DeleteDBInstance", one.clone()),
        "InvalidParameterCombination"
    );
    let whole = json!({"DBClusterIdentifier": "back", "SkipFinalSnapshot": true});
    a.ok(SOURCE, "rds DeleteDBCluster", whole);
    a.pass(DAY);
    assert_eq!(a.refused(SOURCE, "rds DeleteDBInstance", one), "DBInstanceNotFound");
}
