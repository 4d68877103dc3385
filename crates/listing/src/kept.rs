//! A listing that survives its process: entries in files, and beside them, wherever who lists it keeps that, how much of them counts.

use std::collections::{BTreeMap, BTreeSet};
use std::io;
use std::path::Path;

use model::StepId;
use model::listing::{ListedEntry, ListingPart};
use serde_json::json;

use crate::division::{Division, Part};
use crate::page::Marker;
use crate::spool::Spool;

/// Keeps where parts stand, all of them or none.
pub type Keep<'a, E> = Box<dyn FnMut(&[ListingPart]) -> Result<(), E> + 'a>;

/// What lies in a folder of a bucket's listing. `E` is the error of who keeps it.
pub struct KeptListing<'a, E> {
    of: Whose,
    spool: Spool,
    keep: Keep<'a, E>,
    on_disk: Box<dyn Fn(io::Error) -> E + 'a>,
    /// The bytes of each part's versions.
    bytes: BTreeMap<u32, u64>,
    /// Parts whose end is committed.
    ended: BTreeSet<u32>,
}

/// Whose listing it is, of what.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Whose {
    /// The step that lists.
    pub step: StepId,
    /// The bucket.
    pub bucket: String,
    /// Tells it from earlier listings by the same step, which count no more.
    pub mark: String,
}

/// The mark under which a part was kept.
pub fn mark_of(part: &ListingPart) -> Option<&str> {
    part.cursor.as_ref()?["mark"].as_str()
}

impl<'a, E> KeptListing<'a, E> {
    /// Goes on with a listing whose files lie in `folder`, from the parts as they were last kept, the files cut back to that; where
    /// there are none under this mark, one part, all keys. Who keeps them must have forgotten those of another.
    pub fn resume(
        folder: &Path,
        of: Whose,
        rows: Vec<ListingPart>,
        keep: Keep<'a, E>,
        on_disk: Box<dyn Fn(io::Error) -> E + 'a>,
    ) -> Result<(Self, Division), E> {
        let mut kept = Self {
            of,
            spool: Spool::new(folder),
            keep,
            on_disk,
            bytes: BTreeMap::new(),
            ended: BTreeSet::new(),
        };
        let marked = |row: &ListingPart| {
            row.cursor
                .as_ref()
                .is_some_and(|cursor| cursor["mark"] == kept.of.mark.as_str())
        };
        if rows.is_empty() || !rows.iter().all(marked) {
            // A process that was killed before its first commit may have left files, too.
            kept.spool.discard_from(0).map_err(&kept.on_disk)?;
            return Ok((kept, Division::new()));
        }
        let mut parts = Vec::with_capacity(rows.len());
        for row in rows {
            let cursor = row.cursor.unwrap_or_default();
            let length = cursor["length"].as_u64().unwrap_or_default();
            let whole = kept.spool.cut_back(row.part, length).map_err(&kept.on_disk)?;
            let mut part = Part {
                number: row.part,
                after: row.after,
                until: row.until,
                cursor: cursor["key"].as_str().map(|key| Marker {
                    key: key.to_owned(),
                    version_id: cursor["version_id"].as_str().map(str::to_owned),
                }),
                entries: row.versions,
                done: row.done,
            };
            if whole {
                kept.bytes.insert(part.number, row.bytes);
            } else {
                // The power went before the file was on the disk: this part is listed anew.
                part.cursor = None;
                part.entries = 0;
                part.done = false;
            }
            if part.done {
                kept.ended.insert(part.number);
            }
            parts.push(part);
        }
        // Numbers that a killed process gave after its last commit are given again: what it wrote under them does not count.
        let next = parts.iter().map(|part| part.number + 1).max().unwrap_or_default();
        kept.spool.discard_from(next).map_err(&kept.on_disk)?;
        Ok((kept, Division::resume(parts)))
    }

    /// Takes what has come of a part.
    pub fn take(&mut self, part: u32, entries: &[ListedEntry]) -> Result<(), E> {
        *self.bytes.entry(part).or_default() += entries.iter().map(ListedEntry::size).sum::<u64>();
        self.spool.append(part, entries).map_err(&self.on_disk)
    }

    /// First the files, then what of them counts: what is committed is there.
    pub fn commit(&mut self, division: &Division) -> Result<(), E> {
        self.spool.flush().map_err(&self.on_disk)?;
        let mut rows = Vec::new();
        for part in division.parts().filter(|part| !self.ended.contains(&part.number)) {
            if part.done {
                self.spool.close(part.number).map_err(&self.on_disk)?;
            }
            rows.push(ListingPart {
                step: self.of.step.clone(),
                bucket: self.of.bucket.clone(),
                part: part.number,
                after: part.after.clone(),
                until: part.until.clone(),
                cursor: Some(json!({
                    "key": part.cursor.as_ref().map(|cursor| &cursor.key),
                    "version_id": part.cursor.as_ref().and_then(|cursor| cursor.version_id.as_ref()),
                    "length": self.spool.length(part.number),
                    "mark": self.of.mark,
                })),
                versions: part.entries,
                bytes: self.bytes.get(&part.number).copied().unwrap_or_default(),
                done: part.done,
            });
        }
        (self.keep)(&rows)?;
        self.ended
            .extend(rows.iter().filter(|row| row.done).map(|row| row.part));
        Ok(())
    }

