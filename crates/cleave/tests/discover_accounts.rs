//! `cleave discover` of buckets, zones and whatever is tagged: what it finds can be planned from, nothing changes when it looks again, and what has
//! changed is told.

use std::path::{Path, PathBuf};
use std::process::Output;

use crate::served::{Served, example, folder};
use model::Inventory;
use model::inventory::{AccountInventory, Bucket, Contents, Zone};
use serde_json::{Value, json};

const SOURCE: &str = "111111111111";
const TARGET: &str = "222222222222";

fn done(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

/// A folder with the example's runbook and no inventory.
fn home(test: &str) -> PathBuf {
    let home = folder(test);
    std::fs::copy(example("runbook.toml"), home.join("runbook.toml")).expect("it can be copied");
    home
}

fn read(path: &Path) -> Inventory {
    Inventory::parse(&std::fs::read_to_string(path).expect("it was written")).expect("an inventory")
}

fn account<'a>(inventory: &'a Inventory, id: &str) -> &'a AccountInventory {
    let found = inventory.accounts.iter().find(|(one, _)| one.as_str() == id);
    found.expect("the account").1
}

fn bucket<'a>(inventory: &'a Inventory, name: &str) -> &'a Bucket {
    let mut regions = account(inventory, SOURCE).regions.values();
    let mut buckets = regions.next().expect("its region").buckets.iter();
    buckets.find(|bucket| bucket.name == name).expect("the bucket")
}

/// Without the moment at which it was looked.
fn timeless(mut inventory: Inventory) -> Inventory {
    inventory.observed_at = jiff::Timestamp::UNIX_EPOCH;
    inventory
}

fn sorted(zones: &[Zone]) -> Vec<Zone> {
    let mut zones = zones.to_vec();
    zones.sort_by(|one, other| one.id.cmp(&other.id));
    for zone in &mut zones {
        let key = |record: &model::inventory::Record| {
            (record.name.clone(), record.kind.clone(), record.set_identifier.clone())
        };
        zone.records.sort_by_key(key);
        zone.signed = zone.signed.filter(|signed| *signed);
    }
    zones
}

#[test]
fn what_discover_alone_has_written_can_be_planned_from_and_looking_again_changes_nothing() {
    let (served, home) = (Served::start(&[]), home("discover-alone"));
    let said = done(&served.discover(&home, &[]));
    assert!(said.contains("2 buckets") && said.contains("2 zones with "), "{said}");
    let (held, found) = (read(&example("inventory.json")), read(&home.join("inventory.json")));
    assert_eq!(
        sorted(&account(&held, SOURCE).zones),
        sorted(&account(&found, SOURCE).zones)
    );
    let (was, is) = (bucket(&held, "shop-stg-assets"), bucket(&found, "shop-stg-assets"));
    assert_eq!(
        (
            was.versioning,
            &was.policy,
            &was.tags,
            was.public_access_blocked,
            was.documents.get("cors")
        ),
        (
            is.versioning,
            &is.policy,
            &is.tags,
            is.public_access_blocked,
            is.documents.get("cors")
        )
    );
    // Measured, not counted: S3 counts markers with the rest, and tells nothing of keys.
    assert!(is.contents.measured.is_some(), "{is:?}");
    let expected = Contents {
        measured: is.contents.measured,
        versions: was.contents.versions + was.contents.delete_markers,
        bytes: was.contents.bytes,
        ..Contents::default()
    };
    assert_eq!((is.contents, is.objects.len()), (expected, 0));
    for id in [SOURCE, TARGET] {
        assert_eq!(account(&held, id).roles, account(&found, id).roles);
    }
    let plan = crate::served::cleave(&home)
        .args(["plan", "runbook.toml"])
        .output()
        .expect("cleave can be started");
    assert!(
        plan.status.success(),
        "{}{}",
        String::from_utf8_lossy(&plan.stdout),
        String::from_utf8_lossy(&plan.stderr)
    );
    done(&served.discover(&home, &[]));
    assert_eq!(timeless(read(&home.join("inventory.json"))), timeless(found));
    done(&served.discover(&home, &["--count-objects"]));
    assert_eq!(
        bucket(&read(&home.join("inventory.json")), "shop-stg-assets").contents,
        was.contents
    );
    // What somebody counted stays.
    done(&served.discover(&home, &[]));
    assert_eq!(
        bucket(&read(&home.join("inventory.json")), "shop-stg-assets").contents,
        was.contents
    );
    assert_eq!(served.effects(), [], "it only looks");
}

