//! AWS Organizations, which is only looked at. Its one endpoint lies in us-east-1. Any account may ask which organization it belongs to, and who invites it; what is
//! asked of accounts and units is answered to the management account and to delegated administrators alone, and refused to everybody else.

use aws_sdk_organizations::types::{ActionType, HandshakePartyType, HandshakeState};
use aws_smithy_types::DateTime;
use jiff::Timestamp;
use model::{AccountId, Failure};

use crate::account::{Clients, two_clients};
use crate::classify::{self, Modelled, SdkFailure};

/// Organizations as one account is shown it.
pub struct Organizations {
    read: aws_sdk_organizations::Client,
    account: AccountId,
}

/// An organization.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Organization {
    /// Its id, such as `o-a1b2c3d4e5`.
    pub id: String,
    /// The account that manages it.
    pub management: String,
}

/// A member, as its organization knows it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Member {
    /// Its name.
    pub name: String,
    /// The address of its root user.
    pub email: String,
    /// `ACTIVE`, `SUSPENDED`, …
    pub state: String,
    /// Whether the organization made it; else it was invited.
    pub created_there: bool,
    /// Since when it has been a member.
    pub joined: Option<Timestamp>,
}

/// An invitation to an organization that nobody has answered.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Invitation {
    /// Its id, such as `h-0123456789abcdef`.
    pub id: String,
    /// The organization that invites; empty where AWS does not tell it.
    pub organization: String,
    /// Until when it can be accepted: fifteen days.
    pub expires: Option<Timestamp>,
}

impl Organizations {
    pub(crate) fn new(clients: &Clients<'_>) -> Self {
        let (read, _) = two_clients!(clients, aws_sdk_organizations, "organizations");
        Self {
            read,
            account: clients.account.clone(),
        }
    }

    fn failed<E: Modelled>(&self, operation: &'static str) -> impl FnOnce(SdkFailure<E>) -> Failure {
        classify::failed(self.account.as_str(), "organizations", operation)
    }

    /// The organization that the account belongs to; none: it stands alone.
    pub async fn organization(&self) -> Result<Option<Organization>, Failure> {
        let answer = self.read.describe_organization().send().await;
        match answer.map_err(self.failed("DescribeOrganization")) {
            Ok(told) => Ok(told.organization.map(|found| Organization {
                id: found.id.unwrap_or_default(),
                management: found.master_account_id.unwrap_or_default(),
            })),
            Err(failure) if failure.code == "AWSOrganizationsNotInUseException" => Ok(None),
            Err(failure) => Err(failure),
        }
    }

    /// The account itself, as its organization knows it.
    pub async fn member(&self) -> Result<Member, Failure> {
        let answer = self
            .read
            .describe_account()
            .account_id(self.account.as_str())
            .send()
            .await;
        let told = answer.map_err(self.failed("DescribeAccount"))?.account;
        let found = told.unwrap_or_else(|| aws_sdk_organizations::types::Account::builder().build());
        // `Status` ends in 2026; older endpoints know no `State`.
        let state = found.state().map(|state| state.as_str().to_owned());
        let status = found.status().map(|status| status.as_str().to_owned());
        let joined = found.joined_timestamp();
        Ok(Member {
            state: state.or(status).unwrap_or_default(),
            created_there: found.joined_method().is_some_and(|method| method.as_str() == "CREATED"),
            joined: joined.and_then(moment),
            name: found.name.unwrap_or_default(),
            email: found.email.unwrap_or_default(),
        })
    }

    /// The names of the units in which the account lies, from the root down; none: it lies in the root itself.
    pub async fn units(&self) -> Result<Vec<String>, Failure> {
        let (mut names, mut child) = (Vec::new(), self.account.to_string());
        loop {
            let mut parent = None;
            let mut pages = self.read.list_parents().child_id(&child).into_paginator().send();
            while let Some(page) = pages.next().await {
                let page = page.map_err(self.failed("ListParents"))?;
                // A page may be empty and still not be the last.
                parent = parent.or(page.parents.unwrap_or_default().into_iter().next());
            }
            let unit = parent.and_then(|parent| parent.id).filter(|id| id.starts_with("ou-"));
            let Some(unit) = unit else {
                names.reverse();
                return Ok(names);
            };
            let told = self.read.describe_organizational_unit().organizational_unit_id(&unit);
            let told = told.send().await.map_err(self.failed("DescribeOrganizationalUnit"))?;
            let name = told.organizational_unit.and_then(|told| told.name);
            names.push(name.unwrap_or_else(|| unit.clone()));
            child = unit;
        }
    }

    /// The services that the account administers for its organization.
    pub async fn administers(&self) -> Result<Vec<String>, Failure> {
        let call = self.read.list_delegated_services_for_account();
        let mut pages = call.account_id(self.account.as_str()).into_paginator().send();
        let mut services = Vec::new();
        while let Some(page) = pages.next().await {
            match page.map_err(self.failed("ListDelegatedServicesForAccount")) {
                Ok(page) => {
                    let told = page.delegated_services.unwrap_or_default().into_iter();
                    services.extend(told.filter_map(|one| one.service_principal));
                }
                // Said of an account that administers nothing.
                Err(failure) if failure.code == "AccountNotRegisteredException" => return Ok(Vec::new()),
                Err(failure) => return Err(failure),
            }
        }
        services.sort();
        Ok(services)
    }

    /// The invitations to an organization that the account could accept now. What was answered, withdrawn or has lapsed is listed for thirty days more, and left out.
    pub async fn invitations(&self) -> Result<Vec<Invitation>, Failure> {
        let mut pages = self.read.list_handshakes_for_account().into_paginator().send();
        let mut open = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(self.failed("ListHandshakesForAccount"))?;
            // A page may be empty and still not be the last.
            for one in page.handshakes.unwrap_or_default() {
                let waits = matches!(one.state, Some(HandshakeState::Requested | HandshakeState::Open));
                if !waits || one.action != Some(ActionType::InviteAccountToOrganization) {
                    continue;
                }
                let mut parties = one.parties().iter();
                let inviting = parties.find(|party| party.r#type() == &HandshakePartyType::Organization);
                open.push(Invitation {
                    organization: inviting.map(|party| party.id().to_owned()).unwrap_or_default(),
                    expires: one.expiration_timestamp().and_then(moment),
                    id: one.id.unwrap_or_default(),
                });
            }
        }
        Ok(open)
    }
}

fn moment(told: &DateTime) -> Option<Timestamp> {
    Timestamp::from_second(told.secs()).ok()
}
