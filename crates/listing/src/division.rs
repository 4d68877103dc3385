//! Divides a bucket's keys among requests in flight, while they are being listed, by what has been seen of them. Nothing is known
//! beforehand: a bucket may be one flat row of numbers, or have nine keys in ten under one prefix.
//!
//! A *part* is a range of keys, listed page by page. When a request could be made and every part has one already, parts are cut:
//! the new part begins behind a key that need not exist. A cut behind the last key costs one request and shows where the keys end.
//! What may not enter: requests, clocks, buckets. Parts are cut here, and listed elsewhere.

use std::collections::VecDeque;

use model::listing::ListedEntry;

use crate::page::{Marker, Page};
use crate::seen::{Position, Seen, common_prefix};

/// A range of keys: behind `after`, up to and with `until`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Part {
    /// Its number; numbers say nothing of the order.
    pub number: u32,
    /// Behind this key; absent: from the first.
    pub after: Option<String>,
    /// Up to and with this key; absent: to the last.
    pub until: Option<String>,
    /// Where the next page starts; absent: at the beginning of the range.
    pub cursor: Option<Marker>,
    /// Entries so far.
    pub entries: u64,
    /// Whether all of it is listed.
    pub done: bool,
}

/// A page to ask for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ask {
    /// For which part.
    pub part: u32,
    /// Where it starts; absent: at the bucket's first key.
    pub marker: Option<Marker>,
}

/// Parts that cover all keys.
#[derive(Debug, Clone, Default)]
pub struct Division {
    /// In the order of their keys.
    parts: Vec<Live>,
    seen: Seen,
    next_number: u32,
    /// How often, of late, even cuts have met keys: where keys stand in clumps, they are not to be expected evenly.
    even: Luck,
}

/// A share that follows what happened last.
#[derive(Debug, Clone, Copy)]
struct Luck(f64);

impl Default for Luck {
    fn default() -> Self {
        Self(1.0)
    }
}

impl Luck {
    fn note(&mut self, lucky: bool) {
        self.0 = self.0 * 0.9 + if lucky { 0.1 } else { 0.0 };
    }

    fn is_good(self) -> bool {
        self.0 > 0.6
    }
}

#[derive(Debug, Clone)]
struct Live {
    part: Part,
    asked: bool,
    /// Begun by a cut among even ones.
    evenly: bool,
    /// Whether the next part begins where this one ends and has keys: then keys are to be expected up to the end.
    bounded: bool,
    /// The first keys of its last pages: one page may be a night's, the next a minute's.
    recent: VecDeque<String>,
    extent: Option<Extent>,
}

/// What is left of a part behind its last page, measured in a frame in which the page itself can be measured.
#[derive(Debug, Clone)]
struct Extent {
    frame: String,
    /// The last key listed.
    last: String,
    at: Position,
    /// What the last page took up.
    page: Position,
    /// The end of the part, or of the frame where the part is longer.
    end: Position,
    /// The frame is narrower than the part: keys behind it are reached by a cut behind the frame.
    narrower: bool,
}

/// A page narrower than this, in its frame, is measured in a narrower frame: too few digits are left to cut by.
const FINEST: Position = 1 << 40;
/// What is expected to be shorter than so many pages, the one in flight among them, is not cut.
const WORTH_A_CUT: f64 = 2.5;
/// An open range may end anywhere: it is not taken for longer than so many pages when it competes for requests.
const OPEN_LOOKS_LIKE: f64 = 48.0;
/// Keys of each page from which the division learns, and of the first pages.
const LEARN: usize = 12;
const LEARN_AT_FIRST: usize = 100;
/// So many pages are measured together.
const RECENT: usize = 16;

impl Division {
    /// One part: all keys.
    pub fn new() -> Self {
        Self::resume([Part {
            number: 0,
            after: None,
            until: None,
            cursor: None,
            entries: 0,
            done: false,
        }])
    }

    /// The parts of a listing that was interrupted.
    pub fn resume(parts: impl IntoIterator<Item = Part>) -> Self {
        let mut parts: Vec<Live> = parts
            .into_iter()
            .map(|part| Live {
                part,
                asked: false,
                evenly: false,
                bounded: false,
                recent: VecDeque::new(),
                extent: None,
            })
            .collect();
        parts.sort_by(|a, b| a.part.after.cmp(&b.part.after));
        let next_number = parts.iter().map(|live| live.part.number + 1).max().unwrap_or_default();
        Self {
            parts,
            seen: Seen::default(),
            next_number,
            even: Luck::default(),
        }
    }

    /// The parts, in the order of their keys: one behind the other they are the whole bucket.
    pub fn parts(&self) -> impl Iterator<Item = &Part> {
        self.parts.iter().map(|live| &live.part)
    }

    /// Whether everything is listed.
    pub fn is_done(&self) -> bool {
        self.parts.iter().all(|live| live.part.done)
    }

