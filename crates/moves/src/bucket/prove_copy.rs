//! Proves that a copy is equal: both buckets are listed whole and compared key by key and entry by entry. Where ETags cannot be
//! compared (uploads in parts, KMS keys), or where the runbook wants more than ETags, the checksums are asked for. Where S3 keeps none of
//! both, little is read here, and of much the checksums are computed where it lies, by batch jobs.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use aws::Account;
use aws::s3::VersionName;
use aws::s3control::{JobEnd, JobSeen, Work};
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use futures::StreamExt as _;
use listing::compare::sameness;
use listing::{Difference, Pair, Sameness, waves};
use model::listing::{KeyHistory, ListedEntry, Sums};
use model::{Failure, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::archived::Classes;
use super::batch_job::{self, Asked, MOST_JOBS, Order};
use super::compare_reports;
use super::computed::{self, Pairs, PairsWriter};
use super::doubts::{self, Doubt, Readable, Told};
use super::listed::Both;
use super::place::Place;
use crate::pace;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) original: Place,
    pub(super) copy: Place,
    /// Where notes, manifests and reports lie.
    pub(super) ops: Place,
    /// What becomes of storage classes.
    pub(super) storage: Classes,
    /// As whom batch jobs run.
    pub(super) batch_role: String,
    /// Whether equal ETags are proof enough. Only where an object is not made of parts and lies under no KMS key are they one.
    pub(super) etags_prove: bool,
    /// The step that had the inventory reports of both compared: only what they left open is listed then.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) compared: Option<StepId>,
    /// Whether versions that can be compared by size alone count as equal.
    pub(super) accept_unproved: bool,
    /// Whether the copy was replicated: then every version has its original's id and date, too.
    #[serde(default)]
    pub(super) replicated: bool,
}

pub(super) struct ProveCopy {
    input: Input,
    world: Rc<World>,
}

/// How far the proof is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Proof {
    /// How often a person had had it tried again when it began: then all of it is done anew, something was put right.
    round: u32,
    /// What listings and questions told.
    found: Findings,
    /// What is left for jobs to compute.
    pairs: Option<Pairs>,
    /// The jobs, the original's first.
    jobs: Vec<Asked>,
}

/// What was found. Small: it is kept as an event.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Findings {
    sums: Sums,
    different: u64,
    unproved: u64,
    by_checksum: u64,
    by_reading: u64,
    by_job: u64,
    #[serde(default)]
    by_reports: u64,
    such_as: Vec<String>,
}

const SHOWN: usize = 5;
impl Findings {
    fn note(&mut self, what: String) {
        if self.such_as.len() < SHOWN {
            self.such_as.push(what);
        }
    }

    fn differ(&mut self, what: String) {
        self.different += 1;
        self.note(what);
    }

    fn evidence(&self, original: &str, copy: &str) -> String {
        let Sums {
            keys,
            versions,
            markers,
            bytes,
            ..
        } = self.sums;
        let mut evidence = format!(
            "{keys} keys, {versions} versions, {markers} delete markers, {bytes} bytes: {copy} equals {original}"
        );
        if self.by_reports > 0 {
            evidence = format!(
                "{evidence}; {} entries by their inventory reports, and the keys above by listing them",
                self.by_reports
            );
        }
        for (count, how) in [
            (self.by_checksum, "by checksum"),
            (self.by_reading, "by reading both"),
            (self.by_job, "by checksums that batch jobs computed"),
            (self.unproved, "by size alone, as the runbook accepts"),
        ] {
            if count > 0 {
                evidence = format!("{evidence}; {count} {how}");
            }
        }
        evidence
    }
}

/// A difference in words.
fn words(key: &str, difference: &Difference) -> String {
    match difference {
        Difference::Missing(count) => format!("{key:?} lacks {count} entries"),
        Difference::Surplus(count) => format!("{key:?} has {count} entries too many"),
        Difference::Other(at) => format!("entry {} of {key:?} is another", at + 1),
    }
}

/// The first entry that has not its original's version id and date, as a replica has.
fn other_id(pair: &Pair) -> Option<usize> {
    let named = |entry: &ListedEntry| (entry.version_id.clone(), entry.last_modified);
    pair.original
        .iter()
        .zip(&pair.copy)
        .position(|(original, copy)| named(original) != named(copy))
}

fn version_name(entry: &ListedEntry) -> VersionName {
    VersionName {
        key: entry.key.clone(),
        version_id: entry.version_id.clone(),
    }
}

