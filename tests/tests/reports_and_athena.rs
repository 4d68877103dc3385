//! Buckets whose first copy is planned from a report of S3 Inventory, and whose copies are compared by Athena: equal entry by entry, with
//! and without everything that goes wrong.

use std::sync::LazyLock;

use engine::RunEnd;
use serde_json::{Value, json};
use simcloud::faults::{Fate, FaultLevel, Nth, Trap};
use whole_runs::bucket_shapes::{
    archived, bucket, carrying, histories, key, large, marker, odd_keys, of_every_class, section, version,
};
use whole_runs::night::{self, Cut, Disturbance, Night, Scenario};
use whole_runs::points::{sample, try_all};
use whole_runs::round_trip::{Moved, carry_out, plan};
use whole_runs::standing::differences;

const LISTED: &str = "inventory = { from = 1 }";
const BY_ATHENA: &str = "inventory = { from = 1, compare = \"athena\" }";

/// Moves buckets in a quiet night, and in harsh ones, in which applications go on writing for the days that reports take.
fn moves_whole(sections: &str, buckets: &[Value], seeds: std::ops::Range<u64>) -> Moved {
    let (plan, inventory) = plan(sections, buckets);
    let quiet = carry_out(&plan, &inventory, 1, FaultLevel::None);
    assert!(
        matches!(quiet.end, Ok(RunEnd::Completed)),
        "{:?}: {:?}",
        quiet.end,
        quiet.stops
    );
    assert_eq!(quiet.differences(false), Vec::<String>::new());
    assert_eq!(quiet.broken, Vec::<String>::new());
    for seed in seeds {
        let harsh = carry_out(&plan, &inventory, seed, FaultLevel::Harsh);
        assert!(
            matches!(harsh.end, Ok(RunEnd::Completed)),
            "seed {seed}: {:?}: {:?}",
            harsh.end,
            harsh.stops
        );
        assert_eq!(harsh.broken, Vec::<String>::new(), "seed {seed}");
        // In a bucket without versions a key may have been overwritten since, or deleted.
        if buckets.iter().all(|bucket| bucket["versioning"] == "enabled") {
            assert_eq!(harsh.differences(true), Vec::<String>::new(), "seed {seed}");
        }
    }
    quiet
}

fn count(moved: &Moved, operation: &str) -> usize {
    moved.calls.get(operation).copied().unwrap_or(0)
}

#[test]
fn histories_and_odd_keys_arrive_from_a_report() {
    for more in ["", "batch_from = 1"] {
        let buckets = [bucket("shop-reported", "enabled", &[histories(), odd_keys()].concat())];
        let sections = section("shop-reported", &format!("{LISTED}\n{more}"));
        let moved = moves_whole(&sections, &buckets, 1..5);
        assert_eq!(count(&moved, "PutBucketInventory"), 1);
        assert_eq!(count(&moved, "DeleteBucketInventory"), 1);
        assert_eq!(count(&moved, "StartQueryExecution"), 0);
    }
}

#[test]
fn athena_compares_histories_and_odd_keys() {
    for more in ["", "batch_from = 1"] {
        let buckets = [bucket("shop-compared", "enabled", &[histories(), odd_keys()].concat())];
        let sections = section("shop-compared", &format!("{BY_ATHENA}\n{more}"));
        let moved = moves_whole(&sections, &buckets, 1..5);
        // The source and the interim bucket.
        assert_eq!(count(&moved, "PutBucketInventory"), 2);
        // A database, two tables, the comparison, and the end of it all.
        assert_eq!(count(&moved, "StartQueryExecution"), 5);
    }
}

