//! What `cleave discover` reads, and `cleave plan` with it. Before there is an inventory nobody knows names: it is narrowed to the account and the
//! region, and to reading.

use std::collections::BTreeSet;

use model::{AccountId, Region};

use super::actions;
use super::scope::{Ground, Named, narrowed};
use super::statement::{Statement, together};

/// Service and operations.
const READS: &[(&str, &str)] = &[
    ("acm", "ListCertificates DescribeCertificate"),
    ("monitoring", "GetMetricData ListMetrics"),
    (
        "ec2",
        "DescribeImages DescribeImageAttribute DescribeImageReferences DescribeInstances DescribeInstanceAttribute DescribeInstanceTypes \
         DescribeLaunchTemplateVersions DescribeRegions DescribeSecurityGroups DescribeSnapshots DescribeSnapshotAttribute DescribeSubnets \
         DescribeVolumes GetAllowedImagesSettings GetEbsDefaultKmsKeyId GetEbsEncryptionByDefault GetImageBlockPublicAccessState \
         GetSnapshotBlockPublicAccessState",
    ),
    (
        "elasticache",
        "DescribeCacheClusters DescribeCacheParameterGroups DescribeCacheParameters DescribeCacheSubnetGroups DescribeReplicationGroups \
         DescribeServerlessCaches DescribeSnapshots DescribeUserGroups ListTagsForResource",
    ),
    ("elasticfilesystem", "DescribeFileSystems"),
    ("iam", "GetRole ListOpenIDConnectProviders GetOpenIDConnectProvider"),
    (
        "kms",
        "DescribeKey GetKeyPolicy GetKeyRotationStatus ListAliases ListGrants ListKeys ListResourceTags",
    ),
    (
        "rds",
        "DescribeDBClusterParameterGroups DescribeDBClusterParameters DescribeDBClusterSnapshotAttributes DescribeDBClusterSnapshots \
         DescribeDBClusters DescribeDBInstances DescribeDBParameterGroups DescribeDBParameters DescribeDBSnapshotAttributes \
         DescribeDBSnapshots DescribeDBSubnetGroups DescribeGlobalClusters DescribeOptionGroups ListTagsForResource",
    ),
    (
        "route53",
        "GetDNSSEC GetHealthCheck GetHostedZone ListCidrBlocks ListCidrCollections ListHealthChecks ListHostedZones ListHostedZonesByName \
         ListHostedZonesByVPC ListResourceRecordSets ListTagsForResource ListVPCAssociationAuthorizations",
    ),
    (
        "s3",
        "HeadBucket ListBuckets ListObjectVersions GetBucketLocation GetBucketAbac GetBucketAccelerateConfiguration GetBucketAcl \
         GetBucketCors GetBucketEncryption GetBucketLifecycleConfiguration GetBucketLogging GetBucketNotificationConfiguration \
         GetBucketOwnershipControls GetBucketPolicy GetBucketReplication GetBucketRequestPayment GetBucketTagging GetBucketVersioning \
         GetBucketWebsite GetObjectLockConfiguration GetPublicAccessBlock ListBucketAnalyticsConfigurations \
         ListBucketIntelligentTieringConfigurations ListBucketInventoryConfigurations ListBucketMetricsConfigurations",
    ),
    ("s3control", "ListAccessPoints"),
    ("servicequotas", "ListAWSDefaultServiceQuotas ListServiceQuotas"),
    ("tagging", "GetResources"),
];

/// What `--costs` asks beside: it is charged, and so no part of a role that nobody asked it of.
const COSTS: (&str, &str) = ("ce", "GetCostAndUsage");

/// The statements for one account.
pub(super) fn statements(account: &AccountId, region: &Region) -> Vec<Statement> {
    narrowest(account, region, READS)
}

/// What an account is asked with `--costs`, beside.
pub(super) fn costs(account: &AccountId, region: &Region) -> Vec<Statement> {
    narrowest(account, region, &[COSTS])
}

/// The least that allows these calls before anything is known by name.
pub(super) fn narrowest(account: &AccountId, region: &Region, reads: &[(&str, &str)]) -> Vec<Statement> {
    let everything = Named {
        databases: BTreeSet::from(["*".to_owned()]),
        buckets: BTreeSet::from(["*".to_owned()]),
        instances: BTreeSet::from(["*".to_owned()]),
        zones: BTreeSet::from(["*".to_owned()]),
        ..Named::default()
    };
    let ground = Ground {
        region,
        account,
        source: account,
        target: account,
        key_holders: BTreeSet::from([account]),
        named: &everything,
    };
    let asked = reads.iter().flat_map(|(service, operations)| {
        let all = operations.split_whitespace();
        all.flat_map(move |operation| actions::of(service, operation))
    });
    let asked: BTreeSet<String> = asked.collect();
    together(asked.iter().flat_map(|action| narrowed(action, &ground)))
}
