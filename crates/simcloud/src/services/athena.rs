//! Athena: SQL over files that lie in S3. Statements are really run over the objects of simcloud's buckets, in an SQLite database that
//! lives in memory for as long as the statement does.
//!
//! Modelled: databases and external tables of CSV files (also behind a symlink file), statements that wait, run, succeed or fail by
//! themselves, results in pages and as a file in the output location, the rights of the caller on data and output. Left out: every other
//! format, partitions, views, prepared statements, workgroups but `primary` (without a configuration of its own), catalogs but AWS's.

mod engine;
mod statement;

use std::collections::BTreeMap;

use bytes::Bytes;
use jiff::Timestamp;
use model::ids::{AccountId, Region};
use serde_json::{Value, json};

use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::s3::objects::{self, Wanted};
use engine::Rows;
use statement::Statement;

/// State.
#[derive(Default)]
pub struct Queries {
    executions: BTreeMap<u64, Execution>,
    last: u64,
    /// Databases by account, region and name.
    databases: BTreeMap<(AccountId, Region, String), BTreeMap<String, Table>>,
}

/// An external table.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Table {
    /// Names and types.
    columns: Vec<(String, String)>,
    /// The bucket and the prefix of its files.
    location: (String, String),
    /// Whether its files name the files that hold the data.
    symlinks: bool,
}

/// A statement that was asked for.
struct Execution {
    id: String,
    caller: Caller,
    /// The StartQueryExecution input, as it was.
    request: Value,
    statement: Statement,
    submitted: Timestamp,
    begins: Timestamp,
    ends: Timestamp,
    end: Option<End>,
}

/// How it ended.
enum End {
    Succeeded { rows: Rows, scanned: u64 },
    Failed { reason: String, retryable: bool },
    Cancelled,
}

impl Execution {
    fn state(&self, now: Timestamp) -> &'static str {
        match &self.end {
            Some(End::Succeeded { .. }) => "SUCCEEDED",
            Some(End::Failed { .. }) => "FAILED",
            Some(End::Cancelled) => "CANCELLED",
            None if now < self.begins => "QUEUED",
            None => "RUNNING",
        }
    }

    /// The object that holds its results.
    fn output(&self) -> String {
        let location = self.request["ResultConfiguration"]["OutputLocation"].as_str();
        let ending = match self.statement {
            Statement::Select(_) => "csv",
            _ => "txt",
        };
        format!(
            "{}/{}.{ending}",
            location.unwrap_or_default().trim_end_matches('/'),
            self.id
        )
    }
}

impl Queries {
    /// Every database: whose it is, and its name.
    pub fn databases(&self) -> impl Iterator<Item = (&AccountId, &str)> {
        self.databases.keys().map(|(account, _, name)| (account, name.as_str()))
    }
}

/// The most characters of a statement.
const LONGEST: usize = 262_144;
const PAGE: usize = 1000;

fn invalid(message: impl Into<String>) -> ServiceError {
    ServiceError::new("InvalidRequestException", message)
}

/// One operation.
pub fn handle(cloud: &mut Cloud, caller: &Caller, operation: &str, input: &Value) -> Answer {
    match operation {
        "StartQueryExecution" => start(cloud, caller, input),
        "GetQueryExecution" => show(cloud, caller, input),
        "GetQueryResults" => results(cloud, caller, input),
        "StopQueryExecution" => stop(cloud, caller, input),
        "ListDatabases" => list_databases(cloud, caller, input),
        "ListTableMetadata" => list_tables(cloud, caller, input),
        _ => Err(ServiceError::not_modelled("athena", operation)),
    }
}

