//! The command line as its users have it: processes of their own, against a served simcloud. One program for all files, as each would be linked with
//! all of AWS's SDK. `cargo test --workspace --test processes discover::` runs one file's.

mod agreements;
mod bad_input;
mod buckets;
mod check;
mod dig;
mod discover;
mod discover_accounts;
mod discover_beside;
mod first_minutes;
mod lessons;
mod outputs;
mod prices;
mod provider;
mod report;
mod retire;
mod roles;
mod served;
mod terraform;
mod timeline;
mod two_operators;
mod two_processes;
