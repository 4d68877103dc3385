//! What only the accounts tell, asked of all of them at once. A refusal is an answer: it is told as not checked, with what the role lacks, and nothing else stops for it.
//!
//! What may not enter: a call that changes something. Dry runs and simulations go through `aws::foreseen`, which the guard knows.

mod network;
mod passed;
mod resources;
mod roles;
mod simulation;

use std::sync::Arc;

use aws::sts::Identity;
use aws::{Account, Accounts};
use jiff::SignedDuration;
use model::{Failure, FailureClass, Inventory, Plan, Side};

use super::{Explained, Finding, Outcome, known};
use crate::{Runbook, bucket};

/// What is looked at, and from where.
pub struct Sight<'a> {
    /// What the person asked for, its references resolved where the inventory tells them.
    pub runbook: &'a Runbook,
    /// The plan; none without an inventory.
    pub plan: Option<&'a Plan>,
    /// What was observed when it was drawn up.
    pub inventory: Option<&'a Inventory>,
    /// The accounts. They are entered here, at the first call.
    pub accounts: &'a Accounts,
}

/// More than this AWS does not bear between its clock and that of a signature:
/// <https://docs.aws.amazon.com/IAM/latest/UserGuide/signature-v4-troubleshooting.html>
const SKEW_BORNE: SignedDuration = SignedDuration::from_mins(5);
/// From here on a clock is odd.
const SKEW_ODD: SignedDuration = SignedDuration::from_secs(60);

/// What is looked at in an account that could be entered: what is told where it could not.
const IN_AN_ACCOUNT: [&Explained; 12] = [
    &known::ROLE_PERMISSIONS,
    &known::ROLE_TRUST,
    &known::EC2_DRY_RUN,
    &known::KEY_DRY_RUN,
    &known::KEY_NOW,
    &known::QUOTA_NOW,
    &known::BUCKET_NOW,
    &known::OBJECT_LOCK_NOW,
    &known::DNSSEC_NOW,
    &known::NETWORK_NOW,
    &known::REGION_ENABLED,
    &known::CLOCK_SKEW,
];

/// An account that could be entered, and who one is there.
struct Entered {
    account: Arc<Account>,
    who: Identity,
}

/// Everything that was found; nothing in it is a failure of the looking itself.
pub async fn look(sight: &Sight<'_>) -> Vec<Finding> {
    let mut findings = Vec::new();
    let mut entered = Vec::new();
    for account in sight.accounts.all() {
        let of = called(account);
        match account.identity().await {
            Ok(who) if who.account == account.id => {
                let what = format!("one is {} there", who.arn);
                findings.push(Finding::by(&known::ACCOUNT_ENTRY, Outcome::Passes, of, what));
                entered.push(Entered {
                    account: Arc::clone(account),
                    who,
                });
            }
            Ok(who) => {
                let what = format!("the credentials lead into account {} ({})", who.account, who.arn);
                findings.push(Finding::by(&known::ACCOUNT_ENTRY, Outcome::Blocks, of, what));
                findings.extend(unseen(&called(account), "the account could not be entered"));
            }
            // Nobody answering says nothing of the credentials.
            Err(failure) if failure.class.effect_unknown() || failure.class == FailureClass::Throttled => {
                findings.extend(not_checked(&known::ACCOUNT_ENTRY, &of, &failure));
                findings.extend(unseen(&of, "the account could not be entered"));
            }
            Err(failure) => {
                let what = format!("it cannot be entered: {failure}");
                findings.push(Finding::by(&known::ACCOUNT_ENTRY, Outcome::Blocks, &of, what));
                findings.extend(hint(&of, &failure));
                findings.extend(unseen(&of, "the account could not be entered"));
            }
        }
    }
    if let Some(one) = entered.first() {
        findings.push(clock(&one.account).await);
    }
    for one in &entered {
        roles::look(sight, one, &mut findings).await;
        network::region(one, &mut findings).await;
        resources::quotas(sight, one, &mut findings).await;
    }
    resources::look(sight, &entered, &mut findings).await;
    network::look(sight, &entered, &mut findings).await;
    findings
}

/// What is told of accounts that nobody could so much as try to enter.
pub fn unentered(runbook: &Runbook, why: &str) -> Vec<Finding> {
    let sides = [
        (Side::Source, Some(&runbook.source)),
        (Side::Target, Some(&runbook.target)),
        (Side::Parent, runbook.parent.as_ref()),
    ];
    let of = |(side, section): (Side, Option<&crate::runbook::AccountSection>)| {
        section.map(|section| format!("{side} account {}", section.account))
    };
    let mut findings = Vec::new();
    for of in sides.into_iter().filter_map(of) {
        findings.push(Finding::by(&known::ACCOUNT_ENTRY, Outcome::NotChecked, &of, why));
        findings.extend(unseen(&of, why));
    }
    findings
}

fn unseen(of: &str, why: &str) -> Vec<Finding> {
    let each = IN_AN_ACCOUNT.iter();
    each.map(|check| Finding::by(check, Outcome::NotChecked, of, why))
        .collect()
}

fn called(account: &Account) -> String {
    format!("{} account {}", account.side, account.id)
}

