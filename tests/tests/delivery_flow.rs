//! The look at the delivery flow before things are cut over: what is open is waited for with an alarm, what was seen is the evidence of the gate, and who knows better leaves it out.

use std::sync::{Arc, LazyLock};

use cleave::carriage;
use cleave::rehearsal::Stage;
use engine::run::SharedJournal;
use engine::{Gatekeeper, Observed, Run, RunEnd};
use journal::{InboxItem, Journal};
use model::{AccountId, Event, Recorded, Region, StepId};
use serde_json::{Value, json};
use simcloud::cloud::{Caller, Cloud};
use simcloud::dispatch::lock;
use simcloud::faults::{Fate, FaultLevel, Nth, Trap};
use simcloud::services::iam;
use whole_runs::drivers::Driven;
use whole_runs::hostile;
use whole_runs::night::{self, Disturbance, Scenario};
use whole_runs::points::try_all;

const SOURCE: &str = "111111111111";
const TARGET: &str = "222222222222";
const NAME: &str = "stg.shop.example.com";
const HOST: &str = "token.actions.githubusercontent.com";
const LOOK: &str = "delivery/flow/look_before_go";

const RUNBOOK: &str = r#"
migration = "shop"
region = "ap-northeast-1"
source = { account = "111111111111", role = "cleave-source" }
target = { account = "222222222222", role = "cleave-target" }

[[gate]]
name = "go"
ask = "Does the service move now?"
before = ["zone"]

[[zone]]
name = "stg.shop.example.com"
parent = { zone = "shop.example.com", account = "source" }
equal_for = 0

[delivery]
ecr = ["shop-api"]
state = { old = "shop-tf", new = "shop-stg-tf" }
schedules = ["stg-*"]

[[delivery.oidc]]
role = "deploy"
repository = "example/shop"
"#;

fn role() -> Value {
    let trust = json!({ "Version": "2012-10-17", "Statement": [{
        "Effect": "Allow", "Action": "sts:AssumeRoleWithWebIdentity",
        "Principal": { "Federated": format!("arn:aws:iam::{TARGET}:oidc-provider/{HOST}") },
        "Condition": { "StringEquals": { format!("{HOST}:aud"): "sts.amazonaws.com" },
            "StringLike": { format!("{HOST}:sub"): ["repo:example/shop:*", "repo:example@*/shop@*:*"] } } }] });
    json!({ "RoleName": "deploy", "AssumeRolePolicyDocument": trust.to_string() })
}

/// Two accounts in which the flow is ready, but for the role where that is said; a rule still fires in the source.
pub(crate) fn scenario(with_role: bool) -> Scenario {
    Scenario::written(RUNBOOK, &inventory(with_role))
}

/// The same, where a service runs in the source, and something else than what moves is scheduled there.
pub(crate) fn deployed() -> Scenario {
    let mut inventory = inventory(true);
    let of_source = &mut inventory["accounts"][SOURCE]["regions"]["ap-northeast-1"]["deployed"];
    let image = format!("{SOURCE}.dkr.ecr.ap-northeast-1.amazonaws.com/shop-api:v1");
    of_source["task_definitions"] =
        json!([{ "family": "api", "containerDefinitions": [{ "name": "api", "memory": 128, "image": image }] }]);
    of_source["services"] =
        json!([{ "cluster": "shop", "serviceName": "api", "taskDefinition": "api:1", "desiredCount": 1 }]);
    of_source["schedules"] = json!([{ "Name": "prod-nightly", "GroupName": "prod", "ScheduleExpression": "cron(0 3 * * ? *)", "State": "ENABLED",
        "FlexibleTimeWindow": { "Mode": "OFF" },
        "Target": { "Arn": "arn:aws:lambda:ap-northeast-1:111111111111:function:f", "RoleArn": "arn:aws:iam::111111111111:role/f" } }]);
    Scenario::written(RUNBOOK, &inventory)
}

