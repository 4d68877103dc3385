//! Caches of ElastiCache that are taken along: as a snapshot, through a bucket in the source and one in the target, into a new replication
//! group or into the hands of whoever makes one; cut off, with lost replies, and taken back.

use std::sync::LazyLock;

use cleave::carriage;
use cleave::rehearsal::Stage;
use engine::{Gatekeeper, RunEnd};
use journal::Journal;
use model::plan::Weight;
use model::{Inventory, State};
use serde_json::{Value, json};
use simcloud::cloud::Cloud;
use simcloud::faults::{Fate, FaultLevel, Nth, Trap};
use simcloud::services::elasticache::{Held, Place};
use whole_runs::drivers::Driven;
use whole_runs::night::{self, Disturbance, Scenario, in_paused_time, stops};
use whole_runs::points::try_all;

const SOURCE: &str = "111111111111";
const TARGET: &str = "222222222222";

fn scenario(region: &str, caches: &Value, sections: &str) -> Scenario {
    let role = |name: &str| json!({ name: { "trusts": ["333333333333"] } });
    let key = json!([{ "id": "1234abcd-12ab-34cd-56ef-1234567890ab", "aliases": ["alias/shop"] }]);
    let inventory = json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": {
        SOURCE: { "roles": role("cleave-source"), "regions": { region: { "keys": key, "caches": caches } } },
        TARGET: { "roles": role("cleave-target"), "regions": { region: {
            "security_groups": ["sg-1"], "cache_subnet_groups": ["stg"], "cache_parameter_groups": ["queue"],
            "cache_user_groups": ["apps"] } } } } });
    let inventory = Inventory::parse(&inventory.to_string()).expect("an inventory");
    let head = format!(
        "migration = \"shop\"\nregion = \"{region}\"\n\
         source = {{ account = \"111111111111\", role = \"cleave-source\" }}\n\
         target = {{ account = \"222222222222\", role = \"cleave-target\" }}\n[[key]]\nalias = \"alias/shop\"\n"
    );
    let runbook = moves::Runbook::parse(&format!("{head}{sections}")).expect("a runbook");
    let plan = moves::plan(&runbook, &inventory);
    let blocks = plan.notes.iter().filter(|note| note.weight == Weight::Blocks);
    assert_eq!(blocks.count(), 0, "{:?}", plan.notes);
    Scenario { plan, inventory }
}

fn export(id: &str, fill: &str) -> String {
    format!("[[cache]]\nid = \"{id}\"\ncontent = \"export\"\nbecause = \"people would be logged out\"\nfill = {fill}\n")
}

fn fill(node_type: &str, parameter_group: &str, more: &str) -> String {
    format!(
        "{{ subnet_group = \"stg\", security_groups = [\"sg-1\"], node_type = \"{node_type}\", parameter_group = \"{parameter_group}\", \
         encrypted_in_transit = true, encrypted_at_rest = true{more} }}"
    )
}

fn caches() -> Value {
    json!([
        { "id": "sessions", "engine": "redis", "engine_version": "7.1.0", "node_type": "cache.r7g.large", "shards": 1, "nodes": 2,
          "auth_token": true, "encrypted_in_transit": true, "snapshot_retention_days": 3, "tags": { "team": "shop" } },
        // Two files of 6,000 MiB: more than one call copies.
        { "id": "queue", "engine": "valkey", "engine_version": "8.0.1", "node_type": "cache.r7g.large", "shards": 2, "nodes": 4,
          "cluster_mode": true, "data_mib": 12000 },
        { "id": "flags", "engine": "redis", "kind": "cluster", "engine_version": "6.2.6", "node_type": "cache.t4g.micro", "shards": 1,
          "nodes": 1 },
        { "id": "counters", "engine": "redis", "engine_version": "7.1.0", "node_type": "cache.t4g.micro", "shards": 1, "nodes": 1 },
        { "id": "forms", "engine": "memcached", "kind": "cluster" },
    ])
}

/// A cache with a token and a replica, one in shards with large files under the target's key, a single node, one that Terraform fills, and one
/// that stays behind.
pub(crate) static SCENARIO: LazyLock<Scenario> = LazyLock::new(|| {
    let gate = "[[gate]]\nname = \"off\"\nask = \"Is it off?\"\nbefore = [\"cache\"]\n";
    let skip = "[[cache]]\nid = \"forms\"\ncontent = \"skip\"\nbecause = \"it refills\"\n";
    let sections = [
        gate.to_owned(),
        export(
            "sessions",
            &fill("cache.r7g.large", "default.redis7", ", user_groups = [\"apps\"]"),
        ),
        export(
            "queue",
            &fill("cache.r7g.large", "queue", ", id = \"queue-stg\", key = \"alias/shop\""),
        ),
        export("flags", &fill("cache.t4g.micro", "default.redis6.x", "")),
        export("counters", "false"),
        skip.to_owned(),
    ];
    scenario("ap-northeast-1", &caches(), &sections.concat())
});

