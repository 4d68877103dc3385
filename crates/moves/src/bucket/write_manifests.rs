//! Writes the manifests of one wave, one for each storage class: of every key the oldest version that its copy lacks. Both buckets are
//! looked at only now, when the wave before has ended: a key whose copying failed has the same version again, and the later ones wait.

use std::collections::BTreeMap;
use std::rc::Rc;

use async_trait::async_trait;
use aws::s3control;
use engine::{Begun, Observed, Step, StepContext, Verified};
use listing::{Missing, manifest, waves};
use model::{Failure, Said};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::archived::Classes;
use super::growing_object::GrowingObject;
use super::listed::Both;
use super::place::Place;
use super::proofs::Proof;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) from: Place,
    pub(super) to: Place,
    pub(super) ops: Place,
    /// Where the manifests lie in it.
    pub(super) folder: String,
    /// What becomes of storage classes.
    pub(super) storage: Classes,
    /// Which of them are worth a job.
    pub(super) classes: Vec<String>,
    /// At most so many rows of each class; absent: all.
    pub(super) most_rows: Option<u64>,
}

/// The manifests as they lie there, by storage class. A class of which nothing is lacking has none.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Written {
    pub(super) manifests: BTreeMap<String, Manifest>,
}

/// One manifest.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Manifest {
    /// Its key.
    pub(super) key: String,
    /// Its ETag, which the job names: what was written over it since is refused.
    pub(super) etag: String,
    /// Its rows.
    pub(super) rows: u64,
}

impl Manifest {
    /// As a job names it.
    pub(super) fn listed(&self) -> s3control::Manifest {
        s3control::Manifest::Listed {
            key: self.key.clone(),
            etag: self.etag.clone(),
        }
    }
}

pub(super) struct WriteManifests {
    input: Input,
    world: Rc<World>,
}

impl WriteManifests {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for WriteManifests {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        Ok(match &cx.cursor {
            Some(written) => Observed::Present(written.clone()),
            None => Observed::Absent,
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let (from, to) = (&self.input.from, &self.input.to);
        let original = from.name(cx)?;
        let wanted = self.input.storage.wanted(&self.world, cx, &self.input.ops).await?;
        let both = Both::of(&self.world, cx, (from, to), &self.input.ops, wanted).await?;
        let target = self.world.target();
        let ops = self.input.ops.name(cx)?;
        let mut growing: BTreeMap<&str, (GrowingObject<'_>, u64)> = self
            .input
            .classes
            .iter()
            .map(|class| {
                let key = format!("{}-{}.csv", self.input.folder, class.to_ascii_lowercase());
                (class.as_str(), (GrowingObject::new(&target, &ops, key), 0))
            })
            .collect();
        let mut row = Vec::new();
        let mut pairs = both.pairs();
        while let Some(pair) = pairs.next().await? {
            let Missing::Entries([next, ..]) = Missing::of(&pair) else {
                continue;
            };
            let class = waves::batch_class(next);
            if let Some((manifest, rows)) = class.and_then(|class| growing.get_mut(class))
                && self.input.most_rows.is_none_or(|most| *rows < most)
            {
                row.clear();
                manifest::write_row(&mut row, &original, &next.key, &next.version_id);
                manifest.push(&row).await?;
                *rows += 1;
            }
        }
        let mut written = Written::default();
        for (class, (manifest, rows)) in growing {
            let key = manifest.key().to_owned();
            if let Some(etag) = manifest.close().await? {
                written.manifests.insert(class.to_owned(), Manifest { key, etag, rows });
            }
        }
        Ok(Begun::Swept {
            cursor: json!(written),
            done: 0,
            total: None,
            more: false,
        })
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let written: Written = cx.output(&cx.spec.id)?;
        let told = written.manifests.iter();
        let told: Vec<Said> = told
            .map(|(class, manifest)| Proof::Rows.fill(&[&manifest.rows.to_string(), class, &manifest.key]))
            .collect();
        Ok(Verified::Right {
            evidence: match told.is_empty() {
                true => Proof::NothingLacking.into(),
                false => Said::all(told),
            },
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
