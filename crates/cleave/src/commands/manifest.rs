//! `cleave manifest`: lists a bucket, and writes what its copy would be made from.

use std::fmt::Write as _;

use listing::manifests::{self, Order, Written};
use listing::parallel::Effort;
use serde_json::json;

use crate::args::ManifestArgs;
use crate::commands::listed;
use crate::commands::rehearse::write_out;
use crate::error::CliError;
use crate::exit;
use crate::world;

/// Lists and writes.
pub fn manifest(args: ManifestArgs) -> Result<u8, CliError> {
    let begun = world::wall_now();
    let listed = world::block_on(async {
        let entered = listed::enter(&args.reading).await?;
        let account = listed::account_of(&entered, args.owner.as_ref()).await?;
        let folder = args.out.join("listing");
        let most = args.reading.concurrency;
        listed::list(&entered, &account, &args.bucket, &folder, &args.reading, most).await
    })??;
    let listing_seconds = world::wall_now().duration_since(begun).as_secs_f64();
    let order = Order {
        bucket: &args.bucket,
        out: &args.out,
        flat: args.flat.as_deref(),
        batch_from: args.batch_from,
    };
    let written = manifests::write(&order, &listed.spool, &listed.order).map_err(|failed| CliError::file(&failed))?;
    let seconds = world::wall_now().duration_since(begun).as_secs_f64();
    let effort = listed.effort;
    listed.discard()?;
    let said = if args.reading.json {
        json_of(&written, &effort, listing_seconds, seconds)
    } else {
        text_of(&args, &written, &effort, listing_seconds)
    };
    write_out(&said)?;
    Ok(exit::DONE)
}

fn json_of(written: &Written, effort: &Effort, listing_seconds: f64, seconds: f64) -> String {
    let sums = written.sums;
    let all = sums.versions + sums.markers;
    let object = json!({
        "versions": sums.versions,
        "delete_markers": sums.markers,
        "keys": sums.keys,
        "bytes": sums.bytes,
        "requests": effort.requests,
        "slow_downs": effort.slow_downs,
        "seconds": seconds,
        "listing_seconds": listing_seconds,
        "versions_per_second": all as f64 / listing_seconds.max(0.001),
        "peak_rss_bytes": world::peak_memory(),
        "most_in_flight": effort.most_in_flight,
        "manifests": written.manifests,
        "one_by_one": written.one_by_one,
    });
    format!("{object}\n")
}

fn text_of(args: &ManifestArgs, written: &Written, effort: &Effort, listing_seconds: f64) -> String {
    let (sums, bucket) = (written.sums, &args.bucket);
    let mut text = format!(
        "{bucket}: {} versions and {} delete markers of {} keys, {} bytes; deepest history {}\n\
         listed in {listing_seconds:.1} s with {} requests, {} of them refused for their rate\n",
        sums.versions, sums.markers, sums.keys, sums.bytes, sums.deepest, effort.requests, effort.slow_downs,
    );
    for (name, rows) in &written.manifests {
        let _ = writeln!(text, "{rows:>12} rows  {}", args.out.join(name).display());
    }
    let _ = writeln!(
        text,
        "{:>12} entries are copied or made one by one: deep histories, small waves, delete markers, over 5 GB, archived",
        written.one_by_one
    );
    text
}
