//! Has temporary copies made of the archived versions that are still to be copied, and waits for them: hours, or days. It comes in the
//! prepare phase, while the bucket is in use.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use aws::Account;
use aws::s3::VersionName;
use aws::s3_archive::{Restored, Speed};
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use futures::StreamExt as _;
use jiff::{SignedDuration, Timestamp};
use listing::{lacking, waves};
use model::{Failure, FailureClass};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::archived::Wanted;
use super::listed::Both;
use super::place::Place;
use super::proofs::Proof;
use super::spec::RestoreSpeed;
use crate::underway::Underway;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) from: Place,
    pub(super) to: Place,
    /// Where reports and notes lie.
    pub(super) ops: Place,
    pub(super) speed: RestoreSpeed,
    /// For how many days the temporary copies stand.
    pub(super) days: u32,
}

pub(super) struct RestoreArchived {
    input: Input,
    world: Rc<World>,
}

/// How many questions or requests are in flight at a time.
const IN_FLIGHT: usize = 32;
/// A temporary copy that goes sooner is asked for again: the copying behind may take its time.
const STANDS_AT_LEAST: SignedDuration = SignedDuration::from_hours(24);
/// Restores take hours, and each look asks after every version.
const LOOK_AGAIN: Duration = Duration::from_secs(15 * 60);

impl RestoreArchived {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    /// The archived versions that the copy lacks.
    async fn archived(&self, cx: &StepContext) -> Result<Vec<VersionName>, Failure> {
        let (from, to) = (&self.input.from, &self.input.to);
        let as_it_is = Wanted::as_it_is();
        let both = Both::of(&self.world, cx, (from, to), &self.input.ops, as_it_is).await?;
        let mut archived = Vec::new();
        let mut pairs = both.pairs();
        while let Some(pair) = pairs.next().await? {
            let entries = lacking(&pair).iter().filter(|entry| waves::is_archived(entry));
            archived.extend(entries.map(|entry| VersionName {
                key: entry.key.clone(),
                version_id: entry.version_id.clone(),
            }));
        }
        Ok(archived)
    }

    async fn states(
        &self,
        cx: &StepContext,
        account: &Account,
        versions: Vec<VersionName>,
    ) -> Result<Vec<(VersionName, Restored)>, Failure> {
        let bucket = &self.input.from.name(cx)?;
        let reported = self.input.from.report.is_some();
        let mut asking = futures::stream::iter(versions)
            .map(|version| async move {
                match account.s3.restored(bucket, &version).await {
                    Ok(restored) => Ok(Some((version, restored))),
                    // It is gone since the report was made.
                    Err(failure) if failure.class == FailureClass::NotFound && reported => Ok(None),
                    Err(failure) => Err(failure),
                }
            })
            .buffered(IN_FLIGHT);
        let mut states = Vec::new();
        while let Some(state) = asking.next().await {
            states.extend(state?);
        }
        Ok(states)
    }
}

fn is_to_be_asked_for(restored: Restored, now: Timestamp) -> bool {
    match restored {
        Restored::No => true,
        Restored::Underway => false,
        Restored::Until(until) => until.duration_since(now) < STANDS_AT_LEAST,
    }
}

#[async_trait(?Send)]
impl Step for RestoreArchived {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let account = self.input.from.account(&self.world);
        let archived = self.archived(cx).await?;
        let states = self.states(cx, &account, archived).await?;
        if states.iter().any(|(_, restored)| is_to_be_asked_for(*restored, cx.now)) {
            return Ok(Observed::Absent);
        }
        let underway = states
            .iter()
            .filter(|(_, restored)| *restored == Restored::Underway)
            .count();
        if underway > 0 {
            let done = states.len() - underway;
            let percent = i32::try_from(done * 100 / states.len()).unwrap_or(0);
            return Ok(Observed::Underway {
                progress: Progress::percent(
                    percent,
                    Underway::ArchivedRestored.fill(&[&done.to_string(), &states.len().to_string()]),
                ),
                look_again: LOOK_AGAIN,
            });
        }
        Ok(Observed::Present(json!({ "restored": states.len() })))
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let account = &self.input.from.account(&self.world);
        let bucket = &self.input.from.name(cx)?;
        let archived = self.archived(cx).await?;
        let states = self.states(cx, account, archived).await?;
        let speed = match self.input.speed {
            RestoreSpeed::Standard => Speed::Standard,
            RestoreSpeed::Bulk => Speed::Bulk,
        };
        let days = i32::try_from(self.input.days).unwrap_or(i32::MAX);
        let asked_for = states
            .into_iter()
            .filter(|(_, restored)| is_to_be_asked_for(*restored, cx.now));
        let mut asking = futures::stream::iter(asked_for)
            .map(|(version, _)| async move { account.s3.restore(bucket, &version, days, speed).await })
            .buffer_unordered(IN_FLIGHT);
        let mut failed = None;
        while let Some(asked) = asking.next().await {
            if let Err(failure) = asked {
                failed.get_or_insert(failure);
            }
        }
        failed.map_or(Ok(Begun::Once), Err)
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let restored = output["restored"].as_u64().unwrap_or(0);
        let evidence = Proof::Restored.fill(&[&restored.to_string()]);
        Ok(Verified::Right { evidence })
    }

    /// The temporary copies go by themselves.
    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
