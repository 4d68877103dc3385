//! The steps on which an image travels, whether the inventory lists it or a step makes it of an instance: re-keyed where it must be,
//! shared with its snapshots, copied, shared no longer, and what was made for the way taken away.

use std::collections::BTreeMap;

use model::inventory::Image;
use model::{Phase, ResourceRef, Said, Side, StepId};

use super::change_share::{ShareInput, Shared, UnshareInput};
use super::words::Text;
use super::{From, copy_image, deregister_image, rekey_image};
use crate::draft::Says;
use crate::draft::{Draft, DraftStep};
use crate::key;
use crate::snapshot_costs::{self, Of};

/// Image copies at the same time. Each takes one of the 20 snapshot copies that EC2 makes at once for each of its volumes, and most
/// images have one or two.
const COPIES: u32 = 8;
/// How long a permission may take to spread, or a copy may be refused because others are under way, in seconds.
pub(crate) const SPREADS_WITHIN: u64 = 1800;

/// What travels.
pub(crate) struct Travels<'d> {
    /// The image as it is, or as it will be: its id is empty then.
    pub(crate) image: &'d Image,
    /// The step that makes it in the source; absent: it is there.
    pub(crate) made: Option<StepId>,
    /// What people are told with the copy's id, which stands for `{id}`.
    pub(crate) told: Vec<String>,
}

/// Steps being drawn up.
pub(crate) struct Steps<'d, 'a> {
    pub(crate) draft: &'d mut Draft<'a>,
    pub(crate) travels: Travels<'d>,
    pub(crate) resource: ResourceRef,
    pub(crate) target_key: StepId,
}

/// Says that the target has an image of this name, or that another step makes one.
pub(crate) fn name_taken(draft: &Draft, name: &str) -> Option<Said> {
    if let Some(other) = draft.image_names.get(name) {
        return Some(Text::NameTwice.fill(&[&other.to_string(), name]));
    }
    let listed = draft.regional(Side::Target)?;
    listed
        .images
        .iter()
        .any(|other| other.name == name)
        .then(|| Text::NameTaken.fill(&[draft.account(Side::Target).as_str(), name]))
}

/// Says which keys the inventory does not list.
pub(crate) fn unlisted(keys: &[key::SourceKey]) -> Vec<Said> {
    let unlisted = keys.iter().filter(|key| !key.listed);
    unlisted.map(|key| Text::KeyUnlisted.fill(&[&key.id])).collect()
}

/// The step of the target's key. One for all snapshots of an image: the first customer key tells it.
pub(crate) fn target_key(
    draft: &mut Draft,
    resource: &ResourceRef,
    named: Option<&str>,
    keys: &[key::SourceKey],
) -> Option<StepId> {
    let telling = keys
        .iter()
        .find(|key| !key.aws_managed)
        .or(keys.first())
        .map(|key| key.id.clone());
    key::target_key(draft, resource, named, telling.as_deref())
}

impl Steps<'_, '_> {
    fn step(&self, action: &str, side: Side, title: impl Into<Said>, input: impl serde::Serialize) -> DraftStep {
        let phase = match self.travels.made {
            None => Phase::Prepare,
            Some(_) => Phase::Freeze,
        };
        DraftStep::new(&self.resource, action, side, title, input)
            .patience(SPREADS_WITHIN)
            .phase(phase)
    }

    fn sizes(&self) -> Vec<u32> {
        let snapshots = self.travels.image.snapshots.iter();
        snapshots.map(|snapshot| snapshot.size_gib).collect()
    }

    fn gib(&self) -> u64 {
        self.sizes().into_iter().map(u64::from).sum()
    }

    /// Adds them; the id of the step that makes the copy.
    pub(crate) fn push(mut self, keys: &[key::SourceKey]) -> StepId {
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
        // What is shared: the copy under the transport key, the image made of an instance, or the image as it lies there.
        let base = rekeyed.clone().or_else(|| self.travels.made.clone());
        let from = base
            .clone()
            .map_or_else(|| From::Id(self.travels.image.id.clone()), From::ImageOf);
        let mut shares = vec![self.share("share_image", Shared::Image(from.clone()), base.as_ref())];
        for (device, snapshot) in self.travels.image.snapshots.iter().enumerate() {
            let what = match &base {
                Some(made) => From::SnapshotOf(made.clone(), device),
                None => From::Id(snapshot.id.clone()),
            };
            let verb = format!("share_snapshot_{}", device + 1);
            let share = self.share(&verb, Shared::Snapshot(what), base.as_ref());
            if !shares.iter().any(|(known, _)| *known == share.0) {
                shares.push(share);
            }
        }
        let copied = self.copy(from, base.as_ref(), &shares, &opened);
        let mut unshared = Vec::new();
        for (share, what) in shares {
            unshared.push(self.unshare(share, what, &copied, base.as_ref()));
        }
        let taken_away = u64::from(rekeyed.is_some()) + u64::from(self.travels.made.is_some());
        snapshot_costs::add(self.draft, &self.resource, Of::Disks, taken_away, self.gib());
        if let Some(made) = rekeyed {
            let title = Text::TakeCopyAway;
            self.take_away("image.deregister_rekeyed_image", title, &made, &copied, &unshared);
        }
        if let Some(made) = self.travels.made.clone() {
            let title = Text::TakeImageAway;
            self.take_away("image.deregister_source_image", title, &made, &copied, &unshared);
        }
        copied
    }

