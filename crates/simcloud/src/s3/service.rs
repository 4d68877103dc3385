//! The door to S3: one HTTP request in, one response out. s3s checks the signature and reads and writes the wire format; what is
//! different in AWS than in s3s (the interleaved version listing, sub-resources kept as documents) is answered here.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use http::{HeaderMap, HeaderValue, Method, Request, Response, StatusCode, Uri};
use model::ids::Region;
use s3s::auth::{S3Auth, SecretKey};
use s3s::config::{S3Config, StaticConfigProvider};
use s3s::host::{S3Host, VirtualHost};
use s3s::route::S3Route;
use s3s::service::S3ServiceBuilder;
use s3s::{Body, S3Error, S3ErrorCode, S3Request, S3Response, S3Result};

use super::listing::{self, Asked};
use super::numbered::{NUMBERED, Numbered};
use super::operations::Operations;
use super::settings::DOCUMENTS;
use super::{Refusal, access, canonical_id, settings};
use crate::cloud::{Caller, Cloud};
use crate::laws;
use crate::services::sts;
use crate::wire::xml;

/// The cloud, shared with whoever else answers requests.
pub type Shared = Arc<Mutex<Cloud>>;

/// Answers one request, and checks the laws.
pub async fn handle(shared: &Shared, request: Request<Bytes>) -> Response<Bytes> {
    let head_only = request.method() == Method::HEAD;
    let mut response = match answer(shared, request).await {
        Ok(response) => response,
        Err(why) => {
            let mut response = Response::new(Bytes::from(why));
            *response.status_mut() = StatusCode::INTERNAL_SERVER_ERROR;
            response
        }
    };
    if head_only {
        // S3 answers HEAD without a body, errors too: all that a client learns is the status.
        *response.body_mut() = Bytes::new();
    }
    laws::check(&mut lock(shared));
    response
}

async fn answer(shared: &Shared, request: Request<Bytes>) -> Result<Response<Bytes>, String> {
    let (mut parts, body) = request.into_parts();
    if let Some(authority) = parts.uri.authority()
        && !parts.headers.contains_key(http::header::HOST)
    {
        let host = HeaderValue::from_str(authority.as_str()).map_err(|error| error.to_string())?;
        parts.headers.insert(http::header::HOST, host);
    }
    let path = parts.uri.path_and_query().map_or("/", |path| path.as_str());
    parts.uri = path.parse::<Uri>().map_err(|error| error.to_string())?;
    let place = Place::of(&parts.headers, &parts.uri);
    let query = parts.uri.query().unwrap_or_default();
    let answers_in_xml = parts.method != Method::GET
        || (place.key.is_empty() && query_value(query, "encoding-type").is_none())
        || query_value(query, "uploadId").is_some();
    if parts.method == Method::POST && query_value(query, "delete").is_some() {
        parts.extensions.insert(Deletions(body.clone()));
    }
    parts.extensions.insert(place);

    let mut builder = S3ServiceBuilder::new(Operations::new(shared.clone()));
    builder.set_auth(Secrets(shared.clone()));
    builder.set_host(Endpoints);
    builder.set_route(ByHand(shared.clone()));
    let mut config = S3Config::default();
    // s3s holds the signature's date against the clock on the wall, which has nothing to do with ours.
    config.presigned_url_max_skew_time_secs = u32::MAX;
    builder.set_config(Arc::new(StaticConfigProvider::new(Arc::new(config))));
    let response = builder.build().call(Request::from_parts(parts, Body::from(body))).await;
    let (parts, mut body) = response
        .map_err(|error| s3s::StdError::from(error).to_string())?
        .into_parts();
    let body = body
        .store_all_limited(usize::MAX)
        .await
        .map_err(|error| error.to_string())?;
    let body = match std::str::from_utf8(&body) {
        Ok(text) if answers_in_xml && !text.chars().all(xml::is_char) => Bytes::from(xml::with_references(text)),
        _ => body,
    };
    Ok(Response::from_parts(parts, body))
}

