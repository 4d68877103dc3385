use super::*;

const THEIRS: &str = "c-source";
const OURS: &str = "c-target";

fn renamed(checks: bool) -> Renamed {
    let one = |old: &str, new: &str| BTreeMap::from([(old.to_owned(), new.to_owned())]);
    Renamed {
        collections: one(THEIRS, OURS),
        checks: checks.then(|| one("h-source", "h-target")),
    }
}

fn set(collection: Option<&str>, check: Option<&str>) -> RecordSet {
    let cidr = collection.map(|collection| Routing::Cidr {
        collection: collection.into(),
        location: "*".into(),
    });
    RecordSet {
        name: "net.stg.example.com.".into(),
        kind: "A".into(),
        ttl: Some(60),
        values: vec!["192.0.2.1".into()],
        alias: None,
        set_identifier: Some("rest".into()),
        routing: cidr.unwrap_or_default(),
        health_check: check.map(str::to_owned),
        traffic_policy: None,
    }
}

fn applied(ids: &Renamed, mut set: RecordSet) -> RecordSet {
    ids.apply(&mut set);
    set
}

#[test]
fn ids_are_exchanged_and_exchanged_back() {
    let ids = renamed(true);
    let there = set(Some(THEIRS), Some("h-source"));
    let here = applied(&ids, there.clone());
    assert_eq!(here, set(Some(OURS), Some("h-target")));
    assert_eq!(ids.unknown(&here), None);
    assert_eq!(applied(&ids.back(), here), there);
}

#[test]
fn a_check_that_is_kept_is_named_as_it_was() {
    let ids = renamed(false);
    let here = applied(&ids, set(Some(THEIRS), Some("h-source")));
    assert_eq!(here, set(Some(OURS), Some("h-source")));
    assert_eq!(ids.unknown(&here), None);
}

#[test]
fn what_nothing_takes_the_place_of_is_told_by_its_id() {
    let ids = renamed(true);
    let late = applied(&ids, set(Some("c-late"), None));
    assert!(ids.unknown(&late).is_some_and(|why| why.as_str().contains("c-late")));
    let late = applied(&ids, set(None, Some("h-late")));
    assert!(ids.unknown(&late).is_some_and(|why| why.as_str().contains("h-late")));
    // Written to the new zone later: the old one may depend on a check of the target, and on no collection of it.
    let written = [
        set(Some("c-new"), None),
        set(None, Some("h-new")),
        set(Some(THEIRS), None),
    ];
    let unwritable = ids.back().unwritable(&written);
    assert_eq!(unwritable.len(), 1);
    assert!(unwritable[0].as_str().contains("c-new"), "{unwritable:?}");
}

#[test]
fn a_collection_differs_by_a_block_that_is_missing_elsewhere_or_only_there() {
    let blocks = |of: &[(&str, &str)]| -> CidrBlocks {
        of.iter()
            .map(|(block, location)| ((*block).to_owned(), (*location).to_owned()))
            .collect()
    };
    let wanted = blocks(&[("10.0.0.0/24", "a"), ("10.0.1.0/24", "a")]);
    assert_eq!(blocks_that_differ(&wanted, &wanted), None);
    let held = blocks(&[("10.0.0.0/24", "b"), ("10.0.2.0/24", "a")]);
    assert_eq!(
        blocks_that_differ(&wanted, &held).expect("they differ").as_str(),
        "10.0.0.0/24 at a is missing; 10.0.1.0/24 at a is missing; 10.0.2.0/24 at a is only there"
    );
}
