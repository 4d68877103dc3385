//! Contents that are proved where they lie: a batch job for each of the two buckets computes the checksums of what nothing else tells
//! anything of, whatever its size and class, and its report has them.

use aws::Account;
use engine::StepContext;
use listing::manifest;
use listing::report;
use model::{Failure, Said};
use serde::{Deserialize, Serialize};

use super::batch_job;
use super::doubts::Doubt;
use super::growing_object::GrowingObject;
use super::proofs::Proof;
use super::write_manifests::Manifest;

/// What is to be computed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Pairs {
    /// The original's manifest, and the copy's, row by row of the same version.
    pub(super) manifests: [Manifest; 2],
    /// Which version of the copy belongs to which of the original.
    pub(super) pairs: String,
    /// How many there are.
    pub(super) versions: u64,
}

/// Writes manifests while doubts are found.
pub(super) struct PairsWriter<'a> {
    original: GrowingObject<'a>,
    copy: GrowingObject<'a>,
    pairs: GrowingObject<'a>,
    versions: u64,
}

impl<'a> PairsWriter<'a> {
    pub(super) fn new(account: &'a Account, ops: &'a str, folder: &str) -> Self {
        let object = |name: &str| GrowingObject::new(account, ops, format!("{folder}/{name}.csv"));
        Self {
            original: object("original"),
            copy: object("copy"),
            pairs: object("pairs"),
            versions: 0,
        }
    }

    pub(super) async fn push(&mut self, original: &str, copy: &str, doubt: &Doubt) -> Result<(), Failure> {
        let row =
            |bucket: &str, version: &aws::s3::VersionName| manifest::row(bucket, &version.key, &version.version_id);
        self.original.push(row(original, &doubt.original).as_bytes()).await?;
        self.copy.push(row(copy, &doubt.copy).as_bytes()).await?;
        let ids = [&doubt.original.version_id, &doubt.copy.version_id];
        let pair = format!(
            "{},{},{},{}\n",
            manifest::encode(&doubt.original.key),
            ids[0],
            ids[1],
            doubt.etags_equal
        );
        self.pairs.push(pair.as_bytes()).await?;
        self.versions += 1;
        Ok(())
    }

    /// None where there was nothing.
    pub(super) async fn close(self) -> Result<Option<Pairs>, Failure> {
        let (keys, versions) = (
            [self.original.key().to_owned(), self.copy.key().to_owned()],
            self.versions,
        );
        let pairs = self.pairs.key().to_owned();
        let (Some(original), Some(copy), Some(_)) = (
            self.original.close().await?,
            self.copy.close().await?,
            self.pairs.close().await?,
        ) else {
            return Ok(None);
        };
        let [original_key, copy_key] = keys;
        let manifest = |key: String, etag: String| Manifest {
            key,
            etag,
            rows: versions,
        };
        Ok(Some(Pairs {
            manifests: [manifest(original_key, original), manifest(copy_key, copy)],
            pairs,
            versions,
        }))
    }
}

/// What the jobs' reports tell.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Compared {
    pub(super) equal: u64,
    pub(super) different: u64,
    /// Versions of which one report or the other tells nothing.
    pub(super) untold: u64,
    /// What is not equal, the first few.
    pub(super) such_as: Vec<String>,
}

const SHOWN: usize = 5;

impl Compared {
    fn note(&mut self, what: Said) {
        if self.such_as.len() < SHOWN {
            self.such_as.push(what.into());
        }
    }
}

/// A report of a hundred million rows is not read whole into memory by mistake.
const LARGEST_REPORT: u64 = 4 << 30;

/// Reads both reports and compares what they tell, pair by pair.
pub(super) async fn compare(
    account: &Account,
    cx: &StepContext,
    ops: &str,
    folders: &[String; 2],
    pairs: &Pairs,
) -> Result<Compared, Failure> {
    let mut told = [report::Computed::default(), report::Computed::default()];
    for (told, folder) in told.iter_mut().zip(folders) {
        batch_job::reports(account, ops, &format!("{folder}/"), LARGEST_REPORT, |file| {
            told.add(file)
        })
        .await?;
    }
    let text = account.s3.get_object(ops, &pairs.pairs).await?;
    let text = String::from_utf8_lossy(&text);
    let mut compared = Compared::default();
    for line in text.lines() {
        let mut fields = line.split(',');
        let mut field = || fields.next().unwrap_or_default();
        let (key, original, copy, etags_equal) = (manifest::decode(field()), field(), field(), field());
        match (told[0].of(&key, original), told[1].of(&key, copy)) {
            (Some(ours), Some(theirs)) if ours == theirs => compared.equal += 1,
            (Some(_), Some(_)) => {
                compared.different += 1;
                compared.note(Proof::VersionOtherContent.fill(&[original, &format!("{key:?}")]));
            }
            // The listings' word, where nothing better can be had.
            _ if etags_equal == "true" => compared.equal += 1,
            _ => {
                compared.untold += 1;
                compared.note(Proof::NoChecksum.fill(&[original, &format!("{key:?}")]));
            }
        }
    }
    let lines = compared.equal + compared.different + compared.untold;
    if lines != pairs.versions {
        let what = format!(
            "{} in {ops} names {lines} versions, and {} were written: somebody has changed it. Nothing was changed by this; retry the \
             step to compare anew",
            pairs.pairs, pairs.versions
        );
        return Err(cx.failure(model::FailureClass::WrongState, "[NoteChanged]", what));
    }
    Ok(compared)
}
