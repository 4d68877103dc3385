//! What runs in a region and holds names of what moves: written as the AWS calls take it that would make it, so that what
//! `aws ecs describe-task-definition` and the like say can be put in as it is.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Documents, each the input of one AWS call. simcloud makes them in this order; nothing else reads them.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Deployed {
    /// ECS `RegisterTaskDefinition`; several of one family are its revisions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub task_definitions: Vec<Value>,
    /// ECS `CreateService`; the cluster it names is there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub services: Vec<Value>,
    /// Lambda `CreateFunction`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub functions: Vec<Value>,
    /// SSM `PutParameter`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub parameters: Vec<Value>,
    /// EC2 `CreateLaunchTemplate`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub launch_templates: Vec<Value>,
    /// EC2 `CreateLaunchTemplateVersion`: their further versions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub launch_template_versions: Vec<Value>,
    /// ECR `CreateRepository`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub repositories: Vec<Value>,
    /// ECR `PutImage`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub container_images: Vec<Value>,
    /// EventBridge `CreateEventBus`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub event_buses: Vec<Value>,
    /// EventBridge `PutRule`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rules: Vec<Value>,
    /// EventBridge `PutTargets`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rule_targets: Vec<Value>,
    /// EventBridge Scheduler `CreateSchedule`; the group it names is there.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub schedules: Vec<Value>,
}

/// What IAM has beside the roles that the inventory names by who may take them on.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct Identities {
    /// IAM `CreateOpenIDConnectProvider`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub oidc_providers: Vec<Value>,
    /// IAM `CreateRole`; their trust policy is the text that the call takes.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub roles: Vec<Value>,
}

impl Identities {
    /// Whether nothing is told.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}

impl Deployed {
    /// Whether nothing is told.
    pub fn is_nothing(&self) -> bool {
        *self == Self::default()
    }
}
