//! Reading: one visitor for all the JSON forms that the platform's values have.
//!
//! What does not fit is named by its kind, never quoted.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::marker::PhantomData;

use serde::de::{
    Deserialize, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Unexpected, Visitor,
};
use serde_json::Value;

use super::ValueError;
use crate::codec::{INTEGER, Text, kind};

/// Under this key serde_json hands over a number as text, once any crate of the program turned on its feature
/// `arbitrary_precision`.
const NUMBER: &str = "$serde_json::private::Number";

/// Under this name serde_json hands over a value as text, as it does for its `RawValue`.
const RAW: &str = "$serde_json::private::RawValue";

/// Why a JSON value does not fit.
#[derive(Debug, Clone, Copy)]
pub(super) enum Unfit {
    /// No value of this kind ever does.
    Kind,
    /// Others of this kind do.
    Value,
}

impl From<ValueError> for Unfit {
    fn from(_: ValueError) -> Self {
        Self::Value
    }
}

/// A type by the forms of JSON it can be read from; it has the ones it writes a function for.
pub(super) trait Readable: Sized {
    /// For the error: what it is, with an example.
    const EXPECTED: &'static str;

    fn from_text(_text: &str) -> Result<Self, Unfit> {
        Err(Unfit::Kind)
    }

    fn from_integer(_number: i64) -> Result<Self, Unfit> {
        Err(Unfit::Kind)
    }

    /// From a number by its text.
    fn from_number(text: &str) -> Result<Self, Unfit> {
        match integer(text) {
            Some(number) => Self::from_integer(number),
            None if kind(text) == INTEGER => Err(Unfit::Value),
            None => Err(Unfit::Kind),
        }
    }

    /// From the text of any JSON value, for types read by [`raw`].
    fn from_json(_json: &str) -> Result<Self, Unfit> {
        Err(Unfit::Kind)
    }

    fn from_list<'de, A: SeqAccess<'de>>(mut list: A) -> Result<Self, A::Error> {
        // To the end: the place at which reading stopped is how the error finds its path.
        while list.next_element::<IgnoredAny>()?.is_some() {}
        Err(refused::<Self, _>(Unfit::Kind, "a list"))
    }

    fn from_object<'de, A: MapAccess<'de>>(mut object: Object<'de, A>) -> Result<Self, A::Error> {
        while object.key()?.is_some() {
            object.pass_over()?;
        }
        Err(refused::<Self, _>(Unfit::Kind, "an object"))
    }
}

/// Reads a value of whichever form it has.
pub(super) fn any<'de, T: Readable, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_any(Reader(PhantomData))
}

/// Reads a value by its text where the deserializer is serde_json's, as [`any`] does elsewhere.
pub(super) fn raw<'de, T: Readable, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    deserializer.deserialize_newtype_struct(RAW, Reader(PhantomData))
}

/// An integer as JSON writes it: `i64`'s own parser takes a `+` as well.
pub(super) fn integer(text: &str) -> Option<i64> {
    if text.starts_with('+') {
        return None;
    }
    text.parse().ok()
}

/// The error, without a quote of what was found.
pub(super) fn refused<T: Readable, E: Error>(why: Unfit, found: &str) -> E {
    match why {
        Unfit::Kind => E::invalid_type(Unexpected::Other(found), &T::EXPECTED),
        Unfit::Value => E::invalid_value(Unexpected::Other(found), &T::EXPECTED),
    }
}

struct Reader<T>(PhantomData<T>);

