//! What steps took in runs that were carried out, and what the next plan may expect from it. A sample says how long a step took, and how long
//! its plan had expected: a sort of step that always took half as long again will do so again, whatever its size.

use std::collections::BTreeMap;
use std::path::PathBuf;

use engine::run::SharedJournal;
use journal::{DurationSample, Journal, JournalError};
use model::event::WorldKind;
use model::plan::Estimate;
use model::{Event, Plan, Recorded, ResourceRef, State, StepId, StepSpec};

use crate::error::CliError;
use crate::exit;

/// Keeps what a step took once it is proved right.
pub fn keep(journal: &SharedJournal, recorded: &Recorded, state: &State) {
    let Event::StepVerified { step, .. } = &recorded.event else {
        return;
    };
    let (Some(spec), Some(begun)) = (state.spec(step), state.steps[step].started_at) else {
        return;
    };
    let sample = DurationSample {
        at: recorded.at,
        action: spec.action.clone(),
        size: Some(spec.estimate.p50),
        seconds: u64::try_from(recorded.at.duration_since(begun).as_secs()).unwrap_or(0),
    };
    let mut journal = journal.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    // An estimate is worth no run: the next event's commit meets the same disk, and stops with the journal's own error.
    if let Err(error) = journal.put_duration(&sample) {
        tracing::warn!(%error, "what a step took could not be kept");
    }
}

/// What steps took, by their actions.
#[derive(Default)]
pub struct Samples {
    by_action: BTreeMap<String, Vec<DurationSample>>,
    /// Journals that were learned from.
    pub journals: usize,
    /// Those among them of runs on other endpoints than AWS's: what steps take in a simcloud is what AWS documents, not what it did.
    pub not_of_aws: usize,
}

/// From so many samples on they say more than the estimates of the plan.
const ENOUGH: usize = 3;

/// What a step is expected to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Predicted {
    /// Half of such steps, and nine in ten of them, take at most so many seconds.
    pub estimate: Estimate,
    /// The samples that this rests on; none: the plan's own estimate.
    pub samples: usize,
}

impl Samples {
    /// What the journals of earlier runs have kept.
    ///
    /// # Errors
    ///
    /// Where one cannot be read, or is a rehearsal's: that tells of simcloud.
    pub fn of(journals: &[PathBuf]) -> Result<Self, CliError> {
        let mut samples = Self::default();
        for path in journals {
            let refused = |error| CliError::journal(path, &error);
            let journal = Journal::open_read_only(path).map_err(refused)?;
            let stamp = journal.stamped().map_err(refused)?;
            if stamp.is_some_and(|stamp| stamp.world == WorldKind::Rehearsal) {
                let what = "that is the journal of a rehearsal, which keeps nothing of what steps took";
                let error = CliError::before(exit::USAGE, what, "Give --learn-from the journal of a run.");
                return Err(error.at(path.display().to_string()));
            }
            samples.take_in(&journal).map_err(refused)?;
        }
        Ok(samples)
    }

    /// What a plan should expect of a step; none where too few samples say anything.
    pub fn expects(&self, step: &StepSpec) -> Option<(Estimate, u64)> {
        let predicted = self.predict(step);
        let samples = u64::try_from(predicted.samples).unwrap_or(u64::MAX);
        (samples > 0).then_some((predicted.estimate, samples))
    }

    fn take_in(&mut self, journal: &Journal) -> Result<(), JournalError> {
        self.journals += 1;
        if journal.stamped()?.is_none_or(|stamp| stamp.world != WorldKind::Live) {
            self.not_of_aws += 1;
        }
        for sample in journal.durations()? {
            self.by_action.entry(sample.action.clone()).or_default().push(sample);
        }
        Ok(())
    }

    /// What a step is expected to take: the plan's estimate, stretched as those before it were.
    pub fn predict(&self, step: &StepSpec) -> Predicted {
        let samples = self.by_action.get(&step.action).map(Vec::as_slice).unwrap_or_default();
        let stretched = |sample: &DurationSample| {
            let expected = sample.size.unwrap_or(1).max(1);
            sample.seconds.saturating_mul(step.estimate.p50.max(1)) / expected
        };
        let mut seconds: Vec<u64> = samples.iter().map(stretched).collect();
        seconds.sort_unstable();
        if seconds.len() < ENOUGH {
            return Predicted {
                estimate: step.estimate,
                samples: 0,
            };
        }
        let at = |share: usize| seconds[(seconds.len() * share / 100).min(seconds.len() - 1)];
        Predicted {
            estimate: Estimate {
                p50: at(50),
                p90: at(90),
            },
            samples: seconds.len(),
        }
    }
}

/// When a resource's steps begin and end, in seconds from the run's beginning, gates answered at once and windows open.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The step.
    pub step: StepId,
    /// When it begins.
    pub begins: u64,
    /// What it is expected to take.
    pub predicted: Predicted,
}

/// When the places of each limit are free again.
#[derive(Default)]
struct Places<'p>(BTreeMap<&'p str, Vec<u64>>);

