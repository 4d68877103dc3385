//! `cleave terraform` judged by Terraform itself, with the real AWS provider, against the simcloud in which the run took place: what is
//! written must be importable under the ids that are written, and show no difference at all. Where either is missing the test says so.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::provider::{Folder, Terraform, said};
use crate::served::{Served, UnderWay, folder};
use serde_json::Value;

/// Ten minutes before the runbook's window opens.
const EVENING: &str = "2026-11-21T12:50:00Z";
const SOURCE: &str = "111111111111";
const TARGET: &str = "222222222222";

/// Terraform, or nothing, said aloud.
#[expect(
    clippy::print_stderr,
    reason = "whoever reads the test's output must see that it did not run"
)]
fn terraform() -> Option<Terraform> {
    match Terraform::find() {
        Ok(found) => Some(found),
        Err(why) => {
            eprintln!("SKIPPED: {why}");
            None
        }
    }
}

fn write_terraform(served: &Served, home: &Path, journal: &Path, out: &str, more: &[&str]) -> std::process::Output {
    let mut command: Command = served.cleave(home);
    command
        .args(["terraform", "--out", out, "--journal"])
        .arg(journal)
        .args(more);
    command.output().expect("cleave can be started")
}

/// What the source's Terraform has before the night: the same things under names of its own, some of them within a `for_each`.
const SOURCE_CONFIG: &str = r#"
import {
  to = aws_db_instance.main
  id = "shop-stg"
}

resource "aws_db_instance" "main" {
  instance_class = "db.t4g.medium"

  lifecycle {
    ignore_changes = all
  }
}

import {
  for_each = toset(["shop-stg-assets", "shop-prd-assets"])
  to       = aws_s3_bucket_policy.each[each.key]
  id       = each.key
}

resource "aws_s3_bucket_policy" "each" {
  for_each = toset(["shop-stg-assets", "shop-prd-assets"])
  bucket   = each.key
  policy   = "{}"

  lifecycle {
    ignore_changes = all
  }
}

import {
  for_each = toset(["shop-stg-assets"])
  to       = aws_s3_bucket.moving[each.key]
  id       = each.key
}

resource "aws_s3_bucket" "moving" {
  for_each = toset(["shop-stg-assets"])
  bucket   = each.key

  lifecycle {
    ignore_changes = all
  }
}
"#;

/// What is left of it, once the resources that moved are taken out.
const SOURCE_CONFIG_AFTER: &str = r#"
resource "aws_s3_bucket_policy" "each" {
  for_each = toset(["shop-prd-assets"])
  bucket   = each.key
  policy   = "{}"

  lifecycle {
    ignore_changes = all
  }
}
"#;

/// One plan, of which every line is an import and nothing else; how many there are.
fn only_imports(target: &Folder) -> usize {
    let plan = target.run(&["plan", "-input=false", "-out=plan.bin"]);
    let text = said(&plan);
    assert!(plan.status.success(), "{text}");
    let shown: Value = serde_json::from_str(&target.done(&["show", "-json", "plan.bin"])).expect("a plan is JSON");
    let changes = shown["resource_changes"].as_array().expect("changes");
    for change in changes {
        assert_eq!(
            change["change"]["actions"],
            serde_json::json!(["no-op"]),
            "{}: {text}",
            change["address"]
        );
        assert!(change["change"]["importing"]["id"].is_string(), "{change}");
    }
    let expected = format!(
        "Plan: {} to import, 0 to add, 0 to change, 0 to destroy.",
        changes.len()
    );
    assert!(text.contains(&expected), "{text}");
    changes.len()
}

