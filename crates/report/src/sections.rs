//! The sections of a report, put into words: summary, timeline, resources, and what is not a table.

use model::cost::total;
use model::event::WorldKind;
use model::plan::{Overrun, Weight};
use model::state::StepStatus;
use model::{ResourceRef, Side, StepSpec, Undo, Window};

use crate::accuracy;
use crate::beside::Beside;
use crate::chart::Chart;
use crate::costs;
use crate::document::{Block, Document, Line, Piece, Section, Stamp, Tone, code, text};
use crate::facts::{Down, Facts, Standing};
use crate::graph::Graph;
use crate::moments::lasting;
use crate::products;
use crate::rewrites;
use crate::tables;
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

fn section(anchor: &'static str, heading: Text, language: Language, blocks: Vec<Block>) -> Section {
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

fn moment_named(facts: &Facts<'_>, at: jiff::Timestamp) -> Piece {
    Piece::Moment(facts.moments.named(at), at)
}

pub(crate) fn standing(facts: &Facts<'_>, language: Language) -> (Tone, String) {
    let say = |text: Text| text.say(language).to_owned();
    match facts.standing() {
        Standing::Ready => (Tone::Good, say(Text::PlanReady)),
        Standing::Blocked => (Tone::Bad, say(Text::PlanBlocked)),
        Standing::LawBroken => (Tone::Bad, say(Text::LawBroken)),
        Standing::Completed(0) => (Tone::Good, say(Text::Completed)),
        Standing::Completed(skipped) => (
            Tone::Careful,
            Text::CompletedSkipping.fill(language, &[&skipped.to_string()]),
        ),
        Standing::Unwound => (Tone::Careful, say(Text::Unwound)),
        Standing::TakingBack => (Tone::Careful, say(Text::TakingBack)),
        Standing::Paused(by) => (Tone::Careful, Text::PausedBy.fill(language, &[&by])),
        Standing::LoginExpired(command) => (Tone::Careful, Text::PausedForLogin.fill(language, &[&command])),
        Standing::NeedsOperator => (Tone::Bad, say(Text::NeedsOperator)),
        Standing::AtGate(gate) => (Tone::Careful, Text::AtGate.fill(language, &[gate.as_str()])),
        Standing::UnderWay => (Tone::Plain, say(Text::UnderWay)),
    }
}

fn summary(facts: &Facts<'_>, language: Language) -> Section {
    let mut blocks = Vec::new();
    if let Some(broken) = &facts.broken {
        let words = Text::JournalBroken.fill(language, &[broken]);
        blocks.push(Block::Notice(
            Tone::Bad,
            Text::Journal.say(language).to_owned(),
            vec![vec![text(words)]],
        ));
    }
    blocks.push(figures(facts, language));
    blocks.push(Block::List(
        Text::InFiveLines.say(language).to_owned(),
        five_lines(facts, language),
    ));
    if let Some(notice) = decisions(facts, language) {
        blocks.push(notice);
    }
    let left = facts.run.as_ref().map(|run| run.state.left_out()).unwrap_or_default();
    if !left.is_empty() {
        let lines = left
            .into_iter()
            .map(|(step, what)| vec![code(step), text(" "), text(what)]);
        blocks.push(Block::Notice(
            Tone::Careful,
            Text::LeftOut.say(language).to_owned(),
            lines.collect(),
        ));
    }
    for weight in [Weight::Blocks, Weight::Warns] {
        let tone = if weight == Weight::Blocks {
            Tone::Bad
        } else {
            Tone::Careful
        };
        let lines = notes(facts, weight, language, |_| true);
        if !lines.is_empty() {
            blocks.push(Block::Notice(
                tone,
                words::weight(weight).say(language).to_owned(),
                lines,
            ));
        }
    }
    blocks.push(irreversible(facts, language));
    let by_hand: Vec<Line> = undo_lines(facts, language, |step| match &step.undo {
        Undo::Manual { guide } => Some(guide),
        Undo::Auto | Undo::Nothing | Undo::None { .. } => None,
    });
    if !by_hand.is_empty() {
        blocks.push(Block::List(Text::ByHandOnly.say(language).to_owned(), by_hand));
    }
    let tells = notes(facts, Weight::Tells, language, |_| true);
    if !tells.is_empty() {
        blocks.push(Block::List(
            words::weight(Weight::Tells).say(language).to_owned(),
            tells,
        ));
    }
    blocks.push(Block::Facts(particulars(facts, language)));
    section("summary", Text::Summary, language, blocks)
}

/// A moment of a run, or how long after the beginning of a plan.
pub(crate) fn begins(facts: &Facts<'_>, at: i64, language: Language) -> String {
    match &facts.run {
        None => format!("+{}", lasting(at, language)),
        Some(_) => {
            let at = jiff::Timestamp::from_millisecond(at).expect("it came from a moment of the run");
            facts.moments.full(at)
        }
    }
}

/// What everybody must have read: what moves, when, what does not serve, what it costs, what cannot be undone.
fn five_lines(facts: &Facts<'_>, language: Language) -> Vec<Line> {
    let plan = &facts.plan;
    let resources = plan.resources();
    let mut kinds: Vec<(&str, usize)> = Vec::new();
    for resource in &resources {
        match kinds.iter_mut().find(|(kind, _)| *kind == resource.kind) {
            Some((_, count)) => *count += 1,
            None => kinds.push((&resource.kind, 1)),
        }
    }
    let kinds: Vec<String> = kinds.iter().map(|(kind, count)| format!("{kind} {count}")).collect();
    let account = |side: Side| plan.accounts.get(&side).map_or("?", |access| access.account.as_str());
    let what = Text::LineWhat.fill(
        language,
        &[
            &resources.len().to_string(),
            account(Side::Source),
            account(Side::Target),
            &kinds.join(", "),
        ],
    );
    let lengths = [facts.expected_makespan(), facts.late_makespan()].map(|millis| lasting(millis, language));
    let mut when = Text::LineWhen.fill(language, &[&lengths[0], &lengths[1]]);
    match &facts.run {
        Some(run) => {
            let (from, took) = (
                facts.moments.named(run.state.started_at),
                lasting(facts.makespan(), language),
            );
            when = format!("{when} {}", Text::LineTook.fill(language, &[&took, &from]));
        }
        None => {
            if let Some(next) = plan
                .calendar()
                .current_or_next(facts.generated_at)
                .filter(|_| !plan.windows.is_empty())
            {
                let (from, until) = (facts.moments.full(next.from), facts.moments.named(next.until));
                when = format!("{when} {}", Text::LineWindow.fill(language, &[&from, &until]));
            }
        }
    }
    let disturbed = resources
        .iter()
        .filter(|resource| facts.down(resource) != Down::Never)
        .count();
    let down = match facts.longest_down() {
        None => Text::LineNoDown.say(language).to_owned(),
        Some((resource, down)) => Text::LineDown.fill(
            language,
            &[
                &disturbed.to_string(),
                &down_length(down, language),
                &resource.to_string(),
            ],
        ),
    };
    let cost = match plan.costs.is_empty() {
        true => Text::LineNoCost.say(language).to_owned(),
        false => Text::LineCost.fill(language, &[&costs::money(total(&plan.costs.lines), language)]),
    };
    let count = |weight: Weight| notes(facts, weight, language, |_| true).len().to_string();
    let last = plan
        .steps
        .iter()
        .filter(|step| matches!(step.undo, Undo::None { .. }))
        .count();
    let people = Text::LinePeople.fill(
        language,
        &[
            &plan.gates.len().to_string(),
            &last.to_string(),
            &count(Weight::Blocks),
            &count(Weight::Warns),
        ],
    );
    [what, when, down, cost, people]
        .into_iter()
        .map(|line| vec![text(line)])
        .collect()
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

fn figures(facts: &Facts<'_>, language: Language) -> Block {
    let label = |text: Text| text.say(language).to_owned();
    let (tone, verdict) = standing(facts, language);
    let duration = match facts.world() {
        None => Text::EstimatedDuration,
        Some(WorldKind::Live) => Text::Duration,
        Some(WorldKind::Rehearsal | WorldKind::Endpoint) => Text::VirtualDuration,
    };
    let total = facts.plan.steps.len();
    let steps = match &facts.run {
        None => (
            label(Text::Steps),
            vec![text(Text::StepCount.fill(language, &[&total.to_string()]))],
        ),
        Some(_) => (label(Text::StepsDone), steps_done(facts, language)),
    };
    let down = match facts.longest_down() {
        None => vec![text(Text::NobodyDown.say(language))],
        Some((resource, down)) => vec![
            text(down_length(down, language)),
            Piece::Break,
            Piece::Small(resource.to_string()),
        ],
    };
    Block::Figures(vec![
        (label(Text::Verdict), vec![text(verdict)], tone),
        (
            label(duration),
            vec![text(lasting(facts.makespan(), language))],
            Tone::Plain,
        ),
        (steps.0, steps.1, Tone::Plain),
        (label(Text::LongestDown), down, Tone::Plain),
    ])
}

/// How long something was down, as words.
pub(crate) fn down_length(down: Down, language: Language) -> String {
    match down {
        Down::Never => Text::NotDisturbed.say(language).to_owned(),
        Down::NotYet => Text::NotDisturbedYet.say(language).to_owned(),
        Down::Was { .. } => lasting(down.millis(), language),
        Down::Still { .. } => Text::AndStill.fill(language, &[&lasting(down.millis(), language)]),
    }
}

fn steps_done(facts: &Facts<'_>, language: Language) -> Line {
    let done = facts.count(|status| *status == StepStatus::Done).to_string();
    let total = facts.plan.steps.len().to_string();
    let mut line = vec![text(Text::DoneOf.fill(language, &[&done, &total]))];
    let others = [
        (Text::AlsoSkipped, facts.count(|status| *status == StepStatus::Skipped)),
        (Text::AlsoUndone, facts.count(|status| *status == StepStatus::Undone)),
        (
            Text::AlsoStopped,
            facts.count(|status| matches!(status, StepStatus::Stopped { .. })),
        ),
    ];
    for (words, count) in others.into_iter().filter(|(_, count)| *count > 0) {
        line.push(Piece::Break);
        line.push(Piece::Small(words.fill(language, &[&count.to_string()])));
    }
    line
}

/// The steps that stopped for a person, with what to do.
fn decisions(facts: &Facts<'_>, language: Language) -> Option<Block> {
    let stopped = facts.plan.steps.iter().filter_map(|step| {
        let state = facts.step_state(&step.id)?;
        let StepStatus::Stopped { advice } = &state.status else {
            return None;
        };
        let mut line = vec![code(&step.id), text(" "), text(words::advised(advice, language))];
        if let Some(failure) = &state.last_failure {
            line.extend([Piece::Break, Piece::Small(failure.to_string())]);
            if let Some(id) = &failure.request_id {
                line.push(Piece::Small(format!(" ({})", Text::RequestId.fill(language, &[id]))));
            }
        }
        Some(line)
    });
    let lines: Vec<Line> = stopped.collect();
    (!lines.is_empty()).then(|| Block::Notice(Tone::Bad, Text::NeedsDecision.say(language).to_owned(), lines))
}

/// The notes of a weight, each text once: what holds for thirty buckets is one thing to read, not thirty.
pub(crate) fn notes(
    facts: &Facts<'_>,
    weight: Weight,
    language: Language,
    whose: impl Fn(Option<&ResourceRef>) -> bool,
) -> Vec<Line> {
    let mut by_text: Vec<(&str, Line)> = Vec::new();
    let notes = facts.plan.notes.iter().filter(|note| note.weight == weight);
    for note in notes.filter(|note| whose(note.resource.as_ref())) {
        let whom = note
            .resource
            .as_ref()
            .map_or_else(|| text(Text::WholeRun.say(language)), code);
        match by_text.iter_mut().find(|(known, _)| *known == note.text) {
            Some((_, line)) => line.extend([text(", "), whom]),
            None => by_text.push((&note.text, vec![whom])),
        }
    }
    let line = |(what, mut line): (&str, Line)| {
        line.extend([text(": "), text(what.to_owned())]);
        line
    };
    by_text.into_iter().map(line).collect()
}

fn undo_lines<'f>(
    facts: &'f Facts<'_>,
    language: Language,
    words: impl Fn(&'f StepSpec) -> Option<&'f String>,
) -> Vec<Line> {
    let line = |step: &'f StepSpec| {
        let mut line = vec![
            code(&step.id),
            text(" "),
            text(step.title.clone()),
            text(": "),
            text(words(step)?.clone()),
        ];
        let begun = facts
            .step_state(&step.id)
            .is_none_or(|state| state.status != StepStatus::Waiting);
        if !begun {
            line.extend([
                text(" "),
                Piece::Mark(Tone::Plain, Text::NotYetDone.say(language).to_owned()),
            ]);
        }
        Some(line)
    };
    facts.plan.steps.iter().filter_map(line).collect()
}

fn irreversible(facts: &Facts<'_>, language: Language) -> Block {
    let lines = undo_lines(facts, language, |step| match &step.undo {
        Undo::None { reason } => Some(reason),
        Undo::Auto | Undo::Nothing | Undo::Manual { .. } => None,
    });
    if lines.is_empty() {
        let by_hand = facts
            .plan
            .steps
            .iter()
            .any(|step| matches!(step.undo, Undo::Manual { .. }));
        let words = if by_hand {
            Text::NobodyDown
        } else {
            Text::NothingIrreversible
        };
        return Block::List(
            Text::CannotBeUndone.say(language).to_owned(),
            vec![vec![text(words.say(language))]],
        );
    }
    Block::Notice(Tone::Careful, Text::CannotBeUndone.say(language).to_owned(), lines)
}

fn particulars(facts: &Facts<'_>, language: Language) -> Vec<(String, Vec<Line>)> {
    let mut rows: Vec<(Text, Vec<Line>)> = vec![
        (Text::Migration, vec![vec![code(&facts.plan.migration)]]),
        (Text::Accounts, accounts(facts, language)),
        (Text::Region, vec![vec![code(&facts.plan.region)]]),
    ];
    let (_, world, means) = words::stamp(facts.world());
    rows.push((
        Text::World,
        vec![vec![text(format!("{}: {}", world.say(language), means.say(language)))]],
    ));
    if let Some(run) = &facts.run {
        let state = &run.state;
        rows.push((Text::Run, vec![vec![code(&state.run)]]));
        if state.world != WorldKind::Live {
            rows.push((Text::Seed, vec![vec![code(state.seed)]]));
        }
        rows.push((Text::Began, vec![vec![moment_named(facts, state.started_at)]]));
        let end = if state.ended.is_some() {
            Text::Ended
        } else {
            Text::LastEvent
        };
        rows.push((end, vec![vec![moment_named(facts, state.last_at)]]));
    }
    let chain = lasting(facts.chain().millis, language);
    let makespan = lasting(facts.makespan(), language);
    let path = match &facts.run {
        None => vec![vec![text(Text::CriticalPathPlan.fill(language, &[&chain, &makespan]))]],
        Some(_) => vec![
            vec![text(Text::CriticalPathMeans.fill(language, &[&chain, &makespan]))],
            vec![text(
                Text::EstimateWas.fill(language, &[&lasting(facts.expected_chain.millis, language)]),
            )],
        ],
    };
    rows.push((Text::CriticalPath, path));
    if !facts.plan.costs.is_empty() {
        let sum = costs::money(total(&facts.plan.costs.lines), language);
        rows.push((Text::CostInAll, vec![vec![text(sum)]]));
    }
    rows.push((Text::Windows, windows(facts, language)));
    rows.push((Text::PlanDigest, vec![vec![code(&facts.digest)]]));
    rows.push((Text::RunbookDigest, vec![vec![code(&facts.plan.runbook)]]));
    rows.into_iter()
        .map(|(name, lines)| (name.say(language).to_owned(), lines))
        .collect()
}

fn accounts(facts: &Facts<'_>, language: Language) -> Vec<Line> {
    let mut lines = Vec::new();
    let of = |side: Side| facts.plan.accounts.get(&side);
    if let (Some(source), Some(target)) = (of(Side::Source), of(Side::Target)) {
        let words = Text::SourceToTarget.fill(language, &[source.account.as_str(), target.account.as_str()]);
        lines.push(vec![text(words)]);
    }
    for (side, access) in &facts.plan.accounts {
        let side = words::side(*side).say(language);
        let words = match &access.role {
            Some(role) => Text::RoleIs.fill(language, &[side, access.account.as_str(), role]),
            None => Text::OwnCredentials.fill(language, &[side, access.account.as_str()]),
        };
        lines.push(vec![Piece::Small(words)]);
    }
    lines
}

fn windows(facts: &Facts<'_>, language: Language) -> Vec<Line> {
    let mut lines: Vec<Line> = Vec::new();
    if facts.plan.windows.is_empty() {
        lines.push(vec![text(Text::AnyTime.say(language))]);
    }
    for window in &facts.plan.windows {
        let words = match window {
            Window::Weekly {
                weekday,
                at,
                seconds,
                timezone,
            } => {
                let day = words::weekday(*weekday).map_or("?", |day| day.say(language));
                let at = at.strftime("%H:%M").to_string();
                Text::WeeklyWindow.fill(
                    language,
                    &[day, &at, &lasting(seconds.saturating_mul(1000), language), timezone],
                )
            }
            Window::Once { from, until } => {
                Text::OnceWindow.fill(language, &[&facts.moments.full(*from), &facts.moments.named(*until)])
            }
        };
        lines.push(vec![text(words)]);
    }
    for freeze in &facts.plan.frozen {
        let (from, until) = (freeze.from.to_string(), freeze.until.to_string());
        let words = Text::NotOn.fill(language, &[&from, &until, &freeze.timezone, &freeze.reason]);
        lines.push(vec![text(words)]);
    }
    if facts.plan.calendar().is_unrestricted() {
        return lines;
    }
    let overrun = match facts.plan.overrun {
        Overrun::Ask => Text::OverrunAsks,
        Overrun::Finish => Text::OverrunFinishes,
    };
    lines.push(vec![Piece::Small(overrun.say(language).to_owned())]);
    if facts.run.is_none() {
        let words = match facts.plan.calendar().current_or_next(facts.generated_at) {
            Some(opening) => {
                let (from, until) = (facts.moments.full(opening.from), facts.moments.named(opening.until));
                Text::NextOpening.fill(language, &[&from, &until])
            }
            None => Text::NoOpening.say(language).to_owned(),
        };
        lines.push(vec![Piece::Small(words)]);
    }
    lines
}

fn timeline(facts: &Facts<'_>, language: Language) -> Vec<Block> {
    match Chart::of(facts, language) {
        Some(chart) => vec![Block::Chart(Box::new(chart))],
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
