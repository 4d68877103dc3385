use model::{Inventory, Plan, Undo};
use serde_json::{Value, json};

use super::super::plan_notes::BATCH_SERVICE;
use crate::Runbook;
use crate::plan_shape::{blocks, ids, precedes, step};

const ASSETS: &str = "[[bucket]]\nname = \"shop-stg-assets\"\n";

fn inventory(bucket: Value) -> Inventory {
    let text = json!({
        "format": 1, "observed_at": "2026-11-22T00:00:00Z",
        "accounts": {
            "111111111111": { "regions": { "ap-northeast-1": { "buckets": [bucket] } } },
            "222222222222": { "roles": { "batch": { "trusts": [BATCH_SERVICE] } }, "regions": {} },
        },
    });
    Inventory::parse(&text.to_string()).expect("an inventory")
}

fn plan_of(head: &str, sections: &str, bucket: Value) -> Plan {
    let runbook = Runbook::parse(&format!(
        "migration = \"shop\"\nregion = \"ap-northeast-1\"\n{head}\n{sections}"
    ));
    let plan = crate::plan(&runbook.expect("a runbook"), &inventory(bucket));
    plan.check().expect("every reference of a plan resolves");
    plan
}

fn plan_with(sections: &str, bucket: Value) -> Plan {
    let head = "source = { account = \"111111111111\", role = \"cleave-source\" }\n\
                target = { account = \"222222222222\", role = \"cleave-target\", batch_role = \"batch\" }";
    plan_of(head, sections, bucket)
}

fn bucket(more: Value) -> Value {
    let mut bucket = json!({ "name": "shop-stg-assets", "versioning": "enabled" });
    for (name, value) in more.as_object().expect("an object") {
        bucket[name] = value.clone();
    }
    bucket
}

fn id(verb: &str) -> String {
    format!("bucket/shop-stg-assets/{verb}")
}

#[test]
fn nothing_is_deleted_before_the_copy_is_proved_and_a_person_has_typed_the_name() {
    let plan = plan_with(ASSETS, bucket(json!({})));
    assert_eq!(blocks(&plan), Vec::<&str>::new());
    let empty = step(&plan, &id("empty_source"));
    let [gate] = empty.gates.as_slice() else {
        panic!("one gate: {:?}", empty.gates)
    };
    assert_eq!(gate.as_str(), "hand-over:shop-stg-assets");
    let gate = plan.gate(gate).expect("the plan has it");
    assert_eq!(gate.typed.as_deref(), Some("shop-stg-assets"));
    assert_eq!(gate.after[0].as_str(), id("prove_interim"));
    assert!(precedes(&plan, &id("prove_interim"), &id("empty_source")));
    for first_later in [
        ("deny_writes", "survey_out"),
        ("await_last_write", "survey_out"),
        ("await_interim_versioning", "survey_out"),
        ("grant_copy", "survey_bulk"),
        ("await_interim_versioning", "survey_bulk"),
        ("restore_archived", "survey_bulk"),
        ("survey_bulk", "deny_writes"),
        ("await_last_write", "note_archived"),
        ("note_archived", "empty_source"),
        ("record_configuration", "grant_copy"),
        ("delete_source", "win_name"),
        ("await_final_versioning", "survey_back"),
        ("prove_final", "apply_lifecycle"),
        ("prove_final", "discard_interim"),
        ("apply_public_access_block", "apply_policy"),
        ("apply_policy", "apply_lifecycle"),
    ] {
        assert!(
            precedes(&plan, &id(first_later.0), &id(first_later.1)),
            "{first_later:?}"
        );
    }
    assert!(precedes(&plan, &id("discard_interim"), "bucket/Ops/discard_ops"));
    for later in ["create_interim", "grant_copy"] {
        assert!(precedes(&plan, "bucket/Ops/create_ops", &id(later)), "{later}");
    }
}