/// The example's inventory with all that a bucket and a zone can have.
fn with_everything() -> Value {
    let text = std::fs::read_to_string(example("inventory.json")).expect("the example");
    let mut inventory: Value = serde_json::from_str(&text).expect("JSON");
    let source = &mut inventory["accounts"][SOURCE];
    let region = &mut source["regions"]["ap-northeast-1"];
    let key = region["keys"]
        .as_array()
        .expect("keys")
        .iter()
        .find(|key| key["manager"] != "aws")
        .expect("a customer key")["id"]
        .clone();
    let xmlns = "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"";
    let stranger = "a".repeat(64);
    region["buckets"].as_array_mut().expect("buckets").push(json!({
        "name": "shop-everything", "versioning": "suspended", "tags": { "product": "shop" }, "key": key, "mfa_delete": true, "requester_pays": true,
        "access_points": ["shop-a", "shop-b"], "has_customer_keys": true,
        "documents": {
            "encryption": "<BucketKeyEnabled>true</BucketKeyEnabled>",
            "ownershipControls": "<OwnershipControls><Rule><ObjectOwnership>ObjectWriter</ObjectOwnership></Rule></OwnershipControls>",
            "publicAccessBlock": "<PublicAccessBlockConfiguration><BlockPublicAcls>true</BlockPublicAcls></PublicAccessBlockConfiguration>",
            "acl": format!("<AccessControlPolicy><Owner><ID>o</ID></Owner><AccessControlList><Grant><Grantee><ID>{stranger}</ID></Grantee><Permission>READ</Permission></Grant></AccessControlList></AccessControlPolicy>"),
            "website": format!("<WebsiteConfiguration {xmlns}><IndexDocument><Suffix>i.html</Suffix></IndexDocument></WebsiteConfiguration>"),
            "lifecycle": format!("<LifecycleConfiguration {xmlns}><Rule><ID>r</ID><Status>Enabled</Status></Rule></LifecycleConfiguration>"),
            "logging": format!("<BucketLoggingStatus {xmlns}><LoggingEnabled><TargetBucket>shop-prd-assets</TargetBucket><TargetPrefix>l/</TargetPrefix></LoggingEnabled></BucketLoggingStatus>"),
            "notification": format!("<NotificationConfiguration {xmlns}><EventBridgeConfiguration/></NotificationConfiguration>"),
            "object-lock": format!("<ObjectLockConfiguration {xmlns}><ObjectLockEnabled>Enabled</ObjectLockEnabled></ObjectLockConfiguration>"),
            "abac": format!("<AbacStatus {xmlns}><Status>Enabled</Status></AbacStatus>"),
            "accelerate": format!("<AccelerateConfiguration {xmlns}><Status>Enabled</Status></AccelerateConfiguration>"),
            "metrics": "<MetricsConfiguration><Id>all</Id></MetricsConfiguration><MetricsConfiguration><Id>b</Id></MetricsConfiguration>",
            "analytics": "<AnalyticsConfiguration><Id>a</Id></AnalyticsConfiguration>",
            "intelligent-tiering": "<IntelligentTieringConfiguration><Id>t</Id></IntelligentTieringConfiguration>",
        },
    }));
    // Empty: there is nothing to measure.
    region["buckets"]
        .as_array_mut()
        .expect("buckets")
        .push(json!({ "name": "shop-bare" }));
    let record = |name: &str, set: &str, more: Value| {
        let mut record = json!({ "name": format!("{name}.shop.example.com"), "type": "A", "ttl": 60, "values": ["192.0.2.1"], "set_identifier": set });
        record
            .as_object_mut()
            .expect("an object")
            .extend(more.as_object().expect("an object").clone());
        record
    };
    let check = "5c3e9d10-0000-4000-8000-000000000001";
    let collection = "7c3e9d10-0000-4000-8000-000000000002";
    let records = source["zones"][0]["records"].as_array_mut().expect("records");
    records.extend([
        record("near", "t", json!({ "latency_region": "eu-west-1", "health_check": check })),
        record("geo", "jp", json!({ "geo": { "country": "JP", "subdivision": "13" } })),
        record("geo", "rest", json!({ "geo": { "country": "*" } })),
        record("prox", "a", json!({ "geo_proximity": { "region": "eu-west-1", "bias": 10 } })),
        record("prox", "b", json!({ "geo_proximity": { "coordinates": ["35.68", "139.69"] } })),
        record("many", "1", json!({ "multi_value": true })),
        record("half", "w", json!({ "weight": 3 })),
        record("pair", "p", json!({ "failover": "PRIMARY" })),
        record("nets", "n", json!({ "cidr": { "collection": collection, "location": "office" } })),
        json!({ "name": "policy.shop.example.com", "type": "A", "ttl": 60, "values": ["192.0.2.2"], "traffic_policy": "tpi-1" }),
        json!({ "name": "\\052.shop.example.com", "type": "TXT", "ttl": 60, "values": ["\"a b\""] }),
    ]);
    source["zones"][0]["signed"] = json!(true);
    source["zones"].as_array_mut().expect("zones").push(json!({
        "id": "ZPRIVATE", "name": "internal.shop", "private": true, "vpcs": [{ "id": "vpc-0f2a89cc884c118ed", "region": "ap-northeast-1" }],
        "linked_service": "servicediscovery.amazonaws.com", "tags": { "product": "shop" },
    }));
    source["cidr_collections"] =
        json!([{ "id": collection, "name": "offices", "locations": { "office": ["198.51.100.0/24"] } }]);
    source["health_checks"] = json!([{ "id": check, "config": { "type": "HTTPS", "domain_name": "shop.example.com", "port": 443 }, "tags": { "Name": "shop" } }]);
    source["others"] = json!([
        { "arn": format!("arn:aws:dynamodb:ap-northeast-1:{SOURCE}:table/carts"), "tags": { "product": "shop" } },
        { "arn": format!("arn:aws:sqs:ap-northeast-1:{SOURCE}:mails"), "tags": { "product": "mail" } },
        { "arn": format!("arn:aws:cloudfront::{SOURCE}:distribution/E1"), "tags": { "product": "shop" } },
        { "arn": format!("arn:aws:rds:ap-northeast-1:{SOURCE}:db:told-elsewhere"), "tags": { "product": "shop" } },
        { "arn": format!("arn:aws:sqs:eu-west-1:{SOURCE}:far"), "tags": { "product": "shop" } },
    ]);
    inventory
}

