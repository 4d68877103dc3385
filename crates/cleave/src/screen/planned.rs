//! The plan as text: what would be done to each resource, in order.

use std::fmt::Write as _;

use model::cost::{Sum, total};
use model::plan::Weight;
use model::{Plan, ResourceRef, Undo};

use crate::durations::{Line, Predicted, Samples};
use crate::words;

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
    let learned = plan.steps.iter().filter(|step| step.learned.is_some()).count();
    if learned > 0 {
        let _ = writeln!(
            out,
            "{} of them are expected to take what they took in earlier runs, the others what AWS documents\n",
            learned
        );
    }
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
                words::said(&step.title),
                duration(step.estimate.p50)
            );
        }
    }
    costs(&mut out, plan);
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
            let _ = writeln!(out, "\n{word}: {of}{}", words::said(&note.text));
        }
    }
    out
}

/// When each resource is expected where, and what that rests on.
pub fn timeline(resources: &[(ResourceRef, Vec<Line>)], samples: &Samples) -> String {
    let mut out = String::from("gates answered at once, windows open; from the run's beginning\n");
    if samples.journals > 0 {
        let _ = write!(out, "learned from {} journal(s)", samples.journals);
        let _ = match samples.not_of_aws {
            0 => writeln!(out),
            some => writeln!(
                out,
                ", {some} of them of runs on another endpoint than AWS: what steps took there says little of AWS"
            ),
        };
    }
    for (resource, lines) in resources {
        let begins = lines.iter().map(|line| line.begins).min().unwrap_or(0);
        let ends = lines
            .iter()
            .map(|line| line.begins + line.predicted.estimate.p50)
            .max()
            .unwrap_or(0);
        let _ = writeln!(out, "\n{resource}: from {} to {}", duration(begins), duration(ends));
        for line in lines {
            let Predicted { estimate, samples } = line.predicted;
            let rests = match samples {
                0 => "no samples: the plan's estimate".to_owned(),
                samples => format!("{samples} samples"),
            };
            let _ = writeln!(
                out,
                "  {:>8}  {:<28} {:>8}, nine in ten within {:<8} {rests}",
                duration(line.begins),
                line.step.verb(),
                duration(estimate.p50),
                duration(estimate.p90)
            );
        }
    }
    out
}

/// What AWS will charge, resource by resource; the lines are in the report.
fn costs(out: &mut String, plan: &Plan) {
    let costs = &plan.costs;
    if costs.is_empty() {
        return;
    }
    let for_proof = costs.lines.iter().filter(|line| line.charge.is_for_proof());
    let _ = writeln!(
        out,
        "\nestimated charges: {}, of that for the proof {} ({}; of buckets and of snapshots on the way; line by line with --report or --json)",
        money(total(&costs.lines)),
        money(total(for_proof)),
        prices_of(&costs.priced_on, costs.own_priced_on.as_deref())
    );
    for lent in costs.lent_by(&plan.region) {
        let _ = writeln!(out, "  prices of {} that are not known: those of {lent}", plan.region);
    }
    for resource in costs.resources() {
        let unpriced = costs.of(resource).filter(|line| line.price.is_none()).count();
        let unknown = costs.of(resource).filter(|line| line.quantity.is_none()).count();
        let mut but = String::new();
        if unknown > 0 {
            but.push_str("; how much there is the inventory does not tell");
        }
        if unpriced > 0 {
            let noun = if unpriced == 1 { "line" } else { "lines" };
            let _ = write!(but, "; {unpriced} {noun} without a price");
        }
        let _ = writeln!(
            out,
            "  {:<60} {}{but}",
            resource.to_string(),
            money(total(costs.of(resource)))
        );
    }
}

/// Of which day the prices are, and whose.
pub(crate) fn prices_of(looked_up: &str, own: Option<&str>) -> String {
    match own {
        None => format!("list prices of {looked_up}"),
        Some(own) => format!("your own prices of {own}, and where they tell nothing list prices of {looked_up}"),
    }
}

fn money(sum: Option<Sum>) -> String {
    let Some(Sum { low, high }) = sum else {
        return "unknown".to_owned();
    };
    let (low, high) = (low.to_string(), high.to_string());
    if low == high { low } else { format!("{low} to {high}") }
}

/// Seconds for people.
pub fn duration(seconds: u64) -> String {
    match (seconds / 3600, seconds % 3600 / 60, seconds % 60) {
        (0, 0, s) => format!("{s}s"),
        (0, m, s) => format!("{m}m{s:02}s"),
        (h, m, _) => format!("{h}h{m:02}m"),
    }
}
