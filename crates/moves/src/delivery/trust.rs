//! Trust policies of roles that GitHub Actions takes on: does one admit the repository, in this account, and nobody else?
//!
//! As IAM reads them: a token is admitted by any one statement that allows it, unless one denies it. In a statement every operator and every key must hold; of the
//! values of one key any one does, or, where the operator is negated, none may. `StringLike` knows `*` and `?`, `StringEquals` nothing of the kind: a `*` in it is a star.
//! A repository's `sub` is `repo:org/repo:…`, and `repo:org@ID/repo@ID:…` once it was renamed or handed to another owner: a role must admit both, or a rename
//! stops the deploys.

use std::collections::BTreeSet;

use model::AccountId;
use serde_json::Value;

use super::admitted::{Part, Pattern, Rules, Test, exact};
use super::spec::{OidcSpec, Repository};
use super::{Finding, Verdict};
use crate::policy_document::{each, texts};

/// Where GitHub's identity provider is.
pub const HOST: &str = "token.actions.githubusercontent.com";
/// Whom its tokens are for.
pub const AUDIENCE: &str = "sts.amazonaws.com";

/// Says how the policy of a role stands.
pub fn judge(role: &OidcSpec, policy: &str, source: &AccountId, target: &AccountId) -> Vec<Finding> {
    let of = format!("role {}", role.role);
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
    let issuer = role.issuer();
    let provider = |account: &AccountId| format!("arn:aws:iam::{account}:oidc-provider/{issuer}");
    let (own, old) = (provider(target), provider(source));
    let by_web: Vec<&Value> = each(&document["Statement"]).filter(|one| is_by_web(one)).collect();
    let allows = |arn: &str| {
        let arn = arn.to_owned();
        let allowing = by_web.iter().copied().filter(|one| one["Effect"] == "Allow");
        allowing.filter(move |one| concerns(one, &arn))
    };
    let mut findings = Vec::new();
    let named = |one: &Value| texts(&one["Principal"]["Federated"]).any(|named| named == old);
    if allows(&old).any(named) {
        let what = format!("it trusts the identity provider of the source account {source}");
        let finding = Finding::new(&of, Verdict::Wrong, what);
        findings.push(finding.todo(format!("Write {own} as Principal.Federated.")));
    }
    let allowed: Vec<Statement> = allows(&own).map(|one| Statement::of(one, &issuer)).collect();
    if allowed.is_empty() {
        if findings.is_empty() {
            let what = "it does not trust GitHub's identity provider of the target account";
            let finding = Finding::new(&of, Verdict::Wrong, what);
            findings.push(finding.todo(format!("Allow sts:AssumeRoleWithWebIdentity to {own}.")));
        }
        return findings;
    }
    let denying = by_web
        .iter()
        .filter(|one| one["Effect"] == "Deny" && concerns(one, &own));
    let denied = denying.map(|one| Statement::of(one, &issuer)).collect();
    let policy = Policy {
        of: &of,
        issuer: &issuer,
        repository: &role.repository,
        allowed,
        denied,
    };
    match policy.judged() {
        Some(judged) => findings.extend(judged),
        None => {
            let what = "its conditions are too entangled to be judged";
            findings
                .push(Finding::new(&of, Verdict::Unread, what).todo("Write fewer patterns, each with fewer stars."));
        }
    }
    findings
}

/// Whether a statement is about taking on the role with a token.
fn is_by_web(statement: &Value) -> bool {
    let names = |actions: &Value| texts(actions).any(|action| is_like(action, "sts:AssumeRoleWithWebIdentity"));
    match &statement["NotAction"] {
        Value::Null => names(&statement["Action"]),
        not => !names(not),
    }
}

/// Whether a statement is about the tokens of a provider.
fn concerns(statement: &Value, provider: &str) -> bool {
    let names = |principal: &Value| {
        let everybody = principal == "*" || texts(&principal["AWS"]).any(|one| one == "*");
        everybody || texts(&principal["Federated"]).any(|one| one == provider)
    };
    match &statement["NotPrincipal"] {
        Value::Null => names(&statement["Principal"]),
        not => !names(not),
    }
}