fn held<'a>(cloud: &'a Cloud, account: &str, id: &str) -> Option<&'a Held> {
    let is = |place: &&Place| place.0.as_str() == account && place.2 == id;
    let caches = &cloud.elasticache;
    let mut all = caches.groups.iter().chain(&caches.clusters);
    all.find(|(place, _)| is(place)).map(|(_, held)| held)
}

fn contents(held: &Held) -> Vec<[u8; 32]> {
    held.shards.iter().map(|shard| *shard.content.digest()).collect()
}

/// What is wrong with the caches of the target, and with what was to be left over.
fn wrong_in(cloud: &Cloud, state: &State) -> Vec<String> {
    let mut wrong = Vec::new();
    let left: Vec<&str> = state.left_out().into_iter().map(|(_, what)| what).collect();
    for (original, id, nodes, groups) in [
        ("sessions", "sessions", 2, vec!["apps".to_owned()]),
        ("queue", "queue-stg", 4, Vec::new()),
        ("flags", "flags", 1, Vec::new()),
    ] {
        let was = held(cloud, SOURCE, original).expect("it is still there");
        let Some(is) = held(cloud, TARGET, id) else {
            wrong.push(format!("there is no {id}"));
            continue;
        };
        if contents(is) != contents(was) {
            wrong.push(format!("{id} does not hold what {original} holds"));
        }
        let slots = |held: &Held| held.shards.iter().map(|shard| shard.slots.clone()).collect::<Vec<_>>();
        let listed = &is.listed;
        let fine = is.status() == "available"
            && slots(is) == slots(was)
            && (listed.nodes, &listed.user_groups) == (nodes, &groups)
            && (listed.encrypted_in_transit, listed.encrypted_at_rest, listed.auth_token) == (true, true, false)
            && listed.engine_version == was.listed.engine_version
            && listed.snapshot_retention_days == was.listed.snapshot_retention_days
            && (is.subnet_group.as_str(), is.security_groups.as_slice()) == ("stg", &["sg-1".to_owned()][..])
            && was.listed.tags.iter().all(|tag| listed.tags.get(tag.0) == Some(tag.1));
        if !fine {
            wrong.push(format!("{original} became {is:?}"));
        }
        let keyed = listed
            .key
            .as_ref()
            .is_some_and(|key| key.contains(&format!("{TARGET}:key/")));
        if keyed != (original == "queue") {
            wrong.push(format!("{id} lies under {:?}", listed.key));
        }
        let told = format!("{original} is {id} in account {TARGET}, at ");
        if !left.iter().any(|what| what.starts_with(&told)) {
            wrong.push(format!("nobody is told {told}: {left:?}"));
        }
    }
    wrong.extend(wrong_with_files(cloud, &left));
    if held(cloud, TARGET, "forms").is_some() {
        wrong.push("forms was not to travel".to_owned());
    }
    wrong
}

/// Of what `fill = false` leaves: one bucket with one file, which is told, and holds what the cache holds.
fn wrong_with_files(cloud: &Cloud, left: &[&str]) -> Vec<String> {
    let buckets: Vec<_> = cloud.s3.by_name.iter().collect();
    let [(name, bucket)] = buckets.as_slice() else {
        let names: Vec<_> = buckets.iter().map(|(name, _)| name).collect();
        return vec![format!("the buckets at the end are {names:?}")];
    };
    let mut wrong = Vec::new();
    if bucket.owner.as_str() != TARGET {
        wrong.push(format!("{name} is {}'s", bucket.owner));
    }
    let was = held(cloud, SOURCE, "counters").map(contents).unwrap_or_default();
    let files = bucket
        .stacks
        .iter()
        .map(|(key, stack)| (key, stack.last().and_then(|entry| entry.object())));
    let files: Vec<_> = files.collect();
    let [(key, Some(file))] = files.as_slice() else {
        return vec![format!("{name} has {} files", files.len())];
    };
    if was != [*file.content.digest()] {
        wrong.push(format!("{key} does not hold what counters holds"));
    }
    let arn = format!("snapshot_arns = [\"arn:aws:s3:::{name}/{key}\"]");
    if !left
        .iter()
        .any(|what| what.starts_with("counters is in no cache") && what.contains(&arn))
    {
        wrong.push(format!("nobody is told {arn}: {left:?}"));
    }
    wrong
}

#[test]
fn caches_arrive_with_what_they_held_and_nothing_is_left_but_what_was_asked_for() {
    try_all(
        &night::quiet_and_harsh(8),
        |point| format!("{point:?}"),
        |(seed, level)| night::whole(&SCENARIO, *seed, *level, wrong_in),
    );
}

