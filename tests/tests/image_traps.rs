//! What others ran into with images, instances and volumes, one test for each line of `docs/image-traps.md`, named for its number.

use cleave::carriage;
use cleave::rehearsal::Stage;
use engine::{Gatekeeper, RunEnd};
use journal::{InboxItem, Journal};
use model::plan::Weight;
use model::{AccountId, FailureClass, Inventory, Plan, Region, State};
use serde_json::{Value, json};
use simcloud::cloud::{Caller, Cloud};
use simcloud::dispatch::lock;
use simcloud::faults::FaultLevel;
use simcloud::services::kms;
use whole_runs::night::{Scenario, in_paused_time, stops};

const SOURCE: &str = "111111111111";
const TARGET: &str = "222222222222";
const KEY: &str = "1234abcd-12ab-34cd-56ef-1234567890ab";
const OWN: Option<&str> = Some("alias/shop");
const AWSS: Option<&str> = Some("alias/aws/ebs");

fn image(name: &str, keys: &[Option<&str>], more: &Value) -> Value {
    let snapshots: Vec<Value> = keys
        .iter()
        .enumerate()
        .map(|(n, key)| {
            let id = format!("snap-{name}-{n}");
            json!({ "id": id, "device": format!("/dev/sd{n}"), "size_gib": 8, "encrypted": key.is_some(), "key": key })
        })
        .collect();
    let mut image =
        json!({ "id": format!("ami-{name}"), "name": name, "architecture": "arm64", "snapshots": snapshots });
    for (member, value) in more.as_object().into_iter().flatten() {
        image[member] = value.clone();
    }
    image
}

fn planned(contents: &Value, target: &Value, sections: &str) -> (Plan, Inventory) {
    let role = |name: &str| json!({ name: { "trusts": ["333333333333"] } });
    let mut source = json!({ "keys": [{ "id": KEY, "aliases": ["alias/shop"] }] });
    for (member, value) in contents.as_object().into_iter().flatten() {
        source[member] = value.clone();
    }
    let inventory = json!({ "format": 1, "observed_at": "2026-11-22T13:00:00Z", "accounts": {
        SOURCE: { "roles": role("cleave-source"), "regions": { "ap-northeast-1": source } },
        TARGET: { "roles": role("cleave-target"), "regions": { "ap-northeast-1": target } } } });
    let inventory = Inventory::parse(&inventory.to_string()).expect("an inventory");
    let head = "migration = \"shop\"\nregion = \"ap-northeast-1\"\n\
                source = { account = \"111111111111\", role = \"cleave-source\" }\n\
                target = { account = \"222222222222\", role = \"cleave-target\" }\n[[key]]\nalias = \"alias/shop\"\n";
    let runbook = moves::Runbook::parse(&format!("{head}{sections}")).expect("a runbook");
    (moves::plan(&runbook, &inventory), inventory)
}

fn somebody_of_the_source() -> Caller {
    let (account, region) = (AccountId::new(SOURCE), Region::new("ap-northeast-1"));
    Caller::root(&account.expect("an account"), &region.expect("a region"))
}

/// The plan of all these images.
fn of_images(images: &[Value]) -> (Plan, Inventory) {
    planned(&json!({ "images": images }), &json!({}), "[[image]]\nname = \"*\"\n")
}

fn texts(plan: &Plan, weight: Weight) -> Vec<&str> {
    let notes = plan.notes.iter().filter(|note| note.weight == weight);
    notes.map(|note| note.text.as_str()).collect()
}

#[track_caller]
fn says(plan: &Plan, weight: Weight, wanted: &str) {
    let texts = texts(plan, weight);
    assert!(texts.iter().any(|text| text.contains(wanted)), "{wanted}: {texts:?}");
}

/// What is left of one run.
struct Night {
    end: Result<RunEnd, String>,
    stops: Vec<String>,
    broken: Vec<String>,
    left: Vec<String>,
}

impl Night {
    #[track_caller]
    fn completed(&self) {
        assert_eq!(self.end, Ok(RunEnd::Completed), "{:?}", self.stops);
        assert_eq!(self.broken, Vec::<String>::new());
    }
}

