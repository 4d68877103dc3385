//! The files of a snapshot in a bucket: `<name>-0001.rdb` and so on, one for each shard.

use aws::Account;
use aws::s3::VersionName;
use listing::Lister;
use model::listing::Listed;
use model::{Failure, FailureClass};
use serde::{Deserialize, Serialize};

/// One file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct File {
    pub(super) key: String,
    /// `null` in a bucket without versions.
    pub(super) version_id: String,
    /// In bytes.
    pub(super) size: u64,
    pub(super) etag: String,
}

impl File {
    pub(super) fn version(&self) -> VersionName {
        VersionName {
            key: self.key.clone(),
            version_id: self.version_id.clone(),
        }
    }
}

/// What the step that wrote or copied the files gives to those behind it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Files {
    pub(super) bucket: String,
    /// In the order of the shards.
    pub(super) files: Vec<File>,
}

impl Files {
    /// As ElastiCache is told where to read.
    pub(super) fn arns(&self) -> Vec<String> {
        let arn = |file: &File| format!("arn:aws:s3:::{}/{}", self.bucket, file.key);
        self.files.iter().map(arn).collect()
    }

    pub(super) fn bytes(&self) -> u64 {
        self.files.iter().map(|file| file.size).sum()
    }
}

/// What ElastiCache calls the file of a shard.
pub(super) fn key(name: &str, shard: usize) -> String {
    format!("{name}-{:04}.rdb", shard + 1)
}

/// The objects of a bucket of the account's own, by listing: that needs no right to what somebody else has written. None where there is no
/// such bucket.
pub(super) async fn listed(account: &Account, bucket: &str) -> Result<Option<Vec<File>>, Failure> {
    let mut lister = Lister::new(account, &account.id, bucket, None);
    let mut files = Vec::new();
    loop {
        let page = match lister.next_page().await {
            Ok(Some(page)) => page,
            Ok(None) => return Ok(Some(files)),
            Err(failure) if failure.class == FailureClass::NotFound => return Ok(None),
            Err(failure) => return Err(failure),
        };
        for entry in page.entries.into_iter().filter(|entry| entry.is_latest) {
            if let Listed::Version { size, etag, .. } = entry.what {
                files.push(File {
                    key: entry.key,
                    version_id: entry.version_id,
                    size,
                    etag,
                });
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn files_are_named_and_pointed_at_as_elasticache_does() {
        assert_eq!(key("night", 0), "night-0001.rdb");
        assert_eq!(key("night", 11), "night-0012.rdb");
        let files = Files {
            bucket: "seeds".into(),
            files: vec![File {
                key: key("night", 0),
                version_id: "null".into(),
                size: 7,
                etag: "e".into(),
            }],
        };
        assert_eq!(files.arns(), ["arn:aws:s3:::seeds/night-0001.rdb"]);
        assert_eq!(files.bytes(), 7);
    }
}
