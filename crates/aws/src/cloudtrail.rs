//! CloudTrail's trails, which are only looked at.

use aws_sdk_cloudtrail::types::{AdvancedEventSelector, EventSelector, ReadWriteType};
use model::{AccountId, Failure};

use crate::account::{Clients, two_clients};
use crate::classify::{self, Modelled, SdkFailure};

/// CloudTrail in one account.
pub struct CloudTrail {
    read: aws_sdk_cloudtrail::Client,
    account: AccountId,
}

/// A trail that records in the Region, wherever it was made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Trail {
    /// Its ARN.
    pub arn: String,
    /// Whether it records in every Region.
    pub every_region: bool,
    /// Whether the organization made it for all of its accounts.
    pub of_organization: bool,
    /// Where its logs go.
    pub bucket: String,
    /// Whether it records at this moment.
    pub logging: bool,
    /// Why its last log could not be written, as S3 said.
    pub delivery_error: Option<String>,
}

/// Objects whose every reading and writing a trail records.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct ObjectsRecorded {
    /// How their ARNs begin; none: all of them.
    pub within: Vec<String>,
    /// How the ARNs of those begin that are left out.
    pub except: Vec<String>,
}

impl ObjectsRecorded {
    /// Whether every object of a bucket is among them.
    pub fn all_of(&self, bucket: &str) -> bool {
        let objects = format!("arn:aws:s3:::{bucket}/");
        let begins = |beginning: &String| objects.starts_with(beginning.as_str());
        let within = self.within.is_empty() || self.within.iter().any(begins);
        let touched = |left_out: &String| begins(left_out) || left_out.starts_with(&objects);
        within && !self.except.iter().any(touched)
    }
}

/// The type of a data event of an object.
const OBJECT: &str = "AWS::S3::Object";

