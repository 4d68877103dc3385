use aws::route53::Routing;

use super::*;

fn set(name: &str, kind: &str, value: &str) -> RecordSet {
    RecordSet {
        name: format!("{name}."),
        kind: kind.to_owned(),
        ttl: Some(60),
        values: vec![value.to_owned()],
        alias: None,
        set_identifier: None,
        routing: Routing::Simple,
        health_check: None,
        traffic_policy: None,
    }
}

#[test]
fn a_cname_that_becomes_an_address_is_exchanged_in_one_batch() {
    let difference = Difference {
        missing: vec![set("a.example.com", "A", "192.0.2.1")],
        different: Vec::new(),
        extra: vec![
            set("a.example.com", "CNAME", "b.example.com."),
            set("z.example.com", "A", "192.0.2.9"),
        ],
    };
    let batches = catching_up(&difference, "ZOLD").expect("no circle");
    assert_eq!(
        batches,
        [
            vec![
                RecordChange::Delete(set("a.example.com", "CNAME", "b.example.com.")),
                RecordChange::Create(set("a.example.com", "A", "192.0.2.1")),
            ],
            vec![RecordChange::Delete(set("z.example.com", "A", "192.0.2.9"))],
        ]
    );
}

#[test]
fn a_zones_own_sets_and_their_changes_are_not_told_apart() {
    let mut held = vec![
        set("example.com", "NS", "ns-1."),
        set("a.example.com", "A", "192.0.2.1"),
    ];
    let before = digest("example.com", &held);
    held[0].ttl = Some(172_800);
    assert_eq!(digest("example.com", &held), before);
    held[1].ttl = Some(61);
    assert_ne!(digest("example.com", &held), before);
}
