//! What a role's identity policies let it do. A role without one may do everything in its account, as before there were any; one with
//! them is judged before each call, before each use of a bucket or object, and before each use of a key, its own or through a service.
//!
//! Modelled: explicit deny, allow, wildcards in actions and resources, the conditions that `policy` knows, AWS's words. Stricter than AWS
//! in one place: a resource policy that names a role of its own account lets it in without an identity policy there, here both must agree.
//! Left out: boundaries, session policies, service control policies.

use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};

use model::ids::AccountId;
use serde_json::Value;

use super::iam_needs;
use crate::cloud::{Caller, Cloud, ServiceError};
use crate::policy::{self, Verdict};
use crate::wire::words;

/// A role, by account and name.
pub type RoleName = (AccountId, String);

/// State.
#[derive(Default)]
pub struct Permissions {
    /// The documents of each role that has any.
    documents: BTreeMap<RoleName, Vec<Value>>,
    /// What each of those has asked for, and for what purpose.
    asked: RefCell<BTreeMap<RoleName, BTreeMap<String, BTreeSet<String>>>>,
    /// What is asked for now serves this.
    purpose: String,
    /// What each was refused, as `action on resource`.
    refused: RefCell<BTreeMap<RoleName, BTreeSet<String>>>,
}

impl Permissions {
    /// Gives a role exactly these policies from now on.
    pub fn set(&mut self, account: &AccountId, role: &str, documents: Vec<Value>) {
        self.documents.insert((account.clone(), role.to_owned()), documents);
    }

    /// What roles ask for from now on serves a purpose of which simcloud knows no more than its name.
    pub fn serve(&mut self, purpose: &str) {
        purpose.clone_into(&mut self.purpose);
    }

    /// The actions that roles with policies have asked for, each with the purposes that it served.
    pub fn asked(&self) -> BTreeMap<RoleName, BTreeMap<String, BTreeSet<String>>> {
        self.asked.borrow().clone()
    }

    /// What roles with policies were refused, as `action on resource`.
    pub fn refused(&self) -> BTreeMap<RoleName, BTreeSet<String>> {
        self.refused.borrow().clone()
    }
}

/// One thing that a call needs leave for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Need {
    /// `rds:CopyDBSnapshot`
    pub action: String,
    /// On what; `*` where the action knows no resources.
    pub resource: String,
    /// Condition keys.
    pub context: BTreeMap<String, String>,
}

impl Need {
    /// Without conditions.
    pub fn new(action: impl Into<String>, resource: impl Into<String>) -> Self {
        Self {
            action: action.into(),
            resource: resource.into(),
            context: BTreeMap::new(),
        }
    }

    /// With one.
    #[must_use]
    pub fn when(mut self, key: &str, value: impl Into<String>) -> Self {
        self.context.insert(key.to_owned(), value.into());
        self
    }
}

/// Whether the caller's identity policies allow something; AWS's words where they do not. Who is no role, or one without policies, may.
pub fn judge(cloud: &Cloud, caller: &Caller, need: &Need) -> Result<(), String> {
    let Some((account, name)) = policy::session_role(&caller.principal) else {
        return Ok(());
    };
    let Ok(account) = AccountId::new(account) else {
        return Ok(());
    };
    let role = (account, name.to_owned());
    let Some(verdict) = verdict(cloud, caller, &role, need) else {
        return Ok(());
    };
    let asked = &mut *cloud.permissions.asked.borrow_mut();
    let served = asked
        .entry(role.clone())
        .or_default()
        .entry(need.action.clone())
        .or_default();
    served.insert(cloud.permissions.purpose.clone());
    let why = match verdict {
        Verdict::Allow => return Ok(()),
        Verdict::Deny => "with an explicit deny in an identity-based policy".to_owned(),
        Verdict::Silent => format!("because no identity-based policy allows the {} action", need.action),
    };
    let refused = &mut *cloud.permissions.refused.borrow_mut();
    let what = format!("{} on {}", need.action, need.resource);
    refused.entry(role).or_default().insert(what);
    let Need { action, resource, .. } = need;
    Err(format!(
        "User: {} is not authorized to perform: {action} on resource: {resource} {why}",
        caller.principal
    ))
}

/// The policies of a role; none where it has none, and may do everything.
pub(super) fn documents<'c>(cloud: &'c Cloud, role: &RoleName) -> Option<&'c [Value]> {
    cloud.permissions.documents.get(role).map(Vec::as_slice)
}

/// What the policies of a role say to something; none where it has none.
fn verdict(cloud: &Cloud, caller: &Caller, role: &RoleName, need: &Need) -> Option<Verdict> {
    let documents = documents(cloud, role)?;
    let mut verdict = Verdict::Silent;
    for document in documents {
        match policy::permits(document, caller, &need.action, &need.resource, &need.context) {
            Verdict::Deny => verdict = Verdict::Deny,
            Verdict::Allow if verdict == Verdict::Silent => verdict = Verdict::Allow,
            Verdict::Allow | Verdict::Silent => {}
        }
    }
    Some(verdict)
}

/// Judges a call of a service that is not S3, all that it needs, and answers as that service does where something is missing.
pub fn judge_call(
    cloud: &Cloud,
    caller: &Caller,
    service: &str,
    operation: &str,
    input: &Value,
) -> Result<(), ServiceError> {
    if !is_restricted(cloud, caller) {
        return Ok(());
    }
    for need in iam_needs::of(caller, service, operation, input) {
        judge(cloud, caller, &need).map_err(|message| {
            let mut error = words::denied(service);
            // EC2 says first what the others leave out, and hides the rest from whoever may not decode it.
            error.message = match service {
                "ec2" => format!("{} {message}", error.message),
                _ => message,
            };
            error
        })?;
    }
    Ok(())
}

/// Whether the caller is a role that has policies.
pub fn is_restricted(cloud: &Cloud, caller: &Caller) -> bool {
    let role = policy::session_role(&caller.principal);
    role.is_some_and(|(account, name)| {
        let mut all = cloud.permissions.documents.keys();
        all.any(|(of, one)| of.as_str() == account && one == name)
    })
}

#[cfg(test)]
#[path = "iam_permissions_tests.rs"]
mod tests;
