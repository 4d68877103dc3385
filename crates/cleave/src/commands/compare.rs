//! `cleave compare`: every version of two buckets, side by side.

use std::path::Path;

use futures::StreamExt as _;
use futures::stream::FuturesOrdered;
use listing::compare::{Difference, ListedPairs};
use listing::{Keys, Pair};
use serde_json::json;

use crate::args::{CompareArgs, Verify};
use crate::commands::kept_checksums::{Answer, Asking, Question};
use crate::commands::listed::{self, Listed};
use crate::commands::rehearse::write_out;
use crate::error::CliError;
use crate::exit;
use crate::world;

/// So many differences, and so many keys of which something is unproved, are shown; all are counted.
const SHOWN: usize = 20;

/// So many keys are read at the most before the questions that are out are seen to.
const KEYS_BETWEEN_ANSWERS: u32 = 100_000;

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
    let tally = world::block_on(side_by_side(&args, &folder))??;
    let seconds = world::wall_now().duration_since(begun).as_secs_f64();
    write_out(&if args.reading.json {
        tally.json(args.verify, seconds)
    } else {
        tally.text(&args, seconds)
    })?;
    Ok(match tally.verdict(args.verify) {
        Verdict::NoDifference => exit::DONE,
        Verdict::Different | Verdict::Unproved => exit::DRIFT,
    })
}

async fn side_by_side(args: &CompareArgs, folder: &Path) -> Result<Tally, CliError> {
    let entered = listed::enter(&args.reading).await?;
    let original = listed::account_of(&entered, args.owner.as_ref()).await?;
    let copy = listed::account_of(&entered, args.with_owner.as_ref().or(Some(&original.id))).await?;
    let each = args.reading.concurrency.div_ceil(2);
    let (one, two) = (folder.join("original"), folder.join("copy"));
    let (listed_original, listed_copy) = futures::future::try_join(
        listed::list(&entered, &original, &args.bucket, &one, &args.reading, each),
        listed::list(&entered, &copy, &args.with, &two, &args.reading, each),
    )
    .await?;
    let asking = Asking {
        original: (&original, &args.bucket),
        copy: (&copy, &args.with),
        world: entered.world(),
    };
    let keys = |listed: &Listed| Keys::of(listed.spool.read(&listed.order));
    let mut pairs = ListedPairs::new(keys(&listed_original), keys(&listed_copy));
    let mut next = || {
        pairs
            .next()
            .transpose()
            .map_err(|error| CliError::unreadable(folder, &error))
    };
    let tally = meet(args, &asking, &mut next).await?;
    listed_original.discard()?;
    listed_copy.discard()?;
    Ok(tally)
}

/// Meets the keys in their order. However many questions there are, only those in flight are held.
async fn meet(
    args: &CompareArgs,
    asking: &Asking<'_>,
    next: &mut dyn FnMut() -> Result<Option<Pair>, CliError>,
) -> Result<Tally, CliError> {
    let most = args.reading.concurrency as usize;
    let bar = listed::bar(&args.reading, "checksums");
    let mut tally = Tally::default();
    let mut asked = FuturesOrdered::new();
    let mut keys_read = 0;
    loop {
        let pair = next()?;
        keys_read += 1;
        // Nobody hears the answers while keys are read: where few leave a question, those asked would time out meanwhile.
        if pair.is_none() || keys_read == KEYS_BETWEEN_ANSWERS {
            keys_read = 0;
            while let Some(told) = asked.next().await {
                tally.told(told?);
                bar.inc(1);
            }
        }
        let Some(pair) = pair else { break };
        for question in tally.add(args.verify, &pair) {
            if asked.len() >= most
                && let Some(told) = asked.next().await
            {
                keys_read = 0;
                tally.told(told?);
                bar.inc(1);
            }
            asked.push_back(asking.ask(question));
        }
    }
    bar.finish_and_clear();
    Ok(tally)
}

/// What was found.
#[derive(Debug, Default)]
struct Tally {
    keys: u64,
    entries: u64,
    /// Keys with a difference.
    different: u64,
    /// Versions of whose content nothing is proved.
    unproved: u64,
    by_checksum: u64,
    shown: Vec<String>,
    unproved_keys: Vec<String>,
    /// The key whose content was last found to be another one: its further versions make no further key.
    last_other: Option<String>,
}

/// What it comes to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    /// Nothing that was compared differs.
    NoDifference,
    /// Something does.
    Different,
    /// Nothing does, and there are contents about which the checksums that were asked for tell nothing.
    Unproved,
}

