//! From a `[[cache]]` section with `content = "export"` to steps.

use std::collections::BTreeMap;

use model::inventory::{Cache, CacheKind, RegionInventory};
use model::{Phase, ResourceRef, Side, StepId};

use super::spec::{CacheSpec, Fill, FillSpec};
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
        let text = format!(
            "account {} has no cache {} in {}, or the inventory does not list it: let discover look",
            draft.account(Side::Source),
            spec.id,
            draft.region()
        );
        draft.note(Some(resource), Says::Blocks(&known::CACHE_MISSING), text);
        return;
    };
    blocks.take(impossible(cache));
    for side in [Side::Source, Side::Target] {
        if draft
            .observed(side)
            .is_some_and(|account| account.denies_global_bucket_names)
        {
            blocks.push(&known::BUCKET_NAMESPACE, format!(
                "a policy lets the {side} account {} make buckets in its own namespace only, and its files pass through one that is made",
                draft.account(side)
            ));
        }
    }
    let fill = match &spec.fill {
        Some(Fill::Group(fill)) => {
            blocks.take(unfit(draft, cache, fill));
            Some(fill.as_ref())
        }
        Some(Fill::Whether(false)) => None,
        Some(Fill::Whether(true)) => {
            blocks.push(
                &known::CACHE_FILL,
                "fill = true says nothing of the new cache: write fill = { subnet_group = …, … }".to_owned(),
            );
            None
        }
        None => {
            blocks.push(&known::CACHE_FILL, "content = \"export\" needs fill: the replication group that is made of it in the target, as fill = { subnet_group, \
                 security_groups, node_type, parameter_group, encrypted_in_transit, encrypted_at_rest }, or fill = false, which leaves the \
                 files in a bucket of the target for your Terraform's snapshot_arns"
                    .to_owned(),
            );
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
        blocks.push(&known::CACHE_EXPORT, "Memcached has no snapshots, so there is nothing to export: write content = \"skip\"; the target's cache fills itself".to_owned(),
        );
        return blocks;
    }
    if cache.kind == CacheKind::Serverless {
        blocks.push(&known::CACHE_EXPORT, "it is serverless, and cleave exports replication groups and clusters only. By hand: aws elasticache \
             create-serverless-cache-snapshot, export-serverless-cache-snapshot to a bucket in the source, and in the target \
             create-serverless-cache --snapshot-arns-to-restore; write content = \"skip\" once that is arranged"
                .to_owned(),
        );
        return blocks;
    }
    if cache.data_tiering {
        blocks.push(&known::CACHE_EXPORT, "it keeps data on SSDs (data tiering), and ElastiCache exports no backup of such a cache: write content = \"skip\", or move it \
             to nodes without before"
                .to_owned(),
        );
    }
    if cache.engine_version.is_empty() || cache.node_type.is_empty() || cache.shards == 0 || cache.nodes == 0 {
        blocks.push(&known::CACHE_EXPORT, "the inventory does not tell its engine_version, node_type, shards and nodes, from which the new one is made: let discover look"
                .to_owned(),
        );
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
        blocks.push(&known::CACHE_FILL, format!(
            "{id:?} cannot be the id of a replication group: at most 40 lower-case letters, digits and single hyphens, beginning with a letter"
        ));
    }
    let target = draft.regional(Side::Target);
    if target.is_some_and(|region| region.caches.iter().any(|other| other.id == *id)) {
        blocks.push(
            &known::NAME_TAKEN,
            format!("the target account has a cache {id} already: give fill another id"),
        );
    }
    let asked_for = cache.auth_token || !cache.user_groups.is_empty();
    if asked_for && fill.auth.is_none() && fill.user_groups.is_empty() {
        let asks = match cache.auth_token {
            true => "a token, which ElastiCache tells nobody and cleave never asks for",
            false => "its user groups, which are the source account's own",
        };
        blocks.push(&known::CACHE_ACCESS, format!(
            "the source asks for {asks}: say who the new one admits, by user_groups = […] (RBAC) or auth = \"none\", or write fill = false \
             and let your Terraform make it with its token"
        ));
    }
    if fill.auth.is_some() && !fill.user_groups.is_empty() {
        blocks.push(
            &known::CACHE_ACCESS,
            "auth = \"none\" and user_groups contradict each other: keep one".to_owned(),
        );
    }
    if !fill.user_groups.is_empty() && !fill.encrypted_in_transit {
        blocks.push(
            &known::CACHE_ACCESS,
            "user groups can be had only over TLS: encrypted_in_transit = true".to_owned(),
        );
    }
    if fill.key.is_some() && !fill.encrypted_at_rest {
        blocks.push(&known::CACHE_FILL, "key needs encrypted_at_rest = true".to_owned());
    }
    if fill.security_groups.is_empty() {
        blocks.push(
            &known::SECURITY_GROUP,
            "fill.security_groups is empty: without any the VPC's default group would be taken".to_owned(),
        );
    }
    if let Some(version) = &fill.engine_version
        && major(version) < major(&cache.engine_version)
    {
        blocks.push(
            &known::CACHE_FILL,
            format!(
                "engine_version = {version:?} is older than the source's {}: it cannot read its files",
                cache.engine_version
            ),
        );
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
    let lacks = |what: &str, listed: &[String], name: &String| {
        let missing = !listed.is_empty() && !listed.contains(name);
        missing.then(|| format!("the target account has no {what} {name}"))
    };
    let mut found = Blocks::default();
    found.extend(
        &known::SUBNET_GROUP,
        lacks("cache subnet group", &target.cache_subnet_groups, &fill.subnet_group),
    );
    if !fill.parameter_group.starts_with("default.") {
        found.extend(
            &known::PARAMETER_GROUP,
            lacks(
                "cache parameter group",
                &target.cache_parameter_groups,
                &fill.parameter_group,
            ),
        );
    }
    for group in &fill.security_groups {
        found.extend(
            &known::SECURITY_GROUP,
            lacks("security group", &target.security_groups, group),
        );
    }
    for group in &fill.user_groups {
        found.extend(
            &known::CACHE_ACCESS,
            lacks("cache user group", &target.cache_user_groups, group),
        );
    }
    found
}

/// What people should know before they agree.
fn notes(draft: &mut Draft, spec: &CacheSpec, resource: &ResourceRef, cache: &Cache, fill: Option<&FillSpec>) {
    let text = format!("its content is taken along: {}", spec.because);
    draft.note(Some(resource), Says::Tells, text);
    let gated = match draft.gates_before(resource).is_empty() {
        true => "add a [[gate]] before = [\"cache\"], and stop what writes to it before you agree",
        false => "stop what writes to it before you agree at the gate",
    };
    let text = format!(
        "what is written to it after its snapshot was begun is not in the new one, and keys that expire meanwhile may be; {gated}"
    );
    draft.note(Some(resource), Says::Warns(&known::CACHE_WRITES), text);
    let text = "while the snapshot is taken nothing else can be done to the cache, and its primary needs memory for it \
                (reserved-memory-percent): take it at a quiet hour. ElastiCache takes at most 20 manual snapshots of a node a day";
    draft.note(Some(resource), Says::Tells, text);
    match fill {
        Some(fill) => {
            let text = format!(
                "whether a shard's data fits on a {} shows only when it is filled ({}): if it does not, the new cache is restore-failed, the run \
                 stops, and undo or a retry with a larger fill.node_type in a new plan helps",
                fill.node_type,
                match cache.data_mib {
                    0 => "the inventory does not tell data_mib".to_owned(),
                    mib => format!("{mib} MiB in {} shard(s)", cache.shards),
                }
            );
            draft.note(Some(resource), Says::Tells, text);
            if cache.auth_token && fill.user_groups.is_empty() {
                let text = "the source asks for a token and the new cache for none, as auth = \"none\" says: whoever its security groups admit \
                            can read it. Give it a token afterwards with aws elasticache modify-replication-group --auth-token-update-strategy";
                draft.note(Some(resource), Says::Warns(&known::CACHE_ACCESS), text);
            }
            if cache.encrypted_in_transit && !fill.encrypted_in_transit {
                let text = "the source is spoken to over TLS and the new cache is not: its applications must be told";
                draft.note(Some(resource), Says::Warns(&known::CACHE_ACCESS), text);
            }
        }
        None => {
            let text = "fill = false: its files stay in a bucket of the target that ElastiCache may read, and the end of the run tells their \
                        snapshot_arns. Delete the bucket once your cache is filled: the files are all of its content";
            draft.note(Some(resource), Says::Warns(&known::CACHE_FILL), text);
        }
    }
    let text = "its tags, endpoint, maintenance window, log delivery and notifications are not carried, except for the tags of a cache that is \
                filled";
    draft.note(Some(resource), Says::Tells, text);
}

struct Export<'d, 'p, 'a> {
    draft: &'d mut Draft<'a>,
    resource: &'p ResourceRef,
    cache: &'p Cache,
    service: Service,
}

