use model::cost::{Charge, CostLine, Costs, GB, MicroUsd, Span, Unit, total};
use model::{Inventory, Plan, ResourceRef};
use serde_json::{Value, json};

use super::super::plan_notes::BATCH_SERVICE;
use super::super::plan_replication::S3_SERVICE;
use crate::plan_shape::blocks;
use crate::{Prices, Runbook};

fn plan(region: &str, more: &str, bucket: Value) -> Plan {
    priced_plan(&Prices::default(), region, more, bucket)
}

fn priced_plan(prices: &Prices, region: &str, more: &str, bucket: Value) -> Plan {
    let mut described = json!({ "name": "assets", "versioning": "enabled" });
    for (name, value) in bucket.as_object().expect("an object") {
        described[name] = value.clone();
    }
    let keys = json!([{ "id": "k1", "aliases": ["alias/shop"] }]);
    let roles = json!({
        "batch": { "trusts": [BATCH_SERVICE] },
        "replicates": { "trusts": [BATCH_SERVICE, S3_SERVICE] },
    });
    let inventory = json!({
        "format": 1, "observed_at": "2026-11-22T00:00:00Z",
        "accounts": {
            "111111111111": { "roles": roles, "regions": { region: { "buckets": [described], "keys": keys } } },
            "222222222222": { "roles": roles, "regions": {} },
        },
    });
    let inventory = Inventory::parse(&inventory.to_string()).expect("an inventory");
    let runbook = format!(
        "migration = \"shop\"\nregion = \"{region}\"\n\
         source = {{ account = \"111111111111\", role = \"s\", replication_role = \"replicates\" }}\n\
         target = {{ account = \"222222222222\", role = \"t\", batch_role = \"batch\", replication_role = \"replicates\" }}\n\
         [[key]]\nalias = \"alias/shop\"\n[[bucket]]\nname = \"assets\"\n{more}"
    );
    let runbook = Runbook::parse(&runbook).expect("a runbook");
    let plan = crate::plan_expecting(&runbook, &inventory, prices, |_| None);
    assert_eq!(blocks(&plan), Vec::<&str>::new());
    plan
}

fn costs(region: &str, more: &str, bucket: Value) -> Costs {
    plan(region, more, bucket).costs
}

fn tokyo(more: &str, bucket: Value) -> Costs {
    costs("ap-northeast-1", more, bucket)
}

fn version(size: u64, more: Value) -> Value {
    let mut version = json!({ "size": size });
    for (name, value) in more.as_object().expect("an object") {
        version[name] = value.clone();
    }
    json!({ "version": version })
}

/// A bucket of single versions, under keys of their own.
fn holding(versions: &[Value]) -> Value {
    let objects = versions.iter().enumerate();
    let objects = objects.map(|(n, version)| json!({ "key": format!("k{n}"), "entries": [version] }));
    json!({ "objects": objects.collect::<Vec<_>>() })
}

fn line<'c>(costs: &'c Costs, charge: Charge, class: Option<&str>) -> &'c CostLine {
    let lines: Vec<&CostLine> = costs
        .lines
        .iter()
        .filter(|line| line.charge == charge && line.class.as_deref() == class)
        .collect();
    let [line] = lines.as_slice() else {
        panic!("one line of {charge:?}, {class:?} among {:#?}", costs.lines)
    };
    line
}

fn has(costs: &Costs, charge: Charge) -> bool {
    costs.lines.iter().any(|line| line.charge == charge)
}

fn quantity(costs: &Costs, charge: Charge, class: Option<&str>) -> (u64, u64) {
    let Span { low, high } = line(costs, charge, class).quantity.expect("it is known");
    (low, high)
}

fn money(costs: &Costs, charge: Charge, class: Option<&str>) -> (String, String) {
    let sum = line(costs, charge, class).sum.expect("it is known");
    (sum.low.to_string(), sum.high.to_string())
}

