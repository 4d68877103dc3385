use serde_json::json;

use super::*;
use crate::faults::FaultLevel;
use crate::services::storage_fixture::{Accounts, SOURCE, SOURCE_KEY, TARGET};

/// The accounts of the fixture, where the source's role has exactly these statements.
fn restricted(statements: &Value) -> Accounts {
    let mut a = Accounts::new(FaultLevel::None, 1);
    let account = AccountId::new(SOURCE).expect("twelve digits");
    let document = json!({ "Version": "2012-10-17", "Statement": statements });
    a.cloud.permissions.set(&account, "operator", vec![document]);
    a
}

fn judged(a: &Accounts, service: &str, operation: &str, input: &Value) -> Result<(), ServiceError> {
    judge_call(&a.cloud, &a.source, service, operation, input)
}

#[test]
fn a_role_without_policies_may_do_everything() {
    let mut a = restricted(&json!([]));
    let other = a.target.clone();
    assert!(judge_call(&a.cloud, &other, "rds", "DescribeDBInstances", &json!({})).is_ok());
    a.source.principal = format!("arn:aws:iam::{SOURCE}:root");
    assert!(judged(&a, "rds", "DescribeDBInstances", &json!({})).is_ok());
}

#[test]
fn each_service_refuses_in_its_own_form_and_in_awss_words() {
    let a = restricted(&json!([]));
    for (service, operation, code, status) in [
        ("rds", "DescribeDBInstances", "AccessDenied", 403),
        ("ec2", "DescribeImages", "UnauthorizedOperation", 403),
        ("kms", "ListKeys", "AccessDeniedException", 400),
        ("route53", "ListHostedZones", "AccessDenied", 403),
        ("ram", "GetResourceShares", "AccessDeniedException", 403),
    ] {
        let refused = judged(&a, service, operation, &json!({})).expect_err("nothing is allowed");
        assert_eq!((refused.code.as_str(), refused.status), (code, status), "{service}");
        let who = format!("User: arn:aws:sts::{SOURCE}:assumed-role/operator/test is not authorized to perform: ");
        let why = format!("because no identity-based policy allows the {service}:{operation} action");
        assert!(refused.message.contains(&who), "{}", refused.message);
        assert!(refused.message.contains(&why), "{}", refused.message);
    }
}

#[test]
fn a_deny_outweighs_an_allow() {
    let a = restricted(&json!([
        { "Effect": "Allow", "Action": "rds:*", "Resource": "*" },
        { "Effect": "Deny", "Action": "rds:DeleteDBSnapshot", "Resource": "*" },
    ]));
    assert!(judged(&a, "rds", "DescribeDBSnapshots", &json!({})).is_ok());
    let refused = judged(
        &a,
        "rds",
        "DeleteDBSnapshot",
        &json!({ "DBSnapshotIdentifier": "nightly" }),
    );
    let refused = refused.expect_err("it is denied");
    assert!(
        refused
            .message
            .ends_with("with an explicit deny in an identity-based policy")
    );
}

#[test]
fn a_region_that_is_denied_is_denied_there_alone() {
    let mut a = restricted(&json!([
        { "Effect": "Allow", "Action": ["tag:GetResources", "ce:GetCostAndUsage"], "Resource": "*" },
        { "Effect": "Deny", "Action": "tag:*", "Resource": "*", "Condition": { "StringNotEquals": { "aws:RequestedRegion": ["eu-west-1"] } } },
    ]));
    assert!(judged(&a, "tagging", "GetResources", &json!({})).is_ok());
    a.source.region = model::Region::new("us-east-1").expect("a region");
    let refused = judged(&a, "tagging", "GetResources", &json!({})).expect_err("it is denied");
    assert_eq!((refused.code.as_str(), refused.status), ("AccessDeniedException", 400));
    assert!(judged(&a, "ce", "GetCostAndUsage", &json!({})).is_ok());
    let denied = restricted(&json!([]));
    let refused = judged(&denied, "ce", "GetCostAndUsage", &json!({})).expect_err("nothing is allowed");
    let on = format!("on resource: arn:aws:ce:us-east-1:{SOURCE}:/GetCostAndUsage");
    assert!(refused.message.contains(&on), "{}", refused.message);
}

#[test]
fn a_copy_of_a_snapshot_needs_leave_for_both_snapshots_and_for_its_tags() {
    let arn = |name: &str| format!("arn:aws:rds:eu-west-1:{SOURCE}:snapshot:{name}");
    let copy = json!({ "SourceDBSnapshotIdentifier": "old", "TargetDBSnapshotIdentifier": "cleave-1",
        "Tags": [{ "Key": "a", "Value": "b" }] });
    for (actions, resources, allowed) in [
        (vec!["rds:CopyDBSnapshot"], vec![arn("cleave-*")], false),
        (vec!["rds:CopyDBSnapshot"], vec![arn("cleave-*"), arn("old")], false),
        (
            vec!["rds:CopyDBSnapshot", "rds:AddTagsToResource"],
            vec![arn("cleave-*"), arn("old")],
            true,
        ),
    ] {
        let a = restricted(&json!([{ "Effect": "Allow", "Action": actions, "Resource": resources }]));
        assert_eq!(
            judged(&a, "rds", "CopyDBSnapshot", &copy).is_ok(),
            allowed,
            "{actions:?}"
        );
    }
}

