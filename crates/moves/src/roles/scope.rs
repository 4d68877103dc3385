//! To what an action is narrowed: ARNs, and conditions, as far as AWS knows any for it.

use std::collections::{BTreeMap, BTreeSet};

use model::{AccountId, Region};

use super::statement::{Conditions, Statement};

/// What a plan names on one side, and where it is.
#[derive(Debug, Clone, Default)]
pub(super) struct Named {
    /// Databases, clusters and their members.
    pub(super) databases: BTreeSet<String>,
    /// Buckets under their own names, on either side.
    pub(super) buckets: BTreeSet<String>,
    /// Buckets of others, of which it is looked whether they are there.
    pub(super) looked_at: BTreeSet<String>,
    /// Instances.
    pub(super) instances: BTreeSet<String>,
    /// Caches and cache groups.
    pub(super) caches: BTreeSet<String>,
    /// Zones whose ids are known before the run.
    pub(super) zones: BTreeSet<String>,
    /// Zones in which any record is changed: those that the run makes have no id yet (`*`).
    pub(super) written_zones: BTreeSet<String>,
    /// Zones that may be deleted: what the run made, and what it left once that goes.
    pub(super) ended_zones: BTreeSet<String>,
    /// Zones in which the name servers of some names are changed, and nothing else.
    pub(super) delegating_zones: BTreeSet<String>,
    /// Those names, as IAM compares them: lower-case, without the last dot.
    pub(super) delegated: BTreeSet<String>,
    /// Whether what is old in the source may go: snapshots that the run did not make, and their like.
    pub(super) retires: bool,
    /// Roles that are passed on, with the services that they are passed to.
    pub(super) passed: BTreeMap<String, BTreeSet<String>>,
}

/// One side: its account, and those whose things it uses.
pub(super) struct Ground<'a> {
    pub(super) region: &'a Region,
    pub(super) account: &'a AccountId,
    /// The source's, for what the target takes from it.
    pub(super) source: &'a AccountId,
    /// The target's: nobody else is shared with.
    pub(super) target: &'a AccountId,
    /// Every account of the plan that may hold a key that is used.
    pub(super) key_holders: BTreeSet<&'a AccountId>,
    pub(super) named: &'a Named,
}

/// The resource types of RDS's actions. What the run makes begins with `cleave-`.
const RDS: &[(&str, &[&str])] = &[
    ("CreateDBSnapshot", &["db:{databases}", "snapshot:cleave-*"]),
    (
        "CreateDBClusterSnapshot",
        &["cluster:{databases}", "cluster-snapshot:cleave-*"],
    ),
    ("CopyDBSnapshot", &["snapshot:*", "@snapshot:*"]),
    ("CopyDBClusterSnapshot", &["cluster-snapshot:*", "@cluster-snapshot:*"]),
    ("ModifyDBSnapshotAttribute", &["snapshot:cleave-*"]),
    ("ModifyDBClusterSnapshotAttribute", &["cluster-snapshot:cleave-*"]),
    ("DeleteDBSnapshot", &["snapshot:cleave-*"]),
    ("DeleteDBClusterSnapshot", &["cluster-snapshot:cleave-*"]),
    (
        "RestoreDBInstanceFromDBSnapshot",
        &["db:{databases}", "snapshot:cleave-*", "subgrp:*", "pg:*", "og:*"],
    ),
    (
        "RestoreDBClusterFromSnapshot",
        &[
            "cluster:{databases}",
            "cluster-snapshot:cleave-*",
            "subgrp:*",
            "cluster-pg:*",
            "og:*",
        ],
    ),
    (
        "RestoreDBClusterToPointInTime",
        &["cluster:{databases}", "@cluster:*", "subgrp:*", "cluster-pg:*", "og:*"],
    ),
    (
        "CreateDBInstance",
        &["db:{databases}", "cluster:{databases}", "subgrp:*", "pg:*", "og:*"],
    ),
    ("ModifyDBInstance", &["db:{databases}", "pg:*", "og:*"]),
    ("ModifyDBCluster", &["cluster:{databases}", "cluster-pg:*", "og:*"]),
    ("RebootDBInstance", &["db:{databases}"]),
    ("DeleteDBInstance", &["db:{databases}"]),
    ("DeleteDBCluster", &["cluster:{databases}"]),
    ("EnableHttpEndpoint", &["cluster:{databases}"]),
    (
        "AddTagsToResource",
        &[
            "db:{databases}",
            "cluster:{databases}",
            "snapshot:cleave-*",
            "cluster-snapshot:cleave-*",
            "pg:*",
            "cluster-pg:*",
            "og:*",
            "subgrp:*",
        ],
    ),
    ("CreateDBParameterGroup", &["pg:*"]),
    ("ModifyDBParameterGroup", &["pg:*"]),
    ("DeleteDBParameterGroup", &["pg:*"]),
    ("CreateDBClusterParameterGroup", &["cluster-pg:*"]),
    ("ModifyDBClusterParameterGroup", &["cluster-pg:*"]),
    ("DeleteDBClusterParameterGroup", &["cluster-pg:*"]),
    ("CreateOptionGroup", &["og:*"]),
    ("ModifyOptionGroup", &["og:*"]),
    ("DeleteOptionGroup", &["og:*"]),
    ("CreateDBSubnetGroup", &["subgrp:*"]),
    ("DeleteDBSubnetGroup", &["subgrp:*"]),
];

