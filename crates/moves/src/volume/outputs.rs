//! Volumes, old beside new.

use super::create_volume;
use crate::outputs::Outputs;
use crate::terraform::Run;

/// Tells the volumes that the run made.
pub(crate) fn tell(run: &Run, outputs: &mut Outputs) {
    for step in run.done("volume.create_volume") {
        let id = run.state.output(&step.id).and_then(|output| output["id"].as_str());
        if let (Some(input), Some(id)) = (run.input::<create_volume::Input>(step), id) {
            outputs.add(&step.resource, "volume", Some(&input.original), id);
        }
    }
}
