//! IAM: identity providers and trust policies, which are only looked at.

use model::{AccountId, Failure};

use crate::account::{Clients, two_clients};
use crate::classify::{self, Modelled, SdkFailure};

/// A role, as IAM tells of it.
pub struct RoleSeen {
    /// Its ARN, with its path: that of a session has lost it.
    pub arn: String,
    /// Its trust policy, as JSON; empty where IAM tells none.
    pub trust_policy: String,
    /// How long a session is at most, in seconds.
    pub longest_session: Option<u32>,
}

/// IAM in one account.
pub struct Iam {
    pub(crate) read: aws_sdk_iam::Client,
    pub(crate) account: AccountId,
}

impl Iam {
    pub(crate) fn new(clients: &Clients<'_>) -> Self {
        let (read, _) = two_clients!(clients, aws_sdk_iam, "iam");
        Self {
            read,
            account: clients.account.clone(),
        }
    }

    pub(crate) fn failed<E: Modelled>(&self, operation: &'static str) -> impl FnOnce(SdkFailure<E>) -> Failure {
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

    /// A role; none: there is no such role.
    pub async fn role(&self, role: &str) -> Result<Option<RoleSeen>, Failure> {
        let told = self.read.get_role().role_name(role).send().await;
        let told = classify::found(told.map_err(self.failed("GetRole")))?;
        Ok(told.and_then(|told| told.role).map(|role| {
            let longest = role.max_session_duration();
            // IAM gives a policy back as it would stand in a URL.
            let policy = percent_encoding::percent_decode_str(role.assume_role_policy_document().unwrap_or_default());
            RoleSeen {
                arn: role.arn().to_owned(),
                trust_policy: policy.decode_utf8_lossy().into_owned(),
                longest_session: longest.and_then(|longest| u32::try_from(longest).ok()),
            }
        }))
    }
}
