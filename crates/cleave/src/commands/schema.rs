//! `cleave schema`: by what editors complete and check what people write, and programs read reports. Derived from the types that read and write it.

use model::Inventory;
use moves::Runbook;

use crate::args::{SchemaArgs, Written};
use crate::commands::rehearse::write_out;
use crate::error::CliError;
use crate::exit;

/// Prints the JSON Schema.
pub fn schema(args: SchemaArgs) -> Result<u8, CliError> {
    let schema = match args.of {
        Written::Runbook => Runbook::json_schema(),
        Written::Inventory => Inventory::json_schema(),
        Written::Report => report::json_schema(),
    };
    let text = serde_json::to_string_pretty(&schema).expect("a schema has only string keys");
    write_out(&format!("{text}\n"))?;
    Ok(exit::DONE)
}
