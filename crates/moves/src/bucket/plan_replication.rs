//! The route by replication: S3 itself brings every version, with its id and date. What must hold for that is said before anything is
//! touched, and the steps are those that take the place of the copying ones.

use model::inventory::{Bucket, ObjectEntry, Versioning};
use model::{Phase, ResourceRef, Said, Side, StepId};

use super::change_policy::{self, Change};
use super::place::Place;
use super::plan::{Steps, ops};
use super::plan_copy::Way;
use super::plan_notes::{BATCH_SERVICE, has_archived};
use super::spec::{BucketSpec, Route};
use super::titles::Title;
use super::words::Text;
use super::{documents, replicate, replicate_rule, withdraw_grant};
use crate::check::known;
use crate::draft::Draft;
use crate::draft::Says;
use crate::key::{self, KeyFrom};

/// Who takes on the role that replicates, beside who has jobs done.
pub(super) const S3_SERVICE: &str = "s3.amazonaws.com";

/// The ARNs of the roles that replicate, by the account of the bucket that they replicate from.
pub(super) struct Replicators {
    source: String,
    /// For the way from the interim bucket into the new one.
    target: Option<String>,
}

/// Notes what hinders replication; the roles, where nothing does. None of this concerns a bucket that is copied.
pub(super) fn note_replication(
    draft: &mut Draft,
    resource: &ResourceRef,
    spec: &BucketSpec,
    bucket: &Bucket,
) -> Result<Option<Replicators>, ()> {
    if spec.route == Route::Copy {
        return Ok(None);
    }
    let mut blocks = unfit(spec, bucket);
    let source = role(draft, Side::Source).map_err(|why| blocks.push(why));
    let target = match spec.new_name {
        Some(_) => Ok(None),
        None => role(draft, Side::Target).map(Some).map_err(|why| blocks.push(why)),
    };
    let fits = blocks.is_empty();
    for text in blocks {
        draft.note(Some(resource), Says::Blocks(&known::BUCKET_REPLICATION), text);
    }
    let (Ok(source), Ok(target), true) = (source, target, fits) else {
        return Err(());
    };
    note_consequences(draft, resource, spec, bucket);
    Ok(Some(Replicators { source, target }))
}

fn unfit(spec: &BucketSpec, bucket: &Bucket) -> Vec<Said> {
    let mut blocks: Vec<Said> = Vec::new();
    if bucket.versioning != Versioning::Enabled {
        blocks.push(Text::NotVersioned.into());
    }
    if has_archived(bucket) {
        blocks.push(Text::ArchivedNotReplicated.into());
    }
    if bucket.documents.contains_key(documents::REPLICATION.name) {
        blocks.push(Text::ReplicatesAlready.into());
    }
    let null = |entry: &ObjectEntry| matches!(entry, ObjectEntry::Version { null: true, .. });
    if bucket.objects.iter().flat_map(|object| &object.entries).any(null) {
        blocks.push(Text::NullReplicated.into());
    }
    if spec.batch_from.is_some() {
        blocks.push(Text::BatchFromForCopies.into());
    }
    blocks
}

/// The role that replicates buckets of an account; why there is none, else.
fn role(draft: &Draft, side: Side) -> Result<String, Said> {
    let (section, whose, missing) = match side {
        Side::Target => (&draft.runbook.target, "target", Text::NoTargetReplicator),
        Side::Source | Side::Parent => (&draft.runbook.source, "source", Text::NoSourceReplicator),
    };
    let unnamed = || Text::NoReplicatorNamed.fill(&[whose]);
    let name = section.replication_role.as_ref().ok_or_else(unnamed)?;
    let found = draft.observed(side).and_then(|account| account.roles.get(name));
    let trusts = |service: &str| found.is_some_and(|role| role.trusts.iter().any(|trusted| trusted == service));
    if !trusts(S3_SERVICE) || !trusts(BATCH_SERVICE) {
        return Err(missing.fill(&[name, S3_SERVICE, BATCH_SERVICE]));
    }
    Ok(format!("arn:aws:iam::{}:role/{name}", section.account))
}

