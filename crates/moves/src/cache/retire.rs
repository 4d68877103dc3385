//! What is left of caches whose content was exported, and the steps by which they go: proved to be replaced and unused, a last snapshot, a person's word,
//! and only then the deletion.

use jiff::Timestamp;
use model::inventory::Cache;
use model::{Advice, Phase, Said, Side, StepSpec, Undo};

use super::delete_cache;
use super::old_cache::{self, OldCache};
use super::words::Text;
use super::{create_group, create_snapshot};
use crate::database::retire::not_looked;
use crate::draft::DraftStep;
use crate::prices::Item;
use crate::retire::month::MonthLine;
use crate::retire::plan::Retiring;
use crate::retire::{How, Left, Old, Quiet, Seen};
use crate::terraform::Run;
use crate::world::World;

/// How long a cache may be busy with something else, in seconds: automatic snapshots of large ones take their time.
const BUSY_WITHIN: u64 = 2 * 3600;

fn moved<'a>(run: &Run<'a>) -> Vec<(&'a StepSpec, create_snapshot::Input)> {
    run.done("cache.create_snapshot")
        .filter_map(|step| Some((step, run.input(step)?)))
        .collect()
}

/// The group that the run filled with it.
fn filled(run: &Run, moved: &StepSpec) -> Option<String> {
    let step = run
        .done("cache.create_group")
        .find(|step| step.resource == moved.resource)?;
    run.input::<create_group::Input>(step).map(|input| input.id)
}

/// Looks at each, at what it was asked for in the last hour, and at what the target has instead.
pub(crate) async fn look(run: &Run<'_>, world: &World, now: Timestamp, seen: &mut Seen) -> Result<(), model::Failure> {
    let moved = moved(run);
    if moved.is_empty() {
        return Ok(());
    }
    let (source, target) = (world.source(), world.target());
    let listed = source.elasticache.observed().await;
    seen.source.caches = seen.take("caches", listed)?;
    for (step, taken) in moved {
        let found = source.elasticache.standing(&taken.cache, taken.is_group).await;
        if let Some(found) = seen.take("caches", found)? {
            if let Some(found) = &found {
                let asked = old_cache::asked(world, found, now).await;
                if let Some(asked) = seen.take("what caches are asked for", asked)? {
                    seen.source.cache_asked.insert(taken.cache.clone(), asked);
                }
            }
            seen.source.cache.insert(taken.cache, found);
        }
        if let Some(new) = filled(run, step) {
            let found = target.elasticache.standing(&new, true).await;
            if let Some(found) = seen.take("the target's caches", found)? {
                seen.target.cache.insert(new, found);
            }
        }
    }
    Ok(())
}

/// Tells the caches that stand in the source still.
pub(crate) fn left(old: &Old, all: &mut Vec<Left>) {
    for (step, taken) in moved(&old.run) {
        all.push(one(old, step, &taken));
    }
}

/// It, as a look at all of the source's listed it.
fn listed<'a>(old: &Old<'a>, id: &str) -> Option<&'a Cache> {
    let all = old.seen?.source.caches.as_ref()?;
    all.iter().find(|one| one.id == id)
}

fn one(old: &Old, step: &StepSpec, taken: &create_snapshot::Input) -> Left {
    let id = &taken.cache;
    let mut left = Left::new(step.resource.clone(), "cache", id.clone());
    left.way_back(None, Text::HeldUntilHandOver);
    match listed(old, id) {
        Some(one) => {
            left.what = format!(
                "cache ({}, {} node(s) of {})",
                one.engine,
                one.nodes.max(1),
                one.node_type
            );
            let item = Item::Cache(one.node_type.clone());
            let hours = old.priced("its nodes' hours", &item, u64::from(one.nodes.max(1)), None);
            left.month.lines.push(hours);
        }
        None => left.month.lines.push(MonthLine::unknown("its nodes' hours")),
    }
    if let Some(found) = old.seen.and_then(|seen| seen.source.cache.get(id)) {
        left.was_seen(found.is_some(), Vec::new());
        if let Some(found) = found {
            if old
                .done_at(step)
                .zip(found.created_at)
                .is_some_and(|(done, made)| made > done)
            {
                left.block("another cache bears its id: it was made after the run had taken its snapshot");
            }
            if found.status != "available" {
                left.block(format!("it is {}: look again when it is available", found.status));
            }
            if let Some(global) = &found.global {
                left.block(format!(
                    "it belongs to the global datastore {global}: take it out of that first"
                ));
            }
        }
    }
    asked(old, &mut left);
    replaced(old, step, taken.is_group, &mut left);
    left
}

