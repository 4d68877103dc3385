//! What `cleave discover` shows: what is left to people, what lies in other regions, what a bill tells, and with `--diff` what has come, changed and gone since the
//! inventory that is there.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use jiff::Timestamp;
use model::cost::{MicroUsd, grouped};
use model::inventory::{AccountInventory, Became, Bill, Change, Elsewhere, Field};
use model::{AccountId, Inventory, Region};
use moves::unmoved::billed::{Billed, Stands, billed};
use moves::unmoved::ways;
use serde_json::{Value, json};

use crate::commands::observed::elsewhere::Regions;

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

/// What lies in other regions of an account: information, for a runbook moves one.
pub(super) fn elsewhere(account: &AccountId, regions: &Regions) -> String {
    let (empty, held): (Vec<_>, Vec<_>) = regions.seen.iter().partition(|(_, there)| there.kinds.is_empty());
    let mut said = String::new();
    if !held.is_empty() {
        let _ = writeln!(
            said,
            "account {account}, other regions, by what is tagged or was once (a runbook moves one region):"
        );
    }
    for (region, there) in held {
        let _ = writeln!(said, "  {region}: {}", counted(there));
    }
    if !empty.is_empty() {
        let names: Vec<&str> = empty.iter().map(|(region, _)| region.as_str()).collect();
        let _ = writeln!(
            said,
            "account {account}: nothing that was ever tagged in {} other enabled regions ({})",
            names.len(),
            names.join(", ")
        );
    }
    said
}

fn counted(there: &Elsewhere) -> String {
    let kinds: Vec<String> = there
        .kinds
        .iter()
        .map(|(kind, count)| format!("{count} {kind}"))
        .collect();
    let more = if there.more {
        ", and more that were not counted"
    } else {
        ""
    };
    format!("{}{more}", kinds.join(", "))
}

/// Which other regions could not be looked at.
pub(super) fn shut(account: &AccountId, regions: &Regions) -> Vec<String> {
    let told = regions.shut.iter().map(|(why, names)| {
        let names: Vec<&str> = names.iter().map(Region::as_str).collect();
        let which = match names.is_empty() {
            true => "other regions".to_owned(),
            false => names.join(", "),
        };
        format!("account {account}: {which} cannot be looked at and stay as the inventory had them: {why}")
    });
    told.collect()
}

/// What a month cost, beside what was found: last what costs money and is not to be seen.
pub(super) fn bill(
    account: &AccountId,
    held: &AccountInventory,
    here: &Region,
    requests: usize,
    narrowed: bool,
) -> String {
    let Some(bill) = &held.bill else {
        return String::new();
    };
    let mut said = String::new();
    let asked = MicroUsd(aws::cost_explorer::REQUEST.0.saturating_mul(requests as u64));
    let state = if bill.estimated { ", estimated" } else { "" };
    let _ = writeln!(
        said,
        "what {} cost in account {account}{state}, before taxes, credits and refunds ({}, {asked}):",
        bill.month,
        if requests == 1 {
            "one request".to_owned()
        } else {
            format!("{requests} requests")
        }
    );
    let all = billed(bill, held, here);
    // Less than half a cent is a trial, or a free tier.
    let (some, least): (Vec<_>, Vec<_>) = all.into_iter().partition(|one| one.amount >= HALF_A_CENT);
    let of = |wanted: fn(&Stands) -> bool| some.iter().filter(move |one| wanted(&one.stands));
    for one in of(|stands| matches!(stands, Stands::Found(_) | Stands::OfTheAccount)) {
        let _ = writeln!(said, "  {}", line(one, bill));
    }
    if !least.is_empty() {
        let _ = writeln!(said, "  less than a cent: {} more", least.len());
    }
    let not_looked_at: fn(&Stands) -> bool = |stands| *stands == Stands::NotLookedAt;
    let nothing: fn(&Stands) -> bool = |stands| *stands == Stands::Nothing;
    for (wanted, heading) in [
        (not_looked_at, "costs money in regions that were not looked at:"),
        (nothing, "costs money, and nothing of it was found:"),
    ] {
        let mut told = of(wanted).peekable();
        if told.peek().is_some() {
            let _ = writeln!(said, "{heading}");
        }
        for one in told {
            let _ = writeln!(said, "  {}", line(one, bill));
        }
    }
    if of(nothing).next().is_some() {
        let only = match narrowed {
            true => "; of the rest only what --name and --tag mean was looked for",
            false => "",
        };
        let _ = writeln!(
            said,
            "  (in other regions, and of services that are not listed by themselves, what never had a tag is not found{only})"
        );
    }
    said
}

/// In millionths.
const HALF_A_CENT: u64 = 5_000;

fn line(one: &Billed<'_>, bill: &Bill) -> String {
    let found = match &one.stands {
        Stands::Found(kinds) => {
            let kinds: Vec<String> = kinds.iter().map(|(kind, count)| format!("{count} {kind}")).collect();
            format!(": {}", kinds.join(", "))
        }
        Stands::OfTheAccount => ": of the account itself".to_owned(),
        Stands::Nothing | Stands::NotLookedAt => String::new(),
    };
    format!(
        "{:>12}  {}, {}{found}",
        amount(one.amount, &bill.unit),
        one.service,
        one.region
    )
}

fn amount(millionths: u64, unit: &str) -> String {
    match unit {
        "USD" => MicroUsd(millionths).to_string(),
        other => {
            let cents = (millionths + HALF_A_CENT) / 10_000;
            format!("{}.{:02} {other}", grouped(cents / 100), cents % 100)
        }
    }
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
