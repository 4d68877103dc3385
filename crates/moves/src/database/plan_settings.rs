//! How the restored instance is to be configured, and what of the source's configuration cannot be as it was.

use model::databases::Settings;
use model::inventory::Database;
use model::plan::Note;
use model::{ResourceRef, Said, Side};

use super::spec::RestoreSpec;
use super::words::Text;
use crate::check::known;
use crate::draft::Draft;
use crate::draft::Says;

/// What is asked for: what the runbook says, else what the source has.
pub(super) fn asked(draft: &mut Draft, resource: &ResourceRef, restore: &RestoreSpec, database: &Database) -> Settings {
    let named = restore.settings.monitoring_role.is_some();
    let retention = i32::try_from(database.backup_retention_days)
        .ok()
        .filter(|days| *days > 0);
    let mut asked = restore.settings.clone().or(database.settings.clone()).or(Settings {
        backup_retention_days: retention,
        ..Settings::default()
    });
    if asked.data_api.take().is_some() {
        let says = Says::Blocks(&known::DATABASE_SETTINGS);
        draft.note(Some(resource), says, Text::NoDataApi);
    }
    consistent(draft, resource, &mut asked, named);
    asked
}

/// Makes settings such as RDS takes and shows them. `named`: the role of monitoring is the runbook's own word.
pub(crate) fn consistent(draft: &mut Draft, resource: &ResourceRef, asked: &mut Settings, named: bool) {
    // RDS keeps these in lower case, and shows them so.
    for text in [
        &mut asked.option_group,
        &mut asked.backup_window,
        &mut asked.maintenance_window,
    ] {
        *text = text.take().map(|text| text.to_ascii_lowercase());
    }
    // A role, or a retention, of what is switched off is refused.
    if asked.monitoring_interval.is_none_or(|seconds| seconds == 0) {
        asked.monitoring_role = None;
    }
    if asked.performance_insights != Some(true) {
        asked.performance_insights_retention_days = None;
    }
    if asked.backup_retention_days == Some(0) {
        asked.backup_window = None;
    }
    monitoring_role(draft, resource, asked, named);
    if asked.performance_insights == Some(true) {
        once(draft, resource, Says::Tells, Text::InsightsStay);
    }
}

/// Says something of a resource, and of its members but once.
fn once(draft: &mut Draft, resource: &ResourceRef, weight: Says, text: impl Into<Said>) {
    let text: Said = text.into();
    let said = |note: &Note| note.resource.as_ref() == Some(resource) && note.text == text.as_str();
    if !draft.notes.iter().any(said) {
        draft.note(Some(resource), weight, text);
    }
}

/// The role of enhanced monitoring is the account's own: the one of the same name in the target.
fn monitoring_role(draft: &mut Draft, resource: &ResourceRef, asked: &mut Settings, named: bool) {
    if asked.monitoring_interval.is_none_or(|seconds| seconds == 0) {
        return;
    }
    let Some(role) = asked.monitoring_role.take() else {
        let says = Says::Blocks(&known::MONITORING_ROLE);
        once(draft, resource, says, Text::MonitoringRoleUnknown);
        return;
    };
    let (source, target) = (draft.account(Side::Source), draft.account(Side::Target));
    let rewritten = if named {
        role
    } else {
        let rewritten = role.replacen(&format!("::{source}:"), &format!("::{target}:"), 1);
        if rewritten != role {
            let text = Text::MonitoringRoleBecomes.fill(&[&role, &rewritten]);
            once(draft, resource, Says::Tells, text);
            draft.rewrite(resource, "monitoring_role", role, rewritten.clone());
        }
        rewritten
    };
    let name = rewritten.rsplit('/').next().unwrap_or_default();
    let listed = draft
        .observed(Side::Target)
        .is_some_and(|account| account.roles.contains_key(name));
    if !listed {
        let text = Text::NoMonitoringRole.fill(&[name, target.as_str()]);
        once(draft, resource, Says::Warns(&known::MONITORING_ROLE), text);
    }
    asked.monitoring_role = Some(rewritten);
}

/// What no snapshot carries, by name.
pub(super) fn note_attached(draft: &mut Draft, resource: &ResourceRef, database: &Database) {
    let attached = &database.attached;
    let lists = [
        (&attached.read_replicas, Text::Replicas),
        (&attached.roles, Text::Roles),
        (&attached.proxies, Text::Proxies),
        (&attached.event_subscriptions, Text::Subscriptions),
    ];
    let backups: Option<Said> = match database.backup_retention_days {
        1 => Some(Text::BackupsOfADay.into()),
        days if days > 0 => Some(Text::BackupsOfDays.fill(&[&days.to_string()])),
        _ => None,
    };
    let listed = lists.into_iter().filter(|(names, _)| !names.is_empty());
    let listed = listed.map(|(names, text)| text.fill(&[&names.join(", ")]));
    let left: Vec<Said> = listed.chain(backups).collect();
    if !left.is_empty() {
        let text = Text::NotCarried.fill(&[Said::all(left).as_str()]);
        draft.note(Some(resource), Says::Warns(&known::DATABASE_LEFT), text);
    }
}
