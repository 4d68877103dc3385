//! What each service calls the same trouble: throttling, an expired session, an internal error.

use crate::cloud::ServiceError;

/// Services told apart by a target header: they answer trouble of authentication with 400.
fn speaks_json(service: &str) -> bool {
    matches!(
        service,
        "kms"
            | "acm"
            | "athena"
            | "servicequotas"
            | "ecs"
            | "ssm"
            | "ecr"
            | "events"
            | "tagging"
            | "organizations"
            | "cloudtrail"
            | "config"
            | "ce"
    )
}

/// Services told apart by paths that speak JSON: they answer it with 403.
fn speaks_rest_json(service: &str) -> bool {
    matches!(
        service,
        "ram" | "elasticfilesystem" | "lambda" | "scheduler" | "guardduty" | "securityhub" | "account"
    )
}

/// The service's own way of saying "slow down".
pub fn throttled(service: &str) -> ServiceError {
    let (status, code, message) = match service {
        "ec2" => (503, "RequestLimitExceeded", "Request limit exceeded."),
        "kms" | "acm" => (400, "ThrottlingException", "Rate exceeded"),
        "servicequotas" => (400, "TooManyRequestsException", "Rate exceeded"),
        "tagging" => (400, "ThrottledException", "Rate exceeded"),
        "ram" => (429, "ThrottlingException", "Rate exceeded"),
        "elasticfilesystem" => (400, "ThrottlingException", "Rate exceeded"),
        "athena" => (400, "TooManyRequestsException", "Rate exceeded"),
        "ecs" | "ssm" | "ecr" | "events" => (400, "ThrottlingException", "Rate exceeded"),
        "scheduler" => (429, "ThrottlingException", "Rate exceeded"),
        "lambda" | "account" | "guardduty" => (429, "TooManyRequestsException", "Rate exceeded"),
        "securityhub" => (429, "ThrottlingException", "Rate exceeded"),
        "organizations" => (400, "TooManyRequestsException", "Rate exceeded"),
        "cloudtrail" | "config" => (400, "ThrottlingException", "Rate exceeded"),
        "ce" => (400, "LimitExceededException", "Rate exceeded"),
        "s3" | "s3control" => (503, "SlowDown", "Please reduce your request rate."),
        _ => (400, "Throttling", "Rate exceeded"),
    };
    ServiceError::with_status(status, code, message)
}

/// The service's own way of saying "you may not".
pub fn denied(service: &str) -> ServiceError {
    let (status, code) = match service {
        "ec2" => (403, "UnauthorizedOperation"),
        service if speaks_json(service) => (400, "AccessDeniedException"),
        service if speaks_rest_json(service) => (403, "AccessDeniedException"),
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
        "tagging" => ServiceError::with_status(500, "InternalServiceException", message),
        "ram" => ServiceError::with_status(500, "ServerInternalException", message),
        "elasticfilesystem" | "ssm" => ServiceError::with_status(500, "InternalServerError", message),
        "ecs" | "ecr" => ServiceError::with_status(500, "ServerException", message),
        "events" => ServiceError::with_status(500, "InternalException", message),
        "scheduler" => ServiceError::with_status(500, "InternalServerException", message),
        "iam" => ServiceError::with_status(500, "ServiceFailure", message),
        "lambda" | "organizations" => ServiceError::with_status(500, "ServiceException", message),
        "guardduty" => ServiceError::with_status(500, "InternalServerErrorException", message),
        "securityhub" => ServiceError::with_status(500, "InternalException", message),
        "account" => ServiceError::with_status(500, "InternalServerException", message),
        "s3" | "s3control" => ServiceError::with_status(500, "InternalError", message),
        "route53" => ServiceError::with_status(503, "ServiceUnavailable", "Service Unavailable"),
        _ => ServiceError::with_status(500, "InternalFailure", message),
    }
}

/// Gives an error of authentication the code that this service uses for it.
pub fn authentication(service: &str, error: ServiceError) -> ServiceError {
    let (status, code) = match (service, error.code.as_str()) {
        (json, code) if speaks_json(json) || speaks_rest_json(json) => {
            let code = match code {
                "InvalidClientTokenId" | "InvalidToken" => "UnrecognizedClientException",
                "ExpiredToken" => "ExpiredTokenException",
                "SignatureDoesNotMatch" => "InvalidSignatureException",
                _ => return error,
            };
            (if speaks_json(json) { 400 } else { 403 }, code)
        }
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
        "kms" | "acm" | "athena" | "ram" | "ecs" | "ssm" | "ecr" | "events" | "scheduler" => "SerializationException",
        "lambda" => "InvalidRequestContentException",
        "s3control" => "MalformedXML",
        "route53" => "InvalidInput",
        _ => "MalformedQueryString",
    }
}

/// Whether an operation may change something, from its name: AWS names its reads alike.
pub fn mutates(operation: &str) -> bool {
    let read = ["Describe", "List", "Get", "Head", "Search", "Select", "Simulate"];
    // A credential report is written for who reads it.
    !["AssumeRole", "GenerateCredentialReport"].contains(&operation)
        && !read.iter().any(|verb| operation.starts_with(verb))
}
