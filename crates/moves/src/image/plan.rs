//! From an `[[image]]` section to steps.

use std::collections::BTreeMap;

use model::inventory::{Image, ImageSnapshot};
use model::plan::Weight;
use model::{Phase, ResourceRef, Side, StepId};

use super::change_share::{ShareInput, Shared, UnshareInput};
use super::spec::ImageSpec;
use super::{From, copy_image, deregister_image, rekey_image};
use crate::draft::{Draft, DraftStep};
use crate::key;

/// Image copies at the same time. Each takes one of the 20 snapshot copies that EC2 makes at once for each of its volumes, and most
/// images have one or two.
const COPIES: u32 = 8;
/// How long a permission may take to spread, or a copy may be refused because others are under way, in seconds.
const SPREADS_WITHIN: u64 = 1800;

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
        if draft.steps.iter().any(|step| step.resource == resource) {
            draft.note(
                Some(&resource),
                Weight::Tells,
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
        draft.note(Some(&resource), Weight::Blocks, text);
    }
}

fn source_key_of(snapshot: &ImageSnapshot) -> Option<String> {
    // Encrypted, and no key named: the account's default.
    snapshot
        .key
        .clone()
        .or_else(|| snapshot.encrypted.then(|| "alias/aws/ebs".to_owned()))
}

fn plan_image(draft: &mut Draft, spec: &ImageSpec, image: &Image, resource: ResourceRef) {
    let mut blocks = Vec::new();
    if !image.marketplace_codes.is_empty() {
        blocks.push(format!(
            "{} carries the Marketplace codes {:?}: it cannot be copied into another account. Subscribe in the target, launch it there \
             once and make an image of that",
            image.id, image.marketplace_codes
        ));
    }
    if image.snapshots.is_empty() {
        blocks.push(format!(
            "{} has no EBS snapshots: images on an instance store cannot be re-encrypted",
            image.id
        ));
    }
    match draft.regional(Side::Target) {
        Some(target) if target.images.iter().any(|other| other.name == image.name) => {
            blocks.push(format!(
                "account {} has an image {} already",
                draft.account(Side::Target),
                image.name
            ));
        }
        _ => {}
    }
    let named: Vec<String> = image.snapshots.iter().filter_map(source_key_of).collect();
    let keys: Vec<key::SourceKey> = named.iter().map(|named| key::source_key(draft, named)).collect();
    for key in keys.iter().filter(|key| !key.listed) {
        blocks.push(format!(
            "the key {} of its snapshots is not in the inventory: whether it can be shared cannot be told",
            key.id
        ));
    }
    let blocked = !blocks.is_empty();
    for text in blocks {
        draft.note(Some(&resource), Weight::Blocks, text);
    }
    // One key for all its snapshots in the target: the first customer key tells it.
    let telling = keys
        .iter()
        .find(|key| !key.aws_managed)
        .or(keys.first())
        .map(|key| key.id.clone());
    let target_key = key::target_key(draft, &resource, spec.key.as_deref(), telling.as_deref());
    let Some(target_key) = target_key.filter(|_| !blocked) else {
        return;
    };
    Steps {
        draft,
        image,
        resource,
        target_key,
    }
    .push(&keys);
}

struct Steps<'d, 'a> {
    draft: &'d mut Draft<'a>,
    image: &'d Image,
    resource: ResourceRef,
    target_key: StepId,
}

impl Steps<'_, '_> {
    fn step(&self, action: &str, side: Side, title: String, input: impl serde::Serialize) -> DraftStep {
        DraftStep::new(&self.resource, action, side, title, input).patience(SPREADS_WITHIN)
    }

    fn sizes(&self) -> Vec<u32> {
        self.image.snapshots.iter().map(|snapshot| snapshot.size_gib).collect()
    }

    fn gib(&self) -> u64 {
        self.image
            .snapshots
            .iter()
            .map(|snapshot| u64::from(snapshot.size_gib))
            .sum()
    }

    fn push(mut self, keys: &[key::SourceKey]) {
        let mut opened = Vec::new();
        let mut rekeyed = None;
        if keys.iter().any(|key| key.aws_managed) {
            let (made, open) = self.rekey();
            rekeyed = Some(made);
            opened.push(open);
        } else {
            for key in keys {
                let open = key::opened(self.draft, &key.id);
                if !opened.contains(&open) {
                    opened.push(open);
                }
            }
        }
        let from = rekeyed
            .clone()
            .map_or_else(|| From::Id(self.image.id.clone()), From::ImageOf);
        let mut shares = vec![self.share("share_image", Shared::Image(from.clone()), rekeyed.as_ref())];
        for (device, snapshot) in self.image.snapshots.iter().enumerate() {
            let what = match &rekeyed {
                Some(made) => From::SnapshotOf(made.clone(), device),
                None => From::Id(snapshot.id.clone()),
            };
            let verb = format!("share_snapshot_{}", device + 1);
            let share = self.share(&verb, Shared::Snapshot(what), rekeyed.as_ref());
            if !shares.iter().any(|(known, _)| *known == share.0) {
                shares.push(share);
            }
        }
        let copied = self.copy(from, rekeyed.as_ref(), &shares, &opened);
        let mut unshared = Vec::new();
        for (share, what) in shares {
            unshared.push(self.unshare(share, what, &copied, rekeyed.as_ref()));
        }
        if let Some(made) = rekeyed {
            let title = "take the copy that travelled away, with its snapshots".into();
            let input = deregister_image::Input { image: made.clone() };
            let step = self
                .step("image.deregister_rekeyed_image", Side::Source, title, input)
                .phase(Phase::CleanUp);
            self.draft
                .push(step.needs([&made, &copied]).needs(&unshared).leaves_nothing());
        }
        let mut text = "its id in the target is a new one: launch templates, Auto Scaling groups, SSM parameters and infrastructure code \
                        that name it must be changed, together with any snapshot and key that they pin"
            .to_owned();
        let weight = if self.image.named_by.is_empty() {
            Weight::Tells
        } else {
            text = format!(
                "{text}. In the source {} name {}",
                self.image.named_by.join(", "),
                self.image.id
            );
            Weight::Warns
        };
        self.draft.note(Some(&self.resource), weight, text);
    }

