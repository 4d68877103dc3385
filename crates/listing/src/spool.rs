//! What has been listed, in files: one for each part of a [`Division`](crate::Division), a line for each entry. Read one behind the
//! other they are the bucket in S3's order, of any size, in the memory of one line.

use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fs::{File, OpenOptions};
use std::io::{self, BufRead as _, BufReader, BufWriter, Write};
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use memchr::memchr;
use model::listing::{KeyHistory, Listed, ListedEntry};

use crate::manifest::{decode, write_encoded};

/// Files that grow while a bucket is being listed.
pub struct Spool {
    folder: PathBuf,
    growing: BTreeMap<u32, BufWriter<File>>,
    /// How long each part's file is, what is still to be written included.
    lengths: BTreeMap<u32, u64>,
    line: Vec<u8>,
}

/// Small: there may be hundreds of parts at a time.
const BUFFER: usize = 32 * 1024;
/// A process may have a thousand files open, connections among them. What is closed is opened again when more of it comes.
const MOST_OPEN: usize = 300;

impl Spool {
    /// A spool in an existing folder.
    pub fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            growing: BTreeMap::new(),
            lengths: BTreeMap::new(),
            line: Vec::new(),
        }
    }

    /// Appends entries of a part.
    pub fn append(&mut self, part: u32, entries: &[ListedEntry]) -> io::Result<()> {
        if entries.is_empty() {
            return Ok(());
        }
        if self.growing.len() >= MOST_OPEN && !self.growing.contains_key(&part) {
            self.flush()?;
            self.growing.clear();
        }
        let file = match self.growing.entry(part) {
            Entry::Occupied(open) => open.into_mut(),
            Entry::Vacant(closed) => {
                let file = OpenOptions::new()
                    .create(true)
                    .append(true)
                    .open(self.folder.join(name_of(part)))?;
                closed.insert(BufWriter::with_capacity(BUFFER, file))
            }
        };
        let length = self.lengths.entry(part).or_default();
        for entry in entries {
            self.line.clear();
            write_line(&mut self.line, entry);
            file.write_all(&self.line)?;
            *length += self.line.len() as u64;
        }
        Ok(())
    }

    /// Brings everything that was appended into the files.
    pub fn flush(&mut self) -> io::Result<()> {
        self.growing.values_mut().try_for_each(BufWriter::flush)
    }

    /// How long a part's file is once it is flushed.
    pub fn length(&self, part: u32) -> u64 {
        self.lengths.get(&part).copied().unwrap_or_default()
    }

    /// A part is whole: its file need not stay open.
    pub fn close(&mut self, part: u32) -> io::Result<()> {
        match self.growing.remove(&part) {
            Some(mut file) => file.flush(),
            None => Ok(()),
        }
    }

    /// A part is not needed any more.
    pub fn remove(&mut self, part: u32) -> io::Result<()> {
        self.growing.remove(&part);
        self.lengths.remove(&part);
        std::fs::remove_file(self.folder.join(name_of(part)))
    }

    /// Cuts a part's file back to what was kept of it when the process was killed; whether that much is there.
    pub fn cut_back(&mut self, part: u32, length: u64) -> io::Result<bool> {
        let file = OpenOptions::new()
            .create(true)
            .truncate(false)
            .write(true)
            .open(self.folder.join(name_of(part)))?;
        let there = file.metadata()?.len() >= length;
        let length = if there { length } else { 0 };
        file.set_len(length)?;
        self.lengths.insert(part, length);
        Ok(there)
    }

    /// Discards the files of parts of this number and above.
    pub fn discard_from(&mut self, part: u32) -> io::Result<()> {
        self.growing.retain(|number, _| *number < part);
        self.lengths.retain(|number, _| *number < part);
        for file in std::fs::read_dir(&self.folder)? {
            let path = file?.path();
            let number = path.file_name().and_then(|name| name.to_str()).and_then(number_of);
            if number.is_some_and(|number| number >= part) {
                std::fs::remove_file(path)?;
            }
        }
        Ok(())
    }

    /// Reads parts one behind the other.
    pub fn read(&self, parts: &[u32]) -> Entries {
        Entries {
            lines: self.lines(parts),
            line: Vec::new(),
        }
    }

    /// The same, as the lines that they are.
    pub(crate) fn lines(&self, parts: &[u32]) -> Lines {
        Lines {
            files: parts
                .iter()
                .rev()
                .map(|part| self.folder.join(name_of(*part)))
                .collect(),
            open: None,
        }
    }
}

