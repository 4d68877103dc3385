//! A bucket is listed in rounds: all requests in flight are answered, in order or not, then the next are made. What is counted is
//! rounds and requests, against what so many requests in flight could do at best.

use std::collections::BTreeSet;

use model::listing::Listed;
use proptest::prelude::*;

use super::*;

const PAGE: usize = 100;

fn entry(key: &str) -> ListedEntry {
    ListedEntry {
        key: key.to_owned(),
        version_id: "v".to_owned(),
        is_latest: true,
        last_modified: jiff::Timestamp::UNIX_EPOCH,
        what: Listed::Marker,
    }
}

/// What S3 answers: one entry a key.
fn answer(keys: &[String], marker: Option<&Marker>) -> Page {
    let from = marker.map_or(0, |marker| keys.partition_point(|key| *key <= marker.key));
    let to = keys.len().min(from + PAGE);
    let next = (to < keys.len()).then(|| Marker {
        key: keys[to - 1].clone(),
        version_id: None,
    });
    Page {
        entries: keys[from..to].iter().map(|key| entry(key)).collect(),
        next,
    }
}

struct Effort {
    rounds: usize,
    requests: usize,
}

/// Lists all of it, and proves that each key came once and that the parts cover the bucket in order.
fn list(keys: &[String], in_flight: usize, shuffle: u64) -> Effort {
    let mut rng = fastrand::Rng::with_seed(shuffle);
    let mut division = Division::new();
    let (mut rounds, mut requests) = (0, 0);
    let mut came: std::collections::BTreeMap<u32, Vec<String>> = std::collections::BTreeMap::new();
    while !division.is_done() {
        let mut asks = division.asks(in_flight);
        assert!(!asks.is_empty() && asks.len() <= in_flight, "{} requests", asks.len());
        rounds += 1;
        requests += asks.len();
        rng.shuffle(&mut asks);
        for ask in asks {
            // One in fifty is lost.
            if shuffle != 0 && rng.u8(..50) == 0 {
                division.unheard(ask.part);
                continue;
            }
            let mut page = answer(keys, ask.marker.as_ref());
            division.heard(ask.part, &mut page).expect("the part is there");
            came.entry(ask.part)
                .or_default()
                .extend(page.entries.into_iter().map(|entry| entry.key));
        }
    }
    let in_order: Vec<String> = division
        .parts()
        .flat_map(|part| came.get(&part.number).cloned().unwrap_or_default())
        .collect();
    assert!(in_order == keys, "{} keys came of {}", in_order.len(), keys.len());
    let mut end = None;
    for (place, part) in division.parts().enumerate() {
        assert_eq!(part.after, end, "a gap before part {}", part.number);
        assert!(place == 0 || part.after.is_some());
        end.clone_from(&part.until);
    }
    assert_eq!(end, None, "the last part has no end");
    Effort { rounds, requests }
}

fn sorted(keys: impl Iterator<Item = String>) -> Vec<String> {
    keys.collect::<BTreeSet<_>>().into_iter().collect()
}

fn flat(count: usize) -> Vec<String> {
    sorted((0..count).map(|n| format!("{n:012}")))
}

fn hashed(count: usize) -> Vec<String> {
    let mut rng = fastrand::Rng::with_seed(3);
    sorted((0..count).map(|_| {
        let hash = format!("{:016x}{:016x}", rng.u64(..), rng.u64(..));
        format!("{}/{hash}.bin", &hash[..2])
    }))
}

fn dates(count: usize) -> Vec<String> {
    let mut rng = fastrand::Rng::with_seed(4);
    sorted((0..count).map(|n| {
        // More and more over three years, and little at night.
        let hour = 26_304.0 * (rng.f64()).sqrt();
        let hour = hour as u64;
        let hour = if hour % 24 < 6 && rng.bool() { hour + 8 } else { hour };
        let (day, hour) = (hour / 24, hour % 24);
        let (year, day) = (2022 + day / 365, day % 365);
        let (month, day) = (day / 31 + 1, day % 31 + 1);
        format!(
            "logs/{year}/{month:02}/{day:02}/{hour:02}/events-{n:07}-{:08x}.json.gz",
            rng.u32(..)
        )
    }))
}

fn skewed(count: usize) -> Vec<String> {
    let big = "exports/customers/europe/production/very/deep/folder/of/one/";
    let many = (0..count * 9 / 10).map(|n| format!("{big}{n:09}.parquet"));
    let few = (0..count / 10).map(|n| format!("team-{:03}/object-{n:08}", n % 100));
    sorted(many.chain(few))
}

/// Rounds at best, when all requests in flight are of use from the first on.
fn best(keys: &[String], in_flight: usize) -> usize {
    keys.len().div_ceil(PAGE).div_ceil(in_flight)
}

