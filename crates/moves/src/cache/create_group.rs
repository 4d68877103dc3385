//! Makes the target's replication group of the files. Whether they could be read and fit shows only when it would be in service: as
//! `restore-failed` of its clusters, and nothing but deleting it helps then.

use std::collections::BTreeMap;
use std::rc::Rc;

use async_trait::async_trait;
use aws::elasticache::{Group, NewGroup};
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use model::{Failure, FailureClass, Said, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::create_snapshot::{SnapshotOutput, perhaps_made};
use super::files::Files;
use super::words::Text;
use crate::foreign::Foreign;
use crate::key::KeyOutput;
use crate::left_to_people::Left;
use crate::pace;
use crate::underway::Underway;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    /// What it was in the source.
    pub(super) original: String,
    pub(super) id: String,
    pub(super) engine: String,
    pub(super) engine_version: String,
    pub(super) node_type: String,
    pub(super) replicas: u32,
    pub(super) cluster_mode: bool,
    pub(super) parameter_group: String,
    pub(super) subnet_group: String,
    pub(super) security_groups: Vec<String>,
    pub(super) user_groups: Vec<String>,
    pub(super) encrypted_in_transit: bool,
    pub(super) encrypted_at_rest: bool,
    pub(super) snapshot_retention_days: u32,
    /// The step that makes its key.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) key: Option<StepId>,
    /// The step that took the snapshot, which knows how the keyspace is divided.
    pub(super) snapshot: StepId,
    /// The step that copied the files.
    pub(super) copied: StepId,
    pub(super) tags: BTreeMap<String, String>,
}

/// How the original is reached in the source, as it was seen when the new group was there: consumers know it by these.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Was {
    /// `host:port` for everything.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) address: Option<String>,
    /// `host:port` for reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reader: Option<String>,
}

/// What is handed over of it.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct GroupOutput {
    pub(super) id: String,
    pub(super) arn: String,
    /// `host:port`; in journals of before perhaps absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) endpoint: Option<String>,
    /// `host:port` for reading; none in cluster mode.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) reader: Option<String>,
    /// Absent in journals of before.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) was: Option<Was>,
    /// What people have to do.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) left_out: Vec<String>,
}

impl Input {
    /// Whether the original is a replication group; else a cluster that belongs to none.
    pub(super) fn is_group(&self, run: &crate::terraform::Run) -> bool {
        let taken = run.done("cache.create_snapshot").find(|step| step.id == self.snapshot);
        taken
            .and_then(|step| run.input::<super::create_snapshot::Input>(step))
            .is_none_or(|input| input.is_group)
    }
}

pub(super) struct CreateGroup {
    input: Input,
    world: Rc<World>,
}

impl CreateGroup {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    /// The slots of each shard; none where cluster mode is disabled.
    fn slots(&self, cx: &StepContext) -> Result<Vec<String>, Failure> {
        let snapshot: SnapshotOutput = cx.output(&self.input.snapshot)?;
        Ok(match self.input.cluster_mode {
            true => snapshot.slots.into_iter().flatten().collect(),
            false => Vec::new(),
        })
    }
}

/// What of a group is not as it was asked for.
fn differences(is: &Group, wanted: &Input, slots: &[String]) -> Vec<Said> {
    let mut differing = Vec::new();
    let mut compare = |what: Text, wanted: String, is: String| {
        if wanted != is {
            differing.push(what.fill(&[&is, &wanted]));
        }
    };
    let shards = slots.len().max(1);
    let nodes = shards * (wanted.replicas as usize + 1);
    compare(Text::NodeType, wanted.node_type.clone(), is.node_type.clone());
    compare(Text::Nodes, nodes.to_string(), is.members.len().to_string());
    compare(
        Text::InTransit,
        wanted.encrypted_in_transit.to_string(),
        is.encrypted_in_transit.to_string(),
    );
    compare(
        Text::AtRest,
        wanted.encrypted_at_rest.to_string(),
        is.encrypted_at_rest.to_string(),
    );
    compare(
        Text::ClusterMode,
        wanted.cluster_mode.to_string(),
        is.cluster_mode.to_string(),
    );
    let failover = wanted.replicas > 0 || wanted.cluster_mode;
    compare(Text::Failover, failover.to_string(), is.automatic_failover.to_string());
    let sorted = |groups: &[String]| {
        let mut groups = groups.to_vec();
        groups.sort();
        groups.join(", ")
    };
    compare(Text::UserGroups, sorted(&wanted.user_groups), sorted(&is.user_groups));
    if wanted.cluster_mode {
        compare(Text::Slots, sorted(slots), sorted(&is.slots));
    }
    differing
}

