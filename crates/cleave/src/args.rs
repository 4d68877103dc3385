//! What can be typed.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Parser, Subcommand, ValueEnum};
use model::{AccountId, GateName, Region, RunId, StepId};

pub use ack::AckArgs;
pub use discover::DiscoverArgs;
pub(crate) use first::one_line;
pub use first::{CompletionsArgs, InitArgs, ManArgs, SchemaArgs, Written};
pub use rehearse::{Faults, Gates, OnlyFaults, RehearseArgs};
pub use retire::RetireArgs;
pub use roles::{RoleForm, RoleOf, RolesArgs};

mod ack;
mod discover;
mod first;
mod rehearse;
mod retire;
mod roles;

/// Splits an AWS account: moves a product's environment into an account of its own, overnight, resumable at any moment.
#[derive(Debug, Parser)]
#[command(name = "cleave", version, about, max_term_width = 100)]
pub struct Args {
    /// The language of gates, errors, notifications and reports [default: ja where LC_ALL, LC_MESSAGES or LANG says so, else en]
    #[arg(long, global = true, value_enum)]
    pub lang: Option<Language>,
    /// What to do.
    #[command(subcommand)]
    pub command: Command,
}

/// The commands.
#[derive(Debug, Subcommand)]
pub enum Command {
    /// Ask for the accounts, and write a first runbook. Asks AWS nothing.
    Init(InitArgs),
    /// Carry the whole plan out against a simulated AWS, in virtual time. Touches no network and no credentials.
    Rehearse(RehearseArgs),
    /// Start a migration, or go on with it: the same command after any crash.
    Run(RunArgs),
    /// Show what would be done. Changes nothing, in AWS or in a journal.
    Plan(PlanArgs),
    /// Show how far a run is.
    Status(StatusArgs),
    /// Agree at a gate of a run.
    Approve(ApproveArgs),
    /// Agree to a run's plan, for a product's team: what belongs to the product is shown first.
    Ack(AckArgs),
    /// Ask the running process to start nothing new and leave.
    Pause(JournalArg),
    /// Let a run disturb beyond its window: until a time, or for so long from now.
    ExtendWindow(ExtendWindowArgs),
    /// Try a step again that stopped for the operator.
    Retry(StepWish),
    /// Leave out a step that stopped for the operator.
    Skip(StepWish),
    /// Take back what a run did.
    Undo(UndoArgs),
    /// Serve a simulated AWS on TCP, for any AWS client.
    Simcloud(SimcloudArgs),
    /// Export or back up a journal.
    Journal(JournalArgs),
    /// Render a run that is stored in a journal.
    Report(ReportArgs),
    /// Write what a run made as import and removed blocks for Terraform. Asks AWS nothing.
    Terraform(TerraformArgs),
    /// Show old beside new of what a run made, and where the old still stands.
    Outputs(OutputsArgs),
    /// Look at everything that could be refused or lost, before the window: the plan, the accounts, the delivery flow. Reads only.
    ///
    /// What is found is told in four groups: blocks (exit code 3), warns, not checked and why, and how much passes. What a role may not look at is not
    /// checked, and neither is anything in the accounts where no credentials are found or --offline is given: that is told, and is no failure. A login or
    /// a role that is there and refused blocks, as it would block the run.
    Check(CheckArgs),
    /// Say what a check looks at, why, the way out and its limits; without an id, list all checks.
    Explain(ExplainArgs),
    /// Look at the runbook's accounts, and write databases, buckets, zones, images, machines, caches and more into the inventory. Reads only.
    Discover(DiscoverArgs),
    /// Print the least that the roles of a migration must be allowed, for IAM, CloudFormation or Terraform. Asks AWS nothing.
    Roles(RolesArgs),
    /// List all versions of a bucket, and write the manifests by which they would be copied. Reads only.
    Manifest(ManifestArgs),
    /// Compare all versions of two buckets, as far as --verify says. Reads only.
    Compare(CompareArgs),
    /// Show what a run has left in the source, what it costs and whether it may go; with --remove, take it away.
    Retire(RetireArgs),
    /// Print the JSON Schema by which editors complete and check a runbook or an inventory, or that of a report.
    Schema(SchemaArgs),
    /// Print what a shell needs to complete these commands.
    Completions(CompletionsArgs),
    /// Write the manual pages of all commands.
    Man(ManArgs),
}

