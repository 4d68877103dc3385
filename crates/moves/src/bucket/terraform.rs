//! Buckets and their sub-resources for Terraform: each sub-resource that the run put on the new bucket is a resource of its own there,
//! and reads as the run put it.

use model::{ResourceRef, Side, StepSpec};
use quick_xml::Reader;
use quick_xml::events::{BytesStart, Event};
use serde_json::Value as Json;

use super::apply_document::{self, Wanted};
use super::place::{MadeBucket, Named, Place};
use super::record_configuration::Recorded;
use super::renaming::Renaming;
use super::terraform_shapes::{self, Field, Shape};
use super::{apply_policy, delete_source, documents, keep_versions, make_bucket, win_name};
use crate::key::{KeyFrom, KeyOutput};
use crate::terraform::{Config, HandOver, Leaving, Run, Thing, Value, label};

/// Hands over the buckets that the run made to stay.
pub(crate) fn hand_over(run: &Run, over: &mut HandOver) {
    for step in run.made(over, "bucket.win_name") {
        if let Some(input) = run.input::<win_name::Input>(step) {
            bucket(run, over, step, &input.bucket, &input.bucket);
        }
    }
    for step in run.made(over, "bucket.await_name") {
        if let Some(input) = run.input::<win_name::Input>(step) {
            over.tell(format!(
                "The bucket {} is not in here: the target's own Terraform has made it.",
                input.bucket
            ));
            leaves(
                run,
                over,
                &step.resource,
                &input.bucket,
                "has moved, and the target's own Terraform made it anew",
            );
        }
    }
    for step in run.done("bucket.make") {
        if let Some(made) = run.output::<MadeBucket>(&step.id).filter(|_| !is_passing(run, step)) {
            bucket(run, over, step, &step.resource.name, &made.bucket);
        }
    }
}

/// Whether a bucket that the run made goes again: made under a new name it is the last one. One that carries a cache's files goes, too, or
/// holds them for whoever makes the cache.
pub(super) fn is_passing(run: &Run, made: &StepSpec) -> bool {
    if made.resource.kind.as_str() == "cache" {
        return true;
    }
    let of_it = run
        .state
        .plan
        .steps
        .iter()
        .filter(|step| step.resource == made.resource);
    let mut actions = of_it.map(|step| step.action.as_str());
    let ops = run.input::<make_bucket::Input>(made).is_none_or(|input| input.ops);
    ops || actions.any(|action| matches!(action, "bucket.win_name" | "bucket.await_name"))
}

/// The name of a bucket, as a step knew it.
fn name_of(run: &Run, place: &Place) -> Option<String> {
    match &place.bucket {
        Named::Name(name) => Some(name.clone()),
        Named::MadeBy(step) => run.output::<MadeBucket>(step).map(|made| made.bucket),
    }
}

fn bucket(run: &Run, over: &mut HandOver, made: &StepSpec, was: &str, name: &str) {
    let at = over.reserve();
    let reference = format!("aws_s3_bucket.{}", label(name));
    let mut config = Config::default().set("bucket", name);
    let (mut versions, mut encryption) = (None, None);
    let of_bucket: Vec<&StepSpec> = run
        .state
        .plan
        .steps
        .iter()
        .filter(|step| step.resource == made.resource && run.is_done(&step.id))
        .collect();
    for step in of_bucket {
        match step.action.as_str() {
            "bucket.keep_versions" => {
                let input = run.input::<keep_versions::Input>(step);
                if let Some(input) = input.filter(|input| name_of(run, &input.bucket).as_deref() == Some(name)) {
                    versions = Some(if input.on { "Enabled" } else { "Suspended" });
                }
            }
            "bucket.apply_policy" => policy(run, over, step, name, &reference),
            "bucket.apply_document" => {
                let input = run.input::<apply_document::Input>(step);
                let Some(input) = input.filter(|input| name_of(run, &input.bucket).as_deref() == Some(name)) else {
                    continue;
                };
                let Some(parts) = carried(run, step, &input) else {
                    continue;
                };
                if input.document == documents::TAGGING.name {
                    let tags = parts
                        .first()
                        .map(|(_, tree)| tags_of(tree, "TagSet/Tag"))
                        .unwrap_or_default();
                    config.push("tags", Value::Map(tags));
                } else if input.document == documents::ENCRYPTION.name {
                    // Set once, and for a bucket under a new name once more.
                    encryption = Some((input, parts));
                } else {
                    sub_resources(run, over, &input, parts, name, &reference);
                }
            }
            _ => {}
        }
    }
    let sub = |kind, config| Thing::new(kind, name, name).with(config);
    let mut first = vec![sub("aws_s3_bucket", config).keeps_data()];
    if let Some(status) = versions {
        let inside = Config::default().set("status", status);
        let config = Config::default()
            .set("bucket", bucket_of(&reference))
            .block("versioning_configuration", inside);
        first.push(sub("aws_s3_bucket_versioning", config));
    }
    over.insert(at, first);
    if let Some((input, parts)) = encryption {
        sub_resources(run, over, &input, parts, name, &reference);
    }
    let what = match was == name {
        true => "has moved to the target under its own name, and is deleted here".to_owned(),
        false => format!("is {name} in the target. The source's still stands, closed to writing"),
    };
    leaves(run, over, &made.resource, was, &what);
}

