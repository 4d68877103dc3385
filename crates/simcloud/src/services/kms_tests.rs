use model::inventory::Inventory;
use serde_json::json;

use super::*;
use crate::faults::FaultLevel;

const KEY: &str = "arn:aws:kms:ap-northeast-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab";

fn cloud(level: FaultLevel) -> Cloud {
    let inventory = json!({"format": 1, "observed_at": "2026-11-22T22:00:00Z", "accounts": {
        "111111111111": {"roles": {"cleave-source": {"trusts": ["333333333333"]}}, "regions": {"ap-northeast-1": {"keys": [
            {"id": "1234abcd-12ab-34cd-56ef-1234567890ab", "aliases": ["alias/shop"]}]}}},
        "222222222222": {"roles": {"cleave-target": {"trusts": ["333333333333"]}}, "regions": {"ap-northeast-1": {}}}}});
    let inventory = Inventory::parse(&inventory.to_string()).expect("an inventory");
    Cloud::new(&inventory, inventory.observed_at, 7, level)
}

fn caller(account: &str, role: &str) -> Caller {
    Caller {
        account: AccountId::new(account).expect("an account"),
        region: Region::new("ap-northeast-1").expect("a region"),
        principal: format!("arn:aws:sts::{account}:assumed-role/{role}/cleave"),
    }
}

fn source() -> Caller {
    caller("111111111111", "cleave-source")
}

fn target() -> Caller {
    caller("222222222222", "cleave-target")
}

fn call(cloud: &mut Cloud, who: &Caller, operation: &str, input: Value) -> Answer {
    handle(cloud, who, operation, &input)
}

fn code(answer: Answer) -> String {
    answer.expect_err("it is refused").code
}

/// The default policy and one more statement.
fn policy_with(statement: Value) -> String {
    let mut document: Value = serde_json::from_str(&default_policy(&source().account)).expect("JSON");
    document["Statement"].as_array_mut().expect("an array").push(statement);
    document.to_string()
}

fn put(cloud: &mut Cloud, policy: &str) -> Answer {
    call(
        cloud,
        &source(),
        "PutKeyPolicy",
        json!({"KeyId": KEY, "PolicyName": "default", "Policy": policy}),
    )
}

#[test]
fn a_policy_is_kept_byte_for_byte() {
    let mut cloud = cloud(FaultLevel::None);
    let text = format!("{}\n\t ", default_policy(&source().account).replace(" : ", "  :"));
    put(&mut cloud, &text).expect("it is taken");
    let read = call(&mut cloud, &source(), "GetKeyPolicy", json!({"KeyId": KEY})).expect("it is shown");
    assert_eq!(read["Policy"], text);
    put(&mut cloud, &text).expect("it is taken again");
    assert_eq!(cloud.effects.len(), 1, "writing the same text changes nothing");
}

#[test]
fn another_account_may_only_what_the_policy_says() {
    let mut cloud = cloud(FaultLevel::None);
    assert_eq!(
        code(call(&mut cloud, &target(), "DescribeKey", json!({"KeyId": KEY}))),
        "AccessDeniedException"
    );
    assert!(may_use(&cloud, &target(), KEY, "kms:Decrypt").is_err());
    let statement = json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:root"},
        "Action": ["kms:DescribeKey", "kms:Decrypt"], "Resource": "*"});
    put(&mut cloud, &policy_with(statement)).expect("it is taken");
    call(&mut cloud, &target(), "DescribeKey", json!({"KeyId": KEY})).expect("it is admitted now");
    may_use(&cloud, &target(), KEY, "kms:Decrypt").expect("it is admitted now");
    assert!(
        may_use(&cloud, &target(), KEY, "kms:CreateGrant").is_err(),
        "CreateGrant was not named"
    );
    // Admitted by the policy or not: a policy is its owner's business.
    let all = json!({"Effect": "Allow", "Principal": {"AWS": "222222222222"}, "Action": "kms:*", "Resource": "*"});
    put(&mut cloud, &policy_with(all)).expect("it is taken");
    assert_eq!(
        code(call(&mut cloud, &target(), "GetKeyPolicy", json!({"KeyId": KEY}))),
        "AccessDeniedException"
    );
}

#[test]
fn a_service_grants_for_a_resource_and_a_person_does_not() {
    let mut cloud = cloud(FaultLevel::None);
    let statement = json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:root"}, "Action": "kms:CreateGrant",
        "Resource": "*", "Condition": {"Bool": {"kms:GrantIsForAWSResource": "true"}}});
    put(&mut cloud, &policy_with(statement)).expect("it is taken");
    may_use(&cloud, &target(), KEY, "kms:CreateGrant").expect("RDS does it for the caller");
    let grant = json!({"KeyId": KEY, "GranteePrincipal": "arn:aws:iam::222222222222:role/cleave-target", "Operations": ["Decrypt"]});
    assert_eq!(
        code(call(&mut cloud, &target(), "CreateGrant", grant)),
        "AccessDeniedException"
    );
}

