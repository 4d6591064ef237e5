//! `chrono` 0.4.

use chrono04::{Datelike, NaiveDate, TimeZone, Utc};

use crate::value::date_time::OUT_OF_RANGE;
use crate::value::{Date, DateTime, ValueError};

/// Needs the feature `chrono04`.
///
/// ```
/// # use chrono04 as chrono;
/// use apaas_flow::value::Date;
///
/// let day = Date::new(2023, 5, 10)?;
/// let other = chrono::NaiveDate::from(day);
/// assert_eq!(other.to_string(), "2023-05-10");
/// assert_eq!(Date::try_from(other)?, day);
/// # Ok::<(), apaas_flow::value::ValueError>(())
/// ```
impl From<Date> for NaiveDate {
    fn from(date: Date) -> Self {
        // Every `Date` is a day of the calendar, in years that chrono has too.
        Self::from_ymd_opt(date.year().into(), date.month().into(), date.day().into())
            .unwrap_or(Self::MIN)
    }
}

/// Needs the feature `chrono04`. Fails outside of the years 1 to 9999.
impl TryFrom<NaiveDate> for Date {
    type Error = ValueError;

    fn try_from(date: NaiveDate) -> Result<Self, ValueError> {
        let part = |part: u32| u8::try_from(part).unwrap_or_default();
        Self::new(
            u16::try_from(date.year()).unwrap_or_default(),
            part(date.month()),
            part(date.day()),
        )
    }
}

/// Needs the feature `chrono04`. Fails where chrono cannot hold the moment, a quarter of a million years away.
///
/// ```
/// # use chrono04 as chrono;
/// use apaas_flow::value::DateTime;
///
/// let moment = DateTime::new(1640658030000);
/// let other = chrono::DateTime::<chrono::Utc>::try_from(moment)?;
/// assert_eq!(other.timestamp(), 1640658030);
/// assert_eq!(DateTime::from(other), moment);
/// # Ok::<(), apaas_flow::value::ValueError>(())
/// ```
impl TryFrom<DateTime> for chrono04::DateTime<Utc> {
    type Error = ValueError;

    fn try_from(moment: DateTime) -> Result<Self, ValueError> {
        Self::from_timestamp_millis(moment.milliseconds()).ok_or(OUT_OF_RANGE)
    }
}

/// Needs the feature `chrono04`. What is finer than a millisecond is dropped, toward the past.
impl<Z: TimeZone> From<chrono04::DateTime<Z>> for DateTime {
    fn from(moment: chrono04::DateTime<Z>) -> Self {
        Self::new(moment.timestamp_millis())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Date, DateTime, NaiveDate, Utc};
    use crate::value::tests::{dates, moments};

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn there_and_back(date in dates(), moment in moments()) {
            let other = NaiveDate::from(date);
            prop_assert_eq!(other.to_string(), date.to_string());
            prop_assert_eq!(Date::try_from(other), Ok(date));

            let other = chrono04::DateTime::<Utc>::try_from(moment).unwrap();
            prop_assert_eq!(moment.to_string().parse(), Ok(other));
            prop_assert_eq!(DateTime::from(other), moment);
        }
    }

    #[test]
    fn what_the_other_cannot_hold_is_an_error() {
        assert!(chrono04::DateTime::<Utc>::try_from(DateTime::new(i64::MAX)).is_err());
        assert!(Date::try_from(NaiveDate::MIN).is_err());
        assert!(Date::try_from(NaiveDate::MAX).is_err());
        let before = chrono04::DateTime::<Utc>::from_timestamp_nanos(-1);
        assert_eq!(DateTime::from(before), DateTime::new(-1));
    }
}
