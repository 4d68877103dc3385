//! `cleave manifest` and `cleave compare`, as a person types them.

use std::path::Path;
use std::process::{Command, Output};

use crate::served::{Served, folder};
use aws::s3::Copy;
use serde_json::{Value, json};

/// A command that reads buckets with the source account's credentials.
fn reading(served: &Served, home: &Path, arguments: &[&str]) -> Command {
    let mut command = crate::served::cleave(home);
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

/// A source and a target with these buckets, served.
fn serve(home: &Path, source: &[Value], target: &[Value]) -> Served {
    let key = json!({ "id": "1234abcd-12ab-34cd-56ef-1234567890ab", "aliases": ["alias/shop"] });
    let inventory = json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": {
        "111111111111": { "roles": { "cleave-source": { "trusts": ["333333333333"] } },
            "regions": { "ap-northeast-1": { "keys": [key], "buckets": source } } },
        "222222222222": { "roles": { "cleave-target": { "trusts": ["333333333333"] } },
            "regions": { "ap-northeast-1": { "buckets": target } } } } });
    let path = home.join("inventory.json");
    std::fs::write(&path, inventory.to_string()).expect("it can be written");
    Served::with(&path, &[])
}

fn versioned(name: &str, objects: &[Value]) -> Value {
    json!({ "name": name, "versioning": "enabled", "objects": objects })
}

/// What `cleave compare` says as JSON, and its exit code.
fn compared(served: &Served, home: &Path, arguments: &[&str]) -> (Option<i32>, Value) {
    let mut command = reading(served, home, &["compare", "--json"]);
    command.args(arguments);
    let output = output(command);
    let said = serde_json::from_slice(&output.stdout);
    (
        output.status.code(),
        said.unwrap_or_else(|_| panic!("no JSON object: {}", text(&output.stderr))),
    )
}

#[test]
fn what_etags_leave_open_is_proved_or_refuted_by_the_checksums_that_s3_keeps() {
    let home = folder("compare-checksums");
    let mut keyed = versioned("shop-copy", &[]);
    keyed["key"] = "alias/shop".into();
    let served = serve(&home, &[versioned("shop-original", &[]), keyed], &[]);
    let source = served.source_account();
    let put = async |bucket: &str, key: &str, content: &str| {
        let put = source.s3.put_object(bucket, key, content.into()).await;
        put.expect("it can be put")
    };
    let copied = async |key: &str, etag: String| {
        let found = listing::Lister::new(&source, &source.id, "shop-original", None)
            .next_page()
            .await;
        let page = found.expect("it can be listed").expect("a page");
        let version = page.entries.into_iter().find(|entry| entry.key == key);
        let copy = Copy {
            from: "shop-original".into(),
            from_owner: source.id.clone(),
            key: key.into(),
            version_id: version.expect("it is there").version_id,
            etag,
            to: "shop-copy".into(),
            storage_class: "STANDARD".into(),
            redirect: None,
        };
        source.s3.copy_object(&copy).await.expect("it can be copied");
    };
    cleave::world::block_on(async {
        for key in ["one", "two \u{1}"] {
            let etag = put("shop-original", key, "content").await;
            copied(key, etag).await;
        }
    })
    .expect("a runtime");
    let before = served.effects();
    let pair = ["--bucket", "shop-original", "--with", "shop-copy"];
    let at = |level: &str| compared(&served, &home, &[&pair[..], &["--verify", level]].concat());

    // Under the copy's KMS key no ETag tells anything: that is said, and it is a proof of nothing.
    let (code, said) = at("etags");
    assert_eq!(
        (code, &said["result"], &said["unproved_versions"]),
        (Some(0), &json!("no_difference"), &json!(2))
    );
    assert_eq!(compared(&served, &home, &pair).1["verify"], "etags", "what nobody says");
    let (code, said) = at("checksums");
    assert_eq!(code, Some(0), "{said}");
    assert_eq!(
        (&said["proved_by_checksum"], &said["unproved_versions"]),
        (&json!(2), &json!(0))
    );
    assert_eq!(served.effects(), before, "it only reads");

    // Of the same size, and not the same.
    cleave::world::block_on(async {
        put("shop-original", "three", "content").await;
        put("shop-copy", "three", "CONTENT").await;
    })
    .expect("a runtime");
    let (code, said) = at("etags");
    assert_eq!((code, &said["unproved_versions"]), (Some(0), &json!(3)));
    let (code, said) = at("checksums");
    assert_eq!(
        (code, &said["result"], &said["different_keys"]),
        (Some(7), &json!("different"), &json!(1))
    );
    assert!(
        said["differences"][0]
            .as_str()
            .is_some_and(|line| line.starts_with("\"three\"")),
        "{said}"
    );
}

