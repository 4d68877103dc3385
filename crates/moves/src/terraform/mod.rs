//! What a run made, handed over to the product team's Terraform: `import {}` blocks for the target, the resource blocks that fit what
//! was really made, and `removed {}` blocks for the source. Everything comes from the journal: the plan's inputs, and what the steps
//! saw and proved. Each kind says in its own `terraform.rs` what it hands over; here it is named, gathered and written.
//!
//! No Terraform runs here, and nothing is asked of AWS. Decisions: `docs/design/007-hand-over-to-terraform.md`.

pub(crate) mod hcl;
mod source_state;
mod written;

use std::collections::{BTreeMap, BTreeSet};

use model::state::StepStatus;
use model::{AccountId, RUN_TAG, Side, State, StepId, StepSpec};
use serde::de::DeserializeOwned;

pub(crate) use hcl::{Config, Value};
pub use source_state::{SourceState, SourceStateError};

/// Everything that is handed over.
#[derive(Debug, Default)]
pub struct HandOver {
    /// What the run made in the target, in the order in which it is written.
    things: Vec<Thing>,
    /// What the source's Terraform must forget.
    leaving: Vec<Leaving>,
    /// What the plan makes and the run has not made, or not yet.
    missing: Vec<String>,
    /// What people must know that is no block.
    said: Vec<String>,
    /// Every address so far.
    taken: BTreeSet<(String, String)>,
}

/// One thing in the target.
#[derive(Debug)]
pub(crate) struct Thing {
    /// Terraform's type, such as `aws_kms_key`.
    pub(crate) kind: &'static str,
    /// Its name in the configuration, made of the thing's own.
    pub(crate) label: String,
    /// The id by which it is imported.
    pub(crate) id: String,
    /// What is said above its import.
    pub(crate) said: Vec<String>,
    /// Its arguments.
    pub(crate) config: Config,
    /// Arguments that are not compared, and why.
    pub(crate) ignored: Vec<(&'static str, &'static str)>,
    /// Whether it holds data that nothing brings back: Terraform is told to refuse to destroy it.
    pub(crate) holds_data: bool,
}

/// One thing of the source.
#[derive(Debug)]
pub(crate) struct Leaving {
    /// Terraform's type.
    pub(crate) kind: &'static str,
    /// Its name in the configuration, if that is like the target's.
    pub(crate) label: String,
    /// The attributes by which a state tells it, all of which must be equal.
    pub(crate) known_by: Vec<(&'static str, String)>,
    /// What has become of it.
    pub(crate) said: String,
    /// Whether what stays in the source may use it as well.
    pub(crate) shared: bool,
}

impl Thing {
    /// A thing of which nothing more is said yet. `named` is what its address is made of.
    pub(crate) fn new(kind: &'static str, named: &str, id: impl Into<String>) -> Self {
        Self {
            kind,
            label: label(named),
            id: id.into(),
            said: Vec::new(),
            config: Config::default(),
            ignored: Vec::new(),
            holds_data: false,
        }
    }

    /// Gives it its arguments.
    pub(crate) fn with(self, config: Config) -> Self {
        Self { config, ..self }
    }

    /// Says something above its import.
    pub(crate) fn say(mut self, text: impl Into<String>) -> Self {
        self.said.push(text.into());
        self
    }

    /// Leaves arguments out of the comparison.
    pub(crate) fn ignore(mut self, arguments: &[&'static str], why: &'static str) -> Self {
        self.ignored.extend(arguments.iter().map(|argument| (*argument, why)));
        self
    }

    /// It holds data.
    pub(crate) fn keeps_data(self) -> Self {
        Self {
            holds_data: true,
            ..self
        }
    }
}

impl HandOver {
    /// Gathers what a run made.
    pub fn of(state: &State) -> Self {
        let run = Run { state };
        let mut over = Self::default();
        crate::key::terraform::hand_over(&run, &mut over);
        crate::parameter_group::terraform::hand_over(&run, &mut over);
        crate::subnet_group::terraform::hand_over(&run, &mut over);
        crate::database::terraform::hand_over(&run, &mut over);
        crate::cluster::terraform::hand_over(&run, &mut over);
        crate::bucket::terraform::hand_over(&run, &mut over);
        crate::image::terraform::hand_over(&run, &mut over);
        crate::volume::terraform::hand_over(&run, &mut over);
        crate::cache::terraform::hand_over(&run, &mut over);
        crate::zone::terraform::hand_over(&run, &mut over);
        crate::zone::private::terraform::hand_over(&run, &mut over);
        over
    }

    /// What the plan makes and the run has not made, or not yet; one line each.
    pub fn missing(&self) -> &[String] {
        &self.missing
    }

    /// How many things are handed over in the target, and leave the source.
    pub fn counts(&self) -> (usize, usize) {
        (self.things.len(), self.leaving.len())
    }

    /// Adds a thing; its address. A second one of the same name gets a number.
    pub(crate) fn add(&mut self, mut thing: Thing) -> String {
        let base = thing.label.clone();
        let mut number = 2;
        while !self.taken.insert((thing.kind.to_owned(), thing.label.clone())) {
            thing.label = format!("{base}_{number}");
            number += 1;
        }
        let address = format!("{}.{}", thing.kind, thing.label);
        self.things.push(thing);
        address
    }

