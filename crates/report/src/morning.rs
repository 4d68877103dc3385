//! The morning after: one page that says what has moved, how long what did not serve, what is called otherwise now, who must still do what, and until
//! when it can be taken back. Short enough to be read in a mail; as plain text it is pasted as it is.

use std::collections::BTreeMap;

use model::event::WorldKind;
use model::schedule::{interruption, schedule};
use model::state::{GateState, StepStatus};
use model::{Event, Forecast, Plan, ResourceRef, State, StepId, Undo};

use crate::document::{Block, Document, Line, Piece, Section, Stamp, Table, code, text};
use crate::facts::{Down, Facts};
use crate::moments::lasting;
use crate::summary::{down_length, standing};
use crate::words::{self, Text};
use crate::{Language, ReportInput, html, markdown};

/// Something that is called otherwise now.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Renamed {
    /// What it is of.
    pub of: ResourceRef,
    /// What of it: `endpoint`, `ami`, …
    pub what: String,
    /// In the source; empty where that is not told.
    pub old: Vec<String>,
    /// In the target.
    pub new: Vec<String>,
}

/// The form of the page.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MorningForm {
    /// Fewer than forty lines, to be pasted into a mail or a chat.
    Text,
    /// Markdown, for a wiki or an issue.
    Markdown,
    /// One self-contained HTML file.
    Html,
}

/// So many lines of each sort are in the text; the rest is counted, and the report has it.
const MOST: usize = 7;

/// What the page says.
struct Page {
    /// The migration, where it ran, how it stands, and from when to when.
    head: Vec<String>,
    parts: Vec<Part>,
}

struct Part {
    anchor: &'static str,
    heading: Text,
    lines: Vec<String>,
    /// The command that tells the rest.
    more: &'static str,
}

/// Renders the morning page of a run. `renamed` is what `cleave outputs` tells.
pub fn morning(input: &ReportInput<'_>, renamed: &[Renamed], form: MorningForm, language: Language) -> String {
    let facts = Facts::of(input, language);
    let page = page(&facts, input, renamed, language);
    match form {
        MorningForm::Text => plain(&page, language),
        MorningForm::Markdown => markdown::page(&document(&facts, &page, renamed, language)),
        MorningForm::Html => html::page(&document(&facts, &page, renamed, language)),
    }
}

fn page(facts: &Facts<'_>, input: &ReportInput<'_>, renamed: &[Renamed], language: Language) -> Page {
    let (_, stamp, _) = words::stamp(facts.world());
    let (_, stands) = standing(facts, language);
    let mut head = vec![format!(
        "[{}] {}: {}",
        stamp.say(language),
        facts.plan.migration,
        stands
    )];
    let mut parts = Vec::new();
    let Some(run) = &facts.run else {
        return Page { head, parts };
    };
    let state = &run.state;
    let done = facts.count(|status| *status == StepStatus::Done).to_string();
    let (from, to) = (facts.moments.full(state.started_at), facts.moments.named(state.last_at));
    head.push(Text::MorningDone.fill(
        language,
        &[
            &done,
            &facts.plan.steps.len().to_string(),
            &from,
            &to,
            &lasting(facts.makespan(), language),
        ],
    ));
    let planned = match input.events.first().map(|first| &first.event) {
        Some(Event::RunStarted { plan, .. }) => &**plan,
        _ => input.plan,
    };
    parts.push(Part {
        anchor: "down",
        heading: Text::MorningDown,
        lines: down(facts, planned, language),
        more: "cleave report",
    });
    parts.push(Part {
        anchor: "renamed",
        heading: Text::MorningRenamed,
        lines: renamed.iter().filter_map(renamed_line).collect(),
        more: "cleave outputs",
    });
    parts.push(Part {
        anchor: "left",
        heading: Text::MorningLeft,
        lines: left(facts, state, language),
        more: "cleave status",
    });
    parts.push(Part {
        anchor: "undo",
        heading: Text::MorningUndo,
        lines: undo(facts, state, input, language),
        more: "cleave status",
    });
    Page { head, parts }
}

