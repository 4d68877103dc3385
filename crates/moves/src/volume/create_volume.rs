//! Makes a volume of the copied snapshot in the target, as the source's was.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use aws::ec2_machines::{NewVolume, Volume};
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use model::{Failure, Said, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::SnapshotOutput;
use super::words::Text;
use crate::key::KeyOutput;
use crate::left_to_people::Left;
use crate::underway::Underway;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    /// What it was in the source.
    pub(super) original: String,
    pub(super) snapshot: StepId,
    pub(super) zone: String,
    pub(super) kind: String,
    pub(super) gib: u32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) iops: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) throughput: Option<u32>,
    pub(super) key: StepId,
    pub(super) tags: BTreeMap<String, String>,
}

pub(super) struct CreateVolume {
    input: Input,
    world: Rc<World>,
}

impl CreateVolume {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    /// By its tags: it has no name, and the call a token.
    async fn found(&self, cx: &StepContext) -> Result<Option<Volume>, Failure> {
        let found = self.world.target().ec2.volumes_tagged(&cx.tags()).await?;
        Ok(found
            .into_iter()
            .find(|volume| !matches!(volume.state.as_str(), "deleting" | "deleted")))
    }
}

/// What of a volume is not as it was asked for.
fn differences(is: &Volume, wanted: &Input, key: &str) -> Vec<Said> {
    let mut differing = Vec::new();
    let mut compare = |what: Text, wanted: String, is: String| {
        if wanted != is {
            differing.push(what.fill(&[&is, &wanted]));
        }
    };
    compare(Text::Zone, wanted.zone.clone(), is.zone.clone());
    compare(Text::Type, wanted.kind.clone(), is.kind.clone());
    compare(Text::Size, wanted.gib.to_string(), is.gib.to_string());
    compare(
        Text::Key,
        key.to_owned(),
        is.key.clone().unwrap_or_else(|| Text::Nothing.into()),
    );
    for (what, wanted, is) in [
        (Text::Iops, wanted.iops, is.iops),
        (Text::Throughput, wanted.throughput, is.throughput),
    ] {
        if let Some(wanted) = wanted {
            compare(
                what,
                wanted.to_string(),
                is.map_or_else(|| Text::Nothing.into(), |is| is.to_string()),
            );
        }
    }
    differing
}

#[async_trait(?Send)]
impl Step for CreateVolume {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let Some(volume) = self.found(cx).await? else {
            return Ok(Observed::Absent);
        };
        Ok(match volume.state.as_str() {
            "creating" => Observed::Underway {
                progress: Progress::words(Underway::Status.fill(&[&volume.id, &volume.state])),
                look_again: Duration::from_secs(5),
            },
            "error" => Observed::Broken {
                why: Text::VolumeInError.fill(&[&volume.id]),
            },
            _ => {
                let (original, zone) = (&self.input.original, &self.input.zone);
                let account = self.world.target().id.clone();
                let left = Left::AttachVolume.fill(&[original, &volume.id, account.as_str(), zone]);
                Observed::Present(json!({ "id": volume.id, "left_out": [left.as_str()] }))
            }
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let snapshot: SnapshotOutput = cx.output(&self.input.snapshot)?;
        let key: KeyOutput = cx.output(&self.input.key)?;
        let mut tags = self.input.tags.clone();
        tags.extend(cx.tags());
        let new = NewVolume {
            snapshot: snapshot.id,
            zone: self.input.zone.clone(),
            kind: self.input.kind.clone(),
            gib: self.input.gib,
            iops: self.input.iops,
            throughput: self.input.throughput,
            key: key.arn,
            token: cx.token.clone(),
            tags,
        };
        self.world.target().ec2.create_volume(&new).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let key: KeyOutput = cx.output(&self.input.key)?;
        let id = output["id"].as_str().unwrap_or_default();
        let Some(volume) = self.found(cx).await? else {
            return Ok(Verified::NotYet {
                why: Underway::NotSeen.fill(&[id]),
                look_again: Duration::from_secs(5),
            });
        };
        let differing = differences(&volume, &self.input, &key.arn);
        Ok(match differing.is_empty() {
            true => Verified::Right {
                evidence: Text::VolumeMade.fill(&[
                    &self.input.original,
                    id,
                    &volume.gib.to_string(),
                    &volume.kind,
                    &volume.zone,
                    &key.arn,
                ]),
            },
            false => Verified::Wrong {
                why: Text::NotAsAsked.fill(&[id, Said::all(differing).as_str()]),
            },
        })
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        match self.found(cx).await? {
            Some(volume) => self.world.target().ec2.delete_volume(&volume.id).await,
            None => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_volume_of_another_zone_speed_or_key_is_told_by_what_differs() {
        let step = |name: &str| StepId::new(format!("volume/vol-1/{name}")).expect("an id");
        let wanted = Input {
            original: "vol-1".into(),
            snapshot: step("copy_to_target"),
            zone: "ap-northeast-1a".into(),
            kind: "gp3".into(),
            gib: 8,
            iops: Some(4000),
            throughput: None,
            key: step("create_target_key"),
            tags: BTreeMap::new(),
        };
        let is = Volume {
            id: "vol-2".into(),
            state: "available".into(),
            zone: "ap-northeast-1a".into(),
            kind: "gp3".into(),
            gib: 8,
            iops: Some(4000),
            throughput: Some(125),
            key: Some("k".into()),
        };
        assert_eq!(differences(&is, &wanted, "k"), Vec::<Said>::new());
        let other = Volume {
            iops: Some(3000),
            zone: "ap-northeast-1c".into(),
            key: None,
            ..is
        };
        assert_eq!(
            Said::all(differences(&other, &wanted, "k")).as_str(),
            "its zone is ap-northeast-1c and not ap-northeast-1a; its key is none and not k; its IOPS is 3000 and not 4000"
        );
    }
}
