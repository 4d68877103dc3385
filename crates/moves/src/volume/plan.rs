//! From a `[[volume]]` section to steps.

use std::collections::BTreeMap;

use model::machines::Volume;
use model::{Phase, ResourceRef, Said, Side, StepId};

use super::spec::VolumeSpec;
use super::words::Text;
use super::{copy_snapshot, create_snapshot, create_volume, delete_snapshot};
use crate::check::known;
use crate::draft::Blocks;
use crate::draft::Says;
use crate::draft::{Draft, DraftStep};
use crate::image::change_share::{ShareInput, Shared, UnshareInput};
use crate::image::plan_steps::{self, SPREADS_WITHIN};
use crate::image::{self, From, plan_account};
use crate::key;
use crate::snapshot_costs::{self, Of};

/// Snapshot copies at the same time, beside those of images: EC2 makes 20 at once.
const COPIES: u32 = 4;

/// A volume or a snapshot, as far as its way is concerned.
struct Original {
    id: String,
    gib: u32,
    key: Option<String>,
    tags: BTreeMap<String, String>,
    /// What it is made of again in the target.
    kind: String,
    iops: Option<u32>,
    throughput: Option<u32>,
    /// Whether the run takes the snapshot that travels; else it is the original.
    taken: bool,
    blocks: Blocks,
}

/// Adds the steps of a volume or snapshot.
pub fn plan(draft: &mut Draft, spec: &VolumeSpec) {
    let resource = ResourceRef::new("volume", &spec.id);
    let Some(mut original) = find(draft, spec) else {
        let text = Text::NoVolume.fill(&[draft.account(Side::Source).as_str(), &spec.id, draft.region().as_str()]);
        draft.note(Some(&resource), Says::Blocks(&known::VOLUME_MISSING), text);
        return;
    };
    let mut blocks = std::mem::take(&mut original.blocks);
    let zone = spec.availability_zone.as_deref();
    let inside = |zone: &str| {
        let letter = zone.strip_prefix(draft.region().as_str());
        letter.is_some_and(|letter| letter.len() == 1 && letter.bytes().all(|b| b.is_ascii_lowercase()))
    };
    match (spec.restore, zone) {
        (true, None) => blocks.push(&known::VOLUME_ZONE, Text::WhichZone.fill(&[draft.region().as_str()])),
        (true, Some(zone)) if !inside(zone) => {
            let zone = format!("{zone:?}");
            blocks.push(
                &known::VOLUME_ZONE,
                Text::NoSuchZone.fill(&[&zone, draft.region().as_str()]),
            );
        }
        _ => {}
    }
    let named: Vec<&str> = original.key.as_deref().into_iter().collect();
    let keys: Vec<key::SourceKey> = named.iter().map(|named| key::source_key(draft, named)).collect();
    blocks.extend(&known::KEY_UNLISTED, plan_steps::unlisted(&keys));
    let blocked = !blocks.tell(draft, &resource);
    let target_key = plan_steps::target_key(draft, &resource, spec.key.as_deref(), &keys);
    let Some(target_key) = target_key.filter(|_| !blocked) else {
        return;
    };
    plan_account::tell(draft);
    let stopped = note_consistency(draft, &resource, &original);
    Steps {
        draft,
        original,
        resource,
        target_key,
        zone: zone.filter(|_| spec.restore).map(str::to_owned),
    }
    .push(keys.first(), &stopped);
}

