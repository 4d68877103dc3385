//! `cleave discover`: looks at the accounts of a runbook, and writes what it finds of keys, databases, images, instances and volumes into the inventory. What an
//! inventory holds of other kinds is kept as it was. Reads only.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;
use std::sync::Arc;

use aws::{Account, Accounts, CallSink};
use model::inventory::{AccountInventory, INVENTORY_FORMAT, RegionInventory, SnapshotSlots, TerraformCreate};
use model::machines::name_in;
use model::{Failure, Inventory, RunId, Side};
use moves::reference::{self, Reference};

use crate::args::DiscoverArgs;
use crate::commands::files::{read_inventory, read_runbook};
use crate::commands::listed::read_only;
use crate::commands::rehearse::write_out;
use crate::error::CliError;
use crate::exit;
use crate::world;

/// Looks and writes.
pub fn discover(args: DiscoverArgs) -> Result<u8, CliError> {
    let runbook = read_runbook(&args.runbook)?;
    let out = args
        .out
        .clone()
        .unwrap_or_else(|| args.runbook.with_file_name("inventory.json"));
    let before = if out.exists() {
        Some(read_inventory(&out)?)
    } else {
        None
    };
    let wanted = Wanted {
        names: &args.name,
        tags: args.tag.iter().cloned().collect(),
    };
    let region = runbook.region.clone();
    let found = world::block_on(async {
        let forget: CallSink = Arc::new(drop);
        let profile = args.profile.as_deref();
        let mut world = match args.world {
            Some(address) => world::endpoint(address, None, &region, profile, forget).await?,
            None => world::live(&region, profile, forget).await?,
        };
        read_only(&mut world);
        let access = BTreeMap::from([
            (Side::Source, runbook.source.access()),
            (Side::Target, runbook.target.access()),
        ]);
        let run = RunId::new("discover0000").expect("twelve letters and digits");
        let accounts = Accounts::enter(&world.connection, &access, &region, &run);
        let mut found = BTreeMap::new();
        for side in [Side::Source, Side::Target] {
            let account = accounts.side(side);
            // Whatever the product is called, the target's groups and keys are what it can be put into.
            let seen = match side {
                Side::Source => observed_source(&account, &wanted).await,
                Side::Target | Side::Parent => observed(&account, &Wanted::default()).await,
            };
            let seen = seen.map_err(|failure| {
                CliError::preflight(
                    format!("the {side} account cannot be looked at"),
                    &failure,
                    "Give the role of the runbook the Describe, List and Get calls of KMS, RDS and EC2, log in, or correct the runbook.",
                )
                .type_this(&world.login_command)
            })?;
            found.insert(account.id.clone(), seen);
        }
        let mut references = BTreeMap::new();
        for name in reference::all(&runbook) {
            let stands_for = look_up(&accounts.side(Side::Target), &name).await?;
            references.insert(name, stands_for);
        }
        Ok::<_, CliError>((found, references))
    })??;
    let (found, references) = found;
    let mut inventory = before.unwrap_or_else(|| Inventory {
        format: INVENTORY_FORMAT,
        observed_at: world::wall_now(),
        accounts: BTreeMap::new(),
        references: BTreeMap::new(),
        terraform_creates: Vec::new(),
    });
    inventory.observed_at = world::wall_now();
    let mut said = String::new();
    for (account, seen) in found {
        let _ = writeln!(said, "account {account}, {region}: {}", counts(&seen));
        let held: &mut AccountInventory = inventory.accounts.entry(account).or_default();
        take_over(held.regions.entry(region.clone()).or_default(), seen);
    }
    for (name, stands_for) in &references {
        let _ = writeln!(said, "{name} is {stands_for}");
    }
    inventory.references = references;
    if let Some(path) = &args.terraform_plan {
        inventory.terraform_creates = terraform_creates(path)?;
        let _ = writeln!(
            said,
            "{} resources that could be what moves would be created by the plan {}",
            inventory.terraform_creates.len(),
            path.display()
        );
    }
    write_whole(&out, &inventory)?;
    let _ = writeln!(
        said,
        "written to {}; its roles, buckets, zones, standalone snapshots and file systems are as they were: those are for you to write",
        out.display()
    );
    write_out(&said)?;
    Ok(exit::DONE)
}