    fn take_away(&mut self, action: &str, title: Text, made: &StepId, copied: &StepId, unshared: &[StepId]) {
        let input = deregister_image::Input { image: made.clone() };
        let step = self.step(action, Side::Source, title, input);
        let step = step.phase(Phase::CleanUp).needs([made, copied]).needs(unshared);
        self.draft.push(step.leaves_nothing());
    }

    fn rekey(&mut self) -> (StepId, StepId) {
        let transport = key::transport_key(self.draft);
        self.draft.note(Some(&self.resource), Says::Tells, Text::Rekeyed);
        let image = self.travels.image;
        let input = rekey_image::Input {
            image: image.id.clone(),
            made: self.travels.made.clone(),
            name: image.name.clone(),
            sizes: self.sizes(),
            key: transport.made.clone(),
        };
        let limit = self.draft.limit("image-copies-source", COPIES);
        let gates = match self.travels.made {
            None => self.draft.gates_before(&self.resource),
            Some(_) => Vec::new(),
        };
        let what = if image.id.is_empty() { &image.name } else { &image.id };
        let title = Text::CopyForTransport.fill(&[what]);
        let step = self
            .step("image.rekey_image", Side::Source, title, input)
            .needs([&transport.made])
            .needs(self.travels.made.as_ref())
            .gates(gates);
        let gib = self.gib();
        let made = self
            .draft
            .push(step.limit(limit).estimate(200 + 12 * gib, 1200 + 40 * gib));
        (made, transport.opened)
    }

    /// The step that shares something. A snapshot of the source may stand behind two images: it is shared once.
    fn share(&mut self, verb: &str, what: Shared, base: Option<&StepId>) -> (StepId, Shared) {
        let (action, title) = if matches!(what, Shared::Image(_)) {
            ("image.share_image", Text::ShareImage)
        } else {
            ("image.share_snapshot", Text::ShareSnapshot)
        };
        let input = serde_json::json!(ShareInput { what: what.clone() });
        if let Some(known) = self.draft.doing(action, &input) {
            return (known, what);
        }
        let gates = if base.is_none() {
            self.draft.gates_before(&self.resource)
        } else {
            Vec::new()
        };
        let step = self
            .step(action, Side::Source, title, input)
            .named(verb)
            .needs(base)
            .gates(gates);
        (self.draft.push(step), what)
    }

    fn copy(&mut self, from: From, base: Option<&StepId>, shares: &[(StepId, Shared)], opened: &[StepId]) -> StepId {
        let image = self.travels.image;
        let tags = image.tags.iter().filter(|(key, _)| !key.starts_with("aws:"));
        let input = copy_image::Input {
            image: from,
            name: image.name.clone(),
            description: image.description.clone(),
            sizes: self.sizes(),
            key: self.target_key.clone(),
            told: std::mem::take(&mut self.travels.told),
            original: match &self.travels.made {
                Some(made) => From::ImageOf(made.clone()),
                None => From::Id(image.id.clone()),
            },
            tags: tags
                .map(|(key, value)| (key.clone(), value.clone()))
                .collect::<BTreeMap<_, _>>(),
        };
        let limit = self.draft.limit("image-copies", COPIES);
        let title = Text::CopyInTarget.fill(&[&image.name]);
        let step = self
            .step("image.copy_image", Side::Target, title, input)
            .needs(base)
            .needs(self.travels.made.as_ref())
            .needs(opened);
        let step = step
            .needs(shares.iter().map(|(share, _)| share))
            .needs([&self.target_key])
            .limit(limit);
        let gib = self.gib();
        let copied = self.draft.push(step.estimate(200 + 12 * gib, 1200 + 40 * gib));
        let names = &mut self.draft.image_names;
        names.entry(image.name.clone()).or_insert_with(|| self.resource.clone());
        for open in opened {
            self.draft.needed_until(open, &copied);
        }
        copied
    }

    /// The step that ends a share, behind every copy that needs it.
    fn unshare(&mut self, share: StepId, what: Shared, copied: &StepId, base: Option<&StepId>) -> StepId {
        let action = if matches!(what, Shared::Image(_)) {
            "image.unshare_image"
        } else {
            "image.unshare_snapshot"
        };
        let input = serde_json::json!(UnshareInput {
            what,
            shared: share.clone()
        });
        let known = self.draft.doing(action, &input);
        if let Some(known) = known.and_then(|id| self.draft.steps.iter().position(|step| step.id == id)) {
            // Another image's copy needs the share, too. Steps stand behind what they need, so this one moves to the end.
            let mut step = self.draft.steps.remove(known);
            step.needs.push(copied.clone());
            let id = step.id.clone();
            self.draft.steps.push(step);
            return id;
        }
        let verb = share.verb().replacen("share", "unshare", 1);
        let step = self
            .step(action, Side::Source, Text::ShareNoLonger, input)
            .named(&verb)
            .phase(Phase::CleanUp)
            .leaves_nothing();
        self.draft.push(step.needs([&share, copied]).needs(base))
    }
}