fn filled(home: &Path, inventory: &Value) -> PathBuf {
    let path = home.join("filled.json");
    std::fs::write(&path, inventory.to_string()).expect("it can be written");
    path
}

#[test]
fn all_that_buckets_and_zones_have_is_found_and_an_account_filled_with_it_is_the_same() {
    let home = home("discover-everything");
    let planted = with_everything();
    let path = filled(&home, &planted);
    let served = Served::with(&path, &[]);
    let output = served.discover(&home, &[]);
    done(&output);
    assert!(output.stderr.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    let (held, found) = (read(&path), read(&home.join("inventory.json")));
    let (held_account, found_account) = (account(&held, SOURCE), account(&found, SOURCE));
    let without_servers = |zones: &[Zone]| {
        let mut zones = sorted(zones);
        for zone in zones.iter_mut().filter(|zone| zone.private) {
            // Of a zone without records the apex is made.
            zone.name_servers.clear();
            zone.records.clear();
        }
        zones
    };
    assert_eq!(
        without_servers(&held_account.zones),
        without_servers(&found_account.zones)
    );
    assert_eq!(held_account.cidr_collections, found_account.cidr_collections);
    let checks = |account: &AccountInventory| {
        account
            .health_checks
            .iter()
            .map(|check| (check.id.clone(), check.tags.clone()))
            .collect::<Vec<_>>()
    };
    assert_eq!(checks(held_account), checks(found_account));
    assert_eq!(found_account.health_checks[0].config.port, Some(443));
    let (was, is) = (bucket(&held, "shop-everything"), bucket(&found, "shop-everything"));
    let names = |bucket: &Bucket| bucket.documents.keys().cloned().collect::<Vec<_>>();
    assert_eq!(names(was), names(is));
    for (document, words) in [
        ("encryption", "<BucketKeyEnabled>true<"),
        ("ownershipControls", "ObjectWriter"),
        ("publicAccessBlock", "<BlockPublicPolicy>false<"),
        ("acl", "<Permission>READ</Permission>"),
        ("metrics", "<Id>b</Id>"),
        ("object-lock", "Enabled"),
    ] {
        assert!(
            is.documents[document].contains(words),
            "{document}: {}",
            is.documents[document]
        );
    }
    assert_eq!(
        (
            was.versioning,
            &was.key,
            was.mfa_delete,
            was.requester_pays,
            &was.access_points
        ),
        (
            is.versioning,
            &is.key,
            is.mfa_delete,
            is.requester_pays,
            &is.access_points
        )
    );
    assert!(!is.has_customer_keys, "only a listing of every version tells that");
    assert_eq!(
        bucket(&found, "shop-bare").contents,
        Contents::default(),
        "nothing is measured of nothing"
    );
    let others: Vec<_> = found_account
        .others
        .iter()
        .map(|other| other.arn.rsplit(':').next().unwrap_or_default())
        .collect();
    assert_eq!(others, ["distribution/E1", "table/carts", "mails"]);
    // Filled with what was found, an account is found to be the same.
    let again = folder("discover-everything-again");
    std::fs::copy(example("runbook.toml"), again.join("runbook.toml")).expect("it can be copied");
    let path = filled(&again, &serde_json::to_value(&found).expect("JSON"));
    let served = Served::with(&path, &[]);
    done(&served.discover(&again, &[]));
    let twice = read(&again.join("inventory.json"));
    assert_eq!(found.changes(&twice), []);
    let dayless = |inventory: Inventory| {
        let mut inventory = timeless(inventory);
        let regions = inventory
            .accounts
            .values_mut()
            .flat_map(|account| account.regions.values_mut());
        for bucket in regions.flat_map(|region| &mut region.buckets) {
            bucket.contents.measured = None;
        }
        inventory
    };
    assert_eq!(dayless(twice), dayless(found));
}

#[test]
fn names_and_tags_narrow_buckets_and_other_things() {
    let home = home("discover-narrowed");
    let served = Served::with(&filled(&home, &with_everything()), &[]);
    let found = |arguments: &[&str]| {
        done(&served.discover(&home, arguments));
        let found = read(&home.join("inventory.json"));
        let source = account(&found, SOURCE);
        let buckets = source.regions.values().flat_map(|region| &region.buckets);
        let buckets: Vec<_> = buckets.map(|bucket| bucket.name.clone()).collect();
        (buckets, source.others.len(), source.zones.len())
    };
    let named = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
    let (everything, bare) = ("shop-everything", "shop-bare");
    assert_eq!(
        found(&["--name", "shop-[be]*"]),
        (named(&[]), 0, 3),
        "brackets are no pattern"
    );
    assert_eq!(
        found(&["--name", "shop-*e*"]),
        (named(&[bare, everything, "shop-prd-assets", "shop-stg-assets"]), 0, 3)
    );
    assert_eq!(
        found(&["--tag", "product=shop", "--name", "*ev*"]),
        (named(&[everything]), 0, 3)
    );
    assert_eq!(found(&["--tag", "product=mail"]), (named(&[]), 1, 3));
}

#[test]
fn a_bucket_that_may_not_be_looked_at_stays_as_it_was_and_the_permission_is_named() {
    let home = home("discover-shut");
    let mut inventory = with_everything();
    let buckets = inventory["accounts"][SOURCE]["regions"]["ap-northeast-1"]["buckets"]
        .as_array_mut()
        .expect("buckets");
    let bare = buckets
        .iter_mut()
        .find(|bucket| bucket["name"] == "shop-bare")
        .expect("it");
    bare["policy"] = json!({ "Version": "2012-10-17", "Statement": [
        { "Effect": "Deny", "Principal": "*", "Action": "s3:GetBucketCORS", "Resource": "arn:aws:s3:::shop-bare" }] });
    let served = Served::with(&filled(&home, &inventory), &[]);
    let known = json!({ "format": 1, "observed_at": "2026-11-20T03:00:00Z", "accounts": { SOURCE: { "regions": { "ap-northeast-1": { "buckets": [
        { "name": "shop-bare", "versioning": "enabled", "tags": { "written": "by hand" } }, { "name": "shop-gone" },
        { "name": "shop-everything", "has_customer_keys": true }] } } } } });
    std::fs::write(home.join("inventory.json"), known.to_string()).expect("it can be written");
    let output = served.discover(&home, &[]);
    done(&output);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("shop-bare") && said.contains("s3:GetBucketCORS"),
        "{said}"
    );
    let (before, found) = (
        Inventory::parse(&known.to_string()).expect("an inventory"),
        read(&home.join("inventory.json")),
    );
    assert_eq!(bucket(&before, "shop-bare"), bucket(&found, "shop-bare"));
    assert!(
        bucket(&found, "shop-everything").has_customer_keys,
        "what people know stays"
    );
    let buckets = &account(&found, SOURCE)
        .regions
        .values()
        .next()
        .expect("its region")
        .buckets;
    assert!(buckets.iter().all(|bucket| bucket.name != "shop-gone"), "{buckets:?}");
}

