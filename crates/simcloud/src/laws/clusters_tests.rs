//! The laws over clusters and their snapshots, each with a fault that breaks it.

use serde_json::json;

use super::night::*;
use super::*;

fn cluster() -> rds::Place {
    (account(SOURCE), caller(SOURCE).region, "shop-aurora".to_owned())
}

fn delete_source_cluster(night: &mut Night) {
    let member = json!({"DBInstanceIdentifier": "shop-aurora-1", "SkipFinalSnapshot": true});
    night.ok(SOURCE, "rds DeleteDBInstance", member);
    night.pass(7200);
    let cluster = json!({"DBClusterIdentifier": "shop-aurora", "SkipFinalSnapshot": true});
    night.ok(SOURCE, "rds DeleteDBCluster", cluster);
}

fn delete_snapshot(night: &mut Night, name: &str) {
    let input = json!({"DBClusterSnapshotIdentifier": name});
    night.ok(SOURCE, "rds DeleteDBClusterSnapshot", input);
}

#[test]
fn a_whole_move_of_a_cluster_breaks_nothing() {
    let mut night = Night::new();
    let arn = night.cluster_snapshot("transport", "snapshot");
    night.share_cluster(&arn, "ValuesToAdd", TARGET);
    night.restore_cluster(&arn, Some(TARGET_KEY));
    night.share_cluster(&arn, "ValuesToRemove", TARGET);
    delete_snapshot(&mut night, "transport");
    at_end(&mut night.cloud, &lasting(&["shop-aurora", "shop-aurora-1"]));
    assert_eq!(night.cloud.laws.broken, []);
}

#[test]
fn law_1_a_cluster_is_kept_until_another_holds_what_was_last_written_to_it() {
    let mut night = Night::new();
    night.cluster_snapshot("early", "snapshot");
    rds::write_cluster_data(&mut night.cloud, &cluster());
    delete_source_cluster(&mut night);
    night.breaks_only(1, "cluster:shop-aurora");

    let mut night = Night::new();
    rds::write_cluster_data(&mut night.cloud, &cluster());
    night.cluster_snapshot("late", "snapshot");
    delete_source_cluster(&mut night);
    night.pass(7200);
    assert_eq!(night.broken(), [0; 0], "its members hold nothing of their own");
    delete_snapshot(&mut night, "late");
    night.breaks_only(1, "cluster:shop-aurora");
}

#[test]
fn law_2_a_cluster_snapshot_shared_with_a_stranger_or_left_shared() {
    let mut night = Night::new();
    let arn = night.cluster_snapshot("transport", "snapshot");
    night.share_cluster(&arn, "ValuesToAdd", STRANGER);
    night.share_cluster(&arn, "ValuesToRemove", STRANGER);
    night.breaks_only(2, "transport admits 333333333333");

    let mut night = Night::new();
    let arn = night.cluster_snapshot("transport", "snapshot");
    night.share_cluster(&arn, "ValuesToAdd", TARGET);
    assert_eq!(night.broken(), [0; 0]);
    at_end(&mut night.cloud, &lasting(&["transport"]));
    night.breaks_only(2, "transport admits 222222222222");
}

#[test]
fn law_5_a_cluster_in_the_target_under_a_key_of_the_source() {
    let mut night = Night::new();
    night.open_key(Some(TARGET));
    night.pass(600);
    let arn = night.cluster_snapshot("transport", "snapshot");
    night.share_cluster(&arn, "ValuesToAdd", TARGET);
    night.restore_cluster(&arn, Some(SOURCE_KEY));
    night.share_cluster(&arn, "ValuesToRemove", TARGET);
    delete_snapshot(&mut night, "transport");
    night.open_key(None);
    at_end(&mut night.cloud, &lasting(&["shop-aurora", "shop-aurora-1"]));
    let broken = &night.cloud.laws.broken;
    let told = |one: &Broken| one.law == 5 && one.what.contains("cluster:shop-aurora in the target");
    assert!(broken.iter().any(told), "{broken:#?}");
}

#[test]
fn law_6_a_second_snapshot_of_one_step_and_what_is_left_over() {
    let mut night = Night::new();
    night.cluster_snapshot("once", "snapshot");
    assert_eq!(night.broken(), [0; 0]);
    night.cluster_snapshot("twice", "snapshot");
    night.breaks_only(6, "made a second cluster snapshot");

    let mut night = Night::new();
    let arn = night.cluster_snapshot("transport", "snapshot");
    night.share_cluster(&arn, "ValuesToAdd", TARGET);
    night.restore_cluster(&arn, Some(TARGET_KEY));
    night.share_cluster(&arn, "ValuesToRemove", TARGET);
    at_end(&mut night.cloud, &lasting(&[]));
    let left: Vec<&str> = night
        .cloud
        .laws
        .broken
        .iter()
        .map(|broken| broken.what.as_str())
        .collect();
    assert_eq!(
        left,
        [
            "database arn:aws:rds:ap-northeast-1:222222222222:db:shop-aurora-1 is left over",
            "cluster arn:aws:rds:ap-northeast-1:222222222222:cluster:shop-aurora is left over",
            "cluster snapshot arn:aws:rds:ap-northeast-1:111111111111:cluster-snapshot:transport is left over",
        ]
    );
}

#[test]
fn law_7_a_cluster_that_is_not_as_it_was() {
    let mut night = Night::new();
    night.cluster_snapshot("transport", "snapshot");
    at_undone(&mut night.cloud);
    night.breaks_only(
        7,
        "cluster snapshot 111111111111/ap-northeast-1/transport was not there",
    );

    let mut night = Night::new();
    let input = json!({"DBClusterIdentifier": "shop-aurora", "DeletionProtection": true});
    night.ok(SOURCE, "rds ModifyDBCluster", input);
    at_undone(&mut night.cloud);
    night.breaks_only(7, "cluster 111111111111/ap-northeast-1/shop-aurora is not as it was");
}
