//! Route 53: hosted zones and their records, as the control plane knows them. What name servers and resolvers say of them is
//! in [`dns`]: a change is stored at once, and served only when it is `INSYNC`.
//!
//! Models: zones that belong to one account and cannot move, four new name servers for every zone, caller references,
//! atomic batches, changes that take time, the request rates of an account, tags, limits, the VPCs of private zones, CIDR collections,
//! health checks.
//! Leaves out: traffic policies, reusable delegation sets, query logging, what a resolver in a VPC answers. Of DNSSEC only
//! whether a zone of the inventory is signed.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;
use model::ids::AccountId;
use model::inventory::{AccountInventory, ZoneVpc};
use serde_json::{Value, json};

use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::dns::{self, Served, World};
use crate::faults::{FaultLevel, Faults};

mod audit;
mod changes;
mod checks;
mod collections;
mod listing;
pub mod names;
pub mod records;
mod vpcs;
mod zones;

pub use audit::{ZoneSummary, every_check, every_collection, every_zone};
pub use checks::Check;
pub use collections::Collection;
use records::{RecordSet, Records};
pub(crate) use vpcs::owner as owner_of_vpc;

/// Record sets in a zone, by default.
const MAX_RECORD_SETS: usize = 10_000;
/// Hosted zones of an account, by default.
const MAX_ZONES: usize = 500;

