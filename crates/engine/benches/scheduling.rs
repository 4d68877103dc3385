//! What deciding and recording cost over the size of a plan, without AWS: a whole run of steps that only take their time, in virtual time, over a
//! journal in memory.
//!
//! `cargo bench -p engine --bench scheduling [-- SIZES]`; behind each figure the exponent that it grew with since the size before: 1.0 is linear.
//!
//! Of ten resources six are chains that copy under a quota, three are interrupted inside a window and behind a gate, and one finds out on the way
//! what it has to do, as a bucket's copy waves do. The quotas grow with the size, so that all nights are as long.

use std::io::Write as _;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use async_trait::async_trait;
use engine::run::NewRun;
use engine::{
    Begun, Clock, Engine, Extension, Gatekeeper, Observed, Options, Progress, Registry, Run, RunEnd, Step, StepContext,
    StopSwitch, Verified,
};
use jiff::{SignedDuration, Timestamp};
use journal::{Journal, Stamp};
use model::event::WorldKind;
use model::{Digest, Failure, Plan, RunId, Said, StepSpec};
use serde_json::{Value, json};

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let given: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    let sizes = if given.is_empty() {
        vec![100, 300, 1_000, 3_000, 10_000]
    } else {
        given
    };
    let mut out = std::io::stdout();
    writeln!(
        out,
        "| resources | steps | events | scheduled in | | a step |\n|---|---|---|---|---|---|"
    )?;
    let mut before: Option<(usize, f64)> = None;
    for size in sizes {
        let (steps, events, took) = carried_out(size);
        let grew = before.map_or_else(String::new, |(smaller, less)| {
            format!("{:.2}", (took / less).ln() / (size as f64 / smaller as f64).ln())
        });
        let each = took * 1e6 / steps as f64;
        writeln!(
            out,
            "| {size} | {steps} | {events} | {took:.2} s | {grew} | {each:.0} µs |"
        )?;
        before = Some((size, took));
    }
    Ok(())
}

/// Takes as long as the plan estimates, and is right.
struct Lasting;

