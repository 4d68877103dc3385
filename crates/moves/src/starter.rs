//! A runbook to begin with: everything that the inventory has of the source, each a block that is commented out and asks for a decision. It can be
//! read as it is, and with any of its blocks taken in.

use std::collections::BTreeSet;
use std::fmt::Write as _;

use model::Inventory;
use model::inventory::{AccountInventory, KeyManager, RegionInventory};
use model::machines::name_in;

use crate::Runbook;
use crate::runbook::AccountSection;
use crate::unmoved::ways;

/// What a block that is to be taken in begins each of its lines with. Lines of prose begin with another sign more.
const OUT: &str = "# ";
/// What a line of prose begins with.
const PROSE: &str = "## ";

/// A text as TOML has it.
fn quoted(text: &str) -> String {
    toml::Value::String(text.to_owned()).to_string()
}

fn list(texts: &[String]) -> String {
    let quoted: Vec<String> = texts.iter().map(|text| quoted(text)).collect();
    format!("[{}]", quoted.join(", "))
}

/// Some text in one line: what a person wrote may have several.
fn in_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

struct Starter {
    text: String,
    /// What is there already: a runbook refuses a second of the same name.
    named: BTreeSet<(String, String)>,
}

/// Writes it, with the accounts of a runbook that is there.
pub fn starter(runbook: &Runbook, inventory: &Inventory) -> String {
    let mut starter = Starter {
        text: String::new(),
        named: BTreeSet::new(),
    };
    starter.head(runbook);
    let account = inventory.accounts.get(&runbook.source.account);
    let region = inventory.region(&runbook.source.account, &runbook.region);
    let target = inventory.region(&runbook.target.account, &runbook.region);
    if let Some(region) = region {
        starter.of_region(region, target);
    }
    if let Some(account) = account {
        starter.zones(account, &parents(runbook, inventory));
        starter.left(runbook, account);
    }
    starter.text
}

/// Every public zone that may be another's parent, with the word by which a runbook names its account.
fn parents<'i>(runbook: &'i Runbook, inventory: &'i Inventory) -> Vec<(&'i str, &'static str)> {
    let accounts = [
        ("source", Some(&runbook.source)),
        ("target", Some(&runbook.target)),
        ("parent", runbook.parent.as_ref()),
    ];
    let held = accounts
        .into_iter()
        .filter_map(|(word, section)| Some((word, inventory.accounts.get(&section?.account)?)));
    held.flat_map(|(word, account)| {
        account
            .zones
            .iter()
            .filter(|zone| !zone.private)
            .map(move |zone| (zone.name.as_str(), word))
    })
    .collect()
}

impl Starter {
    fn prose(&mut self, text: &str) {
        let _ = writeln!(self.text, "{PROSE}{}", in_line(text));
    }

    fn head(&mut self, runbook: &Runbook) {
        self.prose(
            "Written by `cleave discover --starter`. What is not named in a runbook does not move and is not touched.",
        );
        self.prose("Every block asks for a decision. To move it: take the \"# \" off its lines. To skip it, or to do it by hand: say so, and why, behind");
        self.prose(
            "\"decided:\", and leave it as it is. docs/runbook.md has every field; `cleave plan` says what follows.",
        );
        let _ = writeln!(self.text, "migration = {}", quoted(&runbook.migration));
        let _ = writeln!(self.text, "region    = {}", quoted(runbook.region.as_str()));
        let _ = writeln!(self.text, "source    = {}", section(&runbook.source));
        let _ = writeln!(self.text, "target    = {}", section(&runbook.target));
        if let Some(parent) = &runbook.parent {
            let _ = writeln!(self.text, "parent    = {}", section(parent));
        }
    }

    fn heading(&mut self, text: &str) {
        self.text.push('\n');
        self.prose(&format!("---- {text} ----"));
    }

    /// One block: what it is, in words, and the lines that would move it.
    fn block(&mut self, kind: &str, name: &str, what: &[String], lines: &[(&str, String)]) {
        self.text.push('\n');
        let name = &in_line(name);
        let what: Vec<&str> = what
            .iter()
            .map(String::as_str)
            .filter(|what| !what.is_empty())
            .collect();
        self.prose(&format!("{kind} {name}: {}", what.join(", ")));
        if !self.named.insert((kind.to_owned(), name.to_owned())) {
            self.prose("There are several of this name: a runbook names one.");
            return;
        }
        self.prose("decided: (move | skip, because … | by hand, by …)");
        let _ = writeln!(self.text, "{OUT}[[{kind}]]");
        for (field, value) in lines {
            let _ = writeln!(self.text, "{OUT}{field} = {value}");
        }
    }

