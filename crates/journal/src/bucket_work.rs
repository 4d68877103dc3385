//! Where the work on buckets stands: listings in parts, manifests, copy jobs. Kept beside the events, because a bucket has millions
//! of versions; each row says again what can be looked up in AWS, so that losing the last one costs only looking again.

use model::StepId;
use model::listing::ListingPart;
use rusqlite::Row;
use serde_json::Value;

use crate::calls::unsigned;
use crate::error::JournalError;
use crate::open::Journal;

/// A manifest for S3 Batch Operations, written as an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The step that copies.
    pub step: StepId,
    /// The wave of the copy.
    pub wave: u32,
    /// The bucket that holds the manifest.
    pub bucket: String,
    /// Its key.
    pub key: String,
    /// Its ETag, which the job names.
    pub etag: String,
    /// Its version, in a versioned bucket.
    pub version_id: Option<String>,
    /// How many objects it lists.
    pub rows: u64,
}

/// An S3 Batch Operations job, as last seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CopyJob {
    /// The step that copies.
    pub step: StepId,
    /// The wave of the copy.
    pub wave: u32,
    /// AWS's id of it.
    pub job: String,
    /// AWS's word for how it stands.
    pub status: String,
    /// How many tasks it has.
    pub total: u64,
    /// How many of them succeeded.
    pub succeeded: u64,
    /// How many of them failed. A job ends `Complete` all the same.
    pub failed: u64,
}

/// Larger than any bucket; SQLite's numbers have a sign.
fn signed(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

impl Journal {
    /// Keeps where parts of a listing stand, all in one transaction: a part that was cut and the one that was cut off it are kept
    /// together or not at all, or the keys between them would be listed by nobody.
    pub fn put_listings(&mut self, parts: &[ListingPart]) -> Result<(), JournalError> {
        let transaction = self.begin()?;
        {
            let mut statement = transaction.prepare_cached(
                "INSERT INTO listing (step, bucket, part, after, until, cursor, versions, bytes, done)
                 VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                 ON CONFLICT (step, bucket, part) DO UPDATE SET after = excluded.after, until = excluded.until,
                     cursor = excluded.cursor, versions = excluded.versions, bytes = excluded.bytes, done = excluded.done",
            )?;
            for part in parts {
                statement.execute((
                    part.step.as_str(),
                    &part.bucket,
                    part.part,
                    &part.after,
                    &part.until,
                    part.cursor.as_ref().map(Value::to_string),
                    signed(part.versions),
                    signed(part.bytes),
                    part.done,
                ))?;
            }
        }
        transaction.commit()?;
        self.after_listing()
    }

    /// A step's listing of a bucket has served, or counts no more.
    pub fn forget_listing(&mut self, step: &StepId, bucket: &str) -> Result<(), JournalError> {
        let transaction = self.begin()?;
        transaction.execute(
            "DELETE FROM listing WHERE step = ?1 AND bucket = ?2",
            (step.as_str(), bucket),
        )?;
        Ok(transaction.commit()?)
    }

    /// The parts of a step's listing of a bucket, in order.
    pub fn listing(&self, step: &StepId, bucket: &str) -> Result<Vec<ListingPart>, JournalError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT part, after, until, cursor, versions, bytes, done FROM listing WHERE step = ?1 AND bucket = ?2 ORDER BY part",
        )?;
        let mut rows = statement.query((step.as_str(), bucket))?;
        let mut parts = Vec::new();
        while let Some(row) = rows.next()? {
            let cursor = row
                .get::<_, Option<String>>(3)?
                .map(|text| serde_json::from_str(&text))
                .transpose();
            parts.push(ListingPart {
                step: step.clone(),
                bucket: bucket.to_owned(),
                part: row.get(0)?,
                after: row.get(1)?,
                until: row.get(2)?,
                cursor: cursor.map_err(|error| JournalError::corrupt(format!("a cursor of {bucket}: {error}")))?,
                versions: unsigned(row.get(4)?)?,
                bytes: unsigned(row.get(5)?)?,
                done: row.get(6)?,
            });
        }
        Ok(parts)
    }

    /// Keeps what was written as the manifest of a wave.
    pub fn put_manifest(&mut self, manifest: &Manifest) -> Result<(), JournalError> {
        let transaction = self.begin()?;
        let Manifest {
            step,
            wave,
            bucket,
            key,
            etag,
            version_id,
            rows,
        } = manifest;
        transaction
            .prepare_cached(
                "INSERT INTO manifest (step, wave, bucket, key, etag, version_id, rows) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (step, wave) DO UPDATE SET bucket = excluded.bucket, key = excluded.key, etag = excluded.etag,
                     version_id = excluded.version_id, rows = excluded.rows",
            )?
            .execute((step.as_str(), wave, bucket, key, etag, version_id, signed(*rows)))?;
        Ok(transaction.commit()?)
    }

    /// A step's manifests, by wave.
    pub fn manifests(&self, step: &StepId) -> Result<Vec<Manifest>, JournalError> {
        let read = |row: &Row<'_>| -> Result<Manifest, JournalError> {
            Ok(Manifest {
                step: step.clone(),
                wave: row.get(0)?,
                bucket: row.get(1)?,
                key: row.get(2)?,
                etag: row.get(3)?,
                version_id: row.get(4)?,
                rows: unsigned(row.get(5)?)?,
            })
        };
        let mut statement = self.connection.prepare_cached(
            "SELECT wave, bucket, key, etag, version_id, rows FROM manifest WHERE step = ?1 ORDER BY wave",
        )?;
        let mut rows = statement.query([step.as_str()])?;
        let mut manifests = Vec::new();
        while let Some(row) = rows.next()? {
            manifests.push(read(row)?);
        }
        Ok(manifests)
    }

    /// Keeps how a wave's job was last seen.
    pub fn put_copy_job(&mut self, job: &CopyJob) -> Result<(), JournalError> {
        let transaction = self.begin()?;
        let CopyJob {
            step,
            wave,
            job,
            status,
            total,
            succeeded,
            failed,
        } = job;
        transaction
            .prepare_cached(
                "INSERT INTO copy_job (step, wave, job, status, total, succeeded, failed) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                 ON CONFLICT (step, wave) DO UPDATE SET job = excluded.job, status = excluded.status, total = excluded.total,
                     succeeded = excluded.succeeded, failed = excluded.failed",
            )?
            .execute((step.as_str(), wave, job, status, signed(*total), signed(*succeeded), signed(*failed)))?;
        Ok(transaction.commit()?)
    }

    /// A step's jobs, by wave.
    pub fn copy_jobs(&self, step: &StepId) -> Result<Vec<CopyJob>, JournalError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT wave, job, status, total, succeeded, failed FROM copy_job WHERE step = ?1 ORDER BY wave",
        )?;
        let mut rows = statement.query([step.as_str()])?;
        let mut jobs = Vec::new();
        while let Some(row) = rows.next()? {
            jobs.push(CopyJob {
                step: step.clone(),
                wave: row.get(0)?,
                job: row.get(1)?,
                status: row.get(2)?,
                total: unsigned(row.get(3)?)?,
                succeeded: unsigned(row.get(4)?)?,
                failed: unsigned(row.get(5)?)?,
            });
        }
        Ok(jobs)
    }
}

#[cfg(test)]
#[path = "bucket_work_tests.rs"]
mod tests;
