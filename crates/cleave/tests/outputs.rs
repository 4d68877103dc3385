//! `cleave outputs` after a whole run: old beside new, in three forms, and where the old still stands.

use std::path::Path;

use crate::served::{Served, UnderWay, folder};
use serde_json::{Value, json};

fn outputs(served: &Served, home: &Path, arguments: &[&str]) -> String {
    let output = served
        .cleave(home)
        .args(["outputs", "--journal", "m.db"])
        .args(arguments)
        .output()
        .expect("cleave can be started");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8(output.stdout).expect("text")
}

const AMI: &str = "ami-07145726a0acd007e";

/// The inventory with old values left in what is deployed in the source, and beside them what nobody is to see.
fn with_deployed(inventory: &Path) -> Value {
    let text = std::fs::read_to_string(inventory).expect("the inventory");
    let mut inventory: Value = serde_json::from_str(&text).expect("JSON");
    let definition = |image: &str, value: &str| {
        json!({ "family": "shop-web", "containerDefinitions": [{ "name": "web", "image": image, "memory": 128,
            "environment": [{ "name": "UPLOADS", "value": value }, { "name": "PASSWORD", "value": "hunter2" }],
            "command": ["serve", "--from", "s3://shop-renamed/web"] }] })
    };
    inventory["accounts"]["111111111111"]["regions"]["ap-northeast-1"]["deployed"] = json!({
        // A service still runs the first; the second is the family's latest; the third is of nobody's interest.
        "task_definitions": [definition("shop:1", "s3://shop-renamed/1"), definition("shop:0", "shop-renamed"), definition("shop:2", "elsewhere")],
        "services": [{ "cluster": "shop", "serviceName": "web", "taskDefinition": "shop-web:1", "desiredCount": 1 }],
        "functions": [{ "FunctionName": "resize", "Role": "arn:aws:iam::111111111111:role/resize", "Runtime": "python3.13",
            "Handler": "resize.main", "Code": { "ZipFile": "UEs=" }, "Environment": { "Variables": { "BUCKET": "shop-renamed,hunter2" } } }],
        "parameters": [
            { "Name": "/shop/ami", "Type": "String", "Value": AMI },
            { "Name": "/shop/none", "Type": "StringList", "Value": "a,b" },
            { "Name": "/shop/password", "Type": "SecureString", "Value": AMI },
        ],
        "launch_templates": [{ "LaunchTemplateName": "shop-batch", "LaunchTemplateData": {
            "ImageId": AMI, "UserData": "IyEvYmluL3NoCmVjaG8gc2hvcC1yZW5hbWVkCg==" } }],
        "launch_template_versions": [{ "LaunchTemplateName": "shop-batch", "LaunchTemplateData": { "ImageId": "ami-other" } }],
    });
    inventory
}

