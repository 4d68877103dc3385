//! The runbook: what a person writes. Unknown fields are refused, and an error points at line and column.

use std::collections::BTreeMap;

use jiff::Timestamp;
use jiff::civil::{Date, Time};
use jiff::tz::TimeZone;
use model::plan::{AccountAccess, Overrun};
use model::products::{Agreements, Team};
use model::window::Freeze;
use model::{AccountId, Digest, GateName, Region, Window};
use schemars::JsonSchema;
use serde::{Deserialize, Deserializer};
use toml::Spanned;

use crate::bucket::spec::BucketSpec;
use crate::cache::spec::CacheSpec;
use crate::check::landing::spec::CheckSpec;
use crate::cluster::spec::ClusterSpec;
use crate::database::spec::DatabaseSpec;
use crate::delivery::spec::DeliverySpec;
use crate::gate::spec::GateSection;
use crate::hook::spec::HookSection;
use crate::image::spec::ImageSpec;
use crate::instance::spec::InstanceSpec;
use crate::key::spec::KeySpec;
use crate::limits::LimitsSection;
use crate::notify::NotifySection;
use crate::volume::spec::VolumeSpec;
use crate::zone::private::spec::PrivateZoneSpec;
use crate::zone::spec::ZoneSpec;

mod products;
mod schema;

/// A runbook, read and checked by itself (not yet against an inventory).
#[derive(Debug, Clone)]
pub struct Runbook {
    /// The migration's name.
    pub migration: String,
    /// The region in which everything regional lies.
    pub region: Region,
    /// The account that things come from.
    pub source: AccountSection,
    /// The account that things go to.
    pub target: AccountSection,
    /// The account of parent zones, where it is neither.
    pub parent: Option<AccountSection>,
    /// When the run may disturb.
    pub windows: Vec<Window>,
    /// Dates on which it may not.
    pub frozen: Vec<Freeze>,
    /// What becomes of what has been disturbed when its window closes.
    pub overrun: Overrun,
    /// How many copies of a sort run at once, where that is not what AWS documents.
    pub limits: LimitsSection,
    /// How many different people must agree at each gate that says nothing else.
    pub people: u32,
    /// Whose things move, by product.
    pub products: BTreeMap<String, Team>,
    /// What becomes of the run where a product has not agreed.
    pub agreements: Agreements,
    /// Where a person agrees.
    pub gates: Vec<GateSection>,
    /// Who is told of what happens.
    pub notify: Vec<NotifySection>,
    /// Commands that are run before something.
    pub hooks: Vec<HookSection>,
    /// Customer keys to make anew.
    pub keys: Vec<KeySpec>,
    /// Databases to move.
    pub databases: Vec<DatabaseSpec>,
    /// Aurora clusters to move.
    pub clusters: Vec<ClusterSpec>,
    /// What becomes of caches.
    pub caches: Vec<CacheSpec>,
    /// Buckets to move.
    pub buckets: Vec<BucketSpec>,
    /// Images to move.
    pub images: Vec<ImageSpec>,
    /// EC2 instances to move as images.
    pub instances: Vec<InstanceSpec>,
    /// EBS volumes and snapshots to move.
    pub volumes: Vec<VolumeSpec>,
    /// Zones to move.
    pub zones: Vec<ZoneSpec>,
    /// What of the delivery flow is looked at.
    pub delivery: DeliverySpec,
    /// What the accounts are held against.
    pub check: CheckSpec,
    /// Private zones that the target's VPCs are to resolve.
    pub private_zones: Vec<PrivateZoneSpec>,
    /// The digest of its text.
    pub digest: Digest,
}

/// An account, and how to enter it.
#[derive(Debug, Clone, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AccountSection {
    /// Twelve digits, in quotes.
    #[serde(deserialize_with = "account_id")]
    pub account: AccountId,
    /// The role to take on; absent: the operator's own credentials.
    #[serde(default)]
    pub role: Option<String>,
    /// The external id that the role's trust policy asks for.
    #[serde(default)]
    pub external_id: Option<String>,
    /// The role that S3 Batch Operations takes on, in this account (target only).
    #[serde(default)]
    pub batch_role: Option<String>,
    /// The role that S3 takes on to replicate this account's buckets (`route = "replication"`).
    #[serde(default)]
    pub replication_role: Option<String>,
}

impl AccountSection {
    /// As the plan stores it.
    pub fn access(&self) -> AccountAccess {
        AccountAccess {
            account: self.account.clone(),
            role: self.role.clone(),
            external_id: self.external_id.clone(),
        }
    }
}

