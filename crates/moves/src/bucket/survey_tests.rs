use std::collections::BTreeMap;

use model::{ResourceRef, Side};

use super::*;

fn place(step: &str) -> Place {
    Place::made_by(&ResourceRef::new("bucket", "b").step(step))
}

fn steps(waves: &[&[(&str, u64)]], markers: u64) -> Vec<StepSpec> {
    steps_with(waves, markers, 0)
}

fn steps_with(waves: &[&[(&str, u64)]], markers: u64, archived: u64) -> Vec<StepSpec> {
    let input = Input {
        from: Place::named(Side::Source, "b"),
        to: place("create_interim"),
        ops: place("create_ops"),
        storage: Classes::Thaw,
        batch_role: "arn:aws:iam::222222222222:role/batch".into(),
        batch_from: Some(2),
        redirects: false,
        copy_is_ours: true,
        restore: Some(Archived::default()),
        way: "out".into(),
        before: "prove_interim".into(),
    };
    let resource = ResourceRef::new("bucket", "b");
    let survey = DraftStep::new(&resource, "bucket.survey", Side::Target, Title::SurveyChanged, &input)
        .named("survey_out")
        .spec;
    let waves = waves
        .iter()
        .map(|classes| {
            let amount = |rows| Amount { rows, bytes: rows };
            classes.iter().map(|(c, n)| ((*c).to_owned(), amount(*n))).collect()
        })
        .collect();
    let sums = Sums {
        keys: 10,
        versions: 20,
        markers,
        bytes: 99,
        deepest: 5,
    };
    let found = Surveyed {
        sums,
        digest: Digest::of(b"x"),
        missing: sums,
        wrong: 0,
        archived,
        waves,
    };
    wave_steps(&input, &survey, &found)
}

fn verbs(steps: &[StepSpec]) -> Vec<&str> {
    steps.iter().map(|step| step.id.verb()).collect()
}

fn needs(steps: &[StepSpec]) -> BTreeMap<&str, Vec<&str>> {
    steps
        .iter()
        .map(|step| (step.id.verb(), step.needs.iter().map(StepId::verb).collect()))
        .collect()
}

#[test]
fn a_waves_manifests_are_written_when_the_wave_before_has_ended() {
    let steps = steps(&[&[("STANDARD", 9), ("STANDARD_IA", 5)], &[("STANDARD", 4)]], 0);
    assert_eq!(
        verbs(&steps),
        [
            "out_write_manifests_1",
            "out_copy_wave_1_standard",
            "out_copy_wave_1_standard_ia",
            "out_write_manifests_2",
            "out_copy_wave_2_standard",
            "out_settle",
        ]
    );
    let needs = needs(&steps);
    assert_eq!(needs["out_write_manifests_1"], ["survey_out"]);
    assert_eq!(
        needs["out_write_manifests_2"],
        ["out_copy_wave_1_standard", "out_copy_wave_1_standard_ia"],
        "both classes of a wave"
    );
    assert_eq!(needs["out_settle"], ["out_copy_wave_2_standard"]);
}

#[test]
fn delete_markers_are_set_before_the_versions_that_follow_on_them() {
    let steps = steps(&[&[("STANDARD", 9)], &[("STANDARD", 4)]], 1);
    assert_eq!(
        verbs(&steps),
        [
            "out_set_markers_1",
            "out_write_manifests_1",
            "out_copy_wave_1_standard",
            "out_set_markers_2",
            "out_write_manifests_2",
            "out_copy_wave_2_standard",
            "out_settle",
        ]
    );
    let needs = needs(&steps);
    assert_eq!(needs["out_set_markers_2"], ["out_copy_wave_1_standard"]);
    assert_eq!(needs["out_write_manifests_2"], ["out_set_markers_2"]);
}

#[test]
fn a_few_objects_go_first_where_many_follow() {
    let steps = steps(&[&[("STANDARD", 5_000)]], 0);
    assert_eq!(
        verbs(&steps),
        [
            "out_write_manifests_canary",
            "out_copy_wave_canary_standard",
            "out_write_manifests_1",
            "out_copy_wave_1_standard",
            "out_settle",
        ]
    );
    assert_eq!(steps[0].input["most_rows"], CANARY_ROWS);
    assert_eq!(steps[1].input["is_test"], true);
    assert_eq!(steps[3].input["is_test"], false);
}

#[test]
fn a_bucket_too_small_for_jobs_is_copied_key_by_key() {
    let steps = steps(&[], 3);
    assert_eq!(verbs(&steps), ["out_settle"]);
    assert_eq!(needs(&steps)["out_settle"], ["survey_out"]);
}

#[test]
fn what_extends_the_plan_leaves_nothing_of_its_own_to_take_back() {
    for step in steps(&[&[("STANDARD", 9)]], 1) {
        assert_eq!(
            step.undo,
            model::Undo::Nothing,
            "{}: the interim bucket goes as a whole",
            step.id
        );
    }
}

#[test]
fn what_was_archived_since_is_restored_before_anything_is_copied() {
    let steps = steps_with(&[&[("STANDARD", 9)]], 0, 2);
    assert_eq!(
        verbs(&steps),
        [
            "out_restore_archived",
            "out_write_manifests_1",
            "out_copy_wave_1_standard",
            "out_settle",
        ]
    );
    assert_eq!(needs(&steps)["out_write_manifests_1"], ["out_restore_archived"]);
}
