//! Has Athena compare the inventory reports of a bucket and its copy. What it finds equal is proved; every key of which it leaves anything
//! open is listed and looked at by the proof behind it, and everything where the report is not of the bucket as it was listed.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use listing::page;
use model::listing::Sums;
use model::{Failure, FailureClass, Said, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::archived::Classes;
use super::athena_query::{self, EQUAL, SURPLUS};
use super::place::Place;
use super::proofs::Proof;
use super::statements::{self, Seen};
use super::survey::Surveyed;
use super::tables::Made;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) ops: Place,
    /// The step that made the database.
    pub(super) database: StepId,
    /// The step that listed the original before the last of it was copied.
    pub(super) surveyed: StepId,
    /// What becomes of storage classes.
    pub(super) storage: Classes,
}

pub(super) struct CompareReports {
    input: Input,
    world: Rc<World>,
}

/// The output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Compared {
    /// The statement that compared.
    pub(super) execution: String,
    /// The step that listed the original.
    pub(super) surveyed: StepId,
}

/// What a comparison found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Found {
    /// The sums over the original, as far as the report tells.
    pub(super) original: Sums,
    /// The sums over what is equal.
    pub(super) equal: Sums,
    /// How many entries are left open, by reason.
    open: BTreeMap<String, u64>,
    /// The keys of those, in S3's order.
    pub(super) keys: BTreeSet<String>,
    /// A key for each reason.
    such_as: BTreeMap<String, String>,
    /// Why all of it must be listed all the same.
    pub(super) untrusted: Option<Said>,
}

/// With more open keys than this, listing everything is quicker than asking for each.
const MOST_KEYS: usize = 1_000_000;

/// Reads what a comparison found.
pub(super) async fn found(world: &World, cx: &StepContext, compared: &Compared) -> Result<Found, Failure> {
    let senseless = |row: &[String]| {
        let what = format!("Athena's answer {} has the row {row:?}", compared.execution);
        cx.failure(FailureClass::Unexpected, "[Row]", what)
    };
    let mut found = Found::default();
    let mut page = None;
    loop {
        let (rows, next) = world.target().athena.rows(&compared.execution, page).await?;
        for row in &rows {
            found.add(row).ok_or_else(|| senseless(row))?;
        }
        if found.keys.len() > MOST_KEYS {
            found.untrusted = Some(Proof::ManyOpen.fill(&[&MOST_KEYS.to_string()]));
            return Ok(found);
        }
        page = next;
        if page.is_none() {
            break;
        }
    }
    let surveyed: Surveyed = cx.output(&compared.surveyed)?;
    found.check(&surveyed.sums);
    Ok(found)
}

impl Found {
    /// A row; none where it is none.
    fn add(&mut self, row: &[String]) -> Option<()> {
        let [how, key, entries, markers, bytes] = row else {
            return None;
        };
        let (entries, markers): (u64, u64) = (entries.parse().ok()?, markers.parse().ok()?);
        let bytes: u64 = bytes.parse().ok()?;
        let add = |sums: &mut Sums| -> Option<()> {
            sums.versions += entries.checked_sub(markers)?;
            sums.markers += markers;
            sums.bytes += bytes;
            Some(())
        };
        if how != SURPLUS {
            add(&mut self.original)?;
        }
        if how == EQUAL {
            return add(&mut self.equal);
        }
        let key = page::decode(key).ok()?;
        *self.open.entry(how.clone()).or_default() += entries;
        self.such_as.entry(how.clone()).or_insert_with(|| key.clone());
        self.keys.insert(key);
        Some(())
    }

    /// A report that lacks something which both buckets lack in their reports would prove it by saying nothing.
    fn check(&mut self, listed: &Sums) {
        let sums = |sums: &Sums| (sums.versions, sums.markers, sums.bytes);
        if sums(&self.original) != sums(listed) {
            let told = &self.original;
            self.untrusted = Some(Proof::ReportNotWhole.fill(&[
                &told.versions.to_string(),
                &told.markers.to_string(),
                &told.bytes.to_string(),
                &listed.versions.to_string(),
                &listed.markers.to_string(),
                &listed.bytes.to_string(),
            ]));
        }
    }

    fn evidence(&self) -> Said {
        let (versions, markers) = (self.equal.versions.to_string(), self.equal.markers.to_string());
        let (bytes, keys) = (self.equal.bytes.to_string(), self.keys.len().to_string());
        let mut evidence = vec![Proof::Athena.fill(&[&versions, &markers, &bytes, &keys])];
        for (how, entries) in &self.open {
            let such_as = self.such_as.get(how).map(String::as_str).unwrap_or_default();
            evidence.push(Proof::Open.fill(&[how, &entries.to_string(), &format!("{such_as:?}")]));
        }
        if let Some(why) = &self.untrusted {
            evidence.push(Proof::AllListed.fill(&[why.as_str()]));
        }
        Said::all(evidence)
    }
}

impl CompareReports {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for CompareReports {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        Ok(match statements::look(&self.world, cx).await? {
            Seen::Absent => Observed::Absent,
            Seen::Underway(observed) => observed,
            Seen::Succeeded(execution) => Observed::Present(json!(Compared {
                execution,
                surveyed: self.input.surveyed.clone(),
            })),
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let Made { database } = cx.output(&self.input.database)?;
        let statement = athena_query::compare(&database, &self.input.storage);
        statements::ask(&self.world, cx, &self.input.ops, &statement).await
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let compared: Compared = cx.output(&cx.spec.id)?;
        let found = found(&self.world, cx, &compared).await?;
        Ok(Verified::Right {
            evidence: found.evidence(),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(how: &str, key: &str, counts: [u64; 3]) -> Vec<String> {
        let mut row = vec![how.to_owned(), key.to_owned()];
        row.extend(counts.map(|count| count.to_string()));
        row
    }

    #[test]
    fn a_report_that_lacks_what_was_listed_proves_nothing() {
        let mut found = Found::default();
        found.add(&row(EQUAL, "", [10, 2, 800])).expect("a row");
        found.add(&row("size", "a+b", [1, 0, 5])).expect("a row");
        found.add(&row(SURPLUS, "c", [3, 0, 0])).expect("a row");
        assert_eq!(found.keys, ["a b".to_owned(), "c".to_owned()].into());
        let mut listed = Sums {
            versions: 9,
            markers: 2,
            bytes: 805,
            ..Sums::default()
        };
        found.check(&listed);
        assert_eq!(found.untrusted, None);
        listed.versions += 1;
        found.check(&listed);
        assert!(found.untrusted.is_some());
    }

    #[test]
    fn a_senseless_row_is_no_row() {
        let mut found = Found::default();
        assert_eq!(found.add(&["size".to_owned()]), None);
        assert_eq!(found.add(&row(EQUAL, "", [1, 2, 0])), None, "more markers than entries");
        assert_eq!(found.add(&["size", "k", "x", "0", "0"].map(str::to_owned)), None);
    }
}
