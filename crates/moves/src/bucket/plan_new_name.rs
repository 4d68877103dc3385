//! The steps that end the move of a bucket under a new name: one copy, nothing deleted, no name handed over.

use model::{Advice, Phase, Side, StepId, Undo};

use super::plan::Steps;
use super::titles::Title;
use super::withdraw_grant;

impl Steps<'_, '_> {
    /// Everything behind the proof: the new bucket is configured as the old one was, and nobody reads that from the target any more.
    pub(super) fn open_under_new_name(&mut self, granted: &StepId, recorded: &StepId, proved: &StepId) {
        let applied = self.apply(recorded, proved);
        let input = withdraw_grant::Input {
            bucket: self.source(),
            granted: granted.clone(),
            recorded: Some(recorded.clone()),
        };
        let title = Title::WithdrawRoles;
        let step = self.step("bucket.withdraw_grant", "withdraw_grant", Side::Source, title, input);
        let limit = self.draft.limit(format!("policy of {}", self.resource), 1);
        let undo = Undo::None {
            reason: Advice::WrittenAnew.fill(&[self.final_name(), &self.spec.name]).into(),
        };
        let step = step.phase(Phase::CleanUp).needs([proved]).needs(&applied).limit(limit);
        self.draft.push(step.undo(undo));
    }
}
