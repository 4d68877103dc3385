//! One file per command.

pub mod check;
pub mod compare;
pub mod completions;
pub mod discover;
mod discover_shown;
pub mod files;
pub mod init;
pub mod journal;
pub mod kept_checksums;
pub mod listed;
pub mod man;
pub mod manifest;
pub(crate) mod observed;
pub mod outputs;
pub mod plan;
pub mod rehearse;
pub mod report;
pub mod retire;
mod retire_shown;
pub mod run;
pub mod schema;
pub mod simcloud;
pub mod status;
pub mod stored;
pub mod terraform;
pub mod undo;
pub mod wishes;
