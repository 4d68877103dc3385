//! An undo is rehearsed like a run: from any step, on quiet and harsh nights, of everything or of a part from which the run goes on.

use cleave::rehearsal::taking_back::TakenBack;
use cleave::rehearsal::{Rehearsal, Rehearsed, rehearse};
use engine::RunEnd;
use model::{Event, StepId, Undo};
use simcloud::faults::FaultLevel;
use whole_runs::night::{Scenario, stops};
use whole_runs::points::{sample, try_all};

fn rehearsed(scenario: &Scenario, seed: u64, level: FaultLevel, wanted: &TakenBack) -> Rehearsed {
    let rehearsal = Rehearsal {
        plan: scenario.plan.clone(),
        inventory: scenario.inventory.clone(),
        level,
        taken_back: Some(wanted.clone()),
    };
    rehearse(&rehearsal, seed)
}

fn wrong(run: &Rehearsed) -> Vec<String> {
    let mut wrong = run.law_violations.clone();
    if !run.as_asked() {
        wrong.push(format!(
            "it ended with {:?}, {:?}: {:?}",
            run.end,
            run.undone,
            stops(&run.events)
        ));
    }
    wrong
}

/// The steps after which everything can be taken back: those that come before the first that cannot.
fn before_the_hand_over(scenario: &Scenario) -> Vec<StepId> {
    let quiet = TakenBack {
        after: scenario.plan.steps.last().expect("steps").id.clone(),
        to: None,
    };
    let events = rehearsed(scenario, 1, FaultLevel::None, &quiet).events;
    let cannot = |id: &StepId| {
        scenario
            .plan
            .step(id)
            .is_some_and(|step| matches!(step.undo, Undo::None { .. }))
    };
    let done = events.iter().map_while(|recorded| match &recorded.event {
        Event::IntentRecorded { step, .. } if cannot(step) => None,
        Event::StepVerified { step, .. } => Some(Some(step.clone())),
        _ => Some(None),
    });
    done.flatten()
        .filter(|step| scenario.plan.step(step).is_some())
        .collect()
}

#[test]
fn given_any_step_before_the_hand_over_when_it_is_done_then_everything_is_taken_back() {
    let scenario = Scenario::of("shop-staging");
    let quiet = sample(&before_the_hand_over(&scenario), 10, 1);
    // What the hand-over waits for is done before it on every night.
    let mut needed = vec![step("bucket/shop-stg-assets/empty_source")];
    for place in (0..scenario.plan.steps.len()).rev() {
        let spec = &scenario.plan.steps[place];
        if needed.contains(&spec.id) {
            needed.extend(spec.needs.iter().cloned());
        }
    }
    let harsh = sample(&needed[1..], 5, 2);
    let quiet = quiet.into_iter().map(|step| (step, (1, FaultLevel::None)));
    let points: Vec<_> = quiet
        .chain(harsh.into_iter().map(|step| (step, (2, FaultLevel::Harsh))))
        .collect();
    try_all(
        &points,
        |point| format!("{point:?}"),
        |(step, (seed, level))| {
            let run = rehearsed(
                &scenario,
                *seed,
                *level,
                &TakenBack {
                    after: step.clone(),
                    to: None,
                },
            );
            wrong(&run)
        },
    );
}

#[test]
fn given_a_part_that_was_taken_back_when_the_run_goes_on_then_it_comes_to_its_end_and_makes_nothing_twice() {
    let scenario = Scenario::of("shop-staging");
    let after = step("bucket/shop-stg-assets/prove_interim");
    let starts = [
        "bucket/shop-stg-assets/create_interim",
        "bucket/shop-stg-assets/survey_bulk",
        "database/shop-stg/create_snapshot",
    ];
    let points: Vec<_> = starts
        .iter()
        .flat_map(|to| [(*to, 1, FaultLevel::None), (*to, 2, FaultLevel::Harsh)])
        .collect();
    try_all(
        &points,
        |point| format!("{point:?}"),
        |(to, seed, level)| {
            let to = Some(step(to));
            let run = rehearsed(
                &scenario,
                *seed,
                *level,
                &TakenBack {
                    after: after.clone(),
                    to,
                },
            );
            let mut wrong = wrong(&run);
            // On a harsh night what it is about may not have begun by then.
            if *level == FaultLevel::None && run.undone.as_ref().is_none_or(|undone| undone.steps == 0) {
                wrong.push("nothing was taken back".to_owned());
            }
            wrong
        },
    );
}

#[test]
fn given_a_hand_over_that_has_begun_when_it_is_to_be_taken_back_then_the_rehearsal_says_that_it_cannot_and_where_it_stops()
 {
    let scenario = Scenario::of("shop-staging");
    let wanted = TakenBack {
        after: step("bucket/shop-stg-assets/empty_source"),
        to: None,
    };
    let run = rehearsed(&scenario, 1, FaultLevel::None, &wanted);
    assert!(!run.as_asked());
    assert_eq!(run.law_violations, Vec::<String>::new());
    let Ok(RunEnd::NeedsOperator(stopped)) = &run.end else {
        panic!("{:?}", run.end)
    };
    assert!(
        stopped.iter().all(|step| step.as_str().starts_with("bucket/")),
        "{stopped:?}"
    );
    assert!(
        run.undone.expect("it was wanted").steps > 0,
        "what does not hang on the bucket is taken back"
    );
}

fn step(id: &str) -> StepId {
    StepId::new(id).expect("an id")
}
