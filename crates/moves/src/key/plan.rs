//! Which keys the target gets, which source keys are opened for transport, and when they are closed again.

use model::inventory::{Key, KeyManager};
use model::{Phase, ResourceRef, Side, StepId, StepSpec};

use super::admit_users::{self, User};
use super::words::Text;
use super::{
    KeyFrom, close_source_key, create_alias, create_key, open_source_key, plan_policies, policy, prove_independence,
    use_target_key,
};
use crate::check::known;
use crate::draft::Says;
use crate::draft::{Draft, DraftStep};

/// A key of the source account, as far as the inventory tells.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SourceKey {
    /// Its id; the name it was asked by where the inventory does not list it.
    pub id: String,
    /// Its ARN.
    pub arn: String,
    /// Its aliases.
    pub aliases: Vec<String>,
    /// Whether AWS manages it: what it encrypts cannot be shared.
    pub aws_managed: bool,
    /// Whether the inventory lists it.
    pub listed: bool,
}

/// The key under which things on AWS-managed keys travel.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TransportKey {
    /// The step that makes it.
    pub made: StepId,
    /// The step that opens it to the target.
    pub opened: StepId,
}

/// How long a policy change or a fresh key may take to spread.
const SPREADS_WITHIN: u64 = 900;

fn key_of(key: &Key, named: &str) -> bool {
    key.id == named || key.aliases.iter().any(|alias| alias == named) || named.ends_with(&format!(":key/{}", key.id))
}

/// The source's key of an id, alias or ARN.
pub fn source_key(draft: &Draft, named: &str) -> SourceKey {
    let listed = draft
        .regional(Side::Source)
        .and_then(|region| region.keys.iter().find(|key| key_of(key, named)));
    let arn = |id: &str| match id.starts_with("arn:") {
        true => id.to_owned(),
        false => format!(
            "arn:aws:kms:{}:{}:key/{id}",
            draft.region(),
            draft.account(Side::Source)
        ),
    };
    match listed {
        Some(key) => SourceKey {
            id: key.id.clone(),
            arn: arn(&key.id),
            aliases: key.aliases.clone(),
            aws_managed: key.manager == KeyManager::Aws || key.aliases.iter().any(|a| a.starts_with("alias/aws/")),
            listed: true,
        },
        // The keys that AWS manages come into being on first use, and inventories often leave them out.
        None => SourceKey {
            id: named.to_owned(),
            arn: arn(named),
            aliases: Vec::new(),
            aws_managed: named.starts_with("alias/aws/"),
            listed: named.starts_with("alias/aws/"),
        },
    }
}

pub(super) fn listed_key<'a>(draft: &Draft<'a>, side: Side, named: &str) -> Option<&'a Key> {
    draft.regional(side)?.keys.iter().find(|key| key_of(key, named))
}

/// The keys that the runbook names: made in the target, or found there.
pub fn plan_first(draft: &mut Draft) {
    for spec in &draft.runbook.keys {
        let resource = ResourceRef::new("key", &spec.alias);
        if !spec.alias.starts_with("alias/") || spec.alias.starts_with("alias/aws/") {
            let text = Text::NoSuchAlias.fill(&[&format!("{:?}", spec.alias)]);
            draft.note(Some(&resource), Says::Blocks(&known::KEY_ALIAS), text);
            continue;
        }
        note_source_policy(draft, &resource, &spec.alias);
        if use_listed(draft, &spec.alias).is_some() {
            continue;
        }
        let description = spec.description.clone().unwrap_or_else(|| {
            let source = listed_key(draft, Side::Source, &spec.alias).map(|key| key.description.clone());
            source
                .filter(|text| !text.is_empty())
                .unwrap_or_else(|| format!("{} of {}", spec.alias, draft.runbook.migration))
        });
        let gates = draft.gates_before(&resource);
        let title = Text::MakeKey.fill(&[&spec.alias]);
        let input = create_key::Input {
            side: Side::Target,
            description,
            original: listed_key(draft, Side::Source, &spec.alias).map(|key| key.id.clone()),
        };
        let made = draft.push(
            DraftStep::new(&resource, "key.create_target_key", Side::Target, title, input)
                .gates(gates)
                .leaves_nothing()
                .patience(SPREADS_WITHIN),
        );
        let title = Text::GiveAlias.fill(&[&spec.alias]);
        let input = create_alias::Input {
            alias: spec.alias.clone(),
            key: made.clone(),
        };
        let step = DraftStep::new(&resource, "key.create_target_alias", Side::Target, title, input);
        draft.push(step.needs([&made]).patience(SPREADS_WITHIN));
        draft.note(Some(&resource), Says::Tells, Text::NewKey);
    }
}