#[test]
fn principals_must_exist() {
    let mut cloud = cloud(FaultLevel::None);
    for principal in [
        "arn:aws:iam::444444444444:root",
        "arn:aws:iam::222222222222:role/nobody",
        "AROAEXAMPLEID12345678",
        "nonsense",
    ] {
        let statement =
            json!({"Effect": "Allow", "Principal": {"AWS": principal}, "Action": "kms:Decrypt", "Resource": "*"});
        assert_eq!(
            code(put(&mut cloud, &policy_with(statement))),
            "MalformedPolicyDocumentException",
            "{principal}"
        );
    }
    let statement = json!({"Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:role/cleave-target"}, "Action": "kms:Decrypt", "Resource": "*"});
    put(&mut cloud, &policy_with(statement)).expect("this one exists");
}

#[test]
fn a_policy_has_32_kib_and_does_not_lock_its_owner_out() {
    let mut cloud = cloud(FaultLevel::None);
    let text = default_policy(&source().account);
    let fits = format!("{text}{}", " ".repeat(32_768 - text.len()));
    put(&mut cloud, &fits).expect("exactly 32768 bytes are taken");
    assert_eq!(code(put(&mut cloud, &format!("{fits} "))), "LimitExceededException");
    let foreign = text.replace("111111111111", "222222222222");
    assert_eq!(code(put(&mut cloud, &foreign)), "MalformedPolicyDocumentException");
    assert_eq!(code(put(&mut cloud, "{")), "MalformedPolicyDocumentException");
}

#[test]
fn the_default_key_of_a_service_stays_in_its_account() {
    let mut cloud = cloud(FaultLevel::None);
    let arn = resolve(&cloud, &source(), "alias/aws/rds").expect("it is made on first use");
    assert_eq!(resolve(&cloud, &source(), &arn).expect("its ARN is known"), arn);
    assert!(is_aws_managed(&cloud, &arn) && !is_aws_managed(&cloud, KEY));
    may_use(&cloud, &source(), &arn, "kms:Decrypt").expect("its own account may");
    assert_eq!(
        may_use(&cloud, &target(), &arn, "kms:Decrypt")
            .expect_err("nobody else")
            .code,
        "AccessDeniedException"
    );
    assert_ne!(resolve(&cloud, &target(), "alias/aws/rds").expect("its own"), arn);
    let described = call(&mut cloud, &source(), "DescribeKey", json!({"KeyId": "alias/aws/rds"})).expect("it is shown");
    assert_eq!(described["KeyMetadata"]["KeyManager"], "AWS");
    assert_eq!(described["KeyMetadata"]["Arn"], arn);
    assert_eq!(
        code(call(
            &mut cloud,
            &source(),
            "PutKeyPolicy",
            json!({"KeyId": arn, "Policy": "{}"})
        )),
        "AccessDeniedException"
    );
    assert_eq!(
        code(call(
            &mut cloud,
            &source(),
            "CreateAlias",
            json!({"AliasName": "alias/aws/rds", "TargetKeyId": KEY})
        )),
        "NotAuthorizedException"
    );
}

#[test]
fn a_bare_id_and_an_alias_mean_the_callers_own() {
    let mut cloud = cloud(FaultLevel::None);
    assert_eq!(resolve(&cloud, &source(), "alias/shop").expect("an alias"), KEY);
    assert_eq!(
        resolve(&cloud, &source(), "1234abcd-12ab-34cd-56ef-1234567890ab").expect("an id"),
        KEY
    );
    assert_eq!(resolve(&cloud, &target(), KEY).expect("an ARN goes across"), KEY);
    for name in ["alias/shop", "1234abcd-12ab-34cd-56ef-1234567890ab"] {
        assert_eq!(
            resolve(&cloud, &target(), name).expect_err("not theirs").code,
            "NotFoundException"
        );
    }
    let made = call(
        &mut cloud,
        &target(),
        "CreateKey",
        json!({"Tags": [{"TagKey": "cleave:run", "TagValue": "r"}]}),
    )
    .expect("a key");
    let id = made["KeyMetadata"]["KeyId"].clone();
    call(
        &mut cloud,
        &target(),
        "CreateAlias",
        json!({"AliasName": "alias/shop", "TargetKeyId": id}),
    )
    .expect("the same name, another account");
    assert_eq!(
        code(call(
            &mut cloud,
            &target(),
            "CreateAlias",
            json!({"AliasName": "alias/shop", "TargetKeyId": id})
        )),
        "AlreadyExistsException"
    );
    assert_ne!(resolve(&cloud, &target(), "alias/shop").expect("their own"), KEY);
    assert_eq!(
        call(&mut cloud, &target(), "ListResourceTags", json!({"KeyId": id})).expect("tags")["Tags"][0]["TagKey"],
        "cleave:run"
    );
}

