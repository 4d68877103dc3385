//! The plan as text: what would be done to each resource, in order.

use std::fmt::Write as _;

use model::cost::{Sum, total};
use model::plan::Weight;
use model::{Plan, ResourceRef, Undo};
use unicode_width::UnicodeWidthStr as _;

use crate::durations::{Line, Predicted, Samples};
use crate::words::{self, Words};

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
        "{}\n",
        Words::PlanOf.fill(&[
            plan.digest().short(),
            &plan.migration,
            &access.join(" -> "),
            plan.region.as_str(),
            &plan.steps.len().to_string(),
            &plan.gates.len().to_string(),
            &duration(plan.critical_path_seconds()),
        ])
    );
    let learned = plan.steps.iter().filter(|step| step.learned.is_some()).count();
    if learned > 0 {
        let _ = writeln!(out, "{}\n", Words::PlanLearned.fill(&[&learned.to_string()]));
    }
    for resource in plan.resources() {
        let _ = writeln!(out, "{resource}");
        for step in plan.steps.iter().filter(|step| step.resource == resource) {
            let mut marks = Vec::new();
            marks.extend(step.disturbs.then(|| Words::MarkDisturbs.say()));
            marks.extend(matches!(step.undo, Undo::None { .. }).then(|| Words::MarkNoWayBack.say()));
            marks.extend(matches!(step.undo, Undo::Manual { .. }).then(|| Words::MarkByHand.say()));
            let gates: Vec<&str> = step.gates.iter().map(|gate| gate.as_str()).collect();
            let gates = if gates.is_empty() {
                String::new()
            } else {
                Words::MarkGate.fill(&[&gates.join(", ")])
            };
            marks.extend((!gates.is_empty()).then_some(gates.as_str()));
            let marks = if marks.is_empty() {
                String::new()
            } else {
                format!("  [{}]", marks.join("; "))
            };
            let _ = writeln!(
                out,
                "  {:<7} {} {:>8}{marks}",
                step.side.to_string(),
                padded(&words::said(&step.title), 60),
                duration(step.estimate.p50)
            );
        }
    }
    costs(&mut out, plan);
    for (weight, word) in [
        (Weight::Blocks, Words::NoteBlocks),
        (Weight::Warns, Words::NoteWarns),
        (Weight::Tells, Words::NoteTells),
    ] {
        let word = word.say();
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
        "\n{}",
        Words::Charges.fill(&[
            &money(total(&costs.lines)),
            &money(total(for_proof)),
            &prices_of(&costs.priced_on, costs.own_priced_on.as_deref()),
        ])
    );
    for lent in costs.lent_by(&plan.region) {
        let lent = Words::PricesLent.fill(&[plan.region.as_str(), lent.as_str()]);
        let _ = writeln!(out, "  {lent}");
    }
    for resource in costs.resources() {
        let unpriced = costs.of(resource).filter(|line| line.price.is_none()).count();
        let unknown = costs.of(resource).filter(|line| line.quantity.is_none()).count();
        let mut but = String::new();
        if unknown > 0 {
            but.push_str(Words::AmountUnknown.say());
        }
        if unpriced > 0 {
            let words = if unpriced == 1 {
                Words::LineUnpriced
            } else {
                Words::LinesUnpriced
            };
            but.push_str(&words.fill(&[&unpriced.to_string()]));
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
        None => Words::ListPrices.fill(&[looked_up]),
        Some(own) => Words::OwnPrices.fill(&[own, looked_up]),
    }
}

fn money(sum: Option<Sum>) -> String {
    let Some(Sum { low, high }) = sum else {
        return Words::SumUnknown.say().to_owned();
    };
    let (low, high) = (low.to_string(), high.to_string());
    if low == high {
        low
    } else {
        Words::FromTo.fill(&[&low, &high])
    }
}

/// A text with blanks behind it up to so many columns of a terminal: a Japanese letter takes two.
pub fn padded(text: &str, columns: usize) -> String {
    let blanks = columns.saturating_sub(text.width());
    format!("{text}{}", " ".repeat(blanks))
}

/// Seconds for people.
pub fn duration(seconds: u64) -> String {
    match (seconds / 3600, seconds % 3600 / 60, seconds % 60) {
        (0, 0, s) => format!("{s}s"),
        (0, m, s) => format!("{m}m{s:02}s"),
        (h, m, _) => format!("{h}h{m:02}m"),
    }
}
