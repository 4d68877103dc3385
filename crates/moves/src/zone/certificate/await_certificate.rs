//! Waits until the target's Terraform has asked for a certificate, and until ACM has told the records that prove it. Nothing is asked for here, only
//! looked at. Which of the records stand in the zone already is noted in the same look: those are not the run's.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use aws::acm::{Proof, Status};
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use jiff::SignedDuration;
use model::{Advice, Failure, Said};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::{Asked, Authoritative, Validation, Waiting, Wanted, shown};
use crate::underway::Underway;
use crate::world::World;
use crate::zone::names::{canonical, within};
use crate::zone::proofs;

/// Somebody has to notice and type a command: there is no hurry.
const LOOK_AGAIN: Duration = Duration::from_secs(30);
/// After so long a person is asked whether to wait on.
const LONGEST: SignedDuration = SignedDuration::from_hours(24);
/// ACM tells the records within seconds.
const TOLD_SOON: Duration = Duration::from_secs(5);
/// The TTL of a record that nobody else has written.
const TTL: i64 = 300;

#[derive(Debug, Serialize, Deserialize)]
pub(in crate::zone) struct Input {
    pub(super) certificate: Wanted,
    pub(super) zone: Authoritative,
    /// The target's own zone of that name, where Terraform has made one: its record and the old zone's are to be alike.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub(super) adopted: Option<String>,
}

pub(super) struct AwaitCertificate {
    input: Input,
    world: Rc<World>,
}

impl AwaitCertificate {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    fn waiting(text: Said, alarm: Option<Said>, look_again: Duration) -> Observed {
        let progress = Progress {
            fraction: None,
            text,
            alarm,
        };
        Observed::Underway { progress, look_again }
    }

    fn absent(&self, cx: &StepContext, over: &str) -> Observed {
        let Some(waited) = Waiting::waited(cx) else {
            return Observed::Absent;
        };
        let (account, wanted) = (&self.world.target().id, self.input.certificate.shown());
        let (account, zone) = (account.as_str(), self.input.zone.name.as_str());
        let alarm = match over {
            "" => Advice::AskForCertificate.fill(&[account, &wanted, zone]),
            over => Advice::AskForCertificateAnew.fill(&[account, &wanted, over, zone]),
        };
        if waited >= LONGEST {
            let hours = waited.as_hours().to_string();
            let why = proofs::Proof::NotAskedFor.fill(&[&hours, alarm.as_str()]);
            let advice = Advice::NoCertificate.fill(&[cx.spec.id.as_str()]);
            return Observed::Stuck { why, advice };
        }
        Self::waiting(Underway::NotIssuedYet.fill(&[&wanted]), Some(alarm), LOOK_AGAIN)
    }

    /// A record as it is to be written, and whether it stands there.
    async fn validation(&self, name: String, value: &str) -> Result<Validation, Failure> {
        let zone = &self.input.zone;
        let old = self
            .world
            .account(zone.side)
            .route53
            .record(&zone.id, &name, "CNAME")
            .await?;
        let mut ttl = old.as_ref().and_then(|set| set.ttl);
        if let (None, Some(adopted)) = (ttl, &self.input.adopted) {
            let new = self.world.target().route53.record(adopted, &name, "CNAME").await?;
            ttl = new.and_then(|set| set.ttl);
        }
        Ok(Validation {
            there: old.is_some(),
            ttl: ttl.unwrap_or(TTL),
            value: value.to_owned(),
            name,
        })
    }
}

#[async_trait(?Send)]
impl Step for AwaitCertificate {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let found = self.input.certificate.find(&self.world).await?;
        if found.useful.is_empty() {
            return Ok(self.absent(cx, &shown(&found.over)));
        }
        let mut records: BTreeMap<String, String> = BTreeMap::new();
        for certificate in found.useful.iter().filter(|certificate| certificate.issued_by_acm) {
            let otherwise = |proof: &&Proof| !proof.by_dns;
            if certificate.status == Status::Pending
                && let Some(proof) = certificate.proofs.iter().find(otherwise)
            {
                return Ok(Observed::Stuck {
                    why: proofs::Proof::NotByDns.fill(&[&certificate.arn, &proof.domain]),
                    advice: Advice::NotByDns.fill(&[cx.spec.id.as_str()]),
                });
            }
            let by_dns = certificate.proofs.iter().filter(|proof| proof.by_dns);
            let told: Option<Vec<_>> = by_dns.map(|proof| proof.record.clone()).collect();
            let told = told.filter(|told| !told.is_empty() || certificate.status == Status::Issued);
            let Some(told) = told else {
                return Ok(Self::waiting(Underway::ValidationUntold.into(), None, TOLD_SOON));
            };
            // A wildcard and the name below it share one.
            records.extend(told.into_iter().map(|(name, value)| (canonical(&name), value)));
        }
        let mut asked = Asked {
            arns: found.useful.into_iter().map(|certificate| certificate.arn).collect(),
            records: Vec::new(),
            elsewhere: Vec::new(),
        };
        let apex = canonical(&self.input.zone.name);
        for (name, value) in records {
            if within(&name, &apex) {
                asked.records.push(self.validation(name, &value).await?);
            } else {
                asked.elsewhere.push(Validation {
                    name,
                    value,
                    ttl: TTL,
                    there: false,
                });
            }
        }
        Ok(Observed::Present(json!(asked)))
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        Ok(Waiting::begin(cx))
    }

    async fn verify(&self, _cx: &StepContext, output: &Value) -> Result<Verified, Failure> {
        let records = output["records"].as_array().map_or(0, Vec::len);
        Ok(Verified::Right {
            evidence: proofs::Proof::CertificateAsked.fill(&[
                &self.input.certificate.domain,
                self.input.certificate.region.as_str(),
                &records.to_string(),
                &self.input.zone.name,
            ]),
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}
