//! What there is beside what moves, kind by kind, with the way by which people take it along. Data: one line a kind.

use std::collections::BTreeMap;

use model::Said;
use model::inventory::Other;

use super::words::Text;

/// A kind of thing, as its ARN tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// The service, as ARNs call it.
    service: &'static str,
    /// How the last part of its ARN begins; empty: any.
    begins: &'static str,
    /// What people call several of them.
    called: Called,
    /// The way that people take; none: `cleave discover` lists them by themselves, as what may move.
    way: Option<Text>,
}

/// What people call several things of a kind.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Called {
    Text(Text),
    /// A single word stands in no table: a bucket may be called so, too, and its name would be translated.
    Word(&'static str),
}

const fn listed(service: &'static str, begins: &'static str) -> Kind {
    Kind {
        service,
        begins,
        called: Called::Word(""),
        way: None,
    }
}

const fn kind(service: &'static str, begins: &'static str, called: Text, way: Text) -> Kind {
    Kind {
        service,
        begins,
        called: Called::Text(called),
        way: Some(way),
    }
}

const fn word(service: &'static str, begins: &'static str, called: &'static str, way: Text) -> Kind {
    Kind {
        service,
        begins,
        called: Called::Word(called),
        way: Some(way),
    }
}

/// The first that fits is the kind: what begins with more stands before what begins with less.
#[rustfmt::skip]
const KINDS: &[Kind] = &[
    listed("kms", "key/"),
    listed("s3", ""),
    listed("rds", "db:"), listed("rds", "cluster:"), listed("rds", "snapshot:"), listed("rds", "cluster-snapshot:"), listed("rds", "subgrp:"),
    listed("rds", "pg:"), listed("rds", "cluster-pg:"), listed("rds", "og:"),
    listed("ec2", "instance/"), listed("ec2", "volume/"), listed("ec2", "snapshot/"), listed("ec2", "image/"), listed("ec2", "security-group/"),
    listed("elasticache", ""),
    listed("elasticfilesystem", "file-system/"),
    listed("route53", "hostedzone/"), listed("route53", "healthcheck/"),
    kind("rds", "proxy:", Text::RdsProxies, Text::OnceRestored),
    kind("dynamodb", "table/", Text::DynamoDbTables, Text::ExportTable),
    kind("dax", "cache/", Text::DaxClusters, Text::ByTerraform),
    kind("memorydb", "cluster/", Text::MemoryDbClusters, Text::ExportSnapshot),
    kind("redshift", "cluster:", Text::RedshiftClusters, Text::ShareManualSnapshot),
    kind("redshift-serverless", "", Text::RedshiftServerless, Text::ShareSnapshot),
    kind("es", "domain/", Text::OpenSearchDomains, Text::SnapshotRepository),
    kind("aoss", "collection/", Text::OpenSearchCollections, Text::IndexAnew),
    kind("fsx", "file-system/", Text::FsxFileSystems, Text::DataSync),
    kind("elasticfilesystem", "access-point/", Text::EfsAccessPoints, Text::OnFileSystem),
    kind("backup", "backup-vault:", Text::BackupVaults, Text::CopyRecoveryPoints),
    kind("backup", "backup-plan:", Text::BackupPlans, Text::ByTerraform),
    kind("sqs", "", Text::SqsQueues, Text::DrainQueues),
    kind("sns", "", Text::SnsTopics, Text::SubscribeAgain),
    kind("kinesis", "stream/", Text::KinesisStreams, Text::ReadToEnd),
    kind("firehose", "deliverystream/", Text::FirehoseStreams, Text::ByTerraform),
    kind("kafka", "cluster/", Text::MskClusters, Text::CarryTopics),
    kind("mq", "broker:", Text::MqBrokers, Text::DrainBroker),
    kind("events", "rule/", Text::EventRules, Text::DeployRules),
    kind("events", "event-bus/", Text::EventBuses, Text::NoArchives),
    kind("scheduler", "", Text::Schedules, Text::DeploySchedules),
    kind("pipes", "pipe/", Text::EventPipes, Text::ByTerraform),
    kind("states", "stateMachine:", Text::StateMachines, Text::LetEnd),
    kind("lambda", "function:", Text::Functions, Text::DeployFunctions),
    kind("lambda", "layer:", Text::Layers, Text::PublishBefore),
    kind("lambda", "event-source-mapping:", Text::EventSources, Text::WithFunctions),
    kind("ecs", "service/", Text::EcsServices, Text::DeployServices),
    kind("ecs", "cluster/", Text::EcsClusters, Text::ByTerraform),
    kind("ecs", "task-definition/", Text::TaskDefinitions, Text::RegisterTasks),
    kind("ecs", "task/", Text::EcsTasks, Text::NothingToDo),
    kind("eks", "cluster/", Text::EksClusters, Text::DeployEks),
    kind("eks", "", Text::EksParts, Text::WithCluster),
    kind("batch", "", Text::Batch, Text::ByTerraform),
    kind("apprunner", "", Text::AppRunner, Text::LinkDomains),
    kind("elasticbeanstalk", "", Text::Beanstalk, Text::SameVersion),
    kind("ecr", "repository/", Text::EcrRepositories, Text::PushImages),
    word("secretsmanager", "secret:", "secrets", Text::WriteSecrets),
    kind("ssm", "parameter/", Text::SsmParameters, Text::WriteParameters),
    kind("ssm", "", Text::SsmOthers, Text::ByTerraform),
    word("acm", "certificate/", "certificates", Text::RequestAnew),
    kind("acm-pca", "certificate-authority/", Text::PrivateAuthorities, Text::ShareAuthorities),
    kind("logs", "log-group:", Text::LogGroups, Text::ExportLogs),
    word("cloudwatch", "alarm:", "alarms", Text::ByTerraform),
    kind("cloudwatch", "", Text::CloudWatchOthers, Text::ByTerraform),
    word("synthetics", "canary:", "canaries", Text::ByTerraform),
    kind("apigateway", "/domainnames", Text::ApiDomains, Text::OneAccountsDomain),
    kind("apigateway", "/restapis", Text::RestApis, Text::ImportKeys),
    kind("apigateway", "/apis", Text::HttpApis, Text::ImportOpenApi),
    kind("apigateway", "", Text::ApiOthers, Text::ByTerraform),
    kind("appsync", "apis/", Text::AppSyncApis, Text::NewKeys),
    word("execute-api", "", "APIs", Text::Deploy),
    kind("cloudfront", "distribution/", Text::Distributions, Text::MoveAlternateName),
    kind("cloudfront", "", Text::CloudFrontOthers, Text::ByTerraform),
    kind("wafv2", "", Text::Waf, Text::ByTerraform),
    kind("elasticloadbalancing", "loadbalancer/", Text::LoadBalancers, Text::Repoint),
    kind("elasticloadbalancing", "", Text::TargetGroups, Text::WithBalancer),
    kind("autoscaling", "", Text::AutoScaling, Text::WithNewImage),
    kind("ec2", "launch-template/", Text::LaunchTemplates, Text::WithNewImage),
    kind("ec2", "elastic-ip/", Text::ElasticIps, Text::TransferAddresses),
    kind("ec2", "natgateway/", Text::NatGateways, Text::OtherAddresses),
    word("ec2", "vpc/", "VPCs", Text::BeforeWindow),
    word("ec2", "subnet/", "subnets", Text::BeforeWindow),
    kind("ec2", "vpc-endpoint", Text::VpcEndpoints, Text::ByTerraform),
    kind("ec2", "transit-gateway", Text::TransitGateways, Text::ShareOrMake),
    kind("ec2", "vpn-", Text::Vpns, Text::OtherSide),
    kind("ec2", "key-pair/", Text::KeyPairs, Text::ImportPublicKey),
    kind("ec2", "", Text::Ec2Others, Text::ByTerraform),
    kind("directconnect", "", Text::OfDirectConnect, Text::NetworkDecides),
    kind("servicediscovery", "", Text::CloudMap, Text::RegisterThemselves),
    kind("cognito-idp", "userpool/", Text::UserPools, Text::NoPasswords),
    kind("cognito-identity", "", Text::IdentityPools, Text::NewIds),
    kind("ses", "", Text::SesIdentities, Text::VerifyAnew),
    kind("glue", "", Text::OfGlue, Text::ShareCatalogue),
    kind("athena", "", Text::Athena, Text::ByTerraform),
    kind("transfer", "server/", Text::TransferServers, Text::OldHostKey),
    kind("sagemaker", "", Text::OfSageMaker, Text::CopyModels),
    kind("codebuild", "", Text::CodeBuildProjects, Text::ByTerraform),
    word("codepipeline", "", "pipelines", Text::ByTerraform),
    kind("codecommit", "", Text::CodeCommitRepositories, Text::PushRepository),
    kind("codedeploy", "", Text::OfCodeDeploy, Text::ByTerraform),
    kind("amplify", "", Text::AmplifyApps, Text::ConnectAnew),
    kind("cloudformation", "stack/", Text::Stacks, Text::DeployStacks),
    word("cloudtrail", "", "trails", Text::LandingZoneChecked),
    kind("guardduty", "", Text::GuardDuty, Text::LandingZoneChecked),
    kind("config", "", Text::Config, Text::LandingZone),
    kind("iam", "", Text::Iam, Text::NoKeys),
    kind("route53resolver", "", Text::Resolvers, Text::ShareByRam),
    kind("route53domains", "domain/", Text::Domains, Text::TransferDomains),
    kind("resource-groups", "group/", Text::ResourceGroups, Text::ByTerraform),
];