fn find(draft: &Draft, spec: &VolumeSpec) -> Option<Original> {
    let region = draft.regional(Side::Source)?;
    let default = || "alias/aws/ebs".to_owned();
    if let Some(volume) = region.volumes.iter().find(|volume| volume.id == spec.id) {
        let takes_iops = matches!(volume.kind.as_str(), "gp3" | "io1" | "io2");
        return Some(Original {
            id: volume.id.clone(),
            gib: volume.size_gib,
            key: volume
                .key
                .clone()
                .or_else(|| volume.encrypted.then(default))
                .or_else(|| plan_account::default_key(draft)),
            tags: own_tags(&volume.tags),
            kind: volume.kind.clone(),
            // EC2 tells those of a gp2, too, and refuses them when given.
            iops: volume.iops.filter(|_| takes_iops),
            throughput: volume.throughput.filter(|_| volume.kind == "gp3"),
            taken: true,
            blocks: Blocks::default(),
        });
    }
    let mut blocks = Blocks::default();
    let archived = Text::Archived.fill(&[&spec.id]);
    let original = |gib, key: Option<String>, encrypted: bool, tags, blocks| Original {
        id: spec.id.clone(),
        gib,
        key: key.or_else(|| encrypted.then(default)),
        tags,
        kind: "gp3".to_owned(),
        iops: None,
        throughput: None,
        taken: false,
        blocks,
    };
    if let Some(snapshot) = region.ebs_snapshots.iter().find(|one| one.id == spec.id) {
        if snapshot.archived {
            blocks.push(&known::VOLUME_ARCHIVED, archived);
        }
        if let Some(state) = snapshot.state.as_deref().filter(|state| *state != "completed") {
            blocks.push(&known::VOLUME_SNAPSHOT, Text::NotCompleted.fill(&[&spec.id, state]));
        }
        let tags = own_tags(&snapshot.tags);
        return Some(original(
            snapshot.size_gib,
            snapshot.key.clone(),
            snapshot.encrypted,
            tags,
            blocks,
        ));
    }
    let behind = region.images.iter().find_map(|image| {
        let found = image.snapshots.iter().find(|snapshot| snapshot.id == spec.id)?;
        Some((image, found))
    });
    let (image, snapshot) = behind?;
    if snapshot.archived {
        blocks.push(&known::VOLUME_ARCHIVED, archived);
    }
    if let Some(owner) = &snapshot.owner {
        blocks.push(&known::VOLUME_SNAPSHOT, Text::OfOthers.fill(&[&spec.id, owner]));
    }
    // One share, taken away by whichever copy is done first, would fail the other.
    if draft.runbook.images.iter().any(|other| other.means(&image.name)) {
        blocks.push(&known::VOLUME_SNAPSHOT, Text::ImageMoves.fill(&[&spec.id, &image.name]));
    }
    Some(original(
        snapshot.size_gib,
        snapshot.key.clone(),
        snapshot.encrypted,
        BTreeMap::new(),
        blocks,
    ))
}

fn own_tags(tags: &BTreeMap<String, String>) -> BTreeMap<String, String> {
    let own = tags.iter().filter(|(key, _)| !key.starts_with("aws:"));
    own.map(|(key, value)| (key.clone(), value.clone())).collect()
}

/// Says what a snapshot of a volume in use holds; the steps that stop its instances, where this run does.
fn note_consistency(draft: &mut Draft, resource: &ResourceRef, original: &Original) -> Vec<StepId> {
    let region = draft.regional(Side::Source);
    let volume: Option<&Volume> =
        region.and_then(|region| region.volumes.iter().find(|volume| volume.id == original.id));
    let mut stopped = Vec::new();
    let attached = volume.map(|volume| volume.attached_to.as_slice()).unwrap_or_default();
    for at in attached {
        let stop = ResourceRef::new("instance", &at.instance).step("stop_instance");
        if draft.steps.iter().any(|step| step.id == stop) {
            stopped.push(stop);
            continue;
        }
        let instance = region.and_then(|region| region.instances.iter().find(|one| one.id == at.instance));
        let (weight, text) = if instance.is_some_and(|instance| instance.state == "stopped") {
            (Says::Tells, Text::AttachedStopped)
        } else {
            let text = match draft.gates_before(resource).is_empty() {
                true => Text::AttachedUngated,
                false => Text::AttachedGated,
            };
            (Says::Warns(&known::VOLUME_ATTACHED), text)
        };
        draft.note(Some(resource), weight, text.fill(&[&original.id, &at.instance]));
    }
    if attached.len() > 1 {
        draft.note(Some(resource), Says::Warns(&known::VOLUME_ATTACHED), Text::MultiAttach);
    }
    stopped
}

struct Steps<'d, 'a> {
    draft: &'d mut Draft<'a>,
    original: Original,
    resource: ResourceRef,
    target_key: StepId,
    /// Where a volume is made; absent: none is.
    zone: Option<String>,
}

impl Steps<'_, '_> {
    fn step(&self, verb: &str, side: Side, title: impl Into<Said>, input: impl serde::Serialize) -> DraftStep {
        DraftStep::new(&self.resource, &format!("volume.{verb}"), side, title, input)
            .patience(SPREADS_WITHIN)
            .phase(Phase::Freeze)
    }

    fn copying(step: DraftStep, gib: u32) -> DraftStep {
        let gib = u64::from(gib);
        step.estimate(200 + 12 * gib, 1200 + 40 * gib)
    }

