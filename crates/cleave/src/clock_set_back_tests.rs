use std::rc::Rc;

use journal::Journal;
use model::StepId;
use model::event::{Direction, Outcome};

use super::*;
use crate::example;

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(1_790_000_000 + second).expect("a time")
}

/// A run of the example, which waits for two steps by a clock that is four years ahead.
fn ahead() -> (Journal, State, StepId, StepId) {
    let plan = example::plan();
    let (tried, looked) = (plan.steps[0].id.clone(), plan.steps[1].id.clone());
    let failure = || Failure::ours("test", FailureClass::Throttled, "Throttling", "slow down".to_owned());
    let years = at(4 * 365 * 24 * 3600);
    let events = [
        example::started(plan),
        Event::IntentRecorded {
            step: tried.clone(),
            attempt: 1,
            direction: Direction::Do,
            token: "t".into(),
        },
        Event::AttemptEnded {
            step: tried.clone(),
            attempt: 1,
            outcome: Outcome::NotDone { failure: failure() },
            again_at: Some(years),
        },
        Event::LookFailed {
            step: looked.clone(),
            failure: failure(),
            again_at: years,
        },
    ];
    let mut journal = Journal::in_memory().expect("a journal");
    let recorded = journal.append(0, years, &events).expect("it is appended");
    let state = State::fold(&recorded).expect("a run").expect("a run");
    (journal, state, tried, looked)
}

#[test]
fn a_last_event_that_lies_ahead_is_refused_with_the_way_out_and_a_small_step_is_not() {
    let (_, state, ..) = ahead();
    let path = Path::new("m.db");
    let command = "cleave undo runbook.toml --reason \"…\" --journal m.db";
    let nine = state.last_at - SignedDuration::from_mins(9);
    for right in [state.last_at, nine] {
        assert_eq!(check(path, &state, right, (None, command)), Ok(None));
    }
    let refused = check(path, &state, at(0), (None, command)).expect_err("four years");
    assert_eq!(refused.code, exit::BLOCKED);
    let text = refused.to_string();
    let whole = format!("type:    {command} --clock-was-wrong");
    for word in ["m.db", "changed:", "to do:", &whole] {
        assert!(text.contains(word), "{word}: {text}");
    }
}

#[test]
fn what_a_person_says_of_the_clock_counts_only_where_the_last_event_lies_ahead() {
    let (_, state, ..) = ahead();
    let said = (Some("the battery was empty"), "cleave run runbook.toml");
    assert_eq!(check(Path::new("m.db"), &state, at(0), said), Ok(said.0));
    assert_eq!(
        check(Path::new("m.db"), &state, state.last_at, said),
        Ok(None),
        "a wait that is right would be forgotten"
    );
}

#[test]
fn the_command_that_is_printed_is_one_that_each_of_the_three_takes() {
    use clap::Parser as _;
    for command in [
        "cleave run runbook.toml --inventory i.json --journal m.db --world simcloud=127.0.0.1:9 --clock-was-wrong WHY",
        "cleave undo runbook.toml --reason R --to database/shop/copy --journal m.db --profile p --clock-was-wrong WHY",
        "cleave retire --into m.db --undo R --world simcloud=127.0.0.1:9 --dns 127.0.0.1:53 --clock-was-wrong WHY",
    ] {
        let taken = crate::args::Args::try_parse_from(command.split(' '));
        assert!(
            taken.is_ok(),
            "{command}: {}",
            taken.err().map_or_else(String::new, |error| error.to_string())
        );
    }
}

#[test]
fn what_waits_for_a_moment_ahead_is_looked_at_at_once_and_the_events_say_why() {
    let (mut journal, state, tried, looked) = ahead();
    assert!(state.steps[&tried].again_at.is_some() && state.steps[&looked].again_at.is_some());
    forget_waits(&mut journal, &state, ("aki", "the battery was empty"), at(0)).expect("they are appended");
    let events = journal.load().expect("the events");
    let state = State::fold(&events).expect("they add up").expect("a run");
    assert_eq!(state.steps[&tried].again_at, None);
    assert_eq!(
        state.steps[&tried].status,
        StepStatus::Watching,
        "what may have been made is looked for first"
    );
    assert_eq!(state.steps[&looked].again_at, None);
    assert_eq!(state.steps[&looked].status, StepStatus::Waiting);
    assert_eq!(events.len(), 8);
}

#[test]
fn the_watch_ends_when_the_clock_goes_back_and_not_before() {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    runtime.expect("a runtime").block_on(async {
        let now = Rc::new(Cell::new(at(0)));
        let shown = Rc::clone(&now);
        let clock = Clock::new(move || shown.get(), 1.0);
        let latest = Cell::new(at(0));
        let mut watching = std::pin::pin!(watch(clock, WorldKind::Live, &latest));
        let minute = std::time::Duration::from_secs(60);
        for second in [60, 400_000, 399_700, 400_100] {
            now.set(at(second));
            assert!(
                tokio::time::timeout(minute, watching.as_mut()).await.is_err(),
                "{second}"
            );
        }
        now.set(at(10));
        assert!(tokio::time::timeout(minute, watching.as_mut()).await.is_ok());
    });
}
