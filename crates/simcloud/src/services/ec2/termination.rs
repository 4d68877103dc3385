//! Instances that are terminated, and the attribute that keeps them from it. A volume goes with its instance where it is marked so
//! (`DeleteOnTermination`), by default the root device alone; every other one stays, detached. A terminated instance is shown for an hour.

use jiff::SignedDuration;
use serde_json::{Value, json};

use super::instances::{self, InstanceState};
use super::required;
use crate::cloud::{Answer, Caller, Cloud, ServiceError};

/// For how long a terminated instance is shown.
const SHOWN_FOR: SignedDuration = SignedDuration::from_hours(1);

/// `TerminateInstances`: not of what is protected; of what is terminated already it is no error.
pub(super) fn terminate(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    instances::change(
        cloud,
        caller,
        input,
        "ec2 TerminateInstances",
        "TerminatingInstances",
        |one, until| {
            if one.termination_protected {
                let message = format!(
                    "The instance '{}' may not be terminated. Modify its 'disableApiTermination' instance attribute and try again.",
                    one.listed.id
                );
                return Err(ServiceError::new("OperationNotPermitted", message));
            }
            Ok(match one.state {
                InstanceState::ShuttingDown(_) | InstanceState::Terminated(_) => None,
                InstanceState::Pending(_)
                | InstanceState::Running
                | InstanceState::Stopping(_)
                | InstanceState::Stopped => Some(InstanceState::ShuttingDown(until)),
            })
        },
    )
}

/// `ModifyInstanceAttribute`, of `disableApiTermination`.
pub(super) fn modify_attribute(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let id = required(input, "InstanceId")?.to_owned();
    let owner = instances::own(cloud, caller, &id)?;
    let arn = instances::instance_arn(&owner.owner, &owner.region, &id);
    let Some(protected) = input["DisableApiTermination"]["Value"].as_bool() else {
        return Err(ServiceError::not_modelled(
            "ec2",
            "ModifyInstanceAttribute of another attribute",
        ));
    };
    if let Some(instance) = cloud.ec2.instances.get_mut(&id)
        && instance.termination_protected != protected
    {
        instance.termination_protected = protected;
        cloud.effect(caller, "ec2 ModifyInstanceAttribute", arn);
    }
    Ok(json!({}))
}

/// Ends terminating: volumes go or are detached; what was terminated long ago is shown no longer.
pub(super) fn advance(cloud: &mut Cloud) {
    let now = cloud.now;
    let mut ended = Vec::new();
    for (id, instance) in &mut cloud.ec2.instances {
        if let InstanceState::ShuttingDown(until) = instance.state
            && until <= now
        {
            instance.state = InstanceState::Terminated(until.saturating_add(SHOWN_FOR).unwrap_or(until));
            ended.push((id.clone(), instance.listed.root_device.clone()));
        }
    }
    cloud
        .ec2
        .instances
        .retain(|_, instance| !matches!(instance.state, InstanceState::Terminated(until) if until <= now));
    for (id, root) in ended {
        let gone: Vec<String> = cloud
            .ec2
            .volumes
            .iter()
            .filter(|(_, volume)| volume.goes_with(&id, &root))
            .map(|(volume, _)| volume.clone())
            .collect();
        for volume in gone {
            cloud.ec2.volumes.remove(&volume);
        }
        for volume in cloud.ec2.volumes.values_mut() {
            volume.attached.remove(&id);
            volume.marked.remove(&id);
        }
    }
}
