//! The laws over caches, their snapshots, and what ACLs admit, each with a fault that breaks it.

use serde_json::{Value, json};

use super::night::*;
use super::*;
use crate::s3::acl::{self, Asked};
use crate::s3::canonical_id;
use crate::s3::names::{self, Creation};

/// ElastiCache's canonical user id.
const SERVICE: &str = "540804c33a284a299d2547575ce1010f2312ef3da9b3a053c8bc45bf233e4353";

/// A night in which the source has a bucket that takes ACLs and admits somebody.
fn admitting(id: &str) -> Night {
    let mut night = Night::new();
    let asked = Creation {
        location: Some("ap-northeast-1".to_owned()),
        ownership: Some("BucketOwnerPreferred".to_owned()),
        ..Creation::default()
    };
    night.s3(|cloud| names::create(cloud, &caller(SOURCE), "exports", &asked));
    let asked = Asked {
        headers: vec![("WRITE", Some(format!("id={id}")))],
        ..Asked::default()
    };
    night.s3(|cloud| acl::put_bucket(cloud, &caller(SOURCE), "exports", &asked));
    night
}

fn snapshot(night: &mut Night, name: &str, tags: Value) {
    let input = json!({ "ReplicationGroupId": "sessions", "SnapshotName": name, "Tags": tags });
    night.ok(SOURCE, "elasticache CreateSnapshot", input);
    night.pass(7200);
}

#[test]
fn law_2_an_acl_that_admits_a_stranger() {
    let night = admitting(&canonical_id(&account(STRANGER)));
    night.breaks_only(2, "exports admits ");
}

#[test]
fn law_2_elasticache_is_admitted_while_it_writes_and_not_for_ever() {
    let mut night = admitting(SERVICE);
    assert_eq!(night.broken(), [0; 0]);
    at_end(&mut night.cloud, &lasting(&["exports"]));
    night.breaks_only(2, "exports admits ElastiCache although the run is over");

    let mut night = admitting(SERVICE);
    night.s3(|cloud| acl::put_bucket(cloud, &caller(SOURCE), "exports", &Asked::default()));
    at_end(&mut night.cloud, &lasting(&["exports"]));
    assert_eq!(night.broken(), [0; 0]);

    // Where the plan shows that it may go on reading, it may.
    let mut night = admitting(SERVICE);
    night.cloud.laws.allowed_lasting.insert("exports".to_owned());
    at_end(&mut night.cloud, &lasting(&["exports"]));
    assert_eq!(night.broken(), [0; 0]);
}

#[test]
fn law_6_a_snapshot_of_a_cache_is_left_over_or_taken_twice() {
    let mut night = Night::new();
    snapshot(&mut night, "transport", json!([]));
    assert_eq!(night.broken(), [0; 0]);
    at_end(&mut night.cloud, &lasting(&[]));
    night.breaks_only(6, "snapshot:transport is left over");

    let mut night = Night::new();
    snapshot(&mut night, "one", tags("cache/sessions/create_snapshot"));
    snapshot(&mut night, "two", tags("cache/sessions/create_snapshot"));
    night.breaks_only(6, "made a second cache snapshot");
}

#[test]
fn law_7_a_snapshot_that_stays_and_a_cache_that_is_gone_are_differences() {
    let mut night = Night::new();
    snapshot(&mut night, "transport", json!([]));
    let gone = json!({ "SnapshotName": "transport" });
    night.ok(SOURCE, "elasticache DeleteSnapshot", gone);
    night.pass(7200);
    at_undone(&mut night.cloud);
    assert_eq!(night.broken(), [0; 0], "{:?}", night.cloud.laws.broken);

    let mut night = Night::new();
    snapshot(&mut night, "transport", json!([]));
    at_undone(&mut night.cloud);
    night.breaks_only(7, "cache snapshot");

    let mut night = Night::new();
    let gone = json!({ "ReplicationGroupId": "sessions" });
    night.ok(SOURCE, "elasticache DeleteReplicationGroup", gone);
    night.pass(7200);
    at_undone(&mut night.cloud);
    night.breaks_only(7, "replicationgroup:sessions is gone");
}
