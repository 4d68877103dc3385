//! What the plan itself says beforehand: its notes that block or warn, as findings of the checks that made them.

use std::collections::BTreeSet;

use model::plan::Weight;
use model::{Plan, ResourceRef};

use super::{Finding, Outcome, explained, known};

/// What a note of no resource is of.
const WHOLE: &str = "the run";

/// The findings of a plan that was drawn up just now: a stored one does not know which check said what.
pub fn findings(plan: &Plan) -> Vec<Finding> {
    let mut found = Vec::new();
    let mut hindered: BTreeSet<&ResourceRef> = BTreeSet::new();
    for note in &plan.notes {
        let outcome = match note.weight {
            Weight::Blocks => Outcome::Blocks,
            Weight::Warns => Outcome::Warns,
            Weight::Tells => continue,
        };
        if outcome == Outcome::Blocks {
            hindered.extend(&note.resource);
        }
        let of = note
            .resource
            .as_ref()
            .map_or_else(|| WHOLE.to_owned(), ToString::to_string);
        let check = explained(note.check).unwrap_or(&known::PLANNED);
        found.push(Finding::by(check, outcome, of, &note.text));
    }
    let resources = plan.resources();
    let passing = resources.iter().filter(|resource| !hindered.contains(resource));
    found.extend(passing.map(|resource| {
        Finding::by(
            &known::PLANNED,
            Outcome::Passes,
            resource.to_string(),
            "it has its steps",
        )
    }));
    found
}
