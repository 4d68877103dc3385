//! How moments and spans of time are written.

use jiff::Timestamp;
use jiff::tz::TimeZone;
use model::{Plan, Window};

use crate::words::Language;

/// Writes moments in one time zone: that of the first window which names one, else UTC.
#[derive(Debug, Clone)]
pub(crate) struct Moments {
    zone: TimeZone,
    /// The zone as it is shown: `Asia/Tokyo (UTC+09:00)`.
    pub(crate) name: String,
    /// The zone as programs name it: `Asia/Tokyo`.
    pub(crate) iana: String,
    /// The clocks change within the report: a local time alone would be ambiguous.
    changes: bool,
}

impl Moments {
    /// For a plan whose report covers this span.
    pub(crate) fn of(plan: &Plan, from: Timestamp, to: Timestamp) -> Self {
        let named = plan.windows.iter().find_map(|window| match window {
            Window::Weekly { timezone, .. } => Some((timezone.as_str(), TimeZone::get(timezone).ok()?)),
            Window::Once { .. } => None,
        });
        match named {
            Some((name, zone)) if !name.eq_ignore_ascii_case("UTC") => {
                let (first, last) = (zone.to_offset(from), zone.to_offset(to));
                let changes = first != last;
                let offset = from.to_zoned(zone.clone()).strftime("%:z").to_string();
                let iana = name.to_owned();
                let name = if changes {
                    iana.clone()
                } else {
                    format!("{iana} (UTC{offset})")
                };
                Self {
                    zone,
                    name,
                    iana,
                    changes,
                }
            }
            _ => Self {
                zone: TimeZone::UTC,
                name: "UTC".to_owned(),
                iana: "UTC".to_owned(),
                changes: false,
            },
        }
    }

    /// Date and time of day to the second.
    pub(crate) fn full(&self, at: Timestamp) -> String {
        let form = if self.changes {
            "%Y-%m-%d %H:%M:%S %:z"
        } else {
            "%Y-%m-%d %H:%M:%S"
        };
        self.write(at, form)
    }

    /// Date and time of day with the zone.
    pub(crate) fn named(&self, at: Timestamp) -> String {
        format!("{} {}", self.full(at), self.name)
    }

    /// The time of day, for an axis; seconds only where they matter.
    pub(crate) fn clock(&self, at: Timestamp, seconds: bool) -> String {
        self.write(at, if seconds { "%H:%M:%S" } else { "%H:%M" })
    }

    /// Day and time of day, for a label.
    pub(crate) fn short(&self, at: Timestamp) -> String {
        self.write(at, "%m-%d %H:%M")
    }

    /// The date.
    pub(crate) fn date(&self, at: Timestamp) -> String {
        self.write(at, "%Y-%m-%d")
    }

    /// How far local time is ahead of UTC at a moment, in milliseconds: ticks fall on whole local hours.
    pub(crate) fn ahead_millis(&self, at: Timestamp) -> i64 {
        i64::from(self.zone.to_offset(at).seconds()) * 1000
    }

    fn write(&self, at: Timestamp, form: &str) -> String {
        at.to_zoned(self.zone.clone()).strftime(form).to_string()
    }
}

/// A span of time in its two greatest units.
pub(crate) fn lasting(millis: i64, language: Language) -> String {
    let millis = millis.max(0);
    let seconds = millis / 1000;
    let (day, hour, minute, second, milli) = match language {
        Language::En => ("d", "h", "min", "s", "ms"),
        Language::Ja => ("日", "時間", "分", "秒", "ミリ秒"),
    };
    if millis == 0 {
        return format!("0 {second}");
    }
    let (great, great_unit, small, small_unit) = match seconds {
        0 => (millis, milli, 0, ""),
        1..60 => (seconds, second, 0, ""),
        60..3600 => (seconds / 60, minute, seconds % 60, second),
        3600..86400 => (seconds / 3600, hour, seconds % 3600 / 60, minute),
        86400.. => (seconds / 86400, day, seconds % 86400 / 3600, hour),
        _ => unreachable!("a span is not negative"),
    };
    if small == 0 {
        format!("{great} {great_unit}")
    } else {
        format!("{great} {great_unit} {small} {small_unit}")
    }
}
