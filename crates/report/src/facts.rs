//! What a report says, before it is put into words: the fold of the events, and what follows from it.

use std::borrow::Cow;
use std::collections::BTreeMap;

use jiff::Timestamp;
use model::event::{PauseReason, Verdict, WorldKind};
use model::state::{GateState, StepState, StepStatus};
use model::{Digest, Forecast, GateName, GateSpec, Phase, Plan, Recorded, ResourceRef, State, StepId, StepSpec, Undo};

use crate::chain::{self, Chain};
use crate::history::{History, Span, SpanKind};
use crate::moments::{Moments, lasting};
use crate::words::Language;
use crate::{CallSummary, RehearsedBefore, ReportInput};

/// From when to when steps are expected, in milliseconds.
pub(crate) type Schedule = BTreeMap<StepId, (i64, i64)>;

/// When a step takes place: of a run as it was, of a plan as it is expected; by the clock or from the beginning ([`Facts::is_by_clock`]).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// It begins.
    pub(crate) begins: i64,
    /// It ends; none where it has not.
    pub(crate) ends: Option<i64>,
    /// Of a plan: by when it has ended in nine cases of ten.
    pub(crate) late: Option<i64>,
}

/// Everything that a report says.
#[derive(Debug)]
pub(crate) struct Facts<'a> {
    /// The plan: the run's own, with its extensions, where there is a run.
    pub(crate) plan: Cow<'a, Plan>,
    /// The digest that people agree to.
    pub(crate) digest: Digest,
    /// The run, where there is one.
    pub(crate) run: Option<RunFacts>,
    /// When steps are expected, in milliseconds from the beginning.
    pub(crate) schedule: Schedule,
    /// The same where every step takes as long as nine in ten do at most.
    pub(crate) late_schedule: Schedule,
    /// When steps are expected by the clock, if the run is begun when the report is made, in milliseconds since 1970: of a plan that has windows or
    /// frozen dates; else empty.
    pub(crate) by_clock: Schedule,
    /// The same, as late as in nine cases of ten.
    pub(crate) late_by_clock: Schedule,
    /// The longest chain by estimates.
    pub(crate) expected_chain: Chain,
    /// What contradicts itself in the journal.
    pub(crate) broken: Option<String>,
    /// The AWS calls.
    pub(crate) calls: Option<&'a CallSummary>,
    /// The laws that were broken.
    pub(crate) laws: Option<&'a [String]>,
    /// The rehearsals that it rests on.
    pub(crate) rehearsed: Option<&'a RehearsedBefore>,
    /// The hash of the journal's last event.
    pub(crate) journal_hash: Option<&'a str>,
    /// How what was said in English is said in the report's language; none in English.
    translated: Option<fn(&str) -> Option<String>>,
    /// When the report is made.
    pub(crate) generated_at: Timestamp,
    /// How moments are written.
    pub(crate) moments: Moments,
}

/// A run.
#[derive(Debug)]
pub(crate) struct RunFacts {
    /// What its events add up to.
    pub(crate) state: State,
    /// What they tell beyond that.
    pub(crate) history: History,
    /// The longest chain by what steps took.
    pub(crate) chain: Chain,
}

/// How a plan or run stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Standing {
    /// A plan that can be run.
    Ready,
    /// A plan with a note that blocks.
    Blocked,
    /// A law was broken, however it ended.
    LawBroken,
    /// Everything moved, so many steps skipped.
    Completed(usize),
    /// Everything taken back.
    Unwound,
    /// Being taken back.
    TakingBack,
    /// Rests, because of a person.
    Paused(String),
    /// Rests, because the login has expired: the command that renews it.
    LoginExpired(String),
    /// A step waits for a person.
    NeedsOperator,
    /// A gate waits for an answer.
    AtGate(GateName),
    /// Under way.
    UnderWay,
}

/// How long a resource did not serve.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Down {
    /// None of its steps disturbs.
    Never,
    /// Its disturbing steps have not begun.
    NotYet,
    /// From, to, in milliseconds (since 1970 for a run, since the beginning for a plan).
    Was { from: i64, to: i64 },
    /// From, and at the last event (the second) still.
    Still { from: i64, to: i64 },
}

