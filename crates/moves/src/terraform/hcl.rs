//! Terraform's language, written: blocks and attributes as data, and their text in the form that `terraform fmt` leaves alone. The words,
//! quotes and escapes are hcl-edit's; indentation, aligned signs and comments, which it does not decide, are laid out here.

use std::collections::BTreeMap;

use hcl_edit::expr::{
    Array, Expression, FuncArgs, FuncCall, Object, ObjectKey, ObjectValue, ObjectValueTerminator, Traversal,
    TraversalOperator,
};
use hcl_edit::structure::{Attribute, Block, Body};
use hcl_edit::{Decorate as _, Decorated, Ident};
use serde_json::Value as Json;

/// Longer lists of words are written one to a line.
const A_LINE: usize = 100;

/// The value of an attribute.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Value {
    /// A text. What Terraform would read as a template in it is escaped.
    Text(String),
    /// A whole number.
    Number(i64),
    /// A number that need not be whole.
    Float(f64),
    /// True or false.
    Flag(bool),
    /// Several.
    List(Vec<Value>),
    /// By name.
    Map(Vec<(String, Value)>),
    /// Another thing's attribute, such as `aws_kms_key.shop.arn`; or the name of an attribute.
    Refer(String),
    /// A document, as `jsonencode({…})`.
    Json(Json),
}

/// What stands between two braces.
#[derive(Debug, Clone, Default, PartialEq)]
pub(crate) struct Config {
    items: Vec<Item>,
}

#[derive(Debug, Clone, PartialEq)]
struct Item {
    /// Comment lines above it.
    said: Vec<String>,
    key: String,
    labels: Vec<String>,
    what: What,
}

#[derive(Debug, Clone, PartialEq)]
enum What {
    Attribute(Value),
    Block(Config),
}

impl From<&str> for Value {
    fn from(text: &str) -> Self {
        Value::Text(text.to_owned())
    }
}

impl From<String> for Value {
    fn from(text: String) -> Self {
        Value::Text(text)
    }
}

impl From<&String> for Value {
    fn from(text: &String) -> Self {
        Value::Text(text.clone())
    }
}

impl From<bool> for Value {
    fn from(flag: bool) -> Self {
        Value::Flag(flag)
    }
}

impl From<i64> for Value {
    fn from(number: i64) -> Self {
        Value::Number(number)
    }
}

impl From<i32> for Value {
    fn from(number: i32) -> Self {
        Value::Number(number.into())
    }
}

impl From<u32> for Value {
    fn from(number: u32) -> Self {
        Value::Number(number.into())
    }
}

impl From<u16> for Value {
    fn from(number: u16) -> Self {
        Value::Number(number.into())
    }
}

impl From<&BTreeMap<String, String>> for Value {
    fn from(map: &BTreeMap<String, String>) -> Self {
        Value::Map(map.iter().map(|(key, value)| (key.clone(), value.into())).collect())
    }
}

impl<V: Into<Value>> From<Vec<V>> for Value {
    fn from(list: Vec<V>) -> Self {
        Value::List(list.into_iter().map(Into::into).collect())
    }
}

impl Config {
    /// Adds an attribute.
    pub(crate) fn set(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.push(key, value);
        self
    }

    /// Adds an attribute, where there is a value.
    pub(crate) fn maybe(self, key: &str, value: Option<impl Into<Value>>) -> Self {
        match value {
            Some(value) => self.set(key, value),
            None => self,
        }
    }

    /// Adds a block.
    pub(crate) fn block(mut self, key: &str, inside: Config) -> Self {
        self.push_block(key, &[], inside);
        self
    }

    /// Adds an attribute.
    pub(crate) fn push(&mut self, key: &str, value: impl Into<Value>) {
        self.items.push(Item {
            said: Vec::new(),
            key: key.to_owned(),
            labels: Vec::new(),
            what: What::Attribute(value.into()),
        });
    }

    /// Adds a block with labels.
    pub(crate) fn push_block(&mut self, key: &str, labels: &[&str], inside: Config) {
        self.items.push(Item {
            said: Vec::new(),
            key: key.to_owned(),
            labels: labels.iter().map(|label| (*label).to_owned()).collect(),
            what: What::Block(inside),
        });
    }

    /// Says something above what was added last.
    pub(crate) fn say(&mut self, lines: impl IntoIterator<Item = String>) {
        if let Some(last) = self.items.last_mut() {
            last.said.extend(lines);
        }
    }

    /// Whether nothing is in it.
    pub(crate) fn is_empty(&self) -> bool {
        self.items.is_empty()
    }

    /// The text of a file.
    pub(crate) fn text(&self) -> String {
        self.body(0).to_string()
    }

