//! What is done to an instance or a cluster alike once it is restored and serves: it is given what no restore takes, and a secret anew.
//! RDS takes such a change, shows it after some seconds, and refuses a second one meanwhile.

mod enable_data_api;
mod manage_secret;
mod settle;
pub(crate) mod words;

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use aws::rds::{Family, MasterSecret};
use engine::{Begun, Observed, Progress, Registry, StepContext};
use jiff::{SignedDuration, Timestamp};
use model::databases::Settings;
use model::{Advice, Failure, FailureClass, Said, StepId};
use serde::{Deserialize, Serialize};
use serde_json::json;

use crate::world::{World, action};

pub(crate) use enable_data_api::Input as DataApiInput;
pub(crate) use manage_secret::{Input as SecretInput, SecretOutput};
pub(crate) use settle::Input as SettleInput;

use crate::underway::Underway;
use manage_secret::ManageSecret;
use settle::Settle;
use words::{Differs, Text};

/// The code of these actions.
pub(crate) fn register(registry: &mut Registry, world: &Rc<World>) {
    let of_instances: fn(SettleInput, Rc<World>) -> Settle = |input, world| Settle::new(Family::Instance, input, world);
    action(registry, world, "database.settle_instance", 1, of_instances);
    let of_clusters: fn(SettleInput, Rc<World>) -> Settle = |input, world| Settle::new(Family::Cluster, input, world);
    action(registry, world, "cluster.settle_cluster", 1, of_clusters);
    let of_instances: fn(SecretInput, Rc<World>) -> ManageSecret =
        |input, world| ManageSecret::new(Family::Instance, input, world);
    action(registry, world, "database.manage_secret", 1, of_instances);
    let of_clusters: fn(SecretInput, Rc<World>) -> ManageSecret =
        |input, world| ManageSecret::new(Family::Cluster, input, world);
    action(registry, world, "cluster.manage_secret", 1, of_clusters);
    action(
        registry,
        world,
        "cluster.enable_data_api",
        1,
        enable_data_api::EnableDataApi::new,
    );
}

/// What these steps need of the output of the step that restored it.
#[derive(Debug, Deserialize)]
struct Output {
    id: String,
    arn: String,
}

/// How the original is reached in the source, as it was seen when its restore was there: consumers know it by these.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Was {
    /// Its host name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// A cluster's host name for reading.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reader: Option<String>,
    /// Its port.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub port: Option<i32>,
    /// The ARN of the secret that has its master password, where RDS keeps it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub secret: Option<String>,
}

/// The ARN that the original of something in the target has: the same under the source's account.
pub(crate) fn in_source(run: &crate::terraform::Run, arn: &str) -> String {
    match (run.account(model::Side::Source), run.account(model::Side::Target)) {
        (Some(source), Some(target)) => arn.replacen(&format!(":{target}:"), &format!(":{source}:"), 1),
        _ => String::new(),
    }
}

/// What was restored, as RDS shows it.
struct Restored {
    id: String,
    arn: String,
    status: String,
    settings: Settings,
    insights_key: Option<String>,
    secret: Option<MasterSecret>,
    tags: BTreeMap<String, String>,
}

impl Restored {
    /// Whether it serves and can be changed. While its storage is optimised an instance can be.
    fn serves(&self) -> bool {
        matches!(self.status.as_str(), "available" | "storage-optimization")
    }
}

/// Statuses that an instance or cluster does not leave by itself.
pub(crate) const BROKEN: &[&str] = &[
    "failed",
    "migration-failed",
    "restore-error",
    "incompatible-restore",
    "incompatible-network",
    "incompatible-option-group",
    "incompatible-parameters",
    "incompatible-credentials",
    "insufficient-capacity",
    "storage-full",
    "inaccessible-encryption-credentials",
    "inaccessible-encryption-credentials-recoverable",
];

