use model::plan::{Plan, Weight};
use model::{Inventory, Undo};
use serde_json::{Value, json};

use crate::Runbook;

const SERVERS: [&str; 2] = ["ns-1.awsdns-00.com.", "ns-2.awsdns-00.net."];

/// Two zones whose records name the same collection and the same checks.
fn inventory() -> Value {
    let zone = |id: &str, name: &str| {
        let set = |of: &str, more: Value| {
            let mut set = json!({ "name": format!("{of}.{name}"), "type": "A", "ttl": 60, "values": ["192.0.2.1"], "set_identifier": "x" });
            set.as_object_mut()
                .expect("an object")
                .extend(more.as_object().expect("an object").clone());
            set
        };
        json!({ "id": id, "name": name, "name_servers": SERVERS, "records": [
            set("net", json!({ "cidr": { "collection": "c-1", "location": "tokyo" } })),
            set("net2", json!({ "cidr": { "collection": "c-1", "location": "*" } })),
            set("ha", json!({ "weight": 1, "health_check": "h-both" })),
        ] })
    };
    let ns = |name: &str| json!({ "name": name, "type": "NS", "ttl": 60, "values": SERVERS });
    json!({ "format": 1, "observed_at": "2026-01-01T00:00:00Z", "accounts": { "222222222222": {}, "111111111111": {
        "zones": [zone("ZA", "a.example.com"), zone("ZB", "b.example.com"),
            { "id": "ZP", "name": "example.com", "records": [ns("a.example.com"), ns("b.example.com")] }],
        "cidr_collections": [{ "id": "c-1", "name": "offices", "locations": { "tokyo": ["203.0.113.0/24"] } }],
        "health_checks": [
            { "id": "h-both", "config": { "type": "CALCULATED", "health_threshold": 1, "children": ["h-z", "h-alarm"] } },
            { "id": "h-z", "tags": { "Name": "z", "aws:x": "y" }, "config": { "type": "TCP", "ip_address": "192.0.2.9", "port": 1, "inverted": true } },
            { "id": "h-alarm", "config": { "type": "CLOUDWATCH_METRIC", "alarm": { "region": "eu-west-1", "name": "queue" } } },
        ] } } })
}

fn planned(inventory: &Value, checks: &str) -> Plan {
    planned_with(inventory, checks, "")
}

/// The same, with more said of the first zone.
fn planned_with(inventory: &Value, checks: &str, more: &str) -> Plan {
    let section = |name: &str, more: &str| {
        format!(
            "[[zone]]\nname = \"{name}\"\nparent = {{ zone = \"example.com\", account = \"source\" }}\nhealth_checks = \"{checks}\"\n{more}"
        )
    };
    let runbook = format!(
        "migration = \"shop\"\nregion = \"ap-northeast-1\"\nsource = {{ account = \"111111111111\" }}\ntarget = {{ account = \"222222222222\" }}\n{}{}",
        section("a.example.com", more),
        section("b.example.com", "")
    );
    let inventory = Inventory::parse(&inventory.to_string()).expect("an inventory");
    crate::plan(&Runbook::parse(&runbook).expect("a runbook"), &inventory)
}

fn blocks_of(plan: &Plan) -> Vec<&str> {
    let blocks = plan.notes.iter().filter(|note| note.weight == Weight::Blocks);
    blocks.map(|note| note.text.as_str()).collect()
}

fn place(plan: &Plan, id: &str) -> usize {
    let at = plan.steps.iter().position(|step| step.id.as_str() == id);
    at.unwrap_or_else(|| {
        panic!(
            "no {id} among {:?}",
            plan.steps.iter().map(|step| step.id.as_str()).collect::<Vec<_>>()
        )
    })
}

