//! The state of the simulated AWS, and what every service shares: who calls, what an error is, what time it is, what was done.

use std::collections::BTreeMap;

use jiff::{SignedDuration, Timestamp};
use model::ids::{AccountId, Region};
use model::inventory::Inventory;
use serde_json::Value;

use crate::faults::Faults;
use crate::services::{
    acm, athena, cloudtrail, cloudwatch, config, cost_explorer, deployed, ec2, ecr, ecs, efs, elasticache, events,
    guardduty, iam, iam_account, iam_permissions, kms, lambda, organizations, ram, rds, route53, s3control, scheduler,
    securityhub, service_quotas, ssm, sts, tagging,
};
use crate::{laws, s3};

/// The state as its servers share it: the in-process client, the TCP server, the DNS server. Nothing inside waits while it is held.
pub type Shared = std::sync::Arc<std::sync::Mutex<Cloud>>;

/// Everything. A handler gets it whole and changes it in place; there is one owner and no lock inside.
pub struct Cloud {
    /// Virtual time of the call being handled. Only [`Cloud::advance`] moves it.
    pub now: Timestamp,
    /// Who exists: accounts, roles, access keys.
    pub sts: sts::Principals,
    /// KMS keys, aliases, grants.
    pub kms: kms::Keys,
    /// Database instances, snapshots, groups.
    pub rds: rds::Databases,
    /// Images and EBS snapshots.
    pub ec2: ec2::Images,
    /// Caches and their snapshots.
    pub elasticache: elasticache::Caches,
    /// EFS file systems.
    pub efs: efs::FileSystems,
    /// Buckets, and the global table of their names.
    pub s3: s3::Buckets,
    /// Batch Operations jobs.
    pub s3control: s3control::Jobs,
    /// Athena's databases and statements.
    pub athena: athena::Queries,
    /// Certificates.
    pub acm: acm::Certificates,
    /// What accounts share through Resource Access Manager.
    pub ram: ram::Shares,
    /// Hosted zones, their records, and what resolvers have cached.
    pub route53: route53::Zones,
    /// ECS task definitions and services.
    pub ecs: ecs::Deployments,
    /// Lambda functions.
    pub lambda: lambda::Functions,
    /// SSM parameters.
    pub ssm: ssm::Parameters,
    /// Identity providers and trust policies.
    pub iam: iam::Identities,
    /// What roles may do; none: everything in their accounts.
    pub permissions: iam_permissions::Permissions,
    /// Container images.
    pub ecr: ecr::Registries,
    /// EventBridge's rules.
    pub events: events::Rules,
    /// EventBridge Scheduler's schedules.
    pub scheduler: scheduler::Schedules,
    /// What only its tags tell of.
    pub tagging: tagging::Tagged,
    /// What months cost.
    pub cost_explorer: cost_explorer::Bills,
    /// Who belongs together.
    pub organizations: organizations::Organizations,
    /// Trails.
    pub cloudtrail: cloudtrail::Trails,
    /// AWS Config's recorders.
    pub config: config::Recorders,
    /// GuardDuty's detectors.
    pub guardduty: guardduty::Detectors,
    /// Security Hub.
    pub securityhub: securityhub::Hubs,
    /// Users, their keys, and how root is guarded.
    pub iam_accounts: iam_account::Accounts,
    /// Documents of the inventory that the simulated AWS refused, with its words: whoever fills it must be told.
    pub refused_documents: Vec<String>,
    /// What goes wrong, from a seed.
    pub faults: Faults,
    /// Every change that a call made, in order.
    pub effects: Vec<Effect>,
    /// Every request, in order, with its outcome: also those that changed nothing or were refused.
    pub requests: Vec<crate::dispatch::RequestRecord>,
    /// What existed at the start, and the laws it must keep.
    pub laws: laws::Laws,
}

/// Who makes a call, as its signature says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Caller {
    /// The account whose credentials signed.
    pub account: AccountId,
    /// The region in the signature's scope.
    pub region: Region,
    /// `arn:aws:sts::111111111111:assumed-role/cleave-source/cleave-…`, `arn:aws:iam::…:root`, or a service principal.
    pub principal: String,
}