/// By now the run is over.
fn accounts_are_looked_through(served: &Served, home: &Path) {
    let world = format!("simcloud={}", served.endpoint);
    let look = |form: &str, side: &str| outputs(served, home, &[form, "--look-in-account", side, "--world", &world]);
    let json: Value = serde_json::from_str(&look("--json", "source")).expect("one JSON object");
    let account = &json["accounts"][0];
    assert_eq!(
        (account["side"].as_str(), account["account"].as_str()),
        (Some("source"), Some("111111111111"))
    );
    let found = account["found"].as_array().expect("a list").iter().map(|one| {
        let text = |name: &str| one[name].as_str().expect("a text").to_owned();
        let arn = text("arn");
        let what: Vec<&str> = arn.rsplit(['/', ':']).take(2).collect();
        let what = what.into_iter().rev().collect::<Vec<_>>().join(" ");
        (what, text("field"), text("old"))
    });
    let mut found: Vec<_> = found.collect();
    for one in &mut found {
        if one.0.starts_with("launch-template lt-") {
            one.0 = "launch-template".to_owned();
        }
    }
    let place = |what: &str, field: &str, old: &str| (what.to_owned(), field.to_owned(), old.to_owned());
    let expected = [
        place("shop-web 3", "container web, command", "shop-renamed"),
        place("shop-web 1", "container web, environment UPLOADS", "shop-renamed"),
        place("shop-web 1", "container web, command", "shop-renamed"),
        place("function resize", "environment BUCKET", "shop-renamed"),
        place("shop ami", "value", AMI),
        place(
            "launch-template",
            "shop-batch, version 1, user data line 2",
            "shop-renamed",
        ),
        place("launch-template", "shop-batch, version 1, image", AMI),
    ];
    assert_eq!(found, expected);
    assert_eq!(account["unread"].as_array().map(Vec::len), Some(1), "{account}");
    assert!(
        account["unread"][0]
            .as_str()
            .expect("a text")
            .contains("/shop/password"),
        "{account}"
    );
    let table = look("--md", "source");
    assert!(
        table.contains("## Where the old still stands in the source account 111111111111"),
        "{table}"
    );
    assert!(
        table.contains(&format!("parameter/shop/ami, value | `{AMI}` | `ami-")),
        "{table}"
    );
    let variables = look("--tfvars", "source");
    assert!(
        variables.contains(
            "\n# arn:aws:lambda:ap-northeast-1:111111111111:function:resize, environment BUCKET: shop-renamed -> "
        ),
        "{variables}"
    );
    for told in [json.to_string(), table, variables] {
        assert!(
            !told.contains("hunter2"),
            "what else stands in a value is nobody's business: {told}"
        );
    }
    let target = look("--md", "target");
    assert!(target.contains("In none of 0 task definitions"), "{target}");
    // The world must be the run's.
    let mut bare = served.cleave(home);
    bare.args(["outputs", "--journal", "m.db", "--look-in-account", "source"]);
    let refused = bare.output().expect("cleave can be started");
    assert_eq!(refused.status.code(), Some(3));
    let said = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(said.contains("--world simcloud=HOST:PORT"), "{said}");
}

