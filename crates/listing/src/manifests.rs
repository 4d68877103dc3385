//! From what was listed to manifests: a file for each wave and storage class that is worth a batch job, and one flat list.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write as _};
use std::path::{Path, PathBuf};

use model::listing::Sums;

use crate::manifest;
use crate::spool::{Line, LinesByKey, Spool, VersionFields};
use crate::waves::{Classes, Depths};

/// What was written of a bucket.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// What the bucket holds.
    pub sums: Sums,
    /// Rows of each manifest, by its file's name.
    pub manifests: BTreeMap<String, u64>,
    /// Entries in no manifest: deep histories, small waves, delete markers, what is too large or archived.
    pub one_by_one: u64,
}

/// A file that could not be read or written.
#[derive(Debug)]
pub enum FileError {
    /// What was listed.
    Unreadable {
        /// The folder of the manifests, in which the listing lies.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
    /// A manifest, or the flat list.
    Unwritable {
        /// Which.
        path: PathBuf,
        /// Why.
        error: io::Error,
    },
}

impl FileError {
    fn unreadable(path: &Path) -> impl Fn(io::Error) -> Self + '_ {
        |error| Self::Unreadable {
            path: path.to_owned(),
            error,
        }
    }

    fn unwritable(path: &Path) -> impl Fn(io::Error) -> Self + '_ {
        |error| Self::Unwritable {
            path: path.to_owned(),
            error,
        }
    }
}

/// What is to be written.
#[derive(Debug, Clone, Copy)]
pub struct Order<'a> {
    /// The bucket.
    pub bucket: &'a str,
    /// The folder of the manifests.
    pub out: &'a Path,
    /// Where to write all versions in S3's order.
    pub flat: Option<&'a Path>,
    /// From so many rows on a wave's class gets a manifest.
    pub batch_from: u64,
}

/// Reads what was listed, twice where there are manifests to be written: how large each wave is must be known first.
pub fn write(order: &Order<'_>, spool: &Spool, parts: &[u32]) -> Result<Written, FileError> {
    remove_earlier(order.out)?;
    let mut written = Written::default();
    let mut flat = order.flat.map(Rows::create).transpose()?;
    let mut depths = Depths::default();
    let mut keys = LinesByKey::of(spool.lines(parts));
    while let Some(lines) = keys.next().map_err(FileError::unreadable(order.out))? {
        let versions = lines.iter().filter_map(|line| line.version);
        let bytes = versions.clone().map(|version| version.size).sum();
        written.sums.add_key(lines.len() as u64, versions.count() as u64, bytes);
        for (wave, (_, version)) in copyable(&lines).enumerate() {
            depths.add_version(wave, version);
        }
        if let Some(flat) = &mut flat {
            // As S3 lists them: the newest first.
            for line in lines.iter().filter(|line| line.version.is_some()) {
                flat.row(order.bucket, line)?;
            }
        }
    }
    if let Some(flat) = flat {
        flat.close()?;
    }
    let waves = depths.worth_a_job(Some(order.batch_from));
    let entries = written.sums.versions + written.sums.markers;
    if !waves.is_empty() {
        written.manifests = write_waves(order, spool, parts, &waves)?;
    }
    written.one_by_one = entries - written.manifests.values().sum::<u64>();
    Ok(written)
}

/// A wave that an earlier listing had and this one has not must not be left for a batch job to be made from.
fn remove_earlier(out: &Path) -> Result<(), FileError> {
    let unwritable = FileError::unwritable(out);
    for file in std::fs::read_dir(out).map_err(FileError::unreadable(out))? {
        let path = file.map_err(FileError::unreadable(out))?.path();
        let name = path.file_name().and_then(|name| name.to_str()).unwrap_or_default();
        if name.starts_with("wave-") && name.ends_with(".csv") {
            std::fs::remove_file(&path).map_err(&unwritable)?;
        }
    }
    Ok(())
}

