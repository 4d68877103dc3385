//! The engine: loads the files of the tables that a query names into a database in memory, and asks it.

use std::collections::BTreeSet;
use std::io::Read as _;

use bytes::Bytes;
use rusqlite::types::ValueRef;
use rusqlite::{Connection, params_from_iter};

use super::Table;
use super::statement::{Token, s3_place, tokens};
use crate::cloud::{Caller, Cloud};
use crate::s3::{access, objects};

/// What a query gives.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Rows {
    /// Names and types.
    pub(super) columns: Vec<(String, String)>,
    /// The rows; a cell may be NULL.
    pub(super) rows: Vec<Vec<Option<String>>>,
}

/// Asks a query with the rights of the caller.
pub(super) fn select(cloud: &mut Cloud, caller: &Caller, home: &str, text: &str) -> Result<(Rows, u64), String> {
    let broken = |error: rusqlite::Error| format!("GENERIC_INTERNAL_ERROR: {error}");
    let connection = Connection::open_in_memory().map_err(broken)?;
    let pieces = tokens(text)?;
    let named: BTreeSet<String> = pieces
        .iter()
        .filter_map(|piece| match piece {
            Token::Word(name) | Token::Quoted(name) => Some(name.to_ascii_lowercase()),
            Token::Text(_) | Token::Sign(_) => None,
        })
        .collect();
    let own = cloud.athena.databases.iter();
    let own = own.filter(|((account, region, name), _)| {
        *account == caller.account && *region == caller.region && (named.contains(name) || name == home)
    });
    let mut tables: Vec<(String, String, Table)> = Vec::new();
    for ((.., database), all) in own {
        let used = all.iter().filter(|(name, _)| named.contains(*name));
        tables.extend(used.map(|(name, table)| (database.clone(), name.clone(), table.clone())));
    }
    let mut scanned = 0;
    let mut attached = BTreeSet::new();
    for (database, name, table) in &tables {
        let schema = if database == home { "main" } else { database.as_str() };
        if schema != "main" && attached.insert(schema.to_owned()) {
            connection
                .execute(&format!("ATTACH ':memory:' AS \"{schema}\""), [])
                .map_err(broken)?;
        }
        scanned += load(cloud, caller, &connection, (schema, name), table)?;
    }
    let asked = stricter(text)?;
    let mut statement = connection.prepare(&asked).map_err(|error| words(&error))?;
    let names: Vec<String> = statement.column_names().into_iter().map(str::to_owned).collect();
    let mut kinds = vec!["varchar"; names.len()];
    let mut found = statement.query([]).map_err(|error| words(&error))?;
    let mut rows = Vec::new();
    while let Some(row) = found.next().map_err(|error| words(&error))? {
        let mut cells = Vec::new();
        for (place, kind) in kinds.iter_mut().enumerate() {
            cells.push(match row.get_ref(place).map_err(broken)? {
                ValueRef::Null => None,
                ValueRef::Integer(number) => {
                    *kind = "bigint";
                    Some(number.to_string())
                }
                ValueRef::Real(number) => {
                    *kind = "double";
                    Some(number.to_string())
                }
                ValueRef::Text(text) | ValueRef::Blob(text) => Some(String::from_utf8_lossy(text).into_owned()),
            });
        }
        rows.push(cells);
    }
    let columns = names.into_iter().zip(kinds.into_iter().map(str::to_owned)).collect();
    Ok((Rows { columns, rows }, scanned))
}

/// Athena's word for what SQLite says.
fn words(error: &rusqlite::Error) -> String {
    let text = error.to_string();
    let after = |start: &str| {
        text.split_once(start)
            .map(|(_, rest)| rest.split([' ', '\n']).next().unwrap_or_default())
    };
    if let Some(column) = after("no such column: ") {
        format!("COLUMN_NOT_FOUND: line 1:1: Column '{column}' cannot be resolved")
    } else if let Some(table) = after("no such table: ") {
        format!("TABLE_NOT_FOUND: line 1:1: Table 'awsdatacatalog.{table}' does not exist")
    } else if let Some(function) = after("no such function: ") {
        format!("FUNCTION_NOT_FOUND: line 1:1: Function '{function}' not registered")
    } else if text.contains("integer overflow") {
        "INVALID_CAST_ARGUMENT: Cannot cast a text to BIGINT that is no number".to_owned()
    } else {
        format!("SYNTAX_ERROR: {text}")
    }
}

/// The query with every `CAST(… AS bigint)` failing on what is no number, as it does in Athena: SQLite makes 0 of an empty text.
fn stricter(text: &str) -> Result<String, String> {
    let lower = text.to_ascii_lowercase();
    let Some(at) = lower.find("cast(") else {
        return Ok(text.to_owned());
    };
    let mut depth = 0_usize;
    let mut quoted = false;
    let close = text[at + 4..].char_indices().find_map(|(place, c)| {
        match c {
            '\'' => quoted = !quoted,
            '(' if !quoted => depth += 1,
            ')' if !quoted => depth -= 1,
            _ => {}
        }
        (depth == 0).then_some(at + 4 + place)
    });
    let close = close.ok_or("SYNTAX_ERROR: CAST is not closed")?;
    let inner = &text[at + 5..close];
    let behind = stricter(&text[close + 1..])?;
    let Some(split) = inner.to_ascii_lowercase().rfind(" as ") else {
        return Err("SYNTAX_ERROR: CAST without AS".to_owned());
    };
    let (value, kind) = (
        stricter(&inner[..split])?,
        inner[split + 4..].trim().to_ascii_lowercase(),
    );
    let cast = match kind.as_str() {
        // What overflows depends on the value, or SQLite would work it out beforehand.
        "bigint" => format!(
            "(CASE WHEN ({value}) IS NULL THEN NULL WHEN CAST(({value}) AS TEXT) <> '' AND CAST(({value}) AS TEXT) NOT GLOB \
             '*[^0-9]*' THEN CAST(({value}) AS INTEGER) ELSE abs(-9223372036854775807 - 1 - 0 * length({value})) END)"
        ),
        "varchar" => format!("CAST(({value}) AS TEXT)"),
        other => return Err(format!("NOT_SUPPORTED: simcloud does not model casts to {other}")),
    };
    Ok(format!("{}{cast}{behind}", &text[..at]))
}

