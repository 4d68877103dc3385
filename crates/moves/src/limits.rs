//! How many copies of a sort AWS has an account make at once, where that is not what AWS documents: as Service Quotas told it of the account, and over that
//! as `[limits]` in the runbook says. Limits that keep two changes of one thing apart are nobody's to change, and are not here.

use std::collections::BTreeMap;
use std::num::NonZeroU32;

use model::Side;
use schemars::JsonSchema;
use serde::Deserialize;

use crate::draft::Draft;

/// The limits that are the accounts' quotas; absent: as AWS documents them.
#[derive(Debug, Clone, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields, rename_all = "kebab-case")]
pub struct LimitsSection {
    /// Copies of snapshots of RDS instances in the target; 20.
    rds_copies: Option<NonZeroU32>,
    /// Copies of snapshots of clusters in the target; 5.
    rds_cluster_copies: Option<NonZeroU32>,
    /// Copies of images in the target; 8.
    image_copies: Option<NonZeroU32>,
    /// The same in the source; 8.
    image_copies_source: Option<NonZeroU32>,
    /// Copies of snapshots of volumes in the target; 4.
    snapshot_copies: Option<NonZeroU32>,
    /// The same in the source; 4.
    snapshot_copies_source: Option<NonZeroU32>,
}

impl LimitsSection {
    /// Sets those that a plan has.
    pub(crate) fn set(&self, limits: &mut BTreeMap<String, u32>) {
        let named = [
            ("rds-copies", self.rds_copies),
            ("rds-cluster-copies", self.rds_cluster_copies),
            ("image-copies", self.image_copies),
            ("image-copies-source", self.image_copies_source),
            ("snapshot-copies", self.snapshot_copies),
            ("snapshot-copies-source", self.snapshot_copies_source),
        ];
        for (name, most) in named {
            if let (Some(limit), Some(most)) = (limits.get_mut(name), most) {
                *limit = most.get();
            }
        }
    }
}

/// Sets what the accounts' quotas tell. Service Quotas has one for copies of EBS's snapshots and none for RDS's
/// (<https://docs.aws.amazon.com/ebs/latest/userguide/ebs-resource-quotas.html>). An image is taken to have two volumes: eight images and four volumes fill the usual twenty.
pub(crate) fn as_told(draft: &mut Draft<'_>) {
    for (side, images, volumes) in [
        (Side::Source, "image-copies-source", "snapshot-copies-source"),
        (Side::Target, "image-copies", "snapshot-copies"),
    ] {
        let Some(copies) = draft.regional(side).and_then(|region| region.snapshot_copies) else {
            continue;
        };
        for (name, share) in [(images, copies / 5 * 2), (volumes, copies / 5)] {
            if let Some(limit) = draft.limits.get_mut(name) {
                *limit = share.max(1);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_the_plan_has_is_set_and_nothing_is_added() {
        let section: LimitsSection = toml::from_str("rds-copies = 5\nimage-copies = 2").expect("a section");
        let mut limits = BTreeMap::from([("rds-copies".to_owned(), 20), ("policy of x".to_owned(), 1)]);
        section.set(&mut limits);
        assert_eq!(
            limits,
            BTreeMap::from([("rds-copies".to_owned(), 5), ("policy of x".to_owned(), 1)])
        );
    }

    #[test]
    fn none_at_all_and_unknown_ones_are_refused() {
        let refused = |text: &str| toml::from_str::<LimitsSection>(text).expect_err(text).to_string();
        assert!(refused("rds-copies = 0").contains("nonzero"));
        assert!(refused("rds_copies = 5").contains("rds-copies"));
    }
}
