//! From a `[[volume]]` section to steps.

use std::collections::BTreeMap;

use model::machines::Volume;
use model::{Phase, ResourceRef, Side, StepId};

use super::spec::VolumeSpec;
use super::{copy_snapshot, create_snapshot, create_volume, delete_snapshot};
use crate::check::known;
use crate::draft::Blocks;
use crate::draft::Says;
use crate::draft::{Draft, DraftStep};
use crate::image::change_share::{ShareInput, Shared, UnshareInput};
use crate::image::plan_steps::{self, SPREADS_WITHIN};
use crate::image::{From, plan_account};
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
        let text = format!(
            "account {} has no {} in {}, or the inventory does not list it among volumes, ebs_snapshots or the snapshots of images",
            draft.account(Side::Source),
            spec.id,
            draft.region()
        );
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
        (true, None) => blocks.push(&known::VOLUME_ZONE, format!(
            "where shall it lie in the target? Add availability_zone = \"{}a\" or another one, or restore = false, which leaves the copy \
             of the snapshot",
            draft.region()
        )),
        (true, Some(zone)) if !inside(zone) => {
            blocks.push(&known::VOLUME_ZONE, format!("{zone:?} is no availability zone of {}", draft.region()));
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
    let archived = format!(
        "{} lies in the archive tier, where it can be neither shared nor copied: restore it first (aws ec2 restore-snapshot-tier)",
        spec.id
    );
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
            blocks.push(
                &known::VOLUME_SNAPSHOT,
                format!("{} is {state}, not completed: it cannot be copied", spec.id),
            );
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
        blocks.push(
            &known::VOLUME_SNAPSHOT,
            format!("{} belongs to {owner}, who alone can share it", spec.id),
        );
    }
    // One share, taken away by whichever copy is done first, would fail the other.
    if draft.runbook.images.iter().any(|other| other.means(&image.name)) {
        blocks.push(
            &known::VOLUME_SNAPSHOT,
            format!(
                "{} stands behind the image {}, which this runbook moves: leave one of the two to another run",
                spec.id, image.name
            ),
        );
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
            let text = format!(
                "{} is attached to {}, which is stopped: leave it so",
                original.id, at.instance
            );
            (Says::Tells, text)
        } else {
            let gated = match draft.gates_before(resource).is_empty() {
                true => "add a [[gate]] before = [\"volume\"], stop the instance or unmount it, and agree then",
                false => "stop the instance or unmount it before you agree at the gate",
            };
            let text = format!(
                "{} is attached to {}: its snapshot holds what is on the volume at that moment, as after a power failure, and not what \
                 is in memory; {gated}",
                original.id, at.instance
            );
            (Says::Warns(&known::VOLUME_ATTACHED), text)
        };
        draft.note(Some(resource), weight, text);
    }
    if attached.len() > 1 {
        let text = "it is attached to several instances (Multi-Attach): the new one is a plain volume";
        draft.note(Some(resource), Says::Warns(&known::VOLUME_ATTACHED), text);
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
    fn step(&self, verb: &str, side: Side, title: String, input: impl serde::Serialize) -> DraftStep {
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
            let title = format!("take a snapshot of {}", self.original.id);
            let step = self.step("create_snapshot", Side::Source, title, input);
            let step = Self::copying(step.needs(stopped).gates(std::mem::take(&mut gates)), gib);
            let taken = self.draft.push(step);
            made.push(("delete_source_snapshot", taken.clone()));
            base = Some(taken);
        }
        let opened = match key {
            Some(_) if rekeys => {
                let transport = key::transport_key(self.draft);
                let text = "it lies on a key that AWS manages, which cannot be opened to another account: its snapshot is first copied \
                            under a transport key. That is a second full copy";
                self.draft.note(Some(&self.resource), Says::Tells, text);
                let input = self.copy_input(Side::Source, base.as_ref(), &transport.made, false);
                let title = "copy the snapshot under the transport key".to_owned();
                let limit = self.draft.limit("snapshot-copies-source", COPIES);
                let step = self.step("rekey_snapshot", Side::Source, title, input);
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
        let title = "share the snapshot with the target account".to_owned();
        let step = self.step("share_snapshot", Side::Source, title, ShareInput { what: what.clone() });
        let shared = self.draft.push(step.needs(base.as_ref()).gates(gates));
        let stays = self.zone.is_none() || !self.original.taken;
        let target_key = self.target_key.clone();
        let input = self.copy_input(Side::Target, base.as_ref(), &target_key, stays);
        let title = "copy the snapshot in the target, under the target's own key".to_owned();
        let limit = self.draft.limit("snapshot-copies", COPIES);
        let step = self.step("copy_to_target", Side::Target, title, input);
        let step = step
            .needs(base.as_ref())
            .needs([&shared, &target_key])
            .needs(opened.as_ref());
        let copied = self.draft.push(Self::copying(step.limit(limit), gib));
        if let Some(opened) = &opened {
            self.draft.needed_until(opened, &copied);
        }
        let title = "share it with the target account no longer".to_owned();
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
            let text = "a snapshot does not say of what type its volume was: the new one is gp3, and the copy of the snapshot stays";
            self.draft.note(Some(&self.resource), Says::Tells, text);
        }
        let text = "the new volume is slow at first: each block is fetched when it is first read";
        self.draft.note(Some(&self.resource), Says::Tells, text);
        let title = format!(
            "make a volume of it in {zone}, {} {} GiB",
            self.original.kind, self.original.gib
        );
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
        let title = "delete the snapshot that was made for the way".to_owned();
        let input = delete_snapshot::Input {
            side,
            snapshot: snapshot.clone(),
        };
        let step = self.step(verb, side, title, input).phase(Phase::CleanUp);
        let step = step.needs([snapshot]).needs(behind.iter().copied());
        self.draft.push(step.leaves_nothing());
    }
}
