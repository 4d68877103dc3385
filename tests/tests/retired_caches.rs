//! The old side of caches, three days after a whole night: taken away behind their gates with a last snapshot, cut off, with lost replies and refusals; and
//! what is in use, or what the target still needs, stays.

use std::sync::LazyLock;

use model::Event;
use moves::retire::{MayGo, Removal};
use serde_json::{Value, json};
use simcloud::cloud::Cloud;
use simcloud::services::elasticache::Held;
use whole_runs::drivers::Driven;
use whole_runs::night::{Cut, Disturbance, Scenario};
use whole_runs::retirement::{self, Looked, one};

const SOURCE: &str = "111111111111";
const TARGET: &str = "222222222222";
const SESSIONS: &str = "cache/sessions";
const QUEUE: &str = "cache/queue";
const FLAGS: &str = "cache/flags";
const COUNTERS: &str = "cache/counters";
const SUBNETS: &str = "cache_subnet_group/src";
const PARAMETERS: &str = "cache_parameter_group/old";
const ALL: [&str; 5] = [SESSIONS, QUEUE, FLAGS, SUBNETS, PARAMETERS];

pub(crate) static MOVED: LazyLock<Scenario> = LazyLock::new(|| {
    let role = |name: &str| json!({ name: { "trusts": ["333333333333"] } });
    let key = json!([{ "id": "1234abcd-12ab-34cd-56ef-1234567890ab", "aliases": ["alias/shop"] }]);
    let cache = |id: &str, more: Value| {
        let mut cache = json!({ "id": id, "engine": "redis", "engine_version": "7.1.0", "node_type": "cache.r7g.large", "shards": 1, "nodes": 2,
            "parameter_group": "default.redis7", "subnet_group": "src" });
        for (member, value) in more.as_object().into_iter().flatten() {
            cache[member] = value.clone();
        }
        cache
    };
    let caches = json!([
        cache("sessions", json!({ "parameter_group": "old" })),
        cache("queue", json!({ "shards": 2, "nodes": 4, "cluster_mode": true })),
        cache("flags", json!({ "kind": "cluster", "nodes": 1 })),
        cache("counters", json!({ "nodes": 1, "subnet_group": "terraform" })),
    ]);
    let inventory = json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": {
        SOURCE: { "roles": role("cleave-source"), "regions": { "ap-northeast-1": { "keys": key, "caches": caches,
            "cache_subnet_groups": ["src", "terraform", "nobody"], "cache_parameter_groups": ["old", "unused"] } } },
        TARGET: { "roles": role("cleave-target"), "regions": { "ap-northeast-1": {
            "security_groups": ["sg-1"], "cache_subnet_groups": ["stg"] } } } } });
    let export = |id: &str, fill: &str| {
        format!(
            "[[cache]]\nid = \"{id}\"\ncontent = \"export\"\nbecause = \"people would be logged out\"\nfill = {fill}\n"
        )
    };
    let fill = |more: &str| {
        format!(
            "{{ subnet_group = \"stg\", security_groups = [\"sg-1\"], node_type = \"cache.r7g.large\", parameter_group = \"default.redis7\", \
             encrypted_in_transit = true, encrypted_at_rest = true{more} }}"
        )
    };
    let runbook = format!(
        "migration = \"shop\"\nregion = \"ap-northeast-1\"\nsource = {{ account = \"{SOURCE}\", role = \"cleave-source\" }}\n\
         target = {{ account = \"{TARGET}\", role = \"cleave-target\" }}\n[[key]]\nalias = \"alias/shop\"\n\
         [[gate]]\nname = \"off\"\nask = \"Is it off?\"\nbefore = [\"cache\"]\n{}{}{}{}",
        export("sessions", &fill(", id = \"sessions-stg\", key = \"alias/shop\"")),
        export("queue", &fill("")),
        export("flags", &fill("")),
        export("counters", "false"),
    );
    Scenario::written(&runbook, &inventory)
});

fn removal(remove: &[&str]) -> Removal {
    retirement::removal(remove, &[])
}

fn after(happens: impl FnOnce(&mut Cloud), remove: &[&str]) -> Looked {
    retirement::after(&MOVED, happens, &removal(remove))
}

static REMOVAL: LazyLock<Scenario> = LazyLock::new(|| retirement::scenario(&MOVED, after(|_| {}, &ALL)));

