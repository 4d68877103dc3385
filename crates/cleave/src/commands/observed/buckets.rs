//! The buckets of the source, several at a time, and what they hold: as CloudWatch measured it, or, where that is asked for, counted entry by
//! entry. A bucket that may not be looked at stays as the inventory had it.

use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};

use aws::Account;
use aws::cloudwatch::Stored;
use futures::StreamExt as _;
use futures::stream;
use listing::{Division, Source, parallel};
use model::inventory::{Bucket, Contents};
use model::listing::{Listed, ListedEntry};
use model::{Failure, FailureClass};

use super::{Seen, Wanted};

/// How many buckets are looked at at a time: about twenty calls each, one behind the other.
const AT_ONCE: usize = 8;
/// How many requests of a listing are in flight where entries are counted.
const LISTING: usize = 32;

/// What was seen of the buckets.
#[derive(Default)]
pub(super) struct Buckets {
    pub(super) seen: Vec<Bucket>,
    /// Those that may not be looked at.
    pub(super) shut: BTreeSet<String>,
    /// How many lie in other regions.
    pub(super) elsewhere: usize,
}

/// Looks at those of the account's region that are wanted.
pub(super) async fn look(seen: &mut Seen, account: &Account, wanted: &Wanted<'_>) -> Result<(), Failure> {
    let Some(listed) = seen.take("buckets", account.s3.buckets().await)? else {
        return Ok(());
    };
    let all = listed.len();
    let here = listed
        .into_iter()
        .filter(|(_, region)| region == account.region.as_str());
    let here: Vec<String> = here.map(|(name, _)| name).collect();
    let elsewhere = all - here.len();
    let fitting: Vec<String> = here.into_iter().filter(|name| wanted.names(name)).collect();
    let (count, so_far, looking) = (fitting.len(), &Cell::new(0), &seen.looking);
    let looks = fitting.into_iter().map(|name| async move {
        let bucket = one(account, wanted, &name).await;
        so_far.set(so_far.get() + 1);
        looking.seen(format!("{} of {count} buckets", so_far.get()));
        (name, bucket)
    });
    let looked: Vec<_> = stream::iter(looks).buffered(AT_ONCE).collect().await;
    let mut buckets = Buckets {
        elsewhere,
        ..Buckets::default()
    };
    let mut lacking = BTreeMap::<String, Vec<String>>::new();
    for (name, bucket) in looked {
        match bucket {
            Ok(bucket) => buckets.seen.extend(bucket),
            Err(failure) => {
                let Some(permission) = failure.lacks() else {
                    return Err(failure);
                };
                lacking.entry(permission).or_default().push(name);
            }
        }
    }
    for (permission, names) in lacking {
        seen.unread.push(format!(
            "the buckets {} cannot be looked at and stay as the inventory had them: the role, or the bucket's policy, does not allow {permission}",
            names.join(", ")
        ));
        buckets.shut.extend(names);
    }
    let names: Vec<&str> = buckets.seen.iter().map(|bucket| bucket.name.as_str()).collect();
    let measured = account.cloudwatch.stored(&names, account.now()).await;
    if let Some(measured) = seen.take("the sizes of buckets", measured)? {
        for bucket in &mut buckets.seen {
            bucket.contents = measured.get(&bucket.name).map(contents).unwrap_or_default();
        }
    }
    if wanted.count_objects {
        for bucket in &mut buckets.seen {
            let counted = seen.take(
                &format!("the entries of bucket {}", bucket.name),
                counted(account, &bucket.name).await,
            )?;
            bucket.contents = counted.unwrap_or(bucket.contents);
        }
    }
    seen.buckets = Some(buckets);
    Ok(())
}

/// A bucket that is wanted by its name; none where its tags do not fit, or it is gone.
async fn one(account: &Account, wanted: &Wanted<'_>, name: &str) -> Result<Option<Bucket>, Failure> {
    let tags = match account.s3.bucket_tags(name).await {
        Err(failure) if failure.class == FailureClass::NotFound => return Ok(None),
        tags => tags?,
    };
    match wanted.means(name, &tags) {
        true => moves::bucket::observe(account, name, tags).await,
        false => Ok(None),
    }
}

fn contents(stored: &Stored) -> Contents {
    Contents {
        measured: Some(stored.day),
        versions: stored.objects,
        bytes: stored.bytes,
        ..Contents::default()
    }
}

/// Counts a bucket's entries by listing all of them.
async fn counted(account: &Account, bucket: &str) -> Result<Contents, Failure> {
    let source = Source::new(account, &account.id, bucket);
    let mut division = Division::new();
    let mut sums = Contents::default();
    // All entries of a key come in one part, one behind the other.
    let mut last = BTreeMap::<u32, (String, u32)>::new();
    let mut each = |_: &Division, part: u32, entries: Vec<ListedEntry>| {
        for entry in entries {
            match entry.what {
                Listed::Marker => sums.delete_markers += 1,
                Listed::Version { size, .. } => {
                    sums.versions += 1;
                    sums.bytes += size;
                }
            }
            let deep = match last.get_mut(&part) {
                Some((key, deep)) if *key == entry.key => {
                    *deep += 1;
                    *deep
                }
                _ => {
                    sums.keys += 1;
                    last.insert(part, (entry.key, 1));
                    1
                }
            };
            sums.deepest = sums.deepest.max(deep);
        }
        Ok(())
    };
    parallel::list(&source, &mut division, LISTING, &mut each).await?;
    Ok(sums)
}

impl Buckets {
    /// What was seen in place of what was known; what only people know of a bucket stays, and so does what they counted.
    pub(super) fn take_over(self, known: &mut Vec<Bucket>) {
        let mut before: BTreeMap<String, Bucket> =
            known.drain(..).map(|bucket| (bucket.name.clone(), bucket)).collect();
        for mut bucket in self.seen {
            if let Some(held) = before.remove(&bucket.name) {
                let seen_counted = bucket.contents.measured.is_none() && bucket.contents != Contents::default();
                let held_counted = held.contents.measured.is_none() && held.contents != Contents::default();
                let nothing_seen = bucket.contents == Contents::default();
                if !seen_counted && (held_counted || nothing_seen) {
                    bucket.contents = held.contents;
                }
                bucket.has_customer_keys = held.has_customer_keys;
                bucket.generated = held.generated;
                bucket.objects = held.objects;
            }
            known.push(bucket);
        }
        known.extend(before.into_values().filter(|bucket| self.shut.contains(&bucket.name)));
        known.sort_by(|one, other| one.name.cmp(&other.name));
    }
}
