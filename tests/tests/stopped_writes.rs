//! Databases whose writes are stopped before their snapshot: nothing that was written is missing in the target, whoever stays connected; and who
//! could connect before can again once the run is taken back.

use std::sync::LazyLock;

use cleave::carriage;
use cleave::rehearsal::Stage;
use engine::{Gatekeeper, RunEnd};
use journal::Journal;
use model::plan::Weight;
use model::{Event, Inventory, Plan};
use serde_json::json;
use simcloud::cloud::Cloud;
use simcloud::dispatch::lock;
use simcloud::faults::FaultLevel;
use whole_runs::drivers::Driven;
use whole_runs::night::{Scenario, in_paused_time, stops};

const SOURCE: &str = "111111111111";
const TARGET: &str = "222222222222";
const KEY: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";

fn planned(stop_writes: &str, gate: bool) -> (Plan, Inventory) {
    planned_with(stop_writes, gate, "", "")
}

/// The same with more of its own, and more sections.
fn planned_with(stop_writes: &str, gate: bool, more: &str, sections: &str) -> (Plan, Inventory) {
    let gate = if gate {
        "[[gate]]\nname = \"stopped\"\nask = \"Is the shop stopped?\"\nbefore = [\"database\"]\n"
    } else {
        ""
    };
    let runbook = format!(
        "migration = \"shop\"\nregion = \"ap-northeast-1\"\n\
         source = {{ account = \"{SOURCE}\", role = \"cleave-source\" }}\n\
         target = {{ account = \"{TARGET}\", role = \"cleave-target\" }}\n\
         [[key]]\nalias = \"alias/shop\"\n{gate}\
         [[database]]\nid = \"shop\"\nstop_writes = \"{stop_writes}\"\n{more}\n\
         restore = {{ subnet_group = \"shop\", security_groups = [\"sg-new\"] }}\n{sections}"
    );
    let role = json!({ "trusts": ["333333333333"] });
    let database = json!({
        "id": "shop", "engine": "postgres", "engine_version": "16.4", "storage_gib": 20, "storage_type": "gp3", "class": "db.t4g.medium",
        "parameter_group": "default.postgres16", "port": 5432, "subnet_group": "everything", "security_groups": ["sg-b", "sg-a"],
        "encrypted": true, "key": KEY,
    });
    let inventory = json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": {
        SOURCE: { "roles": { "cleave-source": role }, "regions": { "ap-northeast-1": {
            "keys": [{ "id": KEY, "aliases": ["alias/shop"] }], "databases": [database], "security_groups": ["sg-a", "sg-b"],
            "subnet_groups": { "everything": { "vpc": "vpc-old", "subnets": ["subnet-1", "subnet-2"] } } } } },
        TARGET: { "roles": { "cleave-target": role }, "regions": { "ap-northeast-1": {
            "security_groups": ["sg-new"], "subnet_groups": { "shop": { "vpc": "vpc-new", "subnets": ["subnet-3", "subnet-4"] } } } } } } });
    let inventory = Inventory::parse(&inventory.to_string()).expect("an inventory");
    let runbook = moves::Runbook::parse(&runbook).expect("a runbook");
    (moves::plan(&runbook, &inventory), inventory)
}

struct Ended {
    end: RunEnd,
    stops: Vec<String>,
    broken: Vec<String>,
    alarms: Vec<String>,
    evidence: Vec<String>,
    /// The security groups of the source's database.
    groups: Vec<String>,
}