/// The language of what people read.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Language {
    /// English.
    #[default]
    En,
    /// Japanese.
    Ja,
}

/// `cleave run`
#[derive(Debug, Parser)]
pub struct RunArgs {
    /// The runbook.
    pub runbook: PathBuf,
    /// What exists in the accounts [default: inventory.json beside the runbook]
    #[arg(long)]
    pub inventory: Option<PathBuf>,
    /// The journal, and how to reach the world.
    #[command(flatten)]
    pub reach: Reach,
    /// Stay at gates, outside windows and while a login has expired, instead of leaving.
    #[arg(long)]
    pub wait: bool,
    /// Approve every gate at once. Refused against AWS itself.
    #[arg(long, requires = "world")]
    pub auto_approve: bool,
    /// One JSON object per event instead of bars or lines.
    #[arg(long)]
    pub json: bool,
    /// The journal of a run that was carried out: what its steps took is what is expected of this one's, as in `plan`; may be repeated.
    #[arg(long)]
    pub learn_from: Vec<PathBuf>,
    /// Prices of your own, as in `plan`, for a run that begins: one that goes on has its costs in its journal.
    #[arg(long)]
    pub prices: Option<PathBuf>,
}

/// `cleave plan`
#[derive(Debug, Parser)]
pub struct PlanArgs {
    /// The runbook.
    pub runbook: PathBuf,
    /// What exists in the accounts [default: inventory.json beside the runbook]
    #[arg(long)]
    pub inventory: Option<PathBuf>,
    /// Print the plan as JSON.
    #[arg(long)]
    pub json: bool,
    /// Print only when each database, cluster, image, instance and volume is expected where.
    #[arg(long, conflicts_with = "json")]
    pub timeline: bool,
    /// The journal of a run that was carried out: what its steps took is what is expected of this one's; may be repeated.
    #[arg(long)]
    pub learn_from: Vec<PathBuf>,
    /// Prices of your own, which stand before the table's: a TOML file (docs/costs.md).
    #[arg(long)]
    pub prices: Option<PathBuf>,
    /// Write a report: .html, .md or .json
    #[arg(long)]
    pub report: Option<PathBuf>,
    /// What rehearse --json printed for this plan: the report says on which rehearsals it rests.
    #[arg(long, requires = "report")]
    pub rehearsed: Option<PathBuf>,
    /// The language of the report [default: as --lang]
    #[arg(long, value_enum)]
    pub language: Option<Language>,
}

/// Which journal.
#[derive(Debug, Parser)]
pub struct JournalArg {
    /// The journal.
    #[arg(long, default_value = "migrations.db")]
    pub journal: PathBuf,
}

