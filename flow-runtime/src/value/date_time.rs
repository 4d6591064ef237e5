//! A moment.

use std::fmt;
use std::str::FromStr;
use std::time::{Duration, SystemTime};

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::calendar::{date_of, days_from_epoch, digits};
use super::read::{self, Readable, Unfit};
use super::{Date, ValueError};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// China's time, which has no summer time.
const UTC_8: i64 = 8 * HOUR;

const INVALID: ValueError = ValueError(
    "a moment is a number of milliseconds since 1970, or a text such as \"2021-12-28T10:20:30Z\"",
);

pub(super) const OUT_OF_RANGE: ValueError = ValueError(
    "a moment is so far away that milliseconds of 64 bits, or the other type, cannot hold it",
);

/// A moment, in milliseconds since the start of 1970 in UTC.
///
/// | | |
/// |---|---|
/// | written | `1640658030000` |
/// | read | that, also as a string of digits; `"2021-12-28 10:20:30"`; a text with a zone after RFC 3339, such as `"2021-12-28T10:20:30+08:00"` |
///
/// **A text without a zone is taken for China's time (UTC+8).** The platform's documents show the form but do not say
/// which zone is meant; this is a guess from where the platform is at home. If your application shows that it means
/// another zone, read such an output as a `String`. What is finer than a millisecond is dropped, toward the past. A leap
/// second (`23:59:60`) is the second after it, as it is to the clocks of computers.
///
/// ```
/// use apaas_flow::value::DateTime;
///
/// let moment = DateTime::new(1640658030000);
/// assert_eq!(serde_json::to_string(&moment)?, "1640658030000");
/// for text in [r#""1640658030000""#, r#""2021-12-28 10:20:30""#, r#""2021-12-28T02:20:30Z""#] {
///     assert_eq!(serde_json::from_str::<DateTime>(text)?, moment);
/// }
/// assert_eq!(moment.to_string(), "2021-12-28T02:20:30.000Z");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct DateTime(i64);

impl DateTime {
    /// The moment this many milliseconds after the start of 1970 in UTC.
    pub const fn new(milliseconds: i64) -> Self {
        Self(milliseconds)
    }

    /// The milliseconds since the start of 1970 in UTC.
    pub const fn milliseconds(self) -> i64 {
        self.0
    }

    /// From the nanoseconds since 1970, in any year of five digits.
    #[cfg(any(feature = "jiff02", feature = "time03"))]
    pub(super) fn from_nanoseconds(nanoseconds: i128) -> Self {
        let milliseconds = nanoseconds.div_euclid(1_000_000);
        Self(i64::try_from(milliseconds).unwrap_or(i64::MAX))
    }
}

/// From milliseconds since 1970.
impl From<i64> for DateTime {
    fn from(milliseconds: i64) -> Self {
        Self(milliseconds)
    }
}

/// Milliseconds since 1970-01-01, UTC.
impl From<DateTime> for i64 {
    fn from(moment: DateTime) -> Self {
        moment.milliseconds()
    }
}

/// Fails where a moment is hundreds of millions of years away.
impl TryFrom<SystemTime> for DateTime {
    type Error = ValueError;

    fn try_from(time: SystemTime) -> Result<Self, ValueError> {
        let milliseconds = match time.duration_since(SystemTime::UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_millis()),
            // toward the past here too
            Err(before) => i64::try_from(before.duration().as_nanos().div_ceil(1_000_000))
                .map(|milliseconds| -milliseconds),
        };
        milliseconds.map(Self).map_err(|_| OUT_OF_RANGE)
    }
}

/// Fails where the system's clock cannot hold the moment.
impl TryFrom<DateTime> for SystemTime {
    type Error = ValueError;