fn carry_out(
    (plan, inventory): &(Plan, Inventory),
    seed: u64,
    level: FaultLevel,
    prepare: impl Fn(&mut Cloud),
) -> Ended {
    in_paused_time(async {
        let stage = Stage::set(plan, inventory, seed, level);
        prepare(&mut lock(&stage.simulated.cloud));
        let mut journal = Journal::in_memory().expect("memory");
        stage.stamp(&mut journal).expect("a new journal can be stamped");
        let journal = carriage::shared(journal);
        let run = stage.begin(&journal).expect("a run");
        let gatekeeper = Gatekeeper::Automatic {
            by: "the test".to_owned(),
        };
        let end = stage.carry_on(&journal, run, gatekeeper).await.expect("an end");
        let events = journal.lock().expect("nobody panicked").load().expect("events");
        let broken = stage.laws_broken(Some(&end), &events);
        let alarms = events.iter().filter_map(|recorded| match &recorded.event {
            Event::AlarmChanged { alarm, .. } => alarm.clone(),
            _ => None,
        });
        let evidence = events.iter().filter_map(|recorded| match &recorded.event {
            Event::StepVerified { evidence, .. } => Some(evidence.clone()),
            _ => None,
        });
        let cloud = lock(&stage.simulated.cloud);
        let database = cloud.rds.instances.iter().find(|(place, _)| place.0.as_str() == SOURCE);
        Ended {
            stops: stops(&events),
            broken,
            alarms: alarms.collect(),
            evidence: evidence.collect(),
            groups: database.map(|(_, one)| one.security_groups.clone()).unwrap_or_default(),
            end,
        }
    })
}

#[test]
fn what_was_written_before_access_was_blocked_is_in_the_target_on_harsh_nights() {
    let planned = planned("block", false);
    for seed in 1..=25 {
        let ended = carry_out(&planned, seed, FaultLevel::Harsh, |_| ());
        assert_eq!(ended.end, RunEnd::Completed, "seed {seed}: {:?}", ended.stops);
        assert_eq!(ended.broken, Vec::<String>::new(), "seed {seed}");
        // The old database stays closed.
        assert!(
            matches!(ended.groups.as_slice(), [only] if only != "sg-a" && only != "sg-b"),
            "{:?}",
            ended.groups
        );
    }
}

#[test]
fn who_only_takes_a_snapshot_loses_what_is_written_after_it() {
    // The law itself, with the guard taken out: otherwise the nights above would prove nothing.
    let planned = planned("no", false);
    let lost = (1..=25).filter(|seed| {
        let ended = carry_out(&planned, *seed, FaultLevel::Harsh, |cloud| {
            cloud.laws.to_be_whole(false, "shop")
        });
        assert_eq!(ended.end, RunEnd::Completed, "seed {seed}: {:?}", ended.stops);
        ended
            .broken
            .iter()
            .any(|law| law.contains("what was written to shop after its snapshot"))
    });
    assert!(lost.count() >= 20);
}

/// Hostile nights on which somebody stays connected and nothing else goes wrong that stops a run before that shows.
fn nights_with_somebody_who_stays(planned: &(Plan, Inventory)) -> Vec<u64> {
    let stays = |seed: &u64| {
        let ended = carry_out(planned, *seed, FaultLevel::Hostile, |_| ());
        ended
            .stops
            .iter()
            .any(|stop| stop.contains("prove_quiet") && stop.contains("connected to shop"))
    };
    (1..=20).filter(stays).collect()
}

#[test]
fn who_stays_connected_stops_the_run_before_the_snapshot_and_is_told_of() {
    let planned = planned("block", false);
    let nights = nights_with_somebody_who_stays(&planned);
    assert!(
        nights.len() >= 3,
        "{nights:?} {:?}",
        (1..=20)
            .map(|seed| carry_out(&planned, seed, FaultLevel::Hostile, |_| ()).stops)
            .collect::<Vec<_>>()
    );
    for seed in nights {
        let ended = carry_out(&planned, seed, FaultLevel::Hostile, |_| ());
        assert!(
            matches!(ended.end, RunEnd::NeedsOperator(_)),
            "seed {seed}: {:?}",
            ended.end
        );
        assert_eq!(ended.broken, Vec::<String>::new(), "seed {seed}");
        assert!(
            ended
                .alarms
                .iter()
                .any(|alarm| alarm.contains("connected to shop") && alarm.contains("reboot-db-instance")),
            "seed {seed}: {:?}",
            ended.alarms
        );
        assert!(
            !ended.evidence.iter().any(|line| line.contains("snapshot")),
            "seed {seed}: {:?}",
            ended.evidence
        );
    }
}

#[test]
fn a_reboot_ends_the_connections_that_do_not_end_by_themselves() {
    let nights = nights_with_somebody_who_stays(&planned("block", false));
    let planned = planned("block-and-reboot", false);
    for seed in nights {
        let ended = carry_out(&planned, seed, FaultLevel::Hostile, |_| ());
        assert!(
            !ended.stops.iter().any(|stop| stop.contains("prove_quiet")),
            "seed {seed}: {:?}",
            ended.stops
        );
        assert!(
            ended
                .evidence
                .iter()
                .any(|line| line.contains("nobody has been connected")),
            "seed {seed}"
        );
        assert_eq!(ended.broken, Vec::<String>::new(), "seed {seed}");
    }
}

