//! Proves the new zone right before anybody is sent to it: each of its name servers, asked directly, says of every name what the
//! old zone's servers say. A resolver is never asked: it would remember that a name did not exist yet.

use std::collections::BTreeSet;
use std::rc::Rc;

use async_trait::async_trait;
use aws::route53::{RecordSet, Routing};
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::{Failure, FailureClass};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Pair;
use super::names::{canonical, shown};
use super::proofs::Proof;
use super::questions::{Said, ask};
use crate::world::World;

/// Names that are asked for between two entries of the journal.
const AT_ONCE: usize = 100;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) zones: Pair,
}

/// One question to every server.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Asked {
    pub(super) name: String,
    pub(super) kind: String,
    /// Whether every client gets the same answer at every moment. An alias resolves to what its target has just now, and routing
    /// policies choose: of those only is compared whether they answer.
    pub(super) fixed: bool,
}

/// What is asked for a zone's record sets, each name and type once.
pub(super) fn questions(sets: &[RecordSet]) -> Vec<Asked> {
    let varies = |set: &&RecordSet| set.alias.is_some() || set.routing != Routing::Simple || set.health_check.is_some();
    let place = |set: &RecordSet| (canonical(&set.name), set.kind.clone());
    let varying: BTreeSet<_> = sets.iter().filter(varies).map(place).collect();
    let all: BTreeSet<_> = sets.iter().map(place).collect();
    all.into_iter()
        .map(|at| Asked {
            fixed: !varying.contains(&at),
            name: at.0,
            kind: at.1,
        })
        .collect()
}

/// Whether two servers agree, as far as that can be told of a name.
pub(super) fn agree(asked: &Asked, one: &Said, other: &Said) -> bool {
    if asked.fixed && !one.cut_off && !other.cut_off {
        one == other
    } else {
        one.something() == other.something()
    }
}

pub(super) struct CompareRecords {
    input: Input,
    world: Rc<World>,
}

impl CompareRecords {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    async fn old_servers(&self, cx: &StepContext) -> Result<Vec<String>, Failure> {
        let zone = self
            .world
            .account(self.input.zones.old_side)
            .route53
            .zone(&self.input.zones.old)
            .await?;
        let servers = zone.map(|zone| zone.name_servers).unwrap_or_default();
        if servers.is_empty() {
            let what = format!("zone {} has no name servers to compare with", self.input.zones.old);
            return Err(cx.failure(FailureClass::WrongState, "[NoServers]", what));
        }
        Ok(servers)
    }
}

#[async_trait(?Send)]
impl Step for CompareRecords {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let finished = cx.cursor.as_ref().is_some_and(|cursor| cursor["finished"] == true);
        let asked = cx.cursor.as_ref().map_or(Value::Null, |cursor| cursor["next"].clone());
        Ok(if finished {
            Observed::Present(json!({ "names": asked }))
        } else {
            Observed::Absent
        })
    }

    /// Asks for the next names. A reading sweep: it changes nothing, and goes on where it was when it is interrupted.
    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let stored = self.input.zones.stored(cx, &self.world).await?;
        let questions = questions(&stored.wanted);
        let next = cx
            .cursor
            .as_ref()
            .and_then(|cursor| cursor["next"].as_u64())
            .unwrap_or(0);
        let next = usize::try_from(next).unwrap_or(usize::MAX).min(questions.len());
        let until = (next + AT_ONCE).min(questions.len());
        let old = self.old_servers(cx).await?;
        for (place, asked) in questions.iter().enumerate().take(until).skip(next) {
            // Each old server is asked in its turn: four times as many questions would tell no more.
            let witness = &old[place % old.len()];
            let right = ask(&self.world, witness, &asked.name, &asked.kind).await?;
            for server in &stored.new.name_servers {
                let said = ask(&self.world, server, &asked.name, &asked.kind).await?;
                if !agree(asked, &right, &said) {
                    // It may only not have reached this server yet, so it is borne for the step's patience.
                    let what = format!(
                        "of {} {}, {server} says {} and {witness}, of the old zone, {}",
                        shown(&asked.name),
                        asked.kind,
                        said.shown(),
                        right.shown()
                    );
                    return Err(cx.failure(FailureClass::WrongState, "[AnswersDiffer]", what));
                }
            }
        }
        let finished = until == questions.len();
        let cursor = json!({ "next": until, "finished": finished });
        Ok(Begun::Swept {
            cursor,
            done: until as u64,
            total: Some(questions.len() as u64),
            more: !finished,
        })
    }

    async fn verify(&self, cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let stored = self.input.zones.stored(cx, &self.world).await?;
        let difference = self.input.zones.difference(&stored);
        if difference != Default::default() {
            return Ok(Verified::Wrong {
                why: Proof::ZonesDiffer.fill(&[difference.shown().as_str()]),
            });
        }
        let named = &self.input.zones.named;
        let beside = named.differences(cx, &self.world, self.input.zones.old_side).await?;
        if let Some(beside) = beside {
            return Ok(Verified::Wrong {
                why: Proof::NamedDiffers.fill(&[beside.as_str()]),
            });
        }
        let servers = stored.new.name_servers.len();
        let (names, sets) = (&output["names"], stored.wanted.len());
        Ok(Verified::Right {
            evidence: Proof::AnswersAlike.fill(&[&sets.to_string(), &servers.to_string(), &names.to_string()]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use hickory_proto::op::ResponseCode;

    use super::*;

    fn set(name: &str, routing: Routing, identifier: Option<&str>) -> RecordSet {
        RecordSet {
            name: name.into(),
            kind: "A".into(),
            ttl: Some(60),
            values: vec!["192.0.2.1".into()],
            alias: None,
            set_identifier: identifier.map(str::to_owned),
            routing,
            health_check: None,
            traffic_policy: None,
        }
    }

    fn said(data: &[&str]) -> Said {
        let data = data.iter().map(|d| (*d).to_owned()).collect();
        Said {
            code: ResponseCode::NoError,
            data,
            refers_to: Vec::new(),
            cut_off: false,
        }
    }

    #[test]
    fn weighted_sets_are_asked_once_and_only_for_an_answer() {
        let sets = [
            set("w.example.", Routing::Weighted(1), Some("a")),
            set("w.example.", Routing::Weighted(2), Some("b")),
            set("x.example.", Routing::Simple, None),
        ];
        let asked = questions(&sets);
        let kinds: Vec<_> = asked.iter().map(|a| (a.name.as_str(), a.fixed)).collect();
        assert_eq!(kinds, [("w.example.", false), ("x.example.", true)]);
        assert!(agree(&asked[0], &said(&["A 192.0.2.1"]), &said(&["A 192.0.2.2"])));
        assert!(!agree(&asked[0], &said(&["A 192.0.2.1"]), &said(&[])));
        assert!(!agree(&asked[1], &said(&["A 192.0.2.1"]), &said(&["A 192.0.2.2"])));
    }
}
