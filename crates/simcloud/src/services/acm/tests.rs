use model::inventory::Inventory;
use serde_json::{Value, json};

use crate::cloud::{Caller, Cloud, ServiceError};
use crate::faults::FaultLevel;

const OWNER: &str = "111111111111";
const ASKING: &str = "222222222222";

/// The zone `stg.example.com` of the one account, with this CAA record.
fn cloud(caa: Option<&str>) -> Cloud {
    let mut records = vec![json!({ "name": "stg.example.com", "type": "A", "ttl": 60, "values": ["192.0.2.1"] })];
    if let Some(caa) = caa {
        records.push(json!({ "name": "stg.example.com", "type": "CAA", "ttl": 60, "values": [caa] }));
    }
    let zone =
        json!({ "id": "ZOLD", "name": "stg.example.com", "name_servers": ["ns-1.awsdns-01.com"], "records": records });
    let text = json!({ "format": 1, "observed_at": "2026-11-21T22:00:00Z", "accounts": { OWNER: { "zones": [zone] }, ASKING: {} } });
    let inventory = Inventory::parse(&text.to_string()).unwrap();
    Cloud::new(&inventory, inventory.observed_at, 7, FaultLevel::None)
}

fn call(cloud: &mut Cloud, who: &str, operation: &str, input: &Value) -> Result<Value, ServiceError> {
    pass(cloud, 1);
    let caller = Caller::root(&who.parse().unwrap(), &"us-east-1".parse().unwrap());
    let service = if operation.contains("Record") { "route53" } else { "acm" };
    cloud.call(&caller, service, operation, input)
}

fn pass(cloud: &mut Cloud, seconds: i64) {
    let later = cloud.later(seconds);
    cloud.advance(later);
}

fn request(cloud: &mut Cloud, who: &str, input: &Value) -> String {
    let made = call(cloud, who, "RequestCertificate", input).unwrap();
    made["CertificateArn"].as_str().unwrap().to_owned()
}

fn of_dns(domain: &str) -> Value {
    json!({ "DomainName": domain, "ValidationMethod": "DNS" })
}

fn described(cloud: &mut Cloud, who: &str, arn: &str) -> Value {
    let answer = call(cloud, who, "DescribeCertificate", &json!({ "CertificateArn": arn })).unwrap();
    answer["Certificate"].clone()
}

fn records(certificate: &Value) -> Vec<Value> {
    let options = certificate["DomainValidationOptions"].as_array().unwrap();
    options.iter().map(|option| option["ResourceRecord"].clone()).collect()
}

fn write(cloud: &mut Cloud, record: &Value) {
    let set = json!({ "Name": record["Name"], "Type": "CNAME", "TTL": 300, "ResourceRecords": [{ "Value": record["Value"] }] });
    let changes = json!({ "Changes": [{ "Action": "CREATE", "ResourceRecordSet": set }] });
    let input = json!({ "HostedZoneId": "ZOLD", "ChangeBatch": changes });
    call(cloud, OWNER, "ChangeResourceRecordSets", &input).unwrap();
}

/// Status, and why it failed.
fn status_after(cloud: &mut Cloud, arn: &str, seconds: i64) -> (String, String) {
    for _ in 0..seconds / 30 {
        pass(cloud, 30);
    }
    let now = described(cloud, ASKING, arn);
    let text = |member: &str| now[member].as_str().unwrap_or_default().to_owned();
    (text("Status"), text("FailureReason"))
}