/// The two buckets of a proof.
#[derive(Clone, Copy)]
struct Buckets<'a> {
    from: &'a Account,
    original: &'a str,
    to: &'a Account,
    copy: &'a str,
}

/// So many doubts are gathered before they are asked about, and so many calls are in flight at a time.
const AT_A_TIME: usize = 10_000;
const IN_FLIGHT: usize = 128;

/// Doubts about which no question told anything.
struct Untold<'a> {
    /// As long as they may still be read here.
    waiting: Vec<Doubt>,
    readable: Readable,
    /// From when on there was too much of them.
    writer: Option<PairsWriter<'a>>,
    ops: (&'a Account, &'a str, String),
}

impl Untold<'_> {
    async fn push(&mut self, original: &str, copy: &str, doubt: Doubt) -> Result<(), Failure> {
        if self.writer.is_none() && self.readable.takes(&doubt) {
            self.waiting.push(doubt);
            return Ok(());
        }
        let (account, bucket, folder) = &self.ops;
        let writer = self
            .writer
            .get_or_insert_with(|| PairsWriter::new(account, bucket, folder));
        for earlier in self.waiting.drain(..) {
            writer.push(original, copy, &earlier).await?;
        }
        writer.push(original, copy, &doubt).await
    }
}

impl ProveCopy {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    /// Where what one round of the proof writes lies.
    fn folder(cx: &StepContext, round: u32) -> String {
        format!("proofs/{}-{round}", cx.spec.id)
    }

    fn reports(cx: &StepContext, round: u32) -> [String; 2] {
        ["original", "copy"].map(|which| format!("{}/reports-{which}", Self::folder(cx, round)))
    }

    /// Compares all that listings and questions tell.
    async fn compared(&self, cx: &StepContext) -> Result<Proof, Failure> {
        let (from, to) = (
            self.input.original.account(&self.world),
            self.input.copy.account(&self.world),
        );
        let (original, copy) = (self.input.original.name(cx)?, self.input.copy.name(cx)?);
        let target = self.world.target();
        let ops = self.input.ops.name(cx)?;
        let wanted = self.input.storage.wanted(&self.world, cx, &self.input.ops).await?;
        let (one, other) = ((&*from, original.as_str()), (&*to, copy.as_str()));
        let mut found = Findings::default();
        let both = match self.left_open(cx, &mut found).await? {
            Some(keys) => Both::keys(&self.world, one, other, &keys, wanted).await?,
            None => Both::whole(&self.world, cx, one, other, wanted).await?,
        };
        let buckets = Buckets {
            from: &from,
            original: &original,
            to: &to,
            copy: &copy,
        };
        let mut untold = Untold {
            waiting: Vec::new(),
            readable: Readable::default(),
            writer: None,
            ops: (&target, &ops, Self::folder(cx, cx.retried)),
        };
        let mut doubtful = Vec::new();
        let mut pairs = both.pairs();
        while let Some(pair) = pairs.next().await? {
            doubtful.extend(self.compare(pair, &mut found));
            if doubtful.len() >= AT_A_TIME {
                ask(buckets, &mut doubtful, &mut found, &mut untold).await?;
            }
        }
        ask(buckets, &mut doubtful, &mut found, &mut untold).await?;
        let pairs = match untold.writer {
            Some(writer) => writer.close().await?,
            None => {
                read(buckets, untold.waiting, &mut found).await?;
                None
            }
        };
        Ok(Proof {
            round: cx.retried,
            found,
            pairs,
            jobs: Vec::new(),
        })
    }

    /// The keys that the comparison of reports left open; none: everything is to be listed.
    async fn left_open(&self, cx: &StepContext, found: &mut Findings) -> Result<Option<Vec<String>>, Failure> {
        let Some(step) = &self.input.compared else {
            return Ok(None);
        };
        let reported = compare_reports::found(&self.world, cx, &cx.output(step)?).await?;
        if reported.untrusted.is_some() {
            return Ok(None);
        }
        found.by_reports = reported.equal.versions + reported.equal.markers;
        Ok(Some(reported.keys.into_iter().collect()))
    }

