//! Parameter groups of instances and of clusters: an account's own, so that none travels with a snapshot. Those that the target lacks are
//! made there from the source's; where it has them and they differ, the plan says in what.

mod carry;
pub(crate) mod outputs;
pub(crate) mod terraform;
pub(crate) mod words;

use std::collections::BTreeMap;
use std::rc::Rc;

use aws::rds::Family;
use engine::Registry;
use model::inventory::{ParameterGroup, RegionInventory};
use model::{AccountId, ResourceRef, Said, Side, StepId};

use crate::check::known;
use crate::draft::Says;
use crate::draft::{Draft, DraftStep};
use crate::world::{World, action};

use words::Text;

/// Parameters that one call sets.
const A_CALL: usize = 20;

/// The code of these actions, for both kinds of group.
pub(crate) fn register(registry: &mut Registry, world: &Rc<World>) {
    let of_instances: fn(carry::Input, Rc<World>) -> carry::CreateParameterGroup =
        |input, world| carry::CreateParameterGroup::new(Family::Instance, input, world);
    action(registry, world, "database.create_parameter_group", 1, of_instances);
    let of_clusters: fn(carry::Input, Rc<World>) -> carry::CreateParameterGroup =
        |input, world| carry::CreateParameterGroup::new(Family::Cluster, input, world);
    action(registry, world, "cluster.create_parameter_group", 1, of_clusters);
    let of_instances: fn(carry::Setting, Rc<World>) -> carry::SetParameters =
        |input, world| carry::SetParameters::new(Family::Instance, input, world);
    action(registry, world, "database.set_parameters", 1, of_instances);
    let of_clusters: fn(carry::Setting, Rc<World>) -> carry::SetParameters =
        |input, world| carry::SetParameters::new(Family::Cluster, input, world);
    action(registry, world, "cluster.set_parameters", 1, of_clusters);
}

/// Tags that may be given: the reserved ones are refused.
pub(crate) fn own(tags: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let own = tags
        .iter()
        .filter(|(name, _)| !name.to_ascii_lowercase().starts_with("aws:"));
    own.map(|(name, value)| (name.clone(), value.clone())).collect()
}

/// What it says of itself: RDS wants something said.
pub(crate) fn or_name(description: &str, name: &str) -> String {
    match description {
        "" => name.to_owned(),
        said => said.to_owned(),
    }
}

fn groups(kind: Family, region: &RegionInventory) -> &[ParameterGroup] {
    match kind {
        Family::Instance => &region.parameter_groups,
        Family::Cluster => &region.cluster_parameter_groups,
    }
}

/// The group of a name in a region.
pub(crate) fn listed<'i>(kind: Family, region: Option<&'i RegionInventory>, name: &str) -> Option<&'i ParameterGroup> {
    groups(kind, region?).iter().find(|group| group.name == name)
}

/// What a group of this name is called.
fn called(kind: Family, name: &str) -> Said {
    let text = match kind {
        Family::Instance => Text::Group,
        Family::Cluster => Text::ClusterGroup,
    };
    text.fill(&[name])
}

/// Why a restore cannot have this group in the target, which is `account`; none when it is there, fits, or is going to be made. Without its
/// group the settings of a database are lost silently.
pub(crate) fn unfit(
    account: &AccountId,
    kind: Family,
    regions: [Option<&RegionInventory>; 2],
    had: &str,
    wanted: &str,
    carried: bool,
) -> Option<Said> {
    let ([source, target], account) = (regions, account.as_str());
    if wanted.is_empty() {
        let text = match kind {
            Family::Instance => Text::WhichGroup,
            Family::Cluster => Text::WhichClusterGroup,
        };
        return Some(text.fill(&[account]));
    }
    // AWS makes the groups of its own defaults as they are needed.
    if wanted.starts_with("default.") {
        return None;
    }
    let group = called(kind, wanted);
    let Some(found) = listed(kind, target, wanted) else {
        let can_be_made = carried && listed(kind, source, wanted).is_some();
        return (!can_be_made).then(|| Text::NoGroup.fill(&[account, group.as_str()]));
    };
    let had = listed(kind, source, had).filter(|had| had.family != found.family)?;
    Some(Text::OtherFamily.fill(&[account, group.as_str(), &found.family, &had.family]))
}

