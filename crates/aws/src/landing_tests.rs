//! What is asked of a landing zone, on answers as AWS gives them: where it is asked, for what it is signed, and what is made of the answer.

use model::FailureClass;

use crate::asked_plainly::AskedPlainly;
use crate::canned::{Canned, in_paused_time};
use crate::cloudtrail::CloudTrail;
use crate::iam::Iam;
use crate::organizations::Organizations;
use crate::recorder::Recorders;

fn lines(canned: &Canned) -> Vec<String> {
    canned
        .asked()
        .into_iter()
        .map(|one| format!("{} for {}", one.line, one.scope))
        .collect()
}

#[test]
fn a_detector_is_asked_for_in_its_region_and_again_where_the_service_fails() {
    let canned = Canned::answering([
        (
            500,
            Some("InternalServerErrorException"),
            r#"{"message":"x","__type":"InternalServerErrorException"}"#,
        ),
        (
            200,
            None,
            r#"{"detectorIds":["12abc34d567e8fa901bc2d34e56789f0"],"nextToken":""}"#,
        ),
        (
            200,
            None,
            r#"{"createdAt":"2025-04-01T00:00:00.000Z","findingPublishingFrequency":"SIX_HOURS","status":"ENABLED","tags":{}}"#,
        ),
    ]);
    let asked = canned.serve(AskedPlainly::new);
    assert_eq!(in_paused_time(asked.guardduty_watches("eu-west-1")), Ok(true));
    let scope = "20261122/eu-west-1/guardduty/aws4_request";
    let list = format!("GET https://guardduty.eu-west-1.amazonaws.com/detector for {scope}");
    let get =
        format!("GET https://guardduty.eu-west-1.amazonaws.com/detector/12abc34d567e8fa901bc2d34e56789f0 for {scope}");
    assert_eq!(lines(&canned), [list.clone(), list, get]);
    assert_eq!(
        canned.logged(),
        [
            "guardduty ListDetectors http 500",
            "guardduty ListDetectors ok",
            "guardduty GetDetector ok"
        ]
    );
    let none = Canned::answering([(200, None, r#"{"detectorIds":[]}"#)]);
    assert_eq!(
        in_paused_time(none.serve(AskedPlainly::new).guardduty_watches("eu-west-1")),
        Ok(false)
    );
    let off = Canned::answering([
        (200, None, r#"{"detectorIds":["a1"]}"#),
        (200, None, r#"{"status":"DISABLED"}"#),
    ]);
    assert_eq!(
        in_paused_time(off.serve(AskedPlainly::new).guardduty_watches("eu-west-1")),
        Ok(false)
    );
}

#[test]
fn a_hub_that_is_not_on_is_told_from_one_that_may_not_be_asked_for() {
    let ask = |answer| {
        let canned = Canned::answering([answer]);
        let asked = canned.serve(AskedPlainly::new);
        let told = in_paused_time(asked.security_hub_is_on("cn-north-1"));
        let line = canned.asked().remove(0).line;
        assert_eq!(line, "GET https://securityhub.cn-north-1.amazonaws.com.cn/accounts");
        told.map_err(|failure| (failure.class, failure.code, failure.request_id))
    };
    let on = r#"{"HubArn":"arn:aws-cn:securityhub:cn-north-1:222222222222:hub/default","SubscribedAt":"2025-04-01T00:00:00.000Z"}"#;
    assert_eq!(ask((200, None, on)), Ok(true));
    let off =
        r#"{"Message":"Account 222222222222 is not subscribed to AWS Security Hub","Code":"InvalidAccessException"}"#;
    assert_eq!(ask((401, Some("InvalidAccessException"), off)), Ok(false));
    let denied = r#"{"Message":"User is not authorized to perform: securityhub:DescribeHub"}"#;
    let refused = (
        FailureClass::Denied,
        "AccessDeniedException".to_owned(),
        Some("r-1".to_owned()),
    );
    assert_eq!(ask((403, Some("AccessDeniedException"), denied)), Err(refused));
}

#[test]
fn an_account_is_asked_for_its_own_name_and_the_organization_in_us_east_1() {
    let body = r#"{"AccountId":"222222222222","AccountName":"shop-stg","AccountCreatedDate":"2025-04-01T00:00:00Z","AccountState":"ACTIVE"}"#;
    let canned = Canned::answering([(200, None, body)]);
    let told = in_paused_time(canned.serve(AskedPlainly::new).information()).expect("an answer");
    assert_eq!(
        (told.name.as_str(), told.created),
        ("shop-stg", "2025-04-01T00:00:00Z".parse().ok())
    );
    let line = "POST https://account.us-east-1.amazonaws.com/getAccountInformation for 20261122/us-east-1/account/aws4_request";
    assert_eq!(lines(&canned), [line]);

    let root = r#"{"Parents":[{"Id":"r-examplerootid111","Type":"ROOT"}]}"#;
    let canned = Canned::answering([
        (200, None, r#"{"Parents":[],"NextToken":"t"}"#),
        (
            200,
            None,
            r#"{"Parents":[{"Id":"ou-ex-stg","Type":"ORGANIZATIONAL_UNIT"}]}"#,
        ),
        (
            200,
            None,
            r#"{"OrganizationalUnit":{"Id":"ou-ex-stg","Name":"Staging"}}"#,
        ),
        (
            200,
            None,
            r#"{"Parents":[{"Id":"ou-ex-work","Type":"ORGANIZATIONAL_UNIT"}]}"#,
        ),
        (
            200,
            None,
            r#"{"OrganizationalUnit":{"Id":"ou-ex-work","Name":"Workloads"}}"#,
        ),
        (200, None, root),
    ]);
    let units = in_paused_time(canned.serve(Organizations::new).units()).expect("an answer");
    assert_eq!(units, ["Workloads", "Staging"]);
    let line = "POST https://organizations.us-east-1.amazonaws.com/ for 20261122/us-east-1/organizations/aws4_request";
    assert!(lines(&canned).iter().all(|one| one == line), "{:?}", lines(&canned));

    let alone = r#"{"__type":"AWSOrganizationsNotInUseException","Message":"Your account is not a member of an organization."}"#;
    let canned = Canned::answering([(400, None, alone)]);
    assert_eq!(
        in_paused_time(canned.serve(Organizations::new).organization()),
        Ok(None)
    );
    let member = r#"{"Account":{"Id":"222222222222","Email":"a@example.com","Name":"shop-stg","Status":"ACTIVE","JoinedMethod":"CREATED","JoinedTimestamp":1.7434656E9}}"#;
    let canned = Canned::answering([(200, None, member)]);
    let told = in_paused_time(canned.serve(Organizations::new).member()).expect("an answer");
    assert_eq!(
        (told.state.as_str(), told.created_there),
        ("ACTIVE", true),
        "an older endpoint says no State"
    );
    assert_eq!(told.joined, "2025-04-01T00:00:00Z".parse().ok());
    let none = r#"{"__type":"AccountNotRegisteredException","Message":"x"}"#;
    let canned = Canned::answering([(400, None, none)]);
    assert_eq!(
        in_paused_time(canned.serve(Organizations::new).administers()),
        Ok(Vec::new())
    );
}

#[test]
fn of_handshakes_only_invitations_that_can_be_accepted_are_told() {
    let empty = r#"{"Handshakes":[],"NextToken":"more"}"#;
    let page = r#"{"Handshakes":[
        {"Id":"h-open0001","Action":"INVITE","State":"OPEN","ExpirationTimestamp":1.7962164E9,"Parties":[{"Id":"o-a1b2c3d4e5","Type":"ORGANIZATION"},
            {"Id":"222222222222","Type":"ACCOUNT"}]},
        {"Id":"h-asked001","Action":"INVITE","State":"REQUESTED","Parties":[{"Id":"o-f6g7h8i9j0","Type":"ORGANIZATION"}]},
        {"Id":"h-done0001","Action":"INVITE","State":"ACCEPTED","Parties":[]},
        {"Id":"h-late0001","Action":"INVITE","State":"EXPIRED","Parties":[]},
        {"Id":"h-other001","Action":"ENABLE_ALL_FEATURES","State":"OPEN","Parties":[]}]}"#;
    let canned = Canned::answering([(200, None, empty), (200, None, page)]);
    let told = in_paused_time(canned.serve(Organizations::new).invitations()).expect("an answer");
    let seen: Vec<(&str, &str)> = told
        .iter()
        .map(|one| (one.id.as_str(), one.organization.as_str()))
        .collect();
    assert_eq!(seen, [("h-open0001", "o-a1b2c3d4e5"), ("h-asked001", "o-f6g7h8i9j0")]);
    assert_eq!(told[0].expires, "2026-12-02T13:00:00Z".parse().ok());
    assert_eq!(lines(&canned).len(), 2);
}

#[test]
fn trails_and_recorders_are_told_with_their_state() {
    let canned = Canned::answering([
        (
            200,
            None,
            r#"{"trailList":[{"Name":"org","S3BucketName":"logs","IncludeGlobalServiceEvents":true,"IsMultiRegionTrail":true,"HomeRegion":"us-east-1","TrailARN":"arn:aws:cloudtrail:us-east-1:999999999999:trail/org","IsOrganizationTrail":true}]}"#,
        ),
        (
            200,
            None,
            r#"{"IsLogging":true,"LatestDeliveryError":"","LatestDeliveryTime":1.7954E9}"#,
        ),
    ]);
    let trails = in_paused_time(canned.serve(CloudTrail::new).trails()).expect("an answer");
    assert_eq!(trails.len(), 1);
    let one = &trails[0];
    assert!(one.logging && one.every_region && one.of_organization, "{one:?}");
    assert_eq!((one.bucket.as_str(), &one.delivery_error), ("logs", &None));

    let canned = Canned::answering([
        (
            200,
            None,
            r#"{"ConfigurationRecorders":[{"name":"default","recordingGroup":{"allSupported":true}},{"name":"AWSConfigurationRecorderForSecurityHub","servicePrincipal":"securityhub.amazonaws.com"}]}"#,
        ),
        (
            200,
            None,
            r#"{"ConfigurationRecordersStatus":[{"name":"default","recording":true,"lastStatus":"Failure","lastErrorCode":"NoSuchBucket"}]}"#,
        ),
    ]);
    let recorders = in_paused_time(canned.serve(Recorders::new).in_region("us-east-1")).expect("an answer");
    assert_eq!(recorders.len(), 1, "a service's own does not count");
    let one = &recorders[0];
    assert_eq!(
        (one.recording, one.everything, one.error.as_deref()),
        (true, true, Some("NoSuchBucket"))
    );
    let first = &canned.asked()[0];
    assert_eq!(first.line, "POST https://config.us-east-1.amazonaws.com/");
}

/// What IAM answers an operation with.
macro_rules! iam {
    ($operation:literal, $inner:literal) => {
        concat!(
            "<",
            $operation,
            "Response xmlns=\"https://iam.amazonaws.com/doc/2010-05-08/\"><",
            $operation,
            "Result>",
            $inner,
            "</",
            $operation,
            "Result><ResponseMetadata><RequestId>r</RequestId></ResponseMetadata></",
            $operation,
            "Response>"
        )
    };
}

#[test]
fn a_report_is_waited_for_and_documents_are_read_as_they_were_written() {
    let canned = Canned::answering([
        (200, None, iam!("GenerateCredentialReport", "<State>STARTED</State>")),
        (200, None, iam!("GenerateCredentialReport", "<State>COMPLETE</State>")),
        (
            404,
            None,
            "<ErrorResponse><Error><Type>Sender</Type><Code>ReportInProgress</Code><Message>x</Message></Error></ErrorResponse>",
        ),
        (200, None, iam!("GenerateCredentialReport", "<State>COMPLETE</State>")),
        (
            200,
            None,
            iam!(
                "GetCredentialReport",
                "<Content>dXNlcixhcm4=</Content><ReportFormat>text/csv</ReportFormat>"
            ),
        ),
    ]);
    assert_eq!(
        in_paused_time(canned.serve(Iam::new).credential_report()),
        Ok(b"user,arn".to_vec())
    );
    let never = Canned::answering([(200, None, iam!("GenerateCredentialReport", "<State>INPROGRESS</State>")); 30]);
    let failure = in_paused_time(never.serve(Iam::new).credential_report()).expect_err("it never comes");
    assert_eq!(
        (failure.class, failure.account.as_str()),
        (FailureClass::NoAnswer, "222222222222")
    );

    let canned = Canned::answering([
        (
            200,
            None,
            iam!(
                "GetAccountAuthorizationDetails",
                "<IsTruncated>true</IsTruncated><Marker>m</Marker><UserDetailList><member><UserName>anna</UserName><GroupList><member>ops</member></GroupList><UserPolicyList><member><PolicyName>all</PolicyName><PolicyDocument>%7B%22a%22%3A1%7D</PolicyDocument></member></UserPolicyList></member></UserDetailList>"
            ),
        ),
        (
            200,
            None,
            iam!(
                "GetAccountAuthorizationDetails",
                "<IsTruncated>false</IsTruncated><Policies><member><PolicyName>jump</PolicyName><AttachmentCount>0</AttachmentCount><PolicyVersionList><member><Document>%7B%22old%22%3A1%7D</Document><VersionId>v1</VersionId><IsDefaultVersion>false</IsDefaultVersion></member><member><Document>%7B%22new%22%3A1%7D</Document><VersionId>v2</VersionId><IsDefaultVersion>true</IsDefaultVersion></member></PolicyVersionList></member></Policies>"
            ),
        ),
    ]);
    let written = in_paused_time(canned.serve(Iam::new).written()).expect("an answer");
    let told: Vec<(&str, &str, bool)> = written
        .policies
        .iter()
        .map(|one| (one.of.as_str(), one.document.as_str(), one.in_use))
        .collect();
    assert_eq!(
        told,
        [
            ("policy jump", r#"{"new":1}"#, false),
            ("user anna", r#"{"a":1}"#, true)
        ]
    );
    assert_eq!(written.groups_of["anna"], ["ops"]);
}
