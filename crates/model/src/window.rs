//! When a run may disturb: once, or every week, in a time zone that people read.

use jiff::civil::{Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use serde::{Deserialize, Serialize};

/// A span of time in which disturbing steps may start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "form", rename_all = "snake_case")]
pub enum Window {
    /// Every week, from a local time on a weekday.
    Weekly {
        /// 1 is Monday, 7 is Sunday.
        weekday: i8,
        /// Local time of day.
        at: Time,
        /// How long it stays open, in seconds.
        seconds: i64,
        /// IANA name, such as `Asia/Tokyo`.
        timezone: String,
    },
    /// One span.
    Once {
        /// It opens.
        from: Timestamp,
        /// It closes.
        until: Timestamp,
    },
}

/// A window as it lies in absolute time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Opening {
    /// It opens.
    pub from: Timestamp,
    /// It closes.
    pub until: Timestamp,
}

impl Window {
    /// The opening that holds `now`, or else the next one; none when it never opens again.
    pub fn current_or_next(&self, now: Timestamp) -> Option<Opening> {
        match self {
            Window::Once { from, until } => (now < *until).then_some(Opening {
                from: *from,
                until: *until,
            }),
            Window::Weekly {
                weekday,
                at,
                seconds,
                timezone,
            } => {
                let zone = TimeZone::get(timezone).ok()?;
                let weekday = Weekday::from_monday_one_offset(*weekday).ok()?;
                let today = now.to_zoned(zone.clone()).date();
                // From eight days back: an opening of up to a week that holds `now` began in that time.
                (-8..=8)
                    .filter_map(|days| today.checked_add(i64::from(days).days()).ok())
                    .filter(|date| date.weekday() == weekday)
                    .filter_map(|date| {
                        let from = date.to_datetime(*at).to_zoned(zone.clone()).ok()?.timestamp();
                        let until = from.checked_add(SignedDuration::from_secs(*seconds)).ok()?;
                        Some(Opening { from, until })
                    })
                    .find(|opening| now < opening.until)
            }
        }
    }
}

/// The opening that holds `now`, or else the first that comes, over all windows. Without windows there is no restriction:
/// ask [`is_open`] first.
pub fn current_or_next(windows: &[Window], now: Timestamp) -> Option<Opening> {
    windows.iter().filter_map(|window| window.current_or_next(now)).min()
}

/// Whether disturbing steps may start: no window is declared, or one is open.
pub fn is_open(windows: &[Window], now: Timestamp) -> bool {
    windows.is_empty() || current_or_next(windows, now).is_some_and(|opening| opening.from <= now)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn saturdays() -> Window {
        Window::Weekly {
            weekday: 6,
            at: Time::constant(22, 0, 0, 0),
            seconds: 8 * 3600,
            timezone: "Asia/Tokyo".into(),
        }
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time in a test")
    }

    #[test]
    fn a_weekly_window_is_open_past_local_midnight() {
        // Sunday 03:00 in Tokyo is Saturday 18:00 UTC.
        assert!(is_open(&[saturdays()], at("2026-11-21T18:00:00Z")));
        assert!(!is_open(&[saturdays()], at("2026-11-21T21:00:00Z")));
    }

    #[test]
    fn the_next_opening_is_found_from_any_weekday() {
        let next = saturdays()
            .current_or_next(at("2026-11-22T12:00:00Z"))
            .expect("it recurs");
        assert_eq!(next.from, at("2026-11-28T13:00:00Z"));
        assert_eq!(next.until, at("2026-11-28T21:00:00Z"));
    }

    #[test]
    fn a_single_window_does_not_come_back() {
        let once = Window::Once {
            from: at("2026-01-01T00:00:00Z"),
            until: at("2026-01-01T08:00:00Z"),
        };
        assert_eq!(once.current_or_next(at("2026-01-01T08:00:00Z")), None);
    }
}