/// State.
#[derive(Default)]
pub struct Zones {
    /// Every hosted zone, by id without prefix.
    zones: BTreeMap<String, HostedZone>,
    /// Every change that was submitted, by id without prefix.
    changes: BTreeMap<String, Submitted>,
    /// What becomes visible at the name servers, in order; the number keeps equal times apart.
    due: BTreeMap<(Timestamp, u64), Due>,
    /// How many events were ever put into `due`.
    events: u64,
    /// Caller references that made a zone. Whether AWS frees one with its zone is not documented; it is kept.
    references: BTreeSet<(AccountId, String)>,
    /// Every CIDR collection, by id.
    collections: BTreeMap<String, Collection>,
    /// Every health check, by id.
    checks: BTreeMap<String, Check>,
    /// Those that records of the inventory name and it does not list: they exist, and nothing is known of them.
    unlisted_checks: BTreeSet<String>,
    /// Caller references of health checks that were deleted.
    check_references: BTreeSet<(AccountId, String)>,
    /// Whose the VPCs are that only zones of the inventory name.
    vpc_owners: BTreeMap<ZoneVpc, AccountId>,
    /// Request tokens by account and operation; an empty operation stands for all of them together.
    rates: BTreeMap<(AccountId, &'static str), Tokens>,
    /// What DNS serves now.
    pub world: World,
    /// What DNS served from each moment on at which that changed, since the law was last checked.
    pub(crate) moments: Vec<(Timestamp, World)>,
    /// What one resolver, shared by everyone who asks with recursion, has cached.
    pub(crate) resolver: dns::resolver::Resolver,
}

/// What becomes visible at the name servers.
#[derive(Debug, Clone)]
enum Due {
    /// A zone as it is served then; none when it is gone.
    Zone(String, Option<Served>),
    /// Where a registry points then: the zone, its name servers.
    Registry(String, Vec<String>),
}

/// One hosted zone.
#[derive(Debug, Clone)]
pub(crate) struct HostedZone {
    owner: AccountId,
    /// Canonical name.
    name: String,
    /// Its VPCs if it is private.
    private: Option<vpcs::Private>,
    /// The service that alone may edit it.
    linked_service: Option<String>,
    comment: Option<String>,
    caller_reference: String,
    /// Lower case, without the last dot.
    name_servers: Vec<String>,
    records: Arc<Records>,
    tags: BTreeMap<String, String>,
    /// Whether Route 53 signs it.
    signed: bool,
    /// Until when a change of this zone is in work, so that another is refused.
    busy_until: Timestamp,
    /// When its latest change is served: changes of one zone never overtake each other.
    in_sync_at: Timestamp,
}

/// A change that was taken.
#[derive(Debug, Clone)]
struct Submitted {
    owner: AccountId,
    at: Timestamp,
    in_sync_at: Timestamp,
    comment: Option<String>,
}

/// A token bucket, counted in thousandths.
#[derive(Debug, Clone, Copy)]
struct Tokens {
    left: i64,
    at: Timestamp,
}

/// Fills from the inventory. Its records are served from the start.
pub fn fill(cloud: &mut Cloud, account: &AccountId, contents: &AccountInventory) {
    collections::fill(cloud, account, contents);
    checks::fill(cloud, account, contents);
    for zone in &contents.zones {
        let Some(name) = names::canonical(&zone.name) else {
            continue;
        };
        let mut records: Records = zone
            .records
            .iter()
            .filter_map(RecordSet::of_inventory)
            .map(|set| (set.key(), Arc::new(set)))
            .collect();
        let apex_ns = records.values().find(|set| set.kind == "NS" && set.name == name);
        let mut servers: Vec<String> = zone.name_servers.iter().map(|server| names::server(server)).collect();
        if servers.is_empty() {
            servers = apex_ns
                .iter()
                .flat_map(|set| &set.values)
                .map(|server| names::server(server))
                .collect();
        }
        if servers.is_empty() {
            servers = zones::new_name_servers(cloud, zone.private);
        }
        // An inventory that was cut down to what matters may lack what Route 53 always has.
        for set in zones::apex(&name, &servers) {
            records.entry(set.key()).or_insert_with(|| Arc::new(set));
        }
        let id = if zone.id.is_empty() {
            new_id(cloud, 'Z')
        } else {
            bare_id(&zone.id).to_owned()
        };
        let hosted = HostedZone {
            owner: account.clone(),
            name,
            private: zone.private.then(|| vpcs::Private {
                vpcs: zone.vpcs.iter().cloned().collect(),
                authorised: BTreeSet::new(),
            }),
            linked_service: zone.linked_service.clone(),
            comment: None,
            caller_reference: format!("inventory-{id}"),
            name_servers: servers,
            records: Arc::new(records),
            tags: zone.tags.clone(),
            signed: zone.signed == Some(true),
            busy_until: cloud.now,
            in_sync_at: cloud.now,
        };
        for vpc in &zone.vpcs {
            let owners = &mut cloud.route53.vpc_owners;
            owners.entry(vpc.clone()).or_insert_with(|| account.clone());
        }
        if let Some(served) = hosted.served() {
            cloud.route53.world.zones.insert(id.clone(), served);
        }
        cloud.route53.zones.insert(id, hosted);
    }
    cloud.route53.world.delegate_top_zones();
}

/// What is due by now: each change reaches the name servers at its own moment.
pub fn advance(cloud: &mut Cloud) {
    let zones = &mut cloud.route53;
    while let Some(entry) = zones.due.first_entry().filter(|entry| entry.key().0 <= cloud.now) {
        let ((at, _), due) = entry.remove_entry();
        match due {
            Due::Zone(id, served) => zones.world.serve(at, id, served),
            Due::Registry(zone, servers) => zones.world.register(at, zone, servers),
        }
        zones.moments.push((at, zones.world.clone()));
    }
}

/// One operation.
pub fn handle(cloud: &mut Cloud, caller: &Caller, operation: &str, input: &Value) -> Answer {
    let handler: fn(&mut Cloud, &Caller, &Value) -> Answer = match operation {
        "CreateHostedZone" => zones::create,
        "GetHostedZone" => zones::get,
        "DeleteHostedZone" => zones::delete,
        "UpdateHostedZoneComment" => zones::update_comment,
        "GetHostedZoneLimit" => zones::zone_limit,
        "GetAccountLimit" => zones::account_limit,
        "GetHostedZoneCount" => zones::count,
        "GetDNSSEC" => zones::dnssec,
        "ChangeTagsForResource" => zones::change_tags,
        "ListTagsForResource" => zones::list_tags,
        "TestDNSAnswer" => zones::test_answer,
        "ListHostedZones" => listing::zones,
        "ListHostedZonesByName" => listing::zones_by_name,
        "ListResourceRecordSets" => listing::record_sets,
        "ChangeResourceRecordSets" => changes::change,
        "GetChange" => get_change,
        "CreateVPCAssociationAuthorization" => vpcs::authorise,
        "ListVPCAssociationAuthorizations" => vpcs::authorised,
        "DeleteVPCAssociationAuthorization" => vpcs::withdraw,
        "AssociateVPCWithHostedZone" => vpcs::associate,
        "DisassociateVPCFromHostedZone" => vpcs::disassociate,
        "ListHostedZonesByVPC" => vpcs::zones_of,
        "CreateCidrCollection" => collections::create,
        "ChangeCidrCollection" => collections::change,
        "ListCidrCollections" => collections::list,
        "ListCidrLocations" => collections::locations,
        "ListCidrBlocks" => collections::blocks,
        "DeleteCidrCollection" => collections::delete,
        "CreateHealthCheck" => checks::create,
        "GetHealthCheck" => checks::get,
        "ListHealthChecks" => checks::list,
        "GetHealthCheckStatus" => checks::status,
        "DeleteHealthCheck" => checks::delete,
        _ => return Err(ServiceError::not_modelled("route53", operation)),
    };
    take_token(cloud, &caller.account, operation)?;
    handler(cloud, caller, input)
}

/// Every request takes a token of the account's common bucket, whoever in the account makes it; a few operations have a
/// smaller one besides.
fn take_token(cloud: &mut Cloud, account: &AccountId, operation: &str) -> Result<(), ServiceError> {
    // Its capacity, and how many thousandths a second gives back.
    let own: Option<(&'static str, i64, i64)> = match operation {
        "CreateHostedZone" => Some(("CreateHostedZone", 40, 2000)),
        "DeleteHostedZone" => Some(("DeleteHostedZone", 40, 5000)),
        "AssociateVPCWithHostedZone" => Some(("AssociateVPCWithHostedZone", 20, 5000)),
        "DisassociateVPCFromHostedZone" => Some(("DisassociateVPCFromHostedZone", 10, 5000)),
        "CreateCidrCollection" => Some(("CreateCidrCollection", 40, 5000)),
        "ChangeCidrCollection" => Some(("ChangeCidrCollection", 40, 5000)),
        "DeleteCidrCollection" => Some(("DeleteCidrCollection", 40, 5000)),
        "CreateHealthCheck" => Some(("CreateHealthCheck", 50, 500)),
        "DeleteHealthCheck" => Some(("DeleteHealthCheck", 15, 3000)),
        "GetHealthCheckStatus" => Some(("GetHealthCheckStatus", 4, 1000)),
        _ => None,
    };
    let now = cloud.now;
    for (bucket, capacity, per_second) in own.into_iter().chain([("", 50, 10_000)]) {
        let tokens = cloud.route53.rates.entry((account.clone(), bucket)).or_insert(Tokens {
            left: capacity * 1000,
            at: now,
        });
        let passed = now.duration_since(tokens.at).as_millis().clamp(0, 3_600_000);
        let gained = i64::try_from(passed).unwrap_or(3_600_000) * per_second / 1000;
        *tokens = Tokens {
            left: (tokens.left + gained).min(capacity * 1000),
            at: now,
        };
        if tokens.left < 1000 {
            return Err(ServiceError::new("Throttling", "Rate exceeded"));
        }
        tokens.left -= 1000;
    }
    Ok(())
}

/// Models: `PENDING` until the name servers have it; ids of another account are unknown.
fn get_change(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = bare_id(input["Id"].as_str().unwrap_or_default());
    match cloud
        .route53
        .changes
        .get(id)
        .filter(|change| change.owner == caller.account)
    {
        Some(change) => Ok(json!({ "ChangeInfo": change.info(id, cloud.now) })),
        None => Err(ServiceError::with_status(
            404,
            "NoSuchChange",
            format!("Could not find resource with ID: {id}"),
        )),
    }
}

impl Submitted {
    fn info(&self, id: &str, now: Timestamp) -> Value {
        let status = if now < self.in_sync_at { "PENDING" } else { "INSYNC" };
        let mut info = json!({"Id": format!("/change/{id}"), "Status": status, "SubmittedAt": self.at.to_string()});
        if let Some(comment) = &self.comment {
            info["Comment"] = json!(comment);
        }
        info
    }
}

impl HostedZone {
    /// What its name servers have to answer from; a private zone has none that the world can ask.
    fn served(&self) -> Option<Served> {
        self.private.is_none().then(|| Served {
            name: self.name.clone(),
            servers: self.name_servers.clone(),
            records: self.records.clone(),
        })
    }

