//! A listing that survives its process: entries in files, and beside them, in a journal, how much of them counts.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use journal::{Journal, JournalError, ListingPart};
use listing::{Division, Marker, Part, Spool};
use model::listing::ListedEntry;
use model::{ResourceRef, StepId};
use serde_json::json;

use crate::error::CliError;

/// What lies in a folder of a bucket's listing.
pub struct KeptListing {
    journal: Journal,
    path: PathBuf,
    step: StepId,
    bucket: String,
    spool: Spool,
    /// The bytes of each part's versions.
    bytes: BTreeMap<u32, u64>,
    /// Parts whose end is committed.
    ended: BTreeSet<u32>,
}

impl KeptListing {
    /// Opens the listing whose journal lies at `path`; its files lie beside it.
    pub fn open(path: &Path, bucket: &str) -> Result<Self, CliError> {
        let folder = path.parent().unwrap_or(Path::new("."));
        Ok(Self {
            journal: Journal::open(path).map_err(|error| CliError::journal(path, &error))?,
            path: path.to_owned(),
            step: ResourceRef::new("bucket", bucket).step("list"),
            bucket: bucket.to_owned(),
            spool: Spool::new(folder),
            bytes: BTreeMap::new(),
            ended: BTreeSet::new(),
        })
    }

    /// The parts as they were last committed, their files cut back to that; one part, all keys, where nothing was.
    pub fn resume(&mut self) -> Result<Division, CliError> {
        let rows = self.journal.listing(&self.step, &self.bucket);
        let rows = rows.map_err(|error| self.refused(&error))?;
        if rows.is_empty() {
            // A process that was killed before its first commit may have left files.
            self.discard_from(0)?;
            return Ok(Division::new());
        }
        let mut parts = Vec::with_capacity(rows.len());
        for row in rows {
            let cursor = row.cursor.unwrap_or_default();
            let whole = self.cut_back(row.part, cursor["length"].as_u64().unwrap_or_default())?;
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
                self.bytes.insert(part.number, row.bytes);
            } else {
                // The power went before the file was on the disk: this part is listed anew.
                part.cursor = None;
                part.entries = 0;
                part.done = false;
            }
            if part.done {
                self.ended.insert(part.number);
            }
            parts.push(part);
        }
        // Numbers that a killed process gave after its last commit are given again: what it wrote under them does not count.
        let next = parts.iter().map(|part| part.number + 1).max().unwrap_or_default();
        self.discard_from(next)?;
        Ok(Division::resume(parts))
    }

    /// When it was begun; none where nobody said so.
    pub fn begun_at(&self) -> Result<Option<Timestamp>, CliError> {
        let stamp = self.journal.stamped().map_err(|error| self.refused(&error))?;
        Ok(stamp.map(|stamp| stamp.created_at))
    }

    /// Takes what has come of a part.
    pub fn take(&mut self, part: u32, entries: &[ListedEntry]) -> Result<(), CliError> {
        *self.bytes.entry(part).or_default() += entries.iter().map(ListedEntry::size).sum::<u64>();
        self.spool
            .append(part, entries)
            .map_err(|error| CliError::unwritable(&self.path, &error))
    }

    /// First the files, then what of them counts: what is committed is there.
    pub fn commit(&mut self, division: &Division) -> Result<(), CliError> {
        let unwritable = |error| CliError::unwritable(&self.path, &error);
        self.spool.flush().map_err(unwritable)?;
        let mut rows = Vec::new();
        for part in division.parts().filter(|part| !self.ended.contains(&part.number)) {
            if part.done {
                self.spool.close(part.number).map_err(unwritable)?;
            }
            rows.push(ListingPart {
                step: self.step.clone(),
                bucket: self.bucket.clone(),
                part: part.number,
                after: part.after.clone(),
                until: part.until.clone(),
                cursor: Some(json!({
                    "key": part.cursor.as_ref().map(|cursor| &cursor.key),
                    "version_id": part.cursor.as_ref().and_then(|cursor| cursor.version_id.as_ref()),
                    "length": self.spool.length(part.number),
                })),
                versions: part.entries,
                bytes: self.bytes.get(&part.number).copied().unwrap_or_default(),
                done: part.done,
            });
        }
        self.journal.put_listings(&rows).map_err(|error| self.refused(&error))?;
        self.ended
            .extend(rows.iter().filter(|row| row.done).map(|row| row.part));
        Ok(())
    }

    /// The files, once everything is listed.
    pub fn into_spool(self) -> Spool {
        self.spool
    }

    fn cut_back(&mut self, part: u32, length: u64) -> Result<bool, CliError> {
        self.spool
            .cut_back(part, length)
            .map_err(|error| CliError::unwritable(&self.path, &error))
    }

    fn discard_from(&mut self, part: u32) -> Result<(), CliError> {
        self.spool
            .discard_from(part)
            .map_err(|error| CliError::unwritable(&self.path, &error))
    }

    fn refused(&self, error: &JournalError) -> CliError {
        CliError::journal(&self.path, error)
    }
}

#[cfg(test)]
mod tests {
    use listing::Page;
    use model::listing::Listed;

    use super::*;

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
            let path = folder.path().join("listing.db");
            drop(Journal::create(&path).expect("a journal"));
            let mut lives = 0;
            let (order, spool) = 'lives: loop {
                lives += 1;
                let mut kept = KeptListing::open(&path, "shop").expect("what a kill leaves can be opened");
                let mut division = kept.resume().expect("and gone on with");
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
                break (order, kept.into_spool());
            };
            assert!(lives > 2, "seed {seed}: it was killed {} times", lives - 1);
            let read = spool.read(&order).map(|entry| entry.expect("whole").key);
            assert!(read.eq(keys.iter().cloned()), "seed {seed}, {lives} lives");
        }
    }
}
