use pretty_assertions::assert_eq;

use super::*;
use crate::event::{Direction, Event};
use crate::plan::{Estimate, Plan};
use crate::sample::{at, follow, id, intent, plan, started, step, whole};
use crate::window::Window;

fn lasting(n: usize, needs: &[usize], p50: u64, p90: u64) -> StepSpec {
    let mut step = step(n, needs, &[]);
    step.estimate = Estimate { p50, p90 };
    step
}

fn disturbing(n: usize, needs: &[usize], p50: u64, p90: u64) -> StepSpec {
    let mut step = lasting(n, needs, p50, p90);
    step.disturbs = true;
    step
}

/// Two nights, of 1,000 seconds and of 5,000.
fn with_nights(mut plan: Plan) -> Plan {
    plan.windows = [(1000, 2000), (10_000, 15_000)]
        .map(|(from, until)| Window::Once {
            from: at(from),
            until: at(until),
        })
        .into();
    plan
}

fn moments(forecast: &Forecast) -> Vec<(i64, i64)> {
    let seconds = |moment: Timestamp| moment.as_second();
    forecast
        .steps
        .iter()
        .map(|expected| (seconds(expected.begins.likely), seconds(expected.ends.likely)))
        .collect()
}

fn of(state: &State, now: i64) -> Forecast {
    Forecast::of(state, at(now)).expect("the run goes forward")
}

#[test]
fn steps_follow_on_each_other_and_their_spreads_add_up_as_squares() {
    let state = started(&plan(vec![lasting(0, &[], 100, 130), lasting(1, &[0], 50, 90)], &[]));
    let forecast = of(&state, 0);
    assert_eq!(moments(&forecast), [(0, 100), (100, 150)]);
    // 30 and 40 make 50, not 70.
    assert_eq!(
        forecast.ends,
        Moment {
            likely: at(150),
            late: at(200)
        }
    );
}

#[test]
fn what_is_done_counts_as_it_was_and_what_is_overdue_takes_a_quarter_again() {
    let mut state = started(&plan(vec![lasting(0, &[], 100, 120), lasting(1, &[0], 80, 80)], &[]));
    follow(&mut state, whole(&id(0)));
    follow(&mut state, [intent(&id(1), 1, Direction::Do)]);
    // The second began at 5.
    assert_eq!(moments(&of(&state, 40)), [(1, 4), (5, 85)]);
    assert_eq!(moments(&of(&state, 200)), [(1, 4), (5, 220)]);
}

#[test]
fn a_limit_lets_the_third_begin_when_the_first_ends() {
    let limited = |n, p50| {
        let mut step = lasting(n, &[], p50, p50);
        step.limit = Some("copies".into());
        step
    };
    let mut two = plan(
        vec![limited(0, 100), limited(1, 300), limited(2, 50), limited(3, 10)],
        &[],
    );
    two.limits.insert("copies".into(), 2);
    assert_eq!(
        moments(&of(&started(&two), 0)),
        [(0, 100), (0, 300), (100, 150), (150, 160)]
    );
}

#[test]
fn a_place_that_is_held_by_what_stands_later_in_the_plan_is_waited_for() {
    let limited = |n, p50| {
        let mut step = lasting(n, &[], p50, p50);
        step.limit = Some("copies".into());
        step
    };
    let mut state = started(&plan(vec![limited(0, 100), limited(1, 300)], &[]));
    follow(&mut state, [intent(&id(1), 1, Direction::Do)]);
    assert_eq!(moments(&of(&state, 50)), [(301, 401), (1, 301)]);
}

#[test]
fn what_lies_within_an_outage_needs_room_for_itself_alone_also_before_the_outage_has_begun() {
    // The second is ready with 350 seconds left, and takes up to 300: with what lies behind it, 500, it would not fit.
    let steps = vec![
        lasting(0, &[], 1000, 1000),
        disturbing(1, &[0], 650, 400),
        disturbing(2, &[1], 100, 300),
        disturbing(3, &[2], 50, 200),
    ];
    let mut with_night = plan(steps, &[]);
    with_night.windows = vec![Window::Once {
        from: at(1000),
        until: at(2000),
    }];
    let forecast = of(&started(&with_night), 0);
    assert_eq!(forecast.postponed, [], "{:?}", moments(&forecast));
}

