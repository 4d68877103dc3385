//! What a rehearsal came to, as text.

use std::fmt::Write as _;
use std::path::Path;

use engine::RunEnd;
use model::{Plan, State};
use simcloud::faults::Fate;
use simcloud::injected::{Injected, Injection};

use crate::rehearsal::Rehearsed;
use crate::rehearsal::campaign::Campaign;
use crate::rehearsal::shrink::Shrunk;
use crate::rehearsal::taking_back::Undone;
use crate::screen::planned::duration;

/// How many of a failing night's last events are shown.
const LAST_EVENTS: usize = 12;
/// How much of a call's input is shown.
const PLACE: usize = 300;

/// The summary.
pub fn text(plan: &Plan, runs: &Campaign, real: f64, report: Option<&Path>) -> String {
    let mut out = String::new();
    let _ = writeln!(
        out,
        "rehearsal of {} (plan {}), against a simulated AWS",
        plan.migration,
        plan.digest().short()
    );
    match &runs.first {
        Some(run) if runs.runs == 1 => {
            let _ = writeln!(
                out,
                "seed {}: {} steps, {} AWS calls, {} of virtual time in {real:.1} s; longest path {}",
                run.seed,
                run.steps,
                run.api_calls,
                whole_seconds(run.virtual_seconds),
                duration(run.critical_path_seconds),
            );
        }
        _ => {
            let [longest] = runs.lengths([1.0]);
            let _ = writeln!(
                out,
                "{} seeds in {real:.1} s: {} completed, {} AWS calls, longest night {}",
                runs.runs,
                runs.completed,
                runs.api_calls,
                whole_seconds(longest),
            );
        }
    }
    if let Some(undone) = runs.first.as_ref().and_then(|run| run.undone.as_ref()) {
        let _ = writeln!(out, "{}", taken_back(undone, runs));
    }
    for run in runs.told().filter(|run| !run.as_asked()) {
        let _ = writeln!(out, "seed {}: did not complete: {}", run.seed, end(run));
        if let Ok(Some(state)) = State::fold(&run.events) {
            for step in state.stopped() {
                let _ = writeln!(out, "{}", crate::screen::standing::stopped(&state, step));
            }
        }
    }
    if runs.not_told > 0 {
        let _ = writeln!(
            out,
            "{} further seeds did not complete or broke laws: they are in the lines above",
            runs.not_told
        );
    }
    // One night tells it for all.
    let folded = runs
        .first
        .as_ref()
        .and_then(|run| State::fold(&run.events).ok().flatten());
    for (step, what) in folded.iter().flat_map(State::left_out) {
        let _ = writeln!(out, "left for people: {step}: {what}");
    }
    for run in runs.told() {
        for what in &run.law_violations {
            let _ = writeln!(out, "seed {}: BROKEN {what}", run.seed);
        }
    }
    let _ = writeln!(
        out,
        "{}",
        if runs.laws_broken == 0 {
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
fn taken_back(undone: &Undone, runs: &Campaign) -> String {
    let what = match &undone.wanted.to {
        None => "everything was taken back".to_owned(),
        Some(to) => format!("{to} and what needs it was taken back, and the run went on to its end"),
    };
    let after = &undone.wanted.after;
    if runs.runs > 1 {
        return format!("after {after} {what}: in {} of {} seeds", runs.as_asked, runs.runs);
    }
    match (runs.as_asked, undone.begun) {
        (0, false) => format!("nothing was taken back: the run did not come to be left after {after}"),
        (0, true) => format!(
            "after {after} it was being taken back, and did not come to an end; {} steps were",
            undone.steps
        ),
        _ => format!("after {after} {what}: {} steps", undone.steps),
    }
}

/// What is left of a seed that fails, and the command that repeats exactly that.
pub fn shrunk(shrunk: &Shrunk, command: &str) -> String {
    let mut out = String::new();
    let smallest = match (shrunk.left.len(), shrunk.smallest) {
        (0, _) => "it fails without any",
        (1, true) => "without it, it does not fail",
        (_, true) => "without any one of them it does not fail",
        (_, false) => "--shrink with a larger number may leave fewer",
    };
    let _ = writeln!(
        out,
        "seed {} fails with {} of its {} faults ({smallest}; {} rehearsals):",
        shrunk.seed,
        shrunk.left.len(),
        shrunk.drawn,
        shrunk.rehearsals
    );
    for (number, fault) in &shrunk.left {
        let place: String = fault.place.chars().take(PLACE).collect();
        let more = if place.len() < fault.place.len() { "…" } else { "" };
        let at = fault.at.strftime("%Y-%m-%d %H:%M:%SZ");
        let _ = writeln!(
            out,
            "  fault {number}: {}, at time {} of {place}{more} ({at} of the whole night)",
            injection(fault),
            fault.nth
        );
    }
    let _ = writeln!(out, "  it then ends: {}", end(&shrunk.run));
    for what in &shrunk.run.law_violations {
        let _ = writeln!(out, "  BROKEN {what}");
    }
    let _ = writeln!(out, "  the last events:");
    for line in last_events(&shrunk.run) {
        let _ = writeln!(out, "    {line}");
    }
    let _ = writeln!(out, "  to repeat exactly that: {command}");
    out
}

/// What a fault does, in words.
pub fn injection(fault: &Injected) -> String {
    match fault.what {
        Injection::Call(fate) => match fate {
            Fate::Fine => "nothing",
            Fate::Throttled => "refused for its rate",
            Fate::Denied => "refused for want of a permission",
            Fate::FailBefore => "failed before it did anything",
            Fate::FailAfter => "failed after it had done everything",
            Fate::LoseReply => "carried out, and the answer lost",
            Fate::HangBefore => "never arrived, and never answered",
            Fate::HangAfter => "carried out, and never answered",
        }
        .to_owned(),
        Injection::Strike => "goes against the run".to_owned(),
        Injection::Delay(seconds) => format!("invisible for {seconds} s"),
    }
}

/// How a night ended, in words.
pub fn end(run: &Rehearsed) -> String {
    match &run.end {
        Ok(RunEnd::Completed) => "completed".to_owned(),
        Ok(end) => format!("{end:?}"),
        Err(why) => why.clone(),
    }
}

/// The last events of a night that say something to people.
pub fn last_events(run: &Rehearsed) -> Vec<String> {
    let Ok(Some(state)) = State::fold(&run.events) else {
        return Vec::new();
    };
    let lines = run.events.iter().rev();
    let lines = lines.filter_map(|recorded| crate::screen::lines::line(recorded, &state));
    let mut lines: Vec<String> = lines.take(LAST_EVENTS).collect();
    lines.reverse();
    lines
}

/// One line about one of many rehearsals, as soon as it has ended.
pub fn line(run: &Rehearsed) -> String {
    let laws = match run.law_violations.len() {
        0 => String::new(),
        broken => format!(", {broken} laws BROKEN"),
    };
    format!(
        "seed {}: {}, {} AWS calls, {} of virtual time{laws}",
        run.seed,
        end(run),
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
