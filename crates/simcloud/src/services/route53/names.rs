//! Domain names as Route 53 keeps them: lower case, one trailing dot, and everything but `a–z 0–9 - _` as `\ooo` in octal.
//! In this form a plain dot always separates labels, so names can be compared and cut as text.

/// The canonical form of a name, or `None` where it is no domain name. `*` and `\052` are the same name, and so are a
/// name with and without its last dot: Route 53 takes both and gives back one.
pub fn canonical(name: &str) -> Option<String> {
    let trimmed = name
        .strip_suffix('.')
        .filter(|rest| !rest.ends_with('\\'))
        .unwrap_or(name);
    if trimmed.is_empty() {
        return None;
    }
    let mut labels = vec![Vec::new()];
    let mut bytes = trimmed.bytes();
    while let Some(byte) = bytes.next() {
        match byte {
            b'.' => labels.push(Vec::new()),
            b'\\' => {
                let digits = [bytes.next()?, bytes.next()?, bytes.next()?];
                if !digits.iter().all(|d| (b'0'..=b'7').contains(d)) {
                    return None;
                }
                let value = digits.iter().fold(0_u16, |sum, d| sum * 8 + u16::from(d - b'0'));
                labels.last_mut()?.push(u8::try_from(value).ok()?);
            }
            _ => labels.last_mut()?.push(byte),
        }
    }
    let long = labels.iter().map(|label| label.len() + 1).sum::<usize>() > 254;
    if long || labels.iter().any(|label| label.is_empty() || label.len() > 63) {
        return None;
    }
    Some(from_labels(labels.iter().map(Vec::as_slice)))
}

/// The canonical name of raw labels, leftmost first. No labels: the root, `.`.
pub fn from_labels<'a>(labels: impl Iterator<Item = &'a [u8]>) -> String {
    let mut name = String::new();
    for label in labels {
        for byte in label {
            match byte.to_ascii_lowercase() {
                byte @ (b'a'..=b'z' | b'0'..=b'9' | b'-' | b'_') => name.push(char::from(byte)),
                other => name.push_str(&format!("\\{other:03o}")),
            }
        }
        name.push('.');
    }
    if name.is_empty() { ".".to_owned() } else { name }
}

/// The raw labels of a canonical name, leftmost first.
pub fn labels(canonical: &str) -> Vec<Vec<u8>> {
    canonical
        .split('.')
        .filter(|label| !label.is_empty())
        .map(|label| {
            let mut raw = Vec::with_capacity(label.len());
            let mut bytes = label.bytes();
            while let Some(byte) = bytes.next() {
                if byte == b'\\' {
                    let value = bytes
                        .by_ref()
                        .take(3)
                        .fold(0_u16, |sum, d| sum * 8 + u16::from(d.wrapping_sub(b'0')));
                    raw.push(value.to_le_bytes()[0]);
                } else {
                    raw.push(byte);
                }
            }
            raw
        })
        .collect()
}

/// What Route 53 sorts by: the labels reversed, each with its dot (`com.example.www.`). The dot takes part, so
/// `example-x.com.` comes before `example.com.`.
pub fn sort_key(canonical: &str) -> Vec<u8> {
    let mut key = Vec::with_capacity(canonical.len());
    for label in labels(canonical).iter().rev() {
        key.extend_from_slice(label);
        key.push(b'.');
    }
    key
}

/// Whether a canonical name is a zone's apex or lies below it.
pub fn within(name: &str, zone: &str) -> bool {
    zone == "."
        || name
            .strip_suffix(zone)
            .is_some_and(|rest| rest.is_empty() || rest.ends_with('.'))
}

/// The name one label up, or `None` for a top-level name.
pub fn parent(canonical: &str) -> Option<&str> {
    canonical
        .split_once('.')
        .map(|(_, rest)| rest)
        .filter(|rest| !rest.is_empty())
}

/// A host name of a name server: lower case, without the last dot.
pub fn server(name: &str) -> String {
    name.trim_end_matches('.').to_ascii_lowercase()
}
