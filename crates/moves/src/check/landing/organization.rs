//! The organization: whether both accounts belong to the same one, where the target lies in it, and, where the runbook asks for it, whether an account could be
//! transferred to another organization directly, as AWS has it since November 2025
//! (<https://docs.aws.amazon.com/organizations/latest/userguide/orgs_account_migration.html>). An account is never transferred here: it is a checklist for people.

use aws::Account;
use aws::organizations::{Invitation, Member, Organization};
use jiff::{SignedDuration, Timestamp};
use model::Failure;

use super::spec::CheckSpec;
use super::{named, not_seen};
use crate::check::{Finding, Outcome};

const SAME: &str = "same-organization";
const OU: &str = "target-ou";
const TRANSFER: &str = "organization-transfer";
const INVITATIONS: &str = "organization-invitations";
const CHANGES: &str = "organization-changes";
const REMINDERS: &str = "organization-reminders";
/// How long an account that an organization made must stay there.
const AGE_OF_ACCOUNT: SignedDuration = SignedDuration::from_hours(4 * 24);

pub(super) async fn look(source: &Account, target: &Account, spec: &CheckSpec) -> Vec<Finding> {
    let (from, to) = (
        source.organizations.organization().await,
        target.organizations.organization().await,
    );
    let of = named(target);
    let mut findings = vec![same(&of, &from, &to)];
    findings.push(match &to {
        Ok(Some(_)) => match target.organizations.units().await {
            Ok(units) => place(&of, Some(&units), spec.ou.as_deref(), spec.weight()),
            Err(failure) => not_seen(OU, &of, &failure),
        },
        Ok(None) => place(&of, None, spec.ou.as_deref(), spec.weight()),
        Err(failure) => not_seen(OU, &of, failure),
    });
    if spec.organization {
        for (account, organization) in [(source, from), (target, to)] {
            let seen = Seen {
                member: match organization {
                    Ok(Some(_)) => Some(account.organizations.member().await),
                    _ => None,
                },
                administers: match organization {
                    Ok(Some(_)) => Some(account.organizations.administers().await),
                    _ => None,
                },
                organization,
                created: account.asked_plainly.information().await.map(|told| told.created),
                now: account.now(),
            };
            findings.extend(transfer(account.id.as_str(), &seen));
            // Who stands alone may be invited, too.
            findings.extend(invited(&named(account), &account.organizations.invitations().await));
        }
        findings.extend(texts());
    }
    findings
}

type Asked = Result<Option<Organization>, Failure>;

/// Policies of an organization, its shares and conditions that name it hold for its members.
fn same(of: &str, source: &Asked, target: &Asked) -> Finding {
    let (from, to) = match (source, target) {
        (Ok(from), Ok(to)) => (from, to),
        (Err(failure), _) | (_, Err(failure)) => return not_seen(SAME, of, failure),
    };
    let told = |one: &Option<Organization>| one.as_ref().map_or_else(|| "none".to_owned(), |one| one.id.clone());
    match (from, to) {
        (None, None) => Finding::new(SAME, Outcome::Passes, of, "both accounts stand alone"),
        (Some(one), Some(other)) if one.id == other.id => {
            Finding::new(SAME, Outcome::Passes, of, format!("both accounts belong to {}", one.id))
        }
        _ => {
            let what = format!("the source belongs to {}, the target to {}", told(from), told(to));
            Finding::new(SAME, Outcome::Warns, of, what).todo(
                "Policies with aws:PrincipalOrgID or aws:ResourceOrgID, shares of Resource Access Manager with the organization, its service control policies and its \
                 trail hold for one of the accounts alone: look through what moves for them.",
            )
        }
    }
}

