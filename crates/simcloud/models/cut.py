#!/usr/bin/env python3
"""Cuts botocore's service models to the operations that simcloud answers, without documentation.

    python3 crates/simcloud/models/cut.py

Run it after adding an operation to OPERATIONS. The models are data of botocore (Apache-2.0, Amazon.com, Inc.); see README.md.
"""

import gzip
import json
import pathlib

import botocore

EXPECTED = "1.43.11"

OPERATIONS = {
    ("sts", "2011-06-15"): "AssumeRole GetCallerIdentity",
    ("kms", "2014-11-01"): """CreateKey DescribeKey ListKeys ListAliases CreateAlias UpdateAlias DeleteAlias GetKeyPolicy GetKeyRotationStatus PutKeyPolicy
        TagResource UntagResource ListResourceTags EnableKey DisableKey ScheduleKeyDeletion CreateGrant ListGrants RevokeGrant""",
    ("rds", "2014-10-31"): """CreateDBInstance DescribeDBInstances ModifyDBInstance DeleteDBInstance StartDBInstance StopDBInstance
        CreateDBSnapshot DescribeDBSnapshots CopyDBSnapshot DeleteDBSnapshot ModifyDBSnapshotAttribute
        DescribeDBSnapshotAttributes RestoreDBInstanceFromDBSnapshot RebootDBInstance AddTagsToResource ListTagsForResource
        RemoveTagsFromResource CreateDBSubnetGroup DescribeDBSubnetGroups DeleteDBSubnetGroup CreateDBParameterGroup DescribeDBParameterGroups
        DescribeDBParameters ModifyDBParameterGroup DeleteDBParameterGroup CreateOptionGroup ModifyOptionGroup
        DescribeOptionGroups DeleteOptionGroup
        DescribeDBClusters DescribeGlobalClusters ModifyDBCluster DeleteDBCluster RestoreDBClusterFromSnapshot CreateDBClusterSnapshot
        CopyDBClusterSnapshot DescribeDBClusterSnapshots DeleteDBClusterSnapshot ModifyDBClusterSnapshotAttribute
        DescribeDBClusterSnapshotAttributes DescribeDBClusterParameterGroups CreateDBClusterParameterGroup
        ModifyDBClusterParameterGroup DescribeDBClusterParameters DeleteDBClusterParameterGroup EnableHttpEndpoint
        RestoreDBClusterToPointInTime""",
    ("ec2", "2016-11-15"): """DescribeImages CopyImage CreateImage DeregisterImage ModifyImageAttribute DescribeImageAttribute
        DescribeSnapshots CopySnapshot DeleteSnapshot ModifySnapshotAttribute DescribeSnapshotAttribute CreateTags DeleteTags
        DescribeTags DescribeSecurityGroups CreateSecurityGroup DeleteSecurityGroup AuthorizeSecurityGroupIngress DescribeSubnets GetEbsEncryptionByDefault GetEbsDefaultKmsKeyId DescribeRegions
        EnableImageDeprecation DisableImageDeprecation GetImageBlockPublicAccessState GetSnapshotBlockPublicAccessState
        GetAllowedImagesSettings DescribeImageReferences DescribeInstances StopInstances StartInstances TerminateInstances ModifyInstanceAttribute DescribeInstanceAttribute DescribeVolumes
        CreateVolume DeleteVolume CreateSnapshot DescribeInstanceTypes CreateLaunchTemplate CreateLaunchTemplateVersion
        ModifyLaunchTemplate DescribeLaunchTemplates DescribeLaunchTemplateVersions""",
    ("s3control", "2018-08-20"): """CreateJob DescribeJob ListJobs UpdateJobStatus UpdateJobPriority GetJobTagging PutJobTagging
        GetPublicAccessBlock ListAccessPoints""",
    ("route53", "2013-04-01"): """CreateHostedZone GetHostedZone ListHostedZones ListHostedZonesByName DeleteHostedZone
        ListResourceRecordSets ChangeResourceRecordSets GetChange ListTagsForResource ChangeTagsForResource GetHostedZoneLimit
        GetAccountLimit GetDNSSEC UpdateHostedZoneComment CreateVPCAssociationAuthorization ListVPCAssociationAuthorizations
        DeleteVPCAssociationAuthorization AssociateVPCWithHostedZone DisassociateVPCFromHostedZone ListHostedZonesByVPC
        CreateCidrCollection ChangeCidrCollection ListCidrCollections ListCidrLocations ListCidrBlocks DeleteCidrCollection
        CreateHealthCheck GetHealthCheck ListHealthChecks GetHealthCheckStatus DeleteHealthCheck""",
    ("cloudwatch", "2010-08-01"): "GetMetricData ListMetrics",
    ("resourcegroupstaggingapi", "2017-01-26"): "GetResources",
    ("ce", "2017-10-25"): "GetCostAndUsage",
    ("service-quotas", "2019-06-24"): "ListServiceQuotas ListAWSDefaultServiceQuotas GetServiceQuota",
    ("ram", "2018-01-04"): """CreateResourceShare DeleteResourceShare GetResourceShares GetResourceShareAssociations
        GetResourceShareInvitations AcceptResourceShareInvitation""",
    ("elasticache", "2015-02-02"): """DescribeReplicationGroups DescribeCacheClusters DescribeServerlessCaches ListTagsForResource
        DescribeCacheSubnetGroups DescribeCacheParameterGroups DescribeUserGroups CreateSnapshot DescribeSnapshots CopySnapshot
        DeleteSnapshot CreateReplicationGroup DeleteReplicationGroup CreateCacheCluster DeleteCacheCluster DescribeCacheParameters
        DeleteCacheParameterGroup DeleteCacheSubnetGroup""",
    ("efs", "2015-02-01"): "DescribeFileSystems ListTagsForResource",
    ("athena", "2017-05-18"): """StartQueryExecution GetQueryExecution GetQueryResults StopQueryExecution ListDatabases
        ListTableMetadata""",
    ("acm", "2015-12-08"): """RequestCertificate DescribeCertificate ListCertificates DeleteCertificate AddTagsToCertificate
        RemoveTagsFromCertificate ListTagsForCertificate""",
    ("ecs", "2014-11-13"): """RegisterTaskDefinition DeregisterTaskDefinition DescribeTaskDefinition ListTaskDefinitionFamilies
        CreateCluster ListClusters CreateService ListServices DescribeServices""",
    ("lambda", "2015-03-31"): "CreateFunction ListFunctions",
    ("ssm", "2014-11-06"): "PutParameter GetParameter GetParameters GetParametersByPath DescribeParameters",
    ("iam", "2010-05-08"): """CreateOpenIDConnectProvider ListOpenIDConnectProviders GetOpenIDConnectProvider CreateRole GetRole
        GetAccountSummary ListAccountAliases GetAccountPasswordPolicy GenerateCredentialReport GetCredentialReport GetAccountAuthorizationDetails SimulatePrincipalPolicy""",
    ("ecr", "2015-09-21"): "CreateRepository DescribeRepositories PutImage DescribeImages",
    ("events", "2015-10-07"): "CreateEventBus ListEventBuses PutRule PutTargets DisableRule ListRules ListTargetsByRule",
    ("organizations", "2016-11-28"): """DescribeOrganization DescribeAccount ListParents DescribeOrganizationalUnit
        ListDelegatedServicesForAccount ListHandshakesForAccount""",
    ("cloudtrail", "2013-11-01"): "DescribeTrails GetTrailStatus GetEventSelectors",
    ("config", "2014-11-12"): """DescribeConfigurationRecorders DescribeConfigurationRecorderStatus DescribeConfigurationAggregators
        DescribeAggregationAuthorizations""",
    ("guardduty", "2017-11-28"): "ListDetectors GetDetector",
    ("securityhub", "2018-10-26"): "DescribeHub",
    ("account", "2021-02-01"): "GetAccountInformation",
    ("scheduler", "2021-06-30"): "CreateScheduleGroup CreateSchedule UpdateSchedule GetSchedule ListSchedules",
}

