use model::inventory::Inventory;
use serde_json::json;

use super::*;
use crate::faults::FaultLevel;

fn cloud() -> Cloud {
    let inventory = json!({"format": 1, "observed_at": "2026-11-22T22:00:00Z", "accounts": {
        "111111111111": {"roles": {
            "cleave-source": {"trusts": ["arn:aws:iam::333333333333:root"], "external_id": "x1", "max_session_seconds": 7200},
            "batch": {"trusts": ["batchoperations.s3.amazonaws.com"]}},
            "regions": {"ap-northeast-1": {"buckets": [{"name": "shop"}]}}},
        "222222222222": {"roles": {"cleave-target": {"trusts": ["arn:aws:iam::333333333333:root", "arn:aws:iam::111111111111:role/cleave-source"]}}}}});
    let inventory = Inventory::parse(&inventory.to_string()).expect("an inventory");
    Cloud::new(&inventory, inventory.observed_at, 7, FaultLevel::None)
}

fn region() -> Region {
    Region::new("ap-northeast-1").expect("a region")
}

fn operator(cloud: &mut Cloud) -> Caller {
    let key = credentials(cloud).operator.access_key;
    authenticate(cloud, &key, None, &region()).expect("the operator's key is known")
}

const SOURCE: &str = "arn:aws:iam::111111111111:role/cleave-source";
const TARGET: &str = "arn:aws:iam::222222222222:role/cleave-target";

fn assume(cloud: &mut Cloud, who: &Caller, role: &str, more: Value) -> Answer {
    let mut input = json!({"RoleArn": role, "RoleSessionName": "cleave-1"});
    for (name, value) in more.as_object().into_iter().flatten() {
        input[name] = value.clone();
    }
    handle(cloud, who, "AssumeRole", &input)
}

fn session(cloud: &Cloud, answer: &Value) -> Result<Caller, ServiceError> {
    let text = |name: &str| answer["Credentials"][name].as_str().expect("text").to_owned();
    authenticate(cloud, &text("AccessKeyId"), Some(&text("SessionToken")), &region())
}

#[test]
fn the_operator_is_whoever_the_roles_trust() {
    let mut cloud = cloud();
    let announced = credentials(&mut cloud);
    assert_eq!(announced.operator.account.as_str(), "333333333333");
    assert_eq!(
        announced.source.as_ref().map(|c| c.account.as_str()),
        Some("111111111111")
    );
    assert_eq!(
        announced.target.as_ref().map(|c| c.account.as_str()),
        Some("222222222222")
    );
    assert_eq!(credentials(&mut cloud), announced, "asking again makes no new keys");
}

#[test]
fn a_role_asks_for_trust_and_external_id() {
    let mut cloud = cloud();
    let operator = operator(&mut cloud);
    let refused = assume(&mut cloud, &operator, SOURCE, json!({})).expect_err("no external id");
    assert_eq!((refused.status, refused.code.as_str()), (403, "AccessDenied"));
    assert!(assume(&mut cloud, &operator, SOURCE, json!({"ExternalId": "x2"})).is_err());
    assert!(
        assume(&mut cloud, &operator, "arn:aws:iam::111111111111:role/batch", json!({})).is_err(),
        "it trusts a service"
    );
    assert!(assume(&mut cloud, &operator, "arn:aws:iam::111111111111:role/none", json!({})).is_err());
    assert!(trusts_service(
        &cloud,
        "arn:aws:iam::111111111111:role/batch",
        "batchoperations.s3.amazonaws.com"
    ));
    let answer = assume(&mut cloud, &operator, SOURCE, json!({"ExternalId": "x1"})).expect("admitted");
    let caller = session(&cloud, &answer).expect("a session");
    assert_eq!(
        caller.principal,
        "arn:aws:sts::111111111111:assumed-role/cleave-source/cleave-1"
    );
    assert_eq!(caller.account.as_str(), "111111111111");
}

#[test]
fn a_session_is_no_longer_than_its_role_and_an_hour_when_chained() {
    let mut cloud = cloud();
    let operator = operator(&mut cloud);
    let with = |seconds: i64| json!({"ExternalId": "x1", "DurationSeconds": seconds});
    assert_eq!(
        assume(&mut cloud, &operator, SOURCE, with(7201))
            .expect_err("too long")
            .code,
        "ValidationError"
    );
    assert_eq!(
        assume(&mut cloud, &operator, SOURCE, with(899))
            .expect_err("too short")
            .code,
        "ValidationError"
    );
    let answer = assume(&mut cloud, &operator, SOURCE, with(7200)).expect("as long as the role grants");
    let source = session(&cloud, &answer).expect("a session");
    assert!(assume(&mut cloud, &source, TARGET, json!({"DurationSeconds": 3601})).is_err());
    assume(&mut cloud, &source, TARGET, json!({"DurationSeconds": 3600})).expect("an hour");
}

#[test]
fn a_session_ends_by_the_virtual_clock_or_when_it_is_revoked() {
    let mut cloud = cloud();
    let operator = operator(&mut cloud);
    let answer = assume(
        &mut cloud,
        &operator,
        SOURCE,
        json!({"ExternalId": "x1", "DurationSeconds": 900}),
    )
    .expect("a session");
    let just_before = cloud.later(899);
    cloud.advance(just_before);
    session(&cloud, &answer).expect("one second is left");
    let end = cloud.later(1);
    cloud.advance(end);
    assert_eq!(session(&cloud, &answer).expect_err("it is over").code, "ExpiredToken");
    let answer = assume(&mut cloud, &operator, SOURCE, json!({"ExternalId": "x1"})).expect("a session");
    expire_sessions(&mut cloud);
    assert_eq!(
        session(&cloud, &answer).expect_err("it is revoked").code,
        "ExpiredToken"
    );
    let key = credentials(&mut cloud).operator.access_key;
    authenticate(&cloud, &key, None, &region()).expect("long-lived keys stay");
}

#[test]
fn an_unknown_key_and_a_wrong_token_are_refused() {
    let mut cloud = cloud();
    let operator = operator(&mut cloud);
    assert_eq!(
        authenticate(&cloud, "AKIANOBODY", None, &region())
            .expect_err("unknown")
            .code,
        "InvalidClientTokenId"
    );
    let answer = assume(&mut cloud, &operator, SOURCE, json!({"ExternalId": "x1"})).expect("a session");
    let key = answer["Credentials"]["AccessKeyId"].as_str().expect("text");
    assert_eq!(
        authenticate(&cloud, key, Some("other"), &region())
            .expect_err("wrong token")
            .code,
        "InvalidToken"
    );
    assert_eq!(
        authenticate(&cloud, key, None, &region()).expect_err("no token").code,
        "InvalidToken"
    );
}
