//! Which IAM actions an AWS operation asks for. Most carry the operation's name; here stand those that do not, and what an operation asks for
//! beside its own (<https://docs.aws.amazon.com/service-authorization/latest/reference/>).

/// The actions of one operation. Those that are a service's own use of a key stand with `@` behind them: `kms:Decrypt@`.
pub(super) fn of(service: &str, operation: &str) -> Vec<String> {
    let prefix = match service {
        "monitoring" => "cloudwatch",
        "s3control" => "s3",
        "tagging" => "tag",
        one => one,
    };
    let other = match service {
        "s3" => s3(operation),
        "s3control" => s3control(operation),
        _ => beside(service, operation),
    };
    match other {
        Asked::Instead(actions) => actions.iter().map(|one| (*one).to_owned()).collect(),
        Asked::Beside(actions) => {
            let own = std::iter::once(format!("{prefix}:{operation}"));
            own.chain(actions.iter().map(|one| (*one).to_owned())).collect()
        }
    }
}

enum Asked {
    /// The action of the operation's name, and these.
    Beside(&'static [&'static str]),
    /// These alone.
    Instead(&'static [&'static str]),
}

use Asked::{Beside, Instead};

/// RDS and EBS use a key with the caller's rights: the documented list. A grant is what lasts.
const TAGGED_WITH_KEY: &[&str] = &[
    "rds:AddTagsToResource",
    "kms:DescribeKey@",
    "kms:CreateGrant@",
    "kms:Decrypt@",
    "kms:GenerateDataKeyWithoutPlaintext@",
    "kms:ReEncryptFrom@",
    "kms:ReEncryptTo@",
];
const TAGGED_MACHINES_WITH_KEY: &[&str] = &[
    "ec2:CreateTags",
    "kms:DescribeKey@",
    "kms:CreateGrant@",
    "kms:Decrypt@",
    "kms:GenerateDataKeyWithoutPlaintext@",
    "kms:ReEncryptFrom@",
    "kms:ReEncryptTo@",
];

fn beside(service: &str, operation: &str) -> Asked {
    Beside(match (service, operation) {
        ("kms", "CreateKey") => &["kms:TagResource"],
        ("rds", "CreateDBSnapshot" | "CreateDBClusterSnapshot") => &["rds:AddTagsToResource"],
        (
            "rds",
            "CopyDBSnapshot"
            | "CopyDBClusterSnapshot"
            | "RestoreDBInstanceFromDBSnapshot"
            | "RestoreDBClusterFromSnapshot"
            | "RestoreDBClusterToPointInTime"
            | "CreateDBInstance",
        ) => TAGGED_WITH_KEY,
        (
            "rds",
            "CreateDBParameterGroup" | "CreateDBClusterParameterGroup" | "CreateDBSubnetGroup" | "CreateOptionGroup",
        ) => &["rds:AddTagsToResource"],
        ("ec2", "CopyImage" | "CopySnapshot" | "CreateVolume" | "CreateImage" | "CreateSnapshot") => {
            TAGGED_MACHINES_WITH_KEY
        }
        ("ec2", "CreateSecurityGroup") => &["ec2:CreateTags"],
        ("ec2", "DeregisterImage") => &["ec2:DeleteSnapshot"],
        ("route53", "CreateHostedZone" | "AssociateVPCWithHostedZone" | "DisassociateVPCFromHostedZone") => {
            &["ec2:DescribeVpcs"]
        }
        ("elasticache", "CreateSnapshot") => &["elasticache:AddTagsToResource"],
        // It writes the files in the caller's name.
        ("elasticache", "CopySnapshot") => &[
            "elasticache:AddTagsToResource",
            "s3:GetBucketAcl",
            "s3:GetBucketLocation",
            "s3:ListBucket",
            "s3:PutObject",
            "s3:GetObject",
            "s3:DeleteObject",
        ],
        ("elasticache", "CreateReplicationGroup") => &["elasticache:AddTagsToResource", "s3:GetObject"],
        // Athena keeps databases and tables in Glue's catalogue and reads and writes files, all in the caller's name.
        ("athena", "StartQueryExecution") => &[
            "glue:CreateDatabase",
            "glue:GetDatabase",
            "glue:DeleteDatabase",
            "glue:CreateTable",
            "glue:GetTable",
            "glue:GetTables",
            "glue:DeleteTable",
            "s3:GetBucketLocation",
            "s3:GetObject",
            "s3:ListBucket",
            "s3:PutObject",
        ],
        ("athena", "ListDatabases") => &["glue:GetDatabases"],
        ("athena", "ListTableMetadata") => &["glue:GetTables"],
        _ => &[],
    })
}

fn s3control(operation: &str) -> Asked {
    match operation {
        "CreateJob" => Beside(&["iam:PassRole"]),
        _ => Beside(&[]),
    }
}

