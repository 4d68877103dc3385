//! When a run may disturb: once, or every week, in a time zone that people read; not on frozen dates.

use jiff::civil::{Date, Time, Weekday};
use jiff::tz::TimeZone;
use jiff::{SignedDuration, Timestamp, ToSpan};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A span of time in which disturbing steps may start.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
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

/// Dates on which nothing is disturbed, whatever the windows say: holidays, a sales week, the end of the year.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Freeze {
    /// The first date.
    pub from: Date,
    /// The last date, itself frozen.
    pub until: Date,
    /// The zone that the dates are of: an IANA name.
    pub timezone: String,
    /// Why, for people.
    #[serde(skip_serializing_if = "String::is_empty", default)]
    pub reason: String,
}

/// A window as it lies in absolute time.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Opening {
    /// It opens.
    pub from: Timestamp,
    /// It closes.
    pub until: Timestamp,
}

impl Opening {
    /// Whether it holds the moment.
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.from <= now && now < self.until
    }

    /// What is left of it, in seconds.
    pub fn left(&self, now: Timestamp) -> u64 {
        let left = self.until.duration_since(self.from.max(now)).as_secs();
        u64::try_from(left).unwrap_or(0)
    }
}

impl Window {
    /// Its openings that are not over at `now` and begin within so many days of it, in order.
    fn openings(&self, now: Timestamp, days: i64) -> Vec<Opening> {
        match self {
            Window::Once { from, until } => {
                let opening = Opening {
                    from: *from,
                    until: *until,
                };
                (now < *until).then_some(opening).into_iter().collect()
            }
            Window::Weekly {
                weekday,
                at,
                seconds,
                timezone,
            } => {
                let (Ok(zone), Ok(weekday)) = (TimeZone::get(timezone), Weekday::from_monday_one_offset(*weekday))
                else {
                    return Vec::new();
                };
                let today = now.to_zoned(zone.clone()).date();
                // From eight days back: an opening of up to a week that holds `now` began in that time.
                let Ok(first) = today.checked_sub(8.days()) else {
                    return Vec::new();
                };
                let ahead = (i64::from(weekday.to_monday_one_offset())
                    - i64::from(first.weekday().to_monday_one_offset()))
                .rem_euclid(7);
                (0..)
                    .map_while(|week: i64| {
                        first
                            .checked_add((ahead + 7 * week).days())
                            .ok()
                            .filter(|_| 7 * week <= days + 8)
                    })
                    .filter_map(|date| {
                        let from = date.to_datetime(*at).to_zoned(zone.clone()).ok()?.timestamp();
                        let until = from.checked_add(SignedDuration::from_secs(*seconds)).ok()?;
                        (now < until).then_some(Opening { from, until })
                    })
                    .collect()
            }
        }
    }
}

impl Freeze {
    /// From the first date's beginning to the last one's end. None where the zone is not known.
    pub fn span(&self) -> Option<Opening> {
        let zone = TimeZone::get(&self.timezone).ok()?;
        let from = self.from.to_zoned(zone.clone()).ok()?.timestamp();
        let until = self.until.tomorrow().ok()?.to_zoned(zone).ok()?.timestamp();
        Some(Opening { from, until })
    }
}

/// When a run may disturb: its windows without its freezes, and what an operator has granted beyond.
#[derive(Debug, Clone, Copy)]
pub struct Calendar<'p> {
    /// The windows; none: at any time.
    pub windows: &'p [Window],
    /// The dates that are taken out of them.
    pub frozen: &'p [Freeze],
    /// What an operator has granted beyond the windows, freezes or not.
    pub granted: Option<Opening>,
}

/// Most next openings are this near.
const SOON: i64 = 21;
/// No opening is looked for beyond this: a year, and the freeze that may end it.
const FAR: i64 = 400;