/// A runbook that cannot be used.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("line {line}, column {column}: {reason}")]
pub struct RunbookError {
    /// Line, from 1.
    pub line: usize,
    /// Column, from 1, in characters.
    pub column: usize,
    /// What is wrong, and what would be right.
    pub reason: String,
}

/// What moves from one AWS account into another, when, and who agrees.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(rename = "cleave runbook")]
struct File {
    /// The migration's name, for people and reports.
    #[schemars(with = "String", extend("pattern" = "\\S"))]
    migration: Spanned<String>,
    /// The region in which everything regional lies, in both accounts, such as `ap-northeast-1`.
    region: Region,
    /// The account that things come from.
    #[schemars(with = "AccountSection")]
    source: Spanned<AccountSection>,
    /// The account that things go to; another one.
    #[schemars(with = "AccountSection")]
    target: Spanned<AccountSection>,
    /// The account of parent zones, where it is neither.
    #[serde(default)]
    #[schemars(with = "Option<AccountSection>")]
    parent: Option<Spanned<AccountSection>>,
    /// When the run may disturb; without any: at any time.
    #[serde(default)]
    #[schemars(with = "Vec<WindowSection>")]
    window: Vec<Spanned<WindowSection>>,
    /// Dates on which it may not.
    #[serde(default)]
    #[schemars(with = "Vec<FreezeSection>")]
    freeze: Vec<Spanned<FreezeSection>>,
    /// What becomes of what has been disturbed when its window closes.
    #[serde(default)]
    overrun: Overrun,
    /// How many copies of a sort run at once, where that is not what AWS documents.
    #[serde(default)]
    limits: LimitsSection,
    /// How many different people must agree at each gate that says nothing else.
    #[serde(default = "one_person")]
    #[schemars(with = "u32", range(min = 1, max = MOST_PEOPLE))]
    people: Spanned<u32>,
    /// Whose things move: the products' names, each with its owner. Sections name their `product`.
    #[serde(default)]
    products: BTreeMap<String, Team>,
    /// Whether the run waits for a product's agreement (`cleave ack`) before it disturbs something of it.
    #[serde(default)]
    agreements: Agreements,
    /// Where a person agrees.
    #[serde(default)]
    #[schemars(with = "Vec<GateSection>")]
    gate: Vec<Spanned<GateSection>>,
    /// Who is told of what happens.
    #[serde(default)]
    notify: Vec<NotifySection>,
    /// Commands that are run before something.
    #[serde(default)]
    #[schemars(with = "Vec<HookSection>")]
    hook: Vec<Spanned<HookSection>>,
    /// Customer keys to make anew in the target.
    #[serde(default)]
    #[schemars(with = "Vec<KeySpec>")]
    key: Vec<Spanned<KeySpec>>,
    /// RDS instances to move.
    #[serde(default)]
    #[schemars(with = "Vec<DatabaseSpec>")]
    database: Vec<Spanned<DatabaseSpec>>,
    /// Aurora and Multi-AZ clusters to move.
    #[serde(default)]
    #[schemars(with = "Vec<ClusterSpec>")]
    cluster: Vec<Spanned<ClusterSpec>>,
    /// What becomes of ElastiCache's caches.
    #[serde(default)]
    #[schemars(with = "Vec<CacheSpec>")]
    cache: Vec<Spanned<CacheSpec>>,
    /// Buckets to move, each under its own name unless it is given a new one.
    #[serde(default)]
    #[schemars(with = "Vec<BucketSpec>")]
    bucket: Vec<Spanned<BucketSpec>>,
    /// Images (AMIs) to move.
    #[serde(default)]
    #[schemars(with = "Vec<ImageSpec>")]
    image: Vec<Spanned<ImageSpec>>,
    /// EC2 instances that hold data, to move as images.
    #[serde(default)]
    #[schemars(with = "Vec<InstanceSpec>")]
    instance: Vec<Spanned<InstanceSpec>>,
    /// EBS volumes and snapshots to move.
    #[serde(default)]
    #[schemars(with = "Vec<VolumeSpec>")]
    volume: Vec<Spanned<VolumeSpec>>,
    /// Public Route 53 zones to move.
    #[serde(default)]
    #[schemars(with = "Vec<ZoneSpec>")]
    zone: Vec<Spanned<ZoneSpec>>,
    /// What of the delivery flow is looked at.
    #[serde(default)]
    #[schemars(with = "Option<DeliverySpec>")]
    delivery: Option<Spanned<DeliverySpec>>,
    /// What the accounts are held against by `cleave check`.
    #[serde(default)]
    #[schemars(with = "Option<CheckSpec>")]
    check: Option<Spanned<CheckSpec>>,
    /// Private Route 53 zones that the target's VPCs are to resolve.
    #[serde(default)]
    #[schemars(with = "Vec<PrivateZoneSpec>")]
    private_zone: Vec<Spanned<PrivateZoneSpec>>,
}