#[test]
fn null_versions_and_suspended_versioning_arrive_from_reports() {
    let null = |size: u64| json!({ "version": { "size": size, "null": true } });
    let objects = [
        key("before", &[null(1), version(2)]),
        key("since", &[version(1), version(2), marker()]),
        key("only", &[null(9)]),
    ];
    let suspended = [
        key("suspended", &[version(1), null(2)]),
        key("back-again", &[version(1), marker(), null(5)]),
    ];
    let plain: Vec<Value> = (0..20).map(|n| key(&format!("plain-{n}"), &[null(n)])).collect();
    let buckets = [
        bucket("shop-since", "enabled", &objects),
        bucket("shop-suspended", "suspended", &suspended),
        bucket("shop-plain", "disabled", &plain),
    ];
    for more in [LISTED, BY_ATHENA] {
        let names = ["shop-since", "shop-suspended", "shop-plain"];
        let sections: String = names.iter().map(|name| section(name, more)).collect();
        moves_whole(&sections, &buckets, 1..4);
    }
}

#[test]
fn every_class_archives_parts_and_large_objects_arrive_from_reports() {
    for more in [LISTED, BY_ATHENA] {
        let objects = [of_every_class(), archived(), carrying(), large()].concat();
        let buckets = [bucket("shop-all", "enabled", &objects)];
        moves_whole(&section("shop-all", more), &buckets, 1..3);
    }
}

#[test]
fn a_bucket_under_a_new_name_keeps_no_reports_asked_for() {
    for more in [LISTED, BY_ATHENA] {
        let buckets = [bucket("shop-old", "enabled", &histories())];
        let (plan, inventory) = plan(
            &section("shop-old", &format!("{more}\nnew_name = \"shop-new\"")),
            &buckets,
        );
        for (seed, level) in [(1, FaultLevel::None), (2, FaultLevel::Harsh), (3, FaultLevel::Harsh)] {
            let moved = carry_out(&plan, &inventory, seed, level).renamed("shop-new", "shop-old");
            assert!(matches!(moved.end, Ok(RunEnd::Completed)), "{:?}", moved.stops);
            // What is left over of a run breaks a law.
            assert_eq!(moved.broken, Vec::<String>::new());
            assert_eq!(moved.differences(level != FaultLevel::None), Vec::<String>::new());
        }
    }
}

#[test]
fn a_report_of_several_files_is_read_whole() {
    let contents =
        json!({ "keys": 6_000, "versions": 9_000, "delete_markers": 300, "bytes": 50_000_000_u64, "deepest": 4 });
    let bucket = json!({ "name": "shop-many", "versioning": "enabled", "contents": contents });
    let sections = section("shop-many", &format!("{BY_ATHENA}\nbatch_from = 100"));
    let (plan, inventory) = plan(&sections, &[bucket]);
    let moved = carry_out(&plan, &inventory, 1, FaultLevel::None);
    assert!(
        matches!(moved.end, Ok(RunEnd::Completed)),
        "{:?}: {:?}",
        moved.end,
        moved.stops
    );
    assert_eq!(moved.broken, Vec::<String>::new());
    assert_eq!(moved.differences(false), Vec::<String>::new());
}

fn both_ways() -> Scenario {
    let buckets = [
        bucket("shop-reported", "enabled", &[histories(), odd_keys()].concat()),
        bucket("shop-compared", "enabled", &[histories(), carrying()].concat()),
    ];
    let sections = [
        section("shop-reported", &format!("{LISTED}\nbatch_from = 1")),
        section("shop-compared", BY_ATHENA),
    ];
    let (plan, inventory) = plan(&sections.concat(), &buckets);
    Scenario { plan, inventory }
}

pub(crate) static BOTH_WAYS: LazyLock<Scenario> = LazyLock::new(both_ways);

static UNDISTURBED: LazyLock<Night> = LazyLock::new(|| {
    let night = night::carry_out(&BOTH_WAYS, &Disturbance::default());
    assert_eq!(night.end, Ok(RunEnd::Completed));
    assert_eq!(night.broken, Vec::<String>::new());
    night
});

