//! The law on names: every name that answered at the start answers at every instant, whichever servers a resolver still
//! believes in, with the old data or with data that a call has written for exactly this name.
//!
//! No resolver is simulated for it. At each moment at which what is served changed, every name is asked of every set of
//! servers that some resolver could use then: the parent's, the child's own, and each replaced one until its TTL has run out.
//! Between two such moments caches only forget, so nothing new can break.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::Timestamp;

use super::answers::{Found, comparable};
use super::{Served, World, sets_at};
use crate::cloud::Cloud;
use crate::services::route53::names;
use crate::services::route53::records::{Alias, RecordKey, RecordSet, Records};

/// The names of the public zones as they answered at the start.
#[derive(Debug, Clone, Default)]
pub struct NameWatch {
    names: BTreeMap<(String, String), Watched>,
    /// Servers outside of the inventory that something was delegated to from the start: nobody can say what they answer.
    strangers: BTreeSet<String>,
    seen: Vec<Host>,
    reported: BTreeSet<(String, String, String)>,
}

#[derive(Debug, Clone)]
struct Watched {
    /// Every answer that was to be had at the start; more than one only where parent and child disagreed already.
    old: BTreeSet<Vec<String>>,
    /// What else is right: the plan's new data, as far as somebody has named it.
    planned: Option<BTreeSet<Vec<String>>>,
}

/// A zone, or a server without one, that a resolver may ask because of a delegation.
#[derive(Debug, Clone)]
struct Host {
    cut: String,
    /// What it answers from: the zone's id and the zone; or else the server that has nothing.
    zone: Result<(String, Served), String>,
}

impl Host {
    fn same_as(&self, other: &Self) -> bool {
        self.cut == other.cut
            && match (&self.zone, &other.zone) {
                (Ok((id, zone)), Ok((other_id, other))) => id == other_id && Arc::ptr_eq(&zone.records, &other.records),
                (Err(server), Err(other)) => server == other,
                _ => false,
            }
    }
}

/// Remembers how every name of the public zones answers now.
pub fn watch_names(cloud: &Cloud) -> NameWatch {
    NameWatch::of(&cloud.route53.world, cloud.now)
}

/// What a plan makes a name say.
#[derive(Debug, Clone, Copy)]
pub enum Meant<'a> {
    /// Nothing else than before, so far.
    AsBefore,
    /// These values.
    Values(&'a [String]),
    /// What a thing of AWS's answers, by its DNS name.
    Alias(&'a str),
}

impl Meant<'_> {
    /// The set that says this, if it says something else than before.
    fn put_into(self, set: &RecordSet) -> Option<RecordSet> {
        let mut set = set.clone();
        match self {
            Meant::AsBefore => return None,
            Meant::Values(values) => {
                set.alias = None;
                set.values = values.to_vec();
            }
            Meant::Alias(target) => {
                set.values = Vec::new();
                set.alias = Some(Alias {
                    zone: String::new(),
                    name: names::canonical(target)?,
                    evaluate_health: false,
                });
            }
        }
        Some(set)
    }
}

/// Names what a plan makes a record set say, beside the old: for its name, and for every alias of its zone that stands for that.
pub fn plan_name(cloud: &mut Cloud, (name, kind, identifier): (&str, &str, Option<&str>), meant: Meant<'_>) {
    let Some(name) = names::canonical(name) else { return };
    let key = RecordKey::new(&name, kind, identifier.unwrap_or_default());
    for (id, zone) in &cloud.route53.world.zones {
        let Some(set) = zone.records.get(&key) else { continue };
        let changed = meant.put_into(set);
        let mut after = zone.clone();
        let plans = changed.is_some();
        if let Some(changed) = changed {
            let mut records = Records::clone(&zone.records);
            records.insert(key.clone(), Arc::new(changed));
            after.records = Arc::new(records);
        }
        let mut follow = vec![name.clone()];
        let mut seen = BTreeSet::new();
        while let Some(name) = follow.pop() {
            if !seen.insert(name.clone()) {
                continue;
            }
            let stands_for = |set: &&Arc<RecordSet>| {
                let alias = set.alias.as_ref().filter(|alias| alias.zone == *id);
                set.kind == kind && alias.is_some_and(|alias| alias.name == name)
            };
            follow.extend(after.records.values().filter(stands_for).map(|set| set.name.clone()));
            let sets: Vec<_> = sets_at(&after.records, &name)
                .filter(|set| set.kind == kind)
                .cloned()
                .collect();
            let data = plans.then(|| after.data(id, &sets));
            cloud.laws.names.admit(&name, kind, data);
        }
    }
}

