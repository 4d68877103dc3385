//! What is said of caches.

use model::plan::Weight;
use model::{ResourceRef, Side};

use super::spec::Content;
use crate::draft::Draft;

/// Says what becomes of each cache, and asks where the runbook does not say it.
pub(crate) fn plan(draft: &mut Draft) {
    let listed = draft
        .regional(Side::Source)
        .map(|region| region.caches.as_slice())
        .unwrap_or_default();
    for spec in &draft.runbook.caches {
        let resource = ResourceRef::new("cache", &spec.id);
        if !listed.iter().any(|cache| cache.id == spec.id) {
            let text = format!(
                "the inventory lists no cache {} in the source: whether it exists cannot be told",
                spec.id
            );
            draft.note(Some(&resource), Weight::Warns, text);
        }
        let (weight, text) = match spec.content {
            Content::Skip => (
                Weight::Tells,
                format!(
                    "its content stays behind: {}. The target's cache starts empty and fills itself; expect more load behind it at first",
                    spec.because
                ),
            ),
            Content::Export => (
                Weight::Blocks,
                format!(
                    "content = \"export\" is not done by cleave. By hand, before the window: aws elasticache create-snapshot, copy-snapshot \
                     --target-bucket to a bucket in the source, copy the .rdb into a bucket of the target that ElastiCache may read, and create \
                     the target's replication group with --snapshot-arns. Write content = \"skip\" once that is arranged ({})",
                    spec.because
                ),
            ),
        };
        draft.note(Some(&resource), weight, text);
    }
    for cache in listed {
        if !draft.runbook.caches.iter().any(|spec| spec.id == cache.id) {
            let text = format!(
                "the source has the cache {} ({}), and the runbook does not say what becomes of it: add [[cache]] with content = \"skip\" and why",
                cache.id, cache.engine
            );
            draft.note(Some(&ResourceRef::new("cache", &cache.id)), Weight::Warns, text);
        }
    }
}