/// Where an account lies: units from the root down; none: it belongs to no organization.
fn place(of: &str, units: Option<&[String]>, wanted: Option<&str>, weight: Outcome) -> Finding {
    let found = units.map(|units| units.join("/"));
    let todo =
        "Have the management account move it (aws organizations move-account): policies of the unit hold from then on.";
    match (found.as_deref(), wanted) {
        (Some(found), Some(wanted)) if found == wanted => {
            Finding::new(OU, Outcome::Passes, of, format!("it lies in {found}"))
        }
        (None, None) => Finding::new(OU, Outcome::Passes, of, "it belongs to no organization"),
        (None, Some(wanted)) => Finding::new(
            OU,
            weight,
            of,
            format!("it belongs to no organization; the team has it in {wanted}"),
        )
        .todo(todo),
        (Some(""), None) => Finding::new(
            OU,
            Outcome::Warns,
            of,
            "it lies in the root, where no unit's policies hold",
        )
        .todo(todo),
        (Some(found), None) => Finding::new(OU, Outcome::Passes, of, format!("it lies in {found}")),
        (Some(found), Some(wanted)) => {
            let found = if found.is_empty() { "the root" } else { found };
            Finding::new(
                OU,
                weight,
                of,
                format!("it lies in {found}; the team has it in {wanted}"),
            )
            .todo(todo)
        }
    }
}

/// What was asked of an account that might be transferred.
struct Seen {
    organization: Asked,
    /// None: it belongs to no organization.
    member: Option<Result<Member, Failure>>,
    /// None likewise.
    administers: Option<Result<Vec<String>, Failure>>,
    created: Result<Option<Timestamp>, Failure>,
    now: Timestamp,
}

/// What stands in the way of a transfer, as far as AWS tells it.
fn transfer(account: &str, seen: &Seen) -> Vec<Finding> {
    let of = |what: &str| format!("account {account}, {what}");
    let found = |outcome, part: &str, what: String| Finding::new(TRANSFER, outcome, of(part), what);
    let mut findings = Vec::new();
    findings.push(match &seen.organization {
        Err(failure) => not_seen(TRANSFER, of("its part"), failure),
        Ok(None) => found(Outcome::Passes, "its part", "it stands alone, and may accept an invitation".to_owned()),
        Ok(Some(organization)) if organization.management == account => {
            let what = format!("it manages {}: a management account cannot be transferred", organization.id);
            found(Outcome::Warns, "its part", what)
                .todo("Remove all members, delete the organization, then accept the invitation. Closed members stay up to 90 days and hold that up.")
        }
        Ok(Some(organization)) => found(Outcome::Passes, "its part", format!("it is a member of {}", organization.id)),
    });
    let recent = |since: Timestamp| seen.now.duration_since(since) < AGE_OF_ACCOUNT;
    findings.push(match (&seen.created, &seen.member) {
        (Ok(Some(created)), _) if recent(*created) => found(
            Outcome::Warns,
            "its age",
            format!("it was made on {created}, less than four days ago"),
        )
        .todo("Wait: an account that an organization made may be transferred after four days."),
        (Ok(Some(_)), _) => found(Outcome::Passes, "its age", "it is older than four days".to_owned()),
        (_, Some(Ok(member))) if member.joined.is_some_and(|joined| !recent(joined)) => found(
            Outcome::Passes,
            "its age",
            "it has been a member for more than four days".to_owned(),
        ),
        (Err(failure), _) => not_seen(TRANSFER, of("its age"), failure),
        (Ok(None), _) => found(
            Outcome::NotChecked,
            "its age",
            "AWS does not tell when it was made".to_owned(),
        ),
    });
    match &seen.member {
        None => {}
        Some(Err(failure)) => findings.push(not_seen(TRANSFER, of("its state"), failure)),
        Some(Ok(member)) if member.state == "ACTIVE" => {
            findings.push(found(Outcome::Passes, "its state", member.state.clone()))
        }
        Some(Ok(member)) => findings.push(
            found(
                Outcome::Warns,
                "its state",
                format!("{}: only an active account can be transferred", member.state),
            )
            .todo("Within 90 days AWS Support opens a closed account again."),
        ),
    }
    match &seen.administers {
        None => {}
        Some(Err(failure)) => findings.push(not_seen(TRANSFER, of("what it administers"), failure)),
        Some(Ok(services)) if services.is_empty() => {
            findings.push(found(
                Outcome::Passes,
                "what it administers",
                "nothing for its organization".to_owned(),
            ));
        }
        Some(Ok(services)) => {
            let mut one = found(
                Outcome::Warns,
                "what it administers",
                format!("it administers {}", services.join(", ")),
            )
            .todo("Have another account administer it, then take it off, in the management account:");
            for service in services {
                one = one.type_this(format!(
                    "aws organizations deregister-delegated-administrator --account-id {account} --service-principal {service}"
                ));
            }
            findings.push(one);
        }
    }
    findings
}

