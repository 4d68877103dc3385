//! Versions about which no question told anything, noted in a file until everything has been asked: then it is known whether they are
//! few enough to be read here, or go into the manifests of jobs. Millions of questions take hours, and a process that is killed
//! between them goes on where it was: how far the file counts is committed with how far the questions are.

use std::fs::File;
use std::io::{self, BufRead as _, BufReader, BufWriter, Seek as _, Write as _};
use std::path::PathBuf;

use engine::StepContext;
use model::{Digest, Failure};
use serde::{Deserialize, Serialize};

use super::doubts::{Doubt, Readable};
use super::listed::on_disk;
use crate::world::World;

/// How far the file counts.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Noted {
    /// Its length, in bytes.
    length: u64,
    /// How many versions it names, and whether they may be read.
    pub(super) readable: Readable,
}

/// The file.
pub(super) struct Untold {
    path: PathBuf,
    file: BufWriter<File>,
    noted: Noted,
}

fn path(world: &World, cx: &StepContext) -> PathBuf {
    let name = Digest::of(format!("{} {}", cx.spec.id, cx.retried).as_bytes());
    world.listings.join(format!("untold-{}", name.short()))
}

impl Untold {
    /// Goes on with what was committed; none where the file is not what was left, as on another machine.
    pub(super) fn resume(world: &World, cx: &StepContext, noted: Noted) -> Result<Option<Self>, Failure> {
        let path = path(world, cx);
        let opened = || -> io::Result<Option<File>> {
            std::fs::create_dir_all(&world.listings)?;
            let mut file = File::options()
                .create(true)
                .append(false)
                .truncate(false)
                .write(true)
                .open(&path)?;
            if file.metadata()?.len() < noted.length {
                return Ok(None);
            }
            file.set_len(noted.length)?;
            file.seek(io::SeekFrom::End(0))?;
            Ok(Some(file))
        };
        let opened = opened().map_err(|error| on_disk(&path, &error))?;
        Ok(opened.map(|file| Self {
            path,
            file: BufWriter::new(file),
            noted,
        }))
    }

    pub(super) fn push(&mut self, doubt: &Doubt) -> Result<(), Failure> {
        self.noted.readable.add(doubt);
        let line = serde_json::to_string(doubt).map_err(io::Error::other);
        let line = line.map(|line| line + "\n");
        let written = line.and_then(|line| {
            self.noted.length += line.len() as u64;
            self.file.write_all(line.as_bytes())
        });
        written.map_err(|error| on_disk(&self.path, &error))
    }

    /// Everything that was noted so far is in the file.
    pub(super) fn commit(&mut self) -> Result<Noted, Failure> {
        let synced = self.file.flush().and_then(|()| self.file.get_ref().sync_data());
        synced.map_err(|error| on_disk(&self.path, &error))?;
        Ok(self.noted.clone())
    }

    /// Reads it from its beginning.
    pub(super) fn read(&mut self) -> Result<impl Iterator<Item = Result<Doubt, Failure>>, Failure> {
        self.commit()?;
        let path = self.path.clone();
        let file = File::open(&path).map_err(|error| on_disk(&path, &error))?;
        Ok(BufReader::new(file).lines().map(move |line| {
            let doubt = line.and_then(|line| serde_json::from_str(&line).map_err(io::Error::other));
            doubt.map_err(|error| on_disk(&path, &error))
        }))
    }

    /// The file has served.
    pub(super) fn remove(world: &World, cx: &StepContext) {
        // What stays is removed with the run's listings.
        let _ = std::fs::remove_file(path(world, cx));
    }
}
