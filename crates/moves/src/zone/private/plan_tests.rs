use model::plan::Weight;
use model::{Inventory, Plan, Undo};
use serde_json::{Value, json};

use crate::Runbook;
use crate::plan_shape::{SOURCE, TARGET};

fn vpcs(ids: &[&str]) -> Value {
    ids.iter()
        .map(|id| json!({ "id": id, "region": "ap-northeast-1" }))
        .collect()
}

fn zone(id: &str, resolving: &[&str]) -> Value {
    json!({ "id": id, "name": "internal.shop", "private": true, "vpcs": vpcs(resolving), "tags": { "team": "shop", "aws:cloudformation:stack": "x" },
        "records": [{ "name": "db.internal.shop", "type": "CNAME", "ttl": 60, "values": ["db.example.com"] }] })
}

fn planned(section: &str, zones: &[Value], of_target: &[Value]) -> Plan {
    let region = |vpcs: &[&str]| json!({ "ap-northeast-1": { "vpcs": vpcs } });
    let mut target = region(&["vpc-target"]);
    target["ap-northeast-1"]["subnet_groups"] = json!({ "db": { "vpc": "vpc-second", "subnets": ["subnet-1"] } });
    let inventory = json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": {
        SOURCE: { "regions": region(&["vpc-source"]), "zones": zones },
        TARGET: { "regions": target, "zones": of_target } } });
    let inventory = Inventory::parse(&inventory.to_string()).expect("an inventory");
    let runbook = format!(
        "migration = \"shop\"\nregion = \"ap-northeast-1\"\nsource = {{ account = \"{SOURCE}\" }}\ntarget = {{ account = \"{TARGET}\" }}\n\
         [[gate]]\nname = \"go\"\nask = \"Go?\"\nbefore = [\"private_zone\"]\n[[private_zone]]\nname = \"internal.shop\"\n{section}\n"
    );
    crate::plan(&Runbook::parse(&runbook).expect("a runbook"), &inventory)
}

fn texts(plan: &Plan, weight: Weight) -> String {
    let notes = plan.notes.iter().filter(|note| note.weight == weight);
    notes.map(|note| note.text.as_str()).collect::<Vec<_>>().join("\n")
}

fn verbs(plan: &Plan) -> Vec<&str> {
    plan.steps.iter().map(|step| step.id.verb()).collect()
}

const TWO: &str = "vpcs = [\"vpc-target\", \"vpc-second\"]";

#[test]
fn without_a_route_the_target_gets_a_zone_of_its_own() {
    let plan = planned(TWO, &[zone("ZOLD", &["vpc-source"])], &[]);
    assert_eq!(texts(&plan, Weight::Blocks), "");
    assert_eq!(
        verbs(&plan),
        ["create_zone", "tag_zone", "copy_records", "associate_vpc-second"]
    );
    assert_eq!(plan.steps[0].input["vpc"]["id"], "vpc-target");
    assert_eq!(
        plan.steps[1].input["tags"],
        json!({ "team": "shop" }),
        "reserved tags stay"
    );
    assert!(
        plan.steps.iter().all(|step| step.side == model::Side::Target),
        "nothing is done in the source"
    );
    let gated: Vec<bool> = plan.steps.iter().map(|step| !step.gates.is_empty()).collect();
    assert_eq!(gated, [true, false, false, true]);
}

#[test]
fn shared_with_each_vpc_by_a_permission_that_is_withdrawn() {
    let section = format!("{TWO}\nroute = \"share\"");
    let plan = planned(&section, &[zone("ZOLD", &["vpc-source"])], &[]);
    assert_eq!(texts(&plan, Weight::Blocks), "");
    let expected = ["authorise", "associate", "withdraw"];
    let expected: Vec<String> = ["vpc-target", "vpc-second"]
        .iter()
        .flat_map(|vpc| expected.map(|verb| format!("{verb}_{vpc}")))
        .collect();
    assert_eq!(verbs(&plan), expected);
    let undone: Vec<bool> = plan.steps.iter().map(|step| step.undo == Undo::Auto).collect();
    assert_eq!(undone, [true, true, false, true, true, false]);
    let warned = texts(&plan, Weight::Warns);
    assert!(
        warned.contains(&format!(
            "vpc-target, vpc-second of account {TARGET} will resolve zone ZOLD"
        )),
        "{warned}"
    );
    assert!(texts(&plan, Weight::Tells).contains("ignore_changes = [vpc]"));
}

