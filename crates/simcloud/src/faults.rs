//! What goes wrong, and when: every choice comes from one seed, through a stream per purpose, so that adding a call to one
//! service does not change what happens to another.

use std::collections::BTreeMap;

use jiff::Timestamp;

use crate::injected::{Chance, Injected};

/// How hostile the simulated AWS is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultLevel {
    /// Nothing goes wrong.
    None,
    /// What a quiet night brings: some throttling, an occasional 5xx or lost reply, short delays of visibility.
    Usual,
    /// Every fault that a run must get through by itself, often and together.
    Harsh,
    /// Also those where it must stop safe: a stranger takes the name, a key is disabled, access is revoked, a copy fails for good.
    Hostile,
}

/// What becomes of one call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It is carried out and answered.
    Fine,
    /// It is refused for its rate, in the service's own words, and changes nothing.
    Throttled,
    /// It is refused for want of a permission that is there: IAM has not heard of it yet. It changes nothing. Only traps bring it.
    Denied,
    /// The service fails (5xx) before it has done anything.
    FailBefore,
    /// The service fails (5xx) after it has done everything.
    FailAfter,
    /// It is carried out; the connection breaks before the answer arrives.
    LoseReply,
    /// It never arrives and is never answered: only a timeout gets out.
    HangBefore,
    /// It is carried out and never answered.
    HangAfter,
}

/// Which call a trap waits for, counted from 1 since it was set.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Nth {
    /// The nth call of any kind.
    Call(u64),
    /// The nth call that may change something.
    Mutating(u64),
    /// The nth call of one operation (`CopyDBSnapshot`).
    Operation(String, u64),
}

/// A fault at an exact call: how tests cut a run off at every point there is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Trap {
    /// Which call.
    pub nth: Nth,
    /// What becomes of it.
    pub what: Fate,
}

/// A trap that is set, and how many calls of its kind it has seen.
struct SetTrap {
    trap: Trap,
    seen: u64,
}

/// The seeded source of everything random in the simulated AWS.
pub struct Faults {
    seed: u64,
    level: FaultLevel,
    streams: BTreeMap<&'static str, fastrand::Rng>,
    traps: Vec<SetTrap>,
    pub(crate) blows: Option<Vec<crate::hostility::Blow>>,
    sprung: u64,
    chance: Chance,
    /// The cloud's time, for the notes.
    pub(crate) now: Timestamp,
}

impl Faults {
    /// Faults of a level from a seed.
    pub fn new(seed: u64, level: FaultLevel) -> Self {
        Self {
            seed,
            level,
            streams: BTreeMap::new(),
            traps: Vec::new(),
            blows: None,
            sprung: 0,
            chance: Chance::Drawn,
            now: Timestamp::UNIX_EPOCH,
        }
    }

    /// The level.
    pub fn level(&self) -> FaultLevel {
        self.level
    }

    /// Notes each fault from now on.
    pub fn note(&mut self) {
        self.chance = Chance::Noted(Default::default());
    }

    /// The faults that were noted, in the order in which they struck.
    pub fn noted(&self) -> &[Injected] {
        self.chance.noted()
    }

    /// From now on only these faults strike, in the order in which they were noted.
    pub fn only(&mut self, faults: &[Injected]) {
        self.chance = Chance::only(faults);
    }

