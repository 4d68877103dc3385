//! Writes the manifests of one wave, one for each storage class: of every key the oldest version that its copy lacks. Both buckets are
//! looked at only now, when the wave before has ended: a key whose copying failed has the same version again, and the later ones wait.

use std::collections::BTreeMap;
use std::rc::Rc;

use async_trait::async_trait;
use aws::Account;
use aws::s3::Upload;
use aws::s3_parts::Part;
use engine::{Begun, Observed, Step, StepContext, Verified};
use listing::{Missing, manifest, waves};
use model::Failure;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::listed::{Both, unwritable};
use super::place::Place;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) from: Place,
    pub(super) to: Place,
    pub(super) ops: Place,
    /// Where the manifests lie in it.
    pub(super) folder: String,
    /// Which storage classes are worth a job.
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

pub(super) struct WriteManifests {
    input: Input,
    world: Rc<World>,
}

impl WriteManifests {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

/// Rows are sent whenever so many bytes have come together. Of 10,000 parts that makes 80 GB, more than S3's 20 billion rows need.
const PART: usize = 8 << 20;

#[async_trait(?Send)]
impl Step for WriteManifests {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        Ok(match &cx.cursor {
            Some(written) => Observed::Present(written.clone()),
            None => Observed::Absent,
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let (from, to) = (self.input.from.account(&self.world), self.input.to.account(&self.world));
        let (original, copy) = (self.input.from.name(cx)?, self.input.to.name(cx)?);
        let both = Both::whole(&self.world, (&from, &original), (&to, &copy)).await?;
        let target = self.world.target();
        let ops = self.input.ops.name(cx)?;
        let key = |class: &String| format!("{}-{}.csv", self.input.folder, class.to_ascii_lowercase());
        let mut growing: BTreeMap<&str, Growing<'_>> = self
            .input
            .classes
            .iter()
            .map(|class| (class.as_str(), Growing::new(&target, &ops, key(class))))
            .collect();
        for pair in both.pairs() {
            let pair = pair.map_err(|error| unwritable(&error))?;
            let Missing::Entries([next, ..]) = Missing::of(&pair) else {
                continue;
            };
            let class = waves::batch_class(next);
            if let Some(growing) = class.and_then(|class| growing.get_mut(class))
                && self.input.most_rows.is_none_or(|most| growing.rows < most)
            {
                growing.row(&original, &next.key, &next.version_id).await?;
            }
        }
        let mut written = Written::default();
        for (class, growing) in growing {
            if let Some(manifest) = growing.close().await? {
                written.manifests.insert(class.to_owned(), manifest);
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
        let told = written
            .manifests
            .iter()
            .map(|(class, manifest)| format!("{} rows of {class} in {}", manifest.rows, manifest.key));
        let told: Vec<String> = told.collect();
        let evidence = if told.is_empty() {
            "nothing is lacking any more".to_owned()
        } else {
            told.join("; ")
        };
        Ok(Verified::Right { evidence })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}

/// A manifest on its way to S3.
struct Growing<'a> {
    account: &'a Account,
    bucket: &'a str,
    key: String,
    waiting: Vec<u8>,
    sent: Option<(Upload, Vec<Part>)>,
    bytes: u64,
    rows: u64,
}

impl<'a> Growing<'a> {
    fn new(account: &'a Account, bucket: &'a str, key: String) -> Self {
        Self {
            account,
            bucket,
            key,
            waiting: Vec::new(),
            sent: None,
            bytes: 0,
            rows: 0,
        }
    }

    async fn row(&mut self, bucket: &str, key: &str, version_id: &str) -> Result<(), Failure> {
        manifest::write_row(&mut self.waiting, bucket, key, version_id);
        self.rows += 1;
        if self.waiting.len() >= PART {
            self.send().await?;
        }
        Ok(())
    }

    async fn send(&mut self) -> Result<(), Failure> {
        let s3 = &self.account.s3;
        let (upload, mut parts) = match self.sent.take() {
            Some(begun) => begun,
            None => (s3.begin_manifest(self.bucket, &self.key).await?, Vec::new()),
        };
        let body = std::mem::take(&mut self.waiting);
        self.bytes += body.len() as u64;
        let number = i32::try_from(parts.len() + 1).unwrap_or(i32::MAX);
        parts.push(s3.put_part(self.bucket, &upload, number, body).await?);
        self.sent = Some((upload, parts));
        Ok(())
    }

    /// Brings the rest there; none where there was not one row.
    async fn close(mut self) -> Result<Option<Manifest>, Failure> {
        if self.rows == 0 {
            return Ok(None);
        }
        if self.sent.is_some() && !self.waiting.is_empty() {
            self.send().await?;
        }
        let s3 = &self.account.s3;
        let etag = match self.sent {
            None => s3.put_object(self.bucket, &self.key, self.waiting).await?,
            Some((upload, parts)) => s3.complete(self.bucket, &upload, &parts, self.bytes).await?,
        };
        Ok(Some(Manifest {
            key: self.key,
            etag,
            rows: self.rows,
        }))
    }
}