#[test]
fn a_role_is_passed_on_only_to_the_service_that_the_policy_names() {
    let role = format!("arn:aws:iam::{SOURCE}:role/cleave-batch");
    for (service, allowed) in [
        ("batchoperations.s3.amazonaws.com", true),
        ("lambda.amazonaws.com", false),
    ] {
        let a = restricted(&json!([
            { "Effect": "Allow", "Action": "s3:CreateJob", "Resource": "*" },
            { "Effect": "Allow", "Action": "iam:PassRole", "Resource": role,
              "Condition": { "StringEquals": { "iam:PassedToService": service } } },
        ]));
        let judged = judged(&a, "s3control", "CreateJob", &json!({ "RoleArn": role }));
        assert_eq!(judged.is_ok(), allowed, "{service}");
    }
}

#[test]
fn records_are_changed_only_under_the_names_types_and_actions_that_the_policy_names() {
    let key = |what: &str| format!("route53:ChangeResourceRecordSets{what}");
    let a = restricted(
        &json!([{ "Effect": "Allow", "Action": "route53:ChangeResourceRecordSets",
        "Resource": "arn:aws:route53:::hostedzone/Z1",
        "Condition": { "ForAllValues:StringEquals": {
            key("NormalizedRecordNames"): ["stg.shop.example.com"], key("RecordTypes"): ["NS"],
            key("Actions"): ["UPSERT", "DELETE"] } } }]),
    );
    for (zone, action, name, kind, allowed) in [
        ("Z1", "UPSERT", "STG.shop.example.com.", "NS", true),
        ("/hostedzone/Z1", "DELETE", "stg.shop.example.com", "NS", true),
        ("Z2", "UPSERT", "stg.shop.example.com.", "NS", false),
        ("Z1", "CREATE", "stg.shop.example.com.", "NS", false),
        ("Z1", "UPSERT", "www.shop.example.com.", "NS", false),
        ("Z1", "UPSERT", "stg.shop.example.com.", "A", false),
    ] {
        let set = json!({ "Name": name, "Type": kind });
        let input = json!({ "HostedZoneId": zone,
            "ChangeBatch": { "Changes": [{ "Action": action, "ResourceRecordSet": set }] } });
        let judged = judged(&a, "route53", "ChangeResourceRecordSets", &input);
        assert_eq!(judged.is_ok(), allowed, "{zone} {action} {name} {kind}");
    }
}

#[test]
fn a_snapshot_is_shared_only_with_the_account_that_the_policy_names() {
    let a = restricted(&json!([{ "Effect": "Allow", "Action": "ec2:ModifySnapshotAttribute",
        "Resource": "arn:aws:ec2:eu-west-1::snapshot/*",
        "Condition": { "StringEqualsIfExists": { "ec2:Add/userId": TARGET } } }]));
    let share =
        |with: &str| json!({ "SnapshotId": "snap-1", "CreateVolumePermission": { "Add": [{ "UserId": with }] } });
    assert!(judged(&a, "ec2", "ModifySnapshotAttribute", &share(TARGET)).is_ok());
    assert!(judged(&a, "ec2", "ModifySnapshotAttribute", &share("660066006600")).is_err());
    let take_back = json!({ "SnapshotId": "snap-1", "CreateVolumePermission": { "Remove": [{ "UserId": TARGET }] } });
    assert!(judged(&a, "ec2", "ModifySnapshotAttribute", &take_back).is_ok());
}

#[test]
fn a_key_is_used_through_a_service_only_with_leave_for_the_key_and_for_that_service() {
    let uses = json!([
        "kms:DescribeKey",
        "kms:CreateGrant",
        "kms:Decrypt",
        "kms:GenerateDataKeyWithoutPlaintext",
        "kms:ReEncryptFrom"
    ]);
    for (via, allowed) in [("rds", true), ("s3", false)] {
        let a = restricted(&json!([{ "Effect": "Allow", "Action": uses, "Resource": SOURCE_KEY,
            "Condition": { "StringEquals": { "kms:ViaService": format!("{via}.eu-west-1.amazonaws.com") } } }]));
        let admitted = crate::services::storage_key::admits(&a.cloud, &a.source, SOURCE_KEY, "rds");
        assert_eq!(admitted, allowed, "{via}");
    }
}

#[test]
fn what_was_asked_and_what_was_refused_is_told() {
    let mut a = restricted(&json!([{ "Effect": "Allow", "Action": "kms:ListKeys", "Resource": "*" }]));
    assert!(judged(&a, "kms", "ListKeys", &json!({})).is_ok());
    a.cloud.permissions.serve("a look");
    assert!(judged(&a, "kms", "ListAliases", &json!({})).is_err());
    let role = (AccountId::new(SOURCE).expect("twelve digits"), "operator".to_owned());
    let both = [("kms:ListAliases", "a look"), ("kms:ListKeys", "")];
    let both = both.map(|(action, served)| (action.to_owned(), BTreeSet::from([served.to_owned()])));
    assert_eq!(a.cloud.permissions.asked()[&role], BTreeMap::from(both));
    let refused = BTreeSet::from(["kms:ListAliases on *".to_owned()]);
    assert_eq!(a.cloud.permissions.refused()[&role], refused);
}
