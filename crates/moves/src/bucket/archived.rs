//! Archived versions lie in no archive while they are on their way: a copy in one could not be copied on. So the interim bucket has
//! them as STANDARD, and what they were is noted beside it, to be had again in the new bucket.

use std::collections::BTreeMap;

use engine::StepContext;
use listing::{Pair, manifest, waves};
use model::listing::{Listed, ListedEntry};
use model::{Failure, FailureClass, StepId};
use serde::{Deserialize, Serialize};

use super::place::Place;
use crate::world::World;

/// What becomes of the storage classes on a way.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Classes {
    /// Every version keeps its class: it is copied once only.
    Keep,
    /// What is archived is copied to STANDARD.
    Thaw,
    /// Every version gets the class that it had, which this step noted.
    AsNotedBy(StepId),
}

/// Where the note lies.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Noted {
    /// Its key; absent: nothing was archived.
    pub(super) key: Option<String>,
    /// How many versions it names.
    pub(super) versions: u64,
}

/// The storage classes that copies are to have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Wanted {
    Thawed,
    /// By key and place in its history, the oldest 0. Of the versions that were archived only: about 150 bytes each.
    Noted(BTreeMap<(String, usize), String>),
}

const THAWED: &str = "STANDARD";

impl Classes {
    /// What is wanted on this way.
    pub(super) async fn wanted(&self, world: &World, cx: &StepContext, ops: &Place) -> Result<Wanted, Failure> {
        let step = match self {
            Self::Keep => return Ok(Wanted::as_it_is()),
            Self::Thaw => return Ok(Wanted::Thawed),
            Self::AsNotedBy(step) => step,
        };
        let noted: Noted = cx.output(step)?;
        let Some(key) = noted.key else {
            return Ok(Wanted::as_it_is());
        };
        let note = world.target().s3.get_object(&ops.name(cx)?, &key).await?;
        let classes = read(&note);
        if classes.len() as u64 != noted.versions {
            let what = format!(
                "{key} in {} names {} archived versions, and {} were noted: somebody has changed it. Nothing was changed by this. Put \
                 it back, or everything would be copied as STANDARD",
                ops.name(cx)?,
                classes.len(),
                noted.versions
            );
            return Err(cx.failure(FailureClass::WrongState, "[NoteChanged]", what));
        }
        Ok(Wanted::Noted(classes))
    }
}

impl Wanted {
    /// The classes of the original.
    pub(super) fn as_it_is() -> Self {
        Self::Noted(BTreeMap::new())
    }

    /// Gives the entries of an original the class that their copies are to have.
    pub(super) fn put(&self, pair: &mut Pair) {
        for (place, entry) in pair.original.iter_mut().enumerate() {
            let class = match self {
                Self::Thawed => waves::is_archived(entry).then_some(THAWED),
                Self::Noted(noted) if noted.is_empty() => None,
                Self::Noted(noted) => noted.get(&(pair.key.clone(), place)).map(String::as_str),
            };
            if let (Some(class), Listed::Version { storage_class, .. }) = (class, &mut entry.what) {
                class.clone_into(storage_class);
            }
        }
    }
}

/// A row of the note.
pub(super) fn row(entry: &ListedEntry, place: usize) -> Option<String> {
    match &entry.what {
        Listed::Version { storage_class, .. } if waves::is_archived(entry) => {
            Some(format!("{},{place},{storage_class}\n", manifest::encode(&entry.key)))
        }
        Listed::Version { .. } | Listed::Marker => None,
    }
}

fn read(note: &[u8]) -> BTreeMap<(String, usize), String> {
    let text = String::from_utf8_lossy(note);
    let rows = text.lines().filter_map(|line| {
        let mut fields = line.split(',');
        let (key, place, class) = (fields.next()?, fields.next()?, fields.next()?);
        Some(((manifest::decode(key), place.parse().ok()?), class.to_owned()))
    });
    rows.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(key: &str, class: &str) -> ListedEntry {
        ListedEntry {
            key: key.into(),
            version_id: "v".into(),
            is_latest: false,
            last_modified: jiff::Timestamp::UNIX_EPOCH,
            what: Listed::Version {
                size: 1,
                etag: "e".into(),
                storage_class: class.into(),
            },
        }
    }

    fn classes(pair: &Pair) -> Vec<&str> {
        pair.original
            .iter()
            .map(|entry| match &entry.what {
                Listed::Version { storage_class, .. } => storage_class.as_str(),
                Listed::Marker => "",
            })
            .collect()
    }

    #[test]
    fn archived_versions_are_thawed_on_the_way_and_get_their_class_back() {
        let original = vec![
            entry("a, b", "GLACIER"),
            entry("a, b", "STANDARD_IA"),
            entry("a, b", "DEEP_ARCHIVE"),
        ];
        let note: String = original
            .iter()
            .enumerate()
            .filter_map(|(place, one)| row(one, place))
            .collect();
        let mut out = Pair {
            key: "a, b".into(),
            original,
            copy: Vec::new(),
        };
        Wanted::Thawed.put(&mut out);
        assert_eq!(classes(&out), ["STANDARD", "STANDARD_IA", "STANDARD"]);
        Wanted::Noted(read(note.as_bytes())).put(&mut out);
        assert_eq!(classes(&out), ["GLACIER", "STANDARD_IA", "DEEP_ARCHIVE"]);
    }
}
