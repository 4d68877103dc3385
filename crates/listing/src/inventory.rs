//! Reports of S3 Inventory: their manifest, their files, and the bucket's order made of their disorder.
//!
//! A report's rows are in no order, their dates are whole seconds, and it is no picture of one moment. What it cannot tell of a key is
//! told by [`is_open`]: such keys are listed by requests of their own.

use std::io::{self, Read};

use data_encoding::HEXLOWER;
use jiff::Timestamp;
use md5::{Digest as _, Md5};
use model::listing::{Listed, ListedEntry};
use serde::Deserialize;

use crate::page;

/// What a report cannot be read for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable(pub String);

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}

/// A report's manifest.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Manifest {
    /// The bucket that was reported on.
    pub source: String,
    /// When the scan of it began.
    pub scanned: Timestamp,
    /// The files that hold the rows.
    pub files: Vec<DataFile>,
    columns: Vec<String>,
    schema: Schema,
}

/// One of a report's files.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct DataFile {
    /// Its key in the destination.
    pub key: String,
    /// How long it is, packed.
    pub size: u64,
    /// Its MD5, in hexadecimal digits.
    #[serde(rename = "MD5checksum")]
    pub md5: String,
}

/// Where a row has what.
#[derive(Debug, Clone, PartialEq, Eq)]
struct Schema {
    key: usize,
    version_id: usize,
    is_latest: usize,
    is_marker: usize,
    size: usize,
    last_modified: usize,
    etag: usize,
    class: usize,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Written {
    source_bucket: String,
    creation_timestamp: String,
    file_format: String,
    file_schema: String,
    files: Vec<DataFile>,
}

/// The fields that must be asked for beside those that every report of all versions has.
pub const FIELDS: [&str; 6] = [
    "Size",
    "LastModifiedDate",
    "ETag",
    "StorageClass",
    "IsMultipartUploaded",
    "EncryptionStatus",
];

fn md5_of(bytes: &[u8]) -> String {
    hex(&Md5::digest(bytes))
}

fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

impl Manifest {
    /// Reads `manifest.json`, which must be what `manifest.checksum` says: both are overwritten one behind the other.
    pub fn read(manifest: &[u8], checksum: &[u8]) -> Result<Self, Unreadable> {
        let wanted = String::from_utf8_lossy(checksum).trim().to_ascii_lowercase();
        let found = md5_of(manifest);
        if found != wanted {
            return Err(Unreadable(format!(
                "manifest.json has the MD5 {found}, and manifest.checksum says {wanted}"
            )));
        }
        let written: Written =
            serde_json::from_slice(manifest).map_err(|error| Unreadable(format!("manifest.json: {error}")))?;
        if written.file_format != "CSV" {
            return Err(Unreadable(format!(
                "the report is in {}, not in CSV",
                written.file_format
            )));
        }
        let millis = written.creation_timestamp.parse().ok();
        let scanned = millis.and_then(|millis| Timestamp::from_millisecond(millis).ok());
        let scanned =
            scanned.ok_or_else(|| Unreadable(format!("{:?} is no creationTimestamp", written.creation_timestamp)))?;
        Ok(Self {
            columns: written
                .file_schema
                .split(',')
                .map(|name| name.trim().to_owned())
                .collect(),
            schema: Schema::read(&written.file_schema)?,
            source: written.source_bucket,
            scanned,
            files: written.files,
        })
    }

