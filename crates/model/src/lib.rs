//! What a migration *is*: names, plan, events, state, and the two pure functions that carry everything else:
//! [`apply`](state::State::apply) folds an event into the state, [`decide`](decide::decide) says what to do next.
//!
//! Nothing here does I/O, waits, or asks for the time: the moment is always handed in.

mod admission;
pub mod advice;
pub mod agenda;
pub mod cost;
pub mod databases;
pub mod decide;
pub mod decided;
pub mod event;
pub mod failure;
pub mod forecast;
pub mod gates;
pub mod ids;
pub mod inventory;
pub mod listing;
pub mod machines;
pub mod paths;
pub mod plan;
pub mod products;
pub mod rewrite;
#[cfg(test)]
pub(crate) mod sample;
pub mod schedule;
pub mod sentence;
pub mod state;
mod steps;
mod taking_back;
pub mod window;
mod written;

pub use admission::Admission;
pub use advice::Advice;
pub use agenda::Agenda;
pub use cost::{CostLine, Costs};
pub use decide::{Decision, decide};
pub use event::{Event, Recorded};
pub use failure::{CallRecord, Failure, FailureClass};
pub use forecast::Forecast;
pub use ids::{AccountId, BadId, Digest, GateName, RUN_TAG, Region, ResourceRef, RunId, Side, StepId};
pub use inventory::Inventory;
pub use plan::{GateSpec, Phase, Plan, StepSpec, Undo};
pub use rewrite::{Meanwhile, Rewrite};
pub use sentence::Said;
pub use state::State;
pub use window::Window;
