//! What a rehearsal takes for ready of the delivery flow. People make it in the target, and no inventory that was discovered has it: without this every rehearsal would wait
//! for people. What the inventory does say of it is left as it is, and then the run waits for what is missing.

use std::borrow::Cow;

use model::inventory::Identities;
use model::{AccountId, Inventory, Plan, Side};
use moves::delivery::spec::DeliverySpec;
use moves::delivery::trust::AUDIENCE;
use serde::Deserialize as _;
use serde_json::{Value, json};

/// The inventory, with what its silence is taken for.
pub(super) fn taken_for_ready<'a>(inventory: &'a Inventory, plan: &Plan) -> Cow<'a, Inventory> {
    let look = plan.steps.iter().find(|step| step.action == "delivery.look");
    let Some(Ok(delivery)) = look.map(|step| DeliverySpec::deserialize(&step.input["delivery"])) else {
        return Cow::Borrowed(inventory);
    };
    let account = |side| plan.accounts.get(&side).map(|access| &access.account);
    let (Some(source), Some(target)) = (account(Side::Source), account(Side::Target)) else {
        return Cow::Borrowed(inventory);
    };
    let mut inventory = inventory.clone();
    identities(&mut inventory, target, &delivery);
    repositories(&mut inventory, [source, target], plan, &delivery);
    let buckets = |account: &AccountId| {
        let regions = inventory
            .accounts
            .get(account)
            .into_iter()
            .flat_map(|account| account.regions.values());
        regions
            .flat_map(|region| &region.buckets)
            .map(|bucket| bucket.name.clone())
            .collect::<Vec<_>>()
    };
    if let Some(state) = &delivery.state
        && !buckets(target).iter().any(|name| name.as_str() == state.new)
        && let Ok(bucket) = serde_json::from_value(json!({ "name": state.new }))
    {
        let held = inventory.accounts.entry(target.clone()).or_default();
        held.regions
            .entry(plan.region.clone())
            .or_default()
            .buckets
            .push(bucket);
    }
    Cow::Owned(inventory)
}

fn identities(inventory: &mut Inventory, target: &AccountId, delivery: &DeliverySpec) {
    let held = inventory.accounts.entry(target.clone()).or_default();
    if held.identities != Identities::default() {
        return;
    }
    for one in &delivery.oidc {
        let issuer = one.issuer();
        let provider = json!({ "Url": format!("https://{issuer}"), "ClientIDList": [AUDIENCE] });
        if !held.identities.oidc_providers.contains(&provider) {
            held.identities.oidc_providers.push(provider);
        }
        let (owner, name) = (&one.repository.owner, &one.repository.name);
        let subjects = [format!("repo:{owner}/{name}:*"), format!("repo:{owner}@*/{name}@*:*")];
        let trust = json!({ "Version": "2012-10-17", "Statement": [{
            "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
            "Principal": { "Federated": format!("arn:aws:iam::{target}:oidc-provider/{issuer}") },
            "Condition": { "StringEquals": { format!("{issuer}:aud"): AUDIENCE }, "StringLike": { format!("{issuer}:sub"): subjects } } }] });
        let named = |role: &Value| role["RoleName"] == one.role.as_str();
        if !held.identities.roles.iter().any(named) {
            let role = json!({ "RoleName": one.role, "AssumeRolePolicyDocument": trust.to_string() });
            held.identities.roles.push(role);
        }
    }
}

fn repositories(inventory: &mut Inventory, sides: [&AccountId; 2], plan: &Plan, delivery: &DeliverySpec) {
    let said = |account: &AccountId| {
        let region = inventory.region(account, &plan.region);
        region.is_some_and(|region| !region.deployed.repositories.is_empty())
    };
    if sides.into_iter().any(said) {
        return;
    }
    for account in sides {
        let held = inventory.accounts.entry(account.clone()).or_default();
        let deployed = &mut held.regions.entry(plan.region.clone()).or_default().deployed;
        deployed
            .repositories
            .extend(delivery.ecr.iter().map(|name| json!({ "repositoryName": name })));
    }
}
