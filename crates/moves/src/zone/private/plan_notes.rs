//! What of a private zone is said before anything is touched: what cannot be otherwise, and what is people's to do.

use model::inventory::ZoneVpc;
use model::{ResourceRef, Said, Side};

use super::plan::Found;
use super::spec::{PrivateZoneSpec, Route};
use crate::check::known;
use crate::draft::Draft;
use crate::draft::Says;
use crate::zone::words::Text;

/// Adds the notes.
pub(super) fn add(draft: &mut Draft<'_>, spec: &PrivateZoneSpec, resource: &ResourceRef, found: &Found<'_>) {
    let texts = match spec.route {
        Route::Share => of_share(draft, spec, found),
        Route::Copy => of_copy(draft, spec, found),
    };
    for (weight, text) in texts.into_iter().chain(of_both(spec)) {
        draft.note(Some(resource), weight, text);
    }
}

fn of_both(spec: &PrivateZoneSpec) -> [(Says, Said); 2] {
    let profiles = Text::ProfilesUnseen.fill(&[&spec.name]);
    [(Says::Tells, profiles), (Says::Tells, Text::NamesUnasked.into())]
}

fn of_share(draft: &Draft<'_>, spec: &PrivateZoneSpec, found: &Found<'_>) -> Vec<(Says, Said)> {
    let (name, zone, vpcs) = (&spec.name, &found.zone.id, ids(&found.vpcs));
    let (source, target) = (draft.account(Side::Source), draft.account(Side::Target));
    let mut texts = Vec::new();
    let there = spec.vpcs.len() - found.vpcs.len();
    if there > 0 {
        let text = Text::ResolvedAlready.fill(&[&there.to_string(), zone]);
        texts.push((Says::Tells, text));
    }
    if found.vpcs.is_empty() {
        return texts;
    }
    texts.push((
        Says::Warns(&known::PRIVATE_ZONE_LATER),
        Text::SharedForGood.fill(&[&vpcs, target.as_str(), zone, source.as_str(), name]),
    ));
    texts.push((Says::Tells, Text::VpcIgnored.fill(&[zone, &vpcs])));
    texts.push((Says::Tells, Text::OwnLater.fill(&[&vpcs, name])));
    texts
}

fn of_copy(draft: &Draft<'_>, spec: &PrivateZoneSpec, found: &Found<'_>) -> Vec<(Says, Said)> {
    let (name, zone, new_vpcs) = (&spec.name, &found.zone.id, ids(&found.vpcs));
    let (source, target) = (draft.account(Side::Source), draft.account(Side::Target));
    let vpcs = &found.zone.vpcs;
    let whose: String = match vpcs.is_empty() {
        true => Text::VpcsOfSource.into(),
        false => ids(vpcs),
    };
    let first = found.vpcs.first().map_or("the VPC", |vpc| vpc.id.as_str());
    let mut texts = vec![
        (
            Says::Warns(&known::PRIVATE_ZONE_LATER),
            Text::TwoZones.fill(&[name, &whose, &new_vpcs, zone]),
        ),
        (Says::Tells, Text::CopiedAsTheyAre.fill(&[source.as_str(), &new_vpcs])),
        (Says::Tells, Text::NoAnswerYet.fill(&[name, first])),
    ];
    if let Some(vpc) = vpcs.first() {
        texts.push((
            Says::Tells,
            moving_over(zone, vpc, vpcs.len(), (source.as_str(), target.as_str())),
        ));
    }
    texts.push((Says::Tells, Text::PrivateNotCarried.into()));
    texts
}

/// How a VPC of the source is moved over by hand: nothing of it can be without a gap.
fn moving_over(zone: &str, vpc: &ZoneVpc, count: usize, (source, target): (&str, &str)) -> Said {
    let of = |operation: &str, zone: &str| {
        format!(
            "aws route53 {operation} --hosted-zone-id {zone} --vpc VPCRegion={},VPCId={}",
            vpc.region, vpc.id
        )
    };
    let authorise = of("create-vpc-association-authorization", "NEW");
    let leave = of("disassociate-vpc-from-hosted-zone", zone);
    let join = of("associate-vpc-with-hosted-zone", "NEW");
    let withdraw = of("delete-vpc-association-authorization", "NEW");
    match count {
        1 => Text::MoveOnlyVpc.fill(&[target, &authorise, source, &leave, &join, &withdraw]),
        _ => Text::MoveVpc.fill(&[&count.to_string(), target, &authorise, source, &leave, &join, &withdraw]),
    }
}

fn ids(vpcs: &[ZoneVpc]) -> String {
    let ids: Vec<&str> = vpcs.iter().map(|vpc| vpc.id.as_str()).collect();
    ids.join(", ")
}
