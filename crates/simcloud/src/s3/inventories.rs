//! S3 Inventory: configurations, and the reports that they bring, the first within two days and then one a day.
//!
//! Modelled: what a report is good for and what not. It is a rolling snapshot that may miss what was written shortly before, its rows
//! are in no order, its dates are whole seconds, null versions have an empty id, and it is only delivered where the destination's policy
//! lets S3 write. Left out: ORC and Parquet, reports under a KMS key, weekly schedules' Sundays, tables of S3 Metadata.

use jiff::Timestamp;
use s3s::dto::{InventoryConfiguration, InventoryFormat, InventoryFrequency, InventoryIncludedObjectVersions};
use s3s::xml::{Deserialize as _, Deserializer};

use super::inventory_report::{self, Report};
use super::{Bucket, Outcome, Refusal, access, bucket, numbered};
use crate::cloud::{Caller, Cloud};

/// A configuration, and where it stands.
pub struct Configured {
    /// As it was put.
    pub configuration: InventoryConfiguration,
    /// When the bucket is scanned next.
    scans: Timestamp,
    /// What was scanned and is not delivered yet.
    under_way: Option<Report>,
}

/// The most configurations of one bucket.
const MOST: usize = 1000;
/// How many a page of ListBucketInventoryConfigurations has.
const PAGE: usize = 100;
const HOUR: i64 = 3600;

/// PutBucketInventoryConfiguration: a second one under the same id replaces the first.
pub fn put(cloud: &mut Cloud, caller: &Caller, name: &str, id: &str, asked: InventoryConfiguration) -> Outcome<()> {
    access::bucket(cloud, caller, name, "s3:PutInventoryConfiguration")?;
    check(cloud, name, id, &asked)?;
    let held = bucket(cloud, name)?;
    match held.inventories.get(id) {
        Some(old) if old.configuration == asked => return Ok(()),
        None if held.inventories.len() >= MOST => {
            let message = "You are attempting to create a new configuration but have already reached the 1,000-configuration limit.";
            return Err(Refusal::new(400, "TooManyConfigurations", message));
        }
        Some(_) | None => {}
    }
    let hours = cloud.faults.stream("s3 inventory schedule").i64(2 * HOUR..40 * HOUR);
    let configured = Configured {
        configuration: asked,
        scans: cloud.later(hours),
        under_way: None,
    };
    changed(cloud, name)?.inventories.insert(id.to_owned(), configured);
    cloud.effect(caller, "s3 PutBucketInventoryConfiguration", format!("{name}/{id}"));
    Ok(())
}

/// What an inventory tells of them: documents one behind the other, or a list of them. They were accepted once, and are not looked at again.
pub(super) fn observed(cloud: &mut Cloud, bucket: &mut Bucket, text: &str) {
    for one in numbered::split(text, "InventoryConfiguration") {
        let Ok(configuration) = InventoryConfiguration::deserialize(&mut Deserializer::new(one.as_bytes())) else {
            continue;
        };
        let hours = cloud.faults.stream("s3 inventory schedule").i64(2 * HOUR..40 * HOUR);
        let configured = Configured {
            scans: cloud.later(hours),
            under_way: None,
            configuration,
        };
        bucket
            .inventories
            .insert(configured.configuration.id.clone(), configured);
    }
}

/// GetBucketInventoryConfiguration.
pub fn get(cloud: &Cloud, caller: &Caller, name: &str, id: &str) -> Outcome<InventoryConfiguration> {
    access::bucket(cloud, caller, name, "s3:GetInventoryConfiguration")?;
    let found = bucket(cloud, name)?.inventories.get(id);
    found
        .map(|found| found.configuration.clone())
        .ok_or_else(no_such_configuration)
}

/// One page of configurations, and where the next begins.
pub fn list(
    cloud: &Cloud,
    caller: &Caller,
    name: &str,
    token: Option<&str>,
) -> Outcome<(Vec<InventoryConfiguration>, Option<String>)> {
    access::bucket(cloud, caller, name, "s3:GetInventoryConfiguration")?;
    let all = &bucket(cloud, name)?.inventories;
    let mut later = all
        .iter()
        .skip_while(|(id, _)| token.is_some_and(|token| id.as_str() < token));
    let page = later.by_ref().take(PAGE).map(|(_, one)| one.configuration.clone());
    let page = page.collect();
    Ok((page, later.next().map(|(id, _)| id.clone())))
}

/// DeleteBucketInventoryConfiguration.
pub fn delete(cloud: &mut Cloud, caller: &Caller, name: &str, id: &str) -> Outcome<()> {
    access::bucket(cloud, caller, name, "s3:PutInventoryConfiguration")?;
    if changed(cloud, name)?.inventories.remove(id).is_none() {
        return Err(no_such_configuration());
    }
    cloud.effect(caller, "s3 DeleteBucketInventoryConfiguration", format!("{name}/{id}"));
    Ok(())
}

fn no_such_configuration() -> Refusal {
    Refusal::new(
        404,
        "NoSuchConfiguration",
        "The specified configuration does not exist.",
    )
}

