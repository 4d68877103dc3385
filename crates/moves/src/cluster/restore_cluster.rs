//! Restores the cluster in the target, from the target's own copy or as a clone of the shared one, with everything said that AWS would decide otherwise.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use aws::rds_clusters::{Capacity, DbCluster, From, RestoreCluster};
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use model::databases::Settings;
use model::inventory::Scaling;
use model::{Failure, Said, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::words::Text;
use super::{ClusterOutput, share_cluster};
use crate::foreign::Foreign;
use crate::key::KeyOutput;
use crate::pace;
use crate::restored::words::Differs;
use crate::restored::{BROKEN, Was, differences, differs, is_in};
use crate::snapshot::SnapshotOutput;
use crate::underway::Underway;
use crate::words::or_none;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) cluster: String,
    /// The step that made the snapshot; absent of a clone.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) snapshot: Option<StepId>,
    pub(super) key: StepId,
    pub(super) storage_type: String,
    /// The class of a Multi-AZ cluster's instances.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) class: Option<String>,
    /// Whether those have public addresses.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) public: Option<bool>,
    /// What else a restore takes.
    #[serde(default)]
    pub(super) settings: Settings,
    pub(super) subnet_group: String,
    pub(super) security_groups: Vec<String>,
    pub(super) parameter_group: String,
    pub(super) port: Option<u16>,
    pub(super) deletion_protection: bool,
    pub(super) backup_retention_days: u32,
    pub(super) iam_auth: bool,
    pub(super) log_exports: Vec<String>,
    pub(super) scaling: Option<Scaling>,
    pub(super) extended_support: Option<bool>,
    /// The source cluster's own tags.
    pub(super) tags: BTreeMap<String, String>,
}

pub(super) struct Restore {
    input: Input,
    world: Rc<World>,
}

fn capacity(scaling: &Scaling) -> Capacity {
    Capacity {
        min: scaling.min,
        max: scaling.max,
        pause: scaling.pause.map(|seconds| i32::try_from(seconds).unwrap_or(i32::MAX)),
    }
}

impl Restore {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    /// The engine's version that it must have: the snapshot's, or that of the cluster that it is a clone of.
    async fn version(&self, cx: &StepContext) -> Result<Option<String>, Failure> {
        if let Some(step) = &self.input.snapshot {
            return Ok(Some(cx.output::<SnapshotOutput>(step)?.engine_version));
        }
        let source = self.world.source().rds.cluster(&self.input.cluster).await?;
        Ok(source.map(|source| source.engine_version))
    }

    fn restore(&self, cx: &StepContext) -> Result<RestoreCluster, Failure> {
        let from = match &self.input.snapshot {
            Some(step) => {
                let snapshot: SnapshotOutput = cx.output(step)?;
                From::Snapshot {
                    name: snapshot.name,
                    engine: snapshot.engine,
                    // RDS would take the region's default, and refuses one that is earlier than the snapshot's.
                    engine_version: snapshot.engine_version,
                }
            }
            None => {
                let source = self.world.source();
                From::Clone(share_cluster::cluster_arn(&source, &self.input.cluster))
            }
        };
        let key: KeyOutput = cx.output(&self.input.key)?;
        let mut tags = self.input.tags.clone();
        tags.extend(cx.tags());
        let support = |enrol| match enrol {
            true => "open-source-rds-extended-support".to_owned(),
            false => "open-source-rds-extended-support-disabled".to_owned(),
        };
        Ok(RestoreCluster {
            id: self.input.cluster.clone(),
            from,
            key_arn: key.arn,
            storage_type: self.input.storage_type.clone(),
            class: self.input.class.clone(),
            public: self.input.public,
            settings: self.input.settings.clone(),
            subnet_group: self.input.subnet_group.clone(),
            security_groups: self.input.security_groups.clone(),
            parameter_group: self.input.parameter_group.clone(),
            port: self.input.port,
            deletion_protection: self.input.deletion_protection,
            backup_retention_days: self.input.backup_retention_days,
            iam_auth: self.input.iam_auth,
            log_exports: self.input.log_exports.clone(),
            // It must be there before a member of class db.serverless is made.
            scaling: self.input.scaling.as_ref().map(capacity),
            extended_support: self.input.extended_support.map(support),
            tags,
        })
    }
}

