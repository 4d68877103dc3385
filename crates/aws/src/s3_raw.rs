//! Requests to S3 that the SDK has no faithful operation for, signed here and sent through the SDK's own HTTP client: the version
//! listing, whose true order is lost in the SDK's two separate lists, and sub-resources of a bucket, which must be carried as
//! the XML documents that they are, also across a crash between reading and writing them.

use std::time::{Duration, SystemTime};

use aws_credential_types::provider::ProvideCredentials;
use aws_sigv4::http_request::{
    PayloadChecksumKind, PercentEncodingMode, SignableBody, SignableRequest, SigningSettings, UriPathNormalizationMode,
    sign,
};
use aws_sigv4::sign::v4;
use aws_smithy_runtime_api::client::http::{HttpClient, HttpConnector, HttpConnectorSettings};
use aws_smithy_runtime_api::client::identity::Identity;
use aws_smithy_runtime_api::client::orchestrator::{HttpRequest, HttpResponse};
use aws_smithy_types::body::SdkBody;
use bytes::Bytes;
use jiff::Timestamp;
use model::{CallRecord, Failure, FailureClass};
use sha2::Digest as _;

use crate::account::Account;
use crate::classify;
use crate::read_only;
use crate::unsigned::components;

/// How often a read is sent before its failure is the caller's.
const TRIES: u32 = 4;
/// A request that hangs this long has no answer.
const PATIENCE: Duration = Duration::from_secs(60);
/// The header that S3 gives with a lifecycle configuration and needs again with it.
const TRANSITION_MINIMUM: &str = "x-amz-transition-default-minimum-object-size";

/// An answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RawAnswer {
    /// The body.
    pub body: Bytes,
    /// The one header that belongs to a document: the lifecycle configuration's default minimum size.
    pub transition_minimum: Option<String>,
}

/// A read of a bucket (`operation` is only its name in the call log), tried again while S3 is throttling or failing.
pub async fn get_signed(
    account: &Account,
    operation: &str,
    bucket: &str,
    owner: &model::AccountId,
    query: &[(&str, &str)],
) -> Result<RawAnswer, Failure> {
    let mut tries = 0;
    loop {
        tries += 1;
        let answer = get_signed_once(account, operation, bucket, owner, query).await;
        let again = |class| {
            matches!(
                class,
                FailureClass::Throttled | FailureClass::Unavailable | FailureClass::NoAnswer
            )
        };
        match answer {
            Err(failure) if tries < TRIES && again(failure.class) => {
                #[expect(
                    clippy::disallowed_methods,
                    reason = "a read is sent again, as the SDK does it, on the clock that it was given"
                )]
                tokio::time::sleep(Duration::from_millis(250) * 2_u32.pow(tries)).await;
            }
            other => return other,
        }
    }
}

/// A read of a bucket, sent once: for who asks much at a time, and must itself heed that S3 asks for less.
pub async fn get_signed_once(
    account: &Account,
    operation: &str,
    bucket: &str,
    owner: &model::AccountId,
    query: &[(&str, &str)],
) -> Result<RawAnswer, Failure> {
    once(account, operation, "GET", bucket, owner, query, None).await
}

/// Replaces a document of a bucket; one attempt.
pub async fn put_signed(
    account: &Account,
    operation: &str,
    bucket: &str,
    owner: &model::AccountId,
    query: &[(&str, &str)],
    document: &RawAnswer,
) -> Result<(), Failure> {
    once(account, operation, "PUT", bucket, owner, query, Some(document))
        .await
        .map(drop)
}

/// Removes a document of a bucket; one attempt.
pub async fn delete_signed(
    account: &Account,
    operation: &str,
    bucket: &str,
    owner: &model::AccountId,
    query: &[(&str, &str)],
) -> Result<(), Failure> {
    once(account, operation, "DELETE", bucket, owner, query, None)
        .await
        .map(drop)
}

