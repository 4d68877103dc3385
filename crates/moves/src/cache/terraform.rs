//! Filled caches, for Terraform.

use super::create_group::{GroupOutput, Input};
use super::create_snapshot::SnapshotOutput;
use crate::terraform::{Config, HandOver, Leaving, Run, Thing, label};

/// Why the files are not compared.
const FILES: &str = "it was filled from files, and naming some afterwards would make it anew";

/// Why it is not compared how a token is exchanged.
const STRATEGY: &str = "it is said only while a token is exchanged, and no import knows it";

/// From version 6 on the provider knows an engine's version without its last part.
fn version(full: &str) -> String {
    let mut parts = full.split('.');
    match (parts.next(), parts.next()) {
        (Some(major), Some(minor)) if major.parse().is_ok_and(|major: u32| major >= 6) => format!("{major}.{minor}"),
        _ => full.to_owned(),
    }
}

/// Hands over the replication groups that the run filled.
pub(crate) fn hand_over(run: &Run, over: &mut HandOver) {
    for step in run.made(over, "cache.create_group") {
        let (Some(input), Some(made)) = (run.input::<Input>(step), run.output::<GroupOutput>(&step.id)) else {
            continue;
        };
        let snapshot: Option<SnapshotOutput> = run.output(&input.snapshot);
        let shards = snapshot.map_or(1, |snapshot| snapshot.slots.len().max(1));
        let shards = u32::try_from(shards).unwrap_or(u32::MAX);
        let source = run
            .account(model::Side::Source)
            .map(ToString::to_string)
            .unwrap_or_default();
        let sharded = input.cluster_mode;
        let config = Config::default()
            .set("replication_group_id", &made.id)
            .set("description", format!("{} of account {source}", input.original))
            .set("engine", &input.engine)
            .set("engine_version", version(&input.engine_version))
            .set("node_type", &input.node_type)
            .maybe("num_cache_clusters", (!sharded).then_some(input.replicas + 1))
            .maybe("num_node_groups", sharded.then_some(shards))
            .maybe("replicas_per_node_group", sharded.then_some(input.replicas))
            .set("parameter_group_name", &input.parameter_group)
            .set("subnet_group_name", &input.subnet_group)
            .set("security_group_ids", input.security_groups.clone())
            .maybe(
                "user_group_ids",
                Some(input.user_groups.clone()).filter(|groups| !groups.is_empty()),
            )
            .set("automatic_failover_enabled", input.replicas > 0 || sharded)
            .set("transit_encryption_enabled", input.encrypted_in_transit)
            .set("at_rest_encryption_enabled", input.encrypted_at_rest)
            .maybe("kms_key_id", input.key.as_ref().and_then(|key| over.key(run, key)))
            .maybe(
                "snapshot_retention_limit",
                Some(input.snapshot_retention_days).filter(|days| *days > 0),
            )
            .set("tags", &run.tags(&step.id, &input.tags));
        let thing = Thing::new("aws_elasticache_replication_group", &made.id, &made.id)
            .with(config)
            .keeps_data()
            .ignore(&["snapshot_arns"], FILES)
            .ignore(&["auth_token_update_strategy"], STRATEGY);
        over.add(thing);
        let (kind, by) = match input.is_group(run) {
            true => ("aws_elasticache_replication_group", "replication_group_id"),
            false => ("aws_elasticache_cluster", "cluster_id"),
        };
        over.leave(Leaving {
            kind,
            label: label(&input.original),
            known_by: vec![(by, input.original.clone())],
            said: format!(
                "is {} in the target, at {}. The source's still stands: delete it by hand in the end",
                made.id,
                made.endpoint.unwrap_or_default()
            ),
            shared: false,
        });
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_version_is_told_as_the_provider_knows_it() {
        assert_eq!(version("7.1.0"), "7.1");
        assert_eq!(version("8.0.1"), "8.0");
        assert_eq!(version("5.0.6"), "5.0.6");
        assert_eq!(version("7"), "7");
    }
}
