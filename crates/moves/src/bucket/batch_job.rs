//! What every step that has a batch job done needs: a job that is asked for once, and its reports.

use aws::Account;
use aws::s3control::{self, Job, Work};
use engine::StepContext;
use listing::Lister;
use model::{AccountId, Digest, Failure};
use serde::{Deserialize, Serialize};

use super::discard_bucket::job_description;

/// The job that was asked for last.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Asked {
    pub(super) job: String,
    /// 1 for the first.
    pub(super) nth: u32,
}

/// So many times a job is asked for that ends in vain; as many again whenever a person has put something right.
pub(super) const MOST_JOBS: u32 = 3;

/// What a job is to do, for whom.
pub(super) struct Order<'a> {
    /// As whom it runs.
    pub(super) role: &'a str,
    /// The bucket of manifests and reports.
    pub(super) ops: &'a str,
    /// Whose that is.
    pub(super) ops_owner: &'a AccountId,
    pub(super) manifest: s3control::Manifest,
    /// Where its report goes.
    pub(super) reports: &'a str,
    /// The bucket that it has to do with: its end ends the job, too.
    pub(super) bucket: &'a str,
    /// What tells it from the step's other jobs.
    pub(super) name: &'a str,
    pub(super) work: Work,
}

/// Asks for a job, for the `nth` time, unless it was asked for and the answer was lost. AWS knows the token again, but for how long
/// nobody says: its description tells for as long as jobs are listed.
pub(super) async fn ask(account: &Account, cx: &StepContext, nth: u32, order: Order<'_>) -> Result<Asked, Failure> {
    let ending = if nth > 1 { format!(" ({nth})") } else { String::new() };
    let description = format!(
        "{} {}{}{ending}",
        job_description(cx, Some(order.bucket)),
        cx.spec.id,
        order.name
    );
    if let Some(job) = account.s3control.described(&description).await? {
        return Ok(Asked { job, nth });
    }
    let token = match (nth, order.name) {
        (1, "") => cx.token.clone(),
        (1, name) => Digest::of(format!("{}{name}", cx.token).as_bytes()).as_str()[..32].to_owned(),
        (_, name) => Digest::of(format!("{}{name}{nth}", cx.token).as_bytes()).as_str()[..32].to_owned(),
    };
    let job = Job {
        token,
        description,
        role_arn: order.role.to_owned(),
        ops_bucket: order.ops.to_owned(),
        ops_owner: order.ops_owner.clone(),
        manifest: order.manifest,
        report_prefix: order.reports.to_owned(),
        work: order.work,
    };
    let job = account.s3control.create_job(&job).await?;
    Ok(Asked { job, nth })
}

/// Shows the files of reports under a prefix to `read`, up to a size.
pub(super) async fn reports(
    account: &Account,
    ops: &str,
    prefix: &str,
    largest: u64,
    mut read: impl FnMut(&[u8]),
) -> Result<(), Failure> {
    let mut pages = Lister::new(account, &account.id, ops, None).prefix(prefix);
    while let Some(page) = pages.next_page().await? {
        let files = page
            .entries
            .iter()
            .filter(|entry| entry.is_latest && entry.key.ends_with(".csv") && (1..=largest).contains(&entry.size()));
        for file in files {
            read(&account.s3.get_object(ops, &file.key).await?);
        }
    }
    Ok(())
}