    /// The copy under the transport key, and the step that opens that key.
    fn rekey(&mut self) -> (StepId, StepId) {
        let transport = key::transport_key(self.draft);
        let text = "it lies on a key that AWS manages, which cannot be opened to another account: it is first copied under a transport \
                    key. That is a second full copy";
        self.draft.note(Some(&self.resource), Weight::Tells, text);
        let input = rekey_image::Input {
            image: self.image.id.clone(),
            name: self.image.name.clone(),
            sizes: self.sizes(),
            key: transport.made.clone(),
        };
        let limit = self.draft.limit("image-copies-source", COPIES);
        let gates = self.draft.gates_before(&self.resource);
        let title = format!("copy {} under the transport key", self.image.id);
        let step = self
            .step("image.rekey_image", Side::Source, title, input)
            .needs([&transport.made])
            .gates(gates);
        let gib = self.gib();
        let made = self
            .draft
            .push(step.limit(limit).estimate(200 + 12 * gib, 1200 + 40 * gib));
        (made, transport.opened)
    }

    /// The step that shares something. A snapshot of the source may stand behind two images: it is shared once.
    fn share(&mut self, verb: &str, what: Shared, rekeyed: Option<&StepId>) -> (StepId, Shared) {
        let action = if matches!(what, Shared::Image(_)) {
            "image.share_image"
        } else {
            "image.share_snapshot"
        };
        let input = serde_json::json!(ShareInput { what: what.clone() });
        let known = self
            .draft
            .steps
            .iter()
            .find(|step| step.action == action && step.input == input);
        if let Some(known) = known {
            return (known.id.clone(), what);
        }
        let noun = if matches!(what, Shared::Image(_)) {
            "the image"
        } else {
            "a snapshot behind it"
        };
        let title = format!("share {noun} with the target account");
        let gates = if rekeyed.is_none() {
            self.draft.gates_before(&self.resource)
        } else {
            Vec::new()
        };
        let step = self
            .step(action, Side::Source, title, input)
            .named(verb)
            .needs(rekeyed)
            .gates(gates);
        (self.draft.push(step), what)
    }

    fn copy(&mut self, from: From, rekeyed: Option<&StepId>, shares: &[(StepId, Shared)], opened: &[StepId]) -> StepId {
        let tags = self.image.tags.iter().filter(|(key, _)| !key.starts_with("aws:"));
        let input = copy_image::Input {
            image: from,
            name: self.image.name.clone(),
            description: self.image.description.clone(),
            sizes: self.sizes(),
            key: self.target_key.clone(),
            named_by: self.image.named_by.clone(),
            original: self.image.id.clone(),
            tags: tags
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect::<BTreeMap<_, _>>(),
        };
        let limit = self.draft.limit("image-copies", COPIES);
        let title = format!("copy {} in the target, under the target's own key", self.image.name);
        let step = self
            .step("image.copy_image", Side::Target, title, input)
            .needs(rekeyed)
            .needs(opened);
        let step = step
            .needs(shares.iter().map(|(share, _)| share))
            .needs([&self.target_key])
            .limit(limit);
        let gib = self.gib();
        let copied = self.draft.push(step.estimate(200 + 12 * gib, 1200 + 40 * gib));
        for open in opened {
            self.draft.needed_until(open, &copied);
        }
        copied
    }

    /// The step that ends a share, behind every copy that needs it.
    fn unshare(&mut self, share: StepId, what: Shared, copied: &StepId, rekeyed: Option<&StepId>) -> StepId {
        let action = if matches!(what, Shared::Image(_)) {
            "image.unshare_image"
        } else {
            "image.unshare_snapshot"
        };
        let input = serde_json::json!(UnshareInput {
            what,
            shared: share.clone()
        });
        let known = self
            .draft
            .steps
            .iter()
            .position(|step| step.action == action && step.input == input);
        if let Some(known) = known {
            // Another image's copy needs the share, too. Steps stand behind what they need, so this one moves to the end.
            let mut step = self.draft.steps.remove(known);
            step.needs.push(copied.clone());
            let id = step.id.clone();
            self.draft.steps.push(step);
            return id;
        }
        let verb = share.verb().replacen("share", "unshare", 1);
        let title = "share it with the target account no longer".into();
        let step = self
            .step(action, Side::Source, title, input)
            .named(&verb)
            .phase(Phase::CleanUp)
            .leaves_nothing();
        self.draft.push(step.needs([&share, copied]).needs(rekeyed))
    }
}