    fn of_region(&mut self, region: &RegionInventory, target: Option<&RegionInventory>) {
        // Where a thing of the target is to be named and there is just one, it is that.
        let only = |names: Vec<&String>| match names.as_slice() {
            [only] => (*only).clone(),
            _ => "FILL-IN".to_owned(),
        };
        let subnet_group = only(
            target
                .map(|target| target.subnet_groups.keys().collect())
                .unwrap_or_default(),
        );
        let groups = only(
            target
                .map(|target| target.security_groups.iter().collect())
                .unwrap_or_default(),
        );
        let restore = format!(
            "{{ subnet_group = {}, security_groups = [{}] }}",
            quoted(&subnet_group),
            quoted(&groups)
        );
        let keys = region.keys.iter().filter(|key| key.manager == KeyManager::Customer);
        let keys: Vec<_> = keys
            .flat_map(|key| key.aliases.iter().map(move |alias| (key, alias)))
            .collect();
        if !keys.is_empty() {
            self.heading("customer keys: a new key of the target's own under the same alias");
        }
        for (key, alias) in keys {
            let what = [key.description.clone(), tags(&key.tags)];
            self.block("key", alias, &what, &[("alias", quoted(alias))]);
        }
        if !region.databases.is_empty() || !region.clusters.is_empty() {
            self.heading("databases, with their contents; restore = false leaves a snapshot for the team's Terraform");
        }
        for one in &region.databases {
            let what = [
                format!("{} {}", one.engine, one.engine_version),
                format!("{} GiB", one.storage_gib),
                under(one.encrypted, one.key.as_deref()),
                tags(&one.tags),
            ];
            self.block(
                "database",
                &one.id,
                &what,
                &[("id", quoted(&one.id)), ("restore", restore.clone())],
            );
        }
        for one in &region.clusters {
            let what = [
                format!("{} {}", one.engine, one.engine_version),
                format!("{} members", one.members.len()),
                under(one.encrypted, one.key.as_deref()),
                tags(&one.tags),
            ];
            self.block(
                "cluster",
                &one.id,
                &what,
                &[("id", quoted(&one.id)), ("restore", restore.clone())],
            );
        }
        if !region.caches.is_empty() {
            self.heading("caches: every one needs a decision, written into the runbook");
        }
        for one in &region.caches {
            let what = [
                format!("{} {}", one.engine, one.engine_version),
                one.node_type.clone(),
                tags(&one.tags),
            ];
            let lines = [
                ("id", quoted(&one.id)),
                ("content", quoted("skip")),
                ("because", quoted("FILL-IN: why it may begin empty")),
            ];
            self.block("cache", &one.id, &what, &lines);
        }
        if !region.buckets.is_empty() {
            self.heading("buckets, under their own names: a point of no return, unless a block has a new_name");
        }
        for one in &region.buckets {
            let held = match (one.contents.versions, one.contents.bytes) {
                (0, _) => "what it holds is not known".to_owned(),
                (versions, bytes) => format!("{versions} versions, {} MiB", bytes >> 20),
            };
            let documents: Vec<&str> = one.documents.keys().map(String::as_str).collect();
            let what = [held, documents.join(" "), tags(&one.tags)];
            self.block("bucket", &one.name, &what, &[("name", quoted(&one.name))]);
        }
        if !region.images.is_empty() {
            self.heading("images; one block may name several, with a * in its name");
        }
        for one in &region.images {
            let gib: u32 = one.snapshots.iter().map(|snapshot| snapshot.size_gib).sum();
            let what = [
                one.id.clone(),
                one.architecture.clone(),
                format!("{gib} GiB"),
                tags(&one.tags),
            ];
            self.block("image", &one.name, &what, &[("name", quoted(&one.name))]);
        }
        if !region.instances.is_empty() {
            self.heading(
                "EC2 instances, as images of theirs; what a launch template or a group makes anew need not move",
            );
        }
        for one in &region.instances {
            let group = one
                .auto_scaling_group
                .as_ref()
                .map(|group| format!("of Auto Scaling group {group}"));
            let what = [
                one.name().to_owned(),
                one.kind.clone(),
                one.state.clone(),
                group.unwrap_or_default(),
                tags(&one.tags),
            ];
            self.block("instance", &one.id, &what, &[("id", quoted(&one.id))]);
        }
        let loose = region.volumes.iter().filter(|volume| volume.attached_to.is_empty());
        let loose: Vec<_> = loose.collect();
        if !loose.is_empty() || !region.ebs_snapshots.is_empty() {
            self.heading("volumes that no instance has, and snapshots that no image has");
        }
        for one in loose {
            let what = [
                name_in(&one.tags).unwrap_or_default().to_owned(),
                format!("{} GiB", one.size_gib),
                tags(&one.tags),
            ];
            self.block("volume", &one.id, &what, &[("id", quoted(&one.id))]);
        }
        for one in &region.ebs_snapshots {
            let what = [
                one.description.clone(),
                format!("{} GiB", one.size_gib),
                tags(&one.tags),
            ];
            let lines = [("id", quoted(&one.id)), ("restore", "false".to_owned())];
            self.block("volume", &one.id, &what, &lines);
        }
    }

