use model::{Inventory, Side};

use super::*;
use crate::Runbook;
use crate::roles;

const ROLE: &str = "arn:aws:iam::111111111111:role/cleave-source";

fn statement(actions: &[&str], resources: &[&str], conditions: &[(&str, &str, &[&str])]) -> Statement {
    let texts = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<BTreeSet<String>>();
    let mut found = Conditions::new();
    for (operator, key, values) in conditions {
        let keys = found.entry((*operator).to_owned()).or_default();
        keys.insert((*key).to_owned(), texts(values));
    }
    Statement {
        sid: "Some".to_owned(),
        actions: texts(actions),
        resources: texts(resources),
        conditions: found,
    }
}

#[test]
fn an_arn_stands_for_each_pattern_and_a_policy_with_that_pattern_admits_it() {
    for (pattern, arn) in [
        ("*", "*"),
        (
            "arn:aws:rds:eu-west-1:111111111111:db:shop",
            "arn:aws:rds:eu-west-1:111111111111:db:shop",
        ),
        (
            "arn:aws:rds:eu-west-1:111111111111:snapshot:cleave-*",
            "arn:aws:rds:eu-west-1:111111111111:snapshot:cleave-check",
        ),
        (
            "arn:aws:rds:eu-west-1:111111111111:*",
            "arn:aws:rds:eu-west-1:111111111111:db:check",
        ),
        (
            "arn:aws:rds:eu-west-1:111111111111:pg:*",
            "arn:aws:rds:eu-west-1:111111111111:pg:check",
        ),
        (
            "arn:aws:ec2:eu-west-1::image/*",
            "arn:aws:ec2:eu-west-1::image/ami-0123456789abcdef0",
        ),
        ("arn:aws:s3:::cleave-*/*", "arn:aws:s3:::cleave-check/check"),
        (
            "arn:aws:route53:::hostedzone/*",
            "arn:aws:route53:::hostedzone/Z0123456789ABCDEFGHIJ",
        ),
        (
            "arn:aws:secretsmanager:eu-west-1:1:secret:rds!*",
            "arn:aws:secretsmanager:eu-west-1:1:secret:rds!check",
        ),
    ] {
        assert_eq!(stand_in(pattern), arn);
    }
    for role in derived() {
        for pattern in role.statements.iter().flat_map(|one| &one.resources) {
            let arn = stand_in(pattern);
            assert!(pattern == "*" || !arn.contains('*'), "{arn}");
            assert!(crate::delivery::trust::is_like(pattern, &arn), "{pattern} {arn}");
        }
    }
}

fn derived() -> Vec<roles::Role> {
    let folder = format!("{}/../../runbooks/three-products/", env!("CARGO_MANIFEST_DIR"));
    let read = |file: &str| std::fs::read_to_string(format!("{folder}{file}")).expect("an example");
    let runbook = Runbook::parse(&read("runbook.toml")).expect("a runbook");
    let inventory = Inventory::parse(&read("inventory.json")).expect("an inventory");
    let plan = crate::plan(&runbook, &inventory);
    roles::of_plan(&plan, &inventory, false)
}

#[test]
fn every_action_of_a_role_is_asked_on_every_resource_and_with_every_value_in_a_few_calls() {
    for role in derived() {
        let questions = questions(&role.statements);
        let mut calls = 0;
        let mut asked: BTreeSet<(String, String, Carried)> = BTreeSet::new();
        for one in &questions {
            let Question {
                actions,
                resources,
                carried,
            } = &one.question;
            assert!(
                !(resources.len() > 1 && resources.iter().any(|one| one == "*")),
                "{one:?}"
            );
            calls += actions.len().div_ceil((ANSWERS_AT_ONCE / resources.len()).max(1));
            for ((action, arn), pattern) in &one.wanted {
                assert!(actions.contains(action) && resources.contains(arn), "{action} {arn}");
                asked.insert((action.clone(), pattern.clone(), carried.clone()));
            }
        }
        let mut meant = BTreeSet::new();
        for one in &role.statements {
            for with in carried(&one.conditions) {
                let pairs = one
                    .actions
                    .iter()
                    .flat_map(|action| one.resources.iter().map(move |of| (action, of)));
                meant.extend(pairs.map(|(action, of)| (action.clone(), of.clone(), with.clone())));
            }
        }
        assert_eq!(asked, meant, "{}", role.name);
        assert!(
            calls <= 25,
            "{}: {calls} calls for {} statements",
            role.name,
            role.statements.len()
        );
    }
}

