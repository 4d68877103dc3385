//! `cleave rehearse`

use std::io::Write as _;
use std::path::Path;
use std::rc::Rc;

use model::GateSpec;
use report::RehearsedBefore;
use serde_json::{Value, json};
use simcloud::injected::Injected;

use crate::args::{Faults, Gates, RehearseArgs};
use crate::commands::files::{Written, read_prices};
use crate::commands::report::{Rendered, format_of};
use crate::commands::undo;
use crate::durations::Samples;
use crate::error::CliError;
use crate::exit;
use crate::rehearsal::campaign::{self, Campaign};
use crate::rehearsal::shrink::{self, Shrunk};
use crate::rehearsal::{Besides, Rehearsal, Rehearsed, Which, rehearse_with};
use crate::screen::rehearsed;
use crate::words::{self, Failed, ToDo, Words};

/// How many rehearsals shrinking a seed of a range takes at most, where nobody says otherwise.
const SHRINK: usize = 100;

/// Rehearses one seed or many.
pub fn rehearse(args: RehearseArgs) -> Result<u8, CliError> {
    let samples = Samples::of(&args.learn_from)?;
    let prices = read_prices(args.prices.as_deref())?;
    let written = Written::read(&args.runbook, args.inventory.as_deref())?
        .learning_from(samples)
        .priced_by(prices);
    let plan = written.unblocked_plan()?;
    let taken_back = undo::to_rehearse(&args, &plan)?;
    let (from, to) = args.seeds.unwrap_or((args.seed, args.seed));
    if args.journal.is_some() && from != to {
        return Err(CliError::before(exit::USAGE, Failed::OneRehearsal, ToDo::OneSeed));
    }
    if let Some(report) = &args.report {
        format_of(report)?;
    }
    let level = args.faults.level();
    let whole = Rehearsal {
        plan: plan.clone(),
        inventory: written.inventory.clone(),
        level,
        taken_back,
    };
    let begun = crate::world::wall_now();
    let runs = if from == to {
        let mut one = Campaign::default();
        one.count(one_seed(&args, &whole, from)?, level);
        one
    } else {
        campaign::carry_out(&whole, (from, to), |run| {
            let _ = writeln!(std::io::stderr(), "{}", rehearsed::line(run));
        })
    };
    let real = crate::world::wall_now().duration_since(begun).as_secs_f64();
    let rehearsed = RehearsedBefore {
        plan_digest: plan.digest(),
        seeds: [from, to],
        faults: faults_named(args.faults).to_owned(),
        runs: runs.runs,
        completed: runs.completed,
        unwound: runs.unwound,
        needs_operator: runs.needs_operator,
        bad: runs.bad,
        laws_broken: runs.laws_broken,
    };
    if let (Some(path), Some(first)) = (&args.report, &runs.first) {
        let rendered = Rendered {
            plan: &plan,
            events: &first.events,
            calls: &first.calls,
            laws: Some(&first.law_violations),
            rehearsed: Some(&rehearsed),
            at: first
                .events
                .last()
                .map_or(written.inventory.observed_at, |event| event.at),
        };
        rendered.write(path, args.language)?;
    }
    let shrunk = shrunk(&args, &whole, &runs);
    if args.json {
        let shrunk = shrunk.as_ref().map(|shrunk| shrunk_object(&args, shrunk));
        let mut object = summary(&runs, real, shrunk.as_ref());
        object["rehearsed"] = json!(rehearsed);
        write_out(&format!("{object}\n"))?;
    } else {
        write_out(&rehearsed::text(&plan, &runs, real, args.report.as_deref()))?;
        if let Some(shrunk) = &shrunk {
            write_out(&rehearsed::shrunk(shrunk, &again(&args, shrunk.seed, Some(shrunk))))?;
        }
    }
    if let Some(seed) = runs.lowest_bad.filter(|_| !args.json) {
        let _ = writeln!(std::io::stderr(), "to see it again: {}", again(&args, seed, None));
    }
    Ok(if runs.bad == 0 { exit::DONE } else { exit::LAW_BROKEN })
}

/// One seed, with all of its faults or with some.
fn one_seed(args: &RehearseArgs, whole: &Rehearsal, seed: u64) -> Result<Rehearsed, CliError> {
    if let Some(path) = args.journal.as_deref().filter(|path| path.exists()) {
        return Err(
            CliError::before(exit::BLOCKED, Failed::NewJournalOnly, ToDo::AnotherFile).at(path.display().to_string()),
        );
    }
    let besides = Besides {
        gatekeeper: (args.gates == Gates::Ask).then(|| Rc::new(ask_at_terminal) as engine::AskPerson),
        journal: args.journal.clone(),
    };
    let Some(numbers) = &args.only_faults else {
        return Ok(rehearse_with(whole, &besides, seed, Which::All).0);
    };
    // What the numbers mean, the seed's whole night tells.
    let (_, noted) = rehearse_with(whole, &Besides::default(), seed, Which::Noted);
    let mut only: Vec<Injected> = Vec::new();
    for number in &numbers.0 {
        let fault = number
            .checked_sub(1)
            .and_then(|place| noted.get(place))
            .ok_or_else(|| {
                CliError::before(
                    exit::USAGE,
                    Failed::NoSuchFault.fill(&[&seed.to_string(), &noted.len().to_string(), &number.to_string()]),
                    ToDo::NumbersAsPrinted,
                )
            })?;
        only.push(fault.clone());
    }
    Ok(rehearse_with(whole, &besides, seed, Which::Only(&only)).0)
}

