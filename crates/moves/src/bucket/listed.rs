//! A bucket listed whole for one step: with many requests in flight, into files that go with the value. A step that is cut off lists
//! anew when it goes on; what it had changed it sees.

use aws::Account;
use listing::compare::ListedPairs;
use listing::{Division, Keys, Pair, Source, Spool, parallel};
use model::{Failure, FailureClass};
use tempfile::TempDir;

use super::archived::Wanted;
use crate::world::World;

/// How many requests of a listing are in flight.
const IN_FLIGHT: usize = 32;

/// Every entry of a bucket.
pub(super) struct Listed {
    spool: Spool,
    order: Vec<u32>,
    /// The files go with it.
    _folder: TempDir,
}

impl Listed {
    /// Lists a bucket of an account.
    pub(super) async fn whole(world: &World, account: &Account, bucket: &str) -> Result<Self, Failure> {
        let folder = std::fs::create_dir_all(&world.listings)
            .and_then(|()| tempfile::Builder::new().prefix("bucket-").tempdir_in(&world.listings))
            .map_err(|error| unwritable(&error))?;
        let mut spool = Spool::new(folder.path());
        let mut division = Division::new();
        let source = Source::new(account, &account.id, bucket);
        let mut each = |_: &Division, part: u32, entries: Vec<model::listing::ListedEntry>| {
            spool.append(part, &entries).map_err(|error| unwritable(&error))
        };
        parallel::list(&source, &mut division, IN_FLIGHT, &mut each).await?;
        spool.flush().map_err(|error| unwritable(&error))?;
        Ok(Self {
            order: division.parts().map(|part| part.number).collect(),
            spool,
            _folder: folder,
        })
    }

    /// Its keys, in order.
    pub(super) fn keys(&self) -> Keys {
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

    /// The keys that are in either, in order.
    pub(super) fn pairs(&self) -> ListedKeys {
        ListedKeys {
            pairs: ListedPairs::new(self.original.keys(), self.copy.keys()),
            wanted: self.wanted.clone(),
        }
    }
}

/// The keys of two buckets.
pub(super) struct ListedKeys {
    pairs: ListedPairs,
    wanted: Wanted,
}

impl Iterator for ListedKeys {
    type Item = std::io::Result<Pair>;

    fn next(&mut self) -> Option<Self::Item> {
        let mut pair = self.pairs.next()?;
        if let Ok(pair) = &mut pair {
            self.wanted.put(pair);
        }
        Some(pair)
    }
}

/// A listing that cannot be written down, or read again.
pub(super) fn unwritable(error: &std::io::Error) -> Failure {
    Failure::ours(
        "files",
        FailureClass::WrongState,
        "[NotWritten]",
        format!("a bucket's listing cannot be kept on disk: {error}"),
    )
}
