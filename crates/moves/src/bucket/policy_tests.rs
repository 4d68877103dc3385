use super::*;

const PRETTY: &str = "{\n  \"Version\" : \"2012-10-17\",\n  \"Statement\" : {\n    \"Sid\" : \"Theirs\", \"Effect\" : \"Allow\",\n    \"Principal\" : { \"AWS\" : \"arn:aws:iam::111111111111:role/app\" },\n    \"Action\" : \"s3:GetObject\", \"Resource\" : \"arn:aws:s3:::b/*\" }\n}";

fn ours() -> Vec<Value> {
    grant("b", &["arn:aws:iam::222222222222:role/batch".into()], "CleaveX")
}

fn freeze() -> Vec<Value> {
    deny("b", &["arn:aws:iam::111111111111:role/cleave-source".into()], "CleaveX")
}

#[test]
fn what_was_before_comes_back_byte_for_byte() {
    let granted = with(Some(PRETTY), &ours()).expect("a policy");
    let frozen = with(Some(&granted), &freeze()).expect("a policy");
    assert!(has(Some(&frozen), &ours()).expect("a policy") && has(Some(&frozen), &freeze()).expect("a policy"));
    let thawed = without(&frozen, &freeze(), Some(PRETTY))
        .expect("a policy")
        .expect("something is left");
    assert!(has(Some(&thawed), &ours()).expect("a policy") && !has(Some(&thawed), &freeze()).expect("a policy"));
    assert_eq!(
        without(&thawed, &ours(), Some(PRETTY)).expect("a policy").as_deref(),
        Some(PRETTY)
    );
}

#[test]
fn a_bucket_without_a_policy_has_none_again() {
    let granted = with(None, &ours()).expect("a policy");
    assert_eq!(without(&granted, &ours(), None).expect("a policy"), None);
}

#[test]
fn what_others_added_meanwhile_stays() {
    let theirs = vec![
        json!({"Sid": "New", "Effect": "Allow", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::b"}),
    ];
    let changed = with(Some(&with(None, &ours()).expect("a policy")), &theirs).expect("a policy");
    let left = without(&changed, &ours(), None)
        .expect("a policy")
        .expect("theirs is left");
    assert!(has(Some(&left), &theirs).expect("a policy"));
    assert!(!has(Some(&left), &ours()).expect("a policy"));
}

#[test]
fn adding_twice_is_adding_once() {
    let once = with(Some(PRETTY), &ours()).expect("a policy");
    assert_eq!(with(Some(&once), &ours()).expect("a policy"), once);
}

#[test]
fn the_freeze_spares_only_the_named_role() {
    let [statement] = freeze().try_into().expect("one");
    assert_eq!(
        statement["Condition"]["ArnNotEquals"]["aws:PrincipalArn"][0],
        "arn:aws:iam::111111111111:role/cleave-source"
    );
    let actions = statement["Action"].as_array().expect("a list");
    for action in ["s3:PutObject", "s3:DeleteObject", "s3:DeleteObjectVersion"] {
        assert!(actions.contains(&json!(action)), "{action}");
    }
    assert!(
        !actions
            .iter()
            .any(|action| action.as_str().is_some_and(|a| a.starts_with("s3:Get"))),
        "reads go on"
    );
}

#[test]
fn account_ids_are_rewritten_where_they_stand_alone() {
    let (from, to) = (
        AccountId::new("111111111111").expect("id"),
        AccountId::new("222222222222").expect("id"),
    );
    assert_eq!(
        rewrite("arn:aws:iam::111111111111:role/a \"111111111111\"", &from, &to),
        "arn:aws:iam::222222222222:role/a \"222222222222\""
    );
    assert_eq!(
        rewrite("1111111111119", &from, &to),
        "1111111111119",
        "part of a longer number"
    );
    assert_eq!(rewrite("9111111111111", &from, &to), "9111111111111");
}

#[test]
fn under_a_new_name_only_the_buckets_own_arns_change() {
    let policy = r#"{"Resource":["arn:aws:s3:::shop","arn:aws:s3:::shop/*","arn:aws:s3:::shop-logs","arn:aws:s3:::shop.old/*"],"Sid":"shop"}"#;
    let expected = r#"{"Resource":["arn:aws:s3:::assets","arn:aws:s3:::assets/*","arn:aws:s3:::shop-logs","arn:aws:s3:::shop.old/*"],"Sid":"shop"}"#;
    assert_eq!(renamed(policy, "shop", "assets"), expected);
}

#[test]
fn every_text_that_is_rewritten_is_told_with_its_statement() {
    let policy = json!({ "Statement": [
        { "Sid": "Tls", "Effect": "Deny", "Principal": "*", "Resource": "arn:aws:s3:::b/*" },
        { "Effect": "Allow", "Principal": { "AWS": ["arn:aws:iam::111111111111:root", "arn:aws:iam::333333333333:root"] },
          "Condition": { "StringEquals": { "aws:SourceAccount": "111111111111" } } },
    ] })
    .to_string();
    let ids = ["111111111111", "222222222222"].map(|id| AccountId::new(id).expect("an account"));
    let told = rewrites(&policy, &rewrite(&policy, &ids[0], &ids[1]));
    let expected = [
        ["2", "arn:aws:iam::111111111111:root", "arn:aws:iam::222222222222:root"],
        ["2", "111111111111", "222222222222"],
    ];
    assert_eq!(told, expected.map(|change| change.map(str::to_owned)));
}

#[test]
fn former_users_may_what_the_runbook_says_and_no_more() {
    let user = |name: &str, may| KeptAccess {
        principal: format!("arn:aws:iam::111111111111:role/{name}"),
        may,
    };
    let statements = kept_access("b", &[user("web", Access::Read), user("app", Access::Write)]);
    let policy = with(Some(PRETTY), &statements).expect("a policy");
    assert!(has(Some(&policy), &statements).expect("a policy"));
    let actions = |sid: &str| {
        let statement = statements.iter().find(|one| one["Sid"] == sid).expect("a statement");
        statement["Action"].to_string()
    };
    assert!(!actions("KeptAccess1Objects").contains("Put"));
    assert!(actions("KeptAccess2Objects").contains("s3:PutObject"));
    assert!(!actions("KeptAccess2Objects").contains("DeleteObjectVersion"));
}

#[test]
fn an_account_in_the_name_of_a_condition_key_is_told_as_rewritten() {
    let before = r#"{"Statement": {"Sid": "S", "Effect": "Allow", "Condition": {"StringEquals": {"aws:ResourceTag/111111111111": "yes"}}}}"#;
    let after = before.replace("111111111111", "222222222222");
    let told = rewrites(before, &after);
    assert_eq!(
        told,
        [["S", "aws:ResourceTag/111111111111", "aws:ResourceTag/222222222222"].map(str::to_owned)]
    );
}
