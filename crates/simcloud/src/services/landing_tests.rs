//! What a landing zone is looked at by: what is so by itself, what a test may set, and what AWS refuses.

use jiff::{SignedDuration, Timestamp};
use model::ids::{AccountId, Region};
use serde_json::{Value, json};

use super::storage_fixture::{Accounts, SOURCE, TARGET};
use super::{cloudtrail, config, guardduty, iam_account, organizations};

fn id(account: &str) -> AccountId {
    AccountId::new(account).expect("an account")
}

fn here(account: &str) -> (AccountId, Region) {
    (id(account), Region::new("eu-west-1").expect("a region"))
}

#[test]
fn a_member_may_ask_which_organization_it_is_in_and_no_more() {
    let mut a = Accounts::quiet();
    let told = a.ok(SOURCE, "organizations DescribeOrganization", json!({}));
    assert_eq!(told["Organization"]["MasterAccountId"], organizations::MANAGEMENT);
    for (operation, input) in [
        ("DescribeAccount", json!({ "AccountId": SOURCE })),
        ("ListParents", json!({ "ChildId": SOURCE })),
        (
            "DescribeOrganizationalUnit",
            json!({ "OrganizationalUnitId": organizations::UNIT }),
        ),
        ("ListDelegatedServicesForAccount", json!({ "AccountId": SOURCE })),
    ] {
        let operation = format!("organizations {operation}");
        assert_eq!(a.refused(SOURCE, &operation, input.clone()), "AccessDeniedException");
        if operation.ends_with("Account") && operation.contains("Delegated") {
            let none = a.refused(organizations::MANAGEMENT, &operation, input);
            assert_eq!(none, "AccountNotRegisteredException");
        } else {
            a.ok(organizations::MANAGEMENT, &operation, input);
        }
    }
    let alone = "organizations DescribeOrganization";
    assert_eq!(
        a.refused("444444444444", alone, json!({})),
        "AWSOrganizationsNotInUseException"
    );
    let own = a.ok(SOURCE, "account GetAccountInformation", json!({}));
    assert_eq!(own["AccountName"], format!("account-{SOURCE}"));
}

#[test]
fn what_watches_is_on_by_itself_and_can_be_off() {
    let mut a = Accounts::quiet();
    let detectors = a.ok(TARGET, "guardduty ListDetectors", json!({}));
    let detector = json!({ "DetectorId": detectors["DetectorIds"][0] });
    assert_eq!(
        a.ok(TARGET, "guardduty GetDetector", detector.clone())["Status"],
        "ENABLED"
    );
    a.ok(TARGET, "securityhub DescribeHub", json!({}));
    a.cloud
        .guardduty
        .in_region
        .insert(here(TARGET), guardduty::Detector::Absent);
    a.cloud.securityhub.off.insert(here(TARGET));
    assert_eq!(
        a.ok(TARGET, "guardduty ListDetectors", json!({}))["DetectorIds"],
        json!([])
    );
    assert_eq!(
        a.refused(TARGET, "guardduty GetDetector", detector),
        "BadRequestException"
    );
    assert_eq!(
        a.refused(TARGET, "securityhub DescribeHub", json!({})),
        "InvalidAccessException"
    );
    a.ok(SOURCE, "securityhub DescribeHub", json!({}));
    let recorders = |a: &mut Accounts| {
        a.ok(TARGET, "config DescribeConfigurationRecorderStatus", json!({}))["ConfigurationRecordersStatus"].clone()
    };
    assert_eq!(recorders(&mut a)[0]["recording"], true);
    a.cloud.config.in_region.insert(
        here(TARGET),
        vec![config::Recorder {
            recording: false,
            ..config::Recorder::of_landing_zone()
        }],
    );
    assert_eq!(recorders(&mut a)[0]["recording"], false);
}