#[test]
fn terraform_takes_over_what_the_run_made_and_has_nothing_to_change() {
    let Some(terraform) = terraform() else { return };
    let home = folder("terraform");
    let served = Served::start(&["--speed", "2000"]);
    let source = terraform.folder(&home.join("source"), served.endpoint, &served.source, SOURCE);
    source.write("main.tf", SOURCE_CONFIG);
    source.done(&["apply", "-auto-approve", "-input=false"]);

    let journal = home.join("m.db");
    let mut run = UnderWay::start(served.run_of(&crate::served::without_window(&home), &home, &journal));
    assert_eq!(run.end().code(), Some(0), "{:#?}", run.said);
    let done = served.effects().len();

    let state = source.done(&["state", "pull"]);
    source.write("source.tfstate", &state);
    let path = |name: &str| home.join("source").join(name).display().to_string();
    let written = write_terraform(
        &served,
        &home,
        &journal,
        "target",
        &["--with-config", "--source-state", &path("source.tfstate")],
    );
    assert!(written.status.success(), "{}", said(&written));

    let told = std::fs::read_to_string(home.join("target/target_imports.tf")).expect("it is written");
    let delegation = "The delegation of stg.shop.example.com lies in zone ";
    assert!(told.replace("\n# ", " ").contains(delegation), "{told}");

    // The target: everything is imported, and nothing differs.
    let removed = std::fs::read_to_string(home.join("target/source_removed.tf")).expect("it is written");
    std::fs::remove_file(home.join("target/source_removed.tf")).expect("it is there");
    let target = terraform.folder(&home.join("target"), served.endpoint, &served.target, TARGET);
    target.done(&["fmt", "-check", "-diff"]);
    let imports = only_imports(&target);
    assert_eq!(
        imports, 24,
        "a key, its alias, a database, a bucket with six sub-resources, an image, a zone and its records"
    );
    let applied = target.done(&["apply", "-input=false", "plan.bin"]);
    let expected = format!("Resources: {imports} imported, 0 added, 0 changed, 0 destroyed.");
    assert!(applied.contains(&expected), "{applied}");
    let again = target.run(&["plan", "-input=false", "-detailed-exitcode"]);
    assert_eq!(again.status.code(), Some(0), "{}", said(&again));
    assert!(said(&again).contains("No changes."), "{}", said(&again));

    forgets(&source, &removed);
    assert_eq!(
        served.effects().len(),
        done,
        "Terraform has changed nothing in either account"
    );
    is_not_blind(&terraform, &target, &served, &home);
}

/// The source: what has left is forgotten under its own addresses, and nothing is destroyed.
fn forgets(source: &Folder, removed: &str) {
    assert!(removed.contains("from = aws_db_instance.main\n"), "{removed}");
    assert!(removed.contains("from = aws_s3_bucket.moving\n"), "{removed}");
    assert!(
        !removed.contains("from = aws_s3_bucket_policy.each"),
        "it would forget production's: {removed}"
    );
    let by_hand = "terraform state rm 'aws_s3_bucket_policy.each[\"shop-stg-assets\"]'";
    assert!(removed.contains(by_hand), "{removed}");
    source.write("main.tf", SOURCE_CONFIG_AFTER);
    source.write("source_removed.tf", removed);
    source.done(&["fmt", "-check", "-diff", "source_removed.tf"]);
    source.done(&["state", "rm", "aws_s3_bucket_policy.each[\"shop-stg-assets\"]"]);
    let applied = source.done(&["apply", "-auto-approve", "-input=false"]);
    assert!(applied.contains("0 added, 0 changed, 0 destroyed"), "{applied}");
    assert_eq!(
        source.done(&["state", "list"]).trim(),
        "aws_s3_bucket_policy.each[\"shop-prd-assets\"]"
    );
}