#[test]
fn with_a_gate_people_stop_the_service_and_its_security_groups_are_left_alone() {
    let with_gate = planned("gate", true);
    for (seed, level) in [(1, FaultLevel::None), (2, FaultLevel::Harsh), (3, FaultLevel::Harsh)] {
        let ended = carry_out(&with_gate, seed, level, |_| ());
        assert_eq!(ended.end, RunEnd::Completed, "seed {seed}: {:?}", ended.stops);
        assert_eq!(ended.broken, Vec::<String>::new(), "seed {seed}");
        assert_eq!(ended.groups, ["sg-b", "sg-a"], "seed {seed}");
    }
    let (without, _) = planned("gate", false);
    let blocks = without.notes.iter().filter(|note| note.weight == Weight::Blocks);
    assert!(
        blocks
            .map(|note| note.text.as_str())
            .any(|text| text.contains("no [[gate]] or [[hook]] stands before it"))
    );
}

#[test]
fn whoever_connects_between_the_proof_and_the_snapshot_stops_the_restore() {
    let planned = planned("gate", true);
    // Somebody starts the service again right after the proof: the gate's approval stops it, and here it is started anew once it is quiet.
    let ended = in_paused_time(async {
        let (plan, inventory) = &planned;
        let stage = Stage::set(plan, inventory, 1, FaultLevel::None);
        let mut journal = Journal::in_memory().expect("memory");
        stage.stamp(&mut journal).expect("a new journal can be stamped");
        let journal = carriage::shared(journal);
        let run = stage.begin(&journal).expect("a run");
        let gatekeeper = Gatekeeper::Automatic {
            by: "the test".to_owned(),
        };
        let proved = |events: &[model::Recorded]| {
            events.iter().any(
                |recorded| matches!(&recorded.event, Event::StepVerified { step, .. } if step.verb() == "prove_quiet"),
            )
        };
        let comes_back = async {
            let clock = &stage.simulated.world.clock;
            let deadline = clock.after(std::time::Duration::from_secs(7200));
            while clock.now() < deadline && !proved(&journal.lock().expect("nobody panicked").load().expect("events")) {
                clock.sleep_until(clock.after(std::time::Duration::from_secs(1))).await;
            }
            simcloud::services::rds::clients::start(
                &mut lock(&stage.simulated.cloud),
                false,
                &model::AccountId::new(SOURCE).expect("an account"),
                "shop",
            );
        };
        let (end, ()) = tokio::join!(stage.carry_on(&journal, run, gatekeeper), comes_back);
        let events = journal.lock().expect("nobody panicked").load().expect("events");
        (end.expect("an end"), stops(&events))
    });
    assert!(matches!(ended.0, RunEnd::NeedsOperator(_)), "{ended:?}");
    assert!(
        ended
            .1
            .iter()
            .any(|stop| stop.contains("prove_unwritten") && stop.contains("before the snapshot")),
        "{ended:?}"
    );
}

#[test]
fn a_check_that_fails_stops_the_run_and_keeps_what_travelled() {
    let with_check = |exit: u32| {
        let more = format!(
            "warm = {{ run = [\"./warm.sh\"], timeout = \"8h\", rehearse = {{ takes = \"1h\" }} }}\ncheck = {{ run = [\"./check.sh\"], rehearse = {{ exit = {exit} }} }}"
        );
        carry_out(&planned_with("block", false, &more, ""), 1, FaultLevel::None, |_| ())
    };
    let failed = with_check(3);
    assert!(matches!(failed.end, RunEnd::NeedsOperator(_)), "{:?}", failed.end);
    assert!(
        failed
            .stops
            .iter()
            .any(|stop| stop.contains("./check.sh") && stop.contains("exit code 3")),
        "{:?}",
        failed.stops
    );
    assert!(
        !failed
            .evidence
            .iter()
            .any(|line| line.contains("does not exist any more")),
        "{:?}",
        failed.evidence
    );
    let passed = with_check(0);
    assert_eq!(passed.end, RunEnd::Completed, "{:?}", passed.stops);
    assert_eq!(passed.broken, Vec::<String>::new());
    let asked = |line: &String| line.contains("connected at most in the last ten minutes");
    assert!(passed.evidence.iter().any(asked), "{:?}", passed.evidence);
    assert!(
        passed
            .evidence
            .iter()
            .any(|line| line.contains("./check.sh ended with exit code 0"))
    );
}

