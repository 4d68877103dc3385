//! What of a private zone is said before anything is touched: what cannot be otherwise, and what is people's to do.

use model::inventory::ZoneVpc;
use model::{ResourceRef, Side};

use super::plan::Found;
use super::spec::{PrivateZoneSpec, Route};
use crate::check::known;
use crate::draft::Draft;
use crate::draft::Says;

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

fn of_both(spec: &PrivateZoneSpec) -> [(Says, String); 2] {
    let name = &spec.name;
    let profiles = format!(
        "zones that a Route 53 Profile attaches to a VPC are in none of the lists that are looked at: whether one of {name} is, only aws \
         route53profiles list-profile-associations and list-profile-resource-associations tell, in each account whose Profile reaches the VPC"
    );
    let asked = "no name is asked for: only from inside a VPC can private names be asked, and Route 53's own test (TestDNSAnswer) knows public zones only. \
                 Private zones cannot be delegated either: what lies below in a private zone of its own needs a [[private_zone]] of its own";
    [(Says::Tells, profiles), (Says::Tells, asked.to_owned())]
}

fn of_share(draft: &Draft<'_>, spec: &PrivateZoneSpec, found: &Found<'_>) -> Vec<(Says, String)> {
    let (name, zone) = (&spec.name, &found.zone.id);
    let (source, target) = (draft.account(Side::Source), draft.account(Side::Target));
    let mut texts = Vec::new();
    let there = spec.vpcs.len() - found.vpcs.len();
    if there > 0 {
        let text = format!("{there} of the VPCs named resolve zone {zone} already: nothing is done with them");
        texts.push((Says::Tells, text));
    }
    if found.vpcs.is_empty() {
        return texts;
    }
    texts.push((
        Says::Warns(&known::PRIVATE_ZONE_LATER),
        format!(
            "for good, {} of account {target} will resolve zone {zone} of account {source}: this grant outlives the run, both accounts see the same \
             answers, and only account {source} can change them. Whoever deletes that zone takes {name} from the target",
            ids(&found.vpcs)
        ),
    ));
    texts.push((
        Says::Tells,
        format!(
            "where a Terraform owns zone {zone} with vpc blocks, give its aws_route53_zone lifecycle {{ ignore_changes = [vpc] }} before its next \
             apply: it would take {} off the zone again",
            ids(&found.vpcs)
        ),
    ));
    texts.push((
        Says::Tells,
        format!(
            "a zone of the target's own later (route = \"copy\") means a gap in {}, between its end with this zone and the other's beginning, in which {name} \
             does not resolve there",
            ids(&found.vpcs)
        ),
    ));
    texts
}

fn of_copy(draft: &Draft<'_>, spec: &PrivateZoneSpec, found: &Found<'_>) -> Vec<(Says, String)> {
    let (name, zone) = (&spec.name, &found.zone.id);
    let (source, target) = (draft.account(Side::Source), draft.account(Side::Target));
    let vpcs = &found.zone.vpcs;
    let whose = match vpcs.is_empty() {
        true => "the VPCs of the source".to_owned(),
        false => ids(vpcs),
    };
    let mut texts = vec![
        (
            Says::Warns(&known::PRIVATE_ZONE_LATER),
            format!(
                "from now on there are two zones {name}: {whose} go on asking zone {zone}, {} the new one. What is changed after the records are copied must \
                 be written to both, as long as both are asked",
                ids(&found.vpcs)
            ),
        ),
        (
            Says::Tells,
            format!(
                "records are copied as they are: values that name private addresses or endpoints of account {source} go on naming those, and \
                 {} must be able to reach them until you write the target's own (cleave outputs tells them)",
                ids(&found.vpcs)
            ),
        ),
        (
            Says::Tells,
            format!(
                "a private zone is made with its VPC: from the moment it is made until its records are copied, {name} and all below has no answer in {}, \
                 whatever answered there before",
                found.vpcs.first().map_or("the VPC", |vpc| vpc.id.as_str())
            ),
        ),
    ];
    if let Some(vpc) = vpcs.first() {
        texts.push((
            Says::Tells,
            moving_over(zone, vpc, vpcs.len(), (source.as_str(), target.as_str())),
        ));
    }
    texts.push((
        Says::Tells,
        "not carried over: query logging. Health checks that records name stay those of the source account".to_owned(),
    ));
    texts
}

/// How a VPC of the source is moved over by hand: nothing of it can be without a gap.
fn moving_over(zone: &str, vpc: &ZoneVpc, count: usize, (source, target): (&str, &str)) -> String {
    let of = |operation: &str, zone: &str| {
        format!(
            "aws route53 {operation} --hosted-zone-id {zone} --vpc VPCRegion={},VPCId={}",
            vpc.region, vpc.id
        )
    };
    let last = match count {
        1 => "It is the only VPC of its zone, and the last one cannot be disassociated: associate one that nobody uses with the old zone first, or delete \
              that zone, its records before it. "
            .to_owned(),
        _ => format!(
            "The last of the {count} VPCs cannot be disassociated: associate one that nobody uses with the old zone before it, or delete that zone, its \
             records before it. "
        ),
    };
    format!(
        "a VPC of the source moves to the new zone NEW by hand, if it is to, with a gap in which its names do not resolve. {last}In account {target}: {}; \
         in account {source}: {} && {}; in account {target}: {}",
        of("create-vpc-association-authorization", "NEW"),
        of("disassociate-vpc-from-hosted-zone", zone),
        of("associate-vpc-with-hosted-zone", "NEW"),
        of("delete-vpc-association-authorization", "NEW"),
    )
}

fn ids(vpcs: &[ZoneVpc]) -> String {
    let ids: Vec<&str> = vpcs.iter().map(|vpc| vpc.id.as_str()).collect();
    ids.join(", ")
}
