//! Which KMS key encrypts what RDS and EBS make, and whether the caller may use it. Both services act with the caller's rights
//! on a key: there is no service principal to allow.

use model::ids::{AccountId, Region};

use crate::cloud::{Caller, Cloud};
use crate::services::{iam_permissions, kms};

/// The alias of the key that RDS takes when none is named.
pub const RDS_DEFAULT: &str = "alias/aws/rds";
/// The alias of the key that EBS takes when none is named.
pub const EBS_DEFAULT: &str = "alias/aws/ebs";

/// What a service must be admitted to on a key of its caller's own account.
const OWN_KEY_ACTIONS: &[&str] = &["kms:DescribeKey", "kms:CreateGrant"];
/// What a service must be admitted to on another account's key: the documented list. `kms:CreateGrant` is the one most often
/// forgotten. `kms:Encrypt` is only in RDS's sample, not in EBS's list, and is not asked for.
const FOREIGN_KEY_ACTIONS: &[&str] = &[
    "kms:DescribeKey",
    "kms:CreateGrant",
    "kms:Decrypt",
    "kms:GenerateDataKeyWithoutPlaintext",
    "kms:ReEncryptFrom",
];

/// The account id in an ARN.
pub fn account_of(arn: &str) -> Option<&str> {
    arn.split(':').nth(4).filter(|account| !account.is_empty())
}

/// The key that a caller names by id, alias or ARN; absent when KMS does not know it. A bare id or an alias is looked up in the
/// caller's own account: only an ARN reaches another.
pub fn named(cloud: &Cloud, caller: &Caller, name: &str) -> Option<String> {
    kms::resolve(cloud, caller, name).ok()
}

/// The key of an inventory's database or snapshot. An id that the inventory does not list still becomes an ARN of the account,
/// so that its absence shows when the key is used, as in AWS after a key's deletion.
pub fn of_inventory(cloud: &Cloud, account: &AccountId, region: &Region, name: &str) -> String {
    named(cloud, &Caller::root(account, region), name).unwrap_or_else(|| match name.starts_with("arn:") {
        true => name.to_owned(),
        false => kms::arn(account, region, name),
    })
}

/// Whether RDS or EBS (`rds`, `ec2`), acting for the caller, may use a key: its owner's policy and grants decide, its state
/// too, and a key managed by AWS admits its own account only.
pub fn admits(cloud: &Cloud, caller: &Caller, arn: &str, service: &str) -> bool {
    let own = account_of(arn) == Some(caller.account.as_str());
    // A role with policies of its own is asked for all that the services document, whosever the key is.
    let actions = match own && !iam_permissions::is_restricted(cloud, caller) {
        true => OWN_KEY_ACTIONS,
        false => FOREIGN_KEY_ACTIONS,
    };
    actions
        .iter()
        .all(|action| kms::may_use_via(cloud, caller, arn, action, service).is_ok())
}

/// Whether what is under this key can be read by its owner now: nothing can once the key is disabled, scheduled for deletion,
/// or, being another account's, closed to the owner.
pub fn readable(cloud: &Cloud, owner: &AccountId, region: &Region, key: Option<&str>) -> bool {
    let Some(arn) = key else { return true };
    if account_of(arn) != Some(owner.as_str()) {
        return kms::may_use(cloud, &Caller::root(owner, region), arn, "kms:Decrypt").is_ok();
    }
    match kms::keys(cloud).get(arn) {
        Some(key) => key.state() == "Enabled",
        None => kms::is_aws_managed(cloud, arn),
    }
}
