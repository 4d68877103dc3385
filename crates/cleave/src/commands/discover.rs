//! `cleave discover`: looks at the accounts of a runbook, and writes what it finds into the inventory, or with `--diff` compares the two. What an inventory holds of other kinds
//! is kept as it was, and so is what the role may not look at: of that it is said which permission is missing. Beside that it tells what lies in other regions of the
//! source, and with `--costs` what a month cost there. Reads only.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::io::Write as _;
use std::path::Path;

use aws::Account;
use model::inventory::{AccountInventory, INVENTORY_FORMAT, Looked, TerraformCreate};
use model::{AccountId, Failure, Inventory, Side};
use moves::Runbook;
use moves::reference::{self, Reference};

use crate::args::DiscoverArgs;
use crate::commands::discover_shown;
use crate::commands::files::{read_inventory, read_runbook};
use crate::commands::observed::{Seen, Wanted, bill, elsewhere, look, look_at_parent, roles};
use crate::commands::rehearse::write_out;
use crate::error::CliError;
use crate::exit;
use crate::screen::say;
use crate::words::{Failed, ToDo, Words};
use crate::world::{self, World};

/// Whose sessions they are that only look.
const LOOKS: &str = "discover0000";

/// What was found.
struct Found {
    /// By account; the source's and the target's region, and the zones of the account of parent zones.
    seen: BTreeMap<AccountId, Seen>,
    /// What the runbook's references stand for.
    references: BTreeMap<String, String>,
    /// The source's other regions, where they were looked at.
    elsewhere: Option<elsewhere::Regions>,
    /// What a month cost in the source, where that was asked for.
    bill: Option<bill::Told>,
}

/// Looks, and writes or compares.
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
    refuse_early(&args, &out, before.is_some())?;
    let looked = looked_for(&args, before.as_ref());
    let found = look_around(&args, &looked, &runbook)?;
    let mut inventory = before.clone().unwrap_or_else(|| Inventory {
        schema: None,
        format: INVENTORY_FORMAT,
        observed_at: world::wall_now(),
        looked: None,
        accounts: BTreeMap::new(),
        references: BTreeMap::new(),
        terraform_creates: Vec::new(),
    });
    let narrowed = !looked.names.is_empty() || !looked.tags.is_empty();
    inventory.looked = Some(looked);
    let (mut said, mut not_seen) = take_over(&mut inventory, found.seen, &runbook);
    let source = &runbook.source.account;
    let held = inventory.accounts.entry(source.clone()).or_default();
    if let Some(regions) = found.elsewhere {
        said.push_str(&discover_shown::elsewhere(source, &regions));
        not_seen.extend(discover_shown::shut(source, &regions));
        regions.take_over(held);
    }
    let asked_for_costs = match found.bill {
        Some(Ok((bill, requests))) => {
            held.bill = Some(bill);
            Some(requests)
        }
        Some(Err(why)) => {
            not_seen.push(format!("account {source}: {why}"));
            None
        }
        None => None,
    };
    for unread in &not_seen {
        say(unread);
    }
    if let (true, Some(before)) = (args.diff, &before) {
        return compare(before, &inventory, &not_seen, args.json);
    }
    for (name, stands_for) in &found.references {
        let _ = writeln!(said, "{name} is {stands_for}");
    }
    inventory.references = found.references;
    if let Some(path) = &args.terraform_plan {
        inventory.terraform_creates = terraform_creates(path)?;
        let _ = writeln!(
            said,
            "{} resources that could be what moves would be created by the plan {}",
            inventory.terraform_creates.len(),
            path.display()
        );
    }
    said.push_str(&discover_shown::left(&inventory));
    if let (Some(requests), Some(held)) = (asked_for_costs, inventory.accounts.get(source)) {
        said.push_str(&discover_shown::bill(source, held, &runbook.region, requests, narrowed));
    }
    write_whole(&out, &inventory)?;
    let _ = writeln!(said, "written to {}; what it has beside is as it was", out.display());
    if let Some(path) = &args.starter {
        write_new(path, &moves::starter::starter(&runbook, &inventory))
            .map_err(|error| error.changed(Words::IsWritten.fill(&[&out.display().to_string()])))?;
        let _ = writeln!(said, "a runbook to begin with: {}", path.display());
    }
    write_out(&said)?;
    Ok(exit::DONE)
}

/// What is looked for: as the arguments say, or where a comparison names nothing, as it was looked when the inventory was written.
fn looked_for(args: &DiscoverArgs, before: Option<&Inventory>) -> Looked {
    let asked = Looked {
        names: args.name.clone(),
        tags: args.tag.iter().cloned().collect(),
        count_objects: args.count_objects,
    };
    let then = before.and_then(|before| before.looked.clone());
    match then {
        Some(then) if args.diff && asked == Looked::default() => then,
        _ => asked,
    }
}

/// Puts what was seen in the place of what the inventory had; says what that was, and what could not be looked at.
pub(super) fn take_over(
    inventory: &mut Inventory,
    found: BTreeMap<AccountId, Seen>,
    runbook: &Runbook,
) -> (String, Vec<String>) {
    inventory.observed_at = world::wall_now();
    let (mut said, mut not_seen) = (String::new(), Vec::new());
    for (account, mut seen) in found {
        let region = &runbook.region;
        let regional = [&runbook.source.account, &runbook.target.account].contains(&&account);
        let counts = if regional { seen.counts() } else { seen.counted_zones() };
        let _ = writeln!(said, "account {account}, {region}: {counts}");
        not_seen.extend(
            seen.unread
                .drain(..)
                .map(|unread| format!("account {account}, {region}: {unread}")),
        );
        let held: &mut AccountInventory = inventory.accounts.entry(account).or_default();
        seen.take_over_account(region, held);
        if regional {
            seen.take_over(held.regions.entry(region.clone()).or_default());
        }
    }
    (said, not_seen)
}

