//! The tables of a report: resources, steps, gates, failures, what people did, AWS calls.

use model::state::StepStatus;
use model::{StepSpec, Undo};

use crate::document::{Block, Line, Piece, Table, Tone, code, text};
use crate::facts::{Down, Facts, done_millis};
use crate::history::{After, Intervened, Mishap, MishapKind};
use crate::moments::lasting;
use crate::sections::moment;
use crate::summary::down_length;
use crate::words::{self, Language, Text};

pub(crate) fn headings(texts: &[Text], language: Language) -> Vec<String> {
    texts.iter().map(|text| text.say(language).to_owned()).collect()
}

pub(crate) fn number(count: impl ToString) -> Line {
    vec![text(count.to_string())]
}

pub(crate) fn dash() -> Line {
    vec![text("–")]
}

/// A moment, or how long after a plan's beginning.
fn when(facts: &Facts<'_>, at: i64, language: Language) -> Line {
    match facts.is_by_clock() {
        true => {
            let at = jiff::Timestamp::from_millisecond(at).expect("it came from a moment");
            vec![moment(facts, at)]
        }
        false => vec![text(lasting(at, language))],
    }
}

/// What each resource went through, and the evidence for it.
pub(crate) fn resources(facts: &Facts<'_>, language: Language) -> Vec<Block> {
    let mut rows = Vec::new();
    let mut evidence = Vec::new();
    for resource in facts.plan.resources() {
        let down = facts.down(&resource);
        let disturbed = match down {
            Down::Never => vec![text(Text::NotDisturbed.say(language))],
            Down::NotYet => vec![text(Text::NotDisturbedYet.say(language))],
            Down::Was { from, .. } | Down::Still { from, .. } => when(facts, from, language),
        };
        let length = match down {
            Down::Never | Down::NotYet => dash(),
            Down::Was { .. } | Down::Still { .. } => vec![text(down_length(down, language))],
        };
        let steps = facts.steps_of(&resource).count();
        let mut row = vec![vec![code(&resource)], disturbed, length];
        if let Some(run) = &facts.run {
            let states: Vec<_> = facts
                .steps_of(&resource)
                .filter_map(|step| facts.step_state(&step.id))
                .collect();
            let done = states.iter().filter(|state| state.status == StepStatus::Done).count();
            let retries: u32 = states.iter().map(|state| state.attempts.saturating_sub(1)).sum();
            let mishaps = run.history.mishaps.iter().filter(|mishap| {
                facts.steps_of(&resource).any(|step| step.id == mishap.step) && mishap.kind != MishapKind::Stop
            });
            let failures: u64 = mishaps.map(|mishap| mishap.count).sum();
            let done_of = Text::DoneOf.fill(language, &[&done.to_string(), &steps.to_string()]);
            row.extend([vec![text(done_of)], number(retries), number(failures)]);
            let lines: Vec<Line> = facts
                .steps_of(&resource)
                .filter_map(|step| Some((step, facts.step_state(&step.id)?.evidence.as_ref()?)))
                .map(|(step, evidence)| vec![code(step.id.verb()), text(": "), text(facts.said(evidence))])
                .collect();
            if !lines.is_empty() {
                let summary = Text::EvidenceOf.fill(language, &[&resource.to_string()]);
                let list = Block::List(String::new(), lines);
                evidence.push(Block::Fold(vec![text(summary)], vec![list]));
            }
        } else {
            row.push(number(steps));
        }
        rows.push(row);
    }
    let disturbed = match facts.is_by_clock() {
        true => Text::Disturbed,
        false => Text::DisturbedPlan,
    };
    let (caption, columns) = match &facts.run {
        None => (
            Text::ResourcePlanCaption,
            vec![Text::Resource, disturbed, Text::DownFor, Text::Steps],
        ),
        Some(_) => (
            Text::ResourceCaption,
            vec![
                Text::Resource,
                Text::Disturbed,
                Text::DownFor,
                Text::Steps,
                Text::Retries,
                Text::FailureCount,
            ],
        ),
    };
    let mut caption = caption.say(language).to_owned();
    if facts.run.is_none() && facts.is_by_clock() {
        let begun = facts.moments.full(facts.generated_at);
        caption = format!("{caption} {}", Text::BegunAt.fill(language, &[&begun]));
    }
    if facts.is_by_clock() {
        caption = format!("{caption} {}", Text::TimesIn.fill(language, &[&facts.moments.name]));
    }
    let table = Table {
        caption,
        headings: headings(&columns, language),
        rows,
        numbers: if facts.run.is_some() { vec![4, 5] } else { vec![3] },
    };
    let mut blocks = vec![Block::Table(table)];
    blocks.extend(evidence);
    blocks
}

