//! `[[hook]]` in the runbook, and the hooks of a database.

use jiff::SignedDuration;
use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize};

/// A command, and what a rehearsal takes for its outcome.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Command {
    /// The program and its arguments; no shell is between. A relative one (`./check.sh`) lies beside the journal.
    #[serde(deserialize_with = "not_empty")]
    #[schemars(length(min = 1))]
    pub run: Vec<String>,
    /// What takes it back; absent: nothing does.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub undo: Vec<String>,
    /// After how long it is stopped and counts as failed, such as `"90s"`, `"10m"`, `"8h"`; in a stored plan seconds.
    #[serde(default = "ten_minutes", deserialize_with = "seconds")]
    #[schemars(schema_with = "duration")]
    pub timeout: u64,
    /// What a rehearsal takes for its outcome: it runs nothing.
    #[serde(default)]
    pub rehearse: Rehearsed,
}

/// The outcome of a hook in a rehearsal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rehearsed {
    /// Its exit code.
    #[serde(default)]
    pub exit: i32,
    /// How long it takes, such as `"90s"`; in a stored plan seconds.
    #[serde(default = "some_seconds", deserialize_with = "seconds")]
    #[schemars(schema_with = "duration")]
    pub takes: u64,
}

impl Default for Rehearsed {
    fn default() -> Self {
        Self {
            exit: 0,
            takes: some_seconds(),
        }
    }
}

/// A hook that stands before resources, as a gate does.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct HookSection {
    /// Its name.
    pub name: String,
    /// What waits for it: `database`, `cluster`, or single ones (`database/shop-stg`).
    pub before: Vec<String>,
    /// The program and its arguments.
    #[serde(deserialize_with = "not_empty")]
    #[schemars(length(min = 1))]
    pub run: Vec<String>,
    /// What takes it back.
    #[serde(default)]
    pub undo: Vec<String>,
    /// After how long it counts as failed, such as `"90s"`, `"10m"`, `"8h"`.
    #[serde(default = "ten_minutes", deserialize_with = "seconds")]
    #[schemars(schema_with = "duration")]
    pub timeout: u64,
    /// What a rehearsal takes for its outcome.
    #[serde(default)]
    pub rehearse: Rehearsed,
}

impl HookSection {
    /// Its command.
    pub(super) fn command(&self) -> Command {
        Command {
            run: self.run.clone(),
            undo: self.undo.clone(),
            timeout: self.timeout,
            rehearse: self.rehearse.clone(),
        }
    }
}

fn ten_minutes() -> u64 {
    600
}

fn some_seconds() -> u64 {
    10
}

fn not_empty<'de, D: Deserializer<'de>>(from: D) -> Result<Vec<String>, D::Error> {
    let words = Vec::<String>::deserialize(from)?;
    match words.first() {
        Some(program) if !program.trim().is_empty() => Ok(words),
        _ => Err(serde::de::Error::custom(
            "run names a program and its arguments, such as [\"./check.sh\", \"shop\"]",
        )),
    }
}

/// `"90s"`, `"10m"`, `"8h"`; in the stored plan a number of seconds.
fn seconds<'de, D: Deserializer<'de>>(from: D) -> Result<u64, D::Error> {
    #[derive(Deserialize, JsonSchema)]
    #[serde(untagged)]
    enum Written {
        Seconds(u64),
        Text(String),
    }
    match Written::deserialize(from)? {
        Written::Seconds(seconds) => Ok(seconds),
        Written::Text(text) => {
            let span: Option<SignedDuration> = text.parse().ok();
            let seconds = span.and_then(|span| u64::try_from(span.as_secs()).ok());
            seconds
                .filter(|seconds| (1..=7 * 86_400).contains(seconds))
                .ok_or_else(|| {
                    serde::de::Error::custom(format!("{text:?} is not a duration such as \"90s\", \"10m\" or \"8h\""))
                })
        }
    }
}

/// The schema of that.
fn duration(_: &mut SchemaGenerator) -> Schema {
    json_schema!({ "anyOf": [{ "type": "string", "pattern": "^[+P0-9]" }, { "type": "integer", "minimum": 0 }] })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_read_with_its_durations_and_read_again_from_the_plan() {
        let text = "run = [\"./check.sh\", \"shop\"]\ntimeout = \"90s\"\nrehearse = { takes = \"2m\" }\n";
        let command: Command = toml::from_str(text).expect("a command");
        assert_eq!(
            (command.timeout, command.rehearse.takes, command.rehearse.exit),
            (90, 120, 0)
        );
        let stored = serde_json::to_value(&command).expect("only string keys");
        assert_eq!(serde_json::from_value::<Command>(stored).expect("the same"), command);
    }

    #[test]
    fn a_command_without_a_program_or_with_an_odd_duration_is_refused_with_an_example() {
        let refused = |text: &str| toml::from_str::<Command>(text).expect_err(text).to_string();
        assert!(refused("run = []").contains("./check.sh"));
        assert!(refused("run = [\"true\"]\ntimeout = \"soon\"").contains("\"10m\""));
        assert!(refused("run = [\"true\"]\nshell = true").contains("shell"));
    }
}