#[test]
fn only_the_hand_over_presses_on_and_cannot_be_taken_back() {
    let plan = plan_with(ASSETS, bucket(json!({})));
    let pressing: Vec<&str> = plan
        .steps
        .iter()
        .filter(|step| step.presses_on)
        .map(|step| step.id.verb())
        .collect();
    assert_eq!(pressing, ["empty_source", "delete_source", "win_name"]);
    let for_good = plan.steps.iter().filter(|step| matches!(step.undo, Undo::None { .. }));
    assert_eq!(for_good.map(|step| step.id.verb()).collect::<Vec<_>>(), pressing);
    let taken_back = plan
        .steps
        .iter()
        .filter(|step| step.undo == Undo::Auto)
        .map(|step| step.id.verb());
    assert_eq!(
        taken_back.collect::<Vec<_>>(),
        ["create_ops", "create_interim", "grant_copy", "deny_writes"]
    );
}

#[test]
fn a_bucket_that_never_kept_versions_stays_so() {
    let plan = plan_with(ASSETS, bucket(json!({ "versioning": "disabled" })));
    assert!(
        !ids(&plan).iter().any(|id| id.ends_with("versioning")),
        "{:?}",
        ids(&plan)
    );
    let suspended = plan_with(ASSETS, bucket(json!({ "versioning": "suspended" })));
    assert_eq!(step(&suspended, &id("suspend_versioning")).input["on"], false);
}

#[test]
fn lifecycle_rules_are_taken_away_before_the_survey_where_there_are_any() {
    let xml = "<LifecycleConfiguration><Rule/></LifecycleConfiguration>";
    let plan = plan_with(ASSETS, bucket(json!({ "documents": { "lifecycle": xml } })));
    assert!(precedes(&plan, &id("pause_lifecycle"), &id("survey_out")));
    assert!(!ids(&plan_with(ASSETS, bucket(json!({})))).contains(&id("pause_lifecycle").as_str()));
}

#[test]
fn two_buckets_share_one_bucket_of_manifests() {
    let sections = "[[bucket]]\nname = \"shop-stg-assets\"\n[[bucket]]\nname = \"other\"\n";
    let plan = plan_with(sections, bucket(json!({})));
    assert_eq!(
        plan.steps.iter().filter(|step| step.id.verb() == "create_ops").count(),
        1
    );
    assert_eq!(
        blocks(&plan),
        ["account 111111111111 has no bucket other in ap-northeast-1"]
    );
}

#[test]
fn what_cannot_be_moved_blocks_before_anything_is_touched() {
    let legacy = plan_with(
        "[[bucket]]\nname = \"Shop_Assets\"\n",
        bucket(json!({ "name": "Shop_Assets" })),
    );
    assert!(
        blocks(&legacy)[0].contains("cannot be made anew under its name"),
        "{:?}",
        blocks(&legacy)
    );
    let archived =
        json!({ "objects": [{ "key": "film", "entries": [{ "version": { "size": 6, "class": "GLACIER" } }] }] });
    assert!(blocks(&plan_with(ASSETS, bucket(archived.clone()))).is_empty());
    let never = format!("{ASSETS}archived = {{ restore = \"bulk\", days = 0 }}\n");
    assert!(blocks(&plan_with(&never, bucket(archived)))[0].contains("at least 1"));
    let locked = plan_with(
        ASSETS,
        bucket(json!({ "documents": { "object-lock": "<ObjectLockConfiguration/>" } })),
    );
    assert!(blocks(&locked)[0].contains("Object Lock"));
    for (field, value, words) in [
        ("mfa_delete", json!(true), "MFA delete"),
        ("requester_pays", json!(true), "requesters pay"),
        ("access_points", json!(["shop-ap"]), "access points"),
        ("has_customer_keys", json!(true), "SSE-C"),
        (
            "documents",
            json!({ "logging": "<TargetBucket>shop-stg-assets</TargetBucket>" }),
            "access logs",
        ),
    ] {
        let hindered = plan_with(ASSETS, bucket(json!({ field: value })));
        assert!(blocks(&hindered)[0].contains(words), "{field}: {:?}", blocks(&hindered));
        assert!(hindered.steps.is_empty(), "{field}");
    }
    let aws_managed = plan_with(ASSETS, bucket(json!({ "key": "alias/aws/s3" })));
    assert!(blocks(&aws_managed)[0].contains("aws/s3"));
    assert!(aws_managed.steps.is_empty(), "nothing is planned that cannot end");
}

