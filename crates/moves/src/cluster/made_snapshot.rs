//! What all steps have in common that make a cluster snapshot under a name of ours: the look at it, and the proof of a copy.

use aws::rds::Rds;
use aws::rds_clusters::DbClusterSnapshot;
use engine::{Observed, Progress, StepContext, Verified};
use model::Failure;
use serde_json::json;

use super::SnapshotOutput;
use crate::pace;

/// The name of the snapshot that a step makes. RDS admits 63 characters and stores them in lower case; it knows no tokens: the name is what
/// makes a call that was repeated harmless.
pub(super) fn name(cx: &StepContext, cluster: &str) -> String {
    cx.name(cluster, 63)
}

/// Looks at the snapshot of a name in an account.
pub(super) async fn look(cx: &StepContext, rds: &Rds, name: &str) -> Result<Observed, Failure> {
    let found = rds.cluster_snapshot(name).await?;
    Ok(found.map_or(Observed::Absent, |snapshot| seen(cx, snapshot)))
}

fn seen(cx: &StepContext, snapshot: DbClusterSnapshot) -> Observed {
    if !cx.made_it(&snapshot.tags) {
        return Observed::Foreign {
            whose: format!("{} without the tags of this run and step", snapshot.arn),
        };
    }
    match snapshot.status.as_str() {
        "available" => Observed::Present(json!(SnapshotOutput {
            name: snapshot.name,
            arn: snapshot.arn,
            key: snapshot.key.filter(|_| snapshot.encrypted),
            engine: snapshot.engine,
            engine_version: snapshot.engine_version,
        })),
        "failed" | "incompatible-restore" | "incompatible-parameters" => Observed::Broken {
            why: format!("{} has ended as {}", snapshot.arn, snapshot.status),
        },
        // AWS lists three statuses for now: one that is not known is waited out, and shown.
        status => {
            let percent = snapshot.percent.filter(|percent| *percent > 0);
            let progress = match percent {
                Some(percent) => Progress::percent(percent, status),
                None => Progress::words(format!("{status}, no progress shown yet")),
            };
            Observed::Underway {
                progress,
                look_again: pace::look_again(cx, percent),
            }
        }
    }
}

/// Whether a copy is what it was made from, under the key that it should be under. What RDS reports as a cluster's storage does not tell
/// its size, so it is not compared.
pub(super) fn faithful(copy: &SnapshotOutput, original: &SnapshotOutput, key_arn: Option<&str>) -> Verified {
    let shown = |key: Option<&str>| key.unwrap_or("no key").to_owned();
    if copy.key.as_deref() != key_arn {
        let (found, wanted) = (shown(copy.key.as_deref()), shown(key_arn));
        return Verified::Wrong {
            why: format!("{} lies under {found}, not under {wanted}", copy.arn),
        };
    }
    if (&copy.engine, &copy.engine_version) != (&original.engine, &original.engine_version) {
        let why = format!(
            "{} is {} {}, its original {} {}",
            copy.arn, copy.engine, copy.engine_version, original.engine, original.engine_version
        );
        return Verified::Wrong { why };
    }
    Verified::Right {
        evidence: format!("{} is available under {}", copy.name, shown(key_arn)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_copy_under_another_key_or_of_another_version_is_wrong() {
        let target = "arn:aws:kms:ap-northeast-1:222222222222:key/b";
        let snapshot = |key: Option<&str>, version: &str| SnapshotOutput {
            name: "s".into(),
            arn: "arn:aws:rds:ap-northeast-1:222222222222:cluster-snapshot:s".into(),
            key: key.map(str::to_owned),
            engine: "aurora-postgresql".into(),
            engine_version: version.into(),
        };
        let original = snapshot(Some("arn:aws:kms:ap-northeast-1:111111111111:key/a"), "16.4");
        let right = |copy: &SnapshotOutput, key| matches!(faithful(copy, &original, key), Verified::Right { .. });
        assert!(right(&snapshot(Some(target), "16.4"), Some(target)));
        assert!(!right(&snapshot(Some(target), "16.6"), Some(target)));
        assert!(!right(&original, Some(target)));
        assert!(!right(&snapshot(None, "16.4"), Some(target)));
        assert!(right(&snapshot(None, "16.4"), None));
    }
}
