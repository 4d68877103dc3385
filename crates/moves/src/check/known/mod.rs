//! Every check that blocks, warns or looks, as `cleave explain` tells of it: one file for each part of a runbook, one for what only the accounts tell.
//!
//! A note of the plan that blocks or warns names one of these ([`crate::draft::Says`]), so none can be said that is not explained.

mod accounts;
mod buckets;
mod databases;
mod delivery;
mod machines;
mod whole;
mod zones;

use super::Explained;

pub use accounts::*;
pub use buckets::*;
pub use databases::*;
pub use delivery::*;
pub use machines::*;
pub use whole::*;
pub use zones::*;

/// What a check of the plan does not see.
const BY_INVENTORY: &str =
    "It goes by the inventory: what changed since then it does not see. `cleave discover --diff` does.";
/// What one that reads the runbook alone does not see.
const BY_RUNBOOK: &str = "It reads the runbook and asks AWS nothing.";

/// Names each check, and lists them all.
macro_rules! explained {
    ($list:ident: $($name:ident = $id:literal, $title:literal, $why:literal, $way_out:literal, $limits:expr;)*) => {
        $(
            #[doc = $title]
            pub const $name: Explained = Explained { id: $id, title: $title, why: $why, way_out: $way_out, limits: $limits };
        )*
        /// All of this file.
        pub(super) const $list: &[Explained] = &[$($name),*];
    };
}
use explained;

/// A group of checks: what it is called, and its checks.
pub type Group = (&'static str, &'static [Explained]);

/// All, by group.
pub const GROUPS: &[Group] = &[
    ("Whole plan", whole::WHOLE),
    ("Databases and clusters", databases::DATABASES),
    ("Buckets", buckets::BUCKETS),
    ("Images, instances, volumes and caches", machines::MACHINES),
    ("Zones", zones::ZONES),
    ("What only the accounts tell", accounts::ACCOUNTS),
    (
        "Landing zone, the source's IAM, organization",
        super::landing::EXPLAINED,
    ),
    ("Delivery flow", delivery::DELIVERY),
];
