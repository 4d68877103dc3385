//! XML as AWS writes and reads it: elements, attributes, text; prefixes of names do not matter.

use quick_xml::Reader;
use quick_xml::escape::{escape, resolve_predefined_entity};
use quick_xml::events::{BytesStart, Event};
use serde_json::{Map, Value};

use super::model::{Member, Model, Shape};
use super::scalar;

/// An element that was read.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct Element {
    /// Its name without prefix.
    pub name: String,
    /// Its attributes, names without prefix.
    pub attributes: Vec<(String, String)>,
    /// The elements in it.
    pub children: Vec<Element>,
    /// The text in it.
    pub text: String,
}

impl Element {
    /// The first element of this name below it, at whatever depth.
    pub fn find(&self, name: &str) -> Option<&Element> {
        self.children.iter().find_map(|child| {
            if child.name == name {
                Some(child)
            } else {
                child.find(name)
            }
        })
    }
}

/// Whether XML 1.0 has this character at all, as it is or as a reference.
pub fn is_char(character: char) -> bool {
    matches!(character, '\t' | '\n' | '\r' | ' '..='\u{D7FF}' | '\u{E000}'..='\u{FFFD}' | '\u{10000}'..)
}

/// Reads a document; `None` when it is not well formed. As every reader does, it makes a line feed of a carriage return that does not
/// come as a reference.
pub fn parse(body: &[u8]) -> Option<Element> {
    if !std::str::from_utf8(body).ok()?.chars().all(is_char) {
        return None;
    }
    let mut reader = Reader::from_reader(body);
    let mut open = vec![Element::default()];
    loop {
        match reader.read_event().ok()? {
            Event::Start(start) => open.push(element(&start)?),
            Event::Empty(start) => {
                let element = element(&start)?;
                open.last_mut()?.children.push(element);
            }
            Event::End(_) => {
                let done = open.pop()?;
                open.last_mut()?.children.push(done);
            }
            Event::Text(text) => open.last_mut()?.text.push_str(&text.xml10_content().ok()?),
            Event::CData(text) => open.last_mut()?.text.push_str(&text.xml10_content().ok()?),
            Event::GeneralRef(reference) => {
                let into = &mut open.last_mut()?.text;
                match reference.resolve_char_ref().ok()? {
                    Some(character) if is_char(character) => into.push(character),
                    Some(_) => return None,
                    None => into.push_str(resolve_predefined_entity(&reference.decode().ok()?)?),
                }
            }
            Event::Eof => break,
            _ => {}
        }
    }
    let root = open.pop().filter(|_| open.is_empty())?;
    root.children.into_iter().next()
}

fn element(start: &BytesStart<'_>) -> Option<Element> {
    let local = |name: &[u8]| String::from_utf8_lossy(name).into_owned();
    let mut attributes = Vec::new();
    for attribute in start.attributes() {
        let attribute = attribute.ok()?;
        let value = String::from_utf8_lossy(&attribute.value);
        let value = quick_xml::escape::unescape(&value).ok()?.into_owned();
        if !value.chars().all(is_char) {
            return None;
        }
        attributes.push((local(attribute.key.local_name().as_ref()), value));
    }
    Some(Element {
        name: local(start.local_name().as_ref()),
        attributes,
        ..Element::default()
    })
}

/// What an element holds, in the model's member names.
pub fn read(model: &Model, shape: &str, element: &Element) -> Value {
    match model.shape(shape) {
        Shape::Structure { members, .. } => {
            let mut found = Map::new();
            for member in members.iter().filter(|member| member.location.is_none()) {
                if let Some(value) = read_member(model, member, element) {
                    found.insert(member.name.clone(), value);
                }
            }
            Value::Object(found)
        }
        Shape::List { member, .. } => Value::Array(
            element
                .children
                .iter()
                .map(|child| read(model, &member.shape, child))
                .collect(),
        ),
        Shape::Map { key, value, .. } => Value::Object(read_entries(
            model,
            key,
            value,
            &element.children.iter().collect::<Vec<_>>(),
        )),
        leaf => scalar::read(leaf, &element.text),
    }
}

