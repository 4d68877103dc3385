//! The copy of one version that is too large for a single call. Its place in the key's history is taken when the upload begins, not
//! when it ends: an upload is gone on with only as long as nothing newer was written, and nothing is written meanwhile.

use std::collections::BTreeSet;
use std::ops::Range;

use aws::Account;
use aws::s3::{Copy, Upload, VersionName};
use futures::StreamExt as _;
use model::Failure;
use serde::{Deserialize, Serialize};

/// The upload that is under way, as the journal keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct InParts {
    key: String,
    version_id: String,
    upload: String,
}

/// The parts of an object are at least so large. S3 takes at most 10,000.
const SMALLEST_PART: u64 = 512 << 20;
const MOST_PARTS: u64 = 10_000;
/// How many parts are copied at a time, and between two commits.
const PARTS_AT_A_TIME: usize = 16;

/// Makes the next few calls of a copy. Gives what is under way; none when the copy is there.
pub(super) async fn go_on(
    from: &Account,
    to: &Account,
    copy: &Copy,
    size: u64,
    under_way: Option<InParts>,
) -> Result<Option<InParts>, Failure> {
    let same = |begun: &InParts| begun.key == copy.key && begun.version_id == copy.version_id;
    let Some(begun) = under_way.filter(same) else {
        return begin(from, to, copy).await.map(Some);
    };
    let upload = Upload {
        key: copy.key.clone(),
        id: begun.upload.clone(),
    };
    let Some(there) = to.s3.parts(&copy.to, &upload).await? else {
        // Completed, with the answer lost, or aborted by somebody: the next look at the bucket tells.
        return begin(from, to, copy).await.map(Some);
    };
    let numbers: BTreeSet<i32> = there.iter().map(|part| part.number).collect();
    let missing: Vec<(i32, Range<u64>)> = parts_of(size)
        .filter(|(number, _)| !numbers.contains(number))
        .take(PARTS_AT_A_TIME)
        .collect();
    if missing.is_empty() {
        to.s3.complete(&copy.to, &upload, &there, size).await?;
        return Ok(None);
    }
    let mut going = futures::stream::iter(missing)
        .map(|(number, range)| to.s3.copy_part(copy, &upload, number, range))
        .buffer_unordered(PARTS_AT_A_TIME);
    let mut failed = None;
    while let Some(done) = going.next().await {
        if let Err(failure) = done {
            failed.get_or_insert(failure);
        }
    }
    failed.map_or(Ok(Some(begun)), Err)
}

/// Begins an upload, and ends those that were begun before and are not known: completed later they would be versions too many.
async fn begin(from: &Account, to: &Account, copy: &Copy) -> Result<InParts, Failure> {
    for earlier in to.s3.uploads_of(&copy.to, &copy.key).await? {
        to.s3.abort_upload(&copy.to, &earlier).await?;
    }
    let version = VersionName {
        key: copy.key.clone(),
        version_id: copy.version_id.clone(),
    };
    let described = from.s3.describe(&copy.from, &version).await?;
    let tags = if described.tags > 0 {
        from.s3.tags(&copy.from, &version).await?
    } else {
        Default::default()
    };
    let upload = to.s3.begin_copy_in_parts(copy, &described, &tags).await?;
    Ok(InParts {
        key: copy.key.clone(),
        version_id: copy.version_id.clone(),
        upload: upload.id,
    })
}

/// The parts that an object of this size is copied in: number and bytes.
fn parts_of(size: u64) -> impl Iterator<Item = (i32, Range<u64>)> {
    let each = SMALLEST_PART.max(size.div_ceil(MOST_PARTS));
    (1..).zip(0..size.div_ceil(each)).map(move |(number, nth)| {
        let start = nth * each;
        (number, start..size.min(start + each))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_lie_end_to_end_and_are_at_most_ten_thousand() {
        for size in [
            1,
            5_000_000_001,
            60_000_000_000,
            48_800 << 30,
            SMALLEST_PART,
            SMALLEST_PART + 1,
        ] {
            let parts: Vec<_> = parts_of(size).collect();
            assert!(parts.len() as u64 <= MOST_PARTS, "{size}: {} parts", parts.len());
            assert_eq!(
                parts.first().map(|(number, range)| (*number, range.start)),
                Some((1, 0))
            );
            assert_eq!(parts.last().map(|(_, range)| range.end), Some(size));
            assert!(parts.windows(2).all(|two| two[0].1.end == two[1].1.start));
            assert!(parts.iter().all(|(_, range)| range.end - range.start <= 5 << 30));
        }
    }
}
