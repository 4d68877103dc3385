//! `cleave rehearse`

use std::io::Write as _;
use std::path::Path;
use std::rc::Rc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;

use model::GateSpec;
use serde_json::json;

use crate::args::{Gates, RehearseArgs};
use crate::commands::files::Written;
use crate::commands::report::{self, Rendered};
use crate::commands::undo;
use crate::error::CliError;
use crate::exit;
use crate::rehearsal::taking_back::TakenBack;
use crate::rehearsal::{Rehearsal, Rehearsed, rehearse_undo as rehearse_once};
use crate::screen::rehearsed;

/// Rehearses one seed or many.
pub fn rehearse(args: RehearseArgs) -> Result<u8, CliError> {
    let written = Written::read(&args.runbook, args.inventory.as_deref())?;
    let plan = written.unblocked_plan()?;
    let taken_back = undo::to_rehearse(&args, &plan)?;
    let (from, to) = args.seeds.unwrap_or((args.seed, args.seed));
    if args.journal.is_some() && from != to {
        return Err(CliError::before(
            exit::USAGE,
            "--journal keeps one rehearsal",
            "Give one --seed with it.",
        ));
    }
    if let Some(report) = &args.report {
        report::format_of(report)?;
    }
    let begun = crate::world::wall_now();
    let runs = every_seed(&args, &written, &plan, taken_back.as_ref(), (from, to))?;
    let real = crate::world::wall_now().duration_since(begun).as_secs_f64();
    if let (Some(path), Some(first)) = (&args.report, runs.first()) {
        let rendered = Rendered {
            plan: &plan,
            events: &first.events,
            calls: &first.calls,
            laws: Some(&first.law_violations),
            at: first
                .events
                .last()
                .map_or(written.inventory.observed_at, |event| event.at),
        };
        rendered.write(path, args.language)?;
    }
    let hostile = args.faults == crate::args::Faults::Hostile;
    let safe = |run: &Rehearsed| run.law_violations.is_empty() && (run.as_asked() || (hostile && run.stopped_safe()));
    let good = runs.iter().all(safe);
    if args.json {
        let object = summary(&runs, real);
        write_out(&format!("{object}\n"))?;
    } else {
        write_out(&rehearsed::text(&plan, &runs, real, args.report.as_deref()))?;
    }
    if !good && !args.json {
        let seed = runs.iter().find(|run| !safe(run)).map_or(from, |run| run.seed);
        let again = format!(
            "cleave rehearse {} --seed {seed} --faults {}{} --report failed.html",
            args.runbook.display(),
            format!("{:?}", args.faults).to_ascii_lowercase(),
            undo::as_typed(taken_back.as_ref()),
        );
        let _ = writeln!(std::io::stderr(), "to see it again: {again}");
    }
    Ok(if good { exit::DONE } else { exit::LAW_BROKEN })
}