fn note_consequences(draft: &mut Draft, resource: &ResourceRef, spec: &BucketSpec, bucket: &Bucket) {
    let mut note = |weight, text: Text| draft.note(Some(resource), weight, text);
    note(Says::Tells, Text::Replicated);
    if bucket.key.is_some() {
        note(Says::Warns(&known::BUCKET_REPLICATION), Text::ReplicatedUnderKey);
    }
    if bucket.documents.contains_key(documents::LIFECYCLE.name) {
        note(Says::Warns(&known::BUCKET_REPLICATION), Text::LifecycleNotReplicated);
    }
    if bucket.documents.contains_key(documents::WEBSITE.name) {
        note(Says::Warns(&known::BUCKET_REPLICATION), Text::RedirectsUntold);
    }
    if spec.new_name.is_none() {
        note(Says::Tells, Text::ReplicasKeepClass);
    }
}

/// The two ways of replicating.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Hop {
    /// From the source into what is written to first.
    Out,
    /// From the interim bucket into the new one.
    Back,
}

impl Hop {
    fn name(self) -> &'static str {
        match self {
            Self::Out => "out",
            Self::Back => "back",
        }
    }
}

impl Steps<'_, '_> {
    fn replicator(&self, hop: Hop) -> String {
        let roles = self.replicators.as_ref();
        let role = roles.and_then(|roles| match hop {
            Hop::Out => Some(roles.source.clone()),
            Hop::Back => roles.target.clone(),
        });
        role.unwrap_or_default()
    }

    /// What there is and what is written from now on; only what did not get there is left once writing has ended.
    pub(super) fn replicate_while_it_lives(&mut self, first_copy: &[StepId], granted: &StepId) -> StepId {
        let to = Place::made_by(&first_copy[0]);
        let mut ready = first_copy.to_vec();
        ready.extend([granted.clone(), self.ops.clone()]);
        ready.extend(self.keys.opened.clone());
        ready.push(self.admit(to.clone(), Change::TakeReplicas, "admit_replicas", first_copy));
        let made_ops = [self.ops.clone()];
        ready.push(self.admit(
            Place::made_by(&self.ops),
            Change::TakeReports,
            "admit_reports",
            &made_ops,
        ));
        if let Some(KeyFrom::Step(key)) = &self.keys.target {
            self.keys.opened_to_source = key::opened_to_source(self.draft, key);
            ready.extend(self.keys.opened_to_source.clone());
        }
        let rule = self.put_rule(Hop::Out, self.source(), to.clone(), &ready, Phase::Prepare);
        self.replicate(Hop::Out, "existing", (self.source(), to), &rule, Phase::Prepare)
    }

    /// What is left, its proof, and the end of the rule.
    pub(super) fn replicate_out(&mut self, frozen: &StepId, first_copy: &StepId) -> StepId {
        let to = Place::made_by(first_copy);
        let whole = self.replicate(Hop::Out, "rest", (self.source(), to.clone()), frozen, Phase::Freeze);
        let proved = self.prove(Way::Out, self.source(), to.clone(), Phase::Freeze, &whole, None);
        let ended = self.end_rule(Hop::Out, self.source(), &proved, Phase::Freeze);
        for opened in [&self.keys.opened, &self.keys.opened_to_source].into_iter().flatten() {
            self.draft.needed_until(opened, &ended);
        }
        self.replication_ended = Some(ended.clone());
        if self.spec.new_name.is_none() {
            return proved;
        }
        let admitted = self.resource.step("admit_replicas");
        let input = withdraw_grant::Input {
            bucket: to,
            granted: admitted,
            recorded: None,
        };
        let title = Title::DismissReplicator;
        let step = self.step("bucket.withdraw_grant", "dismiss_replicas", Side::Target, title, input);
        self.draft
            .push(step.phase(Phase::Freeze).needs([&ended]).leaves_nothing())
    }

