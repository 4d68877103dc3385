//! DNS answers at every instant, from what Route 53 serves.
//!
//! A [`World`] is what every name server would say at one moment: the zones that are served, where the registries point, and
//! which older delegations resolvers may still have cached. Authoritative answers come from it without a clock, so the law on
//! names ([`watch`]) can look at each moment at which it changed, and a resolver ([`resolver`]) can walk through it.
//!
//! Models: servers that answer for their own zones only, referrals, wildcards, CNAME chains, aliases, weighted sets, negative
//! answers. Leaves out: DNSSEC, answers that differ by the client's place (the first set answers) or network
//! (that of the default location answers) or by a health check (all count as healthy), transfers.

use std::collections::{BTreeMap, BTreeSet};
use std::net::{Ipv4Addr, Ipv6Addr};
use std::sync::Arc;

use jiff::{SignedDuration, Timestamp};

use crate::cloud::Cloud;
use crate::services::route53::names;
use crate::services::route53::records::{RecordKey, RecordSet, Records};

mod answers;
pub mod message;
pub mod resolver;
pub mod watch;

pub use resolver::{Resolution, resolve};
pub use watch::{Meant, NameWatch, check_names, plan_name, watch_names};

/// The one server above all zones: root, registries and registrars at once. It refers to the top zones.
pub const ROOT_SERVER: &str = "root.simcloud.invalid";
/// The name of the caching resolver, for those who want recursion from [`answer`].
pub const RESOLVER: &str = "resolver.simcloud.invalid";
/// The TTL of a registry's NS records. It is not the zone owner's to change.
const REGISTRY_TTL: u32 = 172_800;

/// What DNS serves at one moment.
#[derive(Debug, Clone, Default)]
pub struct World {
    /// The public zones on their name servers, by hosted zone id.
    pub(crate) zones: BTreeMap<String, Served>,
    /// Where the registries point: top zone, name servers.
    registries: BTreeMap<String, Vec<String>>,
    /// Delegations that have been replaced and may still be cached.
    past: BTreeMap<String, Vec<Past>>,
}

/// A zone as its name servers have it.
#[derive(Debug, Clone)]
pub struct Served {
    /// Its canonical name.
    pub name: String,
    /// The servers that have it.
    pub servers: Vec<String>,
    /// Its record sets.
    pub records: Arc<Records>,
}

/// A set of name servers for a cut, as seen in the parent or at the child's apex.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Delegation {
    /// Sorted.
    pub(crate) servers: Vec<String>,
    pub(crate) ttl: u32,
}

/// A delegation that is gone but may be cached.
#[derive(Debug, Clone)]
struct Past {
    servers: Vec<String>,
    until: Timestamp,
}

/// A response code.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Code {
    /// The name exists, with or without data of the type; or a referral.
    NoError,
    /// The name does not exist.
    NxDomain,
    /// The server has no zone for the name.
    Refused,
    /// No server could be made to answer.
    ServFail,
}

impl Code {
    /// As `dig` writes it.
    pub fn as_str(self) -> &'static str {
        match self {
            Code::NoError => "NOERROR",
            Code::NxDomain => "NXDOMAIN",
            Code::Refused => "REFUSED",
            Code::ServFail => "SERVFAIL",
        }
    }
}

/// One resource record.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rr {
    /// Canonical owner name.
    pub name: String,
    /// Its type.
    pub kind: String,
    /// Seconds.
    pub ttl: u32,
    /// Its value as Route 53 writes it.
    pub value: String,
}

/// The names of the real root servers lead to the only one that there is.
fn is_root(server: &str) -> bool {
    server == ROOT_SERVER || server.ends_with(".root-servers.net")
}

/// What one server says to one question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reply {
    /// The response code.
    pub code: Code,
    /// Whether the server speaks for the zone; a referral does not.
    pub authoritative: bool,
    /// The answer section.
    pub answers: Vec<Rr>,
    /// The authority section: the SOA of a negative answer, the NS of a referral.
    pub authorities: Vec<Rr>,
}