    fn push(mut self, key: Option<&key::SourceKey>, stopped: &[StepId]) {
        let mut gates = self.draft.gates_before(&self.resource);
        let gib = self.original.gib;
        let rekeys = key.is_some_and(|key| key.aws_managed);
        let mut base: Option<StepId> = None;
        let mut made = Vec::new();
        if self.original.taken {
            let input = create_snapshot::Input {
                volume: self.original.id.clone(),
                gib,
                keys: (!rekeys).then(|| key.iter().map(|key| key.arn.clone()).collect()),
            };
            let title = Text::TakeSnapshot.fill(&[&self.original.id]);
            let step = self.step("create_snapshot", Side::Source, title, input);
            let step = Self::copying(step.needs(stopped).gates(std::mem::take(&mut gates)), gib);
            let taken = self.draft.push(step);
            made.push(("delete_source_snapshot", taken.clone()));
            base = Some(taken);
        }
        let opened = match key {
            Some(_) if rekeys => {
                let transport = key::transport_key(self.draft);
                self.draft.note(Some(&self.resource), Says::Tells, Text::Rekeyed);
                let input = self.copy_input(Side::Source, base.as_ref(), &transport.made, false);
                let limit = self.draft.limit("snapshot-copies-source", COPIES);
                let step = self.step("rekey_snapshot", Side::Source, Text::CopyForTransport, input);
                let step = step.needs(base.as_ref()).needs([&transport.made]).limit(limit);
                let step = Self::copying(step.gates(std::mem::take(&mut gates)), gib);
                let rekeyed = self.draft.push(step);
                made.push(("delete_rekeyed_snapshot", rekeyed.clone()));
                base = Some(rekeyed);
                Some(transport.opened)
            }
            Some(key) => Some(key::opened(self.draft, &key.id)),
            None => None,
        };
        let what = Shared::Snapshot(self.snapshot(base.as_ref()));
        let input = ShareInput { what: what.clone() };
        let step = self.step("share_snapshot", Side::Source, Text::ShareSnapshot, input);
        let shared = self.draft.push(step.needs(base.as_ref()).gates(gates));
        let stays = self.zone.is_none() || !self.original.taken;
        let target_key = self.target_key.clone();
        let input = self.copy_input(Side::Target, base.as_ref(), &target_key, stays);
        let limit = self.draft.limit("snapshot-copies", COPIES);
        let step = self.step("copy_to_target", Side::Target, Text::CopyInTarget, input);
        let step = step
            .needs(base.as_ref())
            .needs([&shared, &target_key])
            .needs(opened.as_ref());
        let copied = self.draft.push(Self::copying(step.limit(limit), gib));
        if let Some(opened) = &opened {
            self.draft.needed_until(opened, &copied);
        }
        let title = image::words::Text::ShareNoLonger;
        let input = UnshareInput {
            what,
            shared: shared.clone(),
        };
        let step = self.step("unshare_snapshot", Side::Source, title, input);
        let step = step
            .phase(Phase::CleanUp)
            .needs([&shared, &copied])
            .needs(base.as_ref());
        let unshared = self.draft.push(step.leaves_nothing());
        let passing = made.len() as u64 + u64::from(self.zone.is_some() && !stays);
        snapshot_costs::add(self.draft, &self.resource, Of::Disks, passing, u64::from(gib));
        for (verb, snapshot) in made {
            self.delete(verb, Side::Source, &snapshot, &[&copied, &unshared]);
        }
        if let Some(zone) = self.zone.clone() {
            let volume = self.volume(zone, &copied);
            if !stays {
                self.delete("delete_target_snapshot", Side::Target, &copied, &[&volume]);
            }
        }
    }

    fn snapshot(&self, base: Option<&StepId>) -> From {
        base.map_or_else(|| From::Id(self.original.id.clone()), |made| From::Made(made.clone()))
    }

    fn copy_input(&self, side: Side, base: Option<&StepId>, key: &StepId, stays: bool) -> copy_snapshot::Input {
        copy_snapshot::Input {
            side,
            snapshot: self.snapshot(base),
            description: format!("{} of account {}", self.original.id, self.draft.account(Side::Source)),
            gib: self.original.gib,
            key: key.clone(),
            tags: if stays {
                self.original.tags.clone()
            } else {
                BTreeMap::new()
            },
            stays,
        }
    }

    fn volume(&mut self, zone: String, copied: &StepId) -> StepId {
        if !self.original.taken {
            self.draft.note(Some(&self.resource), Says::Tells, Text::BecomesGp3);
        }
        self.draft.note(Some(&self.resource), Says::Tells, Text::SlowAtFirst);
        let gib = self.original.gib.to_string();
        let title = Text::MakeVolume.fill(&[&zone, &self.original.kind, &gib]);
        let input = create_volume::Input {
            original: self.original.id.clone(),
            snapshot: copied.clone(),
            zone,
            kind: self.original.kind.clone(),
            gib: self.original.gib,
            iops: self.original.iops,
            throughput: self.original.throughput,
            key: self.target_key.clone(),
            tags: self.original.tags.clone(),
        };
        let key = self.target_key.clone();
        let step = self.step("create_volume", Side::Target, title, input);
        let step = step.phase(Phase::Cutover).needs([copied, &key]).estimate(15, 120);
        self.draft.push(step)
    }

    fn delete(&mut self, verb: &str, side: Side, snapshot: &StepId, behind: &[&StepId]) {
        let input = delete_snapshot::Input {
            side,
            snapshot: snapshot.clone(),
        };
        let step = self.step(verb, side, Text::DeletePassing, input);
        let step = step.phase(Phase::CleanUp);
        let step = step.needs([snapshot]).needs(behind.iter().copied());
        self.draft.push(step.leaves_nothing());
    }
}
