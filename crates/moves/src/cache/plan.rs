//! What is said of caches, and which of them are exported.

use model::inventory::Cache;
use model::{ResourceRef, Side};

use super::plan_export;
use super::spec::Content;
use super::words::Text;
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
                    let text = Text::Unlisted.fill(&[&spec.id]);
                    draft.note(Some(&resource), Says::Warns(&known::CACHE_MISSING), text);
                }
                draft.note(Some(&resource), Says::Tells, Text::StaysBehind.fill(&[&spec.because]));
                if spec.fill.is_some() {
                    draft.note(Some(&resource), Says::Blocks(&known::CACHE_FILL), Text::FillOfSkipped);
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
            let text = Text::Undecided.fill(&[&cache.id, &cache.engine]);
            let resource = ResourceRef::new("cache", &cache.id);
            draft.note(Some(&resource), Says::Warns(&known::CACHE_UNDECIDED), text);
            note_store(draft, &resource, cache);
        }
    }
}

/// Who has a cache backed up may take it for a store.
fn note_store(draft: &mut Draft, resource: &ResourceRef, cache: &Cache) {
    if cache.snapshot_retention_days > 0 {
        let text = Text::IsStore.fill(&[&cache.snapshot_retention_days.to_string()]);
        draft.note(Some(resource), Says::Warns(&known::CACHE_IS_STORE), text);
    }
}
