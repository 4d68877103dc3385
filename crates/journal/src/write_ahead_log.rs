//! Tells a damaged write-ahead log from one whose last transaction was cut off by a crash.
//!
//! SQLite reads a log up to its first frame whose checksum does not fit, and takes the rest for the remains of a crash. After a
//! crash that is right. After damage it drops committed transactions without a word, and because each of ours carries its own mark
//! of where the history ends, nothing in the database would show it. The two can be told apart: every one of our commits of events
//! waits for the disk, so that a crash cuts off only the last; behind real damage, later commits of the same log still stand.

use crate::error::JournalError;

/// Bytes before the first frame, and before each frame's page.
const LOG_HEADER: usize = 32;
const FRAME_HEADER: usize = 24;

/// What a log shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Finding {
    /// Every frame fits, or only the last transaction is cut off.
    Sound,
    /// The frame of this number (from 0) does not fit, and whole transactions stand behind it.
    Damaged {
        /// Which frame.
        frame: usize,
    },
    /// The log's own header does not fit.
    BadHeader,
}

/// Looks at the bytes of a log.
pub(crate) fn examine(log: &[u8]) -> Finding {
    // A log that is only just being started holds nothing yet.
    if log.len() < LOG_HEADER + FRAME_HEADER {
        return Finding::Sound;
    }
    let big_endian = match word(log, 0) {
        0x377f_0682 => false,
        0x377f_0683 => true,
        _ => return Finding::BadHeader,
    };
    let page = word(log, 8) as usize;
    let mut sum = checksum((0, 0), &log[..24], big_endian);
    if sum != (word(log, 24), word(log, 28)) || !page.is_power_of_two() || !(512..=65536).contains(&page) {
        return Finding::BadHeader;
    }
    let salts = &log[16..24];
    let mut unfit = None;
    let mut commits_behind = 0;
    for (number, frame) in log[LOG_HEADER..].chunks_exact(FRAME_HEADER + page).enumerate() {
        let is_commit = word(frame, 4) != 0;
        // Frames of an earlier round of the log, not yet written over, carry other salts.
        let ours = frame[8..16] == *salts;
        match unfit {
            None => {
                let next = checksum(
                    checksum(sum, &frame[..8], big_endian),
                    &frame[FRAME_HEADER..],
                    big_endian,
                );
                if ours && next == (word(frame, 16), word(frame, 20)) {
                    sum = next;
                } else {
                    unfit = Some(number);
                    commits_behind += usize::from(ours && is_commit);
                }
            }
            Some(_) => commits_behind += usize::from(ours && is_commit),
        }
    }
    match unfit {
        // One commit may be the one that was cut off: its frames reach the disk in any order.
        Some(frame) if commits_behind >= 2 => Finding::Damaged { frame },
        Some(_) | None => Finding::Sound,
    }
}

/// Turns a finding that was seen repeatedly into an error.
pub(crate) fn refuse(finding: Finding) -> Result<(), JournalError> {
    match finding {
        Finding::Sound => Ok(()),
        Finding::Damaged { frame } => Err(JournalError::corrupt(format!(
            "frame {frame} of its write-ahead log does not fit, and committed transactions stand behind it"
        ))),
        Finding::BadHeader => Err(JournalError::corrupt("the header of its write-ahead log does not fit")),
    }
}

fn word(bytes: &[u8], at: usize) -> u32 {
    u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four bytes"))
}

/// SQLite's own, over pairs of words.
fn checksum(start: (u32, u32), bytes: &[u8], big_endian: bool) -> (u32, u32) {
    let (mut first, mut second) = start;
    let read = |four: &[u8]| {
        let four = four.try_into().expect("four bytes");
        if big_endian {
            u32::from_be_bytes(four)
        } else {
            u32::from_le_bytes(four)
        }
    };
    for pair in bytes.chunks_exact(8) {
        first = first.wrapping_add(read(&pair[..4])).wrapping_add(second);
        second = second.wrapping_add(read(&pair[4..])).wrapping_add(first);
    }
    (first, second)
}
