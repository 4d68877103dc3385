//! `cleave check`, as a person types it: what is ready in the target, what is not, and what the source still does by itself.

use std::path::Path;
use std::process::Output;

use crate::served::{Served, folder};
use serde_json::{Value, json};

const HOST: &str = "token.actions.githubusercontent.com";
const MANIFEST: &str = "application/vnd.oci.image.manifest.v1+json";

fn trust(account: &str, sub: &Value) -> String {
    json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": { "Federated": format!("arn:aws:iam::{account}:oidc-provider/{HOST}") },
        "Condition": { "StringEquals": { format!("{HOST}:aud"): "sts.amazonaws.com" }, "StringLike": { format!("{HOST}:sub"): sub } },
    }] })
    .to_string()
}

fn role(name: &str, trust: &str) -> Value {
    json!({ "RoleName": name, "AssumeRolePolicyDocument": trust })
}

fn image(tag: Option<&str>, content: &str) -> Value {
    let manifest = json!({ "schemaVersion": 2, "mediaType": MANIFEST, "annotations": { "of": content } }).to_string();
    let mut image = json!({ "repositoryName": "shop-api", "imageManifest": manifest });
    if let Some(tag) = tag {
        image["imageTag"] = tag.into();
    }
    image
}

fn account(role: &str, region: Value, identities: Value) -> Value {
    json!({ "roles": { role: { "trusts": ["999999999999"] } }, "regions": { "eu-west-1": region }, "identities": identities })
}

fn inventory(source: Value, target: Value, identities: Value) -> Value {
    json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": {
        "111111111111": account("cleave-source", source, json!({})),
        "222222222222": account("cleave-target", target, identities) } })
}

fn serve(home: &Path, inventory: &Value, delivery: &str, arguments: &[&str]) -> Served {
    std::fs::write(home.join("inventory.json"), inventory.to_string()).expect("a file");
    let runbook = format!(
        "migration = \"shop\"\nregion = \"eu-west-1\"\nsource = {{ account = \"111111111111\", role = \"cleave-source\" }}\n\
         target = {{ account = \"222222222222\", role = \"cleave-target\" }}\n{delivery}"
    );
    std::fs::write(home.join("runbook.toml"), runbook).expect("a file");
    Served::with(&home.join("inventory.json"), arguments)
}

fn check(served: &Served, home: &Path, arguments: &[&str]) -> Output {
    let mut command = served.cleave(home);
    command
        .args(["check", "runbook.toml", "--world"])
        .arg(format!("simcloud={}", served.endpoint));
    command.args(arguments).output().expect("cleave can be started")
}

/// `verdict of` of each finding of a check.
fn found(told: &Value, name: &str) -> Vec<String> {
    let checks = told["delivery"]["checks"].as_array().expect("checks").iter();
    let findings = checks
        .filter(|one| one["name"] == name)
        .flat_map(|one| one["findings"].as_array().expect("findings"));
    findings
        .map(|one| {
            format!(
                "{} {}",
                one["verdict"].as_str().expect("a verdict"),
                one["of"].as_str().expect("a name")
            )
        })
        .collect()
}

fn told(output: &Output) -> Value {
    let errors = String::from_utf8_lossy(&output.stderr);
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{errors}"))
}

const DELIVERY: &str = "[delivery]\necr = [\"shop-api\", \"shop-gone\"]\nstate = { old = \"shop-tf\", new = \"shop-stg-tf\" }\nscan = [\"repo\"]\n\
                        schedules = [\"stg-*\"]\n[[delivery.oidc]]\nrole = \"deploy\"\nrepository = \"example/shop\"\n\
                        [[delivery.oidc]]\nrole = \"copied\"\nrepository = \"example/shop\"\n[[delivery.oidc]]\nrole = \"none\"\nrepository = \"example/shop\"\n";