#[test]
fn a_certificate_is_issued_once_public_dns_answers_for_every_name() {
    let mut cloud = cloud(None);
    let input = json!({ "DomainName": "stg.example.com", "ValidationMethod": "DNS",
        "SubjectAlternativeNames": ["*.stg.example.com", "api.stg.example.com"] });
    let arn = request(&mut cloud, ASKING, &input);
    let fresh = described(&mut cloud, ASKING, &arn);
    assert!(records(&fresh).iter().all(Value::is_null), "told at once: {fresh}");
    pass(&mut cloud, 60);
    let told = records(&described(&mut cloud, ASKING, &arn));
    assert_eq!(told[0], told[1], "a wildcard shares the record of the name below it");
    assert_ne!(told[0], told[2]);
    write(&mut cloud, &told[0]);
    assert_eq!(
        status_after(&mut cloud, &arn, 1800).0,
        "PENDING_VALIDATION",
        "one name is not proved"
    );
    write(&mut cloud, &told[2]);
    assert_eq!(status_after(&mut cloud, &arn, 1800).0, "ISSUED");
    assert!(described(&mut cloud, ASKING, &arn)["NotAfter"].is_string());
}

#[test]
fn the_record_goes_by_domain_and_account_and_not_by_region_or_request() {
    let mut cloud = cloud(None);
    let first = request(&mut cloud, ASKING, &of_dns("stg.example.com"));
    let again = request(&mut cloud, ASKING, &of_dns("stg.example.com"));
    let others = request(&mut cloud, OWNER, &of_dns("stg.example.com"));
    assert_ne!(first, again);
    pass(&mut cloud, 60);
    let first = records(&described(&mut cloud, ASKING, &first));
    assert_eq!(first, records(&described(&mut cloud, ASKING, &again)));
    assert_ne!(first, records(&described(&mut cloud, OWNER, &others)));
    let tokyo = Caller::root(&ASKING.parse().unwrap(), &"ap-northeast-1".parse().unwrap());
    let made = cloud
        .call(&tokyo, "acm", "RequestCertificate", &of_dns("stg.example.com"))
        .unwrap();
    pass(&mut cloud, 60);
    let there = cloud.call(&tokyo, "acm", "DescribeCertificate", &made).unwrap();
    assert_eq!(first, records(&there["Certificate"]));
}

#[test]
fn a_list_shows_rsa_2048_only_unless_it_is_asked_for_others() {
    let mut cloud = cloud(None);
    let mut input = of_dns("stg.example.com");
    input["KeyAlgorithm"] = json!("EC_prime256v1");
    let arn = request(&mut cloud, ASKING, &input);
    let listed = |cloud: &mut Cloud, input: &Value| {
        let answer = call(cloud, ASKING, "ListCertificates", input).unwrap();
        answer["CertificateSummaryList"].as_array().unwrap().clone()
    };
    assert_eq!(listed(&mut cloud, &json!({})), Vec::<Value>::new());
    let all = listed(
        &mut cloud,
        &json!({ "Includes": { "keyTypes": ["RSA_2048", "EC_prime256v1"] } }),
    );
    assert_eq!(all[0]["CertificateArn"], json!(arn));
    let issued = json!({ "CertificateStatuses": ["ISSUED"], "Includes": { "keyTypes": ["EC_prime256v1"] } });
    assert_eq!(listed(&mut cloud, &issued), Vec::<Value>::new());
    input["KeyAlgorithm"] = json!("RSA_4096");
    let refused = call(&mut cloud, ASKING, "RequestCertificate", &input).unwrap_err();
    assert_eq!(refused.code, "InvalidParameterException");
}

#[test]
fn a_certificate_that_nobody_proves_times_out_after_three_days() {
    let mut cloud = cloud(None);
    let arn = request(&mut cloud, ASKING, &of_dns("stg.example.com"));
    pass(&mut cloud, 72 * 3600 - 60);
    assert_eq!(described(&mut cloud, ASKING, &arn)["Status"], "PENDING_VALIDATION");
    pass(&mut cloud, 60);
    assert_eq!(described(&mut cloud, ASKING, &arn)["Status"], "VALIDATION_TIMED_OUT");
}

