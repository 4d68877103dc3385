//! AWS Organizations, and Account Management's word on an account's own name, as far as they are looked at
//! (<https://docs.aws.amazon.com/organizations/latest/APIReference/API_DescribeOrganization.html>).
//!
//! Modelled: membership, units, who may ask: any account who invites it, any member which organization it belongs to, the management account and delegated administrators
//! everything else, nobody else. Handshakes as they stand, with a page that is empty and not the last. All accounts of an inventory are members of one organization unless a test says
//! otherwise. Left out: policies, filters of handshakes, everything that changes something.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use model::ids::AccountId;
use serde_json::{Value, json};

use super::members::text;
use crate::cloud::{Answer, Caller, Cloud, ServiceError};

/// The management account of the organization that there is by itself: no account of an inventory.
pub const MANAGEMENT: &str = "999999999999";
/// The unit in which its members lie.
pub const UNIT: &str = "ou-root-workload";

/// State.
#[derive(Default)]
pub struct Organizations {
    /// All there are.
    pub all: Vec<Organization>,
    /// What accounts are called, whether they belong to one or not.
    pub names: BTreeMap<AccountId, Named>,
    /// The handshakes that each account has received.
    pub handshakes: BTreeMap<AccountId, Vec<Handshake>>,
}

/// A handshake that an account has received.
#[derive(Debug, Clone)]
pub struct Handshake {
    /// Its id.
    pub id: String,
    /// The organization that asks.
    pub organization: String,
    /// `INVITE`, `ENABLE_ALL_FEATURES`, …
    pub action: String,
    /// `REQUESTED`, `OPEN`, `ACCEPTED`, …
    pub state: String,
    /// When it was asked.
    pub requested: Timestamp,
}

/// How long an invitation lives.
const INVITED_FOR: SignedDuration = SignedDuration::from_hours(15 * 24);
/// How long it is listed once it is over.
const LISTED_FOR: SignedDuration = SignedDuration::from_hours(30 * 24);

/// An account's own name.
#[derive(Debug, Clone)]
pub struct Named {
    /// The name.
    pub name: String,
    /// When the account was made.
    pub created: Timestamp,
}

/// An organization.
#[derive(Debug, Clone)]
pub struct Organization {
    /// Its id.
    pub id: String,
    /// The account that manages it.
    pub management: String,
    /// Its units by id: the name, and the unit above; none: the root.
    pub units: BTreeMap<String, (String, Option<String>)>,
    /// Its members, without the management account.
    pub members: BTreeMap<AccountId, Member>,
}

/// A member.
#[derive(Debug, Clone)]
pub struct Member {
    /// The address of its root user.
    pub email: String,
    /// `ACTIVE`, `SUSPENDED`, …
    pub state: String,
    /// Whether the organization made it.
    pub created_there: bool,
    /// Since when it is a member.
    pub joined: Timestamp,
    /// The unit in which it lies; none: the root.
    pub unit: Option<String>,
    /// The services that it administers for the organization.
    pub administers: Vec<String>,
}

/// Fills the organization with an account.
pub fn fill(cloud: &mut Cloud, account: &AccountId) {
    let long_ago = cloud
        .now
        .saturating_sub(jiff::SignedDuration::from_hours(24 * 400))
        .unwrap_or(cloud.now);
    if cloud.organizations.all.is_empty() {
        cloud.organizations.all.push(Organization {
            id: "o-simcloud00".to_owned(),
            management: MANAGEMENT.to_owned(),
            units: BTreeMap::from([(UNIT.to_owned(), ("Workloads".to_owned(), None))]),
            members: BTreeMap::new(),
        });
    }
    let named = Named {
        name: format!("account-{account}"),
        created: long_ago,
    };
    cloud.organizations.names.insert(account.clone(), named);
    let member = Member {
        email: format!("aws+{account}@example.com"),
        state: "ACTIVE".to_owned(),
        created_there: true,
        joined: long_ago,
        unit: Some(UNIT.to_owned()),
        administers: Vec::new(),
    };
    cloud.organizations.all[0].members.insert(account.clone(), member);
}

fn denied() -> ServiceError {
    ServiceError::new(
        "AccessDeniedException",
        "You don't have permissions to access this resource.",
    )
}

/// The handshakes of an account, whether it belongs to an organization or not. The first page is empty, as AWS says that one may be.
fn handshakes(cloud: &Cloud, account: &AccountId, input: &Value) -> Answer {
    if !input["Filter"].is_null() {
        return Err(ServiceError::not_modelled(
            "organizations",
            "ListHandshakesForAccount with a filter",
        ));
    }
    let received = cloud.organizations.handshakes.get(account);
    let listed = received.into_iter().flatten().filter_map(|one| {
        let expires = one.requested.saturating_add(INVITED_FOR).unwrap_or(one.requested);
        let lapsed = matches!(one.state.as_str(), "REQUESTED" | "OPEN") && expires <= cloud.now;
        let state = if lapsed { "EXPIRED" } else { one.state.as_str() };
        let over = !matches!(state, "REQUESTED" | "OPEN");
        let gone = over && cloud.now.duration_since(expires) > LISTED_FOR;
        (!gone).then(|| {
            let parties = json!([{ "Id": one.organization, "Type": "ORGANIZATION" }, { "Id": account, "Type": "ACCOUNT" }]);
            json!({ "Id": one.id, "Arn": format!("arn:aws:organizations::{MANAGEMENT}:handshake/{}/invite/{}", one.organization, one.id),
                "Parties": parties, "State": state, "RequestedTimestamp": one.requested.to_string(), "ExpirationTimestamp": expires.to_string(),
                "Action": one.action })
        })
    });
    let listed: Vec<Value> = listed.collect();
    match (listed.is_empty(), text(input, "NextToken")) {
        (false, None) => Ok(json!({ "Handshakes": [], "NextToken": "received" })),
        (_, None | Some("received")) => Ok(json!({ "Handshakes": listed })),
        (_, Some(_)) => Err(ServiceError::new(
            "InvalidInputException",
            "The provided NextToken is invalid.",
        )),
    }
}

