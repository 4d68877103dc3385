//! Empties the source bucket: the point of no return. Nothing is deleted that has no equal in the copy: both are listed anew, key is
//! held against key, and a version that came after the proof stops it. What comes after that listing is in none of its batches; it
//! shows when the bucket is looked at in the end.

use std::cell::{Cell, RefCell};
use std::rc::Rc;

use async_trait::async_trait;
use aws::s3::VersionName;
use engine::{Begun, Observed, Step, StepContext, Verified};
use futures::StreamExt as _;
use listing::{Lister, can_be_proved_copy};
use model::listing::ListedEntry;
use model::{Failure, FailureClass};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::archived::Wanted;
use super::listed::{Both, ListedPairs};
use super::place::Place;
use super::proofs::Proof;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) source: String,
    pub(super) copy: Place,
    /// How many entries there were expected to be, for the progress bar.
    pub(super) expected: u64,
}

/// How far it has come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Emptied {
    /// All keys up to this one are gone.
    after: Option<String>,
    deleted: u64,
}

/// As many as one request deletes.
const A_BATCH: usize = 1_000;
/// So many batches go by between two words to the journal.
const A_STRETCH: usize = 32;
/// So many are in flight at the most, and half as many whenever S3 asks for less: it bears 3,500 deletions a second and more, and
/// nobody can tell how much more.
const IN_FLIGHT: usize = 16;

pub(super) struct EmptySource {
    input: Input,
    world: Rc<World>,
    /// What is left of the two listings, and of the batches.
    left: RefCell<Option<Left>>,
    in_flight: Cell<usize>,
}

struct Left {
    pairs: ListedPairs,
    /// Batches that were refused.
    again: Vec<Vec<VersionName>>,
    /// Holds the files.
    _both: Both,
}

impl EmptySource {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self {
            input,
            world,
            left: RefCell::default(),
            in_flight: Cell::new(IN_FLIGHT),
        }
    }

    async fn list(&self, cx: &StepContext) -> Result<Left, Failure> {
        let (source, copied) = (self.world.source(), self.input.copy.account(&self.world));
        let copy = self.input.copy.name(cx)?;
        let as_it_is = Wanted::as_it_is();
        let both = Both::whole(
            &self.world,
            cx,
            (&source, &self.input.source),
            (&copied, &copy),
            as_it_is,
        )
        .await?;
        Ok(Left {
            pairs: both.pairs(),
            again: Vec::new(),
            _both: both,
        })
    }

    /// Deletes batches side by side. Gives those that were refused, and why the first was.
    async fn delete(&self, batches: Vec<Vec<VersionName>>) -> (u64, Vec<Vec<VersionName>>, Option<Failure>) {
        let source = self.world.source();
        let mut going = futures::stream::iter(batches)
            .map(|batch| async {
                let done = source.s3.delete_versions(&self.input.source, &batch).await;
                (batch, done)
            })
            .buffer_unordered(self.in_flight.get());
        let (mut deleted, mut again, mut refused) = (0, Vec::new(), None);
        while let Some((batch, done)) = going.next().await {
            match done {
                Ok(()) => deleted += batch.len() as u64,
                Err(failure) => {
                    again.push(batch);
                    refused.get_or_insert(failure);
                }
            }
        }
        (deleted, again, refused)
    }
}

/// The first entry without an equal among the copy's entries of the same key.
pub(super) fn without_equal<'a>(entries: &'a [ListedEntry], copy: &[ListedEntry]) -> Option<&'a ListedEntry> {
    entries.iter().find(|entry| {
        !copy
            .iter()
            .any(|other| other.key == entry.key && can_be_proved_copy(entry, other))
    })
}

fn late(cx: &StepContext, entry: &ListedEntry) -> Failure {
    let what = format!(
        "{:?} (version {}) has no equal in the copy: it was written after the copy was proved. Nothing of it was deleted",
        entry.key, entry.version_id
    );
    cx.failure(FailureClass::WrongState, "[LateWrite]", what)
}

fn emptied(cx: &StepContext) -> Emptied {
    cx.cursor
        .as_ref()
        .and_then(|cursor| Emptied::deserialize(cursor).ok())
        .unwrap_or_default()
}

