use model::ids::{AccountId, Region};
use serde_json::json;

use super::*;

fn caller(principal: &str) -> Caller {
    Caller {
        account: AccountId::new("222222222222").expect("twelve digits"),
        region: Region::new("ap-northeast-1").expect("a region"),
        principal: principal.to_owned(),
    }
}

fn role() -> Caller {
    caller("arn:aws:sts::222222222222:assumed-role/cleave-target/cleave-1")
}

fn says(statement: Value, who: &Caller, action: &str, context: &[(&str, &str)]) -> Verdict {
    let context = context
        .iter()
        .map(|(k, v)| ((*k).to_owned(), (*v).to_owned()))
        .collect();
    allows(
        &json!({ "Version": "2012-10-17", "Statement": statement }),
        who,
        action,
        "arn:aws:s3:::shop/a",
        &context,
    )
}

#[test]
fn an_account_is_named_in_three_ways_and_a_role_in_two() {
    for named in [
        json!("*"),
        json!({"AWS": "*"}),
        json!({"AWS": "222222222222"}),
        json!({"AWS": ["arn:aws:iam::111111111111:root", "arn:aws:iam::222222222222:root"]}),
        json!({"AWS": "arn:aws:iam::222222222222:role/ops/cleave-target"}),
        json!({"AWS": "arn:aws:sts::222222222222:assumed-role/cleave-target/cleave-1"}),
    ] {
        let statement = json!({"Effect": "Allow", "Principal": named, "Action": "s3:GetObject", "Resource": "*"});
        assert_eq!(says(statement, &role(), "s3:GetObject", &[]), Verdict::Allow, "{named}");
    }
    for named in [
        json!({"AWS": "arn:aws:iam::222222222222:role/other"}),
        json!({"AWS": "arn:aws:iam::111111111111:role/cleave-target"}),
        json!({"AWS": "222222222223"}),
        json!({"Service": "batchoperations.s3.amazonaws.com"}),
    ] {
        let statement = json!({"Effect": "Allow", "Principal": named, "Action": "s3:GetObject", "Resource": "*"});
        assert_eq!(
            says(statement, &role(), "s3:GetObject", &[]),
            Verdict::Silent,
            "{named}"
        );
    }
}

#[test]
fn a_service_is_admitted_by_its_name_only() {
    let service = caller("batchoperations.s3.amazonaws.com");
    let statement = |named: Value| json!({"Effect": "Allow", "Principal": named, "Action": "s3:*", "Resource": "arn:aws:s3:::shop/*"});
    assert_eq!(
        says(
            statement(json!({"Service": "batchoperations.s3.amazonaws.com"})),
            &service,
            "s3:PutObject",
            &[]
        ),
        Verdict::Allow
    );
    assert_eq!(
        says(
            statement(json!({"AWS": "arn:aws:iam::222222222222:root"})),
            &service,
            "s3:PutObject",
            &[]
        ),
        Verdict::Silent
    );
}

#[test]
fn a_deny_outweighs_an_allow_wherever_it_stands() {
    let allow = json!({"Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "*"});
    let deny = json!({"Effect": "Deny", "Principal": "*", "NotAction": "s3:Get*", "Resource": "*"});
    for order in [json!([allow, deny]), json!([deny, allow])] {
        assert_eq!(says(order.clone(), &role(), "s3:DeleteObject", &[]), Verdict::Deny);
        assert_eq!(says(order, &role(), "s3:GetObject", &[]), Verdict::Allow);
    }
}

#[test]
fn a_deny_of_everyone_but_one_role_spares_that_role() {
    let deny = json!({"Effect": "Deny", "NotPrincipal": {"AWS": "arn:aws:iam::222222222222:role/cleave-target"}, "Action": "*", "Resource": "*"});
    assert_eq!(says(deny.clone(), &role(), "s3:PutObject", &[]), Verdict::Silent);
    assert_eq!(
        says(
            deny,
            &caller("arn:aws:sts::222222222222:assumed-role/app/i"),
            "s3:PutObject",
            &[]
        ),
        Verdict::Deny
    );
}

#[test]
fn actions_ignore_case_and_resources_do_not() {
    let allow =
        json!({"Effect": "Allow", "Principal": "*", "Action": "S3:getOBJECT", "Resource": "arn:aws:s3:::shop/?"});
    assert_eq!(says(allow, &role(), "s3:GetObject", &[]), Verdict::Allow);
    let other =
        json!({"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::SHOP/*"});
    assert_eq!(says(other, &role(), "s3:GetObject", &[]), Verdict::Silent);
}

#[test]
fn a_statement_without_an_action_does_nothing() {
    assert_eq!(
        says(
            json!({"Effect": "Allow", "Principal": "*", "Resource": "*"}),
            &role(),
            "s3:GetObject",
            &[]
        ),
        Verdict::Silent
    );
}

#[test]
fn conditions_compare_what_the_request_brings() {
    let with = |condition: Value| json!({"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*", "Condition": condition});
    type Case<'a> = (Value, &'a [(&'a str, &'a str)], bool);
    let cases: [Case<'_>; 12] = [
        (
            json!({"Bool": {"kms:GrantIsForAWSResource": "true"}}),
            &[("kms:GrantIsForAWSResource", "true")],
            true,
        ),
        (
            json!({"Bool": {"kms:GrantIsForAWSResource": true}}),
            &[("kms:grantisforawsresource", "true")],
            true,
        ),
        (json!({"Bool": {"kms:GrantIsForAWSResource": "true"}}), &[], false),
        (
            json!({"StringEquals": {"aws:PrincipalAccount": ["1", "222222222222"]}}),
            &[],
            true,
        ),
        (json!({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}), &[], true),
        (
            json!({"StringNotEquals": {"aws:SourceVpce": "vpce-1"}}),
            &[("aws:SourceVpce", "vpce-1")],
            false,
        ),
        (json!({"StringEqualsIfExists": {"s3:x-amz-acl": "private"}}), &[], true),
        (
            json!({"StringEqualsIfExists": {"s3:x-amz-acl": "private"}}),
            &[("s3:x-amz-acl", "public-read")],
            false,
        ),
        (
            json!({"StringLike": {"kms:ViaService": "rds.*.amazonaws.com"}}),
            &[("kms:ViaService", "rds.eu-west-1.amazonaws.com")],
            true,
        ),
        (
            json!({"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*:role/cleave-*"}}),
            &[],
            true,
        ),
        (json!({"Null": {"aws:SourceVpce": "true"}}), &[], true),
        (
            json!({"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}),
            &[("aws:SourceIp", "10.0.0.1")],
            false,
        ),
    ];
    for (condition, context, allowed) in cases {
        let verdict = says(with(condition.clone()), &role(), "s3:GetObject", context);
        assert_eq!(verdict == Verdict::Allow, allowed, "{condition} with {context:?}");
    }
    let deny = json!({"Effect": "Deny", "Principal": "*", "Action": "*", "Resource": "*", "Condition": {"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}}});
    assert_eq!(
        says(deny, &role(), "s3:GetObject", &[("aws:SourceIp", "10.0.0.1")]),
        Verdict::Deny
    );
}

#[test]
fn stars_match_any_run_of_characters() {
    for (pattern, text, expected) in [
        ("a*c*e", "abcde", true),
        ("a*c*e", "abcdef", false),
        ("*", "", true),
        ("??", "ab", true),
        ("??", "a", false),
        ("a**", "a", true),
    ] {
        assert_eq!(matches(pattern, text), expected, "{pattern} {text}");
    }
}
