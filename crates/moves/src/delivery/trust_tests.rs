use serde_json::json;

use super::*;

fn account(digit: char) -> AccountId {
    AccountId::new(digit.to_string().repeat(12)).expect("twelve digits")
}

fn role(enterprise: Option<&str>) -> OidcSpec {
    OidcSpec {
        role: "deploy".to_owned(),
        repository: Repository {
            owner: "example".to_owned(),
            name: "shop".to_owned(),
        },
        enterprise: enterprise.map(str::to_owned),
    }
}

fn judged(provider_of: char, condition: Value) -> Vec<(Verdict, String)> {
    let federated = format!("arn:aws:iam::{}:oidc-provider/{HOST}", account(provider_of));
    let policy = json!({ "Version": "2012-10-17", "Statement": { "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": { "Federated": federated }, "Condition": condition } });
    of(&policy)
}

fn of(policy: &Value) -> Vec<(Verdict, String)> {
    let found = judge(&role(None), &policy.to_string(), &account('1'), &account('2'));
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
    let found = judge(&role(None), "{", &account('1'), &account('2'));
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

/// One statement on tokens of the target's provider.
fn statement(effect: &str, condition: Value) -> Value {
    json!({ "Effect": effect, "Action": "sts:AssumeRoleWithWebIdentity", "Condition": condition,
        "Principal": { "Federated": format!("arn:aws:iam::{}:oidc-provider/{HOST}", account('2')) } })
}

/// A condition on `sub` alone, and one that asks for the audience besides.
fn sub(operator: &str, values: Value) -> Value {
    json!({ operator: { format!("{HOST}:sub"): values } })
}

fn with_audience(mut condition: Value) -> Value {
    condition["StringEquals"][format!("{HOST}:aud")] = json!(AUDIENCE);
    condition
}

fn merged(conditions: &[Value]) -> Value {
    let all = conditions.iter().filter_map(Value::as_object).flatten();
    let all = all.map(|(operator, keys)| (operator.clone(), keys.clone()));
    with_audience(Value::Object(all.collect()))
}

#[test]
fn a_statement_holds_when_all_its_operators_do_and_values_of_one_are_alternatives() {
    let both = json!(["repo:example/shop:*", "repo:example@*/shop@*:*"]);
    let any = json!("repo:*");
    let main = json!([
        "repo:example/shop:ref:refs/heads/main",
        "repo:example@1/shop@2:ref:refs/heads/main"
    ]);
    let plain = json!("repo:example/shop:ref:refs/heads/main");
    // What is asked, how that stands, and what is said of it.
    let table = [
        // The wide one is narrowed by the other: IAM asks for both.
        (
            vec![sub("StringLike", any.clone()), sub("StringEquals", main.clone())],
            Verdict::Ok,
            "in both forms",
        ),
        (
            vec![sub("StringLike", both.clone()), sub("StringEquals", plain.clone())],
            Verdict::NotYet,
            "not repo:example@ID/shop@ID",
        ),
        // Each alone admits the repository, no sub meets both.
        (
            vec![
                sub("StringLike", json!("repo:example/shop:environment:*")),
                sub("StringEquals", plain.clone()),
            ],
            Verdict::Wrong,
            "must hold all at once",
        ),
        (
            vec![
                sub("StringLike", json!("repo:example/shop:*")),
                sub("ForAnyValue:StringLike", json!("repo:example@*/shop@*:*")),
            ],
            Verdict::Wrong,
            "does not admit example/shop",
        ),
        (
            vec![sub("ForAnyValue:StringLike", both.clone())],
            Verdict::Ok,
            "in both forms",
        ),
        (
            vec![sub("ForAllValues:StringLike", both.clone())],
            Verdict::Ok,
            "in both forms",
        ),
        (
            vec![sub("StringLikeIfExists", both.clone())],
            Verdict::Ok,
            "in both forms",
        ),
        (
            vec![sub(
                "StringEqualsIgnoreCase",
                json!(["REPO:Example/Shop:pull_request", "repo:example@1/SHOP@2:pull_request"]),
            )],
            Verdict::Ok,
            "both",
        ),
        (
            vec![
                sub("StringLike", both.clone()),
                sub("StringNotLike", json!("*:pull_request")),
            ],
            Verdict::Ok,
            "in both forms",
        ),
        (
            vec![
                sub("StringLike", both.clone()),
                sub("StringNotLike", json!("repo:example@*")),
            ],
            Verdict::NotYet,
            "not repo:example@ID",
        ),
        (
            vec![sub("StringNotLike", json!("repo:other/*"))],
            Verdict::Wrong,
            "every repository on GitHub",
        ),
        (
            vec![sub("StringLike", both.clone()), sub("Null", json!("true"))],
            Verdict::Wrong,
            "does not admit",
        ),
        (
            vec![sub("StringLike", both.clone()), sub("Null", json!(false))],
            Verdict::Ok,
            "in both forms",
        ),
        // A name in the middle of which there is anything.
        (
            vec![sub("StringLike", json!(["repo:e*e/shop:*", "repo:example@*/shop@*:*"]))],
            Verdict::Wrong,
            "\"repo:e*e/shop:*\" admits repositories of other",
        ),
    ];
    for (conditions, verdict, words) in table {
        let found = of(&json!({ "Statement": statement("Allow", merged(&conditions)) }));
        assert_eq!((found.len(), found[0].0), (1, verdict), "{conditions:?}: {found:?}");
        assert!(found[0].1.contains(words), "{conditions:?}: {found:?}");
    }
}

#[test]
fn statements_are_alternatives_and_a_denial_wins() {
    let both = || {
        with_audience(sub(
            "StringLike",
            json!(["repo:example/shop:*", "repo:example@*/shop@*:*"]),
        ))
    };
    let wide = || with_audience(sub("StringLike", json!("repo:*")));
    let plain = || with_audience(sub("StringLike", json!("repo:example/shop:*")));
    let allow = |condition| statement("Allow", condition);
    let deny = |condition| statement("Deny", condition);
    let everybody = |mut one: Value| {
        one["Principal"] = json!("*");
        one
    };
    let except = |mut one: Value| {
        one["NotAction"] = json!("sts:AssumeRole");
        one.as_object_mut().expect("a statement").remove("Action");
        one
    };
    let table = [
        (
            vec![allow(both()), deny(json!({}))],
            Verdict::Wrong,
            "denies it, and that wins",
        ),
        (
            vec![allow(both()), everybody(deny(json!({})))],
            Verdict::Wrong,
            "denies it",
        ),
        (
            vec![allow(both()), except(deny(json!({})))],
            Verdict::Wrong,
            "denies it",
        ),
        (
            vec![deny(sub("StringLike", json!("repo:example@*"))), allow(both())],
            Verdict::NotYet,
            "denies it",
        ),
        (
            vec![allow(both()), deny(sub("StringLike", json!("*:pull_request")))],
            Verdict::Ok,
            "in both forms",
        ),
        // What is wide is narrowed by a denial of everything else.
        (
            vec![
                allow(wide()),
                deny(sub(
                    "StringNotLike",
                    json!(["repo:example/shop:*", "repo:example@*/shop@*:*"]),
                )),
            ],
            Verdict::Ok,
            "no other owner's",
        ),
        (
            vec![
                allow(both()),
                deny(json!({ "StringEquals": { format!("{HOST}:aud"): AUDIENCE } })),
            ],
            Verdict::Wrong,
            "denies it",
        ),
        (
            vec![
                allow(both()),
                deny(json!({ "StringNotEquals": { format!("{HOST}:aud"): AUDIENCE } })),
            ],
            Verdict::Ok,
            "in both forms",
        ),
        (
            vec![
                allow(both()),
                deny(json!({ "Bool": { "aws:SecureTransport": "false" } })),
            ],
            Verdict::Ok,
            "in both forms",
        ),
        (
            vec![
                allow(plain()),
                allow(with_audience(sub("StringLike", json!("repo:example@*/shop@*:*")))),
            ],
            Verdict::Ok,
            "in both forms",
        ),
        (vec![allow(both()), allow(wide())], Verdict::Wrong, "\"repo:*\" admits"),
    ];
    for (statements, verdict, words) in table {
        let found = of(&json!({ "Statement": statements }));
        assert_eq!((found.len(), found[0].0), (1, verdict), "{statements:?}: {found:?}");
        assert!(found[0].1.contains(words), "{statements:?}: {found:?}");
    }
}

#[test]
fn audiences_are_judged_by_what_they_admit() {
    let both = || json!(["repo:example/shop:*", "repo:example@*/shop@*:*"]);
    let with = |operator: &str, aud: Value| {
        let mut condition = json!({ "StringLike": { format!("{HOST}:sub"): both() } });
        condition[operator][format!("{HOST}:aud")] = aud;
        judged('2', condition)
    };
    for (operator, aud, verdict, words) in [
        (
            "StringEquals",
            json!([AUDIENCE, "https://github.com/example"]),
            Verdict::Ok,
            "both",
        ),
        ("StringEqualsIfExists", json!(AUDIENCE), Verdict::Ok, "both"),
        ("ForAllValues:StringEquals", json!(AUDIENCE), Verdict::Ok, "both"),
        ("StringLike", json!("*"), Verdict::Wrong, "every audience"),
        (
            "StringNotEquals",
            json!("https://github.com/example"),
            Verdict::Wrong,
            "every audience",
        ),
        (
            "StringEquals",
            json!("sts.*"),
            Verdict::Wrong,
            "does not admit the audience",
        ),
    ] {
        let found = with(operator, aud.clone());
        assert_eq!((found.len(), found[0].0), (1, verdict), "{operator} {aud}: {found:?}");
        assert!(found[0].1.contains(words), "{operator} {aud}: {found:?}");
    }
    // The right audience of one statement is nothing to another.
    let open = statement("Allow", sub("StringLike", json!("repo:example/other:*")));
    let whole = statement("Allow", with_audience(sub("StringLike", both())));
    assert!(of(&json!({ "Statement": [whole, open] }))[0].1.contains("no audience"));
}

#[test]
fn an_enterprise_has_a_provider_and_keys_of_its_own() {
    let issuer = format!("{HOST}/octo-inc");
    let policy = |provider: &str, keys: &str| {
        json!({ "Statement": { "Effect": "Allow", "Action": "sts:*",
            "Principal": { "Federated": [format!("arn:aws:iam::{}:oidc-provider/{provider}", account('2'))] },
            "Condition": { "StringEquals": { format!("{keys}:aud"): AUDIENCE },
                "StringLike": { format!("{keys}:sub"): ["repo:example/shop:*", "repo:example@*/shop@*:*"] } } } })
        .to_string()
    };
    let judged = |provider: &str, keys: &str, enterprise: Option<&str>| {
        let found = judge(&role(enterprise), &policy(provider, keys), &account('1'), &account('2'));
        (found[0].verdict, found[0].what.clone())
    };
    assert_eq!(judged(&issuer, &issuer, Some("octo-inc")).0, Verdict::Ok);
    let (verdict, what) = judged(HOST, HOST, Some("octo-inc"));
    assert_eq!(verdict, Verdict::Wrong);
    assert!(what.contains("does not trust GitHub's identity provider"), "{what}");
    assert_eq!(judged(&issuer, &issuer, None).0, Verdict::Wrong);
    // Keys of another issuer are in none of its tokens.
    let (verdict, what) = judged(&issuer, HOST, Some("octo-inc"));
    assert_eq!(verdict, Verdict::Wrong);
    assert!(what.contains("does not admit"), "{what}");
}

#[test]
fn a_repository_claim_is_judged_and_other_owners_that_are_named_are_noted() {
    let by_name = |name: &str| {
        judged(
            '2',
            with_audience(json!({ "StringEquals": { format!("{HOST}:repository"): name } })),
        )
    };
    assert_eq!(by_name("example/shop")[0].0, Verdict::Ok);
    let other = by_name("example/other");
    assert!(other[0].1.contains("does not admit example/shop"), "{other:?}");
    let owners = json!(["repo:example/shop:*", "repo:example@*/shop@*:*", "repo:friends/tool:*"]);
    let found = judged('2', with_audience(sub("StringLike", owners)));
    assert_eq!(
        (found.len(), found[0].0, found[1].0),
        (2, Verdict::Ok, Verdict::Note),
        "{found:?}"
    );
    assert!(found[1].1.contains("repositories of friends"), "{found:?}");
    let mut from = with_audience(sub(
        "StringLike",
        json!(["repo:example/shop:*", "repo:example@*/shop@*:*"]),
    ));
    from["IpAddress"]["aws:SourceIp"] = json!("192.0.2.0/24");
    let found = judged('2', from);
    assert!(found[1].1.contains("also asks for aws:SourceIp"), "{found:?}");
}
