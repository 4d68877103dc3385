//! The database instances of an account and the groups they lie in, as an inventory has them. Members of clusters are the clusters'.

use std::collections::BTreeMap;

use model::Failure;
use model::databases::Attached;
use model::inventory::{Database, ParameterGroup, SubnetGroup};

use crate::ec2_observed::id_of;
use crate::rds::{Rds, our_tags, settings};

/// How many there are in an account and region of what RDS has quotas for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Counted {
    /// Instances, members of clusters among them.
    pub instances: u32,
    /// Clusters.
    pub clusters: u32,
    /// Manual snapshots of instances.
    pub snapshots: u32,
    /// Manual snapshots of clusters.
    pub cluster_snapshots: u32,
}

impl Rds {
    /// Counts what RDS has quotas for.
    pub async fn counted(&self) -> Result<Counted, Failure> {
        let mut counted = Counted {
            instances: 0,
            clusters: 0,
            snapshots: 0,
            cluster_snapshots: 0,
        };
        let mut pages = self.read.describe_db_instances().into_paginator().items().send();
        while let Some(found) = pages.next().await {
            found.map_err(self.failed("DescribeDBInstances"))?;
            counted.instances += 1;
        }
        let mut pages = self.read.describe_db_clusters().into_paginator().items().send();
        while let Some(found) = pages.next().await {
            found.map_err(self.failed("DescribeDBClusters"))?;
            counted.clusters += 1;
        }
        let call = self.read.describe_db_snapshots().snapshot_type("manual");
        let mut pages = call.into_paginator().items().send();
        while let Some(found) = pages.next().await {
            found.map_err(self.failed("DescribeDBSnapshots"))?;
            counted.snapshots += 1;
        }
        let call = self.read.describe_db_cluster_snapshots().snapshot_type("manual");
        let mut pages = call.into_paginator().items().send();
        while let Some(found) = pages.next().await {
            found.map_err(self.failed("DescribeDBClusterSnapshots"))?;
            counted.cluster_snapshots += 1;
        }
        Ok(counted)
    }

    /// The account's instances, by id.
    pub async fn observed_instances(&self) -> Result<Vec<Database>, Failure> {
        let mut databases = BTreeMap::new();
        let mut pages = self.read.describe_db_instances().into_paginator().items().send();
        while let Some(found) = pages.next().await {
            let found = found.map_err(self.failed("DescribeDBInstances"))?;
            if found.db_cluster_identifier.is_some() {
                continue;
            }
            let name = |name: Option<&str>| name.unwrap_or_default().to_owned();
            let count = |number: Option<i32>| number.and_then(|number| u32::try_from(number).ok()).unwrap_or_default();
            let port = found.endpoint().and_then(|at| at.port()).or(found.db_instance_port);
            let groups = found.vpc_security_groups().iter();
            let attached = Attached {
                read_replicas: found.read_replica_db_instance_identifiers().to_vec(),
                roles: found
                    .associated_roles()
                    .iter()
                    .filter_map(|role| role.role_arn().map(str::to_owned))
                    .collect(),
                ..Attached::default()
            };
            let observed = Database {
                settings: settings(&found),
                encryption_type: found.storage_encryption_type().map(|kind| kind.as_str().to_owned()),
                managed_secret: found.master_user_secret().is_some(),
                attached,
                tags: our_tags(found.tag_list()),
                encrypted: found.storage_encrypted == Some(true),
                key: found.kms_key_id().map(|arn| id_of(arn).to_owned()),
                subnet_group: name(found.db_subnet_group().and_then(|group| group.db_subnet_group_name())),
                security_groups: groups
                    .filter_map(|group| group.vpc_security_group_id().map(str::to_owned))
                    .collect(),
                parameter_group: name(
                    found
                        .db_parameter_groups()
                        .first()
                        .and_then(|group| group.db_parameter_group_name()),
                ),
                port: port.and_then(|port| u16::try_from(port).ok()).unwrap_or_default(),
                multi_az: found.multi_az == Some(true),
                public: found.publicly_accessible == Some(true),
                deletion_protection: found.deletion_protection == Some(true),
                storage_gib: count(found.allocated_storage),
                backup_retention_days: count(found.backup_retention_period),
                id: found.db_instance_identifier.unwrap_or_default(),
                engine: found.engine.unwrap_or_default(),
                engine_version: found.engine_version.unwrap_or_default(),
                class: found.db_instance_class.unwrap_or_default(),
                storage_type: found.storage_type.unwrap_or_default(),
            };
            databases.insert(observed.id.clone(), observed);
        }
        Ok(databases.into_values().collect())
    }

    /// The parameter groups that are not AWS's own, with what a user has set in them, by name.
    pub async fn observed_parameter_groups(&self) -> Result<Vec<ParameterGroup>, Failure> {
        let mut groups = BTreeMap::new();
        let mut pages = self.read.describe_db_parameter_groups().into_paginator().items().send();
        while let Some(found) = pages.next().await {
            let found = found.map_err(self.failed("DescribeDBParameterGroups"))?;
            let name = found.db_parameter_group_name.unwrap_or_default();
            if name.starts_with("default.") {
                continue;
            }
            let mut parameters = BTreeMap::new();
            let call = self.read.describe_db_parameters().db_parameter_group_name(&name);
            let mut set = call.source("user").into_paginator().items().send();
            while let Some(parameter) = set.next().await {
                let parameter = parameter.map_err(self.failed("DescribeDBParameters"))?;
                if let (Some(name), Some(value)) = (parameter.parameter_name, parameter.parameter_value) {
                    parameters.insert(name, value);
                }
            }
            let observed = ParameterGroup {
                name: name.clone(),
                family: found.db_parameter_group_family.unwrap_or_default(),
                parameters,
                description: found.description.unwrap_or_default(),
                // Those of a group are asked for one by one, and nothing depends on them.
                tags: BTreeMap::new(),
            };
            groups.insert(name, observed);
        }
        Ok(groups.into_values().collect())
    }

    /// The subnet groups, by name.
    pub async fn observed_subnet_groups(&self) -> Result<BTreeMap<String, SubnetGroup>, Failure> {
        let mut groups = BTreeMap::new();
        let mut pages = self.read.describe_db_subnet_groups().into_paginator().items().send();
        while let Some(found) = pages.next().await {
            let found = found.map_err(self.failed("DescribeDBSubnetGroups"))?;
            let subnets = found.subnets().iter();
            let observed = SubnetGroup {
                subnets: subnets
                    .filter_map(|one| one.subnet_identifier().map(str::to_owned))
                    .collect(),
                vpc: found.vpc_id.unwrap_or_default(),
                // RDS tells zones' names only, which mean others in other accounts.
                zone_ids: Vec::new(),
            };
            groups.insert(found.db_subnet_group_name.unwrap_or_default(), observed);
        }
        Ok(groups)
    }
}
