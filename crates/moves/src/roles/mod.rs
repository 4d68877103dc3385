//! `cleave roles`: the least that the roles of a migration must be allowed, derived from its plan.
//!
//! Three tables, each in its file: which operations a step calls in which account (`calls`), which IAM actions an operation asks for
//! (`actions`), and to which resources and conditions an action can be narrowed (`scope`). simcloud has a table of its own, written from AWS's
//! reference alone, and enforces what comes out here in whole runs: both would have to be wrong in the same way.

mod actions;
mod calls;
mod checks;
mod discover;
mod forms;
mod scope;
mod service_roles;
mod statement;
mod trust;

use std::collections::{BTreeMap, BTreeSet};

use model::{AccountId, Inventory, Plan, Region, Side};
use serde_json::Value;

use crate::runbook::Runbook;
use scope::{Ground, Named};

pub use forms::Form;
pub use service_roles::as_if_made;
pub use statement::{Conditions, LONGEST, MOST, Statement, documents, length};
pub use trust::{Trust, TrustError};

/// Who takes a role on.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Purpose {
    /// cleave, in one account.
    Run(Side),
    /// S3 Batch Operations.
    Batch,
    /// S3, to replicate the buckets of a side.
    Replication(Side),
    /// `cleave discover`, in one account: it reads.
    Discover(Side),
}

/// A role with what it may do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Role {
    /// Its name.
    pub name: String,
    /// Where it is.
    pub account: AccountId,
    /// Who takes it on.
    pub purpose: Purpose,
    /// The services that take it on; none: people do.
    pub services: Vec<&'static str>,
    /// The external id that the runbook gives.
    pub external_id: Option<String>,
    /// What it may do.
    pub statements: Vec<Statement>,
}

impl Role {
    /// Its policies, each short enough for a managed policy.
    pub fn documents(&self) -> Vec<Value> {
        documents(&self.statements)
    }

    /// Every action that it is allowed.
    pub fn actions(&self) -> BTreeSet<&str> {
        let all = self.statements.iter().flat_map(|one| &one.actions);
        all.map(String::as_str).collect()
    }
}

/// Lets the roles of `discover` also ask what a month cost, where things move from: `cleave discover --costs`.
pub fn with_costs(mut roles: Vec<Role>, region: &Region) -> Vec<Role> {
    for role in roles
        .iter_mut()
        .filter(|one| one.purpose == Purpose::Discover(Side::Source))
    {
        let beside = discover::costs(&role.account, region);
        role.statements = statement::together(role.statements.drain(..).chain(beside));
    }
    roles
}

/// Lets the roles of a run, or those of `discover`, also read what `cleave check` looks at, and what is looked at when a window opens: landing zones, quotas, all that `discover` reads.
pub fn with_checks(mut roles: Vec<Role>, region: &Region) -> Vec<Role> {
    for role in &mut roles {
        let (Purpose::Run(side) | Purpose::Discover(side)) = role.purpose else {
            continue;
        };
        let beside = checks::statements(side, &role.account, region);
        role.statements = statement::together(role.statements.drain(..).chain(beside));
    }
    roles
}

/// The roles of a plan: of every account, and those that S3 takes on. With `retires`, the roles may also take away what the move leaves.
pub fn of_plan(plan: &Plan, inventory: &Inventory, retires: bool) -> Vec<Role> {
    let on_service = taken_on_by_services(plan);
    let mut roles = Vec::new();
    for (side, access) in &plan.accounts {
        let Some(name) = &access.role else { continue };
        let own = on_service.iter().filter(|role| role.account == access.account);
        let looked_at = own.map(|role| &role.name).chain([name]);
        let mut statements = needed(plan, inventory, *side, retires);
        statements.extend(looking_at(&access.account, looked_at));
        roles.push(Role {
            name: name.clone(),
            account: access.account.clone(),
            purpose: Purpose::Run(*side),
            services: Vec::new(),
            external_id: access.external_id.clone(),
            statements: statement::together(statements),
        });
    }
    roles.extend(on_service);
    roles
}

/// What whoever works on a side must be allowed, by the statements that allow it: what a role is held against.
pub fn needed(plan: &Plan, inventory: &Inventory, side: Side, retires: bool) -> Vec<Statement> {
    let Some(access) = plan.accounts.get(&side) else {
        return Vec::new();
    };
    let named = named(plan, inventory, side, retires);
    let ground = ground(plan, &access.account, &named);
    let actions = actions_of(plan, side, retires);
    statement::together(actions.keys().flat_map(|action| scope::narrowed(action, &ground)))
}

