//! CIDR collections: networks by location, by which records choose their clients.
//!
//! Leaves out: quotas that were raised, what a DNS server answers to a client of a known network ([`crate::dns`]).

use std::collections::{BTreeMap, BTreeSet};
use std::net::IpAddr;

use model::ids::AccountId;
use model::inventory::AccountInventory;
use serde_json::{Value, json};

use super::{Submitted, in_sync_seconds, new_id, new_uuid, page_of};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};

/// Collections of an account, by default.
const MAX_COLLECTIONS: usize = 5;
/// Blocks of a collection, by default, and of a request.
const MAX_BLOCKS: usize = 1000;

/// A collection.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Collection {
    /// The account that owns it.
    pub owner: AccountId,
    /// Its name, which its account has once.
    pub name: String,
    reference: String,
    version: u64,
    /// Its locations, none of them without blocks.
    pub locations: BTreeMap<String, BTreeSet<String>>,
}

/// The collections of an account's inventory.
pub(super) fn fill(cloud: &mut Cloud, account: &AccountId, contents: &AccountInventory) {
    for collection in &contents.cidr_collections {
        let locations = collection.locations.iter();
        let locations = locations.map(|(name, blocks)| {
            let blocks = blocks.iter().filter_map(|block| block_of(block).ok());
            (name.clone(), blocks.collect())
        });
        let filled = Collection {
            owner: account.clone(),
            name: collection.name.clone(),
            reference: format!("inventory-{}", collection.id),
            version: 1,
            locations: locations.collect(),
        };
        cloud.route53.collections.insert(collection.id.clone(), filled);
    }
}

/// A block in one way of writing it. Models: `/1` to `/24` for IPv4, `/1` to `/48` for IPv6; all networks are the default location's.
fn block_of(text: &str) -> Result<String, ServiceError> {
    let parsed = text.split_once('/').and_then(|(address, length)| {
        let address: IpAddr = address.parse().ok()?;
        let length: u8 = length.parse().ok()?;
        let longest = if address.is_ipv4() { 24 } else { 48 };
        (1..=longest).contains(&length).then(|| format!("{address}/{length}"))
    });
    parsed.ok_or_else(|| ServiceError::new("InvalidInput", format!("{text} is not a valid CIDR block")))
}

fn name_of<'v>(input: &'v Value, member: &str, longest: usize) -> Result<&'v str, ServiceError> {
    let name = input[member].as_str().unwrap_or_default();
    let known = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if name.is_empty() || name.len() > longest || !name.chars().all(known) {
        let what = format!("{member} must have 1 to {longest} of the characters [0-9A-Za-z_-]");
        return Err(ServiceError::new("InvalidInput", what));
    }
    Ok(name)
}

/// The collection that a request names, if it is the caller's: another account's is as unknown as one that does not exist.
fn own(cloud: &Cloud, caller: &Caller, input: &Value, member: &str) -> Result<String, ServiceError> {
    let id = input[member].as_str().unwrap_or_default();
    let mine = |collection: &&Collection| collection.owner == caller.account;
    match cloud.route53.collections.get(id).filter(mine) {
        Some(_) => Ok(id.to_owned()),
        None => Err(ServiceError::with_status(
            404,
            "NoSuchCidrCollectionException",
            format!("The CIDR collection {id} does not exist."),
        )),
    }
}

fn arn(account: &AccountId, id: &str) -> String {
    format!("arn:aws:route53::{account}:cidrcollection/{id}")
}

fn shown(collection: &Collection, id: &str) -> Value {
    json!({
        "Arn": arn(&collection.owner, id),
        "Id": id,
        "Name": collection.name,
        "Version": collection.version,
    })
}

