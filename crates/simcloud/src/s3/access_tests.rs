use super::*;
use crate::faults::FaultLevel;
use crate::s3::audit::foreign_grants;
use crate::s3::settings;
use crate::s3::test_world::{cloud, refused, source, target};

const GRANT: &str = r#"{"Version": "2012-10-17",
  "Statement": [{"Sid": "cleave", "Effect": "Allow", "Principal": {"AWS": "arn:aws:iam::222222222222:role/cleave-target"},
    "Action": ["s3:GetObject*", "s3:ListBucket*"], "Resource": ["arn:aws:s3:::shop-assets", "arn:aws:s3:::shop-assets/*"]}]}"#;

#[test]
fn another_account_needs_an_allow_and_a_deny_binds_the_owner_too() {
    let mut cloud = cloud(FaultLevel::None, &super::super::test_world::bucket("disabled", ""));
    assert_eq!(
        refused(object(&cloud, &target(), "shop-assets", "a", "s3:GetObject")),
        (403, "AccessDenied".to_owned())
    );
    object(&cloud, &source(), "shop-assets", "a", "s3:GetObject").expect("its own account");
    settings::put_policy(&mut cloud, &source(), "shop-assets", GRANT).expect("a policy");
    object(&cloud, &target(), "shop-assets", "a", "s3:GetObjectVersion").expect("allowed");
    assert_eq!(
        refused(object(&cloud, &target(), "shop-assets", "a", "s3:PutObject")).0,
        403
    );
    let freeze = r#"{"Statement": [{"Effect": "Deny", "Principal": "*", "Action": "s3:*",
        "Resource": ["arn:aws:s3:::shop-assets", "arn:aws:s3:::shop-assets/*"]}]}"#;
    settings::put_policy(&mut cloud, &source(), "shop-assets", freeze).expect("a policy");
    assert_eq!(
        refused(object(&cloud, &source(), "shop-assets", "a", "s3:PutObject")).0,
        403
    );
    let locked_out = settings::delete_policy(&mut cloud, &source(), "shop-assets");
    assert_eq!(refused(locked_out).0, 403);
    let root = Caller::root(&source().account, &source().region);
    settings::delete_policy(&mut cloud, &root, "shop-assets").expect("the root is never locked out");
}

#[test]
fn a_policy_is_kept_byte_for_byte_and_a_wrong_one_is_malformed() {
    let mut cloud = cloud(FaultLevel::None, &super::super::test_world::bucket("disabled", ""));
    settings::put_policy(&mut cloud, &source(), "shop-assets", GRANT).expect("a policy");
    assert_eq!(
        settings::policy(&cloud, &source(), "shop-assets").expect("there"),
        GRANT
    );
    let before = cloud.effects.len();
    settings::put_policy(&mut cloud, &source(), "shop-assets", GRANT).expect("again");
    assert_eq!(cloud.effects.len(), before, "the same policy again changes nothing");
    for wrong in [
        "not json".to_owned(),
        "{}".to_owned(),
        GRANT.replace("role/cleave-target", "role/nobody"),
        GRANT.replace("shop-assets/*", "other/*"),
        GRANT.replace("\"Allow\"", "\"Maybe\""),
        GRANT.replace("s3:ListBucket*", "ec2:*"),
    ] {
        let outcome = settings::put_policy(&mut cloud, &source(), "shop-assets", &wrong);
        assert_eq!(refused(outcome), (400, "MalformedPolicy".to_owned()), "{wrong}");
    }
}

#[test]
fn grants_to_others_are_seen_and_public_ones_can_be_blocked() {
    let mut cloud = cloud(FaultLevel::None, &super::super::test_world::bucket("disabled", ""));
    settings::put_policy(&mut cloud, &source(), "shop-assets", GRANT).expect("a policy");
    let seen = vec![("shop-assets".to_owned(), "cleave".to_owned(), "222222222222".to_owned())];
    assert_eq!(foreign_grants(&cloud), seen);
    let public = GRANT.replace(r#"{"AWS": "arn:aws:iam::222222222222:role/cleave-target"}"#, "\"*\"");
    settings::put_public_access_block(&mut cloud, &source(), "shop-assets", Some([true; 4])).expect("blocked");
    assert_eq!(
        refused(settings::put_policy(&mut cloud, &source(), "shop-assets", &public)),
        (403, "AccessDenied".to_owned())
    );
    settings::put_public_access_block(&mut cloud, &source(), "shop-assets", None).expect("open");
    settings::put_policy(&mut cloud, &source(), "shop-assets", &public).expect("public");
    assert_eq!(foreign_grants(&cloud)[0].2, "*");
}

#[test]
fn the_owner_condition_and_the_region_are_checked() {
    let cloud = cloud(FaultLevel::None, &bucket_text());
    assert_eq!(
        refused(expect_owner(&cloud, "shop-assets", Some("222222222222"))),
        (403, "AccessDenied".to_owned())
    );
    expect_owner(&cloud, "shop-assets", Some("111111111111")).expect("its owner");
    let elsewhere = Caller {
        region: "eu-west-1".parse().expect("a region"),
        ..source()
    };
    let redirect = expect_region(&cloud, &elsewhere, "shop-assets").expect_err("another region");
    assert_eq!(
        (redirect.error.status, redirect.headers[0].1.as_str()),
        (301, "ap-northeast-1")
    );
    assert_eq!(
        refused(bucket(&cloud, &source(), "nothing", "s3:ListBucket")),
        (404, "NoSuchBucket".to_owned())
    );
}

fn bucket_text() -> String {
    super::super::test_world::bucket("disabled", "")
}