/// Claims by which STS has also let a policy tell repositories apart since January 2026. Their values are not known here.
const OTHER_CLAIMS: [&str; 3] = ["repository_id", "repository_owner_id", "job_workflow_ref"];
/// An audience that nobody means.
const OTHER_AUDIENCE: &str = "nobody.invalid";

/// A condition of a statement.
enum Condition {
    /// On the `sub`.
    Sub { patterns: Vec<Pattern>, not: bool },
    /// On a claim whose value is known.
    Known {
        claim: Known,
        patterns: Vec<Pattern>,
        not: bool,
    },
    /// It holds for every token, or for none.
    Always(bool),
    /// On what is not known here.
    Unknown { key: String, narrows: bool },
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Known {
    Audience,
    Repository,
}

struct Statement {
    conditions: Vec<Condition>,
}

/// Whose token it is, beside its `sub`.
#[derive(Clone, Copy)]
struct Token<'a> {
    /// Absent: whatever is asked for.
    audience: Option<&'a str>,
    repository: Option<&'a str>,
    /// Another owner's: what is not known of it speaks against it where it tells repositories apart.
    strange: bool,
}

impl Statement {
    fn of(statement: &Value, issuer: &str) -> Self {
        let operators = statement["Condition"].as_object().into_iter().flatten();
        let conditions = operators.flat_map(|(operator, keys)| {
            let keys = keys.as_object().into_iter().flatten();
            keys.map(|(key, values)| condition(operator, key, values, issuer))
        });
        Self {
            conditions: conditions.collect(),
        }
    }

    /// What it asks of the `sub` of a token; none where it is not about such a token.
    fn asks<'a>(&'a self, token: Token<'_>, denies: bool) -> Option<Vec<Test<'a>>> {
        let mut tests = Vec::new();
        for condition in &self.conditions {
            let holds = match condition {
                Condition::Sub { patterns, not } => {
                    tests.push(Test { patterns, not: *not });
                    true
                }
                Condition::Known { claim, patterns, not } => {
                    let value = match claim {
                        Known::Audience => token.audience,
                        Known::Repository => token.repository,
                    };
                    value.is_none_or(|value| patterns.iter().any(|one| one.fits(value)) != *not)
                }
                Condition::Always(holds) => *holds,
                // Nobody is told that he is kept out, or let in, by what nobody knows.
                Condition::Unknown { narrows, .. } => !(denies || token.strange && *narrows),
            };
            if !holds {
                return None;
            }
        }
        Some(tests)
    }

    fn has_audience(&self) -> bool {
        let of_audience = |one: &Condition| {
            matches!(
                one,
                Condition::Known {
                    claim: Known::Audience,
                    ..
                }
            )
        };
        self.conditions.iter().any(of_audience)
    }

    fn has_repository(&self) -> bool {
        let names = |one: &Condition| match one {
            Condition::Sub { .. } => true,
            Condition::Known { claim, .. } => *claim == Known::Repository,
            Condition::Always(_) | Condition::Unknown { .. } => false,
        };
        self.conditions.iter().any(names)
    }

    /// What `sub` may be.
    fn subjects(&self) -> impl Iterator<Item = &Pattern> {
        let of_sub = self.conditions.iter().filter_map(|one| match one {
            Condition::Sub { patterns, not: false } => Some(patterns),
            _ => None,
        });
        of_sub.flatten()
    }

    fn unknown(&self) -> impl Iterator<Item = (&str, bool)> {
        self.conditions.iter().filter_map(|one| match one {
            Condition::Unknown { key, narrows } => Some((key.as_str(), *narrows)),
            _ => None,
        })
    }
}

