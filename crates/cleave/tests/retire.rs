//! `cleave retire` after a whole run: what is left in the source, what it costs, and why it may or may not go.

use std::path::Path;

use crate::served::{Served, UnderWay, folder};
use serde_json::Value;

fn every_kind(file: &str) -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/every_kind")
        .join(file)
}

fn retire(served: &Served, home: &Path, arguments: &[&str]) -> (Option<i32>, String, String) {
    let output = served
        .cleave(home)
        .args(["retire", "--journal", "m.db"])
        .args(arguments)
        .output()
        .expect("cleave can be started");
    let text = |bytes: Vec<u8>| String::from_utf8(bytes).expect("text");
    (output.status.code(), text(output.stdout), text(output.stderr))
}

fn object(served: &Served, home: &Path, arguments: &[&str]) -> Value {
    let (code, out, errors) = retire(served, home, arguments);
    assert_eq!(code, Some(0), "{errors}");
    serde_json::from_str(&out).expect("one JSON object")
}

fn one<'v>(told: &'v Value, of: &str) -> &'v Value {
    let all = told["left"].as_array().expect("a list");
    let found = all.iter().find(|one| one["of"] == of);
    found.unwrap_or_else(|| {
        panic!(
            "{of} is not told: {:?}",
            all.iter().map(|one| &one["of"]).collect::<Vec<_>>()
        )
    })
}

#[test]
fn every_kind_is_told_with_its_price_and_whether_it_may_go() {
    let home = folder("retire");
    let served = Served::with(&every_kind("inventory.json"), &["--speed", "5000"]);
    let mut run = UnderWay::start(served.run_of(&every_kind("runbook.toml"), &home, &home.join("m.db")));
    assert_eq!(run.end().code(), Some(0), "{:#?}", run.said);
    let world = format!("simcloud={}", served.endpoint);

    let told = object(&served, &home, &["--json", "--world", &world]);
    for of in [
        "database/shop-postgres",
        "database/shop-mysql",
        "cluster/shop-aurora",
        "cluster/shop-multi",
        "image/shop-batch",
        "volume/vol-data",
        "bucket/shop-renamed",
    ] {
        let found = one(&told, of);
        assert_eq!(found["standing"]["is"], "there", "{found}");
        // Writes were not stopped: those who use the old databases do so still.
        let used = of.starts_with("database/") || of.starts_with("cluster/");
        assert_eq!(found["may_go"], if used { "no" } else { "yes" }, "{found}");
        assert_eq!(found["blocked"].to_string().contains("it is in use"), used, "{found}");
        assert!(found["instead"].is_string(), "{found}");
        // RDS does not tell what Aurora holds.
        assert!(found["size"].is_string() || of == "cluster/shop-aurora", "{found}");
    }
    let key = one(&told, "key/alias/shop");
    assert_eq!(key["may_go"], "no");
    let why = key["blocked"].to_string();
    assert!(
        why.contains("in the source lie under it") && why.contains("db:shop-"),
        "{why}"
    );
    assert!(!why.contains("IN THE TARGET"), "{why}");
    let group = one(&told, "parameter_group/shop-pg16");
    assert_eq!(group["may_go"], "after");
    assert!(group["after"].to_string().contains("database/shop-postgres"), "{group}");
    assert!(
        !told.to_string().contains("bucket/shop-uploads"),
        "what was handed over is not left: {told}"
    );
    // 20 GiB of gp3, twice as it is Multi-AZ; the hours of its class are in no table.
    let postgres = one(&told, "database/shop-postgres");
    let lines = postgres["month"]["lines"].as_array().expect("lines");
    assert_eq!((&lines[0]["sum"], &lines[1]["sum"]), (&Value::Null, &4_600_000.into()));
    assert!(
        postgres["told"].to_string().contains("--despite-protection"),
        "{postgres}"
    );

    std::fs::write(
        home.join("prices.toml"),
        "priced_on = \"2027-01-01\"\n[[price]]\nitem = \"database:db.r6g.large:postgres\"\nregion = \"ap-northeast-1\"\nusd = 0.27\n\
         per = \"hour\"\nsource = \"https://example.com\"\n",
    )
    .expect("a file");
    let (_, table, _) = retire(&served, &home, &["--md", "--world", &world, "--prices", "prices.toml"]);
    let line = "| database/shop-postgres | `shop-postgres` | 20 GiB, db.r6g.large | $393.40* | no |";
    assert!(
        table.contains(line)
            && table.contains("your own prices of 2027-01-01, and where they tell nothing list prices of 20"),
        "{table}"
    );

    let (code, text, _) = retire(&served, &home, &["--offline"]);
    assert_eq!(code, Some(0));
    assert!(
        text.contains("nothing was looked at") && text.contains("database/shop-postgres"),
        "{text}"
    );
    assert!(
        !text.contains("may go           yes"),
        "without a look nothing may go: {text}"
    );
}