async fn once(
    account: &Account,
    operation: &str,
    method: &str,
    bucket: &str,
    owner: &model::AccountId,
    query: &[(&str, &str)],
    document: Option<&RawAnswer>,
) -> Result<RawAnswer, Failure> {
    let raw = &account.raw;
    let sent = raw.time.now();
    let answer = exchange(account, operation, method, bucket, owner, query, document, sent).await;
    let now = raw.time.now();
    let (outcome, request_id) = match &answer {
        Ok((_, id)) => ("ok".to_owned(), id.clone()),
        Err(failure) => (failure.code.clone(), failure.request_id.clone()),
    };
    (raw.log)(CallRecord {
        at: Timestamp::try_from(now).unwrap_or(Timestamp::UNIX_EPOCH),
        account: Some(account.id.clone()),
        service: "s3".to_owned(),
        operation: operation.to_owned(),
        mutating: !read_only::is_read("s3", operation),
        outcome,
        request_id,
        millis: now
            .duration_since(sent)
            .map_or(0, |d| u64::try_from(d.as_millis()).unwrap_or(u64::MAX)),
    });
    answer.map(|(answer, _)| answer)
}

#[allow(clippy::too_many_arguments, reason = "the parts of one request, used in one place")]
async fn exchange(
    account: &Account,
    operation: &str,
    method: &str,
    bucket: &str,
    owner: &model::AccountId,
    query: &[(&str, &str)],
    document: Option<&RawAnswer>,
    now: SystemTime,
) -> Result<(RawAnswer, Option<String>), Failure> {
    let ours = |class, code: &str, message: String| Failure {
        account: account.id.to_string(),
        service: "s3".to_owned(),
        operation: operation.to_owned(),
        class,
        code: code.to_owned(),
        message,
        request_id: None,
    };
    let invalid = |error: &dyn std::fmt::Display| ours(FailureClass::Invalid, "[NotBuilt]", error.to_string());
    let credentials = account.raw.credentials.provide_credentials().await.map_err(|error| {
        // The cause, a failure of AssumeRole, is what the operator must read.
        let cause = std::error::Error::source(&error)
            .and_then(|e| e.downcast_ref::<Failure>())
            .cloned();
        cause.unwrap_or_else(|| ours(FailureClass::CredentialsExpired, "[NoCredentials]", error.to_string()))
    })?;
    let uri = uri(account, bucket, query);
    let body = document.map(|document| document.body.clone()).unwrap_or_default();
    let mut request = http::Request::builder()
        .method(method)
        .uri(&uri)
        .header("x-amz-expected-bucket-owner", owner.as_str());
    if let Some(document) = document {
        let digest = aws_smithy_types::base64::encode(sha2::Sha256::digest(&document.body));
        request = request
            .header("content-type", "application/xml")
            .header("content-length", document.body.len().to_string())
            .header("x-amz-checksum-sha256", digest);
        if let Some(minimum) = &document.transition_minimum {
            request = request.header(TRANSITION_MINIMUM, minimum);
        }
    }
    let mut request = request
        .body(SdkBody::from(body.clone()))
        .map_err(|error| invalid(&error))?;
    let mut settings = SigningSettings::default();
    settings.percent_encoding_mode = PercentEncodingMode::Single;
    settings.payload_checksum_kind = PayloadChecksumKind::XAmzSha256;
    settings.uri_path_normalization_mode = UriPathNormalizationMode::Disabled;
    let identity: Identity = credentials.into();
    let params = v4::SigningParams::builder()
        .identity(&identity)
        .region(account.region.as_str())
        .name("s3")
        .time(now)
        .settings(settings)
        .build()
        .map_err(|error| invalid(&error))?
        .into();
    let headers: Vec<(String, String)> = request
        .headers()
        .iter()
        .map(|(name, value)| (name.to_string(), value.to_str().unwrap_or_default().to_owned()))
        .collect();
    let headers = headers.iter().map(|(name, value)| (name.as_str(), value.as_str()));
    let signable =
        SignableRequest::new(method, &uri, headers, SignableBody::Bytes(&body)).map_err(|error| invalid(&error))?;
    let (instructions, _) = sign(signable, &params).map_err(|error| invalid(&error))?.into_parts();
    instructions.apply_to_request_http1x(&mut request);
    let request = HttpRequest::try_from(request).map_err(|error| invalid(&error))?;

    let no_answer = |error: &dyn std::fmt::Display| ours(FailureClass::NoAnswer, "[NoAnswer]", error.to_string());
    let components = components(&account.raw.time).map_err(|error| invalid(&error))?;
    let connecting = HttpConnectorSettings::builder()
        .connect_timeout(Duration::from_secs(10))
        .build();
    let connector = account.raw.http.http_connector(&connecting, &components);
    let response = tokio::time::timeout(PATIENCE, async {
        let response = connector.call(request).await.map_err(|error| {
            if error.is_user() {
                ours(FailureClass::Invalid, "[NotSent]", deepest(&error))
            } else {
                no_answer(&deepest(&error))
            }
        })?;
        read(response).await.map_err(|error| no_answer(&error))
    });
    let answer = match response.await {
        Ok(answer) => answer?,
        Err(_) => {
            return Err(ours(
                FailureClass::NoAnswer,
                "[Timeout]",
                format!("no answer within {PATIENCE:?}"),
            ));
        }
    };
    if (200..300).contains(&answer.status) {
        let kept = RawAnswer {
            body: answer.body,
            transition_minimum: answer.transition_minimum,
        };
        return Ok((kept, answer.request_id));
    }
    let text = String::from_utf8_lossy(&answer.body);
    let code = element(&text, "Code").unwrap_or_default();
    let class = classify::class_of(&code, answer.status);
    let shown = if code.is_empty() {
        format!("[http {}]", answer.status)
    } else {
        code
    };
    let mut failure = ours(class, &shown, element(&text, "Message").unwrap_or_default());
    failure.request_id = answer.request_id;
    Err(failure)
}