/// When the run may disturb: every week (`every`, `for`, `timezone`), or once (`from`, `until`).
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
#[schemars(extend("oneOf" = [{ "required": ["every", "for", "timezone"] }, { "required": ["from", "until"] }]))]
struct WindowSection {
    /// The weekday and the time at which it opens, such as `"Sat 22:00"`.
    #[schemars(extend("pattern" = schema::WEEKDAY_AND_TIME))]
    every: Option<String>,
    /// When it opens, RFC 3339 with zone, such as `"2026-11-28T22:00:00+09:00"`.
    from: Option<Timestamp>,
    /// When it closes.
    until: Option<Timestamp>,
    /// How long it is open, such as `"8h"` or `"90m"`: a minute to a week.
    #[serde(rename = "for")]
    #[schemars(extend("pattern" = "^[+P0-9]"))]
    duration: Option<String>,
    /// The zone of `every`, an IANA name such as `"Asia/Tokyo"`.
    timezone: Option<String>,
}

/// Dates on which the run may not disturb.
#[derive(Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
struct FreezeSection {
    /// `"2026-12-31"`, or `"2026-12-28..2027-01-03"`: both ends are frozen, from midnight to midnight.
    #[schemars(extend("pattern" = schema::DATES))]
    dates: String,
    /// Whose midnight, an IANA name such as `"Asia/Tokyo"`.
    timezone: String,
    /// Why, for people.
    #[serde(default)]
    reason: String,
}

