//! Private zones, old beside new.

use super::super::Created;
use super::create_zone::Input;
use crate::outputs::Outputs;
use crate::terraform::Run;

/// Tells the zones that the run made. Of a shared one nothing is called otherwise.
pub(crate) fn tell(run: &Run, outputs: &mut Outputs) {
    for step in run.done("private_zone.create_zone") {
        let (Some(input), Some(made)) = (run.input::<Input>(step), run.output::<Created>(&step.id)) else {
            continue;
        };
        outputs.add(&step.resource, "zone_id", Some(&input.old), made.zone_id);
    }
}
