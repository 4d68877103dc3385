//! Restored and cloned clusters and their members, old beside new.

use model::ResourceRef;

use super::{ClusterOutput, MemberOutput, create_member, restore_cluster};
use crate::database::outputs::secret;
use crate::outputs::Outputs;
use crate::restored::in_source;
use crate::terraform::Run;

/// Tells the clusters that the run made.
pub(crate) fn tell(run: &Run, outputs: &mut Outputs) {
    for action in ["cluster.restore_cluster", "cluster.clone_cluster"] {
        for step in run.done(action) {
            let (Some(input), Some(made)) = (
                run.input::<restore_cluster::Input>(step),
                run.output::<ClusterOutput>(&step.id),
            ) else {
                continue;
            };
            let was = made.was.clone().unwrap_or_default();
            outputs.add(&step.resource, "endpoint", was.host.as_deref(), made.host);
            if let Some(reader) = made.reader {
                outputs.add(&step.resource, "reader_endpoint", was.reader.as_deref(), reader);
            }
            outputs.add(
                &step.resource,
                "port",
                was.port.map(|port| port.to_string()).as_deref(),
                made.port.to_string(),
            );
            outputs.add(&step.resource, "identifier", Some(&input.cluster), made.id);
            outputs.add(&step.resource, "arn", Some(&in_source(run, &made.arn)), made.arn);
            secret(run, outputs, step, &was, "cluster.manage_secret");
        }
    }
    for step in run.done("cluster.create_member") {
        let (Some(input), Some(made)) = (
            run.input::<create_member::Input>(step),
            run.output::<MemberOutput>(&step.id),
        ) else {
            continue;
        };
        let of = ResourceRef::new("cluster_member", &input.id);
        if let Some(host) = made.host {
            outputs.add(&of, "endpoint", made.was_host.as_deref(), host);
        }
        outputs.add(&of, "identifier", Some(&input.id), made.id);
        outputs.add(&of, "arn", Some(&in_source(run, &made.arn)), made.arn);
    }
}
