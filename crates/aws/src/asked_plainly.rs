//! Services of which one or two things are asked, without their SDK crates: GuardDuty's, Security Hub's and Account Management's are large, and what is asked is
//! whether something is switched on; of Cost Explorer's (`cost_explorer`) it is one operation. The requests go through the SDK's own runtime all the same: its signing, retries, timeouts, HTTP client and clock, and our call log.
//!
//! Paths and answers stand in the services' API references: <https://docs.aws.amazon.com/guardduty/latest/APIReference/API_ListDetectors.html>,
//! <https://docs.aws.amazon.com/securityhub/1.0/APIReference/API_DescribeHub.html>,
//! <https://docs.aws.amazon.com/accounts/latest/reference/API_GetAccountInformation.html>.

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_runtime::auth::SigV4OperationSigningConfig;
use aws_runtime::auth::sigv4::{SCHEME_ID, SigV4AuthScheme};
use aws_runtime::retries::classifiers::AwsErrorCodeClassifier;
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime::client::orchestrator::operation::Operation;
use aws_smithy_runtime::client::retries::RetryPartition;
use aws_smithy_runtime::client::retries::classifiers::{HttpStatusCodeClassifier, TransientErrorClassifier};
use aws_smithy_runtime_api::client::auth::AuthSchemeOptionResolverParams;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse, OrchestratorError};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponentsBuilder;
use aws_smithy_runtime_api::client::runtime_plugin::StaticRuntimePlugin;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::config_bag::Layer;
use aws_smithy_types::error::ErrorMetadata;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::region::{Region as SdkRegion, SigningRegion};
use aws_types::{SdkConfig, SigningName};
use jiff::Timestamp;
use model::{AccountId, Failure, FailureClass};
use serde_json::Value;

use crate::account::Clients;
use crate::call_log::{CallLog, CallSink};
use crate::classify;

/// Where Account Management has its one endpoint.
const GLOBAL: &str = "us-east-1";

/// What asks, in one account.
pub struct AskedPlainly {
    config: SdkConfig,
    partition: String,
    sink: CallSink,
    account: AccountId,
}

/// One request.
pub(crate) struct Question {
    pub(crate) service: &'static str,
    pub(crate) operation: &'static str,
    pub(crate) method: &'static str,
    pub(crate) region: String,
    pub(crate) path: String,
    /// The prefix of the header that names the operation, and its input, of a service that speaks JSON 1.1; none: by method and path.
    pub(crate) input: Option<(&'static str, Value)>,
}

/// Kind, target and body of a request.
fn content(question: &Question) -> (&'static str, Option<String>, String) {
    match &question.input {
        Some((prefix, input)) => {
            let target = format!("{prefix}.{}", question.operation);
            ("application/x-amz-json-1.1", Some(target), input.to_string())
        }
        None if question.method == "GET" => ("application/json", None, String::new()),
        None => ("application/json", None, "{}".to_owned()),
    }
}

/// An account, as it knows itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AccountInformation {
    /// Its name.
    pub name: String,
    /// When it was made.
    pub created: Option<Timestamp>,
}

/// A refusal, in the words of a service that speaks JSON over paths.
#[derive(Debug)]
struct Refused(ErrorMetadata);

impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(f)
    }
}

impl std::error::Error for Refused {}

impl ProvideErrorMetadata for Refused {
    fn meta(&self) -> &ErrorMetadata {
        &self.0
    }
}

/// The code stands in a header, with an address behind it in older answers; else in the body.
fn refused(header: Option<&str>, body: &[u8]) -> Refused {
    let body: Value = serde_json::from_slice(body).unwrap_or_default();
    let in_body = |names: [&str; 3]| names.iter().find_map(|name| body[*name].as_str());
    let code = header
        .or_else(|| in_body(["__type", "Code", "code"]))
        .unwrap_or_default();
    let code = code.split(':').next().unwrap_or_default();
    let code = code.rsplit('#').next().unwrap_or_default();
    let message = in_body(["message", "Message", "errorMessage"]).unwrap_or_default();
    Refused(ErrorMetadata::builder().code(code).message(message).build())
}

fn read(response: &HttpResponse) -> Result<Value, OrchestratorError<Refused>> {
    let body = response.body().bytes().unwrap_or_default();
    if response.status().is_success() {
        return serde_json::from_slice(body).map_err(OrchestratorError::other);
    }
    let header = response.headers().get("x-amzn-errortype");
    Err(OrchestratorError::operation(refused(header, body)))
}

impl AskedPlainly {
    pub(crate) fn new(clients: &Clients<'_>) -> Self {
        Self {
            config: clients.reads.clone(),
            partition: clients.partition.to_owned(),
            sink: clients.sink.clone(),
            account: clients.account.clone(),
        }
    }

    /// The account in which it asks.
    pub(crate) fn account(&self) -> &AccountId {
        &self.account
    }

    /// The region of the migration.
    pub(crate) fn region(&self) -> &str {
        self.config.region().map_or("", |region| region.as_ref())
    }

