//! What the roles may do: simulated, and asked for by dry runs.

use aws::foreseen::{Decision, Foreseen, Simulated};

use super::{Entered, Finding, Outcome, Sight, called, hint, known, not_checked};
use crate::check::needs;

/// Looks at the permissions of the role of one account.
pub(super) async fn look(sight: &Sight<'_>, entered: &Entered, findings: &mut Vec<Finding>) {
    let of = called(&entered.account);
    let Some(plan) = sight.plan else {
        let why = "without an inventory it is not known which calls there will be";
        for check in [&known::ROLE_PERMISSIONS, &known::EC2_DRY_RUN, &known::KEY_DRY_RUN] {
            findings.push(Finding::by(check, Outcome::NotChecked, &of, why));
        }
        return;
    };
    let side = entered.account.side;
    let actions = crate::roles::asked_by(plan, side);
    if !actions.is_empty() {
        findings.extend(simulated(entered, &of, &actions).await);
    }
    for call in needs::of_ec2(plan, side, &sight.runbook.target.account) {
        let what = format!("ec2:{} of {}", call.operation(), call.of());
        let answer = entered.account.ec2.foresee(&call).await;
        findings.extend(asked(&known::EC2_DRY_RUN, &of, &what, answer));
    }
    for key in needs::keys(plan, &entered.account.id) {
        let grantee = role_arn(entered).await.unwrap_or_else(|| entered.who.arn.clone());
        let what = format!("kms:CreateGrant on {key}");
        let answer = entered.account.kms.foresee_grant(&key, &grantee).await;
        findings.extend(asked(&known::KEY_DRY_RUN, &of, &what, answer));
    }
}

fn asked(check: &'static crate::check::Explained, of: &str, what: &str, answer: Foreseen) -> Vec<Finding> {
    match answer {
        Foreseen::Admitted => vec![Finding::by(
            check,
            Outcome::Passes,
            of,
            format!("{what} would be let through"),
        )],
        Foreseen::Refused(failure) => {
            let told = format!("{what} would be refused ({})", failure.code);
            let mut found = vec![Finding::by(check, Outcome::Blocks, of, told)];
            found.extend(hint(of, &failure));
            found
        }
        Foreseen::Untold(failure) => {
            let told = format!("{what} was answered neither way: {failure}");
            vec![Finding::by(check, Outcome::NotChecked, of, told)]
        }
    }
}

/// The ARN of the role that one is, with its path: a session's has lost it.
async fn role_arn(entered: &Entered) -> Option<String> {
    let name = session_role(&entered.who.arn)?;
    let found = entered.account.iam.role(name).await.ok()??;
    Some(found.arn)
}

fn session_role(arn: &str) -> Option<&str> {
    let (_, rest) = arn.split_once(":assumed-role/")?;
    rest.split('/').next().filter(|name| !name.is_empty())
}

async fn simulated(entered: &Entered, of: &str, actions: &[String]) -> Vec<Finding> {
    let check = &known::ROLE_PERMISSIONS;
    let Some(name) = session_role(&entered.who.arn) else {
        let what = format!(
            "{} is no session of a role, and only a role is simulated",
            entered.who.arn
        );
        return vec![Finding::by(check, Outcome::NotChecked, of, what)];
    };
    let arn = match entered.account.iam.role(name).await {
        Ok(Some(role)) => role.arn,
        Ok(None) => {
            let what = format!("IAM does not find the role {name}");
            return vec![Finding::by(check, Outcome::NotChecked, of, what)];
        }
        Err(failure) => return not_checked(check, of, &failure),
    };
    match entered.account.iam.simulate(&arn, actions).await {
        Ok(told) => judged(of, &arn, &told),
        Err(failure) => not_checked(check, of, &failure),
    }
}

/// What a simulation means. That it denies is reliable; that it admits is not the whole.
pub(super) fn judged(of: &str, arn: &str, told: &[Simulated]) -> Vec<Finding> {
    let check = &known::ROLE_PERMISSIONS;
    let (mut findings, mut admitted, mut unsure, mut open) = (Vec::new(), 0_usize, Vec::new(), Vec::new());
    for one in told {
        let action = &one.action;
        if one.by_organization == Some(false) {
            let what = format!("the organization's service control policies deny {action} to {arn}");
            findings.push(Finding::by(&known::SERVICE_CONTROL_POLICY, Outcome::Blocks, of, what));
        } else if one.decision == Decision::ExplicitDeny {
            findings.push(Finding::by(
                check,
                Outcome::Blocks,
                of,
                format!("a policy of {arn} denies {action}"),
            ));
        } else if one.by_boundary == Some(false) {
            let what = format!("the permissions boundary of {arn} does not admit {action}");
            findings.push(Finding::by(check, Outcome::Blocks, of, what));
        } else if !one.missing.is_empty() {
            open.push(format!("{action} (by {})", one.missing.join(", ")));
        } else if one.decision == Decision::ImplicitDeny {
            unsure.push(action.as_str());
        } else {
            admitted += 1;
        }
    }
    if !open.is_empty() {
        let what = format!("what {arn} may do hangs on conditions: {}", open.join(", "));
        findings.push(Finding::by(check, Outcome::NotChecked, of, what));
    }
    if !unsure.is_empty() {
        let what = format!(
            "no policy of {arn} admits these on every resource; whether one admits them on those of this run the simulation does not tell: {}",
            unsure.join(", ")
        );
        findings.push(Finding::by(check, Outcome::Warns, of, what));
    }
    if admitted > 0 {
        let what = format!(
            "{admitted} of {} actions are admitted to {arn} by its own policies",
            told.len()
        );
        findings.push(Finding::by(check, Outcome::Passes, of, what));
    }
    findings
}
