//! `cleave rehearse`

use std::collections::BTreeSet;
use std::path::PathBuf;

use clap::{Parser, ValueEnum};
use model::StepId;

use super::Language;

/// How hostile the simulated AWS is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Faults {
    /// Nothing goes wrong.
    None,
    /// What a quiet night brings.
    Usual,
    /// Every fault that a run must get through by itself, often and together.
    Harsh,
    /// Also those where it must stop safe and say what to do.
    Hostile,
}

/// Who opens gates in a rehearsal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Gates {
    /// They approve themselves.
    Approve,
    /// The person at the terminal is asked.
    Ask,
}

/// `cleave rehearse`
#[derive(Debug, Parser)]
pub struct RehearseArgs {
    /// The runbook.
    pub runbook: PathBuf,
    /// What exists in the accounts [default: inventory.json beside the runbook]
    #[arg(long)]
    pub inventory: Option<PathBuf>,
    /// The seed of everything random.
    #[arg(long, default_value_t = 1, conflicts_with = "seeds")]
    pub seed: u64,
    /// A range of seeds, both ends included, such as 1..50. Runs on all cores.
    #[arg(long, value_parser = seeds)]
    pub seeds: Option<(u64, u64)>,
    /// How hostile the simulated AWS is.
    #[arg(long, value_enum, default_value_t = Faults::Usual)]
    pub faults: Faults,
    /// Who opens gates.
    #[arg(long, value_enum, default_value_t = Gates::Approve)]
    pub gates: Gates,
    /// Print one JSON object.
    #[arg(long)]
    pub json: bool,
    /// Write a report of the (first) run: .html, .md or .json
    #[arg(long)]
    pub report: Option<PathBuf>,
    /// The language of the report [default: as --lang]
    #[arg(long, value_enum)]
    pub language: Option<Language>,
    /// Keep the rehearsal's journal in this file.
    #[arg(long)]
    pub journal: Option<PathBuf>,
    /// Leave the run when this step is done, and take everything back.
    #[arg(long, value_name = "STEP")]
    pub undo_after: Option<StepId>,
    /// Take back only this step and what needs it, and go on to the end.
    #[arg(long, value_name = "STEP", requires = "undo_after")]
    pub undo_to: Option<StepId>,
    /// The journal of a run that was carried out: what its steps took is what is expected of this one's, as in `plan`; may be repeated.
    #[arg(long)]
    pub learn_from: Vec<PathBuf>,
    /// Prices of your own, as in `plan`.
    #[arg(long)]
    pub prices: Option<PathBuf>,
    /// Shrink the lowest seed that fails to the fewest faults that make it fail, with at most so many rehearsals; 0: not [default: 100 with --seeds,
    /// 0 with --seed]
    #[arg(long)]
    pub shrink: Option<usize>,
    /// Of the seed's faults only these, by the numbers that shrinking it has printed, such as 17,203; none: no fault, on a night as long.
    #[arg(long, conflicts_with_all = ["seeds", "shrink"])]
    pub only_faults: Option<OnlyFaults>,
}

/// Numbers of faults, such as `17,203`, or `none`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OnlyFaults(pub Vec<usize>);

impl std::str::FromStr for OnlyFaults {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        if text == "none" {
            return Ok(Self(Vec::new()));
        }
        let numbers: Result<BTreeSet<usize>, _> = text.split(',').map(|number| number.trim().parse()).collect();
        let numbers = numbers.map_err(|_| format!("{text:?} is not a list of numbers such as 17,203, and not none"))?;
        Ok(Self(numbers.into_iter().collect()))
    }
}

impl std::fmt::Display for OnlyFaults {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        if self.0.is_empty() {
            return f.write_str("none");
        }
        let numbers: Vec<String> = self.0.iter().map(usize::to_string).collect();
        f.write_str(&numbers.join(","))
    }
}

fn seeds(text: &str) -> Result<(u64, u64), String> {
    let form = || format!("{text:?} is not a range of seeds such as 1..50");
    let (from, to) = text.split_once("..").ok_or_else(form)?;
    let to = to.strip_prefix('=').unwrap_or(to);
    let (from, to) = (from.parse().map_err(|_| form())?, to.parse().map_err(|_| form())?);
    if from <= to { Ok((from, to)) } else { Err(form()) }
}
