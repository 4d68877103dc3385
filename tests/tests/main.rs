//! Whole runs of every kind of resource, in one program: thirty programs would each be linked with all of AWS's SDK, and one behind the other
//! leave a core idle whenever the last long test of one is still running. `cargo test --workspace --test all crash::` runs one file's.

/// As in the program.
#[global_allocator]
static MEMORY: mimalloc::MiMalloc = mimalloc::MiMalloc;

mod after_hand_over;
mod bucket_nights;
mod caches;
mod certificates_and_repointing;
mod checked_roles;
mod clusters;
mod configurations;
mod costs;
mod crash;
mod database_matrix;
mod databases;
mod deletions;
mod delivery_flow;
mod edges;
mod image_traps;
mod images;
mod landing;
mod lessons;
mod listing;
mod machines;
mod private_zones;
mod rehearsed_undo;
mod replicated;
mod reports_and_athena;
mod retired_caches;
mod retired_disks;
mod retired_groups;
mod retirements;
mod roles;
mod roles_of_routes;
mod round_trips;
mod routed_by_address_and_health;
mod seeds;
mod stopped_writes;
mod three_products;
mod undone_on_harsh_nights;
mod windows;
mod zones;
