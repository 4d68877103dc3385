//! Whole requests through the in-process client, signed, in virtual time.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use aws_smithy_runtime_api::client::http::HttpConnector as _;
use aws_smithy_runtime_api::client::orchestrator::HttpRequest;
use aws_smithy_types::body::SdkBody;
use model::inventory::Inventory;
use serde_json::{Value, json};

use super::*;
use crate::faults::{FaultLevel, Nth, Trap};
use crate::http_client::SimHttpClient;
use crate::services::sts::Credentials;

fn world(level: FaultLevel) -> (SimHttpClient, Credentials) {
    let inventory = json!({"format": 1, "observed_at": "2026-11-22T22:00:00Z", "accounts": {
        "111111111111": {"roles": {"cleave-source": {"trusts": ["333333333333"]}}, "regions": {"ap-northeast-1": {}}}}});
    let inventory = Inventory::parse(&inventory.to_string()).expect("an inventory");
    let base = inventory.observed_at;
    let mut cloud = Cloud::new(&inventory, base, 7, level);
    let key = sts::static_key(&mut cloud, &AccountId::new("111111111111").expect("an account"));
    let start = tokio::time::Instant::now();
    let clock: Clock = Arc::new(move || base.saturating_add(start.elapsed()).expect("within the range of time"));
    (SimHttpClient::new(Arc::new(Mutex::new(cloud)), clock), key)
}

fn signed(service: &str, key: &Credentials, request: http::request::Builder, body: &str) -> Request<Bytes> {
    let scope = |signature: &str| {
        format!(
            "AWS4-HMAC-SHA256 Credential={}/20261122/ap-northeast-1/{service}/aws4_request, SignedHeaders=host;x-amz-date, Signature={signature}",
            key.access_key
        )
    };
    let mut request = request
        .header("x-amz-date", "20261122T220000Z")
        .header("authorization", scope(""))
        .body(Bytes::copy_from_slice(body.as_bytes()))
        .expect("a request");
    let signature = signature::sign(
        &signature::scope(&request).expect("it is signed"),
        &key.secret_key,
        &request,
    );
    request
        .headers_mut()
        .insert("authorization", scope(&signature).parse().expect("a header"));
    request
}

/// Status and body, or the connector's error.
async fn send(client: &SimHttpClient, request: Request<Bytes>) -> Result<(u16, String, String), String> {
    let request = HttpRequest::try_from(request.map(SdkBody::from)).expect("a request");
    let response = client.call(request).await.map_err(|error| format!("{error:?}"))?;
    let date = response.headers().get("date").unwrap_or_default().to_owned();
    let status = response.status().as_u16();
    let body = response
        .into_body()
        .bytes()
        .map(|bytes| String::from_utf8_lossy(bytes).into_owned());
    Ok((status, body.unwrap_or_default(), date))
}

fn create_key(key: &Credentials) -> Request<Bytes> {
    let request =
        Request::post("https://kms.ap-northeast-1.amazonaws.com/").header("x-amz-target", "TrentService.CreateKey");
    signed("kms", key, request, "{}")
}

fn identity(key: &Credentials) -> Request<Bytes> {
    let request = Request::post("https://sts.ap-northeast-1.amazonaws.com/");
    signed("sts", key, request, "Action=GetCallerIdentity&Version=2011-06-15")
}

#[tokio::test(start_paused = true)]
async fn a_call_takes_virtual_time_and_carries_the_virtual_date() {
    let (client, key) = world(FaultLevel::None);
    let start = tokio::time::Instant::now();
    let (status, body, date) = send(&client, identity(&key)).await.expect("an answer");
    assert_eq!(status, 200, "{body}");
    assert!(body.contains("<Account>111111111111</Account>"), "{body}");
    assert_eq!(date, "Sun, 22 Nov 2026 22:00:00 GMT");
    let took = start.elapsed();
    assert!(
        (Duration::from_millis(20)..=Duration::from_millis(85)).contains(&took),
        "{took:?}"
    );
}

#[tokio::test(start_paused = true)]
async fn a_wrong_secret_and_an_unknown_key_are_refused_and_recorded() {
    let (client, key) = world(FaultLevel::None);
    let forged = Credentials {
        secret_key: "wrong".to_owned(),
        ..key.clone()
    };
    let (status, body, _) = send(&client, identity(&forged)).await.expect("an answer");
    assert_eq!(status, 403);
    assert!(body.contains("SignatureDoesNotMatch"), "{body}");
    let unknown = Credentials {
        access_key: "AKIANOBODY".to_owned(),
        ..key
    };
    let (status, body, _) = send(&client, create_key(&unknown)).await.expect("an answer");
    assert_eq!(status, 400);
    let error: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(error["__type"], "UnrecognizedClientException");
    let outcomes: Vec<_> = lock(client.shared())
        .requests
        .iter()
        .map(|r| r.outcome.clone())
        .collect();
    assert_eq!(outcomes, ["SignatureDoesNotMatch", "UnrecognizedClientException"]);
}