impl Reply {
    /// What a server says of a zone that it does not have.
    pub fn refused() -> Self {
        Self {
            code: Code::Refused,
            authoritative: false,
            answers: Vec::new(),
            authorities: Vec::new(),
        }
    }

    /// Whether it points to another zone's servers instead of answering.
    pub fn is_referral(&self) -> bool {
        self.code == Code::NoError && !self.authoritative && self.authorities.iter().any(|record| record.kind == "NS")
    }
}

/// The fixed, made-up address of a name server, or of any other host that simcloud has to invent: the same for the same name
/// in every run, and in 10.0.0.0/8, so that it can never be somebody's.
pub fn address_of(server: &str) -> Ipv4Addr {
    let [_, b, c, d] = u32::try_from(hash(&names::server(server)) & 0xffff_ffff)
        .unwrap_or_default()
        .to_be_bytes();
    Ipv4Addr::new(10, b, c, d)
}

/// The made-up value of an A or AAAA alias to a resource of AWS: the same for the same target, whichever zone says it. The
/// console's `dualstack.` makes no difference.
fn address_value(kind: &str, target: &str) -> String {
    let host = names::server(target);
    let host = host.strip_prefix("dualstack.").unwrap_or(&host);
    match kind {
        "AAAA" => Ipv6Addr::from(0x2001_0db8_u128 << 96 | u128::from(hash(host))).to_string(),
        _ => address_of(host).to_string(),
    }
}

/// FNV-1a, finished with a mix: its low bits alone hardly differ between names that differ in one digit.
fn hash(text: &str) -> u64 {
    let hash = text.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| {
        (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
    });
    let hash = (hash ^ (hash >> 32)).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    hash ^ (hash >> 29)
}

/// Answers one DNS message as a server would, named or by the address given to it. [`RESOLVER`] recurses; every other server
/// speaks for its own zones only, and refuses the rest.
pub fn answer(cloud: &mut Cloud, server: &str, query: &[u8]) -> Vec<u8> {
    let Some(query) = message::read(query) else {
        return message::unreadable(query);
    };
    let server = cloud.route53.world.server_named(server);
    let recurses = server.as_deref() == Some(RESOLVER);
    let reply = match &server {
        Some(_) if recurses => resolve(cloud, &query.name, &query.kind).into_reply(),
        Some(server) => cloud
            .route53
            .world
            .reply(server, &query.name, &query.kind, u64::from(query.id())),
        None => Reply::refused(),
    };
    message::write(&query, &reply, recurses)
}

/// Points a registry, or whoever else serves the zone above a top zone, at other name servers, at once.
pub fn change_registry(cloud: &mut Cloud, zone: &str, servers: &[String]) {
    let Some(zone) = names::canonical(zone) else { return };
    let mut servers: Vec<String> = servers.iter().map(|server| names::server(server)).collect();
    servers.sort();
    let now = cloud.now;
    let zones = &mut cloud.route53;
    zones.world.register(now, zone, servers);
    let world = zones.world.clone();
    zones.moments.push((now, world));
}

/// The record sets of exactly this name.
pub(crate) fn sets_at<'r>(records: &'r Records, name: &'r str) -> impl Iterator<Item = &'r Arc<RecordSet>> {
    records
        .range(RecordKey::new(name, "", "")..)
        .take_while(move |(key, _)| key.name == name)
        .map(|(_, set)| set)
}

/// Whether this name or one below it has a record set.
fn exists(records: &Records, name: &str) -> bool {
    records
        .range(RecordKey::new(name, "", "")..)
        .next()
        .is_some_and(|(key, _)| key.at_or_below(name))
}

impl World {
    /// Points the registries at the public zones that have no enclosing zone in the inventory. Of several of one name, the one
    /// with the most records is taken for the one in use.
    pub(crate) fn delegate_top_zones(&mut self) {
        self.registries.clear();
        let mut largest: BTreeMap<&str, &Served> = BTreeMap::new();
        for zone in self.zones.values() {
            let enclosed = self
                .zones
                .values()
                .any(|other| other.name != zone.name && names::within(&zone.name, &other.name));
            let smaller = largest
                .get(zone.name.as_str())
                .is_none_or(|other| other.records.len() < zone.records.len());
            if !enclosed && smaller {
                largest.insert(&zone.name, zone);
            }
        }
        self.registries = largest
            .into_iter()
            .map(|(name, zone)| {
                let mut servers = zone.servers.clone();
                servers.sort();
                (name.to_owned(), servers)
            })
            .collect();
    }

