//! Reading what people wrote: runbooks and inventories. Errors point at file, line and column.

use std::path::{Path, PathBuf};

use model::plan::Weight;
use model::{Inventory, Plan};
use moves::{Prices, Runbook};

use crate::durations::Samples;
use crate::error::CliError;
use crate::exit;
use crate::words::{self, Failed, ToDo};

/// A runbook with its inventory.
pub struct Written {
    /// Where the runbook lies.
    pub path: PathBuf,
    /// The runbook.
    pub runbook: Runbook,
    /// The inventory.
    pub inventory: Inventory,
    samples: Samples,
    prices: Prices,
}

impl Written {
    /// Reads both. The inventory lies beside the runbook unless it is named.
    pub fn read(runbook: &Path, inventory: Option<&Path>) -> Result<Self, CliError> {
        let parsed = read_runbook(runbook)?;
        let beside = || runbook.parent().unwrap_or(Path::new(".")).join("inventory.json");
        let inventory: PathBuf = inventory.map_or_else(beside, Path::to_owned);
        Ok(Self {
            path: runbook.to_owned(),
            runbook: parsed,
            inventory: read_inventory(&inventory)?,
            samples: Samples::default(),
            prices: Prices::default(),
        })
    }

    /// With what earlier runs took: the plan's estimates rest on it where there is enough.
    pub fn learning_from(mut self, samples: Samples) -> Self {
        self.samples = samples;
        self
    }

    /// With prices of one's own: the plan's costs rest on them where they tell something.
    pub fn priced_by(mut self, prices: Prices) -> Self {
        self.prices = prices;
        self
    }

    /// The plan, refused when something blocks it.
    pub fn unblocked_plan(&self) -> Result<Plan, CliError> {
        let plan = self.plan()?;
        if !plan.is_blocked() {
            return Ok(plan);
        }
        let blocks = plan.notes.iter().filter(|note| note.weight == Weight::Blocks);
        let mut error = CliError::before(exit::BLOCKED, Failed::Blocked.fill(&[&plan.migration]), ToDo::Unblock)
            .at(self.path.display().to_string());
        error.causes.extend(blocks.map(|note| match &note.resource {
            Some(resource) => format!("{resource}: {}", words::said(&note.text)),
            None => words::said(&note.text),
        }));
        Err(error)
    }

    /// The plan, blocked or not.
    pub fn plan(&self) -> Result<Plan, CliError> {
        let plan = moves::plan_expecting(&self.runbook, &self.inventory, &self.prices, |step| {
            self.samples.expects(step)
        });
        plan.check()
            .map_err(|error| CliError::before(exit::INTERNAL, Failed::Contradiction, ToDo::Mistake).because(&error))?;
        Ok(plan)
    }
}

/// Reads a runbook.
pub fn read_runbook(path: &Path) -> Result<Runbook, CliError> {
    let text = read_text(path, ToDo::CorrectRunbookPath)?;
    Runbook::parse(&text).map_err(|error| {
        CliError::before(exit::BLOCKED, Failed::Runbook, ToDo::CorrectRunbook)
            .at(format!("{}:{}:{}", path.display(), error.line, error.column))
            .because(&Reason(error.reason))
    })
}

/// Reads an inventory.
pub fn read_inventory(path: &Path) -> Result<Inventory, CliError> {
    let text = read_text(path, ToDo::DiscoverFirst)?;
    Inventory::parse(&text).map_err(|error| {
        CliError::before(exit::BLOCKED, Failed::Inventory, ToDo::CorrectInventory)
            .at(path.display().to_string())
            .because(&error)
    })
}

/// Reads a file of prices of one's own, where there is one; else the table's alone.
pub fn read_prices(path: Option<&Path>) -> Result<Prices, CliError> {
    let Some(path) = path else {
        return Ok(Prices::default());
    };
    let text = read_text(path, ToDo::CorrectPricesPath)?;
    Prices::parse(&text).map_err(|error| {
        CliError::before(exit::BLOCKED, Failed::Prices, ToDo::CorrectPrices)
            .at(format!("{}:{}:{}", path.display(), error.line, error.column))
            .because(&Reason(error.reason))
    })
}

/// Reads a file; where there is none, the advice is how one comes by it.
fn read_text(path: &Path, otherwise: ToDo) -> Result<String, CliError> {
    std::fs::read_to_string(path).map_err(|error| match error.kind() {
        std::io::ErrorKind::NotFound => CliError::before(exit::BLOCKED, Failed::NoSuchFile, otherwise)
            .at(path.display().to_string())
            .because(&error),
        _ => CliError::unreadable(path, &error),
    })
}

#[derive(Debug, thiserror::Error)]
#[error("{0}")]
struct Reason(String);