/// The resource types of EC2's changes: `/` before an ARN without an account.
const EC2: &[(&str, &[&str])] = &[
    ("CopyImage", &["/image/*", "/snapshot/*"]),
    ("CreateImage", &["/image/*", "/snapshot/*", "instance/{instances}"]),
    ("CopySnapshot", &["/snapshot/*"]),
    ("CreateSnapshot", &["/snapshot/*", "volume/*"]),
    ("CreateVolume", &["volume/*", "/snapshot/*"]),
    ("DeleteVolume", &["volume/*"]),
    ("ModifyImageAttribute", &["/image/*"]),
    ("ModifySnapshotAttribute", &["/snapshot/*"]),
    ("DeregisterImage", &["/image/*"]),
    ("EnableImageDeprecation", &["/image/*"]),
    ("DeleteSnapshot", &["/snapshot/*"]),
    ("StopInstances", &["instance/{instances}"]),
    ("StartInstances", &["instance/{instances}"]),
    ("TerminateInstances", &["instance/{instances}"]),
    ("ModifyInstanceAttribute", &["instance/{instances}"]),
    ("CreateSecurityGroup", &["security-group/*", "vpc/*"]),
    ("DeleteSecurityGroup", &["security-group/*"]),
    (
        "CreateTags",
        &["/image/*", "/snapshot/*", "volume/*", "security-group/*"],
    ),
];

/// The changes upon which EC2 may tag what it makes.
const TAGGING: &[&str] = &[
    "CopyImage",
    "CopySnapshot",
    "CreateImage",
    "CreateSecurityGroup",
    "CreateSnapshot",
    "CreateVolume",
];

/// S3's actions that are about objects; the others are about buckets.
fn is_about_objects(action: &str) -> bool {
    action.contains("Object") && !action.contains("ObjectLockConfiguration")
        || action.starts_with("AbortMultipart")
        || action.starts_with("ListMultipartUploadParts")
        || matches!(action, "InitiateReplication" | "ReplicateDelete" | "ReplicateTags")
}

