//! Policy documents: who may do what to a resource, read as AWS reads them (allow, deny, principals, actions, resources, conditions).
//!
//! Left out: policy variables (`${aws:username}`), date and IP operators, and session tags. An operator that is not known here
//! never widens access: an Allow with it does not match, a Deny with it does.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value;

use crate::cloud::Caller;

/// What a policy says to a request.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// A statement allows it and none denies it.
    Allow,
    /// A statement denies it; nothing can outweigh that.
    Deny,
    /// No statement speaks of it.
    Silent,
}

/// Evaluates a policy document. `context` holds condition keys (`kms:ViaService`, `aws:SourceAccount`); those of the caller
/// itself (`aws:PrincipalAccount`, `aws:PrincipalArn`, `aws:RequestedRegion`) are filled in here.
pub fn allows(
    document: &Value,
    principal: &Caller,
    action: &str,
    resource: &str,
    context: &BTreeMap<String, String>,
) -> Verdict {
    judged(document, principal, action, resource, context, |statement| {
        principal_applies(statement, principal)
    })
}

/// Evaluates a policy of the caller's own: it names no principals.
pub fn permits(
    document: &Value,
    caller: &Caller,
    action: &str,
    resource: &str,
    context: &BTreeMap<String, String>,
) -> Verdict {
    judged(document, caller, action, resource, context, |_| true)
}

/// Condition keys in lower case, with their values: most have one, some hold several.
type Context = BTreeMap<String, Vec<String>>;

/// What a policy of the caller's own says to a request that is only imagined, and the keys that it compares there and that nobody gave, as they are written.
pub fn simulated(
    document: &Value,
    caller: &Caller,
    action: &str,
    resource: &str,
    context: &BTreeMap<String, Vec<String>>,
) -> (Verdict, BTreeSet<String>) {
    let full = full(context.iter().map(|(key, values)| (key, values.clone())), caller);
    let speaking = list(&document["Statement"])
        .filter(|statement| action_applies(statement, action) && resource_applies(statement, resource));
    let operators = speaking.filter_map(|statement| statement["Condition"].as_object());
    let keys = operators.flat_map(|operators| operators.values().filter_map(Value::as_object));
    let keys = keys.flat_map(|keys| keys.keys());
    let missing = keys.filter(|key| !full.contains_key(&key.to_lowercase())).cloned();
    let missing = missing.collect();
    (judged_in(document, action, resource, &full, |_| true), missing)
}

/// With what every request carries of its caller.
fn full<'k>(given: impl Iterator<Item = (&'k String, Vec<String>)>, caller: &Caller) -> Context {
    let mut full: Context = given.map(|(key, values)| (key.to_lowercase(), values)).collect();
    full.entry("aws:principalaccount".to_owned())
        .or_insert_with(|| vec![caller.account.to_string()]);
    full.entry("aws:principalarn".to_owned())
        .or_insert_with(|| vec![issuer_arn(&caller.principal)]);
    full
}

fn judged(
    document: &Value,
    principal: &Caller,
    action: &str,
    resource: &str,
    context: &BTreeMap<String, String>,
    speaks_of: impl Fn(&Value) -> bool,
) -> Verdict {
    let mut full = full(context.iter().map(|(key, value)| (key, vec![value.clone()])), principal);
    full.entry("aws:requestedregion".to_owned())
        .or_insert_with(|| vec![principal.region.to_string()]);
    judged_in(document, action, resource, &full, speaks_of)
}

fn judged_in(
    document: &Value,
    action: &str,
    resource: &str,
    context: &Context,
    speaks_of: impl Fn(&Value) -> bool,
) -> Verdict {
    let mut verdict = Verdict::Silent;
    for statement in list(&document["Statement"]) {
        let deny = statement["Effect"] == "Deny";
        if !deny && statement["Effect"] != "Allow" {
            continue;
        }
        let applies = speaks_of(statement)
            && action_applies(statement, action)
            && resource_applies(statement, resource)
            && conditions_hold(&statement["Condition"], context, deny);
        if applies && deny {
            return Verdict::Deny;
        }
        if applies {
            verdict = Verdict::Allow;
        }
    }
    verdict
}

