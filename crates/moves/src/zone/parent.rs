//! What delegates a name: a zone of Route 53, or a DNS provider or registry outside of it, of which only its name servers are seen.

use engine::StepContext;
use hickory_proto::op::ResponseCode;
use model::{Failure, FailureClass, Said};
use serde::{Deserialize, Serialize};

use super::Created;
use super::names::{canonical, shown};
use super::ns_sets::{self, ParentZone};
use super::proofs::Proof;
use super::questions::{NsSaid, ask, ask_ns};
use crate::world::World;

/// What delegates a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub(super) enum Parent {
    /// A zone of Route 53.
    Zone(ParentZone),
    /// A zone that is served from elsewhere.
    Outside {
        /// Its name.
        outside: String,
    },
}

impl Parent {
    /// What each of its name servers says of a name's delegation.
    pub(super) async fn said(&self, world: &World, name: &str) -> Result<Vec<(String, Option<NsSaid>)>, Failure> {
        match self {
            Parent::Zone(zone) => ns_sets::all_say(world, &world.account(zone.side), &zone.id, name).await,
            Parent::Outside { outside } => {
                let servers = servers_of(world, outside).await?;
                let servers = servers.map_err(|what| Failure::ours("dns", FailureClass::NotFound, "[NoZone]", what))?;
                said_by(world, servers, name).await
            }
        }
    }

    /// Refuses to go on while names are answered from a zone.
    pub(super) async fn must_not_lead_to(
        &self,
        cx: &StepContext,
        world: &World,
        name: &str,
        new: &Created,
    ) -> Result<(), Failure> {
        let leads = match self {
            Parent::Zone(zone) => {
                let delegation = ns_sets::read(&world.account(zone.side), &zone.id, name).await?;
                delegation.is_some_and(|set| set.names(&new.name_servers))
            }
            Parent::Outside { .. } => {
                let ours = super::names::servers(&new.name_servers);
                let said = self.said(world, name).await?;
                let leads = |found: &NsSaid| found.servers.iter().any(|server| ours.contains(server));
                said.iter().any(|(_, found)| found.as_ref().is_some_and(leads))
            }
        };
        if leads {
            let by_hand = match self {
                Parent::Zone(_) => "give the delegation back first".to_owned(),
                Parent::Outside { outside } => {
                    format!("have the NS lines of {name} in {outside} name the old zone's servers again first")
                }
            };
            let what = format!("{name} is delegated to zone {}: {by_hand}", new.zone_id);
            return Err(cx.failure(FailureClass::WrongState, "[StillDelegated]", what));
        }
        Ok(())
    }
}

/// Where every walk begins: <https://www.iana.org/domains/root/servers>. One that does not answer is passed over.
const ROOT_SERVERS: [&str; 4] = [
    "a.root-servers.net",
    "k.root-servers.net",
    "l.root-servers.net",
    "m.root-servers.net",
];
/// More cuts than any name has labels that people have delegated.
const DEEPEST: usize = 16;

/// What each of some name servers says of a name's delegation.
pub(super) async fn said_by(
    world: &World,
    servers: Vec<String>,
    name: &str,
) -> Result<Vec<(String, Option<NsSaid>)>, Failure> {
    let mut said = Vec::new();
    for server in servers {
        let found = ask_ns(world, &server, &canonical(name)).await?;
        said.push((server, found));
    }
    Ok(said)
}

/// The name servers of a zone, or why the name is none, found from the root downwards: a resolver would remember what it is asked, and for how long it does
/// the plan could not tell.
pub(super) async fn servers_of(world: &World, zone: &str) -> Result<Result<Vec<String>, Said>, Failure> {
    let zone = canonical(zone);
    let failed = |code: &str, why: String| {
        let what = format!("the name servers of {} cannot be found: {why}", shown(&zone));
        Failure::ours("dns", FailureClass::NotFound, code, what)
    };
    let mut at: Vec<String> = ROOT_SERVERS.map(str::to_owned).to_vec();
    for _ in 0..DEEPEST {
        let mut said = None;
        let mut last = None;
        for server in &at {
            match ask(world, server, &zone, "NS").await {
                Ok(answer) if matches!(answer.code, ResponseCode::NoError | ResponseCode::NXDomain) => {
                    said = Some(answer);
                    break;
                }
                // One that does not serve what it is said to serve is as good as none.
                Ok(answer) => last = Some(failed("[NoServers]", format!("{server} says {}", answer.shown()))),
                Err(failure) => last = Some(failure),
            }
        }
        let Some(said) = said else {
            return Err(
                last.unwrap_or_else(|| failed("[NoServers]", "nobody is said to serve what is above it".to_owned()))
            );
        };
        if !said.refers_to.is_empty() {
            at = said.refers_to;
            continue;
        }
        let own: Vec<String> = said
            .data
            .iter()
            .filter_map(|record| record.strip_prefix("NS ").map(str::to_owned))
            .collect();
        if own.is_empty() {
            let why = Proof::NoZoneOfItsOwn.fill(&[&shown(&zone), &at.join(", "), &said.shown()]);
            return Ok(Err(why));
        }
        return Ok(Ok(super::names::servers(&own)));
    }
    Err(failed("[TooDeep]", "its delegations lead in circles".to_owned()))
}
