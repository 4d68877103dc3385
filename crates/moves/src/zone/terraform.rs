//! The new zone and its records for Terraform.

use aws::route53::{RecordSet, Routing};

use super::certificate::Wrote;
use super::named;
use super::names::{canonical, shown};
use super::ns_sets::ZoneFrom;
use super::repoint::ChangeInput;
use super::taking_back::Origin;
use super::{Created, adopt_zone, copy_records, create_zone, delegate, tag_zone};
use crate::terraform::{Config, HandOver, Leaving, Run, Thing, Value, label};

/// Hands over the zones that the run made in the target.
pub(crate) fn hand_over(run: &Run, over: &mut HandOver) {
    named::terraform::hand_over(run, over);
    let tagged = run.made(over, "zone.tag_zone");
    let copies = run.made(over, "zone.copy_records");
    let mut zones = run.made(over, "zone.create_zone");
    zones.extend(run.made(over, "zone.adopt_zone"));
    for step in zones {
        let adopted = run
            .input::<adopt_zone::Input>(step)
            .filter(|_| step.action == "zone.adopt_zone");
        let (had, origin) = match adopted {
            Some(adopted) => (adopted.had, Some(adopted.origin)),
            None => (Vec::new(), run.input::<Origin>(step)),
        };
        let (Some(input), Some(made)) = (origin, run.output::<Created>(&step.id)) else {
            continue;
        };
        let name = shown(&canonical(&input.name));
        // One that was adopted is in the state of the Terraform that made it.
        if step.action == "zone.create_zone" {
            let mut config = Config::default()
                .set("name", &name)
                .set("comment", create_zone::comment(&run.state.run));
            for tagging in &tagged {
                if let Some(tags) = run.input::<tag_zone::Input>(tagging).filter(|tags| tags.new == step.id) {
                    config.push("tags", &run.tags(&tagging.id, &tags.tags));
                }
            }
            let zone = Thing::new("aws_route53_zone", &name, &made.zone_id)
                .with(config)
                .keeps_data();
            over.add(zone);
        }
        // The last copy holds what came late, too.
        let mut of_zone = copies.iter().filter(|copy| {
            let input = run.input::<copy_records::Input>(copy);
            input.is_some_and(|input| input.zones.new == step.id)
        });
        let copied: Option<copy_records::Copied> = of_zone.next_back().and_then(|copy| run.output(&copy.id));
        let sets = copied.as_ref().map(|copied| copied.sets.as_slice()).unwrap_or_default();
        if let Some(copied) = copied
            .as_ref()
            .filter(|copied| copied.sets.is_empty() && copied.records > 0)
        {
            over.tell(format!(
                "The {} records of {name} are not in here: the journal was written before they were kept. List them with aws route53 \
                 list-resource-record-sets --hosted-zone-id {}; an import id is {}_NAME_TYPE.",
                copied.records, made.zone_id, made.zone_id
            ));
        }
        // Their TTLs were raised after the last copy.
        let mut sets = sets.to_vec();
        for change in run.done("zone.change_record") {
            let input = run.input::<ChangeInput>(change);
            let Some(input) = input.filter(|input| input.zone == ZoneFrom::Step(step.id.clone())) else {
                continue;
            };
            for set in sets.iter_mut().filter(|set| input.record.is(set)) {
                set.ttl = input.to.ttl;
            }
        }
        let delegated = run
            .done("zone.delegate")
            .chain(run.done("zone.delegate_outside"))
            .any(|delegate| delegate.resource == step.resource);
        for set in sets.iter().filter(|set| !had.iter().any(|kept| kept.is(set))) {
            over.add(record(over, &made.zone_id, &name, set));
        }
        if !delegated {
            continue;
        }
        for handed_over in run
            .done("zone.delegate")
            .filter(|other| other.resource == step.resource)
        {
            let Some(delegation) = run.input::<delegate::Input>(handed_over) else {
                continue;
            };
            let account = &run.state.plan.accounts[&delegation.parent.side].account;
            over.tell(delegation_of(
                &name,
                &delegation.parent.id,
                account.as_str(),
                &made.name_servers,
            ));
        }
        let said = || format!("answered from zone {} of the target", made.zone_id);
        // A zone out of which names are carved goes on.
        if !input.carved {
            over.leave(Leaving {
                kind: "aws_route53_zone",
                label: label(&name),
                known_by: vec![("zone_id", input.old.clone())],
                said: format!(
                    "{name} is {}. The old zone still stands: delete it once no resolver asks it any more",
                    said()
                ),
                shared: false,
            });
        }
        // The run wrote these into the old zone itself: no Terraform of the source's has ever had them.
        let wrote = run
            .done("zone.write_validation")
            .filter_map(|write| run.output::<Wrote>(&write.id));
        let wrote: Vec<String> = wrote.flat_map(|output| output.wrote).collect();
        for set in sets.iter().filter(|set| !wrote.contains(&canonical(&set.name))) {
            let fqdn = shown(&canonical(&set.name));
            let mut known_by = vec![
                ("zone_id", input.old.clone()),
                ("fqdn", fqdn),
                ("type", set.kind.clone()),
            ];
            known_by.extend(
                set.set_identifier
                    .clone()
                    .map(|identifier| ("set_identifier", identifier)),
            );
            over.leave(Leaving {
                kind: "aws_route53_record",
                label: label(&labelled(set)),
                known_by,
                said: said(),
                shared: false,
            });
        }
    }
}

