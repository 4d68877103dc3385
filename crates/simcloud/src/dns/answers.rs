//! How one zone answers: RFC 1034's algorithm, with Route 53's aliases and routing policies.

use std::sync::Arc;

use super::{Code, Reply, Rr, Served, address_value, exists, sets_at};
use crate::services::route53::names;
use crate::services::route53::records::RecordSet;

/// CNAME and alias chains longer than this are taken for loops.
const MAX_CHAIN: usize = 12;

/// What a zone has for a name and a type.
#[derive(Debug, Clone)]
pub(crate) enum Found {
    /// The sets of the type, or the CNAME in its place.
    Data {
        /// One set, or several of one routing policy.
        sets: Vec<Arc<RecordSet>>,
        /// Whether a wildcard stood in.
        wildcard: bool,
    },
    /// The name lies in a zone that is delegated here.
    Referral(Arc<RecordSet>),
    /// The name exists without this type.
    NoData,
    /// The name does not exist.
    NxDomain,
}

impl Served {
    /// Whether one of these servers has the zone.
    pub(crate) fn on_any(&self, servers: &[String]) -> bool {
        self.servers.iter().any(|own| servers.contains(own))
    }

    /// The zone's own NS set and those of its delegations, but not what lies hidden below a delegation.
    pub(crate) fn name_server_sets(&self) -> Vec<(String, Arc<RecordSet>)> {
        let mut found: Vec<(String, Arc<RecordSet>)> = Vec::new();
        for set in self.records.values().filter(|set| set.kind == "NS") {
            // In Route 53's order a cut comes before everything below it.
            let hidden = found
                .iter()
                .any(|(cut, _)| *cut != self.name && names::within(&set.name, cut));
            if !hidden {
                found.push((set.name.clone(), set.clone()));
            }
        }
        found
    }

    /// What the zone has at one name, no chain followed.
    pub(crate) fn find(&self, name: &str, kind: &str) -> Found {
        if let Some(cut) = self.cut_above(name, kind) {
            return Found::Referral(cut);
        }
        let here: Vec<_> = sets_at(&self.records, name).cloned().collect();
        if !here.is_empty() || exists(&self.records, name) {
            return chosen(here, kind, false);
        }
        let mut encloser = names::parent(name);
        while let Some(above) = encloser.filter(|above| names::within(above, &self.name)) {
            if exists(&self.records, above) {
                let wildcard = format!("\\052.{above}");
                let there: Vec<_> = sets_at(&self.records, &wildcard).cloned().collect();
                return if there.is_empty() {
                    Found::NxDomain
                } else {
                    chosen(there, kind, true)
                };
            }
            encloser = names::parent(above);
        }
        Found::NxDomain
    }

    /// The topmost delegation that a name lies at or below. The DS set at a cut is the parent's own data.
    fn cut_above(&self, name: &str, kind: &str) -> Option<Arc<RecordSet>> {
        let mut path = Vec::new();
        let mut at = Some(name);
        while let Some(here) = at.filter(|here| *here != self.name) {
            path.push(here);
            at = names::parent(here);
        }
        path.into_iter()
            .rev()
            .filter(|here| !(kind == "DS" && *here == name))
            .find_map(|here| sets_at(&self.records, here).find(|set| set.kind == "NS").cloned())
    }

    /// The whole answer of a server that has this zone.
    pub(crate) fn reply(&self, id: &str, name: &str, kind: &str, salt: u64) -> Reply {
        let mut reply = Reply {
            code: Code::NoError,
            authoritative: true,
            answers: Vec::new(),
            authorities: Vec::new(),
        };
        let mut name = name.to_owned();
        for _ in 0..MAX_CHAIN {
            match self.find(&name, kind) {
                Found::Data { sets, .. } => {
                    let records = self.records_of(id, &name, &sets, salt, MAX_CHAIN);
                    let next = records
                        .iter()
                        .find(|record| record.kind == "CNAME" && kind != "CNAME" && kind != "ANY");
                    let next = next.and_then(|record| names::canonical(&record.value));
                    reply.answers.extend(records);
                    match next.filter(|next| names::within(next, &self.name)) {
                        Some(next) => name = next,
                        None => return reply,
                    }
                }
                Found::Referral(cut) => {
                    // After a CNAME the resolver starts anew at the target, so the chain so far is the answer.
                    if reply.answers.is_empty() {
                        reply.authoritative = false;
                        reply.authorities = plain(&cut.name, &cut);
                    }
                    return reply;
                }
                missing @ (Found::NoData | Found::NxDomain) => {
                    if matches!(missing, Found::NxDomain) {
                        reply.code = Code::NxDomain;
                    }
                    reply.authorities = self.negative();
                    return reply;
                }
            }
        }
        reply.code = Code::ServFail;
        reply
    }

    /// The SOA of a negative answer: it may be cached for the SOA's TTL or its minimum, whichever is less.
    fn negative(&self) -> Vec<Rr> {
        let soa = sets_at(&self.records, &self.name).find(|set| set.kind == "SOA");
        let mut records = soa.map(|soa| plain(&self.name, soa)).unwrap_or_default();
        for record in &mut records {
            let minimum = record
                .value
                .split_whitespace()
                .last()
                .and_then(|minimum| minimum.parse().ok());
            record.ttl = record.ttl.min(minimum.unwrap_or(u32::MAX));
        }
        records
    }

