//! Two entries of which only their contents can tell whether they are equal, and what can be told of them by questions: by the checksums
//! that S3 keeps, or by reading both.

use aws::Account;
use aws::s3::VersionName;
use listing::waves;
use model::Failure;
use model::listing::ListedEntry;
use serde::{Deserialize, Serialize};

/// Two entries that may be equal.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Doubt {
    /// The place in the key's history, the oldest 0.
    pub(super) at: usize,
    #[serde(with = "Named")]
    pub(super) original: VersionName,
    #[serde(with = "Named")]
    pub(super) copy: VersionName,
    pub(super) size: u64,
    /// Whether the listings showed the same ETag: where nothing better can be had, that is proof.
    pub(super) etags_equal: bool,
    /// Whether one of them lies in an archive, where it cannot be read.
    pub(super) archived: bool,
}

/// A version as it is noted.
#[derive(Serialize, Deserialize)]
#[serde(remote = "VersionName")]
struct Named {
    key: String,
    version_id: String,
}

/// An entry as questions name it.
pub(super) fn version_name(entry: &ListedEntry) -> VersionName {
    VersionName {
        key: entry.key.clone(),
        version_id: entry.version_id.clone(),
    }
}

/// What the questions told.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Told {
    /// The checksums that S3 keeps of both.
    Checksums { equal: bool },
    /// The copy lies under another account's key.
    ForeignKey(String),
    /// S3 keeps no checksum of both.
    Nothing,
}

/// So much is read through this machine for the proof of a bucket; beyond it the contents stay where they are, and batch jobs compute
/// their checksums there.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Readable {
    versions: u64,
    bytes: u64,
    /// Whether one of them cannot be read at all.
    unreadable: bool,
}

pub(super) const MOST_VERSIONS: u64 = 10_000;
pub(super) const MOST_BYTES: u64 = 1 << 30;

impl Readable {
    /// One more.
    pub(super) fn add(&mut self, doubt: &Doubt) {
        self.versions += 1;
        self.bytes += doubt.size;
        self.unreadable |= doubt.archived || doubt.size > waves::LARGEST_READ;
    }

    /// Whether all of them may be read.
    pub(super) fn all(&self) -> bool {
        !self.unreadable && self.versions <= MOST_VERSIONS && self.bytes <= MOST_BYTES
    }
}

/// Asks S3 about both.
pub(super) async fn ask(
    (from, original): (&Account, &str),
    (to, copy): (&Account, &str),
    doubt: &Doubt,
) -> Result<Told, Failure> {
    let theirs = to.s3.kept(copy, &doubt.copy).await?;
    // An ARN has the account in its fifth field.
    if let Some(key) = &theirs.key
        && key.split(':').nth(4) != Some(to.id.as_str())
    {
        return Ok(Told::ForeignKey(key.clone()));
    }
    let ours = from.s3.kept(original, &doubt.original).await?;
    Ok(match ours.same_content(&theirs) {
        Some(equal) => Told::Checksums { equal },
        None => Told::Nothing,
    })
}

/// Reads both, and tells whether they are equal.
pub(super) async fn read(
    (from, original): (&Account, &str),
    (to, copy): (&Account, &str),
    doubt: &Doubt,
) -> Result<bool, Failure> {
    let ours = from.s3.content_digest(original, &doubt.original).await?;
    let theirs = to.s3.content_digest(copy, &doubt.copy).await?;
    Ok(ours == theirs)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn doubt(size: u64, archived: bool) -> Doubt {
        let version = VersionName {
            key: "a".into(),
            version_id: "v".into(),
        };
        Doubt {
            at: 0,
            original: version.clone(),
            copy: version,
            size,
            etags_equal: false,
            archived,
        }
    }

    #[test]
    fn what_is_large_archived_or_much_is_not_read_here() {
        let readable = |doubts: &[Doubt]| {
            let mut readable = Readable::default();
            doubts.iter().for_each(|doubt| readable.add(doubt));
            readable.all()
        };
        assert!(readable(&[doubt(waves::LARGEST_READ, false)]));
        assert!(!readable(&[doubt(waves::LARGEST_READ + 1, false)]));
        assert!(!readable(&[doubt(1, true), doubt(1, false)]));
        let many = usize::try_from(MOST_VERSIONS).expect("a small number");
        assert!(readable(&vec![doubt(0, false); many]));
        assert!(!readable(&vec![doubt(0, false); many + 1]));
        let much = usize::try_from(MOST_BYTES / waves::LARGEST_READ).expect("a small number");
        assert!(readable(&vec![doubt(waves::LARGEST_READ, false); much]));
        assert!(!readable(&vec![doubt(waves::LARGEST_READ, false); much + 1]));
    }
}
