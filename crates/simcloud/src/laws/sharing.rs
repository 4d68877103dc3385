//! Law 2: nothing is ever shared with anyone but the two accounts, and no transport share outlives the run.

use std::collections::{BTreeMap, BTreeSet};

use model::ids::AccountId;
use serde_json::Value;

use super::{Laws, Parties};
use crate::cloud::{Cloud, Effect};
use crate::s3;
use crate::services::route53::{every_zone, owner_of_vpc};
use crate::services::storage_key::account_of;
use crate::services::{ec2, elasticache, kms, ram, rds};

/// What a grant by ACL to ElastiCache itself is told as: it reads and writes snapshots for the account that asks it to, and is no account
/// that anybody could use. It is to end with the run all the same.
const ELASTICACHE: &str = "ElastiCache";

/// Someone beside the owner who is admitted to something.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Grant {
    /// An ARN, or a bucket's name.
    pub(super) resource: String,
    /// An account id; `all` or `*` for everyone.
    pub(super) who: String,
}

impl std::fmt::Display for Grant {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{} admits {}", self.resource, self.who)
    }
}

/// The places where something can be shared, each looked at only when a call changed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Place {
    Stored,
    Bucket,
    Key,
    Zone,
}

fn place_of(effect: &Effect) -> Option<Place> {
    match effect.operation.as_str() {
        "rds ModifyDBSnapshotAttribute"
        | "rds ModifyDBClusterSnapshotAttribute"
        | "ec2 ModifyImageAttribute"
        | "ec2 ModifySnapshotAttribute"
        | "ram CreateResourceShare" => Some(Place::Stored),
        "s3 PutBucketPolicy" | "s3 PutBucketAcl" | "s3 PutObjectAcl" => Some(Place::Bucket),
        "kms CreateKey" | "kms PutKeyPolicy" | "kms CreateGrant" => Some(Place::Key),
        "route53 CreateVPCAssociationAuthorization" | "route53 AssociateVPCWithHostedZone" => Some(Place::Zone),
        _ => None,
    }
}

/// Which VPCs of other accounts resolve a private zone, or may be made to. Of the latter nobody knows whether the VPC exists.
fn grants_of_zones(cloud: &Cloud) -> Vec<(AccountId, Grant)> {
    let mut found = Vec::new();
    for zone in every_zone(cloud).filter(|zone| zone.private) {
        let resolving = zone.vpcs.iter().map(|vpc| ("vpc", vpc));
        for (how, vpc) in resolving.chain(zone.authorised.iter().map(|vpc| ("authorized", vpc))) {
            let who = owner_of_vpc(cloud, vpc);
            if who.as_ref() == Some(&zone.owner) {
                continue;
            }
            let who = who.map_or_else(|| "nobody known".to_owned(), |who| who.as_str().to_owned());
            let resource = format!("arn:aws:route53:::hostedzone/{}?{how}={}", zone.id, vpc.id);
            found.push((zone.owner.clone(), Grant { resource, who }));
        }
    }
    found
}

fn grants_at(cloud: &Cloud, place: Place) -> Vec<(AccountId, Grant)> {
    match place {
        Place::Stored => rds::shares(cloud)
            .into_iter()
            .chain(ec2::shares(cloud))
            .chain(ram::shares(cloud))
            .map(|(resource, owner, who)| (owner, Grant { resource, who }))
            .collect(),
        Place::Bucket => s3::audit::foreign_grants(cloud)
            .into_iter()
            // A service acts for the account that configured it; nobody else can read through it.
            .filter(|(_, _, who)| !who.ends_with(".amazonaws.com"))
            .filter_map(|(resource, _, who)| {
                let owner = cloud.s3.by_name.get(&resource)?.owner.clone();
                Some((owner, Grant { resource, who }))
            })
            .chain(s3::acl::every_grant(cloud).into_iter().filter_map(|(resource, id)| {
                let bucket = resource.split('/').next().unwrap_or(&resource);
                let owner = cloud.s3.by_name.get(bucket)?.owner.clone();
                let who = match elasticache::is_service(&id) {
                    true => ELASTICACHE.to_owned(),
                    false => id,
                };
                let resource = bucket.to_owned();
                Some((owner, Grant { resource, who }))
            }))
            .collect(),
        Place::Key => kms::keys(cloud)
            .iter()
            .flat_map(|(arn, key)| {
                foreigners(key).into_iter().map(|who| {
                    let resource = arn.clone();
                    (key.account.clone(), Grant { resource, who })
                })
            })
            .collect(),
        Place::Zone => grants_of_zones(cloud),
    }
}