const MAKING: [&str; 5] = [
    "elasticache DeleteCacheParameterGroup",
    "elasticache DeleteCacheSubnetGroup",
    "elasticache CreateSnapshot",
    "elasticache DeleteReplicationGroup",
    "elasticache DeleteCacheCluster",
];

static DRIVEN: LazyLock<Driven> =
    LazyLock::new(|| Driven::after(Some(MOVED.plan.clone()), REMOVAL.clone(), &MAKING, &[]));

fn held<'c>(cloud: &'c mut Cloud, account: &str, id: &str) -> &'c mut Held {
    let caches = &mut cloud.elasticache;
    let mut all = caches.groups.iter_mut().chain(&mut caches.clusters);
    let found = all.find(|(place, _)| place.0.as_str() == account && place.2 == id);
    found.map(|(_, held)| held).expect("it is there")
}

#[test]
fn what_is_kept_of_a_parameter_group_is_enough_to_make_it_anew() {
    let state = model::State::fold(DRIVEN.events()).expect("events").expect("a run");
    let proved = model::StepId::new(format!("{PARAMETERS}/prove_unused")).expect("an id");
    let kept = state.output(&proved).expect("what it set");
    assert_eq!(
        kept["held"],
        json!({ "family": "redis7", "description": "old", "parameters": {} })
    );
}

#[test]
fn each_cache_goes_behind_a_gate_of_its_own_and_leaves_a_last_snapshot() {
    let plan = &DRIVEN.scenario().plan;
    let typed: Vec<Option<&str>> = plan.gates.iter().map(|gate| gate.typed.as_deref()).collect();
    assert_eq!(
        typed,
        [
            Some(FLAGS),
            Some(QUEUE),
            Some(SESSIONS),
            Some(PARAMETERS),
            Some(SUBNETS)
        ]
    );
    for step in &plan.steps {
        assert_eq!(
            !step.gates.is_empty(),
            step.id.verb().starts_with("delete"),
            "{}",
            step.id
        );
    }
    let night = DRIVEN.undisturbed();
    let lines: Vec<&String> = night
        .standing
        .keys()
        .filter(|line| line.starts_with("cache "))
        .collect();
    let stands = |line: &str| lines.iter().any(|told| told.starts_with(line));
    for id in ["sessions", "queue", "flags"] {
        assert!(!stands(&format!("cache {id} of {SOURCE}")), "{lines:#?}");
    }
    assert!(stands(&format!("cache counters of {SOURCE}")), "it was not named");
    for id in ["sessions-stg", "queue", "flags"] {
        assert!(stands(&format!("cache {id} of {TARGET}: available")), "{lines:#?}");
    }
    let kept = lines.iter().filter(|line| line.starts_with("cache snapshot cleave-"));
    assert_eq!(kept.count(), 3, "a last snapshot of each stays: {lines:#?}");
    let changed: Vec<&String> = night.effects.keys().filter(|what| what.contains(TARGET)).collect();
    assert_eq!(changed, Vec::<&String>::new(), "nothing is changed in the target");
}

#[test]
fn killed_anywhere_a_removal_takes_away_what_an_undisturbed_one_does() {
    DRIVEN.crashes(12);
}

#[test]
fn lost_replies_and_refusals_take_nothing_away_twice() {
    DRIVEN.calls(12);
}

#[test]
fn before_the_gates_the_last_snapshots_are_taken_back_and_behind_them_they_stay() {
    let events = DRIVEN.events();
    let place = |wanted: &dyn Fn(&Event) -> bool| {
        let found = events.iter().find(|recorded| wanted(&recorded.event));
        found.map(|recorded| recorded.seq).expect("such an event")
    };
    let undone = |n: u64| {
        DRIVEN.carry_out(&Disturbance {
            cuts: vec![Cut::Upon(n)],
            undo: true,
            ..Disturbance::default()
        })
    };
    let approved = place(&|event| matches!(event, Event::GateApproved { .. }));
    for n in [approved / 2, approved - 1] {
        let night = undone(n);
        assert_eq!(night.end, Ok(engine::RunEnd::Unwound), "upon {n}: {:?}", night.stops());
        assert_eq!(night.broken, Vec::<String>::new(), "upon {n}");
    }
    let deleted = place(
        &|event| matches!(event, Event::StepVerified { step, .. } if step.as_str() == "cache/sessions/delete_cache"),
    );
    let night = undone(deleted);
    assert!(
        matches!(night.end, Ok(engine::RunEnd::NeedsOperator(_))),
        "{:?}",
        night.end
    );
    assert_eq!(night.broken, Vec::<String>::new());
    let snapshot = |line: &&String| line.contains("cache snapshot cleave-") && line.contains("sessions");
    assert_eq!(night.standing.keys().filter(snapshot).count(), 1);
}

