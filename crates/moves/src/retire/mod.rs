//! The old side: what a finished run has left behind, what it costs, until when it is the only way back, why it may or may not go, and the plan
//! of its removal. Each kind says in its own `retire.rs` what is left of it and by which steps it goes; here it is named and gathered.
//!
//! What is left is known from the journal of the run; whether it is still there, and what still needs it, only a look tells. Without a look
//! nothing may go. Decisions: `docs/design/010-retire.md`.

mod look;
pub mod month;
pub mod plan;
pub(crate) mod proof;
pub(crate) mod words;

use jiff::{SignedDuration, Timestamp};
use model::cost::MicroUsd;
use model::event::Verdict;
use model::{ResourceRef, Said, Side, State, StepSpec};
use serde::Serialize;

pub use look::{Seen, look};
pub use plan::{Refused, Removal, is_removal, plan};

use crate::prices::{Item, Prices};
use crate::terraform::Run;
use month::{Month, MonthLine};

/// How long an old zone stays after the hand-over: <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zones-migrating.html>
pub const ZONE_SOAK: SignedDuration = SignedDuration::from_hours(48);

/// Something that a run has left in the source.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Left {
    /// What it is called here: what `--remove` takes.
    #[serde(serialize_with = "shown")]
    pub of: ResourceRef,
    /// What it is, in words.
    pub what: String,
    /// The account that it lies in.
    pub side: Side,
    /// Its id there.
    pub id: String,
    /// How large it is, in words; none where nobody has told.
    pub size: Option<String>,
    /// What it costs in a month.
    pub month: Month,
    /// Since when nothing reads it, and how that is known.
    pub quiet: Option<Quiet>,
    /// Whether it is the way back, and until when.
    pub way_back: WayBack,
    /// What the target has instead.
    pub instead: Option<String>,
    /// Whether it is still there, and as the run left it.
    pub standing: Standing,
    /// Why it must stay for now; nothing: it may go, as far as was looked.
    pub blocked: Vec<String>,
    /// What has to go before it, in the same removal or an earlier one.
    #[serde(serialize_with = "all_shown")]
    pub after: Vec<ResourceRef>,
    /// What else to know.
    pub told: Vec<String>,
    /// Whether it refuses to be deleted until a protection is lifted.
    pub protected: bool,
    /// How it goes.
    pub removal: How,
}

/// Since when nothing reads something.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Quiet {
    /// Since when.
    pub since: Timestamp,
    /// How that is known.
    pub why: String,
}

/// What something is to those who may want to go back.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct WayBack {
    /// Until when it is needed for that at least; none where no moment can be told.
    pub until: Option<Timestamp>,
    /// In words.
    pub why: String,
}

/// Whether something is still there.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "is", rename_all = "snake_case")]
pub enum Standing {
    /// Nobody has looked, or the role may not.
    NotLooked,
    /// As the run left it.
    There,
    /// It is there, and something has changed.
    Drifted {
        /// What has.
        what: Vec<String>,
    },
    /// It is gone.
    Gone,
}

/// How something goes.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(tag = "by", rename_all = "snake_case")]
pub enum How {
    /// By `cleave retire --remove`.
    Cleave,
    /// By hand: this command.
    Hand {
        /// The command, or what to do.
        command: String,
    },
}

/// Whether something may go.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum MayGo {
    /// Nobody has looked.
    NotTold,
    /// It may.
    Yes,
    /// It may, after what needs it.
    After,
    /// It must stay.
    No,
    /// It is gone already.
    Gone,
}

fn shown<S: serde::Serializer>(of: &ResourceRef, serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_str(of)
}

fn all_shown<S: serde::Serializer>(all: &[ResourceRef], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(all.iter().map(ToString::to_string))
}

impl Left {
    /// One of which nothing more is known yet.
    pub(crate) fn new(of: ResourceRef, what: impl Into<String>, id: impl Into<String>) -> Self {
        Self {
            of,
            what: what.into(),
            side: Side::Source,
            id: id.into(),
            size: None,
            month: Month::default(),
            quiet: None,
            way_back: WayBack {
                until: None,
                why: String::new(),
            },
            instead: None,
            standing: Standing::NotLooked,
            blocked: Vec::new(),
            after: Vec::new(),
            told: Vec::new(),
            protected: false,
            removal: How::Cleave,
        }
    }

