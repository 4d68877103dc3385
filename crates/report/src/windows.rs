//! When the windows stand open, on which dates nothing disturbs, and what disturbs in each window: of a run as it was, of a plan as it is expected if
//! the run is begun when the report is made.

use jiff::Timestamp;
use model::window::Freeze;
use model::{ResourceRef, StepSpec};

use crate::document::{Block, Line, Piece, Table, Tone, code, text};
use crate::facts::{Facts, Place};
use crate::history::Intervened;
use crate::moments::lasting;
use crate::tables::{headings, number};
use crate::words::{Language, Text};

/// From when to when, in milliseconds since 1970.
pub(crate) type Span = (i64, i64);

/// A window, and what disturbs in it.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Used<'f> {
    /// None: outside of every window.
    pub(crate) opening: Option<Span>,
    /// In the order in which they begin.
    pub(crate) steps: Vec<(&'f StepSpec, Place)>,
}

/// A stretch of the timeline in which a window stands open, or nothing may disturb.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Band {
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) frozen: bool,
    /// What stands in the picture; none where nothing disturbs in it.
    pub(crate) label: Option<String>,
    /// What is said when the pointer rests on it.
    pub(crate) says: String,
}

/// The openings from the beginning on to a moment, whole; none where no window is named. Always from the beginning: of windows that touch, the first
/// is not seen any more once it is over.
fn openings(facts: &Facts<'_>, to: i64) -> Vec<Span> {
    let from = facts
        .run
        .as_ref()
        .map_or(facts.generated_at, |run| run.state.started_at);
    let from = from.as_millisecond();
    let mut found = Vec::new();
    let mut at = from;
    // A span of a year with a weekly window: what is beyond is of no use in a picture.
    for _ in 0..60 {
        let next = Timestamp::from_millisecond(at)
            .ok()
            .filter(|_| !facts.plan.windows.is_empty())
            .and_then(|at| facts.plan.calendar().current_or_next(at));
        let Some(opening) = next else { break };
        let (opens, shuts) = (opening.from.as_millisecond(), opening.until.as_millisecond());
        if opens > to {
            break;
        }
        found.push((opens, shuts));
        at = shuts.max(at + 1);
    }
    // What operators granted beyond them, each from when it was granted.
    let interventions = facts.run.iter().flat_map(|run| &run.history.interventions);
    found.extend(interventions.filter_map(|intervention| match &intervention.what {
        Intervened::WindowExtended { until, .. } => {
            let (opens, shuts) = (intervention.at.as_millisecond(), until.as_millisecond());
            (opens <= to && shuts > from).then_some((opens, shuts))
        }
        _ => None,
    }));
    joined(found)
}

/// The frozen dates that touch a span of time.
fn frozen<'f>(facts: &'f Facts<'_>, (from, to): Span) -> Vec<(Span, &'f Freeze)> {
    let span = |freeze: &'f Freeze| {
        let span = freeze.span()?;
        let span = (span.from.as_millisecond(), span.until.as_millisecond());
        (span.0 < to && span.1 > from).then_some((span, freeze))
    };
    facts.plan.frozen.iter().filter_map(span).collect()
}

/// The same spans, those that touch as one.
pub(crate) fn joined(mut spans: Vec<Span>) -> Vec<Span> {
    spans.sort_unstable();
    let mut joined: Vec<Span> = Vec::new();
    for (from, to) in spans {
        match joined.last_mut() {
            Some(last) if from <= last.1 => last.1 = last.1.max(to),
            _ => joined.push((from, to)),
        }
    }
    joined
}

fn holding(openings: &[Span], at: i64) -> Option<Span> {
    openings
        .iter()
        .copied()
        .find(|(from, until)| *from <= at && at < *until)
}

