//! The timeline: each resource's steps as bars on lanes, and how time maps to width.

use model::Phase;

use crate::facts::{Facts, RunFacts};
use crate::history::SpanKind;
use crate::moments::{Moments, lasting};
use crate::windows::{self, Band, joined};
use crate::words::{self, Language, Text};

/// What a bar stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Look {
    Phase(Phase),
    Stopped,
    Undoing,
}

/// Every look, in the order of the legend.
pub(crate) const LOOKS: [Look; 7] = [
    Look::Phase(Phase::Prepare),
    Look::Phase(Phase::Freeze),
    Look::Phase(Phase::Cutover),
    Look::Phase(Phase::Settle),
    Look::Phase(Phase::CleanUp),
    Look::Stopped,
    Look::Undoing,
];

impl Look {
    /// Its name in the legend.
    pub(crate) fn text(self) -> Text {
        match self {
            Look::Phase(phase) => words::phase(phase),
            Look::Stopped => Text::StoppedSpan,
            Look::Undoing => Text::Undoing,
        }
    }
}

/// In milliseconds. What lasts longer only waits, two days for a TTL or for an old zone: its ends count as work, and a break may lie between them, or the
/// night would be a line at the edge.
const LONGEST_BAR: i64 = 12 * 3_600_000;

/// Which times of a bar count as work.
fn worked(from: i64, to: i64) -> Vec<(i64, i64)> {
    match to - from > LONGEST_BAR {
        true => vec![(from, from), (to, to)],
        false => vec![(from, to)],
    }
}

/// A step's bar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Bar {
    pub(crate) from: i64,
    pub(crate) to: i64,
    pub(crate) look: Look,
    pub(crate) open: bool,
    /// What is said when the pointer rests on it.
    pub(crate) says: String,
}

/// A resource's bars, on lanes on which nothing overlaps.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Row {
    pub(crate) name: String,
    pub(crate) lanes: Vec<Vec<Bar>>,
    /// When it can no longer be taken back, and what is said there.
    pub(crate) no_return: Vec<(i64, String)>,
    /// Of a plan: by when its last step has ended in nine cases of ten.
    pub(crate) late: Option<LateEnd>,
}

/// By when the last step of a resource has ended in nine cases of ten.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct LateEnd {
    /// When it is expected to end.
    pub(crate) from: i64,
    pub(crate) at: i64,
    pub(crate) says: String,
}

/// A gate on the time axis.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct GateMark {
    pub(crate) name: String,
    /// When it was asked.
    pub(crate) asked: i64,
    /// When it was answered, or the last moment.
    pub(crate) answered: i64,
    pub(crate) says: String,
}

/// How moments are written along the axis.
#[derive(Debug, Clone)]
pub(crate) enum Axis {
    /// By the clock.
    Clock(Moments),
    /// From the beginning.
    Elapsed,
}

/// The timeline.
#[derive(Debug, Clone)]
pub(crate) struct Chart {
    pub(crate) language: Language,
    pub(crate) title: String,
    pub(crate) hint: String,
    pub(crate) rows: Vec<Row>,
    pub(crate) gates: Vec<GateMark>,
    /// When a window is open, and when nothing may disturb.
    pub(crate) bands: Vec<Band>,
    pub(crate) axis: Axis,
    pub(crate) scale: Scale,
}