fn s3(operation: &str) -> Asked {
    match operation {
        "ListBuckets" => Instead(&["s3:ListAllMyBuckets"]),
        "HeadBucket" | "ListObjectsV2" | "ListObjects" => Instead(&["s3:ListBucket"]),
        "ListObjectVersions" => Instead(&["s3:ListBucketVersions"]),
        "ListMultipartUploads" => Instead(&["s3:ListBucketMultipartUploads"]),
        "ListParts" => Instead(&["s3:ListMultipartUploadParts"]),
        // Without s3:ListBucket what is missing is answered 403 like what is forbidden.
        "HeadObject" | "GetObject" => Instead(&["s3:GetObject", "s3:GetObjectVersion", "s3:ListBucket"]),
        "GetObjectAttributes" => Instead(&[
            "s3:GetObject",
            "s3:GetObjectVersion",
            "s3:GetObjectAttributes",
            "s3:GetObjectVersionAttributes",
        ]),
        "GetObjectTagging" => Instead(&["s3:GetObjectTagging", "s3:GetObjectVersionTagging"]),
        "CopyObject" => Instead(&[
            "s3:GetObject",
            "s3:GetObjectVersion",
            "s3:GetObjectTagging",
            "s3:GetObjectVersionTagging",
            "s3:PutObject",
            "s3:PutObjectTagging",
        ]),
        "UploadPartCopy" => Instead(&["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"]),
        "CreateMultipartUpload" => Instead(&["s3:PutObject", "s3:PutObjectTagging"]),
        "UploadPart" | "CompleteMultipartUpload" => Instead(&["s3:PutObject"]),
        "DeleteObject" | "DeleteObjects" => Instead(&["s3:DeleteObject", "s3:DeleteObjectVersion"]),
        "GetBucketEncryption" => Instead(&["s3:GetEncryptionConfiguration"]),
        "PutBucketEncryption" | "DeleteBucketEncryption" => Instead(&["s3:PutEncryptionConfiguration"]),
        "GetBucketLifecycleConfiguration" => Instead(&["s3:GetLifecycleConfiguration"]),
        "PutBucketLifecycleConfiguration" | "DeleteBucketLifecycle" => Instead(&["s3:PutLifecycleConfiguration"]),
        "GetBucketCors" => Instead(&["s3:GetBucketCORS"]),
        "PutBucketCors" | "DeleteBucketCors" => Instead(&["s3:PutBucketCORS"]),
        "GetPublicAccessBlock" => Instead(&["s3:GetBucketPublicAccessBlock"]),
        "PutPublicAccessBlock" | "DeletePublicAccessBlock" => Instead(&["s3:PutBucketPublicAccessBlock"]),
        "GetBucketNotificationConfiguration" => Instead(&["s3:GetBucketNotification"]),
        "PutBucketNotificationConfiguration" => Instead(&["s3:PutBucketNotification"]),
        "GetBucketReplication" => Instead(&["s3:GetReplicationConfiguration"]),
        "PutBucketReplication" => Instead(&["s3:PutReplicationConfiguration", "iam:PassRole"]),
        "DeleteBucketReplication" => Instead(&["s3:PutReplicationConfiguration"]),
        "GetObjectLockConfiguration" => Instead(&["s3:GetBucketObjectLockConfiguration"]),
        "GetBucketAccelerateConfiguration" => Instead(&["s3:GetAccelerateConfiguration"]),
        "PutBucketAccelerateConfiguration" => Instead(&["s3:PutAccelerateConfiguration"]),
        "DeleteBucketTagging" => Instead(&["s3:PutBucketTagging"]),
        "DeleteBucketOwnershipControls" => Instead(&["s3:PutBucketOwnershipControls"]),
        "ListBucketInventoryConfigurations" | "GetBucketInventoryConfiguration" => {
            Instead(&["s3:GetInventoryConfiguration"])
        }
        "PutBucketInventoryConfiguration" | "DeleteBucketInventoryConfiguration" => {
            Instead(&["s3:PutInventoryConfiguration"])
        }
        "ListBucketAnalyticsConfigurations" => Instead(&["s3:GetAnalyticsConfiguration"]),
        "PutBucketAnalyticsConfiguration" | "DeleteBucketAnalyticsConfiguration" => {
            Instead(&["s3:PutAnalyticsConfiguration"])
        }
        "ListBucketMetricsConfigurations" => Instead(&["s3:GetMetricsConfiguration"]),
        "PutBucketMetricsConfiguration" | "DeleteBucketMetricsConfiguration" => {
            Instead(&["s3:PutMetricsConfiguration"])
        }
        "ListBucketIntelligentTieringConfigurations" => Instead(&["s3:GetIntelligentTieringConfiguration"]),
        "PutBucketIntelligentTieringConfiguration" | "DeleteBucketIntelligentTieringConfiguration" => {
            Instead(&["s3:PutIntelligentTieringConfiguration"])
        }
        "GetObjectAcl" => Instead(&["s3:GetObjectAcl", "s3:GetObjectVersionAcl"]),
        _ => Beside(&[]),
    }
}

#[cfg(test)]
mod tests {
    use super::of;

    #[test]
    fn an_operation_asks_for_the_action_of_its_name_unless_aws_calls_it_otherwise() {
        for (service, operation, actions) in [
            ("rds", "DescribeDBInstances", vec!["rds:DescribeDBInstances"]),
            ("monitoring", "GetMetricData", vec!["cloudwatch:GetMetricData"]),
            ("s3", "ListObjectVersions", vec!["s3:ListBucketVersions"]),
            ("s3", "GetBucketCors", vec!["s3:GetBucketCORS"]),
            ("s3", "DeleteBucketWebsite", vec!["s3:DeleteBucketWebsite"]),
            ("s3control", "CreateJob", vec!["s3:CreateJob", "iam:PassRole"]),
            (
                "route53",
                "CreateHostedZone",
                vec!["route53:CreateHostedZone", "ec2:DescribeVpcs"],
            ),
        ] {
            assert_eq!(of(service, operation), actions, "{service} {operation}");
        }
    }
}
