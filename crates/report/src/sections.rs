//! The sections of a report, in their order, and those that no other room puts into words: timeline, rehearsal, laws.

use model::event::WorldKind;

use crate::accuracy;
use crate::beside::Beside;
use crate::chart::Chart;
use crate::costs;
use crate::document::{Block, Document, Line, Piece, Section, Stamp, Tone, code, text};
use crate::facts::Facts;
use crate::graph::Graph;
use crate::no_return;
use crate::products;
use crate::rewrites;
use crate::summary::summary;
use crate::tables;
use crate::windows;
use crate::words::{self, Language, Text};

/// Puts the facts into words.
pub(crate) fn document(facts: &Facts<'_>, language: Language) -> Document {
    let (sort, stamp, means) = words::stamp(facts.world());
    let look = match facts.world() {
        None => Stamp::Plan,
        Some(WorldKind::Live) => Stamp::Live,
        Some(WorldKind::Rehearsal) => Stamp::Rehearsal,
        Some(WorldKind::Endpoint) => Stamp::Endpoint,
    };
    let mut sections = vec![summary(facts, language)];
    sections.push(section("timeline", Text::Timeline, language, timeline(facts, language)));
    sections.push(section(
        "resources",
        Text::Resources,
        language,
        tables::resources(facts, language),
    ));
    sections.push(section(
        "teams",
        Text::Teams,
        language,
        products::teams(facts, language),
    ));
    if let Some(blocks) = no_return::blocks(facts, language) {
        sections.push(section(no_return::ANCHOR, Text::NoReturn, language, blocks));
    }
    if let Some(blocks) = costs::blocks(facts, language) {
        sections.push(section("costs", Text::Costs, language, blocks));
    }
    if let Some(blocks) = rewrites::blocks(facts, language) {
        sections.push(section("rewrites", Text::Rewrites, language, blocks));
    }
    sections.push(section(
        "rehearsed",
        Text::Rehearsed,
        language,
        rehearsed(facts, language),
    ));
    sections.push(section("gates", Text::Gates, language, tables::gates(facts, language)));
    if facts.run.is_some() {
        sections.push(section(
            "failures",
            Text::Failures,
            language,
            tables::failures(facts, language),
        ));
        if let Some(block) = tables::interventions(facts, language) {
            sections.push(section("interventions", Text::Interventions, language, vec![block]));
        }
        sections.push(section("laws", Text::Laws, language, laws(facts, language)));
    }
    if let Some(mut blocks) = accuracy::blocks(facts, language) {
        if let Some(beside) = Beside::of(facts, language) {
            let words = Block::Fold(
                vec![text(Text::InWords.say(language))],
                vec![Block::Table(beside.table())],
            );
            blocks.splice(0..0, [Block::Beside(Box::new(beside)), words]);
        }
        sections.push(section("accuracy", Text::Accuracy, language, blocks));
    }
    sections.extend(products::pages(facts, language));
    if let Some(graph) = Graph::of(facts, language) {
        let words = Block::Fold(
            vec![text(Text::InWords.say(language))],
            vec![Block::Table(graph.table())],
        );
        let blocks = vec![Block::Graph(Box::new(graph)), words];
        sections.push(section("graph", Text::Graph, language, blocks));
    }
    sections.push(section("steps", Text::Steps, language, tables::steps(facts, language)));
    if let Some(block) = tables::calls(facts, language) {
        sections.push(section("calls", Text::Calls, language, vec![block]));
    }
    Document {
        language,
        migration: facts.plan.migration.clone(),
        sort: sort.say(language).to_owned(),
        stamp: (look, stamp.say(language).to_owned(), means.say(language).to_owned()),
        contents: Text::Contents.say(language).to_owned(),
        sections,
        foot: foot(facts, language),
    }
}

