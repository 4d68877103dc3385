//! Private zones on both routes: shared with the target's VPCs by permissions of which none is left over, and copied into a zone of the
//! target's own. Nothing is asked of them, so what is stored is compared.

use std::sync::LazyLock;

use cleave::rehearsal::{Rehearsal, rehearse};
use engine::RunEnd;
use serde_json::{Value, json};
use simcloud::faults::FaultLevel;
use whole_runs::drivers::Driven;
use whole_runs::hostile;
use whole_runs::night::{self, Disturbance, Scenario};
use whole_runs::points::try_all;

const SOURCE: &str = "111111111111";
const TARGET: &str = "222222222222";

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Route {
    Share,
    Copy,
}

const ROUTES: [Route; 2] = [Route::Share, Route::Copy];

fn vpcs(ids: &[&str]) -> Value {
    ids.iter()
        .map(|id| json!({ "id": id, "region": "ap-northeast-1" }))
        .collect()
}

fn records() -> Vec<Value> {
    let alias = |name: &str, zone: &str, to: &str| json!({ "name": name, "type": "A", "alias": { "zone": zone, "name": to, "evaluate_health": false } });
    let plain =
        |name: &str, kind: &str, value: &str| json!({ "name": name, "type": kind, "ttl": 60, "values": [value] });
    let weighted = |of: &str, weight: u32, value: &str| json!({ "name": "shared.internal.shop", "type": "A", "ttl": 60, "values": [value], "set_identifier": of, "weight": weight });
    vec![
        plain("db.internal.shop", "CNAME", "shop.abc.ap-northeast-1.rds.amazonaws.com"),
        plain("api.internal.shop", "A", "10.0.1.21"),
        plain("\\052.jobs.internal.shop", "A", "10.0.1.22"),
        // An alias to an alias, listed before what it stands for.
        alias("a.internal.shop", "ZOLD", "www.internal.shop"),
        alias("www.internal.shop", "ZOLD", "api.internal.shop"),
        alias(
            "lb.internal.shop",
            "Z14GRHDCWA56QT",
            "internal-shop-1.ap-northeast-1.elb.amazonaws.com",
        ),
        weighted("blue", 90, "10.0.1.30"),
        weighted("green", 10, "10.0.1.31"),
    ]
}

/// Two VPCs of the target, and a zone that two of the source resolve; another of the same name, of another VPC, is not meant.
pub(crate) fn scenario(route: Route) -> Scenario {
    let role = |name: &str| json!({ name: { "trusts": ["333333333333"] } });
    let region = |vpcs: &[&str]| json!({ "ap-northeast-1": { "vpcs": vpcs } });
    let inventory = json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": {
        SOURCE: { "roles": role("cleave-source"), "regions": region(&["vpc-source", "vpc-more", "vpc-prod"]), "zones": [
            { "id": "ZOLD", "name": "internal.shop", "private": true, "vpcs": vpcs(&["vpc-source", "vpc-more"]), "records": records(), "tags": { "team": "shop" } },
            { "id": "ZPROD", "name": "internal.shop", "private": true, "vpcs": vpcs(&["vpc-prod"]) }] },
        TARGET: { "roles": role("cleave-target"), "regions": region(&["vpc-target", "vpc-second"]) } } });
    let route = match route {
        Route::Share => "share",
        Route::Copy => "copy",
    };
    let runbook = format!(
        "migration = \"shop\"\nregion = \"ap-northeast-1\"\nsource = {{ account = \"{SOURCE}\", role = \"cleave-source\" }}\n\
         target = {{ account = \"{TARGET}\", role = \"cleave-target\" }}\n\
         [[private_zone]]\nname = \"internal.shop\"\nid = \"ZOLD\"\nvpcs = [\"vpc-target\", \"vpc-second\"]\nroute = \"{route}\"\n"
    );
    Scenario::written(&runbook, &inventory)
}

fn private_zones(night: &night::Night) -> Vec<&str> {
    let lines = night.standing.keys().filter(|line| line.starts_with("private zone"));
    lines.map(String::as_str).collect()
}

