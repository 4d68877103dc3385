//! `--prices FILE` of `plan`, `rehearse` and `run`: prices of one's own stand before the table, make no other plan, and stay in a run's journal.

use std::path::Path;
use std::process::Command;

use crate::served::{Served, UnderWay, cleave, example, folder, without_window};
use serde_json::Value;

/// The first is docs/costs.md's example of a bucket's item.
const OURS: &str = r#"priced_on = "2026-12-01"

[[price]]
item   = "put:STANDARD"
region = "ap-northeast-1"
usd    = 0.0000042
per    = "each"
source = "our price list"

[[price]]
item   = "database-snapshot"
region = "global"
usd    = 0.09
per    = "gib-month"
source = "our price list"
"#;
const STANDS_BEFORE: &str = "your own prices of 2026-12-01, and where they tell nothing list prices of 20";

fn said(mut command: Command) -> String {
    let output = command.output().expect("cleave can be started");
    let errors = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{errors}");
    String::from_utf8(output.stdout).expect("text")
}

fn plan(home: &Path, more: &[&str]) -> String {
    let mut command = cleave(home);
    command.arg("plan").arg(example("runbook.toml")).args(more);
    said(command)
}

/// The unit price of the requests that copy, in micro-dollars, of how many, and where it is from.
fn copying(costs: &Value) -> (u64, u64, &str) {
    let lines = costs["lines"].as_array().expect("lines");
    let copies = lines.iter().find(|line| line["charge"] == "copying").expect("a line");
    let price = &copies["price"];
    let number = |value: &Value| value.as_u64().expect("a number");
    (
        number(&price["micro_usd"]),
        number(&price["per"]),
        price["source"].as_str().expect("text"),
    )
}

fn of_file(path: &Path) -> Value {
    let text = std::fs::read_to_string(path).expect("it was written");
    serde_json::from_str(&text).expect("one JSON object")
}

#[test]
fn a_plan_is_priced_by_ones_own_file_and_stays_the_same_plan() {
    let home = folder("own-prices");
    std::fs::write(home.join("ours.toml"), OURS).expect("it can be written");
    let (plain, priced) = (plan(&home, &[]), plan(&home, &["--prices", "ours.toml"]));
    assert!(
        priced.contains(STANDS_BEFORE) && !plain.contains("your own prices"),
        "{priced}"
    );
    let digest = |text: &str| text.lines().next().map(str::to_owned);
    assert_eq!(digest(&plain), digest(&priced), "the costs are in the digest");

    let read = |text: &str| serde_json::from_str::<Value>(text).expect("one JSON object");
    let (plain, priced) = (
        read(&plan(&home, &["--json"])),
        read(&plan(&home, &["--json", "--prices", "ours.toml"])),
    );
    let (micro, per, source) = copying(&plain["costs"]);
    assert!(
        (micro, per) == (4_700, 1_000) && source.starts_with("https://"),
        "{source}"
    );
    assert_eq!(copying(&priced["costs"]), (4_200, 1_000, "our price list"));
    assert_eq!(priced["costs"]["own_priced_on"], "2026-12-01");
    assert_eq!(plain["costs"].get("own_priced_on"), None);
    assert_eq!((&plain["steps"], &plain["notes"]), (&priced["steps"], &priced["notes"]));

    plan(&home, &["--prices", "ours.toml", "--report", "plan.html"]);
    let page = std::fs::read_to_string(home.join("plan.html")).expect("it was written");
    assert!(page.contains("2026-12-01") && page.contains("our price list"), "{page}");

    let mut rehearse = cleave(&home);
    rehearse.arg("rehearse").arg(example("runbook.toml")).args([
        "--faults",
        "none",
        "--prices",
        "ours.toml",
        "--report",
        "night.json",
    ]);
    said(rehearse);
    assert_eq!(
        of_file(&home.join("night.json"))["costs"]["own_priced_on"],
        "2026-12-01"
    );
}

#[test]
fn a_run_that_goes_on_has_its_costs_in_its_journal() {
    let home = folder("own-prices-run");
    std::fs::write(home.join("ours.toml"), OURS).expect("it can be written");
    let served = Served::start(&["--speed", "2000"]);
    let (runbook, journal) = (without_window(&home), home.join("m.db"));
    let run = |prices: &str| {
        let mut command = served.run_of(&runbook, &home, &journal);
        command.args(["--prices", prices]);
        UnderWay::start(command)
    };
    let mut first = run("ours.toml");
    first.until(" run ");
    first.signal("INT");
    assert_eq!(first.end().code(), Some(5), "{:#?}", first.said);
    // There is no such file: it would be refused if it were read.
    let mut second = run("gone.toml");
    second.until("gone.toml is not read");
    // It may not listen to an interrupt yet.
    second.signal("KILL");
    second.end();
    let mut report = cleave(&home);
    report.args(["report", "run.json", "--journal", "m.db"]);
    said(report);
    let report = of_file(&home.join("run.json"));
    assert_eq!(copying(&report["costs"]), (4_200, 1_000, "our price list"));
    assert_eq!(report["costs"]["own_priced_on"], "2026-12-01");
}
