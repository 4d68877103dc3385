//! Sentences with places, `{0}` and `{1}`, in which something is filled in: errors, reports, plans, advices, in either language. What they say stands in tables elsewhere,
//! which [`sentences!`](crate::sentences) makes: plan and journal keep the English text, and whoever shows it in Japanese reads the values back out of it.

use std::collections::BTreeMap;
use std::fmt;

/// What stands between facts that are told in one text.
const BETWEEN: &str = "; ";
const BETWEEN_JA: &str = "。";

/// What the places of a sentence were filled in with.
type Found<'a> = BTreeMap<usize, &'a str>;

/// One sentence, in English and in Japanese.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Both {
    /// As plan and journal keep it.
    pub en: &'static str,
    /// As it is shown to who reads Japanese.
    pub ja: &'static str,
}

/// A sentence that is filled in, in English. Only a table makes one, so that nothing is said that nobody could translate.
#[derive(Debug, Clone, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Said(String);

impl Said {
    /// A sentence of a table, filled in; [`sentences!`](crate::sentences) calls it.
    #[doc(hidden)]
    pub fn of(sentence: Both, values: &[&str]) -> Self {
        Self(filled(sentence.en, values))
    }

    /// Facts that are told in one text, as many as there are; nothing where there are none.
    pub fn all(facts: impl IntoIterator<Item = Self>) -> Self {
        let facts: Vec<String> = facts.into_iter().map(|fact| fact.0).collect();
        Self(facts.join(BETWEEN))
    }

