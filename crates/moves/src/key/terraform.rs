//! The target's keys and aliases for Terraform.

use model::Side;

use super::{KeyOutput, create_alias, create_key};
use crate::terraform::{Config, HandOver, Leaving, Run, Thing, label};

/// Hands over the keys that the run made in the target. One that was there before is somebody's already.
pub(crate) fn hand_over(run: &Run, over: &mut HandOver) {
    for step in run.made(over, "key.create_target_key") {
        let (Some(input), Some(key)) = (run.input::<create_key::Input>(step), run.output::<KeyOutput>(&step.id)) else {
            continue;
        };
        if input.side != Side::Target {
            continue;
        }
        let alias = step.resource.name.as_str();
        let config = Config::default()
            .set("description", &input.description)
            .set("tags", &run.tags(&step.id, &Default::default()));
        let thing = Thing::new("aws_kms_key", bare(alias), &key.id)
            .with(config)
            .keeps_data()
            .ignore(
                &["policy"],
                "the run and the key's users change it by statements; write it out and compare it once nothing changes it any more",
            );
        over.add(thing);
        if let Some(original) = input.original {
            over.leave(Leaving {
                kind: "aws_kms_key",
                label: label(bare(alias)),
                known_by: vec![("key_id", original)],
                said: format!("the target has its own key under {alias}"),
                shared: true,
            });
        }
    }
    for step in run.made(over, "key.create_target_alias") {
        let (Some(input), Some(key)) = (
            run.input::<create_alias::Input>(step),
            run.state.output(&step.id).and_then(|output| output["key"].as_str()),
        ) else {
            continue;
        };
        let config = Config::default()
            .set("name", &input.alias)
            .set("target_key_id", over.refer("aws_kms_key", key, "key_id", key));
        over.add(Thing::new("aws_kms_alias", bare(&input.alias), &input.alias).with(config));
        over.leave(Leaving {
            kind: "aws_kms_alias",
            label: label(bare(&input.alias)),
            known_by: vec![("name", input.alias)],
            said: "the target has its own key under this alias".to_owned(),
            shared: true,
        });
    }
    for step in run.done("key.create_transport_key") {
        if let Some(key) = run.output::<KeyOutput>(&step.id) {
            over.tell(format!(
                "The run also made the transport key {} in the source. Nothing of the target lies under it; it is closed again, and nobody's \
                 Terraform needs it: delete it by hand once no one goes back.",
                key.arn
            ));
        }
    }
}

/// The name within `alias/…`.
fn bare(alias: &str) -> &str {
    alias.strip_prefix("alias/").unwrap_or(alias)
}
