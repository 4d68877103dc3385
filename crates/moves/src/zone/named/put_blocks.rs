//! Makes the blocks of the run's own CIDR collection those of the source's, one batch at a time. Both are read anew before each, and each names the
//! version that it was made for, so that a finished copy sends nothing and no change of anybody's is overwritten unseen.

use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;
use aws::route53::{BlockChange, CidrBlocks};
use engine::{Begun, Observed, Progress, Step, StepContext, Verified};
use model::{Failure, FailureClass, StepId};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use super::create_collection::Output;
use super::{OldCollection, blocks_that_differ, new_blocks};
use crate::underway::Underway;
use crate::world::World;
use crate::zone::ns_sets;
use crate::zone::proofs::Proof;

/// At most so many blocks in one change.
pub(super) const MOST_BLOCKS: usize = 1000;

#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Input {
    /// The source's collection.
    pub(super) old: OldCollection,
    /// The step that makes the target's.
    pub(super) new: StepId,
}

/// The output: what it holds. No plan knows it for sure.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(super) struct Put {
    /// Location to blocks.
    pub(super) locations: BTreeMap<String, Vec<String>>,
}

pub(super) struct PutBlocks {
    input: Input,
    world: Rc<World>,
}

/// The changes that make `held` be `wanted`, a block that moves in one change with the location that loses it.
fn changes(wanted: &CidrBlocks, held: &CidrBlocks) -> Vec<BlockChange> {
    let mut changes = Vec::new();
    for (block, location) in wanted {
        match held.get(block) {
            Some(there) if there == location => continue,
            Some(there) => changes.push(BlockChange::Delete {
                location: there.clone(),
                block: block.clone(),
            }),
            None => {}
        }
        changes.push(BlockChange::Put {
            location: location.clone(),
            block: block.clone(),
        });
    }
    let extra = held.iter().filter(|(block, _)| !wanted.contains_key(*block));
    changes.extend(extra.map(|(block, location)| BlockChange::Delete {
        location: location.clone(),
        block: block.clone(),
    }));
    changes
}

/// The first batch of some changes: a block's two stay together.
fn batch(changes: &[BlockChange]) -> &[BlockChange] {
    let Some(next) = changes.get(MOST_BLOCKS) else {
        return changes;
    };
    let last = &changes[MOST_BLOCKS - 1];
    let block = |change: &BlockChange| match change {
        BlockChange::Put { block, .. } | BlockChange::Delete { block, .. } => block.clone(),
    };
    let cut = MOST_BLOCKS - usize::from(block(last) == block(next));
    &changes[..cut]
}

impl PutBlocks {
    pub(super) fn new(input: Input, world: Rc<World>) -> Self {
        Self { input, world }
    }

    async fn blocks(&self, cx: &StepContext) -> Result<(CidrBlocks, CidrBlocks), Failure> {
        let made = cx.output::<Output>(&self.input.new)?;
        let wanted = self.input.old.blocks(cx, &self.world).await?;
        Ok((wanted, new_blocks(cx, &self.world, &made.id).await?))
    }
}

#[async_trait(?Send)]
impl Step for PutBlocks {
    async fn observe(&self, cx: &StepContext) -> Result<Observed, Failure> {
        let (wanted, held) = self.blocks(cx).await?;
        if wanted != held {
            return Ok(Observed::Absent);
        }
        if ns_sets::in_sync(cx, &self.world.target()).await? == Some(false) {
            return Ok(Observed::Underway {
                progress: Progress::words(Underway::BlocksPut),
                look_again: Duration::from_secs(10),
            });
        }
        let mut put = Put::default();
        for (block, location) in held {
            put.locations.entry(location).or_default().push(block);
        }
        Ok(Observed::Present(json!(put)))
    }

    async fn begin(&self, cx: &StepContext) -> Result<Begun, Failure> {
        let made = cx.output::<Output>(&self.input.new)?;
        let target = self.world.target();
        // The version first: who writes between the two reads makes the change be refused.
        let all = target.route53.cidr_collections().await?;
        let Some(collection) = all.into_iter().find(|collection| collection.id == made.id) else {
            let what = format!("account {} has no CIDR collection {}", target.id, made.id);
            return Err(cx.failure(FailureClass::WrongState, "[NoCollection]", what));
        };
        let (wanted, held) = self.blocks(cx).await?;
        let changes = changes(&wanted, &held);
        let batch = batch(&changes);
        let total = wanted.len() as u64;
        if batch.is_empty() {
            return Ok(Begun::Swept {
                cursor: cx.cursor.clone().unwrap_or(Value::Null),
                done: total,
                total: Some(total),
                more: false,
            });
        }
        let route53 = &target.route53;
        let change = route53
            .change_cidr_collection(&made.id, collection.version, batch)
            .await?;
        Ok(Begun::Swept {
            cursor: json!({ "change": change }),
            done: total.saturating_sub((changes.len() - batch.len()) as u64),
            total: Some(total),
            more: batch.len() < changes.len(),
        })
    }

    async fn verify(&self, cx: &StepContext, _output: &Value) -> Result<Verified, Failure> {
        let (wanted, held) = self.blocks(cx).await?;
        Ok(match blocks_that_differ(&wanted, &held) {
            None => Verified::Right {
                evidence: Proof::BlocksPut.fill(&[&held.len().to_string(), &self.input.old.id]),
            },
            Some(differ) => Verified::Wrong {
                why: Proof::CollectionsDiffer.fill(&[differ.as_str()]),
            },
        })
    }

    async fn undo(&self, _cx: &StepContext) -> Result<(), Failure> {
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn blocks(of: &[(&str, &str)]) -> CidrBlocks {
        let of = of.iter();
        of.map(|(block, location)| ((*block).to_owned(), (*location).to_owned()))
            .collect()
    }

    #[test]
    fn a_block_that_moves_leaves_its_location_in_the_same_change() {
        let held = blocks(&[("10.0.0.0/24", "a"), ("10.0.1.0/24", "a"), ("10.0.9.0/24", "a")]);
        let wanted = blocks(&[("10.0.0.0/24", "a"), ("10.0.1.0/24", "b"), ("10.0.2.0/24", "b")]);
        let put = |location: &str, block: &str| BlockChange::Put {
            location: location.into(),
            block: block.into(),
        };
        let delete = |location: &str, block: &str| BlockChange::Delete {
            location: location.into(),
            block: block.into(),
        };
        assert_eq!(
            changes(&wanted, &held),
            [
                delete("a", "10.0.1.0/24"),
                put("b", "10.0.1.0/24"),
                put("b", "10.0.2.0/24"),
                delete("a", "10.0.9.0/24")
            ]
        );
        assert_eq!(changes(&wanted, &wanted), []);
    }

    #[test]
    fn a_batch_is_no_longer_than_aws_takes_and_parts_no_block_from_itself() {
        let at = |place: usize| BlockChange::Put {
            location: "a".into(),
            block: format!("block-{place}"),
        };
        let single: Vec<BlockChange> = (0..1500).map(at).collect();
        assert_eq!(batch(&single).len(), 1000);
        let mut moving = vec![at(9999)];
        moving.extend((0..800).flat_map(|place| [at(place), at(place)]));
        assert_eq!(batch(&moving).len(), 999);
        assert_eq!(batch(&single[..7]).len(), 7);
    }
}