impl Calendar<'_> {
    /// Whether it restricts nothing.
    pub fn is_unrestricted(&self) -> bool {
        self.windows.is_empty() && self.frozen.is_empty()
    }

    /// The opening that holds `now`, or else the first that comes; none when none opens within a year. Windows that touch are one.
    pub fn current_or_next(&self, now: Timestamp) -> Option<Opening> {
        self.first(now, |_| true)
    }

    /// The opening that holds `now`.
    pub fn current(&self, now: Timestamp) -> Option<Opening> {
        self.openings(now, 0).into_iter().find(|opening| opening.is_open(now))
    }

    /// The first opening of which, from `now` on, so many seconds are left.
    pub fn first_with_room(&self, now: Timestamp, seconds: u64) -> Option<Opening> {
        self.first(now, |opening| opening.left(now) >= seconds)
    }

    /// The longest of the openings that come, in seconds; none where nothing is restricted.
    pub fn longest(&self, now: Timestamp) -> Option<u64> {
        if self.is_unrestricted() {
            return None;
        }
        let openings = self.openings(now, FAR);
        Some(openings.iter().map(|opening| opening.left(now)).max().unwrap_or(0))
    }

    fn first(&self, now: Timestamp, suits: impl Fn(&Opening) -> bool) -> Option<Opening> {
        [SOON, FAR]
            .into_iter()
            .find_map(|days| self.openings(now, days).into_iter().find(&suits))
    }

    /// In order, without overlaps, none of them over.
    fn openings(&self, now: Timestamp, days: i64) -> Vec<Opening> {
        let mut open: Vec<Opening> = self
            .windows
            .iter()
            .flat_map(|window| window.openings(now, days))
            .collect();
        if self.windows.is_empty() {
            let until = now
                .saturating_add(SignedDuration::from_hours(24 * FAR))
                .unwrap_or(Timestamp::MAX);
            open.push(Opening { from: now, until });
        }
        for frozen in self.frozen.iter().filter_map(Freeze::span) {
            open = open.into_iter().flat_map(|opening| without(opening, frozen)).collect();
        }
        open.extend(self.granted);
        open.retain(|opening| now < opening.until);
        open.sort_unstable();
        let mut joined: Vec<Opening> = Vec::new();
        for opening in open {
            match joined.last_mut() {
                Some(last) if opening.from <= last.until => last.until = last.until.max(opening.until),
                _ => joined.push(opening),
            }
        }
        joined
    }
}

