//! What each service calls the same trouble: throttling, an expired session, an internal error.

use crate::cloud::ServiceError;

/// The service's own way of saying "slow down".
pub fn throttled(service: &str) -> ServiceError {
    let (status, code, message) = match service {
        "ec2" => (503, "RequestLimitExceeded", "Request limit exceeded."),
        "kms" | "acm" => (400, "ThrottlingException", "Rate exceeded"),
        "servicequotas" => (400, "TooManyRequestsException", "Rate exceeded"),
        "ram" => (429, "ThrottlingException", "Rate exceeded"),
        "elasticfilesystem" => (400, "ThrottlingException", "Rate exceeded"),
        "athena" => (400, "TooManyRequestsException", "Rate exceeded"),
        "s3" | "s3control" => (503, "SlowDown", "Please reduce your request rate."),
        _ => (400, "Throttling", "Rate exceeded"),
    };
    ServiceError::with_status(status, code, message)
}

/// The service's own way of saying "you may not".
pub fn denied(service: &str) -> ServiceError {
    let (status, code) = match service {
        "ec2" => (403, "UnauthorizedOperation"),
        "kms" | "acm" | "athena" | "servicequotas" => (400, "AccessDeniedException"),
        "ram" | "elasticfilesystem" => (403, "AccessDeniedException"),
        _ => (403, "AccessDenied"),
    };
    ServiceError::with_status(status, code, "You are not authorized to perform this operation.")
}

/// The service's own way of saying "we have failed".
pub fn internal(service: &str) -> ServiceError {
    let message = "We encountered an internal error. Please try again.";
    match service {
        "ec2" => ServiceError::with_status(
            503,
            "Unavailable",
            "The server is overloaded and can't handle the request.",
        ),
        "kms" => ServiceError::with_status(500, "KMSInternalException", message),
        "athena" => ServiceError::with_status(500, "InternalServerException", message),
        "monitoring" => ServiceError::with_status(500, "InternalServiceFault", message),
        "servicequotas" => ServiceError::with_status(500, "ServiceException", message),
        "ram" => ServiceError::with_status(500, "ServerInternalException", message),
        "elasticfilesystem" => ServiceError::with_status(500, "InternalServerError", message),
        "s3" | "s3control" => ServiceError::with_status(500, "InternalError", message),
        "route53" => ServiceError::with_status(503, "ServiceUnavailable", "Service Unavailable"),
        _ => ServiceError::with_status(500, "InternalFailure", message),
    }
}

/// Gives an error of authentication the code that this service uses for it.
pub fn authentication(service: &str, error: ServiceError) -> ServiceError {
    let (status, code) = match (service, error.code.as_str()) {
        ("kms" | "acm" | "athena" | "servicequotas", "InvalidClientTokenId" | "InvalidToken") => {
            (400, "UnrecognizedClientException")
        }
        ("kms" | "acm" | "athena" | "servicequotas", "ExpiredToken") => (400, "ExpiredTokenException"),
        ("kms" | "acm" | "athena" | "servicequotas", "SignatureDoesNotMatch") => (400, "InvalidSignatureException"),
        ("ram" | "elasticfilesystem", "InvalidClientTokenId" | "InvalidToken") => (403, "UnrecognizedClientException"),
        ("ram" | "elasticfilesystem", "ExpiredToken") => (403, "ExpiredTokenException"),
        ("ram" | "elasticfilesystem", "SignatureDoesNotMatch") => (403, "InvalidSignatureException"),
        ("ec2", "InvalidClientTokenId" | "InvalidToken" | "SignatureDoesNotMatch") => (401, "AuthFailure"),
        ("ec2", "ExpiredToken") => (400, "RequestExpired"),
        ("s3" | "s3control", "InvalidClientTokenId") => (403, "InvalidAccessKeyId"),
        ("s3" | "s3control", "InvalidToken") => (400, "InvalidToken"),
        (_, "InvalidToken") => (403, "InvalidClientTokenId"),
        ("s3" | "s3control", "ExpiredToken") => (400, "ExpiredToken"),
        _ => return error,
    };
    ServiceError::with_status(status, code, error.message)
}

/// The code for a body that cannot be read.
pub fn malformed(service: &str) -> &'static str {
    match service {
        "kms" | "acm" | "athena" | "ram" => "SerializationException",
        "s3control" => "MalformedXML",
        "route53" => "InvalidInput",
        _ => "MalformedQueryString",
    }
}

/// Whether an operation may change something, from its name: AWS names its reads alike.
pub fn mutates(operation: &str) -> bool {
    let read = ["Describe", "List", "Get", "Head", "Search", "Select"];
    operation != "AssumeRole" && !read.iter().any(|verb| operation.starts_with(verb))
}
