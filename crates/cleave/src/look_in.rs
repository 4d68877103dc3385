//! Looks through files for names that have changed: where people leave endpoints and ids that a night has made old. Only the place and the
//! name itself are told, never what else stands in the line: it may be a password.

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use aho_corasick::{AhoCorasick, BuildError, MatchKind};
use serde::Serialize;

/// Larger files are data, not text that people write.
const LARGEST: u64 = 8 << 20;
/// A NUL in so many bytes at the beginning: no text.
const SNIFFED: usize = 8192;
/// Folders of which everything is made by programs, and made again.
const MADE: [&str; 3] = [".git", ".terraform", "node_modules"];

/// A name that was found.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Found {
    /// The file.
    pub file: PathBuf,
    /// From 1 on.
    pub line: usize,
    /// From 1 on, in characters.
    pub column: usize,
    /// What stands there.
    pub old: String,
    /// What is to be written there.
    pub new: String,
}

/// What was looked at.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Looked {
    /// Every place, by file.
    pub found: Vec<Found>,
    /// How many files were read.
    pub files: usize,
    /// What was not, and why.
    pub skipped: Vec<Skipped>,
}

/// A file that was not read.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Skipped {
    /// The file, or folder.
    pub file: PathBuf,
    /// Why.
    pub why: String,
}

/// Finds old values in texts.
pub struct Finder {
    words: AhoCorasick,
    new: Vec<String>,
}

/// An old value in a text.
pub struct Hit {
    /// Where it begins, in bytes.
    pub at: usize,
    /// What stands there.
    pub old: String,
    /// What is to be written there.
    pub new: String,
}

impl Finder {
    /// Of the keys of a map; the values are what is to stand there.
    pub fn new(changed: &BTreeMap<String, String>) -> Result<Self, BuildError> {
        // A key's ARN holds its id: the longest counts.
        let words = AhoCorasick::builder()
            .match_kind(MatchKind::LeftmostLongest)
            .ascii_case_insensitive(true)
            .build(changed.keys())?;
        let new = changed.values().cloned().collect();
        Ok(Self { words, new })
    }

    /// Every place in a line where one stands by itself.
    pub fn hits<'a>(&'a self, line: &'a str) -> impl Iterator<Item = Hit> + 'a {
        let whole = |hit: &aho_corasick::Match| is_whole(line, hit.start(), hit.end());
        self.words.find_iter(line).filter(whole).map(|hit| Hit {
            at: hit.start(),
            old: line[hit.start()..hit.end()].to_owned(),
            new: self.new[hit.pattern().as_usize()].clone(),
        })
    }
}

/// Looks in files and folders, ignored and hidden files among them.
pub fn look_in(paths: &[PathBuf], finder: &Finder) -> Looked {
    let mut looked = Looked::default();
    each_text(paths, &mut |path, text| match text {
        Ok(text) => {
            looked.files += 1;
            look_at(path, &text, finder, &mut looked.found);
        }
        Err(why) => looked.skipped.push(Skipped {
            file: path.to_owned(),
            why,
        }),
    });
    looked
}

/// Hands out the text of every file, or why it is not read.
pub fn each_text(paths: &[PathBuf], take: &mut dyn FnMut(&Path, Result<String, String>)) {
    for path in paths {
        // What git ignores is where secrets and addresses of one's own lie: `.env`, `*.auto.tfvars`.
        let mut walk = ignore::WalkBuilder::new(path);
        walk.standard_filters(false)
            .follow_links(false)
            .sort_by_file_path(Path::cmp)
            .filter_entry(|entry| {
                let folder = entry.file_type().is_some_and(|kind| kind.is_dir());
                !(folder && entry.depth() > 0 && MADE.iter().any(|name| entry.file_name() == *name))
            });
        for entry in walk.build() {
            match entry {
                Ok(entry) if entry.file_type().is_some_and(|kind| kind.is_file()) => {
                    take(entry.path(), text_of(entry.path()));
                }
                Ok(_) => {}
                Err(error) => take(path, Err(error.to_string())),
            }
        }
    }
}

fn look_at(path: &Path, text: &str, finder: &Finder, found: &mut Vec<Found>) {
    for (number, line) in text.lines().enumerate() {
        found.extend(finder.hits(line).map(|hit| Found {
            file: path.to_owned(),
            line: number + 1,
            column: line[..hit.at].chars().count() + 1,
            old: hit.old,
            new: hit.new,
        }));
    }
}

