//! Restores the instance in the target, from the target's own copy, with everything said that AWS would decide otherwise.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use aws::rds::{DbInstance, Restore};
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use model::databases::Settings;
use model::{Failure, FailureClass, Said, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::InstanceOutput;
use super::words::Text;
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
    pub(super) instance: String,
    pub(super) snapshot: StepId,
    pub(super) key: StepId,
    pub(super) class: String,
    pub(super) subnet_group: String,
    pub(super) security_groups: Vec<String>,
    pub(super) parameter_group: String,
    pub(super) port: Option<u16>,
    pub(super) multi_az: bool,
    pub(super) public: bool,
    pub(super) deletion_protection: bool,
    pub(super) extended_support: Option<bool>,
    /// What else a restore takes.
    #[serde(default)]
    pub(super) settings: Settings,
    /// The source instance's own tags.
    pub(super) tags: BTreeMap<String, String>,
}

pub(super) struct RestoreInstance {
    input: Input,
    world: Rc<World>,
}

impl RestoreInstance {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    fn restore(&self, cx: &StepContext) -> Result<Restore, Failure> {
        let snapshot: SnapshotOutput = cx.output(&self.input.snapshot)?;
        let mut tags = self.input.tags.clone();
        tags.extend(cx.tags());
        let support = |enrol| {
            if enrol {
                "open-source-rds-extended-support"
            } else {
                "open-source-rds-extended-support-disabled"
            }
        };
        Ok(Restore {
            id: self.input.instance.clone(),
            class: self.input.class.clone(),
            subnet_group: self.input.subnet_group.clone(),
            security_groups: self.input.security_groups.clone(),
            parameter_group: self.input.parameter_group.clone(),
            port: self.input.port,
            multi_az: self.input.multi_az,
            public: self.input.public,
            deletion_protection: self.input.deletion_protection,
            settings: given(&self.input.settings, &snapshot),
            storage_type: Some(snapshot.storage_type).filter(|kind| !kind.is_empty()),
            snapshot: snapshot.name,
            extended_support: self.input.extended_support.map(|enrol| support(enrol).to_owned()),
            tags,
        })
    }
}

/// The settings that the restore is given: IOPS and throughput as asked for, else as the snapshot has them, and neither where RDS
/// reports them and refuses to be given them.
pub(super) fn given(asked: &Settings, snapshot: &SnapshotOutput) -> Settings {
    let iops = iops_to_give(snapshot, asked.iops.or(snapshot.iops));
    let throughput = asked.storage_throughput.or(snapshot.storage_throughput);
    Settings {
        iops,
        storage_throughput: throughput.filter(|_| iops.is_some() && snapshot.storage_type == "gp3"),
        ..asked.clone()
    }
}

/// What differs from what was asked for; nothing when it is right.
fn difference(asked: &Input, snapshot: &SnapshotOutput, found: &DbInstance, key_arn: &str) -> Vec<Said> {
    let sorted = |groups: &[String]| groups.iter().cloned().collect::<std::collections::BTreeSet<_>>();
    let checks = [
        (
            found.key.as_deref() == Some(key_arn),
            Differs::Key.fill(&[&or_none(found.key.as_ref()), key_arn]),
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
            found
                .parameter_groups
                .iter()
                .any(|group| group.eq_ignore_ascii_case(&asked.parameter_group)),
            Differs::ParameterGroups.fill(&[&found.parameter_groups.join(", "), &asked.parameter_group]),
        ),
        (
            found.class == asked.class,
            Differs::Class.fill(&[&found.class, &asked.class]),
        ),
        (
            found.public == asked.public,
            Differs::Public.fill(&[&found.public.to_string(), &asked.public.to_string()]),
        ),
        (!found.multi_az || asked.multi_az, Differs::MultiAz.into()),
        (
            found.deletion_protection == asked.deletion_protection,
            Differs::DeletionProtection.fill(&[
                &found.deletion_protection.to_string(),
                &asked.deletion_protection.to_string(),
            ]),
        ),
        (
            asked.port.is_none_or(|port| {
                found
                    .endpoint
                    .as_ref()
                    .is_none_or(|(_, found)| *found == i32::from(port))
            }),
            Differs::EndpointPort.fill(&[
                &or_none(found.endpoint.as_ref().map(|(host, port)| format!("{host}:{port}"))),
                &or_none(asked.port),
            ]),
        ),
        (
            // Left out, RDS would decide it, and change it silently.
            snapshot.storage_type.is_empty() || found.storage_type == snapshot.storage_type,
            Differs::Storage.fill(&[&found.storage_type, &snapshot.storage_type]),
        ),
    ];
    checks
        .into_iter()
        .filter(|(right, _)| !right)
        .map(|(_, text)| text)
        .chain(differences(&given(&asked.settings, snapshot), &found.settings))
        .collect()
}

