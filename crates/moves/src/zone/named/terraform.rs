//! CIDR collections and health checks for Terraform.

use model::inventory::HealthCheckConfig;

use super::{copy_check, create_collection, put_blocks, tag_check};
use crate::terraform::{Config, HandOver, Run, Thing, Value};

/// Hands over what the run made. What it found in the target is in the state of the Terraform that made it.
pub(in crate::zone) fn hand_over(run: &Run, over: &mut HandOver) {
    let put = run.made(over, "zone.put_blocks");
    for step in run.made(over, "zone.create_collection") {
        let Some(made) = run.output::<create_collection::Output>(&step.id) else {
            continue;
        };
        let config = Config::default().set("name", &made.name);
        over.add(Thing::new("aws_route53_cidr_collection", &step.resource.name, &made.id).with(config));
        // The last step holds what came late, too.
        let mut of_it = put.iter().filter(|put| {
            let input = run.input::<put_blocks::Input>(put);
            input.is_some_and(|input| input.new == step.id)
        });
        let held = of_it.next_back().and_then(|put| run.output::<put_blocks::Put>(&put.id));
        for (location, blocks) in held.unwrap_or_default().locations {
            let config = Config::default()
                .set("name", &location)
                .set(
                    "cidr_collection_id",
                    over.refer("aws_route53_cidr_collection", &made.id, "id", &made.id),
                )
                .set(
                    "cidr_blocks",
                    Value::List(blocks.into_iter().map(Value::Text).collect()),
                );
            let named = format!("{} {location}", step.resource.name);
            let id = format!("{},{location}", made.id);
            over.add(Thing::new("aws_route53_cidr_location", &named, id).with(config));
        }
    }
    let tagged = run.made(over, "zone.tag_check");
    for step in run.made(over, "zone.copy_check") {
        let Some(made) = run.output::<copy_check::Copied>(&step.id) else {
            continue;
        };
        let mut config = arguments(over, &made.config);
        let mut named = made.id.clone();
        for tagging in &tagged {
            let input = run
                .input::<tag_check::Input>(tagging)
                .filter(|input| input.made == step.id);
            if let Some(input) = input {
                if let Some(name) = input.tags.get("Name") {
                    named.clone_from(name);
                }
                config.push("tags", &run.tags(&tagging.id, &input.tags));
            }
        }
        over.add(Thing::new("aws_route53_health_check", &named, &made.id).with(config));
    }
}

fn arguments(over: &HandOver, check: &HealthCheckConfig) -> Config {
    let mut config = Config::default()
        .set("type", &check.kind)
        .maybe("ip_address", check.ip_address.as_ref())
        .maybe("fqdn", check.domain_name.as_ref())
        .maybe("port", check.port)
        .maybe("resource_path", check.resource_path.as_ref())
        .maybe("search_string", check.search_string.as_ref())
        .maybe("request_interval", check.request_interval)
        .maybe("failure_threshold", check.failure_threshold)
        .maybe("measure_latency", check.measure_latency)
        .maybe("invert_healthcheck", check.inverted)
        .maybe("disabled", check.disabled)
        .maybe("enable_sni", check.enable_sni)
        .maybe("child_health_threshold", check.health_threshold)
        .maybe("insufficient_data_health_status", check.insufficient_data.as_ref());
    if let Some(alarm) = &check.alarm {
        config.push("cloudwatch_alarm_name", &alarm.name);
        config.push("cloudwatch_alarm_region", &alarm.region);
    }
    if !check.children.is_empty() {
        let children = check.children.iter();
        let children = children.map(|id| over.refer("aws_route53_health_check", id, "id", id));
        config.push("child_healthchecks", Value::List(children.collect()));
    }
    if !check.regions.is_empty() {
        let regions = check.regions.iter().cloned().map(Value::Text);
        config.push("regions", Value::List(regions.collect()));
    }
    config
}
