use super::*;

sentences! {
    /// Sentences that could be taken for one another.
    enum Short {
        Gone: "{0} is gone", "{0} はもうありません";
        GoneSince: "{0} of {1} is gone", "{1} の {0} はもうありません";
        Reads: "read them first: warm = { run = [\"./warm.sh\"] }", "先に読み込めます: warm = { run = [\"./warm.sh\"] }";
        Because: "{0} cannot be made: {1}", "{0} は作れません: {1}";
        Own: "it is its own name", "自身の名前です";
        Two: "it is old; look at {0} first", "古いものです。先に {0} を見てください";
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

#[test]
fn facts_in_one_text_are_read_one_by_one_however_many_and_however_they_end() {
    let (gone, own) = (Short::Gone.fill(&["snap-1"]), Short::Own.into());
    let because = Short::Because.fill(&["assets", "S3 says no"]);
    let said_all = said(Said::all([because, gone, own]).as_str());
    let wanted = "assets は作れません: S3 says no。snap-1 はもうありません。自身の名前です";
    assert_eq!(said_all.as_deref(), Some(wanted));
    assert_eq!(Said::all([]).as_str(), "");
}

#[test]
fn facts_that_are_a_value_are_read_one_by_one_too() {
    let facts = Said::all([Short::Gone.fill(&["a"]), Short::Gone.fill(&["b"])]);
    let because = Short::Because.fill(&["assets", facts.as_str()]);
    let wanted = "assets は作れません: a はもうありません。b はもうありません";
    assert_eq!(said(because.as_str()).as_deref(), Some(wanted));
}

#[test]
fn a_sentence_with_a_semicolon_of_its_own_is_one_fact() {
    let facts = Said::all([Short::Gone.fill(&["a"]), Short::Two.fill(&["b"]), Short::Own.into()]);
    let wanted = "a はもうありません。古いものです。先に b を見てください。自身の名前です";
    assert_eq!(said(facts.as_str()).as_deref(), Some(wanted));
}

#[test]
fn a_value_that_is_a_sentence_with_a_semicolon_is_one_fact() {
    let two = Short::Two.fill(&["b"]);
    let because = Short::Because.fill(&["assets", two.as_str()]);
    assert_eq!(
        said(because.as_str()).as_deref(),
        Some("assets は作れません: 古いものです。先に b を見てください")
    );
}

#[test]
fn among_facts_what_no_table_has_stands_as_it_is() {
    let facts = Said::all([Said::verbatim("AccessDenied"), Short::Gone.fill(&["a"])]);
    assert_eq!(
        said(facts.as_str()).as_deref(),
        Some("AccessDenied。a はもうありません")
    );
    assert_eq!(said("AccessDenied; nothing else"), None);
}