/// Who invites an account. Whoever may accept changes its organization, in the middle of a night too: no policy of the old one holds from then on.
fn invited(of: &str, told: &Result<Vec<Invitation>, Failure>) -> Vec<Finding> {
    let open = match told {
        Err(failure) => return vec![not_seen(INVITATIONS, of, failure)],
        Ok(open) if open.is_empty() => {
            return vec![Finding::new(
                INVITATIONS,
                Outcome::Passes,
                of,
                "no invitation to an organization is open",
            )];
        }
        Ok(open) => open,
    };
    let found = |one: &Invitation| {
        let who = if one.organization.is_empty() {
            "an organization"
        } else {
            &one.organization
        };
        let until = one.expires.map_or_else(String::new, |until| format!(" until {until}"));
        let what = format!("{who} invites it, and it can be accepted{until} ({})", one.id);
        Finding::new(INVITATIONS, Outcome::Warns, of, what)
            .todo("Accept it only once this checklist is gone through, and before or after the night, not in it; decline what nobody asked for.")
            .type_this(format!("aws organizations describe-handshake --handshake-id {}", one.id))
    };
    open.iter().map(found).collect()
}

/// What nobody can ask AWS from here, for people: preconditions, what changes, what else belongs to it.
const BY_HAND: [(&str, Outcome, &str, &str); 17] = [
    (
        TRANSFER,
        Outcome::NotChecked,
        "the new organization's age",
        "it must be seven days old, and nothing tells when it was made: look at the oldest of its members (aws organizations list-accounts)",
    ),
    (
        TRANSFER,
        Outcome::NotChecked,
        "the new organization's room",
        "it admits ten accounts unless AWS was asked for more; open invitations and closed accounts count (aws service-quotas list-service-quotas --service-code organizations)",
    ),
    (
        TRANSFER,
        Outcome::NotChecked,
        "the new organization's seller and partition",
        "both organizations must have the same seller of record and lie in the same partition; the address of its management account must be verified",
    ),
    (
        TRANSFER,
        Outcome::NotChecked,
        "who may accept",
        "no policy may deny organizations:AcceptHandshake to the member, and who accepts needs iam:CreateServiceLinkedRole; a denial of LeaveOrganization is no matter",
    ),
    (
        TRANSFER,
        Outcome::NotChecked,
        "Control Tower",
        "an account that is enrolled is unenrolled in the old organization first",
    ),
    (
        TRANSFER,
        Outcome::NotChecked,
        "a transfer not long ago",
        "AWS refuses one that comes too soon (ORGANIZATION_MEMBERSHIP_CHANGE_RATE_LIMIT_EXCEEDED): plan a day on which it may be tried again",
    ),
    (
        CHANGES,
        Outcome::Passes,
        "policies",
        "those of the old organization stop at once: service and resource control, tags, backup; the account lies in the root of the new one until it is moved",
    ),
    (
        CHANGES,
        Outcome::Passes,
        "conditions and shares",
        "what names the organization (aws:PrincipalOrgID, aws:ResourceOrgID, aws:SourceOrgID) and what Resource Access Manager shares with it stops, unless a share is kept on leaving",
    ),
    (
        CHANGES,
        Outcome::Passes,
        "stacks",
        "StackSets that the organization manages delete their resources unless RetainStacksOnAccountRemoval is set",
    ),
    (
        CHANGES,
        Outcome::Passes,
        "who comes in",
        "assignments of Identity Center vanish: have another role that works first. OrganizationAccountAccessRole goes on trusting the old management account: delete it",
    ),
    (
        CHANGES,
        Outcome::Passes,
        "what watches",
        "the organization's trail, aggregator, GuardDuty and Security Hub administrators, backup copies and event buses are joined anew",
    ),
    (
        CHANGES,
        Outcome::Passes,
        "bills",
        "Cost Explorer's history with the old organization is lost to the member; shared reservations and savings plans stop, its own travel along; cost allocation tags are activated again",
    ),
    (
        REMINDERS,
        Outcome::Passes,
        "the management account",
        "one that also runs products cannot be split by moving it: make a new organization, and move the products' accounts there",
    ),
    (
        REMINDERS,
        Outcome::Passes,
        "accounting",
        "tell accounting which day the bill changes; a direct transfer needs no payment method and no phone, standing alone in between needs both and makes three bills in a month",
    ),
    (
        REMINDERS,
        Outcome::Passes,
        "reservations and savings plans",
        "list who owns them (aws savingsplans describe-savings-plans, aws rds describe-reserved-db-instances): they do not move with a resource, and apply elsewhere only where they are shared",
    ),
    (
        REMINDERS,
        Outcome::Passes,
        "groups and roles",
        "decide who works in the new account, by roles and not by more groups: a user has ten at most",
    ),
    (
        REMINDERS,
        Outcome::Passes,
        "a reseller's account",
        "root and the organization are the reseller's: ask whether there is a root login, a transfer, a second factor, before the window",
    ),
];

