//! The calls of a plan that change something, as IAM calls their permissions: what roles are asked for beforehand. Reads are shown by the checks themselves.

use std::collections::BTreeSet;

use aws::foreseen::Ec2Call;
use model::{AccountId, Plan, Side};
use serde_json::Value;

/// The permissions for what a step does, by its action.
const CALLS: &[(&str, &[&str])] = &[
    ("key.open_source_key", &["kms:GetKeyPolicy", "kms:PutKeyPolicy"]),
    ("key.close_source_key", &["kms:GetKeyPolicy", "kms:PutKeyPolicy"]),
    ("key.open_target_key", &["kms:GetKeyPolicy", "kms:PutKeyPolicy"]),
    ("key.admit_users", &["kms:GetKeyPolicy", "kms:PutKeyPolicy"]),
    ("key.create_target_key", &["kms:CreateKey", "kms:TagResource"]),
    ("key.create_transport_key", &["kms:CreateKey", "kms:TagResource"]),
    ("key.create_target_alias", &["kms:CreateAlias"]),
    (
        "database.create_snapshot",
        &["rds:CreateDBSnapshot", "rds:AddTagsToResource"],
    ),
    (
        "database.copy_at_hand",
        &["rds:CopyDBSnapshot", "rds:AddTagsToResource"],
    ),
    (
        "database.rekey_snapshot",
        &["rds:CopyDBSnapshot", "rds:AddTagsToResource"],
    ),
    (
        "database.copy_to_target",
        &["rds:CopyDBSnapshot", "rds:AddTagsToResource"],
    ),
    ("database.share_snapshot", &["rds:ModifyDBSnapshotAttribute"]),
    ("database.delete_source_snapshot", &["rds:DeleteDBSnapshot"]),
    ("database.delete_target_snapshot", &["rds:DeleteDBSnapshot"]),
    (
        "database.restore_instance",
        &["rds:RestoreDBInstanceFromDBSnapshot", "rds:AddTagsToResource"],
    ),
    ("database.settle_instance", &["rds:ModifyDBInstance"]),
    ("database.manage_secret", &["rds:ModifyDBInstance"]),
    ("database.create_parameter_group", &["rds:CreateDBParameterGroup"]),
    ("database.set_parameters", &["rds:ModifyDBParameterGroup"]),
    ("database.create_option_group", &["rds:CreateOptionGroup"]),
    ("database.add_options", &["rds:ModifyOptionGroup"]),
    (
        "cluster.create_snapshot",
        &["rds:CreateDBClusterSnapshot", "rds:AddTagsToResource"],
    ),
    (
        "cluster.copy_at_hand",
        &["rds:CopyDBClusterSnapshot", "rds:AddTagsToResource"],
    ),
    (
        "cluster.rekey_snapshot",
        &["rds:CopyDBClusterSnapshot", "rds:AddTagsToResource"],
    ),
    (
        "cluster.copy_to_target",
        &["rds:CopyDBClusterSnapshot", "rds:AddTagsToResource"],
    ),
    ("cluster.share_snapshot", &["rds:ModifyDBClusterSnapshotAttribute"]),
    ("cluster.delete_source_snapshot", &["rds:DeleteDBClusterSnapshot"]),
    ("cluster.delete_target_snapshot", &["rds:DeleteDBClusterSnapshot"]),
    (
        "cluster.restore_cluster",
        &["rds:RestoreDBClusterFromSnapshot", "rds:AddTagsToResource"],
    ),
    (
        "cluster.clone_cluster",
        &["rds:RestoreDBClusterToPointInTime", "rds:AddTagsToResource"],
    ),
    (
        "cluster.create_member",
        &["rds:CreateDBInstance", "rds:AddTagsToResource"],
    ),
    ("cluster.settle_cluster", &["rds:ModifyDBCluster"]),
    ("cluster.create_parameter_group", &["rds:CreateDBClusterParameterGroup"]),
    ("cluster.set_parameters", &["rds:ModifyDBClusterParameterGroup"]),
    ("cluster.share_cluster", &["ram:CreateResourceShare"]),
    ("cluster.accept_share", &["ram:AcceptResourceShareInvitation"]),
    (
        "subnet_group.create_subnet_group",
        &["rds:CreateDBSubnetGroup", "rds:AddTagsToResource"],
    ),
    (
        "writes.create_closed_group",
        &["ec2:CreateSecurityGroup", "ec2:CreateTags"],
    ),
    ("writes.block_access", &["rds:ModifyDBInstance"]),
    ("writes.drop_connections", &["rds:RebootDBInstance"]),
    ("image.share_image", &["ec2:ModifyImageAttribute"]),
    ("image.share_snapshot", &["ec2:ModifySnapshotAttribute"]),
    ("image.copy_image", &["ec2:CopyImage", "ec2:CreateTags"]),
    ("image.rekey_image", &["ec2:CopyImage", "ec2:CreateTags"]),
    (
        "image.deregister_rekeyed_image",
        &["ec2:DeregisterImage", "ec2:DeleteSnapshot"],
    ),
    ("instance.stop_instance", &["ec2:StopInstances"]),
    ("instance.create_image", &["ec2:CreateImage", "ec2:CreateTags"]),
    ("volume.create_snapshot", &["ec2:CreateSnapshot", "ec2:CreateTags"]),
    ("volume.rekey_snapshot", &["ec2:CopySnapshot", "ec2:CreateTags"]),
    ("volume.copy_to_target", &["ec2:CopySnapshot", "ec2:CreateTags"]),
    ("volume.share_snapshot", &["ec2:ModifySnapshotAttribute"]),
    ("volume.create_volume", &["ec2:CreateVolume", "ec2:CreateTags"]),
    ("bucket.make", &["s3:CreateBucket"]),
    ("bucket.win_name", &["s3:CreateBucket"]),
    ("bucket.tag", &["s3:PutBucketTagging"]),
    ("bucket.keep_versions", &["s3:PutBucketVersioning"]),
    ("bucket.change_policy", &["s3:PutBucketPolicy"]),
    ("bucket.apply_policy", &["s3:PutBucketPolicy"]),
    // Its waves of copies are planned when it has been listed.
    ("bucket.survey", &["s3:CreateJob", "s3:DescribeJob", "s3:PutObject"]),
    ("bucket.pause_lifecycle", &["s3:PutLifecycleConfiguration"]),
    ("bucket.restore_archived", &["s3:RestoreObject"]),
    ("bucket.empty_source", &["s3:DeleteObject", "s3:DeleteObjectVersion"]),
    ("bucket.delete_source", &["s3:DeleteBucket"]),
    ("bucket.discard", &["s3:DeleteObjectVersion", "s3:DeleteBucket"]),
    ("zone.create_zone", &["route53:CreateHostedZone"]),
    ("zone.tag_zone", &["route53:ChangeTagsForResource"]),
    (
        "zone.copy_records",
        &["route53:ChangeResourceRecordSets", "route53:GetChange"],
    ),
    (
        "zone.change_record",
        &["route53:ChangeResourceRecordSets", "route53:GetChange"],
    ),
    (
        "zone.set_ns_ttl",
        &["route53:ChangeResourceRecordSets", "route53:GetChange"],
    ),
    (
        "zone.delegate",
        &["route53:ChangeResourceRecordSets", "route53:GetChange"],
    ),
    ("zone.create_collection", &["route53:CreateCidrCollection"]),
    ("zone.copy_check", &["route53:CreateHealthCheck"]),
    ("private_zone.create_zone", &["route53:CreateHostedZone"]),
    (
        "private_zone.authorise_vpc",
        &["route53:CreateVPCAssociationAuthorization"],
    ),
    ("private_zone.associate_vpc", &["route53:AssociateVPCWithHostedZone"]),
    ("cache.create_snapshot", &["elasticache:CreateSnapshot"]),
    ("cache.export_snapshot", &["elasticache:CopySnapshot"]),
    ("cache.create_group", &["elasticache:CreateReplicationGroup"]),
];

