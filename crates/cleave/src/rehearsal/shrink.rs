//! Shrinks a seed that fails: to the fewest of its faults with which it still fails in the same way, by delta debugging.
//!
//! Every rehearsal here is one of the seed's own night with some of its noted faults. What is found depends on the seed and on how many rehearsals
//! may be made, not on how many of them run at once or how fast.

use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

use engine::RunEnd;
use model::State;
use simcloud::faults::FaultLevel;
use simcloud::injected::Injected;

use super::{Besides, Rehearsal, Rehearsed, Which, rehearse_with};

/// What is left of a seed that fails.
pub struct Shrunk {
    /// The seed.
    pub seed: u64,
    /// How many faults its whole night brought.
    pub drawn: usize,
    /// Those that are left, each with its number on the whole night, from 1.
    pub left: Vec<(usize, Injected)>,
    /// How many rehearsals it took.
    pub rehearsals: usize,
    /// Whether without any one of them it does not fail any more; else the rehearsals were used up before.
    pub smallest: bool,
    /// The night with them.
    pub run: Rehearsed,
}

/// In which ways a night failed; nothing where it did not.
fn failures(run: &Rehearsed, level: FaultLevel) -> BTreeSet<String> {
    if !run.law_violations.is_empty() {
        let law = |what: &String| what.split(':').next().unwrap_or_default().to_owned();
        return run.law_violations.iter().map(law).collect();
    }
    if run.is_good(level) {
        return BTreeSet::new();
    }
    match &run.end {
        Ok(RunEnd::NeedsOperator(_)) => {
            let state = State::fold(&run.events).ok().flatten();
            let stopped = state.iter().flat_map(State::stopped);
            let mut stopped: BTreeSet<String> = stopped.map(|step| format!("{step} stopped")).collect();
            if stopped.is_empty() {
                stopped.insert("needs an operator".to_owned());
            }
            stopped
        }
        Ok(RunEnd::Completed) => BTreeSet::new(),
        Ok(RunEnd::Unwound) => ["taken back".to_owned()].into(),
        Ok(RunEnd::UndoneInPart) => ["taken back in part".to_owned()].into(),
        Ok(RunEnd::WaitingAtGate(_)) => ["waits at a gate".to_owned()].into(),
        Ok(RunEnd::OutsideWindow(_)) => ["no window".to_owned()].into(),
        Ok(RunEnd::Paused { .. }) => ["paused".to_owned()].into(),
        Ok(RunEnd::CredentialsExpired { .. }) => ["its login has expired".to_owned()].into(),
        // The words may name a place in the code or a time: how it broke off is the same.
        Err(why) => [why.split(':').next().unwrap_or_default().to_owned()].into(),
    }
}

/// A search under way.
struct Search<'a> {
    rehearsal: &'a Rehearsal,
    seed: u64,
    all: &'a [Injected],
    /// How the whole night failed.
    wanted: BTreeSet<String>,
    threads: usize,
    /// How many rehearsals may still be made.
    budget: usize,
    made: usize,
    tell: &'a (dyn Fn(&str) + Sync),
}

/// Shrinks a seed, with at most so many rehearsals on so many threads; nothing where it does not fail, or not by its noted faults alone.
pub fn shrink(
    rehearsal: &Rehearsal,
    seed: u64,
    (budget, threads): (usize, usize),
    tell: &(dyn Fn(&str) + Sync),
) -> Option<Shrunk> {
    let (whole, all) = rehearse_with(rehearsal, &Besides::default(), seed, Which::Noted);
    let wanted = failures(&whole, rehearsal.level);
    if wanted.is_empty() {
        return None;
    }
    let mut search = Search {
        rehearsal,
        seed,
        all: &all,
        wanted,
        threads: threads.max(1),
        budget,
        made: 1,
        tell,
    };
    let (left, smallest, run) = search.smallest();
    let (left, run) = match run {
        Some(run) => (left, run),
        // Nothing could be left out: is it the faults at all?
        None => (left, search.night(&(0..all.len()).collect::<Vec<_>>())),
    };
    if failures(&run, rehearsal.level).is_disjoint(&search.wanted) {
        return None;
    }
    Some(Shrunk {
        seed,
        drawn: all.len(),
        left: left.into_iter().map(|place| (place + 1, all[place].clone())).collect(),
        rehearsals: search.made,
        smallest,
        run,
    })
}

