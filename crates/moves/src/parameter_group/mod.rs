//! Parameter groups of instances and of clusters: an account's own, so that none travels with a snapshot. Those that the target lacks are
//! made there from the source's; where it has them and they differ, the plan says in what.

mod carry;
pub(crate) mod outputs;
pub(crate) mod terraform;

use std::collections::BTreeMap;
use std::rc::Rc;

use aws::rds::Family;
use engine::Registry;
use model::inventory::{ParameterGroup, RegionInventory};
use model::{ResourceRef, Side, StepId};

use crate::check::known;
use crate::draft::Says;
use crate::draft::{Draft, DraftStep};
use crate::world::{World, action};

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

/// What such a group is called.
fn what(kind: Family) -> &'static str {
    match kind {
        Family::Instance => "parameter group",
        Family::Cluster => "cluster parameter group",
    }
}

/// Why a restore cannot have this group in the target; none when it is there, fits, or is going to be made. Without its group the settings
/// of a database are lost silently.
pub(crate) fn unfit(
    kind: Family,
    regions: [Option<&RegionInventory>; 2],
    had: &str,
    wanted: &str,
    carried: bool,
) -> Option<String> {
    let ([source, target], what) = (regions, what(kind));
    if wanted.is_empty() {
        return Some(format!(
            "cannot be told which {what} to look for: the inventory does not name it, nor the section's restore"
        ));
    }
    // AWS makes the groups of its own defaults as they are needed.
    if wanted.starts_with("default.") {
        return None;
    }
    let Some(found) = listed(kind, target, wanted) else {
        let can_be_made = carried && listed(kind, source, wanted).is_some();
        return (!can_be_made).then(|| {
            format!(
                "has no {what} {wanted}, and the inventory none of the source's that could be carried: make it there first, of the source's \
                 family"
            )
        });
    };
    let had = listed(kind, source, had).filter(|had| had.family != found.family)?;
    Some(format!(
        "has a {what} {wanted} of family {}, the source's is of {}",
        found.family, had.family
    ))
}

/// The steps after which the target has the group; none where it has it already. `carried`: it is to be the source's of that name.
pub(crate) fn plan(draft: &mut Draft, of: &ResourceRef, kind: Family, name: &str, carried: bool) -> Vec<StepId> {
    let (source, target) = (draft.regional(Side::Source), draft.regional(Side::Target));
    let (Some(had), false) = (listed(kind, source, name), name.starts_with("default.")) else {
        return Vec::new();
    };
    let what = what(kind);
    if let Some(has) = listed(kind, target, name) {
        let differing = differing(&had.parameters, &has.parameters);
        if !differing.is_empty() {
            let text = format!(
                "the target's {what} {name} is not as the source's: {}",
                differing.join("; ")
            );
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
    let title = format!("make the {what} {name} in the target, as the source's");
    draft.push(DraftStep::new(&resource, create, Side::Target, title, input));
    for (n, parameters) in sets.into_iter().enumerate() {
        let names: Vec<&str> = parameters.keys().map(String::as_str).collect();
        let title = format!("set in it {}", names.join(", "));
        let input = carry::Setting {
            name: name.to_owned(),
            made: made.clone(),
            parameters,
        };
        let step = DraftStep::new(&resource, set, Side::Target, title, input);
        draft.push(step.named(&ids(n)).needs([&made]).leaves_nothing());
    }
    let text = format!("the target has no {what} {name}: it is made there, with what a user has set in the source's");
    draft.note(Some(of), Says::Tells, text);
    all
}

fn differing(had: &BTreeMap<String, String>, has: &BTreeMap<String, String>) -> Vec<String> {
    let shown = |value: Option<&String>| value.map_or_else(|| "its default".to_owned(), Clone::clone);
    let mut names: Vec<&String> = had.keys().chain(has.keys()).collect();
    names.sort();
    names.dedup();
    let differing = names.into_iter().filter(|name| had.get(*name) != has.get(*name));
    differing
        .map(|name| {
            format!(
                "{name} is {} there, {} here",
                shown(has.get(name)),
                shown(had.get(name))
            )
        })
        .collect()
}
