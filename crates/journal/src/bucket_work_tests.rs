use pretty_assertions::assert_eq;
use serde_json::json;

use super::*;
use crate::test_events::step_id;

#[test]
fn a_listing_goes_on_where_it_was() {
    let mut journal = Journal::in_memory().unwrap();
    let part = |number: u32, versions| ListingPart {
        step: step_id("list_versions"),
        bucket: "shop".into(),
        part: number,
        after: (number > 0).then(|| format!("k{number}")),
        until: Some(format!("k{}", number + 1)),
        cursor: Some(json!({"key": "ключ", "version": null})),
        versions,
        bytes: u64::from(number) << 40,
        done: false,
    };
    journal.put_listings(&[part(1, 10), part(0, 10)]).unwrap();
    let finished = ListingPart {
        cursor: None,
        done: true,
        ..part(1, 25)
    };
    journal.put_listings(std::slice::from_ref(&finished)).unwrap();
    assert_eq!(
        journal.listing(&step_id("list_versions"), "shop").unwrap(),
        [part(0, 10), finished]
    );
    assert_eq!(journal.listing(&step_id("list_versions"), "other").unwrap(), []);
}

#[test]
fn manifests_and_jobs_are_kept_by_wave_and_a_later_word_replaces_the_earlier() {
    let mut journal = Journal::in_memory().unwrap();
    let step = step_id("copy_wave");
    let manifest = |wave, etag: &str| Manifest {
        step: step.clone(),
        wave,
        bucket: "interim".into(),
        key: format!("manifest-{wave}"),
        etag: etag.into(),
        version_id: (wave == 1).then(|| "v".into()),
        rows: 1_000_000_000,
    };
    let job = |wave, status: &str, failed| CopyJob {
        step: step.clone(),
        wave,
        job: format!("job-{wave}"),
        status: status.into(),
        total: 9,
        succeeded: 9 - failed,
        failed,
    };
    journal.put_manifest(&manifest(1, "a")).unwrap();
    journal.put_manifest(&manifest(0, "b")).unwrap();
    journal.put_manifest(&manifest(1, "c")).unwrap();
    assert_eq!(journal.manifests(&step).unwrap(), [manifest(0, "b"), manifest(1, "c")]);

    journal.put_copy_job(&job(1, "Active", 0)).unwrap();
    journal.put_copy_job(&job(0, "New", 0)).unwrap();
    journal.put_copy_job(&job(1, "Complete", 2)).unwrap();
    assert_eq!(
        journal.copy_jobs(&step).unwrap(),
        [job(0, "New", 0), job(1, "Complete", 2)]
    );
    let stolen = CopyJob {
        job: "job-0".into(),
        ..job(2, "New", 0)
    };
    assert!(
        journal.put_copy_job(&stolen).is_err(),
        "one job of AWS cannot carry two waves"
    );
}