    /// What the listings tell of a key; gives what they cannot.
    fn compare(&self, pair: Pair, found: &mut Findings) -> Vec<Doubt> {
        let (difference, mut unproved) = pair.compare();
        if let Some(difference) = difference {
            found.differ(words(&pair.key, &difference));
            return Vec::new();
        }
        if let Some(at) = pair.other_class() {
            found.differ(format!("entry {} of {:?} has another storage class", at + 1, pair.key));
            return Vec::new();
        }
        if let Some(at) = other_id(&pair).filter(|_| self.input.replicated) {
            found.differ(format!(
                "entry {} of {:?} has another version id or date",
                at + 1,
                pair.key
            ));
            return Vec::new();
        }
        if !self.input.etags_prove {
            unproved = (0..pair.original.len())
                .filter(|at| !pair.original[*at].is_marker())
                .collect();
        }
        let doubt = |at: usize| Doubt {
            at,
            original: version_name(&pair.original[at]),
            copy: version_name(&pair.copy[at]),
            size: pair.original[at].size(),
            etags_equal: sameness(&pair.original[at], &pair.copy[at]) == Sameness::Same,
            archived: waves::is_archived(&pair.original[at]) || waves::is_archived(&pair.copy[at]),
        };
        let doubtful = unproved.into_iter().map(doubt).collect();
        found.sums.add(&KeyHistory {
            key: pair.key,
            entries: pair.original,
        });
        doubtful
    }

    /// The jobs that have been asked for, as they stand; none where one of them does not show yet.
    async fn jobs(&self, proof: &Proof) -> Result<Option<Vec<JobSeen>>, Failure> {
        let mut jobs = Vec::new();
        for asked in &proof.jobs {
            match self.world.target().s3control.job(&asked.job).await? {
                Some(job) => jobs.push(job),
                None => return Ok(None),
            }
        }
        Ok(Some(jobs))
    }
}

/// Whether a job has told less than all of its versions, and may be asked for again.
fn is_short(job: &JobSeen, asked: &Asked) -> bool {
    let ended = matches!(job.status, JobEnd::Complete | JobEnd::Failed);
    ended && (job.status == JobEnd::Failed || job.failed > 0) && asked.nth < MOST_JOBS
}

fn proof_of(cx: &StepContext) -> Option<Proof> {
    let proof = cx.cursor.as_ref().and_then(|cursor| Proof::deserialize(cursor).ok())?;
    (proof.round >= cx.retried).then_some(proof)
}