    /// The names of the columns of a row, in order.
    pub fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The rows of one file, read while it is unpacked.
    pub fn rows<R: Read>(&self, packed: R) -> Rows<R> {
        let unpacked = flate2::read::MultiGzDecoder::new(packed);
        Rows {
            reader: csv::ReaderBuilder::new().has_headers(false).from_reader(unpacked),
            record: csv::StringRecord::new(),
            schema: self.schema.clone(),
        }
    }
}

impl Schema {
    fn read(text: &str) -> Result<Self, Unreadable> {
        let names: Vec<&str> = text.split(',').map(str::trim).collect();
        let place = |name: &str| {
            let place = names.iter().position(|found| *found == name);
            place.ok_or_else(|| Unreadable(format!("the report has no column {name}: {text}")))
        };
        Ok(Self {
            key: place("Key")?,
            version_id: place("VersionId")?,
            is_latest: place("IsLatest")?,
            is_marker: place("IsDeleteMarker")?,
            size: place("Size")?,
            last_modified: place("LastModifiedDate")?,
            etag: place("ETag")?,
            class: place("StorageClass")?,
        })
    }
}

/// The rows of a file, as entries of a listing.
pub struct Rows<R: Read> {
    reader: csv::Reader<flate2::read::MultiGzDecoder<R>>,
    record: csv::StringRecord,
    schema: Schema,
}

impl<R: Read> Iterator for Rows<R> {
    type Item = io::Result<ListedEntry>;

    fn next(&mut self) -> Option<Self::Item> {
        match self.reader.read_record(&mut self.record) {
            Ok(false) => None,
            Ok(true) => Some(self.schema.entry(&self.record)),
            Err(error) => Some(Err(io::Error::new(io::ErrorKind::InvalidData, error))),
        }
    }
}

impl Schema {
    fn entry(&self, record: &csv::StringRecord) -> io::Result<ListedEntry> {
        let senseless = |what: &str| {
            io::Error::new(
                io::ErrorKind::InvalidData,
                format!("a row of the report has no {what}: {record:?}"),
            )
        };
        let field = |place: usize, what: &str| record.get(place).ok_or_else(|| senseless(what));
        let flag = |place: usize, what: &str| match field(place, what)? {
            yes if yes.eq_ignore_ascii_case("true") => Ok(true),
            no if no.eq_ignore_ascii_case("false") => Ok(false),
            _ => Err(senseless(what)),
        };
        let what = if flag(self.is_marker, "IsDeleteMarker")? {
            Listed::Marker
        } else {
            let size = field(self.size, "Size")?.parse();
            Listed::Version {
                size: size.map_err(|_| senseless("Size"))?,
                etag: field(self.etag, "ETag")?.trim_matches('"').to_owned(),
                storage_class: field(self.class, "StorageClass")?.to_owned(),
            }
        };
        let version_id = match field(self.version_id, "VersionId")? {
            "" => "null",
            id => id,
        };
        let at = field(self.last_modified, "LastModifiedDate")?.parse();
        Ok(ListedEntry {
            key: page::decode(field(self.key, "Key")?).map_err(|_| senseless("Key"))?,
            version_id: version_id.to_owned(),
            is_latest: flag(self.is_latest, "IsLatest")?,
            last_modified: at.map_err(|_| senseless("LastModifiedDate"))?,
            what,
        })
    }
}

/// Whether a report leaves open how a key's entries (the newest first) stand: two of the same second could be either way round, and one
/// that was written while the bucket was being scanned may be there without the others.
pub fn is_open(entries: &[ListedEntry]) -> bool {
    let second = |entry: &ListedEntry| entry.last_modified.as_second();
    let tie = entries.windows(2).any(|two| second(&two[0]) == second(&two[1]));
    let newest_first = entries.first().is_none_or(|newest| newest.is_latest);
    tie || !newest_first || entries.iter().filter(|entry| entry.is_latest).count() > 1
}

/// The MD5 of a file that is read piece by piece, in hexadecimal digits.
#[derive(Default)]
pub struct RunningMd5(Md5);

impl RunningMd5 {
    /// The next piece.
    pub fn update(&mut self, piece: &[u8]) {
        self.0.update(piece);
    }

    /// Of all pieces.
    pub fn finish(self) -> String {
        hex(&self.0.finalize())
    }
}

#[cfg(test)]
#[path = "inventory_tests.rs"]
mod tests;
