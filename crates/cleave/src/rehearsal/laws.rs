//! Where the cloud's laws and the run meet: simcloud knows nothing of plans, so what it must be told of the run it is told here.

use std::collections::BTreeSet;

use engine::RunEnd;
use model::{Event, Plan, Recorded, ResourceRef, Side, State, StepId, StepSpec};
use simcloud::cloud::Cloud;
use simcloud::dns::{self, Meant};
use simcloud::laws;
use simcloud::services::rds::clients;

/// Tells the laws which accounts are split, before the run's first call.
pub(crate) fn prepare(cloud: &mut Cloud, plan: &Plan) {
    cloud.laws.split(
        &plan.accounts[&Side::Source].account,
        &plan.accounts[&Side::Target].account,
    );
    // Where the plan stops writes before a snapshot, nothing that was written may be missing.
    for step in plan.steps.iter().filter(|step| step.action == "writes.prove_quiet") {
        cloud
            .laws
            .to_be_whole(step.resource.kind == "cluster", &step.resource.name);
    }
    for step in plan.steps.iter().filter(|step| repoints(step)) {
        new_data(cloud, step, Meant::AsBefore);
    }
    // Whom the plan's policies admit for good, the plan shows.
    for step in plan.steps.iter().filter(|step| step.action == "bucket.apply_policy") {
        let admits = step.input["keep_access"]
            .as_array()
            .is_some_and(|kept| !kept.is_empty());
        if let Some(bucket) = step.input["bucket"].as_str()
            && (admits || step.input["carried"] == "as_is")
        {
            cloud.laws.allowed_lasting.insert(bucket.to_owned());
        }
    }
    // VPCs of the target that resolve zones of the source for good, the plan shows too.
    for step in plan
        .steps
        .iter()
        .filter(|step| step.action == "private_zone.associate_vpc")
    {
        if let (Some(zone), Some(vpc)) = (step.input["zone"]["id"].as_str(), step.input["vpc"]["id"].as_str()) {
            let association = format!("arn:aws:route53:::hostedzone/{zone}?vpc={vpc}");
            cloud.laws.allowed_lasting.insert(association);
        }
    }
}

/// Tells the laws what an event means for them: a copy is proved equal, a bucket's gate is approved.
pub(crate) fn heed(cloud: &mut Cloud, event: &Event, state: &State) {
    let plan = &state.plan;
    if matches!(event, Event::AlarmChanged { .. }) {
        change_delegations(cloud, state);
    }
    // From its own step on a re-pointed name says what the plan makes it say.
    if let Event::IntentRecorded { step, .. } = event
        && let Some(spec) = plan.step(step).filter(|spec| repoints(spec))
    {
        let to = &spec.input["to"];
        let told = |member: &serde_json::Value| -> Vec<String> {
            let values = member
                .as_array()
                .into_iter()
                .flatten()
                .filter_map(|value| value.as_str());
            values.map(str::to_owned).collect()
        };
        if let Some(target) = to["alias"]["name"].as_str() {
            new_data(cloud, spec, Meant::Alias(target));
        } else if let Some(of) = to["endpoint"]["of"].as_str().and_then(|id| StepId::new(id).ok()) {
            let host = match to["endpoint"]["reader"] == true {
                true => "reader",
                false => "host",
            };
            let host = state.output(&of).and_then(|output| output[host].as_str());
            let values: Vec<String> = host.map(str::to_owned).into_iter().collect();
            new_data(cloud, spec, Meant::Values(&values));
        } else {
            new_data(cloud, spec, Meant::Values(&told(&to["values"])));
        }
    }
    if let Some(bucket) = proves_copy(event, plan) {
        cloud.laws.proved_equal(&bucket);
    }
    // Whom the plan admits to a key of the target, for good. Which key that is, only the run knows.
    if let Event::OutputSeen { step, output } = event
        && plan.step(step).is_some_and(|spec| spec.action == "key.admit_users")
        && let Some(arn) = output["arn"].as_str()
    {
        cloud.laws.allowed_lasting.insert(arn.to_owned());
    }
    // Files of a cache that stay for whoever fills one: what reads them goes by the grant that the plan shows.
    if let Event::OutputSeen { step, output } = event
        && plan
            .step(step)
            .is_some_and(|spec| spec.action == "cache.copy_files" && seed_stays(plan, &spec.resource))
        && let Some(bucket) = output["bucket"].as_str()
    {
        cloud.laws.allowed_lasting.insert(bucket.to_owned());
    }
    // Who agrees to a gate before a database has stopped what uses it.
    if let Event::GateApproved { gate, .. } = event {
        let source = &plan.accounts[&Side::Source].account;
        let behind = plan.steps.iter().filter(|step| step.gates.contains(gate));
        for step in behind.filter(|step| step.action.starts_with("writes.")) {
            clients::stop(cloud, step.resource.kind == "cluster", source, &step.resource.name);
        }
    }
    if let Event::GateApproved { gate, .. } = event
        && let Some(bucket) = ["hand-over:", "retire:bucket:"]
            .iter()
            .find_map(|before| gate.as_str().strip_prefix(before))
    {
        cloud.laws.gate_approved(bucket);
    }
}

