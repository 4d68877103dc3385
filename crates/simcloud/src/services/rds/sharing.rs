//! Sharing snapshots: `ModifyDBSnapshotAttribute` and `DescribeDBSnapshotAttributes`.

use serde_json::{Value, json};

use super::snapshots::{Making, not_found};
use super::{Place, arn, invalid_value, not_an_identifier, place_of};
use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::kms;
use crate::services::members::texts;

/// The caller's own snapshot whose sharing is meant. The colon of automated and AWS Backup names is called a typing error;
/// describe calls take the same name.
fn own_shareable(cloud: &Cloud, caller: &Caller, name: &str) -> Result<Place, ServiceError> {
    super::cluster_snapshots::refuse_here(cloud, caller, name)?;
    let place = place_of(caller, "snapshot", name).filter(|place| place.0 == caller.account);
    let place = place.ok_or_else(|| not_found(name))?;
    if place.2.contains(':') {
        return Err(not_an_identifier("DBSnapshotIdentifier", name));
    }
    if cloud.rds.snapshots.contains_key(&place) {
        Ok(place)
    } else {
        Err(not_found(name))
    }
}

fn result(cloud: &Cloud, place: &Place) -> Value {
    let accounts: Vec<&String> = cloud.rds.snapshots[place].shared_with.keys().collect();
    json!({ "DBSnapshotAttributesResult": {
        "DBSnapshotIdentifier": place.2,
        "DBSnapshotAttributes": [{"AttributeName": "restore", "AttributeValues": accounts}],
    }})
}

/// Shares and un-shares.
pub(super) fn modify(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = super::required(input, "DBSnapshotIdentifier")?;
    let place = own_shareable(cloud, caller, name)?;
    if super::required(input, "AttributeName")? != "restore" {
        return Err(invalid_value("Invalid attribute name: only restore is supported."));
    }
    let (add, remove) = (texts(input, "ValuesToAdd"), texts(input, "ValuesToRemove"));
    for account in add.iter().chain(&remove) {
        if account != "all" && (account.len() != 12 || !account.bytes().all(|b| b.is_ascii_digit())) {
            return Err(invalid_value(format!("Invalid account id: {account}")));
        }
    }
    let snapshot = &cloud.rds.snapshots[&place];
    if !add.is_empty() {
        if snapshot.making != Making::Done {
            return Err(ServiceError::new(
                "InvalidDBSnapshotState",
                format!("The snapshot {name} is not in the available state."),
            ));
        }
        if let Some(option) = super::options::unshareable(cloud, &place) {
            // Documented; its code is unconfirmed.
            return Err(invalid_value(format!(
                "The snapshot {name} can't be shared: its option group has the persistent or permanent option {option}."
            )));
        }
        if snapshot.sse_rds {
            // Unconfirmed: the stricter reading is taken.
            return Err(invalid_value(
                "You can't share a snapshot that is encrypted under an AWS owned key.",
            ));
        }
        if let Some(key) = &snapshot.key {
            if add.iter().any(|account| account == "all") {
                return Err(invalid_value("Encrypted snapshots cannot be shared publicly."));
            }
            if kms::is_aws_managed(cloud, key) && !cloud.rds.default_key_share_accepted {
                // Documented as impossible; the exact error is unconfirmed.
                return Err(invalid_value(
                    "You can't share a snapshot that is encrypted with the default AWS KMS key.",
                ));
            }
        }
    }
    let before: Vec<&String> = snapshot.shared_with.keys().collect();
    let after: std::collections::BTreeSet<&String> = before
        .iter()
        .copied()
        .chain(&add)
        .filter(|account| !remove.contains(account))
        .collect();
    let accounts = after.iter().filter(|account| account.as_str() != "all").count();
    if accounts > cloud.rds.quotas.accounts_per_share {
        let message = "You have exceeded the maximum number of accounts that you can share a manual DB snapshot with.";
        return Err(ServiceError::new("SharedSnapshotQuotaExceeded", message));
    }
    let changed = !after.iter().copied().eq(before.iter().copied());
    if changed {
        // The owner sees the share at once; the other account's describe calls may lag.
        let delay = cloud.faults.visibility_delay("rds-share-visible");
        let visible_from = cloud.later(delay);
        let snapshot = cloud.rds.snapshots.get_mut(&place).expect("it was just found");
        for account in add {
            snapshot.shared_with.entry(account).or_insert(visible_from);
        }
        snapshot.shared_with.retain(|account, _| !remove.contains(account));
        cloud.effect(caller, "rds ModifyDBSnapshotAttribute", arn("snapshot", &place));
    }
    Ok(result(cloud, &place))
}

/// Who it is shared with: its owner alone may ask.
pub(super) fn describe(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let name = super::required(input, "DBSnapshotIdentifier")?;
    // Unlike the modifying call this one takes automated names, which misleads people.
    let place = super::snapshots::own(cloud, caller, name)?;
    Ok(result(cloud, &place))
}
