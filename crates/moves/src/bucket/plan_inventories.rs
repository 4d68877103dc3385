//! The part of a bucket's plan that has to do with S3's own lists of it, for buckets that are too large to be listed again and again.

use model::{Phase, ResourceRef, Side, StepId};

use super::place::Place;
use super::plan::{Steps, ops};
use super::plan_copy::Way;
use super::spec::{BucketSpec, Comparison, Proof, Route};
use super::titles::Title;
use super::words::Text;
use super::{admit_reports, ask_report, await_reports, compare_reports, tables};
use crate::check::known;
use crate::draft::Says;
use crate::draft::{Draft, DraftStep};

const HOUR: u64 = 3600;

/// Whether S3's own lists are used for a bucket of this size.
pub(super) fn are_used(spec: &BucketSpec, entries: u64) -> bool {
    entries >= spec.inventory.from && spec.route == Route::Copy
}

/// What follows from it, in words.
pub(super) fn note(draft: &mut Draft, resource: &ResourceRef, spec: &BucketSpec, entries: u64) {
    let athena = spec.inventory.compare == Comparison::Athena;
    if !are_used(spec, entries) {
        if athena {
            let text = Text::TooFewForAthena.fill(&[&spec.inventory.from.to_string(), &entries.to_string()]);
            draft.note(Some(resource), Says::Warns(&known::BUCKET_COMPARED), text);
        }
        return;
    }
    let text = Text::PlannedFromReport.fill(&[&entries.to_string(), &spec.inventory.from.to_string()]);
    draft.note(Some(resource), Says::Tells, text);
    if !athena {
        return;
    }
    if spec.verify == Proof::Checksums {
        let text = Text::AthenaAndChecksums;
        draft.note(Some(resource), Says::Blocks(&known::BUCKET_COMPARED), text);
    }
    let text = Text::ComparedByAthena;
    draft.note(Some(resource), Says::Warns(&known::BUCKET_COMPARED), text);
}

/// The steps that wait for reports, and those that asked for them.
#[derive(Debug, Clone)]
pub(super) struct Reports {
    /// That asked for reports of the source.
    asked: StepId,
    /// That waits for the first of them.
    pub(super) awaited: StepId,
    /// That asks for no more, where none are needed behind the first.
    withdrawn: Option<StepId>,
}

impl Reports {
    /// What the first use of the report comes behind.
    pub(super) fn behind(&self) -> Vec<StepId> {
        let mut behind = vec![self.awaited.clone()];
        behind.extend(self.withdrawn.clone());
        behind
    }
}

impl Steps<'_, '_> {
    fn used(&self) -> bool {
        are_used(self.spec, self.size.entries)
    }

    fn by_athena(&self) -> bool {
        self.used() && self.spec.inventory.compare == Comparison::Athena
    }

    /// Asks for reports of the source and waits for the first; none where it is listed.
    pub(super) fn ask_reports(&mut self, recorded: &StepId) -> Option<Reports> {
        if !self.used() {
            return None;
        }
        let admitted = self.admit_reports();
        let asked = self.ask_report("source", self.source(), &[recorded.clone(), admitted]);
        let awaited = self.await_reports("await_report", vec![asked.clone()], false, Phase::Prepare);
        let withdrawn = (!self.by_athena())
            .then(|| self.withdraw_report("source", self.source(), &asked, &awaited, Phase::Prepare));
        Some(Reports {
            asked,
            awaited,
            withdrawn,
        })
    }

    /// One step for all buckets of the run.
    fn admit_reports(&mut self) -> StepId {
        let resource = ops();
        let id = resource.step("admit_reports");
        if self.draft.steps.iter().any(|step| step.id == id) {
            return id;
        }
        let input = admit_reports::Input {
            ops: Place::made_by(&self.ops),
        };
        let title = Title::AdmitReports;
        let step = DraftStep::new(&resource, "bucket.admit_reports", Side::Target, title, input);
        self.draft.push(step.needs([&self.ops]).patience(1800))
    }

    fn ask_report(&mut self, which: &str, of: Place, needs: &[StepId]) -> StepId {
        let side = of.side;
        let input = ask_report::Input {
            of,
            ops: Place::made_by(&self.ops),
        };
        let title = match side {
            Side::Target => Title::AskCopyReports,
            Side::Source | Side::Parent => Title::AskSourceReports,
        };
        let step = self.step("bucket.ask_report", &format!("ask_report_{which}"), side, title, input);
        self.draft.push(step.needs(needs))
    }

