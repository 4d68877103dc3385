//! EC2: security groups that admit nobody.

use std::collections::BTreeMap;

use aws_sdk_ec2::types::{Filter, ResourceType, SecurityGroup};
use model::Failure;

use crate::classify;
use crate::ec2::{Ec2, sdk_tags};

/// A security group.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FoundGroup {
    /// Its id.
    pub id: String,
    /// How many rules admit somebody.
    pub rules: usize,
    /// Its tags.
    pub tags: BTreeMap<String, String>,
}

fn group(from: &SecurityGroup) -> FoundGroup {
    let text = |text: Option<&str>| text.unwrap_or_default().to_owned();
    FoundGroup {
        id: text(from.group_id()),
        rules: from.ip_permissions().len(),
        tags: from
            .tags()
            .iter()
            .map(|tag| (text(tag.key()), text(tag.value())))
            .collect(),
    }
}

impl Ec2 {
    /// The security group of a name in a VPC.
    pub async fn group_named(&self, vpc: &str, name: &str) -> Result<Option<FoundGroup>, Failure> {
        let filter = |name: &str, value: &str| Filter::builder().name(name).values(value).build();
        let call = self.read.describe_security_groups();
        let call = call.filters(filter("group-name", name)).filters(filter("vpc-id", vpc));
        let answer = call.send().await.map_err(self.failed("DescribeSecurityGroups"))?;
        Ok(answer.security_groups().first().map(group))
    }

    /// The ids of the security groups with a tag.
    pub async fn groups_tagged(&self, key: &str, value: &str) -> Result<Vec<String>, Failure> {
        let tag = Filter::builder().name(format!("tag:{key}")).values(value).build();
        let call = self.read.describe_security_groups().filters(tag);
        let answer = call.send().await.map_err(self.failed("DescribeSecurityGroups"))?;
        let groups = answer.security_groups().iter();
        Ok(groups.map(|found| group(found).id).collect())
    }

    /// The security group of an id.
    pub async fn group(&self, id: &str) -> Result<Option<FoundGroup>, Failure> {
        let call = self.read.describe_security_groups().group_ids(id);
        let answer = call.send().await.map_err(self.failed("DescribeSecurityGroups"));
        Ok(classify::found(answer)?.and_then(|answer| answer.security_groups().first().map(group)))
    }

    /// Makes a security group: nobody is admitted, as no rule says so.
    pub async fn create_group(
        &self,
        vpc: &str,
        name: &str,
        description: &str,
        tags: &BTreeMap<String, String>,
    ) -> Result<(), Failure> {
        let call = self.once.create_security_group().vpc_id(vpc).group_name(name);
        let call = call
            .description(description)
            .tag_specifications(sdk_tags(ResourceType::SecurityGroup, tags));
        call.send().await.map_err(self.failed("CreateSecurityGroup"))?;
        Ok(())
    }

    /// Deletes a security group.
    pub async fn delete_group(&self, id: &str) -> Result<(), Failure> {
        let call = self.once.delete_security_group().group_id(id);
        call.send().await.map_err(self.failed("DeleteSecurityGroup"))?;
        Ok(())
    }
}