/// The windows in which something disturbs, and last what does so outside of all of them. Nothing where the plan may disturb at any time, or where it
/// cannot be told when.
pub(crate) fn used<'f>(facts: &'f Facts<'_>) -> Vec<Used<'f>> {
    if !facts.is_by_clock() || facts.plan.calendar().is_unrestricted() {
        return Vec::new();
    }
    let disturbing = facts.plan.steps.iter().filter(|step| step.disturbs);
    let mut steps: Vec<(&StepSpec, Place)> = disturbing
        .filter_map(|step| Some((step, facts.takes_place(&step.id)?)))
        .collect();
    // Stable: what begins together stays in plan order.
    steps.sort_by_key(|(_, place)| place.begins);
    let Some((_, last)) = steps.last() else {
        return Vec::new();
    };
    let openings = openings(facts, last.begins);
    let mut used: Vec<Used<'_>> = Vec::new();
    for (step, place) in steps {
        let opening = holding(&openings, place.begins);
        match used.iter_mut().find(|one| one.opening == opening) {
            Some(one) => one.steps.push((step, place)),
            None => used.push(Used {
                opening,
                steps: vec![(step, place)],
            }),
        }
    }
    used.sort_by_key(|one| (one.opening.is_none(), one.opening));
    used
}

impl Used<'_> {
    /// When the last of its steps ends; none where one has not ended.
    fn ends(&self) -> Option<i64> {
        let ends = self.steps.iter().map(|(_, place)| place.ends);
        ends.reduce(|one, other| Some(one?.max(other?))).flatten()
    }

    /// By when the last of its steps has ended in nine cases of ten; none of a run.
    fn late(&self) -> Option<i64> {
        self.steps.iter().filter_map(|(_, place)| place.late).max()
    }

    fn resources(&self) -> usize {
        let mut resources: Vec<&ResourceRef> = self.steps.iter().map(|(step, _)| &step.resource).collect();
        resources.sort();
        resources.dedup();
        resources.len()
    }
}

/// The bands of a timeline that covers this span.
pub(crate) fn bands(facts: &Facts<'_>, span: Span, language: Language) -> Vec<Band> {
    let used: Vec<Option<Span>> = used(facts).into_iter().map(|one| one.opening).collect();
    let within = |(from, to): Span| (from.max(span.0), to.min(span.1));
    let open = openings(facts, span.1).into_iter().map(|opening| {
        let (from, to) = within(opening);
        let edges = [opening.0, opening.1].map(|at| facts.moments.short(moment(at)));
        Band {
            from,
            to,
            frozen: false,
            label: used
                .contains(&Some(opening))
                .then(|| Text::WindowBand.fill(language, &[&edges[0], &edges[1]])),
            says: format!(
                "{}\n{} – {}",
                Text::WindowOpen.say(language),
                facts.moments.full(moment(opening.0)),
                facts.moments.named(moment(opening.1))
            ),
        }
    });
    let frozen = frozen(facts, span).into_iter().map(|(whole, freeze)| {
        let (from, to) = within(whole);
        let dates = Text::FrozenBand.fill(language, &[&freeze.from.to_string(), &freeze.until.to_string()]);
        Band {
            from,
            to,
            frozen: true,
            says: format!("{dates} ({})\n{}", freeze.timezone, freeze.reason),
            label: Some(dates),
        }
    });
    open.chain(frozen).filter(|band| band.from < band.to).collect()
}

fn moment(millis: i64) -> Timestamp {
    Timestamp::from_millisecond(millis).expect("it came from a moment")
}

/// What disturbs when, in words; nothing where there is nothing to tell.
pub(crate) fn blocks(facts: &Facts<'_>, language: Language) -> Vec<Block> {
    let used = used(facts);
    if used.is_empty() {
        return Vec::new();
    }
    let openings: Vec<Span> = used.iter().filter_map(|one| one.opening).collect();
    let mut blocks = vec![Block::Table(by_window(facts, &used, language))];
    let resources = by_resource(facts, &openings, language);
    if !resources.rows.is_empty() {
        blocks.push(Block::Fold(
            vec![text(Text::DownByClock.say(language))],
            vec![Block::Table(resources)],
        ));
    }
    blocks
}