/// A generated bucket cannot be changed, but it can be reported on.
fn changed<'a>(cloud: &'a mut Cloud, name: &str) -> Outcome<&'a mut Bucket> {
    bucket(cloud, name)?;
    let held = cloud.s3.by_name.get_mut(name);
    held.ok_or_else(|| Refusal::new(404, "NoSuchBucket", "The specified bucket does not exist"))
}

fn check(cloud: &Cloud, name: &str, id: &str, asked: &InventoryConfiguration) -> Outcome<()> {
    let invalid = |why: &str| Err(Refusal::new(400, "InvalidArgument", why.to_owned()));
    let letters = |c: char| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.');
    if id.is_empty() || id.len() > 64 || !id.chars().all(letters) {
        return invalid("The inventory id has 1 to 64 characters out of a-z, A-Z, 0-9, '-', '_' and '.'");
    }
    if asked.id != id {
        return invalid("The id of the request and that of the configuration differ");
    }
    let to = &asked.destination.s3_bucket_destination;
    let Some(destination) = to.bucket.strip_prefix("arn:aws:s3:::") else {
        return invalid("The destination bucket must be named by its ARN");
    };
    if !asked
        .optional_fields
        .iter()
        .flatten()
        .all(|field| inventory_report::OPTIONAL.contains(&field.as_str()))
    {
        let message = "The XML you provided was not well-formed or did not validate against our published schema";
        return Err(Refusal::new(400, "MalformedXML", message));
    }
    let frequency = asked.schedule.frequency.as_str();
    let versions = asked.included_object_versions.as_str();
    if ![InventoryFrequency::DAILY, InventoryFrequency::WEEKLY].contains(&frequency)
        || ![
            InventoryIncludedObjectVersions::ALL,
            InventoryIncludedObjectVersions::CURRENT,
        ]
        .contains(&versions)
    {
        return invalid("Unknown frequency or versions");
    }
    if to.format.as_str() != InventoryFormat::CSV {
        return Err(Refusal::new(501, "NotImplemented", "simcloud reports in CSV only"));
    }
    if to.encryption.as_ref().is_some_and(|how| how.ssekms.is_some()) {
        return Err(Refusal::new(
            501,
            "NotImplemented",
            "simcloud has no reports under a KMS key",
        ));
    }
    let region = &bucket(cloud, name)?.region;
    match cloud.s3.by_name.get(destination) {
        None => Err(Refusal::new(
            400,
            "InvalidS3DestinationBucket",
            "The specified destination bucket does not exist",
        )),
        Some(held) if held.region != *region => {
            invalid("The destination bucket must lie in the Region of the source bucket")
        }
        Some(held) if to.account_id.as_ref().is_some_and(|owner| owner != held.owner.as_str()) => {
            invalid("The destination bucket does not belong to the account that is named")
        }
        Some(_) => Ok(()),
    }
}

/// Scans and delivers what is due by now, each at its own moment.
pub(super) fn advance(cloud: &mut Cloud) {
    let now = cloud.now;
    loop {
        let all = cloud.s3.by_name.iter().flat_map(|(name, held)| {
            let each = held.inventories.iter();
            each.filter_map(move |(id, one)| Some((one.due()?, name.clone(), id.clone())))
        });
        let Some((at, name, id)) = all.min().filter(|(at, ..)| *at <= now) else {
            break;
        };
        cloud.now = at;
        step(cloud, &name, &id, at);
    }
    cloud.now = now;
}

impl Configured {
    fn due(&self) -> Option<Timestamp> {
        match &self.under_way {
            Some(report) => Some(report.arrives),
            None => self.configuration.is_enabled.then_some(self.scans),
        }
    }
}

fn step(cloud: &mut Cloud, name: &str, id: &str, at: Timestamp) {
    let Some(held) = cloud.s3.by_name.get_mut(name) else {
        return;
    };
    let (owner, region) = (held.owner.clone(), held.region.clone());
    let Some(configured) = held.inventories.get_mut(id) else {
        return;
    };
    let configuration = configured.configuration.clone();
    if let Some(report) = configured.under_way.take() {
        let s3 = Caller {
            account: owner,
            region,
            principal: "s3.amazonaws.com".to_owned(),
        };
        inventory_report::deliver(cloud, &s3, name, &configuration, &report);
        return;
    }
    let minutes = cloud.faults.stream("s3 inventory schedule").i64(30..6 * 60);
    let report = inventory_report::scan(cloud, name, &configuration, at, cloud.later(minutes * 60));
    let days = if configuration.schedule.frequency.as_str() == InventoryFrequency::WEEKLY {
        7
    } else {
        1
    };
    let next = cloud.later(days * 24 * HOUR);
    let held = cloud.s3.by_name.get_mut(name);
    if let Some(configured) = held.and_then(|held| held.inventories.get_mut(id)) {
        configured.under_way = Some(report);
        configured.scans = next;
    }
}

#[cfg(test)]
#[path = "inventories_tests.rs"]
mod tests;
