//! Requests to others than AWS, over the same HTTP client and unsigned; and what that client may ask its surroundings for.

use std::time::Duration;

use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_runtime::client::auth::no_auth::{NO_AUTH_SCHEME_ID, NoAuthScheme};
use aws_smithy_runtime::client::identity::IdentityCache;
use aws_smithy_runtime::client::identity::no_auth::NoAuthIdentityResolver;
use aws_smithy_runtime::client::orchestrator::endpoints::StaticUriEndpointResolver;
use aws_smithy_runtime::client::retries::strategy::NeverRetryStrategy;
use aws_smithy_runtime_api::client::auth::static_resolver::StaticAuthSchemeOptionResolver;
use aws_smithy_runtime_api::client::http::{HttpClient, HttpConnector, HttpConnectorSettings, SharedHttpClient};
use aws_smithy_runtime_api::client::identity::SharedIdentityResolver;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_runtime_api::client::runtime_components::{BuildError, RuntimeComponents};
use aws_smithy_types::body::SdkBody;

/// How long an answer is waited for.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

/// Why a request came to nothing. It never holds the address: a webhook's is a secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum NotPosted {
    /// The address is none.
    #[error("the address is not an http or https URL")]
    BadAddress,
    /// Nobody answered.
    #[error("no answer")]
    NoAnswer,
    /// An answer other than 2xx.
    #[error("HTTP status {0}")]
    Refused(u16),
}

/// Posts a JSON text, once.
///
/// # Errors
///
/// See [`NotPosted`]; it may have arrived where nobody answered.
pub async fn post_json(
    http: &SharedHttpClient,
    time: &SharedTimeSource,
    address: &str,
    text: String,
) -> Result<(), NotPosted> {
    let request = http::Request::post(address)
        .header("content-type", "application/json")
        .header("user-agent", concat!("cleave/", env!("CARGO_PKG_VERSION")))
        .body(SdkBody::from(text))
        .map_err(|_| NotPosted::BadAddress)?;
    let web = matches!(request.uri().scheme_str(), Some("http" | "https"));
    let request = HttpRequest::try_from(request).map_err(|_| NotPosted::BadAddress)?;
    let components = components(time).map_err(|_| NotPosted::BadAddress)?;
    if !web {
        return Err(NotPosted::BadAddress);
    }
    let connecting = HttpConnectorSettings::builder()
        .connect_timeout(Duration::from_secs(10))
        .build();
    let connector = http.http_connector(&connecting, &components);
    let answered = tokio::time::timeout(PATIENCE, connector.call(request)).await;
    match answered {
        Ok(Ok(response)) if response.status().is_success() => Ok(()),
        Ok(Ok(response)) => Err(NotPosted::Refused(response.status().as_u16())),
        Ok(Err(_)) | Err(_) => Err(NotPosted::NoAnswer),
    }
}

/// What an HTTP client may ask its surroundings for: the world's clock and sleep. The rest is never used, but must be there.
pub(crate) fn components(time: &SharedTimeSource) -> Result<RuntimeComponents, BuildError> {
    RuntimeComponents::builder("raw")
        .with_auth_scheme_option_resolver(Some(StaticAuthSchemeOptionResolver::new(vec![NO_AUTH_SCHEME_ID])))
        .with_auth_scheme(NoAuthScheme::new())
        .with_identity_cache(Some(IdentityCache::no_cache()))
        .with_identity_resolver(
            NO_AUTH_SCHEME_ID,
            SharedIdentityResolver::new(NoAuthIdentityResolver::new()),
        )
        .with_endpoint_resolver(Some(StaticUriEndpointResolver::uri("https://s3.amazonaws.com")))
        .with_retry_strategy(Some(NeverRetryStrategy::new()))
        .with_time_source(Some(time.clone()))
        .with_sleep_impl(Some(aws_smithy_async::rt::sleep::TokioSleep::new()))
        .build()
}
