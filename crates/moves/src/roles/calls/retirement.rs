//! What taking away what a move has left calls.

use super::At::{Named, Source, Target};
use super::{Calls, calls};

const RECORDS: &str = "GetHostedZone ListResourceRecordSets";
const WRITES_RECORDS: &str = "GetHostedZone ListResourceRecordSets ChangeResourceRecordSets GetChange";

/// By action.
pub(super) const RETIREMENT: &[Calls] = &[
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
            (
                Target,
                "rds",
                "DescribeDBInstances DescribeDBClusters DescribeDBClusterSnapshots",
            ),
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
];

/// The actions that a retirement of what a move left behind consists of, by the action of the move that shows that it left something.
pub(in crate::roles) const RETIRES: &[(&str, &str)] = &[
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
    (
        "zone.delegate",
        "zone.prove_retired zone.delete_old_records zone.delete_old_zone",
    ),
    (
        "zone.delegate_outside",
        "zone.prove_retired zone.delete_old_records zone.delete_old_zone",
    ),
    (
        "bucket.make",
        "bucket.prove_kept bucket.empty_source bucket.delete_source",
    ),
    // The look asks of keys what still lies under them.
    ("key.create_target_key", "key.look_at_old"),
    ("key.create_transport_key", "key.look_at_old"),
];
