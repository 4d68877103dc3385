//! What the inventory lists and no step moves: file systems, instance stores, and what only its tags told of. The plan names them, with the way people
//! take.

pub mod billed;
pub mod ways;
pub(crate) mod words;

use model::Side;

use crate::check::known;
use crate::draft::Draft;
use crate::draft::Says;
use words::Text;

/// Adds the notes.
pub fn plan(draft: &mut Draft) {
    let Some(region) = draft.regional(Side::Source) else {
        return;
    };
    let (source, target) = (draft.account(Side::Source), draft.account(Side::Target));
    let mut texts = Vec::new();
    for file_system in &region.file_systems {
        let named = match file_system.name.as_str() {
            "" => file_system.id.clone(),
            name => format!("{} ({name})", file_system.id),
        };
        let size = file_system.size_gib.to_string();
        texts.push(Text::FileSystem.fill(&[&named, &size, target.as_str(), source.as_str()]));
    }
    let moved = |id: &str| draft.runbook.instances.iter().any(|spec| spec.id == id);
    // Of an instance that this run stops its own section says what becomes of them.
    let stores = region
        .instances
        .iter()
        .filter(|instance| instance.instance_store_volumes > 0 || instance.root_on_instance_store);
    for instance in stores.filter(|instance| !moved(&instance.id)) {
        let text = match instance.state.as_str() {
            "running" => Text::StoreOfRunning,
            _ => Text::StoreOfStopped,
        };
        texts.push(text.fill(&[&instance.id, instance.name(), target.as_str()]));
    }
    for text in texts {
        draft.note(None, Says::Warns(&known::UNMOVED), text);
    }
    let others = draft.observed(Side::Source).map_or(&[][..], |account| &account.others);
    let here = others
        .iter()
        .filter(|other| ["", draft.region().as_str()].contains(&other.region()));
    for left in ways::left(here) {
        let text = Text::Left.fill(&[&left.called, &left.names(), left.way.as_str()]);
        draft.note(None, Says::Warns(&known::UNMOVED), text);
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use model::inventory::Other;
    use model::plan::Weight;

    use crate::Runbook;
    use crate::plan_shape::{SOURCE, TARGET, inventory};

    #[test]
    fn file_systems_and_instance_stores_are_named_with_the_way_people_take() {
        let source = json!({"file_systems": [{"id": "fs-1", "name": "uploads", "size_gib": 300}],
            "instances": [{"id": "i-1", "state": "running", "instance_store_volumes": 2, "tags": {"Name": "cache"}},
                {"id": "i-2", "state": "running"}]});
        let inventory = inventory(&source, &json!({}));
        let text = format!(
            "migration = \"shop\"\nregion = \"ap-northeast-1\"\nsource = {{ account = \"{SOURCE}\" }}\ntarget = {{ account = \"{TARGET}\" }}\n"
        );
        let plan = crate::plan(&Runbook::parse(&text).expect("a runbook"), &inventory);
        let texts: Vec<&str> = plan.notes.iter().map(|note| note.text.as_str()).collect();
        assert_eq!(texts.len(), 2, "{texts:?}");
        for wanted in ["fs-1 (uploads), 300 GiB, is NOT moved", "DataSync", "AWS Backup"] {
            assert!(texts[0].contains(wanted), "{wanted}: {texts:?}");
        }
        assert!(
            texts[1].contains("i-1 (cache) is NOT moved") && texts[1].contains("rsync"),
            "{texts:?}"
        );
    }

    #[test]
    fn what_only_tags_told_of_is_named_by_kind_and_region() {
        let mut inventory = inventory(&json!({}), &json!({}));
        let arns = ["sqs:ap-northeast-1", "sqs:eu-west-1", "cloudfront:"]
            .map(|place| format!("arn:aws:{place}:{SOURCE}:distribution/x"));
        let source = inventory.accounts.iter_mut().find(|(id, _)| id.as_str() == SOURCE);
        source.expect("the source").1.others = arns
            .into_iter()
            .map(|arn| Other {
                arn,
                ..Other::default()
            })
            .collect();
        let text = format!(
            "migration = \"shop\"\nregion = \"ap-northeast-1\"\nsource = {{ account = \"{SOURCE}\" }}\ntarget = {{ account = \"{TARGET}\" }}\n"
        );
        let plan = crate::plan(&Runbook::parse(&text).expect("a runbook"), &inventory);
        let texts: Vec<&str> = plan.notes.iter().map(|note| note.text.as_str()).collect();
        assert_eq!(texts.len(), 2, "{texts:?}");
        assert!(
            texts[0].starts_with("CloudFront distributions (x) are NOT moved: make one"),
            "{texts:?}"
        );
        assert!(texts[1].starts_with("SQS queues (x) are NOT moved"), "{texts:?}");
        assert!(plan.notes.iter().all(|note| note.weight == Weight::Warns));
    }
}