#[test]
fn every_kind_is_told_old_beside_new_and_found_where_it_was_left() {
    let home = folder("outputs");
    let every_kind = |file: &str| {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/every_kind")
            .join(file)
    };
    let inventory = home.join("inventory.json");
    std::fs::write(&inventory, with_deployed(&every_kind("inventory.json")).to_string()).expect("a file");
    std::fs::copy(every_kind("runbook.toml"), home.join("runbook.toml")).expect("a file");
    let served = Served::with(&inventory, &["--speed", "5000"]);
    let mut run = UnderWay::start(served.run_of(&home.join("runbook.toml"), &home, &home.join("m.db")));
    assert_eq!(run.end().code(), Some(0), "{:#?}", run.said);

    accounts_are_looked_through(&served, &home);
    let told: Value = serde_json::from_str(&outputs(&served, &home, &["--json"])).expect("one JSON object");
    let all = told["outputs"].as_array().expect("a list");
    let of = |of: &str, what: &str| {
        let found = all.iter().find(|one| one["of"] == of && one["what"] == what);
        let found = found.unwrap_or_else(|| panic!("{of} {what}: {told}"));
        let one = |side: &str| {
            found[side][0]
                .as_str()
                .unwrap_or_else(|| panic!("{of} {what} {side}: {found}"))
                .to_owned()
        };
        (one("old"), one("new"))
    };
    for (resource, what) in [
        ("database/shop-postgres", "endpoint"),
        ("database/shop-postgres", "secret"),
        ("cluster/shop-aurora", "endpoint"),
        ("cluster/shop-aurora", "reader_endpoint"),
        ("cluster_member/shop-aurora-a", "endpoint"),
        ("parameter_group/shop-pg16", "arn"),
        ("cluster_parameter_group/shop-c8", "arn"),
        ("cluster/shop-aurora", "secret"),
        ("key/alias/shop", "key_arn"),
        ("bucket/shop-renamed", "bucket"),
        ("image/shop-batch", "ami"),
        ("volume/vol-data", "volume"),
        ("cache/shop-sessions", "endpoint"),
        ("cache/shop-sessions", "reader_endpoint"),
        ("cache/shop-sessions", "arn"),
        ("database/shop-mysql", "arn"),
    ] {
        let (old, new) = of(resource, what);
        assert!(
            old != new && !old.is_empty() && !new.is_empty(),
            "{resource} {what}: {old} {new}"
        );
        let account = if what.ends_with("arn") || what == "secret" {
            "222222222222"
        } else {
            ""
        };
        assert!(new.contains(account), "{new}");
    }
    let kept = of("bucket/shop-uploads", "bucket");
    assert_eq!(kept.0, kept.1, "it keeps its name");

    let (old_host, new_host) = of("database/shop-postgres", "endpoint");
    let (old_ami, new_ami) = of("image/shop-batch", "ami");
    let (old_secret, _) = of("database/shop-postgres", "secret");
    std::fs::create_dir_all(home.join("repo/deploy")).expect("a folder");
    std::fs::write(
        home.join("repo/.env"),
        format!("# ours\nDATABASE_URL=postgres://app:hunter2@{old_host}:5433/shop\n"),
    )
    .expect("a file");
    std::fs::write(
        home.join("repo/deploy/app.tf"),
        format!("image_id = \"{old_ami}\"\nsecret = \"{old_secret}\"\n"),
    )
    .expect("a file");
    let found: Value = serde_json::from_str(&outputs(&served, &home, &["--json", "--look-in", "repo"])).expect("JSON");
    let places = found["looked"]["found"].as_array().expect("a list");
    let place = |n: usize| {
        (
            places[n]["file"].clone(),
            places[n]["line"].clone(),
            places[n]["new"].clone(),
        )
    };
    assert_eq!(places.len(), 3, "{found}");
    assert_eq!(place(0), ("repo/.env".into(), 2.into(), new_host.clone().into()));
    assert_eq!(
        place(1),
        ("repo/deploy/app.tf".into(), 1.into(), new_ami.clone().into())
    );
    let table = outputs(&served, &home, &["--md", "--look-in", "repo"]);
    assert!(
        table.contains(&format!("| image/shop-batch | ami | `{old_ami}` | `{new_ami}` |")),
        "{table}"
    );
    assert!(
        table.contains(&format!("| repo/.env:2:37 | `{old_host}` | `{new_host}` |")),
        "{table}"
    );
    assert!(
        !table.contains("hunter2"),
        "what else stands in a line is nobody's business: {table}"
    );
    let variables = outputs(&served, &home, &["--tfvars"]);
    let ami = format!("# ami of image/shop-batch, was {old_ami}\nimage_shop_batch_ami = \"{new_ami}\"\n");
    assert!(variables.contains(&ami), "{variables}");
}

#[test]
fn a_zone_is_told_with_its_name_servers() {
    let home = folder("outputs-zone");
    let served = Served::start(&["--speed", "2000"]);
    let mut run = UnderWay::start(served.run_of(&crate::served::without_window(&home), &home, &home.join("m.db")));
    assert_eq!(run.end().code(), Some(0), "{:#?}", run.said);
    let told: Value = serde_json::from_str(&outputs(&served, &home, &["--json"])).expect("one JSON object");
    let all = told["outputs"].as_array().expect("a list");
    let servers = all
        .iter()
        .find(|one| one["what"] == "name_servers")
        .expect("its name servers");
    let (old, new) = (
        servers["old"].as_array().expect("a list"),
        servers["new"].as_array().expect("a list"),
    );
    assert!(
        old.len() == 4 && new.len() == 4 && old.iter().all(|one| !new.contains(one)),
        "{servers}"
    );
}
