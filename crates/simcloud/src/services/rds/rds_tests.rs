//! Instances, restores, groups and tags.

use serde_json::{Value, json};

use super::super::storage_fixture::{Accounts, SOURCE, SOURCE_KEY, TARGET, TARGET_KEY};

const DAY: i64 = 86_400;

fn instance(a: &mut Accounts, account: &str, name: &str) -> Value {
    a.ok(
        account,
        "rds DescribeDBInstances",
        json!({"DBInstanceIdentifier": name}),
    )["DBInstances"][0]
        .clone()
}

fn restore(snapshot: &str, more: Value) -> Value {
    let mut input = json!({"DBInstanceIdentifier": "stg", "DBSnapshotIdentifier": snapshot});
    for (member, value) in more.as_object().into_iter().flatten() {
        input[member] = value.clone();
    }
    input
}

/// Snapshots of every database, complete and shared where AWS admits it; an encrypted one also copied into the target as `t`.
fn moved() -> Accounts {
    let mut a = Accounts::quiet();
    for database in ["on-default", "on-own", "plain"] {
        let input = json!({"DBInstanceIdentifier": database, "DBSnapshotIdentifier": format!("s-{database}")});
        a.ok(SOURCE, "rds CreateDBSnapshot", input);
    }
    a.pass(DAY);
    for name in ["s-on-own", "s-plain"] {
        let input = json!({"DBSnapshotIdentifier": name, "AttributeName": "restore", "ValuesToAdd": [TARGET]});
        a.ok(SOURCE, "rds ModifyDBSnapshotAttribute", input);
    }
    a.open_key_for_transport(SOURCE_KEY, TARGET);
    let from = format!("arn:aws:rds:eu-west-1:{SOURCE}:snapshot:s-on-own");
    let input = json!({"SourceDBSnapshotIdentifier": from, "TargetDBSnapshotIdentifier": "t", "KmsKeyId": TARGET_KEY});
    a.ok(TARGET, "rds CopyDBSnapshot", input);
    a.pass(DAY);
    a
}

#[test]
fn the_inventory_is_there_with_its_keys() {
    let mut a = Accounts::quiet();
    let all = a.ok(SOURCE, "rds DescribeDBInstances", json!({}));
    assert_eq!(all["DBInstances"].as_array().map(Vec::len), Some(3));
    assert_eq!(
        a.ok(TARGET, "rds DescribeDBInstances", json!({}))["DBInstances"],
        json!([])
    );
    let own = instance(&mut a, SOURCE, "arn:aws:rds:eu-west-1:111111111111:db:on-own");
    assert_eq!(
        (&own["KmsKeyId"], &own["DBInstanceStatus"]),
        (&json!(SOURCE_KEY), &json!("available"))
    );
    assert_eq!(own["Endpoint"]["Port"], 5433);
    assert_eq!(own["DBSubnetGroup"]["VpcId"], "vpc-src");
    assert!(instance(&mut a, SOURCE, "plain").get("KmsKeyId").is_none());
    let default = instance(&mut a, SOURCE, "on-default")["KmsKeyId"]
        .as_str()
        .expect("encrypted")
        .to_owned();
    assert!(crate::services::kms::is_aws_managed(&a.cloud, &default));
    assert_eq!(
        a.refused(SOURCE, "rds DescribeDBInstances", json!({"DBInstanceIdentifier": "x"})),
        "DBInstanceNotFound"
    );
}

