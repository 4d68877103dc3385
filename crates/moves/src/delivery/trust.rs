//! Trust policies of roles that GitHub Actions takes on: does one admit the repository, in this account, and nobody else?
//!
//! `StringLike` knows `*` and `?`, `StringEquals` nothing of the kind: a `*` in it is a star. A repository's `sub` is `repo:org/repo:…`, and
//! `repo:org@ID/repo@ID:…` once it was renamed or handed to another owner: a role must admit both, or a rename stops the deploys.

use model::AccountId;
use serde_json::Value;

use super::spec::Repository;
use super::{Finding, Verdict};

/// Where GitHub's identity provider is.
pub const HOST: &str = "token.actions.githubusercontent.com";
/// Whom its tokens are for.
pub const AUDIENCE: &str = "sts.amazonaws.com";

/// What a `sub` has at a place.
#[derive(Clone, Copy)]
enum Part {
    This(char),
    /// One digit or more: an id that GitHub has given.
    Digits,
    /// Anything.
    Rest,
}

/// One text that a condition compares with.
struct Pattern {
    text: String,
    /// `StringLike`: `*` and `?` stand for others.
    wild: bool,
    /// `StringEqualsIgnoreCase`
    any_case: bool,
}

/// Says how the policy of a role stands.
pub fn judge(
    role: &str,
    policy: &str,
    source: &AccountId,
    target: &AccountId,
    repository: &Repository,
) -> Vec<Finding> {
    let of = format!("role {role}");
    let document: Value = match serde_json::from_str(policy) {
        Ok(document) => document,
        Err(error) => {
            return vec![Finding::new(
                of,
                Verdict::Unread,
                format!("its trust policy is no JSON: {error}"),
            )];
        }
    };
    let provider = |account: &AccountId| format!("arn:aws:iam::{account}:oidc-provider/{HOST}");
    let by_web = |statement: &&Value| {
        statement["Effect"] == "Allow"
            && texts(&statement["Action"])
                .any(|action| is_like(&action.to_ascii_lowercase(), "sts:assumerolewithwebidentity"))
    };
    let statements: Vec<&Value> = each(&document["Statement"]).filter(by_web).collect();
    let trusts = |statement: &Value, arn: &str| texts(&statement["Principal"]["Federated"]).any(|one| one == arn);
    let own: Vec<&Value> = statements
        .iter()
        .copied()
        .filter(|one| trusts(one, &provider(target)))
        .collect();
    let mut findings = Vec::new();
    if statements.iter().any(|one| trusts(one, &provider(source))) {
        findings.push(
            Finding::new(
                &of,
                Verdict::Wrong,
                format!("it trusts the identity provider of the source account {source}"),
            )
            .todo(format!("Write {} as Principal.Federated.", provider(target))),
        );
    }
    if own.is_empty() {
        let (verdict, what) = match findings.is_empty() {
            true => (
                Verdict::Wrong,
                "it does not trust GitHub's identity provider of the target account",
            ),
            // Said already.
            false => return findings,
        };
        findings.push(
            Finding::new(&of, verdict, what)
                .todo(format!("Allow sts:AssumeRoleWithWebIdentity to {}.", provider(target))),
        );
        return findings;
    }
    let mut subjects = Vec::new();
    for statement in own {
        subjects.extend(of_statement(&of, statement, repository, &mut findings));
    }
    if findings.iter().all(|one| one.verdict == Verdict::Ok) {
        of_subjects(&of, &subjects, repository, &mut findings);
    }
    findings
}

/// How a `sub` is asked for.
fn narrow(repository: &Repository) -> String {
    let Repository { owner, name } = repository;
    format!("Write StringLike {HOST}:sub = [\"repo:{owner}/{name}:*\", \"repo:{owner}@*/{name}@*:*\"], or narrower.")
}