#[test]
fn what_is_in_use_and_what_the_target_still_needs_is_refused_with_the_reason() {
    type Happens = fn(&mut Cloud);
    fn command(cloud: &mut Cloud, id: &str, nodes: &[&str], writes: bool) {
        // Its clock stands still until somebody asks: it is looked three days later.
        let at = cloud.now + std::time::Duration::from_secs(3 * 86_400 - 1200);
        let commands = nodes.iter().map(|node| (at, (*node).to_owned(), writes));
        held(cloud, SOURCE, id).commands.extend(commands);
    }
    let cases: [(&str, Happens, &str); 6] = [
        (
            SESSIONS,
            |cloud| command(cloud, "sessions", &["sessions-002"], false),
            "somebody read from sessions-002 at",
        ),
        (
            QUEUE,
            |cloud| command(cloud, "queue", &["queue-0002-001", "queue-0002-002"], true),
            "somebody wrote to queue-0002-001, queue-0002-002 at",
        ),
        (
            FLAGS,
            |cloud| command(cloud, "flags", &["flags"], true),
            "somebody wrote to flags at",
        ),
        (
            SESSIONS,
            |cloud| cloud.elasticache.groups.retain(|place, _| place.0.as_str() == SOURCE),
            "the cache sessions-stg is gone in the target: this is the only one",
        ),
        (
            SESSIONS,
            |cloud| {
                held(cloud, TARGET, "sessions-stg").listed.key = Some(format!(
                    "arn:aws:kms:ap-northeast-1:{SOURCE}:key/1234abcd-12ab-34cd-56ef-1234567890ab"
                ));
            },
            "a key of another account",
        ),
        (
            FLAGS,
            |cloud| {
                let now = cloud.now;
                held(cloud, SOURCE, "flags").created_at = now;
            },
            "another cache bears its id",
        ),
    ];
    for (what, happens, why) in cases {
        let (left, plan) = after(happens, &[what]);
        let refused = plan.expect_err("it is refused");
        assert!(
            refused.iter().any(|one| one.why.contains(why)),
            "{what}: {refused:?} without {why}"
        );
        assert_eq!(one(&left, what).may_go(), MayGo::No, "{what}");
    }
    // Keys that expire are written on replicas alone: nobody uses it.
    let (left, _) = after(|cloud| command(cloud, "sessions", &["sessions-002"], true), &[SESSIONS]);
    assert_eq!(one(&left, SESSIONS).may_go(), MayGo::Yes);
    assert!(one(&left, SESSIONS).quiet.is_some());
    // Of what Terraform was to fill, nobody here knows whether it has.
    let refused = after(|_| {}, &[COUNTERS]).1.expect_err("it goes by hand");
    assert!(refused[0].why.contains("aws elasticache --region"), "{refused:?}");
}

#[test]
fn a_group_goes_after_what_has_it_and_never_while_another_has_it() {
    let (left, plan) = after(|_| {}, &[SESSIONS, SUBNETS]);
    assert_eq!(one(&left, SUBNETS).may_go(), MayGo::After);
    let refused = plan.expect_err("two others have it");
    assert!(
        refused[0].why.starts_with("cache/flags, cache/queue needs it"),
        "{refused:?}"
    );
    assert!(
        !left.iter().any(|one| one.id == "nobody" || one.id == "unused"),
        "whose they were is not known: {left:#?}"
    );
    let mine = |cloud: &mut Cloud| {
        let mut other = held(cloud, SOURCE, "counters").clone();
        other.listed.id = "somebodys".to_owned();
        other.subnet_group = "src".to_owned();
        let account = model::AccountId::new(SOURCE).expect("an account");
        let region = model::Region::new("ap-northeast-1").expect("a region");
        let place = (account, region, "somebodys".to_owned());
        cloud.elasticache.groups.insert(place, other);
    };
    let (left, _) = after(mine, &[]);
    assert!(!left.iter().any(|one| one.of.to_string() == SUBNETS), "{left:#?}");
}
