//! A delegation that is given back: no step knows when its undo began, so the moment is kept where it survives everything, in a tag of the new zone.
//! While resolvers may remember the new zone, it must go on answering.

use std::time::Duration;

use engine::{Observed, Progress, StepContext};
use jiff::{SignedDuration, Timestamp};
use model::Failure;

use super::Created;
use crate::underway::Underway;
use crate::world::World;

/// The tag of a zone whose delegation is, or was, given back.
const TAG: &str = "cleave:withdrawn";

/// What the tag says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Withdrawal {
    /// Somebody outside has been asked to delegate the name to the new zone.
    Asked,
    /// The old delegation is being written; the new one may be remembered for so many seconds after that.
    Begun { remembered: i64 },
    /// Since that moment every parent server has said the old one.
    Served { at: Timestamp, remembered: i64 },
}

impl Withdrawal {
    /// What the new zone's tag says; none where there is no such tag of ours.
    pub(super) async fn of(world: &World, new: &Created) -> Result<Option<Self>, Failure> {
        let tags = world.target().route53.zone_tags(&new.zone_id).await?;
        Ok(tags.get(TAG).and_then(|tag| Self::read(tag)))
    }

    /// Writes it to the new zone.
    pub(super) async fn mark(self, world: &World, new: &Created) -> Result<(), Failure> {
        let tags = [(TAG.to_owned(), self.write())].into();
        world.target().route53.tag_zone(&new.zone_id, &tags).await
    }

    /// Takes the tag off.
    pub(super) async fn unmark(world: &World, new: &Created) -> Result<(), Failure> {
        world.target().route53.untag_zone(&new.zone_id, &[TAG.to_owned()]).await
    }

    fn read(tag: &str) -> Option<Self> {
        if tag == "asked" {
            return Some(Withdrawal::Asked);
        }
        let mut parts = tag.split(':');
        let found = match (parts.next()?, parts.next()?.parse().ok()?, parts.next()) {
            ("begun", remembered, None) => Withdrawal::Begun { remembered },
            ("served", remembered, Some(at)) => Withdrawal::Served {
                at: Timestamp::from_second(at.parse().ok()?).ok()?,
                remembered,
            },
            _ => return None,
        };
        parts.next().is_none().then_some(found)
    }

    fn write(self) -> String {
        match self {
            Withdrawal::Asked => "asked".to_owned(),
            Withdrawal::Begun { remembered } => format!("begun:{remembered}"),
            // One more second: the moment is cut to whole ones.
            Withdrawal::Served { at, remembered } => format!("served:{remembered}:{}", at.as_second() + 1),
        }
    }
}

/// Whether resolvers may remember the new zone still, or nothing is left of its delegation.
pub(super) fn forgotten(cx: &StepContext, at: Timestamp, remembered: i64) -> Observed {
    let left = SignedDuration::from_secs(remembered) - cx.now.duration_since(at);
    match Duration::try_from(left) {
        Ok(left) if !left.is_zero() => {
            let text = Underway::Remembered.fill(&[&left.as_secs().to_string()]);
            Observed::Underway {
                progress: Progress::words(text),
                look_again: left.min(Duration::from_secs(600)),
            }
        }
        _ => Observed::Absent,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mark_is_read_as_it_was_written() {
        for mark in [Withdrawal::Asked, Withdrawal::Begun { remembered: 60 }] {
            assert_eq!(Withdrawal::read(&mark.write()), Some(mark));
        }
        let at = Timestamp::from_second(1_800_000_000).expect("a moment");
        let later = Timestamp::from_second(1_800_000_001).expect("a moment");
        let written = Withdrawal::Served {
            at,
            remembered: 172_800,
        }
        .write();
        assert_eq!(
            Withdrawal::read(&written),
            Some(Withdrawal::Served {
                at: later,
                remembered: 172_800
            })
        );
    }

    #[test]
    fn a_tag_of_somebody_else_is_no_mark() {
        for tag in [
            "",
            "yes",
            "begun:",
            "asked:60",
            "begun:60:1",
            "served:60",
            "served:60:1:2",
            "served:x:1",
        ] {
            assert_eq!(Withdrawal::read(tag), None, "{tag:?}");
        }
    }
}
