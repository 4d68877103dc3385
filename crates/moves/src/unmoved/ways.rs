//! What there is beside what moves, kind by kind, with the way by which people take it along. Data: one line a kind.

use std::collections::BTreeMap;

use model::inventory::Other;

/// A kind of thing, as its ARN tells it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Kind {
    /// The service, as ARNs call it.
    service: &'static str,
    /// How the last part of its ARN begins; empty: any.
    begins: &'static str,
    /// What people call several of them.
    pub called: &'static str,
    /// The way that people take; none: `cleave discover` lists them by themselves, as what may move.
    pub way: Option<&'static str>,
}

const fn listed(service: &'static str, begins: &'static str) -> Kind {
    Kind {
        service,
        begins,
        called: "",
        way: None,
    }
}

const fn kind(service: &'static str, begins: &'static str, called: &'static str, way: &'static str) -> Kind {
    Kind {
        service,
        begins,
        called,
        way: Some(way),
    }
}

const TERRAFORM: &str = "make them anew with the team's Terraform in the target";

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
    kind("rds", "proxy:", "RDS proxies", "make them anew with the team's Terraform once the database is restored"),
    kind("dynamodb", "table/", "DynamoDB tables", "export to S3 in the source and import into a new table in the target (both need point-in-time recovery on), or AWS Backup into a vault of the target"),
    kind("dax", "cache/", "DAX clusters", TERRAFORM),
    kind("memorydb", "cluster/", "MemoryDB clusters", "export a snapshot to S3 and make a cluster of it in the target"),
    kind("redshift", "cluster:", "Redshift clusters", "share a manual snapshot with the target and restore it there"),
    kind("redshift-serverless", "", "Redshift Serverless namespaces and workgroups", "share a snapshot with the target and restore it there"),
    kind("es", "domain/", "OpenSearch domains", "register one bucket as a snapshot repository in both, take a snapshot, restore it in the target; or index anew"),
    kind("aoss", "collection/", "OpenSearch Serverless collections", "make them in the target and index anew"),
    kind("fsx", "file-system/", "FSx file systems", "DataSync into a new one, or AWS Backup into a vault of the target"),
    kind("elasticfilesystem", "access-point/", "EFS access points", "make them anew on the target's file system"),
    kind("backup", "backup-vault:", "backup vaults", "copy the recovery points that must last into a vault of the target"),
    kind("backup", "backup-plan:", "backup plans", TERRAFORM),
    kind("sqs", "", "SQS queues", "make them anew with Terraform; drain them before the switch: messages do not travel"),
    kind("sns", "", "SNS topics", "make them anew with Terraform, and have every subscriber subscribe (and confirm) again"),
    kind("kinesis", "stream/", "Kinesis streams", "make them anew; let consumers read the old one to its end"),
    kind("firehose", "deliverystream/", "Firehose streams", TERRAFORM),
    kind("kafka", "cluster/", "MSK clusters", "make one in the target and carry topics with MSK Replicator or MirrorMaker 2"),
    kind("mq", "broker:", "MQ brokers", "make one in the target; drain the queues before the switch"),
    kind("events", "rule/", "EventBridge rules", "deploy them to the target (ecschedule, Terraform), and disable them in the source, or jobs run twice: cleave check looks"),
    kind("events", "event-bus/", "event buses", "make them anew with Terraform; archives do not travel"),
    kind("scheduler", "", "EventBridge schedules", "deploy them to the target, and disable them in the source, or jobs run twice: cleave check looks"),
    kind("pipes", "pipe/", "EventBridge pipes", TERRAFORM),
    kind("states", "stateMachine:", "state machines", "deploy them to the target; let running executions end in the source"),
    kind("lambda", "function:", "Lambda functions", "deploy them to the target from their own pipeline (Serverless Framework, SAM, lambroll)"),
    kind("lambda", "layer:", "Lambda layers", "publish them in the target before the functions"),
    kind("lambda", "event-source-mapping:", "event source mappings", "they come with the functions' deployment; leave them off until the switch"),
    kind("ecs", "service/", "ECS services", "deploy them to the target (ecspresso) once what they need is there"),
    kind("ecs", "cluster/", "ECS clusters", TERRAFORM),
    kind("ecs", "task-definition/", "task definitions", "register them in the target with the names that cleave outputs tells"),
    kind("ecs", "task/", "ECS tasks", "they are their service's or schedule's: nothing is to be done"),
    kind("eks", "cluster/", "EKS clusters", "make one in the target and deploy to it; carry volumes as [[volume]] or with Velero"),
    kind("eks", "", "parts of EKS clusters", "they come with their cluster"),
    kind("batch", "", "AWS Batch environments, queues and definitions", TERRAFORM),
    kind("apprunner", "", "App Runner services", "deploy them to the target; custom domains are linked anew"),
    kind("elasticbeanstalk", "", "Elastic Beanstalk applications and environments", "make them anew in the target from the same application version"),
    kind("ecr", "repository/", "ECR repositories", "push to the target's registry from the pipeline, or replicate (PutReplicationConfiguration) before the switch: cleave check looks which images are missing"),
    kind("secretsmanager", "secret:", "secrets", "write them into the target by hand or from where they are kept: with a customer key and a resource policy the target can read them meanwhile"),
    kind("ssm", "parameter/", "SSM parameters", "write them into the target with the values that cleave outputs tells; SecureString ones are encrypted anew under the target's key"),
    kind("ssm", "", "SSM documents, windows and associations", TERRAFORM),
    kind("acm", "certificate/", "certificates", "request them anew in the target: a key does not leave ACM. [[zone]] waits for them with certificates = …"),
    kind("acm-pca", "certificate-authority/", "private certificate authorities", "share them with the target by RAM, or make new ones and trust both"),
    kind("logs", "log-group:", "log groups", "new ones are made as things run; export to S3 (CreateExportTask) what must be kept"),
    kind("cloudwatch", "alarm:", "alarms", TERRAFORM),
    kind("cloudwatch", "", "dashboards and other things of CloudWatch", TERRAFORM),
    kind("synthetics", "canary:", "canaries", TERRAFORM),
    kind("apigateway", "/domainnames", "domain names of API Gateway", "a domain name is one account's in its region: delete it in the source and make it in the target within the outage, or switch the record to a new regional endpoint"),
    kind("apigateway", "/restapis", "REST APIs", "deploy them to the target; API keys are imported from a CSV export"),
    kind("apigateway", "/apis", "HTTP and WebSocket APIs", "deploy them to the target (export and import OpenAPI)"),
    kind("apigateway", "", "other things of API Gateway", TERRAFORM),
    kind("appsync", "apis/", "AppSync APIs", "deploy them to the target; API keys are new"),
    kind("execute-api", "", "APIs", "deploy them to the target"),
    kind("cloudfront", "distribution/", "CloudFront distributions", "make one in the target and move the alternate name over (associate-alias, with a TXT record that proves the name)"),
    kind("cloudfront", "", "functions and policies of CloudFront", TERRAFORM),
    kind("wafv2", "", "WAF web ACLs and sets", TERRAFORM),
    kind("elasticloadbalancing", "loadbalancer/", "load balancers", "make them anew with Terraform; [[zone]] re-points aliases to them (repoint = …)"),
    kind("elasticloadbalancing", "", "target groups, listeners and rules", "they come with their load balancer"),
    kind("autoscaling", "", "Auto Scaling groups", "make them anew with Terraform, with the image's new id: cleave outputs tells it"),
    kind("ec2", "launch-template/", "launch templates", "make them anew with Terraform, with the image's new id: cleave outputs tells it"),
    kind("ec2", "elastic-ip/", "Elastic IP addresses", "transfer them (enable-address-transfer, accept-address-transfer): who has them in an allow-list goes on seeing them"),
    kind("ec2", "natgateway/", "NAT gateways", "make them anew: traffic leaves from other addresses, which others may have to allow"),
    kind("ec2", "vpc/", "VPCs", "make them anew with Terraform before the window"),
    kind("ec2", "subnet/", "subnets", "make them anew with Terraform before the window"),
    kind("ec2", "vpc-endpoint", "VPC endpoints", TERRAFORM),
    kind("ec2", "transit-gateway", "transit gateways and attachments", "share them by RAM, or make them anew: whoever has the network decides"),
    kind("ec2", "vpn-", "VPN connections and gateways", "make them anew: the other side gets new addresses and keys"),
    kind("ec2", "key-pair/", "key pairs", "import the public key into the target"),
    kind("ec2", "", "network and other things of EC2", TERRAFORM),
    kind("directconnect", "", "things of Direct Connect", "whoever has the network decides"),
    kind("servicediscovery", "", "Cloud Map namespaces and services", "make them anew: the services register themselves"),
    kind("cognito-idp", "userpool/", "Cognito user pools", "passwords do not leave a pool: make one in the target with a migration trigger, or import users, who then set a new password"),
    kind("cognito-identity", "", "Cognito identity pools", "make them anew: identity ids change"),
    kind("ses", "", "SES identities", "verify them anew in the target (DKIM records in the zone), and ask to leave its sandbox well before"),
    kind("glue", "", "things of Glue", "make databases, tables and jobs anew with Terraform, or share the catalogue with Lake Formation"),
    kind("athena", "", "workgroups and catalogues of Athena", TERRAFORM),
    kind("transfer", "server/", "Transfer Family servers", "make one in the target with the old host key, so that clients see the same"),
    kind("sagemaker", "", "things of SageMaker", "copy model artefacts with their bucket, and make models and endpoints anew"),
    kind("codebuild", "", "CodeBuild projects", TERRAFORM),
    kind("codepipeline", "", "pipelines", TERRAFORM),
    kind("codecommit", "", "CodeCommit repositories", "push them to one in the target"),
    kind("codedeploy", "", "things of CodeDeploy", TERRAFORM),
    kind("amplify", "", "Amplify apps", "connect the repository anew in the target; a custom domain is linked to one app at a time"),
    kind("cloudformation", "stack/", "CloudFormation stacks", "deploy them to the target; before a bucket moves take it out of its stack, keeping it"),
    kind("cloudtrail", "", "trails", "the target's landing zone has its own: cleave check looks"),
    kind("guardduty", "", "GuardDuty detectors", "the target's landing zone has its own: cleave check looks"),
    kind("config", "", "rules and recorders of Config", "the target's landing zone has its own"),
    kind("iam", "", "roles, users and policies of IAM", "make them anew with Terraform; no keys are carried over"),
    kind("route53resolver", "", "resolver rules and endpoints", "share them by RAM, or make them anew"),
    kind("route53domains", "domain/", "registered domains", "transfer them to the target (transfer-domain-to-another-aws-account): nothing changes in DNS"),
    kind("resource-groups", "group/", "resource groups", TERRAFORM),
];

/// Things of one kind.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left<'a> {
    /// What people call several of them.
    pub called: String,
    /// The way that people take.
    pub way: &'static str,
    /// What there is of it, by ARN.
    pub things: Vec<&'a Other>,
}

/// What is said where no way is known here.
const NOT_KNOWN: &str = "look with the team that has them: this program knows nothing of them";

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
                Some(way) => (kind.called.to_owned(), way),
                None => continue,
            },
            None => {
                let resource = other.resource();
                let kind = resource
                    .split(['/', ':'])
                    .next()
                    .filter(|kind| kind.len() < resource.len());
                let called = [other.service(), kind.unwrap_or_default()].join(" ");
                (format!("things of {}", called.trim_end()), NOT_KNOWN)
            }
        };
        let kind = kinds.entry(called.clone()).or_insert_with(|| Left {
            called,
            way,
            things: Vec::new(),
        });
        kind.things.push(other);
    }
    kinds.into_values().collect()
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
            found[0].way.contains("export to S3") && found[5].way == NOT_KNOWN,
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
        let ways: BTreeSet<_> = KINDS.iter().filter_map(|kind| kind.way).collect();
        assert!(
            ways.iter().all(|way| !way.ends_with('.')),
            "they stand within a sentence"
        );
    }
}
