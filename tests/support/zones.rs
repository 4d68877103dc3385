//! A zone in each of the shapes in which its names can lie before, for whoever moves it.

use serde_json::{Value, json};

use crate::night::Scenario;

/// The account that things come from.
pub const SOURCE: &str = "111111111111";
/// The account that things go to.
pub const TARGET: &str = "222222222222";
const PARENT: &str = "444444444444";
/// What moves.
pub const NAME: &str = "stg.shop.example.com";
const PARENT_SERVERS: [&str; 2] = ["ns-1.awsdns-01.com.", "ns-2.awsdns-02.net."];
/// The old zone's name servers, where it is one of its own.
pub const CHILD_SERVERS: [&str; 2] = ["ns-3.awsdns-03.com.", "ns-4.awsdns-04.net."];

/// Where the names lie before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Shape {
    /// In a zone of their own, delegated from another of the source.
    Delegated,
    /// In a zone of a shorter name.
    Carved,
    /// The same, in a third account.
    CarvedElsewhere,
    /// In a zone of their own, and the target's Terraform has made one, too, with records of its own.
    Adopted,
    /// In a zone of their own, whose parent is not in Route 53.
    Outside,
}

/// The records at the name and below; `zone` is the one that holds them.
fn records(zone: &str) -> Vec<Value> {
    let plain = |name: &str, kind: &str, ttl: u32, values: &[&str]| json!({ "name": name, "type": kind, "ttl": ttl, "values": values });
    let alias = |name: &str, zone: &str, to: &str| json!({ "name": name, "type": "A", "alias": { "zone": zone, "name": to, "evaluate_health": false } });
    let weighted = |of: &str, weight: u32, value: &str| json!({ "name": format!("shared.{NAME}"), "type": "A", "ttl": 60, "values": [value], "set_identifier": of, "weight": weight });
    vec![
        alias(
            NAME,
            "Z14GRHDCWA56QT",
            "dualstack.shop-1.ap-northeast-1.elb.amazonaws.com",
        ),
        alias(&format!("www.{NAME}"), zone, NAME),
        // An alias to an alias, listed before what it stands for.
        alias(&format!("a.{NAME}"), zone, &format!("www.{NAME}")),
        plain(NAME, "MX", 300, &["10 mail.example.com."]),
        plain(NAME, "TXT", 300, &["\"v=spf1 -all\"", "\"two; strings\" \"of one\""]),
        plain(NAME, "CAA", 300, &["0 issue \"amazon.com\""]),
        plain(&format!("api.{NAME}"), "A", 60, &["198.51.100.21", "198.51.100.22"]),
        plain(&format!("batch.{NAME}"), "CNAME", 86_400, &["api.stg.shop.example.com"]),
        plain(&format!("\\052.{NAME}"), "A", 300, &["198.51.100.9"]),
        plain(&format!("_dmarc.{NAME}"), "TXT", 300, &["\"v=DMARC1\""]),
        plain(
            &format!("deep.{NAME}"),
            "NS",
            3600,
            &["ns.elsewhere.example.", "ns2.elsewhere.example."],
        ),
        weighted("blue", 90, "198.51.100.30"),
        weighted("green", 10, "198.51.100.31"),
    ]
}

fn own(name: &str, servers: &[&str], ttl: u32) -> Vec<Value> {
    let soa = format!("{} awsdns-hostmaster.amazon.com. 1 7200 900 1209600 300", servers[0]);
    vec![
        json!({ "name": name, "type": "NS", "ttl": ttl, "values": servers }),
        json!({ "name": name, "type": "SOA", "ttl": 900, "values": [soa] }),
    ]
}

/// A zone of a shape, to be moved.
pub fn scenario(shape: Shape) -> Scenario {
    gated(shape, "")
}

/// The same, with gates.
pub fn gated(shape: Shape, gates: &str) -> Scenario {
    let (runbook, inventory) = written(shape, gates);
    Scenario::written(&runbook, &inventory)
}