    /// The random stream of one purpose.
    pub fn stream(&mut self, purpose: &'static str) -> &mut fastrand::Rng {
        let seed = self.seed;
        self.streams.entry(purpose).or_insert_with(|| {
            // FNV-1a over the purpose keeps the streams apart.
            let hash = purpose.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| {
                (h ^ u64::from(b)).wrapping_mul(0x0100_0000_01b3)
            });
            fastrand::Rng::with_seed(seed ^ hash)
        })
    }

    /// So many characters out of an alphabet: ids, keys and tokens in AWS's forms.
    pub fn letters(&mut self, purpose: &'static str, alphabet: &str, count: usize) -> String {
        let letters: Vec<char> = alphabet.chars().collect();
        let stream = self.stream(purpose);
        (0..count).map(|_| letters[stream.usize(0..letters.len())]).collect()
    }

    /// Whether something with this chance per thousand happens now; never at [`FaultLevel::None`].
    pub fn strikes(&mut self, purpose: &'static str, usual: u32, harsh: u32) -> bool {
        let drawn = self.draws(purpose, usual, harsh);
        self.comes(purpose, drawn)
    }

    /// Whether a fault comes that was decided to: not where only others are to strike.
    pub(crate) fn comes(&mut self, purpose: &str, drawn: bool) -> bool {
        self.chance.strikes(purpose, self.now, drawn)
    }

    fn draws(&mut self, purpose: &'static str, usual: u32, harsh: u32) -> bool {
        let chance = match self.level {
            FaultLevel::None => return false,
            FaultLevel::Usual => usual,
            FaultLevel::Harsh | FaultLevel::Hostile => harsh,
        };
        self.stream(purpose).u32(0..1000) < chance
    }

    /// How many seconds a fresh thing stays invisible to describe and list calls (eventual consistency).
    pub fn visibility_delay(&mut self, purpose: &'static str) -> i64 {
        let drawn = match self.level {
            FaultLevel::None => 0,
            FaultLevel::Usual => self.stream(purpose).i64(0..3),
            FaultLevel::Harsh | FaultLevel::Hostile => self.stream(purpose).i64(0..45),
        };
        self.chance.delay(purpose, self.now, drawn)
    }

    /// How many milliseconds a message takes one way.
    pub fn latency(&mut self) -> u64 {
        self.stream("latency").u64(10..=40)
    }

    /// Sets a trap. It springs once.
    pub fn set_trap(&mut self, trap: Trap) {
        self.traps.push(SetTrap { trap, seen: 0 });
    }

    /// How many traps have sprung.
    pub fn traps_sprung(&self) -> u64 {
        self.sprung
    }

    /// What becomes of this call: a trap that waits for it, else chance. `place` tells it from every other one (`injected::call`).
    pub fn fate(&mut self, place: impl FnOnce() -> String, operation: &str, mutating: bool) -> Fate {
        let mut sprung = None;
        for set in &mut self.traps {
            let (counts, n) = match &set.trap.nth {
                Nth::Call(n) => (true, *n),
                Nth::Mutating(n) => (mutating, *n),
                Nth::Operation(name, n) => (name == operation, *n),
            };
            set.seen += u64::from(counts);
            if counts && set.seen == n {
                sprung = sprung.or(Some(set.trap.what));
                self.sprung += 1;
            }
        }
        let drawn = match sprung {
            Some(_) => Fate::Fine,
            None => self.drawn_fate(),
        };
        self.chance.call(place, self.now, sprung, drawn)
    }

    fn drawn_fate(&mut self) -> Fate {
        // One draw per kind, so that each has its own stream whatever the others do.
        let throttled = self.draws("throttling", 10, 80);
        let before = self.draws("failing before", 3, 30);
        let after = self.draws("failing after", 1, 15);
        let lost = self.draws("losing replies", 2, 25);
        let hangs = self.draws("hanging", 0, 3);
        let after_acting = self.draws("hanging after acting", 500, 500);
        match (throttled, before, after, lost, hangs) {
            (true, ..) => Fate::Throttled,
            (_, true, ..) => Fate::FailBefore,
            (_, _, true, ..) => Fate::FailAfter,
            (_, _, _, true, _) => Fate::LoseReply,
            (.., true) if after_acting => Fate::HangAfter,
            (.., true) => Fate::HangBefore,
            _ => Fate::Fine,
        }
    }

    /// Whether all sessions end now (an administrator revokes them, a host's clock jumped).
    pub fn sessions_end(&mut self) -> bool {
        self.strikes("ending sessions", 0, 1)
    }
}
