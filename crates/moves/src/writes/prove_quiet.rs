//! Looks until CloudWatch has told of some whole minutes, one after the other, in which nobody was connected to any of the database's instances.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use aws::cloudwatch::Minute;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use jiff::{SignedDuration, Timestamp};
use model::{Advice, Failure, Said};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::Database;
use super::spec::StopWrites;
use super::words::Text;
use crate::underway::Underway;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) database: Database,
    pub(super) how: StopWrites,
}

/// What was seen.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Quiet {
    /// The instances that were looked at.
    pub(super) instances: Vec<String>,
    /// The first of the minutes in which nobody was connected.
    pub(super) since: Timestamp,
}

/// When it was first looked, and how often a person had had it tried again by then: kept where a sweep keeps how far it is.
#[derive(Debug, Serialize, Deserialize)]
struct Looking {
    since: Timestamp,
    retried: u32,
}

/// So many minutes in a row. A pool of connections that is empty for a moment between two uses fills up within one.
const MINUTES: usize = 5;
const MINUTE: SignedDuration = SignedDuration::from_mins(1);
/// From when on people are told that somebody is still connected, or that CloudWatch tells nothing.
const TOLD_AFTER: SignedDuration = SignedDuration::from_mins(15);
/// How long it is looked at before a person must decide.
const LONGEST: SignedDuration = SignedDuration::from_hours(2);

pub(super) struct ProveQuiet {
    input: Input,
    world: Rc<World>,
}

impl ProveQuiet {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

/// The last minutes in a row in which nobody was connected: when they began, and how many they are.
fn quiet_at_the_end(minutes: &[Minute]) -> Option<(Timestamp, usize)> {
    let mut found: Option<(Timestamp, usize)> = None;
    for minute in minutes.iter().rev() {
        let adjoins = found.is_none_or(|(at, _)| at.duration_since(minute.at) == MINUTE);
        if minute.most > 0.0 || !adjoins {
            break;
        }
        found = Some((minute.at, found.map_or(1, |(_, count)| count + 1)));
    }
    found
}

#[async_trait(?Send)]
impl Step for ProveQuiet {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let looking = cx.cursor.as_ref().and_then(|cursor| Looking::deserialize(cursor).ok());
        let Some(looking) = looking.filter(|looking| looking.retried == cx.retried) else {
            return Ok(Observed::Absent);
        };
        // CloudWatch refuses a span that ends before it begins.
        if let Ok(left) = Duration::try_from(looking.since.duration_since(cx.now) + MINUTE)
            && !left.is_zero()
        {
            return Ok(Observed::Underway {
                progress: Progress::words(Underway::NextMinute),
                look_again: left,
            });
        }
        let access = self.input.database.access(cx, &self.world).await?;
        if access.instances.is_empty() {
            // A cluster without members serves nobody, and CloudWatch cannot be asked about none.
            return Ok(Observed::Present(json!(Quiet {
                instances: Vec::new(),
                since: looking.since,
            })));
        }
        let source = self.world.source();
        let told = source
            .cloudwatch
            .connections(&access.instances, looking.since, cx.now)
            .await?;
        let quiet = told.iter().map(|(_, minutes)| quiet_at_the_end(minutes));
        let quiet: Option<Vec<(Timestamp, usize)>> = quiet.collect();
        let shortest = quiet.iter().flatten().map(|(_, count)| *count).min().unwrap_or(0);
        if let Some(since) = quiet.iter().flatten().map(|(since, _)| *since).max()
            && shortest >= MINUTES
        {
            return Ok(Observed::Present(json!(Quiet {
                instances: access.instances,
                since,
            })));
        }
        let connected = told
            .iter()
            .filter_map(|(id, minutes)| minutes.last().map(|minute| (id, minute)))
            .filter(|(_, minute)| minute.most > 0.0)
            .map(|(id, minute)| Text::Connected.fill(&[&minute.at.to_string(), id, &minute.most.to_string()]));
        let connected: Vec<Said> = connected.collect();
        let text = match (connected.is_empty(), shortest) {
            (false, _) => Said::all(connected),
            (true, 0) => Text::NoMinute.into(),
            (true, minutes) => Text::QuietFor.fill(&[&minutes.to_string(), &MINUTES.to_string()]),
        };
        let waited = cx.now.duration_since(looking.since);
        if waited >= LONGEST {
            return Ok(Observed::Stuck {
                why: Text::NotQuiet.fill(&[&LONGEST.as_hours().to_string(), &access.arn, text.as_str()]),
                advice: match self.input.how {
                    StopWrites::Gate => Advice::StopUsers,
                    StopWrites::Block | StopWrites::BlockAndReboot | StopWrites::No => Advice::StillConnected,
                }
                .fill(&[&self.input.database.id]),
            });
        }
        let mut progress = Progress::words(text);
        if waited >= TOLD_AFTER && shortest == 0 {
            let alarm = match self.input.how {
                StopWrites::Gate => Advice::StopConnected,
                StopWrites::Block | StopWrites::BlockAndReboot | StopWrites::No => Advice::EndConnections,
            };
            progress.alarm = Some(alarm.fill(&[progress.text.as_str(), &self.input.database.id]));
        }
        Ok(Observed::Underway {
            progress,
            look_again: Duration::from_secs(30),
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        // From the next whole minute on: in this one somebody may have been connected before access was blocked.
        let second = cx.now.as_second() + 60 - cx.now.as_second().rem_euclid(60);
        let since = Timestamp::from_second(second).unwrap_or(cx.now);
        Ok(Begun::Swept {
            cursor: json!(Looking {
                since,
                retried: cx.retried
            }),
            done: 0,
            total: None,
            more: false,
        })
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let quiet: Quiet = cx.output(&cx.spec.id)?;
        Ok(Verified::Right {
            evidence: Text::QuietSince.fill(&[&quiet.instances.join(", "), &quiet.since.to_string()]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn minutes(counts: &[(i64, f64)]) -> Vec<Minute> {
        let minute = |(n, most): &(i64, f64)| Minute {
            at: Timestamp::from_second(n * 60).expect("in range"),
            most: *most,
        };
        counts.iter().map(minute).collect()
    }

    #[test]
    fn only_the_last_minutes_count_and_none_may_be_missing_among_them() {
        let at = |n: i64| Timestamp::from_second(n * 60).expect("in range");
        assert_eq!(quiet_at_the_end(&[]), None);
        assert_eq!(quiet_at_the_end(&minutes(&[(1, 0.0), (2, 3.0)])), None);
        assert_eq!(
            quiet_at_the_end(&minutes(&[(1, 3.0), (2, 0.0), (3, 0.0)])),
            Some((at(2), 2))
        );
        // Of minute 3 nothing is known: somebody may have been connected.
        assert_eq!(
            quiet_at_the_end(&minutes(&[(1, 0.0), (2, 0.0), (4, 0.0)])),
            Some((at(4), 1))
        );
    }
}
