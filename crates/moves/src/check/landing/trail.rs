//! CloudTrail: whether everything that is done in the target is recorded, where that is kept, and whether the source's trails tell who uses the buckets that move.

use aws::Account;
use aws::cloudtrail::{ObjectsRecorded, Trail};
use aws::s3::BucketSeen;

use super::{named, not_seen};
use crate::Runbook;
use crate::check::{Finding, Outcome};

const TRAIL: &str = "target-trail";
const BUCKET: &str = "target-trail-bucket";
const USED: &str = "source-used-actions";

pub(super) async fn look(source: &Account, target: &Account, runbook: &Runbook) -> Vec<Finding> {
    let weight = runbook.check.weight();
    let of = named(target);
    let mut findings = match target.cloudtrail.trails().await {
        Err(failure) => vec![not_seen(TRAIL, &of, &failure), not_seen(BUCKET, &of, &failure)],
        Ok(trails) => {
            let mut found = vec![recorded(&of, &trails, weight)];
            for trail in trails.iter().filter(|trail| trail.logging) {
                // The bucket of another account's trail is not this account's to look at, nor to delete.
                let foreign = !trail.arn.contains(&format!(":{}:", target.id));
                found.push(match foreign {
                    true => kept(trail, BucketSeen::SomebodyElses, weight),
                    false => match target.s3.look(&trail.bucket).await {
                        Ok(seen) => kept(trail, seen, weight),
                        Err(failure) => not_seen(BUCKET, format!("bucket {}", trail.bucket), &failure),
                    },
                });
            }
            found
        }
    };
    if runbook.check.used_actions && !runbook.buckets.is_empty() {
        findings.push(used_actions(source, runbook).await);
    }
    findings
}

async fn used_actions(source: &Account, runbook: &Runbook) -> Finding {
    let of = named(source);
    let trails = match source.cloudtrail.trails().await {
        Ok(trails) => trails,
        Err(failure) => return not_seen(USED, of, &failure),
    };
    let mut recorded = Vec::new();
    for trail in trails.iter().filter(|trail| trail.logging) {
        match source.cloudtrail.objects_recorded(&trail.arn).await {
            Ok(found) => recorded.extend(found),
            Err(failure) => return not_seen(USED, of, &failure),
        }
    }
    let buckets: Vec<&str> = runbook.buckets.iter().map(|bucket| bucket.name.as_str()).collect();
    used(of, &buckets, &recorded)
}

/// Whether all that is done in an account is recorded.
fn recorded(of: &str, trails: &[Trail], weight: Outcome) -> Finding {
    let well = |trail: &&Trail| trail.logging && trail.every_region && trail.delivery_error.is_none();
    if let Some(trail) = trails.iter().find(well) {
        return Finding::new(
            TRAIL,
            Outcome::Passes,
            of,
            format!("{} records every Region", trail.arn),
        );
    }
    let found = |what: String| Finding::new(TRAIL, weight, of, what);
    // The nearest to being well is what is to be put right.
    let failing = trails
        .iter()
        .find(|trail| trail.logging && trail.delivery_error.is_some());
    if let Some((trail, error)) = failing.and_then(|trail| Some((trail, trail.delivery_error.as_ref()?))) {
        let what = format!(
            "the logs of {} do not reach bucket {}: {error}",
            trail.arn, trail.bucket
        );
        return found(what).todo("Let CloudTrail write to the bucket: its policy, and the policy of its key.");
    }
    if let Some(trail) = trails.iter().find(|trail| trail.logging) {
        let what = format!("{} records its own Region alone", trail.arn);
        let command = format!(
            "aws cloudtrail update-trail --name {} --is-multi-region-trail",
            trail.arn
        );
        return found(what).todo("Have it record every Region.").type_this(command);
    }
    if let Some(trail) = trails.first() {
        let command = format!("aws cloudtrail start-logging --name {}", trail.arn);
        return found(format!("{} is switched off", trail.arn))
            .todo("Switch it on.")
            .type_this(command);
    }
    found("no trail records what is done in it".to_owned())
        .todo("Have the organization's trail include the account, or make one that writes to the log account's bucket:")
        .type_this("aws cloudtrail create-trail --name management --s3-bucket-name LOG-BUCKET --is-multi-region-trail")
        .type_this("aws cloudtrail start-logging --name management")
}

