//! Has S3 replicate what a bucket's replicas lack, by batch jobs: once while the bucket is in use, and then until nothing is lacking. Both
//! buckets are listed and compared by version ids. What S3 itself is about to replicate is waited for. What no job brings stops the run,
//! before anything is deleted.

use std::collections::BTreeSet;
use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use aws::s3::VersionName;
use aws::s3control::{JobEnd, JobSeen, Manifest, Replicated, Work};
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use jiff::Timestamp;
use listing::report::Failed;
use listing::{Pair, manifest, waves};
use model::listing::ListedEntry;
use model::{Failure, FailureClass, Said};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::archived::Wanted;
use super::batch_job::{self, Asked, Order};
use super::growing_object::GrowingObject;
use super::listed::Both;
use super::place::Place;
use super::proofs::Proof;
use crate::pace;
use crate::underway::Underway;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) from: Place,
    pub(super) to: Place,
    /// Where manifests and reports lie.
    pub(super) ops: Place,
    /// As whom jobs run.
    pub(super) role: String,
    /// The end of the names of manifests and reports.
    pub(super) folder: String,
    /// Whether it goes on until nothing is lacking; else one job is enough.
    pub(super) until_whole: bool,
    /// Whether the first job is over everything that was never replicated: cheaper than a list, where all is lacking.
    pub(super) all_first: bool,
    /// Whether the copy is the run's own: what its original has not (any more) is taken away.
    pub(super) copy_is_ours: bool,
}

pub(super) struct Replicate {
    input: Input,
    world: Rc<World>,
}

/// How far it has come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Sofar {
    /// How often a person had had it tried again when this began: then it begins anew.
    retried: u32,
    /// The last job.
    asked: Option<Asked>,
    /// Versions that S3 is about to replicate, some of them: key and id.
    waiting: Vec<[String; 2]>,
    /// Since when it has been waited.
    waiting_since: Option<Timestamp>,
    /// How many entries were lacking at the last look.
    lacking: u64,
    /// Of how many, of how many bytes: for who asks how far it is.
    #[serde(default)]
    entries: u64,
    #[serde(default)]
    bytes: u64,
    end: Option<End>,
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum End {
    Whole,
    InVain(String),
}

/// What two listings tell.
#[derive(Default)]
struct Look {
    lacking: u64,
    /// What the original has.
    entries: u64,
    bytes: u64,
    /// What can never be replicated, such as.
    never: Option<Said>,
    /// The first that are lacking and may be on their way.
    first: Vec<VersionName>,
    /// What the copy has and the original has not.
    surplus: Vec<VersionName>,
    /// The manifest of what is lacking, if one was asked for: key and ETag.
    manifest: Option<(String, String)>,
}

/// So many jobs are asked for, the lists and the whole by turns: which of them takes replicas no source says.
pub(super) const MOST_JOBS: u32 = 6;
/// So many versions are asked whether they are on their way.
pub(super) const MOST_ASKED: usize = 1_000;
/// So many that are, are waited for at a time.
const MOST_WAITED_FOR: usize = 20;
/// S3 replicates most within 15 minutes; what takes longer than this is given to a job.
const LONGEST_WAIT: Duration = Duration::from_secs(6 * 3600);
/// A report of more failures is not read into memory.
const LARGEST_REPORT: u64 = 32 << 20;

impl Replicate {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    fn so_far(cx: &StepContext) -> Option<Sofar> {
        let so_far = cx.cursor.as_ref().and_then(|cursor| Sofar::deserialize(cursor).ok())?;
        (so_far.retried >= cx.retried).then_some(so_far)
    }

    fn reports(&self) -> String {
        format!("reports/{}", self.input.folder)
    }

