//! Proves that a copy is equal: both buckets are listed whole and compared key by key and entry by entry. Where ETags cannot be
//! compared (uploads in parts, KMS keys), the checksums are asked for, and where there are none the contents are read.

use std::rc::Rc;

use async_trait::async_trait;
use aws::Account;
use aws::s3::VersionName;
use engine::{Begun, Observed, Step, StepContext, Verified};
use listing::{Difference, Pair, Pairs};
use model::Failure;
use model::listing::{KeyHistory, Listed, ListedEntry, Sums};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::place::{Place, histories};
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) original: Place,
    pub(super) copy: Place,
    /// Whether versions that can be compared by size alone count as equal.
    pub(super) accept_unproved: bool,
}

pub(super) struct ProveCopy {
    input: Input,
    world: Rc<World>,
}

impl ProveCopy {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[derive(Default)]
struct Findings {
    sums: Sums,
    different: u64,
    unproved: u64,
    by_checksum: u64,
    by_reading: u64,
    such_as: Vec<String>,
}

const SHOWN: usize = 5;
/// Up to this size a version without a checksum is read on both sides; beyond, reading all of them would take too long.
const READ_UP_TO: u64 = 256 << 20;

impl Findings {
    fn note(&mut self, what: String) {
        if self.such_as.len() < SHOWN {
            self.such_as.push(what);
        }
    }
}

/// A difference in words.
fn words(key: &str, difference: &Difference) -> String {
    match difference {
        Difference::Missing(count) => format!("{key:?} lacks {count} entries"),
        Difference::Surplus(count) => format!("{key:?} has {count} entries too many"),
        Difference::Other(at) => format!("entry {} of {key:?} is another", at + 1),
    }
}

/// The first entry whose storage class is not the original's: S3 copies to STANDARD where nobody says otherwise.
fn other_class(pair: &Pair) -> Option<usize> {
    let class = |entry: &ListedEntry| match &entry.what {
        Listed::Version { storage_class, .. } => Some(storage_class.clone()),
        Listed::Marker => None,
    };
    pair.original
        .iter()
        .zip(&pair.copy)
        .position(|(original, copy)| class(original) != class(copy))
}

fn version_name(entry: &ListedEntry) -> VersionName {
    VersionName {
        key: entry.key.clone(),
        version_id: entry.version_id.clone(),
    }
}

#[async_trait(?Send)]
impl Step for ProveCopy {
    async fn observe(&self, _cx: &StepContext) -> Result<Observed, Failure> {
        // It makes nothing; all it does is proving.
        Ok(Observed::Present(json!({})))
    }

    async fn begin(&self, _cx: &StepContext) -> Result<Begun, Failure> {
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let (from, to) = (
            self.input.original.account(&self.world),
            self.input.copy.account(&self.world),
        );
        let (original, copy) = (self.input.original.name(cx)?, self.input.copy.name(cx)?);
        let mut pairs = Pairs::new(histories(&from, &original, None), histories(&to, &copy, None));
        let mut found = Findings::default();
        while let Some(pair) = pairs.next().await? {
            self.prove_key((&from, &original), (&to, &copy), pair, &mut found)
                .await?;
        }
        if found.different > 0 || (found.unproved > 0 && !self.input.accept_unproved) {
            let why = format!(
                "{copy} is not {original}: {} keys differ, {} versions have equal sizes but nothing else to compare; such as {}",
                found.different,
                found.unproved,
                found.such_as.join("; ")
            );
            return Ok(Verified::Wrong { why });
        }
        let Sums {
            keys,
            versions,
            markers,
            bytes,
            ..
        } = found.sums;
        let mut evidence = format!(
            "{keys} keys, {versions} versions, {markers} delete markers, {bytes} bytes: {copy} equals {original}"
        );
        if found.by_checksum > 0 {
            evidence = format!("{evidence}; {} by checksum", found.by_checksum);
        }
        if found.by_reading > 0 {
            evidence = format!("{evidence}; {} by reading both", found.by_reading);
        }
        if found.unproved > 0 {
            evidence = format!("{evidence}; {} by size alone, as the runbook accepts", found.unproved);
        }
        Ok(Verified::Right { evidence })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}

impl ProveCopy {
    async fn prove_key(
        &self,
        (from, original): (&Account, &str),
        (to, copy): (&Account, &str),
        pair: Pair,
        found: &mut Findings,
    ) -> Result<(), Failure> {
        let (difference, unproved) = pair.compare();
        if let Some(difference) = difference {
            found.different += 1;
            found.note(words(&pair.key, &difference));
            return Ok(());
        }
        if let Some(at) = other_class(&pair) {
            found.different += 1;
            found.note(format!("entry {} of {:?} has another storage class", at + 1, pair.key));
            return Ok(());
        }
        for at in unproved {
            let (ours, theirs) = (version_name(&pair.original[at]), version_name(&pair.copy[at]));
            let sums = (
                from.s3.checksums(original, &ours).await?,
                to.s3.checksums(copy, &theirs).await?,
            );
            let mut both = sums
                .0
                .iter()
                .filter_map(|(name, value)| Some((value, sums.1.get(name)?)))
                .peekable();
            let equal = if both.peek().is_some() {
                found.by_checksum += 1;
                both.all(|(ours, theirs)| ours == theirs)
            } else if pair.original[at].size() <= READ_UP_TO {
                found.by_reading += 1;
                from.s3.content_digest(original, &ours).await? == to.s3.content_digest(copy, &theirs).await?
            } else {
                found.unproved += 1;
                found.note(format!("entry {} of {:?} has no checksum in common", at + 1, pair.key));
                continue;
            };
            if !equal {
                found.different += 1;
                found.note(format!("entry {} of {:?} has another content", at + 1, pair.key));
            }
        }
        found.sums.add(&KeyHistory {
            key: pair.key,
            entries: pair.original,
        });
        Ok(())
    }
}