/// What has been broken since the last check, at whichever instant; each fault of a name is told once. Costs nothing while
/// nothing that is served has changed, or only in zones that no delegation leads to.
pub fn check_names(cloud: &mut Cloud, watch: &mut NameWatch) -> Vec<String> {
    let mut broken = Vec::new();
    for (at, world) in std::mem::take(&mut cloud.route53.moments) {
        watch.check(&world, at, &mut broken);
    }
    broken
}

impl NameWatch {
    /// Every name that answers in a world, with its answer.
    pub(crate) fn of(world: &World, at: Timestamp) -> Self {
        let mut watch = Self::default();
        let hosts = hosts(world, at);
        watch.strangers = hosts
            .iter()
            .filter_map(|host| host.zone.as_ref().err())
            .cloned()
            .collect();
        let by_cut = by_cut(&hosts);
        for (_, zone) in hosts.iter().filter_map(|host| host.zone.as_ref().ok()) {
            for set in zone.records.values() {
                let apex = set.name == zone.name;
                if apex && matches!(set.kind.as_str(), "SOA" | "NS") {
                    continue;
                }
                let key = (askable(&set.name), set.kind.clone());
                if watch.names.contains_key(&key) {
                    continue;
                }
                let old: Result<BTreeSet<_>, _> = asked(&by_cut, &watch.strangers, &key.0, &key.1)
                    .map(|answer| answer.map(|found| found.data))
                    .collect();
                // What did not answer at the start (lame, or hidden below a delegation) is not the run's to mend.
                if let Ok(old) = old
                    && !old.is_empty()
                {
                    watch.names.insert(key, Watched { old, planned: None });
                }
            }
        }
        watch.seen = hosts;
        watch
    }

    /// How many names and types are watched.
    pub fn len(&self) -> usize {
        self.names.len()
    }

    /// Whether nothing is watched.
    pub fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// Names the only new data that is right for a name and type beside the old. Until somebody does, whatever a call writes
    /// for exactly this name counts as meant.
    pub fn plan_data(&mut self, name: &str, kind: &str, values: &[String]) {
        let Some(name) = names::canonical(name) else { return };
        let mut data: Vec<String> = values
            .iter()
            .map(|value| format!("{kind} {}", comparable(kind, value)))
            .collect();
        data.sort();
        self.admit(&name, kind, Some(data));
    }

    fn admit(&mut self, name: &str, kind: &str, data: Option<Vec<String>>) {
        if let Some(watched) = self.names.get_mut(&(askable(name), kind.to_owned())) {
            watched.planned.get_or_insert_default().extend(data);
        }
    }

    fn check(&mut self, world: &World, at: Timestamp, broken: &mut Vec<String>) {
        let hosts = hosts(world, at);
        let fresh = hosts
            .iter()
            .any(|host| !self.seen.iter().any(|seen| seen.same_as(host)));
        // Fewer hosts alone also matter: a name may be left with nobody to answer it.
        if !fresh && hosts.len() == self.seen.len() {
            return;
        }
        let by_cut = by_cut(&hosts);
        for ((name, kind), watched) in &self.names {
            let mut anyone = false;
            for answer in asked(&by_cut, &self.strangers, name, kind) {
                anyone = true;
                let fault = match answer {
                    Ok(found) if watched.old.contains(&found.data) => continue,
                    Ok(found) => {
                        let meant = match &watched.planned {
                            Some(planned) => planned.contains(&found.data),
                            None => found.written,
                        };
                        if meant {
                            continue;
                        }
                        format!("answers {:?}, which is neither the old data nor the new", found.data)
                    }
                    Err(fault) => fault,
                };
                if self.reported.insert((name.clone(), kind.clone(), fault.clone())) {
                    broken.push(format!("{at}: {name} {kind} {fault}"));
                }
            }
            let fault = "is delegated to nobody";
            if !anyone && self.reported.insert((name.clone(), kind.clone(), fault.to_owned())) {
                broken.push(format!("{at}: {name} {kind} {fault}"));
            }
        }
        self.seen = hosts;
    }
}

