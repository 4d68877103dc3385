//! Lists a bucket and its copy whole and plans how what the copy lacks is copied: in waves by S3 Batch Operations where that is
//! faster, else one by one. Within a wave no key stands twice, and a wave's manifest is written only when the wave before has ended:
//! only so do histories keep their order, because a batch job has none.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Extension, Observed, Step, StepContext, Verified};
use listing::waves::{self, Amount, Classes as ByClass, Depths};
use listing::{Missing, lacking};
use model::listing::{KeyHistory, Sums};
use model::plan::Estimate;
use model::{Advice, Digest, Failure, FailureClass, Phase, Said, Side, StepId, StepSpec};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::archived::{Classes, Wanted};
use super::listed::Both;
use super::place::Place;
use super::proofs::Proof;
use super::spec::Archived;
use super::titles::Title;
use super::{copy_wave, restore_archived, settle, write_manifests};
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
    /// What becomes of storage classes.
    pub(super) storage: Classes,
    /// As whom batch jobs run.
    pub(super) batch_role: String,
    /// From how many objects on a wave is worth a job; absent: where a job is faster.
    pub(super) batch_from: Option<u64>,
    /// Whether every version must be asked where it redirects to: then none is copied by a job.
    pub(super) redirects: bool,
    /// Whether the copy is the run's own, in which nobody else writes.
    pub(super) copy_is_ours: bool,
    /// How what was archived since is restored; absent where all of that has been done.
    pub(super) restore: Option<Archived>,
    /// Tells the ways apart in the names of steps: `bulk` while the source lives, `out` once it is frozen, and `back`.
    pub(super) way: String,
    /// What the step does that must wait for the whole copy. Not its id: that would read as something this step needs.
    pub(super) before: String,
}

/// What the listings told. Small: it is kept as an event.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Surveyed {
    /// The sums over the original.
    pub(super) sums: Sums,
    /// A digest over every entry of the original.
    pub(super) digest: Digest,
    /// What the copy lacks.
    pub(super) missing: Sums,
    /// How many versions of that must be restored from an archive first.
    pub(super) archived: u64,
    /// Keys of which the copy has something else than the original.
    pub(super) wrong: u64,
    /// The waves that are worth jobs, the oldest versions first.
    pub(super) waves: Vec<ByClass>,
}

impl Surveyed {
    fn evidence(&self, input: &Input) -> Said {
        let Sums {
            keys,
            versions,
            markers,
            bytes,
            deepest,
        } = self.sums;
        let sums = [keys, versions, markers, bytes, deepest].map(|sum| sum.to_string());
        let missing = [self.missing.versions, self.missing.markers, self.missing.bytes].map(|sum| sum.to_string());
        let [keys, versions, markers, bytes, deepest] = &sums;
        let listed = Proof::Listed.fill(&[keys, versions, markers, bytes, deepest, self.digest.short()]);
        let [versions, markers, bytes] = &missing;
        let missing = Proof::ToBeCopied.fill(&[versions, markers, bytes]);
        Said::all([listed, missing].into_iter().chain(self.how(input)))
    }

