//! A language of a multilingual text.

use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer};
use serde::ser::{Serialize, Serializer};

use super::ValueError;
use super::read::{self, Readable, Unfit};

/// The languages that the platform's documents name: their codes (Microsoft's LCIDs) and their names.
const KNOWN: [(i64, &str); 2] = [(1033, "en_US"), (2052, "zh_CN")];

/// A language of a [`Multilingual`](super::Multilingual) text.
///
/// The platform writes a language as a code or as a name, in several spellings; they are one language here. Codes and
/// names that the documents do not list are kept as they are.
///
/// ```
/// use apaas_flow::value::Language;
///
/// assert_eq!(Language::ZH_CN.code(), Some(2052));
/// assert_eq!(Language::from(1033), Language::EN_US);
/// for spelling in ["en_US", "en_us", "en-US", "1033"] {
///     assert_eq!(spelling.parse::<Language>()?, Language::EN_US);
/// }
/// assert_eq!("ja_JP".parse::<Language>()?.to_string(), "ja_JP");
/// # Ok::<(), apaas_flow::value::ValueError>(())
/// ```
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language(Spelling);

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Spelling {
    Code(i64),
    /// Of a language whose code is not known.
    Name(String),
}

impl Language {
    /// American English: 1033, `en_US`.
    pub const EN_US: Self = Self(Spelling::Code(1033));

    /// Chinese of the mainland: 2052, `zh_CN`.
    pub const ZH_CN: Self = Self(Spelling::Code(2052));

    /// Its code, unless it was given by a name that is not known.
    pub fn code(&self) -> Option<i64> {
        match self.0 {
            Spelling::Code(code) => Some(code),
            Spelling::Name(_) => None,
        }
    }

    /// Its name, such as `zh_CN`, unless it was given by a code that is not known.
    pub fn name(&self) -> Option<&str> {
        match &self.0 {
            Spelling::Code(code) => KNOWN
                .iter()
                .find(|(known, _)| known == code)
                .map(|(_, name)| *name),
            Spelling::Name(name) => Some(name),
        }
    }
}

/// From a code.
impl From<i64> for Language {
    fn from(code: i64) -> Self {
        Self(Spelling::Code(code))
    }
}

/// From a name such as `zh_CN`, in capitals or not, with `_` or `-`; or from the digits of a code.
impl FromStr for Language {
    type Err = ValueError;

    fn from_str(text: &str) -> Result<Self, ValueError> {
        if let Some(code) = read::integer(text) {
            return Ok(Self::from(code));
        }
        let known = KNOWN.iter().find(|(_, name)| same_name(name, text));
        if let Some(&(code, _)) = known {
            Ok(Self::from(code))
        } else if is_name(text) {
            Ok(Self(Spelling::Name(text.to_owned())))
        } else {
            Err(ValueError(
                "a language is a code such as 2052, or a name such as \"zh_CN\"",
            ))
        }
    }
}

fn same_name(a: &str, b: &str) -> bool {
    let plain = |byte: u8| {
        if byte == b'-' {
            b'_'
        } else {
            byte.to_ascii_lowercase()
        }
    };
    a.bytes().map(plain).eq(b.bytes().map(plain))
}

/// Two or three letters, and parts behind `_` or `-`: so that another object's keys are not taken for languages.
fn is_name(text: &str) -> bool {
    let mut parts = text.split(['_', '-']);
    let language = parts.next().unwrap_or_default();
    matches!(language.len(), 2 | 3)
        && language.bytes().all(|byte| byte.is_ascii_alphabetic())
        && parts
            .all(|part| !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_alphanumeric()))
}

/// The name, or else the code.
impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.name(), self.code()) {
            (None, Some(code)) => code.fmt(f),
            (name, _) => f.pad(name.unwrap_or_default()),
        }
    }
}

/// The code, or else the name.
impl Serialize for Language {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match &self.0 {
            Spelling::Code(code) => serializer.serialize_i64(*code),
            Spelling::Name(name) => serializer.serialize_str(name),
        }
    }
}

impl Readable for Language {
    const EXPECTED: &'static str = "a language: a code such as 2052, or a name such as \"zh_CN\"";

    fn from_text(text: &str) -> Result<Self, Unfit> {
        Ok(text.parse()?)
    }

    fn from_integer(code: i64) -> Result<Self, Unfit> {
        Ok(Self::from(code))
    }
}

impl<'de> Deserialize<'de> for Language {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read::any(deserializer)
    }
}