/// Every principal that a document names under `Principal` or `NotPrincipal` as `AWS`: what KMS checks for existence.
pub fn aws_principals(document: &Value) -> Vec<&str> {
    let mut found = Vec::new();
    for statement in list(&document["Statement"]) {
        for member in ["Principal", "NotPrincipal"] {
            if let Some(value) = statement.get(member) {
                let named = if value.is_object() { &value["AWS"] } else { value };
                found.extend(list(named).filter_map(Value::as_str));
            }
        }
    }
    found
}

/// Whether one principal of a policy (`*`, an account id, a root, role, user or session ARN) admits the caller. An account or its
/// root stands for everyone in the account: it delegates to the account's own IAM, which simcloud takes to agree.
pub fn admits(named: &str, caller: &Caller) -> bool {
    if named == "*" || named == caller.principal || named == caller.account.as_str() {
        return true;
    }
    if named
        .strip_prefix("arn:aws:iam::")
        .and_then(|rest| rest.strip_suffix(":root"))
        == Some(caller.account.as_str())
    {
        return !caller.principal.ends_with(".amazonaws.com");
    }
    // A session's ARN carries the role's name without its path, so the path cannot be compared.
    match (role_of(named), session_role(&caller.principal)) {
        (Some(named), Some(own)) => named == own,
        _ => false,
    }
}

