//! What others do to zones after they were handed over, and to a parent outside of Route 53, and what the run makes of it.

use std::sync::Arc;

use cleave::carriage;
use cleave::rehearsal::Stage;
use engine::{Gatekeeper, Run, RunEnd};
use journal::{InboxItem, Journal};
use model::{AccountId, Event, Plan, Recorded, Region, State, StepId};
use serde_json::{Value, json};
use simcloud::cloud::{Caller, Cloud};
use simcloud::dispatch::lock;
use simcloud::dns::{change_registry, resolve};
use simcloud::faults::FaultLevel;
use whole_runs::night::{self, Disturbance, Scenario};
use whole_runs::zones::{CHILD_SERVERS, NAME, SOURCE, Shape, TARGET, scenario};

fn step(verb: &str) -> StepId {
    StepId::new(format!("zone/{NAME}/{verb}")).expect("an id")
}

/// The number of the event with which a step was proved right, on a quiet night.
fn proved(scenario: &Scenario, verb: &str) -> u64 {
    let night = night::carry_out(scenario, &Disturbance::default());
    assert_eq!(night.end, Ok(RunEnd::Completed), "{:?}", night.stops());
    let of_step = |recorded: &&Recorded| {
        matches!(recorded.event, Event::StepVerified { .. }) && recorded.event.step() == Some(&step(verb))
    };
    night.events.iter().find(of_step).expect("the plan has it").seq
}

/// A run in several lives, over one journal.
struct Watched {
    stage: Stage,
    folder: tempfile::TempDir,
}

impl Watched {
    /// Carries a plan out until it has so many events; absent: as far as it comes.
    async fn until(scenario: &Scenario, seq: Option<u64>) -> Self {
        let stage = Stage::set(&scenario.plan, &scenario.inventory, 1, FaultLevel::None);
        let folder = tempfile::tempdir().expect("a folder for the journal");
        let mut journal = Journal::create(&folder.path().join("migrations.db")).expect("a new journal");
        stage.stamp(&mut journal).expect("a new journal can be stamped");
        if let Some(seq) = seq {
            journal.fail_upon(seq);
        }
        let journal = carriage::shared(journal);
        let run = stage.begin(&journal).expect("a run");
        let _ = stage.carry_on(&journal, run, automatic()).await;
        Self { stage, folder }
    }

    fn journal(&self) -> Journal {
        Journal::open(&self.folder.path().join("migrations.db")).expect("what a crash leaves can be opened")
    }

    /// The command is typed again.
    async fn again(&self) -> Result<RunEnd, String> {
        let journal = carriage::shared(self.journal());
        let run = Run::resume(Arc::clone(&journal)).expect("it has begun");
        let end = self.stage.carry_on(&journal, run, automatic()).await;
        end.map_err(|error| format!("{error:?}"))
    }

    fn put(&self, item: &InboxItem) {
        self.journal().put_inbox(item).expect("it can be written");
    }

    fn retry(&self, verb: &str) {
        self.put(&InboxItem::Retry {
            step: step(verb),
            by: "the test".to_owned(),
            reason: "it is mended".to_owned(),
        });
    }

    fn undo(&self) {
        self.put(&InboxItem::Undo {
            by: "the test".to_owned(),
            reason: "not tonight".to_owned(),
            to: None,
        });
    }

    fn events(&self) -> Vec<Recorded> {
        self.journal().load().expect("events")
    }

    fn new_zone(&self) -> String {
        let state = State::fold(&self.events()).expect("events").expect("a run");
        let output = state.output(&step("create_zone")).expect("it is made");
        output["zone_id"].as_str().expect("an id").to_owned()
    }

    fn cloud<T>(&self, meddle: impl FnOnce(&mut Cloud) -> T) -> T {
        let mut cloud = lock(&self.stage.simulated.cloud);
        cloud.advance(self.stage.simulated.world.clock.now());
        meddle(&mut cloud)
    }

    /// The owner of a zone changes it.
    fn change(&self, account: &str, zone: &str, changes: &[Value]) {
        let input = json!({ "HostedZoneId": zone, "ChangeBatch": { "Changes": changes } });
        let changed = self.cloud(|cloud| cloud.call(&owner(account), "route53", "ChangeResourceRecordSets", &input));
        changed.expect("the owner may");
    }

