//! Which file a run is carried on in. A copy of a journal knows as much as the journal, and nothing of what the other does from then on:
//! two runs of one plan would each take the other's half-made things for its own. So a copy can be read and not run, until somebody
//! says that the run goes on in it.

use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};

use jiff::Timestamp;
use rusqlite::{Connection, OptionalExtension as _};

use crate::error::JournalError;
use crate::events;
use crate::lease::{LeaseError, LeaseHolder, holder_of, try_lock};
use crate::open::{Journal, parse_time, real_path};

/// One file on one host. A file that is moved within its file system stays the same one; a copy is another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Home {
    /// The host.
    pub host: String,
    /// Where it lay when that was written down.
    pub path: PathBuf,
    inode: u64,
    born: Option<Timestamp>,
}

impl Home {
    /// What an existing file is.
    fn of(path: &Path, host: &str) -> Result<Self, JournalError> {
        let metadata = path.metadata().map_err(JournalError::io("look at", path))?;
        Ok(Self {
            host: host.to_owned(),
            path: path.to_owned(),
            inode: metadata.ino(),
            // Not every file system keeps it.
            born: metadata.created().ok().and_then(|time| Timestamp::try_from(time).ok()),
        })
    }

    /// Whether it lay at this path: a backup that was put back there is another file, and so is the same one on a host with another name.
    pub fn lay_at(&self, path: &Path) -> bool {
        real_path(path).is_ok_and(|path| path == self.path)
    }

    /// Not the device: its number may change when the host starts anew.
    fn is(&self, other: &Self) -> bool {
        self.host == other.host && self.inode == other.inode && self.born == other.born
    }
}

/// What came of moving a run into a copy of its journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Adopted {
    /// Where it was carried on before.
    pub from: Home,
    /// Whether that file was there and has been told, so that it can not be run any more.
    pub told: bool,
}

impl Journal {
    /// The file that the run is carried on in, where the one at `path` on `host` is a copy of it. None for the file itself, and for a journal
    /// that nobody has run yet.
    pub fn copy_of(&self, path: &Path, host: &str) -> Result<Option<Home>, JournalError> {
        let here = Home::of(&real_path(path)?, host)?;
        // What a later program keeps there is not known here; it is not run anyway.
        if self.newer_format().is_some() {
            return Ok(None);
        }
        Ok(read_home(&self.connection)?.filter(|home| !home.is(&here)))
    }

    /// Makes the file the one that the run is carried on in, if none is yet; refuses where it is another.
    pub(crate) fn settle_at(&mut self, path: &Path, holder: &LeaseHolder) -> Result<(), LeaseError> {
        let here = Home::of(path, &holder.host)?;
        match read_home(&self.connection)? {
            None => Ok(self.write_home(&here, holder, None)?),
            Some(home) if home.is(&here) => Ok(()),
            Some(home) => Err(LeaseError::Copy { home }),
        }
    }

    fn write_home(&mut self, home: &Home, holder: &LeaseHolder, reason: Option<&str>) -> Result<(), JournalError> {
        let transaction = self.begin()?;
        transaction.execute(
            "INSERT INTO home (id, host, path, inode, born, since, \"user\", reason)
             VALUES ((SELECT coalesce(max(id), 0) + 1 FROM home), ?1, ?2, ?3, ?4, ?5, ?6, ?7)",
            (
                &home.host,
                home.path.to_string_lossy(),
                home.inode.to_string(),
                home.born.map(|born| born.to_string()),
                holder.since.to_string(),
                &holder.user,
                reason,
            ),
        )?;
        Ok(transaction.commit()?)
    }

    /// The hash of one event; none if it is not there.
    fn hash_at(&self, seq: u64) -> Result<Option<String>, JournalError> {
        let seq = i64::try_from(seq).unwrap_or(i64::MAX);
        let found = self
            .connection
            .query_row("SELECT hash FROM event WHERE seq = ?1", [seq], |row| row.get(0));
        Ok(found.optional()?)
    }
}

/// Has the run go on in the copy at `path`. The file in which it was carried on is told, if it is there: one that is being run, or
/// that knows more than the copy, is the one to go on with.
pub fn adopt(path: &Path, holder: &LeaseHolder, reason: &str) -> Result<Adopted, LeaseError> {
    let path = real_path(path)?;
    let Some(_lock) = try_lock(&path)? else {
        return Err(LeaseError::HeldBy {
            holder: holder_of(&path, &holder.host),
        });
    };
    let mut journal = Journal::open(&path)?;
    let here = Home::of(&path, &holder.host)?;
    let Some(from) = read_home(&journal.connection)?.filter(|home| !home.is(&here)) else {
        return Err(LeaseError::NoCopy);
    };
    let told = tell(&journal, &from, &here, holder, reason)?;
    journal.write_home(&here, holder, Some(reason))?;
    Ok(Adopted { from, told })
}