#[test]
fn roles_that_are_missing_block() {
    let head = "source = { account = \"111111111111\", role = \"cleave-source\" }\n\
                target = { account = \"222222222222\", role = \"cleave-target\", batch_role = \"other\" }";
    let plan = plan_of(head, ASSETS, bucket(json!({})));
    assert!(
        blocks(&plan)[0].contains("has no role other that trusts"),
        "{:?}",
        blocks(&plan)
    );
    let head = "source = { account = \"111111111111\" }\ntarget = { account = \"222222222222\" }";
    assert_eq!(blocks(&plan_of(head, ASSETS, bucket(json!({})))).len(), 2);
}

#[test]
fn the_runbooks_gates_stand_before_writing_ends() {
    let gate = "[[gate]]\nname = \"stopped\"\nask = \"?\"\nbefore = [\"bucket\"]\n";
    let plan = plan_with(&format!("{gate}{ASSETS}"), bucket(json!({})));
    assert_eq!(step(&plan, &id("deny_writes")).gates[0].as_str(), "stopped");
    assert!(
        step(&plan, &id("grant_copy")).gates.is_empty(),
        "preparation goes on meanwhile"
    );
}

#[test]
fn a_customer_key_is_opened_for_the_copy_and_closed_behind_its_proof() {
    let mut inventory = inventory(bucket(json!({ "key": "11111111-2222-3333-4444-555555555555" })));
    let source = inventory.accounts.values_mut().next().expect("the source");
    source
        .regions
        .values_mut()
        .next()
        .expect("its region")
        .keys
        .push(model::inventory::Key {
            id: "11111111-2222-3333-4444-555555555555".into(),
            aliases: vec!["alias/shop".into()],
            ..model::inventory::Key::default()
        });
    let text = format!(
        "migration = \"shop\"\nregion = \"ap-northeast-1\"\n\
         source = {{ account = \"111111111111\", role = \"s\" }}\n\
         target = {{ account = \"222222222222\", role = \"t\", batch_role = \"batch\" }}\n\
         [[key]]\nalias = \"alias/shop\"\n{ASSETS}"
    );
    let plan = crate::plan(&Runbook::parse(&text).expect("a runbook"), &inventory);
    plan.check().expect("every reference of a plan resolves");
    assert_eq!(blocks(&plan), Vec::<&str>::new());
    assert!(precedes(&plan, "key/alias:shop/open_source_key", &id("survey_out")));
    assert!(precedes(&plan, &id("prove_interim"), "key/alias:shop/close_source_key"));
    assert!(precedes(
        &plan,
        "key/alias:shop/create_target_key",
        &id("encrypt_interim")
    ));
    assert!(precedes(&plan, &id("encrypt_final"), &id("survey_back")));
    assert_eq!(
        step(&plan, &id("encrypt_final")).input["key"]["step"],
        "key/alias:shop/create_target_key"
    );
}

#[test]
fn under_a_new_name_there_is_one_copy_and_nothing_is_deleted() {
    let renamed = format!("{ASSETS}new_name = \"shop-assets\"\n");
    let plan = plan_with(&renamed, bucket(json!({ "mfa_delete": true, "access_points": ["ap"] })));
    assert_eq!(blocks(&plan), Vec::<&str>::new());
    assert!(plan.gates.is_empty(), "{:?}", plan.gates);
    for never in [
        "empty_source",
        "delete_source",
        "win_name",
        "survey_back",
        "discard_interim",
        "create_interim",
    ] {
        assert!(!ids(&plan).contains(&id(never).as_str()), "{never}");
    }
    for first_later in [
        ("create_new", "survey_bulk"),
        ("await_new_versioning", "survey_bulk"),
        ("deny_writes", "survey_out"),
        ("survey_out", "prove_final"),
        ("prove_final", "apply_policy"),
        ("apply_lifecycle", "withdraw_grant"),
    ] {
        assert!(
            precedes(&plan, &id(first_later.0), &id(first_later.1)),
            "{first_later:?}"
        );
    }
    assert!(precedes(&plan, &id("withdraw_grant"), "bucket/Ops/discard_ops"));
    assert_eq!(step(&plan, &id("deny_writes")).input["stays"], true);
    assert!(matches!(step(&plan, &id("withdraw_grant")).undo, Undo::None { .. }));
    let legacy = "[[bucket]]\nname = \"Shop_Assets\"\nnew_name = \"shop-assets\"\n";
    assert_eq!(
        blocks(&plan_with(legacy, bucket(json!({ "name": "Shop_Assets" })))),
        Vec::<&str>::new(),
        "what cannot be made anew can be copied"
    );
}

