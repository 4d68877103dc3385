//! `cleave ack` and `cleave status --all`, as a team and an SRE with several runs type them.

use std::path::{Path, PathBuf};
use std::process::Output;

use crate::served::{Served, UnderWay, brief, cleave, folder};
use journal::Journal;
use model::{Event, Recorded};
use serde_json::Value;

const EVENING: &str = "2026-11-21T12:50:00Z";

fn said(output: &Output) -> String {
    String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr)
}

fn typed(home: &Path, words: &[&str]) -> Output {
    cleave(home).args(words).output().expect("cleave can be started")
}

fn events(journal: &Path) -> Vec<Recorded> {
    Journal::open_read_only(journal)
        .expect("a journal")
        .load()
        .expect("its events")
}

/// The example, whose shop must agree; `more` stands at the end of the runbook.
fn required(home: &Path, more: &str) -> PathBuf {
    let runbook = brief(home);
    let text = std::fs::read_to_string(&runbook).expect("the runbook");
    let products = "[products.shop]\nowner = \"Shop team\"\ncontact = \"#shop-oncall\"\n";
    let text = format!("agreements = \"required\"\n{text}\n{products}{more}");
    std::fs::write(&runbook, text).expect("it is written");
    runbook
}

/// Types the run until it leaves for a gate, approving the runbook's own.
fn until_it_waits(served: &Served, home: &Path, runbook: &Path, journal: &Path) -> String {
    let mut under_way = UnderWay::start(served.run_of_people(runbook, home, journal));
    assert_eq!(under_way.end().code(), Some(4), "{:#?}", under_way.said);
    under_way.said.join("\n")
}