#[async_trait(?Send)]
impl Step for CreateGroup {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let target = self.world.target();
        let Some(group) = target.elasticache.group(&self.input.id).await? else {
            return Ok(perhaps_made(cx));
        };
        let tags = target.elasticache.tags_of(Some(&group.arn)).await?;
        if !cx.tags().iter().all(|(key, value)| tags.get(key) == Some(value)) {
            return Ok(Observed::Foreign {
                whose: Foreign::HasCache.fill(&[target.id.as_str(), &self.input.id]),
            });
        }
        let mut failed = Vec::new();
        if group.status == "create-failed" || group.status == "available" {
            for member in &group.members {
                let status = target.elasticache.member_status(member).await?.unwrap_or_default();
                if status.ends_with("-failed") {
                    failed.push(Text::MemberFailed.fill(&[member, &status]));
                }
            }
        }
        if !failed.is_empty() || group.status == "create-failed" {
            let Input { id, node_type, .. } = &self.input;
            let why = [Text::NotFed.fill(&[id, &group.status, node_type])]
                .into_iter()
                .chain(failed);
            return Ok(Observed::Broken { why: Said::all(why) });
        }
        Ok(match group.status.as_str() {
            // While a snapshot is taken it is in service as well.
            "available" | "snapshotting" => {
                let untold = || Left::UntoldAddress.into();
                let at: String = group.endpoint.clone().unwrap_or_else(untold);
                let account = self.world.target().id.clone();
                let left = Left::UseNewCache.fill(&[&self.input.original, &self.input.id, account.as_str(), &at]);
                let was = self.world.source().elasticache.addresses(&self.input.original).await?;
                let was = was.map(|was| Was {
                    address: was.address,
                    reader: was.reader,
                });
                Observed::Present(json!(GroupOutput {
                    id: self.input.id.clone(),
                    arn: group.arn,
                    endpoint: group.endpoint,
                    reader: group.reader,
                    was,
                    left_out: vec![left.into()],
                }))
            }
            status => Observed::Underway {
                progress: Progress::words(Underway::Status.fill(&[&self.input.id, status])),
                look_again: pace::look_again(cx, None),
            },
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let files: Files = cx.output(&self.input.copied)?;
        let shards = self.slots(cx)?;
        // One file too many or too few, and the group would be another than the plan's.
        if self.input.cluster_mode && shards.len() != files.files.len() {
            let why = format!(
                "ElastiCache tells the slots of {} shards, and there are {} files",
                shards.len(),
                files.files.len()
            );
            return Err(cx.failure(FailureClass::Unexpected, "[NoSlots]", why));
        }
        let key = match &self.input.key {
            Some(key) => Some(cx.output::<KeyOutput>(key)?.arn),
            None => None,
        };
        let mut tags = self.input.tags.clone();
        tags.extend(cx.tags());
        let new = NewGroup {
            id: self.input.id.clone(),
            description: format!("{} of account {}", self.input.original, self.world.source().id),
            engine: self.input.engine.clone(),
            engine_version: self.input.engine_version.clone(),
            node_type: self.input.node_type.clone(),
            shards,
            replicas: self.input.replicas,
            parameter_group: self.input.parameter_group.clone(),
            subnet_group: self.input.subnet_group.clone(),
            security_groups: self.input.security_groups.clone(),
            user_groups: self.input.user_groups.clone(),
            encrypted_in_transit: self.input.encrypted_in_transit,
            encrypted_at_rest: self.input.encrypted_at_rest,
            key,
            snapshot_retention_days: self.input.snapshot_retention_days,
            files: files.arns(),
            tags,
        };
        self.world.target().elasticache.create_group(&new).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let slots = self.slots(cx)?;
        let target = self.world.target();
        let Some(group) = target.elasticache.group(&self.input.id).await? else {
            return Ok(Verified::Wrong {
                why: Text::Gone.fill(&[&self.input.id]),
            });
        };
        let differing = differences(&group, &self.input, &slots);
        Ok(match differing.is_empty() {
            true => Verified::Right {
                evidence: Text::InService.fill(&[&self.input.id, &slots.len().max(1).to_string()]),
            },
            false => Verified::Wrong {
                why: Text::NotAsAsked.fill(&[&self.input.id, Said::all(differing).as_str()]),
            },
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        self.world.target().elasticache.delete_group(&self.input.id).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn wanted(cluster_mode: bool) -> Input {
        let step = |verb: &str| StepId::new(format!("cache/sessions/{verb}")).expect("an id");
        Input {
            original: "sessions".into(),
            id: "sessions".into(),
            engine: "redis".into(),
            engine_version: "7.1.0".into(),
            node_type: "cache.r7g.large".into(),
            replicas: 1,
            cluster_mode,
            parameter_group: "default.redis7".into(),
            subnet_group: "stg".into(),
            security_groups: vec!["sg-1".into()],
            user_groups: vec!["b".into(), "a".into()],
            encrypted_in_transit: true,
            encrypted_at_rest: true,
            snapshot_retention_days: 0,
            key: None,
            snapshot: step("create_snapshot"),
            copied: step("copy_files"),
            tags: BTreeMap::new(),
        }
    }

    fn is(members: usize, slots: &[&str]) -> Group {
        Group {
            status: "available".into(),
            members: (0..members).map(|nth| format!("m{nth}")).collect(),
            slots: slots.iter().map(|slots| (*slots).to_owned()).collect(),
            node_type: "cache.r7g.large".into(),
            encrypted_in_transit: true,
            encrypted_at_rest: true,
            automatic_failover: true,
            cluster_mode: slots.len() > 1,
            user_groups: vec!["a".into(), "b".into()],
            endpoint: None,
            reader: None,
            arn: "arn".into(),
        }
    }

    #[test]
    fn a_group_that_is_not_as_it_was_asked_for_is_told_by_what_differs() {
        assert_eq!(differences(&is(2, &[""]), &wanted(false), &[]), Vec::<Said>::new());
        let slots = ["0-8191".to_owned(), "8192-16383".to_owned()];
        let sharded = is(4, &["8192-16383", "0-8191"]);
        assert_eq!(differences(&sharded, &wanted(true), &slots), Vec::<Said>::new());
        let divided_otherwise = is(4, &["0-99", "100-16383"]);
        assert_eq!(differences(&divided_otherwise, &wanted(true), &slots).len(), 1);
        let other = Group {
            encrypted_in_transit: false,
            automatic_failover: false,
            user_groups: Vec::new(),
            node_type: "cache.t4g.micro".into(),
            ..is(1, &[""])
        };
        let differing = differences(&other, &wanted(false), &[]);
        assert_eq!(differing.len(), 5);
        assert_eq!(
            Said::all(differing[..2].iter().cloned()).as_str(),
            "its node type is cache.t4g.micro and not cache.r7g.large; its number of nodes is 1 and not 2"
        );
    }
}
