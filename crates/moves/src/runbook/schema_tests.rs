use std::sync::LazyLock;

use schema_walk::faults;
use serde_json::{Value, json};

use super::Runbook;

#[path = "../../../model/tests/schema_walk/mod.rs"]
mod schema_walk;

static SCHEMA: LazyLock<Value> = LazyLock::new(Runbook::json_schema);

/// What the schema finds wrong, each with its place.
fn found(text: &str) -> Vec<String> {
    let written: Value = toml::from_str(text).expect("it is TOML");
    faults(&SCHEMA, &written)
}

/// For [`Runbook::parse`], which has accepted it.
#[track_caller]
pub(crate) fn must_accept(text: &str) {
    let found = found(text);
    assert!(
        found.is_empty(),
        "the parser accepts what the schema refuses: {found:#?}\n{text}"
    );
}

const HEAD: &str = "migration = \"shop\"\nregion = \"ap-northeast-1\"\nsource = { account = \"012345678901\" }\ntarget = { account = \"222222222222\" }\n";

#[test]
fn the_runbooks_that_lie_here_satisfy_the_schema() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("../../runbooks");
    let mut read = 0;
    for entry in std::fs::read_dir(folder).expect("the folder") {
        let path = entry.expect("an entry").path().join("runbook.toml");
        let text = std::fs::read_to_string(&path).expect("a runbook");
        Runbook::parse(&text).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        assert_eq!(found(&text), Vec::<String>::new(), "{}", path.display());
        read += 1;
    }
    assert!(read >= 2, "{read} runbooks were read");
}

