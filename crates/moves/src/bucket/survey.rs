//! Lists a bucket whole and plans the waves in which it is copied. Within a wave no key stands twice, and a wave begins only when the
//! one before is settled: only so do histories keep their order, because a batch job has none.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Extension, Observed, Step, StepContext, Verified};
use listing::waves::{self, Classes, Depths};
use model::listing::Sums;
use model::plan::Estimate;
use model::{Digest, Failure, FailureClass, Phase, StepId, StepSpec};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::place::{Place, histories};
use super::{copy_wave, settle, write_manifest};
use crate::draft::DraftStep;
use crate::world::World;

#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Input {
    /// What is copied.
    pub(super) from: Place,
    /// Where to.
    pub(super) to: Place,
    /// Where manifests and reports lie.
    pub(super) ops: Place,
    /// As whom batch jobs run.
    pub(super) batch_role: String,
    /// From how many objects on a wave is worth a job.
    pub(super) batch_from: u64,
    /// Tells the way there (`out`) and the way back (`back`) apart in the names of steps.
    pub(super) way: String,
    /// What the step that must wait for the whole copy does. Not its id: that would read as something this step needs.
    pub(super) proof: String,
}

/// What the listing told. Small: it is kept as an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Surveyed {
    /// The sums.
    pub(super) sums: Sums,
    /// A digest over every entry.
    pub(super) digest: Digest,
    /// The waves that are worth jobs, the oldest entries first: rows by storage class.
    pub(super) waves: Vec<Classes>,
    /// Versions that cannot be copied as they are.
    pub(super) uncopyable: u64,
    /// The first of them, with why.
    pub(super) such_as: Vec<String>,
}

pub(super) struct Survey {
    input: Input,
    world: Rc<World>,
}

impl Survey {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

const SHOWN: usize = 5;

#[async_trait(?Send)]
impl Step for Survey {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let account = self.input.from.account(&self.world);
        let mut keys = histories(&account, &self.input.from.name(cx)?, None);
        let mut found = Surveyed {
            sums: Sums::default(),
            digest: Digest::of(b""),
            waves: Vec::new(),
            uncopyable: 0,
            such_as: Vec::new(),
        };
        let mut depths = Depths::default();
        while let Some(history) = keys.next().await? {
            found.sums.add(&history);
            depths.add(&history);
            found.digest = Digest::of(format!("{}{history:?}", found.digest).as_bytes());
            for entry in &history.entries {
                let Some(why) = waves::uncopyable(entry) else { continue };
                found.uncopyable += 1;
                if found.such_as.len() < SHOWN {
                    found
                        .such_as
                        .push(format!("{:?} ({}): {why}", entry.key, entry.version_id));
                }
            }
        }
        found.waves = depths.worth_a_job(self.input.batch_from);
        Ok(Observed::Present(json!(found)))
    }

    async fn begin(&self, _cx: &StepContext) -> Result<Begun, Failure> {
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let found: Surveyed = cx.output(&cx.spec.id)?;
        if found.uncopyable > 0 {
            let why = format!(
                "{} versions cannot be copied as they are, such as {}",
                found.uncopyable,
                found.such_as.join("; ")
            );
            return Ok(Verified::Wrong { why });
        }
        let Sums {
            keys,
            versions,
            markers,
            bytes,
            deepest,
        } = found.sums;
        Ok(Verified::Right {
            evidence: format!(
                "{keys} keys, {versions} versions, {markers} delete markers, {bytes} bytes, at most {deepest} entries in one key; \
                 listing {}",
                found.digest.short()
            ),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }

    fn extends(&self, cx: &StepContext, output: &Value) -> Result<Option<Extension>, Failure> {
        let found = Surveyed::deserialize(output)
            .map_err(|error| cx.failure(FailureClass::Unexpected, "[BadOutput]", error.to_string()))?;
        let steps = wave_steps(&self.input, &cx.spec, &found);
        Ok(Some(Extension {
            steps,
            before: vec![cx.spec.resource.step(&self.input.proof)],
        }))
    }
}

/// Manifests, jobs and what settles each wave; the last one settles everything that is left, markers and deep histories too.
pub(super) fn wave_steps(input: &Input, survey: &StepSpec, found: &Surveyed) -> Vec<StepSpec> {
    let mut steps: Vec<StepSpec> = Vec::new();
    let mut behind = survey.id.clone();
    let usual = |action: &str, verb: &str, title: String, step_input: Value| {
        DraftStep::new(&survey.resource, action, survey.side, title, step_input)
            .named(&format!("{}_{verb}", input.way))
            .phase(survey.phase)
            .leaves_nothing()
            .patience(1800)
    };
    let settle = |depth: Option<u64>, verb: &str, needs: &[StepId]| {
        let title = match depth {
            Some(depth) => format!("settle wave {depth}: copy what its jobs left out, and set its delete markers"),
            None => "copy what is left, key by key, and set delete markers".to_owned(),
        };
        let entries = found.sums.versions + found.sums.markers;
        let settle = settle::Input {
            from: input.from.clone(),
            to: input.to.clone(),
            depth,
        };
        let in_jobs: u64 = found.waves.iter().flat_map(Classes::values).sum();
        let left = if depth.is_none() {
            entries.saturating_sub(in_jobs)
        } else {
            0
        };
        usual("bucket.settle", verb, title, json!(settle))
            .needs(needs)
            .estimate(10 + entries / 5_000 + left / 10, 60 + entries / 500)
    };
    for (wave, classes) in (1_u64..).zip(&found.waves) {
        let mut jobs = vec![behind.clone()];
        for (class, rows) in classes {
            let name = format!("{wave}_{}", class.to_ascii_lowercase());
            let manifest = write_manifest::Input {
                of: input.from.clone(),
                ops: input.ops.clone(),
                key: format!("manifests/{}/{}-{name}.csv", survey.resource.name, input.way),
                wave,
                class: class.clone(),
                rows: *rows,
            };
            let title = format!("write the manifest of wave {wave} ({class}, {rows} objects)");
            let step = usual(
                "bucket.write_manifest",
                &format!("write_manifest_{name}"),
                title,
                json!(manifest),
            );
            let step = step
                .needs([&survey.id])
                .estimate(10 + found.sums.versions / 10_000, 60 + found.sums.versions / 1_000);
            let written = step.spec.id.clone();
            steps.push(step.spec);
            let copy = copy_wave::Input {
                manifest: written.clone(),
                ops: input.ops.clone(),
                to: input.to.clone(),
                role: input.batch_role.clone(),
                class: class.clone(),
                rows: *rows,
                reports: format!("reports/{}/{}-{name}", survey.resource.name, input.way),
            };
            let title = format!("copy wave {wave} ({class}, {rows} objects) by a batch job");
            let step = usual("bucket.copy_wave", &format!("copy_wave_{name}"), title, json!(copy));
            let step = step
                .needs([&behind, &written])
                .estimate(240 + rows / 500, 900 + rows / 100);
            jobs.push(step.spec.id.clone());
            steps.push(step.spec);
        }
        if wave < found.waves.len() as u64 {
            let step = settle(Some(wave), &format!("settle_wave_{wave}"), &jobs);
            behind = step.spec.id.clone();
            steps.push(step.spec);
        } else {
            steps.push(settle(None, "settle", &jobs).spec);
        }
    }
    if found.waves.is_empty() {
        steps.push(settle(None, "settle", &[behind]).spec);
    }
    debug_assert!(
        steps
            .iter()
            .all(|step| step.phase != Phase::Settle && step.estimate != Estimate::default())
    );
    steps
}

#[cfg(test)]
#[path = "survey_tests.rs"]
mod tests;
