//! What is inside an object. An inventory knows sizes, not bytes: such content is made from a seed when it is read, so that
//! a bucket of many terabytes costs no memory. Copies share content, and every content has a digest by which equality is proved.

use std::ops::Range;
use std::sync::Arc;

use bytes::{Bytes, BytesMut};
use data_encoding::{BASE64, HEXLOWER};
use md5::Md5;
use s3s::checksum::ChecksumHasher;
use sha2::{Digest as _, Sha256};

/// Content of at least this size can be described by its seed; its first bytes then say so themselves.
const SMALLEST_MADE: u64 = 64;

/// Up to this size the checksum of made content is computed over its bytes. Above, it is derived from the digest: generating
/// every byte of a large bucket in order to answer a `HeadObject` would make a rehearsal as slow as the real thing.
const LARGEST_SUMMED: u64 = 64 * 1024;

/// The bytes of an object.
pub struct Content {
    kind: Kind,
    size: u64,
    digest: [u8; 32],
    md5: [u8; 16],
}

enum Kind {
    Real(Bytes),
    Made { seed: u64 },
    Joined(Vec<Piece>),
}

/// A stretch of some content: what a part of a multipart upload is.
#[derive(Clone)]
pub struct Piece {
    of: Arc<Content>,
    range: Range<u64>,
}

/// The checksum algorithms that S3 stores with an object.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Checksum {
    /// CRC-32.
    Crc32,
    /// CRC-32C.
    Crc32c,
    /// CRC-64/NVME: what S3 adds when the client sends none.
    Crc64Nvme,
    /// SHA-1.
    Sha1,
    /// SHA-256.
    Sha256,
}

impl Checksum {
    /// As S3 names it.
    pub fn name(self) -> &'static str {
        match self {
            Self::Crc32 => "CRC32",
            Self::Crc32c => "CRC32C",
            Self::Crc64Nvme => "CRC64NVME",
            Self::Sha1 => "SHA1",
            Self::Sha256 => "SHA256",
        }
    }

    /// From S3's name.
    pub fn named(name: &str) -> Option<Self> {
        [Self::Crc32, Self::Crc32c, Self::Crc64Nvme, Self::Sha1, Self::Sha256]
            .into_iter()
            .find(|one| one.name() == name)
    }

    /// The base64 value over some bytes.
    pub fn of(self, bytes: &[u8]) -> String {
        let mut hasher = ChecksumHasher::default();
        match self {
            Self::Crc32 => hasher.crc32 = Some(s3s::crypto::Checksum::new()),
            Self::Crc32c => hasher.crc32c = Some(s3s::crypto::Checksum::new()),
            Self::Crc64Nvme => hasher.crc64nvme = Some(s3s::crypto::Checksum::new()),
            Self::Sha1 => hasher.sha1 = Some(s3s::crypto::Checksum::new()),
            Self::Sha256 => hasher.sha256 = Some(s3s::crypto::Checksum::new()),
        }
        hasher.update(bytes);
        self.read(&hasher.finalize()).cloned().unwrap_or_default()
    }

    /// This algorithm's value among a request's or response's values.
    pub fn read(self, values: &s3s::dto::Checksum) -> Option<&String> {
        match self {
            Self::Crc32 => values.checksum_crc32.as_ref(),
            Self::Crc32c => values.checksum_crc32c.as_ref(),
            Self::Crc64Nvme => values.checksum_crc64nvme.as_ref(),
            Self::Sha1 => values.checksum_sha1.as_ref(),
            Self::Sha256 => values.checksum_sha256.as_ref(),
        }
    }

    /// The bytes a value of this algorithm has.
    fn width(self) -> usize {
        match self {
            Self::Crc32 | Self::Crc32c => 4,
            Self::Crc64Nvme => 8,
            Self::Sha1 => 20,
            Self::Sha256 => 32,
        }
    }
}

impl Content {
    /// Content that somebody sent. What was made here and read out is recognised when it comes back, so that a copy by
    /// download and upload is provably equal too.
    pub fn real(bytes: impl Into<Bytes>) -> Arc<Self> {
        let bytes = bytes.into();
        if let Some(seed) = seed_of(&bytes) {
            return Self::made(seed, bytes.len() as u64);
        }
        let digest = Sha256::digest(&bytes).into();
        let md5 = Md5::digest(&bytes).into();
        Arc::new(Self {
            size: bytes.len() as u64,
            kind: Kind::Real(bytes),
            digest,
            md5,
        })
    }

