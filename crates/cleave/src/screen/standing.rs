//! How far a run is, as text: for `cleave status` and for leave-taking.

use std::fmt::Write as _;
use std::path::Path;

use jiff::Timestamp;
use journal::LeaseHolder;
use model::decided::Choice;
use model::event::{PauseReason, Verdict};
use model::forecast::Moment;
use model::state::{GateState, StepStatus};
use model::{Decision, Forecast, GateName, Plan, State, StepId};

use super::bucket_standing::BucketStanding;
use super::lines;
use crate::words::{self, Words};

/// One word for the whole run.
pub fn word(state: &State, held: bool) -> &'static str {
    match (state.ended, &state.paused, &state.undoing) {
        (Some(Verdict::Completed), _, _) => "completed",
        (Some(Verdict::Unwound), _, _) => "unwound",
        (None, Some(PauseReason::CredentialsExpired { .. }), _) => "login expired",
        (None, Some(PauseReason::Operator { .. }), _) => "paused",
        (None, None, Some(_)) if held => "undoing",
        (None, None, None) if held => "running",
        (None, None, Some(_)) => "undo interrupted",
        (None, None, None) => "interrupted",
    }
}

/// The gates that wait for a person.
pub fn asked(state: &State) -> Vec<&GateName> {
    let asked = |gate: &&GateName| matches!(state.gates[*gate], GateState::Asked { .. });
    state.plan.gates.iter().map(|gate| &gate.name).filter(asked).collect()
}

/// Whether a disturbing step has not begun: only then does a window matter.
fn still_disturbs(state: &State) -> bool {
    let mut steps = state.plan.steps.iter().zip(state.steps.values());
    steps.any(|(step, place)| step.disturbs && place.status == StepStatus::Waiting)
}

/// The status as text, with what is expected of the run as of this moment.
pub fn text(
    state: &State,
    forecast: Option<&Forecast>,
    holder: Option<&LeaseHolder>,
    (journal, now): (&Path, Timestamp),
) -> String {
    let mut out = String::new();
    let settled = state.steps.values().filter(|step| step.status.is_settled()).count();
    let _ = writeln!(
        out,
        "run {} of {} ({}): {}, {settled} of {} steps done, plan {}",
        state.run,
        state.plan.migration,
        match state.world {
            model::event::WorldKind::Live => "live",
            model::event::WorldKind::Rehearsal => "rehearsal",
            model::event::WorldKind::Endpoint => "endpoint",
        },
        word(state, holder.is_some()),
        state.steps.len(),
        state.digest.short(),
    );
    if let Some(holder) = holder {
        let _ = writeln!(
            out,
            "carried out by {} on {} (process {}) since {}",
            holder.user, holder.host, holder.pid, holder.since
        );
    }
    let _ = writeln!(
        out,
        "started {}, last event {} at {}",
        state.started_at, state.last_seq, state.last_at
    );
    if let Some(forecast) = forecast {
        let Moment { likely, late } = forecast.ends;
        let _ = writeln!(
            out,
            "expected to end {} (nine in ten by {}), gates answered at once",
            lines::minute(likely),
            lines::minute(late)
        );
        if let Some(opening) = state.calendar().current_or_next(now).filter(|_| still_disturbs(state)) {
            let is = if opening.is_open(now) { "open until" } else { "opens at" };
            let at = if opening.is_open(now) {
                opening.until
            } else {
                opening.from
            };
            let _ = writeln!(out, "window: {is} {}", lines::minute(at));
        }
        for line in lines::foretold(forecast, state, journal) {
            let _ = writeln!(out, "{line}");
        }
        out.push('\n');
    }
    for resource in state.plan.resources() {
        let steps: Vec<_> = state
            .plan
            .steps
            .iter()
            .filter(|step| step.resource == resource)
            .collect();
        let done = steps
            .iter()
            .filter(|step| state.steps[&step.id].status.is_settled())
            .count();
        let doing: Vec<String> = steps
            .iter()
            .filter(|step| {
                let status = &state.steps[&step.id].status;
                status.is_under_way() || matches!(status, StepStatus::Stopped { .. })
            })
            .map(|step| format!("{} {}", step.id.verb(), state.steps[&step.id].status.word()))
            .collect();
        let ends = forecast.and_then(|forecast| forecast.ends_of(state, &resource));
        let ends = ends.map_or_else(String::new, |ends| format!("until {} ", lines::minute(ends.likely)));
        let _ = writeln!(
            out,
            "  {resource:<44} {done:>3}/{:<3} {ends}{}",
            steps.len(),
            doing.join(", ")
        );
        if let Some(standing) = BucketStanding::of(state, &resource) {
            let _ = writeln!(out, "    {}", standing.line());
        }
    }
    for (step, place) in state.steps.iter() {
        if let Some(alarm) = place.alarm.as_ref().filter(|_| !place.status.is_settled()) {
            let _ = writeln!(
                out,
                "\n{}",
                Words::Raised.fill(&[step.as_str(), &words::advised(alarm, None)])
            );
        }
    }
    for (step, what) in state.left_out() {
        let _ = writeln!(out, "\nLEFT OUT {step}: {}", words::said(what));
    }
    for gate in asked(state) {
        let ask = words::question(&state.plan, gate);
        let _ = writeln!(out, "\n{}", Words::GateStands.fill(&[gate.as_str(), &ask]));
        if let GateState::Asked { agreed, .. } = &state.gates[gate] {
            for agreed in agreed {
                let _ = writeln!(
                    out,
                    "  {} agreed at {}; {} more must",
                    agreed.by,
                    lines::minute(agreed.at),
                    state.still_to_agree(gate)
                );
            }
        }
        let _ = writeln!(out, "  {} {}", Words::Type.say(), answer(&state.plan, gate, journal));
    }
    for gate in &state.plan.gates {
        if let GateState::Voided { at, reason } = &state.gates[&gate.name] {
            let _ = writeln!(
                out,
                "\ngate {}: the approval is void since {}: {reason}",
                gate.name,
                lines::minute(*at)
            );
            for step in state.stopped_behind(&gate.name) {
                let _ = writeln!(
                    out,
                    "  once that is put right, it is proved and asked anew: cleave retry {step} --reason … --journal {}",
                    journal.display()
                );
            }
        }
    }
    for step in state.stopped() {
        let _ = writeln!(out, "\n{}", stopped(state, step));
    }
    agreements(&mut out, state, journal);
    decided(&mut out, state);
    out
}

