//! From pages to whole keys. A key's entries may straddle pages; only whole histories leave this file.

use std::collections::VecDeque;

use model::Failure;
use model::listing::{KeyHistory, ListedEntry};

use crate::page::Lister;

/// The keys of a bucket in order, each with all its entries, oldest first.
pub struct Histories<'a> {
    lister: Lister<'a>,
    waiting: VecDeque<ListedEntry>,
    ended: bool,
}

impl<'a> Histories<'a> {
    /// The keys that a lister will list. It must not start in the middle of a key.
    pub fn new(lister: Lister<'a>) -> Self {
        Self {
            lister,
            waiting: VecDeque::new(),
            ended: false,
        }
    }

    /// The next key; none at the end.
    pub async fn next(&mut self) -> Result<Option<KeyHistory>, Failure> {
        while !self.ended && !has_whole_key(&self.waiting) {
            match self.lister.next_page().await? {
                Some(page) => self.waiting.extend(page.entries),
                None => self.ended = true,
            }
        }
        Ok(take_key(&mut self.waiting))
    }
}

/// Whether an entry of another key follows on the first key's.
fn has_whole_key(waiting: &VecDeque<ListedEntry>) -> bool {
    match (waiting.front(), waiting.back()) {
        (Some(first), Some(last)) => first.key != last.key,
        _ => false,
    }
}

fn take_key(waiting: &mut VecDeque<ListedEntry>) -> Option<KeyHistory> {
    let key = waiting.front()?.key.clone();
    let count = waiting.iter().take_while(|entry| entry.key == key).count();
    let mut entries: Vec<ListedEntry> = waiting.drain(..count).collect();
    entries.reverse();
    Some(KeyHistory { key, entries })
}

#[cfg(test)]
mod tests {
    use model::listing::Listed;

    use super::*;

    fn entry(key: &str, id: &str) -> ListedEntry {
        ListedEntry {
            key: key.into(),
            version_id: id.into(),
            is_latest: false,
            last_modified: jiff::Timestamp::UNIX_EPOCH,
            what: Listed::Marker,
        }
    }

    #[test]
    fn a_history_is_oldest_first_and_only_whole_keys_leave() {
        let mut waiting = VecDeque::from([entry("a", "3"), entry("a", "2")]);
        assert!(!has_whole_key(&waiting), "more of a may come with the next page");
        waiting.extend([entry("a", "1"), entry("b", "1")]);
        assert!(has_whole_key(&waiting));
        let taken = take_key(&mut waiting).expect("a is there");
        let ids: Vec<&str> = taken.entries.iter().map(|entry| entry.version_id.as_str()).collect();
        assert_eq!(ids, ["1", "2", "3"]);
        assert_eq!(waiting.len(), 1);
    }
}
