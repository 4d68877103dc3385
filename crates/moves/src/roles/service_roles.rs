//! The roles that S3 takes on: to copy by Batch Operations, and to replicate.

use std::collections::{BTreeMap, BTreeSet};

use model::{AccountId, Plan, Side};
use serde_json::Value;

use super::statement::{Conditions, Statement, together};
use super::{Purpose, Role};
use crate::runbook::Runbook;

const BATCH: &str = "batchoperations.s3.amazonaws.com";
const S3: &str = "s3.amazonaws.com";

/// The roles that are passed to services, by ARN.
pub(super) fn passed(runbook: &Runbook) -> BTreeMap<String, BTreeSet<String>> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for section in [&runbook.source, &runbook.target] {
        let arn = |name: &String| format!("arn:aws:iam::{}:role/{name}", section.account);
        if let Some(role) = &section.batch_role {
            found.entry(arn(role)).or_default().insert(BATCH.to_owned());
        }
        if let Some(role) = &section.replication_role {
            // Replication of what was there already is a job of Batch Operations under the same role.
            found
                .entry(arn(role))
                .or_default()
                .extend([S3.to_owned(), BATCH.to_owned()]);
        }
    }
    found
}

/// Those of a plan that its runbook names.
pub(super) fn of(plan: &Plan, runbook: &Runbook) -> Vec<Role> {
    let moves_buckets = plan.steps.iter().any(|step| step.action == "bucket.survey");
    let replicates = plan.steps.iter().any(|step| step.action == "bucket.replicate");
    let mut roles = Vec::new();
    if let (true, Some(name)) = (moves_buckets, &runbook.target.batch_role) {
        roles.push(Role {
            name: name.clone(),
            account: runbook.target.account.clone(),
            purpose: Purpose::Batch,
            services: vec![BATCH],
            external_id: None,
            statements: together(copying(plan, runbook)),
        });
    }
    for (side, section) in [(Side::Source, &runbook.source), (Side::Target, &runbook.target)] {
        if let (true, Some(name)) = (replicates, &section.replication_role) {
            roles.push(Role {
                name: name.clone(),
                account: section.account.clone(),
                purpose: Purpose::Replication(side),
                services: vec![BATCH, S3],
                external_id: None,
                statements: together(replicating(plan, runbook)),
            });
        }
    }
    roles
}

/// Buckets under their own names.
fn names(runbook: &Runbook) -> Vec<String> {
    let all = runbook
        .buckets
        .iter()
        .flat_map(|spec| [Some(spec.name.clone()), spec.new_name.clone()]);
    let all: BTreeSet<String> = all.flatten().collect();
    all.into_iter().collect()
}

fn arns(runbook: &Runbook, rest: &str) -> Vec<String> {
    let names = names(runbook);
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

fn copying(plan: &Plan, runbook: &Runbook) -> Vec<Statement> {
    let (source, target) = (&runbook.source.account, &runbook.target.account);
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
        statements.push(Statement::new("Reads", action, arns(runbook, "/*"), both.clone()));
    }
    // What is missing would else be answered like what is forbidden.
    statements.push(Statement::new(
        "Buckets",
        "s3:ListBucket",
        arns(runbook, ""),
        both.clone(),
    ));
    statements.push(Statement::new(
        "Buckets",
        "s3:GetBucketLocation",
        arns(runbook, ""),
        both,
    ));
    for action in ["s3:PutObject", "s3:PutObjectTagging", "s3:PutObjectVersionTagging"] {
        let own = in_accounts(&[target]);
        statements.push(Statement::new("Writes", action, arns(runbook, "/*"), own));
    }
    statements.extend(keys(plan, runbook));
    statements
}

fn replicating(plan: &Plan, runbook: &Runbook) -> Vec<Statement> {
    let both = in_accounts(&[&runbook.source.account, &runbook.target.account]);
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
        statements.push(Statement::new("Buckets", action, arns(runbook, ""), both.clone()));
    }
    for action in on_objects {
        statements.push(Statement::new("Objects", action, arns(runbook, "/*"), both.clone()));
    }
    statements.extend(keys(plan, runbook));
    statements
}

/// Keys that buckets of the plan lie under, used through S3 alone.
fn keys(plan: &Plan, runbook: &Runbook) -> Vec<Statement> {
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
    let both = vec![key(&runbook.source.account), key(&runbook.target.account)];
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
