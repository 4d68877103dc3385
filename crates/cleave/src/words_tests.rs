use std::collections::BTreeSet;

use super::*;

fn places(text: &str) -> BTreeSet<&str> {
    let found = text.match_indices('{').map(|(at, _)| &text[at..at + 3]);
    found.collect()
}

#[test]
fn every_sentence_is_there_in_both_languages_with_the_same_places_and_commands() {
    for words in Words::ALL {
        let (en, ja) = (words.in_language(Language::En), words.in_language(Language::Ja));
        assert!(!en.is_empty() && !ja.is_ascii(), "{words:?}");
        assert_eq!(places(en), places(ja), "{words:?}");
        // A command is typed as it stands, in either language.
        let commands = |text: &str| -> BTreeSet<String> {
            let parts = text.split('`').skip(1).step_by(2);
            parts.map(str::to_owned).collect()
        };
        assert_eq!(commands(en), commands(ja), "{words:?}");
        for option in ["--journal", "--wait"] {
            assert_eq!(en.contains(option), ja.contains(option), "{words:?}: {option}");
        }
    }
}

#[test]
fn the_first_variable_that_is_set_tells_the_language() {
    let told = |set: &[(&str, &str)]| {
        of_environment(|name| {
            let found = set.iter().find(|(known, _)| *known == name);
            found.map(|(_, value)| (*value).to_owned())
        })
    };
    assert_eq!(told(&[]), Language::En);
    assert_eq!(told(&[("LANG", "ja_JP.UTF-8")]), Language::Ja);
    assert_eq!(told(&[("LANG", "ja_JP.UTF-8"), ("LC_ALL", "C")]), Language::En);
    assert_eq!(told(&[("LANG", "C.UTF-8"), ("LC_MESSAGES", "ja")]), Language::Ja);
    assert_eq!(told(&[("LANG", "jam_JM")]), Language::En);
}

#[test]
fn what_is_filled_in_is_not_filled_again() {
    assert_eq!(filled("{1}: {0}", &["{1}", "a"]), "a: {1}");
}
