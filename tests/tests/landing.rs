//! The look at the landing zone, the source's IAM and the organization, over the SDK's own requests: clean accounts are quiet, each thing that is amiss is found by its own
//! check with its way out, what may not be asked is not checked, and nothing that is asked changes anything.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::{Arc, Mutex};

use cleave::world;
use jiff::{SignedDuration, Timestamp};
use model::{AccountId, CallRecord, Inventory, Region};
use moves::Runbook;
use moves::check::landing::{self, EXPLAINED};
use moves::check::{Finding, Outcome};
use serde_json::{Value, json};
use simcloud::cloud::Cloud;
use simcloud::dispatch::lock;
use simcloud::faults::{Fate, FaultLevel, Nth, Trap};
use simcloud::services::cloudtrail::Trail;
use simcloud::services::config::Recorder;
use simcloud::services::guardduty::Detector;
use simcloud::services::iam_account::{AccessKey, Account, User};
use simcloud::services::organizations::Handshake;
use whole_runs::night;

const SOURCE: &str = "111111111111";
const TARGET: &str = "222222222222";
const REGION: &str = "ap-northeast-1";

const HEAD: &str = r#"
migration = "shop"
region = "ap-northeast-1"
source = { account = "111111111111", role = "cleave-source" }
target = { account = "222222222222", role = "cleave-target" }

[[bucket]]
name = "shop-stg-assets"

[check]
"#;

/// Of a team that says all that can be said, and whose accounts are so.
const STANDARDS: &str = r#"
landing_zone = "block"
ou = "Workloads"
account_name = "^account-2+$"
account_email = "^aws\\+[0-9]+@example\\.com$"
account_alias = "^shop-"
required_tags = ["product"]
regions = ["ap-northeast-1", "us-east-1"]
aggregator = "444444444444"
used_actions = true
organization = true
"#;

fn id(account: &str) -> AccountId {
    AccountId::new(account).expect("an account")
}

fn at(account: &str, region: &str) -> (AccountId, Region) {
    (id(account), Region::new(region).expect("a region"))
}

fn inventory() -> Inventory {
    let entered = |name: &str| json!({ name: { "trusts": ["333333333333"] } });
    let buckets = json!([{ "name": "shop-stg-assets" }]);
    let tagged = json!([{ "name": "shop-stg-new", "tags": { "product": "shop" } }]);
    let inventory = json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": {
        SOURCE: { "roles": entered("cleave-source"), "regions": { REGION: { "buckets": buckets } } },
        TARGET: { "roles": entered("cleave-target"), "regions": { REGION: { "buckets": tagged } } } } });
    Inventory::parse(&inventory.to_string()).expect("an inventory")
}

/// What a look found, and the calls that it made.
struct Looked {
    found: Vec<Finding>,
    calls: Vec<CallRecord>,
}

fn look(runbook: &str, inventory: &Inventory, prepare: impl FnOnce(&mut Cloud)) -> Looked {
    let runbook = Runbook::parse(runbook).expect("a runbook");
    let calls: Arc<Mutex<Vec<CallRecord>>> = Arc::default();
    let sink = Arc::clone(&calls);
    let found = night::in_paused_time(async {
        let start: Timestamp = "2026-11-22T13:00:00Z".parse().expect("a moment");
        let log = Arc::new(move |record| sink.lock().expect("nobody panicked").push(record));
        let simulated = world::simulated(inventory, start, 1, FaultLevel::None, log);
        prepare(&mut lock(&simulated.cloud));
        let before = lock(&simulated.cloud).effects.len();
        // Nothing is let through that could change anything.
        let accounts = simulated.world.looking_only().accounts_of(&runbook, "check0000000");
        let (source, target) = (accounts.side(model::Side::Source), accounts.side(model::Side::Target));
        let found = landing::look(&source, &target, &runbook).await;
        let cloud = lock(&simulated.cloud);
        assert_eq!(cloud.effects.len(), before, "{:?}", cloud.effects);
        let unknown: Vec<_> = cloud
            .requests
            .iter()
            .filter(|one| one.outcome == "NotImplemented")
            .collect();
        assert!(unknown.is_empty(), "{unknown:?}");
        found
    });
    let calls = std::mem::take(&mut *calls.lock().expect("nobody panicked"));
    Looked { found, calls }
}

/// What blocks or warns, by check and what it is of.
fn amiss(found: &[Finding]) -> Vec<(&'static str, Outcome)> {
    let amiss = found
        .iter()
        .filter(|one| matches!(one.outcome, Outcome::Blocks | Outcome::Warns));
    amiss.map(|one| (one.id, one.outcome)).collect()
}

