//! `time` 0.3.

use time03::{Month, OffsetDateTime};

use crate::value::date_time::OUT_OF_RANGE;
use crate::value::{Date, DateTime, ValueError};

/// Needs the feature `time03`.
///
/// ```
/// # use time03 as time;
/// use apaas_flow::value::Date;
///
/// let day = Date::new(2023, 5, 10)?;
/// let other = time::Date::from(day);
/// assert_eq!(other.to_calendar_date(), (2023, time::Month::May, 10));
/// assert_eq!(Date::try_from(other)?, day);
/// # Ok::<(), apaas_flow::value::ValueError>(())
/// ```
impl From<Date> for time03::Date {
    fn from(date: Date) -> Self {
        // Every `Date` is a day of the calendar, in years that time has too.
        Month::try_from(date.month())
            .and_then(|month| Self::from_calendar_date(date.year().into(), month, date.day()))
            .unwrap_or(Self::MIN)
    }
}

/// Needs the feature `time03`. Fails outside of the years 1 to 9999.
impl TryFrom<time03::Date> for Date {
    type Error = ValueError;

    fn try_from(date: time03::Date) -> Result<Self, ValueError> {
        let year = u16::try_from(date.year()).unwrap_or_default();
        Self::new(year, date.month().into(), date.day())
    }
}

/// Needs the feature `time03`. Fails outside of the years that time holds.
///
/// ```
/// # use time03 as time;
/// use apaas_flow::value::DateTime;
///
/// let moment = DateTime::new(1640658030000);
/// let other = time::OffsetDateTime::try_from(moment)?;
/// assert_eq!(other.unix_timestamp(), 1640658030);
/// assert_eq!(DateTime::from(other), moment);
/// # Ok::<(), apaas_flow::value::ValueError>(())
/// ```
impl TryFrom<DateTime> for OffsetDateTime {
    type Error = ValueError;

    fn try_from(moment: DateTime) -> Result<Self, ValueError> {
        Self::from_unix_timestamp_nanos(i128::from(moment.milliseconds()) * 1_000_000)
            .map_err(|_| OUT_OF_RANGE)
    }
}

/// Needs the feature `time03`. What is finer than a millisecond is dropped, toward the past.
impl From<OffsetDateTime> for DateTime {
    fn from(moment: OffsetDateTime) -> Self {
        Self::from_nanoseconds(moment.unix_timestamp_nanos())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Date, DateTime, OffsetDateTime};
    use crate::value::tests::{dates, moments};

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn there_and_back(date in dates(), moment in moments()) {
            let other = time03::Date::from(date);
            let parts = (other.year(), u8::from(other.month()), other.day());
            prop_assert_eq!(parts, (date.year().into(), date.month(), date.day()));
            prop_assert_eq!(Date::try_from(other), Ok(date));

            let other = OffsetDateTime::try_from(moment).unwrap();
            prop_assert_eq!(other.date().year(), moment.to_string()[..4].parse::<i32>().unwrap());
            prop_assert_eq!(DateTime::from(other), moment);
        }
    }

    #[test]
    fn what_the_other_cannot_hold_is_an_error() {
        assert!(OffsetDateTime::try_from(DateTime::new(i64::MAX)).is_err());
        assert!(Date::try_from(time03::Date::MIN).is_err());
        let before = OffsetDateTime::from_unix_timestamp_nanos(-1).unwrap();
        assert_eq!(DateTime::from(before), DateTime::new(-1));
    }
}
