use std::path::Path;

use model::plan::Weight;

use super::*;
use crate::commands::files::Written;

const RUNBOOK: &str = r#"
migration = "shop-staging"
region = "ap-northeast-1"
source = { account = "111111111111", role = "cleave-source" }
target = { account = "222222222222", role = "cleave-target" }

[[key]]
alias = "alias/shop"

[[image]]
name = "shop-batch-*"
"#;

fn rehearsal(level: FaultLevel) -> Rehearsal {
    let example = Path::new(env!("CARGO_MANIFEST_DIR")).join("../../runbooks/shop-staging/runbook.toml");
    let inventory = Written::read(&example, None).expect("the example").inventory;
    let plan = moves::plan(&moves::Runbook::parse(RUNBOOK).expect("a runbook"), &inventory);
    assert!(
        plan.notes.iter().all(|note| note.weight != Weight::Blocks),
        "{:?}",
        plan.notes
    );
    Rehearsal {
        plan,
        inventory,
        level,
        taken_back: None,
    }
}

/// The mistake: steps of the key give up at the first refusal, though what was just made is not to be seen at once.
fn impatient() -> Rehearsal {
    let mut rehearsal = rehearsal(FaultLevel::Harsh);
    for step in &mut rehearsal.plan.steps {
        if step.resource.kind == "key" {
            step.patience = 0;
        }
    }
    rehearsal
}

fn first_failing(rehearsal: &Rehearsal) -> u64 {
    let fails = |seed: &u64| !super::super::rehearse(rehearsal, *seed).is_good(rehearsal.level);
    (1..20).find(fails).expect("a mistake that shows on some nights")
}

#[test]
fn all_faults_that_were_noted_make_the_same_night_again() {
    let rehearsal = rehearsal(FaultLevel::Harsh);
    let (whole, noted) = rehearse_with(&rehearsal, &Besides::default(), 5, Which::Noted);
    assert!(whole.completed(), "{:?}", whole.end);
    assert!(noted.len() > 5, "{noted:?}");
    let (again, _) = rehearse_with(&rehearsal, &Besides::default(), 5, Which::Only(&noted));
    assert_eq!(whole.events, again.events);
    let plain = super::super::rehearse(&rehearsal, 5);
    assert_eq!(whole.events, plain.events, "noting changes nothing");
    let (quiet, _) = rehearse_with(&rehearsal, &Besides::default(), 5, Which::Only(&[]));
    assert!(quiet.completed() && quiet.api_calls < whole.api_calls);
}

#[test]
fn a_mistake_that_one_fault_shows_is_shrunk_to_that_fault_whatever_the_number_of_threads() {
    let rehearsal = impatient();
    let seed = first_failing(&rehearsal);
    let shrunk = shrink(&rehearsal, seed, (200, 2), &|_| {}).expect("it fails by its faults");
    assert!(shrunk.smallest, "{} rehearsals", shrunk.rehearsals);
    assert!(!shrunk.run.is_good(FaultLevel::Harsh));
    let left: Vec<&Injected> = shrunk.left.iter().map(|(_, fault)| fault).collect();
    assert_eq!(left.len(), 1, "{left:?}");
    assert!(left[0].place.contains("kms"), "{left:?}");
    assert!(shrunk.drawn > left.len());
    let alone = shrink(&rehearsal, seed, (200, 1), &|_| {}).expect("it fails by its faults");
    assert_eq!(
        (alone.rehearsals, &alone.left, &alone.run.events),
        (shrunk.rehearsals, &shrunk.left, &shrunk.run.events)
    );
}

#[test]
fn a_mistake_that_needs_no_fault_is_left_with_none() {
    let mut rehearsal = rehearsal(FaultLevel::Harsh);
    // The plan takes the image for another size than it has: its copy is wrong on every night.
    for step in &mut rehearsal.plan.steps {
        if step.action == "image.copy_image" {
            step.input["sizes"] = serde_json::json!([1, 2, 3]);
        }
    }
    let shrunk = shrink(&rehearsal, 1, (200, 2), &|_| {}).expect("it fails");
    assert!(shrunk.left.is_empty() && shrunk.smallest);
    assert_eq!(shrunk.rehearsals, 2, "the whole night, and one without a fault");
}

#[test]
fn a_night_that_is_as_it_must_be_is_not_shrunk_and_a_spent_budget_is_told() {
    assert!(shrink(&rehearsal(FaultLevel::Harsh), 5, (10, 2), &|_| {}).is_none());
    let rehearsal = impatient();
    let seed = first_failing(&rehearsal);
    let shrunk = shrink(&rehearsal, seed, (1, 2), &|_| {}).expect("it fails by its faults");
    assert!(!shrunk.smallest);
    assert_eq!(shrunk.left.len(), shrunk.drawn, "one rehearsal finds nothing");
}