    async fn look(&self, cx: &StepContext, manifest: Option<&str>) -> Result<Look, Failure> {
        let (from, to) = (self.input.from.account(&self.world), self.input.to.account(&self.world));
        let (original, copy) = (self.input.from.name(cx)?, self.input.to.name(cx)?);
        let (target, ops) = (self.world.target(), self.input.ops.name(cx)?);
        let both = Both::whole(&self.world, cx, (&from, &original), (&to, &copy), Wanted::as_it_is()).await?;
        let mut growing = manifest.map(|key| GrowingObject::new(&target, &ops, key.to_owned()));
        let mut look = Look::default();
        let mut row = Vec::new();
        let mut pairs = both.pairs();
        while let Some(pair) = pairs.next().await? {
            look.entries += pair.original.len() as u64;
            look.bytes += pair.original.iter().map(ListedEntry::size).sum::<u64>();
            let (lacking, surplus) = differences(&pair);
            for entry in lacking {
                look.lacking += 1;
                if look.never.is_none() {
                    look.never = never(entry, &original);
                }
                if look.first.len() < MOST_ASKED && !entry.is_marker() {
                    look.first.push(version_name(entry));
                }
                if let Some(growing) = &mut growing {
                    row.clear();
                    manifest::write_row(&mut row, &original, &entry.key, &entry.version_id);
                    growing.push(&row).await?;
                }
            }
            look.surplus.extend(surplus.into_iter().map(version_name));
            look.surplus.truncate(MOST_ASKED);
        }
        if let Some(growing) = growing {
            let key = growing.key().to_owned();
            look.manifest = growing.close().await?.map(|etag| (key, etag));
        }
        Ok(look)
    }

    /// Which of these S3 is about to replicate.
    async fn on_their_way(&self, cx: &StepContext, versions: &[VersionName]) -> Result<Vec<[String; 2]>, Failure> {
        let from = self.input.from.account(&self.world);
        let bucket = self.input.from.name(cx)?;
        let mut waiting = Vec::new();
        for version in versions {
            if waiting.len() == MOST_WAITED_FOR {
                break;
            }
            if from.s3.awaits_replication(&bucket, version).await? {
                waiting.push([version.key.clone(), version.version_id.clone()]);
            }
        }
        Ok(waiting)
    }

    /// What is to be replicated by the `nth` job: by turns what is lacking, as a list, and all that the rule takes.
    fn manifest(&self, cx: &StepContext, nth: u32, listed: Option<(String, String)>) -> Result<Manifest, Failure> {
        if let Some((key, etag)) = listed {
            return Ok(Manifest::Listed { key, etag });
        }
        let mut statuses = vec![Replicated::Never, Replicated::Failed, Replicated::Replica];
        if nth > 1 {
            // Said to be replicated, and not there.
            statuses.push(Replicated::Completed);
        }
        Ok(Manifest::OfReplication {
            bucket: self.input.from.name(cx)?,
            statuses,
        })
    }

    fn is_listed(&self, nth: u32) -> bool {
        (nth % 2 == 1) != self.input.all_first
    }

    async fn reasons(&self, cx: &StepContext, job: &JobSeen) -> Result<String, Failure> {
        let ops = self.input.ops.name(cx)?;
        let mut failed = Failed::default();
        let prefix = format!("{}/job-{}/", self.reports(), job.id);
        batch_job::reports(&self.world.target(), &ops, &prefix, LARGEST_REPORT, |file| {
            failed.add(file)
        })
        .await?;
        let told = [job.reasons.join("; "), failed.words().unwrap_or_default()];
        Ok(told.join(" ").trim().to_owned())
    }

    async fn job(&self, asked: &Asked) -> Result<Option<JobSeen>, Failure> {
        self.input.from.account(&self.world).s3control.job(&asked.job).await
    }

