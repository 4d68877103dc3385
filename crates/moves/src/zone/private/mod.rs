//! Private Route 53 zones. VPCs resolve them, and a VPC resolves one zone of a name only. So either the zone stays in the source and the
//! target's VPCs resolve it, too (*share*), or the target gets one of its own with the same records (*copy*), and from then on
//! there are two. Nobody outside of a VPC can ask either of them anything: what is stored is what can be compared.

mod associate_vpc;
mod authorise_vpc;
mod create_zone;
pub(crate) mod outputs;
mod plan;
mod plan_notes;
pub mod spec;
pub(crate) mod terraform;
mod withdraw_vpc;

use std::rc::Rc;

use aws::route53::HostedZone;
use engine::{Registry, StepContext};
use model::inventory::ZoneVpc;
use model::{Failure, FailureClass, Said, Side};
use serde::{Deserialize, Serialize};

use super::names::canonical;
use super::ns_sets::ZoneFrom;
use crate::foreign::Foreign;
use crate::world::{World, action};

pub use plan::plan;

/// The code of this kind's actions. Records and tags are written by those of public zones.
pub fn register(registry: &mut Registry, world: &Rc<World>) {
    action(
        registry,
        world,
        "private_zone.create_zone",
        1,
        create_zone::CreateZone::new,
    );
    action(
        registry,
        world,
        "private_zone.authorise_vpc",
        1,
        authorise_vpc::AuthoriseVpc::new,
    );
    action(
        registry,
        world,
        "private_zone.associate_vpc",
        1,
        associate_vpc::AssociateVpc::new,
    );
    action(
        registry,
        world,
        "private_zone.withdraw_vpc",
        1,
        withdraw_vpc::WithdrawVpc::new,
    );
}

/// A VPC of the target, and the zone that it is to resolve.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Association {
    /// The zone's name.
    name: String,
    zone: ZoneFrom,
    /// The account of the zone.
    owner: Side,
    vpc: ZoneVpc,
}

/// What is kept before the call that lets something in: that it is this run which does. Where the note is missing, somebody else has.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Opened {
    /// Whether this run has.
    ours: bool,
}

impl Association {
    /// The zone, as its own account sees it.
    async fn zone(&self, cx: &StepContext, world: &World) -> Result<HostedZone, Failure> {
        let id = self.zone.id(cx)?;
        let found = world.account(self.owner).route53.zone(&id).await?;
        found.ok_or_else(|| {
            let what = format!(
                "private zone {} ({id}) is not in the {} account any more",
                self.name, self.owner
            );
            cx.failure(FailureClass::NotFound, "[NoZone]", what)
        })
    }

    /// What of another zone keeps the VPC from this one; whichever account that is of.
    async fn in_the_way(&self, world: &World, zone: &str) -> Result<Option<Said>, Failure> {
        resolved_already(world, &self.name, &self.vpc, zone).await
    }
}

/// Which zone of a name, other than this one, a VPC of the target resolves already.
async fn resolved_already(world: &World, name: &str, vpc: &ZoneVpc, zone: &str) -> Result<Option<Said>, Failure> {
    let resolved = world.target().route53.zones_of_vpc(vpc).await?;
    let other = resolved
        .into_iter()
        .find(|other| other.id != zone && canonical(&other.name) == canonical(name));
    Ok(other.map(|other| Foreign::ResolvesOther.fill(&[&vpc.id, &other.id, &other.owner])))
}