fn bucket_of(reference: &str) -> Value {
    Value::Refer(format!("{reference}.bucket"))
}

fn policy(run: &Run, over: &mut HandOver, step: &StepSpec, name: &str, reference: &str) {
    let (Some(source), Some(target)) = (run.account(Side::Source), run.account(Side::Target)) else {
        return;
    };
    let Some(input) = run
        .input::<apply_policy::Input>(step)
        .filter(|input| input.bucket == name)
    else {
        return;
    };
    let recorded: Option<Recorded> = run.output(&input.recorded);
    let wanted = apply_policy::wanted(&input, recorded.and_then(|recorded| recorded.policy), source, target);
    let Ok(Some(text)) = wanted else {
        return;
    };
    let document = serde_json::from_str::<Json>(&text).map_or_else(|_| Value::Text(text.clone()), Value::Json);
    let config = Config::default()
        .set("bucket", bucket_of(reference))
        .set("policy", document);
    over.add(Thing::new("aws_s3_bucket_policy", name, name).with(config));
}

/// What of a sub-resource was put, each part with its id where there are many.
type Parts = Vec<(Option<String>, Tree)>;

/// What a step put; none where there was nothing, or S3 did not take it.
fn carried(run: &Run, step: &StepSpec, input: &apply_document::Input) -> Option<Parts> {
    let output = run.state.output(&step.id)?;
    if output["carried"] != true {
        return None;
    }
    let document = documents::of(&input.document)?;
    let mut recorded: Recorded = run.output(&input.recorded)?;
    let found = recorded.documents.remove(&input.document)?;
    let key = match &input.key {
        None => None,
        Some(KeyFrom::Arn(arn)) => Some(arn.clone()),
        Some(KeyFrom::Step(step)) => Some(run.output::<KeyOutput>(step)?.arn),
    };
    let renaming = Renaming {
        from: run.account(Side::Source)?,
        to: run.account(Side::Target)?,
        instead: &input.instead,
    };
    let Wanted::This(found) = apply_document::wanted(&document, found, key.as_deref(), &renaming) else {
        return None;
    };
    // Of many, only those that S3 took.
    let taken = output[&input.document]["ids"].as_array();
    let parts = document
        .parts(&found)
        .into_iter()
        .filter(|part| match (&part.id, taken) {
            (Some(id), Some(taken)) => taken.iter().any(|one| one == id.as_str()),
            _ => true,
        });
    let mut parts: Parts = parts
        .filter_map(|part| Some((part.id, Tree::parse(&part.found.xml)?)))
        .collect();
    if let (Some(minimum), Some((_, tree))) = (&found.transition_minimum, parts.first_mut()) {
        tree.children.push(Tree::leaf("TransitionMinimum", minimum));
    }
    Some(parts)
}

fn sub_resources(
    run: &Run,
    over: &mut HandOver,
    input: &apply_document::Input,
    parts: Parts,
    name: &str,
    reference: &str,
) {
    let Some((kind, shape)) = terraform_shapes::of(&input.document) else {
        over.tell(format!(
            "{name} also has a configuration {}, for which the AWS provider has no resource that it was written for: set it as it is now.",
            input.document
        ));
        return;
    };
    let encrypts_with = input.key.as_ref().and_then(|key| match key {
        KeyFrom::Arn(_) => None,
        KeyFrom::Step(step) => over.key(run, step),
    });
    for (id, tree) in parts {
        let mut config = Config::default().set("bucket", bucket_of(reference));
        config = taken(config, &tree, shape, encrypts_with.as_ref());
        let thing = match &id {
            None => Thing::new(kind, name, name),
            // Ids of inventories and their like stand behind the bucket's name.
            Some(id) => Thing::new(kind, &format!("{name} {id}"), format!("{name}:{id}")),
        };
        over.add(thing.with(config));
    }
}

