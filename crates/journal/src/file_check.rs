//! Looks whether a file is a journal that can be trusted, without changing a byte of it or leaving one beside it.
//!
//! Opening a file in WAL mode for writing already makes two files beside it, and closing it may write into it. So a file is looked
//! at first: its header by plain reading, its pages through a connection that cannot write.

use std::fs::File;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OpenFlags};

use crate::error::JournalError;
use crate::open::{APPLICATION_ID, BUSY_TIMEOUT, FORMAT, SCHEMA};
use crate::{events, write_ahead_log};

/// What a file that passed is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// The format that this program writes, and whole.
    Known,
    /// A later format, of which only the header was looked at.
    Newer(u32),
}

/// Looks at everything. What a later program wrote is only told apart: its rules are not known here.
pub(crate) fn check(path: &Path) -> Result<Found, JournalError> {
    let header = read_header(path)?;
    let found = check_header(&header)?;
    if found != Found::Known {
        return Ok(found);
    }
    let attempt = check_pages(path, &header).map_err(named);
    // With no log beside it the file was read as one that nobody writes. Should a process have started to write meanwhile, what
    // was seen may be a mixture: then it is read again, with the log.
    match attempt {
        Err(_) if log_of(path).exists() => check_pages(path, &header).map_err(named)?,
        other => other?,
    }
    Ok(found)
}

/// While only reading, SQLite has no reason to refuse without a code of its own but that it cannot make sense of the file.
fn named(error: JournalError) -> JournalError {
    match error {
        JournalError::Sqlite {
            source: source @ rusqlite::Error::SqliteFailure(failure, _),
        } if failure.code == rusqlite::ErrorCode::Unknown => JournalError::corrupt(source.to_string()),
        other => other,
    }
}

/// A connection that cannot write, to a file whose header was checked.
pub(crate) fn connect_reading(path: &Path) -> Result<Connection, JournalError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = if log_of(path).exists() {
        Connection::open_with_flags(path, flags)?
    } else {
        // Otherwise even a reader would leave `-wal` and `-shm` beside the file, and could not read in a read-only directory.
        Connection::open_with_flags(immutable_uri(path)?, flags | OpenFlags::SQLITE_OPEN_URI)?
    };
    connection.busy_timeout(BUSY_TIMEOUT)?;
    Ok(connection)
}

/// A connection for reading to a file of which only header, length or log, and schema were looked at.
pub(crate) fn connect_unproved(path: &Path) -> Result<Connection, JournalError> {
    let header = read_header(path)?;
    if let Found::Newer(found) = check_header(&header)? {
        return Err(JournalError::Newer { found, known: FORMAT });
    }
    if log_of(path).exists() {
        check_log(&log_of(path))?;
    } else {
        check_length(&header)?;
    }
    let connection = connect_reading(path)?;
    check_schema(&connection)?;
    Ok(connection)
}

/// The write-ahead log beside the file. While it exists someone has the journal open, or died with it open.
fn log_of(path: &Path) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push("-wal");
    PathBuf::from(name)
}

fn immutable_uri(path: &Path) -> Result<String, JournalError> {
    let text = path.to_str().ok_or_else(|| JournalError::NotAJournal {
        detail: "its path is not UTF-8".into(),
    })?;
    let mut uri = String::from("file:");
    for character in text.chars() {
        match character {
            '%' => uri.push_str("%25"),
            '?' => uri.push_str("%3f"),
            '#' => uri.push_str("%23"),
            other => uri.push(other),
        }
    }
    uri.push_str("?immutable=1");
    Ok(uri)
}

/// The first hundred bytes, or fewer, and the file's length.
struct Header {
    bytes: Vec<u8>,
    length: u64,
}

impl Header {
    fn word(&self, at: usize) -> u32 {
        u32::from_be_bytes(self.bytes[at..at + 4].try_into().expect("four bytes"))
    }
}

fn read_header(path: &Path) -> Result<Header, JournalError> {
    let io = JournalError::io;
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(JournalError::Missing { path: path.to_owned() });
        }
        Err(error) => return Err(io("open", path)(error)),
    };
    let metadata = file.metadata().map_err(io("look at", path))?;
    if !metadata.is_file() {
        return Err(JournalError::NotAJournal {
            detail: "it is not a regular file".into(),
        });
    }
    let mut bytes = Vec::with_capacity(100);
    file.take(100).read_to_end(&mut bytes).map_err(io("read", path))?;
    Ok(Header {
        bytes,
        length: metadata.len(),
    })
}

