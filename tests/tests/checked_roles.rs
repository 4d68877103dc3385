//! `cleave check` of roles that hold policies, over the SDK's own requests: exactly what `cleave roles` derives is clean; what is taken away or narrowed to something else is
//! found by its action and resource, in the roles that cleave takes on and in those that S3 does; and nothing that is asked changes anything.

use std::collections::BTreeSet;
use std::path::Path;
use std::sync::{Arc, LazyLock};

use cleave::commands::files::Written;
use cleave::world;
use model::{Plan, Side};
use moves::check::{Finding, Outcome, accounts, landing};
use moves::roles::{self, Purpose, Role};
use serde_json::Value;
use simcloud::cloud::Cloud;
use simcloud::dispatch::lock;
use simcloud::faults::FaultLevel;
use whole_runs::night::in_paused_time;

struct Derived {
    written: Written,
    plan: Plan,
    roles: Vec<Role>,
}

fn derived(name: &str) -> Derived {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("../runbooks")
        .join(name)
        .join("runbook.toml");
    let written = Written::read(&path, None).unwrap_or_else(|error| panic!("{error}"));
    let plan = written.unblocked_plan().unwrap_or_else(|error| panic!("{error}"));
    let roles = roles::of_plan(&plan, &written.inventory, false);
    Derived { written, plan, roles }
}

static SHOP: LazyLock<Derived> = LazyLock::new(|| derived("shop-staging"));
static PRODUCTS: LazyLock<Derived> = LazyLock::new(|| derived("three-products"));

/// What is found of accounts whose roles have these policies.
fn checked(derived: &Derived, roles: &[Role], prepare: impl FnOnce(&mut Cloud)) -> Vec<Finding> {
    in_paused_time(async {
        let Written { runbook, inventory, .. } = &derived.written;
        let simulated = world::simulated(inventory, inventory.observed_at, 1, FaultLevel::None, Arc::new(drop));
        {
            let mut cloud = lock(&simulated.cloud);
            for role in roles {
                cloud.permissions.set(&role.account, &role.name, role.documents());
            }
            prepare(&mut cloud);
        }
        let before = lock(&simulated.cloud).effects.len();
        // Nothing is let through that could change anything.
        let entered = simulated.world.looking_only().accounts_of(runbook, "check0000000");
        let sight = accounts::Sight {
            runbook,
            plan: Some(&derived.plan),
            inventory: Some(inventory),
            accounts: &entered,
        };
        let found = accounts::look(&sight).await;
        assert_eq!(lock(&simulated.cloud).effects.len(), before, "a check changes nothing");
        found
    })
}

/// Those of checks that roles are found by.
fn of_roles(found: &[Finding]) -> Vec<&Finding> {
    let ids = ["role-permissions", "role-trust", "service-control-policy"];
    found.iter().filter(|one| ids.contains(&one.id)).collect()
}

fn amiss<'f>(found: &[&'f Finding]) -> Vec<&'f Finding> {
    let all = found.iter().copied();
    all.filter(|one| one.outcome != Outcome::Passes).collect()
}

fn clean(derived: &Derived, roles_in_all: usize) {
    let found = checked(derived, &derived.roles, |_| {});
    let of_roles = of_roles(&found);
    assert!(amiss(&of_roles).is_empty(), "{:#?}", amiss(&of_roles));
    let passing = of_roles.iter().filter(|one| one.id == "role-permissions");
    let seen: BTreeSet<&str> = passing.map(|one| one.of.as_str()).collect();
    assert_eq!(seen.len(), roles_in_all, "every role was looked at: {seen:?}");
    let blocks: Vec<&Finding> = found.iter().filter(|one| one.outcome == Outcome::Blocks).collect();
    assert!(blocks.is_empty(), "nothing else blocks with them: {blocks:#?}");
}

#[test]
fn given_exactly_the_derived_roles_nothing_is_amiss_of_them() {
    // Source, target, and what Batch Operations takes on.
    clean(&SHOP, 3);
    // The parent zone's beside them.
    clean(&PRODUCTS, 4);
}

/// What could not be looked at for want of a permission, of the accounts and of the landing zone.
fn unseen(roles: &[Role]) -> Vec<String> {
    let found = checked(&SHOP, roles, |_| {});
    let of_landing_zone = in_paused_time(async {
        let Written { runbook, inventory, .. } = &SHOP.written;
        let mut runbook = runbook.clone();
        runbook.check.used_actions = true;
        runbook.check.organization = true;
        let simulated = world::simulated(inventory, inventory.observed_at, 1, FaultLevel::None, Arc::new(drop));
        // Organizations tells some things to administrators alone, whatever a role may do.
        for member in lock(&simulated.cloud).organizations.all[0].members.values_mut() {
            member.administers = vec!["config.amazonaws.com".to_owned()];
        }
        for role in roles {
            let documents = role.documents();
            lock(&simulated.cloud)
                .permissions
                .set(&role.account, &role.name, documents);
        }
        let entered = simulated.world.looking_only().accounts_of(&runbook, "check0000000");
        let (source, target) = (entered.side(Side::Source), entered.side(Side::Target));
        landing::look(&source, &target, &runbook).await
    });
    let all = found.into_iter().chain(of_landing_zone);
    let refused = all.filter(|one| one.outcome == Outcome::NotChecked);
    let words = [" lacks ", "may not ask"];
    let refused = refused.filter(|one| words.iter().any(|word| one.what.contains(word)));
    refused.map(|one| format!("{}: {}", one.id, one.what)).collect()
}

