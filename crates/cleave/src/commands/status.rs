//! `cleave status`: how far a run is, from another terminal or afterwards.

use std::path::Path;

use journal::{Journal, Lease};
use model::forecast::Postponed;
use model::{Forecast, ResourceRef, State};
use serde_json::{Value, json};

use crate::args::StatusArgs;
use crate::commands::all_runs::all_runs;
use crate::commands::rehearse::write_out;
use crate::commands::wishes::now_of;
use crate::error::CliError;
use crate::exit;
use crate::screen::bucket_standing::BucketStanding;
use crate::screen::standing;
use crate::world;

/// Shows it.
pub fn status(args: StatusArgs) -> Result<u8, CliError> {
    if args.all.is_some() || !args.journals.is_empty() {
        return all_runs(args.all.as_deref(), &args.journals, args.json);
    }
    let refused = |error| CliError::journal(&args.journal, &error);
    let (journal, state) = seen(&args.journal)?;
    let home = journal.copy_of(&args.journal, &world::host()).map_err(refused)?;
    let held = Lease::is_held(&args.journal).map_err(|error| CliError::lease(&args.journal, &error))?;
    let holder = journal.lease_holder().map_err(refused)?.filter(|_| held);
    let now = now_of(&state);
    let forecast = Forecast::of(&state, now);
    if args.json {
        let steps: Vec<_> = state
            .plan
            .steps
            .iter()
            .map(|step| {
                let place = &state.steps[&step.id];
                json!({
                    "step": step.id, "resource": step.resource.to_string(), "side": step.side,
                    "status": place.status.word(), "attempts": place.attempts,
                    "failure": place.last_failure, "evidence": place.evidence,
                })
            })
            .collect();
        let object = json!({
            "run": state.run, "migration": state.plan.migration, "world": state.world, "plan": state.digest,
            "started_at": state.started_at, "last_event": state.last_seq, "last_at": state.last_at,
            "status": standing::word(&state, held),
            "copy_of": home.map(|home| json!({ "host": home.host, "path": home.path })),
            "held_by": holder.map(|holder| json!({
                "host": holder.host, "pid": holder.pid, "user": holder.user, "since": holder.since
            })),
            "expected_end": forecast.as_ref().map(|forecast| json!({ "likely": forecast.ends.likely, "late": forecast.ends.late })),
            "postponed": forecast.iter().flat_map(|forecast| &forecast.postponed).map(postponed).collect::<Vec<_>>(),
            "gates_asked": standing::asked(&state),
            "agreements": state.agreements,
            "not_agreed": state.not_agreed(),
            "needs_operator": state.stopped(),
            "resources": resources_of(&state, forecast.as_ref()),
            "buckets": buckets_of(&state),
            "left_out": state.left_out(),
            "decided": state.decided,
            "steps": steps,
        });
        write_out(&format!("{object}\n"))?;
    } else {
        let mut text = standing::text(&state, forecast.as_ref(), holder.as_ref(), (&args.journal, now));
        if let Some(home) = home {
            let again = home.lay_at(&args.journal);
            let (path, host) = (home.path.display(), home.host);
            text.push_str(&match again {
                true => format!(
                    "another file lay here on {host} when the run was last carried on: this one is adopted before it is run (cleave journal \
                     adopt)\n"
                ),
                false => format!("this is a copy, as of its last event: the run is carried on in {path} on {host}\n"),
            });
        }
        write_out(&text)?;
    }
    Ok(exit::DONE)
}

/// A journal and its run: at a glance where that can be told, else proved.
pub(super) fn seen(path: &Path) -> Result<(Journal, State), CliError> {
    match Journal::glance(path) {
        Some(seen) => Ok(seen),
        None => proved(path),
    }
}

/// All events loaded, proved and folded.
fn proved(path: &Path) -> Result<(Journal, State), CliError> {
    let refused = |error| CliError::journal(path, &error);
    let journal = Journal::open_read_only(path).map_err(refused)?;
    let events = journal.load().map_err(refused)?;
    let state = State::fold(&events).map_err(|error| CliError::engine(path, &error.into()))?;
    Ok((journal, state.ok_or_else(|| CliError::no_run(path))?))
}

fn postponed(postponed: &Postponed) -> Value {
    json!({
        "step": postponed.step, "ready": postponed.ready.likely, "needs_seconds": postponed.needs,
        "window_closes": postponed.opening.map(|opening| opening.until), "starts": postponed.starts,
        "disturbed_already": postponed.disturbed,
    })
}

/// How far each resource is, and when it is expected to be through.
fn resources_of(state: &State, forecast: Option<&Forecast>) -> Vec<Value> {
    let of = |resource: ResourceRef| {
        let steps = state.plan.steps.iter().zip(state.steps.values());
        let steps: Vec<_> = steps.filter(|(step, _)| step.resource == resource).collect();
        let done = steps.iter().filter(|(_, place)| place.status.is_settled()).count();
        let ends = forecast.and_then(|forecast| forecast.ends_of(state, &resource));
        json!({
            "resource": resource.to_string(), "steps": steps.len(), "done": done,
            "expected_end": ends.map(|ends| json!({ "likely": ends.likely, "late": ends.late })),
        })
    };
    state.plan.resources().into_iter().map(of).collect()
}

/// How each bucket stands, by name.
fn buckets_of(state: &State) -> Value {
    let standing = state.plan.resources().into_iter().filter_map(|resource| {
        let standing = BucketStanding::of(state, &resource)?;
        Some((resource.name, json!(standing)))
    });
    Value::Object(standing.collect())
}