/// What a name of the runbook points at in the target.
async fn look_up(target: &Account, name: &str) -> Result<String, CliError> {
    let refused = |why: String| {
        CliError::before(
            exit::BLOCKED,
            format!("{name}: {why}"),
            "Correct it in the runbook, or name the thing itself there.",
        )
        .at(format!("the target account {}", target.id))
    };
    let unseen = |failure: &Failure| {
        CliError::preflight(
            format!("{name} cannot be looked up"),
            failure,
            "Give the target's role s3:GetObject on the state's bucket and ec2:DescribeSecurityGroups, or name the thing itself in the runbook.",
        )
    };
    match Reference::of(name) {
        None => Ok(name.to_owned()),
        Some(Err(reason)) => Err(refused(reason)),
        Some(Ok(Reference::Tag { key, value })) => {
            let found = target
                .ec2
                .groups_tagged(&key, &value)
                .await
                .map_err(|failure| unseen(&failure))?;
            match found.as_slice() {
                [only] => Ok(only.clone()),
                [] => Err(refused("no security group has that tag".to_owned())),
                several => Err(refused(format!(
                    "several security groups have that tag: {}",
                    several.join(", ")
                ))),
            }
        }
        Some(Ok(Reference::State { bucket, key, address })) => {
            let state = target
                .s3
                .get_object(&bucket, &key)
                .await
                .map_err(|failure| unseen(&failure))?;
            reference::find_in_state(&state, &address).map_err(refused)
        }
    }
}

fn terraform_creates(path: &Path) -> Result<Vec<TerraformCreate>, CliError> {
    let text = std::fs::read(path).map_err(|error| CliError::unreadable(path, &error))?;
    moves::terraform_plan::creates(&text).map_err(|why| {
        CliError::before(
            exit::BLOCKED,
            &why,
            "Write it with: terraform plan -out tfplan && terraform show -json tfplan",
        )
        .at(path.display().to_string())
    })
}

/// What is looked for: everything that fits every tag and one of the names.
#[derive(Default)]
struct Wanted<'a> {
    names: &'a [String],
    tags: BTreeMap<String, String>,
}

impl Wanted<'_> {
    /// Whether something is meant that has an id, and perhaps a name in its tags.
    fn means_tagged(&self, id: &str, tags: &BTreeMap<String, String>) -> bool {
        self.means(id, tags) || name_in(tags).is_some_and(|name| self.means(name, tags))
    }

    fn means(&self, name: &str, tags: &BTreeMap<String, String>) -> bool {
        let named = self.names.is_empty() || self.names.iter().any(|pattern| fits(pattern, name));
        named && self.tags.iter().all(|(key, value)| tags.get(key) == Some(value))
    }
}

/// Whether a name fits a pattern, in which `*` stands for anything.
fn fits(pattern: &str, name: &str) -> bool {
    let Some((head, rest)) = pattern.split_once('*') else {
        return pattern == name;
    };
    let Some(after) = name.strip_prefix(head) else {
        return false;
    };
    (0..=after.len()).any(|at| after.is_char_boundary(at) && fits(rest, &after[at..]))
}

/// What of the source may move, beside the rest: machines of the target are nobody's concern.
async fn observed_source(account: &Account, wanted: &Wanted<'_>) -> Result<RegionInventory, Failure> {
    let mut seen = observed(account, wanted).await?;
    let meant = |one: &model::machines::Instance| wanted.means_tagged(&one.id, &one.tags);
    seen.instances = account.ec2.observed_instances(meant).await?;
    seen.volumes = account.ec2.observed_volumes().await?;
    // Whatever its own tags are, an instance's volume goes with it.
    let instances = &seen.instances;
    seen.volumes.retain(|volume| {
        let attached = volume.attached_to.iter();
        let of_meant = attached
            .into_iter()
            .any(|at| instances.iter().any(|one| one.id == at.instance));
        of_meant || wanted.means_tagged(&volume.id, &volume.tags)
    });
    Ok(seen)
}