#[test]
fn what_is_left_to_people_is_shown_and_a_starter_is_written_once() {
    let home = home("discover-starter");
    let served = Served::with(&filled(&home, &with_everything()), &[]);
    let said = done(&served.discover(&home, &["--starter", "starter.toml"]));
    assert!(
        said.contains("DynamoDB tables (carts): export to S3") && said.contains("CloudFront distributions (E1): "),
        "{said}"
    );
    assert!(!said.contains("told-elsewhere"), "{said}");
    let text = std::fs::read_to_string(home.join("starter.toml")).expect("it was written");
    let bare = moves::Runbook::parse(&text).expect("a runbook");
    assert!(bare.buckets.is_empty() && bare.zones.is_empty() && bare.databases.is_empty());
    let taken_in: Vec<&str> = text
        .lines()
        .map(|line| line.strip_prefix("# ").unwrap_or(line))
        .collect();
    let whole = moves::Runbook::parse(&taken_in.join("\n")).expect("a runbook");
    assert_eq!(
        (whole.buckets.len(), whole.zones.len(), whole.databases.len()),
        (4, 2, 2),
        "{text}"
    );
    let parent = &whole
        .zones
        .iter()
        .find(|zone| zone.name == "stg.shop.example.com")
        .expect("it")
        .parent;
    assert_eq!(parent.zone, "shop.example.com");
    std::fs::remove_file(home.join("inventory.json")).expect("it is there");
    let again = served.discover(&home, &["--starter", "starter.toml"]);
    assert_eq!(
        again.status.code(),
        Some(3),
        "{}",
        String::from_utf8_lossy(&again.stderr)
    );
    assert!(
        !home.join("inventory.json").exists(),
        "it is refused before anything is looked at"
    );
    assert_eq!(
        std::fs::read_to_string(home.join("starter.toml")).expect("it is there"),
        text
    );
}