fn start(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let token = input["ClientRequestToken"].as_str();
    if token.is_none_or(|token| !(32..=128).contains(&token.len())) {
        return Err(invalid("ClientRequestToken must have 32 to 128 characters"));
    }
    let same = |one: &&Execution| {
        one.caller.account == caller.account
            && one.caller.region == caller.region
            && one.request["ClientRequestToken"] == input["ClientRequestToken"]
    };
    if let Some(before) = cloud.athena.executions.values().find(same) {
        return if before.request == *input {
            Ok(json!({ "QueryExecutionId": before.id }))
        } else {
            Err(invalid("Idempotent parameters do not match"))
        };
    }
    let text = input["QueryString"].as_str().unwrap_or_default();
    if text.trim().is_empty() || text.len() > LONGEST {
        return Err(invalid("QueryString must have 1 to 262144 characters"));
    }
    if input["WorkGroup"].as_str().is_some_and(|group| group != "primary") {
        return Err(invalid("WorkGroup is not found."));
    }
    let location = input["ResultConfiguration"]["OutputLocation"].as_str();
    let location = location.ok_or_else(|| {
        invalid(
            "No output location provided. An output location is required either through the Workgroup result configuration setting or \
             as an API input.",
        )
    })?;
    let (bucket, _) = statement::s3_place(location).ok_or_else(|| invalid("outputLocation is not a valid S3 path."))?;
    if cloud
        .s3
        .by_name
        .get(&bucket)
        .is_none_or(|held| held.region != caller.region)
    {
        return Err(invalid(format!("Unable to verify/create output bucket {bucket}")));
    }
    let statement = statement::parse(text).map_err(|why| match why {
        statement::Refused::Malformed(why) => invalid(why),
        statement::Refused::NotModelled(what) => ServiceError::not_modelled("athena", &what),
    })?;
    let (queued, runs) = {
        let pace = cloud.faults.stream("athena pace");
        (pace.i64(0..20), pace.i64(1..90))
    };
    let id = cloud.faults.letters("athena ids", "0123456789abcdef", 32);
    let id = format!(
        "{}-{}-{}-{}-{}",
        &id[..8],
        &id[8..12],
        &id[12..16],
        &id[16..20],
        &id[20..]
    );
    cloud.athena.last += 1;
    let execution = Execution {
        id: id.clone(),
        caller: caller.clone(),
        request: input.clone(),
        statement,
        submitted: cloud.now,
        begins: cloud.later(queued),
        ends: cloud.later(queued + runs),
        end: None,
    };
    cloud.athena.executions.insert(cloud.athena.last, execution);
    cloud.effect(caller, "athena StartQueryExecution", id.clone());
    Ok(json!({ "QueryExecutionId": id }))
}

/// Lets everything happen that is due by now, in the order of time.
pub fn advance(cloud: &mut Cloud) {
    let now = cloud.now;
    loop {
        let open = cloud.athena.executions.iter().filter(|(_, one)| one.end.is_none());
        let due = open.map(|(number, one)| (one.ends, *number)).min();
        let Some((at, number)) = due.filter(|(at, _)| *at <= now) else {
            break;
        };
        let Some(mut execution) = cloud.athena.executions.remove(&number) else {
            break;
        };
        cloud.now = at;
        execution.end = Some(carry_out(cloud, &execution));
        cloud.athena.executions.insert(number, execution);
    }
    cloud.now = now;
}

fn carry_out(cloud: &mut Cloud, execution: &Execution) -> End {
    if cloud.faults.strikes("athena query", 5, 80) {
        return End::Failed {
            reason: "GENERIC_INTERNAL_ERROR: Query exhausted resources at this scale factor".to_owned(),
            retryable: true,
        };
    }
    let done = statement::run(cloud, execution).and_then(|(rows, scanned)| {
        write(cloud, execution, &rows)?;
        Ok(End::Succeeded { rows, scanned })
    });
    done.unwrap_or_else(|reason| End::Failed {
        reason,
        retryable: false,
    })
}

