//! Statements of a policy, brought together and divided into documents that IAM takes.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

/// Operator, key, values.
pub type Conditions = BTreeMap<String, BTreeMap<String, BTreeSet<String>>>;

/// The most characters that a managed policy has, white space not counted
/// (<https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html>).
pub const LONGEST: usize = 6_144;
/// The most managed policies of a role, unless more were asked of AWS.
pub const MOST: usize = 10;

/// One statement. Every one allows.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Statement {
    /// What it is about, in letters: IAM takes nothing else.
    pub sid: String,
    /// What it allows.
    pub actions: BTreeSet<String>,
    /// On what.
    pub resources: BTreeSet<String>,
    /// Under which conditions.
    pub conditions: Conditions,
}

impl Statement {
    /// Of one action.
    pub fn new(sid: &str, action: &str, resources: Vec<String>, conditions: Conditions) -> Self {
        Self {
            sid: sid.to_owned(),
            actions: BTreeSet::from([action.to_owned()]),
            resources: resources.into_iter().collect(),
            conditions,
        }
    }

    fn json(&self, sid: &str) -> Value {
        let mut statement = json!({
            "Sid": sid, "Effect": "Allow", "Action": self.actions, "Resource": self.resources,
        });
        if !self.conditions.is_empty() {
            statement["Condition"] = json!(self.conditions);
        }
        statement
    }

    fn length(&self) -> usize {
        length(&self.json(&format!("{}00", self.sid))) + 1
    }
}

/// The characters of a document that count.
pub fn length(document: &Value) -> usize {
    document.to_string().chars().filter(|c| !c.is_whitespace()).count()
}

/// Brings together what differs only in its actions.
pub(super) fn together(statements: impl IntoIterator<Item = Statement>) -> Vec<Statement> {
    let mut found: BTreeMap<(String, BTreeSet<String>, Conditions), BTreeSet<String>> = BTreeMap::new();
    for one in statements {
        let place = (one.sid, one.resources, one.conditions);
        found.entry(place).or_default().extend(one.actions);
    }
    let whole = found
        .into_iter()
        .map(|((sid, resources, conditions), actions)| Statement {
            sid,
            actions,
            resources,
            conditions,
        });
    whole.collect()
}

/// Divides statements into documents that a managed policy each can hold; one that alone is too long is divided by its resources.
pub fn documents(statements: &[Statement]) -> Vec<Value> {
    let mut documents: Vec<Vec<Statement>> = Vec::new();
    let mut room = 0;
    for statement in statements.iter().flat_map(divided) {
        let length = statement.length();
        match documents.last_mut() {
            Some(last) if length <= room => {
                room -= length;
                last.push(statement);
            }
            _ => {
                documents.push(vec![statement]);
                room = (LONGEST - FRAME).saturating_sub(length);
            }
        }
    }
    documents.iter().map(|all| document(all)).collect()
}

/// What stands around statements.
const FRAME: usize = 64;

fn divided(statement: &Statement) -> Vec<Statement> {
    if statement.length() <= LONGEST - FRAME || statement.resources.len() < 2 {
        return vec![statement.clone()];
    }
    let all: Vec<&String> = statement.resources.iter().collect();
    let (first, second) = all.split_at(all.len() / 2);
    let part = |resources: &[&String]| Statement {
        resources: resources.iter().map(|one| (*one).clone()).collect(),
        ..statement.clone()
    };
    let halves = [part(first), part(second)];
    halves.iter().flat_map(divided).collect()
}

/// One document; a Sid that comes again is numbered.
fn document(statements: &[Statement]) -> Value {
    let mut seen: BTreeMap<&str, usize> = BTreeMap::new();
    let statement = |one: &Statement, count: usize| match count {
        1 => one.json(&one.sid),
        more => one.json(&format!("{}{more}", one.sid)),
    };
    let mut all = Vec::new();
    for one in statements {
        let count = seen.entry(&one.sid).or_default();
        *count += 1;
        all.push(statement(one, *count));
    }
    let mut document = Map::new();
    document.insert("Version".to_owned(), json!("2012-10-17"));
    document.insert("Statement".to_owned(), Value::Array(all));
    Value::Object(document)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn statement(sid: &str, action: &str, resources: usize) -> Statement {
        let arns = (0..resources).map(|n| format!("arn:aws:s3:::a-bucket-with-a-rather-long-name-{n:04}"));
        Statement::new(sid, action, arns.collect(), Conditions::new())
    }

    #[test]
    fn statements_on_the_same_things_become_one() {
        let all = [
            statement("Buckets", "s3:ListBucket", 2),
            statement("Buckets", "s3:GetBucketTagging", 2),
        ];
        let found = together(all);
        assert_eq!(found.len(), 1);
        let actions: Vec<&str> = found[0].actions.iter().map(String::as_str).collect();
        assert_eq!(actions, ["s3:GetBucketTagging", "s3:ListBucket"]);
    }

    #[test]
    fn what_is_too_long_is_divided_and_nothing_is_lost() {
        let all = [
            statement("Buckets", "s3:ListBucket", 500),
            statement("Few", "s3:GetBucketTagging", 3),
        ];
        let documents = documents(&all);
        assert!(documents.len() > 2, "{}", documents.len());
        let mut resources = BTreeSet::new();
        for document in &documents {
            assert!(length(document) <= LONGEST, "{}", length(document));
            let statements = document["Statement"].as_array().expect("statements");
            let sids: BTreeSet<&str> = statements.iter().filter_map(|one| one["Sid"].as_str()).collect();
            assert_eq!(sids.len(), statements.len(), "every Sid is its statement's alone");
            for one in statements {
                let named = one["Resource"].as_array().expect("resources");
                resources.extend(named.iter().map(ToString::to_string));
            }
        }
        assert_eq!(resources.len(), 500);
    }
}
