//! The list of reads, and an HTTP client that refuses everything else: what `cleave plan` is handed. The refusal works on what is
//! about to be sent, so it holds whatever code, ours or the SDK's, made the request.

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;

/// Whether an operation of a service can change nothing. Taking on a role changes nothing in an account.
pub fn is_read(service: &str, operation: &str) -> bool {
    match service {
        "sts" => matches!(operation, "AssumeRole" | "GetCallerIdentity"),
        "kms" => ["Describe", "List", "Get"]
            .iter()
            .any(|verb| operation.starts_with(verb)),
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

/// REST services say it by method, KMS, Athena and Service Quotas by their target header, CloudWatch by its path, the query services by the
/// `Action` in the body.
fn request_is_read(request: &HttpRequest) -> bool {
    if matches!(request.method(), "GET" | "HEAD") {
        return true;
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
    is_read("query", action) || is_read("sts", action)
}