/// What one operator asks of one key.
fn condition(operator: &str, key: &str, values: &Value, issuer: &str) -> Condition {
    // A token of GitHub's has each of its claims once: then a set of values is like its only member, and the claim exists.
    let (any, all) = (
        operator.strip_prefix("ForAnyValue:"),
        operator.strip_prefix("ForAllValues:"),
    );
    let bare = any.or(all).unwrap_or(operator);
    let (bare, if_exists) = match bare.strip_suffix("IfExists") {
        Some(bare) => (bare, true),
        None => (bare, false),
    };
    let unknown = |narrows: bool| Condition::Unknown {
        key: key.to_owned(),
        narrows,
    };
    let lower = key.to_ascii_lowercase();
    let Some((of, claim)) = lower.strip_prefix(HOST).and(lower.rsplit_once(':')) else {
        return unknown(false);
    };
    if of != issuer.to_ascii_lowercase() {
        // A claim of another issuer's: this one's tokens do not have it.
        return Condition::Always(match bare {
            "Null" => texts_or_bools(values).any(|value| value == "true"),
            _ => if_exists || all.is_some() || (bare.contains("Not") && any.is_none()),
        });
    }
    if !["sub", "aud", "repository"].contains(&claim) {
        return unknown(OTHER_CLAIMS.contains(&claim) && !bare.contains("Not") && bare != "Null");
    }
    let (wild, any_case, not) = match bare {
        "StringEquals" => (false, false, false),
        "StringNotEquals" => (false, false, true),
        "StringEqualsIgnoreCase" => (false, true, false),
        "StringNotEqualsIgnoreCase" => (false, true, true),
        "StringLike" => (true, false, false),
        "StringNotLike" => (true, false, true),
        "Null" => return Condition::Always(texts_or_bools(values).any(|value| value == "false")),
        // These claims are no numbers, dates, addresses and ARNs.
        _ => return unknown(false),
    };
    let patterns: Option<Vec<Pattern>> = texts(values).map(|text| Pattern::new(text, wild, any_case)).collect();
    match (patterns, claim) {
        (None, _) => unknown(false),
        (Some(patterns), "sub") => Condition::Sub { patterns, not },
        (Some(patterns), "aud") => Condition::Known {
            claim: Known::Audience,
            patterns,
            not,
        },
        (Some(patterns), _) => Condition::Known {
            claim: Known::Repository,
            patterns,
            not,
        },
    }
}

/// What of a policy is about tokens of the target's provider.
struct Policy<'a> {
    of: &'a str,
    issuer: &'a str,
    repository: &'a Repository,
    allowed: Vec<Statement>,
    denied: Vec<Statement>,
}