#[test]
fn what_a_restore_refuses() {
    let mut a = moved();
    let shared = |name: &str| format!("arn:aws:rds:eu-west-1:{SOURCE}:snapshot:{name}");
    for (snapshot, more, code) in [
        (shared("s-on-own").as_str(), json!({}), "InvalidParameterValue"),
        (shared("s-on-default").as_str(), json!({}), "DBSnapshotNotFound"),
        ("none", json!({}), "DBSnapshotNotFound"),
        (
            "t",
            json!({"DBSubnetGroupName": "src-db"}),
            "DBSubnetGroupNotFoundFault",
        ),
        ("t", json!({"VpcSecurityGroupIds": ["sg-src"]}), "InvalidParameterValue"),
        (
            "t",
            json!({"DBParameterGroupName": "shop16"}),
            "DBParameterGroupNotFound",
        ),
        (
            "t",
            json!({"DBParameterGroupName": "stg15"}),
            "InvalidParameterCombination",
        ),
        (
            "t",
            json!({"StorageType": "gp3", "Iops": 3000}),
            "InvalidParameterCombination",
        ),
        ("t", json!({"StorageThroughput": 125}), "InvalidParameterCombination"),
        ("t", json!({"AllocatedStorage": 50}), "InvalidParameterCombination"),
        ("t", json!({"DBName": "shop"}), "InvalidParameterValue"),
        ("t", json!({"DBInstanceIdentifier": "stg-"}), "InvalidParameterValue"),
        (
            "t",
            json!({"Tags": [{"Key": "aws:a", "Value": "b"}]}),
            "InvalidParameterValue",
        ),
    ] {
        let shown = more.to_string();
        let refused = a.refused(TARGET, "rds RestoreDBInstanceFromDBSnapshot", restore(snapshot, more));
        assert_eq!(refused, code, "{snapshot} {shown}");
    }
    crate::services::kms::disable(&mut a.cloud, TARGET_KEY);
    assert_eq!(
        a.refused(TARGET, "rds RestoreDBInstanceFromDBSnapshot", restore("t", json!({}))),
        "KMSKeyNotAccessibleFault"
    );
    // A shared snapshot that is not encrypted can be restored directly.
    a.ok(
        TARGET,
        "rds RestoreDBInstanceFromDBSnapshot",
        restore(&shared("s-plain"), json!({})),
    );
    let again = a.refused(
        TARGET,
        "rds RestoreDBInstanceFromDBSnapshot",
        restore(&shared("s-plain"), json!({})),
    );
    assert_eq!(again, "DBInstanceAlreadyExists");
}

#[test]
fn a_restore_goes_through_its_states_and_holds_the_sources_data() {
    let mut a = moved();
    let given = json!({
        "DBSubnetGroupName": "stg-db", "VpcSecurityGroupIds": ["sg-stg"], "DBParameterGroupName": "stg16",
        "PubliclyAccessible": false, "DeletionProtection": true, "StorageType": "gp3", "Tags": [{"Key": "cleave:step", "Value": "x"}],
    });
    a.ok(TARGET, "rds RestoreDBInstanceFromDBSnapshot", restore("t", given));
    let mut seen = Vec::new();
    for _ in 0..200 {
        let status = instance(&mut a, TARGET, "stg")["DBInstanceStatus"].clone();
        if seen.last() != Some(&status) {
            seen.push(status);
        }
        a.pass(30);
    }
    assert_eq!(seen, ["creating", "backing-up", "available"]);
    let stg = instance(&mut a, TARGET, "stg");
    assert_eq!(stg["KmsKeyId"], TARGET_KEY);
    assert_eq!(stg["DBSubnetGroup"]["VpcId"], "vpc-stg");
    assert_eq!(stg["VpcSecurityGroups"][0]["VpcSecurityGroupId"], "sg-stg");
    assert_eq!(
        stg["DBParameterGroups"],
        json!([{"DBParameterGroupName": "stg16", "ParameterApplyStatus": "in-sync"}])
    );
    assert_eq!(
        (&stg["EngineVersion"], &stg["DBInstanceClass"]),
        (&json!("16.4"), &json!("db.t4g.medium"))
    );
    assert_eq!(stg["TagList"], json!([{"Key": "cleave:step", "Value": "x"}]));
    assert_ne!(
        stg["DbiResourceId"],
        instance(&mut a, SOURCE, "on-own")["DbiResourceId"]
    );
    let digest = |a: &Accounts, end: &str| {
        super::resources(&a.cloud)
            .into_iter()
            .find(|r| r.arn.ends_with(end))
            .expect("it is there")
            .digest
    };
    assert_eq!(digest(&a, ":db:stg"), digest(&a, ":db:on-own"));
    let place = (a.source.account.clone(), a.source.region.clone(), "on-own".to_owned());
    super::write_data(&mut a.cloud, &place);
    assert_ne!(
        digest(&a, ":db:stg"),
        digest(&a, ":db:on-own"),
        "a late write is not in the copy"
    );
    assert_eq!(digest(&a, ":db:stg"), digest(&a, "1:snapshot:s-on-own"));
}

