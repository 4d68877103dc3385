//! `cleave journal`

use journal::{Journal, LeaseHolder};

use crate::args::{JournalArgs, JournalCommand};
use crate::commands::rehearse::write_out;
use crate::error::CliError;
use crate::exit;
use crate::world;

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
        JournalCommand::Adopt { reason, journal } => {
            let holder = LeaseHolder {
                host: world::host(),
                pid: std::process::id(),
                user: world::user(),
                since: world::wall_now(),
            };
            let adopted =
                journal::adopt(&journal, &holder, &reason).map_err(|error| CliError::lease(&journal, &error))?;
            let from = format!("{} on {}", adopted.from.path.display(), adopted.from.host);
            let other = if adopted.told {
                format!("{from} has been told, and is refused from now on")
            } else if adopted.from.lay_at(&journal) {
                // That path is this file's: nobody may be told to delete it.
                match adopted.from.host == holder.host {
                    true => "the file that lay in this place before is gone".to_owned(),
                    false => format!(
                        "make sure that nobody runs it any more where this host's name is {}",
                        adopted.from.host
                    ),
                }
            } else {
                format!("{from} could not be told: make sure that nobody runs it any more, or delete it")
            };
            write_out(&format!(
                "the run goes on in {}; {other}\ngo on with the same command as before (run, undo or retire)\n",
                journal.display()
            ))?;
        }
    }
    Ok(exit::DONE)
}