    /// How the versions that are lacking are copied; none where none are.
    fn how(&self, input: &Input) -> Option<Said> {
        if let Some(wave) = self.waves.first() {
            let whole = total(wave);
            return Some(Proof::ByBatchJobs.fill(&[
                &self.waves.len().to_string(),
                &whole.rows.to_string(),
                &(whole.by_job() / 60).to_string(),
                &(whole.one_by_one() / 60).to_string(),
            ]));
        }
        (self.missing.versions > 0).then(|| match (input.redirects, input.batch_from) {
            (true, _) => Proof::OneByOneForRedirects.into(),
            (false, Some(least)) => Proof::OneByOneAsWanted.fill(&[&least.to_string()]),
            (false, None) => Proof::OneByOneAsFaster.into(),
        })
    }
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

/// From so many objects on, a job of a few goes first: what is wrong with role, key or policy then costs minutes and not a manifest.
pub(super) const CANARY_FROM: u64 = 1_000;
pub(super) const CANARY_ROWS: u64 = 5;

/// Whether a key is nothing but white space. S3 takes it, and AWS's SDK takes it for no key at all: a single copy of it cannot be asked for,
/// and on the way back none may be lacking.
fn is_blank(key: &str) -> bool {
    key.trim().is_empty()
}

/// Said when it is first listed: before anything but a permission to read has been changed.
fn blank(key: &str, bucket: &str) -> Observed {
    Observed::Stuck {
        why: Proof::BlankKey.fill(&[bucket, &format!("{key:?}")]),
        advice: Advice::BlankKey.into(),
    }
}

#[async_trait(?Send)]
impl Step for Survey {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let (from, to) = (&self.input.from, &self.input.to);
        let wanted = self.input.storage.wanted(&self.world, cx, &self.input.ops).await?;
        let as_it_is = Wanted::as_it_is();
        let both = Both::of(&self.world, cx, (from, to), &self.input.ops, as_it_is).await?;
        let mut found = Surveyed {
            sums: Sums::default(),
            digest: Digest::of(b""),
            missing: Sums::default(),
            wrong: 0,
            archived: 0,
            waves: Vec::new(),
        };
        let mut depths = Depths::default();
        let mut pairs = both.pairs();
        while let Some(mut pair) = pairs.next().await? {
            if is_blank(&pair.key) {
                return Ok(blank(&pair.key, &from.name(cx)?));
            }
            let archived = lacking(&pair).iter().filter(|entry| waves::is_archived(entry));
            found.archived += archived.count() as u64;
            wanted.put(&mut pair);
            match Missing::of(&pair) {
                Missing::Nothing => {}
                Missing::Entries(entries) => depths.add(entries),
                // It is put right one by one, behind the waves.
                Missing::WrongFrom(_) => found.wrong += 1,
            }
            let lacking = lacking(&pair);
            if !lacking.is_empty() {
                found.missing.add(&KeyHistory {
                    key: pair.key.clone(),
                    entries: lacking.to_vec(),
                });
            }
            if !pair.original.is_empty() {
                let history = KeyHistory {
                    key: pair.key,
                    entries: pair.original,
                };
                found.sums.add(&history);
                found.digest = Digest::of(format!("{}{history:?}", found.digest).as_bytes());
            }
        }
        if !self.input.redirects {
            found.waves = depths.worth_a_job(self.input.batch_from);
        }
        Ok(Observed::Present(json!(found)))
    }

    async fn begin(&self, _cx: &StepContext) -> Result<Begun, Failure> {
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let found: Surveyed = cx.output(&cx.spec.id)?;
        let evidence = found.evidence(&self.input);
        Ok(Verified::Right { evidence })
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
            before: vec![cx.spec.resource.step(&self.input.before)],
        }))
    }
}

fn total(classes: &ByClass) -> Amount {
    sum(classes.values().copied())
}

fn sum(amounts: impl Iterator<Item = Amount>) -> Amount {
    amounts.fold(Amount::default(), |sum, amount| Amount {
        rows: sum.rows + amount.rows,
        bytes: sum.bytes + amount.bytes,
    })
}

/// Manifests and jobs of each wave, and what settles all that is left, delete markers and deep histories too.
pub(super) fn wave_steps(input: &Input, survey: &StepSpec, found: &Surveyed) -> Vec<StepSpec> {
    if found.missing == Sums::default() && found.wrong == 0 {
        return Vec::new();
    }
    let late = input.restore.filter(|_| found.archived > 0);
    let mut steps = Waves {
        input,
        survey,
        found,
        steps: Vec::new(),
        behind: vec![survey.id.clone()],
    };
    if let Some(how) = late {
        steps.restore(how);
    }
    if let Some(first) = found.waves.first().filter(|first| total(first).rows >= CANARY_FROM) {
        steps.wave("canary", first, Some(CANARY_ROWS));
    }
    for (wave, classes) in (1_u64..).zip(&found.waves) {
        if found.missing.markers > 0 {
            steps.set_markers(wave);
        }
        steps.wave(&wave.to_string(), classes, None);
    }
    steps.settle();
    debug_assert!(
        steps
            .steps
            .iter()
            .all(|step| step.phase != Phase::Settle && step.estimate != Estimate::default())
    );
    steps.steps
}

struct Waves<'a> {
    input: &'a Input,
    survey: &'a StepSpec,
    found: &'a Surveyed,
    steps: Vec<StepSpec>,
    /// The steps that the next wave waits for.
    behind: Vec<StepId>,
}

