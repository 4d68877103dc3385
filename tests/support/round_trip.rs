//! Buckets that are moved in simcloud, before and after.

use std::collections::BTreeMap;
use std::sync::Arc;

use cleave::carriage;
use cleave::rehearsal::Stage;
use engine::{Gatekeeper, Run, RunEnd};
use journal::{InboxItem, Journal};
use model::{Event, Inventory, Plan, Recorded};
use serde_json::{Value, json};
use simcloud::cloud::Cloud;
use simcloud::dispatch::lock;
use simcloud::faults::FaultLevel;
use simcloud::s3::versions::{Entry, Headers, Object, What};

use crate::language::only_in_english;
use crate::night::{in_paused_time, stops};

const SOURCE: &str = "111111111111";
const TARGET: &str = "222222222222";

/// The stacks of a bucket, by key, each oldest first.
pub type Stacks = BTreeMap<String, Vec<Entry>>;

/// What became of the buckets.
pub struct Moved {
    /// How the run ended.
    pub end: Result<RunEnd, String>,
    /// The buckets when the run began.
    pub before: BTreeMap<String, Stacks>,
    /// The buckets of the same names in the target when it had ended.
    pub after: BTreeMap<String, Stacks>,
    /// Broken laws.
    pub broken: Vec<String>,
    /// What stopped steps, in words.
    pub stops: Vec<String>,
    /// What the buckets of the target are configured with when it had ended: documents by name, one of many as `metrics?id=…`.
    pub configured: BTreeMap<String, BTreeMap<String, String>>,
    /// What was proved of the steps that are done, in words.
    pub evidence: Vec<String>,
    /// How many calls of each operation there were.
    pub calls: BTreeMap<String, usize>,
}

/// The plan of a runbook with these sections, over a source that has these buckets.
pub fn plan(sections: &str, buckets: &[Value]) -> (Plan, Inventory) {
    let head = "migration = \"shop\"\nregion = \"ap-northeast-1\"\n\
                source = { account = \"111111111111\", role = \"cleave-source\", replication_role = \"replication\" }\n\
                target = { account = \"222222222222\", role = \"cleave-target\", batch_role = \"batch\", replication_role = \"replication\" }\n";
    let key = json!({ "id": "1234abcd-12ab-34cd-56ef-1234567890ab", "aliases": ["alias/shop"] });
    let replicates = json!({ "trusts": ["s3.amazonaws.com", "batchoperations.s3.amazonaws.com"] });
    let inventory = json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": {
        SOURCE: { "roles": { "cleave-source": { "trusts": ["333333333333"] }, "replication": replicates },
            "regions": { "ap-northeast-1": { "keys": [key], "buckets": buckets } } },
        TARGET: { "roles": { "cleave-target": { "trusts": ["333333333333"] }, "replication": replicates,
                "batch": { "trusts": ["batchoperations.s3.amazonaws.com"] } },
            "regions": { "ap-northeast-1": { "event_destinations": ["arn:aws:sqs:ap-northeast-1:222222222222:events"] } } } } });
    let inventory = Inventory::parse(&inventory.to_string()).expect("an inventory");
    let runbook = moves::Runbook::parse(&format!("{head}{sections}")).expect("a runbook");
    let plan = moves::plan(&runbook, &inventory);
    let blocks: Vec<&str> = plan
        .notes
        .iter()
        .filter(|note| note.weight == model::plan::Weight::Blocks)
        .map(|note| note.text.as_str())
        .collect();
    assert!(blocks.is_empty(), "{blocks:?}");
    (plan, inventory)
}

/// What goes wrong before a run begins, and what a person does about it once the run has stopped for them.
#[derive(Clone, Copy)]
pub struct Mishap<'a> {
    /// What goes wrong.
    pub happens: &'a dyn Fn(&mut Cloud),
    /// How it is put right; every step that stopped is tried again then.
    pub is_mended: &'a dyn Fn(&mut Cloud),
}

/// Carries a plan out.
pub fn carry_out(plan: &Plan, inventory: &Inventory, seed: u64, level: FaultLevel) -> Moved {
    carry_out_in_spite_of(plan, inventory, (seed, level), None)
}

/// Carries a plan out, with a person who puts something right on the way.
pub fn carry_out_in_spite_of(
    plan: &Plan,
    inventory: &Inventory,
    (seed, level): (u64, FaultLevel),
    mishap: Option<Mishap<'_>>,
) -> Moved {
    in_paused_time(async {
        let stage = Stage::set(plan, inventory, seed, level);
        let before = buckets_of(&stage, SOURCE);
        let mut journal = Journal::in_memory().expect("memory");
        stage.stamp(&mut journal).expect("a new journal can be stamped");
        let journal = carriage::shared(journal);
        let run = stage.begin(&journal).expect("a run");
        let gatekeeper = || Gatekeeper::Automatic {
            by: "the test".to_owned(),
        };
        if let Some(mishap) = mishap {
            (mishap.happens)(&mut lock(&stage.simulated.cloud));
        }
        let mut end = stage.carry_on(&journal, run, gatekeeper()).await;
        if let (Some(mishap), Ok(RunEnd::NeedsOperator(stopped))) = (mishap, &end) {
            (mishap.is_mended)(&mut lock(&stage.simulated.cloud));
            for step in stopped {
                let retry = InboxItem::Retry {
                    step: step.clone(),
                    by: "the test".to_owned(),
                    reason: "it is mended".to_owned(),
                };
                let mut journal = journal.lock().expect("nobody panicked");
                journal.put_inbox(&retry).expect("the inbox takes a wish");
            }
            let run = Run::resume(Arc::clone(&journal)).expect("a run that goes on");
            end = stage.carry_on(&journal, run, gatekeeper()).await;
        }
        let end = end.map_err(|error| format!("{error:?}"));
        let events = journal.lock().expect("nobody panicked").load().expect("events");
        let mut broken = stage.laws_broken(end.as_ref().ok(), &events);
        broken.extend(only_in_english(&events));
        let mut calls = BTreeMap::new();
        for request in &lock(&stage.simulated.cloud).requests {
            *calls.entry(request.operation.clone()).or_insert(0) += 1;
        }
        Moved {
            end,
            before,
            after: buckets_of(&stage, TARGET),
            configured: configured(&stage),
            evidence: evidence(&events),
            broken,
            stops: stops(&events),
            calls,
        }
    })
}