fn name_of(part: u32) -> String {
    format!("part-{part:06}.csv")
}

fn number_of(name: &str) -> Option<u32> {
    name.strip_prefix("part-")?.strip_suffix(".csv")?.parse().ok()
}

fn write_line(line: &mut Vec<u8>, entry: &ListedEntry) {
    write_encoded(line, &entry.key);
    line.push(b',');
    write_encoded(line, &entry.version_id);
    let latest = if entry.is_latest { "L" } else { "" };
    // Writing to memory cannot fail.
    let _ = write!(line, ",{latest},{}", entry.last_modified.as_millisecond());
    match &entry.what {
        Listed::Marker => {}
        Listed::Version {
            size,
            etag,
            storage_class,
        } => {
            let _ = write!(line, ",{size},");
            write_encoded(line, etag);
            line.push(b',');
            write_encoded(line, storage_class);
        }
    }
    line.push(b'\n');
}

/// The lines of several files.
pub(crate) struct Lines {
    /// The next file is the last.
    files: Vec<PathBuf>,
    open: Option<BufReader<File>>,
}

impl Lines {
    /// Puts the next line behind what is in `text`; whether there was one.
    pub(crate) fn next(&mut self, text: &mut Vec<u8>) -> io::Result<bool> {
        loop {
            if let Some(open) = &mut self.open {
                if open.read_until(b'\n', text)? > 0 {
                    return Ok(true);
                }
                self.open = None;
            } else {
                let Some(path) = self.files.pop() else {
                    return Ok(false);
                };
                match File::open(&path) {
                    Ok(file) => self.open = Some(BufReader::with_capacity(1 << 18, file)),
                    // A part without an entry has no file.
                    Err(error) if error.kind() == io::ErrorKind::NotFound => {}
                    Err(error) => return Err(error),
                }
            }
        }
    }
}

/// An entry as it stands in a file. Key and version id are encoded as manifests have them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Line<'a> {
    pub(crate) key: &'a str,
    pub(crate) version_id: &'a str,
    is_latest: bool,
    millis: &'a str,
    /// Absent: a delete marker.
    pub(crate) version: Option<VersionFields<'a>>,
}

/// What only a version has.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct VersionFields<'a> {
    pub(crate) size: u64,
    pub(crate) etag: &'a str,
    pub(crate) storage_class: &'a str,
}

impl<'a> Line<'a> {
    /// Reads a line, its end included.
    pub(crate) fn of(line: &'a [u8]) -> io::Result<Self> {
        let senseless = || {
            let shown = String::from_utf8_lossy(line).into_owned();
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("{shown:?} is no entry of a listing"),
            )
        };
        let text = std::str::from_utf8(line).map_err(|_| senseless())?;
        let text = text.strip_suffix('\n').ok_or_else(senseless)?;
        let mut rest = Some(text);
        let mut field = || {
            let text = rest.ok_or_else(senseless)?;
            let end = memchr(b',', text.as_bytes());
            rest = end.map(|end| &text[end + 1..]);
            Ok::<&str, io::Error>(&text[..end.unwrap_or(text.len())])
        };
        let (key, version_id, latest, millis) = (field()?, field()?, field()?, field()?);
        let version = match field() {
            Err(_) => None,
            Ok(size) => Some(VersionFields {
                size: size.parse().map_err(|_| senseless())?,
                etag: field()?,
                storage_class: field()?,
            }),
        };
        Ok(Self {
            key,
            version_id,
            is_latest: latest == "L",
            millis,
            version,
        })
    }
}

/// The entries of several files.
pub struct Entries {
    lines: Lines,
    line: Vec<u8>,
}

impl Iterator for Entries {
    type Item = io::Result<ListedEntry>;

    fn next(&mut self) -> Option<Self::Item> {
        self.line.clear();
        match self.lines.next(&mut self.line) {
            Ok(false) => None,
            Ok(true) => Some(read_line(&self.line)),
            Err(error) => Some(Err(error)),
        }
    }
}

