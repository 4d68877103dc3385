//! Waits until no resolver can remember the delegation with its old TTL any more. Counted from this step's own beginning, which is
//! after every name server had the lowered one.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use jiff::{SignedDuration, Timestamp};
use model::{Failure, FailureClass};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::proofs::Proof;
use crate::underway::Underway;
use crate::world::World;

/// A long wait is looked at this often, so that its progress is shown.
const LONGEST_LOOK: SignedDuration = SignedDuration::from_mins(10);

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    /// The longest of the old TTLs.
    pub(super) seconds: u32,
}

pub(super) struct WaitTtl {
    input: Input,
}

impl WaitTtl {
    pub(super) fn new(input: Input, _world: Rc<World>) -> Self {
        Self { input }
    }
}

/// The moment that lies so many seconds after the step's beginning.
pub(super) fn after(cx: &StepContext, began: Timestamp, seconds: u64) -> Result<Timestamp, Failure> {
    let span = SignedDuration::from_secs(i64::try_from(seconds).unwrap_or(i64::MAX));
    began
        .checked_add(span)
        .map_err(|e| cx.failure(FailureClass::Invalid, "[TooLong]", e.to_string()))
}

/// Still waiting: how far, and when to look again.
pub(super) fn waiting(
    cx: &StepContext,
    until: Timestamp,
    seconds: u64,
    longest_look: SignedDuration,
    what: Underway,
) -> Observed {
    let left = until.duration_since(cx.now);
    let fraction = 1.0 - left.as_secs_f64() / (seconds.max(1) as f64);
    Observed::Underway {
        progress: Progress {
            fraction: Some(fraction.clamp(0.0, 1.0)),
            text: what.fill(&[&format!("{until:.0}")]),
            alarm: None,
        },
        look_again: Duration::try_from(left.min(longest_look))
            .unwrap_or_default()
            .max(Duration::from_secs(1)),
    }
}

#[async_trait(?Send)]
impl Step for WaitTtl {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let Some(began) = cx.started_at else {
            return Ok(Observed::Absent);
        };
        let until = after(cx, began, u64::from(self.input.seconds))?;
        if cx.now < until {
            return Ok(waiting(
                cx,
                until,
                u64::from(self.input.seconds),
                LONGEST_LOOK,
                Underway::OldTtlUntil,
            ));
        }
        Ok(Observed::Present(json!({ "until": until })))
    }

    /// The intent that the engine has recorded is what the wait counts from.
    async fn begin(&self, _cx: &StepContext) -> Result<Begun, Failure> {
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let until = output["until"].as_str().unwrap_or_default();
        Ok(Verified::Right {
            evidence: Proof::TtlForgotten.fill(&[until]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use model::{Phase, ResourceRef, RunId, Side, StepSpec, Undo};

    use super::*;

    fn context(now: i64, started_at: Option<i64>) -> StepContext {
        let resource = ResourceRef::new("zone", "stg.example.com");
        let moment = |second| Timestamp::from_second(second).expect("a moment");
        StepContext {
            run: RunId::new("abcdefabcdef").expect("a run id"),
            spec: Rc::new(StepSpec {
                id: resource.step("wait_ttl"),
                action: "zone.wait_ttl".into(),
                version: 1,
                resource,
                side: Side::Source,
                title: String::new(),
                phase: Phase::Prepare,
                needs: Vec::new(),
                gates: Vec::new(),
                disturbs: false,
                presses_on: false,
                undo: Undo::Nothing,
                estimate: Default::default(),
                learned: None,
                patience: 0,
                limit: None,
                input: Value::Null,
            }),
            direction: model::event::Direction::Do,
            token: String::new(),
            now: moment(now),
            started_at: started_at.map(moment),
            retried: 0,
            tried_at: None,
            attempts: 0,
            cursor: None,
            outputs: Rc::new(BTreeMap::new().into()),
        }
    }

    #[test]
    fn the_end_is_not_overslept_and_a_long_wait_shows_progress() {
        let seconds = 172_800;
        let look = |now: i64| {
            let cx = context(now, Some(0));
            let until = after(&cx, Timestamp::UNIX_EPOCH, seconds).expect("a moment");
            match waiting(&cx, until, seconds, LONGEST_LOOK, Underway::Until) {
                Observed::Underway { progress, look_again } => {
                    (progress.fraction.expect("known"), look_again.as_secs())
                }
                other => panic!("{other:?}"),
            }
        };
        assert_eq!(look(0), (0.0, 600));
        assert_eq!(look(86_400), (0.5, 600));
        assert_eq!(look(172_790).1, 10);
    }
}