#[test]
fn a_new_name_that_cannot_be_had_blocks() {
    for (more, words) in [
        ("new_name = \"Shop\"", "cannot be made"),
        ("new_name = \"shop-stg-assets\"", "bucket's own name"),
        (
            "new_name = \"shop-assets\"\ninterim = \"shop-interim\"",
            "do not go together",
        ),
        (
            "new_name = \"shop-assets\"\ncreate = \"terraform\"",
            "do not go together",
        ),
    ] {
        let plan = plan_with(&format!("{ASSETS}{more}\n"), bucket(json!({})));
        let blocks = blocks(&plan);
        assert!(blocks.iter().any(|text| text.contains(words)), "{more}: {blocks:?}");
        assert!(plan.steps.is_empty(), "{more}");
    }
}

#[test]
fn a_bucket_that_terraform_makes_is_waited_for_and_configured_by_it() {
    let plan = plan_with(
        &format!("{ASSETS}create = \"terraform\"\n"),
        bucket(json!({ "versioning": "suspended" })),
    );
    assert_eq!(blocks(&plan), Vec::<&str>::new());
    assert_eq!(step(&plan, &id("win_name")).action, "bucket.await_name");
    assert!(precedes(&plan, &id("delete_source"), &id("win_name")));
    assert!(precedes(&plan, &id("win_name"), &id("survey_back")));
    assert!(!ids(&plan).iter().any(|id| id.contains("/apply_")), "{:?}", ids(&plan));
    assert!(precedes(&plan, &id("prove_final"), &id("suspend_versioning")));
    assert!(plan.gates[0].ask.contains("apply"));
}

#[test]
fn every_rewrite_of_the_policy_and_every_former_user_is_in_the_plan() {
    let policy = json!({ "Statement": [{ "Sid": "Web", "Effect": "Allow", "Action": "s3:GetObject",
        "Principal": { "AWS": "arn:aws:iam::111111111111:role/web" }, "Resource": "arn:aws:s3:::shop-stg-assets/*" }] });
    let kept = "keep_access = [{ principal = \"arn:aws:iam::111111111111:role/batch\", may = \"write\" }]\n";
    let plan = plan_with(
        &format!("{ASSETS}new_name = \"shop-new\"\n{kept}"),
        bucket(json!({ "policy": policy })),
    );
    assert_eq!(blocks(&plan), Vec::<&str>::new());
    for told in [
        "statement Web, arn:aws:iam::111111111111:role/web becomes arn:aws:iam::222222222222:role/web",
        "statement Web, arn:aws:s3:::shop-stg-assets/* becomes arn:aws:s3:::shop-new/*",
        "arn:aws:iam::111111111111:role/batch is admitted by the new bucket's policy, to read, write and delete",
    ] {
        assert!(
            plan.notes.iter().any(|note| note.text.contains(told)),
            "{told}: {:?}",
            plan.notes
        );
    }
    let input = &step(&plan, &id("apply_policy")).input;
    assert_eq!(
        input["keep_access"][0]["principal"],
        "arn:aws:iam::111111111111:role/batch"
    );
}

