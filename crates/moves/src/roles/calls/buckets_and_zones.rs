//! What the steps of buckets, zones and the look at the delivery flow call.

use super::At::{Named, Own, Source, Target};
use super::{Calls, calls};

/// What follows a job of S3 Batch Operations, and reads its reports.
const JOBS: &str = "CreateJob DescribeJob ListJobs";
/// What ends a job that is still at work in what is taken back.
const ENDS_JOBS: &str = "ListJobs UpdateJobStatus";
/// What looks whether a bucket is there, and where.
const LOOKS: &str = "HeadBucket GetBucketLocation";
const DOCUMENTS: &str = "GetBucketAbac GetBucketAccelerateConfiguration GetBucketAcl GetBucketCors GetBucketEncryption \
     GetBucketLifecycleConfiguration GetBucketLogging GetBucketNotificationConfiguration GetBucketOwnershipControls GetBucketPolicy \
     GetBucketReplication GetBucketTagging GetBucketVersioning GetBucketWebsite GetObjectLockConfiguration \
     GetPublicAccessBlock ListBucketAnalyticsConfigurations ListBucketIntelligentTieringConfigurations \
     ListBucketInventoryConfigurations ListBucketMetricsConfigurations";
/// What takes versions, markers and unfinished uploads out of a bucket.
const EMPTIES: &str = "ListObjectVersions DeleteObject DeleteObjects ListMultipartUploads AbortMultipartUpload";
const LISTS: &str = "ListObjectVersions";
/// What lists a bucket, and reads a report, a note or a manifest in it.
const READS: &str = "ListObjectVersions GetObject";
/// What writes one file; in parts, it is the same action of IAM.
const WRITES: &str = "PutObject";
const ATHENA: &str = "StartQueryExecution GetQueryExecution";
const RECORDS: &str = "ListResourceRecordSets";
/// What asks a zone's servers whether they say what is stored.
const ASKS_SERVERS: &str = "GetHostedZone ListResourceRecordSets";
const WRITES_RECORDS: &str = "GetHostedZone ListResourceRecordSets ChangeResourceRecordSets GetChange";
const TAGS: &str = "ListTagsForResource ChangeTagsForResource";
const ECS: &str = "ListTaskDefinitionFamilies DescribeTaskDefinition ListClusters ListServices DescribeServices";

