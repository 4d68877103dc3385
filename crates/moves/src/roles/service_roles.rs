//! The roles that S3 takes on: to copy by Batch Operations, and to replicate.

use std::collections::{BTreeMap, BTreeSet};

use model::{AccountId, Inventory, Plan, Side};
use serde_json::Value;

use super::statement::{Conditions, Statement, together};
use super::{Purpose, Role};
use crate::runbook::Runbook;

const BATCH: &str = "batchoperations.s3.amazonaws.com";
const S3: &str = "s3.amazonaws.com";

/// The accounts as they will be once the roles are made that a runbook names for S3: a plan is blocked where one is missing, and what they and
/// those that pass them on must be allowed is asked before they are there.
pub fn as_if_made(mut inventory: Inventory, runbook: &Runbook) -> Inventory {
    for section in [&runbook.source, &runbook.target] {
        let Some(account) = inventory.accounts.get_mut(&section.account) else {
            continue;
        };
        let named = [
            (&section.batch_role, &[BATCH][..]),
            (&section.replication_role, &[S3, BATCH][..]),
        ];
        for (name, services) in named {
            let Some(name) = name else { continue };
            let role = account.roles.entry(name.clone()).or_default();
            for service in services {
                if !role.trusts.iter().any(|trusted| trusted == service) {
                    role.trusts.push((*service).to_owned());
                }
            }
        }
    }
    inventory
}

/// The roles that are passed to services, by ARN.
pub(super) fn passed(plan: &Plan, inventory: &Inventory) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for role in inputs(plan, "bucket.survey", "batch_role") {
        found.entry(role).or_default().insert(BATCH.to_owned());
    }
    // Replication of what was there already is a job of Batch Operations under the same role.
    for role in inputs(plan, "bucket.replicate_rule", "role") {
        let services = found.entry(role).or_default();
        services.extend([S3.to_owned(), BATCH.to_owned()]);
    }
    for role in carried_on(plan, inventory) {
        found.entry(role).or_default().insert(S3.to_owned());
    }
    found
}

/// The roles of the replication configurations that buckets take along: of the same name in the target.
fn carried_on(plan: &Plan, inventory: &Inventory) -> BTreeSet<String> {
    let (source, target) = accounts(plan);
    let applied = plan.steps.iter().filter(|step| step.input["document"] == "replication");
    let applied: BTreeSet<&str> = applied.map(|step| step.resource.name.as_str()).collect();
    let held = inventory.accounts.get(source).into_iter();
    let buckets = held
        .flat_map(|account| account.regions.values())
        .flat_map(|region| &region.buckets);
    let carried = buckets.filter(|bucket| applied.contains(bucket.name.as_str()));
    let documents = carried.filter_map(|bucket| bucket.documents.get("replication"));
    let roles = documents.filter_map(|xml| xml.split_once("<Role>")?.1.split_once("</Role>"));
    roles
        .map(|(role, _)| role.trim().replace(&format!(":{source}:"), &format!(":{target}:")))
        .collect()
}

/// What a member of the inputs of all steps of an action says.
fn inputs(plan: &Plan, action: &str, member: &str) -> BTreeSet<String> {
    let steps = plan.steps.iter().filter(|step| step.action == action);
    let said = steps.filter_map(|step| step.input[member].as_str());
    said.filter(|text| !text.is_empty()).map(str::to_owned).collect()
}

/// Those of a plan.
pub(super) fn of(plan: &Plan) -> Vec<Role> {
    let named = |arn: &String| arn.rsplit('/').next().unwrap_or_default().to_owned();
    let batch = inputs(plan, "bucket.survey", "batch_role");
    let batch = batch.iter().map(|arn| Role {
        name: named(arn),
        account: plan.accounts[&Side::Target].account.clone(),
        purpose: Purpose::Batch,
        services: vec![BATCH],
        external_id: None,
        statements: together(copying(plan)),
    });
    let mut roles: Vec<Role> = batch.collect();
    for role in inputs(plan, "bucket.replicate_rule", "role") {
        let of = |side: &Side| role.starts_with(&format!("arn:aws:iam::{}:", plan.accounts[side].account));
        let Some(side) = [Side::Source, Side::Target].into_iter().find(of) else {
            continue;
        };
        roles.push(Role {
            name: named(&role),
            account: plan.accounts[&side].account.clone(),
            purpose: Purpose::Replication(side),
            services: vec![BATCH, S3],
            external_id: None,
            statements: together(replicating(plan)),
        });
    }
    roles
}

/// Buckets that move, under their own names, and under the new ones that some are given.
pub(super) fn names(plan: &Plan) -> BTreeSet<String> {
    let moved = plan.steps.iter().filter(|step| step.resource.kind == "bucket");
    let own = moved.map(|step| step.resource.name.clone());
    // What all buckets have in common is told from a bucket by its capital letter, which none has.
    let own = own.filter(|name| !name.chars().any(char::is_uppercase));
    own.chain(inputs(plan, "bucket.make", "name")).collect()
}

