//! The copy of one version in parts: because it is too large for a single call, or to give it the parts of the original. Its place in
//! the key's history is taken when the upload begins, not when it ends: an upload is gone on with only as long as nothing newer was
//! written, and nothing is written meanwhile.

use std::collections::BTreeSet;
use std::ops::Range;

use aws::Account;
use aws::s3::{Copy, Upload, VersionName};
use futures::StreamExt as _;
use model::Failure;
use serde::{Deserialize, Serialize};

/// The upload that is under way, as the journal keeps it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct InParts {
    key: String,
    version_id: String,
    upload: String,
    /// How large its parts are, in bytes.
    part: u64,
}

/// How large parts are where the original's cannot be had again; larger where there would be more than S3 takes.
const USUAL_PART: u64 = 512 << 20;
/// What S3 takes for a part.
pub(super) const PART_SIZES: std::ops::RangeInclusive<u64> = 5 << 20..=5 << 30;
const MOST_PARTS: u64 = 10_000;
/// How many parts are copied at a time, and between two commits.
pub(super) const PARTS_AT_A_TIME: usize = 8;

/// Copies a version that is small enough not to need a cursor.
pub(super) async fn whole(from: &Account, to: &Account, copy: &Copy, size: u64) -> Result<(), Failure> {
    let mut under_way = Some(begin(from, to, copy, size).await?);
    while under_way.is_some() {
        under_way = go_on(from, to, copy, size, under_way).await?;
    }
    Ok(())
}

/// Makes the next few calls of a copy. Gives what is under way; none when the copy is there.
pub(crate) async fn go_on(
    from: &Account,
    to: &Account,
    copy: &Copy,
    size: u64,
    under_way: Option<InParts>,
) -> Result<Option<InParts>, Failure> {
    let same = |begun: &InParts| begun.key == copy.key && begun.version_id == copy.version_id;
    let Some(begun) = under_way.filter(same) else {
        return begin(from, to, copy, size).await.map(Some);
    };
    let upload = Upload {
        key: copy.key.clone(),
        id: begun.upload.clone(),
    };
    let Some(there) = to.s3.parts(&copy.to, &upload).await? else {
        // Somebody has aborted it. It was not completed with the answer lost: that ends the attempt, and the next one lists first.
        return begin(from, to, copy, size).await.map(Some);
    };
    let numbers: BTreeSet<i32> = there.iter().map(|part| part.number).collect();
    let missing: Vec<(i32, Range<u64>)> = parts_of(size, begun.part)
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
    let (mut copied, mut failed) = (0, None);
    while let Some(done) = going.next().await {
        match done {
            Ok(()) => copied += 1,
            Err(failure) => failed = failed.or(Some(failure)),
        }
    }
    match failed {
        // What failed among others is asked for again: the next look at the parts tells that it is missing.
        Some(failure) if copied == 0 => Err(failure),
        Some(_) | None => Ok(Some(begun)),
    }
}

/// Begins an upload, and ends those that were begun before and are not known: completed later they would be versions too many.
async fn begin(from: &Account, to: &Account, copy: &Copy, size: u64) -> Result<InParts, Failure> {
    for earlier in to.s3.uploads_of(&copy.to, &copy.key).await? {
        to.s3.abort_upload(&copy.to, &earlier).await?;
    }
    let version = VersionName {
        key: copy.key.clone(),
        version_id: copy.version_id.clone(),
    };
    let described = from.s3.describe(&copy.from, &version).await?;
    let tags = from.s3.tags(&copy.from, &version).await?;
    let first = from.s3.first_part(&copy.from, &version).await?;
    let upload = to.s3.begin_copy_in_parts(copy, &described, &tags).await?;
    Ok(InParts {
        key: copy.key.clone(),
        version_id: copy.version_id.clone(),
        upload: upload.id,
        part: part_size(size, first, &copy.etag),
    })
}

/// How many parts a copy has where the original's cannot be had again.
pub(super) fn usual_parts(size: u64) -> u64 {
    size.div_ceil(USUAL_PART.max(size.div_ceil(MOST_PARTS)))
}

/// How large the parts of a copy are: as the original's were, if that can be. Then the copy's ETag, which is made from its parts', is
/// the original's, and proves that their contents are equal.
fn part_size(size: u64, first: u64, etag: &str) -> u64 {
    let count: Option<u64> = etag.rsplit_once('-').and_then(|(_, count)| count.parse().ok());
    let usual = USUAL_PART.max(size.div_ceil(MOST_PARTS));
    match count {
        Some(count) if PART_SIZES.contains(&first) && size.div_ceil(first) == count => first,
        _ => usual,
    }
}

/// The parts of an object: number and bytes.
fn parts_of(size: u64, part: u64) -> impl Iterator<Item = (i32, Range<u64>)> {
    (1..).zip(0..size.div_ceil(part)).map(move |(number, nth)| {
        let start = nth * part;
        (number, start..size.min(start + part))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_lie_end_to_end_and_are_such_as_s3_takes() {
        for size in [
            5_000_000_001,
            60_000_000_000,
            48_800 << 30,
            USUAL_PART * 12,
            USUAL_PART * 12 + 1,
        ] {
            let part = part_size(size, 0, "e");
            let parts: Vec<_> = parts_of(size, part).collect();
            assert!(parts.len() as u64 <= MOST_PARTS, "{size}: {} parts", parts.len());
            assert_eq!(
                parts.first().map(|(number, range)| (*number, range.start)),
                Some((1, 0))
            );
            assert_eq!(parts.last().map(|(_, range)| range.end), Some(size));
            assert!(parts.windows(2).all(|two| two[0].1.end == two[1].1.start));
            assert!(PART_SIZES.contains(&part), "{part}");
        }
    }

    #[test]
    fn parts_are_the_originals_where_they_were_all_of_one_size() {
        let (size, first) = (60_000_000_000, 16 << 20);
        assert_eq!(part_size(size, first, "0123-3577"), first);
        assert_eq!(
            part_size(size, first, "0123-3576"),
            USUAL_PART,
            "they were of several sizes"
        );
        assert_eq!(part_size(size, size, "0123"), USUAL_PART, "it was never in parts");
    }
}