    /// From the interim bucket into the new one; its rule has ended behind that.
    pub(super) fn replicate_back(&mut self, interim: &StepId, needs: &[StepId]) -> StepId {
        let (from, to) = (Place::made_by(interim), self.finally());
        let rule = self.put_rule(Hop::Back, from.clone(), to.clone(), needs, Phase::Cutover);
        let whole = self.replicate(Hop::Back, "back", (from.clone(), to.clone()), &rule, Phase::Cutover);
        let proved = self.prove(Way::Back, from.clone(), to, Phase::Cutover, &whole, None);
        self.end_rule(Hop::Back, from, &proved, Phase::Cutover)
    }

    fn admit(&mut self, bucket: Place, change: Change, verb: &str, needs: &[StepId]) -> StepId {
        let title = match change {
            Change::TakeReports => Title::LetReplicatorWork,
            Change::TakeReplicas | Change::TakeSnapshots | Change::GiveSnapshots | Change::Grant | Change::Deny => {
                Title::LetReplicatorWrite
            }
        };
        // Two changes of one policy at the same moment would lose one of them, and all buckets have one bucket of manifests.
        let whose = if change == Change::TakeReports {
            ops()
        } else {
            self.resource.clone()
        };
        let limit = self.draft.limit(format!("policy of the target's {whose}"), 1);
        let input = change_policy::Input {
            bucket,
            change,
            roles: vec![self.replicator(Hop::Out)],
            recorded: None,
            stays: false,
        };
        let step = self.step("bucket.change_policy", verb, Side::Target, title, input);
        self.draft.push(step.needs(needs).limit(limit))
    }

    fn put_rule(&mut self, hop: Hop, from: Place, to: Place, needs: &[StepId], phase: Phase) -> StepId {
        let input = replicate_rule::Input {
            from: from.clone(),
            to,
            role: self.replicator(hop),
            key: self.keys.target.clone(),
        };
        let verb = format!("put_rule_{}", hop.name());
        let title = match hop {
            Hop::Out => Title::ReplicateWritten,
            Hop::Back => Title::LetInterimReplicate,
        };
        let step = self.step("bucket.replicate_rule", &verb, from.side, title, input);
        let step = step.phase(phase).needs(needs);
        self.draft.push(match hop {
            Hop::Out => step,
            Hop::Back => step.leaves_nothing(),
        })
    }

    fn replicate(&mut self, hop: Hop, what: &str, (from, to): (Place, Place), needs: &StepId, phase: Phase) -> StepId {
        let until_whole = what != "existing";
        let title = match (hop, until_whole) {
            (Hop::Out, false) => Title::ReplicateExisting,
            (Hop::Out, true) => Title::ReplicateRest,
            (Hop::Back, _) => Title::ReplicateBack,
        };
        let side = from.side;
        let input = replicate::Input {
            from,
            to,
            ops: Place::made_by(&self.ops),
            role: self.replicator(hop),
            folder: format!("{}/replicate-{what}", self.spec.name),
            until_whole,
            all_first: what != "rest",
            copy_is_ours: hop == Hop::Out,
        };
        let verb = format!("replicate_{what}");
        let step = self.step("bucket.replicate", &verb, side, title, input);
        let (p50, p90) = self.size.listing();
        let entries = self.size.entries;
        let step = step.phase(phase).needs([needs]).leaves_nothing();
        // A job's start, and some hundred objects a second.
        let (p50, p90) = match what {
            "rest" => (p50 + 300, p90 + 3600),
            _ => (p50 + 300 + entries / 500, p90 + 1800 + entries / 50),
        };
        self.draft.push(step.estimate(p50, p90))
    }

    fn end_rule(&mut self, hop: Hop, from: Place, proved: &StepId, phase: Phase) -> StepId {
        let side = from.side;
        let input = replicate_rule::end::Input {
            from,
            put: self.resource.step(&format!("put_rule_{}", hop.name())),
        };
        let verb = format!("end_rule_{}", hop.name());
        let title = Title::EndRule;
        let step = self.step("bucket.end_rule", &verb, side, title, input);
        self.draft.push(step.phase(phase).needs([proved]).leaves_nothing())
    }
}

#[cfg(test)]
#[path = "plan_replication_tests.rs"]
mod tests;