/// A wrong word in what is written is seen: else the test above would prove nothing.
fn is_not_blind(terraform: &Terraform, target: &Folder, served: &Served, home: &Path) {
    let read = |name: &str| std::fs::read_to_string(target.path.join(name)).expect("it is written");
    let (imports, resources) = (read("target_imports.tf"), read("target_resources.tf"));
    for (right, wrong, action) in [
        ("weight = 90", "weight = 91", "will be updated in-place"),
        (
            "storage_encrypted       = true",
            "storage_encrypted       = false",
            "must be replaced",
        ),
        (
            "max_age_seconds = 3000",
            "max_age_seconds = 3001",
            "will be updated in-place",
        ),
    ] {
        assert!(resources.contains(right), "{resources}");
        // What must not be destroyed is an error already when it would be replaced.
        let other = resources
            .replacen(right, wrong, 1)
            .replace("prevent_destroy = true", "prevent_destroy = false");
        target.write("target_resources.tf", &other);
        let plan = target.run(&["plan", "-input=false", "-detailed-exitcode"]);
        assert_eq!(plan.status.code(), Some(2), "{wrong}: {}", said(&plan));
        assert!(said(&plan).contains(action), "{wrong}: {}", said(&plan));
    }
    let fresh = terraform.folder(&home.join("fresh"), served.endpoint, &served.target, TARGET);
    fresh.write("target_resources.tf", &resources);
    // Not the database's: where its id is not found the provider asks for no id at all, and takes the only instance there is.
    let wrong = imports.replacen("id = \"alias/shop\"", "id = \"alias/shop-2\"", 1);
    assert_ne!(wrong, imports);
    fresh.write("target_imports.tf", &wrong);
    let plan = fresh.run(&["plan", "-input=false"]);
    assert!(!plan.status.success());
    assert!(
        said(&plan).contains("Cannot import non-existent remote object"),
        "{}",
        said(&plan)
    );
}

/// Every kind of thing, and every sub-resource of a bucket that the provider has a resource for: ids of which no document was found are
/// proved here.
#[test]
fn terraform_takes_over_every_kind() {
    let Some(terraform) = terraform() else { return };
    let home = folder("terraform-every-kind");
    let every_kind = |file: &str| {
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("tests/every_kind")
            .join(file)
    };
    let served = Served::with(&every_kind("inventory.json"), &["--speed", "5000"]);
    let journal = home.join("m.db");
    let mut run = UnderWay::start(served.run_of(&every_kind("runbook.toml"), &home, &journal));
    assert_eq!(run.end().code(), Some(0), "{:#?}", run.said);
    let done = served.effects().len();
    let written = write_terraform(&served, &home, &journal, "target", &["--with-config"]);
    assert!(written.status.success(), "{}", said(&written));
    let removed = home.join("target/source_removed.tf");
    let source = std::fs::read_to_string(&removed).expect("it is written");
    std::fs::remove_file(removed).expect("it is there");
    let target = terraform.folder(&home.join("target"), served.endpoint, &served.target, TARGET);
    target.done(&["fmt", "-check", "-diff"]);
    let imports = only_imports(&target);
    target.done(&["apply", "-input=false", "plan.bin"]);
    let again = target.run(&["plan", "-input=false", "-detailed-exitcode"]);
    assert_eq!(again.status.code(), Some(0), "{}", said(&again));
    assert_eq!(served.effects().len(), done, "Terraform has changed nothing");
    let state = target.done(&["state", "list"]);
    assert_eq!(state.lines().count(), imports);
    let kinds: std::collections::BTreeSet<&str> = state.lines().filter_map(|line| line.split('.').next()).collect();
    assert_eq!(kinds.into_iter().collect::<Vec<_>>(), EVERY_KIND);
    // The subnet groups of the source are of its own VPC, and none of them stands for one that was made.
    for kind in EVERY_KIND.iter().filter(|kind| **kind != "aws_db_subnet_group") {
        assert!(
            source.contains(&format!("from = {kind}.")),
            "the source forgets {kind}, too: {source}"
        );
    }
}

