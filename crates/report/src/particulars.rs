//! The particulars at the summary's end: names, accounts, digests, windows.

use model::cost::total;
use model::event::WorldKind;
use model::plan::Overrun;
use model::{Side, Window};

use crate::costs;
use crate::document::{Line, Piece, code, text};
use crate::facts::Facts;
use crate::moments::lasting;
use crate::sections::moment_named;
use crate::words::{self, Language, Text};

/// Names and what they stand for.
pub(crate) fn particulars(facts: &Facts<'_>, language: Language) -> Vec<(String, Vec<Line>)> {
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
