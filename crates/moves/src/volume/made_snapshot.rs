//! What the steps have in common that make a snapshot: the look at it, the proof of it, and its removal. `CreateSnapshot` and `CopySnapshot`
//! take neither token nor name: after a lost answer the snapshot is found by its tags, and is not taken for absent before a list would surely
//! show it, so that no second one is made.

use std::time::Duration;

use aws::ec2::{Ec2, Snapshot};
use engine::{Begun, Observed, Progress, StepContext, Verified};
use jiff::SignedDuration;
use model::{Failure, Said};
use serde_json::{Value, json};

use super::SnapshotOutput;
use super::words::Text;
use crate::pace;
use crate::underway::Underway;

/// How long a snapshot whose making got no answer may stay out of EC2's lists.
const LIST_LAG: SignedDuration = SignedDuration::from_secs(120);

/// The snapshot as far as it can be seen: by the id that the call gave, else by its tags.
async fn found(cx: &StepContext, ec2: &Ec2) -> Result<Option<Snapshot>, Failure> {
    if let Some(id) = cx.cursor.as_ref().and_then(Value::as_str) {
        let seen = ec2.snapshots(&[id.to_owned()]).await?.unwrap_or_default();
        return Ok(seen.into_iter().next());
    }
    let mut tagged = ec2.snapshots_tagged(&cx.tags()).await?;
    // A failed attempt may lie beside the one that replaced it.
    tagged.sort_by_key(|snapshot| snapshot.state == "error");
    Ok(tagged.into_iter().next())
}

pub(super) async fn look(cx: &StepContext, ec2: &Ec2) -> Result<Observed, Failure> {
    let Some(snapshot) = found(cx, ec2).await? else {
        // From the last call on: an earlier one may have been refused long before.
        return Ok(match cx.tried_at {
            Some(tried) if cx.now.duration_since(tried) < LIST_LAG => Observed::Underway {
                progress: Progress::words(engine::words::Text::Looking),
                look_again: Duration::from_secs(10),
            },
            _ => Observed::Absent,
        });
    };
    Ok(match snapshot.state.as_str() {
        "completed" => Observed::Present(json!(SnapshotOutput {
            id: snapshot.id,
            gib: snapshot.gib,
        })),
        // KMS is asked only after the call has answered: its refusal shows here.
        "error" => {
            let why = snapshot.message.unwrap_or_default();
            Observed::Broken {
                why: Text::SnapshotInError.fill(&[&snapshot.id, &why]),
            }
        }
        state => {
            let percent = snapshot.percent.filter(|percent| *percent > 0);
            let progress = match percent {
                Some(percent) => Progress::percent(percent, Underway::Status.fill(&[&snapshot.id, state])),
                None => Progress::words(Underway::Status.fill(&[&snapshot.id, state])),
            };
            Observed::Underway {
                progress,
                look_again: pace::look_again(cx, percent),
            }
        }
    })
}

/// The id is kept at once: lists lag behind.
pub(super) fn begun(id: &str) -> Begun {
    Begun::Swept {
        cursor: json!(id),
        done: 1,
        total: Some(1),
        more: false,
    }
}

/// Proves that a snapshot is complete, of the right size, and where keys are given under one of them, or under none if that is admitted.
pub(super) async fn verify(
    ec2: &Ec2,
    made: &SnapshotOutput,
    gib: u32,
    keys: Option<&[String]>,
    open: bool,
) -> Result<Verified, Failure> {
    let seen = ec2.snapshots(std::slice::from_ref(&made.id)).await?;
    let Some(seen) = seen.and_then(|seen| seen.into_iter().next()) else {
        return Ok(Verified::NotYet {
            why: Underway::NotSeen.fill(&[&made.id]),
            look_again: Duration::from_secs(5),
        });
    };
    Ok(judge(&seen, gib, keys, open))
}

fn judge(seen: &Snapshot, gib: u32, keys: Option<&[String]>, open: bool) -> Verified {
    let no_key = Said::from(Text::NoKey);
    let under = seen.key.as_deref().unwrap_or(no_key.as_str());
    let admitted = match (&seen.key, keys) {
        (_, None) => true,
        (Some(key), Some(keys)) => keys.contains(key),
        (None, Some(_)) => open,
    };
    if !admitted {
        let wanted = keys.unwrap_or_default().join(" or ");
        return Verified::Wrong {
            why: Text::UnderOtherKey.fill(&[&seen.id, under, &wanted]),
        };
    }
    if seen.gib != gib || seen.state != "completed" {
        return Verified::Wrong {
            why: Text::OtherSize.fill(&[&seen.id, &seen.state, &seen.gib.to_string(), &gib.to_string()]),
        };
    }
    Verified::Right {
        evidence: Text::SnapshotMade.fill(&[&seen.id, &gib.to_string(), under]),
    }
}

/// Deletes the snapshot that this step made.
pub(super) async fn take_away(cx: &StepContext, ec2: &Ec2) -> Result<(), Failure> {
    match found(cx, ec2).await? {
        Some(snapshot) => ec2.delete_snapshot(&snapshot.id).await,
        None => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_snapshot_under_another_key_or_of_another_size_is_wrong() {
        let seen = |key: Option<&str>, gib: u32| Snapshot {
            id: "snap-1".into(),
            state: "completed".into(),
            message: None,
            percent: Some(100),
            gib,
            key: key.map(str::to_owned),
        };
        let keys = ["k1".to_owned()];
        let right = |verified: Verified| matches!(verified, Verified::Right { .. });
        assert!(right(judge(&seen(Some("k1"), 8), 8, Some(&keys), false)));
        assert!(right(judge(&seen(None, 8), 8, Some(&keys), true)));
        assert!(right(judge(&seen(Some("k2"), 8), 8, None, false)));
        assert!(!right(judge(&seen(Some("k2"), 8), 8, Some(&keys), true)));
        assert!(!right(judge(&seen(None, 8), 8, Some(&keys), false)));
        assert!(!right(judge(&seen(Some("k1"), 9), 8, Some(&keys), false)));
    }
}