    /// Content of so many bytes from a seed.
    pub fn made(seed: u64, size: u64) -> Arc<Self> {
        if size < SMALLEST_MADE {
            let mut bytes = BytesMut::new();
            made_bytes(seed, size, 0..size, &mut bytes);
            return Self::real(bytes);
        }
        let identity = header(seed, size);
        Arc::new(Self {
            kind: Kind::Made { seed },
            size,
            digest: Sha256::digest(identity.as_bytes()).into(),
            md5: Md5::digest(identity.as_bytes()).into(),
        })
    }

    /// Joins the parts of a multipart upload. Parts that lie end to end in one content are that content again, so that a part-wise copy
    /// has the digest of its source.
    pub fn joined(pieces: &[Piece]) -> Arc<Self> {
        let mut flat: Vec<Piece> = Vec::new();
        for piece in pieces {
            piece.flatten_into(&mut flat);
        }
        let mut merged: Vec<Piece> = Vec::new();
        for piece in flat {
            match merged.last_mut() {
                Some(last) if last.of.digest == piece.of.digest && last.range.end == piece.range.start => {
                    last.range.end = piece.range.end;
                }
                _ => merged.push(piece),
            }
        }
        if let [only] = merged.as_slice()
            && only.range == (0..only.of.size)
        {
            return only.of.clone();
        }
        if merged.iter().all(|piece| matches!(piece.of.kind, Kind::Real(_))) {
            let mut bytes = BytesMut::new();
            for piece in &merged {
                bytes.extend_from_slice(&piece.of.read(piece.range.clone()));
            }
            return Self::real(bytes);
        }
        let mut hash = Sha256::new();
        for piece in &merged {
            hash.update(piece.of.digest);
            hash.update(piece.range.start.to_be_bytes());
            hash.update(piece.range.end.to_be_bytes());
        }
        let digest: [u8; 32] = hash.finalize().into();
        Arc::new(Self {
            size: merged.iter().map(|piece| piece.range.end - piece.range.start).sum(),
            md5: Md5::digest(digest).into(),
            kind: Kind::Joined(merged),
            digest,
        })
    }

    /// Size in bytes.
    pub fn size(&self) -> u64 {
        self.size
    }

    /// Two contents are equal exactly when their digests are.
    pub fn digest(&self) -> &[u8; 32] {
        &self.digest
    }

    /// What an entity tag of a single-part object is made from.
    pub fn md5(&self) -> &[u8; 16] {
        &self.md5
    }

    /// Some of the bytes; a range past the end is cut.
    pub fn read(&self, range: Range<u64>) -> Bytes {
        let range = range.start.min(self.size)..range.end.min(self.size);
        match &self.kind {
            Kind::Real(bytes) => bytes.slice(range.start as usize..range.end as usize),
            Kind::Made { seed } => {
                let mut bytes = BytesMut::new();
                made_bytes(*seed, self.size, range, &mut bytes);
                bytes.freeze()
            }
            Kind::Joined(pieces) => {
                let mut bytes = BytesMut::new();
                let mut at = 0;
                for piece in pieces {
                    let length = piece.range.end - piece.range.start;
                    let from = range.start.clamp(at, at + length) - at;
                    let to = range.end.clamp(at, at + length) - at;
                    bytes.extend_from_slice(&piece.of.read(piece.range.start + from..piece.range.start + to));
                    at += length;
                }
                bytes.freeze()
            }
        }
    }

    /// The full-object checksum, base64.
    pub fn checksum(&self, algorithm: Checksum) -> String {
        if self.checksum_is_of_bytes() {
            return algorithm.of(&self.read(0..self.size));
        }
        let mut hash = Sha256::new();
        hash.update(algorithm.name());
        hash.update(self.digest);
        base64(&hash.finalize()[..algorithm.width()])
    }