/// The roles that services take on in the course of a plan.
pub fn taken_on_by_services(plan: &Plan) -> Vec<Role> {
    service_roles::of(plan)
}

/// `cleave check` has IAM simulate the roles of the run before the night: these, and nobody else's.
fn looking_at<'a>(account: &AccountId, roles: impl Iterator<Item = &'a String>) -> [Statement; 2] {
    let arns: Vec<String> = roles
        .map(|name| format!("arn:aws:iam::{account}:role/{name}"))
        .collect();
    ["iam:GetRole", "iam:SimulatePrincipalPolicy"]
        .map(|action| Statement::new("RolesOfTheRun", action, arns.clone(), Conditions::new()))
}

/// The roles of `discover`: from the accounts of a runbook alone.
pub fn of_discover(runbook: &Runbook) -> Vec<Role> {
    let mut accounts = vec![(Side::Source, &runbook.source), (Side::Target, &runbook.target)];
    accounts.extend(runbook.parent.as_ref().map(|parent| (Side::Parent, parent)));
    let region = &runbook.region;
    let role = |(side, section): (Side, &crate::runbook::AccountSection)| Role {
        name: section.role.clone().unwrap_or_else(|| "cleave-discover".to_owned()),
        account: section.account.clone(),
        purpose: Purpose::Discover(side),
        services: Vec::new(),
        external_id: section.external_id.clone(),
        statements: discover::statements(&section.account, region),
    };
    accounts.into_iter().map(role).collect()
}

/// The role of `discover` in one account, without a runbook.
pub fn of_discover_in(account: &AccountId, region: &Region) -> Role {
    Role {
        name: "cleave-discover".to_owned(),
        account: account.clone(),
        purpose: Purpose::Discover(Side::Source),
        services: Vec::new(),
        external_id: None,
        statements: discover::statements(account, region),
    }
}

/// Actions whose steps call nothing: they wait, run a command of the team's own, or ask name servers alone.
pub const SILENT: &[&str] = &["bucket.wait", "hook.run", "zone.check_parent", "zone.wait_ttl"];

/// Every action of a step that the table of calls knows.
pub fn known_actions() -> BTreeSet<&'static str> {
    let all = calls::all().flat_map(|one| one.of.split_whitespace());
    all.map(calls::bare).collect()
}

/// Whether a step of this action takes away what a move has left: the look before its plan asks for what it asks for.
pub fn is_retirement(action: &str) -> bool {
    let mut all = calls::RETIRES
        .iter()
        .flat_map(|(_, actions)| actions.split_whitespace());
    all.any(|one| calls::bare(one) == action)
}

/// The IAM actions that the steps of a plan ask for on a side, by their names alone, each with the actions of the steps that ask for it.
pub fn asked_by_steps(plan: &Plan, side: Side, retires: bool) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for (asked, by) in actions_of(plan, side, retires) {
        // A service's own use of a key is the same action.
        let name = asked.trim_end_matches('@').to_owned();
        found.entry(name).or_default().extend(by);
    }
    found
}

/// The IAM actions that the steps of a plan ask for on a side, each with the actions of those steps.
fn actions_of(plan: &Plan, side: Side, retires: bool) -> BTreeMap<String, BTreeSet<String>> {
    let mut called: BTreeMap<_, BTreeSet<&str>> = BTreeMap::new();
    for step in &plan.steps {
        let mut all = vec![step.action.as_str()];
        if retires {
            let after = calls::RETIRES.iter().filter(|(moved, _)| *moved == step.action);
            all.extend(after.flat_map(|(_, actions)| actions.split_whitespace()));
        }
        // What a step makes known once it is done: the waves of a copy.
        all.extend(extended_by(&step.action));
        for action in all {
            for (at, service, operation) in calls::of(action, &step.resource.kind, step.side, &step.input) {
                if on(plan, at) == on(plan, side) {
                    let steps = called.entry((service, operation)).or_default();
                    steps.insert(calls::bare(action));
                }
            }
        }
    }
    // Athena compares where tables were made for it.
    if !plan.steps.iter().any(|step| step.action == "bucket.make_database") {
        called.retain(|(service, _), _| *service != "athena");
    }
    let mut asked: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let mut ask = |action: String, by: BTreeSet<String>| asked.entry(action).or_default().extend(by);
    for ((service, operation), by) in called {
        for action in actions::of(service, operation) {
            let by: BTreeSet<String> = by.iter().map(|one| (*one).to_owned()).collect();
            // S3 reads and writes under a bucket's key in the caller's name.
            let with_key = match action.as_str() {
                "s3:GetObject" => Some("kms:Decrypt@"),
                "s3:PutObject" => Some("kms:GenerateDataKey@"),
                _ => None,
            };
            if let Some(with_key) = with_key.filter(|_| service_roles::under_keys(plan)) {
                ask(with_key.to_owned(), by.clone());
            }
            ask(action, by);
        }
    }
    let managing = plan.steps.iter().filter(|step| step.action.ends_with(".manage_secret"));
    let managing: BTreeSet<String> = managing.map(|step| step.action.clone()).collect();
    if !managing.is_empty() && on(plan, Side::Target) == on(plan, side) {
        for one in MASTER_SECRETS {
            ask((*one).to_owned(), managing.clone());
        }
    }
    asked
}