    /// Whether it may go.
    pub fn may_go(&self) -> MayGo {
        match &self.standing {
            Standing::Gone => MayGo::Gone,
            _ if !self.blocked.is_empty() => MayGo::No,
            Standing::NotLooked => MayGo::NotTold,
            Standing::There | Standing::Drifted { .. } if !self.after.is_empty() => MayGo::After,
            Standing::There | Standing::Drifted { .. } => MayGo::Yes,
        }
    }

    /// Says that it must stay.
    pub(crate) fn block(&mut self, why: impl Into<String>) {
        self.blocked.push(why.into());
    }

    /// Says something else.
    pub(crate) fn tell(&mut self, text: impl Into<Said>) {
        self.told.push(text.into().into());
    }

    /// Notes that it was looked for.
    pub(crate) fn was_seen(&mut self, there: bool, drifted: Vec<String>) {
        self.standing = match (there, drifted.is_empty()) {
            (false, _) => Standing::Gone,
            (true, true) => Standing::There,
            (true, false) => Standing::Drifted { what: drifted },
        };
    }

    /// Of what nobody has a way back but by it.
    pub(crate) fn way_back(&mut self, until: Option<Timestamp>, why: impl Into<Said>) {
        let why = why.into().into();
        self.way_back = WayBack { until, why };
    }
}

/// What of a run's plan and look the kinds are given.
pub(crate) struct Old<'a> {
    pub(crate) run: Run<'a>,
    pub(crate) seen: Option<&'a Seen>,
    pub(crate) prices: &'a Prices,
    pub(crate) now: Timestamp,
}

impl<'a> Old<'a> {
    /// What so many of something cost in a month; each of so many GiB, where it is counted by size and anybody has told.
    pub(crate) fn priced(&self, what: impl Into<String>, item: &Item, times: u64, gib: Option<u64>) -> MonthLine {
        MonthLine::of(what, (self.prices, &self.run.state.plan.region), item, times, gib)
    }

    /// When a step was done.
    pub(crate) fn done_at(&self, step: &StepSpec) -> Option<Timestamp> {
        self.run.state.steps.get(&step.id).and_then(|place| place.ended_at)
    }

    /// The step of a resource with this action that is done.
    pub(crate) fn done_of(&self, of: &ResourceRef, action: &str) -> Option<&'a StepSpec> {
        let steps = self.run.state.plan.steps.iter();
        let mut of_it = steps.filter(|step| step.resource == *of && step.action == action);
        of_it.find(|step| self.run.is_done(&step.id))
    }

    /// The command prefix that names the region.
    pub(crate) fn aws(&self, service: &str) -> String {
        format!("aws {service} --region {}", self.run.state.plan.region)
    }
}

/// Everything that a run has left behind, in the order of kinds. `seen` is what a look found; without one nothing may go.
pub fn left(state: &State, seen: Option<&Seen>, prices: &Prices, now: Timestamp) -> Vec<Left> {
    let old = Old {
        run: Run { state },
        seen,
        prices,
        now,
    };
    let mut left = Vec::new();
    crate::database::retire::left(&old, &mut left);
    crate::cluster::retire::left(&old, &mut left);
    crate::snapshot::retire::left(&old, &mut left);
    crate::image::retire::left(&old, &mut left);
    crate::instance::retire::left(&old, &mut left);
    crate::volume::retire::left(&old, &mut left);
    crate::cache::retire::left(&old, &mut left);
    crate::bucket::retire::left(&old, &mut left);
    crate::zone::retire::left(&old, &mut left);
    crate::old_group::retire::left(&old, &mut left);
    crate::key::retire::left(&old, &mut left);
    left
}

/// Why nothing of a run can be retired yet; none where it has ended as planned.
pub fn not_ended(state: &State) -> Option<String> {
    match state.ended {
        Some(Verdict::Completed) => None,
        Some(other) => Some(format!(
            "the run ended as {}: what is in the source is what is in use",
            serde_json::to_value(other)
                .ok()
                .and_then(|word| word.as_str().map(str::to_owned))
                .unwrap_or_default()
        )),
        None => Some("the run has not ended: what is in the source is its way back".to_owned()),
    }
}

/// What all of them cost in a month together, as far as it is known, and of how many it is not.
pub fn month_of(left: &[Left]) -> (MicroUsd, usize) {
    let here = left.iter().filter(|one| one.standing != Standing::Gone);
    let (mut sum, mut unknown) = (0_u64, 0);
    for one in here {
        let (known, whole) = one.month.sum();
        sum = sum.saturating_add(known.0);
        unknown += usize::from(!whole);
    }
    (MicroUsd(sum), unknown)
}