impl<'de, T: Readable> Visitor<'de> for Reader<T> {
    type Value = T;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(T::EXPECTED)
    }

    fn visit_unit<E: Error>(self) -> Result<T, E> {
        Err(refused::<T, _>(Unfit::Kind, "null"))
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<T, E> {
        Err(refused::<T, _>(Unfit::Kind, "a boolean"))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<T, E> {
        T::from_integer(number).map_err(|why| refused::<T, _>(why, INTEGER))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<T, E> {
        i64::try_from(number)
            .map_err(|_| Unfit::Value)
            .and_then(T::from_integer)
            .map_err(|why| refused::<T, _>(why, INTEGER))
    }

    /// Digits may be lost already.
    fn visit_f64<E: Error>(self, _: f64) -> Result<T, E> {
        Err(refused::<T, _>(Unfit::Kind, "floating point number"))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<T, E> {
        T::from_text(text).map_err(|why| refused::<T, _>(why, "a string"))
    }

    fn visit_newtype_struct<D: Deserializer<'de>>(self, deserializer: D) -> Result<T, D::Error> {
        any(deserializer)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, list: A) -> Result<T, A::Error> {
        T::from_list(list)
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<T, A::Error> {
        match map.next_key()? {
            Some(Text(key)) if key == NUMBER => {
                let Text(number) = map.next_value()?;
                T::from_number(&number).map_err(|why| refused::<T, _>(why, kind(&number)))
            }
            Some(Text(key)) if key == RAW => {
                let Text(json) = map.next_value()?;
                T::from_json(&json).map_err(|why| refused::<T, _>(why, kind(&json)))
            }
            first => T::from_object(Object { first, map }),
        }
    }
}

/// An object that is being read, key by key.
pub(super) struct Object<'de, A> {
    first: Option<Text<'de>>,
    map: A,
}

impl<'de, A: MapAccess<'de>> Object<'de, A> {
    /// The next key; its value must be taken before the next one.
    pub(super) fn key(&mut self) -> Result<Option<Cow<'de, str>>, A::Error> {
        let key = match self.first.take() {
            Some(first) => Some(first),
            None => self.map.next_key()?,
        };
        Ok(key.map(|Text(key)| key))
    }

    pub(super) fn value<T: Deserialize<'de>>(&mut self) -> Result<T, A::Error> {
        self.map.next_value()
    }

    /// A text, or an integer as text; none if it is null.
    pub(super) fn text(&mut self) -> Result<Option<String>, A::Error> {
        Ok(self.value::<Option<Scalar>>()?.map(|Scalar(text)| text))
    }

    /// An integer, or a string of digits; none if it is null.
    pub(super) fn integer(&mut self) -> Result<Option<i64>, A::Error> {
        Ok(self.value::<Option<Integer>>()?.map(|Integer(n)| n))
    }

    /// A number of bytes, or a string of its digits; none if it is null.
    pub(super) fn size(&mut self) -> Result<Option<u64>, A::Error> {
        self.integer()?
            .map(|n| u64::try_from(n).map_err(|_| refused::<Integer, _>(Unfit::Value, INTEGER)))
            .transpose()
    }

    /// Keeps a value that is not known here.
    pub(super) fn keep(
        &mut self,
        key: Cow<'de, str>,
        extra: &mut BTreeMap<String, Value>,
    ) -> Result<(), A::Error> {
        let value = self.value()?;
        extra.insert(key.into_owned(), value);
        Ok(())
    }

    pub(super) fn pass_over(&mut self) -> Result<(), A::Error> {
        self.value::<IgnoredAny>().map(|_| ())
    }
}

/// What there must be in an object.
pub(super) fn required<T, E: Error>(value: Option<T>, key: &'static str) -> Result<T, E> {
    value.ok_or_else(|| E::missing_field(key))
}

/// A short text that some endpoint may send as an integer.
pub(super) struct Scalar(pub(super) String);

impl Readable for Scalar {
    const EXPECTED: &'static str = "a string";

    fn from_text(text: &str) -> Result<Self, Unfit> {
        Ok(Self(text.to_owned()))
    }

    fn from_integer(number: i64) -> Result<Self, Unfit> {
        Ok(Self(number.to_string()))
    }
}

impl<'de> Deserialize<'de> for Scalar {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        any(deserializer)
    }
}

/// An integer that some endpoint may send as a string of digits.
pub(super) struct Integer(pub(super) i64);

impl Readable for Integer {
    const EXPECTED: &'static str = "an integer, or a string of digits";

    fn from_text(text: &str) -> Result<Self, Unfit> {
        integer(text).map(Self).ok_or(Unfit::Value)
    }

    fn from_integer(number: i64) -> Result<Self, Unfit> {
        Ok(Self(number))
    }
}

impl<'de> Deserialize<'de> for Integer {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        any(deserializer)
    }
}

#[cfg(test)]
mod tests {
    use super::{Integer, Scalar};

    #[test]
    fn integers_are_read_as_serde_json_hands_them_over_with_arbitrary_precision() {
        let number = r#"{"$serde_json::private::Number":"1767211281913907"}"#;
        let Integer(id) = serde_json::from_str(number).unwrap();
        assert_eq!(id, 1_767_211_281_913_907);
        let Scalar(text) = serde_json::from_str(number).unwrap();
        assert_eq!(text, "1767211281913907");
        assert!(
            serde_json::from_str::<Integer>(r#"{"$serde_json::private::Number":"1.5"}"#).is_err()
        );
    }

    #[test]
    fn integers_never_pass_through_a_float() {
        for text in ["9223372036854775807", "\"9223372036854775807\""] {
            let Integer(n) = serde_json::from_str(text).unwrap();
            assert_eq!(n, i64::MAX);
        }
        for text in [
            "9223372036854775808",
            "1.0",
            "1e3",
            "\"1.0\"",
            "\"+1\"",
            "\"\"",
            "\" 1\"",
        ] {
            assert!(serde_json::from_str::<Integer>(text).is_err(), "{text}");
        }
    }
}