#[async_trait(?Send)]
impl Step for EmptySource {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let source = self.world.source();
        let mut pages = Lister::new(&source, &source.id, &self.input.source, None);
        let left = match pages.next_page().await {
            Ok(page) => {
                !page.unwrap_or_default().entries.is_empty() || !source.s3.uploads(&self.input.source).await?.is_empty()
            }
            Err(failure) if failure.code == "NoSuchBucket" => false,
            Err(failure) => return Err(failure),
        };
        Ok(if left {
            Observed::Absent
        } else {
            Observed::Present(json!({ "deleted": emptied(cx).deleted }))
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let source = self.world.source();
        let bucket = &self.input.source;
        let mut emptied = emptied(cx);
        let swept = |emptied: Emptied, more: bool| Begun::Swept {
            done: emptied.deleted,
            total: Some(self.input.expected.max(emptied.deleted)),
            cursor: json!(emptied),
            more,
        };
        let mut left = match self.left.take() {
            Some(left) => left,
            None => {
                // An upload that is completed later would bring an object back.
                let uploads = source.s3.uploads(bucket).await?;
                if !uploads.is_empty() {
                    for upload in &uploads {
                        source.s3.abort_upload(bucket, upload).await?;
                    }
                    return Ok(swept(emptied, true));
                }
                self.list(cx).await?
            }
        };
        let mut batches = std::mem::take(&mut left.again);
        let (mut after, mut ended) = (emptied.after.clone(), false);
        while batches.len() < A_STRETCH {
            let Some(pair) = left.pairs.next().await? else {
                ended = true;
                break;
            };
            let Some(first) = pair.original.first() else { continue };
            let gone = emptied.after.as_ref();
            if gone.is_some_and(|gone| pair.key.as_bytes() <= gone.as_bytes()) {
                return Err(late(cx, first));
            }
            if let Some(entry) = without_equal(&pair.original, &pair.copy) {
                return Err(late(cx, entry));
            }
            for entry in pair.original {
                if batches.last().is_none_or(|batch| batch.len() == A_BATCH) {
                    batches.push(Vec::new());
                }
                if let Some(batch) = batches.last_mut() {
                    batch.push(VersionName {
                        key: entry.key,
                        version_id: entry.version_id,
                    });
                }
            }
            after = Some(pair.key);
        }
        let (deleted, again, refused) = self.delete(batches).await;
        emptied.deleted += deleted;
        if let Some(failure) = refused {
            left.again = again;
            self.left.replace(Some(left));
            self.in_flight.set((self.in_flight.get() / 2).max(1));
            // What was deleted is told first; what was refused is asked for again right behind it.
            return if deleted > 0 {
                Ok(swept(emptied, true))
            } else {
                Err(failure)
            };
        }
        self.in_flight.set((self.in_flight.get() + 1).min(IN_FLIGHT));
        emptied.after = after;
        if !ended {
            self.left.replace(Some(left));
        }
        Ok(swept(emptied, !ended))
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let deleted = output["deleted"].as_u64().unwrap_or(0);
        Ok(Verified::Right {
            evidence: Proof::Emptied.fill(&[&self.input.source, &deleted.to_string()]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use model::listing::Listed;

    use super::*;

    fn version(key: &str, size: u64, etag: &str) -> ListedEntry {
        let what = Listed::Version {
            size,
            etag: etag.into(),
            storage_class: "STANDARD".into(),
        };
        ListedEntry {
            key: key.into(),
            version_id: "v".into(),
            is_latest: false,
            last_modified: jiff::Timestamp::UNIX_EPOCH,
            what,
        }
    }

    #[test]
    fn a_version_that_the_copy_has_not_is_never_deleted() {
        let copy = [version("a", 1, "x"), version("b", 2, "y")];
        assert_eq!(
            without_equal(&[version("a", 1, "x"), version("b", 2, "y")], &copy),
            None
        );
        let late = [version("a", 1, "x"), version("a", 3, "z")];
        assert_eq!(without_equal(&late, &copy), Some(&late[1]));
        // Under a KMS key no ETag tells: what is younger than its copy was written after it.
        let mut keyed = version("b", 2, "of-a-key");
        assert_eq!(
            without_equal(&[keyed.clone()], &copy),
            None,
            "written and copied within one second"
        );
        keyed.last_modified += jiff::SignedDuration::from_secs(1);
        assert_eq!(without_equal(&[keyed.clone()], &copy), Some(&keyed));
        let elsewhere = [version("c", 2, "y")];
        assert_eq!(
            without_equal(&elsewhere, &copy),
            Some(&elsewhere[0]),
            "another key's version is no equal"
        );
    }
}
