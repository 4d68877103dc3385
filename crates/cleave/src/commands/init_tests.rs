use super::*;

fn args(words: &[&str]) -> InitArgs {
    let words = ["init"].iter().chain(words);
    <InitArgs as clap::Parser>::try_parse_from(words).expect("arguments")
}

/// Types these lines; what was wanted, and what was read meanwhile.
fn typing(args: &InitArgs, lines: &str, profiles: &[&str]) -> (Result<Wanted, CliError>, String) {
    let mut person = Person {
        types: lines.as_bytes(),
        reads: Vec::new(),
    };
    let profiles: Vec<String> = profiles.iter().map(|name| (*name).to_owned()).collect();
    let wanted = Wanted::asked(args, &mut person, &profiles);
    (wanted, String::from_utf8(person.reads).expect("text"))
}

fn wanted() -> Wanted {
    Wanted {
        migration: "shop-staging".to_owned(),
        region: Region::new("ap-northeast-1").expect("a region"),
        source: AccountId::new("012345678901").expect("an account"),
        target: AccountId::new("222222222222").expect("an account"),
        profile: None,
    }
}

#[test]
fn what_cannot_be_used_is_asked_again_with_the_reason() {
    let lines = "\nshop \"staging\"\ntokyo\nap-northeast-1\n12345\n012345678901\n012345678901\n222222222222\nops\n";
    let (wanted, read) = typing(&args(&[]), lines, &["default", "ops"]);
    let wanted = wanted.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!(wanted.migration, "shop \"staging\"");
    assert_eq!(
        (
            wanted.source.as_str(),
            wanted.target.as_str(),
            wanted.profile.as_deref()
        ),
        ("012345678901", "222222222222", Some("ops"))
    );
    for said in [
        "a name is wanted",
        "\"tokyo\" is not a region",
        "\"12345\" is not an account id: twelve digits",
        "a split needs two",
        "(default, ops)",
    ] {
        assert!(read.contains(said), "{said:?} is not said:\n{read}");
    }
    let runbook = Runbook::parse(&wanted.runbook(Path::new("runbook.toml"))).expect("a runbook");
    assert_eq!(runbook.migration, "shop \"staging\"");
}

#[test]
fn only_what_no_flag_says_is_asked_for() {
    let args = args(&[
        "--migration",
        "shop",
        "--source",
        "111111111111",
        "--region",
        "eu-west-1",
    ]);
    let (wanted, read) = typing(&args, "222222222222\n\n", &[]);
    let wanted = wanted.unwrap_or_else(|error| panic!("{error}"));
    assert_eq!((wanted.target.as_str(), wanted.profile), ("222222222222", None));
    assert!(!read.contains("region") && !read.contains("come from"), "{read}");
}

#[test]
fn a_terminal_that_says_no_more_ends_the_asking() {
    let (wanted, _) = typing(&args(&[]), "shop\n", &[]);
    let refused = wanted.expect_err("nothing was typed for the region");
    assert_eq!(refused.code, exit::USAGE);
    assert!(refused.what.contains("region"), "{refused}");
}

#[test]
fn flags_that_name_one_account_twice_are_refused_before_anything_is_asked() {
    let args = args(&["--source", "111111111111", "--target", "111111111111"]);
    let refused = Wanted::said(&args).expect_err("the migration is missing");
    assert!(refused.what.contains("--migration is missing"), "{refused}");
    let (wanted, _) = typing(&args, "shop\neu-west-1\n", &[]);
    assert!(wanted.expect_err("one account").what.contains("a split needs two"));
}

#[test]
fn the_first_runbook_is_short_parses_and_says_the_next_command() {
    let mut wanted = wanted();
    wanted.profile = Some("ops admin".to_owned());
    let text = wanted.runbook(Path::new("shop's/runbook.toml"));
    let runbook = Runbook::parse(&text).expect("a runbook");
    assert_eq!(runbook.source.account.as_str(), "012345678901");
    assert!(
        text.contains("#   cleave discover 'shop'\\''s/runbook.toml' --profile 'ops admin'\n"),
        "{text}"
    );
    assert!(text.lines().count() <= 45, "it is read in a minute:\n{text}");
}

#[test]
fn what_the_runbook_shows_as_comments_can_be_used_when_the_signs_are_taken_away() {
    let text = wanted().runbook(Path::new("runbook.toml"));
    let (prose, sections) = text.split_once("# When users").expect("the first section");
    let uncommented: String = sections
        .lines()
        .map(|line| line.strip_prefix("# ").unwrap_or(line))
        .filter(|line| line.starts_with('[') || line.contains(" = "))
        .map(|line| format!("{line}\n"))
        .collect();
    let runbook =
        Runbook::parse(&format!("{prose}{uncommented}")).unwrap_or_else(|error| panic!("{error}\n{uncommented}"));
    assert_eq!((runbook.windows.len(), runbook.gates.len()), (1, 1));
    assert_eq!((runbook.databases.len(), runbook.buckets.len()), (1, 1));
}

#[test]
fn of_the_configuration_only_the_names_of_profiles_are_told() {
    let config = "\
        [default]\nregion = eu-west-1\n[profile ops]\naws_secret_access_key = abc\n  [profile \"two words\"]\n\
        [sso-session company]\n[services local]\n# [profile gone]\n[profile]\n[profile  tab\t]\n";
    assert_eq!(profiles_in(config), ["default", "ops", "two words", "tab"]);
}
