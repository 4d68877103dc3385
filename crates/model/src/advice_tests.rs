use super::*;
use crate::Said;
use crate::sentence::in_japanese;

fn said(text: &str) -> Option<String> {
    in_japanese(&[Advice::BOTH], &[], text)
}

/// Values as they occur: steps, names, lines below each other.
const VALUES: [&str; 4] = [
    "bucket.shop-stg.win_name",
    "  stg.example.com. 300 IN NS ns-1.\n  and {0}",
    "2026-11-21T12:50:00Z",
    "ZNEW",
];

#[test]
fn what_is_typed_stands_in_both_languages() {
    for both in Advice::BOTH {
        for typed in [
            "cleave retry {",
            "cleave skip {",
            "cleave skip",
            "cleave check RUNBOOK",
            "--reason",
            "route = ",
            "stop_writes = ",
            "aws ",
            "dig ",
            "terraform apply",
        ] {
            assert_eq!(both.en.contains(typed), both.ja.contains(typed), "{both:?}: {typed}");
        }
    }
}

#[test]
fn what_the_journal_keeps_is_read_back_with_what_was_filled_in() {
    for both in Advice::BOTH {
        let english = crate::sentence::filled(both.en, &VALUES);
        let japanese = crate::sentence::filled(both.ja, &VALUES);
        assert_eq!(said(&english), Some(japanese), "{both:?}");
    }
}

#[test]
fn a_text_of_another_release_is_not_guessed_at() {
    assert_eq!(said("Ask the oracle."), None);
    assert_eq!(said(""), None);
    // The same place filled in with two things is no text of the table's.
    let torn = "To wait on: cleave retry a --reason …. To hand the zone over without it: cleave skip b --reason …; Terraform's apply waits for its \
                records then";
    assert_eq!(said(torn), None);
    let longer = format!("{} And more.", Said::from(Advice::Quota));
    assert_eq!(said(&longer), None);
}
