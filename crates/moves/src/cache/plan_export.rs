//! From a `[[cache]]` section with `content = "export"` to steps.

use std::collections::BTreeMap;

use model::inventory::{Cache, CacheKind, RegionInventory};
use model::{Phase, ResourceRef, Said, Side, StepId};

use super::spec::{CacheSpec, Fill, FillSpec};
use super::words::Text;
use super::{admit_service, copy_files, create_group, create_snapshot, delete_snapshot, export_snapshot, own_files};
use crate::bucket::passing::{self, Admitted, Place};
use crate::check::known;
use crate::draft::Blocks;
use crate::draft::Says;
use crate::draft::{Draft, DraftStep};
use crate::image::plan_steps::SPREADS_WITHIN;
use crate::key;

/// ElastiCache's canonical user id, in every Region that need not be switched on; GovCloud has another.
const SERVICE: &str = "540804c33a284a299d2547575ce1010f2312ef3da9b3a053c8bc45bf233e4353";
const SERVICE_OF_GOVCLOUD: &str = "40fa568277ad703bd160f66ae4f83fc9dfdfd06c2f1b5060ca22442ac3ef8be6";

/// The Regions that are there without being switched on
/// (<https://docs.aws.amazon.com/accounts/latest/reference/manage-acct-regions.html>). In the others a bucket policy admits ElastiCache.
const ALWAYS_ON: [&str; 17] = [
    "ap-northeast-1",
    "ap-northeast-2",
    "ap-northeast-3",
    "ap-south-1",
    "ap-southeast-1",
    "ap-southeast-2",
    "ca-central-1",
    "eu-central-1",
    "eu-north-1",
    "eu-west-1",
    "eu-west-2",
    "eu-west-3",
    "sa-east-1",
    "us-east-1",
    "us-east-2",
    "us-west-1",
    "us-west-2",
];

/// How long a cache that is busy with something else is waited for, in seconds: automatic snapshots of large ones take their time.
const BUSY: u64 = 2 * 3600;

