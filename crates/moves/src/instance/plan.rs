//! From an `[[instance]]` section to steps.

use model::inventory::{Image, ImageSnapshot};
use model::machines::{Instance, Volume};
use model::{Phase, ResourceRef, Said, Side, StepId};

use super::spec::{InstanceSpec, InstanceStore};
use super::words::Text;
use super::{create_image, stop_instance};
use crate::check::known;
use crate::draft::Blocks;
use crate::draft::Says;
use crate::draft::{Draft, DraftStep};
use crate::image::plan_steps::{self, SPREADS_WITHIN, Steps, Travels};
use crate::image::{SLOW_AT_FIRST, plan_account};
use crate::key;
use crate::left_to_people::Left;

/// Adds the steps of an instance.
pub fn plan(draft: &mut Draft, spec: &InstanceSpec) {
    let resource = ResourceRef::new("instance", &spec.id);
    let region = draft.regional(Side::Source);
    let Some(instance) = region.and_then(|region| region.instances.iter().find(|one| one.id == spec.id)) else {
        let text = Text::NoInstance.fill(&[draft.account(Side::Source).as_str(), &spec.id, draft.region().as_str()]);
        draft.note(Some(&resource), Says::Blocks(&known::INSTANCE_MISSING), text);
        return;
    };
    let mut volumes: Vec<(&str, &Volume)> = region
        .into_iter()
        .flat_map(|region| &region.volumes)
        .filter_map(|volume| Some((volume.device_of(&spec.id)?, volume)))
        .collect();
    volumes.sort_by_key(|(device, _)| (*device != instance.root_device, *device));
    let image = image_of(draft, spec, instance, &volumes);
    let mut blocks = blockers(draft, spec, instance, &volumes);
    blocks.extend(&known::NAME_TAKEN, plan_steps::name_taken(draft, &image.name));
    blocks.extend(&known::ALLOWED_IMAGES, plan_account::blocker(draft));
    let named: Vec<&str> = image
        .snapshots
        .iter()
        .filter_map(|snapshot| snapshot.key.as_deref())
        .collect();
    let keys: Vec<key::SourceKey> = named.iter().map(|named| key::source_key(draft, named)).collect();
    blocks.extend(&known::KEY_UNLISTED, plan_steps::unlisted(&keys));
    let blocked = !blocks.tell(draft, &resource);
    let target_key = plan_steps::target_key(draft, &resource, spec.key.as_deref(), &keys);
    let Some(target_key) = target_key.filter(|_| !blocked) else {
        return;
    };
    plan_account::tell(draft);
    notes(draft, &resource, spec, instance, &image);
    let stopped = stop(draft, &resource, instance);
    let made = make_image(draft, &resource, instance, &image, &keys, &stopped);
    Steps {
        travels: Travels {
            image: &image,
            made: Some(made),
            told: vec![launch(draft, instance)],
        },
        draft,
        resource,
        target_key,
    }
    .push(&keys);
}

/// The image as it is going to be. It has no id yet.
fn image_of(draft: &Draft, spec: &InstanceSpec, instance: &Instance, volumes: &[(&str, &Volume)]) -> Image {
    let snapshots = volumes.iter().map(|(device, volume)| {
        let own = volume.key.clone();
        let own = own.or_else(|| volume.encrypted.then(|| "alias/aws/ebs".to_owned()));
        let key = own.or_else(|| plan_account::default_key(draft));
        ImageSnapshot {
            device: (*device).to_owned(),
            size_gib: volume.size_gib,
            encrypted: key.is_some(),
            key,
            ..ImageSnapshot::default()
        }
    });
    // Its own name has more characters than an image's may have.
    let allowed = |c: char| c.is_ascii_alphanumeric() || "()[] ./-'@_".contains(c);
    let name: String = instance
        .name()
        .chars()
        .map(|c| if allowed(c) { c } else { '-' })
        .take(128)
        .collect();
    let name = if name.len() < 3 { instance.id.clone() } else { name };
    Image {
        name: spec.image.clone().unwrap_or(name),
        description: format!("{} of account {}", instance.id, draft.account(Side::Source)),
        architecture: instance.architecture.clone(),
        snapshots: snapshots.collect(),
        tags: instance.tags.clone(),
        ..Image::default()
    }
}