async fn observed(account: &Account, wanted: &Wanted<'_>) -> Result<RegionInventory, Failure> {
    let mut databases = account.rds.observed_instances().await?;
    databases.retain(|database| wanted.means(&database.id, &database.tags));
    let mut clusters = account.rds.observed_clusters().await?;
    clusters.retain(|cluster| wanted.means(&cluster.id, &cluster.tags));
    let mut images = account.ec2.observed_images().await?;
    images.retain(|image| wanted.means(&image.name, &image.tags));
    let counted = account.rds.counted().await?;
    let quotas = account.quotas.of("rds").await?;
    let slots = |name: &str, used: u32| {
        quotas.get(name).map(|quota| SnapshotSlots {
            used,
            quota: *quota as u32,
        })
    };
    Ok(RegionInventory {
        manual_snapshots: slots("Manual DB instance snapshots", counted.snapshots),
        manual_cluster_snapshots: slots("Manual DB cluster snapshots", counted.cluster_snapshots),
        instance_slots: slots("DB instances", counted.instances),
        cluster_slots: slots("DB clusters", counted.clusters),
        keys: account.kms.observed().await?,
        databases,
        clusters,
        images,
        subnet_groups: account.rds.observed_subnet_groups().await?,
        parameter_groups: account.rds.observed_parameter_groups().await?,
        cluster_parameter_groups: account.rds.observed_cluster_parameter_groups().await?,
        option_groups: account.rds.observed_option_groups().await?,
        security_groups: account.ec2.observed_security_groups().await?,
        machine_settings: account.ec2.observed_settings().await?,
        ..RegionInventory::default()
    })
}

/// What was seen in place of what was known of the same kinds. Who names an image only people know.
fn take_over(known: &mut RegionInventory, seen: RegionInventory) {
    let named: BTreeMap<String, Vec<String>> = known.images.drain(..).map(|image| (image.id, image.named_by)).collect();
    known.images = seen.images;
    for image in &mut known.images {
        image.named_by = named.get(&image.id).cloned().unwrap_or_default();
    }
    known.manual_snapshots = seen.manual_snapshots.or(known.manual_snapshots);
    known.manual_cluster_snapshots = seen.manual_cluster_snapshots.or(known.manual_cluster_snapshots);
    known.instance_slots = seen.instance_slots.or(known.instance_slots);
    known.cluster_slots = seen.cluster_slots.or(known.cluster_slots);
    known.keys = seen.keys;
    known.databases = seen.databases;
    // What Aurora holds RDS does not tell.
    let held: BTreeMap<String, u32> = known.clusters.drain(..).map(|one| (one.id, one.storage_gib)).collect();
    known.clusters = seen.clusters;
    for cluster in known.clusters.iter_mut().filter(|cluster| cluster.storage_gib == 0) {
        cluster.storage_gib = held.get(&cluster.id).copied().unwrap_or_default();
    }
    known.cluster_parameter_groups = seen.cluster_parameter_groups;
    known.option_groups = seen.option_groups;
    // Zones' ids are people's to write.
    let zones: BTreeMap<String, Vec<String>> = std::mem::take(&mut known.subnet_groups)
        .into_iter()
        .map(|(name, group)| (name, group.zone_ids))
        .collect();
    known.subnet_groups = seen.subnet_groups;
    for (name, group) in &mut known.subnet_groups {
        group.zone_ids = zones.get(name).cloned().unwrap_or_default();
    }
    known.parameter_groups = seen.parameter_groups;
    known.security_groups = seen.security_groups;
    known.machine_settings = seen.machine_settings;
    known.instances = seen.instances;
    known.volumes = seen.volumes;
}

fn counts(seen: &RegionInventory) -> String {
    format!(
        "{} keys, {} databases, {} clusters, {} images, {} instances, {} volumes, {} subnet groups, {} parameter groups, {} option groups, \
         {} security groups",
        seen.keys.len(),
        seen.databases.len(),
        seen.clusters.len(),
        seen.images.len(),
        seen.instances.len(),
        seen.volumes.len(),
        seen.subnet_groups.len(),
        seen.parameter_groups.len() + seen.cluster_parameter_groups.len(),
        seen.option_groups.len(),
        seen.security_groups.len()
    )
}

/// Whole or not at all: half an inventory would be planned from.
fn write_whole(path: &Path, inventory: &Inventory) -> Result<(), CliError> {
    let unwritable = |error: std::io::Error| CliError::unwritable(path, &error);
    let mut text = serde_json::to_string_pretty(inventory).map_err(|error| unwritable(error.into()))?;
    text.push('\n');
    let beside = path.with_extension("json.new");
    std::fs::write(&beside, text).map_err(unwritable)?;
    std::fs::rename(&beside, path).map_err(unwritable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_star_stands_for_anything_at_any_place() {
        for (pattern, name) in [
            ("shop-*", "shop-db"),
            ("*-db", "shop-db"),
            ("s*p-*b", "shop-db"),
            ("shop-db", "shop-db"),
        ] {
            assert!(fits(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("shop-*", "my-shop-db"), ("shop", "shop-db"), ("*-cache", "shop-db")] {
            assert!(!fits(pattern, name), "{pattern} {name}");
        }
    }
}