    /// Up to `free` pages to ask for now; each must be answered by [`heard`](Self::heard) or [`unheard`](Self::unheard).
    pub fn asks(&mut self, free: usize) -> Vec<Ask> {
        let mut asks = self.ask_idle(free);
        if asks.len() < free {
            self.cut(free - asks.len());
            asks.extend(self.ask_idle(free - asks.len()));
        }
        asks
    }

    fn ask_idle(&mut self, free: usize) -> Vec<Ask> {
        let idle = self.parts.iter_mut().filter(|live| !live.asked && !live.part.done);
        let ask = idle.take(free).map(|live| {
            live.asked = true;
            let at_start = || live.part.after.clone().map(|key| Marker { key, version_id: None });
            Ask {
                part: live.part.number,
                marker: live.part.cursor.clone().or_else(at_start),
            }
        });
        ask.collect()
    }

    /// A page did not come: it is asked for again.
    pub fn unheard(&mut self, part: u32) {
        if let Some(live) = self.parts.iter_mut().find(|live| live.part.number == part) {
            live.asked = false;
        }
    }

    /// A page has come. What belongs to another part, since this one was cut while the page was on its way, is taken out of it.
    /// Gives the part as it stands now; none where there is no such part.
    pub fn heard(&mut self, part: u32, page: &mut Page) -> Option<&Part> {
        let index = self.parts.iter().position(|live| live.part.number == part)?;
        self.learn(&page.entries);
        let live = &mut self.parts[index];
        live.asked = false;
        let listed = page.entries.len();
        if let Some(until) = &live.part.until {
            let mine = page.entries.partition_point(|entry| entry.key <= *until);
            page.entries.truncate(mine);
        }
        let beyond = page.entries.len() < listed
            || match (&page.next, &live.part.until) {
                (None, _) => true,
                (Some(_), None) => false,
                // Behind all entries of the last key: with a version id, more of them may come.
                (Some(next), Some(until)) => next.key > *until || (next.key == *until && next.version_id.is_none()),
            };
        let (new, empty) = (live.part.entries == 0, page.entries.is_empty());
        if new && live.evenly {
            self.even.note(!empty);
        }
        let first = new && !empty;
        live.part.entries += page.entries.len() as u64;
        live.part.done = beyond;
        live.part.cursor = if beyond { None } else { page.next.clone() };
        if let Some(first) = page.entries.first() {
            if live.recent.len() == RECENT {
                live.recent.pop_front();
            }
            live.recent.push_back(first.key.clone());
        }
        live.extent = if beyond { None } else { self.seen.extent(live, page) };
        if first {
            let start = self.parts[index].part.after.clone();
            if let Some(before) = index.checked_sub(1).map(|before| &mut self.parts[before])
                && before.part.until == start
            {
                before.bounded = true;
            }
        }
        Some(&self.parts[index].part)
    }

    fn learn(&mut self, entries: &[ListedEntry]) {
        let wanted = if self.parts.len() < 3 { LEARN_AT_FIRST } else { LEARN };
        let stride = (entries.len() / wanted).max(1);
        for entry in entries.iter().step_by(stride).chain(entries.last()) {
            self.seen.note(&entry.key);
        }
    }

    /// Cuts parts until about `wanted` new ones are there, the longest first.
    fn cut(&mut self, wanted: usize) {
        let mut lengths: Vec<(f64, usize)> = Vec::new();
        for (index, live) in self.parts.iter().enumerate() {
            if let Some(extent) = live.extent.as_ref().filter(|_| live.asked) {
                let length = extent.length(live.bounded && self.even.is_good());
                if length >= WORTH_A_CUT {
                    lengths.push((length, index));
                }
            }
        }
        let total: f64 = lengths.iter().map(|(length, _)| length).sum();
        lengths.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
        let mut left = wanted;
        let mut cuts: Vec<(usize, usize)> = Vec::new();
        for (length, index) in lengths {
            if left == 0 {
                break;
            }
            // Each in proportion to its length, but no piece shorter than two pages.
            let evenly = self.parts[index].bounded && self.even.is_good();
            let most = if evenly { length / 2.0 } else { 32.0 };
            let share = (wanted as f64 * length / total).ceil().min(most.floor()).max(1.0);
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "between 1 and the number of requests in flight"
            )]
            let share = (share as usize).min(left);
            left -= share;
            cuts.push((index, share));
        }
        // From the back, so that places stay what they are.
        cuts.sort_unstable();
        for (index, count) in cuts.into_iter().rev() {
            self.cut_part(index, count);
        }
    }

    fn cut_part(&mut self, index: usize, count: usize) {
        let live = &self.parts[index];
        let Some(extent) = &live.extent else { return };
        let evenly = live.bounded && self.even.is_good();
        let mut points = self.seen.points(extent, evenly, count);
        let until = live.part.until.clone();
        points.retain(|point| *point > extent.last && until.as_ref().is_none_or(|until| point < until));
        points.sort();
        points.dedup();
        let Some(first) = points.first().cloned() else {
            // Nothing to cut by: not tried again before the next page.
            self.parts[index].extent = None;
            return;
        };
        let (bounded, evenly) = (live.bounded, evenly && !extent.narrower);
        let ends = points.iter().skip(1).cloned().map(Some).chain([until]);
        let last = points.len() - 1;
        let new: Vec<Live> = (0..)
            .zip(points.iter().cloned().zip(ends))
            .map(|(place, (after, until))| Live {
                part: Part {
                    number: self.next_number + place,
                    after: Some(after),
                    until,
                    cursor: None,
                    entries: 0,
                    done: false,
                },
                asked: false,
                evenly,
                bounded: bounded && place as usize == last,
                recent: VecDeque::new(),
                extent: None,
            })
            .collect();
        self.next_number += u32::try_from(new.len()).unwrap_or_default();
        let cut = &mut self.parts[index];
        cut.part.until = Some(first);
        cut.bounded = false;
        cut.extent = cut.extent.take().and_then(|extent| self.seen.shortened(extent, cut));
        self.parts.splice(index + 1..index + 1, new);
    }
}

