//! What a product's team agrees to, as text: its things, how long they do not serve, what cannot be taken back; and of an agreement to another plan,
//! what has changed since.

use std::fmt::Write as _;

use model::products::{Agreement, Difference};
use model::schedule::{interruption, schedule};
use model::{Plan, ResourceRef, State, Undo};

use super::lines;
use super::planned::duration;
use crate::words;

/// More lines of one sort are counted, not read.
const MOST: usize = 20;

/// What belongs to a product, and what becomes of it.
pub fn text(state: &State, product: &str) -> String {
    let plan = &state.plan;
    let mut out = String::new();
    let team = plan.team(product).map_or_else(String::new, |team| match &team.contact {
        Some(contact) => format!(" ({}, {contact})", team.owner),
        None => format!(" ({})", team.owner),
    });
    let _ = writeln!(
        out,
        "{product}{team} in run {} of {}, plan {}",
        state.run,
        plan.migration,
        state.digest.short()
    );
    let by_product = plan.by_product();
    let resources = by_product.get(product).map(Vec::as_slice).unwrap_or_default();
    let (likely, late) = (
        schedule(plan, |step| step.estimate.p50),
        schedule(plan, |step| step.estimate.p90),
    );
    for resource in resources {
        let down = |spans: &[(u64, u64)]| interruption(plan, spans, resource).map(|(from, to)| to - from);
        let down = match (down(&likely), down(&late)) {
            (Some(likely), Some(late)) => {
                format!(
                    "does not serve for about {}, nine in ten within {}",
                    duration(likely),
                    duration(late)
                )
            }
            (Some(_), None) | (None, _) => "goes on serving".to_owned(),
        };
        let owner = plan.owner_of(resource).filter(|owner| {
            let team = plan.team(product);
            team.is_none_or(|team| team.owner != *owner)
        });
        let owner = owner.map_or_else(String::new, |owner| format!("; answers for it: {owner}"));
        let _ = writeln!(out, "  {:<44} {down}{owner}", resource.to_string());
    }
    let points = undo_lines(plan, product, |undo| match undo {
        Undo::None { reason } => Some(reason),
        Undo::Auto | Undo::Nothing | Undo::Manual { .. } => None,
    });
    several(&mut out, "cannot be taken back:", &points);
    let by_hand = undo_lines(plan, product, |undo| match undo {
        Undo::Manual { guide } => Some(guide),
        Undo::Auto | Undo::Nothing | Undo::None { .. } => None,
    });
    several(&mut out, "taken back by hand:", &by_hand);
    let notes = plan.notes.iter().filter(|note| {
        let of = |resource: &ResourceRef| plan.product_of(resource) == Some(product);
        note.weight != model::plan::Weight::Tells && note.resource.as_ref().is_some_and(of)
    });
    let notes: Vec<String> = notes
        .map(|note| match &note.resource {
            Some(resource) => format!("{resource}: {}", words::said(&note.text)),
            None => words::said(&note.text),
        })
        .collect();
    several(&mut out, "to know:", &notes);
    let others = plan.by_product().len().saturating_sub(1);
    if others > 0 {
        let _ = writeln!(
            out,
            "what the plan does to {others} other product(s) is for them to agree to"
        );
    }
    out
}

/// That an agreement was to another plan, and what differs for the product.
pub fn void(state: &State, product: &str, then: &State, said: &Agreement) -> String {
    let mut out = format!(
        "\nVOID: {} agreed on {} to plan {} of run {}. This is plan {}.\n",
        said.by,
        lines::minute(said.at),
        said.digest.short(),
        then.run,
        state.digest.short()
    );
    let differs = state.plan.differs_for(product, &then.plan);
    let said: Vec<String> = differs
        .iter()
        .map(|difference| match difference {
            Difference::New { title, resource } => format!("new: {resource}: {}", words::said(title)),
            Difference::Gone { title, resource } => format!("not any more: {resource}: {}", words::said(title)),
            Difference::Otherwise { title, resource, parts } => {
                format!("otherwise ({}): {resource}: {}", parts.join(", "), words::said(title))
            }
        })
        .collect();
    match said.as_slice() {
        [] => {
            let _ = writeln!(
                out,
                "no step of {product} differs: what does, is of others, a window, a gate or a note"
            );
        }
        said => several(&mut out, &format!("what differs for {product}:"), said),
    }
    out
}

fn undo_lines<'p>(plan: &'p Plan, product: &'p str, why: impl Fn(&'p Undo) -> Option<&'p String>) -> Vec<String> {
    let line = |step: &'p model::StepSpec| {
        let (title, why) = (words::said(&step.title), words::said(why(&step.undo)?));
        Some(format!("{}: {title}: {why}", step.resource))
    };
    plan.steps_of_product(product).filter_map(line).collect()
}

fn several(out: &mut String, heading: &str, lines: &[String]) {
    if lines.is_empty() {
        return;
    }
    let _ = writeln!(out, "{heading}");
    for line in lines.iter().take(MOST) {
        let _ = writeln!(out, "  {line}");
    }
    if lines.len() > MOST {
        let _ = writeln!(out, "  … and {} more: cleave report", lines.len() - MOST);
    }
}