fn arns(plan: &Plan, rest: &str) -> Vec<String> {
    let names = names(plan);
    let all = names.iter().map(String::as_str).chain(["cleave-*"]);
    all.map(|name| format!("arn:aws:s3:::{name}{rest}")).collect()
}

/// Only in these accounts: a bucket of the right name may be a stranger's.
fn in_accounts(accounts: &[&AccountId]) -> Conditions {
    let values = accounts.iter().map(ToString::to_string).collect();
    BTreeMap::from([(
        "StringEquals".to_owned(),
        BTreeMap::from([("s3:ResourceAccount".to_owned(), values)]),
    )])
}

fn accounts(plan: &Plan) -> (&AccountId, &AccountId) {
    let of = |side| &plan.accounts[&side].account;
    (of(Side::Source), of(Side::Target))
}

fn copying(plan: &Plan) -> Vec<Statement> {
    let (source, target) = accounts(plan);
    let both = in_accounts(&[source, target]);
    let mut statements = Vec::new();
    for action in [
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:GetObjectTagging",
        "s3:GetObjectVersionTagging",
        "s3:GetObjectAcl",
        "s3:GetObjectVersionAcl",
    ] {
        statements.push(Statement::new("Reads", action, arns(plan, "/*"), both.clone()));
    }
    // What is missing would else be answered like what is forbidden.
    statements.push(Statement::new("Buckets", "s3:ListBucket", arns(plan, ""), both.clone()));
    statements.push(Statement::new("Buckets", "s3:GetBucketLocation", arns(plan, ""), both));
    for action in ["s3:PutObject", "s3:PutObjectTagging", "s3:PutObjectVersionTagging"] {
        let own = in_accounts(&[target]);
        statements.push(Statement::new("Writes", action, arns(plan, "/*"), own));
    }
    statements.extend(keys(plan));
    statements
}

fn replicating(plan: &Plan) -> Vec<Statement> {
    let (source, target) = accounts(plan);
    let both = in_accounts(&[source, target]);
    let on_buckets = [
        "s3:GetReplicationConfiguration",
        "s3:ListBucket",
        "s3:PutInventoryConfiguration",
    ];
    let on_objects = [
        "s3:InitiateReplication",
        "s3:GetObjectVersionForReplication",
        "s3:GetObjectVersionAcl",
        "s3:GetObjectVersionTagging",
        "s3:ReplicateObject",
        "s3:ReplicateDelete",
        "s3:ReplicateTags",
        "s3:GetObject",
        "s3:GetObjectVersion",
        "s3:PutObject",
    ];
    let mut statements: Vec<Statement> = Vec::new();
    for action in on_buckets {
        statements.push(Statement::new("Buckets", action, arns(plan, ""), both.clone()));
    }
    for action in on_objects {
        statements.push(Statement::new("Objects", action, arns(plan, "/*"), both.clone()));
    }
    statements.extend(keys(plan));
    statements
}

/// Keys that buckets of the plan lie under, used through S3 alone.
fn keys(plan: &Plan) -> Vec<Statement> {
    if !under_keys(plan) {
        return Vec::new();
    }
    let key = |account: &AccountId| format!("arn:aws:kms:{}:{account}:key/*", plan.region);
    let by_s3 = BTreeMap::from([(
        "StringEquals".to_owned(),
        BTreeMap::from([(
            "kms:ViaService".to_owned(),
            BTreeSet::from([format!("s3.{}.amazonaws.com", plan.region)]),
        )]),
    )]);
    let (source, target) = accounts(plan);
    let both = vec![key(source), key(target)];
    let statement = |action: &str| Statement::new("KeysThroughS3", action, both.clone(), by_s3.clone());
    vec![statement("kms:Decrypt"), statement("kms:GenerateDataKey")]
}

/// Whether any bucket's content lies, or will lie, under a key of its own.
pub(super) fn under_keys(plan: &Plan) -> bool {
    let buckets = plan.steps.iter().filter(|step| step.resource.kind == "bucket");
    let mut inputs = buckets.map(|step| &step.input);
    inputs.any(names_a_key) || plan.steps.iter().any(|step| step.action == "key.admit_users")
}

fn names_a_key(value: &Value) -> bool {
    match value {
        Value::Object(members) => members.iter().any(|(name, member)| {
            let key = name == "key" && !member.is_null() && !member.as_str().is_some_and(|text| text.contains(".csv"));
            key || names_a_key(member)
        }),
        Value::Array(items) => items.iter().any(names_a_key),
        Value::String(text) => text.starts_with("arn:aws:kms:") || text.starts_with("key/"),
        _ => false,
    }
}
