//! A copy of the journal, also while its run is under way.

use std::path::Path;
use std::time::Duration;

use rusqlite::Connection;
use rusqlite::backup::Backup;

use crate::error::JournalError;
use crate::open::{Journal, publish};

impl Journal {
    /// Copies the journal as it is now to where no file is yet. The copy appears whole or not at all, and is a journal like this one.
    pub fn backup(&self, to: &Path) -> Result<(), JournalError> {
        publish(to, |unpublished| {
            let mut copy = Connection::open(unpublished)?;
            // All pages in one step: a writer cannot come in between, and it does not start over.
            Backup::new(&self.connection, &mut copy)?.run_to_completion(i32::MAX, Duration::from_millis(50), None)?;
            // A memory journal's header says otherwise.
            copy.pragma_update_and_check(None, "journal_mode", "wal", |_| Ok(()))?;
            copy.close().map_err(|(_, source)| JournalError::from(source))
        })
    }
}
