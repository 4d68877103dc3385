//! `cleave roles`

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use model::{AccountId, Region};

/// `cleave roles`
#[derive(Debug, Parser)]
pub struct RolesArgs {
    /// The runbook. With --for discover the accounts may be named instead.
    #[arg(required_unless_present_all = ["account", "region"])]
    pub runbook: Option<PathBuf>,
    /// What exists in the accounts [default: inventory.json beside the runbook]
    #[arg(long)]
    pub inventory: Option<PathBuf>,
    /// Which roles [default: all that the run needs]
    #[arg(long = "for", value_enum, value_name = "WHOM")]
    pub of: Option<RoleOf>,
    /// How they are written.
    #[arg(long, value_enum, default_value_t)]
    pub format: RoleForm,
    /// The folder that one file for each role is written into; without it they are printed.
    #[arg(long, value_name = "DIR")]
    pub out: Option<PathBuf>,
    /// The ARN of the IAM user or role that takes the roles on, such as arn:aws:iam::333333333333:role/jump; of a role of Identity Center its
    /// name may end in `*`. The roles that S3 takes on trust S3.
    #[arg(long, value_name = "ARN")]
    pub trust: Option<String>,
    /// The external id that must be given [default: the runbook's]
    #[arg(long, value_name = "ID")]
    pub external_id: Option<String>,
    /// Ask for a second factor. Works only where --trust is an IAM user: a role's session carries none.
    #[arg(long, requires = "trust")]
    pub mfa: bool,
    /// Also allow what `cleave retire --remove` does: what the move leaves in the source is deleted.
    #[arg(long)]
    pub retire: bool,
    /// Also allow what `cleave check` reads beside, and `cleave run` when a window opens: quotas, landing zones, what is new. Without it that is told as not checked.
    #[arg(long)]
    pub check: bool,
    /// With --for discover: also allow what `cleave discover --costs` asks in the source, ce:GetCostAndUsage. Each such request costs USD 0.01.
    #[arg(long)]
    pub costs: bool,
    /// The account, where there is no runbook yet; with --for discover.
    #[arg(long, requires = "region", conflicts_with = "runbook")]
    pub account: Option<AccountId>,
    /// Its region.
    #[arg(long, requires = "account", conflicts_with = "runbook")]
    pub region: Option<Region>,
}

/// Whose roles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum RoleOf {
    /// cleave's in the source account.
    Source,
    /// cleave's in the target account.
    Target,
    /// cleave's in the account of a parent zone.
    Parent,
    /// Those that S3 takes on: Batch Operations and replication.
    Batch,
    /// The one by which `cleave discover` and a first `cleave plan` read. Needs no inventory.
    Discover,
}

/// How roles are written.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, ValueEnum)]
pub enum RoleForm {
    /// IAM's documents.
    #[default]
    Json,
    /// A template.
    Cloudformation,
    /// A file.
    Terraform,
}
