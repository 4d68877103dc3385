//! Records that must name something of the target's: its load balancer, its distribution, the database that the run restored. They change in the old zone, which is
//! asked until the delegation changes, and the last copy takes them over: so both zones say the same while either may be asked. Their TTL is lowered first and the
//! old one waited out; see `docs/design/009-certificates-and-repointing.md`.

mod change_record;
pub(super) mod plan;
pub(super) mod spec;

#[cfg(test)]
mod plan_tests;

use std::rc::Rc;

use aws::route53::{Alias, RecordSet};
use engine::{Registry, StepContext};
use model::{Failure, FailureClass, StepId};
use serde::{Deserialize, Serialize};

use super::names::canonical;
use super::words::Text;
use crate::world::{World, action};

pub(super) use change_record::Input as ChangeInput;

/// The code of these actions.
pub(super) fn register(registry: &mut Registry, world: &Rc<World>) {
    action(
        registry,
        world,
        "zone.change_record",
        1,
        change_record::ChangeRecord::new,
    );
}

/// What a record set says, as far as it is changed; its routing policy stays.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Content {
    /// Seconds; an alias has none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) ttl: Option<i64>,
    #[serde(flatten)]
    pub(super) data: Data,
}

/// Where it points.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Data {
    /// At these values.
    Values(Vec<String>),
    /// At a thing of AWS's.
    Alias(Alias),
    /// At the endpoint of what a step restores, which only it knows.
    Endpoint {
        /// The step.
        of: StepId,
        /// Whether it is that for reading.
        reader: bool,
    },
}

/// What the steps that restore a database or a cluster tell of its endpoints.
#[derive(Debug, Deserialize)]
struct Restored {
    host: String,
    #[serde(default)]
    reader: Option<String>,
}

impl Content {
    /// With what the step that restores a database has told.
    fn resolved(&self, cx: &StepContext) -> Result<Self, Failure> {
        let Data::Endpoint { of, reader } = &self.data else {
            return Ok(self.clone());
        };
        let restored = cx.output::<Restored>(of)?;
        let host = match reader {
            false => Some(restored.host),
            true => restored.reader,
        };
        let host = host.filter(|host| !host.is_empty()).ok_or_else(|| {
            let what = format!("{of} has told no endpoint{}", if *reader { " for reading" } else { "" });
            cx.failure(FailureClass::WrongState, "[NoEndpoint]", what)
        })?;
        Ok(Self {
            ttl: self.ttl,
            data: Data::Values(vec![host]),
        })
    }

    /// Whether a stored set says this. To be resolved before.
    fn is(&self, set: &RecordSet) -> bool {
        let names = |values: &[String]| {
            let mut values: Vec<String> = match set.kind.as_str() {
                "CNAME" | "PTR" | "NS" => values.iter().map(|value| canonical(value)).collect(),
                _ => values.to_vec(),
            };
            values.sort();
            values
        };
        let data = match (&self.data, &set.alias) {
            (Data::Values(values), None) => names(values) == names(&set.values),
            (Data::Alias(one), Some(other)) => {
                one.zone == other.zone
                    && canonical(&one.name) == canonical(&other.name)
                    && one.evaluate_health == other.evaluate_health
            }
            (Data::Values(_) | Data::Alias(_) | Data::Endpoint { .. }, _) => false,
        };
        data && self.ttl == set.ttl
    }

    /// A stored set that says this instead.
    fn put_into(&self, set: &RecordSet) -> RecordSet {
        let (values, alias) = match &self.data {
            Data::Values(values) => (values.clone(), None),
            Data::Alias(alias) => (Vec::new(), Some(alias.clone())),
            Data::Endpoint { .. } => (Vec::new(), None),
        };
        RecordSet {
            ttl: self.ttl,
            values,
            alias,
            ..set.clone()
        }
    }
}

impl Content {
    /// For people.
    fn shown(&self) -> String {
        match self.ttl {
            Some(ttl) => format!("{} (TTL {ttl} s)", self.data.shown()),
            None => self.data.shown(),
        }
    }
}

impl Data {
    /// For people.
    pub(super) fn shown(&self) -> String {
        match self {
            Self::Values(values) => values
                .iter()
                .map(|value| value.trim_end_matches('.'))
                .collect::<Vec<_>>()
                .join(", "),
            Self::Alias(alias) => format!("alias {}", alias.name.trim_end_matches('.')),
            Self::Endpoint { of, reader } => {
                let resource = of
                    .as_str()
                    .rsplit_once('/')
                    .map_or(of.as_str(), |(resource, _)| resource);
                let endpoint = if *reader { Text::ReaderOf } else { Text::EndpointOf };
                endpoint.fill(&[resource]).into()
            }
        }
    }
}