/// Every step.
pub(crate) fn steps(facts: &Facts<'_>, language: Language) -> Vec<Block> {
    let rows = facts.plan.steps.iter().map(|step| match &facts.run {
        None => planned_step(facts, step, language),
        Some(_) => run_step(facts, step, language),
    });
    let (planned, starts) = match facts.is_by_clock() {
        true => {
            let begun = facts.moments.full(facts.generated_at);
            let about = [
                Text::BegunAt.fill(language, &[&begun]),
                Text::TimesIn.fill(language, &[&facts.moments.name]),
            ];
            (
                format!("{} {}", Text::StepsPlanCaption.say(language), about.join(" ")),
                Text::StartsAt,
            )
        }
        false => (Text::StepsPlanCaption.say(language).to_owned(), Text::Starts),
    };
    let (caption, columns) = match &facts.run {
        None => (
            planned,
            vec![
                Text::Step,
                Text::Account,
                Text::Phase,
                Text::Title,
                starts,
                Text::Expected,
                Text::NeedsAndGates,
                Text::Undo,
            ],
        ),
        Some(_) => (
            Text::StepsCaption.fill(language, &[&facts.moments.name]),
            vec![
                Text::Step,
                Text::Account,
                Text::Phase,
                Text::Title,
                Text::Status,
                Text::Started,
                Text::Took,
                Text::Attempts,
                Text::Evidence,
                Text::Undo,
            ],
        ),
    };
    let numbers = if facts.run.is_some() { vec![7] } else { vec![] };
    vec![Block::Table(Table {
        caption,
        headings: headings(&columns, language),
        rows: rows.collect(),
        numbers,
    })]
}

fn step_id(facts: &Facts<'_>, step: &StepSpec, language: Language) -> Line {
    let mut line = vec![code(&step.id)];
    if step.disturbs {
        line.extend([
            Piece::Break,
            Piece::Mark(Tone::Careful, Text::Disturbs.say(language).to_owned()),
        ]);
    }
    if facts.chain().steps.contains(&step.id) {
        line.extend([
            Piece::Break,
            Piece::Small(Text::OnCriticalPath.say(language).to_owned()),
        ]);
    }
    line
}

fn undo(step: &StepSpec, language: Language) -> Line {
    let words = words::undo(&step.undo).say(language).to_owned();
    match &step.undo {
        Undo::Auto | Undo::Nothing => vec![text(words)],
        Undo::Manual { guide } => vec![text(words), Piece::Break, Piece::Small(guide.clone())],
        Undo::None { reason } => vec![
            Piece::Mark(Tone::Bad, words),
            Piece::Break,
            Piece::Small(reason.clone()),
        ],
    }
}

fn planned_step(facts: &Facts<'_>, step: &StepSpec, language: Language) -> Vec<Line> {
    let side = vec![text(words::side(step.side).say(language))];
    let phase = vec![text(words::phase(step.phase).say(language))];
    let starts = facts
        .takes_place(&step.id)
        .map_or_else(dash, |place| when(facts, place.begins, language));
    let span = |seconds: u64| {
        lasting(
            i64::try_from(seconds).unwrap_or(i64::MAX / 1000).saturating_mul(1000),
            language,
        )
    };
    let expected = if step.estimate.p90 > step.estimate.p50 {
        Text::UpTo.fill(language, &[&span(step.estimate.p50), &span(step.estimate.p90)])
    } else {
        span(step.estimate.p50)
    };
    let mut waits: Line = Vec::new();
    for gate in &step.gates {
        waits.extend([
            Piece::Mark(Tone::Careful, format!("{}: {gate}", Text::Gate.say(language))),
            Piece::Break,
        ]);
    }
    for needs in &step.needs {
        waits.extend([code(needs), Piece::Break]);
    }
    waits.pop();
    if waits.is_empty() {
        waits = dash();
    }
    let mut title = vec![text(step.title.clone())];
    let bare = step.input.is_null() || step.input.as_object().is_some_and(serde_json::Map::is_empty);
    if !bare {
        let input = serde_json::to_string_pretty(&step.input).expect("a JSON value is always writable");
        title.push(Piece::Folded(Text::Inputs.say(language).to_owned(), input));
    }
    vec![
        step_id(facts, step, language),
        side,
        phase,
        title,
        starts,
        vec![text(expected)],
        waits,
        undo(step, language),
    ]
}