# What only clients need, or people.
DROPPED = {
    "documentation", "documentationUrl", "endpoint", "endpointdiscovery", "staticContextParams", "operationContextParams", "auth",
    "authtype", "httpChecksum", "httpChecksumRequired", "deprecated", "deprecatedMessage", "deprecatedSince", "sensitive",
    "box", "contextParam", "hostLabel", "idempotent", "readonly", "synthetic", "enum", "pattern", "min", "max", "idempotencyToken",
    "retryable", "signatureVersion", "uid", "endpointPrefix", "signingName", "auth_type", "unsignedPayload", "eventstream",
}


def stripped(value, of_members=False):
    if isinstance(value, dict):
        # Names of members are data: a member called "max" stays.
        return {
            key: stripped(inner, key == "members")
            for key, inner in value.items()
            if of_members or key not in DROPPED
        }
    if isinstance(value, list):
        return [stripped(inner) for inner in value]
    return value


def references(shape):
    for inner in [*shape.get("members", {}).values(), shape.get("member"), shape.get("key"), shape.get("value")]:
        if inner:
            yield inner["shape"]


def cut(service, version, names):
    folder = pathlib.Path(botocore.__file__).parent / "data" / service / version
    packed = folder / "service-2.json.gz"
    text = gzip.decompress(packed.read_bytes()) if packed.exists() else (folder / "service-2.json").read_bytes()
    model = json.loads(text)
    operations = {name: model["operations"][name] for name in sorted(names)}
    wanted, todo = {}, []
    for operation in operations.values():
        todo += [operation[part]["shape"] for part in ("input", "output") if part in operation]
        todo += [error["shape"] for error in operation.get("errors", [])]
    while todo:
        name = todo.pop()
        if name not in wanted:
            wanted[name] = model["shapes"][name]
            todo += references(wanted[name])
    result = {
        "metadata": stripped(model["metadata"]),
        "operations": stripped(operations, of_members=True),
        "shapes": {name: stripped(shape) for name, shape in sorted(wanted.items())},
    }
    target = pathlib.Path(__file__).parent / f"{service}.json"
    target.write_text(json.dumps(result, indent=None, separators=(",", ":"), sort_keys=False) + "\n")


def main():
    if botocore.__version__ != EXPECTED:
        raise SystemExit(f"botocore is {botocore.__version__}; the models here are cut from {EXPECTED}. Change EXPECTED knowingly.")
    for (service, version), names in OPERATIONS.items():
        cut(service, version, names.split())


if __name__ == "__main__":
    main()
