//! The JSON Schema of runbooks, by which editors complete and check them. It is derived from the types that read them, so that a field is
//! written once. What it cannot say, such as that a gate stands before something that the runbook has, [`Runbook::parse`] alone refuses.

use schemars::Schema;
use schemars::generate::SchemaSettings;
use schemars::transform::RecursiveTransform;
use serde_json::Value;

use super::{File, Runbook};

/// `every` of a window, as it is read: of the weekday its first three letters count.
pub(super) const WEEKDAY_AND_TIME: &str = concat!(
    "^([Mm][Oo][Nn]|[Tt][Uu][Ee]|[Ww][Ee][Dd]|[Tt][Hh][Uu]|[Ff][Rr][Ii]|[Ss][Aa][Tt]|[Ss][Uu][Nn])",
    "[^ ]* +[0-9]{1,2}:[0-9]{1,2} *$"
);
/// `dates` of a freeze: one, or the first and the last.
pub(super) const DATES: &str = "^ *[0-9]{4}-[0-9]{2}-[0-9]{2} *(\\.\\. *[0-9]{4}-[0-9]{2}-[0-9]{2} *)?$";

impl Runbook {
    /// The JSON Schema (draft 2020-12) of what [`Self::parse`] reads.
    pub fn json_schema() -> Value {
        let settings = SchemaSettings::draft2020_12().for_deserialize();
        let settings = settings.with_transform(RecursiveTransform(without_null));
        settings.into_generator().into_root_schema_for::<File>().to_value()
    }
}

/// TOML has no null: what may be left out is left out.
fn without_null(schema: &mut Schema) {
    let Some(members) = schema.as_object_mut() else { return };
    if members.get("default") == Some(&Value::Null) {
        members.remove("default");
    }
    if let Some(Value::Array(types)) = members.get_mut("type") {
        types.retain(|kind| kind != "null");
        if let [only] = types.as_slice() {
            let only = only.clone();
            members.insert("type".to_owned(), only);
        }
    }
    if let Some(Value::Array(choices)) = members.get_mut("anyOf") {
        choices.retain(|choice| choice["type"] != "null");
        if let [Value::Object(only)] = choices.as_mut_slice() {
            let only = std::mem::take(only);
            members.remove("anyOf");
            for (name, member) in only {
                members.entry(name).or_insert(member);
            }
        }
    }
}

#[cfg(test)]
#[path = "schema_tests.rs"]
pub(crate) mod tests;