fn read_line(line: &[u8]) -> io::Result<ListedEntry> {
    let read = Line::of(line)?;
    let no_time = || {
        io::Error::new(
            io::ErrorKind::InvalidData,
            format!("{:?} is not a time in a listing", read.millis),
        )
    };
    let millis = read.millis.parse().map_err(|_| no_time())?;
    Ok(ListedEntry {
        key: decode(read.key),
        version_id: decode(read.version_id),
        is_latest: read.is_latest,
        last_modified: Timestamp::from_millisecond(millis).map_err(|_| no_time())?,
        what: match read.version {
            None => Listed::Marker,
            Some(version) => Listed::Version {
                size: version.size,
                etag: decode(version.etag),
                storage_class: decode(version.storage_class),
            },
        },
    })
}

/// Whole keys as the lines that they are: for who writes what was listed and needs nothing decoded.
pub(crate) struct LinesByKey {
    lines: Lines,
    /// The lines of one key.
    text: Vec<u8>,
    ends: Vec<usize>,
    /// The first line of the next.
    next: Vec<u8>,
}

impl LinesByKey {
    /// Groups what comes in S3's order.
    pub(crate) fn of(lines: Lines) -> Self {
        Self {
            lines,
            text: Vec::new(),
            ends: Vec::new(),
            next: Vec::new(),
        }
    }

    /// The entries of the next key, the newest first; none at the end.
    pub(crate) fn next(&mut self) -> io::Result<Option<Vec<Line<'_>>>> {
        self.text.clear();
        self.ends.clear();
        self.text.append(&mut self.next);
        if self.text.is_empty() && !self.lines.next(&mut self.text)? {
            return Ok(None);
        }
        self.ends.push(self.text.len());
        // With the comma behind it, or a key would take in those that it begins.
        let key = memchr(b',', &self.text).map_or(self.text.len(), |comma| comma + 1);
        loop {
            let start = self.text.len();
            if !self.lines.next(&mut self.text)? {
                break;
            }
            let (before, line) = self.text.split_at(start);
            if !line.starts_with(&before[..key]) {
                self.next.extend_from_slice(line);
                self.text.truncate(start);
                break;
            }
            self.ends.push(self.text.len());
        }
        let mut start = 0;
        let lines = self.ends.iter().map(|end| {
            let line = &self.text[start..*end];
            start = *end;
            Line::of(line)
        });
        lines.collect::<io::Result<Vec<_>>>().map(Some)
    }
}

/// Whole keys from entries, each with all its entries, oldest first.
pub struct Keys {
    entries: Entries,
    next: Option<ListedEntry>,
}

impl Keys {
    /// Groups what comes in S3's order.
    pub fn of(entries: Entries) -> Self {
        Self { entries, next: None }
    }
}

impl Iterator for Keys {
    type Item = io::Result<KeyHistory>;

