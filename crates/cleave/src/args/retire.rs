//! `cleave retire`

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::Parser;
use model::RunId;

use super::{Faults, endpoint, run_id};

/// `cleave retire`
#[derive(Debug, Parser)]
pub struct RetireArgs {
    /// The journal of the run that has ended.
    #[arg(long, default_value = "migrations.db")]
    pub journal: PathBuf,
    /// The run, where the journal's is to be checked: it holds one.
    #[arg(long, value_parser = run_id)]
    pub run: Option<RunId>,
    /// Look at nothing: say what the journal tells.
    #[arg(long)]
    pub offline: bool,
    /// Print one JSON object.
    #[arg(long, group = "form")]
    pub json: bool,
    /// Print tables in Markdown.
    #[arg(long, group = "form")]
    pub md: bool,
    /// Prices of your own, which stand before the table's: a TOML file (docs/costs.md).
    #[arg(long)]
    pub prices: Option<PathBuf>,
    /// Take this away, as the listing calls it (database/shop-stg); may be repeated. Without --into it is only planned.
    #[arg(long, conflicts_with_all = ["offline", "md"])]
    pub remove: Vec<String>,
    /// Of this, too, a protection against deletion is lifted, once its gate is open; may be repeated.
    #[arg(long, requires = "remove")]
    pub despite_protection: Vec<String>,
    /// The journal of the removal, which is a run of its own: it is started, or gone on with.
    #[arg(long)]
    pub into: Option<PathBuf>,
    /// Rehearse this runbook's migration in a simulated AWS, and three days later the removal of what it has left: all that may go, or what
    /// --remove names. Touches no network and no credentials.
    #[arg(long, conflicts_with_all = ["into", "offline", "world", "md", "prices"])]
    pub rehearse: Option<PathBuf>,
    /// What exists in the accounts, for --rehearse [default: inventory.json beside the runbook]
    #[arg(long, requires = "rehearse")]
    pub inventory: Option<PathBuf>,
    /// The seed of everything random in --rehearse.
    #[arg(long, default_value_t = 1, requires = "rehearse")]
    pub seed: u64,
    /// How hostile the simulated AWS of --rehearse is.
    #[arg(long, value_enum, default_value_t = Faults::Usual, requires = "rehearse")]
    pub faults: Faults,
    /// Take back what the removal did before its gates, for this reason.
    #[arg(long, requires = "into", conflicts_with = "remove")]
    pub undo: Option<String>,
    /// Stay at gates and while a login has expired, instead of leaving.
    #[arg(long, requires = "into")]
    pub wait: bool,
    /// Approve every gate at once. Refused against AWS itself.
    #[arg(long, requires_all = ["into", "world"])]
    pub auto_approve: bool,
    /// Another world than AWS itself: simcloud=HOST:PORT, or any AWS-compatible endpoint.
    #[arg(long, value_parser = endpoint)]
    pub world: Option<SocketAddr>,
    /// Where the world's name servers answer [default: what the served simcloud says]
    #[arg(long, requires = "world")]
    pub dns: Option<SocketAddr>,
    /// The profile of the operator's own credentials.
    #[arg(long)]
    pub profile: Option<String>,
    /// This host's clock was ahead when the removal went on last, for this reason, and is right now: nothing waits for the moments it meant.
    #[arg(long, value_name = "WHY", requires = "into")]
    pub clock_was_wrong: Option<String>,
}
