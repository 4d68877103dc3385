//! `[[zone]]` in the runbook.

use schemars::JsonSchema;
use serde::Deserialize;

use super::certificate::spec::CertificateSpec;
use super::repoint::spec::RepointSpec;

/// A zone that moves, and where it is delegated from.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ZoneSpec {
    /// Its name, such as `stg.shop.example.com`.
    pub name: String,
    /// The zone that delegates it.
    pub parent: ParentSpec,
    /// Whether the target's Terraform has made the zone: then that one is used, and what it holds stays.
    #[serde(default)]
    pub adopt: bool,
    /// The TTL in seconds that the delegation has while it is changed: how long resolvers keep going to the old zone, and how long
    /// going back takes.
    #[serde(default = "low_ttl")]
    pub ttl: u32,
    /// For how long both zones are kept the same after the hand-over, in seconds, before the TTLs are raised again; 0: not at all.
    #[serde(default = "equal_for")]
    pub equal_for: u64,
    /// How long the moved zone is watched, in seconds; where names stop answering meanwhile, the delegation is put back.
    #[serde(default = "soak")]
    pub soak: u64,
    /// What becomes of the health checks that its records depend on.
    #[serde(default)]
    pub health_checks: HealthChecks,
    /// The target's certificates for its names: their validation records are written, and the hand-over waits until they are issued.
    #[serde(default)]
    pub certificates: Vec<CertificateSpec>,
    /// Records that must name something of the target's in the end.
    #[serde(default)]
    pub repoint: Vec<RepointSpec>,
    /// The product that it belongs to; absent: what its tag `product` (or `Product`) says.
    #[serde(default)]
    pub product: Option<String>,
    /// Who answers for it, where that is not the product's owner; absent: what its tag `owner` (or `Owner`) says.
    #[serde(default)]
    pub owner: Option<String>,
}

/// What becomes of health checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum HealthChecks {
    /// The records of the new zone depend on the source's, which stay. AWS admits that.
    #[default]
    Keep,
    /// The target gets its own.
    Copy,
}

/// The parent zone.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct ParentSpec {
    /// Its name, such as `shop.example.com`.
    pub zone: String,
    /// The account that holds it.
    pub account: ParentAccount,
}

/// Which account holds a parent zone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, JsonSchema)]
#[serde(rename_all = "snake_case")]
pub enum ParentAccount {
    /// The source account.
    Source,
    /// The target account.
    Target,
    /// The account of the runbook's `parent` section.
    Parent,
    /// None: the zone is served by a DNS provider, or it is a registry's, and a person changes the delegation there.
    Outside,
}

fn low_ttl() -> u32 {
    60
}

fn soak() -> u64 {
    900
}

/// How long AWS has the old zone kept: <https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/hosted-zones-migrating.html>
fn equal_for() -> u64 {
    172_800
}
