//! `cleave journal`

use journal::Journal;

use crate::args::{JournalArgs, JournalCommand};
use crate::commands::rehearse::write_out;
use crate::error::CliError;
use crate::exit;

/// Exports or backs up.
pub fn journal(args: JournalArgs) -> Result<u8, CliError> {
    match args.command {
        JournalCommand::Export(args) => {
            let refused = |error| CliError::journal(&args.journal, &error);
            let mut text = Vec::new();
            Journal::open_read_only(&args.journal)
                .map_err(refused)?
                .export(&mut text)
                .map_err(refused)?;
            write_out(&String::from_utf8_lossy(&text))?;
        }
        JournalCommand::Backup { to, journal } => {
            let refused = |error| CliError::journal(&journal, &error);
            Journal::open_read_only(&journal)
                .map_err(refused)?
                .backup(&to)
                .map_err(refused)?;
            write_out(&format!("{}\n", to.display()))?;
        }
    }
    Ok(exit::DONE)
}
