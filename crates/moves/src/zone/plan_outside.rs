//! A zone whose parent lies outside of Route 53: a DNS provider's zone, or a registry. What the plan reads from the inventory elsewhere is asked of the
//! parent's name servers by the run's first step; a person changes the delegation.

use model::inventory::{Record, Zone};
use model::{Phase, ResourceRef, Side, StepId};

use super::parent::Parent;
use super::plan::{Found, USUAL_TTL, value};
use super::spec::ZoneSpec;
use super::words::Text;
use super::{Pair, check_parent, delegate_outside};
use crate::check::known;
use crate::draft::Says;
use crate::draft::{Draft, DraftStep};

/// How long a name server that does not answer is borne, in seconds: those of somebody else may have a bad hour.
const PATIENCE: u64 = 3600;

/// What is known of such a move before it begins.
pub(super) fn found<'a>(spec: &ZoneSpec, zone: &'a Zone, apex: Option<&Record>, servers: Vec<String>) -> Found<'a> {
    Found {
        zone,
        old_side: Side::Source,
        carved: false,
        sets: zone.records.len() as u64,
        parent: Parent::Outside {
            outside: spec.parent.zone.clone(),
        },
        delegation: None,
        delegation_ttl: None,
        apex_ttl: apex.and_then(|record| record.ttl).unwrap_or(USUAL_TTL),
        servers,
    }
}

/// The look at the parent, before anything is made.
pub(super) fn check(draft: &mut Draft<'_>, spec: &ZoneSpec, resource: &ResourceRef, found: &Found<'_>) -> StepId {
    let input = check_parent::Input {
        name: spec.name.clone(),
        outside: spec.parent.zone.clone(),
        old: found.zone.id.clone(),
        old_values: found.servers.clone(),
    };
    let title = Text::AskParent.fill(&[&spec.parent.zone]);
    let step = DraftStep::new(resource, "zone.check_parent", Side::Source, title, value(input));
    draft.push(step.leaves_nothing().patience(PATIENCE).estimate(3, 30))
}

/// The hand-over: a person's, asked for and awaited.
pub(super) fn delegate(spec: &ZoneSpec, resource: &ResourceRef, found: &Found<'_>, zones: Pair, ttl: u32) -> DraftStep {
    let input = delegate_outside::Input {
        zones,
        outside: spec.parent.zone.clone(),
        old_values: found.servers.clone(),
        ttl,
    };
    let title = Text::TellLines.fill(&[&spec.parent.zone]);
    DraftStep::new(resource, "zone.delegate_outside", Side::Target, title, value(input))
        .named("delegate")
        .phase(Phase::Cutover)
        .patience(PATIENCE)
        .estimate(900, 3600)
}

/// What people should know of it.
pub(super) fn note(draft: &mut Draft<'_>, spec: &ZoneSpec, resource: &ResourceRef) {
    let text = Text::ParentOutside.fill(&[&spec.parent.zone, &spec.name]);
    draft.note(Some(resource), Says::Warns(&known::ZONE_OUTSIDE), text);
}