#[test]
fn what_no_checksum_tells_of_is_unproved_and_not_equal() {
    let home = folder("compare-unproved");
    // The same contents, in the original uploaded in parts: their ETags tell nothing, and no checksum was ever kept.
    let of = |size: u64, parts: Option<u32>| json!({ "version": { "size": size, "parts": parts } });
    let objects = |parts: Option<u32>| {
        let history = || json!([of(5, parts), { "delete_marker": {} }, of(7, parts)]);
        let keys = (0..30).map(|nth| json!({ "key": format!("key-{nth:02}"), "entries": history() }));
        keys.collect::<Vec<Value>>()
    };
    let mut copy = versioned("shop-copy", &objects(None));
    let policy = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow",
        "Principal": { "AWS": "arn:aws:iam::111111111111:root" },
        "Action": ["s3:ListBucketVersions", "s3:GetObjectVersion", "s3:GetObjectVersionTagging"],
        "Resource": ["arn:aws:s3:::shop-copy", "arn:aws:s3:::shop-copy/*"] }] });
    copy["policy"] = policy.to_string().into();
    let served = serve(&home, &[versioned("shop-original", &objects(Some(2)))], &[copy]);
    let pair = [
        "--bucket",
        "shop-original",
        "--with",
        "shop-copy",
        "--with-owner",
        "222222222222",
    ];
    let at = |level: &str| compared(&served, &home, &[&pair[..], &["--verify", level]].concat());
    for (level, code, result) in [
        ("sizes", 0, "no_difference"),
        ("etags", 0, "no_difference"),
        ("checksums", 7, "unproved"),
    ] {
        let (found, said) = at(level);
        assert_eq!(
            (found, &said["result"]),
            (Some(code), &json!(result)),
            "{level}: {said}"
        );
        assert_eq!(
            (&said["different_keys"], &said["unproved_versions"]),
            (&json!(0), &json!(60)),
            "{level}"
        );
    }
    let (_, said) = at("checksums");
    assert_eq!(said["unproved_keys"].as_array().map(Vec::len), Some(20), "{said}");
    assert_eq!(said["unproved_keys"][0], "key-00");

    let mut command = reading(&served, &home, &["compare", "--verify", "checksums"]);
    command.args(pair);
    let told = output(command);
    assert_eq!(told.status.code(), Some(7), "{}", text(&told.stderr));
    for words in ["60 versions are unproved", "key-00", "NOT PROVED EQUAL"] {
        assert!(
            text(&told.stdout).contains(words),
            "{words:?} is not said:\n{}",
            text(&told.stdout)
        );
    }
    assert!(!text(&told.stdout).contains("DIFFER"), "{}", text(&told.stdout));
    assert_eq!(served.effects(), []);
}

#[test]
fn another_storage_class_is_a_difference_at_every_level() {
    let home = folder("compare-classes");
    let of = |class: &str| json!({ "key": "k", "entries": [{ "version": { "size": 0, "class": class } }] });
    let buckets = [
        versioned("shop-original", &[of("STANDARD_IA")]),
        versioned("shop-copy", &[of("STANDARD")]),
    ];
    let served = serve(&home, &buckets, &[]);
    for level in ["sizes", "etags", "checksums"] {
        let arguments = ["--bucket", "shop-original", "--with", "shop-copy", "--verify", level];
        let (code, said) = compared(&served, &home, &arguments);
        assert_eq!((code, &said["different_keys"]), (Some(7), &json!(1)), "{level}: {said}");
        assert!(
            said["differences"][0]
                .as_str()
                .is_some_and(|line| line.contains("storage class")),
            "{said}"
        );
    }
}

#[test]
fn checksums_that_may_not_be_asked_for_are_told_with_the_permission_that_is_missing() {
    let home = folder("compare-denied");
    let objects =
        |parts: Option<u32>| [json!({ "key": "k", "entries": [{ "version": { "size": 5, "parts": parts } }] })];
    let mut original = versioned("shop-original", &objects(Some(2)));
    let policy = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Deny", "Principal": "*",
        "Action": ["s3:GetObjectVersion", "s3:GetObjectVersionTagging"], "Resource": "arn:aws:s3:::shop-original/*" }] });
    original["policy"] = policy.to_string().into();
    let served = serve(&home, &[original, versioned("shop-copy", &objects(None))], &[]);
    let compare = |level: &str| {
        let arguments = [
            "compare",
            "--bucket",
            "shop-original",
            "--with",
            "shop-copy",
            "--verify",
            level,
        ];
        output(reading(&served, &home, &arguments))
    };
    assert_eq!(compare("etags").status.code(), Some(0), "the listings may be read");
    let refused = compare("checksums");
    let said = text(&refused.stderr);
    assert_eq!(refused.status.code(), Some(3), "{said}");
    for words in [
        "where:",
        "\"k\"",
        "AccessDenied",
        "s3:GetObjectVersion",
        "kms:Decrypt",
        "Nothing was changed.",
    ] {
        assert!(said.contains(words), "{words:?} is not said:\n{said}");
    }
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