/// Things of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left<'a> {
    /// What people call several of them.
    pub called: String,
    /// The way that people take.
    pub way: Said,
    /// What there is of it, by ARN.
    pub things: Vec<&'a Other>,
}

fn kind_of(other: &Other) -> Option<&'static Kind> {
    let fits = |kind: &&Kind| kind.service == other.service() && other.resource().starts_with(kind.begins);
    KINDS.iter().find(fits)
}

/// Whether something is of a kind that is listed by itself, as what may move.
pub fn is_listed_otherwise(other: &Other) -> bool {
    kind_of(other).is_some_and(|kind| kind.way.is_none())
}

/// What is left to people, kind by kind.
pub fn left<'a>(others: impl IntoIterator<Item = &'a Other>) -> Vec<Left<'a>> {
    let mut kinds = BTreeMap::<String, Left<'a>>::new();
    for other in others {
        let (called, way) = match kind_of(other) {
            Some(kind) => match kind.way {
                Some(way) => (kind.called.shown(), way),
                None => continue,
            },
            None => {
                let resource = other.resource();
                let kind = resource
                    .split(['/', ':'])
                    .next()
                    .filter(|kind| kind.len() < resource.len());
                let called = [other.service(), kind.unwrap_or_default()].join(" ");
                (Text::Of.fill(&[called.trim_end()]).into(), Text::NotKnown)
            }
        };
        let kind = kinds.entry(called.clone()).or_insert_with(|| Left {
            called,
            way: way.into(),
            things: Vec::new(),
        });
        kind.things.push(other);
    }
    kinds.into_values().collect()
}

