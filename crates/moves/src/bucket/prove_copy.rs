//! Proves that a copy is equal: both buckets are listed whole and compared key by key and entry by entry. Where ETags cannot be
//! compared (uploads in parts, KMS keys), or where the runbook wants more than ETags, the checksums are asked for. Where S3 keeps none of
//! both, little is read here, and of much the checksums are computed where it lies, by batch jobs.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use aws::Account;
use aws::s3control::{JobEnd, JobSeen, Work};
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use futures::StreamExt as _;
use model::{Failure, FailureClass, Said, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::archived::Classes;
use super::batch_job::{self, Asked, MOST_JOBS, Order};
use super::compare_reports;
use super::computed::{self, Pairs, PairsWriter};
use super::doubts::{self, Doubt, Told};
use super::findings::{Demands, Findings};
use super::listed::{Both, ListedPairs};
use super::place::Place;
use super::proofs;
use super::untold::{Noted, Untold};
use crate::pace;
use crate::underway::Underway;
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
    /// What lies open between two batches of questions: both listings, read as far as they were asked about.
    going: RefCell<Option<Going>>,
}

/// A proof while questions are asked.
struct Going {
    pairs: ListedPairs,
    /// Its files are there as long as it is.
    _both: Both,
    found: Findings,
    /// Up to this key everything has been asked, by this process or one before.
    asked_to: Option<String>,
    untold: Untold,
}

/// How far the questions are.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Questions {
    /// As of [`Proof`].
    round: u32,
    /// What was found up to there.
    found: Findings,
    asked_to: Option<String>,
    noted: Noted,
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

/// The two buckets of a proof.
#[derive(Clone, Copy)]
struct Buckets<'a> {
    from: &'a Account,
    original: &'a str,
    to: &'a Account,
    copy: &'a str,
}

/// How many doubts are as much work as a page of a listing: after as many pages as a listing has between two commits, it is committed how
/// far the questions are.
const DOUBTS_A_PAGE: u32 = 20;
/// How many calls are in flight at a time.
const IN_FLIGHT: usize = 128;