fn source() -> Value {
    let rule = |name: &str, state: &str| json!({ "Name": name, "ScheduleExpression": "rate(1 hour)", "State": state });
    let targets = |rule: &str| json!({ "Rule": rule, "Targets": [{ "Id": "1", "Arn": "arn:aws:sqs:eu-west-1:111111111111:jobs" }] });
    let schedule = |name: &str, state: &str| {
        json!({ "Name": name, "GroupName": "stg", "ScheduleExpression": "cron(0 3 * * ? *)", "State": state, "FlexibleTimeWindow": { "Mode": "OFF" },
            "Target": { "Arn": "arn:aws:lambda:eu-west-1:111111111111:function:f", "RoleArn": "arn:aws:iam::111111111111:role/f" } })
    };
    json!({ "deployed": {
        "task_definitions": [{ "family": "web", "containerDefinitions": [{ "name": "web", "memory": 128,
            "image": "111111111111.dkr.ecr.eu-west-1.amazonaws.com/shop-api:v2" }] }],
        "repositories": [{ "repositoryName": "shop-api" }, { "repositoryName": "shop-gone" }],
        "container_images": [image(Some("v1"), "1"), image(Some("v2"), "2"), image(Some("v3"), "2"), image(None, "old"), image(Some("v4"), "1"), image(Some("latest"), "2")],
        "event_buses": [{ "Name": "stg-bus" }],
        "rules": [rule("stg-hourly", "ENABLED"), rule("stg-stopped", "DISABLED"), rule("stg-idle", "ENABLED"), rule("prod-hourly", "ENABLED"),
            { "Name": "stg-on-order", "EventBusName": "stg-bus", "EventPattern": "{\"source\":[\"shop\"]}" }],
        "rule_targets": [targets("stg-hourly"), targets("stg-stopped"), targets("prod-hourly"),
            { "Rule": "stg-on-order", "EventBusName": "stg-bus", "Targets": [{ "Id": "1", "Arn": "arn:aws:sqs:eu-west-1:111111111111:jobs" }] }],
        "schedules": [schedule("stg-nightly", "ENABLED"), schedule("stg-paused", "DISABLED"), schedule("prod-nightly", "ENABLED")],
    } })
}

fn target() -> Value {
    json!({ "buckets": [{ "name": "shop-stg-tf", "objects": [{ "key": "stg/terraform.tfstate", "entries": [{ "version": { "size": 2 } }] }] }],
        "deployed": { "repositories": [{ "repositoryName": "shop-api" }], "container_images": [image(Some("v1"), "1"), image(Some("latest"), "newer")] } })
}

fn write_repo(home: &Path) {
    let write = |file: &str, text: &str| {
        let path = home.join("repo").join(file);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    };
    write(
        "old/main.tf",
        "terraform {\n  backend \"s3\" {\n    bucket  = \"shop-tf\"\n    key     = \"stg/terraform.tfstate\"\n    profile = \"stg\"\n  }\n}\n",
    );
    write(
        "new/main.tf",
        "terraform {\n  backend \"s3\" {\n    bucket = \"shop-stg-tf\"\n    key    = \"stg/terraform.tfstate\"\n  }\n}\n",
    );
    write("broken.tf", "terraform {\n");
    let plugin = |url: &str| format!("cluster: stg\nplugins:\n  - name: tfstate\n    config:\n      url: {url}\n");
    write("ecspresso.yml", &plugin("s3://shop-stg-tf/stg/terraform.tfstate"));
    write("other/ecspresso.yml", &plugin("s3://shop-stg-tf/elsewhere.tfstate"));
    write("ecschedule.yaml", &plugin("s3://shop-tf/stg/terraform.tfstate"));
    write(
        "local/ecspresso.yml",
        "plugins:\n  - name: tfstate\n    config:\n      path: terraform.tfstate\n",
    );
    write(
        ".github/workflows/deploy.yml",
        "env:\n  PASSWORD: hunter2 # 111111111111\n  IMAGE: 111111111111.dkr.ecr.eu-west-1.amazonaws.com/shop-api\n",
    );
}

