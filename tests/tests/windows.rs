//! A run whose windows are too short for everything: it pauses where nobody is disturbed, says so ahead of time, and goes on in the next
//! window. Over harsh nights no disturbing step begins outside of a window, or where it has no room.

use jiff::{SignedDuration, Timestamp};
use model::event::Verdict;
use model::forecast::Forecast;
use model::state::StepStatus;
use model::{Event, Plan, Recorded, State, Window};
use simcloud::faults::FaultLevel;
use whole_runs::night::{self, Scenario};

/// `shop-staging` with a window of so many minutes on each of three weeks of nights.
fn nightly(minutes: i64) -> Scenario {
    let mut scenario = Scenario::of("shop-staging");
    let first = scenario.plan.calendar().current_or_next(scenario.inventory.observed_at);
    let first = first.expect("a weekly window").from;
    let window = |night: i64| {
        let from = first + SignedDuration::from_hours(24 * night);
        let until = from + SignedDuration::from_mins(minutes);
        Window::Once { from, until }
    };
    scenario.plan.windows = (0..21).map(window).collect();
    scenario
}

/// What each disturbing step found when it began: what is wrong with that.
fn begun_without_room(plan: &Plan, events: &[Recorded]) -> Vec<String> {
    let mut wrong = Vec::new();
    let mut state: Option<State> = None;
    for recorded in events {
        let Some(before) = &mut state else {
            state = Some(State::begin(recorded).expect("the first event"));
            continue;
        };
        let at = recorded.at;
        if let Event::IntentRecorded { step, attempt: 1, .. } = &recorded.event
            && let Some(place) = before.steps.place(step)
            && plan.step(step).is_some_and(|spec| spec.disturbs && !spec.presses_on)
        {
            let needed = before.room_needed(place, before.is_disturbed_before(place));
            let opening = plan.calendar().current(at);
            if opening.is_none_or(|opening| opening.left(at) < needed) {
                wrong.push(format!(
                    "{step} begins at {at}, needs {needed} s, and finds {opening:?}"
                ));
            }
        }
        before.apply(recorded).expect("an event of the run");
    }
    wrong
}

/// How many nights disturbing steps began in.
fn nights(plan: &Plan, events: &[Recorded]) -> usize {
    let disturbing = events.iter().filter_map(|recorded| match &recorded.event {
        Event::IntentRecorded { step, attempt: 1, .. } if plan.step(step).is_some_and(|spec| spec.disturbs) => {
            Some(recorded.at.as_second() / 86_400)
        }
        _ => None,
    });
    disturbing.collect::<std::collections::BTreeSet<i64>>().len()
}

#[test]
fn given_short_windows_when_nights_are_harsh_then_nothing_is_disturbed_outside_of_them_and_the_run_ends() {
    // The longest outage has just room in a window.
    let room = |scenario: &Scenario| {
        let outages = scenario.plan.outages();
        outages.iter().map(|(_, room)| *room).max().expect("something disturbs")
    };
    let minutes = i64::try_from(room(&nightly(60)) / 60 + 10).expect("minutes");
    let scenario = nightly(minutes);
    let mut most = 0;
    for (seed, level) in night::quiet_and_harsh(5) {
        let (events, broken, ended) = night::played(&scenario, seed, level, |_, state| state.ended);
        assert_eq!((ended, broken), (Some(Verdict::Completed), Vec::new()), "seed {seed}");
        assert_eq!(
            begun_without_room(&scenario.plan, &events),
            Vec::<String>::new(),
            "seed {seed}"
        );
        most = most.max(nights(&scenario.plan, &events));
    }
    assert!(most > 1, "all of it fitted into one night: nothing was seen");
}

#[test]
fn given_a_window_that_closes_early_when_the_run_comes_to_it_then_it_is_told_hours_before_and_nothing_is_disturbed() {
    let mut scenario = nightly(60);
    let room = scenario
        .plan
        .outages()
        .iter()
        .map(|(_, room)| *room)
        .max()
        .expect("an outage");
    let minutes = i64::try_from(room / 60).expect("minutes");
    // The first night has a minute less than the longest outage needs; the others are long.
    let mut windows = nightly(minutes + 120).plan.windows;
    windows[0] = nightly(minutes - 1).plan.windows[0].clone();
    scenario.plan.windows = windows;
    let (events, ..) = night::played(&scenario, 1, FaultLevel::None, |_, _| ());
    let begin = State::begin(&events[0]).expect("the first event");
    let now = begin.started_at;
    let postponed = Forecast::of(&begin, now).expect("it goes forward").postponed;
    assert!(!postponed.is_empty(), "nothing is said at the beginning");
    for postponed in &postponed {
        let Some(Window::Once { from, .. }) = scenario.plan.windows.get(1) else {
            panic!("a second night")
        };
        assert!(postponed.starts >= Some(*from), "{postponed:?}");
        let began = first_intent(&events, &postponed.step).expect("it is carried out in the end");
        assert!(began >= *from, "{} began at {began}", postponed.step);
    }
}

fn first_intent(events: &[Recorded], step: &model::StepId) -> Option<Timestamp> {
    let first = events.iter().find(|recorded| {
        matches!(&recorded.event, Event::IntentRecorded { step: of, .. } if of == step)
            || matches!(&recorded.event, Event::OutputSeen { step: of, .. } if of == step)
    });
    first.map(|recorded| recorded.at)
}

#[test]
fn given_a_whole_run_when_it_is_foretold_at_its_beginning_then_the_end_is_near_what_came() {
    let scenario = Scenario::of("shop-staging");
    let (events, ..) = night::played(&scenario, 1, FaultLevel::None, |_, _| ());
    let begin = State::begin(&events[0]).expect("the first event");
    let forecast = Forecast::of(&begin, begin.started_at).expect("it goes forward");
    let state = State::fold(&events).expect("events").expect("a run");
    assert!(state.steps.values().all(|step| step.status == StepStatus::Done));
    let ended = state.last_at;
    let took = ended.duration_since(begin.started_at).as_secs_f64();
    let off = forecast.ends.likely.duration_since(ended).as_secs_f64().abs();
    assert!(off < took * 0.05, "expected {}, ended {ended}", forecast.ends.likely);
}
