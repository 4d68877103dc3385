//! What roles need, as questions for IAM's simulation, and what its answers mean.
//!
//! What may not enter: what a role needs. [`crate::roles`] derives it from the plan.

use std::collections::{BTreeMap, BTreeSet};

use aws::iam::Iam;
use aws::simulated::{ANSWERS_AT_ONCE, Carried, Decision, Question, Simulated, Value};
use model::Failure;

use super::{Finding, Outcome, known};
use crate::roles::{Conditions, Statement};

/// So many places are named of what a role lacks; a role that lacks everything is told shortly.
const NAMED: usize = 3;

/// Services whose things have policies of their own: what a role's policies do not admit, those may.
const WITH_OWN_POLICIES: [&str; 7] = ["ecr", "events", "glue", "kms", "lambda", "s3", "secretsmanager"];

/// What a `*` at the end of a kind of resource is in truth: ids that AWS makes up. A policy may be narrowed to their form (`image/ami-*`).
const IDS: [(&str, &str); 10] = [
    (":image/*", "ami-0123456789abcdef0"),
    (":snapshot/*", "snap-0123456789abcdef0"),
    (":volume/*", "vol-0123456789abcdef0"),
    (":security-group/*", "sg-0123456789abcdef0"),
    (":vpc/*", "vpc-0123456789abcdef0"),
    (":instance/*", "i-0123456789abcdef0"),
    (":key/*", "01234567-89ab-4cde-8f01-23456789abcd"),
    (":job/*", "01234567-89ab-4cde-8f01-23456789abcd"),
    (":hostedzone/*", "Z0123456789ABCDEFGHIJ"),
    (":change/*", "C0123456789ABCDEFGHIJ"),
];

/// What stands for a name that nobody knows yet.
const NAME: &str = "check";

/// A question, with what is wanted of its answers: it holds every action on every resource, and not each of them was meant.
#[derive(Debug)]
struct Asked {
    question: Question,
    /// Action and ARN; the pattern of the statement that the ARN stands for.
    wanted: BTreeMap<(String, String), String>,
}

/// What was told of an action on one of the resources of a statement.
#[derive(Debug)]
pub(super) struct Answer {
    /// The answer itself.
    pub(super) simulated: Simulated,
    /// The resource as the role's policy would name it.
    pub(super) pattern: String,
    /// What the call carries.
    pub(super) carried: Carried,
}

/// What a simulation told, and what it left out.
#[derive(Debug, Default)]
pub(super) struct Told {
    pub(super) answers: Vec<Answer>,
    /// `action on resource` that was asked for, and of which nothing was said.
    pub(super) untold: Vec<String>,
    /// Keys that the statements compare, in lower case: where a call does not carry one, that is so.
    pub(super) keys: BTreeSet<String>,
}

/// Asks IAM what the policies of a role say to these statements.
pub(super) async fn ask(iam: &Iam, arn: &str, statements: &[Statement]) -> Result<Told, Failure> {
    let mut told = Told {
        keys: keys(statements),
        ..Told::default()
    };
    for asked in questions(statements) {
        let Asked { question, mut wanted } = asked;
        for simulated in iam.simulate(arn, &question).await? {
            let pair = (simulated.action.clone(), simulated.resource.clone());
            if let Some(pattern) = wanted.remove(&pair) {
                told.answers.push(Answer {
                    simulated,
                    pattern,
                    carried: question.carried.clone(),
                });
            }
        }
        let left = wanted.into_iter();
        told.untold
            .extend(left.map(|((action, _), pattern)| format!("{action} on {pattern}")));
    }
    Ok(told)
}

fn keys(statements: &[Statement]) -> BTreeSet<String> {
    let operators = statements.iter().flat_map(|one| one.conditions.values());
    operators
        .flat_map(BTreeMap::keys)
        .map(|key| key.to_lowercase())
        .collect()
}

/// The questions that statements make, as few as they can be: what is carried alike is asked together while the answers are not too many.
fn questions(statements: &[Statement]) -> Vec<Asked> {
    let mut groups: BTreeMap<(Carried, &BTreeSet<String>), BTreeSet<&String>> = BTreeMap::new();
    for one in statements {
        for carried in carried(&one.conditions) {
            let actions = groups.entry((carried, &one.resources)).or_default();
            actions.extend(&one.actions);
        }
    }
    let mut all: Vec<Asked> = Vec::new();
    for ((carried, patterns), actions) in groups {
        let wanted: BTreeMap<(String, String), String> = patterns
            .iter()
            .flat_map(|pattern| {
                let arn = stand_in(pattern);
                let pair = move |action: &&String| (((*action).clone(), arn.clone()), pattern.clone());
                actions.iter().map(pair)
            })
            .collect();
        match all.last_mut() {
            Some(last) if last.question.carried == carried && last.has_room_for(&wanted) => last.wanted.extend(wanted),
            _ => {
                let question = Question {
                    actions: Vec::new(),
                    resources: Vec::new(),
                    carried,
                };
                all.push(Asked { question, wanted });
            }
        }
    }
    for asked in &mut all {
        let (actions, resources) = named(asked.wanted.keys());
        asked.question.actions = actions.into_iter().cloned().collect();
        asked.question.resources = resources.into_iter().cloned().collect();
    }
    all
}