impl<'p> Places<'p> {
    /// The first moment from `ready` on at which a step with a limit may begin; it keeps its place for so many seconds.
    fn take(&mut self, plan: &'p Plan, step: &'p StepSpec, ready: u64, seconds: u64) -> u64 {
        let Some((name, most)) = step
            .limit
            .as_deref()
            .and_then(|name| Some((name, *plan.limits.get(name)?)))
        else {
            return ready;
        };
        let taken = self.0.entry(name).or_default();
        if taken.len() < usize::try_from(most).unwrap_or(usize::MAX) {
            taken.push(ready + seconds);
            return ready;
        }
        let Some(first) = taken.iter_mut().min() else {
            return ready;
        };
        let begins = ready.max(*first);
        *first = begins + seconds;
        begins
    }
}

/// The steps of each database, cluster, image, instance and volume in time: each begins when all that it needs has ended and, where only so
/// many of its sort run at once, one of those before it in the plan has ended.
pub fn timeline(plan: &Plan, samples: &Samples) -> Vec<(ResourceRef, Vec<Line>)> {
    let mut ends: BTreeMap<&StepId, u64> = BTreeMap::new();
    let mut lines: BTreeMap<&StepId, Line> = BTreeMap::new();
    let mut places = Places::default();
    for step in &plan.steps {
        let ready = step
            .needs
            .iter()
            .filter_map(|needs| ends.get(needs))
            .max()
            .copied()
            .unwrap_or(0);
        let predicted = samples.predict(step);
        let begins = places.take(plan, step, ready, predicted.estimate.p50);
        ends.insert(&step.id, begins + predicted.estimate.p50);
        let line = Line {
            step: step.id.clone(),
            begins,
            predicted,
        };
        lines.insert(&step.id, line);
    }
    let told = |resource: &ResourceRef| {
        matches!(
            resource.kind.as_str(),
            "database" | "cluster" | "image" | "instance" | "volume" | "cache"
        )
    };
    let of = |resource: &ResourceRef| {
        let steps = plan.steps.iter().filter(|step| step.resource == *resource);
        steps
            .filter_map(|step| lines.get(&step.id).cloned())
            .collect::<Vec<_>>()
    };
    plan.resources()
        .into_iter()
        .filter(told)
        .map(|resource| {
            let lines = of(&resource);
            (resource, lines)
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(expected: u64, seconds: u64) -> DurationSample {
        DurationSample {
            at: jiff::Timestamp::UNIX_EPOCH,
            action: "database.copy_to_target".to_owned(),
            size: Some(expected),
            seconds,
        }
    }

    fn step(p50: u64) -> StepSpec {
        serde_json::from_value(serde_json::json!({"id": "database/shop/copy_to_target", "action": "database.copy_to_target", "version": 1,
            "resource": {"kind": "database", "name": "shop"}, "side": "target", "title": "", "phase": "freeze", "needs": [],
            "undo": {"can": "auto"}, "estimate": {"p50": p50, "p90": p50 * 3}, "patience": 1, "input": {}}))
        .expect("a step")
    }

    #[test]
    fn few_samples_leave_the_plans_estimate_and_enough_stretch_it() {
        let mut samples = Samples::default();
        let of = samples
            .by_action
            .entry("database.copy_to_target".to_owned())
            .or_default();
        of.extend([sample(100, 150), sample(200, 300)]);
        let plain = samples.predict(&step(1000));
        assert_eq!((plain.estimate, plain.samples), (Estimate { p50: 1000, p90: 3000 }, 0));
        let of = samples
            .by_action
            .entry("database.copy_to_target".to_owned())
            .or_default();
        of.extend([sample(1000, 1500), sample(10, 40)]);
        let stretched = samples.predict(&step(1000));
        // 150, 150, 150 and 400 per cent.
        assert_eq!(
            (stretched.estimate, stretched.samples),
            (Estimate { p50: 1500, p90: 4000 }, 4)
        );
    }

    #[test]
    fn copies_of_which_two_run_at_once_wait_for_the_first_that_ends() {
        let copy = |name: &str, seconds: u64| {
            let mut step = step(seconds);
            step.id = StepId::new(format!("database/{name}/copy_to_target")).expect("an id");
            step.resource = ResourceRef::new("database", name);
            step.limit = Some("rds-copies".to_owned());
            step
        };
        let steps = [copy("a", 100), copy("b", 300), copy("c", 50), copy("d", 10)];
        let plan: Plan = serde_json::from_value(serde_json::json!({"format": 1, "migration": "shop", "region": "ap-northeast-1", "accounts": {},
            "runbook": model::Digest::of(b""), "windows": [], "gates": [], "limits": {"rds-copies": 2}, "steps": steps, "notes": []}))
        .expect("a plan");
        let begins: Vec<u64> = timeline(&plan, &Samples::default())
            .iter()
            .flat_map(|(_, lines)| lines.iter().map(|line| line.begins))
            .collect();
        assert_eq!(begins, [0, 0, 100, 150]);
    }
}