fn of_selector(selector: &EventSelector) -> Option<ObjectsRecorded> {
    let of_objects = selector
        .data_resources()
        .iter()
        .filter(|one| one.r#type() == Some(OBJECT));
    let within: Vec<String> = of_objects.flat_map(|one| one.values().to_vec()).collect();
    let all = selector.read_write_type().is_none_or(|one| *one == ReadWriteType::All);
    // A resource without values records nothing.
    (all && !within.is_empty()).then(|| ObjectsRecorded {
        within,
        except: Vec::new(),
    })
}

fn of_advanced(selector: &AdvancedEventSelector) -> Option<ObjectsRecorded> {
    let (mut data, mut objects) = (false, false);
    let mut recorded = ObjectsRecorded::default();
    for field in selector.field_selectors() {
        let is = |value: &str| field.equals().iter().any(|one| one == value);
        match field.field() {
            "eventCategory" => data = is("Data"),
            "resources.type" => objects = is(OBJECT),
            "resources.ARN" => {
                if !field.ends_with().is_empty() || !field.not_ends_with().is_empty() {
                    return None;
                }
                recorded.within.extend(field.starts_with().iter().cloned());
                recorded.within.extend(field.equals().iter().cloned());
                recorded.except.extend(field.not_starts_with().iter().cloned());
                recorded.except.extend(field.not_equals().iter().cloned());
            }
            // Only readings, only some operations, only some people: not everything.
            _ => return None,
        }
    }
    (data && objects).then_some(recorded)
}

impl CloudTrail {
    pub(crate) fn new(clients: &Clients<'_>) -> Self {
        let (read, _) = two_clients!(clients, aws_sdk_cloudtrail, "cloudtrail");
        Self {
            read,
            account: clients.account.clone(),
        }
    }

    fn failed<E: Modelled>(&self, operation: &'static str) -> impl FnOnce(SdkFailure<E>) -> Failure {
        classify::failed(self.account.as_str(), "cloudtrail", operation)
    }

    /// The trails that record in the Region, the organization's and those of other Regions among them, by ARN.
    pub async fn trails(&self) -> Result<Vec<Trail>, Failure> {
        let answer = self.read.describe_trails().include_shadow_trails(true).send().await;
        let told = answer.map_err(self.failed("DescribeTrails"))?;
        let mut trails = Vec::new();
        for found in told.trail_list() {
            let arn = found.trail_arn().unwrap_or_default();
            // A trail of another Region or account is known by its ARN alone.
            let status = self.read.get_trail_status().name(arn).send().await;
            let status = status.map_err(self.failed("GetTrailStatus"))?;
            trails.push(Trail {
                arn: arn.to_owned(),
                every_region: found.is_multi_region_trail() == Some(true),
                of_organization: found.is_organization_trail() == Some(true),
                bucket: found.s3_bucket_name().unwrap_or_default().to_owned(),
                logging: status.is_logging() == Some(true),
                delivery_error: status.latest_delivery_error.filter(|error| !error.is_empty()),
            });
        }
        trails.sort_by(|one, other| one.arn.cmp(&other.arn));
        Ok(trails)
    }

    /// The objects whose every reading and writing a trail records.
    pub async fn objects_recorded(&self, arn: &str) -> Result<Vec<ObjectsRecorded>, Failure> {
        let answer = self.read.get_event_selectors().trail_name(arn).send().await;
        let told = answer.map_err(self.failed("GetEventSelectors"))?;
        let basic = told.event_selectors().iter().filter_map(of_selector);
        let advanced = told.advanced_event_selectors().iter().filter_map(of_advanced);
        Ok(basic.chain(advanced).collect())
    }
}

#[cfg(test)]
mod tests {
    use aws_sdk_cloudtrail::types::{AdvancedFieldSelector, DataResource};

    use super::*;

    fn basic(kind: ReadWriteType, values: &[&str]) -> Option<ObjectsRecorded> {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        let resource = DataResource::builder().r#type(OBJECT).set_values(Some(values)).build();
        of_selector(
            &EventSelector::builder()
                .read_write_type(kind)
                .data_resources(resource)
                .build(),
        )
    }

    fn field(name: &str, values: &[&str]) -> AdvancedFieldSelector {
        let values = values.iter().map(|value| (*value).to_owned()).collect();
        let field = AdvancedFieldSelector::builder().field(name).set_equals(Some(values));
        field.build().expect("a field")
    }

    fn advanced(more: impl IntoIterator<Item = AdvancedFieldSelector>) -> Option<ObjectsRecorded> {
        let fields = [field("eventCategory", &["Data"]), field("resources.type", &[OBJECT])];
        let fields = fields.into_iter().chain(more).collect();
        let selector = AdvancedEventSelector::builder().set_field_selectors(Some(fields));
        of_advanced(&selector.build().expect("a selector"))
    }

    #[test]
    fn a_bucket_is_recorded_where_every_reading_and_writing_of_all_its_objects_is() {
        let all = |found: Option<ObjectsRecorded>| found.is_some_and(|found| found.all_of("shop"));
        assert!(all(basic(ReadWriteType::All, &["arn:aws:s3"])));
        assert!(all(basic(ReadWriteType::All, &["arn:aws:s3:::shop/"])));
        assert!(!all(basic(ReadWriteType::All, &["arn:aws:s3:::shop-files/"])));
        assert!(
            !all(basic(ReadWriteType::All, &["arn:aws:s3:::shop/logs/"])),
            "a folder of it"
        );
        assert!(!all(basic(ReadWriteType::WriteOnly, &["arn:aws:s3"])));
        assert!(!all(basic(ReadWriteType::All, &[])));
        assert!(all(advanced([])));
        let arn = |build: fn(
            aws_sdk_cloudtrail::types::builders::AdvancedFieldSelectorBuilder,
            String,
        ) -> aws_sdk_cloudtrail::types::builders::AdvancedFieldSelectorBuilder,
                   of: &str| {
            let field = build(AdvancedFieldSelector::builder().field("resources.ARN"), of.to_owned());
            advanced([field.build().expect("a field")])
        };
        assert!(all(arn(|to, of| to.starts_with(of), "arn:aws:s3:::shop/")));
        assert!(!all(arn(|to, of| to.starts_with(of), "arn:aws:s3:::other/")));
        assert!(!all(arn(|to, of| to.not_starts_with(of), "arn:aws:s3:::shop/tmp/")));
        assert!(all(arn(|to, of| to.not_starts_with(of), "arn:aws:s3:::other/")));
        assert!(!all(arn(|to, of| to.ends_with(of), ".csv")));
        assert!(!all(advanced([field("readOnly", &["true"])])));
    }
}
