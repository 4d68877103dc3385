use model::plan::Weight;
use model::{Inventory, Plan};
use serde_json::{Value, json};

use crate::Runbook;

/// A domain, the records of the zone and of its parent, and why it blocks.
type Case<'a> = (&'a str, &'a [Value], &'a [Value], Option<&'a str>);

fn caa(name: &str, values: &[&str]) -> Value {
    json!({ "name": name, "type": "CAA", "ttl": 60, "values": values })
}

/// The plan of a zone with these certificates; its zone and the parent have these records besides.
fn planned(certificates: &str, of_zone: &[Value], of_parent: &[Value]) -> Plan {
    let ns = json!({ "name": "stg.shop.example.com", "type": "NS", "ttl": 60, "values": ["ns-1.awsdns-01.com.", "ns-2.awsdns-02.net."] });
    let zone = |id: &str, name: &str, more: &[Value]| {
        let records: Vec<Value> = std::iter::once(ns.clone()).chain(more.iter().cloned()).collect();
        json!({ "id": id, "name": name, "records": records })
    };
    let zones = [
        zone("ZCHILD", "stg.shop.example.com", of_zone),
        zone("ZPARENT", "shop.example.com", of_parent),
    ];
    let text = json!({ "format": 1, "observed_at": "2026-11-22T00:00:00Z",
        "accounts": { "111111111111": { "zones": zones }, "222222222222": {} } });
    let inventory = Inventory::parse(&text.to_string()).expect("an inventory");
    let runbook = format!(
        "migration = \"shop\"\nregion = \"ap-northeast-1\"\nsource = {{ account = \"111111111111\" }}\n\
         target = {{ account = \"222222222222\" }}\n[[zone]]\nname = \"stg.shop.example.com\"\n\
         parent = {{ zone = \"shop.example.com\", account = \"source\" }}\ncertificates = [{certificates}]\n"
    );
    crate::plan(&Runbook::parse(&runbook).expect("a runbook"), &inventory)
}

fn blocks(plan: &Plan) -> Vec<&str> {
    let notes = plan.notes.iter().filter(|note| note.weight == Weight::Blocks);
    notes.map(|note| note.text.as_str()).collect()
}

#[test]
fn the_zone_is_made_behind_the_records_and_handed_over_behind_the_certificates() {
    let plan = planned(
        "\"stg.shop.example.com\", { domain = \"*.stg.shop.example.com\", region = \"us-east-1\" }",
        &[],
        &[],
    );
    assert_eq!(plan.check(), Ok(()));
    assert_eq!(blocks(&plan), Vec::<&str>::new());
    let step = |verb: &str| plan.steps.iter().find(|step| step.id.verb() == verb).expect(verb);
    let needs = |verb: &str| -> Vec<&str> { step(verb).needs.iter().map(|id| id.verb()).collect() };
    assert_eq!(
        needs("create_zone"),
        ["write_validation", "write_validation_wildcard@us-east-1"]
    );
    for issued in ["await_issued", "await_issued_wildcard@us-east-1"] {
        assert!(needs("delegate").contains(&issued), "{:?}", needs("delegate"));
        assert!(needs("copy_late_changes").contains(&issued));
    }
    let wild = &step("await_certificate_wildcard@us-east-1").input;
    assert_eq!(
        wild["certificate"],
        json!({ "domain": "*.stg.shop.example.com", "region": "us-east-1" })
    );
    assert_eq!(step("write_validation").side, model::Side::Source);
}

#[test]
fn what_cannot_be_a_certificate_of_the_zone_blocks() {
    for (certificates, why) in [
        ("\"shop.example.com\"", "not for a name of stg.shop.example.com"),
        ("\"stg.*.example.com\"", "is not a name"),
        ("\"\"", "is not a name"),
        (
            "\"stg.shop.example.com\", { domain = \"STG.shop.example.com.\", region = \"ap-northeast-1\" }",
            "named twice",
        ),
    ] {
        let plan = planned(certificates, &[], &[]);
        let blocks = blocks(&plan);
        assert!(
            blocks.iter().any(|text| text.contains(why)),
            "{certificates}: {blocks:?}"
        );
    }
}

#[test]
fn a_caa_record_without_amazon_blocks_and_the_nearest_one_speaks() {
    let apex = "stg.shop.example.com";
    let others = || [caa(apex, &["0 issue \"letsencrypt.org\"", "0 issue \"sectigo.com\""])];
    let amazon = || {
        [caa(
            apex,
            &["0 issue \"letsencrypt.org\"", "0 issue \"awstrust.com; x=1\""],
        )]
    };
    let none = || [caa("shop.example.com", &["0 issue \";\""])];
    let wild = || {
        [caa(
            apex,
            &["0 issue \"amazon.com\"", "0 issuewild \"letsencrypt.org\""],
        )]
    };
    let cases: [Case<'_>; 8] = [
        (
            "stg.shop.example.com",
            &others(),
            &[],
            Some("letsencrypt.org, sectigo.com"),
        ),
        (
            "api.stg.shop.example.com",
            &others(),
            &[],
            Some("Amazon is not among them"),
        ),
        ("stg.shop.example.com", &amazon(), &none(), None),
        ("stg.shop.example.com", &[], &none(), Some("admits nobody")),
        ("stg.shop.example.com", &wild(), &[], None),
        ("*.stg.shop.example.com", &wild(), &[], Some("issuewild")),
        (
            "stg.shop.example.com",
            &[caa(apex, &["0 iodef \"mailto:a@b.example\""])],
            &none(),
            None,
        ),
        ("stg.shop.example.com", &[], &[], None),
    ];
    for (domain, of_zone, of_parent, why) in cases {
        let plan = planned(&format!("\"{domain}\""), of_zone, of_parent);
        let blocks = blocks(&plan);
        match why {
            None => assert_eq!(blocks, Vec::<&str>::new(), "{domain}"),
            Some(why) => assert!(blocks.iter().any(|text| text.contains(why)), "{domain}: {blocks:?}"),
        }
    }
}

#[test]
fn what_is_no_certificate_is_refused_with_what_is_one() {
    let text = "migration = \"shop\"\nregion = \"ap-northeast-1\"\nsource = { account = \"111111111111\" }\n\
         target = { account = \"222222222222\" }\n[[zone]]\nname = \"a.b.example\"\nparent = { zone = \"b.example\", account = \"source\" }\n";
    for (certificates, why) in [
        ("certificates = [7]", "a name such as"),
        ("certificates = [{ name = \"a.b.example\" }]", "unknown field `name`"),
        (
            "certificates = [{ domain = \"a.b.example\", region = \"Tokyo\" }]",
            "is not a region",
        ),
    ] {
        let refused = Runbook::parse(&format!("{text}{certificates}\n")).expect_err("it is none");
        assert!(refused.reason.contains(why), "{certificates}: {refused}");
        assert_eq!(refused.line, 8, "{certificates}: {refused}");
    }
}