impl Called {
    fn shown(self) -> String {
        match self {
            Self::Text(text) => text.into(),
            Self::Word(word) => word.to_owned(),
        }
    }
}

impl Left<'_> {
    /// The names of the first few, and how many more there are.
    pub fn names(&self) -> String {
        let name = |other: &&Other| {
            let resource = other.resource();
            let name = resource.split_once(['/', ':']).map_or(resource, |(_, name)| name);
            name.to_owned()
        };
        let shown: Vec<String> = self.things.iter().take(10).map(name).collect();
        match self.things.len() - shown.len() {
            0 => shown.join(", "),
            more => format!("{} and {more} more", shown.join(", ")),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    fn other(arn: &str) -> Other {
        Other {
            arn: arn.to_owned(),
            ..Other::default()
        }
    }

    #[test]
    fn what_is_left_is_told_by_kind_with_the_way_and_what_moves_is_not_told() {
        let held = [
            "arn:aws:dynamodb:eu-west-1:111111111111:table/carts",
            "arn:aws:dynamodb:eu-west-1:111111111111:table/orders",
            "arn:aws:sqs:eu-west-1:111111111111:mails",
            "arn:aws:s3:::shop",
            "arn:aws:rds:eu-west-1:111111111111:db:shop",
            "arn:aws:rds:eu-west-1:111111111111:proxy:prx-1",
            "arn:aws:apigateway:eu-west-1::/restapis/abc",
            "arn:aws:quantum:eu-west-1:111111111111:cat/box",
            "arn:aws:logs:eu-west-1:111111111111:log-group:/ecs/shop",
        ]
        .map(other);
        let found = left(&held);
        let told: Vec<_> = found.iter().map(|kind| (kind.called.as_str(), kind.names())).collect();
        assert_eq!(
            told,
            [
                ("DynamoDB tables", "carts, orders".to_owned()),
                ("RDS proxies", "prx-1".to_owned()),
                ("REST APIs", "restapis/abc".to_owned()),
                ("SQS queues", "mails".to_owned()),
                ("log groups", "/ecs/shop".to_owned()),
                ("things of quantum cat", "box".to_owned()),
            ]
        );
        assert!(
            found[0].way.as_str().contains("export to S3") && found[5].way == Said::from(Text::NotKnown),
            "{found:?}"
        );
        assert!(is_listed_otherwise(&held[3]) && !is_listed_otherwise(&held[0]));
    }

    #[test]
    fn no_line_of_the_table_is_hidden_by_one_before_it() {
        for (nth, kind) in KINDS.iter().enumerate() {
            let arn = format!("arn:aws:{}:eu-west-1:111111111111:{}x", kind.service, kind.begins);
            let found = kind_of(&other(&arn)).expect("a kind");
            assert_eq!(found, kind, "line {nth}");
        }
        let ways: BTreeSet<String> = KINDS.iter().filter_map(|kind| kind.way).map(String::from).collect();
        assert!(
            ways.iter().all(|way| !way.ends_with('.')),
            "they stand within a sentence"
        );
    }
}
