//! The global table of names: creating, deleting, and the time between a deletion and the name being free.

use jiff::{SignedDuration, Timestamp};
use model::ids::{AccountId, Region};

use super::{Bucket, Outcome, Refusal, access, bucket};
use crate::cloud::{Caller, Cloud};
use crate::faults::FaultLevel;
use crate::services::iam_permissions::Need;

/// The account that takes a name away under hostile faults. It is nobody's.
pub const STRANGER: &str = "660066006600";

/// A deleted bucket's name that is not free yet.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settling {
    /// The account that deleted the bucket.
    pub by: AccountId,
    /// Where it lay.
    pub region: Region,
    /// Until when the deletion has not even reached the table: the name still counts as owned by `by`.
    pub owned_until: Timestamp,
    /// When its own account can have it again, in the same region.
    pub free_for_owner: Timestamp,
    /// When anyone can have it.
    pub free: Timestamp,
    /// Whether a stranger waits for it.
    pub awaited: bool,
}

/// What a `CreateBucket` asks for beside the name.
#[derive(Debug, Clone, Default)]
pub struct Creation {
    /// `LocationConstraint`.
    pub location: Option<String>,
    /// `x-amz-object-ownership`.
    pub ownership: Option<String>,
    /// `x-amz-bucket-namespace`.
    pub namespace: Option<String>,
}

/// CreateBucket.
pub fn create(cloud: &mut Cloud, caller: &Caller, name: &str, asked: &Creation) -> Outcome<()> {
    check_location(caller, asked)?;
    check_name(caller, name, asked.namespace.as_deref())?;
    let here = format!("arn:aws:s3:::{name}");
    access::by_identity(cloud, caller, &Need::new("s3:CreateBucket", here.as_str()))?;
    if asked.ownership.is_some() {
        access::by_identity(
            cloud,
            caller,
            &Need::new("s3:PutBucketOwnershipControls", here.as_str()),
        )?;
    }
    if cloud.s3.own_namespace_only.contains(&caller.account) && asked.namespace.as_deref() != Some("account-regional") {
        let message = format!(
            "User: {} is not authorized to perform: s3:CreateBucket on resource: \"arn:aws:s3:::{name}\" with an explicit deny in a \
             service control policy",
            caller.principal
        );
        return Err(Refusal::new(403, "AccessDenied", message));
    }
    if let Some(held) = cloud.s3.by_name.get(name) {
        if held.owner != caller.account {
            return Err(already_exists());
        }
        // The one region whose CreateBucket is idempotent.
        if caller.region.as_str() == "us-east-1" && held.region == caller.region {
            return Ok(());
        }
        return Err(Refusal::new(
            409,
            "BucketAlreadyOwnedByYou",
            "Your previous request to create the named bucket succeeded and you already own it.",
        ));
    }
    if let Some(settling) = cloud.s3.settling.get(name) {
        let own = settling.by == caller.account && settling.region == caller.region;
        if !own && cloud.now < settling.owned_until {
            return Err(already_exists());
        }
        if cloud.now < if own { settling.free_for_owner } else { settling.free } {
            return Err(Refusal::new(
                409,
                "OperationAborted",
                "A conflicting conditional operation is currently in progress against this resource. Please try again.",
            ));
        }
    }
    let ownership = asked.ownership.as_deref().unwrap_or("BucketOwnerEnforced");
    if !matches!(
        ownership,
        "BucketOwnerEnforced" | "BucketOwnerPreferred" | "ObjectWriter"
    ) {
        return Err(Refusal::new(
            400,
            "InvalidArgument",
            format!("Invalid x-amz-object-ownership header: {ownership}"),
        ));
    }
    let mut made = Bucket::new(caller.account.clone(), caller.region.clone(), cloud.now);
    made.ownership = Some(ownership.to_owned());
    cloud.s3.settling.remove(name);
    cloud.s3.by_name.insert(name.to_owned(), made);
    cloud.effect(caller, "s3 CreateBucket", name);
    Ok(())
}

/// DeleteBucket. Uploads under way do not hinder it; versions and markers do.
pub fn delete(cloud: &mut Cloud, caller: &Caller, name: &str) -> Outcome<()> {
    access::bucket(cloud, caller, name, "s3:DeleteBucket")?;
    let held = bucket(cloud, name)?;
    if held.generated.is_some() || held.stacks.values().any(|stack| !stack.is_empty()) {
        return Err(Refusal::new(
            409,
            "BucketNotEmpty",
            "The bucket you tried to delete is not empty. You must delete all versions in the bucket.",
        ));
    }
    let (by, region) = (held.owner.clone(), held.region.clone());
    cloud.s3.by_name.remove(name);
    cloud.s3.replication.forget(name);
    let settling = settle(cloud, by, region);
    cloud.s3.settling.insert(name.to_owned(), settling);
    cloud.effect(caller, "s3 DeleteBucket", name);
    Ok(())
}

/// How long it takes: seconds for the same account, minutes to hours for another. AWS documents no number; what people
/// have seen is "up to one hour", rarely more.
fn settle(cloud: &mut Cloud, by: AccountId, region: Region) -> Settling {
    let now = cloud.now;
    let level = cloud.faults.level();
    let random = cloud.faults.stream("s3 name");
    let seconds = match level {
        FaultLevel::None => random.i64(60..300),
        FaultLevel::Usual => random.i64(300..3_600),
        FaultLevel::Harsh | FaultLevel::Hostile => random.i64(1_800..10_800),
    };
    let still_owned = match level {
        FaultLevel::None => 0,
        FaultLevel::Usual | FaultLevel::Harsh | FaultLevel::Hostile => random.i64(0..=seconds / 3),
    };
    let own = random.i64(0..30);
    let awaited = level == FaultLevel::Hostile && random.u32(0..1000) < 250;
    let awaited = cloud.faults.comes("a stranger waits for the name", awaited);
    let after = |seconds: i64| now.saturating_add(SignedDuration::from_secs(seconds)).unwrap_or(now);
    Settling {
        by,
        region,
        owned_until: after(still_owned),
        free_for_owner: after(own),
        free: after(seconds),
        awaited,
    }
}