/// Tells the file in which the run was carried on, if it is there and can be read. It is told first: a crash between the two leaves two files
/// that cannot be run, never two that can.
fn tell(copy: &Journal, from: &Home, here: &Home, holder: &LeaseHolder, reason: &str) -> Result<bool, LeaseError> {
    let there = from.host == holder.host && Home::of(&from.path, &from.host).is_ok_and(|found| found.is(from));
    if !there {
        return Ok(false);
    }
    let Some(_lock) = try_lock(&from.path)? else {
        return Err(LeaseError::HeldBy {
            holder: holder_of(&from.path, &holder.host),
        });
    };
    let mut original = match Journal::open(&from.path) {
        Ok(original) => original,
        // Nobody can run that one.
        Err(
            JournalError::NotAJournal { .. }
            | JournalError::Truncated { .. }
            | JournalError::Corrupt { .. }
            | JournalError::ChainBroken { .. }
            | JournalError::Gap { .. }
            | JournalError::EndsEarly { .. },
        ) => return Ok(false),
        Err(error) => return Err(error.into()),
    };
    match read_home(&original.connection)? {
        Some(home) if home.is(here) => return Ok(true),
        Some(home) if !home.is(from) => return Err(LeaseError::Copy { home }),
        Some(_) | None => {}
    }
    let (last, hash) = events::end_of(&copy.connection)?;
    let same = last == 0 || original.hash_at(last)?.as_ref() == Some(&hash);
    if original.last_seq()? > last || !same {
        return Err(LeaseError::KnowsMore {
            original: from.path.clone(),
            events: original.last_seq()?,
            copied: last,
        });
    }
    original.write_home(here, holder, Some(reason))?;
    Ok(true)
}

fn read_home(connection: &Connection) -> Result<Option<Home>, JournalError> {
    let row = connection
        .query_row(
            "SELECT host, path, inode, born FROM home ORDER BY id DESC LIMIT 1",
            [],
            |row| {
                Ok((
                    row.get(0)?,
                    row.get::<_, String>(1)?,
                    row.get::<_, String>(2)?,
                    row.get::<_, Option<String>>(3)?,
                ))
            },
        )
        .optional()?;
    let Some((host, path, inode, born)) = row else {
        return Ok(None);
    };
    let inode = inode
        .parse()
        .map_err(|_| JournalError::corrupt(format!("{inode:?} is no number of a file")))?;
    Ok(Some(Home {
        host,
        path: PathBuf::from(path),
        inode,
        born: born.map(|born| parse_time(&born)).transpose()?,
    }))
}

/// The kind of network file system that the file lies on, if the kernel tells so: locks may not hold there between hosts, and SQLite's shared
/// memory does not.
pub fn network_file_system(path: &Path) -> Option<String> {
    let path = match path.canonicalize() {
        Ok(path) => path,
        // Not there yet: where it will be.
        Err(_) => match path.parent() {
            Some(folder) if !folder.as_os_str().is_empty() => folder.canonicalize().ok()?,
            Some(_) | None => Path::new(".").canonicalize().ok()?,
        },
    };
    network_mount(&std::fs::read_to_string("/proc/self/mountinfo").ok()?, &path)
}

fn network_mount(mounts: &str, path: &Path) -> Option<String> {
    const NETWORK: [&str; 16] = [
        "nfs",
        "nfs4",
        "cifs",
        "smb3",
        "smbfs",
        "9p",
        "afs",
        "ceph",
        "glusterfs",
        "lustre",
        "gfs2",
        "ocfs2",
        "beegfs",
        "ncpfs",
        "virtiofs",
        "davfs",
    ];
    // … mount point is the fifth field; behind a lone hyphen follows the type.
    let mounts = mounts.lines().filter_map(|line| {
        let (left, right) = line.split_once(" - ")?;
        // A blank is written as \040.
        let point = left.split(' ').nth(4)?.replace("\\040", " ");
        Some((point, right.split(' ').next()?))
    });
    let on = mounts
        .filter(|(point, _)| path.starts_with(point))
        // Of several on one place the last is seen.
        .max_by_key(|(point, _)| point.len())?;
    let kind = on.1;
    (NETWORK.contains(&kind) || kind.starts_with("fuse.")).then(|| kind.to_owned())
}

#[cfg(test)]
#[path = "home_tests.rs"]
mod tests;