#[test]
fn zones_that_name_the_same_collection_and_checks_share_what_is_made() {
    let plan = planned(&inventory(), "copy");
    assert_eq!(blocks_of(&plan), Vec::<&str>::new());
    let times = |action: &str| plan.steps.iter().filter(|step| step.action == action).count();
    assert_eq!(
        (
            times("zone.create_collection"),
            times("zone.copy_check"),
            times("zone.await_health")
        ),
        (1, 3, 2)
    );
    // Once before the first copy, and once more before each hand-over.
    assert_eq!(times("zone.put_blocks"), 3);
    // Children first, and all of them before the zones: they are taken back behind them.
    let made = [
        "health_check/h-z/copy_check",
        "health_check/h-both/copy_check",
        "cidr_collection/offices/create_collection",
    ];
    assert!(place(&plan, made[0]) < place(&plan, made[1]));
    let calculated = &plan.steps[place(&plan, made[1])];
    assert!(
        calculated.needs.iter().any(|need| need.as_str() == made[0]),
        "{:?}",
        calculated.needs
    );
    let zone = &plan.steps[place(&plan, "zone/a.example.com/create_zone")];
    for id in made {
        assert!(
            zone.needs.iter().any(|need| need.as_str() == id),
            "{id}: {:?}",
            zone.needs
        );
        assert_eq!(plan.steps[place(&plan, id)].undo, Undo::Auto);
    }
    // Of two zones that share what was made the second is not taken back before it, either.
    let second = &plan.steps[place(&plan, "zone/b.example.com/create_zone")];
    for id in made {
        assert!(
            second.needs.iter().any(|need| need.as_str() == id),
            "{id}: {:?}",
            second.needs
        );
    }
    let wait = &plan.steps[place(&plan, "zone/a.example.com/await_health")];
    assert_eq!(wait.input["checks"].as_array().map(Vec::len), Some(2), "{}", wait.input);
    let late = &plan.steps[place(&plan, "zone/a.example.com/copy_late_changes")];
    assert!(late.needs.contains(&wait.id));
    let tagged = &plan.steps[place(&plan, "health_check/h-z/tag_check")];
    assert_eq!(tagged.input["tags"], json!({ "Name": "z" }));
    let warned = |note: &model::plan::Note| note.weight == Weight::Warns && note.text.contains("queue in eu-west-1");
    assert!(plan.notes.iter().any(warned), "{:?}", plan.notes);
}

#[test]
fn checks_that_are_kept_need_no_inventory_and_collections_do() {
    let mut without = inventory();
    let source = &mut without["accounts"]["111111111111"];
    source["health_checks"] = json!([]);
    assert_eq!(blocks_of(&planned(&without, "keep")), Vec::<&str>::new());
    let blocks = planned(&without, "copy");
    assert!(
        blocks_of(&blocks)
            .iter()
            .all(|why| why.contains("h-both") && why.contains("get-health-check"))
    );
    assert_eq!(blocks_of(&blocks).len(), 2);
    without["accounts"]["111111111111"]["cidr_collections"] = json!([]);
    let blocks = planned(&without, "keep");
    assert!(
        blocks_of(&blocks)
            .iter()
            .all(|why| why.contains("c-1") && why.contains("list-cidr-blocks"))
    );
    assert_eq!(blocks_of(&blocks).len(), 2);
}

#[test]
fn what_cannot_be_made_anew_is_refused_by_name() {
    for (change, said) in [
        (
            json!({ "type": "RECOVERY_CONTROL", "routing_control": "arn:rc" }),
            "arn:rc",
        ),
        (
            json!({ "type": "CALCULATED", "health_threshold": 1, "children": ["h-both"] }),
            "in a circle",
        ),
        (
            json!({ "type": "CALCULATED", "health_threshold": 1, "children": ["h-gone"] }),
            "h-gone",
        ),
    ] {
        let mut inventory = inventory();
        inventory["accounts"]["111111111111"]["health_checks"][1]["config"] = change;
        let plan = planned(&inventory, "copy");
        assert!(
            blocks_of(&plan).iter().any(|why| why.contains(said)),
            "{said}: {:?}",
            blocks_of(&plan)
        );
        assert_eq!(blocks_of(&planned(&inventory, "keep")), Vec::<&str>::new(), "{said}");
    }
    let mut linked = inventory();
    linked["accounts"]["111111111111"]["health_checks"][1]["linked_service"] = json!("servicediscovery.amazonaws.com");
    let plan = planned(&linked, "copy");
    assert!(
        blocks_of(&plan).iter().any(|why| why.contains("servicediscovery")),
        "{:?}",
        blocks_of(&plan)
    );
    let mut other = inventory();
    other["accounts"]["111111111111"]["zones"][0]["records"][0]["cidr"]["location"] = json!("kyoto");
    let plan = planned(&other, "keep");
    assert!(
        blocks_of(&plan).iter().any(|why| why.contains("offices")),
        "{:?}",
        blocks_of(&plan)
    );
}