impl Down {
    /// Its length in milliseconds.
    pub(crate) fn millis(self) -> i64 {
        match self {
            Down::Never | Down::NotYet => 0,
            Down::Was { from, to } | Down::Still { from, to } => to - from,
        }
    }
}

impl<'a> Facts<'a> {
    /// Gathers the facts.
    pub(crate) fn of(input: &'a ReportInput<'a>, language: Language) -> Self {
        let (folded, broken) = fold(input.events);
        let run = folded.map(|(state, read)| {
            let history = History::of(read);
            let chain = chain::longest(&state.plan, |step| done_millis(history.spans_of(&step.id)));
            RunFacts { state, history, chain }
        });
        let (mut plan, digest) = match &run {
            Some(run) => (Cow::Owned(run.state.plan.clone()), run.state.digest.clone()),
            None => (Cow::Borrowed(input.plan), input.plan.digest()),
        };
        let translated = match language {
            Language::En => None,
            Language::Ja => Some(input.in_japanese),
        };
        if let Some(translated) = translated {
            translate(plan.to_mut(), translated, input.question_in_japanese);
        }
        let forecast = match &run {
            None if !plan.calendar().is_unrestricted() => Forecast::of_plan(&plan, input.generated_at),
            Some(_) | None => None,
        };
        let (from, to) = match (&run, &forecast) {
            (Some(run), _) => (run.state.started_at, run.state.last_at),
            (None, Some(forecast)) => (input.generated_at, forecast.ends.late),
            (None, None) => (input.generated_at, input.generated_at),
        };
        let (by_clock, late_by_clock) = forecast.map(|forecast| clocked(&plan, &forecast)).unwrap_or_default();
        Self {
            by_clock,
            late_by_clock,
            schedule: chain::schedule(&plan, expected_millis),
            late_schedule: chain::schedule(&plan, late_millis),
            rehearsed: input.rehearsed,
            journal_hash: input.journal_hash,
            expected_chain: chain::longest(&plan, expected_millis),
            moments: Moments::of(&plan, from, to),
            digest,
            run,
            broken,
            calls: input.calls.as_ref(),
            laws: input.laws,
            generated_at: input.generated_at,
            translated,
            plan,
        }
    }

