//! The arguments of `cleave discover`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;

use super::endpoint;

/// `cleave discover`
#[derive(Debug, Parser)]
pub struct DiscoverArgs {
    /// The runbook, which names the accounts and their roles.
    pub runbook: PathBuf,
    /// The inventory that is written; what it holds of other kinds is kept [default: inventory.json beside the runbook]
    #[arg(long)]
    pub out: Option<PathBuf>,
    /// Only what of the source has this name or id, in which `*` stands for anything; may be repeated.
    #[arg(long)]
    pub name: Vec<String>,
    /// Only what of the source has this tag, as `product=shop`; may be repeated, and all must fit.
    #[arg(long, value_parser = tag)]
    pub tag: Vec<(String, String)>,
    /// Count the entries of the source's buckets by listing them: a request for each thousand. Else they are as CloudWatch measured them.
    #[arg(long)]
    pub count_objects: bool,
    /// Leave out what lies in other enabled regions of the source. Else it is counted by kind, by a read or a few of the Tagging API in each.
    #[arg(long)]
    pub this_region_only: bool,
    /// Ask Cost Explorer what the last full month cost in the source, and tell which services cost money of which nothing was found. AWS takes USD 0.01 for
    /// each request: one as a rule, ten at most. The role needs ce:GetCostAndUsage.
    #[arg(long, conflicts_with = "diff")]
    pub costs: bool,
    /// Also write a runbook to begin with, in which everything found is a block that asks for a decision. Never over a file that is there.
    #[arg(long, value_name = "FILE", conflicts_with = "diff")]
    pub starter: Option<PathBuf>,
    /// Write nothing: say what is new, changed and gone since the inventory that is there. Exits 7 where something is.
    #[arg(long)]
    pub diff: bool,
    /// With --diff: one JSON object.
    #[arg(long, requires = "diff")]
    pub json: bool,
    /// What `terraform show -json PLAN` wrote of the target's Terraform: what it would create that moves is found.
    #[arg(long, conflicts_with = "diff")]
    pub terraform_plan: Option<PathBuf>,
    /// Another world than AWS itself: simcloud=HOST:PORT, or any AWS-compatible endpoint.
    #[arg(long, value_parser = endpoint)]
    pub world: Option<SocketAddr>,
    /// The profile of the operator's own credentials.
    #[arg(long)]
    pub profile: Option<String>,
}

fn tag(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("write it as key=value")?;
    Ok((key.to_owned(), value.to_owned()))
}