/// What did not serve, and for how long, beside what was expected before the run began.
fn down(facts: &Facts<'_>, planned: &Plan, language: Language) -> Vec<String> {
    let spans = schedule(planned, |step| step.estimate.p50);
    let lines = facts.plan.resources().into_iter().filter_map(|resource| {
        let was = facts.down(&resource);
        let expected = interruption(planned, &spans, &resource).map(|(from, to)| to - from);
        if was == Down::Never {
            return None;
        }
        let expected = expected.and_then(|seconds| i64::try_from(seconds).ok()).unwrap_or(0);
        let expected = lasting(expected.saturating_mul(1000), language);
        let product = facts.plan.product_of(&resource);
        let of = product.map_or_else(String::new, |product| format!(" ({product})"));
        let resource = format!("{resource}{of}");
        Some(Text::MorningDownLine.fill(language, &[&resource, &down_length(was, language), &expected]))
    });
    lines.collect()
}

fn renamed_line(one: &Renamed) -> Option<String> {
    let (old, new) = (one.old.join(", "), one.new.join(", "));
    // What keeps its name need not be told.
    (one.old != one.new).then(|| match old.as_str() {
        "" => format!("{} {}: {new}", one.of, one.what),
        old => format!("{} {}: {old} → {new}", one.of, one.what),
    })
}

/// What is still to be done, by whom: first what the run stands still for.
fn left(facts: &Facts<'_>, state: &State, language: Language) -> Vec<String> {
    let operator = Text::MorningOperator.say(language);
    let whose = |step: &StepId| {
        let resource = state.spec(step).map(|spec| &spec.resource);
        let owner = resource.and_then(|resource| state.plan.owner_of(resource).or(state.plan.product_of(resource)));
        owner.unwrap_or(operator).to_owned()
    };
    let mut lines = Vec::new();
    let say = |who: &str, what: &str| Text::MorningWho.fill(language, &[who, what]);
    for step in state.stopped() {
        if let StepStatus::Stopped { advice } = &state.steps[step].status {
            lines.push(say(operator, &format!("{step}: {}", facts.said(advice))));
        }
    }
    for gate in &facts.plan.gates {
        if matches!(state.gates[&gate.name], GateState::Asked { .. }) {
            let (who, what) = match state.plan.product_behind(&gate.name) {
                Some(product) => (
                    state.plan.team(product).map_or(product, |team| team.owner.as_str()),
                    format!("cleave ack --product {product}"),
                ),
                None => (operator, format!("{} (cleave approve {})", gate.ask, gate.name)),
            };
            lines.push(say(who, &what));
        }
    }
    for (step, what) in state.left_out() {
        lines.push(say(&whose(step), &format!("{step}: {}", facts.said(what))));
    }
    for step in &facts.plan.steps {
        if state.steps[&step.id].status == StepStatus::Skipped {
            let what = Text::MorningSkipped.fill(language, &[step.id.as_str(), &step.title]);
            lines.push(say(&whose(&step.id), &what));
        }
    }
    if state.ended.is_none() {
        let open = state.steps.values().filter(|place| !place.status.is_settled()).count();
        lines.push(say(operator, &Text::MorningGoesOn.fill(language, &[&open.to_string()])));
    }
    lines
}

/// Until when what can be taken back.
fn undo(facts: &Facts<'_>, state: &State, input: &ReportInput<'_>, language: Language) -> Vec<String> {
    if state.ended.is_some() {
        return vec![Text::MorningUndoOver.say(language).to_owned()];
    }
    let forecast = Forecast::of(state, input.generated_at.max(state.last_at));
    let mut lines = vec![match &forecast {
        Some(forecast) => Text::MorningUndoUntil.fill(language, &[&facts.moments.named(forecast.ends.likely)]),
        None => Text::MorningUndoNow.say(language).to_owned(),
    }];
    // Of each resource its first point of no return counts.
    let mut first: BTreeMap<&ResourceRef, String> = BTreeMap::new();
    for (place, step) in facts.plan.steps.iter().enumerate() {
        if !matches!(step.undo, Undo::None { .. }) || first.contains_key(&step.resource) {
            continue;
        }
        let resource = step.resource.to_string();
        let line = match state.steps[&step.id].started_at {
            Some(at) => Text::MorningPassed.fill(language, &[&resource, &facts.moments.full(at), &step.title]),
            None => {
                let begins = forecast.as_ref().and_then(|forecast| forecast.steps.get(place));
                let at = begins.map_or_else(|| "–".to_owned(), |expected| facts.moments.full(expected.begins.likely));
                Text::MorningNotPassed.fill(language, &[&resource, &at, &step.title])
            }
        };
        first.insert(&step.resource, line);
    }
    lines.extend(first.into_values());
    lines
}

