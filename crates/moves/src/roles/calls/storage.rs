//! What the steps of keys, databases, clusters, images, instances, volumes and caches call.

use super::At::{Named, Own, Source, Target};
use super::{Calls, calls};

/// What reads a bucket's versions and their contents.
const READS: &str = "ListObjectVersions HeadObject GetObject GetObjectTagging";
/// What copies one object, in one call or in parts, and takes it back.
const COPIES: &str = "ListObjectVersions HeadObject GetObject GetObjectTagging CopyObject CreateMultipartUpload UploadPart UploadPartCopy \
     CompleteMultipartUpload AbortMultipartUpload ListParts ListMultipartUploads PutObject DeleteObject DeleteObjects";

/// By action; behind a `/` the kind of resource, where that decides.
pub(super) const STORAGE: &[Calls] = &[
    // Keys.
    calls(
        "key.create_target_key key.create_transport_key",
        &[(Own, "kms", "CreateKey DescribeKey ListKeys ListResourceTags")],
    ),
    calls(
        "key.create_target_alias",
        &[(Target, "kms", "CreateAlias DeleteAlias ListAliases")],
    ),
    calls("key.use_target_key", &[(Target, "kms", "DescribeKey")]),
    calls(
        "key.open_source_key key.open_target_key",
        &[
            (Own, "kms", "GetKeyPolicy PutKeyPolicy DescribeKey"),
            (Target, "kms", "DescribeKey"),
        ],
    ),
    calls(
        "key.close_source_key key.close_target_key",
        &[(Own, "kms", "GetKeyPolicy PutKeyPolicy")],
    ),
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
    // Writes to databases and clusters.
    calls(
        "writes.record_access/database writes.block_access/database writes.drop_connections/database writes.prove_quiet/database",
        &[(Source, "rds", "DescribeDBInstances")],
    ),
    calls(
        "writes.record_access/cluster writes.block_access/cluster writes.drop_connections/cluster writes.prove_quiet/cluster",
        &[(Source, "rds", "DescribeDBClusters DescribeDBSubnetGroups")],
    ),
    calls(
        "writes.record_access writes.prove_quiet writes.prove_unwritten",
        &[(Source, "monitoring", "GetMetricData")],
    ),
    calls(
        "writes.create_closed_group",
        &[(
            Source,
            "ec2",
            "DescribeSecurityGroups CreateSecurityGroup DeleteSecurityGroup",
        )],
    ),
    calls("writes.block_access/database", &[(Source, "rds", "ModifyDBInstance")]),
    calls("writes.block_access/cluster", &[(Source, "rds", "ModifyDBCluster")]),
    calls("writes.drop_connections", &[(Source, "rds", "RebootDBInstance")]),
    calls(
        "writes.drop_connections/cluster",
        &[(Source, "rds", "DescribeDBInstances")],
    ),
    calls(
        "writes.prove_unwritten/database",
        &[(Source, "rds", "DescribeDBSnapshots")],
    ),
    calls(
        "writes.prove_unwritten/cluster",
        &[(Source, "rds", "DescribeDBClusterSnapshots")],
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
        "database.rekey_snapshot database.copy_at_hand",
        &[(
            Own,
            "rds",
            "DescribeDBInstances DescribeDBSnapshots CopyDBSnapshot DeleteDBSnapshot",
        )],
    ),
    calls(
        "database.copy_to_target",
        &[(Own, "rds", "DescribeDBSnapshots CopyDBSnapshot DeleteDBSnapshot")],
    ),
    calls(
        "cluster.rekey_snapshot cluster.copy_at_hand",
        &[(
            Own,
            "rds",
            "DescribeDBClusters DescribeDBClusterSnapshots CopyDBClusterSnapshot DeleteDBClusterSnapshot",
        )],
    ),
    calls(
        "cluster.copy_to_target",
        &[(
            Own,
            "rds",
            "DescribeDBClusterSnapshots CopyDBClusterSnapshot DeleteDBClusterSnapshot",
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
        "database.create_option_group",
        &[(
            Target,
            "rds",
            "DescribeOptionGroups ListTagsForResource CreateOptionGroup DeleteOptionGroup",
        )],
    ),
    calls(
        "database.add_options",
        &[(
            Target,
            "rds",
            "DescribeOptionGroups ListTagsForResource ModifyOptionGroup",
        )],
    ),
    calls(
        "database.create_parameter_group",
        &[
            (Source, "rds", "DescribeDBParameters"),
            (
                Target,
                "rds",
                "DescribeDBParameterGroups ListTagsForResource CreateDBParameterGroup DeleteDBParameterGroup",
            ),
        ],
    ),
    calls(
        "database.set_parameters",
        &[(Target, "rds", "DescribeDBParameters ModifyDBParameterGroup")],
    ),
    calls(
        "cluster.create_parameter_group",
        &[
            (Source, "rds", "DescribeDBClusterParameters"),
            (
                Target,
                "rds",
                "DescribeDBClusterParameterGroups ListTagsForResource CreateDBClusterParameterGroup DeleteDBClusterParameterGroup",
            ),
        ],
    ),
    calls(
        "cluster.set_parameters",
        &[(
            Target,
            "rds",
            "DescribeDBClusterParameters ModifyDBClusterParameterGroup",
        )],
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
                "DescribeDBClusters RestoreDBClusterFromSnapshot ModifyDBCluster DeleteDBCluster",
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
                "DescribeDBClusters RestoreDBClusterToPointInTime ModifyDBCluster DeleteDBCluster",
            ),
        ],
    ),
    calls(
        "cluster.share_cluster",
        &[(
            Source,
            "ram",
            "GetResourceShares GetResourceShareAssociations CreateResourceShare DeleteResourceShare",
        )],
    ),
    calls(
        "cluster.unshare_cluster",
        &[(Source, "ram", "GetResourceShares DeleteResourceShare")],
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
            (Source, "rds", "DescribeDBInstances"),
            (
                Target,
                "rds",
                "DescribeDBInstances DescribeDBClusters CreateDBInstance DeleteDBInstance",
            ),
        ],
    ),
    calls("cluster.check_members", &[(Target, "rds", "DescribeDBClusters")]),
    calls(
        "cluster.settle_cluster cluster.manage_secret",
        &[(Target, "rds", "DescribeDBClusters ModifyDBCluster")],
    ),
    calls(
        "cluster.enable_data_api",
        &[(Target, "rds", "DescribeDBClusters EnableHttpEndpoint")],
    ),
    // Images, instances, volumes.
    calls(
        "image.rekey_image",
        &[(
            Source,
            "ec2",
            "DescribeImages DescribeSnapshots CopyImage DeregisterImage",
        )],
    ),
    calls(
        "image.copy_image",
        &[
            (Source, "ec2", "DescribeImages"),
            (
                Target,
                "ec2",
                "DescribeImages DescribeSnapshots CopyImage DeregisterImage",
            ),
        ],
    ),
    calls(
        "image.share_image image.unshare_image",
        &[(Source, "ec2", "DescribeImageAttribute ModifyImageAttribute")],
    ),
    calls("image.share_image", &[(Target, "ec2", "DescribeImages")]),
    calls(
        "image.share_snapshot image.unshare_snapshot volume.share_snapshot volume.unshare_snapshot",
        &[(Source, "ec2", "DescribeSnapshotAttribute ModifySnapshotAttribute")],
    ),
    calls(
        "image.share_snapshot volume.share_snapshot",
        &[(Target, "ec2", "DescribeSnapshots")],
    ),
    calls(
        "image.deprecate_image",
        &[(Target, "ec2", "DescribeImages EnableImageDeprecation")],
    ),
    calls(
        "image.deregister_rekeyed_image image.deregister_source_image",
        &[(Source, "ec2", "DescribeImages DescribeSnapshots DeregisterImage")],
    ),
    calls(
        "instance.stop_instance",
        &[(Source, "ec2", "DescribeInstances StopInstances StartInstances")],
    ),
    calls(
        "instance.create_image",
        &[(
            Source,
            "ec2",
            "DescribeInstances DescribeImages DescribeSnapshots CreateImage DeregisterImage",
        )],
    ),
    calls(
        "volume.create_snapshot",
        &[(Source, "ec2", "DescribeSnapshots CreateSnapshot DeleteSnapshot")],
    ),
    calls(
        "volume.rekey_snapshot volume.copy_to_target",
        &[(Own, "ec2", "DescribeSnapshots CopySnapshot DeleteSnapshot")],
    ),
    calls(
        "volume.delete_rekeyed_snapshot volume.delete_source_snapshot volume.delete_target_snapshot",
        &[(Own, "ec2", "DescribeSnapshots DeleteSnapshot")],
    ),
    calls(
        "volume.create_volume",
        &[(Target, "ec2", "DescribeVolumes CreateVolume DeleteVolume")],
    ),
    // Caches.
    calls(
        "cache.create_snapshot",
        &[(Source, "elasticache", "DescribeSnapshots CreateSnapshot DeleteSnapshot")],
    ),
    calls(
        "cache.delete_snapshot",
        &[(Source, "elasticache", "DescribeSnapshots DeleteSnapshot")],
    ),
    calls(
        "cache.export_snapshot",
        &[
            (Source, "elasticache", "DescribeSnapshots CopySnapshot"),
            (Source, "s3", "ListObjectVersions DeleteObjects"),
        ],
    ),
    calls(
        "cache.admit_export cache.end_export",
        &[(Named, "s3", "GetBucketAcl PutBucketAcl")],
    ),
    calls(
        "cache.own_files",
        &[(Named, "s3", "GetBucketOwnershipControls PutBucketOwnershipControls")],
    ),
    calls("cache.admit_reading", &[(Target, "s3", "GetObjectAcl PutObjectAcl")]),
    calls("cache.copy_files", &[(Source, "s3", READS), (Target, "s3", COPIES)]),
    calls(
        "cache.create_group",
        &[
            (Source, "elasticache", "DescribeReplicationGroups DescribeCacheClusters"),
            (
                Target,
                "elasticache",
                "DescribeReplicationGroups DescribeCacheClusters ListTagsForResource CreateReplicationGroup \
                 DeleteReplicationGroup",
            ),
        ],
    ),
];
