//! Empties the source bucket: the point of no return. Nothing is deleted that has no equal in the copy: a version that came after the
//! proof stops it.

use std::rc::Rc;

use async_trait::async_trait;
use aws::s3::VersionName;
use engine::{Begun, Observed, Step, StepContext, Verified};
use listing::{Lister, can_be_proved_copy};
use model::listing::ListedEntry;
use model::{Failure, FailureClass};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::place::{Place, histories};
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

pub(super) struct EmptySource {
    input: Input,
    world: Rc<World>,
}

impl EmptySource {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    async fn first_page(&self) -> Result<Vec<ListedEntry>, Failure> {
        let source = self.world.source();
        let mut pages = Lister::new(&source, &source.id, &self.input.source, None);
        Ok(pages.next_page().await?.unwrap_or_default().entries)
    }
}

/// The first entry without an equal among the copy's entries of the same key.
fn without_equal<'a>(entries: &'a [ListedEntry], copy: &[ListedEntry]) -> Option<&'a ListedEntry> {
    entries.iter().find(|entry| {
        !copy
            .iter()
            .any(|other| other.key == entry.key && can_be_proved_copy(entry, other))
    })
}

#[async_trait(?Send)]
impl Step for EmptySource {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let left = match self.first_page().await {
            Ok(entries) => !entries.is_empty() || !self.world.source().s3.uploads(&self.input.source).await?.is_empty(),
            Err(failure) if failure.code == "NoSuchBucket" => false,
            Err(failure) => return Err(failure),
        };
        let emptied = cx
            .cursor
            .as_ref()
            .and_then(|cursor| Emptied::deserialize(cursor).ok())
            .unwrap_or_default();
        Ok(if left {
            Observed::Absent
        } else {
            Observed::Present(json!({ "deleted": emptied.deleted }))
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let source = self.world.source();
        let bucket = &self.input.source;
        let mut emptied = cx
            .cursor
            .as_ref()
            .and_then(|cursor| Emptied::deserialize(cursor).ok())
            .unwrap_or_default();
        let swept = |emptied: Emptied, more: bool| Begun::Swept {
            done: emptied.deleted,
            total: Some(self.input.expected.max(emptied.deleted)),
            cursor: json!(emptied),
            more,
        };
        // An upload that is completed later would bring an object back.
        let uploads = source.s3.uploads(bucket).await?;
        if !uploads.is_empty() {
            for upload in &uploads {
                source.s3.abort_upload(bucket, upload).await?;
            }
            return Ok(swept(emptied, true));
        }
        let entries = self.first_page().await?;
        let (Some(first), Some(last)) = (entries.first(), entries.last()) else {
            return Ok(swept(emptied, false));
        };
        let late = |entry: &ListedEntry| {
            let what = format!(
                "{:?} (version {}) has no equal in the copy: it was written after the copy was proved. Nothing of it was deleted",
                entry.key, entry.version_id
            );
            cx.failure(FailureClass::WrongState, "[LateWrite]", what)
        };
        if emptied
            .after
            .as_ref()
            .is_some_and(|after| first.key.as_bytes() <= after.as_bytes())
        {
            return Err(late(first));
        }
        let copied = self.input.copy.account(&self.world);
        let mut keys = histories(&copied, &self.input.copy.name(cx)?, emptied.after.as_deref());
        let mut copy = Vec::new();
        while let Some(history) = keys.next().await? {
            if history.key.as_bytes() > last.key.as_bytes() {
                break;
            }
            copy.extend(history.entries);
        }
        if let Some(entry) = without_equal(&entries, &copy) {
            return Err(late(entry));
        }
        // The last key's entries may go on in the next page.
        let before_last = entries
            .iter()
            .rev()
            .map(|entry| &entry.key)
            .find(|key| **key != last.key)
            .cloned();
        let versions: Vec<VersionName> = entries
            .iter()
            .map(|entry| VersionName {
                key: entry.key.clone(),
                version_id: entry.version_id.clone(),
            })
            .collect();
        source.s3.delete_versions(bucket, &versions).await?;
        emptied.deleted += versions.len() as u64;
        emptied.after = before_last.or(emptied.after);
        Ok(swept(emptied, true))
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let deleted = output["deleted"].as_u64().unwrap_or(0);
        Ok(Verified::Right {
            evidence: format!(
                "{} is empty; {deleted} versions and markers were deleted",
                self.input.source
            ),
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
