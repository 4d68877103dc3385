//! What the steps of buckets, zones and the look at the delivery flow call.

use super::At::{Named, Own, Source, Target};
use super::{Calls, calls};

/// What reads a bucket's versions and their contents.
const READS: &str = "ListObjectVersions HeadObject GetObject GetObjectTagging";
/// What follows a job of S3 Batch Operations.
const JOBS: &str = "CreateJob DescribeJob ListJobs";
/// What looks at a bucket before it is made, and again.
const LOOKS: &str = "HeadBucket GetBucketLocation ListObjectVersions";
const DOCUMENTS: &str = "GetBucketAbac GetBucketAccelerateConfiguration GetBucketAcl GetBucketCors GetBucketEncryption \
     GetBucketLifecycleConfiguration GetBucketLogging GetBucketNotificationConfiguration GetBucketOwnershipControls GetBucketPolicy \
     GetBucketReplication GetBucketTagging GetBucketVersioning GetBucketWebsite GetObjectLockConfiguration \
     GetPublicAccessBlock ListBucketAnalyticsConfigurations ListBucketIntelligentTieringConfigurations \
     ListBucketInventoryConfigurations ListBucketMetricsConfigurations";
/// What takes versions, markers and unfinished uploads out of a bucket.
const EMPTIES: &str = "ListObjectVersions DeleteObject DeleteObjects ListMultipartUploads AbortMultipartUpload";
/// What copies one object, in one call or in parts, and takes it back.
const COPIES: &str = "ListObjectVersions HeadObject GetObject GetObjectTagging CopyObject CreateMultipartUpload UploadPart UploadPartCopy \
     CompleteMultipartUpload AbortMultipartUpload ListParts ListMultipartUploads PutObject DeleteObject DeleteObjects";
/// What writes one file, in one call or in parts, and takes it back.
const WRITES: &str = "PutObject CreateMultipartUpload UploadPart CompleteMultipartUpload AbortMultipartUpload ListParts \
     ListMultipartUploads DeleteObject DeleteObjects";
const ATHENA: &str = "StartQueryExecution GetQueryExecution GetQueryResults";
const RECORDS: &str = "GetHostedZone ListResourceRecordSets";
const WRITES_RECORDS: &str = "GetHostedZone ListResourceRecordSets ChangeResourceRecordSets GetChange";
const TAGS_ZONE: &str = "ListTagsForResource ChangeTagsForResource";
const ECS: &str = "ListTaskDefinitionFamilies DescribeTaskDefinition ListClusters ListServices DescribeServices";