impl Chart {
    /// The timeline of a plan or a run; none when nothing has a place in time.
    pub(crate) fn of(facts: &Facts<'_>, language: Language) -> Option<Self> {
        let span = match facts.by_clock.values().map(|(_, to)| *to).max() {
            Some(last) => (facts.generated_at.as_millisecond(), last),
            None => facts.span(),
        };
        let rows: Vec<Row> = facts
            .plan
            .resources()
            .iter()
            .map(|resource| {
                let bars = facts.steps_of(resource).flat_map(|step| match &facts.run {
                    Some(run) => run_bars(facts, run, step, language),
                    None => plan_bar(facts, step, language).into_iter().collect(),
                });
                Row {
                    no_return: no_return(facts, resource, language),
                    late: late_end(facts, resource, language),
                    name: resource.to_string(),
                    lanes: in_lanes(bars.collect()),
                }
            })
            .filter(|row| !row.lanes.is_empty())
            .collect();
        if rows.is_empty() {
            return None;
        }
        let busy = rows
            .iter()
            .flat_map(|row| row.lanes.iter().flatten())
            .flat_map(|bar| worked(bar.from, bar.to));
        let late = rows.iter().filter_map(|row| row.late.as_ref());
        let late = late.map(|late| (late.at, late.at));
        let gates = gate_marks(facts, language);
        // Of a plan the windows that it uses are shown to their ends: what room they leave.
        let used = windows::used(facts).into_iter().filter_map(|one| one.opening);
        let edges: Vec<i64> = used
            .filter(|_| facts.run.is_none())
            .flat_map(|(opens, shuts)| [opens.max(span.0), shuts])
            .collect();
        let ends = late.clone().map(|(at, _)| at).chain(edges.iter().copied());
        let span = (span.0, ends.fold(span.1, i64::max));
        let late = late.chain(edges.into_iter().map(|at| (at, at)));
        // An answer is worth a place of its own: the night often begins with one.
        let busy = busy.chain(late);
        let busy = busy.chain(gates.iter().map(|mark| (mark.answered, mark.answered)));
        let scale = Scale::of(span, busy.collect());
        let named = |title: String| format!("{title} {}", Text::TimesIn.fill(language, &[&facts.moments.name]));
        let clock = || Axis::Clock(facts.moments.clone());
        let (title, hint, axis) = match &facts.run {
            Some(_) => (
                named(Text::ChartOfRun.say(language).to_owned()),
                Text::ChartHint,
                clock(),
            ),
            None if facts.is_by_clock() => {
                let begun = facts.moments.full(facts.generated_at);
                (
                    named(Text::ChartOfPlanByClock.fill(language, &[&begun])),
                    Text::ChartByClockHint,
                    clock(),
                )
            }
            None => (
                Text::ChartOfPlan.say(language).to_owned(),
                Text::ChartPlanHint,
                Axis::Elapsed,
            ),
        };
        let mut hint = hint.say(language).to_owned();
        if scale.is_broken() {
            hint = format!("{hint} {}", Text::ChartTruncates.say(language));
        }
        let bands = if facts.is_by_clock() {
            windows::bands(facts, span, language)
        } else {
            Vec::new()
        };
        Some(Self {
            language,
            title,
            hint,
            gates,
            bands,
            rows,
            axis,
            scale,
        })
    }
}

fn run_bars(facts: &Facts<'_>, run: &RunFacts, step: &model::StepSpec, language: Language) -> Vec<Bar> {
    let bar = |span: &crate::history::Span| {
        let look = match span.kind {
            SpanKind::Doing => Look::Phase(step.phase),
            SpanKind::Stopped => Look::Stopped,
            SpanKind::Undoing => Look::Undoing,
        };
        let end = if span.open {
            Text::StillOpen.say(language).to_owned()
        } else {
            facts.moments.full(span.to)
        };
        let says = format!(
            "{}\n{}\n{}: {} – {} ({})",
            step.id,
            step.title,
            look.text().say(language),
            facts.moments.full(span.from),
            end,
            lasting(span.millis(), language)
        );
        Bar {
            from: span.from.as_millisecond(),
            to: span.to.as_millisecond(),
            look,
            open: span.open,
            says,
        }
    };
    run.history.spans_of(&step.id).iter().map(bar).collect()
}

fn plan_bar(facts: &Facts<'_>, step: &model::StepSpec, language: Language) -> Option<Bar> {
    let ((from, to), _) = facts.expected_place(&step.id)?;
    let look = Look::Phase(step.phase);
    let says = format!(
        "{}\n{}\n{}: {} ({})",
        step.id,
        step.title,
        look.text().say(language),
        facts.written(from, language),
        lasting(to - from, language)
    );
    Some(Bar {
        from,
        to,
        look,
        open: false,
        says,
    })
}

/// The points of no return of a resource: where such steps begin, or began.
fn no_return(facts: &Facts<'_>, resource: &model::ResourceRef, language: Language) -> Vec<(i64, String)> {
    let steps = facts
        .steps_of(resource)
        .filter(|step| matches!(step.undo, model::Undo::None { .. }));
    let place = |step: &model::StepSpec| match &facts.run {
        None => facts.expected_place(&step.id).map(|((from, _), _)| from),
        Some(_) => facts.spans_of(&step.id).first().map(|span| span.from.as_millisecond()),
    };
    let says = |step: &model::StepSpec| format!("{}\n{}\n{}", Text::NoReturnMark.say(language), step.id, step.title);
    steps.filter_map(|step| Some((place(step)?, says(step)))).collect()
}

