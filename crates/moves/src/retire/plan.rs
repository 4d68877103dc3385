//! The plan of a removal: for each thing that a person has named its proof, its gate, and the steps behind it. A plan is drawn up from a finished run
//! and one look; what must stay, or is not known, is refused before anything is touched.

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use model::cost::Costs;
use model::plan::{Note, PLAN_FORMAT, Weight};
use model::products::{Agreements, Products};
use model::{Digest, GateName, GateSpec, Plan, ResourceRef, Said, State, StepId, StepSpec};

use super::words::Text;
use super::{How, Left, MayGo, Old, Seen, Standing, left};
use crate::draft::DraftStep;
use crate::prices::Prices;
use crate::terraform::Run;

/// What a person wants to be taken away.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Removal {
    /// What, as the listing calls it.
    pub remove: BTreeSet<String>,
    /// Of these a protection against deletion is lifted.
    pub despite_protection: BTreeSet<String>,
}

/// Why something is not taken away.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refused {
    /// What, as it was named.
    pub what: String,
    /// Why.
    pub why: String,
}

impl Removal {
    /// What tells this removal from another one of the same run: it stands where a plan has the digest of its runbook.
    pub fn digest(&self, state: &State) -> Digest {
        let list = |set: &BTreeSet<String>| set.iter().cloned().collect::<Vec<_>>().join("\n");
        let text = format!(
            "retire\n{}\n{}\n\n{}\n\n{}",
            state.run,
            state.digest,
            list(&self.remove),
            list(&self.despite_protection)
        );
        Digest::of(text.as_bytes())
    }
}

/// What the name of every gate of a removal begins with.
const GATE: &str = "retire:";

/// Whether a plan takes away what an earlier run has left.
pub fn is_removal(plan: &Plan) -> bool {
    plan.gates.iter().any(|gate| gate.name.as_str().starts_with(GATE))
}

/// A plan of a removal while it is being drawn up.
#[derive(Debug, Default)]
pub(crate) struct Retiring {
    steps: Vec<StepSpec>,
    gates: Vec<GateSpec>,
    limits: BTreeMap<String, u32>,
    notes: Vec<Note>,
    despite_protection: BTreeSet<String>,
    /// As many as had to agree to the run.
    people: u32,
}

impl Retiring {
    /// Adds a step and gives its id.
    pub(crate) fn push(&mut self, step: DraftStep) -> StepId {
        let id = step.spec.id.clone();
        self.steps.push(step.spec);
        id
    }

    /// Declares a limit.
    pub(crate) fn limit(&mut self, name: impl Into<String>, most: u32) -> String {
        let name = name.into();
        self.limits.insert(name.clone(), most);
        name
    }

    /// The steps that take a thing away, as far as they are planned.
    pub(crate) fn deletes(&self, of: &ResourceRef) -> Vec<StepId> {
        let of_it = self
            .steps
            .iter()
            .filter(|step| step.resource == *of && !step.gates.is_empty());
        of_it.map(|step| step.id.clone()).collect()
    }

    /// Whether a person has said that a protection is lifted.
    pub(crate) fn despite_protection(&self, left: &Left) -> bool {
        self.despite_protection.contains(&left.of.to_string())
    }

    /// The gate of one thing: asked after its proofs, opened by typing what it is called.
    pub(crate) fn gate(&mut self, left: &Left, after: &[StepId], consent: impl Into<Said>) -> GateName {
        let named = left.of.to_string();
        let fitting = |c: char| {
            if c.is_ascii_alphanumeric() || "-_.".contains(c) {
                c
            } else {
                ':'
            }
        };
        let short: String = named.chars().map(fitting).take(90).collect();
        let mut text = format!("{GATE}{short}");
        let mut number = 2;
        while self.gates.iter().any(|gate| gate.name.as_str() == text) {
            text = format!("{GATE}{short}:{number}");
            number += 1;
        }
        let name = GateName::new(text).expect("letters, digits, dots and dashes, few enough");
        let consent = consent.into();
        let consent = consent.as_str();
        let ask = match (&left.instead, left.way_back.why.as_str()) {
            (None, "") => Text::Goes.fill(&[consent, &named]),
            (Some(instead), "") => Text::GoesFor.fill(&[consent, instead, &named]),
            (None, why) => Text::WayBackGoes.fill(&[consent, why, &named]),
            (Some(instead), why) => Text::WayBackGoesFor.fill(&[consent, instead, why, &named]),
        };
        self.gates.push(GateSpec {
            name: name.clone(),
            ask: ask.into(),
            after: after.to_vec(),
            typed: Some(named),
            people: self.people,
        });
        name
    }
}

