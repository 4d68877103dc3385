//! Parameter groups and option groups: an account's own, so that neither travels with a snapshot.

use std::collections::BTreeMap;

use aws_sdk_rds::types::{ApplyMethod, OptionConfiguration, OptionSetting, Parameter};
use model::Failure;
use model::databases::{GroupOption, OptionGroup};

use super::{Family, Rds, our_tags, sdk_tags};
use crate::classify;

/// A parameter group, of instances or of clusters: two families of calls for the same thing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ParameterGroup {
    /// Its ARN.
    pub arn: String,
    /// Its family, such as `postgres16`.
    pub family: String,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

/// A subnet group as it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubnetGroup {
    /// Its ARN.
    pub arn: String,
    /// The VPC that it lies in.
    pub vpc: String,
    /// Its subnets.
    pub subnets: Vec<String>,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

impl Rds {
    async fn tags(&self, arn: &str) -> Result<Option<BTreeMap<String, String>>, Failure> {
        let call = self.read.list_tags_for_resource().resource_name(arn);
        let answer = call.send().await.map_err(self.failed("ListTagsForResource"));
        Ok(classify::found(answer)?.map(|answer| our_tags(answer.tag_list())))
    }

    /// The account's parameter group of this name, of instances or of clusters; none if there is none.
    pub async fn parameter_group(&self, family: Family, name: &str) -> Result<Option<ParameterGroup>, Failure> {
        let found = match family {
            Family::Instance => {
                let call = self.read.describe_db_parameter_groups().db_parameter_group_name(name);
                let answer = call.send().await.map_err(self.failed("DescribeDBParameterGroups"));
                let found = classify::found(answer)?.and_then(|answer| answer.db_parameter_groups);
                found
                    .and_then(|found| found.into_iter().next())
                    .map(|group| (group.db_parameter_group_arn, group.db_parameter_group_family))
            }
            Family::Cluster => {
                let call = self.read.describe_db_cluster_parameter_groups();
                let answer = call.db_cluster_parameter_group_name(name).send().await;
                let answer = answer.map_err(self.failed("DescribeDBClusterParameterGroups"));
                let found = classify::found(answer)?.and_then(|answer| answer.db_cluster_parameter_groups);
                found
                    .and_then(|found| found.into_iter().next())
                    .map(|group| (group.db_cluster_parameter_group_arn, group.db_parameter_group_family))
            }
        };
        let Some((arn, of)) = found else {
            return Ok(None);
        };
        let arn = arn.unwrap_or_default();
        let Some(tags) = self.tags(&arn).await? else {
            return Ok(None);
        };
        Ok(Some(ParameterGroup {
            arn,
            family: of.unwrap_or_default(),
            tags,
        }))
    }

    /// What a user has set in a parameter group; none if there is no such group.
    pub async fn user_parameters(
        &self,
        family: Family,
        name: &str,
    ) -> Result<Option<BTreeMap<String, String>>, Failure> {
        let mut set = BTreeMap::new();
        let mut marker = None;
        loop {
            let page = match family {
                Family::Instance => {
                    let call = self.read.describe_db_parameters().db_parameter_group_name(name);
                    let answer = call.source("user").set_marker(marker).send().await;
                    let answer = answer.map_err(self.failed("DescribeDBParameters"));
                    classify::found(answer)?.map(|page| (page.parameters, page.marker))
                }
                Family::Cluster => {
                    let call = self.read.describe_db_cluster_parameters();
                    let call = call.db_cluster_parameter_group_name(name).source("user");
                    let answer = call.set_marker(marker).send().await;
                    let answer = answer.map_err(self.failed("DescribeDBClusterParameters"));
                    classify::found(answer)?.map(|page| (page.parameters, page.marker))
                }
            };
            let Some((parameters, next)) = page else {
                return Ok(None);
            };
            for parameter in parameters.unwrap_or_default() {
                // Of one that is set to nothing there is no value to set.
                if let (Some(name), Some(value)) = (parameter.parameter_name, parameter.parameter_value) {
                    set.insert(name, value);
                }
            }
            marker = next.filter(|marker| !marker.is_empty());
            if marker.is_none() {
                return Ok(Some(set));
            }
        }
    }

