//! What a run has done and what it leaves, in a form that two runs of the same plan can be compared by: without the ids that the
//! simulated AWS makes up and without times.

use std::collections::BTreeMap;

use simcloud::cloud::Cloud;
use simcloud::s3::versions::What;
use simcloud::services::route53::{every_check, every_collection, every_zone};
use simcloud::services::{ec2, kms, rds};

/// How often each change was made, by account, operation and resource.
pub type Effects = BTreeMap<String, usize>;

/// Every change so far.
pub fn effects(cloud: &Cloud) -> Effects {
    let mut counts = Effects::new();
    for effect in &cloud.effects {
        let what = without_ids(&format!("{} {} {}", effect.account, effect.operation, effect.resource));
        *counts.entry(what).or_insert(0) += 1;
    }
    counts
}

/// The changes that came after earlier ones.
pub fn since(earlier: &Effects, mut all: Effects) -> Effects {
    for (what, count) in earlier {
        if let Some(now) = all.get_mut(what) {
            *now -= count;
        }
    }
    all.retain(|_, count| *count > 0);
    all
}

/// What stands in all accounts: buckets with every version, databases, images, snapshots, zones with their records, keys. Every line
/// with how often it is true.
pub fn standing(cloud: &Cloud) -> Effects {
    let mut lines = Vec::new();
    for (name, bucket) in &cloud.s3.by_name {
        let (policy, block) = (
            bucket.policy.as_ref().map(|policy| &policy.text),
            bucket.public_access_block,
        );
        lines.push(format!(
            "bucket {name} of {}: {:?} {block:?} {policy:?}",
            bucket.owner, bucket.versioning
        ));
        lines.push(format!(
            "bucket {name}: {:?} {:?} {:?}",
            bucket.tags, bucket.key, bucket.documents
        ));
        for (key, stack) in &bucket.stacks {
            let versions = stack.iter().map(|entry| match &entry.what {
                What::Marker => "marker".to_owned(),
                What::Object(object) => {
                    format!("{} {} {:?}", object.etag, object.class, object.tags)
                }
            });
            lines.push(format!(
                "object {name}/{key}: {}",
                versions.collect::<Vec<_>>().join(", ")
            ));
        }
    }
    // RDS takes automated snapshots by itself, and names them after the minute.
    let by_people = rds::resources(cloud)
        .into_iter()
        .filter(|resource| !resource.arn.contains("snapshot:rds:"));
    for resource in by_people.chain(ec2::resources(cloud)) {
        let key = resource.key.unwrap_or_default();
        lines.push(format!(
            "{} {key} {} {:?} {}",
            resource.arn, resource.digest, resource.tags, resource.usable
        ));
    }
    for (place, instance) in &cloud.rds.instances {
        if let Some(member) = &instance.member {
            lines.push(format!(
                "member {} of {} {member:?} {} {} {:?}",
                place.2, place.0, instance.class, instance.parameter_group, instance.tags
            ));
        }
    }
    for network in cloud.ec2.networks.values() {
        for group in network.security_groups.values() {
            lines.push(format!(
                "security group {} of {} {} {:?}",
                group.name, group.vpc, group.open, group.tags
            ));
        }
    }
    for zone in every_zone(cloud) {
        lines.push(format!(
            "zone {} of {} {:?} {:?}",
            zone.name, zone.owner, zone.tags, zone.records
        ));
        if zone.private {
            lines.push(format!(
                "private zone {} of {}: {:?} {:?}",
                zone.name, zone.owner, zone.vpcs, zone.authorised
            ));
        }
    }
    for collection in every_collection(cloud).values() {
        lines.push(format!(
            "CIDR collection {} of {}: {:?}",
            collection.name, collection.owner, collection.locations
        ));
    }
    for check in every_check(cloud).values() {
        lines.push(format!(
            "health check of {}: {} {:?}",
            check.owner, check.config, check.tags
        ));
    }
    for key in kms::keys(cloud).values() {
        let policy = key.policies.last().map(|(_, text)| text);
        lines.push(format!(
            "key of {} {:?} {:?} {policy:?} {}",
            key.account,
            key.tags,
            key.enabled,
            key.grants.len()
        ));
    }
    for (id, instance) in &cloud.ec2.instances {
        let state = match &instance.state {
            // It is shown for a while, from a moment on that is every run's own.
            ec2::InstanceState::Terminated(_) => "Terminated".to_owned(),
            state => format!("{state:?}"),
        };
        lines.push(format!("instance {id} of {}: {state}", instance.owner));
    }
    for (id, volume) in &cloud.ec2.volumes {
        lines.push(format!(
            "volume {id}: {} {} GiB {:?} {:?} in {}",
            volume.kind, volume.size_gib, volume.iops, volume.throughput, volume.zone
        ));
    }
    for (place, held) in cloud.elasticache.groups.iter().chain(&cloud.elasticache.clusters) {
        lines.push(format!(
            "cache {} of {}: {} {:?} {:?} {} {:?}",
            place.2,
            place.0,
            held.status(),
            held.listed,
            held.shards,
            held.subnet_group,
            held.security_groups
        ));
    }
    for (place, snapshot) in &cloud.elasticache.snapshots {
        lines.push(format!(
            "cache snapshot {} of {}: {:?}",
            place.2, place.0, snapshot.phase
        ));
    }
    for (account, region, name) in kms::aliases(cloud).keys() {
        lines.push(format!("alias {account}/{region}/{name}"));
    }
    let mut counts = Effects::new();
    for line in lines {
        *counts.entry(without_ids(&line)).or_insert(0) += 1;
    }
    counts
}

