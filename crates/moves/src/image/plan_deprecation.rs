//! Whether an image's deprecation date can be carried: EC2 keeps it to the minute, takes none in the past and none beyond ten years.

use jiff::{RoundMode, SignedDuration, Timestamp, TimestampRound, Unit};
use model::inventory::Image;
use model::{ResourceRef, Side, StepId};

use super::deprecate_image;
use super::words::Text;
use crate::check::known;
use crate::draft::Says;
use crate::draft::{Draft, DraftStep};

/// Ten years, as the shortest ten have days.
const LONGEST: SignedDuration = SignedDuration::from_hours(24 * 3652);

/// What becomes of a deprecation date.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Deprecation {
    None,
    Carried(Timestamp),
    Past(Timestamp),
    TooFar(Timestamp),
}

impl Deprecation {
    /// By the moment at which the accounts were looked at: a plan knows no other.
    pub(super) fn of(draft: &Draft, image: &Image) -> Self {
        let Some(date) = image.settings.deprecated_at else {
            return Self::None;
        };
        let now = draft.inventory.observed_at;
        let minute = TimestampRound::new().smallest(Unit::Minute).mode(RoundMode::HalfExpand);
        let date = date.round(minute).unwrap_or(date);
        if date <= now {
            Self::Past(date)
        } else if date.duration_since(now) > LONGEST {
            Self::TooFar(date)
        } else {
            Self::Carried(date)
        }
    }
}

/// Adds the step that carries the date, or says why none does.
pub(super) fn plan(
    draft: &mut Draft,
    resource: &ResourceRef,
    image: &Image,
    deprecation: Deprecation,
    copied: &StepId,
) {
    match deprecation {
        Deprecation::None => {}
        Deprecation::Carried(at) => {
            let title = Text::Deprecate.fill(&[&at.to_string()]);
            let input = deprecate_image::Input {
                image: copied.clone(),
                at,
            };
            // The copy's own undo takes the date along.
            let step = DraftStep::new(resource, "image.deprecate_image", Side::Target, title, input).leaves_nothing();
            draft.push(step.needs([copied]));
        }
        Deprecation::Past(at) => draft.note(
            Some(resource),
            Says::Warns(&known::IMAGE_DEPRECATION),
            Text::DeprecatedBefore.fill(&[&image.id, &at.to_string()]),
        ),
        Deprecation::TooFar(at) => draft.note(
            Some(resource),
            Says::Warns(&known::IMAGE_DEPRECATION),
            Text::DeprecatedLate.fill(&[&image.id, &at.to_string()]),
        ),
    }
}
