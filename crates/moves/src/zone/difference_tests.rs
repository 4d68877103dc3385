use aws::route53::Routing;

use super::*;

fn plain(name: &str, kind: &str, values: &[&str]) -> RecordSet {
    RecordSet {
        name: name.into(),
        kind: kind.into(),
        ttl: Some(300),
        values: values.iter().map(|v| (*v).to_owned()).collect(),
        alias: None,
        set_identifier: None,
        routing: Routing::Simple,
        health_check: None,
        traffic_policy: None,
    }
}

fn alias(name: &str, zone: &str, to: &str) -> RecordSet {
    let alias = Alias {
        zone: zone.into(),
        name: to.into(),
        evaluate_health: false,
    };
    RecordSet {
        ttl: None,
        alias: Some(alias),
        ..plain(name, "A", &[])
    }
}

const ZONE: &str = "stg.example.com";

fn source() -> Vec<RecordSet> {
    vec![
        plain("stg.example.com.", "NS", &["ns-1.awsdns-00.com."]),
        plain(
            "stg.example.com.",
            "SOA",
            &["ns-1.awsdns-00.com. hostmaster. 1 2 3 4 5"],
        ),
        plain("stg.example.com.", "MX", &["10 mail.example.com"]),
        plain("api.stg.example.com.", "A", &["192.0.2.1", "192.0.2.2"]),
        plain("team.stg.example.com.", "NS", &["ns.elsewhere.example."]),
        plain("team.stg.example.com.", "DS", &["1 8 2 00"]),
        alias("www.stg.example.com.", "ZSOURCE", "api.stg.example.com."),
        alias("cdn.stg.example.com.", "Z2FDTNDATAQYW2", "d1.cloudfront.net."),
    ]
}

#[test]
fn the_apex_stays_and_delegations_below_it_move() {
    let wanted = wanted(ZONE, &source(), ("ZSOURCE", "ZCOPY"), false, &Renamed::default());
    let names: Vec<String> = wanted.iter().map(called).collect();
    assert!(!names.contains(&"stg.example.com NS".to_owned()) && !names.contains(&"stg.example.com SOA".to_owned()));
    for kept in [
        "stg.example.com MX",
        "team.stg.example.com NS",
        "team.stg.example.com DS",
    ] {
        assert!(names.contains(&kept.to_owned()), "{kept} is not among {names:?}");
    }
}

#[test]
fn only_aliases_into_the_zone_itself_are_rewritten() {
    let wanted = wanted(ZONE, &source(), ("ZSOURCE", "ZCOPY"), false, &Renamed::default());
    let zone_of = |name: &str| {
        let set = wanted.iter().find(|set| set.name == name).expect("it is wanted");
        set.alias.as_ref().expect("an alias").zone.clone()
    };
    assert_eq!(zone_of("www.stg.example.com."), "ZCOPY");
    assert_eq!(zone_of("cdn.stg.example.com."), "Z2FDTNDATAQYW2");
}

#[test]
fn a_finished_copy_writes_nothing_however_names_and_values_are_written() {
    let wanted = wanted(ZONE, &source(), ("ZSOURCE", "ZCOPY"), false, &Renamed::default());
    let mut held = wanted.clone();
    held[1].values.reverse();
    held[1].name = "API.stg.example.com".into();
    held.push(plain("stg.example.com.", "NS", &["ns-9.awsdns-00.com."]));
    assert_eq!(compare(ZONE, &wanted, &held), Difference::default());
}

#[test]
fn each_sort_of_difference_is_told_apart() {
    let wanted = wanted(ZONE, &source(), ("ZSOURCE", "ZCOPY"), false, &Renamed::default());
    let mut held = wanted.clone();
    held.remove(0);
    held[0].ttl = Some(60);
    held.push(plain("new.stg.example.com.", "A", &["192.0.2.9"]));
    let found = compare(ZONE, &wanted, &held);
    let names = |sets: &[RecordSet]| sets.iter().map(called).collect::<Vec<_>>();
    assert_eq!(names(&found.missing), ["stg.example.com MX"]);
    assert_eq!(names(&found.different), ["api.stg.example.com A"]);
    assert_eq!(names(&found.extra), ["new.stg.example.com A"]);
    assert_eq!(found.to_write(), 2);
}

#[test]
fn a_weight_or_health_check_that_differs_is_a_difference() {
    let weighted = RecordSet {
        set_identifier: Some("blue".into()),
        routing: Routing::Weighted(10),
        ..plain("w.stg.example.com.", "A", &["192.0.2.1"])
    };
    let other_weight = RecordSet {
        routing: Routing::Weighted(20),
        ..weighted.clone()
    };
    let other_check = RecordSet {
        health_check: Some("abc".into()),
        ..weighted.clone()
    };
    for held in [other_weight, other_check] {
        assert_eq!(
            compare(ZONE, std::slice::from_ref(&weighted), &[held]).different.len(),
            1
        );
    }
}

fn missing(sets: Vec<RecordSet>) -> Difference {
    Difference {
        missing: sets,
        ..Difference::default()
    }
}

