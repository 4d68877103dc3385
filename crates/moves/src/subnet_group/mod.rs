//! DB subnet groups: of one VPC, so that none travels. One that the target lacks is made there of the subnets that the runbook names; how it differs
//! from the source's is in the plan.

mod create;
pub(crate) mod terraform;
pub(crate) mod words;

use std::rc::Rc;

use engine::Registry;
use model::inventory::{RegionInventory, SubnetGroup};
use model::{AccountId, ResourceRef, Said, Side, StepId};

use crate::check::known;
use crate::draft::Says;
use crate::draft::{Draft, DraftStep};
use crate::world::{World, action};

use words::Text;

/// The code of these actions.
pub(crate) fn register(registry: &mut Registry, world: &Rc<World>) {
    action(
        registry,
        world,
        "subnet_group.create_subnet_group",
        1,
        create::CreateSubnetGroup::new,
    );
}

/// What a restore asks for.
pub(crate) struct Wanted<'a> {
    /// The group's name in the target.
    pub(crate) name: &'a str,
    /// The subnets of which it is made where it is not there.
    pub(crate) subnets: &'a [String],
    /// The group that the source has it in.
    pub(crate) had: &'a str,
}

impl<'a> Wanted<'a> {
    /// By the runbook's words, and the source's.
    pub(crate) fn new(name: &'a str, subnets: &'a [String], had: &'a str) -> Self {
        Self { name, subnets, had }
    }
}

/// The group of a name: RDS keeps it in lower case, people may not.
fn listed<'r>(region: &'r RegionInventory, name: &str) -> Option<&'r SubnetGroup> {
    let mut groups = region.subnet_groups.iter();
    groups
        .find(|(other, _)| other.eq_ignore_ascii_case(name))
        .map(|(_, group)| group)
}

/// Why a restore cannot have this group in the target, which is `account`; none when it is there or is going to be made.
pub(crate) fn unfit(account: &AccountId, target: &RegionInventory, wanted: &Wanted<'_>) -> Option<Said> {
    let name = wanted.name;
    if listed(target, name).is_some() {
        return None;
    }
    match wanted.subnets {
        [] => Some(Text::NoGroup.fill(&[account.as_str(), name])),
        [_] => Some(Text::OneSubnet.fill(&[account.as_str(), name])),
        _ => None,
    }
}

/// The steps after which the target has the group; none where it has it already. Says how it differs from the source's.
pub(crate) fn plan(draft: &mut Draft, of: &ResourceRef, wanted: &Wanted<'_>) -> Vec<StepId> {
    let name = wanted.name;
    let source = draft
        .regional(Side::Source)
        .and_then(|region| listed(region, wanted.had));
    let target = draft.regional(Side::Target).and_then(|region| listed(region, name));
    let there = match target {
        Some(there) => there.clone(),
        None => SubnetGroup {
            subnets: wanted.subnets.to_vec(),
            ..SubnetGroup::default()
        },
    };
    let mut notes: Vec<(Says, Said)> = Vec::new();
    notes.extend(
        source
            .and_then(|had| fewer(had, &there, name))
            .map(|text| (Says::Warns(&known::SUBNET_GROUP), text)),
    );
    let sorted = |subnets: &[String]| subnets.iter().cloned().collect::<std::collections::BTreeSet<_>>();
    if target.is_some() && !wanted.subnets.is_empty() && sorted(&there.subnets) != sorted(wanted.subnets) {
        let text = Text::AsItIs.fill(&[name, &there.subnets.join(", ")]);
        notes.push((Says::Warns(&known::SUBNET_GROUP), text));
    }
    let resource = ResourceRef::new("subnet_group", name.to_ascii_lowercase());
    let made = resource.step("create_subnet_group");
    if target.is_none() {
        let text = Text::Made.fill(&[name, &wanted.subnets.join(", ")]);
        notes.push((Says::Tells, text));
    }
    let missing = target.is_none();
    for (weight, text) in notes {
        draft.note(Some(of), weight, text);
    }
    if !missing {
        return Vec::new();
    }
    if !draft.steps.iter().any(|step| step.id == made) {
        let input = create::Input {
            name: name.to_owned(),
            description: format!("as {} of account {}", wanted.had, draft.account(Side::Source)),
            subnets: wanted.subnets.to_vec(),
        };
        let title = Text::Make.fill(&[name]);
        draft.push(DraftStep::new(
            &resource,
            "subnet_group.create_subnet_group",
            Side::Target,
            title,
            input,
        ));
    }
    vec![made]
}

/// Fewer zones are fewer places to go on in when one fails.
fn fewer(had: &SubnetGroup, there: &SubnetGroup, name: &str) -> Option<Said> {
    let zones = |group: &SubnetGroup| group.zone_ids.iter().collect::<std::collections::BTreeSet<_>>().len();
    let (was, is, text) = match (zones(had), zones(there)) {
        (0, _) | (_, 0) => (had.subnets.len(), there.subnets.len(), Text::FewerSubnets),
        (was, is) => (was, is, Text::FewerZones),
    };
    (is < was).then(|| text.fill(&[name, &is.to_string(), &was.to_string()]))
}