fn dollars(low: &str, high: &str) -> (String, String) {
    (low.to_owned(), high.to_owned())
}

const STANDARD: Option<&str> = Some("STANDARD");

#[test]
fn a_small_bucket_is_copied_twice_and_lies_twice_for_a_while() {
    let contents = json!({ "keys": 41, "versions": 66, "delete_markers": 7, "bytes": 24_055_022, "deepest": 5 });
    let costs = tokyo("", json!({ "contents": contents }));
    let copying = line(&costs, Charge::Copying, STANDARD);
    assert_eq!(copying.quantity, Some(Span::exactly(132)));
    // 132 at $0.0047 a thousand: 620.4 millionths of a dollar.
    assert_eq!(
        copying.sum.map(|sum| (sum.low, sum.high)),
        Some((MicroUsd(620), MicroUsd(620)))
    );
    assert_eq!(quantity(&costs, Charge::Deleting, None), (2, 2));
    assert_eq!(money(&costs, Charge::Deleting, None), dollars("$0.00", "$0.00"));
    assert_eq!(
        quantity(&costs, Charge::InterimStorage, STANDARD),
        (24_055_022, 14 * 24_055_022)
    );
    assert!(!has(&costs, Charge::Jobs), "it is copied one by one");
    assert!(
        !has(&costs, Charge::ChecksumJobs),
        "what no ETag proves is little enough to be read"
    );
    assert_eq!(
        quantity(&costs, Charge::QuestionsForProof, None),
        (0, 132),
        "only a listing tells"
    );
    assert_eq!(costs.only_sums, [ResourceRef::new("bucket", "assets")]);
    let sum = total(&costs.lines).expect("all is known");
    assert!(sum.high < MicroUsd(100_000), "{sum:?}");
}

#[test]
fn a_hundred_million_objects_are_copied_by_jobs() {
    let bytes = 102_400 * GB;
    let contents = json!({ "keys": 100_000_000, "versions": 100_000_000, "bytes": bytes, "deepest": 1 });
    let costs = costs("us-east-1", "", json!({ "contents": contents }));
    // Each way a test of five objects, and one job.
    assert_eq!(quantity(&costs, Charge::Jobs, None), (4, 4));
    assert_eq!(money(&costs, Charge::Jobs, None), dollars("$1.00", "$1.00"));
    assert_eq!(quantity(&costs, Charge::JobObjects, None), (200_000_000, 200_000_010));
    assert_eq!(money(&costs, Charge::JobObjects, None), dollars("$200.00", "$200.00"));
    // At most a version of 256 MiB each could have been uploaded in parts: 102,400 GB have four in each.
    let whole = 2 * (100_000_000 - 409_600);
    assert_eq!(quantity(&costs, Charge::Copying, STANDARD), (whole, 200_000_000));
    assert_eq!(
        money(&costs, Charge::Copying, STANDARD),
        dollars("$995.90", "$1,000.00")
    );
    // 102,400 GB at $0.023 a month, for a day and for fourteen.
    assert_eq!(
        money(&costs, Charge::InterimStorage, STANDARD),
        dollars("$78.51", "$1,099.09")
    );
    // Both buckets, twice: 409,600 GB at $0.004, if no ETag tells anything.
    assert_eq!(money(&costs, Charge::Checksums, None), dollars("$0.00", "$1,638.40"));
    assert_eq!(quantity(&costs, Charge::ChecksumJobs, None), (0, 4));
    // Four listings of 100,000 pages at $0.005 a thousand, and three parts in five more, and 64, at most.
    assert_eq!(quantity(&costs, Charge::ListingForProof, None), (400_000, 640_256));
    assert_eq!(money(&costs, Charge::ListingForProof, None), dollars("$2.00", "$3.20"));
    assert!(
        costs
            .lent_by(&model::Region::new("us-east-1").expect("a region"))
            .is_empty()
    );
}

