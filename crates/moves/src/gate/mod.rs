//! Gates: where a person must agree before the run goes on.

pub mod spec;

use crate::draft::Draft;
use model::GateSpec;

/// Adds the runbook's own gates. Which steps wait for them the kinds say, by [`Draft::gates_before`].
pub fn plan(draft: &mut Draft<'_>) {
    for gate in &draft.runbook.gates {
        draft.gates.push(GateSpec {
            name: gate.name.clone(),
            ask: gate.ask.clone(),
            after: Vec::new(),
            typed: None,
            people: gate.people.unwrap_or(draft.runbook.people),
        });
    }
}
