//! Groups that were carried, old beside new: they keep their names.

use crate::outputs::Outputs;
use crate::restored::in_source;
use crate::terraform::Run;

/// Tells the parameter groups and option groups that the run made.
pub(crate) fn tell(run: &Run, outputs: &mut Outputs) {
    for action in [
        "database.create_parameter_group",
        "cluster.create_parameter_group",
        "database.create_option_group",
    ] {
        for step in run.done(action) {
            let arn = run.state.output(&step.id).and_then(|output| output["arn"].as_str());
            if let Some(arn) = arn {
                outputs.add(&step.resource, "arn", Some(&in_source(run, arn)), arn);
            }
        }
    }
}
