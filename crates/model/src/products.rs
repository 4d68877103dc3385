//! Whose things move: the product that each resource belongs to, who answers for it, and whether its team has agreed to the plan. What is done, and
//! in which order, does not depend on it, but for the gates that the runbook may ask for (`agreements = "required"`).

use std::collections::{BTreeMap, BTreeSet};

use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::ids::{Digest, GateName, ResourceRef};
use crate::plan::{Plan, StepSpec};
use crate::state::{GateState, Impossible, State};

/// Products, and what belongs to them.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Products {
    /// The teams that the runbook names, by product.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub teams: BTreeMap<String, Team>,
    /// Whose each resource is, in the order of resources, each once. What is not in it is nobody's in particular.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub of: Vec<Belongs>,
    /// What becomes of a run to which a product has not agreed.
    #[serde(default, skip_serializing_if = "Agreements::is_asked")]
    pub agreements: Agreements,
}

/// Who answers for a product.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Team {
    /// Who answers for it: a team or a person.
    #[schemars(extend("pattern" = "\\S"))]
    pub owner: String,
    /// How they are reached, such as `#shop-oncall`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub contact: Option<String>,
}

/// Whose a resource is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Belongs {
    /// The resource.
    pub resource: ResourceRef,
    /// Its product.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub product: Option<String>,
    /// Who answers for it, where that is not the product's owner.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
}

/// What becomes of a run to which a product's team has not agreed.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Agreements {
    /// It goes on; `cleave status` says who has not agreed.
    #[default]
    Asked,
    /// It waits before the first step that disturbs something of that product.
    Required,
}

impl Agreements {
    fn is_asked(&self) -> bool {
        *self == Agreements::Asked
    }
}

/// That a product's team agreed to the plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agreement {
    /// Who said so.
    pub by: String,
    /// When.
    pub at: Timestamp,
    /// What they said.
    pub words: String,
    /// The plan that they agreed to.
    pub digest: Digest,
}

impl Products {
    /// Whether nothing belongs to anybody.
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }

    fn belongs(&self, resource: &ResourceRef) -> Option<&Belongs> {
        let found = self.of.binary_search_by(|belongs| belongs.resource.cmp(resource));
        self.of.get(found.ok()?)
    }
}

/// The gate at which a run waits for a product's agreement. A name may hold what a gate's may not: then its digest keeps two of them apart.
pub fn gate_of(product: &str) -> GateName {
    let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    let mut name: String = product
        .chars()
        .map(|c| if plain(c) { c } else { '-' })
        .take(80)
        .collect();
    if name != product {
        name = format!("{name}-{}", Digest::of(product.as_bytes()).short());
    }
    GateName::new(format!("{GATE_PREFIX}{name}")).expect("letters, digits and what a gate's name may hold")
}

/// How the names of these gates begin; no gate of a runbook's own does.
pub const GATE_PREFIX: &str = "product:";

/// What of a plan differs from another, as far as a product is concerned: one line each, in the order of steps.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Difference {
    /// A step that was not planned.
    New {
        /// What it does.
        title: String,
        /// The resource.
        resource: String,
    },
    /// A step that is not planned any more.
    Gone {
        /// What it did.
        title: String,
        /// The resource.
        resource: String,
    },
    /// A step that is planned otherwise.
    Otherwise {
        /// What it does.
        title: String,
        /// The resource.
        resource: String,
        /// Which parts of it differ: `title`, `inputs`, `disturbs`, `undo`, `gates`, `account`, `estimate`.
        parts: Vec<&'static str>,
    },
}

impl Plan {
    /// The product that a resource belongs to.
    pub fn product_of(&self, resource: &ResourceRef) -> Option<&str> {
        self.products.belongs(resource)?.product.as_deref()
    }

    /// Who answers for a resource: its own owner, else its product's.
    pub fn owner_of(&self, resource: &ResourceRef) -> Option<&str> {
        let belongs = self.products.belongs(resource)?;
        let team = || Some(self.team(belongs.product.as_deref()?)?.owner.as_str());
        belongs.owner.as_deref().or_else(team)
    }

    /// The team of a product, where the runbook names it.
    pub fn team(&self, product: &str) -> Option<&Team> {
        self.products.teams.get(product)
    }

    /// Every product of which something moves, with its resources, in their order.
    pub fn by_product(&self) -> BTreeMap<&str, Vec<&ResourceRef>> {
        let mut found: BTreeMap<&str, Vec<&ResourceRef>> = BTreeMap::new();
        for belongs in &self.products.of {
            if let Some(product) = &belongs.product {
                found.entry(product).or_default().push(&belongs.resource);
            }
        }
        found
    }

