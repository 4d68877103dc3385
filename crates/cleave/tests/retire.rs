//! `cleave retire` after a whole run: what is left in the source, what it costs, and why it may or may not go.

mod served;

use std::path::Path;

use serde_json::Value;
use served::{Served, UnderWay, folder};

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
        assert_eq!(found["may_go"], "yes", "{found}");
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
    assert_eq!(group["may_go"], "no");
    assert!(
        group["blocked"].to_string().contains("shop-postgres uses it"),
        "{group}"
    );
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
    let line = "| database/shop-postgres | `shop-postgres` | 20 GiB, db.r6g.large | $393.40* | yes |";
    assert!(
        table.contains(line) && table.contains("list prices of 2027-01-01"),
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
    let mut run = UnderWay::start(served.run_of(&served::without_window(&home), &home, &home.join("m.db")));
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
