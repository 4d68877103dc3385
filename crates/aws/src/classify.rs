//! From the SDK's error to ours. Classes go by AWS's error *codes*; prose is never looked at.

use std::error::Error;

use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use aws_smithy_runtime_api::client::result::SdkError;
use aws_smithy_types::error::metadata::ProvideErrorMetadata;
use aws_types::request_id::RequestId;
use model::{Failure, FailureClass};

/// What an SDK call fails with.
pub(crate) type SdkFailure<E> = SdkError<E, HttpResponse>;

/// What every operation's own error type can tell.
pub(crate) trait Modelled: ProvideErrorMetadata + Error + Send + Sync + 'static {}
impl<E: ProvideErrorMetadata + Error + Send + Sync + 'static> Modelled for E {}

/// For `map_err`: turns an SDK error of one operation into ours.
pub(crate) fn failed<E: Modelled>(
    account: &str,
    service: &'static str,
    operation: &str,
) -> impl FnOnce(SdkFailure<E>) -> Failure {
    let (account, operation) = (account.to_owned(), operation.to_owned());
    move |error| failure(&account, service, &operation, error)
}

/// What is not found is an answer, not a failure.
pub(crate) fn found<T>(answer: Result<T, Failure>) -> Result<Option<T>, Failure> {
    match answer {
        Ok(found) => Ok(Some(found)),
        Err(failure) if failure.class == FailureClass::NotFound => Ok(None),
        Err(failure) => Err(failure),
    }
}

/// Turns an SDK error into ours.
pub(crate) fn failure<E: Modelled>(account: &str, service: &str, operation: &str, error: SdkFailure<E>) -> Failure {
    let request_id = error.request_id().map(str::to_owned);
    let make = |class, code: &str, message: String| Failure {
        account: account.to_owned(),
        service: service.to_owned(),
        operation: operation.to_owned(),
        class,
        code: code.to_owned(),
        message,
        request_id: request_id.clone(),
    };
    // A role that could not be taken on fails the call that needed it: the cause is what the operator must read.
    if let Some(inner) = chain(&error).find_map(|e| e.downcast_ref::<Failure>()) {
        return inner.clone();
    }
    match &error {
        SdkError::ServiceError(context) => {
            let status = context.raw().status().as_u16();
            let code = context.err().code().unwrap_or_default();
            let message = context.err().message().unwrap_or_default().to_owned();
            make(
                class_of(code, status),
                if code.is_empty() { status_code(status) } else { code },
                message,
            )
        }
        SdkError::TimeoutError(_) => make(FailureClass::NoAnswer, "[Timeout]", deepest(&error)),
        SdkError::DispatchFailure(dispatch) if dispatch.is_user() => {
            make(FailureClass::Invalid, "[NotSent]", deepest(&error))
        }
        SdkError::DispatchFailure(_) if names_credentials(&error) => {
            make(FailureClass::CredentialsExpired, "[NoCredentials]", deepest(&error))
        }
        SdkError::DispatchFailure(_) => make(FailureClass::NoAnswer, "[NoAnswer]", deepest(&error)),
        SdkError::ConstructionFailure(_) if names_credentials(&error) => {
            make(FailureClass::CredentialsExpired, "[NoCredentials]", deepest(&error))
        }
        SdkError::ConstructionFailure(_) => make(FailureClass::Invalid, "[NotBuilt]", deepest(&error)),
        // The answer came but could not be read, so what it said of the effect is lost.
        SdkError::ResponseError(_) => make(FailureClass::NoAnswer, "[UnreadableAnswer]", deepest(&error)),
        _ => make(FailureClass::Unexpected, "[Unknown]", deepest(&error)),
    }
}