#[test]
fn a_trail_of_another_region_is_shown_where_it_records_and_known_by_its_arn_alone() {
    let mut a = Accounts::quiet();
    let mut trail = cloudtrail::Trail::of_organization();
    let shown = |a: &mut Accounts| a.ok(TARGET, "cloudtrail DescribeTrails", json!({}))["trailList"].clone();
    let arn = shown(&mut a)[0]["TrailARN"].clone();
    assert_eq!(
        a.ok(TARGET, "cloudtrail GetTrailStatus", json!({ "Name": arn }))["IsLogging"],
        true
    );
    let by_name = a.refused(TARGET, "cloudtrail GetTrailStatus", json!({ "Name": "organization" }));
    assert_eq!(by_name, "TrailNotFoundException");
    let selectors = a.ok(TARGET, "cloudtrail GetEventSelectors", json!({ "TrailName": arn }));
    assert_eq!(selectors["EventSelectors"][0]["DataResources"], json!([]));
    trail.every_region = false;
    a.cloud.cloudtrail.by_account.insert(id(TARGET), vec![trail]);
    assert_eq!(shown(&mut a), json!([]));
}

fn user(name: &str, now: Timestamp) -> iam_account::User {
    iam_account::User {
        name: name.to_owned(),
        created: now,
        password: false,
        logged_in: None,
        mfa: false,
        keys: vec![iam_account::AccessKey {
            active: true,
            rotated: now,
            used: None,
        }],
        groups: vec!["ops".to_owned()],
        policies: vec![(
            "all".to_owned(),
            json!({ "Statement": [{ "Action": "sts:AssumeRole", "Resource": "*" }] }),
        )],
    }
}

#[test]
fn a_report_is_asked_for_is_there_a_moment_later_and_is_forgotten_after_four_hours() {
    let mut a = Accounts::quiet();
    let now = a.cloud.now;
    let account = iam_account::Account {
        users: vec![user("ci", now)],
        ..iam_account::Account::default()
    };
    a.cloud.iam_accounts.by_account.insert(id(SOURCE), account);
    let (make, get) = ("iam GenerateCredentialReport", "iam GetCredentialReport");
    assert_eq!(a.refused(SOURCE, get, json!({})), "CredentialReportNotPresentException");
    assert_eq!(a.ok(SOURCE, make, json!({}))["State"], "STARTED");
    assert_eq!(a.refused(SOURCE, get, json!({})), "CredentialReportNotReadyException");
    a.pass(5);
    assert_eq!(a.ok(SOURCE, make, json!({}))["State"], "COMPLETE");
    let report = a.ok(SOURCE, get, json!({}));
    let text = data_encoding::BASE64
        .decode(report["Content"].as_str().expect("a text").as_bytes())
        .expect("base64");
    let text = String::from_utf8(text).expect("a text");
    let columns: Vec<usize> = text.lines().map(|line| line.split(',').count()).collect();
    assert_eq!(columns, [22, 22, 22], "{text}");
    assert!(text.contains("<root_account>") && text.contains("\nci,"), "{text}");
    a.pass(SignedDuration::from_hours(5).as_secs());
    assert_eq!(a.refused(SOURCE, get, json!({})), "CredentialReportExpiredException");
}

#[test]
fn everything_written_is_told_page_by_page_and_documents_as_they_stand_in_a_url() {
    let mut a = Accounts::quiet();
    let now = a.cloud.now;
    let users = (0..7).map(|n| user(&format!("u{n}"), now)).collect();
    let policies = vec![("jump".to_owned(), json!({ "Statement": [] }), 1)];
    let account = iam_account::Account {
        users,
        policies,
        ..iam_account::Account::default()
    };
    a.cloud.iam_accounts.by_account.insert(id(SOURCE), account);
    let (mut told, mut input) = (Vec::new(), json!({ "MaxItems": 3 }));
    loop {
        let page = a.ok(SOURCE, "iam GetAccountAuthorizationDetails", input.clone());
        for list in ["UserDetailList", "Policies"] {
            told.extend(page[list].as_array().expect("a list").clone());
        }
        match &page["Marker"] {
            Value::Null => break,
            marker => input["Marker"] = marker.clone(),
        }
    }
    assert_eq!(told.len(), 8);
    let document = told
        .iter()
        .find_map(|one| one["UserPolicyList"][0]["PolicyDocument"].as_str());
    assert!(
        document.is_some_and(|document| document.starts_with("%7B%22Statement%22")),
        "{document:?}"
    );
}
