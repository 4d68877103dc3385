//! Waits until somebody has changed a delegation that lies outside of Route 53: the exact lines are told, and the parent's name servers asked until
//! all of them say so. Going back is told and awaited in the same way. Nothing is written but a mark on the new zone, that a person may have acted.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use model::event::Direction;
use model::{Advice, Failure, FailureClass, Said};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::names::{canonical, servers, shown};
use super::ns_sets;
use super::parent::Parent;
use super::proofs::Proof;
use super::questions::NsSaid;
use super::withdrawal::{Withdrawal, forgotten};
use super::{Created, Pair};
use crate::underway::Underway;
use crate::world::World;

/// How often the parent's servers are asked while a person is at it.
const LOOK: Duration = Duration::from_secs(30);

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) zones: Pair,
    /// The name of the parent zone.
    pub(super) outside: String,
    /// The old zone's name servers: what going back writes.
    pub(super) old_values: Vec<String>,
    /// The TTL that is asked for, in seconds. Registries give what they give.
    pub(super) ttl: u32,
}

pub(super) struct DelegateOutside {
    input: Input,
    world: Rc<World>,
}

/// What the parent's servers say, one and all.
struct Seen {
    said: Vec<(String, Option<NsSaid>)>,
}

impl Seen {
    fn all(&self, right: &[String]) -> bool {
        self.said
            .iter()
            .all(|(_, found)| found.as_ref().is_some_and(|found| found.servers == right))
    }

    fn any_of(&self, some: &[String]) -> bool {
        let names = |found: &NsSaid| found.servers.iter().any(|server| some.contains(server));
        self.said.iter().any(|(_, found)| found.as_ref().is_some_and(names))
    }

    /// The longest that one of them has it remembered for.
    fn ttl(&self) -> u32 {
        let ttls = self.said.iter().filter_map(|(_, found)| found.as_ref());
        ttls.map(|found| found.ttl).max().unwrap_or_default()
    }

    /// The first that says something else.
    fn other(&self, right: &[String]) -> Said {
        let other = self
            .said
            .iter()
            .find(|(_, found)| found.as_ref().is_none_or(|found| found.servers != right));
        match other {
            None => Underway::AllSaySo.into(),
            Some((server, None)) => Underway::DelegatesNobody.fill(&[server]),
            Some((server, Some(found))) => Underway::DelegatesElsewhere.fill(&[server, &found.servers.join(", ")]),
        }
    }
}

/// The lines that a person has to have written at the parent, and how.
fn lines(name: &str, parent: &str, ttl: u32, to: &[String]) -> String {
    let name = shown(&canonical(name));
    let lines: Vec<String> = to
        .iter()
        .map(|server| format!("  {name}. {ttl} IN NS {}.", server.trim_end_matches('.')))
        .collect();
    let mut text = lines.join("\n");
    // Below a top-level domain the parent is a registry, and the registrar writes to it.
    if !shown(&canonical(parent)).contains('.') {
        let named: Vec<String> = to.iter().map(|s| format!("Name={}", s.trim_end_matches('.'))).collect();
        text.push_str(&format!(
            "\nWhere the domain is registered at Route 53: aws route53domains update-domain-nameservers --region us-east-1 --domain-name {name} \
             --nameservers {}",
            named.join(" ")
        ));
    }
    text
}

impl DelegateOutside {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    async fn seen(&self) -> Result<Seen, Failure> {
        let parent = Parent::Outside {
            outside: self.input.outside.clone(),
        };
        let said = parent.said(&self.world, &self.input.zones.name).await?;
        Ok(Seen { said })
    }

    fn forward(&self, seen: &Seen, new: &Created) -> Observed {
        let right = servers(&new.name_servers);
        if seen.all(&right) {
            return Observed::Present(json!({ "name_servers": right, "ttl": seen.ttl() }));
        }
        let (name, parent) = (&self.input.zones.name, &self.input.outside);
        let old = servers(&self.input.old_values);
        let stranger = seen.said.iter().find_map(|(server, found)| {
            let found = found.as_ref()?;
            let known = |name: &String| right.contains(name) || old.contains(name);
            (!found.servers.iter().all(known)).then(|| (server.clone(), found.servers.join(", ")))
        });
        if let Some((server, to)) = stranger {
            return Observed::Stuck {
                why: Proof::Stranger.fill(&[&server, name, &to]),
                advice: Advice::StrangeDelegation
                    .fill(&[parent, &lines(name, parent, self.input.ttl, &new.name_servers)]),
            };
        }
        Observed::Underway {
            progress: Progress {
                fraction: None,
                text: Underway::DelegationAwaited.fill(&[parent, seen.other(&right).as_str()]),
                alarm: Some(Advice::PointOutside.fill(&[
                    parent,
                    name,
                    &lines(name, parent, self.input.ttl, &new.name_servers),
                ])),
            },
            look_again: LOOK,
        }
    }