/// What one statement asks for: whom it admits too many of. Gives its patterns of `sub`.
fn of_statement(of: &str, statement: &Value, repository: &Repository, findings: &mut Vec<Finding>) -> Vec<Pattern> {
    let condition = &statement["Condition"];
    let audiences = patterns(condition, "aud");
    if audiences.is_empty() {
        let what = "it asks for no audience";
        findings
            .push(Finding::new(of, Verdict::Wrong, what).todo(format!("Add StringEquals {HOST}:aud = {AUDIENCE}.")));
    } else if !audiences.iter().any(|one| one.fits(&exact(AUDIENCE))) {
        let what = format!("it does not admit the audience {AUDIENCE}");
        let todo =
            format!("Write StringEquals {HOST}:aud = {AUDIENCE}, or have the workflow ask for another audience.");
        findings.push(Finding::new(of, Verdict::Wrong, what).todo(todo));
    }
    let subjects = patterns(condition, "sub");
    if subjects.is_empty() {
        findings.push(
            match OTHER_CLAIMS.iter().find(|claim| !patterns(condition, claim).is_empty()) {
                Some(claim) => {
                    let what = format!("it asks for {claim} and not for sub: whom that admits is not judged here");
                    Finding::new(of, Verdict::Note, what)
                }
                None => {
                    let what = "it asks for no sub: every repository on GitHub may take it on";
                    Finding::new(of, Verdict::Wrong, what).todo(narrow(repository))
                }
            },
        );
    }
    let strange = strangers(repository);
    if let Some(wide) = subjects.iter().find(|one| strange.iter().any(|other| one.fits(other))) {
        let what = format!("{:?} admits repositories of other owners", wide.text);
        findings.push(Finding::new(of, Verdict::Wrong, what).todo(narrow(repository)));
    }
    subjects
}

/// Whether the patterns of all statements together admit the repository, in both forms.
fn of_subjects(of: &str, subjects: &[Pattern], repository: &Repository, findings: &mut Vec<Finding>) {
    let Repository { owner, name } = repository;
    let plain = named(owner, None, name, None);
    let immutable = named(owner, Some(Part::Digits), name, Some(Part::Digits));
    let admits = |form: &[Part]| subjects.iter().any(|one| one.fits(form));
    let starred = subjects.iter().find(|one| !one.wild && one.text.contains('*'));
    let hint = match starred {
        Some(one) => format!(
            " ({:?} stands in StringEquals, where * is a star and no wildcard)",
            one.text
        ),
        None => String::new(),
    };
    let (old, new) = (format!("repo:{owner}/{name}:…"), format!("repo:{owner}@ID/{name}@ID:…"));
    let (verdict, what) = match (admits(&plain), admits(&immutable)) {
        (true, true) if admits(&named(owner, None, &format!("{name}0"), None)) => (
            Verdict::Note,
            format!("it admits {owner}/{name} in both forms, and other repositories of {owner}"),
        ),
        (true, true) => (
            Verdict::Ok,
            format!("it admits {owner}/{name} in both forms, and no other owner's"),
        ),
        (false, false) => (Verdict::Wrong, format!("it does not admit {owner}/{name}{hint}")),
        (true, false) => {
            let when = "which GitHub sends once the repository was renamed or handed to another owner";
            (Verdict::NotYet, format!("it admits {old} and not {new}, {when}{hint}"))
        }
        (false, true) => {
            let when = "which GitHub sends for a repository that was never renamed";
            (Verdict::NotYet, format!("it admits {new} and not {old}, {when}{hint}"))
        }
    };
    let finding = Finding::new(of, verdict, what);
    findings.push(if verdict.is_open() {
        finding.todo(narrow(repository))
    } else {
        finding
    });
}

/// Claims by which STS has also let a policy tell repositories apart since January 2026.
const OTHER_CLAIMS: [&str; 4] = ["repository", "repository_id", "repository_owner_id", "job_workflow_ref"];

/// The parts of a `sub`, up to what the workflow says of itself.
fn named(owner: &str, owner_id: Option<Part>, name: &str, id: Option<Part>) -> Vec<Part> {
    let mut parts = exact("repo:");
    let mut add = |text: &str, id: Option<Part>| {
        parts.extend(text.chars().map(Part::This));
        parts.extend(id.into_iter().flat_map(|id| [Part::This('@'), id]));
    };
    add(owner, owner_id);
    add("/", None);
    add(name, id);
    add(":", None);
    parts.push(Part::Rest);
    parts
}

