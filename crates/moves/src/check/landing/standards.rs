//! What a team says of its accounts: what they are called, which Regions are used, which tags everything carries. Nothing is looked at that the runbook does not name.

use aws::Account;
use model::inventory::Other;
use model::{Failure, Region};

use super::{named, not_seen};
use crate::Runbook;
use crate::check::{Finding, Outcome};

const NAME: &str = "target-name";
const REGION: &str = "target-region";
const TAGS: &str = "target-tags";
/// How many of what lacks a tag are named.
const SHOWN: usize = 10;

pub(super) async fn look(target: &Account, runbook: &Runbook) -> Vec<Finding> {
    let (spec, weight, of) = (&runbook.check, runbook.check.weight(), named(target));
    let mut findings = Vec::new();
    if let Some(pattern) = &spec.account_name {
        let told = target.asked_plainly.information().await.map(|told| told.name);
        findings.push(name(&of, "name", pattern, told, weight));
    }
    if let Some(pattern) = &spec.account_email {
        let told = target.organizations.member().await.map(|told| told.email);
        findings.push(name(&of, "root's address", pattern, told, weight));
    }
    if let Some(pattern) = &spec.account_alias {
        let told = target.iam.alias().await.map(Option::unwrap_or_default);
        findings.push(name(&of, "alias", pattern, told, weight));
    }
    if !spec.regions.is_empty() {
        findings.push(region(&runbook.region, &spec.regions, weight));
    }
    if !spec.required_tags.is_empty() {
        findings.push(match target.tagging.observed().await {
            Ok(held) => tags(&of, &held, &spec.required_tags, weight),
            Err(failure) => not_seen(TAGS, &of, &failure),
        });
    }
    findings
}

fn name(of: &str, which: &str, pattern: &str, told: Result<String, Failure>, weight: Outcome) -> Finding {
    let of = format!("{which} of {of}");
    let told = match told {
        Ok(told) => told,
        Err(failure) => return not_seen(NAME, of, &failure),
    };
    // It was read when the runbook was.
    let fits = regex_lite::Regex::new(pattern).is_ok_and(|pattern| pattern.is_match(&told));
    if fits {
        return Finding::new(NAME, Outcome::Passes, of, told);
    }
    let found = if told.is_empty() {
        "there is none".to_owned()
    } else {
        told
    };
    Finding::new(NAME, weight, of, format!("{found}: the team's rule is {pattern}"))
        .todo("Have it renamed before people and bills know it by this one, or correct the rule in the runbook.")
}

fn region(used: &Region, admitted: &[Region], weight: Outcome) -> Finding {
    let of = format!("region {used}");
    if admitted.contains(used) {
        return Finding::new(REGION, Outcome::Passes, of, "it is one of the team's");
    }
    let named: Vec<&str> = admitted.iter().map(Region::as_str).collect();
    Finding::new(REGION, weight, of, format!("the team uses {}", named.join(", ")))
        .todo("Correct region at the top of the runbook, or regions in [check]: what watches is not looked at there.")
}

fn tags(of: &str, held: &[Other], required: &[String], weight: Outcome) -> Finding {
    // AWS's own things cannot be tagged by anybody else.
    let lacking = held
        .iter()
        .filter(|one| required.iter().any(|tag| !one.tags.contains_key(tag)));
    let lacking: Vec<&str> = lacking.map(|one| one.arn.as_str()).collect();
    if lacking.is_empty() {
        let what = format!("the {} things that have tags have {}", held.len(), required.join(", "));
        return Finding::new(TAGS, Outcome::Passes, of, what);
    }
    let shown: Vec<&str> = lacking.iter().take(SHOWN).copied().collect();
    let more = match lacking.len().saturating_sub(SHOWN) {
        0 => String::new(),
        more => format!(" and {more} more"),
    };
    let what = format!(
        "{} lack one of {}: {}{more}",
        lacking.len(),
        required.join(", "),
        shown.join(", ")
    );
    Finding::new(TAGS, weight, of, what)
        .todo("Tag them in the Terraform that made them (default_tags of the provider).")
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use model::FailureClass;

    use super::*;

    #[test]
    fn a_name_is_held_against_the_teams_rule_and_a_name_that_is_not_told_is_not_checked() {
        let judged = |told: Result<&str, Failure>| {
            name(
                "account 2",
                "name",
                "^shop-(stg|dev)$",
                told.map(str::to_owned),
                Outcome::Blocks,
            )
        };
        assert_eq!(judged(Ok("shop-stg")).outcome, Outcome::Passes);
        let other = judged(Ok("Shop staging"));
        assert_eq!(other.outcome, Outcome::Blocks);
        assert!(
            other.what.contains("Shop staging") && other.what.contains("^shop-(stg|dev)$"),
            "{}",
            other.what
        );
        assert!(judged(Ok("")).what.starts_with("there is none"));
        let refused = Failure::ours("x", FailureClass::Denied, "AccessDeniedException", "no");
        assert_eq!(judged(Err(refused)).outcome, Outcome::NotChecked);
    }

    #[test]
    fn everything_that_has_tags_has_the_required_ones_or_is_named() {
        let held = |count: usize| -> Vec<Other> {
            let one = |n: usize| Other {
                arn: format!("arn:aws:sqs:eu-west-1:222222222222:q{n}"),
                tags: BTreeMap::from([("product".to_owned(), "shop".to_owned())]),
            };
            (0..count).map(one).collect()
        };
        let judged = |required: &[&str], count| {
            let required: Vec<String> = required.iter().map(|tag| (*tag).to_owned()).collect();
            tags("account 2", &held(count), &required, Outcome::Warns)
        };
        assert_eq!(judged(&["product"], 3).outcome, Outcome::Passes);
        let lacking = judged(&["product", "owner"], 12);
        assert_eq!(lacking.outcome, Outcome::Warns);
        assert!(
            lacking.what.starts_with("12 lack") && lacking.what.ends_with("and 2 more"),
            "{}",
            lacking.what
        );
        assert_eq!(judged(&["owner"], 0).outcome, Outcome::Passes);
    }

    #[test]
    fn the_migrations_region_is_one_of_those_in_use() {
        let region_of = |name: &str| Region::new(name).expect("a region");
        let used = [region_of("ap-northeast-1"), region_of("us-east-1")];
        assert_eq!(region(&used[0], &used, Outcome::Blocks).outcome, Outcome::Passes);
        let other = region(&region_of("eu-west-1"), &used, Outcome::Blocks);
        assert_eq!(other.outcome, Outcome::Blocks);
        assert!(other.what.contains("ap-northeast-1, us-east-1"));
    }
}
