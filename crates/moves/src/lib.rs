//! One folder per kind of resource that moves. Each holds its section of the runbook (`spec.rs`), how specs and inventory become
//! steps (`plan.rs`), and one file per step, named for what it does. Adding a kind is adding one folder and one line in [`registry`]
//! and in [`plan::plan`].
//!
//! What may not enter: the journal, simcloud, the terminal. Steps reach AWS through [`aws::Accounts`] and never wait.

pub mod bucket;
pub mod cache;
pub mod check;
pub mod cluster;
pub mod database;
pub mod delivery;
pub mod draft;
mod foreign;
pub mod gate;
pub mod hook;
pub mod image;
pub mod instance;
pub mod key;
mod left_to_people;
pub mod limits;
pub mod notify;
mod old_group;
pub mod outputs;
pub mod pace;
mod parameter_group;
pub mod plan;
#[cfg(test)]
mod plan_shape;
mod policy_document;
pub mod prices;
mod products;
pub mod reference;
mod restored;
pub mod retire;
mod retired;
pub mod role;
pub mod roles;
mod room;
pub mod runbook;
mod snapshot;
mod snapshot_costs;
pub mod starter;
mod subnet_group;
pub mod terraform;
pub mod terraform_plan;
mod underway;
pub mod unmoved;
pub mod volume;
mod window_room;
pub mod words;
pub mod world;
pub mod writes;
pub mod zone;

use std::rc::Rc;

use engine::Registry;

pub use plan::{plan, plan_expecting};
pub use prices::{Prices, PricesError};
pub use runbook::{Runbook, RunbookError};
pub use world::{HookAnswer, HookCall, ListingKeeper, RunHook, World};

/// The code of every action.
pub fn registry(world: Rc<World>) -> Registry {
    let mut registry = Registry::default();
    key::register(&mut registry, &world);
    database::register(&mut registry, &world);
    cluster::register(&mut registry, &world);
    snapshot::register(&mut registry, &world);
    writes::register(&mut registry, &world);
    hook::register(&mut registry, &world);
    parameter_group::register(&mut registry, &world);
    subnet_group::register(&mut registry, &world);
    restored::register(&mut registry, &world);
    retired::register(&mut registry, &world);
    old_group::register(&mut registry, &world);
    image::register(&mut registry, &world);
    instance::register(&mut registry, &world);
    volume::register(&mut registry, &world);
    cache::register(&mut registry, &world);
    bucket::register(&mut registry, &world);
    zone::register(&mut registry, &world);
    zone::private::register(&mut registry, &world);
    delivery::register(&mut registry, &world);
    registry
}
