//! What taking away what a move has left calls.

use super::At::{Named, Source, Target};
use super::{Calls, calls};

const RECORDS: &str = "GetHostedZone ListResourceRecordSets";
const WRITES_RECORDS: &str = "ChangeResourceRecordSets GetChange";

/// What parameter, subnet and option groups, and what uses them, are seen by.
const GROUPS: &str =
    "DescribeDBParameterGroups DescribeDBParameters DescribeDBSubnetGroups DescribeOptionGroups ListTagsForResource";
const CLUSTERS_GROUPS: &str = "DescribeDBClusterParameterGroups DescribeDBClusterParameters";

/// By action: what all of some steps see, and what each changes. Behind a `/` stands what it is about, where that decides.
pub(super) const RETIREMENT: &[Calls] = &[
    // What a move has left goes.
    calls(
        "database.prove_replaced database.lift_protection database.delete_database",
        &[
            (Source, "rds", "DescribeDBInstances"),
            (Source, "monitoring", "GetMetricData"),
            (Target, "rds", "DescribeDBInstances DescribeDBSnapshots"),
        ],
    ),
    calls(
        "database.last_snapshot",
        &[(
            Source,
            "rds",
            "DescribeDBInstances DescribeDBSnapshots CreateDBSnapshot DeleteDBSnapshot",
        )],
    ),
    calls("database.lift_protection", &[(Source, "rds", "ModifyDBInstance")]),
    calls(
        "database.delete_database",
        &[(Source, "rds", "DescribeDBSnapshots DeleteDBInstance")],
    ),
    calls(
        "cluster.prove_replaced cluster.lift_protection cluster.delete_member cluster.delete_database",
        &[
            (Source, "rds", "DescribeDBClusters"),
            (Source, "monitoring", "GetMetricData"),
            (Target, "rds", "DescribeDBClusters DescribeDBClusterSnapshots"),
        ],
    ),
    calls(
        "cluster.last_snapshot",
        &[(
            Source,
            "rds",
            "DescribeDBClusters DescribeDBClusterSnapshots CreateDBClusterSnapshot DeleteDBClusterSnapshot",
        )],
    ),
    calls("cluster.lift_protection", &[(Source, "rds", "ModifyDBCluster")]),
    calls(
        "cluster.delete_member",
        &[(Source, "rds", "DescribeDBInstances DeleteDBInstance")],
    ),
    calls(
        "cluster.delete_database",
        &[(Source, "rds", "DescribeDBClusterSnapshots DeleteDBCluster")],
    ),
    calls(
        "snapshot.prove_copied/database snapshot.delete_old/database",
        &[
            (Source, "rds", "DescribeDBSnapshots DescribeDBSnapshotAttributes"),
            (Target, "rds", "DescribeDBSnapshots"),
        ],
    ),
    calls("snapshot.delete_old/database", &[(Source, "rds", "DeleteDBSnapshot")]),
    calls(
        "snapshot.prove_copied/cluster snapshot.delete_old/cluster",
        &[
            (
                Source,
                "rds",
                "DescribeDBClusterSnapshots DescribeDBClusterSnapshotAttributes",
            ),
            (Target, "rds", "DescribeDBClusterSnapshots"),
        ],
    ),
    calls(
        "snapshot.delete_old/cluster",
        &[(Source, "rds", "DeleteDBClusterSnapshot")],
    ),
    calls(
        "group.prove_unused/database group.delete_group/database group.prove_unused/cluster group.delete_group/cluster",
        &[
            (
                Source,
                "rds",
                "DescribeDBInstances DescribeDBClusters DescribeDBSnapshots",
            ),
            (Source, "rds", GROUPS),
            (Target, "rds", GROUPS),
        ],
    ),
    calls(
        "group.delete_group/database group.delete_group/cluster",
        &[(
            Source,
            "rds",
            "DeleteDBParameterGroup DeleteDBSubnetGroup DeleteOptionGroup",
        )],
    ),
    calls(
        "group.prove_unused/cluster group.delete_group/cluster",
        &[(Source, "rds", CLUSTERS_GROUPS), (Target, "rds", CLUSTERS_GROUPS)],
    ),
    calls(
        "group.delete_group/cluster",
        &[(Source, "rds", "DeleteDBClusterParameterGroup")],
    ),
    calls(
        "group.prove_unused/cache group.delete_group/cache",
        &[(
            Source,
            "elasticache",
            "DescribeReplicationGroups DescribeCacheClusters DescribeServerlessCaches DescribeCacheSubnetGroups DescribeCacheParameterGroups \
             DescribeCacheParameters",
        )],
    ),
    calls(
        "group.delete_group/cache",
        &[(
            Source,
            "elasticache",
            "DeleteCacheSubnetGroup DeleteCacheParameterGroup",
        )],
    ),
    calls(
        "image.prove_copied image.deregister_old",
        &[
            (
                Source,
                "ec2",
                "DescribeImages DescribeImageAttribute DescribeImageReferences",
            ),
            (Target, "ec2", "DescribeImages DescribeSnapshots"),
        ],
    ),
    calls(
        "image.deregister_old",
        &[(Source, "ec2", "DescribeSnapshots DeregisterImage")],
    ),
    calls(
        "instance.prove_imaged instance.lift_protection instance.terminate_instance",
        &[
            // The look before asks for protection and for disks of the machine's own.
            (
                Source,
                "ec2",
                "DescribeInstances DescribeInstanceAttribute DescribeInstanceTypes DescribeVolumes",
            ),
            (Target, "ec2", "DescribeImages"),
        ],
    ),
    calls(
        "instance.lift_protection",
        &[(Source, "ec2", "ModifyInstanceAttribute")],
    ),
    calls("instance.terminate_instance", &[(Source, "ec2", "TerminateInstances")]),
    calls(
        "volume.prove_kept volume.delete_old",
        &[
            (Source, "ec2", "DescribeVolumes DescribeSnapshots DescribeImages"),
            (Target, "ec2", "DescribeVolumes DescribeSnapshots"),
        ],
    ),
    calls("volume.delete_old", &[(Source, "ec2", "DeleteVolume DeleteSnapshot")]),
    calls(
        "cache.prove_replaced cache.delete_cache",
        &[
            // The look before lists everything there is of caches.
            (
                Source,
                "elasticache",
                "DescribeReplicationGroups DescribeCacheClusters DescribeServerlessCaches DescribeCacheSubnetGroups DescribeCacheParameterGroups \
                 ListTagsForResource",
            ),
            (Source, "monitoring", "GetMetricData"),
            (Target, "elasticache", "DescribeReplicationGroups DescribeCacheClusters"),
        ],
    ),
    calls(
        "cache.last_snapshot",
        &[(
            Source,
            "elasticache",
            "DescribeReplicationGroups DescribeCacheClusters DescribeSnapshots CreateSnapshot DeleteSnapshot",
        )],
    ),
    calls(
        "cache.delete_cache",
        &[(
            Source,
            "elasticache",
            "DescribeSnapshots DeleteReplicationGroup DeleteCacheCluster",
        )],
    ),
    calls(
        "zone.prove_retired zone.delete_old_records zone.delete_old_zone",
        &[(Named, "route53", RECORDS), (Target, "route53", RECORDS)],
    ),
    calls("zone.delete_old_records", &[(Named, "route53", WRITES_RECORDS)]),
    calls("zone.delete_old_zone", &[(Named, "route53", "DeleteHostedZone")]),
    calls(
        "key.look_at_old",
        &[
            (Source, "kms", "DescribeKey ListKeys"),
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
        "database.prove_replaced database.last_snapshot database.lift_protection database.delete_database snapshot.prove_copied/database \
         snapshot.delete_old/database group.prove_unused/database group.delete_group/database",
    ),
    (
        "cluster.copy_to_target",
        "cluster.prove_replaced cluster.last_snapshot cluster.lift_protection cluster.delete_member cluster.delete_database \
         snapshot.prove_copied/cluster snapshot.delete_old/cluster group.prove_unused/cluster group.delete_group/cluster",
    ),
    (
        "cluster.clone_cluster",
        "cluster.prove_replaced cluster.last_snapshot cluster.lift_protection cluster.delete_member cluster.delete_database \
         snapshot.prove_copied/cluster snapshot.delete_old/cluster group.prove_unused/cluster group.delete_group/cluster",
    ),
    ("image.copy_image", "image.prove_copied image.deregister_old"),
    (
        "instance.create_image",
        "instance.prove_imaged instance.lift_protection instance.terminate_instance",
    ),
    ("volume.copy_to_target", "volume.prove_kept volume.delete_old"),
    (
        "cache.create_snapshot",
        "cache.prove_replaced cache.last_snapshot cache.delete_cache group.prove_unused/cache group.delete_group/cache",
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