fn texts() -> impl Iterator<Item = Finding> {
    BY_HAND
        .iter()
        .map(|(id, outcome, of, what)| Finding::new(id, *outcome, *of, *what))
}

#[cfg(test)]
mod tests {
    use model::FailureClass;

    use super::*;

    fn organization(id: &str, management: &str) -> Asked {
        Ok(Some(Organization {
            id: id.to_owned(),
            management: management.to_owned(),
        }))
    }

    fn refused() -> Failure {
        Failure::ours("x", FailureClass::Denied, "AccessDeniedException", "no")
    }

    #[test]
    fn both_accounts_belong_together_or_somebody_should_know() {
        let judged = |from: &Asked, to: &Asked| same("account 2", from, to).outcome;
        let (one, other) = (organization("o-1", "9"), organization("o-2", "8"));
        assert_eq!(judged(&one, &one), Outcome::Passes);
        assert_eq!(judged(&Ok(None), &Ok(None)), Outcome::Passes);
        assert_eq!(judged(&one, &other), Outcome::Warns);
        assert_eq!(judged(&one, &Ok(None)), Outcome::Warns);
        assert_eq!(judged(&Err(refused()), &one), Outcome::NotChecked);
    }

    #[test]
    fn the_unit_is_the_teams_or_any_where_they_name_none() {
        let units = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let judged = |names: Option<&[&str]>, wanted| {
            let units = names.map(units);
            place("account 2", units.as_deref(), wanted, Outcome::Blocks).outcome
        };
        assert_eq!(
            judged(Some(&["Workloads", "Staging"]), Some("Workloads/Staging")),
            Outcome::Passes
        );
        assert_eq!(judged(Some(&["Workloads"]), Some("Workloads/Staging")), Outcome::Blocks);
        assert_eq!(judged(Some(&[]), Some("Workloads")), Outcome::Blocks);
        assert_eq!(judged(None, Some("Workloads")), Outcome::Blocks);
        assert_eq!(judged(Some(&["Sandbox"]), None), Outcome::Passes);
        assert_eq!(judged(Some(&[]), None), Outcome::Warns);
        assert_eq!(judged(None, None), Outcome::Passes);
    }