/// The statements that allow an action, each narrowed as far as it can be.
pub(super) fn narrowed(action: &str, ground: &Ground<'_>) -> Vec<Statement> {
    let (bare, by_service) = match action.strip_suffix('@') {
        Some(bare) => (bare, true),
        None => (action, false),
    };
    let (service, name) = bare.split_once(':').unwrap_or((bare, ""));
    let one = |sid: &str, resources: Vec<String>, conditions: Conditions| {
        // Nothing of the plan is of that kind: nothing is allowed either.
        match resources.is_empty() {
            true => Vec::new(),
            false => vec![Statement::new(sid, bare, resources, conditions)],
        }
    };
    let everywhere = || {
        vec![Statement::new(
            "NoResourceLevelAtAws",
            bare,
            vec!["*".to_owned()],
            Conditions::new(),
        )]
    };
    match service {
        "kms" => keys(bare, name, by_service, ground),
        "rds" => match RDS.iter().find(|(of, _)| *of == name) {
            Some((_, kinds)) => {
                let old = ground.named.retires && name.starts_with("Delete");
                let kind = |kind: &&str| match old {
                    true => kind.replace("cleave-*", "*"),
                    false => (*kind).to_owned(),
                };
                let resources = kinds.iter().map(kind).flat_map(|kind| rds_arns(&kind, ground));
                one("Databases", resources.collect(), Conditions::new())
            }
            // A list is asked for on everything of its type.
            None => {
                // What the source shares is asked for by its ARN.
                let mut all = vec![arn(ground, "rds", "*")];
                if ground.source != ground.account {
                    all.push(format!("arn:aws:rds:{}:{}:*", ground.region, ground.source));
                }
                one("DatabasesRead", all, Conditions::new())
            }
        },
        "ec2" => match EC2.iter().find(|(of, _)| *of == name) {
            Some((_, kinds)) => {
                let resources = kinds.iter().flat_map(|kind| ec2_arns(kind, ground)).collect();
                one("Machines", resources, ec2_conditions(name, ground))
            }
            None => everywhere(),
        },
        "s3" => s3(bare, name, ground),
        "iam" if name == "PassRole" => passed(bare, ground),
        "iam" if name == "GetRole" => one(
            "RolesRead",
            vec![format!("arn:aws:iam::{}:role/*", ground.account)],
            Conditions::new(),
        ),
        "route53" => zones(bare, name, ground),
        "elasticache" => one("Caches", vec![arn(ground, "elasticache", "*")], Conditions::new()),
        "secretsmanager" => one(
            "MasterSecrets",
            vec![arn(ground, "secretsmanager", "secret:rds!*")],
            Conditions::new(),
        ),
        "athena" | "glue" => {
            let all = match service {
                "athena" => vec![
                    arn(ground, "athena", "workgroup/*"),
                    arn(ground, "athena", "datacatalog/*"),
                ],
                _ => vec![
                    arn(ground, "glue", "catalog"),
                    arn(ground, "glue", "database/*"),
                    arn(ground, "glue", "table/*"),
                ],
            };
            one("Queries", all, Conditions::new())
        }
        "ram" if name == "AcceptResourceShareInvitation" => one(
            "SharesAccepted",
            vec![format!(
                "arn:aws:ram:{}:{}:resource-share-invitation/*",
                ground.region, ground.source
            )],
            Conditions::new(),
        ),
        "ram" if name == "DeleteResourceShare" => one(
            "SharesEnded",
            vec![arn(ground, "ram", "resource-share/*")],
            Conditions::new(),
        ),
        "ecr" => one(
            "RepositoriesRead",
            vec![arn(ground, "ecr", "repository/*")],
            Conditions::new(),
        ),
        _ => everywhere(),
    }
}

fn arn(ground: &Ground<'_>, service: &str, rest: &str) -> String {
    format!("arn:aws:{service}:{}:{}:{rest}", ground.region, ground.account)
}

/// Puts the plan's names for a placeholder.
fn filled(template: &str, ground: &Ground<'_>) -> Vec<String> {
    for (placeholder, names) in [
        ("{databases}", &ground.named.databases),
        ("{instances}", &ground.named.instances),
    ] {
        if template.contains(placeholder) {
            return names.iter().map(|name| template.replace(placeholder, name)).collect();
        }
    }
    vec![template.to_owned()]
}

