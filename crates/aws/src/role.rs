//! Short credentials of a role, taken on with the operator's own. Kept until shortly before they expire, and thrown away when
//! AWS stops accepting them.

use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, SystemTime};

use aws_credential_types::Credentials;
use aws_credential_types::provider::error::CredentialsError;
use aws_credential_types::provider::{ProvideCredentials, future};
use aws_smithy_async::time::SharedTimeSource;

use crate::classify;

/// Renewed this long before they expire: longer than any one call.
const MARGIN: Duration = Duration::from_secs(300);

/// A role, and its current credentials.
#[derive(Debug, Clone)]
pub(crate) struct RoleProvider {
    pub(crate) sts: aws_sdk_sts::Client,
    pub(crate) role_arn: String,
    pub(crate) external_id: Option<String>,
    pub(crate) session_name: String,
    pub(crate) time: SharedTimeSource,
    pub(crate) current: Arc<Mutex<Option<Credentials>>>,
}

impl RoleProvider {
    /// Throws the current credentials away: AWS does not accept them any more.
    pub(crate) fn forget(&self) {
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = None;
    }

    fn kept(&self) -> Option<Credentials> {
        let current = self.current.lock().unwrap_or_else(PoisonError::into_inner);
        current
            .clone()
            .filter(|c| c.expiry().is_none_or(|expiry| self.time.now() + MARGIN < expiry))
    }

    async fn take_on(&self) -> Result<Credentials, CredentialsError> {
        if let Some(kept) = self.kept() {
            return Ok(kept);
        }
        let answer = self
            .sts
            .assume_role()
            .role_arn(&self.role_arn)
            .role_session_name(&self.session_name)
            .set_external_id(self.external_id.clone())
            .send()
            .await
            .map_err(|error| {
                let mut failure = classify::failure("operator", "sts", "AssumeRole", error);
                failure.message = format!("{} (role {})", failure.message, self.role_arn);
                CredentialsError::provider_error(failure)
            })?;
        let got = answer
            .credentials()
            .ok_or_else(|| CredentialsError::unhandled("STS answered without credentials"))?;
        let expiry = SystemTime::try_from(*got.expiration()).map_err(CredentialsError::unhandled)?;
        let credentials = Credentials::new(
            got.access_key_id(),
            got.secret_access_key(),
            Some(got.session_token().to_owned()),
            Some(expiry),
            "cleave role",
        );
        *self.current.lock().unwrap_or_else(PoisonError::into_inner) = Some(credentials.clone());
        Ok(credentials)
    }
}

impl ProvideCredentials for RoleProvider {
    fn provide_credentials<'a>(&'a self) -> future::ProvideCredentials<'a>
    where
        Self: 'a,
    {
        future::ProvideCredentials::new(self.take_on())
    }
}