#[async_trait(?Send)]
impl Step for ProveCopy {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let Some(proof) = proof_of(cx) else {
            return Ok(Observed::Absent);
        };
        if proof.pairs.is_none() {
            return Ok(Observed::Present(json!({})));
        }
        if proof.jobs.len() < 2 {
            return Ok(Observed::Absent);
        }
        let Some(jobs) = self.jobs(&proof).await? else {
            return Ok(Observed::Underway {
                progress: Progress::words("a job does not show yet"),
                look_again: Duration::from_secs(10),
            });
        };
        if jobs.iter().zip(&proof.jobs).any(|(job, asked)| is_short(job, asked)) {
            return Ok(Observed::Absent);
        }
        if jobs.iter().any(|job| job.status == JobEnd::Underway) {
            let (done, total) = jobs.iter().fold((0, 0), |(done, total), job| {
                (done + job.succeeded + job.failed, total + job.total)
            });
            let percent = (done * 100)
                .checked_div(total)
                .and_then(|percent| i32::try_from(percent).ok());
            let text = format!("checksums of {done} of {total} versions computed");
            return Ok(Observed::Underway {
                progress: Progress::percent(percent.unwrap_or(0), text),
                look_again: pace::look_again(cx, percent),
            });
        }
        let ids: Vec<&String> = proof.jobs.iter().map(|asked| &asked.job).collect();
        Ok(Observed::Present(json!({ "jobs": ids })))
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let swept = |proof: Proof| Begun::Swept {
            done: proof.found.sums.versions,
            cursor: json!(proof),
            total: None,
            more: false,
        };
        let Some(mut proof) = proof_of(cx) else {
            return Ok(swept(self.compared(cx).await?));
        };
        let Some(pairs) = proof.pairs.clone() else {
            return Ok(swept(proof));
        };
        // The next that was not asked for, or one that told too little.
        let jobs = self.jobs(&proof).await?.unwrap_or_default();
        let short = jobs
            .iter()
            .zip(&proof.jobs)
            .position(|(job, asked)| is_short(job, asked));
        let which = short.unwrap_or(proof.jobs.len());
        let nth = proof.jobs.get(which).map_or(1, |asked| asked.nth + 1);
        let bucket = if which == 0 {
            &self.input.original
        } else {
            &self.input.copy
        };
        let target = self.world.target();
        let order = Order {
            role: &self.input.batch_role,
            ops: &self.input.ops.name(cx)?,
            ops_owner: &target.id,
            manifest: pairs.manifests[which].listed(),
            reports: &Self::reports(cx, proof.round)[which],
            bucket: &bucket.name(cx)?,
            name: &format!(
                " checksums {} {}",
                proof.round,
                if which == 0 { "original" } else { "copy" }
            ),
            work: Work::Checksums,
        };
        let asked = batch_job::ask(&target, cx, nth, order).await?;
        match proof.jobs.get_mut(which) {
            Some(job) => *job = asked,
            None => proof.jobs.push(asked),
        }
        Ok(swept(proof))
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let (original, copy) = (self.input.original.name(cx)?, self.input.copy.name(cx)?);
        let Some(Proof {
            mut found,
            pairs,
            round,
            ..
        }) = proof_of(cx)
        else {
            return Ok(Verified::Wrong {
                why: format!("{copy} was not compared with {original}: retry the step"),
            });
        };
        if let Some(pairs) = pairs {
            let (target, ops) = (self.world.target(), self.input.ops.name(cx)?);
            let told = computed::compare(&target, cx, &ops, &Self::reports(cx, round), &pairs).await?;
            found.by_job = told.equal;
            found.different += told.different;
            found.unproved += told.untold;
            told.such_as.into_iter().for_each(|what| found.note(what));
        }
        if found.different > 0 || (found.unproved > 0 && !self.input.accept_unproved) {
            let mut why = format!(
                "{copy} is not {original}: {} keys differ, {} versions have equal sizes but nothing else to compare; such as {}",
                found.different,
                found.unproved,
                found.such_as.join("; ")
            );
            if found.different == 0 {
                why = format!(
                    "{why}. S3 keeps no checksum of both, and the jobs that were to compute them could not: look at their reports under \
                     {} in the bucket of manifests, put it right (the batch role's permissions, most often) and retry this step; or \
                     compare them by hand and skip it; or undo the run and set accept_unproved",
                    Self::folder(cx, round)
                );
            }
            return Ok(Verified::Wrong { why });
        }
        Ok(Verified::Right {
            evidence: match self.input.replicated {
                true => format!("{}; every version id and date too", found.evidence(&original, &copy)),
                false => found.evidence(&original, &copy),
            },
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}

/// Asks S3 about what the listings leave in doubt.
async fn ask(
    buckets: Buckets<'_>,
    doubtful: &mut Vec<Doubt>,
    found: &mut Findings,
    untold: &mut Untold<'_>,
) -> Result<(), Failure> {
    let mut going = futures::stream::iter(doubtful.drain(..))
        .map(|doubt| async move {
            let told = doubts::ask((buckets.from, buckets.original), (buckets.to, buckets.copy), &doubt).await;
            told.map(|told| (doubt, told))
        })
        .buffered(IN_FLIGHT);
    while let Some(told) = going.next().await {
        let (doubt, told) = told?;
        let what = |words: &str| format!("entry {} of {:?} {words}", doubt.at + 1, doubt.original.key);
        match told {
            Told::Checksums { equal: true } => found.by_checksum += 1,
            Told::Checksums { equal: false } => found.differ(what("has another content")),
            Told::ForeignKey(key) => found.differ(what(&format!("lies under the key {key} of another account"))),
            Told::Nothing => untold.push(buckets.original, buckets.copy, doubt).await?,
        }
    }
    Ok(())
}

/// Reads both contents of what no question told anything of.
async fn read(buckets: Buckets<'_>, doubtful: Vec<Doubt>, found: &mut Findings) -> Result<(), Failure> {
    let mut going = futures::stream::iter(doubtful)
        .map(|doubt| async move {
            let equal = doubts::read((buckets.from, buckets.original), (buckets.to, buckets.copy), &doubt).await;
            equal.map(|equal| (doubt, equal))
        })
        .buffered(IN_FLIGHT);
    while let Some(read) = going.next().await {
        match read? {
            (_, true) => found.by_reading += 1,
            (doubt, false) => {
                let key = &doubt.original.key;
                found.differ(format!("entry {} of {key:?} has another content", doubt.at + 1));
            }
        }
    }
    Ok(())
}
