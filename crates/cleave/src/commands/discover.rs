//! `cleave discover`: looks at the accounts of a runbook, and writes what it finds into the inventory. What an inventory holds of other kinds
//! is kept as it was, and so is what the role may not look at: of that it is said which permission is missing. Reads only.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::path::Path;

use aws::Account;
use model::inventory::{AccountInventory, INVENTORY_FORMAT, TerraformCreate};
use model::{Failure, Inventory, Side};
use moves::reference::{self, Reference};

use crate::args::DiscoverArgs;
use crate::commands::files::{read_inventory, read_runbook};
use crate::commands::observed::{Wanted, look};
use crate::commands::rehearse::write_out;
use crate::error::CliError;
use crate::exit;
use crate::screen::say;
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
        let world = world::read_only(args.world, None, &region, args.profile.as_deref()).await?;
        let accounts = world.accounts_of(&runbook, "discover0000");
        let mut found = BTreeMap::new();
        for side in [Side::Source, Side::Target] {
            let account = accounts.side(side);
            // Whatever the product is called, the target's groups and keys are what it can be put into.
            let wanted = match side {
                Side::Source => Some(&wanted),
                Side::Target | Side::Parent => None,
            };
            let seen = look(&account, wanted).await.map_err(|failure| {
                CliError::preflight(
                    format!("the {side} account cannot be looked at"),
                    &failure,
                    "Give the role of the runbook the Describe, List and Get calls of KMS, RDS, EC2, ElastiCache and EFS, log in, or correct the runbook.",
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
        schema: None,
        format: INVENTORY_FORMAT,
        observed_at: world::wall_now(),
        accounts: BTreeMap::new(),
        references: BTreeMap::new(),
        terraform_creates: Vec::new(),
    });
    inventory.observed_at = world::wall_now();
    let mut said = String::new();
    for (account, seen) in found {
        let _ = writeln!(said, "account {account}, {region}: {}", seen.counts());
        for unread in &seen.unread {
            say(&format!("account {account}, {region}: {unread}"));
        }
        let held: &mut AccountInventory = inventory.accounts.entry(account).or_default();
        seen.take_over(held.regions.entry(region.clone()).or_default());
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
        "written to {}; its roles, buckets and zones are as they were: those are for you to write",
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

/// Whole or not at all: half an inventory would be planned from.
fn write_whole(path: &Path, inventory: &Inventory) -> Result<(), CliError> {
    let unwritable = |error: std::io::Error| CliError::unwritable(path, &error);
    let mut text = serde_json::to_string_pretty(inventory).map_err(|error| unwritable(error.into()))?;
    text.push('\n');
    let beside = path.with_extension("json.new");
    std::fs::write(&beside, text).map_err(unwritable)?;
    std::fs::rename(&beside, path).map_err(unwritable)
}
