//! What a plan of the target's Terraform would create. Were it to create the moved data itself, an empty database would take the name, or the
//! apply would fail at night: so it is found before.

use model::inventory::TerraformCreate;
use model::{Inventory, ResourceRef};
use serde_json::Value;

use crate::bucket::spec::Creator;
use crate::cache::spec::{Content, Fill};
use crate::check::known;
use crate::draft::Draft;
use crate::draft::Says;
use crate::words::Text;

/// What `terraform show -json PLAN` says that would be created, as far as it can be what cleave moves.
pub fn creates(plan: &[u8]) -> Result<Vec<TerraformCreate>, String> {
    let plan: Value =
        serde_json::from_slice(plan).map_err(|error| format!("it is not what terraform show -json writes: {error}"))?;
    let Some(changes) = plan["resource_changes"].as_array() else {
        return Err("it has no resource_changes: write it with terraform show -json PLAN".to_owned());
    };
    let mut found = Vec::new();
    for change in changes {
        let creates = change["change"]["actions"]
            .as_array()
            .is_some_and(|actions| actions.iter().any(|action| action == "create"));
        let (kind, address) = (
            change["type"].as_str().unwrap_or_default(),
            change["address"].as_str().unwrap_or_default(),
        );
        let Some(member) = named_by(kind).filter(|_| creates) else {
            continue;
        };
        let after = &change["change"]["after"];
        let text = |member: &str| after[member].as_str().map(str::to_owned);
        if let Some(name) = text(member) {
            found.push(TerraformCreate {
                address: address.to_owned(),
                kind: kind.to_owned(),
                name,
                snapshot: text("snapshot_identifier").or_else(|| after["snapshot_arns"][0].as_str().map(str::to_owned)),
            });
        }
    }
    Ok(found)
}

/// The argument that names a resource of a type that moves.
fn named_by(kind: &str) -> Option<&'static str> {
    Some(match kind {
        "aws_db_instance" => "identifier",
        "aws_rds_cluster" => "cluster_identifier",
        "aws_elasticache_replication_group" => "replication_group_id",
        "aws_s3_bucket" => "bucket",
        "aws_kms_alias" => "name",
        "aws_route53_zone" => "name",
        _ => return None,
    })
}

/// Blocks where Terraform would create what the runbook moves.
pub(crate) fn check(draft: &mut Draft) {
    let inventory: &Inventory = draft.inventory;
    for created in &inventory.terraform_creates {
        let Some((resource, left_to_terraform)) = moved(draft, created) else {
            continue;
        };
        let (weight, text) = match left_to_terraform {
            true if created.snapshot.is_none()
                && matches!(resource.kind.as_str(), "database" | "cluster" | "cache") =>
            {
                let argument = match resource.kind.as_str() {
                    "cache" => "snapshot_arns",
                    _ => "snapshot_identifier",
                };
                (
                    Says::Warns(&known::TERRAFORM_MAKES),
                    Text::TerraformMakesEmpty.fill(&[&created.name, &created.address, argument]),
                )
            }
            true => continue,
            false => (
                Says::Blocks(&known::TERRAFORM_MAKES),
                Text::TerraformMakes.fill(&[&created.name, &created.address]),
            ),
        };
        draft.note(Some(&resource), weight, text);
    }
}

/// What of the runbook Terraform would create, and whether the runbook leaves that to it.
fn moved(draft: &Draft, created: &TerraformCreate) -> Option<(ResourceRef, bool)> {
    let runbook = draft.runbook;
    let name = created.name.trim_end_matches('.');
    match created.kind.as_str() {
        "aws_db_instance" => {
            let spec = runbook.databases.iter().find(|spec| spec.id == name)?;
            Some((ResourceRef::new("database", name), spec.restore.is_none()))
        }
        "aws_rds_cluster" => {
            let spec = runbook.clusters.iter().find(|spec| spec.id == name)?;
            Some((ResourceRef::new("cluster", name), spec.restore.is_none()))
        }
        "aws_elasticache_replication_group" => {
            let exported = runbook.caches.iter().filter(|spec| spec.content == Content::Export);
            let (spec, fill) = exported
                .map(|spec| match &spec.fill {
                    Some(Fill::Group(fill)) => (spec, Some(fill)),
                    Some(Fill::Whether(_)) | None => (spec, None),
                })
                .find(|(spec, fill)| fill.and_then(|fill| fill.id.as_ref()).unwrap_or(&spec.id) == name)?;
            Some((ResourceRef::new("cache", &spec.id), fill.is_none()))
        }
        "aws_s3_bucket" => {
            let spec = runbook
                .buckets
                .iter()
                .find(|spec| spec.new_name.as_deref().unwrap_or(&spec.name) == name)?;
            Some((
                ResourceRef::new("bucket", &spec.name),
                spec.create == Creator::Terraform,
            ))
        }
        "aws_kms_alias" => {
            runbook.keys.iter().find(|spec| spec.alias == name)?;
            Some((ResourceRef::new("key", name), false))
        }
        // The plan's name alone does not tell whether it is private.
        "aws_route53_zone" => {
            let is = |of: &str| of.trim_end_matches('.') == name;
            let kind = match runbook.zones.iter().any(|spec| is(&spec.name)) {
                true => "zone",
                false => runbook
                    .private_zones
                    .iter()
                    .find(|spec| is(&spec.name))
                    .map(|_| "private_zone")?,
            };
            Some((ResourceRef::new(kind, name), false))
        }
        _ => None,
    }
}
