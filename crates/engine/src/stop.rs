//! How a run is asked to stop: by a signal or a person. The first request lets calls in flight come back; a hand-over of a
//! bucket's name is only left at the second.

use tokio::sync::watch;

/// What was asked.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Stop {
    /// Nothing.
    #[default]
    No,
    /// Start nothing new, record, and leave; a hand-over under way is finished first.
    Soon {
        /// Who or what asked: `SIGINT`, `SIGTERM`, `SIGHUP`.
        by: String,
    },
    /// Leave a hand-over, too.
    Now {
        /// Who or what asked.
        by: String,
    },
}

/// The asking side.
#[derive(Clone)]
pub struct StopSwitch {
    sender: watch::Sender<Stop>,
}

impl Default for StopSwitch {
    fn default() -> Self {
        Self {
            sender: watch::Sender::new(Stop::No),
        }
    }
}

impl StopSwitch {
    /// Asks once more: the first time for soon, then for now.
    pub fn ask(&self, by: &str) {
        self.sender.send_modify(|stop| {
            *stop = match stop {
                Stop::No => Stop::Soon { by: by.to_owned() },
                Stop::Soon { .. } | Stop::Now { .. } => Stop::Now { by: by.to_owned() },
            }
        });
    }

    /// The side that is asked.
    pub fn listen(&self) -> watch::Receiver<Stop> {
        self.sender.subscribe()
    }
}
