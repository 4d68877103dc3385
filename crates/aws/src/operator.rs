//! The operator's own credentials, as every AWS tool finds them: profile, SSO, environment, instance role.

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_types::region::Region as SdkRegion;
use model::Region;

/// Looks for the operator's credentials. Nothing is asked of AWS yet.
pub async fn credentials(
    profile: Option<&str>,
    region: &Region,
    http: SharedHttpClient,
) -> Option<SharedCredentialsProvider> {
    let mut loader = aws_config::defaults(aws_config::BehaviorVersion::latest())
        .region(SdkRegion::new(region.to_string()))
        .http_client(http);
    if let Some(profile) = profile {
        loader = loader.profile_name(profile);
    }
    loader.load().await.credentials_provider()
}
