//! A removal three days after a whole night: what a look at the accounts tells, and the plan of it.

use cleave::carriage;
use cleave::rehearsal::Stage;
use journal::Journal;
use model::{Plan, State};
use moves::Prices;
use moves::retire::{self, Left, Refused, Removal};
use simcloud::cloud::Cloud;
use simcloud::dispatch::lock;
use simcloud::faults::{Fate, Nth, Trap};

use crate::night::{self, Before, Scenario, in_paused_time};

/// What was looked at, and the plan or why there is none.
pub type Looked = (Vec<Left>, Result<Plan, Vec<Refused>>);

/// These things, and those of them whose protection is lifted.
pub fn removal(remove: &[&str], despite_protection: &[&str]) -> Removal {
    let set = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect();
    Removal {
        remove: set(remove),
        despite_protection: set(despite_protection),
    }
}

/// What a look at the stage tells, and what a removal would be.
pub async fn look(stage: &Stage, state: &State, removal: &Removal) -> Looked {
    let journal = carriage::shared(Journal::in_memory().expect("memory"));
    let world = night::acting(stage, &journal, state);
    let now = stage.simulated.world.clock.now();
    let seen = retire::look(state, &world, now).await.expect("a look");
    let prices = Prices::default();
    let left = retire::left(state, Some(&seen), &prices, now);
    (left, retire::plan(state, &seen, removal, (&prices, now)))
}

/// The same, after something has happened in the accounts.
pub fn after(moved: &Scenario, happens: impl FnOnce(&mut Cloud), removal: &Removal) -> Looked {
    after_with(None, moved, happens, removal)
}

/// The same, with what was there before the night, beyond what the inventory tells.
pub fn after_with(
    before: Option<Before>,
    moved: &Scenario,
    happens: impl FnOnce(&mut Cloud),
    removal: &Removal,
) -> Looked {
    in_paused_time(async {
        let (stage, state) = night::ended_with(&moved.plan, &moved.inventory, before).await;
        happens(&mut lock(&stage.simulated.cloud));
        look(&stage, &state, removal).await
    })
}

/// Has the next calls of an operation denied.
pub fn denied(cloud: &mut Cloud, operation: &str) {
    for nth in 1..10 {
        cloud.faults.set_trap(Trap {
            nth: Nth::Operation(operation.to_owned(), nth),
            what: Fate::Denied,
        });
    }
}

/// The removal that a look allows, with the accounts as they were before the night.
pub fn scenario(moved: &Scenario, looked: Looked) -> Scenario {
    let (left, plan) = looked;
    let plan = plan.unwrap_or_else(|refused| panic!("{refused:?}: {left:#?}"));
    plan.check().expect("every reference resolves");
    Scenario {
        plan,
        inventory: moved.inventory.clone(),
    }
}

/// What is told of one thing.
pub fn one<'l>(left: &'l [Left], of: &str) -> &'l Left {
    let found = left.iter().find(|one| one.of.to_string() == of);
    found.unwrap_or_else(|| panic!("{of}: {left:#?}"))
}
