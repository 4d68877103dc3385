//! What is wrong is refused: with the exit code that scripts rely on, the place, a way out, and nothing changed.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::served::{Served, UnderWay, cleave, example, folder};
use journal::{FORMAT, Journal};

/// What a refusal was.
struct Refused {
    code: Option<i32>,
    said: String,
}

impl Refused {
    #[track_caller]
    fn of(mut command: Command) -> Self {
        let output = command.output().expect("cleave can be started");
        assert!(
            output.stdout.is_empty(),
            "stdout is for results: {}",
            String::from_utf8_lossy(&output.stdout)
        );
        Self {
            code: output.status.code(),
            said: String::from_utf8(output.stderr).expect("text"),
        }
    }

    #[track_caller]
    fn says(&self, code: i32, words: &[&str]) {
        assert_eq!(self.code, Some(code), "{}", self.said);
        for words in ["where:", "changed:", "to do:"].iter().chain(words) {
            assert!(self.said.contains(words), "{words:?} is not said:\n{}", self.said);
        }
        assert!(!self.said.contains("panicked"), "{}", self.said);
    }
}

/// The example with one thing in it replaced, beside its inventory.
fn runbook(home: &Path, from: &str, to: &str) -> PathBuf {
    let text = std::fs::read_to_string(example("runbook.toml")).expect("the example");
    assert!(text.contains(from), "the example has no {from:?}");
    let path = home.join("runbook.toml");
    std::fs::write(&path, text.replacen(from, to, 1)).expect("it can be written");
    let mut inventory = std::fs::read_to_string(example("inventory.json")).expect("the example");
    if let (true, Some(name)) = (from.contains("shop-stg-assets"), to.split('"').nth(1)) {
        // A bucket of that other name does exist.
        inventory = inventory.replace("\"shop-stg-assets\"", &format!("\"{name}\""));
    }
    std::fs::write(home.join("inventory.json"), inventory).expect("it can be written");
    path
}

/// A run of another runbook or journal against a world.
fn run(served: &Served, home: &Path, runbook: &Path, journal: &Path) -> Command {
    let mut command = served.run_of_people(runbook, home, journal);
    command.arg("--auto-approve");
    command
}

/// Everything in the folder, byte for byte.
fn bytes(home: &Path) -> Vec<(PathBuf, Vec<u8>)> {
    let entries = std::fs::read_dir(home)
        .expect("a folder")
        .map(|entry| entry.expect("an entry").path());
    let mut all: Vec<_> = entries
        .filter(|path| path.is_file())
        .map(|path| (path.clone(), std::fs::read(path).expect("a file")))
        .collect();
    all.sort();
    all
}

/// A journal of a run that was interrupted early.
fn begun(served: &Served, home: &Path) -> PathBuf {
    let journal = home.join("m.db");
    let mut run = UnderWay::start(served.run(home, &journal));
    run.until(" run ");
    run.signal("INT");
    assert_eq!(run.end().code(), Some(5), "{:#?}", run.said);
    journal
}

#[test]
fn a_wrong_runbook_is_refused_with_its_place() {
    let home = folder("wrong-runbook");
    let served = Served::start(&[]);
    let cases = [
        (
            "id      = \"shop-stg\"",
            "id = \"shop-stg\"\nsiez = 3",
            &["runbook.toml:", "siez"][..],
        ),
        ("every    = \"Sat 22:00\"", "every = 22", &["runbook.toml:", "every"]),
        ("for      = \"8h\"", "for = \"a while\"", &["runbook.toml:"]),
        (
            "account = \"111111111111\"",
            "account = 111111111111",
            &["runbook.toml:", "quot"],
        ),
        (
            "account = \"222222222222\"",
            "account = \"111111111111\"",
            &["runbook.toml"],
        ),
        (
            "name     = \"shop-stg-assets\"",
            "name = \"shop-111111111111-ap-northeast-1-an\"",
            &["runbook.toml", "own namespace"],
        ),
        (
            "name     = \"shop-stg-assets\"",
            "name = \"Shop_Stg_Assets\"",
            &["runbook.toml", "Shop_Stg_Assets", "names of today"],
        ),
        (
            "name     = \"shop-stg-assets\"",
            "name     = \"shop-stg-assets\"\nverify   = \"sizes\"",
            &["runbook.toml:", "proves nothing", "verify = \"etags\""],
        ),
        ("[[bucket]]", "[[bucket", &["runbook.toml:"]),
    ];
    for (from, to, words) in cases {
        let wrong = runbook(&home, from, to);
        let before = bytes(&home);
        Refused::of(run(&served, &home, &wrong, &home.join("m.db"))).says(3, words);
        assert_eq!(bytes(&home), before, "{to}: a file was changed");
    }
    assert!(served.effects().is_empty(), "something was changed in AWS");
    assert!(
        served.page("requests").as_array().is_some_and(Vec::is_empty),
        "AWS was asked before the runbook was read"
    );
}