#[test]
fn what_etags_prove_costs_no_question() {
    let costs = tokyo("", holding(&[version(1_000, json!({})), version(2_000, json!({}))]));
    assert_eq!(quantity(&costs, Charge::Copying, STANDARD), (4, 4));
    for charge in [
        Charge::QuestionsForProof,
        Charge::Reading,
        Charge::ChecksumJobs,
        Charge::KeyRequests,
    ] {
        assert!(!has(&costs, charge), "{charge:?}");
    }
    assert!(has(&costs, Charge::ListingForProof));
    assert!(costs.only_sums.is_empty());
}

#[test]
fn what_was_uploaded_in_parts_is_asked_for_and_what_is_too_large_to_read_is_computed() {
    // Copied in one piece it has another ETag; of the interim bucket's the copy back has the same again.
    let small = tokyo("", holding(&[version(20 << 20, json!({ "parts": 4 }))]));
    assert_eq!(quantity(&small, Charge::QuestionsForProof, None), (2, 2));
    assert_eq!(quantity(&small, Charge::Reading, None), (0, 2));
    assert!(!has(&small, Charge::ChecksumJobs));
    // 60 GB in 1,000 parts: copied in those, or in 112 of 512 MiB where they were of several sizes; then no ETag proves it.
    let large = tokyo("", holding(&[version(60_000_000_000, json!({ "parts": 1_000 }))]));
    assert!(!has(&large, Charge::Copying));
    // Each way 112 parts, 14 looks and 4 more; or 1,000, 125 and 4.
    assert_eq!(quantity(&large, Charge::CopyingInParts, STANDARD), (2 * 130, 2 * 1_129));
    assert_eq!(quantity(&large, Charge::Questions, STANDARD), (6, 6));
    assert_eq!(quantity(&large, Charge::ChecksumJobs, None), (0, 4));
    assert_eq!(quantity(&large, Charge::Checksums, None), (0, 240_000_000_000));
}

#[test]
fn under_a_key_every_copy_asks_kms_twice_and_no_etag_proves_anything() {
    let keyed = |documents: Value| {
        let mut bucket = holding(&[version(1_000, json!({})), version(2_000, json!({}))]);
        bucket["key"] = "alias/shop".into();
        bucket["documents"] = documents;
        tokyo("", bucket)
    };
    let costs = keyed(json!({}));
    // Two versions, two copies each, two requests a copy; if they have to be read, each of them on both sides of both proofs.
    assert_eq!(quantity(&costs, Charge::KeyRequests, None), (8, 16));
    // Of both buckets each version; on the way back perhaps, since both copies lie under one key.
    assert_eq!(quantity(&costs, Charge::QuestionsForProof, None), (4, 8));
    let document = "<ServerSideEncryptionConfiguration><Rule><BucketKeyEnabled>true</BucketKeyEnabled></Rule></ServerSideEncryptionConfiguration>";
    let remembered = keyed(json!({ "encryption": document }));
    assert_eq!(quantity(&remembered, Charge::KeyRequests, None), (0, 16));
}

#[test]
fn archives_are_restored_lie_as_standard_and_leave_early() {
    let archived = [
        version(10 * GB, json!({ "class": "GLACIER" })),
        version(100 * GB, json!({ "class": "DEEP_ARCHIVE" })),
    ];
    let costs = costs("us-east-1", "", holding(&archived));
    assert_eq!(
        money(&costs, Charge::Restoring, Some("GLACIER, standard")),
        dollars("$0.10", "$0.10")
    );
    // 100 GB at $0.02.
    assert_eq!(
        money(&costs, Charge::Restoring, Some("DEEP_ARCHIVE, standard")),
        dollars("$2.00", "$2.00")
    );
    // 110 GB for 14 days of 30 at $0.023.
    assert_eq!(
        money(&costs, Charge::RestoredCopies, STANDARD),
        dollars("$1.18", "$1.18")
    );
    assert_eq!(
        money(&costs, Charge::InterimStorage, STANDARD),
        dollars("$0.08", "$1.18")
    );
    // 100 GB for 180 days of 30 at $0.00099.
    assert_eq!(
        money(&costs, Charge::EarlyDeletion, Some("DEEP_ARCHIVE")),
        dollars("$0.00", "$0.59")
    );
    let bulk = tokyo("archived = { restore = \"bulk\", days = 7 }\n", holding(&archived));
    let restoring = line(&bulk, Charge::Restoring, Some("GLACIER, bulk"));
    assert_eq!(restoring.sum.map(|sum| sum.high), Some(MicroUsd(0)), "bulk is free");
    let price = restoring.price.as_ref().expect("it is in the table");
    assert_eq!(price.region.as_str(), "us-east-1", "Tokyo's is not known");
}

