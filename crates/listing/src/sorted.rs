//! Entries in any order, put into S3's: sorted in memory piece by piece, each piece a file, and the files merged. Of any number, in
//! bounded memory, with room for twice of them on the disk.

use std::cmp::Ordering;
use std::collections::BinaryHeap;
use std::io;
use std::path::Path;

use model::listing::ListedEntry;

use crate::spool::{Entries, Spool};

/// Sorts what is pushed.
pub struct Sorter {
    spool: Spool,
    waiting: Vec<ListedEntry>,
    most: usize,
    runs: Vec<u32>,
    last: u32,
}

/// So many entries are sorted at a time: some 300 MB.
const AT_A_TIME: usize = 1_000_000;
/// So many files are merged at a time: each is open, with a buffer.
const MERGED: usize = 64;

/// S3's order: keys by their bytes, the newest entry of a key first.
fn order(one: &ListedEntry, other: &ListedEntry) -> Ordering {
    let keys = one.key.as_bytes().cmp(other.key.as_bytes());
    keys.then_with(|| other.last_modified.cmp(&one.last_modified))
        .then_with(|| other.is_latest.cmp(&one.is_latest))
        // Which of the two is older nothing tells; but the same report gives the same order.
        .then_with(|| one.version_id.cmp(&other.version_id))
}

impl Sorter {
    /// A sorter with its files in an existing folder.
    pub fn new(folder: &Path) -> Self {
        Self::with_room(folder, AT_A_TIME)
    }

    fn with_room(folder: &Path, most: usize) -> Self {
        Self {
            spool: Spool::new(folder),
            waiting: Vec::new(),
            most,
            runs: Vec::new(),
            last: 0,
        }
    }

    /// One more entry.
    pub fn push(&mut self, entry: ListedEntry) -> io::Result<()> {
        self.waiting.push(entry);
        if self.waiting.len() >= self.most {
            self.write_run()?;
        }
        Ok(())
    }

    fn next_run(&mut self) -> u32 {
        self.last += 1;
        self.last
    }

    fn write_run(&mut self) -> io::Result<()> {
        let mut run = std::mem::take(&mut self.waiting);
        run.sort_unstable_by(order);
        let number = self.next_run();
        for piece in run.chunks(1_000) {
            self.spool.append(number, piece)?;
        }
        self.spool.close(number)?;
        self.runs.push(number);
        Ok(())
    }

    /// All of them in order.
    pub fn finish(mut self) -> io::Result<Merged> {
        if !self.waiting.is_empty() {
            self.write_run()?;
        }
        while self.runs.len() > MERGED {
            let some: Vec<u32> = self.runs.drain(..MERGED).collect();
            let number = self.next_run();
            let mut merged = Merged::of(&self.spool, &some)?;
            let mut piece = Vec::new();
            for entry in merged.by_ref() {
                piece.push(entry?);
                if piece.len() == 1_000 {
                    self.spool.append(number, &piece)?;
                    piece.clear();
                }
            }
            self.spool.append(number, &piece)?;
            self.spool.close(number)?;
            for run in some {
                self.spool.remove(run)?;
            }
            self.runs.push(number);
        }
        Merged::of(&self.spool, &self.runs)
    }
}

/// Entries of several files that are each in order, in one order.
pub struct Merged {
    runs: Vec<Entries>,
    heads: BinaryHeap<Head>,
}

/// The next entry of a run; the smallest is the greatest here, as a heap has it.
struct Head {
    entry: ListedEntry,
    run: usize,
}

impl PartialEq for Head {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl Eq for Head {}

impl PartialOrd for Head {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Head {
    fn cmp(&self, other: &Self) -> Ordering {
        order(&other.entry, &self.entry).then_with(|| other.run.cmp(&self.run))
    }
}

impl Merged {
    fn of(spool: &Spool, runs: &[u32]) -> io::Result<Self> {
        let mut merged = Self {
            runs: runs.iter().map(|run| spool.read(&[*run])).collect(),
            heads: BinaryHeap::new(),
        };
        for run in 0..merged.runs.len() {
            merged.advance(run)?;
        }
        Ok(merged)
    }

    fn advance(&mut self, run: usize) -> io::Result<()> {
        if let Some(entry) = self.runs[run].next() {
            self.heads.push(Head { entry: entry?, run });
        }
        Ok(())
    }
}

impl Iterator for Merged {
    type Item = io::Result<ListedEntry>;

    fn next(&mut self) -> Option<Self::Item> {
        let head = self.heads.pop()?;
        Some(self.advance(head.run).map(|()| head.entry))
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use model::listing::Listed;

    use super::*;

    fn entry(rng: &mut fastrand::Rng) -> ListedEntry {
        ListedEntry {
            key: crate::page::tests::any_key(rng),
            version_id: format!("v{}", rng.u32(..)),
            is_latest: rng.bool(),
            last_modified: Timestamp::from_second(rng.i64(0..100)).expect("a time"),
            what: Listed::Marker,
        }
    }

    #[test]
    fn any_number_of_runs_comes_out_in_order_and_whole() {
        let mut rng = fastrand::Rng::with_seed(5);
        for (count, room) in [(0, 10), (7, 10), (1_000, 10), (1_000, 400)] {
            let folder = tempfile::tempdir().expect("a folder");
            let mut all: Vec<ListedEntry> = (0..count).map(|_| entry(&mut rng)).collect();
            let mut sorter = Sorter::with_room(folder.path(), room);
            for one in &all {
                sorter.push(one.clone()).expect("written");
            }
            let sorted: Vec<ListedEntry> = sorter
                .finish()
                .expect("merged")
                .map(|one| one.expect("whole"))
                .collect();
            all.sort_by(order);
            assert_eq!(sorted, all, "{count} entries, {room} at a time");
        }
    }

    #[test]
    fn a_keys_newest_entry_comes_first_and_of_one_second_the_latest() {
        let mut rng = fastrand::Rng::with_seed(6);
        let of = |id: &str, second: i64, latest: bool| ListedEntry {
            key: "k".into(),
            version_id: id.into(),
            is_latest: latest,
            last_modified: Timestamp::from_second(second).expect("a time"),
            what: Listed::Marker,
        };
        let mut all = vec![
            of("a", 1, false),
            of("b", 3, false),
            of("c", 3, true),
            of("d", 2, false),
        ];
        rng.shuffle(&mut all);
        let folder = tempfile::tempdir().expect("a folder");
        let mut sorter = Sorter::with_room(folder.path(), 2);
        all.into_iter().for_each(|one| sorter.push(one).expect("written"));
        let ids: Vec<String> = sorter
            .finish()
            .expect("merged")
            .map(|one| one.expect("whole").version_id)
            .collect();
        assert_eq!(ids, ["c", "b", "d", "a"]);
    }
}