#[test]
fn a_disabled_key_and_one_pending_deletion_cannot_be_used() {
    let mut cloud = cloud(FaultLevel::None);
    call(&mut cloud, &source(), "DisableKey", json!({"KeyId": KEY})).expect("it is disabled");
    assert_eq!(
        may_use(&cloud, &source(), KEY, "kms:Decrypt")
            .expect_err("unusable")
            .code,
        "DisabledException"
    );
    may_use(&cloud, &source(), KEY, "kms:DescribeKey").expect("it can be looked at");
    call(&mut cloud, &source(), "EnableKey", json!({"KeyId": KEY})).expect("it is enabled");
    may_use(&cloud, &source(), KEY, "kms:Decrypt").expect("usable again");
    call(
        &mut cloud,
        &source(),
        "ScheduleKeyDeletion",
        json!({"KeyId": KEY, "PendingWindowInDays": 7}),
    )
    .expect("it is allowed");
    assert_eq!(
        may_use(&cloud, &source(), KEY, "kms:Decrypt")
            .expect_err("at once")
            .code,
        "KMSInvalidStateException"
    );
    assert!(keys(&cloud)[KEY].deletion.is_some(), "law 5 sees it");
}

#[test]
fn a_fresh_key_and_a_changed_policy_take_a_while_to_be_seen() {
    let mut cloud = cloud(FaultLevel::Harsh);
    let (mut hidden, mut late) = (0, 0);
    for _ in 0..20 {
        let made = call(&mut cloud, &source(), "CreateKey", json!({})).expect("a key");
        let arn = made["KeyMetadata"]["Arn"].as_str().expect("text").to_owned();
        hidden += usize::from(call(&mut cloud, &source(), "DescribeKey", json!({"KeyId": arn})).is_err());
        let after = cloud.later(60);
        cloud.advance(after);
        call(&mut cloud, &source(), "DescribeKey", json!({"KeyId": arn})).expect("it is seen in the end");
        let statement =
            json!({"Effect": "Allow", "Principal": {"AWS": "222222222222"}, "Action": "kms:Decrypt", "Resource": "*"});
        let input = json!({"KeyId": arn, "Policy": policy_with(statement)});
        call(&mut cloud, &source(), "PutKeyPolicy", input).expect("it is taken");
        late += usize::from(may_use(&cloud, &target(), &arn, "kms:Decrypt").is_err());
        let after = cloud.later(60);
        cloud.advance(after);
        may_use(&cloud, &target(), &arn, "kms:Decrypt").expect("it is in force in the end");
    }
    assert!(
        hidden > 5 && late > 5,
        "{hidden} keys were hidden and {late} policies late"
    );
}

#[test]
fn a_grant_with_a_name_is_made_once() {
    let mut cloud = cloud(FaultLevel::None);
    let grant = json!({"KeyId": KEY, "Name": "run", "GranteePrincipal": "arn:aws:iam::222222222222:role/cleave-target", "Operations": ["Decrypt"]});
    let first = call(&mut cloud, &source(), "CreateGrant", grant.clone()).expect("a grant");
    let second = call(&mut cloud, &source(), "CreateGrant", grant).expect("the same grant");
    assert_eq!(first["GrantId"], second["GrantId"]);
    assert_eq!(cloud.effects.len(), 1);
    may_use(&cloud, &target(), KEY, "kms:Decrypt").expect("granted");
    call(
        &mut cloud,
        &source(),
        "RevokeGrant",
        json!({"KeyId": KEY, "GrantId": first["GrantId"]}),
    )
    .expect("revoked");
    assert!(may_use(&cloud, &target(), KEY, "kms:Decrypt").is_err());
}

#[test]
fn a_key_that_aws_manages_rotates_and_a_fresh_customer_key_does_not() {
    let mut cloud = cloud(FaultLevel::None);
    let rotation = |cloud: &mut Cloud, caller: &Caller, key: &str| {
        call(cloud, caller, "GetKeyRotationStatus", json!({ "KeyId": key }))
            .map(|answer| answer["KeyRotationEnabled"].clone())
    };
    assert_eq!(rotation(&mut cloud, &source(), KEY), Ok(json!(false)));
    assert_eq!(rotation(&mut cloud, &source(), "alias/aws/rds"), Ok(json!(true)));
    assert!(
        rotation(&mut cloud, &target(), KEY).is_err(),
        "its policy does not admit another account"
    );
}
