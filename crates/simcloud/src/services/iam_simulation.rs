//! `SimulatePrincipalPolicy`.
//!
//! Modelled: whose policies may be simulated (a role of the caller's own account, by the ARN of the role and not of a session), which actions have a name that IAM
//! takes, one result for each action and resource, as the policies say that simcloud enforces: a role without any is admitted everything.
//! Left out: users and groups, policies given with the request, boundaries, service control policies, conditions.

use serde_json::{Value, json};

use super::iam_permissions::{self, Need};
use super::members::{text, texts};
use super::sts;
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::policy::Verdict;

/// So many actions may be named at once.
const MOST_ACTIONS: usize = 1000;

/// The operation.
pub(super) fn simulate(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let arn = text(input, "PolicySourceArn").unwrap_or_default();
    let invalid = |message: String| ServiceError::new("InvalidInput", message);
    let parts: Vec<&str> = arn.splitn(6, ':').collect();
    let ["arn", "aws", "iam", "", account, resource] = parts.as_slice() else {
        // What a session calls itself is none of these.
        return Err(invalid(format!(
            "Invalid Entity Arn: {arn} does not clearly define entity type and name."
        )));
    };
    if !resource.starts_with("role/") {
        return Err(ServiceError::not_modelled(
            "iam",
            "SimulatePrincipalPolicy of other than a role",
        ));
    }
    if *account != caller.account.as_str() || sts::role(cloud, arn).is_none() {
        let message = format!("The ARN {arn} cannot be found.");
        return Err(ServiceError::with_status(404, "NoSuchEntity", message));
    }
    for given in [
        "PolicyInputList",
        "PermissionsBoundaryPolicyInputList",
        "ContextEntries",
    ] {
        if !input[given].is_null() {
            return Err(ServiceError::not_modelled(
                "iam",
                &format!("SimulatePrincipalPolicy with {given}"),
            ));
        }
    }
    let actions = texts(input, "ActionNames");
    if actions.is_empty() || actions.len() > MOST_ACTIONS {
        let message = "1 validation error detected: Value at 'actionNames' failed to satisfy constraint";
        return Err(ServiceError::new("ValidationError", message));
    }
    let named = |action: &String| {
        let parts = action.split_once(':');
        parts.is_some_and(|(service, call)| !service.is_empty() && !call.is_empty() && !action.contains('*'))
    };
    if let Some(odd) = actions.iter().find(|action| !named(action)) {
        return Err(invalid(format!("Invalid action name: {odd}")));
    }
    let mut resources = texts(input, "ResourceArns");
    if resources.is_empty() {
        resources.push("*".to_owned());
    }
    let name = resource.rsplit('/').next().unwrap_or_default();
    let role = (caller.account.clone(), name.to_owned());
    let decision = |action: &str, resource: &str| {
        let need = Need::new(action, resource);
        match iam_permissions::verdict(cloud, caller, &role, &need) {
            None | Some(Verdict::Allow) => "allowed",
            Some(Verdict::Deny) => "explicitDeny",
            Some(Verdict::Silent) => "implicitDeny",
        }
    };
    let results = actions.iter().flat_map(|action| {
        resources.iter().map(move |resource| {
            json!({ "EvalActionName": action, "EvalResourceName": resource, "EvalDecision": decision(action, resource),
                "MatchedStatements": [], "MissingContextValues": [] })
        })
    });
    Ok(json!({ "EvaluationResults": results.collect::<Vec<_>>(), "IsTruncated": false }))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::FaultLevel;
    use crate::s3::test_world::{bucket, cloud as world, source};

    fn asked(input: &Value) -> Result<Value, String> {
        asked_with(input, None)
    }

    /// The same of a role that has a policy of its own.
    fn asked_with(input: &Value, policy: Option<Value>) -> Result<Value, String> {
        let mut cloud = world(FaultLevel::None, &bucket("enabled", ""));
        let caller = source();
        let role = sts::Role {
            trusts: vec!["222222222222".to_owned()],
            external_id: None,
            max_session_seconds: 3600,
        };
        sts::add_role(&mut cloud, &caller.account, "cleave-asked", role);
        if let Some(policy) = policy {
            cloud.permissions.set(&caller.account, "cleave-asked", vec![policy]);
        }
        simulate(&cloud, &caller, input).map_err(|error| error.code)
    }

    const ROLE: &str = "arn:aws:iam::111111111111:role/cleave-asked";

    #[test]
    fn each_action_of_a_role_has_its_result() {
        let told = asked(&json!({ "PolicySourceArn": ROLE, "ActionNames": ["rds:CopyDBSnapshot", "kms:CreateGrant"] }));
        let told = told.expect("an answer");
        let results = told["EvaluationResults"].as_array().expect("results");
        assert_eq!(results.len(), 2);
        assert_eq!(results[1]["EvalActionName"], "kms:CreateGrant");
        assert_eq!(results[1]["EvalDecision"], "allowed");
        assert_eq!(results[1]["EvalResourceName"], "*");
    }

    #[test]
    fn a_role_with_policies_is_told_what_they_say() {
        let statement = |effect: &str, action: &str, resource: &str| json!({ "Effect": effect, "Action": action, "Resource": resource });
        let policy = json!({ "Version": "2012-10-17", "Statement": [
            statement("Allow", "rds:Copy*", "*"),
            statement("Allow", "rds:DeleteDBSnapshot", "arn:aws:rds:ap-northeast-1:111111111111:snapshot:cleave-*"),
            statement("Deny", "kms:CreateGrant", "*"),
        ] });
        let actions = ["rds:CopyDBSnapshot", "rds:DeleteDBSnapshot", "kms:CreateGrant"];
        let input = json!({ "PolicySourceArn": ROLE, "ActionNames": actions });
        let told = asked_with(&input, Some(policy)).expect("an answer");
        let results = told["EvaluationResults"].as_array().expect("results");
        let decisions: Vec<&Value> = results.iter().map(|one| &one["EvalDecision"]).collect();
        // On every resource: one that is admitted on some is not.
        assert_eq!(decisions, ["allowed", "implicitDeny", "explicitDeny"]);
    }

    #[test]
    fn what_iam_refuses_is_refused() {
        let session = "arn:aws:sts::111111111111:assumed-role/cleave-asked/me";
        let cases = [
            (
                json!({ "PolicySourceArn": session, "ActionNames": ["rds:CopyDBSnapshot"] }),
                "InvalidInput",
            ),
            (
                json!({ "PolicySourceArn": format!("{ROLE}-2"), "ActionNames": ["rds:CopyDBSnapshot"] }),
                "NoSuchEntity",
            ),
            (
                json!({ "PolicySourceArn": ROLE.replace("1111", "2222"), "ActionNames": ["rds:CopyDBSnapshot"] }),
                "NoSuchEntity",
            ),
            (json!({ "PolicySourceArn": ROLE }), "ValidationError"),
            (
                json!({ "PolicySourceArn": ROLE, "ActionNames": ["CopyDBSnapshot"] }),
                "InvalidInput",
            ),
        ];
        for (input, code) in cases {
            assert_eq!(asked(&input).expect_err("refused"), code, "{input}");
        }
    }
}