    /// The sets of a zone at a name, as `TYPE value value`.
    fn sets(&self, account: &str, zone: &str, name: &str) -> Vec<String> {
        let input = json!({ "HostedZoneId": zone });
        let listed = self.cloud(|cloud| cloud.call(&owner(account), "route53", "ListResourceRecordSets", &input));
        let listed = listed.expect("the owner may");
        let sets = listed["ResourceRecordSets"].as_array().expect("sets").iter();
        let of_name = sets.filter(|set| set["Name"] == format!("{name}."));
        let shown = of_name.map(|set| {
            let values = set["ResourceRecords"].as_array().into_iter().flatten();
            let values: Vec<&str> = values.filter_map(|value| value["Value"].as_str()).collect();
            format!("{} {}", set["Type"].as_str().unwrap_or_default(), values.join(" "))
        });
        shown.collect()
    }

    /// Broken laws that do not speak of a name.
    fn broken_but_for(&self, end: &Result<RunEnd, String>, name: &str) -> Vec<String> {
        let broken = self.stage.laws_broken(end.as_ref().ok(), &self.events());
        broken.into_iter().filter(|law| !law.contains(name)).collect()
    }
}

fn automatic() -> Gatekeeper {
    Gatekeeper::Automatic {
        by: "the test".to_owned(),
    }
}

fn owner(account: &str) -> Caller {
    let account = AccountId::new(account).expect("an account");
    Caller {
        principal: format!("arn:aws:iam::{account}:root"),
        account,
        region: Region::new("ap-northeast-1").expect("a region"),
    }
}

fn set(action: &str, name: &str, kind: &str, ttl: u32, values: &[&str]) -> Value {
    let values: Vec<Value> = values.iter().map(|value| json!({ "Value": value })).collect();
    json!({ "Action": action, "ResourceRecordSet": { "Name": name, "Type": kind, "TTL": ttl, "ResourceRecords": values } })
}

fn api(action: &str) -> Value {
    set(
        action,
        &format!("api.{NAME}"),
        "A",
        60,
        &["198.51.100.21", "198.51.100.22"],
    )
}

#[test]
fn a_name_that_is_gone_from_the_new_zone_has_the_delegation_put_back_and_a_word_points_it_there_again() {
    let scenario = scenario(Shape::Delegated);
    let handed_over = proved(&scenario, "delegate");
    night::in_paused_time(async {
        let run = Watched::until(&scenario, Some(handed_over)).await;
        let new = run.new_zone();
        run.change(TARGET, &new, &[api("DELETE")]);
        let end = run.again().await;
        assert_eq!(end, Ok(RunEnd::NeedsOperator(vec![step("watch_answers")])));
        let stops = night::stops(&run.events());
        assert!(stops.iter().any(|stop| stop.contains("was put back")), "{stops:?}");
        let old = [format!("NS {} {}", CHILD_SERVERS[0], CHILD_SERVERS[1])];
        assert_eq!(run.sets(SOURCE, "ZPARENT", NAME), old);
        let answered = run.cloud(|cloud| resolve(cloud, &format!("api.{NAME}."), "A"));
        assert_eq!(answered.answers.len(), 2, "{answered:?}");
        assert_eq!(run.broken_but_for(&end, "api."), Vec::<String>::new());

        // Mended, and told so.
        run.change(TARGET, &new, &[api("CREATE")]);
        run.retry("watch_answers");
        let end = run.again().await;
        assert_eq!(end, Ok(RunEnd::Completed), "{:?}", night::stops(&run.events()));
        assert_ne!(run.sets(SOURCE, "ZPARENT", NAME), old);
        assert_eq!(run.broken_but_for(&end, "api."), Vec::<String>::new());
    });
}

/// Nobody but a person can put that delegation back.
#[test]
fn a_name_that_is_gone_behind_a_parent_outside_of_route_53_stops_the_run_with_what_to_do() {
    let scenario = scenario(Shape::Outside);
    let handed_over = proved(&scenario, "delegate");
    night::in_paused_time(async {
        let run = Watched::until(&scenario, Some(handed_over)).await;
        let new = run.new_zone();
        run.change(TARGET, &new, &[api("DELETE")]);
        let end = run.again().await;
        assert_eq!(end, Ok(RunEnd::NeedsOperator(vec![step("watch_answers")])));
        let stops = night::stops(&run.events());
        assert!(
            stops.iter().any(|stop| stop.contains("is gone from the new zone")),
            "{stops:?}"
        );
        run.change(TARGET, &new, &[api("CREATE")]);
        run.retry("watch_answers");
        let end = run.again().await;
        assert_eq!(end, Ok(RunEnd::Completed), "{:?}", night::stops(&run.events()));
        assert_eq!(run.broken_but_for(&end, "api."), Vec::<String>::new());
    });
}

