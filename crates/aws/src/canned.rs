//! AWS for tests of adapters: answers that were written down, given in order, and the requests that they were given to.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::{Duration, UNIX_EPOCH};

use aws_credential_types::Credentials;
use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::{SharedAsyncSleep, TokioSleep};
use aws_smithy_async::time::{SharedTimeSource, StaticTimeSource};
use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpClient, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use model::{AccountId, CallRecord, Region};

use crate::account::Clients;

/// An answer: its status, the error's code in the header that some services have for it, the body.
pub(crate) type Answer = (u16, Option<&'static str>, &'static str);

/// What was asked: method, address, for what its signature is good (`20261122/eu-west-1/kms/aws4_request`), the header that names an operation, the body.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Request {
    pub(crate) line: String,
    pub(crate) scope: String,
    pub(crate) target: String,
    pub(crate) body: String,
}

/// A test's calls, in time that passes by itself.
pub(crate) fn in_paused_time<T>(future: impl Future<Output = T>) -> T {
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build();
    runtime.expect("a runtime").block_on(future)
}

/// Answers in order, and what was asked.
#[derive(Debug, Clone, Default)]
pub(crate) struct Canned {
    answers: Arc<Mutex<VecDeque<Answer>>>,
    asked: Arc<Mutex<Vec<Request>>>,
    calls: Arc<Mutex<Vec<CallRecord>>>,
}

impl HttpConnector for Canned {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let signed = request.headers().get("authorization").unwrap_or_default();
        let scope = signed.split_once("Credential=key/").map_or("", |(_, rest)| rest);
        self.asked.lock().expect("nobody panicked").push(Request {
            line: format!("{} {}", request.method(), request.uri()),
            scope: scope.split(',').next().unwrap_or_default().to_owned(),
            target: request.headers().get("x-amz-target").unwrap_or_default().to_owned(),
            body: String::from_utf8_lossy(request.body().bytes().unwrap_or_default()).into_owned(),
        });
        let next = self.answers.lock().expect("nobody panicked").pop_front();
        let (status, code, body) = next.expect("there is an answer left");
        let mut response = HttpResponse::new(status.try_into().expect("a status"), SdkBody::from(body));
        if let Some(code) = code {
            response.headers_mut().insert("x-amzn-errortype", code);
        }
        response.headers_mut().insert("x-amzn-requestid", "r-1");
        HttpConnectorFuture::ready(Ok(response))
    }
}

impl HttpClient for Canned {
    fn http_connector(&self, _: &HttpConnectorSettings, _: &RuntimeComponents) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}

impl Canned {
    /// Answers so, in this order.
    pub(crate) fn answering(answers: impl IntoIterator<Item = Answer>) -> Self {
        Self {
            answers: Arc::new(Mutex::new(answers.into_iter().collect())),
            ..Self::default()
        }
    }

    /// What was asked so far.
    pub(crate) fn asked(&self) -> Vec<Request> {
        self.asked.lock().expect("nobody panicked").clone()
    }

    /// What the call log says: service, operation, outcome.
    pub(crate) fn logged(&self) -> Vec<String> {
        let calls = self.calls.lock().expect("nobody panicked");
        let told = calls
            .iter()
            .map(|call| format!("{} {} {}", call.service, call.operation, call.outcome));
        told.collect()
    }

    /// Makes a service's adapter over it, in account 222222222222, in Tokyo.
    pub(crate) fn serve<T>(&self, make: impl FnOnce(&Clients<'_>) -> T) -> T {
        let account = AccountId::new("222222222222").expect("an account");
        let region = Region::new("ap-northeast-1").expect("a region");
        let credentials = Credentials::new("key", "secret", None, None, "test");
        let when = UNIX_EPOCH + Duration::from_secs(1_795_352_400);
        let config = SdkConfig::builder()
            .behavior_version(aws_smithy_runtime_api::client::behavior_version::BehaviorVersion::latest())
            .region(aws_types::region::Region::new(region.to_string()))
            .http_client(SharedHttpClient::new(self.clone()))
            .time_source(SharedTimeSource::new(StaticTimeSource::new(when)))
            .sleep_impl(SharedAsyncSleep::new(TokioSleep::new()))
            .retry_config(RetryConfig::standard().with_max_attempts(4))
            .timeout_config(
                TimeoutConfig::builder()
                    .operation_attempt_timeout(Duration::from_secs(60))
                    .build(),
            )
            .credentials_provider(SharedCredentialsProvider::new(credentials))
            .build();
        let calls = Arc::clone(&self.calls);
        let sink: crate::CallSink = Arc::new(move |call| calls.lock().expect("nobody panicked").push(call));
        make(&Clients {
            account: &account,
            region: &region,
            reads: config.clone(),
            once: config,
            partition: "test",
            sink: &sink,
        })
    }
}
