//! The steps that give a bucket's own name to the other account: from the gate before the point of no return to the interim bucket's
//! end.

use model::{Advice, GateName, GateSpec, Phase, Side, StepId, Undo};

use super::place::Place;
use super::plan::Steps;
use super::plan_copy::Way;
use super::spec::Creator;
use super::titles::{Question, Title};
use super::{delete_source, discard_bucket, empty_source, win_name};

/// How long the asking for a name bears other refusals than that it is taken.
const NAME_PATIENCE: u64 = 6 * 3600;

impl Steps<'_, '_> {
    /// Everything behind the proof of the interim bucket.
    pub(super) fn hand_over_name(&mut self, interim: &StepId, recorded: &StepId, proved: &StepId) {
        let gate = self.gate(proved);
        let won = self.hand_over(interim, proved, gate);
        let proved_back = self.copy_back(interim, recorded, &won);
        let applied = match self.spec.create {
            Creator::Cleave => self.apply(recorded, &proved_back),
            // Its Terraform says what it is configured as; two who set the same things would undo each other's.
            Creator::Terraform => self.suspend_versioning(std::slice::from_ref(&proved_back)),
        };
        let input = discard_bucket::Input {
            bucket: Place::made_by(interim),
            ops: false,
        };
        let title = Title::DiscardInterim;
        let step = self
            .step("bucket.discard", "discard_interim", Side::Target, title, input)
            .phase(Phase::CleanUp);
        let (p50, p90) = self.size.deleting();
        let step = step
            .needs([&proved_back])
            .needs(&applied)
            .leaves_nothing()
            .estimate(p50, p90);
        self.draft.push(step);
    }

    fn gate(&mut self, proved: &StepId) -> Option<GateName> {
        let name = &self.spec.name;
        let gate = GateName::new(format!("hand-over:{name}")).ok()?;
        let (source, target) = (self.draft.account(Side::Source), self.draft.account(Side::Target));
        let ask = match self.spec.create {
            Creator::Cleave => Question::HandOver,
            Creator::Terraform => Question::HandOverToTerraform,
        };
        let spec = GateSpec {
            name: gate.clone(),
            ask: ask.fill(&[name, source.as_str(), target.as_str()]).into(),
            after: vec![proved.clone()],
            typed: Some(name.clone()),
            people: self.draft.runbook.people,
        };
        self.draft.gates.push(spec);
        Some(gate)
    }

    /// From the first delete to the name being won.
    fn hand_over(&mut self, interim: &StepId, proved: &StepId, gate: Option<GateName>) -> StepId {
        let no_way_back = |why: Advice| Undo::None { reason: why.into() };
        let source = self.spec.name.clone();
        let input = empty_source::Input {
            source: source.clone(),
            copy: Place::made_by(interim),
            expected: self.size.entries,
        };
        let (p50, p90) = self.size.deleting();
        let step = self.step(
            "bucket.empty_source",
            "empty_source",
            Side::Source,
            Title::EmptySource,
            input,
        );
        let step = step
            .phase(Phase::Cutover)
            .needs([proved])
            .needs(&self.replication_ended)
            .gates(gate)
            .disturbs()
            .presses_on()
            .estimate(p50, p90);
        let emptied = self.draft.push(step.undo(no_way_back(Advice::SourceEmptied)));
        let input = delete_source::Input { bucket: source.clone() };
        let step = self.step(
            "bucket.delete_source",
            "delete_source",
            Side::Source,
            Title::DeleteSource,
            input,
        );
        let step = step.phase(Phase::Cutover).needs([&emptied]).disturbs().presses_on();
        let deleted = self.draft.push(step.undo(no_way_back(Advice::SourceDeleted)));
        let input = win_name::Input {
            bucket: source,
            interim: Place::made_by(interim),
        };
        let (action, title) = match self.spec.create {
            Creator::Cleave => ("bucket.win_name", Title::AskForName),
            Creator::Terraform => ("bucket.await_name", Title::AwaitTerraform),
        };
        let step = self
            .step(action, "win_name", Side::Target, title, input)
            .phase(Phase::Cutover);
        let step = step
            .needs([&deleted])
            .disturbs()
            .presses_on()
            .patience(NAME_PATIENCE)
            .estimate(1800, 3 * 3600);
        self.draft.push(step.undo(no_way_back(Advice::NameWon)))
    }

    fn copy_back(&mut self, interim: &StepId, recorded: &StepId, won: &StepId) -> StepId {
        let encrypted = self.encrypt(
            self.finally(),
            "encrypt_final",
            recorded,
            std::slice::from_ref(won),
            Phase::Cutover,
        );
        let mut needs = vec![won.clone(), encrypted, self.ops.clone()];
        if self.versioned() {
            needs.push(self.keep_versions(self.finally(), "final", won, Phase::Cutover));
        }
        if self.replicators.is_some() {
            return self.replicate_back(interim, &needs);
        }
        let (from, to) = (Place::made_by(interim), self.finally());
        self.copy(Way::Back, from, to, &needs, Phase::Cutover)
    }
}