    fn body(&self, depth: usize) -> Body {
        let mut body = Body::new();
        let widths = self.widths();
        for (at, item) in self.items.iter().enumerate() {
            let mut above = String::new();
            let after_block = at > 0 && matches!(self.items[at - 1].what, What::Block(_));
            let is_block = matches!(item.what, What::Block(_));
            if at > 0 && (is_block || after_block || !item.said.is_empty()) {
                above.push('\n');
            }
            for line in &item.said {
                above.push_str(&indent(depth));
                above.push_str(comment(line).trim_end());
                above.push('\n');
            }
            above.push_str(&indent(depth));
            match &item.what {
                What::Attribute(value) => {
                    let mut key = Decorated::new(Ident::new(&item.key));
                    let padding = widths[at].saturating_sub(item.key.len()) + 1;
                    key.decor_mut().set_suffix(" ".repeat(padding));
                    let mut attribute = Attribute::new(key, value.expression(depth));
                    attribute.decor_mut().set_prefix(above);
                    body.push(attribute);
                }
                What::Block(inside) => {
                    let mut block = Block::new(Ident::new(&item.key));
                    block.labels = item.labels.iter().map(|label| label.as_str().into()).collect();
                    block.body = inside.body(depth + 1);
                    if inside.is_empty() {
                        block.body.set_prefer_oneline(true);
                    } else {
                        block.body.decor_mut().set_suffix(indent(depth));
                    }
                    block.decor_mut().set_prefix(above);
                    body.push(block);
                }
            }
        }
        body
    }

    /// How wide the names of neighbouring attributes are: `terraform fmt` puts their signs one below the other.
    fn widths(&self) -> Vec<usize> {
        let of = |item: &Item| match &item.what {
            What::Attribute(value) if !value.is_tall() => Some(item.key.len()),
            What::Attribute(_) | What::Block(_) => None,
        };
        aligned(
            self.items.iter().map(of),
            |at| self.items[at].said.is_empty(),
            |at| self.items[at].key.len(),
        )
    }
}

/// Widths by chains of neighbours; what has none, or a comment above it, begins a chain anew.
fn aligned(
    widths: impl Iterator<Item = Option<usize>>,
    goes_on: impl Fn(usize) -> bool,
    own: impl Fn(usize) -> usize,
) -> Vec<usize> {
    let mut all: Vec<usize> = Vec::new();
    let mut chain = 0;
    for (at, width) in widths.enumerate() {
        all.push(width.unwrap_or_else(|| own(at)));
        if width.is_none() {
            chain = at + 1;
            continue;
        }
        if !goes_on(at) {
            chain = at;
        }
        let widest = all[chain..].iter().max().copied().unwrap_or(0);
        all[chain..].fill(widest);
    }
    all
}

fn indent(depth: usize) -> String {
    "  ".repeat(depth)
}

/// A line as a comment. A line end in it would end the comment, too.
pub(crate) fn comment(line: &str) -> String {
    let plain: String = line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    format!("# {plain}")
}

/// A traversal such as `aws_kms_key.shop.arn`, or a single name.
fn refer(path: &str) -> Expression {
    let mut names = path.split('.');
    let first: Expression = Ident::new(names.next().unwrap_or_default()).into();
    let others: Vec<Decorated<TraversalOperator>> = names
        .map(|name| Decorated::new(TraversalOperator::GetAttr(Ident::new(name).into())))
        .collect();
    if others.is_empty() {
        return first;
    }
    Traversal::new(first, others).into()
}

impl Value {
    /// Whether it takes several lines.
    fn is_tall(&self) -> bool {
        match self {
            Value::Map(map) => !map.is_empty(),
            Value::List(list) => list.iter().any(Value::is_tall) || self.length() > A_LINE,
            Value::Json(json) => of_json(json).is_tall(),
            Value::Text(_) | Value::Number(_) | Value::Float(_) | Value::Flag(_) | Value::Refer(_) => false,
        }
    }

    fn length(&self) -> usize {
        match self {
            Value::Text(text) | Value::Refer(text) => text.len() + 4,
            Value::List(list) => list.iter().map(Value::length).sum(),
            Value::Number(_) | Value::Float(_) | Value::Flag(_) | Value::Map(_) | Value::Json(_) => 8,
        }
    }

    fn expression(&self, depth: usize) -> Expression {
        match self {
            Value::Text(text) => text.as_str().into(),
            Value::Number(number) => (*number).into(),
            Value::Float(number) => (*number).into(),
            Value::Flag(flag) => (*flag).into(),
            Value::Refer(path) => refer(path),
            Value::List(list) => self.array(list, depth).into(),
            Value::Map(map) => object(map, depth).into(),
            Value::Json(json) => {
                let mut inside = FuncArgs::new();
                inside.push(of_json(json).expression(depth));
                FuncCall::new(Ident::new("jsonencode"), inside).into()
            }
        }
    }

    fn array(&self, list: &[Value], depth: usize) -> Array {
        let mut array = Array::new();
        if !self.is_tall() {
            for value in list {
                array.push(value.expression(depth));
            }
            return array;
        }
        for value in list {
            let mut expression = value.expression(depth + 1);
            expression.decor_mut().set_prefix(format!("\n{}", indent(depth + 1)));
            array.push(expression);
        }
        array.set_trailing_comma(true);
        array.set_trailing(format!("\n{}", indent(depth)));
        array
    }
}