fn write_waves(
    order: &Order<'_>,
    spool: &Spool,
    parts: &[u32],
    waves: &[Classes],
) -> Result<BTreeMap<String, u64>, FileError> {
    let mut files: Vec<BTreeMap<&str, (String, Rows)>> = Vec::new();
    for (wave, classes) in (1..).zip(waves) {
        let mut of_wave = BTreeMap::new();
        for class in classes.keys() {
            let name = format!("wave-{wave:04}-{class}.csv");
            let rows = Rows::create(&order.out.join(&name))?;
            of_wave.insert(class.as_str(), (name, rows));
        }
        files.push(of_wave);
    }
    let mut keys = LinesByKey::of(spool.lines(parts));
    while let Some(lines) = keys.next().map_err(FileError::unreadable(order.out))? {
        for (wave, (line, version)) in files.iter_mut().zip(copyable(&lines)) {
            let class = version.batch_class();
            if let Some((_, rows)) = class.and_then(|class| wave.get_mut(class)) {
                rows.row(order.bucket, line)?;
            }
        }
    }
    let mut manifests = BTreeMap::new();
    for (name, rows) in files.into_iter().flat_map(BTreeMap::into_values) {
        manifests.insert(name, rows.close()?);
    }
    Ok(manifests)
}

/// The versions of a key that can be copied now, the oldest first: no delete markers, nothing that is archived.
fn copyable<'a>(lines: &'a [Line<'a>]) -> impl Iterator<Item = (&'a Line<'a>, VersionFields<'a>)> {
    let versions = lines.iter().rev().filter_map(|line| Some((line, line.version?)));
    versions.filter(|(_, version)| !version.is_archived())
}

/// A CSV that is being written.
struct Rows {
    path: PathBuf,
    file: BufWriter<File>,
    line: Vec<u8>,
    count: u64,
}

impl Rows {
    fn create(path: &Path) -> Result<Self, FileError> {
        let file = File::create(path).map_err(FileError::unwritable(path))?;
        Ok(Self {
            path: path.to_owned(),
            file: BufWriter::with_capacity(1 << 16, file),
            line: Vec::new(),
            count: 0,
        })
    }

    fn row(&mut self, bucket: &str, line: &Line<'_>) -> Result<(), FileError> {
        self.line.clear();
        manifest::write_encoded_row(&mut self.line, bucket, line.key, line.version_id);
        self.count += 1;
        self.file
            .write_all(&self.line)
            .map_err(FileError::unwritable(&self.path))
    }

    /// Writes what is left, and gives the number of rows.
    fn close(mut self) -> Result<u64, FileError> {
        self.file.flush().map_err(FileError::unwritable(&self.path))?;
        Ok(self.count)
    }
}

#[cfg(test)]
mod tests {
    use jiff::Timestamp;
    use model::listing::{Listed, ListedEntry};

    use super::*;

    fn entry(key: &str, id: &str, class: Option<&str>) -> ListedEntry {
        ListedEntry {
            key: key.into(),
            version_id: id.into(),
            is_latest: false,
            last_modified: Timestamp::UNIX_EPOCH,
            what: class.map_or(Listed::Marker, |class| Listed::Version {
                size: 1,
                etag: "e".into(),
                storage_class: class.into(),
            }),
        }
    }

    #[test]
    fn each_wave_and_class_that_is_worth_a_job_has_its_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let mut spool = Spool::new(folder.path());
        // Newest first, as listed.
        let entries = [
            entry("a", "a2", Some("STANDARD")),
            entry("a", "a1", Some("STANDARD")),
            entry("b", "b2", None),
            entry("b", "null", Some("STANDARD")),
            entry("c", "c1", Some("GLACIER_IR")),
            entry("d e", "d1", Some("DEEP_ARCHIVE")),
        ];
        spool.append(0, &entries).expect("written");
        spool.flush().expect("written");
        let flat = folder.path().join("flat");
        // Of an earlier listing, when the bucket had deeper histories.
        let earlier = folder.path().join("wave-0007-STANDARD.csv");
        std::fs::write(&earlier, "shop,gone,g7\n").expect("written");
        let order = Order {
            bucket: "shop",
            out: folder.path(),
            flat: Some(&flat),
            batch_from: 2,
        };
        let written = write(&order, &spool, &[0]).expect("written");
        // The second wave's one row is not worth a job, nor is the one of another class.
        assert_eq!(written.manifests, [("wave-0001-STANDARD.csv".to_owned(), 2)].into());
        assert_eq!(written.one_by_one, 4);
        assert!(!earlier.exists(), "a manifest of an earlier listing is left over");
        let read = |name: &str| std::fs::read_to_string(folder.path().join(name)).expect("a file");
        assert_eq!(read("wave-0001-STANDARD.csv"), "shop,a,a1\nshop,b,null\n");
        let flat = "shop,a,a2\nshop,a,a1\nshop,b,null\nshop,c,c1\nshop,d%20e,d1\n";
        assert_eq!(read("flat"), flat);
        assert_eq!(
            (written.sums.versions, written.sums.markers, written.sums.keys),
            (5, 1, 4)
        );
    }
}