    /// Where the next thing would stand: for what is known only once others are added, and comes before them.
    pub(crate) fn reserve(&self) -> usize {
        self.things.len()
    }

    /// Adds things where place was reserved.
    pub(crate) fn insert(&mut self, at: usize, things: Vec<Thing>) {
        for (n, thing) in things.into_iter().enumerate() {
            self.add(thing);
            let last = self.things.pop();
            self.things.splice(at + n..at + n, last);
        }
    }

    /// Adds what leaves the source.
    pub(crate) fn leave(&mut self, leaving: Leaving) {
        self.leaving.push(leaving);
    }

    /// Tells people something.
    pub(crate) fn tell(&mut self, text: impl Into<String>) {
        self.said.push(text.into());
    }

    /// Whether a thing is handed over.
    pub(crate) fn has(&self, kind: &str, id: &str) -> bool {
        self.things.iter().any(|thing| thing.kind == kind && thing.id == id)
    }

    /// An attribute of a thing that is handed over too, else the plain value.
    pub(crate) fn refer(&self, kind: &str, id: &str, attribute: &str, plain: &str) -> Value {
        let found = self.things.iter().find(|thing| thing.kind == kind && thing.id == id);
        found.map_or_else(
            || plain.into(),
            |thing| Value::Refer(format!("{}.{}.{attribute}", thing.kind, thing.label)),
        )
    }

    /// The ARN of the key that a step made or found.
    pub(crate) fn key(&self, run: &Run, step: &StepId) -> Option<Value> {
        let key: crate::key::KeyOutput = run.output(step)?;
        Some(self.refer("aws_kms_key", &key.id, "arn", &key.arn))
    }
}

/// A run, as its journal tells it.
pub(crate) struct Run<'a> {
    pub(crate) state: &'a State,
}

impl<'a> Run<'a> {
    /// The steps of an action that are done, in plan order. What is not, and is not undone, is noted as missing.
    pub(crate) fn made(&self, over: &mut HandOver, action: &str) -> Vec<&'a StepSpec> {
        let mut done = Vec::new();
        for step in self.state.plan.steps.iter().filter(|step| step.action == action) {
            match &self.state.steps[&step.id].status {
                StepStatus::Done => done.push(step),
                StepStatus::Undone => {}
                other => {
                    let line = format!("{}: {} ({})", step.id, step.title, other.word());
                    if !over.missing.contains(&line) {
                        over.missing.push(line);
                    }
                }
            }
        }
        done
    }

    /// The steps of an action that are done, in plan order.
    pub(crate) fn done<'s>(&'s self, action: &'s str) -> impl Iterator<Item = &'a StepSpec> + use<'s, 'a> {
        let steps = self.state.plan.steps.iter();
        steps.filter(move |step| step.action == action && self.is_done(&step.id))
    }

    /// Whether a step is done.
    pub(crate) fn is_done(&self, step: &StepId) -> bool {
        self.state
            .steps
            .get(step)
            .is_some_and(|step| step.status == StepStatus::Done)
    }

    /// What a step was given; none where another release wrote it so that this one cannot read it.
    pub(crate) fn input<T: DeserializeOwned>(&self, step: &StepSpec) -> Option<T> {
        T::deserialize(&step.input).ok()
    }

    /// What a step saw.
    pub(crate) fn output<T: DeserializeOwned>(&self, step: &StepId) -> Option<T> {
        T::deserialize(self.state.output(step)?).ok()
    }

    /// An account of the run.
    pub(crate) fn account(&self, side: Side) -> Option<&'a AccountId> {
        self.state.plan.accounts.get(&side).map(|access| &access.account)
    }

    /// The tags that a step gave, beside those that the source's had.
    pub(crate) fn tags(&self, step: &StepId, own: &BTreeMap<String, String>) -> BTreeMap<String, String> {
        let mut tags = own.clone();
        tags.insert(RUN_TAG.to_owned(), self.state.run.to_string());
        tags.insert("cleave:step".to_owned(), step.to_string());
        tags
    }
}

/// A name that Terraform takes, made of any other: lower case, what is no letter or digit as `_`.
pub(crate) fn label(name: &str) -> String {
    let mut label = String::with_capacity(name.len());
    for c in name.chars() {
        let c = c.to_ascii_lowercase();
        if c.is_ascii_alphanumeric() {
            label.push(c);
        } else if !label.ends_with('_') {
            label.push('_');
        }
    }
    let label = label.trim_matches('_');
    match label.chars().next() {
        None => "unnamed".to_owned(),
        Some(first) if first.is_ascii_digit() => format!("_{label}"),
        Some(_) => label.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_becomes_one_that_terraform_takes() {
        assert_eq!(label("alias/shop"), "alias_shop");
        assert_eq!(label("\\052.stg.example.com"), "_052_stg_example_com");
        assert_eq!(label("2024-Report!"), "_2024_report");
        assert_eq!(label("日本"), "unnamed");
    }

    #[test]
    fn two_things_of_one_name_have_two_addresses() {
        let mut over = HandOver::default();
        assert_eq!(over.add(Thing::new("aws_ami", "a-b", "ami-1")), "aws_ami.a_b");
        assert_eq!(over.add(Thing::new("aws_ami", "a.b", "ami-2")), "aws_ami.a_b_2");
        assert_eq!(
            over.add(Thing::new("aws_ebs_volume", "a.b", "vol-2")),
            "aws_ebs_volume.a_b"
        );
    }
}
