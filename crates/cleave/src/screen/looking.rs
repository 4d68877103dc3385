//! What `cleave discover` has looked at so far: one line that is written over. Only where somebody looks, on a terminal: elsewhere nothing is said.

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use model::AccountId;

/// The line, which is gone when the look is over.
pub(crate) struct Looking(ProgressBar);

impl Looking {
    /// For a look at an account.
    pub(crate) fn at_account(account: &AccountId) -> Self {
        let bar = ProgressBar::with_draw_target(None, ProgressDrawTarget::stderr_with_hz(5));
        let bar = bar.with_prefix(format!("account {account}"));
        Self(match ProgressStyle::with_template("{prefix}, {elapsed}: {msg}") {
            Ok(style) => bar.with_style(style),
            Err(_) => bar,
        })
    }

    /// A kind, or one of many, has been looked at.
    pub(crate) fn seen(&self, what: impl Into<String>) {
        self.0.set_message(what.into());
        self.0.tick();
    }
}

impl Default for Looking {
    fn default() -> Self {
        Self(ProgressBar::hidden())
    }
}

impl Drop for Looking {
    fn drop(&mut self) {
        self.0.finish_and_clear();
    }
}