#[test]
fn a_run_waits_for_a_product_goes_on_once_it_agrees_and_an_earlier_agreement_holds_for_the_same_plan_only() {
    let home = folder("agreements");
    let served = Served::start(&["--at", EVENING, "--speed", "400"]);
    let runbook = required(&home, "");
    let journal = home.join("m.db");
    let at = journal.display().to_string();
    let waits = until_it_waits(&served, &home, &runbook, &journal);
    let command = format!("cleave ack --product shop --journal {at}");
    assert!(
        waits.contains("waiting at gate product:shop") && waits.contains(&command),
        "{waits}"
    );

    // What it is about is shown, and nothing is agreed to.
    let shown = typed(&home, &["ack", "m.db", "--product", "shop", "--show"]);
    let shown = String::from_utf8(shown.stdout).expect("text");
    for word in [
        "shop (Shop team, #shop-oncall)",
        "database/shop-stg",
        "does not serve for about",
        "bucket/shop-stg-assets",
        "cannot be taken back:",
    ] {
        assert!(shown.contains(word), "{word:?} is missing: {shown}");
    }
    // Not by a script that does not say so, not at the wrong gate, not to another plan, not for a stranger.
    for (words, code, why) in [
        (&["ack", "m.db", "--product", "shop"][..], 3, "has not agreed"),
        (
            &["ack", "m.db", "--product", "media", "--yes"][..],
            2,
            "Its products are: shop",
        ),
        (
            &["ack", "m.db", "--product", "shop", "--yes", "--plan", "0123456789ab"][..],
            7,
            "is not the plan of this run",
        ),
        (
            &["ack", "nothing-here", "--product", "shop", "--yes"][..],
            2,
            "neither a journal nor",
        ),
        (
            &["approve", "product:shop", "--journal", "m.db"][..],
            2,
            command.as_str(),
        ),
    ] {
        let output = typed(&home, words);
        let command = why.replace(&at, "m.db");
        assert!(said(&output).contains(&command), "{words:?}: {}", said(&output));
        assert_eq!(output.status.code(), Some(code), "{words:?}");
    }
    let status = typed(&home, &["status", "--journal", "m.db"]);
    assert!(said(&status).contains("shop: has not agreed"), "{}", said(&status));

    // The morning page says who must do what; in Japanese names and commands stay.
    let morning = typed(&home, &["report", "--morning", "--journal", "m.db"]);
    let morning = said(&morning);
    assert!(morning.lines().count() < 40, "{morning}");
    for word in [
        "[ENDPOINT] shop-staging",
        "Shop team: cleave ack --product shop",
        "operator: Is staging scaled to zero",
        "database/shop-stg (shop): not disturbed yet (expected ",
    ] {
        assert!(morning.contains(word), "{word:?} is missing: {morning}");
    }
    let japanese = cleave(&home)
        .env("LANG", "ja_JP.UTF-8")
        .args(["report", "--morning", "morning.html", "--journal", "m.db"])
        .output()
        .expect("cleave can be started");
    assert!(japanese.status.success(), "{}", said(&japanese));
    let page = std::fs::read_to_string(home.join("morning.html")).expect("it is written");
    assert!(
        page.contains("残作業") && page.contains("cleave ack --product shop"),
        "{page}"
    );
    let status = typed(&home, &["--lang", "ja", "status", "--journal", "m.db"]);
    for asks in [
        "ゲート product:shop: shop のチーム",
        "この計画が自チームのリソースに対して行うことに同意しますか？",
    ] {
        assert!(said(&status).contains(asks), "{}", said(&status));
    }
    assert!(
        said(&status).contains("入力: cleave ack --product shop --journal m.db"),
        "{}",
        said(&status)
    );

    let before = events(&journal);
    let Event::RunStarted { run: id, digest, .. } = &before[0].event else {
        panic!("{:?}", before[0])
    };
    let agreed = typed(
        &home,
        &[
            "ack",
            id.as_str(),
            "--journal",
            "m.db",
            "--product",
            "shop",
            "--plan",
            digest.short(),
            "--by",
            "Hanako",
            "--words",
            "after the sale",
            "--yes",
        ],
    );
    assert_eq!(agreed.status.code(), Some(0), "{}", said(&agreed));
    assert!(said(&agreed).contains("it is heeded when"), "{}", said(&agreed));
    let goes_on = until_it_waits(&served, &home, &runbook, &journal);
    assert!(
        goes_on.contains("product shop agrees to the plan, by Hanako (typed by"),
        "{goes_on}"
    );
    let recorded = events(&journal).into_iter().find_map(|recorded| match recorded.event {
        Event::ProductAgreed {
            product, words, digest, ..
        } => Some((product, words, digest)),
        _ => None,
    });
    assert_eq!(recorded, Some(("shop".into(), "after the sale".into(), digest.clone())));
    let again = typed(&home, &["ack", "m.db", "--product", "shop", "--yes"]);
    assert!(said(&again).contains("has agreed already"), "{}", said(&again));
    let status: Value =
        serde_json::from_slice(&typed(&home, &["status", "--json", "--journal", "m.db"]).stdout).expect("JSON");
    assert_eq!(status["not_agreed"], serde_json::json!([]));
    assert_eq!(status["agreements"]["shop"]["words"], "after the sale");

    // A new plan asks again, and tells what differs.
    let other = folder("agreements-changed");
    let changed = Served::start(&["--at", EVENING, "--speed", "400"]);
    let runbook = required(&other, "");
    let text = std::fs::read_to_string(&runbook).expect("the runbook");
    let text = text.replace(
        "name     = \"shop-stg-assets\"",
        "name     = \"shop-stg-assets\"\nnew_name = \"shop-assets-new\"",
    );
    std::fs::write(&runbook, text).expect("it is written");
    until_it_waits(&changed, &other, &runbook, &other.join("n.db"));
    let shown = typed(&other, &["ack", "n.db", "--product", "shop", "--before", &at, "--show"]);
    for word in [
        "VOID: Hanako",
        digest.short(),
        "what differs for shop:",
        "not any more: bucket/shop-stg-assets",
    ] {
        assert!(said(&shown).contains(word), "{word:?} is missing: {}", said(&shown));
    }

    // All of them, and what cannot be read.
    std::fs::create_dir_all(home.join("old")).expect("a folder");
    std::fs::copy(other.join("n.db"), home.join("old/n.db")).expect("a copy");
    std::fs::write(home.join("broken.db"), "not a journal").expect("a file");
    let all = typed(&home, &["status", "--all"]);
    assert_eq!(all.status.code(), Some(3), "{}", said(&all));
    let all = said(&all);
    let lines: Vec<&str> = all.lines().collect();
    assert_eq!(lines.len(), 3, "{all}");
    for (line, words) in [
        (
            lines[0],
            &[
                "shop-staging",
                id.as_str(),
                "interrupted",
                "waits for gate service-stopped",
                "ends 2026-11-",
                "m.db",
            ][..],
        ),
        (
            lines[1],
            &["a copy", "waits for", "the agreement of shop", "old/n.db"][..],
        ),
        (lines[2], &["NOT READ", "broken.db"][..]),
    ] {
        for word in words {
            assert!(line.contains(word), "{word:?} is missing: {line}");
        }
    }
    let json = typed(&home, &["status", "--json", "--journals", "m.db", "broken.db"]);
    let json: Value = serde_json::from_slice(&json.stdout).expect("one JSON object");
    assert_eq!(json["runs"][0]["run"], id.as_str());
    assert_eq!(json["runs"][0]["status"], "interrupted");
    assert_eq!(json["runs"].as_array().map(Vec::len), Some(1));
    assert_eq!(json["unreadable"][0]["journal"], "broken.db");
}

