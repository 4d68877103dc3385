use super::*;
use crate::cloud::Cloud;
use crate::faults::FaultLevel;
use crate::s3::audit;
use crate::s3::names::{self, Creation};
use crate::s3::test_world::{bucket, cloud, refused, source, target, wait};

const KEY: &str = "arn:aws:kms:ap-northeast-1:111111111111:key/11111111-aaaa-4aaa-8aaa-aaaaaaaaaaaa";

fn world(versioning: &str, objects: &str) -> Cloud {
    cloud(FaultLevel::None, &bucket(versioning, objects))
}

fn write_one(cloud: &mut Cloud, body: &'static str) -> Entry {
    put(
        cloud,
        &source(),
        "shop-assets",
        "a",
        Bytes::from_static(body.as_bytes()),
        Wanted::default(),
    )
    .expect("a write")
}

fn from(key: &str, version: Option<&str>) -> Source {
    Source {
        bucket: "shop-assets".to_owned(),
        key: key.to_owned(),
        version: version.map(str::to_owned),
        ..Source::default()
    }
}

#[test]
fn a_delete_marker_hides_and_says_so() {
    let mut cloud = world("enabled", "");
    let first = write_one(&mut cloud, "one");
    let Ok(Deleted::Marked(marker)) = delete(&mut cloud, &source(), "shop-assets", "a", None) else {
        panic!("a marker")
    };
    let hidden = locate(&mut cloud, &source(), "shop-assets", "a", None)
        .err()
        .expect("hidden");
    assert_eq!((hidden.error.status, hidden.error.code.as_str()), (404, "NoSuchKey"));
    assert!(hidden.headers.contains(&("x-amz-delete-marker", "true".to_owned())));
    let by_id = locate(&mut cloud, &source(), "shop-assets", "a", Some(&marker.id()))
        .err()
        .expect("a marker has no content");
    assert_eq!(
        (by_id.error.status, by_id.error.code.as_str()),
        (405, "MethodNotAllowed")
    );
    let (_, object) = locate(&mut cloud, &source(), "shop-assets", "a", Some(&first.id())).expect("still there");
    assert_eq!(object.content.read(0..10), "one");
    let unknown = crate::s3::versions::version_id(9_999);
    assert_eq!(
        refused(locate(&mut cloud, &source(), "shop-assets", "a", Some(&unknown))).1,
        "NoSuchVersion"
    );
    assert_eq!(
        refused(locate(&mut cloud, &source(), "shop-assets", "a", Some(""))).1,
        "InvalidArgument"
    );
}

#[test]
fn deleting_is_idempotent_and_only_changes_are_effects() {
    let mut cloud = world("enabled", "");
    let entry = write_one(&mut cloud, "one");
    let before = cloud.effects.len();
    delete(&mut cloud, &source(), "shop-assets", "a", Some(&entry.id())).expect("gone");
    assert_eq!(cloud.effects.len(), before + 1);
    assert!(matches!(
        delete(&mut cloud, &source(), "shop-assets", "a", Some(&entry.id())),
        Ok(Deleted::Nothing)
    ));
    assert_eq!(cloud.effects.len(), before + 1);
    delete(&mut cloud, &source(), "shop-assets", "never-was", None).expect("a marker on nothing");
    assert_eq!(
        audit::histories(&cloud, "shop-assets")["never-was"],
        [audit::Entry::Marker]
    );
}

#[test]
fn a_copy_shares_content_takes_the_metadata_and_forgets_class_and_redirect() {
    let mut cloud = world("enabled", "");
    let headers = Headers {
        system: BTreeMap::from([("content-type", "text/css".to_owned())]),
        user: BTreeMap::from([("origin".to_owned(), "shop".to_owned())]),
        redirect: Some("/elsewhere".to_owned()),
    };
    let tags = BTreeMap::from([("team".to_owned(), "web".to_owned())]);
    let wanted = Wanted {
        headers,
        tags: tags.clone(),
        class: Some("STANDARD_IA".to_owned()),
        ..Wanted::default()
    };
    let old = put(
        &mut cloud,
        &source(),
        "shop-assets",
        "a",
        Bytes::from_static(b"one"),
        wanted,
    )
    .expect("a write");
    let (_, new) = copy(
        &mut cloud,
        &source(),
        &from("a", Some(&old.id())),
        ("shop-assets", "b"),
        Copying::default(),
    )
    .expect("a copy");
    let (old, new) = (old.object().expect("an object"), new.object().expect("an object"));
    assert!(Arc::ptr_eq(&old.content, &new.content));
    assert_eq!(
        (
            new.headers.system["content-type"].as_str(),
            new.headers.user["origin"].as_str()
        ),
        ("text/css", "shop")
    );
    assert_eq!(new.headers.redirect, None);
    assert_eq!(&*new.class, "STANDARD");
    assert_eq!(new.tags, tags);
    assert_eq!(new.etag, "f97c5d29941bfb1b2fdab0874906ab82", "the MD5 of the content");
}

