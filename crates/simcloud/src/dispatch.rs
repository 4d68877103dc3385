//! One request from signature to answer, the same in-process and on TCP: who asks, of which service, what becomes of the call
//! (faults), what is answered, and the record of it.

use std::sync::{Arc, PoisonError};

use bytes::Bytes;
use http::{HeaderValue, Method, Request, Response};
use jiff::Timestamp;
use model::ids::{AccountId, Region};

use crate::cloud::{Caller, Cloud, ServiceError, Shared};
use crate::faults::Fate;
use crate::injected;
use crate::s3;
use crate::services::{iam_permissions, sts};
use crate::wire::{self, signature, words};

/// The virtual clock, read by whoever serves.
pub type Clock = Arc<dyn Fn() -> Timestamp + Send + Sync>;

/// One request as it was answered: what tests count calls and outcomes on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RequestRecord {
    /// When it was handled.
    pub at: Timestamp,
    /// Whose credentials signed it; absent when they were refused.
    pub account: Option<AccountId>,
    /// `rds`
    pub service: String,
    /// `CopyDBSnapshot`
    pub operation: String,
    /// Whether an operation of this name may change something.
    pub mutating: bool,
    /// `ok`, the error's code, `lost reply` or `hung`.
    pub outcome: String,
    /// The id that the answer carries.
    pub request_id: String,
}

/// What comes back to the client.
#[derive(Debug)]
pub enum Reply {
    /// An answer.
    Answer(Response<Bytes>),
    /// The connection breaks.
    Lost,
    /// Nothing, for ever.
    Nothing,
}

/// The state, also after a handler panicked: the laws and the log are then still of use.
pub fn lock(shared: &Shared) -> std::sync::MutexGuard<'_, Cloud> {
    shared.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Handles a request whose body has been read.
pub async fn dispatch(shared: &Shared, clock: &Clock, mut request: Request<Bytes>) -> Reply {
    let host = signature::host(&request);
    if let (false, Ok(value)) = (request.headers().contains_key("host"), HeaderValue::try_from(host)) {
        request.headers_mut().insert("host", value);
    }
    let scope = signature::scope(&request);
    let service = scope
        .as_ref()
        .map_or_else(|| "s3".to_owned(), |scope| wire::service_of(scope, &request));
    if service == "s3" {
        return dispatch_s3(shared, clock, scope.as_ref(), request).await;
    }
    let protocol = wire::protocol(&service, &request);
    let mut cloud = lock(shared);
    cloud.advance(clock());
    let request_id = request_id(&mut cloud);
    let scope = scope.expect("only a signed request is for another service than S3");
    let caller = match authenticated(&mut cloud, &scope, &request, true) {
        Ok(caller) => caller,
        Err(error) => {
            let error = words::authentication(&service, error);
            let operation = wire::decode(&scope, &request).map_or_else(|_| String::new(), |asked| asked.operation);
            record(&mut cloud, None, &service, &operation, &error.code, &request_id);
            return answer(
                &cloud,
                wire::encode(&service, protocol, &operation, &Err(error), &request_id),
            );
        }
    };
    let asked = match wire::decode(&scope, &request) {
        Ok(asked) => asked,
        Err(error) => {
            record(&mut cloud, Some(&caller), &service, "", &error.code, &request_id);
            return answer(&cloud, wire::encode(&service, protocol, "", &Err(error), &request_id));
        }
    };
    let operation = asked.operation.as_str();
    let place = || injected::call(caller.account.as_str(), &service, operation, &asked.input);
    let fate = cloud.faults.fate(place, operation, words::mutates(operation));
    let result = match fate {
        Fate::Throttled => Err(words::throttled(&service)),
        Fate::Denied => Err(words::denied(&service)),
        Fate::FailBefore => Err(words::internal(&service)),
        Fate::HangBefore => {
            record(&mut cloud, Some(&caller), &service, operation, "hung", &request_id);
            return Reply::Nothing;
        }
        Fate::Fine | Fate::FailAfter | Fate::LoseReply | Fate::HangAfter => {
            match iam_permissions::judge_call(&cloud, &caller, &service, operation, &asked.input) {
                Ok(()) => cloud.call(&caller, &service, operation, &asked.input),
                Err(error) => Err(error),
            }
        }
    };
    let result = if fate == Fate::FailAfter {
        Err(words::internal(&service))
    } else {
        result
    };
    let outcome = outcome(fate, result.as_ref().err().map(|error| error.code.as_str()));
    record(&mut cloud, Some(&caller), &service, operation, &outcome, &request_id);
    let response = wire::encode(&service, protocol, operation, &result, &request_id);
    delivered(fate, || answer(&cloud, response))
}

