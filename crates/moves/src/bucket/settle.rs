//! Goes through all keys and brings the copy's history of each to where it must be: copies what batch jobs left out, in order, sets
//! delete markers (which cannot be copied), and takes away what a job wrote twice. It looks at a key before it acts on it, so it may
//! be cut off and begun again anywhere.

use std::rc::Rc;

use async_trait::async_trait;
use aws::Account;
use aws::s3::{Copy, VersionName};
use engine::{Begun, Observed, Step, StepContext, Verified};
use listing::{Pair, Pairs, Sameness, compare, waves};
use model::listing::{Listed, ListedEntry};
use model::{Failure, FailureClass};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::place::{Place, histories};
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) from: Place,
    pub(super) to: Place,
    /// How many entries of each key, the oldest first, must be there; absent: all.
    pub(super) depth: Option<u64>,
}

/// How far it has come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Settled {
    /// The last key that is settled.
    after: Option<String>,
    keys: u64,
    copied: u64,
    markers: u64,
    removed: u64,
    whole: bool,
}

/// After so many calls that change something, or so many keys, the cursor is kept.
const MOST_CHANGES: u64 = 100;
const MOST_KEYS: u64 = 5_000;

pub(super) struct Settle {
    input: Input,
    world: Rc<World>,
}

impl Settle {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

fn settled(cx: &StepContext) -> Settled {
    cx.cursor
        .as_ref()
        .and_then(|cursor| Settled::deserialize(cursor).ok())
        .unwrap_or_default()
}

/// How many of the copy's entries, from the oldest, are right. An entry of the right size with another ETag is taken for right (only
/// checksums could tell, and the proof at the end asks them), unless its ETag is that of another entry: then the order is wrong.
fn right_so_far(wanted: &[ListedEntry], copy: &[ListedEntry]) -> usize {
    let etag = |entry: &ListedEntry| match &entry.what {
        Listed::Version { etag, .. } => Some(etag.clone()),
        Listed::Marker => None,
    };
    let right = |(original, copied): &(&ListedEntry, &ListedEntry)| match compare::sameness(original, copied) {
        Sameness::Same => true,
        Sameness::Different => false,
        Sameness::Unproved => !wanted.iter().any(|other| etag(other) == etag(copied)),
    };
    wanted.iter().zip(copy).take_while(right).count()
}

#[async_trait(?Send)]
impl Step for Settle {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let settled = settled(cx);
        Ok(if settled.whole {
            Observed::Present(json!(settled))
        } else {
            Observed::Absent
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let (from, to) = (self.input.from.account(&self.world), self.input.to.account(&self.world));
        let (original, copy) = (self.input.from.name(cx)?, self.input.to.name(cx)?);
        let mut settled = settled(cx);
        let after = settled.after.clone();
        let mut pairs = Pairs::new(
            histories(&from, &original, after.as_deref()),
            histories(&to, &copy, after.as_deref()),
        );
        let (keys_before, changes_before) = (settled.keys, settled.changes());
        while settled.keys - keys_before < MOST_KEYS && settled.changes() - changes_before < MOST_CHANGES {
            let Some(pair) = pairs.next().await? else {
                settled.whole = true;
                break;
            };
            self.settle_key(cx, (&from, &original), (&to, &copy), &pair, &mut settled)
                .await?;
            settled.keys += 1;
            settled.after = Some(pair.key);
        }
        let more = !settled.whole;
        Ok(Begun::Swept {
            done: settled.keys,
            cursor: json!(settled),
            total: None,
            more,
        })
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let count = |name: &str| output[name].as_u64().unwrap_or(0);
        let (keys, copied, markers, removed) = (count("keys"), count("copied"), count("markers"), count("removed"));
        let evidence = format!(
            "{keys} keys looked at; {copied} versions copied, {markers} markers set, {removed} surplus removed"
        );
        Ok(Verified::Right { evidence })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}

impl Settled {
    fn changes(&self) -> u64 {
        self.copied + self.markers + self.removed
    }
}

impl Settle {
    async fn settle_key(
        &self,
        cx: &StepContext,
        (from, original): (&Account, &str),
        (to, copy): (&Account, &str),
        pair: &Pair,
        settled: &mut Settled,
    ) -> Result<(), Failure> {
        let depth = self
            .input
            .depth
            .and_then(|depth| usize::try_from(depth).ok())
            .unwrap_or(usize::MAX);
        let wanted = &pair.original[..pair.original.len().min(depth)];
        if wanted.is_empty() {
            // Not in the original: not this step's to judge. The proof will say so.
            return Ok(());
        }
        let right = right_so_far(wanted, &pair.copy);
        let surplus: Vec<VersionName> = pair.copy[right..]
            .iter()
            .rev()
            .map(|entry| VersionName {
                key: entry.key.clone(),
                version_id: entry.version_id.clone(),
            })
            .collect();
        for versions in surplus.chunks(1000) {
            to.s3.delete_versions(copy, versions).await?;
            settled.removed += versions.len() as u64;
        }
        for entry in &wanted[right..] {
            if let Some(why) = waves::uncopyable(entry) {
                let what = format!("{:?} ({}) cannot be copied: {why}", entry.key, entry.version_id);
                return Err(cx.failure(FailureClass::WrongState, "[NotCopyable]", what));
            }
            match &entry.what {
                Listed::Marker => {
                    to.s3.delete_object(copy, &entry.key).await?;
                    settled.markers += 1;
                }
                Listed::Version {
                    etag, storage_class, ..
                } => {
                    let one = Copy {
                        from: original.to_owned(),
                        from_owner: from.id.clone(),
                        key: entry.key.clone(),
                        version_id: entry.version_id.clone(),
                        etag: etag.clone(),
                        to: copy.to_owned(),
                        storage_class: storage_class.clone(),
                    };
                    to.s3.copy_object(&one).await?;
                    settled.copied += 1;
                }
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn version(size: u64, etag: &str) -> ListedEntry {
        let what = Listed::Version {
            size,
            etag: etag.into(),
            storage_class: "STANDARD".into(),
        };
        ListedEntry {
            key: "k".into(),
            version_id: "v".into(),
            is_latest: false,
            last_modified: jiff::Timestamp::UNIX_EPOCH,
            what,
        }
    }

    fn marker() -> ListedEntry {
        ListedEntry {
            what: Listed::Marker,
            ..version(0, "")
        }
    }

    #[test]
    fn what_is_missing_begins_where_the_copy_ends() {
        let wanted = [version(1, "a"), marker(), version(2, "b")];
        assert_eq!(right_so_far(&wanted, &wanted[..2]), 2);
        assert_eq!(right_so_far(&wanted, &[]), 0);
        assert_eq!(right_so_far(&wanted, &wanted), 3);
    }

    #[test]
    fn a_version_written_twice_is_not_right_the_second_time() {
        assert_eq!(
            right_so_far(&[version(1, "a"), version(1, "b")], &[version(1, "a"), version(1, "a")]),
            1
        );
    }

    #[test]
    fn versions_of_one_size_in_the_wrong_order_are_seen() {
        assert_eq!(
            right_so_far(&[version(1, "a"), version(1, "b")], &[version(1, "b"), version(1, "a")]),
            0
        );
    }

    #[test]
    fn an_etag_that_copying_changes_is_no_reason_to_copy_again() {
        assert_eq!(right_so_far(&[version(9, "a-2")], &[version(9, "c")]), 1);
    }
}
