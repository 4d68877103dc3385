//! What is so now of keys, quotas, buckets and zones: an inventory may be days old.

use aws::s3::BucketSeen;
use model::{FailureClass, Side};

use super::{Entered, Finding, Outcome, Sight, called, known, not_checked, of_side};
use crate::bucket;
use crate::check::needs;
use crate::room::Kind;
use crate::zone::spec::ParentAccount;

/// Looks at the resources that the runbook names.
pub(super) async fn look(sight: &Sight<'_>, entered: &[Entered], findings: &mut Vec<Finding>) {
    for one in entered {
        keys(sight, one, findings).await;
    }
    buckets(sight, entered, findings).await;
    zones(sight, entered, findings).await;
}

async fn keys(sight: &Sight<'_>, entered: &Entered, findings: &mut Vec<Finding>) {
    let check = &known::KEY_NOW;
    let named = sight.plan.map(|plan| needs::keys(plan, &entered.account.id));
    for arn in named.into_iter().flatten() {
        let of = format!("key {arn}");
        match entered.account.kms.key(&arn).await {
            Err(failure) => findings.extend(not_checked(check, &of, &failure)),
            Ok(Some(key)) if key.enabled => findings.push(Finding::by(check, Outcome::Passes, of, "it can be used")),
            Ok(Some(_)) => {
                let what = "it is disabled, or waits for its deletion";
                findings.push(Finding::by(check, Outcome::Blocks, of, what));
            }
            Ok(None) => findings.push(Finding::by(check, Outcome::Blocks, of, "it is not there any more")),
        }
    }
}

/// Whether RDS has room in an account for what the plan makes there.
pub(super) async fn quotas(sight: &Sight<'_>, entered: &Entered, findings: &mut Vec<Finding>) {
    let (check, of) = (&known::QUOTA_NOW, called(&entered.account));
    let Some(plan) = sight.plan else {
        let why = "without an inventory it is not known how much will be made";
        findings.push(Finding::by(check, Outcome::NotChecked, of, why));
        return;
    };
    let needed = Kind::ALL.map(|kind| (kind, kind.needed(&plan.steps, entered.account.side)));
    if needed.iter().all(|(_, needed)| *needed == 0) {
        return;
    }
    let (counted, quotas) = (
        entered.account.rds.counted().await,
        entered.account.quotas.of("rds").await,
    );
    let (counted, quotas) = match (counted, quotas) {
        (Ok(counted), Ok(quotas)) => (counted, quotas),
        (Err(failure), _) | (_, Err(failure)) => {
            findings.extend(not_checked(check, &of, &failure));
            return;
        }
    };
    for (kind, needed) in needed.into_iter().filter(|(_, needed)| *needed > 0) {
        let used = match kind {
            Kind::Instances => counted.instances,
            Kind::Clusters => counted.clusters,
            Kind::Snapshots => counted.snapshots,
            Kind::ClusterSnapshots => counted.cluster_snapshots,
        };
        let Some(quota) = quotas.get(kind.quota()) else {
            let what = format!("Service Quotas tells no quota called {:?}", kind.quota());
            findings.push(Finding::by(check, Outcome::NotChecked, &of, what));
            continue;
        };
        let what = format!(
            "it has {used} of {quota} {}, and the run needs {needed} more",
            kind.name()
        );
        let fits = f64::from(used) + f64::from(u32::try_from(needed).unwrap_or(u32::MAX)) <= *quota;
        let outcome = if fits { Outcome::Passes } else { Outcome::Blocks };
        findings.push(Finding::by(check, outcome, &of, what));
    }
}

async fn buckets(sight: &Sight<'_>, entered: &[Entered], findings: &mut Vec<Finding>) {
    let check = &known::BUCKET_NOW;
    let (source, target) = (of_side(entered, Side::Source), of_side(entered, Side::Target));
    for spec in &sight.runbook.buckets {
        let of = format!("bucket/{}", spec.name);
        if let Some(source) = source {
            let account = &source.account;
            match account.s3.look(&spec.name).await {
                Err(failure) => findings.extend(not_checked(check, &of, &failure)),
                Ok(BucketSeen::Owned) => {
                    let what = format!("account {} has it", account.id);
                    findings.push(Finding::by(check, Outcome::Passes, &of, what));
                    locked(account, spec, &of, findings).await;
                }
                Ok(BucketSeen::Nobodys) => {
                    let what = format!("account {} has no such bucket", account.id);
                    findings.push(Finding::by(check, Outcome::Blocks, &of, what));
                }
                Ok(BucketSeen::SomebodyElses) => {
                    let what = format!(
                        "it is another account's, or the role of account {} may not look at it",
                        account.id
                    );
                    findings.push(Finding::by(check, Outcome::NotChecked, &of, what));
                }
            }
        }
        let asked = [("interim", &spec.interim), ("new_name", &spec.new_name)];
        for (field, name) in asked
            .into_iter()
            .filter_map(|(field, name)| Some((field, name.as_deref()?)))
        {
            let Some(target) = target else {
                continue;
            };
            match target.account.s3.look(name).await {
                Err(failure) => findings.extend(not_checked(check, &of, &failure)),
                Ok(BucketSeen::Nobodys) => {
                    let what = format!("its {field} {name} is nobody's");
                    findings.push(Finding::by(check, Outcome::Passes, &of, what));
                }
                Ok(BucketSeen::Owned) => {
                    let what = format!(
                        "account {} has a bucket {name} already, which {field} names",
                        target.account.id
                    );
                    findings.push(Finding::by(check, Outcome::Blocks, &of, what));
                }
                Ok(BucketSeen::SomebodyElses) => {
                    let what = format!("another account has {name}, which {field} names");
                    findings.push(Finding::by(check, Outcome::Blocks, &of, what));
                }
            }
        }
    }
}

