//! Volumes made in the target, for Terraform.

use super::create_volume;
use crate::terraform::{Config, HandOver, Leaving, Run, Thing, label};

/// Hands over the volumes that the run made.
pub(crate) fn hand_over(run: &Run, over: &mut HandOver) {
    for step in run.made(over, "volume.create_volume") {
        let (Some(input), Some(id)) = (
            run.input::<create_volume::Input>(step),
            run.state.output(&step.id).and_then(|output| output["id"].as_str()),
        ) else {
            continue;
        };
        let config = Config::default()
            .set("availability_zone", &input.zone)
            .set("type", &input.kind)
            .set("size", input.gib)
            .maybe("iops", input.iops)
            .maybe("throughput", input.throughput)
            .set("encrypted", true)
            .maybe("kms_key_id", over.key(run, &input.key))
            .set("tags", &run.tags(&step.id, &input.tags));
        let thing = Thing::new("aws_ebs_volume", &input.original, id)
            .with(config)
            .say(format!("{} in the source", input.original))
            .keeps_data()
            .ignore(
                &["snapshot_id"],
                "it was made of a snapshot that is gone, and naming another would make it anew",
            );
        over.add(thing);
        over.leave(Leaving {
            kind: "aws_ebs_volume",
            label: label(&input.original),
            known_by: vec![("id", input.original)],
            said: format!("is {id} in the target. The source's still stands"),
            shared: false,
        });
    }
}
