//! Keys of the source that are left. They are never scheduled for deletion from here: what still lies under one is told, and the commands by which
//! people take it out of use first.

use aws::key_uses::KeyUse;
use model::ResourceRef;

use super::words::Text;
use super::{KeyOutput, account_in, create_key};
use crate::prices::Item;
use crate::retire::month::Month;
use crate::retire::{How, Left, Old, Seen};
use crate::terraform::Run;
use crate::world::World;

/// The ids of the source's keys that have a counterpart, and of those that the run made for the way.
fn named(run: &Run) -> Vec<(ResourceRef, String, &'static str, Option<String>)> {
    let mut all = Vec::new();
    for step in run.done("key.create_target_key") {
        let original = run.input::<create_key::Input>(step).and_then(|input| input.original);
        if let Some(id) = original {
            let instead = run.output::<KeyOutput>(&step.id).map(|key| key.arn);
            all.push((
                step.resource.clone(),
                id,
                "key, which stands in the target anew",
                instead,
            ));
        }
    }
    for step in run.done("key.create_transport_key") {
        if let Some(key) = run.output::<KeyOutput>(&step.id) {
            let what = "transport key, made by the run for copies on the way";
            all.push((ResourceRef::new("key", &key.id), key.id.clone(), what, None));
        }
    }
    all
}

/// Looks at what lies under which key.
pub(crate) async fn look(run: &Run<'_>, world: &World, seen: &mut Seen) -> Result<(), model::Failure> {
    let named = named(run);
    if named.is_empty() {
        return Ok(());
    }
    let (source, target) = (world.source(), world.target());
    for (_, id, ..) in named {
        let found = source.kms.key(&id).await;
        if let Some(found) = seen.take("keys", found)? {
            seen.source.key.insert(id, found);
        }
    }
    let found = source.rds.key_uses().await;
    let databases = seen.take("what of RDS lies under which key", found)?;
    let found = source.ec2.key_uses().await;
    let disks = seen.take("what of EBS lies under which key", found)?;
    seen.source.key_uses = databases.zip(disks).map(|(one, other)| [one, other].concat());
    let found = target.rds.key_uses().await;
    let databases = seen.take("what of the target's RDS lies under which key", found)?;
    let found = target.ec2.key_uses().await;
    let disks = seen.take("what of the target's EBS lies under which key", found)?;
    seen.target.key_uses = databases.zip(disks).map(|(one, other)| [one, other].concat());
    Ok(())
}

/// Tells the keys, and what still lies under each.
pub(crate) fn left(old: &Old, all: &mut Vec<Left>) {
    for (of, id, what, instead) in named(&old.run) {
        let mut left = Left::new(of, what, id.clone());
        left.instead = instead;
        left.month = Month {
            lines: vec![old.priced("the key", &Item::Key, 1, None)],
        };
        left.way_back(None, Text::ReadOnlyWithIt);
        left.removal = How::Hand {
            command: format!(
                "first {kms} disable-key --key-id {id}, and weeks later, once nothing has failed: {kms} schedule-key-deletion --key-id {id} \
                 --pending-window-in-days 30",
                kms = old.aws("kms")
            ),
        };
        left.tell(Text::NoListOfUses);
        if let Some(found) = old.seen.and_then(|seen| seen.source.key.get(&id)) {
            let drifted = found.as_ref().filter(|key| !key.enabled);
            let drifted = drifted.map(|_| "it cannot be used (disabled, or to be deleted)".to_owned());
            left.was_seen(found.is_some(), drifted.into_iter().collect());
        }
        let mine = old
            .run
            .account(model::Side::Source)
            .map(|account| account.as_str())
            .unwrap_or_default();
        for (whose, uses) in [
            ("in the source", old.seen.map(|seen| seen.source.key_uses.as_deref())),
            ("IN THE TARGET", old.seen.map(|seen| seen.target.key_uses.as_deref())),
        ] {
            let under = |found: &&KeyUse| account_in(&found.key) == mine && found.key.ends_with(&format!(":key/{id}"));
            match uses {
                None => {}
                Some(None) => left.block(format!("what lies under it {whose} cannot be looked at")),
                Some(Some(uses)) => {
                    let found: Vec<&str> = uses.iter().filter(under).map(|found| found.what.as_str()).collect();
                    if let Some((more, some)) = shortened(&found) {
                        left.block(format!("{} thing(s) {whose} lie under it: {some}{more}", found.len()));
                    }
                }
            }
        }
        all.push(left);
    }
}

/// The first few of a list, and how many more there are.
fn shortened(found: &[&str]) -> Option<(String, String)> {
    const SOME: usize = 5;
    let some = found.iter().take(SOME).copied().collect::<Vec<_>>().join(", ");
    let more = match found.len() {
        0 => return None,
        count if count > SOME => format!(" and {} more", count - SOME),
        _ => String::new(),
    };
    Some((more, some))
}
