//! Region and subnets.

use std::collections::BTreeSet;

use model::{Failure, FailureClass, Side};

use super::{Entered, Finding, Outcome, Sight, called, known, not_checked, of_side};
use crate::reference::Reference;

/// Whether an account may use its Region.
pub(super) async fn region(entered: &Entered, findings: &mut Vec<Finding>) {
    let (check, account) = (&known::REGION_ENABLED, &entered.account);
    let of = called(account);
    match account.ec2.opted_in().await {
        Err(failure) => findings.extend(not_checked(check, &of, &failure)),
        Ok(Some(state)) if state == "not-opted-in" => {
            let what = format!("{} is not enabled there", account.region);
            let enable = format!("aws account enable-region --region-name {}", account.region);
            findings.push(Finding::by(check, Outcome::Blocks, of, what).type_this(enable));
        }
        Ok(Some(_)) => {
            let what = format!("{} is enabled there", account.region);
            findings.push(Finding::by(check, Outcome::Passes, of, what));
        }
        Ok(None) => {
            let what = format!("EC2 does not say whether {} is enabled", account.region);
            findings.push(Finding::by(check, Outcome::NotChecked, of, what));
        }
    }
}

/// Whether what is restored finds its subnets, in two zones.
pub(super) async fn look(sight: &Sight<'_>, entered: &[Entered], findings: &mut Vec<Finding>) {
    let Some(target) = of_side(entered, Side::Target) else {
        return;
    };
    let databases = sight.runbook.databases.iter().filter_map(|spec| {
        let restore = spec.restore.as_ref()?;
        Some((format!("database/{}", spec.id), &restore.subnet_group, &restore.subnets))
    });
    let clusters = sight.runbook.clusters.iter().filter_map(|spec| {
        let restore = spec.restore.as_ref()?;
        Some((format!("cluster/{}", spec.id), &restore.subnet_group, &restore.subnets))
    });
    for (of, group, subnets) in databases.chain(clusters) {
        if std::iter::once(group)
            .chain(subnets)
            .any(|name| Reference::of(name).is_some())
        {
            let what = "its network is named by a reference, which the inventory resolves";
            findings.push(Finding::by(&known::NETWORK_NOW, Outcome::NotChecked, of, what));
            continue;
        }
        findings.extend(of_group(target, &of, group, subnets).await);
    }
}

async fn of_group(target: &Entered, of: &str, group: &str, subnets: &[String]) -> Vec<Finding> {
    let check = &known::NETWORK_NOW;
    let account = &target.account;
    let (what, zones) = match account.rds.zones_of_group(group).await {
        Err(failure) => return not_checked(check, of, &failure),
        Ok(Some(zones)) => (format!("the subnet group {group}"), zones),
        Ok(None) if subnets.is_empty() => {
            let what = format!(
                "account {} has no subnet group {group}, and restore.subnets names none",
                account.id
            );
            return vec![Finding::by(check, Outcome::Blocks, of, what)];
        }
        Ok(None) => match account.ec2.zones_of_subnets(subnets).await {
            Ok(zones) => (subnets.join(", "), zones.into_values().collect()),
            Err(failure) => return vec![missing(of, subnets, &failure)],
        },
    };
    vec![zones_told(of, &what, &zones)]
}

fn missing(of: &str, subnets: &[String], failure: &Failure) -> Finding {
    match failure.class {
        FailureClass::NotFound => {
            let what = format!(
                "account {} does not have all of {}",
                failure.account,
                subnets.join(", ")
            );
            Finding::by(&known::NETWORK_NOW, Outcome::Blocks, of, what)
        }
        _ => {
            let what = match failure.lacks() {
                Some(lacking) => format!("the role of account {} lacks {lacking}", failure.account),
                None => failure.to_string(),
            };
            Finding::by(&known::NETWORK_NOW, Outcome::NotChecked, of, what)
        }
    }
}

fn zones_told(of: &str, what: &str, zones: &BTreeSet<String>) -> Finding {
    let check = &known::NETWORK_NOW;
    let named: Vec<&str> = zones.iter().map(String::as_str).collect();
    match named.as_slice() {
        [] => Finding::by(check, Outcome::NotChecked, of, format!("AWS tells no zones of {what}")),
        [one] => Finding::by(
            check,
            Outcome::Blocks,
            of,
            format!("{what}: all of it lies in one zone, {one}"),
        ),
        several => {
            let told = format!("{what}: it lies in {}", several.join(", "));
            Finding::by(check, Outcome::Passes, of, told)
        }
    }
}