fn every_seed(
    args: &RehearseArgs,
    written: &Written,
    plan: &model::Plan,
    taken_back: Option<&TakenBack>,
    (from, to): (u64, u64),
) -> Result<Vec<Rehearsed>, CliError> {
    let one = |gatekeeper| Rehearsal {
        plan: plan.clone(),
        inventory: written.inventory.clone(),
        level: args.faults.level(),
        journal: args.journal.clone(),
        gatekeeper,
    };
    if from == to {
        if let Some(path) = args.journal.as_deref().filter(|path| path.exists()) {
            return Err(CliError::before(
                exit::BLOCKED,
                "a rehearsal keeps its journal in a new file only",
                "Name another file, or move that one away.",
            )
            .at(path.display().to_string()));
        }
        let gatekeeper = (args.gates == Gates::Ask).then(|| Rc::new(ask_at_terminal) as engine::AskPerson);
        return Ok(vec![rehearse_once(&one(gatekeeper), from, taken_back)]);
    }
    // One thread per core, one simulation at a time on each: the SDK draws from a generator of the thread.
    let next = AtomicU64::new(from);
    let threads = std::thread::available_parallelism().map_or(1, usize::from);
    let (sender, receiver) = mpsc::channel();
    let shared = (plan, &written.inventory, args.faults.level(), &next);
    std::thread::scope(|scope| {
        for _ in 0..threads {
            let (sender, (plan, inventory, level, next)) = (sender.clone(), shared);
            scope.spawn(move || {
                let rehearsal = Rehearsal {
                    plan: plan.clone(),
                    inventory: inventory.clone(),
                    level,
                    journal: None,
                    gatekeeper: None,
                };
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed > to {
                        return;
                    }
                    let mut run = rehearse_once(&rehearsal, seed, taken_back);
                    // A thousand seeds' events would fill the memory: only what the report and the reasons are read from is kept.
                    if seed != from && run.as_asked() {
                        run.events = Vec::new();
                        run.calls = Vec::new();
                    }
                    if sender.send(run).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let told = receiver.into_iter().inspect(|run| {
            let _ = writeln!(std::io::stderr(), "{}", rehearsed::line(run));
        });
        let mut runs: Vec<Rehearsed> = told.collect();
        runs.sort_by_key(|run| run.seed);
        Ok(runs)
    })
}

/// Puts a gate's question to the person at the terminal.
fn ask_at_terminal(gate: &GateSpec, evidence: &str) -> bool {
    let mut out = std::io::stderr().lock();
    let wanted = gate.typed.as_deref().unwrap_or("yes");
    let _ = writeln!(
        out,
        "\ngate {}: {}\n{evidence}\ntype {wanted:?} to agree: ",
        gate.name, gate.ask
    );
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).is_ok() && line.trim() == wanted
}

fn summary(runs: &[Rehearsed], real: f64) -> serde_json::Value {
    let mut seconds: Vec<f64> = runs.iter().map(|run| run.virtual_seconds).collect();
    seconds.sort_by(f64::total_cmp);
    let at = |part: f64| {
        let last = seconds.len().saturating_sub(1);
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "an index of a short list"
        )]
        let index = (last as f64 * part).round() as usize;
        seconds.get(index).copied().unwrap_or_default()
    };
    let first = runs.first();
    let violations = runs.iter().flat_map(|run| {
        run.law_violations
            .iter()
            .map(move |what| json!({ "seed": run.seed, "what": what }))
    });
    json!({
        "runs": runs.len(),
        "completed": runs.iter().filter(|run| run.completed()).count(),
        "unwound": runs.iter().filter(|run| matches!(run.end, Ok(engine::RunEnd::Unwound))).count(),
        "needs_operator": runs.iter().filter(|run| matches!(run.end, Ok(engine::RunEnd::NeedsOperator(_)))).count(),
        "law_violations": violations.collect::<Vec<_>>(),
        "failed": runs.iter().filter_map(|run| run.end.as_ref().err().map(|why| json!({ "seed": run.seed, "why": why }))).collect::<Vec<_>>(),
        "undo": undo::rehearsed(runs),
        "steps": first.map_or(0, |run| run.steps),
        "api_calls": first.map_or(0, |run| run.api_calls),
        "virtual_seconds": { "p50": at(0.5), "p90": at(0.9), "max": at(1.0) },
        "real_seconds": real,
        "critical_path_seconds": first.map_or(0, |run| run.critical_path_seconds),
        "makespan_seconds": first.map_or(0.0, |run| run.virtual_seconds),
    })
}

pub(crate) fn write_out(text: &str) -> Result<(), CliError> {
    let mut out = std::io::stdout().lock();
    match out.write_all(text.as_bytes()).and_then(|()| out.flush()) {
        // `| head` has seen enough.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        Err(error) => Err(CliError::unreadable(Path::new("stdout"), &error)),
        Ok(()) => Ok(()),
    }
}
