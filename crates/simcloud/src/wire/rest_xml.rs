//! Requests and answers of the REST-XML services: paths, query strings, headers and XML bodies.

use http::HeaderMap;
use serde_json::{Map, Value};

use super::model::{Model, Operation, Shape};
use super::query::{self, Fields};
use super::{scalar, xml};

/// Finds the operation by method and path, and the values in the path.
pub fn route<'m>(model: &'m Model, method: &str, path: &str) -> Option<(&'m str, &'m Operation, Fields)> {
    model.operations.iter().find_map(|(name, operation)| {
        let labels = (operation.method == method)
            .then(|| fit(&operation.path, path))
            .flatten()?;
        Some((name.as_str(), operation, labels))
    })
}

/// Fits a path to a template such as `/2013-04-01/hostedzone/{Id}/rrset/`. A slash at the end does not count.
fn fit(template: &str, path: &str) -> Option<Fields> {
    let template: Vec<&str> = template.split('?').next()?.trim_matches('/').split('/').collect();
    let path: Vec<&str> = path.trim_matches('/').split('/').collect();
    if template.len() != path.len() {
        return None;
    }
    let mut labels = Fields::new();
    for (wanted, found) in template.iter().zip(&path) {
        match wanted.strip_prefix('{').and_then(|inner| inner.strip_suffix('}')) {
            Some(label) => {
                let value = percent_encoding::percent_decode_str(found)
                    .decode_utf8_lossy()
                    .into_owned();
                labels.insert(label.to_owned(), value);
            }
            None if wanted == found => {}
            None => return None,
        }
    }
    Some(labels)
}

/// The input of an operation; `None` when the body is not XML.
pub fn input(
    model: &Model,
    shape: &str,
    labels: &Fields,
    query: &str,
    headers: &HeaderMap,
    body: &[u8],
) -> Option<Value> {
    let Shape::Structure { members, payload } = model.shape(shape) else {
        return None;
    };
    let root = if body.iter().all(u8::is_ascii_whitespace) {
        None
    } else {
        Some(xml::parse(body)?)
    };
    let mut found = match (&root, payload) {
        (Some(root), None) => match xml::read(model, shape, root) {
            Value::Object(found) => found,
            _ => Map::new(),
        },
        _ => Map::new(),
    };
    for member in members {
        let text = match member.location.as_deref() {
            Some("uri") => labels.get(member.wire()).cloned(),
            Some("querystring") => {
                let mut values = query::pairs(query)
                    .filter(|(name, _)| name == member.wire())
                    .map(|(_, value)| value);
                match model.shape(&member.shape) {
                    Shape::List { member: inner, .. } => {
                        let items: Vec<Value> = values
                            .map(|value| scalar::read(model.shape(&inner.shape), &value))
                            .collect();
                        if !items.is_empty() {
                            found.insert(member.name.clone(), Value::Array(items));
                        }
                        None
                    }
                    _ => values.next(),
                }
            }
            Some("header") => headers
                .get(member.wire())
                .and_then(|value| value.to_str().ok())
                .map(str::to_owned),
            _ if payload.as_deref() == Some(&member.name) => {
                if let Some(root) = &root {
                    found.insert(member.name.clone(), xml::read(model, &member.shape, root));
                }
                None
            }
            _ => None,
        };
        if let Some(text) = text {
            found.insert(member.name.clone(), read_located(model, &member.shape, &text));
        }
    }
    Some(Value::Object(found))
}

/// A value in a path or header; a list there is separated by commas.
fn read_located(model: &Model, shape: &str, text: &str) -> Value {
    match model.shape(shape) {
        Shape::List { member, .. } => {
            let inner = model.shape(&member.shape);
            Value::Array(text.split(',').map(|part| scalar::read(inner, part.trim())).collect())
        }
        leaf => scalar::read(leaf, text),
    }
}

/// The body of an answer.
pub fn output(model: &Model, shape: Option<&str>, answer: &Value) -> String {
    let Some(shape) = shape else { return String::new() };
    let (name, shape, value) = match model.shape(shape) {
        Shape::Structure {
            members,
            payload: Some(payload),
        } => {
            let member = members.iter().find(|member| member.name == *payload);
            let member = member.expect("a payload is one of its structure's members");
            (member.wire(), member.shape.as_str(), &answer[&member.name])
        }
        _ => (shape, shape, answer),
    };
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<");
    out.push_str(name);
    if let Some(namespace) = &model.namespace {
        out.push_str(&format!(" xmlns=\"{namespace}\""));
    }
    out.push('>');
    xml::write_members(&mut out, model, shape, value);
    xml::close(&mut out, name);
    out
}

/// The headers that an answer carries beside its body.
pub fn headers(model: &Model, shape: Option<&str>, answer: &Value) -> Vec<(String, String)> {
    let members = shape.map_or(&[][..], |shape| model.members(shape));
    let located = members
        .iter()
        .filter(|member| member.location.as_deref() == Some("header"));
    located
        .filter_map(|member| {
            let value = answer.get(&member.name).filter(|value| !value.is_null())?;
            Some((member.wire().to_owned(), scalar::write(value)))
        })
        .collect()
}