impl Policy<'_> {
    /// None where it cannot be told.
    fn judged(&self) -> Option<Vec<Finding>> {
        let mut findings = self.of_audiences()?;
        for statement in &self.allowed {
            let finding = self.of_strangers(statement)?;
            findings.extend(finding);
        }
        let is_open = findings.iter().any(|one| one.verdict.is_open());
        // By what else they may tell repositories apart was told.
        let judged = findings.is_empty() || self.allowed.iter().any(Statement::has_repository);
        if is_open || !judged {
            return Some(findings);
        }
        findings.insert(0, self.of_repository()?);
        let mut others = BTreeSet::new();
        for (key, narrows) in self.allowed.iter().flat_map(Statement::unknown) {
            if !narrows && others.insert(key) {
                let what = format!("it also asks for {key}, which is not judged here");
                findings.push(Finding::new(self.of, Verdict::Note, what));
            }
        }
        for owner in self.owners_named() {
            let what = format!("it names repositories of {owner}, too");
            findings.push(Finding::new(self.of, Verdict::Note, what));
        }
        Some(findings)
    }

    /// Whether some token with such a `sub` is admitted.
    fn admits(&self, form: &[Part], token: Token<'_>) -> Option<bool> {
        let rules = Rules {
            allow: self.allowed.iter().filter_map(|one| one.asks(token, false)).collect(),
            deny: self.denials(token),
        };
        rules.admit_some(form)
    }

    fn denials(&self, token: Token<'_>) -> Vec<Vec<Test<'_>>> {
        self.denied.iter().filter_map(|one| one.asks(token, true)).collect()
    }

    fn of_audiences(&self) -> Option<Vec<Finding>> {
        let mut findings = Vec::new();
        let strange = Token {
            audience: Some(OTHER_AUDIENCE),
            repository: None,
            strange: false,
        };
        for statement in &self.allowed {
            let rules = Rules {
                allow: statement.asks(strange, false).into_iter().collect(),
                deny: self.denials(strange),
            };
            if !rules.admit_some(&[Part::Rest])? {
                continue;
            }
            let what = match statement.has_audience() {
                true => "it admits every audience",
                false => "it asks for no audience",
            };
            let todo = format!("Add StringEquals {}:aud = {AUDIENCE}.", self.issuer);
            let finding = Finding::new(self.of, Verdict::Wrong, what).todo(todo);
            if !findings.contains(&finding) {
                findings.push(finding);
            }
        }
        let name = self.full_name();
        let token = Token {
            audience: Some(AUDIENCE),
            repository: Some(&name),
            strange: false,
        };
        let whatever = Token {
            audience: None,
            ..token
        };
        let (plain, immutable) = (self.plain(), self.immutable());
        let either = |token| Some(self.admits(&plain, token)? || self.admits(&immutable, token)?);
        if !either(token)? && either(whatever)? {
            let what = format!("it does not admit the audience {AUDIENCE}");
            let todo = format!(
                "Write StringEquals {}:aud = {AUDIENCE}, or have the workflow ask for another audience.",
                self.issuer
            );
            findings.push(Finding::new(self.of, Verdict::Wrong, what).todo(todo));
        }
        Some(findings)
    }

    /// Whether a statement admits repositories of owners that nothing in the policy names.
    fn of_strangers(&self, statement: &Statement) -> Option<Option<Finding>> {
        let unknown: Vec<(&str, bool)> = statement.unknown().collect();
        let other = format!("0{}/0", self.repository.owner);
        let token = Token {
            audience: Some(AUDIENCE),
            repository: Some(&other),
            strange: true,
        };
        let owners = self.owners_named();
        let meant: Vec<Pattern> = owners
            .iter()
            .chain([&self.repository.owner])
            .flat_map(|o| of_owner(o))
            .collect();
        let allow = statement.asks(token, false).map(|mut tests| {
            tests.push(Test {
                patterns: &meant,
                not: true,
            });
            tests
        });
        let rules = Rules {
            allow: allow.into_iter().collect(),
            deny: self.denials(token),
        };
        let mut anybodys = exact("repo:");
        anybodys.extend([Part::Rest, Part::This('/'), Part::Rest, Part::This(':'), Part::Rest]);
        if !rules.admit_some(&anybodys)? {
            let narrowing = unknown.iter().find(|(_, narrows)| *narrows);
            return Some(match narrowing {
                Some((key, _)) if !statement.has_repository() => {
                    let claim = key.rsplit(':').next().unwrap_or(key);
                    let what = format!("it asks for {claim} and not for sub: whom that admits is not judged here");
                    Some(Finding::new(self.of, Verdict::Note, what))
                }
                _ => None,
            });
        }
        let what = match statement
            .subjects()
            .find(|one| is_wide(one))
            .or(statement.subjects().next())
        {
            None => "it asks for no sub: every repository on GitHub may take it on".to_owned(),
            Some(wide) => format!("{:?} admits repositories of other owners", wide.text),
        };
        Some(Some(Finding::new(self.of, Verdict::Wrong, what).todo(self.narrow())))
    }

    /// Whether the repository is admitted, in both forms.
    fn of_repository(&self) -> Option<Finding> {
        let Repository { owner, name } = self.repository;
        let full = self.full_name();
        let token = Token {
            audience: Some(AUDIENCE),
            repository: Some(&full),
            strange: false,
        };
        let (plain, immutable) = (self.plain(), self.immutable());
        let (old, new) = (format!("repo:{owner}/{name}:…"), format!("repo:{owner}@ID/{name}@ID:…"));
        let (verdict, what) = match (self.admits(&plain, token)?, self.admits(&immutable, token)?) {
            (true, true) => {
                let other = named(owner, None, &format!("{name}0"), None);
                let other_name = format!("{full}0");
                let its_own = Token {
                    repository: Some(&other_name),
                    ..token
                };
                match self.admits(&other, its_own)? {
                    true => (
                        Verdict::Note,
                        format!("it admits {owner}/{name} in both forms, and other repositories of {owner}"),
                    ),
                    false => (
                        Verdict::Ok,
                        format!("it admits {owner}/{name} in both forms, and no other owner's"),
                    ),
                }
            }
            (false, false) => {
                let why = self.why_not(&plain, token)?;
                (Verdict::Wrong, format!("it does not admit {owner}/{name}{why}"))
            }
            (true, false) => {
                let when = "which GitHub sends once the repository was renamed or handed to another owner";
                let why = self.why_not(&immutable, token)?;
                (Verdict::NotYet, format!("it admits {old} and not {new}, {when}{why}"))
            }
            (false, true) => {
                let when = "which GitHub sends for a repository that was never renamed";
                let why = self.why_not(&plain, token)?;
                (Verdict::NotYet, format!("it admits {new} and not {old}, {when}{why}"))
            }
        };
        let finding = Finding::new(self.of, verdict, what);
        Some(match verdict.is_open() {
            true => finding.todo(self.narrow()),
            false => finding,
        })
    }

    /// What keeps such a `sub` out, where that is not plain to see.
    fn why_not(&self, form: &[Part], token: Token<'_>) -> Option<String> {
        let asked: Vec<Vec<Test<'_>>> = self.allowed.iter().filter_map(|one| one.asks(token, false)).collect();
        let some = |allow: Vec<Vec<Test<'_>>>| {
            Rules {
                allow,
                deny: Vec::new(),
            }
            .admit_some(form)
        };
        if some(asked.clone())? {
            return Some(" (a statement denies it, and that wins)".to_owned());
        }
        for tests in asked.iter().filter(|tests| tests.len() > 1) {
            let mut each = true;
            for test in tests {
                each &= some(vec![vec![*test]])?;
            }
            if each {
                return Some(
                    " (its conditions on sub must hold all at once: the values of one operator are alternatives, several operators are not)"
                        .to_owned(),
                );
            }
        }
        let mut subjects = self.allowed.iter().flat_map(Statement::subjects);
        Some(match subjects.find(|one| one.has_plain_star()) {
            Some(one) => format!(
                " ({:?} stands in StringEquals, where * is a star and no wildcard)",
                one.text
            ),
            None => String::new(),
        })
    }

    /// Other owners whose names are written out.
    fn owners_named(&self) -> BTreeSet<String> {
        let subjects = self.allowed.iter().flat_map(Statement::subjects);
        let owners = subjects.filter_map(|one| {
            let (owner, _) = one.text.strip_prefix("repo:")?.split_once('/')?;
            let owner = owner.split('@').next().unwrap_or(owner);
            let is_name = owner
                .chars()
                .all(|c| c.is_ascii_alphanumeric() || matches!(c, '-' | '_' | '.'));
            (is_name && !owner.is_empty() && !owner.eq_ignore_ascii_case(&self.repository.owner))
                .then(|| owner.to_owned())
        });
        owners.collect()
    }

    fn full_name(&self) -> String {
        format!("{}/{}", self.repository.owner, self.repository.name)
    }

    fn plain(&self) -> Vec<Part> {
        named(&self.repository.owner, None, &self.repository.name, None)
    }

    fn immutable(&self) -> Vec<Part> {
        let Repository { owner, name } = self.repository;
        named(owner, Some(Part::Digits), name, Some(Part::Digits))
    }

    /// How a `sub` is asked for.
    fn narrow(&self) -> String {
        let (Repository { owner, name }, issuer) = (self.repository, self.issuer);
        format!(
            "Write StringLike {issuer}:sub = [\"repo:{owner}/{name}:*\", \"repo:{owner}@*/{name}@*:*\"], or narrower."
        )
    }
}

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