/// Which products have agreed to the plan, where the runbook names them or one has.
fn agreements(out: &mut String, state: &State, journal: &Path) {
    if state.plan.products.teams.is_empty() && state.agreements.is_empty() {
        return;
    }
    out.push_str("\nproducts:\n");
    for product in state.plan.by_product().into_keys() {
        let _ = match state.agreement(product) {
            Some(said) => {
                let words = if said.words.is_empty() {
                    String::new()
                } else {
                    format!(": {}", said.words)
                };
                writeln!(
                    out,
                    "  {product}: agreed at {} by {}{words}",
                    lines::minute(said.at),
                    said.by
                )
            }
            None if state.ended.is_some() => writeln!(out, "  {product}: has not agreed"),
            None => writeln!(out, "  {product}: has not agreed; {}", ack(product, journal)),
        };
    }
}

/// What is typed at a gate.
pub fn answer(plan: &Plan, gate: &GateName, journal: &Path) -> String {
    match plan.product_behind(gate) {
        Some(product) => ack(product, journal),
        None => format!("cleave approve {gate} --journal {}", journal.display()),
    }
}

fn ack(product: &str, journal: &Path) -> String {
    let plain = |c: char| c.is_alphanumeric() || "-_./:@+".contains(c);
    let product = if product.chars().all(plain) {
        product.to_owned()
    } else {
        format!("'{}'", product.replace('\'', "'\\''"))
    };
    format!("cleave ack --product {product} --journal {}", journal.display())
}

/// What the run waits for that does not come by itself soon: people, and windows.
pub fn waits_for(state: &State, now: Timestamp) -> Vec<String> {
    if state.ended.is_some() {
        return Vec::new();
    }
    let gates = asked(state)
        .into_iter()
        .map(|gate| match state.plan.product_behind(gate) {
            Some(product) => format!("the agreement of {product}"),
            None => format!("gate {gate}"),
        });
    let mut waits: Vec<String> = gates.collect();
    waits.extend(state.stopped().into_iter().map(|step| format!("a person at {step}")));
    match &state.paused {
        Some(PauseReason::CredentialsExpired { command }) => waits.push(format!("a login ({command})")),
        Some(PauseReason::Operator { by }) => waits.push(format!("whoever goes on after {by}'s pause")),
        None => {}
    }
    let mut decisions = model::decide(state, now).into_iter();
    if let Some(opens) = decisions.find_map(|decision| match decision {
        Decision::AwaitWindow(opens) => Some(opens),
        _ => None,
    }) {
        waits.push(opens.map_or_else(
            || "a window, and none opens any more".to_owned(),
            |opens| format!("the window at {}", lines::minute(opens)),
        ));
    }
    waits
}

/// What people decided on the way, and why.
fn decided(out: &mut String, state: &State) {
    if !state.decided.is_empty() {
        out.push_str("\ndecided by people:\n");
    }
    for decided in &state.decided {
        let what = match (decided.what, &decided.step) {
            (Choice::Skipped, Some(step)) => format!("{step} is left out"),
            (Choice::Retried, Some(step)) => format!("{step} was tried again"),
            (Choice::Undo, Some(step)) => format!("{step} and what needs it is taken back"),
            (Choice::WindowExtended, _) => "the window stays open for longer".to_owned(),
            (Choice::Undo | Choice::Skipped | Choice::Retried, None) => "everything is taken back".to_owned(),
        };
        let (at, by, reason) = (lines::minute(decided.at), &decided.by, &decided.reason);
        let _ = writeln!(out, "  {at}  {what}, by {by}: {reason}");
    }
}

/// A step that stopped: what failed, where, and what to do.
pub fn stopped(state: &State, step: &StepId) -> String {
    let place = &state.steps[step];
    let mut out = Words::NeedsOperator.fill(&[step.as_str()]);
    if let Some(spec) = state.plan.step(step) {
        let account = state
            .plan
            .accounts
            .get(&spec.side)
            .map_or("", |access| access.account.as_str());
        let _ = write!(
            out,
            "\n  {:<8} {} account {account}, {}",
            Words::Where.say(),
            spec.side,
            spec.resource
        );
    }
    if let Some(failure) = &place.last_failure {
        let _ = write!(out, "\n  {:<8} {}", Words::Because.say(), words::failed(failure));
        if let Some(id) = &failure.request_id {
            let _ = write!(out, " (request {id})");
        }
    }
    if let StepStatus::Stopped { advice } = &place.status {
        let class = place.last_failure.as_ref().map(|failure| failure.class);
        let _ = write!(out, "\n  {:<8} {}", Words::ToDo.say(), words::advised(advice, class));
    }
    out
}