/// The accounts of a team that keeps its own standards: an administrator of the organization's, so that its units are told.
fn kept(cloud: &mut Cloud) {
    let organization = &mut cloud.organizations.all[0];
    organization
        .members
        .get_mut(&id(TARGET))
        .expect("it is filled")
        .administers = vec!["config.amazonaws.com".to_owned()];
    let target = Account {
        alias: Some("shop-stg".to_owned()),
        ..Account::default()
    };
    cloud.iam_accounts.by_account.insert(id(TARGET), target);
    for region in [REGION, "us-east-1"] {
        cloud
            .config
            .authorized
            .insert(at(TARGET, region), vec!["444444444444".to_owned()]);
    }
    let objects = json!({ "Type": "AWS::S3::Object", "Values": ["arn:aws:s3:::shop-stg-assets/"] });
    let selector = json!({ "ReadWriteType": "All", "IncludeManagementEvents": true, "DataResources": [objects] });
    cloud.cloudtrail.by_account.insert(
        id(SOURCE),
        vec![Trail {
            selectors: vec![selector],
            ..Trail::of_organization()
        }],
    );
}

#[test]
fn the_examples_and_a_team_that_keeps_its_standards_are_not_alarmed() {
    for example in ["shop-staging", "three-products"] {
        let path = std::path::Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("../runbooks")
            .join(example);
        let text = std::fs::read_to_string(path.join("runbook.toml")).expect("a runbook");
        let looked = look(&text, &night::Scenario::of(example).inventory, |_| {});
        assert_eq!(amiss(&looked.found), [], "{example}");
        assert!(looked.found.len() > 15, "{example}: {:?}", looked.found);
    }
    let looked = look(&format!("{HEAD}{STANDARDS}"), &inventory(), kept);
    // That the account administers AWS Config is what makes its unit known, and is in the way of a transfer.
    assert_eq!(
        amiss(&looked.found),
        [("organization-transfer", Outcome::Warns)],
        "{:#?}",
        looked.found
    );
    let seen: BTreeSet<&str> = looked.found.iter().map(|one| one.id).collect();
    let explained: BTreeSet<&str> = EXPLAINED.iter().map(|one| one.id).collect();
    assert_eq!(seen, explained, "everything that is explained was looked at");
    let query = looked
        .found
        .iter()
        .find(|one| one.id == "source-used-actions")
        .expect("it is asked for");
    assert!(query.commands[0].contains("IN ('shop-stg-assets')"), "{query:?}");
}

#[test]
fn nothing_that_is_asked_changes_anything() {
    let looked = look(&format!("{HEAD}{STANDARDS}"), &inventory(), kept);
    let operations: BTreeSet<String> = looked
        .calls
        .iter()
        .map(|call| format!("{} {}", call.service, call.operation))
        .collect();
    for asked in [
        "guardduty GetDetector",
        "securityhub DescribeHub",
        "account GetAccountInformation",
        "organizations ListParents",
        "organizations ListHandshakesForAccount",
        "iam GenerateCredentialReport",
        "iam GetCredentialReport",
        "iam GetAccountAuthorizationDetails",
        "config DescribeConfigurationRecorders",
        "cloudtrail GetEventSelectors",
        "tagging GetResources",
    ] {
        assert!(operations.contains(asked), "{asked}: {operations:?}");
    }
    let changing: Vec<_> = looked.calls.iter().filter(|call| call.mutating).collect();
    assert!(changing.is_empty(), "{changing:?}");
    let refused: Vec<_> = looked.calls.iter().filter(|call| call.outcome != "ok").collect();
    // The source is a member that administers nothing: what it may not ask is refused.
    assert!(
        refused.iter().all(|call| call.service == "organizations"),
        "{refused:?}"
    );
}

fn user(now: Timestamp, change: impl FnOnce(&mut User)) -> Account {
    let days = |days: i64| {
        now.saturating_sub(SignedDuration::from_hours(24 * days))
            .expect("a moment")
    };
    let mut user = User {
        name: "anna".to_owned(),
        created: days(400),
        password: true,
        logged_in: Some(days(3)),
        mfa: true,
        keys: Vec::new(),
        groups: vec!["ops".to_owned()],
        policies: Vec::new(),
    };
    change(&mut user);
    Account {
        users: vec![user],
        ..Account::default()
    }
}

fn key(now: Timestamp, made: i64, used: Option<i64>) -> AccessKey {
    let ago = |days: i64| {
        now.saturating_sub(SignedDuration::from_hours(24 * days))
            .expect("a moment")
    };
    AccessKey {
        active: true,
        rotated: ago(made),
        used: used.map(ago),
    }
}

