//! Domain names in the one form in which equal names are equal text: lower case, one trailing dot, everything but `a–z 0–9 - _`
//! as `\ooo`. Route 53 answers so (a wildcard is `\052`), people and runbooks write otherwise.

/// The canonical form. An escape that is none stays the characters it is made of.
pub(super) fn canonical(name: &str) -> String {
    let trimmed = name
        .strip_suffix('.')
        .filter(|rest| !rest.ends_with('\\'))
        .unwrap_or(name);
    let mut out = String::with_capacity(name.len() + 1);
    let bytes = trimmed.as_bytes();
    let mut at = 0;
    while at < bytes.len() {
        match (bytes[at], octal(&bytes[at + 1..])) {
            (b'.', _) => out.push('.'),
            (b'\\', Some(byte)) => {
                escaped(&mut out, byte);
                at += 3;
            }
            (byte, _) => escaped(&mut out, byte),
        }
        at += 1;
    }
    out.push('.');
    out
}

fn octal(bytes: &[u8]) -> Option<u8> {
    let digits = bytes.get(..3)?;
    let value = digits.iter().try_fold(0_u16, |sum, d| {
        (b'0'..=b'7').contains(d).then(|| sum * 8 + u16::from(d - b'0'))
    })?;
    u8::try_from(value).ok()
}

fn escaped(out: &mut String, byte: u8) {
    match byte.to_ascii_lowercase() {
        plain @ (b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_') => out.push(char::from(plain)),
        other => out.push_str(&format!("\\{other:03o}")),
    }
}

/// Whether a name is a zone's own or lies below it. Both canonical.
pub(super) fn within(name: &str, zone: &str) -> bool {
    name == zone || name.ends_with(&format!(".{zone}"))
}

/// The raw labels of a canonical name, leftmost first: what a DNS message carries.
pub(super) fn labels(canonical: &str) -> Vec<Vec<u8>> {
    let label = |label: &str| {
        let bytes = label.as_bytes();
        let mut raw = Vec::with_capacity(bytes.len());
        let mut at = 0;
        while at < bytes.len() {
            match octal(&bytes[at + 1..]).filter(|_| bytes[at] == b'\\') {
                Some(byte) => {
                    raw.push(byte);
                    at += 4;
                }
                None => {
                    raw.push(bytes[at]);
                    at += 1;
                }
            }
        }
        raw
    };
    canonical
        .split('.')
        .filter(|part| !part.is_empty())
        .map(label)
        .collect()
}

/// The canonical name of raw labels.
pub(super) fn from_labels<'a>(labels: impl Iterator<Item = &'a [u8]>) -> String {
    let mut out = String::new();
    for label in labels {
        label.iter().for_each(|byte| escaped(&mut out, *byte));
        out.push('.');
    }
    if out.is_empty() { ".".to_owned() } else { out }
}

/// Host names of name servers as a set: order, case and a last dot do not count.
pub(super) fn servers<'a>(names: impl IntoIterator<Item = &'a String>) -> Vec<String> {
    let mut servers: Vec<String> = names.into_iter().map(|name| server(name)).collect();
    servers.sort();
    servers.dedup();
    servers
}

fn server(name: &str) -> String {
    name.trim().trim_end_matches('.').to_ascii_lowercase()
}

/// A name for people: no last dot, and a wildcard as a star.
pub(super) fn shown(canonical: &str) -> String {
    canonical.trim_end_matches('.').replace("\\052", "*")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_has_one_form_however_it_is_written() {
        for text in ["*.Stg.Example.com", "\\052.stg.example.com.", "\\052.stg.example.com"] {
            assert_eq!(canonical(text), "\\052.stg.example.com.");
        }
        assert_eq!(canonical("a_b-9.example.com"), "a_b-9.example.com.");
    }

    #[test]
    fn a_dot_within_a_label_is_not_a_separator() {
        let name = canonical("first\\056last.example.com");
        assert_eq!(
            labels(&name),
            [b"first.last".to_vec(), b"example".to_vec(), b"com".to_vec()]
        );
        assert_eq!(from_labels(labels(&name).iter().map(Vec::as_slice)), name);
    }

    #[test]
    fn what_is_no_escape_stays_what_it_is() {
        assert_eq!(canonical("a\\9.example"), "a\\1349.example.");
        assert_eq!(canonical("a\\777.example"), "a\\134777.example.", "more than a byte");
        assert_eq!(canonical("a\\"), "a\\134.");
    }

    #[test]
    fn an_escaped_capital_letter_is_lowered_like_a_plain_one() {
        assert_eq!(canonical("\\101.example"), "a.example.");
    }

    #[test]
    fn name_servers_are_a_set() {
        let one = ["NS-1.awsdns-00.com.".to_owned(), "ns-2.awsdns-00.net".to_owned()];
        let other = ["ns-2.awsdns-00.net.".to_owned(), "ns-1.awsdns-00.com".to_owned()];
        assert_eq!(servers(&one), servers(&other));
    }
}