    /// The product for whose agreement a gate stands; none where it is another gate.
    pub fn product_behind(&self, gate: &GateName) -> Option<&str> {
        if !gate.as_str().starts_with(GATE_PREFIX) {
            return None;
        }
        self.by_product().into_keys().find(|product| gate_of(product) == *gate)
    }

    /// The steps of a product's resources, in the plan's order.
    pub fn steps_of_product<'p>(&'p self, product: &'p str) -> impl Iterator<Item = &'p StepSpec> {
        let of = move |step: &&StepSpec| self.product_of(&step.resource) == Some(product);
        self.steps.iter().filter(of)
    }

    /// What another plan has of a product that this one has not, and the other way round. Empty where they differ elsewhere.
    pub fn differs_for(&self, product: &str, earlier: &Plan) -> Vec<Difference> {
        let by_id = |plan: &'_ Plan| -> BTreeMap<_, StepSpec> {
            let steps = plan.steps_of_product(product);
            steps.map(|step| (step.id.clone(), step.clone())).collect()
        };
        let (now, then) = (by_id(self), by_id(earlier));
        let ids: BTreeSet<_> = now.keys().chain(then.keys()).collect();
        let place = |id: &&&crate::ids::StepId| {
            let of = |plan: &Plan| plan.steps.iter().position(|step| step.id == ***id);
            of(self).or_else(|| of(earlier))
        };
        let mut ids: Vec<_> = ids.iter().collect();
        ids.sort_by_cached_key(place);
        let said = |step: &StepSpec| (step.title.clone(), step.resource.to_string());
        let mut found = Vec::new();
        for id in ids {
            match (now.get(*id), then.get(*id)) {
                (Some(step), None) => {
                    let (title, resource) = said(step);
                    found.push(Difference::New { title, resource });
                }
                (None, Some(step)) => {
                    let (title, resource) = said(step);
                    found.push(Difference::Gone { title, resource });
                }
                (Some(step), Some(earlier)) => {
                    let parts = parts(step, earlier);
                    if !parts.is_empty() {
                        let (title, resource) = said(step);
                        found.push(Difference::Otherwise { title, resource, parts });
                    }
                }
                (None, None) => {}
            }
        }
        found
    }
}

fn parts(now: &StepSpec, then: &StepSpec) -> Vec<&'static str> {
    let all = [
        ("title", now.title != then.title),
        ("inputs", now.input != then.input),
        ("disturbs", now.disturbs != then.disturbs),
        ("undo", now.undo != then.undo),
        ("gates", now.gates != then.gates),
        ("account", now.side != then.side),
        ("estimate", now.estimate != then.estimate),
    ];
    all.into_iter()
        .filter(|(_, differs)| *differs)
        .map(|(part, _)| part)
        .collect()
}

impl State {
    /// What a product's team said, if it said so of this plan.
    pub fn agreement(&self, product: &str) -> Option<&Agreement> {
        self.agreements.get(product)
    }

    /// The products that have not agreed, with their resources.
    pub fn not_agreed(&self) -> Vec<&str> {
        let products = self.plan.by_product().into_keys();
        products
            .filter(|product| !self.agreements.contains_key(*product))
            .collect()
    }

    /// Whether an agreement counts: the plan is this one, something of it is the product's, and it has not agreed yet.
    pub fn takes_agreement(&self, product: &str, digest: &Digest) -> bool {
        let known = self.plan.by_product().contains_key(product);
        self.ended.is_none() && known && *digest == self.digest && self.agreement(product).is_none()
    }

    pub(crate) fn product_agreed(
        &mut self,
        (seq, at, kind): (u64, Timestamp, &'static str),
        product: &str,
        (by, words): (&str, &str),
        digest: &Digest,
    ) -> Result<(), Impossible> {
        if !self.plan.by_product().contains_key(product) {
            return Err(Impossible::Unknown {
                seq,
                kind,
                name: product.to_owned(),
            });
        }
        let wrong = |why| Impossible::WrongMode { seq, kind, why };
        if *digest != self.digest {
            return Err(wrong("the agreement is to another plan"));
        }
        if self.agreements.contains_key(product) {
            return Err(wrong("the product has agreed already"));
        }
        let agreement = Agreement {
            by: by.to_owned(),
            at,
            words: words.to_owned(),
            digest: digest.clone(),
        };
        self.agreements.insert(product.to_owned(), agreement);
        // Asked already or not yet: nobody need be asked what was said.
        if let Some(gate) = self.gates.get_mut(&gate_of(product)) {
            *gate = GateState::Approved { by: by.to_owned(), at };
        }
        Ok(())
    }
}

#[cfg(test)]
#[path = "products_tests.rs"]
mod tests;
