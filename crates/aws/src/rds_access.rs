//! RDS: who can connect to a database, whichever kind it is.

use aws_sdk_rds::types::VpcSecurityGroupMembership;
use model::Failure;

use crate::classify;
use crate::rds::{Family, Rds};

/// Who can connect to a database.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Access {
    /// Its ARN.
    pub arn: String,
    /// `available`, `modifying`, `rebooting`, …
    pub status: String,
    /// The VPC of its subnet group; absent where RDS does not tell.
    pub vpc: Option<String>,
    /// Its security groups, sorted.
    pub groups: Vec<String>,
    /// Whether all of them are in force, and none is on its way out.
    pub settled: bool,
    /// The instances that serve it: itself, or a cluster's members.
    pub instances: Vec<String>,
}

fn groups(from: &[VpcSecurityGroupMembership]) -> (Vec<String>, bool) {
    let ids = from.iter().filter_map(|group| group.vpc_security_group_id());
    let mut ids: Vec<String> = ids.map(str::to_owned).collect();
    ids.sort();
    (ids, from.iter().all(|group| group.status() == Some("active")))
}

impl Rds {
    /// Who can connect to a database; none where there is no such database.
    pub async fn access(&self, family: Family, id: &str) -> Result<Option<Access>, Failure> {
        match family {
            Family::Instance => self.access_to_instance(id).await,
            Family::Cluster => self.access_to_cluster(id).await,
        }
    }

    async fn access_to_instance(&self, id: &str) -> Result<Option<Access>, Failure> {
        let call = self.read.describe_db_instances().db_instance_identifier(id);
        let answer = call.send().await.map_err(self.failed("DescribeDBInstances"));
        let Some(answer) = classify::found(answer)? else {
            return Ok(None);
        };
        Ok(answer.db_instances().first().map(|found| {
            let (groups, settled) = groups(found.vpc_security_groups());
            let subnet_group = found.db_subnet_group();
            Access {
                arn: found.db_instance_arn().unwrap_or_default().to_owned(),
                status: found.db_instance_status().unwrap_or_default().to_owned(),
                vpc: subnet_group.and_then(|group| group.vpc_id()).map(str::to_owned),
                groups,
                settled,
                instances: vec![id.to_owned()],
            }
        }))
    }

    async fn access_to_cluster(&self, id: &str) -> Result<Option<Access>, Failure> {
        let call = self.read.describe_db_clusters().db_cluster_identifier(id);
        let answer = call.send().await.map_err(self.failed("DescribeDBClusters"));
        let Some(answer) = classify::found(answer)? else {
            return Ok(None);
        };
        let Some(found) = answer.db_clusters().first() else {
            return Ok(None);
        };
        let (groups, settled) = groups(found.vpc_security_groups());
        let members = found.db_cluster_members().iter();
        Ok(Some(Access {
            arn: found.db_cluster_arn().unwrap_or_default().to_owned(),
            status: found.status().unwrap_or_default().to_owned(),
            vpc: match found.db_subnet_group() {
                Some(name) => self.vpc_of(name).await?,
                None => None,
            },
            groups,
            settled,
            instances: members
                .filter_map(|member| member.db_instance_identifier().map(str::to_owned))
                .collect(),
        }))
    }

    /// The VPC of a subnet group: a cluster names the group only.
    async fn vpc_of(&self, subnet_group: &str) -> Result<Option<String>, Failure> {
        let call = self.read.describe_db_subnet_groups().db_subnet_group_name(subnet_group);
        let answer = call.send().await.map_err(self.failed("DescribeDBSubnetGroups"))?;
        let found = answer.db_subnet_groups().first();
        Ok(found.and_then(|group| group.vpc_id()).map(str::to_owned))
    }

    /// Gives a database other security groups, at once.
    pub async fn set_groups(&self, family: Family, id: &str, groups: &[String]) -> Result<(), Failure> {
        let groups = Some(groups.to_vec());
        match family {
            Family::Instance => {
                let call = self.once.modify_db_instance().db_instance_identifier(id);
                let call = call.set_vpc_security_group_ids(groups).apply_immediately(true);
                call.send().await.map_err(self.failed("ModifyDBInstance"))?;
            }
            Family::Cluster => {
                let call = self.once.modify_db_cluster().db_cluster_identifier(id);
                let call = call.set_vpc_security_group_ids(groups).apply_immediately(true);
                call.send().await.map_err(self.failed("ModifyDBCluster"))?;
            }
        }
        Ok(())
    }

    /// Reboots an instance: every connection ends.
    pub async fn reboot(&self, instance: &str) -> Result<(), Failure> {
        let call = self.once.reboot_db_instance().db_instance_identifier(instance);
        call.send().await.map_err(self.failed("RebootDBInstance"))?;
        Ok(())
    }

    /// The status of an instance; none where there is none.
    pub async fn status(&self, instance: &str) -> Result<Option<String>, Failure> {
        let found = self.access_to_instance(instance).await?;
        Ok(found.map(|access| access.status))
    }
}