#[test]
fn what_cannot_be_copied_is_refused() {
    let objects = r#"{"key": "big", "entries": [{"version": {"size": 6000000000}}]},
        {"key": "cold", "entries": [{"version": {"size": 10, "class": "GLACIER"}}]},
        {"key": "gone", "entries": [{"version": {"size": 10}}, {"delete_marker": {}}]}"#;
    let mut cloud = world("enabled", objects);
    let marker = cloud.s3.by_name["shop-assets"].stacks["gone"][1].id();
    let mut try_copy = |source_of: Source| {
        refused(copy(
            &mut cloud,
            &source(),
            &source_of,
            ("shop-assets", "to"),
            Copying::default(),
        ))
    };
    assert_eq!(try_copy(from("big", None)), (400, "InvalidRequest".to_owned()));
    assert_eq!(try_copy(from("cold", None)), (403, "InvalidObjectState".to_owned()));
    assert_eq!(
        try_copy(from("gone", Some(&marker))),
        (400, "InvalidRequest".to_owned())
    );
    assert_eq!(try_copy(from("gone", None)), (404, "NoSuchKey".to_owned()));
    let changed = Source {
        if_match: Some("0".repeat(32)),
        ..from("gone", None)
    };
    assert_eq!(try_copy(changed), (404, "NoSuchKey".to_owned()));
    let foreign = Source {
        expected_owner: Some("222222222222".to_owned()),
        ..from("cold", None)
    };
    assert_eq!(try_copy(foreign), (403, "AccessDenied".to_owned()));
    assert!(cloud.effects.is_empty());
}

#[test]
fn a_copy_across_accounts_needs_the_policy_and_the_tag_permission() {
    let mut cloud = world("enabled", "");
    let tags = BTreeMap::from([("team".to_owned(), "web".to_owned())]);
    put(
        &mut cloud,
        &source(),
        "shop-assets",
        "a",
        Bytes::from_static(b"1"),
        Wanted {
            tags,
            ..Wanted::default()
        },
    )
    .expect("a write");
    let grant = |actions: &str| {
        format!(
            r#"{{"Statement": [{{"Effect": "Allow", "Principal": {{"AWS": "222222222222"}}, "Action": [{actions}],
               "Resource": "arn:aws:s3:::shop-assets/*"}}]}}"#
        )
    };
    let attempt = |cloud: &mut Cloud| {
        refused(copy(
            cloud,
            &target(),
            &from("a", None),
            ("ops", "a"),
            Copying::default(),
        ))
        .0
    };
    assert_eq!(attempt(&mut cloud), 403);
    settings::put_policy(&mut cloud, &source(), "shop-assets", &grant("\"s3:GetObject\"")).expect("a policy");
    assert_eq!(attempt(&mut cloud), 403, "the object has tags");
    settings::put_policy(
        &mut cloud,
        &source(),
        "shop-assets",
        &grant("\"s3:GetObject\", \"s3:GetObjectTagging\""),
    )
    .expect("a policy");
    assert_eq!(attempt(&mut cloud), 200);
    let missing = copy(
        &mut cloud,
        &target(),
        &from("nothing", None),
        ("ops", "x"),
        Copying::default(),
    );
    assert_eq!(
        refused(missing),
        (403, "AccessDenied".to_owned()),
        "without ListBucket what is missing looks forbidden"
    );
}

#[test]
fn a_bucket_under_a_customer_key_uses_it_and_another_account_must_be_let_in() {
    let observed = r#"{"name": "shop-assets", "versioning": "enabled", "key": "alias/shop"}"#;
    let mut cloud = cloud(FaultLevel::None, observed);
    let entry = write_one(&mut cloud, "one");
    let object = entry.object().expect("an object").clone();
    assert_eq!(object.key.as_deref(), Some(KEY), "the alias is resolved");
    assert_ne!(object.etag, "f97c5d29941bfb1b2fdab0874906ab82", "no MD5 under KMS");
    let open_policy = r#"{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "222222222222"}, "Action": "s3:*",
        "Resource": ["arn:aws:s3:::shop-assets", "arn:aws:s3:::shop-assets/*"]}]}"#;
    settings::put_policy(&mut cloud, &source(), "shop-assets", open_policy).expect("a policy");
    let read = copy(
        &mut cloud,
        &target(),
        &from("a", None),
        ("ops", "a"),
        Copying::default(),
    );
    assert_eq!(
        refused(read),
        (403, "AccessDenied".to_owned()),
        "the key's policy does not admit the target"
    );
    crate::services::kms::disable(&mut cloud, KEY);
    let written = put(
        &mut cloud,
        &source(),
        "shop-assets",
        "b",
        Bytes::new(),
        Wanted::default(),
    );
    assert_eq!(refused(written), (400, "KMS.DisabledException".to_owned()));
}

#[test]
fn reads_may_miss_while_versioning_settles_and_not_after() {
    let mut cloud = cloud(FaultLevel::Harsh, "");
    let asked = Creation {
        location: Some("ap-northeast-1".to_owned()),
        ..Creation::default()
    };
    names::create(&mut cloud, &source(), "fresh-bucket", &asked).expect("a bucket");
    settings::put_versioning(&mut cloud, &source(), "fresh-bucket", true).expect("versioned");
    put(
        &mut cloud,
        &source(),
        "fresh-bucket",
        "a",
        Bytes::new(),
        Wanted::default(),
    )
    .expect("a write");
    let misses = |cloud: &mut Cloud| {
        (0..200)
            .filter(|_| locate(cloud, &source(), "fresh-bucket", "a", None).is_err())
            .count()
    };
    assert!(misses(&mut cloud) > 0);
    wait(&mut cloud, 15 * 60);
    assert_eq!(misses(&mut cloud), 0);
}

#[test]
fn conditional_writes_do_not_overwrite_but_pass_over_a_marker() {
    let mut cloud = world("enabled", "");
    write_one(&mut cloud, "one");
    let only = || Wanted {
        only_if_absent: true,
        ..Wanted::default()
    };
    let again = put(&mut cloud, &source(), "shop-assets", "a", Bytes::new(), only());
    assert_eq!(refused(again), (412, "PreconditionFailed".to_owned()));
    delete(&mut cloud, &source(), "shop-assets", "a", None).expect("a marker");
    put(&mut cloud, &source(), "shop-assets", "a", Bytes::new(), only()).expect("nothing is current");
}
