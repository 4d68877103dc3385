//! `cleave plan --timeline`: when each database and image is expected where, and what that rests on.

use std::path::{Path, PathBuf};
use std::process::Output;

use crate::served::{Served, UnderWay, cleave, example, folder};
use serde_json::{Value, json};

const SOURCE: &str = "111111111111";
const TARGET: &str = "222222222222";
const RUNBOOK: &str = r#"
migration = "shop"
region = "ap-northeast-1"
source = { account = "111111111111", role = "cleave-source" }
target = { account = "222222222222", role = "cleave-target" }

[[key]]
alias = "alias/shop"

[[database]]
id = "shop-a"
restore = { subnet_group = "shop", security_groups = ["sg-new"] }

[[database]]
id = "shop-b"
restore = { subnet_group = "shop", security_groups = ["sg-new"] }

[[database]]
id = "shop-c"
restore = { subnet_group = "shop", security_groups = ["sg-new"] }

[[image]]
name = "batch-*"
"#;

/// Three databases and three images of different sizes, on a key of the account's own.
fn inventory() -> Value {
    let key = "1234abcd-12ab-34cd-56ef-1234567890ab";
    let database = |id: &str, gib: u32| {
        json!({ "id": id, "engine": "postgres", "engine_version": "16.4", "class": "db.t4g.medium", "storage_type": "gp3", "storage_gib": gib,
            "encrypted": true, "key": key, "parameter_group": "default.postgres16", "subnet_group": "old", "port": 5432 })
    };
    let image = |nth: u32, gib: u32| {
        json!({ "id": format!("ami-{nth}"), "name": format!("batch-{nth}"), "architecture": "arm64", "snapshots": [
            { "id": format!("snap-{nth}"), "device": "/dev/xvda", "size_gib": gib, "encrypted": true, "key": key }] })
    };
    let role = json!({ "trusts": ["333333333333"] });
    json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": {
        SOURCE: { "roles": { "cleave-source": role }, "regions": { "ap-northeast-1": {
            "keys": [{ "id": key, "aliases": ["alias/shop"] }],
            "databases": [database("shop-a", 20), database("shop-b", 60), database("shop-c", 100)],
            "images": [image(1, 8), image(2, 16), image(3, 40)],
            "subnet_groups": { "old": { "vpc": "vpc-old", "subnets": ["subnet-1", "subnet-2"] } } } } },
        TARGET: { "roles": { "cleave-target": role }, "regions": { "ap-northeast-1": {
            "security_groups": ["sg-new"],
            "subnet_groups": { "shop": { "vpc": "vpc-new", "subnets": ["subnet-3", "subnet-4"] } } } } } } })
}

fn timeline(runbook: &Path, journals: &[PathBuf]) -> Output {
    let mut command = cleave(&folder("timeline-home"));
    command.arg("plan").arg(runbook).arg("--timeline");
    for journal in journals {
        command.arg("--learn-from").arg(journal);
    }
    command.output().expect("cleave can be started")
}

fn shown(runbook: &Path, journals: &[PathBuf]) -> String {
    let output = timeline(runbook, journals);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

/// The lines of one resource's steps.
fn lines<'t>(shown: &'t str, resource: &str) -> Vec<&'t str> {
    let from = shown.lines().skip_while(|line| !line.starts_with(resource)).skip(1);
    from.take_while(|line| !line.is_empty()).collect()
}

#[test]
fn what_a_run_took_is_what_the_next_is_told_and_how_many_samples_that_rests_on() {
    let home = folder("timeline");
    let (runbook, inventory_file, journal) = (
        home.join("runbook.toml"),
        home.join("inventory.json"),
        home.join("run.db"),
    );
    std::fs::write(&runbook, RUNBOOK).expect("the folder can be written to");
    std::fs::write(&inventory_file, inventory().to_string()).expect("the folder can be written to");
    let served = Served::with(&inventory_file, &["--at", "2026-11-22T13:00:00Z", "--speed", "2000"]);
    let mut command = served.cleave(&home);
    command
        .arg("run")
        .arg(&runbook)
        .arg("--world")
        .arg(format!("simcloud={}", served.endpoint));
    command.args(["--auto-approve", "--wait", "--journal"]).arg(&journal);
    let mut run = UnderWay::start(command);
    assert!(run.end().success(), "{:#?}", run.said);

    let plain = shown(&runbook, &[]);
    assert!(!plain.contains("learned from"), "{plain}");
    let told = shown(&runbook, &[journal]);
    assert!(
        told.contains("learned from 1 journal(s), 1 of them of runs on another endpoint than AWS"),
        "{told}"
    );
    for resource in ["database/shop-a", "database/shop-c", "image/batch-1", "image/batch-3"] {
        let (plain, told) = (lines(&plain, resource), lines(&told, resource));
        assert!(
            !plain.is_empty()
                && plain
                    .iter()
                    .all(|line| line.ends_with("no samples: the plan's estimate")),
            "{plain:#?}"
        );
        assert!(
            !told.is_empty() && told.iter().all(|line| line.ends_with("  3 samples")),
            "{told:#?}"
        );
        let without = |lines: &[&str]| {
            lines
                .iter()
                .map(|line| line.rsplit_once("  ").map(|(said, _)| said.to_owned()))
                .collect::<Vec<_>>()
        };
        assert_ne!(
            without(&plain),
            without(&told),
            "{resource}: what was learned changes nothing"
        );
    }
}

#[test]
fn a_rehearsals_journal_is_refused_as_a_source_of_durations() {
    let (home, runbook) = (folder("timeline-rehearsed"), example("runbook.toml"));
    let journal = home.join("rehearsed.db");
    let mut command = cleave(&home);
    let rehearsed = command
        .arg("rehearse")
        .arg(&runbook)
        .args(["--seed", "1", "--journal"])
        .arg(&journal)
        .output();
    assert!(rehearsed.expect("cleave can be started").status.success());
    let refused = timeline(&runbook, &[journal]);
    let said = String::from_utf8_lossy(&refused.stderr);
    assert!(
        !refused.status.success() && said.contains("journal of a rehearsal"),
        "{said}"
    );
}
