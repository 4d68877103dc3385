//! Buckets of every shape, for whoever moves them.

use serde_json::{Value, json};

/// A version of so many bytes.
pub fn version(size: u64) -> Value {
    json!({ "version": { "size": size } })
}

/// A delete marker.
pub fn marker() -> Value {
    json!({ "delete_marker": {} })
}

/// A key and its entries, the oldest first.
pub fn key(key: &str, entries: &[Value]) -> Value {
    json!({ "key": key, "entries": entries })
}

/// A bucket of an inventory.
pub fn bucket(name: &str, versioning: &str, objects: &[Value]) -> Value {
    json!({ "name": name, "versioning": versioning, "objects": objects })
}

/// Histories with delete markers first, in the middle, last, doubled and alone, of one size, and empty objects.
pub fn histories() -> Vec<Value> {
    let (m, v) = (marker, version);
    vec![
        key("one", &[v(7)]),
        key("empty", &[v(0), v(0), v(0)]),
        key("first", &[m(), v(1), v(2)]),
        key("middle", &[v(1), m(), v(2)]),
        key("last", &[v(1), v(2), m()]),
        key("doubled", &[m(), m(), v(3), m(), m(), v(3), m(), m()]),
        key("alone", &[m()]),
        key("of-one-size", &[v(100), v(100), v(100), v(100)]),
    ]
}

/// Keys with everything in them that tools get wrong.
pub fn odd_keys() -> Vec<Value> {
    [
        "with space",
        "a+b",
        "100%",
        "100%25",
        "%2F",
        "quote\"s'",
        "comma,newline\nreturn\rtab\t",
        "日本語/é",
        "./a/../b",
        "..",
        "/leading",
        "//",
        "tail/",
        "&<>;=?#",
        "~!@$^*()_-`|\\{}[]:",
        "\u{10348}",
        // What no XML carries, and what is only odd in it.
        "\0",
        "control\u{1}\u{8}\u{b}\u{c}\u{e}\u{1f}",
        "no-characters\u{fffe}\u{ffff}",
        "delete\u{7f}next-line\u{85}line\u{2028}",
        "line\r\n",
    ]
    .iter()
    .map(|odd| key(odd, &[version(1), marker(), version(2)]))
    .collect()
}

/// Every storage class that can be read at once.
pub fn of_every_class() -> Vec<Value> {
    [
        "STANDARD",
        "STANDARD_IA",
        "ONEZONE_IA",
        "INTELLIGENT_TIERING",
        "GLACIER_IR",
        "REDUCED_REDUNDANCY",
    ]
    .iter()
    .map(|class| {
        let of = |size: u64| json!({ "version": { "size": size, "class": class } });
        key(class, &[of(5), of(6)])
    })
    .collect()
}

/// What must be restored before it can be copied, between what need not.
pub fn archived() -> Vec<Value> {
    let of = |class: &str, size: u64| json!({ "version": { "size": size, "class": class, "carried": { "tags": { "a": "b" } } } });
    let large = json!({ "version": { "size": 6_000_000_000_u64, "class": "DEEP_ARCHIVE", "parts": 12 } });
    vec![
        key("log-1", &[of("GLACIER", 10)]),
        key(
            "log-2",
            &[of("DEEP_ARCHIVE", 20), marker(), of("GLACIER", 20), version(3)],
        ),
        key("log-3", &[of("GLACIER_IR", 5), large]),
    ]
}

/// Metadata, tags and an upload in parts.
pub fn carrying() -> Vec<Value> {
    let carried = json!({
        "content_type": "text/html; charset=utf-8",
        "metadata": { "origin": "build 7", "owner": "shop" },
        "tags": { "team": "shop & co", "k=v": "ü" },
    });
    let of = |size: u64| json!({ "version": { "size": size, "carried": carried } });
    let multipart = json!({ "version": { "size": 20_000_000, "parts": 3, "carried": carried } });
    vec![key("page", &[of(10), of(11)]), key("in-parts", &[multipart, of(4)])]
}

/// One byte below, at and above what one copy can take, and far above; old and new versions around it.
pub fn large() -> Vec<Value> {
    let carried = json!({ "content_type": "video/mp4", "expires": "Thu, 01 Dec 2033 16:00:00 GMT", "metadata": { "cut": "2" }, "tags": { "team": "film" } });
    let of = |size: u64| json!({ "version": { "size": size, "parts": 40, "carried": carried } });
    vec![
        key("exactly", &[of(5_000_000_000)]),
        key("one-more", &[of(5_000_000_001)]),
        key("bell\u{7} + no character\u{ffff}", &[of(5_000_000_001)]),
        key(
            "film",
            &[version(3), of(60_000_000_000), marker(), of(6_000_000_000), version(4)],
        ),
    ]
}

/// A `[[bucket]]` of a runbook.
pub fn section(name: &str, more: &str) -> String {
    format!("[[bucket]]\nname = \"{name}\"\n{more}\n")
}
