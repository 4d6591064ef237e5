//! `jiff` 0.2.

use jiff02::{Timestamp, civil};

use crate::value::date_time::OUT_OF_RANGE;
use crate::value::{Date, DateTime, ValueError};

/// Needs the feature `jiff02`.
///
/// ```
/// # use jiff02 as jiff;
/// use apaas_flow::value::Date;
///
/// let day = Date::new(2023, 5, 10)?;
/// assert_eq!(jiff::civil::Date::from(day), jiff::civil::date(2023, 5, 10));
/// assert_eq!(Date::try_from(jiff::civil::date(2023, 5, 10))?, day);
/// # Ok::<(), apaas_flow::value::ValueError>(())
/// ```
impl From<Date> for civil::Date {
    fn from(date: Date) -> Self {
        let part = |part: u8| i8::try_from(part).unwrap_or_default();
        let year = i16::try_from(date.year()).unwrap_or_default();
        // Every `Date` is a day of the calendar, in years that jiff has too.
        Self::new(year, part(date.month()), part(date.day())).unwrap_or(Self::MIN)
    }
}

/// Needs the feature `jiff02`. Fails for a year before 1.
impl TryFrom<civil::Date> for Date {
    type Error = ValueError;

    fn try_from(date: civil::Date) -> Result<Self, ValueError> {
        Self::new(
            u16::try_from(date.year()).unwrap_or_default(),
            date.month().unsigned_abs(),
            date.day().unsigned_abs(),
        )
    }
}

/// Needs the feature `jiff02`. Fails outside of the years -9999 to 9999.
///
/// ```
/// # use jiff02 as jiff;
/// use apaas_flow::value::DateTime;
///
/// let moment = DateTime::new(1640658030000);
/// let timestamp = jiff::Timestamp::try_from(moment)?;
/// assert_eq!(timestamp.as_second(), 1640658030);
/// assert_eq!(DateTime::from(timestamp), moment);
/// # Ok::<(), apaas_flow::value::ValueError>(())
/// ```
impl TryFrom<DateTime> for Timestamp {
    type Error = ValueError;

    fn try_from(moment: DateTime) -> Result<Self, ValueError> {
        Self::from_millisecond(moment.milliseconds()).map_err(|_| OUT_OF_RANGE)
    }
}

/// Needs the feature `jiff02`. What is finer than a millisecond is dropped, toward the past.
impl From<Timestamp> for DateTime {
    fn from(timestamp: Timestamp) -> Self {
        Self::from_nanoseconds(timestamp.as_nanosecond())
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{Date, DateTime, Timestamp, civil};
    use crate::value::tests::{dates, moments};

    proptest! {
        #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

        #[test]
        fn there_and_back(date in dates(), moment in moments()) {
            let other = civil::Date::from(date);
            prop_assert_eq!(other.to_string(), date.to_string());
            prop_assert_eq!(Date::try_from(other), Ok(date));

            let other = Timestamp::try_from(moment).unwrap();
            prop_assert_eq!(moment.to_string().parse::<Timestamp>().unwrap(), other);
            prop_assert_eq!(DateTime::from(other), moment);
        }
    }

    #[test]
    fn what_the_other_cannot_hold_is_an_error() {
        assert!(Timestamp::try_from(DateTime::new(i64::MAX)).is_err());
        assert!(Date::try_from(civil::date(0, 1, 1)).is_err());
        assert!(Date::try_from(civil::date(-1, 1, 1)).is_err());
        let before = Timestamp::from_nanosecond(-1).unwrap();
        assert_eq!(DateTime::from(before), DateTime::new(-1));
    }
}