fn late_end(facts: &Facts<'_>, resource: &model::ResourceRef, language: Language) -> Option<LateEnd> {
    if facts.run.is_some() {
        return None;
    }
    let places = facts
        .steps_of(resource)
        .filter_map(|step| facts.expected_place(&step.id));
    let ends = places.map(|((_, likely), (_, late))| (likely, late));
    let (from, at) = ends.reduce(|one, other| (one.0.max(other.0), one.1.max(other.1)))?;
    let says = match facts.is_by_clock() {
        true => Text::LateEndAt.fill(
            language,
            &[&facts.written(from, language), &facts.written(at, language)],
        ),
        false => Text::LateEnd.fill(language, &[&lasting(from, language), &lasting(at, language)]),
    };
    (at > from).then_some(LateEnd { from, at, says })
}

/// Puts each bar on the first lane that is free at its start.
fn in_lanes(mut bars: Vec<Bar>) -> Vec<Vec<Bar>> {
    // Stable: bars that start together stay in plan order.
    bars.sort_by_key(|bar| bar.from);
    let mut lanes: Vec<Vec<Bar>> = Vec::new();
    for bar in bars {
        match lanes
            .iter_mut()
            .find(|lane| lane.last().is_none_or(|last| last.to <= bar.from))
        {
            Some(lane) => lane.push(bar),
            None => lanes.push(vec![bar]),
        }
    }
    lanes
}

fn gate_marks(facts: &Facts<'_>, language: Language) -> Vec<GateMark> {
    let mut marks = Vec::new();
    for gate in &facts.plan.gates {
        let Some(run) = &facts.run else {
            let asked = facts.asked_about(gate);
            let says = format!("{} {}\n{}", Text::GateMark.say(language), gate.name, gate.ask);
            marks.push(GateMark {
                name: gate.name.to_string(),
                asked,
                answered: asked,
                says,
            });
            continue;
        };
        for asking in run.history.gates.get(&gate.name).into_iter().flatten() {
            let (answered, who) = match &asking.approved {
                Some(approval) => (
                    approval.at,
                    format!("{} {}", approval.by, facts.moments.full(approval.at)),
                ),
                None => (run.state.last_at, Text::NotAnswered.say(language).to_owned()),
            };
            let says = format!("{} {}\n{}\n{who}", Text::GateMark.say(language), gate.name, gate.ask);
            let (asked, answered) = (asking.asked.as_millisecond(), answered.as_millisecond());
            marks.push(GateMark {
                name: gate.name.to_string(),
                asked,
                answered,
                says,
            });
        }
    }
    marks
}

/// A stretch of time that is drawn at full scale.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Stretch {
    from: i64,
    to: i64,
    left: f64,
    right: f64,
}

/// How time maps to width: idle stretches are cut short, or a night would be a sliver beside the days before its window.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Scale {
    stretches: Vec<Stretch>,
}

/// The width of the drawing.
pub(crate) const WIDTH: f64 = 1000.0;
/// The width of an idle stretch.
const BREAK: f64 = 44.0;
/// Idle stretches shorter than this are shown as they are.
const SHORTEST_BREAK: i64 = 20 * 60 * 1000;