impl Search<'_> {
    fn night(&self, places: &[usize]) -> Rehearsed {
        let faults: Vec<Injected> = places.iter().map(|place| self.all[*place].clone()).collect();
        rehearse_with(self.rehearsal, &Besides::default(), self.seed, Which::Only(&faults)).0
    }

    /// The faults that are left, whether none can be left out, and the night with them unless all are left.
    fn smallest(&mut self) -> (Vec<usize>, bool, Option<Rehearsed>) {
        let mut left: Vec<usize> = (0..self.all.len()).collect();
        let mut last = None;
        if let Some((_, run)) = self.first_that_fails(&[Vec::new()]) {
            return (Vec::new(), true, Some(run));
        }
        let mut parts = 2;
        while left.len() > 1 {
            let size = left.len().div_ceil(parts);
            let chunks: Vec<Vec<usize>> = left.chunks(size).map(<[usize]>::to_vec).collect();
            let without = |chunk: &Vec<usize>| -> Vec<usize> {
                let kept = left.iter().filter(|place| chunk.binary_search(place).is_err());
                kept.copied().collect()
            };
            // Of two halves each is the other's rest.
            let rests: Vec<Vec<usize>> = match chunks.len() {
                2 => Vec::new(),
                _ => chunks.iter().map(without).collect(),
            };
            let all_single = size == 1;
            let count = chunks.len();
            // A single fault that fails alone is found among the chunks; later on, what can be left out among the rests.
            let candidates: Vec<Vec<usize>> = chunks.into_iter().chain(rests).collect();
            match self.first_that_fails(&candidates) {
                Some((which, run)) => {
                    left.clone_from(&candidates[which]);
                    last = Some(run);
                    parts = if which < count { 2 } else { (count - 1).max(2) };
                    (self.tell)(&format!(
                        "seed {}: {} of {} faults still make it fail, after {} rehearsals",
                        self.seed,
                        left.len(),
                        self.all.len(),
                        self.made
                    ));
                }
                None if self.budget == 0 => return (left, false, last),
                None if all_single => break,
                None => parts = (parts * 2).min(left.len()),
            }
        }
        (left, true, last)
    }

    /// The first of these that fails as the whole night did. All before it are tried; those behind it count for nothing.
    fn first_that_fails(&mut self, candidates: &[Vec<usize>]) -> Option<(usize, Rehearsed)> {
        let candidates = &candidates[..candidates.len().min(self.budget)];
        let next = AtomicUsize::new(0);
        let found: Mutex<Option<(usize, Rehearsed)>> = Mutex::new(None);
        let locked = || found.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        let this = &*self;
        let threads = self.threads.min(candidates.len());
        std::thread::scope(|scope| {
            for _ in 0..threads {
                let (next, locked) = (&next, &locked);
                scope.spawn(move || {
                    loop {
                        let which = next.fetch_add(1, Ordering::Relaxed);
                        let Some(places) = candidates.get(which) else { return };
                        if locked().as_ref().is_some_and(|(before, _)| *before < which) {
                            return;
                        }
                        let run = this.night(places);
                        let fails = !failures(&run, this.rehearsal.level).is_disjoint(&this.wanted);
                        let mut found = locked();
                        if fails && found.as_ref().is_none_or(|(before, _)| which < *before) {
                            *found = Some((which, run));
                        }
                    }
                });
            }
        });
        let found = found.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
        let tried = found.as_ref().map_or(candidates.len(), |(which, _)| which + 1);
        self.budget -= tried;
        self.made += tried;
        found
    }
}

#[cfg(test)]
#[path = "shrink_tests.rs"]
mod tests;