/// By action.
pub(super) const BUCKETS_AND_ZONES: &[Calls] = &[
    // Buckets.
    calls(
        "bucket.make",
        &[
            (Own, "s3", LOOKS),
            (Own, "s3", "CreateBucket DeleteBucket"),
            (Own, "s3", EMPTIES),
            (Own, "s3control", "ListJobs UpdateJobStatus"),
        ],
    ),
    calls(
        "bucket.tag",
        &[(Own, "s3", "GetBucketTagging PutBucketTagging DeleteBucketTagging")],
    ),
    calls(
        "bucket.keep_versions",
        &[(Target, "s3", "GetBucketVersioning PutBucketVersioning")],
    ),
    calls("bucket.record_configuration", &[(Source, "s3", DOCUMENTS)]),
    calls(
        "bucket.change_policy bucket.withdraw_grant bucket.admit_reports",
        &[
            (Named, "s3", "GetBucketPolicy PutBucketPolicy DeleteBucketPolicy"),
            (Own, "s3", "GetBucketPolicy PutBucketPolicy DeleteBucketPolicy"),
        ],
    ),
    calls(
        "bucket.apply_policy",
        &[(Target, "s3", "GetBucketPolicy PutBucketPolicy DeleteBucketPolicy")],
    ),
    calls(
        "bucket.pause_lifecycle",
        &[(
            Named,
            "s3",
            "GetBucketLifecycleConfiguration PutBucketLifecycleConfiguration DeleteBucketLifecycle",
        )],
    ),
    calls(
        "bucket.restore_archived",
        &[
            (
                Source,
                "s3",
                "ListObjectVersions HeadObject GetObjectTagging RestoreObject",
            ),
            (Target, "s3", "ListObjectVersions HeadObject RestoreObject GetObject"),
        ],
    ),
    calls(
        "bucket.note_archived",
        &[
            (Source, "s3", "ListObjectVersions HeadObject"),
            (Target, "s3", "ListObjectVersions HeadObject GetObject PutObject"),
        ],
    ),
    calls(
        "bucket.survey",
        &[
            (Named, "s3", "ListObjectVersions"),
            (Own, "s3", "ListObjectVersions GetObject"),
        ],
    ),
    calls(
        "bucket.write_manifests",
        &[
            (Named, "s3", "ListObjectVersions"),
            (Own, "s3", "ListObjectVersions GetObject"),
            (Own, "s3", WRITES),
        ],
    ),
    calls(
        "bucket.copy_wave",
        &[
            (Target, "s3control", JOBS),
            (Target, "s3", "ListObjectVersions GetObject"),
        ],
    ),
    calls(
        "bucket.replicate_rule bucket.end_rule",
        &[(
            Named,
            "s3",
            "GetBucketReplication PutBucketReplication DeleteBucketReplication",
        )],
    ),
    calls(
        "bucket.replicate",
        &[
            (Named, "s3", READS),
            (Own, "s3", READS),
            (Own, "s3", "PutObject"),
            (Named, "s3control", JOBS),
            (Own, "s3control", JOBS),
        ],
    ),
    calls("bucket.settle", &[(Named, "s3", READS), (Own, "s3", COPIES)]),
    calls(
        "bucket.prove_copy",
        &[
            (Named, "s3", READS),
            (Own, "s3", READS),
            (Own, "s3", "PutObject"),
            (Own, "s3control", JOBS),
            (Own, "athena", ATHENA),
        ],
    ),
    calls(
        "bucket.empty_source",
        &[(Source, "s3", EMPTIES), (Target, "s3", "ListObjectVersions")],
    ),
    calls("bucket.prove_kept", &[(Source, "s3", READS), (Target, "s3", READS)]),
    calls(
        "bucket.delete_source",
        &[(Source, "s3", "HeadBucket GetBucketLocation DeleteBucket")],
    ),
    calls(
        "bucket.win_name bucket.await_name",
        &[(Target, "s3", LOOKS), (Target, "s3", "CreateBucket DeleteBucket")],
    ),
    // Which document, the step's input says.
    calls("bucket.apply_document", &[]),
    calls(
        "bucket.discard",
        &[
            (Own, "s3", "HeadBucket GetBucketLocation DeleteBucket"),
            (Own, "s3", EMPTIES),
            (Own, "s3control", "ListJobs UpdateJobStatus"),
        ],
    ),
    calls(
        "bucket.ask_report bucket.withdraw_report bucket.await_reports",
        &[
            (
                Named,
                "s3",
                "GetBucketInventoryConfiguration PutBucketInventoryConfiguration DeleteBucketInventoryConfiguration",
            ),
            (Own, "s3", READS),
        ],
    ),
    calls(
        "bucket.make_database bucket.make_table bucket.drop_database bucket.compare_reports",
        &[
            (Own, "athena", ATHENA),
            (Own, "athena", "ListDatabases ListTableMetadata"),
            (Own, "s3", READS),
            (Own, "s3", COPIES),
        ],
    ),
    // Zones.
    calls(
        "zone.create_zone",
        &[
            (Named, "route53", "GetHostedZone ListResourceRecordSets GetDNSSEC"),
            (
                Target,
                "route53",
                "ListHostedZonesByName CreateHostedZone DeleteHostedZone GetHostedZone ListResourceRecordSets ChangeResourceRecordSets \
                 GetChange",
            ),
        ],
    ),
    calls(
        "zone.adopt_zone zone.release_zone zone.tag_zone",
        &[
            (Named, "route53", RECORDS),
            (Target, "route53", WRITES_RECORDS),
            (Target, "route53", TAGS_ZONE),
        ],
    ),
    calls(
        "zone.copy_records",
        &[
            (Named, "route53", RECORDS),
            (Target, "route53", WRITES_RECORDS),
            (Target, "route53", "GetHealthCheck ListHealthChecks"),
        ],
    ),
    calls(
        "zone.compare_records",
        &[
            (Named, "route53", RECORDS),
            (Named, "route53", "GetHealthCheck ListCidrBlocks"),
            (Target, "route53", RECORDS),
            (Target, "route53", "GetHealthCheck ListCidrBlocks"),
        ],
    ),
    calls("zone.set_ns_ttl", &[(Own, "route53", WRITES_RECORDS)]),
    calls(
        "zone.delegate zone.watch_answers",
        &[
            (Named, "route53", WRITES_RECORDS),
            (Target, "route53", RECORDS),
            (Target, "route53", TAGS_ZONE),
        ],
    ),
    calls(
        "zone.delegate_outside zone.check_parent",
        &[
            (Named, "route53", RECORDS),
            (Target, "route53", RECORDS),
            (Target, "route53", TAGS_ZONE),
        ],
    ),
    calls(
        "zone.keep_equal",
        &[(Named, "route53", WRITES_RECORDS), (Target, "route53", RECORDS)],
    ),
    calls(
        "zone.create_collection zone.adopt_collection zone.put_blocks",
        &[
            (Named, "route53", "ListCidrCollections ListCidrBlocks"),
            (
                Target,
                "route53",
                "ListCidrCollections ListCidrBlocks CreateCidrCollection ChangeCidrCollection DeleteCidrCollection \
                 GetChange",
            ),
        ],
    ),
    calls(
        "zone.copy_check zone.tag_check zone.await_health",
        &[
            (
                Named,
                "route53",
                "GetHealthCheck ListHealthChecks ListTagsForResource GetHealthCheckStatus",
            ),
            (
                Target,
                "route53",
                "GetHealthCheck ListHealthChecks ListTagsForResource GetHealthCheckStatus CreateHealthCheck DeleteHealthCheck \
                 ChangeTagsForResource",
            ),
        ],
    ),
    calls(
        "zone.await_certificate zone.await_issued zone.write_validation",
        &[
            (Target, "acm", "ListCertificates DescribeCertificate"),
            (Named, "route53", WRITES_RECORDS),
            (Own, "route53", RECORDS),
        ],
    ),
    calls("zone.change_record", &[(Own, "route53", WRITES_RECORDS)]),
    calls(
        "private_zone.create_zone",
        &[
            (Source, "route53", "GetHostedZone ListResourceRecordSets"),
            (
                Target,
                "route53",
                "GetHostedZone ListHostedZonesByName ListHostedZonesByVPC ListResourceRecordSets CreateHostedZone DeleteHostedZone \
                 ChangeResourceRecordSets GetChange",
            ),
        ],
    ),
    calls(
        "private_zone.authorise_vpc private_zone.withdraw_vpc",
        &[
            (
                Source,
                "route53",
                "GetHostedZone ListVPCAssociationAuthorizations CreateVPCAssociationAuthorization DeleteVPCAssociationAuthorization",
            ),
            (Target, "route53", "ListHostedZonesByVPC"),
        ],
    ),
    calls(
        "private_zone.associate_vpc",
        &[
            (Source, "route53", "GetHostedZone ListVPCAssociationAuthorizations"),
            (
                Target,
                "route53",
                "GetHostedZone ListHostedZonesByVPC AssociateVPCWithHostedZone DisassociateVPCFromHostedZone GetChange",
            ),
        ],
    ),
    // The delivery flow is looked at.
    calls(
        "delivery.look",
        &[
            (Source, "events", "ListEventBuses ListRules ListTargetsByRule"),
            (Source, "scheduler", "ListSchedules GetSchedule"),
            (
                Target,
                "iam",
                "GetRole ListOpenIDConnectProviders GetOpenIDConnectProvider",
            ),
            (Source, "ecr", "DescribeImages"),
            (Target, "ecr", "DescribeImages"),
            (Source, "ecs", ECS),
            (Target, "s3", "HeadBucket GetBucketLocation"),
        ],
    ),
];
