//! Hooks: commands of the team's own that the run carries out at a place of its own: stop a service, load a database's blocks, ask its data.
//!
//! A hook gets the facts of the run as JSON on its standard input. It is idempotent by contract: where the run was cut off while it ran, nobody
//! knows how far it came, and it is run again, told so by `CLEAVE_REPEAT=1`. Its exit code decides, and its output goes into the journal:
//! it must not print secrets.

mod plan;
mod run_hook;
pub mod spec;
pub(crate) mod words;

use std::rc::Rc;

use engine::Registry;

use crate::world::{World, action};

pub(crate) use plan::{hooks_before, plan, step};

/// The code of this kind's actions.
pub fn register(registry: &mut Registry, world: &Rc<World>) {
    action(registry, world, "hook.run", 1, run_hook::RunHook::new);
}