#[test]
fn wrong_prices_are_refused_with_their_place_wherever_a_plan_is_made() {
    let home = folder("wrong-prices");
    let served = Served::start(&[]);
    let (prices, journal) = (home.join("ours.toml"), home.join("m.db"));
    let row = |item: &str, region: &str, usd: &str, per: &str| {
        format!(
            "priced_on = \"2026-12-01\"\n[[price]]\nitem = \"{item}\"\nregion = \"{region}\"\nusd = {usd}\nper = \"{per}\"\nsource = \"ours\"\n"
        )
    };
    let cases = [
        (
            row("gold", "global", "1", "month"),
            ["ours.toml:3:8", "the item \"gold\""],
        ),
        (
            row("put:STANDARD", "global", "1", "month"),
            ["ours.toml:6:7", "per is each, thousand, ten-thousand, million"],
        ),
        (
            row("job", "Tokyo", "1", "each"),
            ["ours.toml:4:10", "a region (such as"],
        ),
        (
            row("job", "global", "-1", "each"),
            ["ours.toml:5:7", "job: -1 is no price"],
        ),
        ("[[price]".to_owned(), ["ours.toml:1:", "docs/costs.md"]),
    ];
    for (text, words) in cases {
        std::fs::write(&prices, text).expect("it can be written");
        let before = bytes(&home);
        for command in ["plan", "rehearse"] {
            let mut refused = cleave(&home);
            refused
                .arg(command)
                .arg(example("runbook.toml"))
                .arg("--prices")
                .arg(&prices);
            Refused::of(refused).says(3, &words);
        }
        let mut refused = cleave(&home);
        refused
            .args(["retire", "--journal", "m.db"])
            .arg("--prices")
            .arg(&prices);
        Refused::of(refused).says(3, &words);
        let mut refused = run(&served, &home, &example("runbook.toml"), &journal);
        refused.arg("--prices").arg(&prices);
        Refused::of(refused).says(3, &words);
        assert_eq!(bytes(&home), before, "a file was changed");
    }
    let mut refused = cleave(&home);
    refused
        .arg("plan")
        .arg(example("runbook.toml"))
        .args(["--prices", "nowhere.toml"]);
    Refused::of(refused).says(3, &["nowhere.toml"]);
    assert!(
        served.page("requests").as_array().is_some_and(Vec::is_empty),
        "AWS was asked before the prices were read"
    );
}

#[test]
fn who_has_no_file_yet_is_told_how_to_come_by_one() {
    let home = folder("no-files");
    let plan = |home: &Path| {
        let mut command = cleave(home);
        command.args(["plan", "runbook.toml"]);
        Refused::of(command)
    };
    plan(&home).says(3, &["runbook.toml", "cleave init"]);
    std::fs::copy(example("runbook.toml"), home.join("runbook.toml")).expect("it can be written");
    plan(&home).says(3, &["inventory.json", "cleave discover RUNBOOK"]);
}

#[test]
fn a_journal_that_cannot_be_trusted_is_left_as_it_is() {
    let home = folder("wrong-journal");
    let served = Served::start(&[]);
    let good = begun(&served, &home);
    let copy = home.join("whole.db");
    Journal::open_read_only(&good)
        .and_then(|journal| journal.backup(&copy))
        .expect("a copy");
    let whole = std::fs::read(&copy).expect("a file");
    let flipped = |at: usize| {
        let mut bytes = whole.clone();
        bytes[at] ^= 0x10;
        bytes
    };
    let mut newer = whole.clone();
    // SQLite's user_version, in the header of every file.
    newer[60..64].copy_from_slice(&(FORMAT + 1).to_be_bytes());
    // The last place: an earlier one is the copy in the table of runs, which is a projection of the events.
    let stored = |text: &[u8]| {
        whole
            .windows(text.len())
            .rposition(|part| part == text)
            .expect("it is stored as text")
    };
    let cases = [
        ("garbage", b"this was never a database".repeat(500), ""),
        ("empty", Vec::new(), ""),
        ("truncated", whole[..whole.len() / 2].to_vec(), ""),
        ("header", flipped(2), ""),
        ("event", flipped(stored(b"Is staging scaled to zero") + 3), ""),
        ("newer", newer, "release"),
    ];
    let effects = served.effects();
    for (name, bytes, words) in cases {
        let journal = home.join(format!("{name}.db"));
        std::fs::write(&journal, &bytes).expect("it can be written");
        Refused::of(run(&served, &home, &example("runbook.toml"), &journal)).says(3, &[&format!("{name}.db"), words]);
        assert_eq!(
            std::fs::read(&journal).expect("still there"),
            bytes,
            "{name} was changed"
        );
        assert!(!home.join(format!("{name}.db-wal")).exists(), "{name}: a log was begun");
    }
    assert_eq!(served.effects(), effects, "something was changed in AWS");
}

