use super::*;
use crate::s3::test_world::{self, bucket, cloud, refused, source, target, wait};

fn asked() -> Creation {
    Creation {
        location: Some("ap-northeast-1".to_owned()),
        ..Creation::default()
    }
}

fn handed_over(level: FaultLevel) -> Cloud {
    let mut cloud = cloud(level, &bucket("disabled", ""));
    delete(&mut cloud, &source(), "shop-assets").expect("an empty bucket can be deleted");
    cloud
}

#[test]
fn a_name_belongs_to_one_account_in_the_world() {
    let mut cloud = cloud(FaultLevel::None, &bucket("disabled", ""));
    let taken = create(&mut cloud, &target(), "shop-assets", &asked());
    assert_eq!(refused(taken), (409, "BucketAlreadyExists".to_owned()));
    let own = create(&mut cloud, &source(), "shop-assets", &asked());
    assert_eq!(refused(own), (409, "BucketAlreadyOwnedByYou".to_owned()));
    assert!(cloud.effects.is_empty(), "a refused call has no effect");
}

#[test]
fn a_deleted_buckets_name_stays_taken_a_while_and_then_is_free_for_another_account() {
    let mut cloud = handed_over(FaultLevel::None);
    assert!(
        !cloud.s3.by_name.contains_key("shop-assets"),
        "HeadBucket says 404 at once: no proof that the name is free"
    );
    let early = create(&mut cloud, &target(), "shop-assets", &asked());
    assert_eq!(refused(early), (409, "OperationAborted".to_owned()));
    wait(&mut cloud, 300);
    create(&mut cloud, &target(), "shop-assets", &asked()).expect("free by now");
    assert_eq!(cloud.s3.by_name["shop-assets"].owner, target().account);
    let operations: Vec<&str> = cloud.effects.iter().map(|effect| effect.operation.as_str()).collect();
    assert_eq!(operations, ["s3 DeleteBucket", "s3 CreateBucket"]);
}

#[test]
fn under_faults_both_meanings_of_409_are_seen() {
    let mut cloud = handed_over(FaultLevel::Usual);
    let mut codes = Vec::new();
    for _ in 0..3_700 {
        let (_, code) = refused(create(&mut cloud, &target(), "shop-assets", &asked()));
        if codes.last() != Some(&code) {
            codes.push(code.clone());
        }
        if code == "done" {
            break;
        }
        wait(&mut cloud, 1);
    }
    assert_eq!(codes, ["BucketAlreadyExists", "OperationAborted", "done"]);
}

#[test]
fn a_stranger_who_waits_gets_the_name_first() {
    let mut cloud = handed_over(FaultLevel::Hostile);
    cloud.s3.settling.get_mut("shop-assets").expect("it settles").awaited = true;
    wait(&mut cloud, 20_000);
    assert_eq!(
        refused(create(&mut cloud, &target(), "shop-assets", &asked())).1,
        "BucketAlreadyExists"
    );
    let looked = crate::s3::settings::read(&cloud, &target(), "shop-assets", "s3:ListBucket").map(drop);
    assert_eq!(refused(looked), (403, "AccessDenied".to_owned()));
}

#[test]
fn a_bucket_with_only_a_delete_marker_is_not_empty_and_an_open_upload_does_not_hinder() {
    let marker = r#"{"key": "a", "entries": [{"delete_marker": {}}]}"#;
    let mut cloud = cloud(FaultLevel::None, &bucket("enabled", marker));
    assert_eq!(
        refused(delete(&mut cloud, &source(), "shop-assets")),
        (409, "BucketNotEmpty".to_owned())
    );
    let id = cloud.s3.by_name["shop-assets"].stacks["a"][0].id();
    crate::s3::objects::delete(&mut cloud, &source(), "shop-assets", "a", Some(&id)).expect("the marker goes");
    crate::s3::uploads::create(&mut cloud, &source(), "shop-assets", "b", Default::default()).expect("an upload");
    delete(&mut cloud, &source(), "shop-assets").expect("nothing hinders");
}

#[test]
fn names_follow_the_rules_and_the_account_regional_namespace_belongs_to_its_account() {
    let mut cloud = cloud(FaultLevel::None, "");
    for name in [
        "ab",
        "Shop",
        "shop_assets",
        "shop..assets",
        "10.0.0.1",
        "xn--shop",
        "shop-s3alias",
        "shop.-x",
    ] {
        assert_eq!(
            refused(create(&mut cloud, &target(), name, &asked())).1,
            "InvalidBucketName",
            "{name}"
        );
    }
    let regional = Creation {
        namespace: Some("account-regional".to_owned()),
        ..asked()
    };
    let own = "copy-222222222222-ap-northeast-1-an";
    create(&mut cloud, &target(), own, &regional).expect("its own namespace");
    assert_eq!(
        refused(create(
            &mut cloud,
            &source(),
            "x-222222222222-ap-northeast-1-an",
            &regional
        ))
        .1,
        "InvalidBucketNamespace"
    );
    assert_eq!(
        refused(create(
            &mut cloud,
            &target(),
            "y-222222222222-ap-northeast-1-an",
            &asked()
        ))
        .1,
        "InvalidBucketNamespace"
    );
    let elsewhere = Creation {
        location: Some("eu-west-1".to_owned()),
        ..asked()
    };
    assert_eq!(
        refused(create(&mut cloud, &target(), "shop-x", &elsewhere)).1,
        "IllegalLocationConstraintException"
    );
    let made = &cloud.s3.by_name[own];
    assert_eq!(made.public_access_block, Some([true; 4]));
    assert_eq!(made.ownership.as_deref(), Some("BucketOwnerEnforced"));
    assert_eq!(made.owner.as_str(), test_world::TARGET);
}
