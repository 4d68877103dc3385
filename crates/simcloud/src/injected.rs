//! Which faults a seed brings, one by one, and nights on which only some of them come: so a night that fails is shrunk to the faults that make
//! it fail.
//!
//! A fault is known by where it strikes (which call of which account with which input, or which decision of the simulated AWS) and not by how much
//! was drawn before it: without one of them a run makes fewer calls, and the others must still meet theirs.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use jiff::Timestamp;
use serde_json::Value;

use crate::faults::Fate;

/// A fault, as it struck.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Injected {
    /// When, on the night on which it was noted.
    pub at: Timestamp,
    /// A call (`222222222222 rds CopyDBSnapshot {…}`), or a decision (`s3 short page`).
    pub place: String,
    /// Which of its place it struck, from 1. Of calls only those are counted that no fault refused: a call that is refused is made again.
    pub nth: u64,
    /// What it did.
    pub what: Injection,
}

/// What a fault does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Injection {
    /// A call does not go as it should.
    Call(Fate),
    /// A decision goes against the run.
    Strike,
    /// A fresh thing is invisible for so many seconds.
    Delay(i64),
}

/// Which faults come.
#[derive(Default)]
pub(crate) enum Chance {
    /// Those that are drawn.
    #[default]
    Drawn,
    /// Those that are drawn, and each is noted.
    Noted(Noted),
    /// These, whatever is drawn.
    Only(Only),
}

/// How often each place was met.
#[derive(Default)]
struct Counts(BTreeMap<String, u64>);

/// What has struck so far.
#[derive(Default)]
pub(crate) struct Noted {
    counts: Counts,
    injected: Vec<Injected>,
}

/// What is to strike.
#[derive(Default)]
pub(crate) struct Only {
    counts: Counts,
    calls: BTreeMap<(String, u64), VecDeque<Fate>>,
    strikes: BTreeSet<(String, u64)>,
    delays: BTreeMap<(String, u64), i64>,
}

impl Counts {
    /// Which one this is.
    fn this(&self, place: &str) -> u64 {
        self.0.get(place).map_or(1, |passed| passed + 1)
    }

    fn pass(&mut self, place: String) {
        *self.0.entry(place).or_insert(0) += 1;
    }
}

impl Chance {
    pub(crate) fn only(faults: &[Injected]) -> Self {
        let mut only = Only::default();
        for fault in faults {
            let place = (fault.place.clone(), fault.nth);
            match fault.what {
                Injection::Call(fate) => only.calls.entry(place).or_default().push_back(fate),
                Injection::Strike => {
                    only.strikes.insert(place);
                }
                Injection::Delay(seconds) => {
                    only.delays.insert(place, seconds);
                }
            }
        }
        Self::Only(only)
    }

    pub(crate) fn noted(&self) -> &[Injected] {
        match self {
            Self::Noted(noted) => &noted.injected,
            Self::Drawn | Self::Only(_) => &[],
        }
    }

    /// What becomes of a call: what a trap says, else what is drawn or listed.
    pub(crate) fn call(
        &mut self,
        place: impl FnOnce() -> String,
        at: Timestamp,
        trap: Option<Fate>,
        drawn: Fate,
    ) -> Fate {
        match self {
            Self::Drawn => trap.unwrap_or(drawn),
            Self::Noted(noted) => {
                let place = place();
                let fate = trap.unwrap_or(drawn);
                if trap.is_none() && fate != Fate::Fine {
                    let (place, nth) = (place.clone(), noted.counts.this(&place));
                    let what = Injection::Call(fate);
                    noted.injected.push(Injected { at, place, nth, what });
                }
                if !refuses(fate) {
                    noted.counts.pass(place);
                }
                fate
            }
            Self::Only(only) => {
                let place = place();
                let nth = only.counts.this(&place);
                let listed = || {
                    only.calls
                        .get_mut(&(place.clone(), nth))
                        .and_then(VecDeque::pop_front)
                        .unwrap_or(Fate::Fine)
                };
                let fate = trap.unwrap_or_else(listed);
                if !refuses(fate) {
                    only.counts.pass(place);
                }
                fate
            }
        }
    }

    /// Whether a decision goes against the run.
    pub(crate) fn strikes(&mut self, purpose: &str, at: Timestamp, drawn: bool) -> bool {
        let (strikes, nth) = match self {
            Self::Drawn => return drawn,
            Self::Noted(noted) => (drawn, noted.counts.this(purpose)),
            Self::Only(only) => {
                let nth = only.counts.this(purpose);
                (only.strikes.contains(&(purpose.to_owned(), nth)), nth)
            }
        };
        self.decided(purpose, at, nth, strikes.then_some(Injection::Strike));
        strikes
    }

