//! Reading the members of an operation's input. The query protocols carry everything as text, so a number or a flag may
//! come as either; both are read.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// A text member that is present and not empty.
pub fn text<'a>(input: &'a Value, member: &str) -> Option<&'a str> {
    input.get(member)?.as_str().filter(|text| !text.is_empty())
}

/// A flag.
pub fn flag(input: &Value, member: &str) -> Option<bool> {
    match input.get(member)? {
        Value::Bool(flag) => Some(*flag),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// A whole number.
pub fn number(input: &Value, member: &str) -> Option<i64> {
    match input.get(member)? {
        Value::Number(number) => number.as_i64(),
        Value::String(text) => text.parse().ok(),
        _ => None,
    }
}

/// The structures of a list member.
pub fn items<'a>(input: &'a Value, member: &str) -> &'a [Value] {
    input.get(member).and_then(Value::as_array).map_or(&[], Vec::as_slice)
}

/// The texts of a list member.
pub fn texts(input: &Value, member: &str) -> Vec<String> {
    items(input, member)
        .iter()
        .filter_map(|item| item.as_str().map(str::to_owned))
        .collect()
}

/// The tags of a list member of `{Key, Value}`.
pub fn tags(input: &Value, member: &str) -> BTreeMap<String, String> {
    items(input, member)
        .iter()
        .filter_map(|tag| {
            Some((
                tag.get("Key")?.as_str()?.to_owned(),
                text(tag, "Value").unwrap_or_default().to_owned(),
            ))
        })
        .collect()
}

/// Tags as AWS gives them back: a list of `{Key, Value}`.
pub fn tag_list(tags: &BTreeMap<String, String>) -> Value {
    tags.iter()
        .map(|(key, value)| json!({"Key": key, "Value": value}))
        .collect()
}

/// The filters of a describe call: names and their admitted values.
pub fn filters(input: &Value) -> Vec<(String, Vec<String>)> {
    items(input, "Filters")
        .iter()
        .filter_map(|filter| Some((text(filter, "Name")?.to_owned(), texts(filter, "Values"))))
        .collect()
}

/// Whether a text matches a pattern in which `*` stands for any run of characters and `?` for one.
pub fn matches_wildcard(pattern: &str, text: &str) -> bool {
    let (pattern, text): (Vec<char>, Vec<char>) = (pattern.chars().collect(), text.chars().collect());
    let (mut p, mut t) = (0, 0);
    // Where the last `*` was, and how much of the text it has swallowed: the only place to go back to.
    let mut star: Option<(usize, usize)> = None;
    while t < text.len() {
        if p < pattern.len() && pattern[p] == '*' {
            star = Some((p, t));
            p += 1;
        } else if p < pattern.len() && (pattern[p] == '?' || pattern[p] == text[t]) {
            p += 1;
            t += 1;
        } else if let Some((at, swallowed)) = star {
            star = Some((at, swallowed + 1));
            p = at + 1;
            t = swallowed + 1;
        } else {
            return false;
        }
    }
    pattern[p..].iter().all(|c| *c == '*')
}

/// One page of a list: the items after a token, and the token of the next page. Tokens name the last item shown rather than a
/// position, so that something made or deleted between two pages does not shift the rest.
pub fn page<T>(items: Vec<(String, T)>, after: Option<&str>, limit: usize) -> (Vec<T>, Option<String>) {
    let mut rest = items
        .into_iter()
        .filter(|(name, _)| after.is_none_or(|after| name.as_str() > after))
        .peekable();
    let (mut shown, mut last) = (Vec::new(), None);
    while shown.len() < limit {
        let Some((name, item)) = rest.next() else {
            return (shown, None);
        };
        shown.push(item);
        last = Some(name);
    }
    (shown, if rest.peek().is_some() { last } else { None })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wildcard_matches_as_ec2_filters_do() {
        for (pattern, text, expected) in [
            ("shop-batch-*", "shop-batch-7", true),
            ("shop-batch-*", "shop-batch-", true),
            ("shop-batch-*", "shop-batc", false),
            ("*-b?tch-*", "shop-batch-7", true),
            ("a*b*c", "a-b-b-c", true),
            ("a*b*c", "a-b-b-d", false),
            ("", "", true),
            ("?", "", false),
        ] {
            assert_eq!(matches_wildcard(pattern, text), expected, "{pattern:?} on {text:?}");
        }
    }

    #[test]
    fn pages_join_to_the_whole_list() {
        let all: Vec<(String, usize)> = (0..7).map(|n| (format!("n{n}"), n)).collect();
        for limit in 1..9 {
            let (mut seen, mut token) = (Vec::new(), None);
            loop {
                let (shown, next) = page(all.clone(), token.as_deref(), limit);
                assert!(shown.len() <= limit);
                seen.extend(shown);
                token = next;
                if token.is_none() {
                    break;
                }
            }
            assert_eq!(seen, (0..7).collect::<Vec<_>>(), "with pages of {limit}");
        }
    }

    #[test]
    fn numbers_and_flags_are_read_from_text_too() {
        let input = json!({"a": "20", "b": 20, "c": "true", "d": false, "e": ""});
        assert_eq!(
            (number(&input, "a"), number(&input, "b"), number(&input, "e")),
            (Some(20), Some(20), None)
        );
        assert_eq!(
            (flag(&input, "c"), flag(&input, "d"), flag(&input, "e")),
            (Some(true), Some(false), None)
        );
        assert_eq!(text(&input, "e"), None);
    }
}
