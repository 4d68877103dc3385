//! Every sentence of every room: there in both languages, and read back out of what was said.

use std::collections::BTreeSet;

use model::sentence::{filled, pieces};

use super::*;

/// Values as they occur: names, ARNs, lists, numbers, lines below each other.
const VALUES: [&str; 8] = [
    "shop-stg-assets",
    "arn:aws:kms:ap-northeast-1:222222222222:key/22a857f9",
    "alias/shop, alias/media and {0}",
    "14",
    "2026-11-21T12:50:00Z",
    "a\n  b",
    "aws/ebs",
    "Z1",
];

fn all() -> impl Iterator<Item = &'static Both> {
    TABLES.iter().copied().flatten()
}

fn places(text: &str) -> BTreeSet<usize> {
    pieces(text).1.into_iter().map(|(place, _)| place).collect()
}

#[test]
fn every_sentence_has_the_same_places_in_both_languages() {
    for both in all() {
        assert!(!both.ja.is_ascii(), "{both:?}");
        let given: BTreeSet<usize> = (0..places(both.en).len()).collect();
        assert_eq!(places(both.en), given, "{both:?}");
        assert_eq!(places(both.ja), given, "{both:?}");
    }
}

#[test]
fn no_two_places_of_a_sentence_touch_and_each_has_words_of_its_own() {
    for both in all() {
        let (head, places) = pieces(both.en);
        let behind: Vec<&str> = places.iter().map(|(_, behind)| *behind).collect();
        let own = head.len() + behind.iter().map(|text| text.len()).sum::<usize>();
        assert!(own > 3, "{both:?}");
        let between = behind.split_last().map_or(&[][..], |(_, between)| between);
        assert!(between.iter().all(|text| !text.is_empty()), "{both:?}");
    }
}

#[test]
fn what_is_typed_stands_in_both_languages() {
    for both in all() {
        for typed in both.en.split(|c: char| c.is_whitespace() || "`();,".contains(c)) {
            let typed = typed.trim_matches(|c: char| ".:\"".contains(c));
            let is_typed = typed.starts_with("--") || typed.contains("_") && typed.is_ascii() && !typed.contains('{');
            assert!(!is_typed || both.ja.contains(typed), "{typed} of {both:?}");
        }
        for command in [
            "cleave retry",
            "cleave skip",
            "cleave undo",
            "aws ",
            "terraform apply",
            "terraform import",
        ] {
            assert_eq!(
                both.en.contains(command),
                both.ja.contains(command),
                "{command} of {both:?}"
            );
        }
    }
}

#[test]
fn every_sentence_is_read_back_with_what_was_filled_in() {
    for both in all() {
        let said = filled(both.en, &VALUES);
        let japanese = in_japanese(&said);
        assert_eq!(japanese, Some(filled(both.ja, &VALUES)), "{both:?}");
    }
}

#[test]
fn every_sentence_is_read_back_among_others() {
    let before = "it does not come to an end";
    let behind = "its broken remains are still there";
    let of_engine = |text: &str| in_japanese(text).expect("the engine says it");
    for both in all() {
        let said = [before, &filled(both.en, &VALUES), behind].map(model::Said::verbatim);
        let wanted = [of_engine(before), filled(both.ja, &VALUES), of_engine(behind)].join("。");
        assert_eq!(in_japanese(model::Said::all(said).as_str()), Some(wanted), "{both:?}");
    }
}

#[test]
fn a_reason_that_is_a_sentence_itself_is_said_in_japanese_where_it_is_filled_in() {
    let inner = filled(Advice::BOTH[0].en, &VALUES);
    let outer = all().find(|both| places(both.en).len() == 1 && both.en.ends_with("{0}"));
    let outer = outer.expect("some sentence ends in its reason");
    let said = filled(outer.en, &[&inner]);
    assert_eq!(in_japanese(&said), Some(filled(outer.ja, &[Advice::BOTH[0].ja])));
}

#[test]
fn a_runbooks_question_stands_as_it_is_also_where_it_reads_like_a_steps_title() {
    let asked = "run the last export";
    assert!(in_japanese(asked).is_some());
    assert_eq!(question_in_japanese(asked), None);
    let own = filled(Question::BOTH[0].en, &["shop"]);
    assert_eq!(
        question_in_japanese(&own),
        Some(filled(Question::BOTH[0].ja, &["shop"]))
    );
}

#[test]
fn a_text_of_another_release_or_of_a_runbook_stands_as_it_is() {
    assert_eq!(in_japanese("Has the month-end run been signed off?"), None);
    assert_eq!(in_japanese(""), None);
}