fn chain<'a>(error: &'a (dyn Error + 'static)) -> impl Iterator<Item = &'a (dyn Error + 'static)> {
    let mut next = Some(error);
    std::iter::from_fn(move || {
        let this = next?;
        next = this.source();
        Some(this)
    })
}

fn names_credentials(error: &(dyn Error + 'static)) -> bool {
    chain(error).any(|e| e.is::<aws_credential_types::provider::error::CredentialsError>())
}

/// The innermost cause: `SdkError`'s own text is only "service error" or "dispatch failure".
fn deepest(error: &(dyn Error + 'static)) -> String {
    chain(error).last().map(ToString::to_string).unwrap_or_default()
}

fn status_code(status: u16) -> &'static str {
    match status {
        301 | 307 => "[Redirect]",
        400 => "[BadRequest]",
        403 => "[Forbidden]",
        404 => "[NotFound]",
        405 => "[MethodNotAllowed]",
        409 => "[Conflict]",
        412 => "[PreconditionFailed]",
        429 => "[TooManyRequests]",
        500..=599 => "[ServerError]",
        _ => "[NoCode]",
    }
}

/// The class of an error code, or, where there is none (HEAD requests have no body), of the status.
/// The codes and their sources stand in `docs/error-classes.md`.
pub fn class_of(code: &str, status: u16) -> FailureClass {
    match code {
        "Throttling"
        | "ThrottlingException"
        | "ThrottledException"
        | "RequestLimitExceeded"
        | "RequestThrottled"
        | "RequestThrottledException"
        | "TooManyRequestsException"
        | "SlowDown"
        | "PriorRequestNotComplete"
        | "BandwidthLimitExceeded"
        | "LimitExceededRate"
        | "EC2ThrottledException"
        | "SlowDownError" => FailureClass::Throttled,

        "ExpiredToken"
        | "ExpiredTokenException"
        | "RequestExpired"
        | "InvalidClientTokenId"
        | "InvalidAccessKeyId"
        | "UnrecognizedClientException"
        | "TokenRefreshRequired" => FailureClass::CredentialsExpired,

        "AccessDenied"
        | "AccessDeniedException"
        | "UnauthorizedOperation"
        | "AuthFailure"
        | "NotAuthorized"
        | "NotAuthorizedException"
        | "AllAccessDisabled"
        | "KMSKeyNotAccessibleFault"
        | "OptInRequired"
        | "InvalidAMIAttributePermission" => FailureClass::Denied,

        "NoSuchBucket"
        | "NoSuchKey"
        | "NoSuchVersion"
        | "NoSuchUpload"
        | "NotFound"
        | "NotFoundException"
        | "DBSnapshotNotFound"
        | "DBSnapshotNotFoundFault"
        | "DBInstanceNotFound"
        | "DBInstanceNotFoundFault"
        | "DBClusterNotFoundFault"
        | "DBClusterSnapshotNotFoundFault"
        | "DBClusterParameterGroupNotFound"
        | "DBClusterParameterGroupNotFoundFault"
        | "DBSubnetGroupNotFoundFault"
        | "DBParameterGroupNotFound"
        | "DBParameterGroupNotFoundFault"
        | "InvalidAMIID.NotFound"
        | "InvalidAMIID.Unavailable"
        | "InvalidInstanceID.NotFound"
        | "InvalidVolume.NotFound"
        | "InvalidSnapshot.NotFound"
        | "InvalidGroup.NotFound"
        | "InvalidVpcID.NotFound"
        | "NoSuchHostedZone"
        | "VPCAssociationNotFound"
        | "VPCAssociationAuthorizationNotFound"
        | "NoSuchChange"
        | "NoSuchJobException"
        | "NoSuchEntity"
        | "NoSuchBucketPolicy"
        | "UnknownResourceException"
        | "ResourceShareInvitationArnNotFoundException"
        | "ResourceNotFoundFault"
        | "ReplicationConfigurationNotFoundError"
        | "ReplicationGroupNotFoundFault"
        | "CacheClusterNotFound"
        | "CacheSubnetGroupNotFoundFault"
        | "CacheParameterGroupNotFound"
        | "ServerlessCacheNotFoundFault"
        | "SnapshotNotFoundFault"
        | "FileSystemNotFound"
        | "RepositoryNotFoundException"
        | "ResourceNotFoundException"
        | "InvalidDBSnapshot.NotFound" => FailureClass::NotFound,

        "AlreadyExistsException"
        | "DBSnapshotAlreadyExists"
        | "DBSnapshotAlreadyExistsFault"
        | "DBInstanceAlreadyExists"
        | "DBInstanceAlreadyExistsFault"
        | "DBClusterAlreadyExistsFault"
        | "DBClusterSnapshotAlreadyExistsFault"
        | "DBParameterGroupAlreadyExists"
        | "DBParameterGroupAlreadyExistsFault"
        | "OptionGroupAlreadyExistsFault"
        | "BucketAlreadyExists"
        | "BucketAlreadyOwnedByYou"
        | "HostedZoneAlreadyExists"
        | "CidrCollectionAlreadyExistsException"
        | "HealthCheckAlreadyExists"
        | "ConflictingDomainExists"
        | "InvalidAMIName.Duplicate"
        | "InvalidGroup.Duplicate"
        | "SnapshotAlreadyExistsFault"
        | "ReplicationGroupAlreadyExists"
        | "CacheClusterAlreadyExists"
        | "IdempotencyException"
        | "IdempotentParameterMismatch"
        | "ResourceShareInvitationAlreadyAcceptedException" => FailureClass::AlreadyExists,

        "OperationAborted"
        | "InvalidDBSnapshotState"
        | "InvalidDBSnapshotStateFault"
        | "InvalidDBInstanceState"
        | "InvalidDBInstanceStateFault"
        | "InvalidDBClusterStateFault"
        | "InvalidDBClusterSnapshotStateFault"
        | "InvalidDBParameterGroupState"
        | "InvalidDBParameterGroupStateFault"
        | "InvalidDBSubnetGroupStateFault"
        | "InvalidOptionGroupStateFault"
        | "InvalidReplicationGroupState"
        | "InvalidCacheClusterState"
        | "InvalidCacheParameterGroupState"
        | "CacheSubnetGroupInUse"
        | "InvalidSnapshotState"
        | "KMSInvalidStateException"
        | "DisabledException"
        | "BucketNotEmpty"
        | "InvalidBucketState"
        | "HostedZoneNotEmpty"
        | "CidrCollectionVersionMismatchException"
        | "CidrCollectionInUseException"
        | "CidrBlockInUseException"
        | "LastVPCAssociation"
        | "ConcurrentModification"
        | "InvalidSnapshot.InUse"
        | "IncorrectState"
        | "DependencyViolation"
        | "IncorrectInstanceState"
        | "VolumeInUse"
        | "ConditionalRequestConflict"
        | "InvalidObjectState"
        | "ObjectNotInActiveTierError"
        | "JobStatusException"
        | "InvalidResourceStateFault"
        | "InvalidStateTransitionException"
        | "ConflictException" => FailureClass::WrongState,

        "SnapshotQuotaExceeded"
        | "SnapshotQuotaExceededFault"
        | "SharedSnapshotQuotaExceeded"
        | "InstanceQuotaExceeded"
        | "InstanceQuotaExceededFault"
        | "DBClusterQuotaExceededFault"
        | "InsufficientDBClusterCapacityFault"
        | "InsufficientStorageClusterCapacity"
        | "StorageQuotaExceeded"
        | "StorageQuotaExceededFault"
        | "DBParameterGroupQuotaExceeded"
        | "DBParameterGroupQuotaExceededFault"
        | "OptionGroupQuotaExceededFault"
        | "ResourceLimitExceeded"
        | "LimitExceededException"
        | "ClusterQuotaForCustomerExceeded"
        | "NodeQuotaForClusterExceeded"
        | "NodeQuotaForCustomerExceeded"
        | "NodeGroupsPerReplicationGroupQuotaExceeded"
        | "InsufficientCacheClusterCapacity"
        | "TooManyBuckets"
        | "TooManyHostedZones"
        | "TooManyHealthChecks"
        | "TooManyVPCAssociationAuthorizations"
        | "LimitsExceeded"
        | "ResourceShareLimitExceededException"
        | "ConcurrentSnapshotLimitExceeded"
        | "InsufficientDBInstanceCapacity" => FailureClass::Quota,

        "InternalError"
        | "InternalFailure"
        | "InternalException"
        | "InternalServiceException"
        | "InternalServerException"
        | "ServiceUnavailable"
        | "ServiceUnavailableException"
        | "Unavailable"
        | "KMSInternalException"
        | "ServerInternalException"
        | "DependencyTimeoutException"
        | "ServiceFailure" => FailureClass::Unavailable,

        // Fresh principals are not known everywhere at once; the step's patience bears it (a fact of section 2.3).
        "MalformedPolicyDocumentException" => FailureClass::WrongState,

        _ => match status {
            403 => FailureClass::Denied,
            404 => FailureClass::NotFound,
            409 => FailureClass::WrongState,
            429 => FailureClass::Throttled,
            // It will not know the operation later either.
            501 => FailureClass::Invalid,
            500..=599 => FailureClass::Unavailable,
            _ => FailureClass::Invalid,
        },
    }
}

#[cfg(test)]
mod status_tests {
    use super::*;

    #[test]
    fn an_operation_that_is_not_known_is_not_asked_for_again_and_a_server_in_trouble_is() {
        assert_eq!(class_of("NotImplemented", 501), FailureClass::Invalid);
        assert_eq!(class_of("", 503), FailureClass::Unavailable);
    }
}
