//! From `[delivery]` to steps: a look before every gate at which a person lets writes stop or traffic move, whose evidence it becomes, and one before what does so without a gate.

use std::collections::BTreeSet;

use model::{GateName, Phase, ResourceRef, Said, Side, StepId, StepSpec};

use super::look_before::Input;
use super::spec::DeliverySpec;
use super::words::Text;
use crate::draft::Says;
use crate::draft::{Draft, DraftStep};

/// Adds the looks. The steps of all kinds stand already.
pub(crate) fn plan(draft: &mut Draft<'_>) {
    let delivery = &draft.runbook.delivery;
    if *delivery == DeliverySpec::default() {
        return;
    }
    let resource = ResourceRef::new("delivery", "flow");
    let told = |text: Text| match delivery.scan.is_empty() {
        true => Said::from(text),
        false => Text::WithoutFiles.fill(&[Said::from(text).as_str()]),
    };
    if !is_in_accounts(delivery) {
        draft.note(Some(&resource), Says::Tells, told(Text::NoLook));
        return;
    }
    let gates: Vec<GateName> = draft.gates.iter().map(|gate| gate.name.clone()).collect();
    let mut looks = Vec::new();
    for gate in gates {
        looks.extend(before_gate(draft, &resource, &gate));
    }
    looks.extend(before_the_rest(draft, &resource, &looks));
    if looks.is_empty() {
        return;
    }
    draft.note(Some(&resource), Says::Tells, told(Text::Looked));
}

/// Whether there is anything to look at in AWS that somebody might have to make ready, or to stop.
fn is_in_accounts(delivery: &DeliverySpec) -> bool {
    !(delivery.oidc.is_empty() && delivery.ecr.is_empty() && delivery.schedules.is_empty()) || delivery.state.is_some()
}

/// Whether writes stop or traffic moves by a step.
fn cuts_over(step: &StepSpec) -> bool {
    matches!(step.phase, Phase::Freeze | Phase::Cutover)
}

fn look(draft: &Draft<'_>, resource: &ResourceRef, verb: &str, title: impl Into<Said>, needs: &[StepId]) -> DraftStep {
    let input = Input {
        delivery: DeliverySpec {
            scan: Vec::new(),
            ..draft.runbook.delivery.clone()
        },
        region: draft.region().clone(),
    };
    DraftStep::new(resource, "delivery.look", Side::Target, title, input)
        .named(verb)
        .needs(needs)
        .leaves_nothing()
        .estimate(5, 60)
}

/// What all of these steps need: a look behind it is as late as it can be without keeping any of them waiting for another.
fn common_needs(steps: &[&StepSpec]) -> Vec<StepId> {
    let Some((first, others)) = steps.split_first() else {
        return Vec::new();
    };
    let by_all = |need: &&StepId| others.iter().all(|other| other.needs.contains(need));
    first.needs.iter().filter(by_all).cloned().collect()
}

fn before_gate(draft: &mut Draft<'_>, resource: &ResourceRef, gate: &GateName) -> Option<StepId> {
    let waits = |step: &StepSpec| step.gates.contains(gate);
    if !draft.steps.iter().any(|step| waits(step) && cuts_over(step)) {
        return None;
    }
    let mut behind: BTreeSet<&StepId> = BTreeSet::new();
    let mut roots = Vec::new();
    for step in &draft.steps {
        let is_behind = step.needs.iter().any(|need| behind.contains(need));
        if waits(step) && !is_behind {
            roots.push(step);
        }
        if waits(step) || is_behind {
            behind.insert(&step.id);
        }
    }
    let mut needs = common_needs(&roots);
    let after = draft.gates.iter().find(|one| one.name == *gate)?.after.clone();
    needs.extend(after);
    let at = draft.steps.iter().position(waits)?;
    let title = Text::LookBeforeGate.fill(&[gate.as_str()]);
    let verb = format!("look_before_{}", gate.as_str().replace('/', ":"));
    let step = look(draft, resource, &verb, title, &needs);
    let id = step.spec.id.clone();
    draft.steps.insert(at, step.spec);
    let asked = draft.gates.iter_mut().find(|one| one.name == *gate)?;
    asked.after.push(id.clone());
    Some(id)
}

/// Before what may be noticed and waits for none of the gates.
fn before_the_rest(draft: &mut Draft<'_>, resource: &ResourceRef, looks: &[StepId]) -> Option<StepId> {
    let looked = |gate: &GateName| {
        let gate = draft.gates.iter().find(|one| one.name == *gate);
        gate.is_some_and(|gate| gate.after.iter().any(|step| looks.contains(step)))
    };
    let mut covered: BTreeSet<&StepId> = BTreeSet::new();
    let mut roots = Vec::new();
    for step in &draft.steps {
        let is_covered = step.gates.iter().any(looked) || step.needs.iter().any(|need| covered.contains(need));
        if !is_covered && cuts_over(step) && step.disturbs {
            roots.push(step);
        } else if !is_covered {
            continue;
        }
        covered.insert(&step.id);
    }
    let needs = common_needs(&roots);
    let waiting: BTreeSet<StepId> = roots.iter().map(|step| step.id.clone()).collect();
    let at = draft.steps.iter().position(|step| waiting.contains(&step.id))?;
    let step = look(draft, resource, "look", Text::LookBeforeCutover, &needs);
    let id = step.spec.id.clone();
    draft.steps.insert(at, step.spec);
    for step in draft.steps.iter_mut().filter(|step| waiting.contains(&step.id)) {
        step.needs.push(id.clone());
    }
    Some(id)
}

