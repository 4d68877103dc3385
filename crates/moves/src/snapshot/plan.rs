//! The way of a database's content out of the source, planned once for instances and clusters: writes stopped, a snapshot taken or one that was
//! there copied, re-keyed where its key cannot be opened, shared; and all of that gone again in the end.

use aws::rds::Family;
use model::{Phase, ResourceRef, Said, Side, StepId};
use serde::Serialize;

use super::words::Text;
use super::{CopyInSourceInput, CreateInput, DeleteInput, ShareInput, UnshareInput};
use crate::draft::{Draft, DraftStep};
use crate::hook;
use crate::key::{self, SourceKey};
use crate::snapshot_costs::{self, Of};
use crate::writes::{self, spec::StopWrites};

/// How long a permission may take to spread, or a copy may be refused because others are under way, in seconds.
pub(crate) const SPREADS_WITHIN: u64 = 1800;
/// How long a database may be busy (a backup, a change) before something can begin, in seconds.
pub(crate) const BUSY_WITHIN: u64 = 3600;

/// What leaves, and how.
pub(crate) struct Leaving<'a> {
    /// The database or cluster; its name is its identifier.
    pub(crate) resource: &'a ResourceRef,
    pub(crate) family: Family,
    pub(crate) stop_writes: StopWrites,
    /// The snapshot that was there, where the runbook names one.
    pub(crate) at_hand: Option<&'a str>,
    /// What it holds, in GiB.
    pub(crate) gib: u64,
    /// Copies in the source at the same time.
    pub(crate) copies: u32,
    /// What taking a snapshot is expected to take, in seconds.
    pub(crate) taking: (u64, u64),
}

/// The steps by which it leaves.
pub(crate) struct Left {
    taken: StepId,
    rekeyed: Option<StepId>,
    /// The snapshot that is shared.
    pub(crate) travels: StepId,
    pub(crate) shared: StepId,
    /// The step that opened its key; none where it has none.
    pub(crate) opened: Option<StepId>,
    /// The proof that nobody wrote until it was taken; none where that is not asked for.
    pub(crate) unwritten: Option<StepId>,
}