    /// What the run said, in the report's language: what no table has (of another release, of AWS) stands as it is.
    pub(crate) fn said<'t>(&self, text: &'t str) -> Cow<'t, str> {
        let translated = self.translated.and_then(|translated| translated(text));
        translated.map_or(Cow::Borrowed(text), Cow::Owned)
    }

    /// Where the run took place; none for a plan.
    pub(crate) fn world(&self) -> Option<WorldKind> {
        self.run.as_ref().map(|run| run.state.world)
    }

    /// The first and the last moment of a run, in milliseconds since 1970; of a plan, from its beginning.
    pub(crate) fn span(&self) -> (i64, i64) {
        match &self.run {
            Some(run) => (
                run.state.started_at.as_millisecond(),
                run.state.last_at.as_millisecond(),
            ),
            None => (0, self.schedule.values().map(|(_, to)| *to).max().unwrap_or(0)),
        }
    }

    /// Whether steps have their places in moments, and not only from the beginning.
    pub(crate) fn is_by_clock(&self) -> bool {
        self.run.is_some() || !self.by_clock.is_empty()
    }

    /// When a step is expected in a plan, and when at the latest in nine cases of ten: by the clock where it can be told.
    pub(crate) fn expected_place(&self, step: &StepId) -> Option<((i64, i64), (i64, i64))> {
        let of = |likely: &Schedule, late: &Schedule| Some((*likely.get(step)?, *late.get(step)?));
        of(&self.by_clock, &self.late_by_clock).or_else(|| of(&self.schedule, &self.late_schedule))
    }

    /// When a plan's gate is asked: once its evidence is there, and what needs none when the run begins.
    pub(crate) fn asked_about(&self, gate: &GateSpec) -> i64 {
        let begins = match self.is_by_clock() {
            true => self.generated_at.as_millisecond(),
            false => 0,
        };
        let evidence = gate.after.iter().filter_map(|id| self.expected_place(id));
        evidence.map(|((_, to), _)| to).max().unwrap_or(begins)
    }

    /// A place in time as people read it: a moment, or how long after the beginning of a plan.
    pub(crate) fn written(&self, at: i64, language: Language) -> String {
        match self.is_by_clock() {
            true => {
                let at = Timestamp::from_millisecond(at).expect("it came from a moment");
                self.moments.full(at)
            }
            false => format!("+{}", lasting(at, language)),
        }
    }

    /// When a step takes place; none where it has not begun.
    pub(crate) fn takes_place(&self, step: &StepId) -> Option<Place> {
        if self.run.is_none() {
            let ((begins, ends), (_, late)) = self.expected_place(step)?;
            return Some(Place {
                begins,
                ends: Some(ends),
                late: Some(late),
            });
        }
        let mut spans = self.spans_of(step).iter().filter(|span| span.kind == SpanKind::Doing);
        let first = spans.next()?;
        let last = spans.next_back().unwrap_or(first);
        // One that stopped for a person has not ended.
        let ended = self.step_state(step).is_some_and(|state| state.ended_at.is_some());
        Some(Place {
            begins: first.from.as_millisecond(),
            ends: (ended && !last.open).then(|| last.to.as_millisecond()),
            late: None,
        })
    }

    /// When a resource does not serve, where that can be told by the clock.
    pub(crate) fn down_by_clock(&self, resource: &ResourceRef) -> Option<Place> {
        let (down, late) = match &self.run {
            Some(_) => (self.down(resource), None),
            None if self.by_clock.is_empty() => return None,
            None => (self.expected_down(resource), Some(self.late_down(resource))),
        };
        let late = late.and_then(|late| match late {
            Down::Was { to, .. } => Some(to),
            Down::Never | Down::NotYet | Down::Still { .. } => None,
        });
        match down {
            Down::Never | Down::NotYet => None,
            Down::Was { from, to } => Some(Place {
                begins: from,
                ends: Some(to),
                late,
            }),
            Down::Still { from, .. } => Some(Place {
                begins: from,
                ends: None,
                late,
            }),
        }
    }

    /// From beginning to end, in milliseconds.
    pub(crate) fn makespan(&self) -> i64 {
        let (from, to) = self.span();
        to - from
    }

    /// The length of the plan where every step takes as long as nine in ten do at most, in milliseconds.
    pub(crate) fn late_makespan(&self) -> i64 {
        self.late_schedule.values().map(|(_, to)| *to).max().unwrap_or(0)
    }

    /// The length that the plan expects, in milliseconds.
    pub(crate) fn expected_makespan(&self) -> i64 {
        self.schedule.values().map(|(_, to)| *to).max().unwrap_or(0)
    }

    /// When a resource was expected not to serve, before anything ran: by the clock where it can be told, as windows may lie between what stops it and what brings it back.
    pub(crate) fn expected_down(&self, resource: &ResourceRef) -> Down {
        let schedule = match self.by_clock.is_empty() {
            true => &self.schedule,
            false => &self.by_clock,
        };
        planned_down(schedule, &self.disturbing(resource), &self.cutting_over(resource))
    }

    /// The same where every step takes as long as nine in ten do at most.
    pub(crate) fn late_down(&self, resource: &ResourceRef) -> Down {
        let schedule = match self.late_by_clock.is_empty() {
            true => &self.late_schedule,
            false => &self.late_by_clock,
        };
        planned_down(schedule, &self.disturbing(resource), &self.cutting_over(resource))
    }

    fn disturbing(&self, resource: &ResourceRef) -> Vec<&StepSpec> {
        let steps = self.plan.steps.iter().filter(|step| step.resource == *resource);
        steps.filter(|step| step.disturbs).collect()
    }

    fn cutting_over(&self, resource: &ResourceRef) -> Vec<&StepSpec> {
        let steps = self.plan.steps.iter().filter(|step| step.resource == *resource);
        steps.filter(|step| step.phase == Phase::Cutover).collect()
    }

    /// The longest chain: as it was, or as it is expected.
    pub(crate) fn chain(&self) -> &Chain {
        self.run.as_ref().map_or(&self.expected_chain, |run| &run.chain)
    }

    /// How it stands.
    pub(crate) fn standing(&self) -> Standing {
        let Some(RunFacts { state, .. }) = &self.run else {
            return if self.plan.is_blocked() {
                Standing::Blocked
            } else {
                Standing::Ready
            };
        };
        if self.laws.is_some_and(|broken| !broken.is_empty()) {
            return Standing::LawBroken;
        }
        match state.ended {
            Some(Verdict::Completed) => {
                return Standing::Completed(self.count(|status| *status == StepStatus::Skipped));
            }
            Some(Verdict::Unwound) => return Standing::Unwound,
            None => {}
        }
        match &state.paused {
            Some(PauseReason::Operator { by }) => return Standing::Paused(by.clone()),
            Some(PauseReason::CredentialsExpired { command }) => return Standing::LoginExpired(command.clone()),
            None => {}
        }
        if !state.stopped().is_empty() {
            return Standing::NeedsOperator;
        }
        if state.undoing.is_some() {
            return Standing::TakingBack;
        }
        let asked = self
            .plan
            .gates
            .iter()
            .find(|gate| matches!(state.gates[&gate.name], GateState::Asked { .. }));
        asked.map_or(Standing::UnderWay, |gate| Standing::AtGate(gate.name.clone()))
    }

    /// How many steps are in a status.
    pub(crate) fn count(&self, which: impl Fn(&StepStatus) -> bool) -> usize {
        self.run.as_ref().map_or(0, |run| {
            run.state.steps.values().filter(|step| which(&step.status)).count()
        })
    }

    /// The state of a step; none for a plan.
    pub(crate) fn step_state(&self, step: &StepId) -> Option<&StepState> {
        self.run.as_ref()?.state.steps.get(step)
    }

    /// The spans of a step; none for a plan.
    pub(crate) fn spans_of(&self, step: &StepId) -> &[Span] {
        self.run.as_ref().map_or(&[], |run| run.history.spans_of(step))
    }

    /// The steps of a resource, in plan order.
    pub(crate) fn steps_of<'s>(&'s self, resource: &'s ResourceRef) -> impl Iterator<Item = &'s StepSpec> {
        self.plan.steps.iter().filter(move |step| step.resource == *resource)
    }

    /// How long a resource did not serve: from the start of its first disturbing step to the end of its last cutover step, or
    /// of its last disturbing one where nothing is cut over.
    pub(crate) fn down(&self, resource: &ResourceRef) -> Down {
        let disturbing = self.disturbing(resource);
        match &self.run {
            _ if disturbing.is_empty() => Down::Never,
            None => self.expected_down(resource),
            Some(run) => run_down(run, &disturbing, &self.cutting_over(resource)),
        }
    }

    /// The longest that any resource did not serve.
    pub(crate) fn longest_down(&self) -> Option<(ResourceRef, Down)> {
        let all = self.plan.resources().into_iter().map(|resource| {
            let down = self.down(&resource);
            (resource, down)
        });
        // The first of equals, in plan order.
        all.filter(|(_, down)| down.millis() > 0)
            .reduce(|best, next| if next.1.millis() > best.1.millis() { next } else { best })
    }
}

