//! Athena: SQL over files in S3, by AWS.

use aws_sdk_athena::types::{QueryExecutionState, ResultConfiguration};
use model::{AccountId, Failure};

use crate::account::{Clients, two_clients};
use crate::classify;

/// Athena in one account.
pub struct Athena {
    read: aws_sdk_athena::Client,
    once: aws_sdk_athena::Client,
    account: AccountId,
}

/// A statement as it stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum StatementSeen {
    /// It waits or runs.
    Underway,
    /// It is done, and has read so many bytes.
    Succeeded {
        /// What is charged for.
        scanned: u64,
    },
    /// It failed or was cancelled.
    Failed {
        /// In Athena's words.
        why: String,
        /// Whether Athena says that the same may succeed another time.
        for_now: bool,
    },
}

const CATALOG: &str = "AwsDataCatalog";

impl Athena {
    pub(crate) fn new(clients: &Clients<'_>) -> Self {
        let (read, once) = two_clients!(clients, aws_sdk_athena, "athena");
        Self {
            read,
            once,
            account: clients.account.clone(),
        }
    }

    fn failed<E>(&self, operation: &str) -> impl FnOnce(classify::SdkFailure<E>) -> Failure
    where
        E: classify::Modelled,
    {
        classify::failed(self.account.as_str(), "athena", operation)
    }

    /// Starts a statement; its results go under `output` (`s3://bucket/prefix/`). Asked for twice with the same token (32 characters at
    /// least), it runs once. Gives its id.
    pub async fn start(&self, statement: &str, output: &str, token: &str) -> Result<String, Failure> {
        let output = ResultConfiguration::builder()
            .output_location(output)
            .expected_bucket_owner(self.account.as_str())
            .build();
        let call = self
            .once
            .start_query_execution()
            .query_string(statement)
            .client_request_token(token)
            .result_configuration(output);
        let answer = call.send().await.map_err(self.failed("StartQueryExecution"))?;
        Ok(answer.query_execution_id.unwrap_or_default())
    }

    /// How a statement stands.
    pub async fn statement(&self, id: &str) -> Result<StatementSeen, Failure> {
        let call = self.read.get_query_execution().query_execution_id(id);
        let answer = call.send().await.map_err(self.failed("GetQueryExecution"))?;
        let execution = answer.query_execution();
        let status = execution.and_then(|execution| execution.status());
        Ok(match status.and_then(|status| status.state()) {
            Some(QueryExecutionState::Succeeded) => {
                let statistics = execution.and_then(|execution| execution.statistics());
                let scanned = statistics.and_then(|statistics| statistics.data_scanned_in_bytes());
                StatementSeen::Succeeded {
                    scanned: scanned.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or(0),
                }
            }
            Some(QueryExecutionState::Failed | QueryExecutionState::Cancelled) => StatementSeen::Failed {
                for_now: status
                    .and_then(|status| status.athena_error())
                    .is_some_and(|error| error.retryable()),
                why: status
                    .and_then(|status| status.state_change_reason())
                    .unwrap_or("no reason is given")
                    .to_owned(),
            },
            _ => StatementSeen::Underway,
        })
    }

    /// One page of a statement's rows, without the row of names that Athena puts first; and where the next page begins. A cell that is
    /// NULL is empty.
    pub async fn rows(&self, id: &str, page: Option<String>) -> Result<(Vec<Vec<String>>, Option<String>), Failure> {
        let first = page.is_none();
        let call = self
            .read
            .get_query_results()
            .query_execution_id(id)
            .set_next_token(page);
        let answer = call.send().await.map_err(self.failed("GetQueryResults"))?;
        let rows = answer.result_set().map(|set| set.rows()).unwrap_or_default();
        let cells = |row: &aws_sdk_athena::types::Row| {
            let cells = row.data().iter();
            cells
                .map(|cell| cell.var_char_value().unwrap_or_default().to_owned())
                .collect()
        };
        let rows = rows.iter().skip(usize::from(first)).map(cells).collect();
        Ok((rows, answer.next_token))
    }

    /// Whether there is a database of this name.
    pub async fn has_database(&self, name: &str) -> Result<bool, Failure> {
        let mut pages = self.read.list_databases().catalog_name(CATALOG).into_paginator().send();
        while let Some(page) = pages.next().await {
            let page = page.map_err(self.failed("ListDatabases"))?;
            if page.database_list().iter().any(|database| database.name() == name) {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// The names of a database's tables.
    pub async fn tables(&self, database: &str) -> Result<Vec<String>, Failure> {
        let listed = self
            .read
            .list_table_metadata()
            .catalog_name(CATALOG)
            .database_name(database);
        let mut pages = listed.into_paginator().send();
        let mut names = Vec::new();
        while let Some(page) = pages.next().await {
            let page = page.map_err(self.failed("ListTableMetadata"))?;
            names.extend(page.table_metadata_list().iter().map(|table| table.name().to_owned()));
        }
        Ok(names)
    }
}
