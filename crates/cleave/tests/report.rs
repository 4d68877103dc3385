//! Reports as people get them: that of the three products line by line as it is committed, and pages opened in a real browser, where there is one.
//!
//! A report that changes on purpose is written anew with `CLEAVE_WRITE_GOLDEN=1 cargo test --workspace --test processes report::`; what git shows
//! then is what readers will see.

use std::path::{Path, PathBuf};
use std::process::Command;

use crate::served::{cleave, folder};

fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..").join(path)
}

fn written(home: &Path, words: &[&str], runbook: &str, report: &str, language: &str) -> PathBuf {
    let path = home.join(report);
    let mut command = cleave(home);
    command
        .args(words)
        .arg(repository(&format!("runbooks/{runbook}/runbook.toml")));
    command.arg("--report").arg(&path).args(["--language", language]);
    let output = command.output().expect("cleave can be started");
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{said}");
    path
}

#[test]
#[expect(
    clippy::disallowed_methods,
    reason = "whoever changes a report on purpose has it written by a variable"
)]
fn the_report_of_the_three_products_is_as_it_is_committed() {
    let home = folder("golden");
    let renew = std::env::var_os("CLEAVE_WRITE_GOLDEN").is_some();
    let mut changed = Vec::new();
    for (file, language) in [
        ("three-products.report.json", "en"),
        ("three-products.report.md", "en"),
        ("three-products.report.ja.md", "ja"),
    ] {
        let report = written(&home, &["plan"], "three-products", file, language);
        let found = std::fs::read_to_string(report).expect("it was written");
        let golden = repository("crates/cleave/tests/golden").join(file);
        if renew {
            std::fs::create_dir_all(golden.parent().expect("a folder")).expect("it can be made");
            std::fs::write(&golden, &found).expect("it can be written");
        }
        let committed = std::fs::read_to_string(&golden).unwrap_or_default();
        let mut lines = committed.lines().zip(found.lines()).zip(1..);
        if committed != found {
            let first = lines.find(|((one, other), _)| one != other);
            let first =
                first.map(|((one, other), line)| format!("line {line}\n  committed: {one}\n  now:       {other}"));
            changed.push(format!(
                "{file}: {}",
                first.unwrap_or_else(|| "one is longer".to_owned())
            ));
        }
    }
    let how = "if that is on purpose: CLEAVE_WRITE_GOLDEN=1 cargo test --workspace --test processes report::";
    assert!(changed.is_empty(), "{}\n{how}", changed.join("\n"));
}

#[test]
fn a_plans_report_rests_on_the_rehearsals_of_that_plan_alone() {
    let home = folder("rests-on");
    let runbook = repository("runbooks/shop-staging/runbook.toml");
    let rehearsed = home.join("rehearsed.json");
    let mut command = cleave(&home);
    command
        .arg("rehearse")
        .arg(&runbook)
        .args(["--seeds", "1..3", "--json"]);
    let printed = command.output().expect("cleave can be started");
    assert!(printed.status.success(), "{}", String::from_utf8_lossy(&printed.stderr));
    std::fs::write(&rehearsed, printed.stdout).expect("it can be written");
    let plan = |of: &Path| {
        let mut command = cleave(&home);
        command.arg("plan").arg(of).arg("--report").arg(home.join("plan.json"));
        command.arg("--rehearsed").arg(&rehearsed);
        command.output().expect("cleave can be started")
    };

    let accepted = plan(&runbook);
    assert!(
        accepted.status.success(),
        "{}",
        String::from_utf8_lossy(&accepted.stderr)
    );
    let report = std::fs::read_to_string(home.join("plan.json")).expect("it was written");
    let report: serde_json::Value = serde_json::from_str(&report).expect("JSON");
    assert_eq!(report["rehearsed"]["seeds"], serde_json::json!([1, 3]));
    assert_eq!(report["rehearsed"]["runs"], 3);
    assert_eq!(report["rehearsed"]["plan_digest"], report["plan_digest"]);

    let other = plan(&repository("runbooks/three-products/runbook.toml"));
    let said = String::from_utf8_lossy(&other.stderr);
    assert_eq!(other.status.code(), Some(3), "{said}");
    assert!(said.contains("another plan was rehearsed"), "{said}");
}

#[test]
fn pages_are_whole_and_accessible_in_a_browser() {
    // Within target/, so that whoever looks at what the tests left finds the screenshots, and axe-core is fetched once.
    let into = Path::new(env!("CARGO_TARGET_TMPDIR")).join("../report-check");
    std::fs::create_dir_all(&into).expect("it can be made");
    let there = |program: &str| Command::new(program).arg("--version").output().is_ok();
    let browsers = [
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
        "chrome",
    ];
    if !there("node") || !browsers.into_iter().any(there) {
        eprintln!("SKIPPED: there is no node, or no Chromium");
        return;
    }
    if !into.join("node_modules/axe-core").is_dir() {
        std::fs::copy(repository("scripts/report/package.json"), into.join("package.json")).expect("it can be copied");
        let npm = Command::new("npm")
            .args([
                "install",
                "--no-audit",
                "--no-fund",
                "--no-package-lock",
                "--fetch-retries=0",
                "--prefix",
            ])
            .arg(&into)
            .output();
        if !npm.is_ok_and(|npm| npm.status.success()) {
            eprintln!("SKIPPED: npm does not give axe-core");
            return;
        }
    }
    let home = folder("in-a-browser");
    let mut pages = Vec::new();
    for language in ["en", "ja"] {
        let plan = format!("plan-{language}.html");
        pages.push(written(&home, &["plan"], "shop-staging", &plan, language));
        let night = format!("rehearsal-{language}.html");
        let words = ["rehearse", "--seed", "1", "--faults", "harsh"];
        pages.push(written(&home, &words, "shop-staging", &night, language));
    }
    let output = Command::new("node")
        .arg(repository("scripts/check_report.mjs"))
        .arg(&into)
        .args(&pages)
        .output()
        .expect("node can be started");
    let said = format!(
        "{}{}",
        String::from_utf8_lossy(&output.stdout),
        String::from_utf8_lossy(&output.stderr)
    );
    match output.status.code() {
        Some(77) => eprintln!("{said}"),
        code => assert_eq!(code, Some(0), "{said}"),
    }
}
