use std::collections::BTreeSet;

use super::*;

fn places(text: &str) -> BTreeSet<usize> {
    crate::sentence::pieces(text)
        .1
        .into_iter()
        .map(|(place, _)| place)
        .collect()
}

/// Values as they occur: steps, names, lines below each other.
const VALUES: [&str; 4] = [
    "bucket.shop-stg.win_name",
    "  stg.example.com. 300 IN NS ns-1.\n  and {0}",
    "2026-11-21T12:50:00Z",
    "ZNEW",
];

#[test]
fn every_advice_is_there_in_both_languages_with_the_same_places_and_commands() {
    for advice in Advice::ALL {
        let (en, ja) = advice.both();
        assert!(!ja.is_ascii(), "{advice:?}");
        let given: BTreeSet<usize> = (0..places(en).len()).collect();
        assert_eq!(places(en), given, "{advice:?}");
        assert_eq!(places(ja), given, "{advice:?}");
        // What is typed stands as it is, in either language.
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
            assert_eq!(en.contains(typed), ja.contains(typed), "{advice:?}: {typed}");
        }
    }
}

#[test]
fn what_the_journal_keeps_is_read_back_with_what_was_filled_in() {
    for advice in Advice::ALL {
        let (_, ja) = advice.both();
        let said = advice.fill(&VALUES);
        let wanted = filled_by(ja, |place| VALUES.get(place).copied());
        assert_eq!(in_japanese(said.as_str()), Some(wanted), "{advice:?}");
    }
}

#[test]
fn a_text_of_another_release_is_not_guessed_at() {
    assert_eq!(in_japanese("Ask the oracle."), None);
    assert_eq!(in_japanese(""), None);
    // The same place filled in with two things is no text of the table's.
    let torn = "To wait on: cleave retry a --reason …. To hand the zone over without it: cleave skip b --reason …; Terraform's apply waits for its \
                records then";
    assert_eq!(in_japanese(torn), None);
    let longer = format!("{} And more.", Advised::from(Advice::Quota));
    assert_eq!(in_japanese(&longer), None);
}