/// The results as a file, written with the rights of who asked.
fn write(cloud: &mut Cloud, execution: &Execution, rows: &Rows) -> Result<(), String> {
    let place = execution.output();
    let denied = |why: String| format!("Access denied when writing output to url: {place}. {why}");
    let (bucket, key) = statement::s3_place(&place).ok_or_else(|| denied(String::new()))?;
    let quoted = |cells: &[Option<String>]| {
        let cell = |cell: &Option<String>| {
            cell.as_ref()
                .map_or(String::new(), |text| format!("\"{}\"", text.replace('"', "\"\"")))
        };
        format!("{}\n", cells.iter().map(cell).collect::<Vec<_>>().join(","))
    };
    let mut text = String::new();
    if matches!(execution.statement, Statement::Select(_)) {
        let names: Vec<Option<String>> = rows.columns.iter().map(|(name, _)| Some(name.clone())).collect();
        text = quoted(&names);
        text.extend(rows.rows.iter().map(|row| quoted(row)));
    }
    let put = objects::put(
        cloud,
        &execution.caller,
        &bucket,
        &key,
        Bytes::from(text),
        Wanted::default(),
    );
    put.map(drop).map_err(|refusal| denied(refusal.error.message))
}

fn find<'a>(cloud: &'a Cloud, caller: &Caller, input: &Value) -> Result<&'a Execution, ServiceError> {
    let id = input["QueryExecutionId"].as_str().unwrap_or_default();
    let own =
        |one: &&Execution| one.id == id && one.caller.account == caller.account && one.caller.region == caller.region;
    let found = cloud.athena.executions.values().find(own);
    found.ok_or_else(|| invalid(format!("QueryExecution {id} was not found")))
}

fn show(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    let execution = find(cloud, caller, input)?;
    let mut status = json!({
        "State": execution.state(cloud.now),
        "SubmissionDateTime": execution.submitted.to_string(),
    });
    let mut statistics = json!({});
    if let Some(end) = &execution.end {
        status["CompletionDateTime"] = execution.ends.to_string().into();
        let took = execution.ends.duration_since(execution.begins).as_millis();
        statistics["EngineExecutionTimeInMillis"] = i64::try_from(took).unwrap_or(i64::MAX).into();
        match end {
            End::Succeeded { scanned, .. } => statistics["DataScannedInBytes"] = (*scanned).into(),
            End::Failed { reason, retryable } => {
                status["StateChangeReason"] = reason.as_str().into();
                let category = if *retryable { 1 } else { 2 };
                status["AthenaError"] = json!({
                    "ErrorCategory": category, "Retryable": retryable, "ErrorMessage": reason,
                });
            }
            End::Cancelled => status["StateChangeReason"] = "Query cancelled by user".into(),
        }
    }
    let kind = match execution.statement {
        Statement::Select(_) => "DML",
        _ => "DDL",
    };
    Ok(json!({ "QueryExecution": {
        "QueryExecutionId": execution.id,
        "Query": execution.request["QueryString"],
        "StatementType": kind,
        "ResultConfiguration": { "OutputLocation": execution.output() },
        "QueryExecutionContext": execution.request["QueryExecutionContext"],
        "Status": status,
        "Statistics": statistics,
        "WorkGroup": "primary",
    } }))
}

fn results(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let execution = find(cloud, caller, input)?;
    let Some(End::Succeeded { rows, .. }) = &execution.end else {
        let state = execution.state(cloud.now);
        let message = match state {
            "FAILED" | "CANCELLED" => format!("Query did not finish successfully. Final query state: {state}"),
            _ => format!("Query has not yet finished. Current state: {state}"),
        };
        return Err(invalid(message));
    };
    let (rows, place) = (rows.clone(), execution.output());
    let (bucket, key) = statement::s3_place(&place).unwrap_or_default();
    objects::locate(cloud, caller, &bucket, &key, None).map_err(|refusal| match refusal.error.status {
        403 => ServiceError::new("InvalidRequestException", refusal.error.message),
        _ => invalid(format!("Could not find results {place}")),
    })?;
    let most = input["MaxResults"]
        .as_u64()
        .map_or(PAGE, |most| usize::try_from(most).unwrap_or(PAGE));
    if !(1..=PAGE).contains(&most) {
        return Err(invalid("MaxResults must be between 1 and 1000"));
    }
    let from = input["NextToken"].as_str().map_or(Ok(0), str::parse::<usize>);
    let from = from.map_err(|_| invalid("The NextToken is not valid"))?;
    // The first row of the first page holds the columns' names.
    let names: Vec<Option<String>> = rows.columns.iter().map(|(name, _)| Some(name.clone())).collect();
    let mut all = std::iter::once(&names).chain(&rows.rows).skip(from);
    let shown = |row: &Vec<Option<String>>| {
        let datum = |cell: &Option<String>| cell.as_ref().map_or(json!({}), |text| json!({ "VarCharValue": text }));
        json!({ "Data": row.iter().map(datum).collect::<Vec<_>>() })
    };
    let page: Vec<Value> = all.by_ref().take(most).map(shown).collect();
    let columns = rows
        .columns
        .iter()
        .map(|(name, kind)| json!({ "Name": name, "Label": name, "Type": kind }));
    let mut answer = json!({ "ResultSet": {
        "Rows": page,
        "ResultSetMetadata": { "ColumnInfo": columns.collect::<Vec<_>>() },
    } });
    if all.next().is_some() {
        answer["NextToken"] = (from + most).to_string().into();
    }
    Ok(answer)
}

