//! Where a bucket's configuration has S3 send or write to, and what S3 looks at before it takes one. Left out: the test message that
//! S3 sends to a new destination, skipping that look (`x-amz-skip-destination-validation`), and the logs themselves.

use super::{Outcome, Refusal, bucket};
use crate::cloud::Cloud;
use crate::wire::xml::{self, Element};

/// What PutBucketNotificationConfiguration looks at: every queue, topic and function is in the bucket's region, exists and lets S3 in.
pub(super) fn check_notification(cloud: &Cloud, name: &str, text: &str) -> Outcome<()> {
    let invalid = |why: &str| Err(Refusal::new(400, "InvalidArgument", why));
    let region = &bucket(cloud, name)?.region;
    for arn in texts(text, &["Queue", "Topic", "CloudFunction"]) {
        if arn.split(':').nth(3) != Some(region.as_str()) {
            return invalid(
                "The notification destination service region is not valid for the bucket location constraint",
            );
        }
        if !cloud.s3.event_destinations.contains(&arn) {
            return invalid("Unable to validate the following destination configurations");
        }
    }
    Ok(())
}

/// What PutBucketLogging looks at: logs go to buckets of the same account and region.
pub(super) fn check_logging(cloud: &Cloud, name: &str, text: &str) -> Outcome<()> {
    let held = bucket(cloud, name)?;
    let invalid = |why: &str| Err(Refusal::new(400, "InvalidTargetBucketForLogging", why));
    for target in texts(text, &["TargetBucket"]) {
        let Some(target) = cloud.s3.by_name.get(&target) else {
            return invalid("The target bucket for logging does not exist");
        };
        if target.owner != held.owner {
            return invalid("The owner for the bucket to be logged and the target bucket must be the same.");
        }
        if target.region != held.region {
            let why = "Cross S3 location logging not allowed.";
            return Err(Refusal::new(403, "CrossLocationLoggingProhibited", why));
        }
    }
    Ok(())
}

/// The texts of the elements of these names, wherever they are.
fn texts(text: &str, names: &[&str]) -> Vec<String> {
    fn collect(element: &Element, names: &[&str], found: &mut Vec<String>) {
        if names.contains(&element.name.as_str()) {
            found.push(element.text.trim().to_owned());
        }
        for child in &element.children {
            collect(child, names, found);
        }
    }
    let mut found = Vec::new();
    if let Some(root) = xml::parse(text.as_bytes()) {
        collect(&root, names, &mut found);
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::faults::FaultLevel;
    use crate::s3::settings::DOCUMENTS;
    use crate::s3::test_world::{cloud, refused, source};

    const BUCKETS: &str =
        r#"{"name": "shop-assets", "versioning": "enabled"}, {"name": "shop-logs", "versioning": "disabled"}"#;

    fn put(cloud: &mut Cloud, name: &str, text: &str) -> Outcome<()> {
        let document = DOCUMENTS.iter().find(|one| one.name == name).expect("a document");
        document.put(cloud, &source(), "shop-assets", text.to_owned())
    }

    #[test]
    fn a_notification_needs_a_destination_that_lets_s3_in_and_lies_in_the_region() {
        let mut cloud = cloud(FaultLevel::None, BUCKETS);
        let here = "arn:aws:sqs:ap-northeast-1:111111111111:made";
        let elsewhere = "arn:aws:sqs:eu-west-1:111111111111:made";
        cloud.s3.event_destinations = [here.to_owned(), elsewhere.to_owned()].into();
        let told = |queue: &str| {
            format!(
                "<NotificationConfiguration><QueueConfiguration><Queue>{queue}</Queue><Event>s3:ObjectCreated:*</Event></QueueConfiguration>\
                 </NotificationConfiguration>"
            )
        };
        assert_eq!(put(&mut cloud, "notification", &told(here)), Ok(()));
        for wrong in [elsewhere, "arn:aws:sqs:ap-northeast-1:111111111111:other"] {
            assert_eq!(
                refused(put(&mut cloud, "notification", &told(wrong))),
                (400, "InvalidArgument".to_owned())
            );
        }
        assert_eq!(
            put(&mut cloud, "notification", "<NotificationConfiguration/>"),
            Ok(()),
            "none is needed for none"
        );
    }

    #[test]
    fn logs_go_to_buckets_of_the_same_account_only() {
        let mut cloud = cloud(FaultLevel::None, BUCKETS);
        let logs = |target: &str| {
            format!(
                "<BucketLoggingStatus><LoggingEnabled><TargetBucket>{target}</TargetBucket><TargetPrefix/></LoggingEnabled>\
                 </BucketLoggingStatus>"
            )
        };
        assert_eq!(put(&mut cloud, "logging", &logs("shop-logs")), Ok(()));
        for wrong in ["ops", "no-such-bucket"] {
            let code = "InvalidTargetBucketForLogging".to_owned();
            assert_eq!(refused(put(&mut cloud, "logging", &logs(wrong))), (400, code));
        }
    }
}