/// What differs from what was asked for; nothing when it is right. Logs begin with the members, so they are not looked at here.
fn difference(asked: &Input, found: &DbCluster, key_arn: &str, version: &str) -> Vec<Said> {
    let sorted = |groups: &[String]| groups.iter().cloned().collect::<BTreeSet<_>>();
    let days = i32::try_from(asked.backup_retention_days).unwrap_or(i32::MAX);
    let scaling = asked.scaling.as_ref().map(capacity);
    let units = |scaling: Capacity| format!("{} to {} ACU", scaling.min, scaling.max);
    let checks = [
        (
            found.key.as_deref() == Some(key_arn),
            Differs::Key.fill(&[&or_none(found.key.as_ref()), key_arn]),
        ),
        (
            found.engine_version == version,
            Differs::EngineVersion.fill(&[&found.engine_version, version]),
        ),
        (
            // RDS keeps the names of groups in lower case.
            found.subnet_group.eq_ignore_ascii_case(&asked.subnet_group),
            Differs::SubnetGroup.fill(&[&found.subnet_group, &asked.subnet_group]),
        ),
        (
            sorted(&found.security_groups) == sorted(&asked.security_groups),
            Differs::SecurityGroups.fill(&[&found.security_groups.join(", "), &asked.security_groups.join(", ")]),
        ),
        (
            found.parameter_group.eq_ignore_ascii_case(&asked.parameter_group),
            Differs::ClusterParameterGroup.fill(&[&found.parameter_group, &asked.parameter_group]),
        ),
        (
            found.storage_type == asked.storage_type,
            Differs::StorageType.fill(&[&found.storage_type, &asked.storage_type]),
        ),
        (
            asked.class.as_ref().is_none_or(|class| found.class == *class),
            Differs::Class.fill(&[&found.class, &or_none(asked.class.as_ref())]),
        ),
        (
            found.deletion_protection == asked.deletion_protection,
            Differs::DeletionProtection.fill(&[
                &found.deletion_protection.to_string(),
                &asked.deletion_protection.to_string(),
            ]),
        ),
        (
            found.backup_retention_days == days,
            Differs::BackupsKept.fill(&[&found.backup_retention_days.to_string(), &days.to_string()]),
        ),
        (
            found.iam_auth == asked.iam_auth,
            Differs::LogInByIam.fill(&[&found.iam_auth.to_string(), &asked.iam_auth.to_string()]),
        ),
        (
            scaling.is_none_or(|wanted| {
                found
                    .scaling
                    .is_some_and(|found| (found.min, found.max) == (wanted.min, wanted.max))
            }),
            Differs::Scales.fill(&[&or_none(found.scaling.map(units)), &or_none(scaling.map(units))]),
        ),
        (
            asked
                .port
                .is_none_or(|port| found.port.is_none_or(|found| found == i32::from(port))),
            Differs::Port.fill(&[&or_none(found.port), &or_none(asked.port)]),
        ),
    ];
    checks
        .into_iter()
        .filter(|(right, _)| !right)
        .map(|(_, text)| text)
        .chain(differences(&asked.settings, &found.settings))
        .collect()
}

#[async_trait(?Send)]
impl Step for Restore {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let Some(found) = self.world.target().rds.cluster(&self.input.cluster).await? else {
            return Ok(Observed::Absent);
        };
        if !cx.made_it(&found.tags) {
            return Ok(Observed::Foreign {
                whose: Foreign::WithoutTags.fill(&[&found.arn]),
            });
        }
        let status = found.status.as_str();
        if BROKEN.contains(&status) {
            return Ok(Observed::Broken {
                why: is_in(&found.arn, status),
            });
        }
        match found.endpoint {
            Some(host) if status == "available" => {
                let original = self.world.source().rds.cluster(&self.input.cluster).await?;
                let was = original.map(|original| Was {
                    host: original.endpoint,
                    reader: original.reader,
                    port: original.port,
                    secret: original.master_secret.map(|secret| secret.arn),
                });
                Ok(Observed::Present(json!(ClusterOutput {
                    id: found.id,
                    arn: found.arn,
                    host,
                    port: found.port.unwrap_or_default(),
                    key: found.key,
                    reader: found.reader,
                    was,
                })))
            }
            _ => {
                let percent = found.percent.filter(|percent| !percent.is_empty());
                let percent = percent.map(|percent| Underway::PerCent.fill(&[&percent]));
                let shown = Said::all([Said::verbatim(status)].into_iter().chain(percent));
                Ok(Observed::Underway {
                    progress: Progress::words(shown),
                    look_again: pace::look_again(cx, None).min(Duration::from_secs(30)),
                })
            }
        }
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let restore = self.restore(cx)?;
        self.world.target().rds.restore_cluster(&restore).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let made: ClusterOutput = cx.output(&cx.spec.id)?;
        let key: KeyOutput = cx.output(&self.input.key)?;
        let Some(version) = self.version(cx).await? else {
            return Ok(Verified::Wrong {
                why: Text::SourceGone.fill(&[&self.input.cluster]),
            });
        };
        let Some(found) = self.world.target().rds.cluster(&made.id).await? else {
            return Ok(Verified::NotYet {
                why: Underway::NotSeenAnyMore.fill(&[&made.arn]),
                look_again: Duration::from_secs(10),
            });
        };
        let wrong = difference(&self.input, &found, &key.arn, &version);
        Ok(if wrong.is_empty() {
            let engine = format!("{} {}", found.engine, found.engine_version);
            Verified::Right {
                evidence: Text::Available.fill(&[&made.id, &key.arn, &engine]),
            }
        } else {
            Verified::Wrong {
                why: differs(&made.arn, wrong),
            }
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        let rds = &self.world.target().rds;
        match rds.cluster(&self.input.cluster).await? {
            None => Ok(()),
            // One call each: the next turn finds it unprotected. Its members are gone by now: their steps come after this one.
            Some(found) if found.deletion_protection => rds.lift_cluster_protection(&found.id).await,
            Some(found) => rds.delete_restored_cluster(&found.id).await,
        }
    }
}

#[cfg(test)]
#[path = "restore_tests.rs"]
mod tests;
