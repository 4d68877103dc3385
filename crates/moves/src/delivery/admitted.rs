//! Whether some text of a form meets the conditions of a policy. Patterns are walked side by side, one character at a time, so that several which must hold at once, and
//! those that must not hold, are decided and not tried on examples.

use std::collections::BTreeSet;

/// What a text has at a place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Part {
    /// This character.
    This(char),
    /// One digit or more: an id that GitHub has given.
    Digits,
    /// Anything, or nothing.
    Rest,
}

/// A text, part by part.
pub(super) fn exact(text: &str) -> Vec<Part> {
    text.chars().map(Part::This).collect()
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Glyph {
    Is(char),
    One,
    Any,
}

/// One text that a condition compares with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Pattern {
    /// As it is written.
    pub(super) text: String,
    glyphs: Vec<Glyph>,
    any_case: bool,
}

/// The places of a pattern at which what follows may go on. Of places before a star none is kept once the star is reached: it takes all that they take.
type Places = Vec<usize>;

impl Pattern {
    /// What is written; `wild` where `*` and `?` stand for others. None where it holds a policy variable, whose value nobody knows here.
    pub(crate) fn new(text: &str, wild: bool, any_case: bool) -> Option<Self> {
        let mut glyphs = Vec::new();
        let mut rest = text.chars();
        while let Some(one) = rest.next() {
            glyphs.push(match one {
                '*' if wild => Glyph::Any,
                '?' if wild => Glyph::One,
                // `${*}`, `${?}` and `${$}` are the characters themselves.
                '$' if rest.as_str().starts_with('{') => {
                    let mut inner = rest.as_str().chars().skip(1);
                    let (Some(meant @ ('*' | '?' | '$')), Some('}')) = (inner.next(), inner.next()) else {
                        return None;
                    };
                    rest.by_ref().take(3).for_each(drop);
                    Glyph::Is(meant)
                }
                other => Glyph::Is(other),
            });
        }
        Some(Self {
            text: text.to_owned(),
            glyphs,
            any_case,
        })
    }

    /// Whether it fits a text.
    pub(crate) fn fits(&self, text: &str) -> bool {
        let mut places = self.first();
        for one in text.chars() {
            places = self.after(&places, one);
        }
        self.is_through(&places)
    }

    /// Whether it holds a star that is nothing but a star.
    pub(super) fn has_plain_star(&self) -> bool {
        self.glyphs.contains(&Glyph::Is('*')) && self.text.contains('*') && !self.text.contains("${*}")
    }

    fn first(&self) -> Places {
        self.settled(BTreeSet::from([0]))
    }

    fn after(&self, places: &Places, one: char) -> Places {
        let mut next = BTreeSet::new();
        for place in places {
            match self.glyphs.get(*place) {
                Some(Glyph::Any) => next.insert(*place),
                Some(Glyph::One) => next.insert(place + 1),
                Some(Glyph::Is(is)) if *is == one || (self.any_case && is.eq_ignore_ascii_case(&one)) => {
                    next.insert(place + 1)
                }
                Some(Glyph::Is(_)) | None => false,
            };
        }
        self.settled(next)
    }

    fn settled(&self, mut places: BTreeSet<usize>) -> Places {
        let mut last = 0;
        let mut pending: Vec<usize> = places.iter().copied().collect();
        while let Some(place) = pending.pop() {
            if self.glyphs.get(place) == Some(&Glyph::Any) {
                last = last.max(place);
                if places.insert(place + 1) {
                    pending.push(place + 1);
                }
            }
        }
        places.into_iter().filter(|place| *place >= last).collect()
    }

    fn is_through(&self, places: &Places) -> bool {
        places.last() == Some(&self.glyphs.len())
    }
}

/// One condition on the text: one of the patterns fits, or, with `not`, none does.
#[derive(Debug, Clone, Copy)]
pub(super) struct Test<'a> {
    pub(super) patterns: &'a [Pattern],
    pub(super) not: bool,
}

/// What a policy says of a text: it is admitted where all tests of one of `allow` hold, and not all of any of `deny`.
#[derive(Debug, Clone, Default)]
pub(super) struct Rules<'a> {
    pub(super) allow: Vec<Vec<Test<'a>>>,
    pub(super) deny: Vec<Vec<Test<'a>>>,
}

/// So many states are looked at. AWS takes a trust policy of a few thousand characters; what needs more was written to be unreadable.
const MOST: usize = 50_000;