#[test]
fn with_what_check_reads_nothing_stays_unseen_for_want_of_a_permission() {
    let without = unseen(&SHOP.roles);
    assert!(without.len() > 5, "the run itself reads no landing zone: {without:#?}");
    let region = &SHOP.written.runbook.region;
    let unseen = unseen(&roles::with_checks(SHOP.roles.clone(), region));
    assert!(unseen.is_empty(), "{unseen:#?}");
}

fn role(roles: &mut [Role], purpose: Purpose) -> &mut Role {
    let mut all = roles.iter_mut();
    all.find(|role| role.purpose == purpose).expect("its role")
}

/// Takes an action away from a role.
fn without(purpose: Purpose, action: &str) -> Vec<Role> {
    let mut roles = SHOP.roles.clone();
    let one = role(&mut roles, purpose);
    let had = one.actions().contains(action);
    assert!(had, "{action} was there");
    for statement in &mut one.statements {
        statement.actions.remove(action);
    }
    one.statements.retain(|statement| !statement.actions.is_empty());
    roles
}

/// Narrows a resource of a role to something else.
fn elsewhere(purpose: Purpose, action: &str, resource: &str, instead: &str) -> Vec<Role> {
    let mut roles = SHOP.roles.clone();
    let one = role(&mut roles, purpose);
    let mut narrowed = 0;
    for statement in one.statements.iter_mut().filter(|one| one.actions.contains(action)) {
        if statement.resources.remove(resource) {
            statement.resources.insert(instead.to_owned());
            narrowed += 1;
        }
    }
    assert!(narrowed > 0, "{action} was admitted on {resource}");
    roles
}

/// What is amiss of roles, and nothing beside it.
fn only_amiss(roles: &[Role]) -> Finding {
    let found = checked(&SHOP, roles, |_| {});
    let of_roles = of_roles(&found);
    let amiss = amiss(&of_roles);
    assert_eq!(amiss.len(), 1, "{amiss:#?}");
    amiss[0].clone()
}

#[test]
fn an_action_that_is_taken_away_is_found_with_the_resource_that_needed_it() {
    let database = SHOP.plan.steps.iter().find(|step| step.resource.kind == "database");
    let database = &database.expect("a database moves").resource.name;
    let rows = [
        // The database is named by the plan, and has no policy of its own.
        (
            Purpose::Run(Side::Source),
            "rds:CreateDBSnapshot",
            format!(":db:{database}"),
            Outcome::Blocks,
            "source account 111111111111",
        ),
        // AWS narrows it to nothing.
        (
            Purpose::Run(Side::Source),
            "ec2:DescribeImages",
            " on *".to_owned(),
            Outcome::Blocks,
            "source account 111111111111",
        ),
        // A bucket's own policy might admit it.
        (
            Purpose::Run(Side::Source),
            "s3:ListBucketVersions",
            "arn:aws:s3:::shop-stg-assets".to_owned(),
            Outcome::Warns,
            "source account 111111111111",
        ),
        (
            Purpose::Run(Side::Target),
            "iam:PassRole",
            "role/cleave-batch (iam:PassedToService batchoperations.s3.amazonaws.com)".to_owned(),
            Outcome::Blocks,
            "target account 222222222222",
        ),
        (
            Purpose::Run(Side::Target),
            "kms:GenerateDataKeyWithoutPlaintext",
            "(kms:ViaService rds.ap-northeast-1.amazonaws.com)".to_owned(),
            Outcome::Warns,
            "target account 222222222222",
        ),
        (
            Purpose::Batch,
            "s3:PutObjectTagging",
            "(s3:ResourceAccount 222222222222)".to_owned(),
            Outcome::Warns,
            "role cleave-batch of target account 222222222222",
        ),
    ];
    for (purpose, action, place, outcome, of) in rows {
        let found = only_amiss(&without(purpose, action));
        assert_eq!((found.outcome, found.of.as_str()), (outcome, of), "{found:?}");
        assert!(
            found.what.contains(action) && found.what.contains(&place),
            "{action} {place}: {found:?}"
        );
        assert!(
            found.todo.is_some() && found.commands[0].starts_with("cleave roles "),
            "{found:?}"
        );
    }
}

