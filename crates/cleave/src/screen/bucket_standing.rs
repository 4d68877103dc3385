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
    /// Bytes of that; 0 where it is not known.
    pub bytes_to_copy: u64,
    /// Whether that is done.
    pub copied: bool,
    /// What has been copied so far, by batch jobs that have ended and one by one.
    pub entries_copied: u64,
    /// Bytes of that.
    pub bytes_copied: u64,
    /// How long the rest takes if it goes on as it has, in seconds.
    pub left_seconds: Option<u64>,
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
/// The same of a bucket that is replicated, by the steps that replicate.
const REPLICATIONS: [(&str, &str); 3] = [
    ("replicate_back", "back"),
    ("replicate_rest", "out"),
    ("replicate_existing", "bulk"),
];

impl BucketStanding {
    /// Looks at a resource's steps.
    pub fn of(state: &State, resource: &ResourceRef) -> Option<Self> {
        if resource.kind != "bucket" {
            return None;
        }
        let place = |verb: &str| state.steps.get(&resource.step(verb));
        let surveyed = WAYS.iter().find_map(|way| {
            let found = place(&format!("survey_{way}"))?.output.as_ref()?;
            Some((*way, found))
        });
        let Some((way, survey)) = surveyed else {
            return Self::replicated(state, resource);
        };
        let count = |of: &Value, field: &str| of[field].as_u64().unwrap_or(0);
        let (sums, missing) = (&survey["sums"], &survey["missing"]);
        let of_way = |part: &str| {
            let verb = format!("{way}_{part}");
            let steps = state.plan.steps.iter();
            let of_way = steps.filter(move |step| step.resource == *resource && step.id.verb().starts_with(&verb));
            of_way.map(|step| &state.steps[&step.id])
        };
        let sum = |field: &str| {
            let by_jobs = of_way("copy_wave_").filter_map(|place| place.output.as_ref());
            let of_jobs = if field == "entries" { "succeeded" } else { field };
            let by_jobs: u64 = by_jobs.map(|output| count(output, of_jobs)).sum();
            let one_by_one = of_way("set").filter_map(|place| place.cursor.as_ref());
            by_jobs + one_by_one.map(|cursor| count(cursor, field)).sum::<u64>()
        };
        let to_copy = count(missing, "versions") + count(missing, "markers");
        // Where nothing was to be copied there is no such step.
        let copied = place(&format!("{way}_settle")).is_none_or(|place| place.status.is_settled());
        let entries_copied = sum("entries");
        let begun = place(&format!("survey_{way}")).and_then(|place| place.ended_at);
        let left = to_copy.saturating_sub(entries_copied);
        let took = begun.map_or(0, |begun| {
            u64::try_from(state.last_at.duration_since(begun).as_secs()).unwrap_or(0)
        });
        Some(Self {
            versions: count(sums, "versions") + count(sums, "markers"),
            bytes: count(sums, "bytes"),
            way,
            to_copy,
            bytes_to_copy: count(missing, "bytes"),
            copied,
            entries_copied,
            bytes_copied: sum("bytes"),
            left_seconds: (took * left).checked_div(entries_copied).filter(|_| !copied),
            waves_done: of_way("copy_wave_").filter(|place| place.status.is_settled()).count(),
            waves: of_way("copy_wave_").count(),
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

    /// How a bucket stands that is replicated: as of the last time that both were listed.
    fn replicated(state: &State, resource: &ResourceRef) -> Option<Self> {
        let place = |verb: &str| state.steps.get(&resource.step(verb));
        let (way, step, cursor) = REPLICATIONS.iter().find_map(|(verb, way)| {
            let step = place(verb)?;
            Some((*way, step, step.cursor.as_ref()?))
        })?;
        let count = |field: &str| cursor[field].as_u64().unwrap_or(0);
        let (entries, bytes) = (count("entries"), count("bytes"));
        let copied = step.status.is_settled();
        Some(Self {
            versions: entries,
            bytes,
            way,
            to_copy: entries,
            // Which of them are lacking is not kept, only how many.
            bytes_to_copy: 0,
            copied,
            entries_copied: entries.saturating_sub(count("lacking")),
            bytes_copied: 0,
            left_seconds: None,
            waves_done: 0,
            waves: 0,
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
        let mut line = format!("{versions} versions, {bytes}; {what}: ");
        line += &if self.copied {
            format!("all of {}", self.to_copy)
        } else {
            let entries = format!("{} of {}", self.entries_copied, self.to_copy);
            let (copied, all) = (DecimalBytes(self.bytes_copied), DecimalBytes(self.bytes_to_copy));
            match self.bytes_to_copy {
                0 => entries,
                _ => format!("{entries}, {copied} of {all}"),
            }
        };
        if self.waves > 0 && !self.copied {
            line = format!("{line}, wave {} of {}", self.waves_done, self.waves);
        }
        if let Some(seconds) = self.left_seconds {
            line = format!("{line}, about {} left", duration(seconds));
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
            bytes_to_copy: 3_400_000_000,
            copied: false,
            entries_copied: 90_000,
            bytes_copied: 2_000_000_000,
            left_seconds: Some(600),
            waves_done: 1,
            waves: 2,
            down_seconds: Some(4_000),
            name_seconds: Some(1_500),
        };
        assert_eq!(
            standing.line(),
            "120000 versions, 3.40 GB; copied back: 90000 of 120000, 2.00 GB of 3.40 GB, wave 1 of 2, about 10m00s left; not writable for \
             1h06m; name asked for over 25m00s"
        );
    }
}
