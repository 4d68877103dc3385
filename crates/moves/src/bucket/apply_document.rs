//! Puts one recorded sub-resource on the new bucket.
//!
//! Some name things beside the bucket (queues, roles, other buckets), which S3 looks for when they are put, and which may not be there
//! yet, or not let S3 in. By then the old bucket is gone, and nobody is helped by a run that stands still: people are told at once, it
//! is tried again for a while, and then the run goes on, and says what is missing and how it reads.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use jiff::{SignedDuration, Timestamp};
use model::{Advice, Failure, FailureClass, Said, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::documents::{self, Document, Found, Part};
use super::place::Place;
use super::proofs::Proof;
use super::record_configuration::Recorded;
use super::renaming::Renaming;
use crate::key::KeyFrom;
use crate::left_to_people::Left;
use crate::underway::Underway;
use crate::world::World;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    pub(super) bucket: Place,
    pub(super) recorded: StepId,
    /// The sub-resource's name.
    pub(super) document: String,
    /// The target's key, where the document names one of the source.
    pub(super) key: Option<KeyFrom>,
    /// What is named in place of something else.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub(super) instead: BTreeMap<String, String>,
}

/// How far the putting has come.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Put {
    /// How many of its parts are put, or given up.
    parts: usize,
    /// When S3 first refused one.
    first_refused: Option<Timestamp>,
    /// When it did last, where that is tried again.
    tried: Option<Timestamp>,
    /// What it says of the one that is tried again.
    says: Option<Refused>,
    /// What was given up.
    refused: Vec<Refused>,
}

/// What S3 does not take.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Refused {
    /// S3's code and words.
    why: String,
    /// The document as it was to be put.
    xml: String,
}

/// How long something refused is tried again: for permissions to spread, and for people to mend what is missing.
const PATIENCE: SignedDuration = SignedDuration::from_mins(15);
/// How often.
const PAUSE: SignedDuration = SignedDuration::from_mins(1);

pub(super) struct ApplyDocument {
    input: Input,
    world: Rc<World>,
}

/// What is to be there.
pub(super) enum Wanted {
    /// The source has it, and this is how it reads in the target.
    This(Found),
    /// The source has none.
    Nothing,
    /// The source has one that no S3 would take in the target.
    Hopeless(String),
}

impl ApplyDocument {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    fn document(&self, cx: &StepContext) -> Result<Document, Failure> {
        documents::of(&self.input.document).ok_or_else(|| {
            cx.failure(
                FailureClass::Unexpected,
                "[UnknownDocument]",
                format!("no sub-resource is called {}", self.input.document),
            )
        })
    }

    fn recorded(&self, cx: &StepContext) -> Result<Option<Found>, Failure> {
        let mut recorded: Recorded = cx.output(&self.input.recorded)?;
        Ok(recorded.documents.remove(&self.input.document))
    }

    fn wanted(&self, cx: &StepContext) -> Result<Wanted, Failure> {
        let Some(found) = self.recorded(cx)? else {
            return Ok(Wanted::Nothing);
        };
        let key = self.input.key.as_ref().map(|key| key.arn(cx)).transpose()?;
        let (document, source, target) = (self.document(cx)?, self.world.source(), self.world.target());
        let renaming = Renaming {
            from: &source.id,
            to: &target.id,
            instead: &self.input.instead,
        };
        Ok(wanted(&document, found, key.as_deref(), &renaming))
    }

    /// A new bucket has every public access blocked: only there does "not configured" have to be applied.
    fn absence_counts(&self) -> bool {
        self.input.document == documents::PUBLIC_ACCESS_BLOCK.name
    }

    fn left_out(&self, refused: &Refused) -> Said {
        Proof::NotTaken.fill(&[&self.input.document, &refused.why, &refused.xml])
    }

    /// What was put; `ids` of those that a bucket has many of.
    fn carried(&self, parts: &[Part], put: &Put, cx: &StepContext) -> Result<Observed, Failure> {
        let refused = |part: &&Part| !put.refused.iter().any(|one| one.xml == part.found.xml);
        let ids: Vec<&str> = parts
            .iter()
            .filter(refused)
            .filter_map(|part| part.id.as_deref())
            .collect();
        let mut output = json!({ "carried": !parts.is_empty() && put.refused.len() < parts.len() });
        if !ids.is_empty() {
            output[&self.input.document] = json!({ "of": self.input.bucket.name(cx)?, "ids": ids });
        }
        if !put.refused.is_empty() {
            let left: Vec<String> = put.refused.iter().map(|one| self.left_out(one).into()).collect();
            output["left_out"] = json!(left);
        }
        Ok(Observed::Present(output))
    }
}

/// How what was recorded reads in the target.
pub(super) fn wanted(document: &Document, mut found: Found, key: Option<&str>, renaming: &Renaming) -> Wanted {
    if let Some(key) = key {
        found.xml = documents::with_key(&found.xml, key);
    }
    if let Some(why) = renaming.hopeless(document, &found.xml) {
        return Wanted::Hopeless(why.into());
    }
    found.xml = renaming.renamed(document, &found.xml);
    Wanted::This(found)
}

fn put_so_far(cx: &StepContext) -> Option<Put> {
    cx.cursor.as_ref().and_then(|cursor| Put::deserialize(cursor).ok())
}

/// Whether S3 says of a document that it will not have it, as it is or as things are.
fn is_refusal(failure: &Failure) -> bool {
    let class = matches!(
        failure.class,
        FailureClass::Invalid | FailureClass::Denied | FailureClass::NotFound | FailureClass::WrongState
    );
    // Another change of the bucket is under way: that passes by itself.
    class && !matches!(failure.code.as_str(), "NoSuchBucket" | "OperationAborted")
}

