use model::plan::Weight;
use model::{Inventory, Plan};
use serde_json::{Value, json};

use crate::Runbook;

const HEAD: &str = "migration = \"shop\"\nregion = \"ap-northeast-1\"\nsource = { account = \"111111111111\" }\ntarget = { account = \"222222222222\" }\n\
                    [[gate]]\nname = \"go\"\nask = \"Go?\"\nbefore = [\"zone\"]\n\
                    [[zone]]\nname = \"stg.example.com\"\nparent = { zone = \"example.com\", account = \"source\" }\n";

fn planned(repoint: &str) -> Plan {
    planned_with(repoint, &json!({}))
}

/// With what the inventory says that references stand for.
fn planned_with(repoint: &str, references: &Value) -> Plan {
    let ns = json!({ "name": "stg.example.com", "type": "NS", "ttl": 60, "values": ["ns-1.awsdns-01.com.", "ns-2.awsdns-02.net."] });
    let set = |name: &str, kind: &str, ttl: u32, value: &str| json!({ "name": name, "type": kind, "ttl": ttl, "values": [value] });
    let weighted = |of: &str| json!({ "name": "w.stg.example.com", "type": "A", "ttl": 600, "values": ["192.0.2.8"], "set_identifier": of, "weight": 1 });
    let records: Vec<Value> = vec![
        ns.clone(),
        set(
            "db.stg.example.com",
            "CNAME",
            3600,
            "shop-stg.c0.ap-northeast-1.rds.amazonaws.com",
        ),
        set("old.stg.example.com", "A", 30, "192.0.2.7"),
        json!({ "name": "app.stg.example.com", "type": "A", "alias": { "zone": "Z14GRHDCWA56QT", "name": "old-1.ap-northeast-1.elb.amazonaws.com", "evaluate_health": true } }),
        weighted("blue"),
        weighted("green"),
    ];
    let zones = json!([{ "id": "ZOLD", "name": "stg.example.com", "records": records }, { "id": "ZPARENT", "name": "example.com", "records": [ns] }]);
    let text = json!({ "format": 1, "observed_at": "2026-11-22T00:00:00Z",
        "accounts": { "111111111111": { "zones": zones }, "222222222222": {} }, "references": references });
    let inventory = Inventory::parse(&text.to_string()).expect("an inventory");
    let runbook = Runbook::parse(&format!("{HEAD}repoint = [{repoint}]\n"));
    crate::plan(&runbook.unwrap_or_else(|error| panic!("{error}")), &inventory)
}

fn blocks(plan: &Plan) -> Vec<&str> {
    let notes = plan.notes.iter().filter(|note| note.weight == Weight::Blocks);
    notes.map(|note| note.text.as_str()).collect()
}

#[test]
fn a_record_is_lowered_waited_for_changed_before_the_last_copy_and_raised_in_both_zones() {
    let plan = planned(
        "{ name = \"db.stg.example.com\", type = \"CNAME\", to = { value = \"new.example.net\" } }, \
         { name = \"APP.stg.example.com\", type = \"A\", to = { alias = \"new-1.ap-northeast-1.elb.amazonaws.com\", zone_id = \"Z14GRHDCWA56QT\" } }",
    );
    assert_eq!(blocks(&plan), Vec::<&str>::new());
    assert_eq!(plan.check(), Ok(()));
    let step = |verb: &str| {
        let found = plan.steps.iter().find(|step| step.id.verb() == verb);
        found.unwrap_or_else(|| {
            panic!(
                "no {verb} in {:?}",
                plan.steps.iter().map(|step| step.id.verb()).collect::<Vec<_>>()
            )
        })
    };
    let needs = |verb: &str, other: &str| step(verb).needs.iter().any(|id| id.verb() == other);
    let changed = "repoint_db.stg.example.com_CNAME";
    assert!(needs("copy_records", "lower_record_ttl_db.stg.example.com_CNAME"));
    assert!(needs("wait_record_ttl", "lower_record_ttl_db.stg.example.com_CNAME"));
    assert_eq!(step("wait_record_ttl").input["seconds"], 3600);
    assert!(needs(changed, "wait_record_ttl") && needs(changed, "compare_records"));
    assert!(needs("copy_late_changes", changed) && needs("copy_late_changes", "repoint_app.stg.example.com_A"));
    assert!(needs("delegate", "compare_late_changes"));
    assert!(needs("raise_new_record_ttl_db.stg.example.com_CNAME", "keep_equal"));
    assert!(needs("raise_old_record_ttl_db.stg.example.com_CNAME", "keep_equal"));
    let one = step(changed);
    assert!(one.disturbs && one.gates.iter().any(|gate| gate.as_str() == "go"));
    assert_eq!(
        one.title,
        "re-point db.stg.example.com CNAME: shop-stg.c0.ap-northeast-1.rds.amazonaws.com → new.example.net"
    );
    assert_eq!(one.input["from"]["ttl"], 60);
    let alias = &step("repoint_app.stg.example.com_A").input["to"];
    assert_eq!(alias["alias"]["evaluate_health"], true, "as before: {alias}");
    let diff = "app.stg.example.com A: - alias old-1.ap-northeast-1.elb.amazonaws.com + alias new-1.ap-northeast-1.elb.amazonaws.com";
    assert!(plan.notes.iter().any(|note| note.text == diff), "{:?}", plan.notes);
}