/// `@` before what the source has shared.
fn rds_arns(kind: &str, ground: &Ground<'_>) -> Vec<String> {
    match kind.strip_prefix('@') {
        Some(_) if ground.source == ground.account => Vec::new(),
        Some(kind) => vec![format!("arn:aws:rds:{}:{}:{kind}", ground.region, ground.source)],
        None => filled(kind, ground)
            .iter()
            .map(|rest| arn(ground, "rds", rest))
            .collect(),
    }
}

fn ec2_arns(kind: &str, ground: &Ground<'_>) -> Vec<String> {
    match kind.strip_prefix('/') {
        Some(rest) => vec![format!("arn:aws:ec2:{}::{rest}", ground.region)],
        None => filled(kind, ground)
            .iter()
            .map(|rest| arn(ground, "ec2", rest))
            .collect(),
    }
}

fn condition(operator: &str, key: &str, values: impl IntoIterator<Item = String>) -> Conditions {
    let values = values.into_iter().collect();
    BTreeMap::from([(operator.to_owned(), BTreeMap::from([(key.to_owned(), values)]))])
}

fn ec2_conditions(name: &str, ground: &Ground<'_>) -> Conditions {
    match name {
        // The only account that a snapshot may be shared with. Taking a share back adds nobody.
        "ModifySnapshotAttribute" => condition("StringEqualsIfExists", "ec2:Add/userId", [ground.target.to_string()]),
        "CreateTags" => condition(
            "StringEquals",
            "ec2:CreateAction",
            TAGGING.iter().map(|one| (*one).to_owned()),
        ),
        _ => Conditions::new(),
    }
}

fn keys(action: &str, name: &str, by_service: bool, ground: &Ground<'_>) -> Vec<Statement> {
    let key = |account: &AccountId| format!("arn:aws:kms:{}:{account}:key/*", ground.region);
    let none = Conditions::new();
    if by_service {
        let services = ["ec2", "rds", "s3"];
        let services = services.map(|service| format!("{service}.{}.amazonaws.com", ground.region));
        let mut conditions = condition("StringEquals", "kms:ViaService", services);
        if name == "CreateGrant" {
            conditions.extend(condition("Bool", "kms:GrantIsForAWSResource", ["true".to_owned()]));
        }
        let all = ground.key_holders.iter().map(|account| key(account)).collect();
        return vec![Statement::new("KeysThroughServices", action, all, conditions)];
    }
    match name {
        "CreateKey" | "ListKeys" | "ListAliases" => {
            vec![Statement::new(
                "NoResourceLevelAtAws",
                action,
                vec!["*".to_owned()],
                none,
            )]
        }
        "CreateAlias" | "DeleteAlias" => {
            let both = vec![arn(ground, "kms", "alias/*"), key(ground.account)];
            vec![Statement::new("Aliases", action, both, none)]
        }
        // Whether a key of the source is open to the target is asked of the key itself.
        "DescribeKey" => {
            let all = ground.key_holders.iter().map(|account| key(account)).collect();
            vec![Statement::new("KeysRead", action, all, none)]
        }
        _ => vec![Statement::new("Keys", action, vec![key(ground.account)], none)],
    }
}

fn s3(action: &str, name: &str, ground: &Ground<'_>) -> Vec<Statement> {
    let none = Conditions::new();
    match name {
        "ListAllMyBuckets" | "CreateJob" | "ListJobs" | "ListAccessPoints" => {
            vec![Statement::new(
                "NoResourceLevelAtAws",
                action,
                vec!["*".to_owned()],
                none,
            )]
        }
        "DescribeJob" | "UpdateJobStatus" | "PutJobTagging" => {
            vec![Statement::new("Jobs", action, vec![arn(ground, "s3", "job/*")], none)]
        }
        name => {
            let (sid, rest) = match is_about_objects(name) {
                true => ("Objects", "/*"),
                false => ("Buckets", ""),
            };
            // What the run makes for the way begins with cleave-.
            let names = ground.named.buckets.iter().map(String::as_str).chain(["cleave-*"]);
            let looked_at = ground.named.looked_at.iter().map(String::as_str);
            let looks = matches!(name, "ListBucket" | "GetBucketLocation");
            let names = names.chain(looked_at.filter(|_| looks));
            let all = names.map(|name| format!("arn:aws:s3:::{name}{rest}")).collect();
            vec![Statement::new(sid, action, all, none)]
        }
    }
}

