//! Which IAM actions a call needs, and on which resources: AWS's service authorization reference
//! (<https://docs.aws.amazon.com/service-authorization/latest/reference/>), read for the operations that simcloud has.
//!
//! Buckets and objects are not here: `s3::access` asks for each with its own action. Nor are uses of keys (`kms_access`). What an action needs
//! beside itself ("dependent actions": tags, roles that are passed on, secrets) is.

use serde_json::Value;

use super::iam_permissions::Need;
use super::members::{flag, items, text, texts};
use crate::cloud::Caller;

/// All that a call needs.
pub fn of(caller: &Caller, service: &str, operation: &str, input: &Value) -> Vec<Need> {
    match service {
        "rds" => rds(caller, operation, input),
        "ec2" => ec2(caller, operation, input),
        "kms" => kms(caller, operation, input),
        "route53" => route53(operation, input),
        "s3control" => s3control(caller, operation, input),
        "elasticache" => elasticache(caller, operation, input),
        "athena" => athena(caller, operation, input),
        // Who one is, nobody can be kept from asking; a role is taken on with the operator's rights.
        "sts" => Vec::new(),
        _ => others(caller, service, operation, input),
    }
}

fn arn(caller: &Caller, service: &str, rest: &str) -> String {
    format!("arn:aws:{service}:{}:{}:{rest}", caller.region, caller.account)
}

/// The resource of a member: what is named, by name or ARN.
fn named(caller: &Caller, service: &str, kind: &str, name: &str) -> String {
    match name.starts_with("arn:") {
        true => name.to_owned(),
        false => arn(caller, service, &format!("{kind}:{name}")),
    }
}

