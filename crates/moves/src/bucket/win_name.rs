//! Makes the bucket anew under its own name in the target. After a deletion the name stays taken for minutes to hours, and a HEAD
//! that finds nothing proves nothing: the only way is to ask again and again.
//!
//! `BucketAlreadyExists` does not yet prove a stranger: a deletion that has not reached every place looks the same. So people are
//! told at once, and the asking goes on.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use aws::Account;
use aws::s3::BucketSeen;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use jiff::{SignedDuration, Timestamp};
use listing::Lister;
use model::{Advice, Failure, Said};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::place::{MadeBucket, Place};
use super::proofs::Proof;
use crate::underway::Underway;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) bucket: String,
    /// Where everything lies meanwhile.
    pub(super) interim: Place,
}

/// How the asking has gone so far.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
struct Asked {
    first: Timestamp,
    last: Timestamp,
    times: u64,
    /// What the last answer was.
    answer: Answer,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Answer {
    /// The deletion is not through.
    BeingReleased,
    /// Somebody has a bucket of that name: a stranger, or the source as far as this place knows.
    Taken,
}

/// How long it is asked before a person has to decide.
pub(super) const LONGEST: SignedDuration = SignedDuration::from_hours(48);
/// In the first minutes a name often comes free, and whoever else waits for it asks fast.
const SOON: SignedDuration = SignedDuration::from_mins(2);

pub(super) struct WinName {
    input: Input,
    world: Rc<World>,
}

impl WinName {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    fn waiting(&self, cx: &StepContext, asked: &Asked, left: SignedDuration) -> Result<Observed, Failure> {
        let minutes = cx.now.duration_since(asked.first).as_mins();
        let how = match asked.answer {
            Answer::BeingReleased => Underway::BeingReleased,
            Answer::Taken => Underway::SomebodyElses,
        };
        let how = Said::from(how);
        let asked_times = [&asked.times.to_string(), &minutes.to_string(), how.as_str()];
        let mut progress = Progress::words(Underway::AskedTimes.fill(&asked_times));
        if asked.answer == Answer::Taken {
            progress.alarm = Some(alarm(&self.input.bucket, &self.input.interim.name(cx)?, asked.first));
        }
        Ok(Observed::Underway {
            progress,
            look_again: Duration::try_from(left).unwrap_or_default(),
        })
    }
}

/// What it can mean that neither account owns the name, and what to do. Always in the same words: they are stored when they change.
pub(super) fn alarm(bucket: &str, interim: &str, first: Timestamp) -> Said {
    Advice::NameTaken.fill(&[bucket, &first.to_string(), &LONGEST.as_hours().to_string(), interim])
}

/// Whether a bucket of that name is the target's, where it belongs, and empty.
pub(super) async fn empty_and_here(
    target: &Account,
    bucket: &str,
    waited: SignedDuration,
) -> Result<Verified, Failure> {
    let region = target.s3.location(bucket).await?;
    if region != target.region.as_str() {
        return Ok(Verified::Wrong {
            why: Proof::LiesElsewhere.fill(&[bucket, &region, target.region.as_str()]),
        });
    }
    let page = Lister::new(target, &target.id, bucket, None)
        .next_page()
        .await?
        .unwrap_or_default();
    Ok(match page.entries.first() {
        None => Verified::Right {
            evidence: Proof::WonName.fill(&[bucket, target.id.as_str(), &region, &waited.as_mins().to_string()]),
        },
        Some(entry) => Verified::Wrong {
            why: Proof::NotEmpty.fill(&[bucket, &format!("{:?}", entry.key)]),
        },
    })
}

fn asked(cx: &StepContext) -> Option<Asked> {
    cx.cursor.as_ref().and_then(|cursor| Asked::deserialize(cursor).ok())
}

/// How long to wait before it is asked again: a little longer or shorter each time, so as not to stay in step with anybody.
fn pause(asked: &Asked, token: &str) -> SignedDuration {
    let digits = model::Digest::of(format!("{token}{}", asked.times).as_bytes());
    let random = i64::from(u8::from_str_radix(&digits.as_str()[..2], 16).unwrap_or(0));
    if asked.last.duration_since(asked.first) < SOON {
        SignedDuration::from_millis(5_000 + 20 * random)
    } else {
        SignedDuration::from_millis(15_000 + 60 * random)
    }
}

#[async_trait(?Send)]
impl Step for WinName {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let bucket = &self.input.bucket;
        let asked = asked(cx);
        // Refused, and nothing was tried since: there is nothing to see before it is asked again.
        if let Some(asked) = asked.filter(|asked| cx.tried_at.is_none_or(|tried| asked.last >= tried)) {
            let waited = cx.now.duration_since(asked.last);
            let left = pause(&asked, &cx.token) - waited;
            if left > SignedDuration::ZERO {
                return self.waiting(cx, &asked, left);
            }
            // Nor then, while nobody but this step has had a moment for it: whoever looks first asks later than who does not.
            if waited < SignedDuration::from_mins(1) && asked.last.duration_since(asked.first) < LONGEST {
                return Ok(Observed::Absent);
            }
        }
        // Before it is asked: in one region S3 answers a second CreateBucket with 200, and resets the bucket's ACL.
        if self.world.target().s3.look(bucket).await? == BucketSeen::Owned {
            return Ok(Observed::Present(json!(MadeBucket { bucket: bucket.clone() })));
        }
        let Some(asked) = asked else {
            return Ok(Observed::Absent);
        };
        let waited = cx.now.duration_since(asked.last);
        // Asked once more whenever a person has it tried again.
        if asked.last.duration_since(asked.first) >= LONGEST && waited < SignedDuration::from_mins(1) {
            return Ok(Observed::Stuck {
                advice: Advice::NameNotWon.into(),
                why: Proof::NotWon.fill(&[
                    &LONGEST.as_hours().to_string(),
                    &asked.times.to_string(),
                    alarm(bucket, &self.input.interim.name(cx)?, asked.first).as_str(),
                ]),
            });
        }
        Ok(Observed::Absent)
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let answer = match self.world.target().s3.create_bucket(&self.input.bucket).await {
            Ok(()) => return Ok(Begun::Once),
            Err(failure) => match failure.code.as_str() {
                "OperationAborted" => Answer::BeingReleased,
                "BucketAlreadyExists" => Answer::Taken,
                // Ours: an earlier answer was lost.
                "BucketAlreadyOwnedByYou" => return Ok(Begun::Once),
                _ => return Err(failure),
            },
        };
        let before = asked(cx);
        let now = Asked {
            first: before.map_or(cx.now, |before| before.first),
            last: cx.now,
            times: before.map_or(0, |before| before.times) + 1,
            answer,
        };
        Ok(Begun::Swept {
            cursor: json!(now),
            done: now.times,
            total: None,
            more: false,
        })
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let waited = asked(cx).map_or(SignedDuration::ZERO, |asked| cx.now.duration_since(asked.first));
        empty_and_here(&self.world.target(), &self.input.bucket, waited).await
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked_for(seconds: i64, times: u64) -> Asked {
        let first = Timestamp::UNIX_EPOCH;
        Asked {
            first,
            last: first + SignedDuration::from_secs(seconds),
            times,
            answer: Answer::BeingReleased,
        }
    }

    #[test]
    fn it_is_asked_often_at_first_and_never_in_step() {
        for times in 0..50 {
            let soon = pause(&asked_for(30, times), "0123").as_millis();
            assert!((5_000..=10_100).contains(&soon), "{soon}");
            let later = pause(&asked_for(600, times), "0123").as_millis();
            assert!((15_000..=30_300).contains(&later), "{later}");
        }
        assert_ne!(pause(&asked_for(30, 1), "0123"), pause(&asked_for(30, 2), "0123"));
    }
}