type Seed = (&'static str, &'static str, Outcome, fn(&mut Cloud));

/// What can be amiss: the check that finds it, what of its finding is looked for, how much it weighs, and how it came about.
const SEEDS: &[Seed] = &[
    ("target-trail", "no trail records", Outcome::Blocks, |cloud| {
        cloud.cloudtrail.by_account.insert(id(TARGET), Vec::new());
    }),
    ("target-trail", "switched off", Outcome::Blocks, |cloud| {
        cloud.cloudtrail.by_account.insert(
            id(TARGET),
            vec![Trail {
                logging: false,
                ..Trail::of_organization()
            }],
        );
    }),
    ("target-trail", "its own Region alone", Outcome::Blocks, |cloud| {
        let own = Trail {
            every_region: false,
            home: REGION.to_owned(),
            ..Trail::of_organization()
        };
        cloud.cloudtrail.by_account.insert(id(TARGET), vec![own]);
    }),
    ("target-trail", "AccessDenied", Outcome::Blocks, |cloud| {
        let failing = Trail {
            delivery_error: Some("AccessDenied".to_owned()),
            ..Trail::of_organization()
        };
        cloud.cloudtrail.by_account.insert(id(TARGET), vec![failing]);
    }),
    (
        "target-trail-bucket",
        "in the account that they tell of",
        Outcome::Blocks,
        |cloud| {
            let own = Trail {
                owner: TARGET.to_owned(),
                bucket: "shop-stg-new".to_owned(),
                ..Trail::of_organization()
            };
            cloud.cloudtrail.by_account.insert(id(TARGET), vec![own]);
        },
    ),
    (
        "source-used-actions",
        "objects of shop-stg-assets",
        Outcome::Warns,
        |cloud| {
            cloud.cloudtrail.by_account.remove(&id(SOURCE));
        },
    ),
    ("target-recorder", "no recorder", Outcome::Blocks, |cloud| {
        cloud.config.in_region.insert(at(TARGET, "us-east-1"), Vec::new());
    }),
    ("target-recorder", "switched off", Outcome::Blocks, |cloud| {
        let off = Recorder {
            recording: false,
            ..Recorder::of_landing_zone()
        };
        cloud.config.in_region.insert(at(TARGET, REGION), vec![off]);
    }),
    ("target-recorder", "no recorder", Outcome::Blocks, |cloud| {
        let of_service = Recorder {
            of_service: Some("securityhub.amazonaws.com".to_owned()),
            ..Recorder::of_landing_zone()
        };
        cloud.config.in_region.insert(at(TARGET, REGION), vec![of_service]);
    }),
    ("target-aggregator", "not authorized", Outcome::Blocks, |cloud| {
        cloud.config.authorized.remove(&at(TARGET, REGION));
    }),
    ("target-detector", "does not watch", Outcome::Blocks, |cloud| {
        cloud.guardduty.in_region.insert(at(TARGET, REGION), Detector::Absent);
    }),
    ("target-detector", "does not watch", Outcome::Blocks, |cloud| {
        cloud
            .guardduty
            .in_region
            .insert(at(TARGET, "us-east-1"), Detector::Disabled);
    }),
    ("target-hub", "is not on", Outcome::Blocks, |cloud| {
        cloud.securityhub.off.insert(at(TARGET, REGION));
    }),
    ("root-mfa", "no second factor", Outcome::Blocks, |cloud| {
        cloud.iam_accounts.by_account.entry(id(TARGET)).or_default().root_mfa = false;
    }),
    ("root-keys", "access keys", Outcome::Warns, |cloud| {
        cloud.iam_accounts.by_account.entry(id(SOURCE)).or_default().root_keys = 1;
    }),
    ("password-policy", "8 characters", Outcome::Blocks, |cloud| {
        let account = user(cloud.now, |_| {});
        let account = Account {
            password_length: None,
            alias: Some("shop-stg".to_owned()),
            ..account
        };
        cloud.iam_accounts.by_account.insert(id(TARGET), account);
    }),
    ("user-mfa", "no second factor", Outcome::Blocks, |cloud| {
        let account = user(cloud.now, |user| user.mfa = false);
        cloud.iam_accounts.by_account.insert(
            id(TARGET),
            Account {
                alias: Some("shop-stg".to_owned()),
                ..account
            },
        );
    }),
    ("same-organization", "the target to none", Outcome::Warns, |cloud| {
        cloud.organizations.all[0].members.remove(&id(TARGET));
    }),
    ("target-ou", "it lies in the root", Outcome::Blocks, |cloud| {
        cloud.organizations.all[0]
            .members
            .get_mut(&id(TARGET))
            .expect("it is filled")
            .unit = None;
    }),
    ("target-name", "Shop staging", Outcome::Blocks, |cloud| {
        cloud
            .organizations
            .names
            .get_mut(&id(TARGET))
            .expect("it is filled")
            .name = "Shop staging".to_owned();
    }),
    ("target-name", "anna@example.com", Outcome::Blocks, |cloud| {
        cloud.organizations.all[0]
            .members
            .get_mut(&id(TARGET))
            .expect("it is filled")
            .email = "anna@example.com".to_owned();
    }),
    ("target-name", "there is none", Outcome::Blocks, |cloud| {
        cloud.iam_accounts.by_account.remove(&id(TARGET));
    }),
    ("target-tags", "arn:aws:s3:::shop-stg-new", Outcome::Blocks, |cloud| {
        let bucket = cloud.s3.by_name.get_mut("shop-stg-new").expect("it is there");
        bucket.tags = vec![("owner".to_owned(), "anna".to_owned())];
    }),
    (
        "source-unused-user",
        "last used 200 days ago",
        Outcome::Warns,
        |cloud| {
            let now = cloud.now;
            let account = user(now, |user| user.logged_in = key(now, 0, Some(200)).used);
            cloud.iam_accounts.by_account.insert(id(SOURCE), account);
        },
    ),
    ("source-unused-key", "last used 100 days ago", Outcome::Warns, |cloud| {
        let now = cloud.now;
        let account = user(now, |user| user.keys = vec![key(now, 120, Some(100))]);
        cloud.iam_accounts.by_account.insert(id(SOURCE), account);
    }),
    ("source-old-key", "120 days old", Outcome::Warns, |cloud| {
        let now = cloud.now;
        let account = user(now, |user| user.keys = vec![key(now, 1, None), key(now, 120, Some(2))]);
        cloud.iam_accounts.by_account.insert(id(SOURCE), account);
    }),
    ("source-machine-user", "a machine's", Outcome::Warns, |cloud| {
        let now = cloud.now;
        let account = user(now, |user| {
            user.password = false;
            user.mfa = false;
            user.keys = vec![key(now, 10, Some(1))];
        });
        cloud.iam_accounts.by_account.insert(id(SOURCE), account);
    }),
    ("source-assume-any-role", "jump", Outcome::Warns, |cloud| {
        let account = cloud.iam_accounts.by_account.entry(id(SOURCE)).or_default();
        account.policies.push(("jump".to_owned(), any_role(), 3));
    }),
    ("source-assume-any-role", "inline", Outcome::Warns, |cloud| {
        let account = cloud.iam_accounts.by_account.entry(id(SOURCE)).or_default();
        account
            .group_policies
            .push(("ops".to_owned(), "inline".to_owned(), any_role()));
    }),
    ("source-user-groups", "10 groups", Outcome::Warns, |cloud| {
        let account = user(cloud.now, |user| {
            user.groups = (0..10).map(|n| format!("g{n}")).collect()
        });
        cloud.iam_accounts.by_account.insert(id(SOURCE), account);
    }),
    (
        "organization-transfer",
        "less than four days",
        Outcome::Warns,
        |cloud| {
            cloud
                .organizations
                .names
                .get_mut(&id(TARGET))
                .expect("it is filled")
                .created = cloud.now;
        },
    ),
    ("organization-transfer", "SUSPENDED", Outcome::Warns, |cloud| {
        cloud.organizations.all[0]
            .members
            .get_mut(&id(TARGET))
            .expect("it is filled")
            .state = "SUSPENDED".to_owned();
    }),
    (
        "organization-transfer",
        "a management account cannot",
        Outcome::Warns,
        |cloud| {
            let organization = &mut cloud.organizations.all[0];
            organization.management = SOURCE.to_owned();
        },
    ),
    (
        "organization-invitations",
        "o-new0000000 invites it",
        Outcome::Warns,
        |cloud| {
            let invite = Handshake {
                id: "h-0123456789".to_owned(),
                organization: "o-new0000000".to_owned(),
                action: "INVITE".to_owned(),
                state: "OPEN".to_owned(),
                requested: cloud.now,
            };
            let ago = |days: i64| {
                cloud
                    .now
                    .saturating_sub(SignedDuration::from_hours(24 * days))
                    .expect("a moment")
            };
            // What has lapsed is still listed, and is nobody's to accept.
            let lapsed = Handshake {
                organization: "o-old0000000".to_owned(),
                requested: ago(16),
                ..invite.clone()
            };
            cloud.organizations.handshakes.insert(id(TARGET), vec![lapsed, invite]);
        },
    ),
];