/// One operation of Organizations.
pub fn handle(cloud: &mut Cloud, caller: &Caller, operation: &str, input: &Value) -> Answer {
    if operation == "ListHandshakesForAccount" {
        return handshakes(cloud, &caller.account, input);
    }
    let belongs =
        |one: &&Organization| one.management == caller.account.as_str() || one.members.contains_key(&caller.account);
    let Some(organization) = cloud.organizations.all.iter().find(belongs) else {
        let message = "Your account is not a member of an organization.";
        return Err(ServiceError::new("AWSOrganizationsNotInUseException", message));
    };
    let Organization { id, management, .. } = organization;
    if operation == "DescribeOrganization" {
        return Ok(
            json!({ "Organization": { "Id": id, "Arn": format!("arn:aws:organizations::{management}:organization/{id}"), "FeatureSet": "ALL",
            "MasterAccountId": management, "MasterAccountArn": format!("arn:aws:organizations::{management}:account/{id}/{management}"),
            "MasterAccountEmail": "aws@example.com" } }),
        );
    }
    let own = organization.members.get(&caller.account);
    if own.is_some_and(|own| own.administers.is_empty()) {
        return Err(denied());
    }
    let asked = |member: &str| text(input, member).unwrap_or_default().to_owned();
    let member = |named: &str| organization.members.iter().find(|(id, _)| id.as_str() == named);
    match operation {
        "DescribeAccount" => {
            let unknown = || {
                ServiceError::new(
                    "AccountNotFoundException",
                    "You specified an account that doesn't exist.",
                )
            };
            let (account, found) = member(&asked("AccountId")).ok_or_else(unknown)?;
            let name = cloud.organizations.names.get(account).map(|named| named.name.clone());
            Ok(
                json!({ "Account": { "Id": account, "Arn": format!("arn:aws:organizations::{management}:account/{id}/{account}"), "Email": found.email,
                "Name": name, "Status": found.state, "State": found.state, "JoinedTimestamp": found.joined.to_string(),
                "JoinedMethod": if found.created_there { "CREATED" } else { "INVITED" } } }),
            )
        }
        "ListParents" => {
            let child = asked("ChildId");
            let unknown = || ServiceError::new("ChildNotFoundException", "You provided a ChildId that doesn't exist.");
            let of_member = member(&child).map(|(_, member)| member.unit.clone());
            let of_unit = organization.units.get(&child).map(|(_, above)| above.clone());
            let parent = match of_member.or(of_unit).ok_or_else(unknown)? {
                Some(unit) => json!({ "Id": unit, "Type": "ORGANIZATIONAL_UNIT" }),
                None => json!({ "Id": "r-root", "Type": "ROOT" }),
            };
            Ok(json!({ "Parents": [parent] }))
        }
        "DescribeOrganizationalUnit" => {
            let unit = asked("OrganizationalUnitId");
            let unknown = || {
                ServiceError::new(
                    "OrganizationalUnitNotFoundException",
                    "You specified an organizational unit that doesn't exist.",
                )
            };
            let (name, _) = organization.units.get(&unit).ok_or_else(unknown)?;
            Ok(
                json!({ "OrganizationalUnit": { "Id": unit, "Name": name, "Arn": format!("arn:aws:organizations::{management}:ou/{id}/{unit}") } }),
            )
        }
        "ListDelegatedServicesForAccount" => {
            let found = member(&asked("AccountId")).filter(|(_, member)| !member.administers.is_empty());
            let unknown = || {
                ServiceError::new(
                    "AccountNotRegisteredException",
                    "The specified account is not a delegated administrator.",
                )
            };
            let services = found.ok_or_else(unknown)?.1.administers.iter();
            let shown = services.map(|service| json!({ "ServicePrincipal": service }));
            Ok(json!({ "DelegatedServices": shown.collect::<Vec<_>>() }))
        }
        _ => Err(ServiceError::not_modelled("organizations", operation)),
    }
}

/// One operation of Account Management.
pub fn handle_account(cloud: &mut Cloud, caller: &Caller, operation: &str, input: &Value) -> Answer {
    match operation {
        "GetAccountInformation" if text(input, "AccountId").is_none() => {
            let named = cloud.organizations.names.get(&caller.account);
            Ok(
                json!({ "AccountId": caller.account, "AccountName": named.map(|named| named.name.clone()),
                "AccountCreatedDate": named.map(|named| named.created.to_string()), "AccountState": "ACTIVE" }),
            )
        }
        "GetAccountInformation" => Err(ServiceError::not_modelled(
            "account",
            "GetAccountInformation of another account",
        )),
        _ => Err(ServiceError::not_modelled("account", operation)),
    }
}
