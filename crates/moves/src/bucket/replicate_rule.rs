//! Has a bucket replicate into another: one rule for everything in it, under an id of the run's own. What is written from then on is
//! replicated by S3 itself; what was there before waits for a batch job. Undoing ends the jobs, and takes the rule away.

use std::rc::Rc;

use async_trait::async_trait;
use engine::{Begun, Observed, Step, StepContext, Verified};
use model::Failure;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::discard_bucket::job_description;
use super::documents::{Found, REPLICATION};
use super::place::Place;
use super::proofs::Proof;
use crate::foreign::Foreign;
use crate::key::KeyFrom;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) from: Place,
    pub(super) to: Place,
    /// As whom S3 replicates.
    pub(super) role: String,
    /// The target's key for what lies under a KMS key.
    pub(super) key: Option<KeyFrom>,
}

/// The output.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Rule {
    /// Its id.
    pub(super) rule: String,
}

pub(super) struct ReplicateRule {
    input: Input,
    world: Rc<World>,
}

impl ReplicateRule {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    fn document(&self, cx: &StepContext) -> Result<Found, Failure> {
        let key = match &self.input.key {
            Some(key) => Some(key.arn(cx)?),
            None => None,
        };
        let (criteria, encryption) = key.map_or_else(Default::default, |key| {
            (
                "<SourceSelectionCriteria><SseKmsEncryptedObjects><Status>Enabled</Status></SseKmsEncryptedObjects>\
                 </SourceSelectionCriteria>",
                format!("<EncryptionConfiguration><ReplicaKmsKeyID>{key}</ReplicaKmsKeyID></EncryptionConfiguration>"),
            )
        });
        let xml = format!(
            "<ReplicationConfiguration xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Role>{role}</Role><Rule><ID>{id}</ID>\
             <Priority>1</Priority><Filter><Prefix></Prefix></Filter><Status>Enabled</Status>{criteria}\
             <Destination><Bucket>arn:aws:s3:::{to}</Bucket>{encryption}</Destination>\
             <DeleteMarkerReplication><Status>Enabled</Status></DeleteMarkerReplication></Rule></ReplicationConfiguration>",
            role = self.input.role,
            id = id(cx),
            to = self.input.to.name(cx)?,
        );
        Ok(Found {
            xml,
            transition_minimum: None,
        })
    }
}

/// Known again, and removed exactly: from run and step.
fn id(cx: &StepContext) -> String {
    format!("cleave-{}-{}", cx.run, &cx.token[..8])
}

/// Whether a configuration is the one with this rule.
fn has(found: &Found, rule: &str) -> bool {
    found.xml.contains(&format!("<ID>{rule}</ID>"))
}

#[async_trait(?Send)]
impl Step for ReplicateRule {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let bucket = self.input.from.name(cx)?;
        let found = match REPLICATION.get(&self.input.from.account(&self.world), &bucket).await {
            Ok(found) => found,
            // With the bucket the rule is gone, too.
            Err(failure) if failure.code == "NoSuchBucket" => None,
            Err(failure) => return Err(failure),
        };
        Ok(match found {
            None => Observed::Absent,
            Some(found) if has(&found, &id(cx)) => Observed::Present(json!(Rule { rule: id(cx) })),
            Some(_) => Observed::Foreign {
                whose: Foreign::ReplicatesAlready.fill(&[&bucket]),
            },
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let bucket = self.input.from.name(cx)?;
        let account = self.input.from.account(&self.world);
        REPLICATION.put_whole(&account, &bucket, &self.document(cx)?).await?;
        Ok(Begun::Once)
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        Ok(Verified::Right {
            evidence: Proof::RuleReplicates.fill(&[&self.input.from.name(cx)?, &self.input.to.name(cx)?, &id(cx)]),
        })
    }

    async fn undo(&self, cx: &StepContext) -> Result<(), Failure> {
        let account = self.input.from.account(&self.world);
        let jobs = job_description(cx, Some(&self.input.to.name(cx)?));
        if let Some(job) = account.s3control.underway(&jobs).await?.first() {
            return account.s3control.cancel(job).await;
        }
        REPLICATION.delete(&account, &self.input.from.name(cx)?).await
    }
}

/// Takes the rule away again once everything is replicated.
pub(super) mod end {
    use super::*;

    #[derive(Debug, Serialize, Deserialize)]
    pub(in super::super) struct Input {
        pub(in super::super) from: Place,
        /// The step that put it.
        pub(in super::super) put: model::StepId,
    }

    pub(in super::super) struct EndRule {
        input: Input,
        world: Rc<World>,
    }

    impl EndRule {
        pub(in super::super) fn new(input: Input, world: Rc<World>) -> Self {
            Self { input, world }
        }
    }

    #[async_trait(?Send)]
    impl Step for EndRule {
        async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
            let put: Rule = cx.output(&self.input.put)?;
            let account = self.input.from.account(&self.world);
            let found = REPLICATION.get(&account, &self.input.from.name(cx)?).await?;
            Ok(match found {
                Some(found) if has(&found, &put.rule) => Observed::Absent,
                Some(_) | None => Observed::Present(json!({})),
            })
        }

        async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
            let account = self.input.from.account(&self.world);
            REPLICATION.delete(&account, &self.input.from.name(cx)?).await?;
            Ok(Begun::Once)
        }

        async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
            Ok(Verified::Right {
                evidence: Proof::RuleEnded.fill(&[&self.input.from.name(cx)?]),
            })
        }

        async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
            Ok(())
        }
    }
}