/// Resource types of RDS's operations with the members that name them; what is made stands first.
const RDS: &[(&str, &[(&str, &str)])] = &[
    ("DescribeDBInstances", &[("db", "DBInstanceIdentifier")]),
    ("DescribeDBClusters", &[("cluster", "DBClusterIdentifier")]),
    (
        "DescribeGlobalClusters",
        &[("global-cluster", "GlobalClusterIdentifier")],
    ),
    ("DescribeDBSnapshots", &[("snapshot", "DBSnapshotIdentifier")]),
    ("DescribeDBSnapshotAttributes", &[("snapshot", "DBSnapshotIdentifier")]),
    (
        "DescribeDBClusterSnapshots",
        &[("cluster-snapshot", "DBClusterSnapshotIdentifier")],
    ),
    (
        "DescribeDBClusterSnapshotAttributes",
        &[("cluster-snapshot", "DBClusterSnapshotIdentifier")],
    ),
    ("DescribeDBParameterGroups", &[("pg", "DBParameterGroupName")]),
    ("DescribeDBParameters", &[("pg", "DBParameterGroupName")]),
    (
        "DescribeDBClusterParameterGroups",
        &[("cluster-pg", "DBClusterParameterGroupName")],
    ),
    (
        "DescribeDBClusterParameters",
        &[("cluster-pg", "DBClusterParameterGroupName")],
    ),
    ("DescribeDBSubnetGroups", &[("subgrp", "DBSubnetGroupName")]),
    ("DescribeOptionGroups", &[("og", "OptionGroupName")]),
    ("ListTagsForResource", &[("", "ResourceName")]),
    ("AddTagsToResource", &[("", "ResourceName")]),
    ("RemoveTagsFromResource", &[("", "ResourceName")]),
    (
        "CreateDBSnapshot",
        &[("snapshot", "DBSnapshotIdentifier"), ("db", "DBInstanceIdentifier")],
    ),
    (
        "CopyDBSnapshot",
        &[
            ("snapshot", "TargetDBSnapshotIdentifier"),
            ("snapshot", "SourceDBSnapshotIdentifier"),
        ],
    ),
    ("ModifyDBSnapshotAttribute", &[("snapshot", "DBSnapshotIdentifier")]),
    ("DeleteDBSnapshot", &[("snapshot", "DBSnapshotIdentifier")]),
    (
        "CreateDBClusterSnapshot",
        &[
            ("cluster-snapshot", "DBClusterSnapshotIdentifier"),
            ("cluster", "DBClusterIdentifier"),
        ],
    ),
    (
        "CopyDBClusterSnapshot",
        &[
            ("cluster-snapshot", "TargetDBClusterSnapshotIdentifier"),
            ("cluster-snapshot", "SourceDBClusterSnapshotIdentifier"),
        ],
    ),
    (
        "ModifyDBClusterSnapshotAttribute",
        &[("cluster-snapshot", "DBClusterSnapshotIdentifier")],
    ),
    (
        "DeleteDBClusterSnapshot",
        &[("cluster-snapshot", "DBClusterSnapshotIdentifier")],
    ),
    (
        "RestoreDBInstanceFromDBSnapshot",
        &[
            ("db", "DBInstanceIdentifier"),
            ("snapshot", "DBSnapshotIdentifier"),
            ("subgrp", "DBSubnetGroupName"),
            ("pg", "DBParameterGroupName"),
            ("og", "OptionGroupName"),
        ],
    ),
    (
        "CreateDBInstance",
        &[
            ("db", "DBInstanceIdentifier"),
            ("cluster", "DBClusterIdentifier"),
            ("subgrp", "DBSubnetGroupName"),
            ("pg", "DBParameterGroupName"),
            ("og", "OptionGroupName"),
        ],
    ),
    (
        "ModifyDBInstance",
        &[
            ("db", "DBInstanceIdentifier"),
            ("pg", "DBParameterGroupName"),
            ("og", "OptionGroupName"),
        ],
    ),
    ("RebootDBInstance", &[("db", "DBInstanceIdentifier")]),
    ("DeleteDBInstance", &[("db", "DBInstanceIdentifier")]),
    (
        "RestoreDBClusterFromSnapshot",
        &[
            ("cluster", "DBClusterIdentifier"),
            ("cluster-snapshot", "SnapshotIdentifier"),
            ("subgrp", "DBSubnetGroupName"),
            ("cluster-pg", "DBClusterParameterGroupName"),
            ("og", "OptionGroupName"),
        ],
    ),
    (
        "RestoreDBClusterToPointInTime",
        &[
            ("cluster", "DBClusterIdentifier"),
            ("cluster", "SourceDBClusterIdentifier"),
            ("subgrp", "DBSubnetGroupName"),
            ("cluster-pg", "DBClusterParameterGroupName"),
            ("og", "OptionGroupName"),
        ],
    ),
    (
        "ModifyDBCluster",
        &[
            ("cluster", "DBClusterIdentifier"),
            ("cluster-pg", "DBClusterParameterGroupName"),
            ("og", "OptionGroupName"),
        ],
    ),
    ("DeleteDBCluster", &[("cluster", "DBClusterIdentifier")]),
    ("EnableHttpEndpoint", &[("cluster", "ResourceArn")]),
    ("CreateDBParameterGroup", &[("pg", "DBParameterGroupName")]),
    ("ModifyDBParameterGroup", &[("pg", "DBParameterGroupName")]),
    ("DeleteDBParameterGroup", &[("pg", "DBParameterGroupName")]),
    (
        "CreateDBClusterParameterGroup",
        &[("cluster-pg", "DBClusterParameterGroupName")],
    ),
    (
        "ModifyDBClusterParameterGroup",
        &[("cluster-pg", "DBClusterParameterGroupName")],
    ),
    (
        "DeleteDBClusterParameterGroup",
        &[("cluster-pg", "DBClusterParameterGroupName")],
    ),
    ("CreateDBSubnetGroup", &[("subgrp", "DBSubnetGroupName")]),
    ("DeleteDBSubnetGroup", &[("subgrp", "DBSubnetGroupName")]),
    ("CreateOptionGroup", &[("og", "OptionGroupName")]),
    ("ModifyOptionGroup", &[("og", "OptionGroupName")]),
    ("DeleteOptionGroup", &[("og", "OptionGroupName")]),
];

