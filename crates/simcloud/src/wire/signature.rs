//! Who signed a request (Signature Version 4): the scope names access key, region and service; the signature is checked.

use std::collections::BTreeMap;
use std::fmt::Write as _;

use bytes::Bytes;
use data_encoding::HEXLOWER;
use http::Request;
use sha2::{Digest, Sha256};

/// What a signature's credential scope says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Scope {
    /// The access key id.
    pub access_key: String,
    /// `20261122`
    pub date: String,
    /// The region signed for.
    pub region: String,
    /// The service signed for; S3 Control signs as `s3`.
    pub service: String,
    /// The names of the headers that are signed, in order.
    signed_headers: String,
    signature: String,
}

/// Reads the `Authorization` header, or the query string of a presigned request. `None`: the request is not signed.
pub fn scope(request: &Request<Bytes>) -> Option<Scope> {
    if let Some(header) = request.headers().get("authorization") {
        let fields: BTreeMap<&str, &str> = header
            .to_str()
            .ok()?
            .strip_prefix("AWS4-HMAC-SHA256")?
            .split(',')
            .filter_map(|part| part.trim().split_once('='))
            .collect();
        return read(
            fields.get("Credential")?,
            fields.get("SignedHeaders")?,
            fields.get("Signature")?,
        );
    }
    let query = super::query::fields(request.uri().query()?);
    read(
        query.get("X-Amz-Credential")?,
        query.get("X-Amz-SignedHeaders")?,
        query.get("X-Amz-Signature")?,
    )
}

fn read(credential: &str, signed_headers: &str, signature: &str) -> Option<Scope> {
    let parts: Vec<&str> = credential.split('/').collect();
    let [access_key, date, region, service, "aws4_request"] = parts[..] else {
        return None;
    };
    Some(Scope {
        access_key: access_key.to_owned(),
        date: date.to_owned(),
        region: region.to_owned(),
        service: service.to_owned(),
        signed_headers: signed_headers.to_owned(),
        signature: signature.to_owned(),
    })
}

/// The session token of temporary credentials.
pub fn token(request: &Request<Bytes>) -> Option<String> {
    match request.headers().get("x-amz-security-token") {
        Some(value) => value.to_str().ok().map(str::to_owned),
        None => super::query::fields(request.uri().query()?).remove("X-Amz-Security-Token"),
    }
}

/// The host a request is for. The SDK sets no `Host` header; the address has it.
pub fn host(request: &Request<Bytes>) -> String {
    let header = request.headers().get("host").and_then(|value| value.to_str().ok());
    header
        .or_else(|| request.uri().authority().map(http::uri::Authority::as_str))
        .unwrap_or_default()
        .to_owned()
}

/// Whether the signature in the `Authorization` header is the one that this secret gives. Presigned requests are left to S3.
pub fn is_valid(scope: &Scope, secret: &str, request: &Request<Bytes>) -> bool {
    sign(scope, secret, request) == scope.signature
}

/// The signature that a secret gives for a request, its scope and the headers it names as signed.
pub fn sign(scope: &Scope, secret: &str, request: &Request<Bytes>) -> String {
    let header = |name: &str| {
        request
            .headers()
            .get(name)
            .and_then(|value| value.to_str().ok())
            .unwrap_or_default()
    };
    let mut canonical = format!(
        "{}\n{}\n{}\n",
        request.method(),
        path(scope, request.uri().path()),
        query(request)
    );
    for name in scope.signed_headers.split(';') {
        let value = if name == "host" {
            host(request)
        } else {
            header(name).to_owned()
        };
        // Runs of spaces count as one.
        let value = value.split_whitespace().collect::<Vec<_>>().join(" ");
        let _ = writeln!(canonical, "{name}:{value}");
    }
    let payload = match header("x-amz-content-sha256") {
        "" => hex(&Sha256::digest(request.body())),
        given => given.to_owned(),
    };
    let _ = write!(canonical, "\n{}\n{payload}", scope.signed_headers);
    let Scope {
        date, region, service, ..
    } = scope;
    let text = format!(
        "AWS4-HMAC-SHA256\n{}\n{date}/{region}/{service}/aws4_request\n{}",
        header("x-amz-date"),
        hex(&Sha256::digest(canonical.as_bytes()))
    );
    let mut key = hmac(format!("AWS4{secret}").as_bytes(), date.as_bytes());
    for part in [region.as_str(), service, "aws4_request"] {
        key = hmac(&key, part.as_bytes());
    }
    hex(&hmac(&key, text.as_bytes()))
}

/// S3 signs the path as sent, everyone else encodes it once more.
fn path(scope: &Scope, path: &str) -> String {
    if scope.service == "s3" {
        path.to_owned()
    } else {
        path.split('/').map(encode).collect::<Vec<_>>().join("/")
    }
}

fn query(request: &Request<Bytes>) -> String {
    let decode = |text: &str| {
        percent_encoding::percent_decode_str(text)
            .decode_utf8_lossy()
            .into_owned()
    };
    let pairs = request
        .uri()
        .query()
        .unwrap_or_default()
        .split('&')
        .filter(|pair| !pair.is_empty());
    let mut pairs: Vec<(String, String)> = pairs
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(name, value)| (encode(&decode(name)), encode(&decode(value))))
        .collect();
    pairs.sort();
    pairs
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect::<Vec<_>>()
        .join("&")
}

fn encode(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(byte as char);
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
    }
    out
}

fn hex(bytes: &[u8]) -> String {
    HEXLOWER.encode(bytes)
}

/// HMAC-SHA256 (RFC 2104).
fn hmac(key: &[u8], message: &[u8]) -> Vec<u8> {
    let mut block = [0_u8; 64];
    if key.len() > block.len() {
        block[..32].copy_from_slice(&Sha256::digest(key));
    } else {
        block[..key.len()].copy_from_slice(key);
    }
    let pad = |with: u8| block.map(|byte| byte ^ with);
    let inner = Sha256::new().chain_update(pad(0x36)).chain_update(message).finalize();
    Sha256::new()
        .chain_update(pad(0x5c))
        .chain_update(inner)
        .finalize()
        .to_vec()
}