#[test]
fn an_equal_collection_of_the_target_is_used_and_another_of_the_name_is_left_alone() {
    let mut equal = inventory();
    let held = |block: &str| json!([{ "id": "c-9", "name": "offices", "locations": { "tokyo": [block] } }]);
    equal["accounts"]["222222222222"]["cidr_collections"] = held("203.0.113.0/24");
    let plan = planned(&equal, "keep");
    place(&plan, "cidr_collection/offices/adopt_collection");
    assert!(plan.steps.iter().all(|step| step.action != "zone.put_blocks"));
    equal["accounts"]["222222222222"]["cidr_collections"] = held("198.51.100.0/24");
    let plan = planned(&equal, "keep");
    place(&plan, "cidr_collection/offices/create_collection");
    assert!(
        plan.notes
            .iter()
            .any(|note| note.text.contains("with other blocks, which stays as it is"))
    );
}

/// The target has the first zone already, with one set of it.
fn with_zone_there(set: Value, collection: Value) -> Value {
    let mut inventory = inventory();
    inventory["accounts"]["222222222222"] = json!({ "cidr_collections": [collection],
        "zones": [{ "id": "ZT", "name": "a.example.com", "records": [set] }] });
    inventory
}

fn offices(id: &str, block: &str) -> Value {
    json!({ "id": id, "name": "offices", "locations": { "tokyo": [block] } })
}

#[test]
fn a_set_of_an_adopted_zone_goes_by_the_collection_that_the_copies_will_go_by() {
    let set = |collection: &str, location: &str| {
        json!({ "name": "net.a.example.com", "type": "A", "ttl": 60, "values": ["192.0.2.1"], "set_identifier": "x",
            "cidr": { "collection": collection, "location": location } })
    };
    let planned =
        |set: Value, collection: Value| planned_with(&with_zone_there(set, collection), "keep", "adopt = true\n");
    let plan = planned(set("c-9", "tokyo"), offices("c-9", "203.0.113.0/24"));
    assert_eq!(blocks_of(&plan), Vec::<&str>::new());
    place(&plan, "cidr_collection/offices/adopt_collection");
    for (set, collection, said) in [
        (set("c-9", "*"), offices("c-9", "203.0.113.0/24"), "holds otherwise"),
        (
            set("c-8", "tokyo"),
            offices("c-9", "203.0.113.0/24"),
            "another CIDR collection",
        ),
        (
            set("c-9", "tokyo"),
            offices("c-9", "198.51.100.0/24"),
            "another CIDR collection",
        ),
    ] {
        let plan = planned(set, collection);
        let blocks = blocks_of(&plan);
        assert!(
            blocks
                .iter()
                .any(|why| why.contains(said) && why.contains("net.a.example.com A")),
            "{said}: {blocks:?}"
        );
    }
}

#[test]
fn a_set_of_an_adopted_zone_that_depends_on_a_check_would_be_written_over_by_a_copied_one() {
    let set = |check: Option<&str>| {
        let mut set = json!({ "name": "ha.a.example.com", "type": "A", "ttl": 60, "values": ["192.0.2.1"], "set_identifier": "x", "weight": 1 });
        if let Some(check) = check {
            set["health_check"] = json!(check);
        }
        with_zone_there(set, offices("c-9", "203.0.113.0/24"))
    };
    for (check, checks, said) in [
        (Some("h-both"), "keep", None),
        (Some("h-other"), "keep", Some("another health check")),
        (None, "keep", Some("another health check")),
        (Some("h-both"), "copy", Some("leave out health_checks")),
        (Some("h-other"), "copy", Some("leave out health_checks")),
        (None, "copy", Some("leave out health_checks")),
    ] {
        let plan = planned_with(&set(check), checks, "adopt = true\n");
        let blocks = blocks_of(&plan);
        match said {
            None => assert_eq!(blocks, Vec::<&str>::new()),
            Some(said) => assert!(
                blocks.iter().any(|why| why.contains(said)),
                "{check:?} {checks}: {blocks:?}"
            ),
        }
    }
}