/// How ElastiCache is admitted to buckets and files.
enum Service {
    /// By ACL, under this canonical user id.
    Canonical(&'static str),
    /// By policy, under this name.
    Principal(String),
}

fn service(region: &str) -> Service {
    match region {
        region if ALWAYS_ON.contains(&region) => Service::Canonical(SERVICE),
        region if region.starts_with("us-gov-") => Service::Canonical(SERVICE_OF_GOVCLOUD),
        region => Service::Principal(format!("{region}.elasticache-snapshot.amazonaws.com")),
    }
}

/// Adds the notes and steps of a cache's export.
pub(super) fn plan(draft: &mut Draft, spec: &CacheSpec, resource: &ResourceRef, found: Option<&Cache>) {
    let mut blocks = Blocks::default();
    let Some(cache) = found else {
        let (account, region) = (draft.account(Side::Source), draft.region());
        let text = Text::NoCache.fill(&[account.as_str(), &spec.id, region.as_str()]);
        draft.note(Some(resource), Says::Blocks(&known::CACHE_MISSING), text);
        return;
    };
    blocks.take(impossible(cache));
    for (side, text) in [
        (Side::Source, Text::SourceNamespace),
        (Side::Target, Text::TargetNamespace),
    ] {
        if draft
            .observed(side)
            .is_some_and(|account| account.denies_global_bucket_names)
        {
            blocks.push(&known::BUCKET_NAMESPACE, text.fill(&[draft.account(side).as_str()]));
        }
    }
    let fill = match &spec.fill {
        Some(Fill::Group(fill)) => {
            blocks.take(unfit(draft, cache, fill));
            Some(fill.as_ref())
        }
        Some(Fill::Whether(false)) => None,
        Some(Fill::Whether(true)) => {
            blocks.push(&known::CACHE_FILL, Text::FillTrue);
            None
        }
        None => {
            blocks.push(&known::CACHE_FILL, Text::FillUntold);
            None
        }
    };
    let blocked = !blocks.tell(draft, resource);
    let key = match fill.and_then(|fill| fill.key.as_deref()) {
        Some(alias) => match key::target_key(draft, resource, Some(alias), None) {
            Some(key) => Some(key),
            None => return,
        },
        None => None,
    };
    if blocked {
        return;
    }
    notes(draft, spec, resource, cache, fill);
    let export = Export {
        service: service(draft.region().as_str()),
        resource,
        cache,
        draft,
    };
    export.push(fill, key);
}

/// Why a cache has no export, or not this one.
fn impossible(cache: &Cache) -> Blocks {
    let mut blocks = Blocks::default();
    if cache.engine == "memcached" {
        blocks.push(&known::CACHE_EXPORT, Text::Memcached);
        return blocks;
    }
    if cache.kind == CacheKind::Serverless {
        blocks.push(&known::CACHE_EXPORT, Text::Serverless);
        return blocks;
    }
    if cache.data_tiering {
        blocks.push(&known::CACHE_EXPORT, Text::DataTiering);
    }
    if cache.engine_version.is_empty() || cache.node_type.is_empty() || cache.shards == 0 || cache.nodes == 0 {
        blocks.push(&known::CACHE_EXPORT, Text::ShapeUntold);
    }
    blocks
}

/// What is wrong with the group that is to be made.
fn unfit(draft: &Draft, cache: &Cache, fill: &FillSpec) -> Blocks {
    let mut blocks = Blocks::default();
    let id = fill.id.as_ref().unwrap_or(&cache.id);
    let lower = id
        .bytes()
        .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-');
    let begins = id.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    if !lower || !begins || id.ends_with('-') || id.contains("--") || id.len() > 40 {
        blocks.push(&known::CACHE_FILL, Text::BadId.fill(&[&format!("{id:?}")]));
    }
    let target = draft.regional(Side::Target);
    if target.is_some_and(|region| region.caches.iter().any(|other| other.id == *id)) {
        blocks.push(&known::NAME_TAKEN, Text::HasCache.fill(&[id]));
    }
    let asked_for = cache.auth_token || !cache.user_groups.is_empty();
    if asked_for && fill.auth.is_none() && fill.user_groups.is_empty() {
        let text = match cache.auth_token {
            true => Text::AsksForToken,
            false => Text::AsksForGroups,
        };
        blocks.push(&known::CACHE_ACCESS, text);
    }
    if fill.auth.is_some() && !fill.user_groups.is_empty() {
        blocks.push(&known::CACHE_ACCESS, Text::AuthContradicts);
    }
    if !fill.user_groups.is_empty() && !fill.encrypted_in_transit {
        blocks.push(&known::CACHE_ACCESS, Text::GroupsNeedTls);
    }
    if fill.key.is_some() && !fill.encrypted_at_rest {
        blocks.push(&known::CACHE_FILL, Text::KeyNeedsRest);
    }
    if fill.security_groups.is_empty() {
        blocks.push(&known::SECURITY_GROUP, Text::SecurityGroupsEmpty);
    }
    if let Some(version) = &fill.engine_version
        && major(version) < major(&cache.engine_version)
    {
        let text = Text::OlderEngine.fill(&[&format!("{version:?}"), &cache.engine_version]);
        blocks.push(&known::CACHE_FILL, text);
    }
    if let Some(target) = target {
        blocks.take(missing(target, fill));
    }
    blocks
}

fn major(version: &str) -> u32 {
    let major = version.split('.').next().unwrap_or_default();
    major.parse().unwrap_or_default()
}

/// What the target lacks, as far as its inventory lists any of it.
fn missing(target: &RegionInventory, fill: &FillSpec) -> Blocks {
    let lacks = |text: Text, listed: &[String], name: &String| {
        let missing = !listed.is_empty() && !listed.contains(name);
        missing.then(|| text.fill(&[name]))
    };
    let mut found = Blocks::default();
    found.extend(
        &known::SUBNET_GROUP,
        lacks(Text::NoSubnetGroup, &target.cache_subnet_groups, &fill.subnet_group),
    );
    if !fill.parameter_group.starts_with("default.") {
        found.extend(
            &known::PARAMETER_GROUP,
            lacks(
                Text::NoParameterGroup,
                &target.cache_parameter_groups,
                &fill.parameter_group,
            ),
        );
    }
    for group in &fill.security_groups {
        found.extend(
            &known::SECURITY_GROUP,
            lacks(Text::NoSecurityGroup, &target.security_groups, group),
        );
    }
    for group in &fill.user_groups {
        found.extend(
            &known::CACHE_ACCESS,
            lacks(Text::NoUserGroup, &target.cache_user_groups, group),
        );
    }
    found
}

/// What people should know before they agree.
fn notes(draft: &mut Draft, spec: &CacheSpec, resource: &ResourceRef, cache: &Cache, fill: Option<&FillSpec>) {
    draft.note(Some(resource), Says::Tells, Text::TakenAlong.fill(&[&spec.because]));
    let text = match draft.gates_before(resource).is_empty() {
        true => Text::AddGate,
        false => Text::StopBeforeGate,
    };
    draft.note(Some(resource), Says::Warns(&known::CACHE_WRITES), text);
    draft.note(Some(resource), Says::Tells, Text::Busy);
    match fill {
        Some(fill) => {
            let text = match cache.data_mib {
                0 => Text::SizeUntold.fill(&[&fill.node_type]),
                mib => Text::SizeTold.fill(&[&fill.node_type, &mib.to_string(), &cache.shards.to_string()]),
            };
            draft.note(Some(resource), Says::Tells, text);
            if cache.auth_token && fill.user_groups.is_empty() {
                draft.note(Some(resource), Says::Warns(&known::CACHE_ACCESS), Text::NoToken);
            }
            if cache.encrypted_in_transit && !fill.encrypted_in_transit {
                draft.note(Some(resource), Says::Warns(&known::CACHE_ACCESS), Text::NoTls);
            }
        }
        None => draft.note(Some(resource), Says::Warns(&known::CACHE_FILL), Text::FilesStay),
    }
    draft.note(Some(resource), Says::Tells, Text::NotCarried);
}

struct Export<'d, 'p, 'a> {
    draft: &'d mut Draft<'a>,
    resource: &'p ResourceRef,
    cache: &'p Cache,
    service: Service,
}