/// Whoever runs a parent outside of Route 53 does what the run's alarms ask for. By the state and not by the event: an earlier life's alarms are
/// heard again.
fn change_delegations(cloud: &mut Cloud, state: &State) {
    let outside = state
        .plan
        .steps
        .iter()
        .filter(|step| step.action == "zone.delegate_outside");
    for step in outside.filter(|step| state.steps[&step.id].alarm.is_some()) {
        let made = step.needs.iter().filter_map(|need| state.output(need));
        let mut new = made
            .filter(|output| output.get("zone_id").is_some())
            .map(|output| &output["name_servers"]);
        let wanted = match state.undoing.is_some() {
            true => Some(&step.input["old_values"]),
            false => new.next_back(),
        };
        let servers = wanted.and_then(|wanted| wanted.as_array()).into_iter().flatten();
        let servers: Vec<String> = servers
            .filter_map(|server| server.as_str().map(str::to_owned))
            .collect();
        simcloud::services::route53::ask_registrar(cloud, &step.resource.name, &servers);
    }
}

/// Whether a step makes a record say something else.
fn repoints(spec: &StepSpec) -> bool {
    let data = |content: &serde_json::Value| -> [serde_json::Value; 3] {
        ["values", "alias", "endpoint"].map(|member| content[member].clone())
    };
    spec.action == "zone.change_record" && data(&spec.input["from"]) != data(&spec.input["to"])
}

fn new_data(cloud: &mut Cloud, spec: &StepSpec, meant: Meant<'_>) {
    let record = &spec.input["record"];
    if let (Some(name), Some(kind)) = (record["name"].as_str(), record["type"].as_str()) {
        dns::plan_name(cloud, (name, kind, record["set_identifier"].as_str()), meant);
    }
}

/// Whether the bucket that a cache's files are copied into is to stay.
fn seed_stays(plan: &Plan, cache: &ResourceRef) -> bool {
    let mut steps = plan.steps.iter().filter(|step| step.resource == *cache);
    steps.any(|step| step.action == "cache.admit_reading" && step.input["stays"] == true)
}

/// The bucket whose copy an event proves equal.
fn proves_copy(event: &Event, plan: &Plan) -> Option<String> {
    let Event::StepVerified { step, .. } = event else {
        return None;
    };
    let spec = plan.step(step)?;
    let proof = step.verb() == PROOF || spec.action == "bucket.prove_kept";
    proof.then(|| spec.resource.name.clone())
}

/// The step that compares a bucket with its copy, before the gate.
const PROOF: &str = "prove_interim";

/// Checks what can only be told at the end: after a completed run, that nothing made for transport is left; after an unwound one, that
/// everything is as it was.
pub(crate) fn at_end(cloud: &mut Cloud, end: Option<&RunEnd>, events: &[Recorded]) {
    match end {
        Some(RunEnd::Completed) => laws::at_end(cloud, &lasting(events)),
        Some(RunEnd::Unwound) => laws::at_undone(cloud),
        Some(
            RunEnd::WaitingAtGate(_)
            | RunEnd::OutsideWindow(_)
            | RunEnd::Paused { .. }
            | RunEnd::NeedsOperator(_)
            | RunEnd::CredentialsExpired { .. }
            | RunEnd::UndoneInPart,
        )
        | None => {}
    }
}

/// What the run was to make for good, by the names that its steps' outputs give: the moved resources themselves.
pub fn lasting(events: &[Recorded]) -> BTreeSet<String> {
    let mut lasting = BTreeSet::new();
    let Ok(Some(state)) = State::fold(events) else {
        return lasting;
    };
    for step in &state.plan.steps {
        let Some(output) = state.output(&step.id) else { continue };
        if let Some(statements) = output.get("statements").and_then(|sids| sids.as_array())
            && output.get("stays") == Some(&true.into())
        {
            lasting.extend(statements.iter().filter_map(|sid| sid.as_str().map(str::to_owned)));
        }
        if let Some(carried) = output.get("inventory")
            && let (Some(bucket), Some(ids)) = (carried["of"].as_str(), carried["ids"].as_array())
        {
            let ids = ids.iter().filter_map(|id| id.as_str());
            lasting.extend(ids.map(|id| format!("arn:aws:s3:::{bucket}?inventory={id}")));
        }
        // With `restore = false` the copy of the snapshot is what was asked for, with `fill = false` the bucket of the files.
        let stays = matches!(step.id.verb(), "copy_to_target" | "make_seed_bucket") && step.input["stays"] == true;
        // The last snapshot of a database that is retired is all that is left of it in the source.
        let stays = stays || step.id.verb() == "final_snapshot";
        if LASTING.contains(&step.action.as_str()) || step.id.verb() == NEW_BUCKET || stays {
            lasting.extend(
                ["arn", "id", "name", "bucket", "image"]
                    .iter()
                    .filter_map(|field| output.get(*field).and_then(|value| value.as_str()).map(str::to_owned)),
            );
            lasting.insert(step.resource.name.clone());
        }
    }
    lasting
}

/// The actions that make what is to stay.
const LASTING: [&str; 18] = [
    "writes.create_closed_group",
    "subnet_group.create_subnet_group",
    "database.restore_instance",
    "cluster.restore_cluster",
    "cluster.clone_cluster",
    "cluster.create_member",
    "database.create_parameter_group",
    "cluster.create_parameter_group",
    "database.create_option_group",
    "image.copy_image",
    "volume.create_volume",
    "cache.create_group",
    "bucket.win_name",
    "bucket.await_name",
    "zone.create_zone",
    "zone.create_collection",
    "zone.copy_check",
    "private_zone.create_zone",
];

/// The step that makes a bucket under a new name: the same action makes interim buckets, which are not to stay.
const NEW_BUCKET: &str = "create_new";

/// Broken laws, in words.
pub(crate) fn broken(cloud: &Cloud) -> Vec<String> {
    cloud
        .laws
        .broken
        .iter()
        .map(|broken| format!("law {}: {}", broken.law, broken.what))
        .collect()
}
