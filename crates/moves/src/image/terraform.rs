//! Copied images for Terraform. `aws_ami_copy` cannot be imported, `aws_ami` can.

use super::{From, ImageOutput, copy_image, deprecate_image};
use crate::terraform::{Config, HandOver, Leaving, Run, Thing, label};

const UNTOLD: &str = "EC2 says nothing of it, and the provider's own default would make the image anew";
const UNKNOWN: &str = "the journal was written before this was kept, and a difference would make the image anew";

/// Hands over the images that the run made in the target, those of instances among them.
pub(crate) fn hand_over(run: &Run, over: &mut HandOver) {
    let deprecated = run.made(over, "image.deprecate_image");
    for step in run.made(over, "image.copy_image") {
        let (Some(input), Some(made)) = (
            run.input::<copy_image::Input>(step),
            run.output::<ImageOutput>(&step.id),
        ) else {
            continue;
        };
        let until = deprecated.iter().find_map(|deprecate| {
            let told: deprecate_image::Input = run.input(deprecate)?;
            // Left out where its date had passed.
            let set = run.state.output(&deprecate.id)?.get("deprecated_at").is_some();
            (set && told.image == step.id).then(|| told.at.to_string())
        });
        let mut config = Config::default()
            .set("name", &made.name)
            .maybe("description", Some(&input.description).filter(|text| !text.is_empty()));
        let mut untold = Vec::new();
        if let Some(machine) = &made.machine {
            config = config
                .set("architecture", &machine.architecture)
                .set("root_device_name", &machine.root_device)
                .set("virtualization_type", &machine.virtualization)
                .maybe("ena_support", machine.ena_support)
                .maybe("boot_mode", machine.boot_mode.as_ref())
                .maybe("imds_support", machine.imds_support.as_ref())
                .maybe("tpm_support", machine.tpm_support.as_ref())
                .maybe("sriov_net_support", machine.sriov.as_ref());
            untold.extend(machine.sriov.is_none().then_some("sriov_net_support"));
        }
        let config = config
            .maybe("deprecation_time", until)
            .set("tags", &run.tags(&step.id, &input.tags));
        let snapshots: Vec<&str> = made.snapshots.iter().map(|snapshot| snapshot.id.as_str()).collect();
        let thing = Thing::new("aws_ami", &made.name, &made.id)
            .with(config)
            .say(format!(
                "{} stands on {}, which go with it",
                made.name,
                snapshots.join(", ")
            ))
            .keeps_data()
            .ignore(&untold, UNTOLD);
        let thing = match made.machine {
            Some(_) => thing,
            None => thing.ignore(
                &[
                    "architecture",
                    "root_device_name",
                    "virtualization_type",
                    "ena_support",
                    "boot_mode",
                    "imds_support",
                    "tpm_support",
                    "sriov_net_support",
                ],
                UNKNOWN,
            ),
        };
        over.add(thing);
        if let From::Id(original) = input.original {
            for kind in ["aws_ami", "aws_ami_copy"] {
                over.leave(Leaving {
                    kind,
                    label: label(&made.name),
                    known_by: vec![("id", original.clone())],
                    said: format!("is {} in the target. The source's still stands", made.id),
                    shared: false,
                });
            }
        }
    }
}
