//! The first five minutes, over the program itself: a first runbook from flags, the schemas that editors read, what a shell completes, and
//! manual pages that other programs find nothing wrong with.

use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

use crate::served::folder;

fn cleave(home: &Path, words: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_cleave"))
        .current_dir(home)
        .env("AWS_CONFIG_FILE", home.join("no-such-configuration"))
        .args(words)
        .stdin(Stdio::null())
        .output()
        .expect("cleave can be started")
}

#[track_caller]
fn refused(output: &Output, code: i32, words: &str) {
    let said = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(code), "{said}");
    assert!(output.stdout.is_empty(), "stdout is for results");
    assert!(said.contains(words), "{words:?} is not said:\n{said}");
    assert!(!said.contains("panicked"), "{said}");
}

#[track_caller]
fn printed(output: Output) -> String {
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(0), "{said}");
    String::from_utf8(output.stdout).expect("text")
}

const FLAGS: [&str; 10] = [
    "--migration",
    "shop-staging",
    "--region",
    "ap-northeast-1",
    "--source",
    "012345678901",
    "--target",
    "222222222222",
    "--profile",
    "ops",
];

fn init(home: &Path, flags: &[&str]) -> Output {
    cleave(home, &[&["init"][..], flags].concat())
}

#[test]
fn a_first_runbook_from_flags_is_read_by_the_next_commands() {
    let home = folder("first-runbook");
    let said = printed(init(&home, &FLAGS));
    assert_eq!(
        said,
        "runbook.toml is written\nnext: cleave discover runbook.toml --profile ops\n"
    );
    let text = std::fs::read_to_string(home.join("runbook.toml")).expect("it is there");
    assert!(text.contains("cleave discover runbook.toml --profile ops"), "{text}");
    // It stops at the inventory, which is not there yet: the runbook was read.
    refused(&cleave(&home, &["plan", "runbook.toml"]), 3, "inventory.json");
}

#[test]
fn without_a_terminal_the_missing_flag_is_named_and_nothing_is_written() {
    let home = folder("first-runbook-refused");
    for missing in ["--migration", "--region", "--source", "--target"] {
        let mut flags = FLAGS.to_vec();
        let at = flags.iter().position(|flag| *flag == missing).expect("a flag");
        flags.drain(at..at + 2);
        refused(&init(&home, &flags), 2, &format!("{missing} is missing"));
    }
    let with = |flag: &str, value: &'static str| {
        let mut flags = FLAGS;
        flags[FLAGS.iter().position(|one| *one == flag).expect("a flag") + 1] = value;
        init(&home, &flags)
    };
    refused(&with("--target", "012345678901"), 2, "a split needs two");
    refused(&with("--source", "12345678901"), 2, "twelve digits");
    refused(&with("--region", "tokyo"), 2, "is not a region");
    refused(&with("--profile", "a\nb"), 2, "control character");
    let left = std::fs::read_dir(&home).expect("the folder").count();
    assert_eq!(left, 0, "something was written");
}

#[test]
fn a_file_that_is_there_is_never_written_over() {
    let home = folder("first-runbook-kept");
    std::fs::write(home.join("mine.toml"), "# mine\n").expect("it can be written");
    // What leads nowhere yet is somebody's, too.
    std::os::unix::fs::symlink(home.join("nowhere"), home.join("link.toml")).expect("a link");
    for name in ["mine.toml", "link.toml"] {
        let flags = [&FLAGS[..], &["--into", name][..]].concat();
        refused(&init(&home, &flags), 3, "is not written over");
    }
    let kept = std::fs::read_to_string(home.join("mine.toml")).expect("it is there");
    assert_eq!(kept, "# mine\n");
    assert!(!home.join("nowhere").exists());
}

#[test]
fn the_schemas_are_printed_as_the_parsers_have_them() {
    let home = folder("schemas");
    for (of, known) in [
        ("runbook", "private_zone"),
        ("inventory", "observed_at"),
        ("report", "rewrites"),
    ] {
        let schema: serde_json::Value = serde_json::from_str(&printed(cleave(&home, &["schema", of]))).expect("JSON");
        assert_eq!(schema["$schema"], "https://json-schema.org/draft/2020-12/schema");
        assert_eq!(schema["additionalProperties"], false);
        assert!(
            schema["properties"][known]["description"].is_string(),
            "{of} has no {known}"
        );
    }
    refused(&cleave(&home, &["schema", "plan"]), 2, "inventory");
}