/// The same as it is written, runbook and inventory, for whoever adds to it. The zone is the runbook's last section.
pub fn written(shape: Shape, gates: &str) -> (String, Value) {
    let role = |name: &str| json!({ name: { "trusts": ["333333333333"] } });
    let zone = |id: &str, name: &str, servers: &[&str], records: Vec<Value>| json!({ "id": id, "name": name, "name_servers": servers, "records": records });
    let mut parent = own("shop.example.com", &PARENT_SERVERS, 172_800);
    parent.push(json!({ "name": "shop.example.com", "type": "A", "ttl": 60, "values": ["192.0.2.1"] }));
    parent.push(json!({ "name": "*.shop.example.com", "type": "A", "ttl": 60, "values": ["192.0.2.9"] }));
    let mut zones = Vec::new();
    match shape {
        Shape::Delegated | Shape::Adopted => {
            parent.push(json!({ "name": NAME, "type": "NS", "ttl": 3600, "values": CHILD_SERVERS }));
            let mut child = own(NAME, &CHILD_SERVERS, 7200);
            child.extend(records("ZCHILD"));
            zones.push(zone("ZCHILD", NAME, &CHILD_SERVERS, child));
        }
        Shape::Carved | Shape::CarvedElsewhere => parent.extend(records("ZPARENT")),
        Shape::Outside => {
            let mut child = own(NAME, &CHILD_SERVERS, 7200);
            child.extend(records("ZCHILD"));
            zones.push(zone("ZCHILD", NAME, &CHILD_SERVERS, child));
        }
    }
    let parent = zone("ZPARENT", "shop.example.com", &PARENT_SERVERS, parent);
    let mut of_parent = Vec::new();
    match shape {
        Shape::CarvedElsewhere => of_parent.push(parent),
        Shape::Outside => {}
        Shape::Delegated | Shape::Carved | Shape::Adopted => zones.push(parent),
    }
    let mut of_target = Vec::new();
    if shape == Shape::Adopted {
        let servers = ["ns-5.awsdns-05.com.", "ns-6.awsdns-06.net."];
        let mut held = own(NAME, &servers, 172_800);
        held.push(
            json!({ "name": format!("_1.{NAME}"), "type": "CNAME", "ttl": 300, "values": ["_2.acm-validations.aws."] }),
        );
        held.push(json!({ "name": NAME, "type": "MX", "ttl": 300, "values": ["10 mail.example.com."] }));
        of_target.push(zone("ZTERRAFORM", NAME, &servers, held));
    }
    let inventory = json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": {
        SOURCE: { "roles": role("cleave-source"), "zones": zones },
        PARENT: { "roles": role("cleave-parent"), "zones": of_parent },
        TARGET: { "roles": role("cleave-target"), "zones": of_target } } });
    let account = match shape {
        Shape::CarvedElsewhere => "parent",
        Shape::Outside => "outside",
        Shape::Delegated | Shape::Carved | Shape::Adopted => "source",
    };
    let adopt = if shape == Shape::Adopted { "adopt = true\n" } else { "" };
    let runbook = format!(
        "migration = \"shop\"\nregion = \"ap-northeast-1\"\nsource = {{ account = \"{SOURCE}\", role = \"cleave-source\" }}\n\
         target = {{ account = \"{TARGET}\", role = \"cleave-target\" }}\nparent = {{ account = \"{PARENT}\", role = \"cleave-parent\" }}\n\
         [[zone]]\nname = \"{NAME}\"\nparent = {{ zone = \"shop.example.com\", account = \"{account}\" }}\n{adopt}{gates}"
    );
    (runbook, inventory)
}

/// All of them.
pub const SHAPES: [Shape; 5] = [
    Shape::Delegated,
    Shape::Carved,
    Shape::CarvedElsewhere,
    Shape::Adopted,
    Shape::Outside,
];