/// The header's fields, by their offsets in SQLite's file format.
fn check_header(header: &Header) -> Result<Found, JournalError> {
    const MAGIC: &[u8] = b"SQLite format 3\0";
    let foreign = |detail: String| Err(JournalError::NotAJournal { detail });
    if header.bytes.is_empty() {
        return foreign("it is empty".into());
    }
    if header.bytes.len() < 100 {
        return match header
            .bytes
            .iter()
            .zip(MAGIC)
            .all(|(found, expected)| found == expected)
        {
            true => Err(JournalError::Truncated {
                detail: format!("only {} bytes are left", header.bytes.len()),
            }),
            false => foreign("it is not a SQLite file".into()),
        };
    }
    if !header.bytes.starts_with(MAGIC) {
        return foreign("it is not a SQLite file".into());
    }
    let application = header.word(68);
    if application != APPLICATION_ID {
        return foreign(format!(
            "it is a SQLite file of another program (application id {application:#x})"
        ));
    }
    let format = header.word(60);
    if format > FORMAT {
        return Ok(Found::Newer(format));
    }
    if format != FORMAT {
        return Err(JournalError::corrupt(format!(
            "its format is {format}, and the first format was 1"
        )));
    }
    // 2 is WAL. With anything else there SQLite would write to it in another way, or not at all.
    if header.bytes[18..20] != [2, 2] {
        return Err(JournalError::corrupt("its header does not say that it is in WAL mode"));
    }
    Ok(Found::Known)
}

/// The file's length against its header. Only without a log: a crash within a checkpoint leaves a file that its log completes.
fn check_length(header: &Header) -> Result<(), JournalError> {
    let page = match u16::from_be_bytes([header.bytes[16], header.bytes[17]]) {
        1 => 65536,
        size => u64::from(size),
    };
    if page < 512 || !page.is_power_of_two() {
        return Err(JournalError::corrupt(format!("its page size is {page}")));
    }
    let said = u64::from(header.word(28)) * page;
    match header.length.cmp(&said) {
        std::cmp::Ordering::Equal => Ok(()),
        std::cmp::Ordering::Less => Err(JournalError::Truncated {
            detail: format!("it has {} bytes, and says that it has {said}", header.length),
        }),
        std::cmp::Ordering::Greater => Err(JournalError::corrupt(format!(
            "it has {} bytes, and says that it has {said}",
            header.length
        ))),
    }
}

fn check_pages(path: &Path, header: &Header) -> Result<(), JournalError> {
    if log_of(path).exists() {
        check_log(&log_of(path))?;
    } else {
        check_length(header)?;
    }
    let connection = connect_reading(path)?;
    let reading = connection.unchecked_transaction()?;
    let mut verdicts = Vec::new();
    reading.pragma_query(None, "quick_check", |row| {
        verdicts.push(row.get::<_, String>(0)?);
        Ok(())
    })?;
    if verdicts != ["ok"] {
        return Err(JournalError::corrupt(verdicts.join("; ")));
    }
    check_schema(&reading)?;
    let format: String = reading.query_row("SELECT value FROM meta WHERE name = 'format'", [], |row| row.get(0))?;
    if format != FORMAT.to_string() {
        return Err(JournalError::corrupt(format!(
            "its header says format {FORMAT}, and its meta says {format}"
        )));
    }
    events::walk(&reading, |_| Ok(()))?;
    Ok(())
}

/// A process may be writing the log while it is read. What such a mixture shows is gone at the next look; damage stays.
fn check_log(log: &Path) -> Result<(), JournalError> {
    const LOOKS: usize = 4;
    let mut before = None;
    for look in 0..LOOKS {
        let bytes = match std::fs::read(log) {
            Ok(bytes) => bytes,
            // Whoever had it open has just closed it, and everything is in the file.
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(JournalError::io("read", log)(error)),
        };
        let finding = write_ahead_log::examine(&bytes);
        if finding == write_ahead_log::Finding::Sound {
            return Ok(());
        }
        if before.is_some_and(|before| before != finding) {
            before = None;
            continue;
        }
        before = Some(finding);
        if look + 1 == LOOKS {
            return write_ahead_log::refuse(finding);
        }
        #[expect(
            clippy::disallowed_methods,
            reason = "another process writes; no step of this one is under way yet"
        )]
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    Ok(())
}

/// The schema is part of what is trusted: without its triggers, history could have been changed.
fn check_schema(connection: &Connection) -> Result<(), JournalError> {
    let expected = {
        let fresh = Connection::open_in_memory()?;
        fresh.execute_batch(SCHEMA)?;
        schema_of(&fresh)?
    };
    let found = schema_of(connection)?;
    match expected
        .iter()
        .find(|entry| !found.contains(entry))
        .or(found.iter().find(|entry| !expected.contains(entry)))
    {
        None => Ok(()),
        Some((kind, name, _)) => Err(JournalError::corrupt(format!(
            "its {kind} {name} is missing or another one"
        ))),
    }
}

fn schema_of(connection: &Connection) -> Result<Vec<(String, String, String)>, JournalError> {
    let mut statement =
        connection.prepare("SELECT type, name, coalesce(sql, '') FROM sqlite_schema ORDER BY type, name")?;
    let entries = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?, row.get::<_, String>(2)?)))?;
    entries
        .map(|entry| {
            let (kind, name, sql): (String, String, String) = entry?;
            Ok((kind, name, without_comments(&sql)))
        })
        .collect()
}

/// A comment may be reworded without making a new format.
fn without_comments(sql: &str) -> String {
    let code = sql.lines().map(|line| line.split("--").next().unwrap_or(line));
    code.flat_map(str::split_whitespace).collect::<Vec<_>>().join(" ")
}