#[test]
fn what_cannot_be_otherwise_is_said_with_the_commands() {
    let told = |resolving: &[&str]| {
        let plan = planned("vpcs = [\"vpc-target\"]", &[zone("ZOLD", resolving)], &[]);
        format!("{}\n{}", texts(&plan, Weight::Warns), texts(&plan, Weight::Tells))
    };
    let one = told(&["vpc-source"]);
    for part in [
        "vpc-source go on asking zone ZOLD, vpc-target the new one",
        "must be written to both",
        "with a gap in which its names do not resolve",
        "It is the only VPC of its zone, and the last one cannot be disassociated",
        "aws route53 disassociate-vpc-from-hosted-zone --hosted-zone-id ZOLD --vpc VPCRegion=ap-northeast-1,VPCId=vpc-source",
        "aws route53 associate-vpc-with-hosted-zone --hosted-zone-id NEW --vpc VPCRegion=ap-northeast-1,VPCId=vpc-source",
        "Route 53 Profile",
        "Private zones cannot be delegated",
    ] {
        assert!(one.contains(part), "{part}: {one}");
    }
    let two = told(&["vpc-source", "vpc-more"]);
    assert!(two.contains("The last of the 2 VPCs cannot be disassociated"), "{two}");
}

#[test]
fn what_stands_in_the_way_blocks() {
    let of_map = || {
        let mut zone = zone("ZOLD", &["vpc-source"]);
        zone["linked_service"] = json!("servicediscovery.amazonaws.com");
        zone
    };
    let public = || json!({ "id": "ZPUBLIC", "name": "internal.shop" });
    let one = "vpcs = [\"vpc-target\"]";
    let old = || zone("ZOLD", &["vpc-source"]);
    let twin = || zone("ZTWIN", &["vpc-more"]);
    let shared = || zone("ZOLD", &["vpc-source", "vpc-target"]);
    let share = "vpcs = [\"vpc-target\"]\nroute = \"share\"";
    type Case<'a> = (&'a str, Vec<Value>, Vec<Value>, &'a str);
    let cases: [Case<'_>; 13] = [
        (
            one,
            vec![],
            vec![],
            "has no private zone internal.shop in the inventory",
        ),
        (one, vec![public()], vec![], "a public one is moved by [[zone]]"),
        (
            one,
            vec![old(), twin()],
            vec![],
            "say with id which is meant: ZOLD (of vpc-source), ZTWIN (of vpc-more)",
        ),
        (
            "id = \"ZX\"\nvpcs = [\"vpc-target\"]",
            vec![old()],
            vec![],
            "has the id ZX: ZOLD (of vpc-source)",
        ),
        (one, vec![zone("", &[])], vec![], "does not tell the id"),
        (one, vec![of_map()], vec![], "made by servicediscovery.amazonaws.com"),
        ("vpcs = []", vec![old()], vec![], "vpcs is empty"),
        ("vpcs = [\"subnet-1\"]", vec![old()], vec![], "is not the id of a VPC"),
        ("vpcs = [\"vpc-source\"]", vec![old()], vec![], "is a VPC of the source"),
        ("vpcs = [\"vpc-x\"]", vec![old()], vec![], "write it there under vpcs"),
        (
            "vpcs = [\"vpc-target\", \"vpc-target\"]",
            vec![old()],
            vec![],
            "named twice",
        ),
        (
            share,
            vec![old()],
            vec![zone("ZHERE", &["vpc-target"])],
            "resolves zone ZHERE of the same name already",
        ),
        (
            one,
            vec![shared()],
            vec![],
            "or leave it as it is with route = \"share\"",
        ),
    ];
    for (section, zones, of_target, part) in cases {
        let plan = planned(section, &zones, &of_target);
        let blocks = texts(&plan, Weight::Blocks);
        assert!(blocks.contains(part), "{part}: {blocks:?}");
        assert!(plan.steps.is_empty(), "{part}: {:?}", verbs(&plan));
    }
}

#[test]
fn one_of_several_is_meant_by_its_id() {
    let zones = [zone("ZOLD", &["vpc-source"]), zone("ZTWIN", &["vpc-more"])];
    let plan = planned("id = \"ZTWIN\"\nvpcs = [\"vpc-target\"]", &zones, &[]);
    assert_eq!(texts(&plan, Weight::Blocks), "");
    assert_eq!(plan.steps[0].input["old"], "ZTWIN");
}

#[test]
fn a_vpc_that_was_let_in_before_is_left_so() {
    let section = format!("{TWO}\nroute = \"share\"");
    let plan = planned(&section, &[zone("ZOLD", &["vpc-source", "vpc-target"])], &[]);
    assert_eq!(
        verbs(&plan),
        ["authorise_vpc-second", "associate_vpc-second", "withdraw_vpc-second"]
    );
    assert!(texts(&plan, Weight::Tells).contains("1 of the VPCs named resolve zone ZOLD already"));
}