    /// Why it goes no further; none where another job is to be tried.
    async fn in_vain(&self, cx: &StepContext, so_far: &Sofar, look: &Look) -> Result<Option<Said>, Failure> {
        let (from, to) = (self.input.from.name(cx)?, self.input.to.name(cx)?);
        if let Some(never) = &look.never {
            return Ok(Some(never.clone()));
        }
        let most = MOST_JOBS * (1 + cx.retried);
        let Some(asked) = so_far.asked.as_ref().filter(|asked| asked.nth >= most) else {
            return Ok(None);
        };
        let reasons = match self.job(asked).await? {
            Some(job) => self.reasons(cx, &job).await?,
            None => String::new(),
        };
        let (lacking, nth) = (look.lacking.to_string(), asked.nth.to_string());
        Ok(Some(match look.first.first() {
            None => Proof::StillLacks.fill(&[&to, &lacking, &from, &nth, &asked.job, &reasons]),
            Some(VersionName { key, version_id }) => {
                let key = format!("{key:?}");
                Proof::StillLacksSuchAs.fill(&[&to, &lacking, &from, &key, version_id, &nth, &asked.job, &reasons])
            }
        }))
    }

    /// Takes away what the original has not; in a bucket that others may write to already it stops the step.
    async fn take_away(&self, cx: &StepContext, surplus: &[VersionName]) -> Result<(), Failure> {
        let copy = self.input.to.name(cx)?;
        if let Some(stranger) = surplus.first().filter(|_| !self.input.copy_is_ours) {
            let what = format!(
                "{:?} ({}) is in {copy}, and was not replicated into it: somebody uses the bucket before everything is there. Nothing of \
                 it was changed",
                stranger.key, stranger.version_id
            );
            return Err(cx.failure(FailureClass::WrongState, "[ForeignWrite]", what));
        }
        self.input
            .to
            .account(&self.world)
            .s3
            .delete_versions(&copy, surplus)
            .await
    }
}

/// What the copy lacks, and what it has beside, by version ids.
fn differences(pair: &Pair) -> (Vec<&ListedEntry>, Vec<&ListedEntry>) {
    let ids = |entries: &[ListedEntry]| -> BTreeSet<String> {
        entries.iter().map(|entry| entry.version_id.clone()).collect()
    };
    let (originals, copies) = (ids(&pair.original), ids(&pair.copy));
    let lacking = pair.original.iter().filter(|entry| !copies.contains(&entry.version_id));
    let surplus = pair.copy.iter().filter(|entry| !originals.contains(&entry.version_id));
    (lacking.collect(), surplus.collect())
}

/// Why an entry can never be replicated from a bucket.
fn never(entry: &ListedEntry, from: &str) -> Option<Said> {
    let key = format!("{:?}", entry.key);
    if entry.version_id == "null" {
        return Some(Proof::NullStays.fill(&[&key, from]));
    }
    waves::is_archived(entry).then(|| Proof::ArchivedStays.fill(&[&key, &entry.version_id, from]))
}

fn version_name(entry: &ListedEntry) -> VersionName {
    VersionName {
        key: entry.key.clone(),
        version_id: entry.version_id.clone(),
    }
}

