//! A bucket's listing in many parts at once is the bucket: every version and marker, in S3's order, whatever goes wrong and wherever
//! it is killed.

use std::collections::BTreeMap;
use std::sync::Arc;

use cleave::rehearsal::Stage;
use listing::{Division, Part, Source, parallel};
use model::inventory::{Bucket, Generated, KeyShape, ObjectEntry, ObjectHistory, Versioning};
use model::listing::ListedEntry;
use model::{Failure, FailureClass, RunId, Side};
use simcloud::dispatch::lock;
use simcloud::faults::FaultLevel;
use simcloud::s3::versions::{Entry, What};
use whole_runs::night::{Scenario, in_paused_time};

const BUCKET: &str = "shop-stg-everything";

/// Keys of every shape and every character that S3 allows, some with histories longer than a page.
fn everything() -> Bucket {
    let mut rng = fastrand::Rng::with_seed(9);
    let version = || ObjectEntry::Version {
        size: 3,
        null: false,
        class: None,
        parts: None,
        carried: Default::default(),
    };
    let mut keys: Vec<String> = Vec::new();
    keys.extend((0..2_000).map(|n| format!("{n:09}")));
    keys.extend((0..2_000).map(|_| format!("{:02x}/{:016x}", rng.u8(..), rng.u64(..))));
    keys.extend((0..2_000).map(|n| format!("logs/2026/{:02}/{:02}/{n:06}.gz", n % 12 + 1, n % 28 + 1)));
    let odd = [
        " ", "+", "%", "%2B", "\"", "'", ",", "\n", ".", "..", "../a", "/", "//", "/a", "a/", "ä", "😀", "<&>",
        "a b+c%", "\0", "\u{7}", "\r", "\u{ffff}",
    ];
    keys.extend(
        odd.iter()
            .flat_map(|odd| (0..20).map(move |n| format!("{odd}{n}{odd}"))),
    );
    keys.sort();
    keys.dedup();
    let objects = keys.into_iter().enumerate().map(|(n, key)| {
        let depth = if n % 2_001 == 7 { 2_500 } else { rng.usize(1..4) };
        let entries = (0..depth).map(|_| {
            if rng.u8(..5) == 0 {
                ObjectEntry::DeleteMarker {}
            } else {
                version()
            }
        });
        ObjectHistory {
            key,
            entries: entries.collect(),
        }
    });
    Bucket {
        name: BUCKET.to_owned(),
        versioning: Versioning::Enabled,
        objects: objects.collect(),
        ..Bucket::default()
    }
}

fn stage(seed: u64, level: FaultLevel) -> (Stage, Arc<aws::Account>) {
    stage_with(everything(), seed, level)
}

fn stage_with(bucket: Bucket, seed: u64, level: FaultLevel) -> (Stage, Arc<aws::Account>) {
    let mut scenario = Scenario::of("shop-staging");
    let access = scenario.plan.accounts.clone();
    let region = scenario.plan.region.clone();
    let source = scenario
        .inventory
        .accounts
        .get_mut(&access[&Side::Source].account)
        .and_then(|account| account.regions.get_mut(&region));
    source.expect("the source has the region").buckets.push(bucket);
    let stage = Stage::set(&scenario.plan, &scenario.inventory, seed, level);
    let run = RunId::new("listing00000").expect("a run's id");
    let accounts = aws::Accounts::enter(&stage.simulated.world.connection, &access, &region, &run);
    (stage, accounts.side(Side::Source))
}

/// Key, version id and kind of every entry, as simcloud holds them.
fn truth(stage: &Stage) -> Vec<String> {
    let cloud = lock(&stage.simulated.cloud);
    let bucket = &cloud.s3.by_name[BUCKET];
    let entries = bucket.stacks_from("").flat_map(|(key, stack)| {
        let line = |entry: &Entry| format!("{key} {} {}", entry.id(), matches!(entry.what, What::Marker));
        stack.iter().rev().map(line).collect::<Vec<String>>()
    });
    entries.collect()
}

fn line(entry: &ListedEntry) -> String {
    format!("{} {} {}", entry.key, entry.version_id, entry.is_marker())
}

