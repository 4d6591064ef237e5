//! How long a server asks to wait, out of a header's text.

use std::time::{Duration, SystemTime};

use crate::value::calendar::{days_from_epoch, days_in_month};

/// No wait is that long: what is larger is a point in time, in seconds since 1970.
const POINT_IN_TIME: f64 = 1e9;

/// And what is larger still is one in milliseconds, microseconds or nanoseconds.
const IN_SMALLER_UNITS: f64 = 1e12;

/// No limit lasts longer than the month that the monthly quota is for.
const LONGEST: Duration = Duration::from_secs(31 * 24 * 60 * 60);

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Seconds with or without a fraction, a point in time in seconds, or HTTP's date; none for any other text, so that
/// another header can be asked. What lies in the past is no wait at all. Of several, which a proxy may have put into one
/// header, the first that means anything.
pub(crate) fn wait(text: &str, now: SystemTime) -> Option<Duration> {
    let date = || http_date(text).map(|then| until(then, now));
    let wait = text.split(',').find_map(|part| seconds(part, now));
    wait.or_else(date).filter(|wait| *wait <= LONGEST)
}

fn seconds(text: &str, now: SystemTime) -> Option<Duration> {
    let mut seconds = text.trim().parse::<f64>().ok()?;
    if seconds < POINT_IN_TIME {
        return Duration::try_from_secs_f64(seconds).ok();
    }
    while seconds.is_finite() && seconds >= IN_SMALLER_UNITS {
        seconds /= 1000.0;
    }
    let since_epoch = Duration::try_from_secs_f64(seconds).ok()?;
    Some(until(SystemTime::UNIX_EPOCH.checked_add(since_epoch)?, now))
}

fn until(then: SystemTime, now: SystemTime) -> Duration {
    then.duration_since(now).unwrap_or_default()
}

/// `Sun, 06 Nov 1994 08:49:37 GMT`, and the two older forms that HTTP has: `Sunday, 06-Nov-94 08:49:37 GMT` and
/// `Sun Nov  6 08:49:37 1994`.
pub(crate) fn http_date(text: &str) -> Option<SystemTime> {
    let (mut month, mut time, mut numbers) = (None, None, Vec::with_capacity(2));
    for part in text.split([' ', ',', '-']).filter(|part| !part.is_empty()) {
        if let Some(found) = MONTHS.iter().position(|month| *month == part) {
            month = Some(u8::try_from(found).ok()? + 1);
        } else if part.contains(':') {
            time = Some(seconds_of_day(part)?);
        } else if let Ok(number) = part.parse::<u16>() {
            numbers.push(number);
        }
    }
    let [day, year] = *numbers.as_slice() else {
        return None;
    };
    let (month, year) = (month?, full_year(year));
    let day = u8::try_from(day).ok()?;
    if !(1..=days_in_month(year, month)).contains(&day) {
        return None;
    }
    let seconds = days_from_epoch(year, month, day) * 86_400 + i64::from(time?);
    let since_epoch = Duration::from_secs(u64::try_from(seconds).ok()?);
    SystemTime::UNIX_EPOCH.checked_add(since_epoch)
}

fn full_year(year: u16) -> i64 {
    match year {
        ..70 => 2000 + i64::from(year),
        70..100 => 1900 + i64::from(year),
        _ => i64::from(year),
    }
}

fn seconds_of_day(text: &str) -> Option<u32> {
    let mut parts = text.split(':').map(|part| part.parse::<u32>().ok());
    let (hour, minute, second) = (parts.next()??, parts.next()??, parts.next()??);
    // 60 is a leap second
    let is_time = parts.next().is_none() && hour < 24 && minute < 60 && second <= 60;
    is_time.then_some(hour * 3600 + minute * 60 + second)
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Duration = Duration::from_secs(784_111_777);

    fn seconds(text: &str) -> Option<f64> {
        super::wait(text, SystemTime::UNIX_EPOCH + NOW).map(|wait| wait.as_secs_f64())
    }

    #[test]
    fn a_number_is_seconds_or_a_point_in_time() {
        assert_eq!(seconds("52"), Some(52.0));
        assert_eq!(seconds(" 0.5 "), Some(0.5));
        assert_eq!(seconds("0"), Some(0.0));
        let now = SystemTime::UNIX_EPOCH + Duration::from_secs(1_785_000_000);
        for text in [
            "1785000052",
            "1785000052.0",
            "1785000052000",
            "1785000052000000",
            "52, 60",
            "soon, 52",
        ] {
            assert_eq!(wait(text, now), Some(Duration::from_secs(52)), "{text}");
        }
        assert_eq!(wait("1784999999", now), Some(Duration::ZERO));
    }

    #[test]
    fn a_date_is_a_point_in_time_in_all_three_forms() {
        for text in [
            "Sun, 06 Nov 1994 08:49:47 GMT",
            "Sunday, 06-Nov-94 08:49:47 GMT",
            "Sun Nov  6 08:49:47 1994",
        ] {
            assert_eq!(seconds(text), Some(10.0), "{text}");
        }
        assert_eq!(seconds("Sun, 06 Nov 1994 08:49:27 GMT"), Some(0.0));
        let leap_day = SystemTime::UNIX_EPOCH + Duration::from_secs(951_782_400);
        assert_eq!(http_date("Tue, 29 Feb 2000 00:00:00 GMT"), Some(leap_day));
    }

    #[test]
    fn nonsense_is_no_wait() {
        for text in [
            "-1",
            "",
            "soon",
            "NaN",
            "inf",
            "-inf",
            "1e300",
            "99999999",
            "Fri, 31 Dec 9999 23:59:59 GMT",
            "soon, later",
            "Sun, 31 Feb 1994 08:49:37 GMT",
            "Sun, 00 Nov 1994 08:49:37 GMT",
            "Sun, 06 Nov 1994 24:49:37 GMT",
            "Sun, 06 Nov 1994 08:49 GMT",
            "Sun, 06 Nov 1994",
            "06 1994 08:49:37",
            "Sun, 06 Nov 1950 08:49:37 GMT",
            "06 Nov 1994 1994 08:49:37",
        ] {
            assert_eq!(seconds(text), None, "{text}");
        }
    }
}