fn of_side(entered: &[Entered], side: Side) -> Option<&Entered> {
    entered.iter().find(|one| one.account.side == side)
}

/// What to do about a read that a role lacks.
pub(in crate::check) const READS: &str =
    "Give it what check reads (cleave roles RUNBOOK --check), or leave that unchecked: the run does without.";

/// That it could not be looked at, with the permission that is missing; and the hint, where the refusal has one.
fn not_checked(check: &Explained, of: &str, failure: &Failure) -> Vec<Finding> {
    let what = match failure.lacks() {
        Some(lacking) => format!(
            "the role of account {} lacks {lacking} ({})",
            failure.account, failure.code
        ),
        None => failure.to_string(),
    };
    let finding = Finding::by(check, Outcome::NotChecked, of, what);
    let mut told = vec![match failure.lacks() {
        Some(_) => finding.todo(READS),
        None => finding,
    }];
    told.extend(hint(of, failure));
    told
}

/// Whether a refusal's words name a service control policy. They are no contract: it is said beside what the code says, and decides nothing.
fn hint(of: &str, failure: &Failure) -> Option<Finding> {
    let named = failure.class == FailureClass::Denied && failure.message.contains("service control policy");
    named.then(|| {
        let what = format!(
            "AWS's refusal of {} {} speaks of a service control policy",
            failure.service, failure.operation
        );
        Finding::by(&known::SERVICE_CONTROL_POLICY, Outcome::Warns, of, what)
    })
}

async fn clock(account: &Account) -> Finding {
    let (before, of) = (account.now(), "this machine");
    let Some(theirs) = aws::foreseen::time_at_aws(&account.raw, account.region.as_str()).await else {
        return Finding::by(
            &known::CLOCK_SKEW,
            Outcome::NotChecked,
            of,
            "no answer of AWS's told a date",
        );
    };
    // The answer was written somewhere between the two looks; its date has whole seconds.
    let after = account.now();
    let ahead = before.duration_since(theirs) - SignedDuration::from_secs(1);
    let behind = theirs.duration_since(after);
    skew(ahead.max(behind).max(SignedDuration::ZERO))
}

fn skew(off: SignedDuration) -> Finding {
    let of = "this machine";
    let seconds = off.as_secs();
    match off {
        off if off > SKEW_BORNE => {
            let what =
                format!("its clock is {seconds} s off AWS's, which refuses signatures that are more than 300 s off");
            Finding::by(&known::CLOCK_SKEW, Outcome::Blocks, of, what).type_this("timedatectl set-ntp true")
        }
        off if off > SKEW_ODD => {
            let what = format!("its clock is {seconds} s off AWS's");
            Finding::by(&known::CLOCK_SKEW, Outcome::Warns, of, what).type_this("timedatectl set-ntp true")
        }
        _ => Finding::by(&known::CLOCK_SKEW, Outcome::Passes, of, "its clock agrees with AWS's"),
    }
}

/// What a journal takes of a plan: each step writes some dozen events and calls, and every key of a bucket that is listed stands in two lists while it is copied.
fn journal_bytes(steps: usize, keys: u64) -> u64 {
    let steps = u64::try_from(steps).unwrap_or(u64::MAX);
    (64 << 20) + steps.saturating_mul(64 << 10) + keys.saturating_mul(512)
}

/// How many entries each bucket of the runbook has, as far as an inventory tells.
pub fn entries(runbook: &Runbook, inventory: &Inventory) -> Vec<u64> {
    let region = inventory.region(&runbook.source.account, &runbook.region);
    let buckets = region.into_iter().flat_map(|region| &region.buckets);
    let named = buckets.filter(|bucket| runbook.buckets.iter().any(|spec| spec.name == bucket.name));
    named.map(bucket::entries).collect()
}

/// Whether so many free bytes at a place are enough for the journal.
pub fn disk(
    plan: Option<&Plan>,
    buckets: impl IntoIterator<Item = u64>,
    place: &str,
    free: Result<u64, String>,
) -> Finding {
    let keys = buckets.into_iter().fold(0_u64, u64::saturating_add);
    let mib = |bytes: u64| bytes >> 20;
    let needed = journal_bytes(plan.map_or(0, |plan| plan.steps.len()), keys);
    match free {
        Err(why) => Finding::by(&known::DISK_SPACE, Outcome::NotChecked, place, why),
        Ok(free) if free < needed => {
            let what = format!(
                "{} MiB are free, and the journal may take {} MiB",
                mib(free),
                mib(needed)
            );
            Finding::by(&known::DISK_SPACE, Outcome::Blocks, place, what)
        }
        Ok(free) if free < needed.saturating_mul(4) => {
            let what = format!(
                "{} MiB are free, and the journal may take {} MiB: that is little",
                mib(free),
                mib(needed)
            );
            Finding::by(&known::DISK_SPACE, Outcome::Warns, place, what)
        }
        Ok(free) => {
            let what = format!(
                "{} MiB are free, and the journal may take {} MiB",
                mib(free),
                mib(needed)
            );
            Finding::by(&known::DISK_SPACE, Outcome::Passes, place, what)
        }
    }
}

#[cfg(test)]
#[path = "accounts_tests.rs"]
mod tests;