fn rds(caller: &Caller, operation: &str, input: &Value) -> Vec<Need> {
    let action = format!("rds:{operation}");
    let Some((_, members)) = RDS.iter().find(|(name, _)| *name == operation) else {
        return vec![Need::new(action, "*")];
    };
    // A list of everything is asked on everything of its type.
    let lists = operation.starts_with("Describe");
    let mut needs = Vec::new();
    for (kind, member) in *members {
        match text(input, member) {
            Some(name) => needs.push(Need::new(action.clone(), named(caller, "rds", kind, name))),
            None if lists => needs.push(Need::new(action.clone(), arn(caller, "rds", &format!("{kind}:*")))),
            None => {}
        }
    }
    if let (false, Some(made)) = (items(input, "Tags").is_empty(), needs.first()) {
        let made = made.resource.clone();
        needs.push(Need::new("rds:AddTagsToResource", made));
    }
    if flag(input, "ManageMasterUserPassword") == Some(true) {
        let secret = arn(caller, "secretsmanager", "secret:rds!*");
        needs.push(Need::new("secretsmanager:CreateSecret", secret.clone()));
        needs.push(Need::new("secretsmanager:TagResource", secret));
    }
    needs
}

/// Resource types of EC2's changes with the members that name them; no member: what is made, whose id nobody knows yet.
const EC2: &[(&str, &[(&str, &str)])] = &[
    ("CopyImage", &[("image", ""), ("image", "SourceImageId")]),
    (
        "CreateImage",
        &[("image", ""), ("snapshot", ""), ("instance", "InstanceId")],
    ),
    ("CopySnapshot", &[("snapshot", ""), ("snapshot", "SourceSnapshotId")]),
    ("CreateSnapshot", &[("snapshot", ""), ("volume", "VolumeId")]),
    ("CreateVolume", &[("volume", ""), ("snapshot", "SnapshotId")]),
    ("DeleteVolume", &[("volume", "VolumeId")]),
    ("ModifyImageAttribute", &[("image", "ImageId")]),
    ("ModifySnapshotAttribute", &[("snapshot", "SnapshotId")]),
    ("DeregisterImage", &[("image", "ImageId")]),
    ("EnableImageDeprecation", &[("image", "ImageId")]),
    ("DisableImageDeprecation", &[("image", "ImageId")]),
    ("DeleteSnapshot", &[("snapshot", "SnapshotId")]),
    ("ModifyInstanceAttribute", &[("instance", "InstanceId")]),
    ("CreateSecurityGroup", &[("security-group", ""), ("vpc", "VpcId")]),
    ("DeleteSecurityGroup", &[("security-group", "GroupId")]),
    ("AuthorizeSecurityGroupIngress", &[("security-group", "GroupId")]),
];

/// Images and snapshots have ARNs without an account: one may be another's.
fn ec2_arn(caller: &Caller, kind: &str, id: &str) -> String {
    match kind {
        "image" | "snapshot" => format!("arn:aws:ec2:{}::{kind}/{id}", caller.region),
        _ => arn(caller, "ec2", &format!("{kind}/{id}")),
    }
}

fn ec2(caller: &Caller, operation: &str, input: &Value) -> Vec<Need> {
    let action = format!("ec2:{operation}");
    let instances = texts(input, "InstanceIds");
    let mut needs: Vec<Need> = match operation {
        "StopInstances" | "StartInstances" | "TerminateInstances" => {
            let all = instances.iter().map(|id| ec2_arn(caller, "instance", id));
            all.map(|one| Need::new(action.clone(), one)).collect()
        }
        "CreateTags" | "DeleteTags" => {
            let all = texts(input, "Resources");
            let all = all.iter().map(|id| ec2_arn(caller, kind_of(id), id));
            all.map(|one| Need::new(action.clone(), one)).collect()
        }
        _ => match EC2.iter().find(|(name, _)| *name == operation) {
            Some((_, members)) => {
                let resource = |(kind, member): &(&str, &str)| match *member {
                    "" => Some(ec2_arn(caller, kind, "*")),
                    member => text(input, member).map(|id| ec2_arn(caller, kind, id)),
                };
                let all = members.iter().filter_map(resource);
                all.map(|one| Need::new(action.clone(), one)).collect()
            }
            // EC2 describes only on everything.
            None => vec![Need::new(action.clone(), "*")],
        },
    };
    for specification in items(input, "TagSpecifications") {
        let kind = text(specification, "ResourceType").unwrap_or_default();
        let made = ec2_arn(caller, kind, "*");
        needs.push(Need::new("ec2:CreateTags", made).when("ec2:CreateAction", operation));
    }
    if operation == "DeregisterImage" && flag(input, "DeleteAssociatedSnapshots") == Some(true) {
        needs.push(Need::new("ec2:DeleteSnapshot", ec2_arn(caller, "snapshot", "*")));
    }
    if operation == "ModifySnapshotAttribute" {
        for added in items(&input["CreateVolumePermission"], "Add") {
            let user = text(added, "UserId").unwrap_or("all");
            needs = needs
                .into_iter()
                .map(|need| need.when("ec2:Add/userId", user))
                .collect();
        }
    }
    needs
}

