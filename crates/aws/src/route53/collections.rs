//! CIDR collections: networks by location. They carry no tags, and a list does not tell the reference that one was made with.

use std::collections::BTreeMap;
use std::net::IpAddr;

use aws_sdk_route53::error::BuildError;
use aws_sdk_route53::types::{CidrCollectionChange, CidrCollectionChangeAction};
use model::Failure;

use super::{Route53, bad_answer, bare, not_built};
use crate::classify;

/// A collection, without its blocks.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CidrCollection {
    /// Its id.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its name, which the account has once.
    pub name: String,
    /// Counts its changes.
    pub version: i64,
}

/// Which location each block of a collection belongs to: a block belongs to one only.
pub type CidrBlocks = BTreeMap<String, String>;

/// One change of a collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockChange {
    /// Puts a block into a location.
    Put {
        /// The location.
        location: String,
        /// The block.
        block: String,
    },
    /// Takes it out.
    Delete {
        /// The location.
        location: String,
        /// The block.
        block: String,
    },
}

impl BlockChange {
    fn sdk(&self) -> Result<CidrCollectionChange, BuildError> {
        let (action, location, block) = match self {
            BlockChange::Put { location, block } => (CidrCollectionChangeAction::Put, location, block),
            BlockChange::Delete { location, block } => (CidrCollectionChangeAction::DeleteIfExists, location, block),
        };
        let change = CidrCollectionChange::builder().location_name(location).action(action);
        change.cidr_list(block).build()
    }
}

/// A block in one way of writing it: of an IPv6 address there are several.
pub fn canonical_block(block: &str) -> String {
    let parsed = block
        .split_once('/')
        .and_then(|(address, length)| Some((address.parse::<IpAddr>().ok()?, length)));
    match parsed {
        Some((address, length)) => format!("{address}/{length}"),
        None => block.to_owned(),
    }
}

impl Route53 {
    /// Every CIDR collection of the account.
    pub async fn cidr_collections(&self) -> Result<Vec<CidrCollection>, Failure> {
        let mut found = Vec::new();
        let mut next = None;
        loop {
            let call = self.read.list_cidr_collections().set_next_token(next);
            let page = call.send().await.map_err(self.failed("ListCidrCollections"))?;
            for one in page.cidr_collections.unwrap_or_default() {
                let (Some(id), Some(arn), Some(name)) = (one.id, one.arn, one.name) else {
                    return Err(bad_answer("ListCidrCollections"));
                };
                let version = one.version.unwrap_or_default();
                found.push(CidrCollection { id, arn, name, version });
            }
            match page.next_token.filter(|token| !token.is_empty()) {
                Some(token) => next = Some(token),
                None => return Ok(found),
            }
        }
    }

    /// The blocks of a collection; none if there is no such collection in this account.
    pub async fn cidr_blocks(&self, collection: &str) -> Result<Option<CidrBlocks>, Failure> {
        let mut found = CidrBlocks::new();
        let mut next = None;
        loop {
            let call = self
                .read
                .list_cidr_blocks()
                .collection_id(collection)
                .set_next_token(next);
            let page = call.send().await.map_err(self.failed("ListCidrBlocks"));
            let Some(page) = classify::found(page)? else {
                return Ok(None);
            };
            for one in page.cidr_blocks.unwrap_or_default() {
                let (Some(block), Some(location)) = (one.cidr_block, one.location_name) else {
                    return Err(bad_answer("ListCidrBlocks"));
                };
                found.insert(canonical_block(&block), location);
            }
            match page.next_token.filter(|token| !token.is_empty()) {
                Some(token) => next = Some(token),
                None => return Ok(Some(found)),
            }
        }
    }

    /// Makes a collection without blocks.
    pub async fn create_cidr_collection(&self, name: &str, reference: &str) -> Result<(), Failure> {
        let call = self
            .once
            .create_cidr_collection()
            .name(name)
            .caller_reference(reference);
        call.send().await.map(drop).map_err(self.failed("CreateCidrCollection"))
    }

    /// Changes a collection that has this version, all or nothing: at most 1000 blocks. Gives the change's id, for [`Route53::in_sync`].
    pub async fn change_cidr_collection(
        &self,
        id: &str,
        version: i64,
        changes: &[BlockChange],
    ) -> Result<String, Failure> {
        let changes: Result<Vec<_>, BuildError> = changes.iter().map(BlockChange::sdk).collect();
        let call = self.once.change_cidr_collection().id(id).collection_version(version);
        let call = call.set_changes(Some(changes.map_err(not_built)?));
        let answer = call.send().await.map_err(self.failed("ChangeCidrCollection"))?;
        Ok(bare(&answer.id))
    }

    /// Deletes a collection; refused while it has blocks.
    pub async fn delete_cidr_collection(&self, id: &str) -> Result<(), Failure> {
        let call = self.once.delete_cidr_collection().id(id);
        call.send().await.map(drop).map_err(self.failed("DeleteCidrCollection"))
    }
}

#[cfg(test)]
mod tests {
    use super::canonical_block;

    #[test]
    fn a_block_is_the_same_however_its_address_is_written() {
        assert_eq!(canonical_block("2001:0DB8::/32"), "2001:db8::/32");
        assert_eq!(canonical_block("192.0.2.0/24"), "192.0.2.0/24");
        assert_eq!(canonical_block("something"), "something");
    }
}