/// What is left of an opening without a span: nothing, or what lies before and behind it.
fn without(opening: Opening, span: Opening) -> impl Iterator<Item = Opening> {
    let before = Opening {
        from: opening.from,
        until: opening.until.min(span.from),
    };
    let behind = Opening {
        from: opening.from.max(span.until),
        until: opening.until,
    };
    [before, behind].into_iter().filter(|left| left.from < left.until)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn weekly(weekday: i8, hour: i8, hours: i64) -> Window {
        Window::Weekly {
            weekday,
            at: Time::constant(hour, 0, 0, 0),
            seconds: hours * 3600,
            timezone: "Asia/Tokyo".into(),
        }
    }

    fn saturdays() -> Window {
        weekly(6, 22, 8)
    }

    fn at(text: &str) -> Timestamp {
        text.parse().expect("a time in a test")
    }

    fn of(windows: &[Window]) -> Calendar<'_> {
        Calendar {
            windows,
            frozen: &[],
            granted: None,
        }
    }

    #[test]
    fn a_weekly_window_is_open_past_local_midnight() {
        // Sunday 03:00 in Tokyo is Saturday 18:00 UTC.
        let windows = [saturdays()];
        assert!(of(&windows).current(at("2026-11-21T18:00:00Z")).is_some());
        assert!(of(&windows).current(at("2026-11-21T21:00:00Z")).is_none());
    }

    #[test]
    fn the_next_opening_is_found_from_any_weekday() {
        for day in 22..28 {
            let now = at(&format!("2026-11-{day}T12:00:00Z"));
            let next = of(&[saturdays()]).current_or_next(now).expect("it recurs");
            assert_eq!(next.from, at("2026-11-28T13:00:00Z"), "from the {day}th");
            assert_eq!(next.until, at("2026-11-28T21:00:00Z"));
        }
    }

    #[test]
    fn a_single_window_does_not_come_back() {
        let once = [Window::Once {
            from: at("2026-01-01T00:00:00Z"),
            until: at("2026-01-01T08:00:00Z"),
        }];
        assert_eq!(of(&once).current_or_next(at("2026-01-01T08:00:00Z")), None);
    }

    #[test]
    fn windows_that_touch_are_one_opening() {
        let windows = [saturdays(), weekly(7, 6, 3)];
        let opening = of(&windows)
            .current_or_next(at("2026-11-27T00:00:00Z"))
            .expect("it recurs");
        assert_eq!(
            (opening.from, opening.until),
            (at("2026-11-28T13:00:00Z"), at("2026-11-29T00:00:00Z"))
        );
    }

    #[test]
    fn a_freeze_cuts_a_window_and_skips_those_within() {
        // Saturday the 26th of December from 22:00 into the 27th; the 27th is frozen, and the 2nd of January whole.
        let windows = [saturdays()];
        let freeze = |from, until| Freeze {
            from,
            until,
            timezone: "Asia/Tokyo".into(),
            reason: "the end of the year".into(),
        };
        let frozen = [freeze(date(2026, 12, 27), date(2027, 1, 3))];
        let calendar = Calendar {
            frozen: &frozen,
            ..of(&windows)
        };
        let cut = calendar
            .current_or_next(at("2026-12-26T12:00:00Z"))
            .expect("two hours of it");
        assert_eq!(
            (cut.from, cut.until),
            (at("2026-12-26T13:00:00Z"), at("2026-12-26T15:00:00Z"))
        );
        let next = calendar.current_or_next(cut.until).expect("it recurs");
        assert_eq!(next.from, at("2027-01-09T13:00:00Z"));
        let roomy = calendar
            .first_with_room(at("2026-12-26T12:00:00Z"), 3 * 3600)
            .expect("a whole night");
        assert_eq!(roomy.from, at("2027-01-09T13:00:00Z"));
    }

    #[test]
    fn room_is_what_is_left_from_now_on() {
        let windows = [saturdays()];
        let late = at("2026-11-28T20:00:00Z");
        let room = |seconds| of(&windows).first_with_room(late, seconds).map(|opening| opening.from);
        assert_eq!(room(3600), Some(at("2026-11-28T13:00:00Z")));
        assert_eq!(room(3601), Some(at("2026-12-05T13:00:00Z")));
        assert_eq!(room(9 * 3600), None);
        assert_eq!(of(&windows).longest(late), Some(8 * 3600));
    }

    #[test]
    fn what_an_operator_grants_goes_beyond_the_window() {
        let windows = [saturdays()];
        let calendar = Calendar {
            granted: Some(Opening {
                from: at("2026-11-28T20:30:00Z"),
                until: at("2026-11-28T23:00:00Z"),
            }),
            ..of(&windows)
        };
        let opening = calendar.current(at("2026-11-28T20:45:00Z")).expect("it is open");
        assert_eq!(
            (opening.from, opening.until),
            (at("2026-11-28T13:00:00Z"), at("2026-11-28T23:00:00Z"))
        );
    }

    #[test]
    fn without_windows_only_the_frozen_dates_are_shut() {
        let frozen = [Freeze {
            from: date(2026, 11, 23),
            until: date(2026, 11, 23),
            timezone: "Asia/Tokyo".into(),
            reason: String::new(),
        }];
        let calendar = Calendar {
            windows: &[],
            frozen: &frozen,
            granted: None,
        };
        assert!(calendar.current(at("2026-11-22T14:59:00Z")).is_some());
        assert!(calendar.current(at("2026-11-22T15:00:00Z")).is_none());
        assert!(calendar.current(at("2026-11-23T15:00:00Z")).is_some());
    }

    #[test]
    fn a_window_keeps_its_length_when_clocks_change() {
        // In Berlin, the night in which clocks go back from 03:00 to 02:00 has an hour more.
        let windows = [Window::Weekly {
            weekday: 6,
            at: Time::constant(22, 0, 0, 0),
            seconds: 8 * 3600,
            timezone: "Europe/Berlin".into(),
        }];
        let opening = of(&windows)
            .current_or_next(at("2026-10-24T00:00:00Z"))
            .expect("it recurs");
        assert_eq!(
            (opening.from, opening.until),
            (at("2026-10-24T20:00:00Z"), at("2026-10-25T04:00:00Z"))
        );
    }
}
