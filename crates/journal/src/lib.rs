//! migrations.db: the facts of one run, in one SQLite file. The only crate that knows SQL.
//!
//! Events go in at the end and never change; everything else in the file is read from them or stands beside them (see
//! `migrations.db.sql`). A file that cannot be trusted is refused with a name for what is wrong, and left exactly as it was: nothing
//! is repaired, nothing is started afresh.
//!
//! One journal is one connection, and every function returns when its work is committed. There is no writer thread: while it
//! commits, paused time would run on. A process runs a journal only while it holds the [`Lease`]; any process may put something
//! into the inbox ([`Journal::put_inbox`]) or read.

#![cfg_attr(test, allow(clippy::unwrap_used, reason = "a test that meets an error has failed"))]

mod backup;
mod bucket_work;
mod calls;
mod durations;
mod error;
mod events;
mod file_check;
mod home;
mod inbox;
mod lease;
mod open;
mod projections;
mod snapshot;
mod status;
mod write_ahead_log;

#[cfg(test)]
mod test_events;
#[cfg(test)]
mod torture_tests;

pub use bucket_work::{CopyJob, Manifest};
pub use calls::CallSummary;
pub use durations::DurationSample;
pub use error::JournalError;
pub use events::last_hash;
pub use home::{Adopted, Home, adopt, network_file_system};
pub use inbox::{Extent, InboxItem, Received};
pub use lease::{Lease, LeaseError, LeaseHolder};
pub use open::{FORMAT, Journal, Stamp};
pub use status::{GateRow, RunRow, StepRow};
