//! Exit codes. Scripts rely on them: `docs/first-night.md` lists them.

/// Done.
pub const DONE: u8 = 0;
/// The arguments are wrong.
pub const USAGE: u8 = 2;
/// Validation or preflight stands in the way; nothing was changed.
pub const BLOCKED: u8 = 3;
/// Waiting at a gate, or outside the window.
pub const WAITING: u8 = 4;
/// Paused by the operator.
pub const PAUSED: u8 = 5;
/// A person must decide.
pub const NEEDS_OPERATOR: u8 = 6;
/// What is planned and what exists differ: the approval is void. Also: two buckets that are compared differ, or are not proved equal where
/// a proof was asked for.
pub const DRIFT: u8 = 7;
/// A law was broken, or a rehearsal did not reach its end.
pub const LAW_BROKEN: u8 = 8;
/// The program contradicts itself.
pub const INTERNAL: u8 = 70;
