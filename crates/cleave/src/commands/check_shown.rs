//! What a check found, for people: what blocks first, and of what passes the number alone.

use std::fmt::Write as _;

use moves::check::{Finding, Outcome};

/// As text.
pub(super) fn text(migration: &str, findings: &[Finding]) -> String {
    let mut text = format!("# {migration}: check\n");
    let of = |outcome| findings.iter().filter(move |finding| finding.outcome == outcome);
    // Writing to a String cannot fail.
    for (title, outcome) in [("Blocks", Outcome::Blocks), ("Warns", Outcome::Warns)] {
        let count = of(outcome).count();
        if count > 0 {
            let _ = write!(text, "\n## {title} ({count})\n\n");
        }
        // What thirty buckets have alike is read once.
        let mut alike: Vec<(Vec<&str>, &Finding)> = Vec::new();
        for finding in of(outcome) {
            let same = |(_, other): &&mut (Vec<&str>, &Finding)| {
                (other.id, &other.what, &other.todo, &other.commands)
                    == (finding.id, &finding.what, &finding.todo, &finding.commands)
            };
            match alike.iter_mut().find(same) {
                Some((of, _)) => of.push(&finding.of),
                None => alike.push((vec![&finding.of], finding)),
            }
        }
        for (of, finding) in alike {
            tell(&mut text, finding.id, &of.join(", "), finding);
        }
    }
    // What could not be entered hides a dozen checks behind one cause.
    let mut unchecked: Vec<(Vec<&str>, &Finding)> = Vec::new();
    for finding in of(Outcome::NotChecked) {
        let same = |other: &&mut (Vec<&str>, &Finding)| {
            (&other.1.of, &other.1.what, &other.1.commands) == (&finding.of, &finding.what, &finding.commands)
        };
        match unchecked.iter_mut().find(same) {
            Some((ids, _)) => ids.push(finding.id),
            None => unchecked.push((vec![finding.id], finding)),
        }
    }
    if !unchecked.is_empty() {
        let _ = write!(text, "\n## Not checked ({})\n\n", of(Outcome::NotChecked).count());
    }
    for (ids, finding) in unchecked {
        tell(&mut text, &ids.join(", "), &finding.of, finding);
    }
    let _ = writeln!(text, "\nPasses: {}", of(Outcome::Passes).count());
    let blocks = of(Outcome::Blocks).count();
    let _ = match blocks {
        0 => writeln!(text, "\nNothing blocks."),
        1 => writeln!(
            text,
            "\n1 thing blocks. `cleave explain ID` says what a check looks at, and the way out."
        ),
        _ => writeln!(
            text,
            "\n{blocks} things block. `cleave explain ID` says what a check looks at, and the way out."
        ),
    };
    text
}

fn tell(text: &mut String, ids: &str, of: &str, finding: &Finding) {
    let _ = writeln!(text, "{ids}: {of}: {}", finding.what);
    if let Some(todo) = &finding.todo {
        let _ = writeln!(text, "    {todo}");
    }
    for command in &finding.commands {
        let _ = writeln!(text, "    $ {command}");
    }
}