struct Read {
    status: u16,
    body: Bytes,
    request_id: Option<String>,
    transition_minimum: Option<String>,
}

async fn read(response: HttpResponse) -> Result<Read, String> {
    let header = |name: &str| response.headers().get(name).map(str::to_owned);
    let (status, request_id, transition_minimum) = (
        response.status().as_u16(),
        header("x-amz-request-id"),
        header(TRANSITION_MINIMUM),
    );
    let body = http_body_util::BodyExt::collect(response.into_body())
        .await
        .map_err(|error| error.to_string())?;
    Ok(Read {
        status,
        body: body.to_bytes(),
        request_id,
        transition_minimum,
    })
}

fn uri(account: &Account, bucket: &str, query: &[(&str, &str)]) -> String {
    let region = &account.region;
    let suffix = if region.as_str().starts_with("cn-") { ".cn" } else { "" };
    let place = match &account.raw.endpoint {
        Some(endpoint) => format!("{}/{bucket}", endpoint.trim_end_matches('/')),
        // A name with dots does not fit the certificate of virtual hosts.
        None if bucket.contains('.') => format!("https://s3.{region}.amazonaws.com{suffix}/{bucket}"),
        None => format!("https://{bucket}.s3.{region}.amazonaws.com{suffix}/"),
    };
    let pairs = query.iter().map(|(name, value)| format!("{name}={}", encode(value)));
    format!("{place}?{}", pairs.collect::<Vec<_>>().join("&"))
}

/// A value in a query, as SigV4 wants it: everything but the unreserved characters encoded.
fn encode(value: &str) -> String {
    use std::fmt::Write as _;
    let mut encoded = String::with_capacity(value.len());
    for byte in value.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~') {
            encoded.push(char::from(byte));
        } else {
            // Writing to a String cannot fail.
            let _ = write!(encoded, "%{byte:02X}");
        }
    }
    encoded
}

/// The text of an element of S3's flat error documents.
fn element(text: &str, name: &str) -> Option<String> {
    let (_, rest) = text.split_once(&format!("<{name}>"))?;
    let (inner, _) = rest.split_once(&format!("</{name}>"))?;
    let plain = inner
        .replace("&lt;", "<")
        .replace("&gt;", ">")
        .replace("&quot;", "\"")
        .replace("&apos;", "'");
    Some(plain.replace("&amp;", "&"))
}

fn deepest(error: &(dyn std::error::Error + 'static)) -> String {
    let mut last = error;
    while let Some(next) = last.source() {
        last = next;
    }
    last.to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_query_value_is_encoded_from_its_bytes() {
        assert_eq!(encode("a b+c/ä"), "a%20b%2Bc%2F%C3%A4");
    }

    #[test]
    fn an_error_document_gives_code_and_message() {
        let text = "<Error><Code>NoSuchKey</Code><Message>a &lt;b&gt; &amp;lt; c</Message></Error>";
        assert_eq!(element(text, "Code").as_deref(), Some("NoSuchKey"));
        assert_eq!(element(text, "Message").as_deref(), Some("a <b> &lt; c"));
        assert_eq!(element(text, "HostId"), None);
    }
}