#[test]
fn both_vpcs_of_the_target_resolve_the_shared_zone_and_no_permission_is_left() {
    let night = night::carry_out(&scenario(Route::Share), &Disturbance::default());
    assert_eq!(night.end, Ok(RunEnd::Completed), "{:?}", night.stops());
    assert_eq!(night.broken, Vec::<String>::new());
    let zones = private_zones(&night);
    let shared = zones.iter().find(|line| line.contains("vpc-target")).expect("a zone");
    assert!(
        shared.contains(&format!("of {SOURCE}")) && shared.contains("vpc-second") && shared.ends_with("{}"),
        "{shared}"
    );
    assert_eq!(zones.len(), 2, "{zones:?}");
}

#[test]
fn the_copy_holds_the_same_records_and_the_sources_zone_keeps_its_vpcs() {
    let night = night::carry_out(&scenario(Route::Copy), &Disturbance::default());
    assert_eq!(night.end, Ok(RunEnd::Completed), "{:?}", night.stops());
    assert_eq!(night.broken, Vec::<String>::new());
    let zones = private_zones(&night);
    let copied = zones
        .iter()
        .find(|line| line.contains(&format!("of {TARGET}")))
        .expect("a zone");
    assert!(
        copied.contains("vpc-target") && copied.contains("vpc-second"),
        "{copied}"
    );
    assert!(!copied.contains("vpc-source"), "{copied}");
    let kept = zones.iter().filter(|line| line.contains(&format!("of {SOURCE}")));
    assert_eq!(
        kept.filter(|line| line.contains("vpc-source") && line.contains("vpc-more"))
            .count(),
        1,
        "{zones:?}"
    );
    let in_source = night
        .effects
        .keys()
        .filter(|what| what.starts_with(SOURCE) && what.contains("route53"));
    assert_eq!(
        in_source.collect::<Vec<_>>(),
        Vec::<&String>::new(),
        "nothing is done in the source"
    );
    let changed = night
        .effects
        .iter()
        .filter(|(what, _)| what.contains("ChangeResourceRecordSets"))
        .map(|(_, times)| times)
        .sum::<usize>();
    assert_eq!(changed, records().len(), "{:#?}", night.effects);
}

fn nights(count: u64) {
    for route in ROUTES {
        let Scenario { plan, inventory } = scenario(route);
        let seeds: Vec<u64> = (1..=count).collect();
        try_all(
            &seeds,
            |seed| format!("{route:?}, seed {seed}"),
            |seed| {
                let rehearsal = Rehearsal {
                    plan: plan.clone(),
                    inventory: inventory.clone(),
                    level: FaultLevel::Harsh,
                    taken_back: None,
                };
                let ended = rehearse(&rehearsal, *seed);
                let mut wrong = ended.law_violations.clone();
                if ended.end != Ok(RunEnd::Completed) {
                    wrong.push(format!("it ended with {:?}", ended.end));
                }
                wrong
            },
        );
    }
}

#[test]
fn private_zones_arrive_on_harsh_nights() {
    nights(8);
}

#[test]
fn on_hostile_nights_private_zones_arrive_or_the_run_stops() {
    for route in ROUTES {
        let ended = hostile::nights(&scenario(route), 1..=8);
        assert_eq!(ended.wrong, Vec::<String>::new(), "{route:?}: {ended:?}");
        assert!(ended.whole > 0, "{route:?}: {ended:?}");
    }
}

static SHARED: LazyLock<Driven> = LazyLock::new(|| {
    let making = [
        "CreateVPCAssociationAuthorization",
        "AssociateVPCWithHostedZone",
        "DeleteVPCAssociationAuthorization",
    ];
    Driven::new(scenario(Route::Share), &making, &[])
});

static COPIED: LazyLock<Driven> = LazyLock::new(|| {
    let making = [
        "CreateHostedZone",
        "ChangeResourceRecordSets",
        "ChangeTagsForResource",
        "AssociateVPCWithHostedZone",
    ];
    Driven::new(scenario(Route::Copy), &making, &["ChangeTagsForResource"])
});

#[test]
fn sharing_a_zone_survives_crashes_and_lost_replies_and_can_be_taken_back() {
    SHARED.crashes(12);
    SHARED.calls(12);
    SHARED.undos(12);
}

#[test]
fn copying_a_private_zone_survives_crashes_and_lost_replies_and_can_be_taken_back() {
    COPIED.crashes(12);
    COPIED.calls(12);
    COPIED.undos(12);
}

#[test]
#[ignore = "all points: minutes"]
fn private_zones_survive_every_point() {
    for driven in [&SHARED, &COPIED] {
        driven.crashes(usize::MAX);
        driven.calls(usize::MAX);
        driven.undos(usize::MAX);
    }
}