#[test]
fn what_is_new_changed_and_gone_is_told_and_nothing_is_written() {
    let home = home("discover-diff");
    let served = Served::start(&[]);
    let none = served.discover(&home, &["--diff"]);
    assert_eq!(none.status.code(), Some(3), "{}", String::from_utf8_lossy(&none.stderr));
    done(&served.discover(&home, &[]));
    assert!(done(&served.discover(&home, &["--diff"])).starts_with("nothing is new"));
    let mut inventory: Value =
        serde_json::from_str(&std::fs::read_to_string(home.join("inventory.json")).expect("it is there"))
            .expect("JSON");
    let source = &mut inventory["accounts"][SOURCE];
    let region = &mut source["regions"]["ap-northeast-1"];
    region["databases"]
        .as_array_mut()
        .expect("databases")
        .retain(|one| one["id"] != "shop-prd");
    region["databases"][0]["class"] = json!("db.t4g.large");
    region["buckets"]
        .as_array_mut()
        .expect("buckets")
        .push(json!({ "name": "shop-gone" }));
    source["zones"][1]["records"].as_array_mut().expect("records").pop();
    let before = inventory.to_string();
    std::fs::write(home.join("inventory.json"), &before).expect("it can be written");
    let told = served.discover(&home, &["--diff"]);
    assert_eq!(told.status.code(), Some(7), "{}", String::from_utf8_lossy(&told.stderr));
    let text = String::from_utf8_lossy(&told.stdout);
    for words in [
        "new since",
        "    shop-prd\n",
        "shop-stg: class db.t4g.large -> db.t4g.medium",
        "gone since",
        "    shop-gone\n",
        "records (1 that were not there, 0 that",
    ] {
        assert!(text.contains(words), "{words}: {text}");
    }
    let told = served.discover(&home, &["--diff", "--json"]);
    let object: Value = serde_json::from_slice(&told.stdout).expect("one object");
    let ids = |of: &str| {
        object[of]
            .as_array()
            .expect("a list")
            .iter()
            .map(|one| one["id"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(
        (ids("new"), ids("vanished")),
        (vec![json!("shop-prd")], vec![json!("shop-gone")])
    );
    assert_eq!(object["changed"].as_array().map(Vec::len), Some(2), "{object}");
    assert_eq!(
        object["changed"][1]["fields"]["class"],
        json!({ "before": "db.t4g.large", "after": "db.t4g.medium" })
    );
    assert_eq!(
        std::fs::read_to_string(home.join("inventory.json")).expect("it is there"),
        before
    );
}

#[test]
fn a_run_tells_what_the_source_has_that_its_plan_does_not_know_and_goes_on() {
    let served = Served::start(&["--speed", "2000"]);
    let home = home("since-planned");
    crate::served::without_window(&home);
    std::fs::remove_file(home.join("inventory.json")).expect("the example's is not wanted");
    done(&served.discover(&home, &[]));
    let path = home.join("inventory.json");
    let text = std::fs::read_to_string(&path).expect("it was written");
    let mut inventory: Value = serde_json::from_str(&text).expect("JSON");
    let region = &mut inventory["accounts"][SOURCE]["regions"]["ap-northeast-1"];
    let databases = region["databases"].as_array_mut().expect("databases");
    databases.retain(|one| one["id"] != "shop-prd");
    std::fs::write(&path, inventory.to_string()).expect("it can be written");
    let world = format!("simcloud={}", served.endpoint);
    let mut command = served.cleave(&home);
    let output = command.args(["run", "runbook.toml", "--world"]).arg(world).output();
    let output = output.expect("cleave can be started");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(4), "it waits at its gate: {said}");
    assert!(
        said.contains("is not as the plan knows it") && said.contains("    shop-prd\n"),
        "{said}"
    );
    assert!(!said.contains("    shop-stg"), "{said}");

    // Its steps have begun by then: what they made is not told as somebody else's.
    let told = said.split("new since").nth(1).expect("what is new").lines();
    assert_eq!(told.filter(|line| line.starts_with("    ")).count(), 1, "{said}");
}
