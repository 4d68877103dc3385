//! What AWS says that it would do, without doing it: EC2's and KMS's dry runs (simulated policies: `simulated.rs`); and what a run's accounts must have beforehand:
//! an enabled Region, subnets in several zones, a clock that is right.
//!
//! What may not enter: a call that does something. Each of these passes the guard of `read_only.rs`.

use std::collections::{BTreeMap, BTreeSet};

use aws_sdk_ec2::types::{
    CreateVolumePermission, CreateVolumePermissionModifications, LaunchPermission, LaunchPermissionModifications,
    SnapshotAttributeName,
};
use aws_sdk_kms::types::GrantOperation;
use aws_smithy_runtime_api::client::http::{HttpClient as _, HttpConnector as _, HttpConnectorSettings};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use jiff::Timestamp;
use model::{AccountId, Failure, FailureClass, Region};

use crate::account::RawAccess;
use crate::ec2::Ec2;
use crate::kms::Kms;
use crate::unsigned;

/// Something that EC2 can be asked whether it would do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ec2Call {
    /// Let an account launch an image.
    ShareImage(String, AccountId),
    /// Let an account read a snapshot.
    ShareSnapshot(String, AccountId),
    /// Copy an image within the Region.
    CopyImage(String),
    /// Copy a snapshot within the Region.
    CopySnapshot(String),
    /// Make an image of an instance.
    CreateImage(String),
    /// Make a snapshot of a volume.
    CreateSnapshot(String),
    /// Stop an instance.
    StopInstance(String),
}

impl Ec2Call {
    /// The operation, as IAM and the API call it.
    pub fn operation(&self) -> &'static str {
        match self {
            Self::ShareImage(..) => "ModifyImageAttribute",
            Self::ShareSnapshot(..) => "ModifySnapshotAttribute",
            Self::CopyImage(_) => "CopyImage",
            Self::CopySnapshot(_) => "CopySnapshot",
            Self::CreateImage(_) => "CreateImage",
            Self::CreateSnapshot(_) => "CreateSnapshot",
            Self::StopInstance(_) => "StopInstances",
        }
    }

    /// What it is about.
    pub fn of(&self) -> &str {
        match self {
            Self::ShareImage(id, _)
            | Self::ShareSnapshot(id, _)
            | Self::CopyImage(id)
            | Self::CopySnapshot(id)
            | Self::CreateImage(id)
            | Self::CreateSnapshot(id)
            | Self::StopInstance(id) => id,
        }
    }
}

/// What a dry run says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Foreseen {
    /// The call would be let through.
    Admitted,
    /// The caller may not make it.
    Refused(Failure),
    /// Something else came, from which neither follows.
    Untold(Failure),
}

/// An answer to a dry run is always an error: its code says which.
fn foreseen(answer: Result<(), Failure>, operation: &str) -> Foreseen {
    match answer {
        Err(failure) if matches!(failure.code.as_str(), "DryRunOperation" | "DryRunOperationException") => {
            Foreseen::Admitted
        }
        Err(failure) if failure.class == FailureClass::Denied => Foreseen::Refused(failure),
        Err(failure) => Foreseen::Untold(failure),
        Ok(()) => {
            let what = format!("{operation} answered a dry run as if it were none: look what it did");
            Foreseen::Untold(Failure::ours("aws", FailureClass::Unexpected, "[BadAnswer]", what))
        }
    }
}

impl Ec2 {
    /// Asks EC2 whether it would let the caller do something. It looks at the caller's right to the call, and hardly at anything else: not at keys, not at
    /// the permissions of snapshots.
    pub async fn foresee(&self, call: &Ec2Call) -> Foreseen {
        let ec2 = &self.once;
        let answer = match call {
            Ec2Call::ShareImage(id, with) => {
                let permission = LaunchPermission::builder().user_id(with.as_str()).build();
                let change = LaunchPermissionModifications::builder().add(permission).build();
                let call = ec2.modify_image_attribute().dry_run(true).image_id(id);
                let answer = call.launch_permission(change).send().await;
                answer.map(drop).map_err(self.failed("ModifyImageAttribute"))
            }
            Ec2Call::ShareSnapshot(id, with) => {
                let permission = CreateVolumePermission::builder().user_id(with.as_str()).build();
                let change = CreateVolumePermissionModifications::builder().add(permission).build();
                let call = ec2.modify_snapshot_attribute().dry_run(true).snapshot_id(id);
                let call = call.attribute(SnapshotAttributeName::CreateVolumePermission);
                let answer = call.create_volume_permission(change).send().await;
                answer.map(drop).map_err(self.failed("ModifySnapshotAttribute"))
            }
            Ec2Call::CopyImage(id) => {
                let call = ec2.copy_image().dry_run(true).source_image_id(id);
                let call = call.source_region(self.region.as_str()).name("cleave-check");
                call.send().await.map(drop).map_err(self.failed("CopyImage"))
            }
            Ec2Call::CopySnapshot(id) => {
                let call = ec2.copy_snapshot().dry_run(true).source_snapshot_id(id);
                let call = call.source_region(self.region.as_str());
                call.send().await.map(drop).map_err(self.failed("CopySnapshot"))
            }
            Ec2Call::CreateImage(id) => {
                let call = ec2.create_image().dry_run(true).instance_id(id);
                let call = call.name("cleave-check").no_reboot(true);
                call.send().await.map(drop).map_err(self.failed("CreateImage"))
            }
            Ec2Call::CreateSnapshot(id) => {
                let call = ec2.create_snapshot().dry_run(true).volume_id(id);
                call.send().await.map(drop).map_err(self.failed("CreateSnapshot"))
            }
            Ec2Call::StopInstance(id) => {
                let call = ec2.stop_instances().dry_run(true).instance_ids(id);
                call.send().await.map(drop).map_err(self.failed("StopInstances"))
            }
        };
        foreseen(answer, call.operation())
    }