#[test]
fn each_value_of_a_key_that_has_one_is_carried_in_its_turn_and_those_of_a_set_at_once() {
    let via = statement(
        &["kms:CreateGrant"],
        &["arn:aws:kms:eu-west-1:1:key/*"],
        &[
            ("Bool", "kms:GrantIsForAWSResource", &["true"]),
            ("StringEquals", "kms:ViaService", &["rds.x", "s3.x"]),
        ],
    );
    let carried_by = |one: &Statement| -> Vec<Carried> { carried(&one.conditions) };
    let text = |text: &str| Value::Text(text.to_owned());
    let expected = ["rds.x", "s3.x"].map(|service| {
        Carried::from([
            ("kms:GrantIsForAWSResource".to_owned(), Value::Flag(true)),
            ("kms:ViaService".to_owned(), text(service)),
        ])
    });
    assert_eq!(carried_by(&via), expected);
    let change = statement(
        &["route53:ChangeResourceRecordSets"],
        &["arn:aws:route53:::hostedzone/Z1"],
        &[("ForAllValues:StringEquals", "route53:x", &["CREATE", "UPSERT"])],
    );
    let both = Value::Texts(vec!["CREATE".to_owned(), "UPSERT".to_owned()]);
    assert_eq!(carried_by(&change), [Carried::from([("route53:x".to_owned(), both)])]);
    assert_eq!(carried_by(&statement(&["a:B"], &["*"], &[])), [Carried::new()]);
}

fn answer(action: &str, pattern: &str, decision: Decision) -> Answer {
    Answer {
        simulated: Simulated {
            action: action.to_owned(),
            resource: stand_in(pattern),
            decision,
            by_organization: None,
            by_boundary: None,
            missing: Vec::new(),
        },
        pattern: pattern.to_owned(),
        carried: Carried::new(),
    }
}

fn told(answers: Vec<Answer>) -> Vec<(&'static str, Outcome, String)> {
    let told = Told {
        answers,
        untold: vec!["s3:GetObject on arn:aws:s3:::b/*".to_owned()],
        keys: BTreeSet::from(["kms:viaservice".to_owned()]),
    };
    let found = judged("source account 1", ROLE, &told, "cleave roles");
    found.into_iter().map(|one| (one.id, one.outcome, one.what)).collect()
}

#[test]
fn only_a_denial_is_taken_for_certain() {
    let database = "arn:aws:rds:eu-west-1:111111111111:db:shop";
    let mut of_organization = answer("kms:CreateKey", "*", Decision::ImplicitDeny);
    of_organization.simulated.by_organization = Some(false);
    let mut of_boundary = answer("s3:CreateBucket", "arn:aws:s3:::b", Decision::ImplicitDeny);
    of_boundary.simulated.by_boundary = Some(false);
    let mut conditional = answer("ec2:CopyImage", "*", Decision::ImplicitDeny);
    conditional.simulated.missing = vec!["aws:PrincipalTag/team".to_owned()];
    let found = told(vec![
        answer("rds:CreateDBSnapshot", database, Decision::Allowed),
        answer("rds:DeleteDBSnapshot", database, Decision::ExplicitDeny),
        of_organization,
        of_boundary,
        conditional,
        answer("rds:ModifyDBInstance", database, Decision::ImplicitDeny),
        answer("rds:RebootDBInstance", database, Decision::ImplicitDeny),
        answer("s3:DeleteBucket", "arn:aws:s3:::b", Decision::ImplicitDeny),
    ]);
    let expected = [
        (
            "service-control-policy",
            Outcome::Blocks,
            "kms:CreateKey on *".to_owned(),
        ),
        (
            "role-permissions",
            Outcome::Blocks,
            format!("denies rds:DeleteDBSnapshot on {database}"),
        ),
        (
            "role-permissions",
            Outcome::Blocks,
            "does not admit s3:CreateBucket on arn:aws:s3:::b".to_owned(),
        ),
        (
            "role-permissions",
            Outcome::NotChecked,
            "ec2:CopyImage (by aws:PrincipalTag/team)".to_owned(),
        ),
        (
            "role-permissions",
            Outcome::NotChecked,
            "told nothing, such as s3:GetObject".to_owned(),
        ),
        (
            "role-permissions",
            Outcome::Blocks,
            format!("admits rds:ModifyDBInstance, rds:RebootDBInstance on {database}"),
        ),
        (
            "role-permissions",
            Outcome::Warns,
            "admits s3:DeleteBucket on arn:aws:s3:::b.".to_owned(),
        ),
        ("role-permissions", Outcome::Passes, "1 of 9".to_owned()),
    ];
    assert_eq!(found.len(), expected.len(), "{found:?}");
    for ((id, outcome, what), (of, wanted, part)) in found.iter().zip(&expected) {
        assert_eq!((id, outcome), (of, wanted), "{what}");
        assert!(what.contains(part), "{what}: {part}");
    }
}