fn kind_of(id: &str) -> &'static str {
    match id.split('-').next() {
        Some("ami") => "image",
        Some("snap") => "snapshot",
        Some("i") => "instance",
        Some("vol") => "volume",
        Some("sg") => "security-group",
        _ => "*",
    }
}

fn kms(caller: &Caller, operation: &str, input: &Value) -> Vec<Need> {
    let action = format!("kms:{operation}");
    match operation {
        "CreateKey" => {
            let mut needs = vec![Need::new(action, "*")];
            if !items(input, "Tags").is_empty() {
                needs.push(Need::new("kms:TagResource", arn(caller, "kms", "key/*")));
            }
            needs
        }
        "ListKeys" | "ListAliases" => vec![Need::new(action, "*")],
        // On the alias and on the key; the key's side is asked where the key is looked up.
        "CreateAlias" | "UpdateAlias" | "DeleteAlias" => {
            let alias = text(input, "AliasName").unwrap_or_default();
            vec![Need::new(action, arn(caller, "kms", alias))]
        }
        _ => Vec::new(),
    }
}

fn route53(operation: &str, input: &Value) -> Vec<Need> {
    let action = format!("route53:{operation}");
    let bare = |id: &str| id.rsplit('/').next().unwrap_or(id).to_owned();
    let on = |kind: &str, member: &str| {
        let id = text(input, member).map_or_else(|| "*".to_owned(), bare);
        format!("arn:aws:route53:::{kind}/{id}")
    };
    match operation {
        "ChangeResourceRecordSets" => {
            let zone = on("hostedzone", "HostedZoneId");
            let changes = items(&input["ChangeBatch"], "Changes").iter();
            let need = |change: &Value| {
                let set = &change["ResourceRecordSet"];
                let name = text(set, "Name").unwrap_or_default().to_lowercase();
                let name = name.trim_end_matches('.').replace('*', "\\052");
                let key = |what: &str| format!("route53:ChangeResourceRecordSets{what}");
                Need::new(action.clone(), zone.clone())
                    .when(&key("NormalizedRecordNames"), name)
                    .when(&key("RecordTypes"), text(set, "Type").unwrap_or_default())
                    .when(&key("Actions"), text(change, "Action").unwrap_or_default())
            };
            changes.map(need).collect()
        }
        "CreateHostedZone" => vec![Need::new(action, "*"), Need::new("ec2:DescribeVpcs", "*")],
        "GetChange" => vec![Need::new(action, on("change", "Id"))],
        "ChangeTagsForResource" | "ListTagsForResource" => {
            let kind = text(input, "ResourceType").unwrap_or_default();
            vec![Need::new(action, on(kind, "ResourceId"))]
        }
        "GetHostedZone" | "DeleteHostedZone" | "UpdateHostedZoneComment" => {
            vec![Need::new(action, on("hostedzone", "Id"))]
        }
        "ListResourceRecordSets"
        | "GetHostedZoneLimit"
        | "GetDNSSEC"
        | "CreateVPCAssociationAuthorization"
        | "DeleteVPCAssociationAuthorization"
        | "ListVPCAssociationAuthorizations"
        | "TestDNSAnswer" => vec![Need::new(action, on("hostedzone", "HostedZoneId"))],
        "AssociateVPCWithHostedZone" | "DisassociateVPCFromHostedZone" => vec![
            Need::new(action, on("hostedzone", "HostedZoneId")),
            Need::new("ec2:DescribeVpcs", "*"),
        ],
        "GetHealthCheck" | "GetHealthCheckStatus" | "DeleteHealthCheck" => {
            vec![Need::new(action, on("healthcheck", "HealthCheckId"))]
        }
        "ChangeCidrCollection" | "DeleteCidrCollection" => vec![Need::new(action, on("cidrcollection", "Id"))],
        "ListCidrBlocks" | "ListCidrLocations" => vec![Need::new(action, on("cidrcollection", "CollectionId"))],
        _ => vec![Need::new(action, "*")],
    }
}