/// What can be refused before anything is looked at.
fn refuse_early(args: &DiscoverArgs, out: &Path, there: bool) -> Result<(), CliError> {
    if args.diff && !there {
        return Err(
            CliError::before(exit::BLOCKED, Failed::NothingToCompare, ToDo::WithoutDiff).at(out.display().to_string()),
        );
    }
    match args.starter.as_ref().filter(|path| path.exists()) {
        Some(path) => Err(taken(path)),
        None => Ok(()),
    }
}

fn taken(path: &Path) -> CliError {
    CliError::before(exit::BLOCKED, Failed::StarterThere, ToDo::AnotherStarter).at(path.display().to_string())
}

/// Looks at every account of the runbook, and looks its references up.
fn look_around(args: &DiscoverArgs, looked: &Looked, runbook: &Runbook) -> Result<Found, CliError> {
    world::block_on(async {
        let world = world::read_only(args.world, None, &runbook.region, args.profile.as_deref()).await?;
        let seen = look_at_accounts(&world, looked, runbook).await?;
        let accounts = world.accounts_of(runbook, LOOKS);
        let source = accounts.side(Side::Source);
        // Neither is compared.
        let elsewhere = match args.this_region_only || args.diff {
            true => None,
            false => Some(elsewhere::look(&source).await),
        };
        let bill = match args.costs {
            true => Some(bill::ask(&source).await),
            false => None,
        };
        let mut references = BTreeMap::new();
        // What a comparison is not about need not be there.
        let named = if args.diff {
            BTreeSet::new()
        } else {
            reference::all(runbook)
        };
        for name in named {
            let stands_for = look_up(&accounts.side(Side::Target), &name).await?;
            references.insert(name, stands_for);
        }
        Ok::<_, CliError>(Found {
            seen,
            references,
            elsewhere,
            bill,
        })
    })?
}

/// Looks at every account of the runbook.
pub(super) async fn look_at_accounts(
    world: &World,
    looked: &Looked,
    runbook: &Runbook,
) -> Result<BTreeMap<AccountId, Seen>, CliError> {
    let wanted = Wanted {
        names: &looked.names,
        tags: looked.tags.clone(),
        count_objects: looked.count_objects,
    };
    let accounts = world.accounts_of(runbook, LOOKS);
    let mut seen = BTreeMap::new();
    let refused = |whose: &str, advice: ToDo, failure: &Failure| {
        CliError::preflight(Failed::NotLookedAt.fill(&[whose]), failure, advice).type_this(&world.login_command)
    };
    for side in [Side::Source, Side::Target] {
        let account = accounts.side(side);
        // Whatever the product is called, the target's groups and keys are what it can be put into.
        let wanted = match side {
            Side::Source => Some(&wanted),
            Side::Target | Side::Parent => None,
        };
        let advice = ToDo::LetDiscover;
        let section = match side {
            Side::Source => &runbook.source,
            Side::Target | Side::Parent => &runbook.target,
        };
        let mut found = look(&account, wanted).await;
        if let Ok(seen) = &mut found {
            let roles = roles::look(seen, &account, section).await;
            roles.map_err(|failure| refused(&side.to_string(), advice, &failure))?;
        }
        let found = found.map_err(|failure| refused(&side.to_string(), advice, &failure))?;
        seen.insert(account.id.clone(), found);
    }
    let parent = runbook.parent.as_ref().map(|_| accounts.side(Side::Parent));
    if let Some(parent) = parent.filter(|parent| !seen.contains_key(&parent.id)) {
        let advice = ToDo::LetDiscoverParent;
        let found = look_at_parent(&parent).await;
        let found = found.map_err(|failure| refused("parent", advice, &failure))?;
        seen.insert(parent.id.clone(), found);
    }
    Ok(seen)
}

/// Says what is not as it was, and writes nothing.
fn compare(before: &Inventory, now: &Inventory, not_seen: &[String], as_json: bool) -> Result<u8, CliError> {
    let changes = before.changes(now);
    let since = before.observed_at;
    if as_json {
        let object = discover_shown::changes_object(since, &changes, not_seen);
        write_out(&format!("{object}\n"))?;
    } else {
        write_out(&discover_shown::changes(since, &changes))?;
    }
    Ok(if changes.is_empty() { exit::DONE } else { exit::DRIFT })
}

/// What a name of the runbook points at in the target.
async fn look_up(target: &Account, name: &str) -> Result<String, CliError> {
    let refused = |why: String| {
        CliError::before(exit::BLOCKED, format!("{name}: {why}"), ToDo::CorrectReference)
            .at(format!("the target account {}", target.id))
    };
    let unseen = |failure: &Failure| CliError::preflight(Failed::NotLookedUp.fill(&[name]), failure, ToDo::LetLookUp);
    match Reference::of(name) {
        None => Ok(name.to_owned()),
        Some(Err(reason)) => Err(refused(reason.into())),
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
    moves::terraform_plan::creates(&text)
        .map_err(|why| CliError::before(exit::BLOCKED, &why, ToDo::PlanWithTerraform).at(path.display().to_string()))
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

/// A file that is not there yet.
fn write_new(path: &Path, text: &str) -> Result<(), CliError> {
    let made = std::fs::File::create_new(path).and_then(|mut file| file.write_all(text.as_bytes()));
    made.map_err(|error| match error.kind() {
        std::io::ErrorKind::AlreadyExists => taken(path),
        _ => CliError::unwritable(path, &error),
    })
}