#[test]
fn a_command_is_told_the_facts_and_that_it_runs_for_the_first_time() {
    let (plan, inventory) = planned_with("block", false, "check = { run = [\"./check.sh\"] }", "");
    let told = in_paused_time(async {
        let mut stage = Stage::set(&plan, &inventory, 1, FaultLevel::None);
        let told = std::rc::Rc::new(std::cell::RefCell::new(Vec::new()));
        let heard = std::rc::Rc::clone(&told);
        stage.simulated.world.hooks = std::rc::Rc::new(move |call| {
            heard.borrow_mut().push((call.env["CLEAVE_REPEAT"].clone(), call.stdin));
            let answer = moves::HookAnswer {
                exit: Some(0),
                output: String::new(),
            };
            Box::pin(async move { Ok(answer) })
        });
        let mut journal = Journal::in_memory().expect("memory");
        stage.stamp(&mut journal).expect("a new journal can be stamped");
        let journal = carriage::shared(journal);
        let run = stage.begin(&journal).expect("a run");
        let by = "the test".to_owned();
        let end = stage.carry_on(&journal, run, Gatekeeper::Automatic { by }).await;
        assert_eq!(end.expect("an end"), RunEnd::Completed);
        told.take()
    });
    let [(repeat, facts)] = told.as_slice() else {
        panic!("it ran {} times", told.len())
    };
    assert_eq!(repeat, "0");
    let facts: serde_json::Value = serde_json::from_str(facts).expect("JSON");
    assert_eq!((&facts["repeat"], &facts["source"]), (&json!(false), &json!(SOURCE)));
    assert!(
        facts["facts"]["database"]["host"]
            .as_str()
            .is_some_and(|host| host.starts_with("shop.")),
        "{facts}"
    );
}

/// Access is blocked, with commands of the team's own before and behind.
pub(crate) fn hooked() -> Scenario {
    let more = "warm = { run = [\"./warm.sh\"] }\ncheck = { run = [\"./check.sh\"] }";
    let hook = "[[hook]]\nname = \"stop\"\nrun = [\"./stop.sh\"]\nundo = [\"./start.sh\"]\nbefore = [\"database\"]\n";
    let (plan, inventory) = planned_with("block", false, more, hook);
    Scenario { plan, inventory }
}

static HOOKED: LazyLock<Driven> = LazyLock::new(|| Driven::new(hooked(), &["RestoreDBInstanceFromDBSnapshot"], &[]));

#[test]
fn a_run_with_commands_of_the_teams_own_survives_crashes_and_can_be_taken_back() {
    HOOKED.crashes(12);
    HOOKED.undos(12);
}

/// Access is blocked, and the connections that do not end by themselves are ended.
pub(crate) fn rebooted() -> Scenario {
    let (plan, inventory) = planned("block-and-reboot", false);
    Scenario { plan, inventory }
}

static DRIVEN: LazyLock<Driven> = LazyLock::new(|| {
    let making = [
        "CreateSecurityGroup",
        "ModifyDBInstance",
        "RebootDBInstance",
        "CreateDBSnapshot",
    ];
    Driven::new(rebooted(), &making, &["RebootDBInstance"])
});

#[test]
fn stopping_writes_survives_a_crash_after_any_event() {
    DRIVEN.crashes(12);
}

#[test]
fn stopping_writes_survives_the_loss_of_any_reply_and_the_refusal_of_any_call() {
    DRIVEN.calls(12);
}

#[test]
fn stopping_writes_can_be_taken_back_from_any_point() {
    DRIVEN.undos(12);
}

#[test]
#[ignore = "all points: minutes"]
fn stopping_writes_survives_every_point() {
    DRIVEN.crashes(usize::MAX);
    DRIVEN.calls(usize::MAX);
    DRIVEN.undos(usize::MAX);
}
