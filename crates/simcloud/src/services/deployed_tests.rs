//! What is deployed, through the handlers: what AWS refuses, what it pages, what it does not tell.

use model::inventory::{Deployed, RegionInventory};
use serde_json::{Value, json};

use super::*;
use crate::faults::FaultLevel;
use crate::s3::test_world::{bucket, cloud as world, source, target};

fn cloud() -> Cloud {
    world(FaultLevel::None, &bucket("enabled", ""))
}

fn definition(family: &str) -> Value {
    json!({ "family": family, "containerDefinitions": [{ "name": "web", "image": "shop:1", "memory": 128,
        "environment": [{ "name": "HOST", "value": "db-1" }] }] })
}

fn code(answer: Answer) -> String {
    answer.expect_err("it is refused").code
}

fn filled(deployed: Value) -> Cloud {
    let mut cloud = cloud();
    let deployed: Deployed = serde_json::from_value(deployed).expect("what is deployed");
    let caller = source();
    fill(&mut cloud, &caller.account, &caller.region, &deployed);
    cloud
}

#[test]
fn what_an_inventory_deploys_is_there_and_is_nobodys_change() {
    let region: RegionInventory = serde_json::from_value(json!({ "deployed": {
        "task_definitions": [definition("web"), definition("web")],
        "services": [{ "cluster": "shop", "serviceName": "web", "taskDefinition": "web:1", "desiredCount": 2 }],
        "functions": [{ "FunctionName": "f", "Role": "arn:aws:iam::111111111111:role/f", "PackageType": "Image", "Code": { "ImageUri": "x" } }],
        "parameters": [{ "Name": "/shop/host", "Type": "String", "Value": "db-1" }],
        "launch_templates": [{ "LaunchTemplateName": "web", "LaunchTemplateData": { "ImageId": "ami-1" } }],
        "launch_template_versions": [{ "LaunchTemplateName": "web", "LaunchTemplateData": { "ImageId": "ami-2" } }],
    } }))
    .expect("an inventory's region");
    let mut cloud = filled(serde_json::to_value(&region.deployed).expect("JSON"));
    assert_eq!(cloud.refused_documents, Vec::<String>::new());
    assert!(cloud.effects.is_empty());
    let services = ecs::handle(
        &mut cloud,
        &source(),
        "DescribeServices",
        &json!({ "cluster": "shop", "services": ["web", "gone"] }),
    );
    let services = services.expect("services");
    assert_eq!(services["failures"][0]["reason"], "MISSING");
    let runs = services["services"][0]["taskDefinition"].as_str().expect("an ARN");
    assert!(runs.ends_with(":task-definition/web:1"), "{runs}");
    let versions = ec2::handle(
        &mut cloud,
        &source(),
        "DescribeLaunchTemplateVersions",
        &json!({ "Versions": ["$Default", "$Latest"] }),
    );
    let versions = versions.expect("versions");
    let images: Vec<&Value> = versions["LaunchTemplateVersions"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| &one["LaunchTemplateData"]["ImageId"])
        .collect();
    assert_eq!(images, ["ami-1", "ami-2"]);
    // Another account has none of it.
    let none = ecs::handle(&mut cloud, &target(), "ListTaskDefinitionFamilies", &json!({})).expect("a list");
    assert_eq!(none["families"], json!([]));
}

#[test]
fn a_document_that_aws_refuses_is_named_with_its_words() {
    let cloud = filled(
        json!({ "parameters": [{ "Name": "/a", "Value": "1", "Type": "String" }, { "Name": "/a", "Value": "1", "Type": "String" }] }),
    );
    assert_eq!(cloud.refused_documents.len(), 1);
    let said = &cloud.refused_documents[0];
    assert!(
        said.contains("document 2 for PutParameter: ParameterAlreadyExists"),
        "{said}"
    );
}

#[test]
fn a_family_stands_for_its_newest_active_revision_and_is_no_active_one_without() {
    let mut cloud = cloud();
    let mut call = |operation: &str, input: Value| ecs::handle(&mut cloud, &source(), operation, &input);
    for _ in 0..2 {
        call("RegisterTaskDefinition", definition("web")).expect("registered");
    }
    let revision = |answer: Answer| answer.expect("it is there")["taskDefinition"]["revision"].clone();
    assert_eq!(
        revision(call("DescribeTaskDefinition", json!({ "taskDefinition": "web" }))),
        2
    );
    call("DeregisterTaskDefinition", json!({ "taskDefinition": "web:2" })).expect("deregistered");
    assert_eq!(
        revision(call("DescribeTaskDefinition", json!({ "taskDefinition": "web" }))),
        1
    );
    call("DeregisterTaskDefinition", json!({ "taskDefinition": "web:1" })).expect("deregistered");
    assert_eq!(
        code(call("DescribeTaskDefinition", json!({ "taskDefinition": "web" }))),
        "ClientException"
    );
    assert_eq!(
        revision(call("DescribeTaskDefinition", json!({ "taskDefinition": "web:1" }))),
        1
    );
    let active = call("ListTaskDefinitionFamilies", json!({ "status": "ACTIVE" })).expect("a list");
    assert_eq!(active["families"], json!([]));
}