fn run_step(facts: &Facts<'_>, step: &StepSpec, language: Language) -> Vec<Line> {
    let state = facts
        .step_state(&step.id)
        .expect("a run's state has every step of its plan");
    let spans = facts.spans_of(&step.id);
    let tone = match &state.status {
        StepStatus::Done => Tone::Good,
        StepStatus::Waiting | StepStatus::Intended | StepStatus::Watching | StepStatus::Seen | StepStatus::Undone => {
            Tone::Plain
        }
        StepStatus::Refused | StepStatus::Skipped | StepStatus::Undoing => Tone::Careful,
        StepStatus::Stopped { .. } => Tone::Bad,
    };
    let mut status = vec![Piece::Mark(tone, words::status(&state.status).say(language).to_owned())];
    if let Some((done, total)) = state.swept {
        let total = total.map_or_else(|| "?".to_owned(), |total| total.to_string());
        status.extend([
            Piece::Break,
            Piece::Small(Text::DoneOf.fill(language, &[&done.to_string(), &total])),
        ]);
    }
    let started = spans.first().map_or_else(dash, |span| vec![moment(facts, span.from)]);
    let took = if spans.is_empty() {
        dash()
    } else {
        vec![text(lasting(done_millis(spans), language))]
    };
    let evidence = state
        .evidence
        .as_ref()
        .map_or_else(dash, |evidence| vec![text(facts.said(evidence))]);
    vec![
        step_id(facts, step, language),
        vec![text(words::side(step.side).say(language))],
        vec![text(words::phase(step.phase).say(language))],
        vec![text(step.title.clone())],
        status,
        started,
        took,
        number(state.attempts),
        evidence,
        undo(step, language),
    ]
}

/// Every gate, every time that it was asked.
pub(crate) fn gates(facts: &Facts<'_>, language: Language) -> Vec<Block> {
    if facts.plan.gates.is_empty() {
        return vec![Block::Paragraph(vec![text(Text::NoGates.say(language))])];
    }
    let mut rows = Vec::new();
    for gate in &facts.plan.gates {
        let name = vec![code(&gate.name)];
        let ask = vec![text(gate.ask.clone())];
        let Some(run) = &facts.run else {
            let mut after: Line = gate.after.iter().flat_map(|step| [code(step), Piece::Break]).collect();
            after.pop();
            let typed = gate
                .typed
                .as_ref()
                .map_or_else(|| vec![text(Text::Yes.say(language))], |typed| vec![code(typed)]);
            let mut typed = typed;
            if gate.people > 1 {
                let people = Text::PeopleMustAgree.fill(language, &[&gate.people.to_string()]);
                typed.extend([Piece::Break, Piece::Small(people)]);
            }
            rows.push(vec![name, ask, if after.is_empty() { dash() } else { after }, typed]);
            continue;
        };
        let askings = run.history.gates.get(&gate.name).map_or(&[][..], Vec::as_slice);
        if askings.is_empty() {
            let not = vec![text(Text::NotAsked.say(language))];
            rows.push(vec![name.clone(), ask.clone(), not, dash(), dash(), dash(), dash()]);
        }
        for asking in askings {
            let (by, at, digest) = match &asking.approved {
                Some(approval) => (
                    vec![text(approval.by.clone())],
                    vec![moment(facts, approval.at)],
                    vec![code(approval.digest.short())],
                ),
                None => (
                    vec![Piece::Mark(Tone::Careful, Text::NotAnswered.say(language).to_owned())],
                    dash(),
                    dash(),
                ),
            };
            let mut at = at;
            if let Some((when, reason)) = &asking.voided {
                let words = Text::Voided.fill(language, &[&facts.moments.full(*when), reason]);
                at.extend([Piece::Break, Piece::Mark(Tone::Bad, words)]);
            }
            let mut shown = vec![text(model::gates::evidence_said(&asking.shown, |proved| {
                facts.said(proved).into_owned()
            }))];
            if let Some(approval) = &asking.approved {
                shown.extend([
                    Piece::Break,
                    Piece::Small(format!("SHA-256 {}", approval.evidence.short())),
                ]);
            }
            rows.push(vec![
                name.clone(),
                ask.clone(),
                vec![moment(facts, asking.asked)],
                by,
                at,
                digest,
                shown,
            ]);
        }
    }
    let (caption, columns): (_, &[Text]) = match &facts.run {
        None => (
            Text::GatesPlanCaption.say(language).to_owned(),
            &[Text::Gate, Text::Question, Text::AskedAfter, Text::MustType],
        ),
        Some(_) => (
            Text::GatesCaption.fill(language, &[&facts.moments.name]),
            &[
                Text::Gate,
                Text::Question,
                Text::Asked,
                Text::ApprovedBy,
                Text::ApprovedAt,
                Text::PlanAgreed,
                Text::EvidenceShown,
            ],
        ),
    };
    vec![Block::Table(Table {
        caption,
        headings: headings(columns, language),
        rows,
        numbers: vec![],
    })]
}