async fn dispatch_s3(
    shared: &Shared,
    clock: &Clock,
    scope: Option<&signature::Scope>,
    request: Request<Bytes>,
) -> Reply {
    let operation = s3_operation(&request);
    let head_only = *request.method() == Method::HEAD;
    let host = signature::host(&request);
    // S3 answers HEAD without a body, errors too: all that a client learns is the status.
    let refusal = |error: ServiceError, request_id: &str| {
        let response = wire::encode("s3", None, "", &Err(error), request_id);
        if head_only {
            response.map(|_| Bytes::new())
        } else {
            response
        }
    };
    let (fate, caller, request_id) = {
        let mut cloud = lock(shared);
        cloud.advance(clock());
        let request_id = request_id(&mut cloud);
        // s3s checks the signature of every request that is signed; here only the key and its session.
        let caller = scope
            .map(|scope| authenticated(&mut cloud, scope, &request, false))
            .transpose();
        let caller = match caller {
            Ok(caller) => caller,
            Err(error) => {
                let error = words::authentication("s3", error);
                record(&mut cloud, None, "s3", &operation, &error.code, &request_id);
                return answer(&cloud, refusal(error, &request_id));
            }
        };
        let place = || {
            let account = caller.as_ref().map_or("nobody", |caller| caller.account.as_str());
            let path = request.uri().path_and_query().map_or("", |path| path.as_str());
            format!("{account} s3 {operation} {host}{path}")
        };
        let fate = cloud.faults.fate(place, &operation, words::mutates(&operation));
        let refused = match fate {
            Fate::Throttled => Some(words::throttled("s3")),
            Fate::Denied => Some(words::denied("s3")),
            Fate::FailBefore => Some(words::internal("s3")),
            _ => None,
        };
        if let Some(error) = refused {
            record(&mut cloud, caller.as_ref(), "s3", &operation, &error.code, &request_id);
            return answer(&cloud, refusal(error, &request_id));
        }
        if fate == Fate::HangBefore {
            record(&mut cloud, caller.as_ref(), "s3", &operation, "hung", &request_id);
            return Reply::Nothing;
        }
        (fate, caller, request_id)
    };
    let mut response = s3::service::handle(shared, request).await;
    let mut cloud = lock(shared);
    if fate == Fate::FailAfter {
        response = refusal(words::internal("s3"), &request_id);
    }
    let code = (!response.status().is_success()).then(|| s3_code(&response));
    record(
        &mut cloud,
        caller.as_ref(),
        "s3",
        &operation,
        &outcome(fate, code.as_deref()),
        &request_id,
    );
    if let Ok(id) = HeaderValue::try_from(&request_id) {
        response.headers_mut().insert("x-amz-request-id", id);
    }
    delivered(fate, || answer(&cloud, response))
}

fn authenticated(
    cloud: &mut Cloud,
    scope: &signature::Scope,
    request: &Request<Bytes>,
    check_signature: bool,
) -> Result<Caller, ServiceError> {
    if cloud.faults.sessions_end() {
        sts::expire_sessions(cloud);
    }
    let region = Region::new(&scope.region).map_err(|_| {
        ServiceError::with_status(
            403,
            "SignatureDoesNotMatch",
            "Credential should be scoped to a valid region.",
        )
    })?;
    let token = signature::token(request);
    let caller = sts::authenticate(cloud, &scope.access_key, token.as_deref(), &region)?;
    let secret = sts::secret_of(cloud, &scope.access_key).unwrap_or_default();
    if check_signature && !signature::is_valid(scope, &secret, request) {
        let message = "The request signature we calculated does not match the signature you provided. Check your AWS Secret Access Key and signing method.";
        return Err(ServiceError::with_status(403, "SignatureDoesNotMatch", message));
    }
    Ok(caller)
}

fn outcome(fate: Fate, code: Option<&str>) -> String {
    match fate {
        Fate::LoseReply => "lost reply".to_owned(),
        Fate::HangAfter => "hung".to_owned(),
        _ => code.unwrap_or("ok").to_owned(),
    }
}

fn delivered(fate: Fate, answer: impl FnOnce() -> Reply) -> Reply {
    match fate {
        Fate::LoseReply => Reply::Lost,
        Fate::HangBefore | Fate::HangAfter => Reply::Nothing,
        Fate::Fine | Fate::Throttled | Fate::Denied | Fate::FailBefore | Fate::FailAfter => answer(),
    }
}

/// Adds the date: SDKs correct their clock by it, so it must be the virtual one.
fn answer(cloud: &Cloud, mut response: Response<Bytes>) -> Reply {
    let printer = jiff::fmt::rfc2822::DateTimePrinter::new();
    let date = printer.timestamp_to_rfc9110_string(&cloud.now).ok();
    if let Some(date) = date.and_then(|date| HeaderValue::try_from(date).ok()) {
        response.headers_mut().insert("date", date);
    }
    Reply::Answer(response)
}

