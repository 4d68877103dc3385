//! Law 3: nothing that existed is deleted from a source bucket before the content of every version in its copy is proved
//! equal and its gate is approved.

use super::{Laws, Parties, object_of};
use crate::cloud::Effect;
use crate::s3::versions::order_of;

/// Looks at the deletions since the last look, in their order.
pub(super) fn check(laws: &mut Laws, parties: &Parties, effects: &[Effect]) {
    for effect in effects {
        match effect.operation.as_str() {
            // Whatever is made under the name from now on is another bucket.
            "s3 DeleteBucket" => {
                laws.let_go.insert(effect.resource.clone());
            }
            "s3 DeleteObject" => deleted(laws, parties, effect),
            _ => {}
        }
    }
}

fn deleted(laws: &mut Laws, parties: &Parties, effect: &Effect) {
    let Some((bucket, key, Some(id))) = object_of(effect) else {
        return;
    };
    if laws.let_go.contains(bucket) || (laws.proved.contains(bucket) && laws.approved.contains(bucket)) {
        return;
    }
    let Some(kept) = laws
        .baseline
        .buckets
        .get(bucket)
        .filter(|kept| kept.owner == parties.source)
    else {
        return;
    };
    let existed = match order_of(id) {
        Some(order) => order <= laws.baseline.last_order,
        None => kept
            .stacks
            .get(key)
            .is_some_and(|stack| stack.iter().any(|entry| entry.null)),
    };
    if existed {
        let missing = match (laws.proved.contains(bucket), laws.approved.contains(bucket)) {
            (false, false) => "its copy is not proved equal and its gate is not approved",
            (false, true) => "its copy is not proved equal",
            _ => "its gate is not approved",
        };
        laws.tell(3, bucket, || {
            format!(
                "{}: {key:?} version {id} was deleted from source bucket {bucket}, but {missing}",
                effect.at
            )
        });
    }
}