struct Answered {
    data: Vec<String>,
    /// Whether calls have written every set of it, for this very name.
    written: bool,
}

/// A name that a query can carry: for a wildcard, one that it stands in for.
fn askable(name: &str) -> String {
    match name.strip_prefix("\\052.") {
        Some(rest) => format!("some-name-nobody-wrote.{rest}"),
        None => name.to_owned(),
    }
}

/// Whom resolvers may ask at this moment, by cut.
fn hosts(world: &World, at: Timestamp) -> Vec<Host> {
    let mut hosts: Vec<Host> = Vec::new();
    for (cut, sets) in world.delegations(Some(at)) {
        let servers: BTreeSet<&String> = sets.iter().flat_map(|set| &set.servers).collect();
        let mut zones: BTreeSet<&String> = BTreeSet::new();
        for server in servers {
            let zone = match world.zone_on(server, &cut) {
                Some((id, _)) if !zones.insert(id) => continue,
                Some((id, zone)) => Ok((id.clone(), zone.clone())),
                None => Err(server.clone()),
            };
            hosts.push(Host { cut: cut.clone(), zone });
        }
    }
    hosts
}

fn by_cut(hosts: &[Host]) -> BTreeMap<&str, Vec<&Host>> {
    let mut by_cut: BTreeMap<&str, Vec<&Host>> = BTreeMap::new();
    for host in hosts {
        by_cut.entry(&host.cut).or_default().push(host);
    }
    by_cut
}

/// What each of them says of a name: its data, or how it fails. One that refers further down is none of them: those that it
/// refers to are asked as well. NS and DS of a cut are the parent's to answer.
fn asked<'a>(
    by_cut: &'a BTreeMap<&str, Vec<&Host>>,
    strangers: &'a BTreeSet<String>,
    name: &'a str,
    kind: &'a str,
) -> impl Iterator<Item = Result<Answered, String>> + 'a {
    let above_only = matches!(kind, "NS" | "DS");
    let first = if above_only { names::parent(name) } else { Some(name) };
    std::iter::successors(first, |at| names::parent(at))
        .filter_map(|at| by_cut.get(at))
        .flatten()
        .filter_map(move |host| match &host.zone {
            Ok((id, zone)) => said(&host.cut, id, zone, name, kind),
            Err(server) if strangers.contains(server) => None,
            Err(server) => Some(Err(format!(
                "is asked of {server} for {}, which has no such zone",
                host.cut
            ))),
        })
}

fn said(asked_for: &str, id: &str, zone: &Served, name: &str, kind: &str) -> Option<Result<Answered, String>> {
    let nothing = |what: &str| {
        Some(Err(format!(
            "gets {what} from the servers of zone {id} ({})",
            zone.name
        )))
    };
    match zone.find(name, kind) {
        Found::Data { sets, wildcard } => {
            let data = zone.data(id, &sets);
            if data.is_empty() {
                return nothing("an alias without a target");
            }
            let stood_in = wildcard && !name.starts_with("some-name-nobody-wrote.");
            Some(Ok(Answered {
                data,
                written: !stood_in && sets.iter().all(|set| set.written),
            }))
        }
        Found::Referral(cut) if kind == "NS" && cut.name == name => {
            let mut data: Vec<String> = cut
                .values
                .iter()
                .map(|value| format!("NS {}", comparable("NS", value)))
                .collect();
            data.sort();
            Some(Ok(Answered {
                data,
                written: cut.written,
            }))
        }
        // A server that is asked because of a cut must know what lies below it, not point at that cut again.
        Found::Referral(cut) if cut.name == asked_for || !names::within(&cut.name, asked_for) => {
            nothing("a referral in a circle")
        }
        Found::Referral(_) => None,
        Found::NoData => nothing("no data"),
        Found::NxDomain => nothing("NXDOMAIN"),
    }
}
