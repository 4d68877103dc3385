//! A bucket's list from a report instead of a listing, and lists of single keys: in the same form as a bucket that was listed whole.

use std::fs::File;
use std::io::{self, Write as _};
use std::path::Path;

use aws::Account;
use futures::StreamExt as _;
use listing::inventory::{self, Manifest, RunningMd5};
use listing::{Lister, Sorter, Spool};
use model::listing::ListedEntry;
use model::{Failure, FailureClass};

use super::listed::{self, Listed};
use super::reports::{self, Report};
use crate::world::World;

/// How many keys are listed at a time.
const IN_FLIGHT: usize = 32;
/// So many keys are gathered before those among them are listed that the report leaves open.
const KEYS: usize = 4_000;
/// A millisecond or so of reading.
const A_TURN: usize = 1_000;

fn unreadable(report: &Report, why: &dyn std::fmt::Display) -> Failure {
    let what = format!(
        "the inventory report {} cannot be read: {why}. Nothing was changed by this; the next report comes within a day",
        report.folder
    );
    Failure::ours("files", FailureClass::WrongState, "[Report]", what)
}

/// The list of a bucket that a report has. What the report leaves open of a key is asked of the bucket itself.
pub(super) async fn whole(
    world: &World,
    (account, bucket): (&Account, &str),
    ops: &str,
    report: &Report,
) -> Result<Listed, Failure> {
    let target = world.target();
    let manifest = reports::read(&target, ops, &report.folder).await?;
    let manifest = manifest.map_err(|why| unreadable(report, &why))?;
    let folder = listed::folder(world)?;
    let on_disk = |error: io::Error| listed::on_disk(folder.path(), &error);
    let runs = folder.path().join("runs");
    std::fs::create_dir(&runs).map_err(on_disk)?;
    let mut sorter = Sorter::new(&runs);
    for file in &manifest.files {
        let packed = folder.path().join("packed");
        fetch(&target, ops, file, &packed, report).await?;
        unpack(&manifest, &packed, &mut sorter)
            .await
            .map_err(|error| match error.kind() {
                io::ErrorKind::InvalidData | io::ErrorKind::InvalidInput | io::ErrorKind::UnexpectedEof => {
                    unreadable(report, &error)
                }
                _ => on_disk(error),
            })?;
    }
    let mut sorted = sorter.finish().map_err(on_disk)?.peekable();
    let mut spool = Spool::new(folder.path());
    let mut keys: Vec<Vec<ListedEntry>> = Vec::new();
    while let Some(entry) = sorted.next() {
        let entry = entry.map_err(on_disk)?;
        match keys.last_mut().filter(|key| key[0].key == entry.key) {
            Some(key) => key.push(entry),
            None => keys.push(vec![entry]),
        }
        let key_ends = match (sorted.peek(), keys.last()) {
            (Some(Ok(next)), Some(key)) => next.key != key[0].key,
            _ => true,
        };
        if keys.len() >= KEYS && key_ends {
            append(&mut spool, (account, bucket), std::mem::take(&mut keys))
                .await?
                .map_err(on_disk)?;
        }
    }
    append(&mut spool, (account, bucket), keys).await?.map_err(on_disk)?;
    spool.flush().map_err(on_disk)?;
    std::fs::remove_dir_all(&runs).map_err(on_disk)?;
    Ok(Listed::new(spool, folder))
}

/// The list of single keys of a bucket; they are in S3's order.
pub(super) async fn keys(world: &World, account: &Account, bucket: &str, keys: &[String]) -> Result<Listed, Failure> {
    let folder = listed::folder(world)?;
    let on_disk = |error: io::Error| listed::on_disk(folder.path(), &error);
    let mut spool = Spool::new(folder.path());
    let mut asking = futures::stream::iter(keys)
        .map(|key| list(account, bucket, key))
        .buffered(IN_FLIGHT);
    while let Some(entries) = asking.next().await {
        spool.append(0, &entries?).map_err(on_disk)?;
    }
    drop(asking);
    spool.flush().map_err(on_disk)?;
    Ok(Listed::new(spool, folder))
}

async fn fetch(
    target: &Account,
    ops: &str,
    file: &inventory::DataFile,
    to: &Path,
    report: &Report,
) -> Result<(), Failure> {
    let on_disk = |error: io::Error| listed::on_disk(to, &error);
    let mut written = File::create(to).map_err(on_disk)?;
    let mut md5 = RunningMd5::default();
    let take = |piece: &[u8]| {
        md5.update(piece);
        written.write_all(piece).map_err(on_disk)
    };
    target.s3.read_object(ops, &file.key, take).await?;
    let found = md5.finish();
    if found != file.md5 {
        let why = format!("{} has the MD5 {found}, and the manifest says {}", file.key, file.md5);
        return Err(unreadable(report, &why));
    }
    Ok(())
}

async fn unpack(manifest: &Manifest, packed: &Path, sorter: &mut Sorter) -> io::Result<()> {
    let rows = manifest.rows(io::BufReader::with_capacity(1 << 18, File::open(packed)?));
    for (nth, entry) in rows.enumerate() {
        sorter.push(entry?)?;
        if nth % A_TURN == A_TURN - 1 {
            tokio::task::yield_now().await;
        }
    }
    std::fs::remove_file(packed)
}

/// Appends keys, each with its entries, the newest first.
async fn append(
    spool: &mut Spool,
    (account, bucket): (&Account, &str),
    keys: Vec<Vec<ListedEntry>>,
) -> Result<io::Result<()>, Failure> {
    let mut told = futures::stream::iter(keys)
        .map(|entries| async move {
            if inventory::is_open(&entries) {
                list(account, bucket, &entries[0].key).await
            } else {
                Ok(entries)
            }
        })
        .buffered(IN_FLIGHT);
    while let Some(entries) = told.next().await {
        if let Err(error) = spool.append(0, &entries?) {
            return Ok(Err(error));
        }
    }
    tokio::task::yield_now().await;
    Ok(Ok(()))
}

/// The entries of one key, the newest first.
async fn list(account: &Account, bucket: &str, key: &str) -> Result<Vec<ListedEntry>, Failure> {
    let mut pages = Lister::new(account, &account.id, bucket, None).prefix(key);
    let mut entries = Vec::new();
    while let Some(page) = pages.next_page().await? {
        let (all, mut own) = (page.entries.len(), 0);
        // Longer keys that begin so stand behind it.
        for entry in page.entries.into_iter().filter(|entry| entry.key == key) {
            entries.push(entry);
            own += 1;
        }
        if own < all {
            break;
        }
    }
    Ok(entries)
}
