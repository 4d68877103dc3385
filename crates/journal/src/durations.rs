//! What steps took: the next plan's estimates learn from it.

use jiff::Timestamp;

use crate::calls::unsigned;
use crate::error::JournalError;
use crate::open::{Journal, parse_time};

/// What one step took.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DurationSample {
    /// When it was done.
    pub at: Timestamp,
    /// Its action, such as `database.copy_snapshot`.
    pub action: String,
    /// How much there was to do, in the action's own measure; absent where that means nothing.
    pub size: Option<u64>,
    /// How long it took, in seconds.
    pub seconds: u64,
}

impl Journal {
    /// Keeps a sample.
    pub fn put_duration(&mut self, sample: &DurationSample) -> Result<(), JournalError> {
        let transaction = self.begin()?;
        let DurationSample {
            at,
            action,
            size,
            seconds,
        } = sample;
        let size = size.map(|size| i64::try_from(size).unwrap_or(i64::MAX));
        transaction.execute(
            "INSERT INTO duration_sample (at, action, size, seconds) VALUES (?1, ?2, ?3, ?4)",
            (
                at.to_string(),
                action,
                size,
                i64::try_from(*seconds).unwrap_or(i64::MAX),
            ),
        )?;
        Ok(transaction.commit()?)
    }

    /// All samples, oldest first.
    pub fn durations(&self) -> Result<Vec<DurationSample>, JournalError> {
        let mut statement = self
            .connection
            .prepare_cached("SELECT at, action, size, seconds FROM duration_sample ORDER BY id")?;
        let mut rows = statement.query([])?;
        let mut samples = Vec::new();
        while let Some(row) = rows.next()? {
            samples.push(DurationSample {
                at: parse_time(&row.get::<_, String>(0)?)?,
                action: row.get(1)?,
                size: row.get::<_, Option<i64>>(2)?.map(unsigned).transpose()?,
                seconds: unsigned(row.get(3)?)?,
            });
        }
        Ok(samples)
    }
}
