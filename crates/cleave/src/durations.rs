//! What steps took in runs that were carried out, and what the next plan may expect from it. A sample says how long a step took, and how long
//! its plan had expected: a sort of step that always took half as long again will do so again. Steps of about the same size are asked first: of a small
//! copy most is waiting, of a large one most is copying, and one says little of the other.

use std::collections::BTreeMap;
use std::path::PathBuf;

use engine::run::SharedJournal;
use jiff::Timestamp;
use journal::{DurationSample, Journal, JournalError};
use model::event::WorldKind;
use model::plan::Estimate;
use model::schedule::schedule;
use model::{Event, Plan, Recorded, ResourceRef, State, StepId, StepSpec};

use crate::error::CliError;
use crate::exit;
use crate::words::{Failed, ToDo};

/// Keeps what a step took once it is proved right, where it was under way without a break: not over a stop for a person, nor from before
/// this process went on with it (`since`). Else a night's sleep would be what a copy takes.
pub fn keep(journal: &SharedJournal, recorded: &Recorded, state: &State, since: Timestamp) {
    let Event::StepVerified { step, .. } = &recorded.event else {
        return;
    };
    let place = &state.steps[step];
    let (Some(spec), Some(begun)) = (state.spec(step), place.started_at) else {
        return;
    };
    if place.retried > 0 || begun < since {
        return;
    }
    let sample = DurationSample {
        at: recorded.at,
        action: spec.action.clone(),
        size: Some(documented(spec)),
        seconds: u64::try_from(recorded.at.duration_since(begun).as_secs()).unwrap_or(0),
    };
    let mut journal = journal.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
    // An estimate is worth no run: the next event's commit meets the same disk, and stops with the journal's own error.
    if let Err(error) = journal.put_duration(&sample) {
        tracing::warn!(%error, "what a step took could not be kept");
    }
}

/// What is documented of a step, also where its plan had learned: a run that took as long as the one before it would else teach that AWS is as
/// fast as it says.
fn documented(step: &StepSpec) -> u64 {
    step.learned.map_or(step.estimate.p50, |learned| learned.documented)
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
/// What is documented to take from a third of it to three times as long is of about the same size.
const NEAR: u64 = 3;

/// What a step is expected to take.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Predicted {
    /// Half of such steps, and nine in ten of them, take at most so many seconds.
    pub estimate: Estimate,
    /// The samples that this rests on; none: the plan's own estimate.
    pub samples: u64,
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
                let what = Failed::KeepsNothing;
                let error = CliError::before(exit::USAGE, what, ToDo::LearnFromARun);
                return Err(error.at(path.display().to_string()));
            }
            samples.take_in(&journal).map_err(refused)?;
        }
        Ok(samples)
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

    /// What a step is expected to take, and on how many samples that rests: what is documented, stretched as the steps before it were, those of about
    /// its size where they are enough. None where too few say anything.
    pub fn expects(&self, step: &StepSpec) -> Option<(Estimate, u64)> {
        let samples = self
            .by_action
            .get(&step.action)
            .filter(|samples| samples.len() >= ENOUGH)?;
        let own = step.estimate.p50.max(1);
        let size = |sample: &DurationSample| sample.size.unwrap_or(1).max(1);
        let near = |sample: &&DurationSample| {
            let (least, most) = (own.min(size(sample)), own.max(size(sample)));
            most <= least.saturating_mul(NEAR)
        };
        let mut of: Vec<&DurationSample> = samples.iter().filter(near).collect();
        if of.len() < ENOUGH {
            of = samples.iter().collect();
        }
        let stretched = |sample: &&DurationSample| sample.seconds.saturating_mul(own) / size(sample);
        let mut seconds: Vec<u64> = of.iter().map(stretched).collect();
        seconds.sort_unstable();
        let at = |share: usize| seconds[(seconds.len() * share / 100).min(seconds.len() - 1)];
        let estimate = Estimate {
            p50: at(50),
            p90: at(90),
        };
        Some((estimate, u64::try_from(seconds.len()).unwrap_or(u64::MAX)))
    }

    /// The same, or the plan's own estimate.
    pub fn predict(&self, step: &StepSpec) -> Predicted {
        let (estimate, samples) = self.expects(step).unwrap_or((step.estimate, 0));
        Predicted { estimate, samples }
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

/// The steps of each database, cluster, image, instance and volume in time.
pub fn timeline(plan: &Plan, samples: &Samples) -> Vec<(ResourceRef, Vec<Line>)> {
    let spans = schedule(plan, |step| samples.predict(step).estimate.p50);
    let lines: Vec<(&StepSpec, Line)> = plan
        .steps
        .iter()
        .zip(spans)
        .map(|(step, (begins, _))| {
            let line = Line {
                step: step.id.clone(),
                begins,
                predicted: samples.predict(step),
            };
            (step, line)
        })
        .collect();
    let told = |resource: &ResourceRef| {
        matches!(
            resource.kind.as_str(),
            "database" | "cluster" | "image" | "instance" | "volume" | "cache"
        )
    };
    let of = |resource: &ResourceRef| {
        let steps = lines.iter().filter(|(step, _)| step.resource == *resource);
        steps.map(|(_, line)| line.clone()).collect::<Vec<_>>()
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
    fn steps_of_about_the_same_size_are_asked_before_others() {
        let mut samples = Samples::default();
        let action = "database.copy_to_target".to_owned();
        // Small ones take four times what is documented, large ones what is.
        let small = [sample(30, 120), sample(40, 160), sample(60, 240), sample(100, 400)];
        let large = [sample(5000, 5000), sample(8000, 8000)];
        let of = samples.by_action.entry(action.clone()).or_default();
        of.extend(small.into_iter().chain(large));
        let few = samples.predict(&step(9000));
        assert_eq!(
            (few.estimate.p50, few.samples),
            (36_000, 6),
            "two of its size are too few"
        );
        samples
            .by_action
            .entry(action)
            .or_default()
            .push(sample(27_000, 27_000));
        let enough = samples.predict(&step(9000));
        assert_eq!((enough.estimate.p50, enough.samples), (9000, 3));
        let one = samples.predict(&step(50));
        assert_eq!(
            (one.estimate.p50, one.samples),
            (200, 4),
            "100 is within its three times"
        );
    }

    #[test]
    fn what_a_run_that_had_learned_takes_is_held_against_what_is_documented() {
        // The first run took twice what is documented, and the second, which expected that, took it again.
        let learned = |samples: &Samples, documented: u64| {
            let mut step = step(documented);
            let (estimate, samples) = samples.expects(&step).expect("three samples");
            step.learned = Some(model::plan::Learned { documented, samples });
            step.estimate = estimate;
            step
        };
        let taught = |kept: [DurationSample; 3]| {
            let mut samples = Samples::default();
            samples
                .by_action
                .insert("database.copy_to_target".to_owned(), kept.into());
            samples
        };
        let first = taught([sample(100, 200), sample(100, 200), sample(100, 200)]);
        let second = learned(&first, 100);
        assert_eq!(second.estimate.p50, 200);
        let kept = sample(documented(&second), 200);
        let third = learned(&taught([kept.clone(), kept.clone(), kept]), 100);
        assert_eq!(third.estimate.p50, 200);
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
