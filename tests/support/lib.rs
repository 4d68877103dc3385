//! What the whole-run tests share: one night of a run in simcloud, cut off or disturbed at an exact point, and what is left of it.

pub mod bucket_shapes;
pub mod drivers;
pub mod enforced;
pub mod hostile;
pub mod language;
pub mod lives;
pub mod night;
pub mod points;
pub mod retirement;
pub mod round_trip;
#[path = "../../crates/model/tests/schema_walk/mod.rs"]
mod schema_walk;
pub mod standing;
pub mod zones;
