//! The plan as text: what would be done to each resource, in order.

use std::fmt::Write as _;

use model::plan::Weight;
use model::{Plan, Undo};

/// The plan.
pub fn text(plan: &Plan) -> String {
    let mut out = String::new();
    let access: Vec<String> = plan
        .accounts
        .iter()
        .map(|(side, access)| format!("{side} {}", access.account))
        .collect();
    let _ = writeln!(
        out,
        "plan {} of {}: {}, {}\n{} steps, {} gates, at least {} on the longest path\n",
        plan.digest().short(),
        plan.migration,
        access.join(" -> "),
        plan.region,
        plan.steps.len(),
        plan.gates.len(),
        duration(plan.critical_path_seconds()),
    );
    for resource in plan.resources() {
        let _ = writeln!(out, "{resource}");
        for step in plan.steps.iter().filter(|step| step.resource == resource) {
            let mut marks = Vec::new();
            marks.extend(step.disturbs.then_some("disturbs"));
            marks.extend(matches!(step.undo, Undo::None { .. }).then_some("cannot be taken back"));
            marks.extend(matches!(step.undo, Undo::Manual { .. }).then_some("taken back by hand"));
            let gates: Vec<&str> = step.gates.iter().map(|gate| gate.as_str()).collect();
            let gates = if gates.is_empty() {
                String::new()
            } else {
                format!("behind gate {}", gates.join(", "))
            };
            marks.extend((!gates.is_empty()).then_some(gates.as_str()));
            let marks = if marks.is_empty() {
                String::new()
            } else {
                format!("  [{}]", marks.join("; "))
            };
            let _ = writeln!(
                out,
                "  {:<7} {:<60} {:>8}{marks}",
                step.side.to_string(),
                step.title,
                duration(step.estimate.p50)
            );
        }
    }
    for (weight, word) in [
        (Weight::Blocks, "BLOCKS"),
        (Weight::Warns, "warns"),
        (Weight::Tells, "note"),
    ] {
        for note in plan.notes.iter().filter(|note| note.weight == weight) {
            let of = note
                .resource
                .as_ref()
                .map_or(String::new(), |resource| format!("{resource}: "));
            let _ = writeln!(out, "\n{word}: {of}{}", note.text);
        }
    }
    out
}

/// Seconds for people.
pub fn duration(seconds: u64) -> String {
    match (seconds / 3600, seconds % 3600 / 60, seconds % 60) {
        (0, 0, s) => format!("{s}s"),
        (0, m, s) => format!("{m}m{s:02}s"),
        (h, m, _) => format!("{h}h{m:02}m"),
    }
}
