//! `cleave manifest`: lists a bucket, and writes what its copy would be made from.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::Path;

use listing::waves::{self, Classes, Depths};
use listing::{Keys, manifest};
use model::listing::Sums;
use serde_json::json;

use crate::args::ManifestArgs;
use crate::commands::listed::{self, Listed};
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
        listed::list(
            &entered,
            &account,
            &args.bucket,
            &folder,
            &args.reading,
            args.reading.concurrency,
        )
        .await
    })??;
    let listed_in = world::wall_now().duration_since(begun).as_secs_f64();
    let (sums, depths) = survey(&args, &listed)?;
    let waves = depths.worth_a_job(args.batch_from);
    let written = write_manifests(&args, &listed, &waves)?;
    let seconds = world::wall_now().duration_since(begun).as_secs_f64();
    let all = sums.versions + sums.markers;
    let effort = listed.effort;
    if args.reading.json {
        let object = json!({
            "versions": sums.versions,
            "delete_markers": sums.markers,
            "keys": sums.keys,
            "bytes": sums.bytes,
            "requests": effort.requests,
            "slow_downs": effort.slow_downs,
            "seconds": seconds,
            "listing_seconds": listed_in,
            "versions_per_second": all as f64 / listed_in.max(0.001),
            "peak_rss_bytes": world::peak_memory(),
            "most_in_flight": effort.most_in_flight,
            "manifests": written.manifests,
            "one_by_one": written.one_by_one,
        });
        write_out(&format!("{object}\n"))?;
    } else {
        let mut text = format!(
            "{}: {} versions and {} delete markers of {} keys, {} bytes; deepest history {}\n\
             listed in {listed_in:.1} s with {} requests, {} of them refused for their rate\n",
            args.bucket,
            sums.versions,
            sums.markers,
            sums.keys,
            sums.bytes,
            sums.deepest,
            effort.requests,
            effort.slow_downs,
        );
        for (name, rows) in &written.manifests {
            text.push_str(&format!("{rows:>12} rows  {}\n", args.out.join(name).display()));
        }
        text.push_str(&format!(
            "{:>12} entries are copied or made one by one: deep histories, small waves, delete markers, over 5 GB, archived\n",
            written.one_by_one
        ));
        write_out(&text)?;
    }
    Ok(exit::DONE)
}

/// One reading of what was listed: sums, waves, and the flat list.
fn survey(args: &ManifestArgs, listed: &Listed) -> Result<(Sums, Depths), CliError> {
    let folder = args.out.as_path();
    let unreadable = |error: io::Error| CliError::unreadable(folder, &error);
    let mut flat = args.flat.as_deref().map(Rows::create).transpose()?;
    let (mut sums, mut depths) = (Sums::default(), Depths::default());
    for history in Keys::of(listed.spool.read(&listed.order)) {
        let history = history.map_err(unreadable)?;
        sums.add(&history);
        depths.add(&history);
        if let Some(flat) = &mut flat {
            // As S3 lists them: the newest first.
            for entry in history.entries.iter().rev().filter(|entry| !entry.is_marker()) {
                flat.row(&args.bucket, &entry.key, &entry.version_id)?;
            }
        }
    }
    if let Some(flat) = flat {
        flat.close()?;
    }
    Ok((sums, depths))
}

/// What was written.
struct Written {
    /// Rows by file.
    manifests: BTreeMap<String, u64>,
    /// Entries in no manifest.
    one_by_one: u64,
}

/// A second reading: a manifest for each wave and class that is worth a job.
fn write_manifests(args: &ManifestArgs, listed: &Listed, waves: &[Classes]) -> Result<Written, CliError> {
    let mut written = Written {
        manifests: BTreeMap::new(),
        one_by_one: 0,
    };
    let mut files: Vec<BTreeMap<&str, (String, Rows)>> = Vec::new();
    for (wave, classes) in (1..).zip(waves) {
        let mut of_wave = BTreeMap::new();
        for class in classes.keys() {
            let name = format!("wave-{wave:04}-{class}.csv");
            let rows = Rows::create(&args.out.join(&name))?;
            of_wave.insert(class.as_str(), (name, rows));
        }
        files.push(of_wave);
    }
    for history in Keys::of(listed.spool.read(&listed.order)) {
        let history = history.map_err(|error| CliError::unreadable(&args.out, &error))?;
        for (index, entry) in history.entries.iter().enumerate() {
            let class = waves::batch_class(entry);
            match files
                .get_mut(index)
                .zip(class)
                .and_then(|(wave, class)| wave.get_mut(class))
            {
                Some((name, rows)) => {
                    rows.row(&args.bucket, &entry.key, &entry.version_id)?;
                    match written.manifests.get_mut(name) {
                        Some(count) => *count += 1,
                        None => {
                            written.manifests.insert(name.clone(), 1);
                        }
                    }
                }
                None => written.one_by_one += 1,
            }
        }
    }
    for (_, rows) in files.into_iter().flat_map(BTreeMap::into_values) {
        rows.close()?;
    }
    Ok(written)
}

/// A CSV that is being written.
struct Rows {
    path: std::path::PathBuf,
    file: BufWriter<File>,
    line: Vec<u8>,
}

impl Rows {
    fn create(path: &Path) -> Result<Self, CliError> {
        let file = File::create(path).map_err(|error| CliError::unwritable(path, &error))?;
        Ok(Self {
            path: path.to_owned(),
            file: BufWriter::with_capacity(1 << 18, file),
            line: Vec::new(),
        })
    }

    fn row(&mut self, bucket: &str, key: &str, version_id: &str) -> Result<(), CliError> {
        self.line.clear();
        manifest::write_row(&mut self.line, bucket, key, version_id);
        self.file
            .write_all(&self.line)
            .map_err(|error| CliError::unwritable(&self.path, &error))
    }

    fn close(mut self) -> Result<(), CliError> {
        self.file
            .flush()
            .map_err(|error| CliError::unwritable(&self.path, &error))
    }
}
