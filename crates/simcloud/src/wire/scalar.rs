//! Single values between the wire and the JSON that handlers speak: numbers, booleans, moments as RFC 3339.

use jiff::Timestamp;
use serde_json::{Number, Value, json};

use super::model::Shape;

/// A value out of the text that a form, path, header or element holds.
pub fn read(shape: &Shape, text: &str) -> Value {
    match shape {
        Shape::Integer => text
            .trim()
            .parse::<i64>()
            .map_or_else(|_| json!(text), |number| json!(number)),
        Shape::Float => text
            .trim()
            .parse::<f64>()
            .map_or_else(|_| json!(text), |number| json!(number)),
        Shape::Boolean => match text.trim() {
            "true" | "True" | "1" => json!(true),
            "false" | "False" | "0" => json!(false),
            _ => json!(text),
        },
        Shape::Timestamp => moment(text).map_or_else(|| json!(text), |moment| json!(moment.to_string())),
        _ => json!(text),
    }
}

/// The text that goes into an element or a header.
pub fn write(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

/// A moment as JSON services write it: seconds since the epoch.
pub fn epoch(value: &Value) -> Value {
    match value.as_str().and_then(moment) {
        Some(moment) if moment.subsec_nanosecond() == 0 => json!(moment.as_second()),
        Some(moment) => {
            let seconds = moment.as_millisecond() as f64 / 1000.0;
            Number::from_f64(seconds).map_or(Value::Null, Value::Number)
        }
        None => value.clone(),
    }
}

/// A moment out of seconds since the epoch.
pub fn from_epoch(value: &Value) -> Value {
    let moment = value
        .as_f64()
        .and_then(|seconds| Timestamp::from_millisecond((seconds * 1000.0) as i64).ok());
    moment.map_or_else(|| value.clone(), |moment| json!(moment.to_string()))
}

fn moment(text: &str) -> Option<Timestamp> {
    text.trim().parse().ok()
}
