//! CIDR collections and health checks, old beside new.

use super::{copy_check, create_collection};
use crate::outputs::Outputs;
use crate::terraform::Run;

/// Tells those that the run made.
pub(in crate::zone) fn tell(run: &Run, outputs: &mut Outputs) {
    for step in run.done("zone.create_collection") {
        let input: Option<create_collection::Input> = run.input(step);
        if let (Some(input), Some(made)) = (input, run.output::<create_collection::Output>(&step.id)) {
            outputs.add(&step.resource, "id", Some(&input.collection), made.id);
        }
    }
    for step in run.done("zone.copy_check") {
        let input: Option<copy_check::Input> = run.input(step);
        if let (Some(input), Some(made)) = (input, run.output::<copy_check::Copied>(&step.id)) {
            outputs.add(&step.resource, "id", Some(&input.check), made.id);
        }
    }
}