impl Waves<'_> {
    fn step(&self, action: &str, verb: &str, title: impl Into<Said>, input: impl Serialize) -> DraftStep {
        let survey = self.survey;
        DraftStep::new(&survey.resource, action, survey.side, title, input)
            .named(&format!("{}_{verb}", self.input.way))
            .phase(survey.phase)
            .leaves_nothing()
            .patience(1800)
    }

    fn push(&mut self, step: DraftStep) -> StepId {
        let id = step.spec.id.clone();
        self.steps.push(step.spec);
        id
    }

    /// Seconds that listing both buckets takes.
    fn listing(&self) -> (u64, u64) {
        let entries = self.found.sums.versions + self.found.sums.markers;
        (5 + entries / 50_000, 30 + entries / 5_000)
    }

    fn settling(&self, only_markers: bool, expected: u64) -> settle::Input {
        settle::Input {
            expected,
            from: self.input.from.clone(),
            to: self.input.to.clone(),
            ops: self.input.ops.clone(),
            storage: self.input.storage.clone(),
            only_markers,
            redirects: self.input.redirects,
            copy_is_ours: self.input.copy_is_ours,
        }
    }

    /// Something was archived after the rest had been restored: that costs hours now, and is the only way.
    fn restore(&mut self, how: Archived) {
        let input = restore_archived::Input {
            from: self.input.from.clone(),
            to: self.input.to.clone(),
            ops: self.input.ops.clone(),
            speed: how.restore,
            days: how.days,
        };
        let title = Title::RestoreSince.fill(&[&self.found.archived.to_string()]);
        let mut step = self.step("bucket.restore_archived", "restore_archived", title, input);
        step.spec.side = Side::Source;
        let (p50, p90) = how.restore.estimate();
        let step = step.needs(&self.behind).estimate(p50, p90);
        self.behind = vec![self.push(step)];
    }

    fn set_markers(&mut self, wave: u64) {
        let title = Title::SetMarkers.fill(&[&wave.to_string()]);
        let step = self.step(
            "bucket.settle",
            &format!("set_markers_{wave}"),
            title,
            self.settling(true, self.found.missing.markers),
        );
        let (p50, p90) = self.listing();
        let markers = self.found.missing.markers;
        let step = step
            .needs(&self.behind)
            .estimate(p50 + markers / 250, p90 + markers / 50);
        self.behind = vec![self.push(step)];
    }

    fn wave(&mut self, name: &str, classes: &ByClass, most_rows: Option<u64>) {
        let (survey, way) = (self.survey, &self.input.way);
        let input = write_manifests::Input {
            from: self.input.from.clone(),
            to: self.input.to.clone(),
            ops: self.input.ops.clone(),
            storage: self.input.storage.clone(),
            folder: format!("manifests/{}/{way}-{name}", survey.resource.name),
            classes: classes.keys().cloned().collect(),
            most_rows,
        };
        let objects = total(classes).rows;
        let title = match most_rows {
            Some(rows) => Title::WriteTestManifests.fill(&[&rows.to_string()]),
            None => Title::WriteManifests.fill(&[name, &objects.to_string()]),
        };
        let step = self.step(
            "bucket.write_manifests",
            &format!("write_manifests_{name}"),
            title,
            input,
        );
        let (p50, p90) = self.listing();
        let written = self.push(step.needs(&self.behind).estimate(p50 + 5, p90 + 30));
        self.behind = Vec::new();
        for (class, amount) in classes {
            let rows = most_rows.map_or(amount.rows, |most| most.min(amount.rows));
            let verb = format!("{name}_{}", class.to_ascii_lowercase());
            let input = copy_wave::Input {
                manifests: written.clone(),
                ops: self.input.ops.clone(),
                to: self.input.to.clone(),
                role: self.input.batch_role.clone(),
                class: class.clone(),
                bytes: amount.bytes,
                reports: format!("reports/{}/{way}-{verb}", survey.resource.name),
                is_test: most_rows.is_some(),
            };
            let title = match most_rows {
                Some(_) => Title::CopyTest.fill(&[&rows.to_string(), class]),
                None => Title::CopyWave.fill(&[name, class, &rows.to_string()]),
            };
            let step = self.step("bucket.copy_wave", &format!("copy_wave_{verb}"), title, input);
            let step = step
                .needs([&written])
                .estimate(Amount { rows, ..*amount }.by_job(), 900 + 3 * amount.by_job());
            let copied = self.push(step);
            self.behind.push(copied);
        }
    }

    fn settle(&mut self) {
        let title = Title::Settle;
        let in_jobs = sum(self.found.waves.iter().map(total));
        let left = Amount {
            rows: (self.found.missing.versions + self.found.missing.markers).saturating_sub(in_jobs.rows),
            bytes: self.found.missing.bytes.saturating_sub(in_jobs.bytes),
        };
        let step = self.step("bucket.settle", "settle", title, self.settling(false, left.rows));
        let (p50, p90) = self.listing();
        let step = step
            .needs(&self.behind)
            .estimate(p50 + left.one_by_one(), p90 + 4 * left.one_by_one());
        self.push(step);
    }
}

#[cfg(test)]
#[path = "survey_tests.rs"]
mod tests;