/// Somebody's Terraform, whose apply asks for a name until it has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Apply {
    /// The account that it works in.
    pub account: AccountId,
    /// Where it makes the bucket.
    pub region: Region,
    /// When it asks next.
    pub next: Timestamp,
}

/// From now on somebody's Terraform asks for a name again and again. The provider itself bears `OperationAborted` until its timeout and
/// gives up on `BucketAlreadyExists`; here a person has it applied again each time.
pub fn terraform_applies(cloud: &mut Cloud, name: &str, account: &AccountId, region: &Region) {
    let apply = Apply {
        account: account.clone(),
        region: region.clone(),
        next: cloud.now,
    };
    cloud.s3.applies.insert(name.to_owned(), apply);
}

/// How long Terraform takes between two attempts, in seconds: the provider's own back-off, or a person who starts it again.
const APPLIED_AGAIN: std::ops::Range<i64> = 5..300;

fn apply(cloud: &mut Cloud) {
    let due = cloud.s3.applies.iter().filter(|(_, apply)| apply.next <= cloud.now);
    let due: Vec<(String, Apply)> = due.map(|(name, apply)| (name.clone(), apply.clone())).collect();
    for (name, apply) in due {
        let caller = Caller::root(&apply.account, &apply.region);
        let asked = Creation {
            location: (apply.region.as_str() != "us-east-1").then(|| apply.region.to_string()),
            ..Creation::default()
        };
        if create(cloud, &caller, &name, &asked).is_ok() {
            cloud.s3.applies.remove(&name);
            continue;
        }
        let pause = cloud.faults.stream("s3 terraform").i64(APPLIED_AGAIN);
        let next = cloud.later(pause);
        cloud.s3.applies.insert(name, Apply { next, ..apply });
    }
}

/// A stranger who waits takes the name the moment it is free; whoever else asks for one asks.
pub(super) fn advance(cloud: &mut Cloud) {
    take_away(cloud);
    apply(cloud);
}

fn take_away(cloud: &mut Cloud) {
    let now = cloud.now;
    let taken: Vec<String> = cloud
        .s3
        .settling
        .iter()
        .filter(|(_, settling)| settling.awaited && settling.free <= now)
        .map(|(name, _)| name.clone())
        .collect();
    for name in taken {
        let Some(settling) = cloud.s3.settling.remove(&name) else {
            continue;
        };
        let stranger = AccountId::new(STRANGER).expect("twelve digits");
        cloud
            .s3
            .by_name
            .insert(name, Bucket::new(stranger, settling.region, settling.free));
    }
}

fn already_exists() -> Refusal {
    Refusal::new(
        409,
        "BucketAlreadyExists",
        "The requested bucket name is not available. The bucket namespace is shared by all users of the system. \
         Please select a different name and try again.",
    )
}

fn check_location(caller: &Caller, asked: &Creation) -> Outcome<()> {
    let region = caller.region.as_str();
    let fits = match asked.location.as_deref() {
        None | Some("") => region == "us-east-1",
        Some("EU") => region == "eu-west-1",
        Some("us-east-1") => {
            return Err(Refusal::new(
                400,
                "InvalidLocationConstraint",
                "The specified location-constraint is not valid",
            ));
        }
        Some(location) => region == location,
    };
    if fits {
        return Ok(());
    }
    let location = asked.location.as_deref().unwrap_or("unspecified");
    Err(Refusal::new(
        400,
        "IllegalLocationConstraintException",
        format!(
            "The {location} location constraint is incompatible for the region specific endpoint this request was sent to."
        ),
    ))
}

/// The naming rules, and the account regional namespace: `<prefix>-<account>-<region>-an` belongs to that account alone.
fn check_name(caller: &Caller, name: &str, namespace: Option<&str>) -> Outcome<()> {
    let invalid = |why: &str| {
        Err(Refusal::new(
            400,
            "InvalidBucketName",
            format!("The specified bucket is not valid: {why}"),
        ))
    };
    if !s3s::path::check_bucket_name(name) || name.contains(".-") || name.contains("-.") {
        return invalid("3 to 63 lower-case letters, digits, dots and hyphens, not an address");
    }
    for prefix in ["xn--", "sthree-", "amzn-s3-demo-"] {
        if name.starts_with(prefix) {
            return invalid("its prefix is reserved");
        }
    }
    for suffix in ["-s3alias", "--ol-s3", ".mrap", "--x-s3", "--table-s3"] {
        if name.ends_with(suffix) {
            return invalid("its suffix is reserved");
        }
    }
    let own = format!("-{}-{}-an", caller.account, caller.region);
    match namespace {
        Some("account-regional") if name.ends_with(&own) && name.len() > own.len() => Ok(()),
        None | Some("global") if !name.ends_with("-an") => Ok(()),
        None | Some("global" | "account-regional") => Err(Refusal::new(
            400,
            "InvalidBucketNamespace",
            format!("The bucket namespace does not fit the name: an account regional name ends with {own}"),
        )),
        Some(other) => Err(Refusal::new(
            400,
            "InvalidArgument",
            format!("Invalid bucket namespace: {other}"),
        )),
    }
}

#[cfg(test)]
#[path = "names_tests.rs"]
mod tests;
