//! The VPCs that resolve private zones: a zone's own account lets in VPCs of others, and their accounts do the rest.

use aws_sdk_route53::types::{HostedZoneConfig, Vpc, VpcRegion};
use model::Failure;
use model::inventory::ZoneVpc;

use super::{Route53, bad_answer, bare};

/// A private zone that a VPC resolves, whosever it is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ZoneOfVpc {
    /// Its id.
    pub id: String,
    /// Its name, as Route 53 writes it.
    pub name: String,
    /// The account, or the service, that has it.
    pub owner: String,
}

fn sdk(vpc: &ZoneVpc) -> Vpc {
    let region = VpcRegion::from(vpc.region.as_str());
    Vpc::builder().vpc_id(&vpc.id).vpc_region(region).build()
}

/// One of AWS's that lacks id or region tells nothing, and none has been seen.
pub(super) fn of_sdk(vpcs: Vec<Vpc>) -> Vec<ZoneVpc> {
    let known = |vpc: Vpc| {
        Some(ZoneVpc {
            id: vpc.vpc_id?,
            region: vpc.vpc_region?.as_str().parse().ok()?,
        })
    };
    vpcs.into_iter().filter_map(known).collect()
}

impl Route53 {
    /// Makes a private zone that a VPC of this account resolves from the beginning: none can be made without. The same reference again is refused, as
    /// with [`Route53::create_zone`].
    pub async fn create_private_zone(
        &self,
        name: &str,
        reference: &str,
        comment: &str,
        vpc: &ZoneVpc,
    ) -> Result<(), Failure> {
        let config = HostedZoneConfig::builder().comment(comment).private_zone(true).build();
        let call = self
            .once
            .create_hosted_zone()
            .name(name)
            .caller_reference(reference)
            .hosted_zone_config(config)
            .vpc(sdk(vpc));
        call.send().await.map(drop).map_err(self.failed("CreateHostedZone"))
    }

    /// The VPCs of other accounts that may be associated with a zone of this account.
    pub async fn authorised_vpcs(&self, zone: &str) -> Result<Vec<ZoneVpc>, Failure> {
        let mut found = Vec::new();
        let mut next = None;
        loop {
            let call = self.read.list_vpc_association_authorizations().hosted_zone_id(zone);
            let page = call.set_next_token(next).send().await;
            let page = page.map_err(self.failed("ListVPCAssociationAuthorizations"))?;
            found.extend(of_sdk(page.vpcs));
            next = page.next_token.filter(|token| !token.is_empty());
            if next.is_none() {
                return Ok(found);
            }
        }
    }

    /// Lets the owner of a VPC associate it with a zone of this account.
    pub async fn authorise_vpc(&self, zone: &str, vpc: &ZoneVpc) -> Result<(), Failure> {
        let call = self.once.create_vpc_association_authorization().hosted_zone_id(zone);
        let sent = call.vpc(sdk(vpc)).send().await;
        sent.map(drop).map_err(self.failed("CreateVPCAssociationAuthorization"))
    }

    /// Ends that permission; an association that was made by it stays.
    pub async fn withdraw_vpc(&self, zone: &str, vpc: &ZoneVpc) -> Result<(), Failure> {
        let call = self.once.delete_vpc_association_authorization().hosted_zone_id(zone);
        let sent = call.vpc(sdk(vpc)).send().await;
        sent.map(drop).map_err(self.failed("DeleteVPCAssociationAuthorization"))
    }

    /// Makes a VPC of this account resolve a private zone, and gives the change's id. The zone of another account must have authorised it.
    pub async fn associate_vpc(&self, zone: &str, vpc: &ZoneVpc, comment: &str) -> Result<String, Failure> {
        let call = self.once.associate_vpc_with_hosted_zone().hosted_zone_id(zone);
        let sent = call.vpc(sdk(vpc)).comment(comment).send().await;
        let answer = sent.map_err(self.failed("AssociateVPCWithHostedZone"))?;
        let change = answer.change_info;
        Ok(bare(
            &change.ok_or_else(|| bad_answer("AssociateVPCWithHostedZone"))?.id,
        ))
    }

    /// Ends that. Refused for the last VPC of a zone.
    pub async fn disassociate_vpc(&self, zone: &str, vpc: &ZoneVpc, comment: &str) -> Result<(), Failure> {
        let call = self.once.disassociate_vpc_from_hosted_zone().hosted_zone_id(zone);
        let sent = call.vpc(sdk(vpc)).comment(comment).send().await;
        sent.map(drop).map_err(self.failed("DisassociateVPCFromHostedZone"))
    }

    /// Every private zone that a VPC of this account resolves; those that a Route 53 Profile attaches are not told.
    pub async fn zones_of_vpc(&self, vpc: &ZoneVpc) -> Result<Vec<ZoneOfVpc>, Failure> {
        let mut found = Vec::new();
        let mut next = None;
        loop {
            let call = self.read.list_hosted_zones_by_vpc().vpc_id(&vpc.id);
            let call = call.vpc_region(VpcRegion::from(vpc.region.as_str()));
            let page = call.set_next_token(next).send().await;
            let page = page.map_err(self.failed("ListHostedZonesByVPC"))?;
            found.extend(page.hosted_zone_summaries.into_iter().map(|zone| {
                let owner = zone
                    .owner
                    .and_then(|owner| owner.owning_account.or(owner.owning_service));
                ZoneOfVpc {
                    id: bare(&zone.hosted_zone_id),
                    name: zone.name,
                    owner: owner.unwrap_or_default(),
                }
            }));
            next = page.next_token.filter(|token| !token.is_empty());
            if next.is_none() {
                return Ok(found);
            }
        }
    }
}