/// Every failure, and how it was overcome.
pub(crate) fn failures(facts: &Facts<'_>, language: Language) -> Vec<Block> {
    let mishaps = facts.run.as_ref().map_or(&[][..], |run| &run.history.mishaps);
    if mishaps.is_empty() {
        return vec![Block::Paragraph(vec![text(Text::NoFailures.say(language))])];
    }
    let count = |standing: bool| -> u64 {
        mishaps
            .iter()
            .filter(|mishap| mishap.after.is_none() == standing)
            .map(|mishap| mishap.count)
            .sum()
    };
    let mut blocks = vec![Block::Paragraph(vec![text(
        Text::FailuresSurvived.fill(language, &[&count(false).to_string()]),
    )])];
    if count(true) > 0 {
        let words = Text::FailuresStanding.fill(language, &[&count(true).to_string()]);
        blocks.push(Block::Notice(Tone::Bad, words, vec![]));
    }
    let columns = [
        Text::Step,
        Text::Call,
        Text::How,
        Text::Times,
        Text::FirstSeen,
        Text::Message,
        Text::Overcome,
    ];
    blocks.push(Block::Table(Table {
        caption: Text::FailuresCaption.fill(language, &[&facts.moments.name]),
        headings: headings(&columns, language),
        rows: mishaps.iter().map(|mishap| failure(facts, mishap, language)).collect(),
        numbers: vec![3],
    }));
    blocks
}

fn failure(facts: &Facts<'_>, mishap: &Mishap, language: Language) -> Vec<Line> {
    let how = match mishap.kind {
        MishapKind::NotDone => Text::HowNotDone,
        MishapKind::Unknown => Text::HowUnknown,
        MishapKind::Look => Text::HowLook,
        MishapKind::Stop => Text::HowStop,
        MishapKind::Alarm => Text::HowAlarm,
    };
    let failure = &mishap.failure;
    let call = vec![
        code(format!("{} {}", failure.service, failure.operation)),
        Piece::Break,
        Piece::Small(failure.account.clone()),
    ];
    let mut message = vec![code(&failure.code), text(" "), text(facts.said(&failure.message))];
    if let Some(id) = &failure.request_id {
        message.extend([Piece::Break, Piece::Small(Text::RequestId.fill(language, &[id]))]);
    }
    let since = |at: jiff::Timestamp| lasting(at.as_millisecond() - mishap.first.as_millisecond(), language);
    let (tone, overcome) = match mishap.after {
        Some(After::Done(at)) => (Tone::Good, Text::OvercomeAfter.fill(language, &[&since(at)])),
        Some(After::Undone(at)) => (Tone::Plain, Text::OvercomeUndone.fill(language, &[&since(at)])),
        Some(After::Skipped(at)) => (Tone::Careful, Text::OvercomeSkipped.fill(language, &[&since(at)])),
        None => (Tone::Bad, Text::NotOvercome.say(language).to_owned()),
    };
    vec![
        vec![code(&mishap.step)],
        call,
        how_it_failed(mishap, how, language),
        number(mishap.count),
        vec![moment(facts, mishap.first)],
        message,
        vec![Piece::Mark(tone, overcome)],
    ]
}

