//! Parameter groups and option groups that the target lacks are made there from the source's; where it has them and they differ, the
//! plan says in what.

use std::collections::BTreeMap;

use model::databases::{GroupOption, OptionGroup};
use model::inventory::{Database, ParameterGroup, RegionInventory};
use model::plan::Weight;
use model::{ResourceRef, Side, StepId};

use super::carry_option_group::{self, has};
use super::carry_parameter_group;
use super::spec::{CARRY, RestoreSpec};
use crate::draft::{Draft, DraftStep};

/// Parameters that one call sets.
const A_CALL: usize = 20;

/// Options that encrypt by keys which stay with the source: what uses them can neither be shared nor copied out.
const ENCRYPTING: [&str; 3] = ["TDE", "TDE_HSM", "TRANSPARENT_DATA_ENCRYPTION"];

/// Tags that may be given: the reserved ones are refused.
fn own(tags: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let own = tags
        .iter()
        .filter(|(name, _)| !name.to_ascii_lowercase().starts_with("aws:"));
    own.map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn or_name(description: &str, name: &str) -> String {
    match description {
        "" => name.to_owned(),
        said => said.to_owned(),
    }
}

/// The steps after which the target has the parameter group; none where it has it already.
pub(super) fn parameter_group(draft: &mut Draft, of: &ResourceRef, asked: &RestoreSpec, name: &str) -> Vec<StepId> {
    fn listed<'i>(region: Option<&'i RegionInventory>, name: &str) -> Option<&'i ParameterGroup> {
        region?.parameter_groups.iter().find(|group| group.name == name)
    }
    let (source, target) = (draft.regional(Side::Source), draft.regional(Side::Target));
    let (Some(had), false) = (listed(source, name), name.starts_with("default.")) else {
        return Vec::new();
    };
    if let Some(has) = listed(target, name) {
        let differing = differing(&had.parameters, &has.parameters);
        if !differing.is_empty() {
            let text = format!(
                "the target's parameter group {name} is not as the source's: {}",
                differing.join("; ")
            );
            draft.note(Some(of), Weight::Warns, text);
        }
        return Vec::new();
    }
    if asked.parameter_group != CARRY {
        return Vec::new();
    }
    let resource = ResourceRef::new("parameter_group", name);
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
    let input = carry_parameter_group::Input {
        name: name.to_owned(),
        family: had.family.clone(),
        description: or_name(&had.description, name),
        parameters: had.parameters.clone(),
        tags: own(&had.tags),
    };
    let title = format!("make the parameter group {name} in the target, as the source's");
    let step = DraftStep::new(&resource, "database.create_parameter_group", Side::Target, title, input);
    draft.push(step);
    for (n, parameters) in sets.into_iter().enumerate() {
        let names: Vec<&str> = parameters.keys().map(String::as_str).collect();
        let title = format!("set in it {}", names.join(", "));
        let input = carry_parameter_group::Setting {
            name: name.to_owned(),
            made: made.clone(),
            parameters,
        };
        let step = DraftStep::new(&resource, "database.set_parameters", Side::Target, title, input);
        draft.push(step.named(&ids(n)).needs([&made]).leaves_nothing());
    }
    let text =
        format!("the target has no parameter group {name}: it is made there, with what a user has set in the source's");
    draft.note(Some(of), Weight::Tells, text);
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

/// The steps after which the target has the option group of a database; none where it has it already.
pub(super) fn option_group(
    draft: &mut Draft,
    of: &ResourceRef,
    restore: Option<&RestoreSpec>,
    database: &Database,
    name: Option<&str>,
) -> Vec<StepId> {
    fn listed<'i>(region: Option<&'i RegionInventory>, name: &str) -> Option<&'i OptionGroup> {
        region?.option_groups.iter().find(|group| group.name == name)
    }
    let (source, target) = (draft.regional(Side::Source), draft.regional(Side::Target));
    // What encrypts counts in the group that the database has, whichever the runbook names instead.
    let used = database
        .settings
        .option_group
        .as_deref()
        .and_then(|name| listed(source, name));
    let encrypts = used.and_then(|group| {
        group
            .options
            .iter()
            .find(|option| ENCRYPTING.contains(&option.name.as_str()))
    });
    if let Some(option) = encrypts {
        let text = format!(
            "its option group has {}: a snapshot of a database with transparent data encryption can neither be shared nor copied to \
             another account",
            option.name
        );
        draft.note(Some(of), Weight::Blocks, text);
        return Vec::new();
    }
    let Some(name) = name.filter(|name| !name.starts_with("default:")) else {
        return Vec::new();
    };
    if let Some(has_there) = listed(target, name) {
        let lacking = used.map(|group| group.options.iter().filter(|option| !has(&has_there.options, option)));
        let lacking: Vec<&str> = lacking
            .into_iter()
            .flatten()
            .map(|option| option.name.as_str())
            .collect();
        if !lacking.is_empty() {
            let text = format!(
                "the target's option group {name} lacks, or has otherwise: {}",
                lacking.join(", ")
            );
            draft.note(Some(of), Weight::Warns, text);
        }
        return Vec::new();
    }
    let Some(had) = listed(source, name) else {
        let text = format!("neither account has an option group {name} in the inventory: make it in the target first");
        draft.note(Some(of), Weight::Blocks, text);
        return Vec::new();
    };
    let resource = ResourceRef::new("option_group", name);
    let (made, added) = (resource.step("create_option_group"), resource.step("add_options"));
    let all = if had.options.is_empty() {
        vec![made.clone()]
    } else {
        vec![made.clone(), added]
    };
    if draft.steps.iter().any(|step| step.id == made) {
        return all;
    }
    // Security groups are the account's own: those of the restored instance stand in for the source's.
    let instead = restore.map(|asked| asked.security_groups.clone()).unwrap_or_default();
    let renamed = |option: &GroupOption| {
        let mut option = option.clone();
        if !option.security_groups.is_empty() {
            option.security_groups.clone_from(&instead);
        }
        option
    };
    let options: Vec<GroupOption> = had.options.iter().map(renamed).collect();
    if had.options.iter().any(|option| !option.security_groups.is_empty()) {
        let text = format!(
            "options of {name} have security groups: in the target they get {}",
            instead.join(", ")
        );
        draft.note(Some(of), Weight::Tells, text);
    }
    let group = OptionGroup {
        description: or_name(&had.description, name),
        options: Vec::new(),
        tags: own(&had.tags),
        ..had.clone()
    };
    let title = format!("make the option group {name} in the target, as the source's");
    let input = carry_option_group::Input { group };
    draft.push(DraftStep::new(
        &resource,
        "database.create_option_group",
        Side::Target,
        title,
        input,
    ));
    if !options.is_empty() {
        let names: Vec<&str> = options.iter().map(|option| option.name.as_str()).collect();
        let title = format!("add to it {}", names.join(", "));
        let input = carry_option_group::Adding {
            name: name.to_owned(),
            made: made.clone(),
            options,
        };
        let step = DraftStep::new(&resource, "database.add_options", Side::Target, title, input);
        draft.push(step.needs([&made]).leaves_nothing());
    }
    let text = format!("the target has no option group {name}: it is made there, with the source's options");
    draft.note(Some(of), Weight::Tells, text);
    all
}
