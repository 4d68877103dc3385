//! The accounts of a migration: how they are entered, and one set of service clients for each.

use std::collections::BTreeMap;
use std::sync::Arc;

use aws_credential_types::provider::SharedCredentialsProvider;
use aws_smithy_async::rt::sleep::SharedAsyncSleep;
use aws_smithy_async::time::SharedTimeSource;
use aws_smithy_runtime_api::client::behavior_version::BehaviorVersion;
use aws_smithy_runtime_api::client::http::SharedHttpClient;
use aws_smithy_types::retry::RetryConfig;
use aws_smithy_types::timeout::TimeoutConfig;
use aws_types::SdkConfig;
use aws_types::region::Region as SdkRegion;
use jiff::Timestamp;
use model::plan::AccountAccess;
use model::{AccountId, Failure, Region, RunId, Side};

use crate::call_log::{CallLog, CallSink};
use crate::role::RoleProvider;
use crate::{
    acm, asked_plainly, athena, cloudtrail, cloudwatch, ec2, ecr, ecs, efs, elasticache, iam, kms, lambda,
    organizations, quotas, ram, rds, recorder, route53, s3, s3control, schedules, ssm, sts, tagging,
};

/// What a world supplies to reach AWS: all that differs between live, read-only and rehearsal.
#[derive(Clone)]
pub struct Connection {
    /// Sends requests: the network's, the guarded, or simcloud's.
    pub http: SharedHttpClient,
    /// The world's clock, for signatures, expiry and retries.
    pub time: SharedTimeSource,
    /// Waits by the world's clock, for retries and timeouts.
    pub sleep: SharedAsyncSleep,
    /// The operator's own credentials.
    pub operator: SharedCredentialsProvider,
    /// Another endpoint than AWS's own.
    pub endpoint: Option<String>,
    /// Takes the record of each call.
    pub log: CallSink,
    /// Keeps the SDK's process-wide retry budgets of two simulations apart.
    pub partition: String,
}

/// All accounts of a migration.
pub struct Accounts {
    by_side: BTreeMap<Side, Arc<Account>>,
    operator: aws_sdk_sts::Client,
}

/// One account, entered.
pub struct Account {
    /// Which one it is.
    pub side: Side,
    /// Its id, as the runbook says.
    pub id: AccountId,
    /// The region of the migration.
    pub region: Region,
    /// The raw HTTP client, region and credentials that the version listing signs with.
    pub raw: RawAccess,
    /// KMS.
    pub kms: kms::Kms,
    /// RDS.
    pub rds: rds::Rds,
    /// Resource Access Manager.
    pub ram: ram::Ram,
    /// EC2: images and their snapshots.
    pub ec2: ec2::Ec2,
    /// ElastiCache.
    pub elasticache: elasticache::ElastiCache,
    /// EFS, which is only looked at.
    pub efs: efs::Efs,
    /// S3.
    pub s3: s3::S3,
    /// S3 Batch Operations.
    pub s3control: s3control::S3Control,
    /// CloudWatch.
    pub cloudwatch: cloudwatch::CloudWatch,
    /// Service Quotas.
    pub quotas: quotas::Quotas,
    /// Certificate Manager, which is only looked at.
    pub acm: acm::Acm,
    /// Athena.
    pub athena: athena::Athena,
    /// Route 53.
    pub route53: route53::Route53,
    /// ECS, which is only looked at.
    pub ecs: ecs::Ecs,
    /// Lambda, which is only looked at.
    pub lambda: lambda::Lambda,
    /// SSM's parameters, which are only looked at.
    pub ssm: ssm::Ssm,
    /// IAM, which is only looked at.
    pub iam: iam::Iam,
    /// ECR, which is only looked at.
    pub ecr: ecr::Ecr,
    /// What fires by itself, which is only looked at.
    pub schedules: schedules::Schedules,
    /// The Resource Groups Tagging API, which is only looked at.
    pub tagging: tagging::Tagging,
    /// The organization, which is only looked at.
    pub organizations: organizations::Organizations,
    /// CloudTrail, which is only looked at.
    pub cloudtrail: cloudtrail::CloudTrail,
    /// AWS Config, which is only looked at.
    pub recorders: recorder::Recorders,
    /// GuardDuty, Security Hub, Cost Explorer and the account's own name, which are only looked at.
    pub asked_plainly: asked_plainly::AskedPlainly,
    sts: aws_sdk_sts::Client,
    role: Option<RoleProvider>,
}

