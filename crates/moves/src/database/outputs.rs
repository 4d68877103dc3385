//! Restored instances, old beside new.

use super::{InstanceOutput, restore_instance};
use crate::outputs::Outputs;
use crate::restored::{SecretInput, SecretOutput, Was, in_source};
use crate::terraform::Run;

/// Tells the instances that the run restored.
pub(crate) fn tell(run: &Run, outputs: &mut Outputs) {
    for step in run.done("database.restore_instance") {
        let (Some(input), Some(made)) = (
            run.input::<restore_instance::Input>(step),
            run.output::<InstanceOutput>(&step.id),
        ) else {
            continue;
        };
        let was = made.was.clone().unwrap_or_default();
        outputs.add(&step.resource, "endpoint", was.host.as_deref(), made.host);
        outputs.add(
            &step.resource,
            "port",
            was.port.map(|port| port.to_string()).as_deref(),
            made.port.to_string(),
        );
        outputs.add(&step.resource, "identifier", Some(&input.instance), made.id);
        outputs.add(&step.resource, "arn", Some(&in_source(run, &made.arn)), made.arn);
        secret(run, outputs, step, &was, "database.manage_secret");
    }
}

/// Tells the secret of the master password, where RDS keeps it.
pub(crate) fn secret(run: &Run, outputs: &mut Outputs, restored: &model::StepSpec, was: &Was, action: &str) {
    for step in run.done(action) {
        let of = run
            .input::<SecretInput>(step)
            .is_some_and(|input| input.restored == restored.id);
        if let Some(made) = run.output::<SecretOutput>(&step.id).filter(|_| of) {
            outputs.add(&restored.resource, "secret", was.secret.as_deref(), made.secret);
        }
    }
}
