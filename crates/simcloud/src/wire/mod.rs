//! Wire formats, read and written from AWS's own published service models.
//!
//! [`decode`] turns an HTTP request into `(service, operation, input)` with the model's member names, [`encode`] turns a handler's answer
//! into an HTTP response. No operation has code of its own here.

pub mod cbor;
pub mod json;
pub mod model;
pub mod query;
pub mod rest_xml;
pub mod scalar;
pub mod signature;
pub mod words;
pub mod xml;

use bytes::Bytes;
use http::{Request, Response};
use serde_json::{Value, json};

use crate::cloud::{Answer, ServiceError};
use model::{Model, Protocol};
use signature::Scope;

/// What a request asks for.
#[derive(Debug, Clone, PartialEq)]
pub struct Asked {
    /// `rds`, `s3control`, …
    pub service: String,
    /// `CopyDBSnapshot`
    pub operation: String,
    /// The input, in the model's member names.
    pub input: Value,
}

/// Reads a request of a service that is not S3. The service comes from the signature's scope.
pub fn decode(scope: &Scope, request: &Request<Bytes>) -> Result<Asked, ServiceError> {
    let service = service_of(scope, request);
    let Some(model) = model::of(&service) else {
        return Err(ServiceError::with_status(
            501,
            "NotImplemented",
            format!("simcloud does not model the service {service}"),
        ));
    };
    let unknown = |what: &str| {
        ServiceError::with_status(
            501,
            "NotImplemented",
            format!("simcloud does not model {service} {what}"),
        )
    };
    let unreadable = || ServiceError::new(words::malformed(&service), "The request body cannot be read");
    let headers = request.headers();
    let query = request.uri().query().unwrap_or_default();
    let (operation, input) = match spoken(model, headers) {
        Protocol::Query | Protocol::Ec2 => {
            let mut fields = query::fields(query);
            fields.extend(query::fields(
                std::str::from_utf8(request.body()).map_err(|_| unreadable())?,
            ));
            let name = fields.get("Action").cloned().unwrap_or_default();
            let operation = model.operations.get(&name).ok_or_else(|| unknown(&name))?;
            let input = operation
                .input
                .as_ref()
                .map(|shape| query::input(model, shape, &fields));
            (name, input)
        }
        Protocol::Json => {
            let target = headers
                .get("x-amz-target")
                .and_then(|value| value.to_str().ok())
                .unwrap_or_default();
            let name = target.rsplit('.').next().unwrap_or_default().to_owned();
            let operation = model.operations.get(&name).ok_or_else(|| unknown(&name))?;
            let input = match &operation.input {
                Some(shape) => Some(json::input(model, shape, request.body()).ok_or_else(unreadable)?),
                None => None,
            };
            (name, input)
        }
        Protocol::Cbor => {
            let path = request.uri().path();
            let name = cbor::operation(path).ok_or_else(|| unknown(path))?;
            let operation = model.operations.get(name).ok_or_else(|| unknown(name))?;
            let input = match &operation.input {
                Some(shape) => Some(cbor::input(model, shape, request.body()).ok_or_else(unreadable)?),
                None => None,
            };
            (name.to_owned(), input)
        }
        Protocol::RestJson => {
            let (method, path) = (request.method().as_str(), request.uri().path());
            let (name, operation, labels) =
                rest_xml::route(model, method, path).ok_or_else(|| unknown(&format!("{method} {path}")))?;
            let input = match &operation.input {
                Some(shape) => {
                    let input = json::rest_input(model, shape, &labels, query, request.body());
                    Some(input.ok_or_else(unreadable)?)
                }
                None => None,
            };
            (name.to_owned(), input)
        }
        Protocol::RestXml => {
            let (method, path) = (request.method().as_str(), request.uri().path());
            let (name, operation, labels) =
                rest_xml::route(model, method, path).ok_or_else(|| unknown(&format!("{method} {path}")))?;
            let input = match &operation.input {
                Some(shape) => {
                    let input = rest_xml::input(model, shape, &labels, query, headers, request.body());
                    Some(input.ok_or_else(unreadable)?)
                }
                None => None,
            };
            (name.to_owned(), input)
        }
    };
    Ok(Asked {
        service,
        operation,
        input: input.unwrap_or_else(|| json!({})),
    })
}

/// How a request speaks. CloudWatch understands several protocols: the Rust SDK speaks CBOR, boto3 and the AWS CLI JSON.
fn spoken(model: &Model, headers: &http::HeaderMap) -> Protocol {
    match model.protocol {
        Protocol::Cbor if headers.contains_key("smithy-protocol") => Protocol::Cbor,
        Protocol::Cbor if headers.contains_key("x-amz-target") => Protocol::Json,
        Protocol::Cbor => Protocol::Query,
        one => one,
    }
}

/// The protocol in which a request to a service is answered.
pub fn protocol(service: &str, request: &Request<Bytes>) -> Option<Protocol> {
    model::of(service).map(|model| spoken(model, request.headers()))
}

/// The service a request is for. S3 Control signs as `s3` and is told apart by its account header or host.
pub fn service_of(scope: &Scope, request: &Request<Bytes>) -> String {
    let host = signature::host(request);
    let for_control = request.headers().contains_key("x-amz-account-id") || host.contains(".s3-control.");
    if scope.service == "s3" && for_control && request.uri().path().starts_with("/v20180820/") {
        return "s3control".to_owned();
    }
    scope.service.clone()
}

