//! One file (or folder) per service. Each has `fill` (from the inventory), `advance` (what is due by now) and `handle` (one operation).

pub mod acm;
pub mod athena;
pub mod cloudtrail;
pub mod cloudwatch;
pub mod config;
pub mod cost_explorer;
pub mod deployed;
pub mod ec2;
pub mod ecr;
pub mod ecs;
pub mod efs;
pub mod elasticache;
pub mod events;
pub mod guardduty;
pub mod iam;
pub mod iam_account;
pub mod iam_needs;
pub mod iam_permissions;
mod iam_simulation;
pub mod kms;
mod kms_access;
mod kms_aliases;
pub mod lambda;
#[cfg(test)]
mod landing_tests;
pub mod members;
pub mod organizations;
pub mod ram;
pub mod rds;
pub mod route53;
pub mod s3control;
pub mod scheduler;
pub mod securityhub;
pub mod service_quotas;
pub mod ssm;
#[cfg(test)]
mod storage_fixture;
pub mod storage_key;
pub mod stored_content;
pub mod sts;
pub mod tagging;
