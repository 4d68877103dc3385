//! The `cleave` program. Everything is in the library, so that tests can call it in this process.

use std::process::ExitCode;

fn main() -> ExitCode {
    cleave::main()
}
