use super::*;

sentences! {
    /// Sentences that could be taken for one another.
    enum Short {
        Gone: "{0} is gone", "{0} はもうありません";
        GoneSince: "{0} of {1} is gone", "{1} の {0} はもうありません";
        Reads: "read them first: warm = { run = [\"./warm.sh\"] }", "先に読み込めます: warm = { run = [\"./warm.sh\"] }";
        Because: "{0} cannot be made: {1}", "{0} は作れません: {1}";
        Own: "it is its own name", "自身の名前です";
    }
}

fn said(text: &str) -> Option<String> {
    in_japanese(&[Short::BOTH], &[Short::BOTH], text)
}

#[test]
fn of_two_sentences_that_fit_the_one_that_says_more_itself_is_meant() {
    let plain = Short::Gone.fill(&["snap-1"]);
    assert_eq!(said(plain.as_str()).as_deref(), Some("snap-1 はもうありません"));
    let longer = Short::GoneSince.fill(&["snap-1", "db"]);
    assert_eq!(said(longer.as_str()).as_deref(), Some("db の snap-1 はもうありません"));
}

#[test]
fn braces_around_anything_but_a_number_are_text() {
    let text = Short::Reads.fill(&[]);
    assert_eq!(text.as_str(), "read them first: warm = { run = [\"./warm.sh\"] }");
    assert!(said(text.as_str()).is_some());
}

#[test]
fn a_value_that_is_a_sentence_is_said_in_japanese_and_any_other_stands() {
    let own = Short::Because.fill(&["assets", Short::Own.fill(&[]).as_str()]);
    assert_eq!(
        said(own.as_str()).as_deref(),
        Some("assets は作れません: 自身の名前です")
    );
    let other = Short::Because.fill(&["assets", "S3 says no"]);
    assert_eq!(said(other.as_str()).as_deref(), Some("assets は作れません: S3 says no"));
}

#[test]
fn a_value_that_looks_like_a_place_is_not_filled_again() {
    assert_eq!(Short::GoneSince.fill(&["{1}", "db"]).as_str(), "{1} of db is gone");
}

#[test]
fn what_no_table_has_is_not_guessed_at() {
    assert_eq!(said("it is its own name."), None);
    assert_eq!(said(""), None);
}
