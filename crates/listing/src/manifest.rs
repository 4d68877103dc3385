//! Manifests for S3 Batch Operations: CSV without a header (a header would be read as a bucket's name), every key percent-encoded
//! from its bytes, so that decoders which take `+` for a space and those which do not read the same key.

use aws::s3::LEFT;
use percent_encoding::{percent_encode_byte, utf8_percent_encode};

/// What is left as it is ([`LEFT`]) by byte, letters and digits included: every field of every entry is looked at by it, several times.
const IS_LEFT: [bool; 256] = {
    let mut left = [false; 256];
    let mut byte = 0_u8;
    while byte < 128 {
        left[byte as usize] = byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.' | b'~' | b'/');
        byte += 1;
    }
    left
};

/// One row: bucket, key, version. The null version is the word `null`: an empty field would fail the task.
pub fn row(bucket: &str, key: &str, version_id: &str) -> String {
    format!("{bucket},{},{version_id}\n", encode(key))
}

/// The same, behind what is there already.
pub fn write_row(out: &mut Vec<u8>, bucket: &str, key: &str, version_id: &str) {
    out.extend_from_slice(bucket.as_bytes());
    out.push(b',');
    write_encoded(out, key);
    end_row(out, version_id);
}

/// The same of a key that is encoded already.
pub(crate) fn write_encoded_row(out: &mut Vec<u8>, bucket: &str, key: &str, version_id: &str) {
    out.extend_from_slice(bucket.as_bytes());
    out.push(b',');
    out.extend_from_slice(key.as_bytes());
    end_row(out, version_id);
}

fn end_row(out: &mut Vec<u8>, version_id: &str) {
    out.push(b',');
    out.extend_from_slice(version_id.as_bytes());
    out.push(b'\n');
}

/// A key as a manifest has it.
pub fn encode(key: &str) -> String {
    utf8_percent_encode(key, LEFT).to_string()
}

/// The same, behind what is there already.
pub fn write_encoded(out: &mut Vec<u8>, key: &str) {
    // Most keys need nothing.
    if key.bytes().all(|byte| IS_LEFT[usize::from(byte)]) {
        out.extend_from_slice(key.as_bytes());
        return;
    }
    for byte in key.bytes() {
        if IS_LEFT[usize::from(byte)] {
            out.push(byte);
        } else {
            out.extend_from_slice(percent_encode_byte(byte).as_bytes());
        }
    }
}

/// A key from a row of a manifest or of a completion report. Reports may also have it as it is.
pub fn decode(encoded: &str) -> String {
    if memchr::memchr(b'%', encoded.as_bytes()).is_none() {
        return encoded.to_owned();
    }
    match percent_encoding::percent_decode_str(encoded).decode_utf8() {
        Ok(key) => key.into_owned(),
        Err(_) => encoded.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_of_the_null_version_says_null() {
        assert_eq!(
            row("b", "a b,c\"d+e%\n/ä", "null"),
            "b,a%20b%2Cc%22d%2Be%25%0A/%C3%A4,null\n"
        );
    }

    #[test]
    fn what_is_taken_as_it_is_is_what_would_not_be_encoded() {
        for byte in 0..=127_u8 {
            let key = char::from(byte).to_string();
            assert_eq!(IS_LEFT[usize::from(byte)], encode(&key) == key, "{key:?}");
        }
        assert!(IS_LEFT[128..].iter().all(|left| !left));
    }

    #[test]
    fn every_key_survives_and_needs_no_quotes() {
        let mut rng = fastrand::Rng::with_seed(7);
        for _ in 0..5_000 {
            let key = crate::page::tests::any_key(&mut rng);
            let encoded = encode(&key);
            assert!(
                encoded
                    .bytes()
                    .all(|b| b.is_ascii_alphanumeric() || b"-_.~/%".contains(&b)),
                "{encoded}"
            );
            assert_eq!(decode(&encoded), key);
            let mut written = Vec::new();
            write_encoded(&mut written, &key);
            assert_eq!(written, encoded.as_bytes());
            // The reader that takes a plus for a space must read the same.
            assert_eq!(crate::page::decode(&encoded).expect("encoded"), key);
        }
    }
}
