//! The part of a bucket's plan that copies: while it is in use, once nobody writes any more, and back into the new bucket.

use model::{Phase, Side, StepId};

use super::archived::Classes;
use super::place::Place;
use super::plan::Steps;
use super::plan_inventories::{AWAIT_BOTH, Reports};
use super::plan_notes::has_archived;
use super::spec::Proof;
use super::titles::Title;
use super::{documents, note_archived, prove_copy, restore_archived, survey};

const NOTE_ARCHIVED: &str = "note_archived";

/// The three times that a bucket is copied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Way {
    /// Into the interim bucket, while the source lives.
    Bulk,
    /// What was written since, once nothing is written any more.
    Out,
    /// From the interim bucket into the new one.
    Back,
}

impl Way {
    fn name(self) -> &'static str {
        match self {
            Self::Bulk => "bulk",
            Self::Out => "out",
            Self::Back => "back",
        }
    }

    /// What waits for all of it to be copied.
    fn before(self, one_hop: bool) -> &'static str {
        match self {
            Self::Bulk => "deny_writes",
            Self::Out if one_hop => "prove_final",
            Self::Out => "prove_interim",
            Self::Back => "prove_final",
        }
    }

    fn title(self) -> Title {
        match self {
            Self::Bulk => Title::SurveySource,
            Self::Out => Title::SurveyChanged,
            Self::Back => Title::SurveyInterim,
        }
    }
}

impl Steps<'_, '_> {
    /// What there is, while writing goes on: only what has changed since is left to be copied once that has ended.
    pub(super) fn copy_while_it_lives(&mut self, restored: &StepId, reports: Option<&Reports>) -> StepId {
        let needs = std::slice::from_ref(restored);
        let source = self.source().reported(reports.map(|reports| &reports.awaited));
        self.survey(Way::Bulk, source, self.first_copy_bucket(), needs, Phase::Prepare)
    }

    /// What is archived can be read when this is done, and everything else is ready to be copied.
    pub(super) fn restore_archived(
        &mut self,
        interim: &[StepId],
        granted: &StepId,
        reports: Option<&Reports>,
    ) -> StepId {
        let mut needs = interim.to_vec();
        needs.extend(reports.into_iter().flat_map(Reports::behind));
        needs.extend([granted.clone(), self.ops.clone()]);
        needs.extend(self.keys.opened.clone());
        let input = restore_archived::Input {
            from: self.source().reported(reports.map(|reports| &reports.awaited)),
            to: self.first_copy_bucket(),
            ops: Place::made_by(&self.ops),
            speed: self.spec.archived.restore,
            days: self.spec.archived.days,
        };
        let (p50, p90) = if has_archived(self.bucket) {
            self.spec.archived.restore.estimate()
        } else {
            self.size.listing()
        };
        let title = Title::Restore;
        let step = self.step(
            "bucket.restore_archived",
            "restore_archived",
            Side::Source,
            title,
            input,
        );
        self.draft.push(step.needs(&needs).leaves_nothing().estimate(p50, p90))
    }

    fn note_archived(&mut self, frozen: &StepId) -> StepId {
        let input = note_archived::Input {
            of: self.source(),
            ops: Place::made_by(&self.ops),
            key: format!("notes/{}/archived.csv", self.spec.name),
        };
        let (p50, p90) = self.size.listing();
        let title = Title::NoteArchived;
        let step = self.step("bucket.note_archived", NOTE_ARCHIVED, Side::Target, title, input);
        let step = step.phase(Phase::Freeze).needs([frozen]).leaves_nothing();
        self.draft.push(step.estimate(p50, p90))
    }

    /// What the step is called that makes the bucket which is copied into first.
    pub(super) fn first_copy_verb(&self) -> String {
        let one_hop = self.spec.new_name.is_some();
        if one_hop { "create_new" } else { "create_interim" }.to_owned()
    }

    pub(super) fn first_copy_bucket(&self) -> Place {
        Place::made_by(&self.resource.step(&self.first_copy_verb()))
    }

