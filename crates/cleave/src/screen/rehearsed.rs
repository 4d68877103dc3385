//! What a rehearsal came to, as text.

use std::fmt::Write as _;
use std::path::Path;

use engine::RunEnd;
use model::Plan;

use crate::rehearsal::Rehearsed;
use crate::rehearsal::taking_back::Undone;
use crate::screen::planned::duration;

/// The summary.
pub fn text(plan: &Plan, runs: &[Rehearsed], real: f64, report: Option<&Path>) -> String {
    let mut out = String::new();
    let completed = runs.iter().filter(|run| run.completed()).count();
    let broken: usize = runs.iter().map(|run| run.law_violations.len()).sum();
    let _ = writeln!(
        out,
        "rehearsal of {} (plan {}), against a simulated AWS",
        plan.migration,
        plan.digest().short()
    );
    if let [run] = runs {
        let _ = writeln!(
            out,
            "seed {}: {} steps, {} AWS calls, {} of virtual time in {real:.1} s; longest path {}",
            run.seed,
            run.steps,
            run.api_calls,
            whole_seconds(run.virtual_seconds),
            duration(run.critical_path_seconds),
        );
    } else {
        let longest = runs.iter().map(|run| run.virtual_seconds).fold(0.0, f64::max);
        let calls: usize = runs.iter().map(|run| run.api_calls).sum();
        let _ = writeln!(
            out,
            "{} seeds in {real:.1} s: {completed} completed, {calls} AWS calls, longest night {}",
            runs.len(),
            whole_seconds(longest),
        );
    }
    if let Some(undone) = runs.first().and_then(|run| run.undone.as_ref()) {
        let _ = writeln!(out, "{}", taken_back(undone, runs));
    }
    for run in runs.iter().filter(|run| !run.as_asked()) {
        let why = match &run.end {
            Ok(end) => format!("{end:?}"),
            Err(why) => why.clone(),
        };
        let _ = writeln!(out, "seed {}: did not complete: {why}", run.seed);
        if let Ok(Some(state)) = model::State::fold(&run.events) {
            for step in state.stopped() {
                let _ = writeln!(out, "{}", crate::screen::standing::stopped(&state, step));
            }
        }
    }
    // One night tells it for all.
    let folded = runs
        .first()
        .and_then(|run| model::State::fold(&run.events).ok().flatten());
    for (step, what) in folded.iter().flat_map(model::State::left_out) {
        let _ = writeln!(out, "left for people: {step}: {what}");
    }
    for run in runs {
        for what in &run.law_violations {
            let _ = writeln!(out, "seed {}: BROKEN {what}", run.seed);
        }
    }
    let _ = writeln!(
        out,
        "{}",
        if broken == 0 {
            "no law was broken"
        } else {
            "LAWS WERE BROKEN"
        }
    );
    if let Some(report) = report {
        let _ = writeln!(out, "report: {}", report.display());
    }
    out
}

/// What the undo came to.
fn taken_back(undone: &Undone, runs: &[Rehearsed]) -> String {
    let shown = runs.iter().filter(|run| run.as_asked()).count();
    let what = match &undone.wanted.to {
        None => "everything was taken back".to_owned(),
        Some(to) => format!("{to} and what needs it was taken back, and the run went on to its end"),
    };
    let after = &undone.wanted.after;
    if runs.len() > 1 {
        return format!("after {after} {what}: in {shown} of {} seeds", runs.len());
    }
    match (shown, undone.begun) {
        (0, false) => format!("nothing was taken back: the run did not come to be left after {after}"),
        (0, true) => format!(
            "after {after} it was being taken back, and did not come to an end; {} steps were",
            undone.steps
        ),
        _ => format!("after {after} {what}: {} steps", undone.steps),
    }
}

/// One line about one of many rehearsals, as soon as it has ended.
pub fn line(run: &Rehearsed) -> String {
    let end = match &run.end {
        Ok(RunEnd::Completed) => "completed".to_owned(),
        Ok(end) => format!("{end:?}"),
        Err(why) => why.clone(),
    };
    let laws = match run.law_violations.len() {
        0 => String::new(),
        broken => format!(", {broken} laws BROKEN"),
    };
    format!(
        "seed {}: {end}, {} AWS calls, {} of virtual time{laws}",
        run.seed,
        run.api_calls,
        whole_seconds(run.virtual_seconds)
    )
}

fn whole_seconds(seconds: f64) -> String {
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a length of time, shown in whole seconds"
    )]
    duration(seconds.round() as u64)
}
