//! What watches in the target, Region by Region: AWS Config's recorder and who gathers what it records, GuardDuty, Security Hub.

use aws::Account;
use aws::recorder::{Gathered, Recorder};
use model::Region;

use super::not_seen;
use super::spec::CheckSpec;
use crate::check::{Finding, Outcome};

const RECORDER: &str = "target-recorder";
const AGGREGATOR: &str = "target-aggregator";
const DETECTOR: &str = "target-detector";
const HUB: &str = "target-hub";

pub(super) async fn look(target: &Account, region: &Region, spec: &CheckSpec) -> Vec<Finding> {
    let weight = spec.weight();
    let of = format!("account {}, {region}", target.id);
    let region = region.as_str();
    vec![
        match target.recorders.in_region(region).await {
            Ok(recorders) => recorder(&of, region, &recorders, weight),
            Err(failure) => not_seen(RECORDER, &of, &failure),
        },
        match target.recorders.gathered(region).await {
            Ok(gathered) => {
                let wanted = spec.aggregator.as_ref().map(|account| account.as_str());
                aggregator(&of, region, &gathered, wanted, weight)
            }
            Err(failure) => not_seen(AGGREGATOR, &of, &failure),
        },
        match target.asked_plainly.guardduty_watches(region).await {
            Ok(watches) => detector(&of, region, watches, weight),
            Err(failure) => not_seen(DETECTOR, &of, &failure),
        },
        match target.asked_plainly.security_hub_is_on(region).await {
            Ok(is_on) => hub(&of, region, is_on, weight),
            Err(failure) => not_seen(HUB, &of, &failure),
        },
    ]
}

fn recorder(of: &str, region: &str, recorders: &[Recorder], weight: Outcome) -> Finding {
    let found = |what: String| Finding::new(RECORDER, weight, of, what);
    // A Region has one at most, but for those of services.
    let Some(one) = recorders.first() else {
        return found("AWS Config has no recorder".to_owned())
            .todo("Let the landing zone make it: a recorder needs a role, a delivery channel and a bucket.");
    };
    if !one.recording {
        let name = &one.name;
        let command = format!(
            "aws configservice start-configuration-recorder --configuration-recorder-name {name} --region {region}"
        );
        return found(format!("AWS Config's recorder {name} is switched off"))
            .todo("Switch it on.")
            .type_this(command);
    }
    if let Some(error) = &one.error {
        return found(format!("what AWS Config records cannot be delivered: {error}")).todo(
            "Let AWS Config write to its bucket: the recorder's role, the bucket's policy, the policy of its key.",
        );
    }
    if !one.everything {
        let what = format!(
            "AWS Config's recorder {} records some types of resources alone",
            one.name
        );
        return Finding::new(RECORDER, Outcome::Warns, of, what)
            .todo("See that what moves is among them: RDS, S3, EC2, KMS, Route 53.");
    }
    Finding::new(RECORDER, Outcome::Passes, of, "AWS Config records everything")
}

fn aggregator(of: &str, region: &str, gathered: &Gathered, wanted: Option<&str>, weight: Outcome) -> Finding {
    let Some(wanted) = wanted else {
        let (here, by) = (gathered.here.join(", "), gathered.by.join(", "));
        return match (gathered.here.is_empty(), gathered.by.is_empty()) {
            (false, _) => Finding::new(AGGREGATOR, Outcome::Passes, of, format!("gathered here, by {here}")),
            (true, false) => Finding::new(AGGREGATOR, Outcome::Passes, of, format!("gathered by account {by}")),
            (true, true) => Finding::new(AGGREGATOR, Outcome::NotChecked, of, "an organization's aggregator in another account is not seen from here")
                .todo("Look in the account that gathers it (aws configservice describe-configuration-aggregator-sources-status)."),
        };
    };
    if gathered.by.iter().any(|account| account == wanted) {
        return Finding::new(AGGREGATOR, Outcome::Passes, of, format!("gathered by account {wanted}"));
    }
    let what = format!("account {wanted} is not authorized to gather what AWS Config records");
    Finding::new(AGGREGATOR, weight, of, what)
        .todo("Authorize it. Where an organization's aggregator gathers it, which needs no authorization, leave aggregator out of the runbook.")
        .type_this(format!(
            "aws configservice put-aggregation-authorization --authorized-account-id {wanted} --authorized-aws-region {region} --region {region}"
        ))
}

