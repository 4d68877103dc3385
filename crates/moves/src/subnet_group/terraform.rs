//! Subnet groups that were made, for Terraform.

use std::collections::BTreeMap;

use super::create;
use crate::terraform::{Config, HandOver, Run, Thing, Value};

/// Hands over the groups that the run made in the target. The source's stay what they are: others may lie in them.
pub(crate) fn hand_over(run: &Run, over: &mut HandOver) {
    for step in run.made(over, "subnet_group.create_subnet_group") {
        let Some(input) = run.input::<create::Input>(step) else {
            continue;
        };
        let subnets = input.subnets.iter().cloned().map(Value::Text).collect();
        let mut config = Config::default()
            .set("name", input.name.to_ascii_lowercase())
            .set("description", &input.description)
            .set("tags", &run.tags(&step.id, &BTreeMap::new()));
        config.push("subnet_ids", Value::List(subnets));
        // RDS keeps the names of groups in lower case.
        let id = input.name.to_ascii_lowercase();
        over.add(Thing::new("aws_db_subnet_group", &input.name, id).with(config));
    }
}
