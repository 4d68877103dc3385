//! Every kind of database, on every kind of key, as a snapshot of the run's own and as the automated one that was there, on nights of
//! every kind: it arrives, under the target's key and with the very content of that snapshot, or the plan refuses it with its reason.
//! What is counted here stands in `docs/database-traps.md`.

use cleave::carriage;
use cleave::rehearsal::Stage;
use engine::{Gatekeeper, RunEnd};
use journal::Journal;
use model::plan::Weight;
use model::{Digest, Inventory, Plan};
use serde_json::{Value, json};
use simcloud::cloud::Cloud;
use simcloud::dispatch::lock;
use simcloud::faults::FaultLevel;
use simcloud::services::rds;
use whole_runs::night::{in_paused_time, stops};

const SOURCE: &str = "111111111111";
const TARGET: &str = "222222222222";
const REGION: &str = "ap-northeast-1";

#[derive(Debug, Clone, Copy, PartialEq)]
enum Kind {
    Instance,
    Provisioned,
    Serverless,
    MultiAz,
}

#[derive(Debug, Clone, Copy, PartialEq)]
enum Under {
    Nothing,
    AwssKey,
    OwnKey,
    AwsOwned,
}

const KINDS: [Kind; 4] = [Kind::Instance, Kind::Provisioned, Kind::Serverless, Kind::MultiAz];
const UNDER: [Under; 4] = [Under::Nothing, Under::AwssKey, Under::OwnKey, Under::AwsOwned];

/// One of the things that move.
#[derive(Debug, Clone, Copy)]
struct One {
    kind: Kind,
    under: Under,
}

impl One {
    fn id(self) -> String {
        format!("{:?}-{:?}", self.kind, self.under).to_ascii_lowercase()
    }

    fn section(self) -> &'static str {
        match self.kind {
            Kind::Instance => "database",
            Kind::Provisioned | Kind::Serverless | Kind::MultiAz => "cluster",
        }
    }

    fn listed(self) -> Value {
        let id = self.id();
        let mut listed = json!({
            "id": id, "storage_gib": 100, "subnet_group": "src-db", "security_groups": ["sg-src"], "backup_retention_days": 7,
            "encrypted": self.under != Under::Nothing, "tags": {"of": "shop"},
        });
        match self.under {
            Under::Nothing => {}
            Under::AwssKey => listed["key"] = json!("alias/aws/rds"),
            Under::OwnKey => listed["key"] = json!("alias/shop"),
            Under::AwsOwned => listed["encryption_type"] = json!("sse-rds"),
        }
        let more = match self.kind {
            Kind::Instance => json!({
                "engine": "postgres", "engine_version": "16.4", "class": "db.r6g.large", "storage_type": "gp3", "port": 5432,
                "parameter_group": "default.postgres16",
            }),
            Kind::Provisioned | Kind::Serverless => json!({
                "engine": "aurora-postgresql", "engine_version": "16.4", "parameter_group": "default.aurora-postgresql16", "port": 5432,
                "scaling": (self.kind == Kind::Serverless).then(|| json!({"min": 0.5, "max": 8.0})),
                "members": [{
                    "id": format!("{id}-a"), "writer": true, "parameter_group": "default.aurora-postgresql16",
                    "class": if self.kind == Kind::Serverless { "db.serverless" } else { "db.r6g.large" },
                }],
            }),
            Kind::MultiAz => json!({
                "engine": "postgres", "engine_version": "16.4", "class": "db.r6gd.large", "storage_type": "io1", "port": 5432,
                "parameter_group": "default.postgres16", "settings": {"iops": 1000},
            }),
        };
        for (member, value) in more.as_object().expect("members") {
            listed[member] = value.clone();
        }
        listed
    }
}

