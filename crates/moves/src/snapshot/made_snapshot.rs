//! What all steps have in common that make a snapshot under a name of ours: the look at it, and the proof of a copy.

use aws::rds::{DbSnapshot, Family, Rds};
use engine::{Observed, Progress, StepContext, Verified};
use model::{Failure, Said};
use serde_json::json;

use super::SnapshotOutput;
use super::words::Text;
use crate::foreign::Foreign;
use crate::pace;
use crate::underway::Underway;

/// The name of the snapshot that a step makes. RDS admits 255 characters of an instance's, 63 of a cluster's, and knows no tokens: the name
/// is what makes a call that was repeated harmless.
pub(super) fn name(cx: &StepContext, family: Family, of: &str) -> String {
    match family {
        Family::Instance => cx.name(of, 255),
        Family::Cluster => cx.name(of, 63),
    }
}

/// Looks at the snapshot of a name in an account.
pub(super) async fn look(cx: &StepContext, family: Family, rds: &Rds, name: &str) -> Result<Observed, Failure> {
    let found = rds.snapshot(family, name).await?;
    Ok(found.map_or(Observed::Absent, |snapshot| seen(cx, family, snapshot)))
}

/// The key and the engine of what a snapshot is of; none if it is gone.
pub(super) async fn original(family: Family, rds: &Rds, of: &str) -> Result<Option<(Option<String>, String)>, Failure> {
    Ok(match family {
        Family::Instance => rds.instance(of).await?.map(|found| (found.key, found.engine)),
        Family::Cluster => rds.cluster(of).await?.map(|found| (found.key, found.engine)),
    })
}

/// What a step tells of a snapshot.
pub(super) fn output(snapshot: DbSnapshot) -> SnapshotOutput {
    SnapshotOutput {
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
        taken_at: snapshot.taken_at,
    }
}

fn seen(cx: &StepContext, family: Family, snapshot: DbSnapshot) -> Observed {
    if !cx.made_it(&snapshot.tags) {
        return Observed::Foreign {
            whose: Foreign::WithoutStepTags.fill(&[&snapshot.arn]),
        };
    }
    match snapshot.status.as_str() {
        "available" => Observed::Present(json!(output(snapshot))),
        "failed" | "incompatible-restore" | "incompatible-parameters" => Observed::Broken {
            why: Text::EndedAs.fill(&[&snapshot.arn, &snapshot.status]),
        },
        // AWS does not list all statuses: one that is not known is waited out, and shown.
        status => {
            let size = match family {
                Family::Instance => Some(Underway::OfSize.fill(&[&snapshot.gib.to_string()])),
                // It tells little.
                Family::Cluster => None,
            };
            let told = [Said::verbatim(status)].into_iter().chain(size);
            let percent = snapshot.percent.filter(|percent| *percent > 0);
            let progress = match percent {
                Some(percent) => Progress::percent(percent, Said::all(told)),
                None => Progress::words(Said::all(told.chain([Underway::NoProgress.into()]))),
            };
            Observed::Underway {
                progress,
                look_again: pace::look_again(cx, percent),
            }
        }
    }
}

/// Its engine, and its size where that means something.
pub(super) fn what(family: Family, made: &SnapshotOutput) -> String {
    match family {
        Family::Instance => format!("{} {}, {} GiB", made.engine, made.engine_version, made.gib),
        Family::Cluster => format!("{} {}", made.engine, made.engine_version),
    }
}

/// Whether a copy is what it was made from, under the key that it should be under. The key of a database can never be changed
/// afterwards, and a copy on the source's key works until the source goes. What RDS reports as a cluster's storage does not tell its
/// size, so it is not compared.
pub(super) fn faithful(
    family: Family,
    copy: &SnapshotOutput,
    original: &SnapshotOutput,
    key_arn: Option<&str>,
) -> Verified {
    let shown = |key: Option<&str>| key.map_or_else(|| String::from(Text::NoKey), str::to_owned);
    if copy.key.as_deref() != key_arn {
        let (found, wanted) = (shown(copy.key.as_deref()), shown(key_arn));
        return Verified::Wrong {
            why: Text::UnderOtherKey.fill(&[&copy.arn, &found, &wanted]),
        };
    }
    let (is, was) = (what(family, copy), what(family, original));
    if is != was {
        return Verified::Wrong {
            why: Text::NotAsOriginal.fill(&[&copy.arn, &is, &was]),
        };
    }
    Verified::Right {
        evidence: Text::AsOriginal.fill(&[&copy.arn, &shown(key_arn), &is]),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const TARGET_KEY: &str = "arn:aws:kms:ap-northeast-1:222222222222:key/b";
    const SOURCE_KEY: &str = "arn:aws:kms:ap-northeast-1:111111111111:key/a";

    fn snapshot(key: Option<&str>, gib: u32, version: &str) -> SnapshotOutput {
        SnapshotOutput {
            name: "s".into(),
            arn: "arn:aws:rds:ap-northeast-1:222222222222:snapshot:s".into(),
            key: key.map(str::to_owned),
            gib,
            engine: "postgres".into(),
            engine_version: version.into(),
            ..SnapshotOutput::default()
        }
    }

    fn right(family: Family, copy: &SnapshotOutput, key: Option<&str>) -> bool {
        let original = snapshot(Some(SOURCE_KEY), 20, "16.3");
        matches!(faithful(family, copy, &original, key), Verified::Right { .. })
    }

    #[test]
    fn a_copy_that_stayed_on_the_sources_key_or_is_of_another_version_is_wrong() {
        for family in [Family::Instance, Family::Cluster] {
            assert!(right(family, &snapshot(Some(TARGET_KEY), 20, "16.3"), Some(TARGET_KEY)));
            assert!(!right(
                family,
                &snapshot(Some(SOURCE_KEY), 20, "16.3"),
                Some(TARGET_KEY)
            ));
            assert!(!right(
                family,
                &snapshot(Some(TARGET_KEY), 20, "16.6"),
                Some(TARGET_KEY)
            ));
            assert!(!right(family, &snapshot(None, 20, "16.3"), Some(TARGET_KEY)));
            assert!(right(family, &snapshot(None, 20, "16.3"), None));
        }
    }

    #[test]
    fn a_copy_of_another_size_is_wrong_of_an_instance_and_tells_nothing_of_a_cluster() {
        let copy = snapshot(Some(TARGET_KEY), 30, "16.3");
        assert!(!right(Family::Instance, &copy, Some(TARGET_KEY)));
        assert!(right(Family::Cluster, &copy, Some(TARGET_KEY)));
    }
}