fn place(batches: &[Vec<RecordChange>], name: &str) -> usize {
    batches
        .iter()
        .position(|batch| batch.iter().any(|c| c.set().name.starts_with(name)))
        .expect("it is in a batch")
}

#[test]
fn aliases_come_in_batches_after_what_they_point_to() {
    let sets = vec![
        alias("a.stg.example.com.", "ZCOPY", "b.stg.example.com."),
        alias("b.stg.example.com.", "ZCOPY", "c.stg.example.com."),
        plain("c.stg.example.com.", "A", &["192.0.2.1"]),
        alias("d.stg.example.com.", "ZELB", "lb.example."),
    ];
    let made = batches(&missing(sets.clone()), "ZCOPY").expect("no circle");
    assert_eq!(
        [
            place(&made, "c."),
            place(&made, "d."),
            place(&made, "b."),
            place(&made, "a.")
        ],
        [0, 0, 1, 2]
    );
    let gone = deletions(&sets, "ZCOPY").expect("no circle");
    assert_eq!([place(&gone, "a."), place(&gone, "b."), place(&gone, "c.")], [0, 1, 2]);
    assert!(
        gone.iter()
            .flatten()
            .all(|change| matches!(change, RecordChange::Delete(_)))
    );
}

#[test]
fn an_alias_to_what_stands_already_waits_for_nothing() {
    let made = batches(
        &missing(vec![alias("a.stg.example.com.", "ZCOPY", "b.stg.example.com.")]),
        "ZCOPY",
    );
    assert_eq!(made.expect("no circle").len(), 1);
}

#[test]
fn a_circle_of_aliases_is_named() {
    let sets = vec![
        alias("a.stg.example.com.", "ZCOPY", "b.stg.example.com."),
        alias("b.stg.example.com.", "ZCOPY", "a.stg.example.com."),
    ];
    let error = batches(&missing(sets), "ZCOPY").expect_err("a circle");
    assert!(error.as_str().contains("a.stg.example.com A"), "{error}");
}

#[test]
fn a_delegation_and_its_ds_stay_in_one_batch_in_order() {
    let sets = vec![
        plain("team.stg.example.com.", "DS", &["1 8 2 00"]),
        plain("team.stg.example.com.", "NS", &["ns.elsewhere.example."]),
    ];
    let made = batches(&missing(sets), "ZCOPY").expect("no circle");
    let kinds: Vec<&str> = made[0].iter().map(|change| change.set().kind.as_str()).collect();
    assert_eq!(kinds, ["NS", "DS"]);
}

/// What AWS counts of one batch.
fn counted(batch: &[RecordChange]) -> (usize, usize) {
    batch.iter().map(cost).fold((0, 0), |sum, c| (sum.0 + c.0, sum.1 + c.1))
}

#[test]
fn created_sets_fill_a_thousand_and_replaced_ones_five_hundred() {
    let many: Vec<RecordSet> = (0..1500)
        .map(|n| plain(&format!("h{n}.stg.example.com."), "A", &["192.0.2.1"]))
        .collect();
    let created = batches(&missing(many.clone()), "ZCOPY").expect("no circle");
    assert_eq!(created.iter().map(Vec::len).collect::<Vec<_>>(), [1000, 500]);
    let replaced = batches(
        &Difference {
            different: many,
            ..Difference::default()
        },
        "ZCOPY",
    )
    .expect("no circle");
    assert_eq!(replaced.iter().map(Vec::len).collect::<Vec<_>>(), [500, 500, 500]);
}

#[test]
fn long_values_fill_a_batch_by_characters() {
    let long = "x".repeat(4000);
    let many: Vec<RecordSet> = (0..20)
        .map(|n| plain(&format!("t{n}.stg.example.com."), "TXT", &[&long]))
        .collect();
    let created = batches(&missing(many), "ZCOPY").expect("no circle");
    assert_eq!(created.iter().map(Vec::len).collect::<Vec<_>>(), [8, 8, 4]);
    assert!(created.iter().all(|batch| counted(batch).1 <= MOST_CHARACTERS));
}

#[test]
fn what_only_its_own_account_can_make_is_refused_by_name() {
    let policy = RecordSet {
        traffic_policy: Some("tpi-1".into()),
        ..plain("p.stg.example.com.", "A", &["192.0.2.1"])
    };
    let cidr = RecordSet {
        routing: Routing::Cidr {
            collection: "c-1".into(),
            location: "*".into(),
        },
        set_identifier: Some("x".into()),
        ..plain("c.stg.example.com.", "A", &["192.0.2.1"])
    };
    let found = uncopyable(
        &[policy, cidr, plain("ok.stg.example.com.", "A", &["192.0.2.1"])],
        "ZSOURCE",
        &Renamed::default(),
    );
    assert_eq!(found.len(), 2);
    let first = &found[0];
    assert!(
        first.as_str().contains("p.stg.example.com A") && first.as_str().contains("tpi-1"),
        "{found:?}"
    );
}