#[test]
fn another_runs_journal_is_refused() {
    let home = folder("other-journal");
    let served = Served::start(&[]);
    let journal = begun(&served, &home);
    let effects = served.effects();
    let changed = runbook(&home, "for      = \"8h\"", "for = \"7h\"");
    let count = || {
        Journal::open_read_only(&journal)
            .expect("a journal")
            .load()
            .expect("events")
            .len()
    };
    let events = count();
    Refused::of(run(&served, &home, &changed, &journal)).says(3, &["runbook has changed", "m.db"]);

    let rehearsed = home.join("rehearsed.db");
    let done = cleave(&home)
        .arg("rehearse")
        .arg(example("runbook.toml"))
        .args(["--faults", "none", "--json", "--journal"])
        .arg(&rehearsed)
        .output()
        .expect("cleave can be started");
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let before = std::fs::read(&rehearsed).expect("a journal");
    Refused::of(run(&served, &home, &example("runbook.toml"), &rehearsed)).says(3, &["rehearsal"]);
    assert_eq!(std::fs::read(&rehearsed).expect("a journal"), before);

    let mut command = served.cleave(&home);
    command.args(["approve", "no-such-gate", "--journal"]).arg(&journal);
    Refused::of(command).says(2, &["no-such-gate", "service-stopped"]);
    let mut command = served.cleave(&home);
    command
        .args(["skip", "bucket/none/none", "--reason", "a test", "--journal"])
        .arg(&journal);
    Refused::of(command).says(2, &["bucket/none/none"]);
    let mut command = served.cleave(&home);
    command
        .arg("undo")
        .arg(crate::served::brief(&home))
        .args(["--to", "bucket/none/none", "--reason", "a test"]);
    command
        .arg("--world")
        .arg(format!("simcloud={}", served.endpoint))
        .arg("--journal")
        .arg(&journal);
    Refused::of(command).says(2, &["bucket/none/none"]);
    let mut command = served.cleave(&home);
    command.args(["status", "--journal"]).arg(home.join("nowhere.db"));
    Refused::of(command).says(3, &["nowhere.db"]);

    assert_eq!(count(), events, "an event was added");
    assert_eq!(served.effects(), effects, "something was changed in AWS");
}

#[test]
fn who_may_not_enter_is_told_before_anything_is_made() {
    let home = folder("no-entry");
    let served = Served::start(&[]);
    let journal = home.join("m.db");
    let missing = runbook(&home, "role = \"cleave-source\"", "role = \"cleave-sauce\"");
    Refused::of(run(&served, &home, &missing, &journal)).says(3, &["cleave-sauce", "111111111111"]);
    let good = example("runbook.toml");
    let mut command = run(&served, &home, &good, &journal);
    command.env("AWS_SECRET_ACCESS_KEY", "not-the-secret");
    Refused::of(command).says(3, &["credentials"]);
    let mut command = run(&served, &home, &good, &journal);
    command
        .env("AWS_ACCESS_KEY_ID", "AKIANOSUCHKEYEXISTS1")
        .env("AWS_SESSION_TOKEN", "expired");
    Refused::of(command).says(3, &["credentials", "aws sso login"]);
    let mut command = run(&served, &home, &good, &journal);
    command
        .env_remove("AWS_ACCESS_KEY_ID")
        .env_remove("AWS_SECRET_ACCESS_KEY");
    Refused::of(command).says(3, &["no AWS credentials"]);
    let mut command = cleave(&home);
    command
        .arg("run")
        .arg(&good)
        .arg("--auto-approve")
        .arg("--journal")
        .arg(&journal);
    let refused = Refused::of(command);
    assert_eq!(refused.code, Some(2), "{}", refused.said);
    assert!(refused.said.contains("--world"), "{}", refused.said);
    assert!(!journal.exists(), "a journal was begun");
    assert!(served.effects().is_empty(), "something was changed in AWS");
}