/// What makes the lowest failing seed fail.
fn shrunk(args: &RehearseArgs, whole: &Rehearsal, runs: &Campaign) -> Option<Shrunk> {
    let seed = runs.lowest_bad?;
    let budget = args.shrink.unwrap_or(if args.seeds.is_some() { SHRINK } else { 0 });
    if budget == 0 || args.only_faults.is_some() {
        return None;
    }
    let tell = |line: &str| {
        let _ = writeln!(std::io::stderr(), "{line}");
    };
    let shrunk = shrink::shrink(whole, seed, (budget, campaign::threads()), &tell);
    if shrunk.is_none() {
        tell(&format!(
            "seed {seed} does not fail by its noted faults alone: it cannot be shrunk"
        ));
    }
    shrunk
}

fn faults_named(faults: Faults) -> &'static str {
    match faults {
        Faults::None => "none",
        Faults::Usual => "usual",
        Faults::Harsh => "harsh",
        Faults::Hostile => "hostile",
    }
}

/// The command that shows a seed again, with all of its faults or with those that are left.
fn again(args: &RehearseArgs, seed: u64, shrunk: Option<&Shrunk>) -> String {
    let mut command = format!("cleave rehearse {}", args.runbook.display());
    if let Some(inventory) = &args.inventory {
        command = format!("{command} --inventory {}", inventory.display());
    }
    for journal in &args.learn_from {
        command = format!("{command} --learn-from {}", journal.display());
    }
    if let Some(prices) = &args.prices {
        command = format!("{command} --prices {}", prices.display());
    }
    let faults = faults_named(args.faults);
    command = format!("{command} --seed {seed} --faults {faults}");
    if let Some(after) = &args.undo_after {
        command = format!("{command} --undo-after {after}");
    }
    if let Some(to) = &args.undo_to {
        command = format!("{command} --undo-to {to}");
    }
    match (shrunk, &args.only_faults) {
        (Some(shrunk), _) => {
            let numbers: Vec<usize> = shrunk.left.iter().map(|(number, _)| *number).collect();
            format!("{command} --only-faults {}", crate::args::OnlyFaults(numbers))
        }
        (None, Some(only)) => format!("{command} --only-faults {only} --report failed.html"),
        (None, None) => format!("{command} --report failed.html"),
    }
}

/// Puts a gate's question to the person at the terminal.
fn ask_at_terminal(gate: &GateSpec, evidence: &str) -> bool {
    let mut out = std::io::stderr().lock();
    let wanted = gate.typed.as_deref().unwrap_or("yes");
    let asks = Words::GateStands.fill(&[gate.name.as_str(), &words::asked(&gate.ask)]);
    let type_it = Words::TypeToAgreeTo.fill(&[&format!("{wanted:?}")]);
    let _ = writeln!(out, "\n{asks}\n{}\n{type_it}", words::proofs(evidence));
    let mut line = String::new();
    std::io::stdin().read_line(&mut line).is_ok() && line.trim() == wanted
}

fn summary(runs: &Campaign, real: f64, shrunk: Option<&Value>) -> Value {
    let [p50, p90, max] = runs.lengths([0.5, 0.9, 1.0]);
    let first = runs.first.as_ref();
    let violations = runs.told().flat_map(|run| {
        run.law_violations
            .iter()
            .map(move |what| json!({ "seed": run.seed, "what": what }))
    });
    let failed = runs.told().filter_map(|run| {
        let why = run.end.as_ref().err()?;
        Some(json!({ "seed": run.seed, "why": why }))
    });
    json!({
        "runs": runs.runs,
        "completed": runs.completed,
        "unwound": runs.unwound,
        "needs_operator": runs.needs_operator,
        "bad": runs.bad,
        "lowest_bad": runs.lowest_bad,
        "laws_broken": runs.laws_broken,
        "law_violations": violations.collect::<Vec<_>>(),
        "failed": failed.collect::<Vec<_>>(),
        "not_told": runs.not_told,
        "steps": first.map_or(0, |run| run.steps),
        "api_calls": first.map_or(0, |run| run.api_calls),
        "virtual_seconds": { "p50": p50, "p90": p90, "max": max },
        "real_seconds": real,
        "critical_path_seconds": first.map_or(0, |run| run.critical_path_seconds),
        "makespan_seconds": first.map_or(0.0, |run| run.virtual_seconds),
        "undo": undo::rehearsed(runs),
        "shrunk": shrunk,
    })
}

fn shrunk_object(args: &RehearseArgs, shrunk: &Shrunk) -> Value {
    let left = shrunk.left.iter().map(|(number, fault)| {
        json!({ "number": number, "at": fault.at, "place": fault.place, "nth": fault.nth, "what": rehearsed::injection(fault) })
    });
    json!({
        "seed": shrunk.seed,
        "drawn": shrunk.drawn,
        "left": left.collect::<Vec<_>>(),
        "rehearsals": shrunk.rehearsals,
        "smallest": shrunk.smallest,
        "end": rehearsed::end(&shrunk.run),
        "law_violations": shrunk.run.law_violations,
        "last_events": rehearsed::last_events(&shrunk.run),
        "command": again(args, shrunk.seed, Some(shrunk)),
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
