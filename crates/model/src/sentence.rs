//! Sentences with places, `{0}` and `{1}`, in which something is filled in: errors, reports, advices, in either language. What they say stands in tables elsewhere.

use std::collections::BTreeMap;

/// A text of literal pieces and places: what stands before the first place, then each place and what stands behind it.
pub(crate) fn pieces(text: &str) -> (&str, Vec<(usize, &str)>) {
    let mut parts = text.split('{');
    let head = parts.next().unwrap_or_default();
    let places = parts.map(|part| {
        let (place, behind) = part.split_once('}').expect("the table's places are closed");
        (place.parse().expect("the table's places are numbers"), behind)
    });
    (head, places.collect())
}

/// A sentence with its places filled in, in one pass: a value that itself holds `{1}` is not filled again.
///
/// # Panics
///
/// Where a place has no value: tables and their uses are written together, and their tests hold each against the other.
pub fn filled(text: &str, values: &[&str]) -> String {
    filled_by(text, |place| values.get(place).copied())
}

pub(crate) fn filled_by<'a>(text: &str, value: impl Fn(usize) -> Option<&'a str>) -> String {
    let (head, places) = pieces(text);
    let mut out = head.to_owned();
    for (place, behind) in places {
        out.push_str(value(place).expect("the table's places are those of its values"));
        out.push_str(behind);
    }
    out
}

/// What the places of a text were filled in with; none where it is not that text.
pub(crate) fn values<'a>(text: &str, said: &'a str) -> Option<BTreeMap<usize, &'a str>> {
    let (head, places) = pieces(text);
    let mut rest = said.strip_prefix(head)?;
    let mut found = BTreeMap::new();
    for (nth, (place, behind)) in places.iter().enumerate() {
        // The last one reaches as far as the text does.
        let length = match nth + 1 == places.len() {
            true => rest.strip_suffix(behind)?.len(),
            false => rest.find(behind)?,
        };
        let (value, more) = rest.split_at(length);
        rest = &more[behind.len()..];
        if found.insert(*place, value).is_some_and(|before| before != value) {
            return None;
        }
    }
    rest.is_empty().then_some(found)
}
