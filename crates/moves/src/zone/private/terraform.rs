//! The target's private zone, its records and its associations for Terraform.

use super::super::names::{canonical, shown};
use super::super::ns_sets::ZoneFrom;
use super::super::terraform::record;
use super::super::{Created, copy_records, create_zone as public_zone, tag_zone};
use super::{Association, Opened, create_zone};
use crate::terraform::{Config, HandOver, Run, Thing};

/// Hands over the zones that the run made in the target, and the associations with zones of the source.
pub(crate) fn hand_over(run: &Run, over: &mut HandOver) {
    let associations: Vec<(_, Association)> = run
        .made(over, "private_zone.associate_vpc")
        .into_iter()
        .filter_map(|step| Some((step, run.input(step)?)))
        .collect();
    for step in run.made(over, "private_zone.create_zone") {
        let (Some(input), Some(made)) = (run.input::<create_zone::Input>(step), run.output::<Created>(&step.id)) else {
            continue;
        };
        let name = shown(&canonical(&input.name));
        let mut config = Config::default()
            .set("name", &name)
            .set("comment", public_zone::comment(&run.state.run));
        for tagging in run.done("zone.tag_zone") {
            if let Some(tags) = run.input::<tag_zone::Input>(tagging).filter(|tags| tags.new == step.id) {
                config.push("tags", &run.tags(&tagging.id, &tags.tags));
            }
        }
        let of_zone = ZoneFrom::Step(step.id.clone());
        let more = associations.iter().filter(|(_, more)| more.zone == of_zone);
        for vpc in [&input.vpc].into_iter().chain(more.map(|(_, more)| &more.vpc)) {
            let inside = Config::default()
                .set("vpc_id", &vpc.id)
                .set("vpc_region", vpc.region.as_str());
            config = config.block("vpc", inside);
        }
        over.add(
            Thing::new("aws_route53_zone", &format!("{name} private"), &made.zone_id)
                .with(config)
                .keeps_data(),
        );
        let mut copies = run.done("zone.copy_records").filter(|copy| {
            let input = run.input::<copy_records::Input>(copy);
            input.is_some_and(|input| input.zones.new == step.id)
        });
        let copied: Option<copy_records::Copied> = copies.next().and_then(|copy| run.output(&copy.id));
        for set in copied.iter().flat_map(|copied| &copied.sets) {
            over.add(record(over, &made.zone_id, &name, set));
        }
    }
    for (step, association) in &associations {
        // One that was there before is whoever's who made it.
        let ours = run.output::<Opened>(&step.id).is_some_and(|opened| opened.ours);
        let ZoneFrom::Id(zone) = &association.zone else {
            continue;
        };
        if !ours {
            continue;
        }
        let vpc = &association.vpc;
        let config = Config::default()
            .set("zone_id", zone)
            .set("vpc_id", &vpc.id)
            .set("vpc_region", vpc.region.as_str());
        let named = format!("{} {}", association.name, vpc.id);
        let id = format!("{zone}:{}", vpc.id);
        over.add(Thing::new("aws_route53_zone_association", &named, id).with(config));
        over.tell(format!(
            "Where a Terraform owns the private zone {} ({zone}) in the source with vpc blocks (aws_route53_zone), give it lifecycle {{ \
             ignore_changes = [vpc] }} before its next apply: it would take {} off the zone again.",
            association.name, vpc.id
        ));
    }
}