#[test]
fn a_resource_that_is_narrowed_to_something_else_is_found_with_the_actions_that_need_it() {
    let roles = elsewhere(
        Purpose::Run(Side::Source),
        "s3:DeleteObjectVersion",
        "arn:aws:s3:::shop-stg-assets/*",
        "arn:aws:s3:::shop-stg-other/*",
    );
    let found = only_amiss(&roles);
    for part in ["s3:DeleteObjectVersion", "arn:aws:s3:::shop-stg-assets/*"] {
        assert!(found.what.contains(part), "{found:?}");
    }
    let roles = elsewhere(
        Purpose::Run(Side::Target),
        "iam:PassRole",
        "arn:aws:iam::222222222222:role/cleave-batch",
        "arn:aws:iam::222222222222:role/cleave-other",
    );
    let found = only_amiss(&roles);
    assert!(
        found
            .what
            .contains("iam:PassRole on arn:aws:iam::222222222222:role/cleave-batch"),
        "{found:?}"
    );
    assert_eq!(found.outcome, Outcome::Blocks);
}

#[test]
fn a_condition_of_another_account_or_service_is_found() {
    let mut roles = SHOP.roles.clone();
    for statement in &mut role(&mut roles, Purpose::Batch).statements {
        for values in statement.conditions.values_mut().flat_map(|keys| keys.values_mut()) {
            values.remove("111111111111");
        }
    }
    let found = only_amiss(&roles);
    assert!(found.what.contains("(s3:ResourceAccount 111111111111)"), "{found:?}");
    assert!(
        !found.what.contains("s3:PutObject"),
        "what it writes, it writes in the target: {found:?}"
    );
}

#[test]
fn a_denial_blocks_and_a_key_that_nobody_gave_is_told_as_not_checked() {
    let statement = |effect: &str, action: &str, condition: Value| serde_json::json!({ "Effect": effect, "Action": action, "Resource": "*", "Condition": condition });
    let with = |more: Value| {
        let found = checked(&SHOP, &SHOP.roles, |cloud| {
            let source = SHOP
                .roles
                .iter()
                .find(|role| role.purpose == Purpose::Run(Side::Source));
            let source = source.expect("its role");
            let mut documents = source.documents();
            documents.push(serde_json::json!({ "Version": "2012-10-17", "Statement": [more] }));
            cloud.permissions.set(&source.account, &source.name, documents);
        });
        let of_roles = of_roles(&found);
        let amiss = amiss(&of_roles);
        assert_eq!(amiss.len(), 1, "{amiss:#?}");
        amiss[0].clone()
    };
    let denied = with(statement("Deny", "rds:CreateDBSnapshot", serde_json::json!({})));
    assert_eq!(denied.outcome, Outcome::Blocks);
    assert!(denied.what.contains("denies rds:CreateDBSnapshot on "), "{denied:?}");
    let tagged = serde_json::json!({ "StringEquals": { "aws:PrincipalTag/team": "shop" } });
    let open = with(statement("Allow", "rds:CreateDBSnapshot", tagged));
    assert_eq!(open.outcome, Outcome::NotChecked);
    assert!(
        open.what.contains("rds:CreateDBSnapshot (by aws:PrincipalTag/team)"),
        "{open:?}"
    );
}

#[test]
fn a_role_that_s3_may_not_take_on_or_that_is_not_there_is_found_before_the_night() {
    let of_batch = |trusts: &[&str]| {
        let mut changed = derived("shop-staging");
        let target = model::AccountId::new("222222222222").expect("an account");
        let account = changed.written.inventory.accounts.get_mut(&target).expect("the target");
        match trusts {
            [] => drop(account.roles.remove("cleave-batch")),
            some => {
                account.roles.get_mut("cleave-batch").expect("it is there").trusts =
                    some.iter().map(|one| (*one).to_owned()).collect();
            }
        }
        let found = checked(&changed, &changed.roles, |_| {});
        let of_roles = of_roles(&found);
        amiss(&of_roles).into_iter().cloned().collect::<Vec<Finding>>()
    };
    let stranger = of_batch(&["lambda.amazonaws.com"]);
    assert_eq!(stranger.len(), 1, "{stranger:#?}");
    assert_eq!((stranger[0].id, stranger[0].outcome), ("role-trust", Outcome::Blocks));
    assert!(
        stranger[0].what.contains("batchoperations.s3.amazonaws.com"),
        "{stranger:?}"
    );
    let gone = of_batch(&[]);
    assert_eq!(
        (gone[0].id, gone[0].outcome),
        ("role-trust", Outcome::Blocks),
        "{gone:#?}"
    );
    assert!(gone[0].of.contains("cleave-batch"), "{gone:?}");
}

#[test]
fn a_role_that_may_not_simulate_is_not_checked_and_what_it_lacks_is_told() {
    let roles = without(Purpose::Run(Side::Source), "iam:SimulatePrincipalPolicy");
    let found = only_amiss(&roles);
    assert_eq!((found.id, found.outcome), ("role-permissions", Outcome::NotChecked));
    assert!(found.what.contains("iam:SimulatePrincipalPolicy"), "{found:?}");
}