/// The places of a plan's steps in a forecast: as they are likely, and as late as in nine cases of ten.
fn clocked(plan: &Plan, forecast: &Forecast) -> (Schedule, Schedule) {
    let steps = plan.steps.iter().zip(&forecast.steps);
    let places = steps.map(|(step, expected)| {
        let of = |from: Timestamp, to: Timestamp| (step.id.clone(), (from.as_millisecond(), to.as_millisecond()));
        (
            of(expected.begins.likely, expected.ends.likely),
            of(expected.begins.late, expected.ends.late),
        )
    });
    places.unzip()
}

fn planned_down(schedule: &Schedule, disturbing: &[&StepSpec], cutover: &[&StepSpec]) -> Down {
    let of = |steps: &[&StepSpec]| -> Vec<(i64, i64)> {
        let spans = steps.iter().filter_map(|step| schedule.get(&step.id));
        spans.copied().collect()
    };
    if disturbing.is_empty() {
        return Down::Never;
    }
    let Some(from) = of(disturbing).iter().map(|(from, _)| *from).min() else {
        return Down::NotYet;
    };
    let end = |steps: &[&StepSpec]| of(steps).iter().map(|(_, to)| *to).max().filter(|to| *to > from);
    let to = end(cutover).or_else(|| end(disturbing)).unwrap_or(from);
    Down::Was { from, to }
}