async fn locked(account: &aws::Account, spec: &bucket::spec::BucketSpec, of: &str, findings: &mut Vec<Finding>) {
    let check = &known::OBJECT_LOCK_NOW;
    match bucket::has_object_lock(account, &spec.name).await {
        Err(failure) => findings.extend(not_checked(check, of, &failure)),
        Ok(false) => findings.push(Finding::by(check, Outcome::Passes, of, "it has no Object Lock")),
        Ok(true) => {
            let what = "it has Object Lock: locked versions can neither be carried nor deleted";
            findings.push(Finding::by(check, Outcome::Blocks, of, what));
        }
    }
}

async fn zones(sight: &Sight<'_>, entered: &[Entered], findings: &mut Vec<Finding>) {
    let check = &known::DNSSEC_NOW;
    for spec in &sight.runbook.zones {
        let of = format!("zone/{}", spec.name);
        let side = match spec.parent.account {
            ParentAccount::Source => Side::Source,
            ParentAccount::Target => Side::Target,
            ParentAccount::Parent => Side::Parent,
            ParentAccount::Outside => {
                let what = format!(
                    "{} is nobody's that can be looked at: dig DS {} tells",
                    spec.parent.zone, spec.name
                );
                findings.push(
                    Finding::by(check, Outcome::NotChecked, &of, what)
                        .type_this(format!("dig +short DS {}", spec.name)),
                );
                continue;
            }
        };
        let Some(parent) = of_side(entered, side) else {
            continue;
        };
        match ds_above(&parent.account, spec).await {
            Err(failure) => findings.extend(not_checked(check, &of, &failure)),
            Ok(Some(true)) => {
                let what = format!(
                    "{} has a DS record for it: an unsigned new zone would not be believed",
                    spec.parent.zone
                );
                findings.push(Finding::by(check, Outcome::Blocks, &of, what));
            }
            Ok(Some(false)) => {
                let what = format!("{} has no DS record for it", spec.parent.zone);
                findings.push(Finding::by(check, Outcome::Passes, &of, what));
            }
            Ok(None) => {
                let what = format!("account {} has no public zone {}", parent.account.id, spec.parent.zone);
                findings.push(Finding::by(check, Outcome::NotChecked, &of, what));
            }
        }
        if let Some(source) = of_side(entered, Side::Source) {
            match signed(&source.account, &spec.name).await {
                Err(failure) => findings.extend(not_checked(check, &of, &failure)),
                Ok(true) => {
                    let what = "Route 53 signs it now, and the new zone will not be signed";
                    findings.push(Finding::by(check, Outcome::Warns, &of, what));
                }
                Ok(false) => {}
            }
        }
    }
}

/// Whether the parent zone has a DS record for a zone; none where the parent is not there.
async fn ds_above(account: &aws::Account, spec: &crate::zone::spec::ZoneSpec) -> Result<Option<bool>, model::Failure> {
    let zones = account.route53.zones_named(&spec.parent.zone).await?;
    let mut seen = None;
    for zone in zones.iter().filter(|zone| !zone.private) {
        let found = account.route53.record(&zone.id, &spec.name, "DS").await?;
        seen = Some(seen == Some(true) || found.is_some());
    }
    Ok(seen)
}

async fn signed(account: &aws::Account, name: &str) -> Result<bool, model::Failure> {
    for zone in account
        .route53
        .zones_named(name)
        .await?
        .iter()
        .filter(|zone| !zone.private)
    {
        match account.route53.is_signed(&zone.id).await {
            Ok(true) => return Ok(true),
            Ok(false) => {}
            Err(failure) if failure.class == FailureClass::NotFound => {}
            Err(failure) => return Err(failure),
        }
    }
    Ok(false)
}