#[test]
fn a_caa_record_that_names_another_authority_lets_a_certificate_fail() {
    for (caa, status) in [
        ("0 issue \"letsencrypt.org\"", "FAILED"),
        ("0 issue \";\"", "FAILED"),
        ("0 issue \"amazontrust.com\"", "ISSUED"),
        ("0 iodef \"mailto:a@example.com\"", "ISSUED"),
        ("0 issuewild \"letsencrypt.org\"", "ISSUED"),
    ] {
        let mut cloud = cloud(Some(caa));
        let arn = request(&mut cloud, ASKING, &of_dns("api.stg.example.com"));
        pass(&mut cloud, 60);
        let record = records(&described(&mut cloud, ASKING, &arn)).remove(0);
        write(&mut cloud, &record);
        let (found, reason) = status_after(&mut cloud, &arn, 1800);
        assert_eq!(found, status, "{caa}");
        assert_eq!(reason, if status == "FAILED" { "CAA_ERROR" } else { "" }, "{caa}");
    }
}

#[test]
fn a_certificate_in_use_cannot_be_deleted_and_a_token_stands_for_its_request() {
    let mut cloud = cloud(None);
    let mut input = of_dns("stg.example.com");
    input["IdempotencyToken"] = json!("terraform-1");
    let arn = request(&mut cloud, ASKING, &input);
    assert_eq!(arn, request(&mut cloud, ASKING, &input), "the same token");
    super::attach(
        &mut cloud,
        &arn,
        "arn:aws:elasticloadbalancing:us-east-1:222222222222:loadbalancer/app/a/1",
        true,
    );
    let named = json!({ "CertificateArn": arn });
    let refused = call(&mut cloud, ASKING, "DeleteCertificate", &named).unwrap_err();
    assert_eq!(refused.code, "ResourceInUseException");
    super::attach(
        &mut cloud,
        &arn,
        "arn:aws:elasticloadbalancing:us-east-1:222222222222:loadbalancer/app/a/1",
        false,
    );
    call(&mut cloud, ASKING, "DeleteCertificate", &named).unwrap();
    let gone = call(&mut cloud, ASKING, "DescribeCertificate", &named).unwrap_err();
    assert_eq!(gone.code, "ResourceNotFoundException");
}

#[test]
fn tags_are_kept_and_bad_input_is_refused() {
    let mut cloud = cloud(None);
    let mut input = of_dns("*.stg.example.com");
    input["Tags"] = json!([{ "Key": "team", "Value": "shop" }]);
    let arn = request(&mut cloud, ASKING, &input);
    let tags = json!({ "CertificateArn": arn, "Tags": [{ "Key": "env", "Value": "stg" }] });
    call(&mut cloud, ASKING, "AddTagsToCertificate", &tags).unwrap();
    let without = json!({ "CertificateArn": arn, "Tags": [{ "Key": "team" }] });
    call(&mut cloud, ASKING, "RemoveTagsFromCertificate", &without).unwrap();
    let left = call(
        &mut cloud,
        ASKING,
        "ListTagsForCertificate",
        &json!({ "CertificateArn": arn }),
    )
    .unwrap();
    assert_eq!(left["Tags"], json!([{ "Key": "env", "Value": "stg" }]));
    for (operation, input, code) in [
        ("RequestCertificate", of_dns("localhost"), "ValidationException"),
        ("RequestCertificate", of_dns("a.*.example.com"), "ValidationException"),
        ("RequestCertificate", of_dns("a_b.example.com"), "ValidationException"),
        (
            "DescribeCertificate",
            json!({ "CertificateArn": "arn:aws:s3:::x" }),
            "InvalidArnException",
        ),
        (
            "DescribeCertificate",
            json!({ "CertificateArn": "arn:aws:acm:us-east-1:222222222222:certificate/x" }),
            "ResourceNotFoundException",
        ),
        ("ListCertificates", json!({ "MaxItems": 0 }), "ValidationException"),
    ] {
        assert_eq!(
            call(&mut cloud, ASKING, operation, &input).unwrap_err().code,
            code,
            "{input}"
        );
    }
    let names: Vec<String> = (0..10).map(|n| format!("n{n}.stg.example.com")).collect();
    let mut many = of_dns("stg.example.com");
    many["SubjectAlternativeNames"] = json!(names);
    let refused = call(&mut cloud, ASKING, "RequestCertificate", &many).unwrap_err();
    assert_eq!(refused.code, "LimitExceededException");
}