/// An alarm is no failure of a call, and of no class.
fn how_it_failed(mishap: &Mishap, how: Text, language: Language) -> Line {
    let class = words::class(mishap.failure.class).say(language).to_owned();
    match mishap.kind {
        MishapKind::Alarm => vec![text(how.say(language))],
        MishapKind::NotDone | MishapKind::Unknown | MishapKind::Look | MishapKind::Stop => {
            vec![text(how.say(language)), Piece::Break, Piece::Small(class)]
        }
    }
}

/// What people did; none when nobody did anything but answer gates.
pub(crate) fn interventions(facts: &Facts<'_>, language: Language) -> Option<Block> {
    let interventions = &facts.run.as_ref()?.history.interventions;
    let row = |intervention: &crate::history::Intervention| {
        let login = |command: &String| Text::LoginExpired.fill(language, &[command]);
        let (by, what, why) = match &intervention.what {
            Intervened::Paused { by } => (by.as_str(), Text::PausedIt, String::new()),
            Intervened::LoginExpired { command } => ("–", Text::PausedItself, login(command)),
            Intervened::Resumed { by } => (by.as_str(), Text::ResumedIt, String::new()),
            Intervened::Retried { by, reason } => (by.as_str(), Text::RetriedIt, reason.clone()),
            Intervened::Skipped { by, reason } => (by.as_str(), Text::SkippedIt, reason.clone()),
            Intervened::UndoRequested { by, reason } => (by.as_str(), Text::AskedToUndo, reason.clone()),
            Intervened::ProductAgreed { by, product, words } => {
                let said = match words.as_str() {
                    "" => product.clone(),
                    words => format!("{product}: {words}"),
                };
                (by.as_str(), Text::AgreedForProduct, said)
            }
            Intervened::WindowExtended { by, reason, until } => {
                let until = Text::ExtendedUntil.fill(language, &[&facts.moments.full(*until), reason]);
                (by.as_str(), Text::ExtendedWindow, until)
            }
        };
        let step = intervention.step.as_ref().map_or_else(dash, |step| vec![code(step)]);
        let why = if why.is_empty() { dash() } else { vec![text(why)] };
        vec![
            vec![moment(facts, intervention.at)],
            vec![text(by)],
            vec![text(what.say(language))],
            step,
            why,
        ]
    };
    (!interventions.is_empty()).then(|| {
        Block::Table(Table {
            caption: Text::InterventionsCaption.fill(language, &[&facts.moments.name]),
            headings: headings(&[Text::When, Text::Who, Text::What, Text::Step, Text::Reason], language),
            rows: interventions.iter().map(row).collect(),
            numbers: vec![],
        })
    })
}

/// AWS calls, summed up.
pub(crate) fn calls(facts: &Facts<'_>, language: Language) -> Option<Block> {
    let mut counts: Vec<_> = facts.calls?.counts.iter().collect();
    counts.sort_by_key(|count| (&count.service, &count.operation, &count.account));
    let spent = |millis: u64| vec![text(lasting(i64::try_from(millis).unwrap_or(i64::MAX), language))];
    let mut rows: Vec<Vec<Line>> = counts
        .iter()
        .map(|count| {
            let account = count
                .account
                .as_ref()
                .map_or_else(|| vec![text(Text::OperatorsOwn.say(language))], |id| vec![code(id)]);
            let operation = vec![code(&count.operation)];
            vec![
                vec![code(&count.service)],
                operation,
                account,
                number(count.count),
                number(count.failed),
                spent(count.millis),
            ]
        })
        .collect();
    let sum = |of: fn(&crate::CallCount) -> u64| counts.iter().map(|count| of(count)).sum::<u64>();
    rows.push(vec![
        vec![text(Text::Total.say(language))],
        dash(),
        dash(),
        number(sum(|count| count.count)),
        number(sum(|count| count.failed)),
        spent(sum(|count| count.millis)),
    ]);
    let columns = [
        Text::Service,
        Text::Operation,
        Text::Account,
        Text::Count,
        Text::Failed,
        Text::TimeTaken,
    ];
    Some(Block::Table(Table {
        caption: Text::CallsCaption.say(language).to_owned(),
        headings: headings(&columns, language),
        rows,
        numbers: vec![3, 4, 5],
    }))
}
