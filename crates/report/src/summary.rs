//! The summary: how it stands, five lines, and what must not be overlooked.

use model::cost::total;
use model::event::WorldKind;
use model::plan::Weight;
use model::state::StepStatus;
use model::{ResourceRef, Side};

use crate::costs;
use crate::document::{Block, Line, Piece, Section, Tone, code, text};
use crate::facts::{Down, Facts, Standing};
use crate::moments::lasting;
use crate::no_return::{self, Way};
use crate::particulars::particulars;
use crate::sections::section;
use crate::words::{self, Language, Text};

/// The section.
pub(crate) fn summary(facts: &Facts<'_>, language: Language) -> Section {
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
            .map(|(step, what)| vec![code(step), text(" "), text(facts.said(what))]);
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
    blocks.extend(
        [Way::None, Way::ByHand]
            .into_iter()
            .filter_map(|way| no_return::gist(facts, way, language)),
    );
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

/// How it stands, in words.
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
    let (last, whose) = no_return::counted(facts);
    let people = Text::LinePeople.fill(
        language,
        &[
            &plan.gates.len().to_string(),
            &last.to_string(),
            &count(Weight::Blocks),
            &count(Weight::Warns),
            &whose.to_string(),
        ],
    );
    [what, when, down, cost, people]
        .into_iter()
        .map(|line| vec![text(line)])
        .collect()
}

/// The steps that stopped for a person, with what to do.
fn decisions(facts: &Facts<'_>, language: Language) -> Option<Block> {
    let stopped = facts.plan.steps.iter().filter_map(|step| {
        let state = facts.step_state(&step.id)?;
        let StepStatus::Stopped { advice } = &state.status else {
            return None;
        };
        let mut line = vec![code(&step.id), text(" "), text(facts.said(advice))];
        if let Some(failure) = &state.last_failure {
            let said = model::Failure {
                message: facts.said(&failure.message).into_owned(),
                ..failure.clone()
            };
            line.extend([Piece::Break, Piece::Small(said.to_string())]);
            if let Some(id) = &failure.request_id {
                line.push(Piece::Small(format!(" ({})", Text::RequestId.fill(language, &[id]))));
            }
        }
        Some(line)
    });
    let lines: Vec<Line> = stopped.collect();
    (!lines.is_empty()).then(|| Block::Notice(Tone::Bad, Text::NeedsDecision.say(language).to_owned(), lines))
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
