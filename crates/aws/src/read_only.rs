//! The list of reads, and an HTTP client that refuses everything else: what `cleave plan` is handed. The refusal works on what is
//! about to be sent, so it holds whatever code, ours or the SDK's, made the request.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

/// Whether an operation of a service can change nothing. Taking on a role changes nothing in an account; simulating its policies does neither.
pub fn is_read(service: &str, operation: &str) -> bool {
    match service {
        "sts" => matches!(operation, "AssumeRole" | "GetCallerIdentity"),
        "iam" if operation == "SimulatePrincipalPolicy" => true,
        "kms" => ["Describe", "List", "Get"]
            .iter()
            .any(|verb| operation.starts_with(verb)),
        // It changes nothing in the account but the report that IAM keeps for four hours, and there is no other way to read one.
        "iam" if operation == "GenerateCredentialReport" => true,
        _ => ["Describe", "List", "Get", "Head"]
            .iter()
            .any(|verb| operation.starts_with(verb)),
    }
}

/// Passes reads on and refuses everything else.
#[derive(Debug, Clone)]
pub struct ReadOnlyHttp(SharedHttpClient);

impl ReadOnlyHttp {
    /// Guards a client.
    pub fn new(inner: SharedHttpClient) -> Self {
        Self(inner)
    }
}

impl HttpClient for ReadOnlyHttp {
    fn http_connector(&self, settings: &HttpConnectorSettings, components: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(Guard(self.0.http_connector(settings, components)))
    }
}

#[derive(Debug)]
struct Guard(SharedHttpConnector);

impl HttpConnector for Guard {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        if request_is_read(&request) {
            return self.0.call(request);
        }
        let what = format!(
            "{} {} is not a read: this world may only look",
            request.method(),
            request.uri()
        );
        HttpConnectorFuture::ready(Err(ConnectorError::user(what.into())))
    }
}

/// RAM's reads are posted, each to a path of its own.
const RAM_READS: [&str; 3] = [
    "/getresourceshares",
    "/getresourceshareassociations",
    "/getresourceshareinvitations",
];

/// What Account Management is asked for: everything of it is posted.
const ACCOUNT_READS: [&str; 1] = ["/getAccountInformation"];

/// What EC2 may be asked whether it would do, with the DryRun flag: it answers and does nothing.
pub const EC2_DRY_RUNS: [&str; 7] = [
    "CopyImage",
    "CopySnapshot",
    "CreateImage",
    "CreateSnapshot",
    "ModifyImageAttribute",
    "ModifySnapshotAttribute",
    "StopInstances",
];

/// The same of KMS.
pub const KMS_DRY_RUNS: [&str; 1] = ["CreateGrant"];

/// Whether a request to EC2 or KMS says in its body that nothing is to be done.
fn is_dry_run(request: &HttpRequest) -> bool {
    let body = request.body().bytes().unwrap_or_default();
    if let Some(target) = request.headers().get("x-amz-target") {
        let known = KMS_DRY_RUNS
            .iter()
            .any(|operation| target == format!("TrentService.{operation}"));
        let body: serde_json::Value = serde_json::from_slice(body).unwrap_or_default();
        return known && signed_for(request, "kms") && body["DryRun"] == true;
    }
    let pairs = || body.split(|byte| *byte == b'&');
    let once = |wanted: &[u8]| pairs().filter(|pair| *pair == wanted).count() == 1;
    let named = |name: &[u8]| pairs().filter(|pair| pair.starts_with(name)).count() == 1;
    let known = EC2_DRY_RUNS
        .iter()
        .any(|operation| once(format!("Action={operation}").as_bytes()));
    // Named twice, nobody can tell which one holds.
    known && signed_for(request, "ec2") && once(b"DryRun=true") && named(b"DryRun=") && named(b"Action=")
}

/// The service that a request is signed for.
fn signed_for(request: &HttpRequest, service: &str) -> bool {
    let authorization = request.headers().get("authorization").unwrap_or_default();
    authorization.contains(&format!("/{service}/aws4_request"))
}

/// The path of a request.
fn path(request: &HttpRequest) -> &str {
    let uri = request.uri();
    let path = uri.split_once("://").map_or(uri, |(_, rest)| rest);
    let path = path.find('/').map_or("", |at| &path[at..]);
    path.split('?').next().unwrap_or_default()
}