impl Caller {
    /// The account's root: what its own services act as.
    pub fn root(account: &AccountId, region: &Region) -> Self {
        Self {
            account: account.clone(),
            region: region.clone(),
            principal: format!("arn:aws:iam::{account}:root"),
        }
    }
}

/// An error as AWS gives it: a code of the service's model, a message, an HTTP status.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ServiceError {
    /// The code on the wire (`DBSnapshotNotFound`, `NoSuchKey`).
    pub code: String,
    /// The message.
    pub message: String,
    /// The HTTP status.
    pub status: u16,
}

impl ServiceError {
    /// An error with status 400, the usual one.
    pub fn new(code: &str, message: impl Into<String>) -> Self {
        Self::with_status(400, code, message)
    }

    /// An error with another status.
    pub fn with_status(status: u16, code: &str, message: impl Into<String>) -> Self {
        Self {
            code: code.to_owned(),
            message: message.into(),
            status,
        }
    }

    /// What an operation answers that simcloud does not model: refused loudly, never silently accepted.
    pub fn not_modelled(service: &str, operation: &str) -> Self {
        Self::with_status(
            501,
            "NotImplemented",
            format!("simcloud does not model {service} {operation}"),
        )
    }
}

/// What a handler returns: the output as JSON in the service model's own member names, or an error.
/// Timestamps are RFC 3339 strings, blobs base64 strings.
pub type Answer = Result<Value, ServiceError>;

/// One change that a call made. Tests count these, not calls: a call that changed nothing has none.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Effect {
    /// When.
    pub at: Timestamp,
    /// In whose name.
    pub account: AccountId,
    /// `rds CopyDBSnapshot`
    pub operation: String,
    /// What was changed, by ARN or name.
    pub resource: String,
}

impl Cloud {
    /// Fills the accounts with what an inventory observed. Everything random comes from `seed`.
    pub fn new(inventory: &Inventory, start: Timestamp, seed: u64, faults: crate::faults::FaultLevel) -> Self {
        let mut cloud = Self {
            now: start,
            sts: sts::Principals::default(),
            kms: kms::Keys::default(),
            rds: rds::Databases::default(),
            ec2: ec2::Images::default(),
            elasticache: elasticache::Caches::default(),
            efs: efs::FileSystems::default(),
            s3: s3::Buckets::default(),
            s3control: s3control::Jobs::default(),
            athena: athena::Queries::default(),
            acm: acm::Certificates::default(),
            ram: ram::Shares::default(),
            route53: route53::Zones::default(),
            ecs: ecs::Deployments::default(),
            lambda: lambda::Functions::default(),
            ssm: ssm::Parameters::default(),
            iam: iam::Identities::default(),
            permissions: iam_permissions::Permissions::default(),
            ecr: ecr::Registries::default(),
            events: events::Rules::default(),
            scheduler: scheduler::Schedules::default(),
            tagging: tagging::Tagged::default(),
            cost_explorer: cost_explorer::Bills::default(),
            organizations: organizations::Organizations::default(),
            cloudtrail: cloudtrail::Trails::default(),
            config: config::Recorders::default(),
            guardduty: guardduty::Detectors::default(),
            securityhub: securityhub::Hubs::default(),
            iam_accounts: iam_account::Accounts::default(),
            refused_documents: Vec::new(),
            faults: Faults::new(seed, faults),
            effects: Vec::new(),
            requests: Vec::new(),
            laws: laws::Laws::default(),
        };
        cloud.faults.now = cloud.now;
        for (id, account) in &inventory.accounts {
            sts::fill(&mut cloud, id, account);
        }
        // The operator's keys exist from the first call on.
        sts::credentials(&mut cloud);
        for (id, account) in &inventory.accounts {
            for (region, contents) in &account.regions {
                kms::fill(&mut cloud, id, region, contents);
                rds::fill(&mut cloud, id, region, contents);
                ec2::fill(&mut cloud, id, region, contents);
                s3::fill(&mut cloud, id, region, contents);
                elasticache::fill(&mut cloud, id, region, contents);
                efs::fill(&mut cloud, id, region, contents);
                deployed::fill(&mut cloud, id, region, &contents.deployed);
            }
            route53::fill(&mut cloud, id, account);
            tagging::fill(&mut cloud, id, account);
            cost_explorer::fill(&mut cloud, id, account);
            organizations::fill(&mut cloud, id);
            deployed::fill_identities(&mut cloud, id, account);
        }
        cloud.laws = laws::Laws::watching(&cloud);
        cloud
    }

