use model::plan::Weight;
use model::products::{Agreements, gate_of};
use model::{Inventory, Plan, ResourceRef};
use serde_json::json;

use crate::plan::plan;
use crate::runbook::Runbook;

const HEAD: &str = "migration = \"shop\"\nregion = \"ap-northeast-1\"\nsource = { account = \"111111111111\" }\n\
                    target = { account = \"222222222222\" }\n";
const KEY: &str = "[[key]]\nalias = \"alias/shop\"\n";
const TEAMS: &str =
    "[products.shop]\nowner = \"Shop team\"\ncontact = \"#shop-oncall\"\n[products.ledger]\nowner = \"Finance\"\n";

fn runbook(sections: &str) -> Runbook {
    Runbook::parse(&format!("{HEAD}{sections}")).expect("a runbook")
}

/// Two databases, one of which is tagged as the shop's and Hanako's.
fn planned(sections: &str) -> Plan {
    let database = |id: &str, tags: serde_json::Value| {
        json!({"id": id, "engine": "postgres", "engine_version": "16.3", "class": "db.t4g.medium", "storage_gib": 100,
               "storage_type": "gp3", "parameter_group": "default.postgres16", "port": 5432, "tags": tags})
    };
    let inventory = json!({"format": 1, "observed_at": "2026-11-22T00:00:00Z", "accounts": {
        "111111111111": {"regions": {"ap-northeast-1": {"keys": [{"id": "k1", "aliases": ["alias/shop"]}], "databases": [
            database("shop", json!({"Product": "shop", "owner": "Hanako"})), database("books", json!({"team": "finance"}))]}}},
        "222222222222": {"regions": {"ap-northeast-1": {
            "subnet_groups": {"stg-db": {"vpc": "vpc-1", "subnets": ["subnet-1", "subnet-2"]}}, "security_groups": ["sg-1"]}}}}});
    let inventory = Inventory::parse(&inventory.to_string()).expect("an inventory");
    plan(&runbook(sections), &inventory)
}

fn database(id: &str, more: &str) -> String {
    format!(
        "[[database]]\nid = \"{id}\"\n{more}restore = {{ subnet_group = \"stg-db\", security_groups = [\"sg-1\"] }}\n"
    )
}

fn of(id: &str) -> ResourceRef {
    ResourceRef::new("database", id)
}

#[test]
fn a_section_says_whose_a_thing_is_and_else_its_tags_do() {
    let tagged = planned(&format!("{KEY}{}{}", database("shop", ""), database("books", "")));
    assert_eq!(tagged.product_of(&of("shop")), Some("shop"));
    assert_eq!(tagged.owner_of(&of("shop")), Some("Hanako"));
    assert_eq!(tagged.product_of(&of("books")), None);
    let said = planned(&format!(
        "{TEAMS}{KEY}{}{}",
        database("shop", "product = \"ledger\"\n"),
        database("books", "product = \"ledger\"\n")
    ));
    assert_eq!(said.product_of(&of("shop")), Some("ledger"));
    // The tag's owner is the thing's own.
    assert_eq!(said.owner_of(&of("shop")), Some("Hanako"));
    assert_eq!(said.owner_of(&of("books")), Some("Finance"));
}

#[test]
fn whose_things_are_changes_no_step_unless_agreements_are_required() {
    let sections = format!("{KEY}{}{}", database("shop", ""), database("books", ""));
    let (bare, named) = (planned(&sections), planned(&format!("{TEAMS}{sections}")));
    assert_eq!(bare.steps, named.steps);
    assert_eq!(bare.gates, named.gates);
    assert_eq!(named.products.agreements, Agreements::Asked);
}

#[test]
fn where_agreements_are_required_what_disturbs_a_product_waits_for_it_and_a_hook_before_it_too() {
    let hook = "[[hook]]\nname = \"stop\"\nbefore = [\"database\"]\nrun = [\"./stop.sh\"]\n";
    let plan = planned(&format!(
        "agreements = \"required\"\n{TEAMS}{KEY}{hook}{}{}",
        database("shop", ""),
        database("books", "product = \"ledger\"\n")
    ));
    assert_eq!(
        plan.notes
            .iter()
            .filter(|note| note.weight == Weight::Blocks)
            .collect::<Vec<_>>(),
        Vec::<&model::plan::Note>::new()
    );
    plan.check().expect("every reference resolves");
    let gates: Vec<&str> = plan.gates.iter().map(|gate| gate.name.as_str()).collect();
    assert_eq!(gates, ["product:ledger", "product:shop"]);
    assert!(
        plan.gates[1].ask.contains("shop (Shop team, #shop-oncall)"),
        "{}",
        plan.gates[1].ask
    );
    let mut disturbing = 0;
    for step in &plan.steps {
        let waits: Vec<&str> = step.gates.iter().filter_map(|gate| plan.product_behind(gate)).collect();
        let expected = match (step.disturbs, step.resource.kind.as_str()) {
            (true, "hook") => vec!["ledger", "shop"],
            (true, "database") => vec![plan.product_of(&step.resource).expect("it is some product's")],
            _ => vec![],
        };
        assert_eq!(waits, expected, "{}", step.id);
        disturbing += usize::from(step.disturbs);
    }
    assert!(disturbing > 2, "nothing disturbs: {disturbing}");
    assert_eq!(gate_of("shop").as_str(), "product:shop");
}

#[test]
fn a_mistyped_product_an_owner_without_a_name_and_a_gate_of_that_name_are_refused_in_their_place() {
    let refused = |sections: &str| Runbook::parse(&format!("{HEAD}{sections}")).expect_err("it should be refused");
    let error = refused(&format!("{TEAMS}{}", database("shop", "product = \"shopp\"\n")));
    assert!(
        error.reason.contains("[products.shopp]") && error.reason.contains("ledger, shop"),
        "{error}"
    );
    assert_eq!(error.line, 10);
    let error = refused("[products.shop]\nowner = \" \"\n");
    assert!(error.reason.contains("owner"), "{error}");
    let error = refused("[[gate]]\nname = \"product:shop\"\nask = \"?\"\nbefore = []\n");
    assert!(error.reason.contains("product:"), "{error}");
    let error = refused("agreements = \"never\"\n");
    assert!(error.reason.contains("required"), "{error}");
    // Without [products] any name will do.
    runbook(&database("shop", "product = \"anything\"\n"));
}