    /// The records that one client gets of some sets.
    fn records_of(&self, id: &str, name: &str, sets: &[Arc<RecordSet>], salt: u64, depth: usize) -> Vec<Rr> {
        let mut records = Vec::new();
        for set in routed(sets, salt) {
            let Some(alias) = &set.alias else {
                records.extend(plain(name, set));
                continue;
            };
            if alias.zone != id {
                let value = address_value(&set.kind, &alias.name);
                records.push(Rr {
                    name: name.to_owned(),
                    kind: set.kind.clone(),
                    ttl: 60,
                    value,
                });
            } else if depth > 0
                && let Found::Data { sets, .. } = self.find(&alias.name, &set.kind)
            {
                // The answer of an alias carries the alias's own name: a client cannot tell it from plain records.
                records.extend(self.records_of(id, name, &sets, salt, depth - 1));
            }
        }
        records
    }

    /// All that some sets may answer, whoever asks, in one comparable form: per set its identifier, weight and sorted values,
    /// an alias as what it stands for.
    pub(crate) fn data_of(&self, id: &str, sets: &[Arc<RecordSet>], depth: usize) -> Vec<String> {
        let mut data: Vec<String> = Vec::new();
        for set in sets {
            let mut values: Vec<String> = match &set.alias {
                None => set.values.iter().map(|value| comparable(&set.kind, value)).collect(),
                Some(alias) if alias.zone != id => vec![address_value(&set.kind, &alias.name)],
                Some(alias) => match self.find(&alias.name, &set.kind) {
                    Found::Data { sets, .. } if depth > 0 => self.data_of(id, &sets, depth - 1),
                    _ => Vec::new(),
                },
            };
            values.sort();
            match (&set.set_identifier, set.weight) {
                (None, _) => data.extend(values.into_iter().map(|value| format!("{} {value}", set.kind))),
                (Some(of), weight) => {
                    // A location is the same by its name: each account has a collection of its own.
                    let location = set.cidr().map(|(_, location)| format!("@{location} "));
                    data.push(format!(
                        "{} {of} {} {}{}",
                        set.kind,
                        weight.unwrap_or_default(),
                        location.unwrap_or_default(),
                        values.join(" | ")
                    ));
                }
            }
        }
        data.sort();
        data
    }

    /// The comparable form at full depth.
    pub(crate) fn data(&self, id: &str, sets: &[Arc<RecordSet>]) -> Vec<String> {
        self.data_of(id, sets, MAX_CHAIN)
    }
}

/// A value in the form in which equal data are equal text: host names are not told apart by case or a last dot.
pub(super) fn comparable(kind: &str, value: &str) -> String {
    match kind {
        "NS" | "CNAME" | "PTR" => names::server(value),
        _ => value.to_owned(),
    }
}

fn chosen(here: Vec<Arc<RecordSet>>, kind: &str, wildcard: bool) -> Found {
    let sets: Vec<_> = if kind == "ANY" {
        here
    } else {
        let typed: Vec<_> = here.iter().filter(|set| set.kind == kind).cloned().collect();
        if typed.is_empty() {
            here.into_iter().filter(|set| set.kind == "CNAME").collect()
        } else {
            typed
        }
    };
    if sets.is_empty() {
        Found::NoData
    } else {
        Found::Data { sets, wildcard }
    }
}

fn plain(name: &str, set: &RecordSet) -> Vec<Rr> {
    let record = |value: &String| Rr {
        name: name.to_owned(),
        kind: set.kind.clone(),
        ttl: set.ttl.unwrap_or(60),
        value: value.clone(),
    };
    set.values.iter().map(record).collect()
}

/// What a routing policy lets one client see: one weighted set by its share, all multivalue sets, the primary of a failover
/// pair, whatever its health check says; of those that go by the client's network, the one for the default location; of the policies that go by
/// place or latency, the first.
fn routed(sets: &[Arc<RecordSet>], salt: u64) -> Vec<&Arc<RecordSet>> {
    let Some(first) = sets.first() else { return Vec::new() };
    match first.policy() {
        "simple" | "MultiValueAnswer" => sets.iter().collect(),
        "Weight" => {
            let total: u64 = sets.iter().filter_map(|set| set.weight).sum();
            // All weights zero: every set is as good as another.
            let share = |set: &RecordSet| if total == 0 { 1 } else { set.weight.unwrap_or_default() };
            let mut point = salt.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> 33;
            point %= sets.iter().map(|set| share(set)).sum::<u64>().max(1);
            for set in sets {
                match point.checked_sub(share(set)) {
                    Some(rest) => point = rest,
                    None => return vec![set],
                }
            }
            vec![first]
        }
        "Failover" => {
            let primary = sets
                .iter()
                .find(|set| set.others.get("Failover").is_some_and(|role| role == "PRIMARY"));
            vec![primary.unwrap_or(first)]
        }
        // Whose client asks is not known here: everybody is somebody whom no location has. Without a set for those there is no answer.
        "CidrRoutingConfig" => {
            let default = sets
                .iter()
                .find(|set| set.cidr().is_some_and(|(_, location)| location == "*"));
            default.into_iter().collect()
        }
        _ => vec![first],
    }
}