fn inventory(with_role: bool) -> Value {
    let entered = |name: &str| json!({ name: { "trusts": ["333333333333"] } });
    let ns = |ttl: u32| json!({ "name": NAME, "type": "NS", "ttl": ttl, "values": ["ns-3.awsdns-03.com.", "ns-4.awsdns-04.net."] });
    let zones = json!([
        { "id": "ZCHILD", "name": NAME, "name_servers": ["ns-3.awsdns-03.com.", "ns-4.awsdns-04.net."], "records": [
            ns(60), { "name": format!("api.{NAME}"), "type": "A", "ttl": 60, "values": ["198.51.100.21"] }] },
        { "id": "ZPARENT", "name": "shop.example.com", "name_servers": ["ns-1.awsdns-01.com."], "records": [ns(60)] },
    ]);
    let manifest = json!({ "schemaVersion": 2, "mediaType": "application/vnd.oci.image.manifest.v1+json" }).to_string();
    let images = json!({
        "repositories": [{ "repositoryName": "shop-api" }],
        "container_images": [{ "repositoryName": "shop-api", "imageTag": "v1", "imageManifest": manifest }],
    });
    let mut of_source = images.clone();
    of_source["rules"] = json!([{ "Name": "stg-hourly", "ScheduleExpression": "rate(1 hour)", "State": "ENABLED" }]);
    of_source["rule_targets"] = json!([{ "Rule": "stg-hourly", "Targets": [{ "Id": "1", "Arn": "arn:aws:sqs:ap-northeast-1:111111111111:jobs" }] }]);
    let provider = json!({ "Url": format!("https://{HOST}"), "ClientIDList": ["sts.amazonaws.com"] });
    let roles: Vec<Value> = with_role.then(role).into_iter().collect();
    json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": {
        SOURCE: { "roles": entered("cleave-source"), "zones": zones, "regions": { "ap-northeast-1": { "deployed": of_source } } },
        TARGET: { "roles": entered("cleave-target"), "identities": { "oidc_providers": [provider], "roles": roles },
            "regions": { "ap-northeast-1": { "deployed": images, "buckets": [{ "name": "shop-stg-tf" }] } } } } })
}

/// What the person at the gate was shown.
fn shown(events: &[Recorded]) -> Option<String> {
    events.iter().find_map(|recorded| match &recorded.event {
        Event::GateAsked { gate, evidence } if gate.as_str() == "go" => Some(evidence.clone()),
        _ => None,
    })
}

/// The alarms of the look, as they came up and went.
fn alarms(events: &[Recorded]) -> Vec<Option<String>> {
    let of_look = events.iter().filter_map(|recorded| match &recorded.event {
        Event::AlarmChanged { step, alarm } if step.as_str() == LOOK => Some(alarm.clone()),
        _ => None,
    });
    of_look.collect()
}

static READY: LazyLock<Driven> =
    LazyLock::new(|| Driven::new(scenario(true), &["CreateHostedZone"], &["ChangeTagsForResource"]));

#[test]
fn what_is_ready_is_the_gates_evidence_and_what_still_fires_is_told_in_it() {
    let evidence = shown(READY.events()).expect("the gate is asked");
    for words in [
        &format!("{LOOK}: ready at 2026-"),
        &format!("identity provider {HOST}, role deploy, repository shop-api, bucket shop-stg-tf"),
        "STILL FIRES IN THE SOURCE",
        "rule stg-hourly: fires rate(1 hour)",
    ] {
        assert!(evidence.contains(words), "{words}: {evidence}");
    }
    assert_eq!(alarms(READY.events()), [], "what is ready raises none");
}

#[test]
fn a_look_survives_crashes_and_lost_replies_and_leaves_nothing_to_take_back() {
    READY.crashes(12);
    READY.calls(12);
    READY.undos(12);
}

#[test]
fn a_second_process_finds_the_look_done_and_another_look_sees_the_same() {
    let second = night::carry_out_twice(&scenario(true));
    assert_eq!((second.events, second.changes), (0, Vec::<String>::new()));
    let again = second.looks.iter().find(|(step, _)| step.as_str() == LOOK);
    let (_, again) = again.expect("it is looked at");
    assert!(matches!(again, Ok(Observed::Present(_))), "{again:?}");
}

#[test]
#[ignore = "every point; the other tests try a sample of them"]
fn a_look_survives_every_point() {
    READY.crashes(usize::MAX);
    READY.calls(usize::MAX);
    READY.undos(usize::MAX);
}

#[test]
fn whole_nights_end_with_the_zone_handed_over_behind_the_look() {
    try_all(
        &night::quiet_and_harsh(6),
        |night| format!("{night:?}"),
        |(seed, level)| night::whole(&scenario(true), *seed, *level, |_, _| Vec::new()),
    );
    let ended = hostile::nights(&scenario(true), 1..=6);
    assert_eq!(ended.wrong, Vec::<String>::new(), "{ended:?}");
}