impl ProveCopy {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self {
            input,
            world,
            going: RefCell::new(None),
        }
    }

    /// Where what one round of the proof writes lies.
    fn folder(cx: &StepContext, round: u32) -> String {
        format!("proofs/{}-{round}", cx.spec.id)
    }

    fn reports(cx: &StepContext, round: u32) -> [String; 2] {
        ["original", "copy"].map(|which| format!("{}/reports-{which}", Self::folder(cx, round)))
    }

    fn demands(&self) -> Demands {
        Demands {
            etags_prove: self.input.etags_prove,
            replicated: self.input.replicated,
        }
    }

    /// Lists both buckets, to ask from the beginning or from where it was.
    async fn set_out(&self, cx: &StepContext) -> Result<Going, Failure> {
        let (from, to) = (
            self.input.original.account(&self.world),
            self.input.copy.account(&self.world),
        );
        let (original, copy) = (self.input.original.name(cx)?, self.input.copy.name(cx)?);
        let wanted = self.input.storage.wanted(&self.world, cx, &self.input.ops).await?;
        let (one, other) = ((&*from, original.as_str()), (&*to, copy.as_str()));
        let mut found = Findings::default();
        let both = match self.left_open(cx, &mut found).await? {
            Some(keys) => Both::keys(&self.world, one, other, &keys, wanted).await?,
            None => Both::whole(&self.world, cx, one, other, wanted).await?,
        };
        let asked = asked_of(cx).unwrap_or_default();
        let noted = Untold::resume(&self.world, cx, asked.noted.clone())?;
        let (asked, untold) = match noted {
            Some(untold) => (asked, Some(untold)),
            None => (Questions::default(), Untold::resume(&self.world, cx, Noted::default())?),
        };
        let Some(untold) = untold else {
            return Err(cx.failure(
                FailureClass::Unexpected,
                "[NoFile]",
                "the note of what is still to be compared cannot be begun. Nothing in AWS was changed by this; type the same command again",
            ));
        };
        if asked.asked_to.is_some() {
            found = asked.found;
        }
        Ok(Going {
            pairs: both.pairs(),
            _both: both,
            found,
            asked_to: asked.asked_to,
            untold,
        })
    }

    /// Compares what the listings tell, and asks about the next of what they do not.
    async fn go_on(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let mut going = match self.going.take() {
            Some(going) => going,
            None => self.set_out(cx).await?,
        };
        let (from, to) = (
            self.input.original.account(&self.world),
            self.input.copy.account(&self.world),
        );
        let (original, copy) = (self.input.original.name(cx)?, self.input.copy.name(cx)?);
        let buckets = Buckets {
            from: &from,
            original: &original,
            to: &to,
            copy: &copy,
        };
        let at_a_time = usize::try_from(self.world.kept.every.saturating_mul(DOUBTS_A_PAGE)).unwrap_or(usize::MAX);
        let mut doubtful = Vec::new();
        let mut last = None;
        while let Some(pair) = going.pairs.next().await? {
            // What was asked about before a process was killed is compared again, and not asked about.
            if going.asked_to.as_ref().is_some_and(|asked| pair.key <= *asked) {
                let mut again = Findings::default();
                again.compare(pair, self.demands());
                again.such_as.into_iter().for_each(|what| going.found.differ(what));
                continue;
            }
            last = Some(pair.key.clone());
            doubtful.extend(going.found.compare(pair, self.demands()));
            if doubtful.len() >= at_a_time {
                break;
            }
        }
        let whole = doubtful.len() < at_a_time;
        ask(buckets, doubtful, &mut going.found, &mut going.untold).await?;
        if whole {
            return self.close(cx, buckets, going).await;
        }
        going.asked_to = last;
        let questions = Questions {
            round: cx.retried,
            found: going.found.clone(),
            asked_to: going.asked_to.clone(),
            noted: going.untold.commit()?,
        };
        let done = questions.found.sums.versions;
        self.going.replace(Some(going));
        Ok(Begun::Swept {
            cursor: json!({ "asking": questions }),
            done,
            total: None,
            more: true,
        })
    }

    /// Everything was asked: what nothing told anything of is read, or left to jobs.
    async fn close(&self, cx: &StepContext, buckets: Buckets<'_>, mut going: Going) -> Result<Begun, Failure> {
        let target = self.world.target();
        let ops = self.input.ops.name(cx)?;
        let readable = going.untold.commit()?.readable;
        let mut pairs = None;
        if readable.all() {
            let doubts: Vec<Doubt> = going.untold.read()?.collect::<Result<_, _>>()?;
            read(buckets, doubts, &mut going.found).await?;
        } else {
            let mut writer = PairsWriter::new(&target, &ops, &Self::folder(cx, cx.retried));
            for doubt in going.untold.read()? {
                writer.push(buckets.original, buckets.copy, &doubt?).await?;
            }
            pairs = writer.close().await?;
        }
        Ok(swept(Proof {
            round: cx.retried,
            found: going.found,
            pairs,
            jobs: Vec::new(),
        }))
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

fn swept(proof: Proof) -> Begun {
    Begun::Swept {
        done: proof.found.sums.versions,
        cursor: json!(proof),
        total: None,
        more: false,
    }
}

/// Where questions of this round had come to.
fn asked_of(cx: &StepContext) -> Option<Questions> {
    let asking = cx.cursor.as_ref()?.get("asking")?;
    let questions = Questions::deserialize(asking).ok()?;
    (questions.round >= cx.retried).then_some(questions)
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
                progress: Progress::words(
                    Underway::JobNotShown.fill(&[&proof
                        .jobs
                        .iter()
                        .map(|asked| asked.job.as_str())
                        .collect::<Vec<_>>()
                        .join(", ")]),
                ),
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
            let text = Underway::ChecksumsComputed.fill(&[&done.to_string(), &total.to_string()]);
            return Ok(Observed::Underway {
                progress: Progress::percent(percent.unwrap_or(0), text),
                look_again: pace::look_again(cx, percent),
            });
        }
        let ids: Vec<&String> = proof.jobs.iter().map(|asked| &asked.job).collect();
        Ok(Observed::Present(json!({ "jobs": ids })))
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let Some(mut proof) = proof_of(cx) else {
            return self.go_on(cx).await;
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
        // Not before it is committed what became of it.
        Untold::remove(&self.world, cx);
        let Some(Proof {
            mut found,
            pairs,
            round,
            ..
        }) = proof_of(cx)
        else {
            return Ok(Verified::Wrong {
                why: proofs::Proof::NotCompared.fill(&[&copy, &original]),
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
            let (different, unproved) = (found.different.to_string(), found.unproved.to_string());
            let differs = proofs::Proof::Differs.fill(&[&copy, &original, &different, &unproved]);
            let folder = Self::folder(cx, round);
            let advice = (found.different == 0).then(|| proofs::Proof::Unproved.fill(&[&folder]));
            let why = Said::all([differs].into_iter().chain(advice).chain([found.such_as()]));
            return Ok(Verified::Wrong { why });
        }
        Ok(Verified::Right {
            evidence: found.evidence(&original, &copy, self.input.replicated),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}

/// Asks S3 about what the listings leave in doubt.
async fn ask(
    buckets: Buckets<'_>,
    doubtful: Vec<Doubt>,
    found: &mut Findings,
    untold: &mut Untold,
) -> Result<(), Failure> {
    let mut going = futures::stream::iter(doubtful)
        .map(|doubt| async move {
            let told = doubts::ask((buckets.from, buckets.original), (buckets.to, buckets.copy), &doubt).await;
            told.map(|told| (doubt, told))
        })
        .buffered(IN_FLIGHT);
    while let Some(told) = going.next().await {
        let (doubt, told) = told?;
        let (entry, of) = ((doubt.at + 1).to_string(), format!("{:?}", doubt.original.key));
        match told {
            Told::Checksums { equal: true } => found.by_checksum += 1,
            Told::Checksums { equal: false } => found.differ(proofs::Proof::OtherContent.fill(&[&entry, &of])),
            Told::ForeignKey(key) => found.differ(proofs::Proof::ForeignKey.fill(&[&entry, &of, &key])),
            Told::Nothing => untold.push(&doubt)?,
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
                let (entry, of) = ((doubt.at + 1).to_string(), format!("{:?}", doubt.original.key));
                found.differ(proofs::Proof::OtherContent.fill(&[&entry, &of]));
            }
        }
    }
    Ok(())
}