#[test]
fn what_a_restore_leaves_out_falls_to_defaults_that_hurt() {
    let mut a = moved();
    a.ok(
        SOURCE,
        "rds RestoreDBInstanceFromDBSnapshot",
        restore("s-on-own", json!({})),
    );
    a.pass(DAY);
    let stg = instance(&mut a, SOURCE, "stg");
    assert_eq!(stg["DBSubnetGroup"]["DBSubnetGroupName"], "default");
    assert_ne!(
        stg["DBSubnetGroup"]["VpcId"], "vpc-src",
        "the snapshot remembers its VPC, and that does not help"
    );
    assert_ne!(stg["VpcSecurityGroups"][0]["VpcSecurityGroupId"], "sg-src");
    assert_eq!(
        stg["DBParameterGroups"][0]["DBParameterGroupName"],
        "default.postgres16"
    );
    assert_eq!(
        (&stg["PubliclyAccessible"], &stg["DeletionProtection"]),
        (&json!(true), &json!(false))
    );
    // The source's tags leak over when none are given.
    assert_eq!(stg["TagList"], json!([{"Key": "team", "Value": "shop"}]));
    // With a named subnet group and no security group: that VPC's default group.
    let mut input = restore("s-on-own", json!({"DBSubnetGroupName": "src-db"}));
    input["DBInstanceIdentifier"] = json!("stg2");
    a.ok(SOURCE, "rds RestoreDBInstanceFromDBSnapshot", input);
    let group = instance(&mut a, SOURCE, "stg2")["VpcSecurityGroups"][0]["VpcSecurityGroupId"].clone();
    assert_eq!(group, super::default_security_group("vpc-src"));
}

