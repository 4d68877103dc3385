//! Filled caches, old beside new.

use super::create_group::{GroupOutput, Input};
use crate::outputs::Outputs;
use crate::restored::in_source;
use crate::terraform::Run;

/// Host and port of an address.
fn parts(address: Option<&str>) -> (Option<&str>, Option<&str>) {
    match address.and_then(|address| address.rsplit_once(':')) {
        Some((host, port)) => (Some(host), Some(port)),
        None => (address, None),
    }
}

/// Tells the replication groups that the run filled.
pub(crate) fn tell(run: &Run, outputs: &mut Outputs) {
    for step in run.done("cache.create_group") {
        let (Some(input), Some(made)) = (run.input::<Input>(step), run.output::<GroupOutput>(&step.id)) else {
            continue;
        };
        let was = made.was.unwrap_or_default();
        let ((old, old_port), (new, new_port)) = (parts(was.address.as_deref()), parts(made.endpoint.as_deref()));
        if let Some(new) = new {
            outputs.add(&step.resource, "endpoint", old, new);
        }
        if let Some(new) = new_port {
            outputs.add(&step.resource, "port", old_port, new);
        }
        // A cluster of one node has none: its readers move to the new one.
        let old_reader = parts(was.reader.as_deref()).0;
        if let Some(new) = parts(made.reader.as_deref()).0 {
            outputs.add(&step.resource, "reader_endpoint", old_reader, new);
        }
        outputs.add(&step.resource, "identifier", Some(&input.original), made.id);
        if input.is_group(run) {
            outputs.add(&step.resource, "arn", Some(&in_source(run, &made.arn)), made.arn);
        }
    }
}