#[test]
fn ecs_refuses_what_it_refuses() {
    let mut cloud = cloud();
    let mut call = |operation: &str, input: Value| ecs::handle(&mut cloud, &source(), operation, &input);
    let mut without_memory = definition("web");
    without_memory["containerDefinitions"][0]
        .as_object_mut()
        .expect("an object")
        .remove("memory");
    let mut twice = definition("web");
    twice["containerDefinitions"] = json!([
        definition("a")["containerDefinitions"][0],
        definition("a")["containerDefinitions"][0]
    ]);
    let mut fargate = definition("web");
    fargate["requiresCompatibilities"] = json!(["FARGATE"]);
    for bad in [
        without_memory,
        twice,
        fargate,
        definition("a b"),
        json!({ "family": "web", "containerDefinitions": [] }),
    ] {
        assert_eq!(
            code(call("RegisterTaskDefinition", bad.clone())),
            "ClientException",
            "{bad}"
        );
    }
    assert_eq!(
        code(call("ListServices", json!({ "cluster": "gone" }))),
        "ClusterNotFoundException"
    );
    call("CreateCluster", json!({})).expect("a cluster");
    call("RegisterTaskDefinition", definition("web")).expect("registered");
    let service = json!({ "serviceName": "web", "taskDefinition": "web" });
    call("CreateService", service.clone()).expect("a service");
    assert_eq!(code(call("CreateService", service)), "InvalidParameterException");
    assert_eq!(
        code(call(
            "CreateService",
            json!({ "serviceName": "x", "taskDefinition": "gone" })
        )),
        "ClientException"
    );
    let many: Vec<String> = (0..11).map(|n| format!("s{n}")).collect();
    assert_eq!(
        code(call("DescribeServices", json!({ "services": many }))),
        "InvalidParameterException"
    );
    assert_eq!(
        code(call("ListClusters", json!({ "maxResults": 101 }))),
        "InvalidParameterException"
    );
}

#[test]
fn a_secure_string_is_told_encrypted_unless_it_is_asked_for_otherwise() {
    let mut cloud = cloud();
    let mut call = |operation: &str, input: Value| ssm::handle(&mut cloud, &source(), operation, &input);
    call(
        "PutParameter",
        json!({ "Name": "/shop/password", "Type": "SecureString", "Value": "hunter2" }),
    )
    .expect("put");
    let plain = call(
        "GetParameter",
        json!({ "Name": "/shop/password", "WithDecryption": true }),
    )
    .expect("told");
    assert_eq!(plain["Parameter"]["Value"], "hunter2");
    let told = call("GetParameters", json!({ "Names": ["/shop/password", "/gone"] })).expect("told");
    assert!(!told.to_string().contains("hunter2"), "{told}");
    assert_eq!(told["InvalidParameters"], json!(["/gone"]));
    let described = call("DescribeParameters", json!({})).expect("described");
    assert_eq!(described["Parameters"][0]["KeyId"], "alias/aws/ssm");
    assert!(described["Parameters"][0]["Value"].is_null());
}

#[test]
fn ssm_refuses_what_it_refuses_and_pages() {
    let mut cloud = cloud();
    let mut call = |operation: &str, input: Value| ssm::handle(&mut cloud, &source(), operation, &input);
    let put = |name: &str| json!({ "Name": name, "Type": "String", "Value": "1" });
    for (bad, expected) in [
        (put("a/b"), "ValidationException"),
        (put("/aws/x"), "ValidationException"),
        (json!({ "Name": "/a", "Value": "1" }), "ValidationException"),
        (
            json!({ "Name": "/a", "Value": "1", "Type": "Text" }),
            "UnsupportedParameterType",
        ),
        (
            json!({ "Name": "/a", "Value": "x".repeat(4097), "Type": "String" }),
            "ValidationException",
        ),
        (put(&"/a".repeat(16)), "HierarchyLevelLimitExceededException"),
    ] {
        assert_eq!(code(call("PutParameter", bad.clone())), expected, "{bad}");
    }
    for n in 0..12 {
        call("PutParameter", put(&format!("/shop/{n:02}"))).expect("put");
    }
    call("PutParameter", put("/shop/deep/er")).expect("put");
    assert_eq!(code(call("PutParameter", put("/shop/00"))), "ParameterAlreadyExists");
    let mut over = put("/shop/00");
    over["Overwrite"] = true.into();
    assert_eq!(call("PutParameter", over).expect("put over")["Version"], 2);
    let first = call("GetParametersByPath", json!({ "Path": "/shop" })).expect("a page");
    assert_eq!(first["Parameters"].as_array().map(Vec::len), Some(10));
    let rest = call(
        "GetParametersByPath",
        json!({ "Path": "/shop", "NextToken": first["NextToken"] }),
    )
    .expect("a page");
    assert_eq!(rest["Parameters"].as_array().map(Vec::len), Some(2));
    let names: Vec<String> = (0..11).map(|n| format!("/shop/{n:02}")).collect();
    assert_eq!(
        code(call("GetParameters", json!({ "Names": names }))),
        "ValidationException"
    );
    let filter = json!({ "ParameterFilters": [{ "Key": "Color", "Values": ["red"] }] });
    assert_eq!(code(call("DescribeParameters", filter)), "InvalidFilterKey");
}

