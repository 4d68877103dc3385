//! Carries a plan out: dispatch, retry, wait, gates, windows, pause, undo, progress.
//!
//! The engine owns all waiting; a step only looks, begins, verifies and takes back. It knows no AWS service and no SDK: steps
//! come from a [`Registry`], failures come as [`model::Failure`].

pub mod carry;
pub mod clock;
pub mod dispatch;
mod outlook;
pub mod registry;
pub mod retry;
pub mod run;
pub mod step;
pub mod stop;
pub mod words;

pub use clock::Clock;
pub use dispatch::{AskPerson, Engine, Gatekeeper, Options, RunEnd};
pub use registry::{Around, Registry};
pub use run::{EngineError, Run, Signal};
pub use step::{Begun, Extension, Observed, Progress, Step, StepContext, Verified};
pub use stop::{Stop, StopSwitch};