/// REST services say it by method, KMS, Athena and Service Quotas by their target header, CloudWatch by its path, the query services by the
/// `Action` in the body.
fn request_is_read(request: &HttpRequest) -> bool {
    if matches!(request.method(), "GET" | "HEAD") || is_dry_run(request) {
        return true;
    }
    if signed_for(request, "ram") {
        return RAM_READS.contains(&path(request));
    }
    if signed_for(request, "account") {
        return ACCOUNT_READS.contains(&path(request));
    }
    if let Some(target) = request.headers().get("x-amz-target") {
        return target
            .rsplit('.')
            .next()
            .is_some_and(|operation| is_read("kms", operation));
    }
    if request.headers().get("smithy-protocol").is_some() {
        let operation = request.uri().rsplit('/').next().unwrap_or_default();
        return is_read("monitoring", operation);
    }
    let body = request.body().bytes().unwrap_or_default();
    let action = std::str::from_utf8(body)
        .ok()
        .and_then(|body| body.split('&').find_map(|pair| pair.strip_prefix("Action=")))
        .unwrap_or_default();
    let of_iam = signed_for(request, "iam") && is_read("iam", action);
    of_iam || is_read("query", action) || is_read("sts", action)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn posted(path: &str, service: &str) -> HttpRequest {
        let mut request = HttpRequest::new(aws_smithy_types::body::SdkBody::from("{}"));
        request.set_method("POST").expect("a method");
        let uri = format!("https://{service}.eu-west-1.amazonaws.com{path}");
        request.set_uri(uri).expect("an address");
        let scope = format!("AWS4-HMAC-SHA256 Credential=K/20261122/eu-west-1/{service}/aws4_request, Signature=0");
        request.headers_mut().insert("authorization", scope);
        request
    }

    #[test]
    fn what_is_only_asked_for_is_a_read_by_operation_and_flag() {
        let ec2 = |body: &str| {
            let mut request = posted("/", "ec2");
            *request.body_mut() = body.to_owned().into();
            request_is_read(&request)
        };
        assert!(ec2("Action=CopyImage&Version=2016-11-15&DryRun=true"));
        assert!(!ec2("Action=CopyImage&Version=2016-11-15"));
        assert!(!ec2("Action=CopyImage&DryRun=false"));
        assert!(!ec2("Action=CopyImage&DryRun=true&DryRun=false"));
        // A text that only looks so.
        assert!(!ec2("Action=CopyImage&Description=a%26DryRun=true"));
        assert!(!ec2("Action=TerminateInstances&DryRun=true"));
        let kms = |operation: &str, body: &str| {
            let mut request = posted("/", "kms");
            let target = format!("TrentService.{operation}");
            request.headers_mut().insert("x-amz-target", target);
            *request.body_mut() = body.to_owned().into();
            request_is_read(&request)
        };
        assert!(kms("CreateGrant", r#"{"KeyId":"k","DryRun":true}"#));
        assert!(!kms("CreateGrant", r#"{"KeyId":"k"}"#));
        assert!(!kms("CreateGrant", r#"{"KeyId":"k","Constraints":{"DryRun":true}}"#));
        assert!(!kms("ScheduleKeyDeletion", r#"{"KeyId":"k","DryRun":true}"#));
        let asked = |service: &str, action: &str| {
            let mut request = posted("/", service);
            *request.body_mut() = format!("Action={action}&Version=2010-05-08").into();
            request_is_read(&request)
        };
        assert!(asked("iam", "SimulatePrincipalPolicy") && !asked("iam", "PutRolePolicy"));
        assert!(!asked("rds", "SimulatePrincipalPolicy"));
    }

    #[test]
    fn caches_are_looked_at_and_not_changed() {
        let asked = |action: &str| {
            let mut request = posted("/", "elasticache");
            *request.body_mut() = format!("Action={action}&Version=2015-02-02").into();
            request_is_read(&request)
        };
        for read in ["DescribeReplicationGroups", "DescribeSnapshots", "ListTagsForResource"] {
            assert!(asked(read), "{read}");
        }
        for change in ["CreateSnapshot", "CopySnapshot", "DeleteReplicationGroup"] {
            assert!(!asked(change), "{change}");
        }
    }

    #[test]
    fn what_is_deployed_is_looked_at_and_not_changed() {
        let asked = |service: &str, operation: &str| {
            let mut request = posted("/", service);
            let target = format!("AmazonSomething.{operation}");
            request.headers_mut().insert("x-amz-target", target);
            request_is_read(&request)
        };
        for (service, read) in [
            ("ecs", "DescribeTaskDefinition"),
            ("ssm", "GetParameters"),
            ("ecr", "DescribeImages"),
            ("events", "ListRules"),
        ] {
            assert!(asked(service, read), "{read}");
        }
        for (service, change) in [
            ("ecs", "RegisterTaskDefinition"),
            ("ssm", "PutParameter"),
            ("ecr", "PutImage"),
            ("events", "DisableRule"),
        ] {
            assert!(!asked(service, change), "{change}");
        }
        // Lambda and Scheduler are told apart by their methods.
        for (path, service) in [("/2015-03-31/functions", "lambda"), ("/schedules/nightly", "scheduler")] {
            assert!(!request_is_read(&posted(path, service)), "{path}");
        }
    }

    #[test]
    fn the_credential_report_may_be_asked_for_and_nothing_else_of_iam_that_is_no_read() {
        let asked = |action: &str, service: &str| {
            let mut request = posted("/", service);
            *request.body_mut() = format!("Action={action}&Version=2010-05-08").into();
            request_is_read(&request)
        };
        assert!(asked("GenerateCredentialReport", "iam"));
        assert!(!asked("GenerateCredentialReport", "rds"), "of another service");
        for change in [
            "GenerateServiceLastAccessedDetails",
            "DeleteAccessKey",
            "UpdateAccessKey",
        ] {
            assert!(!asked(change, "iam"), "{change}");
        }
        assert!(request_is_read(&posted("/getAccountInformation", "account")));
        assert!(!request_is_read(&posted("/putAccountName", "account")));
    }

    #[test]
    fn rams_reads_are_posted_and_pass_and_nothing_else_of_it_does() {
        for path in RAM_READS {
            assert!(request_is_read(&posted(path, "ram")), "{path}");
            assert!(!request_is_read(&posted(path, "s3")), "{path}: of another service");
        }
        for path in [
            "/createresourceshare",
            "/acceptresourceshareinvitation",
            "/getresourceshares/x",
        ] {
            assert!(!request_is_read(&posted(path, "ram")), "{path}");
        }
    }
}
