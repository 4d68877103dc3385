//! The completion reports of batch jobs: what failed, and why; which checksums were computed.
//!
//! What a report's own schema says of its columns is not what its rows have (AWS's examples show the HTTP status before the error's
//! code, the schema after it): the two are told apart by their shape.

use std::collections::BTreeMap;

use model::Digest;

use crate::manifest;

/// What failed, by code.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Failed {
    by_reason: BTreeMap<String, Reason>,
}

#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Reason {
    count: u64,
    /// The first key, as the manifest had it, and what S3 said.
    such_as: (String, String),
}

impl Failed {
    /// Adds the rows of a report's file. What is no row of a report is left out: the listings tell what is lacking.
    pub fn add(&mut self, file: &[u8]) {
        let mut rows = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(file);
        for row in rows.records().flatten() {
            let field = |at: usize| row.get(at).unwrap_or_default();
            if field(3) != "failed" {
                continue;
            }
            let (status, code) = if is_status(field(4)) {
                (field(4), field(5))
            } else {
                (field(5), field(4))
            };
            let reason = self.by_reason.entry(format!("{status} {code}")).or_default();
            reason.count += 1;
            if reason.count == 1 {
                reason.such_as = (field(1).to_owned(), field(6).to_owned());
            }
        }
    }

    /// In words, the most frequent reason first; none where nothing failed.
    pub fn words(&self) -> Option<String> {
        let mut reasons: Vec<(&String, &Reason)> = self.by_reason.iter().collect();
        reasons.sort_by_key(|(_, reason)| std::cmp::Reverse(reason.count));
        let words = reasons.iter().map(|(code, reason)| {
            let (key, said) = &reason.such_as;
            format!("{} with {code}, such as {key} ({said})", reason.count)
        });
        let words: Vec<String> = words.collect();
        (!words.is_empty()).then(|| words.join("; "))
    }
}

/// The checksums that jobs have computed, by version.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Computed {
    /// By a digest over key and version: a bucket may have many, with long keys.
    by_version: BTreeMap<u128, String>,
}

impl Computed {
    /// Adds the rows of a report's file.
    pub fn add(&mut self, file: &[u8]) {
        let mut rows = csv::ReaderBuilder::new()
            .has_headers(false)
            .flexible(true)
            .from_reader(file);
        for row in rows.records().flatten() {
            let field = |at: usize| row.get(at).unwrap_or_default();
            if field(3) == "succeeded"
                && let Some(checksum) = checksum_in(field(6))
            {
                self.by_version.insert(name(field(1), field(2)), checksum);
            }
        }
    }

    /// That of a version. Whether reports have keys as the manifest has them or as they are, no page says.
    pub fn of(&self, key: &str, version_id: &str) -> Option<&str> {
        let found = self.by_version.get(&name(&manifest::encode(key), version_id));
        let found = found.or_else(|| self.by_version.get(&name(key, version_id)));
        found.map(String::as_str)
    }

    /// How many there are.
    pub fn len(&self) -> usize {
        self.by_version.len()
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.by_version.is_empty()
    }
}

fn name(key: &str, version_id: &str) -> u128 {
    let digest = Digest::of(format!("{key}\0{version_id}").as_bytes());
    u128::from_str_radix(&digest.as_str()[..32], 16).unwrap_or_default()
}

/// The checksum over the whole content that a row's last field tells: JSON, whose members AWS's own pages do not list. Those who read
/// such reports find `checksum_base64`, `checksumAlgorithm` and `checksumType`; other ways to write those words are borne.
fn checksum_in(message: &str) -> Option<String> {
    let told: BTreeMap<String, serde_json::Value> = serde_json::from_str(message).ok()?;
    let told: BTreeMap<String, String> = told
        .into_iter()
        .filter_map(|(name, value)| Some((name.replace('_', "").to_ascii_lowercase(), value.as_str()?.to_owned())))
        .collect();
    let is = |member: &str, value: &str| told.get(member).is_some_and(|told| told.eq_ignore_ascii_case(value));
    if !is("checksumalgorithm", "CRC64NVME") || !is("checksumtype", "FULL_OBJECT") {
        return None;
    }
    told.get("checksumbase64").filter(|value| !value.is_empty()).cloned()
}

fn is_status(field: &str) -> bool {
    field.len() == 3 && field.bytes().all(|byte| byte.is_ascii_digit())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_and_code_are_told_apart_wherever_they_stand() {
        let mut failed = Failed::default();
        failed.add(b"shop,a%2Cb,v1,failed,403,AccessDenied,\"Access Denied, for \"\"b\"\"\"\n");
        failed.add(b"shop,c,v2,failed,AccessDenied,403,Access Denied\nshop,d,v3,failed,503,SlowDown,Slow\n");
        failed.add(b"shop,e,v4,succeeded,200,,Successful\n");
        assert_eq!(
            failed.words().as_deref(),
            Some(
                "2 with 403 AccessDenied, such as a%2Cb (Access Denied, for \"b\"); 1 with 503 SlowDown, such as d (Slow)"
            )
        );
    }

    #[test]
    fn computed_checksums_are_found_by_version_however_the_key_is_written() {
        let row = |key: &str, version: &str, algorithm: &str, value: &str| {
            format!(
                "shop,{key},{version},succeeded,200,,\"{{\"\"checksum_base64\"\":\"\"{value}\"\",\"\"etag\"\":\"\"e\"\",\"\"checksumAlgorithm\"\":\"\"{algorithm}\"\",\"\"checksumType\"\":\"\"FULL_OBJECT\"\"}}\"\n"
            )
        };
        let mut computed = Computed::default();
        computed.add(row("a%20b", "v1", "CRC64NVME", "AAAA").as_bytes());
        computed.add(row("c d", "v2", "CRC64NVME", "BBBB").as_bytes());
        computed.add(row("a%20b", "v3", "SHA256", "CCCC").as_bytes());
        computed.add(b"shop,a%20b,v4,failed,403,AccessDenied,Access Denied\nshop,a%20b,v5,succeeded,200,,Successful\n");
        assert_eq!(computed.of("a b", "v1"), Some("AAAA"));
        assert_eq!(computed.of("c d", "v2"), Some("BBBB"));
        for other in ["v2", "v3", "v4", "v5"] {
            assert_eq!(computed.of("a b", other), None, "{other}");
        }
        assert_eq!(computed.len(), 2);
    }

    #[test]
    fn a_report_without_failures_has_no_words() {
        let mut failed = Failed::default();
        failed.add(b"");
        assert_eq!(failed.words(), None);
    }
}
