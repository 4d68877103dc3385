//! One file (or folder) per service. Each has `fill` (from the inventory), `advance` (what is due by now) and `handle` (one operation).

pub mod acm;
pub mod athena;
pub mod cloudwatch;
pub mod ec2;
pub mod efs;
pub mod elasticache;
pub mod kms;
mod kms_access;
mod kms_aliases;
pub mod members;
pub mod ram;
pub mod rds;
pub mod route53;
pub mod s3control;
pub mod service_quotas;
#[cfg(test)]
mod storage_fixture;
pub mod storage_key;
pub mod stored_content;
pub mod sts;