    /// Whether the account may use its Region: `opt-in-not-required`, `opted-in`, `not-opted-in`.
    pub async fn opted_in(&self) -> Result<Option<String>, Failure> {
        let call = self.read.describe_regions().all_regions(true);
        let answer = call.region_names(self.region.as_str()).send().await;
        let answer = answer.map_err(self.failed("DescribeRegions"))?;
        Ok(answer
            .regions()
            .first()
            .and_then(|region| region.opt_in_status())
            .map(str::to_owned))
    }

    /// The Regions that the account may use, its own among them, by name.
    pub async fn enabled_regions(&self) -> Result<BTreeSet<Region>, Failure> {
        let answer = self.read.describe_regions().send().await;
        let answer = answer.map_err(self.failed("DescribeRegions"))?;
        let names = answer.regions().iter().filter_map(|region| region.region_name());
        Ok(names.filter_map(|name| Region::new(name).ok()).collect())
    }

    /// The zones in which subnets lie, by subnet.
    pub async fn zones_of_subnets(&self, subnets: &[String]) -> Result<BTreeMap<String, String>, Failure> {
        let call = self.read.describe_subnets().set_subnet_ids(Some(subnets.to_vec()));
        let answer = call.send().await.map_err(self.failed("DescribeSubnets"))?;
        let zones = answer.subnets().iter().filter_map(|subnet| {
            let zone = subnet.availability_zone()?;
            Some((subnet.subnet_id()?.to_owned(), zone.to_owned()))
        });
        Ok(zones.collect())
    }
}

impl Kms {
    /// Asks KMS whether it would let the caller grant the use of a key, as RDS and EBS do in its name when they copy under it. It looks at the key's state, its
    /// policy and the caller's own.
    pub async fn foresee_grant(&self, key: &str, grantee: &str) -> Foreseen {
        let call = self.once.create_grant().dry_run(true).key_id(key);
        let call = call.grantee_principal(grantee).operations(GrantOperation::Decrypt);
        let answer = call.operations(GrantOperation::GenerateDataKeyWithoutPlaintext);
        let answer = answer.send().await.map(drop).map_err(self.failed("CreateGrant"));
        foreseen(answer, "CreateGrant")
    }
}

/// What AWS's own clock says, by the `Date` of an unsigned question to STS; none where no answer tells it. AWS refuses signatures that are more than five minutes off.
pub async fn time_at_aws(raw: &RawAccess, region: &str) -> Option<Timestamp> {
    let usual = || format!("https://sts.{region}.amazonaws.com");
    let address = raw.endpoint.clone().unwrap_or_else(usual);
    let request = http::Request::get(format!("{address}/")).body(SdkBody::empty()).ok()?;
    let request = HttpRequest::try_from(request).ok()?;
    let components = unsigned::components(&raw.time).ok()?;
    let connector = raw
        .http
        .http_connector(&HttpConnectorSettings::builder().build(), &components);
    let answer = tokio::time::timeout(unsigned::PATIENCE, connector.call(request)).await;
    let response = answer.ok()?.ok()?;
    let date = response.headers().get("date")?;
    jiff::fmt::rfc2822::DateTimeParser::new().parse_timestamp(date).ok()
}

impl crate::rds::Rds {
    /// The zones in which the subnets of a group lie; none: there is no such group.
    pub async fn zones_of_group(&self, name: &str) -> Result<Option<BTreeSet<String>>, Failure> {
        let call = self.read.describe_db_subnet_groups().db_subnet_group_name(name);
        let answer = call.send().await.map_err(self.failed("DescribeDBSubnetGroups"));
        let group = crate::classify::found(answer)?.and_then(|answer| answer.db_subnet_groups?.into_iter().next());
        Ok(group.map(|group| {
            let zones = group
                .subnets()
                .iter()
                .filter_map(|subnet| subnet.subnet_availability_zone()?.name());
            zones.map(str::to_owned).collect()
        }))
    }
}