#[test]
fn a_listing_in_parts_is_the_bucket_under_harsh_faults() {
    for (seed, in_flight, level) in [
        (1, 1, FaultLevel::Harsh),
        (2, 4, FaultLevel::Harsh),
        (3, 16, FaultLevel::Harsh),
        (4, 300, FaultLevel::Harsh),
        (5, 16, FaultLevel::None),
    ] {
        in_paused_time(async {
            let (stage, account) = stage(seed, level);
            let mut division = Division::new();
            let mut came: BTreeMap<u32, Vec<String>> = BTreeMap::new();
            let mut each = |_: &Division, part: u32, entries: Vec<ListedEntry>| {
                came.entry(part).or_default().extend(entries.iter().map(line));
                Ok(())
            };
            let source = Source::new(&account, &account.id, BUCKET);
            let effort = parallel::list(&source, &mut division, in_flight, &mut each).await;
            let effort = effort.unwrap_or_else(|failure| panic!("seed {seed}: {failure}"));
            let all: Vec<String> = division
                .parts()
                .flat_map(|part| came.remove(&part.number).unwrap_or_default())
                .collect();
            assert!(all == truth(&stage), "seed {seed}: {} entries came", all.len());
            assert!(effort.most_in_flight <= in_flight, "{effort:?}");
            if level == FaultLevel::None {
                assert!(effort.most_in_flight > 8, "it was divided: {effort:?}");
            }
        });
    }
}

#[test]
fn a_listing_that_is_killed_after_any_page_goes_on_from_its_last_commit() {
    const COMMIT_EVERY: usize = 3;
    in_paused_time(async {
        // Listing changes nothing: all lives look at one bucket.
        let (stage, account) = stage(6, FaultLevel::None);
        let (source, truth) = (Source::new(&account, &account.id, BUCKET), truth(&stage));
        let mut kill_at = 1;
        while list_in_two_lives(&source, &truth, kill_at, COMMIT_EVERY).await {
            kill_at += 1;
        }
        assert!(kill_at > 20, "it was killed after each of {} pages", kill_at - 1);
    });
}

/// Kills a listing after a page and goes on from what was committed; whether there was so late a page.
async fn list_in_two_lives(source: &Source<'_>, truth: &[String], kill_at: usize, commit_every: usize) -> bool {
    // What is on the disk: the parts, and how much of each has been written.
    let mut committed: (Vec<Part>, BTreeMap<u32, Vec<String>>) = (Vec::new(), BTreeMap::new());
    for life in 0..2 {
        let mut division = if committed.0.is_empty() {
            Division::new()
        } else {
            Division::resume(committed.0.clone())
        };
        let mut came = committed.1.clone();
        let mut pages = 0;
        let mut each = |division: &Division, part: u32, entries: Vec<ListedEntry>| {
            came.entry(part).or_default().extend(entries.iter().map(line));
            pages += 1;
            if pages % commit_every == 0 {
                committed = (division.parts().cloned().collect(), came.clone());
            }
            if life == 0 && pages == kill_at {
                return Err(dead());
            }
            Ok(())
        };
        match parallel::list(source, &mut division, 12, &mut each).await {
            Ok(_) => {
                let all = division
                    .parts()
                    .flat_map(|part| came.remove(&part.number).unwrap_or_default());
                assert!(
                    all.eq(truth.iter().cloned()),
                    "killed after page {kill_at}: not what is there"
                );
                return life == 1;
            }
            Err(failure) => assert_eq!(failure.code, "[Dead]", "{failure}"),
        }
    }
    unreachable!("the second life is not killed")
}

fn dead() -> Failure {
    Failure {
        account: "-".to_owned(),
        service: "test".to_owned(),
        operation: "kill".to_owned(),
        class: FailureClass::Unexpected,
        code: "[Dead]".to_owned(),
        message: "killed".to_owned(),
        request_id: None,
    }
}

#[test]
fn a_bucket_whose_contents_are_computed_is_listed_as_if_they_were_stored() {
    for shape in [KeyShape::Flat, KeyShape::Hashed, KeyShape::Dates, KeyShape::Skew] {
        for (seed, in_flight, level) in [(1, 1, FaultLevel::None), (2, 32, FaultLevel::Harsh)] {
            in_paused_time(async {
                let bucket = Bucket {
                    name: BUCKET.to_owned(),
                    versioning: Versioning::Enabled,
                    generated: Some(Generated { shape, keys: 30_000 }),
                    ..Bucket::default()
                };
                let (stage, account) = stage_with(bucket, seed, level);
                let mut division = Division::new();
                let mut came: BTreeMap<u32, Vec<String>> = BTreeMap::new();
                let mut each = |_: &Division, part: u32, entries: Vec<ListedEntry>| {
                    came.entry(part).or_default().extend(entries.iter().map(line));
                    Ok(())
                };
                let source = Source::new(&account, &account.id, BUCKET);
                let effort = parallel::list(&source, &mut division, in_flight, &mut each).await;
                effort.unwrap_or_else(|failure| panic!("{shape:?}: {failure}"));
                let all: Vec<String> = division
                    .parts()
                    .flat_map(|part| came.remove(&part.number).unwrap_or_default())
                    .collect();
                assert_eq!(all.len(), 36_000, "{shape:?}");
                assert!(all == truth(&stage), "{shape:?} with {in_flight} in flight");
            });
        }
    }
}