#[test]
fn a_disturbing_step_is_expected_in_the_window_that_has_room_and_that_is_told_ahead_of_time() {
    // Ready at 1,600: 400 seconds are left of a night in which the two of them may need 600.
    let steps = vec![
        lasting(0, &[], 1600, 1600),
        disturbing(1, &[0], 100, 300),
        disturbing(2, &[1], 100, 300),
    ];
    let state = started(&with_nights(plan(steps, &[])));
    let forecast = of(&state, 0);
    assert_eq!(moments(&forecast), [(0, 1600), (10_000, 10_100), (10_100, 10_200)]);
    let [postponed] = &forecast.postponed[..] else {
        panic!("{:?}", forecast.postponed)
    };
    assert_eq!(
        (&postponed.step, postponed.ready.likely, postponed.needs),
        (&id(1), at(1600), 600)
    );
    assert_eq!(postponed.opening.map(|opening| opening.until), Some(at(2000)));
    assert_eq!((postponed.starts, postponed.disturbed), (Some(at(10_000)), false));
}

#[test]
fn waiting_for_the_next_window_is_no_news() {
    let state = started(&with_nights(plan(vec![disturbing(0, &[], 100, 300)], &[])));
    let forecast = of(&state, 0);
    assert_eq!(moments(&forecast), [(1000, 1100)]);
    assert_eq!(forecast.postponed, []);
}

#[test]
fn before_there_is_a_run_the_same_is_expected_of_one_that_is_begun_now() {
    let plan = with_nights(plan(
        vec![lasting(0, &[], 1600, 1600), disturbing(1, &[0], 100, 300)],
        &[],
    ));
    let forecast = Forecast::of_plan(&plan, at(0)).expect("the plan is whole");
    assert_eq!(forecast, of(&started(&plan), 0));
    // Ready at 1,600 with 400 seconds left, of which it takes 300 at most.
    assert_eq!(moments(&forecast), [(0, 1600), (1600, 1700)]);
}

#[test]
fn what_no_window_has_room_for_is_told_with_no_beginning() {
    let state = started(&with_nights(plan(vec![disturbing(0, &[], 4000, 6000)], &[])));
    let [postponed] = &of(&state, 0).postponed[..] else {
        panic!("none")
    };
    assert_eq!((postponed.needs, postponed.starts), (6000, None));
}

#[test]
fn an_outage_that_may_not_end_in_its_window_is_told_as_one() {
    let steps = vec![disturbing(0, &[], 100, 200), disturbing(1, &[0], 100, 300)];
    let mut state = started(&with_nights(plan(steps, &[])));
    state.last_at = at(1800);
    follow(&mut state, whole(&id(0)));
    let [postponed] = &of(&state, 1804).postponed[..] else {
        panic!("none")
    };
    assert_eq!((postponed.needs, postponed.disturbed), (300, true));
    // An operator gives it an hour.
    follow(
        &mut state,
        [Event::WindowExtended {
            by: "x".into(),
            reason: "y".into(),
            until: at(5000),
        }],
    );
    assert_eq!(of(&state, 1805).postponed, []);
}

#[test]
fn a_run_that_goes_back_is_not_foretold() {
    let mut state = started(&plan(vec![step(0, &[], &[])], &[]));
    follow(
        &mut state,
        [Event::UndoRequested {
            by: "x".into(),
            reason: "y".into(),
            to: None,
        }],
    );
    assert_eq!(Forecast::of(&state, at(5)), None);
}

#[test]
fn what_disturbs_and_will_outlast_its_window_is_told_while_it_runs() {
    let mut state = started(&with_nights(plan(vec![disturbing(0, &[], 100, 900)], &[])));
    state.last_at = at(1050);
    follow(&mut state, [intent(&id(0), 1, Direction::Do)]);
    assert_eq!(of(&state, 1100).overruns, []);
    // It should have taken 100 seconds, and has taken more than 900.
    let [overruns] = &of(&state, 1990).overruns[..] else {
        panic!("none")
    };
    assert_eq!((overruns.ends.likely, overruns.closes), (at(2015), at(2000)));
}
