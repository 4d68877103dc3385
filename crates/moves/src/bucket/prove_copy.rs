//! Proves that a copy is equal: both buckets are listed whole and compared key by key and entry by entry. Where ETags cannot be
//! compared (uploads in parts, KMS keys), or where the runbook wants more than ETags, the checksums are asked for, and where there are
//! none the contents are read.

use std::rc::Rc;

use async_trait::async_trait;
use aws::Account;
use aws::s3::VersionName;
use engine::{Begun, Observed, Step, StepContext, Verified};
use futures::StreamExt as _;
use listing::compare::sameness;
use listing::{Difference, Pair, Sameness, waves};
use model::Failure;
use model::listing::{KeyHistory, Listed, ListedEntry, Sums};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::archived::Classes;
use super::listed::Both;
use super::place::Place;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) original: Place,
    pub(super) copy: Place,
    /// Where notes lie.
    pub(super) ops: Place,
    /// What becomes of storage classes.
    pub(super) storage: Classes,
    /// Whether equal ETags are proof enough. Only where an object is not made of parts and lies under no KMS key are they one.
    pub(super) etags_prove: bool,
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
        let wanted = self.input.storage.wanted(&self.world, cx, &self.input.ops).await?;
        let both = Both::whole(&self.world, (&from, &original), (&to, &copy), wanted).await?;
        let mut found = Findings::default();
        let mut doubtful = Vec::new();
        let mut pairs = both.pairs();
        while let Some(pair) = pairs.next().await? {
            doubtful.extend(self.compare(pair, &mut found));
            if doubtful.len() >= AT_A_TIME {
                self.prove((&from, &original), (&to, &copy), &mut doubtful, &mut found)
                    .await?;
            }
        }
        self.prove((&from, &original), (&to, &copy), &mut doubtful, &mut found)
            .await?;
        if found.different > 0 || (found.unproved > 0 && !self.input.accept_unproved) {
            let mut why = format!(
                "{copy} is not {original}: {} keys differ, {} versions have equal sizes but nothing else to compare; such as {}",
                found.different,
                found.unproved,
                found.such_as.join("; ")
            );
            if found.different == 0 {
                why = format!(
                    "{why}. Those are larger than {} MiB, and S3 keeps no checksum of both to compare: compare them by hand and \
                     skip this step, or undo the run and set accept_unproved",
                    waves::LARGEST_READ >> 20
                );
            }
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

/// Two entries of which only their contents can tell whether they are equal.
struct Doubt {
    at: usize,
    original: VersionName,
    copy: VersionName,
    size: u64,
    /// Whether the listings showed the same ETag: where nothing better can be had, that is proof.
    etags_equal: bool,
}

/// How a doubt was resolved.
enum Resolved {
    ByChecksum { equal: bool },
    ByReading { equal: bool },
    ByEtag,
    Not,
}

/// So many doubts are gathered before they are resolved, and so many calls are in flight at a time.
const AT_A_TIME: usize = 10_000;
const IN_FLIGHT: usize = 128;

impl ProveCopy {
    /// What the listings tell of a key; gives what they cannot.
    fn compare(&self, pair: Pair, found: &mut Findings) -> Vec<Doubt> {
        let (difference, mut unproved) = pair.compare();
        if let Some(difference) = difference {
            found.different += 1;
            found.note(words(&pair.key, &difference));
            return Vec::new();
        }
        if let Some(at) = other_class(&pair) {
            found.different += 1;
            found.note(format!("entry {} of {:?} has another storage class", at + 1, pair.key));
            return Vec::new();
        }
        if !self.input.etags_prove {
            unproved = (0..pair.original.len())
                .filter(|at| !pair.original[*at].is_marker())
                .collect();
        }
        let doubt = |at: usize| Doubt {
            at,
            original: version_name(&pair.original[at]),
            copy: version_name(&pair.copy[at]),
            size: pair.original[at].size(),
            etags_equal: sameness(&pair.original[at], &pair.copy[at]) == Sameness::Same,
        };
        let doubtful = unproved.into_iter().map(doubt).collect();
        found.sums.add(&KeyHistory {
            key: pair.key,
            entries: pair.original,
        });
        doubtful
    }

    async fn prove(
        &self,
        (from, original): (&Account, &str),
        (to, copy): (&Account, &str),
        doubtful: &mut Vec<Doubt>,
        found: &mut Findings,
    ) -> Result<(), Failure> {
        let mut going = futures::stream::iter(doubtful.drain(..))
            .map(|doubt| async move {
                let resolved = resolve((from, original), (to, copy), &doubt).await;
                resolved.map(|resolved| (doubt, resolved))
            })
            .buffered(IN_FLIGHT);
        while let Some(resolved) = going.next().await {
            let (doubt, resolved) = resolved?;
            let what = |words: &str| format!("entry {} of {:?} has {words}", doubt.at + 1, doubt.original.key);
            let equal = match resolved {
                Resolved::ByChecksum { equal } => {
                    found.by_checksum += 1;
                    equal
                }
                Resolved::ByReading { equal } => {
                    found.by_reading += 1;
                    equal
                }
                Resolved::ByEtag => true,
                Resolved::Not => {
                    found.unproved += 1;
                    found.note(what("no checksum in common"));
                    continue;
                }
            };
            if !equal {
                found.different += 1;
                found.note(what("another content"));
            }
        }
        Ok(())
    }
}

async fn resolve(
    (from, original): (&Account, &str),
    (to, copy): (&Account, &str),
    doubt: &Doubt,
) -> Result<Resolved, Failure> {
    let ours = from.s3.checksums(original, &doubt.original).await?;
    let theirs = to.s3.checksums(copy, &doubt.copy).await?;
    let mut both = ours
        .iter()
        .filter_map(|(name, value)| Some((value, theirs.get(name)?)))
        .peekable();
    if both.peek().is_some() {
        let equal = both.all(|(ours, theirs)| ours == theirs);
        return Ok(Resolved::ByChecksum { equal });
    }
    if doubt.size > waves::LARGEST_READ {
        return Ok(if doubt.etags_equal {
            Resolved::ByEtag
        } else {
            Resolved::Not
        });
    }
    let ours = from.s3.content_digest(original, &doubt.original).await?;
    let theirs = to.s3.content_digest(copy, &doubt.copy).await?;
    Ok(Resolved::ByReading { equal: ours == theirs })
}