#[test]
fn a_low_ttl_stays_and_one_of_several_sets_keeps_its_own() {
    let plan = planned(
        "{ name = \"old.stg.example.com\", type = \"A\", to = { values = [\"203.0.113.1\", \"203.0.113.2\"] } }, \
         { name = \"w.stg.example.com\", type = \"A\", set_identifier = \"blue\", to = { value = \"203.0.113.3\" } }",
    );
    assert_eq!(blocks(&plan), Vec::<&str>::new());
    let verbs: Vec<&str> = plan.steps.iter().map(|step| step.id.verb()).collect();
    assert!(!verbs.iter().any(|verb| verb.contains("record_ttl")), "{verbs:?}");
    assert!(verbs.contains(&"repoint_w.stg.example.com_A_(blue)"), "{verbs:?}");
    let told = plan
        .notes
        .iter()
        .any(|note| note.text.contains("may remember the old value for 600 s"));
    assert!(told, "{:?}", plan.notes);
}

#[test]
fn what_cannot_be_re_pointed_blocks_with_the_reason() {
    let to = "to = { value = \"x.example\" }";
    let cases = [
        (
            format!("name = \"example.com\", type = \"A\", {to}"),
            "is not a name of stg.example.com",
        ),
        (
            format!("name = \"db.stg.example.com\", type = \"A\", {to}"),
            "it has CNAME, and a type does not change",
        ),
        (
            format!("name = \"nobody.stg.example.com\", type = \"A\", {to}"),
            "zone ZOLD has no nobody.stg.example.com A",
        ),
        (
            format!("name = \"stg.example.com\", type = \"NS\", {to}"),
            "delegations are not re-pointed",
        ),
        (
            format!("name = \"w.stg.example.com\", type = \"A\", {to}"),
            "say which by set_identifier (blue, green)",
        ),
        (
            "name = \"old.stg.example.com\", type = \"A\", to = { value = \"192.0.2.7\" }".into(),
            "192.0.2.7 already",
        ),
        (
            "name = \"old.stg.example.com\", type = \"A\", to = {}".into(),
            "exactly one of",
        ),
        (
            "name = \"old.stg.example.com\", type = \"A\", to = { value = \"a\", alias = \"b\" }".into(),
            "exactly one of",
        ),
        (
            "name = \"old.stg.example.com\", type = \"A\", to = { value = \" \" }".into(),
            "points nowhere",
        ),
        (
            "name = \"old.stg.example.com\", type = \"A\", to = { alias = \"b.elb.amazonaws.com\" }".into(),
            "an alias needs zone_id",
        ),
        (
            "name = \"old.stg.example.com\", type = \"A\", to = { alias = \"b.example\", zone_id = \"ZOLD\" }".into(),
            "copied, not re-pointed",
        ),
        (
            "name = \"old.stg.example.com\", type = \"A\", to = { value = \"a\", zone_id = \"Z\" }".into(),
            "belong to an alias",
        ),
        (
            "name = \"db.stg.example.com\", type = \"CNAME\", to = { database = \"shop-stg\" }".into(),
            "restores no database shop-stg",
        ),
        (
            "name = \"old.stg.example.com\", type = \"A\", to = { database = \"shop-stg\" }".into(),
            "only a CNAME",
        ),
        (
            "name = \"db.stg.example.com\", type = \"CNAME\", to = { value = \"a.example\", reader = true }".into(),
            "belongs to a cluster",
        ),
        (
            "name = \"db.stg.example.com\", type = \"CNAME\", to = { values = [\"a.example\", \"b.example\"] }".into(),
            "a CNAME has one value",
        ),
    ];
    for (repoint, why) in cases {
        let plan = planned(&format!("{{ {repoint} }}"));
        let blocks = blocks(&plan);
        assert!(blocks.iter().any(|text| text.contains(why)), "{repoint}: {blocks:?}");
    }
    let one = format!("{{ name = \"db.stg.example.com\", type = \"CNAME\", {to} }}");
    let plan = planned(&format!("{one}, {one}"));
    assert!(blocks(&plan).iter().any(|text| text.contains("named twice")));
    let refused = Runbook::parse(&format!(
        "{HEAD}repoint = [{{ name = \"a\", type = \"A\", to = {{ url = \"x\" }} }}]\n"
    ));
    let refused = refused.expect_err("an unknown word");
    assert!(refused.reason.contains("url"), "{refused}");
}