/// `cleave status`
#[derive(Debug, Parser)]
pub struct StatusArgs {
    /// The journal.
    #[arg(long, default_value = "migrations.db")]
    pub journal: PathBuf,
    /// All runs whose journals (`*.db`) lie in a folder or below it, one line each [default: this folder]
    #[arg(long, value_name = "DIR", num_args = 0..=1, default_missing_value = ".", conflicts_with = "journal")]
    pub all: Option<PathBuf>,
    /// The runs of these journals, one line each, such as `runs/*.db`.
    #[arg(long, value_name = "GLOB", num_args = 1.., conflicts_with = "journal")]
    pub journals: Vec<PathBuf>,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// `cleave approve`
#[derive(Debug, Parser)]
pub struct ApproveArgs {
    /// The gate.
    pub gate: GateName,
    /// The journal.
    #[arg(long, default_value = "migrations.db")]
    pub journal: PathBuf,
    /// What the gate asks to be typed, for scripts; at a terminal you are asked.
    #[arg(long)]
    pub typed: Option<String>,
}

/// `cleave extend-window`
#[derive(Debug, Parser)]
#[command(group = clap::ArgGroup::new("how_long").required(true))]
pub struct ExtendWindowArgs {
    /// Until then, such as 2026-11-29T07:30:00+09:00.
    #[arg(long, group = "how_long")]
    pub until: Option<jiff::Timestamp>,
    /// For so long from now on, such as 90m.
    #[arg(long = "for", group = "how_long")]
    pub length: Option<jiff::SignedDuration>,
    /// Why; it goes into the journal.
    #[arg(long)]
    pub reason: String,
    /// The journal.
    #[arg(long, default_value = "migrations.db")]
    pub journal: PathBuf,
}

/// `cleave retry` and `cleave skip`
#[derive(Debug, Parser)]
pub struct StepWish {
    /// The step.
    pub step: StepId,
    /// Why; it goes into the journal.
    #[arg(long)]
    pub reason: String,
    /// The journal.
    #[arg(long, default_value = "migrations.db")]
    pub journal: PathBuf,
}

/// `cleave undo`
#[derive(Debug, Parser)]
pub struct UndoArgs {
    /// The runbook that the run was started with.
    pub runbook: PathBuf,
    /// Why; it goes into the journal.
    #[arg(long)]
    pub reason: String,
    /// Take back only this step and all that needs it.
    #[arg(long)]
    pub to: Option<StepId>,
    /// How to reach the world: the same as for `cleave run`.
    #[command(flatten)]
    pub reach: Reach,
}

/// How an existing run reaches its world.
#[derive(Debug, Parser)]
pub struct Reach {
    /// The journal.
    #[arg(long, default_value = "migrations.db")]
    pub journal: PathBuf,
    /// Another world than AWS itself: simcloud=HOST:PORT, or any AWS-compatible endpoint.
    #[arg(long, value_parser = endpoint)]
    pub world: Option<SocketAddr>,
    /// Where the world's name servers answer [default: what the served simcloud says]
    #[arg(long, requires = "world")]
    pub dns: Option<SocketAddr>,
    /// The profile of the operator's own credentials.
    #[arg(long)]
    pub profile: Option<String>,
    /// This host's clock was ahead when the run went on last, for this reason, and is right now: nothing waits for the moments it meant.
    #[arg(long, value_name = "WHY")]
    pub clock_was_wrong: Option<String>,
}

/// `cleave simcloud`
#[derive(Debug, Parser)]
pub struct SimcloudArgs {
    /// What exists in the accounts.
    #[arg(long)]
    pub inventory: PathBuf,
    /// Where to listen; port 0: any free one.
    #[arg(long, default_value = "127.0.0.1:0")]
    pub listen: SocketAddr,
    /// The virtual moment at which it begins, such as 2026-11-21T12:50:00Z [default: when the inventory was observed]
    #[arg(long)]
    pub at: Option<jiff::Timestamp>,
    /// How many virtual seconds pass in one of the wall's.
    #[arg(long, default_value_t = 1.0)]
    pub speed: f64,
    /// The seed of everything random.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// How hostile it is.
    #[arg(long, value_enum, default_value_t = Faults::None)]
    pub faults: Faults,
    /// How many of the wall's milliseconds each answer takes at least.
    #[arg(long, default_value_t = 0)]
    pub latency_ms: u64,
}

/// `cleave journal`
#[derive(Debug, Parser)]
pub struct JournalArgs {
    /// What to do with it.
    #[command(subcommand)]
    pub command: JournalCommand,
}

/// What can be done with a journal.
#[derive(Debug, Subcommand)]
pub enum JournalCommand {
    /// Write the ordered events as JSON lines, without lease and machine.
    Export(JournalArg),
    /// Copy it while a run is under way.
    Backup {
        /// The copy.
        to: PathBuf,
        /// The journal.
        #[arg(long, default_value = "migrations.db")]
        journal: PathBuf,
    },
    /// Have the run go on in this copy of its journal, and no more in the file that was copied.
    Adopt {
        /// Why, such as `the old host is gone`. Kept in the journal.
        #[arg(long)]
        reason: String,
        /// The copy.
        #[arg(long, default_value = "migrations.db")]
        journal: PathBuf,
    },
}

/// `cleave report`
#[derive(Debug, Parser)]
pub struct ReportArgs {
    /// The report: .html, .md or .json; of the morning page .txt, .md or .html, and without it the text is printed.
    #[arg(required_unless_present = "morning")]
    pub out: Option<PathBuf>,
    /// One page for the morning after: what has moved, how long what did not serve, old and new, what is left, until when it can be taken back.
    #[arg(long)]
    pub morning: bool,
    /// The journal.
    #[arg(long, default_value = "migrations.db")]
    pub journal: PathBuf,
    /// The language [default: as --lang]
    #[arg(long, value_enum)]
    pub language: Option<Language>,
}

/// `cleave terraform`
#[derive(Debug, Parser)]
pub struct TerraformArgs {
    /// The journal.
    #[arg(long, default_value = "migrations.db")]
    pub journal: PathBuf,
    /// The run, where the journal's is to be checked: it holds one.
    #[arg(long, value_parser = run_id)]
    pub run: Option<RunId>,
    /// The folder for target_imports.tf, source_removed.tf and, with --with-config, target_resources.tf
    #[arg(long)]
    pub out: PathBuf,
    /// Also write the resource blocks, as everything was made.
    #[arg(long)]
    pub with_config: bool,
    /// What `terraform state pull` or `terraform show -json` wrote of the source's Terraform: the addresses in source_removed.tf are
    /// looked up there. Without it they are guessed from names.
    #[arg(long)]
    pub source_state: Option<PathBuf>,
}

/// `cleave outputs`
#[derive(Debug, Parser)]
pub struct OutputsArgs {
    /// The journal.
    #[arg(long, default_value = "migrations.db")]
    pub journal: PathBuf,
    /// The run, where the journal's is to be checked: it holds one.
    #[arg(long, value_parser = run_id)]
    pub run: Option<RunId>,
    /// Print one JSON object.
    #[arg(long, group = "form")]
    pub json: bool,
    /// Print variables for Terraform: the new values, the old ones above them.
    #[arg(long, group = "form")]
    pub tfvars: bool,
    /// Print a table in Markdown; what is printed anyway.
    #[arg(long, group = "form")]
    pub md: bool,
    /// Look for old values in these files and folders, such as a clone of each repository; may be repeated. Ignored and hidden files are
    /// read, too; not read are .git, .terraform, node_modules, what is no text, and files over 8 MiB.
    #[arg(long, num_args = 1..)]
    pub look_in: Vec<PathBuf>,
    /// Look for old values in what is deployed in an account, in the run's region: ECS task definitions, Lambda functions, SSM parameters
    /// and launch templates; may be repeated. It is entered as the run entered it, reads only, and nothing is decrypted.
    #[arg(long, value_enum)]
    pub look_in_account: Vec<OneAccount>,
    /// Another world than AWS itself, where the run took place: simcloud=HOST:PORT, or any AWS-compatible endpoint.
    #[arg(long, value_parser = endpoint, requires = "look_in_account")]
    pub world: Option<SocketAddr>,
    /// The profile of the operator's own credentials.
    #[arg(long, requires = "look_in_account")]
    pub profile: Option<String>,
}

/// `cleave check`
#[derive(Debug, Parser)]
pub struct CheckArgs {
    /// The runbook.
    pub runbook: PathBuf,
    /// What exists in the accounts, of which the plan is drawn up [default: inventory.json beside the runbook, if it is there]
    #[arg(long)]
    pub inventory: Option<PathBuf>,
    /// Look at no account: say what runbook, inventory and files tell.
    #[arg(long, conflicts_with_all = ["world", "profile"])]
    pub offline: bool,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
    /// Another world than AWS itself: simcloud=HOST:PORT, or any AWS-compatible endpoint.
    #[arg(long, value_parser = endpoint)]
    pub world: Option<SocketAddr>,
    /// The profile of the operator's own credentials.
    #[arg(long)]
    pub profile: Option<String>,
}

/// `cleave explain`
#[derive(Debug, Parser)]
pub struct ExplainArgs {
    /// The check, as a finding names it.
    pub id: Option<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// One of the two accounts of every run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum OneAccount {
    /// Where things come from.
    Source,
    /// Where they go to.
    Target,
}

impl OneAccount {
    /// As plans call it.
    pub fn side(self) -> model::Side {
        match self {
            OneAccount::Source => model::Side::Source,
            OneAccount::Target => model::Side::Target,
        }
    }
}

fn run_id(text: &str) -> Result<RunId, String> {
    RunId::new(text).map_err(|error| error.to_string())
}

/// How a bucket is read, whoever owns it.
#[derive(Debug, Parser)]
pub struct Reading {
    /// How many requests may be in flight.
    #[arg(long, default_value_t = 64, value_parser = clap::value_parser!(u32).range(1..=2000))]
    pub concurrency: u32,
    /// The bucket's region.
    #[arg(long)]
    pub region: Option<Region>,
    /// Another endpoint than AWS itself, such as `http://127.0.0.1:9000`
    #[arg(long, value_parser = endpoint_url)]
    pub endpoint_url: Option<SocketAddr>,
    /// The profile of the credentials.
    #[arg(long)]
    pub profile: Option<String>,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
}

/// `cleave manifest`
#[derive(Debug, Parser)]
pub struct ManifestArgs {
    /// The bucket.
    #[arg(long)]
    pub bucket: String,
    /// The account that owns it [default: the one of the credentials]
    #[arg(long)]
    pub owner: Option<AccountId>,
    /// The folder for what is written. A listing that was cut off goes on there.
    #[arg(long)]
    pub out: PathBuf,
    /// Also write one CSV of all versions, in S3's order: bucket, key, version id.
    #[arg(long)]
    pub flat: Option<PathBuf>,
    /// A wave gets a manifest from so many rows on: a batch job costs money, and minutes before its first copy.
    #[arg(long, default_value_t = 10_000)]
    pub batch_from: u64,
    /// How it is read.
    #[command(flatten)]
    pub reading: Reading,
}

/// How far two buckets are compared. Each level holds what the one before it holds.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum Verify {
    /// Every key, and its entries in their order: kind, size, storage class. Says nothing of contents.
    Sizes,
    /// The contents too, where ETags tell; the versions of which they do not are counted.
    #[default]
    Etags,
    /// Of those, S3 is asked for the checksums that it keeps: two calls for each. What stays unproved is not equal (exit 7).
    Checksums,
}

