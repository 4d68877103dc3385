//! Many seeds: what is kept of each while the others run. A hundred thousand nights' events would fill the memory, so of a night that was as it must be
//! only its length is kept, and of those that were not, the lowest seeds.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::mpsc;

use engine::RunEnd;
use simcloud::faults::FaultLevel;

use super::{Rehearsal, Rehearsed, rehearse};

/// Of how many nights that did not come to their end, or broke a law, more than a count is kept.
const TOLD: usize = 200;

/// What came of many seeds.
#[derive(Default)]
pub struct Campaign {
    /// The first seed's night, as a whole.
    pub first: Option<Rehearsed>,
    /// How many ran.
    pub runs: u64,
    /// How many reached their end.
    pub completed: u64,
    /// How many came to the end that was to be rehearsed: the run's own, or that of its undo.
    pub as_asked: u64,
    /// In how many an undo was begun that was to be rehearsed.
    pub undo_begun: u64,
    /// How many were taken back.
    pub unwound: u64,
    /// How many wait for a person.
    pub needs_operator: u64,
    /// How many were not as they must be.
    pub bad: u64,
    /// How many laws were broken in all.
    pub laws_broken: u64,
    /// Requests of all of them.
    pub api_calls: u64,
    /// Nights that did not complete or broke a law, by seed: those that broke one before those that are as they must not be otherwise, and these before safe
    /// stops; of each the lowest.
    pub told: BTreeMap<u64, Rehearsed>,
    /// How many such nights there were besides.
    pub not_told: u64,
    /// The lowest seed that was not as it must be.
    pub lowest_bad: Option<u64>,
    seconds: Vec<f32>,
}

impl Campaign {
    /// Counts a night, in whatever order they come.
    pub fn count(&mut self, run: Rehearsed, level: FaultLevel) {
        self.runs += 1;
        self.completed += u64::from(run.completed());
        self.as_asked += u64::from(run.as_asked());
        self.undo_begun += u64::from(run.undone.as_ref().is_some_and(|undone| undone.begun));
        self.unwound += u64::from(matches!(run.end, Ok(RunEnd::Unwound)));
        self.needs_operator += u64::from(matches!(run.end, Ok(RunEnd::NeedsOperator(_))));
        self.laws_broken += run.law_violations.len() as u64;
        self.api_calls += run.api_calls as u64;
        #[expect(
            clippy::cast_possible_truncation,
            reason = "seven digits of a night's length tell it to a second"
        )]
        self.seconds.push(run.virtual_seconds as f32);
        if !run.is_good(level) {
            self.bad += 1;
            self.lowest_bad = Some(self.lowest_bad.map_or(run.seed, |lowest| lowest.min(run.seed)));
        }
        let first = self.first.as_ref().is_none_or(|first| run.seed < first.seed);
        if first {
            // Until the lowest seed is there, another one stands for it.
            let before = self.first.replace(run);
            if let Some(before) = before {
                self.keep(before, level);
            }
            return;
        }
        self.keep(run, level);
    }

    fn keep(&mut self, mut run: Rehearsed, level: FaultLevel) {
        if run.as_asked() && run.law_violations.is_empty() {
            return;
        }
        run.calls = Vec::new();
        self.told.insert(run.seed, run);
        if self.told.len() > TOLD {
            // Safe stops are many on hostile nights: a broken law is not to be lost among them.
            let least = |(seed, run): &(&u64, &Rehearsed)| (run.law_violations.is_empty(), run.is_good(level), **seed);
            if let Some(seed) = self.told.iter().max_by_key(least).map(|(seed, _)| *seed) {
                self.told.remove(&seed);
            }
            self.not_told += 1;
        }
    }

    /// The nights that did not complete or broke a law, by seed, as far as they are kept.
    pub fn told(&self) -> impl Iterator<Item = &Rehearsed> {
        let first = self.first.iter();
        let first = first.filter(|run| !run.as_asked() || !run.law_violations.is_empty());
        first.chain(self.told.values())
    }

    /// The nights' lengths in virtual seconds: that of these parts of them from the shortest on (0.5: the median).
    pub fn lengths<const N: usize>(&self, parts: [f64; N]) -> [f64; N] {
        let mut seconds = self.seconds.clone();
        seconds.sort_by(f32::total_cmp);
        let last = seconds.len().saturating_sub(1);
        parts.map(|part| {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                clippy::cast_precision_loss,
                reason = "an index of a list"
            )]
            let index = (last as f64 * part).round() as usize;
            seconds.get(index).copied().map_or(0.0, f64::from)
        })
    }
}

