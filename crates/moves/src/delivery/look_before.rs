//! Looks, before a person is asked to let things be cut over, whether the delivery flow is ready in the target. What would keep the first deploy from working is waited for, with
//! an alarm that says what to do; after a while a person is asked, who may know better. What fires in the source is told and not waited for: until the cut-over it is
//! right that it does, and the moment to stop it is the approver's.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use jiff::{SignedDuration, Timestamp};
use model::{Advice, Failure, Region, Said};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::look::{Check, Sight, in_accounts};
use super::spec::DeliverySpec;
use super::words::Text;
use super::{Finding, Verdict};
use crate::underway::Underway;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    /// What is looked at; its files are not.
    pub(super) delivery: DeliverySpec,
    /// The migration's region.
    pub(super) region: Region,
}

/// How often it is looked while something is open.
const EVERY: Duration = Duration::from_secs(30);
/// For how long it is waited for before a person is asked: an apply, or the copy of some images.
const LONGEST: SignedDuration = SignedDuration::from_mins(15);
/// So many things are told in full.
const TOLD: usize = 5;

/// When something was first found open, and how often a person had had it tried again by then: kept where a sweep keeps how far it is.
#[derive(Debug, Serialize, Deserialize)]
struct Looking {
    since: Timestamp,
    retried: u32,
}

/// What was seen, as the evidence tells it.
#[derive(Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Seen {
    ready: Vec<String>,
    notes: Vec<String>,
    fires: Vec<String>,
}

pub(super) struct LookBefore {
    input: Input,
    world: Rc<World>,
}

impl LookBefore {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    /// Since when something has been open, as far as that was kept.
    fn since(cx: &StepContext) -> Option<Timestamp> {
        let looking = cx.cursor.as_ref().and_then(|cursor| Looking::deserialize(cursor).ok());
        let looking = looking.filter(|looking| looking.retried == cx.retried);
        // Ready at the look before, which a crash has cut off: from the beginning, then.
        let seen = cx.outputs.borrow().contains_key(&cx.spec.id);
        looking.map(|looking| looking.since).or(cx.started_at.filter(|_| seen))
    }
}

/// What holds the step up, and what the evidence says where nothing does.
fn sorted(checks: Vec<Check>, names_what_fires: bool) -> (Vec<Finding>, Seen) {
    let (mut open, mut seen) = (Vec::new(), Seen::default());
    for check in checks {
        let is_firing = check.name == "schedules";
        for one in check.findings {
            let told = format!("{}: {}", one.of, one.what);
            match one.verdict {
                Verdict::Ok if is_firing => {}
                Verdict::Ok => seen.ready.push(one.of),
                Verdict::NotYet if is_firing => seen.fires.push(told),
                // Without names it is all that fires in the account.
                Verdict::Note if is_firing && !names_what_fires => {}
                Verdict::Unread if is_firing => seen.notes.push(told),
                Verdict::Note => seen.notes.push(told),
                Verdict::NotYet | Verdict::Wrong | Verdict::Unread => open.push(one),
            }
        }
    }
    (open, seen)
}

/// The first few, and how many more there are.
fn first(of: &[String]) -> Said {
    let told = of.iter().take(TOLD).map(Said::verbatim);
    let more = of.len().checked_sub(TOLD).filter(|more| *more > 0);
    Said::all(told.chain(more.map(|more| Text::AndMore.fill(&[&more.to_string()]))))
}

/// What is open, and what to do about it.
fn told(open: &[Finding]) -> Said {
    let each = open.iter().map(|one| {
        let todo = one.todo.iter().map(String::as_str);
        let commands = one.commands.iter().map(String::as_str);
        let rest: Vec<&str> = todo.chain(commands).collect();
        match rest.as_slice() {
            [] => format!("{}: {}", one.of, one.what),
            rest => format!("{}: {} ({})", one.of, one.what, rest.join(" ")),
        }
    });
    first(&each.collect::<Vec<_>>())
}

#[async_trait(?Send)]
impl Step for LookBefore {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let delivery = &self.input.delivery;
        let checks = in_accounts(&Sight {
            delivery,
            region: &self.input.region,
            source: &self.world.source(),
            target: &self.world.target(),
        })
        .await?;
        let (open, seen) = sorted(checks, !delivery.schedules.is_empty());
        if open.is_empty() {
            return Ok(Observed::Present(json!(seen)));
        }
        let Some(since) = Self::since(cx) else {
            return Ok(Observed::Absent);
        };
        if cx.now.duration_since(since) >= LONGEST {
            return Ok(Observed::Stuck {
                why: Text::NotReady.fill(&[&LONGEST.as_mins().to_string(), told(&open).as_str()]),
                advice: Advice::DeliveryNotReady.fill(&[cx.spec.id.as_str()]),
            });
        }
        let mut progress = Progress::words(Underway::DeliveryOpen.fill(&[&open.len().to_string()]));
        progress.alarm = Some(Advice::DeliveryOpen.fill(&[told(&open).as_str()]));
        Ok(Observed::Underway {
            progress,
            look_again: EVERY,
        })
    }

    /// Changes nothing: from now on it is waited.
    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        Ok(Begun::Swept {
            cursor: json!(Looking {
                since: cx.now,
                retried: cx.retried
            }),
            done: 0,
            total: None,
            more: false,
        })
    }

    async fn verify(&self, cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let seen = Seen::deserialize(output).unwrap_or_default();
        let now = cx.now.to_string();
        let mut evidence = vec![match seen.ready.is_empty() {
            true => Text::LookedAt.fill(&[&now]),
            false => Text::ReadyAt.fill(&[&now, &seen.ready.join(", ")]),
        }];
        if !seen.notes.is_empty() {
            evidence.push(Text::ToKnow.fill(&[first(&seen.notes).as_str()]));
        }
        match seen.fires.as_slice() {
            [] if self.input.delivery.schedules.is_empty() => {}
            [] => evidence.push(Text::NothingFires.into()),
            fires => evidence.push(Text::StillFires.fill(&[first(fires).as_str()])),
        }
        let evidence = Said::all(evidence);
        Ok(Verified::Right { evidence })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
