//! The Resource Groups Tagging API: what is tagged, or was once, whatever service it is of. What never had a tag it does not tell.

use std::collections::BTreeMap;

use aws_sdk_resourcegroupstagging::config::{Builder, Region};
use model::inventory::{Elsewhere, Other};
use model::{AccountId, Failure};

use crate::account::{Clients, two_clients};
use crate::classify;

/// Where things are told that lie in no region.
const GLOBAL: &str = "us-east-1";
/// How many a page has at most (botocore: `GetResourcesInput.ResourcesPerPage`).
const PAGE: i32 = 100;
/// How many pages of a region are asked for at most that nothing is moved from: it is counted so that nobody takes the account for empty.
const PAGES_ELSEWHERE: usize = 10;

/// The Tagging API in one account. It is only read.
pub struct Tagging {
    read: aws_sdk_resourcegroupstagging::Client,
    account: AccountId,
    region: model::Region,
}

impl Tagging {
    pub(crate) fn new(clients: &Clients<'_>) -> Self {
        let (read, _) = two_clients!(clients, aws_sdk_resourcegroupstagging, "tagging");
        Self {
            read,
            account: clients.account.clone(),
            region: clients.region.clone(),
        }
    }

    /// What is tagged in the region, and what is tagged and lies in none, by ARN.
    pub async fn observed(&self) -> Result<Vec<Other>, Failure> {
        let (mut found, _) = self.told_in(self.region.as_str(), usize::MAX).await?;
        if self.region.as_str() != GLOBAL {
            let (global, _) = self.told_in(GLOBAL, usize::MAX).await?;
            let global = global.into_iter();
            // What lies in that region itself is nobody's concern. A bucket is told where it lies, and its ARN does not say so.
            found.extend(global.filter(|(_, other)| other.region().is_empty() && other.service() != "s3"));
        }
        Ok(found.into_values().collect())
    }

    /// What is tagged in another region, counted by kind: its buckets among it, what lies in no region not.
    pub async fn elsewhere(&self, region: &model::Region) -> Result<Elsewhere, Failure> {
        let (found, more) = self.told_in(region.as_str(), PAGES_ELSEWHERE).await?;
        let here = |other: &&Other| !other.region().is_empty() || other.service() == "s3";
        let mut kinds = BTreeMap::<String, u32>::new();
        for other in found.values().filter(here) {
            *kinds.entry(other.kind()).or_default() += 1;
        }
        Ok(Elsewhere { kinds, more })
    }

    /// What is tagged in a region, as far as so many pages tell, and whether there are more.
    async fn told_in(&self, region: &str, pages: usize) -> Result<(BTreeMap<String, Other>, bool), Failure> {
        let mut found = BTreeMap::new();
        let mut next = None;
        for _ in 0..pages {
            let call = self
                .read
                .get_resources()
                .resources_per_page(PAGE)
                .set_pagination_token(next);
            let there = Builder::new().region(Region::new(region.to_owned()));
            let page = call.customize().config_override(there).send().await;
            let page = page.map_err(classify::failed(self.account.as_str(), "tagging", "GetResources"))?;
            for one in page.resource_tag_mapping_list.unwrap_or_default() {
                let Some(arn) = one.resource_arn else { continue };
                let tags = one.tags.unwrap_or_default();
                let tags = tags.into_iter().map(|tag| (tag.key, tag.value)).collect();
                found.insert(arn.clone(), Other { arn, tags });
            }
            // The last page has an empty token, or none.
            match page.pagination_token.filter(|token| !token.is_empty()) {
                Some(token) => next = Some(token),
                None => return Ok((found, false)),
            }
        }
        Ok((found, true))
    }
}

#[cfg(test)]
#[path = "tagging_tests.rs"]
mod tests;
