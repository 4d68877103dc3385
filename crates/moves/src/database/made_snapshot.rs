//! What all steps have in common that make a snapshot under a name of ours: the look at it, and its deletion.

use aws::rds::{DbSnapshot, Rds};
use engine::{Observed, Progress, StepContext, Verified};
use model::Failure;
use serde_json::json;

use super::SnapshotOutput;
use crate::pace;

/// The name of the snapshot that a step makes. RDS admits 255 characters and knows no tokens: the name is what makes a call that
/// was repeated harmless.
pub(super) fn name(cx: &StepContext, instance: &str) -> String {
    cx.name(instance, 255)
}

/// Looks at the snapshot of a name in an account.
pub(super) async fn look(cx: &StepContext, rds: &Rds, name: &str) -> Result<Observed, Failure> {
    Ok(rds
        .snapshot(name)
        .await?
        .map_or(Observed::Absent, |snapshot| seen(cx, snapshot)))
}

fn seen(cx: &StepContext, snapshot: DbSnapshot) -> Observed {
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
            gib: snapshot.gib,
            engine: snapshot.engine,
            engine_version: snapshot.engine_version,
            storage_type: snapshot.storage_type,
            iops: snapshot.iops,
            storage_throughput: snapshot.storage_throughput,
            encryption_type: snapshot.encryption_type,
        })),
        "failed" | "incompatible-restore" | "incompatible-parameters" => Observed::Broken {
            why: format!("{} has ended as {}", snapshot.arn, snapshot.status),
        },
        // AWS does not list all statuses: one that is not known is waited out, and shown.
        status => {
            let percent = snapshot.percent.filter(|percent| *percent > 0);
            let progress = match percent {
                Some(percent) => Progress::percent(percent, format!("{status} {} GiB", snapshot.gib)),
                None => Progress::words(format!("{status} {} GiB, no progress shown yet", snapshot.gib)),
            };
            Observed::Underway {
                progress,
                look_again: pace::look_again(cx, percent),
            }
        }
    }
}

/// Whether a copy is what it was made from, under the key that it should be under. The key of a database can never be changed
/// afterwards, and a copy on the source's key works until the source goes.
pub(super) fn faithful(copy: &SnapshotOutput, original: &SnapshotOutput, key_arn: &str) -> Verified {
    if copy.key.as_deref() != Some(key_arn) {
        let found = copy.key.as_deref().unwrap_or("no key");
        return Verified::Wrong {
            why: format!("{} lies under {found}, not under {key_arn}", copy.arn),
        };
    }
    let same =
        (&copy.engine, &copy.engine_version, copy.gib) == (&original.engine, &original.engine_version, original.gib);
    if !same {
        let why = format!(
            "{} is {} {} of {} GiB, its original {} {} of {} GiB",
            copy.arn,
            copy.engine,
            copy.engine_version,
            copy.gib,
            original.engine,
            original.engine_version,
            original.gib
        );
        return Verified::Wrong { why };
    }
    Verified::Right {
        evidence: format!(
            "{} is available under {key_arn}, {} GiB as its original",
            copy.arn, copy.gib
        ),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TARGET_KEY: &str = "arn:aws:kms:ap-northeast-1:222222222222:key/b";

    fn snapshot(key: Option<&str>, gib: u32) -> SnapshotOutput {
        SnapshotOutput {
            name: "s".into(),
            arn: "arn:aws:rds:ap-northeast-1:222222222222:snapshot:s".into(),
            key: key.map(str::to_owned),
            gib,
            engine: "postgres".into(),
            engine_version: "16.3".into(),
            storage_type: "gp3".into(),
            iops: None,
            storage_throughput: None,
            encryption_type: String::new(),
        }
    }

    #[test]
    fn a_copy_that_stayed_on_the_sources_key_is_wrong() {
        let original = snapshot(Some("arn:aws:kms:ap-northeast-1:111111111111:key/a"), 20);
        assert!(matches!(
            faithful(&original, &original, TARGET_KEY),
            Verified::Wrong { .. }
        ));
        assert!(matches!(
            faithful(&snapshot(None, 20), &original, TARGET_KEY),
            Verified::Wrong { .. }
        ));
        assert!(matches!(
            faithful(&snapshot(Some(TARGET_KEY), 20), &original, TARGET_KEY),
            Verified::Right { .. }
        ));
    }

    #[test]
    fn a_copy_of_another_size_is_wrong() {
        let original = snapshot(None, 20);
        assert!(matches!(
            faithful(&snapshot(Some(TARGET_KEY), 30), &original, TARGET_KEY),
            Verified::Wrong { .. }
        ));
    }
}
