//! `SimulatePrincipalPolicy`.
//!
//! Modelled: whose policies may be simulated (a role of the caller's own account, by the ARN of the role and not of a session), which actions have a name that IAM
//! takes, resources taken as they are written, values for the keys of conditions, one result for each action with what is so of each resource in it (what stands above them is the
//! most restrictive of all), keys of which no value was given, pages. Decided as the policies say that simcloud enforces: a role without any is admitted everything.
//! Left out: users and groups, policies given with the request, boundaries, service control policies, numbers, dates and addresses as values.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::iam_permissions;
use super::members::{items, number, text, texts};
use super::sts;
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::policy::{self, Verdict};

/// So many results come at once where nothing is said, and at most.
const USUAL_PAGE: i64 = 100;
const LONGEST_PAGE: i64 = 1000;

fn invalid(message: String) -> ServiceError {
    ServiceError::new("InvalidInput", message)
}

/// The operation.
pub(super) fn simulate(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = role(cloud, caller, text(input, "PolicySourceArn").unwrap_or_default())?;
    for given in [
        "PolicyInputList",
        "PermissionsBoundaryPolicyInputList",
        "ResourcePolicy",
        "CallerArn",
        "ResourceHandlingOption",
    ] {
        if !input[given].is_null() {
            return Err(ServiceError::not_modelled(
                "iam",
                &format!("SimulatePrincipalPolicy with {given}"),
            ));
        }
    }
    let actions = texts(input, "ActionNames");
    if actions.is_empty() {
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
    let resources = texts(input, "ResourceArns");
    let is_resource = |one: &String| one == "*" || one.splitn(6, ':').count() == 6 && one.starts_with("arn:");
    if let Some(odd) = resources.iter().find(|one| !is_resource(one)) {
        return Err(invalid(format!("Invalid resource ARN: {odd}")));
    }
    let context = context(input)?;
    // Whose policies they are makes the calls, not who asks.
    let simulated = Caller {
        principal: format!("arn:aws:sts::{}:assumed-role/{name}/simulated", caller.account),
        ..caller.clone()
    };
    let documents = iam_permissions::documents(cloud, &(caller.account.clone(), name));
    let told = |action: &str, resource: &str| told(documents, &simulated, action, resource, &context);
    let result = |action: &String| match resources.as_slice() {
        [] => on_everything(action, &told(action, "*")),
        [one] if one == "*" => on_everything(action, &told(action, "*")),
        several => {
            let each: Vec<(&String, Told)> = several.iter().map(|one| (one, told(action, one))).collect();
            on_each(action, &each)
        }
    };
    page(input, actions.iter().map(result).collect())
}

/// The name of the role whose policies are simulated.
fn role(cloud: &Cloud, caller: &Caller, arn: &str) -> Result<String, ServiceError> {
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
    Ok(resource.rsplit('/').next().unwrap_or_default().to_owned())
}

/// The values that the imagined calls carry.
fn context(input: &Value) -> Result<BTreeMap<String, Vec<String>>, ServiceError> {
    let mut found = BTreeMap::new();
    for entry in items(input, "ContextEntries") {
        let key = text(entry, "ContextKeyName").unwrap_or_default();
        let values = texts(entry, "ContextKeyValues");
        let kind = text(entry, "ContextKeyType").unwrap_or_default();
        let fits = match kind {
            "string" => values.len() == 1,
            "boolean" => matches!(values.as_slice(), [one] if one == "true" || one == "false"),
            "stringList" => true,
            "booleanList" | "numeric" | "numericList" | "ip" | "ipList" | "binary" | "binaryList" | "date"
            | "dateList" => {
                return Err(ServiceError::not_modelled(
                    "iam",
                    &format!("a value of type {kind} for a simulation"),
                ));
            }
            _ => false,
        };
        if key.len() < 5 || !key.contains(':') || !fits {
            return Err(invalid(format!("Invalid value for context key {key} of type {kind}")));
        }
        found.insert(key.to_owned(), values);
    }
    Ok(found)
}

/// What is so of an action on a resource, and the keys that are missing.
type Told = (Verdict, BTreeSet<String>);

fn told(
    documents: Option<&[Value]>,
    simulated: &Caller,
    action: &str,
    resource: &str,
    context: &BTreeMap<String, Vec<String>>,
) -> Told {
    let Some(documents) = documents else {
        return (Verdict::Allow, BTreeSet::new());
    };
    let each = documents
        .iter()
        .map(|document| policy::simulated(document, simulated, action, resource, context));
    let none = (Verdict::Silent, BTreeSet::new());
    each.fold(none, |(whole, mut missing), (one, lacking)| {
        missing.extend(lacking);
        let whole = match (whole, one) {
            (Verdict::Deny, _) | (_, Verdict::Deny) => Verdict::Deny,
            (Verdict::Allow, _) | (_, Verdict::Allow) => Verdict::Allow,
            (Verdict::Silent, Verdict::Silent) => Verdict::Silent,
        };
        (whole, missing)
    })
}

fn word(verdict: Verdict) -> &'static str {
    match verdict {
        Verdict::Allow => "allowed",
        Verdict::Deny => "explicitDeny",
        Verdict::Silent => "implicitDeny",
    }
}

