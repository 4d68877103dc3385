//! The requests here are what botocore's serialisers write, byte for byte.

use serde_json::json;

use super::*;

fn scope(service: &str) -> Scope {
    let request = Request::builder()
        .header(
            "authorization",
            format!("AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20261122/ap-northeast-1/{service}/aws4_request, SignedHeaders=host, Signature=00"),
        )
        .body(Bytes::new())
        .expect("a request");
    signature::scope(&request).expect("it is signed")
}

fn form(service: &str, body: &'static str) -> Asked {
    let request = Request::post("/")
        .body(Bytes::from_static(body.as_bytes()))
        .expect("a request");
    decode(&scope(service), &request).expect("it can be read")
}

#[test]
fn query_lists_carry_the_name_of_their_element() {
    let asked = form(
        "rds",
        "Action=CopyDBSnapshot&Version=2014-10-31&SourceDBSnapshotIdentifier=arn%3Ax&TargetDBSnapshotIdentifier=t&KmsKeyId=k&CopyTags=false&Tags.Tag.1.Key=a+b&Tags.Tag.1.Value=1%262&Tags.Tag.2.Key=c&Tags.Tag.2.Value=",
    );
    assert_eq!(asked.operation, "CopyDBSnapshot");
    assert_eq!(
        asked.input,
        json!({"SourceDBSnapshotIdentifier": "arn:x", "TargetDBSnapshotIdentifier": "t", "KmsKeyId": "k", "CopyTags": false,
            "Tags": [{"Key": "a b", "Value": "1&2"}, {"Key": "c", "Value": ""}]})
    );
    let asked = form(
        "rds",
        "Action=DescribeDBSnapshots&Filters.Filter.1.Name=n&Filters.Filter.1.Values.Value.1=v&Filters.Filter.1.Values.Value.2=w&MaxRecords=20&IncludeShared=true",
    );
    assert_eq!(
        asked.input,
        json!({"Filters": [{"Name": "n", "Values": ["v", "w"]}], "MaxRecords": 20, "IncludeShared": true})
    );
    // Some clients write the protocol's default name.
    let asked = form(
        "rds",
        "Action=ModifyDBSnapshotAttribute&DBSnapshotIdentifier=s&AttributeName=restore&ValuesToAdd.member.1=2",
    );
    assert_eq!(asked.input["ValuesToAdd"], json!(["2"]));
}

#[test]
fn a_list_keeps_its_order_past_nine() {
    let body = (1..=12).fold("Action=DescribeImages".to_owned(), |body, at| {
        format!("{body}&ImageId.{at}=ami-{at}")
    });
    let request = Request::post("/").body(Bytes::from(body)).expect("a request");
    let asked = decode(&scope("ec2"), &request).expect("it can be read");
    let expected: Vec<String> = (1..=12).map(|at| format!("ami-{at}")).collect();
    assert_eq!(asked.input["ImageIds"], json!(expected));
}

#[test]
fn ec2_names_begin_with_a_capital_and_its_lists_are_flat() {
    let asked = form(
        "ec2",
        "Action=ModifyImageAttribute&Version=2016-11-15&ImageId=ami-1&LaunchPermission.Add.1.UserId=1",
    );
    assert_eq!(
        asked.input,
        json!({"ImageId": "ami-1", "LaunchPermission": {"Add": [{"UserId": "1"}]}})
    );
    let asked = form(
        "ec2",
        "Action=CopyImage&Name=n&SourceImageId=ami-1&SourceRegion=r&Encrypted=true&TagSpecification.1.ResourceType=image&TagSpecification.1.Tag.1.Key=k&TagSpecification.1.Tag.1.Value=v",
    );
    assert_eq!(
        asked.input,
        json!({"Name": "n", "SourceImageId": "ami-1", "SourceRegion": "r", "Encrypted": true,
            "TagSpecifications": [{"ResourceType": "image", "Tags": [{"Key": "k", "Value": "v"}]}]})
    );
    let asked = form(
        "ec2",
        "Action=ModifySnapshotAttribute&SnapshotId=snap-1&Attribute=createVolumePermission&OperationType=add&UserId.1=2",
    );
    assert_eq!(asked.input["UserIds"], json!(["2"]));
}