#[async_trait(?Send)]
impl Step for Lasting {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let Some(begun) = cx.tried_at else {
            return Ok(Observed::Absent);
        };
        let lasts = SignedDuration::from_secs(i64::try_from(cx.spec.estimate.p50).unwrap_or(i64::MAX));
        let left = lasts - cx.now.duration_since(begun);
        Ok(match Duration::try_from(left) {
            Ok(left) if !left.is_zero() => Observed::Underway {
                progress: Progress::words(Said::verbatim("it is under way")),
                look_again: left.min(Duration::from_secs(60)),
            },
            _ => Observed::Present(json!({ "arn": cx.spec.id })),
        })
    }

    async fn begin(&self, _cx: &StepContext) -> Result<Begun, Failure> {
        Ok(Begun::Once)
    }

    async fn verify(&self, _cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        Ok(Verified::Right {
            evidence: Said::verbatim("it is right"),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }

    /// What it has found puts three steps before the last of its resource.
    fn extends(&self, cx: &StepContext, _output: &Value) -> Result<Option<Extension>, Failure> {
        if cx.spec.id.verb() != "survey" {
            return Ok(None);
        }
        let n: usize = cx.spec.resource.name.parse().expect("resources are numbered");
        let waves = (0..3).map(|wave| step(n, &format!("wave-{wave}"), &["survey"], json!({ "limit": "jobs" })));
        let steps = waves.map(|wave| serde_json::from_value::<StepSpec>(wave).expect("a step"));
        Ok(Some(Extension {
            steps: steps.collect(),
            before: vec![cx.spec.resource.step("prove")],
        }))
    }
}

/// `verb` of resource `n`, which needs others of it; and what else is different about it.
fn step(n: usize, verb: &str, needs: &[&str], different: Value) -> Value {
    let id = |verb: &str| format!("thing/{n}/{verb}");
    let seconds = 60 + (n * 37 + verb.len() * 211) % 600;
    let mut step = json!({ "id": id(verb), "action": "thing.last", "version": 1, "resource": { "kind": "thing", "name": n.to_string() },
        "side": "source", "title": verb, "phase": "prepare", "needs": needs.iter().map(|need| id(need)).collect::<Vec<_>>(),
        "undo": { "can": "auto" }, "estimate": { "p50": seconds, "p90": seconds * 3 / 2 }, "patience": 3600, "input": { "size": n } });
    for (field, value) in different.as_object().into_iter().flatten() {
        step[field] = value.clone();
    }
    step
}

/// A chain of such steps, each of which needs the one before.
fn chain(n: usize, verbs: &[(&str, Value)]) -> Vec<Value> {
    let mut before: Option<&str> = None;
    let links = verbs.iter().map(|(verb, different)| {
        let needs: Vec<&str> = before.replace(verb).into_iter().collect();
        step(n, verb, &needs, different.clone())
    });
    links.collect()
}

fn plan(size: usize) -> Plan {
    let plain = || json!({});
    let limited = || json!({ "limit": "copies" });
    let gated = || json!({ "disturbs": true, "gates": ["go"] });
    let disturbing = || json!({ "disturbs": true });
    let resource = |n: usize| match n % 10 {
        0..6 => vec![
            ("observe", plain()),
            ("rekey", limited()),
            ("share", plain()),
            ("copy", limited()),
            ("tag", plain()),
            ("unshare", plain()),
            ("discard", plain()),
            ("tell", plain()),
        ],
        6..9 => vec![
            ("observe", plain()),
            ("open-key", plain()),
            ("prepare", plain()),
            ("stop-writes", gated()),
            ("snapshot", disturbing()),
            ("rekey", json!({ "disturbs": true, "limit": "copies" })),
            ("share", disturbing()),
            ("copy", json!({ "disturbs": true, "limit": "copies" })),
            ("restore", disturbing()),
            ("set", disturbing()),
            ("unshare", plain()),
            ("discard", plain()),
            ("close-key", plain()),
            ("tell", plain()),
        ],
        _ => vec![
            ("record", plain()),
            ("make", plain()),
            ("survey", plain()),
            ("prove", plain()),
            ("freeze", gated()),
            ("hand-over", disturbing()),
            ("settle", plain()),
            ("discard", plain()),
            ("tell", plain()),
        ],
    };
    let steps: Vec<Value> = (0..size).flat_map(|n| chain(n, &resource(n))).collect();
    let shown: Vec<String> = (0..size.min(50))
        .filter(|n| n % 10 == 9)
        .map(|n| format!("thing/{n}/prove"))
        .collect();
    let plan = json!({ "format": 1, "migration": "bench", "region": "ap-northeast-1", "runbook": Digest::of(b"runbook"), "limits": { "copies": size.div_ceil(10), "jobs": size.div_ceil(100) },
        "windows": [{ "form": "weekly", "weekday": 4, "at": "00:00:00", "seconds": 172_800, "timezone": "UTC" }],
        "gates": [{ "name": "go", "ask": "Go?", "after": shown, "people": 1 }],
        "accounts": { "source": { "account": "111111111111" }, "target": { "account": "222222222222" } }, "steps": steps, "notes": [] });
    serde_json::from_value(plan).expect("a plan")
}

/// Steps in the end, events, and the seconds of one whole run.
#[expect(clippy::disallowed_methods, reason = "a benchmark measures the wall's time")]
fn carried_out(size: usize) -> (usize, u64, f64) {
    let plan = plan(size);
    let mut journal = Journal::in_memory().expect("memory");
    let stamp = Stamp {
        created_at: Timestamp::UNIX_EPOCH,
        host: "here".to_owned(),
        world: WorldKind::Rehearsal,
    };
    journal.stamp(&stamp).expect("it is new");
    let journal = Arc::new(Mutex::new(journal));
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    let begun = Instant::now();
    let (steps, events) = runtime.block_on(async {
        let zero = tokio::time::Instant::now();
        let elapsed = move || SignedDuration::try_from(zero.elapsed()).expect("months");
        let clock = Clock::new(move || Timestamp::UNIX_EPOCH + elapsed(), 1.0);
        let new = NewRun {
            run: RunId::new("0123456789ab").expect("an id"),
            world: WorldKind::Rehearsal,
            seed: 1,
            plan,
        };
        let run = Run::start(Arc::clone(&journal), new, clock.now()).expect("a run");
        let mut registry = Registry::default();
        registry.add("thing.last", 1, Box::new(|_| Ok(Box::new(Lasting))));
        let options = Options {
            wait: true,
            gatekeeper: Gatekeeper::Automatic { by: "bench".to_owned() },
            login_command: String::new(),
            concurrency: 16,
        };
        let renew: engine::dispatch::RenewLogin = Box::new(|| Box::pin(async { true }));
        let stop = StopSwitch::default();
        let mut engine =
            Engine::new(run, registry, clock, options, stop.listen(), renew, Box::new(|_| ())).expect("an engine");
        let end = engine.carry_out().await.expect("no error");
        assert_eq!(end, RunEnd::Completed);
        let state = engine.state();
        (state.plan.steps.len(), state.last_seq)
    });
    (steps, events, begun.elapsed().as_secs_f64())
}