/// There a bucket policy admits ElastiCache, and no ACL.
#[test]
fn a_cache_arrives_in_a_region_that_must_be_switched_on() {
    let sections = [
        export(
            "sessions",
            &fill("cache.r7g.large", "default.redis7", ", auth = \"none\""),
        ),
        export("counters", "false"),
    ];
    let scenario = scenario("ap-southeast-3", &caches(), &sections.concat());
    let look = |cloud: &Cloud, _: &State| {
        let same = held(cloud, SOURCE, "sessions").map(contents) == held(cloud, TARGET, "sessions").map(contents);
        let acls = cloud
            .requests
            .iter()
            .filter(|request| request.operation.ends_with("Acl") && request.mutating);
        let mut wrong: Vec<String> = acls.map(|request| format!("{request:?}")).collect();
        if !same {
            wrong.push("sessions does not hold what it held".to_owned());
        }
        wrong
    };
    try_all(
        &night::quiet_and_harsh(2),
        |point| format!("{point:?}"),
        |(seed, level)| night::whole(&scenario, *seed, *level, look),
    );
}

/// A file of 6,000 MiB on a node with 512: it shows when the group would be in service. The run stops, says so, and gives everything back.
#[test]
fn a_cache_that_does_not_fit_stops_the_run_and_is_taken_back() {
    let section = export("queue", &fill("cache.t4g.micro", "queue", ""));
    let scenario = scenario("ap-northeast-1", &caches(), &section);
    in_paused_time(async {
        let stage = Stage::set(&scenario.plan, &scenario.inventory, 1, FaultLevel::None);
        let mut journal = Journal::in_memory().expect("memory");
        stage.stamp(&mut journal).expect("a new journal can be stamped");
        let journal = carriage::shared(journal);
        let run = stage.begin(&journal).expect("a run");
        let automatic = || Gatekeeper::Automatic {
            by: "the test".to_owned(),
        };
        let end = stage.carry_on(&journal, run, automatic()).await;
        let events = journal.lock().expect("nobody panicked").load().expect("events");
        assert!(matches!(end, Ok(RunEnd::NeedsOperator(_))), "{end:?}");
        let said = stops(&events);
        assert!(said.iter().any(|why| why.contains("restore-failed")), "{said:?}");
        let undo = journal::InboxItem::Undo {
            by: "the test".to_owned(),
            reason: "it does not fit".to_owned(),
            to: None,
        };
        journal
            .lock()
            .expect("nobody panicked")
            .put_inbox(&undo)
            .expect("a wish");
        let run = engine::Run::resume(std::sync::Arc::clone(&journal)).expect("a run");
        let end = stage.carry_on(&journal, run, automatic()).await;
        let events = journal.lock().expect("nobody panicked").load().expect("events");
        let end = end.map_err(|error| format!("{error:?}"));
        assert_eq!(end, Ok(RunEnd::Unwound), "{:?}", stops(&events));
        assert_eq!(stage.laws_broken(end.as_ref().ok(), &events), Vec::<String>::new());
    });
}

static DRIVEN: LazyLock<Driven> = LazyLock::new(|| {
    let making = [
        "CreateSnapshot",
        "elasticache CopySnapshot",
        "s3 PutBucketAcl",
        "s3 PutObjectAcl",
        "CopyObject",
        "CreateReplicationGroup",
    ];
    // An upload whose answer was lost has no name that this run knows: it is ended, and another is begun.
    Driven::new(
        SCENARIO.clone(),
        &making,
        &["s3 CreateMultipartUpload", "s3 AbortMultipartUpload"],
    )
});

/// One of a file that takes more than one call. What is left must be what an undisturbed run leaves: no upload, no second copy.
#[test]
fn an_upload_whose_answer_is_lost_is_ended_and_another_is_begun() {
    for nth in [1, 2] {
        for what in [Fate::LoseReply, Fate::FailAfter, Fate::HangAfter] {
            let nth = Nth::Operation("CreateMultipartUpload".to_owned(), nth);
            let lost = Disturbance {
                traps: vec![Trap { nth, what }],
                ..Disturbance::default()
            };
            assert_eq!(DRIVEN.against_undisturbed(&lost), Vec::<String>::new(), "{lost:?}");
        }
    }
}

#[test]
fn moving_caches_survives_a_crash_after_any_event() {
    DRIVEN.crashes(12);
}

#[test]
#[ignore = "all points: minutes"]
fn moving_caches_survives_a_crash_after_every_event() {
    DRIVEN.crashes(usize::MAX);
}

#[test]
fn moving_caches_survives_the_loss_of_any_reply_and_the_refusal_of_any_call() {
    DRIVEN.calls(12);
}

#[test]
#[ignore = "all points: minutes"]
fn moving_caches_survives_the_loss_of_every_reply_and_the_refusal_of_every_call() {
    DRIVEN.calls(usize::MAX);
}

#[test]
fn moving_caches_can_be_taken_back_from_any_point() {
    DRIVEN.undos(12);
}

#[test]
#[ignore = "all points: minutes"]
fn moving_caches_can_be_taken_back_from_every_point() {
    DRIVEN.undos(usize::MAX);
}