/// The steps after which the target has the group; none where it has it already. `carried`: it is to be the source's of that name.
pub(crate) fn plan(draft: &mut Draft, of: &ResourceRef, kind: Family, name: &str, carried: bool) -> Vec<StepId> {
    let (source, target) = (draft.regional(Side::Source), draft.regional(Side::Target));
    let (Some(had), false) = (listed(kind, source, name), name.starts_with("default.")) else {
        return Vec::new();
    };
    let group = called(kind, name);
    if let Some(has) = listed(kind, target, name) {
        if let Some(differing) = differing(&had.parameters, &has.parameters) {
            let text = Text::NotAsSource.fill(&[group.as_str(), differing.as_str()]);
            draft.note(Some(of), Says::Warns(&known::PARAMETER_GROUP), text);
        }
        return Vec::new();
    }
    if !carried {
        return Vec::new();
    }
    let (resource, create, set) = match kind {
        Family::Instance => (
            ResourceRef::new("parameter_group", name),
            "database.create_parameter_group",
            "database.set_parameters",
        ),
        Family::Cluster => (
            ResourceRef::new("cluster_parameter_group", name),
            "cluster.create_parameter_group",
            "cluster.set_parameters",
        ),
    };
    let made = resource.step("create_parameter_group");
    let sets: Vec<BTreeMap<String, String>> = had
        .parameters
        .iter()
        .map(|(name, value)| (name.clone(), value.clone()))
        .collect::<Vec<_>>()
        .chunks(A_CALL)
        .map(|some| some.iter().cloned().collect())
        .collect();
    let ids = |n: usize| match n {
        0 => "set_parameters".to_owned(),
        n => format!("set_parameters_{}", n + 1),
    };
    let all = std::iter::once(made.clone()).chain((0..sets.len()).map(|n| resource.step(&ids(n))));
    let all: Vec<StepId> = all.collect();
    if draft.steps.iter().any(|step| step.id == made) {
        return all;
    }
    let input = carry::Input {
        name: name.to_owned(),
        family: had.family.clone(),
        description: or_name(&had.description, name),
        parameters: had.parameters.clone(),
        tags: own(&had.tags),
    };
    let title = Text::Make.fill(&[group.as_str()]);
    draft.push(DraftStep::new(&resource, create, Side::Target, title, input));
    for (n, parameters) in sets.into_iter().enumerate() {
        let names: Vec<&str> = parameters.keys().map(String::as_str).collect();
        let title = Text::Set.fill(&[&names.join(", ")]);
        let input = carry::Setting {
            name: name.to_owned(),
            made: made.clone(),
            parameters,
        };
        let step = DraftStep::new(&resource, set, Side::Target, title, input);
        draft.push(step.named(&ids(n)).needs([&made]).leaves_nothing());
    }
    draft.note(Some(of), Says::Tells, Text::Made.fill(&[group.as_str()]));
    all
}

/// In what they differ, one parameter after the other; none where in nothing.
fn differing(had: &BTreeMap<String, String>, has: &BTreeMap<String, String>) -> Option<Said> {
    let shown = |value: Option<&String>| value.map_or_else(|| Text::ItsDefault.into(), Clone::clone);
    let mut names: Vec<&String> = had.keys().chain(has.keys()).collect();
    names.sort();
    names.dedup();
    let differing = names.into_iter().filter(|name| had.get(*name) != has.get(*name));
    let told: Vec<Said> = differing
        .map(|name| Text::Differs.fill(&[name, &shown(has.get(name)), &shown(had.get(name))]))
        .collect();
    (!told.is_empty()).then(|| Said::all(told))
}