#[test]
fn a_class_with_a_shortest_time_is_charged_for_it_in_the_interim_bucket_too() {
    // 1,000 bytes are charged as 128 KiB, for thirty days.
    let costs = tokyo("", holding(&[version(1_000, json!({ "class": "STANDARD_IA" }))]));
    let days = 30 * (128 << 10);
    assert_eq!(
        quantity(&costs, Charge::InterimStorage, Some("STANDARD_IA")),
        (days, days)
    );
    assert_eq!(quantity(&costs, Charge::EarlyDeletion, Some("STANDARD_IA")), (0, days));
    assert_eq!(
        quantity(&costs, Charge::Retrieving, Some("STANDARD_IA")),
        (2_000, 2_000)
    );
}

#[test]
fn under_a_new_name_there_is_one_copy_and_nothing_goes() {
    let costs = tokyo("new_name = \"other\"\n", holding(&[version(1_000, json!({}))]));
    assert_eq!(quantity(&costs, Charge::Copying, STANDARD), (1, 1));
    for charge in [Charge::InterimStorage, Charge::EarlyDeletion, Charge::Deleting] {
        assert!(!has(&costs, charge), "{charge:?}");
    }
}

#[test]
fn what_the_inventory_does_not_tell_is_unknown_and_not_nothing() {
    let costs = tokyo("", json!({}));
    assert!(!costs.lines.is_empty());
    for line in &costs.lines {
        assert_eq!((line.quantity, line.sum), (None, None), "{:?}", line.charge);
    }
    let no_sizes = tokyo("", json!({ "contents": { "keys": 5, "versions": 5 } }));
    assert!(no_sizes.lines.iter().all(|line| line.quantity.is_none()));
}

#[test]
fn a_replicated_bucket_is_replicated_twice_and_its_manifests_have_no_price() {
    let costs = tokyo("route = \"replication\"\n", holding(&[version(1_000, json!({}))]));
    assert_eq!(quantity(&costs, Charge::Replicating, STANDARD), (2, 2));
    assert_eq!(quantity(&costs, Charge::Jobs, None), (2, 13));
    let manifests = line(&costs, Charge::JobManifests, None);
    assert_eq!((manifests.quantity, manifests.sum), (Some(Span::exactly(2)), None));
    assert!(!has(&costs, Charge::Copying));
}

#[test]
fn reports_and_athena_are_priced_where_they_are_used() {
    let contents =
        json!({ "contents": { "keys": 300_000_000, "versions": 300_000_000, "bytes": 300_000_000, "deepest": 1 } });
    let listed = tokyo("inventory = { from = 400_000_000 }\n", contents.clone());
    assert!(!has(&listed, Charge::InventoryReports));
    let reported = tokyo("", contents.clone());
    // Once or twice 300 million at $0.0025 a million.
    assert_eq!(
        money(&reported, Charge::InventoryReports, None),
        dollars("$0.75", "$1.50")
    );
    assert!(!has(&reported, Charge::Athena));
    let (lists, reports) = (
        quantity(&listed, Charge::Listing, None),
        quantity(&reported, Charge::Listing, None),
    );
    assert!(reports.0 < lists.0 && reports.1 < lists.1, "{lists:?} {reports:?}");
    let athena = tokyo("inventory = { compare = \"athena\" }\n", contents);
    // 2 * 300 million * 50 bytes: 30 GB of 10^9 bytes at $5 a TB of 10^12.
    assert_eq!(money(&athena, Charge::Athena, None), dollars("$0.15", "$0.15"));
    assert_eq!(line(&athena, Charge::Athena, None).unit, Unit::Bytes);
}