#[test]
fn values_and_aliases_may_lie_in_terraforms_state_and_the_inventory_says_what_they_are() {
    let state = "tfstate://stg-tf/stg.tfstate#";
    let repoint = format!(
        "{{ name = \"db.stg.example.com\", type = \"CNAME\", to = {{ value = \"{state}aws_elasticache_replication_group.a.primary_endpoint_address\" }} }}, \
         {{ name = \"old.stg.example.com\", type = \"A\", to = {{ values = [\"{state}aws_eip.a.public_ip\", \"203.0.113.2\"] }} }}, \
         {{ name = \"app.stg.example.com\", type = \"A\", to = {{ alias = \"{state}aws_lb.web.dns_name\", zone_id = \"{state}aws_lb.web.zone_id\" }} }}"
    );
    let unknown = planned(&repoint);
    let blocked = blocks(&unknown);
    let asked = blocked.iter().filter(|text| text.contains("cleave discover RUNBOOK"));
    assert_eq!(asked.count(), 4, "{blocked:?}");
    let plan = planned_with(
        &repoint,
        &json!({
            format!("{state}aws_elasticache_replication_group.a.primary_endpoint_address"): "cache.new.example.net",
            format!("{state}aws_eip.a.public_ip"): "203.0.113.1",
            format!("{state}aws_lb.web.dns_name"): "web-1.ap-northeast-1.elb.amazonaws.com",
            format!("{state}aws_lb.web.zone_id"): "Z14GRHDCWA56QT",
        }),
    );
    assert_eq!(blocks(&plan), Vec::<&str>::new());
    let to = |verb: &str| {
        let step = plan.steps.iter().find(|step| step.id.verb() == verb);
        step.unwrap_or_else(|| panic!("no {verb}")).input["to"].to_string()
    };
    assert!(to("repoint_db.stg.example.com_CNAME").contains("\"cache.new.example.net\""));
    assert!(to("repoint_old.stg.example.com_A").contains("203.0.113.1"));
    let alias = to("repoint_app.stg.example.com_A");
    assert!(
        alias.contains("web-1.ap-northeast-1") && alias.contains("Z14GRHDCWA56QT"),
        "{alias}"
    );
    // What a record says may begin with anything else.
    let text = planned("{ name = \"old.stg.example.com\", type = \"A\", to = { value = \"tag:192.0.2.9\" } }");
    assert_eq!(blocks(&text), Vec::<&str>::new());
}
