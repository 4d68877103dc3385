use std::collections::BTreeMap;

use model::{ResourceRef, Side};

use super::*;

fn place(step: &str) -> Place {
    Place::made_by(&ResourceRef::new("bucket", "b").step(step))
}

fn steps(waves: &[&[(&str, u64)]], deepest: u64) -> Vec<StepSpec> {
    let input = Input {
        from: Place::named(Side::Source, "b"),
        to: place("create_interim"),
        ops: place("create_ops"),
        batch_role: "arn:aws:iam::222222222222:role/batch".into(),
        batch_from: 2,
        way: "out".into(),
        proof: "prove_interim".into(),
    };
    let resource = ResourceRef::new("bucket", "b");
    let survey = DraftStep::new(&resource, "bucket.survey", Side::Target, "", &input)
        .named("survey_out")
        .spec;
    let waves = waves
        .iter()
        .map(|classes| classes.iter().map(|(c, n)| ((*c).to_owned(), *n)).collect())
        .collect();
    let sums = Sums {
        keys: 10,
        versions: 20,
        markers: 3,
        bytes: 99,
        deepest,
    };
    let found = Surveyed {
        sums,
        digest: Digest::of(b"x"),
        waves,
        uncopyable: 0,
        such_as: Vec::new(),
    };
    wave_steps(&input, &survey, &found)
}

fn verbs(steps: &[StepSpec]) -> Vec<&str> {
    steps.iter().map(|step| step.id.verb()).collect()
}

#[test]
fn a_wave_begins_only_when_the_one_before_is_settled() {
    let steps = steps(&[&[("STANDARD", 9), ("STANDARD_IA", 5)], &[("STANDARD", 4)]], 5);
    assert_eq!(
        verbs(&steps),
        [
            "out_write_manifest_1_standard",
            "out_copy_wave_1_standard",
            "out_write_manifest_1_standard_ia",
            "out_copy_wave_1_standard_ia",
            "out_settle_wave_1",
            "out_write_manifest_2_standard",
            "out_copy_wave_2_standard",
            "out_settle",
        ]
    );
    let needs: BTreeMap<&str, Vec<&str>> = steps
        .iter()
        .map(|step| (step.id.verb(), step.needs.iter().map(StepId::verb).collect()))
        .collect();
    assert_eq!(
        needs["out_copy_wave_2_standard"],
        ["out_settle_wave_1", "out_write_manifest_2_standard"]
    );
    assert!(
        needs["out_settle_wave_1"].contains(&"out_copy_wave_1_standard_ia"),
        "both classes of a wave"
    );
    assert!(needs["out_settle"].contains(&"out_copy_wave_2_standard"));
}

#[test]
fn the_last_settling_has_no_depth_and_the_others_have_their_waves() {
    let steps = steps(&[&[("STANDARD", 9)], &[("STANDARD", 4)]], 5);
    let depth = |verb: &str| {
        steps
            .iter()
            .find(|step| step.id.verb() == verb)
            .map(|step| step.input["depth"].clone())
    };
    assert_eq!(depth("out_settle_wave_1"), Some(json!(1)));
    assert_eq!(depth("out_settle"), Some(Value::Null));
}

#[test]
fn a_bucket_too_small_for_jobs_is_copied_key_by_key() {
    let steps = steps(&[], 3);
    assert_eq!(verbs(&steps), ["out_settle"]);
    assert_eq!(
        steps[0].needs.iter().map(StepId::verb).collect::<Vec<_>>(),
        ["survey_out"]
    );
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