/// What a `DeleteObjects` sent. s3s takes characters that no XML may have, and carriage returns as they are; S3 does neither.
#[derive(Clone)]
pub(super) struct Deletions(Bytes);

impl Deletions {
    /// The keys that S3 reads there, in their order.
    pub(super) fn keys(&self) -> Result<Vec<String>, Refusal> {
        let malformed = || {
            let message = "The XML you provided was not well-formed or did not validate against our published schema";
            Refusal::new(400, "MalformedXML", message)
        };
        let document = xml::parse(&self.0).ok_or_else(malformed)?;
        let objects = document.children.into_iter().filter(|child| child.name == "Object");
        let keys = objects.map(|object| object.children.into_iter().find(|child| child.name == "Key"));
        keys.map(|key| key.map(|key| key.text).ok_or_else(malformed)).collect()
    }
}

/// The cloud, even if another thread panicked while it had it: the state is plain data.
pub(super) fn lock(shared: &Shared) -> MutexGuard<'_, Cloud> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Who makes a request that s3s has found correctly signed. Expired and unknown sessions get S3's own codes.
pub(super) fn caller<T>(cloud: &Cloud, request: &S3Request<T>) -> Result<Caller, Refusal> {
    let denied = || Refusal::new(403, "AccessDenied", "Access Denied");
    let credentials = request.credentials.as_ref().ok_or_else(denied)?;
    let region = request
        .region
        .as_ref()
        .and_then(|region| Region::new(region.as_str()).ok())
        .ok_or_else(denied)?;
    let in_query = request
        .uri
        .query()
        .and_then(|query| query_value(query, "X-Amz-Security-Token"));
    let token = header(&request.headers, "x-amz-security-token").or(in_query);
    sts::authenticate(cloud, &credentials.access_key, token.as_deref(), &region).map_err(|error| {
        match error.code.as_str() {
            "ExpiredToken" => Refusal::new(400, "ExpiredToken", "The provided token has expired."),
            _ => Refusal::new(
                400,
                "InvalidToken",
                "The provided token is malformed or otherwise invalid.",
            ),
        }
    })
}

/// What every request to a bucket passes first: the caller, the owner condition, the region.
pub(super) fn arrive<T>(cloud: &Cloud, request: &S3Request<T>, bucket: &str) -> Result<Caller, Refusal> {
    let caller = caller(cloud, request)?;
    access::expect_region(cloud, &caller, bucket)?;
    access::expect_owner(
        cloud,
        bucket,
        header(&request.headers, "x-amz-expected-bucket-owner").as_deref(),
    )?;
    Ok(caller)
}

/// A header as text.
pub(super) fn header(headers: &HeaderMap, name: &str) -> Option<String> {
    headers
        .get(name)
        .and_then(|value| value.to_str().ok())
        .map(str::to_owned)
}

/// Our error as s3s has them.
pub(super) fn refuse(refusal: Refusal) -> S3Error {
    let code = S3ErrorCode::from_bytes(refusal.error.code.as_bytes()).unwrap_or(S3ErrorCode::InternalError);
    let mut error = S3Error::with_message(code, refusal.error.message);
    if let Ok(status) = StatusCode::from_u16(refusal.error.status) {
        error.set_status_code(status);
    }
    let mut headers = HeaderMap::new();
    // s3s replaces the headers of the error document by these.
    headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
    for (name, value) in refusal.headers {
        if let Ok(value) = HeaderValue::from_str(&value) {
            headers.insert(name, value);
        }
    }
    error.set_headers(headers);
    error
}

struct Secrets(Shared);

#[async_trait::async_trait]
impl S3Auth for Secrets {
    async fn get_secret_key(&self, access_key: &str) -> S3Result<SecretKey> {
        let secret = sts::secret_of(&lock(&self.0), access_key);
        let unknown = "The AWS Access Key Id you provided does not exist in our records.";
        secret
            .map(SecretKey::from)
            .ok_or_else(|| refuse(Refusal::new(403, "InvalidAccessKeyId", unknown)))
    }
}

/// `bucket.s3.<region>.amazonaws.com` names a bucket; every other host is an endpoint with the bucket in the path.
struct Endpoints;