fn note_source_policy(draft: &mut Draft, resource: &ResourceRef, alias: &str) {
    let Some(key) = listed_key(draft, Side::Source, alias) else {
        draft.note(Some(resource), Says::Tells, Text::NotInSource);
        return;
    };
    let own_root = format!("arn:aws:iam::{}:root", draft.account(Side::Source));
    let default = key.policy.as_ref().is_none_or(|policy| {
        let statements = policy["Statement"].as_array().map(Vec::as_slice).unwrap_or_default();
        matches!(statements, [only] if only["Principal"]["AWS"] == own_root.as_str())
    });
    if !default {
        draft.note(
            Some(resource),
            Says::Warns(&known::KEY_POLICY_OF_SOURCE),
            Text::PolicyOfSource,
        );
    }
}

/// The step that finds a key which the target has already under this alias, if the inventory lists one.
fn use_listed(draft: &mut Draft, alias: &str) -> Option<StepId> {
    let key = listed_key(draft, Side::Target, alias).filter(|key| key.manager == KeyManager::Customer)?;
    let resource = ResourceRef::new("key", alias);
    let id = resource.step("use_target_key");
    if draft.steps.iter().any(|step| step.id == id) {
        return Some(id);
    }
    draft.note(Some(&resource), Says::Tells, Text::InTarget.fill(&[&key.id]));
    let title = Text::FindKey.fill(&[alias]);
    let input = use_target_key::Input {
        alias: alias.to_owned(),
    };
    Some(draft.push(DraftStep::new(&resource, "key.use_target_key", Side::Target, title, input).leaves_nothing()))
}

fn target_key_of_alias(draft: &mut Draft, alias: &str) -> Option<StepId> {
    let made = ResourceRef::new("key", alias).step("create_target_key");
    if draft.steps.iter().any(|step| step.id == made) {
        return Some(made);
    }
    use_listed(draft, alias)
}

/// The step whose output ([`super::KeyOutput`]) is the target's key for a resource: of the alias that its section names; else of an
/// alias of its source key; else the only `[[key]]` of the runbook. Where none can be told a note blocks, because a database's key can
/// never be changed afterwards.
pub fn target_key(
    draft: &mut Draft,
    resource: &ResourceRef,
    alias: Option<&str>,
    source_key_named: Option<&str>,
) -> Option<StepId> {
    if let Some(alias) = alias {
        let found = target_key_of_alias(draft, alias);
        if found.is_none() {
            let text = Text::NoKeyOfAlias.fill(&[&format!("{alias:?}")]);
            draft.note(Some(resource), Says::Blocks(&known::KEY_OF_TARGET), text);
        }
        return found;
    }
    let source = source_key_named
        .map(|named| source_key(draft, named))
        .filter(|key| !key.aws_managed);
    for alias in source.map(|key| key.aliases).unwrap_or_default() {
        if let Some(found) = target_key_of_alias(draft, &alias) {
            return Some(found);
        }
    }
    let only = match draft.runbook.keys.as_slice() {
        [only] => target_key_of_alias(draft, &only.alias),
        _ => None,
    };
    if let (Some(_), [spec]) = (&only, draft.runbook.keys.as_slice()) {
        draft.note(Some(resource), Says::Tells, Text::OnlyKey.fill(&[&spec.alias]));
    } else {
        draft.note(Some(resource), Says::Blocks(&known::KEY_OF_TARGET), Text::WhichKey);
    }
    only
}

