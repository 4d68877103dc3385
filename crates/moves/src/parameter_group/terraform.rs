//! Parameter groups that were carried, for Terraform.

use std::collections::BTreeMap;

use super::carry;
use crate::terraform::{Config, HandOver, Leaving, Run, Thing, label};

/// Hands over the groups that the run made in the target.
pub(crate) fn hand_over(run: &Run, over: &mut HandOver) {
    for (kind, create, set) in [
        (
            "aws_db_parameter_group",
            "database.create_parameter_group",
            "database.set_parameters",
        ),
        (
            "aws_rds_cluster_parameter_group",
            "cluster.create_parameter_group",
            "cluster.set_parameters",
        ),
    ] {
        // What is not set yet stands among what is missing.
        let sets = run.made(over, set);
        for step in run.made(over, create) {
            let Some(input) = run.input::<carry::Input>(step) else {
                continue;
            };
            let mut parameters = BTreeMap::new();
            for setting in sets.iter().filter_map(|set| run.input::<carry::Setting>(set)) {
                if setting.made == step.id {
                    parameters.extend(setting.parameters);
                }
            }
            let mut config = Config::default()
                .set("name", &input.name)
                .set("family", &input.family)
                .set("description", &input.description)
                .set("tags", &run.tags(&step.id, &input.tags));
            for (name, value) in &parameters {
                let parameter = Config::default()
                    .set("name", name)
                    .set("value", value)
                    // As the run set it: a group that nothing uses yet takes static ones in no other way.
                    .set("apply_method", "pending-reboot");
                config = config.block("parameter", parameter);
            }
            over.add(Thing::new(kind, &input.name, input.name.to_ascii_lowercase()).with(config));
            over.leave(Leaving {
                kind,
                label: label(&input.name),
                known_by: vec![("name", input.name)],
                said: "the target has a group of this name, as the source's".to_owned(),
                shared: true,
            });
        }
    }
}
