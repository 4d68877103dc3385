//! Writes the manifest of one wave and storage class: the rows that one batch job copies.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use listing::{Lister, manifest, waves};
use model::listing::Listed;
use model::{Failure, FailureClass};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::place::{Place, histories};
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) of: Place,
    pub(super) ops: Place,
    pub(super) key: String,
    pub(super) wave: u64,
    pub(super) class: String,
    pub(super) rows: u64,
}

/// The manifest as it lies there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Written {
    /// Its key.
    pub(super) key: String,
    /// Its ETag, which the job names.
    pub(super) etag: String,
}

pub(super) struct WriteManifest {
    input: Input,
    world: Rc<World>,
}

impl WriteManifest {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for WriteManifest {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let target = self.world.target();
        let bucket = self.input.ops.name(cx)?;
        let mut pages = Lister::new(&target, &target.id, &bucket, None).prefix(&self.input.key);
        let page = pages.next_page().await?.unwrap_or_default();
        let found = page
            .entries
            .into_iter()
            .find(|entry| entry.key == self.input.key && entry.is_latest);
        Ok(match found.map(|entry| entry.what) {
            Some(Listed::Version { etag, .. }) => Observed::Present(json!(Written {
                key: self.input.key.clone(),
                etag
            })),
            Some(Listed::Marker) | None => Observed::Absent,
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let account = self.input.of.account(&self.world);
        let bucket = self.input.of.name(cx)?;
        let wave = usize::try_from(self.input.wave).unwrap_or(usize::MAX);
        let mut keys = histories(&account, &bucket, None);
        let (mut text, mut rows) = (String::new(), 0);
        while let Some(history) = keys.next().await? {
            if let Some(entry) = waves::in_wave(&history, wave, &self.input.class) {
                text.push_str(&manifest::row(&bucket, &entry.key, &entry.version_id));
                rows += 1;
            }
        }
        if rows != self.input.rows {
            let what = format!(
                "the wave has {rows} objects now, not {}: somebody still writes to {bucket}",
                self.input.rows
            );
            return Err(cx.failure(FailureClass::WrongState, "[Changed]", what));
        }
        self.world
            .target()
            .s3
            .put_object(&self.input.ops.name(cx)?, &self.input.key, text.into_bytes())
            .await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let etag = output["etag"].as_str().unwrap_or_default();
        Ok(Verified::Right {
            evidence: format!("{} rows in {}, ETag {etag}", self.input.rows, self.input.key),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
