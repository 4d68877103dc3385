//! EC2: taking an instance away for good, after it has moved.

use aws_sdk_ec2::types::{AttributeBooleanValue, InstanceAttributeName};
use model::Failure;

use crate::ec2::Ec2;

impl Ec2 {
    /// Whether an instance refuses to be terminated.
    pub async fn termination_protected(&self, id: &str) -> Result<bool, Failure> {
        let call = self.read.describe_instance_attribute().instance_id(id);
        let asked = call
            .attribute(InstanceAttributeName::DisableApiTermination)
            .send()
            .await;
        let asked = asked.map_err(self.failed("DescribeInstanceAttribute"))?;
        Ok(asked.disable_api_termination().and_then(|told| told.value()) == Some(true))
    }

    /// Says whether an instance may be terminated.
    pub async fn set_termination_protection(&self, id: &str, protected: bool) -> Result<(), Failure> {
        let value = AttributeBooleanValue::builder().value(protected).build();
        let call = self.once.modify_instance_attribute().instance_id(id);
        let call = call.disable_api_termination(value);
        call.send()
            .await
            .map(drop)
            .map_err(self.failed("ModifyInstanceAttribute"))
    }

    /// Terminates an instance; the volumes that are marked so go with it.
    pub async fn terminate_instance(&self, id: &str) -> Result<(), Failure> {
        let call = self.once.terminate_instances().instance_ids(id);
        call.send().await.map(drop).map_err(self.failed("TerminateInstances"))
    }
}