fn run_down(run: &RunFacts, disturbing: &[&StepSpec], cutover: &[&StepSpec]) -> Down {
    let spans = |steps: &[&StepSpec], kind: SpanKind| -> Vec<(i64, i64)> {
        let all = steps
            .iter()
            .flat_map(|step| run.history.spans_of(&step.id))
            .filter(|span| span.kind == kind);
        all.map(|span| (span.from.as_millisecond(), span.to.as_millisecond()))
            .collect()
    };
    let Some(from) = spans(disturbing, SpanKind::Doing).iter().map(|(from, _)| *from).min() else {
        return Down::NotYet;
    };
    let status = |step: &StepSpec| &run.state.steps[&step.id].status;
    let latest = |spans: Vec<(i64, i64)>| spans.into_iter().map(|(_, to)| to).max();
    let last = run.state.last_at.as_millisecond();
    // Taken back: it serves again since the last of its disturbing steps was undone.
    if disturbing.iter().all(|step| !status(step).may_have_effect())
        && disturbing.iter().any(|step| *status(step) != StepStatus::Skipped)
    {
        let to = latest(spans(disturbing, SpanKind::Undoing)).unwrap_or(from);
        return Down::Was { from, to: to.max(from) };
    }
    if !disturbing.iter().chain(cutover).all(|step| status(step).is_settled()) {
        return Down::Still { from, to: last };
    }
    let ends = latest(spans(cutover, SpanKind::Doing)).filter(|to| *to > from);
    let to = ends
        .or_else(|| latest(spans(disturbing, SpanKind::Doing)))
        .unwrap_or(from);
    Down::Was { from, to: to.max(from) }
}

/// What a step took, being done: waiting for a person does not count.
pub(crate) fn done_millis(spans: &[Span]) -> i64 {
    spans
        .iter()
        .filter(|span| span.kind == SpanKind::Doing)
        .map(Span::millis)
        .sum()
}

/// What a step is expected to take.
pub(crate) fn expected_millis(step: &StepSpec) -> i64 {
    i64::try_from(step.estimate.p50).unwrap_or(A_CENTURY).min(A_CENTURY) * 1000
}

/// What nine in ten such steps take at most.
pub(crate) fn late_millis(step: &StepSpec) -> i64 {
    i64::try_from(step.estimate.p90).unwrap_or(A_CENTURY).min(A_CENTURY) * 1000
}

/// Puts what a plan says itself into another language. What people agree to is the plan as it stands: the digest is the other one's.
fn translate(plan: &mut Plan, translated: fn(&str) -> Option<String>, asked: fn(&str) -> Option<String>) {
    // Many steps say the same.
    let mut known: BTreeMap<String, String> = BTreeMap::new();
    let mut say = |text: &mut String| {
        let other = known
            .entry(text.clone())
            .or_insert_with_key(|text| translated(text).unwrap_or_else(|| text.clone()));
        text.clone_from(other);
    };
    for step in &mut plan.steps {
        say(&mut step.title);
        match &mut step.undo {
            Undo::Manual { guide } => say(guide),
            Undo::None { reason } => say(reason),
            Undo::Auto | Undo::Nothing => {}
        }
    }
    plan.notes.iter_mut().for_each(|note| say(&mut note.text));
    for gate in &mut plan.gates {
        if let Some(other) = asked(&gate.ask) {
            gate.ask = other;
        }
    }
}

/// Folds as far as the events do not contradict each other: a report is made of what can be read, and says where it ends.
fn fold(events: &[Recorded]) -> (Option<(State, &[Recorded])>, Option<String>) {
    let Some(first) = events.first() else {
        return (None, None);
    };
    let mut state = match State::begin(first) {
        Ok(state) => state,
        Err(error) => return (None, Some(error.to_string())),
    };
    for (read, recorded) in events.iter().enumerate().skip(1) {
        if let Err(error) = state.apply(recorded) {
            return (Some((state, &events[..read])), Some(error.to_string()));
        }
    }
    (Some((state, events)), None)
}

/// More seconds than any estimate means: sums of so many milliseconds stay far from overflowing.
const A_CENTURY: i64 = 100 * 366 * 86_400;