/// `cleave compare`
#[derive(Debug, Parser)]
pub struct CompareArgs {
    /// The original.
    #[arg(long)]
    pub bucket: String,
    /// The account that owns it [default: the one of the credentials]
    #[arg(long)]
    pub owner: Option<AccountId>,
    /// The copy.
    #[arg(long)]
    pub with: String,
    /// The account that owns the copy [default: that of the original]
    #[arg(long)]
    pub with_owner: Option<AccountId>,
    /// How far the contents are compared.
    #[arg(long, value_enum, default_value_t)]
    pub verify: Verify,
    /// The folder for the two listings, where a comparison that was cut off goes on [default: a passing one]
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// How both are read.
    #[command(flatten)]
    pub reading: Reading,
}

fn endpoint_url(text: &str) -> Result<SocketAddr, String> {
    let plain = text.strip_prefix("http://").map(|rest| rest.trim_end_matches('/'));
    let address = plain.map(|rest| rest.replace("localhost", "127.0.0.1"));
    address
        .and_then(|address| address.parse().ok())
        .ok_or_else(|| format!("{text:?} is not http://ADDRESS:PORT with a numeric address"))
}

fn endpoint(text: &str) -> Result<SocketAddr, String> {
    let address = text.split_once('=').map_or(text, |(_, address)| address);
    address
        .parse()
        .map_err(|_| format!("{text:?} is not simcloud=HOST:PORT with a numeric address"))
}

impl Reach {
    /// What is typed for the world, with a blank before each word.
    pub fn world_words(&self) -> String {
        let world = self.world.map(|world| format!(" --world simcloud={world}"));
        let dns = self.dns.map(|dns| format!(" --dns {dns}"));
        let profile = self.profile.as_ref().map(|profile| format!(" --profile {profile}"));
        [world, dns, profile].into_iter().flatten().collect()
    }
}

impl Faults {
    /// As simcloud calls it.
    pub fn level(self) -> simcloud::faults::FaultLevel {
        match self {
            Faults::None => simcloud::faults::FaultLevel::None,
            Faults::Usual => simcloud::faults::FaultLevel::Usual,
            Faults::Harsh => simcloud::faults::FaultLevel::Harsh,
            Faults::Hostile => simcloud::faults::FaultLevel::Hostile,
        }
    }
}
