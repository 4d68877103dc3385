//! The clusters of an account with their members, and the groups of theirs, as an inventory has them.

use std::collections::BTreeMap;

use model::Failure;
use model::databases::Settings;
use model::inventory::{Cluster, ClusterMember, EngineMode, ParameterGroup, Scaling};

use crate::ec2_observed::id_of;
use crate::rds::{Rds, our_tags, settings};
use crate::rds_clusters::cluster_settings;

/// What a member has by itself: the rest is its cluster's, and RDS shows it of both.
fn members_own(all: Settings) -> Settings {
    Settings {
        ca_certificate: all.ca_certificate,
        auto_minor_version_upgrade: all.auto_minor_version_upgrade,
        maintenance_window: all.maintenance_window,
        monitoring_interval: all.monitoring_interval,
        monitoring_role: all.monitoring_role,
        performance_insights: all.performance_insights,
        performance_insights_retention_days: all.performance_insights_retention_days,
        ..Settings::default()
    }
}

fn member(instance: aws_sdk_rds::types::DbInstance) -> ClusterMember {
    let group = instance.db_parameter_groups().first();
    ClusterMember {
        parameter_group: group
            .and_then(|group| group.db_parameter_group_name())
            .unwrap_or_default()
            .to_owned(),
        public: instance.publicly_accessible == Some(true),
        settings: members_own(settings(&instance)),
        tags: our_tags(instance.tag_list()),
        class: instance.db_instance_class.unwrap_or_default(),
        id: instance.db_instance_identifier.unwrap_or_default(),
        ..ClusterMember::default()
    }
}

fn cluster(found: aws_sdk_rds::types::DbCluster, instances: &BTreeMap<String, ClusterMember>) -> Cluster {
    let name = |name: Option<&str>| name.unwrap_or_default().to_owned();
    let count = |number: Option<i32>| number.and_then(|number| u32::try_from(number).ok()).unwrap_or_default();
    let class = name(found.db_cluster_instance_class());
    // Those of a Multi-AZ cluster are RDS's own.
    let members = found.db_cluster_members().iter().filter(|_| class.is_empty());
    let members = members.filter_map(|is| {
        let listed = instances.get(is.db_instance_identifier()?)?;
        Some(ClusterMember {
            writer: is.is_cluster_writer() == Some(true),
            promotion_tier: is
                .promotion_tier()
                .and_then(|tier| u8::try_from(tier).ok())
                .unwrap_or(1),
            ..listed.clone()
        })
    });
    let scaling = found.serverless_v2_scaling_configuration().and_then(|scaling| {
        Some(Scaling {
            min: scaling.min_capacity()?,
            max: scaling.max_capacity()?,
            pause: scaling.seconds_until_auto_pause().and_then(|s| u32::try_from(s).ok()),
        })
    });
    Cluster {
        members: members.collect(),
        scaling,
        settings: cluster_settings(&found),
        encryption_type: found.storage_encryption_type().map(|kind| kind.as_str().to_owned()),
        managed_secret: found.master_user_secret().is_some(),
        tags: our_tags(found.tag_list()),
        encrypted: found.storage_encrypted == Some(true),
        key: found.kms_key_id().map(|arn| id_of(arn).to_owned()),
        security_groups: found
            .vpc_security_groups()
            .iter()
            .filter_map(|group| group.vpc_security_group_id().map(str::to_owned))
            .collect(),
        roles: found
            .associated_roles()
            .iter()
            .filter_map(|role| role.role_arn().map(str::to_owned))
            .collect(),
        custom_endpoints: found.custom_endpoints().to_vec(),
        global_cluster: found.global_cluster_identifier().map(str::to_owned),
        engine_mode: match found.engine_mode() {
            Some("serverless") => EngineMode::Serverless,
            _ => EngineMode::Provisioned,
        },
        // Of Aurora RDS tells 1 whatever it holds: that is CloudWatch's to tell, and people's to write.
        storage_gib: if class.is_empty() {
            0
        } else {
            count(found.allocated_storage)
        },
        port: found.port.and_then(|port| u16::try_from(port).ok()).unwrap_or_default(),
        deletion_protection: found.deletion_protection == Some(true),
        backup_retention_days: count(found.backup_retention_period),
        iam_auth: found.iam_database_authentication_enabled == Some(true),
        class,
        id: found.db_cluster_identifier.unwrap_or_default(),
        engine: found.engine.unwrap_or_default(),
        engine_version: found.engine_version.unwrap_or_default(),
        storage_type: found.storage_type.unwrap_or_default(),
        subnet_group: found.db_subnet_group.unwrap_or_default(),
        parameter_group: found.db_cluster_parameter_group.unwrap_or_default(),
        log_exports: found.enabled_cloudwatch_logs_exports.unwrap_or_default(),
    }
}

impl Rds {
    /// The account's clusters, by id, each with its members.
    pub async fn observed_clusters(&self) -> Result<Vec<Cluster>, Failure> {
        let mut instances = BTreeMap::new();
        let mut pages = self.read.describe_db_instances().into_paginator().items().send();
        while let Some(found) = pages.next().await {
            let found = found.map_err(self.failed("DescribeDBInstances"))?;
            if found.db_cluster_identifier.is_some() {
                let member = member(found);
                instances.insert(member.id.clone(), member);
            }
        }
        let mut clusters = BTreeMap::new();
        let mut pages = self.read.describe_db_clusters().into_paginator().items().send();
        while let Some(found) = pages.next().await {
            let found = found.map_err(self.failed("DescribeDBClusters"))?;
            let observed = cluster(found, &instances);
            clusters.insert(observed.id.clone(), observed);
        }
        Ok(clusters.into_values().collect())
    }

    /// The cluster parameter groups that are not AWS's own, with what a user has set in them, by name.
    pub async fn observed_cluster_parameter_groups(&self) -> Result<Vec<ParameterGroup>, Failure> {
        let mut groups = BTreeMap::new();
        let call = self.read.describe_db_cluster_parameter_groups();
        let mut pages = call.into_paginator().items().send();
        while let Some(found) = pages.next().await {
            let found = found.map_err(self.failed("DescribeDBClusterParameterGroups"))?;
            let name = found.db_cluster_parameter_group_name.unwrap_or_default();
            if name.starts_with("default.") {
                continue;
            }
            let set = self.user_parameters(crate::rds::Family::Cluster, &name).await?;
            let observed = ParameterGroup {
                name: name.clone(),
                family: found.db_parameter_group_family.unwrap_or_default(),
                parameters: set.unwrap_or_default(),
                description: found.description.unwrap_or_default(),
                // Those of a group are asked for one by one, and nothing depends on them.
                tags: BTreeMap::new(),
            };
            groups.insert(name, observed);
        }
        Ok(groups.into_values().collect())
    }
}