/// Whether a pattern with `*` and `?` matches the whole text.
pub fn matches(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t, mut star) = (0, 0, None);
    while t < text.len() {
        if p < pattern.len() && pattern[p] == '*' {
            star = Some((p, t));
            p += 1;
        } else if p < pattern.len() && (pattern[p] == '?' || pattern[p] == text[t]) {
            p += 1;
            t += 1;
        } else if let Some((at, from)) = star {
            star = Some((at, from + 1));
            p = at + 1;
            t = from + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// `(account, role name)` of `arn:aws:iam::111111111111:role/path/name`.
pub fn role_of(arn: &str) -> Option<(&str, &str)> {
    let (account, path) = arn.strip_prefix("arn:aws:iam::")?.split_once(":role/")?;
    Some((account, path.rsplit('/').next().unwrap_or(path)))
}

/// `(account, role name)` of `arn:aws:sts::111111111111:assumed-role/name/session`.
pub fn session_role(arn: &str) -> Option<(&str, &str)> {
    let (account, rest) = arn.strip_prefix("arn:aws:sts::")?.split_once(":assumed-role/")?;
    Some((account, rest.split('/').next().unwrap_or(rest)))
}

/// What `aws:PrincipalArn` holds: for a session the role's ARN, else the principal itself.
fn issuer_arn(principal: &str) -> String {
    match session_role(principal) {
        Some((account, role)) => format!("arn:aws:iam::{account}:role/{role}"),
        None => principal.to_owned(),
    }
}

/// One value or an array of values, as policies write both.
fn list(value: &Value) -> impl Iterator<Item = &Value> {
    let (many, one) = match value {
        Value::Array(items) => (items.as_slice(), None),
        Value::Null => (&[][..], None),
        single => (&[][..], Some(single)),
    };
    many.iter().chain(one)
}

fn names(value: &Value, caller: &Caller) -> bool {
    match value {
        Value::String(text) => text == "*",
        Value::Object(kinds) => kinds.iter().any(|(kind, named)| match kind.as_str() {
            "AWS" => list(named).filter_map(Value::as_str).any(|named| admits(named, caller)),
            "Service" => list(named)
                .filter_map(Value::as_str)
                .any(|named| named == caller.principal),
            _ => false,
        }),
        _ => false,
    }
}

fn principal_applies(statement: &Value, caller: &Caller) -> bool {
    match (statement.get("Principal"), statement.get("NotPrincipal")) {
        (Some(named), _) => names(named, caller),
        (None, Some(named)) => !names(named, caller),
        (None, None) => false,
    }
}

fn action_applies(statement: &Value, action: &str) -> bool {
    let action = action.to_lowercase();
    let any = |value: &Value| {
        list(value)
            .filter_map(Value::as_str)
            .any(|pattern| matches(&pattern.to_lowercase(), &action))
    };
    match (statement.get("Action"), statement.get("NotAction")) {
        (Some(named), _) => any(named),
        (None, Some(named)) => !any(named),
        // AWS accepts a statement without an action silently; it does nothing.
        (None, None) => false,
    }
}

fn resource_applies(statement: &Value, resource: &str) -> bool {
    let any = |value: &Value| {
        list(value)
            .filter_map(Value::as_str)
            .any(|pattern| matches(pattern, resource))
    };
    match (statement.get("Resource"), statement.get("NotResource")) {
        (Some(named), _) => any(named),
        (None, Some(named)) => !any(named),
        (None, None) => false,
    }
}

/// All operators and all their keys must hold; the values of one key are alternatives.
fn conditions_hold(condition: &Value, context: &Context, deny: bool) -> bool {
    let Value::Object(operators) = condition else {
        return condition.is_null() || deny;
    };
    operators.iter().all(|(operator, keys)| {
        let Value::Object(keys) = keys else { return deny };
        keys.iter().all(|(key, wanted)| {
            let wanted: Vec<String> = list(wanted).map(text).collect();
            condition_holds(operator, context.get(&key.to_lowercase()), &wanted).unwrap_or(deny)
        })
    })
}

fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// One operator on one key; `None` for an operator that is not known.
fn condition_holds(operator: &str, found: Option<&Vec<String>>, wanted: &[String]) -> Option<bool> {
    let (for_all, operator) = match operator.split_once(':') {
        Some(("ForAllValues", rest)) => (true, rest),
        Some(("ForAnyValue", rest)) => (false, rest),
        _ => (false, operator),
    };
    if operator == "Null" {
        return Some(wanted.iter().any(|wanted| (wanted == "true") == found.is_none()));
    }
    let (if_exists, operator) = match operator.strip_suffix("IfExists") {
        Some(base) => (true, base),
        None => (false, operator),
    };
    let negated = matches!(
        operator,
        "StringNotEquals"
            | "StringNotEqualsIgnoreCase"
            | "StringNotLike"
            | "ArnNotEquals"
            | "ArnNotLike"
            | "NumericNotEquals"
    );
    let Some(found) = found else {
        return Some(if_exists || for_all || negated);
    };
    let mut each = Vec::new();
    for one in found {
        each.push(value_holds(operator, one, wanted)? != negated);
    }
    Some(if for_all {
        !each.contains(&false)
    } else {
        each.contains(&true)
    })
}

/// Whether a value is one of those that are wanted; a negated operator asks the same and turns the answer round.
fn value_holds(operator: &str, found: &str, wanted: &[String]) -> Option<bool> {
    let number = |text: &str| text.parse::<f64>().ok();
    let compare = |test: fn(f64, f64) -> bool| {
        wanted
            .iter()
            .any(|w| matches!((number(found), number(w)), (Some(found), Some(w)) if test(found, w)))
    };
    Some(match operator {
        "StringEquals" | "StringNotEquals" => wanted.iter().any(|w| w == found),
        "StringEqualsIgnoreCase" | "StringNotEqualsIgnoreCase" | "Bool" => {
            wanted.iter().any(|w| w.eq_ignore_ascii_case(found))
        }
        "StringLike" | "StringNotLike" | "ArnLike" | "ArnNotLike" | "ArnEquals" | "ArnNotEquals" => {
            wanted.iter().any(|w| matches(w, found))
        }
        "NumericEquals" | "NumericNotEquals" => compare(|a, b| a == b),
        "NumericLessThan" => compare(|a, b| a < b),
        "NumericLessThanEquals" => compare(|a, b| a <= b),
        "NumericGreaterThan" => compare(|a, b| a > b),
        "NumericGreaterThanEquals" => compare(|a, b| a >= b),
        _ => return None,
    })
}

#[cfg(test)]
#[path = "policy_tests.rs"]
mod tests;
