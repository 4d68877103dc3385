//! AWS through its own SDK: accounts, credentials, one file per service, failure classes, call log. The only crate that knows
//! `aws-sdk-*`; `SdkError` never leaves it.
//!
//! A mutating call gets one attempt: the SDK's own resend after a lost reply would copy a version twice. Reads keep the SDK's retries.

pub mod account;
pub mod acm;
pub mod asked_plainly;
pub mod athena;
pub mod call_log;
#[cfg(test)]
mod canned;
pub mod classify;
pub mod cloudtrail;
pub mod cloudwatch;
pub mod cost_explorer;
pub mod ec2;
pub mod ec2_groups;
mod ec2_launch_templates;
pub mod ec2_machines;
mod ec2_machines_observed;
mod ec2_observed;
mod ec2_retire;
pub mod ecr;
pub mod ecs;
pub mod efs;
pub mod elasticache;
mod elasticache_observed;
pub mod elasticache_retire;
pub mod foreseen;
pub mod groups_in_use;
pub mod iam;
pub mod iam_account;
pub mod key_uses;
pub mod kms;
mod kms_observed;
pub mod lambda;
#[cfg(test)]
mod landing_tests;
pub mod operator;
pub mod organizations;
pub mod quotas;
pub mod ram;
pub mod rds;
pub mod rds_access;
pub mod rds_clusters;
mod rds_clusters_observed;
mod rds_observed;
mod rds_retire;
pub mod read_only;
pub mod recorder;
pub mod role;
pub mod route53;
pub mod s3;
pub mod s3_acl;
pub mod s3_archive;
pub mod s3_content;
pub mod s3_delete;
pub mod s3_inventory;
pub mod s3_observed;
pub mod s3_parts;
pub mod s3_raw;
pub mod s3control;
pub mod schedules;
pub mod simulated;
pub mod ssm;
pub mod sts;
pub mod tagging;
pub mod unsigned;
pub mod written;

pub use account::{Account, Accounts, Connection};
pub use call_log::CallSink;