fn object(map: &[(String, Value)], depth: usize) -> Object {
    let mut object = Object::new();
    let shown: Vec<String> = map.iter().map(|(key, _)| shown_key(key)).collect();
    let widths = aligned(
        map.iter()
            .zip(&shown)
            .map(|((_, value), key)| (!value.is_tall()).then_some(key.len())),
        |_| true,
        |at| shown[at].len(),
    );
    for (at, (key, value)) in map.iter().enumerate() {
        let line = if at == 0 { "\n" } else { "" };
        let prefix = format!("{line}{}", indent(depth + 1));
        let suffix = " ".repeat(widths[at].saturating_sub(shown[at].len()) + 1);
        let key = if is_name(key) {
            let mut name = Decorated::new(Ident::new(key));
            name.decor_mut().set_prefix(prefix);
            name.decor_mut().set_suffix(suffix);
            ObjectKey::Ident(name)
        } else {
            let mut text: Expression = key.as_str().into();
            text.decor_mut().set_prefix(prefix);
            text.decor_mut().set_suffix(suffix);
            ObjectKey::Expression(text)
        };
        let mut value = ObjectValue::new(value.expression(depth + 1));
        value.set_terminator(ObjectValueTerminator::Newline);
        object.insert(key, value);
    }
    if !map.is_empty() {
        object.set_trailing(indent(depth));
    }
    object
}

/// A key as it is written, for its width.
fn shown_key(key: &str) -> String {
    if is_name(key) {
        return key.to_owned();
    }
    Expression::from(key).to_string()
}

/// Whether a key may stand without quotes.
fn is_name(key: &str) -> bool {
    let starts = key.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_');
    let word = key.chars().all(|c| c.is_ascii_alphanumeric() || matches!(c, '_' | '-'));
    starts
        && word
        && !matches!(
            key,
            "null" | "true" | "false" | "for" | "if" | "in" | "else" | "endif" | "endfor"
        )
}

fn of_json(json: &Json) -> Value {
    match json {
        Json::Null => Value::Refer("null".to_owned()),
        Json::Bool(flag) => Value::Flag(*flag),
        Json::Number(number) => match number.as_i64() {
            Some(whole) => Value::Number(whole),
            None => Value::Float(number.as_f64().unwrap_or_default()),
        },
        Json::String(text) => Value::Text(text.clone()),
        Json::Array(list) => Value::List(list.iter().map(of_json).collect()),
        Json::Object(map) => Value::Map(map.iter().map(|(key, value)| (key.clone(), of_json(value))).collect()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn it_reads_as_terraform_would_write_it() {
        let tags = BTreeMap::from([
            ("product".to_owned(), "shop".to_owned()),
            ("cleave:run".to_owned(), "r".to_owned()),
        ]);
        let mut lifecycle = Config::default().set("prevent_destroy", true);
        lifecycle.push("ignore_changes", Value::List(vec![Value::Refer("password".to_owned())]));
        lifecycle.say(["why".to_owned()]);
        let inside = Config::default()
            .set("bucket", "b")
            .set("force_destroy", false)
            .set("tags", &tags)
            .set("port", 5432)
            .set(
                "policy",
                Value::Json(json!({ "Version": "2012-10-17", "A": ["x", { "b": 1 }], "E": [] })),
            )
            .block("lifecycle", lifecycle);
        let mut file = Config::default();
        file.push_block("resource", &["aws_s3_bucket", "b"], inside);
        file.say(["above".to_owned()]);
        file.push_block("empty", &[], Config::default());
        let expected = r#"# above
resource "aws_s3_bucket" "b" {
  bucket        = "b"
  force_destroy = false
  tags = {
    "cleave:run" = "r"
    product      = "shop"
  }
  port = 5432
  policy = jsonencode({
    Version = "2012-10-17"
    A = [
      "x",
      {
        b = 1
      },
    ]
    E = []
  })

  lifecycle {
    prevent_destroy = true

    # why
    ignore_changes = [password]
  }
}

empty {}
"#;
        assert_eq!(file.text(), expected);
        hcl_edit::parser::parse_body(&file.text()).expect("it can be read back");
    }

    #[test]
    fn no_text_of_aws_is_read_as_a_template_or_ends_a_comment() {
        let hostile = "a${x}b%{if}\"\\\n";
        let mut file = Config::default().set("x", hostile);
        file.say(["one\ntwo = 3".to_owned()]);
        let text = file.text();
        assert_eq!(text, "# one two = 3\nx = \"a$${x}b%%{if}\\\"\\\\\\n\"\n");
        let read = hcl_edit::parser::parse_body(&text).expect("it can be read back");
        let value = read.get_attribute("x").map(|x| x.value.clone());
        assert!(value.is_some() && read.len() == 1);
    }
}
