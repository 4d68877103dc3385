//! Certificates of the target for the names of a zone. The target's Terraform asks for them and owns them; what proves to ACM that the names are the
//! target's are CNAMEs in the zone that is authoritative now, which Terraform cannot write. So a run waits for each certificate to be asked for, writes its
//! records into the old zone, and hands the zone over only when it is issued: else the apply would hang in the middle of the night.
//!
//! The records stay, in both zones: ACM renews by them.

mod await_certificate;
mod await_issued;
pub(super) mod plan;
pub(super) mod spec;
mod write_validation;

#[cfg(test)]
mod plan_tests;

use std::rc::Rc;

use aws::acm::{Certificate, Status};
use engine::{Begun, Registry, StepContext};
use jiff::{SignedDuration, Timestamp};
use model::{Failure, Region, Side, StepId};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::world::{World, action};

/// The code of these actions.
pub(super) fn register(registry: &mut Registry, world: &Rc<World>) {
    action(
        registry,
        world,
        "zone.await_certificate",
        1,
        await_certificate::AwaitCertificate::new,
    );
    action(
        registry,
        world,
        "zone.write_validation",
        1,
        write_validation::WriteValidation::new,
    );
    action(registry, world, "zone.await_issued", 1, await_issued::AwaitIssued::new);
}

/// The certificate that is meant: one for this name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Wanted {
    /// The name, a wildcard with its star.
    pub(super) domain: String,
    /// Where it lies.
    pub(super) region: Region,
}

/// The zone that is authoritative now.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Authoritative {
    /// The name of what moves: records at it and below are this run's to write.
    pub(super) name: String,
    /// The id of the zone that holds its records.
    pub(super) id: String,
    /// Its account.
    pub(super) side: Side,
}

/// What one step found out of the certificates for a name.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Asked {
    /// The certificates.
    pub(super) arns: Vec<String>,
    /// Their validation records that lie in the zone.
    pub(super) records: Vec<Validation>,
    /// Those that lie elsewhere.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub(super) elsewhere: Vec<Validation>,
}

/// A validation record.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub(super) struct Validation {
    /// Canonical.
    pub(super) name: String,
    /// Where it points.
    pub(super) value: String,
    /// Seconds.
    pub(super) ttl: i64,
    /// Whether it stood in the zone before the run wrote anything: then it is not the run's.
    pub(super) there: bool,
}

/// All certificates for a name, those that can be, or become, of use apart from the others.
struct Found {
    useful: Vec<Certificate>,
    over: Vec<Certificate>,
}

impl Wanted {
    async fn find(&self, world: &World) -> Result<Found, Failure> {
        let all = world.target().acm.certificates_for(&self.region, &self.domain).await?;
        let (over, useful) = all
            .into_iter()
            .partition(|certificate| matches!(certificate.status, Status::Over(_)));
        Ok(Found { useful, over })
    }

    /// For people.
    fn shown(&self) -> String {
        format!("{} in {}", self.domain, self.region)
    }
}

/// The output of the step that writes validation records: which it wrote, and which were there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Wrote {
    /// Canonical names.
    pub(super) wrote: Vec<String>,
    /// Canonical names.
    pub(super) there: Vec<String>,
}

/// What the step that waits for a certificate found; none where a person has skipped it: then there is nothing to write or to wait for.
fn asked(cx: &StepContext, step: &StepId) -> Result<Option<Asked>, Failure> {
    let known = cx.outputs.borrow().contains_key(step);
    known.then(|| cx.output(step)).transpose()
}

/// Since when a step waits: kept where a sweep keeps how far it is, so that whoever has it tried again has it wait as long again.
#[derive(Debug, Serialize, Deserialize)]
struct Waiting {
    since: Timestamp,
    retried: u32,
}

impl Waiting {
    fn begin(cx: &StepContext) -> Begun {
        let waiting = Self {
            since: cx.now,
            retried: cx.retried,
        };
        Begun::Swept {
            cursor: json!(waiting),
            done: 1,
            total: Some(1),
            more: false,
        }
    }

    /// For how long; none where it has not begun to.
    fn waited(cx: &StepContext) -> Option<SignedDuration> {
        let waiting = cx.cursor.as_ref().and_then(|cursor| Self::deserialize(cursor).ok());
        let waiting = waiting.filter(|waiting| waiting.retried == cx.retried)?;
        Some(cx.now.duration_since(waiting.since))
    }
}

/// Those that are over, for people: `ARN (VALIDATION_TIMED_OUT)`.
fn shown(over: &[Certificate]) -> String {
    let one = |certificate: &Certificate| match &certificate.status {
        Status::Over(why) => format!("{} ({why})", certificate.arn),
        Status::Pending | Status::Issued => certificate.arn.clone(),
    };
    over.iter().map(one).collect::<Vec<_>>().join(", ")
}