fn buckets_of(stage: &Stage, account: &str) -> BTreeMap<String, Stacks> {
    let cloud = lock(&stage.simulated.cloud);
    let held = cloud
        .s3
        .by_name
        .iter()
        .filter(|(_, bucket)| bucket.owner.as_str() == account);
    held.map(|(name, bucket)| (name.clone(), bucket.stacks.clone()))
        .collect()
}

fn configured(stage: &Stage) -> BTreeMap<String, BTreeMap<String, String>> {
    let cloud = lock(&stage.simulated.cloud);
    let held = cloud
        .s3
        .by_name
        .iter()
        .filter(|(_, bucket)| bucket.owner.as_str() == TARGET);
    let documents = |bucket: &simcloud::s3::Bucket| {
        let inventories = bucket.inventories.iter();
        let inventories =
            inventories.map(|(id, one)| (format!("inventory?id={id}"), format!("{:?}", one.configuration)));
        bucket.documents.clone().into_iter().chain(inventories).collect()
    };
    held.map(|(name, bucket)| (name.clone(), documents(bucket))).collect()
}

fn evidence(events: &[Recorded]) -> Vec<String> {
    let verified = events.iter().filter_map(|recorded| match &recorded.event {
        Event::StepVerified { evidence, .. } => Some(evidence.clone()),
        _ => None,
    });
    verified.collect()
}

impl Moved {
    /// What was said not to be carried over.
    pub fn not_carried(&self) -> Vec<&str> {
        let lines = self.evidence.iter().map(String::as_str);
        lines.filter(|line| line.contains("NOT carried over")).collect()
    }

    /// As if a bucket that was given a new name had kept its old one.
    pub fn renamed(mut self, new: &str, old: &str) -> Self {
        if let Some(stacks) = self.after.remove(new) {
            self.after.insert(old.to_owned(), stacks);
        }
        self
    }

    /// Keys whose entries have not all the version ids and dates that they had: what replication keeps, and no copy.
    pub fn other_ids(&self) -> Vec<String> {
        let mut found = Vec::new();
        for (bucket, before) in &self.before {
            for (key, history) in before {
                let copy = self.after.get(bucket).and_then(|after| after.get(key));
                let copy = copy.map(Vec::as_slice).unwrap_or_default();
                let named = |entry: &Entry| (entry.id(), entry.at);
                let kept = history
                    .iter()
                    .all(|entry| copy.iter().any(|other| named(other) == named(entry)));
                if !kept {
                    found.push(format!("{bucket}: {key:?} has other version ids or dates"));
                }
            }
        }
        found
    }

    /// What is not in the target as it was in the source, one line each: kind, order, content, storage class, headers, metadata,
    /// redirect and tags of every entry. With `written_since`, there may be more than there was.
    pub fn differences(&self, written_since: bool) -> Vec<String> {
        let mut found = Vec::new();
        for (bucket, before) in &self.before {
            let Some(after) = self.after.get(bucket) else {
                found.push(format!("{bucket} is not in the target"));
                continue;
            };
            if !written_since {
                let strangers = after.keys().filter(|key| !before.contains_key(*key));
                found.extend(strangers.map(|key| format!("{bucket}: {key:?} was not there")));
            }
            for (key, history) in before {
                let copy = after.get(key).map(Vec::as_slice).unwrap_or_default();
                let mut rest = copy.iter();
                let there = history
                    .iter()
                    .all(|entry| rest.by_ref().any(|other| equal(entry, other)));
                if !there || (!written_since && copy.len() != history.len()) {
                    found.push(format!("{bucket}: {key:?} had {}, has {}", shown(history), shown(copy)));
                }
            }
        }
        found
    }
}

fn equal(one: &Entry, other: &Entry) -> bool {
    match (&one.what, &other.what) {
        (What::Marker, What::Marker) => true,
        (What::Object(one), What::Object(other)) => {
            one.content.digest() == other.content.digest()
                && one.class == other.class
                && headers(one) == headers(other)
                && one.tags == other.tags
        }
        (What::Marker, What::Object(_)) | (What::Object(_), What::Marker) => false,
    }
}

/// S3 tells this content type of what was sent without one.
fn headers(object: &Object) -> Headers {
    let mut headers = (*object.headers).clone();
    let usual = || "binary/octet-stream".to_owned();
    headers.system.entry("content-type").or_insert_with(usual);
    headers
}

fn shown(history: &[Entry]) -> String {
    let entry = |entry: &Entry| match &entry.what {
        What::Marker => "marker".to_owned(),
        What::Object(object) => format!(
            "{} B {} {:?} {:?} {:?}",
            object.content.size(),
            object.class,
            object.headers,
            object.tags,
            object.etag
        ),
    };
    format!("[{}]", history.iter().map(entry).collect::<Vec<_>>().join(", "))
}