#[test]
fn instances_are_created_modified_rebooted_and_deleted() {
    let mut a = Accounts::quiet();
    let input = json!({
        "DBInstanceIdentifier": "New", "Engine": "postgres", "DBInstanceClass": "db.t4g.micro", "AllocatedStorage": "20",
        "StorageEncrypted": "true", "MasterUsername": "root", "BackupRetentionPeriod": 1, "DBSubnetGroupName": "stg-db",
    });
    a.ok(TARGET, "rds CreateDBInstance", input.clone());
    assert_eq!(
        a.refused(TARGET, "rds CreateDBInstance", input),
        "DBInstanceAlreadyExists"
    );
    let modify = |more: Value| {
        let mut input = json!({"DBInstanceIdentifier": "new"});
        for (member, value) in more.as_object().into_iter().flatten() {
            input[member] = value.clone();
        }
        input
    };
    assert_eq!(
        a.refused(
            TARGET,
            "rds ModifyDBInstance",
            modify(json!({"DeletionProtection": true}))
        ),
        "InvalidDBInstanceState"
    );
    a.pass(DAY);
    assert!(
        a.cloud
            .rds
            .snapshots
            .keys()
            .any(|(_, _, name)| name.starts_with("rds:new-")),
        "the first backup"
    );
    a.ok(
        TARGET,
        "rds ModifyDBInstance",
        modify(json!({"DeletionProtection": true, "ManageMasterUserPassword": true})),
    );
    assert_eq!(instance(&mut a, TARGET, "new")["DBInstanceStatus"], "modifying");
    a.pass(DAY);
    assert!(
        instance(&mut a, TARGET, "new")["MasterUserSecret"]["SecretArn"]
            .as_str()
            .is_some_and(|arn| arn.contains(TARGET))
    );
    let effects = a.cloud.effects.len();
    a.ok(
        TARGET,
        "rds ModifyDBInstance",
        modify(json!({"DeletionProtection": true, "DBInstanceClass": "db.t4g.micro"})),
    );
    assert_eq!(a.cloud.effects.len(), effects, "no change, no effect");
    // A class waits for the maintenance window unless it is to be at once.
    a.ok(
        TARGET,
        "rds ModifyDBInstance",
        modify(json!({"DBInstanceClass": "db.t4g.large"})),
    );
    a.pass(DAY);
    let shown = instance(&mut a, TARGET, "new");
    assert_eq!(
        (
            &shown["DBInstanceClass"],
            &shown["PendingModifiedValues"]["DBInstanceClass"]
        ),
        (&json!("db.t4g.micro"), &json!("db.t4g.large"))
    );
    // A parameter group attached afterwards waits for a reboot.
    a.ok(
        TARGET,
        "rds ModifyDBInstance",
        modify(json!({"DBParameterGroupName": "stg16", "ApplyImmediately": true})),
    );
    a.pass(DAY);
    assert_eq!(
        instance(&mut a, TARGET, "new")["DBParameterGroups"][0]["ParameterApplyStatus"],
        "pending-reboot"
    );
    a.ok(TARGET, "rds RebootDBInstance", json!({"DBInstanceIdentifier": "new"}));
    a.pass(DAY);
    assert_eq!(
        instance(&mut a, TARGET, "new")["DBParameterGroups"][0]["ParameterApplyStatus"],
        "in-sync"
    );
    let delete = |more: Value| modify(more);
    for (input, code) in [
        (
            delete(json!({"SkipFinalSnapshot": true})),
            "InvalidParameterCombination",
        ),
        (
            json!({"DBInstanceIdentifier": "none", "SkipFinalSnapshot": true}),
            "DBInstanceNotFound",
        ),
    ] {
        assert_eq!(a.refused(TARGET, "rds DeleteDBInstance", input), code);
    }
    a.ok(
        TARGET,
        "rds ModifyDBInstance",
        modify(json!({"DeletionProtection": false})),
    );
    a.pass(DAY);
    assert_eq!(
        a.refused(TARGET, "rds DeleteDBInstance", delete(json!({}))),
        "InvalidParameterCombination"
    );
    a.ok(
        TARGET,
        "rds DeleteDBInstance",
        delete(json!({"FinalDBSnapshotIdentifier": "last"})),
    );
    assert_eq!(instance(&mut a, TARGET, "new")["DBInstanceStatus"], "deleting");
    a.pass(DAY);
    assert_eq!(
        a.refused(
            TARGET,
            "rds DescribeDBInstances",
            json!({"DBInstanceIdentifier": "new"})
        ),
        "DBInstanceNotFound"
    );
    let left: Vec<_> = a
        .cloud
        .rds
        .snapshots
        .keys()
        .filter(|at| at.0 == a.target.account)
        .map(|at| at.2.clone())
        .collect();
    assert_eq!(left, ["last"], "automated snapshots go with their instance");
}

