//! What `cleave check` looks at before the window, everything at once and reading only: what the plan says beforehand, and what only the accounts
//! themselves can tell. Each check has an id that `cleave explain` explains.
//!
//! What may not enter: a call that changes something, and a judgement that needs one.

pub mod accounts;
pub mod delivered;
mod finding;
pub mod known;
pub mod landing;
mod needs;
pub mod planned;

pub use finding::{Explained, Finding, Outcome};

/// All checks, by group.
pub fn groups() -> Vec<known::Group> {
    known::GROUPS.to_vec()
}

/// The check of an id.
pub fn explained(id: &str) -> Option<&'static Explained> {
    let mut all = groups().into_iter().flat_map(|(_, checks)| checks);
    all.find(|check| check.id == id)
}

impl Finding {
    /// What a check found; where something is to be done and nothing more is told, its own way out.
    pub fn by(check: &Explained, outcome: Outcome, of: impl Into<String>, what: impl Into<String>) -> Self {
        let found = Self::new(check.id, outcome, of, what);
        match outcome {
            Outcome::Blocks | Outcome::Warns => found.todo(check.way_out),
            Outcome::NotChecked | Outcome::Passes => found,
        }
    }
}

#[cfg(test)]
#[path = "check_tests.rs"]
mod tests;