const EVERY_KIND: [&str; 29] = [
    "aws_ami",
    "aws_db_instance",
    "aws_db_option_group",
    "aws_db_parameter_group",
    "aws_db_subnet_group",
    "aws_ebs_volume",
    "aws_elasticache_replication_group",
    "aws_kms_alias",
    "aws_kms_key",
    "aws_rds_cluster",
    "aws_rds_cluster_instance",
    "aws_rds_cluster_parameter_group",
    "aws_s3_bucket",
    "aws_s3_bucket_accelerate_configuration",
    "aws_s3_bucket_analytics_configuration",
    "aws_s3_bucket_cors_configuration",
    "aws_s3_bucket_intelligent_tiering_configuration",
    "aws_s3_bucket_inventory",
    "aws_s3_bucket_lifecycle_configuration",
    "aws_s3_bucket_logging",
    "aws_s3_bucket_metric",
    "aws_s3_bucket_notification",
    "aws_s3_bucket_ownership_controls",
    "aws_s3_bucket_policy",
    "aws_s3_bucket_public_access_block",
    "aws_s3_bucket_replication_configuration",
    "aws_s3_bucket_server_side_encryption_configuration",
    "aws_s3_bucket_versioning",
    "aws_s3_bucket_website_configuration",
];

#[test]
fn a_run_under_way_is_handed_over_as_far_as_it_is_and_says_what_is_missing() {
    let home = folder("terraform-half");
    let served = Served::start(&["--at", EVENING, "--speed", "500"]);
    let journal = home.join("m.db");
    let mut run = UnderWay::start(served.run(&home, &journal));
    run.until("copy_records: done");
    run.signal("INT");
    assert_eq!(run.end().code(), Some(5), "{:#?}", run.said);
    let written = write_terraform(&served, &home, &journal, "out", &["--with-config"]);
    assert!(written.status.success(), "{}", said(&written));
    assert!(
        said(&written).contains("database/shop-stg/restore_instance"),
        "{}",
        said(&written)
    );
    let read = |name: &str| std::fs::read_to_string(home.join("out").join(name)).expect("it is written");
    for name in ["target_imports.tf", "target_resources.tf", "source_removed.tf"] {
        let text = read(name);
        assert!(
            text.contains("NOT IN HERE") && text.contains("bucket/shop-stg-assets/win_name"),
            "{name}: {text}"
        );
        assert!(
            !text.contains("aws_db_instance") && !text.contains("\"aws_s3_bucket\""),
            "{name}: {text}"
        );
    }
    assert!(read("target_imports.tf").contains("aws_route53_record.www_stg_shop_example_com_a"));
    let removed = read("source_removed.tf");
    assert!(
        !removed.contains("from = aws_route53_zone"),
        "it is still answered from the source: {removed}"
    );
}

#[test]
fn what_cannot_be_read_or_is_somebody_elses_is_refused_before_anything_is_written() {
    let home = folder("terraform-refused");
    let refused = |more: &[&str]| {
        let mut command = crate::served::cleave(&home);
        command
            .args(["terraform", "--out", "out", "--journal", "m.db"])
            .args(more);
        let output = command.output().expect("cleave can be started");
        (output.status.code(), said(&output))
    };
    let (code, told) = refused(&[]);
    assert!(code == Some(3) && told.contains("the journal cannot be used"), "{told}");
    let rehearsed = crate::served::cleave(&home)
        .arg("rehearse")
        .arg(crate::served::example("runbook.toml"))
        .args(["--journal", "m.db"])
        .output()
        .expect("cleave can be started");
    assert!(rehearsed.status.success(), "{}", said(&rehearsed));
    let (code, told) = refused(&["--run", "aaaaaaaaaaaa"]);
    assert!(code == Some(3) && told.contains("not aaaaaaaaaaaa"), "{told}");
    std::fs::write(home.join("state"), "no state").expect("a file");
    let (code, told) = refused(&["--source-state", "state"]);
    assert!(code == Some(3) && told.contains("terraform state pull"), "{told}");
    assert!(!home.join("out").exists());
    let (code, told) = refused(&[]);
    assert_eq!(code, Some(0), "{told}");
    let own: PathBuf = home.join("out/target_imports.tf");
    let text = std::fs::read_to_string(&own).expect("it is written");
    assert!(text.contains("REHEARSAL"), "its ids are made up: {text}");
    assert_eq!(refused(&[]).0, Some(0), "its own files it writes anew");
    std::fs::write(&own, "resource \"mine\" \"x\" {}\n").expect("a file");
    let (code, told) = refused(&["--with-config"]);
    assert!(code == Some(3) && told.contains("cleave has not written it"), "{told}");
    assert!(!home.join("out/target_resources.tf").exists());
    assert_eq!(
        std::fs::read_to_string(&own).expect("it is there"),
        "resource \"mine\" \"x\" {}\n"
    );
}