/// The arguments that an element gives.
fn taken(mut config: Config, tree: &Tree, shape: Shape, key: Option<&Value>) -> Config {
    for member in shape {
        let found = tree.at(member.xml);
        let Some(first) = found.first() else { continue };
        match member.field {
            Field::Text if member.xml == "KMSMasterKeyID" && key.is_some() => {
                config = config.maybe(member.hcl, key.cloned());
            }
            Field::Text => config.push(member.hcl, first.text.as_str()),
            Field::Number => config = config.maybe(member.hcl, first.text.parse::<i64>().ok()),
            Field::Flag => config.push(member.hcl, first.text == "true"),
            Field::There => config.push(member.hcl, true),
            Field::List => {
                let texts: Vec<&str> = found.iter().map(|one| one.text.as_str()).collect();
                config.push(member.hcl, texts);
            }
            Field::Tags => config.push(member.hcl, Value::Map(tags_of(tree, member.xml))),
            Field::Block(inner) => {
                for one in found {
                    config = config.block(member.hcl, taken(Config::default(), one, inner, key));
                }
            }
        }
    }
    config
}

fn tags_of(tree: &Tree, path: &str) -> Vec<(String, Value)> {
    let text = |tag: &Tree, name: &str| tag.at(name).first().map(|one| one.text.clone());
    let tags = tree.at(path).into_iter();
    let mut tags: Vec<(String, Value)> = tags
        .filter_map(|tag| Some((text(tag, "Key")?, Value::Text(text(tag, "Value").unwrap_or_default()))))
        .collect();
    tags.sort_by(|one, other| one.0.cmp(&other.0));
    tags
}

/// What the source's Terraform must forget of a bucket: itself, and every sub-resource that it had.
fn leaves(run: &Run, over: &mut HandOver, resource: &ResourceRef, was: &str, what: &str) {
    let steps = || run.state.plan.steps.iter().filter(|step| step.resource == *resource);
    let deletes = steps().find(|step| step.action == "bucket.delete_source");
    if deletes.is_some_and(|step| !run.is_done(&step.id) || run.input::<delete_source::Input>(step).is_none()) {
        return;
    }
    let recorded = steps().find(|step| step.action == "bucket.record_configuration");
    let recorded: Option<Recorded> = recorded.and_then(|step| run.output(&step.id));
    let mut leave = |kind: &'static str, named: &str, known_by: Vec<(&'static str, String)>| {
        over.leave(Leaving {
            kind,
            label: label(named),
            known_by,
            said: what.to_owned(),
            shared: false,
        });
    };
    let bucket = || vec![("bucket", was.to_owned())];
    leave("aws_s3_bucket", was, bucket());
    let Some(recorded) = recorded else { return };
    if recorded.versioning != model::inventory::Versioning::Disabled {
        leave("aws_s3_bucket_versioning", was, bucket());
    }
    if recorded.policy.is_some() {
        leave("aws_s3_bucket_policy", was, bucket());
    }
    for (name, found) in &recorded.documents {
        let (Some(document), Some((kind, _))) = (documents::of(name), terraform_shapes::of(name)) else {
            continue;
        };
        for part in document.parts(found) {
            match part.id {
                None => leave(kind, was, bucket()),
                Some(id) => {
                    let mut known_by = bucket();
                    known_by.push(("name", id.clone()));
                    leave(kind, &format!("{was} {id}"), known_by);
                }
            }
        }
    }
}

/// An element.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Tree {
    name: String,
    text: String,
    children: Vec<Tree>,
}

impl Tree {
    fn leaf(name: &str, text: &str) -> Self {
        Self {
            name: name.to_owned(),
            text: text.to_owned(),
            children: Vec::new(),
        }
    }

