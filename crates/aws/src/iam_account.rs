//! IAM of an account as a whole, which is only looked at: what its users' keys and passwords have been used for, how its root is guarded, and every
//! policy that somebody has written in it.

use std::collections::BTreeMap;
use std::time::Duration;

use aws_sdk_iam::types::{EntityType, PolicyDetail, ReportStateType};
use model::{Failure, FailureClass};

use crate::classify;
use crate::iam::Iam;

/// How often IAM is asked whether its report is there, and how long is waited in between. It takes seconds.
const LOOKS: u32 = 30;
const BETWEEN: Duration = Duration::from_secs(2);

/// What a policy says, and whose it is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PolicySeen {
    /// `user anna`, `group admins`, `role deploy`; of a managed policy `policy NAME`.
    pub of: String,
    /// Its own name.
    pub name: String,
    /// Its JSON.
    pub document: String,
    /// Whether anybody has it: a managed policy may be attached to nobody.
    pub in_use: bool,
}

/// Everything that was written in an account.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Written {
    /// Inline policies of users, groups and roles, and the account's own managed policies in the version that holds.
    pub policies: Vec<PolicySeen>,
    /// Users, each with the groups in which they are.
    pub groups_of: BTreeMap<String, Vec<String>>,
}

/// What passwords must be like.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PasswordPolicy {
    /// Characters, at least.
    pub length: i32,
}

/// IAM gives a policy back as it would stand in a URL.
fn plain(document: Option<&str>) -> String {
    let document = percent_encoding::percent_decode_str(document.unwrap_or_default());
    document.decode_utf8_lossy().into_owned()
}

fn inline(of: &str, details: &[PolicyDetail]) -> Vec<PolicySeen> {
    let seen = details.iter().map(|one| PolicySeen {
        of: of.to_owned(),
        name: one.policy_name().unwrap_or_default().to_owned(),
        document: plain(one.policy_document()),
        in_use: true,
    });
    seen.collect()
}

impl Iam {
    /// Counts and limits of the account by IAM's own names: `AccountMFAEnabled`, `AccountAccessKeysPresent`, `GroupsPerUserQuota`, …
    pub async fn summary(&self) -> Result<BTreeMap<String, i32>, Failure> {
        let told = self.read.get_account_summary().send().await;
        let told = told
            .map_err(self.failed("GetAccountSummary"))?
            .summary_map
            .unwrap_or_default();
        Ok(told
            .into_iter()
            .map(|(name, value)| (name.as_str().to_owned(), value))
            .collect())
    }

    /// The name under which people log in to the account, if it has one.
    pub async fn alias(&self) -> Result<Option<String>, Failure> {
        let told = self.read.list_account_aliases().send().await;
        // AWS admits one.
        let told = told.map_err(self.failed("ListAccountAliases"))?;
        Ok(told.account_aliases.into_iter().next())
    }

    /// What passwords must be like; none: as AWS says where nobody has said anything.
    pub async fn password_policy(&self) -> Result<Option<PasswordPolicy>, Failure> {
        let told = self.read.get_account_password_policy().send().await;
        let told = classify::found(told.map_err(self.failed("GetAccountPasswordPolicy")))?;
        Ok(told.and_then(|told| told.password_policy).map(|policy| PasswordPolicy {
            length: policy.minimum_password_length().unwrap_or_default(),
        }))
    }

    /// The credential report, as the CSV that it is. IAM writes it when it is asked for, and keeps it for four hours.
    pub async fn credential_report(&self) -> Result<Vec<u8>, Failure> {
        for look in 0..LOOKS {
            if look > 0 {
                #[expect(
                    clippy::disallowed_methods,
                    reason = "a report is asked for again until IAM has written it, on the clock that it was given"
                )]
                tokio::time::sleep(BETWEEN).await;
            }
            let made = self.read.generate_credential_report().send().await;
            let made = made.map_err(self.failed("GenerateCredentialReport"))?;
            if made.state() != Some(&ReportStateType::Complete) {
                continue;
            }
            match self.read.get_credential_report().send().await {
                Ok(report) => return Ok(report.content.map(|content| content.into_inner()).unwrap_or_default()),
                Err(error) => {
                    let failure = self.failed("GetCredentialReport")(error);
                    let not_yet = ["ReportInProgress", "ReportNotPresent", "ReportExpired"];
                    if !not_yet.contains(&failure.code.as_str()) {
                        return Err(failure);
                    }
                }
            }
        }
        Err(Failure {
            account: self.account.to_string(),
            ..Failure::ours(
                "iam",
                FailureClass::NoAnswer,
                "[ReportInProgress]",
                "IAM has not written the credential report within a minute",
            )
        })
    }

    /// Every policy that somebody has written in the account, and who is in which group.
    pub async fn written(&self) -> Result<Written, Failure> {
        let mut written = Written::default();
        let kinds = [
            EntityType::User,
            EntityType::Group,
            EntityType::Role,
            EntityType::LocalManagedPolicy,
        ];
        let call = self
            .read
            .get_account_authorization_details()
            .set_filter(Some(kinds.into()));
        let mut pages = call.into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(self.failed("GetAccountAuthorizationDetails"))?;
            for user in page.user_detail_list() {
                let name = user.user_name().unwrap_or_default();
                written.groups_of.insert(name.to_owned(), user.group_list().to_vec());
                written
                    .policies
                    .extend(inline(&format!("user {name}"), user.user_policy_list()));
            }
            for group in page.group_detail_list() {
                let of = format!("group {}", group.group_name().unwrap_or_default());
                written.policies.extend(inline(&of, group.group_policy_list()));
            }
            for role in page.role_detail_list() {
                let of = format!("role {}", role.role_name().unwrap_or_default());
                written.policies.extend(inline(&of, role.role_policy_list()));
            }
            for policy in page.policies() {
                let mut versions = policy.policy_version_list().iter();
                let holds = versions.find(|version| version.is_default_version());
                let name = policy.policy_name().unwrap_or_default().to_owned();
                written.policies.push(PolicySeen {
                    of: format!("policy {name}"),
                    name,
                    document: plain(holds.and_then(|version| version.document())),
                    in_use: policy.attachment_count().unwrap_or_default() > 0,
                });
            }
        }
        written.policies.sort();
        Ok(written)
    }
}
