//! What is said of caches, and which of them are exported.

use model::inventory::Cache;
use model::{ResourceRef, Side};

use super::plan_export;
use super::spec::Content;
use crate::check::known;
use crate::draft::Draft;
use crate::draft::Says;

/// Says what becomes of each cache, adds the steps of those that are exported, and asks where the runbook does not say it.
pub(crate) fn plan(draft: &mut Draft) {
    let listed = draft
        .regional(Side::Source)
        .map(|region| region.caches.as_slice())
        .unwrap_or_default();
    for spec in &draft.runbook.caches {
        let resource = ResourceRef::new("cache", &spec.id);
        let found = listed.iter().find(|cache| cache.id == spec.id);
        match spec.content {
            Content::Skip => {
                if found.is_none() {
                    let text = format!(
                        "the inventory lists no cache {} in the source: whether it exists cannot be told",
                        spec.id
                    );
                    draft.note(Some(&resource), Says::Warns(&known::CACHE_MISSING), text);
                }
                let text = format!(
                    "its content stays behind: {}. The target's cache starts empty and fills itself; expect more load behind it at first",
                    spec.because
                );
                draft.note(Some(&resource), Says::Tells, text);
                if spec.fill.is_some() {
                    let text =
                        "fill belongs to content = \"export\": with \"skip\" nothing is there to fill a cache from";
                    draft.note(Some(&resource), Says::Blocks(&known::CACHE_FILL), text);
                }
                if let Some(cache) = found {
                    note_store(draft, &resource, cache);
                }
            }
            Content::Export => plan_export::plan(draft, spec, &resource, found),
        }
    }
    for cache in listed {
        if !draft.runbook.caches.iter().any(|spec| spec.id == cache.id) {
            let text = format!(
                "the source has the cache {} ({}), and the runbook does not say what becomes of it: add [[cache]] with content = \"skip\" \
                 or \"export\", and why",
                cache.id, cache.engine
            );
            let resource = ResourceRef::new("cache", &cache.id);
            draft.note(Some(&resource), Says::Warns(&known::CACHE_UNDECIDED), text);
            note_store(draft, &resource, cache);
        }
    }
}

/// Who has a cache backed up may take it for a store.
fn note_store(draft: &mut Draft, resource: &ResourceRef, cache: &Cache) {
    if cache.snapshot_retention_days > 0 {
        let text = format!(
            "it keeps automatic snapshots for {} day(s): make sure that nobody takes it for a store (queues, sessions, counters)",
            cache.snapshot_retention_days
        );
        draft.note(Some(resource), Says::Warns(&known::CACHE_IS_STORE), text);
    }
}