/// The actions and the resources of pairs, each once.
fn named<'p>(pairs: impl Iterator<Item = &'p (String, String)>) -> (BTreeSet<&'p String>, BTreeSet<&'p String>) {
    pairs.map(|(action, resource)| (action, resource)).unzip()
}

impl Asked {
    /// Every action is answered on every resource. What is asked on everything (`*`) stands alone: beside ARNs its answer would be one of theirs.
    fn has_room_for(&self, more: &BTreeMap<(String, String), String>) -> bool {
        let (actions, resources) = named(self.wanted.keys().chain(more.keys()));
        actions.len() * resources.len() <= ANSWERS_AT_ONCE && !resources.iter().any(|one| *one == "*")
    }
}

/// An ARN for a pattern. The simulation takes resources as they are written: `snapshot:cleave-*` would be a snapshot of that very name, which a policy that
/// admits `snapshot:cleave-1*` alone would be blamed for, and one that admits it by a `?` praised. So a name is put for what nobody knows yet.
fn stand_in(pattern: &str) -> String {
    if pattern == "*" {
        return pattern.to_owned();
    }
    let kind = IDS.iter().find(|(kind, _)| pattern.ends_with(kind));
    if let (Some((_, id)), Some(start)) = (kind, pattern.strip_suffix('*')) {
        return format!("{start}{id}");
    }
    let mut parts = pattern.splitn(6, ':');
    let (service, rest) = (parts.nth(2), parts.nth(2));
    match (service, rest, pattern.strip_suffix('*')) {
        // Everything of an account: what it most often is.
        (Some("rds"), Some("*"), Some(start)) => format!("{start}db:{NAME}"),
        (Some("elasticache"), Some("*"), Some(start)) => format!("{start}replicationgroup:{NAME}"),
        _ => pattern.replace('*', NAME),
    }
}

/// What calls under these conditions may carry, one after the other: of the values of a key that has one at a time each is needed.
fn carried(conditions: &Conditions) -> Vec<Carried> {
    let mut all = vec![Carried::new()];
    for (operator, keys) in conditions {
        for (key, values) in keys {
            let each: Vec<Value> = match operator.as_str() {
                // A call carries several, and all of them must be among the statement's: one call with all of them asks for each.
                one if one.starts_with("ForAllValues:") => vec![Value::Texts(values.iter().cloned().collect())],
                "Bool" => values.iter().map(|value| Value::Flag(value == "true")).collect(),
                _ => values.iter().cloned().map(Value::Text).collect(),
            };
            let with = |(one, value): (&Carried, &Value)| {
                let mut one = one.clone();
                one.insert(key.clone(), value.clone());
                one
            };
            let pairs = all.iter().flat_map(|one| each.iter().map(move |value| (one, value)));
            all = pairs.map(with).collect();
        }
    }
    all
}

impl Answer {
    /// Whether nothing but the role's own policies could have admitted it, on exactly what the plan names.
    fn is_certain(&self) -> bool {
        let service = self.simulated.action.split(':').next().unwrap_or_default();
        let exact = self.pattern == "*" || !self.pattern.contains('*');
        exact && !WITH_OWN_POLICIES.contains(&service)
    }

    /// The resource, and what the call carries.
    fn place(&self) -> String {
        let value = |value: &Value| match value {
            Value::Text(text) => text.clone(),
            Value::Flag(flag) => flag.to_string(),
            Value::Texts(texts) => texts.join(", "),
        };
        let each: Vec<String> = self
            .carried
            .iter()
            .map(|(key, carried)| format!("{key} {}", value(carried)))
            .collect();
        match each.is_empty() {
            true => self.pattern.clone(),
            false => format!("{} ({})", self.pattern, each.join("; ")),
        }
    }
}