fn exact(text: &str) -> Vec<Part> {
    text.chars().map(Part::This).collect()
}

/// What others' repositories would send.
fn strangers(repository: &Repository) -> Vec<Vec<Part>> {
    let Repository { owner, name } = repository;
    let (longer, other) = (format!("{owner}0"), format!("0{owner}"));
    let mut all = Vec::new();
    for stranger in [&longer, &other] {
        all.push(named(stranger, None, name, None));
        all.push(named(stranger, None, "0", None));
        all.push(named(stranger, Some(Part::Digits), name, Some(Part::Digits)));
    }
    all
}

/// Every text that the conditions compare a claim with. Operators under which a token is refused, or which do not compare texts, are none.
fn patterns(condition: &Value, claim: &str) -> Vec<Pattern> {
    let wanted = format!("{HOST}:{claim}");
    let mut found = Vec::new();
    for (operator, keys) in condition.as_object().into_iter().flatten() {
        // A token of GitHub's has each of these claims, once.
        let bare = operator
            .trim_start_matches("ForAnyValue:")
            .trim_start_matches("ForAllValues:");
        let bare = bare.trim_end_matches("IfExists");
        let (wild, any_case) = match bare {
            "StringEquals" => (false, false),
            "StringEqualsIgnoreCase" => (false, true),
            "StringLike" => (true, false),
            _ => continue,
        };
        let keys = keys.as_object().into_iter().flatten();
        for (_, value) in keys.filter(|(key, _)| key.eq_ignore_ascii_case(&wanted)) {
            found.extend(texts(value).map(|text| Pattern {
                text: text.to_owned(),
                wild,
                any_case,
            }));
        }
    }
    found
}

impl Pattern {
    /// Whether some text of that form is admitted.
    fn fits(&self, form: &[Part]) -> bool {
        let pattern: Vec<char> = self.text.chars().collect();
        // From behind: whether the rest of the pattern, from its row's place on, meets the rest of the form, from its column's place on.
        let mut below: Vec<bool> = Vec::new();
        for at in (0..=pattern.len()).rev() {
            let mut row = vec![false; form.len() + 1];
            for from in (0..=form.len()).rev() {
                row[from] = match (pattern.get(at), form.get(from)) {
                    (None, None) => true,
                    (None, Some(part)) => matches!(part, Part::Rest) && row[from + 1],
                    // The star takes nothing, or what stands there.
                    (Some('*'), part) if self.wild => below[from] || (part.is_some() && row[from + 1]),
                    (Some(_), None) => false,
                    (Some(one), Some(Part::This(other))) => self.same(*one, *other) && below[from + 1],
                    (Some(one), Some(Part::Digits)) => {
                        let digit = one.is_ascii_digit() || (self.wild && *one == '?');
                        digit && (below[from + 1] || below[from])
                    }
                    (Some(_), Some(Part::Rest)) => below[from] || row[from + 1],
                };
            }
            below = row;
        }
        below[0]
    }

    fn same(&self, one: char, other: char) -> bool {
        one == other || (self.wild && one == '?') || (self.any_case && one.eq_ignore_ascii_case(&other))
    }
}

/// Whether an action is named by a pattern with `*`.
fn is_like(pattern: &str, action: &str) -> bool {
    let pattern = Pattern {
        text: pattern.to_owned(),
        wild: true,
        any_case: false,
    };
    pattern.fits(&exact(action))
}

/// One, or several.
fn each(value: &Value) -> impl Iterator<Item = &Value> {
    match value {
        Value::Array(several) => several.as_slice(),
        Value::Null => &[],
        one => std::slice::from_ref(one),
    }
    .iter()
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    each(value).filter_map(Value::as_str)
}

#[cfg(test)]
#[path = "trust_tests.rs"]
mod tests;
