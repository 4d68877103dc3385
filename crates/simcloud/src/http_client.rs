//! The SDK `HttpClient` that answers from memory: the SDK's own serialisers, signers, retries and parsers run around it.

use std::fmt;
use std::time::Duration;

use aws_smithy_runtime_api::client::http::{
    HttpClient, HttpConnector, HttpConnectorFuture, HttpConnectorSettings, SharedHttpConnector,
};
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_runtime_api::client::result::ConnectorError;
use aws_smithy_runtime_api::client::runtime_components::RuntimeComponents;
use aws_smithy_types::body::SdkBody;
use http_body_util::BodyExt as _;

use crate::cloud::Shared;
use crate::dispatch::{Clock, Reply, dispatch, lock};

/// Hands requests to the simulated AWS instead of a network.
#[derive(Clone)]
pub struct SimHttpClient {
    shared: Shared,
    clock: Clock,
}

impl SimHttpClient {
    /// A client of this state. `clock` is the virtual time, the same that the SDK signs with.
    pub fn new(shared: Shared, clock: Clock) -> Self {
        Self { shared, clock }
    }

    /// The state behind it.
    pub fn shared(&self) -> &Shared {
        &self.shared
    }
}

impl fmt::Debug for SimHttpClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SimHttpClient")
    }
}

impl HttpConnector for SimHttpClient {
    fn call(&self, request: HttpRequest) -> HttpConnectorFuture {
        let client = self.clone();
        HttpConnectorFuture::new(async move {
            let request = request
                .try_into_http1x()
                .map_err(|error| ConnectorError::other(error.into(), None))?;
            let (parts, body) = request.into_parts();
            // Polled to its end: read at once, the SDK's upload watch sees 0 B/s and fails every slow call.
            let body = body
                .collect()
                .await
                .map_err(|error| ConnectorError::user(error.to_string().into()))?
                .to_bytes();
            let (up, down) = {
                let mut cloud = lock(&client.shared);
                (cloud.faults.latency(), cloud.faults.latency())
            };
            travel(up).await;
            let reply = dispatch(&client.shared, &client.clock, http::Request::from_parts(parts, body)).await;
            travel(down).await;
            match reply {
                Reply::Answer(response) => HttpResponse::try_from(response.map(SdkBody::from))
                    .map_err(|error| ConnectorError::other(error.into(), None)),
                Reply::Lost => Err(ConnectorError::io("connection reset by peer".into())),
                Reply::Nothing => std::future::pending().await,
            }
        })
    }
}

/// Lets a message be on its way for so many milliseconds of the SDK's own clock.
#[expect(
    clippy::disallowed_methods,
    reason = "a simulated network takes its time, and a paused clock jumps over it"
)]
async fn travel(milliseconds: u64) {
    tokio::time::sleep(Duration::from_millis(milliseconds)).await;
}

impl HttpClient for SimHttpClient {
    fn http_connector(
        &self,
        _settings: &HttpConnectorSettings,
        _components: &RuntimeComponents,
    ) -> SharedHttpConnector {
        SharedHttpConnector::new(self.clone())
    }
}
