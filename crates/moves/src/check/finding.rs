//! One answer of a check, and what is told of the check itself.

use serde::Serialize;

/// What came of looking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Outcome {
    /// The run would be refused, or lose something: nothing may begin before it is put right.
    Blocks,
    /// Somebody should know of it before they agree.
    Warns,
    /// It could not be looked at, and why is told: neither good nor bad.
    NotChecked,
    /// As it must be.
    Passes,
}

/// What a check found of one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The check's id: what `cleave explain` takes.
    pub id: &'static str,
    /// What came of it.
    pub outcome: Outcome,
    /// What was looked at: a resource as the runbook names it, an account, a role, a Region.
    pub of: String,
    /// What is so.
    pub what: String,
    /// The way out; none where nothing is to be done.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub todo: Option<String>,
    /// What to type, one command each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<String>,
}

impl Finding {
    /// One with nothing to do.
    pub fn new(id: &'static str, outcome: Outcome, of: impl Into<String>, what: impl Into<String>) -> Self {
        Self {
            id,
            outcome,
            of: of.into(),
            what: what.into(),
            todo: None,
            commands: Vec::new(),
        }
    }

    /// Says what to do.
    pub fn todo(mut self, todo: impl Into<String>) -> Self {
        self.todo = Some(todo.into());
        self
    }

    /// Says what to type.
    pub fn type_this(mut self, command: impl Into<String>) -> Self {
        self.commands.push(command.into());
        self
    }
}

/// A check as `cleave explain` tells of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Explained {
    /// Its id, such as `target-trail`.
    pub id: &'static str,
    /// What it looks at, in a line.
    pub title: &'static str,
    /// Why it matters, and where that is known from.
    pub why: &'static str,
    /// What to do about a finding.
    pub way_out: &'static str,
    /// What it does not see: the limits of how it looks.
    pub limits: &'static str,
}