    /// Makes a parameter group, with the defaults of its family.
    pub async fn create_parameter_group(
        &self,
        family: Family,
        name: &str,
        of: &str,
        description: &str,
        tags: &BTreeMap<String, String>,
    ) -> Result<(), Failure> {
        let tags = Some(sdk_tags(tags));
        match family {
            Family::Instance => {
                let call = self.once.create_db_parameter_group().db_parameter_group_name(name);
                let call = call.db_parameter_group_family(of).description(description);
                let answer = call.set_tags(tags).send().await;
                answer.map(drop).map_err(self.failed("CreateDBParameterGroup"))
            }
            Family::Cluster => {
                let call = self.once.create_db_cluster_parameter_group();
                let call = call.db_cluster_parameter_group_name(name);
                let call = call.db_parameter_group_family(of).description(description);
                let answer = call.set_tags(tags).send().await;
                answer.map(drop).map_err(self.failed("CreateDBClusterParameterGroup"))
            }
        }
    }

    /// Sets parameters, twenty at most. All wait for the boot: static ones are refused otherwise, and nothing runs on a group that was
    /// just made.
    pub async fn set_parameters(
        &self,
        family: Family,
        name: &str,
        set: &BTreeMap<String, String>,
    ) -> Result<(), Failure> {
        let parameter = |(name, value): (&String, &String)| {
            let parameter = Parameter::builder().parameter_name(name).parameter_value(value);
            parameter.apply_method(ApplyMethod::PendingReboot).build()
        };
        let parameters = Some(set.iter().map(parameter).collect());
        match family {
            Family::Instance => {
                let call = self.once.modify_db_parameter_group().db_parameter_group_name(name);
                let answer = call.set_parameters(parameters).send().await;
                answer.map(drop).map_err(self.failed("ModifyDBParameterGroup"))
            }
            Family::Cluster => {
                let call = self.once.modify_db_cluster_parameter_group();
                let call = call.db_cluster_parameter_group_name(name);
                let answer = call.set_parameters(parameters).send().await;
                answer.map(drop).map_err(self.failed("ModifyDBClusterParameterGroup"))
            }
        }
    }

    /// The account's subnet group of this name; none if there is none.
    pub async fn subnet_group(&self, name: &str) -> Result<Option<SubnetGroup>, Failure> {
        let call = self.read.describe_db_subnet_groups().db_subnet_group_name(name);
        let answer = call.send().await.map_err(self.failed("DescribeDBSubnetGroups"));
        let found = classify::found(answer)?.and_then(|answer| answer.db_subnet_groups);
        let Some(found) = found.and_then(|found| found.into_iter().next()) else {
            return Ok(None);
        };
        let subnets = found.subnets().iter();
        let subnets = subnets
            .filter_map(|subnet| subnet.subnet_identifier().map(str::to_owned))
            .collect();
        let arn = found.db_subnet_group_arn.unwrap_or_default();
        let Some(tags) = self.tags(&arn).await? else {
            return Ok(None);
        };
        Ok(Some(SubnetGroup {
            arn,
            vpc: found.vpc_id.unwrap_or_default(),
            subnets,
            tags,
        }))
    }

    /// Makes a subnet group. RDS refuses subnets that lie in fewer than two zones.
    pub async fn create_subnet_group(
        &self,
        name: &str,
        description: &str,
        subnets: &[String],
        tags: &BTreeMap<String, String>,
    ) -> Result<(), Failure> {
        let call = self.once.create_db_subnet_group().db_subnet_group_name(name);
        let call = call.db_subnet_group_description(description);
        let call = call
            .set_subnet_ids(Some(subnets.to_vec()))
            .set_tags(Some(sdk_tags(tags)));
        call.send().await.map(drop).map_err(self.failed("CreateDBSubnetGroup"))
    }

    /// Deletes a subnet group in which nothing lies.
    pub async fn delete_subnet_group(&self, name: &str) -> Result<(), Failure> {
        let call = self.once.delete_db_subnet_group().db_subnet_group_name(name);
        call.send().await.map(drop).map_err(self.failed("DeleteDBSubnetGroup"))
    }

    /// Deletes a parameter group that nothing uses.
    pub async fn delete_parameter_group(&self, family: Family, name: &str) -> Result<(), Failure> {
        match family {
            Family::Instance => {
                let call = self.once.delete_db_parameter_group().db_parameter_group_name(name);
                let answer = call.send().await;
                answer.map(drop).map_err(self.failed("DeleteDBParameterGroup"))
            }
            Family::Cluster => {
                let call = self.once.delete_db_cluster_parameter_group();
                let answer = call.db_cluster_parameter_group_name(name).send().await;
                answer.map(drop).map_err(self.failed("DeleteDBClusterParameterGroup"))
            }
        }
    }