/// Whether what is recorded is kept where whoever administers the account cannot delete it.
fn kept(trail: &Trail, seen: BucketSeen, weight: Outcome) -> Finding {
    let of = format!("bucket {}", trail.bucket);
    match seen {
        BucketSeen::SomebodyElses => Finding::new(BUCKET, Outcome::Passes, of, "the logs are kept in another account"),
        BucketSeen::Owned => Finding::new(BUCKET, weight, of, "the logs are kept in the account that they tell of")
            .todo("Have the trail write to a bucket of the log account: who administers this account could delete what tells of it."),
        BucketSeen::Nobodys => Finding::new(BUCKET, weight, of, format!("{} writes to a bucket that does not exist", trail.arn))
            .todo("Name a bucket of the log account:")
            .type_this(format!("aws cloudtrail update-trail --name {} --s3-bucket-name LOG-BUCKET", trail.arn)),
    }
}

/// Whether it can be told who reads and writes the buckets that move.
fn used(of: String, buckets: &[&str], recorded: &[ObjectsRecorded]) -> Finding {
    let unseen = |bucket: &&&str| !recorded.iter().any(|one| one.all_of(bucket));
    let missing: Vec<&str> = buckets.iter().filter(unseen).copied().collect();
    if !missing.is_empty() {
        let names = missing.join(", ");
        return Finding::new(USED, Outcome::Warns, of, format!("no trail records who reads and writes objects of {names}"))
            .todo(
                "Have a trail record data events of these buckets for some weeks before they move (it is paid for by the event), \
                 or ask who uses them.",
            );
    }
    Finding::new(
        USED,
        Outcome::Passes,
        of,
        format!("a trail records who reads and writes objects of {}", buckets.join(", ")),
    )
    .todo("Ask Athena, on the table that CloudTrail's console makes over the logs:")
    .type_this(query(buckets))
}

/// Who did what with the buckets.
fn query(buckets: &[&str]) -> String {
    let names: Vec<String> = buckets.iter().map(|name| format!("'{name}'")).collect();
    format!(
        "SELECT useridentity.arn, eventname, count(*) AS times, max(eventtime) AS last FROM cloudtrail_logs \
         WHERE eventsource = 's3.amazonaws.com' AND json_extract_scalar(requestparameters, '$.bucketName') IN ({}) \
         GROUP BY useridentity.arn, eventname ORDER BY times DESC",
        names.join(", ")
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn trail(logging: bool, every_region: bool, error: Option<&str>) -> Trail {
        Trail {
            arn: "arn:aws:cloudtrail:eu-west-1:222222222222:trail/t".to_owned(),
            bucket: "logs".to_owned(),
            logging,
            every_region,
            delivery_error: error.map(str::to_owned),
            ..Trail::default()
        }
    }

    #[test]
    fn a_trail_must_record_every_region_and_reach_its_bucket() {
        let judged = |trails: &[Trail]| recorded("account 2", trails, Outcome::Blocks);
        let well = judged(&[trail(false, true, None), trail(true, true, None)]);
        assert_eq!(well.outcome, Outcome::Passes);
        for (trails, what, command) in [
            (vec![], "no trail", "create-trail"),
            (vec![trail(false, true, None)], "switched off", "start-logging"),
            (
                vec![trail(true, false, None)],
                "its own Region alone",
                "--is-multi-region-trail",
            ),
            (
                vec![trail(true, true, Some("AccessDenied"))],
                "do not reach bucket logs: AccessDenied",
                "",
            ),
        ] {
            let found = judged(&trails);
            assert_eq!(found.outcome, Outcome::Blocks, "{what}");
            assert!(found.what.contains(what), "{}", found.what);
            assert!(
                found.todo.is_some() && found.commands.join(" ").contains(command),
                "{found:?}"
            );
        }
    }

    #[test]
    fn logs_belong_into_another_account() {
        let one = trail(true, true, None);
        for (seen, outcome) in [
            (BucketSeen::SomebodyElses, Outcome::Passes),
            (BucketSeen::Owned, Outcome::Warns),
            (BucketSeen::Nobodys, Outcome::Warns),
        ] {
            assert_eq!(kept(&one, seen, Outcome::Warns).outcome, outcome);
        }
    }

    #[test]
    fn who_uses_a_bucket_is_told_by_a_query_where_all_of_it_is_recorded() {
        let all = ObjectsRecorded::default();
        let found = used("account 1".to_owned(), &["a", "b"], std::slice::from_ref(&all));
        assert_eq!(found.outcome, Outcome::Passes);
        assert!(found.commands[0].contains("IN ('a', 'b')"), "{}", found.commands[0]);
        let only = ObjectsRecorded {
            within: vec!["arn:aws:s3:::a/".to_owned()],
            except: Vec::new(),
        };
        let found = used("account 1".to_owned(), &["a", "b"], &[only]);
        assert_eq!(found.outcome, Outcome::Warns);
        assert!(found.what.ends_with("objects of b"), "{}", found.what);
    }
}