    /// The files, once everything is listed.
    pub fn into_spool(self) -> Result<Spool, E> {
        let mut spool = self.spool;
        spool.flush().map_err(&self.on_disk)?;
        Ok(spool)
    }
}

#[cfg(test)]
mod tests {
    use std::cell::RefCell;

    use jiff::Timestamp;
    use model::ResourceRef;
    use model::listing::Listed;

    use super::*;
    use crate::page::Page;

    /// Where parts are kept, across kills.
    type Kept = RefCell<BTreeMap<u32, ListingPart>>;

    fn whose(mark: &str) -> Whose {
        Whose {
            step: ResourceRef::new("bucket", "shop").step("list"),
            bucket: "shop".to_owned(),
            mark: mark.to_owned(),
        }
    }

    fn open<'a>(folder: &Path, rows: &'a Kept, mark: &str) -> (KeptListing<'a, io::Error>, Division) {
        let keep: Keep<'a, io::Error> = Box::new(|parts| {
            rows.borrow_mut()
                .extend(parts.iter().map(|part| (part.part, part.clone())));
            Ok(())
        });
        let known = rows.borrow().values().cloned().collect();
        KeptListing::resume(folder, whose(mark), known, keep, Box::new(|error| error))
            .expect("what a kill leaves can be gone on with")
    }

    fn entry(key: String) -> ListedEntry {
        ListedEntry {
            key,
            version_id: "v".to_owned(),
            is_latest: true,
            last_modified: Timestamp::UNIX_EPOCH,
            what: Listed::Marker,
        }
    }

    /// What S3 answers: a hundred keys behind the marker.
    fn answer(keys: &[String], marker: Option<&Marker>) -> Page {
        let from = marker.map_or(0, |marker| keys.partition_point(|key| *key <= marker.key));
        let to = keys.len().min(from + 100);
        let next = (to < keys.len()).then(|| Marker {
            key: keys[to - 1].clone(),
            version_id: None,
        });
        Page {
            entries: keys[from..to].iter().cloned().map(entry).collect(),
            next,
        }
    }

    #[test]
    fn killed_again_and_again_at_any_page_every_key_is_there_once() {
        let keys: Vec<String> = (0..20_000).map(|n| format!("{:02}/{n:06}", n / 700)).collect();
        for seed in 0..20 {
            let mut rng = fastrand::Rng::with_seed(seed);
            let folder = tempfile::tempdir().expect("a folder");
            let rows = Kept::default();
            let mut lives = 0;
            let (order, spool) = 'lives: loop {
                lives += 1;
                let (mut kept, mut division) = open(folder.path(), &rows, "one");
                while !division.is_done() {
                    for ask in division.asks(9) {
                        let mut page = answer(&keys, ask.marker.as_ref());
                        division.heard(ask.part, &mut page).expect("the part");
                        kept.take(ask.part, &page.entries).expect("written");
                        if rng.u8(..12) == 0 {
                            kept.commit(&division).expect("written");
                        }
                        if lives < 12 && rng.u8(..40) == 0 {
                            // What was in buffers is lost or not, as it happens.
                            if rng.bool() {
                                std::mem::forget(kept);
                            }
                            continue 'lives;
                        }
                    }
                }
                kept.commit(&division).expect("written");
                let order: Vec<u32> = division.parts().map(|part| part.number).collect();
                break (order, kept.into_spool().expect("written"));
            };
            assert!(lives > 2, "seed {seed}: it was killed {} times", lives - 1);
            let read = spool.read(&order).map(|entry| entry.expect("whole").key);
            assert!(read.eq(keys.iter().cloned()), "seed {seed}, {lives} lives");
        }
    }

    #[test]
    fn what_was_kept_under_another_mark_counts_no_more() {
        let keys: Vec<String> = (0..250).map(|n| format!("{n:06}")).collect();
        let folder = tempfile::tempdir().expect("a folder");
        let rows = Kept::default();
        let (mut kept, mut division) = open(folder.path(), &rows, "one");
        for ask in division.asks(1) {
            let mut page = answer(&keys, ask.marker.as_ref());
            division.heard(ask.part, &mut page).expect("the part");
            kept.take(ask.part, &page.entries).expect("written");
            kept.commit(&division).expect("written");
        }
        drop(kept);
        let (_, again) = open(folder.path(), &rows, "one");
        assert_eq!(again.parts().map(|part| part.entries).sum::<u64>(), 100);
        let (kept, anew) = open(folder.path(), &rows, "another");
        assert_eq!(anew.parts().map(|part| part.entries).sum::<u64>(), 0);
        assert_eq!(kept.into_spool().expect("written").read(&[0]).count(), 0);
    }
}
