//! Whose things move: what the runbook's sections say, else the tags of the source; and the gates at which products agree, where the runbook
//! asks for them.

use std::collections::{BTreeMap, BTreeSet};

use model::products::{Agreements, Belongs, Products, gate_of};
use model::{GateSpec, ResourceRef, Side, StepId};

use crate::draft::Draft;
use crate::runbook::Runbook;
use crate::words::Question;

/// Product and owner, as far as something tells them.
type Whose = (Option<String>, Option<String>);

/// Tags are written in both ways.
const PRODUCT: [&str; 2] = ["product", "Product"];
const OWNER: [&str; 2] = ["owner", "Owner"];

/// Tells whose everything in the draft is, and has what disturbs a product wait for its agreement where the runbook says so. Behind all kinds.
pub(crate) fn plan(draft: &mut Draft<'_>) -> Products {
    let mut resources: BTreeSet<ResourceRef> = draft.steps.iter().map(|step| step.resource.clone()).collect();
    resources.extend(draft.notes.iter().filter_map(|note| note.resource.clone()));
    let tags = by_tags(draft);
    let of = resources.into_iter().filter_map(|resource| {
        let (said, tagged) = (said(draft.runbook, &resource), tags.get(&resource).cloned());
        let (product, owner) = said.unwrap_or_default();
        let (product_tag, owner_tag) = tagged.unwrap_or_default();
        let (product, owner) = (product.or(product_tag), owner.or(owner_tag));
        (product.is_some() || owner.is_some()).then_some(Belongs {
            resource,
            product,
            owner,
        })
    });
    let products = Products {
        of: of.collect(),
        teams: draft.runbook.products.clone(),
        agreements: draft.runbook.agreements,
    };
    match products.agreements {
        Agreements::Asked => {}
        Agreements::Required => require(draft, &products),
    }
    products
}

/// What the section that means a resource says.
fn said(runbook: &Runbook, resource: &ResourceRef) -> Option<Whose> {
    macro_rules! section {
        ($specs:expr, $means:expr) => {
            $specs
                .iter()
                .find(|spec| $means(*spec))
                .map(|spec| (spec.product.clone(), spec.owner.clone()))
        };
    }
    let name = resource.name.as_str();
    match resource.kind.as_str() {
        "key" => section!(runbook.keys, |spec: &crate::key::spec::KeySpec| spec.alias == name),
        "database" => section!(runbook.databases, |spec: &crate::database::spec::DatabaseSpec| spec.id
            == name),
        "cluster" => section!(runbook.clusters, |spec: &crate::cluster::spec::ClusterSpec| spec.id
            == name),
        "cache" => section!(runbook.caches, |spec: &crate::cache::spec::CacheSpec| spec.id == name),
        "bucket" => section!(runbook.buckets, |spec: &crate::bucket::spec::BucketSpec| spec.name
            == name),
        "image" => section!(runbook.images, |spec: &crate::image::spec::ImageSpec| spec.means(name)),
        "instance" => section!(runbook.instances, |spec: &crate::instance::spec::InstanceSpec| spec.id
            == name),
        "volume" => section!(runbook.volumes, |spec: &crate::volume::spec::VolumeSpec| spec.id
            == name),
        "zone" => section!(runbook.zones, |spec: &crate::zone::spec::ZoneSpec| spec.name == name),
        "private_zone" => section!(
            runbook.private_zones,
            |spec: &crate::zone::private::spec::PrivateZoneSpec| spec.name == name
        ),
        _ => None,
    }
}

/// What the source's tags say, by resource. Names of zones are compared without the dot at their end.
fn by_tags(draft: &Draft<'_>) -> BTreeMap<ResourceRef, Whose> {
    let mut found: BTreeMap<ResourceRef, Whose> = BTreeMap::new();
    let mut tell = |kind: &str, name: &str, tags: &BTreeMap<String, String>| {
        let tag = |keys: [&str; 2]| {
            let mut values = keys.iter().filter_map(|key| tags.get(*key));
            let value = values.find(|value| !value.trim().is_empty());
            value.map(|value| value.trim().to_owned())
        };
        let whose = (tag(PRODUCT), tag(OWNER));
        if whose != (None, None) {
            found.entry(ResourceRef::new(kind, name)).or_insert(whose);
        }
    };
    if let Some(region) = draft.regional(Side::Source) {
        for key in &region.keys {
            key.aliases.iter().for_each(|alias| tell("key", alias, &key.tags));
        }
        region
            .databases
            .iter()
            .for_each(|one| tell("database", &one.id, &one.tags));
        region
            .clusters
            .iter()
            .for_each(|one| tell("cluster", &one.id, &one.tags));
        region.caches.iter().for_each(|one| tell("cache", &one.id, &one.tags));
        region.images.iter().for_each(|one| tell("image", &one.name, &one.tags));
        region
            .instances
            .iter()
            .for_each(|one| tell("instance", &one.id, &one.tags));
        region.volumes.iter().for_each(|one| tell("volume", &one.id, &one.tags));
        region
            .ebs_snapshots
            .iter()
            .for_each(|one| tell("volume", &one.id, &one.tags));
    }
    for bucket in draft.every_bucket(Side::Source) {
        tell("bucket", &bucket.name, &bucket.tags);
    }
    for zone in draft
        .observed(Side::Source)
        .map(|account| account.zones.as_slice())
        .unwrap_or_default()
    {
        let kind = if zone.private { "private_zone" } else { "zone" };
        tell(kind, zone.name.trim_end_matches('.'), &zone.tags);
    }
    found
}

/// Puts a gate before every step that disturbs something of a product. A hook that such a step needs waits, too: it stops what users use.
fn require(draft: &mut Draft<'_>, products: &Products) {
    let product_of: BTreeMap<&ResourceRef, &str> = products
        .of
        .iter()
        .filter_map(|belongs| Some((&belongs.resource, belongs.product.as_deref()?)))
        .collect();
    let mut waits: BTreeMap<StepId, BTreeSet<&str>> = BTreeMap::new();
    for step in draft.steps.iter().filter(|step| step.disturbs) {
        let Some(product) = product_of.get(&step.resource) else {
            continue;
        };
        let hooks = step.needs.iter().filter(|needed| needed.as_str().starts_with("hook/"));
        for id in hooks.chain([&step.id]) {
            waits.entry(id.clone()).or_default().insert(product);
        }
    }
    for step in &mut draft.steps {
        let products = waits.get(&step.id).into_iter().flatten();
        step.gates.extend(products.map(|product| gate_of(product)));
    }
    let waited_for: BTreeSet<&str> = waits.values().flatten().copied().collect();
    for product in waited_for {
        let team = products.teams.get(product);
        let whom = team.map(|team| match &team.contact {
            Some(contact) => format!("{}, {contact}", team.owner),
            None => team.owner.clone(),
        });
        let ask = match &whom {
            Some(whom) => Question::TeamOfAgrees.fill(&[product, whom]),
            None => Question::TeamAgrees.fill(&[product]),
        };
        draft.gates.push(GateSpec {
            name: gate_of(product),
            ask: ask.into(),
            after: Vec::new(),
            typed: None,
            people: 1,
        });
    }
}

#[cfg(test)]
#[path = "products_tests.rs"]
mod tests;