    /// Moves time on and lets everything that is due happen, service by service. Called before every request, so that a
    /// copy is as far as its age says, whoever asks and however rarely.
    pub fn advance(&mut self, now: Timestamp) {
        if now <= self.now {
            return;
        }
        self.now = now;
        self.faults.now = now;
        crate::hostility::advance(self);
        sts::advance(self);
        rds::advance(self);
        ec2::advance(self);
        s3::advance(self);
        elasticache::advance(self);
        s3control::advance(self);
        athena::advance(self);
        route53::advance(self);
        acm::advance(self);
        laws::check(self);
    }

    /// Carries out one operation of a service that is not S3, and checks the laws.
    pub fn call(&mut self, caller: &Caller, service: &str, operation: &str, input: &Value) -> Answer {
        let answer = match service {
            "sts" => sts::handle(self, caller, operation, input),
            "kms" => kms::handle(self, caller, operation, input),
            "rds" => rds::handle(self, caller, operation, input),
            "ec2" => ec2::handle(self, caller, operation, input),
            "elasticache" => elasticache::handle(self, caller, operation, input),
            "elasticfilesystem" => efs::handle(self, caller, operation, input),
            "s3control" => s3control::handle(self, caller, operation, input),
            "monitoring" => cloudwatch::handle(self, caller, operation, input),
            "servicequotas" => service_quotas::handle(self, caller, operation, input),
            "acm" => acm::handle(self, caller, operation, input),
            "athena" => athena::handle(self, caller, operation, input),
            "ram" => ram::handle(self, caller, operation, input),
            "ecs" => ecs::handle(self, caller, operation, input),
            "lambda" => lambda::handle(self, caller, operation, input),
            "ssm" => ssm::handle(self, caller, operation, input),
            "iam" => iam::handle(self, caller, operation, input),
            "ecr" => ecr::handle(self, caller, operation, input),
            "events" => events::handle(self, caller, operation, input),
            "scheduler" => scheduler::handle(self, caller, operation, input),
            "tagging" => tagging::handle(self, caller, operation, input),
            "ce" => cost_explorer::handle(self, caller, operation, input),
            "organizations" => organizations::handle(self, caller, operation, input),
            "account" => organizations::handle_account(self, caller, operation, input),
            "cloudtrail" => cloudtrail::handle(self, caller, operation, input),
            "config" => config::handle(self, caller, operation, input),
            "guardduty" => guardduty::handle(self, caller, operation, input),
            "securityhub" => securityhub::handle(self, caller, operation, input),
            "route53" => route53::handle(self, caller, operation, input),
            _ => Err(ServiceError::not_modelled(service, operation)),
        };
        laws::check(self);
        answer
    }

    /// Notes a change.
    pub fn effect(&mut self, caller: &Caller, operation: &str, resource: impl Into<String>) {
        self.effects.push(Effect {
            at: self.now,
            account: caller.account.clone(),
            operation: operation.to_owned(),
            resource: resource.into(),
        });
    }

    /// A moment later than now.
    pub fn later(&self, seconds: i64) -> Timestamp {
        self.now
            .saturating_add(SignedDuration::from_secs(seconds))
            .unwrap_or(self.now)
    }

    /// How often each change was made: what "nothing is made twice" is counted on.
    pub fn effect_counts(&self) -> BTreeMap<(String, String), usize> {
        let mut counts = BTreeMap::new();
        for effect in &self.effects {
            *counts
                .entry((effect.operation.clone(), effect.resource.clone()))
                .or_insert(0) += 1;
        }
        counts
    }
}
