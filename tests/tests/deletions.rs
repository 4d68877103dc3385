//! Versions are deleted for good whatever their keys are made of, and what is refused is told.

use std::sync::Arc;

use cleave::rehearsal::Stage;
use listing::Lister;
use model::{FailureClass, RunId, Side};
use serde_json::json;
use simcloud::dispatch::lock;
use simcloud::faults::FaultLevel;
use whole_runs::bucket_shapes::{bucket, odd_keys, section};
use whole_runs::night::in_paused_time;
use whole_runs::round_trip::plan;

const BUCKET: &str = "shop-odd";
/// How many of the odd keys no XML carries, each with three entries.
const NOT_IN_XML: usize = 3;

fn stage() -> (Stage, Arc<aws::Account>) {
    let (plan, inventory) = plan(&section(BUCKET, ""), &[bucket(BUCKET, "enabled", &odd_keys())]);
    let stage = Stage::set(&plan, &inventory, 1, FaultLevel::None);
    let run = RunId::new("deletions000").expect("a run's id");
    let accounts = aws::Accounts::enter(&stage.simulated.world.connection, &plan.accounts, &plan.region, &run);
    (stage, accounts.side(Side::Source))
}

async fn everything(account: &aws::Account) -> Vec<aws::s3::VersionName> {
    let page = Lister::new(account, &account.id, BUCKET, None).next_page().await;
    let entries = page.expect("it can be listed").expect("a page").entries.into_iter();
    entries
        .map(|entry| aws::s3::VersionName {
            key: entry.key,
            version_id: entry.version_id,
        })
        .collect()
}

fn calls(stage: &Stage, operation: &str) -> usize {
    let cloud = lock(&stage.simulated.cloud);
    cloud
        .requests
        .iter()
        .filter(|request| request.operation == operation)
        .count()
}

#[test]
fn keys_that_no_xml_carries_are_deleted_one_by_one_and_all_others_at_once() {
    in_paused_time(async {
        let (stage, account) = stage();
        let all = everything(&account).await;
        assert_eq!(all.len(), odd_keys().len() * 3);
        account.s3.delete_versions(BUCKET, &all).await.expect("all of it goes");
        let left: Vec<String> = lock(&stage.simulated.cloud).s3.by_name[BUCKET]
            .stacks
            .keys()
            .cloned()
            .collect();
        assert_eq!(left, Vec::<String>::new());
        assert_eq!(
            (calls(&stage, "DeleteObjects"), calls(&stage, "DeleteObject")),
            (1, NOT_IN_XML * 3)
        );
        account
            .s3
            .delete_versions(BUCKET, &all)
            .await
            .expect("what is gone counts as deleted");
    });
}

#[test]
fn what_is_refused_among_single_deletions_is_told_and_the_others_are_deleted() {
    in_paused_time(async {
        let (stage, account) = stage();
        let all = everything(&account).await;
        let kept = all
            .iter()
            .find(|version| version.key.contains('\u{1}'))
            .expect("it is there")
            .key
            .clone();
        let policy = json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Deny", "Principal": "*",
            "Action": "s3:DeleteObjectVersion", "Resource": format!("arn:aws:s3:::{BUCKET}/{kept}") }] });
        account
            .s3
            .put_policy(BUCKET, Some(&policy.to_string()))
            .await
            .expect("it can be put");
        let failure = account
            .s3
            .delete_versions(BUCKET, &all)
            .await
            .expect_err("one key is kept");
        assert_eq!(
            (failure.class, failure.code.as_str()),
            (FailureClass::Denied, "AccessDenied"),
            "{failure}"
        );
        let words = format!("3 of {} were not deleted; the first is {kept:?}", all.len());
        assert!(failure.message.starts_with(&words), "{failure}");
        let left: Vec<String> = lock(&stage.simulated.cloud).s3.by_name[BUCKET]
            .stacks
            .keys()
            .cloned()
            .collect();
        assert_eq!(left, [kept]);
    });
}