/// What was answered to a call that a trap has caught, and how many keys exist afterwards.
async fn caught(what: Fate) -> (Result<(u16, String, String), String>, usize) {
    let (client, key) = world(FaultLevel::None);
    lock(client.shared()).faults.set_trap(Trap {
        nth: Nth::Mutating(2),
        what,
    });
    send(&client, create_key(&key)).await.expect("the first call is spared");
    send(&client, identity(&key)).await.expect("a read does not count");
    assert_eq!(lock(client.shared()).faults.traps_sprung(), 0);
    let outcome = tokio::time::timeout(Duration::from_secs(60), send(&client, create_key(&key))).await;
    assert_eq!(lock(client.shared()).faults.traps_sprung(), 1);
    send(&client, create_key(&key)).await.expect("it springs once");
    let keys = lock(client.shared())
        .effects
        .iter()
        .filter(|effect| effect.operation == "kms CreateKey")
        .count();
    (outcome.unwrap_or_else(|_| Err("timed out".to_owned())), keys)
}

#[tokio::test(start_paused = true)]
async fn a_trap_catches_exactly_the_call_it_waits_for() {
    let (outcome, keys) = caught(Fate::FailBefore).await;
    assert_eq!((outcome.expect("an answer").0, keys), (500, 2));
    let (outcome, keys) = caught(Fate::FailAfter).await;
    assert_eq!((outcome.expect("an answer").0, keys), (500, 3));
    let (outcome, keys) = caught(Fate::Throttled).await;
    let (status, body, _) = outcome.expect("an answer");
    assert_eq!((status, keys), (400, 2));
    assert!(body.contains("ThrottlingException"), "{body}");
    let (outcome, keys) = caught(Fate::LoseReply).await;
    assert!(outcome.expect_err("no answer").contains("connection reset"));
    assert_eq!(keys, 3);
    let (outcome, keys) = caught(Fate::HangBefore).await;
    assert_eq!((outcome.expect_err("no answer").as_str(), keys), ("timed out", 2));
    let (outcome, keys) = caught(Fate::HangAfter).await;
    assert_eq!((outcome.expect_err("no answer").as_str(), keys), ("timed out", 3));
}

#[tokio::test(start_paused = true)]
async fn the_same_seed_gives_the_same_night() {
    let mut nights = Vec::new();
    for _ in 0..2 {
        let (client, key) = world(FaultLevel::Harsh);
        for _ in 0..200 {
            let call = send(&client, create_key(&key));
            // A call that hangs is given up, as the SDK's timeout does.
            let _ = tokio::time::timeout(Duration::from_secs(20), call).await;
        }
        nights.push(lock(client.shared()).requests.clone());
    }
    assert_eq!(nights[0], nights[1]);
    for outcome in ["ok", "ThrottlingException", "KMSInternalException", "lost reply"] {
        assert!(
            nights[0].iter().any(|request| request.outcome == outcome),
            "{outcome} did not happen in 200 calls"
        );
    }
}

#[tokio::test(start_paused = true)]
async fn s3_operations_have_their_names() {
    let named = |method: &str, uri: &str, source: bool| {
        let mut request = Request::builder().method(method).uri(uri);
        if source {
            request = request.header("x-amz-copy-source", "/b/k");
        }
        s3_operation(&request.body(Bytes::new()).expect("a request"))
    };
    for (method, uri, copies, expected) in [
        ("GET", "https://s3.eu-west-1.amazonaws.com/", false, "ListBuckets"),
        ("PUT", "https://shop.s3.eu-west-1.amazonaws.com/", false, "CreateBucket"),
        ("PUT", "http://127.0.0.1:8000/shop", false, "CreateBucket"),
        ("PUT", "http://127.0.0.1:8000/shop/a/b", false, "PutObject"),
        (
            "PUT",
            "https://shop.s3.eu-west-1.amazonaws.com/a?partNumber=1&uploadId=u",
            true,
            "UploadPartCopy",
        ),
        ("PUT", "https://shop.s3.eu-west-1.amazonaws.com/a", true, "CopyObject"),
        (
            "GET",
            "https://shop.s3.eu-west-1.amazonaws.com/?versions&prefix=a",
            false,
            "ListObjectVersions",
        ),
        (
            "GET",
            "https://shop.s3.eu-west-1.amazonaws.com/?list-type=2",
            false,
            "ListObjectsV2",
        ),
        (
            "PUT",
            "https://shop.s3.eu-west-1.amazonaws.com/?policy",
            false,
            "PutBucketPolicy",
        ),
        (
            "GET",
            "https://shop.s3.eu-west-1.amazonaws.com/a?tagging&versionId=v",
            false,
            "GetObjectTagging",
        ),
        (
            "DELETE",
            "https://shop.s3.eu-west-1.amazonaws.com/a?versionId=v",
            false,
            "DeleteObject",
        ),
        (
            "DELETE",
            "https://shop.s3.eu-west-1.amazonaws.com/",
            false,
            "DeleteBucket",
        ),
        (
            "POST",
            "https://shop.s3.eu-west-1.amazonaws.com/?delete",
            false,
            "DeleteObjects",
        ),
        ("HEAD", "https://shop.s3.eu-west-1.amazonaws.com/", false, "HeadBucket"),
    ] {
        assert_eq!(named(method, uri, copies), expected, "{method} {uri}");
    }
}