    fn well() -> Seen {
        let now: Timestamp = "2026-11-22T00:00:00Z".parse().expect("a moment");
        let joined = "2025-01-01T00:00:00Z".parse().ok();
        Seen {
            organization: organization("o-1", "9"),
            member: Some(Ok(Member {
                name: "shop".to_owned(),
                email: "a@example.com".to_owned(),
                state: "ACTIVE".to_owned(),
                created_there: true,
                joined,
            })),
            administers: Some(Ok(Vec::new())),
            created: Ok(joined),
            now,
        }
    }

    fn amiss(seen: &Seen) -> Vec<(String, Outcome)> {
        let found = transfer("1", seen)
            .into_iter()
            .filter(|one| one.outcome != Outcome::Passes);
        found.map(|one| (one.of, one.outcome)).collect()
    }

    #[test]
    fn a_transfer_is_held_up_by_each_of_its_preconditions() {
        assert_eq!(amiss(&well()), []);
        let manages = Seen {
            organization: organization("o-1", "1"),
            ..well()
        };
        assert_eq!(amiss(&manages), [("account 1, its part".to_owned(), Outcome::Warns)]);
        let young = Seen {
            created: Ok("2026-11-20T00:00:00Z".parse().ok()),
            ..well()
        };
        assert_eq!(amiss(&young), [("account 1, its age".to_owned(), Outcome::Warns)]);
        let mut closed = well();
        if let Some(Ok(member)) = &mut closed.member {
            member.state = "SUSPENDED".to_owned();
        }
        assert_eq!(amiss(&closed), [("account 1, its state".to_owned(), Outcome::Warns)]);
        let administers = Seen {
            administers: Some(Ok(vec!["guardduty.amazonaws.com".to_owned()])),
            ..well()
        };
        assert_eq!(
            amiss(&administers),
            [("account 1, what it administers".to_owned(), Outcome::Warns)]
        );
        let found = transfer("1", &administers);
        assert!(found.iter().any(|one| {
            one.commands
                .iter()
                .any(|command| command.contains("deregister-delegated-administrator"))
        }));
    }

    #[test]
    fn each_open_invitation_is_told_with_the_organization_and_its_end() {
        let one = Invitation {
            id: "h-0123456789".to_owned(),
            organization: "o-new".to_owned(),
            expires: "2026-12-07T00:00:00Z".parse().ok(),
        };
        let nameless = Invitation {
            organization: String::new(),
            expires: None,
            ..one.clone()
        };
        let found = invited("account 1", &Ok(vec![one, nameless]));
        let told: Vec<(Outcome, &str)> = found.iter().map(|one| (one.outcome, one.what.as_str())).collect();
        let expected = [
            (
                Outcome::Warns,
                "o-new invites it, and it can be accepted until 2026-12-07T00:00:00Z (h-0123456789)",
            ),
            (
                Outcome::Warns,
                "an organization invites it, and it can be accepted (h-0123456789)",
            ),
        ];
        assert_eq!(told, expected);
        let outcome = |told| invited("account 1", &told)[0].outcome;
        assert_eq!(outcome(Ok(Vec::new())), Outcome::Passes);
        assert_eq!(outcome(Err(refused())), Outcome::NotChecked);
    }

    #[test]
    fn what_a_member_may_not_ask_is_not_checked() {
        let denied = Seen {
            member: Some(Err(refused())),
            administers: Some(Err(refused())),
            created: Err(refused()),
            organization: Err(refused()),
            ..well()
        };
        let outcomes: Vec<Outcome> = transfer("1", &denied).into_iter().map(|one| one.outcome).collect();
        assert_eq!(outcomes, [Outcome::NotChecked; 4]);
    }
}
