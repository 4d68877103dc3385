//! Zones, old beside new.

use super::names::servers;
use super::{Created, create_zone, delegate};
use crate::outputs::Outputs;
use crate::terraform::Run;

/// Tells the zones that the run made.
pub(crate) fn tell(run: &Run, outputs: &mut Outputs) {
    for step in run.done("zone.create_zone") {
        let (Some(input), Some(made)) = (run.input::<create_zone::Input>(step), run.output::<Created>(&step.id)) else {
            continue;
        };
        outputs.add(&step.resource, "zone_id", Some(&input.old), made.zone_id);
        // As the delegation named them, whose values the plan keeps.
        let steps = run.state.plan.steps.iter();
        let mut delegates = steps.filter(|other| other.action == "zone.delegate" && other.resource == step.resource);
        let delegate = delegates.next().and_then(|step| run.input::<delegate::Input>(step));
        let old = delegate
            .map(|delegate| servers(&delegate.old_values))
            .unwrap_or_default();
        outputs.add_all(
            &step.resource,
            "name_servers",
            old.into_iter().collect(),
            made.name_servers,
        );
    }
}