#[test]
fn route53_reads_the_path_the_query_string_and_the_body() {
    let body = r#"<ChangeResourceRecordSetsRequest xmlns="https://route53.amazonaws.com/doc/2013-04-01/"><ChangeBatch><Comment>c</Comment><Changes><Change><Action>UPSERT</Action><ResourceRecordSet><Name>a.</Name><Type>A</Type><AliasTarget><HostedZoneId>Z</HostedZoneId><DNSName>d</DNSName><EvaluateTargetHealth>false</EvaluateTargetHealth></AliasTarget></ResourceRecordSet></Change><Change><Action>CREATE</Action><ResourceRecordSet><Name>b.</Name><Type>TXT</Type><TTL>60</TTL><ResourceRecords><ResourceRecord><Value>"x &amp; &lt;y&gt;"</Value></ResourceRecord><ResourceRecord><Value>"z"</Value></ResourceRecord></ResourceRecords></ResourceRecordSet></Change></Changes></ChangeBatch></ChangeResourceRecordSetsRequest>"#;
    let request = Request::post("/2013-04-01/hostedzone/Z1/rrset/")
        .body(Bytes::from_static(body.as_bytes()))
        .expect("a request");
    let asked = decode(&scope("route53"), &request).expect("it can be read");
    assert_eq!(asked.operation, "ChangeResourceRecordSets");
    assert_eq!(
        asked.input,
        json!({"HostedZoneId": "Z1", "ChangeBatch": {"Comment": "c", "Changes": [
            {"Action": "UPSERT", "ResourceRecordSet": {"Name": "a.", "Type": "A",
                "AliasTarget": {"HostedZoneId": "Z", "DNSName": "d", "EvaluateTargetHealth": false}}},
            {"Action": "CREATE", "ResourceRecordSet": {"Name": "b.", "Type": "TXT", "TTL": 60,
                "ResourceRecords": [{"Value": "\"x & <y>\""}, {"Value": "\"z\""}]}}]}})
    );
    let request = Request::get("/2013-04-01/hostedzone/Z1/rrset?name=a%20b&maxitems=10")
        .body(Bytes::new())
        .expect("a request");
    let asked = decode(&scope("route53"), &request).expect("it can be read");
    assert_eq!(asked.operation, "ListResourceRecordSets");
    assert_eq!(
        asked.input,
        json!({"HostedZoneId": "Z1", "StartRecordName": "a b", "MaxItems": "10"})
    );
}

#[test]
fn s3_control_is_told_from_s3_by_its_account_header() {
    let body = r#"<CreateJobRequest xmlns="http://awss3control.amazonaws.com/doc/2018-08-20/"><Operation><S3PutObjectCopy><TargetResource>arn:aws:s3:::t</TargetResource><NewObjectMetadata><UserMetadata><entry><key>a</key><value>b</value></entry></UserMetadata></NewObjectMetadata></S3PutObjectCopy></Operation><Manifest><Spec><Format>S3BatchOperations_CSV_20180820</Format><Fields><member>Bucket</member><member>Key</member></Fields></Spec></Manifest><Priority>10</Priority></CreateJobRequest>"#;
    let request = Request::post("/v20180820/jobs")
        .header("x-amz-account-id", "111111111111")
        .body(Bytes::from_static(body.as_bytes()))
        .expect("a request");
    let asked = decode(&scope("s3"), &request).expect("it can be read");
    assert_eq!(
        (asked.service.as_str(), asked.operation.as_str()),
        ("s3control", "CreateJob")
    );
    assert_eq!(asked.input["AccountId"], "111111111111");
    assert_eq!(asked.input["Priority"], 10);
    assert_eq!(asked.input["Manifest"]["Spec"]["Fields"], json!(["Bucket", "Key"]));
    assert_eq!(
        asked.input["Operation"]["S3PutObjectCopy"]["NewObjectMetadata"]["UserMetadata"],
        json!({"a": "b"})
    );
    let list = Request::get("/v20180820/jobs?jobStatuses=Active&jobStatuses=Complete&maxResults=5")
        .header("x-amz-account-id", "111111111111")
        .body(Bytes::new())
        .expect("a request");
    let asked = decode(&scope("s3"), &list).expect("it can be read");
    assert_eq!(
        asked.input,
        json!({"AccountId": "111111111111", "JobStatuses": ["Active", "Complete"], "MaxResults": 5})
    );
    let object = Request::get("/v20180820/jobs").body(Bytes::new()).expect("a request");
    assert_eq!(
        service_of(&scope("s3"), &object),
        "s3",
        "a bucket may be called v20180820"
    );
}

