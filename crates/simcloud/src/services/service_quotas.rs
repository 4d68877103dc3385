//! Service Quotas, as far as RDS's and EBS's are asked for. Their names are those of
//! <https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/CHAP_Limits.html> and
//! <https://docs.aws.amazon.com/ebs/latest/userguide/ebs-resource-quotas.html>.
//!
//! Left out: quotas of other services, requests to raise one, codes (a caller goes by the names).

use serde_json::{Value, json};

use crate::cloud::{Answer, Caller, Cloud, ServiceError};
use crate::services::members::text;
use crate::services::{ec2, rds};

/// A quota's name, AWS's default, and what holds for an account.
type Quota = (&'static str, usize, usize);

/// One operation.
pub fn handle(cloud: &mut Cloud, caller: &Caller, operation: &str, input: &Value) -> Answer {
    let service = text(input, "ServiceCode").unwrap_or_default();
    let (full_name, quotas) = match service {
        "rds" => ("Amazon Relational Database Service (Amazon RDS)", of_rds(cloud, caller)),
        "ebs" => ("Amazon Elastic Block Store (Amazon EBS)", of_ebs(cloud, caller)),
        _ => {
            let message = format!("There is no service {service} here.");
            return Err(ServiceError::with_status(400, "NoSuchResourceException", message));
        }
    };
    let listed = |value: fn(&Quota) -> usize, only: fn(&Quota) -> bool| {
        let quotas = quotas.iter().filter(|quota| only(quota)).map(|quota| {
            let name = quota.0;
            json!({"ServiceCode": service, "ServiceName": full_name, "QuotaName": name, "Value": value(quota) as f64, "Unit": "None",
                "Adjustable": service == "rds", "GlobalQuota": false,
                "QuotaArn": format!("arn:aws:servicequotas:{}:{}:{service}/{}", caller.region, caller.account, name.replace(' ', "-"))})
        });
        json!({ "Quotas": quotas.collect::<Vec<_>>() })
    };
    match operation {
        "ListAWSDefaultServiceQuotas" => Ok(listed(|quota| quota.1, |_| true)),
        // What was raised, and nothing else: so it is with quotas that nobody has asked about.
        "ListServiceQuotas" => Ok(listed(|quota| quota.2, |quota| quota.1 != quota.2)),
        _ => Err(ServiceError::not_modelled("servicequotas", operation)),
    }
}

fn of_rds(cloud: &Cloud, caller: &Caller) -> Vec<Quota> {
    let (default, now) = (
        rds::Quotas::default(),
        cloud.rds.room(&caller.account, &caller.region).0,
    );
    vec![
        ("DB clusters", default.clusters, now.clusters),
        ("DB instances", default.instances, now.instances),
        (
            "Manual DB cluster snapshots",
            default.manual_cluster_snapshots,
            now.manual_cluster_snapshots,
        ),
        (
            "Manual DB instance snapshots",
            default.manual_snapshots,
            now.manual_snapshots,
        ),
    ]
}

fn of_ebs(cloud: &Cloud, caller: &Caller) -> Vec<Quota> {
    vec![(
        "Concurrent snapshot copies per destination Region",
        ec2::Quotas::default().snapshot_copies,
        ec2::snapshot_copies(cloud, &caller.account, &caller.region),
    )]
}

#[cfg(test)]
mod tests {
    use super::super::storage_fixture::{Accounts, SOURCE, TARGET};
    use super::*;
    use crate::faults::FaultLevel;

    fn told(a: &mut Accounts, account: &str, operation: &str, service: &str) -> Value {
        let listed = a.ok(
            account,
            &format!("servicequotas {operation}"),
            json!({ "ServiceCode": service }),
        );
        let quotas = listed["Quotas"].as_array().expect("a list");
        let values = quotas.iter().map(|quota| (&quota["QuotaName"], &quota["Value"]));
        values.map(|(name, value)| json!([name, value])).collect()
    }

    #[test]
    fn what_an_inventory_tells_of_an_account_is_told_and_holds_there_and_nowhere_else() {
        let room = json!({ "instance_slots": { "used": 50, "quota": 50 }, "snapshot_copies": 1 });
        let mut a = Accounts::holding(&room, &json!({}), FaultLevel::None, 1);
        let raised = |a: &mut Accounts, account, service| told(a, account, "ListServiceQuotas", service);
        assert_eq!(raised(&mut a, SOURCE, "rds"), json!([["DB instances", 50.0]]));
        let copies = "Concurrent snapshot copies per destination Region";
        assert_eq!(raised(&mut a, SOURCE, "ebs"), json!([[copies, 1.0]]));
        assert_eq!(raised(&mut a, TARGET, "rds"), json!([]));
        for account in [SOURCE, TARGET] {
            assert_eq!(
                told(&mut a, account, "ListAWSDefaultServiceQuotas", "ebs"),
                json!([[copies, 20.0]])
            );
        }
        let unknown = a.refused(
            SOURCE,
            "servicequotas ListServiceQuotas",
            json!({ "ServiceCode": "moon" }),
        );
        assert_eq!(unknown, "NoSuchResourceException");
        // All fifty are there, though only some of them are described.
        let mut unlimited = Accounts::quiet();
        for of in [&mut a, &mut unlimited] {
            let taken = json!({ "DBInstanceIdentifier": "on-own", "DBSnapshotIdentifier": "s1" });
            of.ok(SOURCE, "rds CreateDBSnapshot", taken);
            of.pass(86_400);
        }
        let restored =
            json!({ "DBInstanceIdentifier": "new", "DBSnapshotIdentifier": "s1", "DBSubnetGroupName": "src-db" });
        let full = a.refused(SOURCE, "rds RestoreDBInstanceFromDBSnapshot", restored.clone());
        assert_eq!(full, "InstanceQuotaExceeded");
        unlimited.ok(SOURCE, "rds RestoreDBInstanceFromDBSnapshot", restored);
    }
}