    /// For how many seconds a fresh thing is invisible.
    pub(crate) fn delay(&mut self, purpose: &str, at: Timestamp, drawn: i64) -> i64 {
        let (seconds, nth) = match self {
            Self::Drawn => return drawn,
            Self::Noted(noted) => (drawn, noted.counts.this(purpose)),
            Self::Only(only) => {
                let nth = only.counts.this(purpose);
                let listed = only.delays.get(&(purpose.to_owned(), nth));
                (listed.copied().unwrap_or_default(), nth)
            }
        };
        self.decided(purpose, at, nth, (seconds > 0).then_some(Injection::Delay(seconds)));
        seconds
    }

    fn decided(&mut self, purpose: &str, at: Timestamp, nth: u64, what: Option<Injection>) {
        let counts = match self {
            Self::Drawn => return,
            Self::Only(only) => &mut only.counts,
            Self::Noted(noted) => {
                let place = purpose.to_owned();
                noted
                    .injected
                    .extend(what.map(|what| Injected { at, place, nth, what }));
                &mut noted.counts
            }
        };
        counts.pass(purpose.to_owned());
    }
}

/// Whether nothing was done: the same call will be made again.
fn refuses(fate: Fate) -> bool {
    match fate {
        Fate::Throttled | Fate::Denied | Fate::FailBefore | Fate::HangBefore => true,
        Fate::Fine | Fate::FailAfter | Fate::LoseReply | Fate::HangAfter => false,
    }
}

/// A call's place. Tokens are left out of its input: an SDK draws its own, which differ once a call before them is missing.
pub(crate) fn call(account: &str, service: &str, operation: &str, input: &Value) -> String {
    let mut input = input.clone();
    if let Some(members) = input.as_object_mut() {
        members.retain(|name, _| !name.to_lowercase().ends_with("token"));
    }
    format!("{account} {service} {operation} {input}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::{FaultLevel, Faults};

    const PLACE: &str = "222222222222 rds CopyDBSnapshot {}";

    fn fates(faults: &mut Faults, calls: usize) -> Vec<Fate> {
        let fate = |_| faults.fate(|| PLACE.to_owned(), "CopyDBSnapshot", true);
        (0..calls).map(fate).collect()
    }

    fn noted(calls: usize) -> (Vec<Fate>, Vec<i64>, Vec<bool>, Vec<Injected>) {
        let mut faults = Faults::new(3, FaultLevel::Harsh);
        faults.note();
        let fates = fates(&mut faults, calls);
        let delays = (0..9).map(|_| faults.visibility_delay("a delay")).collect();
        let strikes = (0..40).map(|_| faults.strikes("a strike", 0, 300)).collect();
        (fates, delays, strikes, faults.noted().to_vec())
    }

    #[test]
    fn all_that_was_noted_makes_the_same_night() {
        let (drawn, delays, strikes, all) = noted(400);
        assert!(all.len() > 40, "{}", all.len());
        // Another seed: nothing of what is drawn counts any more.
        let mut faults = Faults::new(4, FaultLevel::Harsh);
        faults.only(&all);
        assert_eq!(fates(&mut faults, 400), drawn);
        let again: Vec<i64> = (0..9).map(|_| faults.visibility_delay("a delay")).collect();
        assert_eq!(again, delays);
        let again: Vec<bool> = (0..40).map(|_| faults.strikes("a strike", 0, 300)).collect();
        assert_eq!(again, strikes);
    }

    #[test]
    fn a_fault_meets_its_call_without_those_before_it() {
        let (_, _, _, all) = noted(400);
        let is_lost = |fault: &&Injected| fault.what == Injection::Call(Fate::LoseReply);
        let lost = all.iter().find(is_lost).expect("one in four hundred");
        let mut faults = Faults::new(3, FaultLevel::Harsh);
        faults.only(std::slice::from_ref(lost));
        let fates = fates(&mut faults, 400);
        let struck: Vec<usize> = (0..400).filter(|n| fates[*n] != Fate::Fine).collect();
        let nth = usize::try_from(lost.nth).expect("a small number");
        assert_eq!(struck, [nth - 1], "the call that nothing refused so far");
    }

    #[test]
    fn a_token_does_not_make_another_call() {
        let input = |token: &str| serde_json::json!({"ClientToken": token, "Name": "a"});
        assert_eq!(
            call("1", "ec2", "CopyImage", &input("x")),
            call("1", "ec2", "CopyImage", &input("y"))
        );
    }
}