/// Draws up the plan; else why not, thing by thing.
pub fn plan(
    state: &State,
    seen: &Seen,
    removal: &Removal,
    (prices, now): (&Prices, Timestamp),
) -> Result<Plan, Vec<Refused>> {
    let all = left(state, Some(seen), prices, now);
    let mut refused = Vec::new();
    let mut retiring = Retiring {
        despite_protection: removal.despite_protection.clone(),
        people: state.plan.gates.iter().map(|gate| gate.people).max().unwrap_or(1),
        ..Retiring::default()
    };
    let old = Old {
        run: Run { state },
        seen: Some(seen),
        prices,
        now,
    };
    for what in removal.despite_protection.difference(&removal.remove) {
        refused.push(Refused {
            what: what.clone(),
            why: "its protection is to be lifted, and it is not to be removed: name it with --remove, too".to_owned(),
        });
    }
    let mut goes: Vec<&Left> = Vec::new();
    for what in &removal.remove {
        let why = match all.iter().find(|one| one.of.to_string() == *what) {
            None => {
                let names: Vec<String> = all.iter().map(|one| one.of.to_string()).collect();
                Some(format!(
                    "the run has left no such thing; it has left: {}",
                    names.join(", ")
                ))
            }
            Some(one) => stays(one, removal, &retiring),
        };
        match why {
            Some(why) => refused.push(Refused {
                what: what.clone(),
                why,
            }),
            None => goes.extend(all.iter().find(|one| one.of.to_string() == *what)),
        }
    }
    // What others need goes after those: their steps are there when its own are planned.
    goes.sort_by_key(|one| !one.after.is_empty());
    for one in goes {
        steps(&old, one, &mut retiring);
    }
    if !refused.is_empty() {
        return Err(refused);
    }
    Ok(Plan {
        format: PLAN_FORMAT,
        migration: state.plan.migration.clone(),
        region: state.plan.region.clone(),
        accounts: state.plan.accounts.clone(),
        runbook: removal.digest(state),
        windows: Vec::new(),
        frozen: Vec::new(),
        overrun: Default::default(),
        gates: retiring.gates,
        limits: retiring.limits,
        steps: retiring.steps,
        notes: retiring.notes,
        costs: Costs::default(),
        rewrites: Vec::new(),
        products: Products {
            agreements: Agreements::Asked,
            ..state.plan.products.clone()
        },
    })
}

/// Why something is not taken away; none where it may go.
fn stays(one: &Left, removal: &Removal, retiring: &Retiring) -> Option<String> {
    if let How::Hand { command } = &one.removal {
        return Some(format!("cleave does not take it away; by hand: {command}"));
    }
    match one.may_go() {
        MayGo::Yes => {}
        MayGo::Gone => return Some("it is gone already".to_owned()),
        MayGo::NotTold => {
            return Some("whether it is still there, and what needs it, could not be looked at".to_owned());
        }
        MayGo::No => return Some(one.blocked.join("; ")),
        MayGo::After => {
            let first = one.after.iter().map(ToString::to_string);
            let first: Vec<String> = first.filter(|of| !removal.remove.contains(of)).collect();
            if !first.is_empty() {
                return Some(format!(
                    "{} needs it: name that with --remove, too, or take it away before",
                    first.join(", ")
                ));
            }
        }
    }
    if let Standing::Drifted { what } = &one.standing {
        return Some(format!("it is not as the run left it: {}", what.join("; ")));
    }
    if one.protected && !retiring.despite_protection(one) {
        return Some(format!(
            "it refuses to be deleted. To have that lifted: --despite-protection {}",
            one.of
        ));
    }
    None
}

fn steps(old: &Old, one: &Left, retiring: &mut Retiring) {
    let before = retiring.steps.len();
    match one.of.kind.as_str() {
        "database" => crate::database::retire::plan(old, one, retiring),
        "cluster" => crate::cluster::retire::plan(old, one, retiring),
        "snapshot" | "cluster_snapshot" => crate::snapshot::retire::plan(old, one, retiring),
        "image" => crate::image::retire::plan(old, one, retiring),
        "instance" => crate::instance::retire::plan(old, one, retiring),
        "volume" => crate::volume::retire::plan(old, one, retiring),
        "cache" => crate::cache::retire::plan(old, one, retiring),
        "parameter_group"
        | "cluster_parameter_group"
        | "option_group"
        | "subnet_group"
        | "cache_parameter_group"
        | "cache_subnet_group" => crate::old_group::retire::plan(old, one, retiring),
        "bucket" => crate::bucket::retire::plan(old, one, retiring),
        "zone" | "records" => crate::zone::retire::plan(old, one, retiring),
        _ => {}
    }
    for text in &one.told {
        retiring.notes.push(Note {
            resource: Some(one.of.clone()),
            weight: Weight::Tells,
            text: text.clone(),
            check: "",
        });
    }
    debug_assert!(retiring.steps.len() > before, "{} goes by no step", one.of);
}
