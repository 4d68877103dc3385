//! `cleave discover` beside what moves: what lies in other regions, and what a month cost of which nothing was found.

use std::path::{Path, PathBuf};
use std::process::Output;

use crate::served::{Served, example, folder};
use model::Inventory;
use model::inventory::AccountInventory;
use serde_json::{Value, json};

const SOURCE: &str = "111111111111";

fn said(output: &Output) -> (String, String) {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{}", text(&output.stderr));
    (text(&output.stdout), text(&output.stderr))
}

/// A folder with the example's runbook, no inventory, and a simcloud whose source account has these members beside the example's.
fn served(test: &str, beside: &Value) -> (Served, PathBuf) {
    let home = folder(test);
    std::fs::copy(example("runbook.toml"), home.join("runbook.toml")).expect("it can be copied");
    let text = std::fs::read_to_string(example("inventory.json")).expect("the example");
    let mut inventory: Value = serde_json::from_str(&text).expect("JSON");
    for (name, member) in beside.as_object().expect("members") {
        inventory["accounts"][SOURCE][name] = member.clone();
    }
    let filled = home.join("filled.json");
    std::fs::write(&filled, inventory.to_string()).expect("it can be written");
    (Served::with(&filled, &[]), home)
}

fn source(home: &Path) -> AccountInventory {
    let text = std::fs::read_to_string(home.join("inventory.json")).expect("it was written");
    let mut inventory = Inventory::parse(&text).expect("an inventory");
    let found = inventory.accounts.iter_mut().find(|(id, _)| id.as_str() == SOURCE);
    std::mem::take(found.expect("the source").1)
}

/// How often an operation was called so far.
fn calls(served: &Served, operation: &str) -> usize {
    let page = served.page("requests");
    let all = page.as_array().expect("a list").iter();
    all.filter(|one| one["operation"] == operation).count()
}

fn far() -> Value {
    json!({ "us-east-1": { "kinds": { "ec2:instance": 2, "sqs": 1 } }, "ap-east-1": { "kinds": { "dynamodb:table": 1 } } })
}

#[test]
fn what_lies_in_other_regions_is_told_and_kept_unless_they_are_left_out() {
    let (served, home) = served("discover-elsewhere", &json!({ "elsewhere": far() }));
    let (told, warned) = said(&served.discover(&home, &["--this-region-only"]));
    assert!(!told.contains("other regions,") && warned.is_empty(), "{told}{warned}");
    assert!(source(&home).elsewhere.is_empty());
    let here_alone = calls(&served, "GetResources");
    let (told, warned) = said(&served.discover(&home, &[]));
    assert!(warned.is_empty(), "{warned}");
    for words in [
        "  us-east-1: 2 ec2:instance, 1 sqs\n",
        "  ap-east-1: 1 dynamodb:table\n",
        "nothing that was ever tagged in 15 other enabled regions (",
    ] {
        assert!(told.contains(words), "{words}: {told}");
    }
    assert!(!told.contains("  ap-northeast-1: "), "it is the runbook's: {told}");
    // A read in each of the seventeen others, beside those of before.
    assert_eq!(calls(&served, "GetResources"), here_alone * 2 + 17);
    let found = source(&home);
    let kinds: Vec<Value> = found
        .elsewhere
        .values()
        .filter(|there| !there.kinds.is_empty())
        .map(|there| json!(there.kinds))
        .collect();
    assert_eq!(
        kinds,
        [json!({ "dynamodb:table": 1 }), json!({ "ec2:instance": 2, "sqs": 1 })]
    );
    assert!(
        found.others.iter().all(|other| other.region() != "us-east-1"),
        "they are counted, not listed"
    );
    // They are information: a comparison neither asks nor tells.
    let before = calls(&served, "DescribeRegions");
    let (told, _) = said(&served.discover(&home, &["--diff"]));
    assert!(told.starts_with("nothing is new"), "{told}");
    assert_eq!(calls(&served, "DescribeRegions"), before);
    // Left out, what is known stays.
    said(&served.discover(&home, &["--this-region-only"]));
    assert_eq!(source(&home).elsewhere, found.elsewhere);
}

#[test]
fn what_costs_money_and_is_not_to_be_found_is_told_where_somebody_asks() {
    let bill = json!({ "month": "2026-10", "unit": "USD", "services": {
        "Amazon Relational Database Service": { "ap-northeast-1": 812_400_000 },
        "Amazon Elastic Compute Cloud - Compute": { "us-east-1": 90_000_000 },
        "Amazon Redshift": { "ap-northeast-1": 240_500_000 },
        "AWS Support (Business)": { "NoRegion": 100_000_000 },
        "AWS Glue": { "ap-northeast-1": 12 },
    } });
    let (served, home) = served("discover-costs", &json!({ "bill": bill, "elsewhere": far() }));
    said(&served.discover(&home, &[]));
    assert_eq!(
        (calls(&served, "GetCostAndUsage"), source(&home).bill),
        (0, None),
        "nobody asked"
    );

    let (told, warned) = said(&served.discover(&home, &["--costs"]));
    assert_eq!(calls(&served, "GetCostAndUsage"), 1);
    assert!(
        warned.contains("what 2026-10 cost") && warned.contains("AWS takes $0.01 for each request"),
        "{warned}"
    );
    let (costs, nothing) = told
        .split_once("costs money, and nothing of it was found:\n")
        .unwrap_or_else(|| panic!("{told}"));
    for words in [
        "what 2026-10 cost in account 111111111111, before taxes, credits and refunds (one request, $0.01):",
        "$812.40  Amazon Relational Database Service, ap-northeast-1: ",
        "$90.00  Amazon Elastic Compute Cloud - Compute, us-east-1: 2 ec2:instance\n",
        "$100.00  AWS Support (Business), NoRegion: of the account itself\n",
        "  less than a cent: 1 more\n",
    ] {
        assert!(costs.contains(words), "{words}: {told}");
    }
    assert!(nothing.contains("$240.50  Amazon Redshift, ap-northeast-1\n"), "{told}");
    assert!(
        !nothing.contains("Support") && !nothing.contains("Relational"),
        "{told}"
    );
    let kept = source(&home).bill.expect("it is kept");
    assert_eq!((kept.month.as_str(), json!(kept)), ("2026-10", bill));

    // A region that nobody looked at is told as such; what is narrowed, too.
    std::fs::remove_file(home.join("inventory.json")).expect("it is there");
    let (told, _) = said(&served.discover(&home, &["--costs", "--this-region-only", "--name", "shop-stg*"]));
    let (_, unseen) = told
        .split_once("costs money in regions that were not looked at:\n")
        .unwrap_or_else(|| panic!("{told}"));
    assert!(
        unseen.contains("Elastic Compute Cloud - Compute, us-east-1\n"),
        "{told}"
    );
    assert!(
        unseen.contains("only what --name and --tag mean was looked for"),
        "{told}"
    );

    let both = served.discover(&home, &["--costs", "--diff"]);
    assert_eq!(both.status.code(), Some(2), "{}", String::from_utf8_lossy(&both.stderr));
}

#[test]
fn an_account_of_which_cost_explorer_has_nothing_is_discovered_all_the_same() {
    let (served, home) = served("discover-no-costs", &json!({}));
    let (told, warned) = said(&served.discover(&home, &["--costs"]));
    assert!(
        warned.contains("what 2026-10 cost cannot be told") && warned.contains("DataUnavailableException"),
        "{warned}"
    );
    assert!(
        !told.contains("what 2026-10 cost") && told.contains("written to "),
        "{told}"
    );
    assert_eq!(source(&home).bill, None);
}