fn s3control(caller: &Caller, operation: &str, input: &Value) -> Vec<Need> {
    let action = format!("s3:{operation}");
    match operation {
        "CreateJob" => {
            let role = text(input, "RoleArn").unwrap_or_default();
            let passed = Need::new("iam:PassRole", role);
            let mut needs = vec![
                Need::new(action, "*"),
                passed.when("iam:PassedToService", "batchoperations.s3.amazonaws.com"),
            ];
            if !items(input, "Tags").is_empty() {
                needs.push(Need::new("s3:PutJobTagging", arn(caller, "s3", "job/*")));
            }
            needs
        }
        "DescribeJob" | "UpdateJobStatus" | "UpdateJobPriority" => {
            let job = text(input, "JobId").unwrap_or_default();
            vec![Need::new(action, arn(caller, "s3", &format!("job/{job}")))]
        }
        _ => vec![Need::new(action, "*")],
    }
}

fn elasticache(caller: &Caller, operation: &str, input: &Value) -> Vec<Need> {
    let action = format!("elasticache:{operation}");
    let on = |kind: &str, member: &str| {
        let name = text(input, member).unwrap_or("*");
        Need::new(action.clone(), named(caller, "elasticache", kind, name))
    };
    let mut needs = match operation {
        "DescribeReplicationGroups" | "DeleteReplicationGroup" => vec![on("replicationgroup", "ReplicationGroupId")],
        "DescribeCacheClusters" | "DeleteCacheCluster" => vec![on("cluster", "CacheClusterId")],
        "DescribeServerlessCaches" => vec![on("serverlesscache", "ServerlessCacheName")],
        "DescribeCacheSubnetGroups" | "DeleteCacheSubnetGroup" => vec![on("subnetgroup", "CacheSubnetGroupName")],
        "DescribeCacheParameterGroups" | "DescribeCacheParameters" | "DeleteCacheParameterGroup" => {
            vec![on("parametergroup", "CacheParameterGroupName")]
        }
        "DescribeUserGroups" => vec![on("usergroup", "UserGroupId")],
        "DescribeSnapshots" | "DeleteSnapshot" => vec![on("snapshot", "SnapshotName")],
        "ListTagsForResource" => vec![on("", "ResourceName")],
        "CreateSnapshot" => {
            let mut needs = vec![on("snapshot", "SnapshotName")];
            if text(input, "ReplicationGroupId").is_some() {
                needs.push(on("replicationgroup", "ReplicationGroupId"));
            }
            if text(input, "CacheClusterId").is_some() {
                needs.push(on("cluster", "CacheClusterId"));
            }
            needs
        }
        // It writes the files with the caller's rights; it asks whether the bucket would let it.
        "CopySnapshot" => {
            let bucket = text(input, "TargetBucket").unwrap_or_default();
            let mut needs = vec![
                on("snapshot", "SourceSnapshotName"),
                on("snapshot", "TargetSnapshotName"),
            ];
            if !bucket.is_empty() {
                needs.push(Need::new("s3:GetBucketAcl", format!("arn:aws:s3:::{bucket}")));
                needs.push(Need::new("s3:PutObject", format!("arn:aws:s3:::{bucket}/*")));
                needs.push(Need::new("s3:DeleteObject", format!("arn:aws:s3:::{bucket}/*")));
            }
            needs
        }
        "CreateReplicationGroup" => {
            let mut needs = vec![on("replicationgroup", "ReplicationGroupId")];
            for (kind, member) in [
                ("subnetgroup", "CacheSubnetGroupName"),
                ("parametergroup", "CacheParameterGroupName"),
            ] {
                if text(input, member).is_some() {
                    needs.push(on(kind, member));
                }
            }
            // The files are read with the caller's rights, too.
            let files = texts(input, "SnapshotArns");
            needs.extend(files.into_iter().map(|file| Need::new("s3:GetObject", file)));
            needs
        }
        _ => vec![Need::new(action.clone(), "*")],
    };
    if let (false, Some(made)) = (items(input, "Tags").is_empty(), needs.first()) {
        let made = made.resource.clone();
        needs.push(Need::new("elasticache:AddTagsToResource", made));
    }
    needs
}