fn plain(page: &Page, language: Language) -> String {
    let mut out = String::new();
    let mut push = |line: &str| {
        // A line that breaks would be two, and one of control letters could redraw a terminal.
        out.extend(line.chars().map(|c| if c.is_control() { ' ' } else { c }));
        out.push('\n');
    };
    page.head.iter().for_each(|line| push(line));
    for part in &page.parts {
        push("");
        push(&format!("■ {}", part.heading.say(language)));
        if part.lines.is_empty() {
            push(&format!("  {}", Text::MorningNothing.say(language)));
        }
        for line in part.lines.iter().take(MOST) {
            push(&format!("  - {line}"));
        }
        if let Some(rest @ 1..) = part.lines.len().checked_sub(MOST) {
            push(&format!(
                "  {}",
                Text::MorningMore.fill(language, &[&rest.to_string(), part.more])
            ));
        }
    }
    out
}

/// The same in the report's own dress; nothing is cut, and what is called otherwise is a table.
fn document(facts: &Facts<'_>, page: &Page, renamed: &[Renamed], language: Language) -> Document {
    let (_, stamp, means) = words::stamp(facts.world());
    let look = match facts.world() {
        None => Stamp::Plan,
        Some(WorldKind::Rehearsal) => Stamp::Rehearsal,
        Some(WorldKind::Live) => Stamp::Live,
        Some(WorldKind::Endpoint) => Stamp::Endpoint,
    };
    let section = |part: &Part| {
        let as_table = part.anchor == "renamed" && !part.lines.is_empty();
        let lines = part.lines.iter().map(|line| vec![text(line.clone())]);
        let block = match (as_table, part.lines.is_empty()) {
            (true, _) => Block::Table(table(renamed, language)),
            (false, true) => Block::Paragraph(vec![text(Text::MorningNothing.say(language))]),
            (false, false) => Block::List(String::new(), lines.collect()),
        };
        Section {
            anchor: part.anchor.to_owned(),
            page: false,
            heading: part.heading.say(language).to_owned(),
            blocks: vec![block],
        }
    };
    let summary = Section {
        anchor: "summary".to_owned(),
        page: false,
        heading: Text::Summary.say(language).to_owned(),
        blocks: page
            .head
            .iter()
            .map(|line| Block::Paragraph(vec![text(line.clone())]))
            .collect(),
    };
    Document {
        language,
        migration: facts.plan.migration.clone(),
        sort: Text::Morning.say(language).to_owned(),
        stamp: (look, stamp.say(language).to_owned(), means.say(language).to_owned()),
        contents: Text::Contents.say(language).to_owned(),
        sections: std::iter::once(summary).chain(page.parts.iter().map(section)).collect(),
        foot: vec![vec![text(Text::TimesIn.fill(language, &[&facts.moments.name]))]],
    }
}

fn table(renamed: &[Renamed], language: Language) -> Table {
    let cell = |values: &[String]| -> Line {
        let mut line = Vec::new();
        for value in values {
            if !line.is_empty() {
                line.push(Piece::Break);
            }
            line.push(code(value));
        }
        line
    };
    let changed = renamed.iter().filter(|one| one.old != one.new);
    let headings = [Text::Resource, Text::What, Text::MorningOld, Text::MorningNew];
    Table {
        caption: Text::MorningRenamed.say(language).to_owned(),
        headings: headings.map(|heading| heading.say(language).to_owned()).to_vec(),
        rows: changed
            .map(|one| {
                vec![
                    vec![code(&one.of)],
                    vec![text(one.what.clone())],
                    cell(&one.old),
                    cell(&one.new),
                ]
            })
            .collect(),
        numbers: vec![],
    }
}

#[cfg(test)]
#[path = "morning_tests.rs"]
mod tests;
