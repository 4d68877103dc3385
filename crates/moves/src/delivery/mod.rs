//! The delivery flow: what must be ready in the target before the first deploy, and what in the source must be stopped. People make it right; `cleave check` looks at it
//! whenever it is typed, and a run before it cuts over.

pub(crate) mod admitted;
pub mod configs;
pub mod look;
mod look_before;
pub mod lookups;
mod plan;
pub mod spec;
pub mod trust;
pub(crate) mod words;

pub(crate) use plan::plan;

use std::rc::Rc;

use engine::Registry;
use serde::Serialize;

use crate::world::{World, action};

/// Adds the looks' action.
pub(crate) fn register(registry: &mut Registry, world: &Rc<World>) {
    action(registry, world, "delivery.look", 1, look_before::LookBefore::new);
}

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

#[cfg(test)]
mod tests {
    use crate::Runbook;

    #[test]
    fn what_is_odd_in_the_section_is_refused_with_its_place() {
        let head = "migration = \"shop\"\nregion = \"eu-west-1\"\nsource = { account = \"111111111111\" }\ntarget = { account = \"222222222222\" }\n";
        let refused = |section: &str| {
            Runbook::parse(&format!("{head}{section}"))
                .expect_err("refused")
                .to_string()
        };
        let twice = refused("[delivery]\necr = [\"a\", \"a\"]\n");
        assert!(
            twice.starts_with("line 5") && twice.contains("names a twice"),
            "{twice}"
        );
        let unknown = refused("[delivery]\nbucket = \"a\"\n");
        assert!(
            unknown.starts_with("line 6") && unknown.contains("unknown field"),
            "{unknown}"
        );
        let bare = refused("[[delivery.oidc]]\nrole = \"a\"\nrepository = \"shop\"\n");
        assert!(bare.contains("example/shop"), "{bare}");
    }
}
