//! Keys, old beside new.

use model::Side;

use super::{KeyOutput, create_key};
use crate::outputs::Outputs;
use crate::terraform::Run;

/// Tells the keys that the run made in the target.
pub(crate) fn tell(run: &Run, outputs: &mut Outputs) {
    for step in run.done("key.create_target_key") {
        let (Some(input), Some(key)) = (run.input::<create_key::Input>(step), run.output::<KeyOutput>(&step.id)) else {
            continue;
        };
        let source = run
            .account(Side::Source)
            .map(|account| account.as_str())
            .unwrap_or_default();
        let region = run.state.plan.region.as_str();
        let arn = input
            .original
            .as_ref()
            .map(|id| format!("arn:aws:kms:{region}:{source}:key/{id}"));
        outputs.add(&step.resource, "key_arn", arn.as_deref(), key.arn);
        outputs.add(&step.resource, "key_id", input.original.as_deref(), key.id);
        let alias = &step.resource.name;
        let arn = |account: &str| format!("arn:aws:kms:{region}:{account}:{alias}");
        let target = run
            .account(Side::Target)
            .map(|account| account.as_str())
            .unwrap_or_default();
        outputs.add(&step.resource, "alias_arn", Some(&arn(source)), arn(target));
    }
}