    /// From this moment on, a zone is served so, or not at all.
    pub(crate) fn serve(&mut self, at: Timestamp, id: String, served: Option<Served>) {
        self.altered(at, |world| match served {
            Some(zone) => {
                world.zones.insert(id, zone);
            }
            None => {
                world.zones.remove(&id);
            }
        });
    }

    /// From this moment on, a registry points at these name servers.
    pub(crate) fn register(&mut self, at: Timestamp, zone: String, servers: Vec<String>) {
        self.altered(at, |world| {
            world.registries.insert(zone, servers);
        });
    }

    /// Where a registry points.
    pub(crate) fn registered(&self, zone: &str) -> Option<&Vec<String>> {
        self.registries.get(zone)
    }

    /// Changes something, and keeps the delegations that this replaced for as long as they may be cached.
    fn altered(&mut self, at: Timestamp, change: impl FnOnce(&mut Self)) {
        let before = self.delegations(None);
        change(self);
        let after = self.delegations(None);
        for past in self.past.values_mut() {
            past.retain(|past| past.until > at);
        }
        self.past.retain(|_, past| !past.is_empty());
        for (cut, sets) in before {
            let kept = after.get(&cut);
            for set in sets
                .into_iter()
                .filter(|set| !kept.is_some_and(|kept| kept.contains(set)))
            {
                let until = at
                    .saturating_add(SignedDuration::from_secs(i64::from(set.ttl)))
                    .unwrap_or(at);
                self.past.entry(cut.clone()).or_default().push(Past {
                    servers: set.servers,
                    until,
                });
            }
        }
    }

    /// Every cut that can be reached from the registries, with every set of servers that resolvers may use for it: the parent's,
    /// the child's own, and, where a moment is given, those still cached then.
    pub(crate) fn delegations(&self, cached_at: Option<Timestamp>) -> BTreeMap<String, BTreeSet<Delegation>> {
        let mut found: BTreeMap<String, BTreeSet<Delegation>> = BTreeMap::new();
        let mut open: Vec<(String, Delegation)> = self
            .registries
            .iter()
            .map(|(name, servers)| (name.clone(), Delegation::new(servers, REGISTRY_TTL)))
            .collect();
        if let Some(at) = cached_at {
            for (cut, past) in &self.past {
                let unexpired = past.iter().filter(|past| past.until > at);
                open.extend(unexpired.map(|past| {
                    (
                        cut.clone(),
                        Delegation {
                            servers: past.servers.clone(),
                            ttl: 0,
                        },
                    )
                }));
            }
        }
        while let Some((cut, delegation)) = open.pop() {
            if !found.entry(cut.clone()).or_default().insert(delegation.clone()) {
                continue;
            }
            for zone in self
                .zones
                .values()
                .filter(|zone| zone.name == cut && zone.on_any(&delegation.servers))
            {
                for (name, set) in zone.name_server_sets() {
                    open.push((name, Delegation::new(&set.values, set.ttl.unwrap_or_default())));
                }
            }
        }
        found
    }

    /// The zone that a server would answer a name from: the longest that it has.
    pub(crate) fn zone_on(&self, server: &str, name: &str) -> Option<(&String, &Served)> {
        self.zones
            .iter()
            .filter(|(_, zone)| names::within(name, &zone.name) && zone.servers.iter().any(|own| own == server))
            .max_by_key(|(_, zone)| zone.name.len())
    }