    pub(crate) async fn ask(&self, question: Question) -> Result<Value, Failure> {
        let (kind, target, body) = content(&question);
        let Question {
            service,
            operation,
            method,
            region,
            path,
            ..
        } = question;
        let given = "every world supplies it";
        let credentials: SharedCredentialsProvider = self.config.credentials_provider().expect(given);
        let http: SharedHttpClient = self.config.http_client().expect(given);
        let suffix = if region.starts_with("cn-") { ".cn" } else { "" };
        let own = format!("https://{service}.{region}.amazonaws.com{suffix}");
        let endpoint = self.config.endpoint_url().unwrap_or(&own);

        let mut signing = Layer::new("signing");
        signing.store_put(AuthSchemeOptionResolverParams::new(()));
        signing.store_put(RetryPartition::custom(self.partition.clone()).build());
        signing.store_put(SigV4OperationSigningConfig {
            region: Some(SigningRegion::from(SdkRegion::new(region.clone()))),
            name: Some(SigningName::from(service)),
            ..SigV4OperationSigningConfig::default()
        });
        let components = RuntimeComponentsBuilder::new("signing")
            .with_auth_scheme(SigV4AuthScheme::new())
            .with_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(vec![SCHEME_ID])))
            // As in account.rs: roles keep their own credentials.
            .with_identity_cache(Some(IdentityCache::no_cache()))
            .with_identity_resolver(SCHEME_ID, credentials);
        let signing = StaticRuntimePlugin::new()
            .with_config(signing.freeze())
            .with_runtime_components(components);
        let log = CallLog {
            account: Some(self.account.clone()),
            service,
            sink: self.sink.clone(),
        };
        let asked = Operation::builder()
            .service_name(service)
            .operation_name(operation)
            .behavior_version(BehaviorVersion::latest())
            .http_client(http)
            .endpoint_url(endpoint)
            .time_source(self.config.time_source().expect(given))
            .sleep_impl(self.config.sleep_impl().expect(given))
            .timeout_config(self.config.timeout_config().expect(given).clone())
            .standard_retry(self.config.retry_config().expect(given))
            .retry_classifier(TransientErrorClassifier::<Refused>::new())
            .retry_classifier(AwsErrorCodeClassifier::<Refused>::new())
            .retry_classifier(HttpStatusCodeClassifier::default())
            .interceptor(log)
            .runtime_plugin(signing)
            .serializer(move |path: String| {
                let request = http::Request::builder().method(method).uri(path);
                let mut request = request.header("content-type", kind);
                if let Some(target) = &target {
                    request = request.header("x-amz-target", target);
                }
                let request = request.header("content-length", body.len().to_string());
                Ok(HttpRequest::try_from(request.body(SdkBody::from(body.as_str()))?)?)
            })
            .deserializer(read)
            .build();
        asked
            .invoke(path)
            .await
            .map_err(classify::failed(self.account.as_str(), service, operation))
    }

    /// Whether GuardDuty watches in a Region: it has a detector there, and that is switched on.
    pub async fn guardduty_watches(&self, region: &str) -> Result<bool, Failure> {
        let question = |operation, path| Question {
            service: "guardduty",
            operation,
            method: "GET",
            region: region.to_owned(),
            path,
            input: None,
        };
        // A Region has one detector at most.
        let listed = self.ask(question("ListDetectors", "/detector".to_owned())).await?;
        let Some(id) = listed["detectorIds"][0].as_str() else {
            return Ok(false);
        };
        let told = self.ask(question("GetDetector", format!("/detector/{id}"))).await?;
        Ok(told["status"] == "ENABLED")
    }

    /// Whether Security Hub is switched on in a Region.
    pub async fn security_hub_is_on(&self, region: &str) -> Result<bool, Failure> {
        let question = Question {
            service: "securityhub",
            operation: "DescribeHub",
            method: "GET",
            region: region.to_owned(),
            path: "/accounts".to_owned(),
            input: None,
        };
        match self.ask(question).await {
            Ok(told) => Ok(told["HubArn"].is_string()),
            // "Account … is not subscribed to AWS Security Hub": a missing permission is AccessDeniedException.
            Err(failure) if failure.code == "InvalidAccessException" || failure.class == FailureClass::NotFound => {
                Ok(false)
            }
            Err(failure) => Err(failure),
        }
    }

    /// The account's own name, and when it was made.
    pub async fn information(&self) -> Result<AccountInformation, Failure> {
        let question = Question {
            service: "account",
            operation: "GetAccountInformation",
            method: "POST",
            region: GLOBAL.to_owned(),
            path: "/getAccountInformation".to_owned(),
            input: None,
        };
        let told = self.ask(question).await?;
        Ok(AccountInformation {
            name: told["AccountName"].as_str().unwrap_or_default().to_owned(),
            created: told["AccountCreatedDate"].as_str().and_then(|when| when.parse().ok()),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_refusal_is_read_from_header_or_body() {
        for (header, body, code, message) in [
            (
                Some("InvalidAccessException:http://internal.amazon.com/coral/"),
                r#"{"Message":"Account 1 is not subscribed to AWS Security Hub"}"#,
                "InvalidAccessException",
                "Account 1 is not subscribed to AWS Security Hub",
            ),
            (
                None,
                r#"{"__type":"com.amazonaws#AccessDeniedException","message":"no"}"#,
                "AccessDeniedException",
                "no",
            ),
            (None, "<html>", "", ""),
        ] {
            let Refused(told) = refused(header, body.as_bytes());
            assert_eq!(
                (told.code().unwrap_or_default(), told.message().unwrap_or_default()),
                (code, message)
            );
        }
    }
}