/// RDS makes the secret of a master password in the caller's name.
const MASTER_SECRETS: &[&str] = &["secretsmanager:CreateSecret", "secretsmanager:TagResource"];

/// The actions of the steps by which a step of this action extends the plan.
fn extended_by(action: &str) -> &'static [&'static str] {
    match action {
        "bucket.survey" => &["bucket.write_manifests", "bucket.copy_wave", "bucket.settle"],
        _ => &[],
    }
}

/// The side as which it is entered: a plan without a parent account has its parent zones in the source.
fn on(plan: &Plan, side: Side) -> Side {
    match plan.accounts.contains_key(&side) {
        true => side,
        false => Side::Source,
    }
}

fn ground<'a>(plan: &'a Plan, account: &'a AccountId, named: &'a Named) -> Ground<'a> {
    let source = &plan.accounts[&Side::Source].account;
    let target = &plan.accounts[&Side::Target].account;
    let key_holders = BTreeSet::from([account, source, target]);
    Ground {
        region: &plan.region,
        account,
        source,
        target,
        key_holders: match account == source {
            // The source's role uses keys of its own, unless replicas are written under the target's.
            true if !plan.steps.iter().any(|step| step.action == "key.open_target_key") => BTreeSet::from([source]),
            _ => key_holders,
        },
        named,
    }
}

/// What a plan names on a side.
fn named(plan: &Plan, inventory: &Inventory, side: Side, retires: bool) -> Named {
    let mut named = Named {
        retires,
        ..Named::default()
    };
    for step in &plan.steps {
        let name = &step.resource.name;
        match step.resource.kind.as_str() {
            "database" | "cluster" => {
                named.databases.insert(name.clone());
                for member in ["id", "instance", "cluster", "of", "member", "new_id", "database"] {
                    named.databases.extend(step.input[member].as_str().map(str::to_owned));
                }
                named
                    .databases
                    .extend(step.input["database"]["id"].as_str().map(str::to_owned));
            }
            "instance" => {
                gather_ids(&step.input, "i-", &mut named.instances);
                named.instances.extend(name.starts_with("i-").then(|| name.clone()));
            }
            "cache" => {
                named.caches.insert(name.clone());
            }
            _ => {}
        }
        gather_buckets(&step.input, &mut named.buckets);
        zones(plan, side, step, &mut named);
        let state = step.input["delivery"]["state"]["new"].as_str();
        named.looked_at.extend(state.map(str::to_owned));
    }
    // Names that are carved out of a parent leave it standing.
    let parents: BTreeSet<&str> = plan
        .steps
        .iter()
        .filter_map(|step| step.input["parent"]["id"].as_str())
        .collect();
    named.ended_zones.retain(|id| !parents.contains(id.as_str()));
    // Steps are named in inputs like databases, and are none.
    named.databases.retain(|name| !name.contains('/'));
    named.buckets.extend(service_roles::names(plan));
    if let Some(account) = inventory.accounts.get(&plan.accounts[&side].account) {
        // A cluster's members are made and deleted one by one.
        let all = account.regions.values().flat_map(|region| &region.clusters);
        let moved = all.filter(|cluster| named.databases.contains(&cluster.id));
        let members: Vec<String> = moved
            .flat_map(|cluster| &cluster.members)
            .map(|one| one.id.clone())
            .collect();
        named.databases.extend(members);
    }
    if side == Side::Target {
        named.zones.insert("*".to_owned());
        named.written_zones.insert("*".to_owned());
        named.ended_zones.insert("*".to_owned());
    }
    named.passed = service_roles::passed(plan, inventory);
    named
}

