//! NS sets: read, written, and whether what was written is what all name servers of the zone say.

use aws::Account;
use aws::route53::{RecordChange, RecordSet, Routing};
use engine::{Begun, StepContext};
use model::{Failure, Side, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Created;
use super::names::{canonical, servers};
use super::questions::{NsSaid, ask_ns};
use crate::world::World;

/// The zone that holds the delegation.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct ParentZone {
    /// Whose credentials change it.
    pub(super) side: Side,
    /// Its id.
    pub(super) id: String,
}

/// Which zone a step works in.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum ZoneFrom {
    /// One from the inventory, by its id.
    Id(String),
    /// The one that a step makes.
    Step(StepId),
}

impl ZoneFrom {
    /// The zone's id.
    pub(super) fn id(&self, cx: &StepContext) -> Result<String, Failure> {
        match self {
            ZoneFrom::Id(id) => Ok(id.clone()),
            ZoneFrom::Step(step) => Ok(cx.output::<Created>(step)?.zone_id),
        }
    }
}

/// An NS set as it is stored.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct NsSet {
    /// Seconds.
    pub(super) ttl: i64,
    /// Its values, as they are written.
    pub(super) values: Vec<String>,
}

impl NsSet {
    /// Whether it names these servers, in whatever order and form.
    pub(super) fn names(&self, others: &[String]) -> bool {
        servers(&self.values) == servers(others)
    }

    /// Whether it names some of these servers, not all, and no other.
    pub(super) fn is_part_of(&self, others: &[String]) -> bool {
        let (some, all) = (servers(&self.values), servers(others));
        !some.is_empty() && some.len() < all.len() && some.iter().all(|server| all.contains(server))
    }
}

/// Reads an NS set.
pub(super) async fn read(account: &Account, zone: &str, name: &str) -> Result<Option<NsSet>, Failure> {
    let found = account.route53.record(zone, &canonical(name), "NS").await?;
    Ok(found.map(|set| NsSet {
        ttl: set.ttl.unwrap_or_default(),
        values: set.values,
    }))
}

/// Changes an NS set, and keeps the change's id as the cursor: only by it can be asked whether all servers have the change. `how` writes it over what
/// is there (`Upsert`), only where nothing is (`Create`), or deletes exactly this one (`Delete`).
pub(super) async fn change(
    cx: &StepContext,
    account: &Account,
    zone: &str,
    how: fn(RecordSet) -> RecordChange,
    (name, set): (&str, &NsSet),
) -> Result<Begun, Failure> {
    let comment = format!("cleave {} {}", cx.run, cx.spec.id);
    let change = how(record(name, set));
    let change = account.route53.change(zone, &[change], &comment).await?;
    Ok(Begun::Swept {
        cursor: json!({ "change": change }),
        done: 1,
        total: Some(1),
        more: false,
    })
}

fn record(name: &str, set: &NsSet) -> RecordSet {
    RecordSet {
        name: canonical(name),
        kind: "NS".to_owned(),
        ttl: Some(set.ttl),
        values: set.values.clone(),
        alias: None,
        set_identifier: None,
        routing: Routing::Simple,
        health_check: None,
        traffic_policy: None,
    }
}

/// Whether the step's last change is at all name servers; none where its id was never learnt or is forgotten.
pub(super) async fn in_sync(cx: &StepContext, account: &Account) -> Result<Option<bool>, Failure> {
    match cx.cursor.as_ref().and_then(|cursor| cursor["change"].as_str()) {
        Some(change) => account.route53.in_sync(change).await,
        None => Ok(None),
    }
}

/// Whether every name server of a zone says what its stored NS set says. By the change's id where it is known, else by asking.
pub(super) async fn is_served(
    cx: &StepContext,
    world: &World,
    account: &Account,
    zone: &str,
    name: &str,
    set: &NsSet,
) -> Result<bool, Failure> {
    if let Some(known) = in_sync(cx, account).await? {
        return Ok(known);
    }
    let said = all_say(world, account, zone, name).await?;
    let right = |found: &NsSaid| i64::from(found.ttl) == set.ttl && found.servers == servers(&set.values);
    Ok(said.iter().all(|(_, found)| found.as_ref().is_some_and(right)))
}

/// What each name server of a zone says of a name's NS set.
pub(super) async fn all_say(
    world: &World,
    account: &Account,
    zone: &str,
    name: &str,
) -> Result<Vec<(String, Option<NsSaid>)>, Failure> {
    let own = account
        .route53
        .zone(zone)
        .await?
        .map(|found| found.name_servers)
        .unwrap_or_default();
    let mut said = Vec::new();
    for server in own {
        let found = ask_ns(world, &server, &canonical(name)).await?;
        said.push((server, found));
    }
    Ok(said)
}

/// The output of a step that wrote an NS set.
pub(super) fn output(set: &NsSet) -> Value {
    json!({ "ttl": set.ttl, "name_servers": servers(&set.values) })
}