#[test]
fn a_zone_stays_for_48_hours_and_a_run_that_has_not_ended_leaves_nothing() {
    let home = folder("retire-zone");
    let served = Served::start(&["--speed", "2000"]);
    let mut run = UnderWay::start(served.run_of(&crate::served::without_window(&home), &home, &home.join("m.db")));
    assert_eq!(run.end().code(), Some(0), "{:#?}", run.said);
    let world = format!("simcloud={}", served.endpoint);
    let told = object(&served, &home, &["--json", "--world", &world]);
    let zone = one(&told, "zone/stg.shop.example.com");
    assert!(
        zone["way_back"]["until"].is_string() && zone["quiet"]["since"].is_string(),
        "{zone}"
    );
    assert_eq!(zone["month"]["lines"][0]["sum"], 500_000, "{zone}");
    // Virtual time goes on while other programs look: it is one of the two.
    let late = zone["way_back"]["until"].as_str() < told["looked_at"].as_str();
    assert_eq!(zone["may_go"], if late { "yes" } else { "no" }, "{zone}");

    let (code, _, errors) = retire(&served, &home, &["--run", "abcdefabcdef"]);
    assert_eq!(code, Some(3), "{errors}");
}

/// Looks until something may go: 48 hours pass in seconds here.
#[expect(clippy::disallowed_methods, reason = "another process lets virtual time pass")]
fn until_it_may_go(served: &Served, home: &Path, world: &str, of: &str) {
    let mut last = String::new();
    for _ in 0..200 {
        let told = object(served, home, &["--json", "--world", world]);
        let found = one(&told, of);
        if found["may_go"] == "yes" {
            return;
        }
        last = found["blocked"].to_string();
        std::thread::sleep(std::time::Duration::from_millis(500));
    }
    panic!("{of} must still stay: {last}");
}

fn approve(served: &Served, home: &Path, gate: &str, typed: &str) -> Option<i32> {
    let mut command = served.cleave(home);
    command.args(["approve", gate, "--journal", "r.db", "--typed", typed]);
    command.output().expect("cleave can be started").status.code()
}