/// What is wrong with a night that was to end as the undisturbed one.
fn wrong_with(night: &Night) -> Vec<String> {
    let mut wrong = night.broken.clone();
    if night.end == Ok(RunEnd::Completed) {
        let stands = differences(&UNDISTURBED.standing, &night.standing);
        wrong.extend(stands.into_iter().map(|line| format!("at the end {line}")));
    } else {
        wrong.push(format!("it ended with {:?}", night.end));
        wrong.extend(night.stops());
    }
    wrong
}

fn crashes() -> Vec<Cut> {
    let last = UNDISTURBED.events.len() as u64;
    (0..last).flat_map(|n| [Cut::After(n), Cut::Upon(n + 1)]).collect()
}

fn drive_crashes(points: &[Cut]) {
    try_all(
        points,
        |cut| format!("{cut:?}"),
        |cut| {
            let disturbance = Disturbance {
                cuts: vec![*cut],
                ..Disturbance::default()
            };
            wrong_with(&night::carry_out(&BOTH_WAYS, &disturbance))
        },
    );
}

fn silences() -> Vec<(u64, Fate)> {
    let mutating = UNDISTURBED.requests.iter().filter(|request| request.mutating).count() as u64;
    let fates = [Fate::LoseReply, Fate::FailAfter, Fate::HangBefore];
    (1..=mutating).flat_map(|nth| fates.map(|fate| (nth, fate))).collect()
}

fn drive_silences(points: &[(u64, Fate)]) {
    let name = |point: &(u64, Fate)| format!("mutating call {} meets {:?}", point.0, point.1);
    try_all(points, name, |(nth, what)| {
        let trap = Trap {
            nth: Nth::Mutating(*nth),
            what: *what,
        };
        let disturbance = Disturbance {
            traps: vec![trap],
            ..Disturbance::default()
        };
        wrong_with(&night::carry_out(&BOTH_WAYS, &disturbance))
    });
}

#[test]
fn it_survives_a_crash_after_any_event_and_the_loss_of_any_reply() {
    drive_crashes(&sample(&crashes(), 12, 3));
    drive_silences(&sample(&silences(), 12, 4));
}

#[test]
#[ignore = "all points: minutes"]
fn it_survives_a_crash_after_every_event_and_the_loss_of_every_reply() {
    drive_crashes(&crashes());
    drive_silences(&silences());
}

#[test]
fn it_is_taken_back_from_anywhere() {
    let last = UNDISTURBED.events.len() as u64;
    let points: Vec<u64> = (1..last).collect();
    let points = sample(&points, 20, 5);
    try_all(
        &points,
        |n| format!("undone after event {n}"),
        |n| {
            let disturbance = Disturbance {
                cuts: vec![Cut::After(*n)],
                undo: true,
                ..Disturbance::default()
            };
            let night = night::carry_out(&BOTH_WAYS, &disturbance);
            let mut wrong = night.broken.clone();
            // Behind the point of no return a person must decide.
            if !matches!(
                night.end,
                Ok(RunEnd::Unwound | RunEnd::NeedsOperator(_) | RunEnd::UndoneInPart)
            ) {
                wrong.push(format!("it ended with {:?}", night.end));
                wrong.extend(night.stops());
            }
            wrong
        },
    );
}

#[test]
#[ignore = "sixty nights: minutes"]
fn sixty_harsh_nights_break_no_law_and_end() {
    let seeds: Vec<u64> = (1..=60).collect();
    try_all(
        &seeds,
        |seed| format!("seed {seed}"),
        |seed| {
            let moved = carry_out(&BOTH_WAYS.plan, &BOTH_WAYS.inventory, *seed, FaultLevel::Harsh);
            let mut wrong = moved.broken.clone();
            if !matches!(moved.end, Ok(RunEnd::Completed)) {
                wrong.push(format!("it ended with {:?}: {:?}", moved.end, moved.stops));
            }
            wrong.extend(moved.differences(true));
            wrong
        },
    );
}