impl Runbook {
    /// Reads a runbook.
    pub fn parse(text: &str) -> Result<Self, RunbookError> {
        let file: File = toml::from_str(text).map_err(|error| {
            let at = error.span().map_or(0, |span| span.start);
            RunbookError::at(text, at, error.message())
        })?;
        let refuse = |at: usize, reason: String| RunbookError::at(text, at, &reason);
        if file.migration.get_ref().trim().is_empty() {
            return Err(refuse(file.migration.span().start, "the migration needs a name".into()));
        }
        if file.source.get_ref().account == file.target.get_ref().account {
            let account = &file.source.get_ref().account;
            return Err(refuse(
                file.target.span().start,
                format!("source and target are the same account, {account}: a split needs two"),
            ));
        }
        if let Some(delivery) = &file.delivery {
            let checked = delivery.get_ref().checked();
            checked.map_err(|reason| refuse(delivery.span().start, reason))?;
        }
        if let Some(check) = &file.check {
            let checked = check.get_ref().checked();
            checked.map_err(|reason| refuse(check.span().start, reason))?;
        }
        let mut windows = Vec::new();
        for section in &file.window {
            windows.push(
                section
                    .get_ref()
                    .window()
                    .map_err(|reason| refuse(section.span().start, reason))?,
            );
        }
        let people = file
            .gate
            .iter()
            .filter_map(|gate| Some((gate.span().start, gate.get_ref().people?)));
        let people = people.chain([(file.people.span().start, *file.people.get_ref())]);
        if let Some((at, found)) = people
            .into_iter()
            .find(|(_, people)| !(1..=MOST_PEOPLE).contains(people))
        {
            return Err(refuse(at, format!("people = {found}: it takes one to {MOST_PEOPLE}")));
        }
        let mut frozen = Vec::new();
        for section in &file.freeze {
            let read = section.get_ref().freeze();
            frozen.push(read.map_err(|reason| refuse(section.span().start, reason))?);
        }
        let mut seen = std::collections::BTreeSet::new();
        let gates = file
            .gate
            .iter()
            .map(|g| (g.span().start, format!("gate {}", g.get_ref().name)));
        let hooks = file
            .hook
            .iter()
            .map(|h| (h.span().start, format!("hook {}", h.get_ref().name)));
        let keys = file
            .key
            .iter()
            .map(|k| (k.span().start, format!("key {}", k.get_ref().alias)));
        let databases = file
            .database
            .iter()
            .map(|d| (d.span().start, format!("database {}", d.get_ref().id)));
        let clusters = file
            .cluster
            .iter()
            .map(|c| (c.span().start, format!("cluster {}", c.get_ref().id)));
        let caches = file
            .cache
            .iter()
            .map(|c| (c.span().start, format!("cache {}", c.get_ref().id)));
        let buckets = file
            .bucket
            .iter()
            .map(|b| (b.span().start, format!("bucket {}", b.get_ref().name)));
        let images = file
            .image
            .iter()
            .map(|i| (i.span().start, format!("image {}", i.get_ref().name)));
        let instances = file
            .instance
            .iter()
            .map(|i| (i.span().start, format!("instance {}", i.get_ref().id)));
        let volumes = file
            .volume
            .iter()
            .map(|v| (v.span().start, format!("volume {}", v.get_ref().id)));
        let zones = file
            .zone
            .iter()
            .map(|z| (z.span().start, format!("zone {}", z.get_ref().name)));
        let private_zones = file
            .private_zone
            .iter()
            .map(|z| (z.span().start, format!("private_zone {}", z.get_ref().name)));
        for (at, name) in gates
            .chain(hooks)
            .chain(keys)
            .chain(databases)
            .chain(clusters)
            .chain(caches)
            .chain(buckets)
            .chain(images)
            .chain(instances)
            .chain(volumes)
            .chain(zones)
            .chain(private_zones)
        {
            if !seen.insert(name.clone()) {
                return Err(refuse(at, format!("{name} is named twice")));
            }
        }
        let known = |before: &str| {
            let kind = before.split('/').next().unwrap_or(before);
            matches!(
                kind,
                "hook"
                    | "key"
                    | "database"
                    | "cluster"
                    | "bucket"
                    | "image"
                    | "instance"
                    | "volume"
                    | "cache"
                    | "zone"
                    | "private_zone"
            ) && (kind == before || seen.contains(&before.replacen('/', " ", 1)))
        };
        for gate in &file.gate {
            if let Some(before) = gate.get_ref().before.iter().find(|before| !known(before)) {
                let reason = format!(
                    "gate {} stands before {before:?}, which is neither a kind (hook, key, database, cluster, bucket, image, instance, volume, cache, zone, private_zone) nor a \
                     resource of this runbook (such as \"database/shop-stg\")",
                    gate.get_ref().name
                );
                return Err(refuse(gate.span().start, reason));
            }
        }
        for hook in &file.hook {
            let stands = |before: &str| before.starts_with("database") || before.starts_with("cluster");
            let before = &hook.get_ref().before;
            if let Some(before) = before.iter().find(|before| !stands(before) || !known(before)) {
                let reason = format!(
                    "hook {} stands before {before:?}: hooks stand before database, cluster, or one of this runbook's (such as \
                     \"database/shop-stg\")",
                    hook.get_ref().name
                );
                return Err(refuse(hook.span().start, reason));
            }
        }
        products::checked(&file).map_err(|(at, reason)| refuse(at, reason))?;
        // Whatever any test in here has accepted, an editor must not call wrong.
        #[cfg(test)]
        schema::tests::must_accept(text);
        Ok(Self {
            migration: file.migration.into_inner(),
            region: file.region,
            source: file.source.into_inner(),
            target: file.target.into_inner(),
            parent: file.parent.map(Spanned::into_inner),
            windows,
            frozen,
            overrun: file.overrun,
            limits: file.limits,
            people: file.people.into_inner(),
            products: file.products,
            agreements: file.agreements,
            gates: all(file.gate),
            notify: file.notify,
            hooks: all(file.hook),
            keys: all(file.key),
            databases: all(file.database),
            clusters: all(file.cluster),
            caches: all(file.cache),
            buckets: all(file.bucket),
            images: all(file.image),
            instances: all(file.instance),
            volumes: all(file.volume),
            zones: all(file.zone),
            delivery: file.delivery.map(Spanned::into_inner).unwrap_or_default(),
            check: file.check.map(Spanned::into_inner).unwrap_or_default(),
            private_zones: all(file.private_zone),
            digest: Digest::of(text.as_bytes()),
        })
    }

    /// The name of the gate, checked when the runbook was read.
    pub fn gate_names(&self) -> impl Iterator<Item = &GateName> {
        self.gates.iter().map(|gate| &gate.name)
    }
}

impl RunbookError {
    fn at(text: &str, byte: usize, reason: &str) -> Self {
        let (line, column) = place_of(text, byte);
        Self {
            line,
            column,
            reason: reason.trim().to_owned(),
        }
    }
}

