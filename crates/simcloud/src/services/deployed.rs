//! What the inventory says is deployed: made by the calls that make it, so that a document which AWS would refuse is refused here, too.

use model::ids::{AccountId, Region};
use model::inventory::{AccountInventory, Deployed};
use serde_json::{Value, json};

use super::members::text;
use super::{ec2, ecr, ecs, events, iam, lambda, scheduler, ssm};
use crate::cloud::{Answer, Caller, Cloud};

type Handle = fn(&mut Cloud, &Caller, &str, &Value) -> Answer;

/// Makes what lies in a region. What is refused is noted in [`Cloud::refused_documents`].
pub fn fill(cloud: &mut Cloud, account: &AccountId, region: &Region, deployed: &Deployed) {
    let clusters = deployed.services.iter().map(
        |service| json!({ "clusterName": text(service, "cluster").map(|of| of.rsplit('/').next().unwrap_or(of)) }),
    );
    let groups = deployed.schedules.iter().filter_map(|one| text(one, "GroupName"));
    let groups: std::collections::BTreeSet<&str> = groups.filter(|group| *group != "default").collect();
    let groups: Vec<Value> = groups.into_iter().map(|name| json!({ "Name": name })).collect();
    let made: [(&[Value], &str, Handle); 14] = [
        (&deployed.task_definitions, "RegisterTaskDefinition", ecs::handle),
        (&clusters.collect::<Vec<_>>(), "CreateCluster", ecs::handle),
        (&deployed.services, "CreateService", ecs::handle),
        (&deployed.functions, "CreateFunction", lambda::handle),
        (&deployed.parameters, "PutParameter", ssm::handle),
        (&deployed.launch_templates, "CreateLaunchTemplate", ec2::handle),
        (
            &deployed.launch_template_versions,
            "CreateLaunchTemplateVersion",
            ec2::handle,
        ),
        (&deployed.repositories, "CreateRepository", ecr::handle),
        (&deployed.container_images, "PutImage", ecr::handle),
        (&deployed.event_buses, "CreateEventBus", events::handle),
        (&deployed.rules, "PutRule", events::handle),
        (&deployed.rule_targets, "PutTargets", events::handle),
        (&groups, "CreateScheduleGroup", scheduler::handle),
        (&deployed.schedules, "CreateSchedule", scheduler::handle),
    ];
    make(cloud, &Caller::root(account, region), &made);
}

/// Makes what is not regional.
pub fn fill_identities(cloud: &mut Cloud, account: &AccountId, contents: &AccountInventory) {
    let identities = &contents.identities;
    let made: [(&[Value], &str, Handle); 2] = [
        (&identities.oidc_providers, "CreateOpenIDConnectProvider", iam::handle),
        (&identities.roles, "CreateRole", iam::handle),
    ];
    let nowhere = Region::new("us-east-1").expect("a region");
    make(cloud, &Caller::root(account, &nowhere), &made);
}

fn make(cloud: &mut Cloud, caller: &Caller, made: &[(&[Value], &str, Handle)]) {
    for (documents, operation, handle) in made {
        for (nth, document) in documents.iter().enumerate() {
            if let Err(refused) = handle(cloud, caller, operation, document) {
                let note = format!(
                    "account {}, {}: document {} for {operation}: {}: {}",
                    caller.account,
                    caller.region,
                    nth + 1,
                    refused.code,
                    refused.message
                );
                cloud.refused_documents.push(note);
            }
        }
    }
    // It was there before anybody called.
    cloud.effects.clear();
}

#[cfg(test)]
#[path = "delivery_tests.rs"]
mod delivery_tests;
#[cfg(test)]
#[path = "deployed_tests.rs"]
mod tests;
