//! How far the move of one bucket is, for people: what is copied of how much, how long nobody can write to it, how long its name has
//! been asked for. From the events alone, as of the last of them.

use indicatif::DecimalBytes;
use jiff::Timestamp;
use model::state::StepState;
use model::{ResourceRef, State};
use serde::Serialize;
use serde_json::Value;

use super::planned::duration;

/// How a bucket stands; nothing before it is listed for the first time.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct BucketStanding {
    /// Versions and delete markers in it.
    pub versions: u64,
    /// The bytes of all of them.
    pub bytes: u64,
    /// Which way is under way: `bulk`, `out` or `back`.
    pub way: &'static str,
    /// What that way was to copy.
    pub to_copy: u64,
    /// Whether that is done.
    pub copied: bool,
    /// What its ended batch jobs have copied.
    pub by_jobs: u64,
    /// How many waves of jobs have ended.
    pub waves_done: usize,
    /// Of how many.
    pub waves: usize,
    /// Seconds since nobody may write to it, until everything is in the new bucket.
    pub down_seconds: Option<u64>,
    /// Seconds for which its name has been asked for, until it was won.
    pub name_seconds: Option<u64>,
}

/// The last one first: what is under way is the last that has been listed for.
const WAYS: [&str; 3] = ["back", "out", "bulk"];

impl BucketStanding {
    /// Looks at a resource's steps.
    pub fn of(state: &State, resource: &ResourceRef) -> Option<Self> {
        if resource.kind != "bucket" {
            return None;
        }
        let place = |verb: &str| state.steps.get(&resource.step(verb));
        let (way, survey) = WAYS.iter().find_map(|way| {
            let found = place(&format!("survey_{way}"))?.output.as_ref()?;
            Some((*way, found))
        })?;
        let count = |of: &Value, field: &str| of[field].as_u64().unwrap_or(0);
        let (sums, missing) = (&survey["sums"], &survey["missing"]);
        let jobs = format!("{way}_copy_wave_");
        let of_way = || {
            state
                .plan
                .steps
                .iter()
                .filter(|step| step.resource == *resource && step.id.verb().starts_with(&jobs))
        };
        let ended = of_way().filter_map(|step| state.steps[&step.id].output.as_ref());
        Some(Self {
            versions: count(sums, "versions") + count(sums, "markers"),
            bytes: count(sums, "bytes"),
            way,
            to_copy: count(missing, "versions") + count(missing, "markers"),
            // Where nothing was to be copied there is no such step.
            copied: place(&format!("{way}_settle")).is_none_or(|place| place.status.is_settled()),
            by_jobs: ended.map(|output| count(output, "succeeded")).sum(),
            waves_done: of_way()
                .filter(|step| state.steps[&step.id].status.is_settled())
                .count(),
            waves: of_way().count(),
            down_seconds: lasted(
                state,
                place("deny_writes").and_then(|place| place.ended_at),
                place("prove_final"),
            ),
            name_seconds: lasted(
                state,
                place("win_name").and_then(|place| place.started_at),
                place("win_name"),
            ),
        })
    }

    /// One line.
    pub fn line(&self) -> String {
        let what = match self.way {
            "bulk" => "copied while in use",
            "out" => "what changed since is copied",
            _ => "copied back",
        };
        let (versions, bytes) = (self.versions, DecimalBytes(self.bytes));
        let how_far = if self.copied { "all of" } else { "to copy" };
        let mut line = format!("{versions} versions, {bytes}; {what}: {how_far} {}", self.to_copy);
        if self.waves > 0 && !self.copied {
            line = format!(
                "{line}, {} by jobs, wave {} of {}",
                self.by_jobs, self.waves_done, self.waves
            );
        }
        if let Some(seconds) = self.down_seconds {
            line = format!("{line}; not writable for {}", duration(seconds));
        }
        if let Some(seconds) = self.name_seconds {
            line = format!("{line}; name asked for over {}", duration(seconds));
        }
        line
    }
}

/// From a moment to the end of a step, or to the last event.
fn lasted(state: &State, from: Option<Timestamp>, until: Option<&StepState>) -> Option<u64> {
    let until = until.and_then(|place| place.ended_at).unwrap_or(state.last_at);
    u64::try_from(until.duration_since(from?).as_secs()).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_is_copied_of_what_and_how_long_nobody_can_write() {
        let standing = BucketStanding {
            versions: 120_000,
            bytes: 3_400_000_000,
            way: "back",
            to_copy: 120_000,
            copied: false,
            by_jobs: 90_000,
            waves_done: 1,
            waves: 2,
            down_seconds: Some(4_000),
            name_seconds: Some(1_500),
        };
        assert_eq!(
            standing.line(),
            "120000 versions, 3.40 GB; copied back: to copy 120000, 90000 by jobs, wave 1 of 2; not writable for 1h06m; name \
             asked for over 25m00s"
        );
    }
}