fn athena(caller: &Caller, operation: &str, input: &Value) -> Vec<Need> {
    let action = format!("athena:{operation}");
    let group = arn(
        caller,
        "athena",
        &format!("workgroup/{}", text(input, "WorkGroup").unwrap_or("primary")),
    );
    let catalog = text(input, "CatalogName").unwrap_or("AwsDataCatalog");
    let catalog = arn(caller, "athena", &format!("datacatalog/{catalog}"));
    let glue = |action: &str, rest: &str| Need::new(format!("glue:{action}"), arn(caller, "glue", rest));
    match operation {
        "ListDatabases" => vec![Need::new(action, catalog), glue("GetDatabases", "catalog")],
        "ListTableMetadata" => vec![Need::new(action, catalog), glue("GetTables", "catalog")],
        "StartQueryExecution" => {
            let mut needs = vec![Need::new(action, group)];
            let statement = text(input, "QueryString").unwrap_or_default();
            let words: Vec<String> = statement.split_whitespace().take(2).map(str::to_uppercase).collect();
            // Athena keeps databases and tables in Glue's catalogue, with the caller's rights.
            match (words.first().map(String::as_str), words.get(1).map(String::as_str)) {
                (Some("CREATE"), Some("DATABASE" | "SCHEMA")) => needs.push(glue("CreateDatabase", "catalog")),
                (Some("DROP"), Some("DATABASE" | "SCHEMA")) => {
                    for one in ["GetDatabase", "GetTables", "DeleteTable", "DeleteDatabase"] {
                        needs.push(glue(one, "catalog"));
                    }
                }
                (Some("CREATE"), _) => {
                    needs.push(glue("GetDatabase", "catalog"));
                    needs.push(glue("CreateTable", "catalog"));
                }
                _ => {
                    needs.push(glue("GetDatabase", "catalog"));
                    needs.push(glue("GetTable", "catalog"));
                }
            }
            needs
        }
        _ => vec![Need::new(action, group)],
    }
}

/// Services of which little is used.
fn others(caller: &Caller, service: &str, operation: &str, input: &Value) -> Vec<Need> {
    let prefix = match service {
        "monitoring" => "cloudwatch",
        "tagging" => "tag",
        one => one,
    };
    let member = |name: &str| text(input, name).unwrap_or_default().to_owned();
    let role = |name: String| format!("arn:aws:iam::{}:role/{name}", caller.account);
    let resources = match (service, operation) {
        ("acm", "DescribeCertificate") => vec![member("CertificateArn")],
        ("ram", "AcceptResourceShareInvitation") => vec![member("resourceShareInvitationArn")],
        ("ram", "DeleteResourceShare") => vec![member("resourceShareArn")],
        ("iam", "GetRole") => vec![role(member("RoleName"))],
        ("iam", "SimulatePrincipalPolicy") => vec![member("PolicySourceArn")],
        ("iam", "GetOpenIDConnectProvider") => vec![member("OpenIDConnectProviderArn")],
        ("ecr", "DescribeImages") => {
            vec![arn(caller, "ecr", &format!("repository/{}", member("repositoryName")))]
        }
        ("ssm", "GetParameters") => {
            let named = |name: &String| arn(caller, "ssm", &format!("parameter/{}", name.trim_start_matches('/')));
            texts(input, "Names").iter().map(named).collect()
        }
        // As its refusals name it.
        ("ce", _) => vec![format!("arn:aws:ce:us-east-1:{}:/{operation}", caller.account)],
        ("scheduler", "GetSchedule") => {
            let group = text(input, "GroupName").unwrap_or("default").to_owned();
            vec![arn(
                caller,
                "scheduler",
                &format!("schedule/{group}/{}", member("Name")),
            )]
        }
        _ => vec!["*".to_owned()],
    };
    let action = format!("{prefix}:{operation}");
    resources
        .into_iter()
        .map(|one| Need::new(action.clone(), one))
        .collect()
}
