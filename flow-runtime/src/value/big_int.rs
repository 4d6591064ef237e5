//! A large integer.

use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::ValueError;
use super::read::{self, Readable, Unfit};

/// A large integer, which travels as a string.
///
/// | | |
/// |---|---|
/// | written | `"123456789012345678"` |
/// | read | that; the number itself |
///
/// The platform's numbers of this kind have at most 18 digits, so an `i64` holds every one; whether one that goes out
/// has more is left to the platform to judge. A plain `i64` reads and writes the platform's *numbers*, not these.
///
/// ```
/// use apaas_flow::value::BigInt;
///
/// let number = BigInt::new(123456789012345678);
/// assert_eq!(serde_json::to_string(&number)?, r#""123456789012345678""#);
/// assert_eq!(serde_json::from_str::<BigInt>("123456789012345678")?, number);
/// assert_eq!(i64::from(number), 123456789012345678);
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct BigInt(i64);

impl BigInt {
    /// This number.
    pub const fn new(number: i64) -> Self {
        Self(number)
    }

    /// The number.
    pub const fn get(self) -> i64 {
        self.0
    }
}

impl From<i64> for BigInt {
    fn from(number: i64) -> Self {
        Self(number)
    }
}

impl From<BigInt> for i64 {
    fn from(number: BigInt) -> Self {
        number.0
    }
}

impl PartialEq<i64> for BigInt {
    fn eq(&self, number: &i64) -> bool {
        self.0 == *number
    }
}

impl FromStr for BigInt {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        read::integer(text)
            .map(Self)
            .ok_or(ValueError("a large integer is one of 64 bits"))
    }
}

impl fmt::Display for BigInt {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl Serialize for BigInt {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(&self.0)
    }
}

impl Readable for BigInt {
    const EXPECTED: &'static str = "a large integer, as a string of digits or a number";

    fn from_text(text: &str) -> Result<Self, Unfit> {
        Ok(text.parse()?)
    }

    fn from_integer(number: i64) -> Result<Self, Unfit> {
        Ok(Self(number))
    }
}

impl<'de> Deserialize<'de> for BigInt {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read::any(deserializer)
    }
}
