//! `[[notify]]` in the runbook: who is told of what happens to a run. Not part of the plan: it changes nothing in AWS, and an address may be
//! a secret.

use std::borrow::Cow;
use std::collections::BTreeSet;

use schemars::{JsonSchema, Schema, SchemaGenerator};
use serde::Deserialize;

/// What people are told of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Occasion {
    /// A gate waits for an answer.
    Gate,
    /// A step stopped for a person, an alarm came up, or the login has expired.
    Failure,
    /// Something will not start, or not end, in its window.
    Window,
    /// The run has ended, or is taken back.
    Done,
}

impl Occasion {
    /// The word that the runbook has for it.
    pub fn word(self) -> &'static str {
        match self {
            Occasion::Gate => "gate",
            Occasion::Failure => "failure",
            Occasion::Window => "window",
            Occasion::Done => "done",
        }
    }

    fn all() -> BTreeSet<Self> {
        BTreeSet::from([Occasion::Gate, Occasion::Failure, Occasion::Window, Occasion::Done])
    }
}

/// One way to tell people.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(try_from = "Written")]
pub struct NotifySection {
    /// How.
    pub by: Channel,
    /// Of what.
    pub on: BTreeSet<Occasion>,
}

/// How people are told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Channel {
    /// A webhook that takes Slack's `{"text": …}`; its address stands in this variable of the environment.
    Slack {
        /// The variable.
        env: String,
    },
    /// A webhook that takes cleave's own JSON.
    Webhook {
        /// The variable.
        env: String,
    },
    /// A command, told the JSON on its standard input.
    Command {
        /// The program and its arguments.
        run: Vec<String>,
    },
}

/// One way to tell people.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(
    rename = "NotifySection",
    extend("oneOf" = [{ "required": ["slack"] }, { "required": ["webhook"] }, { "required": ["run"] }])
)]
struct Written {
    /// A webhook that takes Slack's `{"text": …}`.
    slack: Option<FromEnvironment>,
    /// A webhook that takes cleave's own JSON.
    webhook: Option<FromEnvironment>,
    /// A program and its arguments, told the JSON on its standard input.
    #[schemars(length(min = 1))]
    run: Option<Vec<String>>,
    /// Of what it tells; absent: of everything.
    on: Option<BTreeSet<Occasion>>,
}

impl JsonSchema for NotifySection {
    fn schema_name() -> Cow<'static, str> {
        Written::schema_name()
    }

    fn json_schema(generator: &mut SchemaGenerator) -> Schema {
        Written::json_schema(generator)
    }
}

/// An address that may be a secret.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FromEnvironment {
    /// The variable of the environment in which it stands, such as `SLACK_WEBHOOK_URL`.
    env: String,
}

impl TryFrom<Written> for NotifySection {
    type Error = String;

    fn try_from(written: Written) -> Result<Self, String> {
        let by = match (written.slack, written.webhook, written.run) {
            (Some(slack), None, None) => Channel::Slack { env: slack.env },
            (None, Some(webhook), None) => Channel::Webhook { env: webhook.env },
            (None, None, Some(run)) if run.first().is_some_and(|program| !program.trim().is_empty()) => {
                Channel::Command { run }
            }
            _ => {
                return Err(
                    "a notification goes one way: slack = { env = \"SLACK_WEBHOOK_URL\" }, webhook = { env = \"…\" } or run = [\"./tell.sh\"]"
                        .to_owned(),
                );
            }
        };
        Ok(Self {
            by,
            on: written.on.unwrap_or_else(Occasion::all),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_named_by_its_variable_and_everything_is_told_unless_said_otherwise() {
        let read: NotifySection = toml::from_str("slack = { env = \"HOOK\" }").expect("a section");
        assert_eq!((read.by, read.on.len()), (Channel::Slack { env: "HOOK".into() }, 4));
        let some: NotifySection = toml::from_str("run = [\"./tell.sh\"]\non = [\"gate\"]").expect("a section");
        assert_eq!(some.on, BTreeSet::from([Occasion::Gate]));
    }

    #[test]
    fn a_literal_address_two_ways_and_none_are_refused() {
        let refused = |text: &str| toml::from_str::<NotifySection>(text).expect_err(text).to_string();
        assert!(refused("slack = \"https://hooks.example.com/T0/secret\"").contains("FromEnvironment"));
        assert!(refused("slack = { env = \"A\" }\nrun = [\"x\"]").contains("one way"));
        assert!(refused("on = [\"gate\"]").contains("one way"));
        assert!(refused("run = [\"x\"]\non = [\"lunch\"]").contains("lunch"));
    }
}