/// By action: what all of some steps call, and what each calls beside.
pub(super) const BUCKETS_AND_ZONES: &[Calls] = &[
    // Buckets.
    calls(
        "bucket.make",
        &[
            (Own, "s3", LOOKS),
            (Own, "s3", "CreateBucket DeleteBucket"),
            (Own, "s3", EMPTIES),
            (Own, "s3control", ENDS_JOBS),
        ],
    ),
    // Buckets that ElastiCache writes into and reads from are made with ACLs, which is an action of its own.
    calls("bucket.make/cache", &[(Own, "s3", "PutBucketOwnershipControls")]),
    calls("bucket.tag", &[(Own, "s3", "GetBucketTagging PutBucketTagging")]),
    calls(
        "bucket.keep_versions",
        &[(Target, "s3", "GetBucketVersioning PutBucketVersioning")],
    ),
    calls("bucket.record_configuration", &[(Source, "s3", DOCUMENTS)]),
    calls(
        "bucket.change_policy bucket.withdraw_grant",
        &[(Named, "s3", "GetBucketPolicy PutBucketPolicy DeleteBucketPolicy")],
    ),
    calls(
        "bucket.apply_policy bucket.admit_reports",
        &[(Target, "s3", "GetBucketPolicy PutBucketPolicy DeleteBucketPolicy")],
    ),
    calls(
        "bucket.pause_lifecycle",
        &[(
            Source,
            "s3",
            "GetBucketLifecycleConfiguration PutBucketLifecycleConfiguration DeleteBucketLifecycle",
        )],
    ),
    calls(
        "bucket.restore_archived",
        &[
            (Source, "s3", "ListObjectVersions HeadObject RestoreObject"),
            (Target, "s3", READS),
        ],
    ),
    calls("bucket.note_archived", &[(Source, "s3", LISTS), (Target, "s3", WRITES)]),
    calls(
        "bucket.survey bucket.write_manifests",
        &[(Named, "s3", LISTS), (Own, "s3", READS)],
    ),
    calls("bucket.write_manifests", &[(Own, "s3", WRITES)]),
    calls(
        "bucket.copy_wave",
        &[(Target, "s3control", JOBS), (Target, "s3", READS)],
    ),
    calls(
        "bucket.replicate_rule bucket.end_rule",
        &[(Named, "s3", "GetBucketReplication DeleteBucketReplication")],
    ),
    calls(
        "bucket.replicate_rule",
        &[(Named, "s3", "PutBucketReplication"), (Named, "s3control", ENDS_JOBS)],
    ),
    calls(
        "bucket.replicate",
        &[
            (Named, "s3", "ListObjectVersions HeadObject"),
            (Target, "s3", READS),
            (Target, "s3", WRITES),
            // What has been expired for good since is taken out of the replicas again.
            (Target, "s3", "DeleteObject DeleteObjects"),
            (Named, "s3control", JOBS),
        ],
    ),
    calls(
        "bucket.settle",
        &[
            (Named, "s3", "ListObjectVersions HeadObject GetObject GetObjectTagging"),
            (
                Own,
                "s3",
                "CopyObject CreateMultipartUpload UploadPartCopy CompleteMultipartUpload AbortMultipartUpload ListParts ListMultipartUploads \
                 DeleteObject DeleteObjects",
            ),
        ],
    ),
    calls(
        "bucket.prove_copy",
        &[
            (Named, "s3", "ListObjectVersions HeadObject GetObject GetObjectTagging"),
            (Own, "s3", WRITES),
            (Own, "s3control", JOBS),
        ],
    ),
    calls("bucket.empty_source", &[(Source, "s3", EMPTIES), (Target, "s3", LISTS)]),
    calls("bucket.prove_kept", &[(Source, "s3", LISTS), (Target, "s3", LISTS)]),
    calls(
        "bucket.delete_source",
        &[(Source, "s3", LOOKS), (Source, "s3", "DeleteBucket")],
    ),
    calls(
        "bucket.win_name bucket.await_name",
        &[(Target, "s3", LOOKS), (Target, "s3", LISTS)],
    ),
    calls("bucket.win_name", &[(Target, "s3", "CreateBucket")]),
    // Which document, the step's input says.
    calls("bucket.apply_document", &[]),
    calls(
        "bucket.discard",
        &[
            (Own, "s3", LOOKS),
            (Own, "s3", "DeleteBucket"),
            (Own, "s3", EMPTIES),
            (Own, "s3control", ENDS_JOBS),
        ],
    ),
    calls(
        "bucket.ask_report bucket.withdraw_report",
        &[(
            Named,
            "s3",
            "GetBucketInventoryConfiguration PutBucketInventoryConfiguration DeleteBucketInventoryConfiguration",
        )],
    ),
    calls("bucket.await_reports", &[(Own, "s3", READS)]),
    calls(
        "bucket.make_database bucket.make_table bucket.drop_database bucket.compare_reports",
        &[(Own, "athena", ATHENA), (Own, "s3", READS)],
    ),
    calls(
        "bucket.make_database bucket.drop_database",
        &[(Own, "athena", "ListDatabases")],
    ),
    calls("bucket.make_table", &[(Own, "athena", "ListTableMetadata")]),
    // The proof reads what Athena found.
    calls(
        "bucket.compare_reports bucket.prove_copy",
        &[(Own, "athena", "GetQueryResults")],
    ),
    // Zones.
    calls(
        "zone.create_zone",
        &[
            (Named, "route53", ASKS_SERVERS),
            (
                Target,
                "route53",
                "ListHostedZonesByName CreateHostedZone DeleteHostedZone GetHostedZone ListResourceRecordSets ChangeResourceRecordSets",
            ),
        ],
    ),
    calls(
        "zone.adopt_zone",
        &[
            (Named, "route53", ASKS_SERVERS),
            (
                Target,
                "route53",
                "GetHostedZone ListResourceRecordSets ChangeResourceRecordSets",
            ),
        ],
    ),
    calls(
        "zone.adopt_zone zone.release_zone zone.tag_zone",
        &[(Target, "route53", TAGS)],
    ),
    calls(
        "zone.copy_records",
        &[
            (Named, "route53", RECORDS),
            (
                Target,
                "route53",
                "ListResourceRecordSets ChangeResourceRecordSets GetChange",
            ),
        ],
    ),
    calls(
        "zone.compare_records",
        &[
            (Named, "route53", ASKS_SERVERS),
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
            (Target, "route53", TAGS),
        ],
    ),
    calls(
        "zone.delegate_outside",
        &[
            (Named, "route53", RECORDS),
            (Target, "route53", RECORDS),
            (Target, "route53", TAGS),
        ],
    ),
    calls(
        "zone.keep_equal",
        &[
            (Named, "route53", "ListResourceRecordSets ChangeResourceRecordSets"),
            (Target, "route53", RECORDS),
        ],
    ),
    calls(
        "zone.create_collection zone.adopt_collection zone.put_blocks",
        &[(Target, "route53", "ListCidrCollections ListCidrBlocks")],
    ),
    calls(
        "zone.adopt_collection zone.put_blocks",
        &[(Named, "route53", "ListCidrBlocks")],
    ),
    calls(
        "zone.create_collection",
        &[(
            Target,
            "route53",
            "CreateCidrCollection ChangeCidrCollection DeleteCidrCollection",
        )],
    ),
    calls(
        "zone.put_blocks",
        &[(Target, "route53", "ChangeCidrCollection GetChange")],
    ),
    calls(
        "zone.copy_check",
        &[
            (Named, "route53", "GetHealthCheck"),
            (
                Target,
                "route53",
                "ListHealthChecks CreateHealthCheck DeleteHealthCheck",
            ),
        ],
    ),
    calls("zone.tag_check", &[(Target, "route53", TAGS)]),
    calls(
        "zone.await_health",
        &[
            (Named, "route53", "GetHealthCheckStatus"),
            (Target, "route53", "GetHealthCheckStatus"),
        ],
    ),
    calls(
        "zone.await_certificate zone.await_issued",
        &[(Target, "acm", "ListCertificates DescribeCertificate")],
    ),
    calls(
        "zone.await_certificate",
        &[(Named, "route53", RECORDS), (Target, "route53", RECORDS)],
    ),
    calls(
        "zone.write_validation",
        &[
            (
                Named,
                "route53",
                "ListResourceRecordSets ChangeResourceRecordSets GetChange",
            ),
            (
                Own,
                "route53",
                "ListResourceRecordSets ChangeResourceRecordSets GetChange",
            ),
        ],
    ),
    calls("zone.change_record", &[(Own, "route53", WRITES_RECORDS)]),
    calls(
        "private_zone.create_zone",
        &[
            (Source, "route53", "GetHostedZone"),
            (
                Target,
                "route53",
                "GetHostedZone ListHostedZonesByName ListHostedZonesByVPC ListResourceRecordSets CreateHostedZone DeleteHostedZone \
                 ChangeResourceRecordSets",
            ),
        ],
    ),
    calls(
        "private_zone.authorise_vpc",
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
        "private_zone.withdraw_vpc",
        &[(
            Source,
            "route53",
            "ListVPCAssociationAuthorizations DeleteVPCAssociationAuthorization",
        )],
    ),
    calls(
        "private_zone.associate_vpc",
        &[
            (Source, "route53", "GetHostedZone"),
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