fn gather_ids(value: &Value, start: &str, found: &mut BTreeSet<String>) {
    match value {
        Value::String(text) if text.starts_with(start) => {
            found.insert(text.clone());
        }
        Value::Array(items) => items.iter().for_each(|item| gather_ids(item, start, found)),
        Value::Object(members) => members.values().for_each(|member| gather_ids(member, start, found)),
        _ => {}
    }
}

/// Buckets stand in inputs as `{"side", "bucket": {"name"}}`, or as the bucket's name alone.
fn gather_buckets(value: &Value, found: &mut BTreeSet<String>) {
    if let Value::Object(members) = value {
        if let Some(name) = members.get("bucket").and_then(|bucket| bucket["name"].as_str()) {
            found.insert(name.to_owned());
        }
        members.values().for_each(|member| gather_buckets(member, found));
    }
    if let Value::Array(items) = value {
        items.iter().for_each(|item| gather_buckets(item, found));
    }
}

/// The zones of one step that lie on a side, and how their records change there.
fn zones(plan: &Plan, side: Side, step: &model::StepSpec, named: &mut Named) {
    let of_zones = step.action.starts_with("zone.") || step.action.starts_with("private_zone.");
    if !of_zones {
        return;
    }
    let mut found = BTreeMap::new();
    gather_zones(&step.input, &mut found);
    let here = found.into_iter().filter(|(_, at)| on(plan, *at) == on(plan, side));
    let ids: Vec<String> = here.map(|(id, _)| id).collect();
    named.zones.extend(ids.iter().cloned());
    match step.action.as_str() {
        // Of a parent, and of a zone's own apex, only the name servers change.
        "zone.set_ns_ttl" | "zone.delegate" | "zone.watch_answers" => {
            named.delegating_zones.extend(ids.iter().cloned());
            if !ids.is_empty() {
                let name = step.input["name"].as_str().unwrap_or(&step.resource.name);
                named.delegated.insert(normalized(name));
            }
        }
        "zone.change_record" | "zone.write_validation" => named.written_zones.extend(ids.iter().cloned()),
        // A late change that came only to the new zone is put into the old one, too.
        "zone.keep_equal" => named
            .written_zones
            .extend(old_zone(&step.input).filter(|id| ids.contains(id))),
        _ => {}
    }
    if named.retires {
        let old: Vec<String> = old_zone(&step.input).filter(|id| ids.contains(id)).collect();
        named.written_zones.extend(old.iter().cloned());
        named.ended_zones.extend(old);
    }
}

fn old_zone(input: &Value) -> impl Iterator<Item = String> {
    let old = [&input["old"], &input["zones"]["old"]].map(|old| old.as_str().map(str::to_owned));
    old.into_iter().flatten()
}

/// Zones stand in inputs as `{"side", "id"}`, and as `old` beside `old_side`.
fn gather_zones(value: &Value, found: &mut BTreeMap<String, Side>) {
    let Value::Object(members) = value else {
        if let Value::Array(items) = value {
            items.iter().for_each(|item| gather_zones(item, found));
        }
        return;
    };
    let side = |member: &str| match members.get(member).and_then(Value::as_str) {
        Some("target") => Side::Target,
        Some("parent") => Side::Parent,
        _ => Side::Source,
    };
    let is_zone = |id: &&str| {
        let made_up = |byte: u8| byte.is_ascii_uppercase() || byte.is_ascii_digit();
        id.starts_with('Z') && id.len() > 1 && id.bytes().all(made_up)
    };
    if let Some(id) = members.get("id").and_then(Value::as_str).filter(is_zone) {
        found.insert(id.to_owned(), side("side"));
    }
    if let Some(old) = members.get("old").and_then(Value::as_str).filter(is_zone) {
        found.insert(old.to_owned(), side("old_side"));
    }
    if let Some(id) = members.get("zone").and_then(|zone| zone["id"].as_str()).filter(is_zone) {
        found.insert(id.to_owned(), side("side"));
    }
    for (name, member) in members {
        // `{"zone": {"id"}}` has its side beside it, not inside.
        if name != "zone" {
            gather_zones(member, found);
        }
    }
}

/// A name as IAM compares it: lower-case, without the last dot, `*` in octal.
fn normalized(name: &str) -> String {
    name.trim_end_matches('.').to_lowercase().replace('*', "\\052")
}

#[cfg(test)]
#[path = "roles_tests.rs"]
mod tests;