impl Rules<'_> {
    /// Whether some text of the form is admitted; none where that would take too long.
    pub(super) fn admit_some(&self, form: &[Part]) -> Option<bool> {
        let tests = || self.allow.iter().chain(&self.deny).flatten();
        let patterns: Vec<&Pattern> = tests().flat_map(|test| test.patterns).collect();
        let alphabet = alphabet(form, &patterns);
        let first: Vec<Places> = patterns.iter().map(|pattern| pattern.first()).collect();
        let mut pending: Vec<(usize, Vec<Places>)> = vec![(0, first)];
        let mut seen: BTreeSet<(usize, Vec<Places>)> = pending.iter().cloned().collect();
        while let Some((at, places)) = pending.pop() {
            if at == form.len() && self.admit(&patterns, &places) {
                return Some(true);
            }
            let mut reach = |at: usize, places: Vec<Places>| {
                let state = (at, places);
                if seen.insert(state.clone()) {
                    pending.push(state);
                }
                seen.len() <= MOST
            };
            let step = |one: char| -> Vec<Places> {
                let each = patterns.iter().zip(&places);
                each.map(|(pattern, places)| pattern.after(places, one)).collect()
            };
            let within = match form.get(at) {
                None => true,
                Some(Part::This(one)) => reach(at + 1, step(*one)),
                Some(Part::Digits) => ('0'..='9').all(|one| {
                    let next = step(one);
                    reach(at, next.clone()) && reach(at + 1, next)
                }),
                Some(Part::Rest) => reach(at + 1, places.clone()) && alphabet.iter().all(|one| reach(at, step(*one))),
            };
            if !within {
                return None;
            }
        }
        Some(false)
    }

    fn admit(&self, patterns: &[&Pattern], places: &[Places]) -> bool {
        // In the order in which the patterns were gathered.
        let mut through = patterns
            .iter()
            .zip(places)
            .map(|(pattern, places)| pattern.is_through(places));
        let mut all_hold = |tests: &Vec<Test<'_>>| {
            let mut hold = true;
            for test in tests {
                let fitting = through.by_ref().take(test.patterns.len()).filter(|fits| *fits).count();
                hold &= (fitting > 0) != test.not;
            }
            hold
        };
        let mut allowed = false;
        for tests in &self.allow {
            allowed |= all_hold(tests);
        }
        let mut denied = false;
        for tests in &self.deny {
            denied |= all_hold(tests);
        }
        allowed && !denied
    }
}

/// Every character that anything tells from others, and one that stands for all the rest.
fn alphabet(form: &[Part], patterns: &[&Pattern]) -> BTreeSet<char> {
    let mut found: BTreeSet<char> = form
        .iter()
        .filter_map(|part| match part {
            Part::This(one) => Some(*one),
            Part::Digits | Part::Rest => None,
        })
        .collect();
    for pattern in patterns {
        for glyph in &pattern.glyphs {
            if let Glyph::Is(one) = glyph {
                found.insert(*one);
                if pattern.any_case {
                    found.extend([one.to_ascii_lowercase(), one.to_ascii_uppercase()]);
                }
            }
        }
    }
    let other = ('a'..='\u{2fff}').find(|one| !found.contains(one));
    found.extend(other);
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    fn like(text: &str) -> Pattern {
        Pattern::new(text, true, false).expect("no variable")
    }

    #[test]
    fn stars_and_question_marks_stand_for_others_and_escaped_ones_for_themselves() {
        for (pattern, text, fits) in [
            ("a*c", "abbc", true),
            ("a*c", "ac", true),
            ("a*c", "acd", false),
            ("a?c", "abc", true),
            ("a?c", "ac", false),
            ("*ab*ab", "abab", true),
            ("*ab*ab", "aba", false),
            ("a${*}c", "a*c", true),
            ("a${*}c", "abc", false),
            ("", "", true),
            ("**", "x", true),
        ] {
            assert_eq!(like(pattern).fits(text), fits, "{pattern} {text}");
        }
        assert_eq!(Pattern::new("a${aws:username}", true, false), None);
        assert!(Pattern::new("Abc", false, true).expect("a text").fits("aBC"));
        assert!(Pattern::new("a*", false, false).expect("a text").fits("a*"));
    }

    #[test]
    fn what_must_hold_at_once_is_decided_together() {
        let (a, b, c) = ([like("x*a")], [like("*b*")], [like("*b*a")]);
        let test = |patterns, not| Test { patterns, not };
        let some = |allow: Vec<Vec<Test<'_>>>, deny: Vec<Vec<Test<'_>>>| {
            Rules { allow, deny }.admit_some(&[Part::This('x'), Part::Rest])
        };
        assert_eq!(some(vec![vec![test(&a, false), test(&b, false)]], vec![]), Some(true));
        assert_eq!(some(vec![vec![test(&a, false), test(&a, true)]], vec![]), Some(false));
        // Everything with a b that ends in a is denied: nothing is left of both, and something of each.
        let denied = || vec![vec![test(&c, false)]];
        assert_eq!(
            some(vec![vec![test(&a, false), test(&b, false)]], denied()),
            Some(false)
        );
        assert_eq!(some(vec![vec![test(&a, false)]], denied()), Some(true));
        assert_eq!(some(vec![vec![]], vec![vec![]]), Some(false));
        assert_eq!(some(vec![], vec![]), Some(false));
    }
}
