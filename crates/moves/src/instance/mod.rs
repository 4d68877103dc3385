//! EC2 instances that hold data. An instance itself cannot move: it is stopped, an image of it is made with all its EBS volumes, and that
//! travels as any image does. What people launch of it in the target, and how, is theirs to say. The source's instance stays, stopped, until it is retired.

mod create_image;
mod lift_protection;
mod old_instance;
mod plan;
pub(crate) mod retire;
pub mod spec;
mod stop_instance;
mod terminate_instance;
pub(crate) mod words;

use std::rc::Rc;

use engine::Registry;

use crate::retire::proof::ProveGoes;
use crate::world::{World, action};

pub use plan::plan;

/// The code of this kind's actions.
pub fn register(registry: &mut Registry, world: &Rc<World>) {
    action(
        registry,
        world,
        "instance.stop_instance",
        1,
        stop_instance::StopInstance::new,
    );
    action(
        registry,
        world,
        "instance.create_image",
        1,
        create_image::CreateImage::new,
    );
    action(
        registry,
        world,
        "instance.prove_imaged",
        1,
        ProveGoes::<old_instance::OldInstance>::new,
    );
    action(
        registry,
        world,
        "instance.lift_protection",
        1,
        lift_protection::LiftProtection::new,
    );
    action(
        registry,
        world,
        "instance.terminate_instance",
        1,
        terminate_instance::TerminateInstance::new,
    );
}

#[cfg(test)]
#[path = "plan_tests.rs"]
mod plan_tests;
