//! Which AWS operations a step may call, and in whose account: looking, doing, proving and taking back, over all routes and whatever goes wrong.
//!
//! Data, not code: a step that calls something new gets its line here. The whole runs of `tests/roles.rs` are carried out with roles that hold
//! exactly what follows from this table, and are refused by simcloud where it says too little.

use model::Side;
use serde_json::Value;

/// In whose account.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum At {
    /// The side that the step's spec names.
    Own,
    /// The source.
    Source,
    /// The target.
    Target,
    /// Every side that the step's input names: where a zone, its parent, a key or a bucket lies.
    Named,
}

use At::{Named, Own, Source, Target};

/// What some steps call.
pub(super) struct Calls {
    /// Their actions, separated by spaces.
    pub(super) of: &'static str,
    /// Side, service, operations.
    pub(super) made: &'static [(At, &'static str, &'static str)],
}

const fn calls(of: &'static str, made: &'static [(At, &'static str, &'static str)]) -> Calls {
    Calls { of, made }
}

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

/// Every action that calls AWS.
pub(super) const CALLS: &[Calls] = &[
    // Keys.
    calls(
        "key.create_target_key key.create_transport_key",
        &[(Own, "kms", "CreateKey DescribeKey ListKeys ListResourceTags")],
    ),
    calls("key.create_target_alias", &[(Target, "kms", "CreateAlias DeleteAlias ListAliases")]),
    calls("key.use_target_key", &[(Target, "kms", "DescribeKey")]),
    calls(
        "key.open_source_key key.open_target_key",
        &[
            (Own, "kms", "GetKeyPolicy PutKeyPolicy DescribeKey"),
            (Target, "kms", "DescribeKey"),
        ],
    ),
    calls("key.close_source_key key.close_target_key", &[(Own, "kms", "GetKeyPolicy PutKeyPolicy")]),
    calls("key.admit_users", &[(Target, "kms", "GetKeyPolicy PutKeyPolicy")]),
    calls(
        "key.prove_independence",
        &[
            (Source, "kms", "ListGrants"),
            (
                Target,
                "rds",
                "DescribeDBInstances DescribeDBClusters DescribeDBSnapshots DescribeDBClusterSnapshots",
            ),
            (Target, "ec2", "DescribeSnapshots DescribeVolumes"),
        ],
    ),
    // Writes to databases.
    calls(
        "writes.record_access",
        &[
            (Source, "rds", "DescribeDBInstances DescribeDBClusters DescribeDBSubnetGroups"),
            (Source, "monitoring", "GetMetricData"),
        ],
    ),
    calls(
        "writes.create_closed_group",
        &[
            (Source, "ec2", "DescribeSecurityGroups CreateSecurityGroup DeleteSecurityGroup"),
            (Source, "rds", "DescribeDBSubnetGroups"),
        ],
    ),
    calls(
        "writes.block_access",
        &[(
            Source,
            "rds",
            "DescribeDBInstances DescribeDBClusters DescribeDBSubnetGroups ModifyDBInstance ModifyDBCluster",
        )],
    ),
    calls(
        "writes.drop_connections",
        &[(Source, "rds", "DescribeDBInstances DescribeDBClusters DescribeDBSubnetGroups RebootDBInstance")],
    ),
    calls(
        "writes.prove_quiet writes.prove_unwritten",
        &[
            (Source, "monitoring", "GetMetricData"),
            (
                Source,
                "rds",
                "DescribeDBInstances DescribeDBClusters DescribeDBSnapshots DescribeDBClusterSnapshots DescribeDBSubnetGroups",
            ),
        ],
    ),
    // Snapshots of databases.
    calls(
        "database.create_snapshot",
        &[(
            Source,
            "rds",
            "DescribeDBInstances DescribeDBSnapshots CreateDBSnapshot DeleteDBSnapshot",
        )],
    ),
    calls(
        "cluster.create_snapshot",
        &[(
            Source,
            "rds",
            "DescribeDBClusters DescribeDBClusterSnapshots CreateDBClusterSnapshot DeleteDBClusterSnapshot",
        )],
    ),
    calls(
        "database.rekey_snapshot database.copy_at_hand database.copy_to_target",
        &[(Own, "rds", "DescribeDBInstances DescribeDBSnapshots CopyDBSnapshot DeleteDBSnapshot")],
    ),
    calls(
        "cluster.rekey_snapshot cluster.copy_at_hand cluster.copy_to_target",
        &[(
            Own,
            "rds",
            "DescribeDBClusters DescribeDBClusterSnapshots CopyDBClusterSnapshot DeleteDBClusterSnapshot",
        )],
    ),
    calls(
        "database.share_snapshot database.unshare_snapshot",
        &[(Source, "rds", "DescribeDBSnapshotAttributes ModifyDBSnapshotAttribute")],
    ),
    calls(
        "cluster.share_snapshot cluster.unshare_snapshot",
        &[(
            Source,
            "rds",
            "DescribeDBClusterSnapshotAttributes ModifyDBClusterSnapshotAttribute",
        )],
    ),
    calls(
        "database.delete_rekeyed_snapshot database.delete_source_snapshot database.delete_target_snapshot",
        &[(Own, "rds", "DescribeDBSnapshots DeleteDBSnapshot")],
    ),
    calls(
        "cluster.delete_rekeyed_snapshot cluster.delete_source_snapshot cluster.delete_target_snapshot",
        &[(Own, "rds", "DescribeDBClusterSnapshots DeleteDBClusterSnapshot")],
    ),
    // Databases and clusters as they are restored.
    calls(
        "database.create_option_group database.add_options",
        &[(
            Target,
            "rds",
            "DescribeOptionGroups ListTagsForResource CreateOptionGroup ModifyOptionGroup DeleteOptionGroup",
        )],
    ),
    calls(
        "database.create_parameter_group database.set_parameters",
        &[
            (Source, "rds", "DescribeDBParameterGroups DescribeDBParameters"),
            (
                Target,
                "rds",
                "DescribeDBParameterGroups DescribeDBParameters ListTagsForResource CreateDBParameterGroup \
                 ModifyDBParameterGroup DeleteDBParameterGroup",
            ),
        ],
    ),
    calls(
        "cluster.create_parameter_group cluster.set_parameters",
        &[
            (Source, "rds", "DescribeDBClusterParameterGroups DescribeDBClusterParameters"),
            (
                Target,
                "rds",
                "DescribeDBClusterParameterGroups DescribeDBClusterParameters ListTagsForResource \
                 CreateDBClusterParameterGroup ModifyDBClusterParameterGroup DeleteDBClusterParameterGroup",
            ),
        ],
    ),
    calls(
        "subnet_group.create_subnet_group",
        &[(
            Target,
            "rds",
            "DescribeDBSubnetGroups ListTagsForResource CreateDBSubnetGroup DeleteDBSubnetGroup",
        )],
    ),
    calls(
        "database.restore_instance",
        &[
            (Source, "rds", "DescribeDBInstances"),
            (
                Target,
                "rds",
                "DescribeDBInstances RestoreDBInstanceFromDBSnapshot ModifyDBInstance DeleteDBInstance",
            ),
        ],
    ),
    calls(
        "database.settle_instance database.manage_secret",
        &[(Target, "rds", "DescribeDBInstances ModifyDBInstance")],
    ),
    calls(
        "cluster.restore_cluster",
        &[
            (Source, "rds", "DescribeDBClusters"),
            (
                Target,
                "rds",
                "DescribeDBClusters DescribeDBInstances RestoreDBClusterFromSnapshot ModifyDBCluster DeleteDBCluster",
            ),
        ],
    ),
    calls(
        "cluster.clone_cluster",
        &[
            (Source, "rds", "DescribeDBClusters"),
            (
                Target,
                "rds",
                "DescribeDBClusters DescribeDBInstances RestoreDBClusterToPointInTime ModifyDBCluster DeleteDBCluster",
            ),
        ],
    ),
    calls(
        "cluster.share_cluster cluster.unshare_cluster",
        &[(
            Source,
            "ram",
            "GetResourceShares GetResourceShareAssociations CreateResourceShare DeleteResourceShare",
        )],
    ),
    calls(
        "cluster.accept_share",
        &[(
            Target,
            "ram",
            "GetResourceShares GetResourceShareInvitations AcceptResourceShareInvitation",
        )],
    ),
    calls(
        "cluster.create_member",
        &[
            (Source, "rds", "DescribeDBInstances DescribeDBClusters"),
            (Target, "rds", "DescribeDBInstances DescribeDBClusters CreateDBInstance DeleteDBInstance"),
        ],
    ),
    calls("cluster.check_members", &[(Target, "rds", "DescribeDBClusters DescribeDBInstances")]),
    calls(
        "cluster.settle_cluster cluster.manage_secret",
        &[(Target, "rds", "DescribeDBClusters DescribeDBInstances ModifyDBCluster")],
    ),
    calls("cluster.enable_data_api", &[(Target, "rds", "DescribeDBClusters DescribeDBInstances EnableHttpEndpoint")]),
    // Images, instances, volumes.
    calls(
        "image.rekey_image",
        &[(Source, "ec2", "DescribeImages DescribeSnapshots CopyImage DeregisterImage")],
    ),
    calls(
        "image.copy_image",
        &[
            (Source, "ec2", "DescribeImages DescribeSnapshots"),
            (Target, "ec2", "DescribeImages DescribeSnapshots CopyImage DeregisterImage"),
        ],
    ),
    calls(
        "image.share_image image.unshare_image",
        &[
            (Source, "ec2", "DescribeImageAttribute ModifyImageAttribute"),
            (Target, "ec2", "DescribeImages"),
        ],
    ),
    calls(
        "image.share_snapshot image.unshare_snapshot volume.share_snapshot volume.unshare_snapshot",
        &[
            (Source, "ec2", "DescribeSnapshotAttribute ModifySnapshotAttribute"),
            (Target, "ec2", "DescribeSnapshots"),
        ],
    ),
    calls("image.deprecate_image", &[(Target, "ec2", "DescribeImages EnableImageDeprecation")]),
    calls(
        "image.deregister_rekeyed_image image.deregister_source_image",
        &[(Source, "ec2", "DescribeImages DescribeSnapshots DeregisterImage")],
    ),
    calls("instance.stop_instance", &[(Source, "ec2", "DescribeInstances StopInstances StartInstances")]),
    calls(
        "instance.create_image",
        &[(
            Source,
            "ec2",
            "DescribeInstances DescribeImages DescribeSnapshots CreateImage DeregisterImage",
        )],
    ),
    calls("volume.create_snapshot", &[(Source, "ec2", "DescribeSnapshots CreateSnapshot DeleteSnapshot")]),
    calls(
        "volume.rekey_snapshot volume.copy_to_target",
        &[(Own, "ec2", "DescribeSnapshots CopySnapshot DeleteSnapshot")],
    ),
    calls(
        "volume.delete_rekeyed_snapshot volume.delete_source_snapshot volume.delete_target_snapshot",
        &[(Own, "ec2", "DescribeSnapshots DeleteSnapshot")],
    ),
    calls("volume.create_volume", &[(Target, "ec2", "DescribeVolumes CreateVolume DeleteVolume")]),
    // Caches.
    calls(
        "cache.create_snapshot cache.delete_snapshot",
        &[(Source, "elasticache", "DescribeSnapshots CreateSnapshot DeleteSnapshot")],
    ),
    calls(
        "cache.export_snapshot",
        &[
            (Source, "elasticache", "DescribeSnapshots CopySnapshot"),
            (Source, "s3", EMPTIES),
        ],
    ),
    calls(
        "cache.admit_export cache.admit_reading cache.end_export cache.own_files",
        &[(
            Named,
            "s3",
            "ListObjectVersions GetBucketAcl PutBucketAcl GetObjectAcl PutObjectAcl GetBucketOwnershipControls \
             PutBucketOwnershipControls GetBucketPolicy PutBucketPolicy DeleteBucketPolicy",
        ), (
            Own,
            "s3",
            "ListObjectVersions GetBucketAcl PutBucketAcl GetObjectAcl PutObjectAcl GetBucketOwnershipControls \
             PutBucketOwnershipControls GetBucketPolicy PutBucketPolicy DeleteBucketPolicy",
        )],
    ),
    calls("cache.copy_files", &[(Source, "s3", READS), (Target, "s3", COPIES)]),
    calls(
        "cache.create_group",
        &[
            (Source, "elasticache", "DescribeReplicationGroups DescribeCacheClusters ListTagsForResource"),
            (
                Target,
                "elasticache",
                "DescribeReplicationGroups DescribeCacheClusters ListTagsForResource CreateReplicationGroup \
                 DeleteReplicationGroup",
            ),
        ],
    ),
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
    calls("bucket.tag", &[(Own, "s3", "GetBucketTagging PutBucketTagging DeleteBucketTagging")]),
    calls("bucket.keep_versions", &[(Target, "s3", "GetBucketVersioning PutBucketVersioning")]),
    calls("bucket.record_configuration", &[(Source, "s3", DOCUMENTS)]),
    calls(
        "bucket.change_policy bucket.withdraw_grant bucket.admit_reports",
        &[
            (Named, "s3", "GetBucketPolicy PutBucketPolicy DeleteBucketPolicy"),
            (Own, "s3", "GetBucketPolicy PutBucketPolicy DeleteBucketPolicy"),
        ],
    ),
    calls("bucket.apply_policy", &[(Target, "s3", "GetBucketPolicy PutBucketPolicy DeleteBucketPolicy")]),
    calls(
        "bucket.pause_lifecycle",
        &[(Named, "s3", "GetBucketLifecycleConfiguration PutBucketLifecycleConfiguration DeleteBucketLifecycle")],
    ),
    calls(
        "bucket.restore_archived",
        &[
            (Source, "s3", "ListObjectVersions HeadObject GetObjectTagging RestoreObject"),
            (Target, "s3", "ListObjectVersions HeadObject RestoreObject GetObject"),
        ],
    ),
    calls(
        "bucket.note_archived",
        &[(Source, "s3", "ListObjectVersions HeadObject"), (Target, "s3", "ListObjectVersions HeadObject GetObject PutObject")],
    ),
    calls(
        "bucket.survey",
        &[(Named, "s3", "ListObjectVersions"), (Own, "s3", "ListObjectVersions GetObject")],
    ),
    calls(
        "bucket.write_manifests",
        &[(Named, "s3", "ListObjectVersions"), (Own, "s3", "ListObjectVersions GetObject"), (Own, "s3", WRITES)],
    ),
    calls(
        "bucket.copy_wave",
        &[(Target, "s3control", JOBS), (Target, "s3", "ListObjectVersions GetObject")],
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
    calls("bucket.empty_source", &[(Source, "s3", EMPTIES), (Target, "s3", "ListObjectVersions")]),
    calls("bucket.prove_kept", &[(Source, "s3", READS), (Target, "s3", READS)]),
    calls("bucket.delete_source", &[(Source, "s3", "HeadBucket GetBucketLocation DeleteBucket")]),
    calls(
        "bucket.win_name bucket.await_name",
        &[(Target, "s3", LOOKS), (Target, "s3", "CreateBucket DeleteBucket")],
    ),
    calls("bucket.apply_document", &[(Target, "s3", DOCUMENTS), (Target, "s3", PUTS)]),
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
    calls("zone.keep_equal", &[(Named, "route53", WRITES_RECORDS), (Target, "route53", RECORDS)]),
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
            (Named, "route53", "GetHealthCheck ListHealthChecks ListTagsForResource GetHealthCheckStatus"),
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
    // What a move has left goes.
    calls(
        "database.prove_replaced database.last_snapshot database.lift_protection database.delete_database",
        &[
            (
                Source,
                "rds",
                "DescribeDBInstances DescribeDBClusters DescribeDBSnapshots DescribeDBSnapshotAttributes CreateDBSnapshot ModifyDBInstance \
                 DeleteDBInstance DeleteDBSnapshot",
            ),
            (Source, "monitoring", "GetMetricData"),
            (Target, "rds", "DescribeDBInstances DescribeDBSnapshots"),
        ],
    ),
    calls(
        "cluster.prove_replaced cluster.last_snapshot cluster.lift_protection cluster.delete_member cluster.delete_database",
        &[
            (
                Source,
                "rds",
                "DescribeDBInstances DescribeDBClusters DescribeDBClusterSnapshots DescribeDBClusterSnapshotAttributes \
                 CreateDBClusterSnapshot ModifyDBInstance ModifyDBCluster DeleteDBInstance DeleteDBCluster DeleteDBClusterSnapshot",
            ),
            (Source, "monitoring", "GetMetricData"),
            (Target, "rds", "DescribeDBInstances DescribeDBClusters DescribeDBClusterSnapshots"),
        ],
    ),
    calls(
        "snapshot.prove_copied snapshot.delete_old",
        &[
            (
                Source,
                "rds",
                "DescribeDBSnapshots DescribeDBClusterSnapshots DescribeDBSnapshotAttributes DescribeDBClusterSnapshotAttributes \
                 DeleteDBSnapshot DeleteDBClusterSnapshot",
            ),
            (Target, "rds", "DescribeDBSnapshots DescribeDBClusterSnapshots"),
        ],
    ),
    calls(
        "group.prove_unused group.delete_group",
        &[
            (
                Source,
                "rds",
                "DescribeDBInstances DescribeDBClusters DescribeDBSnapshots DescribeDBClusterSnapshots DescribeDBParameterGroups \
                 DescribeDBClusterParameterGroups DescribeDBParameters DescribeDBClusterParameters DescribeDBSubnetGroups \
                 DescribeOptionGroups ListTagsForResource DeleteDBParameterGroup DeleteDBClusterParameterGroup DeleteDBSubnetGroup DeleteOptionGroup",
            ),
            (
                Target,
                "rds",
                "DescribeDBParameterGroups DescribeDBClusterParameterGroups DescribeDBParameters DescribeDBClusterParameters \
                 DescribeDBSubnetGroups DescribeOptionGroups ListTagsForResource",
            ),
            (
                Source,
                "elasticache",
                "DescribeReplicationGroups DescribeCacheClusters DescribeServerlessCaches DescribeCacheSubnetGroups DescribeCacheParameterGroups \
                 DescribeCacheParameters DeleteCacheSubnetGroup DeleteCacheParameterGroup",
            ),
        ],
    ),
    calls(
        "image.prove_copied image.deregister_old",
        &[
            (
                Source,
                "ec2",
                "DescribeImages DescribeImageAttribute DescribeImageReferences DescribeSnapshots DeregisterImage DeleteSnapshot",
            ),
            (Target, "ec2", "DescribeImages DescribeSnapshots"),
        ],
    ),
    calls(
        "instance.prove_imaged instance.lift_protection instance.terminate_instance",
        &[
            (
                Source,
                "ec2",
                "DescribeInstances DescribeInstanceAttribute DescribeVolumes DescribeImages ModifyInstanceAttribute TerminateInstances",
            ),
            (Target, "ec2", "DescribeImages DescribeSnapshots"),
        ],
    ),
    calls(
        "volume.prove_kept volume.delete_old",
        &[
            (
                Source,
                "ec2",
                "DescribeVolumes DescribeSnapshots DescribeImages DeleteVolume DeleteSnapshot",
            ),
            (Target, "ec2", "DescribeVolumes DescribeSnapshots"),
        ],
    ),
    calls(
        "cache.prove_replaced cache.last_snapshot cache.delete_cache",
        &[
            (
                Source,
                "elasticache",
                "DescribeReplicationGroups DescribeCacheClusters DescribeServerlessCaches DescribeSnapshots CreateSnapshot DeleteSnapshot \
                 DeleteReplicationGroup DeleteCacheCluster",
            ),
            (Source, "monitoring", "GetMetricData"),
            (
                Target,
                "elasticache",
                "DescribeReplicationGroups DescribeCacheClusters DescribeServerlessCaches",
            ),
        ],
    ),
    calls(
        "zone.prove_retired zone.delete_old_records zone.delete_old_zone",
        &[
            (Named, "route53", WRITES_RECORDS),
            (Named, "route53", "DeleteHostedZone"),
            (Target, "route53", RECORDS),
        ],
    ),
    calls(
        "key.look_at_old",
        &[
            (Source, "kms", "DescribeKey ListKeys ListAliases"),
            (
                Source,
                "rds",
                "DescribeDBInstances DescribeDBClusters DescribeDBSnapshots DescribeDBClusterSnapshots",
            ),
            (Source, "ec2", "DescribeSnapshots DescribeVolumes"),
            (
                Target,
                "rds",
                "DescribeDBInstances DescribeDBClusters DescribeDBSnapshots DescribeDBClusterSnapshots",
            ),
            (Target, "ec2", "DescribeSnapshots DescribeVolumes"),
        ],
    ),
    // The delivery flow is looked at.
    calls(
        "delivery.look",
        &[
            (Source, "events", "ListEventBuses ListRules ListTargetsByRule"),
            (Source, "scheduler", "ListSchedules GetSchedule"),
            (Target, "events", "ListEventBuses ListRules ListTargetsByRule"),
            (Target, "scheduler", "ListSchedules GetSchedule"),
            (Target, "iam", "GetRole ListOpenIDConnectProviders GetOpenIDConnectProvider"),
            (Target, "ecr", "DescribeImages"),
            (Target, "ecs", ECS),
            (Source, "ecr", "DescribeImages"),
            (Source, "ecs", ECS),
            (Target, "s3", "HeadBucket GetObject HeadObject"),
            (Source, "s3", "HeadBucket GetObject HeadObject"),
        ],
    ),
];

const ECS: &str = "ListTaskDefinitionFamilies DescribeTaskDefinition ListClusters ListServices DescribeServices";
const PUTS: &str = "PutBucketAbac PutBucketAccelerateConfiguration PutBucketCors DeleteBucketCors PutBucketEncryption DeleteBucketEncryption \
     PutBucketLifecycleConfiguration DeleteBucketLifecycle PutBucketLogging PutBucketNotificationConfiguration \
     PutBucketOwnershipControls DeleteBucketOwnershipControls PutBucketTagging DeleteBucketTagging \
     PutBucketWebsite DeleteBucketWebsite PutPublicAccessBlock DeletePublicAccessBlock PutBucketAnalyticsConfiguration \
     DeleteBucketAnalyticsConfiguration PutBucketMetricsConfiguration DeleteBucketMetricsConfiguration \
     PutBucketIntelligentTieringConfiguration DeleteBucketIntelligentTieringConfiguration PutBucketInventoryConfiguration \
     DeleteBucketInventoryConfiguration PutBucketReplication DeleteBucketReplication";

/// What an action may call of a step on a side with an input: side, service, operation.
pub(super) fn of(action: &str, side: Side, input: &Value) -> Vec<(Side, &'static str, &'static str)> {
    let mut found = Vec::new();
    let about = CALLS.iter().filter(|calls| calls.of.split_whitespace().any(|one| one == action));
    for (at, service, operations) in about.flat_map(|calls| calls.made) {
        let sides = match at {
            Own => vec![side],
            Source => vec![Side::Source],
            Target => vec![Side::Target],
            Named => sides_named(input),
        };
        for side in sides {
            found.extend(operations.split_whitespace().map(|operation| (side, *service, operation)));
        }
    }
    found
}

/// The actions that a retirement of what a move left behind consists of, by the action of the move that shows that it left something.
pub(super) const RETIRES: &[(&str, &str)] = &[
    (
        "database.copy_to_target",
        "database.prove_replaced database.last_snapshot database.lift_protection database.delete_database snapshot.prove_copied \
         snapshot.delete_old group.prove_unused group.delete_group",
    ),
    (
        "cluster.copy_to_target",
        "cluster.prove_replaced cluster.last_snapshot cluster.lift_protection cluster.delete_member cluster.delete_database \
         snapshot.prove_copied snapshot.delete_old group.prove_unused group.delete_group",
    ),
    (
        "cluster.clone_cluster",
        "cluster.prove_replaced cluster.last_snapshot cluster.lift_protection cluster.delete_member cluster.delete_database \
         snapshot.prove_copied snapshot.delete_old group.prove_unused group.delete_group",
    ),
    ("image.copy_image", "image.prove_copied image.deregister_old"),
    (
        "instance.create_image",
        "instance.prove_imaged instance.lift_protection instance.terminate_instance",
    ),
    ("volume.copy_to_target", "volume.prove_kept volume.delete_old"),
    (
        "cache.create_snapshot",
        "cache.prove_replaced cache.last_snapshot cache.delete_cache group.prove_unused group.delete_group",
    ),
    ("zone.delegate", "zone.prove_retired zone.delete_old_records zone.delete_old_zone"),
    (
        "zone.delegate_outside",
        "zone.prove_retired zone.delete_old_records zone.delete_old_zone",
    ),
    ("bucket.make", "bucket.prove_kept bucket.empty_source bucket.delete_source"),
    // The look asks of keys what still lies under them.
    ("key.create_target_key", "key.look_at_old"),
    ("key.create_transport_key", "key.look_at_old"),
];

/// The sides that an input names; where it names none, things lie in the source.
fn sides_named(input: &Value) -> Vec<Side> {
    let mut found = Vec::new();
    gather(input, &mut found);
    if found.is_empty() {
        found.push(Side::Source);
    }
    found.sort();
    found.dedup();
    found
}

fn gather(value: &Value, found: &mut Vec<Side>) {
    match value {
        Value::Object(members) => {
            for (name, member) in members {
                let side = match (name.as_str(), member.as_str()) {
                    ("side" | "old_side" | "of", Some("source")) => Some(Side::Source),
                    ("side" | "old_side" | "of", Some("target")) => Some(Side::Target),
                    ("side" | "old_side" | "of", Some("parent")) => Some(Side::Parent),
                    _ => None,
                };
                found.extend(side);
                gather(member, found);
            }
            // A zone of the source's leaves its side out.
            if members.contains_key("old") && !members.contains_key("old_side") {
                found.push(Side::Source);
            }
        }
        Value::Array(items) => items.iter().for_each(|item| gather(item, found)),
        _ => {}
    }
}
