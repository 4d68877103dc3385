//! What the snapshots cost on which databases, images and volumes travel, from when they are taken until they are deleted. What stays in the target is
//! the target's own from then on, and not counted here.

use model::ResourceRef;
use model::cost::{Charge, CostLine, GB, Span, Unit};

use crate::draft::Draft;
use crate::prices::Item;

/// For how many days they are there at most: as buckets' interim storage is taken to be.
const DAYS: u64 = 14;

/// Whose snapshots.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Of {
    /// RDS's: no charge as long as they and the backups are not larger than the region's databases, which is why they may cost nothing.
    Databases,
    /// EBS's.
    Disks,
}

/// Adds the line of a resource: so many snapshots, each of at most so many GiB; 0 where nobody knows.
pub(crate) fn add(draft: &mut Draft<'_>, resource: &ResourceRef, of: Of, snapshots: u64, gib: u64) {
    if snapshots == 0 {
        return;
    }
    let item = match of {
        Of::Databases => Item::DatabaseSnapshot,
        Of::Disks => Item::Snapshot,
    };
    let quantity =
        (gib > 0).then(|| Span::between(0, snapshots.saturating_mul(gib).saturating_mul(GB).saturating_mul(DAYS)));
    let price = draft.prices.unit(&item, draft.region());
    let line = CostLine::new(
        resource.clone(),
        (Charge::Snapshots, None),
        quantity,
        Unit::ByteDays,
        price,
    );
    draft.costs.lines.push(line);
}

#[cfg(test)]
mod tests {
    use model::cost::{Charge, MicroUsd, Sum};
    use model::{Inventory, Plan};
    use serde_json::{Value, json};

    use crate::prices::Prices;
    use crate::runbook::Runbook;

    fn planned(sections: &str, region: Value) -> Plan {
        priced(&Prices::default(), sections, region)
    }

    fn priced(prices: &Prices, sections: &str, region: Value) -> Plan {
        let runbook = format!(
            "migration = \"shop\"\nregion = \"us-east-1\"\nsource = {{ account = \"111111111111\" }}\ntarget = {{ account = \"222222222222\" }}\n\
             [[key]]\nalias = \"alias/shop\"\n{sections}"
        );
        let inventory = json!({"format": 1, "observed_at": "2026-11-22T00:00:00Z", "accounts": {
            "111111111111": {"regions": {"us-east-1": region}}, "222222222222": {"regions": {"us-east-1": {
                "subnet_groups": {"db": {"vpc": "vpc-1", "subnets": ["subnet-1", "subnet-2"]}}, "security_groups": ["sg-1"]}}}}});
        let inventory = Inventory::parse(&inventory.to_string()).expect("an inventory");
        crate::plan_expecting(
            &Runbook::parse(&runbook).expect("a runbook"),
            &inventory,
            prices,
            |_| None,
        )
    }

    fn sums(plan: &Plan) -> Vec<(String, Option<u64>, Option<Sum>)> {
        let lines = plan.costs.lines.iter().filter(|line| line.charge == Charge::Snapshots);
        let gib_days = |line: &model::cost::CostLine| line.quantity.map(|quantity| quantity.high / model::cost::GB);
        lines
            .map(|line| (line.resource.to_string(), gib_days(line), line.sum))
            .collect()
    }

    fn database(restore: &str, key: Value) -> Plan {
        let database = json!({"id": "shop", "engine": "postgres", "engine_version": "16.3", "class": "db.t4g.medium", "storage_gib": 100,
            "encrypted": !key.is_null(), "key": key, "storage_type": "gp3", "parameter_group": "default.postgres16", "port": 5432});
        planned(
            &format!("[[database]]\nid = \"shop\"\nrestore = {restore}\n"),
            json!({"keys": [{"id": "k1", "aliases": ["alias/shop"]}], "databases": [database]}),
        )
    }

    #[test]
    fn what_travels_is_priced_for_as_long_as_it_may_lie_there_and_what_stays_is_not() {
        let restore = "{ subnet_group = \"db\", security_groups = [\"sg-1\"] }";
        let at_most = |micro: u64| {
            Some(Sum {
                low: MicroUsd(0),
                high: MicroUsd(micro),
            })
        };
        // Taken, re-keyed, copied; without the second; the last of them stays.
        for (restore, key, snapshots, micro) in [
            (restore, json!("alias/aws/rds"), 3, 13_300_000),
            (restore, json!("k1"), 2, 8_866_667),
            ("false", json!("k1"), 1, 4_433_333),
        ] {
            let plan = database(restore, key);
            let told = ("database/shop".to_owned(), Some(snapshots * 100 * 14), at_most(micro));
            assert_eq!(sums(&plan), [told], "{:?}", plan.notes);
        }
    }

    #[test]
    fn no_price_is_made_up_for_disks_and_nothing_said_where_nothing_is_taken_away() {
        let none = Prices::default();
        let image = |prices: &Prices, key: Value| {
            priced(
                prices,
                "[[image]]\nname = \"shop-1\"\n",
                json!({"keys": [{"id": "k1", "aliases": ["alias/shop"]}], "images": [{"id": "ami-1", "name": "shop-1",
                    "snapshots": [{"id": "snap-1", "device": "/dev/xvda", "size_gib": 8, "encrypted": true, "key": key}]}]}),
            )
        };
        assert_eq!(
            sums(&image(&none, json!("alias/aws/ebs"))),
            [("image/shop-1".to_owned(), Some(8 * 14), None)]
        );
        assert_eq!(sums(&image(&none, json!("k1"))), []);
        let own = "priced_on = \"2027-01-01\"\n[[price]]\nitem = \"snapshot\"\nregion = \"us-east-1\"\nusd = 0.05\nper = \"gib-month\"\nsource = \"ours\"\n";
        let plan = image(&Prices::parse(own).expect("prices"), json!("alias/aws/ebs"));
        // 8 GiB for 14 days of 30 at $0.05.
        let sum = sums(&plan)[0].2.map(|sum| sum.high);
        assert_eq!(
            (sum, plan.costs.own_priced_on.as_deref()),
            (Some(MicroUsd(186_667)), Some("2027-01-01"))
        );
    }
}