fn any_role() -> Value {
    json!({ "Version": "2012-10-17", "Statement": [{ "Effect": "Allow", "Action": "sts:AssumeRole", "Resource": "*" }] })
}

#[test]
fn each_thing_that_is_amiss_is_found_by_its_own_check_with_its_way_out() {
    let runbook = format!("{HEAD}{STANDARDS}");
    for (number, (check, says, outcome, seed)) in SEEDS.iter().enumerate() {
        let looked = look(&runbook, &inventory(), |cloud| {
            kept(cloud);
            seed(cloud);
        });
        let found: Vec<&Finding> = looked
            .found
            .iter()
            .filter(|one| one.id == *check && one.outcome == *outcome)
            .collect();
        let told = found.iter().find(|one| one.what.contains(says));
        let told = told.unwrap_or_else(|| panic!("{number}, {check}: {says:?} is not in {found:#?}"));
        assert!(told.todo.is_some(), "{number}, {check}: no way out");
        // Nothing else is amiss by it, but what is so of accounts that are kept as they should be.
        let others: BTreeSet<&str> = amiss(&looked.found).into_iter().map(|(id, _)| id).collect();
        let besides: Vec<&str> = others
            .into_iter()
            .filter(|id| id != check && *id != "organization-transfer")
            .collect();
        let along: &[&str] = match (*check, *says) {
            // Who belongs to no organization lies in no unit of it, and nobody there knows its address.
            ("same-organization", _) => &["target-ou"],
            // A key of a user who has no password is a machine's; a new one beside an old one is not.
            _ => &[],
        };
        assert_eq!(besides, along, "{number}, {check}: {says}");
    }
    let checks: BTreeSet<&str> = SEEDS.iter().map(|seed| seed.0).collect();
    let text_alone = ["organization-changes", "organization-reminders", "target-region"];
    let unseeded: Vec<&str> = EXPLAINED
        .iter()
        .map(|one| one.id)
        .filter(|id| !checks.contains(id))
        .collect();
    assert_eq!(unseeded.iter().copied().collect::<BTreeSet<_>>(), text_alone.into());
}

