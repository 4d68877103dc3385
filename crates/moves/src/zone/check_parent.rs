//! Looks, before anything is made, whether a parent outside of Route 53 delegates the zone that is to move, and whether it is signed: what the plan
//! reads from the inventory where the parent is a zone of Route 53.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Advice, Failure};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::names::{canonical, servers};
use super::parent::{said_by, servers_of};
use super::proofs::Proof;
use super::questions::ask;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    /// The zone that moves.
    pub(super) name: String,
    /// The parent zone.
    pub(super) outside: String,
    /// The old zone.
    pub(super) old: String,
    /// Its name servers.
    pub(super) old_values: Vec<String>,
}

pub(super) struct CheckParent {
    input: Input,
    world: Rc<World>,
}

impl CheckParent {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for CheckParent {
    async fn observe(&self, _cx: &StepContext) -> Result<Observed, Failure> {
        let Input {
            name,
            outside,
            old,
            old_values,
        } = &self.input;
        let said = match servers_of(&self.world, outside).await? {
            Ok(servers) => said_by(&self.world, servers, name).await?,
            Err(why) => {
                return Ok(Observed::Stuck {
                    why,
                    advice: Advice::NameParent.fill(&[name]),
                });
            }
        };
        let right = servers(old_values);
        let wrong = said
            .iter()
            .find(|(_, found)| found.as_ref().is_none_or(|found| found.servers != right));
        if let Some((server, found)) = wrong {
            let right = right.join(", ");
            return Ok(Observed::Stuck {
                why: match found {
                    Some(found) => Proof::OtherZoneInUse.fill(&[server, name, &found.servers.join(", "), old, &right]),
                    None => Proof::NoZoneInUse.fill(&[server, name, old, &right]),
                },
                advice: Advice::DelegatedElsewhere.fill(&[outside, name]),
            });
        }
        for (server, _) in &said {
            let signed = ask(&self.world, server, &canonical(name), "DS").await?;
            if signed.data.iter().any(|record| record.starts_with("DS ")) {
                return Ok(Observed::Stuck {
                    why: Proof::SignedOutside.fill(&[name, server]),
                    advice: Advice::Signed.into(),
                });
            }
        }
        let ttl = said
            .iter()
            .filter_map(|(_, found)| found.as_ref())
            .map(|found| found.ttl)
            .max();
        let asked: Vec<&String> = said.iter().map(|(server, _)| server).collect();
        Ok(Observed::Present(json!({ "servers": asked, "ttl": ttl })))
    }

    async fn begin(&self, _cx: &StepContext) -> Result<Begun, Failure> {
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let (asked, ttl) = (&output["servers"], &output["ttl"]);
        let asked: Vec<&str> = asked
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        Ok(Verified::Right {
            evidence: Proof::ParentDelegates.fill(&[
                &asked.join(", "),
                &self.input.name,
                &self.input.old,
                &ttl.to_string(),
            ]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
