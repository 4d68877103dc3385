//! Two entries of which only their contents can tell whether they are equal, and what can be told of them by questions: by the checksums
//! that S3 keeps, or by reading both.

use aws::Account;
use aws::s3::VersionName;
use listing::waves;
use model::Failure;

/// Two entries that may be equal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Doubt {
    /// The place in the key's history, the oldest 0.
    pub(super) at: usize,
    pub(super) original: VersionName,
    pub(super) copy: VersionName,
    pub(super) size: u64,
    /// Whether the listings showed the same ETag: where nothing better can be had, that is proof.
    pub(super) etags_equal: bool,
    /// Whether one of them lies in an archive, where it cannot be read.
    pub(super) archived: bool,
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
#[derive(Debug, Default)]
pub(super) struct Readable {
    versions: u64,
    bytes: u64,
}

const MOST_VERSIONS: u64 = 10_000;
const MOST_BYTES: u64 = 1 << 30;

impl Readable {
    /// Whether this one may be read, too.
    pub(super) fn takes(&mut self, doubt: &Doubt) -> bool {
        self.versions += 1;
        self.bytes += doubt.size;
        !doubt.archived
            && doubt.size <= waves::LARGEST_READ
            && self.versions <= MOST_VERSIONS
            && self.bytes <= MOST_BYTES
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
        assert!(Readable::default().takes(&doubt(waves::LARGEST_READ, false)));
        assert!(!Readable::default().takes(&doubt(waves::LARGEST_READ + 1, false)));
        assert!(!Readable::default().takes(&doubt(1, true)));
        let mut many = Readable::default();
        assert!((0..MOST_VERSIONS).all(|_| many.takes(&doubt(0, false))));
        assert!(!many.takes(&doubt(0, false)));
        let mut much = Readable::default();
        let taken = (0..10)
            .filter(|_| much.takes(&doubt(waves::LARGEST_READ, false)))
            .count();
        assert_eq!(taken as u64, MOST_BYTES / waves::LARGEST_READ);
    }
}