    /// What is nobody's to translate: AWS's own words, or those of a team's command.
    pub fn verbatim(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    /// The text, as plan and journal keep it.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl From<Said> for String {
    fn from(said: Said) -> Self {
        said.0
    }
}

impl fmt::Display for Said {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// A table of sentences: an enum with a variant for each, English and Japanese behind it. A missing translation does not compile.
#[macro_export]
macro_rules! sentences {
    ($(#[$about:meta])* $vis:vis enum $table:ident { $($name:ident: $en:literal, $ja:literal;)* }) => {
        $(#[$about])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        // As text: brackets in a sentence are no links.
        $vis enum $table { $(#[doc = concat!("```text\n", $en, "\n```")] $name),* }

        impl $table {
            /// Every sentence.
            $vis const BOTH: &'static [$crate::sentence::Both] = &[$($crate::sentence::Both { en: $en, ja: $ja }),*];

            /// It with its places filled in.
            $vis fn fill(self, values: &[&str]) -> $crate::sentence::Said {
                $crate::sentence::Said::of(Self::BOTH[self as usize], values)
            }
        }

        impl From<$table> for $crate::sentence::Said {
            fn from(sentence: $table) -> Self {
                sentence.fill(&[])
            }
        }

        impl From<$table> for String {
            fn from(sentence: $table) -> Self {
                sentence.fill(&[]).into()
            }
        }
    };
}

/// In Japanese what was said in English; none where none of the tables `of` has anything of it. Facts that are told in one text are read one by one, and what no table has
/// among them stands as it is.
pub fn in_japanese(of: &[&[Both]], within: &[&[Both]], said: &str) -> Option<String> {
    let mut told = Vec::new();
    let mut known = false;
    let mut rest = Some(said);
    while let Some(text) = rest {
        let (length, japanese) = first_fact(of, within, text);
        known |= japanese.is_some();
        told.push(japanese.unwrap_or_else(|| text[..length].to_owned()));
        rest = text[length..].strip_prefix(BETWEEN);
    }
    known.then(|| told.join(BETWEEN_JA))
}

/// The first of the facts that a text tells: how long it is, and it in Japanese. A sentence that has a semicolon itself is one fact, and so is one of whose values that is
/// true; any other value with one is, but where nothing else can be read, the end of one fact and the next.
fn first_fact(of: &[&[Both]], within: &[&[Both]], text: &str) -> (usize, Option<String>) {
    let breaks: Vec<usize> = text.match_indices(BETWEEN).map(|(at, _)| at).collect();
    let ends = breaks.iter().rev().copied();
    let of_one_fact = |end| Some((end, one_fact(of, within, &text[..end])?));
    // What stands before a sentence is not its beginning.
    let begins_it = |both: &Both, found: &Found| match pieces(both.en) {
        ("", places) => places.first().is_none_or(|(place, _)| !found[place].contains(BETWEEN)),
        _ => true,
    };
    match [text.len()].into_iter().chain(ends).find_map(of_one_fact) {
        Some((end, japanese)) => (end, Some(japanese)),
        None => match sentence(of, within, text, begins_it) {
            Some(japanese) => (text.len(), Some(japanese)),
            None => (breaks.first().copied().unwrap_or(text.len()), None),
        },
    }
}

/// In Japanese what is one sentence, whose values tell no more than one fact each.
fn one_fact(of: &[&[Both]], within: &[&[Both]], said: &str) -> Option<String> {
    // A break may also lie between a value and the sentence's own next word.
    let has_break = |value: &str| value.contains(BETWEEN) || value.ends_with(BETWEEN.trim_end());
    let is_one = |value: &&str| !has_break(value) || one_fact(within, within, value).is_some();
    sentence(of, within, said, |_, found| found.values().all(is_one))
}

/// In Japanese what is one sentence of the tables `of`, with values that fit. Of several sentences that it could be, the one that says most itself; a value that is
/// a sentence of the tables `within` is said in Japanese, too.
fn sentence(of: &[&[Both]], within: &[&[Both]], said: &str, fits: impl Fn(&Both, &Found) -> bool) -> Option<String> {
    let read = of
        .iter()
        .copied()
        .flatten()
        .filter_map(|both| Some((both, values(both.en, said)?)))
        .filter(|(both, found)| fits(both, found));
    let own = |found: &Found| said.len() - found.values().map(|value| value.len()).sum::<usize>();
    // `min_by_key` keeps the first of equals, `max_by_key` would keep the last.
    let (both, found) = read.min_by_key(|(_, found)| std::cmp::Reverse(own(found)))?;
    let values: BTreeMap<usize, String> = found
        .into_iter()
        .map(|(place, value)| {
            let japanese = in_japanese(within, within, value);
            (place, japanese.unwrap_or_else(|| value.to_owned()))
        })
        .collect();
    Some(filled_by(both.ja, |place| values.get(&place).map(String::as_str)))
}

/// A text of literal pieces and places: what stands before the first place, then each place and what stands behind it. Braces around anything but a number are text: a
/// sentence may quote a runbook.
pub fn pieces(text: &str) -> (&str, Vec<(usize, &str)>) {
    let found = text.match_indices('{').filter_map(|(at, _)| {
        let (digits, _) = text[at + 1..].split_once('}')?;
        let place = digits.parse::<usize>().ok()?;
        Some((at, at + digits.len() + 2, place))
    });
    let found: Vec<(usize, usize, usize)> = found.collect();
    let ends = found.iter().skip(1).map(|(begins, _, _)| *begins).chain([text.len()]);
    let head = &text[..found.first().map_or(text.len(), |(begins, _, _)| *begins)];
    let places = found
        .iter()
        .zip(ends)
        .map(|((_, behind, place), ends)| (*place, &text[*behind..ends]));
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

fn filled_by<'a>(text: &str, value: impl Fn(usize) -> Option<&'a str>) -> String {
    let (head, places) = pieces(text);
    let mut out = head.to_owned();
    for (place, behind) in places {
        out.push_str(value(place).expect("the table's places are those of its values"));
        out.push_str(behind);
    }
    out
}

/// What the places of a text were filled in with; none where it is not that text.
fn values<'a>(text: &str, said: &'a str) -> Option<Found<'a>> {
    // Most of a thousand sentences are not it, which is seen without taking them to pieces.
    let (begins, ends) = (text.split('{').next()?, text.rsplit('}').next()?);
    if !said.starts_with(begins) || !said.ends_with(ends) {
        return None;
    }
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

#[cfg(test)]
#[path = "sentence_tests.rs"]
mod tests;