    fn next(&mut self) -> Option<Self::Item> {
        let first = match self.next.take() {
            Some(first) => first,
            None => match self.entries.next()? {
                Ok(first) => first,
                Err(error) => return Some(Err(error)),
            },
        };
        let key = first.key.clone();
        let mut entries = vec![first];
        for entry in self.entries.by_ref() {
            match entry {
                Ok(entry) if entry.key == key => entries.push(entry),
                Ok(other) => {
                    self.next = Some(other);
                    break;
                }
                Err(error) => return Some(Err(error)),
            }
        }
        entries.reverse();
        Some(Ok(KeyHistory { key, entries }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entries(seed: u64, count: usize) -> Vec<ListedEntry> {
        let mut rng = fastrand::Rng::with_seed(seed);
        let one = |_| ListedEntry {
            key: crate::page::tests::any_key(&mut rng),
            version_id: if rng.bool() {
                "null".into()
            } else {
                format!("v,{}", rng.u32(..))
            },
            is_latest: rng.bool(),
            last_modified: Timestamp::from_millisecond(rng.i64(0..2_000_000_000_000)).expect("a time"),
            what: if rng.bool() {
                Listed::Marker
            } else {
                Listed::Version {
                    size: rng.u64(..),
                    etag: "abc-3".into(),
                    storage_class: "STANDARD".into(),
                }
            },
        };
        (0..count).map(one).collect()
    }

    #[test]
    fn every_entry_comes_back_in_the_order_of_the_parts() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut spool = Spool::new(folder.path());
        let (one, two) = (entries(1, 500), entries(2, 500));
        spool.append(7, &one[..200]).expect("written");
        spool.append(3, &two).expect("written");
        spool.append(7, &one[200..]).expect("written");
        spool.flush().expect("written");
        let read: Vec<ListedEntry> = spool.read(&[7, 9, 3]).map(|entry| entry.expect("whole")).collect();
        assert_eq!(read, [one, two].concat());
    }

    #[test]
    fn what_was_written_after_the_last_commit_is_cut_off_and_what_is_lost_is_told() {
        let folder = tempfile::tempdir().expect("a folder");
        let all = entries(3, 30);
        let mut spool = Spool::new(folder.path());
        spool.append(0, &all[..10]).expect("written");
        spool.flush().expect("written");
        let length = spool.length(0);
        spool.append(0, &all[10..]).expect("written");
        drop(spool);
        let mut spool = Spool::new(folder.path());
        assert!(spool.cut_back(0, length).expect("cut"));
        assert_eq!(spool.length(0), length, "known before anything is appended");
        spool.append(0, &all[10..]).expect("written");
        spool.close(0).expect("written");
        let read: Vec<ListedEntry> = spool.read(&[0]).map(|entry| entry.expect("whole")).collect();
        assert_eq!(read, all);
        assert!(!spool.cut_back(0, 1_000_000).expect("cut"), "so much was never there");
        assert_eq!(spool.read(&[0]).count(), 0);
    }

    #[test]
    fn a_line_that_is_cut_off_is_an_error() {
        assert!(read_line(b"key,v,L,17").is_err());
        assert!(read_line(b"key,v,L,x,7,e,STANDARD\n").is_err());
        assert!(read_line(b"key,v\n").is_err());
    }

    #[test]
    fn lines_by_key_are_the_keys_entries_not_decoded() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut spool = Spool::new(folder.path());
        let mut all = entries(5, 300);
        all.sort_by(|a, b| a.key.cmp(&b.key));
        // A key that begins another, and histories over the end of a file.
        let of = |key: &str| ListedEntry {
            key: key.into(),
            ..all[0].clone()
        };
        let all: Vec<ListedEntry> = [of("a"), of("a"), of("a,"), of("ab")]
            .into_iter()
            .chain(all.iter().flat_map(|entry| [entry.clone(), entry.clone()]))
            .collect();
        spool.append(1, &all[..99]).expect("written");
        spool.append(0, &all[99..]).expect("written");
        spool.flush().expect("written");
        let mut raw = LinesByKey::of(spool.lines(&[1, 0]));
        let mut keys = Keys::of(spool.read(&[1, 0]));
        while let Some(lines) = raw.next().expect("whole") {
            let history = keys.next().expect("as many keys").expect("whole");
            assert_eq!(lines.len(), history.entries.len());
            for (line, entry) in lines.iter().rev().zip(&history.entries) {
                assert_eq!(
                    (decode(line.key), decode(line.version_id)),
                    (entry.key.clone(), entry.version_id.clone())
                );
                assert_eq!(
                    line.version.map(|version| version.size),
                    (!entry.is_marker()).then(|| entry.size())
                );
            }
        }
        assert!(keys.next().is_none());
    }

    #[test]
    fn keys_are_whole_and_oldest_first() {
        let entry = |key: &str, id: &str| ListedEntry {
            key: key.into(),
            version_id: id.into(),
            is_latest: false,
            last_modified: Timestamp::UNIX_EPOCH,
            what: Listed::Marker,
        };
        let folder = tempfile::tempdir().expect("a folder");
        let mut spool = Spool::new(folder.path());
        spool
            .append(0, &[entry("a", "2"), entry("a", "1"), entry("b", "1")])
            .expect("written");
        spool.flush().expect("written");
        let ids: Vec<String> = Keys::of(spool.read(&[0]))
            .map(|history| {
                let history = history.expect("whole");
                let ids: Vec<String> = history.entries.iter().map(|entry| entry.version_id.clone()).collect();
                format!("{} {}", history.key, ids.join(" "))
            })
            .collect();
        assert_eq!(ids, ["a 1 2", "b 1"]);
    }
}