/// `rds:CopyDBSnapshot, rds:DeleteDBSnapshot on arn:…, arn:…; kms:Decrypt on arn:…`
fn listed(answers: &[&Answer]) -> String {
    let mut by_action: BTreeMap<&str, BTreeSet<String>> = BTreeMap::new();
    for one in answers {
        by_action.entry(&one.simulated.action).or_default().insert(one.place());
    }
    let mut by_places: BTreeMap<BTreeSet<String>, Vec<&str>> = BTreeMap::new();
    for (action, places) in by_action {
        by_places.entry(places).or_default().push(action);
    }
    let told = |(places, actions): (&BTreeSet<String>, &Vec<&str>)| {
        let first: Vec<&str> = places.iter().take(NAMED).map(String::as_str).collect();
        let more = places.len() - first.len();
        let more = if more == 0 {
            String::new()
        } else {
            format!(" and {more} more")
        };
        format!("{} on {}{more}", actions.join(", "), first.join(", "))
    };
    by_places.iter().map(told).collect::<Vec<_>>().join("; ")
}

/// What a simulation means. That it denies is reliable; that it admits is not the whole.
pub(super) fn judged(of: &str, arn: &str, told: &Told, print: &str) -> Vec<Finding> {
    let check = &known::ROLE_PERMISSIONS;
    let mut sorts: [Vec<&Answer>; 5] = Default::default();
    let [by_organization, denied, by_boundary, lacking, unsure] = &mut sorts;
    let (mut open, mut admitted) = (BTreeSet::new(), 0_usize);
    for answer in &told.answers {
        let one = &answer.simulated;
        // A key that the plan's own statements compare is left out where the call does not carry it.
        let mut missing = one
            .missing
            .iter()
            .filter(|key| !told.keys.contains(&key.to_lowercase()));
        if one.by_organization == Some(false) {
            by_organization.push(answer);
        } else if one.decision == Decision::ExplicitDeny {
            denied.push(answer);
        } else if one.by_boundary == Some(false) {
            by_boundary.push(answer);
        } else if let Some(key) = missing.next() {
            let keys: Vec<&str> = std::iter::once(key).chain(missing).map(String::as_str).collect();
            open.insert(format!("{} (by {})", one.action, keys.join(", ")));
        } else if one.decision == Decision::Allowed {
            admitted += 1;
        } else if answer.is_certain() {
            lacking.push(answer);
        } else {
            unsure.push(answer);
        }
    }
    // What is certainly lacking somewhere is told with all that it is lacking on.
    let certain: BTreeSet<String> = lacking.iter().map(|one| one.simulated.action.clone()).collect();
    lacking.extend(unsure.extract_if(.., |one| certain.contains(&one.simulated.action)));
    let [by_organization, denied, by_boundary, lacking, unsure] = &sorts;
    let mut findings = Vec::new();
    let mut find = |check, outcome, what| findings.push(Finding::by(check, outcome, of, what));
    if !by_organization.is_empty() {
        let what = format!(
            "the organization's service control policies deny to {arn}: {}",
            listed(by_organization)
        );
        find(&known::SERVICE_CONTROL_POLICY, Outcome::Blocks, what);
    }
    if !denied.is_empty() {
        find(
            check,
            Outcome::Blocks,
            format!("a policy of {arn} denies {}", listed(denied)),
        );
    }
    if !by_boundary.is_empty() {
        let what = format!(
            "the permissions boundary of {arn} does not admit {}",
            listed(by_boundary)
        );
        find(check, Outcome::Blocks, what);
    }
    if !open.is_empty() {
        let open: Vec<String> = open.into_iter().collect();
        let what = format!("what {arn} may do hangs on conditions: {}", open.join(", "));
        find(check, Outcome::NotChecked, what);
    }
    if !told.untold.is_empty() {
        let first: Vec<&str> = told.untold.iter().take(NAMED).map(String::as_str).collect();
        let what = format!(
            "of {} that it was asked of {arn} the simulation told nothing, such as {}",
            told.untold.len(),
            first.join("; ")
        );
        find(check, Outcome::NotChecked, what);
    }
    if !lacking.is_empty() {
        find(
            check,
            Outcome::Blocks,
            format!("no policy of {arn} admits {}", listed(lacking)),
        );
    }
    if !unsure.is_empty() {
        let what = format!(
            "no policy of {arn} admits {}. What the resource's own policy admits, or a policy that names what the run will make more narrowly, the simulation does not tell",
            listed(unsure)
        );
        find(check, Outcome::Warns, what);
    }
    if admitted > 0 {
        let all = told.answers.len() + told.untold.len();
        let what =
            format!("{admitted} of {all} actions on what the plan touches are admitted to {arn} by its own policies");
        find(check, Outcome::Passes, what);
    }
    for finding in &mut findings {
        if finding.id == check.id && matches!(finding.outcome, Outcome::Blocks | Outcome::Warns) {
            finding.commands.push(print.to_owned());
        }
    }
    findings
}

#[cfg(test)]
#[path = "simulation_tests.rs"]
mod tests;