/// What a step restored.
async fn restored(cx: &StepContext, world: &World, family: Family, by: &StepId) -> Result<Restored, Failure> {
    let made: Output = cx.output(by)?;
    let rds = &world.target().rds;
    let found = match family {
        Family::Instance => rds.instance(&made.id).await?.map(|found| Restored {
            id: found.id,
            arn: found.arn,
            status: found.status,
            settings: found.settings,
            insights_key: found.performance_insights_key,
            secret: found.master_secret,
            tags: found.tags,
        }),
        Family::Cluster => rds.cluster(&made.id).await?.map(|found| Restored {
            id: found.id,
            arn: found.arn,
            status: found.status,
            settings: found.settings,
            insights_key: found.performance_insights_key,
            secret: found.master_secret,
            tags: found.tags,
        }),
    };
    found.ok_or_else(|| {
        let what = format!("{} is not seen any more", made.arn);
        cx.failure(FailureClass::NotFound, "[Gone]", what)
    })
}

/// That it is in a status in which it is of no use.
pub(crate) fn is_in(arn: &str, status: &str) -> Said {
    Text::IsInStatus.fill(&[arn, status])
}

/// What of the settings that were asked for is not so in what was found.
pub(crate) fn differences(asked: &Settings, found: &Settings) -> Vec<Said> {
    let found = found.told();
    let differing = asked
        .told()
        .into_iter()
        .filter(|(name, asked)| found.get(name) != Some(asked));
    differing
        .map(|(name, asked)| match found.get(&name) {
            Some(other) => Differs::Setting.fill(&[&name, &other.to_string(), &asked.to_string()]),
            None => Differs::SettingUnset.fill(&[&name, &asked.to_string()]),
        })
        .collect()
}

/// That something is otherwise than was asked for, in these points.
pub(crate) fn differs(arn: &str, points: Vec<Said>) -> Said {
    Differs::NotAsAsked.fill(&[arn, Said::all(points).as_str()])
}

/// How long a change that RDS has taken may remain unseen.
const SHOWN_WITHIN: SignedDuration = SignedDuration::from_mins(30);

/// That RDS took a change: kept where a sweep keeps how far it is, so that it is known only of a call that was accepted.
#[derive(Debug, Serialize, Deserialize)]
struct Taken {
    at: Timestamp,
    retried: u32,
}

/// Says that RDS has taken the change.
fn taken(cx: &StepContext) -> Begun {
    let taken = Taken {
        at: cx.now,
        retried: cx.retried,
    };
    Begun::Swept {
        cursor: json!(taken),
        done: 1,
        total: Some(1),
        more: false,
    }
}

/// What to do about something that is not yet as it should be. For some seconds after it has taken a change RDS shows it `available`
/// and as it was; and what it took and never shows will not come by asking once more.
fn not_yet(cx: &StepContext, found: &Restored, lacking: Vec<Said>) -> Observed {
    let status = found.status.as_str();
    if BROKEN.contains(&status) {
        return Observed::Broken {
            why: is_in(&found.arn, status),
        };
    }
    let look_again = Duration::from_secs(15);
    if !found.serves() {
        return Observed::Underway {
            progress: Progress::words(Said::verbatim(status)),
            look_again,
        };
    }
    let taken = cx.cursor.as_ref().and_then(|cursor| Taken::deserialize(cursor).ok());
    match taken.filter(|taken| taken.retried == cx.retried) {
        None => Observed::Absent,
        Some(taken) if cx.now.duration_since(taken.at) < SHOWN_WITHIN => Observed::Underway {
            progress: Progress::words(Underway::NotShown.fill(&[Said::all(lacking).as_str()])),
            look_again,
        },
        Some(taken) => Observed::Stuck {
            why: Text::NotShown.fill(&[&found.arn, &taken.at.to_string(), Said::all(lacking).as_str()]),
            advice: Advice::PendingChanges.into(),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_not_told_is_not_asked_for() {
        let asked = Settings {
            iam_auth: Some(true),
            ..Settings::default()
        };
        let found = Settings {
            iam_auth: Some(true),
            iops: Some(3000),
            ..Settings::default()
        };
        assert_eq!(differences(&asked, &found), Vec::<Said>::new());
        let lacking = Said::all(differences(&found, &asked));
        assert_eq!(lacking.as_str(), "iops is not set, instead of 3000");
    }
}