    fn to_value(&self, id: &str) -> Value {
        let mut config = json!({ "PrivateZone": self.private.is_some() });
        if let Some(comment) = &self.comment {
            config["Comment"] = json!(comment);
        }
        let mut shown = json!({
            "Id": format!("/hostedzone/{id}"),
            "Name": self.name,
            "CallerReference": self.caller_reference,
            "Config": config,
            "ResourceRecordSetCount": self.records.len(),
        });
        if let Some(service) = &self.linked_service {
            shown["LinkedService"] =
                json!({ "ServicePrincipal": service, "Description": format!("made by {service}") });
        }
        shown
    }

    /// Models: what a service has made, that service alone edits.
    fn must_be_editable(&self, id: &str) -> Result<(), ServiceError> {
        match &self.linked_service {
            None => Ok(()),
            Some(service) => Err(ServiceError::with_status(
                403,
                "AccessDenied",
                format!("The resource hostedzone/{id} can only be managed through {service}"),
            )),
        }
    }
}

/// Takes a change of a zone as it stands now, or its deletion: PENDING from here, at the name servers later.
fn submit(cloud: &mut Cloud, caller: &Caller, zone_id: &str, comment: Option<String>) -> Value {
    let id = new_id(cloud, 'C');
    let delay = in_sync_seconds(&mut cloud.faults);
    let mut in_sync_at = cloud.later(delay);
    let now = cloud.now;
    let mut served = None;
    if let Some(zone) = cloud.route53.zones.get_mut(zone_id) {
        in_sync_at = in_sync_at.max(zone.in_sync_at);
        zone.in_sync_at = in_sync_at;
        served = zone.served();
    } else if let Some(latest) = cloud
        .route53
        .due
        .iter()
        .filter(|(_, due)| matches!(due, Due::Zone(id, _) if id == zone_id))
        .map(|(key, _)| key.0)
        .max()
    {
        in_sync_at = in_sync_at.max(latest);
    }
    let zones = &mut cloud.route53;
    zones.events += 1;
    zones
        .due
        .insert((in_sync_at, zones.events), Due::Zone(zone_id.to_owned(), served));
    let change = Submitted {
        owner: caller.account.clone(),
        at: now,
        in_sync_at,
        comment,
    };
    let info = change.info(&id, now);
    zones.changes.insert(id, change);
    info
}

/// A person is asked to point a registry, or whoever else serves the zone above a top zone, at other name servers, and gets round to it some time
/// later. Nothing in AWS does it. Asked again for what is so already, or will be, they do nothing.
pub fn ask_registrar(cloud: &mut Cloud, zone: &str, servers: &[String]) {
    let Some(zone) = names::canonical(zone) else { return };
    let mut servers: Vec<String> = servers.iter().map(|server| names::server(server)).collect();
    servers.sort();
    let due = cloud.route53.due.values().rev().find_map(|due| match due {
        Due::Registry(of, servers) if *of == zone => Some(servers),
        Due::Registry(..) | Due::Zone(..) => None,
    });
    if due.or(cloud.route53.world.registered(&zone)) == Some(&servers) {
        return;
    }
    let seconds = match cloud.faults.level() {
        FaultLevel::None => 300,
        FaultLevel::Usual | FaultLevel::Harsh | FaultLevel::Hostile => cloud.faults.stream("registrar").i64(60..3600),
    };
    let at = cloud.later(seconds);
    let zones = &mut cloud.route53;
    zones.events += 1;
    // Who is asked for the opposite before having acted on the first word does only the last.
    zones
        .due
        .retain(|_, due| !matches!(due, Due::Registry(of, _) if *of == zone));
    zones.due.insert((at, zones.events), Due::Registry(zone, servers));
}

/// How long a change takes to reach every name server: usually under a minute.
fn in_sync_seconds(faults: &mut Faults) -> i64 {
    let longest = match faults.level() {
        FaultLevel::None => 35,
        FaultLevel::Usual => 60,
        FaultLevel::Harsh | FaultLevel::Hostile => 180,
    };
    faults.stream("route53 in sync").i64(15..=longest)
}

/// How long a change keeps its zone busy, so that the next gets `PriorRequestNotComplete`.
fn busy_seconds(faults: &mut Faults) -> i64 {
    let longest = match faults.level() {
        FaultLevel::None => return 0,
        FaultLevel::Usual => 2,
        FaultLevel::Harsh | FaultLevel::Hostile => 12,
    };
    faults.stream("route53 busy").i64(0..=longest)
}

/// The zone that a request names, if it exists and belongs to the caller's account.
fn zone_of(cloud: &Cloud, caller: &Caller, input: &Value, member: &str) -> Result<String, ServiceError> {
    let id = bare_id(input[member].as_str().unwrap_or_default());
    match cloud.route53.zones.get(id) {
        None => Err(ServiceError::with_status(
            404,
            "NoSuchHostedZone",
            format!("No hosted zone found with ID: {id}"),
        )),
        Some(zone) if zone.owner != caller.account => Err(ServiceError::with_status(
            403,
            "AccessDenied",
            format!("User: {} is not authorized to access this resource", caller.principal),
        )),
        Some(_) => Ok(id.to_owned()),
    }
}

/// An id without `/hostedzone/`, `/change/` or `/delegationset/`: answers carry the prefix, requests may.
pub(crate) fn bare_id(id: &str) -> &str {
    id.rsplit('/').next().unwrap_or(id)
}

fn new_id(cloud: &mut Cloud, first: char) -> String {
    let random = cloud.faults.stream("route53 ids");
    let letters = b"0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
    std::iter::once(first)
        .chain((0..20).map(|_| char::from(letters[random.usize(..letters.len())])))
        .collect()
}

fn new_uuid(cloud: &mut Cloud) -> String {
    let hex = cloud.faults.letters("route53 uuids", "0123456789abcdef", 30);
    let parts = [&hex[..8], &hex[8..12], &hex[12..15], &hex[15..18], &hex[18..]];
    format!("{}-{}-4{}-a{}-{}", parts[0], parts[1], parts[2], parts[3], parts[4])
}

/// One page of a list whose token is the place of the next one.
fn page_of(input: &Value, all: Vec<Value>, member: &str) -> Value {
    let asked = input["MaxResults"].as_str().and_then(|most| most.parse().ok());
    let most = asked.unwrap_or(100_usize).clamp(1, 100);
    let from = input["NextToken"].as_str().and_then(|token| token.parse().ok());
    let from = from.unwrap_or(0_usize).min(all.len());
    let page: Vec<&Value> = all.iter().skip(from).take(most).collect();
    let mut answer = json!({ member: page });
    if from + most < all.len() {
        answer["NextToken"] = json!((from + most).to_string());
    }
    answer
}

/// A whole number that may stand as text: page sizes are text in Route 53's model.
fn page_size(input: &Value, most: usize) -> usize {
    let given = &input["MaxItems"];
    let asked = given
        .as_u64()
        .or_else(|| given.as_str()?.parse().ok())
        .and_then(|n| usize::try_from(n).ok());
    asked.unwrap_or(most).clamp(1, most)
}

#[cfg(test)]
#[path = "route53_tests.rs"]
mod tests;
