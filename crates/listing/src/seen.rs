//! Which characters have been seen where in a bucket's keys: by it a range of keys is measured, and divided.
//!
//! Only estimates leave this file. A wrong one costs a request, never a key: ranges themselves are compared as strings.

use std::collections::{BTreeMap, BTreeSet};

/// Where a character stands: in which folder (slashes before it), and how far from the last slash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Place {
    folder: u16,
    offset: u16,
}

impl Place {
    fn at_end_of(prefix: &str) -> Self {
        prefix.chars().fold(Self { folder: 0, offset: 0 }, |place, character| {
            place.behind(character)
        })
    }

    fn behind(self, character: char) -> Self {
        match character {
            '/' => Self {
                folder: self.folder.saturating_add(1),
                offset: 0,
            },
            _ => Self {
                folder: self.folder,
                offset: self.offset.saturating_add(1),
            },
        }
    }
}

/// The characters of one place.
#[derive(Debug, Clone, Default)]
struct Alphabet {
    seen: BTreeSet<char>,
    samples: u32,
    /// In order: what was seen, and until that is sure also its likes.
    symbols: Vec<char>,
}

/// From so many keys on, a letter that has not been seen in a place is taken not to be there: it is a word's. Digits are counted up
/// or drawn by lot, and those to come are in the part of the bucket that has not been seen.
const SURE: u32 = 400;

impl Alphabet {
    fn note(&mut self, character: char) {
        self.samples = self.samples.saturating_add(1);
        let new = self.seen.insert(character);
        if new || self.samples == SURE {
            self.symbols = with_likes(&self.seen, self.samples < SURE);
        }
    }
}

/// A digit promises the other digits, and with them those of hexadecimal numbers if there is one; a letter, where letters are still
/// to be expected, the others of its case.
fn with_likes(seen: &BTreeSet<char>, letters_to_come: bool) -> Vec<char> {
    let mut all = seen.clone();
    let any = |range: std::ops::RangeInclusive<char>| seen.range(range).next().is_some();
    let digits = any('0'..='9');
    if digits {
        all.extend('0'..='9');
    }
    for (a, f, g, z) in [('a', 'f', 'g', 'z'), ('A', 'F', 'G', 'Z')] {
        if digits && any(a..=f) && !any(g..=z) {
            all.extend(a..=f);
        } else if letters_to_come && any(a..=z) {
            all.extend(a..=z);
        }
    }
    all.into_iter().collect()
}

/// What has been seen of a bucket's keys.
#[derive(Debug, Clone, Default)]
pub(crate) struct Seen {
    places: BTreeMap<Place, Alphabet>,
}

/// Positions are fractions of a frame, in units of 2^-128 of it: finer than keys differ in some thirty characters.
pub(crate) type Position = u128;

impl Seen {
    /// Learns from a key.
    pub(crate) fn note(&mut self, key: &str) {
        let mut place = Place::at_end_of("");
        for character in key.chars() {
            self.places.entry(place).or_default().note(character);
            place = place.behind(character);
        }
    }

    /// Where a key stands among all that begin with `frame`, which it must begin with. Rises with the key, not always strictly.
    pub(crate) fn position(&self, frame: &str, key: &str) -> Position {
        let mut place = Place::at_end_of(frame);
        let (mut at, mut span) = (0_u128, u128::MAX);
        for character in key.get(frame.len()..).unwrap_or_default().chars() {
            let Some(alphabet) = self.places.get(&place) else { break };
            let symbols = &alphabet.symbols;
            let count = symbols.len() as u128;
            let below = symbols.partition_point(|symbol| *symbol < character);
            let known = symbols.get(below) == Some(&character);
            match (known, below) {
                // The only one in its place says nothing.
                (true, _) if count == 1 => {}
                (true, _) => {
                    span /= count;
                    at += span * below as u128;
                }
                (false, _) if below == symbols.len() => return at.saturating_add(span.saturating_sub(1)),
                (false, _) => return at + span / count * below as u128,
            }
            if span == 0 {
                break;
            }
            place = place.behind(character);
        }
        at
    }

    /// The shortest key whose position is `at`, to within `precision`.
    pub(crate) fn key_at(&self, frame: &str, mut at: Position, precision: Position) -> String {
        let mut key = frame.to_owned();
        let mut place = Place::at_end_of(frame);
        let mut span = u128::MAX;
        while let Some(alphabet) = self.places.get(&place) {
            let symbols = &alphabet.symbols;
            if symbols.len() > 1 {
                if span <= precision.max(1) || span < symbols.len() as u128 {
                    break;
                }
                span /= symbols.len() as u128;
            }
            let index = if symbols.len() > 1 { at / span } else { 0 };
            let index = usize::try_from(index).unwrap_or(usize::MAX).min(symbols.len() - 1);
            at = at.saturating_sub(span.saturating_mul(index as u128));
            key.push(symbols[index]);
            place = place.behind(symbols[index]);
        }
        key
    }
}

/// What two keys have in common at their beginning.
pub(crate) fn common_prefix<'a>(one: &'a str, other: &str) -> &'a str {
    let end = one
        .char_indices()
        .zip(other.chars())
        .find(|((_, a), b)| a != b)
        .map_or(one.len().min(other.len()), |((at, _), _)| at);
    &one[..end]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(keys: &[&str]) -> Seen {
        let mut seen = Seen::default();
        keys.iter().for_each(|key| seen.note(key));
        seen
    }

    #[test]
    fn positions_rise_with_keys() {
        let keys = ["a/000", "a/017", "a/1", "a/9", "b/3", "b/5x", "m", "ä"];
        let seen = seen(&keys);
        let positions: Vec<Position> = keys.iter().map(|key| seen.position("", key)).collect();
        assert!(positions.is_sorted(), "{positions:?}");
    }

    #[test]
    fn the_middle_of_a_range_of_numbers_is_their_mean() {
        let seen = seen(&["n/0000", "n/0999"]);
        let (low, high) = (seen.position("n/", "n/2000"), seen.position("n/", "n/4000"));
        let middle = seen.key_at("n/", low + (high - low) / 2, (high - low) / 8);
        assert_eq!(middle, "n/30");
    }

    #[test]
    fn a_common_prefix_ends_between_characters() {
        assert_eq!(common_prefix("aäb", "aäc"), "aä");
        assert_eq!(common_prefix("aä", "aö"), "a");
        assert_eq!(common_prefix("a", "ab"), "a");
        assert_eq!(common_prefix("", "ab"), "");
    }
}
