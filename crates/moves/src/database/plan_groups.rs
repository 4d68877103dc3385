//! Option groups that the target lacks are made there from the source's; where it has them and they differ, the plan says in what.

use model::databases::{GroupOption, OptionGroup};
use model::inventory::{Database, RegionInventory};
use model::{ResourceRef, Side, StepId};

use super::carry_option_group::{self, has};
use super::spec::RestoreSpec;
use super::words::Text;
use crate::check::known;
use crate::draft::Says;
use crate::draft::{Draft, DraftStep};
use crate::parameter_group::{or_name, own};

/// Options that encrypt by keys which stay with the source: what uses them can neither be shared nor copied out.
const ENCRYPTING: [&str; 3] = ["TDE", "TDE_HSM", "TRANSPARENT_DATA_ENCRYPTION"];

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
        let text = Text::Encrypts.fill(&[&option.name]);
        draft.note(Some(of), Says::Blocks(&known::OPTION_GROUP), text);
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
            let text = Text::OptionsLacking.fill(&[name, &lacking.join(", ")]);
            draft.note(Some(of), Says::Warns(&known::OPTION_GROUP), text);
        }
        return Vec::new();
    }
    let Some(had) = listed(source, name) else {
        let text = Text::NoOptionGroup.fill(&[name]);
        draft.note(Some(of), Says::Blocks(&known::OPTION_GROUP), text);
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
        let text = Text::OptionsSecurityGroups.fill(&[name, &instead.join(", ")]);
        draft.note(Some(of), Says::Tells, text);
    }
    let group = OptionGroup {
        description: or_name(&had.description, name),
        options: Vec::new(),
        tags: own(&had.tags),
        ..had.clone()
    };
    let title = Text::MakeOptionGroup.fill(&[name]);
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
        let title = Text::AddOptions.fill(&[&names.join(", ")]);
        let input = carry_option_group::Adding {
            name: name.to_owned(),
            made: made.clone(),
            options,
        };
        let step = DraftStep::new(&resource, "database.add_options", Side::Target, title, input);
        draft.push(step.needs([&made]).leaves_nothing());
    }
    draft.note(Some(of), Says::Tells, Text::OptionGroupMade.fill(&[name]));
    all
}