#[test]
fn nobody_is_let_in_who_could_not_use_the_bucket_before() {
    for principal in [
        "arn:aws:iam::333333333333:role/web",
        "*",
        "arn:aws:iam::111111111111:group/all",
        "web",
    ] {
        let kept = format!("{ASSETS}keep_access = [{{ principal = \"{principal}\", may = \"read\" }}]\n");
        let plan = plan_with(&kept, bucket(json!({})));
        assert!(
            blocks(&plan)[0].contains("no role, user or root"),
            "{principal}: {:?}",
            blocks(&plan)
        );
    }
}

fn of_size(entries: u64) -> Value {
    let contents = json!({ "keys": entries, "versions": entries, "delete_markers": 0, "bytes": 0, "deepest": 1 });
    bucket(json!({ "contents": contents }))
}

#[test]
fn only_huge_buckets_are_planned_from_reports_unless_the_runbook_says_otherwise() {
    let has = |plan: &Plan, verb: &str| ids(plan).iter().any(|step| *step == id(verb));
    let (small, huge) = (of_size(199_999_999), of_size(200_000_000));
    assert!(!has(&plan_with(ASSETS, small.clone()), "ask_report_source"));
    let plan = plan_with(ASSETS, huge);
    assert!(precedes(&plan, &id("await_report"), &id("survey_bulk")));
    assert!(precedes(&plan, &id("withdraw_report_source"), &id("deny_writes")));
    assert!(!has(&plan, "compare_reports"));
    let sooner = format!("{ASSETS}inventory = {{ from = 10, compare = \"athena\" }}\n");
    let plan = plan_with(&sooner, small.clone());
    for (first, later) in [
        ("survey_out", "await_reports"),
        ("await_reports", "compare_reports"),
        ("compare_reports", "prove_interim"),
        ("withdraw_report_copy", "prove_interim"),
    ] {
        assert!(precedes(&plan, &id(first), &id(later)), "{first} before {later}");
    }
    let untold = format!("{sooner}verify = \"checksums\"\n");
    assert_eq!(blocks(&plan_with(&untold, small)).len(), 1);
}

#[test]
fn what_cannot_be_left_or_is_terraforms_is_said_before_anything_is_touched() {
    let unknown = plan_with(&format!("{ASSETS}leave = [\"notifications\"]\n"), bucket(json!({})));
    assert!(blocks(&unknown)[0].contains("leave names \"notifications\", which is none of ownershipControls"));
    let terraforms = format!("{ASSETS}create = \"terraform\"\nleave = [\"logging\"]\n");
    assert!(blocks(&plan_with(&terraforms, bucket(json!({}))))[0].contains("the configuration is Terraform's"));
}

#[test]
fn only_what_a_bucket_is_configured_with_is_a_step_and_each_at_its_place() {
    let documents = json!({
        "metrics": "<MetricsConfiguration><Id>a</Id></MetricsConfiguration>",
        "notification": "<NotificationConfiguration><EventBridgeConfiguration/></NotificationConfiguration>",
        "intelligent-tiering": "<IntelligentTieringConfiguration><Id>a</Id></IntelligentTieringConfiguration>",
        "lifecycle": "<LifecycleConfiguration><Rule/></LifecycleConfiguration>",
    });
    let plan = plan_with(ASSETS, bucket(json!({ "documents": documents })));
    for two in [
        ("apply_policy", "apply_metrics"),
        ("apply_metrics", "apply_intelligent_tiering"),
        ("apply_intelligent_tiering", "apply_notification"),
        ("apply_notification", "apply_lifecycle"),
    ] {
        assert!(precedes(&plan, &id(two.0), &id(two.1)), "{two:?}");
    }
    assert!(
        !ids(&plan).iter().any(|step| step.ends_with("apply_replication")),
        "{:?}",
        ids(&plan)
    );
    let plain = plan_with(ASSETS, bucket(json!({})));
    assert!(
        !ids(&plain).iter().any(|step| step.ends_with("apply_metrics")),
        "{:?}",
        ids(&plain)
    );
}

#[test]
fn under_a_new_name_the_default_encryption_is_carried_without_a_key_too() {
    let plan = plan_with(&format!("{ASSETS}new_name = \"shop-new\"\n"), bucket(json!({})));
    assert!(precedes(&plan, &id("encrypt_new"), &id("survey_bulk")));
}