impl S3Host for Endpoints {
    fn parse_host_header<'a>(&'a self, host: &'a str) -> S3Result<VirtualHost<'a>> {
        let virtual_host = VirtualHost::new(host);
        Ok(match bucket_of_host(host) {
            Some(bucket) => virtual_host.with_bucket(bucket),
            None => virtual_host,
        })
    }
}

fn bucket_of_host(host: &str) -> Option<&str> {
    let host = host
        .strip_suffix(".amazonaws.com")
        .or_else(|| host.strip_suffix(".amazonaws.com:443"))?;
    // `s3`, `s3.<region>` and the old `s3-<region>`; a bucket's name may have dots, and even end in a label like these.
    let at = host
        .rfind(".s3.")
        .or_else(|| host.rfind(".s3-"))
        .or_else(|| host.strip_suffix(".s3").map(str::len))?;
    Some(&host[..at])
}

/// The bucket and key that a request is about, before s3s has read them.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Place {
    bucket: String,
    key: String,
}

impl Place {
    fn of(headers: &HeaderMap, uri: &Uri) -> Self {
        let path = percent_encoding::percent_decode_str(uri.path())
            .decode_utf8_lossy()
            .into_owned();
        let path = path.strip_prefix('/').unwrap_or(&path);
        let host = header(headers, "host").unwrap_or_default();
        match bucket_of_host(&host) {
            Some(bucket) => Self {
                bucket: bucket.to_owned(),
                key: path.to_owned(),
            },
            None => {
                let (bucket, key) = path.split_once('/').unwrap_or((path, ""));
                Self {
                    bucket: bucket.to_owned(),
                    key: key.to_owned(),
                }
            }
        }
    }
}

/// A query parameter, decoded; present without a value: empty.
fn query_value(query: &str, name: &str) -> Option<String> {
    let pair = query.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let (_, value) = pair.into_iter().find(|(found, _)| *found == name)?;
    let value = value.replace('+', " ");
    Some(
        percent_encoding::percent_decode_str(&value)
            .decode_utf8_lossy()
            .into_owned(),
    )
}

/// Requests that are answered here and not through s3s's typed operations.
struct ByHand(Shared);

#[async_trait::async_trait]
impl S3Route for ByHand {
    fn is_match(&self, method: &Method, uri: &Uri, _: &HeaderMap, extensions: &mut http::Extensions) -> bool {
        let Some(place) = extensions.get::<Place>() else {
            return false;
        };
        let Some(query) = uri.query() else { return false };
        let document = DOCUMENTS
            .iter()
            .any(|document| query_value(query, document.name).is_some());
        let versions = method == Method::GET && query_value(query, "versions").is_some();
        let by_hand =
            document || versions || numbered(query).is_some() || (method == Method::GET && self.has_acl(query, place));
        !place.bucket.is_empty() && place.key.is_empty() && by_hand
    }

    async fn call(&self, request: S3Request<Body>) -> S3Result<S3Response<Body>> {
        let mut request = request;
        let mut body = std::mem::take(&mut request.input);
        let body = body
            .store_all_limited(1 << 20)
            .await
            .map_err(|_| refuse(Refusal::new(400, "EntityTooLarge", "Too large")))?;
        let place = request.extensions.get::<Place>().cloned().unwrap_or_default();
        let mut cloud = lock(&self.0);
        let (status, text) = by_hand(&mut cloud, &request, &place.bucket, &body).map_err(refuse)?;
        let mut response = S3Response::with_status(Body::from(text), status);
        let query = request.uri.query().unwrap_or_default();
        if query_value(query, "lifecycle").is_some() && request.method != Method::DELETE {
            let name = settings::TRANSITION_MINIMUM;
            let put = (request.method == Method::PUT).then(|| header(&request.headers, name));
            let said = settings::transition_minimum(&mut cloud, &place.bucket, put).map_err(refuse)?;
            if let Ok(said) = HeaderValue::from_str(&said) {
                response.headers.insert(name, said);
            }
        }
        response
            .headers
            .insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/xml"));
        Ok(response)
    }
}