#[test]
fn json_moments_are_seconds_on_the_wire_and_rfc_3339_in_a_handler() {
    let request = Request::post("/")
        .header("x-amz-target", "TrentService.DescribeKey")
        .body(Bytes::from_static(br#"{"KeyId":"alias/shop","Unknown":1}"#))
        .expect("a request");
    let asked = decode(&scope("kms"), &request).expect("it can be read");
    assert_eq!(
        (asked.operation.as_str(), asked.input),
        ("DescribeKey", json!({"KeyId": "alias/shop"}))
    );
    let answer = Ok(json!({"KeyMetadata": {"KeyId": "k", "Enabled": true, "CreationDate": "2026-11-22T22:00:00.5Z"}}));
    let response = encode("kms", None, "DescribeKey", &answer, "r-1");
    let body: Value = serde_json::from_slice(response.body()).expect("JSON");
    assert_eq!(
        body,
        json!({"KeyMetadata": {"KeyId": "k", "Enabled": true, "CreationDate": 1_795_384_800.5}})
    );
    assert_eq!(response.headers()["x-amzn-requestid"], "r-1");
}

#[test]
fn answers_have_the_elements_of_their_protocol() {
    let text = |service: &str, operation: &str, answer: Value| {
        let response = encode(service, None, operation, &Ok(answer), "r-1");
        (
            response.status().as_u16(),
            String::from_utf8(response.body().to_vec()).expect("UTF-8"),
        )
    };
    let tags = json!({"TagList": [{"Key": "a", "Value": "<&>"}]});
    let (_, body) = text("rds", "ListTagsForResource", tags);
    assert_eq!(
        body,
        "<ListTagsForResourceResponse xmlns=\"http://rds.amazonaws.com/doc/2014-10-31/\"><ListTagsForResourceResult><TagList><Tag><Key>a</Key><Value>&lt;&amp;&gt;</Value></Tag></TagList></ListTagsForResourceResult><ResponseMetadata><RequestId>r-1</RequestId></ResponseMetadata></ListTagsForResourceResponse>"
    );
    let (_, body) = text(
        "ec2",
        "DescribeImages",
        json!({"Images": [{"ImageId": "ami-1", "Public": false}]}),
    );
    assert!(body.contains("<imagesSet><item>"), "{body}");
    assert!(
        body.contains("<imageId>ami-1</imageId>") && body.contains("<isPublic>false</isPublic>"),
        "{body}"
    );
    let created = json!({"Location": "https://route53/x", "HostedZone": {"Id": "/hostedzone/Z1", "Name": "a.", "CallerReference": "c"},
        "DelegationSet": {"NameServers": ["n1", "n2"]}});
    let response = encode("route53", None, "CreateHostedZone", &Ok(created), "r-1");
    assert_eq!(response.status(), 201);
    assert_eq!(response.headers()["location"], "https://route53/x");
    let root = xml::parse(response.body()).expect("XML");
    assert_eq!(root.name, "CreateHostedZoneResponse");
    assert!(
        root.children.iter().all(|child| child.name != "Location"),
        "it is in the header only"
    );
    let servers = &root
        .children
        .iter()
        .find(|child| child.name == "DelegationSet")
        .expect("it is there")
        .children[0];
    let names: Vec<_> = servers
        .children
        .iter()
        .map(|child| (child.name.as_str(), child.text.as_str()))
        .collect();
    assert_eq!(names, [("NameServer", "n1"), ("NameServer", "n2")]);
    let (_, body) = text(
        "s3control",
        "GetPublicAccessBlock",
        json!({"PublicAccessBlockConfiguration": {"BlockPublicAcls": true}}),
    );
    assert!(
        body.contains("<PublicAccessBlockConfiguration xmlns=") && body.contains("<BlockPublicAcls>true"),
        "{body}"
    );
}

#[test]
fn errors_have_the_code_and_status_of_the_model() {
    let failed = |service: &str, operation: &str, error: ServiceError| {
        let response = encode(service, None, operation, &Err(error), "r-1");
        (
            response.status().as_u16(),
            String::from_utf8(response.body().to_vec()).expect("UTF-8"),
        )
    };
    for code in ["DBSnapshotNotFoundFault", "DBSnapshotNotFound"] {
        let (status, body) = failed("rds", "DescribeDBSnapshots", ServiceError::new(code, "no <snapshot>"));
        assert_eq!(status, 404);
        assert!(
            body.contains("<Code>DBSnapshotNotFound</Code><Message>no &lt;snapshot&gt;</Message>"),
            "{body}"
        );
    }
    let (status, body) = failed("ec2", "DescribeImages", ServiceError::new("InvalidAMIID.NotFound", "m"));
    assert_eq!(status, 400);
    assert!(
        body.contains("<Response><Errors><Error><Code>InvalidAMIID.NotFound</Code>"),
        "{body}"
    );
    let (_, body) = failed("kms", "DescribeKey", ServiceError::new("NotFoundException", "m"));
    assert_eq!(body, r#"{"__type":"NotFoundException","message":"m"}"#);
    let (status, _) = failed("route53", "GetHostedZone", ServiceError::new("NoSuchHostedZone", "m"));
    assert_eq!(status, 404);
    let (status, body) = failed("s3", "GetObject", ServiceError::with_status(503, "SlowDown", "m"));
    assert_eq!(status, 503);
    assert!(body.contains("<Error><Code>SlowDown</Code>"), "{body}");
}

#[test]
fn an_operation_that_is_not_modelled_is_refused_loudly() {
    let request = Request::post("/")
        .body(Bytes::from_static(b"Action=CreateDBCluster"))
        .expect("a request");
    assert_eq!(decode(&scope("rds"), &request).expect_err("it is unknown").status, 501);
    let request = Request::get("/2013-04-01/trafficpolicies")
        .body(Bytes::new())
        .expect("a request");
    assert_eq!(
        decode(&scope("route53"), &request).expect_err("it is unknown").code,
        "NotImplemented"
    );
    assert_eq!(
        decode(&scope("lambda"), &request).expect_err("it is unknown").status,
        501
    );
}

#[test]
fn the_signature_is_that_of_the_published_example() {
    // `get-vanilla` of AWS's Signature Version 4 test suite.
    let request = Request::get("/")
        .header("host", "example.amazonaws.com")
        .header("x-amz-date", "20150830T123600Z")
        .header("authorization", "AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/20150830/us-east-1/service/aws4_request, SignedHeaders=host;x-amz-date, Signature=5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31")
        .body(Bytes::new())
        .expect("a request");
    let scope = signature::scope(&request).expect("it is signed");
    assert!(signature::is_valid(
        &scope,
        "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        &request
    ));
    assert!(!signature::is_valid(
        &scope,
        "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEZ",
        &request
    ));
}

#[test]
fn cloudwatch_is_answered_in_the_protocol_in_which_it_is_asked() {
    let answer = json!({"MetricDataResults": [
        {"Id": "m", "Label": "DatabaseConnections", "Timestamps": ["2026-11-22T10:00:00Z"], "Values": [3.0], "StatusCode": "Complete"}]});
    let said = |protocol: Option<Protocol>| {
        encode("monitoring", protocol, "GetMetricData", &Ok(answer.clone()), "r-1").into_body()
    };
    let cbor: ciborium::Value = ciborium::from_reader(&said(None)[..]).expect("CBOR");
    let text = format!("{cbor:?}");
    assert!(
        text.contains("Tag(1, Integer(Integer(1795341600)))") && text.contains("Float(3.0)"),
        "{text}"
    );
    let read: Value = serde_json::from_slice(&said(Some(Protocol::Json))).expect("JSON");
    assert_eq!(read["MetricDataResults"][0]["Timestamps"][0], 1_795_341_600);
    let xml = String::from_utf8(said(Some(Protocol::Query)).to_vec()).expect("XML");
    assert!(
        xml.contains("<Timestamps><member>2026-11-22T10:00:00Z</member></Timestamps>"),
        "{xml}"
    );
}

#[test]
fn a_request_in_cbor_is_read_with_its_moments() {
    let moment = ciborium::Value::Tag(1, Box::new(ciborium::Value::Float(1_795_341_600.0)));
    let body = ciborium::Value::Map(vec![
        ("StartTime".into(), moment),
        (
            "MetricDataQueries".into(),
            ciborium::Value::Array(vec![ciborium::Value::Map(vec![("Id".into(), "m".into())])]),
        ),
    ]);
    let mut bytes = Vec::new();
    ciborium::into_writer(&body, &mut bytes).expect("memory");
    let read =
        super::cbor::input(model::of("monitoring").expect("a model"), "GetMetricDataInput", &bytes).expect("an input");
    assert_eq!(
        read,
        json!({"MetricDataQueries": [{"Id": "m"}], "StartTime": "2026-11-22T10:00:00Z"})
    );
}