fn detector(of: &str, region: &str, watches: bool, weight: Outcome) -> Finding {
    if watches {
        return Finding::new(DETECTOR, Outcome::Passes, of, "GuardDuty watches");
    }
    Finding::new(
        DETECTOR,
        weight,
        of,
        "GuardDuty does not watch: there is no detector, or it is switched off",
    )
    .todo("Let the account that administers GuardDuty enable it as a member, or:")
    .type_this(format!("aws guardduty create-detector --enable --region {region}"))
}

fn hub(of: &str, region: &str, is_on: bool, weight: Outcome) -> Finding {
    if is_on {
        return Finding::new(HUB, Outcome::Passes, of, "Security Hub is on");
    }
    Finding::new(HUB, weight, of, "Security Hub is not on")
        .todo("Let the account that administers Security Hub enable it as a member, or:")
        .type_this(format!("aws securityhub enable-security-hub --region {region}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    const OF: &str = "account 222222222222, eu-west-1";
    const REGION: &str = "eu-west-1";

    #[test]
    fn a_recorder_must_record_and_deliver() {
        let well = Recorder {
            name: "default".to_owned(),
            recording: true,
            everything: true,
            error: None,
        };
        let judged = |all: &[Recorder]| recorder(OF, REGION, all, Outcome::Blocks);
        assert_eq!(judged(std::slice::from_ref(&well)).outcome, Outcome::Passes);
        assert_eq!(judged(&[]).outcome, Outcome::Blocks);
        let off = judged(&[Recorder {
            recording: false,
            ..well.clone()
        }]);
        assert_eq!(off.outcome, Outcome::Blocks);
        assert!(off.commands[0].contains("start-configuration-recorder"), "{off:?}");
        let failing = judged(&[Recorder {
            error: Some("NoSuchBucket".to_owned()),
            ..well.clone()
        }]);
        assert_eq!(failing.outcome, Outcome::Blocks);
        assert!(failing.what.ends_with("NoSuchBucket"));
        let some = judged(&[Recorder {
            everything: false,
            ..well
        }]);
        assert_eq!(some.outcome, Outcome::Warns, "a choice, perhaps");
    }

    #[test]
    fn who_gathers_is_known_where_it_is_authorized_or_in_the_account_itself() {
        let gathered = |here: &[&str], by: &[&str]| Gathered {
            here: here.iter().map(|one| (*one).to_owned()).collect(),
            by: by.iter().map(|one| (*one).to_owned()).collect(),
        };
        let judged = |one: Gathered, wanted| aggregator(OF, REGION, &one, wanted, Outcome::Blocks).outcome;
        let audit = Some("444444444444");
        assert_eq!(judged(gathered(&[], &[]), None), Outcome::NotChecked);
        assert_eq!(judged(gathered(&["all"], &[]), None), Outcome::Passes);
        assert_eq!(judged(gathered(&[], &["444444444444"]), None), Outcome::Passes);
        assert_eq!(judged(gathered(&[], &["444444444444"]), audit), Outcome::Passes);
        assert_eq!(judged(gathered(&["all"], &["555555555555"]), audit), Outcome::Blocks);
    }

    #[test]
    fn what_is_off_comes_with_what_switches_it_on() {
        for (found, command) in [
            (
                detector(OF, REGION, false, Outcome::Warns),
                "guardduty create-detector --enable --region eu-west-1",
            ),
            (
                hub(OF, REGION, false, Outcome::Warns),
                "securityhub enable-security-hub --region eu-west-1",
            ),
        ] {
            assert_eq!(found.outcome, Outcome::Warns);
            assert!(found.commands[0].contains(command), "{found:?}");
        }
        assert_eq!(detector(OF, REGION, true, Outcome::Warns).outcome, Outcome::Passes);
        assert_eq!(hub(OF, REGION, true, Outcome::Warns).outcome, Outcome::Passes);
    }
}