    fn await_reports(&mut self, verb: &str, asked: Vec<StepId>, since: bool, phase: Phase) -> StepId {
        let needs = asked.clone();
        let input = await_reports::Input {
            asked,
            ops: Place::made_by(&self.ops),
            since,
        };
        let title = if since {
            Title::AwaitReports
        } else {
            Title::AwaitFirstReport
        };
        let step = self.step("bucket.await_reports", verb, Side::Target, title, input);
        let step = step.phase(phase).needs(&needs).leaves_nothing();
        self.draft.push(step.estimate(24 * HOUR, 50 * HOUR))
    }

    fn withdraw_report(&mut self, which: &str, of: Place, asked: &StepId, behind: &StepId, phase: Phase) -> StepId {
        let side = of.side;
        let input = ask_report::WithdrawInput {
            of,
            asked: asked.clone(),
        };
        let title = match side {
            Side::Target => Title::EndCopyReports,
            Side::Source | Side::Parent => Title::EndSourceReports,
        };
        let verb = format!("withdraw_report_{which}");
        let step = self.step("bucket.withdraw_report", &verb, side, title, input);
        self.draft
            .push(step.phase(phase).needs([asked, behind]).leaves_nothing())
    }

    /// Asks for reports of the copy as soon as there is one, so that they come daily when they are needed.
    pub(super) fn ask_reports_of_copy(&mut self, reports: Option<&Reports>, first_copy: &[StepId]) -> Option<StepId> {
        reports.filter(|_| self.by_athena())?;
        let mut needs = first_copy.to_vec();
        needs.push(self.admit_reports());
        Some(self.ask_report("copy", self.first_copy_bucket(), &needs))
    }

    /// Has the reports of both compared once everything is copied; gives the step that does so.
    pub(super) fn compare_reports(&mut self, reports: &Reports, of_copy: &StepId, surveyed: &StepId) -> StepId {
        let ops = Place::made_by(&self.ops);
        let (original, copy) = (self.source(), self.first_copy_bucket());
        let asked = vec![reports.asked.clone(), of_copy.clone()];
        let awaited = self.await_reports(AWAIT_BOTH, asked, true, Phase::Freeze);
        self.draft_needs(&awaited, surveyed);
        // Before the hand-over: under its name there is another account's bucket then.
        let withdrawn = [
            self.withdraw_report("source", original.clone(), &reports.asked, &awaited, Phase::Freeze),
            self.withdraw_report("copy", copy.clone(), of_copy, &awaited, Phase::Freeze),
        ];
        let input = tables::DatabaseInput { ops: ops.clone() };
        let title = Title::MakeDatabase;
        let step = self.step("bucket.make_database", "make_database", Side::Target, title, input);
        let step = step.phase(Phase::Freeze).needs([&awaited, &self.ops]);
        let database = self.draft.push(step.estimate(60, 300));
        let mut tables = vec![database.clone()];
        for (of, table, title) in [
            (original, "original", Title::MakeOriginalTable),
            (copy, "copied", Title::MakeCopiedTable),
        ] {
            let input = tables::TableInput {
                ops: ops.clone(),
                database: database.clone(),
                awaited: awaited.clone(),
                of,
                table: table.to_owned(),
            };
            let verb = format!("make_table_{table}");
            let step = self.step("bucket.make_table", &verb, Side::Target, title, input);
            let step = step.phase(Phase::Freeze).needs([&database, &awaited]).leaves_nothing();
            tables.push(self.draft.push(step.estimate(60, 300)));
        }
        let input = compare_reports::Input {
            ops: ops.clone(),
            database: database.clone(),
            surveyed: surveyed.clone(),
            storage: self.storage(Way::Out),
        };
        let title = Title::CompareReports;
        let step = self.step("bucket.compare_reports", "compare_reports", Side::Target, title, input);
        let step = step
            .phase(Phase::Freeze)
            .needs(&tables)
            .needs(&withdrawn)
            .leaves_nothing();
        let compared = self.draft.push(step.estimate(300, 3600));
        let input = tables::DropInput { ops, database };
        let title = Title::DropDatabase;
        let step = self.step("bucket.drop_database", "drop_database", Side::Target, title, input);
        let step = step.phase(Phase::Freeze).needs([&compared]).leaves_nothing();
        self.draft.push(step.estimate(60, 300));
        compared
    }

    fn draft_needs(&mut self, step: &StepId, needed: &StepId) {
        if let Some(step) = self.draft.steps.iter_mut().find(|other| other.id == *step) {
            step.needs.push(needed.clone());
        }
    }
}

/// The step that everything must be copied before.
pub(super) const AWAIT_BOTH: &str = "await_reports";
