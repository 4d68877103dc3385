//! What was found of the delivery flow, as findings of a check.

use super::{Explained, Finding, Outcome, known};
use crate::delivery::look::Check;
use crate::delivery::{self, Verdict};

/// The check of a part of the flow.
fn check_of(name: &str) -> &'static Explained {
    match name {
        "github_actions" => &known::DELIVERY_ROLES,
        "images" => &known::DELIVERY_IMAGES,
        "state" => &known::DELIVERY_STATE,
        "files" => &known::DELIVERY_FILES,
        _ => &known::DELIVERY_FIRING,
    }
}

/// One of its findings. What is not ready blocks the first deploy, and so the cut-over.
fn finding(check: &'static Explained, found: &delivery::Finding) -> Finding {
    let outcome = match found.verdict {
        Verdict::Ok => Outcome::Passes,
        Verdict::Note => Outcome::Warns,
        Verdict::NotYet | Verdict::Wrong => Outcome::Blocks,
        Verdict::Unread => Outcome::NotChecked,
    };
    let mut told = Finding::new(check.id, outcome, &found.of, &found.what);
    told.todo.clone_from(&found.todo);
    told.commands.clone_from(&found.commands);
    if outcome == Outcome::Blocks && told.todo.is_none() && told.commands.is_empty() {
        told = told.todo(check.way_out);
    }
    told
}

/// All of them.
pub fn findings(checks: &[Check]) -> Vec<Finding> {
    let each = checks
        .iter()
        .flat_map(|check| check.findings.iter().map(|found| (check.name, found)));
    each.map(|(name, found)| finding(check_of(name), found)).collect()
}

/// What is said of the whole flow where the accounts could not be looked at.
pub fn unseen(why: &str) -> Vec<Finding> {
    let all = [
        &known::DELIVERY_ROLES,
        &known::DELIVERY_IMAGES,
        &known::DELIVERY_STATE,
        &known::DELIVERY_FIRING,
    ];
    let not = |check: &&'static Explained| Finding::by(check, Outcome::NotChecked, "delivery flow", why);
    all.iter().map(not).collect()
}