    fn backward(&self, cx: &StepContext, mark: Withdrawal, seen: &Seen) -> Observed {
        let old = servers(&self.input.old_values);
        match mark {
            // What was seen on the way forward stays known: it tells whether resolvers may remember the new zone.
            Withdrawal::Asked => {
                let seen = cx.outputs.borrow().get(&cx.spec.id).map(|output| Value::clone(output));
                Observed::Present(seen.unwrap_or_else(|| json!({ "name_servers": [] })))
            }
            Withdrawal::Begun { .. } if seen.all(&old) => Observed::Present(json!({ "name_servers": old })),
            Withdrawal::Begun { .. } => {
                let (name, parent) = (&self.input.zones.name, &self.input.outside);
                Observed::Underway {
                    progress: Progress {
                        fraction: None,
                        text: Underway::OldDelegationAwaited.fill(&[parent, seen.other(&old).as_str()]),
                        alarm: Some(Advice::GiveBackOutside.fill(&[
                            parent,
                            name,
                            &lines(name, parent, self.input.ttl, &self.input.old_values),
                        ])),
                    },
                    look_again: LOOK,
                }
            }
            Withdrawal::Served { at, remembered } => forgotten(cx, at, remembered),
        }
    }
}

#[async_trait(?Send)]
impl Step for DelegateOutside {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let new = cx.output::<Created>(&self.input.zones.new)?;
        let Some(mark) = Withdrawal::of(&self.world, &new).await? else {
            return Ok(Observed::Absent);
        };
        let seen = self.seen().await?;
        Ok(match cx.direction {
            Direction::Do => self.forward(&seen, &new),
            Direction::Undo => self.backward(cx, mark, &seen),
        })
    }

    /// From here on a person may act: the zones are compared once more, and the new one is marked.
    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let stored = self.input.zones.stored(cx, &self.world).await?;
        let difference = self.input.zones.difference(&stored);
        if difference != Default::default() {
            let what = format!("the zones are not equal any more: {}", difference.shown());
            return Err(cx.failure(FailureClass::WrongState, "[RecordsDrifted]", what));
        }
        Withdrawal::Asked.mark(&self.world, &stored.new).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let new = cx.output::<Created>(&self.input.zones.new)?;
        let (seen, right) = (self.seen().await?, servers(&new.name_servers));
        if !seen.all(&right) {
            return Ok(Verified::NotYet {
                why: seen.other(&right),
                look_again: LOOK,
            });
        }
        Ok(Verified::Right {
            evidence: Proof::AllDelegateOutside.fill(&[
                &seen.said.len().to_string(),
                &self.input.outside,
                &self.input.zones.name,
                &right.join(", "),
            ]),
        })
    }

    /// Marks only: that the way back has begun, for how long the new zone may be remembered, and since when nobody says it any more. What a person
    /// has not done yet needs no waiting, as far as the run has never seen it done.
    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        let new = cx.output::<Created>(&self.input.zones.new)?;
        let seen = self.seen().await?;
        let ours = servers(&new.name_servers);
        let ever = cx.outputs.borrow().get(&cx.spec.id).is_some_and(|output| {
            let names = output["name_servers"].as_array();
            names.is_some_and(|names| !names.is_empty())
        });
        match Withdrawal::of(&self.world, &new).await? {
            None => Ok(()),
            Some(Withdrawal::Asked) if !ever && !seen.any_of(&ours) => Withdrawal::unmark(&self.world, &new).await,
            Some(Withdrawal::Asked) => {
                let stored = self.input.zones.stored(cx, &self.world).await?;
                let difference = self.input.zones.difference(&stored);
                if !difference.extra.is_empty() || !difference.different.is_empty() {
                    let what = format!(
                        "going back would lose what was written to the new zone only; write it to zone {} too: {}",
                        self.input.zones.old,
                        difference.shown()
                    );
                    return Err(cx.failure(FailureClass::WrongState, "[WrittenOnlyToNewZone]", what));
                }
                let apex = ns_sets::read(&self.world.target(), &new.zone_id, &self.input.zones.name).await?;
                let remembered = i64::from(seen.ttl()).max(apex.map_or(0, |set| set.ttl));
                Withdrawal::Begun { remembered }.mark(&self.world, &new).await
            }
            Some(Withdrawal::Begun { remembered }) if seen.all(&servers(&self.input.old_values)) => {
                Withdrawal::Served { at: cx.now, remembered }
                    .mark(&self.world, &new)
                    .await
            }
            Some(Withdrawal::Begun { .. } | Withdrawal::Served { .. }) => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_registrars_domain_is_told_with_the_command_of_route_53_domains() {
        let to = ["ns-1.awsdns-01.com".to_owned(), "ns-2.awsdns-02.net.".to_owned()];
        assert_eq!(
            lines("stg.example.com.", "example.com", 300, &to),
            "  stg.example.com. 300 IN NS ns-1.awsdns-01.com.\n  stg.example.com. 300 IN NS ns-2.awsdns-02.net."
        );
        let registered = lines("example.com", "com", 300, &to);
        assert!(
            registered
                .ends_with("--domain-name example.com --nameservers Name=ns-1.awsdns-01.com Name=ns-2.awsdns-02.net"),
            "{registered}"
        );
    }
}