/// Every `sub` of an owner's repositories, in both forms. GitHub tells no two owners apart by case.
fn of_owner(owner: &str) -> Vec<Pattern> {
    let forms = [format!("repo:{owner}/*"), format!("repo:{owner}@*/*")];
    forms.iter().filter_map(|form| Pattern::new(form, true, true)).collect()
}

/// Whether a pattern does not name one owner.
fn is_wide(pattern: &Pattern) -> bool {
    let owner = pattern.text.strip_prefix("repo:").and_then(|rest| rest.split_once('/'));
    owner.is_none_or(|(owner, _)| owner.split('@').next().is_some_and(|name| name.contains(['*', '?'])))
}

/// Whether an action is named by a pattern with `*`.
pub(crate) fn is_like(pattern: &str, action: &str) -> bool {
    Pattern::new(pattern, true, true).is_some_and(|pattern| pattern.fits(action))
}

/// `Null` takes `true` as well as `"true"`.
fn texts_or_bools(value: &Value) -> impl Iterator<Item = &str> {
    each(value).filter_map(|one| match one {
        Value::Bool(true) => Some("true"),
        Value::Bool(false) => Some("false"),
        other => other.as_str(),
    })
}

#[cfg(test)]
#[path = "trust_tests.rs"]
mod tests;