#[test]
fn a_delegation_that_was_put_back_can_be_undone() {
    let scenario = scenario(Shape::CarvedElsewhere);
    let handed_over = proved(&scenario, "delegate");
    night::in_paused_time(async {
        let run = Watched::until(&scenario, Some(handed_over)).await;
        let new = run.new_zone();
        run.change(TARGET, &new, &[api("DELETE")]);
        let end = run.again().await;
        assert_eq!(end, Ok(RunEnd::NeedsOperator(vec![step("watch_answers")])));
        run.undo();
        let end = run.again().await;
        assert_eq!(end, Ok(RunEnd::Unwound), "{:?}", night::stops(&run.events()));
        assert_eq!(run.broken_but_for(&end, "api."), Vec::<String>::new());
    });
}

#[test]
fn what_was_written_only_to_the_new_zone_keeps_the_delegation_where_it_is() {
    let scenario = scenario(Shape::Delegated);
    let handed_over = proved(&scenario, "delegate");
    night::in_paused_time(async {
        let run = Watched::until(&scenario, Some(handed_over)).await;
        let new = run.new_zone();
        let fresh = set("CREATE", &format!("fresh.{NAME}"), "A", 60, &["192.0.2.50"]);
        run.change(TARGET, &new, &[api("DELETE"), fresh]);
        let end = run.again().await;
        assert_eq!(end, Ok(RunEnd::NeedsOperator(vec![step("watch_answers")])));
        let stops = night::stops(&run.events());
        assert!(
            stops.iter().any(|stop| stop.contains("fresh.stg.shop.example.com")),
            "{stops:?}"
        );
        let old = [format!("NS {} {}", CHILD_SERVERS[0], CHILD_SERVERS[1])];
        assert_ne!(run.sets(SOURCE, "ZPARENT", NAME), old);
    });
}

#[test]
fn what_is_written_to_the_new_zone_is_written_to_the_old_one_too_until_it_may_go() {
    for (shape, old) in [(Shape::Delegated, "ZCHILD"), (Shape::Carved, "ZPARENT")] {
        let scenario = scenario(shape);
        let watched = proved(&scenario, "watch_answers");
        night::in_paused_time(async {
            let run = Watched::until(&scenario, Some(watched)).await;
            let new = run.new_zone();
            let [changed, gone, became, fresh] =
                ["api", "_dmarc", "batch", "fresh"].map(|name| format!("{name}.{NAME}"));
            run.change(
                TARGET,
                &new,
                &[
                    set("UPSERT", &changed, "A", 60, &["192.0.2.60"]),
                    set("DELETE", &gone, "TXT", 300, &["\"v=DMARC1\""]),
                    set("DELETE", &became, "CNAME", 86_400, &["api.stg.shop.example.com"]),
                    set("CREATE", &became, "A", 60, &["192.0.2.61"]),
                    set("CREATE", &fresh, "A", 60, &["192.0.2.62"]),
                ],
            );
            let end = run.again().await;
            let stops = night::stops(&run.events());
            // Four of thirteen: a word is asked for.
            assert_eq!(
                end,
                Ok(RunEnd::NeedsOperator(vec![step("keep_equal")])),
                "{shape:?}: {stops:?}"
            );
            assert!(
                stops.iter().any(|stop| stop.contains("more than 30 %")),
                "{shape:?}: {stops:?}"
            );
            run.retry("keep_equal");
            let end = run.again().await;
            assert_eq!(
                end,
                Ok(RunEnd::Completed),
                "{shape:?}: {:?}",
                night::stops(&run.events())
            );
            let sets = |name: &str| run.sets(SOURCE, old, name);
            assert_eq!(sets(&changed), ["A 192.0.2.60"], "{shape:?}");
            assert_eq!(sets(&gone), Vec::<String>::new(), "{shape:?}");
            assert_eq!(sets(&became), ["A 192.0.2.61"], "{shape:?}");
            assert_eq!(sets(&fresh), ["A 192.0.2.62"], "{shape:?}");
            let mut broken = run.broken_but_for(&end, &gone);
            broken.retain(|law| !law.contains(&became));
            assert_eq!(broken, Vec::<String>::new(), "{shape:?}");
        });
    }
}