#[test]
fn without_the_section_what_is_amiss_in_the_target_only_warns() {
    let bare = HEAD.replace("[check]", "");
    let looked = look(&bare, &inventory(), |cloud| {
        cloud.securityhub.off.insert(at(TARGET, REGION));
        cloud.cloudtrail.by_account.insert(id(TARGET), Vec::new());
    });
    assert_eq!(
        amiss(&looked.found),
        [("target-trail", Outcome::Warns), ("target-hub", Outcome::Warns)]
    );
    let elsewhere = format!("{HEAD}regions = [\"us-east-1\"]\n");
    let looked = look(&elsewhere, &inventory(), |_| {});
    assert_eq!(amiss(&looked.found), [("target-region", Outcome::Warns)]);
}

#[test]
fn what_may_not_be_asked_is_not_checked_and_never_amiss() {
    let runbook = format!("{HEAD}{STANDARDS}");
    let asked: BTreeMap<String, u64> =
        look(&runbook, &inventory(), kept)
            .calls
            .iter()
            .fold(BTreeMap::new(), |mut asked, call| {
                *asked.entry(call.operation.clone()).or_default() += 1;
                asked
            });
    let looked = look(&runbook, &inventory(), |cloud| {
        kept(cloud);
        let lookups = asked
            .iter()
            .filter(|(operation, _)| !["AssumeRole", "GetCallerIdentity"].contains(&operation.as_str()));
        for (operation, times) in lookups {
            for n in 1..=*times {
                cloud.faults.set_trap(Trap {
                    nth: Nth::Operation(operation.clone(), n),
                    what: Fate::Denied,
                });
            }
        }
    });
    assert_eq!(amiss(&looked.found), []);
    // What rests on the runbook alone, and what is text for people.
    let unasked = ["target-region", "organization-changes", "organization-reminders"];
    for one in looked.found.iter().filter(|one| !unasked.contains(&one.id)) {
        assert_eq!(one.outcome, Outcome::NotChecked, "{one:?}");
    }
    let seen: BTreeSet<&str> = looked.found.iter().map(|one| one.id).collect();
    assert_eq!(
        seen,
        EXPLAINED.iter().map(|one| one.id).collect(),
        "each says that it was not checked"
    );
    let hub = looked
        .found
        .iter()
        .find(|one| one.id == "target-hub")
        .expect("it is told");
    assert!(hub.what.contains("securityhub:DescribeHub"), "{}", hub.what);
}