/// Models: a name that the account has once; the same name and reference again is answered with what it made; 5 of an account.
pub(super) fn create(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = name_of(input, "Name", 64)?;
    let reference = input["CallerReference"].as_str().unwrap_or_default();
    if reference.is_empty() || reference.len() > 64 || !reference.is_ascii() {
        let what = "CallerReference must have 1 to 64 characters of ASCII";
        return Err(ServiceError::new("InvalidInput", what));
    }
    let location = |id: &str| format!("https://route53.amazonaws.com/2013-04-01/cidrcollection/{id}");
    let mine: Vec<(&String, &Collection)> = cloud
        .route53
        .collections
        .iter()
        .filter(|(_, collection)| collection.owner == caller.account)
        .collect();
    if let Some((id, there)) = mine.iter().find(|(_, collection)| collection.name == name) {
        if there.reference == reference {
            return Ok(json!({ "Collection": shown(there, id), "Location": location(id) }));
        }
        return Err(ServiceError::new(
            "CidrCollectionAlreadyExistsException",
            format!("A CIDR collection with the name {name} and a different caller reference already exists."),
        ));
    }
    if mine.len() >= MAX_COLLECTIONS {
        return Err(ServiceError::new(
            "LimitsExceeded",
            format!("An account has at most {MAX_COLLECTIONS} CIDR collections."),
        ));
    }
    let id = new_uuid(cloud);
    let made = Collection {
        owner: caller.account.clone(),
        name: name.to_owned(),
        reference: reference.to_owned(),
        version: 1,
        locations: BTreeMap::new(),
    };
    let answer = json!({ "Collection": shown(&made, &id), "Location": location(&id) });
    cloud.route53.collections.insert(id, made);
    cloud.effect(caller, "route53 CreateCidrCollection", name);
    Ok(answer)
}

/// One change: where, whether it puts, which blocks.
type Change<'v> = (&'v str, bool, Vec<String>);

fn changes(input: &Value) -> Result<Vec<Change<'_>>, ServiceError> {
    let given = input["Changes"].as_array().map(Vec::as_slice).unwrap_or_default();
    let mut changes = Vec::new();
    for change in given {
        let puts = match change["Action"].as_str() {
            Some("PUT") => true,
            Some("DELETE_IF_EXISTS") => false,
            other => {
                let what = format!("Action is PUT or DELETE_IF_EXISTS, and not {other:?}");
                return Err(ServiceError::new("InvalidInput", what));
            }
        };
        // The default location has no blocks: it is all that the others have not.
        let location = name_of(change, "LocationName", 16)?;
        let listed = change["CidrList"].as_array().into_iter().flatten();
        let blocks: Result<Vec<String>, _> = listed.filter_map(Value::as_str).map(block_of).collect();
        changes.push((location, puts, blocks?));
    }
    let blocks: usize = changes.iter().map(|(_, _, blocks)| blocks.len()).sum();
    if blocks == 0 || blocks > MAX_BLOCKS {
        let what = format!("A request changes 1 to {MAX_BLOCKS} CIDR blocks, and not {blocks}");
        return Err(ServiceError::new("InvalidInput", what));
    }
    Ok(changes)
}

/// Models: a request is taken whole or not at all, so that a block moves from one location to another in one; a block that two locations would
/// have; a version that is not the latest; 1000 blocks of a request and of a collection; PENDING for a while.
/// That the last block of a location cannot go while a record names it is inferred: AWS's text says that a block can be in use, and not by what.
pub(super) fn change(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = own(cloud, caller, input, "Id")?;
    let changes = changes(input)?;
    let mut changed = cloud.route53.collections[&id].clone();
    if input["CollectionVersion"]
        .as_u64()
        .is_some_and(|version| version != changed.version)
    {
        return Err(ServiceError::with_status(
            409,
            "CidrCollectionVersionMismatchException",
            format!("The CIDR collection's version is {}.", changed.version),
        ));
    }
    for (location, puts, blocks) in changes {
        let held = changed.locations.entry(location.to_owned()).or_default();
        for block in blocks {
            if puts {
                held.insert(block);
            } else {
                held.remove(&block);
            }
        }
    }
    changed.locations.retain(|_, blocks| !blocks.is_empty());
    let mut seen = BTreeSet::new();
    for block in changed.locations.values().flatten() {
        if !seen.insert(block) {
            return Err(in_use(format!(
                "The CIDR block {block} is already in use by another location."
            )));
        }
    }
    if seen.len() > MAX_BLOCKS {
        return Err(ServiceError::new(
            "LimitsExceeded",
            format!("A CIDR collection has at most {MAX_BLOCKS} blocks."),
        ));
    }
    let gone = |location: &&str| *location != "*" && !changed.locations.contains_key(*location);
    if let Some(location) = used(cloud, &id).iter().map(String::as_str).find(gone) {
        return Err(in_use(format!("Records use the location {location}.")));
    }
    changed.version += 1;
    let name = changed.name.clone();
    cloud.route53.collections.insert(id, changed);
    cloud.effect(caller, "route53 ChangeCidrCollection", name);
    let change_id = new_id(cloud, 'C');
    let seconds = in_sync_seconds(&mut cloud.faults);
    let change = Submitted {
        owner: caller.account.clone(),
        at: cloud.now,
        in_sync_at: cloud.later(seconds),
        comment: None,
    };
    cloud.route53.changes.insert(change_id.clone(), change);
    Ok(json!({ "Id": change_id }))
}