    fn try_from(moment: DateTime) -> Result<Self, ValueError> {
        let distance = Duration::from_millis(moment.0.unsigned_abs());
        let time = if moment.0 < 0 {
            Self::UNIX_EPOCH.checked_sub(distance)
        } else {
            Self::UNIX_EPOCH.checked_add(distance)
        };
        time.ok_or(OUT_OF_RANGE)
    }
}

/// From what the type's own page says is read.
impl FromStr for DateTime {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        read::integer(text)
            .or_else(|| in_words(text))
            .map(Self)
            .ok_or(INVALID)
    }
}

/// `2021-12-28 10:20:30`, `2021-12-28T10:20:30.500+08:00`.
fn in_words(text: &str) -> Option<i64> {
    let (date, rest) = Date::parse(text)?;
    let (hours, rest) = digits::<i64>(rest.strip_prefix([' ', 'T', 't'])?, 2)?;
    let (minutes, rest) = digits::<i64>(rest.strip_prefix(':')?, 2)?;
    let (seconds, rest) = digits::<i64>(rest.strip_prefix(':')?, 2)?;
    let (fraction, zone) = match rest.strip_prefix('.') {
        Some(rest) => fraction(rest)?,
        None => (0, rest),
    };
    let days = days_from_epoch(date.year().into(), date.month(), date.day());
    let minute = days * DAY + hours * HOUR + minutes * MINUTE - offset(zone)?;
    // The day is not looked at, since the zone may be a guess; in UTC a leap second ends an hour.
    let most_seconds = match minute.rem_euclid(HOUR) / MINUTE {
        59 => 60,
        _ => 59,
    };
    let is_valid = hours < 24 && minutes < 60 && seconds <= most_seconds;
    is_valid.then_some(minute + seconds * SECOND + fraction)
}

/// The digits behind a second's point, to the millisecond, and what follows them.
fn fraction(text: &str) -> Option<(i64, &str)> {
    let end = text
        .find(|c: char| !c.is_ascii_digit())
        .unwrap_or(text.len());
    let (fraction, rest) = text.split_at_checked(end)?;
    if fraction.is_empty() {
        return None;
    }
    let milliseconds = [100, 10, 1]
        .iter()
        .zip(fraction.bytes())
        .map(|(unit, digit)| unit * i64::from(digit - b'0'))
        .sum();
    Some((milliseconds, rest))
}

/// How far a zone is ahead of UTC.
fn offset(zone: &str) -> Option<i64> {
    let (sign, rest) = match zone.split_at_checked(1) {
        _ if zone.is_empty() => return Some(UTC_8),
        Some(("Z" | "z", "")) => return Some(0),
        Some(("+", rest)) => (1, rest),
        Some(("-", rest)) => (-1, rest),
        _ => return None,
    };
    let (hours, rest) = digits::<i64>(rest, 2)?;
    let (minutes, rest) = digits::<i64>(rest.strip_prefix(':').unwrap_or(rest), 2)?;
    (rest.is_empty() && hours < 24 && minutes < 60)
        .then_some(sign * (hours * HOUR + minutes * MINUTE))
}

/// After RFC 3339, in UTC: `2021-12-28T02:20:30.000Z`.
impl fmt::Display for DateTime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (year, month, day) = date_of(self.0.div_euclid(DAY));
        let time = self.0.rem_euclid(DAY);
        write!(
            f,
            "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:03}Z",
            time / HOUR,
            time / MINUTE % 60,
            time / SECOND % 60,
            time % SECOND
        )
    }
}

impl Serialize for DateTime {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_i64(self.0)
    }
}

impl Readable for DateTime {
    const EXPECTED: &'static str =
        "a moment: milliseconds since 1970, or a string such as \"2021-12-28 10:20:30\"";

    fn from_text(text: &str) -> Result<Self, Unfit> {
        Ok(text.parse()?)
    }

    fn from_integer(milliseconds: i64) -> Result<Self, Unfit> {
        Ok(Self(milliseconds))
    }
}

impl<'de> Deserialize<'de> for DateTime {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read::any(deserializer)
    }
}