fn stop(cloud: &mut Cloud, caller: &Caller, input: &Value) -> Answer {
    let (id, now) = (find(cloud, caller, input)?.id.clone(), cloud.now);
    let stopped = cloud
        .athena
        .executions
        .values_mut()
        .find(|one| one.id == id && one.end.is_none());
    if let Some(stopped) = stopped {
        stopped.end = Some(End::Cancelled);
        stopped.ends = now;
        cloud.effect(caller, "athena StopQueryExecution", id);
    }
    Ok(json!({}))
}

/// A page of names, and where the next begins.
fn page(names: &[String], input: &Value, most: usize) -> (Vec<String>, Option<String>) {
    let after = input["NextToken"].as_str().unwrap_or_default();
    let mut later = names.iter().skip_while(|name| name.as_str() < after);
    let page = later.by_ref().take(most).cloned().collect();
    (page, later.next().cloned())
}

fn catalog(input: &Value) -> Result<(), ServiceError> {
    match input["CatalogName"].as_str() {
        Some("AwsDataCatalog") => Ok(()),
        _ => Err(invalid("DataCatalog was not found")),
    }
}

fn list_databases(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    catalog(input)?;
    let own = cloud.athena.databases.keys();
    let own = own.filter(|(account, region, _)| *account == caller.account && *region == caller.region);
    // Every account has this one.
    let mut names: Vec<String> = own
        .map(|(.., name)| name.clone())
        .chain(["default".to_owned()])
        .collect();
    names.sort();
    let (page, next) = page(&names, input, 50);
    let mut answer = json!({ "DatabaseList": page.iter().map(|name| json!({ "Name": name })).collect::<Vec<_>>() });
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(answer)
}

fn list_tables(cloud: &Cloud, caller: &Caller, input: &Value) -> Answer {
    catalog(input)?;
    let name = input["DatabaseName"].as_str().unwrap_or_default();
    let place = (caller.account.clone(), caller.region.clone(), name.to_owned());
    let missing = || ServiceError::new("MetadataException", format!("Database {name} not found."));
    let tables = cloud.athena.databases.get(&place).ok_or_else(missing)?;
    let names: Vec<String> = tables.keys().cloned().collect();
    let (page, next) = page(&names, input, 50);
    let shown = page.iter().filter_map(|name| {
        let columns = tables.get(name)?.columns.iter();
        let columns = columns.map(|(name, kind)| json!({ "Name": name, "Type": kind }));
        Some(json!({ "Name": name, "TableType": "EXTERNAL_TABLE", "Columns": columns.collect::<Vec<_>>() }))
    });
    let mut answer = json!({ "TableMetadataList": shown.collect::<Vec<_>>() });
    if let Some(next) = next {
        answer["NextToken"] = next.into();
    }
    Ok(answer)
}

#[cfg(test)]
#[path = "athena_tests.rs"]
mod tests;
