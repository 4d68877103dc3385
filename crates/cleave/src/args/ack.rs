//! `cleave ack`

use std::path::PathBuf;

use clap::Parser;

/// `cleave ack`
#[derive(Debug, Parser)]
pub struct AckArgs {
    /// The journal, or the run whose journal --journal names.
    #[arg(value_name = "RUN|JOURNAL")]
    pub of: Option<String>,
    /// The product whose team agrees.
    #[arg(long)]
    pub product: String,
    /// What they say; it goes into the journal.
    #[arg(long, default_value = "")]
    pub words: String,
    /// Who agrees, where you type it for them [default: you]
    #[arg(long)]
    pub by: Option<String>,
    /// Agree without typing the product's name, for scripts; at a terminal you are asked.
    #[arg(long)]
    pub yes: bool,
    /// Only show what belongs to the product, and what is agreed to.
    #[arg(long, conflicts_with = "yes")]
    pub show: bool,
    /// The digest of the plan that the team has read, or its beginning as reports and plans show it: another plan is refused.
    #[arg(long)]
    pub plan: Option<String>,
    /// The journal of an earlier run to which the product agreed: to the same plan it need not agree again; of another one it is told what differs.
    #[arg(long)]
    pub before: Option<PathBuf>,
    /// The journal.
    #[arg(long, default_value = "migrations.db")]
    pub journal: PathBuf,
}
