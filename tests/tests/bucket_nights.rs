//! Buckets of every shape, moved together, one by one and by batch jobs: through hundreds of harsh nights, killed at any point, and
//! with any reply lost. A law that breaks, a version that is not where it was, or a run that does not end, fails it.

use std::sync::LazyLock;

use engine::RunEnd;
use serde_json::{Value, json};
use simcloud::faults::{Fate, FaultLevel, Nth, Trap};
use whole_runs::bucket_shapes::{archived, bucket, carrying, histories, key, large, odd_keys, of_every_class, section};
use whole_runs::night::{self, Cut, Disturbance, Night, Scenario};
use whole_runs::points::{sample, try_all};
use whole_runs::round_trip::{carry_out, plan};
use whole_runs::standing::differences;

/// Every shape there is, in few buckets: by jobs, one by one, archived, without versions, as a website, under a new
/// name, made by Terraform, under a key with nothing but the content to compare, and replicated.
pub(crate) static SCENARIO: LazyLock<Scenario> = LazyLock::new(|| scenario(shapes()));

/// The same, two buckets at a time: hundreds of nights are to be cheap.
pub(crate) static PAIRS: LazyLock<Vec<Scenario>> = LazyLock::new(|| {
    let mut shapes = shapes();
    let mut pairs = Vec::new();
    while !shapes.is_empty() {
        pairs.push(scenario(shapes.split_off(shapes.len().saturating_sub(2))));
    }
    pairs
});

fn shapes() -> Vec<(Value, String)> {
    let redirect = json!({ "version": { "size": 0, "carried": { "redirect": "/new" } } });
    let mut site = bucket("shop-site", "enabled", &[key("old", &[redirect])]);
    site["documents"] = json!({ "website": "<WebsiteConfiguration><IndexDocument><Suffix>i</Suffix></IndexDocument></WebsiteConfiguration>" });
    let null: Vec<Value> = (0..9)
        .map(|n| {
            key(
                &format!("plain-{n}"),
                &[json!({ "version": { "size": n, "null": true } })],
            )
        })
        .collect();
    let mut by_jobs = histories();
    by_jobs.extend(odd_keys());
    by_jobs.extend(of_every_class());
    let mut one_by_one = carrying();
    one_by_one.extend(large().into_iter().take(2));
    one_by_one.extend(histories());
    let of = |size: u64, class: &str| json!({ "version": { "size": size, "class": class } });
    let untold = [
        key("large", &[of(400_000_000, "STANDARD"), of(300_000_000, "STANDARD_IA")]),
        key("archived", &[of(10, "GLACIER"), of(5, "STANDARD")]),
    ];
    let mut keyed = bucket("shop-keyed", "enabled", &untold);
    keyed["key"] = "alias/shop".into();
    // The target has no such queue: it is left out, told, and the night ends.
    let mut suspended = bucket("shop-suspended", "suspended", &histories()[..3]);
    suspended["documents"] =
        json!({ "notification": told("gone"), "metrics": "<MetricsConfiguration><Id>all</Id></MetricsConfiguration>" });
    let mut renamed = bucket("shop-renamed", "enabled", &[histories(), archived()].concat());
    renamed["documents"] =
        json!({ "notification": told("events"), "abac": "<AbacStatus><Status>Enabled</Status></AbacStatus>" });
    let mut by_itself = carrying();
    by_itself.extend(histories());
    by_itself.extend(large().into_iter().take(1));
    let replicated = bucket("shop-replicated", "enabled", &by_itself);
    vec![
        (
            bucket("shop-by-jobs", "enabled", &by_jobs),
            section("shop-by-jobs", "batch_from = 1"),
        ),
        (bucket("shop-plain", "disabled", &null), section("shop-plain", "")),
        (
            bucket("shop-one-by-one", "enabled", &one_by_one),
            section("shop-one-by-one", ""),
        ),
        (suspended, section("shop-suspended", "batch_from = 2")),
        (
            bucket("shop-archive", "enabled", &archived()),
            section("shop-archive", "batch_from = 1"),
        ),
        (site, section("shop-site", "")),
        (
            renamed,
            section("shop-renamed", "batch_from = 1\nnew_name = \"shop-new-name\""),
        ),
        (
            bucket("shop-terraform", "enabled", &histories()),
            section("shop-terraform", "create = \"terraform\""),
        ),
        (
            bucket("shop-reported", "enabled", &[histories(), odd_keys()].concat()),
            section("shop-reported", "batch_from = 1\ninventory = { from = 1 }"),
        ),
        (
            bucket("shop-compared", "enabled", &[histories(), carrying()].concat()),
            section("shop-compared", "inventory = { from = 1, compare = \"athena\" }"),
        ),
        (
            keyed,
            format!("[[key]]\nalias = \"alias/shop\"\n{}", section("shop-keyed", "")),
        ),
        (replicated, section("shop-replicated", "route = \"replication\"")),
    ]
}

