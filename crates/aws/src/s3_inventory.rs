//! S3 Inventory: reports of what is in a bucket, which S3 writes once a day.

use aws_sdk_s3::types::{
    InventoryConfiguration, InventoryDestination, InventoryEncryption, InventoryFormat, InventoryFrequency,
    InventoryIncludedObjectVersions, InventoryOptionalField, InventoryS3BucketDestination, InventorySchedule, Sses3,
};
use model::{AccountId, Failure, FailureClass};

use crate::s3::S3;

/// Reports as they are asked for: daily, in CSV, of all versions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Inventory {
    /// Its id: up to 64 letters, digits, `-`, `_` and `.`.
    pub id: String,
    /// The bucket that the reports are written into, in the same region.
    pub to: String,
    /// Whose that is.
    pub to_owner: AccountId,
    /// What their keys begin with.
    pub prefix: String,
    /// The fields beside bucket, key, version and what it is.
    pub fields: Vec<String>,
}

impl S3 {
    /// Asks for reports of a bucket of this account.
    pub async fn put_inventory(&self, bucket: &str, inventory: &Inventory) -> Result<(), Failure> {
        let invalid = |error: aws_sdk_s3::error::BuildError| {
            Failure::ours("s3", FailureClass::Invalid, "[NotBuilt]", error.to_string())
        };
        let to = InventoryS3BucketDestination::builder()
            .account_id(inventory.to_owner.as_str())
            .bucket(format!("arn:aws:s3:::{}", inventory.to))
            .format(InventoryFormat::Csv)
            .prefix(&inventory.prefix)
            .encryption(InventoryEncryption::builder().sses3(Sses3::builder().build()).build())
            .build()
            .map_err(invalid)?;
        let schedule = InventorySchedule::builder()
            .frequency(InventoryFrequency::Daily)
            .build();
        let fields = inventory.fields.iter();
        let configuration = InventoryConfiguration::builder()
            .id(&inventory.id)
            .is_enabled(true)
            .included_object_versions(InventoryIncludedObjectVersions::All)
            .destination(InventoryDestination::builder().s3_bucket_destination(to).build())
            .schedule(schedule.map_err(invalid)?)
            .set_optional_fields(Some(
                fields
                    .map(|field| InventoryOptionalField::from(field.as_str()))
                    .collect(),
            ))
            .build()
            .map_err(invalid)?;
        let call = self
            .once
            .put_bucket_inventory_configuration()
            .bucket(bucket)
            .id(&inventory.id)
            .inventory_configuration(configuration)
            .expected_bucket_owner(self.account.as_str());
        let answer = call.send().await.map(drop);
        answer.map_err(self.failed("PutBucketInventoryConfiguration"))
    }

    /// Whether reports under this id are asked for.
    pub async fn has_inventory(&self, bucket: &str, id: &str) -> Result<bool, Failure> {
        let call = self
            .read
            .get_bucket_inventory_configuration()
            .bucket(bucket)
            .id(id)
            .expected_bucket_owner(self.account.as_str());
        match call
            .send()
            .await
            .map_err(self.failed("GetBucketInventoryConfiguration"))
        {
            Ok(_) => Ok(true),
            Err(failure) if matches!(failure.code.as_str(), "NoSuchConfiguration" | "NoSuchBucket") => Ok(false),
            Err(failure) => Err(failure),
        }
    }

    /// Asks for no more reports under this id.
    pub async fn delete_inventory(&self, bucket: &str, id: &str) -> Result<(), Failure> {
        let call = self
            .once
            .delete_bucket_inventory_configuration()
            .bucket(bucket)
            .id(id)
            .expected_bucket_owner(self.account.as_str());
        match call
            .send()
            .await
            .map(drop)
            .map_err(self.failed("DeleteBucketInventoryConfiguration"))
        {
            Err(failure) if failure.code == "NoSuchConfiguration" => Ok(()),
            other => other,
        }
    }
}