/// The IOPS to give. RDS reports 3000 for a small gp3 and refuses to be given them: only provisioned types have them, and gp3 from the
/// size at which the engine stripes.
fn iops_to_give(snapshot: &SnapshotOutput, wanted: Option<i32>) -> Option<i32> {
    let stripes_from = match snapshot.engine.as_str() {
        engine if engine.starts_with("sqlserver") => 0,
        engine if engine.starts_with("oracle") => 200,
        _ => 400,
    };
    match snapshot.storage_type.as_str() {
        "io1" | "io2" => wanted,
        "gp3" if snapshot.gib >= stripes_from => wanted.filter(|iops| stripes_from == 0 || *iops >= 12_000),
        _ => None,
    }
}

#[async_trait(?Send)]
impl Step for RestoreInstance {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let Some(found) = self.world.target().rds.instance(&self.input.instance).await? else {
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
            // While its storage is optimised an instance serves.
            Some((host, port)) if matches!(status, "available" | "storage-optimization") => {
                let original = self.world.source().rds.instance(&self.input.instance).await?;
                let was = original.map(|original| Was {
                    host: original.endpoint.as_ref().map(|(host, _)| host.clone()),
                    reader: None,
                    port: original.endpoint.as_ref().map(|(_, port)| *port),
                    secret: original.master_secret.map(|secret| secret.arn),
                });
                Ok(Observed::Present(json!(InstanceOutput {
                    was,
                    id: found.id,
                    arn: found.arn,
                    host,
                    port,
                    key: found.key
                })))
            }
            _ => {
                let look_again = pace::look_again(cx, None).min(Duration::from_secs(30));
                Ok(Observed::Underway {
                    progress: Progress::words(Said::verbatim(status)),
                    look_again,
                })
            }
        }
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        self.world.target().rds.restore(&self.restore(cx)?).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let made: InstanceOutput = cx.output(&cx.spec.id)?;
        let key: KeyOutput = cx.output(&self.input.key)?;
        let snapshot: SnapshotOutput = cx.output(&self.input.snapshot)?;
        let Some(found) = self.world.target().rds.instance(&made.id).await? else {
            let what = Underway::NotSeenAnyMore.fill(&[&made.arn]);
            return Ok(Verified::NotYet {
                why: what,
                look_again: Duration::from_secs(10),
            });
        };
        let wrong = difference(&self.input, &snapshot, &found, &key.arn);
        if self.input.multi_az && !found.multi_az && wrong.is_empty() {
            // The second zone may follow after the first serves: borne for the step's patience.
            let what = format!("{} serves, and is not Multi-AZ yet", made.arn);
            return Err(cx.failure(FailureClass::WrongState, "[NotMultiAz]", what));
        }
        Ok(if wrong.is_empty() {
            let at = format!("{}:{}", made.host, made.port);
            Verified::Right {
                evidence: Text::Serves.fill(&[&made.id, &at, &key.arn]),
            }
        } else {
            Verified::Wrong {
                why: differs(&made.arn, wrong),
            }
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        let rds = &self.world.target().rds;
        match rds.instance(&self.input.instance).await? {
            None => Ok(()),
            // One call each: the next turn finds it unprotected.
            Some(found) if found.deletion_protection => rds.lift_deletion_protection(&found.id).await,
            Some(found) => rds.delete_restored_instance(&found.id).await,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn iops(engine: &str, storage_type: &str, gib: u32, iops: i32) -> Option<i32> {
        iops_to_give(&snapshot(engine, storage_type, gib, iops), Some(iops))
    }

    fn snapshot(engine: &str, storage_type: &str, gib: u32, iops: i32) -> SnapshotOutput {
        SnapshotOutput {
            gib,
            engine: engine.into(),
            storage_type: storage_type.into(),
            iops: Some(iops),
            storage_throughput: Some(125),
            ..SnapshotOutput::default()
        }
    }

    #[test]
    fn throughput_is_given_only_beside_iops_and_the_runbooks_word_counts() {
        let none = Settings::default();
        assert_eq!(given(&none, &snapshot("postgres", "gp3", 20, 3000)), none);
        let large = snapshot("postgres", "gp3", 500, 12_000);
        let told = given(&none, &large);
        assert_eq!((told.iops, told.storage_throughput), (Some(12_000), Some(125)));
        let asked = Settings {
            iops: Some(16_000),
            storage_throughput: Some(500),
            ..Settings::default()
        };
        assert_eq!(given(&asked, &large), asked);
        assert_eq!(
            given(&asked, &snapshot("mysql", "io1", 500, 4000)).storage_throughput,
            None
        );
    }

    #[test]
    fn iops_are_given_only_where_rds_takes_them() {
        assert_eq!(
            iops("postgres", "gp3", 20, 3000),
            None,
            "reported, but refused below 400 GiB"
        );
        assert_eq!(iops("postgres", "gp3", 500, 12_000), Some(12_000));
        assert_eq!(iops("oracle-ee", "gp3", 200, 12_000), Some(12_000));
        assert_eq!(iops("sqlserver-se", "gp3", 20, 3000), Some(3000));
        assert_eq!(iops("mysql", "io1", 100, 1000), Some(1000));
        assert_eq!(iops("mysql", "gp2", 1000, 3000), None);
    }

    #[test]
    fn only_what_differs_from_what_was_asked_is_wrong() {
        const KEY: &str = "arn:aws:kms:ap-northeast-1:222222222222:key/b";
        let right = DbInstance {
            id: "shop".into(),
            arn: "arn:aws:rds:ap-northeast-1:222222222222:db:shop".into(),
            resource_id: "id".into(),
            status: "available".into(),
            endpoint: Some(("shop.example".into(), 5432)),
            key: Some(KEY.into()),
            engine: "postgres".into(),
            engine_version: "16.3".into(),
            class: "db.t4g.medium".into(),
            gib: 20,
            storage_type: "gp3".into(),
            subnet_group: "stg-db".into(),
            security_groups: vec!["sg-2".into(), "sg-1".into()],
            parameter_groups: vec!["shop-pg16".into()],
            multi_az: false,
            public: false,
            deletion_protection: true,
            settings: Settings {
                iam_auth: Some(true),
                iops: Some(3000),
                ..Settings::default()
            },
            performance_insights_key: None,
            master_secret: None,
            tags: BTreeMap::new(),
        };
        let taken = snapshot("postgres", "gp3", 20, 3000);
        let step = StepId::new("database/shop/x").expect("an id");
        let input = Input {
            instance: "shop".into(),
            snapshot: step.clone(),
            key: step,
            class: right.class.clone(),
            subnet_group: "STG-db".into(),
            security_groups: vec!["sg-1".into(), "sg-2".into()],
            parameter_group: "shop-pg16".into(),
            port: Some(5432),
            multi_az: false,
            public: false,
            deletion_protection: true,
            extended_support: None,
            settings: Settings {
                iam_auth: Some(true),
                ..Settings::default()
            },
            tags: BTreeMap::new(),
        };
        assert_eq!(difference(&input, &taken, &right, KEY), Vec::<Said>::new());
        type Change = fn(&mut DbInstance);
        let changes: [(Change, &str); 9] = [
            (|i| i.key = Some(KEY.replace('2', "1")), "key"),
            (|i| i.subnet_group = "default".into(), "subnet group"),
            (|i| i.security_groups.truncate(1), "security groups"),
            (
                |i| i.parameter_groups = vec!["default.postgres16".into()],
                "parameter groups",
            ),
            (|i| i.public = true, "publicly accessible"),
            (|i| i.deletion_protection = false, "deletion protection"),
            (|i| i.endpoint = Some(("shop.example".into(), 3306)), "port"),
            (|i| i.storage_type = "gp2".into(), "storage"),
            (|i| i.settings.iam_auth = Some(false), "iam_auth"),
        ];
        for (change, wanted) in changes {
            let mut found = right.clone();
            change(&mut found);
            let difference = Said::all(difference(&input, &taken, &found, KEY)).to_string();
            assert!(difference.contains(wanted), "{wanted}: {difference:?}");
        }
    }
}