impl Scale {
    fn of((from, to): (i64, i64), busy: Vec<(i64, i64)>) -> Self {
        let merged = joined(busy);
        let work: i64 = merged.iter().map(|(start, end)| end - start).sum();
        let longest = SHORTEST_BREAK.max(work / 6);
        // Joins what lies close together; the rest stays apart, with a break between. Both ends of the run count as work.
        let mut spans = vec![(from, from)];
        for (start, end) in merged.into_iter().chain([(to, to)]) {
            let last = spans.last_mut().expect("it began with one");
            if start - last.1 <= longest {
                last.1 = last.1.max(end)
            } else {
                spans.push((start, end))
            }
        }
        let breaks = spans.len() - 1;
        // Many breaks would leave no room for the work.
        let gap = BREAK.min(WIDTH * 0.4 / breaks.max(1) as f64);
        let room = WIDTH - gap * breaks as f64;
        // Every stretch gets some room of its own, or a single approval between two breaks could not be seen.
        let least = (room * 0.3 / spans.len() as f64).min(24.0);
        let shared = room - least * spans.len() as f64;
        let total = spans.iter().map(|(start, end)| end - start).sum::<i64>().max(1) as f64;
        let mut left = 0.0;
        let mut stretches = Vec::new();
        for (start, end) in spans {
            let right = left + least + shared * (end - start) as f64 / total;
            stretches.push(Stretch {
                from: start,
                to: end,
                left,
                right,
            });
            left = right + gap;
        }
        Self { stretches }
    }

    /// Whether idle time was cut.
    pub(crate) fn is_broken(&self) -> bool {
        self.stretches.len() > 1
    }

    /// The place of a moment.
    pub(crate) fn x(&self, at: i64) -> f64 {
        let mut before: Option<&Stretch> = None;
        for stretch in &self.stretches {
            if at < stretch.from {
                return match before {
                    None => stretch.left,
                    Some(before) => {
                        let share = (at - before.to) as f64 / (stretch.from - before.to).max(1) as f64;
                        before.right + share * (stretch.left - before.right)
                    }
                };
            }
            if at <= stretch.to {
                let share = (at - stretch.from) as f64 / (stretch.to - stretch.from).max(1) as f64;
                return stretch.left + share * (stretch.right - stretch.left);
            }
            before = Some(stretch);
        }
        before.map_or(0.0, |last| last.right)
    }

    /// The breaks: where they begin and end, and how long they are in milliseconds.
    pub(crate) fn breaks(&self) -> Vec<(f64, f64, i64)> {
        let pairs = self.stretches.windows(2);
        pairs
            .map(|pair| (pair[0].right, pair[1].left, pair[1].from - pair[0].to))
            .collect()
    }

    /// Moments to write along the axis: the beginning of every stretch, and whole units between, none closer than `apart`.
    pub(crate) fn ticks(&self, apart: f64, ahead: impl Fn(i64) -> i64) -> Vec<i64> {
        const MINUTE: i64 = 60_000;
        const UNITS: [i64; 17] = [
            1000,
            5000,
            10_000,
            30_000,
            MINUTE,
            2 * MINUTE,
            5 * MINUTE,
            10 * MINUTE,
            15 * MINUTE,
            30 * MINUTE,
            60 * MINUTE,
            120 * MINUTE,
            180 * MINUTE,
            360 * MINUTE,
            720 * MINUTE,
            1440 * MINUTE,
            7 * 1440 * MINUTE,
        ];
        let mut ticks: Vec<i64> = Vec::new();
        let far = |ticks: &[i64], at: i64| ticks.iter().all(|tick| (self.x(*tick) - self.x(at)).abs() >= apart);
        for stretch in &self.stretches {
            if far(&ticks, stretch.from) {
                ticks.push(stretch.from);
            }
        }
        for stretch in &self.stretches {
            let per_milli = (stretch.right - stretch.left) / (stretch.to - stretch.from).max(1) as f64;
            let fits = UNITS.into_iter().find(|unit| *unit as f64 * per_milli >= apart);
            let Some(unit) = fits else { continue };
            let ahead = ahead(stretch.from);
            let mut at = ((stretch.from + ahead).div_euclid(unit) + 1) * unit - ahead;
            while at <= stretch.to {
                if far(&ticks, at) {
                    ticks.push(at);
                }
                at += unit;
            }
        }
        ticks.sort_unstable();
        ticks
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_days_of_waiting_do_not_make_a_line_of_the_night() {
        let hour = 3_600_000;
        let bars = [
            (0, 3 * hour),
            (3 * hour, 8 * hour),
            (8 * hour, 56 * hour),
            (56 * hour, 56 * hour + 60_000),
        ];
        let busy = bars.into_iter().flat_map(|(from, to)| worked(from, to)).collect();
        let scale = Scale::of((0, 57 * hour), busy);
        assert!(scale.is_broken());
        assert!(scale.x(8 * hour) > WIDTH * 0.6, "{}", scale.x(8 * hour));
    }
}