#[test]
fn every_shape_is_divided_without_being_told() {
    for (name, keys) in [
        ("flat", flat(200_000)),
        ("hashed", hashed(200_000)),
        ("dates", dates(200_000)),
        ("skewed", skewed(200_000)),
    ] {
        for in_flight in [1, 8, 32, 128] {
            let listed = list(&keys, in_flight, 0);
            let best = best(&keys, in_flight);
            println!(
                "{name:8} {in_flight:4} in flight: {:5} rounds, {best:5} at best; {:6} requests for {} pages",
                listed.rounds,
                listed.requests,
                keys.len() / PAGE
            );
            // Two dozen rounds to find the keys and at the end, and one in ten.
            assert!(
                listed.rounds <= best * 11 / 10 + 24,
                "{name}, {in_flight} in flight: {} rounds, {best} at best",
                listed.rounds
            );
        }
    }
}

fn any_key() -> impl Strategy<Value = String> {
    let character = prop_oneof![
        4 => prop::char::range('a', 'd'),
        2 => Just('/'),
        2 => prop::char::range('0', '9'),
        1 => any::<char>(),
    ];
    prop::collection::vec(character, 1..12).prop_map(|characters| characters.into_iter().collect())
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]

    #[test]
    fn whatever_the_keys_each_comes_once(
        keys in prop::collection::btree_set(any_key(), 0..3_000),
        prefix in any_key(),
        in_flight in 1_usize..40,
        shuffle in 1_u64..1_000_000,
    ) {
        let keys: Vec<String> = keys.into_iter().map(|key| format!("{prefix}{key}")).collect();
        list(&keys, in_flight, shuffle);
    }

    #[test]
    fn a_listing_goes_on_from_its_parts(seed in 1_u64..1_000_000) {
        let keys = dates(6_000);
        let mut rng = fastrand::Rng::with_seed(seed);
        let mut division = Division::new();
        let mut came = Vec::new();
        let mut lives = 1;
        while !division.is_done() {
            let asks = division.asks(16);
            for ask in asks {
                let mut page = answer(&keys, ask.marker.as_ref());
                division.heard(ask.part, &mut page);
                came.extend(page.entries.into_iter().map(|entry| entry.key));
                if lives < 8 && rng.u8(..20) == 0 {
                    // Killed: what is on its way is lost, the parts are not.
                    division = Division::resume(division.parts().cloned().collect::<Vec<_>>());
                    lives += 1;
                    break;
                }
            }
        }
        came.sort();
        prop_assert_eq!(came, keys);
    }
}

/// Hours of three years: ever more, less at night and on weekends. Counted anew in each hour.
fn hours(count: usize) -> Vec<String> {
    let mut rng = fastrand::Rng::with_seed(4);
    let mut partitions = Vec::new();
    let mut day = 0_u32;
    for year in 2022..2025 {
        let months = [
            31,
            if year == 2024 { 29 } else { 28 },
            31,
            30,
            31,
            30,
            31,
            31,
            30,
            31,
            30,
            31,
        ];
        for (m, days) in months.iter().enumerate() {
            for d in 1..=*days {
                let weight = (1.0 + f64::from(day) / 365.0) * if day % 7 < 2 { 0.4 } else { 1.0 };
                for hour in 0..24 {
                    let busy = if (8..20).contains(&hour) { 1.6 } else { 0.4 };
                    partitions.push((format!("logs/{year}/{:02}/{d:02}/{hour:02}/", m + 1), weight * busy));
                }
                day += 1;
            }
        }
    }
    let total: f64 = partitions.iter().map(|p| p.1).sum();
    let mut keys = Vec::new();
    for (prefix, weight) in partitions {
        let n = (weight / total * count as f64).round() as usize;
        keys.extend((0..n).map(|j| format!("{prefix}events-{j:07}-{:08x}.json.gz", rng.u32(..))));
    }
    keys
}

/// Nine in ten under one tenant of a hundred and one.
fn tenants(count: usize) -> Vec<String> {
    let mut rng = fastrand::Rng::with_seed(5);
    let mut keys = Vec::new();
    for t in 0..101 {
        let (prefix, n) = if t == 50 {
            (
                "tenants/0050/warehouse/db=main/table=events/format=parquet/".to_owned(),
                count * 9 / 10,
            )
        } else {
            (format!("tenants/{t:04}/inbox/"), count / 1000)
        };
        keys.extend((0..n).map(|j| format!("{prefix}part-{j:010}-{:08x}.parquet", rng.u32(..))));
    }
    keys
}

/// Where a page may be a night's or a part of an hour's, single pages do not tell how long the rest is.
#[test]
fn a_large_bucket_takes_few_requests_more_than_it_has_pages() {
    for (name, keys, most_in_vain) in [
        ("hours", hours(1_000_000), 5),
        ("tenants", tenants(1_000_000), 8),
        ("hashed", hashed(1_000_000), 5),
    ] {
        let listed = list(&keys, 32, 0);
        let pages = keys.len().div_ceil(PAGE);
        assert!(
            listed.requests * 100 <= pages * (100 + most_in_vain),
            "{name}: {} requests for {pages} pages",
            listed.requests
        );
    }
}
