//! What a JSON Schema finds wrong with a document, for tests: as much of draft 2020-12 as our two schemas use. A keyword that is not known
//! here stops the test, so that nothing of a schema is passed over. `scripts/check_schema.py` has another's validator judge the same files.

use regex_lite::Regex;
use serde_json::{Map, Value};

/// Each fault with its place.
pub(crate) fn faults(schema: &Value, document: &Value) -> Vec<String> {
    faults_within(schema, schema, document)
}

struct Walk<'a> {
    root: &'a Value,
    faults: Vec<String>,
}

impl Walk<'_> {
    fn say(&mut self, place: &str, what: impl std::fmt::Display) {
        self.faults.push(format!("{place}: {what}"));
    }

    fn accepts(&self, schema: &Value, document: &Value) -> bool {
        faults_within(self.root, schema, document).is_empty()
    }

    fn check(&mut self, schema: &Value, document: &Value, place: &str) {
        let keywords = match schema {
            Value::Bool(true) => return,
            Value::Bool(false) => return self.say(place, "nothing may stand here"),
            Value::Object(keywords) => keywords,
            other => panic!("{other} is no schema"),
        };
        for (keyword, value) in keywords {
            self.keyword(keywords, keyword, value, document, place);
        }
    }

    fn keyword(&mut self, all: &Map<String, Value>, keyword: &str, value: &Value, document: &Value, place: &str) {
        match keyword {
            // For people and editors. What is formatted is told apart by its pattern, if at all.
            "$schema" | "$defs" | "title" | "description" | "default" | "format" => {}
            "$ref" => {
                let pointer = value
                    .as_str()
                    .and_then(|to| to.strip_prefix('#'))
                    .expect("a place in here");
                let root = self.root;
                let meant = root
                    .pointer(pointer)
                    .unwrap_or_else(|| panic!("{pointer} is not there"));
                self.check(meant, document, place);
            }
            "type" => {
                let types = value.as_array().map_or(std::slice::from_ref(value), Vec::as_slice);
                if !types.iter().any(|kind| is_a(document, kind.as_str().expect("a type"))) {
                    self.say(place, format_args!("{document} is not {value}"));
                }
            }
            "const" if document != value => self.say(place, format_args!("{document} is not {value}")),
            "enum" if !value.as_array().expect("a list").contains(document) => {
                self.say(place, format_args!("{document} is none of {value}"));
            }
            "const" | "enum" => {}
            "anyOf" | "oneOf" => {
                let choices = value.as_array().expect("a list");
                let fit = choices.iter().filter(|choice| self.accepts(choice, document)).count();
                if fit == 0 || (keyword == "oneOf" && fit > 1) {
                    self.say(place, format_args!("{fit} of {} forms fit {document}", choices.len()));
                }
            }
            "required" => {
                for name in value.as_array().expect("a list") {
                    let name = name.as_str().expect("a name");
                    if document.as_object().is_some_and(|members| !members.contains_key(name)) {
                        self.say(place, format_args!("{name} is missing"));
                    }
                }
            }
            "properties" | "patternProperties" | "additionalProperties" => {
                for (name, member) in document.as_object().into_iter().flatten() {
                    if let Some(schema) = reached(all, keyword, name) {
                        self.check(schema, member, &format!("{place}/{name}"));
                    }
                }
            }
            "items" => {
                for (at, item) in document.as_array().into_iter().flatten().enumerate() {
                    self.check(value, item, &format!("{place}/{at}"));
                }
            }
            "minItems" | "uniqueItems" => {
                if let Some(items) = document.as_array() {
                    let twice = (1..items.len()).any(|at| items[..at].contains(&items[at]));
                    let few = value.as_u64().is_some_and(|least| (items.len() as u64) < least);
                    if few || (value == &Value::Bool(true) && twice) {
                        self.say(place, format_args!("{document}: {keyword} is {value}"));
                    }
                }
            }
            "minimum" | "maximum" => {
                if let (Some(found), Some(limit)) = (document.as_f64(), value.as_f64()) {
                    let beyond = if keyword == "minimum" {
                        found < limit
                    } else {
                        found > limit
                    };
                    if beyond {
                        self.say(place, format_args!("{document}: its {keyword} is {value}"));
                    }
                }
            }
            "pattern" => {
                if document
                    .as_str()
                    .is_some_and(|text| !fits(value.as_str().expect("a pattern"), text))
                {
                    self.say(place, format_args!("{document} does not match {value}"));
                }
            }
            other => panic!("this test does not know the keyword {other}"),
        }
    }
}

fn faults_within(root: &Value, schema: &Value, document: &Value) -> Vec<String> {
    let mut walk = Walk {
        root,
        faults: Vec::new(),
    };
    walk.check(schema, document, "");
    walk.faults
}

/// What a keyword says of the member of this name: only what the other two leave is additional.
fn reached<'a>(all: &'a Map<String, Value>, keyword: &str, name: &str) -> Option<&'a Value> {
    let named = || all.get("properties").and_then(|properties| properties.get(name));
    let patterns = all.get("patternProperties").and_then(Value::as_object);
    let matched = || {
        patterns?
            .iter()
            .find(|(pattern, _)| fits(pattern, name))
            .map(|(_, schema)| schema)
    };
    match keyword {
        "properties" => named(),
        "patternProperties" => matched(),
        _ if named().is_none() && matched().is_none() => all.get("additionalProperties"),
        _ => None,
    }
}

fn fits(pattern: &str, text: &str) -> bool {
    Regex::new(pattern).expect("a pattern").is_match(text)
}

fn is_a(document: &Value, kind: &str) -> bool {
    match kind {
        "null" => document.is_null(),
        "boolean" => document.is_boolean(),
        "string" => document.is_string(),
        "array" => document.is_array(),
        "object" => document.is_object(),
        "number" => document.is_number(),
        "integer" => document.is_i64() || document.is_u64(),
        other => panic!("there is no type {other}"),
    }
}
