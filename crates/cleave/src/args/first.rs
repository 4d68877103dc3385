//! What is typed before there is a runbook, and what is generated from the program itself: `cleave init`, `cleave schema`, `cleave
//! completions`, `cleave man`.

use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use model::{AccountId, Region};

/// `cleave init`
#[derive(Debug, Parser)]
pub struct InitArgs {
    /// The migration's name, such as shop-staging
    #[arg(long, value_parser = one_line)]
    pub migration: Option<String>,
    /// The region in which everything regional lies, such as ap-northeast-1
    #[arg(long)]
    pub region: Option<Region>,
    /// The account that things come from: twelve digits
    #[arg(long, value_name = "ACCOUNT")]
    pub source: Option<AccountId>,
    /// The account that they go to: another one
    #[arg(long, value_name = "ACCOUNT")]
    pub target: Option<AccountId>,
    /// The profile of the operator's own credentials, for the commands that the runbook's comments name [default without a terminal: none]
    #[arg(long, value_parser = one_line)]
    pub profile: Option<String>,
    /// The runbook that is written. One that is there already is never written over.
    #[arg(long, value_name = "FILE", default_value = "runbook.toml")]
    pub into: PathBuf,
}

/// Something that people name, as it may stand in a comment of the runbook.
pub(crate) fn one_line(text: &str) -> Result<String, String> {
    let text = text.trim();
    if text.is_empty() {
        return Err("a name is wanted".to_owned());
    }
    if text.contains(char::is_control) {
        return Err(format!("{text:?} has a control character in it"));
    }
    Ok(text.to_owned())
}

/// What people write, or are given, and a schema describes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Written {
    /// What moves, when, and who agrees: TOML.
    Runbook,
    /// What exists in the accounts: JSON.
    Inventory,
    /// What a report as JSON holds.
    Report,
}

/// `cleave schema`
#[derive(Debug, Parser)]
pub struct SchemaArgs {
    /// Of which file.
    #[arg(value_enum)]
    pub of: Written,
}

/// `cleave completions`
#[derive(Debug, Parser)]
pub struct CompletionsArgs {
    /// The shell that completes.
    #[arg(value_enum)]
    pub shell: clap_complete::Shell,
}

/// `cleave man`
#[derive(Debug, Parser)]
pub struct ManArgs {
    /// The folder that the pages are written into: cleave.1, and one for each command.
    #[arg(long, value_name = "DIR")]
    pub into: PathBuf,
}