/// What signs and sends a request that the SDK has no faithful operation for (the version listing in its true order).
#[derive(Clone)]
pub struct RawAccess {
    /// Sends it.
    pub http: SharedHttpClient,
    /// The clock of the signature.
    pub time: SharedTimeSource,
    /// Signs it.
    pub credentials: SharedCredentialsProvider,
    /// Another endpoint than AWS's own.
    pub endpoint: Option<String>,
    /// Takes the record of each call.
    pub log: CallSink,
}

/// What a service's clients are built from: two configurations, one that retries and one that does not.
pub(crate) struct Clients<'a> {
    pub(crate) account: &'a AccountId,
    pub(crate) region: &'a Region,
    pub(crate) reads: SdkConfig,
    pub(crate) once: SdkConfig,
    pub(crate) partition: &'a str,
    pub(crate) sink: &'a CallSink,
}

impl Clients<'_> {
    /// The interceptor that logs a service's calls.
    pub(crate) fn log(&self, service: &'static str) -> CallLog {
        CallLog {
            account: Some(self.account.clone()),
            service,
            sink: self.sink.clone(),
        }
    }
}

/// Builds the read client and the once client of one service crate.
macro_rules! two_clients {
    ($clients:expr, $sdk:ident, $service:literal) => {{
        let build = |config: &aws_types::SdkConfig| {
            let config = $sdk::config::Builder::from(config)
                .interceptor($clients.log($service))
                .retry_partition(
                    aws_smithy_runtime::client::retries::RetryPartition::custom($clients.partition.to_owned()).build(),
                )
                .build();
            $sdk::Client::from_conf(config)
        };
        (build(&$clients.reads), build(&$clients.once))
    }};
}
pub(crate) use two_clients;

impl Accounts {
    /// Prepares the accounts. Nothing is called yet: roles are taken on at the first need.
    pub fn enter(
        connection: &Connection,
        access: &BTreeMap<Side, AccountAccess>,
        region: &Region,
        run: &RunId,
    ) -> Self {
        let operator_config = sdk_config(connection, region, connection.operator.clone(), true);
        let operator = sts_client(&operator_config, connection, None);
        let by_side = access.iter().map(|(side, access)| {
            (
                *side,
                Arc::new(Account::enter(connection, *side, access, region, run, &operator)),
            )
        });
        Self {
            by_side: by_side.collect(),
            operator,
        }
    }

    /// The account of a side; the source's where the migration has no parent account of its own.
    pub fn side(&self, side: Side) -> Arc<Account> {
        let found = self.by_side.get(&side).or_else(|| self.by_side.get(&Side::Source));
        Arc::clone(found.expect("every plan has a source account"))
    }

    /// All accounts.
    pub fn all(&self) -> impl Iterator<Item = &Arc<Account>> {
        self.by_side.values()
    }

    /// Who the operator is.
    pub async fn operator(&self) -> Result<sts::Identity, Failure> {
        sts::identity(&self.operator, "operator").await
    }

    /// Throws all role credentials away and asks whether the operator's are accepted.
    pub async fn renew(&self) -> Result<sts::Identity, Failure> {
        for account in self.by_side.values() {
            if let Some(role) = &account.role {
                role.forget();
            }
        }
        self.operator().await
    }
}