/// Reads an object with the caller's rights.
fn read(cloud: &mut Cloud, caller: &Caller, bucket: &str, key: &str) -> Result<Bytes, String> {
    let denied = |why: String| format!("PERMISSION_DENIED: Permission denied on S3 path: s3://{bucket}/{key}. {why}");
    let (_, object) =
        objects::locate(cloud, caller, bucket, key, None).map_err(|refusal| denied(refusal.error.message))?;
    objects::open(cloud, caller, &object).map_err(|refusal| denied(refusal.error.message))?;
    Ok(object.content.read(0..object.content.size()))
}

/// Loads a table; gives how many bytes were read.
fn load(
    cloud: &mut Cloud,
    caller: &Caller,
    connection: &Connection,
    (schema, name): (&str, &str),
    table: &Table,
) -> Result<u64, String> {
    let broken = |error: rusqlite::Error| format!("GENERIC_INTERNAL_ERROR: {error}");
    let columns: Vec<String> = table.columns.iter().map(|(name, _)| format!("\"{name}\"")).collect();
    let made = format!("CREATE TABLE \"{schema}\".\"{name}\" ({})", columns.join(", "));
    connection.execute(&made, []).map_err(broken)?;
    let (bucket, prefix) = &table.location;
    access::bucket(cloud, caller, bucket, "s3:ListBucket")
        .map_err(|refusal| format!("PERMISSION_DENIED: s3://{bucket}/{prefix}: {}", refusal.error.message))?;
    let held = cloud.s3.by_name.get(bucket);
    let listed = held.into_iter().flat_map(|held| held.stacks_from(prefix));
    let mut files: Vec<(String, String)> = listed
        .take_while(|(key, _)| key.starts_with(prefix.as_str()))
        .filter(|(_, stack)| stack.last().is_some_and(|entry| entry.object().is_some()))
        .map(|(key, _)| (bucket.clone(), key.into_owned()))
        .collect();
    if table.symlinks {
        let mut linked = Vec::new();
        for (bucket, key) in files {
            let links = read(cloud, caller, &bucket, &key)?;
            let links = String::from_utf8_lossy(&links).into_owned();
            for link in links.lines().filter(|line| !line.is_empty()) {
                linked.push(
                    s3_place(link).ok_or_else(|| format!("HIVE_BAD_DATA: {link} in a symlink file is no S3 path"))?,
                );
            }
        }
        files = linked;
    }
    let places: Vec<String> = (1..=table.columns.len()).map(|place| format!("?{place}")).collect();
    let insert = format!("INSERT INTO \"{schema}\".\"{name}\" VALUES ({})", places.join(", "));
    let mut insert = connection.prepare(&insert).map_err(broken)?;
    connection.execute_batch("BEGIN").map_err(broken)?;
    let mut scanned = 0;
    for (bucket, key) in files {
        let packed = read(cloud, caller, &bucket, &key)?;
        scanned += packed.len() as u64;
        let mut text = Vec::new();
        if key.ends_with(".gz") {
            let unpacked = flate2::read::MultiGzDecoder::new(packed.as_ref()).read_to_end(&mut text);
            unpacked.map_err(|error| format!("HIVE_CURSOR_ERROR: s3://{bucket}/{key}: {error}"))?;
        } else {
            text.extend_from_slice(&packed);
        }
        let mut reader = csv::ReaderBuilder::new();
        let reader = reader
            .has_headers(false)
            .flexible(true)
            .escape(Some(b'\\'))
            .double_quote(false);
        for record in reader.from_reader(text.as_slice()).records() {
            let record = record.map_err(|error| format!("HIVE_CURSOR_ERROR: s3://{bucket}/{key}: {error}"))?;
            let mut cells = Vec::new();
            for (place, (column, kind)) in table.columns.iter().enumerate() {
                cells.push(cell(record.get(place), kind).ok_or_else(|| {
                    format!(
                        "HIVE_BAD_DATA: Error parsing field value {:?} for field {place} ({column})",
                        record.get(place)
                    )
                })?);
            }
            insert.execute(params_from_iter(cells)).map_err(broken)?;
        }
    }
    drop(insert);
    connection.execute_batch("COMMIT").map_err(broken)?;
    Ok(scanned)
}

/// A field as its column's type has it; none where it cannot be read as that. A number may not be empty.
fn cell(field: Option<&str>, kind: &str) -> Option<rusqlite::types::Value> {
    use rusqlite::types::Value;
    Some(match (field, kind) {
        (None, _) => Value::Null,
        (Some(text), "bigint") => Value::Integer(text.parse().ok()?),
        (Some(text), "boolean") => Value::Integer(i64::from(text.eq_ignore_ascii_case("true"))),
        (Some(text), _) => Value::Text(text.to_owned()),
    })
}
