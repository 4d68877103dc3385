//! What is left of caches whose content was exported.

use model::StepSpec;

use super::create_group;
use crate::database::retire::not_looked;
use crate::retire::{How, Left, Old, Seen};
use crate::terraform::Run;
use crate::world::World;

fn moved<'a>(run: &Run<'a>) -> Vec<&'a StepSpec> {
    run.done("cache.create_snapshot").collect()
}

/// The group that the run filled with it.
fn filled(run: &Run, moved: &StepSpec) -> Option<String> {
    let step = run
        .done("cache.create_group")
        .find(|step| step.resource == moved.resource)?;
    run.input::<create_group::Input>(step).map(|input| input.id)
}

/// Looks at each, and at what the target has instead.
pub(crate) async fn look(run: &Run<'_>, world: &World, seen: &mut Seen) -> Result<(), model::Failure> {
    if moved(run).is_empty() {
        return Ok(());
    }
    let listed = world.source().elasticache.observed().await;
    seen.source.caches = seen.take("caches", listed)?;
    let listed = world.target().elasticache.observed().await;
    seen.target.caches = seen.take("the target's caches", listed)?;
    Ok(())
}

/// Tells the caches that stand in the source still.
pub(crate) fn left(old: &Old, all: &mut Vec<Left>) {
    for step in moved(&old.run) {
        let id = step.resource.name.clone();
        let mut left = Left::new(step.resource.clone(), "cache", id.clone());
        let is_group = step.input["is_group"] == true;
        let delete = match is_group {
            true => "delete-replication-group --replication-group-id",
            false => "delete-cache-cluster --cache-cluster-id",
        };
        left.removal = How::Hand {
            command: format!(
                "{} {delete} {id} --final-snapshot-identifier NAME",
                old.aws("elasticache")
            ),
        };
        left.way_back(None, "what was written in the target since is not in it");
        let region = &old.run.state.plan.region;
        let listed = old.seen.and_then(|seen| seen.source.caches.as_ref());
        let found = listed.map(|all| all.iter().find(|one| one.id == id));
        match found.flatten() {
            Some(one) => {
                left.what = format!(
                    "cache ({}, {} node(s) of {})",
                    one.engine,
                    one.nodes.max(1),
                    one.node_type
                );
                let item = format!("cache:{}", one.node_type);
                let hours = old
                    .prices
                    .line("its nodes' hours", &item, region, u64::from(one.nodes.max(1)), None);
                left.month.lines.push(hours);
            }
            None => left
                .month
                .lines
                .push(old.prices.line("its nodes' hours", "cache", region, 1, None)),
        }
        if let Some(found) = found {
            left.was_seen(found.is_some(), Vec::new());
        }
        match filled(&old.run, step) {
            None => left.tell("the run filled no cache with it: make sure that somebody has"),
            Some(new) => {
                let listed = old.seen.and_then(|seen| seen.target.caches.as_ref());
                match listed.map(|all| all.iter().any(|one| one.id == new)) {
                    None => not_looked(old, &mut left),
                    Some(true) => {}
                    Some(false) => left.block(format!("the cache {new} is gone in the target")),
                }
                left.instead = Some(new);
            }
        }
        all.push(left);
    }
}
