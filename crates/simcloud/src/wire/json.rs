//! JSON services (KMS): the model's own names, moments as seconds since the epoch, errors with `__type`.

use serde_json::{Map, Value, json};

use super::model::{Model, Shape};
use super::query::{self, Fields};
use super::scalar;

/// The input of an operation; `None` when the body is not JSON.
pub fn input(model: &Model, shape: &str, body: &[u8]) -> Option<Value> {
    if body.is_empty() {
        return Some(json!({}));
    }
    let value: Value = serde_json::from_slice(body).ok()?;
    Some(walk(model, shape, &value, &scalar::from_epoch))
}

/// The input of an operation that is told apart by its path: members are in the body, some in the path and some in the query string.
pub fn rest_input(model: &Model, shape: &str, labels: &Fields, query: &str, body: &[u8]) -> Option<Value> {
    let mut found = input(model, shape, body)?;
    for member in model.members(shape) {
        let given = match member.location.as_deref() {
            Some("querystring") => query::pairs(query)
                .find(|(name, _)| name == member.wire())
                .map(|(_, value)| value),
            Some("uri") => labels.get(member.wire()).cloned(),
            _ => None,
        };
        if let Some(value) = given {
            found[&member.name] = scalar::read(model.shape(&member.shape), &value);
        }
    }
    Some(found)
}

/// The body of an answer.
pub fn output(model: &Model, shape: Option<&str>, answer: &Value) -> String {
    match shape {
        Some(shape) => walk(model, shape, answer, &scalar::epoch).to_string(),
        None => "{}".to_owned(),
    }
}

/// The body of an error.
pub fn error(code: &str, message: &str) -> String {
    json!({ "__type": code, "message": message }).to_string()
}

/// Copies what the model knows, turning moments on the way.
fn walk(model: &Model, shape: &str, value: &Value, moment: &dyn Fn(&Value) -> Value) -> Value {
    match (model.shape(shape), value) {
        (Shape::Structure { members, .. }, Value::Object(found)) => {
            let mut copied = Map::new();
            for member in members {
                if let Some(inner) = found.get(&member.name).filter(|inner| !inner.is_null()) {
                    copied.insert(member.wire().to_owned(), walk(model, &member.shape, inner, moment));
                }
            }
            Value::Object(copied)
        }
        (Shape::List { member, .. }, Value::Array(items)) => Value::Array(
            items
                .iter()
                .map(|item| walk(model, &member.shape, item, moment))
                .collect(),
        ),
        (Shape::Map { value: inner, .. }, Value::Object(entries)) => Value::Object(
            entries
                .iter()
                .map(|(k, v)| (k.clone(), walk(model, &inner.shape, v, moment)))
                .collect(),
        ),
        (Shape::Timestamp, value) => moment(value),
        (_, value) => value.clone(),
    }
}
