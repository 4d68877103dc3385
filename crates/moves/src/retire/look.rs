//! What stands in the accounts now, as far as it matters for what a run has left. Reads only: what the role may not look at is said, and that
//! kind stays as nobody has looked.

use std::collections::BTreeMap;

use aws::ec2::Image as OneImage;
use aws::elasticache_retire::CacheStanding;
use aws::groups_in_use::GroupUse;
use aws::key_uses::KeyUse;
use aws::rds::{DbInstance, DbSnapshot};
use aws::rds_clusters::DbCluster;
use aws::s3::BucketSeen;
use jiff::Timestamp;
use model::inventory::{Cache, Cluster, Database};
use model::machines::{EbsSnapshot, Instance, Volume};
use model::{Failure, State};

use crate::cache::old_cache::Asked;
use crate::old_group::retire::Named;
use crate::terraform::Run;
use crate::world::World;
use crate::zone::retire::ZoneSeen;

/// What was seen. What is absent was not looked at, or may not be.
#[derive(Debug, Default)]
pub struct Seen {
    /// What could not be looked at, in words, with the permission.
    pub unread: Vec<String>,
    pub(crate) source: There,
    pub(crate) target: There,
    /// Zones that were handed over, by their names.
    pub(crate) zones: BTreeMap<String, ZoneSeen>,
}

/// What was seen in one account. Of what was looked for by its id: none, it is gone.
#[derive(Debug, Default)]
pub(crate) struct There {
    pub(crate) databases: Option<Vec<Database>>,
    pub(crate) clusters: Option<Vec<Cluster>>,
    pub(crate) instance: BTreeMap<String, Option<DbInstance>>,
    pub(crate) cluster: BTreeMap<String, Option<DbCluster>>,
    /// By whether they are clusters', and by name.
    pub(crate) db_snapshot: BTreeMap<(bool, String), Option<DbSnapshot>>,
    /// What people took of each database that moved, by that.
    pub(crate) manual_snapshots: BTreeMap<String, Vec<DbSnapshot>>,
    pub(crate) image: BTreeMap<String, Option<OneImage>>,
    /// Every image that the account owns.
    pub(crate) images: Option<Vec<model::inventory::Image>>,
    /// What names an image, by its id.
    pub(crate) named_by: Option<BTreeMap<String, Vec<String>>>,
    /// Whom an image is shared with, by its id; absent where that may not be looked at.
    pub(crate) image_shared_with: BTreeMap<String, Vec<String>>,
    /// The same of snapshots of databases, by whether they are clusters', and by name.
    pub(crate) snapshot_shared_with: BTreeMap<(bool, String), Vec<String>>,
    pub(crate) machines: Option<Vec<Instance>>,
    pub(crate) volumes: Option<Vec<Volume>>,
    pub(crate) snapshots: Option<Vec<EbsSnapshot>>,
    /// Of each database the first minute of the last hour that CloudWatch told of, and the last in which somebody was connected.
    pub(crate) connected: BTreeMap<String, (Option<Timestamp>, Option<Timestamp>)>,
    pub(crate) caches: Option<Vec<Cache>>,
    pub(crate) cache: BTreeMap<String, Option<CacheStanding>>,
    pub(crate) cache_asked: BTreeMap<String, Asked>,
    /// Who has which groups.
    pub(crate) rds_groups: Option<Vec<GroupUse>>,
    pub(crate) cache_groups: Option<Vec<GroupUse>>,
    /// Whether groups that the run carried are there.
    pub(crate) group: BTreeMap<Named, bool>,
    pub(crate) bucket: BTreeMap<String, BucketSeen>,
    pub(crate) key: BTreeMap<String, Option<aws::kms::Key>>,
    pub(crate) key_uses: Option<Vec<KeyUse>>,
}

impl Seen {
    /// Takes an answer; of a refusal it notes what was not seen. A role that cannot be taken on, and anything but a refusal, is a failure.
    pub(crate) fn take<T>(&mut self, what: &str, answer: Result<T, Failure>) -> Result<Option<T>, Failure> {
        match answer {
            Ok(seen) => Ok(Some(seen)),
            Err(failure) => {
                let Some(lacking) = failure.lacks() else {
                    return Err(failure);
                };
                let text = format!(
                    "{what} cannot be looked at: the role in account {} lacks {lacking} ({})",
                    failure.account, failure.code
                );
                if !self.unread.contains(&text) {
                    self.unread.push(text);
                }
                Ok(None)
            }
        }
    }
}

/// Looks at what a run has left, and at what the target has instead.
pub async fn look(state: &State, world: &World, now: Timestamp) -> Result<Seen, Failure> {
    let run = Run { state };
    let mut seen = Seen::default();
    crate::database::retire::look(&run, world, now, &mut seen).await?;
    crate::cluster::retire::look(&run, world, now, &mut seen).await?;
    crate::snapshot::retire::look(&run, world, &mut seen).await?;
    crate::image::retire::look(&run, world, &mut seen).await?;
    crate::instance::retire::look(&run, world, &mut seen).await?;
    crate::volume::retire::look(&run, world, &mut seen).await?;
    crate::cache::retire::look(&run, world, now, &mut seen).await?;
    crate::bucket::retire::look(&run, world, &mut seen).await?;
    crate::zone::retire::look(&run, world, &mut seen).await?;
    crate::old_group::retire::look(&run, world, &mut seen).await?;
    crate::key::retire::look(&run, world, &mut seen).await?;
    Ok(seen)
}