/// When it was made, in which zone its times are, and by what it can be held against the journal.
fn foot(facts: &Facts<'_>, language: Language) -> Vec<Line> {
    let made = Text::GeneratedAt.say(language);
    let mut lines = vec![
        vec![text(format!("{made}: ")), moment_named(facts, facts.generated_at)],
        vec![text(Text::TimesIn.fill(language, &[&facts.moments.name]))],
        vec![
            text(format!("{}: ", Text::PlanDigest.say(language))),
            code(&facts.digest),
        ],
    ];
    if let (Some(hash), Some(run)) = (facts.journal_hash, &facts.run) {
        let last = run.state.last_seq.to_string();
        lines.push(vec![
            text(Text::SignedBy.fill(language, &[&last])),
            text(" "),
            code(hash),
        ]);
    }
    lines
}

/// A section that is not printed on a page of its own.
pub(crate) fn section(anchor: &'static str, heading: Text, language: Language, blocks: Vec<Block>) -> Section {
    Section {
        anchor: anchor.to_owned(),
        heading: heading.say(language).to_owned(),
        page: false,
        blocks,
    }
}

/// A moment without its zone, for where the zone is named nearby.
pub(crate) fn moment(facts: &Facts<'_>, at: jiff::Timestamp) -> Piece {
    Piece::Moment(facts.moments.full(at), at)
}

/// A moment with its zone.
pub(crate) fn moment_named(facts: &Facts<'_>, at: jiff::Timestamp) -> Piece {
    Piece::Moment(facts.moments.named(at), at)
}

/// What the plan was tried by.
fn rehearsed(facts: &Facts<'_>, language: Language) -> Vec<Block> {
    let Some(rehearsed) = facts.rehearsed else {
        let run = facts.run.as_ref().filter(|run| run.state.world == WorldKind::Rehearsal);
        let words = match run {
            Some(run) => Text::IsARehearsal.fill(language, &[&run.state.seed.to_string()]),
            None => Text::NotRehearsed.say(language).to_owned(),
        };
        return vec![Block::Paragraph(vec![text(words)])];
    };
    let [first, last] = rehearsed.seeds;
    let seeds = if first == last {
        first.to_string()
    } else {
        format!("{first}–{last}")
    };
    let outcome = Text::RehearsedOutcome.fill(
        language,
        &[
            &rehearsed.completed.to_string(),
            &rehearsed.runs.to_string(),
            &rehearsed.unwound.to_string(),
            &rehearsed.needs_operator.to_string(),
        ],
    );
    let laws = match rehearsed.laws_broken {
        0 => Text::LawsHeld.say(language).to_owned(),
        broken => Text::LawsBroken.fill(language, &[&broken.to_string()]),
    };
    let row = |name: Text, value: Line| (name.say(language).to_owned(), vec![value]);
    let mut blocks = vec![Block::Facts(vec![
        row(Text::Seeds, vec![text(seeds)]),
        row(Text::Faults, vec![code(&rehearsed.faults)]),
        row(Text::Verdict, vec![text(outcome)]),
        row(Text::Laws, vec![text(laws)]),
        row(Text::PlanDigest, vec![code(&rehearsed.plan_digest)]),
    ])];
    if rehearsed.bad > 0 {
        let words = Text::RehearsedBadly.fill(language, &[&rehearsed.bad.to_string()]);
        blocks.push(Block::Notice(
            Tone::Bad,
            Text::Rehearsed.say(language).to_owned(),
            vec![vec![text(words)]],
        ));
    }
    blocks
}

fn timeline(facts: &Facts<'_>, language: Language) -> Vec<Block> {
    match Chart::of(facts, language) {
        Some(chart) => {
            let mut blocks = vec![Block::Chart(Box::new(chart))];
            blocks.extend(windows::blocks(facts, language));
            blocks
        }
        None => vec![Block::Paragraph(vec![text(Text::EmptyChart.say(language))])],
    }
}

fn laws(facts: &Facts<'_>, language: Language) -> Vec<Block> {
    match facts.laws {
        None => vec![Block::Paragraph(vec![text(Text::LawsNotChecked.say(language))])],
        Some([]) => vec![Block::Paragraph(vec![text(Text::LawsHeld.say(language))])],
        Some(broken) => {
            let heading = Text::LawsBroken.fill(language, &[&broken.len().to_string()]);
            vec![Block::Notice(
                Tone::Bad,
                heading,
                broken.iter().map(|law| vec![text(law.clone())]).collect(),
            )]
        }
    }
}
