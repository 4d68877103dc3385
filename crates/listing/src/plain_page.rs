//! Reads a page as S3 writes it, several times as fast as an XML reader can: elements in elements, no attributes but the namespace, no
//! comments, the five entities. Anything else is not read here but by the library, in [`page`](crate::page).

use std::borrow::Cow;

use memchr::memchr;

use crate::page::{Fields, Inner, Outer, Top};

/// What stands in a plain page; none where it is not plain.
pub(crate) fn read(document: &[u8]) -> Option<Result<Top, String>> {
    let text = std::str::from_utf8(document).ok()?;
    let (_, rest) = text.split_once("<ListVersionsResult")?;
    let (attributes, rest) = rest.split_once('>')?;
    if attributes.ends_with('/') {
        return None;
    }
    let mut scan = Scan { rest };
    let mut top = Top::default();
    loop {
        let name = scan.open()?;
        match name {
            Tag::Close("ListVersionsResult") => {
                return scan.rest.trim().is_empty().then_some(Ok(top));
            }
            Tag::Close(_) => return None,
            Tag::Empty => {}
            Tag::Open(name) => match Outer::named(name.as_bytes()) {
                kind @ (Outer::Version | Outer::DeleteMarker) => {
                    let mut fields = Fields::default();
                    loop {
                        match scan.open()? {
                            Tag::Close(closed) if closed == name => break,
                            Tag::Close(_) => return None,
                            Tag::Empty => {}
                            Tag::Open("Owner") => scan.skip("</Owner>")?,
                            Tag::Open("RestoreStatus") => scan.skip("</RestoreStatus>")?,
                            Tag::Open(inner) => {
                                let text = scan.text(inner)?;
                                if let Err(why) = fields.set(Inner::named(inner.as_bytes()), &text) {
                                    return Some(Err(why));
                                }
                            }
                        }
                    }
                    if let Err(why) = top.entry(kind, &mut fields) {
                        return Some(Err(why));
                    }
                }
                kind => {
                    let text = scan.text(name)?;
                    if let Err(why) = top.set(kind, &text) {
                        return Some(Err(why));
                    }
                }
            },
        }
    }
}

enum Tag<'a> {
    Open(&'a str),
    Close(&'a str),
    Empty,
}

struct Scan<'a> {
    rest: &'a str,
}

impl<'a> Scan<'a> {
    /// The next tag; white space may stand before it, and nothing else.
    fn open(&mut self) -> Option<Tag<'a>> {
        let rest = self.rest.trim_ascii_start().strip_prefix('<')?;
        let end = memchr(b'>', rest.as_bytes())?;
        let name = &rest[..end];
        self.rest = &rest[end + 1..];
        let (name, tag): (&str, fn(&'a str) -> Tag<'a>) = match (name.strip_prefix('/'), name.strip_suffix('/')) {
            (Some(name), _) => (name, Tag::Close),
            (None, Some(name)) => (name, |_| Tag::Empty),
            (None, None) => (name, Tag::Open),
        };
        let plain = !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric());
        plain.then(|| tag(name))
    }

    /// The text of an element that has nothing but text, and its end.
    fn text(&mut self, name: &str) -> Option<Cow<'a, str>> {
        let end = memchr(b'<', self.rest.as_bytes())?;
        let text = &self.rest[..end];
        self.rest = self.rest[end..]
            .strip_prefix("</")?
            .strip_prefix(name)?
            .strip_prefix('>')?;
        if memchr(b'&', text.as_bytes()).is_none() {
            // A reader makes one line end of CR and LF.
            return (memchr(b'\r', text.as_bytes()).is_none()).then_some(Cow::Borrowed(text));
        }
        let mut plain = String::with_capacity(text.len());
        let mut pieces = text.split('&');
        plain.push_str(pieces.next()?);
        for piece in pieces {
            let (entity, after) = piece.split_once(';')?;
            plain.push(match entity {
                "amp" => '&',
                "lt" => '<',
                "gt" => '>',
                "quot" => '"',
                "apos" => '\'',
                _ => return None,
            });
            plain.push_str(after);
        }
        Some(Cow::Owned(plain))
    }

    /// Behind the next `end`, from tag to tag: a substring search would be set up anew for each entry.
    fn skip(&mut self, end: &str) -> Option<()> {
        let mut rest = self.rest;
        loop {
            rest = &rest[memchr(b'<', rest.as_bytes())?..];
            if let Some(behind) = rest.strip_prefix(end) {
                self.rest = behind;
                return Some(());
            }
            rest = &rest[1..];
        }
    }
}
