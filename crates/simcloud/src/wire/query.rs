//! Requests of the query services and of EC2: a form whose names are paths (`Filters.Filter.1.Values.Value.2`).

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::model::{Member, Model, Protocol, Shape};
use super::scalar;

/// The fields of a form, by path.
pub type Fields = BTreeMap<String, String>;

/// Reads `a=b&c=d`.
pub fn fields(form: &str) -> Fields {
    pairs(form).collect()
}

/// Every pair of `a=b&a=c`: a query string repeats the name for each element of a list.
pub fn pairs(form: &str) -> impl Iterator<Item = (String, String)> {
    let decode = |text: &str| {
        let spaced = text.replace('+', " ");
        percent_encoding::percent_decode_str(&spaced)
            .decode_utf8_lossy()
            .into_owned()
    };
    form.split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(move |(name, value)| (decode(name), decode(value)))
}

/// The input of an operation, in the model's member names.
pub fn input(model: &Model, shape: &str, fields: &Fields) -> Value {
    read(model, shape, false, "", fields).unwrap_or_else(|| Value::Object(Map::new()))
}

/// Whether anything was sent under this path.
fn sent(fields: &Fields, path: &str) -> bool {
    path.is_empty()
        || fields.contains_key(path)
        || fields
            .range(format!("{path}.")..)
            .next()
            .is_some_and(|(name, _)| name.starts_with(&format!("{path}.")))
}

fn join(path: &str, name: &str) -> String {
    if path.is_empty() {
        name.to_owned()
    } else {
        format!("{path}.{name}")
    }
}

/// EC2 writes the wire name with a capital; query services write it as it is.
fn name_of(model: &Model, member: &Member) -> String {
    if model.protocol != Protocol::Ec2 {
        return member.wire().to_owned();
    }
    match (&member.query_name, &member.wire_name) {
        (Some(name), _) => name.clone(),
        (None, Some(name)) => name
            .chars()
            .take(1)
            .flat_map(char::to_uppercase)
            .chain(name.chars().skip(1))
            .collect(),
        (None, None) => member.name.clone(),
    }
}

fn read(model: &Model, shape: &str, flattened_here: bool, path: &str, fields: &Fields) -> Option<Value> {
    if !sent(fields, path) {
        return None;
    }
    match model.shape(shape) {
        Shape::Structure { members, .. } => {
            let mut found = Map::new();
            for member in members {
                if let Some(value) = read(
                    model,
                    &member.shape,
                    member.flattened,
                    &join(path, &name_of(model, member)),
                    fields,
                ) {
                    found.insert(member.name.clone(), value);
                }
            }
            Some(Value::Object(found))
        }
        Shape::List { member, flattened } => {
            // An empty list is sent as the bare name.
            let prefixes = if model.protocol == Protocol::Ec2 || *flattened || flattened_here {
                vec![path.to_owned()]
            } else {
                // Clients write the model's name of the element; `member` is the protocol's default and understood too.
                vec![join(path, member.wire()), join(path, "member")]
            };
            let prefix = prefixes.iter().find(|prefix| sent(fields, &format!("{prefix}.1")))?;
            let items = (1..).map_while(|at| read(model, &member.shape, false, &format!("{prefix}.{at}"), fields));
            Some(Value::Array(items.collect()))
        }
        Shape::Map { key, value, flattened } => {
            let prefix = if *flattened || flattened_here {
                path.to_owned()
            } else {
                join(path, "entry")
            };
            let mut found = Map::new();
            for at in 1.. {
                let Some(name) = fields.get(&format!("{prefix}.{at}.{}", key.wire())) else {
                    break;
                };
                if let Some(inner) = read(
                    model,
                    &value.shape,
                    false,
                    &format!("{prefix}.{at}.{}", value.wire()),
                    fields,
                ) {
                    found.insert(name.clone(), inner);
                }
            }
            Some(Value::Object(found))
        }
        leaf => fields.get(path).map(|text| scalar::read(leaf, text)),
    }
}