impl Export<'_, '_, '_> {
    fn step(&self, verb: &str, side: Side, title: impl Into<String>, input: impl serde::Serialize) -> DraftStep {
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
        let step = self.step(
            "delete_snapshot",
            Side::Source,
            "delete the snapshot that was taken for the way",
            input,
        );
        let step = step.phase(Phase::CleanUp).needs([&snapshot, &exported]).needs(&done);
        self.draft.push(step.leaves_nothing());
    }

    fn snapshot(&mut self, buckets: &[&StepId]) -> StepId {
        let input = create_snapshot::Input {
            cache: self.cache.id.clone(),
            is_group: self.cache.kind == CacheKind::Group,
            shards: self.cache.shards as usize,
        };
        let title = format!("take a snapshot of {}", self.cache.id);
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
                let title = "let ElastiCache write into the bucket";
                self.step("admit_export", Side::Source, title, input)
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
        let title = "have ElastiCache write the snapshot into the bucket";
        let step = self.step("export_snapshot", Side::Source, title, input);
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
                let title = "let ElastiCache write into the bucket no longer";
                self.step("end_export", Side::Source, title, input).leaves_nothing()
            }
            Service::Principal(_) => {
                passing::withdraw(self.draft, self.resource, "end_export", from.clone(), &admitted)
            }
        };
        let end = end.phase(Phase::Freeze).needs([made, exported, &admitted]);
        let ended = self.draft.push(end);
        let input = own_files::Input { bucket: from.clone() };
        let title = "make the files that ElastiCache wrote the source account's own";
        let step = self.step("own_files", Side::Source, title, input);
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
        let title = "copy the files into the target's bucket, and prove them equal";
        let step = self.step("copy_files", Side::Target, title, input);
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
            true => "let ElastiCache read the files, which stay",
            false => "let ElastiCache read the files",
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
        let title = format!(
            "make the replication group {id} of the files, on {} nodes",
            fill.node_type
        );
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
