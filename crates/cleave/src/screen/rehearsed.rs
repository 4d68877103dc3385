//! What a rehearsal came to, as text.

use std::fmt::Write as _;
use std::path::Path;

use engine::RunEnd;
use model::Plan;

use crate::rehearsal::Rehearsed;
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
    for run in runs.iter().filter(|run| !run.completed()) {
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
