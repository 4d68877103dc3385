use std::collections::BTreeMap;

use model::inventory::{AccountInventory, INVENTORY_FORMAT};
use model::plan::Weight;
use model::{AccountId, Inventory, Plan, Undo};

use super::*;
use crate::Runbook;

const RUNBOOK: &str = r#"
migration = "shop"
region = "ap-northeast-1"
source = { account = "111111111111" }
target = { account = "222222222222" }
[[gate]]
name = "go"
ask = "Go?"
before = ["zone"]
[[zone]]
name = "stg.shop.example.com"
parent = { zone = "shop.example.com", account = "source" }
"#;

fn ns(name: &str, ttl: u32, values: &[&str]) -> Record {
    Record {
        name: name.into(),
        kind: "NS".into(),
        ttl: Some(ttl),
        values: values.iter().map(|v| (*v).to_owned()).collect(),
        ..Record::default()
    }
}

const SERVERS: [&str; 2] = ["ns-1.awsdns-00.com.", "ns-2.awsdns-00.net."];

fn inventory(change: impl FnOnce(&mut Vec<Zone>)) -> Inventory {
    let parent = Zone {
        id: "ZPARENT".into(),
        name: "shop.example.com".into(),
        records: vec![ns("stg.shop.example.com", 3600, &SERVERS)],
        ..Zone::default()
    };
    let child = Zone {
        id: "ZCHILD".into(),
        name: "stg.shop.example.com".into(),
        // In another order and form than in the parent.
        name_servers: vec!["ns-2.awsdns-00.net".into(), "NS-1.awsdns-00.com".into()],
        records: vec![ns("stg.shop.example.com", 172_800, &SERVERS)],
        tags: BTreeMap::from([
            ("team".into(), "shop".into()),
            ("aws:cloudformation:stack".into(), "x".into()),
        ]),
        ..Zone::default()
    };
    let mut zones = vec![parent, child];
    change(&mut zones);
    let source = AccountInventory {
        zones,
        ..AccountInventory::default()
    };
    let id = |text| AccountId::new(text).expect("an account id");
    let accounts = [
        (id("111111111111"), source),
        (id("222222222222"), AccountInventory::default()),
    ];
    Inventory {
        schema: None,
        format: INVENTORY_FORMAT,
        observed_at: "2026-01-01T00:00:00Z".parse().expect("a moment"),
        accounts: accounts.into(),
        references: BTreeMap::new(),
        looked: None,
        terraform_creates: Vec::new(),
    }
}

fn planned(runbook: &str, inventory: &Inventory) -> Plan {
    let runbook = Runbook::parse(runbook).expect("a runbook");
    crate::plan(&runbook, inventory)
}

fn verbs(plan: &Plan) -> Vec<&str> {
    plan.steps.iter().map(|step| step.id.verb()).collect()
}

fn blocked(inventory: &Inventory) -> String {
    let plan = planned(RUNBOOK, inventory);
    assert!(plan.is_blocked() && plan.steps.is_empty());
    let note = plan
        .notes
        .iter()
        .find(|note| note.weight == Weight::Blocks)
        .expect("a note that blocks");
    note.text.clone()
}

#[test]
fn a_zone_is_made_compared_and_handed_over() {
    let plan = planned(RUNBOOK, &inventory(|_| ()));
    assert_eq!(plan.check(), Ok(()));
    assert!(!plan.is_blocked(), "{:?}", plan.notes);
    assert_eq!(
        verbs(&plan),
        [
            "create_zone",
            "tag_zone",
            "copy_records",
            "lower_new_apex_ttl",
            "compare_records",
            "lower_ttl",
            "lower_apex_ttl",
            "wait_ttl",
            "copy_late_changes",
            "compare_late_changes",
            "delegate",
            "watch_answers",
            "keep_equal",
            "restore_ttl",
            "restore_apex_ttl",
        ]
    );
}

fn step<'p>(plan: &'p Plan, verb: &str) -> &'p model::StepSpec {
    plan.steps
        .iter()
        .find(|step| step.id.verb() == verb)
        .expect("the plan has it")
}

#[test]
fn only_the_hand_over_disturbs_and_waits_for_the_gate() {
    let plan = planned(RUNBOOK, &inventory(|_| ()));
    let disturbing: Vec<_> = plan.steps.iter().filter(|s| s.disturbs).map(|s| s.id.verb()).collect();
    assert_eq!(disturbing, ["delegate"]);
    assert!(
        plan.steps
            .iter()
            .all(|step| step.gates.is_empty() || step.phase == Phase::Cutover)
    );
    assert_eq!(step(&plan, "delegate").gates.len(), 1);
}

