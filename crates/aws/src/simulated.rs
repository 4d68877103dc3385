//! What a role's own policies say of actions on resources, as IAM's simulation evaluates them
//! (<https://docs.aws.amazon.com/IAM/latest/APIReference/API_SimulatePrincipalPolicy.html>): nothing is done, nothing of a resource's own policy is evaluated.
//!
//! What may not enter: what follows from an answer. The checks judge it.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_iam::types::{
    ContextEntry, ContextKeyTypeEnum, EvaluationResult, PolicyEvaluationDecisionType, ResourceSpecificResult,
};
use model::Failure;

use crate::iam::Iam;

/// So many answers, one for each action on each resource, are asked for by one call. IAM names no limit for either list; but its answer grows by one each, and
/// one of thousands takes longer than a call is waited for.
pub const ANSWERS_AT_ONCE: usize = 500;
/// So many results come in one page at most.
const PAGE: i32 = 1000;

/// What a call carries for the keys of conditions.
pub type Carried = BTreeMap<String, Value>;

/// The value of a key.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Value {
    /// One text.
    Text(String),
    /// Yes or no.
    Flag(bool),
    /// Several texts at once, of a key that holds several.
    Texts(Vec<String>),
}

/// Every one of the actions on every one of the resources, in a call that carries these values.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Question {
    /// Such as `rds:CopyDBSnapshot`; without wildcards.
    pub actions: Vec<String>,
    /// ARNs, taken as they are written: a `*` in one is a star. `*` alone is every resource.
    pub resources: Vec<String>,
    /// What the call carries.
    pub carried: Carried,
}

/// What the simulation of a role's policies says of an action on a resource.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Simulated {
    /// The action.
    pub action: String,
    /// The resource, as it was asked for.
    pub resource: String,
    /// What the policies come to.
    pub decision: Decision,
    /// Whether the organization's service control policies let it through; none where none were evaluated.
    pub by_organization: Option<bool>,
    /// Whether the permissions boundary does; none where there is none.
    pub by_boundary: Option<bool>,
    /// Keys of conditions of which the simulation had no value.
    pub missing: Vec<String>,
}

/// What policies come to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Decision {
    /// A statement admits it, and none denies it.
    Allowed,
    /// A statement denies it.
    ExplicitDeny,
    /// No statement admits it.
    ImplicitDeny,
}

impl Iam {
    /// Simulates what a role's own policies say. `arn` is the role's, not that of a session.
    pub async fn simulate(&self, arn: &str, question: &Question) -> Result<Vec<Simulated>, Failure> {
        let mut found = Vec::new();
        let entries: Vec<ContextEntry> = question.carried.iter().map(|(key, value)| entry(key, value)).collect();
        for resources in question.resources.chunks(ANSWERS_AT_ONCE) {
            for actions in question.actions.chunks((ANSWERS_AT_ONCE / resources.len()).max(1)) {
                let call = self.read.simulate_principal_policy().policy_source_arn(arn);
                let call = call.set_action_names(Some(actions.to_vec())).max_items(PAGE);
                let call = call.set_resource_arns(Some(resources.to_vec()));
                let call = call.set_context_entries((!entries.is_empty()).then(|| entries.clone()));
                let mut pages = call.into_paginator().items().send();
                while let Some(one) = pages.next().await {
                    let one = one.map_err(self.failed("SimulatePrincipalPolicy"))?;
                    found.extend(told(&one));
                }
            }
        }
        // IAM used to give one result for each resource, each with all of them in it.
        let mut seen = BTreeSet::new();
        found.retain(|one: &Simulated| seen.insert((one.action.clone(), one.resource.clone())));
        Ok(found)
    }
}

fn entry(key: &str, value: &Value) -> ContextEntry {
    let (kind, values) = match value {
        Value::Text(text) => (ContextKeyTypeEnum::String, vec![text.clone()]),
        Value::Flag(flag) => (ContextKeyTypeEnum::Boolean, vec![flag.to_string()]),
        Value::Texts(texts) => (ContextKeyTypeEnum::StringList, texts.clone()),
    };
    let entry = ContextEntry::builder().context_key_name(key).context_key_type(kind);
    entry.set_context_key_values(Some(values)).build()
}

/// What one result tells: of each resource where it lists them, for what stands above them is the most restrictive of all.
fn told(one: &EvaluationResult) -> Vec<Simulated> {
    let organization = one.organizations_decision_detail();
    let by_organization = organization.map(|detail| detail.allowed_by_organizations());
    let boundary = one.permissions_boundary_decision_detail();
    let by_boundary = boundary.map(|detail| detail.allowed_by_permissions_boundary());
    let action = one.eval_action_name().to_owned();
    let each = one.resource_specific_results();
    if each.is_empty() {
        return vec![Simulated {
            action,
            resource: one.eval_resource_name().unwrap_or("*").to_owned(),
            decision: decision(one.eval_decision()),
            by_organization,
            by_boundary,
            missing: one.missing_context_values().to_vec(),
        }];
    }
    let told = |of: &ResourceSpecificResult| {
        let boundary = of.permissions_boundary_decision_detail();
        Simulated {
            action: action.clone(),
            resource: of.eval_resource_name().to_owned(),
            decision: own(of),
            by_organization,
            by_boundary: boundary.map_or(by_boundary, |detail| Some(detail.allowed_by_permissions_boundary())),
            missing: of.missing_context_values().to_vec(),
        }
    };
    each.iter().map(told).collect()
}

fn decision(told: &PolicyEvaluationDecisionType) -> Decision {
    match told {
        PolicyEvaluationDecisionType::Allowed => Decision::Allowed,
        PolicyEvaluationDecisionType::ExplicitDeny => Decision::ExplicitDeny,
        _ => Decision::ImplicitDeny,
    }
}

/// What the role's own policies come to. A resource of another account is refused as a whole, for its own policy is not evaluated: then IAM tells each sort of
/// policy apart, and only the role's own can have admitted it.
fn own(of: &ResourceSpecificResult) -> Decision {
    let whole = decision(of.eval_resource_decision());
    let mut apart = of
        .eval_decision_details()
        .into_iter()
        .flat_map(|details| details.values());
    match whole {
        Decision::ImplicitDeny if apart.any(|one| decision(one) == Decision::Allowed) => Decision::Allowed,
        whole => whole,
    }
}

#[cfg(test)]
#[path = "simulated_tests.rs"]
mod tests;