#[test]
fn groups_are_made_changed_and_kept_while_in_use() {
    let mut a = Accounts::quiet();
    let named = |name: &str| json!({"DBParameterGroupName": name});
    let create = json!({"DBParameterGroupName": "carried", "DBParameterGroupFamily": "postgres16", "Description": "d"});
    a.ok(TARGET, "rds CreateDBParameterGroup", create.clone());
    assert_eq!(
        a.refused(TARGET, "rds CreateDBParameterGroup", create),
        "DBParameterGroupAlreadyExists"
    );
    let set = |count: usize| {
        let one = |n: usize| json!({"ParameterName": format!("p{n:02}"), "ParameterValue": "1", "ApplyMethod": "pending-reboot"});
        json!({"DBParameterGroupName": "carried", "Parameters": (0..count).map(one).collect::<Vec<_>>()})
    };
    assert_eq!(
        a.refused(TARGET, "rds ModifyDBParameterGroup", set(21)),
        "InvalidParameterValue"
    );
    a.ok(TARGET, "rds ModifyDBParameterGroup", set(20));
    let effects = a.cloud.effects.len();
    a.ok(TARGET, "rds ModifyDBParameterGroup", set(20));
    assert_eq!(a.cloud.effects.len(), effects);
    let found = a.ok(
        TARGET,
        "rds DescribeDBParameters",
        json!({"DBParameterGroupName": "carried", "Source": "user"}),
    );
    assert_eq!(found["Parameters"].as_array().map(Vec::len), Some(20));
    let source = a.ok(
        SOURCE,
        "rds DescribeDBParameters",
        json!({"DBParameterGroupName": "shop16", "Source": "user"}),
    );
    assert_eq!(
        (
            &source["Parameters"][0]["ParameterName"],
            &source["Parameters"][0]["ParameterValue"]
        ),
        (&json!("work_mem"), &json!("8192"))
    );
    assert_eq!(
        a.refused(SOURCE, "rds DeleteDBParameterGroup", named("shop16")),
        "InvalidDBParameterGroupState"
    );
    assert_eq!(
        a.refused(SOURCE, "rds DescribeDBParameterGroups", named("carried")),
        "DBParameterGroupNotFound"
    );
    assert_eq!(
        a.ok(SOURCE, "rds DescribeDBParameterGroups", named("default.postgres16"))["DBParameterGroups"][0]["DBParameterGroupFamily"],
        "postgres16"
    );
    let subnets = |name: &str, ids: &[&str]| json!({"DBSubnetGroupName": name, "DBSubnetGroupDescription": "d", "SubnetIds": ids});
    for (input, code) in [
        (
            subnets("stg-db", &["subnet-8", "subnet-9"]),
            "DBSubnetGroupAlreadyExists",
        ),
        (subnets("n", &["subnet-8"]), "DBSubnetGroupDoesNotCoverEnoughAZs"),
        (subnets("n", &["subnet-1", "subnet-2"]), "InvalidSubnet"),
    ] {
        assert_eq!(a.refused(TARGET, "rds CreateDBSubnetGroup", input), code);
    }
    a.ok(
        TARGET,
        "rds CreateDBSubnetGroup",
        subnets("n", &["subnet-8", "subnet-9"]),
    );
    let found = a.ok(TARGET, "rds DescribeDBSubnetGroups", json!({"DBSubnetGroupName": "n"}));
    assert_eq!(found["DBSubnetGroups"][0]["VpcId"], "vpc-stg");
    assert_eq!(
        a.refused(
            SOURCE,
            "rds DeleteDBSubnetGroup",
            json!({"DBSubnetGroupName": "src-db"})
        ),
        "InvalidDBSubnetGroupStateFault"
    );
    a.ok(TARGET, "rds DeleteDBSubnetGroup", json!({"DBSubnetGroupName": "n"}));
}

#[test]
fn tags_are_the_owners_and_the_same_tag_twice_is_no_effect() {
    let mut a = Accounts::quiet();
    let arn = format!("arn:aws:rds:eu-west-1:{SOURCE}:db:plain");
    let add = json!({"ResourceName": arn, "Tags": [{"Key": "k", "Value": "v"}]});
    a.ok(SOURCE, "rds AddTagsToResource", add.clone());
    a.ok(SOURCE, "rds AddTagsToResource", add.clone());
    assert_eq!(a.cloud.effects.len(), 1);
    assert_eq!(a.refused(TARGET, "rds AddTagsToResource", add), "AccessDenied");
    let reserved = json!({"ResourceName": arn, "Tags": [{"Key": "aws:k", "Value": "v"}]});
    assert_eq!(
        a.refused(SOURCE, "rds AddTagsToResource", reserved),
        "InvalidParameterValue"
    );
    a.ok(
        SOURCE,
        "rds RemoveTagsFromResource",
        json!({"ResourceName": arn, "TagKeys": ["k", "none"]}),
    );
    let left = a.ok(SOURCE, "rds ListTagsForResource", json!({"ResourceName": arn}))["TagList"].clone();
    assert_eq!(left.as_array().map(Vec::len), Some(2));
    assert_eq!(a.refused(SOURCE, "rds StartExportTask", json!({})), "NotImplemented");
}