#[test]
fn what_the_parser_refuses_for_its_form_the_schema_refuses_too() {
    let whole = [
        ("no region", HEAD.replace("region", "regoin")),
        ("a region that is none", HEAD.replace("ap-northeast-1", "tokyo")),
        ("an empty name", HEAD.replace("\"shop\"", "\" \"")),
        (
            "an account id as a number",
            HEAD.replace("\"222222222222\"", "222222222222"),
        ),
        (
            "an account id of eleven digits",
            HEAD.replace("222222222222", "22222222222"),
        ),
        (
            "a role that is misspelt",
            HEAD.replace(
                "account = \"222222222222\"",
                "account = \"222222222222\", rolle = \"x\"",
            ),
        ),
    ];
    let sections = [
        ("a section that is misspelt", "[[databse]]\nid = \"a\"\nrestore = false"),
        ("a table in place of a list", "[bucket]\nname = \"a\""),
        ("an overrun of another word", "overrun = \"wait\""),
        ("nobody who agrees", "people = 0"),
        (
            "ten who agree",
            "[[gate]]\nname = \"go\"\nask = \"?\"\npeople = 10\nbefore = []",
        ),
        (
            "a gate's name with a blank",
            "[[gate]]\nname = \"go on\"\nask = \"?\"\nbefore = []",
        ),
        (
            "a question that is a number",
            "[[gate]]\nname = \"go\"\nask = 5\nbefore = []",
        ),
        (
            "a window without its zone",
            "[[window]]\nevery = \"Sat 22:00\"\nfor = \"8h\"",
        ),
        (
            "a window of both forms",
            "[[window]]\nevery = \"Sat 22:00\"\nfor = \"8h\"\ntimezone = \"Asia/Tokyo\"\nfrom = \"2026-11-28T22:00:00Z\"\nuntil = \"2026-11-29T06:00:00Z\"",
        ),
        (
            "a weekday that is none",
            "[[window]]\nevery = \"Someday 22:00\"\nfor = \"8h\"\ntimezone = \"Asia/Tokyo\"",
        ),
        (
            "a window as long as a word",
            "[[window]]\nevery = \"Sat 22:00\"\nfor = \"long\"\ntimezone = \"Asia/Tokyo\"",
        ),
        (
            "a freeze of no date",
            "[[freeze]]\ndates = \"new year\"\ntimezone = \"Asia/Tokyo\"",
        ),
        ("a limit of none", "[limits]\nrds-copies = 0"),
        ("a limit with the other stroke", "[limits]\nrds_copies = 3"),
        (
            "an address that is written out",
            "[[notify]]\nslack = \"https://hooks.example.com/x\"",
        ),
        ("two ways to tell", "[[notify]]\nslack = { env = \"A\" }\nrun = [\"x\"]"),
        ("no way to tell", "[[notify]]\non = [\"gate\"]"),
        (
            "an occasion that is none",
            "[[notify]]\nrun = [\"x\"]\non = [\"lunch\"]",
        ),
        (
            "a hook without a program",
            "[[hook]]\nname = \"h\"\nbefore = [\"database\"]\nrun = []",
        ),
        (
            "a hook that waits for soon",
            "[[hook]]\nname = \"h\"\nbefore = [\"database\"]\nrun = [\"x\"]\ntimeout = \"soon\"",
        ),
        ("an alias under no name", "[[key]]\ndescription = \"x\""),
        ("a database without restore", "[[database]]\nid = \"a\""),
        ("restore = true", "[[database]]\nid = \"a\"\nrestore = true"),
        (
            "a restore without its groups",
            "[[database]]\nid = \"a\"\nrestore = { subnet_group = \"x\" }",
        ),
        (
            "a port beyond all ports",
            "[[database]]\nid = \"a\"\nrestore = { subnet_group = \"x\", security_groups = [\"sg-1\"], port = 70000 }",
        ),
        (
            "a setting that there is not",
            "[[database]]\nid = \"a\"\nrestore = { subnet_group = \"x\", security_groups = [\"sg-1\"], settings = { iopps = 3000 } }",
        ),
        (
            "another way to stop writes",
            "[[database]]\nid = \"a\"\nstop_writes = \"block_and_reboot\"\nrestore = false",
        ),
        (
            "a cluster's route that is a bucket's",
            "[[cluster]]\nid = \"a\"\nroute = \"replication\"\nrestore = false",
        ),
        (
            "a bucket's route that is a cluster's",
            "[[bucket]]\nname = \"a\"\nroute = \"clone\"",
        ),
        ("a proof by sizes", "[[bucket]]\nname = \"a\"\nverify = \"sizes\""),
        ("a negative number", "[[bucket]]\nname = \"a\"\nbatch_from = -1"),
        (
            "access to do anything",
            "[[bucket]]\nname = \"a\"\nkeep_access = [{ principal = \"x\", may = \"delete\" }]",
        ),
        ("a cache without a reason", "[[cache]]\nid = \"a\"\ncontent = \"skip\""),
        (
            "a fill that is half said",
            "[[cache]]\nid = \"a\"\ncontent = \"export\"\nbecause = \"x\"\nfill = { node_type = \"cache.t4g.small\" }",
        ),
        ("an image by its id", "[[image]]\nid = \"ami-1\""),
        (
            "an instance store that is kept",
            "[[instance]]\nid = \"i-1\"\ninstance_store = \"copy\"",
        ),
        (
            "a volume that may be restored",
            "[[volume]]\nid = \"vol-1\"\nrestore = \"yes\"",
        ),
        (
            "a zone whose parent nobody has",
            "[[zone]]\nname = \"a.b\"\nparent = { zone = \"b\", account = \"somebody\" }",
        ),
        (
            "a certificate that is a number",
            "[[zone]]\nname = \"a.b\"\nparent = { zone = \"b\", account = \"source\" }\ncertificates = [5]",
        ),
        (
            "a certificate's Region that is misspelt",
            "[[zone]]\nname = \"a.b\"\nparent = { zone = \"b\", account = \"source\" }\ncertificates = [{ domain = \"a.b\", reign = \"us-east-1\" }]",
        ),
        (
            "a record without where it points",
            "[[zone]]\nname = \"a.b\"\nparent = { zone = \"b\", account = \"source\" }\nrepoint = [{ name = \"w.a.b\", type = \"A\" }]",
        ),
        ("a private zone without VPCs", "[[private_zone]]\nname = \"a\""),
        (
            "a repository without its owner",
            "[[delivery.oidc]]\nrole = \"r\"\nrepository = \"shop\"",
        ),
        (
            "a role with its path",
            "[[delivery.oidc]]\nrole = \"a/r\"\nrepository = \"o/shop\"",
        ),
    ];
    let sections = sections.map(|(name, section)| (name, format!("{HEAD}{section}\n")));
    for (name, text) in whole.into_iter().chain(sections) {
        assert!(Runbook::parse(&text).is_err(), "the parser accepts {name}:\n{text}");
        assert_ne!(found(&text), Vec::<String>::new(), "the schema accepts {name}:\n{text}");
    }
}

#[test]
fn every_field_is_described_and_no_table_is_open_but_those_of_names() {
    fn walk(schema: &Value, place: &str, odd: &mut Vec<String>) {
        match schema {
            Value::Object(members) => {
                let tables = members.get("properties").and_then(Value::as_object);
                for (name, field) in tables.into_iter().flatten() {
                    if !field["description"].is_string() {
                        odd.push(format!("{place}/{name} has no description"));
                    }
                }
                if members.contains_key("properties") && members.get("additionalProperties") != Some(&json!(false)) {
                    odd.push(format!("{place} admits any field"));
                }
                for (name, member) in members {
                    walk(member, &format!("{place}/{name}"), odd);
                }
            }
            Value::Array(members) => members.iter().for_each(|member| walk(member, place, odd)),
            _ => {}
        }
    }
    let mut odd = Vec::new();
    walk(&Runbook::json_schema(), "", &mut odd);
    assert_eq!(odd, Vec::<String>::new());
}

#[test]
fn an_editor_is_offered_no_null_which_toml_has_not() {
    let schema = Runbook::json_schema().to_string();
    assert!(!schema.contains("null"), "{schema}");
    assert!(schema.contains("https://json-schema.org/draft/2020-12/schema"));
}