/// A file's text, or why it is not read.
fn text_of(path: &Path) -> Result<String, String> {
    let told = |error: std::io::Error| error.to_string();
    let mut file = std::fs::File::open(path).map_err(told)?;
    let size = file.metadata().map_err(told)?.len();
    if size > LARGEST {
        return Err(format!(
            "it has {} MiB; files of more than {} are not read",
            size >> 20,
            LARGEST >> 20
        ));
    }
    let mut bytes = Vec::new();
    file.read_to_end(&mut bytes).map_err(told)?;
    if bytes[..bytes.len().min(SNIFFED)].contains(&0) {
        return Err("it is no text".to_owned());
    }
    // One odd byte does not hide the rest of a file.
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}

/// Whether a name stands there by itself, and not as a part of a longer one.
fn is_whole(line: &str, from: usize, to: usize) -> bool {
    let goes_on = |c: Option<char>| c.is_some_and(|c| c.is_alphanumeric() || matches!(c, '-' | '_'));
    let after = &line[to..];
    // A dot ends a sentence, unless a name goes on behind it.
    let goes_on_behind = after.strip_prefix('.').is_some_and(|rest| goes_on(rest.chars().next()));
    let before = line[..from].chars().next_back();
    !goes_on(before) && before != Some('.') && !goes_on(after.chars().next()) && !goes_on_behind
}

#[cfg(test)]
mod tests {
    use super::*;

    fn look(files: &[(&str, &[u8])], changed: &[(&str, &str)]) -> Looked {
        let folder = tempfile::tempdir().expect("a folder");
        for (name, bytes) in files {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("a folder")).expect("a folder");
            std::fs::write(path, bytes).expect("a file");
        }
        let changed = changed
            .iter()
            .map(|(old, new)| ((*old).to_owned(), (*new).to_owned()))
            .collect();
        let finder = Finder::new(&changed).expect("words to look for");
        let mut looked = look_in(&[folder.path().to_owned()], &finder);
        let bare = |path: &Path| path.strip_prefix(folder.path()).expect("below it").to_owned();
        looked.found.iter_mut().for_each(|found| found.file = bare(&found.file));
        looked
            .skipped
            .iter_mut()
            .for_each(|skipped| skipped.file = bare(&skipped.file));
        looked
    }

    fn places(looked: &Looked) -> Vec<String> {
        let place = |found: &Found| format!("{}:{}:{} {}", found.file.display(), found.line, found.column, found.new);
        looked.found.iter().map(place).collect()
    }

    #[test]
    fn names_are_found_where_they_stand_and_the_longest_counts() {
        let looked = look(
            &[
                ("b/app.yml", "é: old-1\nkey: arn:key/old-1 old-1.\r\n".as_bytes()),
                (".env", b"HOST=OLD-1"),
                (".git/config", b"old-1"),
                ("x/.terraform/y", b"old-1"),
            ],
            &[("old-1", "new-1"), ("arn:key/old-1", "arn:key/new-1")],
        );
        let expected = [
            ".env:1:6 new-1",
            "b/app.yml:1:4 new-1",
            "b/app.yml:2:6 arn:key/new-1",
            "b/app.yml:2:20 new-1",
        ];
        assert_eq!(places(&looked), expected);
        assert_eq!((looked.files, looked.skipped.len()), (2, 0));
    }

    #[test]
    fn a_part_of_a_longer_name_is_not_it() {
        let line = b"xold-1 old-1x old-1-replica other.old-1 old-1.example.com old_old-1 (old-1)";
        let looked = look(&[("a", line)], &[("old-1", "new-1")]);
        assert_eq!(looked.found.len(), 1, "{:?}", looked.found);
        assert_eq!(looked.found[0].column, line.len() - 5);
    }

    #[test]
    fn what_is_no_text_or_huge_is_told_and_odd_bytes_hide_nothing() {
        let mut huge = vec![b'x'; 9 << 20];
        huge.extend(b" old-1");
        let looked = look(
            &[("a", b"old-1\0"), ("b", &huge), ("c", b"\xff\xfe\nold-1")],
            &[("old-1", "new-1")],
        );
        let skipped: Vec<String> = looked
            .skipped
            .iter()
            .map(|one| one.file.display().to_string())
            .collect();
        assert_eq!(skipped, ["a", "b"]);
        assert_eq!(places(&looked), ["c:2:1 new-1"]);
    }
}
