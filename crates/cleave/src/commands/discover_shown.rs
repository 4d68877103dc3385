//! What `cleave discover` shows: what is left to people, and with `--diff` what has come, changed and gone since the inventory that is there.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use model::Inventory;
use model::inventory::{Became, Change, Field};
use moves::unmoved::ways;
use serde_json::{Value, json};

/// How long a value is at most that is shown as it was and is.
const SHORT: usize = 60;

/// What no step moves, by kind, with the way that people take.
pub(super) fn left(inventory: &Inventory) -> String {
    let mut said = String::new();
    for (account, held) in &inventory.accounts {
        let left = ways::left(&held.others);
        if left.is_empty() {
            continue;
        }
        let _ = writeln!(said, "left to people in account {account}:");
        for kind in left {
            let _ = writeln!(said, "  {} ({}): {}", kind.called, kind.names(), kind.way);
        }
    }
    said
}

/// What has changed, for people.
pub(super) fn changes(since: Timestamp, changes: &[Change]) -> String {
    if changes.is_empty() {
        return format!("nothing is new, changed or gone since {since}\n");
    }
    let mut said = String::new();
    let of = |word: &str| {
        let wanted = changes.iter().filter(|change| called(&change.what) == word);
        let mut places = BTreeMap::<String, Vec<&Change>>::new();
        for change in wanted {
            let region = change
                .region
                .as_ref()
                .map(|region| format!(", {region}"))
                .unwrap_or_default();
            let place = format!("account {}{region}: {}", change.account, change.kind.replace('_', " "));
            places.entry(place).or_default().push(change);
        }
        places
    };
    for (word, heading) in [("new", "new"), ("changed", "changed"), ("vanished", "gone")] {
        let places = of(word);
        if places.is_empty() {
            continue;
        }
        let _ = writeln!(said, "{heading} since {since}:");
        for (place, changes) in places {
            let _ = writeln!(said, "  {place}");
            for change in changes {
                let _ = writeln!(said, "    {}{}", change.id, fields(&change.what));
            }
        }
    }
    said
}

fn called(became: &Became) -> &'static str {
    match became {
        Became::New => "new",
        Became::Changed { .. } => "changed",
        Became::Vanished => "vanished",
    }
}

fn fields(became: &Became) -> String {
    let Became::Changed { fields } = became else {
        return String::new();
    };
    let told = fields
        .iter()
        .map(|(name, field)| match (short(&field.before), short(&field.after)) {
            (Some(before), Some(after)) if name.is_empty() => format!("{before} -> {after}"),
            (Some(before), Some(after)) => format!("{name} {before} -> {after}"),
            _ => format!("{name}{}", members(field)),
        });
    format!(": {}", told.collect::<Vec<_>>().join("; "))
}

/// A value that fits a line.
fn short(value: &Value) -> Option<String> {
    let text = match value {
        Value::Null => "nothing".to_owned(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    };
    (text.chars().count() <= SHORT && !text.contains('\n')).then_some(text)
}

/// Of a long list how many of it came and went.
fn members(field: &Field) -> String {
    let (Some(before), Some(after)) = (field.before.as_array(), field.after.as_array()) else {
        return String::new();
    };
    let new = after.iter().filter(|one| !before.contains(one)).count();
    let gone = before.iter().filter(|one| !after.contains(one)).count();
    format!(" ({new} that were not there, {gone} that are not any more)")
}

/// The same for programs.
pub(super) fn changes_object(since: Timestamp, changes: &[Change], unread: &[String]) -> Value {
    let of = |word: &str| {
        changes
            .iter()
            .filter(|change| called(&change.what) == word)
            .collect::<Vec<_>>()
    };
    json!({ "since": since, "new": of("new"), "changed": of("changed"), "vanished": of("vanished"), "not_seen": unread })
}