impl Leaving<'_> {
    fn step(&self, verb: &str, side: Side, title: impl Into<Said>, input: impl Serialize) -> DraftStep {
        let action = format!("{}.{verb}", self.resource.kind);
        DraftStep::new(self.resource, &action, side, title, input)
    }

    fn limit(&self, draft: &mut Draft) -> String {
        let name = match self.family {
            Family::Instance => "rds-copies-source",
            Family::Cluster => "rds-cluster-copies-source",
        };
        draft.limit(name, self.copies)
    }

    /// Adds the steps up to the share.
    pub(crate) fn plan(&self, draft: &mut Draft, under: Option<&SourceKey>) -> Left {
        let managed = under.is_some_and(|key| key.aws_managed);
        let (taken, unwritten) = match self.at_hand {
            // Of a snapshot that was there nothing is to be kept out any more.
            Some(at_hand) => return self.copy_at_hand(draft, at_hand, under),
            None => self.take(draft, managed),
        };
        let rekeyed = managed.then(|| self.rekey(draft, &taken));
        let (travels, opened) = match (&rekeyed, under) {
            (Some((rekeyed, opened)), _) => (rekeyed.clone(), Some(opened.clone())),
            (None, Some(key)) => (taken.clone(), Some(key::opened(draft, &key.id))),
            // Not encrypted: there is nothing to open.
            (None, None) => (taken.clone(), None),
        };
        let shared = self.share(draft, &travels);
        Left {
            taken,
            rekeyed: rekeyed.map(|(rekeyed, _)| rekeyed),
            travels,
            shared,
            opened,
            unwritten,
        }
    }

    /// The run's own snapshot, behind stopped writes.
    fn take(&self, draft: &mut Draft, managed: bool) -> (StepId, Option<StepId>) {
        let gates = draft.gates_before(self.resource);
        let hooks = hook::hooks_before(draft, self.resource);
        let stopped = writes::before_snapshot(draft, self.resource, self.family, self.stop_writes, &gates);
        let input = CreateInput {
            of: self.resource.name.clone(),
            shared_itself: !managed,
        };
        let title = Text::TakeSnapshot.fill(&[&self.resource.name]);
        let step = self.step("create_snapshot", Side::Source, title, input);
        let step = step
            .phase(Phase::Freeze)
            .needs(stopped.as_ref().map(|stopped| &stopped.proved))
            // Also where nothing is proved, a hook before it is before it.
            .needs(&hooks)
            .gates(gates)
            .disturbs()
            .estimate(self.taking.0, self.taking.1);
        let taken = draft.push(step.patience(BUSY_WITHIN));
        let unwritten = stopped.map(|stopped| writes::after_snapshot(draft, self.resource, &stopped, &taken));
        (taken, unwritten)
    }

    /// A copy of the snapshot that was there; on an AWS-managed key under another in the same copy.
    fn copy_at_hand(&self, draft: &mut Draft, at_hand: &str, under: Option<&SourceKey>) -> Left {
        let managed = under.is_some_and(|key| key.aws_managed);
        let transport = managed.then(|| key::transport_key(draft));
        let hooks = hook::hooks_before(draft, self.resource);
        let gates = draft.gates_before(self.resource);
        let title = Text::CopyAtHand.fill(&[at_hand, &self.resource.name]);
        let key = transport.as_ref().map(|key| key.made.clone());
        let copied = self.copy_in_source(draft, "copy_at_hand", title, (None, Some(at_hand)), key);
        let taken = draft.push(copied.gates(gates).needs(&hooks));
        let opened = match (transport, under) {
            (Some(transport), _) => Some(transport.opened),
            (None, Some(key)) => Some(key::opened(draft, &key.id)),
            (None, None) => None,
        };
        let shared = self.share(draft, &taken);
        Left {
            travels: taken.clone(),
            taken,
            rekeyed: None,
            shared,
            opened,
            unwritten: None,
        }
    }

    /// The snapshot under the transport key, and the step that opens that key.
    fn rekey(&self, draft: &mut Draft, taken: &StepId) -> (StepId, StepId) {
        let transport = key::transport_key(draft);
        let title = Text::CopyUnderTransportKey;
        let key = Some(transport.made.clone());
        let copied = self.copy_in_source(draft, "rekey_snapshot", title, (Some(taken), None), key);
        (draft.push(copied.needs([taken])), transport.opened)
    }

    fn copy_in_source(
        &self,
        draft: &mut Draft,
        verb: &str,
        title: impl Into<Said>,
        (snapshot, at_hand): (Option<&StepId>, Option<&str>),
        key: Option<StepId>,
    ) -> DraftStep {
        let input = CopyInSourceInput {
            of: self.resource.name.clone(),
            snapshot: snapshot.cloned(),
            at_hand: at_hand.map(str::to_owned),
            key: key.clone(),
        };
        let limit = self.limit(draft);
        self.step(verb, Side::Source, title, input)
            .phase(Phase::Freeze)
            .needs(&key)
            .limit(limit)
            .patience(SPREADS_WITHIN)
            .estimate(240 + 9 * self.gib, 1200 + 30 * self.gib)
    }

    fn share(&self, draft: &mut Draft, travels: &StepId) -> StepId {
        let input = ShareInput {
            snapshot: travels.clone(),
        };
        let step = self.step("share_snapshot", Side::Source, Text::Share, input);
        draft.push(step.phase(Phase::Freeze).needs([travels]))
    }

    /// Adds the steps after which nothing of it is left: all behind `whole`, the proof that the target has it. `restored`: whether its copy in
    /// the target has been used up.
    pub(crate) fn clean_up(&self, draft: &mut Draft, left: &Left, copied: &StepId, whole: &StepId, restored: bool) {
        let Left { travels, shared, .. } = left;
        let input = UnshareInput {
            snapshot: travels.clone(),
        };
        let step = self.step("unshare_snapshot", Side::Source, Text::Unshare, input);
        let step = step
            .phase(Phase::CleanUp)
            .needs([travels, shared, copied, whole])
            .leaves_nothing();
        let unshared = draft.push(step);
        let mut deleted = 0;
        let mut delete = |verb: &str, side: Side, made: &StepId, after: &[&StepId]| {
            deleted += 1;
            let input = DeleteInput {
                side,
                snapshot: made.clone(),
            };
            let title = Text::DeleteMadeBy.fill(&[made.verb()]);
            let step = self.step(verb, side, title, input).phase(Phase::CleanUp);
            draft.push(step.needs([made]).needs(after.iter().copied()).leaves_nothing());
        };
        if let Some(rekeyed) = &left.rekeyed {
            delete("delete_rekeyed_snapshot", Side::Source, rekeyed, &[&unshared, whole]);
        }
        delete("delete_source_snapshot", Side::Source, &left.taken, &[&unshared, whole]);
        if restored {
            delete("delete_target_snapshot", Side::Target, copied, &[whole]);
        }
        snapshot_costs::add(draft, self.resource, Of::Databases, deleted, self.gib);
    }
}