impl Extent {
    /// How many pages are to be expected behind the last one.
    fn length(&self, evenly: bool) -> f64 {
        let pages = (self.end.saturating_sub(self.at)) as f64 / self.page.max(1) as f64;
        match (evenly, self.narrower) {
            (true, false) => pages,
            (true, true) => pages.max(OPEN_LOOKS_LIKE),
            (false, _) => pages.sqrt().min(OPEN_LOOKS_LIKE),
        }
    }
}

impl Seen {
    fn extent(&self, live: &Live, page: &Page) -> Option<Extent> {
        let (first, last) = (live.recent.front()?, page.entries.last()?);
        let until = live.part.until.as_deref();
        self.measure(first, live.recent.len(), &last.key, until)
    }

    /// Measures in the widest frame in which the page is not too narrow.
    fn measure(&self, first: &str, pages: usize, last: &str, until: Option<&str>) -> Option<Extent> {
        let widest = until.map_or("", |until| common_prefix(last, until));
        // A frame must hold the page as well.
        let widest = common_prefix(widest, first);
        let in_page = common_prefix(last, first);
        let mut frame = widest;
        loop {
            let (at, from) = (self.position(frame, last), self.position(frame, first));
            let page = at.saturating_sub(from) / pages as Position;
            let longer = in_page[frame.len()..].chars().next();
            if page >= FINEST || longer.is_none() {
                let narrower = frame.len() > widest.len();
                let end = match until {
                    Some(until) if !narrower => self.position(frame, until),
                    Some(_) | None => Position::MAX,
                };
                return (end > at).then(|| Extent {
                    frame: frame.to_owned(),
                    last: last.to_owned(),
                    at,
                    page: page.max(1),
                    end,
                    narrower,
                });
            }
            let longer = longer.map_or(0, char::len_utf8);
            frame = &in_page[..frame.len() + longer];
        }
    }

    /// The same part with a nearer end.
    fn shortened(&self, extent: Extent, cut: &Live) -> Option<Extent> {
        let until = cut.part.until.as_deref()?;
        if !until.starts_with(&extent.frame) {
            // Cut behind the frame: inside it, everything is as it was.
            return Some(Extent {
                narrower: false,
                ..extent
            });
        }
        let end = self.position(&extent.frame, until);
        (end > extent.at).then_some(Extent {
            end,
            narrower: false,
            ..extent
        })
    }

    /// Where to cut. Up to a key that is known to be there, evenly. Otherwise the keys may end anywhere between the next page and
    /// the end of the range: each cut is so many times farther than the one before.
    fn points(&self, extent: &Extent, evenly: bool, count: usize) -> Vec<String> {
        let Extent {
            frame,
            at,
            page,
            end,
            narrower,
            ..
        } = extent;
        let mut points = Vec::with_capacity(count);
        let mut count = count;
        if *narrower {
            // The first key behind everything that begins like this page.
            points.push(format!("{frame}\u{10FFFF}"));
            count -= 1;
        }
        // The page that is on its way is left out.
        let from = at.saturating_add(*page);
        let range = end.saturating_sub(from);
        if range == 0 {
            return points;
        }
        let pieces = count as f64 + 1.0;
        let mut before = from;
        for piece in 1..=count {
            let part = piece as f64 / pieces;
            let distance = if evenly && !narrower {
                range as f64 * part
            } else {
                let nearest = (*page as f64).min(range as f64 / 2.0);
                nearest * (range as f64 / nearest).powf(part)
            };
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "a part of the range, not below zero"
            )]
            let point = from.saturating_add(distance as Position);
            let precision = (point.saturating_sub(before)) / 16;
            points.push(self.key_at(frame, point, precision));
            before = point;
        }
        points
    }
}

#[cfg(test)]
#[path = "division_tests.rs"]
mod tests;
