//! The record of every AWS call: for the report, and for a support case.

use model::{AccountId, CallRecord};

use crate::error::JournalError;
use crate::open::{Journal, parse_time};

/// Like calls, counted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CallSummary {
    /// Whose credentials signed; absent for the operator's own.
    pub account: Option<AccountId>,
    /// The service.
    pub service: String,
    /// The operation.
    pub operation: String,
    /// Whether the operation can change anything.
    pub mutating: bool,
    /// How they ended.
    pub outcome: String,
    /// How many there were.
    pub count: u64,
    /// How long they took together, in milliseconds.
    pub millis: u64,
}

impl Journal {
    /// Records one call.
    pub fn record_call(&mut self, call: &CallRecord) -> Result<(), JournalError> {
        self.record_calls(std::slice::from_ref(call))
    }

    /// Records calls in one transaction: each transaction waits for the disk, and a sweep makes thousands of calls.
    pub fn record_calls(&mut self, calls: &[CallRecord]) -> Result<(), JournalError> {
        let transaction = self.begin()?;
        for call in calls {
            let CallRecord {
                at,
                account,
                service,
                operation,
                mutating,
                outcome,
                request_id,
                millis,
            } = call;
            transaction
                .prepare_cached(
                    "INSERT INTO call (at, account, service, operation, mutating, outcome, request_id, millis)
                     VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)",
                )?
                .execute((
                    at.to_string(),
                    account.as_ref().map(AccountId::as_str),
                    service,
                    operation,
                    mutating,
                    outcome,
                    request_id,
                    i64::try_from(*millis).unwrap_or(i64::MAX),
                ))?;
        }
        Ok(transaction.commit()?)
    }

    /// Hands over every call in the order in which they were recorded, one at a time: there may be a million.
    pub fn each_call(&self, mut each: impl FnMut(CallRecord) -> Result<(), JournalError>) -> Result<(), JournalError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT at, account, service, operation, mutating, outcome, request_id, millis FROM call ORDER BY id",
        )?;
        let mut rows = statement.query([])?;
        while let Some(row) = rows.next()? {
            each(CallRecord {
                at: parse_time(&row.get::<_, String>(0)?)?,
                account: account(row.get(1)?)?,
                service: row.get(2)?,
                operation: row.get(3)?,
                mutating: row.get(4)?,
                outcome: row.get(5)?,
                request_id: row.get(6)?,
                millis: unsigned(row.get(7)?)?,
            })?;
        }
        Ok(())
    }

    /// Every call, in the order in which they were recorded.
    pub fn calls(&self) -> Result<Vec<CallRecord>, JournalError> {
        let mut calls = Vec::new();
        self.each_call(|call| {
            calls.push(call);
            Ok(())
        })?;
        Ok(calls)
    }

    /// The calls counted by account, service, operation and outcome.
    pub fn call_summary(&self) -> Result<Vec<CallSummary>, JournalError> {
        let mut statement = self.connection.prepare_cached(
            "SELECT account, service, operation, mutating, outcome, count(*), sum(millis) FROM call
             GROUP BY account, service, operation, mutating, outcome
             ORDER BY account, service, operation, mutating, outcome",
        )?;
        let mut rows = statement.query([])?;
        let mut summary = Vec::new();
        while let Some(row) = rows.next()? {
            summary.push(CallSummary {
                account: account(row.get(0)?)?,
                service: row.get(1)?,
                operation: row.get(2)?,
                mutating: row.get(3)?,
                outcome: row.get(4)?,
                count: unsigned(row.get(5)?)?,
                millis: unsigned(row.get(6)?)?,
            });
        }
        Ok(summary)
    }
}

fn account(stored: Option<String>) -> Result<Option<AccountId>, JournalError> {
    stored
        .map(AccountId::new)
        .transpose()
        .map_err(|error| JournalError::corrupt(error.to_string()))
}

/// A number that a CHECK keeps from being negative.
pub(crate) fn unsigned(stored: i64) -> Result<u64, JournalError> {
    u64::try_from(stored).map_err(|_| JournalError::corrupt(format!("{stored} where no negative number can be")))
}

#[cfg(test)]
#[path = "calls_tests.rs"]
mod tests;