/// The step that opens a source key (by id, alias or ARN) to the target; one for each key, however many things lie under it. Say
/// with [`Draft::needed_until`] how long it is needed.
pub fn opened(draft: &mut Draft, named: &str) -> StepId {
    let key = source_key(draft, named);
    let resource = ResourceRef::new("key", key.aliases.first().unwrap_or(&key.id));
    let fresh = !draft
        .steps
        .iter()
        .any(|step| step.id == resource.step("open_source_key"));
    if let Some(listed) = listed_key(draft, Side::Source, named).filter(|_| fresh) {
        if listed.policy.as_ref().is_some_and(policy::names_deleted_principal) {
            draft.note(
                Some(&resource),
                Says::Warns(&known::KEY_DELETED_PRINCIPAL),
                Text::DeletedPrincipal,
            );
        }
        if let Some(tag) = listed.tags.keys().find(|tag| is_iac(tag)) {
            let text = Text::WrittenElsewhere.fill(&[tag]);
            draft.note(Some(&resource), Says::Warns(&known::KEY_WRITTEN_ELSEWHERE), text);
        }
    }
    open(draft, &resource, KeyFrom::Arn(key.arn), &[])
}

/// The step that opens the target's key, which another step makes or finds, to the source: for what the source's own roles write into the
/// target. Say with [`Draft::needed_until`] how long it is needed.
pub fn opened_to_source(draft: &mut Draft, key: &StepId) -> Option<StepId> {
    let resource = draft.steps.iter().find(|step| step.id == *key)?.resource.clone();
    let id = resource.step("open_target_key");
    if draft.steps.iter().any(|step| step.id == id) {
        return Some(id);
    }
    let limit = draft.limit(format!("policy of the target's {resource}"), 1);
    let title = Text::OpenTargetKey.fill(&[&resource.name]);
    let input = open_source_key::Input {
        key: KeyFrom::Step(key.clone()),
        of: Side::Target,
    };
    let step = DraftStep::new(&resource, "key.open_target_key", Side::Target, title, input);
    let step = step.needs([key]).limit(limit).patience(SPREADS_WITHIN);
    Some(draft.push(step.estimate(10, 60)))
}

/// The step that admits former users of a bucket to the target's key for good, once the bucket is theirs to use.
pub fn admitted(
    draft: &mut Draft,
    user: &ResourceRef,
    key: &StepId,
    users: Vec<User>,
    behind: &StepId,
) -> Option<StepId> {
    let resource = draft.steps.iter().find(|step| step.id == *key)?.resource.clone();
    let limit = draft.limit(format!("policy of the target's {resource}"), 1);
    let title = Text::AdmitUsers.fill(&[&user.name, &resource.name]);
    let input = admit_users::Input {
        key: KeyFrom::Step(key.clone()),
        users,
    };
    let step = DraftStep::new(user, "key.admit_users", Side::Target, title, input);
    let step = step.needs([key, behind]).limit(limit).patience(SPREADS_WITHIN);
    Some(draft.push(step.phase(Phase::CleanUp)))
}

fn is_iac(tag: &str) -> bool {
    let tag = tag.to_ascii_lowercase();
    tag.starts_with("aws:cloudformation:")
        || ["terraform", "managedby", "managed-by", "managed_by", "pulumi"].contains(&tag.as_str())
}