    /// The root of a document; none where it is no XML.
    fn parse(xml: &str) -> Option<Self> {
        let mut reader = Reader::from_str(xml);
        let mut open = vec![Self::default()];
        let begin = |start: &BytesStart| Self::leaf(&String::from_utf8_lossy(start.local_name().as_ref()), "");
        loop {
            match reader.read_event().ok()? {
                Event::Start(start) => open.push(begin(&start)),
                Event::Empty(start) => open.last_mut()?.children.push(begin(&start)),
                Event::End(_) => {
                    let done = open.pop()?.closed();
                    open.last_mut()?.children.push(done);
                }
                Event::Text(text) => open.last_mut()?.text.push_str(&text.decode().ok()?),
                Event::CData(text) => open.last_mut()?.text.push_str(&text.decode().ok()?),
                Event::GeneralRef(reference) => {
                    let resolved = match reference.resolve_char_ref().ok()? {
                        Some(found) => found.to_string(),
                        None => quick_xml::escape::resolve_predefined_entity(&reference.decode().ok()?)?.to_owned(),
                    };
                    open.last_mut()?.text.push_str(&resolved);
                }
                Event::Eof => return open.pop().filter(|_| open.is_empty())?.children.into_iter().next(),
                _ => {}
            }
        }
    }

    /// The element once it ends. What a notification filters by is a name and a value; here the name is the element's.
    fn closed(mut self) -> Self {
        if !self.children.is_empty() {
            self.text.clear();
        }
        let rule = |name: &str| self.at(name).first().map(|one| one.text.clone());
        match (self.name.as_str(), rule("Name"), rule("Value")) {
            ("FilterRule", Some(name), value) => Self::leaf(&name.to_ascii_lowercase(), &value.unwrap_or_default()),
            _ => self,
        }
    }

    /// All elements at a path below this one.
    fn at(&self, path: &str) -> Vec<&Tree> {
        let mut found = vec![self];
        for name in path.split('/') {
            found = found
                .into_iter()
                .flat_map(|tree| tree.children.iter().filter(|child| child.name == name))
                .collect();
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(document: &str, xml: &str) -> String {
        let (_, shape) = terraform_shapes::of(document).expect("a resource");
        let tree = Tree::parse(xml).expect("XML");
        taken(Config::default(), &tree, shape, None).text()
    }

    #[test]
    fn a_notification_and_its_filter() {
        let xml = "<NotificationConfiguration xmlns=\"x\"><QueueConfiguration><Id>a&amp;b</Id><Queue>arn:q</Queue><Event>s3:ObjectCreated:*\
                   </Event><Event>s3:ObjectRemoved:*</Event><Filter><S3Key><FilterRule><Name>Prefix</Name><Value>in/</Value></FilterRule>\
                   </S3Key></Filter></QueueConfiguration><EventBridgeConfiguration/></NotificationConfiguration>";
        let expected = "eventbridge = true\n\nqueue {\n  id            = \"a&b\"\n  queue_arn     = \"arn:q\"\n  events        = \
                        [\"s3:ObjectCreated:*\", \"s3:ObjectRemoved:*\"]\n  filter_prefix = \"in/\"\n}\n";
        assert_eq!(written("notification", xml), expected);
    }

    #[test]
    fn lifecycle_rules_with_tags_and_an_empty_prefix() {
        let xml = "<LifecycleConfiguration><Rule><ID>one</ID><Filter><And><Prefix>p/</Prefix><Tag><Key>b</Key><Value>2</Value></Tag><Tag><Key>a</Key>\
                   <Value>1</Value></Tag></And></Filter><Status>Enabled</Status><Expiration><Days>30</Days></Expiration></Rule><Rule><ID>two\
                   </ID><Filter><Prefix></Prefix></Filter><Status>Disabled</Status><AbortIncompleteMultipartUpload>\
                   <DaysAfterInitiation>7</DaysAfterInitiation></AbortIncompleteMultipartUpload></Rule></LifecycleConfiguration>";
        let text = written("lifecycle", xml);
        assert!(
            text.contains("tags = {\n        a = \"1\"\n        b = \"2\"\n      }"),
            "{text}"
        );
        assert!(text.contains("filter {\n    prefix = \"\"\n  }"), "{text}");
        assert!(text.contains("days_after_initiation = 7"), "{text}");
    }

    #[test]
    fn an_inventory_with_its_list_and_empty_block() {
        let xml = "<InventoryConfiguration><Id>all</Id><IsEnabled>true</IsEnabled><OptionalFields><Field>Size</Field><Field>ETag</Field>\
                   </OptionalFields><Destination><S3BucketDestination><Bucket>arn:b</Bucket><Encryption><SSE-S3/></Encryption>\
                   </S3BucketDestination></Destination></InventoryConfiguration>";
        let text = written("inventory", xml);
        assert!(text.contains("optional_fields = [\"Size\", \"ETag\"]"), "{text}");
        assert!(text.contains("sse_s3 {}"), "{text}");
    }
}
