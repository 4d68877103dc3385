use std::collections::BTreeSet;

use super::*;

const SHOP: (&str, &str) = (
    include_str!("../../../../runbooks/shop-staging/runbook.toml"),
    include_str!("../../../../runbooks/shop-staging/inventory.json"),
);
const PRODUCTS: (&str, &str) = (
    include_str!("../../../../runbooks/three-products/runbook.toml"),
    include_str!("../../../../runbooks/three-products/inventory.json"),
);

fn roles((runbook, inventory): (&str, &str), retires: bool) -> Vec<Role> {
    let runbook = Runbook::parse(runbook).expect("a runbook");
    let inventory = Inventory::parse(inventory).expect("an inventory");
    let plan = crate::plan(&runbook, &inventory);
    of_plan(&plan, &inventory, retires)
}

fn every_role() -> Vec<Role> {
    let mut all = roles(SHOP, false);
    all.extend(roles(SHOP, true));
    all.extend(roles(PRODUCTS, false));
    all.extend(roles(PRODUCTS, true));
    let runbook = Runbook::parse(SHOP.0).expect("a runbook");
    all.extend(of_discover(&runbook));
    all.extend(with_costs(of_discover(&runbook), &runbook.region));
    all
}

#[test]
fn what_is_said_to_be_silent_calls_nothing_and_what_retires_has_its_lines() {
    let all: BTreeSet<&str> = calls::all().flat_map(|one| one.of.split_whitespace()).collect();
    for action in SILENT {
        assert!(!all.contains(action), "{action} is said to be silent");
    }
    for action in calls::RETIRES
        .iter()
        .flat_map(|(_, actions)| actions.split_whitespace())
    {
        assert!(all.contains(action), "{action}");
    }
}

#[test]
fn no_role_may_everything_and_everywhere_only_what_aws_cannot_narrow() {
    for role in every_role() {
        for statement in &role.statements {
            for action in &statement.actions {
                assert!(!action.contains(['*', '@']) && action.contains(':'), "{action}");
            }
            let everywhere = statement.resources.contains("*");
            assert_eq!(everywhere, statement.sid == "NoResourceLevelAtAws", "{statement:?}");
        }
        assert!(!role.statements.is_empty(), "{}", role.name);
    }
}

#[test]
fn every_policy_is_short_enough_and_a_role_has_room_for_all() {
    for role in every_role() {
        let documents = role.documents();
        assert!(documents.len() <= MOST, "{}: {}", role.name, documents.len());
        for document in documents {
            assert!(length(&document) <= LONGEST, "{}: {}", role.name, length(&document));
        }
    }
}

#[test]
fn the_parents_role_may_change_the_name_servers_of_the_moved_name_and_nothing_else() {
    let roles = roles(PRODUCTS, false);
    let parent = roles
        .iter()
        .find(|role| role.purpose == Purpose::Run(Side::Parent))
        .expect("its role");
    let changing: Vec<&Statement> = parent
        .statements
        .iter()
        .filter(|one| one.actions.contains("route53:ChangeResourceRecordSets"))
        .collect();
    assert_eq!(changing.len(), 1, "{changing:?}");
    let keys = &changing[0].conditions["ForAllValues:StringEquals"];
    let of = |what: &str| &keys[&format!("route53:ChangeResourceRecordSets{what}")];
    assert_eq!(
        of("NormalizedRecordNames"),
        &BTreeSet::from(["stg.media.example.net".to_owned()])
    );
    assert_eq!(of("RecordTypes"), &BTreeSet::from(["NS".to_owned()]));
    let others = parent.statements.iter().filter(|one| one.sid != "RolesOfTheRun");
    let mut others = others.flat_map(|one| &one.actions);
    assert!(others.all(|one| one.starts_with("route53:")));
}

#[test]
fn each_role_may_have_itself_and_what_services_take_on_beside_it_simulated_and_nobody_else() {
    let roles = roles(SHOP, false);
    let looked_at = |side: Side| {
        let mut all = roles.iter();
        let role = all.find(|role| role.purpose == Purpose::Run(side)).expect("its role");
        let mut statements = role.statements.iter();
        let one = statements.find(|one| one.actions.contains("iam:SimulatePrincipalPolicy"));
        one.expect("a statement").resources.clone()
    };
    let arn = |rest: &str| format!("arn:aws:iam::{rest}");
    assert_eq!(
        looked_at(Side::Source),
        BTreeSet::from([arn("111111111111:role/cleave-source")])
    );
    let of_target = ["222222222222:role/cleave-batch", "222222222222:role/cleave-target"];
    assert_eq!(looked_at(Side::Target), of_target.map(arn).into());
}