/// What bash completes behind these words, by the script alone.
fn completed(script: &Path, words: &[&str]) -> Vec<String> {
    let last = words.last().expect("a word");
    let before = words.len().checked_sub(2).map_or("", |at| words[at]);
    let ask = "source \"$1\"; shift; cur=$1; prev=$2; shift 2; COMP_WORDS=(\"$@\"); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); \
               _cleave cleave \"$cur\" \"$prev\"; printf '%s\\n' \"${COMPREPLY[@]}\"";
    let output = Command::new("bash")
        .args(["--noprofile", "--norc", "-c", ask, "bash"])
        .arg(script)
        .args([last, before])
        .args(words)
        .output()
        .expect("bash can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success() && said.is_empty(), "{said}");
    let replies = String::from_utf8(output.stdout).expect("text");
    replies.lines().map(str::to_owned).collect()
}

#[test]
fn bash_completes_commands_arguments_and_values() {
    if Command::new("bash").arg("--version").output().is_err() {
        eprintln!("skipped: there is no bash");
        return;
    }
    let home = folder("completions");
    let script = home.join("cleave.bash");
    std::fs::write(&script, printed(cleave(&home, &["completions", "bash"]))).expect("it can be written");
    assert_eq!(completed(&script, &["cleave", "rehe"]), ["rehearse"]);
    assert_eq!(completed(&script, &["cleave", "schema", "inv"]), ["inventory"]);
    assert_eq!(completed(&script, &["cleave", "journal", "exp"]), ["export"]);
    assert_eq!(completed(&script, &["cleave", "init", "--mig"]), ["--migration"]);
    assert_eq!(
        completed(&script, &["cleave", "rehearse", "r.toml", "--faults", "h"]),
        ["harsh", "hostile"]
    );
}

#[test]
fn every_shell_is_served() {
    let home = folder("shells");
    for shell in ["bash", "elvish", "fish", "powershell", "zsh"] {
        let script = printed(cleave(&home, &["completions", shell]));
        assert!(script.contains("extend-window"), "{shell}:\n{script}");
    }
}

/// Every command as `cleave help` lists it, those of `journal` among them.
fn commands(home: &Path) -> Vec<String> {
    let listed = |words: &[&str]| {
        let help = printed(cleave(home, words));
        let (_, commands) = help.split_once("Commands:\n").expect("a list");
        let lines = commands.lines().take_while(|line| !line.is_empty());
        let named = lines.filter(|line| line.starts_with("  ") && !line.starts_with("   "));
        let names = named.filter_map(|line| line.split_whitespace().next());
        names
            .filter(|name| *name != "help")
            .map(str::to_owned)
            .collect::<Vec<_>>()
    };
    let mut all = listed(&["help"]);
    all.extend(
        listed(&["help", "journal"])
            .iter()
            .map(|name| format!("journal-{name}")),
    );
    all
}

#[test]
fn every_command_has_a_page_that_is_sound() {
    let home = folder("pages");
    let said = printed(cleave(&home, &["man", "--into", "man/man1"]));
    assert_eq!(said, "man/man1/cleave.1\n");
    let folder = home.join("man/man1");
    let commands = commands(&home);
    assert!(commands.len() > 20, "{commands:?}");
    for command in &commands {
        let page = folder.join(format!("cleave-{command}.1"));
        let text = std::fs::read_to_string(&page).unwrap_or_else(|error| panic!("{}: {error}", page.display()));
        assert!(text.contains(".SH SYNOPSIS"), "{command}:\n{text}");
    }
    let entries = std::fs::read_dir(&folder).expect("the folder");
    let pages: Vec<PathBuf> = entries.map(|entry| entry.expect("an entry").path()).collect();
    let linter = [
        ("groff", &["-man", "-Kutf8", "-Tutf8", "-wmac", "-z"][..]),
        ("mandoc", &["-Tlint", "-Werror"][..]),
    ];
    let mut asked = 0;
    for (program, arguments) in linter {
        if Command::new(program).arg("-v").output().is_err() {
            eprintln!("{program} is not here and was not asked");
            continue;
        }
        for page in &pages {
            let output = Command::new(program)
                .args(arguments)
                .arg(page)
                .output()
                .expect("it was there");
            let found = [output.stdout, output.stderr].concat();
            let found = String::from_utf8_lossy(&found);
            assert!(
                output.status.success() && found.is_empty(),
                "{program}, {}:\n{found}",
                page.display()
            );
            asked += 1;
        }
    }
    if asked == 0 {
        eprintln!("skipped: nothing here knows manual pages");
    }
}