/// What differs: `+2 rds CopyDBSnapshot …` was seen twice more than expected.
pub fn differences(expected: &Effects, found: &Effects) -> Vec<String> {
    let count = |of: &Effects, what: &str| i64::try_from(of.get(what).copied().unwrap_or(0)).unwrap_or(i64::MAX);
    let mut all: Vec<&String> = expected.keys().chain(found.keys()).collect();
    all.sort();
    all.dedup();
    let differing = all
        .into_iter()
        .map(|what| (count(found, what) - count(expected, what), what));
    differing
        .filter(|(more, _)| *more != 0)
        .map(|(more, what)| format!("{more:+} {what}"))
        .collect()
}

/// The text with every id that AWS makes up replaced by its kind: which of two concurrent calls is given which id is chance.
fn without_ids(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut word = String::new();
    for c in text.chars().chain(['\n']) {
        if c.is_ascii_alphanumeric() || c == '-' {
            word.push(c);
            continue;
        }
        // An upload's id stands behind its key, in two halves.
        let of_upload = out.ends_with('#') || out.ends_with("#….");
        out.push_str(if out.ends_with("versionId=") || of_upload && is_hex(&word) {
            "…"
        } else {
            stand_in(&word).unwrap_or(&word)
        });
        word.clear();
        out.push(c);
    }
    out.pop();
    out
}

fn is_hex(text: &str) -> bool {
    text.len() >= 8 && text.bytes().all(|b| b.is_ascii_digit() || (b'a'..=b'f').contains(&b))
}

fn stand_in(word: &str) -> Option<&'static str> {
    let hex = is_hex;
    if word.strip_prefix("ami-").is_some_and(hex) {
        return Some("ami-…");
    }
    if word.strip_prefix("snap-").is_some_and(hex) {
        return Some("snap-…");
    }
    if word.strip_prefix("vol-").is_some_and(hex) {
        return Some("vol-…");
    }
    let lengths: Vec<usize> = word.split('-').map(str::len).collect();
    if lengths == [8, 4, 4, 4, 12] {
        return Some("uuid…");
    }
    let made_up = |b: u8| b.is_ascii_uppercase() || b.is_ascii_digit();
    (word.len() >= 12 && word.starts_with('Z') && word.bytes().all(made_up)).then_some("Z…")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_aws_makes_up_is_left_out_and_names_stay() {
        let text = "arn:aws:kms:eu-west-1:111111111111:key/1234abcd-12ab-34cd-56ef-1234567890ab ami-0123456789abcdef0 \
                    Z0123456789ABCDEFGHIJ assets/a b?versionId=3sL4kqtJlcpXroDTDmJ cleave-df66fc0fd369-ops-5de6de \
                    seeds/a#1-0001.rdb#d4df7f0ab389fd2c.e1ec8deaabc4ba58/12";
        assert_eq!(
            without_ids(text),
            "arn:aws:kms:eu-west-1:111111111111:key/uuid… ami-… Z… assets/a b?versionId=… cleave-df66fc0fd369-ops-5de6de \
             seeds/a#1-0001.rdb#….…/12"
        );
    }

    #[test]
    fn a_change_made_twice_or_not_at_all_is_a_difference() {
        let once = |what: &str| (what.to_owned(), 1);
        let expected = Effects::from([once("s3 CopyObject a"), once("kms CreateKey k")]);
        let found = Effects::from([("s3 CopyObject a".to_owned(), 2)]);
        assert_eq!(
            differences(&expected, &found),
            ["-1 kms CreateKey k", "+1 s3 CopyObject a"]
        );
        assert_eq!(differences(&expected, &expected), Vec::<String>::new());
    }
}
