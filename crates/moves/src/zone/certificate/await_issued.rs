//! Waits until ACM has issued the certificate: minutes after public DNS answers for all its names. The hand-over of the zone waits for it.

use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use aws::acm::Status;
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use jiff::SignedDuration;
use model::{Advice, Failure, Said, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Asked, Validation, Waiting, Wanted, asked, shown};
use crate::underway::Underway;
use crate::world::World;
use crate::zone::names;
use crate::zone::proofs::Proof;

const LOOK_AGAIN: Duration = Duration::from_secs(30);
/// ACM's guide speaks of minutes, and of hours at most: <https://docs.aws.amazon.com/acm/latest/userguide/troubleshooting-DNS-validation.html>
const UNUSUAL: SignedDuration = SignedDuration::from_mins(30);
/// After so long a person is asked whether to wait on.
const LONGEST: SignedDuration = SignedDuration::from_hours(6);

#[derive(Debug, Serialize, Deserialize)]
pub(in crate::zone) struct Input {
    pub(super) certificate: Wanted,
    /// The step that found it.
    pub(super) asked: StepId,
}

pub(super) struct AwaitIssued {
    input: Input,
    world: Rc<World>,
}

fn lines(records: &[Validation]) -> String {
    let line = |one: &Validation| format!("{} CNAME {}", names::shown(&one.name), one.value);
    records.iter().map(line).collect::<Vec<_>>().join("; ")
}

impl AwaitIssued {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    /// What people should see to.
    fn alarm(asked: &Asked, waited: SignedDuration, pending: &str) -> Option<Said> {
        if !asked.elsewhere.is_empty() {
            return Some(Advice::NamesElsewhere.fill(&[pending, &lines(&asked.elsewhere)]));
        }
        (waited >= UNUSUAL)
            .then(|| Advice::UnusuallyLong.fill(&[pending, &UNUSUAL.as_mins().to_string(), &lines(&asked.records)]))
    }
}

#[async_trait(?Send)]
impl Step for AwaitIssued {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        // Looked for anew: Terraform may have replaced one by another.
        let found = self.input.certificate.find(&self.world).await?;
        let (issued, pending): (Vec<_>, Vec<_>) = found
            .useful
            .into_iter()
            .partition(|certificate| certificate.status == Status::Issued);
        let arns = |certificates: Vec<aws::acm::Certificate>| -> Vec<String> {
            certificates.into_iter().map(|certificate| certificate.arn).collect()
        };
        if pending.is_empty() && !issued.is_empty() {
            return Ok(Observed::Present(json!({ "arns": arns(issued) })));
        }
        let Some(asked) = asked(cx, &self.input.asked)? else {
            return Ok(Observed::Present(json!({ "arns": [] })));
        };
        let Some(waited) = Waiting::waited(cx) else {
            return Ok(Observed::Absent);
        };
        if pending.is_empty() {
            let Wanted { domain, region } = &self.input.certificate;
            return Ok(Observed::Stuck {
                why: match found.over.as_slice() {
                    [] => Proof::CertificateGone.fill(&[domain, region.as_str()]),
                    over => Proof::NotIssuedAt.fill(&[domain, region.as_str(), &shown(over)]),
                },
                advice: Advice::CertificateAnew.fill(&[cx.spec.id.as_str()]),
            });
        }
        let pending = arns(pending).join(", ");
        if waited >= LONGEST {
            return Ok(Observed::Stuck {
                why: Proof::StillPending.fill(&[&pending, &waited.as_hours().to_string()]),
                advice: Advice::NotIssued.fill(&[&lines(&asked.records), cx.spec.id.as_str()]),
            });
        }
        let progress = Progress {
            fraction: None,
            text: Underway::NotIssuedYet.fill(&[&self.input.certificate.shown()]),
            alarm: Self::alarm(&asked, waited, &pending),
        };
        Ok(Observed::Underway {
            progress,
            look_again: LOOK_AGAIN,
        })
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        Ok(Waiting::begin(cx))
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let arns = output["arns"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(Value::as_str);
        Ok(Verified::Right {
            evidence: Proof::Issued.fill(&[&arns.collect::<Vec<_>>().join(", ")]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
