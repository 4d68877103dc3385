//! Who may take a role on.

use model::AccountId;
use serde_json::{Value, json};

use super::Role;

/// How people take roles on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trust {
    /// The ARN of the one principal: a user or a role of the jump account, or a role of Identity Center with its random end as `*`.
    pub principal: String,
    /// The external id that must be given; absent: what the runbook says.
    pub external_id: Option<String>,
    /// Whether a second factor must have been given.
    pub mfa: bool,
}

/// Why nobody could take such a role on, or anybody.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum TrustError {
    /// Not the ARN of a user or a role.
    #[error(
        "{0} is no ARN of an IAM user or role, such as arn:aws:iam::333333333333:role/jump: a whole account is trusted only by mistake"
    )]
    NoPrincipal(String),
    /// A second factor is asked for of a session that cannot carry it.
    #[error(
        "{0} is a role: the credentials of a role that was taken on carry no second factor, so nobody could go on from it to this role. Ask for it where \
         people take {0} on, and leave --mfa out; or name an IAM user"
    )]
    NoSecondFactor(String),
    /// An external id that STS does not take.
    #[error("{0:?} is no external id: 2 to 1224 letters, digits and _+=,.@:/-")]
    NoExternalId(String),
}

impl Trust {
    /// Checks that the trust can work, and that it is not wider than meant.
    pub fn check(&self) -> Result<(), TrustError> {
        let rest = self.principal.strip_prefix("arn:aws:iam::");
        let named = rest.and_then(|rest| rest.split_once(':'));
        let known = named.is_some_and(|(account, name)| {
            let one = name.strip_prefix("user/").or_else(|| name.strip_prefix("role/"));
            AccountId::new(account).is_ok() && one.is_some_and(|one| !one.is_empty() && is_one(one))
        });
        if !known {
            return Err(TrustError::NoPrincipal(self.principal.clone()));
        }
        if self.mfa && !self.principal.contains(":user/") {
            return Err(TrustError::NoSecondFactor(self.principal.clone()));
        }
        let valid = |c: char| c.is_ascii_alphanumeric() || "_+=,.@:/-".contains(c);
        match &self.external_id {
            Some(id) if !(2..=1224).contains(&id.len()) || !id.chars().all(valid) => {
                Err(TrustError::NoExternalId(id.clone()))
            }
            _ => Ok(()),
        }
    }
}

/// A `*` stands only at the end of a name that Identity Center made.
fn is_one(name: &str) -> bool {
    match name.strip_suffix('*') {
        Some(start) => !start.contains('*') && start.contains("AWSReservedSSO_"),
        None => !name.contains('*'),
    }
}

/// The trust policy of a role.
pub(super) fn policy(role: &Role, trust: Option<&Trust>) -> Value {
    let mut statement = json!({ "Sid": "TakenOn", "Effect": "Allow", "Action": "sts:AssumeRole" });
    if !role.services.is_empty() {
        statement["Principal"] = json!({ "Service": role.services });
    }
    if let (true, Some(trust)) = (role.services.is_empty(), trust) {
        let mut conditions = serde_json::Map::new();
        if trust.principal.ends_with('*') {
            // A principal cannot hold a wildcard: the account is trusted, and of it this role alone.
            let account = trust.principal.split(':').nth(4).unwrap_or_default();
            statement["Principal"] = json!({ "AWS": format!("arn:aws:iam::{account}:root") });
            conditions.insert("ArnLike".to_owned(), json!({ "aws:PrincipalArn": trust.principal }));
        } else {
            statement["Principal"] = json!({ "AWS": trust.principal });
        }
        if let Some(id) = trust.external_id.as_ref().or(role.external_id.as_ref()) {
            conditions.insert("StringEquals".to_owned(), json!({ "sts:ExternalId": id }));
        }
        if trust.mfa {
            conditions.insert("Bool".to_owned(), json!({ "aws:MultiFactorAuthPresent": "true" }));
        }
        if !conditions.is_empty() {
            statement["Condition"] = Value::Object(conditions);
        }
    }
    json!({ "Version": "2012-10-17", "Statement": [statement] })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trust(principal: &str, mfa: bool) -> Trust {
        Trust {
            principal: principal.to_owned(),
            external_id: None,
            mfa,
        }
    }

    #[test]
    fn a_second_factor_is_asked_for_only_of_who_can_carry_it() {
        assert_eq!(trust("arn:aws:iam::333333333333:user/sre", true).check(), Ok(()));
        let refused = trust("arn:aws:iam::333333333333:role/jump", true).check();
        assert!(matches!(refused, Err(TrustError::NoSecondFactor(_))), "{refused:?}");
        assert_eq!(trust("arn:aws:iam::333333333333:role/jump", false).check(), Ok(()));
    }

    #[test]
    fn a_whole_account_and_a_session_are_not_trusted() {
        for principal in [
            "*",
            "333333333333",
            "arn:aws:iam::333333333333:root",
            "arn:aws:iam::333333333333:role/*",
            "arn:aws:sts::333333333333:assumed-role/jump/me",
            "arn:aws:iam::33:role/jump",
        ] {
            let refused = trust(principal, false).check();
            assert!(
                matches!(refused, Err(TrustError::NoPrincipal(_))),
                "{principal}: {refused:?}"
            );
        }
    }

    #[test]
    fn a_role_of_identity_center_is_pinned_by_a_condition() {
        let sso = "arn:aws:iam::333333333333:role/aws-reserved/sso.amazonaws.com/AWSReservedSSO_Admin_*";
        assert_eq!(trust(sso, false).check(), Ok(()));
        let role = Role {
            name: "cleave-source".to_owned(),
            account: AccountId::new("111111111111").expect("twelve digits"),
            purpose: super::super::Purpose::Run(model::Side::Source),
            services: Vec::new(),
            external_id: Some("night".to_owned()),
            statements: Vec::new(),
        };
        let document = policy(&role, Some(&trust(sso, false)));
        let statement = &document["Statement"][0];
        assert_eq!(statement["Principal"]["AWS"], "arn:aws:iam::333333333333:root");
        assert_eq!(statement["Condition"]["ArnLike"]["aws:PrincipalArn"], sso);
        assert_eq!(statement["Condition"]["StringEquals"]["sts:ExternalId"], "night");
    }
}
