//! Smithy's RPC v2 in CBOR (CloudWatch): the operation stands in the path, moments are epoch seconds with tag 1, errors have `__type`.

use ciborium::Value as Cbor;
use serde_json::{Map, Number, Value, json};

use super::model::{Model, Shape};
use super::scalar;

/// The tag of a moment.
const EPOCH: u64 = 1;

/// The operation that a path names: `/service/NAME/operation/OPERATION`.
pub fn operation(path: &str) -> Option<&str> {
    let (_, operation) = path.strip_prefix("/service/")?.split_once("/operation/")?;
    Some(operation)
}

/// The input of an operation; `None` when the body is not CBOR.
pub fn input(model: &Model, shape: &str, body: &[u8]) -> Option<Value> {
    if body.is_empty() {
        return Some(json!({}));
    }
    let value: Cbor = ciborium::from_reader(body).ok()?;
    Some(read(model, shape, &value))
}

/// The body of an answer.
pub fn output(model: &Model, shape: Option<&str>, answer: &Value) -> Vec<u8> {
    bytes(&shape.map_or_else(|| Cbor::Map(Vec::new()), |shape| write(model, shape, answer)))
}

/// The body of an error.
pub fn error(code: &str, message: &str) -> Vec<u8> {
    let member = |name: &str, text: &str| (Cbor::from(name), Cbor::from(text));
    bytes(&Cbor::Map(vec![member("__type", code), member("message", message)]))
}

fn bytes(value: &Cbor) -> Vec<u8> {
    let mut bytes = Vec::new();
    ciborium::into_writer(value, &mut bytes).expect("memory takes everything");
    bytes
}

/// What the model knows, with moments as handlers speak of them.
fn read(model: &Model, shape: &str, value: &Cbor) -> Value {
    match (model.shape(shape), value) {
        (Shape::Structure { members, .. }, Cbor::Map(found)) => {
            let named = |name: &str| found.iter().find(|(key, _)| key.as_text() == Some(name));
            let known = members.iter().filter_map(|member| {
                let (_, inner) = named(&member.name)?;
                (!inner.is_null()).then(|| (member.name.clone(), read(model, &member.shape, inner)))
            });
            Value::Object(known.collect())
        }
        (Shape::List { member, .. }, Cbor::Array(items)) => {
            items.iter().map(|item| read(model, &member.shape, item)).collect()
        }
        (Shape::Map { value: inner, .. }, Cbor::Map(entries)) => {
            let entries = entries
                .iter()
                .filter_map(|(key, value)| Some((key.as_text()?.to_owned(), read(model, &inner.shape, value))));
            Value::Object(entries.collect::<Map<_, _>>())
        }
        (Shape::Timestamp, Cbor::Tag(EPOCH, seconds)) => scalar::from_epoch(&number(seconds)),
        (Shape::Text, Cbor::Text(text)) => json!(text),
        (Shape::Boolean, Cbor::Bool(flag)) => json!(flag),
        (_, value) => number(value),
    }
}

fn number(value: &Cbor) -> Value {
    match value {
        Cbor::Integer(whole) => i64::try_from(*whole).map_or(Value::Null, |whole| json!(whole)),
        Cbor::Float(number) => Number::from_f64(*number).map_or(Value::Null, Value::Number),
        _ => Value::Null,
    }
}

fn write(model: &Model, shape: &str, value: &Value) -> Cbor {
    match (model.shape(shape), value) {
        (Shape::Structure { members, .. }, Value::Object(found)) => {
            let known = members.iter().filter_map(|member| {
                let inner = found.get(&member.name).filter(|inner| !inner.is_null())?;
                Some((Cbor::from(member.name.as_str()), write(model, &member.shape, inner)))
            });
            Cbor::Map(known.collect())
        }
        (Shape::List { member, .. }, Value::Array(items)) => {
            Cbor::Array(items.iter().map(|item| write(model, &member.shape, item)).collect())
        }
        (Shape::Map { value: inner, .. }, Value::Object(entries)) => {
            let entries = entries
                .iter()
                .map(|(key, value)| (Cbor::from(key.as_str()), write(model, &inner.shape, value)));
            Cbor::Map(entries.collect())
        }
        (Shape::Timestamp, value) => Cbor::Tag(EPOCH, Box::new(scalar_of(&scalar::epoch(value)))),
        // A whole number is a float all the same where the model has one.
        (Shape::Float, value) => value.as_f64().map_or(Cbor::Null, Cbor::Float),
        (_, value) => scalar_of(value),
    }
}

fn scalar_of(value: &Value) -> Cbor {
    match value {
        Value::String(text) => Cbor::from(text.as_str()),
        Value::Bool(flag) => Cbor::from(*flag),
        Value::Number(number) => match number.as_i64() {
            Some(whole) => Cbor::from(whole),
            None => number.as_f64().map_or(Cbor::Null, Cbor::Float),
        },
        Value::Null | Value::Array(_) | Value::Object(_) => Cbor::Null,
    }
}
