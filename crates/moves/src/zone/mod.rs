//! Route 53 zones. A zone cannot change its account: the target gets a new one, with name servers of its own, that holds the same
//! records; then the parent's delegation is pointed at it. The old zone stays whole, so that every name answers at every instant
//! whichever delegation a resolver has cached, and so that there is a way back.
//!
//! The way back is open for as long as nothing was written only to the new zone. It takes as long as resolvers may remember the
//! new zone, which is why TTLs are low around the hand-over.

mod adopt_zone;
mod certificate;
mod check_parent;
mod compare_records;
mod copy_records;
mod create_zone;
mod delegate;
mod delegate_outside;
mod delete_old_records;
mod delete_old_zone;
mod difference;
mod keep_equal;
mod named;
mod names;
mod ns_sets;
pub(crate) mod outputs;
mod parent;
mod plan;
mod plan_adopt;
mod plan_carve;
mod plan_outside;
pub mod private;
pub(crate) mod proofs;
mod prove_retired;
mod questions;
mod release_zone;
mod repoint;
pub(crate) mod retire;
mod set_ns_ttl;
pub mod spec;
mod tag_zone;
mod taking_back;
pub(crate) mod terraform;
mod wait_ttl;
mod watch_answers;
mod withdrawal;
pub(crate) mod words;

use std::rc::Rc;

use aws::Account;
use aws::route53::{RecordChange, RecordSet};
use engine::{Registry, StepContext};
use model::{Failure, FailureClass, Side, StepId};
use serde::{Deserialize, Serialize};

use crate::world::{World, action};

use named::{Named, Renamed};
pub use plan::plan;

/// The code of this kind's actions.
pub fn register(registry: &mut Registry, world: &Rc<World>) {
    action(registry, world, "zone.create_zone", 1, create_zone::CreateZone::new);
    action(registry, world, "zone.adopt_zone", 1, adopt_zone::AdoptZone::new);
    action(registry, world, "zone.release_zone", 1, release_zone::ReleaseZone::new);
    action(registry, world, "zone.tag_zone", 1, tag_zone::TagZone::new);
    action(registry, world, "zone.copy_records", 1, copy_records::CopyRecords::new);
    action(
        registry,
        world,
        "zone.compare_records",
        1,
        compare_records::CompareRecords::new,
    );
    action(registry, world, "zone.set_ns_ttl", 1, set_ns_ttl::SetNsTtl::new);
    action(registry, world, "zone.wait_ttl", 1, wait_ttl::WaitTtl::new);
    action(registry, world, "zone.delegate", 1, delegate::Delegate::new);
    action(
        registry,
        world,
        "zone.delegate_outside",
        1,
        delegate_outside::DelegateOutside::new,
    );
    action(registry, world, "zone.keep_equal", 1, keep_equal::KeepEqual::new);
    action(registry, world, "zone.check_parent", 1, check_parent::CheckParent::new);
    action(
        registry,
        world,
        "zone.watch_answers",
        1,
        watch_answers::WatchAnswers::new,
    );
    certificate::register(registry, world);
    named::register(registry, world);
    repoint::register(registry, world);
    action(
        registry,
        world,
        "zone.prove_retired",
        1,
        prove_retired::ProveRetired::new,
    );
    action(
        registry,
        world,
        "zone.delete_old_records",
        1,
        delete_old_records::DeleteOldRecords::new,
    );
    action(
        registry,
        world,
        "zone.delete_old_zone",
        1,
        delete_old_zone::DeleteOldZone::new,
    );
}

/// The output of the step that makes the new zone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Created {
    /// The new zone's id.
    pub zone_id: String,
    /// Its name servers.
    pub name_servers: Vec<String>,
}

/// The two zones of a move: what most steps are given.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
struct Pair {
    /// The name of the zone that the target gets.
    name: String,
    /// The id of the zone that has held its records so far.
    old: String,
    /// The account of that one.
    #[serde(default = "source", skip_serializing_if = "is_source")]
    old_side: Side,
    /// Whether they are carved out of a zone of a shorter name, in which they had no zone of their own.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    carved: bool,
    /// The step that makes the new one, in the target.
    new: StepId,
    /// The sets that the new one had before, where it was there: they stay.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    had: Vec<difference::Kept>,
    /// What its records name beside other records, and the target gets too.
    #[serde(default, skip_serializing_if = "Named::is_nothing")]
    named: Named,
}

fn source() -> Side {
    Side::Source
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde gives a reference")]
fn is_source(side: &Side) -> bool {
    *side == Side::Source
}

/// Both zones as they are stored now.
struct Stored {
    /// The old zone's sets as the new zone must have them.
    wanted: Vec<RecordSet>,
    /// The new zone's sets.
    held: Vec<RecordSet>,
    /// The new zone.
    new: Created,
    /// What takes the place of what the old zone's records name.
    renamed: Renamed,
}

impl Pair {
    /// Reads both zones.
    async fn stored(&self, cx: &StepContext, world: &World) -> Result<Stored, Failure> {
        let new = cx.output::<Created>(&self.new)?;
        let source = world.account(self.old_side).route53.records(&self.old).await?;
        let held = world.target().route53.records(&new.zone_id).await?;
        let renamed = self.named.renamed(cx)?;
        Ok(Stored {
            wanted: difference::wanted(&self.name, &source, (&self.old, &new.zone_id), self.carved, &renamed),
            held,
            new,
            renamed,
        })
    }

    /// How the new zone differs from what it should hold.
    fn difference(&self, stored: &Stored) -> difference::Difference {
        difference::compare(&self.name, &stored.wanted, &stored.held).leaving(&self.had)
    }
}

/// Sends one batch of changes, and gives the change's id. One that is refused whole because somebody has written one of these sets since they were read
/// is borne: another look tells what is left to write.
async fn send(account: &Account, zone: &str, batch: &[RecordChange], comment: &str) -> Result<String, Failure> {
    let sent = account.route53.change(zone, batch, comment).await;
    sent.map_err(|mut failure| {
        if failure.code == "InvalidChangeBatch" {
            failure.class = FailureClass::WrongState;
        }
        failure
    })
}
