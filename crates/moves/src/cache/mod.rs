//! ElastiCache: what becomes of each cache is for people to decide, and is said in the plan. Nothing is moved.

mod plan;
pub mod spec;

pub(crate) use plan::plan;
