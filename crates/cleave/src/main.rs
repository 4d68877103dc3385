//! The `cleave` program. Everything is in the library, so that tests can call it in this process.

use std::process::ExitCode;

/// A rehearsal takes and gives back memory some hundred times for each call; the C library's own allocator takes a tenth longer for it, musl's many times.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    cleave::main()
}
