//! Cut off anywhere on a night on which calls are refused, answers are lost and looks are stale, and taken back: nothing that the run made is left, of
//! whatever kind.

use whole_runs::enforced::{Course, Enforced};
use whole_runs::points::try_all;

use simcloud::faults::FaultLevel;

use crate::roles::SHOP;
use crate::roles_of_routes::ROUTES;

type Point = (&'static Enforced, Course);

/// A scenario that is cut off after so many of a thousand events.
fn cut(enforced: &'static Enforced, seed: u64) -> Point {
    let part = fastrand::Rng::with_seed(seed).u64(50..1000);
    (enforced, Course::Undone(FaultLevel::Harsh, seed, part))
}

fn everything_is_taken_back(points: &[Point]) {
    let told = |(enforced, course): &Point| format!("{}: {course:?}", enforced.name);
    // Without roles: what they refuse is another test's.
    try_all(points, told, |(enforced, course)| enforced.played(&[], *course).wrong);
}

#[test]
fn cut_off_on_a_harsh_night_everything_is_taken_back() {
    let sample = ["machines", "writes to clusters stopped", "caches"];
    let some = ROUTES.iter().filter(|enforced| sample.contains(&enforced.name));
    let points: Vec<Point> = some
        .flat_map(|enforced| (1..3).map(|seed| cut(enforced, seed)))
        .collect();
    everything_is_taken_back(&points);
}

#[test]
fn what_the_teams_own_replication_brings_meanwhile_is_no_remainder() {
    let configured = ROUTES.iter().find(|enforced| enforced.name == "buckets configured");
    everything_is_taken_back(&[cut(configured.expect("it is a route"), 16)]);
}

#[test]
#[ignore = "minutes: every route, twenty nights each"]
fn cut_off_on_harsh_nights_everything_of_every_route_is_taken_back() {
    let all = ROUTES.iter().chain([&*SHOP]);
    let points: Vec<Point> = all
        .flat_map(|enforced| (1..21).map(|seed| cut(enforced, seed)))
        .collect();
    everything_is_taken_back(&points);
}
