//! The completion reports of batch jobs: what failed, and why.
//!
//! What a report's own schema says of its columns is not what its rows have (AWS's examples show the HTTP status before the error's
//! code, the schema after it): the two are told apart by their shape.

use std::collections::BTreeMap;

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
    fn a_report_without_failures_has_no_words() {
        let mut failed = Failed::default();
        failed.add(b"");
        assert_eq!(failed.words(), None);
    }
}