#[test]
fn a_role_is_passed_on_to_batch_operations_alone() {
    let roles = roles(SHOP, false);
    let target = roles
        .iter()
        .find(|role| role.purpose == Purpose::Run(Side::Target))
        .expect("its role");
    let passed: Vec<&Statement> = target
        .statements
        .iter()
        .filter(|one| one.actions.contains("iam:PassRole"))
        .collect();
    assert_eq!(passed.len(), 1);
    let role = "arn:aws:iam::222222222222:role/cleave-batch";
    assert_eq!(passed[0].resources, BTreeSet::from([role.to_owned()]));
    let to = &passed[0].conditions["StringEquals"]["iam:PassedToService"];
    assert_eq!(to, &BTreeSet::from(["batchoperations.s3.amazonaws.com".to_owned()]));
}

#[test]
fn what_is_old_is_deleted_only_by_a_role_that_was_asked_to() {
    let may = |retires: bool, action: &str| {
        let roles = roles(SHOP, retires);
        let source = roles
            .iter()
            .find(|role| role.purpose == Purpose::Run(Side::Source))
            .expect("its role");
        source.actions().contains(action)
    };
    assert!(!may(false, "rds:DeleteDBInstance"));
    assert!(may(true, "rds:DeleteDBInstance"));
}

#[test]
fn discover_may_only_read() {
    for role in of_discover(&Runbook::parse(SHOP.0).expect("a runbook")) {
        for action in role.actions() {
            let (_, name) = action.split_once(':').expect("a service");
            assert!(
                ["Describe", "Get", "List"].iter().any(|verb| name.starts_with(verb)),
                "{action}"
            );
            assert!(
                !name.starts_with("GetObject") || name.contains("Lock"),
                "{action}: it reads no content"
            );
        }
    }
}

#[test]
fn what_a_month_cost_may_be_asked_of_the_source_by_a_role_that_was_asked_to() {
    let runbook = Runbook::parse(SHOP.0).expect("a runbook");
    let may = |roles: &[Role]| {
        let asking = roles
            .iter()
            .filter(|role| role.actions().contains("ce:GetCostAndUsage"));
        asking.map(|role| role.purpose).collect::<Vec<_>>()
    };
    let plain = of_discover(&runbook);
    assert_eq!(may(&plain), []);
    let asking = with_costs(plain.clone(), &runbook.region);
    assert_eq!(may(&asking), [Purpose::Discover(Side::Source)]);
    let counts = |roles: &[Role]| roles.iter().map(|role| role.actions().len()).sum::<usize>();
    assert_eq!(counts(&asking), counts(&plain) + 1, "and nothing beside it");
}

#[test]
fn each_form_holds_the_same_policies() {
    let trust = Trust {
        principal: "arn:aws:iam::333333333333:role/jump".to_owned(),
        external_id: Some("one-night".to_owned()),
        mfa: false,
    };
    for role in roles(PRODUCTS, false) {
        let plain: Value = serde_json::from_str(&role.written(Form::Json, Some(&trust))).expect("JSON");
        let template: Value = serde_json::from_str(&role.written(Form::CloudFormation, Some(&trust))).expect("JSON");
        let module = role.written(Form::Terraform, Some(&trust));
        let policies = plain["policies"].as_array().expect("policies");
        assert_eq!(policies.len(), role.documents().len());
        for (number, policy) in policies.iter().enumerate() {
            let there = &template["Resources"][format!("Policy{}", number + 1)]["Properties"]["PolicyDocument"];
            assert_eq!(there, &policy["document"]);
            assert!(module.contains(&format!("\"{}\"", policy["name"].as_str().expect("a name"))));
        }
        assert_eq!(
            template["Resources"]["Role"]["Properties"]["AssumeRolePolicyDocument"],
            plain["trust"]
        );
        let people = role.services.is_empty();
        assert_eq!(module.contains("one-night"), people, "{}", role.name);
    }
}

#[test]
fn before_the_roles_that_s3_takes_on_are_made_the_same_is_derived_as_behind_it() {
    let runbook = Runbook::parse(SHOP.0).expect("a runbook");
    let mut inventory = Inventory::parse(SHOP.1).expect("an inventory");
    for account in inventory.accounts.values_mut() {
        account.roles.remove("cleave-batch");
    }
    assert_eq!(
        crate::plan(&runbook, &inventory)
            .steps
            .iter()
            .filter(|step| step.action == "bucket.survey")
            .count(),
        0
    );
    let inventory = as_if_made(inventory, &runbook);
    let plan = crate::plan(&runbook, &inventory);
    assert_eq!(of_plan(&plan, &inventory, false), roles(SHOP, false));
}
