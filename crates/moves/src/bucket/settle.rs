//! Goes through all keys and brings the copy's history of each to where it must be: copies what is lacking, in order, sets delete
//! markers (which cannot be copied), and takes away what a job wrote twice. Keys are worked at side by side, the entries of one key one
//! behind the other. It looks at both buckets before it acts, so it may be cut off and begun again anywhere.

use std::cell::RefCell;
use std::rc::Rc;

use async_trait::async_trait;
use aws::Account;
use aws::s3::{Copy, VersionName};
use engine::{Begun, Observed, Step, StepContext, Verified};
use futures::StreamExt as _;
use listing::{Missing, Pair, Sameness, compare, waves};
use model::listing::{Listed, ListedEntry};
use model::{Failure, FailureClass};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::archived::Classes;
use super::copy_in_parts::{self, InParts};
use super::listed::{Both, ListedPairs};
use super::place::Place;
use super::proofs::Proof;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) from: Place,
    pub(super) to: Place,
    /// Where notes lie.
    pub(super) ops: Place,
    /// What becomes of storage classes.
    pub(super) storage: Classes,
    /// How many entries there are to be copied or set, as the survey found; a job's failed ones come on top.
    pub(super) expected: u64,
    /// Whether only the delete markers are set that come next in a key's history.
    pub(super) only_markers: bool,
    /// Whether every version is asked where it redirects to.
    pub(super) redirects: bool,
    /// Whether the copy is the run's own: what has no original there is taken away. In a bucket that others may write to already it
    /// stops the step.
    pub(super) copy_is_ours: bool,
}

/// How far it has come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Settled {
    /// All keys up to this one are settled.
    after: Option<String>,
    keys: u64,
    /// What was copied or set so far.
    entries: u64,
    bytes: u64,
    /// The copy in parts that is under way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    in_parts: Option<InParts>,
    whole: bool,
}

/// After so many changes, or so many keys, the cursor is kept.
const MOST_CHANGES: usize = 500;
const MOST_KEYS: u64 = 100_000;
/// So many changes of one key: a history of ten thousand versions is no single stretch.
const MOST_OF_A_KEY: usize = 200;
/// How many keys are worked at at a time.
const KEYS_AT_A_TIME: usize = 32;

pub(super) struct Settle {
    input: Input,
    world: Rc<World>,
    /// What is left of the two listings, as long as nothing goes wrong.
    listed: RefCell<Option<Left>>,
}

struct Left {
    /// A key that is not finished, as it stands now.
    again: Option<Pair>,
    pairs: ListedPairs,
    /// Holds the files.
    _both: Both,
}

impl Left {
    async fn next(&mut self) -> Result<Option<Pair>, Failure> {
        match self.again.take() {
            Some(pair) => Ok(Some(pair)),
            None => self.pairs.next().await,
        }
    }
}

/// One key, and what is to be done for it.
struct Work {
    pair: Pair,
    /// From here on the copy's entries go.
    wrong_from: usize,
    /// These entries of the original follow.
    lacking: std::ops::Range<usize>,
    /// Whether nothing is left to be done for the key then.
    whole: bool,
}

impl Settle {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self {
            input,
            world,
            listed: RefCell::default(),
        }
    }
}

impl Settled {
    fn count(&mut self, entry: &ListedEntry) {
        self.entries += 1;
        self.bytes += entry.size();
    }
}

fn settled(cx: &StepContext) -> Settled {
    cx.cursor
        .as_ref()
        .and_then(|cursor| Settled::deserialize(cursor).ok())
        .unwrap_or_default()
}