#[test]
fn what_going_back_needs_is_in_the_plan() {
    let plan = planned(RUNBOOK, &inventory(|_| ()));
    assert_eq!(step(&plan, "delegate").input["old_values"], serde_json::json!(SERVERS));
    assert_eq!(step(&plan, "lower_ttl").input["from"], 3600);
    assert_eq!(
        step(&plan, "wait_ttl").input["seconds"],
        172_800,
        "the longer of the two"
    );
    for verb in ["create_zone", "lower_ttl", "lower_apex_ttl", "delegate"] {
        assert_eq!(step(&plan, verb).undo, Undo::Auto, "{verb}");
    }
}

/// Every step that an input names must be done before: a step whose output is not there cannot act.
#[test]
fn every_step_that_an_input_names_is_needed() {
    let plan = planned(RUNBOOK, &inventory(|_| ()));
    for step in &plan.steps {
        let mut pending: Vec<&StepId> = step.needs.iter().collect();
        let mut behind: Vec<&StepId> = Vec::new();
        while let Some(id) = pending.pop() {
            behind.push(id);
            pending.extend(&plan.step(id).expect("it is in the plan").needs);
        }
        let input = step.input.to_string();
        for other in plan
            .steps
            .iter()
            .filter(|other| input.contains(&format!("\"{}\"", other.id)))
        {
            assert!(
                behind.contains(&&other.id),
                "{} names {} and does not need it",
                step.id,
                other.id
            );
        }
    }
}

#[test]
fn reserved_tags_are_not_carried_over() {
    let plan = planned(RUNBOOK, &inventory(|_| ()));
    assert_eq!(
        step(&plan, "tag_zone").input["tags"],
        serde_json::json!({ "team": "shop" })
    );
}

#[test]
fn a_ttl_that_is_low_already_is_left_alone() {
    let plan = planned(
        RUNBOOK,
        &inventory(|zones| {
            zones[0].records[0].ttl = Some(30);
            zones[1].records[0].ttl = Some(60);
        }),
    );
    assert_eq!(plan.check(), Ok(()));
    let verbs = verbs(&plan);
    for absent in [
        "lower_ttl",
        "lower_apex_ttl",
        "wait_ttl",
        "restore_ttl",
        "restore_apex_ttl",
    ] {
        assert!(!verbs.contains(&absent), "{absent}");
    }
    assert_eq!(step(&plan, "delegate").input["ttl"], 30);
}

#[test]
fn a_delegation_to_other_servers_blocks() {
    let why = blocked(&inventory(|zones| {
        zones[0].records[0].values = vec!["ns-9.awsdns-00.com.".into()]
    }));
    assert!(why.contains("not the one in use"), "{why}");
}

#[test]
fn a_signed_zone_blocks() {
    let ds = Record {
        kind: "DS".into(),
        ..ns("stg.shop.example.com", 300, &["1 8 2 00"])
    };
    let why = blocked(&inventory(|zones| zones[0].records.push(ds)));
    assert!(why.contains("signed"), "{why}");
}

fn a(name: &str, value: &str) -> Record {
    Record {
        kind: "A".into(),
        ..ns(name, 60, &[value])
    }
}

fn alias(name: &str, to: &str) -> Record {
    Record {
        name: name.into(),
        kind: "A".into(),
        alias: Some(model::inventory::AliasTarget {
            zone: "ZPARENT".into(),
            name: to.into(),
            evaluate_health: false,
        }),
        ..Record::default()
    }
}

/// The parent alone, with these records beside others of its own.
fn within_parent(records: Vec<Record>) -> Inventory {
    inventory(|zones| {
        zones.truncate(1);
        zones[0].records = records;
        zones[0].records.push(a("www.shop.example.com", "192.0.2.7"));
        zones[0].records.push(a("not-stg.shop.example.com", "192.0.2.8"));
    })
}

#[test]
fn names_without_a_zone_of_their_own_are_carved_out_and_no_ttl_is_waited_for() {
    let inside = vec![
        a("api.stg.shop.example.com", "192.0.2.1"),
        a("STG.shop.example.com.", "192.0.2.2"),
    ];
    let plan = planned(RUNBOOK, &within_parent(inside));
    assert_eq!(plan.check(), Ok(()));
    assert!(!plan.is_blocked(), "{:?}", plan.notes);
    assert_eq!(
        verbs(&plan),
        [
            "create_zone",
            "tag_zone",
            "copy_records",
            "lower_new_apex_ttl",
            "compare_records",
            "copy_late_changes",
            "compare_late_changes",
            "delegate",
            "watch_answers",
            "keep_equal",
            "restore_ttl",
            "restore_apex_ttl",
        ]
    );
    assert!(
        step(&plan, "copy_records").title.contains(" 2 record sets"),
        "{}",
        step(&plan, "copy_records").title
    );
    assert_eq!(step(&plan, "delegate").input["old_values"], serde_json::json!([]));
    assert_eq!(step(&plan, "copy_records").input["zones"]["carved"], true);
    assert_eq!(step(&plan, "restore_ttl").input["to"], USUAL_TTL);
}