    pub(super) fn copy_out(&mut self, frozen: &StepId, reports: Option<(&Reports, &StepId)>) -> StepId {
        let mut needs = vec![frozen.clone()];
        // Copied once, everything keeps its class.
        if self.spec.new_name.is_none() {
            needs.push(self.note_archived(frozen));
        }
        let (from, to) = (self.source(), self.first_copy_bucket());
        let proved = match reports {
            None => self.copy(Way::Out, from, to, &needs, Phase::Freeze),
            Some((reports, of_copy)) => {
                let surveyed = self.survey(Way::Out, from.clone(), to.clone(), &needs, Phase::Freeze);
                self.survey_before(&surveyed, AWAIT_BOTH);
                let compared = self.compare_reports(reports, of_copy, &surveyed);
                self.prove(Way::Out, from, to, Phase::Freeze, &surveyed, Some(&compared))
            }
        };
        if let Some(opened) = &self.keys.opened {
            self.draft.needed_until(opened, &proved);
        }
        proved
    }

    pub(super) fn storage(&self, way: Way) -> Classes {
        match way {
            // Replicas have their originals' classes.
            _ if self.replicators.is_some() => Classes::Keep,
            Way::Bulk | Way::Out if self.spec.new_name.is_some() => Classes::Keep,
            Way::Bulk | Way::Out => Classes::Thaw,
            Way::Back => Classes::AsNotedBy(self.resource.step(NOTE_ARCHIVED)),
        }
    }

    /// Lists both buckets; behind it come the steps that it finds to be necessary.
    fn survey(&mut self, way: Way, from: Place, to: Place, needs: &[StepId], phase: Phase) -> StepId {
        let input = survey::Input {
            from,
            to,
            ops: Place::made_by(&self.ops),
            storage: self.storage(way),
            batch_role: self.roles.batch.clone(),
            batch_from: self.spec.batch_from,
            redirects: self.bucket.documents.contains_key(documents::WEBSITE.name),
            copy_is_ours: way != Way::Back,
            restore: (way == Way::Out).then_some(self.spec.archived),
            way: way.name().to_owned(),
            before: way.before(self.spec.new_name.is_some()).to_owned(),
        };
        let (p50, p90) = self.size.listing();
        let verb = format!("survey_{}", way.name());
        let step = self.step("bucket.survey", &verb, Side::Target, way.title(), input);
        self.draft
            .push(step.phase(phase).needs(needs).leaves_nothing().estimate(p50, p90))
    }

    /// Survey and proof; between them the survey puts the steps that copy.
    pub(super) fn copy(&mut self, way: Way, from: Place, to: Place, needs: &[StepId], phase: Phase) -> StepId {
        let surveyed = self.survey(way, from.clone(), to.clone(), needs, phase);
        self.prove(way, from, to, phase, &surveyed, None)
    }

    /// What waits for all that the survey finds to be copied is another step than the proof.
    fn survey_before(&mut self, surveyed: &StepId, before: &str) {
        if let Some(step) = self.draft.steps.iter_mut().find(|step| step.id == *surveyed) {
            step.input["before"] = before.into();
        }
    }

    /// The proof that stands before everything that cannot be taken back.
    pub(super) fn prove(
        &mut self,
        way: Way,
        from: Place,
        to: Place,
        phase: Phase,
        behind: &StepId,
        compared: Option<&StepId>,
    ) -> StepId {
        let (p50, p90) = self.size.listing();
        let input = prove_copy::Input {
            original: from,
            copy: to,
            ops: Place::made_by(&self.ops),
            storage: self.storage(way),
            batch_role: self.roles.batch.clone(),
            etags_prove: self.spec.verify == Proof::Etags,
            compared: compared.cloned(),
            accept_unproved: self.spec.accept_unproved,
            replicated: self.replicators.is_some(),
        };
        let title = Title::CompareVersions;
        let before = way.before(self.spec.new_name.is_some());
        let step = self.step("bucket.prove_copy", before, Side::Target, title, input);
        self.draft.push(
            step.phase(phase)
                .needs([behind])
                .needs(compared)
                .leaves_nothing()
                .estimate(p50, p90),
        )
    }
}
