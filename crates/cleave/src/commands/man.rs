//! `cleave man`: a manual page for each command, from the same words as `cleave help`.

use clap::CommandFactory as _;

use crate::args::{Args, ManArgs};
use crate::commands::rehearse::write_out;
use crate::error::CliError;
use crate::exit;

/// Writes the pages.
pub fn man(args: ManArgs) -> Result<u8, CliError> {
    let unwritable = |error| CliError::unwritable(&args.into, &error);
    std::fs::create_dir_all(&args.into).map_err(unwritable)?;
    clap_mangen::generate_to(Args::command(), &args.into).map_err(unwritable)?;
    write_out(&format!("{}\n", args.into.join("cleave.1").display()))?;
    Ok(exit::DONE)
}
