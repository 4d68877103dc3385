//! A bucket listed whole for one step: with many requests in flight, into files that go with the value. A step that is killed while
//! it lists goes on where it was; one that is cut off later lists anew, and sees what it had changed.

use std::path::{Path, PathBuf};
use std::rc::Rc;

use aws::Account;
use engine::StepContext;
use jiff::{SignedDuration, Timestamp};
use listing::kept::{Keep, mark_of};
use listing::{Division, KeptListing, Keys, Pair, Source, Spool, Whose, compare, parallel};
use model::listing::{ListedEntry, ListingPart};
use model::{Digest, Failure, FailureClass};
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
    folder: Folder,
}

/// A listing's files. They go with it once they are whole; until then they stay, for whoever goes on.
struct Folder(PathBuf);

impl Drop for Folder {
    fn drop(&mut self) {
        // What stays is removed with the run's other listings.
        let _ = std::fs::remove_dir_all(&self.0);
    }
}

/// Whoever is killed is soon begun again. What was listed long ago says little of a bucket that is in use.
const GOES_ON_WITHIN: SignedDuration = SignedDuration::from_hours(1);

/// Whose listing it is, and what counts of what was kept of it: nothing of a listing that was begun before a person had the step tried
/// again, or long ago; nor of one that had come to its end, since the step may have acted upon it.
fn taken_up(world: &World, cx: &StepContext, bucket: &str) -> Result<(Whose, Vec<ListingPart>), Failure> {
    let step = cx.spec.id.clone();
    let mut rows = (world.kept.load)(&step, bucket)?;
    let since = cx.started_at.map_or(0, |at| at.as_millisecond());
    let stem = format!("{} {since} ", cx.retried);
    let counts = |mark: &&str| {
        let begun = mark.strip_prefix(&stem).and_then(|begun| begun.parse().ok());
        let begun = begun.and_then(|begun| Timestamp::from_millisecond(begun).ok());
        begun.is_some_and(|begun| cx.now.duration_since(begun) < GOES_ON_WITHIN)
    };
    let goes_on = rows.first().and_then(mark_of).filter(counts);
    let goes_on = goes_on.filter(|_| rows.iter().any(|row| !row.done));
    let mark = match goes_on {
        Some(mark) => mark.to_owned(),
        None => format!("{stem}{}", cx.now.as_millisecond()),
    };
    if goes_on.is_none() && !rows.is_empty() {
        (world.kept.forget)(&step, bucket)?;
        rows.clear();
    }
    let bucket = bucket.to_owned();
    Ok((Whose { step, bucket, mark }, rows))
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
            folder: Folder(folder.keep()),
        }
    }

    /// Lists a bucket of an account for a step.
    pub(super) async fn whole(
        world: &World,
        cx: &StepContext,
        account: &Account,
        bucket: &str,
    ) -> Result<Self, Failure> {
        let (of, rows) = taken_up(world, cx, bucket)?;
        let name = Digest::of(format!("{} {bucket}", of.step).as_bytes());
        let path = world.listings.join(format!("bucket-{}", name.short()));
        let on_disk = |error: std::io::Error| on_disk(&world.listings, &error);
        std::fs::create_dir_all(&path).map_err(on_disk)?;
        let goes_on = !rows.is_empty();
        let (put, every) = (&world.kept.put, world.kept.every);
        let keep: Keep<'_, Failure> = Box::new(move |parts| put(parts));
        let (mut kept, mut division) = KeptListing::resume(&path, of, rows, keep, Box::new(on_disk))?;
        let source = Source::new(account, &account.id, bucket);
        let mut pages = 0;
        let mut each = |division: &Division, part: u32, entries: Vec<ListedEntry>| {
            kept.take(part, &entries)?;
            pages += 1;
            if pages % every == 0 {
                kept.commit(division)?;
            }
            Ok(())
        };
        let listed = parallel::list(&source, &mut division, IN_FLIGHT, &mut each).await;
        if goes_on || pages >= every || listed.is_err() {
            // What has come is kept also where the rest has not; and that nothing is left to be listed must be known before anything
            // is done about it.
            kept.commit(&division)?;
        }
        listed?;
        Ok(Self {
            order: division.parts().map(|part| part.number).collect(),
            spool: kept.into_spool()?,
            folder: Folder(path),
        })
    }

    /// Its keys, in order.
    pub(super) fn keys(&self) -> ReadBack<Keys> {
        ReadBack::of(self.read(), &self.folder.0)
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
        cx: &StepContext,
        (from, original): (&Account, &str),
        (to, copy): (&Account, &str),
        wanted: Wanted,
    ) -> Result<Self, Failure> {
        let (original, copy) = futures::future::try_join(
            Listed::whole(world, cx, from, original),
            Listed::whole(world, cx, to, copy),
        )
        .await?;
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
            return Self::whole(world, cx, (&source, &original), (&target, &copy), wanted).await;
        };
        let report = reports::of(cx, awaited, &original)?;
        let ops = ops.name(cx)?;
        let reported = reported::whole(world, (&source, &original), &ops, &report);
        let (original, copy) = futures::future::try_join(reported, Listed::whole(world, cx, &target, &copy)).await?;
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
            read: ReadBack::of(pairs, &self.original.folder.0),
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