fn planned(all: &[One], snapshot: &str) -> (Plan, Inventory) {
    let listed = |section: &str| -> Value {
        let of = all.iter().filter(|one| one.section() == section);
        of.map(|one| one.listed()).collect()
    };
    let group = |vpc: &str| json!({ "vpc": vpc, "subnets": [format!("{vpc}-1"), format!("{vpc}-2")] });
    let role = json!({ "trusts": ["333333333333"] });
    let inventory = json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": {
        SOURCE: { "roles": { "cleave-source": role }, "regions": { REGION: {
            "keys": [{ "id": "1234abcd-12ab-34cd-56ef-1234567890ab", "aliases": ["alias/shop"] }], "security_groups": ["sg-src"],
            "databases": listed("database"), "clusters": listed("cluster"), "subnet_groups": { "src-db": group("src") } } } },
        TARGET: { "roles": { "cleave-target": role }, "regions": { REGION: {
            "security_groups": ["sg-stg"], "subnet_groups": { "stg-db": group("stg") } } } } } });
    let inventory = Inventory::parse(&inventory.to_string()).expect("an inventory");
    let head = "migration = \"shop\"\nregion = \"ap-northeast-1\"\n\
                source = { account = \"111111111111\", role = \"cleave-source\" }\n\
                target = { account = \"222222222222\", role = \"cleave-target\" }\n[[key]]\nalias = \"alias/shop\"\n";
    let sections = all.iter().map(|one| {
        format!(
            "[[{}]]\nid = \"{}\"\nkey = \"alias/shop\"\n{snapshot}restore = {{ subnet_group = \"stg-db\", security_groups = [\"sg-stg\"] }}\n",
            one.section(),
            one.id()
        )
    });
    let runbook = moves::Runbook::parse(&(head.to_owned() + &sections.collect::<String>())).expect("a runbook");
    (moves::plan(&runbook, &inventory), inventory)
}

fn blocks(plan: &Plan) -> Vec<String> {
    let blocks = plan.notes.iter().filter(|note| note.weight == Weight::Blocks);
    blocks.map(|note| note.text.clone()).collect()
}

/// What an instance or cluster of an account holds, and its key.
fn held(cloud: &Cloud, account: &str, one: One) -> Option<(Digest, Option<String>)> {
    let is = |at: &rds::Place| at.0.as_str() == account && at.2 == one.id();
    match one.kind {
        Kind::Instance => {
            let mut all = cloud.rds.instances.iter();
            all.find(|(at, _)| is(at))
                .map(|(_, found)| (found.digest.clone(), found.key.clone()))
        }
        Kind::Provisioned | Kind::Serverless | Kind::MultiAz => {
            let mut all = cloud.rds.clusters.iter();
            all.find(|(at, _)| is(at))
                .map(|(_, found)| (found.digest.clone(), found.key.clone()))
        }
    }
}

/// Since the last automated snapshot something was written to each.
fn write_to_all(cloud: &mut Cloud) {
    let instances: Vec<rds::Place> = cloud.rds.instances.keys().cloned().collect();
    instances.iter().for_each(|at| rds::write_data(cloud, at));
    let clusters: Vec<rds::Place> = cloud.rds.clusters.keys().cloned().collect();
    clusters.iter().for_each(|at| rds::write_cluster_data(cloud, at));
}