/// Writes the answer to an operation, in the protocol in which it was asked for; absent: the service's own.
pub fn encode(
    service: &str,
    protocol: Option<Protocol>,
    operation: &str,
    answer: &Answer,
    request_id: &str,
) -> Response<Bytes> {
    let model = model::of(service);
    let protocol = protocol
        .or(model.map(|model| model.protocol))
        .unwrap_or(Protocol::RestXml);
    match (answer, model) {
        (Ok(answer), Some(model)) => success(model, protocol, operation, answer, request_id),
        (Err(error), Some(model)) => failure(model, protocol, error, request_id),
        (Ok(_), None) => response(500, "text/plain", request_id, String::new()),
        (Err(error), None) => {
            let mut body = String::new();
            error_element(&mut body, "Error", &error.code, &error.message, None);
            response(error.status, "text/xml", request_id, body)
        }
    }
}

fn success(model: &Model, protocol: Protocol, operation: &str, answer: &Value, request_id: &str) -> Response<Bytes> {
    let known = model.operations.get(operation);
    let output = known.and_then(|known| known.output.as_deref());
    let namespace = model.namespace.as_deref().unwrap_or_default();
    match protocol {
        Protocol::Query => {
            let mut body = format!("<{operation}Response xmlns=\"{namespace}\">");
            if let (Some(shape), Some(wrapper)) = (output, known.and_then(|known| known.wrapper.as_deref())) {
                xml::open(&mut body, wrapper);
                xml::write_members(&mut body, model, shape, answer);
                xml::close(&mut body, wrapper);
            }
            body.push_str("<ResponseMetadata>");
            xml::tag(&mut body, "RequestId", request_id);
            body.push_str(&format!("</ResponseMetadata></{operation}Response>"));
            response(200, "text/xml", request_id, body)
        }
        Protocol::Ec2 => {
            let mut body = format!("<{operation}Response xmlns=\"{namespace}/\">");
            xml::tag(&mut body, "requestId", request_id);
            match output {
                Some(shape) => xml::write_members(&mut body, model, shape, answer),
                None => xml::tag(&mut body, "return", "true"),
            }
            xml::close(&mut body, &format!("{operation}Response"));
            response(200, "text/xml;charset=UTF-8", request_id, body)
        }
        Protocol::Json => response(
            200,
            "application/x-amz-json-1.1",
            request_id,
            json::output(model, output, answer),
        ),
        Protocol::Cbor => cbor_response(200, request_id, cbor::output(model, output, answer)),
        Protocol::RestJson => {
            let status = known.map_or(200, |known| known.status);
            response(
                status,
                "application/json",
                request_id,
                json::output(model, output, answer),
            )
        }
        Protocol::RestXml => {
            let status = known.map_or(200, |known| known.status);
            let mut response = response(status, "text/xml", request_id, rest_xml::output(model, output, answer));
            for (name, value) in rest_xml::headers(model, output, answer) {
                if let (Ok(name), Ok(value)) = (http::HeaderName::try_from(name), http::HeaderValue::try_from(value)) {
                    response.headers_mut().insert(name, value);
                }
            }
            response
        }
    }
}

fn failure(model: &Model, protocol: Protocol, error: &ServiceError, request_id: &str) -> Response<Bytes> {
    let (code, status) = model.error(&error.code, error.status);
    let side = if status < 500 { "Sender" } else { "Receiver" };
    match protocol {
        Protocol::Json => response(
            status,
            "application/x-amz-json-1.1",
            request_id,
            json::error(&code, &error.message),
        ),
        Protocol::Cbor => cbor_response(status, request_id, cbor::error(&code, &error.message)),
        // The code stands in a header there, and an SDK looks for it there first.
        Protocol::RestJson => {
            let mut response = response(
                status,
                "application/json",
                request_id,
                json::error(&code, &error.message),
            );
            if let Ok(code) = http::HeaderValue::try_from(code) {
                response.headers_mut().insert("x-amzn-errortype", code);
            }
            response
        }
        // EC2's own form; the SDK does not find the code in any other.
        Protocol::Ec2 => {
            let mut body = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<Response><Errors>");
            error_element(&mut body, "Error", &code, &error.message, None);
            body.push_str("</Errors>");
            xml::tag(&mut body, "RequestID", request_id);
            body.push_str("</Response>");
            response(status, "text/xml;charset=UTF-8", request_id, body)
        }
        Protocol::Query | Protocol::RestXml => {
            let namespace = model.namespace.as_deref().unwrap_or_default();
            let mut body = format!("<ErrorResponse xmlns=\"{namespace}\">");
            error_element(&mut body, "Error", &code, &error.message, Some(side));
            xml::tag(&mut body, "RequestId", request_id);
            body.push_str("</ErrorResponse>");
            response(status, "text/xml", request_id, body)
        }
    }
}

fn error_element(out: &mut String, name: &str, code: &str, message: &str, side: Option<&str>) {
    xml::open(out, name);
    if let Some(side) = side {
        xml::tag(out, "Type", side);
    }
    xml::tag(out, "Code", code);
    xml::tag(out, "Message", message);
    xml::close(out, name);
}

/// The SDK asks for the protocol's own header before it reads the body.
fn cbor_response(status: u16, request_id: &str, body: Vec<u8>) -> Response<Bytes> {
    let mut response = response(status, "application/cbor", request_id, body);
    let protocol = http::HeaderValue::from_static("rpc-v2-cbor");
    response.headers_mut().insert("smithy-protocol", protocol);
    response
}

fn response(status: u16, kind: &str, request_id: &str, body: impl Into<Bytes>) -> Response<Bytes> {
    let body = body.into();
    Response::builder()
        .status(status)
        .header("content-type", kind)
        .header("content-length", body.len())
        .header("x-amzn-requestid", request_id)
        .header("x-amz-request-id", request_id)
        .body(body)
        .expect("status, header names and values are valid")
}

#[cfg(test)]
#[path = "wire_tests.rs"]
mod tests;
