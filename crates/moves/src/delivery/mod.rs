//! The delivery flow: what must be ready in the target before the first deploy, and what in the source must be stopped. Nothing of it is a
//! step: it is looked at by `cleave check`, and people make it right.

pub mod configs;
pub mod spec;
pub mod trust;

use serde::Serialize;

/// How one thing stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// As it must be.
    Ok,
    /// To know; nothing hangs on it.
    Note,
    /// Still to be done.
    NotYet,
    /// It contradicts what is meant, or admits more than it should.
    Wrong,
    /// It could not be looked at.
    Unread,
}

impl Verdict {
    /// For people.
    pub fn words(self) -> &'static str {
        match self {
            Verdict::Ok => "ok",
            Verdict::Note => "note",
            Verdict::NotYet => "not yet",
            Verdict::Wrong => "wrong",
            Verdict::Unread => "not read",
        }
    }

    /// Whether somebody has to do something.
    pub fn is_open(self) -> bool {
        matches!(self, Verdict::NotYet | Verdict::Wrong | Verdict::Unread)
    }
}

/// What was found of one thing.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What was looked at: a role, a repository, `file:line`, a rule.
    pub of: String,
    /// How it stands.
    pub verdict: Verdict,
    /// What is so.
    pub what: String,
    /// What to do.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub todo: Option<String>,
    /// What to type, one command each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub commands: Vec<String>,
}

impl Finding {
    /// One with nothing to do.
    pub fn new(of: impl Into<String>, verdict: Verdict, what: impl Into<String>) -> Self {
        Self {
            of: of.into(),
            verdict,
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