#[test]
fn a_key_that_the_call_does_not_carry_is_no_open_question_and_a_name_that_nobody_knows_no_certainty() {
    let mut direct = answer("kms:DescribeKey", "arn:aws:kms:eu-west-1:1:key/k", Decision::Allowed);
    direct.simulated.missing = vec!["kms:ViaService".to_owned()];
    let unknown = answer(
        "rds:DeleteDBSnapshot",
        "arn:aws:rds:eu-west-1:1:snapshot:cleave-*",
        Decision::ImplicitDeny,
    );
    let found = told(vec![direct, unknown]);
    let outcomes: Vec<Outcome> = found.iter().map(|(_, outcome, _)| *outcome).collect();
    assert_eq!(
        outcomes,
        [Outcome::NotChecked, Outcome::Warns, Outcome::Passes],
        "{found:?}"
    );
    assert!(
        found[1].2.contains("snapshot:cleave-*"),
        "the pattern is named: {found:?}"
    );
}

#[test]
fn what_a_role_lacks_everywhere_is_told_shortly_and_with_what_the_call_carries() {
    let zones = (0..5).map(|n| format!("arn:aws:route53:::hostedzone/Z{n}"));
    let mut answers: Vec<Answer> = zones
        .map(|zone| answer("route53:GetHostedZone", &zone, Decision::ImplicitDeny))
        .collect();
    let mut passed = answer("iam:PassRole", "arn:aws:iam::1:role/batch", Decision::ImplicitDeny);
    let to = Value::Text("batchoperations.s3.amazonaws.com".to_owned());
    passed.carried.insert("iam:PassedToService".to_owned(), to);
    answers.push(passed);
    let found = told(answers);
    let lacking = &found
        .iter()
        .find(|(_, outcome, _)| *outcome == Outcome::Blocks)
        .expect("it lacks")
        .2;
    for part in [
        "route53:GetHostedZone on arn:aws:route53:::hostedzone/Z0, ",
        "hostedzone/Z2 and 2 more",
        "iam:PassRole on arn:aws:iam::1:role/batch (iam:PassedToService batchoperations.s3.amazonaws.com)",
    ] {
        assert!(lacking.contains(part), "{lacking}: {part}");
    }
}

#[test]
fn of_a_side_that_the_plan_does_not_enter_nothing_is_needed() {
    let folder = format!("{}/../../runbooks/shop-staging/", env!("CARGO_MANIFEST_DIR"));
    let read = |file: &str| std::fs::read_to_string(format!("{folder}{file}")).expect("an example");
    let runbook = Runbook::parse(&read("runbook.toml")).expect("a runbook");
    let inventory = Inventory::parse(&read("inventory.json")).expect("an inventory");
    let plan = crate::plan(&runbook, &inventory);
    assert!(roles::needed(&plan, &inventory, Side::Parent, false).is_empty());
    assert!(!roles::needed(&plan, &inventory, Side::Source, false).is_empty());
}
