//! The products that sections name: whether the runbook has them, and whether a gate of its own is taken for one of theirs.

use model::products::GATE_PREFIX;
use toml::Spanned;

use super::File;
use crate::gate::spec::GateSection;

/// Refuses a gate that is called like a product's, and a product that the runbook does not have, where it has some: a name that is mistyped would be a
/// product of its own, which nobody answers for.
pub(super) fn checked(file: &File) -> Result<(), (usize, String)> {
    let begins_so = |gate: &&Spanned<GateSection>| gate.get_ref().name.as_str().starts_with(GATE_PREFIX);
    if let Some(gate) = file.gate.iter().find(begins_so) {
        return Err((
            gate.span().start,
            format!(
                "gates whose names begin with {GATE_PREFIX:?} are those at which products agree: give it another name"
            ),
        ));
    }
    for (name, team) in &file.products {
        if name.trim().is_empty() || team.owner.trim().is_empty() {
            return Err((
                0,
                format!("[products.{name:?}]: a product has a name, and an owner who answers for it"),
            ));
        }
    }
    let known: Vec<&str> = file.products.keys().map(String::as_str).collect();
    for (at, product) in named(file) {
        if product.trim().is_empty() {
            return Err((at, "product = \"\": a product has a name".to_owned()));
        }
        if !known.is_empty() && !known.contains(&product) {
            let known = known.join(", ");
            return Err((
                at,
                format!("product = {product:?} has no [products.{product}]; there are: {known}"),
            ));
        }
    }
    Ok(())
}

/// Every product that a section names, and where that section begins.
fn named(file: &File) -> Vec<(usize, &str)> {
    fn of<T>(sections: &[Spanned<T>], product: fn(&T) -> Option<&str>) -> Vec<(usize, &str)> {
        let found = sections.iter().filter_map(|section| {
            let product = product(section.get_ref())?;
            Some((section.span().start, product))
        });
        found.collect()
    }
    let mut all = of(&file.key, |spec| spec.product.as_deref());
    all.extend(of(&file.database, |spec| spec.product.as_deref()));
    all.extend(of(&file.cluster, |spec| spec.product.as_deref()));
    all.extend(of(&file.cache, |spec| spec.product.as_deref()));
    all.extend(of(&file.bucket, |spec| spec.product.as_deref()));
    all.extend(of(&file.image, |spec| spec.product.as_deref()));
    all.extend(of(&file.instance, |spec| spec.product.as_deref()));
    all.extend(of(&file.volume, |spec| spec.product.as_deref()));
    all.extend(of(&file.zone, |spec| spec.product.as_deref()));
    all.extend(of(&file.private_zone, |spec| spec.product.as_deref()));
    all
}