/// Carries a plan out in accounts that were prepared, with somebody else about who does something at each look, and takes it back if it stopped.
fn carry_out(
    scenario: &Scenario,
    prepare: impl FnOnce(&mut Cloud),
    mut somebody: impl FnMut(&mut Cloud),
    look: impl FnOnce(&Cloud),
) -> (Night, Option<RunEnd>) {
    in_paused_time(async {
        let stage = Stage::set(&scenario.plan, &scenario.inventory, 1, FaultLevel::None);
        prepare(&mut lock(&stage.simulated.cloud));
        let mut journal = Journal::in_memory().expect("memory");
        stage.stamp(&mut journal).expect("a new journal can be stamped");
        let journal = carriage::shared(journal);
        let run = stage.begin(&journal).expect("a run");
        let gatekeeper = || Gatekeeper::Automatic {
            by: "the test".to_owned(),
        };
        let clock = &stage.simulated.world.clock;
        let about = async {
            loop {
                somebody(&mut lock(&stage.simulated.cloud));
                clock
                    .sleep_until(clock.after(std::time::Duration::from_millis(200)))
                    .await;
            }
        };
        let end = tokio::select! {
            end = stage.carry_on(&journal, run, gatekeeper()) => end,
            () = about => unreachable!("it never ends"),
        };
        let end = end.map_err(|error| format!("{error:?}"));
        let events = journal.lock().expect("nobody panicked").load().expect("events");
        let state = State::fold(&events).expect("events").expect("a run");
        let night = Night {
            stops: stops(&events),
            broken: stage.laws_broken(end.as_ref().ok(), &events),
            left: state.left_out().into_iter().map(|(_, what)| what.to_owned()).collect(),
            end,
        };
        look(&lock(&stage.simulated.cloud));
        let mut taken_back = None;
        if matches!(night.end, Ok(RunEnd::NeedsOperator(_))) {
            let undo = InboxItem::Undo {
                by: "the test".to_owned(),
                reason: "it stopped".to_owned(),
                to: None,
            };
            let wish = journal.lock().expect("nobody panicked").put_inbox(&undo);
            wish.expect("the inbox takes a wish");
            let run = engine::Run::resume(std::sync::Arc::clone(&journal)).expect("the run");
            let end = stage
                .carry_on(&journal, run, gatekeeper())
                .await
                .expect("it is taken back");
            let events = journal.lock().expect("nobody panicked").load().expect("events");
            assert_eq!(
                stage.laws_broken(Some(&end), &events),
                Vec::<String>::new(),
                "after taking back"
            );
            taken_back = Some(end);
        }
        (night, taken_back)
    })
}

fn whole(scenario: &Scenario) -> Night {
    carry_out(scenario, |_| {}, |_| {}, |_| {}).0
}

fn scenario((plan, inventory): (Plan, Inventory)) -> Scenario {
    assert_eq!(texts(&plan, Weight::Blocks), Vec::<&str>::new());
    Scenario { plan, inventory }
}

#[test]
fn trap_20_an_image_that_is_shared_without_its_snapshots_cannot_be_copied() {
    // AWS says no as long as one of the snapshots is not shared; three of them are, and the copy arrives.
    let night = whole(&scenario(of_images(&[image("batch", &[OWN, OWN, OWN], &json!({}))])));
    night.completed();
}

#[test]
fn trap_21_what_encryption_by_default_put_on_awss_key_travels_under_another() {
    // The image's second snapshot alone lies there; of the volume nobody said that it is encrypted at all.
    let contents = json!({ "images": [image("batch", &[OWN, AWSS], &json!({}))],
        "volumes": [{ "id": "vol-1", "size_gib": 8, "type": "gp3", "availability_zone": "ap-northeast-1a" }],
        "machine_settings": { "encrypts_by_default": true } });
    let sections = "[[image]]\nname = \"batch\"\n[[volume]]\nid = \"vol-1\"\nrestore = false\n";
    let night = whole(&scenario(planned(&contents, &json!({}), sections)));
    night.completed();
}

#[test]
fn trap_22_a_copy_that_fails_after_the_call_has_answered_is_told_with_its_reasons_and_taken_away() {
    let scenario = scenario(of_images(&[image("batch", &[OWN], &json!({}))]));
    let (night, taken_back) = carry_out(&scenario, |cloud| cloud.ec2.fails_next_copies = 1, |_| {}, |_| {});
    assert!(matches!(night.end, Ok(RunEnd::NeedsOperator(_))), "{:?}", night.end);
    let told = night.stops.join("\n");
    for wanted in [
        "in the state failed",
        "Client.InternalError",
        "; snap-",
        "internal error",
    ] {
        assert!(told.contains(wanted), "{wanted}: {told}");
    }
    // It stays registered, and has the name: whoever tries again must take it away first.
    assert_eq!(taken_back, Some(RunEnd::Unwound));
}

