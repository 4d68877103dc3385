use std::sync::{Arc, Mutex, PoisonError};

use aws::read_only::{EC2_DRY_RUNS, KMS_DRY_RUNS, ReadOnlyHttp};
use aws_smithy_runtime_api::shared::IntoShared as _;
use model::CallRecord;
use simcloud::faults::FaultLevel;

use super::*;

/// What a check may call: reads, by service and operation.
const READS: [(&str, &[&str]); 10] = [
    ("sts", &["GetCallerIdentity", "AssumeRole"]),
    ("iam", &["GetRole", "SimulatePrincipalPolicy"]),
    ("ec2", &["DescribeRegions", "DescribeSubnets"]),
    ("kms", &["DescribeKey"]),
    (
        "rds",
        &[
            "DescribeDBInstances",
            "DescribeDBClusters",
            "DescribeDBSnapshots",
            "DescribeDBClusterSnapshots",
            "DescribeDBSubnetGroups",
        ],
    ),
    ("servicequotas", &["ListAWSDefaultServiceQuotas", "ListServiceQuotas"]),
    ("s3", &["HeadBucket", "GetBucketLocation", "GetObjectLockConfiguration"]),
    (
        "route53",
        &["ListHostedZonesByName", "ListResourceRecordSets", "GetDNSSEC"],
    ),
    ("events", &["ListEventBuses", "ListRules", "ListTargetsByRule"]),
    ("scheduler", &["ListSchedules", "GetSchedule"]),
];

/// Beside them only what EC2 and KMS are asked with their flag: whatever else these operations would do, the guard refuses to send.
fn is_allowed(call: &CallRecord) -> bool {
    let read = READS
        .iter()
        .any(|(service, operations)| *service == call.service && operations.contains(&call.operation.as_str()));
    let dry = match call.service.as_str() {
        "ec2" => EC2_DRY_RUNS.contains(&call.operation.as_str()),
        "kms" => KMS_DRY_RUNS.contains(&call.operation.as_str()),
        _ => false,
    };
    read || (dry && call.outcome != "ok")
}

#[test]
fn every_call_of_a_check_is_on_the_list_of_reads_and_nothing_has_an_effect() {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../runbooks/three-products/");
    let runbook = Path::new(folder).join("runbook.toml");
    let written = Written::read(&runbook, None).expect("an example");
    let plan = written.plan().expect("a plan");
    let calls: Arc<Mutex<Vec<CallRecord>>> = Arc::default();
    let log = Arc::clone(&calls);
    let runtime = tokio::runtime::Builder::new_current_thread()
        .enable_time()
        .start_paused(true)
        .build()
        .expect("a runtime");
    let (findings, effects) = runtime.block_on(async {
        let sink = move |call| log.lock().unwrap_or_else(PoisonError::into_inner).push(call);
        let start = written.inventory.observed_at;
        let mut simulated = world::simulated(&written.inventory, start, 1, FaultLevel::None, Arc::new(sink));
        let http = simulated.world.connection.http.clone();
        simulated.world.connection.http = ReadOnlyHttp::new(http).into_shared();
        let entered = simulated.world.accounts_of(&written.runbook, "check0000000");
        let sight = accounts::Sight {
            runbook: &written.runbook,
            plan: Some(&plan),
            inventory: Some(&written.inventory),
            accounts: &entered,
        };
        let findings = accounts::look(&sight).await;
        let effects = simcloud::dispatch::lock(&simulated.cloud).effects.len();
        (findings, effects)
    });
    let calls = calls.lock().unwrap_or_else(PoisonError::into_inner);
    assert!(calls.len() > 50, "{}", calls.len());
    let odd: Vec<&CallRecord> = calls.iter().filter(|call| !is_allowed(call)).collect();
    assert!(odd.is_empty(), "{odd:?}");
    assert_eq!(effects, 0, "a dry run does nothing");
    assert!(
        calls.iter().any(|call| call.operation == "ModifyImageAttribute"),
        "the dry runs were asked"
    );
    assert!(
        calls.iter().any(|call| call.operation == "CreateGrant"),
        "the dry runs were asked"
    );
    let blocks: Vec<&Finding> = findings.iter().filter(|one| one.outcome == Outcome::Blocks).collect();
    assert!(blocks.is_empty(), "{blocks:?}");
}