impl Account {
    fn enter(
        connection: &Connection,
        side: Side,
        access: &AccountAccess,
        region: &Region,
        run: &RunId,
        operator: &aws_sdk_sts::Client,
    ) -> Self {
        let role = access.role.as_ref().map(|role| RoleProvider {
            sts: operator.clone(),
            role_arn: format!("arn:aws:iam::{}:role/{role}", access.account),
            external_id: access.external_id.clone(),
            session_name: format!("cleave-{run}"),
            time: connection.time.clone(),
            current: Arc::default(),
        });
        let credentials = match &role {
            Some(role) => SharedCredentialsProvider::new(role.clone()),
            None => connection.operator.clone(),
        };
        let clients = Clients {
            account: &access.account,
            region,
            reads: sdk_config(connection, region, credentials.clone(), true),
            once: sdk_config(connection, region, credentials.clone(), false),
            partition: &connection.partition,
            sink: &connection.log,
        };
        Self {
            side,
            id: access.account.clone(),
            region: region.clone(),
            raw: RawAccess {
                http: connection.http.clone(),
                time: connection.time.clone(),
                credentials,
                endpoint: connection.endpoint.clone(),
                log: connection.log.clone(),
            },
            kms: kms::Kms::new(&clients),
            rds: rds::Rds::new(&clients),
            ram: ram::Ram::new(&clients),
            ec2: ec2::Ec2::new(&clients),
            elasticache: elasticache::ElastiCache::new(&clients),
            efs: efs::Efs::new(&clients),
            s3: s3::S3::new(&clients),
            s3control: s3control::S3Control::new(&clients),
            cloudwatch: cloudwatch::CloudWatch::new(&clients),
            quotas: quotas::Quotas::new(&clients),
            acm: acm::Acm::new(&clients),
            athena: athena::Athena::new(&clients),
            route53: route53::Route53::new(&clients),
            ecs: ecs::Ecs::new(&clients),
            lambda: lambda::Lambda::new(&clients),
            ssm: ssm::Ssm::new(&clients),
            iam: iam::Iam::new(&clients),
            ecr: ecr::Ecr::new(&clients),
            schedules: schedules::Schedules::new(&clients),
            tagging: tagging::Tagging::new(&clients),
            organizations: organizations::Organizations::new(&clients),
            cloudtrail: cloudtrail::CloudTrail::new(&clients),
            recorders: recorder::Recorders::new(&clients),
            asked_plainly: asked_plainly::AskedPlainly::new(&clients),
            sts: sts_client(&clients.reads, connection, Some(&access.account)),
            role,
        }
    }

    /// What the world's clock says.
    pub fn now(&self) -> Timestamp {
        Timestamp::try_from(self.raw.time.now()).unwrap_or(Timestamp::UNIX_EPOCH)
    }

    /// Who the account's credentials are: the cheapest proof that the role can be taken on.
    pub async fn identity(&self) -> Result<sts::Identity, Failure> {
        sts::identity(&self.sts, self.id.as_str()).await
    }

    /// The role's ARN, if a role is taken on.
    pub fn role_arn(&self) -> Option<&str> {
        self.role.as_ref().map(|role| role.role_arn.as_str())
    }
}

fn sts_client(config: &SdkConfig, connection: &Connection, account: Option<&AccountId>) -> aws_sdk_sts::Client {
    let log = CallLog {
        account: account.cloned(),
        service: "sts",
        sink: connection.log.clone(),
    };
    let partition = aws_smithy_runtime::client::retries::RetryPartition::custom(connection.partition.clone()).build();
    let config = aws_sdk_sts::config::Builder::from(config)
        .interceptor(log)
        .retry_partition(partition)
        .build();
    aws_sdk_sts::Client::from_conf(config)
}

fn sdk_config(
    connection: &Connection,
    region: &Region,
    credentials: SharedCredentialsProvider,
    retries: bool,
) -> SdkConfig {
    let retry = if retries {
        RetryConfig::standard().with_max_attempts(4)
    } else {
        RetryConfig::disabled()
    };
    // A hung call is an unknown outcome after a minute, not a hung night.
    let timeouts = TimeoutConfig::builder()
        .operation_attempt_timeout(std::time::Duration::from_secs(60))
        .connect_timeout(std::time::Duration::from_secs(10))
        .build();
    let mut config = SdkConfig::builder()
        .behavior_version(BehaviorVersion::latest())
        .region(SdkRegion::new(region.to_string()))
        .http_client(connection.http.clone())
        .time_source(connection.time.clone())
        .sleep_impl(connection.sleep.clone())
        .retry_config(retry)
        .timeout_config(timeouts)
        // Roles keep their own credentials, so that they can be thrown away when AWS stops accepting them.
        .identity_cache(aws_smithy_runtime::client::identity::IdentityCache::no_cache())
        .credentials_provider(credentials);
    if let Some(endpoint) = &connection.endpoint {
        config = config.endpoint_url(endpoint.clone());
    }
    config.build()
}