/// What a side's role must be let do.
pub(super) fn actions(plan: &Plan, side: Side) -> Vec<String> {
    let steps = plan.steps.iter().filter(|step| step.side == side);
    let asked: BTreeSet<&str> = steps
        .filter_map(|step| CALLS.iter().find(|(action, _)| *action == step.action))
        .flat_map(|(_, actions)| actions.iter().copied())
        .collect();
    asked.into_iter().map(str::to_owned).collect()
}

/// What EC2 is asked whether it would do: one call of each sort, of what is there already.
pub(super) fn of_ec2(plan: &Plan, side: Side, target: &AccountId) -> Vec<Ec2Call> {
    let mut calls: Vec<Ec2Call> = Vec::new();
    for step in plan.steps.iter().filter(|step| step.side == side) {
        let first = |prefix: &str| texts(&step.input).into_iter().find(|text| is_id(text, prefix));
        let call = match step.action.as_str() {
            "image.share_image" => first("ami-").map(|id| Ec2Call::ShareImage(id, target.clone())),
            "image.share_snapshot" | "volume.share_snapshot" => {
                first("snap-").map(|id| Ec2Call::ShareSnapshot(id, target.clone()))
            }
            "image.copy_image" | "image.rekey_image" => first("ami-").map(Ec2Call::CopyImage),
            "volume.copy_to_target" | "volume.rekey_snapshot" => first("snap-").map(Ec2Call::CopySnapshot),
            "instance.create_image" => first("i-").map(Ec2Call::CreateImage),
            "instance.stop_instance" => first("i-").map(Ec2Call::StopInstance),
            "volume.create_snapshot" => first("vol-").map(Ec2Call::CreateSnapshot),
            _ => None,
        };
        if let Some(call) = call
            && !calls.iter().any(|other| other.operation() == call.operation())
        {
            calls.push(call);
        }
    }
    calls
}

