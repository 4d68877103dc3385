//! `[check]` in the runbook: what the team's own standards are.

use model::{AccountId, Region};
use schemars::JsonSchema;
use serde::Deserialize;

use crate::check::Outcome;

/// What the accounts are held against. Without it: what everybody would want of an account, and what is amiss only warns.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, default)]
pub struct CheckSpec {
    /// Whether what is amiss in the target's landing zone warns or blocks.
    pub landing_zone: Weight,
    /// The unit of the organization in which the target must lie, from the root down, such as `Workloads/Staging`.
    #[schemars(extend("pattern" = "^[^/]+(/[^/]+)*$"))]
    pub ou: Option<String>,
    /// What the target's name must be like, as a regular expression; it must fit somewhere in the name unless it says `^` and `$`.
    pub account_name: Option<String>,
    /// The same for the address of its root user.
    pub account_email: Option<String>,
    /// The same for the name under which people log in.
    pub account_alias: Option<String>,
    /// Tags that everything in the target must carry.
    pub required_tags: Vec<String>,
    /// The Regions that are in use: recorders, detectors and hubs are looked at in each, and the migration's must be among them. Without it: the migration's alone.
    pub regions: Vec<Region>,
    /// The account that gathers what AWS Config records.
    pub aggregator: Option<AccountId>,
    /// How many characters a password must have at least.
    #[schemars(range(min = 6, max = 128))]
    pub password_length: u32,
    /// After how many days a key or a user counts as unused.
    #[schemars(range(min = 1))]
    pub unused_after: u32,
    /// After how many days a key is to be replaced by another.
    #[schemars(range(min = 1))]
    pub rotate_after: u32,
    /// Whether it is looked at who uses the buckets that move: whether a trail of the source records it, with the query that tells.
    pub used_actions: bool,
    /// Whether the checklist for moving an account to another organization is told, with what people must see to beside.
    pub organization: bool,
}

impl Default for CheckSpec {
    fn default() -> Self {
        Self {
            landing_zone: Weight::Warn,
            ou: None,
            account_name: None,
            account_email: None,
            account_alias: None,
            required_tags: Vec::new(),
            regions: Vec::new(),
            aggregator: None,
            password_length: 14,
            unused_after: 90,
            rotate_after: 90,
            used_actions: false,
            organization: false,
        }
    }
}

/// What becomes of what is amiss.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Weight {
    /// Somebody should know.
    #[default]
    Warn,
    /// Nothing may begin.
    Block,
}

impl CheckSpec {
    /// What is wrong with it by itself.
    pub(crate) fn checked(&self) -> Result<(), String> {
        let patterns = [
            ("account_name", &self.account_name),
            ("account_email", &self.account_email),
            ("account_alias", &self.account_alias),
        ];
        for (field, pattern) in patterns {
            let read = pattern.as_deref().map(regex_lite::Regex::new);
            if let Some(Err(error)) = read {
                return Err(format!("{field} is no regular expression: {error}"));
            }
        }
        if let Some(ou) = self.ou.as_ref().filter(|ou| ou.split('/').any(str::is_empty)) {
            return Err(format!(
                "ou = {ou:?}: write the units' names from the root down, such as \"Workloads/Staging\""
            ));
        }
        let days = [("unused_after", self.unused_after), ("rotate_after", self.rotate_after)];
        if let Some((field, _)) = days.iter().find(|(_, days)| *days == 0) {
            return Err(format!("{field} = 0: write a number of days, such as 90"));
        }
        if !(6..=128).contains(&self.password_length) {
            let length = self.password_length;
            return Err(format!("password_length = {length}: IAM admits 6 to 128"));
        }
        Ok(())
    }

    /// What is amiss in the landing zone weighs so much.
    pub(crate) fn weight(&self) -> Outcome {
        match self.landing_zone {
            Weight::Warn => Outcome::Warns,
            Weight::Block => Outcome::Blocks,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(text: &str) -> Result<CheckSpec, String> {
        let spec: CheckSpec = toml::from_str(text).map_err(|error| error.to_string())?;
        spec.checked().map(|()| spec)
    }

    #[test]
    fn a_section_says_only_what_differs_and_what_is_odd_in_it_is_refused() {
        let spec = read("ou = \"Workloads/Staging\"\nlanding_zone = \"block\"\n").expect("a section");
        assert_eq!((spec.weight(), spec.unused_after), (Outcome::Blocks, 90));
        assert_eq!(CheckSpec::default().weight(), Outcome::Warns, "without the section");
        for (odd, says) in [
            ("account_name = \"^shop-(\"", "account_name is no regular expression"),
            ("ou = \"/Workloads\"", "from the root down"),
            ("unused_after = 0", "number of days"),
            ("password_length = 4", "6 to 128"),
            ("landing_zone = \"stop\"", "unknown variant"),
            ("naming = \"x\"", "unknown field"),
        ] {
            let refused = read(odd).expect_err(odd);
            assert!(refused.contains(says), "{odd}: {refused}");
        }
    }
}