#[async_trait(?Send)]
impl Step for Replicate {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let Some(so_far) = Self::so_far(cx) else {
            return Ok(Observed::Absent);
        };
        match &so_far.end {
            Some(End::Whole) => {
                return Ok(Observed::Present(
                    json!({ "jobs": so_far.asked.map_or(0, |asked| asked.nth) }),
                ));
            }
            Some(End::InVain(why)) => {
                // A sentence of the table, as the cursor has kept it.
                let why = Said::verbatim(why.clone());
                return Ok(Observed::Broken { why });
            }
            None => {}
        }
        if let [[key, version_id], ..] = so_far.waiting.as_slice() {
            let version = VersionName {
                key: key.clone(),
                version_id: version_id.clone(),
            };
            let waited = so_far.waiting_since.map(|since| cx.now.duration_since(since));
            let patient = waited.is_some_and(|waited| waited.unsigned_abs() < LONGEST_WAIT);
            if patient && !self.on_their_way(cx, &[version]).await?.is_empty() {
                let text = Underway::WrittenLast.fill(&[&so_far.lacking.to_string()]);
                return Ok(Observed::Underway {
                    progress: Progress::words(text),
                    look_again: Duration::from_secs(60),
                });
            }
            return Ok(Observed::Absent);
        }
        let Some(asked) = so_far.asked else {
            return Ok(Observed::Absent);
        };
        let Some(job) = self.job(&asked).await? else {
            return Ok(Observed::Underway {
                progress: Progress::words(Underway::JobNotShown.fill(&[&asked.job])),
                look_again: Duration::from_secs(10),
            });
        };
        if job.status == JobEnd::Underway {
            let done = job.succeeded + job.failed;
            let percent = (done * 100)
                .checked_div(job.total)
                .and_then(|percent| i32::try_from(percent).ok());
            let text = Underway::JobTasks.fill(&[&job.word, &done.to_string(), &job.total.to_string()]);
            let progress = Progress::percent(percent.unwrap_or(0), text);
            return Ok(Observed::Underway {
                progress,
                look_again: pace::look_again(cx, percent),
            });
        }
        let enough = !self.input.until_whole && job.succeeded > 0;
        Ok(if enough {
            Observed::Present(json!({
                "job": job.id, "total": job.total, "succeeded": job.succeeded, "failed": job.failed,
            }))
        } else {
            Observed::Absent
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let mut so_far = Self::so_far(cx).unwrap_or_else(|| Sofar {
            retried: cx.retried,
            // Jobs are counted on: their names must be new.
            asked: cx
                .cursor
                .as_ref()
                .and_then(|cursor| Sofar::deserialize(cursor).ok())
                .and_then(|before| before.asked),
            ..Sofar::default()
        });
        let swept = |so_far: &Sofar, more: bool| Begun::Swept {
            cursor: json!(so_far),
            done: 0,
            total: None,
            more,
        };
        let nth = so_far.asked.as_ref().map_or(1, |asked| asked.nth + 1);
        let key = format!("manifests/{}-{nth}.csv", self.input.folder);
        let look = self.look(cx, self.is_listed(nth).then_some(key.as_str())).await?;
        (so_far.lacking, so_far.entries, so_far.bytes) = (look.lacking, look.entries, look.bytes);
        if !look.surplus.is_empty() && self.input.until_whole {
            self.take_away(cx, &look.surplus).await?;
            return Ok(swept(&so_far, true));
        }
        if look.lacking == 0 {
            so_far.end = Some(End::Whole);
            return Ok(swept(&so_far, false));
        }
        if let Some(why) = self.in_vain(cx, &so_far, &look).await? {
            so_far.end = Some(End::InVain(why.into()));
            return Ok(swept(&so_far, false));
        }
        if self.input.until_whole {
            let since = *so_far.waiting_since.get_or_insert(cx.now);
            let waited = cx.now.duration_since(since).unsigned_abs();
            so_far.waiting = if waited < LONGEST_WAIT {
                self.on_their_way(cx, &look.first).await?
            } else {
                Vec::new()
            };
            if !so_far.waiting.is_empty() {
                return Ok(swept(&so_far, false));
            }
        }
        let (ops, to) = (self.input.ops.name(cx)?, self.input.to.name(cx)?);
        let order = Order {
            role: &self.input.role,
            ops: &ops,
            ops_owner: &self.world.target().id,
            manifest: self.manifest(cx, nth, look.manifest)?,
            reports: &self.reports(),
            bucket: &to,
            name: "",
            work: Work::Replicate,
        };
        so_far.asked = Some(batch_job::ask(&self.input.from.account(&self.world), cx, nth, order).await?);
        Ok(swept(&so_far, false))
    }

    async fn verify(&self, cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let (from, to) = (self.input.from.name(cx)?, self.input.to.name(cx)?);
        let evidence = match output["job"].as_str() {
            Some(job) => {
                let (succeeded, total) = (output["succeeded"].to_string(), output["total"].to_string());
                Proof::ReplicatedByJob.fill(&[job, &succeeded, &total, &from, &to])
            }
            None => Proof::ReplicatedWhole.fill(&[&to, &from, &output["jobs"].to_string()]),
        };
        Ok(Verified::Right { evidence })
    }

    /// The undoing of the rule cancels what still runs.
    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
