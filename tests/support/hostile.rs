//! Hostile nights: keys are disabled, access is revoked, copies fail for good. A run cannot get through all of that; it must arrive whole or stop
//! where nothing is lost.

use std::ops::RangeInclusive;

use cleave::rehearsal::{Rehearsal, rehearse};
use simcloud::faults::FaultLevel;

use crate::night::Scenario;

/// How nights ended.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Nights {
    /// Everything arrived.
    pub whole: usize,
    /// The run stopped for a person, and no law was broken.
    pub stopped_safe: usize,
    /// What else became of them, by seed.
    pub wrong: Vec<String>,
}

/// One night for each seed.
pub fn nights(scenario: &Scenario, seeds: RangeInclusive<u64>) -> Nights {
    let rehearsal = Rehearsal {
        plan: scenario.plan.clone(),
        inventory: scenario.inventory.clone(),
        level: FaultLevel::Hostile,
        taken_back: None,
    };
    let mut nights = Nights::default();
    for seed in seeds {
        let ended = rehearse(&rehearsal, seed);
        let broken = ended.law_violations.join("; ");
        match (broken.as_str(), ended.completed(), ended.stopped_safe()) {
            ("", true, _) => nights.whole += 1,
            ("", false, true) => nights.stopped_safe += 1,
            _ => nights.wrong.push(format!("seed {seed}: {:?}: {broken}", ended.end)),
        }
    }
    nights
}

/// Asserts that of these nights none ended badly, and that there were some of each kind: else they show nothing.
pub fn assert_safe(scenario: &Scenario, seeds: RangeInclusive<u64>) {
    let ended = nights(scenario, seeds);
    assert_eq!(ended.wrong, Vec::<String>::new(), "{ended:?}");
    assert!(ended.whole > 0 && ended.stopped_safe > 0, "{ended:?}");
}
