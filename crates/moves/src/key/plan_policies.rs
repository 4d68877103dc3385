//! What becomes of key policies, for the plan's reader: the statements that open a key for a part of the run, and the policy of a key of the target
//! beside that of the source's. It shows what the steps will do, and adds none.

use model::{AccountId, Meanwhile, ResourceRef, Rewrite, Side, StepId, StepSpec};
use serde::de::DeserializeOwned;
use serde_json::Value;

use super::admit_users::{self, User};
use super::plan::listed_key;
use super::words::Text;
use super::{KeyFrom, open_source_key, policy, use_target_key};
use crate::check::known;
use crate::draft::{Draft, Says};

/// Shows the policies that the steps so far change or make.
pub(super) fn show(draft: &mut Draft) {
    let admitted = admitted(draft);
    let lasting = draft.steps.iter().filter_map(|step| lasting(draft, step, &admitted));
    let meanwhile = draft.steps.iter().filter_map(|step| opened(draft, step));
    let all: Vec<Rewrite> = lasting.chain(meanwhile).collect();
    for rewrite in all {
        draft.show(rewrite);
    }
    let full = draft.steps.iter().filter_map(|step| overfull(draft, step));
    let full: Vec<(ResourceRef, usize)> = full.collect();
    for (resource, bytes) in full {
        let text = Text::PolicyFull.fill(&[&bytes.to_string()]);
        draft.note(Some(&resource), Says::Blocks(&known::KEY_POLICY_FULL), text);
    }
}

/// How many bytes the policy of a key would have that is opened, where that is more than KMS takes: refused at night, it would stop all that lies under the key.
fn overfull(draft: &Draft, step: &StepSpec) -> Option<(ResourceRef, usize)> {
    let (stands, guest) = opens(draft, step)?;
    // Run and token have these lengths.
    let added = policy::statements(guest.as_str(), &policy::sids("000000000000", "00000000"));
    match policy::with(&stands?, &added) {
        Err(policy::PolicyError::TooLarge(bytes)) => Some((step.resource.clone(), bytes)),
        Ok(_) | Err(policy::PolicyError::Malformed(_)) => None,
    }
}

/// The policy of a key that a step opens, as it stands (none where it is not known), and the account that is let in.
fn opens<'d>(draft: &'d Draft, step: &StepSpec) -> Option<(Option<String>, &'d AccountId)> {
    if !matches!(step.action.as_str(), "key.open_source_key" | "key.open_target_key") {
        return None;
    }
    let input: open_source_key::Input = input(step)?;
    let stands = match &input.key {
        KeyFrom::Arn(arn) => stands(draft, input.of, arn),
        KeyFrom::Step(made) => stands_by(draft, made),
    };
    let guest = match input.of {
        Side::Target => Side::Source,
        Side::Source | Side::Parent => Side::Target,
    };
    Some((stands, draft.account(guest)))
}

fn input<I: DeserializeOwned>(step: &StepSpec) -> Option<I> {
    serde_json::from_value(step.input.clone()).ok()
}

/// Who is admitted for good, and to the key of which step.
fn admitted(draft: &Draft) -> Vec<(StepId, Vec<User>)> {
    let steps = draft.steps.iter().filter(|step| step.action == "key.admit_users");
    let of = |step: &StepSpec| {
        let input: admit_users::Input = input(step)?;
        match input.key {
            KeyFrom::Step(key) => Some((key, input.users)),
            KeyFrom::Arn(_) => None,
        }
    };
    steps.filter_map(of).collect()
}

/// The policy of an account's key as it stands. None where the inventory does not have the key.
fn stands(draft: &Draft, side: Side, named: &str) -> Option<String> {
    let key = listed_key(draft, side, named)?;
    let policy = key.policy.as_ref().map(Value::to_string);
    Some(policy.unwrap_or_else(|| policy::default_of(draft.account(side).as_str())))
}

/// The policy of the key that a step makes or finds.
fn stands_by(draft: &Draft, step: &StepId) -> Option<String> {
    let step = draft.steps.iter().find(|one| one.id == *step)?;
    match step.action.as_str() {
        "key.use_target_key" => stands(draft, Side::Target, &input::<use_target_key::Input>(step)?.alias),
        _ => Some(policy::default_of(draft.account(step.side).as_str())),
    }
}

/// A key of the target for good: a new one beside the source's of its alias, one that was there before beside what it becomes.
fn lasting(draft: &Draft, step: &StepSpec, admitted: &[(StepId, Vec<User>)]) -> Option<Rewrite> {
    let before = match step.action.as_str() {
        "key.create_target_key" => stands(draft, Side::Source, &step.resource.name),
        "key.use_target_key" => stands(draft, Side::Target, &step.resource.name),
        _ => return None,
    };
    let service = format!("s3.{}.amazonaws.com", draft.region());
    let users = admitted.iter().filter(|(key, _)| *key == step.id);
    let added: Vec<Value> = users
        .flat_map(|(_, users)| policy::admitted_as(users, &service, "…"))
        .collect();
    let found = step.action == "key.use_target_key";
    if found && added.is_empty() {
        return None;
    }
    let base = stands_by(draft, &step.id);
    Some(beside(&step.resource, before, base, &added, None))
}

/// A key that is open for a part of the run.
fn opened(draft: &Draft, step: &StepSpec) -> Option<Rewrite> {
    let closing = match step.action.as_str() {
        "key.open_source_key" => "close_source_key",
        "key.open_target_key" => "close_target_key",
        _ => return None,
    };
    let (before, guest) = opens(draft, step)?;
    let added = policy::statements(guest.as_str(), &policy::sids_to_come());
    let meanwhile = Meanwhile {
        side: step.side,
        opened: step.id.clone(),
        closed: step.resource.step(closing),
    };
    Some(beside(&step.resource, before.clone(), before, &added, Some(meanwhile)))
}

/// Two policies: the one, and another with statements added. Where the other is not known, what is added is all that can be shown.
fn beside(
    resource: &ResourceRef,
    before: Option<String>,
    base: Option<String>,
    added: &[Value],
    meanwhile: Option<Meanwhile>,
) -> Rewrite {
    // A single statement may stand without brackets: both are written alike, or all of it would read as changed.
    let alike = |policy: String| policy::with(&policy, &[]).unwrap_or(policy);
    let after = base.and_then(|base| policy::with(&base, added).ok());
    let (before, after) = match after {
        Some(after) => (before.map(alike).unwrap_or_default(), after),
        None => (String::new(), Value::Array(added.to_vec()).to_string()),
    };
    Rewrite {
        resource: resource.clone(),
        document: "policy".to_owned(),
        before: in_lines(&before),
        after: in_lines(&after),
        meanwhile,
    }
}

/// Each thing on a line of its own.
fn in_lines(document: &str) -> String {
    let parsed = serde_json::from_str::<Value>(document);
    parsed.map_or_else(|_| document.to_owned(), |value| format!("{value:#}"))
}
