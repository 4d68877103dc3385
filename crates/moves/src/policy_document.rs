//! What is alike in every policy document of IAM: one or several of something, and names with `*` and `?` in them.

use serde_json::Value;

/// One, or several.
pub(crate) fn each(value: &Value) -> impl Iterator<Item = &Value> {
    match value {
        Value::Array(several) => several.as_slice(),
        Value::Null => &[],
        one => std::slice::from_ref(one),
    }
    .iter()
}

/// The texts among them.
pub(crate) fn texts(value: &Value) -> impl Iterator<Item = &str> {
    each(value).filter_map(Value::as_str)
}