/// Says who uses it still; else since when nobody does.
fn asked(old: &Old, left: &mut Left) {
    let Some(asked) = old.seen.and_then(|seen| seen.source.cache_asked.get(&left.id)) else {
        return;
    };
    match (&asked.used, asked.since) {
        (Some(used), _) => left.block(used.clone()),
        (None, Some(since)) => {
            left.quiet = Some(Quiet {
                since,
                why: "CloudWatch tells of no command of a client since; before that was not looked".to_owned(),
            });
        }
        (None, None) => left.tell(Text::NothingTold),
    }
}

fn replaced(old: &Old, step: &StepSpec, is_group: bool, left: &mut Left) {
    let Some(new) = filled(&old.run, step) else {
        left.tell(Text::NotFilled);
        let delete = match is_group {
            true => "delete-replication-group --replication-group-id",
            false => "delete-cache-cluster --cache-cluster-id",
        };
        left.removal = How::Hand {
            command: format!(
                "{} {delete} {} --final-snapshot-identifier NAME",
                old.aws("elasticache"),
                left.id
            ),
        };
        return;
    };
    match old.seen.and_then(|seen| seen.target.cache.get(&new)) {
        None => not_looked(old, left),
        Some(found) => {
            if let Some(why) = old_cache::unfit(&new, found.as_ref()) {
                left.block(format!("{why}: this is the only one"));
            }
        }
    }
    left.instead = Some(new);
}

/// Adds the steps by which a cache goes.
pub(crate) fn plan(old: &Old, left: &Left, retiring: &mut Retiring) {
    let found = old.seen.and_then(|seen| seen.source.cache.get(&left.id)?.as_ref());
    let taken = moved(&old.run).into_iter().find(|(step, _)| step.resource == left.of);
    let (Some((_, taken)), Some(found), Some(instead)) = (taken, found, left.instead.clone()) else {
        return;
    };
    let cache = OldCache {
        id: left.id.clone(),
        is_group: taken.is_group,
        created_at: found.created_at,
        shards: found.shards.len(),
        instead,
    };
    let id = &cache.id;
    let step = |verb: &str, title: Said, input: serde_json::Value| {
        DraftStep::new(&left.of, &format!("cache.{verb}"), Side::Source, title, input)
            .phase(Phase::CleanUp)
            .patience(BUSY_WITHIN)
    };
    let title = Text::ProveReplaced.fill(&[&cache.instead, id]);
    let proved = step("prove_replaced", title, value(&cache));
    let proved = retiring.push(proved.leaves_nothing().estimate(5, 30));
    let title = Text::LastSnapshot.fill(&[id]);
    let taken = step("last_snapshot", title, value(&cache)).named("final_snapshot");
    let taken = retiring.push(taken.needs([&proved]).estimate(180, 900));
    let consent = match listed(old, id) {
        // As `left.what` says it.
        Some(one) => Text::GoesWithNodes.fill(&[&one.engine, &one.nodes.max(1).to_string(), &one.node_type, id]),
        None => Text::Goes.fill(&[id]),
    };
    let gate = retiring.gate(left, &[proved.clone(), taken.clone()], consent);
    let undo = Undo::None {
        reason: Advice::LastSnapshot.fill(&[id, taken.as_str()]).into(),
    };
    let input = delete_cache::Input {
        cache: cache.clone(),
        snapshot: taken.clone(),
    };
    let step = step("delete_cache", Text::DeleteCache.fill(&[id]), value(&input));
    let step = step.needs([&proved, &taken]).gates([gate]);
    retiring.push(step.undo(undo).estimate(300, 900));
}

fn value(input: &impl serde::Serialize) -> serde_json::Value {
    serde_json::to_value(input).expect("a step's input has only string keys")
}