/// Everyone who is admitted to anything that is not theirs.
pub(super) fn every_grant(cloud: &Cloud) -> BTreeSet<Grant> {
    [Place::Stored, Place::Bucket, Place::Key, Place::Zone]
        .into_iter()
        .flat_map(|place| grants_at(cloud, place))
        .map(|(_, grant)| grant)
        .collect()
}

/// The accounts that a key's policy and grants admit beside its own.
fn foreigners(key: &kms::Key) -> BTreeSet<String> {
    let document: Value = serde_json::from_str(key.policy()).unwrap_or_default();
    let mut found = BTreeSet::new();
    for statement in statements(&document).filter(|statement| statement["Effect"] == "Allow") {
        let principal = &statement["Principal"];
        let named = if principal.is_object() {
            &principal["AWS"]
        } else {
            principal
        };
        for one in texts(named) {
            // Policies of AWS-managed keys and their imitations admit everyone and narrow it by the account that calls.
            match (one, callers(&statement["Condition"])) {
                ("*", Some(accounts)) => found.extend(accounts),
                _ => {
                    found.insert(account_of(one).unwrap_or(one).to_owned());
                }
            }
        }
        if statement.get("NotPrincipal").is_some() {
            found.insert("*".to_owned());
        }
    }
    found.extend(
        key.grants
            .iter()
            .filter(|grant| !grant.grantee.ends_with(".amazonaws.com"))
            .map(|grant| account_of(&grant.grantee).unwrap_or(&grant.grantee).to_owned()),
    );
    found.remove(key.account.as_str());
    found
}

fn callers(condition: &Value) -> Option<Vec<String>> {
    let keys = condition["StringEquals"].as_object()?;
    let narrowing =
        |key: &str| key.eq_ignore_ascii_case("kms:CallerAccount") || key.eq_ignore_ascii_case("aws:PrincipalAccount");
    let (_, accounts) = keys.iter().find(|(key, _)| narrowing(key))?;
    Some(texts(accounts).map(str::to_owned).collect())
}

/// The statements of a policy, one or many.
pub(super) fn statements(document: &Value) -> impl Iterator<Item = &Value> {
    one_or_many(&document["Statement"])
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    one_or_many(value).filter_map(Value::as_str)
}

fn one_or_many(value: &Value) -> impl Iterator<Item = &Value> {
    let many = value.as_array().map(Vec::as_slice).unwrap_or_default();
    let one = (!value.is_array() && !value.is_null()).then_some(value);
    one.into_iter().chain(many)
}

fn by_the_plan(laws: &Laws, grant: &Grant) -> bool {
    laws.allowed_lasting.contains(&grant.to_string())
}

/// Looks at what has been shared since the last look.
pub(super) fn check(laws: &mut Laws, cloud: &Cloud, parties: &Parties, effects: &[Effect]) {
    let places: BTreeSet<Place> = effects.iter().filter_map(place_of).collect();
    for place in places {
        for (owner, grant) in grants_at(cloud, place) {
            let fine = !parties.has(owner.as_str())
                || parties.has(&grant.who)
                || grant.who == ELASTICACHE
                || laws.baseline.grants.contains(&grant)
                || by_the_plan(laws, &grant);
            if !fine {
                laws.tell(2, &grant.to_string(), || {
                    format!("{grant}, which is neither the source nor the target account")
                });
            }
        }
    }
}

/// What is still shared although the run is over. Returns the resources, so that nothing is told twice.
pub(super) fn at_end(
    laws: &mut Laws,
    cloud: &Cloud,
    parties: &Parties,
    only: impl Fn(&str) -> bool,
) -> BTreeSet<String> {
    let mut left: BTreeMap<Grant, bool> = BTreeMap::new();
    for place in [Place::Stored, Place::Bucket, Place::Key, Place::Zone] {
        for (owner, grant) in grants_at(cloud, place) {
            let meant = laws.baseline.grants.contains(&grant)
                || by_the_plan(laws, &grant)
                || laws.allowed_lasting.contains(&grant.resource)
                    && (parties.has(&grant.who) || grant.who == ELASTICACHE);
            left.insert(grant, !meant && parties.has(owner.as_str()));
        }
    }
    let left = left.into_iter().filter(|(grant, left)| *left && only(&grant.resource));
    let mut resources = BTreeSet::new();
    for (grant, _) in left {
        laws.tell(2, &format!("{grant} at the end"), || {
            format!("{grant} although the run is over")
        });
        resources.insert(grant.resource);
    }
    resources
}
