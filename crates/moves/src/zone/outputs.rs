//! Zones, old beside new.

use serde::Deserialize as _;

use super::names::servers;
use super::taking_back::Origin;
use super::{Created, adopt_zone, named};
use crate::outputs::Outputs;
use crate::terraform::Run;

/// Tells the CIDR collections and health checks, and the zones that the run made, or took over from the target's Terraform.
pub(crate) fn tell(run: &Run, outputs: &mut Outputs) {
    named::outputs::tell(run, outputs);
    for step in run.done("zone.create_zone").chain(run.done("zone.adopt_zone")) {
        let origin = match step.action.as_str() {
            "zone.adopt_zone" => run.input::<adopt_zone::Input>(step).map(|input| input.origin),
            _ => run.input::<Origin>(step),
        };
        let (Some(input), Some(made)) = (origin, run.output::<Created>(&step.id)) else {
            continue;
        };
        // A zone out of which names are carved is not theirs, and goes on.
        let old = Some(input.old.as_str()).filter(|_| !input.carved);
        outputs.add(&step.resource, "zone_id", old, made.zone_id);
        // As the delegation named them, whose values the plan keeps.
        let steps = run.state.plan.steps.iter();
        let delegates = |action: &str| matches!(action, "zone.delegate" | "zone.delegate_outside");
        let mut delegates = steps.filter(|other| delegates(&other.action) && other.resource == step.resource);
        let old = delegates.next().and_then(|delegate| {
            let values = &delegate.input["old_values"];
            Vec::<String>::deserialize(values).ok()
        });
        let old = servers(&old.unwrap_or_default());
        outputs.add_all(
            &step.resource,
            "name_servers",
            old.into_iter().collect(),
            made.name_servers,
        );
    }
}