/// Why an instance cannot be stopped and imaged.
fn blockers(draft: &Draft, spec: &InstanceSpec, instance: &Instance, volumes: &[(&str, &Volume)]) -> Blocks {
    let id = &instance.id;
    let running = instance.state == "running";
    let mut blocks = Blocks::default();
    if !running && instance.state != "stopped" {
        let state = format!("{:?}", instance.state);
        blocks.push(&known::INSTANCE_STATE, Text::WrongState.fill(&[id, &state]));
    }
    if let Some(group) = &instance.auto_scaling_group {
        blocks.push(&known::INSTANCE_AUTO_SCALING, Text::AutoScaling.fill(&[id, group]));
    }
    if instance.spot {
        blocks.push(&known::INSTANCE_SPOT, Text::Spot.fill(&[id]));
    }
    if instance.stop_protected && running {
        blocks.push(&known::INSTANCE_STOP_PROTECTED, Text::StopProtected.fill(&[id]));
    }
    if instance.root_on_instance_store {
        let account = draft.account(Side::Target).as_str();
        blocks.push(&known::INSTANCE_STORE, Text::RootOnStore.fill(&[id, account]));
    } else if !volumes.iter().any(|(device, _)| *device == instance.root_device) {
        blocks.push(
            &known::INSTANCE_ROOT,
            Text::NoRootVolume.fill(&[&instance.root_device, id]),
        );
    }
    if instance.instance_store_volumes > 0 && running && spec.instance_store == InstanceStore::Keep {
        let volumes = instance.instance_store_volumes.to_string();
        blocks.push(&known::INSTANCE_STORE, Text::OnStore.fill(&[id, &volumes]));
    }
    if !instance.marketplace_codes.is_empty() {
        let codes = format!("{:?}", instance.marketplace_codes);
        blocks.push(&known::IMAGE_MARKETPLACE, Text::Marketplace.fill(&[id, &codes]));
    }
    blocks
}

fn notes(draft: &mut Draft, resource: &ResourceRef, spec: &InstanceSpec, instance: &Instance, image: &Image) {
    let id = &instance.id;
    let mut warn = |text: Said| draft.note(Some(resource), Says::Warns(&known::INSTANCE_STOPS), text);
    if instance.state == "running" {
        warn(Text::Stopped.fill(&[id, instance.name()]));
    }
    if instance.instance_store_volumes > 0 && spec.instance_store == InstanceStore::Lose {
        let volumes = instance.instance_store_volumes.to_string();
        warn(Text::StoreLost.fill(&[&volumes, id]));
    }
    let name = format!("{:?}", image.name);
    warn(Text::NotCarried.fill(&[&name, not_carried(instance).as_str()]));
    if draft.gates_before(resource).is_empty() && instance.state == "running" {
        draft.note(Some(resource), Says::Warns(&known::INSTANCE_STOPS), Text::NoGate);
    }
    draft.note(Some(resource), Says::Tells, SLOW_AT_FIRST);
}

/// What of an instance no image carries.
fn not_carried(instance: &Instance) -> Said {
    let placed = [
        Text::Type.fill(&[&instance.kind]),
        Text::Subnet.fill(&[&instance.subnet]),
        Text::Groups.fill(&[&instance.security_groups.join(", ")]),
    ];
    let named = [
        (&instance.profile, Text::Profile),
        (&instance.key_pair, Text::KeyPair),
        (&instance.public_address, Text::Address),
    ];
    let named = named
        .into_iter()
        .filter_map(|(name, text)| Some(text.fill(&[name.as_ref()?])));
    let user_data = instance.user_data.then(|| Text::UserData.into());
    Said::all(placed.into_iter().chain(named).chain(user_data))
}

/// What launches the copy, once its id is known.
fn launch(draft: &Draft, instance: &Instance) -> String {
    let text = match &instance.profile {
        Some(_) => Left::LaunchWithProfile,
        None => Left::Launch,
    };
    let account = draft.account(Side::Target).to_string();
    text.fill(&[&instance.id, &account, "{id}", &instance.kind]).into()
}

/// An id without what every instance's begins with.
pub(super) fn number(id: &str) -> &str {
    id.strip_prefix("i-").unwrap_or(id)
}

fn stop(draft: &mut Draft, resource: &ResourceRef, instance: &Instance) -> StepId {
    let gates = draft.gates_before(resource);
    let input = stop_instance::Input {
        instance: instance.id.clone(),
    };
    let title = Text::Stop.fill(&[number(&instance.id), instance.name()]);
    let step = DraftStep::new(resource, "instance.stop_instance", Side::Source, title, input);
    let step = step.phase(Phase::Freeze).disturbs().gates(gates);
    draft.push(step.estimate(60, 600).patience(SPREADS_WITHIN))
}

fn make_image(
    draft: &mut Draft,
    resource: &ResourceRef,
    instance: &Instance,
    image: &Image,
    keys: &[key::SourceKey],
    stopped: &StepId,
) -> StepId {
    let rekeyed = keys.iter().any(|key| key.aws_managed);
    let input = create_image::Input {
        instance: instance.id.clone(),
        description: image.description.clone(),
        sizes: image.snapshots.iter().map(|snapshot| snapshot.size_gib).collect(),
        keys: (!rekeyed).then(|| keys.iter().map(|key| key.arn.clone()).collect()),
    };
    let title = Text::MakeImage.fill(&[&instance.id, &image.snapshots.len().to_string()]);
    let gib: u64 = image
        .snapshots
        .iter()
        .map(|snapshot| u64::from(snapshot.size_gib))
        .sum();
    let step = DraftStep::new(resource, "instance.create_image", Side::Source, title, input);
    let step = step.phase(Phase::Freeze).needs([stopped]).patience(SPREADS_WITHIN);
    draft.push(step.estimate(120 + 6 * gib, 600 + 30 * gib))
}