/// The delegation is a record of a zone that stays whose it was: nothing to import or forget, but to be written anew where it is Terraform's.
fn delegation_of(name: &str, parent: &str, account: &str, servers: &[String]) -> String {
    let servers: Vec<String> = servers
        .iter()
        .map(|server| format!("\"{}.\"", server.trim_end_matches('.')))
        .collect();
    format!(
        "The delegation of {name} lies in zone {parent} of account {account}. Where a Terraform owns that record (aws_route53_record, import id \
         {parent}_{name}_NS), write records = [{}] there before its next apply: with the old name servers it would give the delegation back.",
        servers.join(", ")
    )
}

/// What a record's address is made of: a wildcard is called so.
fn labelled(set: &RecordSet) -> String {
    let name = shown(&canonical(&set.name)).replace('*', "wildcard");
    let identifier = set.set_identifier.as_ref().map(|identifier| format!(" {identifier}"));
    format!("{name} {}{}", set.kind, identifier.unwrap_or_default())
}

pub(super) fn record(over: &HandOver, zone_id: &str, zone: &str, set: &RecordSet) -> Thing {
    let name = shown(&canonical(&set.name));
    // The apex, too, under its whole name: the provider reads both ways of writing it.
    let mut id = format!("{zone_id}_{name}_{}", set.kind);
    if let Some(identifier) = &set.set_identifier {
        id.push('_');
        id.push_str(identifier);
    }
    let zone_id = over.refer("aws_route53_zone", zone_id, "zone_id", zone_id);
    let mut config = Config::default()
        .set("zone_id", zone_id.clone())
        .set("name", &name)
        .set("type", &set.kind)
        .maybe("ttl", set.ttl)
        .maybe("set_identifier", set.set_identifier.as_ref())
        .maybe(
            "health_check_id",
            set.health_check
                .as_ref()
                .map(|check| over.refer("aws_route53_health_check", check, "id", check)),
        )
        .maybe(
            "multivalue_answer_routing_policy",
            (set.routing == Routing::MultiValue).then_some(true),
        );
    if !set.values.is_empty() {
        let values = set.values.iter().map(|value| written(&set.kind, value));
        config.push("records", Value::List(values.map(Value::Text).collect()));
    }
    if let Some(alias) = &set.alias {
        let inside = Config::default()
            .set("name", alias.name.trim_end_matches('.'))
            .set(
                "zone_id",
                over.refer("aws_route53_zone", &alias.zone, "zone_id", &alias.zone),
            )
            .set("evaluate_target_health", alias.evaluate_health);
        config = config.block("alias", inside);
    }
    let config = with_routing(over, config, &set.routing);
    let thing = Thing::new("aws_route53_record", &labelled(set), id).with(config);
    match &set.health_check {
        Some(check) if !over.has("aws_route53_health_check", check) => thing.say(format!(
            "{name} of {zone} depends on the health check {check}, which is of the account that made it and was not copied"
        )),
        _ => thing,
    }
}

/// A value as the provider takes it: it puts the outer quotes around texts itself.
fn written(kind: &str, value: &str) -> String {
    let inside = value.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    match (kind, inside) {
        ("TXT" | "SPF", Some(inside)) => inside.to_owned(),
        _ => value.to_owned(),
    }
}

fn with_routing(over: &HandOver, config: Config, routing: &Routing) -> Config {
    let policy = Config::default();
    match routing {
        Routing::Simple | Routing::MultiValue => config,
        Routing::Weighted(weight) => config.block("weighted_routing_policy", policy.set("weight", *weight)),
        Routing::Latency(region) => config.block("latency_routing_policy", policy.set("region", region)),
        Routing::Failover(role) => config.block("failover_routing_policy", policy.set("type", role)),
        Routing::Geo {
            continent,
            country,
            subdivision,
        } => {
            let policy = policy
                .maybe("continent", continent.as_ref())
                .maybe("country", country.as_ref())
                .maybe("subdivision", subdivision.as_ref());
            config.block("geolocation_routing_policy", policy)
        }
        Routing::GeoProximity {
            region,
            local_zone_group,
            coordinates,
            bias,
        } => {
            let mut policy = policy
                .maybe("aws_region", region.as_ref())
                .maybe("bias", *bias)
                .maybe("local_zone_group", local_zone_group.as_ref());
            if let Some((latitude, longitude)) = coordinates {
                let place = Config::default().set("latitude", latitude).set("longitude", longitude);
                policy = policy.block("coordinates", place);
            }
            config.block("geoproximity_routing_policy", policy)
        }
        Routing::Cidr { collection, location } => {
            let collection = over.refer("aws_route53_cidr_collection", collection, "id", collection);
            let policy = policy.set("collection_id", collection).set("location_name", location);
            config.block("cidr_routing_policy", policy)
        }
    }
}