fn passed(action: &str, ground: &Ground<'_>) -> Vec<Statement> {
    let own = format!("arn:aws:iam::{}:", ground.account);
    let own = ground.named.passed.iter().filter(|(role, _)| role.starts_with(&own));
    let statement = |(role, services): (&String, &BTreeSet<String>)| {
        let to = condition("StringEquals", "iam:PassedToService", services.iter().cloned());
        Statement::new("RolesPassedOn", action, vec![role.clone()], to)
    };
    own.map(statement).collect()
}

fn zones(action: &str, name: &str, ground: &Ground<'_>) -> Vec<Statement> {
    let none = Conditions::new();
    let zone = |id: &String| format!("arn:aws:route53:::hostedzone/{id}");
    let named = ground.named;
    match name {
        "ChangeResourceRecordSets" => {
            let key = |what: &str| format!("route53:ChangeResourceRecordSets{what}");
            let mut statements = Vec::new();
            let written: Vec<String> = named.written_zones.iter().map(zone).collect();
            if !written.is_empty() {
                statements.push(Statement::new("RecordsOfMovedZones", action, written, none));
            }
            let delegating = named.delegating_zones.difference(&named.written_zones);
            let delegating: Vec<String> = delegating.map(zone).collect();
            if !delegating.is_empty() && !named.written_zones.contains("*") {
                let every = "ForAllValues:StringEquals";
                let mut only = condition(every, &key("NormalizedRecordNames"), named.delegated.iter().cloned());
                for (what, values) in [
                    ("RecordTypes", &["NS"][..]),
                    ("Actions", &["CREATE", "UPSERT", "DELETE"][..]),
                ] {
                    let values = values.iter().map(|one| (*one).to_owned()).collect();
                    only.entry(every.to_owned()).or_default().insert(key(what), values);
                }
                statements.push(Statement::new("NameServersOfMovedZones", action, delegating, only));
            }
            statements
        }
        "GetChange" => vec![Statement::new(
            "RecordChanges",
            action,
            vec!["arn:aws:route53:::change/*".to_owned()],
            none,
        )],
        "ListTagsForResource" | "ChangeTagsForResource" => {
            let all = ["hostedzone/*", "healthcheck/*"].map(|rest| format!("arn:aws:route53:::{rest}"));
            vec![Statement::new("ZoneTags", action, all.to_vec(), none)]
        }
        "GetHealthCheck" | "GetHealthCheckStatus" | "DeleteHealthCheck" => vec![Statement::new(
            "HealthChecks",
            action,
            vec!["arn:aws:route53:::healthcheck/*".to_owned()],
            none,
        )],
        "ListCidrBlocks" | "ChangeCidrCollection" | "DeleteCidrCollection" => vec![Statement::new(
            "CidrCollections",
            action,
            vec!["arn:aws:route53:::cidrcollection/*".to_owned()],
            none,
        )],
        "CreateHostedZone"
        | "ListHostedZones"
        | "ListHostedZonesByName"
        | "ListHostedZonesByVPC"
        | "ListHealthChecks"
        | "CreateHealthCheck"
        | "ListCidrCollections"
        | "CreateCidrCollection" => {
            vec![Statement::new(
                "NoResourceLevelAtAws",
                action,
                vec!["*".to_owned()],
                none,
            )]
        }
        _ => {
            let about = match name {
                "DeleteHostedZone" => &named.ended_zones,
                _ => &named.zones,
            };
            let all: Vec<String> = about.iter().map(zone).collect();
            match all.is_empty() {
                true => Vec::new(),
                false => vec![Statement::new("Zones", action, all, none)],
            }
        }
    }
}