fn open(draft: &mut Draft, resource: &ResourceRef, key: KeyFrom, needs: &[&StepId]) -> StepId {
    let id = resource.step("open_source_key");
    if draft.steps.iter().any(|step| step.id == id) {
        return id;
    }
    // Two changes of one policy at the same moment would lose one of them.
    let limit = draft.limit(format!("policy of {resource}"), 1);
    let title = Text::OpenSourceKey.fill(&[&resource.name]);
    let input = open_source_key::Input { key, of: Side::Source };
    let step = DraftStep::new(resource, "key.open_source_key", Side::Source, title, input);
    draft.push(
        step.needs(needs.iter().copied())
            .limit(limit)
            .patience(SPREADS_WITHIN)
            .estimate(10, 60),
    )
}

/// The key under which things on AWS-managed keys travel, made once for the whole run.
pub fn transport_key(draft: &mut Draft) -> TransportKey {
    let resource = ResourceRef::new("key", "transport");
    let made = resource.step("create_transport_key");
    if !draft.steps.iter().any(|step| step.id == made) {
        let description = format!(
            "carries encrypted copies of {} to account {}",
            draft.runbook.migration,
            draft.account(Side::Target)
        );
        let input = create_key::Input {
            side: Side::Source,
            description,
            original: None,
        };
        let title = Text::MakeTransportKey;
        let step = DraftStep::new(&resource, "key.create_transport_key", Side::Source, title, input);
        draft.push(step.leaves_nothing().patience(SPREADS_WITHIN));
        draft.note(Some(&resource), Says::Tells, Text::TransportKey);
    }
    let opened = open(draft, &resource, KeyFrom::Step(made.clone()), &[&made]);
    TransportKey { made, opened }
}

/// Closes every key that was opened, once all that needed it open are done.
pub fn plan_last(draft: &mut Draft) {
    for (action, of, title) in [
        ("key.open_source_key", Side::Source, Text::CloseSourceKey),
        ("key.open_target_key", Side::Target, Text::CloseTargetKey),
    ] {
        let opened = draft.steps.iter().filter(|step| step.action == action);
        let opened: Vec<(StepId, ResourceRef)> = opened.map(|step| (step.id.clone(), step.resource.clone())).collect();
        for (opened, resource) in opened {
            let users = draft.used_until.get(&opened).cloned().unwrap_or_default();
            let limit = match of {
                Side::Target => draft.limit(format!("policy of the target's {resource}"), 1),
                Side::Source | Side::Parent => draft.limit(format!("policy of {resource}"), 1),
            };
            let title = title.fill(&[&resource.name]);
            let input = close_source_key::Input {
                opened: opened.clone(),
                of,
            };
            let action = action.replace("open", "close");
            let step = DraftStep::new(&resource, &action, of, title, input).phase(Phase::CleanUp);
            let step = step
                .needs([&opened])
                .needs(&users)
                .leaves_nothing()
                .limit(limit)
                .patience(SPREADS_WITHIN);
            draft.push(step);
        }
    }
    prove_independence(draft);
    plan_policies::show(draft);
}

/// The last look, where something was moved that lies under a key: that nothing in the target needs one of the source.
fn prove_independence(draft: &mut Draft) {
    let stored = |step: &&StepSpec| {
        matches!(
            step.resource.kind.as_str(),
            "database" | "cluster" | "image" | "instance" | "volume"
        )
    };
    if !draft.steps.iter().any(|step| stored(&step)) {
        return;
    }
    let before: Vec<StepId> = draft
        .steps
        .iter()
        .filter(|step| stored(step) || step.action.starts_with("key.close"))
        .map(|step| step.id.clone())
        .collect();
    let opened = draft.steps.iter().filter(|step| step.action == "key.open_source_key");
    let input = prove_independence::Input {
        opened: opened.map(|step| step.id.clone()).collect(),
    };
    let needs: Vec<StepId> = before.into_iter().chain(input.opened.iter().cloned()).collect();
    let resource = ResourceRef::new("key", "all");
    let title = Text::ProveIndependence;
    let step = DraftStep::new(&resource, "key.prove_independence", Side::Target, title, input);
    draft.push(step.phase(Phase::CleanUp).needs(&needs).leaves_nothing());
}
