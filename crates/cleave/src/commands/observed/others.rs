//! What no listing of a kind of its own finds: whatever is tagged, or was once.

use aws::Account;
use model::Failure;
use model::inventory::{AccountInventory, Other};
use moves::unmoved::ways;

use super::{Seen, Wanted};

/// Looks at what of the source is wanted, and not listed by itself.
pub(super) async fn look(seen: &mut Seen, account: &Account, wanted: &Wanted<'_>) -> Result<(), Failure> {
    let others = seen.take("what only tags tell of", account.tagging.observed().await)?;
    seen.others = others.map(|mut others| {
        others.retain(|other| {
            let resource = other.resource();
            let name = resource.rsplit(['/', ':']).next().unwrap_or(resource);
            !ways::is_listed_otherwise(other) && wanted.means_tagged(name, &other.tags)
        });
        others
    });
    Ok(())
}

/// What was seen in place of what was known of the region, and of what lies in none.
pub(super) fn take_over(seen: Vec<Other>, region: &str, known: &mut AccountInventory) {
    known.others.retain(|other| !["", region].contains(&other.region()));
    known.others.extend(seen);
    known.others.sort_by(|one, other| one.arn.cmp(&other.arn));
}
