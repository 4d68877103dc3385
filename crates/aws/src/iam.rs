//! IAM: identity providers and trust policies, which are only looked at.

use model::inventory::Role;
use model::{AccountId, Failure};
use serde_json::Value;

use crate::account::{Clients, two_clients};
use crate::classify::{self, Modelled, SdkFailure};

/// IAM in one account.
pub struct Iam {
    read: aws_sdk_iam::Client,
    account: AccountId,
}

impl Iam {
    pub(crate) fn new(clients: &Clients<'_>) -> Self {
        let (read, _) = two_clients!(clients, aws_sdk_iam, "iam");
        Self {
            read,
            account: clients.account.clone(),
        }
    }

    fn failed<E: Modelled>(&self, operation: &'static str) -> impl FnOnce(SdkFailure<E>) -> Failure {
        classify::failed(self.account.as_str(), "iam", operation)
    }

    /// The clients (audiences) that the account's OpenID Connect provider of a host admits; none: there is no such provider.
    pub async fn oidc_clients(&self, host: &str) -> Result<Option<Vec<String>>, Failure> {
        let listed = self.read.list_open_id_connect_providers().send().await;
        let listed = listed.map_err(self.failed("ListOpenIDConnectProviders"))?;
        let mut arns = listed
            .open_id_connect_provider_list()
            .iter()
            .filter_map(|one| one.arn());
        let Some(arn) = arns.find(|arn| arn.split_once(":oidc-provider/").is_some_and(|(_, url)| url == host)) else {
            return Ok(None);
        };
        let told = self
            .read
            .get_open_id_connect_provider()
            .open_id_connect_provider_arn(arn);
        let told = told.send().await.map_err(self.failed("GetOpenIDConnectProvider"));
        Ok(classify::found(told)?.map(|told| told.client_id_list().to_vec()))
    }

    /// A role, and whom its trust policy lets in; none: there is no such role. Of conditions only the external id is told.
    pub async fn observed_role(&self, role: &str) -> Result<Option<Role>, Failure> {
        let told = self.read.get_role().role_name(role).send().await;
        let told = classify::found(told.map_err(self.failed("GetRole")))?;
        let Some(told) = told.and_then(|told| told.role) else {
            return Ok(None);
        };
        let policy = plain(told.assume_role_policy_document().unwrap_or_default());
        let policy: Value = serde_json::from_str(&policy).unwrap_or_default();
        let longest = told
            .max_session_duration()
            .and_then(|longest| u32::try_from(longest).ok());
        Ok(Some(Role {
            max_session_seconds: longest.filter(|longest| *longest != USUAL_SESSION),
            ..admitted(&policy)
        }))
    }

    /// The trust policy of a role, as JSON; none: there is no such role.
    pub async fn trust_policy(&self, role: &str) -> Result<Option<String>, Failure> {
        let told = self.read.get_role().role_name(role).send().await;
        let told = classify::found(told.map_err(self.failed("GetRole")))?;
        let policy = told.and_then(|told| told.role.and_then(|role| role.assume_role_policy_document));
        Ok(policy.map(|text| plain(&text)))
    }
}

/// How long a session is at most where a role says nothing else, in seconds.
const USUAL_SESSION: u32 = 3600;

/// IAM gives a policy back as it would stand in a URL.
fn plain(policy: &str) -> String {
    let decoded = percent_encoding::percent_decode_str(policy).decode_utf8_lossy();
    decoded.into_owned()
}

fn one_or_many(value: &Value) -> Vec<&Value> {
    match value {
        Value::Array(many) => many.iter().collect(),
        Value::Null => Vec::new(),
        one => vec![one],
    }
}

/// Whom a trust policy lets take a role on.
fn admitted(policy: &Value) -> Role {
    let mut role = Role::default();
    for statement in one_or_many(&policy["Statement"]) {
        let assumed = one_or_many(&statement["Action"]).into_iter().filter_map(Value::as_str);
        let mut assumed = assumed.filter(|action| ["sts:AssumeRole", "sts:*", "*"].contains(action));
        if statement["Effect"] != "Allow" || assumed.next().is_none() {
            continue;
        }
        let principal = &statement["Principal"];
        let named = [principal, &principal["AWS"], &principal["Service"]];
        let named = named.into_iter().flat_map(one_or_many).filter_map(Value::as_str);
        role.trusts.extend(named.map(str::to_owned));
        let asked = statement["Condition"]["StringEquals"]["sts:ExternalId"].as_str();
        role.external_id = role.external_id.or(asked.map(str::to_owned));
    }
    role.trusts.sort();
    role.trusts.dedup();
    role
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn who_is_let_in_is_read_from_a_trust_policy_in_each_of_its_forms() {
        let policy = json!({ "Statement": [
            { "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "AWS": ["333333333333", "arn:aws:iam::444444444444:root"] },
              "Condition": { "StringEquals": { "sts:ExternalId": "x" } } },
            { "Effect": "Allow", "Action": ["sts:AssumeRole", "sts:TagSession"], "Principal": { "Service": "batchoperations.s3.amazonaws.com" } },
            { "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity", "Principal": { "Federated": "f", "AWS": "no" } },
            { "Effect": "Deny", "Action": "sts:AssumeRole", "Principal": { "AWS": "555555555555" } },
        ] });
        let role = admitted(&policy);
        let trusts = [
            "333333333333",
            "arn:aws:iam::444444444444:root",
            "batchoperations.s3.amazonaws.com",
        ];
        assert_eq!(
            (role.trusts, role.external_id.as_deref()),
            (trusts.map(str::to_owned).to_vec(), Some("x"))
        );
        let one = json!({ "Statement": { "Effect": "Allow", "Action": "sts:*", "Principal": "*" } });
        assert_eq!(admitted(&one).trusts, ["*"]);
    }
}