fn window(facts: &Facts<'_>, opening: Option<Span>, language: Language) -> Line {
    match opening {
        Some((from, until)) => vec![
            Piece::Moment(facts.moments.full(moment(from)), moment(from)),
            text(" – "),
            Piece::Moment(facts.moments.full(moment(until)), moment(until)),
        ],
        None if facts.plan.windows.is_empty() => vec![text(Text::NotFrozen.say(language))],
        None => vec![Piece::Mark(
            Tone::Careful,
            Text::OutsideWindows.say(language).to_owned(),
        )],
    }
}

fn at(facts: &Facts<'_>, at: Option<i64>, language: Language) -> Line {
    match at.map(moment) {
        Some(at) => vec![Piece::Moment(facts.moments.full(at), at)],
        None => vec![text(Text::StillOpen.say(language))],
    }
}

/// The caption: by which clock, and of a plan from which beginning.
fn caption(facts: &Facts<'_>, plan: Text, run: Text, language: Language) -> String {
    let zone = &facts.moments.name;
    match &facts.run {
        Some(_) => run.fill(language, &[zone]),
        None => plan.fill(language, &[&facts.moments.full(facts.generated_at), zone]),
    }
}

fn by_window(facts: &Facts<'_>, used: &[Used<'_>], language: Language) -> Table {
    let planned = facts.run.is_none();
    let row = |one: &Used<'_>| {
        let begins = one.steps.first().map(|(_, place)| place.begins);
        let mut row = vec![
            window(facts, one.opening, language),
            number(one.resources()),
            number(one.steps.len()),
            at(facts, begins, language),
            at(facts, one.ends(), language),
        ];
        if planned {
            row.push(at(facts, one.late(), language));
        }
        let end = if planned { one.late() } else { one.ends() };
        row.push(match one.opening.zip(end).map(|((_, until), end)| until - end) {
            None => vec![text("–")],
            Some(left) if left >= 0 => vec![text(lasting(left, language))],
            Some(over) => vec![Piece::Mark(
                Tone::Careful,
                Text::BeyondIt.fill(language, &[&lasting(-over, language)]),
            )],
        });
        row
    };
    let mut columns = vec![
        Text::Window,
        Text::Resources,
        Text::StepsThatDisturb,
        Text::FromThen,
        Text::UntilThen,
    ];
    if planned {
        columns.push(Text::LateThen);
    }
    columns.push(Text::LeftOfIt);
    Table {
        caption: caption(facts, Text::WindowsPlanCaption, Text::WindowsCaption, language),
        headings: headings(&columns, language),
        rows: used.iter().map(row).collect(),
        numbers: vec![1, 2],
    }
}

fn by_resource(facts: &Facts<'_>, openings: &[Span], language: Language) -> Table {
    let planned = facts.run.is_none();
    let resources = facts.plan.resources();
    let mut places: Vec<(&ResourceRef, Place)> = resources
        .iter()
        .filter_map(|resource| Some((resource, facts.down_by_clock(resource)?)))
        .collect();
    places.sort_by_key(|(_, place)| place.begins);
    let row = |(resource, place): &(&ResourceRef, Place)| {
        let mut row = vec![
            vec![code(resource)],
            window(facts, holding(openings, place.begins), language),
            at(facts, Some(place.begins), language),
            at(facts, place.ends, language),
        ];
        if planned {
            row.push(at(facts, place.late, language));
        }
        row
    };
    let mut columns = vec![Text::Resource, Text::Window, Text::FromThen, Text::UntilThen];
    if planned {
        columns.push(Text::LateThen);
    }
    Table {
        caption: caption(facts, Text::DownByClockPlanCaption, Text::DownByClockCaption, language),
        headings: headings(&columns, language),
        rows: places.iter().map(row).collect(),
        numbers: vec![],
    }
}
