//! A bucket's versions in the order in which S3 has them, manifests for S3 Batch Operations, and the comparison of two buckets.
//!
//! What may not enter: steps and plans. This crate reads buckets; nothing here changes one.

pub mod compare;
pub mod division;
pub mod inventory;
pub mod kept;
pub mod manifest;
pub mod manifests;
pub mod missing;
pub mod page;
pub mod parallel;
mod plain_page;
pub mod report;
mod seen;
pub mod sorted;
pub mod spool;
#[cfg(test)]
mod test_entries;
pub mod waves;

pub use compare::{Difference, Pair, Sameness};
pub use division::{Division, Part};
pub use kept::{KeptListing, Whose};
pub use missing::{Missing, can_be_proved_copy, lacking};
pub use page::{Lister, Marker, Page, Source};
pub use sorted::Sorter;
pub use spool::{Keys, Spool};