/// The keys of an account that the plan names.
pub(super) fn keys(plan: &Plan, account: &AccountId) -> BTreeSet<String> {
    let texts = plan.steps.iter().flat_map(|step| texts(&step.input));
    texts
        .filter(|text| {
            let parts: Vec<&str> = text.splitn(6, ':').collect();
            matches!(parts.as_slice(), ["arn", _, "kms", _, owner, key] if *owner == account.as_str() && key.starts_with("key/"))
        })
        .collect()
}

fn is_id(text: &str, prefix: &str) -> bool {
    text.strip_prefix(prefix).is_some_and(|rest| {
        !rest.is_empty()
            && rest
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    })
}

/// Every text in a value.
fn texts(value: &Value) -> Vec<String> {
    match value {
        Value::String(text) => vec![text.clone()],
        Value::Array(several) => several.iter().flat_map(texts).collect(),
        Value::Object(members) => members.values().flat_map(texts).collect(),
        _ => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_from_ids_by_what_stands_behind_the_prefix() {
        assert!(is_id("i-0a1b", "i-") && is_id("ami-plain", "ami-"));
        assert!(!is_id("i-", "i-") && !is_id("image of i-0a1b", "i-") && !is_id("i-am a title", "i-"));
    }

    #[test]
    fn every_permission_is_one_of_a_service_that_the_plan_calls() {
        for (action, permissions) in CALLS {
            assert!(!permissions.is_empty(), "{action}");
            for permission in *permissions {
                let (service, call) = permission.split_once(':').expect("service and action");
                assert!(
                    ["kms", "rds", "ec2", "s3", "route53", "ram", "elasticache"].contains(&service),
                    "{permission}"
                );
                assert!(call.starts_with(|c: char| c.is_ascii_uppercase()), "{permission}");
            }
            assert_eq!(CALLS.iter().filter(|(other, _)| other == action).count(), 1, "{action}");
        }
    }
}