#[test]
fn lambda_refuses_what_it_refuses() {
    let mut cloud = cloud();
    let mut call = |operation: &str, input: Value| lambda::handle(&mut cloud, &source(), operation, &input);
    let function = |variables: Value| {
        json!({ "FunctionName": "f", "Role": "arn:aws:iam::111111111111:role/f", "Runtime": "python3.13", "Handler": "f.f",
            "Code": { "ZipFile": "UEs=" }, "Environment": { "Variables": variables } })
    };
    assert_eq!(
        code(call("CreateFunction", function(json!({ "1": "x" })))),
        "ValidationException"
    );
    assert_eq!(
        code(call("CreateFunction", function(json!({ "A": "x".repeat(4096) })))),
        "InvalidParameterValueException"
    );
    let mut no_handler = function(json!({}));
    no_handler.as_object_mut().expect("an object").remove("Handler");
    assert_eq!(
        code(call("CreateFunction", no_handler)),
        "InvalidParameterValueException"
    );
    let made = call("CreateFunction", function(json!({ "A": "x" }))).expect("made");
    assert_eq!(made["Environment"]["Variables"]["A"], "x");
    assert_eq!(
        code(call("CreateFunction", function(json!({})))),
        "ResourceConflictException"
    );
    assert_eq!(call("ListFunctions", json!({})).expect("a list")["Functions"][0], made);
}

#[test]
fn launch_templates_keep_their_versions_and_refuse_what_ec2_refuses() {
    let mut cloud = cloud();
    let mut call = |operation: &str, input: Value| ec2::handle(&mut cloud, &source(), operation, &input);
    let named = |name: &str, data: Value| json!({ "LaunchTemplateName": name, "LaunchTemplateData": data });
    for (bad, expected) in [
        (
            named("x", json!({ "ImageId": "ami-1" })),
            "InvalidLaunchTemplateName.MalformedException",
        ),
        (named("web", json!({})), "MissingParameter"),
        (named("web", json!({ "UserData": "%%" })), "InvalidUserData.Malformed"),
    ] {
        assert_eq!(code(call("CreateLaunchTemplate", bad.clone())), expected, "{bad}");
    }
    let made = call(
        "CreateLaunchTemplate",
        named("web", json!({ "ImageId": "ami-1", "KeyName": "k" })),
    )
    .expect("made");
    let id = made["LaunchTemplate"]["LaunchTemplateId"].clone();
    let again = call("CreateLaunchTemplate", named("web", json!({ "ImageId": "ami-1" })));
    assert_eq!(code(again), "InvalidLaunchTemplateName.AlreadyExistsException");
    let mut next = named("web", json!({ "ImageId": "ami-2" }));
    next["SourceVersion"] = "1".into();
    let next = call("CreateLaunchTemplateVersion", next).expect("made");
    assert_eq!(
        next["LaunchTemplateVersion"]["LaunchTemplateData"],
        json!({ "ImageId": "ami-2", "KeyName": "k" })
    );
    call(
        "ModifyLaunchTemplate",
        json!({ "LaunchTemplateId": id, "DefaultVersion": "2" }),
    )
    .expect("modified");
    let all = call("DescribeLaunchTemplates", json!({})).expect("a list");
    assert_eq!(all["LaunchTemplates"][0]["DefaultVersionNumber"], 2);
    let gone = json!({ "LaunchTemplateId": id, "Versions": ["3"] });
    assert_eq!(
        code(call("DescribeLaunchTemplateVersions", gone)),
        "InvalidLaunchTemplateId.VersionNotFound"
    );
    assert_eq!(
        code(call(
            "DescribeLaunchTemplates",
            json!({ "LaunchTemplateNames": ["gone"] })
        )),
        "InvalidLaunchTemplateName.NotFoundException"
    );
}
