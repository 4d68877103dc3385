use std::collections::BTreeSet;

use model::Advice;

use super::*;

fn places(text: &str) -> BTreeSet<&str> {
    let found = text.match_indices('{').map(|(at, _)| &text[at..at + 3]);
    found.collect()
}

/// What is typed as it stands, in either language: what stands in backticks, and every option.
fn typed(text: &str) -> BTreeSet<&str> {
    let quoted = text.split('`').skip(1).step_by(2);
    let part_of_option = |c: char| c.is_ascii_lowercase() || c == '-';
    let options = text.match_indices("--").map(|(at, _)| {
        let rest = &text[at..];
        &rest[..rest.find(|c| !part_of_option(c)).unwrap_or(rest.len())]
    });
    quoted.chain(options).collect()
}

#[test]
fn every_sentence_is_there_in_both_languages_with_the_same_places_and_commands() {
    let all = [Words::ALL, ToDo::ALL, Failed::ALL, Happened::ALL];
    for (en, ja) in all.into_iter().flatten() {
        assert!(!en.is_empty() && !ja.is_ascii(), "{en}");
        assert_eq!(places(en), places(ja), "{en}");
        assert_eq!(typed(en), typed(ja), "{en}");
    }
}

#[test]
fn what_a_step_advises_is_shown_in_japanese_and_what_another_release_said_as_it_stands() {
    let kept = Advice::CopyIfMeant.fill(&["zone.stg.copy"]);
    let denied = Some(FailureClass::Denied);
    assert_eq!(advised_in(Language::En, kept.as_str(), denied), kept.as_str());
    let shown = advised_in(Language::Ja, kept.as_str(), denied);
    assert!(shown.contains("cleave retry zone.stg.copy --reason …"), "{shown}");
    assert!(!shown.contains("Look whether"), "{shown}");
    let old = "Look at the key policy, and retry.";
    assert_eq!(advised_in(Language::En, old, denied), old);
    assert_eq!(
        advised_in(Language::Ja, old, denied),
        format!("{} {old}", about(FailureClass::Denied))
    );
    assert_eq!(advised_in(Language::Ja, old, None), old);
}

#[test]
fn what_stands_at_a_gate_is_shown_in_japanese_step_by_step_and_what_a_command_said_as_it_stands() {
    let shown = "key/a/create: alias/a is enabled, for shop\nbucket/b/prove: skipped: b is not c: 1 keys differ, 0 versions have equal sizes but nothing else to compare\n\
                 hook/check/run: ./check.sh ended with exit code 0; it said last: all is there";
    assert_eq!(proofs_in(Language::En, shown), shown);
    assert_eq!(
        proofs_in(Language::Ja, shown),
        "key/a/create: alias/a は有効（shop 用）\n\
         bucket/b/prove: 省略（skip）: b は c と一致しません: 異なるキー 1 個、サイズは同じで他に比較できるものがないバージョン 0 個\n\
         hook/check/run: ./check.sh は終了コード 0 で終了。最後の出力: all is there"
    );
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