#[async_trait(?Send)]
impl Step for Settle {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let settled = settled(cx);
        Ok(if settled.whole {
            Observed::Present(json!(settled))
        } else {
            Observed::Absent
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let mut settled = settled(cx);
        let mut left = match self.listed.take() {
            Some(left) => left,
            None => self.list(cx, settled.after.as_deref()).await?,
        };
        let (mut works, mut changes, mut finished) = (Vec::new(), 0, 0);
        let mut after = settled.after.take();
        while changes < MOST_CHANGES && finished < MOST_KEYS {
            let Some(pair) = left.next().await? else {
                settled.whole = true;
                break;
            };
            let key = pair.key.clone();
            if let Some(work) = self.work(cx, pair)? {
                changes += work.changes();
                let whole = work.whole;
                works.push(work);
                if !whole {
                    break;
                }
            }
            finished += 1;
            after = Some(key);
        }
        self.settle(cx, &works).await?;
        for entry in works.iter().flat_map(|work| &work.pair.original[work.lacking.clone()]) {
            settled.count(entry);
        }
        if let Some(work) = works.pop().filter(|work| !work.whole) {
            left.again = Some(self.next_of_key(cx, work, &mut settled).await?);
        }
        settled.keys += finished;
        settled.after = after;
        // What is left of the listings is as true as it was: nobody but this step writes to the copy.
        self.listed.replace(Some(left));
        let more = !settled.whole;
        Ok(Begun::Swept {
            done: settled.entries,
            total: Some(self.input.expected.max(settled.entries)),
            cursor: json!(settled),
            more,
        })
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let keys = output["keys"].as_u64().unwrap_or(0);
        let said = if self.input.only_markers {
            Proof::NoMarkerNext
        } else if self.input.from.report.is_some() {
            Proof::NoneLacksReported
        } else {
            Proof::NoneLacks
        };
        Ok(Verified::Right {
            evidence: said.fill(&[&keys.to_string()]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}

impl Work {
    fn changes(&self) -> usize {
        self.pair.copy.len() - self.wrong_from + self.lacking.len()
    }
}

impl Settle {
    async fn list(&self, cx: &StepContext, after: Option<&str>) -> Result<Left, Failure> {
        let (from, to) = (&self.input.from, &self.input.to);
        let wanted = self.input.storage.wanted(&self.world, cx, &self.input.ops).await?;
        let both = Both::of(&self.world, cx, (from, to), &self.input.ops, wanted).await?;
        let mut left = Left {
            again: None,
            pairs: both.pairs(),
            _both: both,
        };
        while let Some(pair) = left.pairs.next().await? {
            if after.is_none_or(|after| pair.key.as_bytes() > after.as_bytes()) {
                left.again = Some(pair);
                break;
            }
        }
        Ok(left)
    }

    /// What is to be done for a key; none where it is as it should be.
    fn work(&self, cx: &StepContext, pair: Pair) -> Result<Option<Work>, Failure> {
        let wrong_from = match Missing::of(&pair) {
            Missing::Nothing => return Ok(None),
            Missing::Entries(_) => pair.copy.len(),
            Missing::WrongFrom(wrong_from) => wrong_from,
        };
        if self.input.only_markers && wrong_from < pair.copy.len() {
            // Put right behind the waves.
            return Ok(None);
        }
        if !self.input.copy_is_ours {
            check_surplus(cx, &pair, wrong_from)?;
        }
        let lacking = &pair.original[wrong_from.min(pair.original.len())..];
        let now = if self.input.only_markers {
            lacking.iter().take_while(|entry| entry.is_marker()).count()
        } else {
            // A large one is copied by itself.
            lacking.iter().take_while(|entry| !waves::is_large(entry)).count()
        };
        let now = now.min(MOST_OF_A_KEY);
        if self.input.only_markers && now == 0 {
            return Ok(None);
        }
        Ok(Some(Work {
            wrong_from,
            lacking: wrong_from..wrong_from + now,
            whole: self.input.only_markers || now == lacking.len(),
            pair,
        }))
    }

    /// Works at several keys side by side. All calls are waited for, also when one has failed: one left behind could still arrive, and
    /// write a version behind the back of who has looked again.
    async fn settle(&self, cx: &StepContext, works: &[Work]) -> Result<(), Failure> {
        let mut going = futures::stream::iter(works)
            .map(|work| self.settle_key(cx, work))
            .buffer_unordered(KEYS_AT_A_TIME);
        let mut failed = None;
        while let Some(done) = going.next().await {
            if let Err(failure) = done {
                failed.get_or_insert(failure);
            }
        }
        failed.map_or(Ok(()), Err)
    }

    async fn settle_key(&self, cx: &StepContext, work: &Work) -> Result<(), Failure> {
        let (from, to) = (self.input.from.account(&self.world), self.input.to.account(&self.world));
        let (original, copy) = (self.input.from.name(cx)?, self.input.to.name(cx)?);
        let surplus: Vec<VersionName> = work.pair.copy[work.wrong_from..]
            .iter()
            .rev()
            .map(version_name)
            .collect();
        for versions in surplus.chunks(1000) {
            to.s3.delete_versions(&copy, versions).await?;
        }
        for entry in &work.pair.original[work.lacking.clone()] {
            match self.settle_entry((&from, &original), (&to, &copy), entry).await {
                Ok(()) => {}
                // What follows of the key is copied once nobody writes any more, from a listing.
                Err(failure) if self.is_gone(&failure) => return Ok(()),
                Err(failure) => return Err(about(failure, entry)),
            }
        }
        Ok(())
    }

    async fn settle_entry(
        &self,
        (from, original): (&Account, &str),
        (to, copy): (&Account, &str),
        entry: &ListedEntry,
    ) -> Result<(), Failure> {
        match self.copying(from, (original, copy), entry).await? {
            None => to.s3.delete_object(copy, &entry.key).await,
            Some(one) if waves::keeps_parts(entry) => copy_in_parts::whole(from, to, &one, entry.size()).await,
            Some(one) => to.s3.copy_object(&one).await,
        }
    }

    /// Whether a version is not there any more that stands in a report: it is a day old when it comes, and the bucket is in use.
    fn is_gone(&self, failure: &Failure) -> bool {
        const CODES: [&str; 8] = [
            "NoSuchKey",
            "NoSuchVersion",
            "PreconditionFailed",
            "InvalidRequest",
            "MethodNotAllowed",
            "InvalidObjectState",
            "[MethodNotAllowed]",
            "[PreconditionFailed]",
        ];
        let gone = failure.class == FailureClass::NotFound && failure.code != "NoSuchBucket";
        self.input.from.report.is_some() && (gone || CODES.contains(&failure.code.as_str()))
    }

    /// How an entry is copied; none for a delete marker.
    async fn copying(
        &self,
        from: &Account,
        (original, copy): (&str, &str),
        entry: &ListedEntry,
    ) -> Result<Option<Copy>, Failure> {
        let Listed::Version {
            etag, storage_class, ..
        } = &entry.what
        else {
            return Ok(None);
        };
        let redirect = if self.input.redirects {
            from.s3.describe(original, &version_name(entry)).await?.redirect
        } else {
            None
        };
        Ok(Some(Copy {
            from: original.to_owned(),
            from_owner: from.id.clone(),
            key: entry.key.clone(),
            version_id: entry.version_id.clone(),
            etag: etag.clone(),
            to: copy.to_owned(),
            storage_class: storage_class.clone(),
            redirect,
        }))
    }

    /// What comes next of a key that is not finished. Gives the key as it stands then.
    async fn next_of_key(&self, cx: &StepContext, work: Work, settled: &mut Settled) -> Result<Pair, Failure> {
        let mut pair = work.pair;
        let done = work.lacking.end;
        pair.copy = pair.original[..done].to_vec();
        let entry = pair.original[done].clone();
        if !waves::is_large(&entry) {
            return Ok(pair);
        }
        let (from, to) = (self.input.from.account(&self.world), self.input.to.account(&self.world));
        let (original, copy) = (self.input.from.name(cx)?, self.input.to.name(cx)?);
        let under_way = settled.in_parts.take();
        let gone_on = match self.copying(&from, (&original, &copy), &entry).await {
            Ok(None) => return Ok(pair),
            Ok(Some(copying)) => copy_in_parts::go_on(&from, &to, &copying, entry.size(), under_way).await,
            Err(failure) => Err(failure),
        };
        settled.in_parts = match gone_on {
            Ok(in_parts) => in_parts,
            Err(failure) if self.is_gone(&failure) => {
                // Nothing is left to be done for the key, as if it were whole.
                pair.copy.clone_from(&pair.original);
                return Ok(pair);
            }
            Err(failure) => return Err(about(failure, &entry)),
        };
        if settled.in_parts.is_none() {
            settled.count(&entry);
            pair.copy.push(entry);
        }
        Ok(pair)
    }
}

/// In a bucket that is not the run's own, only what is in the original twice over is this run's to take away.
fn check_surplus(cx: &StepContext, pair: &Pair, wrong_from: usize) -> Result<(), Failure> {
    let stranger = pair.copy[wrong_from..].iter().find(|entry| {
        !pair
            .original
            .iter()
            .any(|original| compare::sameness(original, entry) != Sameness::Different)
    });
    let Some(stranger) = stranger else { return Ok(()) };
    let what = format!(
        "{:?} ({}) is in the bucket, and this run did not write it: somebody uses the bucket before everything is copied into it. \
         Nothing of it was changed",
        stranger.key, stranger.version_id
    );
    Err(cx.failure(FailureClass::WrongState, "[ForeignWrite]", what))
}

fn version_name(entry: &ListedEntry) -> VersionName {
    VersionName {
        key: entry.key.clone(),
        version_id: entry.version_id.clone(),
    }
}

/// A failure that says which of many thousand versions it is about.
fn about(mut failure: Failure, entry: &ListedEntry) -> Failure {
    failure.message = format!("{:?} ({}): {}", entry.key, entry.version_id, failure.message);
    failure
}