/// One night of all; what is wrong with it.
fn wrong_of(all: &[One], snapshot: &str, seed: u64, level: FaultLevel) -> Vec<String> {
    let (plan, inventory) = planned(all, snapshot);
    assert_eq!(blocks(&plan), Vec::<String>::new());
    let at_hand = !snapshot.is_empty();
    let loud = plan
        .notes
        .iter()
        .filter(|note| note.text.contains("WHAT WAS WRITTEN AFTER"));
    assert_eq!(loud.count(), if at_hand { all.len() } else { 0 });
    in_paused_time(async {
        let stage = Stage::set(&plan, &inventory, seed, level);
        let (as_backed_up, as_written): (Vec<_>, Vec<_>) = {
            let mut cloud = lock(&stage.simulated.cloud);
            let before: Vec<_> = all.iter().map(|one| held(&cloud, SOURCE, *one)).collect();
            write_to_all(&mut cloud);
            (before, all.iter().map(|one| held(&cloud, SOURCE, *one)).collect())
        };
        assert_ne!(as_backed_up, as_written);
        let mut journal = Journal::in_memory().expect("memory");
        stage.stamp(&mut journal).expect("a new journal can be stamped");
        let journal = carriage::shared(journal);
        let run = stage.begin(&journal).expect("a run");
        let by = "the test".to_owned();
        let end = stage
            .carry_on(&journal, run, Gatekeeper::Automatic { by })
            .await
            .map_err(|error| format!("{error:?}"));
        let events = journal.lock().expect("nobody panicked").load().expect("events");
        let mut wrong = stage.laws_broken(end.as_ref().ok(), &events);
        if end != Ok(RunEnd::Completed) {
            wrong.push(format!("it ended with {end:?}: {:?}", stops(&events)));
        }
        let cloud = lock(&stage.simulated.cloud);
        // Until its writes were stopped the application went on with them.
        let as_closed: Vec<_> = all.iter().map(|one| held(&cloud, SOURCE, *one)).collect();
        let wanted = if at_hand { &as_backed_up } else { &as_closed };
        for (one, wanted) in all.iter().zip(wanted) {
            let found = held(&cloud, TARGET, *one);
            let same = found.as_ref().map(|(content, _)| content) == wanted.as_ref().map(|(content, _)| content);
            let own = found
                .as_ref()
                .and_then(|(_, key)| key.as_deref())
                .is_some_and(|key| key.contains(TARGET));
            if found.is_none() || !same || !own {
                wrong.push(format!("{one:?} is {found:?}, and was {wanted:?}"));
            }
        }
        let members = cloud.rds.instances.iter().filter(|(at, instance)| {
            at.0.as_str() == TARGET && instance.member.is_some() && instance.status() == "available"
        });
        let one_each = all
            .iter()
            .filter(|one| matches!(one.kind, Kind::Provisioned | Kind::Serverless));
        let three_each = all.iter().filter(|one| one.kind == Kind::MultiAz);
        let wanted = one_each.count() + 3 * three_each.count();
        if members.clone().count() != wanted {
            wrong.push(format!("{} members, not {wanted}", members.count()));
        }
        wrong
    })
}

#[test]
fn every_kind_on_every_key_from_either_snapshot_arrives_on_every_night_or_is_refused_with_its_reason() {
    let everything = KINDS
        .into_iter()
        .flat_map(|kind| UNDER.into_iter().map(move |under| One { kind, under }));
    let (refused, moving): (Vec<One>, Vec<One>) =
        everything.partition(|one| one.kind != Kind::Instance && one.under == Under::AwsOwned);
    let (mut arrived, mut refusals) = (0, 0);
    for (n, snapshot) in ["", "snapshot = \"latest-automated\"\n"].into_iter().enumerate() {
        for (seed, level) in [(1, FaultLevel::None), (2, FaultLevel::Usual), (3, FaultLevel::Harsh)] {
            let seed = seed + 10 * u64::try_from(n).expect("two");
            let wrong = wrong_of(&moving, snapshot, seed, level);
            assert_eq!(wrong, Vec::<String>::new(), "{snapshot:?}, seed {seed}, {level:?}");
            arrived += moving.len();
            for one in &refused {
                let (plan, _) = planned(&[*one], snapshot);
                let blocks = blocks(&plan);
                assert!(
                    blocks.iter().any(|text| text.contains("a key that AWS owns (sse-rds)")),
                    "{one:?}: {blocks:?}"
                );
                refusals += 1;
            }
        }
    }
    assert_eq!(
        (arrived, refusals),
        (78, 18),
        "docs/database-traps.md tells these numbers"
    );
}

#[test]
fn a_snapshot_of_a_name_that_was_there_travels_as_a_copy_and_stays_as_it_was() {
    let all = [
        One {
            kind: Kind::Instance,
            under: Under::AwssKey,
        },
        One {
            kind: Kind::Instance,
            under: Under::OwnKey,
        },
    ];
    for one in all {
        let automated = {
            let (plan, inventory) = planned(&[one], "");
            in_paused_time(async {
                let stage = Stage::set(&plan, &inventory, 1, FaultLevel::None);
                let cloud = lock(&stage.simulated.cloud);
                let mut all = cloud.rds.snapshots.keys();
                all.find(|at| at.0.as_str() == SOURCE)
                    .expect("an automated snapshot")
                    .2
                    .clone()
            })
        };
        assert!(automated.starts_with("rds:"), "{automated}");
        let wrong = wrong_of(&[one], &format!("snapshot = \"{automated}\"\n"), 1, FaultLevel::None);
        assert_eq!(wrong, Vec::<String>::new(), "{one:?}");
    }
}