#[test]
fn trap_23_an_auto_scaling_group_needs_a_grant_on_the_new_key_and_the_command_is_told() {
    let named = json!({ "named_by": ["Auto Scaling group batch"] });
    let (plan, inventory) = of_images(&[image("batch", &[OWN], &named)]);
    says(&plan, Weight::Warns, "AWSServiceRoleForAutoScaling");
    let night = whole(&Scenario { plan, inventory });
    night.completed();
    let told = night.left.iter().find(|what| what.contains("create-grant"));
    let told = told.expect("the command is told");
    let key = format!("--key-id arn:aws:kms:ap-northeast-1:{TARGET}:key/");
    let role =
        format!("arn:aws:iam::{TARGET}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling");
    assert!(
        told.contains(&key) && told.contains(&role) && told.contains(" CreateGrant"),
        "{told}"
    );
}

#[test]
fn trap_24_no_policy_ever_names_a_principal_that_may_not_be_there_and_a_refusal_of_fresh_ones_is_borne() {
    let scenario = scenario(of_images(&[image("batch", &[OWN, AWSS], &json!({}))]));
    let mut principals = Vec::new();
    let (night, _) = carry_out(
        &scenario,
        |_| {},
        |_| {},
        |cloud| {
            for key in kms::keys(cloud).values() {
                for (_, text) in &key.policies {
                    let policy: Value = serde_json::from_str(text).expect("a document");
                    let statements = policy["Statement"].as_array().cloned().unwrap_or_default();
                    principals.extend(statements.iter().map(|one| one["Principal"]["AWS"].to_string()));
                }
            }
        },
    );
    night.completed();
    assert!(
        principals.iter().any(|who| who.contains(TARGET)),
        "the target was admitted: {principals:?}"
    );
    let odd: Vec<&String> = principals.iter().filter(|who| !who.ends_with(":root\"")).collect();
    assert_eq!(odd, Vec::<&String>::new());
    let class = aws::classify::class_of("MalformedPolicyDocumentException", 400);
    assert_eq!(class, FailureClass::WrongState, "borne for the step's patience");
}

#[test]
fn trap_25_another_writer_of_the_keys_policy_is_told_beforehand_and_its_strike_is_told_and_taken_back() {
    let mut contents = json!({ "images": [image("batch", &[OWN], &json!({}))] });
    contents["keys"] = json!([{ "id": KEY, "aliases": ["alias/shop"], "tags": { "terraform": "true" } }]);
    let (plan, inventory) = planned(&contents, &json!({}), "[[image]]\nname = \"*\"\n");
    says(&plan, Weight::Warns, "do not apply that tool during the run");
    let arn = format!("arn:aws:kms:ap-northeast-1:{SOURCE}:key/{KEY}");
    let mut struck = false;
    let (night, taken_back) = carry_out(
        &Scenario { plan, inventory },
        |_| {},
        |cloud| {
            // EBS looks at the keys only some time after the call.
            let under_way = cloud.ec2.images.values().any(|image| image.owner.as_str() == TARGET);
            if under_way && !struck {
                struck = true;
                // What the tool knows is the policy as it was.
                let theirs = kms::keys(cloud)[&arn].policies[0].1.clone();
                let somebody = somebody_of_the_source();
                let input = json!({ "KeyId": arn, "PolicyName": "default", "Policy": theirs });
                cloud.call(&somebody, "kms", "PutKeyPolicy", &input).expect("they may");
            }
        },
        |_| {},
    );
    assert!(struck);
    let told = night.stops.join("\n");
    assert!(
        told.contains("Given key ID is not accessible"),
        "{:?}: {told}",
        night.end
    );
    assert_eq!(taken_back, Some(RunEnd::Unwound));
}

#[test]
fn trap_26_a_marketplace_image_blocks_and_so_does_an_instance_of_one() {
    let codes = json!({ "marketplace_codes": ["abc"] });
    let (plan, _) = of_images(&[image("batch", &[OWN], &codes)]);
    says(&plan, Weight::Blocks, "Subscribe in the target");
    let contents = json!({ "instances": [{ "id": "i-1", "state": "running", "root_device": "/dev/xvda", "marketplace_codes": ["abc"] }],
        "volumes": [{ "id": "vol-1", "size_gib": 8, "attached_to": [{ "instance": "i-1", "device": "/dev/xvda" }] }] });
    let (plan, _) = planned(&contents, &json!({}), "[[instance]]\nid = \"i-1\"\n");
    says(&plan, Weight::Blocks, "Marketplace");
}

#[test]
fn trap_27_what_is_launched_of_a_copy_is_slow_at_first_and_the_plan_says_so() {
    let contents = json!({ "images": [image("batch", &[OWN], &json!({}))],
        "instances": [{ "id": "i-1", "state": "running", "root_device": "/dev/xvda" }],
        "volumes": [{ "id": "vol-1", "size_gib": 8, "type": "gp3", "attached_to": [{ "instance": "i-1", "device": "/dev/xvda" }] }] });
    let sections = "[[image]]\nname = \"batch\"\n[[instance]]\nid = \"i-1\"\n[[volume]]\nid = \"vol-1\"\n\
                    availability_zone = \"ap-northeast-1a\"\n";
    let (plan, _) = planned(&contents, &json!({}), sections);
    let slow = plan.notes.iter().filter(|note| note.text.contains("slow at first"));
    let of: Vec<String> = slow
        .filter_map(|note| Some(note.resource.as_ref()?.to_string()))
        .collect();
    assert_eq!(of, ["image/batch", "instance/i-1", "volume/vol-1"]);
}