/// Line and column of a byte, from 1.
pub(crate) fn place_of(text: &str, byte: usize) -> (usize, usize) {
    let before = &text[..byte.min(text.len())];
    let line_start = before.rfind('\n').map_or(0, |at| at + 1);
    let line = before.matches('\n').count() + 1;
    (line, before[line_start..].chars().count() + 1)
}

impl WindowSection {
    fn window(&self) -> Result<Window, String> {
        match (&self.every, &self.duration, self.from, self.until) {
            (Some(every), Some(duration), None, None) => {
                let (day, time) = every.split_once(' ').ok_or_else(|| form_of_every(every))?;
                let weekday = match day.to_ascii_lowercase().get(..3) {
                    Some("mon") => 1,
                    Some("tue") => 2,
                    Some("wed") => 3,
                    Some("thu") => 4,
                    Some("fri") => 5,
                    Some("sat") => 6,
                    Some("sun") => 7,
                    _ => return Err(form_of_every(every)),
                };
                let at = Time::strptime("%H:%M", time.trim()).map_err(|_| form_of_every(every))?;
                let span: jiff::SignedDuration = duration
                    .parse()
                    .map_err(|_| format!("for = {duration:?} is not a duration such as \"8h\" or \"90m\""))?;
                let seconds = span.as_secs();
                if !(60..=7 * 24 * 3600).contains(&seconds) {
                    return Err(format!(
                        "for = {duration:?}: a window is between a minute and a week long"
                    ));
                }
                let timezone = self
                    .timezone
                    .clone()
                    .ok_or("a weekly window needs a timezone, such as \"Asia/Tokyo\"")?;
                TimeZone::get(&timezone)
                    .map_err(|_| format!("timezone = {timezone:?} is not an IANA name such as \"Asia/Tokyo\""))?;
                Ok(Window::Weekly {
                    weekday,
                    at,
                    seconds,
                    timezone,
                })
            }
            (None, None, Some(from), Some(until)) if from < until => Ok(Window::Once { from, until }),
            _ => Err(
                "a window has either every, for and timezone, or from and until (RFC 3339, from before until)".into(),
            ),
        }
    }
}

impl FreezeSection {
    fn freeze(&self) -> Result<Freeze, String> {
        let dates = &self.dates;
        let (from, until) = dates.split_once("..").unwrap_or((dates, dates));
        let date = |text: &str| {
            text.trim().parse::<Date>().map_err(|_| {
                format!("dates = {dates:?} is neither a date such as \"2026-12-31\" nor a span such as \"2026-12-28..2027-01-03\"")
            })
        };
        let (from, until) = (date(from)?, date(until)?);
        if until < from {
            return Err(format!("dates = {dates:?}: the last date lies before the first"));
        }
        let timezone = &self.timezone;
        TimeZone::get(timezone)
            .map_err(|_| format!("timezone = {timezone:?} is not an IANA name such as \"Asia/Tokyo\""))?;
        Ok(Freeze {
            from,
            until,
            timezone: timezone.clone(),
            reason: self.reason.clone(),
        })
    }
}

/// More names than this at one gate are a mistake of typing.
pub(crate) const MOST_PEOPLE: u32 = 9;

fn one_person() -> Spanned<u32> {
    Spanned::new(0..0, 1)
}

fn form_of_every(found: &str) -> String {
    format!("every = {found:?} is not a weekday and a time such as \"Sat 22:00\"")
}

fn all<T>(spanned: Vec<Spanned<T>>) -> Vec<T> {
    spanned.into_iter().map(Spanned::into_inner).collect()
}

/// Account ids are text: a number would lose a leading zero, so it is refused with that reason.
pub(crate) fn account_id<'de, D: Deserializer<'de>>(deserializer: D) -> Result<AccountId, D::Error> {
    struct Visitor;
    impl serde::de::Visitor<'_> for Visitor {
        type Value = AccountId;
        fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
            f.write_str("an account id: twelve digits in quotes")
        }
        fn visit_str<E: serde::de::Error>(self, text: &str) -> Result<AccountId, E> {
            AccountId::new(text).map_err(E::custom)
        }
        fn visit_i64<E: serde::de::Error>(self, number: i64) -> Result<AccountId, E> {
            Err(E::custom(format!(
                "account ids are written in quotes, \"{number:012}\": as a bare number an id loses its leading zeros"
            )))
        }
    }
    deserializer.deserialize_any(Visitor)
}

#[cfg(test)]
#[path = "runbook_tests.rs"]
mod tests;
