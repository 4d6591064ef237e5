//! An exact decimal number.

use std::cmp::Ordering;
use std::fmt;
use std::hash::{Hash, Hasher};
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::ValueError;
use super::read::{self, Readable, Unfit};
use crate::codec::Text;

/// The digits before the point, and behind it.
const WHOLE: u32 = 18;
const PLACES: u32 = 9;

const INVALID: ValueError = ValueError(
    "a decimal is a number such as \"-128.50\", of at most 18 digits before the point and 9 behind it",
);

/// An exact decimal number, which travels as a string: at most 18 digits before the point and 9 behind it.
///
/// | | |
/// |---|---|
/// | written | `"128.50"` |
/// | read | that; a JSON number such as `128.50`, by its digits |
///
/// No digit ever passes through a float. Where a number was turned into one before this type sees it (by serde, inside
/// an `untagged` enum or a `flatten`ed struct), it is an error that says so, unless it is an integer; a string is
/// read everywhere. An exponent (`1.5E+3`) is understood, and never written.
///
/// The digits behind the point are kept as they were given: `1.50` is written as `"1.50"`. They do not count in
/// comparisons: 1.50 equals 1.5, and both have one hash.
///
/// There is no arithmetic here: convert to a crate that has it (`rust_decimal1`), or calculate with
/// [`mantissa`](Self::mantissa) and [`places`](Self::places).
///
/// ```
/// use apaas_flow::value::Decimal;
///
/// let total: Decimal = "128.50".parse()?;
/// assert_eq!(serde_json::to_string(&total)?, r#""128.50""#);
/// assert_eq!(serde_json::from_str::<Decimal>("128.50")?, total);
///
/// assert_eq!(total, Decimal::new(1285, 1)?);
/// assert!("1.0000000001".parse::<Decimal>().is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Default)]
pub struct Decimal {
    /// The number times 10 to the power of `places`.
    mantissa: i128,
    places: u32,
}

impl Decimal {
    /// `mantissa` with this many of its digits behind the point: `Decimal::new(12850, 2)` is 128.50.
    ///
    /// # Errors
    /// If that has more than 18 digits before the point or 9 behind it.
    pub fn new(mantissa: i64, places: u32) -> Result<Self, ValueError> {
        Self::checked(mantissa.into(), places.into())
    }

    /// The number without its point: 12850 of 128.50.
    pub const fn mantissa(self) -> i128 {
        self.mantissa
    }

    /// How many digits stand behind the point: 2 of 128.50.
    pub const fn places(self) -> u32 {
        self.places
    }

    /// A number of any scale. Zeros that stand too far behind the point are dropped.
    pub(super) fn checked(mut mantissa: i128, mut places: i64) -> Result<Self, ValueError> {
        const MOST: i64 = PLACES as i64;

        if mantissa == 0 {
            places = places.clamp(0, MOST);
        }
        // Neither goes around more than 39 times, the digits of an i128.
        while places > MOST && mantissa % 10 == 0 {
            mantissa /= 10;
            places -= 1;
        }
        while places < 0 {
            mantissa = mantissa.checked_mul(10).ok_or(INVALID)?;
            places += 1;
        }
        let places = u32::try_from(places).map_err(|_| INVALID)?;
        if places > PLACES || mantissa.unsigned_abs() >= 10_u128.pow(WHOLE + places) {
            return Err(INVALID);
        }
        Ok(Self { mantissa, places })
    }

    /// The number in billionths, by which it is compared.
    const fn billionths(self) -> i128 {
        self.mantissa * 10_i128.pow(PLACES - self.places)
    }
}

/// From digits with or without a point, and with or without an exponent: `-128.50`, `1.5E+3`.
impl FromStr for Decimal {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        let (negative, text) = match text.strip_prefix('-') {
            Some(text) => (true, text),
            None => (false, text),
        };
        let (number, exponent) = match text.split_once(['e', 'E']) {
            Some((number, exponent)) => (number, exponent.parse::<i32>().map_err(|_| INVALID)?),
            None => (text, 0),
        };
        let (whole, fraction) = match number.split_once('.') {
            Some((_, "")) => return Err(INVALID),
            Some(parts) => parts,
            None => (number, ""),
        };
        if whole.is_empty() {
            return Err(INVALID);
        }
        // Zeros at the end must not be what is too much, however many.
        let significant = fraction.trim_end_matches('0').len().max(PLACES as usize);
        let fraction = fraction.get(..significant).unwrap_or(fraction);

        let mut mantissa = 0_i128;
        for byte in whole.bytes().chain(fraction.bytes()) {
            let digit = byte.wrapping_sub(b'0');
            mantissa = mantissa
                .checked_mul(10)
                .filter(|_| digit < 10)
                .and_then(|mantissa| mantissa.checked_add(digit.into()))
                .ok_or(INVALID)?;
        }
        let places = i64::try_from(fraction.len()).map_err(|_| INVALID)? - i64::from(exponent);
        Self::checked(if negative { -mantissa } else { mantissa }, places)
    }
}

impl From<i32> for Decimal {
    fn from(number: i32) -> Self {
        Self {
            mantissa: number.into(),
            places: 0,
        }
    }
}

impl From<u32> for Decimal {
    fn from(number: u32) -> Self {
        Self {
            mantissa: number.into(),
            places: 0,
        }
    }
}

/// Fails for more than 18 digits.
impl TryFrom<i64> for Decimal {
    type Error = ValueError;

    fn try_from(number: i64) -> Result<Self, ValueError> {
        Self::new(number, 0)
    }
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Self) -> bool {
        self.billionths() == other.billionths()
    }
}

impl Eq for Decimal {}

impl PartialOrd for Decimal {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Decimal {
    fn cmp(&self, other: &Self) -> Ordering {
        self.billionths().cmp(&other.billionths())
    }
}

impl Hash for Decimal {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.billionths().hash(state);
    }
}

impl fmt::Debug for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Decimal({self})")
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let sign = if self.mantissa < 0 { "-" } else { "" };
        let digits = self.mantissa.unsigned_abs();
        let unit = 10_u128.pow(self.places);
        write!(f, "{sign}{}", digits / unit)?;
        if self.places > 0 {
            let width = self.places as usize;
            write!(f, ".{:0width$}", digits % unit)?;
        }
        Ok(())
    }
}

impl Serialize for Decimal {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl Readable for Decimal {
    const EXPECTED: &'static str = "a decimal: a string such as \"128.50\" of at most 18 digits before the point and 9 behind it, or a number that was not made a float on the way";

    fn from_text(text: &str) -> Result<Self, Unfit> {
        Ok(text.parse()?)
    }

    fn from_integer(number: i64) -> Result<Self, Unfit> {
        Ok(number.try_into()?)
    }

    fn from_number(text: &str) -> Result<Self, Unfit> {
        Ok(text.parse()?)
    }

    fn from_json(json: &str) -> Result<Self, Unfit> {
        let quoted = json
            .strip_prefix('"')
            .and_then(|json| json.strip_suffix('"'));
        match (quoted, json.as_bytes().first()) {
            // Without escapes a JSON string is its own content; a decimal has none, but may be written with some.
            (Some(text), _) if !text.contains('\\') => Self::from_text(text),
            (Some(_), _) => {
                let Text(text) = serde_json::from_str(json).map_err(|_| Unfit::Value)?;
                Self::from_text(&text)
            }
            (None, Some(b'-' | b'0'..=b'9')) => Self::from_number(json),
            (None, _) => Err(Unfit::Kind),
        }
    }
}

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read::raw(deserializer)
    }
}
