//! From an `[[image]]` section to steps.

use model::inventory::{Image, ImageSnapshot};
use model::{ResourceRef, Side};

use super::plan_deprecation::{self, Deprecation};
use super::plan_steps::{Steps, Travels};
use super::spec::ImageSpec;
use super::words::Text;
use super::{plan_account, plan_steps};
use crate::check::known;
use crate::draft::Blocks;
use crate::draft::Draft;
use crate::draft::Says;
use crate::key;
use crate::left_to_people::Left;

/// Adds the steps of the images that a section means.
pub fn plan(draft: &mut Draft, spec: &ImageSpec) {
    let listed = draft
        .regional(Side::Source)
        .map(|region| region.images.as_slice())
        .unwrap_or_default();
    let mut none = true;
    for image in listed.iter().filter(|image| spec.means(&image.name)) {
        none = false;
        let resource = ResourceRef::new("image", &image.name);
        if draft.has(&resource) {
            draft.note(
                Some(&resource),
                Says::Tells,
                Text::AlsoMeant.fill(&[&format!("{:?}", spec.name)]),
            );
        } else {
            plan_image(draft, spec, image, resource);
        }
    }
    if none {
        let resource = ResourceRef::new("image", &spec.name);
        let text = Text::NoImage.fill(&[
            draft.account(Side::Source).as_str(),
            &spec.name,
            draft.region().as_str(),
        ]);
        draft.note(Some(&resource), Says::Blocks(&known::IMAGE_MISSING), text);
    }
}

fn source_key_of(snapshot: &ImageSnapshot) -> Option<String> {
    // Encrypted, and no key named: the account's default.
    snapshot
        .key
        .clone()
        .or_else(|| snapshot.encrypted.then(|| "alias/aws/ebs".to_owned()))
}

/// Why an image cannot be moved.
fn blockers(draft: &Draft, image: &Image) -> Blocks {
    let mut blocks = Blocks::default();
    if !image.marketplace_codes.is_empty() {
        let codes = format!("{:?}", image.marketplace_codes);
        blocks.push(&known::IMAGE_MARKETPLACE, Text::Marketplace.fill(&[&image.id, &codes]));
    }
    match image.settings.state.as_deref() {
        None | Some("available") => {}
        Some("disabled") => blocks.push(&known::IMAGE_STATE, Text::Disabled.fill(&[&image.id])),
        Some(state) => blocks.push(&known::IMAGE_STATE, Text::NotAvailable.fill(&[&image.id, state])),
    }
    if image.snapshots.is_empty() {
        blocks.push(&known::IMAGE_SNAPSHOTS, Text::NoSnapshots.fill(&[&image.id]));
    }
    for snapshot in &image.snapshots {
        if let Some(owner) = &snapshot.owner {
            let account = draft.account(Side::Source).as_str();
            blocks.push(
                &known::IMAGE_SNAPSHOTS,
                Text::SnapshotOfOthers.fill(&[&snapshot.id, &image.id, owner, account]),
            );
        }
        if snapshot.archived {
            blocks.push(
                &known::IMAGE_ARCHIVED,
                Text::SnapshotArchived.fill(&[&snapshot.id, &image.id]),
            );
        }
    }
    blocks.extend(&known::NAME_TAKEN, plan_steps::name_taken(draft, &image.name));
    blocks.extend(&known::ALLOWED_IMAGES, plan_account::blocker(draft));
    blocks
}

fn plan_image(draft: &mut Draft, spec: &ImageSpec, image: &Image, resource: ResourceRef) {
    let mut blocks = blockers(draft, image);
    let named: Vec<String> = image.snapshots.iter().filter_map(source_key_of).collect();
    let keys: Vec<key::SourceKey> = named.iter().map(|named| key::source_key(draft, named)).collect();
    blocks.extend(&known::KEY_UNLISTED, plan_steps::unlisted(&keys));
    let blocked = !blocks.tell(draft, &resource);
    let target_key = plan_steps::target_key(draft, &resource, spec.key.as_deref(), &keys);
    let Some(target_key) = target_key.filter(|_| !blocked) else {
        return;
    };
    plan_account::tell(draft);
    let deprecation = Deprecation::of(draft, image);
    let mut told = Vec::new();
    if let Some(protection) = image.settings.deregistration_protection.as_deref()
        && !protection.starts_with("disabled")
    {
        let text = Text::Protected.fill(&[&image.id, protection]);
        draft.note(Some(&resource), Says::Tells, text);
        let left = match protection.contains("with-cooldown") {
            true => Left::ImageProtectedLong,
            false => Left::ImageProtected,
        };
        told.push(left.fill(&[&image.id, "{id}"]).into());
    }
    let named_by = image.named_by.iter();
    told.extend(named_by.map(|who| String::from(Left::NamesImage.fill(&[who, &image.id, "{id}"]))));
    let scales = image.named_by.iter().any(|who| who.contains("Auto Scaling"));
    if scales {
        told.push(admit_auto_scaling(draft));
    }
    let copied = Steps {
        draft,
        travels: Travels {
            image,
            made: None,
            told,
        },
        resource: resource.clone(),
        target_key,
    }
    .push(&keys);
    plan_deprecation::plan(draft, &resource, image, deprecation, &copied);
    let (weight, text) = if image.named_by.is_empty() {
        (Says::Tells, Text::NewId.into())
    } else {
        let text = Text::NewIdNamed.fill(&[&image.named_by.join(", "), &image.id]);
        (Says::Warns(&known::IMAGE_NAMED_BY), text)
    };
    draft.note(Some(&resource), weight, text);
    if scales {
        // Fact 3.6: without it instances end with `Client.InternalError: Client error on launch`.
        draft.note(
            Some(&resource),
            Says::Warns(&known::IMAGE_NAMED_BY),
            Text::AutoScalingRole,
        );
    }
    draft.note(Some(&resource), Says::Tells, SLOW_AT_FIRST);
}

/// The command by which the role of Auto Scaling is admitted, in the account whose group it is.
fn admit_auto_scaling(draft: &Draft) -> String {
    let account = draft.account(Side::Target).to_string();
    Left::AdmitAutoScaling.fill(&["{id}", "{key}", &account]).into()
}

/// Fact 3.4.
pub(crate) const SLOW_AT_FIRST: Text = Text::SlowAtFirst;
