//! The generic drivers over one scenario: killed between and upon its events, every reply lost and every call refused, taken back from
//! every point. What is left must be what an undisturbed run leaves.

use std::path::PathBuf;

use model::{Plan, Recorded};
use simcloud::faults::{Fate, Nth, Trap};

use engine::RunEnd;

use crate::night::{self, Before, Cut, Disturbance, Night, Scenario};
use crate::points::{sample, try_all, try_rest};
use crate::standing::differences;

/// A scenario, what an undisturbed run of it leaves, and which changes may be made twice.
pub struct Driven {
    scenario: Scenario,
    /// What was carried out three days before, in the same accounts.
    first: Option<Plan>,
    before: Option<Before>,
    undisturbed: Night,
    harmless_twice: &'static [&'static str],
    kept_in: Option<PathBuf>,
}

impl Driven {
    /// Carries the scenario out undisturbed. It must make what each of `making` names. Operations of `harmless_twice` have no token and no
    /// name, and what they do is no worse when a lost reply has them done again.
    pub fn new(scenario: Scenario, making: &[&str], harmless_twice: &'static [&'static str]) -> Self {
        Self::after(None, scenario, making, harmless_twice)
    }

    /// The same, three days after another plan was carried out in the same accounts.
    pub fn after(
        first: Option<Plan>,
        scenario: Scenario,
        making: &[&str],
        harmless_twice: &'static [&'static str],
    ) -> Self {
        Self::with(None, first, scenario, (making, harmless_twice))
    }

    /// The same, with what was there before the first plan, beyond what the inventory tells.
    pub fn with(
        before: Option<Before>,
        first: Option<Plan>,
        scenario: Scenario,
        (making, harmless_twice): (&[&str], &'static [&'static str]),
    ) -> Self {
        let quiet = Disturbance {
            before,
            ..Disturbance::default()
        };
        let undisturbed = night::carry_out_after(first.as_ref(), &scenario, &quiet);
        assert_eq!(undisturbed.end, Ok(RunEnd::Completed), "{:?}", undisturbed.stops());
        assert_eq!(undisturbed.broken, Vec::<String>::new());
        for making in making {
            let made = undisturbed.effects.keys().any(|what| what.contains(making));
            assert!(made, "the run makes no {making}");
        }
        Self {
            scenario,
            first,
            before,
            undisturbed,
            harmless_twice,
            kept_in: None,
        }
    }

    /// The same, with the points that have passed kept in this file: interrupted, it goes on with the others. For plans whose points take days.
    pub fn kept_in(self, file: PathBuf) -> Self {
        Self {
            kept_in: Some(file),
            ..self
        }
    }

    fn try_points<P: Sync>(
        &self,
        points: &[P],
        name: impl Fn(&P) -> String + Sync,
        try_one: impl Fn(&P) -> Vec<String> + Sync,
    ) {
        match &self.kept_in {
            None => try_all(points, name, try_one),
            Some(file) => {
                // Another plan has other events.
                let night = format!("{} {:?}", self.scenario.plan.digest(), self.undisturbed.events.len());
                try_rest(file, &night, points, name, try_one);
            }
        }
    }

    /// The scenario.
    pub fn scenario(&self) -> &Scenario {
        &self.scenario
    }

    /// The events of the undisturbed run.
    pub fn events(&self) -> &[Recorded] {
        &self.undisturbed.events
    }

    /// One night of it.
    pub fn carry_out(&self, disturbance: &Disturbance) -> Night {
        let disturbance = Disturbance {
            before: self.before,
            ..disturbance.clone()
        };
        night::carry_out_after(self.first.as_ref(), &self.scenario, &disturbance)
    }

    /// The undisturbed night.
    pub fn undisturbed(&self) -> &Night {
        &self.undisturbed
    }

    /// What is wrong with a disturbed run, against the undisturbed one.
    pub fn against_undisturbed(&self, disturbance: &Disturbance) -> Vec<String> {
        let night = self.carry_out(disturbance);
        let mut wrong = night.broken.clone();
        if night.end != Ok(RunEnd::Completed) {
            wrong.push(format!("it ended with {:?}: {:?}", night.end, night.stops()));
        }
        let done = differences(&self.undisturbed.effects, &night.effects).into_iter();
        let done = done.filter(|line| !self.harmless_twice.iter().any(|harmless| line.contains(harmless)));
        wrong.extend(done.map(|line| format!("effect {line}")));
        wrong.extend(differences(&self.undisturbed.standing, &night.standing));
        wrong
    }

    fn event_name(&self, seq: u64) -> String {
        let place = usize::try_from(seq).expect("a short run").checked_sub(1);
        let recorded = place.and_then(|place| self.undisturbed.events.get(place));
        let of = recorded.map(|recorded| (recorded.event.kind(), recorded.event.step().map(ToString::to_string)));
        format!("event {seq} {of:?}")
    }

    /// Kills the run at `count` of all points between and upon events.
    pub fn crashes(&self, count: usize) {
        let last = self.undisturbed.events.len() as u64;
        let points: Vec<Cut> = (0..last).flat_map(|n| [Cut::After(n), Cut::Upon(n + 1)]).collect();
        self.try_points(
            &sample(&points, count, 1),
            |cut| cut.name(|seq| self.event_name(seq)),
            |cut| {
                self.against_undisturbed(&Disturbance {
                    cuts: vec![*cut],
                    ..Disturbance::default()
                })
            },
        );
    }

    /// Loses the reply to, and refuses, `count` of all mutating calls.
    pub fn calls(&self, count: usize) {
        let mutating = self
            .undisturbed
            .requests
            .iter()
            .filter(|request| request.mutating)
            .filter(|request| request.operation != "AssumeRole");
        let earlier = self.undisturbed.requests[..self.undisturbed.earlier].iter();
        let earlier = earlier
            .filter(|request| request.mutating && request.operation != "AssumeRole")
            .count();
        let fates = [
            Fate::LoseReply,
            Fate::FailAfter,
            Fate::HangAfter,
            Fate::FailBefore,
            Fate::Denied,
        ];
        // A trap counts from when it was set.
        let numbered = (1_u64..).zip(mutating.skip(earlier));
        let points: Vec<(u64, String, Fate)> = numbered
            .flat_map(|(nth, request)| fates.map(|fate| (nth, request.operation.clone(), fate)))
            .collect();
        self.try_points(
            &sample(&points, count, 3),
            |point| format!("{point:?}"),
            |(nth, _, what)| {
                let (nth, what) = (Nth::Mutating(*nth), *what);
                self.against_undisturbed(&Disturbance {
                    traps: vec![Trap { nth, what }],
                    ..Disturbance::default()
                })
            },
        );
    }

    /// Takes the run back from `count` of all points.
    pub fn undos(&self, count: usize) {
        let last = self.undisturbed.events.len() as u64;
        let points: Vec<u64> = (1..last).collect();
        self.try_points(
            &sample(&points, count, 5),
            |n| format!("taken back upon {}", self.event_name(*n)),
            |n| {
                let night = self.carry_out(&Disturbance {
                    cuts: vec![Cut::Upon(*n)],
                    undo: true,
                    ..Disturbance::default()
                });
                let mut wrong = night.broken.clone();
                if night.end != Ok(RunEnd::Unwound) {
                    wrong.push(format!("it ended with {:?}: {:?}", night.end, night.stops()));
                }
                wrong
            },
        );
    }
}