    /// Whether [`Content::checksum`] is what a client computes over the bytes it reads.
    pub fn checksum_is_of_bytes(&self) -> bool {
        matches!(self.kind, Kind::Real(_)) || self.size <= LARGEST_SUMMED
    }
}

impl Piece {
    /// A stretch of some content.
    pub fn new(of: Arc<Content>, range: Range<u64>) -> Self {
        Self { of, range }
    }

    /// All of some content.
    pub fn whole(of: Arc<Content>) -> Self {
        let range = 0..of.size;
        Self { of, range }
    }

    /// Its size in bytes.
    pub fn size(&self) -> u64 {
        self.range.end - self.range.start
    }

    /// What its part's entity tag is made from.
    pub fn md5(&self) -> [u8; 16] {
        if self.range == (0..self.of.size) {
            return self.of.md5;
        }
        match self.of.kind {
            Kind::Real(_) => Md5::digest(self.of.read(self.range.clone())).into(),
            Kind::Made { .. } | Kind::Joined(_) => {
                let mut hash = Md5::new();
                hash.update(self.of.digest);
                hash.update(self.range.start.to_be_bytes());
                hash.update(self.range.end.to_be_bytes());
                hash.finalize().into()
            }
        }
    }

    fn flatten_into(&self, flat: &mut Vec<Piece>) {
        let Kind::Joined(inner) = &self.of.kind else {
            if self.size() > 0 {
                flat.push(self.clone());
            }
            return;
        };
        let mut at = 0;
        for piece in inner {
            let length = piece.size();
            let from = self.range.start.clamp(at, at + length) - at;
            let to = self.range.end.clamp(at, at + length) - at;
            if from < to {
                flat.push(Piece::new(
                    piece.of.clone(),
                    piece.range.start + from..piece.range.start + to,
                ));
            }
            at += length;
        }
    }
}

/// The first bytes of made content: they carry seed and size, so that the content can be recognised anywhere.
fn header(seed: u64, size: u64) -> String {
    format!("simcloud {seed:016x} {size:016x}\n")
}

fn seed_of(bytes: &Bytes) -> Option<u64> {
    let size = bytes.len() as u64;
    if size < SMALLEST_MADE || !bytes.starts_with(b"simcloud ") {
        return None;
    }
    let seed = u64::from_str_radix(std::str::from_utf8(bytes.get(9..25)?).ok()?, 16).ok()?;
    let mut expected = BytesMut::new();
    made_bytes(seed, size, 0..size, &mut expected);
    (expected == *bytes).then_some(seed)
}

fn made_bytes(seed: u64, size: u64, range: Range<u64>, into: &mut BytesMut) {
    let header = header(seed, size);
    let header = header.as_bytes();
    let mut at = range.start;
    into.reserve((range.end - range.start) as usize);
    while at < range.end {
        if let Some(byte) = header.get(at as usize) {
            into.extend_from_slice(&[*byte]);
            at += 1;
            continue;
        }
        let word = mix(seed ^ (at / 8)).to_le_bytes();
        let from = (at % 8) as usize;
        let to = (8_u64.min(from as u64 + (range.end - at))) as usize;
        into.extend_from_slice(&word[from..to]);
        at += (to - from) as u64;
    }
}

/// SplitMix64's finaliser: neighbouring numbers become unrelated ones, and no two become the same.
pub(crate) fn mix(number: u64) -> u64 {
    let mut z = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    z ^ (z >> 31)
}

/// The number that [`mix`] made another of.
pub(crate) fn unmix(number: u64) -> u64 {
    let mut z = number ^ (number >> 31) ^ (number >> 62);
    z = z.wrapping_mul(0x3196_42b2_d24d_8ec3);
    z = z ^ (z >> 27) ^ (z >> 54);
    z = z.wrapping_mul(0x96de_1b17_3f11_9089);
    z = z ^ (z >> 30) ^ (z >> 60);
    z.wrapping_sub(0x9e37_79b9_7f4a_7c15)
}

/// Bytes as lower-case hexadecimal.
pub(crate) fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

/// Bytes as base64.
pub(crate) fn base64(bytes: &[u8]) -> String {
    BASE64.encode(bytes)
}

#[cfg(test)]
#[path = "content_tests.rs"]
mod tests;
