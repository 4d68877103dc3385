//! What `cleave check` looks at before the window, everything at once and reading only: what the plan says beforehand, and what only the accounts
//! themselves can tell. Each check has an id that `cleave explain` explains.
//!
//! What may not enter: a call that changes something, and a judgement that needs one.

mod finding;
pub mod landing;

pub use finding::{Explained, Finding, Outcome};