#[async_trait(?Send)]
impl Step for ApplyDocument {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let (document, wanted) = (self.document(cx)?, self.wanted(cx)?);
        let (wanted, parts) = match wanted {
            Wanted::This(found) => (Some(found.clone()), document.parts(&found)),
            Wanted::Nothing if self.absence_counts() => (None, Vec::new()),
            Wanted::Nothing => return Ok(Observed::Present(json!({ "carried": false }))),
            Wanted::Hopeless(why) => {
                let left = Left::NotCarried.fill(&[&self.input.document, &why]);
                return Ok(Observed::Present(
                    json!({ "carried": false, "left_out": [left.as_str()] }),
                ));
            }
        };
        if let Some(put) = put_so_far(cx) {
            // S3 may give a document back in another form than it got: once it was put, that is not taken for another document.
            if put.parts >= parts.len() {
                return self.carried(&parts, &put, cx);
            }
            let (Some(says), Some(tried)) = (&put.says, put.tried) else {
                return Ok(Observed::Absent);
            };
            let left = PAUSE - cx.now.duration_since(tried);
            // Refused, and nothing was tried since: there is nothing to see before it is tried again.
            if left > SignedDuration::ZERO && cx.tried_at.is_none_or(|at| tried >= at) {
                let name = &self.input.document;
                let mut progress = Progress::words(Underway::Refuses.fill(&[name]));
                progress.alarm = Some(Advice::MendDocument.fill(&[name, &says.why, &PATIENCE.as_mins().to_string()]));
                return Ok(Observed::Underway {
                    progress,
                    look_again: Duration::try_from(left).unwrap_or_default(),
                });
            }
            return Ok(Observed::Absent);
        }
        let there = document.get(&self.world.target(), &self.input.bucket.name(cx)?).await?;
        let elements = |found: &Option<Found>| found.as_ref().map(|found| documents::elements(&found.xml));
        if elements(&there) == elements(&wanted) {
            self.carried(&parts, &Put::default(), cx)
        } else {
            Ok(Observed::Absent)
        }
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let (target, document) = (self.world.target(), self.document(cx)?);
        let bucket = self.input.bucket.name(cx)?;
        let mut put = put_so_far(cx).unwrap_or_default();
        let parts = match self.wanted(cx)? {
            Wanted::This(found) => document.parts(&found),
            Wanted::Nothing | Wanted::Hopeless(_) => {
                document.delete(&target, &bucket).await?;
                Vec::new()
            }
        };
        if let Some(part) = parts.get(put.parts) {
            match document.put(&target, &bucket, part).await {
                Ok(()) => {
                    put.parts += 1;
                    (put.says, put.tried) = (None, None);
                }
                Err(failure) if document.may_be_refused && is_refusal(&failure) => {
                    let refused = Refused {
                        why: format!("{}: {}", failure.code, failure.message),
                        xml: part.found.xml.clone(),
                    };
                    let first = *put.first_refused.get_or_insert(cx.now);
                    if cx.now.duration_since(first) >= PATIENCE {
                        put.parts += 1;
                        put.refused.push(refused);
                        (put.says, put.tried) = (None, None);
                    } else {
                        (put.says, put.tried) = (Some(refused), Some(cx.now));
                    }
                }
                Err(failure) => return Err(failure),
            }
        }
        Ok(Begun::Swept {
            cursor: json!(put),
            done: put.parts as u64,
            total: Some(parts.len() as u64),
            more: put.parts < parts.len() && put.says.is_none(),
        })
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let name = &self.input.document;
        let wanted = match self.wanted(cx)? {
            Wanted::This(found) => Some(found),
            Wanted::Nothing if self.absence_counts() => None,
            Wanted::Nothing => {
                return Ok(Verified::Right {
                    evidence: Proof::SourceHadNone.fill(&[name]),
                });
            }
            Wanted::Hopeless(why) => {
                return Ok(Verified::Right {
                    evidence: Proof::NotCarried.fill(&[&why]),
                });
            }
        };
        let put = put_so_far(cx).unwrap_or_default();
        if !put.refused.is_empty() {
            return Ok(Verified::Right {
                evidence: Proof::NotCarried
                    .fill(&[Said::all(put.refused.iter().map(|one| self.left_out(one))).as_str()]),
            });
        }
        let there = self
            .document(cx)?
            .get(&self.world.target(), &self.input.bucket.name(cx)?)
            .await?;
        Ok(match (wanted, there) {
            (Some(wanted), Some(there)) if documents::elements(&wanted.xml) == documents::elements(&there.xml) => {
                Verified::Right {
                    evidence: if self.recorded(cx)?.is_some_and(|found| found.xml == wanted.xml) {
                        Proof::AsItWas.fill(&[name])
                    } else {
                        Proof::AsItWasRenamed.fill(&[name])
                    },
                }
            }
            (Some(_), Some(_)) => Verified::Right {
                evidence: Proof::OwnForm.fill(&[name]),
            },
            (None, None) => Verified::Right {
                evidence: Proof::NeitherHas.fill(&[name]),
            },
            // The configuration of buckets is eventually consistent.
            (Some(_), None) | (None, Some(_)) => Verified::NotYet {
                why: Underway::ConfigurationNotShown.fill(&[name]),
                look_again: Duration::from_secs(5),
            },
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
