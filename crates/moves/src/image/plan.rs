//! From an `[[image]]` section to steps.

use model::inventory::{Image, ImageSnapshot};
use model::{ResourceRef, Side};

use super::plan_deprecation::{self, Deprecation};
use super::plan_steps::{Steps, Travels};
use super::spec::ImageSpec;
use super::{plan_account, plan_steps};
use crate::check::known;
use crate::draft::Blocks;
use crate::draft::Draft;
use crate::draft::Says;
use crate::key;

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
                format!("{:?} means it, too: it is moved once", spec.name),
            );
        } else {
            plan_image(draft, spec, image, resource);
        }
    }
    if none {
        let resource = ResourceRef::new("image", &spec.name);
        let text = format!(
            "account {} has no image {} in {}",
            draft.account(Side::Source),
            spec.name,
            draft.region()
        );
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
        blocks.push(&known::IMAGE_MARKETPLACE, format!(
            "{} carries the Marketplace codes {:?}: it cannot be copied into another account. Subscribe in the target, launch it there \
             once and make an image of that",
            image.id, image.marketplace_codes
        ));
    }
    match image.settings.state.as_deref() {
        None | Some("available") => {}
        Some("disabled") => blocks.push(&known::IMAGE_STATE, format!(
            "{} is disabled: nobody can copy it. Enable it (aws ec2 enable-image --image-id {}) and make the inventory anew",
            image.id, image.id
        )),
        Some(state) => blocks.push(&known::IMAGE_STATE, format!(
            "{} is {state}, not available: it cannot be shared or copied",
            image.id
        )),
    }
    if image.snapshots.is_empty() {
        blocks.push(
            &known::IMAGE_SNAPSHOTS,
            format!(
                "{} has no EBS snapshots: images on an instance store cannot be re-encrypted",
                image.id
            ),
        );
    }
    for snapshot in &image.snapshots {
        if let Some(owner) = &snapshot.owner {
            blocks.push(&known::IMAGE_SNAPSHOTS, format!(
                "{} behind {} belongs to {owner}: account {} cannot share it. Copy the image within the account first, and move the copy",
                snapshot.id,
                image.id,
                draft.account(Side::Source)
            ));
        }
        if snapshot.archived {
            blocks.push(&known::IMAGE_ARCHIVED, format!(
                "{} behind {} lies in the archive tier, where it can be neither shared nor copied: restore it first (aws ec2 \
                 restore-snapshot-tier --snapshot-id {} --permanent-restore; it takes 24 to 72 hours)",
                snapshot.id, image.id, snapshot.id
            ));
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
        let text = format!(
            "{} is protected from deregistration ({protection}); its copy is not, so that the run can be taken back: protect it once the \
             run is over",
            image.id
        );
        draft.note(Some(&resource), Says::Tells, text);
        let cooldown = if protection.contains("with-cooldown") {
            " --with-cooldown"
        } else {
            ""
        };
        told.push(format!(
            "{} is protected from deregistration, its copy is not: aws ec2 enable-image-deregistration-protection --image-id {{id}}{cooldown}",
            image.id
        ));
    }
    told.extend(image.named_by.iter().map(|who| {
        format!(
            "{who} names {}: in the target it must name {{id}}, and no snapshot or key of the source",
            image.id
        )
    }));
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
    let mut text = "its id in the target is a new one: launch templates, Auto Scaling groups, SSM parameters and infrastructure code \
                    that name it must be changed, together with any snapshot and key that they pin"
        .to_owned();
    let weight = if image.named_by.is_empty() {
        Says::Tells
    } else {
        text = format!("{text}. In the source {} name {}", image.named_by.join(", "), image.id);
        Says::Warns(&known::IMAGE_NAMED_BY)
    };
    draft.note(Some(&resource), weight, text);
    if scales {
        draft.note(Some(&resource), Says::Warns(&known::IMAGE_NAMED_BY), AUTO_SCALING);
    }
    draft.note(Some(&resource), Says::Tells, SLOW_AT_FIRST);
}

/// Fact 3.6: without it instances end with `Client.InternalError: Client error on launch`.
const AUTO_SCALING: &str = "an Auto Scaling group of the target launches it as the service-linked role AWSServiceRoleForAutoScaling, \
                            which a new account may not have yet and which no customer key admits by itself: let the role be made, and \
                            admit it in the target key's policy (its use, and kms:CreateGrant); else instances end with Client.InternalError";

/// The command for that, in the account whose group it is.
fn admit_auto_scaling(draft: &Draft) -> String {
    format!(
        "an Auto Scaling group launches {{id}} only once its role may use {{key}}: aws kms create-grant --key-id {{key}} --grantee-principal \
         arn:aws:iam::{}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling --operations Encrypt Decrypt ReEncryptFrom \
         ReEncryptTo GenerateDataKey GenerateDataKeyWithoutPlaintext DescribeKey CreateGrant",
        draft.account(Side::Target)
    )
}

/// Fact 3.4.
pub(crate) const SLOW_AT_FIRST: &str =
    "what is launched of the copy is slow at first: each block is fetched when it is first read";
