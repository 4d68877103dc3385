//! Inventory reports in the bucket of manifests: where they lie, and how one is read.

use engine::StepContext;
use jiff::Timestamp;
use listing::Lister;
use listing::inventory::Manifest;
use model::{Failure, FailureClass, StepId};
use serde::{Deserialize, Serialize};

use aws::Account;

/// What stands before the keys of all reports.
pub(super) const PREFIX: &str = "inventories";

/// Reports that were asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Asked {
    /// The bucket that is reported on.
    pub(super) bucket: String,
    /// The id of the configuration.
    pub(super) id: String,
}

/// A report that has come.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Report {
    /// The bucket that it is of.
    pub(super) bucket: String,
    /// What the keys of its manifest and its checksum begin with.
    pub(super) folder: String,
    /// Where its file for Athena lies.
    pub(super) hive: String,
    /// When its scan began.
    pub(super) scanned: Timestamp,
    /// The columns of its rows, in order.
    pub(super) columns: Vec<String>,
}

/// The output of a step that waits for reports.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Awaited {
    pub(super) reports: Vec<Report>,
}

impl Asked {
    fn folder(&self) -> String {
        format!("{PREFIX}/{}/{}", self.bucket, self.id)
    }
}

/// The newest report that was scanned at or after a moment and is there whole.
pub(super) async fn newest(
    account: &Account,
    ops: &str,
    asked: &Asked,
    since: Timestamp,
) -> Result<Option<Report>, Failure> {
    let folder = asked.folder();
    // Beside the reports, which are named by the year that they are of, lie their data.
    let mut pages = Lister::new(account, &account.id, ops, None).prefix(&format!("{folder}/2"));
    let mut found = Vec::new();
    while let Some(page) = pages.next_page().await? {
        let checksums = page
            .entries
            .iter()
            .filter(|entry| entry.is_latest && !entry.is_marker());
        found.extend(checksums.filter_map(|entry| entry.key.strip_suffix("/manifest.checksum").map(str::to_owned)));
    }
    found.sort();
    for scan in found.into_iter().rev() {
        // What is being overwritten has another checksum, and is looked at again.
        let Ok(manifest) = read(account, ops, &scan).await? else {
            continue;
        };
        if manifest.scanned < since {
            return Ok(None);
        }
        let minute = scan.rsplit('/').next().unwrap_or_default();
        let minute = minute.replace('T', "-").replace('Z', "");
        return Ok(Some(Report {
            bucket: manifest.source.clone(),
            hive: format!("{folder}/hive/dt={minute}/"),
            folder: scan,
            scanned: manifest.scanned,
            columns: manifest.columns().to_vec(),
        }));
    }
    Ok(None)
}

/// The manifest of a report; the inner error says why it cannot be one.
pub(super) async fn read(
    account: &Account,
    ops: &str,
    folder: &str,
) -> Result<Result<Manifest, listing::inventory::Unreadable>, Failure> {
    let manifest = account.s3.get_object(ops, &format!("{folder}/manifest.json")).await?;
    let checksum = account
        .s3
        .get_object(ops, &format!("{folder}/manifest.checksum"))
        .await?;
    Ok(Manifest::read(&manifest, &checksum))
}

/// The report of a bucket that a step waited for.
pub(super) fn of(cx: &StepContext, awaited: &StepId, bucket: &str) -> Result<Report, Failure> {
    let awaited: Awaited = cx.output(awaited)?;
    let found = awaited.reports.into_iter().find(|report| report.bucket == bucket);
    found.ok_or_else(|| {
        let what = format!("no report of {bucket} was waited for");
        cx.failure(FailureClass::Unexpected, "[NoReport]", what)
    })
}