#[test]
fn what_is_not_ready_is_told_with_what_to_do_and_what_else_stands_in_a_line_is_not() {
    let home = folder("check");
    write_repo(&home);
    let identities = json!({
        "oidc_providers": [{ "Url": format!("https://{HOST}"), "ClientIDList": ["sts.amazonaws.com"] }],
        "roles": [
            role("deploy", &trust("222222222222", &json!(["repo:example/shop:*", "repo:example@*/shop@*:*"]))),
            role("copied", &trust("111111111111", &json!("repo:*"))),
        ],
    });
    let served = serve(&home, &inventory(source(), target(), identities), DELIVERY, &[]);
    let output = check(&served, &home, &["--json"]);
    assert_eq!(
        output.status.code(),
        Some(3),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let told = told(&output);
    assert_eq!(
        found(&told, "github_actions"),
        [
            &format!("ok identity provider {HOST}"),
            "ok role deploy",
            "wrong role copied",
            "not_yet role none"
        ]
    );
    let mut images = found(&told, "images");
    assert_eq!(images[0], "note copying", "it comes before the commands that need it");
    images.sort();
    let expected = [
        "not_yet image shop-api:v2",
        "not_yet image shop-api:v3",
        // The image is there, and not under this tag.
        "not_yet image shop-api:v4",
        "not_yet repository shop-gone",
        "note copying",
        // Its tag latest stands for a newer image in the target: that is not to be copied over.
        "note repository shop-api",
    ];
    assert_eq!(images, expected);
    let text = told.to_string();
    let copies = "skopeo copy --all --preserve-digests docker://111111111111.dkr.ecr.eu-west-1.amazonaws.com/shop-api:v2 \
                  docker://222222222222.dkr.ecr.eu-west-1.amazonaws.com/shop-api:v2";
    assert!(text.contains(copies), "{text}");
    assert!(text.contains("a task definition uses it"), "{text}");
    assert_eq!(found(&told, "state"), ["ok bucket shop-stg-tf"]);
    let mut files = found(&told, "files");
    files.sort();
    let expected = [
        "not_yet repo/.github/workflows/deploy.yml:2",
        "not_yet repo/.github/workflows/deploy.yml:3",
        "not_yet repo/ecschedule.yaml:5",
        "not_yet repo/local/ecspresso.yml:4",
        "not_yet repo/old/main.tf:3",
        "not_yet repo/other/ecspresso.yml:5",
        "note repo/broken.tf",
        "note repo/old/main.tf:5",
        "ok repo/ecspresso.yml:5",
        "ok repo/new/main.tf:3",
    ];
    assert_eq!(files, expected);
    assert!(
        !text.contains("hunter2"),
        "what else stands in a line is nobody's business: {text}"
    );
    assert_eq!(
        found(&told, "schedules"),
        [
            "not_yet rule stg-hourly",
            "not_yet rule stg-on-order",
            "not_yet schedule stg-nightly"
        ]
    );
    let stops = "aws events disable-rule --region eu-west-1 --name stg-on-order --event-bus-name stg-bus";
    assert!(text.contains(stops), "{text}");
    assert!(
        text.contains("aws scheduler get-schedule --region eu-west-1 --group-name stg --name stg-nightly"),
        "{text}"
    );
    assert!(!text.contains("shop-api:latest docker"), "{text}");
    assert_eq!(told["delivery"]["open"], 15);
    let table = String::from_utf8(check(&served, &home, &[]).stdout).expect("text");
    let blocks = told["blocks"].as_u64().expect("a number");
    assert_eq!(blocks, 15, "what is open in the delivery flow blocks: {told}");
    assert!(table.contains("# shop: check\n\n## Blocks (15)\n"), "{table}");
    assert!(table.contains("delivery-roles: role copied: it trusts the identity provider of the source account 111111111111\n    Write arn:aws:iam::222222222222:oidc-provider"), "{table}");
    assert!(table.contains("\n15 things block. `cleave explain ID`"), "{table}");
}

#[test]
fn a_flow_that_is_ready_has_nothing_open() {
    let home = folder("check-ready");
    std::fs::create_dir_all(home.join("repo")).expect("a folder");
    std::fs::write(home.join("repo/a.tf"), "# 222222222222\n").expect("a file");
    let identities = json!({
        "oidc_providers": [{ "Url": format!("https://{HOST}"), "ClientIDList": ["sts.amazonaws.com"] }],
        "roles": [role("deploy", &trust("222222222222", &json!(["repo:example/shop:*", "repo:example@*/shop@*:*"])))],
    });
    let with = json!({ "deployed": { "repositories": [{ "repositoryName": "shop-api" }], "container_images": [image(Some("v1"), "1")] } });
    let delivery = "[delivery]\necr = [\"shop-api\"]\nscan = [\"repo\"]\nschedules = [\"stg-*\"]\n[[delivery.oidc]]\nrole = \"deploy\"\nrepository = \"example/shop\"\n";
    let served = serve(
        &home,
        &inventory(with.clone(), with, identities),
        delivery,
        &["--faults", "usual"],
    );
    let output = check(&served, &home, &["--json"]);
    let told = told(&output);
    assert_eq!(output.status.code(), Some(0), "{told}");
    assert_eq!(told["delivery"]["open"], 0);
    for name in ["github_actions", "images", "files", "schedules"] {
        assert!(found(&told, name).iter().all(|one| one.starts_with("ok ")), "{told}");
    }
}

#[test]
fn without_names_all_that_fires_is_a_note_and_paths_that_are_not_there_are_refused() {
    let home = folder("check-notes");
    let served = serve(&home, &inventory(source(), json!({}), json!({})), "", &[]);
    let output = check(&served, &home, &["--json"]);
    assert_eq!(
        output.status.code(),
        Some(0),
        "{}",
        String::from_utf8_lossy(&output.stderr)
    );
    let notes = found(&told(&output), "schedules");
    assert_eq!(notes.len(), 6, "{notes:?}");
    assert!(notes.iter().all(|one| one.starts_with("note ")), "{notes:?}");
    let served = serve(
        &home,
        &inventory(json!({}), json!({}), json!({})),
        "[delivery]\nscan = [\"nowhere\"]\n",
        &[],
    );
    let output = check(&served, &home, &[]);
    assert_eq!(output.status.code(), Some(3));
    assert!(String::from_utf8_lossy(&output.stderr).contains("nowhere"));
}

#[test]
fn documents_that_aws_would_refuse_are_not_served() {
    let home = folder("check-refused");
    let bad = json!({ "deployed": { "parameters": [{ "Name": "/a", "Value": "1" }] } });
    let inventory = inventory(bad, json!({}), json!({}));
    std::fs::write(home.join("inventory.json"), inventory.to_string()).expect("a file");
    let output = crate::served::cleave(&home)
        .args(["simcloud", "--inventory", "inventory.json"])
        .output();
    let output = output.expect("cleave can be started");
    assert_eq!(output.status.code(), Some(3));
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(
        said.contains("document 1 for PutParameter: ValidationException"),
        "{said}"
    );
}

#[test]
fn addresses_that_the_new_state_does_not_hold_are_told_with_what_it_holds() {
    let home = folder("check-lookups");
    let write = |file: &str, text: &str| {
        let path = home.join("repo").join(file);
        std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
    };
    let plugin = |prefix: &str, url: &str| {
        format!("  - name: tfstate\n    func_prefix: \"{prefix}\"\n    config:\n      {url}\n")
    };
    let config = format!(
        "cluster: stg\nplugins:\n{}{}{}",
        plugin("", "url: s3://shop-stg-tf/stg/terraform.tfstate"),
        plugin("net_", "path: net.json"),
        plugin("gone_", "url: s3://shop-stg-tf/gone.tfstate"),
    );
    write("deploy/ecspresso.yml", &config);
    write(
        "deploy/net.json",
        &json!({ "version": 4, "resources": [{ "mode": "managed", "type": "aws_vpc", "name": "this", "instances": [{ "attributes": { "id": "vpc-1" } }] }] }).to_string(),
    );
    write(
        "deploy/ecs-service-def.json",
        "{ \"subnets\": [\n  \"{{ tfstate `aws_subnet.a['x'].id` }}\",\n  \"{{ tfstate `aws_subnet.b.id` }}\"\n] }\n",
    );
    // Looked up by the plugins of the folder around it.
    write(
        "deploy/tasks/batch.jsonnet",
        "local tfstate = std.native('tfstate');\n{ role: tfstate('aws_iam_role.task.arn'), vpc: std.native('net_tfstate')('aws_vpc.this.cidr_block'),\n\
         queue: \"{{ gone_tfstate `aws_sqs_queue.q.url` }}\", sub: \"{{ tfstatef `aws_subnet.%s.id` (env `AZ`) }}\" }\n",
    );
    write("elsewhere/notes.md", "{{ tfstate `aws_subnet.none.id` }}\n");
    let delivery = "[delivery]\nstate = { old = \"shop-tf\", new = \"shop-stg-tf\" }\nscan = [\"repo\"]\n";
    let target = json!({ "buckets": [{ "name": "shop-stg-tf" }] });
    let served = serve(&home, &inventory(json!({}), target, json!({})), delivery, &[]);
    let state = json!({ "version": 4, "outputs": {}, "resources": [
        { "mode": "managed", "type": "aws_subnet", "name": "a", "instances": [{ "index_key": "x", "attributes": { "id": "subnet-1", "secret": "hunter2" } }] },
        { "mode": "managed", "type": "aws_iam_role", "name": "task", "instances": [{ "attributes": { "arn": "arn:aws:iam::222222222222:role/task" } }] } ] });
    let target = served.target_account("eu-west-1");
    cleave::world::block_on(async {
        let put = target
            .s3
            .put_object("shop-stg-tf", "stg/terraform.tfstate", state.to_string().into_bytes());
        put.await.expect("the state can be written")
    })
    .expect("a runtime");
    let output = check(&served, &home, &["--json"]);
    let told = told(&output);
    let mut files = found(&told, "files");
    files.sort();
    let expected = [
        "not_yet repo/deploy/ecs-service-def.json:3",
        "not_yet repo/deploy/ecspresso.yml:14",
        "not_yet repo/deploy/tasks/batch.jsonnet:2",
        "note repo/deploy/tasks/batch.jsonnet:3",
        "ok repo/deploy/ecspresso.yml:10",
        "ok repo/deploy/ecspresso.yml:6",
    ];
    assert_eq!(files, expected, "{told}");
    let text = told.to_string();
    let lacking = "it looks up aws_subnet.b.id in s3://shop-stg-tf/stg/terraform.tfstate: of that type the state holds aws_subnet.a[\\\"x\\\"]";
    assert!(text.contains(lacking), "{text}");
    assert!(text.contains("aws_vpc.this has no cidr_block there"), "{text}");
    assert!(!text.contains("hunter2"), "a state holds secrets: {text}");
}

/// `id of` of what blocks.
fn blocking(told: &Value) -> Vec<String> {
    let findings = told["findings"].as_array().expect("findings").iter();
    let blocking = findings.filter(|one| one["outcome"] == "blocks");
    let text = |one: &Value, member: &str| one[member].as_str().expect("a text").to_owned();
    blocking
        .map(|one| format!("{} {}: {}", text(one, "id"), text(one, "of"), text(one, "what")))
        .collect()
}

#[test]
fn without_credentials_the_plan_is_checked_and_the_accounts_are_told_as_not_checked() {
    let home = folder("check-offline");
    let shop = crate::served::example("../three-products/runbook.toml");
    let output = crate::served::cleave(&home)
        .arg("check")
        .arg(&shop)
        .args(["--offline", "--json"])
        .output()
        .expect("cleave can be started");
    let told = told(&output);
    assert_eq!(output.status.code(), Some(0), "{:?}", blocking(&told));
    let findings = told["findings"].as_array().expect("findings");
    let unchecked = |id: &str| {
        let of_it = findings.iter().filter(|one| one["id"] == id);
        of_it.filter(|one| one["outcome"] == "not_checked").count()
    };
    // Source, target and the parent's.
    for id in [
        "account-entry",
        "role-permissions",
        "role-trust",
        "key-now",
        "region-enabled",
    ] {
        assert_eq!(unchecked(id), 3, "{id}");
    }
    assert!(told["passes"].as_u64().expect("a number") > 40, "{told}");
    let text = crate::served::cleave(&home)
        .arg("check")
        .arg(&shop)
        .arg("--offline")
        .output();
    let text = String::from_utf8(text.expect("cleave can be started").stdout).expect("text");
    assert!(
        text.contains("account-entry, role-permissions, role-trust, ec2-dry-run"),
        "{text}"
    );
    assert!(text.ends_with("\nNothing blocks.\n"), "{text}");
}

#[test]
fn a_clean_example_has_no_false_alarm_in_its_accounts_and_nothing_is_changed_there() {
    let home = folder("check-clean");
    let shop = crate::served::example("../three-products/runbook.toml");
    let served = Served::with(&shop.with_file_name("inventory.json"), &[]);
    let output = served
        .cleave(&home)
        .arg("check")
        .arg(&shop)
        .args(["--json", "--world"])
        .arg(format!("simcloud={}", served.endpoint))
        .output()
        .expect("cleave can be started");
    let told = told(&output);
    assert_eq!(blocking(&told), Vec::<String>::new());
    assert_eq!(output.status.code(), Some(0));
    let passes = |id: &str| {
        let findings = told["findings"].as_array().expect("findings").iter();
        findings
            .filter(|one| one["id"] == id && one["outcome"] == "passes")
            .count()
    };
    assert_eq!(passes("account-entry"), 3);
    assert_eq!(passes("region-enabled"), 3);
    for id in [
        "role-permissions",
        "role-trust",
        "ec2-dry-run",
        "key-dry-run",
        "key-now",
        "quota-rds-now",
        "bucket-name-now",
        "object-lock-now",
        "dnssec-now",
        "network-now",
        "disk-space",
    ] {
        assert!(passes(id) > 0, "{id}: {told}");
    }
    assert!(
        served.effects().is_empty(),
        "a check changes nothing: {:?}",
        served.effects()
    );
}

#[test]
fn checks_are_explained_and_an_unknown_one_is_refused() {
    let home = folder("explain");
    let explain = |arguments: &[&str]| {
        let output = crate::served::cleave(&home).arg("explain").args(arguments).output();
        output.expect("cleave can be started")
    };
    let one = String::from_utf8(explain(&["key-dry-run"]).stdout).expect("text");
    for part in ["# key-dry-run\n", "\nWhy: ", "\nThe way out: ", "\nLimits: "] {
        assert!(one.contains(part), "{one}");
    }
    let all: Value = serde_json::from_slice(&explain(&["--json"]).stdout).expect("JSON");
    assert!(all.as_array().expect("checks").len() > 100);
    let unknown = explain(&["nonsense"]);
    assert_eq!(unknown.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&unknown.stderr).contains("cleave explain"));
}
