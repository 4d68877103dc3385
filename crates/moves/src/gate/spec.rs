//! `[[gate]]` in the runbook.

use model::GateName;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::runbook::MOST_PEOPLE;

/// A question to a person.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct GateSection {
    /// Its name, for `cleave approve`.
    pub name: GateName,
    /// The question.
    pub ask: String,
    /// How many different people must agree; absent: as many as the runbook says at its top.
    #[schemars(range(min = 1, max = MOST_PEOPLE))]
    pub people: Option<u32>,
    /// What waits for the answer: kinds (`database`) or single resources (`database/shop-stg`).
    pub before: Vec<String>,
}