    /// What a server says; `salt` picks one of several weighted sets.
    pub fn reply(&self, server: &str, name: &str, kind: &str, salt: u64) -> Reply {
        let server = names::server(server);
        if is_root(&server) {
            return self.root_reply(name, kind);
        }
        // The DS set of a zone lies in its parent, also where one server has both.
        let asked = if kind == "DS" {
            names::parent(name).unwrap_or(name)
        } else {
            name
        };
        match self.zone_on(&server, asked) {
            Some((id, zone)) => zone.reply(id, name, kind, salt),
            None => Reply::refused(),
        }
    }

    /// Refers to the top zones; knows the addresses of name servers and of AWS's endpoints; nothing else exists above.
    fn root_reply(&self, name: &str, kind: &str) -> Reply {
        let above = if kind == "DS" {
            names::parent(name).unwrap_or(name)
        } else {
            name
        };
        let top = self
            .registries
            .iter()
            .filter(|(top, _)| names::within(above, top))
            .max_by_key(|(top, _)| top.len());
        if let Some((top, servers)) = top {
            let ns = |server: &String| Rr {
                name: top.clone(),
                kind: "NS".into(),
                ttl: REGISTRY_TTL,
                value: format!("{server}."),
            };
            return Reply {
                code: Code::NoError,
                authoritative: false,
                answers: Vec::new(),
                authorities: servers.iter().map(ns).collect(),
            };
        }
        // What lies above a top zone is served from here, too: that is what its parent's name servers are.
        let above_top = self.registries.keys().any(|top| names::within(top, name));
        if above_top && kind == "NS" {
            return Reply {
                code: Code::NoError,
                authoritative: true,
                answers: vec![Rr {
                    name: name.to_owned(),
                    kind: kind.to_owned(),
                    ttl: REGISTRY_TTL,
                    value: format!("{ROOT_SERVER}."),
                }],
                authorities: Vec::new(),
            };
        }
        let host = names::server(name);
        let ours =
            self.zones.values().any(|zone| zone.servers.contains(&host)) || host == ROOT_SERVER || host == RESOLVER;
        let endpoint = [
            "amazonaws.com",
            "cloudfront.net",
            "elasticbeanstalk.com",
            "awsglobalaccelerator.com",
        ]
        .iter()
        .any(|suffix| host.strip_suffix(suffix).is_some_and(|rest| rest.ends_with('.')));
        let address = matches!(kind, "A" | "AAAA") && (endpoint || kind == "A" && ours);
        let answers = if address {
            vec![Rr {
                name: name.to_owned(),
                kind: kind.to_owned(),
                ttl: 60,
                value: address_value(kind, &host),
            }]
        } else {
            Vec::new()
        };
        let soa = Rr {
            name: ".".into(),
            kind: "SOA".into(),
            ttl: 900,
            value: format!("{ROOT_SERVER}. hostmaster.simcloud.invalid. 1 7200 900 1209600 900"),
        };
        Reply {
            code: if ours || endpoint || above_top {
                Code::NoError
            } else {
                Code::NxDomain
            },
            authoritative: true,
            authorities: if answers.is_empty() { vec![soa] } else { Vec::new() },
            answers,
        }
    }

    /// A server by its name or by its address, if there is such a server.
    fn server_named(&self, server: &str) -> Option<String> {
        let known = || {
            let zones = self.zones.values().flat_map(|zone| &zone.servers).map(String::as_str);
            let registries = self.registries.values().flatten().map(String::as_str);
            zones.chain(registries).chain([ROOT_SERVER, RESOLVER])
        };
        let name = names::server(server);
        if is_root(&name) {
            return Some(ROOT_SERVER.to_owned());
        }
        match server.parse::<Ipv4Addr>() {
            Ok(address) => known().find(|known| address_of(known) == address).map(str::to_owned),
            Err(_) => known().find(|known| *known == name).map(str::to_owned),
        }
    }
}

impl Delegation {
    fn new(servers: &[String], ttl: u32) -> Self {
        let servers: BTreeSet<String> = servers.iter().map(|server| names::server(server)).collect();
        Self {
            servers: servers.into_iter().collect(),
            ttl,
        }
    }
}

#[cfg(test)]
#[path = "dns_tests.rs"]
mod tests;
