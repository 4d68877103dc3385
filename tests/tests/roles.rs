//! Whole runs with roles that hold exactly the policies that `cleave roles` derives, enforced by simcloud from a table of its own; and what happens
//! where one action is missing.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use cleave::rehearsal::Stage;
use model::State;
use moves::roles;
use simcloud::faults::FaultLevel;
use simcloud::services::iam_permissions::RoleName;
use whole_runs::enforced::{Course, Enforced, HARSH, Night, QUIET, UNDONE, in_memory};
use whole_runs::night::{self, Scenario, in_paused_time};

pub(crate) static SHOP: LazyLock<Enforced> =
    LazyLock::new(|| Enforced::of("shop-staging", Scenario::of("shop-staging")));
pub(crate) static PRODUCTS: LazyLock<Enforced> =
    LazyLock::new(|| Enforced::of("three-products", Scenario::of("three-products")));

fn right(enforced: &Enforced, course: Course) -> Night {
    let night = enforced.played(&enforced.roles, course);
    assert_eq!(night.refused, BTreeMap::new(), "{course:?}: {:?}", night.wrong);
    assert_eq!(night.wrong, Vec::<String>::new(), "{course:?}");
    night
}

#[test]
fn given_exactly_the_derived_roles_a_quiet_and_a_harsh_night_come_to_their_ends() {
    for course in [QUIET, HARSH] {
        right(&SHOP, course);
    }
}

#[test]
fn given_exactly_the_derived_roles_a_run_is_taken_back_whole() {
    right(&SHOP, UNDONE);
}

#[test]
fn given_exactly_the_derived_roles_what_is_old_is_taken_away() {
    right(&SHOP, Course::Retired);
}

#[test]
fn without_one_of_its_actions_a_role_is_refused() {
    let asked = right(&SHOP, QUIET).asked;
    let all: Vec<(&RoleName, &String)> = asked
        .iter()
        .flat_map(|(role, all)| all.keys().map(move |one| (role, one)))
        .collect();
    let mut random = fastrand::Rng::with_seed(7);
    for _ in 0..6 {
        let (role, action) = all[random.usize(..all.len())];
        assert_eq!(SHOP.goes_on_without(QUIET, role, action), None);
    }
}

#[test]
fn every_step_that_calls_aws_has_its_line_in_the_table_of_calls() {
    let registered: BTreeSet<String> = in_paused_time(async {
        let Scenario { plan, inventory } = Scenario::of("shop-staging");
        let stage = Stage::set(&plan, &inventory, 1, FaultLevel::None);
        let journal = in_memory(&stage);
        drop(stage.begin(&journal).expect("a run"));
        let events = journal.lock().expect("nobody panicked").load().expect("events");
        let state = State::fold(&events).expect("events").expect("a run");
        let registry = moves::registry(std::rc::Rc::new(night::acting(&stage, &journal, &state)));
        registry.actions().map(str::to_owned).collect()
    });
    let known = roles::known_actions();
    let lacking: Vec<&String> = registered
        .iter()
        .filter(|action| !known.contains(action.as_str()) && !roles::SILENT.contains(&action.as_str()))
        .collect();
    assert_eq!(lacking, Vec::<&String>::new());
    // The look before a retirement is no step.
    let stale = known
        .iter()
        .filter(|action| !registered.contains(**action) && **action != "key.look_at_old");
    assert_eq!(stale.count(), 0);
}