#[test]
fn trap_28_snapshots_of_one_volume_that_wait_for_each_other_are_borne() {
    let contents =
        json!({ "volumes": [{ "id": "vol-1", "size_gib": 8, "type": "sc1", "encrypted": true, "key": "alias/shop" }] });
    let scenario = scenario(planned(
        &contents,
        &json!({}),
        "[[volume]]\nid = \"vol-1\"\nrestore = false\n",
    ));
    let somebody = somebody_of_the_source();
    let mut theirs = String::new();
    let mut refused = 0;
    let (night, _) = carry_out(
        &scenario,
        |cloud| {
            // Of a cold volume one snapshot at a time is the most.
            let input = json!({ "VolumeId": "vol-1" });
            let made = cloud
                .call(&somebody, "ec2", "CreateSnapshot", &input)
                .expect("they may");
            theirs = made["SnapshotId"].as_str().expect("an id").to_owned();
        },
        |_| {},
        |cloud| {
            let of_it = cloud
                .requests
                .iter()
                .filter(|request| request.operation == "CreateSnapshot");
            refused = of_it.count().saturating_sub(1);
        },
    );
    assert_eq!(night.end, Ok(RunEnd::Completed), "{:?}", night.stops);
    assert!(refused > 0, "it was refused at first");
    assert!(
        night.broken.iter().all(|law| law.contains(&theirs)),
        "{:?}",
        night.broken
    );
}

#[test]
fn trap_29_an_image_that_has_become_deprecated_is_still_seen_by_the_target() {
    let past = json!({ "settings": { "deprecated_at": "2026-01-01T00:00:00Z" } });
    let (plan, inventory) = of_images(&[image("batch", &[OWN], &past)]);
    says(&plan, Weight::Warns, "EC2 takes no date in the past");
    whole(&Scenario { plan, inventory }).completed();
}

#[test]
fn trap_30_allowed_images_hide_a_shared_image_and_the_plan_says_so_first() {
    let hides =
        json!({ "machine_settings": { "allowed_images": "enabled", "allowed_image_providers": ["333333333333"] } });
    let (plan, _) = planned(
        &json!({ "images": [image("batch", &[OWN], &json!({}))] }),
        &hides,
        "[[image]]\nname = \"*\"\n",
    );
    says(&plan, Weight::Blocks, "Allowed AMIs");
}

#[test]
fn trap_31_tags_that_the_other_account_does_not_see_arrive_all_the_same() {
    let tags = json!({ "tags": { "team": "shop", "aws:x": "y" } });
    let scenario = scenario(of_images(&[image("batch", &[OWN], &tags)]));
    let mut seen = Vec::new();
    let look = |cloud: &Cloud| {
        let copies = cloud.ec2.images.values().filter(|image| image.owner.as_str() == TARGET);
        seen.extend(copies.map(|image| image.tags.clone()));
    };
    carry_out(&scenario, |_| {}, |_| {}, look).0.completed();
    assert_eq!(seen.len(), 1);
    assert_eq!(seen[0].get("team").map(String::as_str), Some("shop"));
    assert!(!seen[0].contains_key("aws:x"));
}

#[test]
fn trap_32_what_a_running_instance_has_in_memory_is_in_its_image() {
    let contents = json!({ "instances": [{ "id": "i-1", "state": "running", "type": "m6i.large", "root_device": "/dev/xvda",
            "architecture": "arm64" }],
        "volumes": [{ "id": "vol-1", "size_gib": 8, "type": "gp3", "attached_to": [{ "instance": "i-1", "device": "/dev/xvda" }] }] });
    let scenario = scenario(planned(&contents, &json!({}), "[[instance]]\nid = \"i-1\"\n"));
    let mut same = false;
    let look = |cloud: &Cloud| {
        let copy = cloud.ec2.images.values().find(|image| image.owner.as_str() == TARGET);
        let held = copy.and_then(|image| cloud.ec2.snapshots.get(&image.devices[0].snapshot));
        same = held.is_some_and(|held| held.digest == cloud.ec2.volumes["vol-1"].digest);
    };
    carry_out(&scenario, |_| {}, |_| {}, look).0.completed();
    assert!(
        same,
        "the image holds what the volume holds once the instance has stopped"
    );
}
