//! `cleave roles` as it is typed: what it prints and writes can be used as it is, and what nobody could take on is refused.

use std::path::Path;
use std::process::Output;

use serde_json::Value;

use crate::served::{cleave, example, folder};

const JUMP: &str = "arn:aws:iam::333333333333:role/jump";

fn roles(home: &Path, arguments: &[&str]) -> Output {
    let mut command = cleave(home);
    command.arg("roles").args(arguments);
    command.output().expect("cleave can be started")
}

fn of_example(home: &Path, arguments: &[&str]) -> Output {
    let runbook = example("runbook.toml");
    let mut all = vec![runbook.to_str().expect("a path that is text")];
    all.extend(arguments);
    roles(home, &all)
}

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn several_roles_are_one_document_of_json_and_each_says_who_takes_it_on() {
    let home = folder("roles-json");
    let output = of_example(&home, &["--trust", JUMP, "--external-id", "night"]);
    assert!(output.status.success(), "{}", said(&output));
    let all: Value = serde_json::from_slice(&output.stdout).expect("one document");
    let names: Vec<&str> = all
        .as_array()
        .expect("several")
        .iter()
        .filter_map(|one| one["role"].as_str())
        .collect();
    assert_eq!(names, ["cleave-source", "cleave-target", "cleave-batch"]);
    let taken_on = &all[0]["trust"]["Statement"][0];
    assert_eq!(taken_on["Principal"]["AWS"], JUMP);
    assert_eq!(taken_on["Condition"]["StringEquals"]["sts:ExternalId"], "night");
    assert!(said(&output).contains("of at most 10"), "{}", said(&output));
}

#[test]
fn templates_are_written_one_to_a_file_and_several_are_not_printed() {
    let home = folder("roles-templates");
    let form = ["--trust", JUMP, "--format", "cloudformation"];
    let printed = of_example(&home, &form);
    assert_eq!(printed.status.code(), Some(2), "{}", said(&printed));
    assert!(
        printed.stdout.is_empty() && said(&printed).contains("--out DIR"),
        "{}",
        said(&printed)
    );
    let written = of_example(&home, &[&form[..], &["--out", "out"]].concat());
    assert!(written.status.success(), "{}", said(&written));
    let files: Vec<_> = std::fs::read_dir(home.join("out")).expect("a folder").collect();
    assert_eq!(files.len(), 3, "{files:?}");
}

#[test]
fn without_anybody_to_take_them_on_or_with_a_second_factor_behind_a_role_they_are_refused() {
    let home = folder("roles-refused");
    let nobody = of_example(&home, &["--for", "source"]);
    assert_eq!(nobody.status.code(), Some(2), "{}", said(&nobody));
    assert!(said(&nobody).contains("--trust"), "{}", said(&nobody));
    let behind_a_role = of_example(&home, &["--for", "source", "--trust", JUMP, "--mfa"]);
    assert_eq!(behind_a_role.status.code(), Some(2), "{}", said(&behind_a_role));
    assert!(behind_a_role.stdout.is_empty(), "nothing is printed beside the refusal");
}

#[test]
fn the_role_that_reads_needs_no_runbook_and_admits_reads_alone() {
    let home = folder("roles-discover");
    let arguments = [
        "--for",
        "discover",
        "--account",
        "111111111111",
        "--region",
        "eu-west-1",
        "--trust",
        JUMP,
    ];
    let output = roles(&home, &arguments);
    assert!(output.status.success(), "{}", said(&output));
    let role: Value = serde_json::from_slice(&output.stdout).expect("one document");
    let policies = role["policies"].as_array().expect("policies");
    let statements = policies
        .iter()
        .flat_map(|one| one["document"]["Statement"].as_array().expect("statements"));
    for action in statements.flat_map(|one| one["Action"].as_array().expect("actions")) {
        let action = action.as_str().expect("a name");
        let (_, call) = action.split_once(':').expect("service and call");
        let reads = ["Describe", "List", "Get", "Head", "Search"];
        assert!(reads.iter().any(|verb| call.starts_with(verb)), "{action}");
    }
}

#[test]
fn what_is_charged_is_allowed_only_where_somebody_asks_for_it() {
    let home = folder("roles-costs");
    let asking = |arguments: &[&str]| {
        let all = [&["--for", "discover", "--trust", JUMP][..], arguments].concat();
        let output = of_example(&home, &all);
        assert!(output.status.success(), "{}", said(&output));
        String::from_utf8_lossy(&output.stdout)
            .matches("ce:GetCostAndUsage")
            .count()
    };
    assert_eq!((asking(&[]), asking(&["--costs"])), (0, 1), "in the source alone");
    let of_a_run = of_example(&home, &["--for", "source", "--trust", JUMP, "--costs"]);
    assert_eq!(of_a_run.status.code(), Some(2), "{}", said(&of_a_run));
}
