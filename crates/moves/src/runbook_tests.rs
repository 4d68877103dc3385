use super::*;

const HEAD: &str = "migration = \"shop\"\nregion = \"ap-northeast-1\"\n";

fn refused(rest: &str) -> RunbookError {
    Runbook::parse(&format!("{HEAD}{rest}")).expect_err("it should be refused")
}

const ACCOUNTS: &str = "source = { account = \"012345678901\" }\ntarget = { account = \"222222222222\" }\n";

#[test]
fn a_leading_zero_of_an_account_id_survives() {
    let runbook = Runbook::parse(&format!("{HEAD}{ACCOUNTS}")).expect("a runbook");
    assert_eq!(runbook.source.account.as_str(), "012345678901");
}

#[test]
fn an_account_id_as_a_bare_number_is_refused_with_the_reason() {
    let error = refused("source = { account = 111111111111 }\ntarget = { account = \"222222222222\" }\n");
    assert_eq!((error.line, error.column), (3, 22));
    assert!(error.reason.contains("leading zeros"), "{error}");
}

#[test]
fn the_same_account_twice_is_refused() {
    let error = refused("source = { account = \"111111111111\" }\ntarget = { account = \"111111111111\" }\n");
    assert_eq!(error.line, 4);
    assert!(error.reason.contains("same account"), "{error}");
}

#[test]
fn an_unknown_field_is_refused_at_its_place() {
    let error = refused(&format!("{ACCOUNTS}colour = \"blue\"\n"));
    assert_eq!((error.line, error.column), (5, 1));
    assert!(error.reason.contains("colour"), "{error}");
}

#[test]
fn a_wrong_type_is_refused_at_its_place() {
    let error = refused(&format!("{ACCOUNTS}[[gate]]\nname = \"go\"\nask = 5\nbefore = []\n"));
    assert_eq!(error.line, 7);
}

#[test]
fn a_gate_before_an_unknown_resource_is_refused() {
    let error = refused(&format!(
        "{ACCOUNTS}[[gate]]\nname = \"go\"\nask = \"Go?\"\nbefore = [\"database/none\"]\n"
    ));
    assert!(error.reason.contains("database/none"), "{error}");
}

#[test]
fn a_weekly_window_is_read() {
    let text = format!("{HEAD}{ACCOUNTS}[[window]]\nevery = \"Sat 22:00\"\nfor = \"8h\"\ntimezone = \"Asia/Tokyo\"\n");
    let runbook = Runbook::parse(&text).expect("a runbook");
    let Window::Weekly { weekday, seconds, .. } = &runbook.windows[0] else {
        panic!("weekly")
    };
    assert_eq!((*weekday, *seconds), (6, 8 * 3600));
}

#[test]
fn a_window_without_a_time_zone_is_refused() {
    let error = refused(&format!("{ACCOUNTS}[[window]]\nevery = \"Sat 22:00\"\nfor = \"8h\"\n"));
    assert!(error.reason.contains("timezone"), "{error}");
}

#[test]
fn a_proof_by_sizes_is_refused_at_its_place_with_the_reason_and_the_way_out() {
    for bucket in [
        "name = \"shop-assets\"",
        "name = \"shop-assets\"\nnew_name = \"shop-new\"",
    ] {
        let rest = format!("{ACCOUNTS}[[bucket]]\n{bucket}\nverify = \"sizes\"\n");
        let error = refused(&rest);
        assert_eq!((error.line, error.column), (2 + rest.lines().count(), 10), "{error}");
        for words in [
            "two contents of one size may differ",
            "verify = \"etags\"",
            "verify = \"checksums\"",
        ] {
            assert!(error.reason.contains(words), "{words:?} is not said: {error}");
        }
    }
}

#[test]
fn the_levels_of_proof_are_read_and_others_refused_with_those_there_are() {
    use crate::bucket::spec::Proof;
    let with = |verify: &str| {
        let rest = format!("{HEAD}{ACCOUNTS}[[bucket]]\nname = \"shop-assets\"\n{verify}\n");
        Runbook::parse(&rest).map(|runbook| runbook.buckets[0].verify)
    };
    assert_eq!(with(""), Ok(Proof::Etags));
    assert_eq!(with("verify = \"etags\""), Ok(Proof::Etags));
    assert_eq!(with("verify = \"checksums\""), Ok(Proof::Checksums));
    let error = with("verify = \"faith\"").expect_err("it should be refused");
    assert!(
        error.reason.contains("faith") && error.reason.contains("`etags` or `checksums`"),
        "{error}"
    );
    assert!(!error.reason.contains("sizes"), "{error}");
}