#[test]
fn an_error_says_what_to_do_in_the_language_that_is_typed_or_else_in_the_environments() {
    let home = folder("languages");
    let said_with = |environment: &[(&str, &str)], words: &[&str]| {
        let output = cleave(&home)
            .envs(environment.iter().copied())
            .args(words)
            .output()
            .expect("cleave can be started");
        assert_eq!(output.status.code(), Some(3));
        said(&output)
    };
    let english = said_with(&[], &["status"]);
    assert!(
        english.contains("to do:   Check the path: the journal lies"),
        "{english}"
    );
    let japanese = said_with(&[("LANG", "ja_JP.UTF-8")], &["status"]);
    for word in ["対処:", "パスを確認してください", "何も変更していません。", "--journal"] {
        assert!(japanese.contains(word), "{word:?} is missing: {japanese}");
    }
    assert_eq!(
        said_with(&[("LANG", "ja_JP.UTF-8")], &["status", "--lang", "en"]),
        english
    );
    assert_eq!(
        said_with(&[("LANG", "ja_JP.UTF-8"), ("LC_ALL", "C")], &["status"]),
        english
    );
}

#[test]
fn what_failed_and_what_to_do_are_japanese_wherever_an_error_is_made() {
    let home = folder("errors-in-japanese");
    for (words, code, failed, to_do) in [
        (
            &["plan", "nothing.toml"][..],
            3,
            "ファイルがありません",
            "最初のランブックは `cleave init` で作れます。",
        ),
        (
            &["explain", "nothing"][..],
            2,
            "そのチェックはありません",
            "ID を付けなければ、すべてのチェックを一覧表示します。",
        ),
        (
            &["compare", "--bucket", "shop-stg-assets", "--with", "shop-stg-copy"][..],
            2,
            "バケットのリージョンがありません",
            "--region を付けてください",
        ),
        (
            &["simcloud", "--inventory", "nothing.json", "--speed", "0"][..],
            2,
            "--speed には正の数を指定します",
            "60 なら 1 分が 1 時間になります。",
        ),
    ] {
        let output = cleave(&home)
            .env("LANG", "ja_JP.UTF-8")
            .args(words)
            .output()
            .expect("cleave can be started");
        let said = said(&output);
        assert_eq!(output.status.code(), Some(code), "{words:?}: {said}");
        assert!(said.contains(&format!("エラー: {failed}")), "{words:?}: {said}");
        assert!(
            said.contains("変更:    ") && said.contains("対処:    "),
            "{words:?}: {said}"
        );
        assert!(said.contains(to_do), "{words:?}: {said}");
    }
}

#[test]
fn what_a_stopped_step_advises_is_shown_in_japanese_and_kept_in_english() {
    let home = folder("advice-in-japanese");
    let runbook = brief(&home);
    let text = std::fs::read_to_string(&runbook).expect("the runbook");
    let hook = "[[hook]]\nname = \"stop\"\nbefore = [\"database\"]\nrun = [\"./stop.sh\"]\nrehearse = { exit = 3 }\n";
    std::fs::write(&runbook, format!("{text}\n{hook}")).expect("it is written");
    let rehearsed = typed(
        &home,
        &["rehearse", "runbook.toml", "--faults", "none", "--journal", "m.db"],
    );
    assert_eq!(rehearsed.status.code(), Some(8), "{}", said(&rehearsed));

    let (english, japanese) = (
        "Mend what it complains of",
        "コマンドが報告した問題を直し、ステップを retry してください",
    );
    let shown = |words: &[&str]| said(&typed(&home, &[words, &["--journal", "m.db"]].concat()));
    let status = shown(&["status"]);
    assert!(status.contains(&format!("to do:   {english}")), "{status}");
    for words in [
        &["--lang", "ja", "status"][..],
        &["--lang", "ja", "report", "--morning"],
    ] {
        let told = shown(words);
        assert!(told.contains(japanese), "{words:?}: {told}");
        assert!(!told.contains(english), "{words:?}: {told}");
    }
    let kept = shown(&["--lang", "ja", "journal", "export"]);
    assert!(kept.contains(english) && !kept.contains(japanese), "{kept}");
}