fn on_everything(action: &str, (verdict, missing): &Told) -> Value {
    json!({ "EvalActionName": action, "EvalResourceName": "*", "EvalDecision": word(*verdict), "MatchedStatements": [], "MissingContextValues": missing })
}

fn on_each(action: &str, each: &[(&String, Told)]) -> Value {
    let restrictive = |verdict: &Verdict| match verdict {
        Verdict::Deny => 2,
        Verdict::Silent => 1,
        Verdict::Allow => 0,
    };
    let whole = each.iter().map(|(_, (verdict, _))| *verdict).max_by_key(restrictive);
    let results = each.iter().map(|(resource, (verdict, missing))| {
        json!({ "EvalResourceName": resource, "EvalResourceDecision": word(*verdict), "MatchedStatements": [], "MissingContextValues": missing })
    });
    json!({ "EvalActionName": action, "EvalResourceName": each.first().map(|(one, _)| one), "EvalDecision": word(whole.unwrap_or(Verdict::Silent)),
        "MatchedStatements": [], "MissingContextValues": [], "ResourceSpecificResults": results.collect::<Vec<_>>() })
}

/// So many of the results as were asked for, from where the last page ended.
fn page(input: &Value, results: Vec<Value>) -> Answer {
    let most = number(input, "MaxItems").unwrap_or(USUAL_PAGE);
    if !(1..=LONGEST_PAGE).contains(&most) {
        let message = format!("1 validation error detected: Value '{most}' at 'maxItems' failed to satisfy constraint");
        return Err(ServiceError::new("ValidationError", message));
    }
    let from = match text(input, "Marker").map(str::parse::<usize>) {
        None => 0,
        Some(Ok(from)) if from < results.len() => from,
        Some(_) => return Err(invalid("Invalid Marker.".to_owned())),
    };
    let until = from
        .saturating_add(usize::try_from(most).unwrap_or(1))
        .min(results.len());
    let truncated = until < results.len();
    let marker = truncated.then(|| until.to_string());
    Ok(json!({ "EvaluationResults": results[from..until], "IsTruncated": truncated, "Marker": marker }))
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

    fn passing() -> Value {
        json!({ "Version": "2012-10-17", "Statement": [
            { "Effect": "Allow", "Action": "rds:DeleteDBSnapshot", "Resource": "arn:aws:rds:eu-west-1:111111111111:snapshot:cleave-*" },
            { "Effect": "Allow", "Action": "iam:PassRole", "Resource": "arn:aws:iam::111111111111:role/batch",
              "Condition": { "StringEquals": { "iam:PassedToService": ["batch.example", "s3.example"] }, "ArnLike": { "aws:PrincipalArn": ROLE } } },
            { "Effect": "Allow", "Action": "route53:ChangeResourceRecordSets", "Resource": "*", "Condition": { "ForAllValues:StringEquals":
                { "route53:ChangeResourceRecordSetsActions": ["CREATE", "UPSERT"] } } },
        ] })
    }

    fn decided(input: &Value) -> Vec<String> {
        let told = asked_with(input, Some(passing())).expect("an answer");
        let results = told["EvaluationResults"].as_array().expect("results");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let mut all = Vec::new();
        for one in results {
            all.push(text(&one["EvalDecision"]));
            let each = one["ResourceSpecificResults"].as_array().into_iter().flatten();
            all.extend(each.map(|of| format!("{} {}", text(&of["EvalResourceDecision"]), of["MissingContextValues"])));
        }
        all
    }

    #[test]
    fn what_is_so_of_each_resource_stands_apart_and_above_them_the_most_restrictive() {
        let arn = |rest: &str| format!("arn:aws:rds:eu-west-1:111111111111:{rest}");
        let input = json!({ "PolicySourceArn": ROLE, "ActionNames": ["rds:DeleteDBSnapshot"],
            "ResourceArns": [arn("snapshot:cleave-1"), arn("snapshot:nightly")] });
        assert_eq!(decided(&input), ["implicitDeny", "allowed []", "implicitDeny []"]);
    }

    #[test]
    fn values_are_compared_and_keys_without_one_are_told() {
        let pass = |entries: Value| {
            decided(&json!({ "PolicySourceArn": ROLE, "ActionNames": ["iam:PassRole"],
                "ResourceArns": ["arn:aws:iam::111111111111:role/batch"], "ContextEntries": entries }))
        };
        let to = |service: &str| json!([{ "ContextKeyName": "iam:PassedToService", "ContextKeyType": "string", "ContextKeyValues": [service] }]);
        assert_eq!(pass(to("s3.example")), ["allowed", "allowed []"]);
        assert_eq!(pass(to("lambda.example")), ["implicitDeny", "implicitDeny []"]);
        assert_eq!(
            pass(json!(null)),
            ["implicitDeny", "implicitDeny [\"iam:PassedToService\"]"]
        );
        let change = |actions: &[&str]| {
            let entry = json!({ "ContextKeyName": "route53:ChangeResourceRecordSetsActions", "ContextKeyType": "stringList",
                "ContextKeyValues": actions });
            decided(
                &json!({ "PolicySourceArn": ROLE, "ActionNames": ["route53:ChangeResourceRecordSets"], "ContextEntries": [entry] }),
            )
        };
        assert_eq!(change(&["UPSERT", "CREATE"]), ["allowed"]);
        assert_eq!(change(&["UPSERT", "DELETE"]), ["implicitDeny"]);
    }

    #[test]
    fn results_come_in_pages() {
        let actions: Vec<String> = (0..250).map(|n| format!("rds:Do{n}")).collect();
        let mut input = json!({ "PolicySourceArn": ROLE, "ActionNames": actions });
        let mut seen = 0;
        loop {
            let told = asked(&input).expect("an answer");
            seen += told["EvaluationResults"].as_array().expect("results").len();
            if told["IsTruncated"] == false {
                break;
            }
            input["Marker"] = told["Marker"].clone();
        }
        assert_eq!(seen, 250);
        input["Marker"] = json!("250");
        assert_eq!(asked(&input).expect_err("refused"), "InvalidInput");
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
            (
                json!({ "PolicySourceArn": ROLE, "ActionNames": ["rds:CopyDBSnapshot"], "ResourceArns": ["nightly"] }),
                "InvalidInput",
            ),
            (
                json!({ "PolicySourceArn": ROLE, "ActionNames": ["rds:CopyDBSnapshot"], "MaxItems": 1001 }),
                "ValidationError",
            ),
            (
                json!({ "PolicySourceArn": ROLE, "ActionNames": ["rds:CopyDBSnapshot"],
                    "ContextEntries": [{ "ContextKeyName": "aws:x", "ContextKeyType": "boolean", "ContextKeyValues": ["yes"] }] }),
                "InvalidInput",
            ),
        ];
        for (input, code) in cases {
            assert_eq!(asked(&input).expect_err("refused"), code, "{input}");
        }
    }
}
