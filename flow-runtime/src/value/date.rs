//! A day of the calendar.

use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::ValueError;
use super::calendar::{days_in_month, digits};
use super::read::{self, Readable, Unfit};

const INVALID: ValueError =
    ValueError("a date is a day of the calendar, such as \"2023-05-10\", in the years 1 to 9999");

/// A day of the calendar, in the years 1 to 9999.
///
/// Written and read as `"2023-05-10"`, in every form of the platform's.
///
/// ```
/// use apaas_flow::value::Date;
///
/// let day = Date::new(2023, 5, 10)?;
/// assert_eq!(serde_json::to_string(&day)?, r#""2023-05-10""#);
/// assert_eq!(serde_json::from_str::<Date>(r#""2023-05-10""#)?, day);
/// assert!("2023-02-29".parse::<Date>().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Date {
    year: u16,
    month: u8,
    day: u8,
}

impl Date {
    /// This day.
    ///
    /// # Errors
    /// If the calendar does not have it, or the year is not one of 1 to 9999.
    pub const fn new(year: u16, month: u8, day: u8) -> Result<Self, ValueError> {
        if year >= 1
            && year <= 9999
            && month >= 1
            && month <= 12
            && day >= 1
            && day <= days_in_month(year as i64, month)
        {
            Ok(Self { year, month, day })
        } else {
            Err(INVALID)
        }
    }

    /// The year, 1 to 9999.
    pub const fn year(self) -> u16 {
        self.year
    }

    /// The month, 1 to 12.
    pub const fn month(self) -> u8 {
        self.month
    }

    /// The day of the month, 1 to 31.
    pub const fn day(self) -> u8 {
        self.day
    }

    /// From the text of a date, and what follows it.
    pub(super) fn parse(text: &str) -> Option<(Self, &str)> {
        let (year, rest) = digits(text, 4)?;
        let (month, rest) = digits(rest.strip_prefix('-')?, 2)?;
        let (day, rest) = digits(rest.strip_prefix('-')?, 2)?;
        Some((Self::new(year, month, day).ok()?, rest))
    }
}

/// From a text such as `2023-05-10`.
impl FromStr for Date {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        match Self::parse(text) {
            Some((date, "")) => Ok(date),
            _ => Err(INVALID),
        }
    }
}

/// As `2023-05-10`.
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:04}-{:02}-{:02}", self.year, self.month, self.day)
    }
}

impl Serialize for Date {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Readable for Date {
    const EXPECTED: &'static str = "a date: a string such as \"2023-05-10\"";

    fn from_text(text: &str) -> Result<Self, Unfit> {
        Ok(text.parse()?)
    }
}

impl<'de> Deserialize<'de> for Date {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read::any(deserializer)
    }
}
