//! Reading a manifest: rows to tasks, with the strictness that costs people their first job.

use serde_json::Value;

use super::{Job, replicate};
use crate::cloud::Cloud;
use crate::s3::objects;
use crate::services::sts;

/// One row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Task {
    /// The source bucket.
    pub(super) bucket: String,
    /// The key as the row has it, URL-encoded.
    pub(super) encoded: String,
    /// The key; absent: it cannot be decoded.
    pub(super) key: Option<String>,
    /// The version the row names; absent: the manifest has no such column.
    pub(super) version: Option<String>,
}

/// Reads a job's manifest in the name of its role. The error is code and reason of the job's failure.
pub(super) fn read(cloud: &mut Cloud, job: &Job) -> Result<Vec<Task>, (String, String)> {
    let forbidden = || {
        (
            "AccessDenied".to_owned(),
            "Reading the manifest is forbidden: AccessDenied".to_owned(),
        )
    };
    let role = job.request["RoleArn"].as_str().unwrap_or_default();
    if !sts::trusts_service(cloud, role, "batchoperations.s3.amazonaws.com") {
        return Err(forbidden());
    }
    if let Some(asked) = replicate::generator(&job.request) {
        return replicate::generated(cloud, job, asked);
    }
    let location = &job.request["Manifest"]["Location"];
    let place = location["ObjectArn"]
        .as_str()
        .and_then(|arn| arn.strip_prefix("arn:aws:s3:::"));
    let (bucket, key) = place.and_then(|place| place.split_once('/')).ok_or_else(forbidden)?;
    let version = location["ObjectVersionId"].as_str();
    let found = objects::locate(cloud, &job.role, bucket, key, version);
    let (_, object) = found.map_err(|refusal| match refusal.error.status {
        404 => (
            "ManifestNotFound".to_owned(),
            format!("The manifest does not exist: {}", refusal.error.code),
        ),
        _ => forbidden(),
    })?;
    // A CSV manifest under a KMS key is not supported, and a changed one is not the one that was meant: both look like this.
    let asked = location["ETag"].as_str().unwrap_or_default().trim_matches('"');
    if object.key.is_some() || object.etag != asked {
        return Err(forbidden());
    }
    let text = object.content.read(0..object.content.size());
    let fields = job.request["Manifest"]["Spec"]["Fields"].as_array();
    let fields: Vec<&str> = fields.into_iter().flatten().filter_map(Value::as_str).collect();
    let invalid = |why: String| ("InvalidManifestContent".to_owned(), why);
    let text = std::str::from_utf8(&text).map_err(|_| invalid("The manifest is not UTF-8".to_owned()))?;
    parse(text, &fields).map_err(invalid)
}

/// Rows to tasks. There is no header row: one would be read as a bucket, and all sources must lie in one.
pub(super) fn parse(text: &str, fields: &[&str]) -> Result<Vec<Task>, String> {
    let mut tasks: Vec<Task> = Vec::new();
    for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.is_empty()) {
        let columns = columns(line).ok_or_else(|| format!("Row {}: a quote is not closed", number + 1))?;
        if columns.len() != fields.len() {
            return Err(format!("Row {}: required fields are missing in the schema", number + 1));
        }
        let column = |name: &str| {
            fields
                .iter()
                .position(|field| *field == name)
                .map(|at| columns[at].clone())
        };
        let bucket = column("Bucket").unwrap_or_default();
        if !s3s::path::check_bucket_name(&bucket) || tasks.first().is_some_and(|first| first.bucket != bucket) {
            return Err(format!(
                "Row {}: all objects must be in one bucket, and {bucket:?} is not it",
                number + 1
            ));
        }
        let encoded = column("Key").unwrap_or_default();
        tasks.push(Task {
            bucket,
            key: decode(&encoded),
            encoded,
            version: column("VersionId"),
        });
    }
    if tasks.is_empty() {
        return Err("The manifest has no rows".to_owned());
    }
    Ok(tasks)
}

/// The columns of a row; quoted ones may have commas and doubled quotes.
fn columns(line: &str) -> Option<Vec<String>> {
    let mut columns = vec![String::new()];
    let mut quoted = false;
    let mut rest = line.chars().peekable();
    while let Some(c) = rest.next() {
        let column = columns.last_mut()?;
        match c {
            '"' if quoted && rest.peek() == Some(&'"') => {
                rest.next();
                column.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => columns.push(String::new()),
            c => column.push(c),
        }
    }
    (!quoted).then_some(columns)
}

/// A key from its URL-encoded form, `+` being a space. What is not properly encoded has no key.
fn decode(encoded: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(encoded.len());
    let mut rest = encoded.bytes();
    while let Some(byte) = rest.next() {
        match byte {
            b'+' => bytes.push(b' '),
            b'%' => {
                let digit = |byte: u8| char::from(byte).to_digit(16);
                let (high, low) = (digit(rest.next()?)?, digit(rest.next()?)?);
                bytes.push(u8::try_from(high * 16 + low).ok()?);
            }
            byte if byte.is_ascii_graphic() => bytes.push(byte),
            _ => return None,
        }
    }
    String::from_utf8(bytes).ok().filter(|key| !key.is_empty())
}
