//! A bucket listed whole for one step: with many requests in flight, into files that go with the value. A step that is cut off lists
//! anew when it goes on; what it had changed it sees.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use aws::Account;
use engine::StepContext;
use listing::{Division, Keys, Pair, Source, Spool, compare, parallel};
use model::listing::ListedEntry;
use model::{Failure, FailureClass};
use tempfile::TempDir;

use super::archived::Wanted;
use super::place::Place;
use super::{reported, reports};
use crate::world::World;

/// How many requests of a listing are in flight.
const IN_FLIGHT: usize = 32;

/// Every entry of a bucket.
pub(super) struct Listed {
    spool: Spool,
    order: Vec<u32>,
    /// The files go with it.
    folder: TempDir,
}

/// A folder for the files of one list.
pub(super) fn folder(world: &World) -> Result<TempDir, Failure> {
    std::fs::create_dir_all(&world.listings)
        .and_then(|()| tempfile::Builder::new().prefix("bucket-").tempdir_in(&world.listings))
        .map_err(|error| on_disk(&world.listings, &error))
}

impl Listed {
    /// What lies in S3's order in the first part of a spool.
    pub(super) fn new(spool: Spool, folder: TempDir) -> Self {
        Self {
            spool,
            order: vec![0],
            folder,
        }
    }

    /// Lists a bucket of an account.
    pub(super) async fn whole(world: &World, account: &Account, bucket: &str) -> Result<Self, Failure> {
        let on_disk = |error: std::io::Error| on_disk(&world.listings, &error);
        let folder = folder(world)?;
        let mut spool = Spool::new(folder.path());
        let mut division = Division::new();
        let source = Source::new(account, &account.id, bucket);
        let mut each =
            |_: &Division, part: u32, entries: Vec<ListedEntry>| spool.append(part, &entries).map_err(on_disk);
        parallel::list(&source, &mut division, IN_FLIGHT, &mut each).await?;
        spool.flush().map_err(on_disk)?;
        Ok(Self {
            order: division.parts().map(|part| part.number).collect(),
            spool,
            folder,
        })
    }

    /// Its keys, in order.
    pub(super) fn keys(&self) -> ReadBack<Keys> {
        ReadBack::of(self.read(), self.folder.path())
    }

    fn read(&self) -> Keys {
        Keys::of(self.spool.read(&self.order))
    }
}

/// Two buckets, listed at the same time.
pub(super) struct Both {
    original: Listed,
    copy: Listed,
    wanted: Wanted,
}

impl Both {
    /// Lists an original and its copy, the original with the storage classes that copies of it are to have.
    pub(super) async fn whole(
        world: &World,
        (from, original): (&Account, &str),
        (to, copy): (&Account, &str),
        wanted: Wanted,
    ) -> Result<Self, Failure> {
        let (original, copy) =
            futures::future::try_join(Listed::whole(world, from, original), Listed::whole(world, to, copy)).await?;
        Ok(Self { original, copy, wanted })
    }

    /// The list of an original, from a report where one was waited for, and of its copy, which is listed.
    pub(super) async fn of(
        world: &Rc<World>,
        cx: &StepContext,
        (from, to): (&Place, &Place),
        ops: &Place,
        wanted: Wanted,
    ) -> Result<Self, Failure> {
        let (source, target) = (from.account(world), to.account(world));
        let (original, copy) = (from.name(cx)?, to.name(cx)?);
        let Some(awaited) = &from.report else {
            return Self::whole(world, (&source, &original), (&target, &copy), wanted).await;
        };
        let report = reports::of(cx, awaited, &original)?;
        let ops = ops.name(cx)?;
        let reported = reported::whole(world, (&source, &original), &ops, &report);
        let (original, copy) = futures::future::try_join(reported, Listed::whole(world, &target, &copy)).await?;
        Ok(Self { original, copy, wanted })
    }

    /// Lists single keys of an original and its copy; they are in order.
    pub(super) async fn keys(
        world: &World,
        (from, original): (&Account, &str),
        (to, copy): (&Account, &str),
        keys: &[String],
        wanted: Wanted,
    ) -> Result<Self, Failure> {
        let (original, copy) = futures::future::try_join(
            reported::keys(world, from, original, keys),
            reported::keys(world, to, copy, keys),
        )
        .await?;
        Ok(Self { original, copy, wanted })
    }

    /// The keys that are in either, in order.
    pub(super) fn pairs(&self) -> ListedPairs {
        let pairs = compare::ListedPairs::new(self.original.read(), self.copy.read());
        ListedPairs {
            read: ReadBack::of(pairs, self.original.folder.path()),
            wanted: self.wanted.clone(),
        }
    }
}

/// The keys of two buckets.
pub(super) struct ListedPairs {
    read: ReadBack<compare::ListedPairs>,
    wanted: Wanted,
}

impl ListedPairs {
    /// The next key that is in either.
    pub(super) async fn next(&mut self) -> Result<Option<Pair>, Failure> {
        let mut pair = self.read.next().await?;
        if let Some(pair) = &mut pair {
            self.wanted.put(pair);
        }
        Ok(pair)
    }
}

/// What is read from a listing's files. A bucket may have many million keys: between some of them others have their turn, such as
/// the asking for another bucket's name.
pub(super) struct ReadBack<I> {
    items: I,
    taken: u32,
    folder: PathBuf,
}

/// A millisecond or so of reading.
const A_TURN: u32 = 1_000;

impl<I> ReadBack<I> {
    fn of(items: I, folder: &Path) -> Self {
        Self {
            items,
            taken: 0,
            folder: folder.to_owned(),
        }
    }

    /// The next of them.
    pub(super) async fn next<T>(&mut self) -> Result<Option<T>, Failure>
    where
        I: Iterator<Item = std::io::Result<T>>,
    {
        self.taken += 1;
        if self.taken == A_TURN {
            self.taken = 0;
            tokio::task::yield_now().await;
        }
        self.items
            .next()
            .transpose()
            .map_err(|error| on_disk(&self.folder, &error))
    }
}

pub(super) fn on_disk(folder: &Path, error: &std::io::Error) -> Failure {
    Failure::ours(
        "files",
        FailureClass::WrongState,
        "[ListingOnDisk]",
        format!(
            "a bucket's listing cannot be kept in {}: {error}. It needs about 150 bytes for each version there; nothing in AWS was \
             changed by this",
            folder.display()
        ),
    )
}
