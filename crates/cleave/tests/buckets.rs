//! `cleave manifest` and `cleave compare`, as a person types them.

mod served;

use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use served::{Served, folder};

/// A command that reads buckets with the source account's credentials.
fn reading(served: &Served, home: &Path, arguments: &[&str]) -> Command {
    let mut command = served::cleave(home);
    command
        .env("AWS_ACCESS_KEY_ID", &served.source.0)
        .env("AWS_SECRET_ACCESS_KEY", &served.source.1)
        .args(arguments)
        .arg("--endpoint-url")
        .arg(format!("http://{}", served.endpoint))
        .args(["--region", "ap-northeast-1"]);
    command
}

fn output(mut command: Command) -> Output {
    command.output().expect("cleave can be started")
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).expect("text")
}

#[test]
fn every_version_of_a_bucket_is_listed_in_order_and_put_into_manifests() {
    let (served, home) = (Served::start(&[]), folder("manifest"));
    let flat = home.join("flat.csv");
    let list = || {
        let mut command = reading(
            &served,
            &home,
            &["manifest", "--bucket", "shop-stg-assets", "--out", "out"],
        );
        command.args(["--batch-from", "10", "--json", "--flat"]).arg(&flat);
        output(command)
    };
    let first = list();
    assert!(first.status.success(), "{}", text(&first.stderr));
    let said: Value = serde_json::from_slice(&first.stdout).expect("one JSON object");
    assert_eq!(
        (&said["versions"], &said["delete_markers"], &said["keys"]),
        (&Value::from(66), &Value::from(7), &Value::from(41))
    );
    let rows = std::fs::read_to_string(&flat).expect("the flat list");
    assert_eq!(rows.lines().count(), 66);
    let manifest = std::fs::read_to_string(home.join("out/wave-0001-STANDARD.csv")).expect("the first wave");
    assert!(
        manifest
            .lines()
            .all(|row| row.starts_with("shop-stg-assets,") && row.split(',').count() == 3)
    );
    assert!(
        manifest.lines().all(|row| rows.contains(row)),
        "what is copied is there"
    );

    // Typed again, it lists anew: an old listing is never taken for today's.
    assert!(!home.join("out/listing").exists(), "what has served is gone");
    let again = list();
    let said: Value = serde_json::from_slice(&again.stdout).expect("one JSON object");
    assert!(again.stderr.is_empty(), "{}", text(&again.stderr));
    assert_eq!(
        (&said["versions"], &said["requests"]),
        (&Value::from(66), &Value::from(1))
    );
    assert_eq!(std::fs::read_to_string(&flat).expect("the flat list"), rows);
}

#[test]
fn two_buckets_are_compared_key_by_key() {
    let (served, home) = (Served::start(&[]), folder("compare"));
    let compare = |with: &str| {
        let arguments = ["compare", "--bucket", "shop-stg-assets", "--with", with];
        output(reading(&served, &home, &arguments))
    };
    let same = compare("shop-stg-assets");
    assert_eq!(same.status.code(), Some(0), "{}", text(&same.stderr));
    assert!(text(&same.stdout).contains("no difference"), "{}", text(&same.stdout));
    let different = compare("shop-prd-assets");
    assert_eq!(different.status.code(), Some(7), "{}", text(&different.stderr));
    assert!(
        text(&different.stdout).contains("THEY DIFFER"),
        "{}",
        text(&different.stdout)
    );
}

#[test]
fn a_bucket_that_cannot_be_read_is_refused_with_a_way_out() {
    let (served, home) = (Served::start(&[]), folder("unreadable-bucket"));
    let refused = |arguments: &[&str], words: &[&str]| {
        let refused = output(reading(&served, &home, arguments));
        let said = text(&refused.stderr);
        assert_eq!(refused.status.code(), Some(3), "{said}");
        for words in ["where:", "changed: Nothing was changed.", "to do:"]
            .iter()
            .chain(words)
        {
            assert!(said.contains(words), "{words:?} is not said:\n{said}");
        }
    };
    refused(
        &["manifest", "--bucket", "nobody-has-this", "--out", "a"],
        &["NoSuchBucket"],
    );
    let stranger = [
        "manifest",
        "--bucket",
        "shop-stg-assets",
        "--owner",
        "999999999999",
        "--out",
        "b",
    ];
    refused(&stranger, &["--owner must be the account"]);
    std::fs::write(home.join("file"), "in the way").expect("it can be written");
    refused(
        &["manifest", "--bucket", "shop-stg-assets", "--out", "file"],
        &["a file cannot be written"],
    );
    // Only reads pass: nothing has been changed by any of it.
    assert_eq!(served.effects(), []);
}