#[test]
fn what_would_not_answer_behind_the_cut_blocks() {
    let name = "stg.shop.example.com";
    let api = || a("api.stg.shop.example.com", "192.0.2.1");
    let cname = Record {
        kind: "CNAME".into(),
        ..ns(name, 60, &["elsewhere.example.com."])
    };
    for (records, wanted) in [
        (vec![], "nothing to carve out"),
        (
            vec![api(), ns(name, 300, &["ns.others.example."])],
            "delegates stg.shop.example.com already",
        ),
        (vec![api(), cname], "is a CNAME"),
        (
            vec![api(), alias("api2.stg.shop.example.com", "www.shop.example.com")],
            "api2.stg.shop.example.com A to www.shop.example.com",
        ),
        (
            vec![api(), alias("m.shop.example.com", "api.stg.shop.example.com")],
            "m.shop.example.com A to api.stg.shop.example.com",
        ),
    ] {
        let why = blocked(&within_parent(records));
        assert!(why.contains(wanted), "{wanted}: {why}");
    }
    let within = vec![api(), alias("www.stg.shop.example.com", "api.stg.shop.example.com")];
    assert!(!planned(RUNBOOK, &within_parent(within)).is_blocked());
}

fn with_target_zone(records: Vec<Record>) -> Inventory {
    let mut inventory = inventory(|zones| zones[1].records.push(a("api.stg.shop.example.com", "192.0.2.1")));
    let zone = Zone {
        id: "ZTERRAFORM".into(),
        name: "stg.shop.example.com".into(),
        records,
        ..Zone::default()
    };
    inventory
        .accounts
        .values_mut()
        .next_back()
        .expect("the target")
        .zones
        .push(zone);
    inventory
}

const ADOPT: &str = "account = \"source\" }\nadopt = true";

#[test]
fn a_zone_that_terraform_has_made_is_used_and_what_it_holds_is_kept() {
    let runbook = RUNBOOK.replace("account = \"source\" }", ADOPT);
    let validation = Record {
        kind: "CNAME".into(),
        ..ns("_1.stg.shop.example.com", 300, &["_2.acm-validations.aws."])
    };
    let equal = a("API.stg.shop.example.com.", "192.0.2.1");
    let plan = planned(&runbook, &with_target_zone(vec![validation, equal]));
    assert_eq!(plan.check(), Ok(()));
    let verbs = verbs(&plan);
    assert_eq!(
        (verbs[0], verbs[verbs.len() - 1]),
        ("adopt_zone", "release_zone"),
        "{:?}",
        plan.notes
    );
    assert!(!verbs.contains(&"tag_zone"));
    assert_eq!(
        step(&plan, "lower_new_apex_ttl").undo,
        Undo::Auto,
        "nobody deletes that zone"
    );
    let had = step(&plan, "copy_records").input["zones"]["had"]
        .as_array()
        .expect("a list")
        .len();
    assert_eq!(had, 2);
}

#[test]
fn a_zone_to_adopt_that_is_not_there_or_says_otherwise_blocks() {
    let runbook = RUNBOOK.replace("account = \"source\" }", ADOPT);
    let blocked = |inventory: &Inventory| {
        let plan = planned(&runbook, inventory);
        assert!(plan.is_blocked() && plan.steps.is_empty());
        plan.notes.iter().map(|note| note.text.clone()).collect::<String>()
    };
    let why = blocked(&inventory(|_| ()));
    assert!(
        why.contains("lists no public zone stg.shop.example.com in the target"),
        "{why}"
    );
    let why = blocked(&with_target_zone(vec![a("api.stg.shop.example.com", "192.0.2.99")]));
    assert!(
        why.contains("holds otherwise what would be copied into it: api.stg.shop.example.com A"),
        "{why}"
    );
}

#[test]
fn two_public_zones_of_one_name_block_and_a_private_one_does_not() {
    let mut with_private = inventory(|zones| {
        zones.push(Zone {
            id: "ZPRIVATE".into(),
            private: true,
            ..zones[1].clone()
        })
    });
    assert!(!planned(RUNBOOK, &with_private).is_blocked());
    for account in with_private.accounts.values_mut() {
        account.zones.iter_mut().for_each(|zone| zone.private = false);
    }
    assert!(blocked(&with_private).contains("several public zones"));
}

#[test]
fn a_zone_that_the_target_has_already_blocks() {
    let mut inventory = inventory(|_| ());
    let zone = Zone {
        id: "ZTAKEN".into(),
        name: "stg.shop.example.com".into(),
        ..Zone::default()
    };
    inventory
        .accounts
        .values_mut()
        .next_back()
        .expect("the target")
        .zones
        .push(zone);
    assert!(blocked(&inventory).contains("ZTAKEN"));
}

#[test]
fn an_unknown_field_is_refused() {
    let text = RUNBOOK.replace("account = \"source\" }", "account = \"source\" }\ndelgate = true");
    assert!(Runbook::parse(&text).is_err());
}
