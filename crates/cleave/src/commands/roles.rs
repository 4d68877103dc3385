//! `cleave roles`: the least that the roles of a migration must be allowed.

use std::path::Path;

use model::Side;
use moves::roles::{self, Form, Purpose, Role, Trust};

use crate::args::{RoleForm, RoleOf, RolesArgs};
use crate::commands::files::{Written, read_runbook};
use crate::commands::rehearse::write_out;
use crate::error::CliError;
use crate::exit;
use crate::words::{Failed, ToDo};

/// Prints or writes them.
pub fn roles(args: RolesArgs) -> Result<u8, CliError> {
    let trust = trust(&args)?;
    let chosen = chosen(&args)?;
    let form = match args.format {
        RoleForm::Json => Form::Json,
        RoleForm::Cloudformation => Form::CloudFormation,
        RoleForm::Terraform => Form::Terraform,
    };
    if trust.is_none() && chosen.iter().any(|role| role.services.is_empty()) {
        return Err(CliError::before(exit::USAGE, Failed::NobodyTrusted, ToDo::NameTrust));
    }
    let written = chosen.iter().map(|role| (role, role.written(form, trust.as_ref())));
    match &args.out {
        Some(folder) => {
            for (role, text) in written {
                write(folder, &format!("{}.{}", file_name(role), form.ending()), &text)?;
            }
        }
        None => {
            let texts: Vec<String> = written.map(|(_, text)| text).collect();
            let text = match (form, texts.as_slice()) {
                // Several documents are one, or nobody could read them.
                (Form::Json, [_, _, ..]) => format!("[\n{}]\n", texts.join(",\n")),
                (Form::CloudFormation, [_, _, ..]) => {
                    return Err(CliError::before(
                        exit::USAGE,
                        Failed::AsManyTemplates.fill(&[&texts.len().to_string()]),
                        ToDo::FolderForRoles,
                    ));
                }
                _ => texts.join("\n"),
            };
            write_out(&text)?;
        }
    }
    for role in &chosen {
        let (policies, actions) = (role.documents().len(), role.actions().len());
        say(role, policies, actions);
    }
    Ok(exit::DONE)
}

/// How many managed policies a role takes, of ten.
fn say(role: &Role, policies: usize, actions: usize) {
    let (name, account, most) = (&role.name, &role.account, roles::MOST);
    let word = if policies == 1 { "policy" } else { "policies" };
    let counted = format!("{name} in {account}: {actions} actions in {policies} managed {word}, of at most {most}");
    crate::screen::say(&counted);
    if policies > most {
        crate::screen::say(
            "That is more than a role may have unless AWS raises the quota: divide the migration, or ask for it.",
        );
    }
}

fn trust(args: &RolesArgs) -> Result<Option<Trust>, CliError> {
    let Some(principal) = &args.trust else {
        return Ok(None);
    };
    let trust = Trust {
        principal: principal.clone(),
        external_id: args.external_id.clone(),
        mfa: args.mfa,
    };
    trust
        .check()
        .map_err(|error| CliError::before(exit::USAGE, Failed::NotTakenOn, ToDo::WhoTrusts).because(&error))?;
    Ok(Some(trust))
}

fn chosen(args: &RolesArgs) -> Result<Vec<Role>, CliError> {
    if args.costs && args.of != Some(RoleOf::Discover) {
        return Err(CliError::before(
            exit::USAGE,
            Failed::OnlyDiscoverCosts,
            ToDo::ForDiscoverCosts,
        ));
    }
    let with = |mut roles: Vec<Role>, region: &model::Region| {
        if args.costs {
            roles = roles::with_costs(roles, region);
        }
        if args.check {
            roles = roles::with_checks(roles, region);
        }
        roles
    };
    if let (Some(account), Some(region)) = (&args.account, &args.region) {
        return match args.of {
            Some(RoleOf::Discover) => Ok(with(vec![roles::of_discover_in(account, region)], region)),
            _ => Err(CliError::before(exit::USAGE, Failed::OnlyDiscover, ToDo::ForDiscover)),
        };
    }
    let runbook = args.runbook.as_deref().unwrap_or(Path::new("runbook.toml"));
    if args.of == Some(RoleOf::Discover) {
        let runbook = read_runbook(runbook)?;
        return Ok(with(roles::of_discover(&runbook), &runbook.region));
    }
    let mut written = Written::read(runbook, args.inventory.as_deref())?;
    written.inventory = roles::as_if_made(written.inventory, &written.runbook);
    let plan = written.plan()?;
    let all = with(
        roles::of_plan(&plan, &written.inventory, args.retire),
        &written.runbook.region,
    );
    let wanted = |role: &Role| match args.of {
        None => true,
        Some(RoleOf::Source) => role.purpose == Purpose::Run(Side::Source),
        Some(RoleOf::Target) => role.purpose == Purpose::Run(Side::Target),
        Some(RoleOf::Parent) => role.purpose == Purpose::Run(Side::Parent),
        Some(RoleOf::Batch) => !role.services.is_empty(),
        Some(RoleOf::Discover) => false,
    };
    let chosen: Vec<Role> = all.into_iter().filter(wanted).collect();
    if chosen.is_empty() {
        return Err(
            CliError::before(exit::BLOCKED, Failed::NoSuchRole, ToDo::NameRole).at(runbook.display().to_string())
        );
    }
    Ok(chosen)
}

/// Two accounts may have roles of one name.
fn file_name(role: &Role) -> String {
    format!("{}-{}", role.account, role.name)
}

fn write(folder: &Path, name: &str, text: &str) -> Result<(), CliError> {
    let path = folder.join(name);
    let written = std::fs::create_dir_all(folder).and_then(|()| std::fs::write(&path, text));
    written.map_err(|error| {
        CliError::before(exit::BLOCKED, Failed::RoleUnwritten, ToDo::AnotherOut)
            .at(path.display().to_string())
            .because(&error)
    })
}
