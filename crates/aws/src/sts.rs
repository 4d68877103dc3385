//! Who the caller is.

use model::{AccountId, Failure, FailureClass};

use crate::classify;

/// The identity behind some credentials.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Identity {
    /// The account.
    pub account: AccountId,
    /// The principal's ARN.
    pub arn: String,
}

/// Asks AWS who these credentials are.
pub(crate) async fn identity(client: &aws_sdk_sts::Client, account: &str) -> Result<Identity, Failure> {
    let answer = client
        .get_caller_identity()
        .send()
        .await
        .map_err(|error| classify::failure(account, "sts", "GetCallerIdentity", error))?;
    let id = AccountId::new(answer.account().unwrap_or_default())
        .map_err(|e| Failure::ours("sts", FailureClass::Unexpected, "[BadAnswer]", e.to_string()))?;
    Ok(Identity {
        account: id,
        arn: answer.arn().unwrap_or_default().to_owned(),
    })
}