fn told(queue: &str) -> String {
    format!(
        "<NotificationConfiguration><QueueConfiguration><Id>made</Id><Queue>arn:aws:sqs:ap-northeast-1:111111111111:{queue}</Queue>\
         <Event>s3:ObjectCreated:*</Event></QueueConfiguration></NotificationConfiguration>"
    )
}

fn scenario(shapes: Vec<(Value, String)>) -> Scenario {
    let (buckets, sections): (Vec<Value>, Vec<String>) = shapes.into_iter().unzip();
    let (plan, inventory) = plan(&sections.concat(), &buckets);
    Scenario { plan, inventory }
}

static UNDISTURBED: LazyLock<Night> = LazyLock::new(|| {
    let night = night::carry_out(&SCENARIO, &Disturbance::default());
    assert_eq!(night.end, Ok(RunEnd::Completed));
    assert_eq!(night.broken, Vec::<String>::new());
    night
});

#[test]
fn forty_harsh_nights_break_no_law_and_end() {
    harsh_nights(1..=40);
}

#[test]
#[ignore = "460 more nights: minutes"]
fn as_many_more_as_make_five_hundred_break_no_law_and_end() {
    harsh_nights(41..=500);
}

fn harsh_nights(seeds: std::ops::RangeInclusive<u64>) {
    let seeds: Vec<u64> = seeds.collect();
    try_all(
        &seeds,
        |seed| format!("seed {seed}"),
        |seed| {
            let scenario = &PAIRS[usize::try_from(*seed).unwrap_or(0) % PAIRS.len()];
            let moved = carry_out(&scenario.plan, &scenario.inventory, *seed, FaultLevel::Harsh);
            let moved = moved.renamed("shop-new-name", "shop-renamed");
            let mut wrong = moved.broken.clone();
            if !matches!(moved.end, Ok(RunEnd::Completed)) {
                wrong.push(format!("it ended with {:?}: {:?}", moved.end, moved.stops));
            }
            // Where versions are kept, what applications write since cannot take away what there was.
            let kept = |line: &String| {
                [
                    "by-jobs",
                    "one-by-one",
                    "archive",
                    "renamed",
                    "terraform",
                    "keyed",
                    "replicated",
                    "reported",
                    "compared",
                ]
                .iter()
                .any(|name| line.starts_with(&format!("shop-{name}")))
            };
            wrong.extend(moved.differences(true).into_iter().filter(kept));
            let replicated = |line: &String| line.starts_with("shop-replicated");
            wrong.extend(moved.other_ids().into_iter().filter(replicated));
            wrong
        },
    );
}