#[test]
fn what_is_written_to_the_old_zone_only_is_told_and_not_copied() {
    let scenario = scenario(Shape::Delegated);
    let watched = proved(&scenario, "watch_answers");
    night::in_paused_time(async {
        let run = Watched::until(&scenario, Some(watched)).await;
        let (new, fresh) = (run.new_zone(), format!("fresh.{NAME}"));
        let write = |account, zone: &str| run.change(account, zone, &[set("CREATE", &fresh, "A", 60, &["192.0.2.70"])]);
        write(SOURCE, "ZCHILD");
        let end = run.again().await;
        // Two days later nobody has looked.
        assert_eq!(end, Ok(RunEnd::NeedsOperator(vec![step("keep_equal")])));
        let alarmed = run.events().iter().any(|recorded| match &recorded.event {
            Event::AlarmChanged { alarm: Some(text), .. } => text.contains("somebody writes to the old zone ZCHILD"),
            _ => false,
        });
        assert!(alarmed);
        assert_eq!(run.sets(TARGET, &new, &fresh), Vec::<String>::new());
        write(TARGET, &new);
        run.retry("keep_equal");
        let end = run.again().await;
        assert_eq!(end, Ok(RunEnd::Completed), "{:?}", night::stops(&run.events()));
        assert_eq!(run.broken_but_for(&end, "fresh."), Vec::<String>::new());
    });
}

/// The plan of a zone whose parent is outside, and its step of one verb changed.
fn outside(verb: &str, change: impl FnOnce(&mut Value)) -> Scenario {
    let mut scenario = scenario(Shape::Outside);
    let place = |plan: &Plan| plan.steps.iter().position(|step| step.id.verb() == verb);
    let at = place(&scenario.plan).expect("the plan has it");
    change(&mut scenario.plan.steps[at].input);
    scenario
}

#[test]
fn a_parent_outside_of_route_53_that_delegates_another_zone_stops_the_run_before_anything_is_made() {
    let scenario = outside("check_parent", |input| {
        input["old_values"] = json!(["ns-7.awsdns-07.org", "ns-8.awsdns-08.co.uk"]);
    });
    let night = night::carry_out(&scenario, &Disturbance::default());
    assert_eq!(night.end, Ok(RunEnd::NeedsOperator(vec![step("check_parent")])));
    assert!(
        night.stops().iter().any(|stop| stop.contains("is not the one in use")),
        "{:?}",
        night.stops()
    );
    assert!(
        night.effects.keys().all(|what| what.contains("AssumeRole")),
        "{:?}",
        night.effects
    );
}

#[test]
fn somebody_who_delegates_to_strangers_outside_of_route_53_is_told_the_right_lines() {
    let scenario = scenario(Shape::Outside);
    let compared = proved(&scenario, "compare_late_changes");
    night::in_paused_time(async {
        let run = Watched::until(&scenario, Some(compared)).await;
        run.cloud(|cloud| change_registry(cloud, NAME, &["ns-1.stranger.example".to_owned()]));
        let end = run.again().await;
        assert_eq!(end, Ok(RunEnd::NeedsOperator(vec![step("delegate")])));
        let stops = night::stops(&run.events());
        assert!(
            stops.iter().any(|stop| stop.contains("ns-1.stranger.example")),
            "{stops:?}"
        );
        run.cloud(|cloud| change_registry(cloud, NAME, &CHILD_SERVERS.map(str::to_owned)));
        run.retry("delegate");
        let end = run.again().await;
        assert_eq!(end, Ok(RunEnd::Completed), "{:?}", night::stops(&run.events()));
    });
}

#[test]
fn a_delegation_outside_of_route_53_that_was_given_back_by_hand_is_waited_for_all_the_same() {
    let scenario = scenario(Shape::Outside);
    let watched = proved(&scenario, "watch_answers");
    night::in_paused_time(async {
        let run = Watched::until(&scenario, Some(watched)).await;
        let began = run.stage.simulated.world.clock.now();
        run.cloud(|cloud| change_registry(cloud, NAME, &CHILD_SERVERS.map(str::to_owned)));
        run.undo();
        let end = run.again().await;
        assert_eq!(end, Ok(RunEnd::Unwound), "{:?}", night::stops(&run.events()));
        // A registry's two days.
        let took = run.stage.simulated.world.clock.now().duration_since(began);
        assert!(took.as_secs() >= 172_800, "{took:?}");
        assert_eq!(run.broken_but_for(&end, "nothing"), Vec::<String>::new());
    });
}
