//! Reads the source bucket's configuration into the journal, while the bucket still exists: the only place where it is kept once the
//! bucket is gone, and what undoing puts back.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use async_trait::async_trait;
use aws::s3::Versioned;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::inventory::Versioning;
use model::{Failure, Said};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::documents::{self, Found};
use super::proofs::Proof;
use super::words::Text;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) bucket: String,
    /// What the plan was drawn up for.
    pub(super) versioning: Versioning,
    /// Likewise.
    pub(super) lifecycle: bool,
    /// Which of the sub-resources that name things beside the bucket it was drawn up for; absent where none is carried.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) naming: Option<BTreeSet<String>>,
    /// What the runbook says is left behind.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    pub(super) leave: BTreeSet<String>,
}

/// A bucket's configuration.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub(super) struct Recorded {
    /// Its policy, byte for byte.
    pub(super) policy: Option<String>,
    /// Whether it keeps versions.
    pub(super) versioning: Versioning,
    /// Its sub-resources, by name.
    pub(super) documents: BTreeMap<String, Found>,
    /// What it has and what is not carried.
    pub(super) left: Vec<String>,
    /// Whom its ACL admits beside its owner, which is not carried either.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) grants: Vec<String>,
    /// Whether its objects may be locked.
    pub(super) locked: bool,
}

pub(super) struct RecordConfiguration {
    input: Input,
    world: Rc<World>,
}

impl RecordConfiguration {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }
}

#[async_trait(?Send)]
impl Step for RecordConfiguration {
    async fn observe(&self, _cx: &StepContext) -> Result<Observed, Failure> {
        let source = self.world.source();
        let bucket = &self.input.bucket;
        let mut recorded = Recorded {
            policy: source.s3.policy(bucket).await?,
            versioning: match source.s3.versioning(bucket).await? {
                Versioned::Never => Versioning::Disabled,
                Versioned::Enabled => Versioning::Enabled,
                Versioned::Suspended => Versioning::Suspended,
            },
            documents: BTreeMap::new(),
            left: Vec::new(),
            grants: Vec::new(),
            locked: documents::OBJECT_LOCK.get(&source, bucket).await?.is_some(),
        };
        for document in documents::CARRIED.iter().chain([&documents::ENCRYPTION]) {
            if let Some(found) = document.get(&source, bucket).await? {
                recorded.documents.insert(document.name.to_owned(), found);
            }
        }
        recorded.left.extend(
            self.input
                .leave
                .iter()
                .filter(|name| recorded.documents.contains_key(*name))
                .cloned(),
        );
        if let Some(acl) = documents::ACL.get(&source, bucket).await? {
            recorded.grants = documents::granted_to_others(&acl.xml);
        }
        Ok(Observed::Present(json!(recorded)))
    }

    async fn begin(&self, _cx: &StepContext) -> Result<Begun, Failure> {
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let recorded: Recorded = cx.output(&cx.spec.id)?;
        if recorded.versioning != self.input.versioning {
            let (found, planned) = (recorded.versioning, self.input.versioning);
            return Ok(Verified::Wrong {
                why: Proof::OtherVersioning.fill(&[&format!("{found:?}"), &format!("{planned:?}")]),
            });
        }
        if recorded.documents.contains_key(documents::LIFECYCLE.name) != self.input.lifecycle {
            return Ok(Verified::Wrong {
                why: Proof::OtherLifecycle.into(),
            });
        }
        if let Some(naming) = &self.input.naming {
            let unknown =
                |name: &&str| documents::of(name).is_some_and(|one| one.may_be_refused) && !naming.contains(*name);
            let unknown: Vec<&str> = recorded.documents.keys().map(String::as_str).filter(unknown).collect();
            if !unknown.is_empty() {
                // What becomes of the names in it is to be seen, and agreed to, before anything is touched.
                return Ok(Verified::Wrong {
                    why: Proof::UnknownConfigurations.fill(&[&unknown.join(", ")]),
                });
            }
        }
        if recorded.locked {
            return Ok(Verified::Wrong {
                why: Text::ObjectLock.into(),
            });
        }
        let names: Vec<&str> = recorded.documents.keys().map(String::as_str).collect();
        let mut names = names.join(", ");
        if recorded.policy.is_some() {
            names.push_str(", policy");
        }
        let mut evidence = vec![Proof::Recorded.fill(&[&names])];
        if !recorded.left.is_empty() {
            evidence.push(Proof::NotCarried.fill(&[&recorded.left.join(", ")]));
        }
        evidence.extend(recorded.grants.iter().map(|who| Proof::AclGrant.fill(&[who])));
        Ok(Verified::Right {
            evidence: Said::all(evidence),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
