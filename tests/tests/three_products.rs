//! `three-products` cut off at its events and calls: at one of each with every commit. A night takes some ten seconds, all points take days, so those that
//! have passed are kept in a file (`target/tmp/three-products-*.points`), and the same command goes on:
//! `cargo test --workspace --test all three_products:: -- --ignored --nocapture`.

use std::path::Path;

use whole_runs::drivers::Driven;
use whole_runs::night::Scenario;

fn driven() -> Driven {
    let making = [
        "rds CopyDBSnapshot",
        "ec2 CopyImage",
        "s3 CreateBucket",
        "route53 CreateHostedZone",
    ];
    Driven::new(Scenario::of("three-products"), &making, &[])
}

fn kept(what: &str) -> Driven {
    let file = format!("three-products-{what}.points");
    driven().kept_in(Path::new(env!("CARGO_TARGET_TMPDIR")).join(file))
}

#[test]
fn three_products_survive_a_crash_at_an_event_and_a_disturbed_call() {
    let driven = driven();
    driven.crashes(1);
    driven.calls(1);
}

#[test]
#[ignore = "all points: days; it goes on where it was interrupted"]
fn three_products_survive_a_crash_at_every_event() {
    kept("crashes").crashes(usize::MAX);
}

#[test]
#[ignore = "all points: days; it goes on where it was interrupted"]
fn three_products_survive_the_disturbance_of_every_mutating_call() {
    kept("calls").calls(usize::MAX);
}
