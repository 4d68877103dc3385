//! `[delivery]` in the runbook.

use std::borrow::Cow;
use std::path::PathBuf;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use super::trust::HOST;

/// What of the delivery flow is looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct DeliverySpec {
    /// Roles that GitHub Actions takes on in the target.
    #[serde(default)]
    pub oidc: Vec<OidcSpec>,
    /// ECR repositories whose images the target needs.
    #[serde(default)]
    pub ecr: Vec<String>,
    /// The buckets of Terraform's states.
    #[serde(default)]
    pub state: Option<StateSpec>,
    /// Checkouts of what is deployed into the target, or folders in them; relative ones lie beside the runbook.
    #[serde(default)]
    pub scan: Vec<PathBuf>,
    /// Names, with `*` for anything, of the source's rules and schedules that move.
    #[serde(default)]
    pub schedules: Vec<String>,
}

/// A role and who takes it on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct OidcSpec {
    /// The role's name in the target, without path and account.
    #[schemars(extend("pattern" = "^[^/]+$"))]
    pub role: String,
    /// The repository that deploys with it.
    pub repository: Repository,
    /// The enterprise on GitHub whose tokens have an issuer of their own: `https://token.actions.githubusercontent.com/ENTERPRISE`.
    #[serde(default)]
    #[schemars(extend("pattern" = "^[A-Za-z0-9-]+$"))]
    pub enterprise: Option<String>,
}

impl OidcSpec {
    /// Who issues its tokens: also how IAM names the identity provider and the keys of conditions.
    pub fn issuer(&self) -> String {
        match &self.enterprise {
            None => HOST.to_owned(),
            Some(enterprise) => format!("{HOST}/{enterprise}"),
        }
    }
}

/// A repository of GitHub's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Repository {
    /// The organization, or user.
    pub owner: String,
    /// Its name.
    pub name: String,
}

/// Where Terraform keeps its states.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct StateSpec {
    /// The bucket in the source.
    pub old: String,
    /// The bucket in the target.
    pub new: String,
}

impl Serialize for Repository {
    fn serialize<S: Serializer>(&self, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(&format_args!("{}/{}", self.owner, self.name))
    }
}

impl JsonSchema for Repository {
    fn schema_name() -> Cow<'static, str> {
        "Repository".into()
    }

    fn json_schema(_: &mut SchemaGenerator) -> Schema {
        json_schema!({
            "description": "A repository of GitHub's, such as `example/shop`.",
            "type": "string", "pattern": "^[A-Za-z0-9_.-]+/[A-Za-z0-9_.-]+$",
        })
    }
}

impl<'de> Deserialize<'de> for Repository {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let text = String::deserialize(from)?;
        let well = |part: &str| {
            !part.is_empty()
                && part
                    .chars()
                    .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'))
        };
        match text.split_once('/') {
            Some((owner, name)) if well(owner) && well(name) => Ok(Self {
                owner: owner.to_owned(),
                name: name.to_owned(),
            }),
            _ => Err(serde::de::Error::custom(format!(
                "repository = {text:?} is not a repository of GitHub's such as \"example/shop\""
            ))),
        }
    }
}

impl DeliverySpec {
    /// What is wrong with it by itself.
    pub(crate) fn checked(&self) -> Result<(), String> {
        let mut seen = std::collections::BTreeSet::new();
        let slug = |text: &String| !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || c == '-');
        if let Some(odd) = self
            .oidc
            .iter()
            .filter_map(|one| one.enterprise.as_ref())
            .find(|text| !slug(text))
        {
            return Err(format!(
                "enterprise = {odd:?}: write the enterprise's short name alone, as it stands in github.com/enterprises/NAME"
            ));
        }
        for role in self.oidc.iter().map(|one| &one.role) {
            if role.contains('/') || role.is_empty() {
                return Err(format!(
                    "role = {role:?}: write the role's name alone, without path and account"
                ));
            }
        }
        if let Some(twice) = self.ecr.iter().find(|name| !seen.insert(name.as_str())) {
            return Err(format!("ecr names {twice} twice"));
        }
        match &self.state {
            Some(state) if state.old == state.new => Err(format!(
                "state: old and new are both {}: the new account needs a bucket of its own, and a state that starts empty",
                state.old
            )),
            _ => Ok(()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_section_is_short_and_what_is_odd_in_it_is_refused_with_an_example() {
        let text = "ecr = [\"shop-api\"]\nscan = [\"../shop\"]\nstate = { old = \"a\", new = \"b\" }\n[[oidc]]\nrole = \"deploy\"\nrepository = \"example/shop\"\n";
        let spec: DeliverySpec = toml::from_str(text).expect("a section");
        assert_eq!(spec.oidc[0].repository.name, "shop");
        assert_eq!(spec.checked(), Ok(()));
        let refused =
            toml::from_str::<DeliverySpec>("[[oidc]]\nrole = \"r\"\nrepository = \"shop\"\n").expect_err("no owner");
        assert!(refused.to_string().contains("example/shop"), "{refused}");
        let checked = |text: &str| toml::from_str::<DeliverySpec>(text).expect("a section").checked();
        assert!(checked("state = { old = \"a\", new = \"a\" }").is_err());
        assert!(checked("ecr = [\"a\", \"a\"]").is_err());
        assert!(checked("[[oidc]]\nrole = \"a/b\"\nrepository = \"o/r\"").is_err());
        assert!(checked("[[oidc]]\nrole = \"a\"\nrepository = \"o/r\"\nenterprise = \"x/y\"").is_err());
        let own = "[[oidc]]\nrole = \"a\"\nrepository = \"o/r\"\nenterprise = \"octo-inc\"";
        let own: DeliverySpec = toml::from_str(own).expect("a section");
        assert_eq!(own.oidc[0].issuer(), "token.actions.githubusercontent.com/octo-inc");
    }
}
