use serde_json::json;

use super::*;

fn account(digit: char) -> AccountId {
    AccountId::new(digit.to_string().repeat(12)).expect("twelve digits")
}

fn judged(provider_of: char, condition: Value) -> Vec<(Verdict, String)> {
    let federated = format!("arn:aws:iam::{}:oidc-provider/{HOST}", account(provider_of));
    let policy = json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": { "Federated": federated }, "Condition": condition } });
    of(&policy)
}

fn of(policy: &Value) -> Vec<(Verdict, String)> {
    let repository = Repository {
        owner: "example".to_owned(),
        name: "shop".to_owned(),
    };
    let found = judge("deploy", &policy.to_string(), &account('1'), &account('2'), &repository);
    found.into_iter().map(|one| (one.verdict, one.what)).collect()
}

/// The verdict on one `sub`, the audience being right.
fn on(operator: &str, sub: Value) -> (Verdict, String) {
    let mut condition = json!({ "StringEquals": { format!("{HOST}:aud"): AUDIENCE } });
    condition[operator][format!("{HOST}:sub")] = sub;
    let mut found = judged('2', condition);
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[test]
fn both_forms_are_admitted_by_patterns_and_by_exact_names() {
    for sub in [
        json!(["repo:example/shop:*", "repo:example@*/shop@*:*"]),
        json!([
            "repo:example/shop:ref:refs/heads/main",
            "repo:example@1234/shop@56:ref:refs/heads/main"
        ]),
        json!([
            "repo:example/shop:environment:staging",
            "repo:example@12?4/shop@*:environment:staging"
        ]),
    ] {
        let operator = if sub.to_string().contains(['*', '?']) {
            "StringLike"
        } else {
            "StringEquals"
        };
        assert_eq!(on(operator, sub.clone()).0, Verdict::Ok, "{sub}");
    }
}

#[test]
fn one_form_alone_is_not_enough_and_the_missing_one_is_named() {
    let (verdict, what) = on("StringLike", json!("repo:example/shop:*"));
    assert_eq!(verdict, Verdict::NotYet);
    assert!(what.contains("not repo:example@ID/shop@ID"), "{what}");
    let (verdict, what) = on("StringLike", json!("repo:example@*/shop@*:*"));
    assert_eq!(verdict, Verdict::NotYet);
    assert!(what.contains("not repo:example/shop:"), "{what}");
}

#[test]
fn what_admits_other_owners_is_wrong() {
    for sub in [
        "*",
        "repo:*",
        "repo:exam*",
        "repo:example*/shop*:*",
        "repo:*/shop:*",
        "repo:example?/shop:*",
        "rep?:*",
    ] {
        let (verdict, what) = on("StringLike", json!(sub));
        assert_eq!(verdict, Verdict::Wrong, "{sub}: {what}");
        assert!(what.contains("other owners"), "{sub}: {what}");
    }
    let found = judged('2', json!({ "StringEquals": { format!("{HOST}:aud"): AUDIENCE } }));
    assert!(found[0].1.contains("every repository on GitHub"), "{found:?}");
}

#[test]
fn a_star_in_string_equals_is_a_star() {
    let (verdict, what) = on("StringEquals", json!("repo:example/shop:*"));
    assert_eq!(verdict, Verdict::NotYet, "{what}");
    assert!(what.contains("where * is a star"), "{what}");
    let (verdict, what) = on("StringEquals", json!("repo:example/*"));
    assert_eq!(verdict, Verdict::Wrong, "{what}");
    assert!(what.contains("does not admit example/shop"), "{what}");
}

#[test]
fn another_repository_is_not_this_one_and_all_of_an_owners_are_noted() {
    assert_eq!(on("StringLike", json!("repo:example/shop-infra:*")).0, Verdict::Wrong);
    assert_eq!(on("StringLike", json!("repo:Example/Shop:*")).0, Verdict::Wrong);
    let (verdict, what) = on("StringLike", json!(["repo:example/*", "repo:example@*/*"]));
    assert_eq!(verdict, Verdict::Note, "{what}");
}

#[test]
fn the_provider_must_be_the_targets_own() {
    let condition = json!({ "StringLike": { format!("{HOST}:sub"): "repo:example/shop:*" } });
    let found = judged('1', condition);
    assert_eq!(found.len(), 1);
    assert_eq!(found[0].0, Verdict::Wrong);
    assert!(found[0].1.contains("source account 111111111111"), "{found:?}");
    let found = judged('3', json!({}));
    assert!(
        found[0]
            .1
            .contains("does not trust GitHub's identity provider of the target"),
        "{found:?}"
    );
    let service = json!({ "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRole", "Principal": { "Service": "ec2.amazonaws.com" } }] });
    assert_eq!(of(&service)[0].0, Verdict::Wrong);
}

#[test]
fn the_audience_is_asked_for() {
    let sub = json!(["repo:example/shop:*", "repo:example@*/shop@*:*"]);
    let found = judged('2', json!({ "StringLike": { format!("{HOST}:sub"): sub } }));
    assert_eq!((found.len(), found[0].0), (1, Verdict::Wrong), "{found:?}");
    assert!(found[0].1.contains("no audience"), "{found:?}");
    let other = json!({ "StringLike": { format!("{HOST}:sub"): sub, format!("{HOST}:aud"): "https://github.com/*" } });
    assert!(judged('2', other)[0].1.contains("does not admit the audience"));
    let by_wildcard =
        json!({ "ForAnyValue:StringLike": { format!("{HOST}:sub"): sub, format!("{HOST}:aud"): "sts.*" } });
    assert_eq!(judged('2', by_wildcard)[0].0, Verdict::Ok);
}

#[test]
fn what_is_no_policy_is_told() {
    let repository = Repository {
        owner: "a".to_owned(),
        name: "b".to_owned(),
    };
    let found = judge("deploy", "{", &account('1'), &account('2'), &repository);
    assert_eq!(found[0].verdict, Verdict::Unread);
}

#[test]
fn the_statements_of_a_policy_count_together_and_newer_claims_are_noted() {
    let federated = json!({ "Federated": format!("arn:aws:iam::{}:oidc-provider/{HOST}", account('2')) });
    let statement = |sub: &str| {
        json!({ "Effect": "Allow", "Action": ["sts:AssumeRoleWithWebIdentity", "sts:TagSession"], "Principal": federated,
            "Condition": { "StringLike": { format!("{HOST}:sub"): sub, format!("{HOST}:aud"): AUDIENCE } } })
    };
    let both = json!({ "Statement": [statement("repo:example/shop:*"), statement("repo:example@1/shop@2:*"), statement("repo:example/other:*")] });
    assert_eq!(of(&both)[0].0, Verdict::Ok);
    let by_id = json!({ "StringEquals": { format!("{HOST}:aud"): AUDIENCE, format!("{HOST}:repository_id"): "56" } });
    let found = judged('2', by_id);
    assert_eq!((found.len(), found[0].0), (1, Verdict::Note), "{found:?}");
}

#[test]
fn many_stars_are_judged_at_once() {
    let stars = format!("repo:{}x", "*e*x*a".repeat(300));
    assert_eq!(on("StringLike", json!(stars)).0, Verdict::Wrong);
}
