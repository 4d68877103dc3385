//! What the roles may do: simulated, and asked for by dry runs.

use aws::foreseen::Foreseen;
use aws::iam::Iam;
use aws::simulated::{Carried, Decision, Question};

use super::{Entered, Finding, Outcome, Sight, called, hint, known, not_checked, passed, simulation};
use crate::check::needs;
use crate::roles::{self, Statement};

/// Looks at the permissions of the role of one account, and at the roles that the run passes on there.
pub(super) async fn look(sight: &Sight<'_>, entered: &Entered, findings: &mut Vec<Finding>) {
    let of = called(&entered.account);
    let (Some(plan), Some(inventory)) = (sight.plan, sight.inventory) else {
        let why = "without an inventory it is not known which calls there will be";
        let unknown = [
            &known::ROLE_PERMISSIONS,
            &known::ROLE_TRUST,
            &known::EC2_DRY_RUN,
            &known::KEY_DRY_RUN,
        ];
        findings.extend(unknown.map(|check| Finding::by(check, Outcome::NotChecked, &of, why)));
        return;
    };
    let side = entered.account.side;
    let role = role_arn(entered, &of).await;
    let needed = roles::needed(plan, inventory, side, false);
    let print = format!("cleave roles RUNBOOK --for {side} --trust ARN");
    match &role {
        _ if needed.is_empty() => {}
        Ok(arn) => findings.extend(simulated(&entered.account.iam, &of, arn, &needed, &print).await),
        Err(why) => findings.extend(why.iter().cloned()),
    }
    passed::look(plan, entered, findings).await;
    for call in needs::of_ec2(plan, side, &sight.runbook.target.account) {
        let what = format!("ec2:{} of {}", call.operation(), call.of());
        let answer = entered.account.ec2.foresee(&call).await;
        findings.extend(asked(&known::EC2_DRY_RUN, &of, &what, answer));
    }
    for key in needs::keys(plan, &entered.account.id) {
        let arn = role.as_ref().unwrap_or(&entered.who.arn);
        let what = format!("kms:CreateGrant on {key}");
        let answer = entered.account.kms.foresee_grant(&key, arn).await;
        let refused = matches!(answer, Foreseen::Refused(_));
        if refused && may_not_itself(&entered.account.iam, arn, &key).await {
            let what = format!(
                "{arn} may grant the use of {key} through AWS's services alone, and a dry run is a call of its own"
            );
            findings.push(Finding::by(&known::KEY_DRY_RUN, Outcome::NotChecked, &of, what));
            continue;
        }
        findings.extend(asked(&known::KEY_DRY_RUN, &of, &what, answer));
    }
}

/// Whether a role's own policies do not admit a grant that it would give itself, and not through a service: then a refusal tells nothing of the key.
async fn may_not_itself(iam: &Iam, arn: &str, key: &str) -> bool {
    let question = Question {
        actions: vec!["kms:CreateGrant".to_owned()],
        resources: vec![key.to_owned()],
        carried: Carried::new(),
    };
    let told = iam.simulate(arn, &question).await;
    told.is_ok_and(|told| told.iter().any(|one| one.decision == Decision::ImplicitDeny))
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

/// The ARN of the role that one is, with its path: a session's has lost it; else why it is not known.
async fn role_arn(entered: &Entered, of: &str) -> Result<String, Vec<Finding>> {
    let check = &known::ROLE_PERMISSIONS;
    let unknown = |what: String| vec![Finding::by(check, Outcome::NotChecked, of, what)];
    let Some(name) = session_role(&entered.who.arn) else {
        let what = format!(
            "{} is no session of a role, and only a role is simulated",
            entered.who.arn
        );
        return Err(unknown(what));
    };
    match entered.account.iam.role(name).await {
        Ok(Some(role)) => Ok(role.arn),
        Ok(None) => Err(unknown(format!("IAM does not find the role {name}"))),
        Err(failure) => Err(not_checked(check, of, &failure)),
    }
}

fn session_role(arn: &str) -> Option<&str> {
    let (_, rest) = arn.split_once(":assumed-role/")?;
    rest.split('/').next().filter(|name| !name.is_empty())
}

/// What a role's own policies say to what it needs; `print` is how `cleave roles` prints that.
pub(super) async fn simulated(iam: &Iam, of: &str, arn: &str, needed: &[Statement], print: &str) -> Vec<Finding> {
    match simulation::ask(iam, arn, needed).await {
        Ok(told) => simulation::judged(of, arn, &told, print),
        Err(failure) => not_checked(&known::ROLE_PERMISSIONS, of, &failure),
    }
}