fn record(cloud: &mut Cloud, caller: Option<&Caller>, service: &str, operation: &str, outcome: &str, request_id: &str) {
    let record = RequestRecord {
        at: cloud.now,
        account: caller.map(|caller| caller.account.clone()),
        service: service.to_owned(),
        operation: operation.to_owned(),
        mutating: words::mutates(operation),
        outcome: outcome.to_owned(),
        request_id: request_id.to_owned(),
    };
    cloud.requests.push(record);
}

fn request_id(cloud: &mut Cloud) -> String {
    let hex = cloud.faults.letters("request ids", "0123456789abcdef", 32);
    format!(
        "{}-{}-{}-{}-{}",
        &hex[0..8],
        &hex[8..12],
        &hex[12..16],
        &hex[16..20],
        &hex[20..32]
    )
}

fn s3_code(response: &Response<Bytes>) -> String {
    let parsed = wire::xml::parse(response.body());
    let code = parsed.and_then(|root| root.children.into_iter().find(|child| child.name == "Code"));
    code.map_or_else(|| response.status().as_u16().to_string(), |code| code.text)
}

/// The name of an S3 operation, from method, path and query string: for the log and for traps.
fn s3_operation(request: &Request<Bytes>) -> String {
    let host = signature::host(request);
    let by_host = host
        .split('.')
        .skip(1)
        .any(|label| label == "s3" || label.starts_with("s3-"))
        && !host.starts_with("s3.");
    let path = request.uri().path().trim_start_matches('/');
    let key = if by_host {
        path
    } else {
        path.split_once('/').map_or("", |(_, key)| key)
    };
    let query = wire::query::fields(request.uri().query().unwrap_or_default());
    let has = |name: &str| query.contains_key(name);
    let copies = request.headers().contains_key("x-amz-copy-source");
    let object = !key.is_empty();
    let verb = match *request.method() {
        Method::PUT => "Put",
        Method::DELETE => "Delete",
        Method::HEAD => "Head",
        Method::POST => "Post",
        _ => "Get",
    };
    let fixed = match (verb, object) {
        ("Put", true) if has("uploadId") && copies => "UploadPartCopy",
        ("Put", true) if has("uploadId") => "UploadPart",
        ("Put", true) if copies => "CopyObject",
        ("Post", true) if has("uploads") => "CreateMultipartUpload",
        ("Post", true) if has("uploadId") => "CompleteMultipartUpload",
        ("Delete", true) if has("uploadId") => "AbortMultipartUpload",
        ("Get", true) if has("uploadId") => "ListParts",
        ("Post", true) if has("restore") => "RestoreObject",
        ("Post", false) if has("delete") => "DeleteObjects",
        ("Get", false) if has("versions") => "ListObjectVersions",
        ("Get", false) if has("uploads") => "ListMultipartUploads",
        ("Get", false) if has("list-type") => "ListObjectsV2",
        ("Get", false) if path.is_empty() && !by_host => "ListBuckets",
        _ => "",
    };
    if !fixed.is_empty() {
        return fixed.to_owned();
    }
    let words = |name: &str| -> String {
        name.split('-')
            .map(|word| word[..1].to_uppercase() + &word[1..])
            .collect()
    };
    let part = query.keys().find(|name| SUBRESOURCES.contains(&name.as_str()));
    match (part, object) {
        (Some(name), true) => format!("{verb}Object{}", words(name)),
        (Some(name), false) if name == "publicAccessBlock" => format!("{verb}PublicAccessBlock"),
        (Some(name), false) => format!("{verb}Bucket{}", words(name)),
        (None, true) => format!("{verb}Object"),
        (None, false) if verb == "Put" => "CreateBucket".to_owned(),
        (None, false) if verb == "Get" => "ListObjects".to_owned(),
        (None, false) => format!("{verb}Bucket"),
    }
}

/// Query parameters that name a part of a bucket or an object.
const SUBRESOURCES: [&str; 24] = [
    "abac",
    "accelerate",
    "acl",
    "analytics",
    "attributes",
    "cors",
    "encryption",
    "intelligent-tiering",
    "inventory",
    "lifecycle",
    "location",
    "logging",
    "metrics",
    "notification",
    "object-lock",
    "ownershipControls",
    "policy",
    "policyStatus",
    "publicAccessBlock",
    "replication",
    "requestPayment",
    "tagging",
    "versioning",
    "website",
];

#[cfg(test)]
#[path = "dispatch_tests.rs"]
mod tests;
