use super::*;
use crate::faults::FaultLevel;
use crate::s3::test_world::{bucket, cloud, refused, source};

const OBJECTS: &str = r#"{"key": "a b", "entries": [{"version": {"size": 1}}, {"delete_marker": {}}, {"version": {"size": 2}}]},
    {"key": "dir/1", "entries": [{"version": {"size": 3}}]},
    {"key": "dir/2", "entries": [{"version": {"size": 4}}, {"delete_marker": {}}]},
    {"key": "é+%", "entries": [{"version": {"size": 5, "null": true}}, {"version": {"size": 6}}]}"#;

fn world(level: FaultLevel) -> Cloud {
    cloud(level, &bucket("enabled", OBJECTS))
}

fn shape(page: &Page) -> Vec<(String, i64)> {
    page.entries
        .iter()
        .map(|(key, entry, _)| (key.clone(), entry.object().map_or(-1, |o| o.content.size() as i64)))
        .collect()
}

fn expected() -> Vec<(String, i64)> {
    [
        ("a b", 2),
        ("a b", -1),
        ("a b", 1),
        ("dir/1", 3),
        ("dir/2", -1),
        ("dir/2", 4),
        ("é+%", 6),
        ("é+%", 5),
    ]
    .map(|(key, size)| (key.to_owned(), size))
    .to_vec()
}

/// Reads all pages, going on as a client does.
fn all(cloud: &mut Cloud, max_keys: i32) -> Vec<(String, i64)> {
    let mut asked = Asked {
        max_keys: Some(max_keys),
        ..Asked::default()
    };
    let mut found = Vec::new();
    for _ in 0..100 {
        let page = page(cloud, &source(), "shop-assets", &asked, true).expect("a page");
        found.extend(shape(&page));
        let Some((key, id)) = page.next else { return found };
        (asked.after, asked.after_version) = (Some(key), id);
    }
    panic!("the listing does not end");
}

#[test]
fn every_page_size_gives_the_same_order_and_misses_nothing() {
    for max_keys in [1, 2, 3, 7, 8, 1000] {
        assert_eq!(all(&mut world(FaultLevel::None), max_keys), expected(), "{max_keys}");
        assert_eq!(
            all(&mut world(FaultLevel::Harsh), max_keys),
            expected(),
            "short pages, {max_keys}"
        );
    }
}

#[test]
fn a_listing_goes_on_where_its_marker_was_though_it_is_gone() {
    let mut cloud = world(FaultLevel::None);
    let asked = Asked {
        max_keys: Some(2),
        ..Asked::default()
    };
    let first = page(&mut cloud, &source(), "shop-assets", &asked, true).expect("a page");
    let (key, id) = first.next.expect("more");
    crate::s3::objects::delete(&mut cloud, &source(), "shop-assets", &key, id.as_deref()).expect("gone");
    let asked = Asked {
        after: Some(key),
        after_version: id,
        ..Asked::default()
    };
    let rest = page(&mut cloud, &source(), "shop-assets", &asked, true).expect("a page");
    assert_eq!(shape(&rest), expected()[2..]);
}

#[test]
fn a_key_marker_alone_passes_over_the_whole_key_and_a_version_marker_alone_is_refused() {
    let mut cloud = world(FaultLevel::None);
    let after = Asked {
        after: Some("a b".to_owned()),
        ..Asked::default()
    };
    assert_eq!(
        shape(&page(&mut cloud, &source(), "shop-assets", &after, true).expect("a page")),
        expected()[3..]
    );
    let alone = Asked {
        after_version: Some("null".to_owned()),
        ..Asked::default()
    };
    assert_eq!(
        refused(page(&mut cloud, &source(), "shop-assets", &alone, true)).1,
        "InvalidArgument"
    );
}

#[test]
fn a_delimiter_folds_and_pages_go_on_behind_the_folded() {
    let mut cloud = world(FaultLevel::None);
    let mut asked = Asked {
        delimiter: Some("/".to_owned()),
        max_keys: Some(4),
        ..Asked::default()
    };
    let first = page(&mut cloud, &source(), "shop-assets", &asked, true).expect("a page");
    assert_eq!(
        (first.entries.len(), first.prefixes.as_slice()),
        (3, &["dir/".to_owned()][..])
    );
    assert_eq!(first.next, Some(("dir/".to_owned(), None)));
    asked.after = Some("dir/".to_owned());
    let second = page(&mut cloud, &source(), "shop-assets", &asked, true).expect("a page");
    assert_eq!(shape(&second), expected()[6..]);
    assert!(second.prefixes.is_empty());
}

#[test]
fn only_current_objects_are_in_the_plain_listing() {
    let mut cloud = world(FaultLevel::None);
    let current = page(&mut cloud, &source(), "shop-assets", &Asked::default(), false).expect("a page");
    assert_eq!(
        shape(&current),
        [("a b".to_owned(), 2), ("dir/1".to_owned(), 3), ("é+%".to_owned(), 6)]
    );
}

#[test]
fn the_document_interleaves_and_encodes() {
    let mut cloud = world(FaultLevel::None);
    let asked = Asked {
        encoded: true,
        max_keys: Some(2),
        ..Asked::default()
    };
    let found = page(&mut cloud, &source(), "shop-assets", &asked, true).expect("a page");
    let xml = versions_xml("shop-assets", &asked, &found, "owner");
    let (version, marker) = (
        xml.find("<Version>").expect("one"),
        xml.find("<DeleteMarker>").expect("one"),
    );
    assert!(version < marker && xml.contains("<Key>a+b</Key>") && xml.contains("<NextKeyMarker>a+b</NextKeyMarker>"));
    assert!(xml.contains("<IsTruncated>true</IsTruncated>"));
    assert_eq!(encode("é+% /~"), "%C3%A9%2B%25+/%7E");
    assert_eq!(escape("a<&\u{1}\r"), "a&lt;&amp;&#x1;&#xD;");
}