    /// The account's option group of this name, and its ARN; none if there is none.
    pub async fn option_group(&self, name: &str) -> Result<Option<(String, OptionGroup)>, Failure> {
        let call = self.read.describe_option_groups().option_group_name(name);
        let answer = call.send().await.map_err(self.failed("DescribeOptionGroups"));
        let found = classify::found(answer)?.and_then(|answer| answer.option_groups_list);
        let Some(group) = found.and_then(|found| found.into_iter().next()) else {
            return Ok(None);
        };
        let arn = group.option_group_arn.clone().unwrap_or_default();
        let Some(tags) = self.tags(&arn).await? else {
            return Ok(None);
        };
        let options = group.options().iter().map(option).collect();
        let found = OptionGroup {
            name: group.option_group_name.unwrap_or_default(),
            engine: group.engine_name.unwrap_or_default(),
            major_version: group.major_engine_version.unwrap_or_default(),
            description: group.option_group_description.unwrap_or_default(),
            options,
            tags,
        };
        Ok(Some((arn, found)))
    }

    /// The option groups that are not AWS's own, by name.
    pub async fn observed_option_groups(&self) -> Result<Vec<OptionGroup>, Failure> {
        let mut groups = BTreeMap::new();
        let mut pages = self.read.describe_option_groups().into_paginator().items().send();
        while let Some(found) = pages.next().await {
            let found = found.map_err(self.failed("DescribeOptionGroups"))?;
            let name = found.option_group_name().unwrap_or_default().to_owned();
            if name.starts_with("default:") {
                continue;
            }
            let observed = OptionGroup {
                name: name.clone(),
                options: found.options().iter().map(option).collect(),
                engine: found.engine_name.unwrap_or_default(),
                major_version: found.major_engine_version.unwrap_or_default(),
                description: found.option_group_description.unwrap_or_default(),
                // Those of a group are asked for one by one, and nothing depends on them.
                tags: BTreeMap::new(),
            };
            groups.insert(name, observed);
        }
        Ok(groups.into_values().collect())
    }

    /// Makes an option group without options.
    pub async fn create_option_group(
        &self,
        group: &OptionGroup,
        tags: &BTreeMap<String, String>,
    ) -> Result<(), Failure> {
        let call = self.once.create_option_group().option_group_name(&group.name);
        let call = call
            .engine_name(&group.engine)
            .major_engine_version(&group.major_version);
        let call = call.option_group_description(&group.description);
        let call = call.set_tags(Some(sdk_tags(tags)));
        call.send().await.map(drop).map_err(self.failed("CreateOptionGroup"))
    }

    /// Puts options into an option group.
    pub async fn add_options(&self, name: &str, options: &[GroupOption]) -> Result<(), Failure> {
        let call = self.once.modify_option_group().option_group_name(name);
        let call = call.set_options_to_include(Some(options.iter().map(configuration).collect()));
        call.apply_immediately(true)
            .send()
            .await
            .map(drop)
            .map_err(self.failed("ModifyOptionGroup"))
    }

    /// Deletes an option group that no instance and no snapshot uses.
    pub async fn delete_option_group(&self, name: &str) -> Result<(), Failure> {
        let call = self.once.delete_option_group().option_group_name(name);
        call.send().await.map(drop).map_err(self.failed("DeleteOptionGroup"))
    }
}

fn option(from: &aws_sdk_rds::types::Option) -> GroupOption {
    let settings = from.option_settings().iter();
    let settings = settings.filter_map(|one| Some((one.name()?.to_owned(), one.value()?.to_owned())));
    let groups = from.vpc_security_group_memberships().iter();
    GroupOption {
        name: from.option_name().unwrap_or_default().to_owned(),
        version: from.option_version().map(str::to_owned),
        port: from.port(),
        persistent: from.persistent().unwrap_or_default(),
        permanent: from.permanent().unwrap_or_default(),
        security_groups: groups
            .filter_map(|group| group.vpc_security_group_id().map(str::to_owned))
            .collect(),
        settings: settings.collect(),
    }
}

fn configuration(option: &GroupOption) -> OptionConfiguration {
    let setting = |(name, value): (&String, &String)| OptionSetting::builder().name(name).value(value).build();
    let groups = Some(option.security_groups.clone()).filter(|groups| !groups.is_empty());
    OptionConfiguration::builder()
        .option_name(&option.name)
        .set_option_version(option.version.clone())
        .set_port(option.port)
        .set_vpc_security_group_memberships(groups)
        .set_option_settings(Some(option.settings.iter().map(setting).collect()))
        .build()
}