#[test]
fn a_zone_and_a_database_go_behind_gates_of_their_own_whose_names_are_typed() {
    let home = folder("retire-remove");
    let served = Served::start(&["--speed", "5000"]);
    let mut run = UnderWay::start(served.run_of(&crate::served::without_window(&home), &home, &home.join("m.db")));
    assert_eq!(run.end().code(), Some(0), "{:#?}", run.said);
    let world = format!("simcloud={}", served.endpoint);
    let (zone, database) = ("zone/stg.shop.example.com", "database/shop-stg");
    until_it_may_go(&served, &home, &world, zone);

    let (code, _, errors) = retire(
        &served,
        &home,
        &["--world", &world, "--remove", "key/alias/shop", "--into", "r.db"],
    );
    assert_eq!(code, Some(3), "{errors}");
    assert!(errors.contains("cleave does not take it away"), "{errors}");
    assert!(!home.join("r.db").exists(), "nothing was begun");

    let protected = one(&object(&served, &home, &["--json", "--world", &world]), database)["protected"] == true;
    let mut named = vec!["--world", &world, "--remove", zone, "--remove", database];
    if protected {
        named.extend(["--despite-protection", database]);
    }
    let (code, plan, errors) = retire(&served, &home, &named);
    assert_eq!(code, Some(0), "{errors}");
    assert!(
        plan.contains("prove that the parent delegates") && !home.join("r.db").exists(),
        "{plan}"
    );

    let begin = [named.as_slice(), &["--into", "r.db"]].concat();
    let (code, _, errors) = retire(&served, &home, &begin);
    assert_eq!(code, Some(4), "it waits at its gates: {errors}");
    assert!(errors.contains("cleave retire --into r.db"), "{errors}");
    let deletions = || {
        let effects = served.effects();
        let deletes = ["DeleteDBInstance", "DeleteHostedZone"].map(|what| format!("111111111111 {what}"));
        effects
            .iter()
            .filter(|(what, ..)| {
                deletes
                    .iter()
                    .any(|delete| what.replace("rds ", "").replace("route53 ", "") == *delete)
            })
            .count()
    };
    assert_eq!(deletions(), 0);
    assert_ne!(
        approve(&served, &home, "retire:zone:stg.shop.example.com", "yes"),
        Some(0)
    );
    assert_eq!(
        approve(&served, &home, "retire:zone:stg.shop.example.com", zone),
        Some(0)
    );
    let (code, _, errors) = retire(&served, &home, &["--into", "r.db", "--world", &world]);
    assert_eq!(code, Some(4), "the database's gate is another: {errors}");
    assert_eq!(deletions(), 1);
    assert_eq!(approve(&served, &home, "retire:database:shop-stg", database), Some(0));
    let other = ["--into", "r.db", "--world", &world, "--remove", zone];
    let (code, _, errors) = retire(&served, &home, &other);
    assert_eq!(code, Some(3), "it was planned of more: {errors}");
    let (code, _, errors) = retire(&served, &home, &begin);
    assert_eq!(code, Some(0), "{errors}");
    assert_eq!(deletions(), 2);
    assert!(
        errors.contains("everything that it was to take away is gone"),
        "{errors}"
    );

    let told = object(&served, &home, &["--json", "--world", &world]);
    for of in [zone, database] {
        assert_eq!(one(&told, of)["may_go"], "gone", "{}", one(&told, of));
    }
    let (code, _, errors) = retire(
        &served,
        &home,
        &["--into", "r.db", "--world", &world, "--undo", "sorry"],
    );
    assert_eq!(code, Some(3), "{errors}");
}

#[test]
fn a_removal_is_rehearsed_behind_the_night_that_comes_before_it() {
    let home = folder("retire-rehearse");
    let runbook = crate::served::example("runbook.toml");
    let rehearse = |arguments: &[&str]| {
        let mut command = crate::served::cleave(&home);
        command
            .args(["retire", "--json", "--rehearse"])
            .arg(&runbook)
            .args(arguments);
        let output = command.output().expect("cleave can be started");
        let text = String::from_utf8(output.stdout).expect("text");
        let told: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{text}"));
        (output.status.code(), told)
    };
    let (code, told) = rehearse(&[]);
    assert_eq!(code, Some(0), "{told:#}");
    let taken = told["taken_away"].to_string();
    for of in ["database/shop-stg", "zone/stg.shop.example.com", "image/shop-batch"] {
        assert!(taken.contains(of), "{told:#}");
    }
    assert!(told["stays"].to_string().contains("key/alias/shop"), "{told:#}");
    assert_eq!(told["law_violations"], serde_json::json!([]));
    let (code, told) = rehearse(&["--remove", "key/alias/shop"]);
    assert_eq!(code, Some(3), "{told:#}");
}