impl Tally {
    /// Adds what the listings tell of a key. Gives what S3 is to be asked about it.
    fn add(&mut self, verify: Verify, pair: &Pair) -> Vec<Question> {
        self.keys += 1;
        self.entries += pair.original.len().max(pair.copy.len()) as u64;
        let (difference, unproved) = pair.compare();
        let how = match difference {
            Some(Difference::Missing(count)) => Some(format!(
                "{count} of its {} entries are missing in the copy",
                pair.original.len()
            )),
            Some(Difference::Surplus(count)) => Some(format!("the copy has {count} entries more")),
            Some(Difference::Other(at)) => Some(format!("entry {} (from the oldest) is another one", at + 1)),
            None => pair
                .other_class()
                .map(|at| format!("entry {} (from the oldest) has another storage class", at + 1)),
        };
        let same = how.is_none();
        if let Some(how) = how {
            self.differs(&pair.key, &how);
        }
        match verify {
            Verify::Sizes if same => {
                self.unproved += pair.original.iter().filter(|entry| !entry.is_marker()).count() as u64
            }
            Verify::Etags => unproved.iter().for_each(|_| self.leaves_open(&pair.key)),
            Verify::Checksums if same => {
                let question = |at: usize| Question::of(at, &pair.original[at], &pair.copy[at]);
                return unproved.into_iter().map(question).collect();
            }
            // A key that differs is not equal, whatever its contents are.
            Verify::Sizes | Verify::Checksums => {}
        }
        Vec::new()
    }

    /// Adds what S3 told of two contents.
    fn told(&mut self, (question, answer): (Question, Answer)) {
        let how = match answer {
            Answer::Equal => {
                self.by_checksum += 1;
                return;
            }
            Answer::Nothing => return self.leaves_open(question.key()),
            Answer::Other => "has another content",
            Answer::Gone => "has been deleted since it was listed",
        };
        if self.last_other.as_deref() != Some(question.key()) {
            self.last_other = Some(question.key().to_owned());
            self.differs(
                question.key(),
                &format!("entry {} (from the oldest) {how}", question.at + 1),
            );
        }
    }

    fn differs(&mut self, key: &str, how: &str) {
        self.different += 1;
        if self.shown.len() < SHOWN {
            self.shown.push(format!("{key:?}: {how}"));
        }
    }

    fn leaves_open(&mut self, key: &str) {
        self.unproved += 1;
        if self.unproved_keys.len() < SHOWN && self.unproved_keys.last().is_none_or(|last| last != key) {
            self.unproved_keys.push(key.to_owned());
        }
    }

    fn verdict(&self, verify: Verify) -> Verdict {
        match (self.different, self.unproved, verify) {
            (1.., _, _) => Verdict::Different,
            // Who asks for checksums asks for a proof.
            (0, 1.., Verify::Checksums) => Verdict::Unproved,
            (0, _, _) => Verdict::NoDifference,
        }
    }

    fn json(&self, verify: Verify, seconds: f64) -> String {
        let object = json!({
            "verify": match verify {
                Verify::Sizes => "sizes",
                Verify::Etags => "etags",
                Verify::Checksums => "checksums",
            },
            "result": match self.verdict(verify) {
                Verdict::NoDifference => "no_difference",
                Verdict::Different => "different",
                Verdict::Unproved => "unproved",
            },
            "keys": self.keys,
            "entries": self.entries,
            "different_keys": self.different,
            "differences": self.shown,
            "proved_by_checksum": self.by_checksum,
            "unproved_versions": self.unproved,
            "unproved_keys": self.unproved_keys,
            "seconds": seconds,
            "peak_rss_bytes": world::peak_memory(),
        });
        format!("{object}\n")
    }

    fn text(&self, args: &CompareArgs, seconds: f64) -> String {
        let mut text = format!(
            "{} and {}: {} keys, {} entries compared in {seconds:.1} s\n",
            args.bucket, args.with, self.keys, self.entries
        );
        for line in &self.shown {
            text.push_str(&format!("  {line}\n"));
        }
        let more = self.different.saturating_sub(self.shown.len() as u64);
        if more > 0 {
            text.push_str(&format!("  and {more} more\n"));
        }
        if self.by_checksum > 0 {
            text.push_str(&format!(
                "{} versions whose ETags tell nothing are equal by the checksums that S3 keeps\n",
                self.by_checksum
            ));
        }
        let unproved = self.unproved;
        match args.verify {
            _ if unproved == 0 => {}
            Verify::Sizes => text.push_str(&format!(
                "the contents of {unproved} versions were not compared: --verify etags or checksums does\n"
            )),
            Verify::Etags => text.push_str(&format!(
                "{unproved} versions agree in size and not in ETag: uploads in parts and KMS keys change it; only checksums tell \
                 (--verify checksums)\n"
            )),
            Verify::Checksums => {
                text.push_str(&format!(
                    "{unproved} versions are unproved: they agree in size and not in ETag, and S3 keeps no full checksum of the same \
                     kind of both; of the keys\n"
                ));
                for key in &self.unproved_keys {
                    text.push_str(&format!("  {key:?}\n"));
                }
                if self.unproved_keys.len() == SHOWN {
                    text.push_str("  and perhaps more\n");
                }
            }
        }
        text.push_str(match (self.verdict(args.verify), args.verify) {
            (Verdict::Different, _) => "THEY DIFFER\n",
            (Verdict::Unproved, _) => {
                "NOT PROVED EQUAL: no difference was found, and not every content could be compared\n"
            }
            (Verdict::NoDifference, Verify::Sizes | Verify::Etags) => {
                "no difference in keys, order, kind, size, storage class or number\n"
            }
            (Verdict::NoDifference, Verify::Checksums) => {
                "no difference in keys, order, kind, size, storage class, number or content\n"
            }
        });
        text
    }
}

#[cfg(test)]
#[path = "compare_tests.rs"]
mod tests;