impl Export<'_, '_, '_> {
    fn step(&self, verb: &str, side: Side, title: impl Into<Said>, input: impl serde::Serialize) -> DraftStep {
        DraftStep::new(self.resource, &format!("cache.{verb}"), side, title, input)
            .patience(SPREADS_WITHIN)
            .phase(Phase::Freeze)
    }

    /// What handles all of its content takes, in seconds; of an unknown size as of a gigabyte.
    fn sized(&self, step: DraftStep, base: u64) -> DraftStep {
        let gib = self.cache.data_mib.max(1).div_ceil(1024);
        step.estimate(base + 60 * gib, 4 * base + 240 * gib)
    }

    fn push(mut self, fill: Option<&FillSpec>, key: Option<StepId>) {
        let (resource, stays) = (self.resource, fill.is_none());
        // The buckets first: that they can be made is proved before anything is asked of the cache.
        let export = passing::make(self.draft, resource, "export", Side::Source, false);
        let seed = passing::make(self.draft, resource, "seed", Side::Target, stays);
        let from = passing::place(Side::Source, &export);
        let to = passing::place(Side::Target, &seed);
        let snapshot = self.snapshot(&[&export, &seed]);
        let exported = self.export(&from, &export, &snapshot);
        let (owned, ended) = self.close(&from, &export, &exported);
        let principal = self.target_principal();
        let admitted = (Admitted::ToRead, false);
        let step = passing::admit(
            self.draft,
            resource,
            "admit_target",
            from.clone(),
            admitted,
            vec![principal],
        );
        let admitted = self
            .draft
            .push(step.phase(Phase::Freeze).needs([&export, &owned]).needs(&ended));
        let copied = self.copy(&to, &seed, &exported, &admitted);
        let readable = self.admit_reading(&to, &seed, &copied, stays);
        let mut done = vec![copied.clone()];
        if let Some(fill) = fill {
            let filled = self.fill(fill, key, &snapshot, &copied, &readable);
            let step = passing::discard(resource, "seed", Side::Target, &seed);
            self.draft.push(step.needs([&filled]).needs(&readable));
            done.push(filled);
        }
        // Until the new cache is there, the source's files and snapshot are what it could be made of again.
        let step = passing::discard(resource, "export", Side::Source, &export);
        self.draft.push(step.needs(&done).needs([&admitted]));
        let input = delete_snapshot::Input {
            snapshot: snapshot.clone(),
        };
        let step = self.step("delete_snapshot", Side::Source, Text::DeleteSnapshot, input);
        let step = step.phase(Phase::CleanUp).needs([&snapshot, &exported]).needs(&done);
        self.draft.push(step.leaves_nothing());
    }

    fn snapshot(&mut self, buckets: &[&StepId]) -> StepId {
        let input = create_snapshot::Input {
            cache: self.cache.id.clone(),
            is_group: self.cache.kind == CacheKind::Group,
            shards: self.cache.shards as usize,
        };
        let title = Text::TakeSnapshot.fill(&[&self.cache.id]);
        let gates = self.draft.gates_before(self.resource);
        let step = self.step("create_snapshot", Side::Source, title, input);
        let step = self.sized(step, 180).patience(BUSY).disturbs();
        self.draft.push(step.needs(buckets.iter().copied()).gates(gates))
    }

    /// Lets ElastiCache write into the run's bucket, and has it do so.
    fn export(&mut self, from: &Place, made: &StepId, snapshot: &StepId) -> StepId {
        let admitted = match &self.service {
            Service::Canonical(id) => {
                let input = admit_service::BucketInput {
                    bucket: from.clone(),
                    service: (*id).to_owned(),
                };
                self.step("admit_export", Side::Source, Text::LetWrite, input)
            }
            Service::Principal(name) => {
                let admitted = (Admitted::ServiceToWrite, false);
                let names = vec![name.clone()];
                passing::admit(self.draft, self.resource, "admit_export", from.clone(), admitted, names)
            }
        };
        let admitted = self.draft.push(admitted.phase(Phase::Prepare).needs([made]));
        let input = export_snapshot::Input {
            cache: self.cache.id.clone(),
            snapshot: snapshot.clone(),
            bucket: from.clone(),
        };
        let step = self.step("export_snapshot", Side::Source, Text::Export, input);
        let step = self.sized(step, 120).needs([made, snapshot, &admitted]);
        self.draft.push(step)
    }

    /// Ends what ElastiCache may do with the run's bucket, and makes the files the source's own.
    fn close(&mut self, from: &Place, made: &StepId, exported: &StepId) -> (StepId, Vec<StepId>) {
        let admitted = self.resource.step("admit_export");
        let end = match &self.service {
            Service::Canonical(id) => {
                let input = admit_service::BucketInput {
                    bucket: from.clone(),
                    service: (*id).to_owned(),
                };
                self.step("end_export", Side::Source, Text::LetWriteNoLonger, input)
                    .leaves_nothing()
            }
            Service::Principal(_) => {
                passing::withdraw(self.draft, self.resource, "end_export", from.clone(), &admitted)
            }
        };
        let end = end.phase(Phase::Freeze).needs([made, exported, &admitted]);
        let ended = self.draft.push(end);
        let input = own_files::Input { bucket: from.clone() };
        let step = self.step("own_files", Side::Source, Text::OwnFiles, input);
        let owned = self.draft.push(step.needs([made, &ended]).leaves_nothing());
        (owned, vec![ended])
    }

    /// Who copies: the target's role, or whoever acts for it without one.
    fn target_principal(&self) -> String {
        let account = self.draft.account(Side::Target);
        match &self.draft.runbook.target.role {
            Some(role) => format!("arn:aws:iam::{account}:role/{role}"),
            None => format!("arn:aws:iam::{account}:root"),
        }
    }

    fn copy(&mut self, to: &Place, made: &StepId, exported: &StepId, admitted: &StepId) -> StepId {
        let input = copy_files::Input {
            exported: exported.clone(),
            to: to.clone(),
        };
        let step = self.step("copy_files", Side::Target, Text::CopyFiles, input);
        let step = self.sized(step, 15).needs([made, exported, admitted]);
        self.draft.push(step)
    }

    /// Lets ElastiCache read the files in the target; the steps after which it may.
    fn admit_reading(&mut self, to: &Place, made: &StepId, copied: &StepId, stays: bool) -> Vec<StepId> {
        let mut done = Vec::new();
        let service = match &self.service {
            Service::Canonical(id) => Some((*id).to_owned()),
            Service::Principal(name) => {
                let admitted = (Admitted::ServiceToRead, stays);
                let names = vec![name.clone()];
                let step = passing::admit(self.draft, self.resource, "admit_service", to.clone(), admitted, names);
                done.push(self.draft.push(step.phase(Phase::Freeze).needs([made, copied])));
                None
            }
        };
        let input = admit_service::ReadingInput {
            cache: self.cache.id.clone(),
            copied: copied.clone(),
            service,
            stays,
        };
        let title = match stays {
            true => Text::LetReadWhatStays,
            false => Text::LetRead,
        };
        let step = self.step("admit_reading", Side::Target, title, input);
        done.push(self.draft.push(step.needs([made, copied]).needs(&done)));
        done
    }

    fn fill(
        &mut self,
        fill: &FillSpec,
        key: Option<StepId>,
        snapshot: &StepId,
        copied: &StepId,
        readable: &[StepId],
    ) -> StepId {
        let cache = self.cache;
        let replicas = (cache.nodes / cache.shards.max(1)).saturating_sub(1);
        let id = fill.id.clone().unwrap_or_else(|| cache.id.clone());
        let own = cache.tags.iter().filter(|(key, _)| !key.starts_with("aws:"));
        let tags: BTreeMap<String, String> = own.map(|(key, value)| (key.clone(), value.clone())).collect();
        let title = Text::MakeGroup.fill(&[&id, &fill.node_type]);
        let input = create_group::Input {
            original: cache.id.clone(),
            id,
            engine: cache.engine.clone(),
            engine_version: fill
                .engine_version
                .clone()
                .unwrap_or_else(|| cache.engine_version.clone()),
            node_type: fill.node_type.clone(),
            replicas: fill.replicas.unwrap_or(replicas),
            cluster_mode: cache.cluster_mode,
            parameter_group: fill.parameter_group.clone(),
            subnet_group: fill.subnet_group.clone(),
            security_groups: fill.security_groups.clone(),
            user_groups: fill.user_groups.clone(),
            encrypted_in_transit: fill.encrypted_in_transit,
            encrypted_at_rest: fill.encrypted_at_rest,
            snapshot_retention_days: fill.snapshot_retention_days.unwrap_or(cache.snapshot_retention_days),
            key: key.clone(),
            snapshot: snapshot.clone(),
            copied: copied.clone(),
            tags,
        };
        let step = self.step("create_group", Side::Target, title, input);
        let step = self.sized(step, 600).phase(Phase::Cutover).needs([snapshot, copied]);
        self.draft.push(step.needs(readable).needs(key.as_ref()))
    }
}
