//! Stopping what writes to a database, before the snapshot that travels is taken, and proving that nothing is connected any more. One piece for
//! instances and clusters: security groups and connections are the same for both.
//!
//! The database gets a security group that admits nobody. Security groups track connections, so whoever is connected stays so
//! (<https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/security-group-connection-tracking.html>): that is why the count of connections is
//! looked at, and not the group. What stays in force afterwards is the closed group: nobody is to write to the old database.

mod block_access;
mod closed_group;
mod drop_connections;
mod plan;
mod prove_quiet;
mod prove_unwritten;
mod record_access;
pub mod spec;
pub(crate) mod words;

use std::rc::Rc;

use aws::rds::Family;
use aws::rds_access::Access;
use engine::{Registry, StepContext};
use model::{Failure, FailureClass};
use serde::{Deserialize, Serialize};

use crate::world::{World, action};

pub(crate) use plan::{after_snapshot, before_snapshot};

/// The code of these actions.
pub(crate) fn register(registry: &mut Registry, world: &Rc<World>) {
    action(
        registry,
        world,
        "writes.record_access",
        1,
        record_access::RecordAccess::new,
    );
    action(
        registry,
        world,
        "writes.create_closed_group",
        1,
        closed_group::CreateClosedGroup::new,
    );
    action(
        registry,
        world,
        "writes.block_access",
        1,
        block_access::BlockAccess::new,
    );
    action(
        registry,
        world,
        "writes.drop_connections",
        1,
        drop_connections::DropConnections::new,
    );
    action(registry, world, "writes.prove_quiet", 1, prove_quiet::ProveQuiet::new);
    action(
        registry,
        world,
        "writes.prove_unwritten",
        1,
        prove_unwritten::ProveUnwritten::new,
    );
}

/// The database whose writes are stopped.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Database {
    /// What it is.
    pub(super) family: Family,
    /// Its identifier.
    pub(super) id: String,
}

impl Database {
    /// Who can connect to it now, in the source.
    async fn access(&self, cx: &StepContext, world: &World) -> Result<Access, Failure> {
        let found = world.source().rds.access(self.family, &self.id).await?;
        found.ok_or_else(|| {
            let what = format!("the source has no database {} any more", self.id);
            cx.failure(FailureClass::NotFound, "[NoDatabase]", what)
        })
    }
}
