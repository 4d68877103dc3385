use super::*;
use crate::cloud::Cloud;
use crate::faults::FaultLevel;
use crate::s3::audit::{Entry as Audited, histories};
use crate::s3::test_world::{bucket, cloud, refused, source};

const BIG: &str = r#"{"key": "big", "entries": [{"version": {"size": 6000000000}}]}"#;

fn world() -> Cloud {
    cloud(FaultLevel::None, &bucket("enabled", BIG))
}

fn from() -> Source {
    Source {
        bucket: "shop-assets".to_owned(),
        key: "big".to_owned(),
        ..Source::default()
    }
}

#[test]
fn a_part_wise_copy_of_a_large_object_is_provably_equal() {
    let mut cloud = world();
    let id = create(&mut cloud, &source(), "shop-assets", "copy", Wanted::default()).expect("an upload");
    let place = ("shop-assets", "copy", id.as_str());
    let whole = copy_part(&mut cloud, &source(), place, 1, &from(), None);
    assert_eq!(
        refused(whole),
        (400, "InvalidRequest".to_owned()),
        "one part may not have more than 5 GiB"
    );
    let mut parts = Vec::new();
    for (number, range) in [(1, 0..3_000_000_000), (2, 3_000_000_000..6_000_000_000)] {
        let (_, part) = copy_part(&mut cloud, &source(), place, number, &from(), Some(range)).expect("a part");
        parts.push((number, part.etag));
    }
    let wrong_size = Completion {
        parts: parts.clone(),
        size: Some(1),
        ..Completion::default()
    };
    assert_eq!(
        refused(complete(&mut cloud, &source(), place, &wrong_size)).1,
        "InvalidRequest"
    );
    let asked = Completion {
        parts,
        size: Some(6_000_000_000),
        ..Completion::default()
    };
    let entry = complete(&mut cloud, &source(), place, &asked).expect("completed");
    assert!(entry.object().expect("an object").etag.ends_with("-2"));
    let histories = histories(&cloud, "shop-assets");
    let digest = |key: &str| match &histories[key][0] {
        Audited::Version { digest, .. } => digest.clone(),
        Audited::Marker => panic!("a version"),
    };
    assert_eq!(digest("copy"), digest("big"));
    assert_eq!(
        refused(complete(&mut cloud, &source(), place, &asked)),
        (404, "NoSuchUpload".to_owned())
    );
}

#[test]
fn what_was_written_after_the_initiation_stays_current() {
    let mut cloud = world();
    let id = create(&mut cloud, &source(), "shop-assets", "k", Wanted::default()).expect("an upload");
    let later = objects::put(
        &mut cloud,
        &source(),
        "shop-assets",
        "k",
        Bytes::from_static(b"later"),
        Wanted::default(),
    );
    let later = later.expect("a write");
    let place = ("shop-assets", "k", id.as_str());
    let part = put_part(&mut cloud, &source(), place, 1, Bytes::from_static(b"earlier")).expect("a part");
    let asked = Completion {
        parts: vec![(1, part.etag)],
        ..Completion::default()
    };
    complete(&mut cloud, &source(), place, &asked).expect("completed");
    let stack = &cloud.s3.by_name["shop-assets"].stacks["k"];
    assert_eq!(stack.last().map(|entry| entry.order), Some(later.order));
    assert_eq!(stack.len(), 2);
}

#[test]
fn parts_are_checked() {
    let mut cloud = world();
    let id = create(&mut cloud, &source(), "shop-assets", "k", Wanted::default()).expect("an upload");
    let place = ("shop-assets", "k", id.as_str());
    let mut tags = Vec::new();
    for number in [1, 2] {
        tags.push((
            number,
            put_part(&mut cloud, &source(), place, number, Bytes::from_static(b"small"))
                .expect("a part")
                .etag,
        ));
    }
    let mut attempt = |parts: Vec<(i32, String)>| {
        refused(complete(
            &mut cloud,
            &source(),
            place,
            &Completion {
                parts,
                ..Completion::default()
            },
        ))
        .1
    };
    assert_eq!(attempt(tags.clone()), "EntityTooSmall");
    assert_eq!(attempt(vec![tags[1].clone(), tags[0].clone()]), "InvalidPartOrder");
    assert_eq!(attempt(vec![(1, "0".repeat(32))]), "InvalidPart");
    assert_eq!(attempt(vec![]), "MalformedXML");
    assert_eq!(
        refused(put_part(&mut cloud, &source(), place, 10_001, Bytes::new())).1,
        "InvalidArgument"
    );
    assert_eq!(list(&cloud, &source(), "shop-assets", "k").expect("one").len(), 1);
    abort(&mut cloud, &source(), place).expect("aborted");
    assert_eq!(
        refused(abort(&mut cloud, &source(), place)),
        (404, "NoSuchUpload".to_owned())
    );
}