#[cfg(test)]
mod tests {
    use model::{Inventory, Plan};
    use serde_json::json;

    use crate::Runbook;

    const HEAD: &str = "migration = \"shop\"\nregion = \"ap-northeast-1\"\nsource = { account = \"111111111111\", role = \"cleave-source\" }\ntarget = { account = \"222222222222\", role = \"cleave-target\", batch_role = \"batch\" }\n";
    const ZONE: &str =
        "[[zone]]\nname = \"stg.example.com\"\nparent = { zone = \"example.com\", account = \"source\" }\n";
    const GATE: &str = "[[gate]]\nname = \"go\"\nask = \"Go?\"\nbefore = [\"zone\"]\n";
    const FLOW: &str = "[delivery]\necr = [\"shop\"]\nscan = [\".\"]\n";

    fn planned(sections: &str) -> Plan {
        let ns = json!({ "name": "stg.example.com", "type": "NS", "ttl": 60, "values": ["ns-1.awsdns-01.com.", "ns-2.awsdns-02.net."] });
        let zones = json!([{ "id": "ZOLD", "name": "stg.example.com", "records": [ns] }, { "id": "ZPARENT", "name": "example.com", "records": [ns] }]);
        let bucket = json!({ "name": "shop-assets", "versioning": "enabled" });
        let text = json!({ "format": 1, "observed_at": "2026-11-22T00:00:00Z", "accounts": {
            "111111111111": { "zones": zones, "regions": { "ap-northeast-1": { "buckets": [bucket] } } }, "222222222222": { "roles": { "batch": { "trusts": ["batchoperations.s3.amazonaws.com"] } } } } });
        let inventory = Inventory::parse(&text.to_string()).expect("an inventory");
        let runbook = Runbook::parse(&format!("{HEAD}{sections}")).unwrap_or_else(|error| panic!("{error}"));
        let plan = crate::plan(&runbook, &inventory);
        assert_eq!(plan.check(), Ok(()));
        plan
    }

    fn needs(plan: &Plan, step: &str) -> Vec<String> {
        let step = plan.steps.iter().find(|one| one.id.as_str() == step);
        let step = step.unwrap_or_else(|| panic!("no such step"));
        step.needs.iter().map(ToString::to_string).collect()
    }

    #[test]
    fn a_gate_of_the_cut_over_is_asked_behind_a_look_and_the_look_behind_what_is_made_ready() {
        let plan = planned(&format!("{GATE}{ZONE}{FLOW}"));
        let look = "delivery/flow/look_before_go";
        assert_eq!(
            plan.gates[0].after.iter().map(|id| id.as_str()).collect::<Vec<_>>(),
            [look]
        );
        let behind = needs(&plan, look);
        assert!(
            behind.contains(&"zone/stg.example.com/compare_records".to_owned()),
            "{behind:?}"
        );
        let looks = plan.steps.iter().filter(|step| step.action == "delivery.look");
        assert_eq!(looks.count(), 1, "what waits for the gate waits for its look");
        let step = plan
            .steps
            .iter()
            .find(|step| step.id.as_str() == look)
            .expect("it is there");
        assert_eq!(
            step.input["delivery"]["scan"],
            json!([]),
            "files are the command's to look through"
        );
    }

    #[test]
    fn what_is_handed_over_without_a_gate_waits_for_a_look_and_each_gate_of_a_bucket_has_its_own() {
        let plan = planned(&format!("{ZONE}[[bucket]]\nname = \"shop-assets\"\n{FLOW}"));
        let looks: Vec<&str> = plan
            .steps
            .iter()
            .filter(|step| step.action == "delivery.look")
            .map(|step| step.id.as_str())
            .collect();
        assert!(
            looks.contains(&"delivery/flow/look_before_hand-over:shop-assets"),
            "{looks:?} {:?}",
            plan.notes
        );
        assert!(looks.contains(&"delivery/flow/look"), "{looks:?}");
        assert!(needs(&plan, "zone/stg.example.com/delegate").contains(&"delivery/flow/look".to_owned()));
        assert!(
            !needs(&plan, "bucket/shop-assets/empty_source").contains(&"delivery/flow/look".to_owned()),
            "its gate has a look"
        );
        let gate = plan
            .gates
            .iter()
            .find(|gate| gate.name.as_str().starts_with("hand-over"))
            .expect("a gate");
        assert_eq!(gate.after.len(), 2, "the proof, and the look: {:?}", gate.after);
        assert!(
            needs(
                &plan,
                looks[looks
                    .iter()
                    .position(|look| look.contains("hand-over"))
                    .expect("it is there")]
            )
            .contains(&gate.after[0].to_string())
        );
    }

    #[test]
    fn without_anything_to_look_at_in_the_accounts_there_is_no_look_and_the_plan_says_what_does_it() {
        for sections in ["", "[delivery]\nscan = [\".\"]\n"] {
            let plan = planned(&format!("{GATE}{ZONE}{sections}"));
            assert!(
                !plan.steps.iter().any(|step| step.action == "delivery.look"),
                "{sections}"
            );
            let told = plan.notes.iter().any(|note| note.text.contains("cleave check"));
            assert_eq!(told, !sections.is_empty());
        }
    }
}
