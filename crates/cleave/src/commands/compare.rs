//! `cleave compare`: every version of two buckets, side by side.

use std::path::Path;

use listing::compare::{Difference, ListedPairs};
use listing::{Keys, Pair};
use serde_json::json;

use crate::args::CompareArgs;
use crate::commands::listed::{self, Listed};
use crate::commands::rehearse::write_out;
use crate::error::CliError;
use crate::exit;
use crate::world;

/// So many differences are shown; all are counted.
const SHOWN: usize = 20;

#[derive(Default)]
struct Tally {
    keys: u64,
    entries: u64,
    different: u64,
    unproved: u64,
    shown: Vec<String>,
}

/// Lists both and meets them key by key.
pub fn compare(args: CompareArgs) -> Result<u8, CliError> {
    let begun = world::wall_now();
    // Where nobody names a folder, one of its own that is gone whatever happens.
    let (folder, _passing) = match &args.out {
        Some(out) => (out.clone(), None),
        None => {
            let passing = world::passing_folder()?;
            (passing.path().to_owned(), Some(passing))
        }
    };
    let both = world::block_on(async {
        let entered = listed::enter(&args.reading).await?;
        let original = listed::account_of(&entered, args.owner.as_ref()).await?;
        let copy = listed::account_of(&entered, args.with_owner.as_ref().or(Some(&original.id))).await?;
        let each = args.reading.concurrency.div_ceil(2);
        let (one, two) = (folder.join("original"), folder.join("copy"));
        futures::future::try_join(
            listed::list(&entered, &original, &args.bucket, &one, &args.reading, each),
            listed::list(&entered, &copy, &args.with, &two, &args.reading, each),
        )
        .await
    })?;
    let (original, copy) = both?;
    let tally = meet(&folder, &original, &copy)?;
    original.discard()?;
    copy.discard()?;
    let seconds = world::wall_now().duration_since(begun).as_secs_f64();
    if args.reading.json {
        let object = json!({
            "keys": tally.keys,
            "entries": tally.entries,
            "different_keys": tally.different,
            "unproved_versions": tally.unproved,
            "differences": tally.shown,
            "seconds": seconds,
            "peak_rss_bytes": world::peak_memory(),
        });
        write_out(&format!("{object}\n"))?;
    } else {
        let mut text = format!(
            "{} and {}: {} keys, {} entries compared in {seconds:.1} s\n",
            args.bucket, args.with, tally.keys, tally.entries
        );
        for line in &tally.shown {
            text.push_str(&format!("  {line}\n"));
        }
        let more = tally.different.saturating_sub(tally.shown.len() as u64);
        if more > 0 {
            text.push_str(&format!("  and {more} more\n"));
        }
        if tally.unproved > 0 {
            text.push_str(&format!(
                "{} versions agree in size and not in ETag: uploads in parts and KMS keys change it; only checksums tell\n",
                tally.unproved
            ));
        }
        text.push_str(match tally.different {
            0 => "no difference in keys, order, kind, size or number\n",
            _ => "THEY DIFFER\n",
        });
        write_out(&text)?;
    }
    Ok(if tally.different == 0 { exit::DONE } else { exit::DRIFT })
}

fn meet(folder: &Path, original: &Listed, copy: &Listed) -> Result<Tally, CliError> {
    let keys = |listed: &Listed| Keys::of(listed.spool.read(&listed.order));
    let mut tally = Tally::default();
    for pair in ListedPairs::new(keys(original), keys(copy)) {
        tally.add(&pair.map_err(|error| CliError::unreadable(folder, &error))?);
    }
    Ok(tally)
}

impl Tally {
    fn add(&mut self, pair: &Pair) {
        self.keys += 1;
        self.entries += pair.original.len().max(pair.copy.len()) as u64;
        let (difference, unproved) = pair.compare();
        self.unproved += unproved.len() as u64;
        let Some(difference) = difference else { return };
        self.different += 1;
        if self.shown.len() < SHOWN {
            let how = match difference {
                Difference::Missing(count) => {
                    format!("{count} of its {} entries are missing in the copy", pair.original.len())
                }
                Difference::Surplus(count) => format!("the copy has {count} entries more"),
                Difference::Other(at) => format!("entry {} (from the oldest) is another one", at + 1),
            };
            self.shown.push(format!("{:?}: {how}", pair.key));
        }
    }
}