/// Rehearses each seed of a range, one simulation at a time on each core, and tells of each as soon as it has ended.
pub fn carry_out(rehearsal: &Rehearsal, (from, to): (u64, u64), tell: impl Fn(&Rehearsed)) -> Campaign {
    // One thread per core, one simulation at a time on each: the SDK draws from a generator of the thread.
    let next = AtomicU64::new(from);
    let (sender, receiver) = mpsc::channel();
    std::thread::scope(|scope| {
        for _ in 0..threads() {
            let (sender, next) = (sender.clone(), &next);
            scope.spawn(move || {
                loop {
                    let seed = next.fetch_add(1, Ordering::Relaxed);
                    if seed > to || sender.send(rehearse(rehearsal, seed)).is_err() {
                        return;
                    }
                }
            });
        }
        drop(sender);
        let mut campaign = Campaign::default();
        for run in receiver {
            tell(&run);
            campaign.count(run, rehearsal.level);
        }
        campaign
    })
}

/// How many rehearsals run at once.
pub fn threads() -> usize {
    std::thread::available_parallelism().map_or(1, usize::from)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn night(seed: u64, end: Result<RunEnd, String>) -> Rehearsed {
        Rehearsed {
            seed,
            end,
            steps: 3,
            api_calls: 10,
            virtual_seconds: f64::from(u32::try_from(seed).expect("a small seed")),
            law_violations: Vec::new(),
            critical_path_seconds: 60,
            events: Vec::new(),
            calls: Vec::new(),
            undone: None,
        }
    }

    #[test]
    fn of_many_nights_the_lowest_bad_seeds_and_all_lengths_are_kept() {
        let mut campaign = Campaign::default();
        // Backwards: in the order in which they end, which no seed decides.
        for seed in (1..=10_001).rev() {
            let end = match seed % 4 {
                0 => Ok(RunEnd::Unwound),
                _ => Ok(RunEnd::Completed),
            };
            campaign.count(night(seed, end), FaultLevel::Harsh);
        }
        assert_eq!(campaign.first.as_ref().map(|run| run.seed), Some(1));
        assert_eq!(
            (campaign.runs, campaign.completed, campaign.unwound, campaign.bad),
            (10_001, 7_501, 2_500, 2_500)
        );
        assert_eq!(campaign.lowest_bad, Some(4));
        let told: Vec<u64> = campaign.told().map(|run| run.seed).collect();
        assert_eq!(told, (1..=200).map(|n| n * 4).collect::<Vec<u64>>());
        assert_eq!(campaign.not_told, 2_300);
        assert_eq!(campaign.lengths([0.5, 0.9, 1.0]), [5_001.0, 9_001.0, 10_001.0]);
        assert_eq!(campaign.api_calls, 100_010);
    }

    #[test]
    fn a_broken_law_is_not_lost_among_safe_stops_with_lower_seeds_or_nights_that_only_ended_badly() {
        for level in [FaultLevel::Hostile, FaultLevel::Harsh] {
            let mut campaign = Campaign::default();
            for seed in 1..=1_000 {
                let mut night = night(seed, Ok(RunEnd::Unwound));
                if seed % 400 == 0 {
                    night.law_violations = vec!["no data is lost: a version is gone".to_owned()];
                }
                campaign.count(night, level);
            }
            let broken = campaign.told().flat_map(|run| &run.law_violations).count();
            assert_eq!((campaign.laws_broken, broken), (2, 2), "{level:?}");
            let lowest: Vec<u64> = campaign.told().map(|run| run.seed).take(199).collect();
            assert_eq!(lowest, (1..=199).collect::<Vec<u64>>(), "{level:?}");
            assert_eq!(campaign.not_told, 799, "{level:?}");
        }
    }

    #[test]
    fn a_safe_stop_is_bad_unless_the_night_is_hostile() {
        for (level, bad) in [(FaultLevel::Harsh, 1), (FaultLevel::Hostile, 0)] {
            let mut campaign = Campaign::default();
            campaign.count(night(1, Ok(RunEnd::Unwound)), level);
            assert_eq!(
                (campaign.bad, campaign.told().count()),
                (bad, 1),
                "it is told either way"
            );
        }
    }
}