impl ByHand {
    /// Whether it asks for the ACL of a bucket that an inventory told one of. Every other bucket has its owner's alone.
    fn has_acl(&self, query: &str, place: &Place) -> bool {
        let has = || {
            lock(&self.0)
                .s3
                .by_name
                .get(&place.bucket)
                .is_some_and(|held| held.documents.contains_key("acl"))
        };
        query_value(query, "acl").is_some() && has()
    }
}

fn numbered(query: &str) -> Option<&'static Numbered> {
    NUMBERED.iter().find(|one| query_value(query, one.name).is_some())
}

fn by_hand(
    cloud: &mut Cloud,
    request: &S3Request<Body>,
    name: &str,
    body: &Bytes,
) -> Result<(StatusCode, String), Refusal> {
    let caller = arrive(cloud, request, name)?;
    let query = request.uri.query().unwrap_or_default();
    if let Some(document) = DOCUMENTS
        .iter()
        .find(|document| query_value(query, document.name).is_some())
    {
        return match request.method {
            Method::GET => Ok((StatusCode::OK, document.get(cloud, &caller, name)?)),
            Method::PUT => {
                let text = String::from_utf8(body.to_vec());
                let text =
                    text.map_err(|_| Refusal::new(400, "MalformedXML", "The XML you provided was not well-formed"))?;
                document.put(cloud, &caller, name, text)?;
                Ok((StatusCode::OK, String::new()))
            }
            Method::DELETE => {
                document.delete(cloud, &caller, name)?;
                Ok((StatusCode::NO_CONTENT, String::new()))
            }
            _ => Err(Refusal::new(
                405,
                "MethodNotAllowed",
                "The specified method is not allowed against this resource.",
            )),
        };
    }
    if let Some(numbered) = numbered(query) {
        let id = query_value(query, "id");
        return match (&request.method, id) {
            (&Method::GET, None) => {
                let token = query_value(query, "continuation-token");
                Ok((StatusCode::OK, numbered.list(cloud, &caller, name, token.as_deref())?))
            }
            (&Method::GET, Some(id)) => Ok((StatusCode::OK, numbered.get(cloud, &caller, name, &id)?)),
            (&Method::PUT, Some(id)) => {
                numbered.put(cloud, &caller, name, &id, &String::from_utf8_lossy(body))?;
                Ok((StatusCode::OK, String::new()))
            }
            (&Method::DELETE, Some(id)) => {
                numbered.delete(cloud, &caller, name, &id)?;
                Ok((StatusCode::NO_CONTENT, String::new()))
            }
            _ => Err(Refusal::new(
                405,
                "MethodNotAllowed",
                "The specified method is not allowed against this resource.",
            )),
        };
    }
    if query_value(query, "acl").is_some() {
        let held = settings::read(cloud, &caller, name, "s3:GetBucketAcl")?;
        return Ok((StatusCode::OK, held.documents.get("acl").cloned().unwrap_or_default()));
    }
    let number = |text: String| {
        text.parse::<i32>().map_err(|_| {
            Refusal::new(
                400,
                "InvalidArgument",
                "Provided max-keys not an integer or within integer range",
            )
        })
    };
    let asked = Asked {
        prefix: query_value(query, "prefix").unwrap_or_default(),
        delimiter: query_value(query, "delimiter"),
        after: query_value(query, "key-marker"),
        after_version: query_value(query, "version-id-marker"),
        max_keys: query_value(query, "max-keys").map(number).transpose()?,
        encoded: query_value(query, "encoding-type").is_some_and(|encoding| encoding == "url"),
    };
    let page = listing::page(cloud, &caller, name, &asked, true)?;
    let owner = cloud
        .s3
        .by_name
        .get(name)
        .map(|held| canonical_id(&held.owner))
        .unwrap_or_default();
    Ok((StatusCode::OK, listing::versions_xml(name, &asked, &page, &owner)))
}

#[cfg(test)]
#[path = "service_tests.rs"]
mod tests;