fn in_use(what: String) -> ServiceError {
    ServiceError::new("CidrBlockInUseException", what)
}

/// The locations of a collection that records name.
fn used(cloud: &Cloud, id: &str) -> BTreeSet<String> {
    let sets = cloud.route53.zones.values().flat_map(|zone| zone.records.values());
    let cidr = sets
        .filter_map(|set| set.cidr())
        .filter(|(collection, _)| *collection == id);
    cidr.map(|(_, location)| location.to_owned()).collect()
}

/// Models: refused while it has blocks, or while a record names it.
pub(super) fn delete(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = own(cloud, caller, input, "Id")?;
    if !cloud.route53.collections[&id].locations.is_empty() || !used(cloud, &id).is_empty() {
        return Err(ServiceError::new(
            "CidrCollectionInUseException",
            format!("The CIDR collection {id} is in use, and isn't empty."),
        ));
    }
    if let Some(gone) = cloud.route53.collections.remove(&id) {
        cloud.effect(caller, "route53 DeleteCidrCollection", gone.name);
    }
    Ok(json!({}))
}

/// Models: the account's collections without their blocks, page by page.
pub(super) fn list(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let all = cloud.route53.collections.iter();
    let mine = all.filter(|(_, collection)| collection.owner == caller.account);
    let mine = mine.map(|(id, collection)| shown(collection, id)).collect();
    Ok(page_of(input, mine, "CidrCollections"))
}

/// Models: the names of the locations that have blocks.
pub(super) fn locations(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = own(cloud, caller, input, "CollectionId")?;
    let names = cloud.route53.collections[&id].locations.keys();
    let names = names.map(|name| json!({ "LocationName": name })).collect();
    Ok(page_of(input, names, "CidrLocations"))
}

/// Models: the blocks of a collection, or of one of its locations.
pub(super) fn blocks(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = own(cloud, caller, input, "CollectionId")?;
    let locations = &cloud.route53.collections[&id].locations;
    let asked = input["LocationName"].as_str();
    if let Some(asked) = asked.filter(|asked| !locations.contains_key(*asked)) {
        return Err(ServiceError::with_status(
            404,
            "NoSuchCidrLocationException",
            format!("The CIDR collection {id} has no location {asked}."),
        ));
    }
    let found = locations
        .iter()
        .filter(|(name, _)| asked.is_none_or(|asked| asked == *name));
    let found = found.flat_map(|(name, blocks)| blocks.iter().map(move |block| (name, block)));
    let found = found.map(|(name, block)| json!({ "CidrBlock": block, "LocationName": name }));
    let found = found.collect();
    Ok(page_of(input, found, "CidrBlocks"))
}

/// What is wrong with a record's collection and location. Models: both must exist, in the zone's own account. The wording is not documented.
pub(super) fn fault(cloud: &Cloud, owner: &AccountId, collection: &str, location: &str) -> Option<String> {
    let mine = |found: &&Collection| found.owner == *owner;
    let Some(found) = cloud.route53.collections.get(collection).filter(mine) else {
        return Some(format!("CIDR collection {collection} does not exist"));
    };
    let known = location == "*" || found.locations.contains_key(location);
    (!known).then(|| format!("CIDR collection {collection} has no location {location}"))
}

#[cfg(test)]
#[path = "collections_tests.rs"]
mod tests;