/// A permission that is missing for a moment, as after a policy was attached: an alarm, and then it goes on by itself.
#[test]
fn what_is_made_right_while_it_is_waited_for_lets_the_run_go_on_by_itself() {
    let night = READY.carry_out(&Disturbance {
        traps: vec![
            Trap {
                nth: Nth::Operation("GetRole".to_owned(), 1),
                what: Fate::Denied,
            },
            Trap {
                nth: Nth::Operation("GetRole".to_owned(), 2),
                what: Fate::Denied,
            },
        ],
        ..Disturbance::default()
    });
    assert_eq!(night.end, Ok(RunEnd::Completed), "{:?}", night.stops());
    assert_eq!(night.sprung, 2);
    let alarms = alarms(&night.events);
    assert_eq!(alarms.len(), 2, "{alarms:?}");
    let up = alarms[0].as_deref().expect("it comes up");
    assert!(
        up.contains("role deploy: the role of account 222222222222 lacks iam:GetRole"),
        "{up}"
    );
    assert_eq!(alarms[1], None, "and is over");
}

fn make_role(cloud: &mut Cloud) {
    let account = AccountId::new(TARGET).expect("an account");
    let caller = Caller::root(&account, &Region::new("ap-northeast-1").expect("a region"));
    iam::handle(cloud, &caller, "CreateRole", &role()).expect("the target's Terraform may make it");
}

async fn carried_on(stage: &Stage, journal: &SharedJournal, first: bool) -> Result<RunEnd, String> {
    let run = match first {
        true => stage.begin(journal),
        false => Run::resume(Arc::clone(journal)),
    };
    let automatic = Gatekeeper::Automatic {
        by: "the test".to_owned(),
    };
    let end = stage.carry_on(journal, run.expect("a run"), automatic).await;
    end.map_err(|error| error.to_string())
}

/// Nobody makes the role. After a quarter of an hour a person is asked, and does `then`; what the journal says at the end.
fn unready(then: impl Fn(&mut Cloud), wish: impl Fn(StepId) -> InboxItem) -> Vec<Recorded> {
    let Scenario { plan, inventory } = scenario(false);
    night::in_paused_time(async {
        let stage = Stage::set(&plan, &inventory, 1, FaultLevel::None);
        let mut journal = Journal::in_memory().expect("memory");
        stage.stamp(&mut journal).expect("a new journal can be stamped");
        let journal = carriage::shared(journal);
        let look = StepId::new(LOOK).expect("an id");
        let events = || journal.lock().expect("nobody panicked").load().expect("events");
        let end = carried_on(&stage, &journal, true).await;
        assert_eq!(end, Ok(RunEnd::NeedsOperator(vec![look.clone()])));
        assert_eq!(
            shown(&events()),
            None,
            "nobody is asked to agree while the flow is not ready"
        );
        let changed = events()
            .iter()
            .any(|recorded| recorded.event.step().is_some_and(|step| step.verb() == "delegate"));
        assert!(!changed, "nothing is handed over");
        let alarms = alarms(&events());
        let up = alarms[0].as_deref().expect("it comes up");
        assert!(
            up.contains("role deploy: account 222222222222 has no such role (Apply the Terraform that makes it"),
            "{up}"
        );
        then(&mut lock(&stage.simulated.cloud));
        let put = |item: &InboxItem| {
            journal
                .lock()
                .expect("nobody panicked")
                .put_inbox(item)
                .expect("it can be written")
        };
        put(&wish(look));
        let end = carried_on(&stage, &journal, false).await;
        assert_eq!(end, Ok(RunEnd::Completed), "{:?}", night::stops(&events()));
        assert_eq!(
            stage.laws_broken(Some(&RunEnd::Completed), &events()),
            Vec::<String>::new()
        );
        events()
    })
}

#[test]
fn after_a_while_a_person_is_asked_and_has_it_looked_at_again() {
    let events = unready(make_role, |step| InboxItem::Retry {
        step,
        by: "the test".to_owned(),
        reason: "the role is there".to_owned(),
    });
    let evidence = shown(&events).expect("the gate is asked");
    assert!(
        evidence.contains("role deploy") && evidence.contains("ready at"),
        "{evidence}"
    );
    let stopped = events.iter().find_map(|recorded| match &recorded.event {
        Event::StepStopped { advice, .. } => Some(advice.clone()),
        _ => None,
    });
    let advice = stopped.expect("it stopped");
    assert!(advice.contains(&format!("cleave skip {LOOK}")), "{advice}");
}

#[test]
fn who_knows_better_leaves_the_look_out_and_the_gate_says_what_was_open() {
    let events = unready(
        |_| {},
        |step| InboxItem::Skip {
            step,
            by: "the test".to_owned(),
            reason: "the first deploy comes by hand".to_owned(),
        },
    );
    let evidence = shown(&events).expect("the gate is asked");
    assert!(
        evidence.contains("skipped") && evidence.contains("account 222222222222 has no such role"),
        "{evidence}"
    );
}