/// What is wrong with a night that was to end as the undisturbed one. Copies in parts and jobs may have been begun twice: what stands
/// in the end counts.
fn against_undisturbed(night: &Night) -> Vec<String> {
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

fn event_name(seq: u64) -> String {
    let place = usize::try_from(seq).expect("a place in a short run");
    let recorded = place.checked_sub(1).and_then(|place| UNDISTURBED.events.get(place));
    let step = recorded.and_then(|recorded| recorded.event.step());
    let kind = recorded.map_or("none", |recorded| recorded.event.kind());
    step.map_or_else(
        || format!("event {seq} ({kind})"),
        |step| format!("event {seq} ({kind} {step})"),
    )
}

fn crashes() -> Vec<Cut> {
    let last = UNDISTURBED.events.len() as u64;
    (0..last).flat_map(|n| [Cut::After(n), Cut::Upon(n + 1)]).collect()
}

fn drive_crashes(points: &[Cut]) {
    let name = |cut: &Cut| cut.name(event_name);
    try_all(points, name, |cut| {
        let disturbance = Disturbance {
            cuts: vec![*cut],
            ..Disturbance::default()
        };
        against_undisturbed(&night::carry_out(&SCENARIO, &disturbance))
    });
}

#[test]
fn a_move_of_buckets_survives_a_crash_after_any_event() {
    drive_crashes(&sample(&crashes(), 15, 3));
}

#[test]
#[ignore = "all points: minutes"]
fn a_move_of_buckets_survives_a_crash_after_every_event() {
    drive_crashes(&crashes());
}

/// Twelve hundred keys, two pages, listed again and again.
static PAGES: LazyLock<Scenario> = LazyLock::new(|| {
    let keys: Vec<Value> = (0..1_200)
        .map(|n| key(&format!("{:02}/{n:05}", n % 7), &[json!({ "version": { "size": n } })]))
        .collect();
    let section = section("shop-pages", "batch_from = 1");
    scenario(vec![(bucket("shop-pages", "enabled", &keys), section)])
});

static PAGES_UNDISTURBED: LazyLock<Night> = LazyLock::new(|| night::carry_out(&PAGES, &Disturbance::default()));

fn drive_commits_of_listings(points: &[u64]) {
    assert_eq!(PAGES_UNDISTURBED.end, Ok(RunEnd::Completed));
    let name = |commits: &u64| Cut::UponListing(*commits).name(event_name);
    try_all(points, name, |commits| {
        let disturbance = Disturbance {
            cuts: vec![Cut::UponListing(*commits)],
            keeps_each_page: true,
            ..Disturbance::default()
        };
        let night = night::carry_out(&PAGES, &disturbance);
        let mut wrong = night.broken.clone();
        if night.end != Ok(RunEnd::Completed) || night.lives != 2 {
            wrong.push(format!(
                "{:?} after {} lives: {:?}",
                night.end,
                night.lives,
                night.stops()
            ));
        }
        wrong.extend(differences(&PAGES_UNDISTURBED.standing, &night.standing));
        wrong
    });
}

#[test]
fn a_step_that_is_killed_while_it_lists_goes_on_where_it_was() {
    drive_commits_of_listings(&[1, 2, 5, 9, 14, 20]);
}

#[test]
#[ignore = "all points: minutes"]
fn a_step_that_is_killed_upon_every_commit_of_a_listing_goes_on_where_it_was() {
    let mut commits = Vec::new();
    for nth in 1.. {
        let disturbance = Disturbance {
            cuts: vec![Cut::UponListing(nth)],
            keeps_each_page: true,
            ..Disturbance::default()
        };
        if night::carry_out(&PAGES, &disturbance).lives == 1 {
            break;
        }
        commits.push(nth);
    }
    drive_commits_of_listings(&commits);
}

/// Under a key nothing but contents tells whether copies are equal: every version is asked about.
static DOUBTFUL: LazyLock<Scenario> = LazyLock::new(|| {
    let of = |size: u64| json!({ "version": { "size": size } });
    let keys: Vec<Value> = (0..70).map(|n| key(&format!("{n:02}"), &[of(n), of(n + 1)])).collect();
    let mut keyed = bucket("shop-doubtful", "enabled", &keys);
    keyed["key"] = "alias/shop".into();
    let section = format!("[[key]]\nalias = \"alias/shop\"\n{}", section("shop-doubtful", ""));
    scenario(vec![(keyed, section)])
});

fn asked(night: &Night) -> usize {
    let questions = night
        .requests
        .iter()
        .filter(|request| request.operation == "HeadObject");
    questions.count()
}

#[test]
fn a_proof_that_is_killed_between_its_questions_asks_only_the_rest() {
    let keeping = Disturbance {
        keeps_each_page: true,
        ..Disturbance::default()
    };
    let undisturbed = night::carry_out(&DOUBTFUL, &keeping);
    assert_eq!(undisturbed.end, Ok(RunEnd::Completed), "{:?}", undisturbed.stops());
    let numbered = undisturbed.events.iter().zip(1_u64..);
    let sweeps = numbered.filter(|(recorded, _)| {
        recorded.event.kind() == "sweep_advanced"
            && recorded
                .event
                .step()
                .is_some_and(|step| step.verb().starts_with("prove_"))
    });
    let points: Vec<Cut> = sweeps.flat_map(|(_, n)| [Cut::After(n), Cut::Upon(n)]).collect();
    assert!(points.len() >= 16, "seven batches and what is left: {points:?}");
    assert!(asked(&undisturbed) >= 280, "two questions about each version");
    let name = |cut: &Cut| cut.name(event_name);
    try_all(&points, name, |cut| {
        let disturbance = Disturbance {
            cuts: vec![*cut],
            ..keeping.clone()
        };
        let night = night::carry_out(&DOUBTFUL, &disturbance);
        let mut wrong = night.broken.clone();
        if night.end != Ok(RunEnd::Completed) || night.lives != 2 {
            wrong.push(format!(
                "{:?} after {} lives: {:?}",
                night.end,
                night.lives,
                night.stops()
            ));
        }
        wrong.extend(differences(&undisturbed.standing, &night.standing));
        // A batch is 20 doubts of two questions each, and the last of them are read.
        let more = asked(&night).saturating_sub(asked(&undisturbed));
        if more > 60 {
            wrong.push(format!(
                "{more} questions more than the {} of a run that was let alone",
                asked(&undisturbed)
            ));
        }
        wrong
    });
}

/// Keys enough for several batches of deletions at once.
static BATCHES: LazyLock<Scenario> = LazyLock::new(|| {
    let keys: Vec<Value> = (0..4_500)
        .map(|n| key(&format!("{n:05}"), &[json!({ "version": { "size": n } })]))
        .collect();
    let section = section("shop-batches", "batch_from = 1");
    scenario(vec![(bucket("shop-batches", "enabled", &keys), section)])
});

static BATCHES_UNDISTURBED: LazyLock<Night> = LazyLock::new(|| night::carry_out(&BATCHES, &Disturbance::default()));

fn deletions() -> Vec<Cut> {
    assert_eq!(BATCHES_UNDISTURBED.end, Ok(RunEnd::Completed));
    let mutating = BATCHES_UNDISTURBED.requests.iter().filter(|request| request.mutating);
    let deletions = mutating
        .zip(1..)
        .filter(|(request, _)| request.operation == "DeleteObjects");
    deletions
        .flat_map(|(_, n)| [Cut::DuringCall(n), Cut::BehindCall(n)])
        .collect()
}

fn drive_deletions(points: &[Cut]) {
    let name = |cut: &Cut| cut.name(event_name);
    try_all(points, name, |cut| {
        let disturbance = Disturbance {
            cuts: vec![*cut],
            ..Disturbance::default()
        };
        let night = night::carry_out(&BATCHES, &disturbance);
        let mut wrong = night.broken.clone();
        if night.end != Ok(RunEnd::Completed) || night.lives != 2 {
            wrong.push(format!(
                "{:?} after {} lives: {:?}",
                night.end,
                night.lives,
                night.stops()
            ));
        }
        wrong.extend(differences(&BATCHES_UNDISTURBED.standing, &night.standing));
        wrong
    });
}

#[test]
fn a_process_that_is_killed_while_it_deletes_goes_on_where_it_was() {
    let points = deletions();
    assert!(points.len() >= 20, "five batches of each bucket: {points:?}");
    drive_deletions(&sample(&points, 8, 11));
}

#[test]
#[ignore = "all points: minutes"]
fn a_process_that_is_killed_during_every_batch_of_deletions_goes_on_where_it_was() {
    drive_deletions(&deletions());
}

fn silences() -> Vec<(u64, Fate)> {
    let mutating = UNDISTURBED.requests.iter().filter(|request| request.mutating).count() as u64;
    (1..=mutating)
        .flat_map(|nth| [(nth, Fate::LoseReply), (nth, Fate::FailAfter), (nth, Fate::HangBefore)])
        .collect()
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
        against_undisturbed(&night::carry_out(&SCENARIO, &disturbance))
    });
}

#[test]
fn a_move_of_buckets_survives_the_loss_of_any_reply() {
    drive_silences(&sample(&silences(), 15, 4));
}

#[test]
#[ignore = "all points: minutes"]
fn a_move_of_buckets_survives_the_loss_of_every_reply() {
    drive_silences(&silences());
}