/// A plan as it comes back from where it was written.
fn read(plan: &Plan) -> Plan {
    serde_json::from_str(&serde_json::to_string(plan).expect("it is JSON")).expect("it is a plan")
}

/// All of a plan that is written: which check says a note is for whoever draws it up.
fn stored(plan: &Plan) -> Plan {
    let mut plan = plan.clone();
    plan.notes.iter_mut().for_each(|note| note.check = "");
    plan
}

#[test]
fn newer_prices_make_no_other_plan() {
    let plan = plan("ap-northeast-1", "", holding(&[version(1_000, json!({}))]));
    let mut dearer = plan.clone();
    dearer.costs.priced_on = "2030-01-01".to_owned();
    dearer.costs.lines.clear();
    assert_eq!(plan.digest(), dearer.digest());
    assert_eq!(read(&plan), stored(&plan));
    let mut other = plan.clone();
    other.notes.pop();
    assert_ne!(plan.digest(), other.digest());
}

#[test]
fn prices_of_ones_own_stand_before_the_table_and_make_no_other_plan() {
    let own = Prices::parse(
        "priced_on = \"2027-01-01\"\n[[price]]\nitem = \"put:STANDARD\"\nregion = \"ap-northeast-1\"\nusd = 0.000004\nper = \"each\"\n\
         source = \"our price list\"\n[[price]]\nitem = \"job-manifest\"\nregion = \"global\"\nusd = 0.5\nper = \"each\"\n\
         source = \"our own guess\"\n",
    )
    .expect("prices");
    let planned = |prices: &Prices| {
        let bucket = holding(&[version(1_000, json!({})), version(2_000, json!({}))]);
        priced_plan(prices, "ap-northeast-1", "route = \"replication\"\n", bucket)
    };
    let (plain, priced) = (planned(&Prices::default()), planned(&own));
    // Four at $0.0047 a thousand, and at $0.004.
    for (plan, micro, source) in [(&plain, 19, "https://"), (&priced, 16, "our price list")] {
        let replicating = line(&plan.costs, Charge::Replicating, STANDARD);
        assert_eq!(replicating.sum.map(|sum| sum.high), Some(MicroUsd(micro)));
        let price = replicating.price.as_ref().expect("it has one");
        assert!(price.source.starts_with(source), "{price:?}");
    }
    // The table has none, and the file's holds in every region.
    assert_eq!(line(&plain.costs, Charge::JobManifests, None).sum, None);
    assert_eq!(
        money(&priced.costs, Charge::JobManifests, None),
        dollars("$2.00", "$2.00")
    );
    let tokyo = model::Region::new("ap-northeast-1").expect("a region");
    assert_eq!(plain.costs.lent_by(&tokyo), priced.costs.lent_by(&tokyo));
    // Of which the file tells nothing.
    let questions = |plan: &Plan| line(&plan.costs, Charge::Questions, None).clone();
    assert_eq!(questions(&plain), questions(&priced));
    assert_eq!(plain.costs.own_priced_on, None);
    assert_eq!(priced.costs.own_priced_on.as_deref(), Some("2027-01-01"));
    assert_eq!(priced.costs.priced_on, plain.costs.priced_on);
    assert_eq!(plain.digest(), priced.digest());
    assert_eq!(read(&priced), stored(&priced));
}
