//! `cleave outputs` after a whole run: old beside new, in three forms, and where the old still stands.

mod served;

use std::path::Path;

use serde_json::Value;
use served::{Served, UnderWay, folder};

fn outputs(served: &Served, home: &Path, arguments: &[&str]) -> String {
    let output = served
        .cleave(home)
        .args(["outputs", "--journal", "m.db"])
        .args(arguments)
        .output()
        .expect("cleave can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

#[test]
fn every_kind_is_told_old_beside_new_and_found_where_it_was_left() {
    let home = folder("outputs");
    let every_kind = |file: &str| {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/every_kind")
            .join(file)
    };
    let served = Served::with(&every_kind("inventory.json"), &["--speed", "5000"]);
    let mut run = UnderWay::start(served.run_of(&every_kind("runbook.toml"), &home, &home.join("m.db")));
    assert_eq!(run.end().code(), Some(0), "{:#?}", run.said);

    let told: Value = serde_json::from_str(&outputs(&served, &home, &["--json"])).expect("one JSON object");
    let all = told["outputs"].as_array().expect("a list");
    let of = |of: &str, what: &str| {
        let found = all.iter().find(|one| one["of"] == of && one["what"] == what);
        let found = found.unwrap_or_else(|| panic!("{of} {what}: {told}"));
        let one = |side: &str| {
            found[side][0]
                .as_str()
                .unwrap_or_else(|| panic!("{of} {what} {side}: {found}"))
                .to_owned()
        };
        (one("old"), one("new"))
    };
    for (resource, what) in [
        ("database/shop-postgres", "endpoint"),
        ("database/shop-postgres", "secret"),
        ("cluster/shop-aurora", "endpoint"),
        ("cluster/shop-aurora", "reader_endpoint"),
        ("cluster_member/shop-aurora-a", "endpoint"),
        ("parameter_group/shop-pg16", "arn"),
        ("cluster_parameter_group/shop-c8", "arn"),
        ("cluster/shop-aurora", "secret"),
        ("key/alias/shop", "key_arn"),
        ("bucket/shop-renamed", "bucket"),
        ("image/shop-batch", "ami"),
        ("volume/vol-data", "volume"),
        ("database/shop-mysql", "arn"),
    ] {
        let (old, new) = of(resource, what);
        assert!(
            old != new && !old.is_empty() && !new.is_empty(),
            "{resource} {what}: {old} {new}"
        );
        let account = if what.ends_with("arn") || what == "secret" {
            "222222222222"
        } else {
            ""
        };
        assert!(new.contains(account), "{new}");
    }
    let kept = of("bucket/shop-uploads", "bucket");
    assert_eq!(kept.0, kept.1, "it keeps its name");

    let (old_host, new_host) = of("database/shop-postgres", "endpoint");
    let (old_ami, new_ami) = of("image/shop-batch", "ami");
    let (old_secret, _) = of("database/shop-postgres", "secret");
    std::fs::create_dir_all(home.join("repo/deploy")).expect("a folder");
    std::fs::write(
        home.join("repo/.env"),
        format!("# ours\nDATABASE_URL=postgres://app:hunter2@{old_host}:5433/shop\n"),
    )
    .expect("a file");
    std::fs::write(
        home.join("repo/deploy/app.tf"),
        format!("image_id = \"{old_ami}\"\nsecret = \"{old_secret}\"\n"),
    )
    .expect("a file");
    let found: Value = serde_json::from_str(&outputs(&served, &home, &["--json", "--look-in", "repo"])).expect("JSON");
    let places = found["looked"]["found"].as_array().expect("a list");
    let place = |n: usize| {
        (
            places[n]["file"].clone(),
            places[n]["line"].clone(),
            places[n]["new"].clone(),
        )
    };
    assert_eq!(places.len(), 3, "{found}");
    assert_eq!(place(0), ("repo/.env".into(), 2.into(), new_host.clone().into()));
    assert_eq!(
        place(1),
        ("repo/deploy/app.tf".into(), 1.into(), new_ami.clone().into())
    );
    let table = outputs(&served, &home, &["--md", "--look-in", "repo"]);
    assert!(
        table.contains(&format!("| image/shop-batch | ami | `{old_ami}` | `{new_ami}` |")),
        "{table}"
    );
    assert!(
        table.contains(&format!("| repo/.env:2:37 | `{old_host}` | `{new_host}` |")),
        "{table}"
    );
    assert!(
        !table.contains("hunter2"),
        "what else stands in a line is nobody's business: {table}"
    );
    let variables = outputs(&served, &home, &["--tfvars"]);
    let ami = format!("# ami of image/shop-batch, was {old_ami}\nimage_shop_batch_ami = \"{new_ami}\"\n");
    assert!(variables.contains(&ami), "{variables}");
}

#[test]
fn a_zone_is_told_with_its_name_servers() {
    let home = folder("outputs-zone");
    let served = Served::start(&["--speed", "2000"]);
    let mut run = UnderWay::start(served.run_of(&served::without_window(&home), &home, &home.join("m.db")));
    assert_eq!(run.end().code(), Some(0), "{:#?}", run.said);
    let told: Value = serde_json::from_str(&outputs(&served, &home, &["--json"])).expect("one JSON object");
    let all = told["outputs"].as_array().expect("a list");
    let servers = all
        .iter()
        .find(|one| one["what"] == "name_servers")
        .expect("its name servers");
    let (old, new) = (
        servers["old"].as_array().expect("a list"),
        servers["new"].as_array().expect("a list"),
    );
    assert!(
        old.len() == 4 && new.len() == 4 && old.iter().all(|one| !new.contains(one)),
        "{servers}"
    );
}
