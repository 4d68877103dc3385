//! What a delivery flow stands on, through the handlers: identities, container images, rules, schedules.

use serde_json::{Value, json};

use super::*;
use crate::faults::FaultLevel;
use crate::s3::test_world::{bucket, cloud as world, source, target};

fn cloud() -> Cloud {
    world(FaultLevel::None, &bucket("enabled", ""))
}

fn code(answer: Answer) -> String {
    answer.expect_err("it is refused").code
}

#[test]
fn a_url_has_one_identity_provider_in_an_account() {
    let mut cloud = cloud();
    let asked = json!({ "Url": "https://token.example.com", "ClientIDList": ["sts.amazonaws.com"] });
    let made = iam::handle(&mut cloud, &source(), "CreateOpenIDConnectProvider", &asked).expect("made");
    let again = iam::handle(&mut cloud, &source(), "CreateOpenIDConnectProvider", &asked);
    assert_eq!(code(again), "EntityAlreadyExists");
    iam::handle(&mut cloud, &target(), "CreateOpenIDConnectProvider", &asked).expect("another account's own");
    let bare = json!({ "Url": "http://token.example.com" });
    assert_eq!(
        code(iam::handle(&mut cloud, &source(), "CreateOpenIDConnectProvider", &bare)),
        "InvalidInput"
    );
    let arn = json!({ "OpenIDConnectProviderArn": made["OpenIDConnectProviderArn"] });
    let told = iam::handle(&mut cloud, &source(), "GetOpenIDConnectProvider", &arn).expect("told");
    assert_eq!(
        (told["Url"].as_str(), &told["ClientIDList"]),
        (Some("token.example.com"), &json!(["sts.amazonaws.com"]))
    );
    // Nobody sees another account's.
    assert_eq!(
        code(iam::handle(&mut cloud, &target(), "GetOpenIDConnectProvider", &arn)),
        "NoSuchEntity"
    );
}

#[test]
fn a_trust_policy_comes_back_as_it_would_stand_in_a_url() {
    let mut cloud = cloud();
    let mut call = |operation: &str, input: Value| iam::handle(&mut cloud, &source(), operation, &input);
    let role = |name: &str, document: &str| json!({ "RoleName": name, "AssumeRolePolicyDocument": document });
    let web = "{\"Statement\":[{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRoleWithWebIdentity\",\"Principal\":{\"Federated\":\"arn:x\"}}]}";
    let made = call("CreateRole", role("deploy", web)).expect("made");
    let shown = made["Role"]["AssumeRolePolicyDocument"].as_str().expect("a text");
    assert!(shown.starts_with("%7B%22Statement%22%3A%5B"), "{shown}");
    assert_eq!(code(call("CreateRole", role("deploy", web))), "EntityAlreadyExists");
    for (bad, expected) in [
        (role("a b", web), "ValidationError"),
        (role("r", "{"), "MalformedPolicyDocument"),
        (role("r", "{\"Statement\":[]}"), "MalformedPolicyDocument"),
        (
            role(
                "r",
                "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\"}}",
            ),
            "MalformedPolicyDocument",
        ),
        (
            role(
                "r",
                "{\"Statement\":{\"Effect\":\"Allow\",\"Action\":\"sts:AssumeRole\",\"Principal\":{\"AWS\":\"arn:aws:iam::555555555555:role/none\"}}}",
            ),
            "MalformedPolicyDocument",
        ),
    ] {
        assert_eq!(code(call("CreateRole", bad.clone())), expected, "{bad}");
    }
    assert_eq!(code(call("GetRole", json!({ "RoleName": "gone" }))), "NoSuchEntity");
}

#[test]
fn an_image_is_its_manifest_and_a_tag_moves_unless_it_may_not() {
    let mut cloud = cloud();
    let mut call = |operation: &str, input: Value| ecr::handle(&mut cloud, &source(), operation, &input);
    assert_eq!(
        code(call("CreateRepository", json!({ "repositoryName": "Shop" }))),
        "InvalidParameterException"
    );
    call("CreateRepository", json!({ "repositoryName": "shop" })).expect("made");
    assert_eq!(
        code(call("CreateRepository", json!({ "repositoryName": "shop" }))),
        "RepositoryAlreadyExistsException"
    );
    call(
        "CreateRepository",
        json!({ "repositoryName": "fixed", "imageTagMutability": "IMMUTABLE" }),
    )
    .expect("made");
    let image = |repository: &str, content: &str| {
        let manifest =
            json!({ "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json", "of": content });
        json!({ "repositoryName": repository, "imageManifest": manifest.to_string(), "imageTag": "v1" })
    };
    for repository in ["shop", "fixed"] {
        call("PutImage", image(repository, "1")).expect("put");
        assert_eq!(
            code(call("PutImage", image(repository, "1"))),
            "ImageAlreadyExistsException"
        );
    }
    call("PutImage", image("shop", "2")).expect("put over");
    assert_eq!(
        code(call("PutImage", image("fixed", "2"))),
        "ImageTagAlreadyExistsException"
    );
    assert_eq!(
        code(call(
            "PutImage",
            json!({ "repositoryName": "shop", "imageManifest": "x" })
        )),
        "InvalidParameterException"
    );
    let all = call("DescribeImages", json!({ "repositoryName": "shop" })).expect("a list");
    assert_eq!(all["imageDetails"].as_array().map(Vec::len), Some(2));
    let tagged = call(
        "DescribeImages",
        json!({ "repositoryName": "shop", "filter": { "tagStatus": "TAGGED" } }),
    )
    .expect("a list");
    assert_eq!(tagged["imageDetails"].as_array().map(Vec::len), Some(1));
    let gone = json!({ "repositoryName": "shop", "imageIds": [{ "imageTag": "v9" }] });
    assert_eq!(code(call("DescribeImages", gone)), "ImageNotFoundException");
    assert_eq!(
        code(call("DescribeImages", json!({ "repositoryName": "gone" }))),
        "RepositoryNotFoundException"
    );
    let first = call("DescribeRepositories", json!({ "maxResults": 1 })).expect("a page");
    assert_eq!(first["repositories"][0]["repositoryName"], "fixed");
    let next = call("DescribeRepositories", json!({ "nextToken": first["nextToken"] })).expect("a page");
    assert_eq!(next["repositories"][0]["repositoryName"], "shop");
}