    fn zones(&mut self, account: &AccountInventory, parents: &[(&str, &'static str)]) {
        let mut zones: Vec<_> = account
            .zones
            .iter()
            .filter(|zone| zone.linked_service.is_none())
            .collect();
        zones.sort_by_key(|zone| (zone.private, &zone.name));
        if !zones.is_empty() {
            self.heading("zones, each with the parent that delegates it");
        }
        for zone in zones {
            let what = [
                format!("{} record sets", zone.records.len()),
                zone.id.clone(),
                tags(&zone.tags),
            ];
            if zone.private {
                let vpcs: Vec<String> = zone
                    .vpcs
                    .iter()
                    .map(|vpc| format!("{} in {}", vpc.id, vpc.region))
                    .collect();
                let what = [what.as_slice(), &[format!("resolved by {}", vpcs.join(" and "))]].concat();
                let lines = [
                    ("name", quoted(&zone.name)),
                    ("vpcs", list(&["FILL-IN: vpc-… of the target".to_owned()])),
                ];
                self.block("private_zone", &zone.name, &what, &lines);
                continue;
            }
            let above = |name: &str| zone.name.strip_suffix(name).is_some_and(|rest| rest.ends_with('.'));
            let nearest = parents
                .iter()
                .filter(|(name, _)| above(name))
                .max_by_key(|(name, _)| name.len());
            let (parent, at) = match nearest {
                Some(parent) => *parent,
                None => (zone.name.split_once('.').map_or("", |(_, above)| above), "outside"),
            };
            let parent = format!("{{ zone = {}, account = {} }}", quoted(parent), quoted(at));
            self.block(
                "zone",
                &zone.name,
                &what,
                &[("name", quoted(&zone.name)), ("parent", parent)],
            );
        }
    }

    /// What no block moves.
    fn left(&mut self, runbook: &Runbook, account: &AccountInventory) {
        let here = account.others.iter();
        let here = here.filter(|other| ["", runbook.region.as_str()].contains(&other.region()));
        let left = ways::left(here);
        if !left.is_empty() {
            self.heading("left to people: nothing here moves it");
        }
        for kind in left {
            self.text.push('\n');
            self.prose(&format!("{}: {}", kind.called, kind.way));
            for other in &kind.things {
                self.prose(&format!("  {} {} — decided:", other.arn, tags(&other.tags)));
            }
        }
    }
}

fn section(account: &AccountSection) -> String {
    let fields = [
        ("account", Some(account.account.as_str())),
        ("role", account.role.as_deref()),
        ("external_id", account.external_id.as_deref()),
        ("batch_role", account.batch_role.as_deref()),
        ("replication_role", account.replication_role.as_deref()),
    ];
    let fields = fields
        .into_iter()
        .filter_map(|(name, value)| Some(format!("{name} = {}", quoted(value?))));
    format!("{{ {} }}", fields.collect::<Vec<_>>().join(", "))
}

fn tags(tags: &std::collections::BTreeMap<String, String>) -> String {
    let tags: Vec<String> = tags.iter().map(|(key, value)| format!("{key}={value}")).collect();
    tags.join(" ")
}

fn under(encrypted: bool, key: Option<&str>) -> String {
    match (encrypted, key) {
        (true, Some(key)) => format!("under {key}"),
        (true, None) => "encrypted".to_owned(),
        (false, _) => "not encrypted".to_owned(),
    }
}

/// The same text with every block taken in: what a person does who moves everything.
#[cfg(test)]
fn taken_in(text: &str) -> String {
    let lines = text.lines().map(|line| line.strip_prefix(OUT).unwrap_or(line));
    lines.collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
#[path = "starter_tests.rs"]
mod tests;
