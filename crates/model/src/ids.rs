//! Names of things, as types: an account id is not a region, a step is not a run.

use std::fmt;
use std::str::FromStr;

use data_encoding::HEXLOWER;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The tag by which everything that a run makes names the run.
pub const RUN_TAG: &str = "cleave:run";

/// An identifier that does not have the form AWS or this tool gives it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{found:?} is not {expected}")]
pub struct BadId {
    /// What was found.
    pub found: String,
    /// What is expected, in words that can follow "is not".
    pub expected: &'static str,
}

macro_rules! text_id {
    ($(#[$doc:meta])* $name:ident, $expected:literal, $check:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
        #[serde(try_from = "String", into = "String")]
        pub struct $name(String);

        impl $name {
            /// Checks the form and wraps the text.
            pub fn new(text: impl Into<String>) -> Result<Self, BadId> {
                let text = text.into();
                let check: fn(&str) -> bool = $check;
                if check(&text) { Ok(Self(text)) } else { Err(BadId { found: text, expected: $expected }) }
            }

            /// The text itself.
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.pad(&self.0)
            }
        }

        impl FromStr for $name {
            type Err = BadId;
            fn from_str(text: &str) -> Result<Self, BadId> {
                Self::new(text)
            }
        }

        impl TryFrom<String> for $name {
            type Error = BadId;
            fn try_from(text: String) -> Result<Self, BadId> {
                Self::new(text)
            }
        }

        impl From<$name> for String {
            fn from(id: $name) -> String {
                id.0
            }
        }
    };
}

text_id!(
    /// Twelve digits, kept as text: a leading zero is part of the id.
    #[derive(JsonSchema)]
    #[schemars(extend("pattern" = "^[0-9]{12}$"))]
    AccountId,
    "an account id (twelve digits in quotes, such as \"012345678901\")",
    |text| text.len() == 12 && text.bytes().all(|b| b.is_ascii_digit())
);

text_id!(
    /// A region such as `ap-northeast-1`.
    #[derive(JsonSchema)]
    #[schemars(extend("pattern" = "^[a-z0-9]*-[a-z0-9]*-[a-z0-9-]*[0-9]$"))]
    Region,
    "a region (such as \"ap-northeast-1\")",
    |text| text.split('-').count() >= 3
        && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
        && text.ends_with(|c: char| c.is_ascii_digit())
);

text_id!(
    /// One execution of a plan: twelve lower-case letters and digits. It is part of the names of what the run makes.
    #[derive(JsonSchema)]
    #[schemars(extend("pattern" = "^[a-z0-9]{12}$"))]
    RunId,
    "a run id (twelve lower-case letters and digits)",
    |text| text.len() == 12 && text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
);

text_id!(
    /// A step of a plan: `kind/resource/verb`, such as `database/shop-stg/share_snapshot`.
    #[derive(JsonSchema)]
    #[schemars(extend("pattern" = "^[^/]+(/[^/]+){2,}$"))]
    StepId,
    "a step id (kind/resource/verb)",
    |text| text.split('/').filter(|part| !part.is_empty()).count() >= 3
);

text_id!(
    /// The name of a gate, such as `service-stopped`.
    #[derive(JsonSchema)]
    #[schemars(extend("pattern" = "^[A-Za-z0-9_.:-]{1,128}$"))]
    GateName,
    "a gate name (letters, digits, `-`, `_`, `.`, `:`; not empty)",
    |text| !text.is_empty()
        && text.len() <= 128
        && text.bytes().all(|b| b.is_ascii_alphanumeric() || matches!(b, b'-' | b'_' | b'.' | b':'))
);

text_id!(
    /// A SHA-256 digest as 64 lower-case hexadecimal digits.
    #[derive(JsonSchema)]
    #[schemars(extend("pattern" = "^[0-9a-f]{64}$"))]
    Digest,
    "a SHA-256 digest (64 hexadecimal digits)",
    |text| text.len() == 64 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
);

impl Digest {
    /// The digest of some bytes.
    pub fn of(bytes: &[u8]) -> Self {
        use sha2::Digest as _;
        Self(HEXLOWER.encode(&sha2::Sha256::digest(bytes)))
    }

    /// The first twelve digits: what people read to each other and type.
    pub fn short(&self) -> &str {
        &self.0[..12]
    }
}

/// One resource that moves: its kind and its name in the source account, such as `database/shop-stg`.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct ResourceRef {
    /// The kind, as the runbook's section is called: `key`, `database`, `cluster`, `bucket`, `image`, `zone`.
    pub kind: String,
    /// Its name as the source account knows it.
    pub name: String,
}

impl ResourceRef {
    /// Names a resource.
    pub fn new(kind: impl Into<String>, name: impl Into<String>) -> Self {
        Self {
            kind: kind.into(),
            name: name.into(),
        }
    }

    /// The id of one of this resource's steps. A `/` in the name (key aliases have one) would read as a further part.
    pub fn step(&self, verb: &str) -> StepId {
        StepId(format!("{}/{}/{verb}", self.kind, self.name.replace('/', ":")))
    }
}

impl fmt::Display for ResourceRef {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&format!("{}/{}", self.kind, self.name))
    }
}

impl StepId {
    /// The last part: what the step does.
    pub fn verb(&self) -> &str {
        self.0.rsplit('/').next().unwrap_or(&self.0)
    }
}

/// Which of the migration's accounts something belongs to. Always in this order: source, target, parent.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum Side {
    /// The account where everything grew.
    Source,
    /// The account it moves into.
    Target,
    /// The account that holds the parent zone, where that is neither of the two.
    Parent,
}

impl fmt::Display for Side {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Side::Source => "source",
            Side::Target => "target",
            Side::Parent => "parent",
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_account_id_keeps_its_leading_zero() {
        let id: AccountId = serde_json::from_str("\"012345678901\"").expect("twelve digits");
        assert_eq!(id.as_str(), "012345678901");
        assert_eq!(serde_json::to_string(&id).expect("text"), "\"012345678901\"");
    }

    #[test]
    fn an_account_id_of_another_form_is_refused() {
        for text in ["12345678901", "1234567890123", "12345678901a", ""] {
            assert!(AccountId::new(text).is_err(), "{text:?} was accepted");
        }
    }

    #[test]
    fn a_step_id_of_an_alias_has_three_parts() {
        let step = ResourceRef::new("key", "alias/shop").step("create_target_key");
        assert_eq!(step.as_str(), "key/alias:shop/create_target_key");
        assert_eq!(step.verb(), "create_target_key");
    }
}
