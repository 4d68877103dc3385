//! Shares of clusters, and the clones that are made through them.

use serde_json::{Value, json};

use super::super::storage_fixture::{Accounts, SOURCE, SOURCE_KEY, TARGET, TARGET_KEY};
use crate::faults::FaultLevel;

const DAY: i64 = 86_400;
const OWN: &str = "arn:aws:rds:eu-west-1:111111111111:cluster:on-own";

fn accounts() -> Accounts {
    let cluster = |id: &str, key: Option<&str>, members: Value| {
        json!({
            "id": id, "engine": "aurora-postgresql", "engine_version": "16.4", "storage_gib": 50, "encrypted": key.is_some(), "key": key,
            "subnet_group": "src-db", "security_groups": ["sg-src"], "members": members,
        })
    };
    let member = |id: &str| json!([{"id": id, "class": "db.r6g.large", "writer": true}]);
    let source = json!({ "clusters": [
        cluster("on-own", Some("alias/shop"), member("own-1")), cluster("on-default", Some("alias/aws/rds"), member("default-1")),
        cluster("plain", None, member("plain-1")), cluster("alone", Some("alias/shop"), json!([])),
        {"id": "multi", "engine": "postgres", "engine_version": "16.4", "class": "db.r6gd.large", "storage_gib": 100, "storage_type": "io1",
            "settings": {"iops": 1000}, "subnet_group": "src-db", "security_groups": ["sg-src"]},
    ]});
    let mut a = Accounts::holding(&source, &json!({}), FaultLevel::None, 7);
    a.open_key_for_transport(SOURCE_KEY, TARGET);
    a
}

fn share(arn: &str) -> Value {
    json!({"name": "s", "resourceArns": [arn], "principals": [TARGET], "clientToken": format!("token of {arn}")})
}

fn clone(arn: &str, name: &str, key: Option<&str>) -> Value {
    json!({
        "DBClusterIdentifier": name, "SourceDBClusterIdentifier": arn, "RestoreType": "copy-on-write", "UseLatestRestorableTime": true,
        "DBSubnetGroupName": "stg-db", "VpcSecurityGroupIds": ["sg-stg"], "KmsKeyId": key,
    })
}

const CLONE: &str = "rds RestoreDBClusterToPointInTime";

/// Shares a cluster and has the target accept.
fn joined(a: &mut Accounts, arn: &str) -> String {
    let made = a.ok(SOURCE, "ram CreateResourceShare", share(arn))["resourceShare"]["resourceShareArn"].clone();
    let invited = a.ok(
        TARGET,
        "ram GetResourceShareInvitations",
        json!({"resourceShareArns": [made]}),
    );
    let invitation = invited["resourceShareInvitations"][0]["resourceShareInvitationArn"].clone();
    let input = json!({"resourceShareInvitationArn": invitation});
    a.ok(TARGET, "ram AcceptResourceShareInvitation", input);
    made.as_str().expect("an ARN").to_owned()
}

#[test]
fn a_cluster_that_is_not_shared_or_not_accepted_is_answered_like_one_that_does_not_exist() {
    let mut a = accounts();
    let refused = |a: &mut Accounts| a.refused(TARGET, CLONE, clone(OWN, "moved", Some(TARGET_KEY)));
    assert_eq!(refused(&mut a), "DBClusterNotFoundFault");
    let made = a.ok(SOURCE, "ram CreateResourceShare", share(OWN));
    assert_eq!(refused(&mut a), "DBClusterNotFoundFault", "an invitation is not enough");
    let again = a.ok(SOURCE, "ram CreateResourceShare", share(OWN));
    assert_eq!(made, again, "the same token makes no second share");
    let theirs = json!({"resourceOwner": "OTHER-ACCOUNTS"});
    let seen = a.ok(TARGET, "ram GetResourceShares", theirs.clone());
    assert_eq!(seen["resourceShares"], json!([]));
    let arn = joined(&mut a, OWN);
    let seen = a.ok(TARGET, "ram GetResourceShares", theirs);
    assert_eq!(seen["resourceShares"][0]["resourceShareArn"], arn.as_str());
    a.ok(SOURCE, "ram DeleteResourceShare", json!({"resourceShareArn": arn}));
    assert_eq!(refused(&mut a), "DBClusterNotFoundFault");
}

#[test]
fn a_clone_lies_under_the_key_that_is_named_has_no_instance_and_is_the_only_one() {
    let mut a = accounts();
    joined(&mut a, OWN);
    let made = a.ok(TARGET, CLONE, clone(OWN, "moved", Some(TARGET_KEY)))["DBCluster"].clone();
    assert_eq!(
        (&made["KmsKeyId"], &made["CrossAccountClone"]),
        (&json!(TARGET_KEY), &json!(true))
    );
    assert_eq!(made["DBClusterMembers"], json!([]));
    a.pass(DAY);
    let second = a.refused(TARGET, CLONE, clone(OWN, "another", Some(TARGET_KEY)));
    assert_eq!(second, "InvalidParameterCombination");
}

#[test]
fn what_cannot_be_cloned_or_shared_is_refused() {
    let mut a = accounts();
    let arn = |id: &str| OWN.replace("on-own", id);
    for (id, key, code) in [
        ("on-default", Some(TARGET_KEY), "KMSKeyNotAccessibleFault"),
        ("plain", Some(TARGET_KEY), "InvalidParameterCombination"),
        ("alone", Some(TARGET_KEY), "InvalidDBClusterStateFault"),
    ] {
        joined(&mut a, &arn(id));
        assert_eq!(a.refused(TARGET, CLONE, clone(&arn(id), "moved", key)), code, "{id}");
    }
    let multi = a.refused(SOURCE, "ram CreateResourceShare", share(&arn("multi")));
    assert_eq!(multi, "OperationNotPermittedException");
    let inside = json!({"name": "t", "resourceArns": [OWN], "principals": [TARGET], "allowExternalPrincipals": false});
    let outside = a.refused(SOURCE, "ram CreateResourceShare", inside);
    assert_eq!(outside, "OperationNotPermittedException");
}