/// A private zone on each route: its own with two VPCs and records, and the associations with the source's.
#[test]
fn terraform_takes_over_private_zones() {
    let Some(terraform) = terraform() else { return };
    let home = folder("terraform-private-zones");
    let zone = |id: &str, name: &str| {
        let alias = serde_json::json!({ "zone": id, "name": format!("api.{name}"), "evaluate_health": false });
        serde_json::json!({ "id": id, "name": name, "private": true, "vpcs": [{ "id": "vpc-old", "region": "ap-northeast-1" }], "tags": { "team": "shop" },
            "records": [{ "name": format!("api.{name}"), "type": "A", "ttl": 60, "values": ["10.0.0.1"] },
                { "name": format!("\\052.{name}"), "type": "A", "alias": alias }] })
    };
    let account = |role: &str, vpcs: &[&str], zones: Vec<Value>| serde_json::json!({ "roles": { role: { "trusts": ["333333333333"] } }, "regions": { "ap-northeast-1": { "vpcs": vpcs } }, "zones": zones });
    let zones = vec![zone("ZCOPIED", "internal.shop"), zone("ZSHARED", "registry.shop")];
    let inventory = serde_json::json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": {
        SOURCE: account("cleave-source", &["vpc-old"], zones),
        TARGET: account("cleave-target", &["vpc-new", "vpc-second"], Vec::new()) } });
    std::fs::write(home.join("inventory.json"), inventory.to_string()).expect("a file");
    let sections = |name: &str, route: &str| {
        format!("[[private_zone]]\nname = \"{name}\"\nvpcs = [\"vpc-new\", \"vpc-second\"]\nroute = \"{route}\"\n")
    };
    let runbook = format!(
        "migration = \"shop\"\nregion = \"ap-northeast-1\"\nsource = {{ account = \"{SOURCE}\", role = \"cleave-source\" }}\n\
         target = {{ account = \"{TARGET}\", role = \"cleave-target\" }}\n{}{}",
        sections("internal.shop", "copy"),
        sections("registry.shop", "share")
    );
    std::fs::write(home.join("runbook.toml"), runbook).expect("a file");
    let served = Served::with(&home.join("inventory.json"), &["--speed", "1000"]);
    let journal = home.join("m.db");
    let mut run = UnderWay::start(served.run_of(&home.join("runbook.toml"), &home, &journal));
    assert_eq!(run.end().code(), Some(0), "{:#?}", run.said);
    let done = served.effects().len();
    let written = write_terraform(&served, &home, &journal, "target", &["--with-config"]);
    assert!(written.status.success(), "{}", said(&written));
    std::fs::remove_file(home.join("target/source_removed.tf")).expect("it is there");
    let target = terraform.folder(&home.join("target"), served.endpoint, &served.target, TARGET);
    target.done(&["fmt", "-check", "-diff"]);
    assert_eq!(only_imports(&target), 5, "a zone, two records, two associations");
    target.done(&["apply", "-input=false", "plan.bin"]);
    let again = target.run(&["plan", "-input=false", "-detailed-exitcode"]);
    assert_eq!(again.status.code(), Some(0), "{}", said(&again));
    assert_eq!(served.effects().len(), done, "Terraform has changed nothing");
}