#[test]
fn a_rule_is_disabled_and_keeps_its_targets() {
    let mut cloud = cloud();
    let mut call = |operation: &str, input: Value| events::handle(&mut cloud, &source(), operation, &input);
    call(
        "PutRule",
        json!({ "Name": "hourly", "ScheduleExpression": "rate(1 hour)" }),
    )
    .expect("put");
    let targets = |n: usize| -> Value {
        let all = (0..n).map(|n| json!({ "Id": n.to_string(), "Arn": "arn:aws:sqs:eu-west-1:111111111111:q" }));
        json!({ "Rule": "hourly", "Targets": all.collect::<Vec<_>>() })
    };
    assert_eq!(code(call("PutTargets", targets(6))), "LimitExceededException");
    call("PutTargets", targets(2)).expect("put");
    call("DisableRule", json!({ "Name": "hourly" })).expect("disabled");
    let rules = call("ListRules", json!({})).expect("a list");
    assert_eq!(rules["Rules"][0]["State"], "DISABLED");
    let held = call("ListTargetsByRule", json!({ "Rule": "hourly", "Limit": 1 })).expect("a page");
    assert!(held["NextToken"].is_string());
    call("CreateEventBus", json!({ "Name": "own" })).expect("a bus");
    for (operation, bad, expected) in [
        ("PutRule", json!({ "Name": "x" }), "ValidationException"),
        (
            "PutRule",
            json!({ "Name": "x", "ScheduleExpression": "hourly" }),
            "ValidationException",
        ),
        (
            "PutRule",
            json!({ "Name": "x", "ScheduleExpression": "rate(1 hour)", "EventBusName": "own" }),
            "ValidationException",
        ),
        (
            "PutRule",
            json!({ "Name": "x", "EventPattern": "[" }),
            "InvalidEventPatternException",
        ),
        (
            "PutRule",
            json!({ "Name": "x", "EventPattern": "{}", "EventBusName": "gone" }),
            "ResourceNotFoundException",
        ),
        ("DisableRule", json!({ "Name": "gone" }), "ResourceNotFoundException"),
        (
            "CreateEventBus",
            json!({ "Name": "own" }),
            "ResourceAlreadyExistsException",
        ),
        ("ListRules", json!({ "Limit": 101 }), "ValidationException"),
    ] {
        assert_eq!(code(call(operation, bad.clone())), expected, "{bad}");
    }
}

#[test]
fn a_schedule_is_changed_as_a_whole() {
    let mut cloud = cloud();
    let mut call = |operation: &str, input: Value| scheduler::handle(&mut cloud, &source(), operation, &input);
    let schedule = |more: Value| {
        let mut schedule = json!({ "Name": "nightly", "ScheduleExpression": "rate(1 day)", "FlexibleTimeWindow": { "Mode": "OFF" },
            "Target": { "Arn": "arn:aws:lambda:eu-west-1:111111111111:function:f", "RoleArn": "arn:aws:iam::111111111111:role/f" } });
        for (name, value) in more.as_object().into_iter().flatten() {
            schedule[name] = value.clone();
        }
        schedule
    };
    call("CreateSchedule", schedule(json!({ "Description": "ours" }))).expect("made");
    assert_eq!(code(call("CreateSchedule", schedule(json!({})))), "ConflictException");
    call("UpdateSchedule", schedule(json!({ "State": "DISABLED" }))).expect("changed");
    let whole = call("GetSchedule", json!({ "Name": "nightly" })).expect("told");
    assert_eq!(whole["State"], "DISABLED");
    assert!(
        whole["Description"].is_null(),
        "what is not said again is gone: {whole}"
    );
    let on = call("ListSchedules", json!({ "State": "ENABLED" })).expect("a list");
    assert_eq!(on["Schedules"], json!([]));
    for (operation, bad, expected) in [
        (
            "UpdateSchedule",
            schedule(json!({ "Name": "gone" })),
            "ResourceNotFoundException",
        ),
        ("GetSchedule", json!({ "Name": "gone" }), "ResourceNotFoundException"),
        (
            "CreateSchedule",
            schedule(json!({ "GroupName": "gone" })),
            "ResourceNotFoundException",
        ),
        (
            "CreateSchedule",
            schedule(json!({ "ScheduleExpression": "daily" })),
            "ValidationException",
        ),
        (
            "CreateSchedule",
            schedule(json!({ "Target": {} })),
            "ValidationException",
        ),
        ("ListSchedules", json!({ "MaxResults": 0 }), "ValidationException"),
        ("CreateScheduleGroup", json!({ "Name": "default" }), "ConflictException"),
    ] {
        assert_eq!(code(call(operation, bad.clone())), expected, "{bad}");
    }
}