fn read_member(model: &Model, member: &Member, parent: &Element) -> Option<Value> {
    if member.attribute {
        let name = member.wire().rsplit(':').next().unwrap_or_default();
        return parent
            .attributes
            .iter()
            .find(|(found, _)| found == name)
            .map(|(_, value)| Value::String(value.clone()));
    }
    let same: Vec<&Element> = parent
        .children
        .iter()
        .filter(|child| child.name == member.wire())
        .collect();
    match model.shape(&member.shape) {
        Shape::List {
            member: inner,
            flattened,
        } if *flattened || member.flattened => (!same.is_empty())
            .then(|| Value::Array(same.iter().map(|child| read(model, &inner.shape, child)).collect())),
        Shape::Map { key, value, flattened } if *flattened || member.flattened => {
            (!same.is_empty()).then(|| Value::Object(read_entries(model, key, value, &same)))
        }
        _ => same.first().map(|child| read(model, &member.shape, child)),
    }
}

fn read_entries(model: &Model, key: &Member, value: &Member, entries: &[&Element]) -> Map<String, Value> {
    let part = |entry: &Element, name: &str| entry.children.iter().find(|child| child.name == name).cloned();
    entries
        .iter()
        .filter_map(|entry| {
            let (name, held) = (part(entry, key.wire())?, part(entry, value.wire())?);
            Some((name.text, read(model, &value.shape, &held)))
        })
        .collect()
}

/// An answer as S3 gives it: what XML 1.0 does not have stands in it as a reference (`&#x7;`), which few readers take.
pub fn with_references(answer: &str) -> String {
    let mut out = String::with_capacity(answer.len());
    for character in answer.chars() {
        if is_char(character) {
            out.push(character);
        } else {
            out.push_str(&format!("&#x{:X};", u32::from(character)));
        }
    }
    out
}

/// Writes `<name>…</name>`.
pub fn tag(out: &mut String, name: &str, text: &str) {
    open(out, name);
    out.push_str(&escape(text));
    close(out, name);
}

/// Writes `<name>`.
pub fn open(out: &mut String, name: &str) {
    out.push('<');
    out.push_str(name);
    out.push('>');
}

/// Writes `</name>`.
pub fn close(out: &mut String, name: &str) {
    out.push_str("</");
    out.push_str(name);
    out.push('>');
}

/// Writes the members of a structure that belong into the body.
pub fn write_members(out: &mut String, model: &Model, shape: &str, value: &Value) {
    for member in model.members(shape).iter().filter(|member| member.location.is_none()) {
        let Some(inner) = value.get(&member.name).filter(|inner| !inner.is_null()) else {
            continue;
        };
        write_member(out, model, member, inner);
    }
}

fn write_member(out: &mut String, model: &Model, member: &Member, value: &Value) {
    let name = member.wire();
    match model.shape(&member.shape) {
        Shape::List {
            member: inner,
            flattened,
        } => {
            let items = value.as_array().into_iter().flatten();
            if *flattened || member.flattened {
                // A flattened element carries its own name if the model gives one, else the list's.
                let name = inner.wire_name.as_deref().unwrap_or(name);
                items.for_each(|item| write_value(out, model, name, &inner.shape, item));
            } else {
                open(out, name);
                items.for_each(|item| write_value(out, model, inner.wire(), &inner.shape, item));
                close(out, name);
            }
        }
        _ => write_value(out, model, name, &member.shape, value),
    }
}

/// Writes one value under a name.
pub fn write_value(out: &mut String, model: &Model, name: &str, shape: &str, value: &Value) {
    match model.shape(shape) {
        Shape::Structure { members, .. } => {
            out.push('<');
            out.push_str(name);
            for member in members.iter().filter(|member| member.attribute) {
                if let Some(text) = value[&member.name].as_str() {
                    let prefix = if member.wire().starts_with("xsi:") {
                        " xmlns:xsi=\"http://www.w3.org/2001/XMLSchema-instance\""
                    } else {
                        ""
                    };
                    out.push_str(&format!("{prefix} {}=\"{}\"", member.wire(), escape(text)));
                }
            }
            out.push('>');
            for member in members
                .iter()
                .filter(|member| member.location.is_none() && !member.attribute)
            {
                if let Some(inner) = value.get(&member.name).filter(|inner| !inner.is_null()) {
                    write_member(out, model, member, inner);
                }
            }
            close(out, name);
        }
        Shape::List { member, .. } => {
            open(out, name);
            for item in value.as_array().into_iter().flatten() {
                write_value(out, model, member.wire(), &member.shape, item);
            }
            close(out, name);
        }
        Shape::Map { key, value: inner, .. } => {
            open(out, name);
            for (entry, held) in value.as_object().into_iter().flatten() {
                open(out, "entry");
                tag(out, key.wire(), entry);
                write_value(out, model, inner.wire(), &inner.shape, held);
                close(out, "entry");
            }
            close(out, name);
        }
        _ => tag(out, name, &scalar::write(value)),
    }
}
