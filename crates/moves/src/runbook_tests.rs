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
